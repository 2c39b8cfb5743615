"""Lists of names: read, found in any typography, at exact offsets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example
from goldspan.errors import InputError, NotFoundError
from goldspan.suggest.gazetteer import Gazetteer
from goldspan.suggest.name_matcher import folded_words
from goldspan.suggest.suggester import Suggester
from helpers.suggestions import recognised, recogniser


@pytest.fixture
def gazetteer(tmp_path):
    """What makes a gazetteer of files of a folder, each given by its content."""

    def make(contents, **keys):
        folder = tmp_path / "annotation_guidelines" / "gazetteers"
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return recogniser("gazetteer", tmp_path, **keys)

    return make


def found(finder, text):
    return [surface for _, surface, _ in recognised(finder, text)]


def test_a_file_has_the_name_of_its_label(gazetteer):
    finder = gazetteer({"product.txt": "iPad\n", "ORG.txt": "# makers\n\nApple\nBosch\n", "notes.md": "not read"})
    assert recognised(finder, "Apple sells the iPad", "and Bosch does not.") == [
        ("ORG", "Apple", "ORG:3"),
        ("PRODUCT", "iPad", "product:1"),
        ("ORG", "Bosch", "ORG:4"),
    ]
    assert finder.labels == {"ORG", "PRODUCT"}
    assert finder.notes == []


def test_files_may_stand_anywhere(tmp_path):
    (tmp_path / "a.txt").write_text("Apple\n")
    (tmp_path / "b.txt").write_text("Bosch\n")
    finder = recogniser("gazetteer", tmp_path, files={"FIRM": ["a.txt", "b.txt"]}, labels={"FIRM": "ORG"})
    assert recognised(finder, "Apple, Bosch") == [("ORG", "Apple", "a:1"), ("ORG", "Bosch", "b:1")]
    assert finder.notes == ["reads FIRM as ORG"]


@pytest.mark.parametrize(
    ("name", "text", "surfaces"),
    [
        ("Café Müller", "Cafe\u0301 Mu\u0308ller.", ["Cafe\u0301 Mu\u0308ller"]),
        ("Cafe\u0301", "Café", ["Café"]),
        ("O'Neill", "O’Neill O`Neill", ["O’Neill", "O`Neill"]),
        ("Rhein-Neckar", "Rhein–Neckar Rhein\u2011Neckar", ["Rhein–Neckar", "Rhein\u2011Neckar"]),
        ("New York", "New\u00a0York New\nYork New  York", ["New\u00a0York", "New\nYork", "New  York"]),
        ("Apple", "apple APPLE Pineapple Apple's Apples Apple-Chef", ["Apple", "Apple"]),
        ("AT&T", "AT & T", ["AT & T"]),
        ("U.S.", "the U.S. and the U.S.A.", ["U.S."]),
        ("#MeToo", "the #MeToo movement", ["#MeToo"]),
        ("三菱", "在三菱工作", ["三菱"]),
        ("Q", "Q\u0303", []),
        ("C++", "in C++ and C", ["C++"]),
        ("Ankara", "Ankara'da", ["Ankara"]),
        ("🚀 Labs", "at 🚀 Labs now", ["🚀 Labs"]),
    ],
)
def test_names_are_whole_words_in_any_typography(name, text, surfaces):
    finder = Gazetteer()
    assert finder.add(name, "ORG", "org", 1)
    assert found(finder, text) == surfaces


def test_a_line_that_begins_with_a_sign_of_a_comment(gazetteer):
    assert found(gazetteer({"org.txt": "#MeToo\n\\#Hashtag\n"}), "#MeToo #Hashtag") == ["#Hashtag"]


@pytest.mark.parametrize(
    ("name", "text"), [("apple", "APPLE"), ("Straße", "STRASSE"), ("Diyarbakır", "DİYARBAKIR"), ("ΟΔΟΣ", "οδος")]
)
def test_names_in_any_case_where_that_is_asked_for(name, text):
    finder = Gazetteer(any_case=True)
    finder.add(name, "ORG", "org", 1)
    assert found(finder, text) == [text]


def test_the_longest_name_counts():
    finder = Gazetteer()
    for number, name in enumerate(["New York", "New York Times", "Times", "York Times Square"], 1):
        finder.add(name, "ORG", "org", number)
    assert found(finder, "The New York Times, Times.") == ["New York Times", "Times"]


def test_a_name_with_an_ending(gazetteer):
    finder = gazetteer({"org.txt": "Bosch\nSiemens AG\n"}, endings=["s", "'s"])
    assert found(finder, "Boschs Werk, Siemens AG's Chef, Bosch, Boschen") == ["Boschs", "Siemens AG's", "Bosch"]


@pytest.mark.parametrize("content", [b"", b"\n# none yet\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_note(gazetteer, content):
    finder = gazetteer({"org.txt": content})
    assert finder.notes == ["no name is in org.txt yet: add some, one a line"]
    assert finder.labels == frozenset()
    assert found(finder, "Apple") == []


def test_a_file_of_windows_with_a_byte_order_mark(gazetteer):
    assert found(gazetteer({"org.txt": b"\xef\xbb\xbfApple\r\nBosch\r\n"}), "Apple, Bosch") == ["Apple", "Bosch"]


def test_a_name_under_two_labels_has_the_first_and_is_said(gazetteer):
    finder = gazetteer({"org.txt": "Apple\nBosch\n", "product.txt": "apple\nBosch\nBosch\n"})
    assert recognised(finder, "Bosch apple") == [("ORG", "Bosch", "org:2"), ("PRODUCT", "apple", "product:1")]
    (note,) = finder.notes
    assert note.startswith("2 names stand under two labels, of which the first counts: Bosch (org:2, product:2) and ")


@pytest.mark.parametrize(
    ("contents", "keys", "message"),
    [
        ({"town.txt": "Ulm"}, {}, "town.txt: labels.toml has no label 'town'"),
        ({"prodct.txt": "iPad"}, {}, "did you mean 'PRODUCT'?"),
        ({"org.txt": "Apple\nBosch\tQ234021"}, {}, "org.txt:2: a tab is in the name"),
        ({"org.txt": "Apple\n\u200b"}, {}, "org.txt:2: '\\u200b' holds no word"),
        ({"org.txt": b"M\xfcller"}, {}, "org.txt: not UTF-8: byte 0xfc at byte 1"),
        (
            {
                "org.txt": "A",
            },
            {"files": {"ORG": "x.txt"}, "folder": "x"},
            "both 'folder' and 'files' are stated",
        ),
        ({"org.txt": "A"}, {"labels": {"CITY": "ORG"}}, "does not find the label 'CITY'"),
        ({"org.txt": "A"}, {"case": "no"}, "'case' is 'no', not \"exact\" or \"any\""),
    ],
)
def test_what_cannot_be_read_is_refused(gazetteer, contents, keys, message):
    with pytest.raises(InputError) as caught:
        gazetteer(contents, **keys)
    assert message in str(caught.value)


def test_files_that_are_not_there_are_refused(gazetteer, tmp_path):
    with pytest.raises(NotFoundError, match=r"there is no file x\.txt"):
        recogniser("gazetteer", tmp_path, files={"ORG": "x.txt"})
    with pytest.raises(NotFoundError, match="there is no file annotation_guidelines/gazetteers"):
        recogniser("gazetteer", tmp_path)
    with pytest.raises(NotFoundError, match=r"holds no \.txt file\n  Write annotation_guidelines/gazetteers/org\.txt"):
        gazetteer({})


WORDS = st.sampled_from(
    ["Apple", "apple", "Bosch", "Ünal", "U\u0308nal", "O’Hara", "O'Hara", "三菱", "삼성", "é", "AT&T"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
TEXTS = st.lists(st.one_of(WORDS, st.sampled_from([",", "-", "은", "s", "\u00ad"])), max_size=12).flatmap(
    lambda words: st.lists(
        st.sampled_from([" ", "\u00a0", "\n", "", "-"]), min_size=len(words), max_size=len(words)
    ).map(lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True)))
)


@given(names=st.lists(NAMES, min_size=1, max_size=6), text=TEXTS, any_case=st.booleans())
def test_what_is_found_is_an_entry_and_nothing_longer_was_there(names, text, any_case):
    finder = Gazetteer(any_case=any_case)
    for number, name in enumerate(names, 1):
        finder.add(name, "ORG", "org", number)
    if not text:
        return
    (example,) = Suggester([finder]).suggest([Example("a.p01", text)])
    entries = {tuple(word for *_, word in folded_words(name)) for name in names}
    for span in example.spans:
        surface = example.surface(span)
        assert tuple(word for *_, word in folded_words(surface)) in entries
        if not any_case:
            written = unicodedata.normalize("NFC", surface).replace("’", "'").replace("\u00ad", "")
            assert "".join(written.split()) in {
                "".join(unicodedata.normalize("NFC", name).replace("’", "'").split()) for name in names
            }
    suggested = [(span.start, span.end) for span in example.spans]
    ((per_example,),) = finder.recognise([[example]])
    for start, end, *_ in per_example:
        assert any(a < end and start < b and b - a >= end - start for a, b in suggested)

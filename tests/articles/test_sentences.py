"""An over-long paragraph is cut where a sentence ends, into pieces of about one length."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.articles.sentences import LIMIT, SHORTEST, sentence_ends, split_paragraph
from helpers.strategies import texts

SENTENCE = "The force under Maj. Gen. J. Doe of the U.S. Army kept 1,200 soldiers in the north. "


def parts(text):
    return [text[a:b] for a, b in split_paragraph(text, 0, len(text))]


def sentences(text):
    offsets = [0, *sentence_ends(text, 0, len(text)), len(text)]
    return [text[a:b].strip() for a, b in pairwise(offsets)]


@pytest.mark.parametrize(
    "text",
    [
        "He met Maj. Gen. J. R. Doe and Lt. Col. Smith Jr. on the bridge",
        "They met on Jan. 22 and on Oct. 9 in St. Mary",
        "See No. 5, pp. 12 and Art. 3",
        "The U.S. Army and the U.N. Security Council",
        "It was so (e.g. There) and at 5 p.m. Monday",
        "Am 5. Oktober begann es",
        "“Stop!” he cried and ran",
        "He left … and came back",
        "A force of 1.200 soldiers, at 3.5 tons",
    ],
)
def test_an_abbreviation_ends_no_sentence(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It was calm.", "The force left."),
        ("“It was calm.”", "He left."),
        ("It was calm.", "“We stay,” he said."),
        ("It was calm (so they said).", "Then it was not."),
        ("Who knows?", "Nobody!"),
        ("It happened in 1999.", "The war was over."),
        ("He said no.", "Nobody listened."),
        ("He came in Jan.", "The others came later."),
        ("``It was calm.''", "``So it was.''"),
        ("„Bilo je mirno“.", "Šta sada?"),
        ("هذا صحيح.", "نعم."),
    ],
)
def test_a_sentence_ends_at_its_mark(first, second):
    assert sentences(f"{first} {second}") == [first, second]
    assert sentences(f"{first}\n{second}") == [first, second]


def test_scripts_without_spaces_have_sentences_too():
    assert sentences("这是一。那是二。") == ["这是一。", "那是二。"]


def test_a_paragraph_up_to_the_limit_stays_whole():
    text = (SENTENCE * 40)[:LIMIT].strip()
    assert parts(text) == [text]


@pytest.mark.parametrize("count", [19, 40, 90, 400])
def test_pieces_end_with_sentences_and_are_about_equally_long(count):
    text = (SENTENCE * count).strip()
    found = parts(text)
    assert " ".join(found) == text
    assert all(part.endswith("in the north.") for part in found)
    assert len(found) == -(-len(text) // LIMIT) or len(found) == -(-len(text) // LIMIT) + 1
    assert max(map(len, found)) - min(map(len, found)) <= 2 * len(SENTENCE)


def test_a_cut_goes_outside_quotation_marks_and_brackets_if_it_can():
    for opening, closing in ("“”", "„“", "«»", '""', "()", "[]", ("``", "''")):
        inner = ("It is so. " * 90).strip()
        text = f"He said: {opening}{inner}{closing}. " + "They left. " * 70
        assert parts(text.strip())[0].endswith(f"{closing}.")


def test_a_long_quotation_is_cut_inside_all_the_same():
    text = "“" + ("It is so. " * 400).strip() + "”"
    assert [part[-3:] for part in parts(text)][:-1] == ["so."] * (len(parts(text)) - 1)
    assert len(parts(text)) > 1


def test_a_mark_without_its_counterpart_encloses_nothing():
    assert parts('"' + (SENTENCE * 40).strip()) == [
        '"' + parts((SENTENCE * 40).strip())[0],
        *parts((SENTENCE * 40).strip())[1:],
    ]


def test_without_a_sentence_end_the_last_space_is_taken():
    text = "word " * 700
    found = parts(text.strip())
    assert " ".join(found) == text.strip()
    assert all(LIMIT - 5 <= len(part) <= LIMIT for part in found[:-1])


def test_a_text_without_spaces_stays_whole():
    assert parts("x" * 5000) == ["x" * 5000]
    assert parts("a " + "x" * 5000) == ["a " + "x" * 5000]
    assert parts("x" * 5000 + " yes") == ["x" * 5000, "yes"]


@given(st.lists(st.sampled_from([SENTENCE, "“", "”", "(", ")", '"', "no end ", "x" * 900, "!? "]) | texts, max_size=60))
def test_pieces_are_tight_in_order_and_lose_nothing(pieces):
    text = "".join(pieces).strip()
    found = split_paragraph(text, 0, len(text))
    assert "".join("".join(text[a:b] for a, b in found).split()) == "".join(text.split())
    for start, end in found:
        assert text[start:end] == text[start:end].strip()
        has_blank = any(map(str.isspace, text[start + SHORTEST : start + LIMIT]))
        assert end - start <= LIMIT or not has_blank or end - start - LIMIT < SHORTEST

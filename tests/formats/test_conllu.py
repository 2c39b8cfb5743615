"""CoNLL-U as treebanks with names have it, and as it is written."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import conllu, inline
from goldspan.formats.options import ReadOptions, WriteOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
FEW = settings(max_examples=min(50, settings().max_examples))
UD = "\t_\t_\t_\t_\t_\t_\t_\t"


def read(tmp_path, rows, head="", **options):
    """The text, the surfaces and the notes of the only example, or the error."""
    path = tmp_path / "wire.conllu"
    path.write_text(head + "".join(f"{number}\t{word}{UD}{misc}\n" for number, word, misc in rows), encoding="utf-8")
    assert formats.detect(path) == "conllu"
    (record,) = conllu.scan(path, ReadOptions(**options))
    if isinstance(record, InputError):
        return str(record)
    example = record.example()
    return (
        example.text,
        [(example.surface(span), span.label) for span in example.spans],
        [note.kind for note in record.notes],
    )


def test_what_is_written_has_ten_columns_and_the_tag_in_misc(tmp_path):
    path = tmp_path / "a.conllu"
    examples = [inline.example("a.p03", "The [72nd Brigade]{UNIT} left.", at=7), Example("b.p00", " two\nlines ")]
    conllu.write(path, examples)
    assert path.read_text("utf-8").split("\n") == [
        "# newdoc id = a",
        "# sent_id = a.p03",
        "# at = 7",
        "# text = The 72nd Brigade left.",
        f"1\tThe{UD}NE=O",
        f"2\t72nd{UD}NE=B-UNIT",
        f"3\tBrigade{UD}NE=I-UNIT",
        f"4\tleft{UD}NE=O|SpaceAfter=No",
        f"5\t.{UD}NE=O",
        "",
        "# newdoc id = b",
        "# sent_id = b.p00",
        r'# text = " two\nlines "',
        f"1\ttwo{UD}NE=O",
        f"2\tlines{UD}NE=O",
        "",
        "",
    ]
    assert formats.load(path, "conllu") == examples


@FEW
@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_conllu_plus_is_read_as_it_was_written(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.conllup"
    conllu.write(path, examples)
    assert path.read_text("utf-8").startswith("# global.columns = ID FORM NE MISC\n")
    assert formats.load(path, "conllu") == examples
    assert not examples or formats.detect(path) == "conllu"


@FEW
@given(examples=strategies.corpora(spans=strategies.aligned_spans))
def test_columns_of_conll_read_what_is_written(examples, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.conllu"
    conllu.write(path, examples)
    assert formats.load(path, "conll") == examples


@pytest.mark.parametrize("label", ["MILITARY UNIT", "A|B", "A|B-C"])
def test_a_label_that_misc_cannot_hold_is_refused(label, tmp_path):
    with pytest.raises(InputError, match=r"a: the label .*\n  Choose a format that can hold it"):
        conllu.write(tmp_path / "a", [Example("a", "KFOR", (Span(0, 4, label),))])
    assert not list(tmp_path.iterdir())


def test_a_treebank_with_names_gives_true_offsets():
    (record,) = conllu.scan(DATA / "misc.conllu")
    example = record.example()
    assert (example.id, example.text) == ("d1.p01", "Marsh ging zum Hafen Ellis.")
    assert [example.surface(span) for span in example.spans] == ["Marsh", "Hafen Ellis"]
    assert not example.extra
    (record,) = conllu.scan(DATA / "plus.conllup")
    assert record.text == "Marsh's boat"
    assert [span[:3] for span in record.spans] == [(0, 5, "PER")]


@pytest.mark.parametrize("key", ["NE", "NER", "ner", "name", "NamedEntity", "Corpus"])
def test_the_key_of_the_tags_is_found(key, tmp_path):
    rows = [(1, "Bonn", f"{key}=B-LOC|SpaceAfter=No"), (2, ".", f"Gloss=x|{key}=O")]
    assert read(tmp_path, rows) == ("Bonn.", [("Bonn", "LOC")], [])


def test_without_any_o_a_word_without_the_key_is_outside(tmp_path):
    rows = [(1, "New", "NE=B-LOC"), (2, "York", "NE=I-LOC"), (3, "ruft", "_")]
    assert read(tmp_path, rows) == ("New York ruft", [("New York", "LOC")], [])
    assert "there is no tag NE= here" in read(tmp_path, [*rows, (4, "laut", "NE=O")])


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(1, "Bonn", "Entity=(1-place)"), (2, "ruft", "_")], r"MISC\) has Entity"),
        ([(1, "Bonn", "NE=LOC"), (2, "ruft", "_")], r"--tag-column MISC:NE"),
        ([(1, "Bonn", "NE=B-LOC|NER=B-GPE"), (2, "ruft", "NE=O|NER=O")], r"several columns .*MISC:NE.*MISC:NER"),
        ([(1, "Bonn", "NE=B-LOC"), ("1.1", "ist", "NE=B-LOC"), (2, "ruft", "NE=O")], r":2: .* an empty node"),
        ([("1-2", "zum", "NE=B-X"), (1, "zu", "NE=B-LOC"), (2, "dem", "NE=O")], r":1: .* a multiword token"),
        ([("1-2", "zum", "_"), (1, "zu", "NE=B-LOC"), (2, "dem", "NE=B-ORG")], r":3: .*two spans share .* 'zum'"),
        ([("1", "Bonn", "_"), ("2", "ruft", "_")], r"no column of tags was found"),
        ([(1, "Bonn", "NE=B-LOC"), ("x", "ruft", "NE=O")], r":2: 'x' does not number a word"),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_refused(rows, why, tmp_path):
    import re

    path = tmp_path / "a.conllu"
    path.write_text("".join(f"{number}\t{word}{UD}{misc}\n" for number, word, misc in rows))
    (error,) = conllu.scan(path)
    assert re.search(why, str(error)), error
    assert error.remedy


def test_labels_without_prefix_are_read_where_a_person_names_their_key(tmp_path):
    rows = [(1, "New", "NE=LOC"), (2, "York", "NE=LOC"), (3, "ruft", "_")]
    assert read(tmp_path, rows, tag_column="MISC:NE") == ("New York ruft", [("New York", "LOC")], [])
    assert "has no 'NER'" in read(tmp_path, rows, tag_column="MISC:NER")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (
            [("1-2", "Bonnam", "_"), (1, "Bonn", "NE=B-LOC"), (2, "am", "NE=O"), (3, "Rhein", "NE=O")],
            ("Bonnam Rhein", [("Bonn", "LOC")], []),
        ),
        (
            [("1-2", "zum", "_"), (1, "zu", "NE=O"), (2, "dem", "NE=B-LOC"), (3, "Rhein", "NE=I-LOC")],
            ("zum Rhein", [("zum Rhein", "LOC")], ["widened-span"]),
        ),
        (
            [("1-2", "zum", "NE=B-LOC"), (1, "zu", "_"), (2, "dem", "_"), (3, "Rhein", "NE=I-LOC")],
            ("zum Rhein", [("zum Rhein", "LOC")], []),
        ),
    ],
)
def test_the_words_of_a_multiword_token_have_its_place_in_the_text(rows, found, tmp_path):
    assert read(tmp_path, rows) == found


def test_ids_come_from_the_comments_and_an_unknown_document_is_kept(tmp_path):
    head = "# newdoc id = other\n# sent_id = 12\n"
    path = tmp_path / "wire.conllu"
    path.write_text(f"{head}1\tBonn{UD}NE=B-LOC\n\n1\truft{UD}NE=O\n")
    first, second = conllu.scan(path)
    assert (first.id, first.extra) == ("12", {"comments": ["# newdoc id = other"]})
    assert (second.id, second.extra) == ("wire.1.p02", {})


def test_the_policy_and_the_language_are_those_of_the_options(tmp_path):
    example = Example("a", "L'OTAN a dit", (Span(2, 6, "ORG"),))
    conllu.write(tmp_path / "a.conllu", [example], WriteOptions(language="fr"))
    assert formats.load(tmp_path / "a.conllu") == [example]
    written = formats.get("conllu").write(
        tmp_path / "b", [Example("b", "KFOR", (Span(0, 2, "X"),))], WriteOptions(policy="expand")
    )
    assert [span.widened for span in written.misaligned] == ["KFOR"]

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import webanno
from goldspan.formats.options import ReadOptions
from helpers import strategies

DATA = Path(__file__).parents[1] / "data" / "formats"
NAMED_ENTITY = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
POS = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n"
ROM = "#Text=Rom ruft.\n1-1\t0-3\tRom\t_\tLOC\t\n1-2\t4-8\truft\t_\t_\t\n1-3\t8-9\t.\t_\t_\t\n"


def scan(tmp_path, body, header=NAMED_ENTITY, version="3.3", **options):
    path = tmp_path / "a.tsv"
    path.write_bytes(f"#FORMAT=WebAnno TSV {version}\n{header}\n\n{body}".encode())
    return list(webanno.scan(path, ReadOptions(**options)))


def shown(record):
    example = record.example()
    return [(example.surface(span), span.label) for span in example.spans]


def test_a_file_of_inception_is_read():
    path = DATA / "inception.tsv"
    records = list(webanno.scan(path))
    assert [(record.id, record.at, record.line) for record in records] == [
        ("inception.p01", 0, 7),
        ("inception.p02", 47, 19),
        ("inception.p03", 84, 29),
    ]
    assert records[0].text == "Lt. Marsh 👍 leads the 5th\nEngineer Battalion."
    assert shown(records[0]) == [("Marsh", "PERSON"), ("5th", "UNIT_NUMBER"), ("5th\nEngineer Battalion", "UNIT")]
    assert shown(records[1]) == [("Kfor", "UNIT"), ("Port Ellis", "PLACE")]
    assert shown(records[2]) == []
    (note,) = [note for record in records for note in record.notes]
    assert note.kind == "other-layers"
    for name in ("POS", "webanno.custom.Command", "'identifier'"):
        assert name in note.message


def test_the_case_of_a_single_sentence(tmp_path):
    body = (
        "#Text=Rom ruft New York.\n1-1\t0-3\tRom\t_\tLOC\t\n1-2\t4-8\truft\t_\t_\t\n1-3\t9-12\tNew\t*[1]\tLOC[1]\t\n"
        "1-4\t13-17\tYork\t*[1]\tLOC[1]\t\n1-5\t17-18\t.\t_\t_\t\n"
    )
    (record,) = scan(tmp_path, body)
    assert (record.text, shown(record)) == ("Rom ruft New York.", [("Rom", "LOC"), ("New York", "LOC")])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_files_of_windows_and_a_byte_order_mark_are_read(start, end, tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes((start + f"#FORMAT=WebAnno TSV 3.3\n{NAMED_ENTITY}\n\n{ROM}".replace("\n", end)).encode())
    assert formats.detect(path) == "webanno"
    (record,) = webanno.scan(path)
    assert (record.text, shown(record)) == ("Rom ruft.", [("Rom", "LOC")])


def test_offsets_count_utf16_units_of_the_document(tmp_path):
    body = "#Text=👍 Rom\n1-1\t5-7\t👍\t_\t_\t\n1-2\t8-11\tRom\t_\tLOC\t\n\n#Text=Ulm\n2-1\t12-15\tUlm\t_\tLOC\t\n"
    first, second = scan(tmp_path, body)
    assert (first.at, shown(first)) == (5, [("Rom", "LOC")])
    assert (second.at, shown(second)) == (11, [("Ulm", "LOC")])


def test_offsets_in_code_points_are_refused_with_the_option_and_read_with_it(tmp_path):
    body = "#Text=👍 Rom\n1-1\t0-1\t👍\t_\t_\t\n1-2\t2-5\tRom\t_\tLOC\t\n\n#Text=Ulm\n2-1\t6-9\tUlm\t_\tLOC\t\n"
    (error,) = scan(tmp_path, body)
    assert error.line == 6
    assert "position 1 is inside a surrogate pair" in error.message
    (error,) = scan(tmp_path, body.replace("1-1\t0-1\t👍\t_\t_\t\n", "1-1\t0-0\t\t_\t_\t\n"))
    assert "--offsets code-points" in error.remedy
    first, second = scan(tmp_path, body, offsets="code-points")
    assert (shown(first), second.at, shown(second)) == ([("Rom", "LOC")], 6, [("Ulm", "LOC")])


def test_a_token_that_is_elsewhere_than_it_says_is_refused_with_its_line(tmp_path):
    (error,) = scan(tmp_path, ROM.replace("4-8", "5-9"))
    assert (error.line, error.message) == (7, "the token 'ruft' is at 5-9, where its sentence has 'uft.'")


STACKED = {
    "A|B": ["A", "B"],
    "A[1]|B[2]": ["A", "B"],
    "a\\|b": ["a|b"],
    "a\\\\|b": ["a\\", "b"],
    "\\_": ["_"],
    "\\*": ["*"],
    "B-\\[x\\][7]": ["B-[x]"],
    "a\\->b": ["a->b"],
    "a\\;b\\tc": ["a;b\tc"],
    "http://x/y:z": ["http://x/y:z"],
}


@pytest.mark.parametrize(("cell", "labels"), STACKED.items())
def test_values_are_split_and_unescaped(cell, labels, tmp_path):
    (record,) = scan(tmp_path, ROM.replace("LOC", cell))
    assert [label for _, label in shown(record)] == labels


@given(labels=st.lists(st.text("ab\\\\[]|_*;->\t ", min_size=1, max_size=5), min_size=1, max_size=3, unique=True))
def test_whatever_inception_writes_as_values_comes_back(labels, tmp_path_factory):
    escaped = []
    for number, label in enumerate(labels):
        out = "".join(f"\\{c}" if c in "\\[]|_;*" else c for c in label).replace("->", "\\->").replace("\t", "\\t")
        escaped.append(f"{out}[{number + 1}]")
    (record,) = scan(tmp_path_factory.mktemp("any"), ROM.replace("LOC", "|".join(escaped)))
    assert sorted(label for _, label in shown(record)) == sorted(labels)


@pytest.mark.parametrize("cell", ["A[", "A[x]", "[1]", "", "A||B", "A|_", "_[1]"])
def test_a_cell_that_is_not_understood_is_refused_with_its_line(cell, tmp_path):
    (error,) = scan(tmp_path, ROM.replace("LOC", cell))
    assert (error.line, error.message[:8]) == (6, "the cell")


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("1-3\t8-9\t.\t_\t_\t", "1-3\t8-9\t.\t_", 8, "it has 4 cells, where the header declares 5"),
        ("1-3\t8-9\t.\t_\t_\t", "1-3\t8-9\t.\t_\t_\t_\t", 8, "it has 7 cells"),
        ("1-3\t8-9", "1-3\tx-9", 8, "it is no token"),
        ("1-3\t8-9", "x\t8-9", 8, "is not understood"),
        ("1-1\t0-3", "1-1.1\t0-3", 6, "comes before its token"),
        ("#Text=Rom ruft.\n", "", 5, "there is no #Text="),
        ("#Text=Rom ruft.\n", "#Text=Rom ruft.\n\n#Text=\n", 5, "has no tokens"),
        ("0-3\tRom\t_\tLOC", "0-3\tRom\t_\t*", 6, "the annotation has no value here"),
    ],
)
def test_a_broken_line_is_refused_by_its_number(old, new, line, why, tmp_path):
    assert old in ROM
    (error,) = scan(tmp_path, ROM.replace(old, new))
    assert isinstance(error, InputError)
    assert (error.line, why in error.message) == (line, True), error.message


def test_sentences_that_overlap_are_refused(tmp_path):
    first, *_ = scan(tmp_path, f"{ROM}\n{ROM}")
    assert "inside the one before it" in first.message


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["A[1]", "B[1]", "_"], "the annotation [1] is 'A' before, and 'B' here"),
        (["A[1]", "_", "A[1]"], "the annotation [1] goes on here, but is not on the token before"),
    ],
)
def test_an_annotation_that_contradicts_itself_is_refused(cells, why, tmp_path):
    body = "#Text=a b c\n" + "".join(
        f"1-{n + 1}\t{2 * n}-{2 * n + 1}\t{'abc'[n]}\t_\t{c}\t\n" for n, c in enumerate(cells)
    )
    (error,) = scan(tmp_path, body)
    assert why in error.message


def test_annotations_over_parts_of_tokens_are_read_as_inception_writes_them(tmp_path):
    body = (
        "#Text=aaaaaa bbbbbb cccccc\n1-1\t0-6\taaaaaa\t2a[1]|7a[3]\t\n1-1.1\t3-6\taaa\t9a[7]|8a[11]\t\n"
        "1-2\t7-13\tbbbbbb\t2a[1]|9a[7]\t\n1-2.1\t7-10\tbbb\t7a[3]|8a[11]|4a[13]\t\n"
        "1-2.3\t9-13\tbbbb\t5a[17]\t\n1-3\t14-20\tcccccc\t_\t\n1-3.1\t14-17\tccc\t9a[7]\t\n"
    )
    (record,) = scan(tmp_path, body, header="#T_SP=webanno.custom.Span|value\n")
    assert {(span.start, span.end, span.label) for span in record.spans} == {
        (0, 13, "2a"),
        (0, 10, "7a"),
        (3, 17, "9a"),
        (3, 10, "8a"),
        (7, 10, "4a"),
        (9, 13, "5a"),
    }


def test_an_annotation_of_no_characters_is_refused(tmp_path):
    body = ROM.replace("1-2\t", "1-1.1\t3-3\t\t_\tX\t\n1-2\t")
    (record,) = scan(tmp_path, body)
    with pytest.raises(InputError, match=r"0 <= start < end, not \[3, 3\]"):
        record.example()


def test_sentences_that_an_annotation_connects_are_one_example(tmp_path):
    body = (
        "#Sentence.id=s1\n#Text=He left.\n1-1\t0-2\tHe\t_\t_\t\n"
        "1-2\t3-7\tleft\t*[1]\tACT[1]\t\n1-3\t7-8\t.\t*[1]\tACT[1]\t\n\n"
        "#Text=She too.\n2-1\t10-13\tShe\t*[1]\tACT[1]\t\n2-2\t14-17\ttoo\t_\t_\t\n2-3\t17-18\t.\t_\t_\t\n\n"
        "#Sentence.id=s3\n#Text=Rom.\n3-1\t18-21\tRom\t_\tLOC\t\n3-2\t21-22\t.\t_\t_\t\n"
    )
    first, second = scan(tmp_path, body)
    assert (first.id, first.text, first.at, shown(first)) == (
        "a.p01",
        "He left.\n She too.",
        0,
        [("left.\n She", "ACT")],
    )
    assert [note.kind for note in first.notes] == ["joined-sentences"]
    assert (second.id, second.at, second.extra, shown(second)) == ("a.p03", 18, {"sentence_id": "s3"}, [("Rom", "LOC")])


def test_texts_of_older_versions_are_escaped_as_in_java(tmp_path):
    body = '#Text=M\\u00fcller \\"x\\"\n1-1\t0-6\tMüller\t_\tPER\t\n1-2\t7-10\t"x"\t_\t_\t\n'
    (record,) = scan(tmp_path, body, version="3.1")
    assert (record.text, shown(record)) == ('Müller "x"', [("Müller", "PER")])


def test_tabs_and_backslashes_in_texts_are_unescaped(tmp_path):
    body = "#Text=a\\tb\\\\n\n1-1\t0-1\ta\t_\t_\t\n1-2\t2-5\tb\\n\t_\tX\t\n"
    (record,) = scan(tmp_path, body)
    assert (record.text, shown(record)) == ("a\tb\\n", [("b\\n", "X")])


CUSTOM = "#T_SP=webanno.custom.Unit|name|type\n#T_SP=webanno.custom.Mention|\n"


@pytest.mark.parametrize(
    ("layer", "labels"),
    [
        ("Unit:type", ["army"]),
        ("webanno.custom.Unit:name", ["First"]),
        ("Mention", ["Mention"]),
        ("webanno.custom.Mention", ["Mention"]),
    ],
)
def test_the_layer_that_is_named_is_read(layer, labels, tmp_path):
    body = "#Text=Rom.\n1-1\t0-3\tRom\tFirst\tarmy\t*\t\n1-2\t3-4\t.\t_\t_\t_\t\n"
    (record,) = scan(tmp_path, body, header=CUSTOM, layer=layer)
    assert [label for _, label in shown(record)] == labels


@pytest.mark.parametrize(
    ("header", "layer", "why"),
    [
        (CUSTOM, None, "it has several layers of annotation; its layers are webanno.custom.Unit (name, type), webanno"),
        (CUSTOM, "Unit", "the layer webanno.custom.Unit has several features: name, type"),
        (CUSTOM, "Unit:x", "the layer webanno.custom.Unit has no feature 'x'; its features are name, type"),
        (CUSTOM, "x", "it has no layer 'x'; its layers are webanno.custom.Unit"),
        (CUSTOM, "Unit:", "the layer webanno.custom.Unit has several features: name, type"),
    ],
)
def test_a_layer_that_cannot_be_meant_is_refused_with_those_there_are(header, layer, why, tmp_path):
    (error,) = scan(tmp_path, "#Text=Rom\n1-1\t0-3\tRom\tA\tB\t*\t\n", header=header, layer=layer)
    assert error.message.startswith(why), error.message
    assert "--layer" in error.remedy


def test_named_entities_are_read_where_other_layers_are_declared_too(tmp_path):
    body = "#Text=Rom\n1-1\t0-3\tRom\tNE\t_\t_\tLOC\t_\t\n"
    (record,) = scan(tmp_path, body, header=POS + "#T_SP=webanno.custom.X|a\n" + NAMED_ENTITY + "#T_CH=x.Coref|type\n")
    assert shown(record) == [("Rom", "LOC")]


def test_a_layer_without_annotation_is_not_preferred(tmp_path):
    body = "#Text=Rom\n1-1\t0-3\tRom\t_\t_\tA\t\n"
    (record,) = scan(tmp_path, body, header=NAMED_ENTITY + "#T_SP=webanno.custom.X|a\n")
    assert shown(record) == [("Rom", "A")]


def test_slots_are_no_labels_and_named(tmp_path):
    header = "#T_SP=webanno.custom.Act|ROLE_webanno.custom.Act:links_webanno.custom.ActLink|uima.tcas.Annotation|kind\n"
    body = "#Text=He left\n1-1\t0-2\tHe\t_\t_\t_\t\n1-2\t3-7\tleft\twho;why\t1-1;1-1\tGO\t\n"
    (record,) = scan(tmp_path, body, header=header)
    assert shown(record) == [("left", "GO")]
    assert "ROLE_webanno.custom.Act:links" in record.notes[0].message


def test_annotations_without_a_value_have_the_label_that_is_named(tmp_path):
    (record,) = scan(tmp_path, ROM.replace("LOC", "*"), label="THING")
    assert shown(record) == [("Rom", "THING")]


@pytest.mark.parametrize(("header", "cells"), [("", ""), (POS, "NE\t"), (CUSTOM + POS, "_\t_\t_\tNE\t")])
def test_a_file_without_annotation_of_named_entities_is_read_and_noted(header, cells, tmp_path):
    (record,) = scan(tmp_path, f"#Text=Rom\n1-1\t0-3\tRom\t{cells}\n", header=header)
    assert (record.spans, [note.kind for note in record.notes]) == ((), ["no-layer"])


@pytest.mark.parametrize(
    "content",
    [
        "#FORMAT=WebAnno TSV 2.0\n",
        "#FORMAT=WebAnno TSV\n",
        "#id=1\n#text=Rom ruft.\n1\tRom\tB-LOC\n",
        " # webanno.custom.X | value\n#id=1\n#text=Rom ruft.\n1-1\tRom\tB-LOC\n",
    ],
)
def test_older_versions_are_refused_by_name(content, tmp_path):
    (tmp_path / "a.tsv").write_text(content)
    assert formats.detect(tmp_path / "a.tsv") == "webanno"
    with pytest.raises(InputError, match="this is WebAnno TSV") as caught:
        formats.load(tmp_path / "a.tsv")
    assert "export it as WebAnno TSV 3.3" in caught.value.remedy


def test_examples_are_written_as_inception_does(tmp_path):
    spans = (Span(0, 3, "LOC"), Span(9, 17, "LOC"), Span(9, 12, "a|b"), Span(5, 7, "X"))
    formats.get("webanno").write(
        tmp_path / "a.tsv", [Example("a.p00", "Rom ruft New York\n👍.", spans), Example("b", "Ulm")]
    )
    lines = (tmp_path / "a.tsv").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#goldspan=")] == [
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value",
        "",
        "",
        "#Text=Rom ruft New York",
        "#Text=👍.",
        "1-1\t0-3\tRom\t*\tLOC\t",
        "1-2\t4-8\truft\t_\t_\t",
        "1-2.1\t5-7\tuf\t*\tX\t",
        "1-3\t9-12\tNew\t*[3]|*[4]\ta\\|b[3]|LOC[4]\t",
        "1-4\t13-17\tYork\t*[4]\tLOC[4]\t",
        "1-5\t18-20\t👍\t_\t_\t",
        "1-6\t20-21\t.\t_\t_\t",
        "",
        "#Text=Ulm",
        "2-1\t22-25\tUlm\t_\t_\t",
    ]


@pytest.mark.parametrize(
    ("example", "why"),
    [
        (Example("a", ""), "the text is empty"),
        (Example("a", "Rom", (Span(0, 3, "a\rb"),)), "a label has a line break"),
    ],
)
def test_what_a_line_cannot_hold_is_refused(example, why, tmp_path):
    with pytest.raises(InputError, match=why) as caught:
        formats.get("webanno").write(tmp_path / "a.tsv", [example])
    assert caught.value.example == "a"
    assert not list(tmp_path.iterdir())


def test_what_goldspan_keeps_is_refused_where_it_is_damaged(tmp_path):
    (error,) = scan(tmp_path, '#goldspan={"id": 3}\n' + ROM)
    assert (error.line, error.message) == (5, "what goldspan keeps here is damaged")


@given(content=strategies.texts)
def test_any_text_gives_records_or_errors(content, tmp_path_factory):
    for record in scan(tmp_path_factory.mktemp("any"), content.replace("\\n", "\n")):
        if not isinstance(record, InputError):
            record.example()


def test_sentences_that_are_too_far_from_each_other_for_one_annotation_are_refused(tmp_path):
    body = "#Text=a\n1-1\t0-1\ta\t_\tX[1]\t\n\n#Text=b\n2-1\t900000000000000-900000000000001\tb\t_\tX[1]\t\n"
    (error,) = scan(tmp_path, body)
    assert "too far" in error.message

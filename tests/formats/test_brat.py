from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import formats, offsets
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import brat
from goldspan.formats.options import ReadOptions

DATA = Path(__file__).parents[1] / "data" / "formats" / "brat"
TEXT = "Lt. Marsh leads the 5th\nEngineer Battalion in Port Ellis.\n"


def scan(tmp_path, annotation, text=TEXT):
    (tmp_path / "wire.txt").write_bytes(text.encode())
    (tmp_path / "wire.ann").write_bytes(annotation.encode())
    return list(brat.scan(tmp_path))


def surfaces(example):
    return [example.surface(span) for span in example.spans]


def listing(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_of_brat_is_read_pair_by_pair():
    first, second = formats.load(DATA, "brat")
    assert (first.id, first.at, first.text) == ("wire-1", 0, TEXT)
    assert surfaces(first) == ["Marsh", "5th\nEngineer Battalion", "Port Ellis"]
    assert (second.id, second.spans, second.extra) == ("wire-2", (), {})


def test_relations_and_notes_are_written_back_with_their_ids(tmp_path):
    (example, _) = formats.load(DATA, "brat")
    kept = ["R1\tLeads Arg1:T1 Arg2:T2", "#1\tAnnotatorNotes T3\ta harbour"]
    assert example.extra == {"brat": {"ids": ["T1", "T2", "T3"], "lines": kept}}
    brat.write(tmp_path / "new", [example])
    lines = (DATA / "wire-1.ann").read_text().splitlines()
    assert sorted((tmp_path / "new" / "wire-1.ann").read_text().splitlines()) == sorted(lines)


def test_a_single_pair_can_be_named():
    assert [example.id for example in formats.load(DATA / "wire-2.ann", "brat")] == ["wire-2"]


def test_a_span_over_a_line_break_is_written_in_fragments_as_brat_does(tmp_path):
    brat.write(tmp_path / "new", [Example("a", "the 5th\r\n\nEngineer Battalion", (Span(4, 28, "UNIT"),))])
    assert (tmp_path / "new" / "a.ann").read_bytes() == b"T1\tUNIT 4 7;10 28\t5th Engineer Battalion\n"


@pytest.mark.parametrize(
    "line",
    [
        "T1\tUNIT 20 23;24 42\t5th Engineer Battalion",
        "T1\tUNIT 20 23;24 42\t5thEngineer Battalion",
        "T1\tUNIT 20 42\t5th Engineer Battalion",
        "T1\tUNIT 24 42;20 23\t5th Engineer Battalion",
        "T1\tUNIT 20 42",
    ],
)
def test_the_ways_to_write_a_span_over_a_line_break_are_one(line, tmp_path):
    (record,) = scan(tmp_path, f"{line}\r\n\n")
    assert surfaces(record.example()) == ["5th\nEngineer Battalion"]


def test_a_surface_that_differs_from_the_text_is_refused(tmp_path):
    (record,) = scan(tmp_path, "T1\tUNIT 20 42\t6th Engineer Battalion")
    with pytest.raises(
        InputError, match=r"wire.ann: wire: the span .* states '6th Engineer Battalion' but covers '5th"
    ):
        record.example()


def test_offsets_outside_the_text_are_left_for_the_checks(tmp_path):
    (record,) = scan(tmp_path, "T1\tUNIT 20 900\t5th Engineer Battalion")
    assert record.spans[0][:2] == (20, 900)
    with pytest.raises(InputError):
        record.example()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("T2\tUNIT 4 9;16 19\tMarsh the", "T2 is discontinuous (4 9;16 19)"),
        ("T1\tPLACE 46 56\tPort Ellis", "two annotations 'T1'"),
        ("T2 PLACE 46 56 Port Ellis", "is not an annotation"),
        ("T2\tPLACE 46\tPort Ellis", "is not an annotation"),
        ("T2\tPLACE x y\tPort Ellis", "is not an annotation"),
        ("Q1\tPLACE 46 56\tPort Ellis", "is not an annotation"),
        ("R1", "is not an annotation"),
        ("R2\tPLACE 46 56\tPort Ellis", "is not an annotation"),
        ("#2\tPLACE 46 56", "is not an annotation"),
        ("R1\tIn Arg1:T1 PLACE 46 56\tPort Ellis", "is not an annotation"),
        ("EVENT 46 56\tPort Ellis", "is not an annotation"),
        ("E1\tMeet 46 56", "is not an annotation"),
        ("R1\tIn Arg1:T1 Arg2:T1T2\tPLACE 46 56\tPort Ellis", "is not an annotation"),
    ],
)
def test_a_broken_line_is_an_error_with_file_and_line(line, why, tmp_path):
    (error,) = scan(tmp_path, f"T1\tPERSON 4 9\tMarsh\n{line}\n")
    assert isinstance(error, InputError)
    assert (error.file, error.line, error.example) == (tmp_path / "wire.ann", 2, "wire")
    assert why in error.message


def test_every_broken_line_of_a_file_is_named(tmp_path):
    errors = scan(tmp_path, "one\nT1\tPERSON 4 9\tMarsh\nthree\n")
    assert [error.line for error in errors] == [1, 3]


@pytest.mark.parametrize("missing", [".txt", ".ann"])
def test_half_a_pair_is_an_error(missing, tmp_path):
    scan(tmp_path, "")
    (tmp_path / f"wire{missing}").unlink()
    (error,) = brat.scan(tmp_path)
    assert f"there is no wire{missing}" in error.message


@pytest.mark.parametrize("suffix", [".txt", ".ann"])
def test_bytes_that_are_not_utf8_are_named(suffix, tmp_path):
    scan(tmp_path, "")
    (tmp_path / f"wire{suffix}").write_bytes(b"caf\xe9")
    (error,) = brat.scan(tmp_path)
    assert "not UTF-8" in error.message
    assert error.file == tmp_path / f"wire{suffix}"


def test_order_at_and_extra_are_kept_beside_the_pairs(tmp_path):
    examples = [Example("b", "KFOR", (Span(0, 4, "UNIT"),), 9, {"rule": "x"}), Example("a", "left\n")]
    brat.write(tmp_path / "new", examples)
    assert listing(tmp_path / "new") == ["a.ann", "a.txt", "b.ann", "b.txt", "goldspan.jsonl"]
    assert formats.load(tmp_path / "new", "brat") == examples


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "a"}', '{"id": "a", "at": "0", "extra": {}}', '{"id": "../a", "at": 0, "extra": {}}']
)
def test_a_broken_note_is_an_error_with_file_and_line(line, tmp_path):
    brat.write(tmp_path / "new", [Example("a", "KFOR")])
    notes = tmp_path / "new" / "goldspan.jsonl"
    notes.write_text(notes.read_text() + line + "\n")
    error, record = brat.scan(tmp_path / "new")
    assert (error.file, error.line, record.id) == (notes, 2, "a")


def test_a_note_that_stands_twice_is_an_error(tmp_path):
    brat.write(tmp_path / "new", [Example("a", "KFOR")])
    notes = tmp_path / "new" / "goldspan.jsonl"
    notes.write_text(notes.read_text() * 2)
    assert [type(found).__name__ for found in brat.scan(tmp_path / "new")] == ["InputError", "Record"]


def test_an_example_whose_pair_is_gone_is_an_error(tmp_path):
    brat.write(tmp_path / "new", [Example("a", "KFOR")])
    for suffix in (".txt", ".ann"):
        (tmp_path / "new" / f"a{suffix}").unlink()
    (error,) = brat.scan(tmp_path / "new")
    assert "there is no a.txt" in error.message
    assert error.file == tmp_path / "new" / "goldspan.jsonl"


def test_writing_again_removes_our_old_pairs_and_nothing_else(tmp_path):
    brat.write(tmp_path / "new", [Example("a", "KFOR"), Example("b", "left")])
    (tmp_path / "new" / "annotation.conf").write_text("[entities]\n")
    (tmp_path / "new" / "README.md").write_text("Ours.")
    brat.write(tmp_path / "new", [Example("a", "KFOR!")])
    assert listing(tmp_path / "new") == ["README.md", "a.ann", "a.txt", "annotation.conf", "goldspan.jsonl"]
    assert formats.load(tmp_path / "new", "brat") == [Example("a", "KFOR!")]
    assert listing(tmp_path) == ["new"]


@pytest.mark.parametrize("name", ["b.txt", "b.ann", "a.ann"])
def test_documents_that_are_not_ours_are_never_touched(name, tmp_path):
    (tmp_path / name).write_text("T1\tUNIT 0 4\tKFOR")
    with pytest.raises(InputError, match="did not write"):
        brat.write(tmp_path, [Example("a", "KFOR")])
    assert listing(tmp_path) == [name]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "new").write_text("KFOR")
    with pytest.raises(InputError, match="is a file"):
        brat.write(tmp_path / "new", [])


@pytest.mark.parametrize(
    "name",
    [
        "a/",
        "/a",
        "a//b",
        "../a",
        "a/./b",
        "a.txt/b",
        "A.ANN/b",
        "goldspan.jsonl/b",
        "..",
        ".a",
        "a\\b",
        "a:b",
        "a\n",
        "a ",
        "a.",
        "ü" * 101,
    ],
)
def test_an_id_that_is_no_file_name_is_refused(name, tmp_path):
    with pytest.raises(InputError, match="no file name"):
        brat.write(tmp_path / "new", [Example(name, "KFOR")])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("other", ["a.p01", "A.p01"])
def test_two_ids_for_one_file_are_refused(other, tmp_path):
    with pytest.raises(InputError, match=r"would be those of 'a.p01'"):
        brat.write(tmp_path / "new", [Example("a.p01", "KFOR"), Example(other, "left")])


@pytest.mark.parametrize(
    ("example", "why"),
    [
        (Example("a", "KFOR\n", (Span(0, 5, "UNIT"),)), "begins or ends with a line break"),
        (Example("a", "\u2028KFOR", (Span(0, 5, "UNIT"),)), "begins or ends with a line break"),
        (Example("a", "KFOR", (Span(0, 4, "MY UNIT"),)), "contains a space"),
        (Example("a", "KFOR", (Span(0, 4, "UNIT"),), 0, {"brat": {"ids": [], "lines": ["R1\tx"]}}), "does not fit"),
        (Example("a", "KFOR", (), 0, {"brat": "R1"}), "does not fit"),
        (Example("a", "KFOR", (), 0, {"brat": {"ids": [], "lines": ["R1\tx\nT1\tX 0 1"]}}), "does not fit"),
    ],
)
def test_what_an_ann_file_cannot_hold_is_refused(example, why, tmp_path):
    with pytest.raises(InputError, match=why) as caught:
        brat.write(tmp_path / "new", [example])
    assert caught.value.example == "a"
    assert not list(tmp_path.iterdir())


FRAGMENTED = "Lt. Marsh leads the 5th"


def scan_with(tmp_path, annotation, text, **options):
    (tmp_path / "wire.txt").write_bytes(text.encode())
    (tmp_path / "wire.ann").write_bytes(annotation.encode())
    return list(brat.scan(tmp_path, ReadOptions(**options)))


def test_a_discontinuous_span_is_refused_with_the_option_that_reads_it(tmp_path):
    (error,) = scan_with(tmp_path, "T2\tPART 0 3;16 19\tLt. the\n", FRAGMENTED)
    assert (error.file, error.line) == (tmp_path / "wire.ann", 1)
    assert "--discontinuous split" in error.remedy
    assert "--discontinuous cover" in error.remedy


def test_a_discontinuous_span_is_split_into_its_parts_and_noted(tmp_path):
    annotation = "T2\tPART 0 3;16 19\tLt. the\nT1\tPERSON 4 9\tMarsh\nR1\tOf Arg1:T2 Arg2:T1\n"
    (record,) = scan_with(tmp_path, annotation, FRAGMENTED, discontinuous="split")
    assert [(s.label, s.surface) for s in record.spans] == [("PART", "Lt."), ("PERSON", "Marsh"), ("PART", "the")]
    assert record.extra["brat"] == {"ids": ["T2", "T1", "T3"], "lines": ["R1\tOf Arg1:T2 Arg2:T1"]}
    (note,) = record.notes
    assert (note.kind, note.line) == ("discontinuous", 1)
    assert "read as 2 spans" in note.message
    brat.write(tmp_path / "new", [record.example()])
    assert formats.load(tmp_path / "new", "brat") == [record.example()]


def test_a_discontinuous_span_is_read_with_its_gap_and_noted(tmp_path):
    (record,) = scan_with(tmp_path, "T2\tPART 16 19;0 3\tLt. the\n", FRAGMENTED, discontinuous="cover")
    assert surfaces(record.example()) == ["Lt. Marsh leads the"]
    assert [note.kind for note in record.notes] == ["discontinuous"]


def test_parts_that_are_annotated_already_are_read_once(tmp_path):
    text = "north and south Kosovo"
    annotation = "T1\tPLACE 0 5;16 22\tnorth Kosovo\nT2\tPLACE 10 22\tsouth Kosovo\nT3\tPLACE 16 22\tKosovo\n"
    (record,) = scan_with(tmp_path, annotation + "A1\tBig T1\n", text, discontinuous="split")
    assert surfaces(record.example()) == ["north", "south Kosovo", "Kosovo"]
    assert record.extra["brat"]["ids"] == ["T1", "T2", "T3"]
    assert "1 of which are annotated already" in record.notes[0].message


@pytest.mark.parametrize("policy", ["split", "cover"])
def test_fragments_that_state_other_words_are_refused_under_every_policy(policy, tmp_path):
    (record,) = scan_with(tmp_path, "T2\tPART 0 3;16 19\tLt. 5th\n", FRAGMENTED, discontinuous=policy)
    with pytest.raises(InputError, match=r"states 'Lt. 5th' but covers"):
        record.example()


@pytest.mark.parametrize(
    ("fragments", "surface"),
    [
        ("0 3;8 16", "5th Engineer"),
        ("0 3;8 16", "5thEngineer"),
        ("0 16", "5th Engineer"),
        ("0 16", "5th     Engineer"),
        ("0 3;5 16", "5th    Engineer"),
    ],
)
def test_fragments_over_a_line_end_with_spaces_around_it_are_one_span(fragments, surface, tmp_path):
    text = "5th \r\n  Engineer"
    (record,) = scan_with(tmp_path, f"T1\tUNIT {fragments}\t{surface}\n", text)
    assert surfaces(record.example()) == [text]
    assert not record.notes


def test_white_space_at_the_edges_is_no_matter_of_line_ends(tmp_path):
    (record,) = scan_with(tmp_path, "T1\tUNIT 0 8\tKFOR\nx", "KFOR \n x y")
    assert isinstance(record, InputError)
    (record,) = scan_with(tmp_path, "T1\tUNIT 0 7\tKFOR\n", "KFOR \n x y")
    with pytest.raises(InputError, match="states 'KFOR'"):
        record.example()


@pytest.mark.parametrize(("unit", "convert"), [("bytes", offsets.to_bytes), ("utf-16", offsets.to_utf16)])
def test_offsets_of_other_units_are_refused_with_the_option_and_read_with_it(unit, convert, tmp_path):
    text = "Zürich 👍 grüßt Köln."
    first, last = convert(text, [text.index("Köln"), len(text) - 1])
    annotation = f"T1\tPLACE {first} {last}\tKöln\n"
    (record,) = scan_with(tmp_path, annotation, text)
    with pytest.raises(InputError, match="states 'Köln' but covers") as caught:
        record.example()
    assert f"--offsets {unit}" in caught.value.remedy
    (record,) = scan_with(tmp_path, annotation, text, offsets=unit)
    assert surfaces(record.example()) == ["Köln"]


def test_an_offset_inside_a_character_is_refused_with_its_line(tmp_path):
    first, second = scan_with(tmp_path, "T1\tX 0 1\tZ\nT2\tX 2 3\tr\nT3\tX 3 900\tr\nQ", "Zür", offsets="bytes")
    assert (first.line, second.line) == (2, 4)
    assert "position 2 is inside a character" in first.message


@given(text=st.text(alphabet="aü👍\n ", min_size=1, max_size=12), data=st.data())
def test_a_file_with_offsets_in_bytes_has_the_spans_of_the_one_in_code_points(text, data, tmp_path_factory):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = offsets.to_bytes(text, [start, end])
    (record,) = scan_with(tmp_path_factory.mktemp("any"), f"T1\tX {first} {last}\n", text, offsets="bytes")
    assert [span[:2] for span in record.spans] == [(start, end)]


def test_sub_folders_are_read_and_written_under_their_paths(tmp_path):
    examples = [
        Example("2024/may/a", "KFOR", (Span(0, 4, "UNIT"),), 3, {"rule": "x"}),
        Example("2024/b", "left\n"),
        Example("b", "right"),
    ]
    brat.write(tmp_path / "new", examples)
    assert (tmp_path / "new" / "2024" / "may" / "a.ann").is_file()
    assert formats.load(tmp_path / "new", "brat") == examples
    (tmp_path / "new" / "goldspan.jsonl").unlink()
    assert {(e.id, e.text) for e in formats.load(tmp_path / "new", "brat")} == {(e.id, e.text) for e in examples}
    assert {e.at for e in formats.load(tmp_path / "new", "brat")} == {0}


def test_folders_that_goldspan_wrote_keep_what_it_noted_inside_another_folder(tmp_path):
    example = Example("a", "KFOR", (Span(0, 4, "UNIT"),), 3, {"rule": "x"})
    brat.write(tmp_path / "one", [example])
    brat.write(tmp_path / "two", [example])
    assert formats.detect(tmp_path) == "brat"
    found = formats.load(tmp_path, "brat")
    assert [(e.id, e.at, e.extra) for e in found] == [("one/a", 3, {"rule": "x"}), ("two/a", 3, {"rule": "x"})]


def test_writing_again_removes_what_is_gone_from_sub_folders(tmp_path):
    brat.write(tmp_path / "new", [Example("x/y/a", "KFOR"), Example("z/b", "left")])
    (tmp_path / "new" / "z" / "README").write_text("Ours.")
    brat.write(tmp_path / "new", [Example("x/c", "KFOR")])
    assert sorted(p.relative_to(tmp_path / "new").as_posix() for p in (tmp_path / "new").rglob("*")) == [
        "goldspan.jsonl",
        "x",
        "x/c.ann",
        "x/c.txt",
        "z",
        "z/README",
    ]


def test_documents_in_sub_folders_that_are_not_ours_are_never_touched(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "b.ann").write_text("")
    with pytest.raises(InputError, match="did not write: x/b"):
        brat.write(tmp_path, [Example("a", "KFOR")])


@pytest.mark.parametrize(("beside", "name"), [("notes.conf", "brat"), ("a.jsonl", None)])
def test_sub_folders_make_a_collection_unless_other_data_stands_beside_them(beside, name, tmp_path):
    (tmp_path / "x").mkdir()
    scan_with(tmp_path / "x", "", "KFOR")
    (tmp_path / beside).write_text("")
    assert formats.registry.try_detect(tmp_path) == name


def test_every_line_of_brat_comes_back_in_its_order_from_doccano(tmp_path):
    annotation = (
        "T1\tPER 0 4\tAnna\nT2\tPER 9 11\tBo\nT3\tLOC-city_x 15 19\tOslo\nT4\tMeet 5 8\tmet\n"
        "E1\tMeet:T4 Who:T1 Who2:T2 Place:T3\nA1\tNegated E1\nM2\tConf E1 High\nR1\tIn Arg1:T2 Arg2:T3\n"
        "*\tEquiv T1 T2\nN1\tReference T3 Wiki:585\tOslo\n#1\tAnnotatorNotes T1\tsure? no\n#2\tAnnotatorNotes T2\t\n"
    )
    (record,) = scan_with(tmp_path, annotation, "Anna met Bo in Oslo. She left.\n")
    formats.get("doccano").write(tmp_path / "d.jsonl", [record.example()])
    brat.write(tmp_path / "new", formats.load(tmp_path / "d.jsonl", "doccano"))
    assert (tmp_path / "new" / "wire.ann").read_text() == annotation


def test_lines_of_brat_that_end_with_a_space_or_a_tab_are_kept(tmp_path):
    lines = [
        "R1\tIn Arg1:T1 Arg2:T1\t",
        "E1\tMeet:T1 ",
        "E2\tMeet:T1 Who:T1  Whom2:E1",
        "A1\tNegated E1",
        "N1\tRef T1 W:5 x\ty z",
    ]
    (record,) = scan_with(tmp_path, "\n".join(["T1\tMeet 0 4\tKFOR", *lines]), "KFOR")
    assert record.extra["brat"]["lines"] == lines


def test_files_of_windows_are_read_byte_for_byte(tmp_path):
    text = "Rain in Oslo.\r\nSun in Bergen.\r\n"
    (record,) = scan_with(tmp_path, "T1\tLOC 8 12\tOslo\r\nT2\tLOC 22 28\tBergen\r\n#1\tNote T1\tbig\r\n", text)
    assert (record.text, surfaces(record.example())) == (text, ["Oslo", "Bergen"])
    brat.write(tmp_path / "new", [record.example()])
    assert (tmp_path / "new" / "wire.txt").read_bytes() == text.encode()
    assert (tmp_path / "new" / "wire.ann").read_text().endswith("#1\tNote T1\tbig\n")


def test_two_annotations_of_the_same_words_and_label_are_refused_by_name(tmp_path):
    (record,) = scan_with(tmp_path, "T1\tLOC 0 3\tRom\nT2\tLOC 0 3\tRom\nN1\tReference T1 Wiki:1\tRom\n", "Rom ruft.")
    with pytest.raises(InputError, match=r"the span \[0, 3, LOC\] occurs twice"):
        record.example()


def test_a_text_in_latin_1_is_refused_with_the_byte(tmp_path):
    (tmp_path / "wire.txt").write_bytes("Köln".encode("latin-1"))
    (tmp_path / "wire.ann").write_text("")
    (error,) = brat.scan(tmp_path)
    assert error.message == "not UTF-8: byte 0xf6 at byte 1"


@pytest.mark.parametrize(
    ("text", "start", "remedy"),
    [
        ("Rain in Oslo.\r\nSun in Bergen.", 21, "line ends of Unix"),
        ("\ufeffRain in Bergen.", 8, "byte order mark"),
        ("Rain in Bergen.", 9, "must name the same words"),
    ],
)
def test_offsets_on_another_form_of_the_text_are_refused_with_what_to_do(text, start, remedy, tmp_path):
    (record,) = scan_with(tmp_path, f"T1\tLOC {start} {start + 6}\tBergen\n", text)
    with pytest.raises(InputError, match="states 'Bergen' but covers") as caught:
        record.example()
    assert remedy in caught.value.remedy


def test_other_data_in_the_folder_is_named_once(tmp_path):
    brat.write(tmp_path / "new", [Example("a", "KFOR"), Example("x/b", "left")])
    for name in ("annotation.conf", "README.md", "LICENSE", "x/rows.jsonl", "a.conll"):
        (tmp_path / "new" / name).write_text("")
    first, second = brat.scan(tmp_path / "new")
    assert [note.message for note in first.notes] == ["beside the files of brat are a.conll, x/rows.jsonl: not read"]
    assert not second.notes

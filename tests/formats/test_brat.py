from pathlib import Path

import pytest

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import brat

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


@pytest.mark.parametrize("name", ["a/b", "..", ".a", "a\\b", "a:b", "a\n", "a ", "a.", "ü" * 101])
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

"""Files larger than memory: what is read part by part is what is read as a whole."""

import errno
import io
import json
import os
import random
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import files, formats, strict_json
from goldspan.annotation import Example, Span
from goldspan.cli import console
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import conll_table, convert, dataset, gold, json_rows, json_stream
from goldspan.formats.digest_table import DigestTable
from goldspan.formats.options import ReadOptions
from goldspan.formats.record import Record
from helpers.mutations import MUTATIONS

DATA = Path(__file__).parents[1] / "data" / "formats"
SAMPLES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file())
FOLDERS = ["brat", "dataset", "dataset-saved", "potato"]
WITH_EXTRA = {"cas.json", "cas.zip"}
FEW = settings(max_examples=min(50, settings().max_examples))  # each writes files
ROW = {"text": "Rom ruft", "entities": [{"start": 0, "end": 3, "label": "LOC"}]}


def everything(path, options):
    """What is detected and read of a file: records, notes and errors, as text."""
    try:
        name = formats.detect(path)
        return name, [str(r) if isinstance(r, InputError) else repr(r) for r in formats.get(name).scan(path, options)]
    except GoldspanError as error:
        return str(error)


@pytest.fixture
def in_parts(monkeypatch):
    """Read in parts that are as small as can be."""

    def begin():
        monkeypatch.setattr(json_stream, "PART", 5)
        monkeypatch.setattr(json_rows, "LINE_PART", 3)
        monkeypatch.setattr(conll_table, "MOST_ROWS", 1)
        monkeypatch.setattr(dataset, "BATCH", 1)

    return begin


@pytest.mark.parametrize("options", [ReadOptions(), ReadOptions(repair="strict")], ids=["conlleval", "strict"])
@pytest.mark.parametrize("name", [name for name in [*SAMPLES, *FOLDERS] if name not in WITH_EXTRA])
def test_parts_of_a_sample_are_read_as_the_whole(name, options, in_parts):
    whole = everything(DATA / name, options)
    in_parts()
    assert everything(DATA / name, options) == whole


def test_parts_of_damaged_files_are_read_as_the_whole(in_parts, tmp_path):
    rng = random.Random(11)  # noqa: S311  (mutations)
    paths = []
    for name in SAMPLES:
        if Path(name).suffix in {".jsonl", ".json", ".conll", ".csv", ".tsv"} and name not in WITH_EXTRA:
            data = (DATA / name).read_bytes()
            for number, mutation in enumerate(MUTATIONS.values()):
                path = tmp_path / str(number) / Path(name).name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(mutation.apply(data, rng))
                paths.append(path)
    whole = [everything(path, ReadOptions()) for path in paths]
    in_parts()
    assert [everything(path, ReadOptions()) for path in paths] == whole
    assert sum("InputError" not in str(one) for one in whole) > 100


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@FEW
@given(
    values=st.lists(VALUES, max_size=4),
    indent=st.sampled_from([None, 0, 2]),
    damage=st.sampled_from(["", "]", ",", "NaN", '"', "\\ud800", "[" * 201, "\0", "9" * 30, '{"a":1,"a":2}', "\ufeff"]),
    at=st.integers(0, 200),
    part=st.integers(1, 9),
)
def test_a_text_is_an_array_item_by_item_if_and_only_if_it_is_one_as_a_whole(  # noqa: PLR0917  (what is drawn)
    values, indent, damage, at, part, tmp_path_factory
):
    text = json.dumps(values, indent=indent)
    text = text[:at] + damage + text[at:]
    path = tmp_path_factory.mktemp("any") / "a.json"
    path.write_text(text, "utf-8", newline="")
    try:
        wanted = strict_json.loads(text)
    except strict_json.JSONError:
        wanted = None
    json_stream.PART, kept = part, json_stream.PART
    try:
        with files.opened(path) as stream:
            read = list(json_stream.JsonStream(stream).items())
    except json_stream.NotStrictJSONError:
        read = None
    finally:
        json_stream.PART = kept
    assert read == wanted


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("layout", ["[\n{}\n]", "[{}]", "{}"])
def test_the_last_of_many_rows_decides_what_holds_for_all(layout, name, tmp_path):
    rows = [{"tokens": ["Rom", "ruft"], "ner_tags": ["I-LOC", "O"], "uid": f"u{n}"} for n in range(300)]
    rows[-1] = {"tokens": ["Rom", "Bonn", "ruft"], "ner_tags": ["I-LOC", "B-LOC", "O"], "uid": "u0"}
    between = "\n" if layout == "{}" else ",\n"
    path = tmp_path / name
    path.write_text(layout.replace("{}", between.join(json.dumps(row) for row in rows)), "utf-8")
    *_, last = records = list(formats.get("rows").scan(path, ReadOptions(repair="strict")))
    assert records[0].id == "a.1"  # `uid` does not tell rows apart
    assert len(last.spans) == 2  # in IOB1, which only the last row shows
    assert formats.get("rows").module.scheme_fit(path).best == ("IOB1",)


def test_a_kind_of_id_holds_for_each_annotator_alone(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [ROW | {"uid": "x", "annotator": name} for name in ("ines", "omar")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert [record.id for record in formats.get("rows").scan(path)] == ["x", "x"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.json", "[" + ", ".join([json.dumps(ROW)] * 50) + ", {", "array is broken in or after its item 51"),
        ("a.json", json.dumps([ROW] * 50, indent=1)[:-1] + ",", "array is broken in or after its item 51"),
        ("a.json", json.dumps({"rows": [ROW] * 50}), "a single JSON value in it has more than 1,000 bytes"),
        ("a.json", json.dumps({"rows": [ROW] * 50}, indent=1), "a single JSON value in it has more than 1,000 bytes"),
        ("a.json", json.dumps([{"rows": [ROW] * 50}]), "a single JSON value in it has more than 1,000 bytes"),
    ],
)
def test_what_would_have_to_be_read_as_a_whole_and_is_too_large_is_refused(name, content, why, monkeypatch, tmp_path):
    for limit in ("LARGEST_VALUE", "LARGEST_EXPLAINED"):
        monkeypatch.setattr(json_rows, limit, 1000)
    monkeypatch.setattr(json_stream, "PART", 100)
    path = tmp_path / name
    path.write_text(content, "utf-8")
    [error] = formats.get("rows").scan(path)
    assert isinstance(error, InputError)
    assert why in error.message


@pytest.mark.parametrize("name", ["inception.tsv", "cas.json"])
def test_a_file_that_is_read_as_a_whole_may_not_be_too_large(name, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_HELD", 100)
    with pytest.raises(InputError, match=r"has [\d,]+ bytes: a file of this kind is read as a whole, and may have 100"):
        formats.load(DATA / name)


def test_only_the_beginning_of_a_large_array_is_read_to_detect_its_format(monkeypatch, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"data": {"text": "Rom"}, "annotations": [{"result": []}]}] * 4000), "utf-8")
    read = []
    monkeypatch.setattr(json_rows, "BEGINNING", 1000)
    monkeypatch.setattr(json_rows, "LINE_PART", 500)
    monkeypatch.setattr(json_stream, "PART", 500)
    monkeypatch.setattr(files, "BUFFER", 500)
    with files.watched(lambda _, at, size: read.append(at / size)):
        assert formats.detect(path) == "labelstudio"
    assert path.stat().st_size > 3 * 65_536
    assert max(read) < 0.4  # the first 64 KB, of about 240


# A file that changes


@dataclass
class ChangingFile:
    """A file that is changed while it is read, after some rows."""

    path: Path
    after: int

    def read(self, change):
        found = []
        try:
            for number, record in enumerate(formats.get(formats.detect(self.path)).scan(self.path)):
                if number == self.after:
                    change(self.path)
                found.append(record)
        except InputError as error:
            found.append(error)
        return found


CHANGES = {
    "longer": lambda path: path.write_bytes(path.read_bytes() * 2),
    "shorter": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "replaced": lambda path: (path.with_suffix(".new").write_bytes(path.read_bytes()),
                              path.with_suffix(".new").replace(path)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("layout", ["[{}]", "{}"])
def test_a_file_that_changes_while_it_is_read_is_refused(change, layout, tmp_path):
    path = tmp_path / "a.json"
    between = "\n" if layout == "{}" else ",\n"
    path.write_text(layout.replace("{}", between.join([json.dumps(ROW)] * 2000)), "utf-8")
    found = ChangingFile(path, 5).read(CHANGES[change])
    assert isinstance(found[0], Record)
    assert "it changed while it was read" in [str(error.message) for error in found if isinstance(error, InputError)]


def test_a_file_that_changes_before_its_turn_is_refused(tmp_path, monkeypatch):
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in paths:
        gold.write(path, [Example(path.stem, "Rom")])

    def write(_path, examples, _options):
        for number, example in enumerate(examples):
            assert number == 0, "the second file is not read"
            assert example.id == "a"
            paths[1].write_bytes(b"")

    monkeypatch.setattr(gold, "write", write)
    account = convert.convert(paths, tmp_path / "new.jsonl", to="gold")
    assert [error.message for error in account.refused] == ["it changed while it was read"]
    assert not (tmp_path / "new.jsonl").exists()


# What grows with the number of rows


def test_a_table_of_digests_is_a_dictionary():
    rng = random.Random(3)  # noqa: S311  (keys)
    table, wanted = DigestTable(), {}
    for _ in range(20_000):
        key = f"{rng.randrange(8_000)}", "x" * rng.randrange(3)
        assert table.get(*key) == wanted.get(key)
        assert table.setdefault(len(wanted), *key) == wanted.setdefault(key, len(wanted))
        wanted[key] += 1
        assert table.increment(*key) == wanted[key]
    assert len(table) == len(wanted)


def test_a_table_of_digests_tells_where_strings_end():
    table = DigestTable()
    table.setdefault(1, "ab", "c")
    assert table.get("a", "bc") is None
    assert table.get("ab\0c") is None
    assert table.get("\udcff") is None  # of a file name that is not UTF-8


def test_duplicate_ids_far_apart_and_annotators_are_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps(ROW | {"id": f"r{n}"}) + "\n" for n in [*range(3000), 0])
        + json.dumps(ROW | {"id": "r1", "annotator": "omar"}) + "\n", "utf-8"
    )  # fmt: skip
    account = convert.convert([path], tmp_path / "new.jsonl", to="gold")
    assert [(error.line, error.example) for error in account.refused] == [(3001, "r0"), (3002, "r1")]
    assert "already" in account.refused[0].message
    assert "several people: one without a name, omar" in account.refused[1].message


def test_many_errors_notes_and_widened_spans_are_counted_and_the_first_listed(tmp_path, monkeypatch, goldspan, capsys):
    monkeypatch.setattr(convert, "MOST_LISTED", 5)
    rows = tmp_path / "a.jsonl"
    rows.write_text("".join(json.dumps(ROW | {"text": None}) + "\n" for _ in range(9)), "utf-8")
    report = tmp_path / "report.json"
    assert goldspan("convert", rows, "--from", "rows", "--to", "gold", "-o", tmp_path / "new", "--json", report) == 1
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "goldspan: and 4 more", "goldspan: 9 refused; nothing was written",
    ]  # fmt: skip
    read = json.loads(report.read_text())
    assert (len(read["refused"]), read["not_listed"]) == (5, {"refused": 4})

    cut = [Example(f"a.p{n}", "KFOR left", (Span(0, 3, "UNIT"), Span(4, 5, "UNIT"))) for n in range(7)]
    gold.write(tmp_path / "cut.jsonl", cut)
    arguments = (tmp_path / "cut.jsonl", "--to", "conll", "-o", tmp_path / "new", "--json", report)
    assert goldspan("convert", *arguments, "--policy", "expand", "--language", "en") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[1].endswith("7 examples, 7 spans")
    assert shown[-2:] == ["widened   2 more spans", "lost      2 more spans"]
    assert json.loads(report.read_text())["not_listed"] == {"widened": 2, "lost": 2}

    assert goldspan("convert", *arguments, "--language", "en") == 1
    assert "cannot hold this (14):" in (error := capsys.readouterr().err)
    assert "and 9 more" in error

    rows.write_text("".join(json.dumps({"text": f"Rom {n}"}) + "\n" for n in range(8)) + json.dumps(ROW), "utf-8")
    assert goldspan("convert", rows, "--to", "gold", "-o", tmp_path / "new.jsonl", "--json", report) == 0
    assert "5 more of the kind no-annotation; --json lists the first 5" in capsys.readouterr().err
    assert json.loads(report.read_text())["not_listed"] == {"notes: no-annotation": 3}


def test_a_dataset_of_several_row_groups_is_written_and_read(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "BATCH", 4)
    monkeypatch.setattr(dataset, "ROW_GROUP", 8)
    examples = [Example(f"a.p{n}", f"KFOR left {n}", (Span(0, 4, f"L{n % 5}"),)) for n in range(27)]
    formats.get("dataset").write(tmp_path / "a.parquet", examples)
    assert formats.load(tmp_path / "a.parquet") == examples


def test_it_is_shown_how_far_a_large_file_is_read_and_for_which_time(tmp_path, monkeypatch):
    for module, name in ((console, "LARGE_FILE"), (files, "BUFFER"), (json_rows, "LINE_PART")):
        monkeypatch.setattr(module, name, 10_000)
    large, small = tmp_path / "large.jsonl", tmp_path / "small.jsonl"
    large.write_text((json.dumps(ROW) + "\n") * 3000, "utf-8")
    small.write_text(json.dumps(ROW | {"id": "other"}) + "\n", "utf-8")
    told = []
    with files.watched(console.FileWatch(lambda *step: told.append(step)).see):
        convert.convert([large, small], tmp_path / "new.jsonl", to="gold")
    size = large.stat().st_size
    assert {(step, total) for step, _, total in told} == {("large.jsonl", size), ("large.jsonl, reading 2", size)}
    assert {step for step, done, _ in told if done == size} == {"large.jsonl", "large.jsonl, reading 2"}
    assert [done for step, done, _ in told if "2" in step] == sorted(done for step, done, _ in told if "2" in step)


def test_a_full_disk_names_the_folder_of_the_temporary_file_of_a_dataset(tmp_path, monkeypatch):
    class FullFile(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda *_, **__: FullFile())
    with pytest.raises(OSError, match=re.escape(tempfile.gettempdir())):
        formats.get("dataset").write(tmp_path / "a.parquet", [Example("a", "KFOR")])
    assert not list(tmp_path.iterdir())

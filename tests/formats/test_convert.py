import json
from functools import partial
from pathlib import Path

import pytest

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError
from goldspan.formats import gold
from goldspan.formats.convert import convert
from goldspan.formats.options import ReadOptions, WriteOptions

DATA = Path(__file__).parents[1] / "data" / "formats"
CUT = Example("a.p00", "KFOR troops left", (Span(0, 3, "UNIT"), Span(5, 11, "X"), Span(11, 12, "Y")))


@pytest.fixture
def run(goldspan):
    """`goldspan convert` with these arguments; its exit code."""
    return partial(goldspan, "convert")


@pytest.mark.parametrize("to", [name for name in formats.CHOICES if formats.get(name).can_write])
def test_files_of_several_formats_become_one(to, tmp_path):
    paths = [DATA / "gold.jsonl", DATA / "brat", DATA / "iob1.conll", DATA / "doccano-old.jsonl"]
    account = convert(paths, tmp_path / "new", to=to)
    assert [name for _, name in account.files] == ["gold", "brat", "conll", "doccano"]
    assert (account.examples, account.spans, account.refused) == (8, 11, [])
    held = 8 if formats.get(to).holds_unannotated else 7  # a row of Doccano has no key for spans
    assert len(formats.load(tmp_path / "new", to)) == held


def test_a_folder_stands_for_its_files(tmp_path):
    gold.write(tmp_path / "in" / "b.jsonl", [Example("b", "KFOR")])
    gold.write(tmp_path / "in" / "a.jsonl", [Example("a", "left")])
    convert([tmp_path / "in"], tmp_path / "new.jsonl", to="gold")
    assert [example.id for example in formats.load(tmp_path / "new.jsonl")] == ["a", "b"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file in this folder"):
        convert([tmp_path], tmp_path / "new", to="gold")


def test_all_that_cannot_be_read_is_gathered_and_nothing_written(tmp_path):
    broken = tmp_path / "a.jsonl"
    broken.write_text('{"text": "KFOR", "label": []}\n{"text": 3}\n{"text": "x", "label": [[0, 9, "X"]]}\n')
    account = convert([broken, broken], tmp_path / "new", to="conll")
    assert [error.line for error in account.refused] == [2, 3, 1, 2, 3]
    assert "already" in account.refused[2].message
    assert list(tmp_path.iterdir()) == [broken]


@pytest.mark.parametrize(
    ("options", "why"), [({"to": "xml"}, "no format"), ({"to": "conll", "writing": WriteOptions(policy="x")}, "policy")]
)
def test_unknown_names_are_refused(options, why, tmp_path):
    with pytest.raises(InputError, match=why):
        convert([DATA / "gold.jsonl"], tmp_path / "new", **options)


def test_widened_and_lost_spans_are_reported_apart(tmp_path):
    gold.write(tmp_path / "a.jsonl", [CUT])
    account = convert([tmp_path / "a.jsonl"], tmp_path / "new", to="docbin", writing=WriteOptions(policy="expand"))
    assert [span.surface for span in account.widened] == ["KFO"]
    assert [span.surface for span in account.lost] == [" "]
    json.dumps(account.json(), allow_nan=False)


def test_a_file_can_be_converted_in_place(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes((DATA / "gold.jsonl").read_bytes())
    convert([path], path, to="doccano")
    assert formats.load(path, "doccano") == formats.load(DATA / "gold.jsonl")


def test_the_command_prints_what_was_read_written_widened_and_lost(run, tmp_path, capsys):
    gold.write(tmp_path / "a.jsonl", [CUT])
    report = tmp_path / "report.json"
    arguments = (tmp_path / "a.jsonl", "--to", "conll", "-o", tmp_path / "new", "--policy", "expand", "--json", report)
    assert run(*arguments) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "read      1 file (1 gold): 1 example, 3 spans",
        f"written   {tmp_path / 'new'} (conll): 1 example, 2 spans",
        "widened   a.p00: [0, 3, UNIT] 'KFO' cuts 'KFOR'",
        "lost      a.p00: [11, 12, Y] ' ' touches no token",
    ]
    assert json.loads(report.read_text())["widened"][0]["widened"] == "KFOR"


def test_the_command_counts_repaired_tags(run, tmp_path, capsys):
    (tmp_path / "a.conll").write_text("KFOR B-UNIT\nleft I-X\n")
    assert run(tmp_path / "a.conll", "--from", "conll", "--to", "jsonl", "-o", tmp_path / "new") == 0
    assert "repaired  1 tag," in capsys.readouterr().out


def test_the_command_exits_with_1_and_writes_nothing_on_bad_input(run, tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text('{"text": "KFOR", "label": []}\n{"text": 3}\n')
    assert run(tmp_path / "a.jsonl", "--to", "gold", "-o", tmp_path / "new") == 1
    error = capsys.readouterr().err
    assert f"{tmp_path / 'a.jsonl'}:2: a.2: 'text' is 3" in error
    assert "1 refused; nothing was written" in error
    assert not (tmp_path / "new").exists()


def test_the_command_refuses_spans_that_cut_tokens_by_default(run, tmp_path, capsys):
    gold.write(tmp_path / "a.jsonl", [CUT])
    assert run(tmp_path / "a.jsonl", "--to", "conll", "-o", tmp_path / "new") == 1
    assert "[0, 3, UNIT] 'KFO' cuts 'KFOR'" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("arguments", [["--to", "xml"], ["--to", "gold"], []])
def test_wrong_usage_exits_with_2(run, arguments):
    assert run(DATA / "gold.jsonl", *arguments) == 2


@pytest.mark.parametrize("command", ["convert", "export"])
def test_every_format_can_be_named_on_the_command_line(command, goldspan, capsys):
    assert goldspan(command, "--help") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in formats.CHOICES)


def test_an_option_that_the_format_does_not_use_is_refused_with_both_names(tmp_path):
    with pytest.raises(InputError, match=r"--spans-key has no effect on the format gold\n.*It is for docbin"):
        convert([DATA / "gold.jsonl"], tmp_path / "new", to="gold", reading=ReadOptions(spans_key=("x",)))


def test_a_folder_of_which_a_part_would_not_be_read_is_refused(tmp_path):
    row = '{"text": "Rom ruft.", "entities": [[0, 3, "LOC"]]}\n'
    folder = tmp_path / "corpus"
    (folder / "test").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "train.jsonl").write_text(row, "utf-8")
    (folder / "test" / "test.jsonl").write_text(row, "utf-8")
    with pytest.raises(InputError, match="a folder, 'test', which would not be read"):
        convert([folder], tmp_path / "out.jsonl", to="gold")
    assert not (tmp_path / "out.jsonl").exists()
    (folder / "test").rename(tmp_path / "test")
    assert convert([folder, tmp_path / "test"], tmp_path / "out.jsonl", to="gold").spans == 2


def test_a_selection_of_labels_that_leaves_nothing_is_refused(tmp_path):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text('{"text": "Rom ruft.", "entities": [[0, 3, "LOC"]]}\n', "utf-8")
    refused = convert([path], out, to="gold", reading=ReadOptions(only=frozenset({"LOK", "ORG"}))).refused
    assert "no span has a label that --only names: LOK, ORG\n  Name labels that are there: [0, 3, LOC] 'Rom'" in str(
        refused[0]
    )
    assert not out.exists()
    assert convert([path], out, to="gold", reading=ReadOptions(only=frozenset({"LOC", "ORG"}))).spans == 1

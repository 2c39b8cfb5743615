"""What commands print and write: files first, reports on standard output alone, nothing of a source overwritten."""

import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from rich.console import Console

from goldspan.annotation import Example, Span
from goldspan.cli.console import print_table
from goldspan.cli.output import CLOSED_PIPE
from goldspan.corpus import Corpus
from goldspan.formats import gold
from goldspan.report.text import Table
from helpers.releasable_projects import state
from helpers.sample_corpus import set_pass_spans

COMMANDS = {  # that write files; `ROOT` is the project, `OUT` a folder
    "add": ("add", "OUT/inbox", "--apply", "--json", "OUT/report.json"),
    "add annotation": ("add", "OUT/x.jsonl", "--as", "lea", "--apply", "--json", "OUT/report.json"),
    "adjudicate": ("adjudicate", "--accept", "majority", "--apply", "--json", "OUT/report.json"),
    "adopt": ("adjudicate", "--adopt", "--as", "lea", "--reason", "x", "--apply", "--json", "OUT/report.json"),
    "agree": ("agree", "--json", "OUT/report.json", "--html", "OUT/report.html"),
    "build": ("build", "--json", "OUT/report.json"),
    "check": ("check", "--json", "OUT/report.json"),
    "convert": ("convert", "ROOT/corpus/gold", "--to", "conll", "-o", "OUT/new.conll", "--json", "OUT/report.json"),
    "evaluate": (
        "evaluate", "ROOT/corpus/gold", "ROOT/corpus/passes/bob", "--json", "OUT/report.json", "--html",
        "OUT/report.html",
    ),
    "export": ("export", "--format", "jsonl", "--output", "OUT/out", "--json", "OUT/report.json"),
    "formats": ("formats", "--json", "OUT/report.json"),
    "relabel": ("relabel", "SHIP", "PORT", "--apply", "--json", "OUT/report.json"),
    "withdraw": ("withdraw", "strike", "--requested-by", "other", "--apply", "--json", "OUT/report.json"),
    "release": (
        "release", "1.0", "--output", "OUT/out", "--date", "2031-01-02", "--apply", "--json", "OUT/report.json",
    ),
    "rule": ("adjudicate", "--rule", "S-1", "--json", "OUT/report.json"),
    "split": ("split", "--apply", "--json", "OUT/report.json"),
    "stats": ("stats", "--write", "--json", "OUT/report.json"),
    "suggest": ("suggest", "--json", "OUT/report.json"),
}  # fmt: skip
WITHOUT_ROOT = {"convert", "formats"}


@pytest.fixture
def disputed(toy):
    """The small corpus with a majority, gold that was edited by hand, an article without split and one without gold."""
    shutil.rmtree(toy.decisions)
    shutil.copytree(toy.passes / "ann", toy.passes / "cy")
    toy.split_file("test").unlink()
    return toy


def command(name, root, out):
    given = [argument.replace("ROOT", str(root)).replace("OUT", str(out)) for argument in COMMANDS[name]]
    return given if name in WITHOUT_ROOT else [*given, "--root", str(root)]


def prepare(corpus, out, name):
    root = out.parent / f"{out.name}-project"
    shutil.copytree(corpus.root, root)
    (root / "annotation_guidelines" / "ship.md").write_text("## S-1 Names\n")
    (out / "inbox").mkdir(parents=True)
    (out / "inbox" / "new.txt").write_text("A new text.")
    gold.write(out / "x.jsonl", [Example("new.p01", "A new text.", (Span(2, 5, "CREW"),))])
    if name == "release":
        state(Corpus(root))
    if name in {"export", "release"}:
        (root / "corpus" / "splits" / "test.txt").write_text("strike\n")
    if name == "adopt":
        path = root / "corpus" / "gold" / "storm.jsonl"
        set_pass_spans(Corpus(root), "cy", "storm.p02")
        path.write_text(path.read_text("utf-8").replace('[[11, 21, "PORT", "Valparaíso"]]', "[]"), encoding="utf-8")
    return root


def written(*folders):
    return {
        (number, str(path.relative_to(folder))): path.read_bytes()
        for number, folder in enumerate(folders)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def closed_pipe(monkeypatch):
    """Standard output is a pipe whose reader has left."""

    def close():
        read, write = os.pipe()
        os.close(read)
        opened.append(io.TextIOWrapper(os.fdopen(write, "wb"), encoding="utf-8"))
        monkeypatch.setattr(sys, "stdout", opened[-1])

    opened = []
    yield close
    for stream in opened:
        stream.close()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_who_left_loses_no_file(disputed, tmp_path, goldspan, capsys, closed_pipe, name):  # noqa: PLR0917
    def run(out):
        root = prepare(disputed, out, name)
        code = goldspan(*command(name, root, out))
        files = written(root, out)
        return code, {key: data.replace(b"<wbr>", b"").replace(bytes(out.parent), b"") for key, data in files.items()}

    code, expected = run(tmp_path / "one" / "out")
    assert code in {0, 1}
    assert (1, "report.json") in expected
    capsys.readouterr()
    closed_pipe()
    assert run(tmp_path / "two" / "out") == (CLOSED_PIPE, expected)
    assert "Error" not in capsys.readouterr().err


def test_a_pipe_that_is_closed_ends_quietly_in_a_shell(toy):
    """What the interpreter prints when it ends counts, too."""
    script = f'"{sys.executable}" -m goldspan show --root "{toy.root}" | true; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout.strip() in {"0", str(CLOSED_PIPE)}, done.stderr) == (True, "")


def test_a_full_disk_under_standard_output_is_one_line(toy):
    with open("/dev/full", "w") as full:  # noqa: PTH123  (a device)
        arguments = [sys.executable, "-m", "goldspan", "show", "--root", toy.root]
        done = subprocess.run(arguments, stdout=full, stderr=-1, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "goldspan: standard output: No space left on device\n")


PLACES = ["-", "/dev/stdout", "/dev/fd/1"]


@pytest.mark.parametrize(
    ("name", "place"),
    [("stats", place) for place in PLACES]
    + [(name, "-") for name in COMMANDS if name not in {"build", "adopt", "stats"}],
)
def test_a_report_on_standard_output_stands_there_alone(disputed, tmp_path, goldspan, capfd, name, place):  # noqa: PLR0917
    root = prepare(disputed, tmp_path / "one", name)
    arguments = command(name, root, tmp_path / "one")
    arguments[arguments.index("--json") + 1] = place
    goldspan(*arguments)
    captured = capfd.readouterr()
    assert json.loads(captured.out)
    assert captured.err
    assert f"wrote {place}" not in captured.err


def test_a_page_and_converted_examples_go_to_standard_output(toy, goldspan, capfd):
    assert goldspan("agree", "--root", toy.root, "--html", "-") == 0
    assert capfd.readouterr().out.lower().startswith("<!doctype html")
    assert goldspan("convert", toy.gold / "storm.jsonl", "--to", "gold", "-o", "-") == 0
    captured = capfd.readouterr()
    assert captured.out == (toy.gold / "storm.jsonl").read_text("utf-8")
    assert "3 examples" in captured.err


@pytest.mark.parametrize(
    "case",
    [
        (("agree", "--json", "-", "--html", "/dev/stdout"), 2, "each report needs a file of its own"),
        (("agree", "--json", "OUT/x", "--html", "OUT/../one/x"), 2, "each report needs a file of its own"),
        (("stats", "--json", "OUT"), 2, "is a folder: name a file"),
        (("suggest", "--output", "-"), 1, "a folder is written, not a file"),
        (("export", "--output", "/dev/stdout"), 1, "a folder is written, not a file"),
        (("convert", "ROOT/corpus/gold", "--to", "brat", "-o", "-"), 1, "a folder is written, not a file"),
        (("stats", "--json", "ROOT/corpus/manifest.jsonl"), 1, "corpus/manifest.jsonl belongs to the sources"),
        (("stats", "--json", "ROOT/corpus/gold/new.json"), 1, "corpus/gold belongs to the sources"),
        (("stats", "--json", "ROOT/annotation_guidelines/labels.toml"), 1, "annotation_guidelines belongs to"),
        (("stats", "--json", "ROOT/link"), 1, "corpus/gold belongs to the sources"),
        (("agree", "--html", "ROOT/seeds/x.html"), 1, "seeds belongs to the sources"),
        (("agree", "--html", "OUT/thesis.txt"), 1, "exists and holds no page"),
        (("stats", "--json", "OUT/thesis.txt"), 1, "exists and holds no report"),
        (("check", "OUT/row.json", "--json", "OUT/row.json"), 1, "is read by this command"),
        (("evaluate", "OUT/row.json", "ROOT/corpus/gold", "--json", "OUT/row.json"), 1, "is read by this command"),
        (("convert", "OUT/a.jsonl", "--to", "gold", "-o", "OUT/a.jsonl"), 1, "is read by this command"),
        (("convert", "OUT/a.jsonl", "--to", "gold", "-o", "OUT/thesis.txt"), 1, "exists and holds no annotation"),
        (("convert", "OUT/a.jsonl", "--to", "gold", "-o", "ROOT/corpus/manifest.jsonl"), 1, "belongs to the sources"),
        (("convert", "OUT/a.jsonl", "--to", "gold", "-o", "ROOT/corpus/gold/a.jsonl"), 1, "belongs to the sources"),
        (("convert", "OUT/a.jsonl", "--to", "brat", "-o", "ROOT/corpus/passes/x"), 1, "belongs to the sources"),
        (("export", "--output", "ROOT/corpus/passes/x"), 1, "belongs to the sources"),
        (("export", "--output", "ROOT/corpus"), 1, "holds the sources of a project"),
        (("release", "1.0", "--output", "/dev/stdout"), 1, "a folder is written, not a file"),
        (("release", "1.0", "--output", "ROOT/corpus/releases/x"), 1, "belongs to the sources"),
        (("release", "1.0", "--output", "ROOT/seeds/x"), 1, "belongs to the sources"),
    ],
)
def test_nothing_is_overwritten_unasked(toy, tmp_path, goldspan, capsys, case):
    arguments, code, words = case
    out = tmp_path / "one"
    out.mkdir()
    (out / "thesis.txt").write_text("Ten years of work.")
    shutil.copy(toy.gold / "storm.jsonl", out / "a.jsonl")
    (out / "row.json").write_text((toy.gold / "storm.jsonl").read_text("utf-8").splitlines()[0])
    (toy.root / "link").symlink_to(toy.gold / "storm.jsonl")
    before = written(toy.root, out)
    given = [argument.replace("ROOT", str(toy.root)).replace("OUT", str(out)) for argument in arguments]
    root = () if arguments[0] in {"convert", "check", "evaluate"} else ("--root", toy.root)
    assert goldspan(*given, *root) == code
    assert words in " ".join(capsys.readouterr().err.split())
    assert written(toy.root, out) == before


def test_what_such_a_command_wrote_is_overwritten(toy, tmp_path, goldspan):
    (tmp_path / "empty.json").touch()
    for _ in range(2):
        assert goldspan("stats", "--json", tmp_path / "empty.json", "--root", toy.root) == 0
        assert goldspan("agree", "--html", tmp_path / "a.html", "--root", toy.root) == 0
        assert goldspan("convert", toy.gold, "--to", "conll", "-o", tmp_path / "a.conll") == 0
        assert goldspan("convert", toy.gold, "--to", "brat", "-o", tmp_path / "brat") == 0
    assert json.loads((tmp_path / "empty.json").read_text())


PLANS = {  # commands that show a plan, with the words at its end that the plan alone has
    "add": ("add", "OUT/inbox"),
    "add annotation": ("add", "OUT/x.jsonl", "--as", "lea"),
    "adjudicate": ("adjudicate",),
    "accept": ("adjudicate", "--accept", "majority"),
    "overwrite": ("adjudicate", "--overwrite"),
    "adopt": ("adjudicate", "--adopt", "--as", "lea", "--reason", "x"),
    "split": ("split",),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_what_apply_carries_out(disputed, tmp_path, goldspan, capsys, name):
    root = prepare(disputed, tmp_path / "out", "adopt" if name in {"adopt", "overwrite"} else name)
    if name == "adjudicate":
        (root / "corpus" / "gold" / "strike.jsonl").unlink()
    arguments = [argument.replace("OUT", str(tmp_path / "out")) for argument in PLANS[name]]

    def run(*options):
        goldspan(*arguments, "--root", root, "--json", tmp_path / "report.json", *options)
        report = json.loads((tmp_path / "report.json").read_text())
        shown = capsys.readouterr().out.replace("would write ", "wrote ").splitlines()
        return [line for line in shown if "--apply" not in line], {**report, "applied": None}

    before = written(root)
    planned, report = run()
    assert written(root) == before
    shown, done = run("--apply")
    after = written(root)
    changed = {name for _, name in after if after[0, name] != before.get((0, name)) and not name.endswith(".lock")}
    assert changed
    assert shown == planned
    assert done == report
    named = {line.split(f"{root}/")[1] for line in planned if line.startswith("wrote ")}
    named |= {"corpus/manifest.jsonl", "seeds/new.txt"} if "1 new, 0 unchanged" in planned else set()
    named |= {line.split()[1] for line in planned if line.startswith("pass ")}
    assert changed == named


@pytest.mark.parametrize(
    "arguments",
    [
        ("adjudicate", "--adopt", "--as", "b\udcff", "--reason", "x", "--apply"),
        ("suggest", "--map", "b\udcff=SHIP"),
        ("show", "--containing", "\udcff"),
    ],
)
def test_a_text_that_is_not_utf_8_is_wrong_usage(toy, goldspan, capsys, arguments):
    assert goldspan(*arguments, "--root", toy.root) == 2
    assert "is not UTF-8" in capsys.readouterr().err


def test_a_file_whose_name_is_not_utf_8_is_read_written_and_reported(toy, tmp_path, goldspan):
    path = tmp_path / "b\udcff.jsonl"
    shutil.copy(toy.gold / "storm.jsonl", path)
    out = tmp_path / "o\udcff.jsonl"
    report, page = tmp_path / "r\udcff.json", tmp_path / "r\udcff.html"
    assert goldspan("convert", path, "--to", "gold", "-o", out, "--json", report) == 0
    assert out.read_bytes() == path.read_bytes()
    assert json.loads(report.read_text("utf-8"))["files"][0]["file"] == str(tmp_path / "b\ufffd.jsonl")
    arguments = ("evaluate", toy.gold, path, "--root", toy.root)
    assert goldspan(*arguments, "--json", report, "--html", page) == 0
    assert "b\ufffd" in page.read_text("utf-8").replace("<wbr>", "")


@pytest.mark.parametrize("width", [20, 60, 80, 100])
def test_a_table_that_is_wider_than_the_terminal_keeps_the_names_of_its_rows(width):
    table = Table(
        "Pair by pair",
        "",
        ("pair", "examples", "spans", "exact F1", "relaxed F1", "kappa, tokens", "unitizing alpha"),
        (("a1 – a2", "30", "79 / 79", "83.54 [77.0, 88.5]", "93.67 [85.1, 97.5]", "0.903 [0.85, 0.94]", "0.897"),),
    )
    out = Console(width=width, file=io.StringIO())
    print_table(out, table)
    shown = out.file.getvalue()
    assert all(part in shown for part in ("a1 – a2", *table.header[:3], "relaxed F1", "83.54", "[0.85, 0.94]", "0.897"))


@pytest.mark.parametrize("width", [56, 60, 66, 70, 80])
def test_a_column_of_words_gets_the_room_that_long_keys_leave(width):
    """The keys and places need all of their width; only the value in between can be folded."""
    out = Console(width=width, file=io.StringIO())
    value = '[{"name": "The Merrow demonstration (invented)"}]'
    rows = (("checks.trailing-possessive", "error", "toml:18"), ("release.authors", value, "toml:28"))
    print_table(out, Table("Settings", "", ("key", "value", "from"), rows))
    lines = out.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert {"checks.trailing-possessive", "toml:18", *value.split()} <= {*" ".join(lines).split()}
    assert sum("checks" in line for line in lines) == 1, "one table"


def test_a_path_or_a_key_is_not_folded_where_the_terminal_is_narrow():
    path = "build/dataset/gold/validation.parquet"
    out = Console(width=60, file=io.StringIO())
    print_table(out, Table("Built", "", ("what", "where"), (("gold: validation, of all articles with gold", path),)))
    assert path in out.file.getvalue()

"""`goldspan rebuild` as a stranger runs it: with the release alone, in a folder without a project."""

import json
import os

import pytest

from goldspan import files
from goldspan.rebuild import MARKER
from goldspan.release import release
from helpers import rebuilt_releases
from helpers.rebuilt_releases import texts_of, write_texts


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A folder without a project around it, which is the current one."""
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def changed(project, stranger):
    """Copies of the articles: one is missing, and some words are others."""
    first, second, *others = texts_of(project).items()
    write_texts(stranger / "texts", {first[0]: first[1].replace("Kosovo", "Kosova")})
    others = {article: text.replace("Kosovo", "Kosova", 4) for article, text in others}
    write_texts(stranger / "texts", others, rebuilt_releases.wrapped)
    (stranger / "texts" / "film.mp4").write_bytes(b"\0")
    return second[0]


def test_the_same_bytes(goldspan, standoff_release, project, stranger, capsys):
    assert goldspan("rebuild", standoff_release, "--texts", project.seeds, "--output", "out") == 0
    out = capsys.readouterr().out
    assert "78 examples of 78 with 245 spans of 245 are in the dataset (--keep same-words)." in out
    assert "Articles: 5 found by the SHA-256 of the file." in out
    assert 'Next: datasets.load_dataset("out") in Python' in out
    assert (stranger / "out" / "gold" / "train.parquet").is_file()


def test_the_report_is_one_screen_that_says_what_is_not_there(goldspan, standoff_release, changed, capsys):
    assert goldspan("rebuild", standoff_release, "--texts", "texts", "--output", "out", "--keep", "all") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert changed in out.split("Articles that were not found")[1].split("Spans that were lost")[0]
    assert "1 file or row not read: film.mp4 (its kind is not read: .mp4)" in out
    lost = out.split("Spans that were lost")[1]
    assert lost.count(" LOCATION ") <= 10
    assert "more, which out/rebuild.json lists" in lost
    assert "Next: get what is missing (1 article), and run this again" in out


def test_json_is_the_report_of_the_folder_and_stands_alone_on_standard_output(
    goldspan, standoff_release, stranger, changed, capfd
):
    assert changed
    assert goldspan("rebuild", standoff_release, "--texts", "texts", "--output", "out", "--json", "-") == 0
    captured = capfd.readouterr()
    report = json.loads(captured.out)
    assert report == json.loads((stranger / "out" / "rebuild.json").read_text("utf-8"))
    assert "are in the dataset" in captured.err
    assert "Next:" not in captured.err
    totals = report["totals"]
    assert totals["examples"]["all"] == sum(totals["examples"][name] for name in ("exact", "changed", "missing")) == 78
    assert totals["spans"]["all"] == sum(totals["spans"][name] for name in ("exact", "moved", "lost")) == 245
    assert totals["examples"]["kept"] == sum(table["rows"] for table in report["tables"]["gold"].values())
    assert totals["spans"]["kept"] == sum(table["spans"] for table in report["tables"]["gold"].values())
    assert totals["passes"]["kept"] == sum(table["rows"] for table in report["tables"]["passes"].values())


def test_every_key_of_the_report_is_in_the_manual(goldspan, standoff_release, stranger, changed, project):
    assert changed
    arguments = ("--texts", "texts", "--output", "out", "--json", "report.json", "--keep", "all-spans")
    assert goldspan("rebuild", standoff_release, *arguments) == 0
    report = json.loads((stranger / "report.json").read_text("utf-8"))
    manual = (project.root / "docs" / "rebuild.md").read_text("utf-8")
    example = report["examples"][0]
    keys = {*report, *report["release"], *report["totals"], *report["articles"][0], *report["skipped"][0]}
    keys |= {*example, *(key for one in report["examples"] for span in one["spans"] for key in span)}
    keys |= {key for one in report["examples"] for line in one["passes"] for key in line}
    assert {key for key in keys if f"`{key}`" not in manual} == set()


def test_all_can_be_required(goldspan, standoff_release, stranger, changed, capsys):
    assert changed
    arguments = ("rebuild", standoff_release, "--texts", "texts", "--output", "out", "--require-all")
    assert goldspan(*arguments, "--json", "report.json") == 1
    captured = capsys.readouterr()
    assert "goldspan: nothing was written: --require-all" in captured.err
    assert "more, which --json lists" in " ".join(captured.out.split())
    assert len(captured.out.splitlines()) < 60
    assert not (stranger / "out").exists()
    assert json.loads((stranger / "report.json").read_text("utf-8"))["complete"] is False


def test_nothing_that_fits_is_no_dataset(goldspan, standoff_release, stranger, capsys):
    write_texts(
        stranger / "texts", {"x": "Nothing of what is in the articles is written in this text, which is short."}
    )
    assert goldspan("rebuild", standoff_release, "--texts", "texts", "--output", "out") == 1
    captured = capsys.readouterr()
    assert "goldspan: nothing was written: no example can be kept" in captured.err
    assert "5 not found" in captured.out
    assert "load_dataset" not in captured.out
    assert not (stranger / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("RELEASE", "--texts", "SEEDS"), 2, "Missing option '--output'"),
        (("RELEASE", "--texts", "SEEDS", "--output", "out", "--keep", "some"), 2, "'some' is not one of"),
        (("RELEASE", "--texts", "SEEDS", "--output", "out", "--encoding", "klingon"), 2, "no encoding of texts"),
        (("RELEASE", "--output", "out"), 1, "5 of its 5 articles may not travel as texts"),
        (("RELEASE", "--texts", "nowhere", "--output", "out"), 1, "there is no such folder"),
        (("RELEASE", "--texts", "RELEASE", "--output", "out"), 1, "is the release, or lies in it"),
        (("RELEASE", "--texts", ".", "--output", "out"), 1, "lies in a folder that is read"),
        (("RELEASE", "--texts", "SEEDS", "--output", "RELEASE/out"), 1, "lies in a folder that is read"),
        (("RELEASE", "--texts", "SEEDS", "--output", "RELEASE"), 1, "lies in a folder that is read"),
        (("RELEASE", "--texts", "SEEDS", "--output", "."), 1, "holds files that no rebuild has written"),
        (("RELEASE", "--texts", "SEEDS", "--output", "/dev/stdout"), 1, "a folder is written, not a file"),
        (("SEEDS", "--texts", "SEEDS", "--output", "out"), 1, "is no release"),
        (("nowhere", "--texts", "SEEDS", "--output", "out"), 1, "is no release"),
    ],
)
def test_what_is_refused(goldspan, standoff_release, project, stranger, capsys, *, arguments, code, message):
    (stranger / "mine.txt").write_text("mine")
    places = {"RELEASE": str(standoff_release), "SEEDS": str(project.seeds)}
    given = [part.replace("RELEASE", places["RELEASE"]).replace("SEEDS", places["SEEDS"]) for part in arguments]
    assert goldspan("rebuild", *given) == code
    assert message in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in stranger.iterdir()] == ["mine.txt"]


def test_a_rebuild_that_was_killed_between_two_steps_is_restored(goldspan, standoff_release, project, stranger):
    arguments = ("rebuild", standoff_release, "--texts", project.seeds, "--output", "out")
    assert goldspan(*arguments) == 0
    with files.new_folder(stranger / "out") as folder:
        aside = folder.with_suffix(files.OLD)
        process = aside.name.split(".goldspan-")[1].split("-")[1]
        (stranger / "out").rename(aside.with_name(aside.name.replace(f"-{process}-", "-4194305-")))
    assert goldspan("rebuild", standoff_release, "--texts", "nowhere", "--output", "out") == 1
    assert (stranger / "out" / MARKER).is_file()


def test_no_control_character_of_a_name_reaches_the_terminal(goldspan, standoff_release, project, stranger, capsys):
    for article, text in texts_of(project).items():
        path = stranger / "texts" / f"{article}\x1b[2J.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "x")
    (stranger / "texts" / "e\x1b[2J.jpg").write_text("x")
    assert goldspan("rebuild", standoff_release, "--texts", "texts", "--output", "out", "--keep", "exact") == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert "\x1b" not in (stranger / "out" / "REBUILD.md").read_text("utf-8")


def test_a_name_that_is_not_utf_8_is_reported(goldspan, standoff_release, project, stranger):
    (stranger / "texts").mkdir()
    for number, text in enumerate(texts_of(project).values()):
        path = os.fsencode(stranger / "texts") + b"/\xff%d.txt" % number
        with open(path, "wb") as stream:  # noqa: PTH123  (the name is bytes)
            stream.write(text.encode() + b"x")
    assert goldspan("rebuild", standoff_release, "--texts", "texts", "--output", "out", "--json", "report.json") == 0
    report = json.loads((stranger / "out" / "rebuild.json").read_text("utf-8"))
    assert report == json.loads((stranger / "report.json").read_text("utf-8"))
    assert min(article["text"] for article in report["articles"]) == "\\xff0.txt"


def test_texts_that_are_not_needed_are_not_read(goldspan, toy, stranger, monkeypatch, capsys):
    rebuilt_releases.state_release(monkeypatch)
    free = rebuilt_releases.allow_texts(toy, "harbour", "storm", "strike")
    release(free, "1.0", stranger / "release", date=rebuilt_releases.DATE, is_checked=True)
    assert goldspan("rebuild", "release", "--output", "out") == 0
    assert "3 in the release as texts" in capsys.readouterr().out
    assert goldspan("rebuild", "release", "--texts", "release/gold", "--output", "out") == 0
    assert "The release holds all texts: release/gold was not read." in capsys.readouterr().out

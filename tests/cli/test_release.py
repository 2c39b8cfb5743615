"""`goldspan release`: what it prints, what it keeps, what it refuses."""

import json

import pytest

from goldspan.corpus.releases import read_releases
from goldspan.formats import gold
from goldspan.new_project import create_demo
from helpers.releasable_projects import DATE, allow_texts, state


@pytest.fixture
def stated(toy):
    return allow_texts(state(toy), "storm")


def test_a_folder_is_written_and_nothing_kept_without_apply(stated, goldspan, capsys):
    assert goldspan("release", "1.0", "--date", DATE, "--root", stated.root) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert (stated.build / "release" / "release.json").is_file()
    assert not stated.releases.exists()
    assert "version 1.0 of 2031-01-02" in printed
    assert "standoff validation 3 7" in printed
    assert "1 article with its text, 2 stand-off" in printed
    assert "keep what was released" in printed
    assert "goldspan check" in printed
    assert "goldspan hub push OWNER/NAME" in printed


def test_apply_keeps_the_record_and_the_next_release_says_what_changed(stated, goldspan, capsys):
    assert goldspan("release", "1.0", "--date", DATE, "--apply", "--root", stated.root) == 0
    assert "1.0.jsonl" in capsys.readouterr().out
    (kept,) = read_releases(stated.releases)
    assert (kept.version, kept.date) == ("1.0", DATE)
    before = (stated.releases / "1.0.jsonl").read_bytes()
    assert goldspan("release", "1.0", "--apply", "--root", stated.root) == 0
    assert (stated.releases / "1.0.jsonl").read_bytes() == before
    assert "keep what was released" not in capsys.readouterr().out
    for name in ("ann", "bob"):
        path = stated.passes / name / "strike.jsonl"
        lines = [json.loads(line) | {"spans": []} for line in path.read_text("utf-8").splitlines()]
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    examples = [example.with_spans(()) for example in stated.gold_examples(["strike"])]
    gold.write(stated.gold / "strike.jsonl", examples)
    report = stated.build / "report.json"
    assert goldspan("release", "1.1", "--date", "2031-02-03", "--json", report, "--root", stated.root) == 0
    written = json.loads(report.read_text("utf-8"))
    assert (written["version"], written["previous"], written["record"]) == ("1.1", "1.0", None)
    assert "1.0" in " ".join(written["changes"]["summary"])
    changelog = (stated.build / "release" / "CHANGELOG.md").read_text("utf-8")
    assert changelog.index("## 1.1, 2031-02-03") < changelog.index("## 1.0, 2031-01-02")
    capsys.readouterr()
    assert goldspan("release", "1.0", "--root", stated.root) == 1
    assert "was released with other annotation" in capsys.readouterr().err
    assert [path.name for path in stated.releases.iterdir()] == ["1.0.jsonl"]


def test_all_that_is_missing_is_printed_and_reported(toy, goldspan, capsys):
    path = toy.gold / "storm.jsonl"
    path.write_text(path.read_text("utf-8").replace('"PORT", "V', '"PORT", "W'), "utf-8")
    report = toy.build / "report.json"
    assert goldspan("release", "1.0", "--json", report, "--root", toy.root) == 1
    printed = capsys.readouterr()
    assert "[release]" in printed.err
    assert "authors = [" in printed.err
    assert "storm.jsonl:1" in printed.out
    written = json.loads(report.read_text("utf-8"))
    assert [one["line"].split()[0] for one in written["missing"]] == ["authors", "licence"]
    assert written["check"]["errors"] >= 1
    assert not (toy.build / "release").exists()


def test_the_demo_can_be_released_as_it_is(tmp_path, goldspan, capsys):
    corpus = create_demo(tmp_path / "demo")
    assert goldspan("release", "1.0", "--output", tmp_path / "out", "--root", corpus.root) == 0
    assert "5 articles with their texts, 1 stand-off" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("folder", ["corpus", "corpus/releases", "corpus/releases/x", "seeds", "."])
def test_the_folder_is_none_of_the_sources(stated, goldspan, capsys, folder):
    assert goldspan("release", "1.0", "--output", stated.root / folder, "--root", stated.root) == 1
    assert "sources of" in " ".join(capsys.readouterr().err.split())

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from datasets import load_dataset

from goldspan import InputError, formats, new_project
from goldspan.build import build
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import write_manifest

ROOT = Path(__file__).parent.parent
PARTS = ("seeds", "corpus", "annotation_guidelines")


@pytest.fixture
def copy(tmp_path):
    """A copy of this project's data, to be built and broken."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "goldspan.toml", tmp_path)
    return Corpus(tmp_path)


def state(corpus):
    return {path: path.read_bytes() for part in PARTS for path in (corpus.root / part).rglob("*") if path.is_file()}


def test_the_main_job_makes_a_dataset_and_changes_nothing_that_is_kept(copy, tmp_path):
    before = state(copy)
    built = build(copy)
    assert state(copy) == before
    assert built.errors == 0
    assert built.articles == 5
    dataset = load_dataset(str(copy.build / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert sum(split.num_rows for split in dataset.values()) == 78


def test_every_article_gets_its_suggestions(copy):
    built = build(copy)
    names = sorted(path.stem for path in built.suggestions.glob("*.jsonl"))
    assert names == [entry.id for entry in copy.entries]
    found = [e for path in sorted(built.suggestions.glob("*.jsonl")) for e in formats.load(path)]
    assert [(e.id, e.text) for e in found] == [(e.id, e.text) for e in copy.gold_examples()]
    assert built.suggested == sum(len(e.spans) for e in found) > 0


def test_nothing_is_exported_while_a_check_finds_an_error(copy):
    path = copy.gold / "004_bd3d4ea906696a1f.jsonl"
    path.write_text(path.read_text().replace("LOCATION", "PLACE", 1))
    built = build(copy)
    errors = {finding.check for finding in built.findings if finding.severity == "error"}
    assert errors == {"unknown-label", "gold-underived"}
    assert built.exported is None
    assert not (copy.build / "dataset").exists()


def test_a_changed_article_stops_the_release(copy):
    path = copy.seeds / "004_bd3d4ea906696a1f.txt"
    path.write_text(path.read_text() + "\nA late addition.\n")
    assert "source-hash" in {finding.check for finding in build(copy).findings}


def without_gold(corpus):
    """The corpus as it is once the passes are pulled: no gold, no splits, no version in the manifest."""
    for path in [*corpus.gold.glob("*.jsonl"), *(corpus.folder / "splits").glob("*.txt")]:
        path.unlink()
    write_manifest(corpus.folder / "manifest.jsonl", [replace(one, guidelines=None) for one in corpus.entries])
    return Corpus(corpus.root)


def test_gold_and_splits_are_made_of_passes_that_agree(copy):
    gold = {path.name: path.read_bytes() for path in copy.gold.glob("*.jsonl")}
    built = build(without_gold(copy))
    assert {path.name: path.read_bytes() for path in copy.gold.glob("*.jsonl")} == gold
    assert built.new_gold == [entry.id for entry in copy.entries]
    assert sorted(built.new_splits) == sorted(built.new_gold)
    assert (built.errors, set(built.new_splits.values())) == (0, {"train", "validation", "test"})
    assert {entry.guidelines for entry in Corpus(copy.root).entries} == {"1.1"}
    assert sum(built.exported.rows["gold"].values()) == 78
    before = state(copy)
    again = build(Corpus(copy.root))
    assert (again.new_gold, again.new_splits) == ([], {})
    assert state(copy) == before


def test_an_article_with_a_dispute_waits_for_a_decision(copy):
    path = copy.passes / "reader-a" / "004_bd3d4ea906696a1f.jsonl"
    lines = [one.with_spans(one.spans) for one in formats.load(path, "gold")]
    first = next(number for number, one in enumerate(lines) if one.spans)
    lines[first] = lines[first].with_spans(lines[first].spans[1:])
    formats.gold.write(path, lines)
    built = build(without_gold(copy))
    assert built.new_gold == [entry.id for entry in copy.entries if entry.id != path.stem]
    assert not (copy.gold / path.name).exists()
    assert path.stem not in built.new_splits
    assert built.errors == 0


def test_an_annotator_who_is_not_done_with_an_article_is_waited_for(copy):
    path = copy.passes / "reader-c" / "004_bd3d4ea906696a1f.jsonl"
    lines = formats.load(path, "gold")
    formats.gold.write(path, lines[:-1])
    assert build(without_gold(copy)).new_gold == [entry.id for entry in copy.entries if entry.id != path.stem]
    path.unlink()
    assert build(Corpus(copy.root)).new_gold == [path.stem]


def test_an_article_with_gold_and_without_a_split_gets_one(copy):
    train = copy.split_file("train")
    first, *others = train.read_text().splitlines()
    train.write_text("".join(f"{name}\n" for name in others))
    built = build(Corpus(copy.root))
    assert [*built.new_splits] == [first]
    assert built.errors == 0


def test_a_project_without_articles_gets_a_remedy(tmp_path):
    with pytest.raises(InputError, match="goldspan add"):
        build(new_project.create(tmp_path / "new"))


def test_the_command_prints_what_it_wrote_and_where(copy, tmp_path, goldspan, capsys):
    assert goldspan("build", "--root", copy.root, "--json", tmp_path / "report.json") == 0
    assert "build/dataset/gold/train.parquet" in capsys.readouterr().out
    assert json.loads((tmp_path / "report.json").read_text())["exported"]["rows"]["gold"] == {
        "train": 48, "validation": 14, "test": 16,
    }  # fmt: skip


def test_the_command_fails_with_the_findings(copy, goldspan, capsys):
    path = copy.gold / "004_bd3d4ea906696a1f.jsonl"
    path.write_text(path.read_text().replace("LOCATION", "PLACE", 1))
    assert goldspan("build", "--root", copy.root) == 1
    out = capsys.readouterr().out
    assert "unknown-label" in out
    assert "nothing was exported" in out


def test_a_list_of_splits_that_cannot_be_used_is_a_finding_and_no_table_is_written(copy):
    copy.split_file("test").write_text("004_bd3d4ea906696a1f\nnowhere\n")
    before = (copy.folder / "STATS.md").read_bytes()
    built = build(copy)
    assert "unknown-article" in {finding.check for finding in built.findings}
    assert (built.rewritten, built.exported) == ([], None)
    assert (copy.folder / "STATS.md").read_bytes() == before


def test_a_build_in_another_language_has_its_tokens_and_says_that_the_rules_are_english(tmp_path):
    shutil.copytree(ROOT / "tests" / "data" / "languages" / "zh", tmp_path / "zh")
    built = build(Corpus(tmp_path / "zh"))
    assert built.errors == 0
    assert built.exported.rows["gold"] == {"train": 3, "test": 1}
    assert any("the rules are for English: in texts in 'zh'" in note for note in built.notes)
    assert "for 'zh'" in (tmp_path / "zh" / "corpus" / "STATS.md").read_text("utf-8")

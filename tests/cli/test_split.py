import json
import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldspan import cli, files, new_project
from goldspan.corpus import SPLITS, Corpus
from goldspan.corpus.manifest import ManifestEntry, read_manifest, write_manifest
from goldspan.formats import gold, inline
from goldspan.splits.folds import folds


def story(name, start=0, end=40):
    """Words that no other article has, with a person in front."""
    return f"[{name.title()}]{{PERSON}} " + " ".join(f"{name}{n}" for n in range(start, end))


def put(corpus, **articles):
    """Add articles: a text in inline notation, or None for one without gold."""
    known = read_manifest(corpus.folder / "manifest.jsonl")
    for name, text in articles.items():
        known.append(ManifestEntry(name, f"{name}.txt", "0" * 64))
        if text is not None:
            gold.write(corpus.gold / f"{name}.jsonl", [inline.example(f"{name}.p00", text)])
    write_manifest(corpus.folder / "manifest.jsonl", known)


@pytest.fixture
def corpus(tmp_path):
    made = new_project.create(tmp_path / "project")
    put(made, **{name: story(name) for name in ("ada", "bob", "cid", "dot", "eve")})
    return made


@pytest.fixture
def split(corpus, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            cli.main(["split", "--root", str(corpus.root), *arguments])
        done = capsys.readouterr()
        return caught.value.code or 0, done.out, done.err

    return run


def lists(corpus):
    return {name: corpus.split_file(name).read_bytes() for name in SPLITS if corpus.split_file(name).exists()}


def test_the_plan_is_shown_and_nothing_written(corpus, split):
    code, out, _ = split()
    assert code == 0
    assert "5 new." in out
    assert "Carry it out with --apply" in out
    assert lists(corpus) == {}


def test_the_shares_are_those_of_the_project_and_the_option_wins(corpus, split, monkeypatch):
    def new():
        return {name for name in SPLITS if f"New in {name}" in split()[1]}

    files.write(corpus.root / "goldspan.toml", "[splits]\ntrain = 1\nvalidation = 0\ntest = 0\n")
    assert new() == {"train"}
    assert "Shares of new articles: train 1." in split()[1]
    _, out, _ = split("--ratios", "validation=0.5,test=0.5")
    assert "Shares of new articles: validation 0.5, test 0.5." in out
    assert "New in train" not in out
    for name, share in (("TRAIN", "0"), ("TEST", "1")):
        monkeypatch.setenv(f"GOLDSPAN_SPLITS_{name}", share)
    assert new() == {"test"}
    files.write(corpus.root / "goldspan.toml", "[splits]\ntrain = 0.9\n")
    monkeypatch.delenv("GOLDSPAN_SPLITS_TRAIN")
    code, _, error = split()
    assert code == 1
    assert "goldspan.toml:2: splits: the shares of the splits add up to 2.1, not 1" in error


def test_apply_writes_sorted_lists_and_the_next_run_changes_nothing(corpus, split):
    assert split("--apply")[0] == 0
    written = lists(corpus)
    assert {name: data.count(b"\n") for name, data in written.items()} == {"train": 3, "validation": 1, "test": 1}
    assert all(data.splitlines() == sorted(data.splitlines()) for data in written.values())
    code, out, _ = split("--apply")
    assert (code, lists(corpus)) == (0, written)
    assert "Already up to date" in out
    assert "5 articles in their splits as before, 0 new" in out


def test_growth_moves_nothing_and_near_duplicates_follow(corpus, split):
    split("--apply")
    before = {article: name for name, ids in corpus.splits().items() for article in ids}
    put(corpus, fay=story("fay"), gus=story("gus"), copy=story("ada", 3, 45))
    assert split("--apply")[0] == 0
    grown = Corpus(corpus.root)
    after = {article: name for name, ids in grown.splits().items() for article in ids}
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"fay", "gus", "copy"}
    assert after["copy"] == after["ada"]


def test_the_report_holds_the_whole_plan(corpus, split, tmp_path):
    put(corpus, copy=story("ada", 3, 45), later=None)
    split("--json", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["near_duplicates"] == [["ada", "copy"]]
    assert report["without_gold"] == ["later"]
    assert set(report["assigned"]) == set(report["folds"]) == {"ada", "bob", "cid", "copy", "dot", "eve"}
    assert report["folds"]["ada"] == report["folds"]["copy"]
    assert sum(part["spans"]["PERSON"] for part in report["splits"].values()) == 6
    assert sum(part["articles"] for part in report["splits"].values()) == 6
    assert "too small" in report["too_small"]


def test_without_gold_an_article_is_listed_not_split(corpus, split):
    put(corpus, later=None)
    _, out, _ = split("--apply")
    assert "Without gold, so in no split: later" in out
    assert "later" not in str(lists(corpus))
    corpus.split_file("test").write_text("later\n")
    assert "In a split, but without gold: later" in split()[1]


def bridge(corpus):
    """An article half of which is in training, the other half in test."""
    for name, ids in {"train": "ada\ncid\n", "validation": "dot\n", "test": "bob\neve\n"}.items():
        files.write(corpus.split_file(name), ids)
    put(corpus, mix=story("ada", 0, 40) + " " + story("bob", 0, 41).replace("[", "").replace("]{PERSON}", ""))


def test_a_leak_is_reported_and_not_written_unless_accepted(corpus, split):
    bridge(corpus)
    before = lists(corpus)
    code, out, error = split("--threshold", "0.4", "--apply")
    assert code == 1
    assert "LEAK: articles that belong together are in several splits: ada (train), bob (test), mix (test, new)" in out
    assert "mix belongs to bob (test) and to ada (train); nothing was written" in error
    assert "--accept-leaks" in error
    assert lists(corpus) == before


def test_an_accepted_leak_is_written_and_never_forgotten(corpus, split):
    bridge(corpus)
    assert split("--threshold", "0.4", "--apply", "--accept-leaks")[0] == 1
    assert corpus.read_split("test") == ["bob", "eve", "mix"]
    code, out, _ = split("--threshold", "0.4", "--apply")
    assert code == 1
    assert "mix (test)" in out


def test_the_remedy_for_a_leak_works(corpus, split):
    bridge(corpus)
    files.write(corpus.split_file("train"), "cid\n")
    assert split("--threshold", "0.4", "--apply")[0] == 0
    assert corpus.read_split("test") == ["ada", "bob", "eve", "mix"]


def brief(name, start=4, end=30):
    """Words of a story in the middle of which it says nothing new."""
    return " ".join(f"{name}{n}" for n in range(start, end))


def test_a_brief_follows_its_story(corpus, split):
    for name, ids in {"train": "ada\ncid\n", "validation": "dot\n", "test": "bob\neve\n"}.items():
        files.write(corpus.split_file(name), ids)
    put(corpus, in_brief=brief("bob") + " and twelve words of its own that the story does not have", later=brief("dot"))
    assert split("--apply")[0] == 0
    assert Corpus(corpus.root).splits() == {
        "train": ["ada", "cid"],
        "validation": ["dot", "later"],
        "test": ["bob", "eve", "in_brief"],
    }


def test_a_brief_of_two_stories_in_different_splits_is_refused_with_both_named(corpus, split):
    files.write(corpus.split_file("train"), "ada\n")
    files.write(corpus.split_file("test"), "bob\n")
    put(corpus, two=f"{brief('ada')} {brief('bob', 0, 36)}")
    before = lists(corpus)
    code, out, error = split("--apply")
    assert code == 1
    assert "two belongs to bob (test) and to ada (train); nothing was written" in error
    assert "accept what is no leak in [allow] in labels.toml" in error
    assert "LEAK: articles that belong together are in several splits: ada (train), bob (test), two (test, new)" in out
    assert lists(corpus) == before
    allow(corpus, "near-duplicate-split", "ada = two")
    assert split("--apply")[0] == 0
    assert corpus.read_split("test")[-1] == "two"


def allow(corpus, check, *names):
    path = corpus.guidelines / "labels.toml"
    files.write(path, path.read_text() + f"{check} = {json.dumps(names)}\n")  # its last table is [allow]


def publisher(corpus, number=8):
    """Articles that all end with one paragraph of the publisher."""
    note = " ".join(f"note{n}" for n in range(30))
    put(corpus, **{f"n{n}": None for n in range(number)})
    for n in range(number):
        examples = [inline.example(f"n{n}.p00", story(f"n{n}x", 0, 90)), inline.example(f"n{n}.p01", note, at=900)]
        gold.write(corpus.gold / f"n{n}.jsonl", examples)


def test_a_standing_paragraph_is_named_and_can_be_accepted(corpus, split, tmp_path):
    publisher(corpus)
    _, out, _ = split("--json", str(tmp_path / "before.json"))
    assert "One paragraph, n0.p01, is in 8 articles and joins 8 groups of them: 'note0 note1" in out
    assert 'accept it: paragraph-across-splits = ["n0.p01"] under [allow] in labels.toml' in out
    before = json.loads((tmp_path / "before.json").read_text())
    assert before["near_duplicates"] == [[f"n{n}" for n in range(8)]]
    assert before["standing_paragraphs"] == [{"example": "n0.p01", "articles": 8, "groups": 8}]
    allow(corpus, "paragraph-across-splits", "n5.p01")
    code, out, _ = split("--apply", "--json", str(tmp_path / "after.json"))
    after = json.loads((tmp_path / "after.json").read_text())
    assert (code, after["near_duplicates"], after["standing_paragraphs"]) == (0, [], [])
    assert "One paragraph" not in out
    assert {after["assigned"][f"n{n}"] for n in range(8)} == set(SPLITS)


@pytest.mark.parametrize("name", ["n0.p99", "n0", "n0 = n99", "note0"])
def test_a_name_that_accepts_nothing_is_refused(corpus, split, name):
    publisher(corpus)
    allow(corpus, "paragraph-across-splits", name)
    code, _, error = split("--apply")
    assert code == 1
    assert f"labels.toml: [allow] paragraph-across-splits: {name!r} is no example of gold" in error
    assert lists(corpus) == {}


def test_folds_keep_accepted_pairs_together(corpus, split, tmp_path):
    put(corpus, in_brief=brief("bob"), **{name: story(name) for name in ("fay", "gus", "hal")})
    allow(corpus, "paragraph-across-splits", "in_brief = bob")
    split("--json", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["near_duplicates"] == []
    assert report["folds"]["bob"] == report["folds"]["in_brief"]
    assert folds(Corpus(corpus.root)) == report["folds"]


def cluster_table(path, **clusters):
    """A table of clusters as a search over a collection writes it, with articles that the project does not have."""
    rows = [*clusters.items(), ("elsewhere", "c9"), ("nowhere", "c9")]
    ids, names = zip(*rows, strict=True)
    size = [list(names).count(name) for name in names]
    columns = {"id": ids, "cluster": names, "shard": ["s"] * len(rows), "row": range(len(rows)), "size": size}
    pq.write_table(pa.table({name: list(column) for name, column in columns.items()}), path)
    return str(path)


def test_articles_of_a_cluster_stay_together(corpus, split, tmp_path):
    table = cluster_table(tmp_path / "clusters.parquet", ada="c1", dot="c1", eve="c1", bob="c9")
    code, out, _ = split("--clusters", table)
    assert (code, corpus.cluster_file.exists()) == (0, False)
    assert "In 2 clusters of a larger collection: 4 articles, 4 new." in out
    assert "or in a cluster: ada = dot = eve" in out
    code, out, _ = split("--clusters", str(tmp_path), "--apply", "--json", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (code, Corpus(corpus.root).clusters()) == (0, {"ada": "c1", "bob": "c9", "dot": "c1", "eve": "c1"})
    assert report["clusters"] == {"ada": "c1", "bob": "c9", "dot": "c1", "eve": "c1"}
    assert len({report["assigned"][name] for name in ("ada", "dot", "eve")}) == 1
    assert len({report["folds"][name] for name in ("ada", "dot", "eve")}) == 1
    assert folds(Corpus(corpus.root)) == report["folds"]
    assert "Already up to date" in split("--clusters", table, "--apply")[1]
    assert "Already up to date" in split("--apply")[1]


def test_a_new_article_whose_cluster_is_in_two_splits_is_refused_with_the_cluster_named(corpus, split, tmp_path):
    files.write(corpus.split_file("train"), "ada\n")
    files.write(corpus.split_file("test"), "bob\n")
    before = lists(corpus)
    table = cluster_table(tmp_path / "clusters.parquet", ada="c1", bob="c1", cid="c1")
    code, _, error = split("--clusters", table, "--apply")
    assert code == 1
    assert "cid belongs to " in error
    assert "ada (train, of the cluster 'c1')" in error
    assert "bob (test, of the cluster 'c1')" in error
    assert (lists(corpus), corpus.cluster_file.exists()) == (before, False)
    allow(corpus, "cluster-across-splits", "ada = bob", "ada = cid")
    assert split("--clusters", table, "--apply")[0] == 0
    assert "cid" in corpus.read_split("test")


def test_clusters_of_a_project_without_gold_are_kept(corpus, split, tmp_path):
    for path in corpus.gold.glob("*.jsonl"):
        path.unlink()
    _, out, _ = split("--clusters", cluster_table(tmp_path / "c.parquet", ada="c1", bob="c1"), "--apply")
    assert "No article has gold yet" in out
    assert Corpus(corpus.root).clusters() == {"ada": "c1", "bob": "c1"}


def test_other_clusters_replace_those_that_are_there(corpus, split, tmp_path):
    files.write(
        corpus.cluster_file, "".join(f'{{"article": "{n}", "cluster": "old"}}\n' for n in ("ada", "bob", "gone"))
    )
    out = split("--clusters", cluster_table(tmp_path / "c.parquet", ada="c1", eve="c1"), "--apply")[1]
    assert "In 1 cluster of a larger collection: 2 articles, 1 new, 1 in another cluster, 2 no longer in one." in out
    assert Corpus(corpus.root).clusters() == {"ada": "c1", "eve": "c1"}


def test_a_line_of_an_article_that_was_removed_stops_nothing(corpus, split):
    files.write(corpus.cluster_file, "".join(f'{{"article": "{n}", "cluster": "c"}}\n' for n in ("ada", "gone")))
    assert split("--apply")[0] == 0


def test_what_is_no_table_of_clusters_is_refused(corpus, split, tmp_path):
    csv, parquet = tmp_path / "c.csv", tmp_path / "c.parquet"
    csv.write_text("id,group\nada,c1\n")
    parquet.write_bytes(b"PAR1 and then nothing")
    text = tmp_path / "c.txt"
    text.write_text("ada c1\n")
    for path, message in (
        (csv, "c.csv:2: there is no column 'cluster'"),
        (parquet, "c.parquet: not a Parquet file"),
        (text, "c.txt: is no table of clusters"),
        (tmp_path, "the folder has no clusters.parquet\n  Name the clusters.parquet"),
    ):
        code, _, error = split("--clusters", str(path), "--apply")
        assert code == 1
        assert message in error
    assert lists(corpus) == {}


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("ada\nzoe\n", "", r"train.txt:2: the manifest has no article 'zoe'"),
        ("ada\n", "bob\nada\n", r"test.txt:2: ada is in train already"),
        ("ada\nada\n", "", r"train.txt:2: ada is in train already"),
    ],
)
def test_wrong_ids_are_refused_and_nothing_is_written(corpus, split, train, test, message):
    files.write(corpus.split_file("train"), train)
    files.write(corpus.split_file("test"), test)
    before = lists(corpus)
    code, _, error = split("--apply")
    assert code == 1
    assert message in error
    assert "Remove" in error
    assert lists(corpus) == before


def test_gold_of_an_unknown_article_is_refused(corpus, split):
    gold.write(corpus.gold / "ada.jsonl", [inline.example("adam.p00", story("ada"))])
    code, _, error = split()
    assert code == 1
    assert "is of the article 'adam', but the file is of 'ada'" in error


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ratios", "train=0.9,test=0.2"),
        ("--ratios", "train=0.9,dev=0.1"),
        ("--ratios", "train=half,test=0.5"),
        ("--ratios", "train=0.5,train=0.5"),
        ("--ratios", ""),
        ("--threshold", "0"),
        ("--threshold", "2"),
    ],
)
def test_what_cannot_be_asked_for_is_wrong_usage(split, arguments):
    code, _, error = split(*arguments)
    assert code == 2
    assert "Invalid value" in error


def test_ratios_are_obeyed_and_a_split_left_out_gets_nothing(corpus, split):
    assert split("--ratios", "train=0.4, test=0.6", "--apply")[0] == 0
    assert [len(ids) for ids in corpus.splits().values()] == [2, 0, 3]


def test_a_run_broken_off_between_two_files_is_made_whole_by_the_next(corpus, split, monkeypatch):
    put(corpus, **{name: story(name) for name in ("fay", "gus", "hal", "ivy", "jim")})
    replace, calls = Path.replace, []

    def fail(path, target):
        calls.append(target)
        if len(calls) > 1:
            raise OSError(5, "Input/output error", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    assert split("--apply")[0] == 1
    half = {article: name for name, ids in corpus.splits().items() for article in ids}
    assert 0 < len(half) < 10
    assert len(list(corpus.split_file("test").parent.iterdir())) == 1, "no half-written file stays behind"
    monkeypatch.setattr(Path, "replace", replace)
    assert split("--apply")[0] == 0
    whole = {article: name for name, ids in corpus.splits().items() for article in ids}
    assert half.items() <= whole.items()
    assert len(whole) == 10
    assert set(whole.values()) == set(SPLITS)


def test_a_full_disk_leaves_the_lists_as_they_were(corpus, split, monkeypatch):
    split("--apply")
    before = lists(corpus)
    put(corpus, **{name: story(name) for name in ("fay", "gus", "hal", "ivy", "jim")})

    fsync, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr("os.fsync", full)
    code, _, error = split("--apply")
    folder = re.escape(str(corpus.split_file("test").parent))
    assert code == 1
    assert re.fullmatch(rf"goldspan: {folder}/\w+\.txt: No space left on device\n", error)
    assert lists(corpus) == before
    assert {path.name for path in corpus.split_file("test").parent.iterdir()} == {f"{name}.txt" for name in SPLITS}


def test_a_project_without_gold_has_an_empty_plan(corpus, split):
    for path in corpus.gold.iterdir():
        path.unlink()
    code, out, _ = split("--apply")
    assert code == 0
    assert "Without gold, so in no split: ada, bob, cid, dot, eve" in out
    assert lists(corpus) == {}, "an empty list would look like a split"

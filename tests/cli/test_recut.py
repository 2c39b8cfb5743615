"""`goldspan recut` and `goldspan show --cut`: what they print, refuse and write."""

import hashlib
import json

import pytest

from goldspan.corpus import Corpus

STORM = ["storm.s01", "storm.s02", "storm.s03"]


@pytest.fixture
def recut(toy, goldspan, capsys):
    """The command on the toy corpus with other settings: its exit code, what it printed, its report."""

    def run(settings, *options):
        (toy.root / "goldspan.toml").write_text(f"[examples]\n{settings}\n", encoding="utf-8")
        report = toy.root / "report.json"
        code = goldspan("recut", "--root", toy.root, "--json", report, *options)
        out = capsys.readouterr()
        return code, out.out + out.err, json.loads(report.read_text()) if report.exists() else None

    return run


def all_bytes(corpus):
    return {path: path.read_bytes() for path in corpus.folder.rglob("*.jsonl")}


def test_the_plan_writes_nothing_and_apply_does_what_is_planned(recut, toy, goldspan, capsys):
    before = all_bytes(toy)
    code, out, report = recut('unit = "sentence"')
    assert (code, report["applied"], all_bytes(toy) == before) == (0, False, True)
    spans = sum(len(e.spans) for e in toy.gold_examples(["storm"]))
    assert f"corpus/gold/storm.jsonl: 3 examples become 3; {spans} spans" in out
    assert "pull it first" in out
    assert "Nothing was written" in out
    assert report["moved"]["storm.p02"] == ["storm.s02"]
    code, out, report = recut('unit = "sentence"', "--apply")
    assert (code, report["applied"]) == (0, True)
    assert "Next: check the project: goldspan check" in out
    assert [e.id for e in Corpus(toy.root).gold_examples(["storm"])] == STORM
    code, out, report = recut('unit = "sentence"', "--apply")
    assert (code, out, report["files"]) == (
        0,
        "Every example is as goldspan.toml wants it: sentence by sentence.\n",
        {},
    )
    goldspan("check", toy.root, "--select", "unit-mismatch,example-missing,outdated-decision")
    assert "0 errors" in capsys.readouterr().err
    code, out, _ = recut('unit = "paragraph"', "--apply")
    assert code == 0
    assert all_bytes(toy) == before


def test_articles_are_chosen_by_their_ids(recut, toy):
    assert recut('unit = "sentence"', "storm", "--apply")[0] == 0
    assert {e.id for e in Corpus(toy.root).gold_examples()} > {*STORM, "harbour.p01"}
    code, out, _ = recut('unit = "sentence"', "squall")
    assert (code, "there is no article 'squall'" in out) == (1, True)


def test_what_cannot_move_is_named_and_refused(recut, toy):
    source, manifest = toy.seeds / "storm.txt", toy.folder / "manifest.jsonl"
    old = hashlib.sha256(source.read_bytes()).hexdigest()
    source.write_bytes(source.read_bytes().replace(b"stayed in", b"sank. Its"))
    new = hashlib.sha256(source.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text("utf-8").replace(old, new), encoding="utf-8")
    for path in toy.folder.rglob("storm.jsonl"):
        path.write_bytes(path.read_bytes().replace(b"stayed in", b"sank. Its"))
    gold = toy.gold / "storm.jsonl"
    text = gold.read_text("utf-8")
    old = '[29, 38, "SHIP", "Nordlicht"]'
    assert text.count(old) == 1
    gold.write_text(text.replace(old, '[29, 48, "SHIP", "Nordlicht sank. Its"]'), encoding="utf-8")
    before = all_bytes(toy)
    code, out, report = recut('unit = "sentence"', "--apply")
    assert (code, report["applied"], all_bytes(toy) == before) == (1, False, True)
    assert (
        "corpus/gold/storm.jsonl:2: storm.p02: 'Nordlicht sank. Its' (SHIP) would be in storm.s02 and storm.s03" in out
    )
    assert "--leave-out" in out
    assert recut('unit = "sentence"', "--apply", "--leave-out")[0] == 0
    parts = [e.extra.get("not_annotated") for e in Corpus(toy.root).gold_examples(["storm"])]
    assert [part is not None for part in parts] == [False, True, True, False]


def test_an_article_that_cannot_be_an_example_is_a_finding(recut, toy, goldspan, capsys, monkeypatch):
    manifest = toy.folder / "manifest.jsonl"
    manifest.write_text(manifest.read_text("utf-8").replace('"storm"', '"storm.s1"'), encoding="utf-8")
    code, out, _ = recut('unit = "article"')
    assert (code, "cannot be the id of an article and of an example: it ends in .s1" in out) == (0, False)
    goldspan("check", toy.root, "--select", "bad-line")
    assert "'storm.s1' cannot be the id of an article that is an example" in capsys.readouterr().out
    assert goldspan("show", "--cut", "storm.s1", "--root", toy.root) == 1
    assert "cannot be the id of an article and of an example" in capsys.readouterr().err
    monkeypatch.setenv("GOLDSPAN_EXAMPLES_UNIT", "sentence")
    assert goldspan("show", "--cut", "storm.s1", "--root", toy.root) == 0
    assert capsys.readouterr().out.startswith("storm.s1.s01\tStorm over")


@pytest.fixture
def cut(toy, goldspan, capsys, monkeypatch):
    """`goldspan show --cut` on the toy corpus, with a unit from the environment: its exit code and lines."""

    def run(unit, *options):
        monkeypatch.setenv("GOLDSPAN_EXAMPLES_UNIT", unit)
        code = goldspan("show", "--cut", "--root", toy.root, *options)
        out = capsys.readouterr()
        return code, (out.out + out.err).splitlines()

    return run


def test_a_cut_is_shown_before_anything_is_annotated(cut, toy):
    for path in toy.gold.iterdir():
        path.unlink()
    (toy.seeds / "storm.txt").write_text("Storm\n\nPhoto: Jane Doe / Navy\n\nShe left. It rained.\n", encoding="utf-8")
    assert cut("sentence", "storm") == (
        0,
        [
            "storm.s01\tStorm",
            "(boilerplate)\tPhoto: Jane Doe / Navy",
            "storm.s03\tShe left.",
            "storm.s04\tIt rained.",
            "3 sentences as [examples] of goldspan.toml has it",
        ],
    )
    assert cut("paragraph", "storm.p03")[1] == [
        "storm.p03\tShe left. It rained.",
        "1 paragraph as [examples] of goldspan.toml has it",
    ]
    assert cut("sentence", "storm", "--containing", "RAIN")[1][0] == "storm.s04\tIt rained."
    assert cut("article", "storm")[1][-1] == "1 article as [examples] of goldspan.toml has it"


def test_a_file_outside_the_project_is_cut_too(cut, tmp_path):
    (tmp_path / "new.txt").write_text("One. Two.", encoding="utf-8")
    assert cut("sentence", "--file", tmp_path / "new.txt")[1][:2] == ["new.s01\tOne.", "new.s02\tTwo."]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["squall"], 1, "there is no article 'squall'"),
        (["storm.s99"], 1, "none of"),
        (["storm", "--pass", "ann"], 2, "--cut"),
        (["storm", "--label", "SHIP"], 2, "--cut"),
    ],
)
def test_what_cannot_be_shown_is_refused(cut, options, code, words):
    found, lines = cut("sentence", *options)
    assert (found, words in "\n".join(lines)) == (code, True)

"""`goldspan label-errors`: what it prints and writes, what it leaves alone, and projects that have little."""

import json
import shutil
from pathlib import Path

import pytest

from goldspan.adjudication.state import read_state
from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.formats import decisions
from goldspan.models.doubt_reasons import REASON_KINDS
from goldspan.models.doubtful_regions import regions_to_ask
from goldspan.models.label_error_search import SearchOptions, search_label_errors
from goldspan.models.trainers import trainer_of
from helpers import html_pages, sample_corpus
from helpers.label_error_corpus import made_up_project


@pytest.fixture
def corpus(tmp_path):
    """A project of made-up news, without passes, in which one span has the wrong label."""
    return made_up_project(tmp_path / "news")


def contents(root):
    return {path: path.read_bytes() for path in Path(root).rglob("*") if path.is_file() and "build" not in path.parts}


def report(goldspan, corpus, *arguments):
    out = corpus.build / "label_errors.json"
    assert goldspan("label-errors", "--root", corpus.root, "--quick", "--json", out, *arguments) == 0
    return json.loads(out.read_text("utf-8"))


def test_the_list_is_ordered_has_reasons_and_writes_nothing(corpus, goldspan, capsys):
    before = contents(corpus.root)
    found = report(goldspan, corpus, "--html", corpus.build / "page.html")
    assert contents(corpus.root) == before
    doubts = found["doubts"]
    assert [one["probability"] for one in doubts] == sorted((one["probability"] for one in doubts), reverse=True)
    assert all(one["reasons"] for one in doubts)
    assert {reason["kind"] for one in doubts for reason in one["reasons"]} <= set(REASON_KINDS)
    texts = {one.id: one.text for one in corpus.gold_examples()}
    for one in doubts:
        start, end = one["region"]
        assert texts[one["example"]][start:end] == one["surface"]
        assert one["article"] == one["example"].split(".")[0]
        for first, last, _, surface in one["gold"]:
            assert texts[one["example"]][first:last] == surface
    printed = capsys.readouterr().out
    assert f"1. {doubts[0]['example']} [{doubts[0]['region'][0]}, {doubts[0]['region'][1]}]" in printed
    html_pages.parse((corpus.build / "page.html").read_text("utf-8"))  # well-formed


def test_first_and_label_choose(corpus, goldspan):
    everything = report(goldspan, corpus)
    assert report(goldspan, corpus, "--first", "1")["doubts"] == everything["doubts"][:1]
    of_place = report(goldspan, corpus, "--label", "PLACE")["doubts"]
    assert of_place
    assert all(
        "PLACE" in {span[2] for spans in (one["gold"], *(a["spans"] for a in one["alternatives"])) for span in spans}
        for one in of_place
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--label", "SHIP"],
        ["--settle"],
        ["--settle", "--as", "  "],
        ["--settle", "--as", "lea", "--push", "x"],
        ["--as", "lea"],
        ["--apply"],
        ["--questions", "--html", "x.html"],
        ["--push", "x", "--html", "x.html"],
        ["--first", "0"],
        ["--members", "x"],
    ],
)
def test_wrong_usage_is_refused(corpus, goldspan, arguments):
    before = contents(corpus.root)
    assert goldspan("label-errors", "--root", corpus.root, *arguments) == 2
    assert contents(corpus.root) == before


def test_a_closed_standard_input_settles_nothing(corpus, goldspan, monkeypatch, capsys):
    before = contents(corpus.gold)
    monkeypatch.setattr("sys.stdin", None)
    assert goldspan("label-errors", "--root", corpus.root, "--quick", "--settle", "--as", "lea") == 0
    assert "0 decided" in capsys.readouterr().out
    assert contents(corpus.gold) == before


def test_what_is_settled_is_a_decision_and_is_not_listed_again(corpus, goldspan, monkeypatch, capsys):
    first, second = report(goldspan, corpus)["doubts"][:2]
    monkeypatch.setattr("sys.stdin", _Lines("g\n", "is a mayor a place?\n", "k\n", "\n", "seen\n", "slip\n", "q\n"))
    assert goldspan("label-errors", "--root", corpus.root, "--quick", "--settle", "--as", "lea") == 0
    made = [line.decision for path in sorted(corpus.decisions.glob("*.jsonl")) for line in decisions.read(path)]
    assert {one.example for one in made} == {first["example"], second["example"]}
    assert all((one.by, one.how) == ("lea", "adjudicated") for one in made)
    assert {one.outcome for one in made} == {"missing-rule", "slip"}
    capsys.readouterr()
    assert goldspan("label-errors", "--root", corpus.root, "--questions") == 0
    assert "is a mayor a place?" in capsys.readouterr().out
    after = report(goldspan, corpus)
    assert after["decided"] == 2
    places = [(one["example"], one["region"]) for one in after["doubts"]]
    assert (first["example"], first["region"]) not in places
    assert (second["example"], second["region"]) not in places
    again = [(one["example"], one["region"]) for one in report(goldspan, corpus, "--decided")["doubts"]]
    assert (first["example"], first["region"]) in again
    examples = [one.with_spans(()) if one.id == first["example"] else one for one in corpus.gold_examples()]
    sample_corpus.write_gold(corpus, examples)  # gold changes there by hand
    assert first["example"] in {one["example"] for one in report(goldspan, corpus)["doubts"]}


class _Lines:
    """Standard input with some lines."""

    def __init__(self, *lines):
        self.lines = list(lines)

    def readline(self):
        return self.lines.pop(0) if self.lines else ""

    def isatty(self):
        return False


def one_article(corpus):
    return [one for one in corpus.gold_examples() if one.article == "story00"]


@pytest.mark.parametrize("kept", [1, 2, 5])
def test_one_article_is_read_by_models_of_its_other_parts(corpus, goldspan, capsys, kept):
    examples = one_article(corpus)[:kept]
    shutil.rmtree(corpus.gold)
    sample_corpus.write_articles(corpus, examples)
    assert goldspan("label-errors", "--root", corpus.root) == 0
    printed = capsys.readouterr().out
    assert "there is one article with gold" in printed


def test_no_gold_says_what_to_do(corpus, goldspan, capsys):
    shutil.rmtree(corpus.gold)
    assert goldspan("label-errors", "--root", corpus.root) == 1
    assert "there is no gold to learn from" in capsys.readouterr().err


def test_spans_that_overlap_are_judged_without_recognisers(corpus, goldspan, capsys):
    examples = list(corpus.gold_examples())
    span = examples[0].spans[0] if examples[0].spans else Span(0, 2, "PLACE")
    nested = examples[0].with_spans([*examples[0].spans, Span(span.start, span.end - 1, "PLACE")])
    sample_corpus.write_gold(corpus, [nested, *examples[1:]])
    assert goldspan("label-errors", "--root", corpus.root) == 0
    assert f"spans of gold overlap, as in {nested.id}" in capsys.readouterr().out


def test_regions_are_not_asked_about_that_somebody_reads_or_that_differ_from_the_passes(toy):
    (toy.root / "goldspan.toml").write_text("recogniser = []\n", encoding="utf-8")
    toy = Corpus(toy.root)
    sample_corpus.set_pass_spans(toy, "ann", "storm.p02")  # gold differs from the passes there
    path = toy.passes / "bob" / "harbour.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines = [line.replace('"spans"', f'"confirmed": {str(n > 0).lower()}, "spans"') for n, line in enumerate(lines)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = search_label_errors(Corpus(toy.root), trainer_of(toy), SearchOptions(quick=True))
    chosen = regions_to_ask(read_state(Corpus(toy.root)), found.doubts, 50)
    asked = {one.example for one in chosen.doubts}
    unread = json.loads(lines[0])["id"]
    assert unread not in asked
    assert "storm.p02" not in asked
    listed = {one.example.id for one in found.doubts}
    if unread in listed:
        assert any("bob may still read it" in note for note in chosen.notes)

"""The report of an audit: values by hand, tests that are withheld, deviations, the debriefing, the commands."""

import json
import re
from dataclasses import replace
from itertools import combinations

import pytest
from typer.testing import CliRunner

from goldspan import cli, files, strict_json
from goldspan.adjudication.state import read_state
from goldspan.audit import text_report
from goldspan.audit.debrief import debrief, debrief_table
from goldspan.audit.report import report_audit
from goldspan.checks import check_project
from goldspan.corpus import Corpus
from goldspan.corpus.audits import WRONG, read_audit
from goldspan.corpus.manifest import read_manifest, write_manifest
from goldspan.errors import InputError
from helpers.audit_project import make_project, planned, read_made_up
from helpers.html_pages import parse


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """A project with 20 articles, an audit and three made-up annotators, who are swayed by 25 points."""
    corpus = make_project(tmp_path_factory.mktemp("audit") / "project")
    audit = planned(corpus)
    read_made_up(corpus, audit, accepts=0.25)
    return corpus


@pytest.fixture(scope="module")
def report(read):
    return report_audit(read, "spring")


@pytest.fixture
def copied(read, tmp_path):
    for path in read.root.rglob("*"):
        if path.is_file():
            files.write(tmp_path / "p" / path.relative_to(read.root), path.read_text())
    return Corpus(tmp_path / "p")


def marks(corpus):
    return {name: {one.id: {*one.spans} for one in corpus.pass_examples(name)} for name in corpus.annotators()}


def test_the_rates_are_those_of_the_passes(read, report):
    audit, spans = read_audit(read, "spring"), marks(read)
    counts = {side: [0, 0] for side in ("aided", "unaided", "left aided", "left unaided")}
    for name in audit.annotators:
        for example, errors in audit.planted.items():
            side = "aided" if audit.examples[example].article in audit.shown_to(name) else "unaided"
            for error in errors:
                if error.kind in WRONG:
                    counts[side][0] += error.shown in spans[name][example]
                    counts[side][1] += 1
                else:
                    counts[f"left {side}"][0] += error.suggested not in spans[name][example]
                    counts[f"left {side}"][1] += 1
    for effect, prefix in ((report.effects["acceptance"], ""), (report.effects["omission"], "left ")):
        for side in ("aided", "unaided"):
            hits, trials = counts[prefix + side]
            assert getattr(effect, side) == pytest.approx(hits / trials)
        assert effect.readings == (counts[f"{prefix}aided"][1], counts[f"{prefix}unaided"][1])
    assert sum(one.readings[0] for one in report.by_kind[:3]) == report.effects["acceptance"].readings[0]


def test_agreement_and_flattery_are_those_of_the_passes(read, report):
    audit, spans = read_audit(read, "spring"), marks(read)
    pairs = {"aided": [0, 0], "unaided": [0, 0], "mixed": [0, 0]}
    shown = {"aided": [0, 0], "unaided": [0, 0]}
    for example in audit.examples.values():
        sees = {name: example.article in audit.shown_to(name) for name in audit.annotators}
        for first, second in combinations(audit.annotators, 2):
            both = sees[first] + sees[second]
            count = pairs[("unaided", "mixed", "aided")[both]]
            count[0] += 2 * len(spans[first][example.id] & spans[second][example.id])
            count[1] += len(spans[first][example.id]) + len(spans[second][example.id])
        for name in audit.annotators:
            count = shown["aided" if sees[name] else "unaided"]
            count[0] += 2 * len({*example.spans} & spans[name][example.id])
            count[1] += len(example.spans) + len(spans[name][example.id])
    f1 = {side: count[0] / count[1] for side, count in pairs.items()}
    assert report.effects["agreement"].value == pytest.approx(f1["aided"] - f1["unaided"])
    assert report.mixed == pytest.approx(f1["mixed"])
    expected = shown["aided"][0] / shown["aided"][1] - shown["unaided"][0] / shown["unaided"][1]
    assert report.effects["flattery"].value == pytest.approx(expected)


def test_swayed_readers_are_found_and_secondary_tests_are_corrected(report):
    assert report.primary.name == "acceptance"
    assert report.primary.p <= 0.01
    assert report.primary.corrected is None
    assert report.primary.interval.low > 0
    assert "suggestions bias their readers" in text_report.headline(report)
    assert all(one.corrected >= one.p >= 1 / 1_000 for one in report.secondary)
    assert report.effects["flattery"].value > 0
    assert all(one.p is None for one in (*report.by_kind, *report.by_annotator))
    assert report_audit(report_corpus(report), "spring").json() == report.json()


def report_corpus(report):
    return Corpus(report.readings.audit.folder.parents[2])


def test_readers_who_are_not_swayed_are_not_found(copied):
    read_made_up(copied, read_audit(copied, "spring"), accepts=0.0, seed=4)
    report = report_audit(copied, "spring")
    assert report.primary.p > 0.05
    assert "no evidence" in text_report.headline(report)


def test_before_all_is_read_there_is_no_test(copied):
    (copied.passes / "cy" / "port07.jsonl").unlink()
    report = report_audit(copied, "spring")
    assert not report.is_tested
    assert report.readings.missing == {"cy": {"port07": 4}}
    assert all(one.p is None and one.interval.low is None for one in report.effects.values())
    assert all(one.interval.low is None for one in report.by_kind)
    assert "Not everything is read" in text_report.headline(report)
    assert "cy has 4 examples left to confirm, in port07" in [*text_report.remarks(report)]
    interim = report_audit(copied, "spring", interim=True)
    assert interim.primary.p < 0.05
    assert "Interim" in text_report.headline(interim)
    assert interim.json()["interim"] is True
    with pytest.raises(InputError, match="has not read everything"):
        debrief(report.readings)


def test_only_what_is_confirmed_counts(copied):
    path = copied.passes / "cy" / "port07.jsonl"
    path.write_text(path.read_text().replace('"confirmed": true', '"confirmed": false', 1))
    assert report_audit(copied, "spring").readings.missing == {"cy": {"port07": 1}}


def test_deviations_are_listed_and_count_as_planned(copied):
    audit = read_audit(copied, "spring")
    [first, *_] = audit.shown_to("ann")
    before = report_audit(copied, "spring")
    path = copied.passes / "ann" / f"{first}.jsonl"
    path.write_text(re.sub(r', "aided": "[^"]*"', "", path.read_text()))
    report = report_audit(copied, "spring")
    [deviation] = report.readings.deviations
    assert (deviation.annotator, deviation.article, deviation.is_planned_aided) == ("ann", first, True)
    assert any(f"ann was to read {first} with suggestions" in line for line in text_report.remarks(report))
    assert report.effects == before.effects


def test_a_withdrawn_article_is_left_out_and_said(copied):
    entries = read_manifest(copied.folder / "manifest.jsonl")
    write_manifest(copied.folder / "manifest.jsonl", [one for one in entries if one.id != "port05"])
    for path in copied.root.rglob("port05.*"):
        path.unlink()
    report = report_audit(Corpus(copied.root), "spring")
    assert report.is_tested
    assert "withdrawn since the plan: port05" in [*text_report.remarks(report)]
    assert report.primary.p < 0.05


def test_two_annotators_have_no_pairs_alike(tmp_path):
    corpus = make_project(tmp_path / "p", 6, annotators=("ann", "bob"))
    read_made_up(corpus, planned(corpus), accepts=0.3)
    report = report_audit(corpus, "spring")
    assert report.effects["agreement"].value is None
    assert report.effects["agreement"].p is None
    assert any("inflation of agreement is undefined" in line for line in text_report.remarks(report))


def test_the_debriefing_says_who_kept_what(report):
    errors = debrief(report.readings)
    audit = report.readings.audit
    assert len(errors) == sum(map(len, audit.planted.values()))
    kept = sum(fate == "kept" for one in errors for fate in one.fates.values() if one.error.kind in WRONG)
    acceptance = report.effects["acceptance"]
    assert kept == round(acceptance.aided * acceptance.readings[0])
    table = debrief_table(report.readings)
    assert table.header[4:] == audit.annotators
    assert {cell for row in table.rows for cell in row[4:]} == {"kept", "–", "(unaided)"}


def test_the_page_needs_nothing_else(report):
    page = text_report.page(report, [debrief_table(report.readings)])
    assert "Planted errors" in page
    assert "Planted errors" in parse(page).said


def test_what_was_planted_is_in_no_gold(copied):
    """The round ends: a majority is accepted, and the checks find nothing planted."""
    run("adjudicate", "--accept", "majority", "--apply", root=copied.root)
    corpus = Corpus(copied.root)
    planted = {(name, e.shown) for name, some in read_audit(corpus, "spring").planted.items() for e in some if e.shown}
    found = {(one.id, span) for one in corpus.gold_examples() for span in one.spans}
    assert found
    assert not planted & found
    assert not [one for one in check_project(corpus) if one.check == "planted-span"]
    assert any(one.planted for one in read_state(corpus).open)


# The commands


def run(*arguments, root, code=0):
    result = CliRunner().invoke(cli.app, [*arguments, "--root", str(root)])
    assert result.exit_code == code, result.output
    return result.output


def test_the_commands_plan_and_report(tmp_path):
    corpus = make_project(tmp_path / "p", 6)
    shown = run("audit", "plan", "spring", root=corpus.root)
    assert "Nothing was written" in shown
    assert not corpus.audits.exists()
    out = run("audit", "plan", "spring", "--apply", root=corpus.root)
    assert "Primary test: acceptance excess, one-sided, level 0.05" in out
    assert "goldspan doccano push --project spring --audit spring --each --apply" in " ".join(out.split())
    early = run("audit", "report", "spring", root=corpus.root)
    assert "Not everything is read" in " ".join(early.split())
    read_made_up(corpus, read_audit(corpus, "spring"), accepts=0.5)
    page, data = tmp_path / "audit.html", tmp_path / "audit.json"
    arguments = ("audit", "report", "spring", "--debrief", "--html", str(page), "--json", str(data))
    assert "Planted errors" in run(*arguments, root=corpus.root)
    assert "By annotator" in parse(page.read_text()).said
    report = strict_json.loads(data.read_bytes())
    assert report["tested"] is True
    assert len(report["debrief"]) == sum(map(len, read_audit(corpus, "spring").planted.values()))


def test_a_plan_as_json(tmp_path):
    corpus = make_project(tmp_path / "p", 4)
    report = tmp_path / "plan.json"
    run("audit", "plan", "spring", "--two-sided", "--seed", "4", "--json", str(report), root=corpus.root)
    value = json.loads(report.read_text())
    assert value["applied"] is False
    assert value["plan"]["primary"] == {"measure": "acceptance", "alternative": "two-sided", "level": 0.05}
    assert value["plan"]["seed"] == 4
    assert value["notes"]


def test_an_effect_that_is_below_zero_is_not_called_a_bias(report):
    effect = replace(report.primary, value=-0.1, p=0.01)
    below = replace(report, effects={**report.effects, "acceptance": effect})
    assert "less often" in text_report.headline(below)

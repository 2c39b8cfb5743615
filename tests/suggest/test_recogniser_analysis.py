"""Recognisers against gold: a worked example, laws, and a computation span by span that shares no code."""

import re
import tracemalloc
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import Counts, exact
from goldspan.formats import inline
from goldspan.suggest import analysis_tables
from goldspan.suggest.recogniser_analysis import ALL, RecogniserAnalysis
from helpers import strategies
from helpers.recognisers import GOLD, Stated, analyse, in_articles, stated, suggested

DOCUMENT = Path(__file__).parents[2] / "docs" / "recogniser_analysis.md"

# The worked example of docs/recogniser_analysis.md.
LISTS = stated(
    "lists",
    a1="Ada [Wiel]{PERSON} leads [Rood]{ORG} in [Gent]{PLACE}.",
    a2="[Rood]{ORG} sold red paint.",
    b1="It rained in [Gent]{PLACE}.",
)
MODEL = stated(
    "model",
    a1="[Ada Wiel]{PERSON} leads [Rood]{PLACE} in Gent.",
    a2="Rood sold [red]{ORG} paint.",
)


def test_the_worked_example():
    run = analyse(GOLD, [LISTS, MODEL])
    lists, model = (run.recognisers[name] for name in ("lists", "model"))
    assert [(lists[key].spans, lists[key].correct, lists[key].gold) for key in (ALL, "PERSON", "ORG", "PLACE")] == [
        (5, 4, 5), (1, 0, 1), (2, 2, 2), (2, 2, 2),
    ]  # fmt: skip
    assert (lists[ALL].example_coverage, lists[ALL].gold_coverage) == (1.0, 1.0)
    assert (lists[ALL].overlap, lists[ALL].conflict) == (2 / 5, 2 / 5)  # Wiel has other edges, Rood another label
    assert (lists["PLACE"].overlap, lists["PLACE"].conflict) == (0, 0)
    assert (model[ALL].spans, model[ALL].correct) == (3, 1)
    assert (model[ALL].example_coverage, model[ALL].gold_coverage) == (2 / 3, 2 / 5)
    assert (model["ORG"].gold_coverage, model["ORG"].example_coverage) == (0, 1 / 3)
    assert (model[ALL].overlap, model[ALL].conflict) == (2 / 3, 2 / 3)
    assert run.overall.counts == Counts(4, 5, 6)  # Wiel and red are wrong
    assert run.gains["lists"].json(run.overall.counts)["without"]["true_positives"] == 1
    gain = run.gains["model"]
    assert (gain.suggested, gain.correct) == (1, 0)
    assert (gain.correct_lost, gain.correct_gained, gain.wrong_gone, gain.wrong_new) == (0, 0, 1, 0)
    assert gain.without(run.overall.counts) == Counts(4, 5, 5)
    assert [place.surface for place in run.scores.missed] == ["Ada Wiel"]
    assert [place.surface for place in run.scores.spurious] == ["Wiel", "red"]


def test_the_page_has_the_tables_of_the_worked_example():
    page = DOCUMENT.read_text(encoding="utf-8")
    tables = {one.title: one.markdown() for one in analysis_tables.tables({"x": analyse(GOLD, [LISTS, MODEL])})}
    shown = dict(re.findall(r"<!-- example: (.*?) -->\n\n(.*?)\n\n<!-- end -->", page, re.DOTALL))
    assert shown == {title: tables[title] for title in ("Recognisers against gold", "What each recogniser adds")}
    for name, finder in (("lists", LISTS), ("model", MODEL)):
        for example in GOLD:
            spans = tuple(Span(*span) for span in finder.found.get(example.id, ()))
            assert f"{name}   {example.id}  {inline.render(example.text, spans)}\n" in page
            assert f"gold    {example.id}  {inline.render(example.text, example.spans)}\n" in page


def test_spans_on_which_both_agree_overlap_without_a_conflict():
    run = analyse(GOLD[2:], [LISTS, stated("other", b1="It rained in [Gent]{PLACE}.")])
    for name in ("lists", "other"):
        assert (run.recognisers[name][ALL].overlap, run.recognisers[name][ALL].conflict) == (1, 0)


def test_without_a_recogniser_that_stands_before_others_they_suggest_what_they_found():
    run = analyse(GOLD[2:], [stated("first", b1="It [rained in Gent]{PLACE}."), LISTS])
    gain = run.gains["first"]
    assert (gain.correct_lost, gain.correct_gained, gain.wrong_gone, gain.wrong_new) == (0, 1, 1, 0)
    assert gain.without(run.overall.counts) == Counts(1, 1, 1)


def test_rules_are_counted_by_recogniser():
    gold = [inline.example("a.p01", "[Ann]{PERSON} left [Rome]{PLACE} for [Ulm]{PLACE}")]
    first = Stated("first", {"a.p01": [(0, 3, "PERSON", "name"), (9, 17, "PLACE", "list"), (18, 21, "PLACE", "list")]})
    second = Stated("second", {"a.p01": [(4, 8, "PLACE", "list")]})
    run = analyse(gold, [first, second])
    assert [(one.recogniser, one.rule, one.right, one.wrong) for one in run.rules] == [
        ("first", "list", 1, 1),
        ("first", "name", 1, 0),
        ("second", "list", 0, 1),
    ]
    assert run.json()["rules"] == {
        "list": {"right": 1, "wrong": 2, "precision": 1 / 3},
        "name": {"right": 1, "wrong": 0, "precision": 1.0},
    }
    assert run.json()["recognisers"]["second"]["rules"]["list"]["wrong"] == 1


def test_gold_may_be_cut_in_another_way():
    text = "Ann left Rome for Ulm"
    whole = [Example("a.p01", text, (Span(0, 3, "PERSON"), Span(9, 13, "PLACE"), Span(18, 21, "PLACE")))]
    halves = [Example("a.p01", text[:9]), Example("a.p02", text[9:], at=9)]
    finder = Stated("x", {"a.p01": [(0, 3, "PERSON")], "a.p02": [(0, 4, "PLACE"), (5, 12, "PLACE")]})
    run = analyse(whole, [finder], halves)
    assert run.overall.counts == Counts(2, 3, 3)
    assert run.recognisers["x"][ALL].examples == 2


def test_gold_of_a_format_that_keeps_no_places_is_matched_by_id():
    texts = [Example("a.p01", "Ann left"), Example("a.p02", "for Ulm", at=10)]
    gold = [Example("a.p01", "Ann left"), Example("a.p02", "for Ulm", (Span(4, 7, "PLACE"),))]
    run = analyse(gold, [Stated("x", {"a.p02": [(4, 7, "PLACE")]})], texts)
    assert run.overall.counts == Counts(1, 1, 1)


def test_what_nobody_annotated_counts_nowhere():
    texts = [Example("a.p01", "Ann and Bob"), Example("a.p02", "met Cid", at=12), Example("a.p03", "Dan", at=20)]
    gold = [
        Example("a.p01", "Ann and Bob", (Span(0, 3, "PERSON"),), extra={"not_annotated": [[4, 11]]}),
        Example("a.p02", "met Cid", at=12, extra={"not_annotated": "skipped"}),
    ]
    everyone = Stated(
        "x", {"a.p01": [(0, 3, "PERSON"), (8, 11, "PERSON")], "a.p02": [(4, 7, "PERSON")], "a.p03": [(0, 3, "PERSON")]}
    )
    run = analyse(gold, [everyone, Stated("y", {"a.p02": [(4, 7, "PORT")]})], texts)
    assert run.overall.counts == Counts(1, 1, 1)
    assert (run.recognisers["x"][ALL].spans, run.recognisers["x"][ALL].overlapping) == (1, 0)
    assert run.recognisers["y"][ALL].spans == 0


def test_an_article_whose_gold_has_another_text_is_left_out_and_named():
    texts = [Example("a.p01", "Ann met Bo"), Example("b.p01", "It rained in Gent.")]
    gold = [Example("a.p01", "Anna met Bo", (Span(0, 4, "PERSON"),)), *GOLD[2:]]
    run = analyse(gold, [LISTS], texts)
    assert (run.other_text, run.overall.counts) == (("a",), Counts(1, 1, 1))
    assert "Not scored, since gold has another text: a." in [*analysis_tables.left_out(run, 0)]
    with pytest.raises(InvalidValueError, match="every article has another text in gold"):
        analyse(gold[:1], [LISTS], texts[:1])


def test_articles_of_one_side_alone_count_nowhere_and_are_named():
    texts = [*GOLD, inline.example("c.p01", "[Cork]{PLACE}")]
    gold = [*GOLD, inline.example("d.p01", "[Bern]{PLACE}")]
    run = analyse(gold, [LISTS], texts)
    assert run.left_out == ("c", "d")
    assert run.overall.counts == Counts(4, 5, 5)
    assert [*analysis_tables.left_out(run, 1)] == [
        "1 article without gold is not scored.",
        "1 article of gold is not among these articles.",
    ]


def test_suggestions_for_other_articles_are_refused():
    with pytest.raises(InvalidValueError, match="no article is in both"):
        analyse(GOLD, [LISTS], [inline.example("c.p01", "[Cork]{PLACE}")])


def test_a_recogniser_that_finds_nothing_has_a_row_all_the_same():
    run = analyse(GOLD, [LISTS, Stated("idle", {})])
    assert run.recognisers["idle"][ALL].json()["precision"] is None
    assert run.recognisers["idle"][ALL].gold_coverage == 0
    table = next(one for one in analysis_tables.tables({"x": run}) if one.title == "Recognisers against gold")
    assert table.rows[-1] == ("idle: all", "0", "0", "–", "0.0", "0.0", "0.0", "–", "–")


def test_the_tables_hold_the_numbers_and_what_was_missed():
    run = analyse(GOLD, [LISTS, MODEL])
    tables = {table.title: table for table in analysis_tables.tables({"x": run})}
    assert list(tables) == [
        "Suggestions against gold",
        "Recognisers against gold",
        "What each recogniser adds",
        "Suggestions by rule",
        "Wrong suggestions",
        "Missed by the suggestions",
    ]
    labels = tables["Suggestions against gold"].rows
    assert labels[-1][:4] == ("all", "5", "6", "4")
    assert labels[-1][-1].startswith("72.73 [")
    assert tables["Recognisers against gold"].rows[0] == (
        "lists: all", "5", "4", "80.0", "80.0", "100.0", "100.0", "40.0", "40.0",
    )  # fmt: skip
    assert tables["What each recogniser adds"].rows == (
        ("lists", "5", "4", "-3", "+0", "33.3", "20.0", "25.0"),
        ("model", "1", "0", "+0", "-1", "80.0", "80.0", "80.0"),
    )
    assert tables["Wrong suggestions"].rows == (("lists: PERSON", "1", "Wiel (1)"), ("model: ORG", "1", "red (1)"))
    assert run.json()["spurious"][1] == {
        "article": "a", "start": 40, "end": 43, "label": "ORG", "surface": "red", "recogniser": "model", "rule": "rule",
    }  # fmt: skip
    assert ("PERSON", "1", "1", "1", "Ada Wiel (1)") in tables["Missed by the suggestions"].rows
    for table in tables.values():
        assert re.match(r"\| \w", table.markdown())


def test_two_runs_stand_side_by_side():
    runs = {"rules": analyse(GOLD, [LISTS]), "with model": analyse(GOLD, [LISTS, MODEL])}
    tables = {table.title: table for table in analysis_tables.tables(runs)}
    assert {row[0]: row[2:4] for row in tables["Suggestions against gold"].rows if row[0].endswith("all")} == {
        "rules: all": ("5", "4"),
        "with model: all": ("6", "4"),
    }
    assert {"Suggestions by rule: rules", "Missed by the suggestions: with model"} < tables.keys()
    assert "What each recogniser adds: rules" not in tables  # it is alone


def by_brute_force(gold, recognisers):
    """The counts of each recogniser, from sets of characters."""
    spans = {
        name: {(e.id, s.start, s.end, s.label) for e, ss in zip(gold, found, strict=True) for s in ss}
        for name, found in recognisers.items()
    }
    right = {(e.id, s.start, s.end, s.label) for e in gold for s in e.spans}

    def touches(one, other):
        return one[0] == other[0] and bool({*range(*one[1:3])} & {*range(*other[1:3])})

    counts = {}
    for name, own in spans.items():
        others = [span for other, found in spans.items() if other != name for span in found]
        counts[name] = (
            len(own),
            len(own & right),
            sum(any(touches(one, other) for other in others) for one in own),
            sum(any(touches(one, other) and one != other for other in others) for one in own),
            sum(any(touches(one, other) for other in own) for one in right),
            len({one[0] for one in own}),
        )
    return counts


@st.composite
def analysed(draw):
    """Gold, and recognisers that find spans without overlaps in its texts."""
    gold = in_articles(*draw(strategies.readings(1, flat=True, fewest=1))[0])
    names = ("first", "second", "third")[: draw(st.integers(1, 3))]
    found = {name: [draw(strategies.spans(example.text)) for example in gold] for name in names}
    made = [
        Stated(name, {e.id: [(s.start, s.end, s.label) for s in ss] for e, ss in zip(gold, spans, strict=True)})
        for name, spans in found.items()
    ]
    return gold, found, made


def tight(example, spans):
    return all(example.surface(span) == example.surface(span).strip() for span in spans)


@given(analysed())
def test_the_counts_are_those_of_a_computation_character_by_character(case):
    gold, found, made = case
    if not all(tight(example, spans) for rows in found.values() for example, spans in zip(gold, rows, strict=True)):
        return  # edges of white space are moved before anything is counted
    gold = sorted(gold, key=lambda one: one.id)
    run = analyse(gold, made, gold)
    for name, expected in by_brute_force(gold, {one.name: [one.found_in(e) for e in gold] for one in made}).items():
        score = run.recognisers[name][ALL]
        assert (
            score.spans, score.correct, score.overlapping, score.conflicting, score.touched, score.marked_examples,
        ) == expected  # fmt: skip


@given(analysed())
def test_the_scores_of_the_suggestions_are_those_of_exact_scoring(case):
    gold, _, made = case
    gold = sorted(gold, key=lambda one: one.article)
    articles = [[*group] for _, group in groupby(gold, lambda one: one.article)]
    found = [example for group in articles for example in suggested(made, group).examples]
    assert analyse(gold, made).scores == exact(gold, found)


@given(analysed())
def test_shares_are_shares_and_labels_sum_to_the_whole(case):
    gold, _, made = case
    gold = sorted(gold, key=lambda one: one.article)
    run = analyse(gold, made)
    for by_label in run.recognisers.values():
        whole = by_label[ALL]
        for score in by_label.values():
            assert 0 <= score.correct <= score.spans
            assert 0 <= score.conflicting <= score.overlapping <= score.spans
            assert 0 <= score.correct <= score.touched <= score.gold
            assert score.marked_examples <= score.examples
        for key in ("spans", "correct", "overlapping", "conflicting"):
            assert sum(getattr(score, key) for label, score in by_label.items() if label) == getattr(whole, key)
    counts = run.overall.counts
    assert sum(gain.suggested for gain in run.gains.values()) == counts.predicted
    assert sum(gain.correct for gain in run.gains.values()) == counts.true_positives
    assert sum(one.right + one.wrong for one in run.rules) == counts.predicted
    assert len(run.scores.missed) == counts.gold - counts.true_positives
    if len(made) == 1:
        assert run.recognisers[made[0].name][ALL].overlapping == 0
        assert run.gains[made[0].name].without(counts) == Counts(0, counts.gold, 0)


@given(analysed())
def test_without_a_recogniser_the_suggestions_are_those_of_the_others(case):
    gold, _, made = case
    gold = sorted(gold, key=lambda one: one.article)
    run = analyse(gold, made)
    for one in made:
        others = [other for other in made if other is not one]
        if others:
            assert run.gains[one.name].without(run.overall.counts) == analyse(gold, others).overall.counts


@given(analysed(), st.randoms())
def test_neither_order_of_the_articles_matters_nor_company(case, random):
    gold, _, made = case
    articles = [[*group] for _, group in groupby(sorted(gold, key=lambda one: one.article), lambda one: one.article)]
    before = analyse([one for group in articles for one in group], made).json()
    random.shuffle(articles)
    assert analyse([one for group in articles for one in group], made).json() == before


def test_missed_surfaces_are_counted_on_one_line():
    gold = [Example("a.p01", "New\nYork, New York", (Span(0, 8, "PLACE"), Span(10, 18, "PLACE")))]
    run = analyse(gold, [Stated("idle", {})])
    (table,) = (one for one in analysis_tables.tables({"x": run}) if one.title == "Missed by the suggestions")
    assert table.rows == (("PLACE", "2", "2", "1", "New York (2)"),)
    assert Counter(place.surface for place in run.scores.missed)["New\nYork"] == 1


def test_memory_grows_with_the_errors_and_not_with_the_texts():
    finder = Stated("x", {f"a{number}.p01": [(0, 3, "PLACE")] for number in range(40)})
    analysis = RecogniserAnalysis(["x"])
    tracemalloc.start()
    try:
        for number in range(40):
            example = Example(f"a{number}.p01", "Ulm " * 25_000, (Span(0, 3, "PLACE"),))
            analysis.add(f"a{number}", [example], suggested([finder], [example]))
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 400_000  # of 4,000,000 characters; the last text is still there
    assert peak < 2_000_000
    assert analysis.scores().overall.counts == Counts(40, 40, 40)

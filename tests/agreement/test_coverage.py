"""What the measures are computed from: who confirmed counts, with spans or without, and is named beside the figures."""

import re
from itertools import combinations

import pytest

from goldspan.agreement import text_report
from goldspan.agreement.agreement import measure
from goldspan.agreement.html_report import page
from goldspan.agreement.measures import LONG_REPORT_ONLY
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.guidelines.rules import Rulebook
from goldspan.report.html import element
from goldspan.report.svg import heat
from helpers.annotations import of_texts
from helpers.html_pages import parse

FULL = [(0, "X"), (2, "X")]


def report_on(annotations, **options):
    """The report on annotations, without guidelines."""
    agreement = measure(annotations, **{"resamples": 20, **options})
    return make_report(annotations, agreement, RuleAttributor(Rulebook(), {}))


def table(report, title):
    return next(one for one in text_report.terminal_tables(report) if one.title.startswith(title))


def empty_pass():
    """Three who share two texts and agree, and one who has read six and marked nothing."""
    half = [FULL, FULL, None, None, None, None]
    return of_texts(w=half, x=half, y=[FULL] * 6, z=[[]] * 6)


@pytest.fixture
def rare():
    """Four annotators of two texts: the fourth never marks what is rare, and nothing at all in the first text."""
    whole = [[*FULL, (4, "RARE")], [*FULL, (4, "RARE")]]
    return report_on(of_texts(a=whole, b=whole, c=whole, d=[[], [(0, "X"), (3, "X")]]))


def test_an_empty_pass_takes_part_in_every_figure():
    report = report_on(empty_pass())
    assert report.agreement.compared == ("w", "x", "y", "z")
    assert set(report.tallies) == {*combinations("wxyz", 2)}
    assert report.tallies["w", "z"].first_alone == 4
    assert {case.dispute.candidates[-1].by for case in report.cases} == {("z",)}
    assert report.agreement.overall["exact_f1"].estimate == pytest.approx(3 / 6)
    assert report.agreement.units == 6


def test_an_empty_pass_is_named_with_what_it_does():
    said = " ".join(text_report.remarks(report_on(empty_pass())))
    assert "z marked nothing in the examples that others confirmed, too, which lowers every measure" in said
    assert "If the work was not done, compare the passes of the others alone." in said


def test_who_marked_nothing_anywhere_is_not_named_in_every_row():
    report = report_on(of_texts(a=[FULL], b=[[(0, "X"), (4, "RARE")]], c=[[(0, "X")]], z=[[]]))
    note = table(report, "Label by label").note
    assert "RARE: 3 of 6 pairs; a and c marked none." in note
    assert "X: " not in note
    assert "z" not in note


def test_who_shares_only_with_an_empty_pass_is_compared_with_it():
    report = report_on(of_texts(v=[None, FULL], x=[FULL, None], y=[FULL, None], z=[[], []]))
    assert report.agreement.compared == ("v", "x", "y", "z")
    assert report.agreement.pairs["v", "z"].overall["exact_f1"].estimate == 0


def test_one_who_shares_nothing_is_not_counted_as_marking_nothing():
    report = report_on(of_texts(v=[None, FULL], x=[FULL, None], y=[FULL, None]))
    assert any(sentence.startswith("v shares no example with anybody") for sentence in text_report.remarks(report))


def test_a_label_is_printed_with_its_pairs_and_who_marked_none(rare):
    measures = rare.agreement.labels["RARE"]
    assert measures["exact_f1"].estimate == pytest.approx(3 / 6)
    assert (measures.coverage.counted, measures.coverage.pairs, measures.without_spans) == (6, 6, ("d",))
    note = table(rare, "Label by label").note
    assert note.startswith("RARE: d marked none. Who confirmed and marked none counts.")
    assert "X:" not in note


def test_pairs_who_both_marked_none_are_not_in_the_mean():
    report = report_on(of_texts(a=[[(0, "X"), (4, "RARE")]], b=[FULL], c=[FULL]))
    measures = report.agreement.labels["RARE"]
    assert (measures.coverage.counted, measures.coverage.pairs) == (2, 3)
    assert measures["exact_f1"].estimate == 0
    assert "RARE: 2 of 3 pairs; b and c marked none." in table(report, "Label by label").note


def test_an_article_in_which_somebody_marked_nothing_has_its_place_by_f1(rare):
    articles = rare.agreement.articles
    assert articles["t0"]["exact_f1"].estimate == pytest.approx(3 / 6)
    assert articles["t1"]["exact_f1"].estimate > 0.5
    assert [row[0] for row in table(rare, "Article by article").rows] == ["t0", "t1"]
    assert "t0: d marked none." in table(rare, "Article by article").note


def test_an_article_with_nothing_on_one_side_comes_before_defined_ones():
    report = report_on(of_texts(a=[FULL, FULL, []], b=[FULL, [], []]))
    assert [row[0] for row in table(report, "Article by article").rows] == ["t1", "t0", "t2"]


def test_the_page_has_it_in_the_row_and_once_below_the_title(rare):
    text = page(rare)
    assert len(re.findall(r"<small>d marked none</small>", text)) == 2
    assert parse(text).said.count("Who confirmed and marked none counts.") == 2


def test_who_has_not_read_is_not_counted_as_marking_nothing():
    report = report_on(of_texts(a=[FULL, FULL], b=[FULL, FULL], c=[FULL, None]))
    measures = report.agreement.articles["t1"]
    assert measures.spans["c"] == 0
    assert measures.without_spans == ()
    assert measures.coverage.readers == ("a", "b")
    assert table(report, "Article by article").note == "Intervals are by example."


def test_where_all_read_all_nothing_is_added():
    report = report_on(of_texts(a=[FULL] * 3, b=[FULL] * 3, c=[FULL] * 3))
    assert not table(report, "Label by label").note
    assert not any("on 3" in row[2] for row in table(report, "All measures").rows)


def test_fleiss_and_gamma_are_printed_with_their_examples():
    report = report_on(of_texts(a=[FULL] * 4, b=[FULL] * 4, c=[FULL, None, None, None]), gamma=True)
    says = {row[0]: row[2] for row in table(report, "All measures").rows}
    for title in ("Tokens: Fleiss' kappa", "Gamma"):
        assert says[title].endswith("; on 1 of 4 examples")
    assert sum("on 1 of 4" in sentence for sentence in says.values()) == 2
    assert parse(page(report)).said.count("on 1 of 4 examples") == 3
    assert text_report.report_json(report)["agreement"]["overall"]["basis"] == {
        "readers": ["a", "b", "c"], "common": 1, "pairs": 3, "counted": 3, "confirmation_assumed": [],
    }  # fmt: skip


def test_articles_taken_for_annotators_get_a_remedy():
    sentence = text_report.headline(report_on(of_texts(one=[FULL, None], two=[None, FULL])))
    assert "No two of them share an example: if these are the articles of one annotator, name one file" in sentence


def test_what_is_undefined_names_its_measures_once():
    rows = [FULL, FULL, FULL, None]
    report = report_on(of_texts(a=[*rows[:2], None, FULL], b=[FULL, None, FULL, FULL], c=[None, FULL, FULL, FULL]))
    common = [
        sentence
        for sentence in text_report.undefined(report)
        if sentence.endswith("no example was confirmed by all annotators.")
    ]
    assert common == [
        "t0, t1 and t2 (Tokens: Fleiss' kappa, Characters: Fleiss' kappa): no example was confirmed by all annotators."
    ]


def test_measures_that_are_left_out_are_not_called_undefined_either():
    report = report_on(of_texts(a=[FULL, None, FULL], b=[FULL, FULL, None], c=[None, FULL, FULL]))
    assert any("Characters: Fleiss' kappa" in reason for reason in text_report.undefined(report))
    assert not any("Characters" in reason for reason in text_report.undefined(report, leave_out=LONG_REPORT_ONLY))
    assert not any("Characters" in remark for remark in text_report.remarks(report, leave_out=LONG_REPORT_ONLY))


def test_many_places_are_cut_and_counted():
    report = report_on(of_texts(**{name: [[(0, "X")]] + [[]] * 9 + [None] * 90 + [[]] * 5 for name in "ab"}))
    nothing = [
        sentence for sentence in text_report.undefined(report) if sentence.endswith("a and b marked nothing here.")
    ]
    assert len(nothing) == 1
    assert re.fullmatch(r"t1, (t\d+, ){10}t\d and 2 more: .*", nothing[0])


def test_a_label_meeting_itself_counts_double_where_others_count_twice():
    names = [element("b", name) for name in ("A", "B", "none")]
    rows = ((3, 2, 0), (2, 0, 0), (0, 0, 0))
    assert re.findall(r"--v:([\d.]+)", heat("", names, rows, mirrored=True))[:2] == ["0.750", "0.250"]
    assert re.findall(r"--v:([\d.]+)", heat("", names, rows))[:2] == ["0.600", "0.400"]

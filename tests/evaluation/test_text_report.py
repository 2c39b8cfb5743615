import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.bootstrap import Interval
from goldspan.cli import console
from goldspan.evaluation import text_report
from goldspan.evaluation.report import make_report
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.evaluation.text_report import ReportView
from goldspan.formats import gold
from goldspan.formats.record import Note
from goldspan.quantities import TroopCount
from goldspan.report import text
from goldspan.report.text import MOST

VIEW = ReportView("gold", "predictions")
FEW = {"resamples": 20}


def named(made, title):
    (table,) = [table for table in text_report.report_tables(made, VIEW).values() if table.title.startswith(title)]
    return table


def test_counts_that_a_scheme_does_not_know_are_left_out():
    gold = [Example("a", "one two", (Span(0, 7, "X"),))]
    made = make_report(gold, [gold[0].with_spans([Span(0, 3, "X")])], **FEW)
    assert named(made, "Measures").header[2] == "incorrect"
    (table,) = [
        t
        for t in text_report.report_tables(made, ReportView("g", "p", headline="partial")).values()
        if t.title.startswith("Measures")
    ]
    assert table.header[2] == "partial"
    assert table.rows[-1][:5] == ("all, micro", "0", "1", "0", "0")


def test_a_matrix_that_is_too_wide_becomes_a_list_of_confusions():
    labels = [f"LABEL_{number}" for number in range(30)]
    gold = [Example(f"e{n}", "word", (Span(0, 4, label),)) for n, label in enumerate(labels)]
    wrong = [example.with_spans([Span(0, 4, "LABEL_0")]) for example in gold]
    table = named(make_report(gold, wrong, **FEW), "Labels most often confused")
    assert len(table.rows) == 29
    assert len(table.first().rows) == MOST
    assert ("LABEL_1", "LABEL_0", "1") in table.first().rows
    assert "and 17 more" in table.first().note


def test_the_hardest_articles_come_first_and_undefined_ones_last():
    gold = [Example(f"{a}.p{n}", "word", (Span(0, 4, "X"),) if a != "c" else ()) for a in "abc" for n in range(2)]
    found = [example.with_spans(()) if example.article == "b" else example for example in gold]
    table = named(make_report(gold, found, **FEW), "F1 by article")
    assert [(row[0], row[3]) for row in table.rows] == [("b", "0.00"), ("a", "100.00"), ("c", "undefined")]


def test_notes_are_counted_kind_by_kind():
    notes = [Note("lost-span", "one"), Note("extra-token", "two"), Note("lost-span", "three")]
    (title, first), (_, second) = text_report.notes_by_kind(notes)
    assert title.startswith("2 notes “lost-span”: a predicted span that has no place")
    assert [len(first), len(second)] == [2, 1]


@given(st.floats(0, 1) | st.none())
def test_a_share_is_written_to_two_decimals_or_called_undefined(share):
    said = text.percent(share)
    assert said == "undefined" if share is None else abs(float(said) / 100 - share) <= 0.0000501


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (TroopCount(3800, 3800, approximate=True), "≈ 3,800"),
        (TroopCount(0, 1000, approximate=False), "0–1,000"),
        (TroopCount(5001, None, approximate=False), "5,001–"),
        (TroopCount(None, 7, approximate=False), "–7"),
        (None, "no value"),
    ],
)
def test_the_value_of_a_quantity_is_a_range(value, said):
    assert text.quantity(value) == said


def test_numbers_are_written_as_they_are_read():
    assert text.with_interval(0.81239, Interval(0.75, 1.0)) == "81.24 [75.0, 100]"
    assert text.with_interval(None, None) == "undefined"
    assert [text.probability(p) for p in (None, 0.00001, 0.25)] == ["undefined", "< 0.0001", "0.2500"]
    assert [text.signed(d) for d in (None, 0.0245, -0.5)] == ["undefined", "+2.45", "-50.00"]
    assert [text.amount(n, "note") for n in (1, 1200)] == ["1 note", "1,200 notes"]


def test_on_a_narrow_terminal_no_number_is_cut():
    text = "word " * 40
    gold = [Example(f"{a}.p01", text, tuple(Span(5 * n, 5 * n + 4, "MILITARY_UNIT") for n in range(40))) for a in "ab"]
    made = make_report(gold, [gold[0], gold[1].with_spans(gold[1].spans[:13])], **FEW)
    out = console.report_console()
    out.width = 70
    with out.capture() as captured:
        for table in text_report.report_tables(made, VIEW).values():
            console.print_table(out, table)
    for table in text_report.report_tables(made, VIEW).values():
        for cell in table.rows[-1][1:]:
            assert all(re.search(rf"(?<![\d.]){re.escape(part)}(?![\d.])", captured.get()) for part in cell.split(" ["))


def test_outside_a_project_files_of_any_format_are_compared(tmp_path):
    (tmp_path / "gold.conll").write_text("Aurora B-SHIP\nsails O\n\nOdesa B-PORT\n")
    (tmp_path / "found.conll").write_text("Aurora B-SHIP\nsails O\n\nOdesa O\n")
    made, view = run_evaluation(
        EvaluationOptions(gold=tmp_path / "gold.conll", predictions=str(tmp_path / "found.conll"), resamples=20)
    )
    assert (made.size.gold, made.evaluation.overall["strict"].correct) == (2, 1)
    assert made.ceiling is None
    assert set(view.colours) == {"PORT", "SHIP"}


def test_a_scheme_that_does_not_know_the_labels_of_gold_is_not_used(toy):
    example = Example("harbour.p01", "Ships leave the harbour", (Span(0, 5, "OTHER"),))
    gold.write(toy.root / "other.jsonl", [example])
    made, _ = run_evaluation(
        EvaluationOptions(gold=toy.root / "other.jsonl", predictions=str(toy.root / "other.jsonl"), resamples=20)
    )
    assert made.labels == ("OTHER",)

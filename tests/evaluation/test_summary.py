"""The first screen of an evaluation: what is worst, and whether it fits."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation import summary
from goldspan.evaluation.report import make_report
from goldspan.evaluation.text_report import ReportView
from helpers import first_screen

TEXT = "Anna of Oslo met Ben of Riga near Lake Mjosa."
VIEW = ReportView("gold", "found")


def named(*words):
    """A span for each `surface:LABEL`."""
    spans = (word.rpartition(":") for word in words)
    return tuple(Span(TEXT.index(surface), TEXT.index(surface) + len(surface), label) for surface, _, label in spans)


def report_on(gold, *found):
    sides = [[Example(f"a{number}.p01", TEXT, named(*each)) for number, each in enumerate(side)]
             for side in ([gold] * len(found), found)]  # fmt: skip
    return make_report(*sides)


def test_the_worst_label_error_and_example_are_named():
    gold = ("Anna:PERSON", "Ben:PERSON", "Oslo:PLACE", "Riga:PLACE", "Lake Mjosa:PLACE")
    one = ("Anna:PERSON", "Ben:PERSON", "Oslo:PERSON", "Riga:PLACE", "Lake Mjosa:PLACE")
    other = ("Anna:PERSON", "Ben:PERSON", "Oslo:PERSON", "Riga:PERSON", "Mjosa:PLACE")
    lowest, frequent, hardest = summary.worst(report_on(gold, one, other), VIEW)
    # PLACE: 2 of 6 found, 3 predicted, so F1 is 4 / 9.
    assert lowest == "PLACE has the lowest F1, 44.44: 4 of its 6 gold spans not found, 1 of 3 predicted wrongly."
    assert frequent == "The most frequent error: PLACE predicted as PERSON, 3 times; for example “Oslo” in a0.p01."
    assert hardest == (
        "The hardest example is a1.p01, with 3 errors: “Oslo” PLACE labelled PERSON, “Riga” PLACE labelled PERSON, "
        "“Lake Mjosa” PLACE found as “Mjosa”."
    )


def test_nothing_is_worst_where_all_is_right():
    assert not list(summary.worst(report_on(("Anna:PERSON",), ("Anna:PERSON",)), VIEW))


def test_of_many_labels_those_with_the_lowest_f1_are_shown(monkeypatch):
    monkeypatch.setattr(summary, "MOST_LABELS", 5)
    words = TEXT.rstrip(".").split()
    labels = [f"L{number}" for number in range(len(words))]
    gold = [f"{word}:{label}" for word, label in zip(words, labels, strict=True) if words.count(word) == 1]
    table = summary.label_table(report_on(gold, gold[1:]), VIEW)
    assert "L0" in [row[0] for row in table.rows]
    assert len(table.rows) == summary.MOST_LABELS + 2
    assert "--full has 3 more" in table.note


def test_labels_that_occur_nowhere_have_no_lowest_f1():
    made = report_on(("Anna:PERSON",), ())
    assert "PERSON has the lowest F1, 0.00: 1 of its 1 gold span not found" in next(summary.worst(made, VIEW))
    assert not list(summary.worst(dataclasses.replace(report_on((), ()), frequent_errors=()), VIEW))


@given(st.floats(0, 100), st.integers(0, 40), st.integers(1, 40))
def test_the_limit_is_exact_and_the_sentence_shows_it(least, right, all_of_them):
    right = min(right, all_of_them)
    found = [("Anna:PERSON",)] * right + [("Anna:PLACE",)] * (all_of_them - right)
    made = report_on(("Anna:PERSON",), *found)
    f1 = 100 * made.evaluation.overall["strict"].f1
    sentence = summary.threshold_sentence(made, VIEW, least)
    assert (sentence is None) == (f1 >= least)
    if sentence is not None:
        printed = sentence.removeprefix("strict F1 is ").partition(",")[0]
        assert float(printed) < least
        assert float(printed) == pytest.approx(f1, abs=0.01)


def test_an_undefined_f1_reaches_no_limit():
    assert "undefined" in summary.threshold_sentence(report_on((), ()), VIEW, 0)


@pytest.mark.parametrize("least", [-1, 100.5, float("nan")])
def test_a_limit_that_is_no_percentage_is_refused(least):
    with pytest.raises(InvalidValueError):
        summary.threshold_sentence(report_on(("Anna:PERSON",), ()), VIEW, least)


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits(toy, width):
    lines = first_screen.draw("evaluate", toy.gold, toy.passes / "bob", folder=toy.root, width=width)
    first_screen.require_one_screen(lines, width=width, rows=first_screen.ROWS if width == 80 else 40)
    assert any(line.startswith("The whole report: --full") for line in lines)


@pytest.mark.parametrize(("limit", "said"), [("0.8", "write 80 for 0.8"), ("1", "write 100 for 1"), ("101", "not 101")])
def test_a_limit_is_in_per_cent(toy, goldspan, capsys, limit, said):
    """A share would let every model pass."""
    assert goldspan("evaluate", toy.gold, toy.passes / "bob", "--root", toy.root, "--fail-under", limit) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_command_fails_under_a_limit(toy, goldspan, capsys, tmp_path):
    arguments = ("evaluate", toy.gold, toy.passes / "bob", "--root", toy.root, "--json", tmp_path / "r.json")
    assert goldspan(*arguments, "--fail-under", "96.77") == 0
    (tmp_path / "r.json").unlink()
    assert goldspan(*arguments, "--fail-under", "96.78") == 1
    assert capsys.readouterr().err == "strict F1 is 96.77, under 96.78.\n"
    assert (tmp_path / "r.json").is_file()

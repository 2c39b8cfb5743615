"""The first screen of a report on agreement: where it is low, and whether it fits."""

import pytest

from goldspan.agreement import summary
from goldspan.agreement.run import AgreementOptions, run_agreement_by_condition
from goldspan.annotation import Example, Span
from goldspan.formats import gold
from helpers import first_screen

TEXT = "Anna met Ben in Oslo and Riga."


def spans(**labels):
    return tuple(Span(TEXT.index(word), TEXT.index(word) + len(word), label) for word, label in labels.items())


@pytest.fixture
def report(tmp_path, monkeypatch):
    """A report on annotators, by name a list of the spans of each article."""

    monkeypatch.chdir(tmp_path)

    def make(**passes):
        for name, readings in passes.items():
            folder = tmp_path / name
            folder.mkdir()
            for number, marked in enumerate(readings):
                example = Example(f"text{number}.p01", TEXT, marked, extra={"confirmed": True})
                gold.write(folder / f"text{number}.jsonl", [example])
        options = AgreementOptions(passes=tuple(str(tmp_path / name) for name in passes))
        (made,) = run_agreement_by_condition(options).reports.values()
        return made

    return make


def test_the_pair_the_label_and_the_place_that_agree_least_are_named(report):
    both = spans(Anna="PERSON", Ben="PERSON", Oslo="PLACE")
    made = report(a1=[both, both], a2=[both, both], a3=[both, spans(Anna="PERSON", Ben="PERSON", Oslo="PERSON")])
    pair, label, place = summary.lowest(made)
    # a3 shares 5 of 6 spans with each of the others; a1 and a2 share all.
    assert pair.startswith("a1 – a3 agree least: 83.33 [")
    assert label.startswith("PLACE is the label with the lowest agreement: ")
    assert place.startswith("The most disputed place is in text1.p01 (label): a1, a2 “Oslo” PLACE; a3 “Oslo” PERSON")


def test_who_marked_nothing_is_said_to_have_marked_nothing(report):
    made = report(a1=[spans(Oslo="PLACE"), spans(Riga="PLACE")], a2=[(), spans(Riga="PLACE")])
    (place,) = summary.lowest(made)
    assert place.endswith("a1 “Oslo” PLACE; a2 nothing.")


def test_nothing_is_low_where_all_agree(report):
    marked = [spans(Oslo="PLACE", Anna="PERSON")] * 2
    assert not list(summary.lowest(report(a1=marked, a2=marked, a3=marked)))


def test_of_many_labels_those_with_the_lowest_agreement_are_shown(report, monkeypatch):
    monkeypatch.setattr(summary, "MOST_ROWS", 1)
    same = spans(Anna="PERSON", Ben="PERSON", Oslo="PLACE")
    table = summary.label_table(report(a1=[same] * 2, a2=[same, spans(Anna="PERSON", Ben="PERSON")]))
    assert [row[0] for row in table.rows] == ["PLACE", "all labels"]
    assert table.note == "The labels with the lowest agreement; --full has 1 more."


@pytest.mark.parametrize("against", [(), ("--against", "gold")])
@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_fits(toy, width, against):
    lines = first_screen.draw("agree", *against, folder=toy.root, width=width)
    first_screen.require_one_screen(lines, width=width, rows=first_screen.ROWS if width == 80 else 40)
    assert any(line.startswith("The whole report: --full") for line in lines)

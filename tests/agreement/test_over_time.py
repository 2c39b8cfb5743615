"""An annotator's labels over time: in numbers, in the terminal and on the page."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from goldspan.agreement import text_report
from goldspan.agreement.against_gold import measure_against_gold
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.html_report import page
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.annotation import Example, Span
from goldspan.cli import console
from goldspan.evaluation.result import Counts, exact
from goldspan.formats.inline import example
from goldspan.guidelines.rules import Rulebook
from helpers.html_pages import parse

LABELS = ("SHIP", "PORT")
GOLD = [
    example("b.p01", "The [Argo]{SHIP} left [Tyre]{PORT} and [Acre]{PORT}."),
    example("a.p01", "Off [Tyre]{PORT} the [Fury]{SHIP} waited."),
    example("c.p01", "The [Argo]{SHIP} sank."),
]
ANN = ["The Argo left [Tyre]{PORT} and Acre.", "Off [Tyre]{PORT} the Fury waited.", "The [Argo]{SHIP} sank."]
VERSIONS = {"b": "1.0", "a": "1.1", "c": "1.1"}
FEW = {"resamples": 20}


def annotated(marked=ANN):
    return annotations_of_examples({"ann": [example(e.id, one) for e, one in zip(GOLD, marked, strict=True)]})


def record(marked=ANN, labels=LABELS, guidelines=VERSIONS):
    (found,) = measure_against_gold(annotated(marked), GOLD, labels, guidelines=guidelines, **FEW)
    return found


def tables(found):
    return {table.title: table for table in text_report.record_tables(found, 0.95)}


def test_each_article_has_the_counts_of_each_label():
    first, second, third = record().articles
    assert first.labels == {"SHIP": Counts(0, 1, 0), "PORT": Counts(1, 2, 1)}
    assert (second.labels["PORT"].f1, third.labels["PORT"].f1) == (1, None)
    assert third.labels["SHIP"] == Counts(1, 1, 1)


def test_each_version_of_the_guidelines_has_the_sums_of_its_articles():
    old, new = record().versions
    assert (old.guidelines, old.counts, old.labels["PORT"]) == ("1.0", Counts(1, 3, 1), Counts(1, 2, 1))
    assert (new.guidelines, new.counts, new.labels["SHIP"]) == ("1.1", Counts(2, 3, 2), Counts(1, 2, 1))


def test_the_json_has_the_labels_by_article_and_null_where_undefined():
    said = json.loads(json.dumps(record().json(), allow_nan=False))
    assert [list(one["labels"]) for one in said["articles"]] == [[*LABELS]] * 3
    assert said["articles"][0]["labels"]["SHIP"] == {
        "true_positives": 0, "gold": 1, "predicted": 0, "precision": None, "recall": 0, "f1": 0,
    }  # fmt: skip
    assert [(one["version"], one["labels"]["PORT"]["recall"]) for one in said["guidelines"]] == [
        ("1.0", 0.5),
        ("1.1", 1),
    ]


def test_trends_are_from_the_first_article_that_has_a_label_to_the_last():
    ship, port = record().trends
    assert (ship.label, ship.first.article, ship.last.article, ship.change) == ("SHIP", "b", "c", 1)
    assert (port.label, port.first.article, port.last.article) == ("PORT", "b", "a")
    assert port.change == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (record(), "SHIP changed most: F1 from 0.00 in b (1 gold span) to 100.00 in c (1 gold span), +100.00 points."),
        (record([one.text for one in GOLD]), "No label has a different F1 in the last article"),
        (measure_against_gold(annotated(), GOLD[:1], LABELS, **FEW)[0], "No label is in two articles"),
    ],
)
def test_the_largest_change_is_reported_in_a_sentence(found, words):
    assert text_report.trend_sentence(found).startswith(words)


def test_the_terminal_has_articles_down_and_labels_across():
    table = tables(record())["ann, label by label and article"]
    assert table.header == ("article", "SHIP", "PORT")
    assert table.rows[0] == ("b", "    – /   0.0", "100.0 /  50.0")
    assert table.rows[2] == ("c", "100.0 / 100.0", "    – /     –")
    assert table.note.startswith("SHIP changed most")
    assert "– where the annotator marked no span of the label, or gold has none" in table.note


def test_the_terminal_has_versions_down_where_there_are_several():
    table = tables(record())["ann, label by label and version"]
    assert table.rows == (("1.0", "    – /   0.0", "100.0 /  50.0"), ("1.1", "100.0 /  50.0", "100.0 / 100.0"))
    assert "ann, label by label and version" not in tables(record(guidelines={}))


def test_too_many_labels_for_the_terminal_stand_in_rows():
    many = (*LABELS, *(f"OTHER_{number}" for number in range(9)))
    made = tables(record(labels=many))
    (title,) = (title for title in made if "the largest change first" in title)
    ship, port = made[title].rows
    assert ship == ("SHIP", "0.00 in b", "100.00 in c", "+100.00")
    assert port == ("PORT", "66.67 in b", "100.00 in a", "+33.33")
    assert made[title].note.startswith("SHIP changed most")
    assert not any("label by label" in title for title in made)
    assert made["ann, by version of the guidelines"].note == "The scores of each label are in --json and --html."


def test_many_labels_of_one_article_each_stand_beneath_the_articles(capsys):
    gold = [example("a.p01", "[Tyre]{PORT}"), example("b.p01", "[Argo]{SHIP}")]
    many = (*LABELS, *(f"OTHER_{number}" for number in range(9)))
    (found,) = measure_against_gold(annotations_of_examples({"ann": gold}), gold, many, **FEW)
    _, articles = tables(found).values()
    console.print_table(console.report_console(), articles)
    assert "No label is in two articles, so there is no trend." in capsys.readouterr().out


@pytest.mark.parametrize("width", range(1, 30, 4))
@pytest.mark.parametrize("number", range(5))
def test_whatever_the_labels_are_called_the_terminal_keeps_to_100_columns(number, width, capsys):
    many = (*LABELS, *(f"{n}" + "X" * width for n in range(number)))
    made = [
        table for title, table in tables(record(labels=many)).items() if "label by label" in title or "F1 in" in title
    ]
    out = console.report_console()
    for table in made:
        console.print_table(out, table)
    assert made
    assert max(map(cell_len, capsys.readouterr().out.splitlines())) <= 100


def test_one_article_alone_has_nothing_over_time():
    (found,) = measure_against_gold(annotated(), GOLD[:1], LABELS, **FEW)
    assert len(tables(found)) == 1


def test_the_page_shows_each_label_in_each_article_and_version():
    held = annotated()
    made = make_report(held, measure(held, **FEW), RuleAttributor(Rulebook(), {}), records=(record(),))
    shown = page(made)
    said = parse(shown).said
    assert "ann, label by label and article" in said
    assert "66.67<small>100.0 / 50.0</small>" in shown
    assert "ann, by version of the guidelines" in said
    assert "SHIP changed most" in said
    assert "nan" not in said.split("ann, label by label and article")[1]


spans = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(LABELS)), max_size=6, unique=True).map(
    lambda drawn: tuple(Span(start, start + 2, label) for start, label in drawn)
)


@given(st.lists(st.tuples(spans, spans, st.sampled_from("abc")), min_size=1, max_size=6))
def test_each_label_of_each_article_is_scored_as_exact_scoring_does(rows):
    gold = [Example(f"{of}.p{n:02}", "abcdefghij", right, at=20 * n) for n, (right, _, of) in enumerate(rows)]
    mine = [Example(e.id, e.text, found, e.at) for e, (_, found, _) in zip(gold, rows, strict=True)]
    (found,) = measure_against_gold(
        annotations_of_examples({"ann": mine}), gold, LABELS, guidelines={"a": "1", "b": "1"}, resamples=5
    )
    for stage in found.articles:
        right, own = ([e for e in some if e.article == stage.article] for some in (gold, mine))
        wanted = exact(right, own).labels
        assert {label: wanted.get(label, Counts(0, 0, 0)) for label in LABELS} == stage.labels
    for label in LABELS:
        assert sum(one.labels[label].gold for one in found.versions) == found.labels[label].counts.gold

"""Who confirmed an example and marked nothing in it disagrees with whoever marked something there, in every measure.

Each value is held against another program or a definition written out here.
"""

import json
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings

from goldspan.agreement import text_report
from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples, annotations_of_paths
from goldspan.agreement.html_report import page
from goldspan.agreement.report import make_report
from goldspan.agreement.rule_attribution import RuleAttributor
from goldspan.agreement.span_units import AgreementData
from goldspan.annotation import Example
from goldspan.formats import gold
from goldspan.guidelines.rules import Rulebook
from helpers.annotations import dense_views, of_texts
from helpers.html_pages import parse
from helpers.strategies import passes

COUNTED = [(1, "TROOP_COUNT"), (5, "LOCATION")]
UNCOUNTED = [(5, "LOCATION")]


@pytest.fixture
def three():
    """Three annotators of three articles, of whom the third never marks TROOP_COUNT."""
    return measure(of_texts(a=[COUNTED] * 3, b=[COUNTED] * 3, c=[UNCOUNTED] * 3), resamples=100)


def test_one_of_three_who_never_uses_a_label_brings_its_f1_to_a_third(three):
    measures = three.labels["TROOP_COUNT"]
    assert measures["exact_f1"].estimate == pytest.approx(1 / 3)
    assert measures["relaxed_f1"].estimate == pytest.approx(1 / 3)
    assert measures["token_kappa"].estimate == pytest.approx(1 / 3)
    assert [part.labels["TROOP_COUNT"]["exact_f1"].estimate for part in three.pairs.values()] == [1, 0, 0]
    assert three.labels["LOCATION"]["exact_f1"].estimate == 1
    assert (measures.coverage.counted, measures.coverage.pairs) == (3, 3)


def test_what_the_report_says_of_them_is_the_same(three):
    annotations = of_texts(a=[COUNTED] * 3, b=[COUNTED] * 3, c=[UNCOUNTED] * 3)
    report = make_report(annotations, three, RuleAttributor(Rulebook(), {}))
    (labels,) = (table for table in text_report.terminal_tables(report) if table.title == "Label by label")
    (row,) = (row for row in labels.rows if row[0] == "TROOP_COUNT")
    assert row[3].startswith("33.33")
    assert "TROOP_COUNT: c marked none." in labels.note
    assert "33.33" in parse(page(report)).said


def kappa_of(first, second):
    """Cohen's kappa from its definition; None where both use one category throughout."""
    categories = np.union1d(first, second)
    by_chance = sum(np.mean(first == one) * np.mean(second == one) for one in categories)
    return None if categories.size < 2 else (np.mean(first == second) - by_chance) / (1 - by_chance)


def alpha_of(rows, read):
    """Krippendorff's alpha from coincidences; None where the judgements that can be compared do not vary."""
    coincidences = {}
    for ratings, readers in zip(rows.T, read.T, strict=True):
        values = ratings[readers].tolist()
        for one, other in permutations(values, 2):
            coincidences[one, other] = coincidences.get((one, other), 0) + 1 / (len(values) - 1)
    times = {}
    for (one, _), weight in coincidences.items():
        times[one] = times.get(one, 0) + weight
    total = sum(times.values())
    if len(times) < 2:
        return None
    observed = sum(weight for (one, other), weight in coincidences.items() if one != other) / total
    expected = sum(a * b for (one, a), (other, b) in permutations(times.items(), 2) if one != other)
    return 1 - observed / (expected / (total * (total - 1)))


def f1_of(first, second):
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else None


def same(value, expected):
    return value is None if expected is None else value == pytest.approx(expected)


@settings(max_examples=60)
@given(passes(annotators=3))
def test_every_label_of_every_pair_has_the_value_of_its_definition(rows):
    annotations = annotations_of_examples(rows)
    agreement, data = measure(annotations, resamples=1), AgreementData.of(annotations, language="en")
    documents, read, names = data.units("token").document, data.spans.read, annotations.annotators
    views = dict(zip((None, *data.spans.labels), dense_views(data, "token"), strict=True))
    for one, other in combinations(range(len(names)), 2):
        part = agreement.pairs[names[one], names[other]]
        both = (read[one] & read[other])[documents]
        shared = annotations.shared(names[one], names[other])
        for label, (categories, _) in views.items():
            measures = part.overall if label is None else part.labels[label]
            sides = (
                {(item.id, span) for item in shared for span in item.spans[names[who]] if label in (None, span.label)}
                for who in (one, other)
            )
            assert same(measures["exact_f1"].estimate, f1_of(*sides))
            assert same(measures["token_kappa"].estimate, kappa_of(categories[one, both], categories[other, both]))


@settings(max_examples=40)
@given(passes(annotators=3))
def test_the_alpha_of_every_label_has_the_value_of_its_definition(rows):
    annotations = annotations_of_examples(rows)
    agreement, data = measure(annotations, resamples=1), AgreementData.of(annotations, language="en")
    read = data.spans.read[:, data.units("token").document]
    several = read.sum(axis=0) >= 2
    found = (agreement.overall, *agreement.labels.values())
    for measures, (categories, _) in zip(found, dense_views(data, "token"), strict=True):
        assert same(measures["token_alpha"].estimate, alpha_of(categories[:, several], read[:, several]))


@pytest.mark.parametrize("measure_id", ["token_kappa", "token_alpha", "token_fleiss"])
def test_a_label_that_one_of_two_never_uses_has_the_values_of_other_programs(measure_id):
    values = measure(of_texts(a=[COUNTED, COUNTED], b=[UNCOUNTED, UNCOUNTED]), resamples=1).labels["TROOP_COUNT"]
    first, second = np.zeros(40, int), np.zeros(40, int)
    first[[1, 21]] = 1
    if measure_id == "token_kappa":
        expected = pytest.importorskip("sklearn.metrics").cohen_kappa_score(first, second)
        assert expected == 0
    else:
        nltk = pytest.importorskip("nltk.metrics.agreement")
        sides = (("a", first), ("b", second))
        task = nltk.AnnotationTask(data=[(who, str(n), int(x)) for who, row in sides for n, x in enumerate(row)])
        expected = task.alpha() if measure_id == "token_alpha" else task.pi()
    assert values[measure_id].estimate == pytest.approx(expected)


def write(folder, name, spans, **extra):
    """A pass of two examples, the second without spans."""
    text = "Fifty soldiers held Kherson."
    examples = [Example("x.p01", text, spans, extra=extra), Example("x.p02", text, (), 100, extra=extra)]
    gold.write(folder / name / "x.jsonl", examples)


def test_where_confirmation_is_only_assumed_it_stands_beside_the_number(tmp_path):
    marked = of_texts(a=[COUNTED]).items[0].spans["a"][:1]
    write(tmp_path, "ann", marked, confirmed=True)
    write(tmp_path, "bob", marked)
    annotations = annotations_of_paths([tmp_path])
    agreement = measure(annotations, resamples=20)
    report = make_report(annotations, agreement, RuleAttributor(Rulebook(), {}))
    beside = "Confirmation by bob is assumed: the files do not state it."
    assert text_report.headline(report).endswith(f"both confirmed. {beside}")
    by_title = {table.title: table for table in text_report.terminal_tables(report)}
    for title in ("Label by label", "Article by article, the lowest agreement first", "All measures, over all labels"):
        assert beside in by_title[title].note
    said = parse(page(report)).said
    assert said.count(beside) == 4
    assert said.count("confirmation assumed") == 4  # below each leading figure
    made = json.loads(json.dumps(text_report.report_json(report)))["agreement"]
    for measures in (made["overall"], made["labels"]["TROOP_COUNT"], made["pairs"][0]["overall"]):
        assert measures["basis"]["confirmation_assumed"] == ["bob"]


def test_where_all_of_several_are_assumed_no_names_are_listed(tmp_path):
    for name in ("ann", "bob", "eve"):
        write(tmp_path, name, of_texts(a=[COUNTED]).items[0].spans["a"][:1])
    annotations = annotations_of_paths([tmp_path])
    report = make_report(annotations, measure(annotations), RuleAttributor(Rulebook(), {}))
    assert text_report.headline(report).endswith("Confirmation by all of them is assumed: the files do not state it.")


def test_where_confirmation_is_stated_nothing_is_said_of_it(tmp_path):
    marked = of_texts(a=[COUNTED]).items[0].spans["a"][:1]
    write(tmp_path, "ann", marked, confirmed=True)
    write(tmp_path, "bob", marked, confirmed=True)
    annotations = annotations_of_paths([tmp_path])
    report = make_report(annotations, measure(annotations, resamples=20), RuleAttributor(Rulebook(), {}))
    assert "assumed" not in text_report.headline(report)
    assert not any("Confirmation" in table.note for table in text_report.terminal_tables(report))
    assert "confirmation assumed" not in parse(page(report)).said
    assert report.agreement.overall.coverage.assumed == ()

"""The worked example of docs/measures.md: goldspan computes each of its numbers."""

import re
from pathlib import Path

import pytest

import goldspan
from goldspan.agreement.agreement import measure as measure_agreement
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.gamma import disorder
from goldspan.agreement.measures import MEASURES
from goldspan.annotation import Example, Span
from goldspan.evaluation import significance
from goldspan.evaluation.scores import measure as measure_scores
from goldspan.formats import inline
from goldspan.intervals import METHODS, IntervalSettings
from goldspan.span_table import SpanTable
from helpers.annotations import gamma_units

PAGE = (Path(__file__).parents[1] / "docs" / "measures.md").read_text("utf-8")
ANNA, BEN = (
    Example("a.p01", *inline.parse(re.search(rf"^{name}: +(.*)$", PAGE, re.MULTILINE)[1])) for name in ("anna", "ben")
)


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_example_is_one_sentence_of_the_stated_length():
    assert ANNA.text == BEN.text
    assert f"12 tokens and {len(ANNA.text)} characters" in section("The example")
    assert (len(ANNA.spans), len(BEN.spans)) == (4, 3)


@pytest.mark.parametrize(
    ("title", "measure"),
    [
        ("Exact-span F1", "exact_f1"),
        ("Relaxed F1", "relaxed_f1"),
        ("Cohen's kappa", "token_kappa"),
        ("Fleiss' kappa", "token_fleiss"),
        ("Krippendorff's alpha", "token_alpha"),
        ("Unitizing alpha", "u_alpha"),
    ],
)
def test_the_agreement_by_hand_is_what_goldspan_computes(title, measure):
    annotations = annotations_of_examples({"anna": [ANNA], "ben": [BEN]})
    value = measure_agreement(annotations, resamples=1).overall[measure].estimate
    assert re.findall(r"= (\d\.\d{3})", section(title))[-1] == f"{value:.3f}"


def test_the_parts_of_unitizing_alpha_are_what_goldspan_computes():
    values = measure_agreement(annotations_of_examples({"anna": [ANNA], "ben": [BEN]}), resamples=1).overall
    parts = [values[name].estimate for name in ("u_alpha_binary", "cu_alpha")]
    assert re.findall(r"\((\d\.\d{3}) here\)", section("Unitizing alpha")) == [f"{part:.3f}" for part in parts]


def test_the_disorder_by_hand_is_that_of_the_best_alignment():
    labels = ["PERSON", "UNIT", "PLACE"]
    units = [
        gamma_units([(span.start, span.end, labels.index(span.label)) for span in example.spans])
        for example in (ANNA, BEN)
    ]
    assert f"δ_o = 2.218 / 3.5 = {disorder(units):.3f}" in section("Gamma")


def test_the_schemes_are_what_goldspan_computes():
    lines = section("The four schemes of SemEval-2013").splitlines()
    evaluation = goldspan.evaluate([ANNA], [BEN])
    for scheme, counts in evaluation.overall.items():
        [row] = [line for line in lines if line.startswith(f"| {scheme} |")]
        scores = [f"{score:.3f}" for score in (counts.precision, counts.recall, counts.f1)]
        assert row.strip("| ").split(" | ")[4:] == [f"{counts.credit:g}", *scores]


def test_the_averages_are_what_goldspan_computes():
    text = section("Micro and macro averages")
    evaluation = goldspan.evaluate([ANNA], [BEN])
    for label, counts in evaluation.labels["strict"].items():
        row = f"| {label} | {counts.possible} | {counts.actual} | {counts.correct} | {counts.f1:.3f} |"
        assert row in text
    micro, macro = evaluation.overall["strict"].f1, evaluation.macro("strict")
    assert f"micro = 2 · 1 / (4 + 3) = {micro:.3f}" in text
    assert f"macro = (1 + 0 + 0) / 3 = {macro:.3f}" in text


def counts_of(rights, number=5):
    """Articles of some spans in gold and in the prediction, of which some are right."""
    gold = [[Span(4 * n, 4 * n + 2, "A") for n in range(number)] for _ in rights]
    predicted = [[Span(4 * n, 4 * n + (2 if n < right else 3), "A") for n in range(number)] for right in rights]
    return measure_scores(SpanTable.of(gold, "A"), SpanTable.of(predicted, "A"))


@pytest.mark.parametrize("method", METHODS)
def test_the_interval_by_hand_is_what_goldspan_computes(method):
    settings = IntervalSettings(unit="article", method=method, resamples=10_000)
    found = significance.intervals(counts_of([4, 3, 5]), settings).overall["strict"]["f1"]
    shown = dict(zip(METHODS, re.findall(r"interval is\s\[([\d.]+), ([\d.]+)\]", section("Intervals")), strict=True))
    low, high = shown[method]
    digits = len(low.partition(".")[2])
    assert (low, high) == (f"{found.low:.{digits}f}", f"{found.high:.{digits}f}")


@pytest.mark.parametrize("articles", [5, 6])
def test_the_p_by_hand_is_what_goldspan_computes(articles):
    settings = IntervalSettings(unit="article", resamples=10_000)
    compared = significance.compare(counts_of([5] * articles), counts_of([3] * articles), settings)
    p = compared.schemes["strict"].p_randomisation
    assert compared.exact
    shown = re.search(rf"p = 2/{2**articles} = (\d\.\d+)", section("The paired randomisation test"))[1]
    assert float(shown) == pytest.approx(p, abs=0.0001)


def test_the_authors_of_the_measures_are_among_the_sources():
    named = " ".join(measure.source for measure in MEASURES.values())
    people = ("Cohen", "Light", "Fleiss", "Krippendorff", "Hripcsak", "Rothschild", "Uzuner", "Mathet", "Widlöcher")
    assert all(name in named and name in section("Sources") for name in people)

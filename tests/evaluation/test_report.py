"""The report: everything in one value, and its JSON."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings

from goldspan.annotation import Label, LabelScheme, Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.report import label_names, make_report, remarks
from goldspan.evaluation.result import SCHEMES
from goldspan.formats import inline
from goldspan.formats.record import Note
from helpers.strategies import readings

TOP = (
    "size",
    "labels",
    "schemes",
    "intervals",
    "comparison",
    "slices",
    "confusion",
    "errors",
    "frequent_errors",
    "values",
    "articles",
    "hardest",
    "ceiling",
    "undefined",
    "remarks",
    "warnings",
    "notes",
)
MEASURES = {"precision", "recall", "f1", "correct", "incorrect", "partial", "missed", "spurious", "possible", "actual"}
SCHEME = LabelScheme(
    "1",
    (
        Label("UNIT", "A unit.", "#111111", "u", "unit.md"),
        Label("COUNT", "A count.", "#222222", "c", "count.md", quantity=True),
        Label("SHIP", "A ship.", "#333333", "s", "ship.md"),
    ),
)


def corpus(*marked):
    """Two to an article."""
    return [inline.example(f"a{number // 2}.p{number % 2:02}", text) for number, text in enumerate(marked)]


GOLD = corpus("[A]{UNIT} has [up to 9 men]{COUNT}", "[B C]{UNIT}", "[D]{UNIT} of [E]{PLACE}", "none")
PREDICTED = corpus("[A]{UNIT} has up to [9 men]{COUNT}", "B [C]{UNIT}", "[D]{PLACE} of [E]{PLACE}", "[none]{UNIT}")
BASELINE = [example.with_spans(()) for example in GOLD]
few = partial(make_report, resamples=50)


@pytest.fixture(scope="module")
def full():
    return few(
        GOLD,
        PREDICTED,
        baseline=BASELINE,
        training=corpus("[A]{UNIT}"),
        passes={"x": GOLD, "y": PREDICTED},
        scheme=SCHEME,
        notes=[Note("extra-example", "is not in gold", Path("f.jsonl"), 3, "z.p01")],
    )


def test_the_json_has_the_documented_top_level_in_its_order(full):
    assert tuple(full.json()) == TOP
    assert json.loads(json.dumps(full.json(), allow_nan=False)) == full.json()


def test_the_schemes_are_as_in_the_schema(full):
    schemes = full.json()["schemes"]
    assert tuple(schemes) == SCHEMES
    for scheme in schemes.values():
        assert set(scheme) == {"overall", "macro_f1", "labels"}
        assert tuple(scheme["labels"]) == ("UNIT", "COUNT", "SHIP", "PLACE")
        assert all(set(row) == MEASURES for row in (scheme["overall"], *scheme["labels"].values()))


def test_the_numbers_of_a_small_corpus(full):
    found = full.json()
    assert found["size"] == {"examples": 4, "articles": 2, "gold": 5, "predicted": 6}
    strict = found["schemes"]["strict"]["overall"]
    assert (strict["correct"], strict["incorrect"], strict["missed"], strict["spurious"]) == (2, 3, 0, 1)
    assert found["schemes"]["type"]["overall"]["correct"] == 4
    assert found["errors"]["overall"] == {
        "correct": 2,
        "boundary": 2,
        "label": 1,
        "both": 0,
        "missed": 0,
        "spurious": 1,
    }
    assert found["confusion"]["rows"][0] == [2, 0, 0, 1, 0]
    assert found["values"]["COUNT"]["bound_wrong"] == 1
    assert found["articles"]["a1"]["schemes"]["strict"]["overall"]["f1"] == 0.4
    assert [hard["example"] for hard in found["hardest"]] == ["a0.p01", "a1.p01", "a0.p00", "a1.p00"]
    assert found["ceiling"]["mean_f1"] == found["schemes"]["strict"]["overall"]["f1"]
    assert found["slices"]["seen"]["seen"]["correct"] == 1


def test_the_intervals_hold_the_measures(full):
    found = full.json()
    drawn = found["intervals"]
    assert (drawn["unit"], drawn["units"], drawn["method"]) == ("article", 2, "jackknife-t")
    for scheme in SCHEMES:
        low_high = found["intervals"]["schemes"][scheme]["overall"]["f1"]
        assert low_high["low"] <= found["schemes"][scheme]["overall"]["f1"] <= low_high["high"]
    assert set(found["intervals"]["schemes"]["strict"]["labels"]) == {"UNIT", "COUNT", "SHIP", "PLACE"}
    assert found["intervals"]["schemes"]["strict"]["labels"]["SHIP"] == {"precision": None, "recall": None, "f1": None}


def test_the_comparison_gives_the_difference_by_each_scheme(full):
    found = full.json()["comparison"]
    assert tuple(found["schemes"]) == SCHEMES
    strict = found["schemes"]["strict"]
    assert strict["baseline_f1"] == 0
    assert strict["difference"] == strict["f1"] == pytest.approx(4 / 11)
    assert strict["low"] < strict["difference"] < strict["high"]
    assert found["sentence"]


def test_what_was_not_given_is_null_or_absent_and_remarked():
    found = few(GOLD, PREDICTED)
    written = found.json()
    assert (written["comparison"], written["ceiling"], written["values"]) == (None, None, {})
    assert set(written["slices"]) == {"label", "length", "article"}
    said = " ".join(found.remarks)
    assert "no passes" in said
    assert "training data is not known" in said
    assert "no values are compared" in said


def test_every_undefined_measure_has_a_sentence(full):
    assert (
        "SHIP: precision, recall and F1 are undefined, as gold has no spans and none were predicted." in full.undefined
    )
    assert not [said for said in full.undefined if said.startswith(("UNIT", "PLACE", "COUNT", "All"))]
    half = few(GOLD, BASELINE).undefined
    assert "All labels: precision is undefined, as no spans were predicted." in half
    assert "In a0 and a1: precision is undefined, as no spans were predicted." in half
    assert "All labels: recall is undefined, as gold has no spans." in few(BASELINE, GOLD).undefined


def test_an_evaluation_without_any_span_has_no_measure_at_all():
    found = few(BASELINE, BASELINE, passes={"x": BASELINE, "y": BASELINE}, scheme=SCHEME)
    assert found.json()["schemes"]["strict"]["overall"]["f1"] is None
    said = "\n".join(found.undefined)
    assert "All labels: precision, recall and F1 are undefined" in said
    assert "The macro-averaged F1 is undefined" in said
    assert "In a0 and a1: precision, recall and F1 are undefined" in said
    assert "COUNT: the accuracy of the values is undefined" in said
    assert "x and y: their F1 is undefined" in said
    assert "The slice length 1: precision, recall and F1 are undefined" in said


def test_notes_are_in_the_json(full):
    assert full.json()["notes"] == [
        {
            "kind": "extra-example",
            "message": "is not in gold",
            "file": "f.jsonl",
            "line": 3,
            "example": "z.p01",
            "remedy": None,
        }
    ]


@pytest.mark.parametrize(
    ("gold", "predicted", "why"),
    [
        ([], [], "no example to evaluate"),
        (GOLD, PREDICTED[:-1], "gold has 4 examples and the predictions 3"),
        (GOLD, [*PREDICTED[:-1], replace(PREDICTED[-1], id="z")], r"a1\.p01: the predictions have another id, 'z',"),
        (GOLD, [*PREDICTED[:-1], replace(PREDICTED[-1], text="None")], r"a1\.p01: the predictions have another text"),
    ],
)
def test_what_is_not_paired_is_refused(gold, predicted, why):
    with pytest.raises(InvalidValueError, match=why):
        few(gold, predicted)


def test_an_unpaired_baseline_is_refused_by_its_name():
    with pytest.raises(InvalidValueError, match="the baseline 3"):
        few(GOLD, PREDICTED, baseline=BASELINE[1:])


def test_there_are_no_measures_per_article_where_each_example_is_one():
    assert few([GOLD[0], GOLD[2]], [PREDICTED[0], PREDICTED[2]]).articles == ()


def test_labels_of_the_scheme_come_first():
    assert label_names(SCHEME, GOLD, PREDICTED) == ("UNIT", "COUNT", "SHIP", "PLACE")
    assert label_names(None, GOLD) == ("COUNT", "PLACE", "UNIT")


def test_the_same_seed_gives_the_same_report():
    assert few(GOLD, PREDICTED, baseline=BASELINE, seed=7) == few(GOLD, PREDICTED, baseline=BASELINE, seed=7)


def test_training_on_the_test_data_is_remarked():
    (told,) = [said for said in remarks(GOLD, training=GOLD[:1]) if "also in the training data" in said]
    assert "1 of the examples" in told
    assert "a0.p00" in told


def test_what_the_passes_do_not_cover_is_remarked():
    passes = {"x": GOLD[:2], "y": [GOLD[0], replace(GOLD[1], text="B C!")]}
    said = remarks(GOLD, passes=passes)
    assert "y: these examples have another text than in gold and do not count: a0.p01." in said
    assert any("Fewer than two annotators have read 3 of the examples" in one for one in said)


def test_a_single_article_and_examples_without_articles_are_remarked():
    assert any("of one article" in said for said in remarks(GOLD[:2]))
    assert any("an article of its own" in said for said in remarks([GOLD[0], GOLD[2]]))


@settings(max_examples=40)
@given(read=readings(3, fewest=1))
def test_the_parts_of_a_report_agree_with_each_other(read):
    gold, predicted, other = read
    found = few(gold, predicted, baseline=other, training=other, passes={"x": other, "y": gold})
    strict = found.evaluation.overall["strict"]
    assert strict.correct == found.errors.overall.correct
    assert (strict.possible, strict.actual) == (found.size.gold, found.size.predicted)
    by_label = [part.counts for part in found.slices if part.dimension == "label"]
    assert [row.f1 for row in found.evaluation.labels["strict"].values()] == [counts.f1 for counts in by_label]
    assert sum(one.evaluation.overall["strict"].correct for one in found.articles) in (0, strict.correct)
    json.dumps(found.json(), allow_nan=False)


@settings(max_examples=40)
@given(read=readings(3, fewest=1))
def test_every_null_of_the_schemes_has_its_sentence(read):
    found = few(*read[:2], scheme=SCHEME)
    for scheme in SCHEMES:
        rows = {"All labels": found.evaluation.overall[scheme], **found.evaluation.labels[scheme]}
        for name, row in rows.items():
            (said,) = [one for one in found.undefined if one.startswith(f"{name}: ") and "value" not in one] or [""]
            assert [row.precision is None, row.recall is None, row.f1 is None] == [
                "precision" in said,
                "recall" in said,
                "F1" in said,
            ]


@settings(max_examples=40)
@given(read=readings(3, fewest=1))
def test_doubling_the_documents_changes_no_measure(read):
    gold, predicted, _ = read
    twice = [[*side, *(replace(one, id=f"z{one.id}") for one in side)] for side in (gold, predicted)]
    once, double = few(gold, predicted), few(*twice)
    for scheme in SCHEMES:
        assert double.evaluation.overall[scheme].f1 == once.evaluation.overall[scheme].f1
    assert double.confusion.rows == tuple(tuple(2 * number for number in row) for row in once.confusion.rows)


@settings(max_examples=40)
@given(read=readings(2, fewest=1, flat=True))
def test_renaming_the_labels_renames_the_report_and_nothing_else(read):
    names = {"UNIT": "b", "PERSON": "c", "TROOP_COUNT": "d", "B-LOC": "a"}
    renamed = [
        [replace(one, spans=tuple(Span(s.start, s.end, names[s.label]) for s in one.spans)) for one in side]
        for side in read
    ]
    there, here = few(*read), few(*renamed)
    assert here.evaluation.overall == there.evaluation.overall
    assert here.errors.overall == there.errors.overall
    for label, kinds in there.errors.labels.items():
        assert here.errors.labels[names[label]] == kinds


def test_intervals_of_a_single_article_draw_its_examples():
    gold = [inline.example(f"a.p{n:02}", "the [Aurora]{A} and [Gloria]{B}") for n in range(9)]
    found = [example.with_spans(example.spans[: n % 3]) for n, example in enumerate(gold)]
    alone = make_report(gold, found, resamples=200).intervals
    assert (alone.settings.unit, alone.units) == ("example", 9)
    assert alone.overall["strict"]["f1"].low < alone.overall["strict"]["f1"].high
    several = [replace(example, id=f"a{n % 3}.p{n:02}") for n, example in enumerate(gold)]
    assert make_report(several, several, resamples=200).intervals.settings.unit == "article"
    assert make_report(gold, found, unit="article", resamples=200).intervals.units == 1

"""The whole agreement: its parts, its intervals, its JSON form, and the reasons for missing values."""

import json

import numpy as np
import pytest

from goldspan.agreement.agreement import measure
from goldspan.agreement.annotations import annotations_of_examples
from goldspan.agreement.measures import HEADLINE, MEASURES
from goldspan.annotation import Example, Label, LabelScheme, Span
from goldspan.errors import InvalidValueError
from helpers.annotations import of_texts

RNG = np.random.default_rng(0)


def many(articles=12, examples=3, **quality):
    """Annotators who each find the spans of each text with a probability of their own, and err in the label as well."""
    text = "word " * 20
    rows = {name: [] for name in quality}
    for number in range(articles * examples):
        gold = [Span(5 * n, 5 * n + 4, "AB"[n % 2]) for n in sorted(RNG.choice(20, 5, replace=False).tolist())]
        for name, share in quality.items():
            found = [span for span in gold if RNG.random() < share]
            spans = tuple(Span(s.start, s.end, "A" if RNG.random() < 0.1 else s.label) for s in found)
            rows[name].append(Example(f"d{number // examples:02d}.p{number % examples:02d}", text, spans))
    return annotations_of_examples(rows)


def test_every_part_has_its_measures():
    agreement = measure(many(4, a=0.9, b=0.8, c=0.7), resamples=50)
    assert set(agreement.pairs) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert list(agreement.labels) == ["A", "B"]
    assert list(agreement.articles) == ["d00", "d01", "d02", "d03"]
    assert set(agreement.overall) == set(MEASURES) - {"gamma", "value_agreement", "value_f1"}
    assert "u_alpha_binary" not in agreement.labels["A"].values
    assert next(iter(agreement.overall)) == HEADLINE


def test_two_annotators_overall_are_the_pair():
    agreement = measure(many(a=0.9, b=0.8), resamples=50)
    assert agreement.overall == agreement.pairs["a", "b"].overall
    assert agreement.labels == agreement.pairs["a", "b"].labels


def test_intervals_contain_their_estimates_and_shrink_with_the_level():
    annotations = many(20, a=0.9, b=0.8, c=0.8)
    wide, narrow = (measure(annotations, resamples=400, level=level).overall for level in (0.95, 0.5))
    for name, value in wide.values.items():
        assert value.low < value.estimate < value.high, name
        assert value.low < narrow[name].low < narrow[name].high < value.high, name


def test_an_interval_is_that_of_resampling_articles_one_by_one():
    annotations = many(8, 2, a=0.9, b=0.7)
    value = measure(annotations, method="percentile", resamples=4_000).overall["exact_f1"]
    rows = {}
    for item in annotations.items:
        one, other = (set(item.spans[name]) for name in ("a", "b"))
        rows.setdefault(item.article, np.zeros(2))
        rows[item.article] += (2 * len(one & other), len(one) + len(other))
    table = np.array(list(rows.values()))
    sums = table[np.random.default_rng(1).integers(0, 8, (4_000, 8))].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975))
    assert (value.low, value.high) == pytest.approx((low, high), abs=0.01)


def test_one_article_is_resampled_by_example_and_one_example_not():
    by_example = measure(many(1, 6, a=0.9, b=0.8), resamples=50)
    assert (by_example.settings.unit, by_example.units) == ("example", 6)
    assert by_example.overall["exact_f1"].low is not None
    alone = measure(many(1, 1, a=1.0, b=1.0), resamples=50)
    assert alone.overall["exact_f1"].low is alone.overall["exact_f1"].high is None
    assert alone.sentence == "There are no intervals, for there is only 1 example."


def test_intervals_within_an_article_are_by_example():
    agreement = measure(many(3, 8, a=0.9, b=0.7), resamples=100)
    for measures in agreement.articles.values():
        value = measures["exact_f1"]
        assert measures.examples == 8
        assert value.low < value.estimate < value.high


def test_a_resample_without_any_span_of_a_label_is_counted():
    rows = [[(1, "A")], [(1, "A"), (4, "B")], [(2, "B")]]
    value = measure(of_texts(a=rows, b=rows), method="percentile", resamples=200).labels["B"]["exact_f1"]
    assert value.estimate == value.low == value.high == 1
    assert 0 < value.undefined_resamples < 200


def test_the_seed_makes_the_intervals():
    annotations = many(a=0.9, b=0.7)
    first, again, other = (
        measure(annotations, method="percentile", resamples=50, seed=seed).overall for seed in (1, 1, 2)
    )
    assert first == again != other


def test_labels_come_in_the_order_of_the_scheme_and_unknown_ones_after():
    scheme = LabelScheme("1", (Label("B", "b", "#000000", "b", "b.md"), Label("C", "c", "#000000", "c", "c.md")))
    agreement = measure(of_texts(a=[[(1, "A"), (2, "B")]], b=[[(1, "A"), (2, "B")]]), scheme=scheme, resamples=1)
    assert list(agreement.labels) == ["B", "C", "A"]
    assert agreement.labels["C"]["exact_f1"].undefined.sentence == "a and b marked nothing here"


def test_nothing_shared_and_nobody_at_all_have_their_reasons():
    apart = measure(of_texts(a=[[(1, "A")], None], b=[None, [(1, "A")]]))
    nobody = measure(annotations_of_examples({}))
    for agreement in (apart, nobody, measure(of_texts(a=[[(1, "A")]]))):
        assert {value.undefined.reason for value in agreement.overall.values.values()} == {"no_example"}
    assert apart.overall["exact_f1"].undefined.sentence == "no example was confirmed by two annotators"
    assert nobody.pairs == {}


def test_where_no_example_was_read_by_all_only_fleiss_is_undefined():
    rows = {
        "a": [[(1, "A")], [(2, "A")], None],
        "b": [[(1, "A")], None, [(3, "A")]],
        "c": [None, [(2, "A")], [(3, "A")]],
    }
    measures = measure(of_texts(**rows), resamples=1).overall
    assert measures["token_fleiss"].undefined.reason == "no_common"
    assert measures["token_alpha"].estimate == measures["exact_f1"].estimate == 1


def test_the_json_form_holds_everything_and_explains_it():
    agreement = measure(of_texts(a=[[(1, "A")], []], b=[[(1, "A")], []]), resamples=20)
    value = json.loads(json.dumps(agreement.json(), allow_nan=False))
    assert set(value) == {
        *("annotators", "language", "compared", "intervals", "overall", "labels", "articles", "pairs", "measures"),
    }
    assert value["pairs"][0]["first"] == "a"
    missing = value["articles"]["t1"]["measures"]["exact_f1"]
    assert missing["estimate"] is None
    assert missing["undefined"]["sentence"] == "a and b marked nothing here"
    assert value["measures"]["exact_f1"]["source"] == "Hripcsak & Rothschild, JAMIA 2005"


def test_every_measure_has_its_meaning_and_its_source_in_one_line():
    for name, meaning in MEASURES.items():
        assert meaning.id == name
        assert all(text and "\n" not in text for text in meaning.json().values())
        assert len(meaning.meaning) <= 110


@pytest.mark.parametrize("options", [{"resamples": 0}, {"level": 1.0}, {"level": 0.0}])
def test_impossible_settings_of_the_bootstrap_are_refused(options):
    with pytest.raises(InvalidValueError):
        measure(of_texts(a=[[]], b=[[]]), **options)

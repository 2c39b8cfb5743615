"""Nobody is predicted by a model that has seen them, whatever the articles; processes and order change nothing."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.errors import InputError, InvalidValueError
from goldspan.models.cross_validation import average, cross_validate
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from goldspan.splits.folds import article_sizes, assign_folds, groups
from helpers.fake_trainers import FailingTrainer, MemorisingTrainer, SpyTrainer

LABELS = ("PERSON", "PLACE")
NAMES = ("Ann", "Bob", "Oslo", "Rome", "Carol Ng")


@st.composite
def corpora(draw):
    """Examples of some articles, some of them near-duplicates."""
    examples = []
    for number in range(draw(st.integers(3, 9))):
        for part in range(draw(st.integers(1, 3))):
            if draw(st.integers(0, 5)) == 0 and examples:
                text, spans = examples[0].text, examples[0].spans  # the same paragraph: a group
            else:
                name = draw(st.sampled_from(NAMES))
                words = draw(st.lists(st.sampled_from("uvwxyz"), min_size=3, max_size=8))
                text = f"{name} {' '.join(f'{word}{number}{part}' for word in words)}"
                spans = (Span(0, len(name), LABELS[name in ("Oslo", "Rome")]),)
            examples.append(Example(f"a{number}.p{part:02}", text, spans))
    return examples


def folds_of(examples, k):
    """By article its fold, and its group; the example is not of use if there is one group."""
    sizes = article_sizes(examples)
    group = groups(sizes).names
    folds = assign_folds(group, {article: size.spans for article, size in sizes.items()}, k)
    assume(len({*folds.values()}) > 1)
    return folds, group


@given(corpora(), st.integers(2, 5), st.integers(1, 3))
@settings(max_examples=40)
def test_no_article_is_predicted_by_a_model_that_saw_it_or_its_group(examples, k, seeds):
    folds, group = folds_of(examples, k)
    spy = SpyTrainer(LABELS)
    made = cross_validate(examples, folds, spy, seeds=seeds)
    for note in spy.seen:
        seen = {group[example.article] for example in note["training"]}
        assert seen.isdisjoint(group[example.article] for example in note["predicted"])
        assert not note["validation"], "nothing is chosen by what is held out"
    predicted = Counter((note["seed"], example.id) for note in spy.seen for example in note["predicted"])
    assert predicted == Counter((seed, example.id) for seed in range(seeds) for example in examples)
    assert [*made.predictions] == [example.id for example in examples]
    assert made.seeds == tuple(range(seeds))


@given(corpora(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_examples_and_articles_does_not_matter(examples, rng):
    folds, _ = folds_of(examples, 3)
    trainer = MemorisingTrainer(LABELS, sure=0.6)
    shuffled = rng.sample(examples, len(examples))
    reordered = dict(rng.sample(list(folds.items()), len(folds)))
    made, again = (cross_validate(some, those, trainer, seeds=2) for some, those in
                   ((examples, folds), (shuffled, reordered)))  # fmt: skip
    for name, prediction in made.predictions.items():
        assert_equal(prediction, again.predictions[name])


@given(corpora(), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_models_see_examples_in_the_order_of_their_articles(examples, rng):
    """So that a manifest in another order makes no other models."""
    folds, _ = folds_of(examples, 3)
    spies = []
    for some in (examples, rng.sample(examples, len(examples))):
        spies.append(SpyTrainer(LABELS))
        cross_validate(some, folds, spies[-1])
    assert spies[0].seen == spies[1].seen


def assert_equal(first, second):
    assert (first.example, first.spans, first.candidates, first.tokens, first.labels) == (
        second.example,
        second.spans,
        second.candidates,
        second.tokens,
        second.labels,
    )
    assert np.array_equal(first.probabilities, second.probabilities)


def test_what_was_learned_by_heart_finds_nothing_where_every_name_is_new():
    examples = [Example(f"a{n}.p00", f"Then Name{n} spoke.", (Span(5, 10, "PERSON"),)) for n in range(8)]
    folds = {example.article: n % 4 for n, example in enumerate(examples)}
    made = cross_validate(examples, folds, MemorisingTrainer(LABELS))
    assert not any(prediction.spans for prediction in made.predictions.values())


def test_other_processes_predict_the_same_to_the_last_bit():
    rng = random.Random(5)  # noqa: S311  (no secret)
    examples = []
    for number in range(6):
        for part in range(3):
            name = rng.choice(NAMES)
            examples.append(Example(f"a{number}.p{part:02}", f"{name} left.", (Span(0, len(name), "PERSON"),)))
    folds = {f"a{number}": number % 3 for number in range(6)}
    trainer = MemorisingTrainer(LABELS, sure=0.5)
    order = []
    alone = cross_validate(examples, folds, trainer, seeds=2, on_fold=lambda one: order.append((one.seed, one.fold)))
    shared = cross_validate(examples, folds, trainer, seeds=2, processes=2)
    assert order == [(seed, fold) for seed in range(2) for fold in range(3)]
    assert alone.by_seed == shared.by_seed
    for name, prediction in alone.predictions.items():
        assert_equal(prediction, shared.predictions[name])


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_a_training_arrives_with_its_place_and_remedy(processes):
    examples = [Example(f"a{n}.p00", "Ann.", (Span(0, 3, "PERSON"),)) for n in range(4)]
    folds = {f"a{n}": n for n in range(4)}
    with pytest.raises(InputError) as caught:
        cross_validate(examples, folds, FailingTrainer("raise"), processes=processes)
    assert str(caught.value) == "gold: there is nothing to learn\n  Annotate."


@pytest.mark.parametrize(
    ("folds", "seeds", "message"),
    [
        ({"a0": 0, "a1": 0}, 1, "at least 2 folds with examples, not 1"),
        ({"a0": 0, "a1": 1}, 0, "at least one seed, not 0"),
    ],
)
def test_one_fold_or_no_seed_is_refused(folds, seeds, message):
    examples = [Example(f"a{n}.p00", "Ann.", (Span(0, 3, "PERSON"),)) for n in range(2)]
    with pytest.raises(InvalidValueError, match=message):
        cross_validate(examples, folds, MemorisingTrainer(LABELS), seeds=seeds)


@pytest.mark.parametrize(
    ("spans", "message"),
    [((), "gold has no span"), ((Span(0, 3, "PERSON"),), r"all spans are in one of 2 folds \(of a0\)")],
)
def test_spans_in_one_fold_alone_are_refused(spans, message):
    examples = [Example("a0.p00", "Ann.", spans), Example("a1.p00", "Bob.")]
    with pytest.raises(InputError, match=message):
        cross_validate(examples, {"a0": 0, "a1": 1}, MemorisingTrainer(LABELS))


def prediction(spans, candidates=(), table=((1.0, 0.0, 0.0),)):
    as_spans = (tuple(PredictedSpan(*one) for one in some) for some in (spans, candidates))
    return ExamplePrediction("a.p00", *as_spans, ((0, 3),), ("", *LABELS), np.array(table))


def test_the_prediction_of_one_model_stays_as_it_is():
    only = prediction([(0, 3, "PERSON", 0.7)], [(0, 5, "PLACE", 0.2)])
    assert average([only]) is only


def test_probabilities_are_averaged_and_the_span_of_more_models_wins():
    models = [
        prediction([(0, 3, "PERSON", 0.6)], [(0, 5, "PERSON", 0.3)], [[0.1, 0.9, 0.0]]),
        prediction([(0, 3, "PERSON", 0.9)], [], [[0.3, 0.7, 0.0]]),
        prediction([(0, 5, "PERSON", 0.9), (6, 9, "PLACE", 0.9)], [], [[0.2, 0.2, 0.6]]),
    ]
    both = average(models)
    assert both.spans == (PredictedSpan(0, 3, "PERSON", pytest.approx(0.5)),)
    assert both.candidates == (
        PredictedSpan(0, 5, "PERSON", pytest.approx(0.4)),
        PredictedSpan(6, 9, "PLACE", pytest.approx(0.3)),
    )
    assert both.probabilities == pytest.approx(np.array([[0.2, 0.6, 0.2]]))


PREDICTED = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 4), st.sampled_from(LABELS), st.floats(0, 1)), max_size=4
)


@given(st.lists(PREDICTED, min_size=1, max_size=5))
@settings(max_examples=200)
def test_averaged_spans_never_overlap_and_their_probabilities_are_shares(rows):
    models = []
    for row in rows:
        spans, end = [], 0
        for start, length, label, probability in sorted(row):
            if start >= end:
                spans.append((start, end := start + length, label, probability))
        models.append(prediction(spans))
    both = average(models)
    assert all(first.end <= second.start for first, second in zip(both.spans, both.spans[1:], strict=False))
    assert {span[:3] for span in (*both.spans, *both.candidates)} == {s[:3] for one in models for s in one.spans}
    assert all(0 <= span.probability <= 1 for span in (*both.spans, *both.candidates))
    everybody = set.intersection(*({span[:3] for span in one.spans} for one in models))
    assert everybody <= {span[:3] for span in both.spans}

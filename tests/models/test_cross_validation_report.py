"""The report counts as gold and predictions say, and names what it cannot know."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.evaluation.report import make_report as evaluate
from goldspan.models.combined_suggestions import MODEL, SUGGESTIONS, VOICES
from goldspan.models.cross_validation import OutOfFoldPredictions
from goldspan.models.cross_validation_report import SeedScores, label_notes, make_report
from goldspan.models.cross_validation_run import CrossValidationOptions, run_cross_validation
from goldspan.models.cross_validation_tables import conclusion, introduction, report_tables, title
from goldspan.models.fixed_split import FixedSplit
from goldspan.models.recogniser_model import ExamplePrediction, PredictedSpan
from goldspan.models.strict_scores import ALL
from helpers import sample_corpus
from helpers.fake_trainers import MemorisingTrainer, SpyTrainer

LABELS = ("PERSON", "PLACE")
TEXT = "a b c d e f g h i j"
SPANS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(LABELS)), max_size=5, unique_by=lambda one: one[0])


@st.composite
def predicted_corpora(draw):
    """Examples of several articles, and what was predicted for each."""
    gold, predictions, folds = [], {}, {}
    for number in range(draw(st.integers(2, 5))):
        folds[f"a{number}"] = number % 3
        for part in range(draw(st.integers(1, 2))):
            name = f"a{number}.p{part:02}"
            right, found = ([Span(2 * at, 2 * at + 1, label) for at, label in draw(SPANS)] for _ in range(2))
            gold.append(Example(name, TEXT, tuple(right)))
            spans = tuple(sorted(PredictedSpan(span.start, span.end, span.label, 0.5) for span in found))
            predictions[name] = ExamplePrediction(name, spans, (), (), ("", *LABELS), empty())
    return gold, OutOfFoldPredictions("by hand", (0,), folds, predictions, {0: spans_of(predictions)})


def empty():
    import numpy as np

    return np.zeros((0, 3))


def spans_of(predictions):
    return {name: one.spans for name, one in predictions.items()}


@given(predicted_corpora())
@settings(max_examples=30)
def test_scores_are_those_of_a_count_one_by_one_and_of_the_evaluation(case):
    gold, predictions = case
    report = make_report(gold, predictions, LABELS)
    counts = {label: Counter() for label in (*LABELS, ALL)}
    for example in gold:
        right = {(span.start, span.end, span.label) for span in example.spans}
        found = {span[:3] for span in predictions.predictions[example.id].spans}
        for kind, spans in (("gold", right), ("found", found), ("both", right & found)):
            for span in spans:
                counts[span[2]][kind] += 1
                counts[ALL][kind] += 1
    for label, expected in counts.items():
        one = report.model.estimates[label].counts
        assert (one.gold, one.predicted, one.true_positives) == (expected["gold"], expected["found"], expected["both"])
    of_folds = Counter()
    for fold in report.folds:
        of_folds.update(gold=fold.counts.gold, found=fold.counts.predicted, both=fold.counts.true_positives)
    assert of_folds == counts[ALL]
    marked = [one.with_spans(Span(*span[:3]) for span in predictions.predictions[one.id].spans) for one in gold]
    evaluation = evaluate(gold, marked)
    assert report.model.f1 == evaluation.evaluation.overall["strict"].f1 == report.by_seed.f1[0]
    if report.model.f1 is not None:
        limits, expected = report.model.estimates[ALL].f1, evaluation.intervals.overall["strict"]["f1"]
        assert (limits.low, limits.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


@given(predicted_corpora(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_articles_does_not_matter(case, rng):
    gold, predictions = case
    shuffled = make_report(rng.sample(gold, len(gold)), predictions, LABELS)
    assert leaves(shuffled.json()) == pytest.approx(leaves(make_report(gold, predictions, LABELS).json()))


def leaves(value, place=()):
    """The values of JSON by their places; None and words as they are in the place itself, with 0."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {key: leaf for name, item in items for key, leaf in leaves(item, (*place, name)).items()}
    return {place: value} if isinstance(value, int | float) else {(*place, value): 0}


def test_the_spread_of_seeds_is_their_mean_and_standard_deviation():
    scores = SeedScores({0: 0.5, 1: 0.7, 2: None})
    assert (scores.mean, scores.deviation) == (pytest.approx(0.6), pytest.approx(0.1414, abs=1e-4))
    assert SeedScores({0: None}).mean is None
    assert SeedScores({0: 0.5}).deviation is None


def test_a_label_that_cannot_be_learned_is_named():
    gold = [
        Example("a.p00", "Ann.", (Span(0, 3, "PERSON"),)),
        Example("b.p00", "Bob.", (Span(0, 3, "PERSON"),)),
        Example("c.p00", "Oslo, Rome.", (Span(0, 4, "PLACE"), Span(6, 10, "PLACE"))),
    ]
    notes = [*label_notes(gold, {"a": 0, "b": 1, "c": 1}, (*LABELS, "SHIP", "CREW"))]
    assert notes[0] == (
        "PLACE occurs in one article only (c): nothing of it can be learned when it is held out, so that its 2 spans "
        "cannot be found"
    )
    assert notes[1:] == ["gold has no span of SHIP and CREW"]
    together = [*label_notes([*gold, replace(gold[2], id="b.p01")], {"a": 0, "b": 1, "c": 1}, LABELS)]
    assert together[0].startswith("PLACE occurs in one group of articles only (b and c): nothing of it can be learned")


# A project, from end to end, with trainers that take no time.

SENTENCES = (
    "Ann Lee spoke in Oslo about the harbour and the ships of the northern company",
    "Bob Ray wrote from Rome that winter had come early to the valleys this year",
    "In Oslo the old theatre opens again after Ann Lee gave all her money to it",
    "Nobody in Rome believed Bob Ray when he told them of the storm on the lake",
    "A road to Oslo was closed while workers from Rome looked for a leaking pipe",
)


def news(unique=False):
    """Five articles about two people and two places."""
    examples = []
    for number, sentence in enumerate(SENTENCES):
        spans = []
        for name, label in (("Ann Lee", "PERSON"), ("Bob Ray", "PERSON"), ("Oslo", "PLACE"), ("Rome", "PLACE")):
            if name in sentence:
                at = sentence.index(name)
                spans.append(Span(at, at + len(name), label))
        examples.append(Example(f"news{number}.p01", f"{sentence}." if not unique else f"{sentence} {number}.",
                                tuple(spans)))  # fmt: skip
    return examples


@pytest.fixture
def project(tmp_path):
    corpus = sample_corpus.make(tmp_path, news(), LABELS, ("e", "l"))
    (tmp_path / "goldspan.toml").write_text('[[recogniser]]\nkind = "gold"\n')
    return corpus


def run(corpus, trainer=None, **options):
    trainer = trainer or MemorisingTrainer(LABELS)
    return run_cross_validation(Corpus(corpus.root), trainer, CrossValidationOptions(processes=1, **options))


def write_splits(corpus, **lists):
    for name, articles in lists.items():
        corpus.split_file(name).parent.mkdir(exist_ok=True)
        corpus.split_file(name).write_text("".join(f"{article}\n" for article in articles))


def test_the_report_has_all_that_is_to_be_compared(project):
    write_splits(project, train=["news0", "news1", "news2"], validation=["news3"], test=["news4"])
    for name in ("ann", "bob"):
        for example in news():
            confirmed = replace(example, extra={"confirmed": True})
            sample_corpus.gold.write(project.passes / name / f"{example.article}.jsonl", [confirmed])
    report = run(project, MemorisingTrainer(LABELS, sure=0.5), seeds=3)
    tables = report_tables(report)
    assert [row[0] for row in tables["systems"].rows] == [
        "suggestions", "model", "suggestions, then model", "model, then suggestions", "model, fixed split",
        "annotators, in pairs",
    ]  # fmt: skip
    assert tables["systems"].rows[-1][-1] == "100.00"
    assert "this is not a ceiling" in tables["ceiling"].note
    assert [row[0] for row in tables["ceiling"].rows] == ["ann – bob", "ann – gold", "bob – gold"]
    assert [row[0] for row in tables["seeds"].rows] == ["seed 0", "seed 1", "seed 2", "mean", "standard deviation"]
    assert title(report) == ("Cross-validation of surfaces by heart: 5 articles, each left out in turn, 3 seeds")
    assert any("95% intervals by article" in sentence for sentence in introduction(report))
    sentences = conclusion(report)
    assert any("whose probabilities are averaged" in sentence for sentence in sentences)
    assert any("trains on news0, news1 and news2, chooses by news3 and tests on news4" in one for one in sentences)
    assert {*report.json()} == {
        "recipe", "seeds", "labels", "intervals", "scores", "fixed_split", "ceiling", "folds", "by_seed",
        "calibration", "notes",
    }  # fmt: skip


def test_every_name_that_another_article_has_is_found_and_no_other(project):
    report = run(project)
    assert report.model.f1 == 1
    assert report.voices[SUGGESTIONS].f1 == 1
    assert {*report.voices} == {*VOICES}


def test_near_duplicates_say_nothing_of_each_other(project):
    """The names of an article are in its near-duplicate alone: neither a model nor gold may find them there."""
    text = (
        "Zoe Fox sailed to Bergen with nine friends and a parrot, and came back alone before the autumn storms began."
    )
    spans = (Span(0, 7, "PERSON"), Span(18, 24, "PLACE"))
    twins = [Example("twin1.p01", text, spans), Example("twin2.p01", text, spans)]
    sample_corpus.write_articles(project, [*news(), *twins])
    report = run(project)
    fold = next(one for one in report.folds if "twin1" in one.articles)
    assert "twin2" in fold.articles
    for voice in VOICES:
        estimate = report.voices[voice].estimates[ALL].counts
        assert (estimate.gold, estimate.true_positives, estimate.predicted) == (14, 10, 10)
    assert any("nor one that shares its text says anything of itself" in note for note in report.notes)


def test_a_model_that_learned_from_the_fold_is_not_heard(project, monkeypatch):
    """As for a pipeline that was trained on the gold of these articles."""
    from goldspan.suggest import gold_surfaces

    class Trained(gold_surfaces.GoldSurfaces):
        seen_articles = frozenset({"news0", "news1"})

    monkeypatch.setattr(gold_surfaces, "GoldSurfaces", Trained)
    report = run(project)
    assert any(note.startswith("gold learned from articles of gold: it suggests nothing in 2 of 5 folds")
               for note in report.notes)  # fmt: skip


def test_without_recognisers_the_model_stands_alone(project):
    (project.root / "goldspan.toml").write_text("recogniser = []\n")
    report = run(project)
    assert [*report.voices] == [MODEL]
    assert "labels" not in report_tables(report)
    assert any("no recogniser that is enabled" in note for note in report.notes)


def test_without_lists_there_is_no_fixed_split_and_the_report_says_so(project):
    report = run(project)
    assert report.split is None
    assert any("there is no fixed split" in sentence.lower() for sentence in conclusion(report))


def test_the_fixed_split_is_trained_on_train_chosen_by_validation_and_tested_on_test(project):
    write_splits(project, train=["news0", "news1"], validation=["news2"], test=["news3", "news4"])
    spy = SpyTrainer(LABELS)
    report = run(project, spy, seeds=2)
    chosen = [note for note in spy.seen if note["validation"]]
    assert [note["seed"] for note in chosen] == [0, 1]
    for note in chosen:
        parts = [[one.article for one in note[part]] for part in ("training", "validation", "predicted")]
        assert parts == [["news0", "news1"], ["news2"], ["news3", "news4"]]
    assert report.split.scores.units == 2
    before = len(spy.seen)
    assert run(project, spy, seeds=2).json() == report.json()
    assert len(spy.seen) == before, "the test split is read, too"


def test_of_folds_and_test_split_only_what_is_stale_is_made_again(project):
    write_splits(project, train=["news0", "news1"], test=["news2"])
    spy = SpyTrainer(LABELS)
    run(project, spy)
    before = len(spy.seen)
    write_splits(project, test=["news3"])
    run(project, spy)
    assert [[one.article for one in note["predicted"]] for note in spy.seen[before:]] == [["news3"]]
    (project.build / "folds" / "news1.jsonl").unlink()
    before = len(spy.seen)
    run(project, spy)
    assert len(spy.seen) == before + 5


@pytest.mark.parametrize(
    "splits", [{}, {"train": ["news0"]}, {"test": ["news0"]}, {"train": ["news9"], "test": ["news0"]}]
)
def test_half_a_split_is_none(splits):
    assert FixedSplit.of(news(), splits) is None


def test_a_test_article_has_no_interval_over_articles(project):
    write_splits(project, train=["news0", "news1"], test=["news2"])
    estimate = run(project).split.scores.estimates[ALL]
    assert estimate.counts.f1 is not None
    assert estimate.f1 is None


def test_text_that_nobody_annotated_is_named_and_not_judged(project):
    examples = news()
    examples[0] = replace(examples[0], spans=(), extra={"not_annotated": "skipped"})
    at = examples[2].text.index("theatre")
    examples[2] = replace(examples[2], extra={"not_annotated": [[at, len(examples[2].text)]]},
                          spans=tuple(span for span in examples[2].spans if span.end <= at))  # fmt: skip
    sample_corpus.write_gold(project, examples)
    report = run(project)
    assert "1 example of gold that nobody annotated takes no part" in report.notes
    assert any(note.startswith("of 1 example some text is not annotated") for note in report.notes)
    assert report.model.estimates[ALL].counts.predicted == report.model.estimates[ALL].counts.true_positives


def test_random_labels_give_no_better_score_than_chance():
    """No leak: where labels were drawn, nothing can be learned of them."""
    rng = random.Random(3)  # noqa: S311  (no secret)
    gold = [
        Example(f"a{n}.p00", f"Name{rng.randrange(4)} left.", (Span(0, 5, rng.choice(LABELS)),)) for n in range(200)
    ]
    from goldspan.models.cross_validation import cross_validate

    made = cross_validate(gold, {one.article: n % 5 for n, one in enumerate(gold)}, MemorisingTrainer(LABELS))
    assert make_report(gold, made, LABELS).model.f1 == pytest.approx(0.5, abs=0.12)

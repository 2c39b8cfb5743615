"""The report of a cross-validation: what a model finds in articles that it has not seen, and what to compare it with.

Beside the model stand the suggestions alone and both together, a model trained on the train split and tested on the
test split, and the agreement of annotators. All are measured by the scheme strict, a span as a whole or not at all,
with intervals over articles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from goldspan.annotation import Span
from goldspan.evaluation.human_ceiling import human_ceiling
from goldspan.models.calibration import span_calibration, token_calibration
from goldspan.models.combined_suggestions import MODEL, compare
from goldspan.models.strict_scores import ALL, interval_settings, score
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.evaluation.human_ceiling import HumanCeiling
    from goldspan.evaluation.result import Counts
    from goldspan.models.calibration import Calibration
    from goldspan.models.combined_suggestions import Found, Voice
    from goldspan.models.cross_validation import OutOfFoldPredictions
    from goldspan.models.fixed_split import FixedSplit
    from goldspan.models.recogniser_model import PredictedSpan
    from goldspan.models.strict_scores import StrictScores

SETTINGS = interval_settings("article")
MOST_NAMED = 5  # articles in a sentence


@dataclass(frozen=True, slots=True)
class SeedScores:
    """How much the score depends on the seed.

    Args:
        f1: by seed, over all labels; None where it is undefined.
    """

    f1: Mapping[int, float | None]

    @property
    def mean(self) -> float | None:
        """The mean over the seeds for which it is defined."""
        return fmean(self._defined) if self._defined else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation over the seeds for which it is defined; None for fewer than two."""
        return stdev(self._defined) if len(self._defined) > 1 else None

    @property
    def _defined(self) -> list[float]:
        return [value for value in self.f1.values() if value is not None]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        f1 = {str(seed): value for seed, value in self.f1.items()}
        return {"f1": f1, "mean": self.mean, "standard_deviation": self.deviation}


@dataclass(frozen=True, slots=True)
class FoldScores:
    """The score of one fold.

    Args:
        fold: its number, from 0.
        articles: that are in it, sorted.
        examples: how many.
        counts: of its spans, over all labels.
    """

    fold: int
    articles: tuple[str, ...]
    examples: int
    counts: Counts

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"fold": self.fold, "articles": list(self.articles), "examples": self.examples, **self.counts.report()}


@dataclass(frozen=True, slots=True)
class SplitScores:
    """The score of the fixed split.

    Args:
        articles: by split those with gold.
        scores: on the articles of the test split.
        by_seed: each by itself.
    """

    articles: Mapping[str, Sequence[str]]
    scores: StrictScores
    by_seed: SeedScores

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        articles = {name: list(articles) for name, articles in self.articles.items()}
        return {"articles": articles, **self.scores.json(), "by_seed": self.by_seed.json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidationReport:
    """A cross-validation, and what to compare it with.

    Args:
        recipe: of the trainer.
        seeds: of the models; the scores of several are those of what they predict together.
        labels: of the scheme, in its order.
        voices: the scores of the model, and, where there are suggestions, of these and of both together.
        folds: each by itself.
        by_seed: each by itself.
        spans: the calibration of the probabilities of spans.
        tokens: that of the most probable labels of tokens.
        split: the fixed split; None if the lists are not there, or have no gold.
        ceiling: how far annotators agree; None without passes.
        notes: how to read the report, and why something is missing.
    """

    recipe: str
    seeds: tuple[int, ...]
    labels: tuple[str, ...]
    voices: Mapping[Voice, StrictScores]
    folds: tuple[FoldScores, ...]
    by_seed: SeedScores
    spans: Calibration
    tokens: Calibration
    split: SplitScores | None
    ceiling: HumanCeiling | None
    notes: tuple[str, ...]

    @property
    def model(self) -> StrictScores:
        """The scores of the model alone."""
        return self.voices[MODEL]

    @property
    def articles(self) -> int:
        """How many articles were predicted."""
        return sum(len(fold.articles) for fold in self.folds)

    @property
    def is_leave_one_out(self) -> bool:
        """Whether each article is a fold of its own."""
        return self.articles == len(self.folds)

    def json(self) -> dict[str, Any]:
        """The report as JSON values; what is not there or undefined is null."""
        return {
            "recipe": self.recipe,
            "seeds": list(self.seeds),
            "labels": list(self.labels),
            "intervals": {"unit": SETTINGS.unit, "method": SETTINGS.method, "level": SETTINGS.level},
            "scores": {voice: scores.json() for voice, scores in self.voices.items()},
            "fixed_split": self.split and self.split.json(),
            "ceiling": self.ceiling and self.ceiling.json(),
            "folds": [fold.json() for fold in self.folds],
            "by_seed": self.by_seed.json(),
            "calibration": {"spans": self.spans.json(), "tokens": self.tokens.json()},
            "notes": list(self.notes),
        }


def make_report(
    gold: Sequence[Example],
    predictions: OutOfFoldPredictions,
    labels: Sequence[str],
    *,
    suggested: Mapping[str, Found] | None = None,
    split: tuple[FixedSplit, OutOfFoldPredictions] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
    notes: Iterable[str] = (),
) -> CrossValidationReport:
    """The report of a cross-validation.

    Args:
        gold: the annotated examples.
        predictions: for all of them.
        labels: of the scheme, in its order.
        suggested: by the id of an example, what each recogniser finds that knows nothing of its fold; None for no
            recognisers.
        split: the fixed split, and what models predicted for its test articles.
        passes: per annotator the examples read.
        notes: further ones.
    """
    found = predictions.predictions
    predicted = {name: _keys(prediction.spans) for name, prediction in found.items()}
    with_spans = [example.with_spans(example.judged(Span(*key) for key in predicted[example.id])) for example in gold]
    return CrossValidationReport(
        recipe=predictions.recipe,
        seeds=predictions.seeds,
        labels=tuple(labels),
        voices=compare(suggested or {name: {} for name in found}, found.values(), gold, labels),
        folds=_fold_scores(gold, predicted, predictions.folds, labels),
        by_seed=_seed_scores(gold, predictions.by_seed, labels),
        spans=span_calibration(gold, found),
        tokens=token_calibration(gold, found),
        split=None if split is None else _split_scores(*split, labels),
        ceiling=None if passes is None else human_ceiling(gold, with_spans, passes),
        notes=(*label_notes(gold, predictions.folds, labels), *notes),
    )


def label_notes(gold: Iterable[Example], folds: Mapping[str, int], labels: Sequence[str]) -> Iterator[str]:
    """A sentence for each label of which nothing can be learned when a fold is held out, and on those without spans.

    Args:
        gold: the annotated examples.
        folds: by article its fold.
        labels: of the scheme.
    """
    places: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in gold:
        for span in example.spans:
            places[span.label][example.article] += 1
    for label in labels:
        articles = places[label]
        if articles and len({folds[article] for article in articles}) == 1:
            where = "one group of articles" if len(articles) > 1 else "one article"
            missed = amount(articles.total(), "span")
            yield (
                f"{label} occurs in {where} only ({enumerate_names(sorted(articles), most=MOST_NAMED)}): nothing of it "
                f"can be learned when it is held out, so that its {missed} cannot be found"
            )
    if empty := [label for label in labels if not places[label]]:
        yield f"gold has no span of {enumerate_names(empty)}"


def _keys(spans: Iterable[PredictedSpan]) -> list[tuple[int, int, str]]:
    return [span[:3] for span in spans]


def _split_scores(split: FixedSplit, made: OutOfFoldPredictions, labels: Sequence[str]) -> SplitScores:
    predicted = {name: _keys(prediction.spans) for name, prediction in made.predictions.items()}
    scores = score(split.test, predicted, labels, SETTINGS)
    return SplitScores(split.articles, scores, _seed_scores(split.test, made.by_seed, labels))


def _seed_scores(
    gold: Sequence[Example],
    by_seed: Mapping[int, Mapping[str, tuple[PredictedSpan, ...]]],
    labels: Sequence[str],
) -> SeedScores:
    f1 = {}
    for seed, found in sorted(by_seed.items()):
        f1[seed] = score(gold, {name: _keys(spans) for name, spans in found.items()}, labels, SETTINGS).f1
    return SeedScores(f1)


def _fold_scores(
    gold: Sequence[Example],
    predicted: Mapping[str, Iterable[tuple[int, int, str]]],
    folds: Mapping[str, int],
    labels: Sequence[str],
) -> tuple[FoldScores, ...]:
    parts: defaultdict[int, list[Example]] = defaultdict(list)
    for example in gold:
        parts[folds[example.article]].append(example)
    return tuple(
        FoldScores(
            fold,
            tuple(sorted({example.article for example in part})),
            len(part),
            score(part, predicted, labels, SETTINGS).estimates[ALL].counts,
        )
        for fold, part in sorted(parts.items())
    )

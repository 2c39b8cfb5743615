"""Counts of spans with precision, recall and F1: per scheme of an evaluation, and of spans that are exactly the same.

`Evaluation` has the counts of all four schemes; `flat` gives them as one level of names and numbers, as training loops
log them.

`exact` counts a predicted span if gold has the same words of the same article under the same label. It compares spans
in the coordinates of their article (`Example.at` plus the offset), so that gold with an article as one example and
predictions by paragraph can be compared. Precision, recall and F1 are those of the CoNLL shared tasks (Tjong Kim Sang
and De Meulder 2003), which count a span only as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.formats.record import Note

Scheme = Literal["strict", "exact", "partial", "type"]
SCHEMES: tuple[Scheme, ...] = ("strict", "exact", "partial", "type")


MeasureName = Literal["precision", "recall", "f1"]
MEASURES: tuple[MeasureName, ...] = get_args(MeasureName)


class PrecisionRecallF1:
    """Precision, recall and F1 of counts that have `credit`, `possible` and `actual`."""

    __slots__ = ()

    @property
    def credit(self) -> float:
        """How much is right, in spans."""
        raise NotImplementedError

    @property
    def possible(self) -> int:
        """How many spans gold has: what could have been right."""
        raise NotImplementedError

    @property
    def actual(self) -> int:
        """How many spans were predicted."""
        raise NotImplementedError

    @property
    def precision(self) -> float | None:
        """Credit over actual, between 0 and 1; None where nothing was predicted."""
        return self.credit / self.actual if self.actual else None

    @property
    def recall(self) -> float | None:
        """Credit over possible, between 0 and 1; None where gold has nothing."""
        return self.credit / self.possible if self.possible else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean: twice the credit over possible and actual together; None where both are 0."""
        total = self.possible + self.actual
        return 2 * self.credit / total if total else None

    def measures(self) -> dict[str, float | None]:
        """The three by name."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True, slots=True)
class SchemeCounts(PrecisionRecallF1):
    """The counts of MUC-5 and SemEval-2013 Task 9.1 by one scheme.

    Args:
        correct: matched, and right by the scheme.
        incorrect: matched, and wrong by the scheme.
        partial: matched, with overlapping and differing boundaries; in the scheme `partial` alone.
        missed: in gold, matched with nothing.
        spurious: predicted, matched with nothing.
    """

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    @property
    def possible(self) -> int:
        """How many spans gold has: what could have been right."""
        return self.correct + self.incorrect + self.partial + self.missed

    @property
    def actual(self) -> int:
        """How many spans were predicted."""
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def credit(self) -> float:
        """One for each correct, one half for each partial."""
        return self.correct + self.partial / 2

    def __add__(self, other: SchemeCounts) -> SchemeCounts:
        return SchemeCounts(
            self.correct + other.correct,
            self.incorrect + other.incorrect,
            self.partial + other.partial,
            self.missed + other.missed,
            self.spurious + other.spurious,
        )

    def json(self) -> dict[str, float | int | None]:
        """All of it by name; an undefined measure is null."""
        return {
            **self.measures(),
            "correct": self.correct,
            "incorrect": self.incorrect,
            "partial": self.partial,
            "missed": self.missed,
            "spurious": self.spurious,
            "possible": self.possible,
            "actual": self.actual,
        }


@dataclass(frozen=True, slots=True)
class Counts(PrecisionRecallF1):
    """How many spans gold and prediction share.

    Args:
        true_positives: spans in both.
        gold: spans in gold.
        predicted: spans predicted.
    """

    true_positives: int
    gold: int
    predicted: int

    @property
    def credit(self) -> int:
        """One for each span in both."""
        return self.true_positives

    @property
    def possible(self) -> int:
        """How many spans gold has: what could have been right."""
        return self.gold

    @property
    def actual(self) -> int:
        """How many spans were predicted."""
        return self.predicted

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_positives + other.true_positives, self.gold + other.gold, self.predicted + other.predicted
        )

    def report(self) -> dict[str, float | int | None]:
        """All six numbers by name, as JSON values."""
        counts = {"true_positives": self.true_positives, "gold": self.gold, "predicted": self.predicted}
        return counts | self.measures()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of a prediction by all four schemes.

    Args:
        overall: per scheme, over all labels (micro-average).
        labels: per scheme and label.
        notes: what `goldspan.evaluate` noted where it read and paired gold and predictions.
    """

    overall: Mapping[Scheme, SchemeCounts]
    labels: Mapping[Scheme, Mapping[str, SchemeCounts]]
    notes: tuple[Note, ...] = field(default=(), compare=False, repr=False)

    def macro(self, scheme: Scheme) -> float | None:
        """The mean F1 over the labels for which it is defined; None if there is none."""
        defined = [f1 for measures in self.labels[scheme].values() if (f1 := measures.f1) is not None]
        return sum(defined) / len(defined) if defined else None

    def json(self) -> dict[str, Any]:
        """`{scheme: {"overall": measures, "macro_f1": number, "labels": {label: measures}}}`."""
        return {
            scheme: {
                "overall": self.overall[scheme].json(),
                "macro_f1": self.macro(scheme),
                "labels": {label: measures.json() for label, measures in self.labels[scheme].items()},
            }
            for scheme in SCHEMES
        }


def flat(
    evaluation: Evaluation,
    schemes: Sequence[Scheme] = SCHEMES,
    *,
    by_label: bool = True,
    undefined: float | None = None,
) -> dict[str, float]:
    """The measures by names such as `strict_f1`, `partial_recall`, `strict_macro_f1` and `strict_f1_LOCATION`.

    An undefined measure (the precision of no prediction) is left out. It is not 0, which would pull an average down,
    and not NaN: a Trainer that keeps the best checkpoint compares with the best value so far, every comparison with
    NaN is false, so a NaN in the first epoch would stay the best for good, and it makes the logs invalid JSON.

    Args:
        evaluation: the measures.
        schemes: the schemes to include.
        by_label: whether to include the measures of each label.
        undefined: what to write for an undefined measure instead, e.g. 0.0, so that the names are always the same.

    Raises:
        InvalidValueError: for an unknown scheme.
    """
    if wrong := set(schemes) - set(SCHEMES):
        raise InvalidValueError(f"there is no scheme {min(wrong)!r}", remedy=f"The schemes are {', '.join(SCHEMES)}.")
    measures = dict(pair for scheme in schemes for pair in _of_scheme(evaluation, scheme, by_label=by_label))
    numbers = {name: undefined if value is None else value for name, value in measures.items()}
    return {name: value for name, value in numbers.items() if value is not None}


def _of_scheme(evaluation: Evaluation, scheme: Scheme, *, by_label: bool) -> Iterator[tuple[str, float | None]]:
    yield from _named_measures(scheme, evaluation.overall[scheme], "")
    yield f"{scheme}_macro_f1", evaluation.macro(scheme)
    for label, counts in evaluation.labels[scheme].items() if by_label else ():
        yield from _named_measures(scheme, counts, f"_{label}")


def _named_measures(scheme: Scheme, counts: SchemeCounts, suffix: str) -> Iterator[tuple[str, float | None]]:
    for name, value in counts.measures().items():
        yield f"{scheme}_{name}{suffix}", value


class ArticleSpan(NamedTuple):
    """A labelled span in the coordinates of its article, with the words it covers."""

    article: str
    start: int
    end: int
    label: str
    surface: str


@dataclass(frozen=True, slots=True)
class Scores:
    """The exact-span scores of a prediction against gold.

    Args:
        labels: the counts of each label that occurs, by name in alphabetical order.
        overall: the counts over all labels, which give the micro-average.
        missed: the spans of gold alone, in the order of articles and offsets.
        spurious: the predicted spans that gold does not have, in the same order.
    """

    labels: dict[str, Counts]
    overall: Counts
    missed: tuple[ArticleSpan, ...]
    spurious: tuple[ArticleSpan, ...]

    def report(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "overall": self.overall.report(),
            "labels": {name: counts.report() for name, counts in self.labels.items()},
            "missed": [span._asdict() for span in self.missed],
            "spurious": [span._asdict() for span in self.spurious],
        }


def exact(gold: Iterable[Example], predicted: Iterable[Example]) -> Scores:
    """The exact-span scores of a prediction.

    Args:
        gold: the curated examples.
        predicted: the examples to score; they may divide an article differently.

    Returns:
        Counts per label and overall, and the spans that one side alone has.
    """
    in_gold, in_predicted = _article_spans(gold), _article_spans(predicted)
    names = sorted({span.label for span in in_gold | in_predicted})
    return Scores(
        labels={name: _counts(_with_label(in_gold, name), _with_label(in_predicted, name)) for name in names},
        overall=_counts(in_gold, in_predicted),
        missed=tuple(sorted(in_gold - in_predicted)),
        spurious=tuple(sorted(in_predicted - in_gold)),
    )


def _article_spans(examples: Iterable[Example]) -> set[ArticleSpan]:
    return {
        ArticleSpan(example.article, example.at + span.start, example.at + span.end, span.label, example.surface(span))
        for example in examples
        for span in example.spans
    }


def _with_label(spans: set[ArticleSpan], label: str) -> set[ArticleSpan]:
    return {span for span in spans if span.label == label}


def _counts(gold: set[ArticleSpan], predicted: set[ArticleSpan]) -> Counts:
    return Counts(len(gold & predicted), len(gold), len(predicted))

"""Error analysis: what is wrong with each span, the confusion of labels, and the examples with the most errors.

Spans that are the same are correct, whatever else overlaps them. The others are matched one to one by the scheme
`type`: with the most pairs of the same label, then the most pairs, then the most characters shared. So a label counts
as wrong only where no matching makes it right. Where neither side has overlapping spans, this is the matching of the
scheme `type` itself: `correct` and `boundary` are its correct, `label` and `both` its incorrect.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from goldspan.evaluation.matching import match, span_keys
from goldspan.example_table import ExampleTable, LazySequence, parts_of
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.annotation import Example, Span
    from goldspan.example_table import SpanColumns
    from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    Integers = NDArray[np.int64]

NONE = "none"
"""The label of a missing span in confusion matrices and reports."""

Kind = Literal["correct", "boundary", "label", "both", "missed", "spurious"]
ERROR_KINDS: tuple[Kind, ...] = ("correct", "boundary", "label", "both", "missed", "spurious")


MOST_HARD = 20  # examples with the most errors
MOST_FREQUENT = 20  # kinds of errors between two labels
NO_SPAN = -1  # the row of no span


@dataclass(frozen=True, slots=True)
class SpanOutcome:
    """A gold span and the predicted span matched with it, or one of the two alone.

    Args:
        kind: `correct`; `boundary`, `label` or `both` for what is wrong with a pair; `missed`; `spurious`.
        gold: None if spurious.
        predicted: None if missed.
    """

    kind: Kind
    gold: Span | None
    predicted: Span | None

    @classmethod
    def of(cls, gold: Span | None, predicted: Span | None) -> SpanOutcome:
        """The outcome of two matched spans, or of one alone."""
        return cls(kind_of(gold, predicted), gold, predicted)

    @property
    def span(self) -> Span:
        """The gold span, or the predicted one where there is none."""
        span = self.gold or self.predicted
        assert span is not None, "an outcome has one span at least"
        return span

    def json(self) -> dict[str, Any]:
        """The kind, and the spans as `[start, end, label]` or null."""
        gold, predicted = (None if s is None else [s.start, s.end, s.label] for s in (self.gold, self.predicted))
        return {"kind": self.kind, "gold": gold, "predicted": predicted}


def kind_of(gold: Span | None, predicted: Span | None) -> Kind:
    """The kind of two matched spans, or of one alone."""
    if gold is None:
        return "spurious"
    if predicted is None:
        return "missed"
    same_place = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return "correct" if same_place else "boundary"
    return "label" if same_place else "both"


class Outcomes(LazySequence[tuple[SpanOutcome, ...]]):
    """The outcomes of each of n examples, in the order of its text; kept as columns, for there may be millions.

    Args:
        gold: the spans of gold.
        predicted: the predicted spans, with the same labels.
        parts: the examples, in parts that follow each other; of each part the example, the gold span and the predicted
            one of each outcome, as rows of its tables, -1 for none.
    """

    def __init__(
        self, gold: SpanColumns, predicted: SpanColumns, parts: Iterable[tuple[slice, Integers, Integers, Integers]]
    ) -> None:
        self.gold, self.predicted = gold, predicted
        columns: list[list[NDArray[np.int32]]] = [[], [], []]
        for part, example, gold_span, predicted_span in parts:
            begins = part.start, int(gold.first[part.start]), int(predicted.first[part.start])
            for column, values, begin in zip(columns, (example, gold_span, predicted_span), begins, strict=True):
                column.append(np.where(values < 0, NO_SPAN, values + begin).astype(np.int32))
        empty = [np.zeros(0, np.int32)]
        self.example, self.gold_span, self.predicted_span = (np.concatenate(empty + column) for column in columns)
        self._first = np.searchsorted(self.example, np.arange(len(gold) + 1))

    def __len__(self) -> int:
        return len(self.gold)

    def value(self, number: int) -> tuple[SpanOutcome, ...]:
        """The outcomes of an example."""
        spans = self.gold[number], self.predicted[number]
        begins = int(self.gold.first[number]), int(self.predicted.first[number])
        part = slice(self._first[number], self._first[number + 1])
        rows = zip(self.gold_span[part].tolist(), self.predicted_span[part].tolist(), strict=True)
        return tuple(
            SpanOutcome.of(
                *(None if row < 0 else of[row - begin] for of, row, begin in zip(spans, pair, begins, strict=True))
            )
            for pair in rows
        )

    def examples_of(self, label: str) -> list[int]:
        """The numbers of the examples in which a span of either side has a label."""
        number = self.gold.labels.index(label) if label in self.gold.labels else len(self.gold.labels)
        has = (self.gold_label == number) | (self.predicted_label == number)
        numbers: list[int] = np.unique(self.example[has]).tolist()
        return numbers

    @property
    def gold_label(self) -> NDArray[np.int32]:
        """The label of the gold span of each outcome, -1 for none."""
        return _taken(self.gold.label, self.gold_span)

    @property
    def predicted_label(self) -> NDArray[np.int32]:
        """The label of the predicted span of each outcome, -1 for none."""
        return _taken(self.predicted.label, self.predicted_span)

    @cached_property
    def kind(self) -> NDArray[np.int8]:
        """The kind of each outcome, as an index into `ERROR_KINDS`."""
        same_place = np.ones(self.example.size, np.bool_)
        for name in ("start", "end"):
            sides = ((self.gold, self.gold_span), (self.predicted, self.predicted_span))
            first, second = (_taken(getattr(columns, name), rows) for columns, rows in sides)
            same_place &= first == second
        same_label = self.gold_label == self.predicted_label
        found = np.where(same_label, np.where(same_place, 0, 1), np.where(same_place, 2, 3)).astype(np.int8)
        found[self.predicted_span < 0] = ERROR_KINDS.index("missed")
        found[self.gold_span < 0] = ERROR_KINDS.index("spurious")
        return found


def _taken(values: NDArray[np.int32], rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """The values of rows, -1 where there is no row."""
    return np.where(rows < 0, NO_SPAN, np.append(values, np.int32(NO_SPAN))[rows])


def span_outcomes(gold: Iterable[Example], predicted: Iterable[Example]) -> Outcomes:
    """The outcomes of each example: every span of either side is in exactly one.

    Args:
        gold: the curated examples.
        predicted: the same examples, in the same order, with predicted spans.

    Returns:
        One tuple per example, sorted by the start of the spans.
    """
    sides = [ExampleTable.of(side).spans for side in (gold, predicted)]
    labels = sorted({*sides[0].occurring, *sides[1].occurring})  # in alphabetical order, as spans are sorted
    left, right = (side.relabelled(labels) for side in sides)
    return Outcomes(
        left, right, ((part, *_of_part(left.table(part), right.table(part))) for part in parts_of(left, right))
    )


def _of_part(gold: SpanTable, predicted: SpanTable) -> tuple[Integers, Integers, Integers]:
    """The example, the gold span and the predicted span of each outcome: of identical, matched and unmatched spans."""
    keys = span_keys(gold, predicted)
    first = np.argsort(keys[1], kind="stable")
    at = np.searchsorted(keys[1][first], keys[0])
    partner = np.append(first, NO_SPAN)[at]
    partner[np.append(keys[1], NO_SPAN)[partner] != keys[0]] = NO_SPAN
    rows = np.flatnonzero(partner < 0), np.delete(np.arange(keys[1].size), partner[partner >= 0])
    matching = match(gold.only(rows[0]), predicted.only(rows[1]), "type")
    partner[rows[0][matching.gold_index]] = rows[1][matching.predicted_index]
    spurious = rows[1][matching.spurious]
    left = np.concatenate([np.arange(keys[0].size), np.full(spurious.size, NO_SPAN)])
    right = np.concatenate([partner, spurious])
    order = np.lexsort((left < 0, np.concatenate([keys[0], keys[1][spurious]])))
    example = np.concatenate([gold.document, predicted.document[spurious]])
    return example[order], left[order], right[order]


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """How often a gold label was matched with each predicted one; n labels.

    Args:
        labels: n + 1 names, the last of them `NONE`.
        rows: n + 1 rows of n + 1 counts: rows are gold, columns predicted. The last row holds the spurious spans, the
            last column the missed ones. Their corner is 0: what neither side has is not counted.
    """

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    def json(self) -> dict[str, Any]:
        """The labels and the rows."""
        return {"labels": list(self.labels), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class KindCounts:
    """The number of outcomes of each kind, in the order of `ERROR_KINDS`."""

    correct: int = 0
    boundary: int = 0
    label: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """The number of outcomes of each kind, overall and by label.

    Args:
        overall: over all labels.
        labels: per label: the gold label, and for a spurious span the predicted one.
    """

    overall: KindCounts
    labels: Mapping[str, KindCounts]

    def json(self) -> dict[str, Any]:
        """The counts by name."""
        return {"overall": asdict(self.overall), "labels": {name: asdict(kinds) for name, kinds in self.labels.items()}}


def confusion(outcomes: Outcomes, labels: Sequence[str]) -> ConfusionMatrix:
    """The confusion matrix of matched spans; unmatched ones are counted against `NONE`.

    Args:
        outcomes: of every example.
        labels: all label names, in the order of the rows.
    """
    keys = [_numbered(outcomes, labels, side) for side in (outcomes.gold_label, outcomes.predicted_label)]
    size = len(labels) + 1
    counts = np.bincount(keys[0] * size + keys[1], minlength=size * size).reshape(size, size)
    rows = tuple(map(tuple, counts.tolist()))
    return ConfusionMatrix((*labels, NONE), rows)


def error_kinds(outcomes: Outcomes, labels: Sequence[str]) -> ErrorCounts:
    """The number of outcomes of each kind, over all labels and for each of them."""
    of_span = np.where(outcomes.gold_span < 0, outcomes.predicted_label, outcomes.gold_label)
    size = len(ERROR_KINDS)
    keys = _numbered(outcomes, labels, of_span) * size + outcomes.kind
    counts = np.bincount(keys, minlength=size * (len(labels) + 1)).reshape(-1, size)
    of_label = counts[: len(labels)].tolist()
    return ErrorCounts(
        KindCounts(*counts.sum(axis=0).tolist()),
        {label: KindCounts(*row) for label, row in zip(labels, of_label, strict=True)},
    )


def _numbered(outcomes: Outcomes, labels: Sequence[str], column: NDArray[np.int32]) -> Integers:
    """A column of labels as numbers of these labels; as their number where there is none."""
    number = {label: index for index, label in enumerate(labels)}
    return np.array([*(number[name] for name in outcomes.gold.labels), len(labels)])[column]


@dataclass(frozen=True, slots=True)
class HardExample:
    """An example with errors.

    Args:
        example: its id.
        text: of the example.
        gold: its gold spans.
        predicted: its predicted spans.
        cases: the outcomes of these spans.
        gold_markup: the text with its gold spans in inline notation; spans that cross others are in another copy of it.
        predicted_markup: the same with the predicted spans.
    """

    example: str
    text: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]
    cases: tuple[SpanOutcome, ...]
    gold_markup: str
    predicted_markup: str

    @property
    def errors(self) -> int:
        """How many outcomes are not correct."""
        return count_errors(self.cases)

    def json(self) -> dict[str, Any]:
        """All of it, spans as `[start, end, label, surface]`."""
        return {
            "example": self.example,
            "text": self.text,
            "errors": self.errors,
            "gold": [self._with_surface(span) for span in self.gold],
            "predicted": [self._with_surface(span) for span in self.predicted],
            "cases": [outcome.json() for outcome in self.cases],
            "gold_markup": self.gold_markup,
            "predicted_markup": self.predicted_markup,
        }

    def _with_surface(self, span: Span) -> list[int | str]:
        return [span.start, span.end, span.label, self.text[span.start : span.end]]


def hardest(
    gold: Sequence[Example], predicted: Sequence[Example], outcomes: Outcomes, most: int = MOST_HARD
) -> tuple[HardExample, ...]:
    """The examples with the most errors first; of equally many, those with fewer correct spans first.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        outcomes: of each of them.
        most: how many to return; examples without an error are left out.
    """
    wrong = np.bincount(outcomes.example[outcomes.kind != ERROR_KINDS.index("correct")], minlength=len(outcomes))
    right = np.bincount(outcomes.example, minlength=len(outcomes)) - wrong
    faulty = np.flatnonzero(wrong)
    worst = faulty[np.lexsort((faulty, right[faulty], -wrong[faulty]))[:most]].tolist()
    return tuple(
        HardExample(
            example=gold[number].id,
            text=gold[number].text,
            gold=gold[number].spans,
            predicted=predicted[number].spans,
            cases=outcomes[number],
            gold_markup=markup(gold[number].text, gold[number].spans),
            predicted_markup=markup(gold[number].text, predicted[number].spans),
        )
        for number in worst
    )


@dataclass(frozen=True, slots=True)
class FrequentError:
    """A kind of error between two labels, and where it first occurs.

    Args:
        kind: of the outcomes.
        gold: the label of gold; None if the spans are spurious.
        predicted: the predicted label; None if the spans were missed.
        times: how often it occurs.
        example: the id of the first example with it.
        start: of the gold span there, or of the predicted one if there is none.
        end: of this span.
        surface: its words.
    """

    kind: Kind
    gold: str | None
    predicted: str | None
    times: int
    example: str
    start: int
    end: int
    surface: str

    @property
    def description(self) -> str:
        """The error in words."""
        if self.kind == "missed":
            return f"{self.gold} missed"
        if self.kind == "spurious":
            return f"{self.predicted} where gold has nothing"
        if self.kind == "boundary":
            return f"{self.gold} with a wrong boundary"
        boundary = " with a wrong boundary" if self.kind == "both" else ""
        return f"{self.gold} predicted as {self.predicted}{boundary}"


def frequent_errors(
    gold: Sequence[Example], outcomes: Outcomes, most: int = MOST_FREQUENT
) -> tuple[FrequentError, ...]:
    """The most frequent errors by kind and labels, each with the first place where it occurs.

    Args:
        gold: the curated examples.
        outcomes: of each of them.
        most: how many to return.
    """
    wrong = np.flatnonzero(outcomes.kind != ERROR_KINDS.index("correct"))
    rows = np.column_stack([outcomes.kind[wrong], outcomes.gold_label[wrong], outcomes.predicted_label[wrong]])
    _, first, times = np.unique(rows, axis=0, return_index=True, return_counts=True)
    order = np.lexsort((first, -times))[:most]
    return tuple(_frequent(gold, outcomes, int(wrong[first[number]]), int(times[number])) for number in order.tolist())


def _frequent(gold: Sequence[Example], outcomes: Outcomes, row: int, times: int) -> FrequentError:
    """An error that first occurs in this row of the outcomes."""
    number = int(outcomes.example[row])
    outcome = outcomes[number][row - int(np.searchsorted(outcomes.example, number))]
    text, span = gold[number].text, outcome.span
    return FrequentError(
        kind=outcome.kind,
        gold=None if outcome.gold is None else outcome.gold.label,
        predicted=None if outcome.predicted is None else outcome.predicted.label,
        times=times,
        example=gold[number].id,
        start=span.start,
        end=span.end,
        surface=text[span.start : span.end],
    )


def count_errors(outcomes: Iterable[SpanOutcome]) -> int:
    """How many of these outcomes are not correct."""
    return sum(outcome.kind != "correct" for outcome in outcomes)


def markup(text: str, spans: Sequence[Span]) -> str:
    """The text in inline notation; spans that cross others are shown in another copy of the text, on its own line."""
    return "\n".join(inline.render(text, layer) for layer in inline.layers(spans))

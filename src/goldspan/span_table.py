"""The spans of many documents as columns, so that a few array operations score or compare a hundred thousand of them.

Evaluation has one table for gold and one for the prediction; agreement has one for all annotators, with a column for
whose each span is (`goldspan.agreement.span_units.AnnotationTable`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.annotation import Example
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from goldspan.annotation import Span

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SpanTable:
    """The spans of n documents, one row for each span, in any order; they may overlap, nest and repeat.

    Args:
        document: the number of each span's document, 0 to n - 1; shape (spans,), like the next three.
        start: where it begins, in code points of its document.
        end: where it ends, half-open.
        label: its label, as an index into `labels`.
        documents: n; a document without spans counts too.
        labels: the names of the labels.

    Raises:
        InvalidValueError: where the columns differ in length or are not integers, for a document or a label out of
            range, unless `0 <= start < end`, and for a label named twice.
    """

    document: Integers
    start: Integers
    end: Integers
    label: Integers
    documents: int
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("document", "start", "end", "label"):
            object.__setattr__(self, name, _integers(name, getattr(self, name)))
        if not self.document.size == self.start.size == self.end.size == self.label.size:
            raise InvalidValueError("the columns of spans differ in length")
        if len(set(self.labels)) != len(self.labels):
            raise InvalidValueError(f"a label is named twice: {', '.join(self.labels)}")
        self._require((self.document >= 0) & (self.document < self.documents), self.document, "no such document")
        self._require((self.label >= 0) & (self.label < len(self.labels)), self.label, "no such label")
        self._require((self.start >= 0) & (self.start < self.end), self.start, "a span needs 0 <= start < end")

    def _require(self, valid: Flags, column: Integers, message: str) -> None:
        if not valid.all():
            row = int(np.argmin(valid))
            raise InvalidValueError(
                f"{message}: {column[row]} in row {row} of the columns, document {self.document[row]}"
            )

    @classmethod
    def of(cls, examples: Iterable[Example | Iterable[Span]], labels: Sequence[str] | None = None) -> SpanTable:
        """The columns of examples, or of lists of spans, one for each document.

        Args:
            examples: n documents.
            labels: the names and their order; by default those that occur, in alphabetical order.

        Raises:
            InvalidValueError: for a label that `labels` lacks.
        """
        starts: list[int] = []
        ends: list[int] = []
        label_names: list[str] = []
        sizes = [0]
        for example in examples:  # the only loop over objects, each read once: memory access is what takes the time
            for span in example.spans if isinstance(example, Example) else example:
                starts.append(span.start)
                ends.append(span.end)
                label_names.append(span.label)
            sizes.append(len(starts))
        names = tuple(sorted(set(label_names))) if labels is None else tuple(labels)
        number = {name: index for index, name in enumerate(names)}
        if missing := sorted(set(label_names) - number.keys()):
            raise InvalidValueError(f"there is no label {missing[0]!r}", remedy=f"The labels are {', '.join(names)}.")
        return cls(
            document=np.repeat(np.arange(len(sizes) - 1), np.diff(sizes)),
            start=np.fromiter(starts, np.int64, len(starts)),
            end=np.fromiter(ends, np.int64, len(ends)),
            label=np.fromiter(map(number.__getitem__, label_names), np.int64, len(label_names)),
            documents=len(sizes) - 1,
            labels=names,
        )

    def only(self, rows: Integers) -> SpanTable:
        """The spans of some rows, of the same documents."""
        return replace(
            self,
            document=self.document[rows],
            start=self.start[rows],
            end=self.end[rows],
            label=self.label[rows],
        )

    def relabelled(self, labels: tuple[str, ...]) -> SpanTable:
        """The same spans with `labels` as the names of the labels; it must hold all the old ones."""
        if labels == self.labels:
            return self
        number = {name: index for index, name in enumerate(labels)}
        table = np.array([number[name] for name in self.labels], np.int64)
        return replace(self, label=table[self.label], labels=labels)


def aligned(gold: SpanTable, predicted: SpanTable) -> tuple[SpanTable, SpanTable]:
    """Both sides with the same labels: gold's, then those that only the prediction has.

    Raises:
        InvalidValueError: where the two sides differ in the number of documents.
    """
    if gold.documents != predicted.documents:
        raise InvalidValueError(
            f"gold has {gold.documents:,} documents and the prediction {predicted.documents:,}",
            remedy="Pair them first: the nth document of one side is compared with the nth of the other.",
        )
    labels = tuple(dict.fromkeys((*gold.labels, *predicted.labels)))
    return gold.relabelled(labels), predicted.relabelled(labels)


def _integers(name: str, values: object) -> Integers:
    column = np.asarray(values)
    if column.size == 0:
        return np.zeros(0, np.int64)
    if column.ndim != 1 or not np.issubdtype(column.dtype, np.integer):
        raise InvalidValueError(
            f"the column {name} must be one row of integers, not {column.dtype} of shape {column.shape}"
        )
    return column.astype(np.int64, copy=False)

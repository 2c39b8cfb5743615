"""All spans of one side as columns, so that a hundred thousand documents are scored by a few array operations."""

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


@dataclass(frozen=True, eq=False)
class SpanTable:
    """The spans of n documents, one row each, in any order; they may overlap, nest and repeat.

    Args:
        document: the number of each span's document, 0 to n - 1; shape (spans,), like the next three.
        start: where it begins, in code points of its document.
        end: where it ends, half-open.
        label: its label, as an index into `labels`.
        documents: n; a document without spans counts too.
        labels: the names of the labels.

    Raises:
        InvalidValueError: where the columns differ in length or are no integers, for a document or a label out of
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
        self._refuse(self.document, (self.document >= 0) & (self.document < self.documents), "no such document")
        self._refuse(self.label, (self.label >= 0) & (self.label < len(self.labels)), "no such label")
        self._refuse(self.start, (self.start >= 0) & (self.start < self.end), "a span needs 0 <= start < end")

    def _refuse(self, column: Integers, good: NDArray[np.bool_], message: str) -> None:
        if not good.all():
            row = int(np.argmin(good))
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
        found: list[str] = []
        sizes = [0]
        for one in examples:  # the only loop over objects: each is touched once, since memory is what takes the time
            for span in one.spans if isinstance(one, Example) else one:
                starts.append(span.start)
                ends.append(span.end)
                found.append(span.label)
            sizes.append(len(starts))
        names = tuple(sorted(set(found))) if labels is None else tuple(labels)
        number = {name: index for index, name in enumerate(names)}
        if missing := sorted(set(found) - number.keys()):
            raise InvalidValueError(f"there is no label {missing[0]!r}", remedy=f"The labels are {', '.join(names)}.")
        return cls(
            document=np.repeat(np.arange(len(sizes) - 1), np.diff(sizes)),
            start=np.fromiter(starts, np.int64, len(starts)),
            end=np.fromiter(ends, np.int64, len(ends)),
            label=np.fromiter(map(number.__getitem__, found), np.int64, len(found)),
            documents=len(sizes) - 1,
            labels=names,
        )

    def relabelled(self, labels: tuple[str, ...]) -> SpanTable:
        """The same spans with `labels` for the table of names; it must hold all the old ones."""
        if labels == self.labels:
            return self
        number = {name: index for index, name in enumerate(labels)}
        table = np.array([number[name] for name in self.labels], np.int64)
        return replace(self, label=table[self.label], labels=labels)


def aligned(gold: SpanTable, predicted: SpanTable) -> tuple[SpanTable, SpanTable]:
    """Both sides over one table of labels: gold's, then what only the prediction has.

    Raises:
        InvalidValueError: where the two sides have not equally many documents.
    """
    if gold.documents != predicted.documents:
        raise InvalidValueError(
            f"gold has {gold.documents:,} documents and the prediction {predicted.documents:,}",
            remedy="Pair them first: the nth document of one side is compared with the nth of the other.",
        )
    labels = tuple(dict.fromkeys((*gold.labels, *predicted.labels)))
    return gold.relabelled(labels), predicted.relabelled(labels)


def _integers(name: str, values: object) -> Integers:
    found = np.asarray(values)
    if found.size == 0:
        return np.zeros(0, np.int64)
    if found.ndim != 1 or not np.issubdtype(found.dtype, np.integer):
        raise InvalidValueError(
            f"the column {name} must be one row of integers, not {found.dtype} of shape {found.shape}"
        )
    return found.astype(np.int64, copy=False)

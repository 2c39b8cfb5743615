"""All that annotators marked, as columns: one row for each span, and one line on which all texts lie end to end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """The s spans of a annotators in i items; positions are those on the line, so no span reaches into another item.

    Args:
        annotator: of each span, as an index into `annotators`; shape (s,), like the next four.
        item: the number of its item.
        start: where it begins on the line.
        end: where it ends, half-open.
        label: its label, as an index into `labels`.
        offset: where each item begins on the line, and at last where the line ends; shape (i + 1,).
        read: who confirmed which item; shape (a, i).
        annotators: their names, a of them.
        labels: the names of the labels.
    """

    annotator: Integers
    item: Integers
    start: Integers
    end: Integers
    label: Integers
    offset: Integers
    read: Flags
    annotators: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, annotations: Annotations, labels: Sequence[str] | None = None) -> Columns:
        """The columns of annotations.

        Args:
            annotations: of any number of annotators.
            labels: all labels that occur, and perhaps more, in the order wanted; alphabetical by default.
        """
        names = annotations.labels if labels is None else tuple(labels)
        label = {name: number for number, name in enumerate(names)}
        annotator = {name: number for number, name in enumerate(annotations.annotators)}
        items = annotations.items
        offset = np.concatenate([[0], np.cumsum([len(item.text) for item in items])]).astype(np.int64)
        read = np.zeros((len(annotator), len(items)), np.bool_)
        for number, item in enumerate(items):
            read[[annotator[name] for name in item.spans], number] = True
        rows = chain.from_iterable(
            (annotator[name], number, span.start, span.end, label[span.label])
            for number, item in enumerate(items)
            for name, spans in item.spans.items()
            for span in spans
        )
        table = np.fromiter(rows, np.int64).reshape(-1, 5).T
        return cls(
            annotator=table[0],
            item=table[1],
            start=table[2] + offset[table[1]],
            end=table[3] + offset[table[1]],
            label=table[4],
            offset=offset,
            read=read,
            annotators=annotations.annotators,
            labels=names,
        )

    @property
    def items(self) -> int:
        """How many items there are."""
        return int(self.read.shape[1])

    def marked(self, annotator: int, items: Flags) -> Flags:
        """Which spans an annotator has in some items; shape (s,).

        Args:
            annotator: the number of the annotator.
            items: which items count; shape (i,).
        """
        flags: Flags = items[self.item] & (self.annotator == annotator)
        return flags

    def by_label(self, rows: Flags | Integers, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """How many of some spans there are in each item: of all labels, and of each.

        Args:
            rows: which spans; shape (s,) if flags, else their numbers.
            weights: what each of them counts; 1 by default.

        Returns:
            Shape (items, 1 + labels).
        """
        width = len(self.labels)
        place = self.item[rows] * width + self.label[rows]
        table = np.bincount(place, weights, minlength=self.items * width).reshape(self.items, width).astype(np.float64)
        return np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1)

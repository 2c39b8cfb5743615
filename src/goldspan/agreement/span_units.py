"""Tokens and characters, and the category that each annotator gave to each: what kappa and alpha compare.

The category of a place is the set of the labels that it bears; to bear none is a category as well. So spans that
overlap or nest need no rule of their own, and flat spans give one category for each label. A token bears a label if
a span of it covers any of its characters. Touching spans of one label look like one here: it is for the measures on
spans to tell them apart.

All that annotators marked, as columns: one row for each span, and one line on which all texts lie end to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.agreement.annotations import Annotations

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AnnotationTable:
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
    def of(cls, annotations: Annotations, labels: Sequence[str] | None = None) -> AnnotationTable:
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


@dataclass(frozen=True, eq=False)
class LabelledUnits:
    """n stretches of text that no annotator's span divides, or that count as one.

    Args:
        item: the number of each one's item; shape (n,).
        start: where it begins on the line of the columns, ascending.
        end: where it ends.
        weight: what it counts: 1 for a token, its length for a run of characters.
        bears: which labels each annotator gave it; shape (annotators, labels, n).
        gather: sums what is counted over the atoms of each item; shape (items, n).
    """

    item: Integers
    start: Integers
    end: Integers
    weight: Integers
    bears: Flags
    gather: csr_array

    @cached_property
    def views(self) -> tuple[tuple[Integers, int], ...]:
        """The categories of all atoms, of shape (annotators, n), and how many there are: of all labels, then each.

        Category 0 is that of no label.
        """
        return (_sets(self.bears), *((self.bears[:, n].astype(np.int64), 2) for n in range(self.bears.shape[1])))


def characters(columns: AnnotationTable) -> LabelledUnits:
    """The characters, as runs between any two boundaries of spans or items."""
    cuts = np.unique(np.concatenate([columns.start, columns.end, columns.offset]))
    return _atoms(columns, cuts[:-1], cuts[1:], np.diff(cuts))


def tokens(columns: AnnotationTable, annotations: Annotations, language: str = "en") -> LabelledUnits:
    """The tokens of the texts, as `goldspan.tokens` cuts them.

    Raises:
        NotFoundError: if spaCy has no tokeniser for the language.
    """
    from goldspan.tokens import tokenize_all

    texts = (item.text for item in annotations.items)
    places = zip(columns.offset, tokenize_all(texts, language), strict=False)
    table = np.fromiter(_numbers(places), np.int64).reshape(-1, 2).T
    return _atoms(columns, table[0], table[1], np.ones(table.shape[1], np.int64))


def _numbers(places: Iterable[tuple[int, list[tuple[int, int]]]]) -> Iterator[int]:
    for offset, extents in places:
        for start, end in extents:
            yield offset + start
            yield offset + end


def _atoms(columns: AnnotationTable, start: Integers, end: Integers, weight: Integers) -> LabelledUnits:
    from scipy.sparse import csr_array

    item = np.searchsorted(columns.offset, start, "right") - 1
    first = np.searchsorted(end, columns.start, "right")  # the first atom that a span touches
    stop = np.searchsorted(start, columns.end)
    shape = (len(columns.annotators), len(columns.labels), start.size + 1)
    change = np.zeros(shape, np.int64)
    np.add.at(change, (columns.annotator, columns.label, first), 1)
    np.add.at(change, (columns.annotator, columns.label, np.maximum(first, stop)), -1)
    bears = np.cumsum(change, axis=2)[:, :, :-1] > 0
    gather = csr_array((weight, (item, np.arange(start.size))), shape=(columns.items, start.size))
    return LabelledUnits(item, start, end, weight, bears, gather)


def _sets(bears: Flags) -> tuple[Integers, int]:
    """The sets of labels as numbers, 0 being the empty one; shape (annotators, n), and how many there are."""
    number = np.zeros((bears.shape[0], bears.shape[2]), np.int64)
    for label in range(bears.shape[1]):  # made dense after each label, so that the numbers stay small
        number = np.unique(2 * number + bears[:, label], return_inverse=True)[1].reshape(number.shape)
    if number.size and bears.any(axis=1).all():
        number = number + 1  # nobody left anything unmarked, and 0 is to mean that
    return number, int(number.max(initial=0)) + 1

"""The data that all measures of agreement are computed from: spans as columns, and tokens and characters with labels.

Kappa and alpha compare the category that each annotator gave to each token or character. The category is the set of
the labels of the spans that cover it; the empty set is a category as well. So spans that overlap or nest need no rule
of their own, and flat spans give one category for each label. A token has a label if a span of that label covers any
of its characters. Touching spans of one label look like one here: the measures on spans tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from goldspan.quantities import parse_troop_count
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from goldspan.agreement.annotations import Annotations

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

UnitKind = Literal["token", "character"]


@dataclass(frozen=True, eq=False)
class AnnotationTable(SpanTable):
    """The spans of several annotators: a document is an example that any of them confirmed.

    All documents also lie end to end on one line, so that no span reaches into another document there.

    Args:
        annotator: of each span, as an index into `annotators`; shape (spans,).
        offset: where each document begins on the line, and last where the line ends; shape (documents + 1,).
        read: which annotator confirmed which document; shape (annotators, documents).
        annotators: their names.
    """

    annotator: Integers
    offset: Integers
    read: Flags
    annotators: tuple[str, ...]

    @classmethod
    def of_annotations(cls, annotations: Annotations, labels: Sequence[str] | None = None) -> AnnotationTable:
        """The columns of annotations.

        Args:
            annotations: of any number of annotators.
            labels: all labels that occur, and perhaps more, in the order wanted; alphabetical by default.
        """
        number = {name: index for index, name in enumerate(annotations.annotators)}
        readings = [
            (number[name], document, spans)
            for document, item in enumerate(annotations.items)
            for name, spans in item.spans.items()
        ]
        annotator, document = np.array([row[:2] for row in readings], np.int64).reshape(-1, 2).T
        spans = SpanTable.of((row[2] for row in readings), annotations.labels if labels is None else labels)
        read = np.zeros((len(number), len(annotations.items)), np.bool_)
        read[annotator, document] = True
        return cls(
            document=document[spans.document],
            start=spans.start,
            end=spans.end,
            label=spans.label,
            documents=len(annotations.items),
            labels=spans.labels,
            annotator=annotator[spans.document],
            offset=np.cumsum([0, *(len(item.text) for item in annotations.items)], dtype=np.int64),
            read=read,
            annotators=annotations.annotators,
        )

    @cached_property
    def line_start(self) -> Integers:
        """Where each span begins on the line; shape (spans,)."""
        return self.start + self.offset[self.document]

    @cached_property
    def line_end(self) -> Integers:
        """Where each span ends on the line, half-open; shape (spans,)."""
        return self.end + self.offset[self.document]

    def rows_of(self, annotator: int, documents: Flags) -> Integers:
        """The rows of an annotator's spans in some documents.

        Args:
            annotator: the number of the annotator.
            documents: which documents count; shape (documents,).
        """
        return np.flatnonzero(documents[self.document] & (self.annotator == annotator))

    def read_by(self, annotators: Sequence[int], least: int | None = None) -> Flags:
        """Which documents some annotators have read; shape (documents,).

        Args:
            annotators: their numbers.
            least: how many of them must have read a document; all of them by default.
        """
        flags: Flags = self.read[list(annotators)].sum(axis=0) >= (len(annotators) if least is None else least)
        return flags

    def readings(self, annotators: Sequence[int]) -> Flags:
        """Which readings of some annotators can be compared: those of documents that at least two of them have read.

        Returns:
            Shape (annotators, documents), of all annotators.
        """
        flags: Flags = np.zeros_like(self.read)
        flags[list(annotators)] = self.read[list(annotators)] & self.read_by(annotators, 2)
        return flags


@dataclass(frozen=True, eq=False)
class LabelledUnits:
    """n stretches of text that no annotator's span divides, or that count as one: what Krippendorff calls units.

    Args:
        document: the number of each one's document; shape (n,).
        start: where it begins on the line of the table, ascending.
        end: where it ends.
        weight: how much it counts: 1 for a token, its length for a run of characters.
        has_label: which labels each annotator gave it; shape (annotators, labels, n).
        gather: sums over the units of each document; shape (documents, n).
    """

    document: Integers
    start: Integers
    end: Integers
    weight: Integers
    has_label: Flags
    gather: csr_array

    @cached_property
    def views(self) -> tuple[tuple[Integers, int], ...]:
        """The category of each unit, shape (annotators, n), and the number of categories: of all labels, then of each.

        Category 0 is that of no label.
        """
        labels = range(self.has_label.shape[1])
        return (_label_sets(self.has_label), *((self.has_label[:, label].astype(np.int64), 2) for label in labels))

    @cached_property
    def sizes(self) -> Numbers:
        """The summed weight of each document's units; shape (documents,)."""
        return np.asarray(self.gather.sum(axis=1), np.float64)


@dataclass(frozen=True, eq=False)
class AgreementData:
    """Annotations in the form in which all measures take them.

    Args:
        spans: the spans of all annotators.
        units: the tokens and the characters.
        value: of each span that states a quantity: equal numbers for equal values, -1 for none; shape (spans,).
        quantities: which labels state quantities whose values are read; shape (labels,).
    """

    spans: AnnotationTable
    units: Mapping[UnitKind, LabelledUnits]
    value: Integers
    quantities: Flags

    @classmethod
    def of(
        cls,
        annotations: Annotations,
        labels: Sequence[str] | None = None,
        quantities: Collection[str] = (),
        *,
        language: str,
    ) -> AgreementData:
        """The data of annotations.

        Args:
            annotations: of any number of annotators.
            labels: all that occur, in the order wanted; alphabetical by default.
            quantities: those whose spans state quantities with values that are read.
            language: of the texts, for the tokens.

        Raises:
            NotFoundError: if spaCy has no tokenizer for the language.
        """
        table = AnnotationTable.of_annotations(annotations, labels)
        states_quantity = np.array([label in quantities for label in table.labels], np.bool_)
        return cls(
            table,
            {"token": tokens(table, annotations, language), "character": characters(table)},
            _quantity_values(table, annotations, states_quantity),
            states_quantity,
        )


def characters(table: AnnotationTable) -> LabelledUnits:
    """The characters, as runs between any two boundaries of spans or documents."""
    cuts = np.unique(np.concatenate([table.line_start, table.line_end, table.offset]))
    return _labelled_units(table, cuts[:-1], cuts[1:], np.diff(cuts))


def tokens(table: AnnotationTable, annotations: Annotations, language: str) -> LabelledUnits:
    """The tokens of the texts, as `goldspan.tokens` cuts them.

    Raises:
        NotFoundError: if spaCy has no tokenizer for the language.
    """
    from goldspan.tokens import tokenize_all

    texts = (item.text for item in annotations.items)
    edges = zip(table.offset, tokenize_all(texts, language), strict=False)
    rows = np.fromiter(_line_edges(edges), np.int64).reshape(-1, 2).T
    return _labelled_units(table, rows[0], rows[1], np.ones(rows.shape[1], np.int64))


def _line_edges(edges: Iterable[tuple[int, list[tuple[int, int]]]]) -> Iterator[int]:
    for offset, extents in edges:
        for start, end in extents:
            yield offset + start
            yield offset + end


def _labelled_units(table: AnnotationTable, start: Integers, end: Integers, weight: Integers) -> LabelledUnits:
    from scipy.sparse import csr_array

    document = np.searchsorted(table.offset, start, "right") - 1
    first = np.searchsorted(end, table.line_start, "right")  # the first unit that a span touches
    stop = np.searchsorted(start, table.line_end)
    # each span adds 1 where it begins and takes it away where it ends, so that the running sum counts open spans
    change = np.zeros((len(table.annotators), len(table.labels), start.size + 1), np.int64)
    np.add.at(change, (table.annotator, table.label, first), 1)
    np.add.at(change, (table.annotator, table.label, np.maximum(first, stop)), -1)
    has_label = np.cumsum(change, axis=2)[:, :, :-1] > 0
    gather = csr_array((weight, (document, np.arange(start.size))), shape=(table.documents, start.size))
    return LabelledUnits(document, start, end, weight, has_label, gather)


def _label_sets(has_label: Flags) -> tuple[Integers, int]:
    """The sets of labels as numbers, 0 being the empty one; shape (annotators, n), and how many there are."""
    number = np.zeros((has_label.shape[0], has_label.shape[2]), np.int64)
    for label in range(has_label.shape[1]):  # numbered from 0 again after each label, so that the numbers stay small
        number = np.unique(2 * number + has_label[:, label], return_inverse=True)[1].reshape(number.shape)
    if number.size and has_label.any(axis=1).all():
        number = number + 1  # every annotator gave every unit a label, and 0 must mean that there is none
    return number, int(number.max(initial=0)) + 1


def _quantity_values(table: AnnotationTable, annotations: Annotations, states_quantity: Flags) -> Integers:
    known: dict[object, int] = {None: -1}
    values = np.full(table.document.size, -1)
    for row in np.flatnonzero(states_quantity[table.label]).tolist():
        text = annotations.items[table.document[row]].text[table.start[row] : table.end[row]]
        values[row] = known.setdefault(parse_troop_count(text), len(known))
    return values

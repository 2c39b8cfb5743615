"""The data that all measures of agreement are computed from: spans as columns, and tokens and characters with labels.

What nobody marked is not listed anywhere: of a hundred labels and forty annotators, a token has one label from a few.

Kappa and alpha compare the category that each annotator gave to each token or character. The category is the set of
the labels of the spans that cover it; the empty set is a category as well. So spans that overlap or nest need no rule
of their own, and flat spans give one category for each label. A token has a label if a span of that label covers any
of its characters. Touching spans of one label look like one here: the measures on spans tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import numpy as np

from goldspan.quantities import parse_troop_count
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

T = TypeVar("T")
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

    @cached_property
    def place(self) -> Integers:
        """A number for each span: equal for equal documents, boundaries and labels; shape (spans,)."""
        columns = np.stack([self.line_start, self.line_end, self.label], axis=1)
        keys = np.ascontiguousarray(columns).view([("", np.int64)] * 3).ravel()
        return np.unique(keys, return_inverse=True)[1].reshape(-1)

    def rows_of(self, annotator: int, documents: Flags) -> Integers:
        """The rows of an annotator's spans in some documents.

        Args:
            annotator: the number of the annotator.
            documents: which documents count; shape (documents,).
        """
        rows = self._rows[annotator]
        return rows[documents[self.document[rows]]]

    @cached_property
    def _rows(self) -> list[Integers]:
        """The rows of each annotator's spans."""
        ordered = np.argsort(self.annotator, kind="stable")
        cuts = np.searchsorted(self.annotator[ordered], np.arange(1, len(self.annotators)))
        return np.split(ordered, cuts)

    def count_by_label(self, rows: Integers) -> ColumnCounts:
        """The number of some spans in each document, of all labels and of each: a column for all and one for each.

        Args:
            rows: the row numbers of the spans.
        """
        document, one = self.document[rows], np.ones(rows.size)
        return ColumnCounts(1 + len(self.labels)).add(document, 0, one).add(document, 1 + self.label[rows], one)

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
class ColumnCounts:
    """What each document adds to some columns of a table of counts.

    Args:
        columns: how many columns there are.
        cells: parts of it: documents, columns and values, of one shape each; values of one cell are summed.
        divisor: what the sums of each document are divided by; shape (documents,). None for nothing.
    """

    columns: int
    cells: tuple[tuple[Integers, Integers, Numbers], ...] = ()
    divisor: Numbers | None = None

    def add(self, document: Integers, column: Integers | int, value: Numbers | Integers) -> ColumnCounts:
        """The same with more values.

        Args:
            document: of each value.
            column: of each value, or of all.
            value: what it adds.
        """
        cell = (document, np.broadcast_to(np.asarray(column), document.shape), np.asarray(value, np.float64))
        return replace(self, cells=(*self.cells, cell))

    def joined(self) -> tuple[Integers, Integers, Numbers]:
        """All documents, columns and values."""
        if not self.cells:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        document, column, value = (np.concatenate(part) for part in zip(*self.cells, strict=True))
        return document, column, value


class LabelSets(NamedTuple):
    """The labels that an annotator gave to a unit, all of them together, for each annotator and unit with any.

    Attributes:
        annotator: the number of the annotator; shape (given,), ascending.
        unit: the number of the unit, ascending for each annotator.
        number: of the set of labels, from 1; 0 is the empty set.
        sets: how many sets there are, the empty one included.
    """

    annotator: Integers
    unit: Integers
    number: Integers
    sets: int


@dataclass(frozen=True, eq=False)
class LabelledUnits:
    """n stretches of text that no annotator's span divides, or that count as one: what Krippendorff calls units.

    Args:
        document: the number of each one's document; shape (n,).
        start: where it begins on the line of the table, ascending.
        end: where it ends.
        weight: how much it counts: 1 for a token, its length for a run of characters.
        annotator: of each label that a unit was given, the annotator; shape (given,), ascending.
        unit: the unit, ascending for each annotator.
        label: the label, ascending for each annotator and unit.
        documents: how many there are.
        annotators: how many there are.
        labels: how many there are.
    """

    document: Integers
    start: Integers
    end: Integers
    weight: Integers
    annotator: Integers
    unit: Integers
    label: Integers
    documents: int
    annotators: int
    labels: int

    @cached_property
    def sizes(self) -> Numbers:
        """The summed weight of each document's units; shape (documents,)."""
        return np.bincount(self.document, self.weight, minlength=self.documents).astype(np.float64)

    @cached_property
    def label_sets(self) -> LabelSets:
        """The set of the labels of each unit that an annotator gave any."""
        key = self.annotator * self.start.size + self.unit
        first = np.flatnonzero(np.diff(key, prepend=-1))
        number, sets = _set_numbers(self.label, first)
        return LabelSets(self.annotator[first], self.unit[first], number, sets)

    def given_by(self, annotator: int) -> slice:
        """Which of the labels an annotator gave."""
        return slice(*self._given[annotator : annotator + 2])

    def sets_of(self, annotator: int) -> slice:
        """Which of the sets of labels are an annotator's."""
        return slice(*self._sets[annotator : annotator + 2])

    def counted(self, readings: Flags) -> tuple[Integers, Integers]:
        """Which of the labels, and which of the sets of labels, were given in some readings.

        Args:
            readings: which count; shape (annotators, documents).
        """
        sets, chosen = self.label_sets, np.flatnonzero(readings.any(axis=1)).tolist()
        given = _joined(self.given_by(annotator) for annotator in chosen)
        together = _joined(self.sets_of(annotator) for annotator in chosen)
        return (
            given[readings[self.annotator[given], self.document[self.unit[given]]]],
            together[readings[sets.annotator[together], self.document[sets.unit[together]]]],
        )

    @cached_property
    def _given(self) -> list[int]:
        return list(map(int, np.searchsorted(self.annotator, np.arange(self.annotators + 1))))

    @cached_property
    def _sets(self) -> list[int]:
        return list(map(int, np.searchsorted(self.label_sets.annotator, np.arange(self.annotators + 1))))


@dataclass(frozen=True, eq=False)
class FlatUnits:
    """Units of several annotators, or labels, none of which overlaps another of its own.

    Args:
        owner: whose each one is, by number; shape (units,), ascending.
        document: the number of its document.
        start: where it begins on the line of the table.
        end: where it ends.
    """

    owner: Integers
    document: Integers
    start: Integers
    end: Integers

    def of(self, annotators: Iterable[int], each: int = 1) -> FlatUnits:
        """The units of some annotators.

        Args:
            annotators: their numbers.
            each: how many owners there are for each annotator.
        """
        ends = [np.searchsorted(self.owner, (one * each, (one + 1) * each)) for one in annotators]
        rows = np.concatenate([np.zeros(0, np.int64), *(np.arange(*pair) for pair in ends)])
        return FlatUnits(self.owner[rows], self.document[rows], self.start[rows], self.end[rows])


@dataclass(frozen=True, eq=False)
class LatestCounts:
    """What was computed last of some readings, by name; of other readings it is computed anew.

    Args:
        kept: by name the readings, as bytes, and what was computed of them.
    """

    kept: dict[str, tuple[bytes, Any]]

    def of(self, name: str, readings: Flags, compute: Callable[[], T]) -> T:
        """What was computed of these readings, or is now.

        Args:
            name: of what is computed.
            readings: what it depends on; shape (annotators, documents).
            compute: computes it.
        """
        key = readings.tobytes()
        if name not in self.kept or self.kept[name][0] != key:
            self.kept[name] = key, compute()
        value: T = self.kept[name][1]
        return value


@dataclass(frozen=True, eq=False)
class AgreementData:
    """Annotations in the form in which all measures take them.

    Args:
        annotations: of any number of annotators.
        spans: the spans of all annotators.
        quantities: which labels state quantities whose values are read; shape (labels,).
        language: of the texts, for the tokens.
    """

    annotations: Annotations
    spans: AnnotationTable
    quantities: Flags
    language: str

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
        """
        table = AnnotationTable.of_annotations(annotations, labels)
        states_quantity = np.array([label in quantities for label in table.labels], np.bool_)
        return cls(annotations, table, states_quantity, language)

    @cached_property
    def latest(self) -> LatestCounts:
        """What was computed last of some readings: several measures are computed from the same."""
        return LatestCounts({})

    def units(self, kind: UnitKind) -> LabelledUnits:
        """The tokens or the characters.

        Raises:
            NotFoundError: if spaCy has no tokenizer for the language.
        """
        return self._tokens if kind == "token" else self._characters

    @cached_property
    def _tokens(self) -> LabelledUnits:
        return tokens(self.spans, self.annotations, self.language)

    @cached_property
    def _characters(self) -> LabelledUnits:
        return characters(self.spans)

    @cached_property
    def flat(self) -> FlatUnits:
        """The units of each annotator: their spans, cut where they overlap."""
        return _flat_units(self.spans, self.spans.annotator)

    @cached_property
    def flat_by_label(self) -> FlatUnits:
        """The units of each annotator and label; their owner is the number of the annotator x labels + the label."""
        return _flat_units(self.spans, self.spans.annotator * len(self.spans.labels) + self.spans.label)

    @cached_property
    def value(self) -> Integers:
        """Of each span that states a quantity: equal numbers for equal values, -1 for none; shape (spans,)."""
        return _quantity_values(self.spans, self.annotations, self.quantities)


def characters(table: AnnotationTable) -> LabelledUnits:
    """The characters, as runs between any two boundaries of spans or documents."""
    cuts = _distinct(np.concatenate([table.line_start, table.line_end, table.offset]))
    return _labelled_units(table, cuts[:-1], cuts[1:], np.diff(cuts))


def tokens(table: AnnotationTable, annotations: Annotations, language: str) -> LabelledUnits:
    """The tokens of the texts, as `goldspan.tokens` cuts them.

    Raises:
        NotFoundError: if spaCy has no tokenizer for the language.
    """
    from goldspan.tokens import tokenize_all

    texts = (item.text for item in annotations.items)
    extents = zip(table.offset, tokenize_all(texts, language), strict=False)
    edges = [offset + np.array(of_text, np.int64).reshape(-1, 2) for offset, of_text in extents]
    start, end = np.concatenate([np.zeros((0, 2), np.int64), *edges]).T
    return _labelled_units(table, start, end, np.ones(start.size, np.int64))


def _flat_units(table: AnnotationTable, owner: Integers) -> FlatUnits:
    """The spans of a table, cut where those of one owner overlap.

    Args:
        table: of all annotators.
        owner: of each span, by number from 0: the annotator, or the annotator and the label; shape (spans,).
    """
    line = int(table.offset[-1]) + 1  # a line of its own for each owner
    start, end = table.line_start + owner * line, table.line_end + owner * line
    cuts = _distinct(np.concatenate([start, end]))
    covered = np.searchsorted(np.sort(start), cuts, "right") - np.searchsorted(np.sort(end), cuts, "right")
    inside = np.flatnonzero(covered[:-1] > 0)
    whose, begin = np.divmod(cuts[inside], line)
    document = np.searchsorted(table.offset, begin, "right") - 1
    return FlatUnits(whose, document, begin, cuts[inside + 1] - whose * line)


def _joined(slices: Iterable[slice]) -> Integers:
    """The numbers in several slices."""
    return np.concatenate([np.zeros(0, np.int64), *(np.arange(one.start, one.stop) for one in slices)])


def ranges(low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """All k with all numbers from `low[k]` to `high[k]`, half-open, as two columns."""
    count = high - low
    owner = np.repeat(np.arange(count.size), count)
    return owner, np.arange(owner.size) + np.repeat(low - np.cumsum(count) + count, count)


def _labelled_units(table: AnnotationTable, start: Integers, end: Integers, weight: Integers) -> LabelledUnits:
    document = np.searchsorted(table.offset, start, "right") - 1
    first = np.searchsorted(end, table.line_start, "right")  # the first unit that a span touches
    stop = np.searchsorted(start, table.line_end)
    span, unit = ranges(first, np.maximum(first, stop))
    labels = len(table.labels)
    given = _distinct((table.annotator[span] * start.size + unit) * labels + table.label[span])
    place, label = np.divmod(given, max(1, labels))
    annotator, unit = np.divmod(place, max(1, start.size))
    return LabelledUnits(
        document, start, end, weight, annotator, unit, label, table.documents, len(table.annotators), labels
    )


def _distinct(values: Integers) -> Integers:
    """The distinct values, ascending; `np.unique` hashes them first, which takes several times as long."""
    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]


def _set_numbers(label: Integers, first: Integers) -> tuple[Integers, int]:
    """The numbers of sets of labels, from 1, and how many there are with the empty one, which is 0.

    A set with a label that another lacks has the greater number, if they have the same of the labels before it.

    Args:
        label: the labels of all sets, set by set, ascending in each.
        first: where each set begins.
    """
    size = np.diff(first, append=label.size)
    number, known = label[first], int(label.max(initial=-1)) + 1
    for position in range(1, int(size.max(initial=0))):  # nested spans: few sets have several labels
        longer = np.flatnonzero(size > position)
        pair = number[longer] * (1 + int(label.max())) + label[first[longer] + position]
        distinct, inverse = np.unique(pair, return_inverse=True)
        number[longer] = known + inverse.reshape(-1)
        known += distinct.size
    _, example, number = np.unique(number, return_index=True, return_inverse=True)
    members = [tuple((-label[first[one] : first[one] + size[one]]).tolist()) for one in example]
    rank = np.empty(len(members), np.int64)
    rank[sorted(range(len(members)), key=members.__getitem__)] = np.arange(1, len(members) + 1)
    return rank[number.reshape(-1)], len(members) + 1


def _quantity_values(table: AnnotationTable, annotations: Annotations, states_quantity: Flags) -> Integers:
    known: dict[object, int] = {None: -1}
    values = np.full(table.document.size, -1)
    for row in np.flatnonzero(states_quantity[table.label]).tolist() if states_quantity.any() else ():
        text, start, end = annotations.items[table.document[row]].text, table.start[row], table.end[row]
        values[row] = known.setdefault(parse_troop_count(text[start:end], following=text[end:]), len(known))
    return values

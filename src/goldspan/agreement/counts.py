"""The counts of some annotators as one table, and the measures that follow from sums of its rows.

All counts stand side by side, one row for each document, so that the sums of a thousand resampled corpora are one
matrix product, and the measures of all of them are computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from goldspan.agreement.measures import MEASURES
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.agreement.measures import CountFunction, Formula, Scope
    from goldspan.agreement.span_units import AgreementData, Flags, Integers, Numbers

    # whose counts they are: a pair's, by its number, or of all annotators of the table (None); and their name
    Key: TypeAlias = tuple[int | None, str]
    Blocks: TypeAlias = Mapping[Key, Mapping[str, Numbers]]

MARKED = "marked"  # the counts of spans of each annotator, beside those that the measures name


@dataclass(frozen=True, eq=False)
class CountTable:
    """The counts of some annotators: what each document adds.

    Args:
        annotators: their numbers, ascending.
        views: how many views there are: one for all labels, and one for each.
        shapes: the shape of each count in the order of the columns.
        rows: what each document adds; shape (documents, columns).
    """

    annotators: tuple[int, ...]
    views: int
    shapes: Mapping[Key, Mapping[str, tuple[int, ...]]]
    rows: Numbers

    @classmethod
    def of(
        cls,
        data: AgreementData,
        annotators: tuple[int, ...],
        of_pairs: Mapping[tuple[int, ...], CountTable] | None = None,
    ) -> CountTable:
        """The counts of some annotators.

        Args:
            data: of all annotators.
            annotators: their numbers, ascending; with fewer than two there is nothing to count.
            of_pairs: the counts of every two of them, where there are more than two.
        """
        views = 1 + len(data.spans.labels)
        if len(annotators) < 2:
            return cls(annotators, views, {}, np.zeros((data.spans.documents, 0)))
        marked = {MARKED: _marked(data, annotators)}
        blocks: dict[Key, Mapping[str, Numbers]] = {(None, MARKED): marked}
        blocks |= {(None, counts.name): counts.of(data, annotators) for counts in _counts("common", "shared")}
        if len(annotators) == 2:
            blocks[0, MARKED] = marked
            blocks |= {(0, counts.name): counts.of(data, annotators) for counts in _counts("pairs")}
        for number, pair in enumerate(combinations(annotators, 2) if len(annotators) > 2 else ()):
            table = (of_pairs or {})[pair]
            blocks |= {(number, name): table.counts(table.rows, (0, name)) for of, name in table.shapes if of == 0}
        return cls._of_blocks(annotators, views, blocks)

    @classmethod
    def _of_blocks(cls, annotators: tuple[int, ...], views: int, blocks: Blocks) -> CountTable:
        shapes = {key: {name: block.shape[1:] for name, block in named.items()} for key, named in blocks.items()}
        flat = [
            block.reshape(len(block), prod(block.shape[1:])) for named in blocks.values() for block in named.values()
        ]
        return cls(annotators, views, shapes, np.concatenate(flat, axis=1, dtype=np.float64))

    @property
    def pairs(self) -> int:
        """How many pairs of annotators there are."""
        return len(self.annotators) * (len(self.annotators) - 1) // 2

    def overall(self) -> CountTable:
        """The same without what is counted for one label alone."""
        if not self.shapes:
            return CountTable(self.annotators, 1, self.shapes, self.rows)

        def reduced(named: Mapping[str, Numbers]) -> Iterator[tuple[str, Numbers]]:
            for name, block in named.items():
                if name == "uses.0":
                    yield name, block
                elif not name.startswith("uses."):
                    yield name, block[..., :1] if block.shape[-1] == self.views else block

        blocks = {key: dict(reduced(self.counts(self.rows, key))) for key in self.shapes}
        return self._of_blocks(self.annotators, 1, blocks)

    def counts(self, sums: Numbers, key: Key) -> dict[str, Numbers]:
        """The counts of a key, by name, from sums of rows.

        Args:
            sums: shape (k, columns).
            key: whose counts, and which.

        Returns:
            Each of shape (k, ...).
        """
        places = self._places[key]
        return {name: sums[:, place].reshape(len(sums), *shape) for name, (place, shape) in places.items()}

    @cached_property
    def _places(self) -> Mapping[Key, Mapping[str, tuple[slice, tuple[int, ...]]]]:
        """The columns and the shape of each count."""
        places: dict[Key, dict[str, tuple[slice, tuple[int, ...]]]] = {}
        begin = 0
        for key, shapes in self.shapes.items():
            places[key] = {}
            for name, shape in shapes.items():
                places[key][name] = slice(begin, begin + prod(shape)), shape
                begin += prod(shape)
        return places

    def marked(self, sums: Numbers) -> Numbers:
        """How many spans each annotator has, in what two have read; shape (k, annotators, views) from (k, columns)."""
        if not self.shapes:
            return np.zeros((len(sums), len(self.annotators), self.views))
        return self.counts(sums, (None, MARKED))[MARKED]

    def values(self, sums: Numbers, defined: Mapping[str, Flags] | None = None) -> dict[str, Numbers]:
        """All measures of sums of rows, NaN where undefined.

        Args:
            sums: shape (k, columns).
            defined: the pairs that means are over, by `defined` of one row of sums. A mean is undefined where the
                value of one of these is. If None, a mean is over whatever pairs are defined in the same sums.

        Returns:
            By the id of the measure, each of shape (k, views).
        """
        of_pairs = self._values_of_pairs(sums)
        enough = (self.marked(sums) > 0).sum(axis=1) >= 2
        values = {}
        for name, formula, scope in _formulas():
            if scope == "pairs":
                each = of_pairs[name]
                value = _mean(each, ~np.isnan(each) if defined is None else defined[name])
            else:
                value = formula.value(self.counts(sums, (None, formula.counts.name)))
            values[name] = np.where(enough, value, np.nan)
        return values

    def defined(self, sums: Numbers) -> dict[str, Flags]:
        """For which pairs each measure of pairs is defined: those that its mean is over.

        Args:
            sums: shape (k, columns).

        Returns:
            By the id of the measure, each of shape (pairs, k, views).
        """
        return {name: ~np.isnan(values) for name, values in self._values_of_pairs(sums).items()}

    def denominator_units(self, sums: Numbers, defined: Mapping[str, Flags]) -> dict[str, Integers]:
        """How many units add to the denominator of each measure.

        A bootstrap sees how much a measure varies from one unit to the next. Where all of it comes from one unit, every
        corpus in which it is defined gives the same value, or nearly so: an interval of no width, which would be read
        as certainty.

        Of a mean over pairs it is the number of that pair which has most: where each has only one, each is constant in
        all resamples that count, and so is their mean, however many units they make up together.

        Args:
            sums: the rows summed over each unit; shape (units, columns).
            defined: the pairs that means are over; see `defined`.

        Returns:
            By the id of the measure, each of shape (views,).
        """
        units = {}
        for name, formula, scope in _formulas():
            if scope == "pairs":
                each = [
                    np.where(defined[name][pair, 0], formula.denominator(counts).sum(axis=0), 0)
                    for pair, counts in enumerate(self._counts_of_pairs(sums, formula))
                ]
                number = np.max(each, axis=0)
            else:
                number = formula.denominator(self.counts(sums, (None, formula.counts.name))).sum(axis=0)
            units[name] = np.broadcast_to(number, (self.views,))
        return units

    def _counts_of_pairs(self, sums: Numbers, formula: Formula) -> Iterator[dict[str, Numbers]]:
        return (self.counts(sums, (pair, formula.counts.name)) for pair in range(self.pairs))

    def _values_of_pairs(self, sums: Numbers) -> dict[str, Numbers]:
        """The measures of each pair, NaN where one of the two has marked nothing; each of shape (pairs, k, views)."""
        both = np.stack([(self.counts(sums, (pair, MARKED))[MARKED] > 0).all(axis=1) for pair in range(self.pairs)])
        values = {}
        for name, formula, scope in _formulas():
            if scope == "pairs":
                each = [formula.value(counts) for counts in self._counts_of_pairs(sums, formula)]
                values[name] = np.where(both, np.stack(each), np.nan)
        return values


def _formulas() -> Iterator[tuple[str, Formula, Scope]]:
    """The measures that are functions of counts."""
    return ((one.id, one.formula, one.scope) for one in MEASURES.values() if one.formula)


def _counts(*scopes: Scope) -> list[CountFunction]:
    """The counts that measures of some scopes are computed from, each once."""
    return list({formula.counts.name: formula.counts for _, formula, scope in _formulas() if scope in scopes}.values())


def _marked(data: AgreementData, annotators: tuple[int, ...]) -> Numbers:
    """How many spans each annotator has where two have read; shape (documents, annotators, views)."""
    shared = data.spans.read_by(annotators, 2)
    each = [data.spans.count_by_label(data.spans.rows_of(annotator, shared)) for annotator in annotators]
    return np.stack(each, axis=1)


def _mean(values: Numbers, counted: Flags) -> Numbers:
    """The mean over the pairs that count, NaN where one of them has no value or none counts.

    Args:
        values: shape (pairs, k, views).
        counted: shape (pairs, k, views) or (pairs, 1, views).
    """
    return ratio(np.where(counted, values, 0).sum(axis=0), counted.sum(axis=0).astype(np.float64))

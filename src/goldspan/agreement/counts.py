"""The counts of some annotators as tables, and the measures that follow from sums of their rows.

A table has a row for each document, or for each group of documents, and a column for each count; most cells are 0, so
that it is kept sparse. The sums of a thousand resampled corpora are one matrix product, and the measures of all of them
are computed at once. Of many annotators, each two have a table of their own, and one is computed after the other: all
of them for all resamples would not fit into memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from goldspan.agreement.measures import MEASURES
from goldspan.agreement.sums import SumsWithoutOne
from goldspan.bootstrap import ratio
from goldspan.jackknife import kish

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from scipy.sparse import csr_array

    from goldspan.agreement.measures import CountFunction, Formula, Measure
    from goldspan.agreement.span_units import AgreementData, ColumnCounts, Flags, Integers, Numbers

    Blocks: TypeAlias = Mapping[tuple[str, str], ColumnCounts]  # by the name of the counts, and of a block of them

MARKED = "marked"  # the counts of spans of each annotator, beside those that the measures name
SETS = "sets"  # ends the names of blocks with a column for each set of labels
CELLS = 2**20  # of a table that is in memory at once: 8 MiB


@dataclass(frozen=True, eq=False)
class CountTable:
    """The counts of some annotators: what each document, or group of documents, adds.

    Args:
        annotators: how many there are.
        views: how many views there are: one for all labels, and one for each.
        measures: those that are computed from these counts.
        widths: the number of columns of each block, in the order of the columns.
        same: of a block without columns of its own the one that it is the same as.
        rows: the counts; shape (rows, columns).
    """

    annotators: int
    views: int
    measures: tuple[Measure, ...]
    widths: Mapping[tuple[str, str], int]
    same: Mapping[tuple[str, str], tuple[str, str]]
    rows: csr_array

    @classmethod
    def of(cls, data: AgreementData, annotators: tuple[int, ...], measures: Sequence[Measure]) -> CountTable:
        """The counts of some annotators, a row for each document.

        Args:
            data: of all annotators.
            annotators: their numbers, ascending.
            measures: those wanted; of more than two annotators, those that are means over pairs are left out.
        """
        chosen = tuple(one for one in measures if one.formula and (one.scope != "pairs" or len(annotators) == 2))
        blocks: dict[tuple[str, str], ColumnCounts] = {}
        shared = data.spans.read_by(annotators, 2)
        for number, annotator in enumerate(annotators if len(annotators) >= 2 else ()):
            blocks[MARKED, str(number)] = data.spans.count_by_label(data.spans.rows_of(annotator, shared))
        for counts in _count_functions(chosen) if len(annotators) >= 2 else ():
            blocks |= {(counts.name, name): block for name, block in counts.of(data, annotators).items()}
        first = {id(block): key for key, block in reversed(blocks.items())}  # where each is for the first time
        same = {key: first[id(block)] for key, block in blocks.items() if first[id(block)] != key}
        own = {key: block for key, block in blocks.items() if key not in same}
        rows = _rows(own.values(), data.spans.documents)
        widths = {key: block.columns for key, block in own.items()}
        return cls(len(annotators), 1 + len(data.spans.labels), chosen, widths, same, rows)

    def for_means(self) -> CountTable:
        """The same with the measures that are means over pairs alone, and what these are computed from."""
        measures = tuple(one for one in self.measures if one.scope == "pairs")
        names = {MARKED, *(counts.name for counts in _count_functions(measures))}
        same = {key: first for key, first in self.same.items() if key[0] in names}
        needed = {*same.values(), *(key for key in self.widths if key[0] in names)}
        widths = {key: width for key, width in self.widths.items() if key in needed}
        columns = [np.arange(self._places[key].start, self._places[key].stop) for key in widths]
        rows = self.rows[:, np.concatenate([np.zeros(0, np.int64), *columns])]
        return replace(self, measures=measures, widths=widths, same=same, rows=rows)

    def summed(self, groups: Integers, number: int) -> CountTable:
        """The same with a row for each group of rows.

        Args:
            groups: the number of the group of each row; shape (rows,).
            number: how many groups there are.
        """
        return replace(self, rows=_gather(groups, number) @ self.rows)

    def only(self, rows: Integers | Flags | slice) -> CountTable:
        """The same with only some of the rows."""
        return replace(self, rows=self.rows[rows])

    def overall(self, groups: Integers) -> CountTable:
        """The same without what is counted for one label alone.

        The sets of labels are numbered anew in each group of rows: a group has few of them.

        Args:
            groups: the number of the group of each row; shape (rows,).
        """
        from scipy.sparse import csr_array

        table = self.rows.tocoo()
        column_group = groups[table.row]
        keep = np.zeros(table.data.size, np.bool_)
        column = np.empty(table.data.size, np.int64)
        widths: dict[tuple[str, str], int] = {}
        begin = 0
        numbers = self._set_numbers(table.col.astype(np.int64), column_group)
        for key in self.widths:
            place = self._places[key]
            inside = (table.col >= place.start) & (table.col < place.stop)
            if key[1].endswith(SETS):
                renumbered, widths[key] = numbers[key[0]]
                column[inside] = begin + renumbered[inside]
            else:
                widths[key] = 1
                inside &= table.col == place.start
                column[inside] = begin
            keep |= inside
            begin += widths[key]
        cells = table.data[keep], (table.row[keep], column[keep])
        return replace(self, views=1, widths=widths, rows=csr_array(cells, shape=(self.rows.shape[0], begin)))

    def _set_numbers(self, column: Integers, group: Integers) -> dict[str, tuple[Integers, int]]:
        """By counts, for each cell the number of its set of labels in its group, and how many sets a group has."""
        found: dict[str, tuple[Integers, int]] = {}
        for name in {of for of, block in self.widths if block.endswith(SETS)}:
            number = np.full(column.size, -1)
            places = [self._places[key] for key in self.widths if key[0] == name and key[1].endswith(SETS)]
            for place in places:
                inside = (column >= place.start) & (column < place.stop)
                number[inside] = column[inside] - place.start
            cells = np.flatnonzero(number >= 0)
            width = max(place.stop - place.start for place in places)
            distinct, inverse = np.unique(group[cells] * width + number[cells], return_inverse=True)
            of_group = distinct // max(1, width)
            first = np.searchsorted(of_group, of_group)
            rank = np.arange(distinct.size) - first
            number[cells] = rank[inverse.reshape(-1)]
            found[name] = number, int(rank.max(initial=-1)) + 1
        return found

    @cached_property
    def _places(self) -> dict[tuple[str, str], slice]:
        """The columns of each block."""
        ends = np.cumsum([0, *self.widths.values()]).tolist()
        own = {key: slice(*place) for key, place in zip(self.widths, pairwise(ends), strict=True)}
        return own | {key: own[first] for key, first in self.same.items()}

    def counts(self, sums: Numbers, of: str) -> dict[str, Numbers]:
        """The blocks of some counts by name, from sums of rows; of shape (..., columns), as these."""
        return {name: sums[..., place] for (owner, name), place in self._places.items() if owner == of}

    def is_marked(self, sums: Numbers) -> Flags:
        """Where any annotator marked something; shape (..., views) from sums of rows of shape (..., columns)."""
        marked = np.zeros((*sums.shape[:-1], self.views), np.bool_)
        for block in self.counts(sums, MARKED).values():
            marked |= block > 0
        return marked

    def values(self, sums: Numbers) -> dict[str, Numbers]:
        """The measures of sums of rows, NaN where undefined, as they all are where nobody marked anything.

        Args:
            sums: shape (..., columns).

        Returns:
            By the id of the measure, each of shape (..., views).
        """
        marked = self.is_marked(sums)
        return {
            one.id: np.where(marked, formula.value(self.counts(sums, formula.counts.name)), np.nan)
            for one, formula in self._formulas()
        }

    def values_without_one(self, whole: CountTable, groups: Integers) -> dict[str, Numbers]:
        """The measures of each group without each of its rows, NaN where undefined.

        Args:
            whole: the same counts with a row for each group.
            groups: the number of the group of each row; shape (rows,).

        Returns:
            By the id of the measure, each of shape (rows, views).
        """
        totals, rows = whole.rows.tocsc(), self.rows.tocsc()  # column by column, so that a block is at hand

        def blocks(counts: str) -> Mapping[str, Any]:
            def make(name: str) -> Numbers | SumsWithoutOne:
                place = self._places[counts, name]
                total = np.asarray(totals[:, place].toarray())
                if name.endswith(SETS):
                    return SumsWithoutOne(total, rows[:, place], groups)
                return np.asarray(total[groups] - rows[:, place].toarray())

            return _Blocks(self._names_of(counts), make)

        marked = np.zeros((groups.size, self.views), np.bool_)
        for block in blocks(MARKED).values():
            marked |= block > 0
        return {
            one.id: np.where(marked, formula.value(blocks(formula.counts.name)), np.nan)
            for one, formula in self._formulas()
        }

    def blocks(self, counts: str) -> Mapping[str, Any]:
        """The blocks of some counts by name; each of shape (rows, columns)."""
        return _Blocks(self._names_of(counts), lambda name: np.asarray(self._block(counts, name).toarray()))

    def _names_of(self, counts: str) -> list[str]:
        return [name for of, name in self._places if of == counts]

    def _block(self, counts: str, name: str) -> csr_array:
        return self.rows[:, self._places[counts, name]]

    def marked_by_row(self) -> Numbers:
        """How many spans each annotator has in each row; shape (rows, annotators, views)."""
        blocks = [self._block(MARKED, name).toarray() for name in self._names_of(MARKED)]
        return np.stack(blocks, axis=1) if blocks else np.zeros((self.rows.shape[0], self.annotators, self.views))

    def with_marks(self, groups: Integers, number: int) -> Integers:
        """In how many rows of each group any annotator has a span; shape (groups, views).

        Args:
            groups: the number of the group of each row; shape (rows,).
            number: how many groups there are.
        """
        return np.asarray((_gather(groups, number) @ self._spans.sign()).toarray().astype(np.int64))

    def effective_rows(self, groups: Integers, number: int) -> Numbers:
        """How many rows of equally many spans would tell as much as those of each group; shape (groups, views).

        Args:
            groups: the number of the group of each row; shape (rows,).
            number: how many groups there are.
        """
        gather, spans = _gather(groups, number), self._spans
        return kish((gather @ spans).toarray(), (gather @ spans.power(2)).toarray())

    @cached_property
    def _spans(self) -> csr_array:
        """How many spans all annotators have in each row; shape (rows, views)."""
        first, *others = (self._block(MARKED, name) for name in self._names_of(MARKED))
        return sum(others, start=first)

    def by_group(self, size: int) -> csr_array:
        """The rows of groups of so many, transposed: for each group and column the rows of the group.

        Each row of the result times the multiplicities of the rows of a group gives the sums of a count.
        """
        from scipy.sparse import csr_array

        table, columns = self.rows.tocoo(), self.rows.shape[1]
        group, row = np.divmod(table.row.astype(np.int64), size)
        shape = (self.rows.shape[0] // size * columns, size)
        return csr_array((table.data, (group * columns + table.col, row)), shape=shape)

    def in_denominator(self, groups: Integers, number: int) -> dict[str, Integers]:
        """How many rows of each group add to the denominator of each measure.

        Args:
            groups: the number of the group of each row; shape (rows,).
            number: how many groups there are.

        Returns:
            By the id of the measure, each of shape (groups, views).
        """
        found = {one.id: np.zeros((number, self.views), np.int64) for one in self.measures}
        step = max(1, CELLS // max(1, self.views))
        for begin in range(0, self.rows.shape[0], step):
            part = self.only(slice(begin, begin + step))
            here = groups[begin : begin + step]
            gather = _gather(here, number)
            for one, formula in self._formulas():
                adding = formula.denominator(part.blocks(formula.counts.name)).astype(np.float64)
                found[one.id] += (gather @ np.broadcast_to(adding, (here.size, self.views))).astype(np.int64)
        return found

    def _formulas(self) -> Iterator[tuple[Measure, Formula]]:
        return ((one, one.formula) for one in self.measures if one.formula)


@dataclass(frozen=True, eq=False)
class _Blocks(Mapping[str, Any]):
    """Blocks of sums by name, each of which is made when it is asked for first.

    Args:
        names: of all of them.
        make: gives one.
    """

    names: Sequence[str]
    make: Callable[[str], Numbers | SumsWithoutOne]
    _made: dict[str, Numbers | SumsWithoutOne] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  (what a measure can compute with)
        if name not in self._made:
            self._made[name] = self.make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class CountTables:
    """The counts of some annotators, and those of every two of them.

    Args:
        everyone: of all of them.
        pairs: of every two, in alphabetical order; of two annotators the same table.
        measures: those wanted, in the order wanted.
    """

    everyone: CountTable
    pairs: tuple[CountTable, ...]
    measures: tuple[Measure, ...]

    @classmethod
    def of_pair(cls, table: CountTable) -> CountTables:
        """The counts of two annotators."""
        return cls(table, (table,), table.measures)

    @property
    def views(self) -> int:
        """How many views there are."""
        return self.everyone.views

    @property
    def columns(self) -> int:
        """How many columns the widest table has."""
        return max(table.rows.shape[1] for table in (self.everyone, *self.pairs))

    def only(self, rows: Integers | Flags | slice) -> CountTables:
        """The same with only some of the rows."""
        return self.map(lambda table: table.only(rows))

    def map(self, change: Callable[[CountTable], CountTable]) -> CountTables:
        """The same with each table changed."""
        everyone = change(self.everyone)
        alone = len(self.pairs) == 1 and self.pairs[0] is self.everyone
        return CountTables(everyone, (everyone,) if alone else tuple(map(change, self.pairs)), self.measures)

    def values(
        self, sums: Callable[[CountTable], Numbers], defined: Sequence[Mapping[str, Flags]] | None = None
    ) -> dict[str, Numbers]:
        """All measures of sums of rows, NaN where undefined.

        Args:
            sums: gives those of a table, of shape (..., columns).
            defined: of which pairs means are over, see `defined`. A mean is undefined where the value of one of these
                is. If None, a mean is over whatever pairs are defined in the same sums.

        Returns:
            By the id of the measure, each of shape (..., views).
        """
        return self._values(lambda table: table.values(sums(table)), defined)

    def values_without_one(self, whole: CountTables, groups: Integers) -> dict[str, Numbers]:
        """All measures of each group without each of its rows, NaN where undefined; means over the pairs left then.

        Args:
            whole: the same counts with a row for each group.
            groups: the number of the group of each row; shape (rows,).

        Returns:
            By the id of the measure, each of shape (rows, views).
        """
        of = {id(self.everyone): whole.everyone} | dict(zip(map(id, self.pairs), whole.pairs, strict=True))
        return self._values(lambda table: table.values_without_one(of[id(table)], groups), None)

    def _values(
        self,
        values_of: Callable[[CountTable], dict[str, Numbers]],
        defined: Sequence[Mapping[str, Flags]] | None,
    ) -> dict[str, Numbers]:
        """All measures, from those of each table."""
        values = values_of(self.everyone)
        if self.everyone.annotators > 2:
            values |= self._means(values_of, defined)
        return {one.id: values[one.id] for one in self.measures}

    def _means(
        self,
        values_of: Callable[[CountTable], dict[str, Numbers]],
        defined: Sequence[Mapping[str, Flags]] | None,
    ) -> dict[str, Numbers]:
        """The means over pairs of the measures of two annotators, NaN where one that counts has no value."""
        total: dict[str, Numbers] = {}
        number: dict[str, Numbers] = {}
        for at, pair in enumerate(self.pairs):
            for name, value in values_of(pair).items():
                if name not in self._of_pairs:
                    continue
                counted = ~np.isnan(value) if defined is None else defined[at][name]
                total[name] = total.get(name, 0) + np.where(counted, value, 0)
                number[name] = number.get(name, 0) + counted.astype(np.float64)
        return {name: ratio(total[name], np.broadcast_to(number[name], total[name].shape)) for name in total}

    @cached_property
    def _of_pairs(self) -> Collection[str]:
        return {one.id for one in self.measures if one.scope == "pairs"}

    def defined(self, sums: Callable[[CountTable], Numbers]) -> list[dict[str, Flags]]:
        """For each pair whether its measures are defined; by the id of the measure, of shape (..., views)."""
        return [{name: ~np.isnan(of) for name, of in pair.values(sums(pair)).items()} for pair in self.pairs]

    def denominator_rows(
        self, groups: Integers, number: int, defined: Sequence[Mapping[str, Flags]]
    ) -> dict[str, Integers]:
        """How many rows of each group add to the denominator of each measure.

        A bootstrap sees how much a measure varies from one unit to the next. Where all of it comes from one unit, every
        corpus in which it is defined gives the same value, or nearly so: an interval of no width, which would be read
        as certainty.

        Of a mean over pairs it is the number of that pair which has most: where each has only one, each is constant in
        all resamples that count, and so is their mean, however many units they make up together.

        Args:
            groups: the number of the group of each row; shape (rows,).
            number: how many groups there are.
            defined: the pairs that means are over, of shape (groups, views); see `defined`.

        Returns:
            By the id of the measure, each of shape (groups, views).
        """
        found = {} if self.everyone.annotators == 2 else self.everyone.in_denominator(groups, number)
        for pair, of_pair in zip(self.pairs, defined, strict=True):
            for name, rows in pair.in_denominator(groups, number).items():
                if name in self._of_pairs or self.everyone.annotators == 2:
                    counted = np.where(of_pair[name], rows, 0) if name in self._of_pairs else rows
                    found[name] = np.maximum(found.get(name, 0), counted)
        return found


def _gather(groups: Integers, number: int) -> csr_array:
    """A table whose product with rows is their sums by group; shape (groups, rows)."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(groups.size), (groups, np.arange(groups.size))), shape=(number, groups.size))


def pairs_of(annotators: Iterable[int]) -> list[tuple[int, int]]:
    """Every two of some annotators."""
    return list(combinations(annotators, 2))


def _rows(blocks: Iterable[ColumnCounts], documents: int) -> csr_array:
    """The blocks side by side, values of one cell summed and then divided; shape (documents, columns)."""
    from scipy.sparse import coo_array, csr_array

    cells, divided, begin = [], [], 0
    for block in blocks:
        document, column, value = block.joined()
        cells.append((document, column + begin, value))
        if block.divisor is not None:
            divided.append((begin, begin + block.columns, block.divisor))
        begin += block.columns
    cells.append((np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)))
    document, column, value = (np.concatenate(part) for part in zip(*cells, strict=True))
    rows = csr_array(coo_array((value, (document, column)), shape=(documents, begin)))
    rows.eliminate_zeros()
    of_row = np.repeat(np.arange(documents), np.diff(rows.indptr))
    for first, stop, divisor in divided:
        inside = (rows.indices >= first) & (rows.indices < stop)
        rows.data[inside] /= divisor[of_row[inside]]
    return rows


def _count_functions(measures: Iterable[Measure]) -> list[CountFunction]:
    """The counts that measures are computed from, each once."""
    return list({one.formula.counts.name: one.formula.counts for one in measures if one.formula}.values())


def wanted_measures(data: AgreementData, names: Collection[str] | None = None) -> tuple[Measure, ...]:
    """The measures that are functions of counts: all of them, or those of some ids.

    Measures of quantities are left out where no label states any.
    """
    return tuple(
        one
        for one in MEASURES.values()
        if one.formula
        and (names is None or one.id in names)
        and (one.labels != "quantities" or bool(data.quantities.any()))
    )

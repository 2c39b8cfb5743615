"""Estimates of the measures with their intervals, or the reasons why there are none.

The methods are those of `goldspan.intervals`, by article or by example. The measures are functions of sums, so the
corpora that each lack one unit are the sums minus one row, a resampled corpus is a row of a matrix product, and the
measures of a thousand corpora are computed at once. The units for two annotators are those that they share: of
resampled corpora the random numbers begin again with the seed for each pair, so that a further annotator changes
nothing about the others.

Of more than two annotators, some measures are means over pairs. By the jackknife, a pair that shares a single article
drops out of the mean without it, and how much the mean changes thereby shows how much the pair matters; that its own
value rests on one article makes the degrees of freedom few. Percentiles are over the same pairs in every resample: the
ones that are defined in the corpus. A mean over what is left would be that of other pairs, better ones or worse, and
the interval would lie around another quantity than the estimate. So a resample that lacks a pair does not count; what
counts is drawn from the corpora in which the mean means what it says. How many do not count is kept with each value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import compress, groupby
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from goldspan.agreement.counts import CELLS, pairs_of
from goldspan.agreement.measures import MEASURES
from goldspan.bootstrap import Interval, intervals_of_rows, multiplicities
from goldspan.jackknife import LeaveOneOut, effective_number_of_mean, t_limits
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.agreement.counts import CountTable, CountTables
    from goldspan.agreement.measures import Labels, Measure, Undefined
    from goldspan.agreement.span_units import AgreementData, Flags, Integers, Numbers
    from goldspan.bootstrap import Unit
    from goldspan.intervals import IntervalSettings
    from goldspan.jackknife import Scale

    Limits: TypeAlias = "Interval | NoInterval"
    Reason: TypeAlias = "Literal['no_example', 'nothing', 'no_common', 'no_pair'] | Undefined"

REASONS: Mapping[Reason, str] = {
    "no_example": "no example was confirmed by two annotators",
    "nothing": "{annotators} marked nothing here",
    "no_common": "no example was confirmed by all annotators",
    "no_variation": "everything is of one category, so that chance alone explains all agreement",
    "no_coincidence": "nowhere did two annotators mark the same characters, or all that they both marked has one label",
    "no_value": "there are no two values to compare",
    "no_pair": "it is undefined for every two annotators",
}
Scarcity = Literal["one_shared", "one_common", "one_bearing", "one_by_pair", "few_draws", "alike"]
SCARCITIES: Mapping[Scarcity, str] = {
    "one_shared": "only one {unit} was confirmed by two annotators",
    "one_common": "only one {unit} was confirmed by all annotators",
    "one_bearing": "only one {unit} contributes to it",
    "one_by_pair": "no two annotators share two {unit}s that contribute to it",
    "alike": "it is the same without each {unit}",
    "few_draws": "it was defined in only {defined:,} of {resamples:,} resamples",
}
FEWEST_RESAMPLES = 100  # that an interval needs: fewer leave next to nothing beyond its limits
LEAST_SHARE = 0.1  # of the resamples that it needs: what one corpus in ten shows is no picture of chance


@dataclass(frozen=True, slots=True)
class UndefinedReason:
    """Why a measure has no value.

    Args:
        reason: what is missing.
        annotators: those who marked nothing, where that is the reason.
    """

    reason: Reason
    annotators: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in words, without a full stop."""
        return REASONS[self.reason].format(annotators=enumerate_names(self.annotators))

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"reason": self.reason, "who": self.annotators, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class NoInterval:
    """Why a measure that has a value has no interval.

    Args:
        reason: what there is too little of.
        unit: the resampling unit.
        defined: in how many resampled corpora the measure was defined, where these are too few.
        resamples: how many there were.
    """

    reason: Scarcity
    unit: Unit
    defined: int = 0
    resamples: int = 0

    @property
    def sentence(self) -> str:
        """The reason in words, without a full stop."""
        return SCARCITIES[self.reason].format(unit=self.unit, defined=self.defined, resamples=self.resamples)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The value of a measure with its interval, or the reason why there is none.

    Args:
        estimate: the value, at most 1; None where it is undefined.
        low: the lower limit of its interval; None where there is none.
        high: the upper limit.
        undefined: why it has no value; None where it has one.
        undefined_resamples: in how many resampled corpora it was undefined; percentiles leave them out. 0 for the
            jackknife.
        no_interval: why it has a value but no interval; None where it has both or neither.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    undefined: UndefinedReason | None = None
    undefined_resamples: int = 0
    no_interval: NoInterval | None = None

    def json(self) -> dict[str, Any]:
        """All of it by name; a missing value is null, with its reason."""
        why = self.no_interval
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "undefined": self.undefined and self.undefined.json(),
            "undefined_resamples": self.undefined_resamples,
            "unbounded": why and {"reason": why.reason, "sentence": why.sentence},
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the measures of some annotators on some part of the annotations are computed from.

    Args:
        examples: how many examples there at least two of them confirmed.
        spans: how many spans each annotator has in these, by name.
        readers: the annotators who confirmed an example there that another did, too.
        common: how many examples all of them confirmed: those that measures of the scope `common` are computed from.
        pairs: how many pairs of them share an example there.
        counted: in how many of these at least one of the two marked something: the pairs that the means are over.
        assumed: the readers with a file that does not state what they confirmed, so that all of it is taken to be.
    """

    examples: int
    spans: Mapping[str, int]
    readers: tuple[str, ...]
    common: int
    pairs: int
    counted: int
    assumed: tuple[str, ...] = ()

    @property
    def nothing_to_compare(self) -> UndefinedReason | None:
        """Why no measure has a value, where no example is shared or nobody marked anything in one."""
        if not self.examples:
            return UndefinedReason("no_example")
        return None if any(self.spans.values()) else UndefinedReason("nothing", self.readers)

    def why_undefined(self, measure: Measure) -> UndefinedReason:
        """Why a measure without a value has none."""
        if why := self.nothing_to_compare:
            return why
        if measure.undefined == "no_variation":  # what is missing may be said more precisely
            if measure.scope == "common" and not self.common:
                return UndefinedReason("no_common")
            if measure.scope == "pairs" and len(self.spans) > 2:
                return UndefinedReason("no_pair")
        return UndefinedReason(measure.undefined)

    def json(self) -> dict[str, Any]:
        """Who read, and how much the measures are computed from, by name."""
        return {
            "readers": list(self.readers),
            "common": self.common,
            "pairs": self.pairs,
            "counted": self.counted,
            "confirmation_assumed": list(self.assumed),
        }


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """All measures of some annotators on some part of the annotations.

    Args:
        coverage: what they are computed from.
        values: by the id of the measure, see `goldspan.agreement.measures`.
    """

    coverage: Coverage
    values: Mapping[str, Estimate]

    def __getitem__(self, measure: str) -> Estimate:
        return self.values[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def examples(self) -> int:
        """How many examples at least two annotators confirmed."""
        return self.coverage.examples

    @property
    def spans(self) -> Mapping[str, int]:
        """How many spans each annotator has in these, by name."""
        return self.coverage.spans

    @property
    def without_spans(self) -> tuple[str, ...]:
        """The annotators who read something here and marked nothing in it."""
        return tuple(name for name, spans in self.spans.items() if not spans and name in self.coverage.readers)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "examples": self.examples,
            "spans": dict(self.spans),
            "nothing": list(self.without_spans),
            "basis": self.coverage.json(),
            "measures": {name: value.json() for name, value in self.values.items()},
        }


def measure_sets(
    tables: CountTables,
    data: AgreementData,
    annotators: tuple[int, ...],
    units: Integers,
    settings: IntervalSettings,
) -> list[MeasureSet]:
    """The measures of some annotators with intervals: over all labels, then of each.

    Args:
        tables: their counts, a row for each resampling unit.
        data: of all annotators.
        annotators: their numbers.
        units: the number of each document's resampling unit; shape (documents,).
        settings: of the intervals.
    """
    everything = np.zeros(data.spans.documents, np.int64)
    read = data.spans.read_by(annotators, 2), data.spans.read_by(annotators)
    shared, common = (np.unique(units[flags]) for flags in read)
    groups = _UnitGroups(tables.only(shared), np.zeros(shared.size, np.int64), np.array([common.size]), settings)
    (found,) = _measure_groups(groups, data, annotators, everything)
    return found


def measure_sets_by_group(
    tables: CountTables, data: AgreementData, annotators: tuple[int, ...], groups: Integers, settings: IntervalSettings
) -> list[MeasureSet]:
    """The measures of some annotators within each group of documents, over all labels, with intervals by example.

    Args:
        tables: their counts over all labels, a row for each document; see `CountTable.overall`.
        data: of all annotators.
        annotators: their numbers.
        groups: the number of each document's group, from 0 without gaps; shape (documents,).
        settings: of the intervals; the unit does not count.
    """
    shared, number = np.flatnonzero(data.spans.read_by(annotators, 2)), int(groups.max(initial=-1)) + 1
    common = np.bincount(groups, data.spans.read_by(annotators), number)
    by_article = _UnitGroups(tables.only(shared), groups[shared], common, replace(settings, unit="example"))
    return [row[0] for row in _measure_groups(by_article, data, annotators, groups)]


@dataclass(frozen=True, eq=False)
class _UnitGroups:
    """Groups of units, each a corpus of its own.

    Args:
        tables: the counts of some annotators, a row for each unit.
        group: of each unit; shape (units,).
        common: how many units of each group have a document that all annotators have read; shape (groups,).
        settings: of the intervals.
    """

    tables: CountTables
    group: Integers
    common: Integers
    settings: IntervalSettings

    @property
    def number(self) -> int:
        """How many groups there are."""
        return self.common.size


def _measure_groups(
    groups: _UnitGroups, data: AgreementData, annotators: tuple[int, ...], documents: Integers
) -> list[list[MeasureSet]]:
    """The measures of some annotators in each group, by view.

    Args:
        groups: of resampling units.
        data: of all annotators.
        annotators: their numbers.
        documents: the number of each document's group; shape (documents,).
    """
    whole = groups.tables.map(lambda one: one.summed(groups.group, groups.number))
    covered = _coverages(whole, data, annotators, documents)
    if len(annotators) < 2:
        return [[MeasureSet(one, _without_values(data, one, view)) for view, one in enumerate(row)] for row in covered]
    values = whole.values(lambda table: np.asarray(table.rows.toarray()))
    limits = _limits(groups, whole, values)
    return [
        [
            MeasureSet(
                coverage,
                dict(
                    _estimates(
                        data,
                        coverage,
                        view,
                        {name: float(rows[group, view]) for name, rows in values.items()},
                        {name: of.get((group, view)) for name, of in limits.items()},
                    )
                ),
            )
            for view, coverage in enumerate(row)
        ]
        for group, row in enumerate(covered)
    ]


def _estimates(
    data: AgreementData,
    coverage: Coverage,
    view: int,
    values: Mapping[str, float],
    limits: Mapping[str, Limits | None],
) -> Iterator[tuple[str, Estimate]]:
    """The measures that there are over all labels (view 0) or of a label, with intervals.

    Args:
        data: of all annotators.
        coverage: what they are computed from.
        view: 0 for all labels, 1 for the first, and so on.
        values: of all measures, NaN where undefined.
        limits: the interval of each measure that has a value, or why there is none.
    """
    for name, value in values.items():
        if not _exists(MEASURES[name].labels, data.quantities, view):
            continue
        if np.isnan(value):
            yield name, Estimate(None, undefined=coverage.why_undefined(MEASURES[name]))
            continue
        limit = limits[name]
        assert limit is not None
        if isinstance(limit, NoInterval):
            yield name, Estimate(value, undefined_resamples=limit.resamples - limit.defined, no_interval=limit)
        else:
            yield name, Estimate(value, limit.low, limit.high, undefined_resamples=limit.undefined)


def _without_values(data: AgreementData, coverage: Coverage, view: int) -> dict[str, Estimate]:
    """The measures of one annotator or of none."""
    undefined = {measure.id: float("nan") for measure in MEASURES.values() if measure.formula}
    return dict(_estimates(data, coverage, view, undefined, {}))


def _exists(labels: Labels, quantities: Flags, view: int) -> bool:
    """Whether a measure exists over all labels, view 0, or for one label."""
    if labels == "quantities":
        return bool(quantities.any() if view == 0 else quantities[view - 1])
    return view == 0 or labels == "all"


def _limits(
    groups: _UnitGroups, whole: CountTables, values: Mapping[str, Numbers]
) -> dict[str, dict[tuple[int, int], Limits]]:
    """The intervals of all measures that have a value, or why there are none: by measure, then by group and view.

    Args:
        groups: of resampling units.
        whole: the counts, a row for each group.
        values: of the measures in each group; each of shape (groups, views).
    """
    defined = whole.defined(lambda table: np.asarray(table.rows.toarray()))
    scarce = _scarcities(groups, values, defined)
    limits: dict[str, dict[tuple[int, int], Limits]] = {
        name: {place: NoInterval(reason, groups.settings.unit) for place, reason in of.items()}
        for name, of in scarce.items()
    }
    sizes = np.bincount(groups.group, minlength=groups.number)
    if groups.settings.method == "jackknife-t":
        by_t = _t_intervals(groups, whole, values, sizes)
        return {name: by_t[name] | of for name, of in limits.items()}
    several = [group for group in np.argsort(sizes, kind="stable").tolist() if sizes[group] > 1]
    for size, alike in groupby(several, key=sizes.__getitem__):
        for batch in _batches(list(alike), groups.tables.columns * groups.settings.resamples):
            drawn = _resampled_values(groups, batch, int(size), defined)
            wanted = [
                (name, row, view)
                for name, of in values.items()
                for row, view in np.argwhere(~np.isnan(of[batch])).tolist()
                if (batch[row], view) not in limits[name]
            ]
            rows = [drawn[name][row, view] for name, row, view in wanted]
            found = intervals_of_rows(np.array(rows), groups.settings.edges) if rows else []
            for (name, row, view), interval in zip(wanted, found, strict=True):
                limits[name][batch[row], view] = _enough(interval, groups.settings)
    return limits


def _t_intervals(
    groups: _UnitGroups, whole: CountTables, values: Mapping[str, Numbers], sizes: Integers
) -> dict[str, dict[tuple[int, int], Limits]]:
    """The intervals of the jackknife, or that all units are alike: by measure, then by group and view.

    Args:
        groups: of units.
        whole: the counts, a row for each group.
        values: of the measures in each group; each of shape (groups, views).
        sizes: how many units each group has; shape (groups,).
    """
    found: dict[str, dict[tuple[int, int], Limits]] = {}
    effective = _effective_numbers(groups)
    for name, without in _leave_one_out(groups, whole, values, sizes).items():
        measure = MEASURES[name]
        scale: Scale = "share" if measure.scale == "per cent" else "coefficient"
        weights = effective[measure.scope == "pairs"]
        limits = t_limits(without, np.broadcast_to(weights, values[name].shape), groups.settings.level, scale)
        found[name] = of_measure = {}
        for group, view in np.argwhere(~np.isnan(values[name])).tolist():
            low, high = (end[group, view] for end in limits)
            reason: Scarcity = "one_bearing" if without.undefined[group, view] else "alike"
            exists = not np.isnan(low)
            of_measure[group, view] = Interval.of(low, high) if exists else NoInterval(reason, groups.settings.unit)
    return found


def _effective_numbers(groups: _UnitGroups) -> tuple[Numbers, Numbers]:
    """The effective numbers of units: of measures on all annotators, and of means over pairs; shape (groups, views)."""
    together = groups.tables.everyone.effective_rows(groups.group, groups.number)
    of_pairs = np.stack([pair.effective_rows(groups.group, groups.number) for pair in groups.tables.pairs])
    return together, np.minimum(together, effective_number_of_mean(of_pairs))


def _leave_one_out(
    groups: _UnitGroups, whole: CountTables, values: Mapping[str, Numbers], sizes: Integers
) -> dict[str, LeaveOneOut]:
    """How much the measures of each group change without each of its units; by measure, of shape (groups, views).

    Args:
        groups: of units.
        whole: the counts, a row for each group.
        values: of the measures in each group; each of shape (groups, views).
        sizes: how many units each group has; shape (groups,).
    """
    squares = {name: np.zeros(of.shape) for name, of in values.items()}
    undefined = {name: np.zeros(of.shape) for name, of in values.items()}
    step = max(1, CELLS // groups.tables.views)
    for begin in range(0, groups.group.size, step):
        part = slice(begin, begin + step)
        here = groups.group[part]
        tables = groups.tables.only(part)
        for name, of in tables.values_without_one(whole, here).items():
            changes = of - values[name][here]
            missing = np.isnan(changes)
            np.add.at(squares[name], here, np.where(missing, 0, changes) ** 2)
            np.add.at(undefined[name], here, missing)
    units = sizes[:, None].astype(np.float64)
    return {name: LeaveOneOut(of, squares[name], undefined[name], units) for name, of in values.items()}


def _batches(groups: list[int], cells: int) -> Iterator[list[int]]:
    """The groups in parts that fit into memory, where each has so many cells."""
    step = max(1, CELLS // max(1, cells))
    return (groups[begin : begin + step] for begin in range(0, len(groups), step))


def _resampled_values(
    groups: _UnitGroups, batch: list[int], size: int, defined: list[dict[str, Flags]]
) -> dict[str, Numbers]:
    """The measures of resampled corpora, each of shape (groups of the batch, views, resamples).

    Args:
        groups: of resampling units.
        batch: the numbers of groups with equally many units.
        size: how many.
        defined: for each pair in which groups and views its measures are defined.
    """
    order = np.argsort(groups.group, kind="stable")
    first = np.searchsorted(groups.group[order], batch)
    units = order[first[:, None] + np.arange(size)].ravel()
    tables = groups.tables.only(units)
    transposed = {id(one): one.by_group(size) for one in (tables.everyone, *tables.pairs)}
    here = [{name: flags[batch][:, None] for name, flags in of_pair.items()} for of_pair in defined]
    parts: list[dict[str, Numbers]] = []
    rng = np.random.default_rng(groups.settings.seed)
    step = max(1, CELLS // max(1, tables.columns * len(batch)))
    for times in multiplicities(np.ones(size, np.int64), groups.settings.resamples, rng):
        for begin in range(0, len(times), step):
            corpora = np.ascontiguousarray(times[begin : begin + step].T)

            def sums(table: CountTable, corpora: Numbers = corpora) -> Numbers:
                drawn = transposed[id(table)] @ corpora
                return np.moveaxis(drawn.reshape(len(batch), -1, corpora.shape[1]), 1, 2)

            parts.append(tables.values(sums, here))
    return {name: np.concatenate([np.moveaxis(part[name], 1, 2) for part in parts], axis=2) for name in parts[0]}


def _scarcities(
    groups: _UnitGroups, values: Mapping[str, Numbers], defined: list[dict[str, Flags]]
) -> dict[str, dict[tuple[int, int], Scarcity]]:
    """What there is too little of for an interval, by measure, then by group and view, where a measure has a value."""
    tables, sizes = groups.tables, np.bincount(groups.group, minlength=groups.number)
    adding = tables.denominator_rows(groups.group, groups.number, defined)
    with_spans = tables.everyone.with_marks(groups.group, groups.number)
    found: dict[str, dict[tuple[int, int], Scarcity]] = {}
    for measure in tables.measures:
        several = measure.scope == "pairs" and len(tables.pairs) > 1
        few = np.isnan(values[measure.id]) | (adding[measure.id] >= 2) & (sizes >= 2)[:, None]
        found[measure.id] = of_measure = {}
        for group, view in np.argwhere(~few).tolist():
            reason: Scarcity = "one_by_pair" if several and with_spans[group, view] >= 2 else "one_bearing"
            if measure.scope == "common" and groups.common[group] < 2:
                reason = "one_common"
            of_measure[group, view] = "one_shared" if sizes[group] < 2 else reason
    return found


def _enough(interval: Interval, settings: IntervalSettings) -> Limits:
    """An interval, or that the measure was defined in too few resamples."""
    defined = settings.resamples - interval.undefined
    if defined < fewest_resamples(settings.resamples):
        return NoInterval("few_draws", settings.unit, defined, settings.resamples)
    return interval


def fewest_resamples(resamples: int) -> float:
    """In how many resamples a measure must be defined for an interval; where few are drawn, in half of them."""
    return max(LEAST_SHARE * resamples, min(FEWEST_RESAMPLES, resamples / 2))


def _coverages(
    whole: CountTables, data: AgreementData, annotators: tuple[int, ...], groups: Integers
) -> list[list[Coverage]]:
    """What the measures of some annotators are computed from in each group of documents, by view.

    Args:
        whole: their counts, a row for each group.
        data: of all annotators.
        annotators: their numbers.
        groups: the number of each document's group; shape (documents,).
    """
    table, chosen, number = data.spans, list(annotators), whole.everyone.rows.shape[0]
    names = [table.annotators[annotator] for annotator in chosen]
    read, shared = table.read[chosen], table.read_by(chosen, 2)
    readers = _in_any_document(read & shared, groups, number)
    examples = np.bincount(groups, shared, number)
    common = np.bincount(groups, read.all(axis=0), number) if chosen else np.zeros(number)
    spans = whole.everyone.marked_by_row().astype(int)
    pairs = np.zeros(number, np.int64)
    counted = np.zeros((number, whole.views), np.int64)
    for two, of_pair in zip(pairs_of(chosen), whole.pairs, strict=True):
        pairs += _in_any_document(table.read_by(two)[None], groups, number)[0]
        counted += (of_pair.marked_by_row() > 0).any(axis=1)
    readers_of = [tuple(compress(names, readers[:, group])) for group in range(number)]
    return [
        [
            Coverage(
                examples=int(examples[group]),
                spans=dict(zip(names, spans[group, :, view].tolist(), strict=True)),
                readers=readers_of[group],
                common=int(common[group]),
                pairs=int(pairs[group]),
                counted=int(counted[group, view]),
                assumed=tuple(name for name in readers_of[group] if name in data.annotations.assumed),
            )
            for view in range(whole.views)
        ]
        for group in range(number)
    ]


def _in_any_document(flags: Flags, groups: Integers, number: int) -> Flags:
    """Whether a flag is set in any document of each group; shape (rows, groups) from (rows, documents)."""
    anywhere = np.zeros((len(flags), number), np.bool_)
    for row, of_row in zip(anywhere, flags, strict=True):
        row[groups[of_row]] = True
    return anywhere

"""Estimates of the measures with their intervals, or the reasons why there are none.

Percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13), by article or by example.
The measures are functions of sums, so a resampled corpus is a row of a matrix product, and the measures of a thousand
corpora are computed at once. The units resampled for two annotators are those that they share: for each pair the random
numbers begin again with the seed, so that a further annotator changes nothing about the others.

Of more than two annotators, some measures are means over pairs, and those are over the same pairs in every resample:
the ones that are defined in the corpus. A pair that shares one article drops out of each resample that lacks it; a mean
over what is left would be that of other pairs, better ones or worse, and the interval would lie around another quantity
than the estimate. So a resample that lacks a pair does not count; what counts is drawn from the corpora in which the
mean means what it says. How many do not count is kept with each value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from goldspan.agreement.counts import MARKED
from goldspan.agreement.measures import MEASURES
from goldspan.bootstrap import interval, resampled
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.agreement.counts import CountTable
    from goldspan.agreement.measures import Labels, Measure, Undefined
    from goldspan.agreement.span_units import AgreementData, AnnotationTable, Flags, Integers, Numbers
    from goldspan.bootstrap import BootstrapSettings, Interval, Unit

    Limits: TypeAlias = "Interval | NoInterval"
    Reason: TypeAlias = "Literal['no_example', 'silent_second', 'nothing', 'no_common', 'no_pair'] | Undefined"

REASONS: Mapping[Reason, str] = {
    "no_example": "no example was confirmed by two annotators",
    "silent_second": "no example was confirmed by two annotators, not counting {annotators}, who marked nothing",
    "nothing": "{annotators} marked nothing here",
    "no_common": "no example was confirmed by all annotators",
    "no_variation": "everything is of one category, so that chance alone explains all agreement",
    "no_coincidence": "nowhere did two annotators mark the same characters, or all that they both marked has one label",
    "no_value": "there are no two values to compare",
    "no_pair": "it is undefined for every two annotators",
}
Scarcity = Literal["one_shared", "one_common", "one_bearing", "one_by_pair", "few_draws"]
SCARCITIES: Mapping[Scarcity, str] = {
    "one_shared": "only one {unit} was confirmed by two annotators",
    "one_common": "only one {unit} was confirmed by all annotators",
    "one_bearing": "only one {unit} contributes to it",
    "one_by_pair": "no two annotators share two {unit}s that contribute to it",
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
        undefined_resamples: in how many resampled corpora it was undefined; the interval leaves them out.
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
        counted: in how many of these both marked something: the pairs that the means are over.
        apart: annotators who are not among them, as they marked nothing at all, and confirmed an example there that
            another did, too.
    """

    examples: int
    spans: Mapping[str, int]
    readers: tuple[str, ...]
    common: int
    pairs: int
    counted: int
    apart: tuple[str, ...] = ()

    @property
    def nothing_to_compare(self) -> UndefinedReason | None:
        """Why no measure has a value, where there are not two annotators who marked something in a shared example."""
        if not self.examples:
            return UndefinedReason("silent_second", self.apart) if self.apart else UndefinedReason("no_example")
        without = tuple(name for name, spans in self.spans.items() if not spans)
        if len(self.spans) - len(without) >= 2:
            return None
        return UndefinedReason("nothing", tuple(name for name in without if name in self.readers) or without)

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
        return {"readers": list(self.readers), "common": self.common, "pairs": self.pairs, "counted": self.counted}


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

    @property
    def one_sided(self) -> bool:
        """Whether an annotator marked nothing here where another marked something."""
        return bool(self.without_spans) and any(self.spans.values())

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
    counts: CountTable, data: AgreementData, units: Integers, settings: BootstrapSettings, *, name_apart: bool = False
) -> list[MeasureSet]:
    """The measures of some annotators with intervals: over all labels, then of each.

    Args:
        counts: of these annotators.
        data: of all annotators.
        units: the number of each document's resampling unit; shape (documents,).
        settings: how corpora are resampled.
        name_apart: whether to name those who are not among them and marked nothing.
    """
    table = data.spans
    everything = np.zeros(table.documents, np.int64)
    (covered,) = _coverages(counts, table, everything, 1, name_apart=name_apart)
    if len(counts.annotators) < 2:
        return [MeasureSet(coverage, _without_values(data, coverage, view)) for view, coverage in enumerate(covered)]
    shared, common = table.read_by(counts.annotators, 2), table.read_by(counts.annotators)
    sums = _group_sums(counts.rows[shared], np.unique(units[shared], return_inverse=True)[1])
    limits = _limits(counts, sums, settings, common=np.unique(units[common]).size)
    values = counts.values(sums.sum(axis=0, keepdims=True))
    sets = []
    for view, coverage in enumerate(covered):
        of_view = {name: float(rows[0, view]) for name, rows in values.items()}
        sets.append(MeasureSet(coverage, dict(_estimates(data, coverage, view, of_view, limits))))
    return sets


def measure_sets_by_group(
    counts: CountTable, data: AgreementData, groups: Integers, settings: BootstrapSettings
) -> list[MeasureSet]:
    """The measures of some annotators within each group of documents, over all labels, with intervals by example.

    Args:
        counts: of these annotators.
        data: of all annotators.
        groups: the number of each document's group, from 0 without gaps; shape (documents,).
        settings: how corpora are resampled; the unit does not count.
    """
    settings = replace(settings, unit="example")
    number = int(groups.max(initial=-1)) + 1
    table, counts = data.spans, counts.overall()
    covered = [row[0] for row in _coverages(counts, table, groups, number, name_apart=True)]
    if len(counts.annotators) < 2:
        return [MeasureSet(coverage, _without_values(data, coverage, 0)) for coverage in covered]
    shared, common = table.read_by(counts.annotators, 2), table.read_by(counts.annotators)
    values = counts.values(_group_sums(counts.rows, groups, number))
    sets = []
    for group, coverage in enumerate(covered):
        here = groups == group
        limits = _limits(counts, counts.rows[shared & here], settings, common=int((common & here).sum()))
        of_group = {name: float(rows[group, 0]) for name, rows in values.items()}
        sets.append(MeasureSet(coverage, dict(_estimates(data, coverage, 0, of_group, limits))))
    return sets


def _estimates(
    data: AgreementData,
    coverage: Coverage,
    view: int,
    values: Mapping[str, float],
    limits: Mapping[str, list[Limits]],
) -> Iterator[tuple[str, Estimate]]:
    """The measures that there are over all labels (view 0) or of a label, with intervals.

    Args:
        data: of all annotators.
        coverage: what they are computed from.
        view: 0 for all labels, 1 for the first, and so on.
        values: of all measures, NaN where undefined.
        limits: the interval of each measure, or why there is none, by view.
    """
    for name, value in values.items():
        if not _exists(MEASURES[name].labels, data.quantities, view):
            continue
        if np.isnan(value):
            yield name, Estimate(None, undefined=coverage.why_undefined(MEASURES[name]))
            continue
        limit = limits[name][view]
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


def _limits(counts: CountTable, sums: Numbers, settings: BootstrapSettings, *, common: int) -> dict[str, list[Limits]]:
    """The intervals of all measures over all labels, then of each, or why there are none.

    Args:
        counts: of some annotators.
        sums: the rows of the counts, summed over each unit; shape (units, columns).
        settings: how corpora are resampled.
        common: how many units have a document that all of them read.
    """
    formulas = [measure for measure in MEASURES.values() if measure.formula]
    if len(sums) < 2:
        nowhere: Limits = NoInterval("one_shared", settings.unit)
        return {measure.id: [nowhere] * counts.views for measure in formulas}
    defined = counts.defined(sums.sum(axis=0, keepdims=True))
    values = resampled(sums, settings, lambda block: np.stack([*counts.values(block, defined).values()], axis=1))
    units = counts.denominator_units(sums, defined)
    with_spans = (counts.marked(sums) > 0).any(axis=1).sum(axis=0)

    def scarcity(measure: Measure, view: int) -> Scarcity | None:
        """What there is too little of, where fewer than two units add to the denominator."""
        if units[measure.id][view] >= 2:
            return None
        if measure.scope == "common" and common < 2:
            return "one_common"
        several = measure.scope == "pairs" and counts.pairs > 1
        return "one_by_pair" if several and with_spans[view] >= 2 else "one_bearing"

    limits: dict[str, list[Limits]] = {}
    for number, measure in enumerate(formulas):
        rows = np.ascontiguousarray(values[:, number].T)
        limits[measure.id] = [_limit(row, scarcity(measure, view), settings) for view, row in enumerate(rows)]
    return limits


def _limit(values: Numbers, scarcity: Scarcity | None, settings: BootstrapSettings) -> Limits:
    """The interval of the values of the resamples, shape (resamples,), or why there is none."""
    if scarcity:
        return NoInterval(scarcity, settings.unit)
    limits = interval(values, settings.edges)
    defined = values.size - limits.undefined
    if defined < fewest_resamples(settings.resamples):
        return NoInterval("few_draws", settings.unit, defined, values.size)
    return limits


def fewest_resamples(resamples: int) -> float:
    """In how many resamples a measure must be defined for an interval; where few are drawn, in half of them."""
    return max(LEAST_SHARE * resamples, min(FEWEST_RESAMPLES, resamples / 2))


def _coverages(
    counts: CountTable, table: AnnotationTable, groups: Integers, number: int, *, name_apart: bool
) -> list[list[Coverage]]:
    """What the measures of some annotators are computed from in each group of documents, by view.

    Args:
        counts: of these annotators.
        table: of all annotators.
        groups: the number of each document's group; shape (documents,).
        number: how many groups there are.
        name_apart: whether to name those who are not among them and marked nothing.
    """
    chosen = list(counts.annotators)
    names = [table.annotators[annotator] for annotator in chosen]
    read, shared = table.read[chosen], table.read_by(chosen, 2)
    readers = _in_any_document(read & shared, groups, number)
    examples = np.bincount(groups, shared, number)
    common = np.bincount(groups, read.all(axis=0), number) if chosen else np.zeros(number)
    spans = _group_sums(counts.marked(counts.rows), groups, number).astype(int)
    pairs = np.zeros(number, np.int64)
    counted = np.zeros((number, counts.views), np.int64)
    for pair, annotators in enumerate(combinations(chosen, 2)):
        pairs += _in_any_document(table.read_by(annotators)[None], groups, number)[0]
        marked = counts.counts(counts.rows, (pair, MARKED))[MARKED]
        counted += (_group_sums(marked, groups, number) > 0).all(axis=1)
    apart = _unmarked_readers(table, chosen, groups, number) if name_apart else [()] * number
    return [
        [
            Coverage(
                examples=int(examples[group]),
                spans=dict(zip(names, spans[group, :, view].tolist(), strict=True)),
                readers=tuple(name for name, reads in zip(names, readers[:, group], strict=True) if reads),
                common=int(common[group]),
                pairs=int(pairs[group]),
                counted=int(counted[group, view]),
                apart=apart[group],
            )
            for view in range(counts.views)
        ]
        for group in range(number)
    ]


def _unmarked_readers(
    table: AnnotationTable, compared: list[int], groups: Integers, number: int
) -> list[tuple[str, ...]]:
    """Those who are not compared, read in each group what another read, too, and never marked anything shared."""
    shared = table.read.sum(axis=0) >= 2
    reads = _in_any_document(table.read & shared, groups, number)
    marking = {*compared, *table.annotator[shared[table.document]].tolist()}
    others = [annotator for annotator in range(len(table.annotators)) if annotator not in marking]
    return [tuple(table.annotators[one] for one in others if reads[one, group]) for group in range(number)]


def _in_any_document(flags: Flags, groups: Integers, number: int) -> Flags:
    """Whether a flag is set in any document of each group; shape (rows, groups) from (rows, documents)."""
    anywhere = np.zeros((len(flags), number), np.bool_)
    for row, of_row in zip(anywhere, flags, strict=True):
        row[groups[of_row]] = True
    return anywhere


def _group_sums(rows: Numbers, groups: Integers, number: int | None = None) -> Numbers:
    """The rows of each group summed; shape (groups, ...) from (rows, ...)."""
    from scipy.sparse import csr_array

    count = int(groups.max(initial=-1)) + 1 if number is None else number
    gather = csr_array((np.ones(groups.size), (groups, np.arange(groups.size))), shape=(count, groups.size))
    sums = np.asarray(gather @ rows.reshape(len(rows), prod(rows.shape[1:])))
    return sums.reshape(count, *rows.shape[1:])

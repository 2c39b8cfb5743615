"""Measures with their intervals: corpora drawn from the corpus, with replacement, unit by unit.

Percentile intervals of the nonparametric bootstrap (Efron and Tibshirani 1993, chapter 13), by article or by example.
The measures are functions of sums, so a drawn corpus is a row of a matrix product, and the measures of a thousand
corpora are taken at once. The units drawn for two annotators are those that they share: with each pair the draws start
anew from the seed, so that a further annotator changes nothing about the others.

Of more than two annotators, some measures are means over pairs, and those are over the same pairs in every resample:
the ones that are defined in the corpus. A pair that shares one article drops out of each resample that lacks it; a mean
over what is left would be that of other pairs, better ones or worse, and the interval would lie around another quantity
than the estimate. So a resample that lacks a pair does not count; what counts is drawn from the corpora in which the
mean means what it says. How many do not count is kept with each value.

The value of a measure: a number with its interval, or the reason why there is none.

On whom the numbers of a cell rest: who read there, on how many pairs the means rest, and what all have read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from goldspan.agreement.measures import MEASURES, bearing_units
from goldspan.bootstrap import interval, resampled_sums
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.measures import AgreementData, AnnotatorGroup
    from goldspan.agreement.span_units import AnnotationTable, Integers
    from goldspan.bootstrap import BootstrapSettings, Interval, Unit

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Limits: TypeAlias = "Interval | NoInterval"

Reason = Literal[
    "no_example", "silent_second", "nothing", "no_common", "no_variation", "no_coincidence", "no_value", "no_pair"
]  # fmt: skip
SENTENCES: Mapping[Reason, str] = {
    "no_example": "no example was confirmed by two annotators",
    "silent_second": "but for {who}, who marked nothing, no example was confirmed by two annotators",
    "nothing": "{who} marked nothing here",
    "no_common": "no example was confirmed by all annotators",
    "no_variation": "everything is of one kind, so that chance alone explains all agreement",
    "no_coincidence": "nowhere did two annotators mark the same characters, or all that they both marked has one label",
    "no_value": "there are no two values to compare",
    "no_pair": "it is undefined for every two annotators",
}
Scarcity = Literal["one_shared", "one_common", "one_bearing", "one_by_pair", "few_draws"]
SCARCITIES: Mapping[Scarcity, str] = {
    "one_shared": "only one {unit} was confirmed by two annotators",
    "one_common": "only one {unit} was confirmed by all annotators",
    "one_bearing": "only one {unit} has any of it",
    "one_by_pair": "no two annotators share two {unit}s that have any of it",
    "few_draws": "it was defined in only {defined:,} of {resamples:,} draws",
}


@dataclass(frozen=True, slots=True)
class UndefinedReason:
    """Why a measure has no value.

    Args:
        reason: what is lacking.
        who: the annotators who marked nothing, where that is the reason.
    """

    reason: Reason
    who: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in words, without a full stop."""
        return SENTENCES[self.reason].format(who=enumerate_names(self.who))


@dataclass(frozen=True, slots=True)
class NoInterval:
    """Why a measure that has a value has no interval.

    Args:
        reason: what there is too little of.
        unit: what is drawn anew.
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
    """A measure, taken.

    Args:
        estimate: its value, at most 1; None where it is undefined.
        low: the lower limit of its interval; None where there is none.
        high: the upper limit.
        undefined: why it has no value; None where it has one.
        undefined_resamples: in how many resampled corpora it was undefined; the interval leaves them out.
        unbounded: why it has a value but no interval; None where it has both or neither.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    undefined: UndefinedReason | None = None
    undefined_resamples: int = 0
    unbounded: NoInterval | None = None

    def json(self) -> dict[str, Any]:
        """All of it by name; a missing value is null, with its reason."""
        why = self.undefined and {**asdict(self.undefined), "sentence": self.undefined.sentence}
        short = self.unbounded and {"reason": self.unbounded.reason, "sentence": self.unbounded.sentence}
        return asdict(self) | {"undefined": why, "unbounded": short}


@dataclass(frozen=True, slots=True)
class Coverage:
    """On whom and what a cell rests.

    Args:
        readers: the annotators who confirmed an example there that another did, too.
        common: how many examples all of them confirmed: the ground of Fleiss' kappa and of gamma.
        pairs: how many pairs of them share an example there.
        counted: in how many of these both marked something: the pairs that the means are over.
    """

    readers: tuple[str, ...]
    common: int
    pairs: int
    counted: int


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """All measures of some annotators on some part of the annotations.

    Args:
        examples: how many examples there at least two of them confirmed.
        spans: how many spans each annotator has in these, by name.
        values: by the id of the measure, see `goldspan.agreement.measures`.
        basis: on whom and what it rests; None until that was looked at.
    """

    examples: int
    spans: Mapping[str, int]
    values: Mapping[str, Estimate]
    basis: Coverage | None = None

    def __getitem__(self, measure: str) -> Estimate:
        return self.values[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def nothing(self) -> tuple[str, ...]:
        """The annotators who read something here and marked nothing in it."""
        readers = self.spans if self.basis is None else self.basis.readers
        return tuple(name for name, spans in self.spans.items() if not spans and name in readers)

    @property
    def one_sided(self) -> bool:
        """Whether somebody marked nothing here where another marked something."""
        return bool(self.nothing) and any(self.spans.values())

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "examples": self.examples,
            "spans": dict(self.spans),
            "nothing": list(self.nothing),
            "basis": self.basis and {**asdict(self.basis), "readers": list(self.basis.readers)},
            "measures": {name: value.json() for name, value in self.values.items()},
        }


def coverages(columns: AnnotationTable, who: Sequence[int], groups: Integers) -> list[list[Coverage]]:
    """The bases of some annotators, in each group of items: over all labels, then of each label.

    Args:
        columns: of all annotators.
        who: the numbers of those who count.
        groups: the number of each item's group, from 0 without gaps; shape (items,).
    """
    many = max(1, int(groups.max(initial=-1)) + 1)
    read = columns.read[list(who)]
    there = _anywhere(read & (read.sum(axis=0) >= 2), groups, many)
    common = np.bincount(groups, read.all(axis=0), many) if len(who) else np.zeros(many)
    shared = np.zeros(many, np.int64)
    counted = np.zeros((many, 1 + len(columns.labels)), np.int64)
    for pair in combinations(who, 2):
        both = columns.read[pair[0]] & columns.read[pair[1]]
        shared += _anywhere(both[None], groups, many)[0]
        counted += np.logical_and(*(_having(columns, one, both, groups, many) for one in pair))
    names = [columns.annotators[one] for one in who]
    return [
        [
            Coverage(
                tuple(name for name, reads in zip(names, there[:, group], strict=True) if reads),
                int(common[group]), int(shared[group]), int(counted[group, view]),
            )
            for view in range(counted.shape[1])
        ]
        for group in range(many)
    ]  # fmt: skip


def resting_coverage(cell: MeasureSet, basis: Coverage, silent: Sequence[str] = ()) -> MeasureSet:
    """The cell with its basis, and with reasons that blame nobody for what he has not read.

    Args:
        cell: as the measures have it.
        basis: of the cell.
        silent: those who are not compared and read, beside others, what is measured here: where no two of the compared
            read an example, they were the second.
    """
    values = {name: replace(value, undefined=_reason(value, basis, silent)) for name, value in cell.values.items()}
    return replace(cell, values=values, basis=basis)


def _reason(value: Estimate, basis: Coverage, silent: Sequence[str]) -> UndefinedReason | None:
    why = value.undefined
    if why and why.reason == "no_example" and silent:
        return UndefinedReason("silent_second", tuple(silent))
    if why and why.reason == "nothing":
        return UndefinedReason("nothing", tuple(name for name in why.who if name in basis.readers) or why.who)
    return why


def never_marking(columns: AnnotationTable, who: Sequence[int], groups: Integers) -> list[tuple[str, ...]]:
    """Who of those that do not count read an example beside others, in each group of items, and never marked any."""
    many = max(1, int(groups.max(initial=-1)) + 1)
    beside = columns.read.sum(axis=0) >= 2
    there = _anywhere(columns.read & beside, groups, many)
    marking = {*who, *columns.annotator[beside[columns.item]].tolist()}
    others = [one for one in range(len(columns.annotators)) if one not in marking]
    return [tuple(columns.annotators[one] for one in others if there[one, group]) for group in range(many)]


def _anywhere(flags: NDArray[np.bool_], groups: Integers, many: int) -> NDArray[np.bool_]:
    """Whether a flag is up anywhere in each group; shape (rows, groups) from (rows, items)."""
    found = np.zeros((len(flags), many), np.bool_)
    for row, mine in zip(found, flags, strict=True):
        row[groups[mine]] = True
    return found


def _having(
    columns: AnnotationTable, one: int, items: NDArray[np.bool_], groups: Integers, many: int
) -> NDArray[np.bool_]:
    """Whether an annotator has a span in some items of each group, by view; shape (groups, 1 + labels)."""
    found = np.zeros((many, 1 + len(columns.labels)))
    np.add.at(found, groups, columns.by_label(columns.marked(one, items)))
    return found > 0


FEWEST = 100  # resamples that an interval needs: fewer leave next to nothing beyond its limits
LEAST = 0.1  # the share of the resamples that it needs: what one in ten corpora alone shows is no picture of chance
QUANTITIES = ("value_agreement", "value_f1")
OVERALL_ONLY = ("u_alpha_binary",)  # for one label it is u_alpha
LACKS: dict[str, Reason] = {
    "cu_alpha": "no_coincidence",
    "value_agreement": "no_value",
    "value_f1": "no_value",
}


def measure_sets(
    panel: AnnotatorGroup, ground: AgreementData, units: Integers, settings: BootstrapSettings
) -> list[MeasureSet]:
    """The measures of some annotators with intervals: over all labels, then of each.

    Args:
        panel: their counts.
        ground: of all annotators.
        units: the number of each item's unit; shape (items,).
        settings: how corpora are drawn.
    """
    if len(panel.who) < 2:
        return [_alone(panel, ground, view) for view in range(1 + len(ground.columns.labels))]
    read = ground.columns.read[list(panel.who)]
    counting = read.sum(axis=0) >= 2
    sums = _summed(panel.table.rows[counting], units[counting])
    limits = _limits(panel, sums, settings)
    taken = _Taken(panel, ground, sums.sum(axis=0, keepdims=True))
    examples, common = int(counting.sum()), bool(read.all(axis=0).any())
    return [
        taken.cell(0, view, examples, {name: rows[view] for name, rows in limits.items()}, common=common)
        for view in range(1 + len(ground.columns.labels))
    ]


def measure_sets_by_group(
    panel: AnnotatorGroup, ground: AgreementData, groups: Integers, settings: BootstrapSettings
) -> list[MeasureSet]:
    """The measures of some annotators within each group of items, over all labels, with intervals by item.

    Args:
        panel: their counts.
        ground: of all annotators.
        groups: the number of each item's group, from 0 without gaps; shape (items,).
        settings: how corpora are drawn, the unit apart.
    """
    settings = replace(settings, unit="example")
    many = int(groups.max(initial=-1)) + 1
    if len(panel.who) < 2:
        return [_alone(panel, ground, 0)] * many
    read = ground.columns.read[list(panel.who)]
    counting = read.sum(axis=0) >= 2
    examples = np.bincount(groups, counting, many).astype(int).tolist()
    common = (np.bincount(groups, read.all(axis=0), many) > 0).tolist()
    panel = panel.overall()
    taken = _Taken(panel, ground, _summed(panel.table.rows, groups))
    found = []
    for group in range(many):
        mine = panel.table.rows[counting & (groups == group)]
        limits = {name: rows[0] for name, rows in _limits(panel, mine, settings).items()}
        found.append(taken.cell(group, 0, examples[group], limits, common=common[group]))
    return found


class _Taken:
    """The measures of several groups of items, taken at once.

    Args:
        panel: the counts of some annotators.
        ground: of all annotators.
        sums: the rows of the panel's table, summed over each group; shape (groups, columns).
    """

    def __init__(self, panel: AnnotatorGroup, ground: AgreementData, sums: Numbers) -> None:
        self._ground = ground
        self._names = [ground.columns.annotators[one] for one in panel.who]
        self._estimates = panel.measures(sums)
        self._having = panel.table.family(sums, "spans")["having"].astype(int)

    def cell(self, group: int, view: int, examples: int, limits: Mapping[str, Limits], *, common: bool) -> MeasureSet:
        """The measures of one group, over all labels (view 0) or of one, with their intervals.

        Args:
            group: its number.
            view: 0 for all labels, 1 for the first, and so on.
            examples: how many items of it two have read.
            limits: the interval of each measure, or why there is none.
            common: whether all have read some item of it.
        """
        spans = dict(zip(self._names, self._having[group, :, view].tolist(), strict=True))
        lacking = _Lacking(examples, spans, common)
        values = {
            name: _value(lacking, name, float(rows[group, view]), limits[name])
            for name, rows in self._estimates.items()
            if _applies(self._ground, name, view)
        }
        return MeasureSet(examples, spans, values)


def _alone(panel: AnnotatorGroup, ground: AgreementData, view: int) -> MeasureSet:
    """What is to be said of one annotator or none."""
    nobody = UndefinedReason("no_example")
    values = {name: Estimate(None, undefined=nobody) for name in MEASURES if _applies(ground, name, view)}
    return MeasureSet(0, {ground.columns.annotators[one]: 0 for one in panel.who}, values)


def _applies(ground: AgreementData, name: str, view: int) -> bool:
    """Whether a measure is one for all labels, view 0, or for one label."""
    if name in QUANTITIES:
        return bool(ground.quantities.any() if view == 0 else ground.quantities[view - 1])
    return view == 0 or name not in OVERALL_ONLY


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What tells why a measure is undefined."""

    examples: int
    spans: dict[str, int]
    common: bool

    def why(self, name: str) -> UndefinedReason:
        """Why a measure is undefined here."""
        if not self.examples:
            return UndefinedReason("no_example")
        nothing = tuple(who for who, spans in self.spans.items() if not spans)
        if len(self.spans) - len(nothing) < 2:
            return UndefinedReason("nothing", nothing)
        if name in LACKS:
            return UndefinedReason(LACKS[name])
        if name.endswith("_fleiss") and not self.common:
            return UndefinedReason("no_common")
        pairwise = name.endswith(("_f1", "_kappa")) and len(self.spans) > 2
        return UndefinedReason("no_pair" if pairwise else "no_variation")


def _value(lacking: _Lacking, name: str, estimate: float, limits: Limits) -> Estimate:
    if np.isnan(estimate):
        return Estimate(None, undefined=lacking.why(name))
    if isinstance(limits, NoInterval):
        return Estimate(estimate, undefined_resamples=limits.resamples - limits.defined, unbounded=limits)
    return Estimate(estimate, limits.low, limits.high, undefined_resamples=limits.undefined)


def _limits(panel: AnnotatorGroup, sums: Numbers, settings: BootstrapSettings) -> dict[str, list[Limits]]:
    """The intervals of all measures over all labels, then of each, or why there are none.

    Args:
        panel: the counts of some annotators.
        sums: the rows of the panel's table, summed over each unit; shape (units, columns).
        settings: how corpora are drawn.
    """
    if len(sums) < 2:
        nowhere: Limits = NoInterval("one_shared", settings.unit)
        return dict.fromkeys(MEASURES, [nowhere] * (1 + panel.quantities.size))
    rng, each = np.random.default_rng(settings.seed), np.ones(len(sums), np.int64)
    pairs = panel.defined(sums.sum(axis=0, keepdims=True))
    parts = [panel.measures(block, pairs) for block in resampled_sums(each, sums, settings.resamples, rng)]
    short = _shortages(panel, sums, pairs)
    found: dict[str, list[Limits]] = {}
    for name in parts[0]:
        values = np.concatenate([part[name] for part in parts]).T
        found[name] = [_limit(row, why, settings) for row, why in zip(values, short[name], strict=True)]
    return found


def _shortages(panel: AnnotatorGroup, sums: Numbers, pairs: Mapping[str, Flags]) -> dict[str, list[Scarcity | None]]:
    """What each measure has too little of that rests on fewer than two units, over all labels, then of each.

    Args:
        panel: the counts of some annotators.
        sums: the rows of the panel's table, summed over each unit; shape (units, columns).
        pairs: the pairs that means are over; see `Panel.defined`.
    """
    units = bearing_units(panel, sums, pairs)
    common = int((panel.table.family(sums, "token_fleiss")["judged"] > 0).sum())

    def why(name: str, view: int) -> Scarcity | None:
        if units[name][view] >= 2:
            return None
        if name.endswith("_fleiss") and common < 2:
            return "one_common"
        return "one_by_pair" if name in pairs and units["token_alpha"][view] >= 2 else "one_bearing"

    return {name: [why(name, view) for view in range(rows.size)] for name, rows in units.items()}


def _limit(values: Numbers, short: Scarcity | None, settings: BootstrapSettings) -> Limits:
    """The interval of what came out of the resamples, shape (resamples,), or why there is none."""
    if short:
        return NoInterval(short, settings.unit)
    limits = interval(values, settings.edges)
    defined = values.size - limits.undefined
    if defined < fewest(settings.resamples):
        return NoInterval("few_draws", settings.unit, defined, values.size)
    return limits


def fewest(resamples: int) -> float:
    """In how many resamples a measure must be defined; where few are drawn, in half of them."""
    return max(LEAST * resamples, min(FEWEST, resamples / 2))


def _summed(rows: Numbers, units: Integers) -> Numbers:
    """The rows of each unit summed; shape (units, columns)."""
    from scipy.sparse import csr_array

    number = np.unique(units, return_inverse=True)[1]
    count = int(number.max()) + 1 if number.size else 0
    gather = csr_array((np.ones(number.size), (number, np.arange(number.size))), shape=(count, number.size))
    return np.asarray(gather @ rows)

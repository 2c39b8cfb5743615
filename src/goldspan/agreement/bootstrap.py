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
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.bearing import resting_on
from goldspan.agreement.panel import MEASURES, TWO
from goldspan.agreement.value import Cell, Unbounded, Undefined, Value
from goldspan.resampling import drawn, interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.panel import Ground, Panel
    from goldspan.agreement.value import Reason, Scarcity
    from goldspan.resampling import BootstrapSettings, Interval

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Limits = Interval | Unbounded

FEWEST = 100  # resamples that an interval needs: fewer leave next to nothing beyond its limits
LEAST = 0.1  # the share of the resamples that it needs: what one in ten corpora alone shows is no picture of chance
QUANTITIES = ("value_agreement", "value_f1")
OVERALL_ONLY = ("u_alpha_binary",)  # for one label it is u_alpha
LACKS: dict[str, Reason] = {
    "cu_alpha": "no_coincidence",
    "value_agreement": "no_value",
    "value_f1": "no_value",
}


def cells(panel: Panel, ground: Ground, units: Integers, settings: BootstrapSettings) -> list[Cell]:
    """The measures of some annotators with intervals: over all labels, then of each.

    Args:
        panel: their counts.
        ground: of all annotators.
        units: the number of each item's unit; shape (items,).
        settings: how corpora are drawn.
    """
    if len(panel.who) < TWO:
        return [_alone(panel, ground, view) for view in range(1 + len(ground.columns.labels))]
    read = ground.columns.read[list(panel.who)]
    counting = read.sum(axis=0) >= TWO
    sums = _summed(panel.table.rows[counting], units[counting])
    limits = _limits(panel, sums, settings)
    taken = _Taken(panel, ground, sums.sum(axis=0, keepdims=True))
    examples, common = int(counting.sum()), bool(read.all(axis=0).any())
    return [
        taken.cell(0, view, examples, {name: rows[view] for name, rows in limits.items()}, common=common)
        for view in range(1 + len(ground.columns.labels))
    ]


def by_group(panel: Panel, ground: Ground, groups: Integers, settings: BootstrapSettings) -> list[Cell]:
    """The measures of some annotators within each group of items, over all labels, with intervals by item.

    Args:
        panel: their counts.
        ground: of all annotators.
        groups: the number of each item's group, from 0 without gaps; shape (items,).
        settings: how corpora are drawn, the unit apart.
    """
    settings = replace(settings, unit="example")
    many = int(groups.max(initial=-1)) + 1
    if len(panel.who) < TWO:
        return [_alone(panel, ground, 0)] * many
    read = ground.columns.read[list(panel.who)]
    counting = read.sum(axis=0) >= TWO
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

    def __init__(self, panel: Panel, ground: Ground, sums: Numbers) -> None:
        self._ground = ground
        self._names = [ground.columns.annotators[one] for one in panel.who]
        self._estimates = panel.measures(sums)
        self._having = panel.table.family(sums, "spans")["having"].astype(int)

    def cell(self, group: int, view: int, examples: int, limits: Mapping[str, Limits], *, common: bool) -> Cell:
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
        return Cell(examples, spans, values)


def _alone(panel: Panel, ground: Ground, view: int) -> Cell:
    """What is to be said of one annotator or none."""
    nobody = Undefined("no_example")
    values = {name: Value(None, undefined=nobody) for name in MEASURES if _applies(ground, name, view)}
    return Cell(0, {ground.columns.annotators[one]: 0 for one in panel.who}, values)


def _applies(ground: Ground, name: str, view: int) -> bool:
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

    def why(self, name: str) -> Undefined:
        """Why a measure is undefined here."""
        if not self.examples:
            return Undefined("no_example")
        nothing = tuple(who for who, spans in self.spans.items() if not spans)
        if len(self.spans) - len(nothing) < TWO:
            return Undefined("nothing", nothing)
        if name in LACKS:
            return Undefined(LACKS[name])
        if name.endswith("_fleiss") and not self.common:
            return Undefined("no_common")
        pairwise = name.endswith(("_f1", "_kappa")) and len(self.spans) > TWO
        return Undefined("no_pair" if pairwise else "no_variation")


def _value(lacking: _Lacking, name: str, estimate: float, limits: Limits) -> Value:
    if np.isnan(estimate):
        return Value(None, undefined=lacking.why(name))
    if isinstance(limits, Unbounded):
        return Value(estimate, undefined_resamples=limits.resamples - limits.defined, unbounded=limits)
    return Value(estimate, limits.low, limits.high, undefined_resamples=limits.undefined)


def _limits(panel: Panel, sums: Numbers, settings: BootstrapSettings) -> dict[str, list[Limits]]:
    """The intervals of all measures over all labels, then of each, or why there are none.

    Args:
        panel: the counts of some annotators.
        sums: the rows of the panel's table, summed over each unit; shape (units, columns).
        settings: how corpora are drawn.
    """
    if len(sums) < TWO:
        nowhere: Limits = Unbounded("one_shared", settings.unit)
        return dict.fromkeys(MEASURES, [nowhere] * (1 + panel.quantities.size))
    rng, each = np.random.default_rng(settings.seed), np.ones(len(sums), np.int64)
    pairs = panel.defined(sums.sum(axis=0, keepdims=True))
    parts = [panel.measures(block, pairs) for block in drawn(each, sums, settings.resamples, rng)]
    short = _shortages(panel, sums, pairs)
    found: dict[str, list[Limits]] = {}
    for name in parts[0]:
        values = np.concatenate([part[name] for part in parts]).T
        found[name] = [_limit(row, why, settings) for row, why in zip(values, short[name], strict=True)]
    return found


def _shortages(panel: Panel, sums: Numbers, pairs: Mapping[str, Flags]) -> dict[str, list[Scarcity | None]]:
    """What each measure has too little of that rests on fewer than two units, over all labels, then of each.

    Args:
        panel: the counts of some annotators.
        sums: the rows of the panel's table, summed over each unit; shape (units, columns).
        pairs: the pairs that means are over; see `Panel.defined`.
    """
    units = resting_on(panel, sums, pairs)
    common = int((panel.table.family(sums, "token_fleiss")["judged"] > 0).sum())

    def why(name: str, view: int) -> Scarcity | None:
        if units[name][view] >= TWO:
            return None
        if name.endswith("_fleiss") and common < TWO:
            return "one_common"
        return "one_by_pair" if name in pairs and units["token_alpha"][view] >= TWO else "one_bearing"

    return {name: [why(name, view) for view in range(rows.size)] for name, rows in units.items()}


def _limit(values: Numbers, short: Scarcity | None, settings: BootstrapSettings) -> Limits:
    """The interval of what came out of the resamples, shape (resamples,), or why there is none."""
    if short:
        return Unbounded(short, settings.unit)
    limits = interval(values, settings.edges)
    defined = values.size - limits.undefined
    if defined < fewest(settings.resamples):
        return Unbounded("few_draws", settings.unit, defined, values.size)
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

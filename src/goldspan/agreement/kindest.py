"""Gamma beside the other measures: over all articles, with its interval, and within each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.gamma import continua, disorders, gamma
from goldspan.agreement.panel import TWO
from goldspan.agreement.value import Undefined, Value
from goldspan.resampling import drawn, interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.gamma import Continuum, Disorders
    from goldspan.agreement.panel import Ground
    from goldspan.agreement.value import Cell
    from goldspan.resampling import BootstrapSettings

    Integers = NDArray[np.int64]

NO_GROUND = ("no_example", "nothing")  # why there is no agreement to speak of, by any measure


def with_gamma(
    cells: Sequence[Cell], ground: Ground, who: Sequence[int], articles: Integers, settings: BootstrapSettings
) -> list[Cell]:
    """The cells with gamma: the first over all articles, any others within each of them.

    Args:
        cells: the overall cell of some annotators, then perhaps one for each article.
        ground: of all annotators.
        who: their numbers.
        articles: the number of each item's article; shape (items,).
        settings: how corpora are drawn.

    Raises:
        ValueRefused: where too many units lie too close together.
    """
    why = cells[0]["u_alpha"].undefined
    if len(who) < TWO or (why and why.reason in NO_GROUND):
        values = [Value(None, undefined=cell["u_alpha"].undefined) for cell in cells]
    else:
        read = continua(ground.columns, who, articles)
        found = disorders(read, seed=settings.seed)
        values = [_overall(cells[0], read, found, settings)]
        each = gamma(found.observed, found.expected).tolist()
        values += [_value(cell, one.length, share) for cell, one, share in zip(cells[1:], read, each, strict=False)]
    return [replace(cell, values={**cell.values, "gamma": value}) for cell, value in zip(cells, values, strict=True)]


def _overall(cell: Cell, read: Sequence[Continuum], found: Disorders, settings: BootstrapSettings) -> Value:
    counting = [number for number, one in enumerate(read) if one.length]
    sums = np.stack([found.observed, found.expected], axis=1)[counting]
    total = sums.sum(axis=0)
    value = _value(cell, sum(one.length for one in read), float(gamma(total[0], total[1])))
    if value.estimate is None or len(sums) < TWO:
        return value
    each = np.ones(len(sums), np.int64)
    parts = drawn(each, sums, settings.resamples, np.random.default_rng(settings.seed))
    limits = interval(np.concatenate([gamma(part[:, 0], part[:, 1]) for part in parts]), settings.edges)
    return Value(value.estimate, limits.low, limits.high, undefined_resamples=limits.undefined)


def _value(cell: Cell, length: int, share: float) -> Value:
    """A gamma, or why there is none: as a rule what leaves the unitizing alpha without a value."""
    why = cell["u_alpha"].undefined
    if why is not None and why.reason in NO_GROUND:
        return Value(None, undefined=why)
    if not length:
        return Value(None, undefined=Undefined("no_common"))
    return Value(None, undefined=Undefined("no_variation")) if np.isnan(share) else Value(share)

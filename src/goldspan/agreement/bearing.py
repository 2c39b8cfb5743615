"""What a measure rests on: how many units of the corpus it would not be the same without.

A bootstrap sees how much a measure varies from one unit to the next. Where all of it comes from one unit, every corpus
in which it is defined gives the same value, or nearly so: an interval of no width, which would be read as certainty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.nominal import stacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.panel import Panel

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def resting_on(panel: Panel, sums: Numbers, pairs: Mapping[str, Flags]) -> dict[str, Integers]:
    """How many units add to the denominator of each measure.

    That of an F1 counts spans. To that of a coefficient a unit adds where something is marked in it: a unit without
    any mark says how much space there is beside, not how well a mark is agreed upon.

    Of a mean over pairs it is the number of that pair which has most: where each has but one, each is constant in all
    resamples that count, and so is their mean, however many units they make up together.

    Args:
        panel: the counts of some annotators.
        sums: the rows of the panel's table, summed over each unit; shape (units, columns).
        pairs: the pairs that means are over; see `Panel.defined`.

    Returns:
        By the id of the measure, each of shape (1 + labels,).
    """
    if panel.pairs:
        each = [_of_pair(panel, sums, f"pair{number}.") for number in range(len(panel.pairs))]
        found = {
            name: np.max([np.where(pairs[name][n, 0], row[name].sum(axis=0), 0) for n, row in enumerate(each)], axis=0)
            for name in each[0]
        }
    else:
        found = {name: flags.sum(axis=0) for name, flags in _of_pair(panel, sums, "").items()}
    families = {f"{unit}_{name}": f"{unit}_{name}" for unit in ("token", "character") for name in ("fleiss", "alpha")}
    for name, family in {**families, "u_alpha": "unit", "cu_alpha": "coding"}.items():
        found[name] = stacked(panel.table.family(sums, family), "uses", _marked).sum(axis=0).astype(int)
    found["u_alpha_binary"] = np.broadcast_to(found["u_alpha"][:1], found["u_alpha"].shape)
    return found


def _of_pair(panel: Panel, sums: Numbers, prefix: str) -> dict[str, Flags]:
    """Which units add to the denominators of two annotators' measures; each of shape (units, 1 + labels)."""
    pair, amounts = (panel.table.family(sums, f"{prefix}{name}") for name in ("pair", "amounts"))
    spans = pair["first"] + pair["second"] > 0
    found = {
        "exact_f1": spans,
        "relaxed_f1": spans,
        "value_agreement": amounts["compared"] > 0,
        "value_f1": amounts["first"] + amounts["second"] > 0,
    }
    for unit in ("token", "character"):
        uses = panel.table.family(sums, f"{prefix}{unit}_kappa")
        found[f"{unit}_kappa"] = stacked(uses, "uses", lambda use: _marked(use.sum(axis=-2))) > 0
    return found


def _marked(uses: Numbers) -> Numbers:
    """1 where any category but that of no label is used, or else 0; the categories are the last dimension."""
    return np.asarray((uses[..., 1:] > 0).any(axis=-1), np.float64)

"""Cohen's kappa of two annotators and Fleiss' kappa of several, on tokens or characters.

Cohen (1960): kappa = (p_o - p_e) / (1 - p_e), where p_o is the share of the places with one category, and p_e the
share that would have one by chance, given how often each annotator uses each category. scikit-learn's
`cohen_kappa_score` gives the same and is the oracle of the tests; here kappa comes from counts that add up over
items, so that thousands of resampled corpora cost a matrix product.

Fleiss (1971): p_o is the mean, over the places, of the share of the pairs of annotators who agree there; p_e follows
from how often all together use each category. It needs equally many annotators at each place: the places that count
are those that all of them have read. For two annotators it is Scott's pi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import stacked, uses
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.span_units import Flags, LabelledUnits

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]


def cohen_counts(atoms: LabelledUnits, first: int, second: int, both: Flags) -> dict[str, Numbers]:
    """What the kappa of two annotators is made of, in the items that both read.

    Args:
        atoms: of all annotators.
        first: the number of the one.
        second: the number of the other.
        both: which items count; shape (items,).

    Returns:
        `places`, of shape (items, 1); `agreed`, of shape (items, 1 + labels), the places with one category; and
        `uses.<view>`, of shape (items, 2, categories), how often each annotator uses each category, by view: 0 for
        all labels, then one for each label alone.
    """
    counts = {"places": np.asarray(atoms.gather.sum(axis=1), np.float64)[:, None] * both[:, None]}
    agreed = []
    for view, (marks, categories) in enumerate(atoms.views):
        agreed.append(atoms.gather @ (marks[first] == marks[second]).astype(np.float64) * both)
        sides = [uses(atoms, marks[[who]], categories, both[None, atoms.item]) for who in (first, second)]
        counts[f"uses.{view}"] = np.stack(sides, axis=1)
    return counts | {"agreed": np.stack(agreed, axis=1)}


def cohen(sums: Mapping[str, Numbers]) -> Numbers:
    """Cohen's kappa; NaN where chance alone explains everything, or there is no place.

    Args:
        sums: of `cohen_counts`, over any items.

    Returns:
        Shape (..., 1 + labels).
    """
    places = sums["places"]
    by_chance = stacked(sums, "uses", lambda use: (use[..., 0, :] * use[..., 1, :]).sum(axis=-1))
    return ratio(sums["agreed"] * places - by_chance, places**2 - by_chance)


def fleiss_counts(atoms: LabelledUnits, who: Flags, every: Flags) -> dict[str, Numbers]:
    """What the kappa of several annotators is made of, in the items that all of them read.

    Args:
        atoms: of all annotators.
        who: which of them count; shape (annotators,).
        every: which items all of those read; shape (items,).

    Returns:
        `judged`, of shape (items, 1), the places times the annotators; `agreed`, of shape (items, 1 + labels), the
        share of the pairs who agree, summed over the places and times the annotators; and `uses.<view>`, of shape
        (items, categories).
    """
    there, many = every[atoms.item], int(who.sum())
    judged = np.asarray(atoms.gather.sum(axis=1), np.float64)[:, None] * every[:, None] * many
    counts, agreed = {"judged": judged}, []
    for view, (marks, categories) in enumerate(atoms.views):
        chosen = marks[who]
        pairs = np.sum([(chosen == other).sum(axis=0) - 1 for other in chosen], axis=0)
        agreed.append(atoms.gather @ (pairs * there / max(1, many - 1)))
        counts[f"uses.{view}"] = uses(atoms, chosen, categories, np.broadcast_to(there, chosen.shape))
    return counts | {"agreed": np.stack(agreed, axis=1)}


def fleiss(sums: Mapping[str, Numbers]) -> Numbers:
    """Fleiss' kappa; NaN where chance alone explains everything, or there is no place.

    Args:
        sums: of `fleiss_counts`, over any items.

    Returns:
        Shape (..., 1 + labels).
    """
    judged = sums["judged"]
    by_chance = stacked(sums, "uses", lambda use: (use**2).sum(axis=-1))
    return ratio(sums["agreed"] * judged - by_chance, judged**2 - by_chance)

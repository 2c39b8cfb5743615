"""Cohen's kappa of two annotators and Fleiss' kappa of several, on tokens or characters.

Cohen (1960): kappa = (p_o - p_e) / (1 - p_e), where p_o is the share of the places with one category, and p_e the
share that would have one by chance, given how often each annotator uses each category. scikit-learn's
`cohen_kappa_score` gives the same and is the oracle of the tests; here kappa comes from counts that add up over
documents, so that thousands of resampled corpora cost a matrix product.

Fleiss (1971): p_o is the mean, over the places, of the share of the pairs of annotators who agree there; p_e follows
from how often all together use each category. It needs equally many annotators at each place: the places that count
are those that all of them have read. For two annotators it is Scott's pi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import category_uses, is_labelled, stack_views
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, Flags, Numbers, UnitKind


def cohen_counts(data: AgreementData, pair: Sequence[int], unit: UnitKind) -> dict[str, Numbers]:
    """What the kappa of two annotators is computed from, in the documents that both read.

    Args:
        data: of all annotators.
        pair: the numbers of the two.
        unit: tokens or characters.

    Returns:
        `places`, of shape (documents, 1); `agreed`, of shape (documents, 1 + labels), the places with one category;
        and `uses.<view>`, of shape (documents, 2, categories), how often each annotator uses each category, by view:
        0 for all labels, then one for each label alone.
    """
    units, both = data.units[unit], data.spans.read_by(pair)
    counted = both[None, units.document]
    first, second = pair
    counts = {"places": units.sizes[:, None] * both[:, None]}
    agreed = []
    for view, (category, categories) in enumerate(units.views):
        agreed.append(units.gather @ (category[first] == category[second]).astype(np.float64) * both)
        sides = [category_uses(units, category[[annotator]], categories, counted) for annotator in pair]
        counts[f"uses.{view}"] = np.stack(sides, axis=1)
    return counts | {"agreed": np.stack(agreed, axis=1)}


def cohen(sums: Mapping[str, Numbers]) -> Numbers:
    """Cohen's kappa; NaN where chance alone explains everything, or there is no place.

    Args:
        sums: of `cohen_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    places = sums["places"]
    by_chance = stack_views(sums, lambda uses: (uses[..., 0, :] * uses[..., 1, :]).sum(axis=-1))
    return ratio(sums["agreed"] * places - by_chance, places**2 - by_chance)


def has_labels_of_pair(sums: Mapping[str, Numbers]) -> Flags:
    """Where either annotator has given a label; shape (..., 1 + labels)."""
    return stack_views(sums, lambda uses: is_labelled(uses.sum(axis=-2)))


def fleiss_counts(data: AgreementData, annotators: Sequence[int], unit: UnitKind) -> dict[str, Numbers]:
    """What the kappa of several annotators is computed from, in the documents that all of them read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.
        unit: tokens or characters.

    Returns:
        `judged`, of shape (documents, 1), the places times the annotators; `agreed`, of shape (documents, 1 + labels),
        the share of the pairs who agree, summed over the places and times the annotators; and `uses.<view>`, of shape
        (documents, categories).
    """
    units, by_all, size = data.units[unit], data.spans.read_by(annotators), len(annotators)
    counted = by_all[units.document]
    counts = {"judged": units.sizes[:, None] * by_all[:, None] * size}
    agreed = []
    for view, (category, categories) in enumerate(units.views):
        chosen = category[list(annotators)]
        agreeing = np.sum([(chosen == row).sum(axis=0) - 1 for row in chosen], axis=0)
        agreed.append(units.gather @ (agreeing * counted / max(1, size - 1)))
        counts[f"uses.{view}"] = category_uses(units, chosen, categories, np.broadcast_to(counted, chosen.shape))
    return counts | {"agreed": np.stack(agreed, axis=1)}


def fleiss(sums: Mapping[str, Numbers]) -> Numbers:
    """Fleiss' kappa; NaN where chance alone explains everything, or there is no place.

    Args:
        sums: of `fleiss_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    judged = sums["judged"]
    by_chance = stack_views(sums, lambda uses: (uses**2).sum(axis=-1))
    return ratio(sums["agreed"] * judged - by_chance, judged**2 - by_chance)

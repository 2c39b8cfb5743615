"""Krippendorff's alpha for nominal data, on tokens or characters, of any number of annotators and with gaps.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability": alpha = 1 - D_o / D_e. A place that m annotators
have read has m (m - 1) ordered pairs of judgements, each of weight 1 / (m - 1); D_o is the weight of those that
disagree. D_e is what would disagree if the judgements were dealt out to the places by chance. A place that only one
annotator has read has no pair and does not count.

The counts of how often categories are used, which kappa and the unitizing alphas share, are here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.span_units import AgreementData, Flags, Integers, LabelledUnits, Numbers, UnitKind

Scalar = TypeVar("Scalar", bound=np.generic)


def category_uses(units: LabelledUnits, category: Integers, categories: int, counted: Flags | Numbers) -> Numbers:
    """How often some annotators use each category in each document, by weight.

    Args:
        units: n of them.
        category: of each, by annotator; shape (annotators, n).
        categories: how many there are.
        counted: which judgements count, or how much; shape (annotators, n).

    Returns:
        Shape (documents, categories).
    """
    documents = units.gather.shape[0]
    uses = np.zeros(documents * categories)
    for row, weight in zip(category, counted, strict=True):
        uses += np.bincount(units.document * categories + row, units.weight * weight, minlength=uses.size)
    return uses.reshape(documents, categories)


def stack_views(sums: Mapping[str, Numbers], function: Callable[[Numbers], NDArray[Scalar]]) -> NDArray[Scalar]:
    """A function of the uses of categories in each view, `uses.0`, `uses.1` and so on; shape (..., views)."""
    views = sum(name.startswith("uses.") for name in sums)
    return np.stack([function(sums[f"uses.{view}"]) for view in range(views)], axis=-1)


def is_labelled(uses: Numbers) -> NDArray[np.bool_]:
    """Whether any category but 0, that of no label, is used; the categories are the last dimension."""
    return np.asarray((uses[..., 1:] > 0).any(axis=-1))


def has_labels(sums: Mapping[str, Numbers]) -> Flags:
    """Where any annotator has given a label; shape (..., 1 + labels)."""
    return stack_views(sums, is_labelled)


def uses_and_pairs(sums: Mapping[str, Numbers]) -> tuple[Numbers, Numbers]:
    """How often categories are used, l, and how many ordered pairs of uses are of two categories, l² - Σ l(c)².

    Args:
        sums: with `uses.<view>`, over any documents.

    Returns:
        l, of shape (..., 1), for it is the same in each view; and the pairs, of shape (..., views).
    """
    total = sums["uses.0"].sum(axis=-1, keepdims=True)
    return total, total**2 - stack_views(sums, lambda uses: (uses**2).sum(axis=-1))


def alpha_counts(data: AgreementData, annotators: Sequence[int], unit: UnitKind) -> dict[str, Numbers]:
    """What alpha is computed from, in the documents that at least two annotators read.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.
        unit: tokens or characters.

    Returns:
        `differing`, of shape (documents, 1 + labels), the weight of the pairs that disagree; and `uses.<view>`, of
        shape (documents, categories), how often each category is used: view 0 for all labels, then one for each label
        alone.
    """
    units = data.units[unit]
    counted = data.spans.readings(annotators)[:, units.document]
    readers = counted.sum(axis=0)
    counts: dict[str, Numbers] = {}
    differing = []
    for view, (category, categories) in enumerate(units.views):
        differing.append(units.gather @ disagreement(category, counted, readers))
        counts[f"uses.{view}"] = category_uses(units, category, categories, counted)
    return counts | {"differing": np.stack(differing, axis=1)}


def disagreement(category: Integers, counted: Flags, readers: Integers) -> Numbers:
    """The weight of the ordered pairs of annotators who disagree, for each of n units; shape (n,).

    Args:
        category: that each annotator gave it; shape (annotators, n).
        counted: which judgements count; shape (annotators, n).
        readers: how many annotators have read it, at least 2 where anything counts; shape (n,).
    """
    pairs = np.zeros(category.shape[1])
    for annotator in range(1, len(category)):
        differ = (category[annotator] != category[:annotator]) & counted[annotator] & counted[:annotator]
        pairs += 2 * differ.sum(axis=0)
    weights: Numbers = pairs / np.maximum(1, readers - 1)
    return weights


def alpha(sums: Mapping[str, Numbers]) -> Numbers:
    """Krippendorff's alpha; NaN where all judgements are of one category, so that none could differ.

    Args:
        sums: of `alpha_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    judged, could_differ = uses_and_pairs(sums)
    return np.where(could_differ > 0, 1 - ratio(sums["differing"] * (judged - 1), could_differ), np.nan)

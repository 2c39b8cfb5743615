"""Cohen's kappa of two annotators and Fleiss' kappa of several, on tokens or characters.

Cohen (1960): kappa = (p_o - p_e) / (1 - p_e), where p_o is the share of the places with one category, and p_e the
share that would have one by chance, given how often each annotator uses each category. scikit-learn's
`cohen_kappa_score` gives the same and is the oracle of the tests; here kappa comes from counts that add up over
documents, so that thousands of resampled corpora cost a matrix product. Where one of the two never uses a label, chance
explains what they share, and the kappa of the label is 0. It is undefined only where both use one and the same category
everywhere, so that p_e is 1.

Fleiss (1971): p_o is the mean, over the places, of the share of the pairs of annotators who agree there; p_e follows
from how often all together use each category. It needs equally many annotators at each place: the places that count
are those that all of them have read. For two annotators it is Scott's pi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement.alpha import nominal_counts, uses_and_pairs
from goldspan.agreement.span_units import ColumnCounts
from goldspan.agreement.sums import difference, sum_of_products
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, Flags, Numbers, UnitKind


def cohen_counts(data: AgreementData, pair: Sequence[int], unit: UnitKind) -> dict[str, ColumnCounts]:
    """What the kappa of two annotators is computed from, in the documents that both read.

    Args:
        data: of all annotators.
        pair: the numbers of the two.
        unit: tokens or characters.

    Returns:
        By name: `places`, one column; with 1 + labels columns `first` and `second`, the places to which either gave any
        label and each, and `differing`, twice those where the two differ, see `nominal_counts`; and `first_sets` and
        `second_sets`, with a column for each set of labels but the empty one.
    """
    units, readings = data.units(unit), data.spans.readings(pair)
    both, sets = data.spans.read_by(pair), units.label_sets
    document, weight, read = units.document, units.weight, np.flatnonzero(both)
    counts = {"places": ColumnCounts(1).add(read, 0, units.sizes[read])}
    for name, annotator in zip(("first", "second"), pair, strict=True):
        given, together = units.given_by(annotator), units.sets_of(annotator)
        place, label = units.unit[given], units.label[given]
        counted = both[document[place]]
        place, label = place[counted], label[counted]
        marked, number = sets.unit[together], sets.number[together]
        counted = both[document[marked]]
        marked, number = marked[counted], number[counted]
        counts[name] = ColumnCounts(1 + units.labels).add(document[marked], 0, weight[marked])
        counts[name] = counts[name].add(document[place], 1 + label, weight[place])
        counts[f"{name}_sets"] = ColumnCounts(sets.sets - 1).add(document[marked], number - 1, weight[marked])
    return counts | {"differing": nominal_counts(data, unit, readings)["differing"]}


def cohen(sums: Mapping[str, Numbers]) -> Numbers:
    """Cohen's kappa; NaN where both gave one and the same category to all places, or there is no place.

    Args:
        sums: of `cohen_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    places, first, second = sums["places"], sums["first"], sums["second"]
    by_chance = first * second
    by_chance[..., 0] = sum_of_products(sums["first_sets"], sums["second_sets"])
    by_chance += (places - first) * (places - second)
    return ratio((places - sums["differing"] / 2) * places - by_chance, difference(places**2, by_chance))


def has_labels_of_pair(sums: Mapping[str, Numbers]) -> Flags:
    """Where either annotator has given a label; shape (..., 1 + labels)."""
    return np.asarray(sums["first"] + sums["second"] > 0)


def fleiss_counts(data: AgreementData, annotators: Sequence[int], unit: UnitKind) -> dict[str, ColumnCounts]:
    """What the kappa of several annotators is computed from, in the documents that all read; see `nominal_counts`.

    Args:
        data: of all annotators.
        annotators: the numbers of those who count.
        unit: tokens or characters.
    """
    readings = np.zeros_like(data.spans.read)
    readings[list(annotators)] = data.spans.read_by(annotators)
    return nominal_counts(data, unit, readings)


def fleiss(sums: Mapping[str, Numbers]) -> Numbers:
    """Fleiss' kappa; NaN where all judgements are of one category, or there is no place.

    Args:
        sums: of `fleiss_counts`, over any documents.

    Returns:
        Shape (..., 1 + labels).
    """
    judged, could_differ = uses_and_pairs(sums)
    by_chance = judged**2 - could_differ
    return ratio((judged - sums["differing"]) * judged - by_chance, could_differ)

"""What two annotators, or several, are measured by: their counts over items, and the measures that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement import alpha, amounts, atoms, exact, kappa, relaxed, unitizing
from goldspan.agreement.columns import Columns
from goldspan.agreement.meanings import MEANINGS
from goldspan.agreement.sums import Table
from goldspan.resampling import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.atoms import Atoms
    from goldspan.agreement.columns import Flags, Integers

    Numbers = NDArray[np.float64]

TWO = 2
MEASURES = tuple(name for name in MEANINGS if name != "gamma")  # those that are functions of sums
BINARY = "u_alpha_binary"  # of all labels alone: for one label it is u_alpha


@dataclass(frozen=True, eq=False)
class Ground:
    """Annotations made ready for all measures.

    Args:
        columns: the spans.
        units: tokens and characters, by the prefix of their measures.
        value: of each span that states a quantity; see `amounts.values`.
        quantities: which labels state quantities; shape (labels,).
    """

    columns: Columns
    units: Mapping[str, Atoms]
    value: Integers
    quantities: Flags

    @classmethod
    def of(
        cls, annotations: Annotations, labels: Sequence[str], quantities: Sequence[str], language: str = "en"
    ) -> Ground:
        """The ground of annotations.

        Args:
            annotations: of any number of annotators.
            labels: all that occur, in the order wanted.
            quantities: those whose spans state quantities.
            language: of the texts, for the tokens.
        """
        columns = Columns.of(annotations, labels)
        return cls(
            columns,
            {"token": atoms.tokens(columns, annotations, language), "character": atoms.characters(columns)},
            amounts.values(columns, annotations, quantities),
            np.isin(np.array(columns.labels, np.object_), list(quantities)),
        )


@dataclass(frozen=True, eq=False)
class Panel:
    """The counts of two annotators or of several.

    Args:
        who: their numbers, ascending.
        pairs: every two of them, as a panel of their own; empty where there are but two.
        table: the counts over items.
        quantities: which labels state quantities; shape (labels,).
    """

    who: tuple[int, ...]
    pairs: tuple[Panel, ...]
    table: Table
    quantities: Flags

    @classmethod
    def of(cls, ground: Ground, who: tuple[int, ...], pairs: Mapping[tuple[int, ...], Panel] | None = None) -> Panel:
        """The counts of some annotators.

        Args:
            ground: of all annotators.
            who: their numbers, ascending; with fewer than two there is nothing to count.
            pairs: every two of them, where there are more.
        """
        columns = ground.columns
        if len(who) < TWO:
            return cls(who, (), Table({}, np.zeros((columns.items, 0))), ground.quantities)
        chosen = np.isin(np.arange(len(columns.annotators)), who)
        read = columns.read & chosen[:, None]
        counted = read.sum(axis=0)
        families: dict[str, dict[str, Numbers]] = {"spans": _spans(columns, who, counted >= TWO)}
        for prefix, unit in ground.units.items():
            families[f"{prefix}_fleiss"] = kappa.fleiss_counts(unit, chosen, counted == len(who))
            families[f"{prefix}_alpha"] = alpha.counts(unit, read)
        families["unit"] = unitizing.counts(columns, ground.units["character"], read)
        families["coding"] = unitizing.coding_counts(columns, ground.units["character"], read)
        inside: tuple[Panel, ...] = ()
        if len(who) == TWO:
            families |= _of_two(ground, who[0], who[1], counted == TWO)
        else:
            inside = tuple((pairs or {})[pair] for pair in combinations(who, 2))
            families |= {f"pair{n}.{key}": block for n, pair in enumerate(inside) for key, block in pair.families()}
        return cls(who, inside, Table.of(families), ground.quantities)

    def overall(self) -> Panel:
        """The same without what is counted for one label alone."""
        views = 1 + self.quantities.size
        return replace(self, table=self.table.overall(views)) if len(self.who) >= TWO else self

    def families(self) -> list[tuple[str, dict[str, Numbers]]]:
        """The counts that measures of pairs are made of, by family."""
        names = ("spans", "pair", "amounts", *(f"{unit}_kappa" for unit in ("token", "character")))
        return [(name, self.table.family(self.table.rows, name)) for name in names]

    def defined(self, sums: Numbers) -> dict[str, Flags]:
        """Which pairs the means over pairs are over: those for which a measure is defined.

        Args:
            sums: shape (k, columns).

        Returns:
            By the id of the measure, each of shape (pairs, k, 1 + labels); empty where there are but two annotators.
        """
        return {name: ~np.isnan(values) for name, values in self._of_pairs(sums).items()}

    def measures(self, sums: Numbers, pairs: Mapping[str, Flags] | None = None) -> dict[str, Numbers]:
        """All measures of sums of rows of the table, NaN where undefined.

        Args:
            sums: shape (k, columns).
            pairs: the pairs that means are over, by `defined` of one row of sums. A mean is undefined where one of
                these is. If None, a mean is over whatever pairs are defined in the same sums.

        Returns:
            By the id of the measure, each of shape (k, 1 + labels).
        """
        found = self._pairwise(sums, "") if not self.pairs else self._means(sums, pairs)
        for unit in ("token", "character"):
            found[f"{unit}_fleiss"] = kappa.fleiss(self.table.family(sums, f"{unit}_fleiss"))
            found[f"{unit}_alpha"] = alpha.alpha(self.table.family(sums, f"{unit}_alpha"))
        units = self.table.family(sums, "unit")
        found["u_alpha"] = unitizing.u_alpha(units)
        found[BINARY] = np.broadcast_to(unitizing.u_alpha_binary(units), found["u_alpha"].shape)
        found["cu_alpha"] = unitizing.cu_alpha(self.table.family(sums, "coding"))
        having = self.table.family(sums, "spans")["having"] > 0
        enough = having.sum(axis=1) >= TWO
        return {name: np.where(enough, found[name], np.nan) for name in MEASURES}

    def _pairwise(self, sums: Numbers, prefix: str) -> dict[str, Numbers]:
        family = {name: self.table.family(sums, f"{prefix}{name}") for name in ("spans", "pair", "amounts")}
        both = (family["spans"]["having"] > 0).all(axis=1)
        found = {
            "exact_f1": exact.f1(family["pair"]),
            "relaxed_f1": exact.f1(family["pair"], "overlapping"),
            "value_agreement": amounts.agreement(family["amounts"]),
            "value_f1": amounts.f1(family["amounts"]),
        }
        for unit in ("token", "character"):
            found[f"{unit}_kappa"] = kappa.cohen(self.table.family(sums, f"{prefix}{unit}_kappa"))
        return {name: np.where(both, values, np.nan) for name, values in found.items()}

    def _means(self, sums: Numbers, pairs: Mapping[str, Flags] | None) -> dict[str, Numbers]:
        """The means over the pairs, each of shape (k, 1 + labels)."""
        found = self._of_pairs(sums)
        return {
            name: _mean(values, ~np.isnan(values) if pairs is None else pairs[name]) for name, values in found.items()
        }

    def _of_pairs(self, sums: Numbers) -> dict[str, Numbers]:
        """What measures each pair has, each of shape (pairs, k, 1 + labels)."""
        rows = [self._pairwise(sums, f"pair{number}.") for number in range(len(self.pairs))]
        return {name: np.stack([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def _of_two(ground: Ground, first: int, second: int, both: Flags) -> dict[str, dict[str, Numbers]]:
    columns = ground.columns
    families = {
        "pair": exact.counts(columns, first, second, both) | relaxed.counts(columns, first, second, both),
        "amounts": amounts.counts(columns, ground.value, first, second, both),
    }
    for prefix, unit in ground.units.items():
        families[f"{prefix}_kappa"] = kappa.cohen_counts(unit, first, second, both)
    return families


def _spans(columns: Columns, who: tuple[int, ...], counting: Flags) -> dict[str, Numbers]:
    """How many spans each annotator has where two have read: `having`, of shape (items, annotators, 1 + labels)."""
    having = [columns.by_label(columns.marked(one, counting)) for one in who]
    return {"having": np.stack(having, axis=1)}


def _mean(values: Numbers, counting: Flags) -> Numbers:
    """The mean over the pairs that count, NaN where one of them has no value or none counts.

    Args:
        values: shape (pairs, k, ...).
        counting: shape (pairs, k, ...) or (pairs, 1, ...).
    """
    return ratio(np.where(counting, values, 0).sum(axis=0), counting.sum(axis=0).astype(np.float64))

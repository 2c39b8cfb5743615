"""What a measure rests on: how many units of the corpus it would not be the same without.

A bootstrap sees how much a measure varies from one unit to the next. Where all of it comes from one unit, every corpus
in which it is defined gives the same value, or nearly so: an interval of no width, which would be read as certainty.

What each measure means, in one line, and where it comes from.

Many counts side by side in one table, so that a resampled corpus is one row of a matrix product.

What two annotators, or several, are measured by: their counts over items, and the measures that follow from them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from goldspan.agreement import alpha, f1, kappa, span_units, unitizing
from goldspan.agreement.alpha import stacked
from goldspan.agreement.span_units import AnnotationTable
from goldspan.bootstrap import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.span_units import Flags, Integers, LabelledUnits

if TYPE_CHECKING:
    Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, for a reader who has never met it.

    Args:
        id: its name in the data.
        title: its name for people.
        meaning: what it says, in one line.
        zero: what 0 means.
        one: what 1 means.
        source: where it is defined.
        several: what it is for more than two annotators.
    """

    id: str
    title: str
    meaning: str
    zero: str
    one: str
    source: str
    several: str

    def json(self) -> dict[str, str]:
        """All of it by name."""
        return asdict(self)


MEAN = "the mean over the pairs of annotators for which it is defined"
ALL = "computed from the judgements of all of them at once"
CHANCE = "no more agreement than by chance"
SAME = "everything is the same"

_MEANINGS = (
    Measure(
        "exact_f1",
        "Exact-span F1",
        "the share of the spans that the other has marked too, with the same boundaries and label",
        "no span is the same",
        "every span is the same",
        "Hripcsak & Rothschild, JAMIA 2005",
        MEAN,
    ),
    Measure(
        "relaxed_f1",
        "Relaxed F1",
        "the share of the spans that the other has marked too, overlapping and with the same label, one to one",
        "no span meets one of its label",
        "every span meets one of its label",
        "inexact match of Uzuner et al., JAMIA 2011, one to one",
        MEAN,
    ),
    *(
        meaning
        for unit, title, those in (("token", "Tokens", "tokens"), ("character", "Characters", "characters"))
        for meaning in (
            Measure(
                f"{unit}_kappa",
                f"{title}: Cohen's kappa",
                f"how far two agree on the labels of {those}, unlabelled ones among them, beyond their own habits",
                CHANCE,
                SAME,
                "Cohen, Educational and Psychological Measurement 1960; its mean over pairs: Light 1971",
                MEAN,
            ),
            Measure(
                f"{unit}_fleiss",
                f"{title}: Fleiss' kappa",
                f"how far all agree on the labels of {those} that all have read, beyond the habits of the group",
                CHANCE,
                SAME,
                "Fleiss, Psychological Bulletin 1971; for two annotators Scott's pi",
                f"{ALL}, on what all of them read",
            ),
            Measure(
                f"{unit}_alpha",
                f"{title}: Krippendorff's alpha",
                f"how far judgements on {those} agree, beyond what dealing them out by chance would give",
                CHANCE,
                SAME,
                "Krippendorff, Computing Krippendorff's alpha-reliability, 2011; nominal",
                f"{ALL}, on what at least two of them read",
            ),
        )
    ),
    Measure(
        "u_alpha",
        "Unitizing alpha",
        "how far units agree in place and label, if units of their lengths lay anywhere by chance",
        CHANCE,
        SAME,
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label Krippendorff 1995",
        f"{ALL}, on what at least two of them read",
    ),
    Measure(
        "u_alpha_binary",
        "Unitizing alpha, place alone",
        "how far units agree in place, whatever their labels",
        CHANCE,
        "every character is marked by all or by none",
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016",
        f"{ALL}, on what at least two of them read",
    ),
    Measure(
        "cu_alpha",
        "Unitizing alpha, label alone",
        "how far labels agree where two have marked the same characters",
        CHANCE,
        "what both marked has one label",
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label their (k)u-alpha",
        f"{ALL}, on what at least two of them read",
    ),
    Measure(
        "value_agreement",
        "Values where both marked",
        "of the overlapping spans that state quantities, the share with the same value",
        "no value is the same",
        "every value is the same",
        "this project; the matching maximises pairs, then equal values",
        MEAN,
    ),
    Measure(
        "value_f1",
        "Value F1",
        "the share of the stated values that the other has too, at the same place",
        "no value is the same",
        "every value is the same",
        "F1 of Hripcsak & Rothschild 2005, on values",
        MEAN,
    ),
    Measure(
        "gamma",
        "Gamma",
        "how far units agree in place and label under the alignment that is kindest to them, beyond chance",
        CHANCE,
        SAME,
        "Mathet, Widlöcher & Métivier, Computational Linguistics 2015",
        f"{ALL}, on what all of them read",
    ),
)

MEANINGS: Mapping[str, Measure] = {meaning.id: meaning for meaning in _MEANINGS}
HEADLINE = "exact_f1"
LONG_REPORT_ONLY = frozenset({"character_kappa", "character_fleiss", "character_alpha"})
"""The measures that the page and --json have and the terminal leaves out: they repeat those on tokens."""


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts over items, by family and name.

    Args:
        shapes: the shape of each count, by `<family>/<name>`, in the order of the columns.
        rows: what each item adds to each; shape (items, columns).
    """

    shapes: Mapping[str, tuple[int, ...]]
    rows: Numbers

    @classmethod
    def of(cls, families: Mapping[str, Mapping[str, Numbers]]) -> CountTable:
        """The table of counts, each of shape (items, ...)."""
        named = {f"{family}/{name}": block for family, blocks in families.items() for name, block in blocks.items()}
        return cls({name: block.shape[1:] for name, block in named.items()}, _side_by_side(named))

    def overall(self, views: int) -> CountTable:
        """The same without what is counted for one label alone.

        Args:
            views: how many views the counts have: one for all labels, and one for each.
        """
        kept = {
            f"{family}/{name}": block[..., :1] if block.shape[-1] == views and not name.startswith("uses.") else block
            for family in self._places
            for name, block in self.family(self.rows, family).items()
            if name == "uses.0" or not name.startswith("uses.")
        }
        return CountTable({name: block.shape[1:] for name, block in kept.items()}, _side_by_side(kept))

    def family(self, sums: Numbers, family: str) -> dict[str, Numbers]:
        """The counts of a family, by name, from sums of rows.

        Args:
            sums: shape (k, columns).
            family: its name.

        Returns:
            Each of shape (k, ...).
        """
        return {
            name: sums[:, place].reshape(len(sums), *shape) for name, (place, shape) in self._places[family].items()
        }

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, tuple[slice, tuple[int, ...]]]]:
        """The columns and the shape of each count, by family and name."""
        places: defaultdict[str, dict[str, tuple[slice, tuple[int, ...]]]] = defaultdict(dict)
        begin = 0
        for key, shape in self.shapes.items():
            family, _, name = key.rpartition("/")
            places[family][name] = slice(begin, begin + prod(shape)), shape
            begin += prod(shape)
        return places


def _side_by_side(blocks: Mapping[str, Numbers]) -> Numbers:
    """Counts, each of shape (items, ...), as one table of shape (items, columns)."""
    flat = [block.reshape(len(block), prod(block.shape[1:])) for block in blocks.values()]
    return np.concatenate(flat, axis=1, dtype=np.float64)


MEASURES = tuple(name for name in MEANINGS if name != "gamma")  # those that are functions of sums
BINARY = "u_alpha_binary"  # of all labels alone: for one label it is u_alpha


@dataclass(frozen=True, eq=False)
class AgreementData:
    """Annotations made ready for all measures.

    Args:
        columns: the spans.
        units: tokens and characters, by the prefix of their measures.
        value: of each span that states a quantity; see `amounts.values`.
        quantities: which labels state quantities; shape (labels,).
    """

    columns: AnnotationTable
    units: Mapping[str, LabelledUnits]
    value: Integers
    quantities: Flags

    @classmethod
    def of(
        cls, annotations: Annotations, labels: Sequence[str], quantities: Sequence[str], language: str = "en"
    ) -> AgreementData:
        """The ground of annotations.

        Args:
            annotations: of any number of annotators.
            labels: all that occur, in the order wanted.
            quantities: those whose spans state quantities.
            language: of the texts, for the tokens.
        """
        columns = AnnotationTable.of(annotations, labels)
        return cls(
            columns,
            {"token": span_units.tokens(columns, annotations, language), "character": span_units.characters(columns)},
            f1.quantity_values(columns, annotations, quantities),
            np.isin(np.array(columns.labels, np.object_), list(quantities)),
        )


@dataclass(frozen=True, eq=False)
class AnnotatorGroup:
    """The counts of two annotators or of several.

    Args:
        who: their numbers, ascending.
        pairs: every two of them, as a panel of their own; empty where there are but two.
        table: the counts over items.
        quantities: which labels state quantities; shape (labels,).
    """

    who: tuple[int, ...]
    pairs: tuple[AnnotatorGroup, ...]
    table: CountTable
    quantities: Flags

    @classmethod
    def of(
        cls, ground: AgreementData, who: tuple[int, ...], pairs: Mapping[tuple[int, ...], AnnotatorGroup] | None = None
    ) -> AnnotatorGroup:
        """The counts of some annotators.

        Args:
            ground: of all annotators.
            who: their numbers, ascending; with fewer than two there is nothing to count.
            pairs: every two of them, where there are more.
        """
        columns = ground.columns
        if len(who) < 2:
            return cls(who, (), CountTable({}, np.zeros((columns.items, 0))), ground.quantities)
        chosen = np.isin(np.arange(len(columns.annotators)), who)
        read = columns.read & chosen[:, None]
        counted = read.sum(axis=0)
        families: dict[str, dict[str, Numbers]] = {"spans": _spans(columns, who, counted >= 2)}
        for prefix, unit in ground.units.items():
            families[f"{prefix}_fleiss"] = kappa.fleiss_counts(unit, chosen, counted == len(who))
            families[f"{prefix}_alpha"] = alpha.alpha_counts(unit, read)
        families["unit"] = unitizing.counts(columns, ground.units["character"], read)
        families["coding"] = unitizing.coding_counts(columns, ground.units["character"], read)
        inside: tuple[AnnotatorGroup, ...] = ()
        if len(who) == 2:
            families |= _of_two(ground, who[0], who[1], counted == 2)
        else:
            inside = tuple((pairs or {})[pair] for pair in combinations(who, 2))
            families |= {f"pair{n}.{key}": block for n, pair in enumerate(inside) for key, block in pair.families()}
        return cls(who, inside, CountTable.of(families), ground.quantities)

    def overall(self) -> AnnotatorGroup:
        """The same without what is counted for one label alone."""
        views = 1 + self.quantities.size
        return replace(self, table=self.table.overall(views)) if len(self.who) >= 2 else self

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
        enough = having.sum(axis=1) >= 2
        return {name: np.where(enough, found[name], np.nan) for name in MEASURES}

    def _pairwise(self, sums: Numbers, prefix: str) -> dict[str, Numbers]:
        family = {name: self.table.family(sums, f"{prefix}{name}") for name in ("spans", "pair", "amounts")}
        both = (family["spans"]["having"] > 0).all(axis=1)
        found = {
            "exact_f1": f1.exact_f1(family["pair"]),
            "relaxed_f1": f1.exact_f1(family["pair"], "overlapping"),
            "value_agreement": f1.quantity_agreement(family["amounts"]),
            "value_f1": f1.quantity_f1(family["amounts"]),
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


def _of_two(ground: AgreementData, first: int, second: int, both: Flags) -> dict[str, dict[str, Numbers]]:
    columns = ground.columns
    families = {
        "pair": f1.exact_counts(columns, first, second, both) | f1.relaxed_counts(columns, first, second, both),
        "amounts": f1.quantity_counts(columns, ground.value, first, second, both),
    }
    for prefix, unit in ground.units.items():
        families[f"{prefix}_kappa"] = kappa.cohen_counts(unit, first, second, both)
    return families


def _spans(columns: AnnotationTable, who: tuple[int, ...], counting: Flags) -> dict[str, Numbers]:
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


def bearing_units(panel: AnnotatorGroup, sums: Numbers, pairs: Mapping[str, Flags]) -> dict[str, Integers]:
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


def _of_pair(panel: AnnotatorGroup, sums: Numbers, prefix: str) -> dict[str, Flags]:
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

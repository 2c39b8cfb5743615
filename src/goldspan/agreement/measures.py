"""The measures of agreement: one entry for each, and everything else iterates over them.

An entry says how a measure is computed, when it is undefined, how it is printed and what it means. To add a measure,
write its functions in a module of their own and add its entry to `MEASURES`: tables, pages, intervals and the data
follow.

A measure is a function of counts that add up over documents, so that a resampled corpus is one row of a matrix product
(see `goldspan.agreement.counts`). Only gamma is not; it is computed when it is asked for (`goldspan.agreement.gamma`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from goldspan.agreement import alpha, f1, kappa, unitizing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.agreement.span_units import AgreementData, ColumnCounts, Flags, Numbers, UnitKind

Scope = Literal["pairs", "shared", "common"]
Scale = Literal["per cent", "coefficient"]
Labels = Literal["all", "quantities", "overall"]
Undefined = Literal["no_variation", "no_coincidence", "no_value"]

_SEVERAL: Mapping[Scope, str] = {
    "pairs": "the mean over the pairs of annotators for which it is defined",
    "shared": "computed from the judgements of all of them at once, on what at least two of them read",
    "common": "computed from the judgements of all of them at once, on what all of them read",
}
_CHANCE = "no more agreement than by chance"
_SAME = "everything is the same"


@dataclass(frozen=True, slots=True)
class CountFunction:
    """A function of annotations whose values add up over documents; several measures may be computed from one.

    Args:
        name: of what it counts, unlike that of any other.
        of: from all data and the numbers of some annotators to their counts, by name. What is counted by label has
            1 + labels columns, all labels and then each. A name that ends with `sets` has a column for each set of
            labels; of others that are not by label there is one column.
    """

    name: str
    of: Callable[[AgreementData, Sequence[int]], dict[str, ColumnCounts]]


@dataclass(frozen=True, slots=True)
class Formula:
    """How a measure is computed from counts.

    Args:
        counts: what it is computed from.
        value: the measure from sums of these: shape (k, 1 + labels) for k sums, or (k, 1) if labels make no
            difference; NaN where it is undefined.
        denominator: which sums add to the denominator of the measure; of the same shape. That of an F1 counts spans.
            To that of a coefficient a unit adds where something is marked in it: a unit without any mark shows how
            much text there is beside, not how well a mark is agreed upon.
    """

    counts: CountFunction
    value: Callable[[Mapping[str, Numbers]], Numbers]
    denominator: Callable[[Mapping[str, Numbers]], Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure of agreement.

    Args:
        id: its name in the data.
        title: its name for people.
        short: its name at the head of a column.
        meaning: what it measures, in one line.
        zero: what 0 means.
        one: what 1 means.
        source: where it is defined.
        formula: how it is computed; None for one that is not a function of counts, and is computed when asked for.
        scope: whose judgements it takes, of more than two annotators: those of each pair, so that it is a mean over
            pairs; those of all at once, in what at least two of them read; or in what all of them read.
        scale: how it is printed.
        labels: whether it is computed for all labels and for each; only for those that state quantities, and for all
            of these; or only over all labels.
        undefined: what is missing where it is undefined although somebody marked something.
        in_columns: whether the tables of pairs, labels and articles have a column for it.
        in_summary: whether the first screen of a report has a column for it.
        in_figures: whether it is one of the figures at the head of the page.
        in_terminal: whether the terminal shows it; the page and `--json` show every measure.
    """

    id: str
    title: str
    short: str = ""
    meaning: str
    zero: str = _CHANCE
    one: str = _SAME
    source: str
    formula: Formula | None
    scope: Scope
    scale: Scale = "coefficient"
    labels: Labels = "all"
    undefined: Undefined = "no_variation"
    in_columns: bool = False
    in_summary: bool = False
    in_figures: bool = False
    in_terminal: bool = True

    @property
    def several(self) -> str:
        """What it is for more than two annotators."""
        return _SEVERAL[self.scope]

    def json(self) -> dict[str, str]:
        """What it means, by name."""
        names = ("id", "title", "meaning", "zero", "one", "source", "several")
        return {name: getattr(self, name) for name in names}


_SPANS = CountFunction("spans", f1.span_counts)
_VALUES = CountFunction("values", f1.quantity_counts)
_UNITS = CountFunction("units", unitizing.unit_counts)


def _on_units(unit: UnitKind, plural: str, *, in_terminal: bool = True) -> tuple[Measure, ...]:
    """Both kappas and alpha on tokens, or on characters, where they are much the same and only for the long report."""
    cohen = CountFunction(f"{unit}_kappa", partial(kappa.cohen_counts, unit=unit))
    fleiss = CountFunction(f"{unit}_fleiss", partial(kappa.fleiss_counts, unit=unit))
    krippendorff = CountFunction(f"{unit}_alpha", partial(alpha.alpha_counts, unit=unit))
    return (
        Measure(
            id=f"{unit}_kappa",
            title=f"{plural.capitalize()}: Cohen's kappa",
            short=f"kappa, {plural}",
            meaning=f"how far two agree on the labels of {plural}, unlabelled ones included, beyond chance",
            source="Cohen, Educational and Psychological Measurement 1960; its mean over pairs: Light 1971",
            formula=Formula(cohen, kappa.cohen, kappa.has_labels_of_pair),
            scope="pairs",
            in_columns=in_terminal,
            in_summary=in_terminal,
            in_terminal=in_terminal,
        ),
        Measure(
            id=f"{unit}_fleiss",
            title=f"{plural.capitalize()}: Fleiss' kappa",
            meaning=f"how far all agree on the labels of {plural} that all have read, beyond chance",
            source="Fleiss, Psychological Bulletin 1971; for two annotators Scott's pi",
            formula=Formula(fleiss, kappa.fleiss, alpha.has_labels),
            scope="common",
            in_terminal=in_terminal,
        ),
        Measure(
            id=f"{unit}_alpha",
            title=f"{plural.capitalize()}: Krippendorff's alpha",
            meaning=f"how far judgements on {plural} that at least two have read agree, beyond chance",
            source="Krippendorff, Computing Krippendorff's alpha-reliability, 2011; nominal",
            formula=Formula(krippendorff, alpha.alpha, alpha.has_labels),
            scope="shared",
            in_figures=in_terminal,
            in_terminal=in_terminal,
        ),
    )


_ALL = (
    Measure(
        id="exact_f1",
        title="Exact-span F1",
        short="exact F1",
        meaning="the share of the spans that the other has marked too, with the same boundaries and label",
        zero="no span is the same",
        one="every span is the same",
        source="Hripcsak & Rothschild, JAMIA 2005",
        formula=Formula(_SPANS, f1.exact_f1, f1.has_spans),
        scope="pairs",
        scale="per cent",
        in_columns=True,
        in_summary=True,
        in_figures=True,
    ),
    Measure(
        id="relaxed_f1",
        title="Relaxed F1",
        short="relaxed F1",
        meaning="the share of the spans that the other has marked too, overlapping and with the same label, one to one",
        zero="no span meets one of its label",
        one="every span meets one of its label",
        source="inexact match of Uzuner et al., JAMIA 2011, one to one",
        formula=Formula(_SPANS, f1.relaxed_f1, f1.has_spans),
        scope="pairs",
        scale="per cent",
        in_columns=True,
        in_figures=True,
    ),
    *_on_units("token", "tokens"),
    *_on_units("character", "characters", in_terminal=False),
    Measure(
        id="u_alpha",
        title="Unitizing alpha",
        short="unitizing alpha",
        meaning="how far units agree in place and label, if units of their lengths lay anywhere by chance",
        source=(
            "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label this coefficient "
            "restricted to the label, which is not the alpha_U of Krippendorff 1995 and 2004"
        ),
        formula=Formula(_UNITS, unitizing.u_alpha, alpha.has_labels),
        scope="shared",
        in_columns=True,
        in_figures=True,
    ),
    Measure(
        id="u_alpha_binary",
        title="Unitizing alpha, place alone",
        meaning="how far units agree in place, whatever their labels",
        one="every character is marked by all or by none",
        source="Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016",
        formula=Formula(_UNITS, unitizing.u_alpha_binary, unitizing.has_any_label),
        scope="shared",
        labels="overall",  # for one label it is u_alpha
    ),
    Measure(
        id="cu_alpha",
        title="Unitizing alpha, label alone",
        meaning="how far labels agree where two have marked the same characters",
        one="what both marked has one label",
        source="Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label their (k)u-alpha",
        formula=Formula(CountFunction("coding", unitizing.coding_counts), unitizing.cu_alpha, alpha.has_labels),
        scope="shared",
        undefined="no_coincidence",
    ),
    Measure(
        id="value_agreement",
        title="Values where both marked",
        meaning="of the overlapping spans that state quantities, the share with the same value",
        zero="no value is the same",
        one="every value is the same",
        source="this project; the matching maximises pairs, then equal values",
        formula=Formula(_VALUES, f1.value_agreement, f1.has_compared_values),
        scope="pairs",
        scale="per cent",
        labels="quantities",
        undefined="no_value",
    ),
    Measure(
        id="value_f1",
        title="Value F1",
        meaning="the share of the stated values that the other has too, at the same place",
        zero="no value is the same",
        one="every value is the same",
        source="F1 of Hripcsak & Rothschild 2005, on values",
        formula=Formula(_VALUES, f1.value_f1, f1.has_spans),
        scope="pairs",
        scale="per cent",
        labels="quantities",
        undefined="no_value",
    ),
    Measure(
        id="gamma",
        title="Gamma",
        meaning="how far units agree in place and label under the best alignment of them, beyond chance",
        source="Mathet, Widlöcher & Métivier, Computational Linguistics 2015",
        formula=None,
        scope="common",
        labels="overall",
    ),
)

MEASURES: Mapping[str, Measure] = {measure.id: measure for measure in _ALL}
HEADLINE = _ALL[0].id
"""The measure that headlines, plots and the order of the articles are about."""
LONG_REPORT_ONLY = frozenset(measure.id for measure in _ALL if not measure.in_terminal)
"""The measures that the page and `--json` have and the terminal leaves out."""

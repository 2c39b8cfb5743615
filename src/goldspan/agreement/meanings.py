"""What each measure means, in one line, and where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
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
    Meaning(
        "exact_f1",
        "Exact-span F1",
        "the share of the spans that the other has marked too, with the same boundaries and label",
        "no span is the same",
        "every span is the same",
        "Hripcsak & Rothschild, JAMIA 2005",
        MEAN,
    ),
    Meaning(
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
            Meaning(
                f"{unit}_kappa",
                f"{title}: Cohen's kappa",
                f"how far two agree on the labels of {those}, unlabelled ones among them, beyond their own habits",
                CHANCE,
                SAME,
                "Cohen, Educational and Psychological Measurement 1960; its mean over pairs: Light 1971",
                MEAN,
            ),
            Meaning(
                f"{unit}_fleiss",
                f"{title}: Fleiss' kappa",
                f"how far all agree on the labels of {those} that all have read, beyond the habits of the group",
                CHANCE,
                SAME,
                "Fleiss, Psychological Bulletin 1971; for two annotators Scott's pi",
                f"{ALL}, on what all of them read",
            ),
            Meaning(
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
    Meaning(
        "u_alpha",
        "Unitizing alpha",
        "how far units agree in place and label, if units of their lengths lay anywhere by chance",
        CHANCE,
        SAME,
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label Krippendorff 1995",
        f"{ALL}, on what at least two of them read",
    ),
    Meaning(
        "u_alpha_binary",
        "Unitizing alpha, place alone",
        "how far units agree in place, whatever their labels",
        CHANCE,
        "every character is marked by all or by none",
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016",
        f"{ALL}, on what at least two of them read",
    ),
    Meaning(
        "cu_alpha",
        "Unitizing alpha, label alone",
        "how far labels agree where two have marked the same characters",
        CHANCE,
        "what both marked has one label",
        "Krippendorff, Mathet, Bouvry & Widlöcher, Quality & Quantity 2016; for one label their (k)u-alpha",
        f"{ALL}, on what at least two of them read",
    ),
    Meaning(
        "value_agreement",
        "Values where both marked",
        "of the overlapping spans that state quantities, the share with the same value",
        "no value is the same",
        "every value is the same",
        "this project; the matching maximises pairs, then equal values",
        MEAN,
    ),
    Meaning(
        "value_f1",
        "Value F1",
        "the share of the stated values that the other has too, at the same place",
        "no value is the same",
        "every value is the same",
        "F1 of Hripcsak & Rothschild 2005, on values",
        MEAN,
    ),
    Meaning(
        "gamma",
        "Gamma",
        "how far units agree in place and label under the alignment that is kindest to them, beyond chance",
        CHANCE,
        SAME,
        "Mathet, Widlöcher & Métivier, Computational Linguistics 2015",
        f"{ALL}, on what all of them read",
    ),
)

MEANINGS: Mapping[str, Meaning] = {meaning.id: meaning for meaning in _MEANINGS}
HEADLINE = "exact_f1"
LONG_REPORT_ONLY = frozenset({"character_kappa", "character_fleiss", "character_alpha"})
"""The measures that the page and --json have and the terminal leaves out: they repeat those on tokens."""

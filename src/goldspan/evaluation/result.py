"""What an evaluation says: counts and measures per scheme, frozen, with their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Scheme = Literal["strict", "exact", "partial", "type"]
SCHEMES: tuple[Scheme, ...] = ("strict", "exact", "partial", "type")


@dataclass(frozen=True, slots=True)
class Measures:
    """The counts of MUC-5 and SemEval-2013 Task 9.1, and what follows from them.

    Args:
        correct: matched, and right by the scheme.
        incorrect: matched, and wrong by the scheme.
        partial: matched, with overlapping and differing boundaries; in the scheme `partial` alone.
        missed: in gold, matched with nothing.
        spurious: predicted, matched with nothing.
    """

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    @property
    def possible(self) -> int:
        """How many spans gold has: what could have been right."""
        return self.correct + self.incorrect + self.partial + self.missed

    @property
    def actual(self) -> int:
        """How many spans were predicted."""
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def credit(self) -> float:
        """One for each correct, one half for each partial."""
        return self.correct + self.partial / 2

    @property
    def precision(self) -> float | None:
        """Credit over actual, between 0 and 1; None where nothing was predicted."""
        return self.credit / self.actual if self.actual else None

    @property
    def recall(self) -> float | None:
        """Credit over possible; None where gold has nothing."""
        return self.credit / self.possible if self.possible else None

    @property
    def f1(self) -> float | None:
        """Twice the credit over possible and actual together; None where both are empty."""
        total = self.possible + self.actual
        return 2 * self.credit / total if total else None

    def __add__(self, other: Measures) -> Measures:
        return Measures(
            self.correct + other.correct,
            self.incorrect + other.incorrect,
            self.partial + other.partial,
            self.missed + other.missed,
            self.spurious + other.spurious,
        )

    def json(self) -> dict[str, float | int | None]:
        """All of it by name; an undefined measure is null."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "correct": self.correct,
            "incorrect": self.incorrect,
            "partial": self.partial,
            "missed": self.missed,
            "spurious": self.spurious,
            "possible": self.possible,
            "actual": self.actual,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of a prediction by all four schemes.

    Args:
        overall: per scheme, over all labels (micro-average).
        labels: per scheme and label.
    """

    overall: Mapping[Scheme, Measures]
    labels: Mapping[Scheme, Mapping[str, Measures]]

    def macro(self, scheme: Scheme) -> float | None:
        """The mean F1 over the labels for which it is defined; None if there is none."""
        defined = [f1 for measures in self.labels[scheme].values() if (f1 := measures.f1) is not None]
        return sum(defined) / len(defined) if defined else None

    def json(self) -> dict[str, Any]:
        """`{scheme: {"overall": measures, "macro_f1": number, "labels": {label: measures}}}`."""
        return {
            scheme: {
                "overall": self.overall[scheme].json(),
                "macro_f1": self.macro(scheme),
                "labels": {label: measures.json() for label, measures in self.labels[scheme].items()},
            }
            for scheme in SCHEMES
        }

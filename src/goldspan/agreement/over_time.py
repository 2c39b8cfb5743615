"""How an annotator's labels go on, article by article: what each measures, and which has moved most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.wording import amount, percent, signed

if TYPE_CHECKING:
    from goldspan.agreement.quality import Record, Stage
    from goldspan.scoring import Counts

DASH = "–"
HOW = "precision / recall in per cent; – where he marked no span of the label, or gold has none."


@dataclass(frozen=True, slots=True)
class Move:
    """How F1 of a label went from the first article that has it to the last.

    Args:
        label: its name.
        first: the first article in which the annotator or gold has it.
        last: the last one, another.
    """

    label: str
    first: Stage
    last: Stage

    @property
    def change(self) -> float:
        """Of F1, from the first to the last."""
        return (self.last.labels[self.label].f1 or 0.0) - (self.first.labels[self.label].f1 or 0.0)


def moves(record: Record) -> list[Move]:
    """The labels that two articles at least have, what moved most first."""
    found = []
    for label in record.labels:
        having = [stage for stage in record.stages if stage.labels[label].f1 is not None]
        if len(having) > 1:
            found.append(Move(label, having[0], having[-1]))
    return sorted(found, key=lambda move: -abs(move.change))


def moved(record: Record) -> str:
    """Which label moved most, in a sentence; with the spans that it rests on, which may be few."""
    found = moves(record)
    if not found:
        return "No label is in two articles, so that none can be followed."
    most = found[0]
    if not most.change:
        return "No label's F1 is another in the last article that has it than in the first."
    first, last = (_end(stage, most.label) for stage in (most.first, most.last))
    return f"{most.label} moved most: F1 from {first} to {last}, {signed(most.change)} points."


def both(counts: Counts, width: int = 0) -> str:
    """Precision and recall in short, e.g. `87.5 / 100.0`, each as wide as is wanted at least."""
    return " / ".join(_short(share).rjust(width) for share in (counts.precision, counts.recall))


def _short(share: float | None) -> str:
    return DASH if share is None else percent(share, 1)


def _end(stage: Stage, label: str) -> str:
    counts = stage.labels[label]
    return f"{percent(counts.f1)} in {stage.article} ({amount(counts.gold, 'gold span')})"

"""How a report is called, and what its sentences are: in the terminal and on the page alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.wording import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.evaluation.certainty import Bounds
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.result import Scheme
    from goldspan.resampling import Interval


@dataclass(frozen=True, slots=True)
class View:
    """What a report is called, and what of it stands first.

    Args:
        gold: the name of the gold.
        predictions: the name of the predictions.
        baseline: the name of the baseline; None without one.
        headline: the scheme that the report leads with.
        colours: `#rrggbb` per label, as far as they are chosen.
    """

    gold: str
    predictions: str
    baseline: str | None = None
    headline: Scheme = "strict"
    colours: Mapping[str, str] = field(default_factory=dict)


def f1_interval(bounds: Bounds | None) -> Interval | None:
    """The interval of F1; None where there is none."""
    return None if bounds is None else bounds["f1"]


def size(report: Report) -> str:
    """How much was evaluated."""
    held = report.size
    parts = [amount(held.examples, "example"), f"{held.gold:,} gold and {held.predicted:,} predicted spans"]
    if held.articles != held.examples:
        parts.insert(1, amount(held.articles, "article"))
    return ", ".join(parts)


def certainty(report: Report) -> str:
    """What the brackets hold."""
    return f"In brackets: {report.intervals.sentence}"


def remarks(report: Report) -> list[str]:
    """How to read what is there; what the brackets hold is said at the top."""
    return [sentence for sentence in report.remarks if sentence != report.intervals.sentence]

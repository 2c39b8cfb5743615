"""The one order of precedence by which candidates become a flat set of spans.

1. A quantity takes all that stands inside it (T-1, G-1).
2. Of two names the longer one wins, whatever its label; a name without one shields what is inside it (G-1, G-3).
3. Of two of one length the earlier in `ORDER` wins, then the heavier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.candidate import COUNT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.suggest.candidate import Candidate

ORDER = ("count.", "unit.", "org.", "place.named", "person.", "place.", "document.", "model.")


def rank(candidate: Candidate) -> tuple[int, int, int, float, int]:
    """The place of a candidate in the order of precedence; the smallest comes first."""
    order = next((n for n, prefix in enumerate(ORDER) if candidate.rule.startswith(prefix)), len(ORDER))
    return (candidate.label != COUNT, candidate.start - candidate.end, order, -candidate.weight, candidate.start)


def flat(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that stand, in the order of the text; none overlaps another."""
    taken: set[int] = set()
    kept = []
    for candidate in sorted(candidates, key=rank):
        tokens = range(candidate.start, candidate.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(candidate)
    return sorted(kept)

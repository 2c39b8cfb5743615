"""Span candidates, and the order of precedence by which overlaps among them are resolved.

1. A quantity takes precedence over all names inside it (T-1, G-1).
2. Of two names the longer one wins, whatever its label; a name without a label shields what is inside it (G-1, G-3).
3. Of two names of one length the earlier in `RULE_ORDER` wins, then the one of higher weight.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

UNIT, PERSON, COUNT, PLACE, OTHER = "MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION", ""
RULE_ORDER = ("count.", "unit.", "ship.", "org.", "place.named", "person.", "place.", "document.")


class SpanCandidate(NamedTuple):
    """A labelled stretch of tokens of one paragraph.

    Args:
        start, end: token indices, half-open.
        label: of the scheme, or `OTHER` for a name that no label covers and that shields what is inside it.
        rule: the id of the rule that proposes it.
        weight: how much the rule can be trusted, between 0 and 1.
    """

    start: int
    end: int
    label: str
    rule: str
    weight: float


def precedence(candidate: SpanCandidate) -> tuple[int, int, int, float, int]:
    """The place of a candidate in the order of precedence; the smallest comes first."""
    start, end, label, rule, weight = candidate
    return (label != COUNT, start - end, _rule_order(rule), -weight, start)


@cache
def _rule_order(rule: str) -> int:
    return next((n for n, prefix in enumerate(RULE_ORDER) if rule.startswith(prefix)), len(RULE_ORDER))


def resolve_overlaps(candidates: Iterable[SpanCandidate]) -> list[SpanCandidate]:
    """The candidates that remain, in the order of the text; none overlaps another."""
    taken: set[int] = set()
    kept = []
    for candidate in sorted(candidates, key=precedence):
        tokens = range(candidate.start, candidate.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(candidate)
    return sorted(kept)

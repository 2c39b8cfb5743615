"""What a rule proposes."""

from __future__ import annotations

from typing import NamedTuple

UNIT, PERSON, COUNT, PLACE, OTHER = "MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION", ""


class Candidate(NamedTuple):
    """A labelled stretch of tokens of one paragraph.

    Args:
        start, end: token indices, half-open.
        label: of the scheme, or `OTHER` for a name that no label covers and that shields what stands inside it.
        rule: the id of the rule that proposes it.
        weight: how much the rule can be trusted, between 0 and 1.
    """

    start: int
    end: int
    label: str
    rule: str
    weight: float

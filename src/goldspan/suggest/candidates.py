"""The one order of precedence by which candidates become a flat set of spans.

1. A quantity takes all that stands inside it (T-1, G-1).
2. Of two names the longer one wins, whatever its label; a name without one shields what is inside it (G-1, G-3).
3. Of two of one length the earlier in `ORDER` wins, then the heavier.

What a rule proposes.

What a document says of a name in one place holds in all: signs are pooled over the mentions of a name.

Signs of one label are combined as independent ones, `1 - prod(1 - weight)` (noisy or, Pearl 1988), each rule counted
once per name and, where it fired again, once more at half its weight.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNIT, PERSON, COUNT, PLACE, OTHER = "MILITARY_UNIT", "PERSON", "TROOP_COUNT", "LOCATION", ""


class SpanCandidate(NamedTuple):
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


LEAST_SCORE = 0.5
REPEATED_SHARE = 0.5

Verdict = tuple[str, str, float]
"""The label of a name, the rule that found it, and the score."""


class NameMention(NamedTuple):
    """A run of tokens whose label is open, half-open, in the paragraph of that number."""

    page: int
    start: int
    end: int


@dataclass(slots=True)
class NameEvidence:
    """The signs for the names of one document.

    Args:
        weights: per name, and per label and rule, the two highest weights.
        mentions: where each name stands.
    """

    weights: dict[str, dict[tuple[str, str], tuple[float, float]]] = field(default_factory=lambda: defaultdict(dict))
    mentions: dict[str, list[NameMention]] = field(default_factory=lambda: defaultdict(list))
    _verdicts: dict[str, Verdict] = field(default_factory=dict)

    def add(self, name: str, label: str, rule: str, weight: float) -> None:
        """Note that a rule spoke for a label of a name."""
        first, second = self.weights[name].get((label, rule), (0.0, 0.0))
        top = sorted((first, second, weight), reverse=True)
        self.weights[name][label, rule] = (top[0], top[1])
        self._verdicts.pop(name, None)

    def decide(self, name: str) -> Verdict:
        """What the signs say of a name; its label is `OTHER` where nothing is sure."""
        if name not in self._verdicts:
            self._verdicts[name] = self._decide(name)
        return self._verdicts[name]

    def decided(self) -> Iterator[tuple[NameMention, Verdict]]:
        """All mentions with what was decided of their names."""
        for name, mentions in self.mentions.items():
            verdict = self.decide(name)
            for mention in mentions:
                yield mention, verdict

    def _decide(self, name: str) -> Verdict:
        verdicts = [(label, *self._pool(name, label)) for label in (PERSON, PLACE, OTHER)]
        label, rule, score = max(verdicts, key=lambda verdict: verdict[2])
        return (label if score >= LEAST_SCORE else OTHER, rule, score)

    def _pool(self, name: str, label: str) -> tuple[str, float]:
        """The strongest rule for a label of a name, and the pooled weight of all."""
        left, best = 1.0, (0.0, "")
        for (other, rule), (first, second) in self.weights[name].items():
            if other == label:
                left *= (1 - first) * (1 - REPEATED_SHARE * second)
                best = max(best, (first, rule))
        return best[1], 1 - left


RULE_ORDER = ("count.", "unit.", "org.", "place.named", "person.", "place.", "document.", "model.")


def precedence(candidate: SpanCandidate) -> tuple[int, int, int, float, int]:
    """The place of a candidate in the order of precedence; the smallest comes first."""
    order = next((n for n, prefix in enumerate(RULE_ORDER) if candidate.rule.startswith(prefix)), len(RULE_ORDER))
    return (candidate.label != COUNT, candidate.start - candidate.end, order, -candidate.weight, candidate.start)


def resolve_overlaps(candidates: Iterable[SpanCandidate]) -> list[SpanCandidate]:
    """The candidates that stand, in the order of the text; none overlaps another."""
    taken: set[int] = set()
    kept = []
    for candidate in sorted(candidates, key=precedence):
        tokens = range(candidate.start, candidate.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(candidate)
    return sorted(kept)

"""Making decisions: by majority, by a person who compares, and by taking over what a hand edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import ValueRefused
from goldspan.formats.decisions import Decision, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.adjudication.state import State
    from goldspan.derivation import Dispute
    from goldspan.formats.decisions import How
    from goldspan.rulebook import Rule
    from goldspan.values import Example, LabelScheme, Span

MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who decides, and on what ground.

    Args:
        by: the name.
        when: the day, as `YYYY-MM-DD`.
        rule: the id of a rule of the guidelines, or None.
        reason: in words, or None.
    """

    by: str
    when: str
    rule: str | None = None
    reason: str | None = None


def decide(dispute: Dispute, choice: Iterable[Span], ruling: Ruling, scheme: LabelScheme, how: How) -> Decision:
    """A decision on a dispute.

    Raises:
        ValueRefused: for a choice that leaves the region, overlaps itself or has an unknown label.
    """
    chosen = tuple(choice)
    for span in chosen:
        if span.label not in scheme:
            raise ValueRefused(
                f"there is no label {span.label!r}",
                example=dispute.example.id,
                remedy=f"The labels are {', '.join(scheme.names)}.",
            )
    return Decision(
        dispute.example.id, fingerprint(dispute.example.text), dispute.start, dispute.end, dispute.candidates, chosen,
        how, ruling.by, ruling.when, scheme.version, ruling.rule, ruling.reason or None,
    )  # fmt: skip


def by_majority(state: State, when: str) -> list[tuple[Decision, Example]]:
    """A decision for each dispute in which more than half of the readers have the same.

    Args:
        state: of the adjudication.
        when: the day, as `YYYY-MM-DD`.
    """
    made = []
    for dispute in state.open:
        if (first := dispute.majority) is not None:
            votes = f"{len(first.by)} of {dispute.readers} readers"
            ruling = Ruling(MAJORITY, when, None, votes)
            made.append((decide(dispute, first.spans, ruling, state.corpus.scheme, "majority"), dispute.example))
    return made


def adopt(state: State, ruling: Ruling) -> list[tuple[Decision, Example]]:
    """A decision for each stretch in which gold is not what follows: gold as it stands is what was decided."""
    made = []
    for name, differing in state.hand.items():
        example = state.derived.settled[name].example.with_spans(())
        for one in differing:
            decision = Decision(
                name, fingerprint(example.text), one.start, one.end, one.candidates, one.gold, "hand", ruling.by,
                ruling.when, state.corpus.scheme.version, ruling.rule, ruling.reason or None,
            )  # fmt: skip
            made.append((decision, example))
    return made


def known_rule(name: str | None, rules: Mapping[str, Rule]) -> str | None:
    """The id of a rule as the guidelines write it, from what a person typed; None for nothing.

    Raises:
        ValueRefused: for an id that no rule has.
    """
    if not name or not name.strip():
        return None
    wanted = name.strip().upper()
    for one in rules:
        if one.upper() == wanted:
            return one
    raise ValueRefused(f"there is no rule {name.strip()!r}", remedy=f"The rules are {', '.join(rules)}.")

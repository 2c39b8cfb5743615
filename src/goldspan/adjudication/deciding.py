"""Making decisions: by majority, by a person who compares, and by taking over what a hand edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import ValueRefused
from goldspan.formats.decisions import Decision, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.adjudication.state import State
    from goldspan.derivation import Difference, Dispute
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

    def on(self, case: Dispute | Difference, choice: Iterable[Span], how: How, guidelines: str) -> Decision:
        """The decision that these spans are right for a stretch of an example.

        Args:
            case: the stretch, with what each reader has there.
            choice: what gold is to have there.
            how: it was decided.
            guidelines: the version that was followed.

        Raises:
            ValueRefused: for a choice that leaves the stretch or overlaps itself.
        """
        return Decision(
            case.example.id, fingerprint(case.example.text), case.start, case.end, case.candidates, tuple(choice),
            how, self.by, self.when, guidelines, self.rule, self.reason or None,
        )  # fmt: skip


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
    return ruling.on(dispute, chosen, how, scheme.version)


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
    version = state.corpus.scheme.version
    return [
        (ruling.on(one, one.gold, "hand", version), one.example)
        for differing in state.hand.values()
        for one in differing
    ]


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

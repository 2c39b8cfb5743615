"""Settles places of gold in doubt with a person at a prompt, one after the other; each decision is saved at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from goldspan.adjudication.interactive import (
    ASK,
    KEYS,
    NAMED_KEYS,
    SKIP,
    UNDO,
    PromptBase,
    SessionResult,
    UndoRequest,
    answer_to,
    asked_outcome,
    asked_rule,
    chosen_spans,
    go_through,
)
from goldspan.adjudication.state import decide_region
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from goldspan.adjudication.interactive import RuleHint
    from goldspan.adjudication.state import AdjudicationState, DecisionAuthor
    from goldspan.annotation import Example, Span
    from goldspan.formats.decisions import Candidate, Decision

KEEP, SILENT = "k", "g"
HELP = f"""\
k: keep gold
number: take that one instead
n: nothing is marked here
e: enter other spans
g: keep gold; the guidelines are silent
{KEYS}"""
QUESTION = "The guidelines are silent: "  # how the reason of such a decision begins


@dataclass(frozen=True, slots=True)
class DoubtCase:
    """A place of gold that a person is asked about.

    Args:
        example: with the spans of gold.
        start: of the region, in code points.
        end: of the region.
        alternatives: what gold might have there instead.
        why: the reasons for doubt, a clause each.
    """

    example: Example
    start: int
    end: int
    alternatives: tuple[Candidate, ...]
    why: tuple[str, ...]

    @property
    def gold(self) -> tuple[Span, ...]:
        """What gold has there."""
        return tuple(span for span in self.example.spans if self.start <= span.start and span.end <= self.end)


class DoubtPrompt(PromptBase, Protocol):
    """A prompt that shows places in doubt."""

    def show_doubt(self, case: DoubtCase, number: int, total: int) -> None:
        """Show a place: what gold has, why that is in doubt, and the alternatives, numbered from 1."""


def run_doubt_session(
    state: AdjudicationState,
    cases: Sequence[DoubtCase],
    prompt: DoubtPrompt,
    author: DecisionAuthor,
    hint_of: Callable[[DoubtCase], RuleHint | None] = lambda _: None,
) -> SessionResult:
    """Go through places in doubt; each decision is written, with gold that follows from it, before the next question.

    Args:
        state: of the adjudication.
        cases: the places, in the order in which they are asked.
        prompt: where the person answers.
        author: who decides, and the day; rule, reason and outcome are asked for.
        hint_of: gives the rules that a place may fall under; the first is suggested.
    """

    def ask(place: int) -> tuple[Decision, Example] | None:
        case = cases[place]
        prompt.show_doubt(case, place + 1, len(cases))
        decision = _decision(state, prompt, case, author, hint_of)
        return None if decision is None else (decision, case.example.with_spans(()))

    return go_through(state.corpus, prompt, len(cases), ask)


def _decision(
    state: AdjudicationState,
    prompt: DoubtPrompt,
    case: DoubtCase,
    author: DecisionAuthor,
    hint_of: Callable[[DoubtCase], RuleHint | None],
) -> Decision | None:
    """The decision of the person; None if they skip the place."""
    numbers = {0: "", 1: "1, "}.get(len(case.alternatives), f"1-{len(case.alternatives)}, ")
    while True:
        answer = answer_to(prompt, f"Which? [k, {numbers}n, e, g; {NAMED_KEYS}]").lower()
        if answer == UNDO:
            raise UndoRequest
        try:
            if answer == SKIP:
                return None
            if answer == ASK or not answer:
                prompt.write(HELP)
                continue
            place = (case.example.text, case.start, case.end)
            choice = (
                case.gold if answer in (KEEP, SILENT) else chosen_spans(prompt, place, case.alternatives, answer, HELP)
            )
            _decide(state, case, choice, author)  # refuses before more is asked
            if answer == SILENT:
                left_open = answer_to(prompt, "What do they leave open?")
                silent = replace(author, reason=f"{QUESTION}{left_open}".strip(), outcome="missing-rule")
                return _decide(state, case, choice, silent)
            rule = asked_rule(state, prompt, hint_of(case))
            reason = answer_to(prompt, "Reason (may be empty)")
            reasoned = replace(author, rule=rule, reason=reason, outcome=asked_outcome(prompt))
            return _decide(state, case, choice, reasoned)
        except InvalidValueError as error:
            prompt.write(str(error))


def _decide(state: AdjudicationState, case: DoubtCase, choice: Sequence[Span], author: DecisionAuthor) -> Decision:
    """The decision on the region around a place, in which everything else stays as gold has it."""
    id_ = case.example.id
    start, end = state.region_around(id_, case.start, case.end, choice)
    others = [span for span in case.example.spans if start <= span.start and span.end <= end and span not in case.gold]
    return decide_region(state, case.example, (start, end), [*others, *choice], author)

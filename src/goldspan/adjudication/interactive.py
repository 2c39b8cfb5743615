"""Settling disputes in the terminal, one after the other; what is decided is kept at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from goldspan.adjudication.derive import Dispute
from goldspan.adjudication.gold import apply_files
from goldspan.adjudication.state import DecisionAuthor, decide, known_rule
from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.adjudication.state import AdjudicationState
    from goldspan.formats.decisions import Decision

HELP = "a number: that candidate; n: nothing; e: other spans; s: leave it open; q: stop here; ?: this help"
QUIT, SKIP, NOTHING, EDIT, ASK = "q", "s", "n", "e", "?"
NO_RULE = "-"


class Prompt(Protocol):
    """Where a person sits: what is shown, and what is asked."""

    def show(self, dispute: Dispute, number: int, total: int, before: Decision | None) -> None:
        """Show a dispute with its candidates, numbered from 1, and what was decided before a rule changed."""

    def say(self, text: str) -> None:
        """Say something."""

    def ask(self, question: str, suggestion: str = "") -> str | None:
        """The answer, or the suggestion if it is empty; None where there will be no more answers."""


class Hint(NamedTuple):
    """The rules that a dispute may fall under, at least one, the likeliest first; and what tells so, as a clause."""

    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What a sitting brought.

    Args:
        decided: how many disputes were decided.
        skipped: how many were left open on purpose.
        left: how many were not reached.
    """

    decided: int
    skipped: int
    left: int


class _StopHere(Exception):  # noqa: N818  (it is no error)
    """The person at the desk has enough."""


def settle(
    state: AdjudicationState,
    desk: Prompt,
    ruling: DecisionAuthor,
    hints: Callable[[Dispute], Hint | None] = lambda _: None,
) -> SessionResult:
    """Go through the open disputes and then through the decisions whose rule has changed.

    Each decision is written, and gold with it, before the next question is asked: whoever stops goes on from there.

    Args:
        state: of the adjudication.
        desk: where the person sits.
        ruling: who decides, and the day; rule and reason are asked for.
        hints: tells the rules of a dispute, where something does; the first is what Enter takes.
    """
    cases: list[tuple[Dispute, Decision | None]] = [(dispute, None) for dispute in state.open]
    cases += [(_dispute(state, one), one) for one in state.outdated]
    decided = skipped = 0
    for number, (dispute, before) in enumerate(cases, start=1):
        desk.show(dispute, number, len(cases), before)
        try:
            made = _decision(state, desk, dispute, ruling, hints)
        except _StopHere:
            return SessionResult(decided, skipped, len(cases) - number + 1)
        if made is None:
            skipped += 1
        else:
            apply_files(state.corpus, [(made, dispute.example)])
            decided += 1
    return SessionResult(decided, skipped, 0)


def _dispute(state: AdjudicationState, decision: Decision) -> Dispute:
    """What was decided, as the dispute that it was."""
    example = state.derived.settled[decision.example].example.with_spans(())
    return Dispute(example, decision.start, decision.end, decision.candidates)


def _decision(
    state: AdjudicationState,
    desk: Prompt,
    dispute: Dispute,
    ruling: DecisionAuthor,
    hints: Callable[[Dispute], Hint | None],
) -> Decision | None:
    while True:
        answer = _answer(desk, f"Which? [1-{len(dispute.candidates)}, n, e, s, q, ?]").lower()
        try:
            if answer == SKIP:
                return None
            if answer == ASK or not answer:
                desk.say(HELP)
                continue
            choice = _choice(desk, dispute, answer)
            decide(dispute, choice, ruling, state.corpus.scheme, "adjudicated")  # refused before more is asked
            rule = _rule(state, desk, hints(dispute))  # told after the choice, which no guess is to sway
            grounds = replace(ruling, rule=rule, reason=_answer(desk, "Reason (may be empty)"))
            return decide(dispute, choice, grounds, state.corpus.scheme, "adjudicated")
        except InvalidValueError as error:
            desk.say(str(error))


def _choice(desk: Prompt, dispute: Dispute, answer: str) -> tuple[Span, ...]:
    if answer == NOTHING:
        return ()
    if answer == EDIT:
        return _edited(desk, dispute)
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(dispute.candidates):
        return dispute.candidates[int(answer) - 1].spans
    raise InvalidValueError(f"{answer!r} is no answer", remedy=HELP)


def _edited(desk: Prompt, dispute: Dispute) -> tuple[Span, ...]:
    """The spans of a line of inline markup, which must have just the words of the region."""
    words = dispute.example.text[dispute.start : dispute.end]
    desk.say("Mark the words like this: the [72nd Brigade]{LABEL}; a bracket of the text is \\[ or \\].")
    marked = _answer(desk, "Markup", inline.escape(words))
    text, spans = inline.parse(marked)
    if text != words:
        raise InvalidValueError(
            f"the words are {text!r}, not {words!r}", remedy="Change the brackets and labels alone."
        )
    return tuple(Span(span.start + dispute.start, span.end + dispute.start, span.label) for span in spans)


def _rule(state: AdjudicationState, desk: Prompt, hint: Hint | None) -> str | None:
    """The rule that a person names; the first of a hint, if there is one, for an empty answer."""
    question, suggestion = "Rule (may be empty)", ""
    if hint is not None:
        desk.say(f"  agree puts it down to {', '.join(hint.rules)}: {hint.reason}")
        question, suggestion = f"Rule (Enter for the suggested one, {NO_RULE} for none)", hint.rules[0]
    while True:
        answer = _answer(desk, question, suggestion)
        try:
            return None if answer == NO_RULE else known_rule(answer, state.rules)
        except InvalidValueError as error:
            desk.say(str(error))


def _answer(desk: Prompt, question: str, suggestion: str = "") -> str:
    answer = desk.ask(question, suggestion)
    if answer is None or answer.strip().lower() == QUIT:
        raise _StopHere
    return answer.strip() or suggestion

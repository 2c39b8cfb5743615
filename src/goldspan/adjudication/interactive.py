"""Settles disputes with a person at a prompt, one after the other; each decision is saved at once.

The last decision of a session can be taken back, and the one before it, and so on: then the files are byte for byte as
they were before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from goldspan.adjudication.derive import Dispute
from goldspan.adjudication.state import DecisionAuthor, decide, find_rule
from goldspan.adjudication.undo import WrittenDecision, write_decision
from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.formats import inline
from goldspan.formats.decisions import OUTCOMES, find_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.corpus.comments import PassComment
    from goldspan.formats.decisions import Candidate, Decision, Outcome

KEYS = """\
s: skip; it is asked again in the next session
u: undo; take back the last decision of this session
q: quit; what was decided is kept (so does the end of input, Ctrl-D)
?: show these keys"""
HELP = f"""\
number: take that candidate
n: nothing is marked here
e: enter other spans
{KEYS}"""
QUIT, SKIP, NOTHING, EDIT, UNDO, ASK = "q", "s", "n", "e", "u", "?"
NAMED_KEYS = "s skip, u undo, q quit, ? help"
END_QUESTION = "Nothing is left to decide. Enter ends; u takes back the last decision"
NOTHING_TO_UNDO = "No decision of this session is left to take back."
NO_RULE = "-"
OUTCOME_QUESTION = f"Outcome: {', '.join(OUTCOMES)} (first letters do; may be empty)"


class PromptBase(Protocol):
    """A prompt at which a person answers."""

    def write(self, text: str) -> None:
        """Show a line of text."""

    def ask(self, question: str, suggestion: str = "") -> str | None:
        """The answer to a question; None at the end of the input."""


class Prompt(PromptBase, Protocol):
    """A prompt that shows disputes."""

    def show(
        self, dispute: Dispute, number: int, total: int, before: Decision | None, comments: Sequence[PassComment]
    ) -> None:
        """Show a dispute: its candidates, numbered from 1, the decision before its rule changed, and the comments."""


class RuleHint(NamedTuple):
    """The rules that a dispute may fall under, at least one, the likeliest first, and the evidence as a clause."""

    rules: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SessionResult:
    """The result of a session at the prompt.

    Args:
        decided: how many disputes were decided.
        skipped: how many were left open on purpose.
        left: how many were not reached.
    """

    decided: int
    skipped: int
    left: int

    @property
    def still_open(self) -> int:
        """How many are asked again in the next session."""
        return self.skipped + self.left


class LeaveSession(Exception):  # noqa: N818  (it is no error)
    """The person ends the session."""


class UndoRequest(Exception):  # noqa: N818  (it is no error)
    """The person takes back the last decision."""


def run_session(
    state: AdjudicationState,
    prompt: Prompt,
    author: DecisionAuthor,
    hint_of: Callable[[Dispute], RuleHint | None] = lambda _: None,
) -> SessionResult:
    """Go through the open disputes, and then through the decisions whose rule has changed.

    Each decision is written, with the gold that it settles, before the next question is asked: a session that ends
    early is continued by the next one.

    Args:
        state: of the adjudication.
        prompt: where the person answers.
        author: who decides, and the day; rule, reason and outcome are asked for.
        hint_of: gives the rules that a dispute may fall under; the first is suggested.
    """
    cases: list[tuple[Dispute, Decision | None]] = [(dispute, None) for dispute in state.open]
    cases += [(_disputed_again(state, decision), decision) for decision in state.outdated]

    def ask(place: int) -> tuple[Decision, Example] | None:
        dispute, before = cases[place]
        prompt.show(dispute, place + 1, len(cases), before, state.comments.get(dispute.example.id, ()))
        decision = _decision(state, prompt, dispute, author, hint_of)
        return None if decision is None else (decision, dispute.example)

    return go_through(state.corpus, prompt, len(cases), ask)


def go_through(
    corpus: Corpus, prompt: PromptBase, total: int, ask: Callable[[int], tuple[Decision, Example] | None]
) -> SessionResult:
    """Ask about one case after the other, and write each decision before the next question.

    After an undo the case of that decision is asked again, and what follows it.

    Args:
        corpus: where decisions are written.
        prompt: where the person answers.
        total: how many cases there are.
        ask: takes the number of a case, from 0; gives the decision with its example, or None if it is skipped. It
            raises `UndoRequest` and `LeaveSession` as the person wishes.
    """
    written: list[tuple[int, WrittenDecision]] = []
    skipped: list[int] = []
    place = 0
    while place < total or written:
        try:
            if place == total:
                _ask_for_end(prompt)
            made = ask(place)
        except LeaveSession:
            break
        except UndoRequest:
            place = _take_back(prompt, written, place)
            skipped = [one for one in skipped if one < place]
            continue
        if made is None:
            skipped.append(place)
        else:
            written.append((place, write_decision(corpus, *made)))
        place += 1
    return SessionResult(len(written), len(skipped), total - len(written) - len(skipped))


def _ask_for_end(prompt: PromptBase) -> None:
    """Let the person take back the last decision where no question follows it.

    Raises:
        UndoRequest: if they take it back.
        LeaveSession: if they do not.
    """
    if answer_to(prompt, END_QUESTION).lower() == UNDO:
        raise UndoRequest
    raise LeaveSession


def _take_back(prompt: PromptBase, written: list[tuple[int, WrittenDecision]], place: int) -> int:
    """Take back the last decision, if there is one; gives the number of the case to ask next."""
    if not written:
        prompt.write(NOTHING_TO_UNDO)
        return place
    case, last = written[-1]
    try:
        last.take_back()
    except InvalidValueError as error:
        prompt.write(str(error))
        return place
    written.pop()
    one = last.decision
    prompt.write(f"Taken back: the decision on {one.example} [{one.start}, {one.end}].")
    return case


def _disputed_again(state: AdjudicationState, decision: Decision) -> Dispute:
    """The dispute that a decision settled."""
    example = state.derived.settled[decision.example].example.with_spans(())
    # Gold that came from elsewhere has by now what was chosen.
    candidates = state.candidates(example.id, decision.start, decision.end) if decision.is_on_gold else None
    planted = state.planted_in(example.id, decision.start, decision.end)
    return Dispute(example, decision.start, decision.end, candidates or decision.candidates, planted)


def _decision(
    state: AdjudicationState,
    prompt: Prompt,
    dispute: Dispute,
    author: DecisionAuthor,
    hint_of: Callable[[Dispute], RuleHint | None],
) -> Decision | None:
    """The decision of the person; None if they skip the dispute."""
    while True:
        answer = answer_to(prompt, f"Which? [1-{len(dispute.candidates)}, n, e; {NAMED_KEYS}]").lower()
        if answer == UNDO:
            raise UndoRequest
        try:
            if answer == SKIP:
                return None
            if answer == ASK or not answer:
                prompt.write(HELP)
                continue
            place = (dispute.example.text, dispute.start, dispute.end)
            choice = chosen_spans(prompt, place, dispute.candidates, answer, HELP)
            decide(dispute, choice, author, state.corpus.scheme, "adjudicated")  # refuses before more is asked
            rule = asked_rule(state, prompt, hint_of(dispute))  # after the choice, so that no hint sways it
            reason = answer_to(prompt, "Reason (may be empty)")
            reasoned = replace(author, rule=rule, reason=reason, outcome=asked_outcome(prompt))
            return decide(dispute, choice, reasoned, state.corpus.scheme, "adjudicated")
        except InvalidValueError as error:
            prompt.write(str(error))


def chosen_spans(
    prompt: PromptBase, place: tuple[str, int, int], candidates: Sequence[Candidate], answer: str, remedy: str
) -> tuple[Span, ...]:
    """The spans that an answer chooses: nothing, those that the person enters, or those of a candidate by its number.

    Args:
        prompt: where spans are entered.
        place: a text, and the start and end of the region in it.
        candidates: as they were shown, numbered from 1.
        answer: of the person.
        remedy: which answers there are.

    Raises:
        InvalidValueError: for another answer, and as `_marked_spans`.
    """
    if answer == NOTHING:
        return ()
    if answer == EDIT:
        return _marked_spans(prompt, *place)
    if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(candidates):
        return candidates[int(answer) - 1].spans
    raise InvalidValueError(f"{answer!r} is not an answer", remedy=remedy)


def _marked_spans(prompt: PromptBase, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The spans of a line in inline notation, whose words must be those of a region of a text.

    Raises:
        InvalidValueError: for other words, and for what is not inline notation.
    """
    prompt.write("Mark spans like this: the [72nd Brigade]{LABEL}; write a bracket of the text as \\[ or \\].")
    surface = text[start:end]
    words, spans = inline.parse(answer_to(prompt, "Markup", inline.escape(surface)))
    if words != surface:
        raise InvalidValueError(f"the words are {words!r}, not {surface!r}", remedy="Change only brackets and labels.")
    return tuple(Span(span.start + start, span.end + start, span.label) for span in spans)


def asked_rule(state: AdjudicationState, prompt: PromptBase, hint: RuleHint | None) -> str | None:
    """The rule that the person names; for an empty answer the first of the hint, if there is one."""
    question, suggestion = "Rule (may be empty)", ""
    if hint is not None:
        prompt.write(f"  Suggested rule: {', '.join(hint.rules)} ({hint.reason})")
        question, suggestion = f"Rule (Enter for the suggested one, {NO_RULE} for none)", hint.rules[0]
    while True:
        answer = answer_to(prompt, question, suggestion)
        try:
            return None if answer == NO_RULE else find_rule(answer, state.rules)
        except InvalidValueError as error:
            prompt.write(str(error))


def asked_outcome(prompt: PromptBase) -> Outcome | None:
    """Why annotators differed, as the person says; None for an empty answer."""
    while True:
        answer = answer_to(prompt, OUTCOME_QUESTION)
        try:
            return None if answer == NO_RULE else find_outcome(answer)
        except InvalidValueError as error:
            prompt.write(str(error))


def answer_to(prompt: PromptBase, question: str, suggestion: str = "") -> str:
    """The answer to a question, or the suggestion for an empty one.

    Raises:
        LeaveSession: if the person quits, or the input ends.
    """
    answer = prompt.ask(question, suggestion)
    if answer is None or answer.strip().lower() == QUIT:
        raise LeaveSession
    return answer.strip() or suggestion

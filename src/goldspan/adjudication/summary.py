"""What a person reads of an adjudication, and what programs read of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from goldspan.formats import inline
from goldspan.report.text import Table, amount, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.gold import GoldFile
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Span
    from goldspan.formats.decisions import Candidate, Decision

COLUMNS = ("read twice", "agreed", "majority", "decided", "by hand", "disputed", "again", "read once")
AROUND = 40  # code points of text on either side of a region
HOW = {"majority": "majority", "adjudicated": "decided", "hand": "by hand"}


def table(state: AdjudicationState) -> Table:
    """A row per article, and all of them together."""
    counts = {article: Counter[str]() for article in state.articles}
    for one in state.derived.settled.values():
        count = counts[one.example.article]
        count["read twice"] += 1
        count["agreed"] += not (one.disputes or one.applied)
        count["disputed"] += len(one.disputes)
        count.update(HOW[decision.how] for decision in one.applied)
    for decision in state.outdated:
        counts[state.derived.settled[decision.example].example.article]["again"] += 1
    for name, annotator in state.derived.read_once.items():
        counts[state.passes[annotator][name].article]["read once"] += 1
    total = sum(counts.values(), Counter[str]())
    rows = [(name, *(str(count[key]) for key in COLUMNS)) for name, count in [*counts.items(), ("all", total)]]
    note = (
        "Examples: confirmed by two or more readers, agreed on as a whole, confirmed by one alone. Stretches of text: "
        "settled by majority, decided by a person, edited by hand, still disputed, to be read again as a rule changed."
    )
    return Table("Adjudication", note, ("article", *COLUMNS), tuple(rows))


def dispute(one: Dispute) -> list[str]:
    """A dispute as lines: where, the words around it, and each candidate with its readers."""
    text = one.example.text
    left, right = max(0, one.start - AROUND), min(len(text), one.end + AROUND)
    words = " ".join(visible(text[left:right]).split())
    head = f"{one.example.id} [{one.start}, {one.end}]: {'…' if left else ''}{words}{'…' if right < len(text) else ''}"
    return [head, *(f"  {number}. {candidate(one, held)}" for number, held in enumerate(one.candidates, start=1))]


def candidate(one: Dispute, held: Candidate) -> str:
    """What some readers have in the region of a dispute, in inline markup, and who they are."""
    return f"{markup(one.example.text, one.start, one.end, held.spans)}  ({', '.join(held.by)})"


def markup(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    """A region in inline markup, on one line; spans that cross are shown one after the other."""
    if not spans:
        return "nothing"
    moved = [type(span)(span.start - start, span.end - start, span.label) for span in spans]
    try:
        shown = inline.render(text[start:end], moved)
    except ValueError:
        shown = " + ".join(inline.render(text[start:end], [span]) for span in moved)
    return visible(" ".join(shown.split()))


def decided(decision: Decision, text: str) -> str:
    """A decision as a line."""
    ground = f" by {decision.rule}" if decision.rule else ""
    said = f": {decision.reason}" if decision.reason else ""
    what = markup(text, decision.start, decision.end, decision.choice) if text else f"{len(decision.choice)} span(s)"
    who = f"{HOW[decision.how]}: {decision.by}, {decision.when}{ground}, guidelines {decision.guidelines}"
    return f"{decision.example} [{decision.start}, {decision.end}] {what}  ({who}{visible(said)})"


def hand(state: AdjudicationState) -> Iterator[str]:
    """Where gold is not what follows, a line each; what is disputed and stands in gold all the same comes last."""
    undecided = []
    for name, differing in state.hand.items():
        text = state.gold[name].text
        for one in differing:
            mine = f"{name} [{one.start}, {one.end}] gold: {markup(text, one.start, one.end, one.gold)}"
            if one.derived is None:
                undecided.append(f"{mine}; passes and decisions: disputed")
            else:
                yield f"{mine}; passes and decisions: {markup(text, one.start, one.end, one.derived)}"
    yield from undecided


def text_of(state: AdjudicationState, decision: Decision) -> str:
    """The text that a decision is about, if it is still that; else nothing."""
    settled = state.derived.settled.get(decision.example)
    return settled.example.text if settled and decision not in settled.stale else ""


def closing(state: AdjudicationState, writing: GoldFile) -> list[str]:
    """What is to be done next, a sentence each."""
    lines = []
    majority = sum(one.majority is not None for one in state.open)
    if state.open:
        more = f"; a majority could settle {majority} (--accept majority)" if majority else ""
        lines.append(
            f"{amount(len(state.open), 'dispute')} to settle: here with --settle, or in Doccano with --push{more}."
        )
    if state.outdated:
        lines.append(f"{amount(len(state.outdated), 'decision')} to read again, because the rule has changed since.")
    if state.derived.stale:
        stale = amount(len(state.derived.stale), "decision")
        lines.append(f"{stale} no longer hold: the text or the votes are not what they were.")
    if state.hand:
        lines.append(
            f"The gold of {amount(len(state.hand), 'example')} is not what follows, or has what is disputed: settle "
            "it, or record it as decided by hand with --adopt."
        )
    if not state.derived.settled:
        lines.append("No example was confirmed by two readers: there is nothing to compare yet.")
    if writing.new:
        lines.append(f"{amount(len(writing.new), 'example')} to write into gold.")
    return lines or ["Gold follows from passes and decisions; nothing is open."]


def json(state: AdjudicationState, writing: GoldFile) -> dict[str, Any]:
    """The report for `--json`."""
    return {
        **table(state).json(),
        "disputes": [_dispute(one) for one in state.open],
        "majority": [one.example.id for one in state.open if one.majority],
        "outdated": [_decision(one) for one in state.outdated],
        "stale": [_decision(one) for one in state.derived.stale],
        "hand": list(hand(state)),
        "read_once": dict(state.derived.read_once),
        "new_in_gold": list(writing.new),
    }


def decisions_json(made: Iterable[Decision]) -> list[dict[str, Any]]:
    """Decisions for `--json`."""
    return [_decision(one) for one in made]


def _dispute(one: Dispute) -> dict[str, Any]:
    candidates = [{"spans": _spans(held.spans, one.example.text), "by": list(held.by)} for held in one.candidates]
    return {"example": one.example.id, "region": [one.start, one.end], "candidates": candidates}


def _decision(one: Decision) -> dict[str, Any]:
    keys = ("example", "how", "by", "when", "rule", "guidelines", "reason")
    return {**{key: getattr(one, key) for key in keys}, "region": [one.start, one.end]}


def _spans(spans: Iterable[Span], text: str) -> list[list[Any]]:
    return [[span.start, span.end, span.label, text[span.start : span.end]] for span in spans]

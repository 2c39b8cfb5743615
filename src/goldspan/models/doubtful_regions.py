"""Which places in doubt a disputes' project is to ask about, and which it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.formats.decisions import fingerprint
from goldspan.formats.doubts import RegionDoubt
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example
    from goldspan.models.label_errors import GoldDoubt

NAMED = 5


@dataclass(frozen=True, slots=True)
class RegionsToAsk:
    """The regions that are to be asked about.

    Args:
        doubts: the regions, in the order of the places.
        notes: which places are left out and why, a sentence each.
    """

    doubts: tuple[RegionDoubt, ...]
    notes: tuple[str, ...]


def regions_to_ask(state: AdjudicationState, doubts: Sequence[GoldDoubt], first: int) -> RegionsToAsk:
    """The first places in doubt that can be asked about.

    Left out are examples that an annotator still reads, since those who decide see what others marked; examples whose
    gold differs from passes and decisions, since it is not known what holds there; and overlapping spans of gold, since
    Doccano and a decision take none.

    Args:
        state: of the adjudication.
        doubts: the places, the most doubtful first.
        first: how many.
    """
    reading = _being_read(state)
    asked: list[RegionDoubt] = []
    left_out: dict[str, list[str]] = {}
    for doubt in doubts:
        example = doubt.example
        reason = _why_not(state, example, reading)
        if reason is not None:
            left_out.setdefault(reason, []).append(example.id)
            continue
        start, end = state.region_around(example.id, doubt.region.start, doubt.region.end)
        if len(asked) < first and not any(one.example == example.id and one.overlaps(start, end) for one in asked):
            why = tuple(reason.text for reason in doubt.reasons)
            asked.append(RegionDoubt(example.id, fingerprint(example.text), start, end, why))
    notes = [
        f"{amount(len(dict.fromkeys(ids)), 'example')} not pushed, {reason}: "
        f"{enumerate_names(dict.fromkeys(ids), most=NAMED)}"
        for reason, ids in left_out.items()
    ]
    return RegionsToAsk(tuple(asked), tuple(notes))


def _why_not(state: AdjudicationState, example: Example, reading: dict[str, list[str]]) -> str | None:
    """Why an example must not be shown in a disputes' project, as a clause; None if it may."""
    if names := reading.get(example.id):
        return f"since {enumerate_names(names)} may still read it"
    if example.id in state.gold_differences:
        return (
            "since gold differs there from passes and decisions (goldspan adjudicate shows it, --adopt records gold as "
            "decided)"
        )
    if any(one.end > two.start for one, two in zip(example.spans, example.spans[1:], strict=False)):
        return "since spans of gold overlap there, which a decision cannot have: settle by hand"
    return None


def _being_read(state: AdjudicationState) -> dict[str, list[str]]:
    """By the id of an example the annotators who have begun with its article and have not confirmed it yet."""
    found: dict[str, list[str]] = {}
    for name in state.corpus.annotators():
        confirmed = state.passes.get(name, {})
        for example in state.corpus.pass_examples(name, state.articles):
            if example.id not in confirmed:
                found.setdefault(example.id, []).append(name)
    return found

"""The spans that people set, carried over to a changed text, in place.

The example keeps its number, and with it confirmations and comments. First the whole undertaking is written into its
meta, under `MARKER`; then its text is changed, then each span, whosever it is, and last the marker is taken away. Until
then no pull trusts it, and the next push finishes what was interrupted. Spans are moved in an order in which no two of
one annotator ever overlap, for Doccano would refuse that.

Doccano tells the numbers of others' spans only in the exports of a project that allows relations, so the project is
made to for as long as this takes. Another push may switch that off in between: an example is touched, and its marker
taken away, only where the export tells the number of each of its spans and Doccano counts no more of them.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goldspan import offsets
from goldspan.doccano import reanchor
from goldspan.doccano.plan import MARKER
from goldspan.doccano.snapshot import take
from goldspan.doccano.undertaking import Undertaking
from goldspan.errors import ServerError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.doccano.answers import Project
    from goldspan.doccano.client import Doccano
    from goldspan.doccano.journal import Journal
    from goldspan.doccano.plan import Step
    from goldspan.doccano.snapshot import Copy, Snapshot
    from goldspan.doccano.undertaking import Place

LOOK = "Look at it in Doccano and set the span right, then push once more."
FORMER = "Make the former members members again, or delete their spans."
AGAIN = "Another push with --reanchor may have been at work: push once more when it is done."
NOT_OURS = "Pull the work, delete this example in Doccano by hand, and push once more."


def carry(server: Doccano, project: Project, steps: Sequence[Step], book: Journal) -> list[str]:
    """Carry over the spans of these examples; the ids of those that are done.

    An example on which so much was done since the plan was made that it cannot be carried over is left alone: the next
    plan says why.

    Args:
        server: logged in to as a superuser, unless the project is shared.
        project: the project.
        steps: those with the state `reanchor`.
        book: told while the project allows relations.

    Raises:
        ValueRefused: if the user may not move the spans of others.
        ServerError: if the server does not do as it is told; if spans of former members would be left behind, the
            export does not tell the numbers of spans, or somebody set one meanwhile; for a marker that no push wrote.
    """
    if not steps:
        return []
    if not project.collaborative and not server.me().superuser:
        raise ValueRefused(
            "only a superuser of Doccano can move the spans of others",
            remedy="Push with --reanchor as a superuser, or without it.",
        )
    with _numbered(server, project, book) as numbered:
        before = _look(server, numbered, {step.keep or 0 for step in steps})
        pairs = [(step, copy) for step in steps if (copy := before.copies.get(step.keep or 0))]
        begun = {}
        for step, copy in pairs:
            undertaking = _undertaking(step, copy, numbered)
            if undertaking is not None:
                _do(server, numbered, copy, undertaking)
                begun[copy.number] = undertaking
        return _finish(server, _look(server, numbered, begun), begun)


def restore(server: Doccano, project: Project, book: Journal) -> Project:
    """Take relations away again from a project that a push, maybe an interrupted one, made to allow them.

    Returns:
        The project as it is then.
    """
    if not book.relations:
        return project
    restored = server.update_project(project.id, use_relation=False)
    book.relate(allowed=False)
    return restored


def order(now: Mapping[int, tuple[str, Place]], to: Mapping[int, Place]) -> Iterator[tuple[int, Place]]:
    """The moves that bring spans to their places, so that no two of one annotator overlap on the way.

    Where each of some spans stands in the place of another, one waits behind all others until the way is free.

    Args:
        now: by number, whose span it is and where it is.
        to: by number, where it goes; those of one annotator do not overlap there.
    """
    places = {number: place for number, (_, place) in now.items()}
    owners = {number: owner for number, (owner, _) in now.items()}
    pending = sorted(number for number, place in to.items() if number in places and places[number] != place)
    unparked = list(pending)
    while pending:
        free = [number for number in pending if not _blocked(number, to[number], places, owners)]
        if free or not unparked:
            number = (free or pending)[0]
            place = to[number]
            pending.remove(number)
        else:
            number = unparked[0]
            beyond = 1 + max(end for _, end in (*places.values(), *to.values()))
            place = (beyond, beyond + to[number][1] - to[number][0])
        if number in unparked:
            unparked.remove(number)
        places[number] = place
        yield number, place


def _blocked(number: int, place: Place, places: Mapping[int, Place], owners: Mapping[int, str]) -> bool:
    return any(
        other != number and owners[other] == owners[number] and start < place[1] and place[0] < end
        for other, (start, end) in places.items()
    )


@contextlib.contextmanager
def _numbered(server: Doccano, project: Project, book: Journal) -> Iterator[Project]:
    """The project while its exports tell the numbers of spans."""
    if project.use_relation:
        yield project
        return
    book.relate(allowed=True)
    try:
        yield server.update_project(project.id, use_relation=True)
    finally:
        restore(server, project, book)


def _look(server: Doccano, project: Project, numbers: Collection[int]) -> Snapshot:
    """What is there; refused unless it tells of every span of these examples."""
    snapshot = take(server, project, confirmed=False)
    copies = [copy for number, copy in snapshot.copies.items() if number in numbers]
    _refuse_unnumbered(copies)
    _refuse_former(server, snapshot, copies)
    return snapshot


def _refuse_unnumbered(copies: Sequence[Copy]) -> None:
    """Refuse spans that have no number: they would stay where they are, unseen."""
    for copy in copies:
        if any(
            len(work.numbers) < len(work.spans) or any(refused.number is None for refused in work.refused)
            for work in copy.work.values()
        ):
            raise ServerError(
                "the export does not tell the numbers of its spans: they cannot be carried over",
                example=copy.id,
                remedy=AGAIN,
            )


def _refuse_former(server: Doccano, snapshot: Snapshot, copies: Sequence[Copy]) -> None:
    """Refuse to leave behind spans that are in nobody's export."""
    project = snapshot.project.id
    for kind in server.span_types(project):
        there = server.labelled(project, kind.name)
        for copy in copies:
            labels = [one.label for work in copy.work.values() for one in work.spans]
            labels += [one.label for work in copy.work.values() for one in work.refused]
            if there[copy.number] > labels.count(kind.name):
                raise ServerError(
                    f"has spans {kind.name} of somebody who is no member any more: they cannot be carried over",
                    example=copy.id,
                    remedy=FORMER,
                )


def _undertaking(step: Step, copy: Copy, project: Project) -> Undertaking | None:
    """What is to be done, begun already or not; None if it cannot be done any more."""
    marker = copy.row.get(MARKER)
    if marker is not None:
        return _begun(copy, marker)
    text = step.wanted.example.text
    moves = reanchor.find(copy.text, text, (span for work in copy.work.values() for span in work.spans))
    uncounted = reanchor.uncounted(text, moves.to.values(), graphemes=project.grapheme_mode)
    if moves.lost or uncounted or any(work.refused for work in copy.work.values()):
        return None
    spans = {
        number: _place(text, moves.to[span].start, moves.to[span].end, project)
        for work in copy.work.values()
        for span, number in work.numbers.items()
    }
    return Undertaking(text, {**_meta(copy), **step.meta}, spans)


def _begun(copy: Copy, marker: Any) -> Undertaking:  # noqa: ANN401  (JSON is any)
    """The undertaking that an example is marked with."""
    try:
        return Undertaking.loads(marker)
    except (ValueError, TypeError, RecursionError) as error:
        raise ServerError(
            f"its key {MARKER} is not what a push writes ({error})", example=copy.id, remedy=NOT_OURS
        ) from None


def _do(server: Doccano, project: Project, copy: Copy, undertaking: Undertaking) -> None:
    """Mark the example, change its text, move the spans."""
    if MARKER not in _meta(copy):
        server.update_example(project.id, copy.number, meta={**_meta(copy), MARKER: undertaking.dumps()})
    if copy.text != undertaking.text:
        server.update_example(project.id, copy.number, text=undertaking.text)
    for number, (start, end) in order(_places(copy, project), undertaking.spans):
        server.update_span(project.id, copy.number, number, start, end)


def _finish(server: Doccano, after: Snapshot, begun: Mapping[int, Undertaking]) -> list[str]:
    """Take the markers away where all is as it was to be."""
    done, told = [], []
    for number, undertaking in begun.items():
        copy = after.copies.get(number)
        if copy is None:
            continue
        places = {span: place for span, (_, place) in _places(copy, after.project).items()}
        new = sorted(places.keys() - undertaking.spans.keys() - set(undertaking.known))
        astray = sorted(
            span for span in places.keys() & undertaking.spans.keys() if places[span] != undertaking.spans[span]
        )
        if copy.text != undertaking.text or astray:
            raise ServerError("the server did not carry its spans over as it was told", example=copy.id, remedy=LOOK)
        if new:
            known = replace(undertaking, known=(*undertaking.known, *new))
            server.update_example(after.project.id, number, meta={**_meta(copy), MARKER: known.dumps()})
            told.append(f"{copy.id} ({', '.join(f'[{places[span][0]}, {places[span][1]}]' for span in new)})")
            continue
        server.update_example(after.project.id, number, meta=dict(undertaking.meta))
        done.append(copy.id or "")
    if told:
        raise ServerError(f"somebody set spans while the text changed below them: {', '.join(told)}", remedy=LOOK)
    return done


def _places(copy: Copy, project: Project) -> dict[int, tuple[str, Place]]:
    """By number, whose span it is and where it is now."""
    found: dict[int, tuple[str, Place]] = {}
    for owner, work in copy.work.items():
        for span, number in work.numbers.items():
            found[number] = owner, _place(copy.text, span.start, span.end, project)
        for refused in work.refused:
            if refused.number is not None:
                found[refused.number] = owner, (refused.start, refused.end)
    return found


def _place(text: str, start: int, end: int, project: Project) -> Place:
    convert = offsets.to_graphemes if project.grapheme_mode else offsets.to_utf16
    first, last = convert(text, [start, end]).tolist()
    return first, last


def _meta(copy: Copy) -> dict[str, Any]:
    """What travels with a copy, without the gaps that an export fills between rows."""
    return {key: value for key, value in copy.row.items() if value is not None}

"""Copies that nobody worked on and that are not wanted, out of a project: each only while that is still so.

Doccano has no lock, and a delete takes all with it that people left on an example. So copies go by the chunk after a
fresh look, which decides anew what may go and what stays instead; and by the few directly after the server was asked
about these once more:

- where all work on one annotation: the spans and confirmations of each copy that is to go, which must be those that the
  look saw, and none;
- where everybody annotates alone nobody can ask for the spans and confirmations of others by the example. There it is
  asked how many confirmations each person has and how often each label is used: if any differs from before the look,
  it looks again;
- everywhere: whether the copy that stays is still there, and whether anybody wrote a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import offsets
from goldspan.doccano.snapshot import ALL
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.push.plan import Observation
    from goldspan.doccano.snapshot import Snapshot, StoredExample

if TYPE_CHECKING:
    Look = Callable[[Collection[int]], Observation]
    Pulse = tuple[Mapping[str, int], Mapping[str, int]]

LOOKS = 5  # at one chunk, while people are at work
SHARED_AT_ONCE = 10  # each is asked for by itself, and all wait for the last: some tenths of a second at most
ALONE_AT_ONCE = 100  # asked for together


def delete(server: Doccano, project: DoccanoProject, chunk: Sequence[int], look: Look) -> list[int]:
    """Delete the copies that may go; those that may not any more are left to the next plan.

    Args:
        server: where.
        project: the project.
        chunk: the numbers of copies that were to go.
        look: sees what is there now, given the numbers that may be deleted.

    Returns:
        The numbers of those that were deleted.

    Raises:
        ServerError: if the server does not answer as it should, or people are so busy that no look holds long enough.
    """
    deleted: list[int] = []
    for _ in range(LOOKS):
        before = _pulse(server, project)
        left = [number for number in chunk if number not in deleted]
        seen = look(left)
        going = _going(seen, left)
        for some in _few(going, project):
            held = _held(server, seen.snapshot, some)
            if _pulse(server, project) != before:
                break
            if held:
                server.delete_examples(project.id, held)
                deleted += held
        else:
            return deleted
    raise ServerError(
        f"people were at work each time that copies nobody worked on were to be deleted, {LOOKS} times",
        remedy="Push again when fewer people are at work. Nothing is lost: what is left is there twice.",
    )


def _few(going: Mapping[int, int], project: DoccanoProject) -> Iterator[dict[int, int]]:
    numbers, size = sorted(going), SHARED_AT_ONCE if project.collaborative else ALONE_AT_ONCE
    for begin in range(0, len(numbers), size):
        yield {number: going[number] for number in numbers[begin : begin + size]}


def _going(seen: Observation, chunk: Collection[int]) -> dict[int, int]:
    """The numbers of the copies that may go, each with that of a copy that stays."""
    found: dict[int, int] = {}
    wanted = set(chunk)
    for step in seen.plan.steps:
        if seen.snapshot is None or step.state == "replace" or wanted.isdisjoint(step.drop):
            continue
        here = (copy.number for copy in seen.snapshot.by_id[step.wanted.example.id])
        stays = min((number for number in here if number not in step.drop), default=None)
        if stays is not None:
            keep = stays if step.keep is None else step.keep
            found |= {number: keep for number in step.drop if number in wanted}
    return found


def _held(server: Doccano, snapshot: Snapshot | None, going: Mapping[int, int]) -> list[int]:
    """Those of which the server says now that they are as they were seen, and that what stays instead is there."""
    assert snapshot is not None
    project = snapshot.project
    commented = {comment.example for comment in server.comments(project.id)}
    stay = {number for number in set(going.values()) if server.has_example(project.id, number)}
    held = [number for number, keep in going.items() if keep in stay and number not in commented]
    if not project.collaborative:
        return held
    labels = {kind.id: kind.name for kind in server.span_types(project.id)}
    return [number for number in held if _is_as_seen(server, snapshot.copies[number], project, labels)]


def _is_as_seen(server: Doccano, copy: StoredExample, project: DoccanoProject, labels: Mapping[int, str]) -> bool:
    """Whether a copy of a shared annotation has the spans that were seen, and nobody confirmed it."""
    if server.confirmations(project.id, copy.number):
        return False
    now = sorted((start, end, labels.get(label, "")) for start, end, label in server.spans(project.id, copy.number))
    return now == sorted(_places(copy, project))


def _places(copy: StoredExample, project: DoccanoProject) -> Iterator[tuple[int, int, str]]:
    """Start, end and label of the spans of a shared annotation, in the server's unit."""
    convert = offsets.to_graphemes if project.grapheme_mode else offsets.to_utf16
    work = copy.work[ALL]
    for span in work.spans:
        start, end = convert(copy.text, [span.start, span.end]).tolist()
        yield start, end, span.label
    yield from ((invalid.start, invalid.end, invalid.label) for invalid in work.invalid)


def _pulse(server: Doccano, project: DoccanoProject) -> Pulse | None:
    """What shows that somebody is at work where everybody annotates alone: confirmations by person, spans by label."""
    if project.collaborative:
        return None
    labels = {kind.name: server.count(project.id, kind.name) for kind in server.span_types(project.id)}
    return server.progress(project.id), labels

"""Deletes copies that nobody worked on and that are not desired, each only while that is still so.

Doccano has no lock, and a delete takes all with it that people left on an example. So copies are deleted in chunks,
each after a new observation, which decides again what may be deleted and what stays instead; and of a chunk a few at a
time, directly after the server was asked about these once more:

- in a shared project: the spans and confirmations of each copy that is to be deleted. The spans must be those of the
  observation, and there must be no confirmation;
- where everybody annotates alone nobody can ask for the spans and confirmations of others by the example. There it is
  asked how many confirmations each person has and how often each label is used: if anything differs from before the
  observation, the project is observed again;
- everywhere: whether the copy that stays is still there, if one is to stay, and whether anybody wrote a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

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
    Observe: TypeAlias = Callable[[Collection[int]], Observation]
    Activity: TypeAlias = tuple[Mapping[str, int], Mapping[str, int]]

ATTEMPTS = 5  # at one chunk, while people are at work
SHARED_AT_ONCE = 10  # each is asked for by itself, and all wait for the last: some tenths of a second at most
ALONE_AT_ONCE = 100  # asked for together


def delete(server: Doccano, project: DoccanoProject, chunk: Sequence[int], observe: Observe) -> list[int]:
    """Delete the copies that may be deleted; those that may not any more are left to the next plan.

    Args:
        server: where the project is.
        project: the project.
        chunk: the numbers of the copies to delete.
        observe: observes what is there now, given the numbers that may be deleted.

    Returns:
        The numbers of those that were deleted.

    Raises:
        ServerError: if the server does not answer as it should, or people are so busy that no observation holds long
            enough.
    """
    deleted: list[int] = []
    server.require_listed(project.id, chunk)  # now: afterwards it would come between the last question and the delete
    for _ in range(ATTEMPTS):
        before = _activity(server, project)
        left = [number for number in chunk if number not in deleted]
        observation = observe(left)
        deletable = _deletable(observation, left)
        for batch in _batches(deletable, project):
            unchanged = _unchanged(server, observation.snapshot, batch)
            if _activity(server, project) != before:
                break
            if unchanged:
                server.delete_examples(project.id, unchanged)
                deleted += unchanged
        else:
            return deleted
    raise ServerError(
        f"people were at work each time that copies nobody worked on were to be deleted, {ATTEMPTS} times",
        remedy="Push again when fewer people are at work. Nothing is lost: what is left is there twice.",
    )


def _batches(deletable: Mapping[int, int | None], project: DoccanoProject) -> Iterator[dict[int, int | None]]:
    numbers, size = sorted(deletable), SHARED_AT_ONCE if project.collaborative else ALONE_AT_ONCE
    for begin in range(0, len(numbers), size):
        yield {number: deletable[number] for number in numbers[begin : begin + size]}


def _deletable(observation: Observation, chunk: Collection[int]) -> dict[int, int | None]:
    """The numbers of the copies that may be deleted, each with that of a copy that stays; None if none is to stay."""
    deletable: dict[int, int | None] = {}
    candidates = set(chunk)
    for step in observation.plan.steps:
        if observation.snapshot is None or step.state == "replace" or candidates.isdisjoint(step.delete):
            continue
        if step.state == "remove":
            deletable |= dict.fromkeys(candidates.intersection(step.delete))
            continue
        copies = (copy.number for copy in observation.snapshot.by_id[step.desired.example.id])
        oldest = min((number for number in copies if number not in step.delete), default=None)
        if oldest is not None:
            keep = oldest if step.keep is None else step.keep
            deletable |= {number: keep for number in step.delete if number in candidates}
    return deletable


def _unchanged(server: Doccano, snapshot: Snapshot | None, batch: Mapping[int, int | None]) -> list[int]:
    """The copies of which the server reports now that they are as observed, and that the copy that stays is there."""
    assert snapshot is not None
    project = snapshot.project
    commented = {comment.example for comment in server.comments(project.id)}
    keeping = set(batch.values())
    staying = {number for number in keeping if number is None or server.has_example(project.id, number)}
    unchanged = [number for number, keep in batch.items() if keep in staying and number not in commented]
    if not project.collaborative:
        return unchanged
    labels = {each.id: snapshot.names.label(each.name) for each in server.span_types(project.id)}
    return [number for number in unchanged if _is_as_observed(server, snapshot.copies[number], project, labels)]


def _is_as_observed(server: Doccano, copy: StoredExample, project: DoccanoProject, labels: Mapping[int, str]) -> bool:
    """Whether a copy of a shared annotation has the spans that were observed, and nobody confirmed it."""
    if server.confirmations(project.id, copy.number):
        return False
    now = sorted((start, end, labels.get(label, "")) for start, end, label in server.spans(project.id, copy.number))
    return now == sorted(_server_spans(copy, project))


def _server_spans(copy: StoredExample, project: DoccanoProject) -> Iterator[tuple[int, int, str]]:
    """Start, end and label of the spans of a shared annotation, in the server's unit."""
    convert = offsets.to_graphemes if project.grapheme_mode else offsets.to_utf16
    work = copy.work[ALL]
    for span in work.spans:
        start, end = convert(copy.text, [span.start, span.end]).tolist()
        yield start, end, span.label
    yield from ((span.start, span.end, span.label) for span in work.invalid)


def _activity(server: Doccano, project: DoccanoProject) -> Activity | None:
    """What shows that somebody is at work where everybody annotates alone: confirmations by person, spans by label."""
    if project.collaborative:
        return None
    labels = {label.name: server.count(project.id, label.name) for label in server.span_types(project.id)}
    return server.progress(project.id), labels

"""How far each annotator is: how many examples and words they are to read, have confirmed, and have before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.doccano.human_work import has_work
from goldspan.doccano.member_projects import is_common
from goldspan.doccano.snapshot import ALL
from goldspan.models.order_plan import count_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from goldspan.annotation import Example
    from goldspan.doccano.snapshot import Snapshot

GOLD = "gold"  # in place of a folder of passes, where all work on one annotation


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AnnotatorProgress:
    """How far one annotator is in one project.

    Args:
        folder: of their passes, in which a pull writes; `gold` in a shared project.
        member: the name of the user on the server; empty in a shared project.
        project: the name of the project.
        assigned: how many of its examples they are to read: those that they see, and those that they confirmed.
        confirmed: how many of these they confirmed.
        assigned_words: how many words the assigned examples have.
        confirmed_words: how many words the confirmed examples have.
    """

    folder: str
    member: str
    project: str
    assigned: int
    confirmed: int
    assigned_words: int
    confirmed_words: int

    @property
    def open(self) -> int:
        """How many examples wait for them."""
        return self.assigned - self.confirmed

    @property
    def open_words(self) -> int:
        """How many words the examples have that wait for them."""
        return self.assigned_words - self.confirmed_words

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "folder": self.folder,
            "member": self.member,
            "project": self.project,
            "assigned": self.assigned,
            "confirmed": self.confirmed,
            "open": self.open,
            "words": {"assigned": self.assigned_words, "confirmed": self.confirmed_words, "open": self.open_words},
        }


def confirmed_work(
    snapshot: Snapshot, annotators: Iterable[str], examples: Mapping[str, Example], language: str
) -> dict[str, tuple[int, int]]:
    """By annotator how many examples of the corpus they confirmed, and how many words these have.

    Args:
        snapshot: what a project holds, without its controls.
        annotators: the names of users; `snapshot.ALL` alone in a shared project.
        examples: of the corpus, by id; no other example counts.
        language: of the texts.
    """
    found = dict.fromkeys(annotators, (0, 0))
    for example, copies in snapshot.by_id.items():
        names = {name for copy in copies for name, work in copy.work.items() if work.confirmed} & found.keys()
        if names and example in examples:
            words = count_words([examples[example]], language)
            found |= {name: (found[name][0] + 1, found[name][1] + words) for name in names}
    return found


def annotating_users(snapshot: Snapshot, members: Iterable[str], *, member: str | None = None) -> list[str]:
    """Who annotates in a project, sorted; `snapshot.ALL` alone where nobody knows whose the one annotation is.

    Args:
        snapshot: what the project holds, without its controls.
        members: the names of its members who are no administrators; administrators count who did something.
        member: whose project it is, if one member has it alone.
    """
    if is_common(snapshot):
        return [ALL]
    if member is not None:
        return [member]
    active = {name for copy in snapshot.copies.values() for name, work in copy.work.items() if has_work(work)}
    return sorted(active.union(members))


def annotators_progress(
    snapshot: Snapshot,
    annotators: Iterable[str],
    words: Mapping[str, int],
    *,
    folders: Mapping[str, str],
    members: Mapping[str, str],
    hidden: Mapping[str, Collection[int]],
) -> Iterator[AnnotatorProgress]:
    """How far each of these annotators is, in their order.

    Args:
        snapshot: what a project holds, without its controls.
        annotators: the names of users; `snapshot.ALL` alone in a shared project.
        words: by example of the corpus, how many words it has; no other example counts.
        folders: by user name, or `snapshot.ALL`, the folder of their passes, where it is another.
        members: under `snapshot.ALL`, whose project it is if one member has it alone.
        hidden: by user name the numbers of the copies that they do not see.
    """
    for name in annotators:
        assigned, confirmed = set[str](), set[str]()
        unseen = hidden.get(name, ())
        for example, copies in snapshot.by_id.items():
            if example not in words:
                continue
            if any((work := copy.work.get(name)) is not None and work.confirmed for copy in copies):
                confirmed.add(example)
            elif any(copy.number not in unseen for copy in copies):
                assigned.add(example)
        assigned |= confirmed
        yield AnnotatorProgress(
            folder=folders.get(name, name) or GOLD,
            member=members.get(name, name),
            project=snapshot.project.name,
            assigned=len(assigned),
            confirmed=len(confirmed),
            assigned_words=sum(words[example] for example in assigned),
            confirmed_words=sum(words[example] for example in confirmed),
        )

"""What a Doccano holds, project by project, in numbers and digests: read from its database, or over its API.

Both ways give the same for the same work, so that a server can be compared with a backup. What only one of them sees is
left out of the digests: the API shows no spans of former members but their number, and in a project that all work on
together not who drew a span.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from goldspan.validation import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.doccano.client.schema import DoccanoProject

TOGETHER = ""  # whose work it is in a project that all work on together
SHARED, INDEPENDENT = "shared", "independent"

Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class MemberContents(StrictModel):
    """The work of a member in a project; in a shared project, that of all together."""

    spans: Count
    confirmed: Count
    digest: Digest


class ProjectContents(StrictModel):
    """What a project holds.

    Args:
        number: Doccano's number of it.
        name: its name.
        key: what goldspan wrote into its description; empty if it did not.
        kind: `independent`, `shared`, or the name of a task that is not that of goldspan.
        examples: how many there are.
        spans: by label, how many there are by anybody, former members included.
        confirmed: by user name, how many examples they confirmed, former members included.
        comments: how many there are.
        members: by user name, the role.
        work: by user name, or under `TOGETHER`.
        other: by table, how many other annotations there are, such as categories and relations; only the database shows
            them.
        texts: the digest of number, text and metadata of all examples.
        words: the digest of all comments.
    """

    number: int
    name: str
    key: str
    kind: str
    examples: Count
    spans: dict[str, Count]
    confirmed: dict[str, Count]
    comments: Count
    members: dict[str, str]
    work: dict[str, MemberContents]
    other: dict[str, Count]
    texts: Digest
    words: Digest

    @property
    def is_sequence_labelling(self) -> bool:
        """Whether the API shows all of it to goldspan."""
        return self.kind in (SHARED, INDEPENDENT)


class ServerContents(StrictModel):
    """What a server holds: its users' names, and its projects in the order of their numbers."""

    users: list[str]
    projects: list[ProjectContents]


@dataclass(frozen=True, slots=True)
class ContentDifference:
    """Where a server differs from a backup.

    Args:
        project: the name of the project; empty for what is of the server.
        what: what differs, as `spans of anna`.
        backup: what the backup has.
        server: what the server has.
    """

    project: str
    what: str
    backup: str
    server: str

    def json(self) -> dict[str, str]:
        """For `--json`."""
        return {"project": self.project, "what": self.what, "backup": self.backup, "server": self.server}


@dataclass
class ProjectReading:
    """The content of a project while it is read; all that is compared goes through here.

    Args:
        number: Doccano's number of it.
        name: its name.
        key: what goldspan wrote into it.
        kind: as in `ProjectContents`.
        members: by user name, the role.
    """

    number: int
    name: str
    key: str
    kind: str
    members: dict[str, str]
    spans: Counter[str] = field(default_factory=Counter)
    confirmed: dict[str, int] = field(default_factory=dict)
    other: dict[str, int] = field(default_factory=dict)
    _examples: list[list[Any]] = field(default_factory=list)
    _comments: list[list[Any]] = field(default_factory=list)
    _drawn: dict[str, list[list[Any]]] = field(default_factory=dict)
    _done: dict[str, list[int]] = field(default_factory=dict)

    def add_example(self, number: int, text: str, meta: Mapping[str, Any]) -> None:
        """Add an example."""
        self._examples.append([number, text, meta])

    def add_comment(self, example: int, user: str, text: str) -> None:
        """Add a comment of a user."""
        self._comments.append([example, user, text])

    def add_span(self, example: int, user: str, start: int, end: int, label: str) -> None:
        """Add a span that the API shows, with its offsets as the server has them."""
        self._drawn.setdefault(self._whose(user), []).append([example, start, end, label])

    def add_confirmation(self, example: int, user: str) -> None:
        """Add a confirmation that the API shows."""
        self._done.setdefault(self._whose(user), []).append(example)

    def contents(self) -> ProjectContents:
        """What was read."""
        people = [TOGETHER] if self.kind == SHARED else sorted(self.members) if self.kind == INDEPENDENT else []
        return ProjectContents(
            number=self.number,
            name=self.name,
            key=self.key,
            kind=self.kind,
            examples=len(self._examples),
            spans=_present(self.spans),
            confirmed=_present(self.confirmed),
            comments=len(self._comments),
            members=dict(sorted(self.members.items())),
            work={person: self._work(person) for person in people},
            other=_present(self.other),
            texts=_digest(self._examples),
            words=_digest(self._comments),
        )

    def _whose(self, user: str) -> str:
        return TOGETHER if self.kind == SHARED else user

    def _work(self, person: str) -> MemberContents:
        spans, done = self._drawn.get(person, []), sorted(set(self._done.get(person, [])))
        return MemberContents(spans=len(spans), confirmed=len(done), digest=_digest([*spans, *([one] for one in done)]))


def project_kind_name(project: DoccanoProject) -> str:
    """What a project for sequence labelling is called here."""
    return SHARED if project.collaborative else INDEPENDENT


def compare(backup: ServerContents, server: ServerContents, *, unseen: Iterable[int] = ()) -> list[ContentDifference]:
    """Where a server differs from a backup; empty if it holds the same.

    Args:
        backup: what was there then.
        server: what is there now.
        unseen: the numbers of the projects that could not be read on the server.
    """
    found = _of_names("", "users", backup.users, server.users)
    theirs, hidden = {each.number: each for each in server.projects}, set(unseen)
    for then in backup.projects:
        now = theirs.pop(then.number, None)
        if then.number in hidden:
            continue
        if now is None:
            found.append(ContentDifference(then.name, "project", f"number {then.number}", "is not there"))
        else:
            found += compare_projects(then, now)
    found += [ContentDifference(now.name, "project", "is not there", f"number {now.number}") for now in theirs.values()]
    return found


def compare_projects(then: ProjectContents, now: ProjectContents) -> list[ContentDifference]:
    """Where a project differs from what a backup has of it."""
    found = [
        ContentDifference(then.name, what, str(mine), str(theirs))
        for what, mine, theirs in (
            ("name", then.name, now.name),
            ("key", then.key, now.key),
            ("kind", then.kind, now.kind),
            ("examples", then.examples, now.examples),
            ("comments", then.comments, now.comments),
        )
        if mine != theirs
    ]
    for what, mine, theirs in (
        ("role of", then.members, now.members),
        ("spans with the label", then.spans, now.spans),
        ("confirmations of", then.confirmed, now.confirmed),
        ("annotations in", then.other, now.other),
    ):
        for name in sorted({*mine, *theirs}):
            if mine.get(name) != theirs.get(name):
                none = "no member" if what == "role of" else 0
                found.append(
                    ContentDifference(
                        then.name, f"{what} {name}", str(mine.get(name, none)), str(theirs.get(name, none))
                    )
                )
    found += [
        ContentDifference(then.name, what, "as they were", "others, of the same number")
        for what, is_same, counts in (
            ("texts and metadata", then.texts == now.texts, then.examples == now.examples),
            ("words of comments", then.words == now.words, then.comments == now.comments),
        )
        if not is_same and counts
    ]
    for person in sorted({*then.work, *now.work}):
        found += _of_work(then, person, then.work.get(person), now.work.get(person))
    return found


def _of_work(
    then: ProjectContents, person: str, mine: MemberContents | None, theirs: MemberContents | None
) -> list[ContentDifference]:
    """What a member's work differs in; that somebody is no member is said elsewhere."""
    if mine is None or theirs is None or mine == theirs:
        return []
    whose = f" of {person}" if person else ""
    counts = [
        ContentDifference(then.name, f"{what}{whose}", str(one), str(other))
        for what, one, other in (
            ("spans", mine.spans, theirs.spans),
            ("confirmed examples", mine.confirmed, theirs.confirmed),
        )
        if one != other
    ]
    return counts or [ContentDifference(then.name, f"spans{whose}", "as they were", "others, of the same number")]


def _of_names(project: str, what: str, mine: Iterable[str], theirs: Iterable[str]) -> list[ContentDifference]:
    missing, new = sorted({*mine} - {*theirs}), sorted({*theirs} - {*mine})
    return [ContentDifference(project, what, name, "is not there") for name in missing] + [
        ContentDifference(project, what, "is not there", name) for name in new
    ]


def _present(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that are not zero, sorted by name."""
    return {name: number for name, number in sorted(counts.items()) if number}


def _digest(rows: Iterable[Any]) -> str:
    """A short digest of rows, whatever their order."""
    lines = sorted(json.dumps(row, sort_keys=True, ensure_ascii=True) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

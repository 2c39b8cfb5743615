"""Invitations: what an annotator needs to begin, as a text that a lead pastes into a mail.

It holds no password: an account's is printed once, when the account is made, and travels another way.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from goldspan import files
from goldspan.corpus.folder_names import folder_name_problem
from goldspan.doccano.annotator_guide import OPEN_ITEMS
from goldspan.doccano.assignments import annotators_of
from goldspan.doccano.project import project_kind
from goldspan.errors import InputError
from goldspan.report.text import visible
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject

OPENING = "You are invited to"
LISTED = 8  # labels whose keys are listed
COLUMNS = 88  # of a line
WIDTH = 15  # columns of what stands before a line's content


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation to one or several people.

    Args:
        names: of the users.
        url: of the server.
        project: its name; None if they are not invited to a particular one.
        number: of the project on the server.
        keys: the key and the name of each label that has a key there.
        keyless: the number of labels without one.
        disputes: whether they are to settle disputes there.
        corrects: whether they are to correct suggestions there.
    """

    names: tuple[str, ...]
    url: str
    project: str | None = None
    number: int | None = None
    keys: tuple[tuple[str, str], ...] = ()
    keyless: int = 0
    disputes: bool = False
    corrects: bool = False

    @property
    def link(self) -> str | None:
        """The address of the open examples; None without a project."""
        return None if self.number is None else f"{self.url}/projects/{self.number}/sequence-labeling{OPEN_ITEMS}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the lead should know before sending it."""
        notes = []
        if is_loopback(self.url):
            notes.append(
                f"{self.url} is an address of this machine alone: nobody can open it from another one. For others, set "
                "DOCCANO_URL to a server that they reach."
            )
        if self.project is None:
            notes.append("With --project NAME the invitation has the link to the open examples, and the labels' keys.")
        return tuple(notes)

    @property
    def text(self) -> str:
        """The invitation; each line is short enough for a mail, addresses aside."""
        what = "settle disputes" if self.disputes else "annotate"
        who = ", ".join(" ".join(name.split()) for name in self.names)
        lines = [
            f"{OPENING} {what} in “{self.project}”." if self.project else f"{OPENING} {what}.",
            "",
            _line("Address", self.url),
            *_folded("User name", f"your own ({who})" if len(self.names) > 1 else who),
            _line("Password", "comes separately"),
        ]
        if self.link is not None:
            lines += [
                _line("Start here", self.link),
                _line("", "Log in at the address first, then open this link: it shows what is still open."),
                _line("", "Keep it as a bookmark. The project's home page (Import a dataset …) is not for you."),
            ]
        lines += [
            _line("Guidelines", "the open book above the text (“Show Guideline”): read them first."),
            _line("In doubt", "decide, then comment with the rule's id: speech bubble above the text, then Send."),
            *([_line("Marks", "that are there were made by a program, and some are wrong.")] if self.corrects else []),
            "",
            "Five keys:",
            *self._keys(),
            "",
            "Only what you confirmed counts, also where there is nothing to mark. Nothing can be undone.",
        ]
        return visible("\n".join(lines))

    def _keys(self) -> list[str]:
        lines = [_line("  label's key", "chooses the label, and it stays chosen: then drag over the words")]
        if self.keys:
            lines += _folded("", ", ".join(f"{key}\N{NO-BREAK SPACE}{label}" for key, label in self.keys[:LISTED]))
        if len(self.keys) > LISTED:
            lines.append(_line("", "and others: the guidelines have all keys"))
        if self.keyless:
            lines.append(_line("", "a label without a key: click its name beside the text"))
        return [
            *lines,
            _line("  right click", "on the name under marked words: the mark is deleted (left click: its label)"),
            _line("  Enter", "confirms the example: press it once"),
            _line("  →", "the next example"),
            _line("  ←", "the example before"),
        ]

    def json(self) -> dict[str, Any]:
        """What it is about, and its text for each user."""
        return {
            "url": self.url,
            "project": self.project,
            "link": self.link,
            "users": [{"name": name, "text": self.to(name).text} for name in self.names],
            "notes": list(self.notes),
        }

    def to(self, name: str) -> Invitation:
        """The invitation of one of them."""
        return replace(self, names=(name,))

    def write(self, folder: Path) -> list[Path]:
        """Write a text file for each user; returns the files.

        Raises:
            InputError: for a file that is there and is no invitation.
        """
        texts = {folder / _file_name(name): f"{self.to(name).text}\n" for name in self.names}
        for path in texts:
            if files.is_there(path) and not files.read_bytes(path).startswith(OPENING.encode()):
                raise InputError("exists and is no invitation", file=path, remedy="Name another folder.")
        for path, text in texts.items():
            files.write(path, text)
        return [*texts]


def invite(server: Doccano, names: Sequence[str], project: DoccanoProject | None) -> Invitation:
    """An invitation of users to a server, or to a project there with the labels and keys that it has now.

    Args:
        server: where they annotate.
        names: of the users, at least one.
        project: where they are, or will be, members.
    """
    url = server.url
    if project is None:
        return Invitation(names=tuple(names), url=url)
    types = server.span_types(project.id)
    keys = tuple((each.key, each.name) for each in types if each.key and not each.prefix)
    return Invitation(
        names=tuple(names),
        url=url,
        project=project.name,
        number=project.id,
        keys=keys,
        keyless=len(types) - len(keys),
        disputes=project_kind(project) == "disputes",
        corrects=project_kind(project) == "private",
    )


def invite_members(server: Doccano, project: DoccanoProject) -> Invitation | None:
    """The invitation of those who annotate in a project; None if nobody does yet."""
    names = [member.username for member in annotators_of(server.members(project.id))]
    return invite(server, names, project) if names else None


def _line(head: str, content: str) -> str:
    return f"{head:<{WIDTH}}{content}".rstrip()


def _folded(head: str, content: str) -> list[str]:
    """A line, folded between words where it is too long for a mail."""
    first, *rest = textwrap.wrap(content, COLUMNS - WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    return [_line(head, first), *(_line("", line) for line in rest)]


def _file_name(name: str) -> str:
    return f"invitation-{quote(name, safe='') if folder_name_problem(name) else name}.txt"

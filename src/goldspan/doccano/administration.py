"""What an administrator sets up on a server: users, projects, labels, members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.doccano import answers, paging
from goldspan.doccano.calls import Calls
from goldspan.errors import ServerError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.answers import Member, Project, SpanType, User


class Administration(Calls):
    """Users, projects, labels and members."""

    def me(self) -> User:
        """The user that is logged in."""
        return answers.user(self._get("v1/me"))

    def users(self) -> list[User]:
        """All users of the server."""
        return [answers.user(row) for row in answers.entries(self._get("v1/users"), "users")]

    def create_user(self, username: str, password: str) -> User:
        """Make a user; the server judges the password."""
        form = {"username": username, "password1": password, "password2": password}
        return answers.user(self._send("POST", "v1/users/create", form))

    def roles(self) -> dict[str, int]:
        """The number of each role, by its name."""
        rows = [answers.entry(row, "a role") for row in answers.entries(self._get("v1/roles"), "roles")]
        return {answers.get(row, "name", str): answers.get(row, "id", int) for row in rows}

    def projects(self) -> list[Project]:
        """The projects for sequence labelling that the user is a member of, the newest first."""
        return [answers.project(row) for row in self._projects() if _labels_sequences(row)]

    def project(self, name: str) -> Project | None:
        """The project of that name, None if there is none.

        Raises:
            ServerError: if several have the name, or one that is not for sequence labelling.
        """
        rows = [row for row in self._projects() if row.get("name") == name]
        if len(rows) > 1:
            raise ServerError(
                f"{len(rows)} projects are called {name!r}",
                remedy="Rename all but one in Doccano: a name must mean one.",
            )
        if rows and not _labels_sequences(rows[0]):
            raise ServerError(
                f"the project {name!r} is for {rows[0].get('project_type')}",
                remedy="Take another name for the project.",
            )
        return answers.project(rows[0]) if rows else None

    def create_project(
        self, name: str, *, collaborative: bool, description: str = "", guideline: str = "", **flags: bool
    ) -> Project:
        """Make a project for sequence labelling; `flags` are the further fields of `Project`."""
        said = {"name": name, "collaborative": collaborative, "guideline": guideline, **flags}
        if description:  # Doccano has an empty one by default, and refuses it when given
            said["description"] = description
        kind = {"project_type": answers.SEQUENCE_LABELLING, "resourcetype": "SequenceLabelingProject"}
        return answers.project(self._send("POST", "v1/projects", _named(said, answers.PROJECT_FIELDS) | kind))

    def update_project(self, project: int, **changes: str | bool) -> Project:
        """Change fields of a project, under the names that `Project` gives them."""
        said = _named(changes, answers.PROJECT_FIELDS) | {"resourcetype": "SequenceLabelingProject"}
        return answers.project(self._send("PATCH", f"v1/projects/{project:d}", said))

    def delete_project(self, project: int) -> None:
        """Delete a project and all that is in it."""
        self._send("DELETE", f"v1/projects/{project:d}")

    def span_types(self, project: int) -> list[SpanType]:
        """The labels of a project, in the order of their making."""
        return [
            answers.span_type(row)
            for row in answers.entries(self._get(f"v1/projects/{project:d}/span-types"), "labels")
        ]

    def create_span_type(
        self, project: int, name: str, colour: str, text_colour: str = "#ffffff", key: str | None = None
    ) -> SpanType:
        """Make a label; `key` is one of 0-9 and a-z."""
        said = {"name": name, "colour": colour, "text_colour": text_colour, "prefix": None, "key": key}
        fields = _named(said, answers.SPAN_TYPE_FIELDS)
        return answers.span_type(self._send("POST", f"v1/projects/{project:d}/span-types", fields))

    def update_span_type(self, project: int, span_type: int, **changes: str | None) -> SpanType:
        """Change fields of a label, under the names that `SpanType` gives them."""
        fields = _named(changes, answers.SPAN_TYPE_FIELDS)
        return answers.span_type(self._send("PATCH", f"v1/projects/{project:d}/span-types/{span_type:d}", fields))

    def members(self, project: int) -> list[Member]:
        """The current members of a project."""
        return [
            answers.member(row) for row in answers.entries(self._get(f"v1/projects/{project:d}/members"), "members")
        ]

    def add_member(self, project: int, user: int, role: int) -> Member:
        """Make a user a member; `user` and `role` are numbers."""
        return answers.member(self._send("POST", f"v1/projects/{project:d}/members", {"user": user, "role": role}))

    def update_member(self, project: int, member: int, role: int) -> Member:
        """Give a member another role; both are numbers."""
        return answers.member(self._send("PATCH", f"v1/projects/{project:d}/members/{member:d}", {"role": role}))

    def _projects(self) -> Iterator[dict[str, Any]]:
        return paging.once(self._pages("v1/projects"), "projects")


def _labels_sequences(row: dict[str, Any]) -> bool:
    return row.get("project_type") == answers.SEQUENCE_LABELLING


def _named(said: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Our names for the fields, turned into the server's."""
    for name in said:
        if name not in names:
            raise ValueRefused(f"there is no field {name!r}", remedy=f"The fields are {', '.join(names)}.")
    return {names[name]: value for name, value in said.items()}

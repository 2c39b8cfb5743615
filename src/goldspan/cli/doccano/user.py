"""`goldspan doccano user`."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.doccano.start import project_around
from goldspan.cli.next_step import print_next_step
from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from goldspan.doccano.users import CreatedUser


def run(
    *,
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="The names of the users.")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask for each password, on a terminal.")] = False,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="Invite them to this project, with the link to its open examples.",
            show_default=False,
        ),
    ] = None,
    invitations: console.Invitations = None,
    json: console.Json = None,
    home: console.Home = None,
) -> None:
    """Create accounts for annotators.

    Each account gets a random password. It is printed once and stored nowhere. An account that exists stays as it
    is. To make users members of a project, list them in annotation_guidelines/members.toml. The command also prints
    an invitation for all of them that you can paste into a mail. Neither the invitation nor --json has a password.
    """
    from goldspan.corpus import outputs
    from goldspan.doccano import credentials, invitation, users
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.project_identity import find_project

    if ask and (sys.stdin is None or not sys.stdin.isatty()):  # None if it was closed
        raise NotFoundError("--ask needs a terminal", remedy="Leave it out: a random password is printed then.")
    if invitations is not None:
        outputs.validate_folder(invitations)
    with Doccano(credentials.find_account(home)) as server:
        found = None if project is None else find_project(server, project)
        created = []
        for user in users.create_users(server, names, _ask if ask else users.random_password):
            console.print_line(_line(user, with_password=not ask), flush=True)
            created.append(user)
        members = set() if found is None else {member.username for member in server.members(found.id)}
        invited = invitation.invite(server, [user.name for user in created], found)
    report = {"users": [{"name": user.name, "created": user.password is not None} for user in created]}
    console.write_json(json, "doccano-user", {**report, "invitation": invited.json()})
    console.print_invitation(invited, invitations)
    if found is not None and (missing := [user.name for user in created if user.name not in members]):
        console.print_line(
            f"note: not members of {found.name!r} yet: {', '.join(missing)}. List them in "
            "annotation_guidelines/members.toml, then push."
        )
    print_next_step(project_around(), "user", json, home=home)


def _line(user: CreatedUser, *, with_password: bool) -> str:
    if user.password is None:
        return f"{user.name}: exists already, left unchanged"
    return f"{user.name}: created, password {user.password}" if with_password else f"{user.name}: created"


def _ask(name: str) -> str:
    password = getpass.getpass(f"Password for {name}: ")
    if password != getpass.getpass("Once more: "):
        raise InvalidValueError(
            "the two passwords are not the same", remedy="No account was created for this name: try again."
        )
    return password

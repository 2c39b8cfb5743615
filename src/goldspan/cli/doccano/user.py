"""`goldspan doccano user`."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from goldspan.doccano.users import CreatedUser


def run(
    *,
    names: Annotated[list[str], typer.Argument(help="The names of the users.")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask for each password, on a terminal.")] = False,
    home: console.Home = None,
) -> None:
    """Create accounts for annotators, each with a random password that is printed once and stored nowhere.

    A user who exists already is left unchanged. To make users members of a project, list them in
    annotation_guidelines/members.toml.
    """
    from goldspan.doccano import credentials, users
    from goldspan.doccano.client.api import Doccano

    if ask and not sys.stdin.isatty():
        raise NotFoundError("--ask needs a terminal", remedy="Leave it out: a random password is printed then.")
    with Doccano(credentials.find_account(home)) as server:
        for user in users.create_users(server, names, _ask if ask else users.random_password):
            console.print_line(_line(user, with_password=not ask), flush=True)


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

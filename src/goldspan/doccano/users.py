"""Accounts for annotators: made with a password that nobody has seen before."""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.doccano import members
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goldspan.doccano.client.api import Doccano

NAME = re.compile(r"[\w.@+-]{1,150}")  # what Django takes as a user name
LETTERS = "".join(sorted({*string.ascii_letters, *string.digits} - set("0O1lI")))  # none is taken for another
LENGTH = 16  # of 57 letters: 93 bits


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """An account.

    Args:
        name: of the user.
        password: that was set; None if the user was there already. It shows in no representation.
    """

    name: str
    password: str | None = field(repr=False)


def random_password(_: str) -> str:
    """A password that cannot be guessed and can be typed."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def create_users(
    server: Doccano, names: Sequence[str], choose: Callable[[str], str] = random_password
) -> Iterator[CreatedUser]:
    """Make an account for each name, one after the other; a user who is there already is left alone.

    Args:
        server: logged in to as staff.
        names: of the users.
        choose: gives the password for a name.

    Raises:
        InvalidValueError: for a name that cannot be a user's, or not that of a folder of passes; nobody is made then.
        ServerError: if the server refuses the password, or an account may not be made.
    """
    for name in names:
        if not NAME.fullmatch(name) or members.unfit(name):
            why = members.unfit(name) or "may hold letters, digits and . @ + - _ alone, 150 at most"
            raise InvalidValueError(f"{name!r} cannot be a user: the name {why}", remedy="Take another name.")
    known = {user.username for user in server.users()}
    spelt = {name.lower(): name for name in known}
    for name in names:
        if (other := spelt.setdefault(name.lower(), name)) != name:
            raise InvalidValueError(
                f"{name!r} cannot be a user: there is {other!r}, which differs in capitals alone",
                remedy="Take another name.",
            )
    for name in dict.fromkeys(names):
        password = None if name in known else choose(name)
        if password is not None:
            server.create_user(name, password)
        yield CreatedUser(name, password)

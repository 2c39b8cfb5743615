"""Creates accounts for annotators, each with a new password."""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.corpus.folder_names import folder_name_problem
from goldspan.doccano.rights import require_staff
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from goldspan.doccano.client.api import Doccano

NAME = re.compile(r"[\w.@+-]{1,150}")  # what Django accepts as a user name
CHARACTERS = "".join(sorted({*string.ascii_letters, *string.digits} - set("0O1lI")))  # none looks like another
LENGTH = 16  # of 57 characters: 93 bits


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """An account.

    Args:
        name: of the user.
        password: the new one; None if the user existed already. The representation does not show it.
    """

    name: str
    password: str | None = field(repr=False)


def random_password(_: str) -> str:
    """A password that cannot be guessed and is easy to type."""
    return "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH))


def create_users(
    server: Doccano, names: Sequence[str], choose_password: Callable[[str], str] = random_password
) -> Iterator[CreatedUser]:
    """Create an account for each name, one after the other; a user who exists already is left unchanged.

    Args:
        server: logged in to as staff.
        names: of the users.
        choose_password: gives the password for a name.

    Raises:
        InvalidValueError: for a name that cannot be a user's or that of a folder of passes; no account is created then.
        ServerError: if the server refuses the password, or does not let this login create accounts.
    """
    require_staff(server)
    existing = {user.username for user in server.users()}
    _validate_names(names, existing)
    for name in dict.fromkeys(names):
        password = None if name in existing else choose_password(name)
        if password is not None:
            server.create_user(name, password)
        yield CreatedUser(name, password)


def _name_remedy(name: str) -> str:
    """What to do about a name that cannot be a user's: what is left of it without its domain, if that can be one."""
    short = re.sub(r"[^\w.@+-]", "", name.rpartition("\\")[2], flags=re.ASCII)
    if short and short != name and NAME.fullmatch(short) and not folder_name_problem(short):
        return f"Take another name, for example {short!r}."
    return "Take another name."


def _validate_names(names: Sequence[str], existing: Iterable[str]) -> None:
    for name in names:
        if not NAME.fullmatch(name) or folder_name_problem(name):
            why = folder_name_problem(name) or "may hold only letters, digits and . @ + - _, at most 150"
            raise InvalidValueError(f"{name!r} cannot be a user: the name {why}", remedy=_name_remedy(name))
    spellings = {name.lower(): name for name in existing}
    for name in names:
        if (other := spellings.setdefault(name.lower(), name)) != name:
            raise InvalidValueError(
                f"{name!r} cannot be a user: there is {other!r}, which differs only in case",
                remedy="Take another name.",
            )

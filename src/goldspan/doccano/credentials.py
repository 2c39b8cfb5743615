"""Whose account on which server: the one that the environment names, or the embedded server's."""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from urllib.parse import SplitResult

_REMEDY = (
    "Start the embedded server with `goldspan doccano start`, or name another: set DOCCANO_URL, DOCCANO_USERNAME and "
    "DOCCANO_PASSWORD."
)
_SHAPE = "It looks like https://doccano.example.org, or like http://127.0.0.1:8000."
_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """An address and a login; the password shows in no representation of it.

    Args:
        url: of the server, http or https; kept without a slash at its end.
        username: of the user.
        password: of the user.

    Raises:
        InvalidValueError: for an address that is none, or that holds a login, a query or a fragment.
    """

    url: str
    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _address(self.url))


def find_account(home: Path | None = None) -> Account:
    """The account to use: `DOCCANO_URL` and its fellows if set, else the embedded server's.

    What the environment does not name is asked for if a person sits before a terminal.

    Args:
        home: of the embedded server; the default one by default.

    Raises:
        NotFoundError: if there is neither, if the embedded server does not run, or nobody can be asked.
        InvalidValueError: if `DOCCANO_URL` is no address.
    """
    url = os.environ.get("DOCCANO_URL")
    if url:
        return Account(url, _named("DOCCANO_USERNAME", _ask), _named("DOCCANO_PASSWORD", getpass.getpass))
    from goldspan.doccano import server  # psutil takes its time to import

    standing, account = server.status(home), server.embedded_account(home)
    if account is None:
        raise NotFoundError("there is no Doccano to work with", remedy=_REMEDY)
    if not standing.web:
        raise NotFoundError("the embedded Doccano does not run", file=standing.home, remedy=_REMEDY)
    return account


def _named(variable: str, ask: Callable[[str], str]) -> str:
    value = os.environ.get(variable)
    if value:
        return value
    if not sys.stdin.isatty():
        raise NotFoundError(
            f"DOCCANO_URL is set, and {variable} is not",
            remedy=f"Set {variable}, or unset DOCCANO_URL to use the embedded server.",
        )
    return ask(f"{variable.removeprefix('DOCCANO_').capitalize()} for Doccano: ")


def _ask(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201  (standard output may be a report)
    return input()


def _address(url: str) -> str:
    """An address in its one form, or refused. What is refused is not repeated: it may hold a password."""
    parts = _parts(url.strip())
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidValueError("the address of Doccano is no http or https address", remedy=_SHAPE)
    if parts.username is not None or parts.password is not None:
        raise InvalidValueError(
            "the address of Doccano holds a login", remedy="Put it into DOCCANO_USERNAME and DOCCANO_PASSWORD instead."
        )
    if parts.query or parts.fragment:
        raise InvalidValueError("the address of Doccano holds a query or a fragment", remedy=_SHAPE)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise InvalidValueError("the address of Doccano has a path that leads elsewhere", remedy=_SHAPE)
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number shows only when asked for
    except ValueError:
        return None
    blank = any(character.isspace() or ord(character) < ord(" ") or character == "\\" for character in url)
    return None if blank else parts

"""Which account to use: the one that the environment names, or that of the embedded server."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from typing import TYPE_CHECKING

from goldspan.doccano.account import Account
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def find_account(home: Path | None = None) -> Account:
    """The account that `DOCCANO_URL`, `DOCCANO_USERNAME` and `DOCCANO_PASSWORD` name, or the embedded server's.

    A name or a password that the environment lacks is asked for if a person sits at a terminal. `DOCCANO_PROXY_AUTH` is
    the login of a proxy in front of the server that `DOCCANO_URL` names; the embedded one has none in front.

    Args:
        home: folder of the embedded server; None for the default.

    Raises:
        NotFoundError: if there is neither, if the embedded server does not run, or if nobody can be asked.
        InvalidValueError: if `DOCCANO_URL` is not an address, or `DOCCANO_PROXY_AUTH` not a user and a password.
    """
    url = os.environ.get("DOCCANO_URL")
    if url:
        username, password = _named("DOCCANO_USERNAME", _ask), _named("DOCCANO_PASSWORD", getpass.getpass)
        return Account(url, username, password, proxy_auth=os.environ.get("DOCCANO_PROXY_AUTH") or None)
    from goldspan.doccano import server  # psutil takes its time to import

    status, account = server.status(home), server.embedded_account(home)
    if account is None:
        raise NotFoundError("there is no Doccano to work with", remedy=_start_remedy(home))
    if not status.web:
        raise NotFoundError("the embedded Doccano does not run", file=status.home, remedy=_start_remedy(home))
    return account


def _start_remedy(home: Path | None) -> str:
    option = "" if home is None else f" --home {shlex.quote(str(home))}"
    return (
        f"Start the embedded server with `goldspan doccano start{option}`, or name another: set DOCCANO_URL, "
        "DOCCANO_USERNAME and DOCCANO_PASSWORD."
    )


def _named(variable: str, ask: Callable[[str], str]) -> str:
    value = os.environ.get(variable)
    if value:
        return value
    if sys.stdin is None or not sys.stdin.isatty():  # None if it was closed
        raise NotFoundError(
            f"DOCCANO_URL is set, and {variable} is not",
            remedy=f"Set {variable}, or unset DOCCANO_URL to use the embedded server.",
        )
    return ask(f"{variable.removeprefix('DOCCANO_').capitalize()} for Doccano: ")


def _ask(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201  (standard output may be a report)
    return input()

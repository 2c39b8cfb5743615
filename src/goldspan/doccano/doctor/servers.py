"""Questions about the server itself, and about the login."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.doccano import transport
from goldspan.doccano.account import Account
from goldspan.doccano.doctor.check import NotSeen, check
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.doctor.patient import Patient

# What `doccano createuser` sets if nothing is said, and what Doccano's README shows.
DEFAULTS = (("admin", "password"), ("admin", "pass"))
REFUSED = (400, 401, 403)
ASKED = 6  # more than the page of five that Doccano gives unasked


@check(
    "plain-http",
    "server",
    "warning",
    title="the way to the server is encrypted, or does not leave this machine",
    remedy="Put a proxy with TLS in front of Doccano, and give its https address.",
)
def plain_http(patient: Patient) -> Iterator[str]:
    """Passwords and texts that anybody on the way can read."""
    url = patient.account.url
    if urlsplit(url).scheme == "http" and not transport.is_loopback(url):
        yield f"{url} is another machine, and everybody on the way can read passwords and texts"


@check(
    "default-password",
    "server",
    "error",
    title="no well-known password opens it",
    remedy="Change that password in Doccano's /admin/ page.",
)
def default_password(patient: Patient) -> Iterator[str]:
    """An administrator whose password stands in Doccano's own documents.

    Tried on this machine alone, unless it is asked for: on another one an owner may take it for an attack, and a proxy
    may lock the account after some failures. Doccano itself locks none. There is one attempt per password.
    """
    account = patient.account
    if (account.username, account.password) in DEFAULTS:
        yield f"the user {account.username!r} has a password that stands in Doccano's documents"
        return
    if not (transport.is_loopback(account.url) or patient.try_defaults):
        raise NotSeen("another machine: --try-defaults tries well-known passwords there")
    for name, password in DEFAULTS:
        if opens(Account(account.url, name, password)):
            yield f"the user {name!r} has a password that stands in Doccano's documents"


def opens(account: Account) -> bool:
    """Whether the server lets this account in; what it made of the session is closed at once.

    Raises:
        ServerError: if that cannot be told.
    """
    from goldspan.doccano.client import Doccano

    try:
        Doccano(account).close()
    except ServerError as error:
        if "password refused" in error.message:
            return False
        raise
    return True


@check(
    "not-staff",
    "server",
    "warning",
    title="the login may make projects and accounts",
    remedy="Work as a superuser: Doccano's /admin/ page makes one of a user.",
)
def not_staff(patient: Patient) -> Iterator[str]:
    """A login that cannot make what a first push needs."""
    if not (patient.me.staff or patient.me.superuser):
        yield f"the user {patient.me.username!r} is no staff: it can make neither projects nor accounts"


@check(
    "worker-dead",
    "server",
    "error",
    title="the task worker does its tasks",
    remedy="Wait if it is busy with an import. Else start it beside the web server: `doccano task`, or "
    "`goldspan doccano start` for the embedded one.",
)
def worker_dead(patient: Patient) -> Iterator[str]:
    """Imports and exports that would wait for ever."""
    why = patient.worker
    if why is not None:
        yield f"a task is not done: {why.rstrip('.')}"


@check(
    "assigning-version",
    "server",
    "warning",
    title="it is a version without assignments (1.8.4 or older)",
    remedy="Assign every example to every annotator after each push, or use 1.8.4, which goldspan is tested with.",
)
def assigning_version(patient: Patient) -> Iterator[str]:
    """Doccano from 1.8.5 on."""
    if patient.assigns:
        yield "this is Doccano 1.8.5 or newer: annotators see only the examples that are assigned to them"


@check(
    "page-size",
    "project",
    "error",
    title="lists are as long as they are asked for",
    remedy="Look at the settings of the server, or of the proxy before it: `limit` and `offset` must reach Doccano.",
)
def page_size(patient: Patient) -> Iterator[str]:
    """A server that gives five entries whatever is asked."""
    path = f"v1/projects/{patient.number}/examples"
    _, said = patient.server.probe(path, limit=str(ASKED))
    count = said.get("count", 0) if isinstance(said, dict) else None
    if type(count) is not int or not isinstance(said.get("results"), list):
        raise NotSeen("the list of examples has another shape than in Doccano 1.8")
    wanted, given = min(ASKED, count), len(said["results"])
    if given != wanted:
        yield f"asked for {wanted} examples, the server gave {given}"


CHECKS = (plain_http, default_password, not_staff, worker_dead, assigning_version, page_size)

"""What is said when a Doccano does not answer as it should: its own words, what they mean, and what to do.

No message holds a password, a token, a session, or the query of an address.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WORDS = 300
READ = 65536
NOT_LOGGED_IN = ("authentication credentials were not provided", "csrf failed", "invalid token")
UNTEXT = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")

UNTRUSTED = "Name the authority that signed it in REQUESTS_CA_BUNDLE: certificates are always verified."
UNKNOWN = "Whether it did what was asked is not known: see that the server runs, then try again."
RUNNING = "Is the server running? `goldspan doccano status` shows the one that goldspan starts."


ERRORS, UNAUTHORISED, FORBIDDEN, FAILURES = 400, 401, 403, 500
FAILED = "Doccano failed at it: its log says why."
BEHIND = "The proxy answers, the Doccano behind it does not: is it running?"
REMEDIES = {
    403: "This login may not do that: it must be an administrator of the project, or a superuser.",
    404: "It is gone, or the server is no Doccano 1.8.",
    413: "The server, or the proxy in front of it, takes no upload of that size: raise its limit.",
    429: "The server wants fewer requests: wait a little and try again.",
    502: BEHIND,
    503: BEHIND,
    504: BEHIND,
}


class Refusal(ServerError):  # noqa: N818  (reads as what happened)
    """An answer of 300 and above.

    Args:
        message: what is wrong.
        remedy: what the reader can do.
        status: the HTTP status.
        unauthenticated: whether the server did not know who asked, and so did nothing.
        said: the server's own words, for a person.
        body: the JSON value of the answer, if it is one.
    """

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None,
        status: int,
        unauthenticated: bool = False,
        said: str = "",
        body: object = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.unauthenticated = unauthenticated
        self.said = said
        self.body = body


def refusal(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> Refusal:
    """The error for an answer of 300 and above."""
    status = answer.status_code
    if status < ERRORS:
        return _redirect(answer, where, base, secrets)
    said, body = words(answer, secrets)
    told = f": {said}" if said else ""
    lost = status == UNAUTHORISED or (status == FORBIDDEN and said.lower().startswith(NOT_LOGGED_IN))
    return Refusal(
        f"{where}: the server answered {status} {scrub(answer.reason or '', secrets):.60}".rstrip() + told,
        remedy=_remedy(status, said, base, lost=lost),
        status=status,
        unauthenticated=lost,
        said=said,
        body=body,
    )


def no_json(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> ServerError:
    """The error for an answer of another kind where JSON was asked for."""
    said, _ = words(answer, secrets)
    kind = answer.headers.get("Content-Type") or "no content type"
    return ServerError(
        f"{where}: JSON was expected but {scrub(kind, secrets):.60} came" + (f": {said}" if said else ""),
        remedy=f"Is {base} the address of a Doccano 1.8, with nothing in front of it that answers in its place?",
    )


def unanswered(error: requests.RequestException, where: str, base: str, timeout: tuple[float, float]) -> ServerError:
    """The error for a request that brought no whole answer."""
    host, connect, read = f"{where}: {base}", *timeout
    for kind, (message, remedy) in {
        requests.exceptions.SSLError: ("has no TLS certificate that this machine trusts", UNTRUSTED),
        requests.exceptions.ProxyError: ("was not reached through the proxy", "Look at HTTP_PROXY and HTTPS_PROXY."),
        requests.exceptions.ConnectTimeout: (f"took no connection within {connect:g} s", RUNNING),
        requests.exceptions.ReadTimeout: (f"did not answer within {read:g} s", UNKNOWN),
        requests.exceptions.ChunkedEncodingError: ("broke off in the middle of its answer", UNKNOWN),
        requests.exceptions.ContentDecodingError: ("sent an answer that cannot be unpacked", UNKNOWN),
    }.items():
        if isinstance(error, kind):
            return ServerError(f"{host} {message}{_reason(error)}", remedy=remedy)
    return _no_connection(error, host, read)


def unreadable(where: str, base: str) -> ServerError:
    """The error for an answer whose headers make no sense."""
    return ServerError(f"{where}: {base} sent an answer with a header that cannot be understood", remedy=UNKNOWN)


def _no_connection(error: Exception, host: str, read: float) -> ServerError:
    kinds = {type(cause).__name__ for cause in _causes(error)}
    if {"MaxRetryError", "ReadTimeoutError"} <= kinds:
        return ServerError(f"{host} did not answer within {read:g} s", remedy=UNKNOWN)
    if "ReadTimeoutError" in kinds:
        return ServerError(f"{host} went silent for {read:g} s in its answer", remedy=UNKNOWN)
    if kinds & {"NewConnectionError", "NameResolutionError"}:
        return ServerError(f"{host} cannot be reached{_reason(error)}", remedy=RUNNING)
    return ServerError(f"{host} cut the connection{_reason(error)}", remedy=UNKNOWN)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was made of."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        others = [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
        waiting += [other for other in others if isinstance(other, BaseException)]


def _reason(error: BaseException) -> str:
    """What the operating system called it."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            said = getattr(cause, "verify_message", None) or cause.strerror
            return f" ({said})"
    return ""


def _redirect(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> Refusal:
    target = scrub(_target(answer.headers.get("Location", "")), secrets) or "nowhere"
    return Refusal(
        f"{where}: the server answered {answer.status_code} and points to {target:.{WORDS}}",
        remedy=f"Redirects are not followed, so that no login goes astray: give the address that {base} points to.",
        status=answer.status_code,
    )


def _target(location: str) -> str:
    """An address without user, password and query."""
    try:
        to = urlsplit(location)
        return (f"{to.scheme}://{to.hostname}{f':{to.port}' if to.port else ''}" if to.hostname else "") + to.path
    except ValueError:
        return "what is no address"


def _remedy(status: int, said: str, base: str, *, lost: bool) -> str | None:
    if "csrf" in said.lower():
        return f"Give the address under which the server knows itself (CSRF_TRUSTED_ORIGINS, https): {base} is not it."
    if lost:
        return "The login does not hold: look at user name, password and the cookies that the server sets."
    return REMEDIES.get(status, FAILED if status >= FAILURES else None)


def words(answer: requests.Response, secrets: Sequence[str]) -> tuple[str, Any]:
    """What the server said, on one line, shortened; and the JSON value that it was, or None. Both without secrets."""
    try:
        raw = next(answer.iter_content(READ), b"")
    except (requests.RequestException, RuntimeError):  # RuntimeError: the body was read before
        raw = b""
    text = scrub(raw.decode("utf-8", "replace"), secrets)
    try:
        body = json.loads(text)
        said = "; ".join(flat(body))
    except (ValueError, RecursionError):
        body, said = None, _plain(text)
    said = " ".join(scrub(said, secrets).split())
    return (said if len(said) <= WORDS else said[: WORDS - 1] + "…"), body


def _plain(text: str) -> str:
    """The words of a page, or its title if it has no more than that."""
    title = TITLE.search(text)
    body = UNTEXT.sub(" ", text)
    return html.unescape(title[1] if title and not body.strip() else body)


def flat(value: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401  (JSON is any)
    """The words in a JSON value, each with the key that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, "" if name in {"detail", "non_field_errors"} else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, key)
    elif value not in {None, ""}:
        yield f"{key}: {value}" if key else str(value)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret blotted out, the longest first."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text

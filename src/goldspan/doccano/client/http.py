"""The session in which everything is said to a Doccano: strict where `requests` is forgiving.

No redirect is followed, no answer of 400 and above passes for a good one, an answer is whole, of the kind that was
asked for and of a size that fits into the memory, every request has time-outs, certificates are verified, and what may
be repeated is repeated with growing pauses. Whatever goes wrong is a `ServerError` in words that hold no secret.

What is said when a Doccano does not answer as it should: its own words, what they mean, and what to do.

No message holds a password, a token, a session, or the query of an address.

Answers that are taken piece by piece, up to a limit, or as they come: in memory, into a file, for a doctor.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from urllib3.response import BaseHTTPResponse

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


class RefusalReason(ServerError):  # noqa: N818  (reads as what happened)
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


def refusal(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> RefusalReason:
    """The error for an answer of 300 and above."""
    status = answer.status_code
    if status < ERRORS:
        return _redirect(answer, where, base, secrets)
    said, body = words(answer, secrets)
    told = f": {said}" if said else ""
    lost = status == UNAUTHORISED or (status == FORBIDDEN and said.lower().startswith(NOT_LOGGED_IN))
    return RefusalReason(
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


def _redirect(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> RefusalReason:
    target = scrub(_target(answer.headers.get("Location", "")), secrets) or "nowhere"
    return RefusalReason(
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


PIECE = 1 << 20
LARGEST = 4 << 30
MOST = 256 << 20  # bytes of an answer in memory: 10,000 examples are some 30 MB
MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # of a ZIP with members, and of one without


def hold(answer: requests.Response, where: str, most: int = MOST) -> None:
    """Read an answer into the memory.

    Args:
        answer: asked for as a stream; it then has its content as if it were none.
        where: what was asked.
        most: bytes, unpacked; an answer that has more is refused before they are all there.

    Raises:
        ServerError: if it has more.
    """
    pieces, size = [], 0
    for piece in answer.iter_content(READ):
        size += len(piece)
        if size > most:
            answer.close()
            raise ServerError(
                f"{where}: the answer has more than {most >> 20:,} MB unpacked, which is no answer of a Doccano",
                remedy="Look at the server, and at what stands before it. Texts that are that long want splitting.",
            )
        pieces.append(piece)
    answer._content = b"".join(pieces)  # noqa: SLF001  (where `requests` keeps it; it knows no limit)


def save(answer: requests.Response, file: Path, largest: int = LARGEST) -> None:
    """Write the ZIP that an answer brings.

    Args:
        answer: asked for as a stream.
        file: where to.
        largest: bytes; more are refused.

    Raises:
        ServerError: if it is no ZIP, larger, or breaks off.
    """
    try:
        _write(answer, file, largest)
    except requests.RequestException:
        broke = True
    else:
        broke = False
    if broke:
        raise ServerError("the export broke off before all of it had come", remedy="Try again: nothing was changed.")


def _write(answer: requests.Response, file: Path, largest: int) -> None:
    written = 0
    with file.open("wb") as stream:
        for piece in answer.iter_content(PIECE):
            if not written and not piece.startswith(MARKS):
                raise ServerError(
                    "the server sent no ZIP for the export", remedy="Is it a Doccano 1.8, with nothing in front of it?"
                )
            written += len(piece)
            if written > largest:
                raise ServerError(f"the export has more than {largest} bytes", remedy="Split the project.")
            stream.write(piece)
    if not written:
        raise ServerError("the server sent an empty export", remedy="Try again: nothing was changed.")


def probe(ask: Callable[[], requests.Response]) -> tuple[int, Any]:
    """Status and content of an answer, of one of 300 and above too: JSON if it is that, else words."""
    try:
        answer = ask()
    except RefusalReason as error:
        return error.status, error.said if error.body is None else error.body
    try:
        return answer.status_code, answer.json()
    except (ValueError, RecursionError):
        return answer.status_code, answer.content.decode("utf-8", "replace")[:WORDS]


JSON = "application/json"
NO_CONTENT = 204
REDIRECTS = 300
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATS = 4
BUSY = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = 10.0
IDLE = 1.0
Timeout: TypeAlias = tuple[float, float]
Secrets: TypeAlias = Callable[[], "Iterable[str | None]"]


class _Retry(Retry):
    """Repeats with back-off; a server that asks for a long pause gets `LONGEST_PAUSE` seconds."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            asked = super().get_retry_after(response)
        except (ValueError, OverflowError, InvalidHeader):  # no time that there is: as if nothing were asked
            return None
        return None if asked is None else min(asked, LONGEST_PAUSE)


def _retries(pause: float) -> Retry:
    """What may be repeated: any method while no connection was made; only safe ones once it was."""
    return _Retry(
        total=REPEATS,
        read=1,  # a server that hangs would hang as often as it is asked
        other=0,
        allowed_methods=SAFE,
        status_forcelist=BUSY,
        raise_on_status=False,
        backoff_factor=pause,
        backoff_max=LONGEST_PAUSE,
    )


class Session(requests.Session):
    """A session with one server that raises `ServerError` for every answer that is not a good one.

    Args:
        base: the address of the server, with a slash at its end.
        timeout: seconds to wait for the connection, and for each piece of the answer.
        pause: the first pause before a repetition, in seconds; it doubles.
        secrets: what no message may hold beside the session's own cookies: the password.
    """

    def __init__(self, base: str, timeout: Timeout, pause: float, secrets: Secrets) -> None:
        super().__init__()
        self.base = base
        self.timeout = timeout
        self.trust_env = not is_loopback(base)  # a proxy of the environment has nothing to do with this machine
        self.auth = _no_netrc
        self.headers = CaseInsensitiveDict({"Referer": base, "Accept": JSON, "Accept-Language": "en"})
        self._secrets = secrets
        self._last = 0.0
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=_retries(pause)))

    def secrets(self) -> list[str]:
        """What no message may hold."""
        found = [*self._secrets(), *(cookie.value for cookie in self.cookies)]
        return sorted({secret for secret in found if secret}, key=len, reverse=True)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401  (as requests has it)
        """The checked answer to a request.

        Raises:
            ServerError: if there is none, if it is 300 or above, not whole, too large, or not JSON where JSON alone
                was accepted.
        """
        method = request.method or "GET"
        if method not in SAFE:
            self._before_writing(request)
        where = f"{method} {urlsplit(request.url or self.base).path}"
        options |= {"allow_redirects": False, "timeout": options.get("timeout") or self.timeout}
        try:
            answer = self._answer(request, where, options)
            self._check(answer, where, request.headers.get("Accept"))
        except requests.RequestException as error:
            refused = unanswered(error, where, self.base, options["timeout"])
        except (ValueError, OverflowError):  # of the libraries, over a header or an address that nobody can read
            refused = unreadable(where, self.base)
        else:
            return answer
        finally:
            self._last = time.monotonic()
        raise refused

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: where an answer points to is told by us, and not even read by `requests`."""

    def _answer(self, request: requests.PreparedRequest, where: str, options: dict[str, Any]) -> requests.Response:
        """The answer, with its body unless a stream was asked for; one that broke off is asked for again."""
        for _ in range(1, REPEATS if request.method in SAFE else 1):
            with suppress(requests.exceptions.ChunkedEncodingError):
                return self._once(request, where, options)
        return self._once(request, where, options)

    def _once(self, request: requests.PreparedRequest, where: str, options: dict[str, Any]) -> requests.Response:
        answer = super().send(request, **options | {"stream": True})
        if not options.get("stream"):
            hold(answer, where)
        return answer

    def _before_writing(self, request: requests.PreparedRequest) -> None:
        """Give the CSRF token of the cookie, which may have changed, and a connection that is not about to close.

        A server closes a connection that was idle for a while, and might do so just as the request is on its way; what
        writes could not be repeated then.
        """
        token = self.cookies.get("csrftoken")
        if token:
            request.headers["X-CSRFToken"] = token
        if time.monotonic() - self._last > IDLE:
            self.close()

    def _check(self, answer: requests.Response, where: str, accept: str | bytes | None) -> None:
        if answer.status_code == NO_CONTENT:
            self.close()  # Doccano sends four bytes after one, which the next answer would begin with
            return
        if answer.status_code >= REDIRECTS:
            with answer:
                raise refusal(answer, where, self.base, self.secrets())
        if accept == JSON and not _is_json(answer):
            with answer:
                raise no_json(answer, where, self.base, self.secrets())


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def parse_json(answer: requests.Response, where: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a JSON answer, None for an empty one.

    Raises:
        ServerError: if it is no JSON.
    """
    if answer.status_code == NO_CONTENT:
        return None
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise ServerError(
            f"{where}: the answer is called JSON but is not, or not whole ({len(answer.content)} bytes)",
            remedy="Something on the way changes or cuts the server's answers: look at the proxy in front of it.",
        ) from None


def _is_json(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep `requests` from sending a password out of a netrc file."""
    return request

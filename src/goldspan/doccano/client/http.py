"""The HTTP session with a Doccano: strict where `requests` is forgiving.

No redirect is followed. An answer of 300 and above is an error. An answer must be whole, of the content type that was
asked for, and fit into memory. Every request has time-outs, certificates are verified, and requests that may be
repeated are repeated with growing pauses. Whatever goes wrong is a `ServerError`.

No message holds a password, a token, a session, or the query of an address.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from goldspan import strict_json
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from urllib3.response import BaseHTTPResponse

JSON = "application/json"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRIES = 4
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = 10.0  # seconds
IDLE = 1.0  # seconds after which a connection is not trusted to be open still
READ_SIZE = 65536  # bytes
DOWNLOAD_SIZE = 1 << 20  # bytes
MAX_IN_MEMORY = 256 << 20  # bytes: 10,000 examples are some 30 MB
MAX_EXPORT = 4 << 30  # bytes
MAX_WORDS = 300  # characters of a server's words in a message
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of a ZIP with members, and of one without

Timeout: TypeAlias = tuple[float, float]
Secrets: TypeAlias = Callable[[], "Iterable[str | None]"]

NOT_LOGGED_IN = ("authentication credentials were not provided", "csrf failed", "invalid token")
NOT_TEXT = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
TITLE = re.compile(r"(?is)<title[^>]*>(.*?)</title>")

UNTRUSTED = "Name the authority that signed it in REQUESTS_CA_BUNDLE: certificates are always verified."
UNKNOWN = "It is not known whether the server did what was asked: check that it runs, then try again."
IS_IT_RUNNING = "Is the server running? `goldspan doccano status` shows the one that goldspan starts."
SERVER_FAILED = "The log of the server says why."
PROXY_ALONE = "The proxy answers, the Doccano behind it does not: is it running?"
REMEDIES = {
    403: "This login may not do that: it must be an administrator of the project, or a superuser.",
    404: "It is gone, or the server is not a Doccano 1.8.",
    413: "The server, or the proxy in front of it, accepts no upload of that size: raise its limit.",
    429: "The server wants fewer requests: wait a little and try again.",
    502: PROXY_ALONE,
    503: PROXY_ALONE,
    504: PROXY_ALONE,
}


class HTTPStatusError(ServerError):
    """An answer of 300 and above.

    Args:
        message: what is wrong.
        remedy: what the reader can do.
        status: the HTTP status.
        unauthenticated: whether the server did not know who asked, and so did nothing.
        detail: the server's own words, for a person.
        body: the JSON value of the answer, if it is one.
    """

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None,
        status: int,
        unauthenticated: bool = False,
        detail: str = "",
        body: object = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.unauthenticated = unauthenticated
        self.detail = detail
        self.body = body


class _Retry(Retry):
    """Repeats with growing pauses; a server that asks for a long pause gets `LONGEST_PAUSE` seconds."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            asked = super().get_retry_after(response)
        except (ValueError, OverflowError, InvalidHeader):  # not a time: as if the server had asked for nothing
            return None
        return None if asked is None else min(asked, LONGEST_PAUSE)


def _retries(pause: float) -> Retry:
    """What may be repeated: any method while no connection was made; only safe ones once it was."""
    return _Retry(
        total=RETRIES,
        read=1,  # a server that hangs would hang as often as it is asked
        other=0,
        allowed_methods=SAFE_METHODS,
        status_forcelist=RETRIED_STATUSES,
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
        secrets: gives what no message may hold besides the session's own cookies: the password.
    """

    def __init__(self, base: str, timeout: Timeout, pause: float, secrets: Secrets) -> None:
        super().__init__()
        self.base = base
        self.timeout = timeout
        self.trust_env = not is_loopback(base)  # a proxy of the environment has nothing to do with this machine
        self.auth = _no_netrc
        self.headers = CaseInsensitiveDict({"Referer": base, "Accept": JSON, "Accept-Language": "en"})
        self._secrets = secrets
        self._last_answer = 0.0
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=_retries(pause)))

    def secrets(self) -> list[str]:
        """What no message may hold, the longest first."""
        secrets = [*self._secrets(), *(cookie.value for cookie in self.cookies)]
        return sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401  (as requests has it)
        """The checked answer to a request.

        Raises:
            ServerError: if there is none, if it is 300 or above, not whole, too large, or not JSON where only JSON
                was accepted.
        """
        method = request.method or "GET"
        if method not in SAFE_METHODS:
            self._prepare_write(request)
        where = f"{method} {urlsplit(request.url or self.base).path}"
        options |= {"allow_redirects": False, "timeout": options.get("timeout") or self.timeout}
        try:
            answer = self._answer(request, where, options)
            self._check(answer, where, request.headers.get("Accept"))
        except requests.RequestException as error:
            failure = _request_error(error, where, self.base, options["timeout"])
        except (ValueError, OverflowError):  # of the libraries, about a header or an address that they cannot parse
            failure = ServerError(
                f"{where}: {self.base} sent an answer with a header that cannot be understood", remedy=UNKNOWN
            )
        else:
            return answer
        finally:
            self._last_answer = time.monotonic()
        raise failure  # out here: the libraries' errors would be its context, and hold what no message may hold

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, so that `requests` does not even parse where an answer points to: `_redirect_error` reports it."""

    def _answer(self, request: requests.PreparedRequest, where: str, options: dict[str, Any]) -> requests.Response:
        """The answer, with its body unless a stream was asked for; one that broke off is asked for again."""
        for _ in range(1, RETRIES if request.method in SAFE_METHODS else 1):
            with suppress(requests.exceptions.ChunkedEncodingError):
                return self._send_once(request, where, options)
        return self._send_once(request, where, options)

    def _send_once(self, request: requests.PreparedRequest, where: str, options: dict[str, Any]) -> requests.Response:
        answer = super().send(request, **options | {"stream": True})
        if not options.get("stream"):
            read_body(answer, where)
        return answer

    def _prepare_write(self, request: requests.PreparedRequest) -> None:
        """Add the CSRF token of the cookie, which may have changed, and use a connection that is not about to close.

        A server closes a connection that was idle for a while, and might do so just as the request is on its way. A
        request that writes could not be repeated then.
        """
        token = self.cookies.get("csrftoken")
        if token:
            request.headers["X-CSRFToken"] = token
        if time.monotonic() - self._last_answer > IDLE:
            self.close()

    def _check(self, answer: requests.Response, where: str, accept: str | bytes | None) -> None:
        if answer.status_code == HTTPStatus.NO_CONTENT:
            self.close()  # Doccano sends four bytes after one, and the next answer would begin with them
            return
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            with answer:
                raise _status_error(answer, where, self.base, self.secrets())
        if accept == JSON and not _is_json(answer):
            with answer:
                raise _content_type_error(answer, where, self.base, self.secrets())


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_json(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep `requests` from sending a password out of a netrc file."""
    return request


# Answers: as JSON, into a file, or whatever they are


def parse_json(answer: requests.Response, where: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a JSON answer, None for an empty one.

    Raises:
        ServerError: if it is not JSON.
    """
    if answer.status_code == HTTPStatus.NO_CONTENT:
        return None
    try:
        return _json(answer)
    except ValueError:
        raise ServerError(
            f"{where}: the answer is called JSON but is not, or not whole ({len(answer.content)} bytes)",
            remedy="Something on the way changes or cuts the server's answers: check the proxy in front of it.",
        ) from None


def _json(answer: requests.Response) -> Any:  # noqa: ANN401  (JSON is any)
    encoding = (answer.encoding or "utf-8").lower()
    if encoding not in {"utf-8", "utf8", "us-ascii"}:
        raise ValueError(f"JSON in {encoding}")
    return strict_json.loads(answer.content)


def read_body(answer: requests.Response, where: str, limit: int = MAX_IN_MEMORY) -> None:
    """Read the body of an answer into memory.

    Args:
        answer: asked for as a stream; afterwards it has its content as any other.
        where: what was asked.
        limit: bytes, unpacked; an answer that has more is refused before all of it is read.

    Raises:
        ServerError: if it has more.
    """
    pieces, size = [], 0
    for piece in answer.iter_content(READ_SIZE):
        size += len(piece)
        if size > limit:
            answer.close()
            raise ServerError(
                f"{where}: the answer has more than {limit >> 20:,} MB unpacked, more than any of Doccano's",
                remedy="Check the server, and the proxy in front of it. Split texts that are that long.",
            )
        pieces.append(piece)
    answer._content = b"".join(pieces)  # noqa: SLF001  (where `requests` keeps it; `requests` itself has no limit)


def save_zip(answer: requests.Response, file: Path, limit: int = MAX_EXPORT) -> None:
    """Write the ZIP that an answer holds into a file.

    Args:
        answer: asked for as a stream.
        file: the file.
        limit: bytes; more are refused.

    Raises:
        ServerError: if it is not a ZIP, is larger, or breaks off.
    """
    try:
        _save(answer, file, limit)
    except requests.RequestException:
        is_whole = False
    else:
        is_whole = True
    if not is_whole:
        raise ServerError("the export broke off before it was complete", remedy="Try again: nothing was changed.")


def _save(answer: requests.Response, file: Path, limit: int) -> None:
    written = 0
    with file.open("wb") as stream:
        for piece in answer.iter_content(DOWNLOAD_SIZE):
            if not written and not piece.startswith(ZIP_SIGNATURES):
                raise ServerError(
                    "the server sent no ZIP for the export", remedy="Is it a Doccano 1.8, with nothing in front of it?"
                )
            written += len(piece)
            if written > limit:
                raise ServerError(f"the export has more than {limit} bytes", remedy="Split the project.")
            stream.write(piece)
    if not written:
        raise ServerError("the server sent an empty export", remedy="Try again: nothing was changed.")


def probe(ask: Callable[[], requests.Response]) -> tuple[int, Any]:
    """Status and content of an answer, even of one of 300 and above: the JSON value, or else the words."""
    try:
        answer = ask()
    except HTTPStatusError as error:
        return error.status, error.detail if error.body is None else error.body
    try:
        return answer.status_code, _json(answer)
    except ValueError:
        return answer.status_code, answer.content.decode("utf-8", "replace")[:MAX_WORDS]


# Errors: the server's words, what they mean, and what to do


def _status_error(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> HTTPStatusError:
    """The error for an answer of 300 and above."""
    status = answer.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return _redirect_error(answer, where, base, secrets)
    detail, body = _words(answer, secrets)
    unauthenticated = status == HTTPStatus.UNAUTHORIZED or (
        status == HTTPStatus.FORBIDDEN and detail.lower().startswith(NOT_LOGGED_IN)
    )
    reason = _scrub(answer.reason or "", secrets)
    message = f"{where}: the server answered {status} {reason:.60}".rstrip()
    return HTTPStatusError(
        f"{message}: {detail}" if detail else message,
        remedy=_remedy(status, detail, base, unauthenticated=unauthenticated),
        status=status,
        unauthenticated=unauthenticated,
        detail=detail,
        body=body,
    )


def _remedy(status: int, detail: str, base: str, *, unauthenticated: bool) -> str | None:
    if "csrf" in detail.lower():
        return f"Use the address that the server knows as its own (CSRF_TRUSTED_ORIGINS, https): {base} is not it."
    if unauthenticated:
        return "The login was not accepted: check user name, password, and the cookies that the server sets."
    return REMEDIES.get(status, SERVER_FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None)


def _redirect_error(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> HTTPStatusError:
    target = _scrub(_without_secrets(answer.headers.get("Location", "")), secrets) or "nowhere"
    return HTTPStatusError(
        f"{where}: the server answered {answer.status_code} and points to {target:.{MAX_WORDS}}",
        remedy="Redirects are not followed, so that no login is sent to another server: "
        f"use the address that {base} points to.",
        status=answer.status_code,
    )


def _without_secrets(location: str) -> str:
    """An address without user, password and query."""
    try:
        to = urlsplit(location)
        return (f"{to.scheme}://{to.hostname}{f':{to.port}' if to.port else ''}" if to.hostname else "") + to.path
    except ValueError:
        return "an invalid address"


def _content_type_error(answer: requests.Response, where: str, base: str, secrets: Sequence[str]) -> ServerError:
    """The error for an answer of another type where JSON was asked for."""
    detail, _ = _words(answer, secrets)
    kind = answer.headers.get("Content-Type") or "no content type"
    return ServerError(
        f"{where}: JSON was expected but {_scrub(kind, secrets):.60} came" + (f": {detail}" if detail else ""),
        remedy=f"Is {base} the address of a Doccano 1.8, with nothing in front of it that answers in its place?",
    )


def _request_error(error: requests.RequestException, where: str, base: str, timeout: Timeout) -> ServerError:
    """The error for a request without a whole answer."""
    host, connect, read = f"{where}: {base}", *timeout
    for kind, (message, remedy) in {
        requests.exceptions.SSLError: ("has no TLS certificate that this machine trusts", UNTRUSTED),
        requests.exceptions.ProxyError: ("was not reached through the proxy", "Check HTTP_PROXY and HTTPS_PROXY."),
        requests.exceptions.ConnectTimeout: (f"accepted no connection within {connect:g} s", IS_IT_RUNNING),
        requests.exceptions.ReadTimeout: (f"did not answer within {read:g} s", UNKNOWN),
        requests.exceptions.ChunkedEncodingError: ("broke off in the middle of its answer", UNKNOWN),
        requests.exceptions.ContentDecodingError: ("sent an answer that cannot be unpacked", UNKNOWN),
    }.items():
        if isinstance(error, kind):
            return ServerError(f"{host} {message}{_system_reason(error)}", remedy=remedy)
    return _connection_error(error, host, read)


def _connection_error(error: Exception, host: str, read: float) -> ServerError:
    kinds = {type(cause).__name__ for cause in _causes(error)}
    if {"MaxRetryError", "ReadTimeoutError"} <= kinds:
        return ServerError(f"{host} did not answer within {read:g} s", remedy=UNKNOWN)
    if "ReadTimeoutError" in kinds:
        return ServerError(f"{host} went silent for {read:g} s in its answer", remedy=UNKNOWN)
    if kinds & {"NewConnectionError", "NameResolutionError"}:
        return ServerError(f"{host} cannot be reached{_system_reason(error)}", remedy=IS_IT_RUNNING)
    return ServerError(f"{host} cut the connection{_system_reason(error)}", remedy=UNKNOWN)


def _system_reason(error: BaseException) -> str:
    """The operating system's words for an error, in brackets; empty if it has none."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return f" ({getattr(cause, 'verify_message', None) or cause.strerror})"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and the errors that it was made of."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        causes = [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
        waiting += [each for each in causes if isinstance(each, BaseException)]


def _words(answer: requests.Response, secrets: Sequence[str]) -> tuple[str, Any]:
    """The server's words, on one line, shortened; and its JSON value, or None. Both without secrets."""
    try:
        raw = next(answer.iter_content(READ_SIZE), b"")
    except (requests.RequestException, RuntimeError):  # RuntimeError: the body was read before
        raw = b""
    text = _scrub(raw.decode("utf-8", "replace"), secrets)
    try:
        body = strict_json.loads(text)
        words = "; ".join(_flatten(body))
    except ValueError:
        body, words = None, _text_of_html(text)
    words = " ".join(_scrub(words, secrets).split())
    return (words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"), body


def _text_of_html(page: str) -> str:
    """The text of a page, or its title if it has no other."""
    title = TITLE.search(page)
    body = NOT_TEXT.sub(" ", page)
    return html.unescape(title[1] if title and not body.strip() else body)


def _flatten(value: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401  (JSON is any)
    """The words in a JSON value, each with the key that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flatten(inner, "" if name in {"detail", "non_field_errors"} else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _flatten(inner, key)
    elif value not in {None, ""}:
        yield f"{key}: {value}" if key else str(value)


def _scrub(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each secret; secrets come the longest first."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text

"""The HTTP session with a Doccano: strict where `requests` is forgiving.

No redirect is followed. An answer of 300 and above is an error. An answer must be whole, of the content type that was
asked for, and fit into memory. Every request has time-outs, certificates are verified, and requests that may be
repeated are repeated with growing pauses. Whatever goes wrong is a `ServerError` of `http_errors`.

No message holds a password, a token, a session, or the query of an address.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from goldspan import strict_json
from goldspan.doccano.client import http_errors
from goldspan.doccano.client.http_errors import UNKNOWN, Exchange, HTTPStatusError
from goldspan.errors import ServerError
from goldspan.web import tls
from goldspan.web.addresses import is_loopback
from goldspan.web.server_words import MAX_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from urllib3.response import BaseHTTPResponse

JSON = "application/json"
LOGIN, HEALTH = "v1/auth/login/", "v1/health/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRIES = 4
RETRIES_OF_A_STATUS = 7  # with the pauses between them half a minute: a Doccano that is started again is there then
RETRIED_STATUSES = http_errors.UNREACHED | http_errors.TIMED_OUT | {HTTPStatus.TOO_MANY_REQUESTS}
LONGEST_PAUSE = 10.0  # seconds
IDLE = 1.0  # seconds after which a connection is not trusted to be open still
READ_SIZE = 65536  # bytes
DOWNLOAD_SIZE = 1 << 20  # bytes
MAX_IN_MEMORY = 256 << 20  # bytes: 10,000 examples are some 30 MB
MAX_EXPORT = 4 << 30  # bytes
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of a ZIP with members, and of one without

Timeout: TypeAlias = tuple[float, float]
Secrets: TypeAlias = Callable[[], "Iterable[str | None]"]


class _Retry(Retry):
    """Repeats with growing pauses; a server that asks for a long pause gets `LONGEST_PAUSE` seconds."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            asked = super().get_retry_after(response)
        except (ValueError, OverflowError, InvalidHeader):  # not a time: as if the server had asked for nothing
            return None
        return None if asked is None else min(asked, LONGEST_PAUSE)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        timed_out = http_errors.TIMED_OUT  # after a minute, mostly: the next try would take as long
        if status_code in timed_out and any(request.status in timed_out for request in self.history):
            return False
        return super().is_retry(method, status_code, has_retry_after)


def _retries(
    pause: float, *, methods: Collection[str] | None = SAFE_METHODS, statuses: Collection[int] = RETRIED_STATUSES
) -> Retry:
    """What may be repeated: any method while no connection was made; only these once it was, None for all."""
    return _Retry(
        total=None,
        connect=RETRIES,
        read=1,  # a server that hangs would hang as often as it is asked
        status=RETRIES_OF_A_STATUS,
        other=0,
        allowed_methods=methods,
        status_forcelist=statuses,
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
        secrets: gives what no message may hold besides the session's own: the password.
        proxy_auth: the login of a proxy in front of the server, as `user:password`; None for none.

    Raises:
        InputError: if the environment names authorities for TLS, and there are none.
    """

    def __init__(
        self, base: str, timeout: Timeout, pause: float, secrets: Secrets, proxy_auth: str | None = None
    ) -> None:
        super().__init__()
        self.base = base
        self.timeout = timeout
        self.trust_env = not is_loopback(base)  # a proxy of the environment has nothing to do with this machine
        self.headers = CaseInsensitiveDict({"Referer": base, "Accept": JSON, "Accept-Language": "en"})
        self._proxy_auth = proxy_auth
        self.auth = self._authorize  # also keeps `requests` from sending a password out of a netrc file
        self._authorities = tls.authorities() if base.startswith("https:") else None
        self._secrets = secrets
        self._last_answer = 0.0
        self._was_answered = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, tls.VerifyingAdapter(self._authorities, _retries(pause)))
        for path, retries in {
            LOGIN: _retries(pause, methods=None),  # to log in twice does no harm
            HEALTH: _retries(pause, statuses=()),  # 503 is what it says of a server that lacks something
        }.items():
            self.mount(urljoin(base, path), tls.VerifyingAdapter(self._authorities, retries))

    def secrets(self) -> list[str]:
        """What no message may hold, the longest first."""
        proxy_auth = self._proxy_auth or ""
        secrets = [*self._secrets(), *(cookie.value for cookie in self.cookies)]
        secrets += [proxy_auth, proxy_auth.partition(":")[2], _encoded(proxy_auth)]
        return sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def sends_cookies(self) -> bool:
        """Whether the server will get any of the cookies that it set."""
        request = requests.Request("GET", urljoin(self.base, "v1/me")).prepare()
        return requests.cookies.get_cookie_header(self.cookies, request) is not None

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
            self._was_answered = True
            self._check(answer, self._exchange(where, options["timeout"]), request.headers.get("Accept"))
        except requests.RequestException as error:
            failure = http_errors.request_error(error, self._exchange(where, options["timeout"]))
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

    def _check(self, answer: requests.Response, exchange: Exchange, accept: str | bytes | None) -> None:
        if answer.status_code == HTTPStatus.NO_CONTENT:
            self.close()  # Doccano sends four bytes after one, and the next answer would begin with them
            return
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            with answer:
                raise http_errors.status_error(answer, exchange)
        if accept == JSON and not _is_json(answer):
            with answer:
                raise http_errors.content_type_error(answer, exchange)

    def _exchange(self, where: str, timeout: Timeout) -> Exchange:
        return Exchange(
            where=where,
            base=self.base,
            secrets=self.secrets(),
            timeout=timeout,
            has_proxy_auth=self._proxy_auth is not None,
            authorities=self._authorities.source if self._authorities else "",
            is_first=not self._was_answered,
        )

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Log in to the proxy in front of the server. Doccano ignores this header: its session is in the cookies."""
        if self._proxy_auth is not None:
            request.headers["Authorization"] = f"Basic {_encoded(self._proxy_auth)}"
        return request


def _encoded(proxy_auth: str) -> str:
    """A login as Basic authentication has it (RFC 7617), in UTF-8 as browsers send it."""
    return base64.b64encode(proxy_auth.encode("utf-8", "surrogateescape")).decode("ascii")


def _is_json(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON


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

"""The session in which everything is said to a Doccano: strict where `requests` is forgiving.

No redirect is followed, no answer of 400 and above passes for a good one, an answer is whole, of the kind that was
asked for and of a size that fits into the memory, every request has time-outs, certificates are verified, and what may
be repeated is repeated with growing pauses. Whatever goes wrong is a `ServerError` in words that hold no secret.
"""

from __future__ import annotations

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

from goldspan.doccano import complaints, download
from goldspan.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from urllib3.response import BaseHTTPResponse

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
            refused = complaints.unanswered(error, where, self.base, options["timeout"])
        except (ValueError, OverflowError):  # of the libraries, over a header or an address that nobody can read
            refused = complaints.unreadable(where, self.base)
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
            download.hold(answer, where)
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
                raise complaints.refusal(answer, where, self.base, self.secrets())
        if accept == JSON and not _is_json(answer):
            with answer:
                raise complaints.no_json(answer, where, self.base, self.secrets())


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def json(answer: requests.Response, where: str) -> Any:  # noqa: ANN401  (JSON is any)
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

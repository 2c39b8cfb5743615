"""What a failed exchange with the Hub means, and what to do about it.

The errors of huggingface_hub and of the library below it are known by their names: which library that is differs
between versions. No message holds the token, whatever the Hub or something on the way to it answers.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from goldspan.errors import GoldspanError, ServerError
from goldspan.hub.account import ENDPOINT, TOKEN
from goldspan.web import tls
from goldspan.web.causes import causes, handshake_error, system_reason
from goldspan.web.server_words import MAX_PAGE, MAX_WORDS, scrub, server_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.hub.account import HubAccount

RESET = re.compile(r";\s*t\s*=\s*(\d{1,9})")  # in a header such as `RateLimit: "api";r=0;t=55`
UPLOAD = re.compile(r"Error while uploading '(.+)' to the Hub")  # huggingface_hub's words around another error
UNKNOWN = "Run the same command again: it compares anew, and sends nothing twice."
HUB_FAILED = f"The Hub has a fault, or is overloaded: try again later (https://status.huggingface.co). {UNKNOWN}"
PAGE = (
    f"Something on the way answers in the place of the Hub: a proxy, a page to log in to a network. Check {ENDPOINT}, "
    "HTTP_PROXY and HTTPS_PROXY."
)
CARD = (
    "The Hub does not take the header of README.md. It is made of goldspan.toml, the manifest and corpus/README.md: "
    "correct it there, and write the folder again."
)
NOT_UNDERSTOOD = f"Check that {ENDPOINT} is the address of a Hub; a newer huggingface_hub may be needed."
REMEDIES = {
    402: "The storage of the account is used up: see the plan and the billing of the account on the Hub.",
    404: "Check the name. A private dataset is there only for a token that may read it.",
    407: "Put the login into HTTP_PROXY and HTTPS_PROXY: http://user:password@host:port.",
    409: "Somebody else is changing it at this moment: run the same command again.",
    412: "Somebody else has changed the dataset since it was compared. Nothing was overwritten: run the command "
    "without --apply to see what differs now.",
    413: "The Hub, or a proxy on the way, accepts no request of that size.",
}


class HubError(ServerError):
    """An answer of the Hub that is no good one, or none.

    Args:
        message: what is wrong.
        remedy: what the reader can do.
        status: the HTTP status; None if there was no answer.
        reason: the Hub's own word for the error, such as `RepoNotFound`; empty if it gave none.
    """

    def __init__(self, message: str, *, remedy: str | None = None, status: int | None = None, reason: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.reason = reason
        self.may_be_done = False  # whether the Hub may have done what was asked, though its answer did not come

    @property
    def is_refusal(self) -> bool:
        """Whether the Hub has answered, and done nothing of what was asked."""
        return self.status is not None and self.status < HTTPStatus.INTERNAL_SERVER_ERROR


def hub_error(error: Exception, doing: str, account: HubAccount, *, authorities: str, seconds: float) -> GoldspanError:
    """The error to raise in the place of one of the libraries.

    Args:
        error: theirs.
        doing: what was done, as "list the files".
        account: the Hub, and the token that no message may hold.
        authorities: whom TLS trusts, if the environment says so; else empty.
        seconds: how long an answer was waited for.
    """
    found = list(causes(error))
    if file := next((match[1] for cause in found if (match := UPLOAD.search(str(cause)))), None):
        doing = f"send {scrub(file, secrets(account)):.200}"
    place = f"{account.endpoint}: {doing}"
    if ours := next((cause for cause in found if isinstance(cause, GoldspanError)), None):
        return ours
    for cause in found:
        answer = getattr(cause, "response", None)
        if getattr(answer, "status_code", 0) >= HTTPStatus.MULTIPLE_CHOICES:
            return status_error(answer, place, account)
    if transport := _transport_error(error, found, account, authorities, seconds):
        message, remedy = transport
        return HubError(f"{place}: {message}", remedy=remedy)
    if any(type(cause).__name__ == "JSONDecodeError" for cause in found):
        return HubError(f"{place}: what came is called JSON and is not, or not whole", remedy=PAGE)
    inner = found[-1]  # huggingface_hub says of some errors only where they arose
    words = " ".join(scrub(f"{type(inner).__name__}: {inner}", secrets(account)).split())
    return HubError(f"{place}: the answer is not understood ({words:.{MAX_WORDS}})", remedy=NOT_UNDERSTOOD)


def secrets(account: HubAccount) -> list[str]:
    """What no message may hold, the longest first."""
    return [account.token] if account.token else []


def status_error(answer: Any, place: str, account: HubAccount) -> HubError:  # noqa: ANN401  (of one of two libraries)
    """The error for an answer of 300 and above.

    Args:
        answer: as httpx has it.
        place: the Hub, and what was asked.
        account: the Hub, and the token that no message may hold.
    """
    status = answer.status_code
    hidden = secrets(account)
    reason = scrub(answer.headers.get("X-Error-Code") or "", hidden)
    words, body = server_words(_body(answer), hidden)
    if body is None and not _is_page(answer):  # the Hub says it in a header, too
        words = words or scrub(answer.headers.get("X-Error-Message") or "", hidden)
    phrase = f"{status} {scrub(answer.reason_phrase or '', hidden):.60}".strip()
    message = f"{place}: the answer is {phrase}" + (f": {words}" if words else "")
    return HubError(message, remedy=_remedy(answer, reason, account), status=status, reason=reason)


def _body(answer: Any) -> bytes:  # noqa: ANN401  (of one of two libraries)
    """The first bytes of an answer; none if the connection ended before they were there."""
    try:
        content: bytes = answer.read()
    except Exception:  # noqa: BLE001  (the status says more than why the rest is missing)
        return b""
    return content[:MAX_PAGE]


def _is_page(answer: Any) -> bool:  # noqa: ANN401  (of one of two libraries)
    return "html" in answer.headers.get("Content-Type", "").lower()


def _remedy(answer: Any, reason: str, account: HubAccount) -> str | None:  # noqa: ANN401  (of one of two libraries)
    """What to do about an answer of 300 and above."""
    status = answer.status_code
    if reason == "GatedRepo":
        return "The dataset is gated, and this account has no access: ask for it on the page of the dataset."
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = wait_seconds(answer.headers)
        wait = "a few minutes" if seconds is None else f"{seconds} s"
        return f"The Hub wants fewer requests: wait {wait}, then run the same command again. It sends nothing twice."
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return PAGE if _is_page(answer) else _login_remedy(status, account)
    if status < HTTPStatus.BAD_REQUEST:
        return PAGE
    if status == HTTPStatus.BAD_REQUEST and str(answer.request.url).endswith("/validate-yaml"):
        return CARD
    return REMEDIES.get(status, HUB_FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None)


def _login_remedy(status: int, account: HubAccount) -> str:
    """What to do where the Hub does not know who asks, or does not let them."""
    if account.token is None:
        return f"It is not there, or it is private. If it is private, set {TOKEN} or log in with `hf auth login`."
    if status == HTTPStatus.UNAUTHORIZED:
        return f"The token is wrong, was revoked, or has ended. {account.new_token}, then set {TOKEN}."
    return (
        "The token, or its account, may not do that: it must be allowed to write to the datasets of this owner. "
        f"{account.new_token}."
    )


def wait_seconds(headers: Any) -> int | None:  # noqa: ANN401  (of one of two libraries)
    """After how many seconds the Hub may be asked again, as it says; None if it does not."""
    asked = str(headers.get("Retry-After") or "").strip()
    if asked.isascii() and asked.isdecimal():
        return int(asked[:9])
    reset = RESET.search(str(headers.get("RateLimit") or ""))
    return int(reset[1]) if reset else None


def _transport_error(
    error: Exception, found: Sequence[BaseException], account: HubAccount, authorities: str, seconds: float
) -> tuple[str, str] | None:
    """What is wrong if there was no whole answer, and what to do; None for an error of another kind."""
    names = {base.__name__ for cause in found for base in type(cause).__mro__}
    if "OfflineModeIsEnabled" in names:
        return "the environment forbids to ask the Hub (HF_HUB_OFFLINE)", "Unset HF_HUB_OFFLINE to push."
    handshake = handshake_error(error)
    if handshake is not error or "SSLError" in names:
        return tls.failure(handshake, account.endpoint, authorities, setting=ENDPOINT)
    reason = system_reason(error)
    reachable = f"Check the network, {ENDPOINT}, HTTP_PROXY and HTTPS_PROXY."
    for name, message, remedy in (
        ("ProxyError", "was not reached through the proxy", "Check HTTP_PROXY and HTTPS_PROXY."),
        ("ConnectTimeout", f"accepted no connection within {seconds:g} s", reachable),
        ("TimeoutException", f"did not answer within {seconds:g} s", UNKNOWN),
        ("ConnectError", "cannot be reached", reachable),
        ("TooManyRedirects", "points from one address to the next without end", PAGE),
        ("DecodingError", "sent an answer that cannot be unpacked", PAGE),
        ("UnsupportedProtocol", "points to an address that is none", PAGE),
        ("TransportError", "cut the connection", UNKNOWN),
        ("OSError", "cannot be reached", reachable),
    ):
        if name in names:
            return f"{message}{reason}", remedy
    return None

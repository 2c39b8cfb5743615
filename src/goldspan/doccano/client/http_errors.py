"""What a failed exchange with a server means, and what to do about it.

A failure is an answer of 300 and above, an answer that is not what was asked for, or none. Who gave the answer counts:
Doccano, or something in front of it, such as a proxy with a login of its own. No message holds a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import BadStatusLine
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import requests

from goldspan.errors import ServerError
from goldspan.web import tls
from goldspan.web.causes import causes, handshake_error, system_reason
from goldspan.web.server_words import MAX_PAGE, MAX_WORDS, scrub, server_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOT_LOGGED_IN = ("authentication credentials were not provided", "csrf failed", "invalid token")
OF_DOCCANO = frozenset({"token", "session"})  # kinds of login that Doccano itself could ask for
CHALLENGE = re.compile(r"(?:^|,)\s*([A-Za-z][\w-]*)(?=\s|,|$)")
REALM = re.compile(r'realm="([^"]{1,60})')
# In the words of nginx, of Apache and of Go's library (Caddy, Traefik).
PLAIN_ON_TLS = re.compile(r"(?i)plain http request was sent to https port|speaking plain http|http request to an https")
DISALLOWED_HOST = "bad request (400)"  # all that Django says
NO_CLIENT_CERTIFICATE = re.compile(r"(?i)no required ssl certificate was sent")
TLS_ALERT = ("\x15\x03", "b'\\x15\\x03", "'\\x15\\x03")  # how an answer begins whose server waits for TLS

UNKNOWN = "It is not known whether the server did what was asked: check that it runs, then try again."
IS_IT_RUNNING = "Is the server running? `goldspan doccano status` shows the one that goldspan starts."
SERVER_FAILED = "The log of the server says why."
PROXY_ALONE = "The proxy answers, the Doccano behind it does not: is it running?"
IN_FRONT = (
    "Doccano did not say that: something in front of it refuses (a list of allowed addresses or methods, a firewall, a "
    "single sign-on). Reach Doccano past it, e.g. through an SSH tunnel."
)
NOT_FOLLOWED = "Redirects are not followed, so that no login is sent to another server"
TIMED_OUT = frozenset({504, 524})  # of a proxy that did not wait any longer; 520 and above are Cloudflare's
UNREACHED = frozenset({502, 503, 520, 521, 522, 523, 530})  # of a proxy that did not get an answer
TOO_SLOW = (
    "The proxy in front did not wait any longer for Doccano: try again when less is going on, or raise its time-out "
    "(nginx: proxy_read_timeout)."
)
REMEDIES = {
    **dict.fromkeys(UNREACHED, PROXY_ALONE),
    **dict.fromkeys(TIMED_OUT, TOO_SLOW),
    403: "This login may not do that: it must be an administrator of the project, or a superuser.",
    404: "It is gone, or the server is not a Doccano 1.8.",
    405: "Something in front of the server refuses requests of that kind: Doccano needs GET, POST, PATCH and DELETE.",
    407: "Put the login into HTTP_PROXY and HTTPS_PROXY: http://user:password@host:port.",
    413: "The proxy in front of the server accepts no request of that size: raise its limit (nginx: "
    "client_max_body_size).",
    429: "The server wants fewer requests: wait a little and try again.",
    503: f"{PROXY_ALONE} Or the proxy lets through fewer requests in a second (nginx: limit_req).",
    511: IN_FRONT,
}


class HTTPStatusError(ServerError):
    """An answer of 300 and above.

    Args:
        message: what is wrong.
        remedy: what the reader can do.
        status: the HTTP status.
        unauthenticated: whether the server did not know who asked, and so did nothing.
        is_from_front: whether not Doccano gave it, but something in front.
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
        is_from_front: bool = False,
        detail: str = "",
        body: object = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.unauthenticated = unauthenticated
        self.is_from_front = is_from_front
        self.detail = detail
        self.body = body


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request, and what there is to know for a message about its failure.

    Args:
        where: what was asked: the method and the path.
        base: the address of the server, with a slash at its end.
        secrets: what no message may hold, the longest first.
        timeout: seconds to wait for the connection, and for each piece of the answer.
        has_proxy_auth: whether a login to a proxy in front was sent.
        authorities: whom TLS trusts, if the environment says so; else empty.
        is_first: whether the server has never answered before.
    """

    where: str
    base: str
    secrets: Sequence[str] = field(repr=False)
    timeout: tuple[float, float]
    has_proxy_auth: bool = False
    authorities: str = ""
    is_first: bool = False

    @property
    def address(self) -> str:
        """The address without the slash, as `DOCCANO_URL` has it."""
        return self.base.rstrip("/")


# Answers


def status_error(answer: requests.Response, exchange: Exchange) -> HTTPStatusError:
    """The error for an answer of 300 and above."""
    status, reason = answer.status_code, scrub(answer.reason or "", exchange.secrets)
    message = f"{exchange.where}: the server answered {status} {reason:.60}".rstrip()
    if status < HTTPStatus.BAD_REQUEST:
        return _redirect_error(answer, exchange)
    detail, body = _words(answer, exchange.secrets)
    if detail:
        message = f"{message}: {detail}"
    if status == HTTPStatus.BAD_REQUEST and (found := _wrong_scheme(detail, exchange)):
        return HTTPStatusError(found[0], remedy=found[1], status=status, is_from_front=True, detail=detail)
    challenge = answer.headers.get("WWW-Authenticate", "")
    kinds = {kind.lower() for kind in CHALLENGE.findall(challenge)} - OF_DOCCANO
    if status == HTTPStatus.UNAUTHORIZED and kinds:
        return _front_login_error(kinds, challenge, exchange)
    refuses = status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    is_from_front = refuses and _is_page(answer, body) and "csrf" not in detail.lower()
    unauthenticated = not is_from_front and (
        status == HTTPStatus.UNAUTHORIZED
        or (status == HTTPStatus.FORBIDDEN and detail.lower().startswith(NOT_LOGGED_IN))
    )
    return HTTPStatusError(
        message,
        remedy=IN_FRONT if is_from_front else _remedy(status, detail, exchange, unauthenticated=unauthenticated),
        status=status,
        unauthenticated=unauthenticated,
        is_from_front=is_from_front,
        detail=detail,
        body=body,
    )


def _is_page(answer: requests.Response, body: object) -> bool:
    """Whether an answer is a page, which Doccano's API does not send to whoever may not do something."""
    return body is None and "html" in answer.headers.get("Content-Type", "").lower()


def _wrong_scheme(detail: str, exchange: Exchange) -> tuple[str, str] | None:
    if PLAIN_ON_TLS.search(detail):
        return _plain_on_tls(exchange)
    if NO_CLIENT_CERTIFICATE.search(detail):
        return (
            f"{exchange.where}: {exchange.base} asks for a certificate of the client's own",
            "goldspan has none to send: reach Doccano past that proxy, e.g. through an SSH tunnel.",
        )
    return None


def _plain_on_tls(exchange: Exchange) -> tuple[str, str]:
    return (
        f"{exchange.where}: {exchange.base} is spoken to in plain http, and that port is for https",
        f"Use https: DOCCANO_URL={exchange.address.replace('http:', 'https:', 1)}",
    )


def _front_login_error(kinds: set[str], challenge: str, exchange: Exchange) -> HTTPStatusError:
    """The error for a 401 by which something in front of Doccano asks for a login of its own."""
    realm = REALM.search(challenge)
    called = f" (it calls itself {scrub(realm[1], exchange.secrets)!r})" if realm else ""
    if "basic" not in kinds:
        message = f"a proxy in front of {exchange.base} asks for a login by {', '.join(sorted(kinds))}{called}"
        remedy = "goldspan can answer Basic alone (DOCCANO_PROXY_AUTH). Reach Doccano past it, e.g. by an SSH tunnel."
    elif exchange.has_proxy_auth:
        message = f"the proxy in front of {exchange.base} refuses DOCCANO_PROXY_AUTH{called}"
        remedy = "It must be the user and the password of that proxy, not of Doccano: DOCCANO_PROXY_AUTH=user:password."
    else:
        message = f"a proxy in front of {exchange.base} asks for a login of its own{called}"
        remedy = (
            "Set DOCCANO_PROXY_AUTH=user:password in the environment, besides DOCCANO_USERNAME and DOCCANO_PASSWORD."
        )
    return HTTPStatusError(
        f"{exchange.where}: {message}", remedy=remedy, status=HTTPStatus.UNAUTHORIZED, is_from_front=True
    )


def _remedy(status: int, detail: str, exchange: Exchange, *, unauthenticated: bool) -> str | None:
    words = detail.lower()
    if "csrf verification failed" in words and urlsplit(exchange.base).path != "/":
        return (
            "There is no Doccano below that path. DOCCANO_URL is its address without that of a page: "
            f"{_origin(exchange.base)}"
        )
    if words == DISALLOWED_HOST:
        return (
            f"Doccano does not let itself be asked by the name {urlsplit(exchange.base).hostname}: not by one with _, "
            "nor by one that ALLOWED_HOSTS lacks. Put another name or its address into DOCCANO_URL."
        )
    if "csrf" in words:
        return _csrf_remedy(words, exchange)
    if unauthenticated:
        return "The login was not accepted: check user name, password, and the cookies that the server sets."
    return REMEDIES.get(status, SERVER_FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None)


def _csrf_remedy(words: str, exchange: Exchange) -> str:
    """What to do about a check of Django's that the request comes from the server's own pages."""
    if "referer is insecure" in words:
        return (
            "Doccano takes itself to be asked by https: use https in DOCCANO_URL, or have the proxy tell how it "
            "was asked (nginx: proxy_set_header X-Forwarded-Proto $scheme)."
        )
    if "checking failed" in words:
        return (
            "Doccano takes itself to have another address: have the proxy pass on the one that it was asked by (nginx: "
            f"proxy_set_header Host $http_host), or start Doccano with CSRF_TRUSTED_ORIGINS={_origin(exchange.base)}"
        )
    return f"Use the address that the server knows as its own (CSRF_TRUSTED_ORIGINS, https): {exchange.base} is not it."


def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


def _redirect_error(answer: requests.Response, exchange: Exchange) -> HTTPStatusError:
    location = answer.headers.get("Location", "")
    target = scrub(_without_secrets(location), exchange.secrets) or "nowhere"
    asked = urlsplit(answer.url or exchange.base)
    return HTTPStatusError(
        f"{exchange.where}: the server answered {answer.status_code} and points to {target:.{MAX_WORDS}}",
        remedy=f"{NOT_FOLLOWED}: {_redirect_remedy(target, asked.path, exchange)}",
        status=answer.status_code,
        is_from_front=True,
    )


def _redirect_remedy(target: str, path: str, exchange: Exchange) -> str:
    """Which address to use: the one where the same path is on the same host, if the redirect says that."""
    to, base = urlsplit(target), urlsplit(exchange.base)
    below = path.removeprefix(base.path)
    if to.hostname in {None, base.hostname} and below and to.path.endswith(f"/{below}"):
        netloc, scheme = to.netloc or base.netloc, to.scheme or base.scheme
        return f"set DOCCANO_URL={urlunsplit((scheme, netloc, to.path.removesuffix(f'/{below}'), '', ''))}"
    if not to.path.endswith(f"/{below}") and to.path:
        return (
            "it looks like a page to log in, of something in front of Doccano. Reach Doccano past it, e.g. through an "
            "SSH tunnel."
        )
    return f"use the address that {exchange.base} points to."


def _without_secrets(location: str) -> str:
    """An address without user, password and query."""
    try:
        to = urlsplit(location)
        return (f"{to.scheme}://{to.hostname}{f':{to.port}' if to.port else ''}" if to.hostname else "") + to.path
    except ValueError:
        return "an invalid address"


def content_type_error(answer: requests.Response, exchange: Exchange) -> ServerError:
    """The error for an answer of another type where JSON was asked for."""
    detail, _ = _words(answer, exchange.secrets)
    kind = scrub(answer.headers.get("Content-Type") or "no content type", exchange.secrets)
    return ServerError(
        f"{exchange.where}: JSON was expected but {kind:.60} came" + (f": {detail}" if detail else ""),
        remedy=f"Is {exchange.base} the address of a Doccano 1.8, with nothing in front of it that answers in its "
        "place?",
    )


# No answer, or not a whole one


def request_error(error: requests.RequestException, exchange: Exchange) -> ServerError:
    """The error for a request without a whole answer."""
    host, (connect, read) = f"{exchange.where}: {exchange.base}", exchange.timeout
    if isinstance(error, requests.exceptions.SSLError):
        words, remedy = tls.failure(
            handshake_error(error), exchange.address, exchange.authorities, setting="DOCCANO_URL"
        )
        return ServerError(f"{host} {words}", remedy=remedy)
    for kind, (message, remedy) in {
        requests.exceptions.ProxyError: ("was not reached through the proxy", "Check HTTP_PROXY and HTTPS_PROXY."),
        requests.exceptions.ConnectTimeout: (f"accepted no connection within {connect:g} s", IS_IT_RUNNING),
        requests.exceptions.ReadTimeout: (f"did not answer within {read:g} s", UNKNOWN),
        requests.exceptions.ChunkedEncodingError: ("broke off in the middle of its answer", UNKNOWN),
        requests.exceptions.ContentDecodingError: ("sent an answer that cannot be unpacked", UNKNOWN),
        requests.exceptions.InvalidURL: ("is not an address that can be asked", "Check DOCCANO_URL."),
    }.items():
        if isinstance(error, kind):
            return ServerError(f"{host} {message}{system_reason(error)}", remedy=remedy)
    return _connection_error(error, host, exchange)


def _connection_error(error: Exception, host: str, exchange: Exchange) -> ServerError:
    found, read = list(causes(error)), exchange.timeout[1]
    kinds = {type(cause).__name__ for cause in found}
    if {"MaxRetryError", "ReadTimeoutError"} <= kinds:
        return ServerError(f"{host} did not answer within {read:g} s", remedy=UNKNOWN)
    if "ReadTimeoutError" in kinds:
        return ServerError(f"{host} went silent for {read:g} s in its answer", remedy=UNKNOWN)
    if kinds & {"NewConnectionError", "NameResolutionError"}:
        return ServerError(f"{host} cannot be reached{system_reason(error)}", remedy=IS_IT_RUNNING)
    if _waits_for_tls(found, exchange):
        message, remedy = _plain_on_tls(exchange)
        return ServerError(message, remedy=remedy)
    return ServerError(f"{host} cut the connection{system_reason(error)}", remedy=UNKNOWN)


def _waits_for_tls(found: Iterable[BaseException], exchange: Exchange) -> bool:
    """Whether a server that gave no answer to a request in plain http is one for https."""
    if not exchange.base.startswith("http:"):
        return False
    lines = [str(cause.args[0]) for cause in found if isinstance(cause, BadStatusLine) and cause.args]
    if any(line.startswith(TLS_ALERT) for line in lines):
        return True
    return exchange.is_first and tls.speaks_tls(exchange.base)


# The server's words


def _words(answer: requests.Response, secrets: Sequence[str]) -> tuple[str, Any]:
    """The server's words, on one line, shortened; and its JSON value, or None. Both without secrets."""
    try:
        raw = next(answer.iter_content(MAX_PAGE), b"")
    except (requests.RequestException, RuntimeError):  # RuntimeError: the body was read before
        raw = b""
    return server_words(raw, secrets)

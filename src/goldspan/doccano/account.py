"""The address of a Doccano, a login to it, and one to a proxy in front of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SHAPE = "It looks like https://doccano.example.org, or like http://127.0.0.1:8000."
_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)
_HOST = re.compile(r"(?=.{1,254}$)([^.]{1,63}\.)*[^.]{1,63}\.?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Account:
    """An address and a login; its representation does not show the passwords.

    Args:
        url: of the server, http or https; kept in ASCII, without its scheme's own port and a slash at its end.
        username: of the user.
        password: of the user.
        proxy_auth: `user:password` for a proxy in front of the server that asks for a login of its own; None for none.

    Raises:
        InvalidValueError: for an address that is not http or https, or that holds a login, a query or a fragment; for
            a login to a proxy that is not a name and a password.
    """

    url: str
    username: str
    password: str = field(repr=False)
    proxy_auth: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _normalized(self.url))
        _require_user_and_password(self.proxy_auth)


def _normalized(url: str) -> str:
    """The address in its one form, or an error that does not repeat the address: it may hold a password."""
    parts = _split(url.strip())
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidValueError("the address of Doccano is not an http or https address", remedy=_SHAPE)
    if parts.username is not None or parts.password is not None:
        raise InvalidValueError(
            "the address of Doccano holds a login",
            remedy="Put it into DOCCANO_USERNAME and DOCCANO_PASSWORD instead; that of a proxy in front into "
            "DOCCANO_PROXY_AUTH=user:password.",
        )
    if parts.query or parts.fragment:
        raise InvalidValueError("the address of Doccano holds a query or a fragment", remedy=_SHAPE)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise InvalidValueError("the address of Doccano has a path that leads elsewhere", remedy=_SHAPE)
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{_ascii_host(parts.hostname)}{port}{path}"


def _ascii_host(host: str) -> str:
    """A host as it stands in an address and in a header: an IPv6 address in brackets, another script in Punycode."""
    if ":" in host:
        return f"[{host}]"
    try:
        ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        ascii_host = ""
    if not _HOST.fullmatch(ascii_host):
        raise InvalidValueError("the address of Doccano has a host name that no host can have", remedy=_SHAPE)
    return ascii_host


def _require_user_and_password(proxy_auth: str | None) -> None:
    """Refuse a login to a proxy that cannot be sent, by an error that does not repeat it."""
    if proxy_auth is None:
        return
    user, colon, _ = proxy_auth.partition(":")
    if not user or not colon or any(ord(character) < ord(" ") or character == "\x7f" for character in proxy_auth):
        raise InvalidValueError(
            "DOCCANO_PROXY_AUTH is not a user and a password",
            remedy="It looks like user:password, on one line. It is the login of the proxy in front of Doccano.",
        )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # an invalid port raises only when it is read
    except ValueError:
        return None
    has_spaces = any(character.isspace() or ord(character) < ord(" ") or character == "\\" for character in url)
    return None if has_spaces else parts

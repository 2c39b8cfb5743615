"""Addresses of servers: their one form, and which are on this machine."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)
_HOST = re.compile(r"(?=.{1,254}$)([^.]{1,63}\.)*[^.]{1,63}\.?")
_PORTS = {"http": 80, "https": 443}
_LOGIN = re.compile(r"""(?<=://)[^/\s:@'"]*:(?!\d+(?:/|$))[^\s'"]*@""")
_HTTP = re.compile(r"""(https?://)(?:[^/\s@?#'"]*@)?([^\s?#'"<>]*)([?#][^\s'"<>)\]]*)?""", re.IGNORECASE)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, by its words: no name is looked up but `localhost`, which is reserved.

    Another name that leads here today may lead elsewhere tomorrow.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ip_address(host)
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def redacted(text: str) -> str:
    """A text without what addresses in it may hold of secrets: logins, and the queries of http and https."""
    parts = (_LOGIN.sub("", part) for part in text.split("::"))  # the parts of a chain such as zip://a::https://…
    return _HTTP.sub(lambda match: f"{match[1]}{match[2]}{'?…' if match[3] else ''}", "::".join(parts))


def normalize_address(url: str, whose: str, *, shape: str, login: str) -> str:
    """An address of a server in its one form: in ASCII, without its scheme's own port and a slash at its end.

    Args:
        url: http or https.
        whose: whose it is, for a message.
        shape: what such an address looks like, as a remedy.
        login: where its login belongs, as a remedy.

    Raises:
        InvalidValueError: for an address that is not http or https, or that holds a login, a query or a fragment. The
            message does not repeat the address: it may hold a password.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidValueError(f"the address of {whose} is not an http or https address", remedy=shape)
    if parts.username is not None or parts.password is not None:
        raise InvalidValueError(f"the address of {whose} holds a login", remedy=login)
    if parts.query or parts.fragment:
        raise InvalidValueError(f"the address of {whose} holds a query or a fragment", remedy=shape)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise InvalidValueError(f"the address of {whose} has a path that leads elsewhere", remedy=shape)
    host = _ascii_host(parts.hostname)
    if host is None:
        raise InvalidValueError(f"the address of {whose} has a host name that no host can have", remedy=shape)
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{path}"


def _ascii_host(host: str) -> str | None:
    """A host as it stands in an address and in a header: an IPv6 address in brackets, another script in Punycode."""
    import idna

    if ":" in host:
        return f"[{host}]"
    try:
        ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
    return ascii_host if _HOST.fullmatch(ascii_host) else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # an invalid port raises only when it is read
    except ValueError:
        return None
    has_spaces = any(character.isspace() or ord(character) < ord(" ") or character == "\\" for character in url)
    return None if has_spaces else parts

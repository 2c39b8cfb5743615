"""The address of a Doccano and a login to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SHAPE = "It looks like https://doccano.example.org, or like http://127.0.0.1:8000."
_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """An address and a login; its representation does not show the password.

    Args:
        url: of the server, http or https; kept without a slash at its end.
        username: of the user.
        password: of the user.

    Raises:
        InvalidValueError: for an address that is not http or https, or that holds a login, a query or a fragment.
    """

    url: str
    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _normalized(self.url))


def _normalized(url: str) -> str:
    """The address in its one form, or an error that does not repeat the address: it may hold a password."""
    parts = _split(url.strip())
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidValueError("the address of Doccano is not an http or https address", remedy=_SHAPE)
    if parts.username is not None or parts.password is not None:
        raise InvalidValueError(
            "the address of Doccano holds a login", remedy="Put it into DOCCANO_USERNAME and DOCCANO_PASSWORD instead."
        )
    if parts.query or parts.fragment:
        raise InvalidValueError("the address of Doccano holds a query or a fragment", remedy=_SHAPE)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise InvalidValueError("the address of Doccano has a path that leads elsewhere", remedy=_SHAPE)
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # an invalid port raises only when it is read
    except ValueError:
        return None
    has_spaces = any(character.isspace() or ord(character) < ord(" ") or character == "\\" for character in url)
    return None if has_spaces else parts

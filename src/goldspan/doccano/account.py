"""The address of a Doccano, a login to it, and one to a proxy in front of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from goldspan.errors import InvalidValueError
from goldspan.web.addresses import normalize_address

_SHAPE = "It looks like https://doccano.example.org, or like http://127.0.0.1:8000."
_LOGIN = (
    "Put it into DOCCANO_USERNAME and DOCCANO_PASSWORD instead; that of a proxy in front into "
    "DOCCANO_PROXY_AUTH=user:password."
)


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
        object.__setattr__(self, "url", normalize_address(self.url, "Doccano", shape=_SHAPE, login=_LOGIN))
        _require_user_and_password(self.proxy_auth)


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

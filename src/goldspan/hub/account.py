"""Which Hub to ask, and with which token.

`HF_ENDPOINT` names the Hub. The token is that of `HF_TOKEN`, or the stored login of `hf auth login`, or one that is
typed. No message, file or address holds it.
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass, field

from goldspan.errors import InvalidValueError, NotFoundError
from goldspan.web.addresses import is_loopback, normalize_address

HUB = "https://huggingface.co"
ENDPOINT, TOKEN = "HF_ENDPOINT", "HF_TOKEN"
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
TRUE = frozenset({"1", "ON", "YES", "TRUE"})  # as huggingface_hub reads them
NEW_TOKEN = "Make one that may write at {endpoint}/settings/tokens"  # noqa: S105  (a sentence)
_SHAPE = f"It looks like {HUB}."
_LOGIN = f"Put a token into {TOKEN} instead."


@dataclass(frozen=True, slots=True)
class HubAccount:
    """A Hub, and a token for it; its representation does not show the token.

    Args:
        endpoint: the address of the Hub, in its one form.
        token: of the account; None to ask as a stranger.

    Raises:
        InvalidValueError: for an address that is none or holds a login, for a token that cannot be one, and for a
            token that would be sent to another machine in plain http.
    """

    endpoint: str
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        address = normalize_address(self.endpoint, "the Hub", shape=_SHAPE, login=_LOGIN)
        object.__setattr__(self, "endpoint", address)
        if self.token is None:
            return
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise InvalidValueError(
                "the token for the Hub has characters that no token has",
                remedy=f"Copy it again. {self.new_token}.",
            )
        if address.startswith("http:") and not is_loopback(address):
            raise InvalidValueError(
                f"the token would be sent to {address} in plain text",
                remedy=f"Use https in {ENDPOINT}, or a tunnel to this machine.",
            )

    @property
    def new_token(self) -> str:
        """Where to make a token, as a sentence without its full stop."""
        return NEW_TOKEN.format(endpoint=self.endpoint)


def find_account(*, for_writing: bool) -> HubAccount:
    """The Hub that `HF_ENDPOINT` names, with the token of the environment, of the stored login, or one typed now.

    Args:
        for_writing: whether a token is needed; it is asked for if a person sits at a terminal.

    Raises:
        InvalidValueError: for an address or a token that cannot be one.
        NotFoundError: if the environment forbids to ask the Hub, or there is no token and nobody can be asked.
    """
    endpoint = os.environ.get(ENDPOINT) or HUB
    if forbidding := next((name for name in OFFLINE if os.environ.get(name, "").upper() in TRUE), None):
        raise NotFoundError(
            f"{forbidding} is set, so the Hub is not asked, and what is there cannot be compared",
            remedy=f"Unset it to push: {forbidding}=0",
        )
    token = _stored_token()
    if token is None and for_writing:
        token = _ask(HubAccount(endpoint))
    return HubAccount(endpoint, token)


def _stored_token() -> str | None:
    """The token of the environment or of the stored login, as huggingface_hub finds it."""
    named = (os.environ.get(name, "").strip() for name in (TOKEN, "HUGGING_FACE_HUB_TOKEN"))
    if token := next((value for value in named if value), None):
        return token
    from huggingface_hub import get_token

    try:
        return get_token()
    except Exception as error:  # noqa: BLE001  (each way to log in has errors of its own)
        kind = type(error).__name__
    raise NotFoundError(  # out here: the error of the library may hold a token
        f"the stored login of the Hub cannot be used ({kind})",
        remedy=f"Log in again with `hf auth login`, or set {TOKEN}.",
    )


def _ask(account: HubAccount) -> str:
    if sys.stdin is None or not sys.stdin.isatty():  # None if it was closed
        raise NotFoundError(
            "there is no token for the Hub",
            remedy=f"{account.new_token}, then set {TOKEN}, or log in once with `hf auth login`.",
        )
    return getpass.getpass(f"Token for {account.endpoint}: ").strip()

"""What a server of ours must remember between a start and the next: its port, its login, the mark of its processes."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from goldspan.doccano.server import home as homes
from goldspan.errors import InputError

if TYPE_CHECKING:
    from goldspan.doccano.server.home import Home

PORT = 8000
USERNAME = "admin"


@dataclass(frozen=True, slots=True)
class State:
    """Of one home.

    Args:
        port: on 127.0.0.1.
        username: of the superuser.
        password: random, made with the home; no default exists.
        mark: random; it stands in the environment of the home's processes and of no others.
        environment: the name of the environment that last brought the store up to date.
    """

    port: int = PORT
    username: str = USERNAME
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    environment: str = ""

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


def read(home: Home) -> State | None:
    """What was written last; None for a home that was never started.

    Raises:
        InputError: if the file is not as written.
    """
    try:
        kept = json.loads(home.state.read_text(encoding="utf-8"))
        return State(**{each.name: kept[each.name] for each in fields(State)})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise InputError(
            "is not as goldspan wrote it",
            file=home.state,
            remedy="End the server's processes by hand and remove this file: the next start makes a new password.",
        ) from None


def write(home: Home, state: State) -> None:
    """Keep it."""
    homes.write_private(home.state, json.dumps(asdict(state), indent=2) + "\n")

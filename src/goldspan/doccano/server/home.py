"""Where a server of ours keeps what it holds: the annotators' work, its login, its logs.

db.sqlite3            the store: projects, examples, labels, users
broker.sqlite3        the tasks that wait for the worker
media/, uploads/      files that were sent
secret_key            of Django, 0600
state.json            port and login, 0600
web.log, worker.log   what the two processes said since their last start; *.old.log the time before

What a server of ours must remember between a start and the next: its port, its login, the mark of its processes.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from goldspan import files
from goldspan.errors import InputError

OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class ServerHome:
    """The folder of one server; nobody but its owner may look into it."""

    folder: Path

    @property
    def database(self) -> Path:
        """The store."""
        return self.folder / "db.sqlite3"

    @property
    def broker(self) -> Path:
        """The tasks that wait for the worker."""
        return self.folder / "broker.sqlite3"

    @property
    def secret(self) -> Path:
        """Django's secret key."""
        return self.folder / "secret_key"

    @property
    def state(self) -> Path:
        """Port and login."""
        return self.folder / "state.json"

    @property
    def settings(self) -> Path:
        """The settings module, which each start writes anew."""
        return self.folder / "goldspan_settings.py"

    @property
    def lock(self) -> Path:
        """Held while a start or a stop is under way."""
        return self.folder / "lock"

    def log(self, role: str) -> Path:
        """What the web server or the worker wrote."""
        return self.folder / f"{role}.log"

    def make(self) -> ServerHome:
        """The same home, its folders made where they were missing, closed to others.

        Raises:
            InputError: if something else is there, or the path cannot be given to the server.
        """
        if set(str(self.folder)) & set(":?"):
            raise InputError(
                "a colon or a question mark in the path of the server's home",
                file=self.folder,
                remedy="Choose another folder with --home: SQLite's address and Python's path end at these.",
            )
        self._take()
        for folder in (self.folder / "media", self.folder / "uploads"):
            folder.mkdir(exist_ok=True)
        return self

    def _take(self) -> None:
        """Make the folder ours, or see that it is: somebody's other folder is not closed to others and written into."""
        try:
            self.folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        except FileExistsError:
            raise InputError("is no folder", file=self.folder, remedy="Choose another folder with --home.") from None
        if not self.lock.exists() and any(self.folder.iterdir()):
            raise InputError(
                "holds other files", file=self.folder, remedy="Choose a new or an empty folder with --home."
            )
        self.lock.touch(mode=files.PRIVATE)
        self.folder.chmod(OWNER_ONLY)


def find(folder: Path | None = None) -> ServerHome:
    """The home in a folder, or the default one: `goldspan/doccano` in the user's data folder.

    Not below `build/`: the annotators' work cannot be derived again.
    """
    if folder is None:
        folder = _user_folder("XDG_DATA_HOME", ".local/share") / "goldspan" / "doccano"
    return ServerHome(folder.expanduser().resolve())


def cache() -> Path:
    """The user's folder for what can be made again."""
    return _user_folder("XDG_CACHE_HOME", ".cache") / "goldspan"


def _user_folder(variable: str, fallback: str) -> Path:
    """A folder of the XDG Base Directory Specification 0.8: a relative path in the variable counts as none."""
    named = os.environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else Path.home() / fallback


PORT = 8000
USERNAME = "admin"


@dataclass(frozen=True, slots=True)
class ServerState:
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


def read_state(home: ServerHome) -> ServerState | None:
    """What was written last; None for a home that was never started.

    Raises:
        InputError: if the file is not as written.
    """
    try:
        kept = json.loads(home.state.read_text(encoding="utf-8"))
        return ServerState(**{each.name: kept[each.name] for each in fields(ServerState)})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise InputError(
            "is not as goldspan wrote it",
            file=home.state,
            remedy="End the server's processes by hand and remove this file: the next start makes a new password.",
        ) from None


def write_state(home: ServerHome, state: ServerState) -> None:
    """Write it to the home, for its owner alone."""
    files.write(home.state, json.dumps(asdict(state), indent=2) + "\n", mode=files.PRIVATE)

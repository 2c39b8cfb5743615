"""The folder of an embedded server: the annotators' work, its login, its logs.

db.sqlite3            the database: projects, examples, labels, users
broker.sqlite3        the queue of the task worker
media/, uploads/      files that were uploaded
secret_key            Django's, 0600
state.json            port, login, and the path of this folder, 0600
web.log, worker.log   the output of the two processes since their last start; *.old.log of the start before
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from goldspan import files, strict_json
from goldspan.errors import InputError

OWNER_ONLY = 0o700
DEFAULT_PORT = 8000
NO_PORT = 0  # of a copy before its first start
USERNAME = "admin"


@dataclass(frozen=True, slots=True)
class ServerHome:
    """The folder of one server, closed to everyone but its owner."""

    folder: Path

    @property
    def database(self) -> Path:
        """Doccano's database."""
        return self.folder / "db.sqlite3"

    @property
    def write_ahead_log(self) -> Path:
        """SQLite's log of changes that the database file does not hold yet."""
        return self.folder / "db.sqlite3-wal"

    @property
    def broker(self) -> Path:
        """The queue of the task worker."""
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
        """The settings module, which each start overwrites."""
        return self.folder / "goldspan_settings.py"

    @property
    def lock(self) -> Path:
        """The lock of a start or a stop that is under way."""
        return self.folder / "lock"

    def log(self, role: str) -> Path:
        """The output of the web server or the worker."""
        return self.folder / f"{role}.log"

    def make(self) -> ServerHome:
        """The same home, with its folders created where they are missing, and closed to others.

        Raises:
            InputError: if something else is there, or the path cannot be passed to the server.
        """
        if set(str(self.folder)) & set(":?"):
            raise InputError(
                "a colon or a question mark in the path of the server's home",
                file=self.folder,
                remedy="Choose another folder with --home: SQLite's address and Python's path end at these.",
            )
        self._claim()
        for folder in (self.folder / "media", self.folder / "uploads"):
            folder.mkdir(exist_ok=True)
        return self

    def _claim(self) -> None:
        """Create the folder, or check that it is a home: a folder of other files is neither closed nor written into."""
        try:
            self.folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        except FileExistsError:
            raise InputError("is not a folder", file=self.folder, remedy="Choose another folder with --home.") from None
        if not self.lock.exists() and any(self.folder.iterdir()):
            raise InputError(
                "holds other files", file=self.folder, remedy="Choose a new or an empty folder with --home."
            )
        self.lock.touch(mode=files.PRIVATE)
        self.folder.chmod(OWNER_ONLY)


def find_home(folder: Path | None = None) -> ServerHome:
    """The home in a folder; by default `goldspan/doccano` in the user's data folder.

    It is not below `build/`: the annotators' work cannot be built again.
    """
    if folder is None:
        folder = data_folder() / "doccano"
    return ServerHome(folder.expanduser().resolve())


def data_folder() -> Path:
    """The user's folder for what cannot be built again."""
    return _user_folder("XDG_DATA_HOME", ".local/share") / "goldspan"


def cache_folder() -> Path:
    """The user's folder for what can be built again."""
    return _user_folder("XDG_CACHE_HOME", ".cache") / "goldspan"


def _user_folder(variable: str, fallback: str) -> Path:
    """A folder of the XDG Base Directory Specification 0.8: a variable that holds a relative path is ignored."""
    path = Path(os.environ.get(variable, ""))
    return path if path.is_absolute() else Path.home() / fallback


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a home remembers from one start to the next.

    Args:
        port: on 127.0.0.1.
        username: of the superuser.
        password: random, made with the home; there is no default.
        mark: random; it tells a home and its copies from other homes.
        environment: the name of the environment that migrated the database last.
        folder: the path of the home at its last start; empty if it was never started, or by an older goldspan.
    """

    port: int = DEFAULT_PORT
    username: str = USERNAME
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    environment: str = ""
    folder: str = ""

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


def read_state(home: ServerHome) -> ServerState | None:
    """The state that was written last; None for a home that was never started.

    Raises:
        InputError: if the file is not as `write_state` writes it.
    """
    try:
        content = {"folder": "", **strict_json.loads(home.state.read_text(encoding="utf-8"))}
        values = {each.name: content[each.name] for each in fields(ServerState)}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        values = {}
    if not values or any(type(value) is not (int if name == "port" else str) for name, value in values.items()):
        raise InputError(
            "is not as goldspan wrote it",
            file=home.state,
            remedy="`goldspan doccano stop`, then remove this file: the next start makes a new password.",
        )
    return ServerState(**values)


def find_original(home: ServerHome, state: ServerState) -> Path | None:
    """The folder that a home is a copy of, if it was not started since it was copied and the original is there still.

    A folder that was moved is no copy, nor is one that was restored from a backup where it was.
    """
    if state.folder in {"", _written(home.folder)}:
        return None
    original = ServerHome(Path(state.folder))
    try:
        if original.folder.samefile(home.folder):
            return None
        theirs = read_state(original)
    except (OSError, InputError, ValueError):
        return None
    return None if theirs is None or theirs.mark != state.mark else original.folder


def own_state(home: ServerHome, state: ServerState, original: Path | None) -> ServerState:
    """The state with this folder in it; that of a copy gets a mark of its own, and no port yet."""
    if original is not None:
        state = replace(state, mark=secrets.token_hex(16), port=NO_PORT)
    return replace(state, folder=_written(home.folder))


def _written(folder: Path) -> str:
    """A path as the state holds it: JSON cannot hold bytes of a name that are no UTF-8."""
    return str(folder).encode(errors="replace").decode()


def write_state(home: ServerHome, state: ServerState) -> None:
    """Write the state to the home, for its owner alone."""
    files.write(home.state, json.dumps(asdict(state), indent=2) + "\n", mode=files.PRIVATE)

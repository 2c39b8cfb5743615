"""The address and the token of the service of a project, in a private file of the user's data folder.

    ~/.local/share/goldspan/service/<folder>-<digest>.json
    {"root": "/home/anna/news", "url": "http://127.0.0.1:8765", "token": "…"}

The token is made once and stays, since Doccano keeps it in the configuration of its project. `GOLDSPAN_SERVICE_TOKEN`
in the environment wins over it, and is never written to the file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from goldspan import files, strict_json
from goldspan.doccano.server.home import OWNER_ONLY, data_folder
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.corpus import Corpus

VARIABLE = "GOLDSPAN_SERVICE_TOKEN"
SHORTEST = 20  # characters of a token
BYTES = 32  # of a token that is made here
TOKEN = re.compile(rf"[!-~]{{{SHORTEST},}}")
READABLE = 40  # characters of the folder's name in that of the file
REMEDY = "Remove the file: the next `goldspan serve` makes another token, which Doccano must then be given."


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How a service is reached.

    Args:
        url: the address of its last start, without a slash at its end; empty if it was never started.
        token: what a request must bring; secret.
    """

    url: str
    token: str = field(repr=False)


def state_path(corpus: Corpus) -> Path:
    """The file of a project."""
    root = corpus.root.resolve()
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    readable = re.sub(r"[^0-9A-Za-z_-]+", "-", root.name).strip("-")[:READABLE]
    return data_folder() / "service" / f"{readable}-{digest}.json"


def read_state(corpus: Corpus) -> ServiceState | None:
    """What the last start of the service wrote, with the token that holds now; None if it was never started.

    Raises:
        InputError: if the file is not as `write_state` writes it, or the variable is no token.
    """
    written, stated = _read(state_path(corpus)), _stated_token()
    if written is None or stated is None:
        return written
    return replace(written, token=stated)


def token_of(corpus: Corpus) -> str:
    """The token of the environment; else that of the file, which is made if it is missing.

    Raises:
        InputError: as `read_state`.
    """
    stated = _stated_token()
    if stated is not None:
        return stated
    path = state_path(corpus)
    written = _read(path)
    if written is not None and written.token:
        return written.token
    state = ServiceState("" if written is None else written.url, secrets.token_urlsafe(BYTES))
    _write(corpus, state)
    return state.token


def write_url(corpus: Corpus, url: str) -> None:
    """Remember the address of a start."""
    written = _read(state_path(corpus))
    _write(corpus, ServiceState(url, "" if written is None else written.token))


def _stated_token() -> str | None:
    token = os.environ.get(VARIABLE)
    if not token:
        return None
    if not TOKEN.fullmatch(token):
        raise InputError(
            f"{VARIABLE} in the environment is no token: it needs {SHORTEST} characters of ASCII or more, and no space",
            remedy='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))", or unset it.',
        )
    return token


def _read(path: Path) -> ServiceState | None:
    if not files.is_there(path):
        return None
    try:
        value = strict_json.loads(files.read_bytes(path))
    except ValueError:
        value = None
    match value:
        case {"url": str(url), "token": str(token)} if not token or TOKEN.fullmatch(token):
            return ServiceState(url, token)
    raise InputError("is not as goldspan wrote it", file=path, remedy=REMEDY)


def _write(corpus: Corpus, state: ServiceState) -> None:
    path = state_path(corpus)
    path.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    path.parent.chmod(OWNER_ONLY)
    root = os.fsencode(corpus.root.resolve()).decode(errors="replace")
    files.write(path, files.dumps({"root": root, **asdict(state)}) + "\n", mode=files.PRIVATE)

"""The number of the schema of a project's files, which docs/versions.md explains.

`goldspan.toml` states it for the whole project as its top-level key `schema`, and each JSON line of the project may
state it, too. Where nothing states it, it is 1, so that files of earlier versions stay as they are. What states a
higher number than this goldspan knows is refused: it may mean something else than it seems to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1  # raised when an older goldspan would misread a file of a project
KEY = "schema"
SETTINGS = "goldspan.toml"
STATED = re.compile(r"\s*schema\s*=\s*([0-9]{1,9})\s*(?:#.*)?$")  # in the settings, as people write it
NEWER = "It was made by a later goldspan: upgrade."
INVALID = f"It is a whole number from 1 to {SCHEMA}; without the key it is 1."


def require_known(value: object, file: Path | None, line: int | None, *, example: str | None = None) -> None:
    """Refuse a number that this goldspan does not know.

    Args:
        value: of the key `schema`.
        file: that states it.
        line: on which line, from 1.
        example: the id of the example.

    Raises:
        InputError: for a higher number, with the remedy to upgrade, and for what is no number of a schema.
    """
    if type(value) is int and 1 <= value <= SCHEMA:
        return
    if type(value) is int and value > SCHEMA:
        message, remedy = f"its schema is {value}; this goldspan reads up to {SCHEMA}", NEWER
    else:
        message, remedy = f"{KEY!r} is {value!r:.60}, not the number of a schema", INVALID
    raise InputError(message, file=file, line=line, example=example, remedy=remedy)


def without_schema(row: dict[str, Any], file: Path, line: int) -> dict[str, Any]:
    """The keys of a JSON line besides the number of its schema.

    Args:
        row: the object of the line.
        file: its file.
        line: its number, from 1.

    Raises:
        InputError: for a number that this goldspan does not know.
    """
    if KEY not in row:
        return row
    require_known(row[KEY], file, line)
    return {key: value for key, value in row.items() if key != KEY}


def require_known_project(folder: Path) -> None:
    """Refuse a project whose settings state a number that this goldspan does not know.

    What else is wrong with the settings is reported where they are read.

    Raises:
        InputError: naming file and line.
    """
    path = folder / SETTINGS
    if not files.is_there(path):
        return
    for number, line in enumerate(files.read_bytes(path).decode("utf-8", "replace").splitlines(), 1):
        if line.startswith("["):  # the first table: what follows is of no project
            return
        if stated := STATED.match(line):
            require_known(int(stated[1]), path, number)

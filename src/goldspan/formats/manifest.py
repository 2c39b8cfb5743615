"""`manifest.jsonl`: a line per article, what it is and whence it came.

What an article does not say of itself is null, never guessed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of the corpus.

    Args:
        id: the article's id; its gold is `gold/<id>.jsonl`.
        file: the name of its file in the seeds folder.
        sha256: of the file's bytes, in hexadecimal.
        title: its headline.
        publisher: the outlet.
        author: the byline.
        url: where it stood.
        published: the date, as `YYYY-MM-DD`.
        licence: what its reader may do, or who holds the rights.
        guidelines: the version of the guidelines that its gold follows; null before it has gold.
    """

    id: str
    file: str
    sha256: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    licence: str | None = None
    guidelines: str | None = None


KEYS = tuple(field.name for field in fields(Entry))
REQUIRED = ("id", "file", "sha256")
REMEDY = f"Each line is a JSON object with the keys {', '.join(KEYS)}."


def read(path: Path) -> list[Entry]:
    """The entries, in the order of the file.

    Raises:
        InputError: naming the line, if one is broken, has an id or file that is a path, or repeats an id.
    """
    entries: dict[str, Entry] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        entry = _entry(raw, path, number)
        if entry.id in entries:
            raise InputError(
                f"the article {entry.id!r} is listed twice",
                file=path,
                line=number,
                remedy="Remove one of the two lines.",
            )
        entries[entry.id] = entry
    return list(entries.values())


def write(path: Path, entries: Iterable[Entry]) -> bool:
    """Write the entries, sorted by id; False if nothing changed."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    return files.write(path, "".join(files.dumps(asdict(entry)) + "\n" for entry in ordered))


def _entry(raw: bytes, path: Path, number: int) -> Entry:
    try:
        value = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise InputError(f"not a line of JSON: {error}", file=path, line=number, remedy=REMEDY) from None
    wrong = not isinstance(value, dict) or set(value) - set(KEYS) or any(not value.get(key) for key in REQUIRED)
    if wrong or not all(item is None or isinstance(item, str) for item in value.values()):
        raise InputError("not the entry of an article", file=path, line=number, remedy=REMEDY)
    entry = Entry(**value)
    for what in (entry.id, entry.file):
        if "/" in what or "\\" in what or what.startswith("."):
            raise InputError(
                f"{what!r} is a path, not a name",
                file=path,
                line=number,
                remedy="Ids and files are plain names inside their folder.",
            )
    return entry

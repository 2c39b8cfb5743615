"""What every line must be: an example, in the one form that the tools write, and there once.

These hold for gold and for an annotator's pass alike.
"""

from __future__ import annotations

import os
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.checks.check import Found, check
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import gold, manifest
from goldspan.formats.lines import numbered
from goldspan.values import Example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.formats.record import Record

MANIFEST = "manifest.jsonl"


@check(
    "bad-line",
    "line",
    title="A line cannot be read, or is no example, no entry of the manifest, no article id",
    why="Nothing can be said of it, and nothing that stands in it counts.",
    remedy="Repair or remove the line; the message says what is missing.",
)
def bad_line(record: Record) -> str | None:
    """Why a record of the right shape can be no example, whatever its spans are."""
    if not record.id:
        return "the id is empty"
    if record.at < 0:
        return f"the text cannot begin at {record.at}"
    words = (record.id, record.text, *(word for span in record.spans for word in (span.label, span.surface or "")))
    if not all(_is_unicode(word) for word in words):
        return "holds half of a UTF-16 pair, which is no character"
    return None


@check(
    "duplicate-example",
    "set",
    title="Two examples of a folder have the same id",
    why="Whatever is said of one would be taken for the other: agreement, splits and corrections go by the id.",
    remedy="Remove one of the two, or give it the id that its article and paragraph say.",
)
def duplicate_example(record: Record, seen: dict[str, tuple[Path, int | None]]) -> str | None:
    """Whether the id was there before; `seen` says where and is kept up to date."""
    file, line = seen.setdefault(record.id, (record.file, record.line))
    if (file, line) == (record.file, record.line):
        return None
    return f"the id is there already, in {file.name}" + ("" if line is None else f":{line}")


@check(
    "non-canonical",
    "file",
    title="A file of the corpus is not, byte for byte, what the tools would write",
    why="The next command that writes it would change lines that nobody touched, and the diff would hide what matters.",
    remedy="Write the line as the tools do: keys in order, spans sorted, one blank after each comma and colon.",
)
def non_canonical(path: Path) -> Iterator[Found]:
    """The first difference of a manifest, a split or a gold file."""
    if path.name == MANIFEST:
        return _whole(path, _manifest(path))
    return _whole(path, _split(path)) if path.suffix == ".txt" else _gold(path)


CHECKS = (bad_line, duplicate_example, non_canonical)


def article_of(record: Record) -> str:
    """The article that the id of a valid record names."""
    return Example(record.id, "").article


def _gold(path: Path) -> Iterator[Found]:
    """The first line that differs, and how many more; lines that are no example are for the other checks."""
    first, more, last = None, 0, None
    for number, raw in numbered(path):
        try:
            record = gold.parse(raw, path, number)
        except InputError:
            continue
        if bad_line.test(record):
            continue
        message = _difference(raw, record) or _disorder(record, last)
        last = record
        if message and first is None:
            first = Found(message, path, number, record.id)
        else:
            more += message is not None
    if first is not None:
        yield first._replace(message=first.message + (f"; {more} more line(s) differ, too" if more else ""))
    elif last is not None and not _ends_with_newline(path):
        yield Found("the last line does not end with a newline", path, last.line)


def _disorder(record: Record, last: Record | None) -> str | None:
    behind = last is not None and record.at < last.at and article_of(record) == article_of(last)
    return "stands behind a later paragraph" if behind else None


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _whole(path: Path, wanted: bytes | None) -> Iterator[Found]:
    """The first line that is not the one wanted; nothing if the file cannot be read at all."""
    if wanted is None or wanted == (data := files.read_bytes(path)):
        return
    pairs = zip_longest(data.split(b"\n"), wanted.split(b"\n"))
    number, found, line = next((n, a, b) for n, (a, b) in enumerate(pairs, 1) if a != b)
    yield Found(_says(found or b"", line or b""), path, number)


def _manifest(path: Path) -> bytes | None:
    try:
        entries = manifest.read(path)
    except InputError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        manifest.write(Path(folder) / MANIFEST, entries)
        return (Path(folder) / MANIFEST).read_bytes()


def _split(path: Path) -> bytes:
    """As `goldspan split` writes it: sorted, an id a line. What stands there twice is for another check."""
    return b"".join(line + b"\n" for line in sorted(raw for _, raw in files.lines(files.read_bytes(path))))


def _difference(raw: bytes, record: Record) -> str | None:
    try:
        line = gold.line(record.example()).encode()[:-1]
    except GoldspanError:
        return None
    except ValueError:
        return "holds a value that JSON cannot write"
    if raw == line:
        return None
    return _says(raw, line)


def _says(found: bytes, wanted: bytes) -> str:
    """Where two lines part, and what stands there."""
    at = next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), min(len(found), len(wanted)))
    here, there = (part[at : at + 20].decode("utf-8", "replace") for part in (found, wanted))
    return f"differs at byte {at}: {here!r} instead of {there!r}"


def _is_unicode(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True

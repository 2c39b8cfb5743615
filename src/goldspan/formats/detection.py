"""Which format a file is in, told by its content; its suffix decides where there is none."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.json_lines import numbered

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 1 << 16
PRODIGY = frozenset({"answer", "_input_hash", "_task_hash"})
EMPTY = {".jsonl": "gold", ".ann": "brat", ".conll": "conll", ".iob": "conll", ".iob2": "conll", ".bio": "conll"}


def detect(path: Path) -> str | None:
    """The name of the format; None if it cannot be told.

    Raises:
        InputError: if there is no such file, or it cannot be read.
    """
    if path.is_dir():
        return "brat" if any(p.suffix == ".ann" or p.name == "goldspan.jsonl" for p in path.iterdir()) else None
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD).removeprefix(files.BOM)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=path) from None
    if not head.strip():
        return EMPTY.get(path.suffix)
    if path.suffix == ".ann" or (path.suffix == ".txt" and path.with_name(f"{path.stem}.ann").is_file()):
        return "brat"
    if _is_docbin(head):
        return "docbin"
    return _of_json(path) if head.lstrip().startswith(b"{") else _of_rows(head, whole=len(head) < HEAD)


def _is_docbin(head: bytes) -> bool:
    """Whether it is deflated msgpack, a map that begins with the version as DocBin writes it."""
    try:
        return zlib.decompressobj().decompress(head, 16)[1:].startswith(b"\xa7version")
    except zlib.error:
        return False


def _of_json(path: Path) -> str | None:
    """The format of the first line that can be told; where a line is broken, its keys must do.

    A `.jsonl` of nothing but broken lines is taken as gold, whose reader says which line is broken and how.
    """
    is_broken = path.suffix == ".jsonl"
    for _, line in numbered(path):
        try:
            row = json.loads(line)
            is_broken = False
        except (ValueError, RecursionError):
            row = {key: None for key in ("spans", "text", *PRODIGY) if f'"{key}":'.encode() in line}
        if isinstance(row, dict) and "text" in row:
            if _is_prodigy(row):
                return "prodigy"
            return "gold" if "spans" in row else "doccano"
    return "gold" if is_broken else None


def _is_prodigy(row: dict[str, Any]) -> bool:
    """Whether a row has what Prodigy adds, or spans that are objects; an `id` and an `at` beside them are gold's."""
    spans = row.get("spans")
    if isinstance(spans, list) and spans:
        return isinstance(spans[0], dict)
    return not {"id", "at"} <= row.keys() and not PRODIGY.isdisjoint(row)


def _of_rows(head: bytes, *, whole: bool) -> str | None:
    """`conll`, if most lines of words end in a tag."""
    from goldspan.formats import conll

    lines = head.decode("utf-8", "replace").split("\n")
    rows = [conll.split_columns(line.removesuffix("\r")) for line in (lines if whole else lines[:-1]) if line.strip()]
    tagged = sum(len(row) > 1 and conll.is_tagged(row) for row in rows)
    comments = sum(row[0].startswith("#") and not conll.is_tagged(row) for row in rows)
    return "conll" if tagged > (len(rows) - comments) / 2 else None

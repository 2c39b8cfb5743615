"""The beginning of a file, from which the formats detect whether it is theirs."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.formats.json_lines import numbered
from goldspan.formats.json_rows import first_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD_SIZE = 1 << 16
MOST_ROWS = 200  # that are looked at: rows of a file may differ
MOST_LINES = 10 * MOST_ROWS  # that are looked at where none is JSON
# Those that distinguish the formats of JSON lines.
KEYS = ("id", "at", "spans", "text", "label", "answer", "_input_hash", "_task_hash", "goldspan_id", "goldspan key")


class FileSample:
    """What detection reads of a file.

    Args:
        path: the file.

    Attributes:
        path: the file.
        head: its first bytes, without a byte order mark.
        is_whole: whether these are all of it.

    Raises:
        InputError: if there is no such file, or it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with files.opened(path) as stream:
            self.head = stream.read(HEAD_SIZE).removeprefix(files.BOM)
        self.is_whole = len(self.head) < HEAD_SIZE

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but white space: then only the suffix can decide."""
        return not self.head.strip()

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object or array does."""
        begin = self.head.lstrip()[:1]
        return begin == b"{" or (begin == b"[" and bool(self.rows))

    @property
    def first_object(self) -> dict[str, Any] | None:
        """The first object of JSON lines, of an array, or of a file that is one; None if there is none."""
        return next(iter(self.objects), None)

    @property
    def is_broken_json(self) -> bool:
        """Whether no line of a `.jsonl` is valid JSON, and none shows a text."""
        return self.path.suffix == ".jsonl" and self.head.lstrip()[:1] == b"{" and not self.rows

    @cached_property
    def rows(self) -> list[Any]:
        """The first rows of JSON. If all lines are broken: the keys that are seen in those that show a text."""
        if self.head.lstrip()[:1] not in {b"{", b"["}:
            return []
        return first_rows(self.path, MOST_ROWS) or list(islice(self._broken_rows(), MOST_ROWS))

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Those of the rows that are objects."""
        return [row for row in self.rows if isinstance(row, dict)]

    def _broken_rows(self) -> Iterator[dict[str, None]]:
        for _, line in islice(numbered(self.path), MOST_LINES):
            keys = {key: None for key in KEYS if f'"{key}":'.encode() in line}
            if "text" in keys:
                yield keys

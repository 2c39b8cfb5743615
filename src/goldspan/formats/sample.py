"""The beginning of a file, from which the formats detect whether it is theirs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError
from goldspan.formats.json_lines import numbered
from goldspan.formats.json_objects import first_object

if TYPE_CHECKING:
    from pathlib import Path

HEAD_SIZE = 1 << 16
KEYS = ("spans", "text", "answer", "_input_hash", "_task_hash")  # those that distinguish the formats of JSON lines


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
        try:
            with path.open("rb") as stream:
                self.head = stream.read(HEAD_SIZE).removeprefix(files.BOM)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", file=path) from None
        self.is_whole = len(self.head) < HEAD_SIZE

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but white space: then only the suffix can decide."""
        return not self.head.strip()

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object does."""
        return self.head.lstrip().startswith(b"{")

    @cached_property
    def first_object(self) -> dict[str, Any] | None:
        """The first object of JSON lines, of an array, or of a file that is one; None if there is none."""
        return first_object(self.path) if self.head.lstrip()[:1] in {b"{", b"["} else None

    @property
    def row(self) -> dict[str, Any] | None:
        """The first row of JSON that has a text; of a broken line, the keys that can be seen in it, without values."""
        return self._json_rows[0]

    @property
    def is_broken_json(self) -> bool:
        """Whether no line of a `.jsonl` is valid JSON, and none shows a text."""
        return self._json_rows == (None, True)

    @cached_property
    def _json_rows(self) -> tuple[dict[str, Any] | None, bool]:
        """The first row that has a text, and whether all lines up to it are broken, in a `.jsonl`."""
        is_broken = self.path.suffix == ".jsonl"
        for _, line in numbered(self.path) if self.is_json else ():
            try:
                row = strict_json.loads(line)
                is_broken = False
            except ValueError:
                row = {key: None for key in KEYS if f'"{key}":'.encode() in line}
            if isinstance(row, dict) and "text" in row:
                return row, is_broken
        return None, is_broken and self.is_json

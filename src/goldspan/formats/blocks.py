"""The blocks of a CoNLL file: comments and rows up to a blank line, not yet judged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.errors import InputError, ValueRefused
from goldspan.formats import tagging
from goldspan.formats.lines import decode, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTE = re.compile(r"# (\w+) = (.*)", re.DOTALL)
KNOWN = {"id", "sent_id", "at", "text", "extra"}
DOCSTART = "-DOCSTART-"


@dataclass
class Block:
    """What stands between two blank lines.

    Args:
        line: the number of its first line.
        starts_article: whether it is the `-DOCSTART-` line, which is a block of its own.
        notes: the known comments `# key = value`, values as written.
        comments: the other comments, as written.
        rows: the number and the columns of each line of a word.
        errors: of lines that are not UTF-8; they stand in `rows` all the same, with U+FFFD for what is not.
    """

    line: int = 0
    starts_article: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)

    def add(self, number: int, line: str) -> None:
        """Take in a line that is not blank."""
        columns = split(line)
        if self.rows or not line.startswith("#"):
            self.rows.append((number, columns))
            return
        note = NOTE.fullmatch(line)
        if not note and is_tagged(columns):
            self.rows.append((number, columns))
        elif note and note[1] in KNOWN:
            self.notes[note[1]] = note[2]
        else:
            self.comments.append(line)

    @property
    def says_something(self) -> bool:
        """Whether it holds words, a text without words, or an error; comments alone are no example."""
        return bool(self.starts_article or self.rows or self.errors or "text" in self.notes)


def read_blocks(path: Path) -> Iterator[Block]:
    """The blocks of a file, as a stream. Comments that stand alone belong to the block that follows.

    Raises:
        InputError: if the file cannot be read.
    """
    block = Block()
    for number, raw in numbered(path):
        if not raw.strip():
            if block.says_something:
                yield block
                block = Block()
            continue
        block.line = block.line or number
        try:
            line = decode(raw, path, number).removesuffix("\r")
        except InputError as error:
            block.errors.append(error)
            line = raw.decode("utf-8", "replace").removesuffix("\r")
        if line.startswith(DOCSTART) and not (block.rows or block.notes) and split(line)[0] == DOCSTART:
            yield Block(number, starts_article=True)
            block.line = 0
        else:
            block.add(number, line)
    if block.says_something:
        yield block


def split(line: str) -> list[str]:
    """The columns of a line: split at tabs if it has any, else at runs of blanks; blanks around them are not theirs."""
    line = line.rstrip(" \t\r")
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    return [column for column in line.split(" ") if column]


def is_tagged(columns: list[str]) -> bool:
    """Whether the last column is a tag."""
    try:
        tagging.parse(columns[-1])
    except ValueRefused:
        return False
    return True

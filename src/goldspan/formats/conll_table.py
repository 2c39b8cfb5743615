r"""The lines of a file of columns: blocks of rows with the comments above them, not yet known to be words and tags.

A block ends at an empty line. `-DOCSTART-` begins an article wherever it stands, and so does `#begin document` of
CoNLL-2012. Columns are separated by tabs where a line has any, else by runs of spaces; in a CSV file by commas or
semicolons, with quotes. A line is cut at `\n` alone, and no character but the space and the tab separates columns: a
no-break space is a word.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan import strict_json
from goldspan.errors import InputError
from goldspan.formats.json_lines import decode, numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NOTE = re.compile(r"# (newdoc id|newpar id|global\.columns|\w+) = (.*)", re.DOTALL)
COMMENT_INSIDE = re.compile(r"# (?!(?:newdoc id|sent_id|id|at|text|extra) = )[\w:.\-]+ = .*", re.DOTALL)
DOCUMENT_START = "-DOCSTART-"
BEGIN_DOCUMENT, END_DOCUMENT = "#begin document", "#end document"  # CoNLL-2012
COLUMN_NAMES = "global.columns"  # CoNLL-U Plus
DELIMITERS = (",", ";")
MOST_ROWS = 10_000  # of a block that is held at once


class Row(NamedTuple):
    """A line of the table: its number, its cells, and what separates them: a tab, a space, a comma or a semicolon."""

    line: int
    cells: list[str]
    separator: str = " "


@dataclass
class Block:
    """The lines between two empty lines.

    Args:
        line: the number of its first line.
        starts_article: whether an article begins here; such a block has no rows.
        leading: the lines that begin with `#`, with their numbers, before all others: comments, or words. Among rows
            with tabs also the later ones that are plainly comments, as those of HIPE.
        rows: the other lines.
        errors: of lines that are not UTF-8; `rows` has these lines, too, with U+FFFD for what is not.
        continues: whether it goes on with the block before, which has too many rows to be held at once.
        is_cut: whether the next block goes on with it.
    """

    line: int = 0
    starts_article: bool = False
    leading: list[tuple[int, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    continues: bool = False
    is_cut: bool = False

    def add(self, number: int, line: str) -> None:
        """Add a line that is not empty."""
        self.line = self.line or number
        if line.startswith("#") and (not self.rows or self._is_comment(line)):
            self.leading.append((number, line))
        else:
            self.rows.append(split_row(number, line))

    def _is_comment(self, line: str) -> bool:
        """Whether a line among rows is a comment: without a tab, which they have, and no mark of a new sentence."""
        return self.rows[-1].separator == "\t" not in line and COMMENT_INSIDE.fullmatch(line) is not None

    @property
    def is_large(self) -> bool:
        """Whether it has too many rows to be held at once; one that states its text is a sentence, which is held."""
        return len(self.rows) > MOST_ROWS and not self.states("text")

    def cut(self) -> Block:
        """Its beginning as a block of its own; what is left goes on with it, from its last row."""
        *rows, last = self.rows
        begin = Block(
            self.line, leading=self.leading, rows=rows, errors=self.errors, continues=self.continues, is_cut=True
        )
        self.line, self.leading, self.rows, self.errors, self.continues = last.line, [], [last], [], True
        return begin

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added to it."""
        return not (self.leading or self.rows or self.errors)

    def states(self, *keys: str) -> bool:
        """Whether a comment above the rows has one of these keys."""
        return any((note := NOTE.fullmatch(line)) and note[1] in keys for _, line in self.leading)


def read_blocks(path: Path) -> Iterator[Block]:
    """The blocks of a file, as a stream, large ones in several parts.

    Raises:
        InputError: if the file cannot be read, or is a damaged CSV file.
    """
    lines = numbered(path)
    first = next(((number, line) for number, line in lines if line.strip()), None)
    if first is None:
        return
    delimiter = csv_delimiter(first[1], path)
    whole = chain((first,), lines)
    yield from csv_blocks(whole, path, delimiter) if delimiter else blocks_of(whole, path)


def blocks_of(lines: Iterable[tuple[int, bytes]], path: Path) -> Iterator[Block]:
    """The blocks of numbered lines. One without rows has comments, which belong to the next, or words that begin so."""
    block = Block()
    for number, raw in lines:
        line = _decoded(raw, path, number, block) if raw.strip() else ""
        begins_article = _starts_article(line, block)
        if not line or begins_article or line.startswith(END_DOCUMENT):
            if not block.is_empty:
                yield block
                block = Block()
            if begins_article:
                yield Block(number, starts_article=True)
            if line.startswith(BEGIN_DOCUMENT):
                block.add(number, line)
        else:
            block.add(number, line)
            if len(block.rows) > MOST_ROWS and block.is_large:
                yield block.cut()
    if not block.is_empty:
        yield block


def whole_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with the parts of large ones joined."""
    joined: Block | None = None
    for block in blocks:
        if joined is None or not block.continues:
            joined = block
        else:
            joined.leading += block.leading
            joined.rows += block.rows
            joined.errors += block.errors
        if not block.is_cut:
            joined.is_cut = False
            yield joined
            joined = None


def _decoded(raw: bytes, path: Path, number: int, block: Block) -> str:
    """A line as text; if it is not UTF-8, an error of the block says so."""
    try:
        return decode(raw, path, number).rstrip("\r")
    except InputError as error:
        block.errors.append(error)
        return raw.decode("utf-8", "replace").rstrip("\r")


def split_row(number: int, line: str) -> Row:
    """The cells of a line: split at tabs if it has any before its end, else at runs of spaces."""
    if "\t" in line.rstrip(" \t\r"):
        return Row(number, [cell.strip(" ") for cell in line.split("\t")], "\t")
    return Row(number, [cell for cell in line.rstrip(" \t\r").split(" ") if cell], " ")


def comment_value(written: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a comment, as JSON or, since other programs write plain text, as written."""
    try:
        return strict_json.loads(written)
    except strict_json.JSONError:
        return written


def locate_words(words: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """The extents of words that follow one another in a text with only white space between; None if they do not."""
    extents, end = [], 0
    for word in words:
        start = text.find(word, end)
        if start < 0 or text[end:start].strip():
            return None
        end = start + len(word)
        extents.append((start, end))
    return None if text[end:].strip() else extents


def csv_delimiter(first: bytes, path: Path) -> str | None:
    """What separates the columns of a CSV file, by its first line; None if the file is none.

    A file without the suffix `.csv` is one if its first line names more columns between commas than between spaces.
    """
    text = first.decode("utf-8", "replace").strip()
    if "\t" in text or text.startswith("#"):
        return None
    counts = Counter({delimiter: text.count(delimiter) for delimiter in DELIMITERS})
    delimiter, count = counts.most_common(1)[0]
    named = path.suffix.lower() == ".csv" or (count and re.fullmatch(r"[\w# \"-]+(?:[,;][\w# \"-]+)+", text))
    return delimiter if count and named else None


def csv_blocks(lines: Iterable[tuple[int, bytes]], path: Path, delimiter: str) -> Iterator[Block]:
    """The rows of a CSV file, as blocks that end at rows without any value.

    Raises:
        InputError: if it cannot be read, is not UTF-8, or its quotes do not match.
    """
    block = Block()
    numbers: list[int] = []
    reader = csv.reader(_csv_lines(lines, path, numbers), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"not CSV: {error}",
                file=path,
                line=numbers[-1] if numbers else None,
                remedy="Repair the quotes, or convert to tabs.",
            ) from None
        line = numbers[0] if numbers else 1
        numbers.clear()
        if cells is not None and any(cell.strip() for cell in cells):
            block.line = block.line or line
            block.rows.append(Row(line, [cell.strip(" ") for cell in cells], delimiter))
            if block.is_large:
                yield block.cut()
        elif block.rows:
            yield block
            block = Block()
        if cells is None:
            return


def _csv_lines(lines: Iterable[tuple[int, bytes]], path: Path, numbers: list[int]) -> Iterator[str]:
    """The lines as text; their numbers are added to `numbers`."""
    for number, line in lines:
        numbers.append(number)
        yield f"{decode(line, path, number)}\n"


def _starts_article(line: str, block: Block) -> bool:
    if line.startswith(BEGIN_DOCUMENT):
        return True
    if DOCUMENT_START not in line or block.states("text"):
        return False
    cells = split_row(0, line).cells
    numbered_row = len(cells) > 1 and cells[0].isdecimal() and not block.rows
    return cells[0] == DOCUMENT_START or (numbered_row and cells[1] == DOCUMENT_START)

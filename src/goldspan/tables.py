"""A table of text: the same in Markdown, in JSON and, by the command line, in a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INTERVAL = r"\[[-+\d., ]+\]"
MOST = 12  # rows of a table that could have any number
NUMBER = re.compile(rf"(< )?[-+]?[\d,.]+ ?%?( ?\( ?\d+%\))?( {INTERVAL})?|{INTERVAL}|undefined|–|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        title: what it shows.
        note: how to read it; may be empty.
        header: n column names.
        rows: n cells each.
    """

    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table in Markdown, without its title."""
        columns = [[row[number] for row in self.rows] for number in range(len(self.header))]
        align = "|".join("---:" if is_numeric(column) else "---" for column in columns)
        lines = [f"| {' | '.join(self.header)} |", f"|{align}|"]
        lines += [f"| {' | '.join(cell(text) for text in row)} |" for row in self.rows]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """The table for `--json`: a list of objects keyed by column."""
        return {"title": self.title, "rows": [dict(zip(self.header, row, strict=True)) for row in self.rows]}


def cut(title: str, header: Sequence[str], rows: Sequence[tuple[str, ...]], most: int = MOST) -> Table:
    """A table of the first rows, which says how many more there are, and where."""
    more = len(rows) - most
    note = f"and {more:,} more, which --json and --html list" if more > 0 else ""
    return Table(title, note, tuple(header), tuple(rows[:most]))


def is_numeric(cells: Iterable[str]) -> bool:
    """Whether a column holds nothing but numbers, with an interval or without, and what stands where there is none."""
    found = list(cells)
    return any(found) and all(NUMBER.fullmatch(text.strip()) for text in found)


def cell(text: str) -> str:
    """A text that stays inside its cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").split())

"""How long reports are printed: tables as wide as the report, sentences broken at words, markup in colour."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from goldspan.cli import terminal
from goldspan.tables import is_numeric
from goldspan.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    from goldspan.tables import Table

WIDTH = 100
NAME = 24  # columns below which a name is not folded


def console() -> Console:
    """A console of at most 100 columns that breaks lines at words, in a pipe as on a terminal."""
    out = terminal.console()
    out.soft_wrap = False
    out.width = min(WIDTH, out.width) if sys.stdout.isatty() else WIDTH
    return out


def say(out: Console, text: str, style: str = "") -> None:
    """A text as it stands, control characters as pictures, folded where the line ends."""
    said = terminal.plain(visible(text))
    said.overflow = "fold"
    out.print(said, style=style)


def show(out: Console, table: Table) -> None:
    """A table as wide as the report, and what is to be said of it beneath.

    Where a terminal is too narrow for it, intervals stand below their numbers; what is still too wide is left to the
    terminal to break, for a number that is cut is a wrong number.
    """
    made, needed = _table(out, table)
    if needed > out.width:
        made, needed = _table(out, table, below=True)
    out.print(made, width=max(out.width, needed), crop=False)
    if table.note:
        say(out, table.note)
    out.print()


def _table(out: Console, table: Table, *, below: bool = False) -> tuple[RichTable, int]:
    """The table for the terminal, its totals set off, and the width that it needs: words may be folded, numbers not."""
    numeric = [is_numeric(row[number] for row in table.rows) for number in range(len(table.header))]
    rows = [[_below(text) if below and digits else visible(text) for text, digits in zip(row, numeric, strict=True)]
            for row in table.rows]  # fmt: skip
    header = [_below(name) if below and digits else name for name, digits in zip(table.header, numeric, strict=True)]
    made = terminal.table(table.title, header, rows)
    wide = out.options.update(max_width=1_000_000)
    needed = out.measure(made, options=wide).maximum
    for column, digits in zip(made.columns, numeric, strict=True):
        column.no_wrap, column.justify = digits, "right" if digits else "left"
        if not digits:
            longest = max(out.measure(cell, options=wide).maximum for cell in column.cells)
            column.min_width = min(NAME, longest)
            needed -= longest - column.min_width
    for row, cells in zip(made.rows, rows, strict=True):
        row.style = "bold" if cells[0].startswith("all") else ""
    return made, needed


def _below(cell: str) -> str:
    """A number above its interval, a heading broken at its comma."""
    number, bracket, interval = cell.partition(" [")
    return f"{number}\n[{interval}" if bracket else cell.replace("F1, ", "F1,\n")


def marked(markup: str, colours: Mapping[str, str]) -> Text:
    """A text in inline notation, each span on its label's colour.

    Args:
        markup: in inline notation.
        colours: `#rrggbb` per label.
    """
    text = terminal.plain(visible(markup))
    text.overflow = "fold"
    for label, colour in colours.items():
        text.highlight_regex(rf"\[[^\[\]]*\]\{{{re.escape(label)}\}}", f"white on {colour}")
    return text


def side_by_side(out: Console, sides: Iterable[tuple[str, str]], colours: Mapping[str, str]) -> None:
    """What several have made of one text, one below the other.

    Args:
        out: where.
        sides: of each the name, and what it marked, in inline notation.
        colours: `#rrggbb` per label.
    """
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2))
    for name, markup in sides:
        grid.add_row(terminal.plain(name), marked(markup, colours))
    out.print(grid)
    out.print()

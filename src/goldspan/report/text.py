"""A table of text: the same in Markdown, in JSON and, by the command line, in a terminal.

How numbers and names are written for people: in the terminal and on every page alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.quantities import TroopCount

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
        lines += [f"| {' | '.join(table_cell(text) for text in row)} |" for row in self.rows]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """The table for `--json`: a list of objects keyed by column."""
        return {"title": self.title, "rows": [dict(zip(self.header, row, strict=True)) for row in self.rows]}


def cut_cell(title: str, header: Sequence[str], rows: Sequence[tuple[str, ...]], most: int = MOST) -> Table:
    """A table of the first rows, which says how many more there are, and where."""
    more = len(rows) - most
    note = f"and {more:,} more, which --json and --html list" if more > 0 else ""
    return Table(title, note, tuple(header), tuple(rows[:most]))


def is_numeric(cells: Iterable[str]) -> bool:
    """Whether a column holds nothing but numbers, with an interval or without, and what stands where there is none."""
    found = list(cells)
    return any(found) and all(NUMBER.fullmatch(text.strip()) for text in found)


def table_cell(text: str) -> str:
    """A text that stays inside its cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").split())


UNDEFINED = "undefined"
WHOLE = 1.0
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# A terminal obeys control characters, and a browser drops them; their pictures say that they are there.
PICTURES = str.maketrans(
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
    | dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), REPLACEMENT)
)


class Ends(Protocol):
    """An interval of any kind; an end that is None is not known."""

    @property
    def low(self) -> float | None:
        """The lower end."""

    @property
    def high(self) -> float | None:
        """The upper end."""


def visible(text: str) -> str:
    """A text whose control characters are pictures, and whose lone surrogates are replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(PICTURES)


def percent(share: float | None, decimals: int = 2) -> str:
    """A share between 0 and 1 in per cent, without the sign; or that it is undefined."""
    return UNDEFINED if share is None else f"{100 * share:.{decimals}f}"


def signed(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return UNDEFINED if share is None else f"{100 * share:+.2f}"


def probability(value: float | None) -> str:
    """A p-value; never the nought that no resampling can show."""
    least = 0.0001
    return UNDEFINED if value is None else f"< {least}" if value < least else f"{value:.4f}"


def brackets(interval: Ends | None) -> str:
    """An interval in per cent and in brackets; nothing where there is none."""
    if interval is None or interval.low is None or interval.high is None:
        return ""
    return f"[{_end(interval.low)}, {_end(interval.high)}]"


def beside(share: float | None, interval: Ends | None) -> str:
    """A share with its interval behind it."""
    return f"{percent(share)} {brackets(interval)}".rstrip()


def level(share: float) -> str:
    """The level of an interval, e.g. `95%`."""
    return f"{100 * share:g}%"


def quantity(value: TroopCount | None) -> str:
    """The value of a quantity as a range, open where a bound is: `≈ 3,800`, `0–1,000`, `5,001–`."""
    if value is None:
        return "no value"
    low, high = (f"{end:,}" if end is not None else "" for end in (value.minimum, value.maximum))
    return ("≈ " if value.approximate else "") + (low if low == high else f"{low}–{high}")


def amount(number: int, one: str, many: str | None = None) -> str:
    """A number of things: `1 article`, `1,200 articles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def enumerate_names(names: Iterable[str], *, most: int | None = None, empty: str = "") -> str:
    """Names in a row: `a`, `a and b`, `a, b and c`, `a, b and 7 more`.

    Args:
        names: in their order.
        most: how many of them to name; the rest is counted.
        empty: what to write where there is no name.
    """
    shown = list(names)
    if most is not None and len(shown) > most:
        shown[most:] = [f"{len(shown) - most:,} more"]
    if len(shown) < 2:
        return shown[0] if shown else empty
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _end(share: float) -> str:
    return "100" if share == WHOLE else f"{100 * share:.1f}"

"""Tables of text, and how numbers and names are written in them: alike in a terminal, on a page and in Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.quantities import TroopCount

INTERVAL = r"\[[-+\d., ]+\]"
PART = r"([\d,.]+|–)"  # of a pair of numbers, e.g. `87.5 / –`
MOST = 12  # rows that a terminal shows of a table that can have any number
NUMBER = re.compile(rf"(< )?[-+]?[\d,.]+ ?%?( ?\( ?\d+%\))?( {INTERVAL})?|{INTERVAL}|{PART} +/ +{PART}|undefined|–|")


UNDEFINED = "undefined"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# A terminal obeys control characters, a browser drops them, and both let characters of direction reorder a line;
# pictures and U+FFFD show that they are there.
DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # embeddings, overrides and isolates
PICTURES = str.maketrans(
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
    | dict.fromkeys((*range(0x80, 0xA0), *DIRECTIONS, 0xFFFE, 0xFFFF), REPLACEMENT)
)
SPECIAL = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])")  # to Markdown; a `_` within a word is not
ENTITIES = {"&": "&amp;", "<": "&lt;"}  # a `\<` would hide no comment from a program that looks for `<!--`


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
        lines = [f"| {' | '.join(_text_cell(text) for text in self.header)} |", f"|{align}|"]
        lines += [f"| {' | '.join(_text_cell(text) for text in row)} |" for row in self.rows]
        return "\n".join(lines)

    def first(self, most: int = MOST, where: str = "--json and --html list") -> Table:
        """The table with its first rows; the note says how many more there are, and where."""
        more = len(self.rows) - most
        if more <= 0:
            return self
        note = f"{self.note} and {more:,} more, which {where}".lstrip()
        return replace(self, note=note, rows=self.rows[:most])

    def json(self) -> dict[str, Any]:
        """The table for `--json`: a list of objects keyed by column."""
        return {"title": self.title, "rows": [dict(zip(self.header, row, strict=True)) for row in self.rows]}


def is_numeric(cells: Iterable[str]) -> bool:
    """Whether a column holds numbers alone, with or without an interval, and marks of missing ones."""
    texts = list(cells)
    return any(texts) and all(NUMBER.fullmatch(text.strip()) for text in texts)


def escape_markdown(text: str) -> str:
    """A text as Markdown that shows it as it is, on one line."""
    return SPECIAL.sub(lambda match: ENTITIES.get(match[0], f"\\{match[0]}"), " ".join(visible(text).split("\n")))


def table_cell(markup: str) -> str:
    """Markup on one line with `|` escaped, so that it stays inside its cell of a Markdown table."""
    return " ".join(markup.replace("|", "\\|").split())


def _text_cell(text: str) -> str:
    """A text as a cell; a number stays as it is, with the brackets of its interval."""
    return text.strip() if NUMBER.fullmatch(text.strip()) else table_cell(escape_markdown(text))


class HasBounds(Protocol):
    """An interval of any kind; a bound that is None is unknown."""

    @property
    def low(self) -> float | None:
        """The lower bound."""

    @property
    def high(self) -> float | None:
        """The upper bound."""


def visible(text: str) -> str:
    """The text with pictures for control characters, and with U+FFFD for lone surrogates and changes of direction."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(PICTURES)


def percent(share: float | None, decimals: int = 2) -> str:
    """A share between 0 and 1 in per cent, without the sign; `undefined` for None."""
    return UNDEFINED if share is None else f"{100 * share:.{decimals}f}"


def signed(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign; `undefined` for None."""
    return UNDEFINED if share is None else f"{100 * share:+.2f}"


def probability(value: float | None) -> str:
    """A p-value, as `< 0.0001` where it is smaller: resampling cannot show that it is 0."""
    least = 0.0001
    return UNDEFINED if value is None else f"< {least}" if value < least else f"{value:.4f}"


def brackets(interval: HasBounds | None) -> str:
    """An interval in per cent, e.g. `[71.3, 80.0]`; empty where there is none."""
    if interval is None or interval.low is None or interval.high is None:
        return ""
    return f"[{_bound(interval.low)}, {_bound(interval.high)}]"


def with_interval(share: float | None, interval: HasBounds | None) -> str:
    """A share followed by its interval: `75.21 [71.3, 80.0]`."""
    return f"{percent(share)} {brackets(interval)}".rstrip()


def level(share: float) -> str:
    """The level of an interval, e.g. `95%`."""
    return f"{100 * share:g}%"


def brackets_sentence(share: float, number: int, unit: str) -> str:
    """What the brackets on a first screen hold: intervals of a level, over so many articles or examples."""
    return f"Brackets: {level(share)} intervals over {amount(number, unit)}."


def quantity(value: TroopCount | None) -> str:
    """The value of a quantity as a range, open where it has no bound: `≈ 3,800`, `0–1,000`, `5,001–`."""
    if value is None:
        return "no value"
    low, high = (f"{end:,}" if end is not None else "" for end in (value.minimum, value.maximum))
    return ("≈ " if value.approximate else "") + (low if low == high else f"{low}–{high}")


def shortened(words: str, most: int = 40) -> str:
    """Words on one line, with an ellipsis where they are longer than so many characters."""
    shown = " ".join(words.split())
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


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


def _bound(share: float) -> str:
    return "100" if share == 1 else f"{100 * share:.1f}"

"""The lines of a text that are rows of a table: aligned by pipes as in Markdown, by tabs, or by runs of spaces."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from goldspan.articles.line_wrapping import ENDS, PAUSES, TAB, is_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.articles.line_wrapping import TextLine

RULE = re.compile(r"[-=_+|:\s\u2500-\u257f]{3,}")  # a line between rows
PIPE = re.compile(r"(?<!\\)[|│┃]")
GAP = re.compile(r" {2,}")
FEWEST_ROWS = 2
FEWEST_ALIGNED = 3  # rows aligned by spaces alone: two lines of justified text may be so by chance
ALIKE = 0.6  # of the rows with pipes have the same number of cells
WIDE = 3  # columns of space that justified text has in no three lines one below the other
BROKEN_SHARE = 0.3  # of the line ends that are inside a sentence: in prose there are more
WIDEST = 400  # columns of a line that are looked at


def table_rows(text: str, lines: Sequence[TextLine]) -> list[range]:
    """The indices of the lines of each table, in order.

    Args:
        text: the article.
        lines: its lines.
    """
    kinds = [_kind(text, line) for line in lines]
    found: list[range] = []
    for run in _runs(lines, kinds):
        rows = [lines[i] for i in run if kinds[i] != "rule"]
        if _are_rows(text, rows, next(kind for i in run if (kind := kinds[i]) != "rule")):
            found.append(run)
    return found


def _kind(text: str, line: TextLine) -> str | None:
    """What separates the cells of a line: `pipes`, `tabs`, `spaces`; `rule` for one without cells; None for prose."""
    words = text[line.start : min(line.end, line.start + WIDEST)]
    if RULE.fullmatch(words):
        return "rule"
    if len(PIPE.findall(words)) > 1 or (words[:1] not in "|│┃" and PIPE.search(words) and " | " in words):
        return "pipes"
    cells = words.split(None, 1)[-1] if is_item(text, line) else words
    if "\t" in cells:
        return "tabs"
    return "spaces" if GAP.search(cells) else None


def _runs(lines: Sequence[TextLine], kinds: Sequence[str | None]) -> Iterator[range]:
    """The runs of lines of one kind, and of rules, with no more empty lines between them than between any two lines."""
    gap = min((line.gap for line in lines[1:]), default=0)
    start, kind = 0, None
    for i, own in enumerate(kinds):
        joins = own is not None and i > start and lines[i].gap <= gap and (own == "rule" or kind in {None, own})
        if not joins:
            if kind is not None:
                yield range(start, i)
            start, kind = i, None
        if own is None:
            start = i + 1
        elif own != "rule":
            kind = own
    if kind is not None:
        yield range(start, len(lines))


def _are_rows(text: str, rows: Sequence[TextLine], kind: str | None) -> bool:
    """Whether lines with cells of one kind are those of a table."""
    if kind == "spaces":
        return _is_aligned(text, rows)
    if kind == "pipes":
        (_, most), *_ = Counter(len(PIPE.findall(text, row.start, row.end)) for row in rows).most_common(1)
        return most >= max(FEWEST_ROWS, ALIKE * len(rows))
    return len(rows) >= FEWEST_ROWS


def _is_aligned(text: str, rows: Sequence[TextLine]) -> bool:
    """Whether some columns are empty in all rows, with cells on both sides."""
    if len(rows) < FEWEST_ALIGNED:
        return False
    margin = min(row.indent for row in rows)
    widths = []
    for is_empty, columns in groupby(_empty_columns(text, rows, margin)):
        widths.append((is_empty, len(list(columns))))
    inner = [width for is_empty, width in widths[1:-1] if is_empty]
    if not inner:
        return False
    ends = [
        text[after.start].islower() and text[before.end - 1] not in PAUSES + ENDS for before, after in pairwise(rows)
    ]
    return max(inner) >= WIDE or (max(inner) > 1 and sum(ends) < BROKEN_SHARE * len(ends))


def _empty_columns(text: str, rows: Iterable[TextLine], margin: int) -> list[bool]:
    """For each column from the margin on whether all rows have white space there."""
    written = [
        (" " * (row.indent - margin) + text[row.start : min(row.end, row.start + WIDEST)]).expandtabs(TAB)
        for row in rows
    ]
    width = max(map(len, written))
    return [all(column >= len(row) or row[column].isspace() for row in written) for column in range(width)]

"""A matrix of counts as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.pages.element import Markup, element
from goldspan.pages.tables import cell, row

if TYPE_CHECKING:
    from collections.abc import Sequence

DEEP = 0.82  # from this share on, a cell is so dark that its number must be light


def heat(corner: str, names: Sequence[Markup], rows: Sequence[Sequence[int]], *, mirrored: bool = False) -> Markup:
    """The counts, each as strong as its share of its row; the diagonal has a colour of its own.

    Args:
        corner: what the rows and the columns are.
        names: of n rows, and of the same n columns.
        rows: n rows of n counts; the last cell of the last row is never counted, and left blank.
        mirrored: whether a meeting of two names stands in the rows of both; one of a name with itself stands once, and
            weighs double in its share, for it is two of that row.
    """
    head = row(cell(corner, "th"), *(cell(name, "th") for name in names))
    last = len(names) - 1
    body = [
        row(cell(name, "th"), *_cells(index, numbers, last=index == last, own=2 if mirrored else 1))
        for index, (name, numbers) in enumerate(zip(names, rows, strict=True))
    ]
    made = element("table", element("thead", head), element("tbody", *body), class_="heat")
    return element("div", made, class_="scroll")


def _cells(index: int, numbers: Sequence[int], *, last: bool, own: int) -> list[Markup]:
    total = sum(numbers) + (own - 1) * numbers[index] or 1
    cells = []
    for column, number in enumerate(numbers):
        share = number * (own if column == index else 1) / total
        if last and column == index:
            cells.append(cell("", kind="void"))
            continue
        which = [name for name, holds in (("same", column == index), ("deep", share >= DEEP)) if holds and number]
        kind = " ".join(which) or None if number else "empty"
        cells.append(cell(f"{number:,}" if number else "·", kind=kind, style=f"--v:{share:.3f}"))
    return cells

"""Tables and sections of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.pages.element import Markup, element
from goldspan.wording import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.pages.element import Child, Value

MOST = 100  # rows of what could have any number: the page stays readable, and --json has all
LISTED = 50  # likewise sentences under one heading


def section(title: str, *children: Child, kind: str | None = None) -> Markup:
    """A part of the page under its heading; the class `long` lets a printer break inside it."""
    return element("section", element("h2", title), *children, class_=kind)


def more(number: int) -> Markup | None:
    """That there are so many more than the `MOST` that are shown, if there are."""
    if number <= MOST:
        return None
    return element("p", f"and {number - MOST:,} more, which --json lists", class_="note")


def cell(content: Child, tag: str = "td", kind: str | None = None, **attributes: Value) -> Markup:
    """A cell: `td`, or `th` for a name; what is undefined is set off."""
    return element(tag, content, class_="undefined" if content == UNDEFINED else kind, **attributes)


def row(*cells: Markup | None, kind: str | None = None) -> Markup:
    """A row of cells; None is left out."""
    return element("tr", *cells, class_=kind)


def table(
    head: Sequence[Child], bodies: Sequence[Markup], *, left: int = 1, plotted: int | None = None, kind: str = "wide"
) -> Markup:
    """A table that scrolls by itself where it is wider than the page.

    Args:
        head: the names of the columns.
        bodies: `tbody` elements.
        left: how many columns, from the first, hold words.
        plotted: the column that holds a plot.
        kind: the class of the table.
    """
    kinds = ["left" if number < left else None for number in range(len(head))]
    if plotted is not None:
        kinds[plotted] = "plotted"
    names = (cell(name, "th", of) for name, of in zip(head, kinds, strict=True))
    made = element("table", element("thead", row(*names)), *bodies, class_=kind)
    return element("div", made, class_="scroll")


def text_table(head: Sequence[str], rows: Sequence[Sequence[Child]], *, left: int = 1) -> Markup:
    """A table of words and numbers: the first column names the row."""
    made = []
    for first, *rest in rows:
        cells = [cell(value, kind="left" if number < left - 1 else None) for number, value in enumerate(rest)]
        made.append(row(cell(first, "th"), *cells))
    return table(head, [element("tbody", *made)], left=left)


def listed(title: str, sentences: Sequence[str]) -> tuple[Markup, Markup]:
    """Sentences under their heading, of very many the first ones."""
    items = [element("li", element("bdi", sentence)) for sentence in sentences[:LISTED]]
    if len(sentences) > LISTED:
        items.append(element("li", f"and {len(sentences) - LISTED:,} more, which --json lists"))
    return element("h3", title), element("ul", *items, class_="notes")

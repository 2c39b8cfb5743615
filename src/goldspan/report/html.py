"""Reports as one HTML page that needs nothing else: no network, no script, styles and plots inside.

A page opens from disk, follows the reader's light or dark colours, narrows to a telephone and prints. What it shows of
texts, labels and file names is escaped by construction (see `element`).

Elements of HTML and SVG that are escaped by construction: a plain string never becomes markup.

The page is made of `Markup` alone. Only this module turns strings into it: text and attribute values are escaped,
names are checked, and no attribute can point anywhere but into the page.

Tables and sections of the page.
"""

from __future__ import annotations

import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from goldspan.errors import InvalidValueError
from goldspan.report.text import UNDEFINED, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
VOID = frozenset({"br", "col", "hr", "input", "meta", "wbr"})
POINTING = frozenset({"href", "src", "action", "data", "formaction", "poster", "srcdoc", "srcset", "xlink-href"})


class Markup(str):
    """HTML that is well-formed and needs no escaping any more."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | None"
Value: TypeAlias = "str | float | bool | None"


def text(value: str) -> Markup:
    """A string as HTML shows it: escaped, control characters as pictures, lone surrogates as the replacement."""
    return Markup(html.escape(visible(value)))


def element(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element.

    Args:
        name: of the tag.
        children: strings are escaped, `Markup` stays, None is left out.
        attributes: `class_` is `class`, other underscores are hyphens; None and False leave the attribute out.

    Raises:
        InvalidValueError: for a name that is none, an event handler, or an attribute that points out of the page.
    """
    opened = f"<{_name(name)}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID:
        return Markup(opened)
    return Markup(f"{opened}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else text(child) for child in children if child is not None)
    )


def _attribute(key: str, value: Value) -> str:
    name = _name(key.rstrip("_").replace("_", "-"))
    if value is None or value is False:
        return ""
    if name.lower().startswith("on") or (name in POINTING and not str(value).startswith("#")):
        raise InvalidValueError(f"the attribute {name}={str(value)!r} would leave the page or run code")
    if value is True:
        return f" {name}"
    return f' {name}="{text(f"{value:g}" if isinstance(value, float) else str(value))}"'


def _name(name: str) -> str:
    if not NAME.fullmatch(name) or name.lower() in {"script", "iframe", "object", "embed"}:
        raise InvalidValueError(f"{name!r} is no name of an element or attribute of the page")
    return name


# Were anything to slip through, a browser would still neither run it nor fetch anything for it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def document(title: str, header: Markup, *sections: Child) -> str:
    """A page: its heading, its sections and who made it.

    Args:
        title: of the window.
        header: the `header` element.
        sections: None is left out.
    """
    body = element("body", header, element("main", *sections), _footer())
    return "<!DOCTYPE html>\n" + element("html", _head(title), body, lang="en")


def path(name: str) -> Markup:
    """A name that may be broken behind its slashes."""
    first, *rest = name.split("/")
    return element("bdi", first, *(part for piece in rest for part in ("/", element("wbr"), piece)))


def _footer() -> Markup:
    from goldspan.version import __version__

    return element("footer", f"Made by goldspan {__version__}. Everything on this page stands in --json, too.")


def _head(title: str) -> Markup:
    sheet = files(__package__).joinpath("page.css").read_text("utf-8")
    metas: tuple[dict[str, str], ...] = (
        {"charset": "utf-8"},
        {"http_equiv": "Content-Security-Policy", "content": POLICY},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "color-scheme", "content": "light dark"},
    )
    marks = join(*(element("meta", **meta) for meta in metas))
    return element("head", marks, element("title", title), element("style", Markup(sheet)))


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


def html_table(
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
    return html_table(head, [element("tbody", *made)], left=left)


def html_list(title: str, sentences: Sequence[str]) -> tuple[Markup, Markup]:
    """Sentences under their heading, of very many the first ones."""
    items = [element("li", element("bdi", sentence)) for sentence in sentences[:LISTED]]
    if len(sentences) > LISTED:
        items.append(element("li", f"and {len(sentences) - LISTED:,} more, which --json lists"))
    return element("h3", title), element("ul", *items, class_="notes")

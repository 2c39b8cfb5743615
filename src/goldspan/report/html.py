"""HTML pages of reports: one file with its styles and plots, without scripts and without requests to a network.

A page opens from disk, follows the reader's light or dark colours, fits a telephone and prints.

A page consists of `Markup`, and only this module turns strings into it: text and attribute values are escaped, names
are checked, and no attribute can point out of the page. So nothing in texts, labels or file names becomes markup.
Only `link` and `web_link` point elsewhere: to a page beside this one, and to an http or https address.
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

from goldspan.errors import InvalidValueError
from goldspan.report.text import UNDEFINED, is_numeric, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.report.text import Table

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
VOID = frozenset({"br", "col", "hr", "input", "meta", "wbr"})
POINTING = frozenset({"href", "src", "action", "data", "formaction", "poster", "srcdoc", "srcset", "xlink-href"})


# If something should slip through, the browser still neither runs it nor requests anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
MOST = 100  # rows of a table that can have any number: the page stays readable, and --json has all of them
LISTED = 50  # sentences under one heading, for the same reason
PAGE_MADE_BY = "--json writes everything on this page as data."


class Markup(str):
    """Well-formed HTML, which is not escaped again."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | None"
Value: TypeAlias = "str | float | bool | None"


def text(value: str) -> Markup:
    """A string as HTML: escaped, with pictures for control characters and with lone surrogates replaced."""
    return Markup(html.escape(visible(value)))


def element(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element.

    Args:
        name: of the tag.
        children: strings are escaped, `Markup` stays, None is left out.
        attributes: `class_` is `class`, other underscores are hyphens; None and False leave the attribute out.

    Raises:
        InvalidValueError: for an invalid name, an event handler, or an attribute that points out of the page.
    """
    start_tag = f"<{_name(name)}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID:
        return Markup(start_tag)
    return Markup(f"{start_tag}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else text(child) for child in children if child is not None)
    )


def _attribute(key: str, value: Value) -> str:
    name = _name(key.rstrip("_").replace("_", "-"))
    if value is None or value is False:
        return ""
    if isinstance(value, _Address):
        return f' {name}="{text(value)}"'
    if name.lower().startswith("on") or (name in POINTING and not str(value).startswith("#")):
        raise InvalidValueError(f"the attribute {name}={str(value)!r} would leave the page or run code")
    if value is True:
        return f" {name}"
    return f' {name}="{text(f"{value:g}" if isinstance(value, float) else str(value))}"'


def _name(name: str) -> str:
    if not NAME.fullmatch(name) or name.lower() in {"script", "iframe", "object", "embed"}:
        raise InvalidValueError(f"{name!r} is not allowed as the name of an element or attribute of a page")
    return name


class _Address(str):
    """An address that was checked, or made here."""

    __slots__ = ()


def relative_address(page: str, target: str, anchor: str | None = None) -> str:
    """The address of a page beside another, as a link on that one names it.

    Args:
        page: the path of the page with the link, inside the folder of all pages, with slashes.
        target: the path of the page that the link leads to, inside the same folder.
        anchor: the id of an element there.

    Raises:
        InvalidValueError: for a path that leaves the folder.
    """
    for each in (page, target):
        if each.startswith("/") or posixpath.normpath(each) != each or each.split("/")[0] in {"", ".", ".."}:
            raise InvalidValueError(f"{each!r} is not a path inside the folder of the pages")
    if target == page and anchor is not None:
        return f"#{quote(anchor, safe='')}"
    path = quote(posixpath.relpath(target, posixpath.dirname(page) or "."))
    return path if anchor is None else f"{path}#{quote(anchor, safe='')}"


def link(page: str, target: str, *children: Child, anchor: str | None = None, **attributes: Value) -> Markup:
    """A link from one page to another in the same folder of pages.

    Args:
        page: as for `relative_address`.
        target: as for `relative_address`.
        children: what is shown.
        anchor: as for `relative_address`.
        attributes: as for `element`.

    Raises:
        InvalidValueError: as `relative_address` and `element`.
    """
    return element("a", *children, href=_Address(relative_address(page, target, anchor)), **attributes)


def web_link(address: str, *children: Child, **attributes: Value) -> Markup:
    """A link to a page of a server, which does not learn from which page its reader comes.

    Args:
        address: an http or https address, without a user or a password.
        children: what is shown.
        attributes: as for `element`.

    Raises:
        InvalidValueError: for another address, and as `element`.
    """
    return element("a", *children, href=_Address(_web_address(address)), rel="noreferrer", **attributes)


def _web_address(address: str) -> str:
    remedy = "Name a page of a server: https://doccano.example.org/projects/3"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (it raises for what is no number)
    except ValueError as error:
        raise InvalidValueError(f"{address!r:.80} is not an address: {error}", remedy=remedy) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise InvalidValueError(f"{address!r:.80} is not an http or https address of a page", remedy=remedy)
    if re.search(r"[\s\x00-\x1f\x7f\\]", address):
        raise InvalidValueError(f"{address!r:.80} has a character that an address cannot have", remedy=remedy)
    return address


def document(
    title: str,
    header: Markup,
    *sections: Child,
    before: Markup | None = None,
    sheet: str = "",
    made_by: str = PAGE_MADE_BY,
) -> str:
    """A page: its heading, its sections, and the version of goldspan in the footer.

    Args:
        title: of the window.
        header: the `header` element.
        sections: elements; None is left out.
        before: what stands before the header, e.g. a `nav` element with links to other pages.
        sheet: further styles, after those of all pages.
        made_by: the sentence of the footer after the version.
    """
    main = element(
        "main", *sections, id=None if before is None else "content", tabindex=None if before is None else "-1"
    )
    body = element("body", before, header, main, _footer(made_by))
    return "<!DOCTYPE html>\n" + element("html", _head(title, sheet), body, lang="en")


def path(name: str) -> Markup:
    """A path that may be broken after its slashes."""
    first, *rest = name.split("/")
    return element("bdi", first, *(part for piece in rest for part in ("/", element("wbr"), piece)))


def _footer(made_by: str) -> Markup:
    from goldspan.version import __version__

    return element("footer", f"Made by goldspan {__version__}. {made_by}")


def _head(title: str, further: str) -> Markup:
    sheet = files(__package__).joinpath("page.css").read_text("utf-8") + further
    metas: tuple[dict[str, str], ...] = (
        {"charset": "utf-8"},
        {"http_equiv": "Content-Security-Policy", "content": POLICY},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "color-scheme", "content": "light dark"},
    )
    meta = join(*(element("meta", **attributes) for attributes in metas))
    return element("head", meta, element("title", title), element("style", Markup(sheet)))


def section(title: str, *children: Child, kind: str | None = None) -> Markup:
    """A section under its heading; `kind` is its class, and `long` allows a page break inside it."""
    return element("section", element("h2", title), *children, class_=kind)


def more(number: int, most: int = MOST) -> Markup | None:
    """A note on how many of so many rows are not shown; None where all are."""
    if number <= most:
        return None
    return element("p", f"and {number - most:,} more, which --json lists", class_="note")


def cell(content: Child, tag: str = "td", kind: str | None = None, **attributes: Value) -> Markup:
    """A cell of a table; one that is undefined has the class `undefined`."""
    return element(tag, content, class_="undefined" if content == UNDEFINED else kind, **attributes)


def row(*cells: Markup | None, kind: str | None = None) -> Markup:
    """A row of a table; cells that are None are left out."""
    return element("tr", *cells, class_=kind)


def html_table(
    head: Sequence[Child], bodies: Sequence[Markup], *, left: int = 1, plotted: int | None = None, kind: str = "wide"
) -> Markup:
    """A table in a box that scrolls where the table is wider than the page.

    Args:
        head: the names of the columns.
        bodies: `tbody` elements.
        left: how many columns, from the first, are aligned to the left.
        plotted: the column that holds plots.
        kind: the class of the table.
    """
    kinds = ["left" if number < left else None for number in range(len(head))]
    if plotted is not None:
        kinds[plotted] = "plotted"
    names = (cell(name, "th", of) for name, of in zip(head, kinds, strict=True))
    made = element("table", element("thead", row(*names)), *bodies, class_=kind)
    return element("div", made, class_="scroll")


def text_table(head: Sequence[str], rows: Sequence[Sequence[Child]], *, left: int = 1) -> Markup:
    """A table of words and numbers whose first column names the row; `left` as for `html_table`."""
    body = []
    for first, *rest in rows:
        cells = [cell(value, kind="left" if number < left - 1 else None) for number, value in enumerate(rest)]
        body.append(row(cell(first, "th"), *cells))
    return html_table(head, [element("tbody", *body)], left=left)


@dataclass(frozen=True, slots=True)
class PlotColumn:
    """A column of plots that the page adds to a table of the report.

    Args:
        index: before which column of the table it stands.
        heading: of the column, e.g. an axis.
        plots: one for each row.
    """

    index: int
    heading: Child
    plots: Sequence[Markup]


def render_rows(
    table: Table,
    *,
    names: Sequence[Child] | None = None,
    cells: Mapping[int, Sequence[Child]] | None = None,
    plots: PlotColumn | None = None,
    total: bool = False,
) -> list[Markup]:
    """The rows of a table of the report, without its heading.

    Args:
        table: as the terminal shows it.
        names: what stands in the first column instead of its text, e.g. labels in their colours.
        cells: what stands in other columns, from 1, instead of their text; one for each row.
        plots: a column to add; not before the first.
        total: whether the last row is the total of the others.
    """
    numeric = _numeric_columns(table)
    rows = []
    for number, (first, *rest) in enumerate(table.rows):
        name = element("bdi", first) if names is None else names[number]
        others = [
            _cell(text if cells is None or column not in cells else cells[column][number], digits=numeric[column])
            for column, text in enumerate(rest, start=1)
        ]
        if plots is not None:
            others.insert(plots.index - 1, cell(plots.plots[number], kind="plotted"))
        rows.append(row(cell(name, "th"), *others, kind="total" if total and number == len(table.rows) - 1 else None))
    return rows


def render_table(
    table: Table,
    *,
    names: Sequence[Child] | None = None,
    cells: Mapping[int, Sequence[Child]] | None = None,
    headings: Mapping[int, Child] | None = None,
    plots: PlotColumn | None = None,
    total: bool = False,
    bodies: Sequence[Markup] | None = None,
    kind: str = "wide",
) -> Markup:
    """A table of the report with its heading, numbers to the right and words to the left.

    Args:
        table: as the terminal shows it; its title and note are left to the section.
        names: as for `render_rows`.
        cells: as for `render_rows`.
        headings: what stands at the head of a column instead of its name.
        plots: as for `render_rows`.
        total: as for `render_rows`.
        bodies: the rows in groups, if they are not one `tbody`.
        kind: the class of the table.
    """
    kinds: list[str | None] = [None if digits else "left" for digits in _numeric_columns(table)]
    head: list[Child] = [(headings or {}).get(column, name) for column, name in enumerate(table.header)]
    if plots is not None:
        head.insert(plots.index, plots.heading)
        kinds.insert(plots.index, "plotted")
    if bodies is None:
        bodies = [element("tbody", *render_rows(table, names=names, cells=cells, plots=plots, total=total))]
    made = element("thead", row(*(cell(name, "th", of) for name, of in zip(head, kinds, strict=True))))
    return element("div", element("table", made, *bodies, class_=kind), class_="scroll")


def _cell(content: Child, *, digits: bool) -> Markup:
    if content is None or isinstance(content, Markup):
        return cell(content, kind=None if digits else "left")
    shown = content if digits or content == UNDEFINED else element("bdi", content)
    return cell(shown, kind=_kind(content, digits=digits))


def _numeric_columns(table: Table) -> list[bool]:
    """Whether each column holds numbers; the first never does, it names the row."""
    return [number > 0 and is_numeric(row[number] for row in table.rows) for number in range(len(table.header))]


def _kind(text: str, *, digits: bool) -> str | None:
    if not digits:
        return "left"
    return "interval" if text.startswith("[") else None


def html_list(title: str, sentences: Sequence[str]) -> tuple[Markup, Markup]:
    """Sentences under their heading, of very many the first ones."""
    items = [element("li", element("bdi", sentence)) for sentence in sentences[:LISTED]]
    if len(sentences) > LISTED:
        items.append(element("li", f"and {len(sentences) - LISTED:,} more, which --json lists"))
    return element("h3", title), element("ul", *items, class_="notes")

"""Reports as one HTML page that needs nothing else: no network, no script, styles and plots inside.

A page opens from disk, follows the reader's light or dark colours, narrows to a telephone and prints. What it shows of
texts, labels and file names is escaped by construction (see `element`).
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from goldspan.pages.element import Markup, element, join

if TYPE_CHECKING:
    from goldspan.pages.element import Child

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
    from goldspan import __version__

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

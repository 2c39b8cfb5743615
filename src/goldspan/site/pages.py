"""What all pages of a site have: where they lie, the links between them, and the frame around their content.

A page has a link that skips to its content, the navigation with the pages of the site, and the way back from a page
that is below another. Every link is relative, so the folder can be moved, packed and opened from a disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from goldspan.annotation import article_of
from goldspan.progress.html_page import shown_names
from goldspan.report.html import Markup, document, element, join, link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from goldspan.corpus import Corpus
    from goldspan.report.html import Child
    from goldspan.site.visibility import Visibility

INDEX, ARTICLES, DISPUTES = "index.html", "articles.html", "disputes.html"
ARTICLE_FOLDER = "articles"
WHOLE = "text"  # the anchor of an example that is a whole article
MADE_BY = "This page does not change by itself: goldspan site makes it anew."
GOLD = "gold"  # whose spans these are, where it is no annotator
SEVERAL_LANGUAGES = frozenset({"xx", "mul"})  # codes that name no language


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page that every page links to.

    Args:
        path: inside the site, with slashes.
        title: what the link says.
    """

    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFrame:
    """What is around the content of every page of a site.

    Args:
        name: of the project.
        entries: the pages that every page links to, in their order; the first is the start page.
        language: of the texts, a code such as `en`; None where it is not known.
    """

    name: str
    entries: tuple[NavigationEntry, ...]
    language: str | None = None

    def page(
        self,
        path: str,
        title: str,
        *sections: Child,
        header: Markup | None = None,
        within: Sequence[str] = (),
        styles: str = "",
    ) -> str:
        """A page of the site.

        Args:
            path: of the page inside the site, with slashes, e.g. `articles/storm.html`.
            title: of the page, and its first heading.
            sections: elements; None is left out.
            header: the `header` element with an `h1`; a heading with the title if None.
            within: the paths of the pages above this one, the nearest last, as far as they are in the navigation.
            styles: of this page alone.
        """
        return document(
            f"{title} · {self.name}",
            header if header is not None else page_header(title),
            *sections,
            before=self.navigation(path, title, within),
            sheet=sheet() + styles,
            made_by=MADE_BY,
        )

    def navigation(self, path: str, title: str, within: Sequence[str] = ()) -> Markup:
        """The link to the content, the links to the pages of the site, and the way back.

        Args:
            path: as for `page`.
            title: as for `page`.
            within: as for `page`.
        """
        skip = element("a", "Skip to the content", href="#content", class_="skip")
        items = [
            element("li", link(path, one.path, one.title, aria_current=_current(one.path, path, within)))
            for one in self.entries
        ]
        top = element(
            "nav",
            element("span", element("bdi", self.name), class_="site-name"),
            element("ul", *items),
            class_="site",
            aria_label="Pages",
        )
        return join(skip, element("div", top, self._crumbs(path, title, within), class_="top"))

    def _crumbs(self, path: str, title: str, within: Sequence[str]) -> Markup | None:
        titles = {one.path: one.title for one in self.entries}
        above = [one for one in within if one in titles]
        if not above:
            return None
        steps = [element("li", link(path, one, titles[one])) for one in above]
        here = element("li", element("bdi", title), aria_current="page")
        return element("nav", element("ol", *steps, here), class_="crumbs", aria_label="Where this page is")

    @property
    def text_language(self) -> str | None:
        """The language of the texts for the attribute `lang`; None where it is not known, or there are several."""
        return None if self.language in SEVERAL_LANGUAGES else self.language


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePart:
    """Pages of a site that are made from the whole project, such as those of surface forms or of agreement.

    Args:
        entry: their first page, in the navigation.
        description: what they show, a sentence on the start page.
        is_there: whether there is something to show, of a project and what may be shown of it.
        pages: makes the pages, each with its path inside the site.
        absence: why it is not there, a sentence on the start page; empty where nobody misses it.
    """

    entry: NavigationEntry
    description: str
    is_there: Callable[[Corpus, Visibility], bool]
    pages: Callable[[SiteFrame, Corpus, Visibility], Iterable[tuple[str, str]]]
    absence: Callable[[Corpus, Visibility], str] = lambda _corpus, _visibility: ""


def page_header(title: str, *below: Child, eyebrow: str | None = None) -> Markup:
    """The heading of a page.

    Args:
        title: the words of the heading.
        below: what stands below it.
        eyebrow: a few words above it, that say what kind of page it is.
    """
    above = None if eyebrow is None else element("p", eyebrow, class_="eyebrow")
    return element("header", above, element("h1", element("bdi", title)), *below)


def annotator_names(folders: Sequence[str]) -> dict[str, str]:
    """What each annotator is called on the pages: the folder of their passes, unless it may be an address.

    Args:
        folders: of the passes of the project, sorted.
    """
    names = shown_names(folders)
    return {folder: f"annotator {name}" if name == GOLD else name for folder, name in names.items()}


def article_page(article: str) -> str:
    """The path of the page of an article."""
    return f"{ARTICLE_FOLDER}/{article}.html"


def example_anchor(example: str) -> str:
    """The id of an example on the page of its article: `p03` for `storm.p03`."""
    ending = example.removeprefix(article_of(example))
    return ending.removeprefix(".") or WHOLE


def example_link(page: str, example: str, *children: Child) -> Markup:
    """A link to an example on the page of its article.

    Args:
        page: the path of the page with the link.
        example: the id of the example.
        children: what is shown; the id if there is none.
    """
    shown = children or (element("bdi", example),)
    return link(page, article_page(article_of(example)), *shown, anchor=example_anchor(example))


@cache
def sheet() -> str:
    """The styles of the site, after those of all pages."""
    return files(__package__).joinpath("site.css").read_text("utf-8")


def _current(entry: str, path: str, within: Sequence[str]) -> str | None:
    if entry == path:
        return "page"
    return "true" if entry in within and entry != INDEX else None

"""The pages of a site that are made from the whole project: surface forms, agreement, statistics, card, guidelines.

Each shows only what `goldspan.site.visibility` lets it show. A page that would show something else is left out.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from goldspan.agreement.html_report import sections_by_condition
from goldspan.agreement.run import AgreementOptions, run_agreement_by_condition
from goldspan.export.card import read_body
from goldspan.files import is_there
from goldspan.guidelines.rules import read_rulebook
from goldspan.report.html import Markup, element, relative_address, render_table, section
from goldspan.site.pages import NavigationEntry, SitePart, annotator_names, page_header
from goldspan.site.surfaces import DESCRIPTION, SURFACES, TITLE, has_surfaces, surface_pages
from goldspan.stats import gold_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from markdown_it.token import Token

    from goldspan.corpus import Corpus
    from goldspan.site.pages import SiteFrame
    from goldspan.site.visibility import Visibility

AGREEMENT, STATISTICS, GUIDELINES, CARD = "agreement.html", "statistics.html", "guidelines.html", "card.html"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def comparable_articles(corpus: Corpus, visibility: Visibility) -> list[str]:
    """The ids of the articles of which several passes are shown, in the order of the manifest."""
    shown = visibility.shown_passes(corpus)
    readers: dict[str, int] = {}
    for annotator, articles in shown.items():
        for article in {one.article for one in corpus.confirmed_examples(annotator, articles)}:
            readers[article] = readers.get(article, 0) + 1
    return [entry.id for entry in corpus.entries if readers.get(entry.id, 0) > 1]


def _has_agreement(corpus: Corpus, visibility: Visibility) -> bool:
    return bool(comparable_articles(corpus, visibility))


def _no_agreement(corpus: Corpus, visibility: Visibility) -> str:
    """Why there is no page on agreement."""
    if visibility.hidden_passes:
        return "There is no page on agreement while no article has two passes that may be shown."
    if corpus.annotators():
        return "There is no page on agreement: no article has passes by two annotators."
    return "There is no page on agreement: there are no passes by annotators."


def agreement_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The report on agreement, over the passes that are shown.

    Raises:
        InputError: for the first line that is not valid.
    """
    articles = tuple(comparable_articles(corpus, visibility))
    found = run_agreement_by_condition(AgreementOptions(root=corpus.root, articles=articles))
    about = [element("p", sentence, class_="quiet") for sentence in found.sentences]
    if visibility.sentence:
        about.append(element("p", visibility.sentence, class_="note"))
    header = page_header("Agreement of annotators", *about)
    yield AGREEMENT, frame.page(AGREEMENT, "Agreement of annotators", *sections_by_condition(found), header=header)


def _has_statistics(corpus: Corpus, visibility: Visibility) -> bool:
    """Whether there is gold and no round is open: the page's absence must not tell that a round has controls."""
    if not visibility.is_complete or visibility.open_rounds:
        return False
    return next(corpus.gold_examples(), None) is not None


def statistics_pages(frame: SiteFrame, corpus: Corpus, _visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The tables of `goldspan stats`.

    Raises:
        InputError: for the first line that is not valid.
    """
    tables = gold_tables(corpus)
    parts = (
        section(table.title, element("p", table.note, class_="note") if table.note else None, render_table(table))
        for table in tables
        if table.rows
    )
    yield STATISTICS, frame.page(STATISTICS, "Statistics", *parts)


def _has_guidelines(corpus: Corpus, visibility: Visibility) -> bool:
    del visibility
    return any(corpus.guidelines.glob("*.md"))


def guideline_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The guidelines on one page; each rule has its id as an anchor.

    Raises:
        InputError: for a page that cannot be read.
    """
    del visibility
    rules = read_rulebook(corpus.guidelines, corpus.scheme).rules
    pages = sorted(corpus.guidelines.glob("*.md"), key=lambda path: (path.name != "README.md", path.name))
    parts = (
        element("section", _rendered(path.read_text("utf-8"), list(rules)), class_="long guideline") for path in pages
    )
    yield GUIDELINES, frame.page(GUIDELINES, "Guidelines", *parts)


def _card_file(corpus: Corpus) -> Path:
    return corpus.folder / "README.md"


def _has_card(corpus: Corpus, visibility: Visibility) -> bool:
    """Whether there is a data card, and nothing is left out: its tables count all readings."""
    return not visibility.sentence and is_there(_card_file(corpus))


def _no_card(corpus: Corpus, visibility: Visibility) -> str:
    """Why there is no data card."""
    if visibility.sentence and is_there(_card_file(corpus)):
        return "There is no data card while readings are left out: its tables count all of them."
    return ""


def card_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The data card, `corpus/README.md`; links to other pages of the site lead there.

    Raises:
        InputError: for a card that cannot be read.
    """
    del visibility
    text = read_body(_card_file(corpus))[1]
    for folder, name in annotator_names(corpus.annotators()).items():
        text = text.replace(folder, name) if "@" in folder else text
    pages = {one.path for one in frame.entries}

    def resolve(address: str) -> str | None:
        if urlsplit(address).scheme or urlsplit(address).netloc:
            return None
        target = (corpus.folder / unquote(urlsplit(address).path)).resolve()
        if target == (corpus.folder / "STATS.md").resolve():
            page = STATISTICS
        elif target.is_relative_to(corpus.guidelines.resolve()):
            page = GUIDELINES
        else:
            return None
        return relative_address(CARD, page) if page in pages else None

    yield CARD, frame.page(CARD, "Data card", element("section", _rendered(text, [], resolve), class_="long guideline"))


def _no_address(_address: str) -> str | None:
    return None


def _rendered(text: str, rules: list[str], resolve: Callable[[str], str | None] = _no_address) -> Markup:
    """Markdown as HTML; its own HTML, images and links that lead to no page of the site are shown as text.

    Args:
        text: the Markdown.
        rules: the ids of rules, which become anchors of their headings.
        resolve: gives the address of a page of the site for the address of a link; None if there is no such page.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    tokens = parser.parse(COMMENT.sub("", text))
    for token, inline in itertools.pairwise(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        if token.type == "heading_open":
            rule = next((one for one in rules if re.match(rf"{re.escape(one)}\b", inline.content)), None)
            if rule is not None:
                token.attrSet("id", rule)
    for token in tokens:
        token.children = list(_with_links(token.children or (), resolve)) or None
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def _with_links(tokens: Iterable[Token], resolve: Callable[[str], str | None]) -> Iterator[Token]:
    """The tokens of a line with the links that lead to a page of the site; of others the words remain."""
    is_kept = False  # links hold no links
    for token in tokens:
        if token.type == "link_open":
            address = resolve(str(token.attrGet("href")))
            is_kept = address is not None
            if address is not None:
                token.attrs = {"href": address}
        if token.type not in {"link_open", "link_close"} or is_kept:
            yield token


PARTS = (
    SitePart(
        entry=NavigationEntry(SURFACES, TITLE), description=DESCRIPTION, is_there=has_surfaces, pages=surface_pages
    ),
    SitePart(
        entry=NavigationEntry(AGREEMENT, "Agreement"),
        description="How far the annotators agree, by label, with the places where they do not.",
        is_there=_has_agreement,
        pages=agreement_pages,
        absence=_no_agreement,
    ),
    SitePart(
        entry=NavigationEntry(STATISTICS, "Statistics"),
        description="The numbers of the corpus: articles, splits, labels, lengths.",
        is_there=_has_statistics,
        pages=statistics_pages,
    ),
    SitePart(
        entry=NavigationEntry(CARD, "Data card"),
        description="What the dataset is, how it was made, and what it is for.",
        is_there=_has_card,
        pages=card_pages,
        absence=_no_card,
    ),
    SitePart(
        entry=NavigationEntry(GUIDELINES, "Guidelines"),
        description="The rules of the annotation.",
        is_there=_has_guidelines,
        pages=guideline_pages,
    ),
)

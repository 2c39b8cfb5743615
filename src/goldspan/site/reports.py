"""The pages of a site that are made from the whole project: surface forms, agreement, statistics and guidelines.

Each shows only what `goldspan.site.visibility` lets it show. A page that would show something else is left out.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from goldspan.agreement.html_report import sections_by_condition
from goldspan.agreement.run import AgreementOptions, run_agreement_by_condition
from goldspan.guidelines.rules import read_rulebook
from goldspan.report.html import Markup, element, render_table, section
from goldspan.site.pages import NavigationEntry, SitePart, page_header
from goldspan.site.surfaces import DESCRIPTION, SURFACES, TITLE, has_surfaces, surface_pages
from goldspan.stats import corpus_tables, gold_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.site.pages import SiteFrame
    from goldspan.site.visibility import Visibility

AGREEMENT, STATISTICS, GUIDELINES = "agreement.html", "statistics.html", "guidelines.html"
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
    """Whether gold is there, and all of it is shown: numbers without some of it would tell what is left out."""
    return not visibility.hidden_gold and next(visibility.gold_examples(corpus), None) is not None


def statistics_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The tables of `goldspan stats`; without agreement and readings while some passes are not shown.

    Raises:
        InputError: for the first line that is not valid.
    """
    tables = corpus_tables(corpus) if visibility.hidden_passes else gold_tables(corpus)
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
    parts = (element("section", _rendered(path, list(rules)), class_="long guideline") for path in pages)
    yield GUIDELINES, frame.page(GUIDELINES, "Guidelines", *parts)


def _rendered(path: Path, rules: list[str]) -> Markup:
    """A page of the guidelines as HTML; its own HTML, images and links are shown as text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    tokens = parser.parse(COMMENT.sub("", path.read_text("utf-8")))
    for token, inline in itertools.pairwise(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        if token.type == "heading_open":
            rule = next((one for one in rules if re.match(rf"{re.escape(one)}\b", inline.content)), None)
            if rule is not None:
                token.attrSet("id", rule)
    for token in tokens:
        token.children = [one for one in token.children or () if one.type not in {"link_open", "link_close"}] or None
    return Markup(parser.renderer.render(tokens, parser.options, {}))


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
        entry=NavigationEntry(GUIDELINES, "Guidelines"),
        description="The rules of the annotation.",
        is_there=_has_guidelines,
        pages=guideline_pages,
    ),
)

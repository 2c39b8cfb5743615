"""The start page of a site: what the project is, its numbers and its pages; and the list of its articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.report.html import cell as table_cell
from goldspan.report.html import element, html_table, join, link, row, section
from goldspan.report.svg import chip
from goldspan.report.text import amount
from goldspan.site.pages import ARTICLES, GOLD, INDEX, article_page, page_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import LabelScheme
    from goldspan.report.html import Child, Markup
    from goldspan.site.articles import ShownArticle
    from goldspan.site.pages import SiteFrame

RIGHTS = (
    "These pages have the texts of the articles in full. Show them to the people who may read the articles; "
    "publish them only if you have the rights."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """An article in the list, and what counts of it.

    Args:
        id: of the article.
        title: its headline, or its id.
        published: the date, as `YYYY-MM-DD`; None where it is not known.
        examples: how many are shown.
        gold: by label, how many spans gold has; None without gold.
        annotators: the names on the pages of those who read some of it.
        hidden: how many passes are not shown.
        open_disputes: how many regions are to be decided.
        decisions: how many were decided.
    """

    id: str
    title: str
    published: str | None
    examples: int
    gold: Mapping[str, int] | None
    annotators: tuple[str, ...]
    hidden: int
    open_disputes: int
    decisions: int

    @classmethod
    def of(cls, article: ShownArticle) -> ArticleRow:
        """The row of an article."""
        counts: dict[str, int] = {}
        for example in article.examples:
            for span in example.readings.gold or ():
                counts[span.label] = counts.get(span.label, 0) + 1
        return cls(
            id=article.entry.id,
            title=article.title,
            published=article.entry.published,
            examples=len(article.examples),
            gold=counts if GOLD in article.counts else None,
            annotators=article.annotators,
            hidden=article.hidden,
            open_disputes=article.open_disputes,
            decisions=article.decisions,
        )


def index_html(
    frame: SiteFrame,
    scheme: LabelScheme,
    rows: Sequence[ArticleRow],
    *,
    description: str | None,
    left_out: str,
    absent: Sequence[str],
    parts: Mapping[str, str],
) -> str:
    """The start page.

    Args:
        frame: what is around it.
        scheme: the labels.
        rows: of all articles.
        description: what the project is, in a paragraph; None where it is not known.
        left_out: what the pages leave out and why, in sentences; empty if nothing.
        absent: why pages that a reader may look for are not there, sentences.
        parts: by the path of a page of the navigation, what it shows, a sentence.
    """
    return frame.page(
        INDEX,
        "Overview",
        _figures(rows),
        element("p", element("bdi", left_out), class_="verdict") if left_out else None,
        section("Pages", *_pages(frame, parts), *(element("p", one, class_="note") for one in absent)),
        section("Labels", _label_table(scheme, rows), element("p", f"Guidelines {scheme.version}.", class_="note")),
        section("Before you share these pages", element("p", RIGHTS)),
        header=page_header(
            frame.name,
            element("p", element("bdi", description, dir="auto")) if description else None,
            eyebrow="Annotated corpus",
        ),
    )


def _figures(rows: Sequence[ArticleRow]) -> Markup:
    annotators = {name for one in rows for name in one.annotators}
    with_gold = sum(one.gold is not None for one in rows)
    spans = sum(sum(one.gold.values()) for one in rows if one.gold is not None)
    disputes = sum(one.open_disputes for one in rows)
    decided = sum(one.decisions for one in rows)
    cards = (
        ("Articles", f"{len(rows):,}", f"{with_gold:,} with gold"),
        ("Spans in gold", f"{spans:,}", f"in {amount(sum(one.examples for one in rows), 'example')}"),
        ("Annotators", f"{len(annotators):,}", "whose passes are shown"),
        ("Open disputes", f"{disputes:,}", f"{decided:,} decided"),
    )
    made = (
        element(
            "div",
            element("dt", name),
            element("dd", element("span", value, class_="big"), element("small", below)),
        )
        for name, value, below in cards
    )
    return element("dl", *made, class_="figures")


def _pages(frame: SiteFrame, parts: Mapping[str, str]) -> Iterable[Markup]:
    items = [
        join(element("dt", link(INDEX, one.path, one.title)), element("dd", parts.get(one.path, "")))
        for one in frame.entries
        if one.path != INDEX
    ]
    yield element("dl", *items, class_="how")


def _label_table(scheme: LabelScheme, rows: Sequence[ArticleRow]) -> Markup:
    counts: dict[str, int] = {}
    articles: dict[str, int] = {}
    for one in rows:
        for label, number in (one.gold or {}).items():
            counts[label] = counts.get(label, 0) + number
            articles[label] = articles.get(label, 0) + 1
    colours = {label.name: label.colour for label in scheme.labels}
    known = [(label.name, label.definition) for label in scheme.labels]
    known += [(name, "not in the label scheme") for name in sorted(counts) if name not in scheme]
    body = [
        row(
            table_cell(chip(name, colours), "th"),
            table_cell(element("bdi", meaning), kind="left"),
            table_cell(f"{counts.get(name, 0):,}"),
            table_cell(f"{articles.get(name, 0):,}"),
        )
        for name, meaning in known
    ]
    return html_table(["label", "meaning", "spans", "articles"], [element("tbody", *body)], left=2)


def article_list_html(frame: SiteFrame, rows: Sequence[ArticleRow]) -> str:
    """The page that lists all articles."""
    body = [
        row(
            table_cell(
                join(
                    link(ARTICLES, article_page(one.id), element("bdi", one.title, dir="auto")),
                    element("small", element("bdi", one.id)) if one.title != one.id else None,
                ),
                "th",
            ),
            table_cell(one.published or "", kind="left"),
            table_cell(f"{one.examples:,}", data_name="examples: "),
            table_cell("no gold" if one.gold is None else f"{sum(one.gold.values()):,}", data_name="gold: "),
            table_cell(_readers(one), kind="left", data_name="read by: "),
            table_cell(f"{one.open_disputes:,}", data_name="open: "),
            table_cell(f"{one.decisions:,}", data_name="decided: "),
        )
        for one in rows
    ]
    head = ["article", "published", "examples", "spans in gold", "annotators", "open disputes", "decided"]
    table = html_table(head, [element("tbody", *body)], left=2, kind="wide article-list")
    return frame.page(
        ARTICLES,
        "Articles",
        table,
        header=page_header("Articles", element("p", _list_note(rows), class_="quiet")),
    )


def _list_note(rows: Sequence[ArticleRow]) -> str:
    with_gold = sum(one.gold is not None for one in rows)
    return f"{amount(len(rows), 'article')}, {with_gold:,} with gold, in the order of their ids."


def _readers(one: ArticleRow) -> Child:
    hidden = f"{one.hidden} not shown" if one.hidden else None
    names = [part for name in one.annotators for part in (", ", element("bdi", name))][1:]
    return element("span", *names, ", " if names and hidden else None, hidden)

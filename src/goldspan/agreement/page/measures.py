"""How far annotators agree, and how sure that is: the figures, the intervals, the measures in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement import summary
from goldspan.agreement.meanings import HEADLINE, MEANINGS
from goldspan.agreement.summary import COLUMNS, SHORT, TWO, one_sided_first, worst_first
from goldspan.agreement.wording import MEANS, ends, number, of_measure, of_pairs, on_ground, spans_of
from goldspan.pages.element import Markup, element
from goldspan.pages.marked import chip
from goldspan.pages.plots import SCALE, axis, dot_and_whisker
from goldspan.pages.tables import MOST, cell, more, row, section, table, text_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldspan.agreement.report import Report
    from goldspan.agreement.value import Cell

LEADING = ("exact_f1", "relaxed_f1", "token_alpha", "u_alpha")


def figures(report: Report) -> Markup:
    """The leading measures over all, the headline marked."""
    cards = []
    for name in LEADING:
        value, meaning = report.agreement.overall[name], MEANINGS[name]
        lead = " lead" if name == HEADLINE else ""
        body = element(
            "dd",
            element("span", number(name, value), class_=f"big{lead}"),
            element("small", ends(name, value) or "no interval"),
        )
        cards.append(element("div", element("dt", meaning.title, element("small", meaning.meaning)), body))
    return element("dl", *cards, class_="figures")


def coverage(report: Report) -> Markup:
    """Who confirmed what, and who has nothing."""
    made = summary.coverage(report)
    rows = [(element("bdi", name), *numbers) for name, *numbers in made.rows]
    return section(made.title, element("p", made.note, class_="note"), text_table(made.header, rows))


def pairs(report: Report) -> Markup | None:
    """Each two annotators; left out where there are but two."""
    if len(report.agreement.pairs) < TWO:
        return None
    rows = ((element("bdi", " – ".join(pair)), part.overall) for pair, part in report.agreement.pairs.items())
    return _cells("Pair by pair", "pair", rows)


def labels(report: Report) -> Markup:
    """Each label, and all of them."""
    made = report.agreement
    rows = [(chip(name, report.colours), one) for name, one in made.labels.items()]
    return _cells("Label by label", "label", [*rows, (element("b", "all labels"), made.overall)])


def articles(report: Report) -> Markup | None:
    """Each article, the worst first."""
    found = worst_first(report.agreement.articles)
    rows = [(element("bdi", name), one) for name, one in found[:MOST]]
    note = f"The worst first; intervals are by example. {one_sided_first(report.agreement.articles)}".rstrip()
    return _cells("Article by article", "article", rows, note, left_out=len(found)) if rows else None


def all_measures(report: Report) -> Markup:
    """Every measure, with what it means."""
    rows = []
    for name, value in report.agreement.overall.values.items():
        meaning, ground = MEANINGS[name], on_ground(name, report.agreement.overall)
        says = element(
            "span",
            f"{meaning.meaning}; {ground}" if ground else meaning.meaning,
            element("small", f"0: {meaning.zero}. 1: {meaning.one}. {meaning.source}."),
        )
        rows.append(row(cell(meaning.title, "th"), cell(of_measure(name, value)), cell(says, kind="left words-of")))
    note = (
        "F1 and shares are in per cent. Of more than two annotators, F1 and Cohen’s kappa are the means over the pairs "
        "for which they are defined; the other measures take the judgements of all at once."
    )
    body = table(("measure", "value", "what it says"), [element("tbody", *rows)], kind="wide meanings")
    return section("All measures, over all labels", element("p", note, class_="note"), body, kind="long")


def _cells(
    title: str, of: str, rows: Iterable[tuple[Markup, Cell]], note: str | None = None, left_out: int = 0
) -> Markup:
    """A row per cell: exact F1 as a plot, the leading measures as numbers."""
    head = (of, "examples", "spans", axis(SCALE), *(SHORT[name] for name in COLUMNS))
    found = list(rows)
    body = [_row(name, one) for name, one in found]
    if any(of_pairs(one) for _, one in found):
        note = " ".join(filter(None, (note, MEANS)))
    return section(
        title,
        element("p", note, class_="note") if note else None,
        table(head, [element("tbody", *body)], plotted=3, kind="wide slim agreement"),
        more(left_out),
        kind="long",
    )


def _row(name: Markup, one: Cell) -> Markup:
    value = one[HEADLINE]
    limits = None if value.low is None or value.high is None else (value.low, value.high)
    plot = dot_and_whisker(value.estimate, limits, said=f"exact F1 {of_measure(HEADLINE, value)}")
    return row(
        cell(element("span", name, element("small", rest)) if (rest := of_pairs(one)) else name, "th"),
        cell(f"{one.examples:,}"),
        cell(spans_of(one)),
        cell(plot, kind="plotted"),
        *(_value(measure, one) for measure in COLUMNS),
    )


def _value(name: str, one: Cell) -> Markup:
    value = one.values.get(name)
    if value is None or value.estimate is None:
        return cell("–" if value is None else number(name, value))
    return cell(element("span", number(name, value), element("small", ends(name, value))))

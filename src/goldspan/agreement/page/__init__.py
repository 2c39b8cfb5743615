"""The report as one HTML page (see `goldspan.pages`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.agreement import wording
from goldspan.agreement.page import gold, measures, places
from goldspan.pages import document
from goldspan.pages.colours import colours
from goldspan.pages.element import Markup, element
from goldspan.pages.tables import listed, section

if TYPE_CHECKING:
    from goldspan.agreement.report import Report


def page(report: Report) -> str:
    """The page.

    Args:
        report: what it shows; labels that have no colour get one.
    """
    labels = report.confusion.labels[:-1]
    report = replace(report, colours=colours(labels, report.colours))
    sections = (
        measures.figures(report),
        element("p", wording.headline(report), class_="verdict"),
        measures.coverage(report),
        measures.pairs(report),
        measures.labels(report),
        measures.articles(report),
        measures.all_measures(report),
        places.kinds(report),
        places.confusion(report),
        places.rules(report),
        places.surfaces(report),
        places.cases(report),
        *(gold.record(one, report) for one in report.records),
        _remarks(report),
    )
    return document(wording.title(report), _header(report), *sections)


def _header(report: Report) -> Markup:
    names = [element("bdi", name) for name in report.annotations.annotators]
    between = [part for name in names[:-1] for part in (name, ", ")][:-1]
    return element(
        "header",
        element("p", "Agreement of annotators", class_="eyebrow"),
        element("h1", *between, " and " if between else "", *names[-1:]),
        element("p", f"In brackets: {report.agreement.sentence}", class_="quiet"),
    )


def _remarks(report: Report) -> Markup | None:
    parts = (("How to read it", wording.remarks(report)), ("Undefined", wording.undefined(report)))
    lists = [child for title, sentences in parts if sentences for child in listed(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None

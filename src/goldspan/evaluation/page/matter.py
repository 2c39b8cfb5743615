"""What frames the page: its heading, what there is to remark, and how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.evaluation.summary import by_kind
from goldspan.evaluation.wording import certainty, remarks, size
from goldspan.pages import path
from goldspan.pages.element import Markup, element
from goldspan.pages.tables import listed, section
from goldspan.wording import level

if TYPE_CHECKING:
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.wording import View

HOW = (
    ("strict", "A predicted span is correct if gold has the same characters under the same label."),
    ("exact", "The same characters, whatever the label."),
    ("partial", "The same characters count one, overlapping ones one half, whatever the label."),
    ("type", "The same label on characters that overlap."),
    (
        "matching",
        "Each gold span meets at most one predicted span and the other way round, for the most credit by the scheme.",
    ),
    ("overlaps", "Spans may nest and cross, and their order does not matter."),
    ("precision", "Credit over the number of predicted spans."),
    ("recall", "Credit over the number of gold spans."),
    ("F1", "Their harmonic mean: twice the credit over gold and predicted spans together."),
    ("undefined", "There is nothing to divide by: no span was predicted, or gold has none. It is not nought."),
    ("sources", "The counts are those of MUC-5 (1993) and of SemEval-2013 Task 9.1."),
)


def header(report: Report, view: View) -> Markup:
    """What was evaluated against what."""
    against = (", and ", path(view.baseline), " as the baseline") if view.baseline else ()
    return element(
        "header",
        element("p", "Evaluation of named entities", class_="eyebrow"),
        element("h1", path(view.predictions), " against ", path(view.gold)),
        element("p", size(report), *against, ". ", certainty(report), class_="quiet"),
    )


def notes(report: Report) -> Markup | None:
    """What is undefined and why, how to read what is there, and what was noted about the inputs."""
    parts: list[tuple[str, list[str]]] = [
        ("How to read it", remarks(report)),
        ("Undefined", list(report.undefined)),
        *((title, list(map(str, notes))) for title, notes in by_kind(report.notes)),
    ]
    lists = [child for title, sentences in parts if sentences for child in listed(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None


def how(report: Report) -> Markup:
    """The measures in words."""
    sure = report.intervals.settings
    interval = (
        f"Of {sure.resamples:,} corpora drawn from this one with replacement, {sure.unit} by {sure.unit}, the middle "
        f"{level(sure.level)} lie within. {report.intervals.method}."
    )
    rows = (*HOW[:-1], ("interval", interval), HOW[-1])
    pairs = (part for name, words in rows for part in (element("dt", name), element("dd", words)))
    return section("How to read this", element("dl", *pairs, class_="how"))

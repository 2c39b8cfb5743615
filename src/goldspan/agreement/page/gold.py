"""One annotator against gold: how much, how it went on, and what to talk about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement import over_time
from goldspan.agreement.page.places import voices
from goldspan.pages.element import Markup, element, join
from goldspan.pages.marked import chip
from goldspan.pages.plots import SCALE, axis, dot_and_whisker
from goldspan.pages.tables import MOST, cell, more, row, section, table
from goldspan.wording import UNDEFINED, amount, beside, percent

if TYPE_CHECKING:
    from goldspan.agreement.quality import Error, Quality, Record, Stage, Version
    from goldspan.agreement.report import Report
    from goldspan.scoring import Counts

EACH = 3  # places of an error that recurs


def record(found: Record, report: Report) -> Markup:
    """An annotator against gold."""
    rows = [_quality(chip(label, report.colours), one) for label, one in found.labels.items()]
    rows.append(_quality(element("b", "all labels"), found.overall))
    head = ("label", "gold", "marked", "right", "precision", "recall", "F1")
    errors = [_error(error, report) for error in found.errors[:MOST]]
    return section(
        f"{found.annotator} against gold",
        element("p", f"{amount(found.examples, 'example')} that gold has, too.", class_="note"),
        table(head, [element("tbody", *rows)]),
        *_stages(found),
        *_over_time(found, report),
        element("h3", "What to talk about, what recurs most first") if errors else None,
        *errors,
        more(len(found.errors)),
        kind="long",
    )


def _quality(name: Markup, one: Quality) -> Markup:
    counts = one.counts
    numbers = (cell(f"{n:,}") for n in (counts.gold, counts.predicted, counts.true_positives))
    shares = ((counts.precision, one.precision), (counts.recall, one.recall), (counts.f1, one.f1))
    measured = (cell(beside(share, ends if share is not None else None)) for share, ends in shares)
    return row(cell(name, "th"), *numbers, *measured)


def _stages(found: Record) -> tuple[Markup, ...]:
    if len(found.stages) < 2:  # noqa: PLR2004  (one article has no order)
        return ()
    head = ("article", "guidelines", "examples", axis(SCALE), "precision", "recall", "F1")
    body = table(head, [element("tbody", *map(_stage, found.stages))], plotted=3, kind="wide slim")
    return element("h3", "Article by article, in the order of the manifest"), body


def _stage(one: Stage) -> Markup:
    counts = one.counts
    plot = dot_and_whisker(counts.f1, None, said=f"F1 {percent(counts.f1)}")
    return row(
        cell(element("bdi", one.article), "th"),
        cell(one.guidelines or "–"),
        cell(f"{one.examples:,}"),
        cell(plot, kind="plotted"),
        *(cell(percent(share)) for share in (counts.precision, counts.recall, counts.f1)),
    )


def _over_time(found: Record, report: Report) -> tuple[Markup, ...]:
    """Articles and versions of the guidelines down, labels across."""
    if len(found.stages) < 2:  # noqa: PLR2004  (one article has no order)
        return ()
    bodies = [element("tbody", *(_parted(one.article, one) for one in found.stages))]
    if len(found.versions) > 1:
        over = row(cell("by version of the guidelines", "th", colspan=1 + len(found.labels)), kind="group")
        bodies.append(element("tbody", over, *(_parted(one.guidelines or "–", one) for one in found.versions)))
    head = ("article", *(chip(label, report.colours) for label in found.labels))
    how = f"In each cell: F1, undefined where neither has the label, and below it {over_time.HOW}"
    note = element("p", f"{over_time.moved(found)} {how}", class_="note")
    return element("h3", "Label by label, in the same order"), table(head, bodies, kind="wide agreement"), note


def _parted(name: str, one: Stage | Version) -> Markup:
    return row(cell(element("bdi", name), "th"), *map(_label, one.labels.values()))


def _label(counts: Counts) -> Markup:
    if counts.f1 is None:
        return cell(UNDEFINED)
    return cell(join(percent(counts.f1), element("small", over_time.both(counts))))


def _error(error: Error, report: Report) -> Markup:
    times = "once" if error.times == 1 else f"{error.times:,} times"
    places = (
        part
        for place in error.places[:EACH]
        for part in (element("h4", element("bdi", place.item.id)), voices(place, report.colours))
    )
    head = element("h4", element("b", error.kind), f" · {times}")
    rules = f"{', '.join(error.told.rules)}: {error.told.reason}" if error.told else None
    why = element("p", rules, class_="note") if rules else None
    return element("article", head, why, *places, class_="example")

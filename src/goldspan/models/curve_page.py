"""The report of a learning curve as one HTML page: the answer, the plot of all labels, one of each, and the tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from goldspan.models import curve_report
from goldspan.report.html import document, element, html_list, join, render_table, section
from goldspan.report.line_plot import FittedLine, LinePlot, PlotPoint
from goldspan.report.svg import chip, colours
from goldspan.report.text import amount, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.models.curve_fit import CurveFit, Forecast
    from goldspan.models.curve_report import CurveReport, CurveRow
    from goldspan.report.html import Markup

STEPS = 60  # points of a drawn line
MOST_TICKS = 6
SMALL = (360, 210)  # width and height of the plot of a label
DEFINITIONS = (
    ("F1", "A predicted span is right if gold has the same characters under the same label."),
    ("dots", "F1 of models of one size on articles that they were not trained on, with its interval."),
    ("line and band", "The weighted mean of all curves that fit the dots, and what most of their weight lies within."),
    ("rings", "What the curves say of models that are trained on all articles, and on twice as many."),
    ("growth", "By how much twice the articles raise F1. Its interval is not that of the difference of two scores."),
    ("forms", "Power law (Figueroa et al. 2012), exponential, sigmoid of Morgan, Mercer and Flodin (1975)."),
)


def page(report: CurveReport, known_colours: Mapping[str, str] | None = None) -> str:
    """The page.

    Args:
        report: what it shows.
        known_colours: `#rrggbb` of labels; a label without one gets one.
    """
    of_label = colours([row.name for row in report.labels], known_colours)
    title = f"Learning curve of {amount(report.articles, 'article')}"
    header = element(
        "header",
        element("p", "Learning curve of named entity recognition", class_="eyebrow"),
        element("h1", "Is more data worth it, and of which label?"),
        element("p", curve_report.answer(report), class_="verdict"),
    )
    return document(
        title,
        header,
        _figures(report),
        section("All labels", _plot(report, report.overall), _sizes(report)),
        _multiples(report, of_label),
        _label_section(report, of_label),
        section("How it was measured", *html_list("Remarks", list(curve_report.remarks(report)))),
        _definitions(),
    )


def _figures(report: CurveReport) -> Markup | None:
    forecast = report.overall.forecast
    if forecast is None:
        return None
    return element(
        "dl",
        _card(f"F1 with {amount(report.articles, 'article')}", "fitted", forecast.now),
        _card(f"F1 with {amount(2 * report.articles, 'article')}", "forecast", forecast.twice, lead=True),
        _card("growth", "in points of F1", forecast.growth, signed=True),
        class_="figures three",
    )


def _card(name: str, what: str, one: Forecast, *, lead: bool = False, signed: bool = False) -> Markup:
    body = element(
        "dd",
        element("span", f"{100 * one.value:{'+' if signed else ''}.1f}", class_="big lead" if lead else "big"),
        element("small", f"[{100 * one.low:.1f}, {100 * one.high:.1f}]"),
    )
    return element("div", element("dt", name, element("small", what)), body)


def _plot(report: CurveReport, curve: CurveRow, size: tuple[int, int] | None = None) -> Markup:
    width, height = size or (720, 330)
    points = [
        PlotPoint(point.articles, score.f1, score.low, score.high)
        for point, score in zip(report.points, curve.points, strict=True)
        if score.f1 is not None
    ]
    forecast, line = curve.forecast, None
    if forecast is not None:
        for times, one in ((1, forecast.now), (2, forecast.twice)):
            points.append(PlotPoint(times * report.articles, one.value, one.low, one.high, is_forecast=True))
        line = _line(forecast.fit, report.points[0].articles, 2 * report.articles)
    end = 2 * report.articles if forecast is not None else report.articles
    ceiling = report.ceiling if size is None and report.ceiling is not None and report.ceiling < 1 else None
    return LinePlot(
        points=points,
        line=line,
        last=report.points[-1].articles,
        ticks=_ticks(end),
        x_name="articles" if size else _axis_name(report),
        level=None if ceiling is None else (ceiling, "annotators with each other"),
        words=_words(report, curve),
        width=width,
        height=height,
    ).svg()


def _line(fit: CurveFit, first: float, last: float) -> FittedLine:
    places = np.linspace(first, last, STEPS).tolist()
    course = [fit.forecast(place) for place in places]
    places[np.argmin([abs(place - fit.last) for place in places])] = fit.last
    return FittedLine(places, [one.value for one in course], [one.low for one in course], [one.high for one in course])


def _ticks(end: int) -> list[float]:
    """Whole numbers from 0 to the end, not too many."""
    step = max(1, -(-end // MOST_TICKS))
    magnitude = 10 ** (len(str(step)) - 1)
    step = -(-step // magnitude) * magnitude
    ticks = [float(tick) for tick in range(0, end, step)]
    if end - ticks[-1] < step / 2 and len(ticks) > 1:
        ticks.pop()
    return [*ticks, float(end)]


def _axis_name(report: CurveReport) -> str:
    last = report.points[-1]
    words, spans = (round(number / last.articles) for number in (last.words, last.spans))
    return f"articles, of {amount(words, 'word')} and {amount(spans, 'span')} on average"


def _words(report: CurveReport, curve: CurveRow) -> str:
    """The plot in words."""
    parts = [
        f"{point.articles:,.0f} articles: F1 {percent(score.f1, 1)}"
        for point, score in zip(report.points, curve.points, strict=True)
    ]
    if curve.forecast is not None:
        twice = curve.forecast.twice
        parts.append(
            f"forecast for {2 * report.articles:,} articles: {percent(twice.value, 1)} "
            f"[{100 * twice.low:.1f}, {100 * twice.high:.1f}]"
        )
    return f"{curve.title}. {'; '.join(parts)}"


def _multiples(report: CurveReport, of_label: Mapping[str, str]) -> Markup | None:
    if not report.labels:
        return None
    figures = [
        element(
            "figure",
            element("figcaption", chip(curve.name, of_label), f" {_caption(curve)}"),
            _plot(report, curve, SMALL),
        )
        for curve in report.labels
    ]
    return section("Each label", element("div", join(*figures), class_="multiples"), kind="long")


def _caption(curve: CurveRow) -> str:
    forecast = curve.forecast
    if forecast is None:
        return f"no forecast: {curve.reason}"
    growth = forecast.growth
    return f"{100 * growth.value:+.1f} [{100 * growth.low:.1f}, {100 * growth.high:.1f}] by twice the articles"


def _sizes(report: CurveReport) -> Markup:
    """The table of the points without the plot of text."""
    table = curve_report.point_table(report)
    without = replace(table, header=table.header[:-1], rows=tuple(cells[:-1] for cells in table.rows))
    return render_table(without)


def _label_section(report: CurveReport, of_label: Mapping[str, str]) -> Markup:
    table = curve_report.label_table(report)
    names = [*(chip(curve.name, of_label) for curve in report.labels), element("b", curve_report.ALL_LABELS)]
    return section(
        table.title, element("p", table.note, class_="note"), render_table(table, names=names, total=True), kind="long"
    )


def _definitions() -> Markup:
    pairs = (part for name, words in DEFINITIONS for part in (element("dt", name), element("dd", words)))
    return section("Definitions", element("dl", *pairs, class_="how"))

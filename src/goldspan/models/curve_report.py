"""The report of a learning curve: its points, what more articles would bring, and the answer in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.evaluation.human_ceiling import human_ceiling
from goldspan.models.curve_fit import FEWEST, fit_curves, forecast_of_last
from goldspan.models.learning_curve import LEVEL, estimate_curve
from goldspan.models.strict_scores import ALL
from goldspan.report.text import Table, amount, enumerate_names, level, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.models.curve_fit import CurveFit, Forecast
    from goldspan.models.curve_training import MeasuredCurve
    from goldspan.models.learning_curve import CurveScores

MOST_LABELS = 8  # rows of the first screen
WORTH = 0.01  # F1 below which twice the data is called hardly worth it
VAGUE = 0.6  # width of an interval from which a forecast is too uncertain to compare labels by
MOST_NAMED = 3
ALL_LABELS = "all labels"
MARK, LINE, SPACE, WHISKERS = "●", "─", "·", ("├", "┤")
PLOT = 30  # columns of a plot in a terminal
SIMULATED: Mapping[int, tuple[int, int]] = {5: (99, 100), 10: (99, 99), 20: (99, 100), 50: (98, 99)}
"""By articles: how often in 100 the intervals of points, and of forecasts, held the true value in simulated curves.

The means over the kinds of curves in docs/learning_curve.md, with which a test compares them.
"""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The size of the models at a point.

    Args:
        percent: of the articles that could be trained on.
        articles, words, spans: how many they were trained on, on average.
        label_spans: by label, how many spans.
        models: how many there are.
    """

    percent: int
    articles: float
    words: float
    spans: float
    label_spans: Mapping[str, float]
    models: int


@dataclass(frozen=True, slots=True)
class PointScore:
    """F1 at a point.

    Args:
        f1: None where there is nothing to find.
        low, high: limits of its interval; None where there is none.
    """

    f1: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RowForecast:
    """What is forecast of all labels together or of one.

    Args:
        fit: the weighted curves.
        now: F1 with all articles there are.
        twice: F1 with twice as many.
        growth: what that brings.
        check: what the points before the last one forecast for it; None where they are too few.
    """

    fit: CurveFit
    now: Forecast
    twice: Forecast
    growth: Forecast
    check: Forecast | None

    @property
    def is_vague(self) -> bool:
        """Whether the interval with twice the articles is so wide that it says hardly anything."""
        return self.twice.high - self.twice.low > VAGUE

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        named = {
            "now": self.now,
            "twice": self.twice,
            "growth": self.growth,
            "last_point_from_those_before": self.check,
        }
        return {
            "trend": self.fit.trend,
            "forms": self.fit.shares,
            **{
                name: one and {"f1": one.value, "interval": [one.low, one.high]}
                for name, one in named.items()
            },
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurveRow:
    """The curve of all labels together, or of one.

    Args:
        name: of the label; `ALL` for all together.
        points: its F1 by size.
        forecast: None where there is none.
        reason: why there is none, as a clause; empty where there is one.
    """

    name: str
    points: tuple[PointScore, ...]
    forecast: RowForecast | None
    reason: str

    @property
    def title(self) -> str:
        """The label, or that these are all."""
        return self.name or ALL_LABELS

    def json(self) -> dict[str, Any]:
        """All of it by name; what is undefined is null."""
        return {
            "points": [
                {"f1": point.f1, "interval": None if point.low is None else [point.low, point.high]}
                for point in self.points
            ],
            "forecast": self.forecast and self.forecast.json(),
            "no_forecast_because": self.reason or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveReport:
    """A learning curve and what follows from it.

    Args:
        recipe: of the trainer.
        articles: how many take part.
        tested: how many of them are tested.
        population: how many groups of articles subsets are drawn from.
        groups: how many groups of articles that share text there are.
        held_out: whether one fold is tested by all models, and not every fold in turn.
        test_split: how many articles of the test split have gold; they take part unless one fold is held out.
        seeds: how many there are.
        points: the sizes.
        rows: all labels together, then each.
        ceiling: F1 of annotators with each other, on average; None where it is not known.
    """

    recipe: str
    articles: int
    tested: int
    population: int
    groups: int
    held_out: bool
    test_split: int
    seeds: int
    points: tuple[CurvePoint, ...]
    rows: tuple[CurveRow, ...]
    ceiling: float | None

    @property
    def overall(self) -> CurveRow:
        """The curve of all labels together."""
        return self.rows[0]

    @property
    def labels(self) -> tuple[CurveRow, ...]:
        """The curve of each label."""
        return self.rows[1:]

    def json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "recipe": self.recipe,
            "articles": self.articles,
            "tested_articles": self.tested,
            "groups": self.groups,
            "design": "held out" if self.held_out else "cross-validated",
            "articles_of_test_split_left_out": self.test_split if self.held_out else 0,
            "seeds": self.seeds,
            "level": LEVEL,
            "points": [
                {
                    "percent": point.percent,
                    "articles": point.articles,
                    "words": point.words,
                    "spans": point.spans,
                    "label_spans": dict(point.label_spans),
                    "models": point.models,
                }
                for point in self.points
            ],
            "overall": self.overall.json(),
            "labels": {row.name: row.json() for row in self.labels},
            "ceiling": self.ceiling,
            "answer": answer(self),
            "sentences": list(remarks(self)),
        }


def make_report(measured: MeasuredCurve, passes: Mapping[str, Sequence[Example]] | None = None) -> CurveReport:
    """The report of a measured curve.

    Args:
        measured: what its models found.
        passes: per annotator the examples read.
    """
    articles = measured.articles
    scores = estimate_curve(measured.model_counts(), articles.population)
    by_percent = measured.by_percent()
    rows = [_row(name, scores, number, len(articles.groups)) for number, name in enumerate((ALL, *measured.labels))]
    ceiling = human_ceiling(articles.examples, articles.examples, passes) if passes else None
    return CurveReport(
        recipe=measured.recipe,
        articles=len(articles.groups),
        tested=len({article for subset, _ in measured.models for article in subset.tested}),
        population=articles.population,
        groups=len({*articles.groups.values()}),
        held_out=articles.held_out is not None,
        test_split=articles.test_split,
        seeds=len({subset.seed for subset, _ in measured.models}),
        points=tuple(_point(measured, percentage) for percentage in by_percent),
        rows=tuple(rows),
        ceiling=None if ceiling is None else ceiling.mean_f1,
    )


def _point(measured: MeasuredCurve, percentage: int) -> CurvePoint:
    sizes = measured.articles.sizes
    subsets = [subset for subset, _ in measured.by_percent()[percentage]]
    trained = [[sizes[article] for article in subset.training] for subset in subsets]
    label_spans = {
        label: float(np.mean([sum(size.spans.get(label, 0) for size in part) for part in trained]))
        for label in measured.labels
    }
    return CurvePoint(
        percentage,
        float(np.mean([len(part) for part in trained])),
        float(np.mean([sum(size.words for size in part) for part in trained])),
        sum(label_spans.values()),
        label_spans,
        len(subsets),
    )


def _row(name: str, scores: CurveScores, number: int, articles: int) -> CurveRow:
    limits = zip(scores.f1[number], scores.low[number], scores.high[number], strict=True)
    points = tuple(PointScore(*(None if np.isnan(value) else float(value) for value in point)) for point in limits)
    reason = _reason(scores, number, articles)
    return CurveRow(name, points, None if reason else _forecast(scores, number, articles), reason)


def _reason(scores: CurveScores, number: int, articles: int) -> str:
    """Why there is no forecast, as a clause; empty if there is one."""
    f1 = scores.f1[number]
    if np.isnan(f1).any():
        return "no article has a span of it"
    if np.isnan(scores.covariance[number]).any():
        return "one article has all spans of it"
    if len(f1) < FEWEST:
        how = "takes more --steps" if articles > FEWEST else f"takes {FEWEST + 1} articles"
        return f"a curve passes through any {len(f1)} points, and a forecast needs {FEWEST} sizes, which {how}"
    if np.count_nonzero(f1) < 2:
        return "the models find nothing yet"
    return ""


def _forecast(scores: CurveScores, number: int, articles: int) -> RowForecast:
    points = scores.articles, scores.f1[number], scores.covariance[number]
    before, limits = (
        (float(low), float(high)) for low, high in zip(scores.low[number, -2:], scores.high[number, -2:], strict=True)
    )
    fit = fit_curves(*points, limits)
    return RowForecast(
        fit,
        fit.forecast(articles),
        fit.forecast(2 * articles),
        fit.growth(articles, 2 * articles),
        forecast_of_last(*points, before),
    )


def answer(report: CurveReport) -> str:
    """Whether more data is worth it, and of which label."""
    forecast = report.overall.forecast
    if forecast is None:
        return f"What more articles would bring cannot be said: {report.overall.reason}."
    growth, twice = forecast.growth, 2 * report.articles
    if forecast.fit.trend == "falls":
        return (
            f"F1 falls as articles are added, from {_percent(report.overall.points[0].f1)} to "
            f"{_percent(report.overall.points[-1].f1)}, by more than chance: more articles like these would not help. "
            "Look first whether gold is consistent: goldspan label-errors"
        )
    verdict = "Yes" if growth.low >= WORTH else "Probably" if growth.value >= WORTH else "Hardly"
    sentence = (
        f"{verdict}: twice the articles ({twice:,} instead of {report.articles:,}) would bring F1 from about "
        f"{_percent(forecast.now.value)} to about {_percent(forecast.twice.value)} {_limits(forecast.twice)}, by "
        f"{_grown(growth)}"
    )
    return "; ".join([sentence, *_by_label(report)]) + "."


def _by_label(report: CurveReport) -> Iterator[str]:
    """Of which labels more data is worth it, as clauses."""
    known = [(row, row.forecast) for row in report.labels if row.forecast is not None]
    known.sort(key=lambda pair: -pair[1].growth.value)
    forecasts = [pair for pair in known if not pair[1].is_vague]
    vague = [row.name for row, one in known if one.is_vague]
    worth = [f"{row.name} ({_grown(one.growth)})" for row, one in forecasts if one.growth.value >= WORTH]
    little = [row.name for row, one in forecasts if one.growth.value < WORTH and one.fit.trend != "falls"]
    falling = [row.name for row, one in forecasts if one.fit.trend == "falls"]
    if worth:
        yield f"most for {enumerate_names(worth, most=MOST_NAMED)}"
    if little:
        yield f"hardly anything for {enumerate_names(little, most=MOST_NAMED)}"
    if falling:
        yield f"{enumerate_names(falling, most=MOST_NAMED)} would lose"
    if vague:
        yield f"too uncertain for {enumerate_names(vague, most=MOST_NAMED)}"
    unknown = [row for row in report.labels if row.forecast is None]
    for reason in dict.fromkeys(row.reason for row in unknown):
        names = enumerate_names([row.name for row in unknown if row.reason == reason], most=MOST_NAMED)
        yield f"of {names} it cannot be said, as {reason}"


def remarks(report: CurveReport) -> Iterator[str]:
    """How the curve was measured, how sure the forecast is, and what to compare it with, as sentences."""
    yield _design(report)
    yield (
        f"{level(LEVEL)} intervals of a point cover which articles are trained on, which are tested, and the seeds; "
        "those of a forecast also cover the uncertain course of the curve. " + _simulated(report)
    )
    forecast = report.overall.forecast
    if forecast is not None and forecast.check is not None:
        last = report.overall.points[-1]
        yield (
            f"A test of the forecast: the points before the last one forecast {_percent(forecast.check.value)} "
            f"{_limits(forecast.check)} for it, and {_percent(last.f1)} was measured."
        )
    if forecast is not None:
        shares = sorted(forecast.fit.shares.items(), key=lambda pair: -pair[1])
        yield (
            "The forecast is the weighted mean of curves of three forms: "
            + enumerate_names(f"{form} {100 * share:.0f}%" for form, share in shares)
            + "."
        )
    yield from cautions(report)


def cautions(report: CurveReport) -> Iterator[str]:
    """What to compare the curve with, and what it lacks, as sentences."""
    if report.ceiling is not None and report.ceiling < 1:
        yield f"Annotators agree with each other at F1 {_percent(report.ceiling)}: a higher score shows little."
    elif report.ceiling == 1:
        yield "The annotators marked the same spans everywhere, so their agreement gives no ceiling to compare with."
    if report.seeds < 3:
        yield "With fewer than three seeds, little is known of how much the models differ: use --seeds 3."


def _design(report: CurveReport) -> str:
    models = sum(point.models for point in report.points)
    where = (
        f"{amount(report.tested, 'held-out article')}, the same for all"
        if report.held_out
        else "the articles that each was not trained on, in turn"
    )
    sentence = (
        f"F1 by the scheme strict of {amount(models, 'model')} ({report.recipe}), trained on growing parts of "
        f"{amount(report.articles, 'article')} in {amount(report.seeds, 'order')} and tested on {where}."
    )
    if report.groups < report.articles:
        sentence += " Articles that share text stay together."
    if report.test_split and report.held_out:
        sentence += f" The {amount(report.test_split, 'article')} of the test split take no part."
    elif report.test_split:
        sentence += " Those of the test split are among them; nothing is chosen by them."
    return sentence


def _simulated(report: CurveReport) -> str:
    size = max((size for size in SIMULATED if size <= report.articles), default=min(SIMULATED))
    points, forecasts = SIMULATED[size]
    return (
        f"In simulated curves of {size} articles they held the true value {points} and {forecasts} times in 100 "
        "(goldspan help learning_curve)."
    )


def point_table(report: CurveReport) -> Table:
    """F1 over all labels by the number of articles, measured and forecast, with a plot of text."""
    rows: list[tuple[str, ...]] = [
        (
            _number(point.articles),
            _part(report, point),
            f"{point.words:,.0f}",
            f"{point.spans:,.0f}",
            f"{point.models:,}",
            _score(score),
            text_plot(score.f1, score.low, score.high),
        )
        for point, score in zip(report.points, report.overall.points, strict=True)
    ]
    forecast = report.overall.forecast
    if forecast is not None:
        per_article = {name: _last(report, name) / report.points[-1].articles for name in ("words", "spans")}
        for times, one in ((1, forecast.now), (2, forecast.twice)):
            number = times * report.articles
            sizes = (f"{per_article[name] * number:,.0f}" for name in ("words", "spans"))
            rows.append(
                (f"{number:,}", "forecast", *sizes, "", f"{_percent(one.value)} {_limits(one)}",
                 text_plot(one.value, one.low, one.high))
            )  # fmt: skip
    header = ("articles", "part", "words", "spans", "models", "F1", f"0{'100':>{PLOT - 1}}")
    return Table("F1 by the number of articles", "", header, tuple(rows))


def _last(report: CurveReport, name: str) -> float:
    return float(getattr(report.points[-1], name))


def label_table(report: CurveReport) -> Table:
    """F1 of each label by the number of articles, and what twice as many would bring."""
    sizes = tuple(_number(point.articles) for point in report.points)
    header = ("label", "spans", *sizes, f"{2 * report.articles:,} forecast", "growth")
    rows = []
    for row in (*report.labels, report.overall):
        last = report.points[-1]
        spans = last.label_spans[row.name] if row.name else last.spans
        scores = (percent(point.f1, 1) for point in row.points)
        forecast = row.forecast
        ends = ("–", "–") if forecast is None else (
            f"{_percent(forecast.twice.value)} {_limits(forecast.twice)}", _grown(forecast.growth)
        )  # fmt: skip
        rows.append((row.title, f"{spans:,.0f}", *scores, *ends))
    note = "spans: of the label in the articles that the last models were trained on, on average"
    return Table("F1 of each label", note, header, tuple(rows))


def summary_table(report: CurveReport) -> Table:
    """F1 of each label with the fewest, and with the most articles, and what twice as many would bring.

    Of many labels those are shown for which F1 is lowest now.
    """
    whole = label_table(report)
    labels = whole.rows[:-1]
    note = ""
    if len(labels) > MOST_LABELS:
        scores = [row.points[-1].f1 for row in report.labels]
        order = sorted(range(len(labels)), key=lambda at: 2.0 if scores[at] is None else scores[at] or 0.0)
        labels = tuple(labels[at] for at in sorted(order[:MOST_LABELS]))
        note = f"The labels with the lowest F1; --full has {len(report.labels) - MOST_LABELS:,} more."
    kept = (
        [*range(len(whole.header))]
        if len(report.points) < 3
        else [0, 1, 2, *range(len(report.points) + 1, len(whole.header))]
    )
    rows = tuple(tuple(row[at] for at in kept) for row in (*labels, whole.rows[-1]))
    return Table("F1 by the number of articles", note, tuple(whole.header[at] for at in kept), rows)


def text_plot(value: float | None, low: float | None, high: float | None) -> str:
    """A score with its interval on a line of characters from 0 to 1."""
    if value is None:
        return ""

    def place(score: float) -> int:
        return min(PLOT - 1, int(score * PLOT))

    cells = [SPACE] * PLOT
    if low is not None and high is not None:
        cells[place(low) : place(high) + 1] = LINE * (place(high) + 1 - place(low))
        cells[place(low)], cells[place(high)] = WHISKERS
    cells[place(value)] = MARK
    return "".join(cells)


def _number(mean: float) -> str:
    """A mean, with a digit behind the point where it is no whole number."""
    return f"{mean:,.0f}" if abs(mean - round(mean)) < 0.05 else f"{mean:,.1f}"


def _score(score: PointScore) -> str:
    limits = "" if score.low is None or score.high is None else f" [{100 * score.low:.1f}, {100 * score.high:.1f}]"
    return f"{percent(score.f1, 1)}{limits}"


def _percent(share: float | None) -> str:
    return percent(share, 1)


def _limits(one: Forecast) -> str:
    return f"[{100 * one.low:.1f}, {100 * one.high:.1f}]"


def _grown(one: Forecast) -> str:
    return f"{100 * one.value:+.1f} {_limits(one)}"


def _part(report: CurveReport, point: CurvePoint) -> str:
    """How much of what can be trained on the models of a size were."""
    return f"{100 * point.articles / report.points[-1].articles:.0f}%"

"""The progress of a round as one HTML page (see `goldspan.report`), to be shown to a team.

Annotators are named by the folders of their passes. A name with an @ may be an address, and gets a number instead. The
course of the work has one point a day, so that it shows the time of no single action.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import floor, log10
from typing import TYPE_CHECKING

from goldspan.progress import report_tables
from goldspan.progress.pace import DAY, LEVEL
from goldspan.report.count_plot import CountPlot
from goldspan.report.html import (
    MOST,
    Markup,
    PlotColumn,
    document,
    element,
    html_list,
    more,
    render_table,
    section,
)
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker, stack
from goldspan.report.text import Table, amount, level, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from goldspan.annotation import LabelScheme
    from goldspan.doccano.status import ArticleProgress, RoundProgress
    from goldspan.progress.agreement_so_far import AgreementSoFar
    from goldspan.progress.pace import CountAt
    from goldspan.progress.round_pace import AnnotatorPace, RoundPace
    from goldspan.report.html import Child

IDLE = 3  # days without a confirmation, from which on it is said of an annotator who has open examples
LEAST_AHEAD = 28.0  # days of the future that plots can show; with a longer past, more
SHOWN_IDS = 12  # disputed examples of an article that are named
MOST_DISPUTED = 0.25  # of the examples of an article
FAR = 2  # times as high as what plots show, from which on what is to be read is not on them


def page(
    progress: RoundProgress,
    pace: RoundPace,
    agreement: Sequence[AgreementSoFar] = (),
    *,
    scheme: LabelScheme | None = None,
) -> str:
    """The page.

    Args:
        progress: how far the round is.
        pace: how fast it is.
        agreement: how far annotators agree so far, unaided and aided.
        scheme: the labels, for their colours.
    """
    names = shown_names([one.name for one in pace.annotators])
    title = f"Progress of {progress.name}"
    return document(
        title,
        _header(progress, pace),
        _figures(progress, pace, agreement),
        element("p", report_tables.headline(pace), class_="verdict"),
        _attention_section(progress, pace, names),
        _annotator_section(progress, pace, names),
        _course_section(pace, names),
        *(_agreement_section(one, scheme, names) for one in agreement),
        _no_agreement_section(agreement),
        _article_section(progress),
        _reading_section(),
    )


def shown_names(names: Sequence[str]) -> dict[str, str]:
    """What each annotator is called on the page: a name with an @ may be an address, and is not shown."""
    return {name: f"annotator {place}" if "@" in name else name for place, name in enumerate(names, start=1)}


def _header(progress: RoundProgress, pace: RoundPace) -> Markup:
    made = pace.now.astimezone(pace.zone)
    where = made.strftime("%z")
    time = f"Made on {_date(made.date())} at {made:%H:%M} (UTC{where[:3]}:{where[3:5]}). It does not change by itself."
    return element(
        "header",
        element("p", "Progress of a round" if progress.round else "Progress of a project", class_="eyebrow"),
        element("h1", element("bdi", progress.name)),
        element("p", time, class_="quiet"),
    )


def _figures(progress: RoundProgress, pace: RoundPace, agreement: Sequence[AgreementSoFar]) -> Markup:
    one = pace.together
    daily = None if one.week is None else one.week.per_day
    whole = one.assigned.examples
    f1 = agreement[0].rows[0].f1 if agreement else None
    disputed = len(progress.disputed)
    cards: list[tuple[str, str, Child, str]] = [
        (
            "Confirmed",
            "of all readings",
            f"{percent(one.confirmed.examples / whole, 0)} %" if whole else report_tables.MISSING,
            f"{one.confirmed.examples:,.0f} of {whole:,.0f}",
        ),
        (
            "Expected end",
            "of the last annotator",
            report_tables.expected(one.end, pace).partition("\n")[0],
            report_tables.shown_range(one.end, pace) or "no range",
        ),
        (
            "Pace",
            _pace_meaning(one),
            report_tables.MISSING if daily is None else f"{daily.examples:,.1f}".replace("-", "−"),
            "needs counts of a day" if daily is None else f"{daily.words:,.0f} words a day".replace("-", "−"),
        ),
        (
            "Exact-span F1",
            f"so far, {agreement[0].kind}" if agreement else "so far",
            report_tables.MISSING if f1 is None or f1.estimate is None else f"{100 * f1.estimate:.1f}",
            f"{amount(disputed, 'example')} disputed",
        ),
    ]
    made = (
        element(
            "div",
            element("dt", name, element("small", meaning)),
            element(
                "dd", element("span", value, class_=f"big{' lead' * (name == 'Confirmed')}"), element("small", below)
            ),
        )
        for name, meaning, value, below in cards
    )
    return element("dl", *made, class_="figures")


def _pace_meaning(one: AnnotatorPace) -> str:
    if one.week is None or one.week.is_whole:
        return "examples a day, last week"
    return f"examples a day, in {report_tables.length(one.week.length)}"


def _attention_section(progress: RoundProgress, pace: RoundPace, names: Mapping[str, str]) -> Markup:
    sentences = [*attention(progress, pace, names)]
    if not sentences:
        return section("What needs attention", element("p", "Nothing.", class_="note"))
    items = (element("li", element("bdi", sentence)) for sentence in sentences)
    return section("What needs attention", element("ul", *items, class_="notes"))


def attention(progress: RoundProgress, pace: RoundPace, names: Mapping[str, str]) -> Iterator[str]:
    """What the lead should look at, in sentences that name nobody's account and no words of a text."""
    for one in pace.annotators:
        name = names[one.name]
        if one.open.examples > 0 and one.confirmed.examples == 0:
            yield f"{name} has not confirmed anything yet."
        elif (idle := _idle_days(one)) is not None:
            yield f"{name} has confirmed nothing for {amount(idle, 'day')}, and {_open(one)}."
        if one.day is not None and one.day.work.examples < 0:
            taken = amount(int(-one.day.work.examples), "confirmation")
            yield f"{name} has {taken} less than a day ago: taken back, or examples were deleted."
    last = _straggler(pace)
    if last is not None:
        yield f"{names[last.name]} is expected to be done long after the others: {_open(last)}."
    for article in progress.articles:
        if article.id and article.examples and len(article.disputed) > max(1, MOST_DISPUTED * article.examples):
            share = f"{len(article.disputed)} of {amount(article.examples, 'example')}"
            yield f"In {article.id}, {share} are disputed: a rule may be missing or unclear."
    yield from _differences(progress)
    yield from pace.remarks


def _differences(progress: RoundProgress) -> Iterator[str]:
    """What differs between the corpus and the server."""
    name = progress.name
    for project in progress.unread:
        yield f"{project} could not be read, and is counted nowhere (goldspan doccano status says why)."
    if progress.not_pushed:
        yield f"{amount(len(progress.not_pushed), 'example')} not pushed yet (goldspan doccano push --project {name})."
    changed = {example for one in progress.projects for example in one.changed}
    if changed:
        yield f"{amount(len(changed), 'example')} with another text in the corpus than in Doccano."
    if any(one.refusal for one in progress.projects):
        yield "A pull would be refused (goldspan doccano status says why)."
    if any(one.held for one in progress.projects):
        yield "A pull would leave some work unwritten (goldspan doccano status lists it)."
    if any(one.types.serious for one in progress.projects):
        yield "A label type was deleted or renamed in Doccano (goldspan doccano status says which)."
    if pending := sum(one.new + one.changed + one.withdrawn for one in progress.pending.values()):
        yield f"{amount(pending, 'line')} to pull (goldspan doccano pull --project {name})."


def _idle_days(one: AnnotatorPace) -> int | None:
    """For how many whole days an annotator with open examples has confirmed nothing more; None for less than `IDLE`."""
    if one.open.examples <= 0 or not one.counts:
        return None
    last = one.counts[-1]
    since = last.time
    for count in reversed(one.counts):
        if count.confirmed.examples != last.confirmed.examples:
            break
        since = count.time
    days = (last.time - since) // DAY
    return days if days >= IDLE else None


def _straggler(pace: RoundPace) -> AnnotatorPace | None:
    """The annotator who is done in more than twice the time of everybody else, if there is one."""
    dated = [(one.end.day, one) for one in pace.annotators if one.end.day is not None]
    if len(dated) < 2:
        return None
    (last, one), (before, _) = sorted(dated, key=lambda pair: pair[0], reverse=True)[:2]
    today = pace.now.astimezone(pace.zone).date()
    is_late = (last - today) > max(timedelta(days=7), 2 * (before - today))
    return one if is_late else None


def _open(one: AnnotatorPace) -> str:
    return f"{amount(int(one.open.examples), 'example')} {'is' if one.open.examples == 1 else 'are'} open"


def _annotator_section(progress: RoundProgress, pace: RoundPace, names: Mapping[str, str]) -> Markup:
    """Who is how far, with a bar each as long as what they are to read."""
    table = report_tables.annotator_table(progress, pace)
    people = [*pace.annotators, *([pace.together] if len(table.rows) > len(pace.annotators) else [])]
    longest = max([1.0, *(one.assigned.examples for one in pace.annotators)])
    bars = [_bar(one, longest if one.name else max(1.0, one.assigned.examples)) for one in people]
    shown = [element("bdi", names[one.name]) if one.name else element("b", "all") for one in people]
    ends = [_end_cell(one, pace) for one in people]
    body = render_table(
        table,
        names=shown,
        cells={6: ends},
        plots=PlotColumn(1, "", bars),
        total=len(people) > 1,
        kind="wide progress agreement",
    )
    legend = element(
        "ul",
        element("li", element("span", class_="swatch agreed"), element("b", "confirmed")),
        element("li", element("span", class_="swatch missed"), element("b", "open")),
        class_="legend",
    )
    return section("Who is how far", element("p", table.note, class_="note"), legend, body)


def _bar(one: AnnotatorPace, longest: float) -> Markup:
    done, waiting = int(one.confirmed.examples), max(0, int(one.open.examples))
    words = f"{done:,} of {done + waiting:,} confirmed"
    return stack((("agreed", done), ("missed", waiting)), max(1, round(longest)), words=words)


def _end_cell(one: AnnotatorPace, pace: RoundPace) -> Child:
    day, _, within = report_tables.expected(one.end, pace).partition("\n")
    return element("span", day, element("small", within)) if within else day


def _course_section(pace: RoundPace, names: Mapping[str, str]) -> Markup | None:
    """What was confirmed over time, a plot for each annotator."""
    begins = [one.counts[0].time for one in pace.annotators if one.counts]
    if not begins or pace.now - min(begins) < timedelta(hours=1):
        return None
    begin = min(begins)
    past = (pace.now - begin) / DAY
    ahead = max((_days_from(begin, one.end.day, pace) - past for one in pace.annotators if one.end.day), default=0.0)
    right = past + min(1.05 * ahead, max(LEAST_AHEAD, past))
    plots = [_plot(one, pace, begin, right, names[one.name]) for one in pace.annotators]
    top = _top(max(plot.highest for plot in plots), max(plot.total for plot in plots))
    figures = (
        element(
            "figure",
            element("figcaption", element("bdi", names[one.name]), f": {_course_words(one, pace)}"),
            replace(plot, top=top).svg(),
        )
        for one, plot in zip(pace.annotators, plots, strict=True)
    )
    note = (
        "Confirmed examples over time, a point a day, on the line between the counts that are known; all on one scale. "
        "The dashed course is the pace of the last week, around it the range of "
        f"{level(LEVEL)}; the dotted line, where it is in sight, is what each is to read."
    )
    return section(
        "Confirmed over time",
        element("p", note, class_="note"),
        element("div", *figures, class_="multiples"),
        kind="long",
    )


def _course_words(one: AnnotatorPace, pace: RoundPace) -> str:
    within = report_tables.shown_range(one.end, pace)
    when = report_tables.expected(one.end, pace).partition("\n")[0]
    end = "done" if one.end.state == "done" else "end not known" if one.end.day is None else f"done on {when}"
    return f"{end}{f' ({within})' if within else ''}"


def _plot(one: AnnotatorPace, pace: RoundPace, begin: datetime, right: float, name: str) -> CountPlot:
    points = [((count.time - begin) / DAY, count.confirmed.examples) for count in _daily(one.counts, pace)]
    end = one.end
    days = (None if day is None else _days_from(begin, day, pace) for day in (end.day, end.earliest, end.latest))
    expected, earliest, latest = days
    last = points[-1][0] if points else 0.0
    return CountPlot(
        points=points,
        total=one.assigned.examples,
        end=expected and max(expected, last),
        earliest=earliest and max(earliest, last),
        latest=latest,
        ticks=_ticks(begin, right, pace),
        right=right,
        top=1.0,
        words=f"{name}: {one.confirmed.examples:,.0f} of {one.assigned.examples:,.0f} confirmed, "
        f"{_course_words(one, pace)}",
    )


def _top(highest: float, total: float) -> float:
    """The upper edge of plots: what is to be read; while that is far off, a round number above all that is shown."""
    if FAR * highest >= total:
        return max(total, highest, 1.0)
    step = 10.0 ** floor(log10(max(1.0, highest)))
    return next(step * times for times in (1, 2, 5, 10) if step * times >= highest)


def _daily(counts: Sequence[CountAt], pace: RoundPace) -> list[CountAt]:
    """The first count, the last one of each day of the reader, and the present one."""
    last = {count.time.astimezone(pace.zone).date(): count for count in counts}
    first = [count for count in counts[:1] if count is not next(iter(last.values()))]
    return [*first, *last.values()]


def _days_from(begin: datetime, day: date, pace: RoundPace) -> float:
    """How many days after the beginning the noon of a day is, or the present moment, if that is later."""
    local = pace.now.astimezone(pace.zone)
    noon = local.replace(year=day.year, month=day.month, day=day.day, hour=12, minute=0, second=0, microsecond=0)
    return max(noon - begin, pace.now - begin) / DAY


def _ticks(begin: datetime, right: float, pace: RoundPace) -> list[tuple[float, str]]:
    """The beginning, the present day where there is room for it, and the right edge."""
    past = (pace.now - begin) / DAY
    times = [0.0, *([past] if 0.15 * right < past < 0.85 * right else []), right]
    days = ((begin + timedelta(days=time)).astimezone(pace.zone).date() for time in times)
    shown = [report_tables.shown_day(day, pace) for day in days]
    return list(zip(times, shown, strict=True)) if shown[0] != shown[-1] else [(0.0, shown[0])]


def _agreement_section(found: AgreementSoFar, scheme: LabelScheme | None, names: Mapping[str, str]) -> Markup:
    table = report_tables.agreement_table(found)
    known = {label.name: label.colour for label in scheme.labels} if scheme else {}
    of = colours([row.label for row in found.rows if row.label], known)
    heads = [chip(row.label, of) if row.label else element("b", "all labels") for row in found.rows]
    plots = [_whisker(row.f1.estimate, row.f1.low, row.f1.high, row.label or "all labels") for row in found.rows]
    cells = {2: [_f1_cell(text) for _, _, text in table.rows]}
    who = ", ".join(names.get(name, name) for name in found.annotators)
    caution = "It is an interim value: what is confirmed first is not drawn at random."
    return section(
        table.title,
        element("p", f"{table.note} {caution} Annotators: ", element("bdi", who), ".", class_="note"),
        render_table(
            table, names=heads, cells=cells, plots=PlotColumn(2, axis(SCALE), plots), kind="wide slim agreement"
        ),
        kind="long",
    )


def _f1_cell(text: str) -> Child:
    number, bracket, interval = text.partition(" [")
    return element("span", number, element("small", f"[{interval}")) if bracket else text


def _whisker(value: float | None, low: float | None, high: float | None, label: str) -> Markup:
    limits = None if low is None or high is None else (low, high)
    return dot_and_whisker(value, limits, words=f"{label}: exact F1 {percent(value)}")


def _no_agreement_section(agreement: Sequence[AgreementSoFar]) -> Markup | None:
    if agreement:
        return None
    sentence = "No example was confirmed by two annotators in the same way, with or without suggestions."
    return section("Agreement so far", element("p", sentence, class_="note"))


def _article_section(progress: RoundProgress) -> Markup:
    """Each article: how much of its readings is confirmed, and what is disputed."""
    people = [one.member for one in progress.annotators]
    lively, note = report_tables.lively_articles(progress)
    shown = sorted(lively, key=lambda one: (not one.id, -len(one.disputed)))[:MOST]
    rows, bars, disputed = [], [], []
    for article in shown:
        done, waiting = (sum(of(name) for name in people) for of in (article.done.__getitem__, article.open))
        rows.append((article.id or "not of this corpus", f"{article.examples:,}", f"{done:,}", f"{waiting:,}", ""))
        words = f"{done:,} of {done + waiting:,} readings confirmed"
        bars.append(stack((("agreed", done), ("missed", waiting)), max(1, done + waiting), words=words))
        disputed.append(_disputed(article))
    table = Table("Articles", "", ("article", "examples", "confirmed", "open", "disputed examples"), tuple(rows))
    return section(
        "Articles",
        element("p", f"Readings of all annotators, the most disputed first. {note}".strip(), class_="note"),
        render_table(table, cells={4: disputed}, plots=PlotColumn(1, "", bars), kind="wide progress"),
        more(len(lively)),
        kind="long",
    )


def _disputed(article: ArticleProgress) -> Child:
    if not article.disputed:
        return report_tables.MISSING
    ids = [example.removeprefix(f"{article.id}.") for example in article.disputed]
    rest = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    return element(
        "span", element("b", f"{len(ids):,}"), element("small", element("bdi", ", ".join(ids[:SHOWN_IDS])), rest)
    )


def _reading_section() -> Markup:
    sentences = [
        "Confirmed is what an annotator ended with a confirmation in Doccano; open is all else that they are to read.",
        "Disputed are examples that several confirmed, with different spans. Adjudication settles them.",
        "Paces are from the counts at each look at the round, as if work went on evenly in between.",
        "Days without work are in the paces.",
        f"The range of an end is a prediction interval of {level(LEVEL)} from how much days differ.",
        "It needs counts of four days, and assumes that the time to come is like the last week.",
    ]
    return section("Remarks", *html_list("How to read the page", sentences), kind="long")


def _date(day: date) -> str:
    return f"{day.day} {report_tables.MONTHS[day.month - 1]} {day.year}"

"""The tables of a round's progress, alike in the terminal and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.progress.pace import LEVEL
from goldspan.report.text import Table, amount, level, percent, with_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, timedelta

    from goldspan.doccano.status import ArticleProgress, PendingChanges, RoundProgress
    from goldspan.progress.agreement_so_far import AgreementSoFar
    from goldspan.progress.pace import ExpectedEnd, Gain
    from goldspan.progress.round_pace import AnnotatorPace, RoundPace

MISSING = "–"
TOGETHER = "all"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SOON = 300  # days ahead, up to which a date is written with its day
MANY = 20  # articles, from which on those in which nothing is going on are only counted
FEW, SHORT = 3, 12  # annotators beside each other in the table of articles, and columns of their names
DAY_NOTE = "last day: confirmed in the last 24 hours"
WEEK_NOTE = "a day: the pace of the last week"
END_NOTE = f"expected end: where the pace leads, its range of {level(LEVEL)}; pull: lines that a pull would write."


def annotator_table(progress: RoundProgress, pace: RoundPace) -> Table:
    """How far each annotator is, at which pace, and when they will be done."""
    pending = progress.pending
    shared = _shared_length([one.day for one in pace.annotators]), _shared_length([one.week for one in pace.annotators])
    rows = [_annotator_row(one, one.name, _to_pull_by(pending, one.name), pace, shared) for one in pace.annotators]
    if len(rows) > 1:
        rows.append(_annotator_row(pace.together, TOGETHER, _to_pull(pending.values()), pace, shared))
    notes = (
        f"last day: confirmed in the {shared[0]} since the first count" if shared[0] else DAY_NOTE,
        f"a day: the pace of the {shared[1]} since then" if shared[1] else WEEK_NOTE,
        *(["below them the time that is known, if it is less"] if not all(shared) else []),
        END_NOTE,
    )
    header = ("annotator", "assigned", "confirmed", "open", "last day", "a day", "expected end", "pull")
    return Table(f"{progress.name}: progress of each annotator", "; ".join(notes), header, tuple(rows))


def _shared_length(gains: Sequence[Gain | None]) -> str:
    """The time of which something is known, where it is less than was asked for and the same for all; else nothing."""
    lengths = {"" if one.is_whole else length(one.length) for one in gains if one is not None}
    return lengths.pop() if len(lengths) == 1 else ""


def _annotator_row(
    one: AnnotatorPace, name: str, to_pull: str, pace: RoundPace, shared: tuple[str, str]
) -> tuple[str, ...]:
    return (
        name,
        f"{one.assigned.examples:,.0f}",
        f"{one.confirmed.examples:,.0f}",
        f"{one.open.examples:,.0f}",
        last_day(one.day).removesuffix(f"\nin {shared[0]}"),
        pace_a_day(one.week).removesuffix(f"\nin {shared[1]}"),
        expected(one.end, pace),
        to_pull,
    )


def _to_pull_by(pending: Mapping[str, PendingChanges], name: str) -> str:
    return _to_pull([pending[name]]) if name in pending else MISSING


def _to_pull(changes: Iterable[PendingChanges]) -> str:
    return f"{sum(one.new + one.changed + one.withdrawn for one in changes):,}"


def last_day(found: Gain | None) -> str:
    """What was confirmed in the last 24 hours, or in the shorter time of which something is known."""
    if found is None:
        return MISSING
    return _signed(found.work.examples) + ("" if found.is_whole else f"\nin {length(found.length)}")


def pace_a_day(found: Gain | None) -> str:
    """The pace in examples per day, and since when it is known where that is less than was asked for."""
    pace = None if found is None else found.per_day
    if found is None or pace is None:
        return MISSING
    shown = f"{pace.examples:.1f}" if abs(pace.examples) < 100 else f"{pace.examples:,.0f}"
    return (shown if found.is_whole else f"{shown}\nin {length(found.length)}").replace("-", "−")


def expected(end: ExpectedEnd, pace: RoundPace) -> str:
    """When an annotator will be done, below it the range."""
    if end.day is None:
        return {"done": "done", "far": "in over 10 years"}.get(end.state, MISSING)
    return f"{shown_day(end.day, pace)}\n{shown_range(end, pace)}".strip()


def shown_range(end: ExpectedEnd, pace: RoundPace) -> str:
    """The range of an expected end; empty where there is none."""
    if not end.has_range or end.earliest is None:
        return ""
    first = shown_day(end.earliest, pace)
    if end.latest is None:
        return f"from {first} on"
    last = shown_day(end.latest, pace)
    return "" if first == last else f"{first}–{last}"


def shown_day(day: date, pace: RoundPace) -> str:
    """A day as `3 Dec`; one far ahead as `Dec 2028`."""
    ahead = (day - pace.now.astimezone(pace.zone).date()).days
    month = MONTHS[day.month - 1]
    return f"{day.day} {month}" if abs(ahead) <= SOON else f"{month} {day.year}"


def length(of: timedelta) -> str:
    """A length of time: `40 min`, `8 h`, `3.2 d`."""
    hours = of.total_seconds() / 3600
    if hours < 1:
        return f"{max(1, round(60 * hours))} min"
    return f"{hours:.0f} h" if hours < 24 else f"{hours / 24:.1f} d"


def _signed(number: float) -> str:
    return f"{round(number):,}".replace("-", "−")


def article_tables(progress: RoundProgress) -> Iterator[Table]:
    """How far the annotators are in each article: each of few, of many all together.

    Of many articles those are listed in which something is going on; the others are counted.
    """
    names = {one.member: one.folder for one in progress.annotators}
    apart = len(names) <= FEW and all(len(name) <= SHORT for name in names.values())
    articles, others = lively_articles(progress)
    header = ("article", "examples", *(names.values() if apart else ("confirmed + open", "not begun by")), "disputed")
    rows = [_article_row(article, names, apart=apart) for article in articles]
    if len(progress.articles) > 1:
        rows.append(_total_row(progress, names, apart=apart))
    each = "confirmed + open" if apart else "confirmed + open of all annotators"
    note = f"{each}; disputed: confirmed by several, with other spans. {others}".strip()
    yield Table(f"{progress.name}: articles", note, header, tuple(rows))


def lively_articles(progress: RoundProgress) -> tuple[list[ArticleProgress], str]:
    """The articles to be listed: of many those in which something is going on; and how many others there are."""
    if len(progress.articles) <= MANY:
        return [*progress.articles], ""
    names = [one.member for one in progress.annotators]
    kept, quiet = [], {"nobody has begun": 0, "confirmed by all, nothing disputed": 0}
    for article in progress.articles:
        done, waiting = (sum(of(name) for name in names) for of in (article.done.__getitem__, article.open))
        if article.id and not article.disputed and not done:
            quiet["nobody has begun"] += 1
        elif article.id and not article.disputed and not waiting:
            quiet["confirmed by all, nothing disputed"] += 1
        else:
            kept.append(article)
    others = (f"{amount(number, 'further article')}: {what}." for what, number in quiet.items() if number)
    return kept, " ".join(others)


def _article_row(article: ArticleProgress, names: Iterable[str], *, apart: bool) -> tuple[str, ...]:
    counts = [(article.done[one], article.open(one)) for one in names]
    name = article.id or "not of this corpus"
    return (name, f"{article.examples:,}", *_count_cells(counts, apart=apart), f"{len(article.disputed):,}")


def _count_cells(counts: Sequence[tuple[int, int]], *, apart: bool) -> Iterator[str]:
    if apart:
        yield from (f"{done:,} + {waiting:,}" for done, waiting in counts)
        return
    yield f"{sum(done for done, _ in counts):,} + {sum(waiting for _, waiting in counts):,}"
    yield f"{sum(not done and waiting > 0 for done, waiting in counts):,}"


def _total_row(progress: RoundProgress, names: Iterable[str], *, apart: bool) -> tuple[str, ...]:
    counts = [
        (sum(one.done[name] for one in progress.articles), sum(one.open(name) for one in progress.articles))
        for name in names
    ]
    return (TOGETHER, f"{progress.examples:,}", *_count_cells(counts, apart=apart), f"{len(progress.disputed):,}")


def agreement_table(found: AgreementSoFar) -> Table:
    """How far annotators agree so far, over all labels and by label."""
    rows = tuple(
        (row.label or "all labels", f"{row.spans:,}", with_interval(row.f1.estimate, row.f1)) for row in found.rows
    )
    of = amount(found.examples, "example")
    note = f"Exact-span F1, the mean over pairs of annotators, on the {of} that two have confirmed. {found.sentence}"
    return Table(f"Agreement so far, {found.kind}", note, ("label", "spans", "exact F1"), rows)


def headline(pace: RoundPace) -> str:
    """How far all are, in a sentence."""
    one = pace.together
    share = one.confirmed.examples / one.assigned.examples if one.assigned.examples else None
    if share is None:
        return "Nothing is assigned to anybody."
    if not one.open.examples:
        return "Everything is confirmed."
    rest = amount(int(one.open.examples), "reading")
    when = (
        ""
        if one.end.day is None
        else f"; at the pace of the last week the last is done on {shown_day(one.end.day, pace)}"
    )
    are = "is" if one.open.examples == 1 else "are"
    return f"{percent(share, 0)} % of the readings are confirmed, {rest} {are} open{when}."

"""The agreement of annotators as tables of text that fit a terminal of 100 columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.agreement.disagreements import KINDS, MEANING
from goldspan.agreement.meanings import HEADLINE, LONG_REPORT_ONLY, MEANINGS
from goldspan.agreement.over_time import HOW, both, moved, moves
from goldspan.agreement.wording import of_measure, on_ground, partly, spans_of
from goldspan.tables import Table, cut
from goldspan.wording import amount, beside, level, percent, signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.agreement.quality import Quality, Record, Stage
    from goldspan.agreement.report import Confusion, Report, Tally
    from goldspan.agreement.value import Cell
    from goldspan.scoring import Counts

WIDTH = 100
SHARE = len(percent(1.0, 1))
ELSEWHERE = "Label by label it is in --json and --html."
NAME = 24  # columns beyond which a name may be folded
TWO = 2
COUNTED = ("gold", "marked", "right")
COLUMNS = (HEADLINE, "relaxed_f1", "token_kappa", "u_alpha")
SHORT = {
    "exact_f1": "exact F1",
    "relaxed_f1": "relaxed F1",
    "token_kappa": "kappa, tokens",
    "u_alpha": "unitizing alpha",
}


def tables(report: Report) -> Iterator[Table]:
    """All tables that are not empty, in order; without the measures of `LONG_REPORT_ONLY`."""
    made = report.agreement
    yield coverage(report)
    if len(made.pairs) > 1:
        yield _cells("Pair by pair", "pair", {" – ".join(pair): part.overall for pair, part in made.pairs.items()})
    yield _cells("Label by label", "label", {**made.labels, "all labels": made.overall})
    if made.articles:
        yield _articles(made.articles)
    yield _measures(report)
    if report.tallies:
        yield _kinds(report.tallies)
        yield _confusion(report.confusion)
    if report.cases:
        yield _rules(report)
        yield _surfaces(report)


def coverage(report: Report) -> Table:
    """Who confirmed what, and who has nothing."""
    held = report.annotations
    rows = []
    for name in held.annotators:
        mine = held.of(name)
        others = sum(len(item.spans) >= TWO for item in mine)
        articles = len({item.article for item in mine})
        spans = sum(len(item.spans[name]) for item in mine)
        rows.append((name, *(f"{n:,}" for n in (len(mine), others, articles, spans, held.unread(name)))))
    header = ("annotator", "confirmed", "of these shared", "articles", "spans", "not confirmed")
    note = "Only what two have confirmed is compared: the examples that are shared."
    return Table("Who confirmed what", note, header, tuple(rows))


def _cells(title: str, of: str, cells: Mapping[str, Cell]) -> Table:
    """A row per cell; F1 in per cent with its interval, coefficients as they are."""
    rows = [_cell(name, cell) for name, cell in cells.items()]
    header = (of, "examples", "spans", *(SHORT[name] for name in COLUMNS))
    table = cut(title, header, rows)
    shown = {name: cells[name] for name, *_ in table.rows}
    return replace(table, note=". ".join(filter(None, (table.note, partly(shown)))))


def _cell(name: str, cell: Cell) -> tuple[str, ...]:
    values = (of_measure(measure, cell.values.get(measure)) for measure in COLUMNS)
    return name, f"{cell.examples:,}", spans_of(cell), *values


def _articles(articles: Mapping[str, Cell]) -> Table:
    """The worst first; those where agreement is undefined at the end."""
    made = _cells("Article by article, the worst first", "article", dict(worst_first(articles)))
    return replace(made, note=" ".join(filter(None, (made.note, one_sided_first(articles)))))


def one_sided_first(cells: Mapping[str, Cell]) -> str:
    """That some articles lead because somebody marked nothing there; nothing where there are none."""
    many = sum(cell.one_sided for cell in cells.values())
    those = "article" if many == 1 else amount(many, "article")
    return f"In the first {those} somebody marked nothing where others marked something." if many else ""


def worst_first(cells: Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    """Cells by their exact F1, the lowest first; those where it is undefined at the end.

    Before all come those in which somebody marked nothing and another something: the mean leaves that pair out, or is
    undefined, so that it does not show how far apart they are.
    """

    def key(one: tuple[str, Cell]) -> tuple[bool, bool, float, str]:
        f1 = one[1][HEADLINE].estimate
        return not one[1].one_sided, not one[1].one_sided and f1 is None, f1 or 0.0, one[0]

    return sorted(cells.items(), key=key)


def _measures(report: Report) -> Table:
    cell = report.agreement.overall
    rows = [
        (
            MEANINGS[name].title,
            of_measure(name, value),
            "; ".join(filter(None, (MEANINGS[name].meaning, on_ground(name, cell)))),
        )
        for name, value in cell.values.items()
        if name not in LONG_REPORT_ONLY
    ]
    note = (
        "F1 and shares are in per cent; 0 of a coefficient is what chance would bring, 1 is full agreement. Kappas and "
        "alpha on characters are in --html and --json."
    )
    return Table("All measures, over all labels", note, ("measure", "value", "what it says"), tuple(rows))


def _kinds(tallies: Mapping[tuple[str, str], Tally]) -> Table:
    rows = [(" – ".join(pair), *_tally(one)) for pair, one in tallies.items()]
    if len(rows) > 1:
        rows.append(("all pairs", *_tally(total(tallies.values()))))
    note = "; ".join(f"{kind}: {MEANING[kind]}" for kind in KINDS) + "."
    header = ("pair", "agreed", "boundary", "label", "split", "first alone", "second alone")
    return Table("What became of the spans", note, header, tuple(rows))


def total(tallies: Iterable[Tally]) -> Tally:
    """All tallies in one."""
    first, *rest = tallies
    for one in rest:
        first += one
    return first


def _tally(one: Tally) -> tuple[str, ...]:
    names = ("agreed", "boundary", "label", "split", "first_alone", "second_alone")
    return tuple(f"{getattr(one, name):,}" for name in names)


def _confusion(found: Confusion) -> Table:
    """The matrix where it fits, or else the pairs of labels that meet most often."""
    names, counts = found.labels, found.rows
    title = f"Labels of {found.first} (rows) and of {found.second} (columns)" if found.first else "Labels that met"
    note = "“none”: the other marked nothing there." + ("" if found.first else " Over all pairs; read either way.")
    if sum(len(name) + 2 for name in names) + max(map(len, names)) <= WIDTH:
        rows = [(name, *(f"{n:,}" for n in row)) for name, row in zip(names, counts, strict=True)]
        return Table(title, note, ("", *names), tuple(rows))
    pairs = {
        tuple(sorted((one, other))): number
        for one, row in zip(names, counts, strict=True)
        for other, number in zip(names, row, strict=True)
        if number and one != other
    }
    rows = [(one, other, f"{n:,}") for (one, other), n in sorted(pairs.items(), key=lambda row: (-row[1], row[0]))]
    return cut("Labels that met others most often", ("label", "other", "times"), rows)


def _rules(report: Report) -> Table:
    rows = []
    for rules, cases in report.by_rule.items():
        kinds = [case.dispute.kind for case in cases]
        each = ", ".join(f"{kind} {kinds.count(kind)}" for kind in KINDS if kind in kinds)
        rows.append((rules, report.titles(cases[0]), f"{len(cases):,}", each))
    header = ("rule", "what it is about", "places", "of which kind")
    return cut("Rules of the guidelines that the disagreements fall under", header, rows)


def _surfaces(report: Report) -> Table:
    rows = [
        (
            one.words,
            f"{one.disputed:,}",
            f"{one.agreed:,}",
            ", ".join(f"{label} {n:,}" for label, n in one.labels.items()),
        )
        for one in report.surfaces
    ]
    header = ("words", "disputed", "agreed", "marked where they are disputed")
    return cut("Words that are disputed most often", header, rows)


def against(record: Record, share: float) -> Iterator[Table]:
    """One annotator against gold: by label, and in the order of the articles.

    Args:
        record: of the annotator.
        share: the level of the intervals.
    """
    rows = [(name, *_quality(one)) for name, one in record.labels.items()]
    rows.append(("all labels", *_quality(record.overall)))
    ends = f"{level(share)} interval"
    title = f"{record.annotator} against gold, {amount(record.examples, 'example')}"
    yield Table(title, "", ("label", *COUNTED, f"precision, {ends}", f"recall, {ends}", "F1"), tuple(rows))
    shares = (*COUNTED, "precision", "recall", "F1")
    if len(record.stages) > 1:
        stages = [(one.article, one.guidelines or "–", *_shares(one.counts)) for one in record.stages]
        title = f"{record.annotator}, article by article in the order of the manifest"
        overall = cut(title, ("article", "guidelines", *shares), stages)
        yield from _parted(overall, _over_time(record), f"{moved(record)} {ELSEWHERE}")
    if len(record.versions) > 1:
        versions = [(one.guidelines or "–", *_shares(one.counts)) for one in record.versions]
        overall = cut(f"{record.annotator}, by version of the guidelines", ("guidelines", *shares), versions)
        by = {one.guidelines or "–": one.labels for one in record.versions}
        table = _matrix(f"{record.annotator}, label by label and version", "guidelines", by, f"In each cell: {HOW}")
        yield from _parted(overall, table, ELSEWHERE)


def _parted(overall: Table, labels: Table | None, otherwise: str) -> tuple[Table, ...]:
    """A table over all labels, and that of each; or what there is to say where there is none of these."""
    return (overall, labels) if labels else (_noting(overall, otherwise),)


def _noting(table: Table, note: str) -> Table:
    return replace(table, note=" ".join(filter(None, (table.note, note))))


def _over_time(record: Record) -> Table | None:
    """Articles down, labels across, where that fits; or else a row for each label that two articles have, if any."""
    by = {one.article: one.labels for one in record.stages}
    note = f"{moved(record)} In each cell: {HOW}"
    if table := _matrix(f"{record.annotator}, label by label and article", "article", by, note):
        return table
    rows = [
        (move.label, *(_in_short(end, move.label) for end in (move.first, move.last)), signed(move.change))
        for move in moves(record)
    ]
    title = f"{record.annotator}, F1 in the first article that has a label and in the last, what moved most first"
    made = cut(title, ("label", "first", "last", "change"), rows)
    return _noting(made, moved(record)) if rows else None


def _in_short(stage: Stage, label: str) -> str:
    return f"{percent(stage.labels[label].f1)} in {stage.article}"


def _matrix(title: str, of: str, by: Mapping[str, Mapping[str, Counts]], note: str) -> Table | None:
    """Precision and recall of each label in a row for each stage; None where they are too many for the terminal."""
    rows = [(name, *(both(counts, SHARE) for counts in labels.values())) for name, labels in by.items()]
    table = cut(title, (of, *next(iter(by.values()))), rows)
    first, *rest = (max(map(len, column)) for column in zip(table.header, *table.rows, strict=True))
    if sum(2 + width for width in (min(first, NAME), *rest)) > WIDTH:
        return None
    return _noting(table, note)


def _quality(one: Quality) -> tuple[str, ...]:
    counts = one.counts
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    ends = ((counts.precision, one.precision), (counts.recall, one.recall))
    return *numbers, *(beside(share, span if share is not None else None) for share, span in ends), percent(counts.f1)


def _shares(counts: Counts) -> tuple[str, ...]:
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    return *numbers, *(percent(share) for share in (counts.precision, counts.recall, counts.f1))

"""The agreement of annotators as tables of text that fit a terminal of 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement.disagreements import KINDS, MEANING
from goldspan.agreement.meanings import HEADLINE, MEANINGS
from goldspan.agreement.wording import of_measure, spans_of
from goldspan.tables import Table, cut
from goldspan.wording import amount, beside, level, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.agreement.quality import Quality, Record
    from goldspan.agreement.report import Confusion, Report, Tally
    from goldspan.agreement.value import Cell
    from goldspan.scoring import Counts

WIDTH = 100
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
    """All tables that have something to tell, in order."""
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
    return cut(title, header, rows)


def _cell(name: str, cell: Cell) -> tuple[str, ...]:
    values = (of_measure(measure, cell.values.get(measure)) for measure in COLUMNS)
    return name, f"{cell.examples:,}", spans_of(cell), *values


def _articles(articles: Mapping[str, Cell]) -> Table:
    """The worst first; those where agreement is undefined at the end."""
    return _cells("Article by article, the worst first", "article", dict(worst_first(articles)))


def worst_first(cells: Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    """Cells by their exact F1, the lowest first; those where it is undefined at the end."""

    def key(one: tuple[str, Cell]) -> tuple[bool, float, str]:
        f1 = one[1][HEADLINE].estimate
        return f1 is None, f1 or 0.0, one[0]

    return sorted(cells.items(), key=key)


def _measures(report: Report) -> Table:
    cell = report.agreement.overall
    rows = [
        (MEANINGS[name].title, of_measure(name, value), MEANINGS[name].meaning) for name, value in cell.values.items()
    ]
    note = "F1 and shares are in per cent; 0 of a coefficient is what chance would bring, 1 is full agreement."
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
        yield cut(title, ("article", "guidelines", *shares), stages)
    if len(record.versions) > 1:
        versions = [(name or "–", *_shares(counts)) for name, counts in record.versions.items()]
        yield cut(f"{record.annotator}, by version of the guidelines", ("guidelines", *shares), versions)


def _quality(one: Quality) -> tuple[str, ...]:
    counts = one.counts
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    ends = ((counts.precision, one.precision), (counts.recall, one.recall))
    return *numbers, *(beside(share, span if share is not None else None) for share, span in ends), percent(counts.f1)


def _shares(counts: Counts) -> tuple[str, ...]:
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    return *numbers, *(percent(share) for share in (counts.precision, counts.recall, counts.f1))

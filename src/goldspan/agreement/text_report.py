"""How the agreement of annotators is put into words, in the terminal and on the page alike.

The agreement of annotators as tables of text that fit a terminal of 100 columns.

The agreement of each two annotators as one table, for statistics and data cards.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from goldspan.agreement.disagreements import KINDS, MEANING
from goldspan.agreement.measures import HEADLINE, LONG_REPORT_ONLY, MEASURES
from goldspan.annotation import same_spans
from goldspan.report.text import (
    UNDEFINED,
    Table,
    amount,
    beside,
    brackets,
    cut_cell,
    enumerate_names,
    level,
    percent,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.agreement import Agreement, MeasureGroup
    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord, ArticleScore, ScoreEstimate
    from goldspan.agreement.intervals import Estimate, MeasureSet
    from goldspan.agreement.report import AgreementReport, AnnotatorConfusion, PairTally
    from goldspan.evaluation.result import Counts

FULL = 1.0
NEGLIGIBLE = 0.01  # the share of the draws that need not be spoken of if they do not count
PLACES = 12  # that are named of those for which a measure is undefined
MEANS = (
    "F1 and Cohen's kappa are means over the pairs in which both marked something; the other measures count those who "
    "marked none, too."
)
APART = (
    " No two of them share an example: where these are the articles of one annotator, name a file or folder for each "
    "annotator, or the folder that holds these."
)


def title(report: AgreementReport) -> str:
    """What the report is about."""
    return f"Agreement of {enumerate_names(report.annotations.annotators, empty='nobody')}"


def headline(report: AgreementReport) -> str:
    """How far they agree, in one sentence."""
    cell, compared = report.agreement.overall, report.agreement.compared
    value = cell[HEADLINE]
    if value.estimate is None:
        why = value.undefined.sentence if value.undefined else "there is no interval"
        return f"How far they agree is undefined: {why}.{APART if _apart(report) else ''}"
    many = len(compared) > 2
    who = f"Any two of {len(compared)} annotators" if many else f"{compared[0]} and {compared[1]}"
    said = f"{who} mark {percent(value.estimate, 1)} of 100 spans alike{' on average' if many else ''}"
    ends = f" {brackets(value)}" if brackets(value) else ""
    ground = f"{amount(cell.examples, 'example')} of {amount(_article_count(report), 'article')}"
    by = "at least two" if many else "both"
    mean = f", the mean over {amount(_defined(report), 'pair')}" if many else ""
    return f"{said}{ends} (exact-span F1{mean}), in the {ground} that {by} confirmed."


def remarks(report: AgreementReport, *, leave_out: Collection[str] = ()) -> list[str]:
    """How to read what is there, and what is not in it.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    flattering = ["Gold that was made from these very readings flatters them."] if report.records else []
    return [
        *_set_aside(report),
        *_not_told(report),
        *_draws(report, leave_out),
        *_without_variation(report),
        *flattering,
    ]


def undefined(report: AgreementReport, *, leave_out: Collection[str] = ()) -> list[str]:
    """Each reason for which something is undefined, with all that it holds for.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    found = _gathered(
        ((where, _without(cell.values, leave_out)) for where, cell in _measure_sets(report)),
        lambda value: value.undefined.sentence if value.undefined else None,
    )
    return [f"{where}: {why}." for why, where in found.items()]


def partly(cells: Mapping[str, MeasureSet]) -> str:
    """Of which cells the means rest on some of the pairs alone, and who has nothing there; empty if of none."""
    said = [f"{name}: {of_pairs(cell)}." for name, cell in cells.items() if of_pairs(cell)]
    return " ".join([*said, MEANS]) if said else ""


def of_pairs(cell: MeasureSet) -> str:
    """On how many of the pairs the means of a cell rest, where these are not all, and who marked nothing there."""
    coverage = cell.coverage
    if not 0 < coverage.counted < coverage.pairs:
        return ""
    nothing = f"; {enumerate_names(cell.without_spans)} marked none" if cell.without_spans else ""
    return f"{coverage.counted:,} of {coverage.pairs:,} pairs{nothing}"


def on_ground(name: str, cell: MeasureSet) -> str:
    """On how many examples a measure rests that takes what all have read, where these are not all; else nothing."""
    if MEASURES[name].scope != "common" or cell.coverage.common == cell.examples:
        return ""
    return f"on {cell.coverage.common:,} of {amount(cell.examples, 'example')}"


def of_measure(name: str, value: Estimate | None) -> str:
    """A value as its measure is written, with its interval; a dash where the measure does not apply."""
    return "–" if value is None else f"{number(name, value)} {ends(name, value)}".rstrip()


def number(name: str, value: Estimate) -> str:
    """A value without its interval: F1 and shares in per cent, coefficients as they are."""
    if value.estimate is None:
        return UNDEFINED
    return percent(value.estimate) if MEASURES[name].scale == "per cent" else f"{value.estimate:.3f}"


def ends(name: str, value: Estimate) -> str:
    """The interval of a value in brackets; nothing where there is none."""
    if value.estimate is None or value.low is None or value.high is None:
        return ""
    return brackets(value) if MEASURES[name].scale == "per cent" else f"[{value.low:.2f}, {value.high:.2f}]"


def spans_of(cell: MeasureSet) -> str:
    """How many spans there are: of each of two annotators, of more all together."""
    numbers = cell.spans.values()
    return " / ".join(f"{n:,}" for n in numbers) if len(cell.spans) == 2 else f"{sum(numbers):,}"


def _article_count(report: AgreementReport) -> int:
    compared = set(report.agreement.compared)
    return len({item.article for item in report.annotations.items if len(compared & item.spans.keys()) >= 2})


def _apart(report: AgreementReport) -> bool:
    """Whether several annotators confirmed something, and no two of them the same."""
    items = report.annotations.items
    return len({name for item in items for name in item.spans}) >= 2 and all(len(item.spans) < 2 for item in items)


def _defined(report: AgreementReport) -> int:
    pairs = report.agreement.pairs.items()
    compared = set(report.agreement.compared)
    return sum(part.overall[HEADLINE].estimate is not None for pair, part in pairs if compared.issuperset(pair))


def _set_aside(report: AgreementReport) -> Iterator[str]:
    annotations = report.annotations
    for name in annotations.annotators:
        if not annotations.of(name):
            yield f"{name} has confirmed nothing, and takes no part."
        elif name not in report.agreement.compared:
            yield f"{name} {_why(annotations, name)}: no number over all and no disagreement is about {name}."


def _why(annotations: Annotations, name: str) -> str:
    """Why somebody who confirmed something is not compared."""
    shared = [item.spans[name] for item in annotations.of(name) if len(item.spans) >= 2]
    if not shared:
        return "shares no example with anybody"
    if any(shared):
        return "marked something only where nobody has read, too, who is compared"
    return "marked nothing in what others have read, too"


def _not_told(report: AgreementReport) -> Iterator[str]:
    left_out, assumed = len(report.annotations.left_out), report.annotations.assumed
    if left_out:
        yield f"{amount(left_out, 'example')} did not count, for the annotator had not confirmed them or rejected them."
    if assumed:
        yield (
            f"The files of {enumerate_names(assumed)} do not say what was confirmed. All of it is taken to be, and an "
            "example that was never opened looks like one in which nothing is to be marked."
        )


def _without(values: Mapping[str, Estimate], leave_out: Collection[str]) -> dict[str, Estimate]:
    return {name: value for name, value in values.items() if name not in leave_out}


def _draws(report: AgreementReport, leave_out: Collection[str]) -> Iterator[str]:
    """Which draws do not count, and what has no interval; nothing of articles, whose intervals are by example."""
    agreement = report.agreement
    if agreement.units < 2:
        return  # said once, of all
    parts = [("all labels", agreement.overall), *agreement.labels.items()]
    if len(agreement.pairs) > 1:
        parts += [(" – ".join(pair), part.overall) for pair, part in agreement.pairs.items()]
    drawn, lacking = agreement.settings.resamples, []
    for where, cell in parts:
        bounded = [value for value in _without(cell.values, leave_out).values() if value.low is not None]
        most = max((value.undefined_resamples for value in bounded), default=0)
        if most > NEGLIGIBLE * drawn:
            lacking.append(f"{most:,} for {where}")
    if lacking:
        yield (
            "A draw that lacks a pair or a label that a measure is about does not count for its interval: of "
            f"{drawn:,} draws up to {_some(lacking)}. A pair that shares one article or two adds little to the width "
            "of such an interval: take it for the least that is uncertain."
        )
    defined = (
        (where, {n: value for n, value in _without(cell.values, leave_out).items() if value.estimate is not None})
        for where, cell in parts
    )
    reasons = _gathered(defined, lambda value: value.no_interval.sentence if value.no_interval else None)
    yield from (f"No interval for {where}: {why}." for why, where in reasons.items())


def _without_variation(report: AgreementReport) -> Iterator[str]:
    value = report.agreement.overall[HEADLINE]
    if value.estimate == FULL and value.low == FULL:
        yield (
            "An interval of [100, 100] does not say that the next article will be read alike. Nothing differs here, so "
            "nothing differs in any corpus drawn from it: the bootstrap cannot see what it was not shown. And where "
            "readings are the same in every span, either nothing was left to judgement, or they were not made "
            "independently."
        )


def _measure_sets(report: AgreementReport) -> Iterator[tuple[str, MeasureSet]]:
    agreement = report.agreement
    if not agreement.compared or agreement.overall[HEADLINE].undefined:
        yield "all labels", agreement.overall
        return
    yield "all labels", agreement.overall
    yield from agreement.labels.items()
    yield from agreement.articles.items()
    if len(agreement.pairs) > 1:
        yield from ((" – ".join(pair), part.overall) for pair, part in agreement.pairs.items())


def _gathered(
    cells: Iterable[tuple[str, Mapping[str, Estimate]]], why_of: Callable[[Estimate], str | None]
) -> dict[str, str]:
    """By reason, where it holds: places that lack the same measures together, and these named once, unless it is all.

    Args:
        cells: the places by name, with the values there by measure.
        why_of: gives the reason that a value has for lacking something, if it has one.
    """
    reasons: dict[str, dict[str, list[str]]] = {}
    for where, values in cells:
        lacking: dict[str, list[str]] = {}
        for name, value in values.items():
            if why := why_of(value):
                lacking.setdefault(why, []).append(MEASURES[name].title)
        for why, names in lacking.items():
            what = "" if len(names) == len(values) else f" ({', '.join(names)})"
            reasons.setdefault(why, {}).setdefault(what, []).append(where)
    return {
        why: "; ".join(f"{_some(places)}{what}" for what, places in found.items()) for why, found in reasons.items()
    }


def _some(places: Sequence[str]) -> str:
    return enumerate_names(places, most=PLACES)


WIDTH = 100
SHARE = len(percent(1.0, 1))
ELSEWHERE = "Label by label it is in --json and --html."
NAME = 24  # columns beyond which a name may be folded
COUNTED = ("gold", "marked", "right")
COLUMNS = tuple(measure for measure in MEASURES.values() if measure.in_columns)


def tables(report: AgreementReport) -> Iterator[Table]:
    """All tables that are not empty, in order; without the measures of `LONG_REPORT_ONLY`."""
    made = report.agreement
    yield coverage(report)
    if len(made.pairs) > 1:
        yield _measure_rows(
            "Pair by pair", "pair", {" – ".join(pair): part.overall for pair, part in made.pairs.items()}
        )
    yield _measure_rows("Label by label", "label", {**made.labels, "all labels": made.overall})
    if made.articles:
        yield _article_table(made.articles)
    yield _measures(report)
    if report.tallies:
        yield _kinds(report.tallies)
        yield _confusion(report.confusion)
    if report.cases:
        yield _rules(report)
        yield _surfaces(report)


def coverage(report: AgreementReport) -> Table:
    """Who confirmed what, and who has nothing."""
    held = report.annotations
    rows = []
    for name in held.annotators:
        mine = held.of(name)
        others = sum(len(item.spans) >= 2 for item in mine)
        articles = len({item.article for item in mine})
        spans = sum(len(item.spans[name]) for item in mine)
        rows.append((name, *(f"{n:,}" for n in (len(mine), others, articles, spans, held.unread(name)))))
    header = ("annotator", "confirmed", "of these shared", "articles", "spans", "not confirmed")
    note = "Only what two have confirmed is compared: the examples that are shared."
    return Table("Who confirmed what", note, header, tuple(rows))


def _measure_rows(title: str, of: str, cells: Mapping[str, MeasureSet]) -> Table:
    """A row per cell; F1 in per cent with its interval, coefficients as they are."""
    rows = [_cell(name, cell) for name, cell in cells.items()]
    header = (of, "examples", "spans", *(measure.short for measure in COLUMNS))
    table = cut_cell(title, header, rows)
    shown = {name: cells[name] for name, *_ in table.rows}
    return replace(table, note=". ".join(filter(None, (table.note, partly(shown)))))


def _cell(name: str, cell: MeasureSet) -> tuple[str, ...]:
    values = (of_measure(measure.id, cell.values.get(measure.id)) for measure in COLUMNS)
    return name, f"{cell.examples:,}", spans_of(cell), *values


def _article_table(articles: Mapping[str, MeasureSet]) -> Table:
    """The worst first; those where agreement is undefined at the end."""
    made = _measure_rows("Article by article, the worst first", "article", dict(worst_first(articles)))
    return replace(made, note=" ".join(filter(None, (made.note, one_sided_first(articles)))))


def one_sided_first(cells: Mapping[str, MeasureSet]) -> str:
    """That some articles lead because somebody marked nothing there; nothing where there are none."""
    many = sum(cell.one_sided for cell in cells.values())
    those = "article" if many == 1 else amount(many, "article")
    return f"In the first {those} somebody marked nothing where others marked something." if many else ""


def worst_first(cells: Mapping[str, MeasureSet]) -> list[tuple[str, MeasureSet]]:
    """Cells by their exact F1, the lowest first; those where it is undefined at the end.

    Before all come those in which somebody marked nothing and another something: the mean leaves that pair out, or is
    undefined, so that it does not show how far apart they are.
    """

    def key(one: tuple[str, MeasureSet]) -> tuple[bool, bool, float, str]:
        f1 = one[1][HEADLINE].estimate
        return not one[1].one_sided, not one[1].one_sided and f1 is None, f1 or 0.0, one[0]

    return sorted(cells.items(), key=key)


def _measures(report: AgreementReport) -> Table:
    cell = report.agreement.overall
    rows = [
        (
            MEASURES[name].title,
            of_measure(name, value),
            "; ".join(filter(None, (MEASURES[name].meaning, on_ground(name, cell)))),
        )
        for name, value in cell.values.items()
        if name not in LONG_REPORT_ONLY
    ]
    note = (
        "F1 and shares are in per cent; 0 of a coefficient is what chance would bring, 1 is full agreement. Kappas and "
        "alpha on characters are in --html and --json."
    )
    return Table("All measures, over all labels", note, ("measure", "value", "what it says"), tuple(rows))


def _kinds(tallies: Mapping[tuple[str, str], PairTally]) -> Table:
    rows = [(" – ".join(pair), *_tally(one)) for pair, one in tallies.items()]
    if len(rows) > 1:
        rows.append(("all pairs", *_tally(total(tallies.values()))))
    note = "; ".join(f"{kind}: {MEANING[kind]}" for kind in KINDS) + "."
    header = ("pair", "agreed", "boundary", "label", "split", "first alone", "second alone")
    return Table("What became of the spans", note, header, tuple(rows))


def total(tallies: Iterable[PairTally]) -> PairTally:
    """All tallies in one."""
    first, *rest = tallies
    for one in rest:
        first += one
    return first


def _tally(one: PairTally) -> tuple[str, ...]:
    names = ("agreed", "boundary", "label", "split", "first_alone", "second_alone")
    return tuple(f"{getattr(one, name):,}" for name in names)


def _confusion(found: AnnotatorConfusion) -> Table:
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
    return cut_cell("Labels that met others most often", ("label", "other", "times"), rows)


def _rules(report: AgreementReport) -> Table:
    rows = []
    for rules, cases in report.by_rule.items():
        kinds = [case.kind for case in cases]
        each = ", ".join(f"{kind} {kinds.count(kind)}" for kind in KINDS if kind in kinds)
        rows.append((rules, report.rule_titles(cases[0]), f"{len(cases):,}", each))
    header = ("rule", "what it is about", "places", "of which kind")
    return cut_cell("Rules of the guidelines that the disagreements fall under", header, rows)


def _surfaces(report: AgreementReport) -> Table:
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
    return cut_cell("Words that are disputed most often", header, rows)


DASH = "–"
HOW = "precision / recall in per cent; – where the annotator marked no span of the label, or gold has none."


def trend_sentence(record: AnnotatorRecord) -> str:
    """Which label's F1 changed most, in a sentence, with the number of gold spans that it rests on."""
    if not record.trends:
        return "No label is in two articles, so there is no trend."
    most = record.trends[0]
    if not most.change:
        return "No label has a different F1 in the last article that has it than in the first."
    first, last = (_trend_end(article, most.label) for article in (most.first, most.last))
    return f"{most.label} changed most: F1 from {first} to {last}, {signed(most.change)} points."


def _trend_end(article: ArticleScore, label: str) -> str:
    counts = article.labels[label]
    return f"{percent(counts.f1)} in {article.article} ({amount(counts.gold, 'gold span')})"


def precision_recall(counts: Counts, width: int = 0) -> str:
    """Precision and recall in short, e.g. `87.5 / 100.0`, each padded to a width."""
    shares = (counts.precision, counts.recall)
    return " / ".join((DASH if share is None else percent(share, 1)).rjust(width) for share in shares)


def against(record: AnnotatorRecord, share: float) -> Iterator[Table]:
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
    if len(record.articles) > 1:
        stages = [(one.article, one.guidelines or "–", *_shares(one.counts)) for one in record.articles]
        title = f"{record.annotator}, article by article in the order of the manifest"
        overall = cut_cell(title, ("article", "guidelines", *shares), stages)
        yield from _parted(overall, _over_time(record), f"{trend_sentence(record)} {ELSEWHERE}")
    if len(record.versions) > 1:
        versions = [(one.guidelines or "–", *_shares(one.counts)) for one in record.versions]
        overall = cut_cell(f"{record.annotator}, by version of the guidelines", ("guidelines", *shares), versions)
        by = {one.guidelines or "–": one.labels for one in record.versions}
        table = _matrix(f"{record.annotator}, label by label and version", "guidelines", by, f"In each cell: {HOW}")
        yield from _parted(overall, table, ELSEWHERE)


def _parted(overall: Table, labels: Table | None, otherwise: str) -> tuple[Table, ...]:
    """A table over all labels, and that of each; or what there is to say where there is none of these."""
    return (overall, labels) if labels else (_noting(overall, otherwise),)


def _noting(table: Table, note: str) -> Table:
    return replace(table, note=" ".join(filter(None, (table.note, note))))


def _over_time(record: AnnotatorRecord) -> Table | None:
    """Articles down, labels across, where that fits; or else a row for each label that two articles have, if any."""
    by = {one.article: one.labels for one in record.articles}
    note = f"{trend_sentence(record)} In each cell: {HOW}"
    if table := _matrix(f"{record.annotator}, label by label and article", "article", by, note):
        return table
    rows = [
        (trend.label, *(_in_short(end, trend.label) for end in (trend.first, trend.last)), signed(trend.change))
        for trend in record.trends
    ]
    title = f"{record.annotator}, F1 in the first article that has a label and in the last, the largest change first"
    made = cut_cell(title, ("label", "first", "last", "change"), rows)
    return _noting(made, trend_sentence(record)) if rows else None


def _in_short(stage: ArticleScore, label: str) -> str:
    return f"{percent(stage.labels[label].f1)} in {stage.article}"


def _matrix(title: str, of: str, by: Mapping[str, Mapping[str, Counts]], note: str) -> Table | None:
    """Precision and recall of each label in a row for each stage; None where they are too many for the terminal."""
    rows = [(name, *(precision_recall(counts, SHARE) for counts in labels.values())) for name, labels in by.items()]
    table = cut_cell(title, (of, *next(iter(by.values()))), rows)
    first, *rest = (max(map(len, column)) for column in zip(table.header, *table.rows, strict=True))
    if sum(2 + width for width in (min(first, NAME), *rest)) > WIDTH:
        return None
    return _noting(table, note)


def _quality(one: ScoreEstimate) -> tuple[str, ...]:
    counts = one.counts
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    ends = ((counts.precision, one.precision), (counts.recall, one.recall))
    return *numbers, *(beside(share, span if share is not None else None) for share, span in ends), percent(counts.f1)


def _shares(counts: Counts) -> tuple[str, ...]:
    numbers = (f"{n:,}" for n in (counts.gold, counts.predicted, counts.true_positives))
    return *numbers, *(percent(share) for share in (counts.precision, counts.recall, counts.f1))


TITLE = "Agreement of the passes"
NOTE = (
    "F1 of one reading against the other, in what both confirmed: same start, same end, same label. Nothing else "
    "counts as agreement."
)
UNVARIED = (
    " An interval of [100, 100] says that nothing differs here, and so in no corpus drawn from it; not that the next "
    "article will be read alike."
)


def table(annotations: Annotations, agreement: Agreement, labels: Sequence[str]) -> Table | None:
    """The table; None where there are not two annotators.

    Args:
        annotations: of any number of annotators.
        agreement: of these.
        labels: in the order wanted.
    """
    parts = agreement.pairs
    rows = [row for pair, part in parts.items() for row in _rows(annotations, pair, part, labels)]
    if not rows:
        return None
    values = [cell[HEADLINE] for part in parts.values() for cell in (part.overall, *part.labels.values())]
    unvaried = any(value.estimate == FULL and value.low == FULL for value in values)
    note = f"{NOTE} {agreement.sentence}{UNVARIED if unvaried else ''}"
    header = ("passes and label", "first", "second", "same", f"F1, {level(agreement.settings.level)} interval")
    return Table(TITLE, note, header, tuple(rows))


def _rows(
    annotations: Annotations, pair: tuple[str, str], part: MeasureGroup, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    first, second = pair
    both = annotations.shared(first, second)
    same = [span.label for item in both for span in same_spans(item.spans[first], item.spans[second])]
    cells: list[tuple[str, MeasureSet, int]] = [(name, part.labels[name], same.count(name)) for name in labels]
    for name, cell, number in (*cells, ("all", part.overall, len(same))):
        spans = (f"{cell.spans[who]:,}" for who in pair)
        yield f"{first} – {second}: {name}", *spans, f"{number:,}", _said(cell[HEADLINE])


def _said(value: Estimate) -> str:
    return "–" if value.estimate is None else f"{100 * value.estimate:.1f} {brackets(value)}".rstrip()


def report_json(report: AgreementReport) -> dict[str, Any]:
    """The report for `--json`, see `schema.md`; all of it by name."""
    annotations = report.annotations
    return {
        "headline": headline(report),
        "coverage": annotations.json(),
        "left_out": [{**asdict(one), "file": one.file and str(one.file)} for one in annotations.left_out],
        "agreement": report.agreement.json(),
        "kinds": [{"first": a, "second": b, **asdict(tally)} for (a, b), tally in report.tallies.items()],
        "confusion": asdict(report.confusion),
        "surfaces": [surface.json() for surface in report.surfaces],
        "rules": [
            {"rules": list(cases[0].attribution.rules) if cases[0].attribution else [], "places": len(cases)}
            for cases in report.by_rule.values()
        ],
        "disagreements": [case.json() for case in report.cases],
        "against_gold": [record.json() for record in report.records] or None,
        "undefined": undefined(report),
        "remarks": remarks(report),
    }

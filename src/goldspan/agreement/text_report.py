"""The report on agreement in words: its headline, its remarks, what is undefined, and its tables for a terminal."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from goldspan.agreement import report_tables
from goldspan.agreement.measures import HEADLINE, LONG_REPORT_ONLY, MEASURES
from goldspan.report.text import Table, amount, brackets, enumerate_names, percent, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from goldspan.agreement.annotator_record import AnnotatorRecord, ArticleScore
    from goldspan.agreement.intervals import Estimate, MeasureSet
    from goldspan.agreement.report import AgreementReport

NEGLIGIBLE = 0.01  # the share of resamples without a value that is not worth a remark
MAX_PLACES = 12  # that are named of those for which a measure is undefined
WIDTH = 100
NAME_WIDTH = 24  # columns beyond which a name may be folded
MEANS = (
    "Who confirmed and marked none counts. Pairwise measures are means over the pairs of which at least one marked "
    "something."
)
LABELS_ELSEWHERE = "The scores of each label are in --json and --html."


def title(report: AgreementReport) -> str:
    """What the report is about."""
    aided = ", who saw suggestions" if is_aided(report) else ""
    return f"Agreement of {enumerate_names(report.annotations.annotators, empty='nobody')}{aided}"


def is_aided(report: AgreementReport) -> bool:
    """Whether all that the report is about was read with suggestions."""
    return report.annotations.conditions == ("aided",)


def headline(report: AgreementReport) -> str:
    """How far they agree, or what is missing and what to do, in one sentence."""
    annotators = report.annotations.annotators
    if len(annotators) == 1 and report.records:
        return f"There is one pass alone, that of {annotators[0]}, so it is compared with gold and nobody else."
    if len(annotators) == 1:
        return (
            f"There is one pass alone, that of {annotators[0]}: agreement needs a second annotator who confirmed the "
            "same examples, so name a file or folder for each, or pull another pass; --against gold compares it with "
            "gold."
        )
    overall, compared = report.agreement.overall, report.agreement.compared
    value = overall[HEADLINE]
    if value.estimate is None:
        why = value.undefined.sentence if value.undefined else "there is no interval"
        return f"How far they agree is undefined: {why}.{_no_shared_example(report)}"
    several = len(compared) > 2
    who = f"Any two of {len(compared)} annotators" if several else f"{compared[0]} and {compared[1]}"
    who += ", who saw suggestions," if is_aided(report) else ""
    statement = f"{who} agree on {percent(value.estimate, 1)} of 100 spans{' on average' if several else ''}"
    interval = f" {brackets(value)}" if brackets(value) else ""
    mean = f", the mean over {amount(_defined_pairs(report), 'pair')}" if several else ""
    basis = f"{amount(overall.examples, 'example')} of {amount(_shared_articles(report), 'article')}"
    by = "at least two" if several else "both"
    assumed = report_tables.assumption([overall])
    sentence = f"{statement}{interval} (exact-span F1{mean}), in the {basis} that {by} confirmed."
    return f"{sentence} {assumed}".rstrip()


def _no_shared_example(report: AgreementReport) -> str:
    """What to do if several annotators confirmed something, and no two of them the same; empty otherwise."""
    items = report.annotations.items
    if len({name for item in items for name in item.spans}) < 2 or any(len(item.spans) > 1 for item in items):
        return ""
    return (
        " No two of them share an example: if these are the articles of one annotator, name one file or folder for "
        "each annotator, or the folder that holds these."
    )


def _shared_articles(report: AgreementReport) -> int:
    compared = set(report.agreement.compared)
    return len({item.article for item in report.annotations.items if len(compared & item.spans.keys()) >= 2})


def _defined_pairs(report: AgreementReport) -> int:
    pairs = report.agreement.pairs.items()
    compared = set(report.agreement.compared)
    return sum(part.overall[HEADLINE].estimate is not None for pair, part in pairs if compared.issuperset(pair))


def remarks(report: AgreementReport, *, leave_out: Collection[str] = ()) -> list[str]:
    """How to read the report, and what is not in it.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    return [
        *warnings(report),
        *_incomplete_resamples(report, leave_out),
        *_no_variation(report),
        *_assumed_language(report),
        *(["Gold that was made from these passes flatters them."] if report.records else []),
    ]


def warnings(report: AgreementReport) -> list[str]:
    """What must be known before the numbers are used: whose work is missing, empty, or was read with suggestions."""
    return [
        *_aided_readings(report),
        *_excluded_annotators(report),
        *_empty_passes(report),
        *_excluded_examples(report),
    ]


def _aided_readings(report: AgreementReport) -> Iterator[str]:
    if is_aided(report):
        yield (
            "All of this was read with suggestions. Annotators who kept the same suggestion agree, whether it is right "
            "or not, so these numbers do not say how far annotators agree who read alone."
        )


def _excluded_annotators(report: AgreementReport) -> Iterator[str]:
    annotations = report.annotations
    for name in annotations.annotators:
        if not annotations.of(name):
            yield f"{name} has confirmed nothing and is left out."
        elif name not in report.agreement.compared:
            yield (
                f"{name} shares no example with anybody, and is left out of the measures over all annotators and of "
                "the disagreements."
            )


def _empty_passes(report: AgreementReport) -> Iterator[str]:
    overall = report.agreement.overall
    for name in overall.without_spans if any(overall.spans.values()) else ():
        yield (
            f"{name} marked nothing in the examples that others confirmed, too, which lowers every measure: it counts "
            "as the judgement that nothing is there. If the work was not done, compare the passes of the others alone."
        )


def _assumed_language(report: AgreementReport) -> Iterator[str]:
    if report.agreement.is_language_assumed:
        yield (
            f"Tokens are those of spaCy's tokenizer for {report.agreement.language!r}: neither a label scheme nor "
            "--language names the language of the texts."
        )


def _excluded_examples(report: AgreementReport) -> Iterator[str]:
    left_out, assumed = len(report.annotations.left_out), report.annotations.assumed
    if left_out:
        yield f"{amount(left_out, 'example')} left out: not confirmed, or rejected, by the annotator."
    if assumed:
        yield (
            f"The files of {enumerate_names(assumed)} do not state what was confirmed. All examples are taken as "
            "confirmed, so one that was never opened looks like one without spans."
        )


def _incomplete_resamples(report: AgreementReport, leave_out: Collection[str]) -> Iterator[str]:
    """Which resamples do not count, and what has no interval; articles are left out, whose intervals are by example."""
    agreement = report.agreement
    if agreement.units < 2:
        return  # `Agreement.sentence` explains it for all
    parts = [(report_tables.ALL_LABELS, agreement.overall), *agreement.labels.items()]
    parts += report_tables.measures_by_pair(report).items()
    resamples, lacking = agreement.settings.resamples, []
    for place, measures in parts:
        bounded = [value for value in _without(measures.values, leave_out).values() if value.low is not None]
        most = max((value.undefined_resamples for value in bounded), default=0)
        if most > NEGLIGIBLE * resamples:
            lacking.append(f"{most:,} for {place}")
    if lacking:
        yield (
            "A resample that lacks a pair or a label of a measure does not count for its interval: of "
            f"{resamples:,} resamples up to {enumerate_names(lacking, most=MAX_PLACES)}. A pair that shares only one "
            "or two articles adds little to the width of such an interval: read it as a lower bound of the uncertainty."
        )
    defined = (
        (place, {n: value for n, value in _without(measures.values, leave_out).items() if value.estimate is not None})
        for place, measures in parts
    )
    reasons = _places_by_reason(defined, lambda value: value.no_interval.sentence if value.no_interval else None)
    yield from (f"No interval for {places}: {why}." for why, places in reasons.items())


def _no_variation(report: AgreementReport) -> Iterator[str]:
    value = report.agreement.overall[HEADLINE]
    if value.estimate != 1 or value.low is None:
        return
    settings = report.agreement.settings
    if settings.method == "percentile":
        yield (
            "An interval of [100, 100] does not mean that the next article will be annotated alike. Nothing differs "
            "here, so nothing differs in any resample: the bootstrap cannot see what is not in the data. If "
            "annotations are the same in every span, either nothing was left to judgement, or they were not made "
            "independently."
        )
    else:
        yield (
            f"Nothing differs here, so how much {settings.unit}s vary cannot be seen: the interval is that of a "
            f"proportion with each {settings.unit} as one trial. If annotations are the same in every span, either "
            "nothing was left to judgement, or they were not made independently."
        )


def undefined(report: AgreementReport, *, leave_out: Collection[str] = ()) -> list[str]:
    """Each reason for which something is undefined, with everything that it applies to.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    reasons = _places_by_reason(
        ((place, _without(measures.values, leave_out)) for place, measures in _measure_sets(report)),
        lambda value: value.undefined.sentence if value.undefined else None,
    )
    return [f"{places}: {why}." for why, places in reasons.items()]


def _measure_sets(report: AgreementReport) -> Iterator[tuple[str, MeasureSet]]:
    agreement = report.agreement
    yield report_tables.ALL_LABELS, agreement.overall
    if agreement.compared and not agreement.overall[HEADLINE].undefined:
        yield from agreement.labels.items()
        yield from agreement.articles.items()
        yield from report_tables.measures_by_pair(report).items()


def _without(values: Mapping[str, Estimate], leave_out: Collection[str]) -> dict[str, Estimate]:
    return {name: value for name, value in values.items() if name not in leave_out}


def _places_by_reason(
    places: Iterable[tuple[str, Mapping[str, Estimate]]], reason_of: Callable[[Estimate], str | None]
) -> dict[str, str]:
    """By reason the places that it applies to: those with the same measures together, which are named unless all are.

    Args:
        places: by name, with the values there by measure.
        reason_of: gives the reason for which a value lacks something, if it does.
    """
    reasons: dict[str, dict[str, list[str]]] = {}
    for place, values in places:
        lacking: dict[str, list[str]] = {}
        for name, value in values.items():
            if reason := reason_of(value):
                lacking.setdefault(reason, []).append(MEASURES[name].title)
        for reason, measures in lacking.items():
            which = "" if len(measures) == len(values) else f" ({', '.join(measures)})"
            reasons.setdefault(reason, {}).setdefault(which, []).append(place)
    return {
        reason: "; ".join(f"{enumerate_names(names, most=MAX_PLACES)}{which}" for which, names in groups.items())
        for reason, groups in reasons.items()
    }


def counted_pairs(measures: MeasureSet, report: AgreementReport) -> str:
    """Who marked none where others did, and on how many of the pairs the means rest if not on all; empty otherwise.

    Of two annotators the numbers of spans say it, and those who marked nothing anywhere are named in a remark.
    """
    coverage = measures.coverage
    if not coverage.counted or len(measures.spans) <= 2:
        return ""
    pairs = f"{coverage.counted:,} of {coverage.pairs:,} pairs" if coverage.counted < coverage.pairs else ""
    names = [name for name in measures.without_spans if name not in report.agreement.overall.without_spans]
    none = f"{enumerate_names(names, most=report_tables.MAX_NAMES)} marked none" if names else ""
    return "; ".join(filter(None, (pairs, none)))


def trend_sentence(record: AnnotatorRecord) -> str:
    """Which label's F1 changed most, with the number of gold spans that it rests on."""
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


def terminal_tables(report: AgreementReport) -> Iterator[Table]:
    """The tables that are not empty as they fit a terminal; without the measures of `LONG_REPORT_ONLY`."""
    yield report_tables.coverage_table(report)
    if not report.is_comparable:
        return
    for table, measures in (
        (report_tables.pair_table(report), report_tables.measures_by_pair(report)),
        (report_tables.label_table(report), report_tables.measures_by_label(report)),
        (report_tables.article_table(report), report_tables.measures_by_article(report)),
    ):
        if table.rows:
            yield _with_counted_pairs(table.first(), measures, report)
    yield report_tables.measure_table(report, leave_out=LONG_REPORT_ONLY)
    if report.tallies:
        yield report_tables.tally_table(report)
        matrix = report_tables.confusion_table(report)
        yield matrix if _fits(matrix) else report_tables.confused_labels_table(report).first()
    if report.cases:
        yield report_tables.rule_table(report).first()
        yield report_tables.surface_table(report).first()


def record_tables(record: AnnotatorRecord, share: float) -> Iterator[Table]:
    """One annotator against gold as tables that fit a terminal: by label, then in the order of the articles.

    Args:
        record: of the annotator.
        share: the level of the intervals.
    """
    yield report_tables.score_table(record, share)
    if len(record.articles) > 1:
        articles, trend = report_tables.article_score_table(record).first(), trend_sentence(record)
        matrix = report_tables.article_matrix(record).first()
        if _fits(matrix):
            yield from (articles, _noted(matrix, trend, first=True))
        elif record.trends:
            yield from (articles, _noted(report_tables.trend_table(record).first(), trend))
        else:
            yield _noted(articles, f"{trend} {LABELS_ELSEWHERE}")
    if len(record.versions) > 1:
        versions = report_tables.version_score_table(record).first()
        matrix = report_tables.version_matrix(record).first()
        yield from (versions, matrix) if _fits(matrix) else (_noted(versions, LABELS_ELSEWHERE),)


def _noted(table: Table, note: str, *, first: bool = False) -> Table:
    notes = (note, table.note) if first else (table.note, note)
    return replace(table, note=" ".join(filter(None, notes)))


def _with_counted_pairs(table: Table, measures: Mapping[str, MeasureSet], report: AgreementReport) -> Table:
    """A table with a note on each row in which somebody marked none, or whose means do not rest on all pairs."""
    partial = [f"{name}: {pairs}." for name, *_ in table.rows if (pairs := counted_pairs(measures[name], report))]
    return _noted(table, " ".join([*partial, MEANS])) if partial else table


def _fits(table: Table) -> bool:
    """Whether a table fits into a terminal if long names in its first column are folded."""
    first, *rest = (max(map(len, column)) for column in zip(table.header, *table.rows, strict=True))
    return sum(2 + width for width in (min(first, NAME_WIDTH), *rest)) <= WIDTH


def comments_sentence(report: AgreementReport) -> str:
    """How many comments there are, on how many examples; empty without any."""
    comments, others = report.annotations.comments, report.other_comments
    if not comments:
        return ""
    examples = len({comment.example for comment in comments} - {comment.example for comment in others})
    disputed = f"{len(comments) - len(others):,} on {amount(examples, 'disputed example')}"
    counts = f"{amount(len(comments), 'comment')} of annotators: {disputed}, {len(others):,} on others"
    return f"{counts}. --html and --json have them all, whole."


def _comments_json(report: AgreementReport) -> list[dict[str, Any]]:
    others = {comment.example for comment in report.other_comments}
    return [{**one.json(), "disputed": one.example not in others} for one in report.annotations.comments]


def report_json(report: AgreementReport) -> dict[str, Any]:
    """The report for `--json`, see the page json_reports; all of it by name."""
    annotations = report.annotations
    return {
        "headline": headline(report),
        "coverage": annotations.json(),
        "left_out": [one.json() for one in annotations.left_out],
        "agreement": report.agreement.json(),
        "kinds": [{"first": a, "second": b, **asdict(tally)} for (a, b), tally in report.tallies.items()],
        "confusion": asdict(report.confusion),
        "surfaces": [surface.json() for surface in report.surfaces],
        "rules": [
            {"rules": list(cases[0].attribution.rules) if cases[0].attribution else [], "places": len(cases)}
            for cases in report.by_rule.values()
        ],
        "disagreements": [case.json() for case in report.cases],
        "comments": _comments_json(report),
        "against_gold": [record.json() for record in report.records] or None,
        "undefined": undefined(report),
        "remarks": remarks(report),
    }

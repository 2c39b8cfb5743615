"""The report on what became of suggestions: its tables, who stands out, and how good each annotator's judgement was.

A rate is the share of the suggestions that were kept as they were, of those whose examples are confirmed. Its interval
is over articles: annotators who read the same article judge the same suggestions, and are one unit (see `intervals`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.agreement.acceptance import ALPHA, SOURCE, JudgedSuggestion, compare_acceptance
from goldspan.agreement.outcomes import ALL, NOBODY
from goldspan.intervals import IntervalSettings, intervals_of_sums
from goldspan.jackknife import effective_number
from goldspan.report.text import UNDEFINED, Table, amount, brackets, enumerate_names, level, percent, probability
from goldspan.suggest.suggestion_outcomes import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.acceptance import AcceptanceTest
    from goldspan.agreement.outcomes import JudgedExample, ReviewedSuggestions, ShownSpan
    from goldspan.annotation import Span
    from goldspan.bootstrap import Interval, Unit
    from goldspan.jackknife import Numbers
    from goldspan.suggest.suggestion_outcomes import Outcome

BANDS = 10  # of scores, of equal width
NO_SCORE = "no score"
TOTAL = "all suggestions"
DASH = "–"
MOST_NAMED = 12
COLUMNS = ("judged", "kept", "moved", "relabelled", "both", "deleted", "kept, per cent")  # both: moved and relabelled
ANNOTATORS, RECOGNISERS, LABELS, SCORES = "By annotator", "By recogniser", "By label", "By score"
RULES, JUDGEMENT, SAME = "By rule", "Against gold", "On the same suggestions"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of some suggestions.

    Args:
        name: of the annotator, recogniser, label, rule or score.
        counts: how many there are of each outcome.
        interval: of the share that was kept; None if it has none.
    """

    name: str
    counts: Counter[Outcome]
    interval: Interval | None = None

    @property
    def suggestions(self) -> int:
        """How many there are."""
        return self.counts.total()

    @property
    def rate(self) -> float | None:
        """The share that was kept; None without suggestions."""
        return self.counts["kept"] / self.suggestions if self.suggestions else None

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        bounds = self.interval if self.interval is not None and self.interval.low is not None else None
        return {
            "name": self.name,
            "suggestions": self.suggestions,
            **{outcome: self.counts[outcome] for outcome in OUTCOMES},
            "kept_rate": self.rate,
            "kept_rate_interval": None if bounds is None else [bounds.low, bounds.high],
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an annotator's work on suggestions compares with gold.

    Args:
        annotator: their name.
        wrong: suggestions that gold does not have.
        wrong_kept: of them, how many the annotator kept.
        right: suggestions that gold has.
        right_changed: of them, how many the annotator changed or deleted.
        missing: spans of gold that were not suggested.
        missing_marked: of them, how many the annotator marked.
    """

    annotator: str
    wrong: int
    wrong_kept: int
    right: int
    right_changed: int
    missing: int
    missing_marked: int

    def json(self) -> dict[str, int | str]:
        """All of it by name."""
        return {
            "annotator": self.annotator,
            "wrong": self.wrong,
            "wrong_kept": self.wrong_kept,
            "right": self.right,
            "right_changed": self.right_changed,
            "missing": self.missing,
            "missing_marked": self.missing_marked,
        }


class OutcomeReport:
    """The report on what became of suggestions.

    Args:
        reviewed: what it is about.
        level: how sure the intervals are, which are over articles, or over examples where all are of one article.
    """

    def __init__(self, reviewed: ReviewedSuggestions, *, level: float = 0.95) -> None:
        self.reviewed = reviewed
        articles = {one.article for one in reviewed.examples}
        unit: Unit = "article" if len(articles) > 1 else "example"
        self.settings = IntervalSettings(unit=unit, resamples=1, level=level)
        keys = [one.article if unit == "article" else one.shown.example.id for one in reviewed.examples]
        self._unit = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        self._units = [self._unit[key] for key in keys]

    @property
    def units(self) -> int:
        """How many articles, or examples, the intervals are over."""
        return len(self._unit)

    @cached_property
    def annotators(self) -> tuple[OutcomeRow, ...]:
        """A row for each annotator, those who judged nothing yet included."""
        rows = self._rows(lambda example, _: example.annotator)
        return tuple(rows.get(name, OutcomeRow(name, Counter())) for name in self.reviewed.annotators)

    @cached_property
    def total(self) -> OutcomeRow:
        """What became of all."""
        return self._rows(lambda _, __: TOTAL).get(TOTAL, OutcomeRow(TOTAL, Counter()))

    @cached_property
    def recognisers(self) -> tuple[OutcomeRow, ...]:
        """A row for each recogniser, by name."""
        return self._sorted(lambda _, shown: shown.recogniser)

    @cached_property
    def labels(self) -> tuple[OutcomeRow, ...]:
        """A row for each label that was suggested, by name."""
        return self._sorted(lambda _, shown: shown.span.label)

    @cached_property
    def scores(self) -> tuple[OutcomeRow, ...]:
        """A row for each band of scores in which there are suggestions, the highest first."""
        rows = self._rows(lambda _, shown: score_band(shown.score))
        order = [*(_band(number) for number in reversed(range(BANDS))), NO_SCORE]
        return tuple(rows[name] for name in order if name in rows)

    @cached_property
    def rules(self) -> tuple[OutcomeRow, ...]:
        """A row for each rule, the one whose suggestions were changed most often first."""
        rows = self._rows(lambda _, shown: _rule(shown)).values()
        return tuple(sorted(rows, key=lambda row: (-(row.suggestions - row.counts["kept"]), row.name)))

    @cached_property
    def tests(self) -> tuple[AcceptanceTest, ...]:
        """Each annotator against the others on the same suggestions; `all` is nobody and has none."""
        judged = (
            JudgedSuggestion(one.annotator, one.article, (one.shown.example.id, shown.span), outcome == "kept")
            for one in self._read_alone()
            for shown, outcome, _ in one.changes()
        )
        return tuple(compare_acceptance(judged))

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """Each annotator against gold, where there is gold that is not the work itself."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in self.reviewed.examples:
            if one.gold is None:
                continue
            count = found[one.annotator]
            suggested = {shown.span for shown in one.shown.suggestions}
            missing = one.gold - suggested
            count.update(missing=len(missing), missing_marked=len(missing.intersection(one.marked)))
            for shown, outcome, _ in one.changes():
                if shown.span in one.gold:
                    count.update(right=1, right_changed=int(outcome != "kept"))
                else:
                    count.update(wrong=1, wrong_kept=int(outcome == "kept"))
        names = ("wrong", "wrong_kept", "right", "right_changed", "missing", "missing_marked")
        return tuple(Judgement(name, *(found[name][key] for key in names)) for name in sorted(found))

    def added(self, annotator: str | None = None, label: str | None = None) -> int:
        """How many spans come from no suggestion, of an annotator and with a label, or of all."""
        return sum(
            label in (None, span.label)
            for one in self.reviewed.examples
            if annotator in (None, one.annotator)
            for span in one.outcomes.added
        )

    def marked(self, annotator: str | None = None) -> int:
        """How many spans there are in the confirmed examples, of an annotator or of all."""
        return sum(len(one.marked) for one in self.reviewed.examples if annotator in (None, one.annotator))

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        reviewed, units = self.reviewed, self.units
        return {
            "projects": list(reviewed.projects),
            "annotators": [
                row.json()
                | {
                    "added": self.added(row.name),
                    "spans": self.marked(row.name),
                    "open_suggestions": reviewed.open_suggestions.get(row.name, 0),
                    "open_examples": reviewed.open_examples.get(row.name, 0),
                }
                for row in self.annotators
            ],
            "all": self.total.json() | {"added": self.added(), "spans": self.marked()},
            "recognisers": [row.json() for row in self.recognisers],
            "labels": [row.json() | {"added": self.added(label=row.name)} for row in self.labels],
            "scores": [row.json() for row in self.scores],
            "rules": [row.json() | {"changes": self._changes_json(row.name)} for row in self.rules],
            "same_suggestions": {"test": SOURCE, "level": ALPHA, "annotators": [one.json() for one in self.tests]},
            "against_gold": [one.json() for one in self.judgements],
            "intervals": {"unit": self.settings.unit, "units": units, "sentence": self.settings.sentence(units)},
            "stands_out": stands_out_sentences(self.tests),
            "remarks": remarks(self),
            "suggestions": reviewed.json(),
        }

    @cached_property
    def rule_changes(self) -> Mapping[str, Counter[str]]:
        """By rule how often its suggestions were changed in each way, with the labels."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in self.reviewed.examples:
            for shown, outcome, became in one.changes():
                if outcome != "kept":
                    found[_rule(shown)][_change(shown.span, outcome, became)] += 1
        return found

    def _changes_json(self, rule: str) -> dict[str, int]:
        return dict(_most_common(self.rule_changes.get(rule, Counter())))

    def _read_alone(self) -> Iterator[JudgedExample]:
        """The examples of annotators who read alone, each once."""
        return (one for one in self.reviewed.examples if one.annotator != ALL)

    def _sorted(self, key: Callable[[JudgedExample, ShownSpan], str]) -> tuple[OutcomeRow, ...]:
        return tuple(row for _, row in sorted(self._rows(key).items()))

    def _rows(self, key: Callable[[JudgedExample, ShownSpan], str]) -> dict[str, OutcomeRow]:
        """A row for each value of a key of suggestions."""
        counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
        by_unit: Counter[tuple[str, int, bool]] = Counter()
        for unit, example in zip(self._units, self.reviewed.examples, strict=True):
            for shown, outcome, _ in example.changes():
                name = key(example, shown)
                counts[name][outcome] += 1
                by_unit[name, unit, outcome == "kept"] += 1
        number = {name: at for at, name in enumerate(counts)}
        table = np.zeros((len(self._unit), len(number), 2))
        for (name, unit, kept), times in by_unit.items():
            table[unit, number[name]] += (times * kept, times)
        intervals = _intervals(table, self.settings)
        return {name: OutcomeRow(name, counts[name], intervals[at]) for name, at in number.items()}


def _intervals(table: Numbers, settings: IntervalSettings) -> Sequence[Interval | None]:
    """The intervals of shares.

    Args:
        table: for each of n units, of k groups what was kept and how many there are; shape (n, k, 2).
        settings: of the intervals.
    """
    if len(table) < 2:
        return [None] * table.shape[1]
    effective = effective_number(table[..., 1], np.ones(len(table), np.int64))
    return list(intervals_of_sums(table.reshape(len(table), -1), settings, _shares, effective))


def _shares(sums: Numbers) -> Numbers:
    """From sums, shape (corpora, 2 * k), to shares, shape (corpora, k); NaN where there is nothing."""
    kept, number = np.moveaxis(sums.reshape(len(sums), -1, 2), -1, 0)
    return np.asarray(np.divide(kept, number, out=np.full(kept.shape, np.nan), where=number > 0))


def score_band(score: float | None) -> str:
    """The band in which a score is: its lower end belongs to it, and 1 to the highest."""
    return NO_SCORE if score is None else _band(min(BANDS - 1, max(0, int(round(score * BANDS, 9)))))


def _band(number: int) -> str:
    return f"{number / BANDS:.1f} to {(number + 1) / BANDS:.1f}"


def _rule(shown: ShownSpan) -> str:
    return f"{shown.recogniser}: {shown.rule}"


def _change(span: Span, outcome: Outcome, became: Span | None) -> str:
    """A change in words, with the labels."""
    if became is None or span.label == became.label:
        return f"{span.label} {outcome}"
    return f"{span.label} to {became.label}{' and moved' if outcome != 'relabelled' else ''}"


def _most_common(changes: Counter[str]) -> list[tuple[str, int]]:
    return sorted(changes.items(), key=lambda item: (-item[1], item[0]))


def tables(report: OutcomeReport) -> dict[str, Table]:
    """The tables of the report, by title; those about nothing are left out."""
    made = [
        _annotator_table(report),
        _table(RECOGNISERS, "recogniser", report.recognisers),
        _label_table(report),
        _table(SCORES, "score", report.scores, "A band has its lower end, and the highest has 1, too."),
        _rule_table(report),
        _test_table(report),
        _judgement_table(report),
    ]
    return {table.title: table for table in made if table.rows}


def _cells(row: OutcomeRow) -> tuple[str, ...]:
    counts = (f"{row.counts[outcome]:,}" for outcome in OUTCOMES)
    rate = DASH if row.rate is None else f"{percent(row.rate, 1)} {brackets(row.interval)}".rstrip()
    return (f"{row.suggestions:,}", *counts, rate)


def _header(first: str) -> tuple[str, ...]:
    return (first, *COLUMNS)


def _table(title: str, first: str, rows: Iterable[OutcomeRow], note: str = "") -> Table:
    return Table(title, note, _header(first), tuple((row.name, *_cells(row)) for row in rows))


def _annotator_table(report: OutcomeReport) -> Table:
    rows = [
        (
            row.name or "not known yet",
            *_cells(row),
            f"{report.added(row.name):,}",
            f"{report.reviewed.open_suggestions.get(row.name, 0):,}",
        )
        for row in report.annotators
    ]
    if len(rows) > 1:
        total = f"{sum(report.reviewed.open_suggestions.values()):,}"
        rows.append((TOTAL, *_cells(report.total), f"{report.added():,}", total))
    note = (
        "Judged: suggestions in confirmed examples. Both: moved and relabelled. Added: spans that come from no "
        "suggestion. Open: suggestions in examples that are not confirmed yet."
    )
    if any(row.name == ALL for row in report.annotators):
        note += f" {ALL}: those who shared the spans of a project, whose work is in gold."
    return Table(ANNOTATORS, note, (*_header("annotator"), "added", "open"), tuple(rows))


def _label_table(report: OutcomeReport) -> Table:
    known = [row.name for row in report.labels]
    others = {span.label for one in report.reviewed.examples for span in one.outcomes.added} - set(known)
    rows = [*report.labels, *(OutcomeRow(name, Counter()) for name in sorted(others))]
    cells = tuple((row.name, *_cells(row), f"{report.added(label=row.name):,}") for row in rows)
    note = "The label is that of the suggestion; of what was added, that of the span."
    return Table(LABELS, note, (*_header("label"), "added"), cells)


def _rule_table(report: OutcomeReport) -> Table:
    changes = report.rule_changes
    rows = []
    for row in report.rules:
        most = _most_common(changes.get(row.name, Counter()))[:1]
        change = ", ".join(f"{name} {number:,}" for name, number in most) or DASH
        rows.append((row.name, f"{row.suggestions:,}", f"{row.suggestions - row.counts['kept']:,}", _rate(row), change))
    header = ("recogniser and rule", "judged", "changed", "kept, per cent", "most frequent change")
    return Table(RULES, "The rules whose suggestions were changed most often come first.", header, tuple(rows))


def _rate(row: OutcomeRow) -> str:
    return DASH if row.rate is None else f"{percent(row.rate, 1)} {brackets(row.interval)}".rstrip()


def _test_table(report: OutcomeReport) -> Table:
    rows = [
        (
            one.annotator,
            f"{one.suggestions:,}",
            percent(one.rate, 1),
            percent(one.others, 1),
            UNDEFINED if one.p_value is None else probability(one.p_value),
        )
        for one in report.tests
        if one.suggestions
    ]
    note = (
        "What each annotator kept of the suggestions that others judged, too, and what those others kept of them. p: "
        f"{SOURCE}. Who stands out at {level(ALPHA)} is left out when the others are tested again."
    )
    return Table(SAME, note, ("annotator", "suggestions", "kept, per cent", "others, per cent", "p"), tuple(rows))


def _judgement_table(report: OutcomeReport) -> Table:
    rows = tuple(
        (
            one.annotator,
            f"{one.wrong:,}",
            f"{one.wrong_kept:,}",
            f"{one.right:,}",
            f"{one.right_changed:,}",
            f"{one.missing:,}",
            f"{one.missing_marked:,}",
        )
        for one in report.judgements
    )
    note = (
        "Suggestions that gold does not have, and how many of them were kept; those that gold has, and how many were "
        "changed or deleted; spans of gold that were not suggested, and how many were marked. Gold that was made from "
        "these readings flatters them."
    )
    header = ("annotator", "wrong", "of these kept", "right", "of these changed", "not suggested", "of these marked")
    return Table(JUDGEMENT, note, header, rows)


def stands_out_sentences(tests: Sequence[AcceptanceTest]) -> list[str]:
    """Who keeps more or fewer suggestions than others do of the same ones, a sentence each; none without evidence."""
    out = [one for one in tests if one.stands_out]
    pairs = [one for one in out if len(one.compared) == 1 and any(other.compared == (one.annotator,) for other in out)]
    sentences = []
    for one in out:
        if one in pairs:
            continue
        what = "more" if (one.rate or 0.0) > (one.others or 0.0) else "fewer"
        others = enumerate_names(one.compared, most=MOST_NAMED)
        sentences.append(
            f"{one.annotator} stands out: kept {_share(one.rate)} of {amount(one.suggestions, 'suggestion')}, {what} "
            f"than the {_share(one.others)} that {others} kept of the same ones (p = {probability(one.p_value)})."
        )
    if pairs:
        first, second = sorted(pairs, key=lambda one: -(one.rate or 0.0))
        sentences.append(
            f"{first.annotator} kept {_share(first.rate)} of {amount(first.suggestions, 'suggestion')}, and "
            f"{second.annotator} {_share(second.rate)} of the same ones: they differ "
            f"(p = {probability(first.p_value)}). Of two, it cannot be said who is unusual."
        )
    return sentences


def _share(share: float | None) -> str:
    return UNDEFINED if share is None else f"{percent(share, 1)}%"


def title(report: OutcomeReport) -> str:
    """What the report is about."""
    return f"What became of the suggestions of {enumerate_names(report.reviewed.projects, most=MOST_NAMED)}"


def headline(report: OutcomeReport) -> str:
    """What became of the suggestions, in one sentence."""
    total, opened = report.total, sum(report.reviewed.open_suggestions.values())
    still = f" {amount(opened, 'suggestion')} {'is' if opened == 1 else 'are'} open." if opened else ""
    if not total.suggestions:
        return f"No example with suggestions is confirmed yet.{still}"
    rate = f"{percent(total.rate, 1)}% {brackets(total.interval)}".rstrip()
    return (
        f"Of {amount(total.suggestions, 'suggestion')} {rate} were kept as they were, and "
        f"{amount(report.added(), 'span')} added.{still}"
    )


def summary_table(report: OutcomeReport, most: int) -> Table:
    """What became of the suggestions of each annotator, without intervals; of many annotators the first ones."""
    header = ("annotator", "judged", *OUTCOMES, "kept, %", "added", "open")
    rows = [
        (
            row.name or "not known yet",
            f"{row.suggestions:,}",
            *(f"{row.counts[outcome]:,}" for outcome in OUTCOMES),
            DASH if row.rate is None else percent(row.rate, 1),
            f"{report.added(row.name):,}",
            f"{report.reviewed.open_suggestions.get(row.name, 0):,}",
        )
        for row in report.annotators
    ]
    return Table("What became of the suggestions", "", header, tuple(rows)).first(most, "--full lists")


def least_kept(report: OutcomeReport, most: int = 3) -> Iterator[str]:
    """The rules whose suggestions were kept least often, a sentence each, with what became of them instead."""
    rows = [row for row in report.rules if row.rate is not None and row.rate < 1]
    for row in sorted(rows, key=lambda row: (row.rate or 0.0, -row.suggestions, row.name))[:most]:
        number = row.counts["kept"]
        times = {0: "never", 1: "once"}.get(number, f"{number:,} times")
        kept = f"{row.name} was kept {times} in {row.suggestions:,}"
        changes = _most_common(report.rule_changes.get(row.name, Counter()))
        instead = f"; the most frequent change: {changes[0][0]}" if changes else ""
        yield f"{kept}{instead}."


def remarks(report: OutcomeReport) -> list[str]:
    """What else is to be known: who accepted all, who stands out, and what could not be compared."""
    out = {one.annotator for one in report.tests if one.stands_out}
    return [*_accepted_all(report, out), *_not_compared(report)]


def _accepted_all(report: OutcomeReport, out: set[str]) -> Iterator[str]:
    """Who changed nothing and does not stand out: that is no evidence of anything."""
    for row in report.annotators:
        if row.suggestions and row.counts["kept"] == row.suggestions and row.name not in out | {ALL, NOBODY}:
            yield (
                f"{row.name} kept all of {amount(row.suggestions, 'suggestion')}: what others judged does not show "
                "that this is unusual."
            )


def _not_compared(report: OutcomeReport) -> Iterator[str]:
    reviewed = report.reviewed
    for places, why in (
        (reviewed.other_text, "the confirmed text is not the one that was shown"),
        (reviewed.not_as_shown, "the annotator confirmed it without these suggestions"),
        (reviewed.not_recorded, "it is not recorded what was shown"),
    ):
        if places:
            named = enumerate_names([f"{example} ({name})" for name, example in places], most=MOST_NAMED)
            yield f"{amount(len(places), 'example')} could not be compared, because {why}: {named}."

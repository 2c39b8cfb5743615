"""What an audit shows: four effects of suggestions on those who read them, each with a test and an interval.

- acceptance excess: how often aided readers have exactly a planted wrong span, less how often unaided readers of the
  same articles have exactly that span by themselves;
- omission excess: how often aided readers lack exactly what was left out, less how often unaided ones do;
- inflation of agreement: exact F1 of two aided readers of an article, less that of two unaided ones; also without the
  spans that share a word with a planted error, since readers who keep some of these disagree on them;
- flattery of the suggester: exact F1 of the suggestions against aided readers, less that against unaided ones: by how
  much a suggester looks better when it is evaluated on annotation that it has helped to make; also without these spans.

The primary test is the one that the plan names. The others are secondary, with p-values corrected by Holm (1979) among
them. By kind of error and by annotator there are values alone. Tests are explained in `randomization`.

Until everybody has read everything there is neither a p nor an interval: whoever looks again and again and stops at the
first small p finds an effect where there is none. `interim` gives them all the same, and says so.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.audit import assignment_design
from goldspan.audit.randomization import (
    ALIKE,
    IntervalOptions,
    ReaderOutcomes,
    difference_of_f1,
    excess,
    holm,
    interval_of_articles,
    is_defined,
    p_value,
    quotient,
    strata,
)
from goldspan.audit.readings import AuditReadings, read_readings
from goldspan.bootstrap import Interval
from goldspan.corpus.audits import KINDS, WRONG, read_audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.corpus import Corpus
    from goldspan.corpus.audits import Kind

    Numbers = NDArray[np.float64]
    Table = NDArray[np.bool_]

TITLES = {
    "acceptance": "Acceptance excess",
    "omission": "Omission excess",
    "agreement": "Inflation of agreement",
    "agreement_without_planted": "Inflation of agreement, without planted errors",
    "flattery": "Flattery of the suggester, as shown",
    "flattery_without_planted": "Flattery of the suggester, without planted errors",
}
LEFT_OUT: tuple[Kind, ...] = ("omitted",)
NO_INTERVAL = Interval(None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEffect:
    """An effect of suggestions.

    Args:
        name: a key of `TITLES`, a kind of error, or an annotator.
        aided: the rate or F1 of aided readers; None where undefined.
        unaided: that of unaided ones.
        value: the effect; None where undefined. Not the difference of the two where articles are compared one by one.
        interval: over articles.
        readings: on how many readings of errors each side rests; None for an F1.
        p: of the randomization test; None where there is none.
        corrected: p after the correction of the secondary tests.
    """

    name: str
    aided: float | None
    unaided: float | None
    value: float | None
    interval: Interval = NO_INTERVAL
    readings: tuple[int, int] | None = None
    p: float | None = None
    corrected: float | None = None

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        there = self.interval.low is not None
        return {
            "name": self.name,
            "aided": self.aided,
            "unaided": self.unaided,
            "value": self.value,
            "interval": [self.interval.low, self.interval.high] if there else None,
            "readings": None if self.readings is None else [*self.readings],
            "p": self.p,
            "p_holm": self.corrected,
        }


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """What an audit shows.

    Args:
        readings: what was read.
        options: of the intervals.
        is_interim: whether there are tests though not everything is read.
        effects: by name, all effects.
        by_kind: the excess for each kind of error.
        by_annotator: the rates of planted wrong spans for each annotator.
        omitted_by_annotator: those of what was left out.
        mixed: the F1 of pairs of an aided and an unaided reader; None where there is none.
    """

    readings: AuditReadings
    options: IntervalOptions
    is_interim: bool
    effects: Mapping[str, AuditEffect]
    by_kind: Sequence[AuditEffect]
    by_annotator: Sequence[AuditEffect]
    omitted_by_annotator: Sequence[AuditEffect]
    mixed: float | None = None

    @property
    def primary(self) -> AuditEffect:
        """The effect of the primary test."""
        return self.effects[self.readings.audit.record.primary.measure]

    @property
    def secondary(self) -> list[AuditEffect]:
        """The other effects."""
        return [one for name, one in self.effects.items() if name != self.primary.name]

    @property
    def is_tested(self) -> bool:
        """Whether there are tests and intervals."""
        return self.readings.is_complete or self.is_interim

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        record = self.readings.audit.record
        return {
            "audit": record.name,
            "primary": asdict(record.primary),
            "redraws": record.redraws,
            "seed": record.seed,
            "interim": self.is_interim and not self.readings.is_complete,
            "tested": self.is_tested,
            "level": self.options.level,
            "interval_method": self.options.method,
            "readings": self.readings.json(),
            "effects": {name: one.json() for name, one in self.effects.items()},
            "mixed_pairs_f1": self.mixed,
            "by_kind": [one.json() for one in self.by_kind],
            "by_annotator": [one.json() for one in self.by_annotator],
            "omitted_by_annotator": [one.json() for one in self.omitted_by_annotator],
        }


@dataclass(frozen=True, slots=True)
class _TestedEffect:
    """An effect with the statistic of its test: what it is for assignments, 0 where it is undefined."""

    effect: AuditEffect
    statistic: Callable[[Table], Numbers] = field(repr=False)


def report_audit(
    corpus: Corpus, name: str, *, interim: bool = False, options: IntervalOptions | None = None
) -> AuditReport:
    """What an audit shows so far.

    Args:
        corpus: the project.
        name: of the audit.
        interim: whether to test though not everything is read.
        options: of the intervals.

    Raises:
        NotFoundError: if there is no such audit.
        InputError: for a plan that was changed, and for a line of a pass that is not valid.
    """
    return report_readings(read_readings(corpus, read_audit(corpus, name)), interim=interim, options=options)


def report_readings(
    readings: AuditReadings, *, interim: bool = False, options: IntervalOptions | None = None
) -> AuditReport:
    """What the readings of an audit show.

    Args:
        readings: what was read.
        interim: whether to test though not everything is read.
        options: of the intervals.
    """
    options = options or IntervalOptions()
    is_tested = readings.is_complete or interim
    found = {
        "acceptance": _excess("acceptance", readings.outcomes(WRONG), readings, options),
        "omission": _excess("omission", readings.outcomes(LEFT_OUT), readings, options),
        "agreement": _agreement("agreement", readings, options, with_planted=True),
        "agreement_without_planted": _agreement("agreement_without_planted", readings, options, with_planted=False),
        "flattery": _flattery("flattery", readings, options, with_planted=True),
        "flattery_without_planted": _flattery("flattery_without_planted", readings, options, with_planted=False),
    }
    effects = {name: one.effect for name, one in found.items()}
    if is_tested:
        effects = _with_tests(readings, found)
    by_kind = [_excess(kind, readings.outcomes((kind,)), readings, options).effect for kind in KINDS]
    return AuditReport(
        readings=readings,
        options=options,
        is_interim=interim,
        effects=effects if is_tested else {name: _without_interval(one) for name, one in effects.items()},
        by_kind=by_kind if is_tested else [_without_interval(one) for one in by_kind],
        by_annotator=[*_by_annotator(readings, WRONG)],
        omitted_by_annotator=[*_by_annotator(readings, LEFT_OUT)],
        mixed=_mixed(readings),
    )


def _with_tests(readings: AuditReadings, found: Mapping[str, _TestedEffect]) -> dict[str, AuditEffect]:
    """The effects with their p-values: all statistics are computed for the same draws of the assignment."""
    record = readings.audit.record
    table = assignment_design.template(len(record.annotators), len(record.articles))
    rng = np.random.default_rng((record.seed, 1))  # not the draws of the plan
    null: dict[str, list[Numbers]] = {name: [] for name in found}
    for drawn in assignment_design.draw(table, record.redraws, rng):
        assignments = drawn[:, :, readings.columns]
        for name, one in found.items():
            null[name].append(one.statistic(assignments))
    values = {
        name: p_value(one.effect.value, np.concatenate(null[name]), record.primary.alternative)
        for name, one in found.items()
        if one.effect.value is not None
    }
    secondary = holm({name: p for name, p in values.items() if name != record.primary.measure})
    return {name: replace(one.effect, p=values.get(name), corrected=secondary.get(name)) for name, one in found.items()}


def _without_interval(effect: AuditEffect) -> AuditEffect:
    return replace(effect, interval=NO_INTERVAL)


def _excess(name: str, outcomes: ReaderOutcomes, readings: AuditReadings, options: IntervalOptions) -> _TestedEffect:
    """An excess among aided readers."""
    assignment = readings.assignment
    aided, unaided = (_rate(outcomes, side) for side in (assignment, ~assignment))
    counts = tuple(int(outcomes.trials[side].sum()) for side in (assignment, ~assignment))
    if not is_defined(assignment, outcomes):
        effect = AuditEffect(name=name, aided=aided, unaided=unaided, value=None, readings=(counts[0], counts[1]))
        return _TestedEffect(effect, _zeros)
    above, below = (part[0] for part in strata(assignment[None], outcomes))
    effect = AuditEffect(
        name=name,
        aided=aided,
        unaided=unaided,
        value=float(excess(assignment[None], outcomes)[0]),
        interval=interval_of_articles(np.stack([above, below], axis=1), quotient, below, options),
        readings=(counts[0], counts[1]),
    )
    return _TestedEffect(effect, lambda assignments: excess(assignments, outcomes))


def _rate(outcomes: ReaderOutcomes, side: Table) -> float | None:
    trials = float(outcomes.trials[side].sum())
    return float(outcomes.hits[side].sum()) / trials if trials else None


def _zeros(assignments: Table) -> Numbers:
    return np.zeros(len(assignments))


def _agreement(name: str, readings: AuditReadings, options: IntervalOptions, *, with_planted: bool) -> _TestedEffect:
    """The F1 of pairs of aided readers, less that of pairs of unaided ones."""
    pairs, common, every = readings.pair_counts(with_planted=with_planted)

    def rows(assignments: Table) -> Numbers:
        """Twice the common spans and all spans, of aided and of unaided pairs; shape (n, articles, 4)."""
        first, second = assignments[:, pairs[:, 0]], assignments[:, pairs[:, 1]]
        return np.stack(
            [
                np.einsum("npa,pa->na", side, counts)
                for side in (first & second, ~first & ~second)
                for counts in (common, every)
            ],
            axis=2,
        )

    return _f1_effect(name, rows, readings, options)


def _mixed(readings: AuditReadings) -> float | None:
    """The F1 of pairs of an aided and an unaided reader."""
    pairs, common, every = readings.pair_counts()
    side = readings.assignment[pairs[:, 0]] ^ readings.assignment[pairs[:, 1]]
    total = float(every[side].sum())
    return float(common[side].sum()) / total if total else None


def _flattery(name: str, readings: AuditReadings, options: IntervalOptions, *, with_planted: bool) -> _TestedEffect:
    """The F1 of suggestions against aided readers, less that against unaided ones."""
    common, every = readings.suggestion_counts(with_planted=with_planted)

    def rows(assignments: Table) -> Numbers:
        """Twice the common spans and all spans, of aided and of unaided readers; shape (n, articles, 4)."""
        return np.stack(
            [
                np.einsum("nka,ka->na", side, counts)
                for side in (assignments, ~assignments)
                for counts in (common, every)
            ],
            axis=2,
        )

    return _f1_effect(name, rows, readings, options)


def _f1_effect(
    name: str, rows: Callable[[Table], Numbers], readings: AuditReadings, options: IntervalOptions
) -> _TestedEffect:
    """A difference of two F1."""
    observed = rows(readings.assignment[None])[0]
    sums = observed.sum(axis=0)
    aided, unaided = (float(sums[at] / sums[at + 1]) if sums[at + 1] else None for at in (0, 2))
    if aided is None or unaided is None:
        return _TestedEffect(AuditEffect(name=name, aided=aided, unaided=unaided, value=None), _zeros)
    weights = observed[:, 1] + observed[:, 3]
    interval = interval_of_articles(observed, difference_of_f1, weights, options)
    effect = AuditEffect(name=name, aided=aided, unaided=unaided, value=aided - unaided, interval=interval)
    return _TestedEffect(
        effect, lambda assignments: np.nan_to_num(difference_of_f1(rows(assignments).sum(axis=1)), nan=0.0)
    )


def _by_annotator(readings: AuditReadings, kinds: Sequence[Kind]) -> Iterator[AuditEffect]:
    """The rates of each annotator with suggestions and without; the articles of the two differ."""
    outcomes = readings.outcomes(kinds)
    for row, name in enumerate(readings.audit.annotators):
        only = np.zeros(readings.assignment.shape, bool)
        only[row] = True
        aided, unaided = (_rate(outcomes, side & only) for side in (readings.assignment, ~readings.assignment))
        counts = tuple(int(outcomes.trials[side & only].sum()) for side in (readings.assignment, ~readings.assignment))
        value = None if aided is None or unaided is None else aided - unaided
        value = 0.0 if value is not None and abs(value) < ALIKE else value
        yield AuditEffect(name=name, aided=aided, unaided=unaided, value=value, readings=(counts[0], counts[1]))

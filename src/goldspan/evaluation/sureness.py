"""How sure the measures are, and what a difference from a baseline means, as values for a report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from goldspan.evaluation import certainty as drawn
    from goldspan.evaluation.measure import Counted
    from goldspan.evaluation.result import Scheme
    from goldspan.units import Unit

HEAD = ("unit", "units", "resamples", "level", "method")


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of a measure between 0 and 1, or of a difference between -1 and 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """The intervals of one row of measures; None where there is none to give."""

    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the measures are.

    Args:
        unit: what is drawn anew, with replacement.
        units: how many of them there are.
        resamples: how many corpora were drawn.
        level: the share of them that an interval holds, e.g. 0.95.
        method: the name of the method and its source.
        overall: per scheme, over all labels.
        labels: per scheme and label.
        macro: of the mean F1 over the labels, per scheme.
        sentence: what was done, and what to think of it.
    """

    unit: Unit
    units: int
    resamples: int
    level: float
    method: str
    overall: Mapping[Scheme, Bounds]
    labels: Mapping[Scheme, Mapping[str, Bounds]]
    macro: Mapping[Scheme, Interval | None] = field(default_factory=dict)
    sentence: str = ""

    def json(self) -> dict[str, Any]:
        """All of it by name, the intervals under `schemes`."""
        schemes = {
            scheme: {
                "overall": asdict(bounds),
                "macro_f1": (macro := self.macro.get(scheme)) and asdict(macro),
                "labels": {label: asdict(row) for label, row in self.labels[scheme].items()},
            }
            for scheme, bounds in self.overall.items()
        }
        return {name: getattr(self, name) for name in (*HEAD, "sentence")} | {"schemes": schemes}


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """The micro-averaged F1 by one scheme, against that of the baseline.

    Args:
        scheme: by which both are measured.
        f1: of the prediction.
        baseline_f1: of the baseline.
        difference: the first less the second.
        low: where the interval of the difference begins.
        high: where it ends.
        p_randomisation: how often chance alone would give such a difference, by approximate randomisation.
    """

    scheme: Scheme
    f1: float | None
    baseline_f1: float | None
    difference: float | None
    low: float | None
    high: float | None
    p_randomisation: float | None


@dataclass(frozen=True, slots=True)
class Contrast:
    """The prediction against a baseline on the same gold.

    Args:
        unit: what is drawn anew, as in `Certainty`; so with the next four.
        units: how many of them there are.
        resamples: how many corpora were drawn.
        level: of the intervals.
        method: the names of the methods and their sources.
        sentence: whether the difference means anything on a corpus of this size.
        rows: one per scheme.
    """

    unit: Unit
    units: int
    resamples: int
    level: float
    method: str
    sentence: str
    rows: tuple[ContrastRow, ...]

    def json(self) -> dict[str, Any]:
        """All of it by name, the rows under `schemes`."""
        rows = {row.scheme: {key: value for key, value in asdict(row).items() if key != "scheme"} for row in self.rows}
        return {name: getattr(self, name) for name in (*HEAD, "sentence")} | {"schemes": rows}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How corpora are drawn from a corpus.

    Args:
        unit: what is drawn anew.
        units: the number of each example's unit, from 0; shape (examples,). None to draw each example by itself.
        resamples: how many corpora are drawn.
        level: of the intervals.
        seed: of the random numbers.
    """

    unit: Unit
    units: NDArray[np.int64] | None
    resamples: int
    level: float
    seed: int


def certainty(counted: Counted, drawing: Drawing) -> Certainty:
    """How sure the measures are, by the bootstrap of `goldspan.evaluation.certainty`.

    Raises:
        ValueRefused: for no resamples, and for a level outside of (0, 1).
    """
    from goldspan.evaluation.certainty import intervals

    found = intervals(counted, drawing.units, drawing.resamples, drawing.level, drawing.seed, unit=drawing.unit)
    return Certainty(
        drawing.unit,
        found.units,
        found.resamples,
        found.level,
        "percentile bootstrap, Efron & Tibshirani 1993",
        {scheme: _bounds(row) for scheme, row in found.overall.items()},
        {scheme: {label: _bounds(row) for label, row in rows.items()} for scheme, rows in found.labels.items()},
        {scheme: _interval(one) for scheme, one in found.macro.items()},
        found.sentence,
    )


def contrast(counted: Counted, baseline: Counted, drawing: Drawing) -> Contrast:
    """What the difference from a baseline means, by the tests of `goldspan.evaluation.comparison`.

    Raises:
        ValueRefused: as `certainty`.
    """
    from goldspan.evaluation.comparison import compare

    found = compare(
        counted, baseline, drawing.units, drawing.resamples, drawing.seed, level=drawing.level, unit=drawing.unit
    )
    rows = tuple(
        ContrastRow(scheme, one.f1, one.baseline, one.difference, one.low, one.high, one.p_randomisation)
        for scheme, one in found.schemes.items()
    )
    randomisation = "exact" if found.exact else "approximate"
    method = (
        f"interval: paired bootstrap, Efron & Tibshirani 1993; p: {randomisation} randomisation, Noreen 1989, Yeh 2000"
    )
    return Contrast(drawing.unit, found.units, found.resamples, found.level, method, found.sentence(), rows)


def _bounds(row: Mapping[drawn.Measure, drawn.Interval]) -> Bounds:
    return Bounds(*(_interval(row[measure]) for measure in ("precision", "recall", "f1")))


def _interval(found: drawn.Interval) -> Interval | None:
    """The interval; None where the measure was defined in no resample."""
    return None if found.low is None or found.high is None else Interval(found.low, found.high)

"""Which labels are taken for which, and whether it is the boundary or the label that goes wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from goldspan.evaluation.cases import KINDS, NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.evaluation.cases import Case, Cases


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a gold label met a predicted one; n labels.

    Args:
        labels: n + 1 names, the last of them `NONE`.
        rows: n + 1 rows of n + 1 counts: rows are gold, columns predicted. The last row holds the spurious spans, the
            last column the missed ones. Their corner is 0: what neither side marks is not counted.
    """

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    def json(self) -> dict[str, Any]:
        """The labels and the rows."""
        return {"labels": list(self.labels), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Kinds:
    """How many cases there are of each kind."""

    correct: int = 0
    boundary: int = 0
    label: int = 0
    both: int = 0
    missed: int = 0
    spurious: int = 0

    @classmethod
    def of(cls, cases: Iterable[Case]) -> Kinds:
        """The kinds of these cases, counted."""
        count = Counter(case.kind for case in cases)
        return cls(*(count[kind] for kind in KINDS))


@dataclass(frozen=True, slots=True)
class Errors:
    """The kinds of errors.

    Args:
        overall: over all labels.
        labels: per label: the gold label, and for a spurious span the predicted one.
    """

    overall: Kinds
    labels: Mapping[str, Kinds]

    def json(self) -> dict[str, Any]:
        """The counts by name."""
        return {"overall": asdict(self.overall), "labels": {name: asdict(kinds) for name, kinds in self.labels.items()}}


def confusion(cases: Cases, labels: Sequence[str]) -> Confusion:
    """The confusion matrix of spans that overlap, those that overlap nothing against `NONE`.

    Args:
        cases: of every example.
        labels: all label names, in the order of the rows.
    """
    met = Counter(
        (case.gold and case.gold.label, case.predicted and case.predicted.label) for row in cases for case in row
    )
    keys = [*labels, None]
    rows = tuple(tuple(met[gold, predicted] for predicted in keys) for gold in keys)
    return Confusion((*labels, NONE), rows)


def errors(cases: Cases, labels: Sequence[str]) -> Errors:
    """The kinds of the cases, over all and for each of the labels."""
    of_label: dict[str, list[Case]] = {label: [] for label in labels}
    for row in cases:
        for case in row:
            of_label[case.span.label].append(case)
    return Errors(
        Kinds.of(case for row in cases for case in row),
        {label: Kinds.of(found) for label, found in of_label.items()},
    )

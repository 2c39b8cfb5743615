"""The agreement of each two annotators as one table, for statistics and data cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement.meanings import HEADLINE
from goldspan.tables import Table
from goldspan.wording import brackets, level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.measure import Agreement, Part
    from goldspan.agreement.value import Cell, Value

TITLE = "Agreement of the passes"
NOTE = (
    "F1 of one reading against the other, in what both confirmed: same start, same end, same label. Nothing else "
    "counts as agreement."
)
UNVARIED = (
    " An interval of [100, 100] says that nothing differs here, and so in no corpus drawn from it; not that the next "
    "article will be read alike."
)
FULL = 1.0


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
    annotations: Annotations, pair: tuple[str, str], part: Part, labels: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    first, second = pair
    both = annotations.shared(first, second)
    same = [span.label for item in both for span in {*item.spans[first]} & {*item.spans[second]}]
    cells: list[tuple[str, Cell, int]] = [(name, part.labels[name], same.count(name)) for name in labels]
    for name, cell, number in (*cells, ("all", part.overall, len(same))):
        spans = (f"{cell.spans[who]:,}" for who in pair)
        yield f"{first} – {second}: {name}", *spans, f"{number:,}", _said(cell[HEADLINE])


def _said(value: Value) -> str:
    return "–" if value.estimate is None else f"{100 * value.estimate:.1f} {brackets(value)}".rstrip()

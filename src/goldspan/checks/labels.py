"""Labels of an article: one name, one label; and a quantity has a value."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from goldspan.checks.check import Mark, check
from goldspan.quantities import parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.formats.record import RawSpan, Record
    from goldspan.values import LabelScheme


@check(
    "count-without-value",
    "span",
    "warning",
    title="A quantity has no value that can be read",
    why="Either it is no quantity after all (*several*, an ordinal), or its edges are wrong, or the words are new.",
    remedy="Look at the span; if it is right, allow the surface in labels.toml.",
)
def count_without_value(text: str, span: RawSpan, scheme: LabelScheme) -> str | None:
    """Whether a span of a quantity label says no number."""
    if span.label not in scheme or not scheme[span.label].quantity:
        return None
    return "says no number that can be read" if parse_troop_count(text[span.start : span.end]) is None else None


@check(
    "label-conflict",
    "article",
    "warning",
    title="The same words have different labels in one article",
    why="Within an article the same name nearly always means the same; mostly one of the labels is a slip.",
    remedy="Look at both places; if both are right, allow the surface in labels.toml.",
)
def label_conflict(records: Sequence[Record], _scheme: LabelScheme) -> Iterator[Mark]:
    """Each span whose label is not the commonest of its words; of two as common, the first."""
    used: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for span in record.spans:
            used[record.text[span.start : span.end]][span.label] += 1
    for record in records:
        for span in record.spans:
            counts = used[record.text[span.start : span.end]]
            usual, times = counts.most_common(1)[0]
            if span.label != usual:
                yield Mark(record, f"is {usual} in {times} other place(s) of the article", span)


ALONE = (count_without_value,)
CHECKS = (count_without_value, label_conflict)

"""Checks of single spans and of the labels of an article.

A span, of gold or of a pass, lies in its text, has a label of the scheme, occurs once and overlaps no other. In gold
the same words have one label throughout an article, and a quantity has a value.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from goldspan.checks.check import SpanResult, check
from goldspan.formats.record import RawSpan
from goldspan.quantities import LANGUAGE, parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import LabelScheme
    from goldspan.formats.record import Record


@check(
    "count-without-value",
    "span",
    "warning",
    title="A quantity has no value that goldspan can read",
    why="Either it is not a quantity (*several*, an ordinal), or its edges are wrong, or the words are unknown.",
    remedy="Check the span; if it is right, allow the surface in labels.toml.",
    language=LANGUAGE,
)
def count_without_value(text: str, span: RawSpan, scheme: LabelScheme) -> str | None:
    """Whether a span of a quantity label has no value."""
    if span.label not in scheme or not scheme[span.label].quantity:
        return None
    return "has no value that can be read" if parse_troop_count(text[span.start : span.end]) is None else None


@check(
    "label-conflict",
    "article",
    "warning",
    title="The same words have different labels in one article",
    why="Within an article the same name nearly always means the same thing; one of the labels is usually a mistake.",
    remedy="Check both places; if both are right, allow the surface in labels.toml.",
)
def label_conflict(records: Sequence[Record], _scheme: LabelScheme) -> Iterator[SpanResult]:
    """Each span whose label is not the most common one of its words; in a tie, the first counts as most common."""
    used: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for span in record.spans:
            used[record.text[span.start : span.end]][span.label] += 1
    for record in records:
        for span in record.spans:
            counts = used[record.text[span.start : span.end]]
            usual, times = counts.most_common(1)[0]
            if span.label != usual:
                yield SpanResult(record, f"is {usual} in {times} other place(s) of the article", span)


LABEL_CHECKS_ALONE = (count_without_value,)
LABEL_CHECKS = (count_without_value, label_conflict)


@check(
    "span-empty",
    "span",
    title="A span is empty: its end is not after its start",
    why="Doccano drops such a span silently, and the annotation is lost.",
    remedy="Draw the span again, or remove it.",
    required="it has no words to export",
)
def span_empty(_text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether a span is empty."""
    return "the span is empty" if span.end <= span.start else None


@check(
    "span-outside-text",
    "span",
    title="A span begins before the text or ends after it",
    why="Doccano accepts an end after the text; the words that the annotator meant cannot be known.",
    remedy="Correct the offsets: they count code points from 0, and the end is exclusive.",
    required="the words of the span are not known, and no format can hold it",
)
def span_outside_text(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether a span that is not empty leaves the text."""
    outside = span.start < span.end and (span.start < 0 or span.end > len(text))
    return f"the text has {len(text)} code points" if outside else None


@check(
    "surface-mismatch",
    "span",
    title="The surface of a span is not the text at its offsets",
    why="Either the offsets or the surface are wrong. Offsets in UTF-16 units or in bytes have this effect.",
    remedy="Find out which is right and correct the other.",
    required="the words of the span are not known",
)
def surface_mismatch(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether the surface of a span that lies in the text differs from the text."""
    if span.surface is None or not 0 <= span.start < span.end <= len(text):
        return None
    covered = text[span.start : span.end]
    return f"has the surface {span.surface[:60]!r} but covers {covered[:60]!r}" if covered != span.surface else None


@check(
    "unknown-label",
    "span",
    title="A label is not in labels.toml",
    why="The export numbers the labels of the scheme and has no number for any other.",
    remedy="Correct the label, or add it to labels.toml.",
    required="the export has no number for the label",
)
def unknown_label(_text: str, span: RawSpan, scheme: LabelScheme) -> str | None:
    """Whether the scheme lacks the label."""
    if span.label in scheme:
        return None
    return f"there is no label {span.label[:60]!r}; the labels are {', '.join(scheme.names)}"


@check(
    "span-duplicate",
    "example",
    title="The same span with the same label occurs twice in an example",
    why="It would count twice in every number, and Doccano drops one of the two silently.",
    remedy="Remove one of the two.",
    required="no example can hold the same span twice",
)
def span_duplicate(record: Record, _scheme: LabelScheme) -> Iterator[SpanResult]:
    """The second and any further copies of a span."""
    seen = set()
    for span in record.spans:
        if span[:3] in seen:
            yield SpanResult(record, "the span occurs twice", span)
        seen.add(span[:3])


@check(
    "span-overlap",
    "example",
    title="Two spans of an example share words",
    why="The annotation is flat: BIO tags and token classification cannot represent an overlap.",
    remedy="Keep the longer of the two, whatever its label.",
    required="no tags can hold both spans",
)
def span_overlap(record: Record, _scheme: LabelScheme) -> Iterator[SpanResult]:
    """Each span that begins inside another; copies are left to span-duplicate."""
    before: tuple[int, int, str] | None = None
    for span in sorted({span[:3] for span in record.spans}):
        start, end, label = span
        if before is not None and start < before[1]:
            message = f"overlaps with the span [{before[0]}, {before[1]}, {before[2]}]"
            yield SpanResult(record, message, RawSpan(*span))
        if before is None or end > before[1]:
            before = (start, end, label)


EXISTENCE = (span_empty, span_outside_text, surface_mismatch)
SPAN_CHECKS_ALONE = (unknown_label,)
TOGETHER = (span_duplicate, span_overlap)
SPAN_CHECKS = (*EXISTENCE, *SPAN_CHECKS_ALONE, *TOGETHER)


def exists(text: str, span: RawSpan, scheme: LabelScheme) -> bool:
    """Whether a span lies in its text and has its surface, which the checks of words rely on."""
    return not any(check.test(text, span, scheme) for check in EXISTENCE)

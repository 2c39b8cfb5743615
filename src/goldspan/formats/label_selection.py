"""Labels renamed or left out, and overlapping spans dropped, while a file is read: the same for every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.formats.record import Note, RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.formats.options import ReadOptions
    from goldspan.formats.record import Record

KEEP_REMEDY = "Choose with --overlaps: drop-inner, drop-outer, or keep for labels that may be nested."


def select(record: Record, options: ReadOptions) -> Record:
    """The record with its labels renamed, other labels left out, and overlaps treated as the options say.

    Raises:
        InputError: for overlapping spans that are to be refused.
    """
    if not record.spans or not (options.rename or options.only is not None or options.overlaps != "keep"):
        return record
    spans = [span._replace(label=options.rename.get(span.label, span.label)) for span in record.spans]
    notes = list(record.notes)
    if options.rename:
        spans = _merge_duplicates(spans, record, notes)
    if options.only is not None:
        notes += [_note("other-label", record, span) for span in spans if span.label not in options.only]
        spans = [span for span in spans if span.label in options.only]
    if options.overlaps != "keep":
        spans = _without_overlaps(spans, record, options, notes)
    return replace(record, spans=tuple(spans), notes=tuple(notes))


def _merge_duplicates(spans: Sequence[RawSpan], record: Record, notes: list[Note]) -> list[RawSpan]:
    """Spans that became the same because their labels did, once each. What was there twice in the file stays."""
    there_twice = len({span[:3] for span in record.spans}) < len(record.spans)
    merged = list({span[:3]: span for span in spans}.values())
    if there_twice or len(merged) == len(spans):
        return list(spans)
    notes.append(
        Note("merged-span", "spans became the same when their labels were renamed", record.file, record.line, record.id)
    )
    return merged


def _without_overlaps(
    spans: Sequence[RawSpan], record: Record, options: ReadOptions, notes: list[Note]
) -> list[RawSpan]:
    """The spans that stay where some overlap: the longest first under `drop-inner`, the shortest under `drop-outer`."""
    if not _overlap(spans):
        return list(spans)
    if options.overlaps == "refuse":
        left, right = next(iter(_pairs(spans)))
        raise InputError(
            f"the spans {_shown(left, record)} and {_shown(right, record)} overlap",
            file=record.file,
            line=record.line,
            example=record.id,
            remedy=KEEP_REMEDY,
        )
    outer_first = options.overlaps == "drop-inner"
    order = sorted(spans, key=lambda span: ((span.start - span.end) * (1 if outer_first else -1), span[:3]))
    kept: list[RawSpan] = []
    for span in order:
        if any(span.start < other.end and other.start < span.end for other in kept):
            notes.append(_note("dropped-overlap", record, span))
        else:
            kept.append(span)
    return sorted(kept, key=lambda span: span[:3])


def _overlap(spans: Sequence[RawSpan]) -> bool:
    return next(_pairs(spans), None) is not None


def _pairs(spans: Sequence[RawSpan]) -> Iterator[tuple[RawSpan, RawSpan]]:
    """Pairs of spans that overlap; none if and only if there is none."""
    ordered = sorted(spans, key=lambda span: span[:3])
    for number, span in enumerate(ordered[1:], start=1):
        if span.start < ordered[number - 1].end:
            yield ordered[number - 1], span


def _note(kind: str, record: Record, span: RawSpan) -> Note:
    reasons = {"other-label": "its label is not among those named by --only", "dropped-overlap": "it overlaps another"}
    return Note(kind, f"{_shown(span, record)} is left out: {reasons[kind]}", record.file, record.line, record.id)


def _shown(span: RawSpan, record: Record) -> str:
    return f"[{span.start}, {span.end}, {span.label}] {record.text[span.start : span.end]!r}"

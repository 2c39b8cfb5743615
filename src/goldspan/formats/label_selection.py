"""Labels renamed or left out, and overlapping spans dropped, while a file is read: the same for every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan import iob
from goldspan.errors import InputError
from goldspan.formats.record import Note, RawSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.formats.options import ReadOptions
    from goldspan.formats.record import Record

OVERLAP_REMEDY = "Choose with --overlaps: drop-inner, drop-outer, or keep."


def select(record: Record, options: ReadOptions) -> Record:
    """The record with its labels renamed, other labels left out, and overlaps treated as the options say.

    Raises:
        InputError: for overlapping spans that are to be refused.
    """
    if not record.spans or not (options.rename or options.only is not None or options.overlaps not in {None, "keep"}):
        return record
    spans = [span._replace(label=options.label_map.rename(span.label)) for span in record.spans]
    notes = list(record.notes)
    if options.rename:
        spans = _merge_duplicates(spans, record, notes)
    if options.only is not None:
        others = [span for span in spans if span.label not in options.only]
        why = "is left out: its label is not among those named by --only"
        notes += [Note("other-label", f"{_shown(span, record)} {why}", *_place(record)) for span in others]
        spans = [span for span in spans if span.label in options.only]
    if options.overlaps not in {None, "keep"}:
        spans = _without_overlaps(spans, record, options, notes)
    return replace(record, spans=tuple(spans), notes=tuple(notes))


def require_selected(options: ReadOptions, spans: int, notes: Iterable[Note]) -> None:
    """Refuse a selection of labels that leaves nothing: what was left out would look like text without spans.

    Args:
        options: which labels were read.
        spans: how many spans have one of them, in all files.
        notes: on all that was read.

    Raises:
        InputError: naming the labels, and a span that was left out.
    """
    require_map_used(options)
    left_out = next((note for note in notes if note.kind == "other-label"), None)
    if spans == 0 and options.only and left_out is not None:
        raise InputError(
            f"no span has a label that --only names: {', '.join(sorted(options.only))}",
            file=left_out.file,
            remedy=f"Name labels that are there: {left_out.message}.",
        )


def require_map_used(options: ReadOptions) -> None:
    """Refuse a new name for a label that no span has, once all files are read: it is misspelt, or of another file.

    Raises:
        InputError: naming the label.
    """
    if unused := options.rename.keys() - options.label_map.used:
        raise InputError(
            f"no span has the label {min(unused)!r}, which --map renames", remedy="Write it as it is in the files."
        )


def select_tags(tags: Sequence[iob.Tag], options: ReadOptions) -> tuple[iob.Tag, ...]:
    """The tags with their labels renamed, and O for those of other labels than the options name."""
    renamed = (tag._replace(label=options.label_map.rename(tag.label)) for tag in tags)
    return tuple(
        tag if options.only is None or tag == iob.OUTSIDE or tag.label in options.only else iob.OUTSIDE
        for tag in renamed
    )


def _merge_duplicates(spans: Sequence[RawSpan], record: Record, notes: list[Note]) -> list[RawSpan]:
    """Spans that became the same because their labels did, once each. What was there twice in the file stays."""
    there_twice = len({span[:3] for span in record.spans}) < len(record.spans)
    merged = list({span[:3]: span for span in spans}.values())
    if there_twice or len(merged) == len(spans):
        return list(spans)
    notes.append(Note("merged-span", "spans became the same when their labels were renamed", *_place(record)))
    return merged


def _without_overlaps(
    spans: Sequence[RawSpan], record: Record, options: ReadOptions, notes: list[Note]
) -> list[RawSpan]:
    """The spans that stay where some overlap: the longest first under `drop-inner`, the shortest under `drop-outer`."""
    overlap = next(_pairs(spans), None)
    if overlap is None:
        return list(spans)
    if options.overlaps == "refuse":
        shown = " and ".join(_shown(span, record) for span in overlap)
        raise InputError(
            f"the spans {shown} overlap", file=record.file, line=record.line, example=record.id, remedy=OVERLAP_REMEDY
        )
    outer_first = options.overlaps == "drop-inner"
    order = sorted(spans, key=lambda span: ((span.start - span.end) * (1 if outer_first else -1), span[:3]))
    kept: list[RawSpan] = []
    for span in order:
        if any(span.start < other.end and other.start < span.end for other in kept):
            message = f"{_shown(span, record)} is left out: it overlaps another"
            notes.append(Note("dropped-overlap", message, *_place(record)))
        else:
            kept.append(span)
    return sorted(kept, key=lambda span: span[:3])


def _pairs(spans: Sequence[RawSpan]) -> Iterator[tuple[RawSpan, RawSpan]]:
    """Pairs of spans that overlap; none if and only if there is none."""
    ordered = sorted(spans, key=lambda span: span[:3])
    for number, span in enumerate(ordered[1:], start=1):
        if span.start < ordered[number - 1].end:
            yield ordered[number - 1], span


def _place(record: Record) -> tuple[Path, int | None, str]:
    return record.file, record.line, record.id


def _shown(span: RawSpan, record: Record) -> str:
    return f"[{span.start}, {span.end}, {span.label}] {record.text[span.start : span.end]!r}"

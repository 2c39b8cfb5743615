"""Whether the spans of a project look as if its offsets counted something else than its setting says.

Nothing on the server tells whether somebody switched the setting before the corpus remembered it. But a person marks
whole words: where a text has characters of which the two units count another number, a span that begins or ends inside
a word in the one unit, and not in the other, was drawn while offsets counted the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.doccano.snapshot import COUNTED, OffsetReader, RawExportSpan
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.snapshot import AnnotatorWork, Snapshot, StoredExample
    from goldspan.formats.doccano import Unit


def unit_notes(snapshot: Snapshot, *, is_known: bool) -> Iterator[str]:
    """A note if more spans are whole words in the other unit than in that of the project.

    Args:
        snapshot: of the project.
        is_known: whether the corpus remembers the unit, so that there is no doubt.
    """
    if is_known:
        return
    unit: Unit = "graphemes" if snapshot.project.grapheme_mode else "utf16"
    other: Unit = "utf16" if unit == "graphemes" else "graphemes"
    spoken_for = {unit: 0, other: 0}
    for copy in snapshot.copies.values():
        if copy.corruption is None and not copy.text.isascii():
            for mine, theirs in _readings(copy, unit, other):
                spoken_for[unit] += mine and not theirs
                spoken_for[other] += theirs and not mine
    if spoken_for[other] > spoken_for[unit]:
        yield (
            f"offsets count {COUNTED[unit]} in this project, and {amount(spoken_for[other], 'span')} would be whole "
            f"words only if they counted {COUNTED[other]}: did somebody switch the setting? Then switch it back in "
            "Doccano before anything is pulled"
        )


def _readings(copy: StoredExample, unit: Unit, other: Unit) -> Iterator[tuple[bool, bool]]:
    """Of each span of a copy: whether it is whole words in the one unit, and in the other."""
    readers = [OffsetReader(each).for_text(copy.text) for each in (unit, other)]
    for work in copy.work.values():
        for raw in _raw_spans(copy, work, unit):
            mine, theirs = (_is_whole(copy.text, reader.span(raw)) for reader in readers)
            yield mine, theirs


def _raw_spans(copy: StoredExample, work: AnnotatorWork, unit: Unit) -> Iterator[RawExportSpan]:
    """The spans of an annotator in the unit of the server."""
    convert = offsets.to_graphemes if unit == "graphemes" else offsets.to_utf16
    for span in work.spans:
        start, end = convert(copy.text, [span.start, span.end]).tolist()
        yield RawExportSpan(start, end, span.label)
    yield from (RawExportSpan(span.start, span.end, span.label) for span in work.invalid)


def _is_whole(text: str, span: object) -> bool:
    """Whether a span is valid and neither begins nor ends inside a word or with a space."""
    if not isinstance(span, Span):
        return False
    words = text[span.start : span.end]
    return words == words.strip() and not (_is_inside(text, span.start) or _is_inside(text, span.end))


def _is_inside(text: str, place: int) -> bool:
    """Whether a place is between two letters or digits."""
    return text[place - 1 : place].isalnum() and text[place : place + 1].isalnum()

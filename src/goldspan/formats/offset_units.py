"""Spans whose offsets count UTF-16 units, grapheme clusters or bytes, in code points; and whether another unit fits.

Each format prescribes a unit, and files do not always follow it. Where the spans of an example state their words, these
decide: if they are where another unit puts them, and not where the prescribed unit does, the example is refused. Where
they do not, and the units differ before the end of a span, the readings are compared. A reading in which each span
begins and ends with words is likelier than one that cuts words or characters: then there is a doubt, which is noted.
Whoever knows the unit says so with `--offsets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from goldspan import offsets
from goldspan.errors import InvalidValueError
from goldspan.formats.options import OFFSET_UNITS
from goldspan.formats.record import Note, RawSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from goldspan.offsets import Unit

DOUBT = "offsets-in-doubt"
TITLES: Mapping[Unit, str] = {
    "code-points": "code points",
    "utf-16": "UTF-16 units",
    "graphemes": "grapheme clusters",
    "bytes": "bytes of UTF-8",
}
COMPARED: Sequence[Unit] = ("code-points", "utf-16", "graphemes")  # bytes differ wherever there is an accent
MOST_SHOWN = 3  # spans in a message
MANY = 2  # spans that are no accident
OTHER_COUNTS = (  # what to add to the start and the end, what was seen, and what to do
    (
        (0, 1), "all spans end inside words", "with the next character",
        "If the ends include the last character, add 1 to each: here an end is the place after it.",
    ),
    (
        (-1, -1), "no span is of whole words", "one character earlier",
        "If the file counts characters from 1, subtract 1 from each start and end: here the first is 0.",
    ),
    (
        (-1, 0), "all spans begin inside words", "with the character before",
        "If the file counts characters from 1 and ends with the last one, subtract 1 from each start.",
    ),
)  # fmt: skip


class Doubt(NamedTuple):
    """That another reading than the one prescribed is likelier."""

    message: str
    remedy: str

    def note(self, path: Path, line: int | None, example: str) -> Note:
        """The remark for the notes of a record."""
        return Note(DOUBT, self.message, path, line, example, self.remedy)


def to_code_points(text: str, spans: Sequence[RawSpan], unit: Unit) -> tuple[RawSpan, ...]:
    """The spans in code points; an offset outside the text remains as far outside.

    Raises:
        InvalidValueError: for an offset inside a character, or a text with a lone surrogate.
    """
    if unit == "code-points" or not spans:
        return tuple(spans)
    place = offsets.from_unit(text, [place for span in spans for place in span[:2]], unit)
    return tuple(span._replace(start=place[span.start], end=place[span.end]) for span in spans)


def resolve(
    text: str, spans: Sequence[RawSpan], prescribed: Unit, named: Unit | None = None
) -> tuple[tuple[RawSpan, ...], Doubt | None]:
    """The spans in code points, and whether another reading is likelier than the one prescribed.

    Args:
        text: of the example.
        spans: with the offsets of the file.
        prescribed: the unit of the format.
        named: the unit that the user named, which is not doubted.

    Raises:
        InvalidValueError: for an offset inside a character, or surfaces that are at their places in another unit only;
            the remedy names the unit that fits, if there is one.
    """
    unit = named or prescribed
    if not spans or _units_agree(text):
        return tuple(spans), _doubt_of_edges(text, spans)
    try:
        own = to_code_points(text, spans, unit)
    except InvalidValueError as error:
        fitting = _fitting(text, spans, unit)
        raise InvalidValueError(error.message, remedy=_remedy(fitting) if fitting else error.remedy) from None
    is_stated = any(span.surface is not None for span in own)
    if named is not None or (_fit(text, own) and is_stated):
        return own, None
    if is_stated or any(span.end > len(text) for span in own):
        fitting = _fitting(text, spans, unit)
        if not fitting:
            return own, None
        raise InvalidValueError(
            f"the spans are not where they should be in {TITLES[unit]}, but are in "
            f"{' and in '.join(TITLES[other] for other in fitting)}",
            remedy=_remedy(fitting),
        )
    return own, _doubt(text, spans, own, unit) or _doubt_of_edges(text, own)


def _units_agree(text: str) -> bool:
    return text.isascii() and "\r\n" not in text


def _fitting(text: str, spans: Sequence[RawSpan], unit: Unit) -> list[Unit]:
    """The other units in which all the spans fit."""
    return [
        other
        for other in OFFSET_UNITS
        if other != unit and (read := _try(text, spans, other)) is not None and _fit(text, read)
    ]


def _try(text: str, spans: Sequence[RawSpan], unit: Unit) -> tuple[RawSpan, ...] | None:
    try:
        return to_code_points(text, spans, unit)
    except InvalidValueError:
        return None


def _fit(text: str, spans: Sequence[RawSpan]) -> bool:
    """Whether each span is where its surface is or, if it states none, begins and ends with words."""
    return all(
        _is_of_words(text, span)
        if span.surface is None
        else 0 <= span.start < span.end and text[span.start : span.end] == span.surface
        for span in spans
    )


def _is_of_words(text: str, span: RawSpan) -> bool:
    """Whether a span is in the text, cuts no word and no cluster, and has no white space at its edges."""
    start, end = span.start, span.end
    if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
        return False
    return not any(_cuts(text, place) for place in (start, end))


def _cuts(text: str, place: int) -> bool:
    if 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum():
        return True
    return offsets.splits_grapheme(text, place)


def _doubt(text: str, spans: Sequence[RawSpan], own: Sequence[RawSpan], unit: Unit) -> Doubt | None:
    """The words of both readings, if that of another unit is likelier."""
    for other in COMPARED:
        read = None if other == unit else _try(text, spans, other)
        pairs = [(mine, theirs) for mine, theirs in zip(own, read or own, strict=True) if mine != theirs]
        if not pairs or all(_is_of_words(text, mine) for mine, _ in pairs):
            continue
        if all(_is_of_words(text, theirs) for _, theirs in pairs):
            mine, theirs = (_words(text, [pair[side] for pair in pairs]) for side in (0, 1))
            return Doubt(
                f"read in {TITLES[unit]} the spans are {mine}; in {TITLES[other]} they would be {theirs}",
                _remedy([other], "If that is right, r"),
            )
    return None


def _doubt_of_edges(text: str, spans: Sequence[RawSpan]) -> Doubt | None:
    """The words of both readings, if several spans are of words only when they are counted in another way."""
    if len(spans) < MANY or any(
        span.surface is not None or not 0 <= span.start < span.end <= len(text) for span in spans
    ):
        return None
    if any(_is_of_words(text, span) for span in spans):
        return None
    for (first, last), seen, what, remedy in OTHER_COUNTS:
        moved = [span._replace(start=span.start + first, end=span.end + last) for span in spans]
        if all(_is_of_words(text, span) for span in moved):
            return Doubt(f"{seen}: {_words(text, spans)}; {what} they are {_words(text, moved)}", remedy)
    return None


def _words(text: str, spans: Sequence[RawSpan]) -> str:
    shown = [repr(text[max(span.start, 0) : max(span.end, 0)]) for span in spans[:MOST_SHOWN]]
    return ", ".join([*shown, "…"] if len(spans) > MOST_SHOWN else shown)


def _remedy(units: Sequence[Unit], begin: str = "R") -> str:
    return f"{begin}ead the file with {' or '.join(f'--offsets {unit}' for unit in units)}."

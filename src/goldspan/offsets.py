r"""Positions in a text converted between code points, UTF-16 units, grapheme clusters and bytes.

Python counts code points, a browser and Java UTF-16 code units, some tools the bytes of UTF-8. Doccano's annotation
view counts grapheme clusters in projects with `grapheme_mode`, by rules of its own (`goldspan.graphemes`). The clusters
of current Unicode are those of `\X` in the `regex` package; only `splits_grapheme` uses them. A position is a boundary
between units, from 0 to the length of the text. All functions take any string without lone surrogates.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias

from goldspan import graphemes
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

if TYPE_CHECKING:
    Positions: TypeAlias = Sequence[int] | npt.NDArray[np.integer]
    Offsets: TypeAlias = npt.NDArray[np.int64]

Unit = Literal["code-points", "utf-16", "graphemes", "bytes"]
BMP_END = 0xFFFF
BYTE_ENDS = (0x7F, 0x7FF, BMP_END)  # the last characters that take one, two and three bytes
KNOWN = 4  # texts whose places are kept: a file may ask for one position after the other of the same text
NAMED = 8  # characters of a cluster in a message; a cluster can be as long as its text
SELF_CONTAINED = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Pd", "Ps", "Pe", "Po"})


def to_utf16(text: str, positions: Positions) -> Offsets:
    """The positions in UTF-16 units of positions in code points.

    Raises:
        InvalidValueError: for a position outside the text, or a text with a lone surrogate.
    """
    import numpy as np

    wide = _wide(text)
    at = _inside(positions, len(text), "code points")
    return at + np.searchsorted(wide, at)


def from_utf16(text: str, positions: Positions) -> Offsets:
    """The positions in code points of positions in UTF-16 units.

    Raises:
        InvalidValueError: for a position outside the text or between the halves of a surrogate pair, or a text with a
            lone surrogate.
    """
    import numpy as np

    between = inside_pairs(text)
    at = _inside(positions, len(text) + len(between), "UTF-16 units")
    before = np.searchsorted(between, at)
    is_inside = np.zeros(at.shape, bool) if not len(between) else between[np.minimum(before, len(between) - 1)] == at
    _raise_first(at, is_inside, "is inside a surrogate pair")
    return at - before


def inside_pairs(text: str) -> Offsets:
    """The positions in UTF-16 units between the halves of a surrogate pair, ascending.

    Any other position with n of them before it is n lower in code points.

    Raises:
        InvalidValueError: for a text with a lone surrogate.
    """
    import numpy as np

    wide = _wide(text)
    return wide + np.arange(1, len(wide) + 1)


def to_graphemes(text: str, positions: Positions) -> Offsets:
    """The positions, in grapheme clusters as Doccano's browser counts them, of positions in code points.

    Raises:
        InvalidValueError: for a position outside the text or inside a cluster, which is named, or a text with a lone
            surrogate.
    """
    import numpy as np

    boundaries = _boundaries(text)
    at = _inside(positions, len(text), "code points")
    clusters = np.searchsorted(boundaries, at)
    if (inside := boundaries[clusters] != at).any():
        _raise_cut(text, int(at[inside].flat[0]), boundaries)
    return clusters


def from_graphemes(text: str, positions: Positions) -> Offsets:
    """The positions in code points of positions in grapheme clusters as Doccano's browser counts them.

    Raises:
        InvalidValueError: for a position outside the text, or a text with a lone surrogate.
    """
    boundaries = _boundaries(text)
    return boundaries[_inside(positions, len(boundaries) - 1, "grapheme clusters")]


def to_bytes(text: str, positions: Positions) -> Offsets:
    """The positions, in bytes of UTF-8, of positions in code points.

    Raises:
        InvalidValueError: for a position outside the text, or a text with a lone surrogate.
    """
    return _byte_boundaries(text)[_inside(positions, len(text), "code points")]


def from_bytes(text: str, positions: Positions) -> Offsets:
    """The positions in code points of positions in bytes of UTF-8.

    Raises:
        InvalidValueError: for a position outside the text or inside a character, or a text with a lone surrogate.
    """
    import numpy as np

    boundaries = _byte_boundaries(text)
    at = _inside(positions, int(boundaries[-1]), "bytes")
    places = np.searchsorted(boundaries, at)
    _raise_first(at, boundaries[places] != at, "is inside a character of several bytes")
    return places


def from_unit(text: str, positions: Sequence[int], unit: Unit) -> dict[int, int]:
    """Each position in a unit with its position in code points; one outside the text remains as far outside.

    Raises:
        InvalidValueError: for a position inside a character, or a text with a lone surrogate.
    """
    if unit == "code-points":
        return {position: position for position in positions}
    convert, invert = {
        "utf-16": (to_utf16, from_utf16),
        "graphemes": (to_graphemes, from_graphemes),
        "bytes": (to_bytes, from_bytes),
    }[unit]
    length = int(convert(text, [len(text)])[0])
    inside = sorted({position for position in positions if 0 <= position <= length})
    found: dict[int, int] = dict(zip(inside, invert(text, inside).tolist(), strict=True)) if inside else {}
    return {at: found.get(at, at if at < 0 else at - length + len(text)) for at in positions}


def splits_grapheme(text: str, position: int) -> bool:
    """Whether a position in code points is inside a grapheme cluster of current Unicode.

    Readers see such a cluster as one character. Only the neighbourhood is read: a boundary depends on the character
    after it and on those before it up to the first that is neither an extending character nor a joiner nor part of a
    flag.

    Raises:
        InvalidValueError: for a position outside the text, or a lone surrogate beside it.
    """
    import regex

    if not 0 <= position <= len(text):
        raise InvalidValueError(f"position {position} is outside the text of {len(text)} code points")
    pair = text[max(position - 1, 0) : position + 1]
    if position in {0, len(text)} or pair.isascii():
        return pair == "\r\n" and position > 0
    start = position - 1
    while start and unicodedata.category(text[start]) not in SELF_CONTAINED:
        start -= 1
    window = text[start : position + 1]
    _encode(window)
    return not any(cluster.end() == position - start for cluster in regex.finditer(r"\X", window))


@lru_cache(maxsize=KNOWN)
def _wide(text: str) -> Offsets:
    """The positions, in code points, of the characters that take two UTF-16 units; not to be written to."""
    import numpy as np

    if text.isascii():
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.frombuffer(_encode(text), "<u4") > BMP_END)


@lru_cache(maxsize=KNOWN)
def _byte_boundaries(text: str) -> Offsets:
    """Where the bytes of each character begin, and the end of the last; not to be written to."""
    import numpy as np

    characters = np.frombuffer(_encode(text), "<u4")
    sizes = 1 + sum((characters > end).astype(np.int64) for end in BYTE_ENDS)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


@lru_cache(maxsize=KNOWN)
def _boundaries(text: str) -> Offsets:
    _encode(text)
    return graphemes.boundaries(text)


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-32-le")
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            f"the text has a lone surrogate at {error.start}",
            remedy="Repair the text at its source: it is not valid Unicode.",
        ) from None


def _inside(positions: Positions, limit: int, unit: str) -> Offsets:
    import numpy as np

    at = np.asarray(positions)
    if at.size and at.dtype.kind not in "iu":
        raise InvalidValueError(f"positions are integers, not {at.dtype}")
    _raise_first(at, (at < 0) | (at > limit), f"is outside the text of {limit} {unit}")
    return at.astype(np.int64)


def _raise_first(at: npt.NDArray[np.integer], wrong: npt.NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        raise InvalidValueError(f"position {at[wrong].flat[0]} {why}")


def _raise_cut(text: str, position: int, boundaries: Offsets) -> NoReturn:
    stop = int(boundaries.searchsorted(position))
    cluster = text[boundaries[stop - 1] : boundaries[stop]]
    names = [unicodedata.name(character, f"U+{ord(character):04X}") for character in cluster]
    shown = ", ".join(names if len(names) <= NAMED else [*names[:NAMED], "…"])
    raise InvalidValueError(
        f"position {position} is inside a grapheme cluster, {cluster[: NAMED + 1]!r} ({shown})",
        remedy="Doccano counts it as one character: move the edge, or use a project without grapheme_mode.",
    )

"""What one annotator takes in at the edge of a span and another leaves out, and what sort of words it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from goldspan.quantities import parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.agreement.disagreements import Disagreement
    from goldspan.values import LabelScheme, Span

Side: TypeAlias = Literal["in front", "behind"]
Sort: TypeAlias = Literal["a bound", "what is counted", "words with capitals"]


class Edge(NamedTuple):
    """What one span has at an edge and another of the same label lacks.

    Args:
        side: of the span.
        words: on one line.
        label: of both spans.
        sort: what the words do; None where that cannot be told. `a bound` changes the value of a quantity, `what is
            counted` stands behind its number and leaves the value as it is.
    """

    side: Side
    words: str
    label: str
    sort: Sort | None


def edges(text: str, found: Disagreement, scheme: LabelScheme | None) -> Iterator[Edge]:
    """The edges at which two spans of a boundary disagreement differ; none of any other.

    Args:
        text: of the example.
        found: the disagreement.
        scheme: says which labels are quantities; None if there is none.
    """
    if found.kind != "boundary":
        return
    (one,), (other,) = found.first, found.second
    front, back = sorted((one.start, other.start)), sorted((one.end, other.end))
    parts: tuple[tuple[Side, str], ...] = (("in front", text[slice(*front)]), ("behind", text[slice(*back)]))
    quantity = scheme is not None and one.label in scheme and scheme[one.label].quantity
    for side, part in parts:
        if words := " ".join(part.split()):
            sort = _of_quantity(text, one, other, side) if quantity else _of_name(words)
            yield Edge(side, words, one.label, sort)


def _of_quantity(text: str, one: Span, other: Span, side: Side) -> Sort | None:
    values = [parse_troop_count(text[span.start : span.end]) for span in (one, other)]
    if None in values:
        return None
    if values[0] != values[1]:
        return "a bound"
    return "what is counted" if side == "behind" else None


def _of_name(words: str) -> Sort | None:
    letters = [word for word in words.split() if word[0].isalpha()]
    return "words with capitals" if letters and all(word[0].isupper() for word in letters) else None

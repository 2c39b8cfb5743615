"""Errors of known places in gold: some spans get another label or another edge, are deleted, or are invented.

Planted errors measure how well a list of doubtful places finds errors, and teach it which evidence speaks of one,
without labels beyond those of gold. So errors are simulated to judge methods that find them (Klie, Webber and Gurevych
2023, "Annotation Error Detection: Analyzing the Past and Present for a More Coherent Future").
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from goldspan.annotation import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example

ErrorKind = Literal["label", "edge", "deleted", "invented"]
ERROR_KINDS: tuple[ErrorKind, ...] = get_args(ErrorKind)


@dataclass(frozen=True, slots=True)
class PlantedError:
    """An error that was planted.

    Args:
        example: the id of the example.
        kind: of the error.
        before: the span that was there; None of an invented one.
        after: the span that is there now; None of a deleted one.
    """

    example: str
    kind: ErrorKind
    before: Span | None
    after: Span | None


def plant_errors(
    examples: Sequence[Example],
    tokens: Mapping[str, Sequence[tuple[int, int]]],
    *,
    share: float = 0.05,
    seed: int = 0,
) -> tuple[list[Example], list[PlantedError]]:
    """The examples with a share of their spans damaged, as many in each way as in the others, and what was damaged.

    What cannot be damaged in the way that was drawn for it, such as an edge between two other spans, is deleted.

    Args:
        examples: to damage; what they have by way of extra keys stays.
        tokens: by the id of an example the start and end of its tokens.
        share: of the spans, at least one.
        seed: of all that is drawn.
    """
    draw = random.Random(seed)  # noqa: S311  (no secret)
    by_id = {example.id: example for example in examples}
    places = [(example.id, span) for example in examples for span in example.spans]
    if not places:
        return list(examples), []
    labels = sorted({span.label for _, span in places})
    spans = {example.id: set(example.spans) for example in examples}
    errors = []
    first = draw.randrange(len(ERROR_KINDS))  # so that few errors are not all of one kind, whatever the seed
    for number, (id_, span) in enumerate(draw.sample(places, max(1, round(share * len(places)))), first):
        kind = ERROR_KINDS[number % len(ERROR_KINDS)]
        error = PlantedError(id_, "deleted", span, None)
        if kind == "label" and len(labels) > 1:
            label = draw.choice([label for label in labels if label != span.label])
            error = PlantedError(id_, kind, span, Span(span.start, span.end, label))
        elif kind == "edge" and (moved := _moved(span, _words_of(by_id[id_], tokens), spans[id_] - {span})):
            error = PlantedError(id_, kind, span, draw.choice(moved))
        elif kind == "invented":
            where = by_id[draw.choice(list(by_id))]
            length = len(_inside(span, tokens[id_]))
            taken = {*spans[where.id], *where.spans}
            if free := _free(_words_of(where, tokens), length, draw.choice(places)[1].label, taken):
                error = PlantedError(where.id, kind, None, draw.choice(free))
        if error.before is not None:
            spans[error.example].discard(error.before)
        if error.after is not None:
            spans[error.example].add(error.after)
        errors.append(error)
    damaged = {error.example for error in errors}
    return [replace(one, spans=tuple(spans[one.id])) if one.id in damaged else one for one in examples], errors


def _words_of(example: Example, tokens: Mapping[str, Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The tokens of an example with a letter or a digit, in what was annotated of it."""
    parts = example.unannotated_parts
    return [
        (start, end)
        for start, end in tokens[example.id]
        if any(map(str.isalnum, example.text[start:end])) and not any(a < end and start < b for a, b in parts)
    ]


def _inside(span: Span, tokens: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(start, end) for start, end in tokens if span.start <= start and end <= span.end]


def _moved(span: Span, words: Sequence[tuple[int, int]], others: set[Span]) -> list[Span]:
    """The spans that have one edge a word further out or in, and overlap no other."""
    inside = _inside(span, words)
    moved = [Span(start, span.end, span.label) for start, end in words if end <= span.start][-1:]
    moved += [Span(span.start, end, span.label) for start, end in words if span.end <= start][:1]
    if len(inside) > 1:
        moved += [Span(inside[1][0], span.end, span.label), Span(span.start, inside[-2][1], span.label)]
    return [one for one in moved if one != span and not any(one.overlaps(other) for other in others)]


def _free(words: Sequence[tuple[int, int]], length: int, label: str, taken: set[Span]) -> list[Span]:
    """All spans of so many words that overlap no other."""
    length = max(1, length)
    runs = zip(words, words[length - 1 :], strict=False)
    made = [Span(first[0], last[1], label) for first, last in runs]
    return [one for one in made if not any(one.overlaps(other) for other in taken)]

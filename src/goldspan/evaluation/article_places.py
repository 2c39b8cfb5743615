"""Predictions for examples that are cut otherwise than gold's: paragraphs against sentences or whole articles.

Both state where their examples begin in the article, so each predicted span has its place in an example of gold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from goldspan.annotation import Example, Span
from goldspan.example_table import ExampleStore
from goldspan.formats.record import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from goldspan.formats.sources import Source


def with_examples_of(gold: Source, predicted: Source) -> Source:
    """The predictions for the examples of gold, where they are of another unit of the same articles.

    A predicted span that goes beyond an example of gold is cut at its end, and noted; one that begins outside all of
    them does not count. Where the ids are of one unit, the articles differ or the texts do not agree at their places,
    the predictions stay as they are.
    """
    if not (gold.has_ids and predicted.has_ids) or not gold.table.units.isdisjoint(predicted.table.units):
        return predicted
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(predicted.examples):
        numbers[example.article].append(number)
    found = ExampleStore()
    origins: list[int] = []
    notes: list[Note] = []
    used: set[int] = set()
    for example in gold.examples:
        touching = [n for n in numbers[example.article] if example.overlaps(predicted.examples[n])]
        if not all(_agree(example, predicted.examples[n]) for n in touching):
            return predicted
        if touching:
            moved = [_moved(example, predicted, n, notes) for n in touching]
            found.append(Example(example.id, example.text, tuple({*chain.from_iterable(moved)}), example.at))
            origins.append(touching[0])
            used.update(touching)
    if not used:
        return predicted
    rest = [number for number in range(len(predicted.examples)) if number not in used]
    units = "/".join(sorted(predicted.table.take(sorted(used)).units))
    notes += _lost_spans(gold, predicted, used)
    notes.insert(0, Note("other-unit", f"predicted by {units}: compared by the places in the article", None, None))
    for number in rest:
        found.append(predicted.examples[number])
    return replace(
        predicted,
        examples=found.table(),
        places=[predicted.place(number) for number in [*origins, *rest]],
        notes=[*predicted.notes, *notes],
        sentences=(),
        numbered=(),
    )


def _agree(first: Example, second: Example) -> bool:
    """Whether two examples have the same text where they share it."""
    start, end = max(first.at, second.at), min(first.end, second.end)
    return first.text[start - first.at : end - first.at] == second.text[start - second.at : end - second.at]


def _lost_spans(gold: Source, predicted: Source, used: Iterable[int]) -> Iterator[Note]:
    """A note on each predicted span that begins in no example of gold."""
    extents: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for example in gold.examples:
        extents[example.article].append((example.at, example.at + len(example.text)))
    for number in sorted(used):
        other = predicted.examples[number]
        for span in other.spans:
            begin = other.at + span.start
            if not any(start <= begin < end for start, end in extents[other.article]):
                message = f"{other.surface(span)!r} ({span.label}) begins in no example of gold"
                yield Note("lost-span", message, *predicted.place(number), other.id)


def _moved(example: Example, predicted: Source, number: int, notes: list[Note]) -> list[Span]:
    """The spans of a prediction that begin in an example of gold, counted there."""
    other = predicted.examples[number]
    shift, spans = other.at - example.at, []
    for span in other.spans:
        start, end = span.start + shift, span.end + shift
        if not 0 <= start < len(example.text):
            continue
        if end > len(example.text):
            message = f"{other.surface(span)!r} ({span.label}) goes beyond the example of gold: cut at its end"
            notes.append(Note("cut-span", message, *predicted.place(number), example.id))
        spans.append(Span(start, min(end, len(example.text)), span.label))
    return spans

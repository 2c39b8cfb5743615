"""Predictions matched to gold by id and text, in whatever order they come.

First those of the same id and the same text, then of the same text, then of a text that differs in blanks alone, then
of the same id with a text that has half of the words of gold's. Of several that are alike the first goes to the first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from goldspan.errors import InputError
from goldspan.evaluation.laying import lay, squeezed
from goldspan.sources.source import Note, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from goldspan.values import Example, Span

KEYS: tuple[Callable[[Example], Hashable], ...] = (
    lambda example: (example.id, example.text),
    lambda example: example.text,
    lambda example: squeezed(example.text),
    lambda example: example.id,
)


def pair(gold: Source, predicted: Source) -> tuple[list[Example], list[Note]]:
    """The examples of gold with the predicted spans, and what differs.

    An example without a prediction has no span; a prediction for what is not in gold does not count.

    Raises:
        InputError: if nothing matches.
    """
    partners = _partners(gold.examples, predicted.examples)
    if not partners:
        _refuse_all(gold, predicted)
    notes: list[Note] = [*_unmatched(gold, predicted, partners)]
    found = []
    for number, example in enumerate(gold.examples):
        if number in partners:
            other = partners[number]
            found.append(_over(example, predicted.examples[other], predicted.place(other), notes))
        else:
            found.append(example.with_spans(()))
    return found, notes


def _partners(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[int, int]:
    """For the number of an example of gold that of its prediction."""
    partners: dict[int, int] = {}
    left, right = [*range(len(gold))], [*range(len(predicted))]
    for key in KEYS:
        free: dict[Hashable, list[int]] = defaultdict(list)
        for number in reversed(right):
            free[key(predicted[number])].append(number)
        for number in left:
            others = free.get(key(gold[number]))
            if others and _fit(gold[number], predicted[others[-1]]):
                partners[number] = others.pop()
        taken = set(partners.values())
        left = [number for number in left if number not in partners]
        right = [number for number in right if number not in taken]
    return partners


def _fit(example: Example, other: Example) -> bool:
    return lay((), other.text, example.text) is not None


def _over(example: Example, other: Example, place: tuple[Any, Any], notes: list[Note]) -> Example:
    """The example with the spans of its prediction; what a line of predictions says besides is kept if its text is."""
    if other.text == example.text:
        return replace(example, spans=other.spans, extra=other.extra)
    laid = lay(other.spans, other.text, example.text) or []
    spans: set[Span] = set()
    for span, new in zip(other.spans, laid, strict=True):
        said = f"[{span.start}, {span.end}, {span.label}] {other.surface(span)!r}"
        if new is None:
            notes.append(Note("lost-span", f"{said} has no place in gold's text", *place, example.id))
        elif new in spans:
            notes.append(Note("merged-span", f"{said} is there already", *place, example.id))
        else:
            spans.add(new)
    at = next((n for n, (a, b) in enumerate(zip(example.text, other.text, strict=False)) if a != b), -1)
    at = at if at >= 0 else min(len(example.text), len(other.text))
    here, there = (text[max(at - 10, 0) : at + 20] for text in (other.text, example.text))
    message = f"the text is not gold's: {here!r} where gold has {there!r}; spans laid over gold's: {len(spans)}"
    notes.append(Note("different-text", message, *place, example.id))
    return replace(example, spans=tuple(spans), extra={})


def _unmatched(gold: Source, predicted: Source, partners: dict[int, int]) -> Iterator[Note]:
    for number, example in enumerate(gold.examples):
        if number not in partners:
            yield Note("missing-example", "no prediction", *gold.place(number), example.id)
    taken = set(partners.values())
    for number, example in enumerate(predicted.examples):
        if number not in taken:
            message = f"not in gold; its predicted spans ({len(example.spans)}) do not count"
            yield Note("extra-example", message, *predicted.place(number), example.id)
    by_text = sum(gold.examples[a].id != predicted.examples[b].id for a, b in partners.items())
    if by_text:
        yield Note("matched-by-text", f"{by_text} of {len(partners)} are matched by text: their ids are not gold's")


def _refuse_all(gold: Source, predicted: Source) -> NoReturn:
    file, line = predicted.place(0)
    raise InputError(
        f"not one of {len(predicted.examples)} predictions has a text of gold's, which begins with "
        f"{gold.examples[0].text[:40]!r}",
        file=file,
        line=line,
        example=predicted.examples[0].id if predicted.examples else None,
        remedy="Name predictions for the texts of gold; ids need not be the same where texts are.",
    )

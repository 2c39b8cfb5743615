"""Scores on slices of the spans: by label, length, novelty, article and agreement of annotators.

The slice of a span follows from the span itself, whether it is a gold or a predicted one, so that a span which both
sides have is in the same slice on both. Hence the scheme is strict, and precision, recall and F1 of a slice mean what
they mean elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from goldspan import tokens
from goldspan.annotation import same_spans
from goldspan.evaluation.result import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from goldspan.annotation import Example, Span

SliceOf: TypeAlias = "Callable[[Example, Span], str | None]"
"""The name of the slice that a span of an example is in; None if it is in no slice."""

LENGTHS = {1: "1", 2: "2", 3: "3", 4: "4–6", 5: "4–6", 6: "4–6"}
LONG = "7+"
NOVELTY = ("seen", "unseen")
AGREEMENT = ("unanimous", "disputed")
FEWEST = 2  # annotators who must have read an example before it can be disputed


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the spans and its scores.

    Args:
        dimension: what divides the spans, e.g. `length`.
        name: of the slice, e.g. `4–6`.
        counts: its gold spans, its predicted spans, and those that are the same.
    """

    dimension: str
    name: str
    counts: Counts

    def json(self) -> dict[str, float | int | None]:
        """The counts and measures, named as in the schemes."""
        counts = {
            "correct": self.counts.true_positives,
            "possible": self.counts.possible,
            "actual": self.counts.actual,
        }
        return self.counts.measures() | counts


def slices(
    gold: Sequence[Example],
    predicted: Sequence[Example],
    labels: Sequence[str],
    *,
    language: str,
    training: Iterable[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
) -> tuple[Slice, ...]:
    """All slices that can be parts of what is given.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        labels: all label names, in the order of their slices.
        language: of the texts, which chooses the tokenizer that measures the spans.
        training: what the model was trained on; a span is seen if its words stand there under its label.
        passes: per annotator the examples read; a span is disputed if it overlaps one that not all of them marked,
            else unanimous. Spans of examples that fewer than two read are in neither part.

    Returns:
        Dimension by dimension: label, length, seen, article, agreement. There is no slice per article where every
        example is an article of its own.
    """
    articles = tuple(dict.fromkeys(example.article for example in gold))
    parts = slices_of_dimension("label", labels, lambda _, span: span.label, gold, predicted)
    parts += slices_of_dimension("length", dict.fromkeys((*LENGTHS.values(), LONG)), _length(language), gold, predicted)
    if training is not None:
        parts += slices_of_dimension("seen", NOVELTY, _novelty(training), gold, predicted)
    if len(articles) < len(gold):
        parts += slices_of_dimension("article", articles, lambda example, _: example.article, gold, predicted)
    if passes is not None:
        parts += slices_of_dimension("agreement", AGREEMENT, _agreement(gold, passes), gold, predicted)
    return tuple(parts)


def slices_of_dimension(
    dimension: str, names: Iterable[str], part: SliceOf, gold: Sequence[Example], predicted: Sequence[Example]
) -> list[Slice]:
    """The slices of one dimension: those of `names` in their order, then the others."""
    of_gold, of_predicted, of_both = Counter[str | None](), Counter[str | None](), Counter[str | None]()
    for in_gold, in_predicted in zip(gold, predicted, strict=True):
        of_gold.update(part(in_gold, span) for span in in_gold.spans)
        of_predicted.update(part(in_gold, span) for span in in_predicted.spans)
        of_both.update(part(in_gold, span) for span in same_spans(in_gold.spans, in_predicted.spans))
    every = dict.fromkeys([*names, *sorted(name for name in of_gold | of_predicted if name is not None)])
    return [Slice(dimension, name, Counts(of_both[name], of_gold[name], of_predicted[name])) for name in every]


def _length(language: str) -> SliceOf:
    """The number of tokens that a span overlaps; `0` for a span of spaces alone."""

    @lru_cache(maxsize=1)  # the spans of an example come one after the other
    def ends(text: str) -> tuple[list[int], list[int]]:
        extents = tokens.tokenize(text, language)
        return [start for start, _ in extents], [end for _, end in extents]

    def part(example: Example, span: Span) -> str:
        starts, stops = ends(example.text)
        number = bisect_left(starts, span.end) - bisect_right(stops, span.start)
        return LENGTHS.get(number, LONG) if number else "0"

    return part


def _novelty(training: Iterable[Example]) -> SliceOf:
    """Whether the training data has the words of a span under its label."""
    known = {(span.label, example.surface(span)) for example in training for span in example.spans}
    return lambda example, span: NOVELTY[(span.label, example.surface(span)) not in known]


def _agreement(gold: Sequence[Example], passes: Mapping[str, Sequence[Example]]) -> SliceOf:
    """Whether all annotators marked the same where a span is."""
    readings: dict[tuple[str, str], list[set[Span]]] = {(example.id, example.text): [] for example in gold}
    for examples in passes.values():
        for example in examples:
            if (example.id, example.text) in readings:
                readings[example.id, example.text].append(set(example.spans))
    disputed = {
        key: read[0].union(*read) - read[0].intersection(*read) for key, read in readings.items() if len(read) >= FEWEST
    }

    def part(example: Example, span: Span) -> str | None:
        places = disputed.get((example.id, example.text))
        return None if places is None else AGREEMENT[any(span.overlaps(place) for place in places)]

    return part

"""Scores on slices of the spans: by label, length, novelty, article and agreement of annotators.

The slice of a span follows from the span itself, whether it is a gold or a predicted one, so that a span which both
sides have is in the same slice on both. Hence the scheme is strict, and precision, recall and F1 of a slice mean what
they mean elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from goldspan import tokens
from goldspan.evaluation.matching import span_keys
from goldspan.evaluation.result import Counts
from goldspan.example_table import ExampleTable, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.annotation import Example, Span
    from goldspan.example_table import SpanColumns

if TYPE_CHECKING:
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int8]

LENGTHS = {1: "1", 2: "2", 3: "3", 4: "4–6", 5: "4–6", 6: "4–6"}
LONG = "7+"
SPACES_ALONE = "0"  # tokens
NOVELTY = ("seen", "unseen")
AGREEMENT = ("unanimous", "disputed")
MOST_AT_ONCE = 1 << 14  # spans whose texts are read together
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
    gold: Iterable[Example],
    predicted: Iterable[Example],
    labels: Sequence[str],
    *,
    language: str,
    training: Iterable[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
    on_examples: Callable[[int], object] = lambda _: None,
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
        on_examples: called now and then with the number of examples whose texts have been read.

    Returns:
        Dimension by dimension: label, length, seen, article, agreement. There is no slice per article where every
        example is an article of its own.
    """
    left, right = ExampleTable.of(gold), ExampleTable.of(predicted)
    spans = ComparedSpans.of(left.spans, right.spans)
    names, articles = spans.gold.labels, left.article_numbers
    lengths, novelty = _of_texts(left, spans, language, training, on_examples)
    parts = spans.slices("label", labels, names, (spans.gold.label, spans.predicted.label))
    parts += spans.slices("length", dict.fromkeys((*LENGTHS.values(), LONG)), LENGTH_NAMES, lengths)
    if training is not None:
        parts += spans.slices("seen", NOVELTY, NOVELTY, novelty)
    if articles.max(initial=0) + 1 < len(left):
        named = left.articles
        parts += spans.slices("article", named, named, [articles[side.document] for side in spans.sides])
    if passes is not None:
        parts += spans.slices("agreement", AGREEMENT, AGREEMENT, _agreement(left, spans, passes))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class ComparedSpans:
    """The spans of gold and of a prediction, and which are the same.

    Args:
        gold: the spans of gold.
        predicted: the predicted spans, of the same examples and with the same labels.
        same: whether each span of gold was predicted.
    """

    gold: SpanColumns
    predicted: SpanColumns
    same: Flags

    @classmethod
    def of(cls, gold: SpanColumns, predicted: SpanColumns) -> ComparedSpans:
        """The spans of two sides."""
        labels = sorted({*gold.occurring, *predicted.occurring})
        left, right = gold.relabelled(labels), predicted.relabelled(labels)
        same = np.zeros(left.size, np.bool_)
        for part in parts_of(left, right):
            keys = span_keys(left.table(part), right.table(part))
            same[left.first[part.start] : left.first[part.stop]] = np.isin(*keys)
        return cls(left, right, same)

    @property
    def sides(self) -> tuple[SpanColumns, SpanColumns]:
        """The spans of gold and of the prediction."""
        return self.gold, self.predicted

    def slices(
        self, dimension: str, names: Iterable[str], slice_names: Sequence[str], numbers: Sequence[NDArray[np.integer]]
    ) -> list[Slice]:
        """The slices of one dimension: those of `names` in their order, then the others that occur.

        Args:
            dimension: what divides the spans.
            names: of the slices that are wanted in any case.
            slice_names: what the numbers mean.
            numbers: of the slice of each span of gold, and of each predicted one; -1 for a span in no slice.
        """
        size = len(slice_names)
        gold, predicted, both = (
            np.bincount(column[column >= 0], minlength=size).tolist()
            for column in (numbers[0], numbers[1], numbers[0][self.same])
        )
        counts = {
            name: Counts(both[number], gold[number], predicted[number]) for number, name in enumerate(slice_names)
        }
        occurring = sorted(name for name, count in counts.items() if count.gold or count.predicted)
        every = dict.fromkeys([*names, *occurring])
        return [Slice(dimension, name, counts.get(name, NOTHING)) for name in every]


LENGTH_NAMES = (SPACES_ALONE, *dict.fromkeys(LENGTHS.values()), LONG)
LENGTH_OF = np.array(
    [LENGTH_NAMES.index(name) for name in (SPACES_ALONE, *LENGTHS.values(), LONG)], np.int8
)  # by tokens
NOTHING = Counts(0, 0, 0)


def _of_texts(
    gold: ExampleTable,
    spans: ComparedSpans,
    language: str,
    training: Iterable[Example] | None,
    on_examples: Callable[[int], object],
) -> tuple[list[Numbers], list[Numbers]]:
    """What follows from the texts, of both sides: how many tokens each span overlaps, and whether its words are new.

    A span of spaces alone has no token. A span is not new if training has its words under its label.
    """
    lengths = [np.zeros(side.size, np.int8) for side in spans.sides]
    novelty = [np.zeros(side.size if training is not None else 0, np.int8) for side in spans.sides]
    known = {(span.label, example.surface(span)) for example in training or () for span in example.spans}
    for part in parts_of(*spans.sides, most=MOST_AT_ONCE):
        numbers = np.arange(part.start, part.stop)
        has_spans = sum(np.diff(side.first)[part] for side in spans.sides) > 0
        begin, at = np.zeros(len(numbers), np.int64), 0
        bounds = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]  # of the tokens of one text after the other
        for number in numbers[has_spans].tolist():
            text = gold.text(number)
            begin[number - part.start] = at
            start, end = tokens.bounds(text, language)
            bounds.append((start + at, end + at))
            at += len(text) + 1
            if training is not None:
                for new, side in zip(novelty, spans.sides, strict=True):
                    row = int(side.first[number])
                    for place, span in enumerate(side[number], start=row):
                        new[place] = (span.label, text[span.start : span.end]) not in known
        starts, ends = map(np.concatenate, zip(*bounds, strict=True))
        for length, side in zip(lengths, spans.sides, strict=True):
            table = side.table(part)
            of_span = begin[table.document]
            count = np.searchsorted(starts, table.end + of_span) - np.searchsorted(ends, table.start + of_span, "right")
            row = int(side.first[part.start])
            length[row : row + count.size] = LENGTH_OF[np.minimum(count, LENGTH_OF.size - 1)]
        on_examples(part.stop)
    return lengths, novelty


def _agreement(gold: ExampleTable, spans: ComparedSpans, passes: Mapping[str, Sequence[Example]]) -> list[Numbers]:
    """Whether all annotators marked the same where a span is; -1 where fewer than two read the example."""
    numbers = gold.numbers_of({example.id for examples in passes.values() for example in examples})
    readings: defaultdict[int, list[set[Span]]] = defaultdict(list)
    for example in chain.from_iterable(passes.values()):
        for number in numbers.get(example.id, ()):
            if gold.text(number) == example.text:
                readings[number].append(set(example.spans))
    found = [np.full(side.size, -1, np.int8) for side in spans.sides]
    for number, read in readings.items():
        if len(read) < FEWEST:
            continue
        disputed = read[0].union(*read) - read[0].intersection(*read)
        for column, side in zip(found, spans.sides, strict=True):
            for row, span in enumerate(side[number], start=int(side.first[number])):
                column[row] = any(span.overlaps(place) for place in disputed)
    return found

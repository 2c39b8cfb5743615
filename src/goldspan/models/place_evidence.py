"""What speaks for and against the places of gold: models, other mentions of the same words, suggestions, spelling.

A *place* is a span of gold, or words without one where something else marks a span. The evidence of a place is a row of
numbers, from which `label_errors` tells how likely an error is there. Models have not seen the gold of the example;
what is counted of a surface leaves out the place itself.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from goldspan.annotation import Span
from goldspan.models.recogniser_model import OUTSIDE
from goldspan.suggest.extents import Extents
from goldspan.suggest.name_matcher import NameMatcher, written_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.annotation import Example
    from goldspan.models.recogniser_model import ExamplePrediction

FormCounts: TypeAlias = dict[str, Counter[str]]  # by the way a surface is written, how often it has each label
UNMARKED = ""  # in place of a label, which is never empty
LEAST = 0.001  # a probability is not taken for lower, nor for higher than 1 less this


class SuggestedPlace(NamedTuple):
    """A span that a recogniser of the project suggests.

    Args:
        span: as suggested.
        recogniser: its name.
        rule: of the recogniser, which found it.
    """

    span: Span
    recogniser: str
    rule: str


@dataclass(frozen=True, slots=True, eq=False)
class ModelReading:
    """What one or several models predict for an example, together.

    Args:
        tokens: the start and end of each token.
        labels: the columns of `probabilities`.
        probabilities: the mean of the models'.
        spans: every span that some model thinks possible, and its mean probability.
        predicted: every span that some model predicts, and the share of models that do.
    """

    tokens: tuple[tuple[int, int], ...]
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    spans: Mapping[Span, float]
    predicted: Mapping[Span, float]
    _ordered: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, predictions: Sequence[ExamplePrediction], table: NDArray[np.float64] | None = None) -> ModelReading:
        """What models predict for one example.

        Args:
            predictions: of at least one model.
            table: the probabilities of its tokens by another kind of model, which count as much as those of all these.
        """
        share = 1 / len(predictions)
        spans: defaultdict[Span, float] = defaultdict(float)
        predicted: defaultdict[Span, float] = defaultdict(float)
        for prediction in predictions:
            for start, end, label, probability in (*prediction.spans, *prediction.candidates):
                spans[Span(start, end, label)] += share * probability
            for start, end, label, _ in prediction.spans:
                predicted[Span(start, end, label)] += share
        first = predictions[0]
        tables = [np.mean([prediction.probabilities for prediction in predictions], axis=0)]
        tables += [table] if table is not None else []
        return cls(first.tokens, first.labels, np.mean(tables, axis=0), spans, predicted)

    @classmethod
    def of_tokens(
        cls, tokens: Sequence[tuple[int, int]], labels: tuple[str, ...], table: NDArray[np.float64]
    ) -> ModelReading:
        """What a model of single tokens predicts: neighbours with the same likeliest label are a span."""
        spans, best, first = {}, table.argmax(axis=1), 0
        for number in range(1, len(tokens) + 1):
            if number == len(tokens) or best[number] != best[first]:
                if label := labels[best[first]]:
                    span = Span(tokens[first][0], tokens[number - 1][1], label)
                    spans[span] = float(table[first:number, best[first]].min())
                first = number
        return cls(tuple(tokens), labels, table, spans, dict.fromkeys(spans, 1.0))

    @property
    def reading(self) -> list[Span]:
        """The spans that more than half of the models predict."""
        return sorted(span for span, share in self.predicted.items() if share > 0.5)

    def overlapping(self, span: Span) -> list[tuple[Span, float]]:
        """The spans that share words with a span, and their probabilities."""
        if not self._ordered:
            self._ordered.extend(sorted(self.spans))
        longest = max((one.end - one.start for one in self._ordered), default=0)
        first = bisect_left(self._ordered, span.start - longest, key=lambda one: one.start)
        stop = bisect_left(self._ordered, span.end, key=lambda one: one.start)
        return [(one, self.spans[one]) for one in self._ordered[first:stop] if one.overlaps(span)]

    def column(self, label: str, first: int, stop: int) -> NDArray[np.float64]:
        """The probabilities of a label for some tokens; of a label that no model knows, the least."""
        if label not in self.labels:
            return np.full(stop - first, LEAST)
        return np.clip(self.probabilities[first:stop, self.labels.index(label)], LEAST, 1.0)


@dataclass(frozen=True, slots=True)
class SurfaceCount:
    """How often a surface is marked elsewhere in gold.

    Args:
        same: with this label.
        others: with other labels.
        unmarked: not at all.
    """

    same: int
    others: Mapping[str, int]
    unmarked: int

    @property
    def otherwise(self) -> int:
        """How often with another label."""
        return sum(self.others.values())


class SurfaceTally:
    """How often surfaces are marked with each label, and how often they are not.

    A mention inside a longer span, or across an edge of one, says nothing and is not counted.

    Args:
        examples: gold.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self._matcher = NameMatcher({example.surface(span) for example in examples for span in example.spans})
        self._mentions = {one.id: [(start, end) for start, end, _ in self._matcher.find(one.text)] for one in examples}
        self._own = {example.id: self._count(example) for example in examples}
        self._last: tuple[Example | None, FormCounts] = (None, {})
        self._total: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._examples: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for id_, counts in self._own.items():
            for form, labels in counts.items():
                self._total[form] += labels
                for label in labels:
                    self._examples[form, label].append(id_)

    def count(self, example: Example, start: int, end: int, label: str, has: str) -> SurfaceCount:
        """How often the surface of a place is marked elsewhere.

        Args:
            example: as it is judged; its spans may be others than those that were counted.
            start: of the place, in code points.
            end: of the place.
            label: that is compared.
            has: the label that the place itself has in `example`; `UNMARKED` for none.
        """
        form = written_form(example.text[start:end])
        found = Counter(self._total.get(form, ()))
        found.subtract(self._own[example.id].get(form, ()))
        found.update(self._counted(example).get(form, ()))
        found[has] -= 1
        found = +found
        others = {other: times for other, times in sorted(found.items()) if other not in (label, UNMARKED)}
        return SurfaceCount(found[label], others, found[UNMARKED])

    def times(self, surface: str, label: str) -> int:
        """How often a surface is marked with a label, anywhere."""
        return self._total[written_form(surface)][label] if written_form(surface) in self._total else 0

    def examples_with(self, surface: str, label: str, without: str) -> list[str]:
        """The examples in which a surface is marked with a label, or is not marked, but one."""
        return [one for one in self._examples.get((written_form(surface), label), ()) if one != without]

    def unmarked_mentions(self, example: Example) -> list[Span]:
        """Where surfaces stand unmarked that are marked elsewhere, with the label that they have most often."""
        taken, made = self._taken(example), []
        for start, end in self._mentions[example.id]:
            marked = Counter(self._total.get(written_form(example.text[start:end]), ()))
            del marked[UNMARKED]
            if marked and not taken.touch(start, end):
                made.append(Span(start, end, min(marked, key=lambda label: (-marked[label], label))))
        return made

    def _taken(self, example: Example) -> Extents:
        return Extents([*((span.start, span.end) for span in example.spans), *example.unannotated_parts])

    def _counted(self, example: Example) -> FormCounts:
        """What `_count` gives, which is asked for each place of an example in turn."""
        if self._last[0] is not example:
            self._last = example, self._count(example)
        return self._last[1]

    def _count(self, example: Example) -> FormCounts:
        """By the way a surface is written how often it is marked with each label in an example, and unmarked."""
        taken = self._taken(example)
        counts: FormCounts = {}
        for span in example.spans:
            counts.setdefault(written_form(example.surface(span)), Counter())[span.label] += 1
        for start, end in self._mentions[example.id]:
            if not taken.touch(start, end):
                counts.setdefault(written_form(example.text[start:end]), Counter())[UNMARKED] += 1
        return counts


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """A place of gold, with its evidence.

    Args:
        example: the id of the example.
        span: the span that gold has, or the span that it may lack.
        in_gold: whether gold has it.
        evidence: a row of numbers, as many for all spans that gold has, and for all that it may lack.
    """

    example: str
    span: Span
    in_gold: bool
    evidence: tuple[float, ...]


@dataclass(frozen=True)
class EvidenceOfGold:
    """The evidence on all places of gold.

    Args:
        tokens: by the id of an example the start and end of its tokens.
        models: by the id of an example what models predict there that have not seen it; may be empty.
        suggested: by the id of an example what the recognisers of the project suggest there; may be empty.
        surfaces: what gold marks.
    """

    tokens: Mapping[str, Sequence[tuple[int, int]]]
    models: Mapping[str, ModelReading]
    suggested: Mapping[str, Sequence[SuggestedPlace]]
    surfaces: SurfaceTally
    _edges: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)

    def places(self, example: Example) -> list[GoldPlace]:
        """The places of an example: its spans, and the spans that it may lack, of several that overlap the likeliest.

        What nobody annotated has no place.
        """
        unannotated = Extents(example.unannotated_parts)
        places = [
            GoldPlace(example.id, span, True, tuple(self._of_span(example, span)))  # noqa: FBT003  (a field)
            for span in example.spans
            if not unannotated.touch(span.start, span.end)
        ]
        taken = [*((span.start, span.end) for span in example.spans), *example.unannotated_parts]
        for span in self._possible(example):
            if not any(start < span.end and span.start < end for start, end in taken):
                taken.append((span.start, span.end))
                places.append(GoldPlace(example.id, span, False, tuple(self._of_gap(example, span))))  # noqa: FBT003
        return places

    def _possible(self, example: Example) -> list[Span]:
        """What may be missing: what a model, a recogniser or another mention has, the likeliest first."""
        model = self.models.get(example.id)
        found: dict[Span, float] = dict.fromkeys(self.surfaces.unmarked_mentions(example), 0.0)
        found |= dict.fromkeys((one.span for one in self.suggested.get(example.id, ())), 0.0)
        found |= model.spans if model is not None else {}
        return sorted(found, key=lambda span: (-found[span], span))

    def _range(self, example: Example, span: Span) -> tuple[int, int]:
        """The tokens that a span touches: the first, and the one behind the last."""
        if example.id not in self._edges:
            tokens = self.tokens[example.id]
            self._edges[example.id] = [start for start, _ in tokens], [end for _, end in tokens]
        starts, ends = self._edges[example.id]
        return bisect_right(ends, span.start), bisect_left(starts, span.end)

    def _of_span(self, example: Example, span: Span) -> list[float]:
        """The evidence on a span that gold has."""
        first, stop = self._range(example, span)
        return [
            *self._model_on_span(example, span, first, stop),
            *self._surface_of_span(example, span, first, stop),
            *self._suggestions_on(example, span),
            *self._spelling(example, first, stop),
        ]

    def _model_on_span(self, example: Example, span: Span, first: int, stop: int) -> list[float]:
        model = self.models.get(example.id)
        if model is None or first >= stop:
            return [0.0] * 10
        overlapping = [(other, value) for other, value in model.overlapping(span) if other != span]
        any_other = max((value for _, value in overlapping), default=0.0)
        other_edge = max((value for other, value in overlapping if other.label == span.label), default=0.0)
        other_label = max(
            (value for other, value in overlapping if (other.start, other.end) == (span.start, span.end)), default=0.0
        )
        given, outside = model.column(span.label, first, stop), model.column(OUTSIDE, first, stop)
        around = [
            float(model.column(span.label, token, token + 1)[0])
            for token in (first - 1, stop)
            if 0 <= token < len(model.tokens) and not _is_marked(example, model.tokens[token])
        ]
        return [
            _log_odds(model.spans.get(span, 0.0)),
            model.predicted.get(span, 0.0),
            -float(np.log(given.min())),  # the worst token
            -float(np.log(given).mean()),
            float(np.log(outside).mean()),
            float(np.log(outside).max()),
            max(around, default=0.0),
            _log_odds(any_other),
            _log_odds(other_edge),
            _log_odds(other_label),
        ]

    def _surface_of_span(self, example: Example, span: Span, first: int, stop: int) -> list[float]:
        counted = self.surfaces.count(example, span.start, span.end, span.label, span.label)
        tokens = self.tokens[example.id]
        near = [(first - 1, stop), (first + 1, stop), (first, stop - 1), (first, stop + 1)]
        variants = [
            self.surfaces.times(example.text[tokens[left][0] : tokens[right - 1][1]], span.label)
            for left, right in near
            if 0 <= left < right <= len(tokens)
        ]
        return [
            math.log1p(counted.same),
            math.log1p(counted.otherwise),
            math.log1p(counted.unmarked),
            float(counted.same == 0),
            math.log1p(max(variants, default=0)),
        ]

    def _suggestions_on(self, example: Example, span: Span) -> list[float]:
        suggested = [one.span for one in self.suggested.get(example.id, ()) if one.span.overlaps(span)]
        return [float(span in suggested), float(bool(suggested) and span not in suggested)]

    def _spelling(self, example: Example, first: int, stop: int) -> list[float]:
        """Of the first and the last token, and of those around: capital, small letter, or neither letter nor digit."""
        tokens = self.tokens[example.id]
        near = (first, stop - 1, first - 1, stop)
        words = [example.text[slice(*tokens[at])] if 0 <= at < len(tokens) else "" for at in near]
        shapes = [
            float(value) for word in words for value in (word[:1].isupper(), word[:1].islower(), not word[:1].isalnum())
        ]
        return [*shapes, float(first == 0), float(stop == len(tokens)), math.log(max(1, stop - first))]

    def _of_gap(self, example: Example, span: Span) -> list[float]:
        """The evidence on a span that gold lacks."""
        first, stop = self._range(example, span)
        counted = self.surfaces.count(example, span.start, span.end, span.label, UNMARKED)
        marked = counted.same + counted.otherwise
        return [
            *self._model_on_gap(example, span, first, stop),
            math.log1p(counted.same),
            math.log1p(counted.otherwise),
            math.log1p(counted.unmarked),
            math.log((marked + 0.5) / (counted.unmarked + 0.5)) if marked else 0.0,
            *self._suggestions_on(example, span),
            *self._spelling(example, first, stop),
        ]

    def _model_on_gap(self, example: Example, span: Span, first: int, stop: int) -> list[float]:
        model = self.models.get(example.id)
        if model is None or first >= stop:
            return [0.0] * 7
        given, outside = model.column(span.label, first, stop), model.column(OUTSIDE, first, stop)
        every = sum(value for _, value in model.overlapping(span))
        return [
            _log_odds(model.spans.get(span, 0.0)),
            model.predicted.get(span, 0.0),
            _log_odds(every),
            -float(np.log(outside).mean()),
            -float(np.log(outside).max()),
            -float(np.log(outside).min()),
            float(np.log(given).mean()),
        ]


def _log_odds(probability: float) -> float:
    """The logarithm of the odds of a probability, of one near 0 or 1 that of `LEAST` or 1 less it."""
    bounded = min(max(probability, LEAST), 1 - LEAST)
    return math.log(bounded / (1 - bounded))


def readings(
    predictions: Sequence[Mapping[str, ExamplePrediction]],
    tokens: Mapping[str, Sequence[tuple[int, int]]],
    labels: Sequence[str],
    tables: Mapping[str, NDArray[np.float64]],
) -> dict[str, ModelReading]:
    """By the id of an example what models predict together, for the examples that all have read.

    Args:
        predictions: by the id of an example what a model predicts; of several models, in turn.
        tokens: by the id of an example the start and end of its tokens.
        labels: of the columns of `tables` behind the first.
        tables: by the id of an example the probabilities of its tokens by another kind of model; may be empty.
    """
    made = {id_: ModelReading.of_tokens(tokens[id_], (OUTSIDE, *labels), table) for id_, table in tables.items()}
    for id_ in predictions[0] if predictions else ():
        if all(id_ in one for one in predictions):
            same = predictions[0][id_].labels == (OUTSIDE, *labels)
            made[id_] = ModelReading.of([one[id_] for one in predictions], tables.get(id_) if same else None)
    return made


def _is_marked(example: Example, token: tuple[int, int]) -> bool:
    return any(span.start < token[1] and token[0] < span.end for span in example.spans)

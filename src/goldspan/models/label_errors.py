"""The places of gold in doubt, the most doubtful first: spans that may be wrong, and spans that may be missing.

How likely an error is at a place is learned from *planted errors*: in copies of gold some spans get another label or
another edge, are deleted or invented, and a logistic regression learns what distinguishes their places from the others,
for spans of gold and for missing ones apart. So the weights of the evidence fit the corpus, its models and its
recognisers, without labels beyond those of gold. Only the gold that is judged is damaged, not what the models were
trained on: their predictions are the same for all copies.

Part of the evidence is the lowest probability of the given label of a token (Wang and Mueller 2022, "Detecting Label
Errors in Token Classification Data", the worst-token score), and how the models' readings differ from gold (Klie,
Webber and Gurevych 2023, "Annotation Error Detection").
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from goldspan.adjudication.derive import merged_extents
from goldspan.models.doubt_reasons import POSSIBLE, Reasons, Region
from goldspan.models.place_evidence import EvidenceOfGold, SurfaceTally, readings
from goldspan.models.planted_errors import plant_errors
from goldspan.suggest.extents import Extents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.annotation import Example, Span
    from goldspan.formats.decisions import Candidate
    from goldspan.models.doubt_reasons import Reason
    from goldspan.models.place_evidence import GoldPlace, SuggestedPlace
    from goldspan.models.planted_errors import PlantedError
    from goldspan.models.recogniser_model import ExamplePrediction

DISAGREEMENT = 2.0  # what it adds to the log-odds of an error if all annotators differ from gold


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """How errors are planted to learn from.

    Args:
        share: of the spans of gold that are damaged in each copy, which is how many errors gold is expected to have.
        errors: how many are planted in all copies together, at least.
        most: copies.
        inverse_penalty: of the logistic regression, scikit-learn's C.
        seed: of what is drawn.
    """

    share: float = 0.05
    errors: int = 400
    most: int = 20
    inverse_penalty: float = 0.3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GoldDoubt:
    """A region of gold in doubt.

    Args:
        region: with the example and what gold has there.
        probability: of an error, if gold has as many as are planted.
        reasons: why, at least one.
        alternatives: what gold might have there instead, and who has that.
    """

    region: Region
    probability: float
    reasons: tuple[Reason, ...]
    alternatives: tuple[Candidate, ...]

    @property
    def example(self) -> Example:
        """The example with the spans of gold."""
        return self.region.example

    @property
    def labels(self) -> set[str]:
        """The labels of gold and of all alternatives there."""
        spans = [*self.region.gold, *(span for one in self.alternatives for span in one.spans)]
        return {span.label for span in spans}


def find_doubts(
    examples: Sequence[Example],
    tokens: Mapping[str, Sequence[tuple[int, int]]],
    predictions: Sequence[Mapping[str, ExamplePrediction]] = (),
    *,
    labels: Sequence[str] = (),
    token_tables: Mapping[str, NDArray[np.float64]] | None = None,
    suggested: Mapping[str, Sequence[SuggestedPlace]] | None = None,
    passes: Mapping[str, Mapping[str, Example]] | None = None,
    planting: Planting | None = None,
) -> list[GoldDoubt]:
    """The places of gold in doubt, the most doubtful first; none overlaps another, and each has a reason.

    Args:
        examples: gold.
        tokens: by the id of an example the start and end of its tokens, those of the predictions where there are some.
        predictions: by the id of an example what a model predicts that has not seen it; of several models, in turn.
        labels: of the scheme, in its order.
        token_tables: by the id of an example the probabilities of its tokens, see `token_classifier`.
        suggested: by the id of an example what recognisers suggest, none of which has learned from this gold.
        passes: by annotator the examples that count, by id.
        planting: how errors are planted to learn from.
    """
    models = readings(predictions, tokens, labels, token_tables or {})
    evidence = EvidenceOfGold(tokens, models, suggested or {}, SurfaceTally(examples))
    planting = planting or Planting()
    judged = judge(examples, evidence, planting)
    finder = Reasons(evidence, len(predictions))
    doubts = []
    for example in examples:
        marked = {name: read[example.id].spans for name, read in (passes or {}).items() if example.id in read}
        for region, probability in _regions(example, judged[example.id], evidence, marked, planting.share):
            if found := finder.of(region):
                doubts.append(GoldDoubt(region, probability, tuple(found), tuple(finder.alternatives(region))))
    return sorted(doubts, key=lambda one: (-one.probability, one.example.id, one.region.start))


def example_order(doubts: Sequence[GoldDoubt]) -> list[tuple[str, float]]:
    """The examples with a place in doubt, those first in which some error is likeliest, with that probability."""
    without: defaultdict[str, float] = defaultdict(lambda: 1.0)
    for doubt in doubts:
        without[doubt.example.id] *= 1 - doubt.probability
    return sorted(((id_, 1 - value) for id_, value in without.items()), key=lambda item: (-item[1], item[0]))


def judge(
    examples: Sequence[Example], evidence: EvidenceOfGold, planting: Planting
) -> dict[str, list[tuple[GoldPlace, float]]]:
    """By the id of an example its places, each with the probability of an error.

    Args:
        examples: gold.
        evidence: on it.
        planting: how errors are planted to learn from.
    """
    places = {example.id: evidence.places(example) for example in examples}
    spans = sum(len(example.spans) for example in examples)
    copies = min(planting.most, max(1, math.ceil(planting.errors / max(1.0, planting.share * spans))))
    planted: list[GoldPlace] = []
    for copy in range(copies):
        damaged, errors = plant_errors(
            examples, evidence.tokens, share=planting.share, seed=1000 * planting.seed + copy
        )
        planted += _planted_places(damaged, errors, evidence)
    probabilities: dict[tuple[str, Span, bool], float] = {}
    for in_gold in (True, False):
        sound = [place for each in places.values() for place in each if place.in_gold == in_gold]
        wrong = [place for place in planted if place.in_gold == in_gold]
        for place, value in zip(sound, _learned(sound, wrong, copies, planting), strict=True):
            probabilities[place.example, place.span, in_gold] = value
    return {
        id_: [(place, probabilities[id_, place.span, place.in_gold]) for place in each] for id_, each in places.items()
    }


def _planted_places(
    damaged: Sequence[Example], errors: Sequence[PlantedError], evidence: EvidenceOfGold
) -> list[GoldPlace]:
    """The places of planted errors, with their evidence."""
    by_example: defaultdict[str, list[PlantedError]] = defaultdict(list)
    for error in errors:
        by_example[error.example].append(error)
    found = []
    for example in damaged:
        if of_example := by_example.get(example.id):
            after = {error.after for error in of_example}
            deleted = [error.before for error in of_example if error.after is None and error.before is not None]
            found += [
                place
                for place in evidence.places(example)
                if (place.span in after if place.in_gold else any(place.span.overlaps(span) for span in deleted))
            ]
    return found


def _learned(sound: Sequence[GoldPlace], wrong: Sequence[GoldPlace], copies: int, planting: Planting) -> list[float]:
    """The probability of an error at each place of gold, from the places of planted errors in some copies of it."""
    if not sound or not wrong:
        return [planting.share] * len(sound)
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.array([place.evidence for place in [*sound, *wrong]])
    is_wrong = np.repeat([0, 1], [len(sound), len(wrong)])
    weights = np.repeat([float(copies), 1.0], [len(sound), len(wrong)])  # each copy has the sound places again
    model = make_pipeline(StandardScaler(), LogisticRegression(C=planting.inverse_penalty, max_iter=2000))
    model.fit(rows, is_wrong, logisticregression__sample_weight=weights)
    return [float(value) for value in model.predict_proba(rows[: len(sound)])[:, 1]]


def _regions(
    example: Example,
    judged: Sequence[tuple[GoldPlace, float]],
    evidence: EvidenceOfGold,
    marked: Mapping[str, Sequence[Span]],
    expected: float,
) -> list[tuple[Region, float]]:
    """The places of an example, those that concern the same words together, as regions that cut no span.

    A region has all spans of gold, of recognisers and of annotators that share words with it, and those that models
    read or think possible, so that one decision settles it. One in which annotators alone mark something is as likely
    wrong as `expected`, before they are counted.
    """
    model = evidence.models.get(example.id)
    suggested = (one.span for one in evidence.suggested.get(example.id, ()))
    marks = (one for each in marked.values() for one in each)
    read = [*model.reading, *(span for span, value in model.spans.items() if value >= POSSIBLE)] if model else []
    unannotated = Extents(example.unannotated_parts)
    every = {*example.spans, *read, *suggested, *marks}
    spans = [span for span in every if not unannotated.touch(span.start, span.end)]
    of_places = [(place.span.start, place.span.end) for place, _ in judged]
    extents = merged_extents([*((span.start, span.end) for span in spans), *of_places])
    regions = []
    for start, end in extents:
        inside = [(place, value) for place, value in judged if start <= place.span.start and place.span.end <= end]
        readings_there = [
            tuple(span for span in each if start <= span.start and span.end <= end) for each in marked.values()
        ]
        gold = tuple(span for span in example.spans if start <= span.start and span.end <= end)
        if not inside and all(one == gold for one in readings_there):
            continue
        inside.sort(key=lambda item: -item[1])
        probability = inside[0][1] if inside else expected
        if readings_there:
            share = sum(one != gold for one in readings_there) / len(readings_there)
            probability = _raised(probability, DISAGREEMENT * share)
        regions.append((Region(example, start, end, tuple(place for place, _ in inside), marked), probability))
    return regions


def _raised(probability: float, log_odds: float) -> float:
    """A probability whose log-odds are raised."""
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return 1 / (1 + (1 - bounded) / bounded * math.exp(-log_odds))

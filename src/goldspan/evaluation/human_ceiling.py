"""What people reach among themselves: the measure that a model is to be seen against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

from goldspan.evaluation.annotator_scores import score_annotator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.evaluation.result import Counts


@dataclass(frozen=True, slots=True)
class AnnotatorPairScore:
    """Two passes over the same examples.

    Args:
        first: the name of the one.
        second: the name of the other.
        examples: how many both have read, of those evaluated.
        f1: of the one against the other.
        model_f1: of the model against gold on these examples.
    """

    first: str
    second: str
    examples: int
    f1: float | None
    model_f1: float | None


@dataclass(frozen=True, slots=True)
class AnnotatorGoldScore:
    """A pass against gold.

    Args:
        name: of the pass.
        examples: how many it has read, of those evaluated.
        f1: of the pass against gold.
        model_f1: of the model against gold on these examples.
    """

    name: str
    examples: int
    f1: float | None
    model_f1: float | None


@dataclass(frozen=True, slots=True)
class HumanCeiling:
    """What people reach, beside the model: F1 by the scheme strict, micro-averaged.

    Args:
        pairs: each two passes that have read some example both.
        passes: each pass that has read some of the examples.
        sentence: what it means.
    """

    pairs: tuple[AnnotatorPairScore, ...]
    passes: tuple[AnnotatorGoldScore, ...]
    sentence: str

    @property
    def mean_f1(self) -> float | None:
        """The mean over the pairs for which it is defined (Hripcsak & Rothschild, JAMIA 2005)."""
        return _mean(pair.f1 for pair in self.pairs)

    @property
    def mean_model_f1(self) -> float | None:
        """The mean of the model over the examples of the same pairs."""
        return _mean(pair.model_f1 for pair in self.pairs)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "mean_f1": self.mean_f1,
            "mean_model_f1": self.mean_model_f1,
            "pairs": [asdict(pair) for pair in self.pairs],
            "passes": [asdict(one) for one in self.passes],
            "sentence": self.sentence,
        }


def human_ceiling(
    gold: Sequence[Example], predicted: Sequence[Example], passes: Mapping[str, Sequence[Example]]
) -> HumanCeiling | None:
    """What people reach on the examples that are evaluated, and the model on the same.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        passes: per annotator the examples read, matched by id and text.

    Returns:
        None if no pass has read any of the examples.
    """
    place = {(example.id, example.text): number for number, example in enumerate(gold)}
    read = {
        name: {place[example.id, example.text]: example for example in examples if (example.id, example.text) in place}
        for name, examples in passes.items()
    }
    against = tuple(_against(name, mine, gold, predicted) for name, mine in read.items() if mine)
    pairs = tuple(
        _pair(first, second, read, gold, predicted)
        for first, second in combinations(read, 2)
        if read[first].keys() & read[second].keys()
    )
    return HumanCeiling(pairs, against, _sentence(pairs)) if against else None


def agreement(first: Iterable[Example], second: Iterable[Example]) -> Counts:
    """The spans of two readings of the same examples, and those that are the same in both."""
    return score_annotator((a.spans, b.spans) for a, b in zip(first, second, strict=True)).overall


def _against(
    name: str, read: Mapping[int, Example], gold: Sequence[Example], predicted: Sequence[Example]
) -> AnnotatorGoldScore:
    right = [gold[number] for number in read]
    model = agreement(right, [predicted[number] for number in read])
    return AnnotatorGoldScore(name, len(read), agreement(right, read.values()).f1, model.f1)


def _pair(
    first: str,
    second: str,
    read: Mapping[str, Mapping[int, Example]],
    gold: Sequence[Example],
    predicted: Sequence[Example],
) -> AnnotatorPairScore:
    both = sorted(read[first].keys() & read[second].keys())
    among = agreement([read[first][number] for number in both], [read[second][number] for number in both])
    model = agreement([gold[number] for number in both], [predicted[number] for number in both])
    return AnnotatorPairScore(first, second, len(both), among.f1, model.f1)


def _sentence(pairs: Sequence[AnnotatorPairScore]) -> str:
    """What the numbers mean, in words."""
    people, model = _mean(pair.f1 for pair in pairs), _mean(pair.model_f1 for pair in pairs)
    if people is None or model is None:
        return (
            "No two passes have marked anything in the same examples, so what people reach among themselves is not "
            "known. A pass against gold does not tell: gold was made from it."
        )
    said = (
        f"Annotators agree with each other at F1 {people:.3f}, the model with gold at {model:.3f} on the same examples"
    )
    if people == 1:
        return (
            f"{said}: their passes are the same in every span. Either nothing here is left to judgement, or they were "
            "not made independently, and then this is no ceiling."
        )
    if model > people:
        return (
            f"{said}: the model follows this gold more closely than one annotator follows another, so a still higher "
            "score says less about finding names than about the habits of this gold."
        )
    return (
        f"{said}: {people - model:.3f} lie between the model and what annotators reach among themselves; beyond "
        "that, a higher score says less about finding names than about the habits of this gold."
    )


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return fmean(defined) if defined else None

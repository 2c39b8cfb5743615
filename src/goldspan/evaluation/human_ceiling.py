"""The human ceiling: how far annotators agree with each other and with gold, and the model with gold.

Only what annotators read without suggestions counts. Two who correct the same suggestions share what they did not
change, and gold that was made from corrected suggestions of a model is close to the model: neither shows how far people
agree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

from goldspan.corpus.passes import is_aided, unaided_readings
from goldspan.evaluation.annotator_scores import score_annotator
from goldspan.example_table import ExampleTable
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.evaluation.result import Counts


@dataclass(frozen=True, slots=True)
class AnnotatorPairScore:
    """The agreement of two annotators.

    Args:
        first: the name of the first.
        second: the name of the second.
        examples: how many of those evaluated both have read.
        f1: of the two against each other.
        model_f1: of the model against gold on these examples.
    """

    first: str
    second: str
    examples: int
    f1: float | None
    model_f1: float | None


@dataclass(frozen=True, slots=True)
class AnnotatorGoldScore:
    """An annotator against gold.

    Args:
        name: of the annotator.
        examples: how many of those evaluated they have read.
        f1: of the annotator against gold.
        model_f1: of the model against gold on these examples.
    """

    name: str
    examples: int
    f1: float | None
    model_f1: float | None


@dataclass(frozen=True, slots=True)
class HumanCeiling:
    """Human agreement and the model: micro-averaged F1 by the scheme strict.

    Args:
        pairs: the pairs of annotators who have read some example in common, both unaided.
        passes: the annotators who have read some of the examples unaided.
        sentence: what the numbers mean.
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
            "passes": [asdict(annotator) for annotator in self.passes],
            "sentence": self.sentence,
        }


def human_ceiling(
    gold: Sequence[Example], predicted: Sequence[Example], passes: Mapping[str, Sequence[Example]]
) -> HumanCeiling | None:
    """Human agreement on the examples that are evaluated, and the scores of the model on the same examples.

    Args:
        gold: the curated examples.
        predicted: the same examples with predicted spans.
        passes: per annotator the examples read, matched by id and text.

    Returns:
        None if no annotator has read any of the examples.

    Raises:
        InputError: for a reading of which it is not stated in a known form whether it was aided.
    """
    aided = {name: [example for example in examples if is_aided(example)] for name, examples in passes.items()}
    unaided = {name: unaided_readings(examples) for name, examples in passes.items()}
    table = ExampleTable.of(gold)
    numbers = table.numbers_of({example.id for examples in passes.values() for example in examples})
    read = {name: dict(_read_examples(table, numbers, examples)) for name, examples in unaided.items()}
    left_out = sum(len(dict(_read_examples(table, numbers, examples))) for examples in aided.values())
    against = tuple(_against(name, mine, gold, predicted) for name, mine in read.items() if mine)
    pairs = tuple(
        _pair(first, second, read, gold, predicted)
        for first, second in combinations(read, 2)
        if read[first].keys() & read[second].keys()
    )
    if not against and not left_out:
        return None
    return HumanCeiling(pairs, against, " ".join(filter(None, (_sentence(pairs), _aided_sentence(left_out)))))


def _read_examples(
    gold: ExampleTable, numbers: Mapping[str, Sequence[int]], examples: Iterable[Example]
) -> Iterator[tuple[int, Example]]:
    """Those of an annotator's examples that gold has with their id and text, each with its number there."""
    for example in examples:
        same = [number for number in numbers.get(example.id, ()) if gold.text(number) == example.text]
        if same:
            yield same[-1], example


def agreement(first: Iterable[Example], second: Iterable[Example]) -> Counts:
    """The counts of two annotators on the same examples."""
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
    human, model = _mean(pair.f1 for pair in pairs), _mean(pair.model_f1 for pair in pairs)
    if human is None or model is None:
        return (
            "No two annotators have marked anything in the same examples, so human agreement is not known. The scores "
            "of annotators against gold do not show it: gold was made from their annotations."
        )
    comparison = (
        f"Annotators agree with each other at F1 {human:.3f}, the model with gold at {model:.3f} on the same examples"
    )
    if human == 1:
        return (
            f"{comparison}: the annotators marked the same spans throughout. Either nothing here is a matter of "
            "judgement, or they did not work independently, and then this is not a ceiling."
        )
    if model > human:
        return (
            f"{comparison}: the model is closer to this gold than one annotator is to another, so a higher score would "
            "show less about finding names than about the habits of this gold."
        )
    return (
        f"{comparison}: the model is {human - model:.3f} below the agreement of annotators; above it, a higher score "
        "would show less about finding names than about the habits of this gold."
    )


def _aided_sentence(readings: int) -> str:
    """How many readings were left out because they were made by correcting suggestions; empty if none were."""
    if not readings:
        return ""
    was = "was" if readings == 1 else "were"
    what = amount(readings, "reading")
    return f"{what} of examples {was} made by correcting suggestions and {was} left out."


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return fmean(defined) if defined else None

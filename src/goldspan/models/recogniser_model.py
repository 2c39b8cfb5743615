"""What every trained model offers, whichever library trained it: spans and tokens with probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from goldspan import tokens
from goldspan.corpus.gold_source import NO_GOLD
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from goldspan.annotation import Example

OUTSIDE = ""  # in place of a label: no span has the token; a label is never empty


class PredictedSpan(NamedTuple):
    """A span that a model predicts.

    Args:
        start, end: half-open, in code points of the example's text.
        label: of the scheme.
        probability: how likely it is by the model that exactly this span has this label, between 0 and 1.
    """

    start: int
    end: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class ExamplePrediction:
    """What a model predicts for an example.

    Args:
        example: its id.
        spans: the predicted spans, sorted; none overlaps another.
        candidates: further spans that the model thinks possible, sorted, with their probabilities; they may overlap.
        tokens: the start and end of each token, in code points, without those of white space.
        labels: the columns of `probabilities`: `OUTSIDE`, then the labels of the scheme.
        probabilities: how likely it is that a token is in no span, or in one of a label; shape (tokens, labels), each
            row sums to 1.
    """

    example: str
    spans: tuple[PredictedSpan, ...]
    candidates: tuple[PredictedSpan, ...]
    tokens: tuple[tuple[int, int], ...]
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]


class NothingToLearnError(InputError):
    """No example of a training has a span that a model can learn."""

    @classmethod
    def of(cls, training: Sequence[Example], language: str) -> NothingToLearnError:
        """For these examples: whether they have no span, or none that begins and ends with tokens."""
        extents = tokens.tokenize_all((example.text for example in training), language)
        cut = [one for example, of in zip(training, extents, strict=True) for one in tokens.align(example, of)[1]]
        if not cut:
            return cls("there is no span to learn from", remedy=NO_GOLD)
        return cls(
            f"there is no span to learn from, since a model learns whole tokens: {cut[0]}",
            remedy="Correct where spans begin and end, or the language in labels.toml, which chooses the tokenizer.",
        )


class RecogniserModel(Protocol):
    """A model that was trained, or read."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it may predict, in the order of the scheme."""

    def predict(self, examples: Sequence[Example]) -> list[ExamplePrediction]:
        """What it predicts for each example; their own spans are not read."""

    def save(self, folder: Path) -> None:
        """Write it to a folder that is there and empty."""


class Trainer(Protocol):
    """What trains models with one library and one recipe.

    Its `repr` states all that its models depend on, so that predictions made with other settings are known to be stale;
    it can be pickled, so that other processes can train.
    """

    @property
    def recipe(self) -> str:
        """What it trains with, in a clause, such as "spaCy, encoder of en_core_web_md"."""

    def train(
        self, training: Sequence[Example], validation: Sequence[Example] = (), *, seed: int = 0
    ) -> RecogniserModel:
        """A model trained on annotated examples.

        Args:
            training: what it learns from; text that nobody annotated teaches nothing.
            validation: what it is chosen by; without any the fixed schedule runs to its end.
            seed: of all that is drawn; the same gives the same model on the same machine.

        Raises:
            NothingToLearnError: if there is no span that it can learn.
        """

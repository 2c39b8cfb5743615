"""Training of a spaCy entity recogniser on gold: blank, with word vectors, or with the encoder of another pipeline.

An encoder is copied into a recogniser with a new head, and not the component as it is: that would keep the labels of
the old head, and forget what it knew of them while it learns the new ones.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import tokens
from goldspan.errors import InputError
from goldspan.models.annotated_docs import training_examples
from goldspan.models.recogniser_model import NothingToLearnError
from goldspan.models.spacy_model import SpacyModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language

    from goldspan.annotation import Example
    from goldspan.models.weights import Weights

NER = "ner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The schedule of a training, the same for every corpus.

    Args:
        epochs: how often the examples are seen.
        batch: how many examples are seen at once.
        dropout: the share of the network that is left out at random.
    """

    epochs: int = 20
    batch: int = 8
    dropout: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacyTrainer:
    """Trains entity recognisers with spaCy.

    Args:
        labels: of the scheme, in its order.
        language: of the texts.
        weights: that training begins with; None to begin with none.
        schedule: of the training.

    Raises:
        InputError: for weights of another language.
    """

    labels: tuple[str, ...]
    language: str
    weights: Weights | None = None
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if self.weights is not None and self.weights.nlp.lang != self.language:
            raise InputError(
                f"the weights {self.weights.name!r} are for {self.weights.nlp.lang!r}, and labels.toml has language = "
                f"{self.language!r}: the same words would be other tokens",
                remedy="Begin with weights of that language, or with none: --weights none",
            )

    @property
    def recipe(self) -> str:
        """What it trains with, in a clause."""
        if self.weights is None:
            return "spaCy, without other weights"
        what = "encoder" if self.weights.encoder else "word vectors"
        return f"spaCy, {what} of {self.weights.name.rstrip('/').rpartition('/')[2]}"

    def train(
        self,
        training: Sequence[Example],
        validation: Sequence[Example] = (),  # noqa: ARG002  (the schedule is fixed)
        *,
        seed: int = 0,
    ) -> SpacyModel:
        """A model trained on annotated examples; see `Trainer.train`.

        Raises:
            NothingToLearnError: if there is no span that begins and ends with tokens.
        """
        from spacy.util import fix_random_seed, minibatch  # type: ignore[attr-defined]

        fix_random_seed(seed)
        nlp = self._pipeline()
        examples = training_examples(nlp, training)
        if not any(one.reference.ents for one in examples):
            raise NothingToLearnError.of(training, self.language)
        nlp.initialize(lambda: examples)
        self._copy_encoder(nlp)
        optimizer: Any = nlp.create_optimizer()  # type: ignore[no-untyped-call]
        order = random.Random(seed)  # noqa: S311  (no secret)
        for _ in range(self.schedule.epochs):
            order.shuffle(examples)
            for batch in minibatch(examples, size=self.schedule.batch):  # type: ignore[no-untyped-call]
                nlp.update(batch, sgd=optimizer, drop=self.schedule.dropout)
        with nlp.use_params(optimizer.averages):
            data = nlp.to_bytes()
        nlp.from_bytes(data)
        return SpacyModel(nlp, self.labels)

    def _pipeline(self) -> Language:
        import spacy

        if self.weights is None:
            nlp = tokens.pipeline(self.language)
            component: Any = nlp.add_pipe(NER)
        else:
            nlp = spacy.blank(self.language, vocab=self.weights.nlp.vocab)
            nlp.max_length = tokens.LONGEST_TEXT
            component = nlp.add_pipe(NER, config=self._source_config())
        for label in self.labels:
            component.add_label(label)
        return nlp

    def _source_config(self) -> dict[str, Any]:
        assert self.weights is not None
        if self.weights.encoder is None:
            return {}
        return {"model": self.weights.nlp.config["components"][self.weights.encoder]["model"]}

    def _copy_encoder(self, nlp: Language) -> None:
        if self.weights is None or self.weights.encoder is None:
            return
        source: Any = self.weights.nlp.get_pipe(self.weights.encoder)
        target: Any = nlp.get_pipe(NER)
        target.model.get_ref("tok2vec").from_bytes(source.model.get_ref("tok2vec").to_bytes())

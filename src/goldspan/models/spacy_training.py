"""Training of a spaCy entity recogniser on gold: blank, with word vectors, or with the encoder of another pipeline.

An encoder is copied into a recogniser with a new head, and not the component as it is: that would keep the labels of
the old head, and forget what it knew of them while it learns the new ones. The new head begins with rows of the old
one, see `head_transfer`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import tokens
from goldspan.errors import InputError
from goldspan.models.annotated_docs import training_examples
from goldspan.models.head_transfer import copy_head, label_shares
from goldspan.models.recogniser_model import NothingToLearnError
from goldspan.models.spacy_model import NER, SpacyModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language
    from spacy.training import Example as TrainingExample

    from goldspan.annotation import Example
    from goldspan.models.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The schedule of a training, the same for every corpus.

    Args:
        epochs: how often the examples are seen at least.
        updates: how often the weights are changed at least, for which few examples are seen more often.
        batch: how many examples are seen at once.
        dropout: the share of the network that is left out at random.
    """

    epochs: int = 15
    updates: int = 80
    batch: int = 8
    dropout: float = 0.2

    def epochs_for(self, examples: int) -> int:
        """How often so many examples are seen."""
        if not self.epochs:
            return 0
        return max(self.epochs, math.ceil(self.updates / math.ceil(examples / self.batch)))


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
        """Refuse weights whose words are those of another language."""
        if self.weights is not None and self.weights.nlp.lang not in (self.language, tokens.ANY_LANGUAGE):
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
        from spacy.util import fix_random_seed  # type: ignore[attr-defined]

        fix_random_seed(seed)
        nlp = self._pipeline()
        examples = training_examples(nlp, training)
        if not any(one.reference.ents for one in examples):
            raise NothingToLearnError.of(training, self.language)
        for label in self._taught(examples):
            recogniser: Any = nlp.get_pipe(NER)
            recogniser.add_label(label)
        nlp.initialize(lambda: examples)
        self._copy_weights(nlp, examples)
        self._fit(nlp, examples, seed)
        return SpacyModel(nlp, self.labels)

    def _taught(self, examples: Sequence[TrainingExample]) -> list[str]:
        """The labels of which there is a span: what has none cannot be learned, and must not be predicted by chance."""
        found = {entity.label_ for one in examples for entity in one.reference.ents}
        if negated := [label for label in found if label.startswith("!")]:
            raise InputError(
                f"spaCy reads the label {negated[0]!r} as what a span is not",
                remedy=f"Rename it, for example: goldspan relabel '{negated[0]}' NAME",
            )
        return [label for label in self.labels if label in found]

    def _pipeline(self) -> Language:
        import spacy

        if self.weights is None or self.weights.nlp.lang != self.language:
            nlp = tokens.pipeline(self.language)
        else:
            nlp = spacy.blank(self.language, vocab=self.weights.nlp.vocab)
            nlp.max_length = tokens.LONGEST_TEXT
        if self.weights is not None and nlp.vocab is not self.weights.nlp.vocab:
            nlp.vocab.vectors = self.weights.nlp.vocab.vectors
        nlp.add_pipe(NER, config=self._config())
        return nlp

    def _config(self) -> dict[str, Any]:
        from spacy.pipeline.ner import DEFAULT_NER_MODEL  # type: ignore[import-not-found]

        if self.weights is None:
            return {}
        if self.weights.has_recogniser:
            return {"model": {**self.weights.encoder_config, "nO": None}}
        if self.weights.encoder is not None:
            return {"model": {**DEFAULT_NER_MODEL, "tok2vec": self.weights.encoder_config}}
        encoder = {**DEFAULT_NER_MODEL["tok2vec"], "pretrained_vectors": True}
        return {"model": {**DEFAULT_NER_MODEL, "tok2vec": encoder}}

    def _copy_weights(self, nlp: Language, examples: Sequence[TrainingExample]) -> None:
        if self.weights is None or self.weights.encoder is None:
            return
        source: Any = self.weights.nlp.get_pipe(self.weights.encoder)
        target: Any = nlp.get_pipe(NER)
        encoder = target.model.get_ref("tok2vec")
        if not self.weights.has_recogniser:
            encoder.layers[0].from_bytes(source.model.to_bytes())
            return
        encoder.from_bytes(source.model.get_ref("tok2vec").to_bytes())
        recognised = source.pipe(one.predicted.copy() for one in examples)
        copy_head(source, target, label_shares(recognised, examples))

    def _fit(self, nlp: Language, examples: Sequence[TrainingExample], seed: int) -> None:
        """Train a recogniser as often as the schedule says; its weights are then their average over the updates."""
        from spacy.util import minibatch
        from thinc.api import Adam

        # spaCy's own settings of a pipeline that is trained, whose blank pipelines keep no averages
        optimizer: Any = Adam(learn_rate=0.001, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
        order = random.Random(seed)  # noqa: S311  (no secret)
        drawn = list(examples)
        for _ in range(self.schedule.epochs_for(len(drawn))):
            order.shuffle(drawn)
            for batch in minibatch(drawn, size=self.schedule.batch):  # type: ignore[no-untyped-call]
                nlp.update(batch, sgd=optimizer, drop=self.schedule.dropout)
        model: Any = nlp.get_pipe(NER).model  # type: ignore[attr-defined]
        with model.use_params(optimizer.averages):
            averaged = model.to_bytes()
        model.from_bytes(averaged)

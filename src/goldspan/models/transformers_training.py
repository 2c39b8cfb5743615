"""Training of a token classifier with transformers: an encoder of a folder with a new head, all of it fine-tuned.

The first piece of a token is taught its tag in IOB2, the other pieces nothing, as Devlin et al. 2019 do it. AdamW
(Loshchilov and Hutter 2019) with a rate that rises over the first tenth of the steps and falls to 0 over the others, in
shuffled batches. After each epoch the model is scored on validation, if there is any; the best epoch stays.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files, tokens
from goldspan.errors import InputError, NotFoundError
from goldspan.models.recogniser_model import NothingToLearnError
from goldspan.models.strict_scores import ALL, score
from goldspan.models.transformers_model import TransformersModel
from goldspan.suggest.token_classifier import (
    TokenClassifier,
    encoded,
    piece_of_token,
    quiet_library,
    require_library,
    window_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.annotation import Example

IGNORED = -100  # the tag of a piece that teaches nothing, as torch's loss has it
NEEDED = "config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuning:
    """The schedule of a training, the same for every corpus.

    Args:
        epochs: how often the examples are seen.
        batch: how many windows of text are seen at once.
        rate: the highest learning rate.
        warm_up: the share of the steps over which the rate rises.
        decay: of the weights.
        largest_gradient: the norm to which gradients are cut.
    """

    epochs: int = 20
    batch: int = 8
    rate: float = 5e-5
    warm_up: float = 0.1
    decay: float = 0.01
    largest_gradient: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersTrainer:
    """Trains token classifiers with transformers.

    Args:
        labels: of the scheme, in its order.
        language: of the texts, for their tokens.
        encoder: the folder of the encoder that training begins with.
        digest: of the encoder's files, so that another one in the same folder is told apart.
        schedule: of the training.
    """

    labels: tuple[str, ...]
    language: str
    encoder: str
    digest: str = ""
    schedule: FineTuning = field(default_factory=FineTuning)

    @classmethod
    def of(cls, labels: tuple[str, ...], language: str, encoder: str | None) -> TransformersTrainer:
        """The trainer that begins with an encoder.

        Raises:
            NotFoundError: if torch or transformers is not installed, or no folder of an encoder is named.
        """
        require_library()
        tokens.require_language(language)
        if encoder is None or not (Path(encoder) / NEEDED).is_file():
            what = "no encoder is named" if encoder is None else f"there is no folder {encoder!r} with {NEEDED}"
            raise NotFoundError(
                f"{what}, with which training by transformers begins",
                remedy="Name the folder of one with --weights, or in goldspan.toml: weights under [model]. Nothing is "
                "downloaded.",
            )
        digest = files.folder_sha256(Path(encoder))
        return cls(labels=labels, language=language, encoder=encoder, digest=digest)

    @property
    def recipe(self) -> str:
        """What it trains with, in a clause."""
        return f"transformers, all of {Path(self.encoder).name} with a new head"

    def train(
        self, training: Sequence[Example], validation: Sequence[Example] = (), *, seed: int = 0
    ) -> TransformersModel:
        """A model trained on annotated examples; see `Trainer.train`.

        Raises:
            InputError: for spans that overlap, for a folder without an encoder.
            NothingToLearnError: if there is no span to learn from.
        """
        require_library()
        extents = tokens.tokenize_all((example.text for example in training), self.language)
        if not any(tokens.align(example, of)[0] for example, of in zip(training, extents, strict=True)):
            raise NothingToLearnError.of(training, self.language)
        with quiet_library():
            return self._train(training, validation, seed)

    def _train(self, training: Sequence[Example], validation: Sequence[Example], seed: int) -> TransformersModel:
        import torch
        import transformers

        transformers.set_seed(seed)
        classifier = self._new_classifier()
        model, device = classifier.model, "cuda" if torch.cuda.is_available() else "cpu"
        model.to(device)
        rows = list(self._rows(classifier, training))
        steps = -(-len(rows) // self.schedule.batch) * self.schedule.epochs
        optimizer = torch.optim.AdamW(model.parameters(), lr=self.schedule.rate, weight_decay=self.schedule.decay)
        rate = transformers.get_linear_schedule_with_warmup(optimizer, int(steps * self.schedule.warm_up), steps)
        collate = transformers.DataCollatorForTokenClassification(classifier.tokenizer)
        made = TransformersModel(classifier, self.labels, self.language)
        order = random.Random(seed)  # noqa: S311  (no secret)
        best: tuple[float, Any] | None = None
        for _ in range(self.schedule.epochs):
            model.train()
            order.shuffle(rows)
            for begin in range(0, len(rows), self.schedule.batch):
                batch = collate(rows[begin : begin + self.schedule.batch]).to(device)
                model(**batch).loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), self.schedule.largest_gradient)
                optimizer.step()
                rate.step()
                optimizer.zero_grad()
            model.eval()
            found = self._f1(made, validation) if validation else 0.0
            if validation and (best is None or found >= best[0]):
                best = (found, {name: value.detach().clone() for name, value in model.state_dict().items()})
        if best is not None:
            model.load_state_dict(best[1])
        model.to("cpu")
        return made

    def _f1(self, model: TransformersModel, validation: Sequence[Example]) -> float:
        predicted = {one.example: [span[:3] for span in one.spans] for one in model.predict(validation)}
        return score(validation, predicted, self.labels).estimates[ALL].counts.f1 or 0.0

    def _new_classifier(self) -> TokenClassifier:
        """The encoder with a new head for the tags of the labels.

        Raises:
            InputError: for a folder without an encoder.
        """
        import transformers

        names = ["O", *(f"{prefix}-{label}" for label in self.labels for prefix in "BI")]
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.encoder, local_files_only=True)
            model = transformers.AutoModelForTokenClassification.from_pretrained(
                self.encoder,
                local_files_only=True,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,  # the head of a classifier with other tags
                id2label=dict(enumerate(names)),
                label2id={name: number for number, name in enumerate(names)},
                num_labels=len(names),
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError) as error:
            raise InputError(
                f"no encoder can be read: {' '.join(str(error).split()):.300}",
                file=self.encoder,
                remedy="Name a folder with config.json, the weights and tokenizer.json, as save_pretrained writes it.",
            ) from None
        return TokenClassifier(model, tokenizer, self.encoder)

    def _rows(self, classifier: TokenClassifier, examples: Sequence[Example]) -> Iterator[dict[str, list[int]]]:
        """The windows of the examples, with the tag of each piece; those in which nothing is taught are left out."""
        number = classifier.model.config.label2id
        window = window_of(classifier.model, classifier.tokenizer)
        pieces = encoded(classifier.tokenizer, [example.text for example in examples], window)
        offsets, of_text = pieces.pop("offset_mapping"), pieces.pop("overflow_to_sample_mapping")
        extents = list(tokens.tokenize_all((example.text for example in examples), self.language))
        tags = [_taught(example, of) for example, of in zip(examples, extents, strict=True)]
        for row, text in enumerate(of_text):
            labels = [IGNORED] * len(offsets[row])
            for token, piece in piece_of_token(offsets[row], extents[text]).items():
                if (tag := tags[text][token]) is not None and labels[piece] == IGNORED:
                    labels[piece] = number[tag]
            if any(label != IGNORED for label in labels):
                yield {name: values[row] for name, values in pieces.items()} | {"labels": labels}


def _taught(example: Example, extents: Sequence[tuple[int, int]]) -> list[str | None]:
    """The tag of each token; None for one that nobody annotated, or that a span cuts."""
    tags, misaligned = tokens.tags(example, extents)
    unknown = [*example.unannotated_parts, *((one.span.start, one.span.end) for one in misaligned)]
    return [
        tag if tag != "O" or not any(first < end and start < last for first, last in unknown) else None
        for tag, (start, end) in zip(tags, extents, strict=True)
    ]

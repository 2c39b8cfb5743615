"""`build/rank/`: what the last two models predicted for articles that nobody has read.

    models.json                 the models whose predictions are here, the latest last
    <digest>/<article>.jsonl    what one of them predicted for an article, in the format of gold

A line has all spans that the model thinks possible, which may overlap, and how likely each is:

    {"id": "a.p03", "at": 1043, "text": "The 72nd Brigade withdrew.", "spans": [[4, 16, "UNIT", "72nd Brigade"]],
     "probabilities": [0.93]}

A model is known by the digest of all that its predictions depend on. So it is neither trained nor asked again for what
it has predicted, and the next model is compared with what it predicted, also when the model itself is gone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from goldspan import files, formats
from goldspan.annotation import Example, Span
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold, model_record
from goldspan.models.recogniser_model import PredictedSpan
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import ExamplePrediction, RecogniserModel, Trainer

    Spans = Mapping[str, Sequence[PredictedSpan]]  # of an article, by example

RECORD = "models.json"
PROBABILITIES = "probabilities"
KEPT = 2  # models
LEAST = 0.05  # the lowest probability of a span that is kept
DIGITS = 4  # of a probability in a file
BATCH = 64  # examples that a model predicts at once, unless an article has more
READABLE = 16  # characters of a digest in the name of a folder
DAMAGED = "Remove the folder: it is made again."
TRAIN_AGAIN = "Train a model of this project: goldspan train"
TRANSFORMERS_FILE = "config.json"  # in the folder of a model of transformers; that of spaCy has config.cfg


class PoolModel(Protocol):
    """A model that can predict, once it is needed: to load or to train it takes time."""

    @property
    def digest(self) -> str:
        """Of all that its predictions depend on, in hexadecimal."""

    @property
    def labels(self) -> tuple[str, ...]:
        """That it may predict."""

    @property
    def description(self) -> str:
        """What it is, in a clause."""

    def load(self) -> RecogniserModel:
        """The model."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model that is trained here.

    Args:
        trainer: that makes it.
        examples: that it learns from.
        labels: that it may predict.
        seed: of the training.
    """

    trainer: Trainer
    examples: Sequence[Example]
    labels: tuple[str, ...]
    seed: int

    @property
    def digest(self) -> str:
        """Of the examples, the trainer with its settings, and the seed."""
        lines = [gold.line(example) for example in self.examples]
        made_from = [lines, [*self.labels], repr(self.trainer), self.seed]
        return hashlib.sha256(files.dumps(made_from).encode()).hexdigest()

    @property
    def description(self) -> str:
        """The recipe, how much it has learned from, and the seed."""
        articles = len({example.article for example in self.examples})
        return f"{self.trainer.recipe}, trained on {amount(articles, 'article')} with seed {self.seed}"

    def load(self) -> RecogniserModel:
        """The model, trained now."""
        return self.trainer.train(self.examples, seed=self.seed)


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A model in a folder.

    Args:
        folder: that `goldspan train` wrote.
        labels: of the scheme.
        language: of the texts.
        digest: of its files.
        description: what it is, in a clause.
    """

    folder: Path
    labels: tuple[str, ...]
    language: str
    digest: str
    description: str

    @classmethod
    def of(cls, corpus: Corpus, folder: Path) -> SavedModel:
        """The model in a folder.

        Raises:
            InputError: if its record is damaged.
            NotFoundError: if there is no such folder.
        """
        if not folder.is_dir():
            raise NotFoundError("there is no model", file=folder, remedy="Train one: goldspan train")
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        digests = [[path.relative_to(folder).as_posix(), files.sha256(path)] for path in paths]
        labels = tuple(corpus.scheme.names)
        name = folder.relative_to(corpus.root).as_posix() if folder.is_relative_to(corpus.root) else folder
        digest = hashlib.sha256(files.dumps([digests, [*labels]]).encode()).hexdigest()
        record = model_record.read(folder)
        learned = None if record is None else len(record.articles.get(model_record.LEARNED_FROM, ()))
        about = "" if learned is None else f", trained on {amount(learned, 'article')}"
        return cls(folder, labels, corpus.scheme.language, digest, f"the model in {name}{about}")

    def load(self) -> RecogniserModel:
        """The model.

        Raises:
            InputError: if it finds no spans, or predicts labels that the scheme lacks.
            NotFoundError: if the folder holds no model, or its library is not installed.
        """
        model, labels = self._transformers() if (self.folder / TRANSFORMERS_FILE).is_file() else self._spacy()
        if foreign := sorted({*labels} - {*self.labels}):
            raise InputError(f"predicts {foreign[0]!r}, which the scheme lacks", file=self.folder, remedy=TRAIN_AGAIN)
        return model

    def _transformers(self) -> tuple[RecogniserModel, Iterable[str]]:
        from goldspan.models.transformers_model import TransformersModel
        from goldspan.suggest.token_classifier import TokenClassifier

        classifier = TokenClassifier.read(self.folder)
        return TransformersModel(classifier, self.labels, self.language), classifier.labels

    def _spacy(self) -> tuple[RecogniserModel, Iterable[str]]:
        from goldspan.formats.spacy_pipeline import load_pipeline
        from goldspan.models.spacy_model import NER, SpacyModel

        nlp = load_pipeline(str(self.folder))
        if NER not in nlp.pipe_names:
            raise InputError(f"has no component {NER!r}, which finds spans", file=self.folder, remedy=TRAIN_AGAIN)
        return SpacyModel(nlp, self.labels), nlp.get_pipe(NER).labels  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """A model whose predictions are here.

    Args:
        digest: of all that they depend on.
        labels: that it may predict.
        description: what it is, in a clause.
    """

    digest: str
    labels: list[str]
    description: str


@dataclass(frozen=True, slots=True)
class _ModelsFile:
    """The file of the record: the models, the latest last."""

    models: list[RecordedModel]


class PoolPredictions:
    """The predictions in a folder.

    Args:
        folder: `build/rank`; made when something is written.

    Raises:
        InputError: if its record cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        from goldspan import validation  # here, since it imports pydantic

        self.folder = folder
        path = folder / RECORD
        is_there = files.is_there(path)
        read = validation.parse_json(files.read_bytes(path), _ModelsFile, path, 1, DAMAGED) if is_there else None
        self.models: list[RecordedModel] = read.models if read is not None else []

    def former(self, model: PoolModel) -> RecordedModel | None:
        """The latest other model with the same labels; None if there is none."""
        others = [one for one in self.models if one.digest != model.digest and tuple(one.labels) == model.labels]
        return others[-1] if others else None

    def record(self, model: PoolModel) -> None:
        """Make a model the latest one, and remove the predictions of all but the last two."""
        others = [one for one in self.models if one.digest != model.digest]
        self.models = [*others, RecordedModel(model.digest, [*model.labels], model.description)][-KEPT:]
        files.write(self.folder / RECORD, json.dumps(asdict(_ModelsFile(self.models)), ensure_ascii=False) + "\n")
        kept = {one.digest[:READABLE] for one in self.models}
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def read(self, digest: str, examples: Sequence[Example]) -> Spans | None:
        """What a model predicted for an article; None if nothing is here, or it is of other texts.

        Args:
            digest: of the model.
            examples: of the article, at least one.

        Raises:
            InputError: for a file that is damaged.
        """
        path = self._path(digest, examples[0].article)
        if not files.is_there(path):
            return None
        try:
            lines = formats.load(path, "gold")
            if [(line.id, line.text) for line in lines] != [(example.id, example.text) for example in examples]:
                return None
            return {line.id: _spans(line) for line in lines}
        except InputError as error:  # nobody is to repair what is made again
            raise InputError(error.message, file=path, line=error.line, example=error.example, remedy=DAMAGED) from None

    def predict(
        self, model: PoolModel, articles: Iterator[Sequence[Example]]
    ) -> Iterator[tuple[Sequence[Example], Spans]]:
        """Each article with what a model predicts for it, which is read where it is here and written where it is not.

        Args:
            model: loaded at the first article that it has not predicted.
            articles: the examples of each, at least one.
        """
        loaded: RecogniserModel | None = None
        for batch in _batches(articles):
            found = [self.read(model.digest, examples) for examples in batch]
            missing = [examples for examples, one in zip(batch, found, strict=True) if one is None]
            if missing and loaded is None:
                loaded = model.load()
            made: dict[str, Spans] = {}
            if loaded is not None and missing:
                predictions = iter(loaded.predict([example.with_spans(()) for each in missing for example in each]))
                for examples in missing:
                    spans = {example.id: possible_spans(next(predictions)) for example in examples}
                    self._write(model.digest, examples, spans)
                    made[examples[0].article] = spans
            for examples, one in zip(batch, found, strict=True):
                yield examples, made[examples[0].article] if one is None else one

    def _path(self, digest: str, article: str) -> Path:
        return self.folder / digest[:READABLE] / f"{article}.jsonl"

    def _write(self, digest: str, examples: Sequence[Example], spans: Spans) -> None:
        lines = [
            Example(
                example.id,
                example.text,
                tuple(Span(*one[:3]) for one in spans[example.id]),
                example.at,
                {PROBABILITIES: [one.probability for one in spans[example.id]]},
            )
            for example in examples
        ]
        gold.write(self._path(digest, examples[0].article), lines)


def possible_spans(prediction: ExamplePrediction) -> list[PredictedSpan]:
    """All spans that a model thinks possible, sorted, without those that are hardly so."""
    most: dict[tuple[int, int, str], float] = {}
    for start, end, label, probability in (*prediction.spans, *prediction.candidates):
        key = (start, end, label)
        most[key] = max(most.get(key, 0.0), min(1.0, round(float(probability), DIGITS)))
    return [PredictedSpan(*key, value) for key, value in sorted(most.items()) if value >= LEAST]


def _batches(articles: Iterator[Sequence[Example]]) -> Iterator[list[Sequence[Example]]]:
    batch: list[Sequence[Example]] = []
    for examples in articles:
        batch.append(examples)
        if sum(map(len, batch)) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _spans(line: Example) -> list[PredictedSpan]:
    """The spans of a line with their probabilities.

    Raises:
        InputError: if it does not have as many of these.
    """
    values = line.extra.get(PROBABILITIES)
    if not isinstance(values, list) or len(values) != len(line.spans) or not all(map(_is_probability, values)):
        raise InputError(f"{PROBABILITIES!r} are not those of its {len(line.spans)} spans", example=line.id)
    return [
        PredictedSpan(span.start, span.end, span.label, value) for span, value in zip(line.spans, values, strict=True)
    ]


def _is_probability(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1

"""The recogniser that is a token classifier of transformers, saved in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from goldspan import tokens
from goldspan.errors import NotFoundError
from goldspan.formats import model_record
from goldspan.suggest.recogniser import MODEL_RULE, RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_folder
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions
from goldspan.suggest.token_classifier import TokenClassifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
from goldspan.suggest.recogniser_table import RecogniserTable

CONFIG = "config.json"
DIGITS = 4  # of a score
PACKAGES = ("torch", "transformers", "tokenizers")


class TransformersOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `transformers`.

    Args:
        model: the folder of a token classifier.
    """

    model: str = Field(min_length=1, description="the folder of a model")


class TransformersRecogniser:
    """Finds the spans of a token classifier.

    Args:
        classifier: the model.
        labels: what becomes of its labels.
        language: of the texts.
        name: under which its spans are known.
        folder: of the model.
    """

    def __init__(
        self, classifier: TokenClassifier, labels: LabelMapping, language: str, name: str, *, folder: Path
    ) -> None:
        self.classifier = classifier
        self.map = labels
        self.language = language
        self.name = name
        self.labels = frozenset(labels.labels.values())
        record = model_record.read(folder)
        self.seen_articles = frozenset() if record is None else record.seen_articles
        self.notes = [*self.map.notes, *([] if record is None else [record.note])]

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The spans of each document, whose examples the model reads one by one."""
        for examples in documents:
            texts = [example.text for example in examples]
            extents = list(tokens.tokenize_all(texts, self.language))
            states = self.classifier.states(texts, extents)
            yield [
                [
                    RecognisedSpan(
                        of_text[span.first][0],
                        of_text[span.stop - 1][1],
                        self.map.labels[span.label],
                        MODEL_RULE + span.label.lower(),
                        round(min(span.probability, 1.0), DIGITS),
                    )
                    for span in one.spans()
                    if span.label in self.map.labels
                ]
                for of_text, one in zip(extents, states, strict=True)
            ]


def is_saved_classifier(folder: Path) -> bool:
    """Whether this is the folder of a model of transformers, as distinct from that of a spaCy pipeline."""
    return (folder / CONFIG).is_file() and not (folder / "config.cfg").is_file()


def of_table(table: RecogniserTable) -> TransformersRecogniser:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: for a folder without a token classifier, a label that the model or the scheme lacks.
        NotFoundError: for a folder that is not there, or if torch or transformers is not installed.
    """
    options = table.parse(TransformersOptions)
    folder = _folder(table, options)
    classifier = TokenClassifier.read(folder)
    if not classifier.labels:
        raise NotFoundError(
            f"the model {options.model!r} knows no label", remedy="Choose one that was trained to recognise entities."
        )
    labels = LabelMapping.of(table, classifier.labels, options.labels)
    return TransformersRecogniser(classifier, labels, table.scheme.language, table.name, folder=folder)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the model, and the libraries.

    Raises:
        InputError, NotFoundError: as `of_table`, for its keys, and for a folder that is not there.
    """
    folder = _folder(table, table.parse(TransformersOptions))
    return RecogniserInputs(files=(input_folder(table.root, folder),), packages=PACKAGES)


def _folder(table: RecogniserTable, options: TransformersOptions) -> Path:
    folder = table.root / options.model
    if folder.is_dir():
        return folder
    raise NotFoundError(
        f"there is no folder {options.model!r} with a model",
        file=table.toml.path,
        line=table.toml.line("model"),
        remedy="Name the folder of a token classifier, with config.json and the weights: nothing is downloaded.",
    )

"""The recogniser that is a spaCy pipeline: its entities, and the spans of its span groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from goldspan import tokens
from goldspan.errors import NotFoundError
from goldspan.formats.spacy_pipeline import load_pipeline, version_note
from goldspan.suggest.recogniser import MODEL_RULE, RecognisedSpan
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example
    from goldspan.suggest.recogniser_table import RecogniserTable

BATCH = 64

# No text is too long for the entity recogniser alone: spaCy's limit protects the memory of the parser.
LONGEST = 1 << 30


class SpacyOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `spacy`.

    Args:
        model: the name of an installed pipeline, or the folder of a saved one.
    """

    model: str = Field(min_length=1, description="the name of an installed pipeline or the folder of a saved one")


class SpacyPipeline:
    """Finds the entities of a spaCy pipeline.

    Args:
        nlp: the pipeline.
        labels: what becomes of its labels.
        language: of the texts.
        name: under which its spans are known.
    """

    def __init__(self, nlp: Language, labels: LabelMapping, language: str, name: str) -> None:
        self.nlp = nlp
        self.nlp.max_length = LONGEST
        self.map = labels
        self.language = language
        self.name = name
        self.labels = frozenset(labels.labels.values())

    @property
    def notes(self) -> list[str]:
        """What was mapped, and what the pipeline is not made for."""
        notes = self.map.notes
        if self.nlp.lang not in (self.language, tokens.ANY_LANGUAGE):
            notes.append(f"the model is for {self.nlp.lang!r}, and labels.toml has language = {self.language!r}")
        return [*notes, *filter(None, [version_note(self.nlp)])]

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The entities of each document, whose examples the pipeline reads one by one."""
        with self.nlp.memory_zone():
            texts = [example.text for examples in documents for example in examples]
            found = iter([list(self._spans(doc)) for doc in self.nlp.pipe(texts, batch_size=BATCH)])
        for examples in documents:
            yield [next(found) for _ in examples]

    def _spans(self, doc: Doc) -> Iterator[RecognisedSpan]:
        for entity in doc.ents:
            label = self.map.labels.get(entity.label_)
            if label is not None:
                yield RecognisedSpan(entity.start_char, entity.end_char, label, MODEL_RULE + entity.label_.lower())


def of_table(table: RecogniserTable) -> SpacyPipeline:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: for a label that the pipeline or the scheme lacks.
        NotFoundError: if the pipeline is not installed, or recognises no entities.
    """
    options = table.parse(SpacyOptions)
    nlp = load_pipeline(options.model)
    if "ner" not in nlp.pipe_names:
        raise NotFoundError(
            f"the spaCy pipeline {options.model!r} recognises no entities",
            remedy="Choose one with the component `ner`.",
        )
    upstream = {"ner", "tok2vec", "transformer"} if _uses_listener(nlp) else {"ner"}
    nlp.select_pipes(enable=[name for name in nlp.pipe_names if name in upstream])
    labels = LabelMapping.of(table, nlp.get_pipe("ner").labels, options.labels)  # type: ignore[attr-defined]  # has them
    return SpacyPipeline(nlp, labels, table.scheme.language, table.name)


def _uses_listener(nlp: Language) -> bool:
    """Whether the recogniser reads the vectors of a component before it."""
    model = nlp.get_pipe("ner").model  # type: ignore[attr-defined]  # every trainable component has one
    return any("listener" in node.name for node in model.walk())

"""The recogniser that is a spaCy pipeline: its entities, and the spans of its span groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from goldspan import tokens
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import model_record
from goldspan.formats.spacy_pipeline import (
    ENTITIES,
    is_installed_distribution,
    is_saved_pipeline,
    load_pipeline,
    pipeline_folder,
    plain_reason,
    required_packages,
    version_note,
)
from goldspan.report.text import enumerate_names
from goldspan.suggest.recogniser import MODEL_RULE, RecognisedSpan
from goldspan.suggest.recogniser_inputs import RecogniserInputs, input_folder
from goldspan.suggest.recogniser_table import LabelMapping, RecogniserOptions, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example
    from goldspan.suggest.recogniser_table import RecogniserTable

BATCH = 64
PACKAGES = ("spacy", "thinc")  # on which what a pipeline finds may depend

# spaCy's components by their factories. Those that learned to find spans read the vectors of an encoder and nothing
# else of a document; a ruler may read all that the components before it set.
ENCODERS = frozenset({"tok2vec", "transformer", "curated_transformer"})
LEARNED = frozenset({"ner", "beam_ner", "spancat", "spancat_singlelabel"})
RULERS = frozenset({"entity_ruler", "future_entity_ruler", "span_ruler"})
OTHERS = frozenset(
    """attribute_ruler doc_cleaner entity_linker lemmatizer morphologizer parser senter sentencizer tagger textcat
    textcat_multilabel trainable_lemmatizer""".split()  # noqa: SIM905  (words read best as words)
)
ENTITY_FACTORIES = frozenset({"ner", "beam_ner", "entity_ruler", "future_entity_ruler"})
NGRAMS = "spacy.ngram"  # how the names of the suggesters begin that read nothing but the number of the tokens


class SpacyOptions(RecogniserOptions):
    """The keys of a recogniser of the kind `spacy`.

    Args:
        model: the name of an installed pipeline, or the folder of a saved one.
        spans_key: the span groups that are read, among which `ents` are the entities; None for the entities and the
            groups of all its components.
    """

    model: str = Field(min_length=1, description="the name of an installed pipeline or the folder of a saved one")
    spans_key: Texts | None = Field(
        default=None, min_length=1, description='a list of span groups, as in ["ents", "sc"]'
    )


@dataclass(frozen=True, slots=True)
class SpanSources:
    """Where a pipeline leaves the spans that it finds.

    Args:
        groups: the span groups, among which `ents` are the entities.
        labels: those that its components state.
        is_open: whether a component is not spaCy's own, so that there may be further groups and labels.
    """

    groups: tuple[str, ...]
    labels: tuple[str, ...]
    is_open: bool

    @classmethod
    def of(cls, nlp: Language) -> SpanSources:
        """Those of a pipeline."""
        groups: list[str] = []
        labels: list[str] = []
        is_open = False
        for name, factory in _factories(nlp).items():
            component: Any = nlp.get_pipe(name)
            if factory in LEARNED | RULERS:
                if factory in ENTITY_FACTORIES or getattr(component, "annotate_ents", False):
                    groups.append(ENTITIES)
                groups += [key for key in [getattr(component, "key", None)] if key and factory not in ENTITY_FACTORIES]
                labels += component.labels
            elif factory not in ENCODERS | OTHERS:
                is_open = True
                stated = getattr(component, "labels", ())
                labels += [label for label in stated if isinstance(label, str)] if _is_listed(stated) else []
        return cls(tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(labels)), is_open)


class SpacyPipeline:
    """Finds the entities of a spaCy pipeline, and the spans of its span groups.

    Args:
        nlp: the pipeline.
        groups: the span groups that are read, among which `ents` are the entities; None for all that a document has.
        labels: what becomes of its labels.
        language: of the texts.
        name: under which its spans are known.
    """

    def __init__(
        self, nlp: Language, groups: Sequence[str] | None, labels: LabelMapping, language: str, name: str
    ) -> None:
        self.nlp = nlp
        self.nlp.max_length = tokens.LONGEST_TEXT  # the limit is about the parser, which is seldom run
        self.groups = groups
        self.map = labels
        self.language = language
        self.name = name
        self.labels = frozenset(labels.labels.values())
        record = model_record.read(nlp.path)
        self.seen_articles = frozenset() if record is None else record.seen_articles
        self._unmapped: Counter[str] = Counter()

    @property
    def notes(self) -> list[str]:
        """What was mapped and left out, and what the pipeline is not made for."""
        equal = [label for label, target in self.map.labels.items() if label == target]
        notes = [f"takes labels of equal name: {enumerate_names(equal)}"] if equal else []
        notes += [*self.map.notes, *pipeline_notes(self.nlp, self.language)]
        if further := sorted(set(self._unmapped) - set(self.map.unused)):
            notes.append(f"found labels that labels.toml lacks, and left them out: {enumerate_names(further)}")
        return notes

    def recognise(self, documents: Sequence[Sequence[Example]]) -> Iterator[list[list[RecognisedSpan]]]:
        """The spans of each document, whose examples the pipeline reads one by one.

        Raises:
            InputError: if a component of the pipeline fails.
        """
        with self.nlp.memory_zone():
            texts = [example.text for examples in documents for example in examples]
            found = iter([list(self._spans(doc)) for doc in documents_of(self.nlp, texts, self.name)])
        for examples in documents:
            yield [next(found) for _ in examples]

    def _spans(self, doc: Doc) -> Iterator[RecognisedSpan]:
        for key in (ENTITIES, *doc.spans) if self.groups is None else self.groups:
            group: Any = doc.ents if key == ENTITIES else doc.spans.get(key, ())
            scores = _scores(group)
            for number, span in enumerate(group):
                label = self.map.labels.get(span.label_)
                if label is not None:
                    rule = MODEL_RULE + span.label_.lower()
                    yield RecognisedSpan(
                        span.start_char, span.end_char, label, rule, scores[number] if scores else None
                    )
                elif span.label_:
                    self._unmapped[span.label_] += 1


def of_table(table: RecogniserTable) -> SpacyPipeline:
    """The recogniser of a `[[recogniser]]` table.

    Raises:
        InputError: for a label that the pipeline or the scheme lacks, a span group that the pipeline does not make.
        NotFoundError: if the pipeline is not installed, or finds no spans.
    """
    options = table.parse(SpacyOptions)
    nlp = project_pipeline(table, options.model)
    sources = SpanSources.of(nlp)
    if not sources.groups and not sources.is_open:
        raise NotFoundError(
            f"the spaCy pipeline {options.model!r} recognises no entities",
            remedy="Choose one with a component such as `ner`, `spancat`, `entity_ruler` or `span_ruler`.",
        )
    _require_groups(table, options, sources)
    nlp.select_pipes(enable=_needed_components(nlp))
    own = [*sources.labels, *((*options.labels, *table.scheme.names) if sources.is_open else ())]
    labels = LabelMapping.of(table, own, options.labels)
    groups = options.spans_key or (None if sources.is_open else sources.groups)
    return SpacyPipeline(nlp, groups, labels, table.scheme.language, table.name)


def inputs(table: RecogniserTable) -> RecogniserInputs:
    """What decides its suggestions besides its table: the pipeline.

    Raises:
        InputError: as `of_table`, for its keys.
    """
    return pipeline_inputs(table.root, table.parse(SpacyOptions).model)


def pipeline_inputs(root: Path, name: str) -> RecogniserInputs:
    """What a pipeline is: the files of its folder, or the version of its package, and what packages it asks for.

    Args:
        root: the folder of the project.
        name: as `project_pipeline` takes it.
    """
    folder = next((one for one in (root / name, Path(name).absolute()) if is_saved_pipeline(one)), None)
    if folder is None and not is_installed_distribution(name):
        folder = pipeline_folder(name)  # of a package that is in the path for imports alone
    packages = (*PACKAGES, *required_packages(name if folder is None else folder))
    if folder is None:
        return RecogniserInputs(packages=(*packages, name.replace("_", "-")))
    return RecogniserInputs(files=(input_folder(root, folder),), packages=packages)


def project_pipeline(table: RecogniserTable, name: str) -> Language:
    """The pipeline that a table names: a folder in the project, another folder, or an installed one.

    Raises:
        NotFoundError: if there is no such pipeline, or it cannot be loaded.
    """
    folder = table.root / name
    try:
        return load_pipeline(str(folder) if is_saved_pipeline(folder) else name)
    except NotFoundError as error:
        file, line = table.toml.path, table.toml.line("model")
        raise NotFoundError(error.message, file=file, line=line, remedy=error.remedy) from None


def documents_of(nlp: Language, texts: Sequence[str], name: str) -> Iterator[Doc]:
    """The documents that a pipeline makes of texts.

    Raises:
        InputError: naming the recogniser, if a component fails.
    """
    try:
        yield from nlp.pipe(texts, batch_size=BATCH)
    except Exception as error:  # what the code of others may raise is not known
        raise InputError(
            f"{name}: the pipeline fails: {plain_reason(error)}",
            remedy="Try it on a text of yours in Python; it may need a component that it lacks.",
        ) from error


def pipeline_notes(nlp: Language, language: str) -> list[str]:
    """What a pipeline is not made for: the language of the texts, the installed spaCy."""
    notes = []
    if nlp.lang not in (language, tokens.ANY_LANGUAGE):
        notes = [f"the model is for {nlp.lang!r}, and labels.toml has language = {language!r}"]
    if (record := model_record.read(nlp.path)) is not None:
        notes.append(record.note)
    return [*notes, *filter(None, [version_note(nlp)])]


def _factories(nlp: Language) -> dict[str, str]:
    """The factory of each component that is enabled, by its name."""
    return {name: nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}


def _is_listed(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset))


def _require_groups(table: RecogniserTable, options: SpacyOptions, sources: SpanSources) -> None:
    for number, key in enumerate(options.spans_key or ()):
        if key not in sources.groups and not sources.is_open:
            made = f"It makes {enumerate_names(sources.groups)}; {ENTITIES!r} are the entities."
            raise table.refusal(f"the pipeline makes no span group {key!r}", made, "spans_key", number)


def _needed_components(nlp: Language) -> list[str]:
    """The components without which other spans would be found, or all where that cannot be known."""
    factories = _factories(nlp)
    others = set(factories.values()) - LEARNED - ENCODERS - OTHERS
    if others or any(_reads_more_than_vectors(nlp, name) for name in factories):
        return list(factories)
    learned = [name for name, factory in factories.items() if factory in LEARNED]
    encoders = {"transformer", "curated_transformer"}
    if any(_uses_listener(nlp, name) for name in learned):
        encoders.add("tok2vec")
    return [name for name, factory in factories.items() if factory in LEARNED or factory in encoders]


def _reads_more_than_vectors(nlp: Language, name: str) -> bool:
    """Whether a span categoriser chooses its candidates by what other components have set, such as noun chunks."""
    suggester = nlp.config["components"].get(name, {}).get("suggester", {})
    return not str(suggester.get("@misc", NGRAMS)).startswith(NGRAMS)


def _uses_listener(nlp: Language, name: str) -> bool:
    """Whether a component reads the vectors of a component before it."""
    model: Any = nlp.get_pipe(name).model  # type: ignore[attr-defined]  # every trainable component has one
    return any("listener" in node.name for node in model.walk())


def _scores(group: Any) -> list[float] | None:  # noqa: ANN401  (a tuple of spans, or a span group)
    """The scores that a span categoriser left beside its spans, between 0 and 1; None if there are none."""
    scores = getattr(group, "attrs", {}).get("scores")
    if scores is None or len(scores) != len(group):
        return None
    return [round(min(max(float(score), 0.0), 1.0), 4) for score in scores]

"""The entities of an installed spaCy pipeline as candidates: persons, places, and other names, which shield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.errors import NotFoundError
from goldspan.formats.spacy_pipeline import load_pipeline
from goldspan.suggest.candidates import OTHER, PERSON, PLACE, SpanCandidate
from goldspan.suggest.lexicon import TokenFlag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.suggest.tokens import ParagraphTokens

LABELS = {
    "PERSON": PERSON,
    "PER": PERSON,
    "GPE": PLACE,
    "LOC": PLACE,
    "FAC": PLACE,
    "ORG": OTHER,
    "NORP": OTHER,
    "LAW": OTHER,
    "EVENT": OTHER,
    "WORK_OF_ART": OTHER,
    "PRODUCT": OTHER,
}
WEIGHTS = {
    "PERSON": 0.35,
    "PER": 0.35,
    "GPE": 0.4,
    "LOC": 0.3,
    "FAC": 0.2,
    "ORG": 0.25,
    "NORP": 0.5,
    "LAW": 0.5,
    "EVENT": 0.4,
    "WORK_OF_ART": 0.2,
    "PRODUCT": 0.2,
}


def load(name: str) -> Language:
    """The pipeline, with its entity recogniser alone.

    Raises:
        NotFoundError: if it is not installed, or recognises no entities.
    """
    nlp = load_pipeline(name)
    if "ner" not in nlp.pipe_names:
        raise NotFoundError(
            f"the spaCy pipeline {name!r} recognises no entities", remedy="Choose one with the component `ner`."
        )
    upstream = {"ner", "tok2vec", "transformer"} if _uses_listener(nlp) else {"ner"}
    nlp.select_pipes(enable=[p for p in nlp.pipe_names if p in upstream])
    return nlp


def _uses_listener(nlp: Language) -> bool:
    """Whether the recogniser reads the vectors of a component before it."""
    model = nlp.get_pipe("ner").model  # type: ignore[attr-defined]  # every trainable component has one
    return any("listener" in node.name for node in model.walk())


def find_entities(doc: Doc, tokens: ParagraphTokens, labels: Mapping[str, str]) -> Iterator[SpanCandidate]:
    """The entities of a paragraph, without words at their edges that do not belong to a name."""
    by_start = {at: i for i, at in enumerate(tokens.starts)}
    by_end = {at: i for i, at in enumerate(tokens.ends)}
    for ent in doc.ents:
        label = labels.get(ent.label_)
        if label is None:
            continue
        start, end = by_start.get(ent.start_char), by_end.get(ent.end_char)
        if start is None or end is None:
            continue
        span = _without_edges(tokens, start, end + 1, ent.label_)
        if span is not None:
            name = {PERSON: "model.person", PLACE: "model.place", OTHER: "model.other"}.get(
                label, f"model.{ent.label_.lower()}"
            )
            yield SpanCandidate(*span, label, name, WEIGHTS.get(ent.label_, 0.5))


def _without_edges(tokens: ParagraphTokens, start: int, end: int, label: str) -> tuple[int, int] | None:
    drop = (
        TokenFlag.FUNCTION
        if label in ("ORG", "NORP")
        else TokenFlag.FUNCTION
        | TokenFlag.RANK
        | TokenFlag.TITLE
        | TokenFlag.TITLE_PART
        | TokenFlag.DEMONYM
        | TokenFlag.TIME
    )
    while start < end and (
        (tokens.flags[start] & drop and not tokens.flags[start] & TokenFlag.GIVEN)
        or not tokens.words[start][0].isalnum()
        or not tokens.flags[start] & TokenFlag.CAP
    ):
        start += 1
    while end > start and (tokens.words[end - 1] in ("'s", "’s", "’", "'") or not tokens.words[end - 1][-1].isalnum()):
        end -= 1
    return (start, end) if start < end else None

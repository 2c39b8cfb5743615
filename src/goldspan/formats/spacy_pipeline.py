"""Spans that a spaCy pipeline predicts on the texts of gold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.annotation import Span
from goldspan.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example

PIPELINE_NAME = re.compile(r"[A-Za-z][\w-]*")
SPAN_GROUP = "sc"  # where spaCy's span categoriser leaves its spans


def is_saved_pipeline(folder: Path) -> bool:
    """Whether this is the folder of a saved pipeline."""
    return (folder / "config.cfg").is_file() and (folder / "meta.json").is_file()


def is_installed_pipeline(name: str) -> bool:
    """Whether this is the name of an installed pipeline."""
    import spacy

    return bool(PIPELINE_NAME.fullmatch(name)) and spacy.util.is_package(name)


def predict(name: str, examples: Sequence[Example]) -> list[Example]:
    """The examples with the spans that a pipeline finds in them: its entities, and those of its span categoriser.

    Args:
        name: of an installed pipeline, or the folder of a saved one.
        examples: those of gold; their spans are ignored.

    Raises:
        NotFoundError: if there is no such pipeline.
        InputError: for a text longer than the pipeline accepts.
    """
    nlp = load_pipeline(name)
    for example in examples:
        if len(example.text) > nlp.max_length:
            raise InputError(
                f"the text has {len(example.text):,} characters, more than the pipeline {name!r} accepts",
                example=example.id,
                remedy="Cut it into paragraphs.",
            )
    docs = nlp.pipe(example.text for example in examples)
    return [example.with_spans(set(_doc_spans(doc))) for example, doc in zip(examples, docs, strict=True)]


def load_pipeline(name: str) -> Language:
    """The installed pipeline of a name, or a saved one of a folder.

    Raises:
        NotFoundError: if there is no such pipeline.
    """
    import spacy

    try:
        return spacy.load(name)
    except OSError:
        raise NotFoundError(
            f"the spaCy pipeline {name!r} is not installed",
            remedy=f"Run: pip install {name.replace('_', '-')}",
        ) from None


def _doc_spans(doc: Doc) -> Iterator[Span]:
    for span in (*doc.ents, *doc.spans.get(SPAN_GROUP, ())):
        yield Span(span.start_char, span.end_char, span.label_)

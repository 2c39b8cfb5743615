"""The weights that training begins with: what a saved or installed spaCy pipeline has to give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.spacy_pipeline import load_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

ENTITY_FACTORIES = ("ner", "beam_ner")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A pipeline whose weights training begins with.

    Args:
        name: as the user wrote it: of an installed pipeline, or the folder of a saved one.
        nlp: the pipeline.
        encoder: the component whose encoder can be copied; None if it has none.
        has_vectors: whether its vocabulary has word vectors.
        digest: of its files, so that other weights under the same name are told apart.
    """

    name: str
    nlp: Language = field(repr=False)
    encoder: str | None
    has_vectors: bool
    digest: str = ""

    def __reduce__(self) -> tuple[Callable[[str], Weights], tuple[str]]:
        """Its name, from which another process reads it: a pipeline itself cannot be pickled."""
        return Weights.read, (self.name,)

    @classmethod
    def read(cls, name: str) -> Weights:
        """The weights of a pipeline.

        Raises:
            InputError: if it has neither an encoder nor word vectors.
            NotFoundError: if there is no such pipeline.
        """
        nlp = load_pipeline(name)
        encoder = next((part for part in nlp.pipe_names if nlp.get_pipe_meta(part).factory in ENTITY_FACTORIES), None)
        has_vectors = bool(nlp.vocab.vectors.shape[0])
        if encoder is None and not has_vectors:
            raise InputError(
                f"the pipeline {name!r} has nothing to begin with: neither an entity recogniser nor word vectors",
                remedy="Name another with --weights, or omit it to begin with none.",
            )
        return cls(name, nlp, encoder, has_vectors, "" if nlp.path is None else files.folder_sha256(nlp.path))

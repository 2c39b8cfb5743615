"""The weights that training begins with: those of another spaCy pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.formats.spacy_pipeline import load_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

ENTITY_FACTORIES = ("ner", "beam_ner")
ENCODER_FACTORY = "tok2vec"
ARCHITECTURE = "@architectures"
LISTENER, TRANSFORMER_LISTENER = "Tok2VecListener", "TransformerListener"
OTHER = "Name another with --weights, or omit it to begin with none."


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A pipeline whose weights training begins with.

    Args:
        name: as the user wrote it: of an installed pipeline, or the folder of a saved one.
        nlp: the pipeline.
        encoder: the component whose encoder can be copied: an entity recogniser, else an encoder that other components
            share; None if it has none.
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
            InputError: if it has neither an encoder nor word vectors, or its encoder is a transformer.
            NotFoundError: if there is no such pipeline.
        """
        nlp = load_pipeline(name)
        encoder = _recogniser(nlp, name) or _component(nlp, (ENCODER_FACTORY,))
        has_vectors = bool(nlp.vocab.vectors.shape[0])
        if encoder is None and not has_vectors:
            raise InputError(
                f"the pipeline {name!r} has nothing to begin with: neither an encoder nor word vectors", remedy=OTHER
            )
        return cls(name, nlp, encoder, has_vectors, "" if nlp.path is None else files.folder_sha256(nlp.path))

    @property
    def has_recogniser(self) -> bool:
        """Whether the encoder is that of an entity recogniser, whose head can be copied, too."""
        return self.encoder is not None and _factory(self.nlp, self.encoder) in ENTITY_FACTORIES

    @property
    def encoder_config(self) -> dict[str, Any]:
        """The configuration of the model of the component `encoder`."""
        config: dict[str, Any] = self.nlp.config.interpolate()["components"][self.encoder]["model"]
        return config


def _factory(nlp: Language, component: str) -> str:
    return nlp.get_pipe_meta(component).factory


def _component(nlp: Language, factories: tuple[str, ...]) -> str | None:
    return next((part for part in nlp.pipe_names if _factory(nlp, part) in factories), None)


def _recogniser(nlp: Language, name: str) -> str | None:
    """The entity recogniser of a pipeline, with an encoder of its own: one that it shares is copied into it.

    Raises:
        InputError: if it reads a transformer.
    """
    found = _component(nlp, ENTITY_FACTORIES)
    if found is None:
        return None
    config = nlp.config["components"][found]["model"].get("tok2vec", {})
    architecture = config.get(ARCHITECTURE, "")
    if TRANSFORMER_LISTENER in architecture:
        raise InputError(
            f"the recogniser of {name!r} reads a transformer, which this kind of training cannot copy",
            remedy=f"Train with --backend transformers and the folder of its encoder. {OTHER}",
        )
    if LISTENER in architecture:
        upstream = config.get("upstream", "*")
        shared = upstream if upstream in nlp.pipe_names else _component(nlp, (ENCODER_FACTORY,))
        assert shared is not None  # spaCy loads no listener without it
        nlp.replace_listeners(shared, found, ["model.tok2vec"])
    return found

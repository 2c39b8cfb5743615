"""The trainer that a project or a command has chosen: one place for all commands that train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import Trainer

Backend = Literal["spacy", "transformers"]
NO_WEIGHTS = "none"  # as the value of --weights: begin with none, whatever goldspan.toml says


def trainer_of(
    corpus: Corpus,
    weights: str | None = None,
    *,
    backend: Backend | None = None,
    labels: Sequence[str] | None = None,
) -> Trainer:
    """The trainer for a project.

    Args:
        corpus: the project.
        weights: the name or folder of what to begin with; "none" to begin with none; None for what the project has
            chosen under [model].
        backend: the library that trains; None for what the project has chosen.
        labels: that the models may predict; None for all of the scheme.

    Raises:
        InputError: if the pipeline has nothing to begin with.
        NotFoundError: if there is no such pipeline or folder, or a library is not installed.
    """
    name = chosen_weights(corpus, weights)
    names = tuple(corpus.scheme.names if labels is None else labels)
    if (backend or corpus.settings.model.backend) == "transformers":
        from goldspan.models.transformers_training import TransformersTrainer

        return TransformersTrainer.of(names, corpus.scheme.language, name)
    from goldspan.models.spacy_training import SpacyTrainer
    from goldspan.models.weights import Weights

    corpus.require_tokenizer()
    return SpacyTrainer(
        labels=names, language=corpus.scheme.language, weights=None if name is None else Weights.read(name)
    )


def chosen_weights(corpus: Corpus, stated: str | None) -> str | None:
    """The name or folder that an option states, else the one of the project's settings; None to begin with none."""
    if stated is not None:
        return None if stated == NO_WEIGHTS else stated
    name = corpus.settings.model.weights
    if name is None or name == NO_WEIGHTS:
        return None
    folder = corpus.root / name
    return str(folder) if folder.is_dir() else name

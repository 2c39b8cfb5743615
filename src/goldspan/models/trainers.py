"""The trainer that a project or a command has chosen: one place for all commands that train."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import Trainer

NO_WEIGHTS = "none"  # as the value of --weights: begin with none, whatever goldspan.toml says


def trainer_of(corpus: Corpus, weights: str | None = None) -> Trainer:
    """The trainer for a project.

    Args:
        corpus: the project.
        weights: the name or folder of the pipeline to begin with; "none" to begin with none; None for what the project
            has chosen under [model].

    Raises:
        InputError: if the pipeline has nothing to begin with.
        NotFoundError: if there is no such pipeline.
    """
    from goldspan.models.spacy_training import SpacyTrainer
    from goldspan.models.weights import Weights

    name = _chosen_weights(corpus, weights)
    return SpacyTrainer(
        labels=tuple(corpus.scheme.names),
        language=corpus.scheme.language,
        weights=None if name is None else Weights.read(name),
    )


def _chosen_weights(corpus: Corpus, stated: str | None) -> str | None:
    """The name or folder that an option states, else the one of the project's settings; None to begin with none."""
    if stated is not None:
        return None if stated == NO_WEIGHTS else stated
    name = corpus.settings.model.weights
    if name is None or name == NO_WEIGHTS:
        return None
    folder = corpus.root / name
    return str(folder) if folder.is_dir() else name

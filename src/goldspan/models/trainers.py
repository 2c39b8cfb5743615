"""The trainer that a project or a command has chosen: one place for all commands that train."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import Trainer


def trainer_of(corpus: Corpus, weights: str | None = None) -> Trainer:
    """The trainer for a project.

    Args:
        corpus: the project.
        weights: the name or folder of the pipeline to begin with; None to begin with none.

    Raises:
        InputError: if the pipeline has nothing to begin with.
        NotFoundError: if there is no such pipeline.
    """
    from goldspan.models.spacy_training import SpacyTrainer
    from goldspan.models.weights import Weights

    return SpacyTrainer(
        labels=tuple(corpus.scheme.names),
        language=corpus.scheme.language,
        weights=None if weights is None else Weights.read(weights),
    )

"""The trainer that a project or a command has chosen: one place for all commands that train."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from goldspan.errors import InputError
from goldspan.formats import model_record
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from goldspan.corpus import Corpus
    from goldspan.models.recogniser_model import Trainer

Backend = Literal["spacy", "transformers"]
NAMED = 5  # articles that a message names
NO_WEIGHTS = "none"  # as the value of --weights: begin with none, whatever goldspan.toml says


def trainer_of(
    corpus: Corpus,
    weights: str | None = None,
    *,
    backend: Backend | None = None,
    labels: Sequence[str] | None = None,
    unseen: Collection[str] | None = None,
) -> Trainer:
    """The trainer for a project.

    Args:
        corpus: the project.
        weights: the name or folder of what to begin with; "none" to begin with none; None for what the project has
            chosen under [model].
        backend: the library that trains; None for what the project has chosen.
        labels: that the models may predict; None for all of the scheme.
        unseen: the articles that the models are to be measured with, of which the weights may know nothing; None for
            all of the manifest.

    Raises:
        InputError: if the pipeline has nothing to begin with, or was trained on one of those articles.
        NotFoundError: if there is no such pipeline or folder, or a library is not installed.
    """
    name = chosen_weights(corpus, weights)
    names = tuple(corpus.scheme.names if labels is None else labels)
    if name is not None:
        _require_unseen(name, {entry.id for entry in corpus.entries} if unseen is None else unseen)
    if (backend or corpus.settings.model.backend) == "transformers":
        from goldspan.models.transformers_training import TransformersTrainer

        return TransformersTrainer.of(names, corpus.scheme.language, name)
    from goldspan.models.spacy_training import SpacyTrainer
    from goldspan.models.weights import Weights

    corpus.require_tokenizer()
    return SpacyTrainer(
        labels=names, language=corpus.scheme.language, weights=None if name is None else Weights.read(name)
    )


def _require_unseen(weights: str, articles: Collection[str]) -> None:
    """Refuse weights that goldspan trained on articles which they are to know nothing of.

    Raises:
        InputError: naming the articles.
    """
    from goldspan.formats.spacy_pipeline import pipeline_folder

    record = model_record.read(pipeline_folder(weights) or Path(weights))
    if record is not None and (seen := record.seen_articles.intersection(articles)):
        raise InputError(
            f"the weights {weights!r} were trained on, or chosen by, articles that the model is to be measured with: "
            f"{enumerate_names(sorted(seen), most=NAMED)}",
            remedy="Begin with others, or with none: --weights none",
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

"""In which order the examples of a push go up: Doccano shows them in the order of their upload.

Examples that are there stay where they are: only what is new is ordered.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from goldspan.assignment.example_order import DISAGREEMENT, RANDOM, ExampleScores, read_scores
from goldspan.doccano.push.desired_state import desired_examples

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

UploadOrder: TypeAlias = ExampleScores | Literal["random"]
STAY = "examples that are there already stay where they are: the order is that of what is new"


def read_upload_order(corpus: Corpus, order: str, articles: Collection[str] | None = None) -> UploadOrder:
    """What an option states: `disagreement` of the recognisers, `random`, or a file with scores.

    Args:
        corpus: the project.
        order: as stated.
        articles: the ids of those that are pushed; None for all.

    Raises:
        InputError: for a file that cannot be read, or names what the project does not have.
        InvalidValueError: for fewer than two recognisers.
        NotFoundError: for what a recogniser needs and is not there.
    """
    if order == RANDOM:
        return "random"
    entries = corpus.select_entries(articles)
    if order == DISAGREEMENT:
        from goldspan.models.recogniser_disagreement import disagreement_scores  # imports what recognisers need

        return disagreement_scores(corpus, [entry.id for entry in entries])
    examples = {example.id for example in desired_examples(corpus, corpus.select_entries())}
    return read_scores(Path(order), articles={entry.id for entry in corpus.entries}, examples=examples)


def order_notes(order: UploadOrder | None, examples: Sequence[Example]) -> list[str]:
    """What a lead should know of the order, without a full stop; nothing where none is asked for."""
    if order is None:
        return []
    without = order.note(examples) if isinstance(order, ExampleScores) else None
    return [STAY] if without is None else [STAY, without.removesuffix(".")]

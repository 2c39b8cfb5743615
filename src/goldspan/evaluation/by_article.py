"""The measures of each article by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.evaluation.measure import Counted
    from goldspan.evaluation.result import Evaluation
    from goldspan.values import Example


@dataclass(frozen=True, slots=True)
class ArticleScores:
    """The measures of one article.

    Args:
        article: its id.
        examples: how many of its examples were evaluated.
        evaluation: of these.
    """

    article: str
    examples: int
    evaluation: Evaluation

    def json(self) -> dict[str, Any]:
        """The number of examples, and the measures over all labels by each scheme."""
        schemes = {scheme: {"overall": measures.json()} for scheme, measures in self.evaluation.overall.items()}
        return {"examples": self.examples, "schemes": schemes}


def by_article(examples: Sequence[Example], counted: Counted) -> tuple[ArticleScores, ...]:
    """The measures of each article, in the order of the examples; none where each example is an article of its own.

    Args:
        examples: those that were evaluated.
        counted: their counts, in the same order.
    """
    import numpy as np

    places: dict[str, list[int]] = {}
    for number, example in enumerate(examples):
        places.setdefault(example.article, []).append(number)
    if len(places) == len(examples):
        return ()
    return tuple(
        ArticleScores(article, len(mine), counted.of_documents(np.array(mine))) for article, mine in places.items()
    )

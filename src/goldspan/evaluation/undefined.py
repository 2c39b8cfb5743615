"""Sentences on every measure that has no value, so that a null is never taken for a nought."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.evaluation.amounts import LabelValues
    from goldspan.evaluation.by_article import ArticleScores
    from goldspan.evaluation.ceiling import Ceiling
    from goldspan.evaluation.result import Evaluation
    from goldspan.evaluation.slices import Slice

ALL = "precision, recall and F1 are undefined, for gold has nothing and nothing was predicted"
PRECISION = "precision is undefined, for nothing was predicted"
RECALL = "recall is undefined, for gold has nothing"


class Row(Protocol):
    """Whatever has the three measures."""

    @property
    def precision(self) -> float | None:
        """None where nothing was predicted."""

    @property
    def recall(self) -> float | None:
        """None where gold has nothing."""

    @property
    def f1(self) -> float | None:
        """None where both are so."""


def lack(row: Row) -> str | None:
    """What is undefined in a row of measures, and why; None where all is defined."""
    if row.f1 is None:
        return ALL
    if row.precision is None:
        return PRECISION
    return RECALL if row.recall is None else None


def of_rows(rows: Mapping[str, Row]) -> Iterator[str]:
    """A sentence for each row, by its name, in which something is undefined."""
    for name, row in rows.items():
        if said := lack(row):
            yield f"{name}: {said}."


def of_evaluation(evaluation: Evaluation) -> Iterator[str]:
    """The same over all and for each label; what is undefined by one scheme is so by all."""
    yield from of_rows({"All labels": evaluation.overall["strict"], **evaluation.labels["strict"]})
    if evaluation.macro("strict") is None:
        yield "The macro-averaged F1 is undefined, for that of no label is defined."


def of_articles(articles: Iterable[ArticleScores]) -> Iterator[str]:
    """One sentence for all articles that lack the same."""
    lacking: defaultdict[str, list[str]] = defaultdict(list)
    for one in articles:
        if said := lack(one.evaluation.overall["strict"]):
            lacking[said].append(one.article)
    for said, names in lacking.items():
        yield f"In {', '.join(names)}: {said}."


def of_values(values: Iterable[LabelValues]) -> Iterator[str]:
    """A sentence for each label without an accuracy."""
    for one in values:
        if one.accuracy is None:
            yield f"{one.label}: the accuracy of the values is undefined, for no gold span has a value."


def of_ceiling(ceiling: Ceiling | None) -> Iterator[str]:
    """A sentence for each agreement and each score that has no value."""
    if ceiling is None:
        return
    rows = [(f"{one.first} and {one.second}", one.f1, one.model_f1) for one in ceiling.pairs]
    rows += [(f"{one.name} and gold", one.f1, one.model_f1) for one in ceiling.passes]
    for names, people, model in rows:
        if people is None:
            yield f"{names}: their F1 is undefined, for neither has anything."
        if model is None:
            yield f"{names}: the model's F1 there is undefined, for gold has nothing and it predicts nothing."


def sentences(
    evaluation: Evaluation,
    slices: Sequence[Slice],
    articles: Sequence[ArticleScores],
    values: Sequence[LabelValues],
    ceiling: Ceiling | None,
) -> tuple[str, ...]:
    """Every sentence; slices by label and article would say again what the schemes and the articles have said."""
    parts = [part for part in slices if part.dimension not in ("label", "article")]
    said = [
        *of_evaluation(evaluation),
        *of_rows({f"The slice {part.dimension} {part.name}": part.counts for part in parts}),
    ]
    return (*said, *of_articles(articles), *of_values(values), *of_ceiling(ceiling))

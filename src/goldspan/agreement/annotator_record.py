"""What is known about one annotator who is compared with gold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.agreement.disagreements import dispute_json
from goldspan.evaluation.result import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.disagreements import Kind
    from goldspan.agreement.rule_attribution import RuleAttribution
    from goldspan.evaluation.score_estimates import ScoreEstimate

LabelledWords: TypeAlias = "tuple[str, str]"
"""A label and the words that it was given to."""


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """The counts of one annotator on one article.

    Args:
        article: its id.
        guidelines: the version that its gold follows; None if it is not known.
        examples: how many of its examples are compared.
        counts: over all labels.
        labels: the counts of each label.
    """

    article: str
    guidelines: str | None
    examples: int
    counts: Counts
    labels: Mapping[str, Counts]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        head = {"article": self.article, "guidelines": self.guidelines, "examples": self.examples}
        return head | _json(self.counts, self.labels)


@dataclass(frozen=True, slots=True)
class VersionScore:
    """The counts of one annotator on the articles that follow one version of the guidelines.

    Args:
        guidelines: the version; None if it is not known.
        counts: over all labels.
        labels: the counts of each label.
    """

    guidelines: str | None
    counts: Counts
    labels: Mapping[str, Counts]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"version": self.guidelines, **_json(self.counts, self.labels)}


@dataclass(frozen=True, slots=True)
class AnnotatorError:
    """A difference between an annotator and gold that occurs once or repeatedly.

    Args:
        kind: as of a disagreement.
        own: what the annotator marked; empty for a missed span.
        gold: what gold has; empty if it has nothing there.
        places: all occurrences, in the order of the texts; the candidates are gold's and the annotator's.
        attribution: the rules of the guidelines that the first of them falls under; None without evidence for any.
    """

    kind: Kind
    own: tuple[LabelledWords, ...]
    gold: tuple[LabelledWords, ...]
    places: tuple[Dispute, ...]
    attribution: RuleAttribution | None = None

    @property
    def times(self) -> int:
        """How often it occurs."""
        return len(self.places)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "kind": self.kind,
            "times": self.times,
            "own": [list(mark) for mark in self.own],
            "gold": [list(mark) for mark in self.gold],
            "rules": list(self.attribution.rules) if self.attribution else [],
            "reason": self.attribution.reason if self.attribution else None,
            "places": [dispute_json(place, {self.kind: 1}) for place in self.places],
        }


@dataclass(frozen=True, slots=True)
class LabelTrend:
    """How F1 of a label changed from the first article that has the label to the last.

    Args:
        label: its name.
        first: the first article in which the annotator or gold has it.
        last: the last one; not the first.
    """

    label: str
    first: ArticleScore
    last: ArticleScore

    @property
    def change(self) -> float:
        """Of F1, from the first article to the last."""
        return (self.last.labels[self.label].f1 or 0.0) - (self.first.labels[self.label].f1 or 0.0)


@dataclass(frozen=True, slots=True)
class AnnotatorRecord:
    """One annotator against gold.

    Args:
        annotator: the name.
        examples: how many examples both the annotator confirmed and gold has.
        overall: over all labels.
        labels: by label.
        articles: article by article, in their order.
        errors: the differences, the most frequent first, then the longest.
        assumed: whether some file of theirs does not state what they confirmed, so that all of it is taken to be.
    """

    annotator: str
    examples: int
    overall: ScoreEstimate
    labels: Mapping[str, ScoreEstimate]
    articles: tuple[ArticleScore, ...]
    errors: tuple[AnnotatorError, ...]
    assumed: bool = False

    @property
    def versions(self) -> tuple[VersionScore, ...]:
        """The counts by version of the guidelines, in the order of the articles."""
        by_version: dict[str | None, list[ArticleScore]] = {}
        for article in self.articles:
            by_version.setdefault(article.guidelines, []).append(article)
        return tuple(
            VersionScore(
                version,
                _sum(article.counts for article in articles),
                {label: _sum(article.labels[label] for article in articles) for label in self.labels},
            )
            for version, articles in by_version.items()
        )

    @property
    def trends(self) -> list[LabelTrend]:
        """The trends of the labels that at least two articles have, the largest change first."""
        trends = []
        for label in self.labels:
            having = [article for article in self.articles if article.labels[label].f1 is not None]
            if len(having) > 1:
                trends.append(LabelTrend(label, having[0], having[-1]))
        return sorted(trends, key=lambda trend: -abs(trend.change))

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "annotator": self.annotator,
            "examples": self.examples,
            "confirmation_assumed": self.assumed,
            "overall": self.overall.json(),
            "labels": {label: score.json() for label, score in self.labels.items()},
            "articles": [article.json() for article in self.articles],
            "guidelines": [version.json() for version in self.versions],
            "errors": [error.json() for error in self.errors],
        }


def _sum(several: Iterable[Counts]) -> Counts:
    return sum(several, Counts(0, 0, 0))


def _json(counts: Counts, labels: Mapping[str, Counts]) -> dict[str, Any]:
    return counts.report() | {"labels": {label: of_label.report() for label, of_label in labels.items()}}

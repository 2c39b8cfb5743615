"""What there is to say of one annotator who is held against gold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.evaluation.result import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.agreement.disagreements import DisagreementRegion, Kind
    from goldspan.agreement.rule_attribution import RuleAttribution
    from goldspan.bootstrap import Interval

Mark: TypeAlias = "tuple[str, str]"
"""A label and the words that it was given to."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How one annotator does against gold on some spans.

    Args:
        counts: of his spans and gold's.
        precision: where it lies; None where there are not two articles, or examples, to draw from.
        recall: likewise.
        f1: likewise.
    """

    counts: Counts
    precision: Interval | None = None
    recall: Interval | None = None
    f1: Interval | None = None

    def json(self) -> dict[str, Any]:
        """The counts, the measures and their intervals."""
        ends = {
            f"{name}_interval": None if one is None else [one.low, one.high]
            for name, one in (("precision", self.precision), ("recall", self.recall), ("f1", self.f1))
        }
        return self.counts.report() | ends


@dataclass(frozen=True, slots=True)
class ArticleQuality:
    """How an annotator did on one article.

    Args:
        article: its id.
        guidelines: the version that its gold follows; None if it is not known.
        examples: how many of it count.
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
class VersionQuality:
    """How an annotator did on the articles that follow one version of the guidelines.

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
    """Something that an annotator did otherwise than gold, once or again and again.

    Args:
        kind: as of a disagreement.
        own: what he marked; empty if he missed it.
        gold: what gold has; empty if it has nothing there.
        places: all of them, in the order of the texts; the variants are gold's and his.
        told: the rules of the guidelines that the first of them falls under; None where nothing tells.
    """

    kind: Kind
    own: tuple[Mark, ...]
    gold: tuple[Mark, ...]
    places: tuple[DisagreementRegion, ...]
    told: RuleAttribution | None = None

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
            "rules": list(self.told.rules) if self.told else [],
            "reason": self.told.reason if self.told else None,
            "places": [place.json() for place in self.places],
        }


@dataclass(frozen=True, slots=True)
class AnnotatorRecord:
    """One annotator against gold.

    Args:
        annotator: his name.
        examples: how many he confirmed that gold has, too.
        overall: over all labels.
        labels: by label.
        stages: article by article, in their order.
        errors: what to talk about: what recurs most first, then what is longest.
    """

    annotator: str
    examples: int
    overall: Quality
    labels: Mapping[str, Quality]
    stages: tuple[ArticleQuality, ...]
    errors: tuple[AnnotatorError, ...]

    @property
    def versions(self) -> tuple[VersionQuality, ...]:
        """The counts by version of the guidelines, in the order of the articles."""
        of: dict[str | None, list[ArticleQuality]] = {}
        for stage in self.stages:
            of.setdefault(stage.guidelines, []).append(stage)
        return tuple(
            VersionQuality(
                name,
                _total(stage.counts for stage in stages),
                {label: _total(stage.labels[label] for stage in stages) for label in self.labels},
            )
            for name, stages in of.items()
        )

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "annotator": self.annotator,
            "examples": self.examples,
            "overall": self.overall.json(),
            "labels": {label: quality.json() for label, quality in self.labels.items()},
            "articles": [stage.json() for stage in self.stages],
            "guidelines": [version.json() for version in self.versions],
            "errors": [error.json() for error in self.errors],
        }


def _total(several: Iterable[Counts]) -> Counts:
    rows = [(one.true_positives, one.gold, one.predicted) for one in several]
    return Counts(*map(sum, zip(*rows, strict=True)))


def _json(counts: Counts, labels: Mapping[str, Counts]) -> dict[str, Any]:
    return counts.report() | {"labels": {label: one.report() for label, one in labels.items()}}

"""Strata of suggested articles, and how many articles of a sample each stratum gets.

An article is described by what was suggested in it, in up to four ways:

    label     the rarest label that was found there, by the spans in the whole collection; or that none was found.
              So an article with a rare label is never counted under a common one
    score     whether the lowest score of its spans (or their mean) is uncertain, middle or sure; or that no span has a
              score
    novelty   which share of its surfaces the project has not seen under their label
    source    its publisher, or the file that it comes from

A stratum is a combination of these. With N_h articles in stratum h, it gets a share of the sample in proportion to
N_h^q (Bankier 1988, "Power allocations: determining sample sizes for subnational areas"): q = 1 is proportional
allocation, which is Neyman's (1934, "On the two different aspects of the representative method") where all strata vary
alike; q = 0 gives all strata the same, and q = 1/2, the default, lies between: common strata stay the larger ones, and
rare ones are seen. No stratum gets more than it has; what it cannot use goes to the others in their proportion. Each
stratum gets one article if there are enough, so that estimates cover it, and each label at least a number of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from goldspan.errors import InvalidValueError
from goldspan.models.reading_order import surface_key

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from goldspan.bulk.suggested_articles import SuggestedArticle

Dimension = Literal["label", "score", "novelty", "source"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
ScoreChoice = Literal["lowest", "mean"]
Allocation = Literal["equal", "square-root", "proportional"]
POWERS: dict[Allocation, float] = {"equal": 0.0, "square-root": 0.5, "proportional": 1.0}
StratumKey = tuple[str, ...]  # the value of each dimension, in their order

NO_LABEL, NO_SPAN, NO_SCORE, NO_SOURCE = "(no label)", "(no span)", "(no score)", "(not stated)"
UNCERTAIN, MIDDLE, SURE = "uncertain", "middle", "sure"
NOTHING_NEW, PARTLY_NEW, MOSTLY_NEW = "nothing new", "partly new", "mostly new"
HALF = 0.5
STEPS = 200  # of the bisection, which then is exact in floating point
MOST_STRATA = 5_000


@dataclass(frozen=True, kw_only=True)
class StratumCriteria:
    """By what articles are put into strata.

    Args:
        by: in which ways they are described.
        edges: the scores at which `middle` and `sure` begin.
        score: which score counts of an article with several spans.
        spans: by label the number of spans in the collection.
        known: the surfaces that the project has seen; see `surface_key`.

    Raises:
        InvalidValueError: for a way that is there twice or none, and for edges that are not in order.
    """

    by: tuple[Dimension, ...] = ("label", "score")
    edges: tuple[float, float] = (0.5, 0.8)
    score: ScoreChoice = "lowest"
    spans: Mapping[str, int] = field(default_factory=dict)
    known: Container[str] = frozenset()

    def __post_init__(self) -> None:
        if len(set(self.by)) < len(self.by) or not set(self.by) <= set(DIMENSIONS):
            raise InvalidValueError(
                f"{','.join(self.by)!r} is not a list of {', '.join(DIMENSIONS)}, each once",
                remedy="Such as --by label,score.",
            )
        if not 0 <= self.edges[0] <= self.edges[1] <= 1:
            raise InvalidValueError(
                f"the scores {self.edges[0]:g} and {self.edges[1]:g} are not two from 0 to 1 in order",
                remedy="Such as --scores 0.5,0.8.",
            )

    def key(self, article: SuggestedArticle, source: str) -> StratumKey:
        """The stratum of an article.

        Args:
            article: with what was suggested.
            source: where it comes from.
        """
        values = {"label": self._label, "score": self._score, "novelty": self._novelty}
        return tuple(source if name == "source" else values[name](article) for name in self.by)

    def _label(self, article: SuggestedArticle) -> str:
        return min(article.labels, key=lambda label: (self.spans.get(label, 0), label), default=NO_LABEL)

    def _score(self, article: SuggestedArticle) -> str:
        if not article.spans:
            return NO_SPAN
        if not article.scores:
            return NO_SCORE
        mean = math.fsum(article.scores) / len(article.scores)
        score = min(article.scores) if self.score == "lowest" else mean
        return UNCERTAIN if score < self.edges[0] else MIDDLE if score < self.edges[1] else SURE

    def _novelty(self, article: SuggestedArticle) -> str:
        surfaces = {surface_key(label, surface) for label, surface in article.spans}
        if not surfaces:
            return NO_SPAN
        share = sum(surface not in self.known for surface in surfaces) / len(surfaces)
        return NOTHING_NEW if not share else PARTLY_NEW if share < HALF else MOSTLY_NEW


@dataclass(frozen=True, slots=True)
class AllocationPlan:
    """How many articles each stratum gets.

    Args:
        numbers: for each stratum.
        least: how many each label got for certain: fewer than wanted if the sample is too small for it.
    """

    numbers: Mapping[StratumKey, int]
    least: int


def allocate(
    sizes: Mapping[StratumKey, int], number: int, *, power: float = 0.5, least: int = 0, label_at: int | None = None
) -> AllocationPlan:
    """How many articles of a sample each stratum gets: `number` in all, or all articles if there are fewer.

    Args:
        sizes: how many articles each stratum has.
        number: of articles in the sample.
        power: of the sizes, from 0 to 1.
        least: how many articles each label gets at least, if it has them.
        label_at: which value of a stratum is its label; None if there is none.
    """
    strata = sorted(key for key, size in sizes.items() if size > 0)
    wanted = min(number, sum(sizes[key] for key in strata))
    kept, floors = 0, dict.fromkeys(strata, 1 if wanted >= len(strata) else 0)
    low, high = 0, least
    while label_at is not None and low < high:  # the largest minimum that the sample has room for
        tried = (low + high + 1) // 2
        raised = _with_least(sizes, floors, tried, power, label_at)
        if sum(raised.values()) <= wanted:
            low, kept = tried, tried
        else:
            high = tried - 1
    if label_at is not None and kept:
        floors = _with_least(sizes, floors, kept, power, label_at)
    return AllocationPlan(_shares({key: sizes[key] for key in strata}, wanted, power, floors), kept)


def _with_least(
    sizes: Mapping[StratumKey, int], floors: Mapping[StratumKey, int], least: int, power: float, label_at: int
) -> dict[StratumKey, int]:
    """The least that each stratum gets, so that each label gets a number of articles, if it has them."""
    by_label: defaultdict[str, list[StratumKey]] = defaultdict(list)
    for key in floors:
        by_label[key[label_at]].append(key)
    found = dict(floors)
    for label, keys in by_label.items():
        if label == NO_LABEL:
            continue
        own = {key: sizes[key] for key in keys}
        wanted = max(min(least, sum(own.values())), sum(floors[key] for key in keys))
        found |= _shares(own, wanted, power, {key: floors[key] for key in keys})
    return found


def _shares(
    sizes: Mapping[StratumKey, int], number: int, power: float, floors: Mapping[StratumKey, int]
) -> dict[StratumKey, int]:
    """Whole numbers that add up to `number`, in proportion to a power of the sizes, between floors and sizes.

    The factor of the proportion is found by bisection; what rounding leaves goes to the largest remainders.
    """
    weights = {key: size**power for key, size in sizes.items()}

    def amounts(factor: float) -> dict[StratumKey, float]:
        return {key: min(max(factor * weights[key], floors[key]), sizes[key]) for key in sizes}

    low, high = 0.0, float(max(sizes.values(), default=0))
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if math.fsum(amounts(middle).values()) < number else (low, middle)
    exact = amounts(low)
    found = {key: max(floors[key], int(amount)) for key, amount in exact.items()}
    order = sorted(sizes, key=lambda key: (found[key] - exact[key], -weights[key], key))
    while (missing := number - sum(found.values())) > 0:
        for key in [key for key in order if found[key] < sizes[key]][:missing]:
            found[key] += 1
    return found


def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """Ways to describe articles, from `label,score`.

    Raises:
        InvalidValueError: for what is none.
    """
    names = [name.strip() for name in text.split(",")]
    known: dict[str, Dimension] = {name: name for name in DIMENSIONS}
    if unknown := [name for name in names if name not in known]:
        raise InvalidValueError(
            f"{unknown[0]!r} is not one of {', '.join(DIMENSIONS)}", remedy="Such as --by label,score."
        )
    return tuple(known[name] for name in names)


def parse_edges(text: str) -> tuple[float, float]:
    """The scores at which `middle` and `sure` begin, from `0.5,0.8`.

    Raises:
        InvalidValueError: for anything else.
    """
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidValueError(f"{text!r} is not two scores", remedy="Such as --scores 0.5,0.8.") from None
    return low, high


def values_of(by: Sequence[Dimension], key: StratumKey) -> dict[str, str]:
    """The values of a stratum by name."""
    return dict(zip(by, key, strict=True))

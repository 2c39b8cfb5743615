"""The order in which articles without gold are best read: those first whose words are likely to teach most.

What a model may learn from an article is counted in spans, so that a person can judge the sum:

    expected   how many spans are likely there: the sum of the probabilities of all spans that the model thinks possible
    new        how many of their surfaces gold does not have; one that an article before it in the order is likely to
               have counts as far as that is in doubt
    differing  on how many spans the last two models differ: for each stretch of text with spans of either, how far the
               probability of one of them has changed (Davy and Luz 2007, "Active learning with history-based query
               selection"; with two models of one training set, the committee of Seung, Opper and Sompolinsky 1992)

The score is their sum in 1,000 words, since annotators are paid by the word. A brief with one lucky span would come
first, so each article counts as if it had 100 more words, as rich as the pool is on average. Articles are chosen one by
one, each time the one with the highest score given those before it: a greedy choice that sets aside what cannot be the
best (Minoux 1978, "Accelerated greedy algorithms"). Near-duplicates of one before it, or of one that was read, come
last.

A share of the places, every fifth by default, belongs to articles drawn at random. They are drawn from all that are no
near-duplicates of a read one, whatever their score, so that they are a sample of the pool.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.corpus.reading_order import OrderedArticle
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus.reading_order import Part
    from goldspan.models.recogniser_model import PredictedSpan

PER_WORDS = 1_000
PRIOR_WORDS = 100
TINY = 1e-9
SHARE = 0.2  # of the places that belong to articles drawn at random


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWeights:
    """What a span counts in the score of an article.

    Args:
        expected: one that is expected.
        new: one whose surface gold does not have.
        differing: one on which the last two models differ.
    """

    expected: float = 1.0
    new: float = 1.0
    differing: float = 1.0


@dataclass(frozen=True, slots=True)
class ArticleForecast:
    """What is expected in an article that nobody has read.

    Args:
        article: its id.
        words: of its examples.
        expected: how many spans.
        surfaces: by surface that gold does not have, how likely it is there.
        differing: on how many spans the last two models differ; None if only one has predicted it, or none.
    """

    article: str
    words: int
    expected: float = 0.0
    surfaces: Mapping[str, float] = field(default_factory=dict)
    differing: float | None = None


def surface_key(label: str, surface: str) -> str:
    """What surfaces that count as the same have in common: case and white space make no difference."""
    return f"{label}\n{' '.join(surface.split()).casefold()}"


def forecast_article(
    examples: Sequence[Example],
    words: int,
    predictions: Mapping[str, Sequence[PredictedSpan]],
    *,
    former: Mapping[str, Sequence[PredictedSpan]] | None = None,
    known: Container[str] = (),
) -> ArticleForecast:
    """What is expected in an article.

    Args:
        examples: all of the article, at least one.
        words: of them.
        predictions: by example what the model thinks possible there.
        former: the same of the model before it; None if there is none.
        known: the surfaces that gold has; see `surface_key`.
    """
    surfaces: dict[str, float] = {}
    for example in examples:
        for start, end, label, probability in predictions.get(example.id, ()):
            key = surface_key(label, example.text[start:end])
            if key not in known:
                surfaces[key] = max(surfaces.get(key, 0.0), probability)
    expected = sum((span.probability for spans in predictions.values() for span in spans), start=0.0)
    differing = None
    if former is not None:
        differing = sum(count_differing(predictions.get(one.id, ()), former.get(one.id, ())) for one in examples)
    return ArticleForecast(examples[0].article, words, expected, surfaces, differing)


def count_differing(first: Sequence[PredictedSpan], second: Sequence[PredictedSpan]) -> float:
    """On how many spans two predictions of an example differ, each as far as it does.

    Spans that overlap, directly or by a chain, are one question; it counts as much as the probability differs most.
    """
    of_first, of_second = ({span[:3]: span.probability for span in spans} for spans in (first, second))
    total, end, most = 0.0, -1, 0.0
    for key in sorted(of_first.keys() | of_second.keys()):
        if key[0] >= end:
            total, most = total + most, 0.0
        end = max(end, key[1])
        most = max(most, abs(of_first.get(key, 0.0) - of_second.get(key, 0.0)))
    return total + most


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOptions:
    """How articles are ranked.

    Args:
        random_share: of the places that belong to articles drawn at random, from 0 to 1.
        seed: of the draw; the same seed draws the same articles.
        weights: of what a score is made of.

    Raises:
        InvalidValueError: for a share out of its range.
    """

    random_share: float = SHARE
    seed: int = 0
    weights: ScoreWeights = field(default_factory=ScoreWeights)

    def __post_init__(self) -> None:
        if not 0 <= self.random_share <= 1:
            raise InvalidValueError(f"the share drawn at random lies between 0 and 1, unlike {self.random_share}")


def rank_articles(
    forecasts: Sequence[ArticleForecast],
    groups: Mapping[str, str],
    *,
    read: Mapping[str, str] | None = None,
    drawn: Mapping[str, Part] | None = None,
    covered: Iterable[ArticleForecast] = (),
    options: RankOptions | None = None,
) -> list[OrderedArticle]:
    """The articles in the order in which they are best read.

    Args:
        forecasts: of the articles that nobody has read, in the order of the manifest.
        groups: by article the name of the group of near-duplicates that it belongs to.
        read: by group of near-duplicates an article of it that was read, or that annotators have.
        drawn: the parts of all articles that have one, which they keep, read or not.
        covered: what is expected in articles that annotators have, and that are in gold soon.
        options: how to rank.
    """
    options = options or RankOptions()
    random = draw_random_part(forecasts, groups, read or {}, drawn or {}, options)
    return _Ranking(forecasts, groups, read or {}, random, options).order(covered)


def draw_random_part(
    forecasts: Sequence[ArticleForecast],
    groups: Mapping[str, str],
    read: Collection[str],
    drawn: Mapping[str, Part],
    options: RankOptions,
) -> list[str]:
    """The unread articles of the random part, in the order of the draw: those of earlier draws, and as many new ones.

    Each article has a number that depends on nothing but its id and the seed, and the lowest ones are drawn (bottom-k
    sampling, Cohen and Kaplan 2007). Of near-duplicates one takes part in the draw, and none of those that were read.
    """
    number = {one.article: draw_number(options.seed, one.article) for one in forecasts}
    ordered = sorted(number, key=lambda article: (number[article], article))
    representatives: dict[str, str] = {}
    for article in ordered:
        if groups[article] not in read:
            representatives.setdefault(groups[article], article)
    new = [article for article in representatives.values() if article not in drawn]
    kept = [article for article in ordered if drawn.get(article) == "random"]
    parts = list(drawn.values())
    missing = round(options.random_share * (len(parts) + len(new))) - parts.count("random")
    if options.random_share and missing <= 0 and not parts and len(new) > 1:
        missing = 1
    chosen = {*kept, *new[: max(0, missing)]}
    return [article for article in ordered if article in chosen]


def draw_number(seed: int, article: str) -> bytes:
    """The number of an article in a draw: the same on every machine and in every version of Python."""
    return hashlib.sha256(f"{seed}\n{article}".encode()).digest()


class _Ranking:
    """A ranking in progress.

    Args:
        forecasts: of the articles that nobody has read.
        groups: by article its group.
        read: by group an article of it that was read.
        random: the articles of the random part, in their order.
        options: how to rank.
    """

    def __init__(
        self,
        forecasts: Sequence[ArticleForecast],
        groups: Mapping[str, str],
        read: Mapping[str, str],
        random: Sequence[str],
        options: RankOptions,
    ) -> None:
        self.forecasts = {one.article: one for one in forecasts}
        self.groups = groups
        self.weights = options.weights
        self.share = options.random_share
        self.random = random
        # By group the article that others of it repeat: one that was read, or that has its place already.
        self.first = {groups[article]: article for article in reversed(random)} | dict(read)
        self.doubt: defaultdict[str, float] = defaultdict(lambda: 1.0)  # that no article before has a surface
        self.differing_rate = _differing_rate(forecasts)
        words = sum(one.words for one in forecasts)
        self.mean = sum(map(self._amount, forecasts)) / words if words else 0.0

    def order(self, covered: Iterable[ArticleForecast]) -> list[OrderedArticle]:
        """The articles in their order."""
        for one in covered:
            self._cover(one)
        queue = deque(article for article in self.random if self.first[self.groups[article]] == article)
        chosen = {*self.random}
        ranked = [one for one in self.forecasts.values() if one.article not in chosen]
        heap = [(-self._score(one), place, one) for place, one in enumerate(ranked)]
        heapq.heapify(heap)
        placed: list[OrderedArticle] = []
        while queue or heap:
            place = len(placed) + 1
            if queue and (not heap or int(place * self.share + TINY) > int((place - 1) * self.share + TINY)):
                placed.append(self._place(self.forecasts[queue.popleft()], "random"))
            elif (best := self._pop_best(heap)) is not None:
                placed.append(self._place(best, "ranked"))
        there = {one.article for one in placed}
        repeated = [one for one in self.forecasts.values() if one.article not in there]
        repeated.sort(key=self._score, reverse=True)
        return [*placed, *(self._place(one, "random" if one.article in chosen else "ranked") for one in repeated)]

    def _pop_best(self, heap: list[tuple[float, int, ArticleForecast]]) -> ArticleForecast | None:
        """Take the article with the highest score; None if all that are left repeat others.

        The scores in the heap are those of some moments ago. They only fall, so that one which is still the highest
        after it was computed again is the highest of all.
        """
        while heap:
            _, place, one = heap[0]
            if self.first.get(self.groups[one.article], one.article) != one.article:
                heapq.heappop(heap)
            elif (score := self._score(one)) + TINY < -heap[0][0]:
                heapq.heapreplace(heap, (-score, place, one))
            else:
                return heapq.heappop(heap)[2]
        return None

    def _place(self, one: ArticleForecast, part: Part) -> OrderedArticle:
        """The article with its reasons at this place, and its surfaces counted as read."""
        first = self.first.setdefault(self.groups[one.article], one.article)
        placed = OrderedArticle(
            article=one.article,
            part=part,
            words=one.words,
            expected=one.expected,
            new=self._new(one),
            differing=one.differing,
            score=self._score(one),
            repeats=None if first == one.article else first,
        )
        self._cover(one)
        return placed

    def _cover(self, one: ArticleForecast) -> None:
        for surface, probability in one.surfaces.items():
            self.doubt[surface] *= 1 - probability

    def _new(self, one: ArticleForecast) -> float:
        expected = (probability * self.doubt.get(surface, 1.0) for surface, probability in one.surfaces.items())
        return sum(expected, start=0.0)

    def _amount(self, one: ArticleForecast) -> float:
        """What counts in an article; where no second model has read it, it differs as much as others do on average."""
        differing = self.differing_rate * one.words if one.differing is None else one.differing
        weights = self.weights
        return weights.expected * one.expected + weights.new * self._new(one) + weights.differing * differing

    def _score(self, one: ArticleForecast) -> float:
        return PER_WORDS * (self._amount(one) + PRIOR_WORDS * self.mean) / (one.words + PRIOR_WORDS)


def _differing_rate(forecasts: Iterable[ArticleForecast]) -> float:
    """On how many spans in a word two models differ, over the articles that both have predicted."""
    both = [(one.differing, one.words) for one in forecasts if one.differing is not None]
    words = sum(number for _, number in both)
    return sum(differing for differing, _ in both) / words if words else 0.0

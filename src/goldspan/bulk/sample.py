"""A sample of suggested articles: a part that is drawn from all of them, and a part that is drawn stratum by stratum.

Every article has a number that depends on nothing but its id and the seed, and the lowest numbers are drawn (bottom-k
sampling, Cohen and Kaplan 2007, "Summarizing data using bottom-k sketches"), first over all articles, which is the
random part, then in each stratum among those that are left. So the sample depends on neither the order of the articles,
nor the shards that they are in, nor who worked on them; and a second sample goes on where the first one ended.

An article of the random part was drawn with the probability k / M, for k of M articles; one of stratum h, given the
random part, with n_h / N_h, for n_h of those N_h that are left there. So

    sum over the random part of y / p                       and
    sum over the random part of y, and over the others of y / p

are both estimates of the total of y over all articles without bias (Horvitz and Thompson 1952, "A generalization of
sampling without replacement from a finite universe"); of the second one the strata that have no article in the sample
are no part. The second varies less.

Memory grows with the sample and the strata, not with the collection; with clusters by what `ClusterIndex` needs.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from goldspan.bulk.strata import MOST_STRATA, NO_LABEL, POWERS, AllocationPlan, allocate
from goldspan.errors import InvalidValueError
from goldspan.models.reading_order import SHARE, draw_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Sequence

    from goldspan.bulk.cluster_index import ClusterIndex
    from goldspan.bulk.strata import Allocation, StratumCriteria, StratumKey
    from goldspan.bulk.suggested_articles import SuggestedArticle
    from goldspan.corpus.reading_order import Part

LARGEST = 2**64 - 1
LEAST = 5  # articles of each label
SPARE = 32  # candidates beyond those wanted, in place of articles whose text is drawn already
BY_ID = "which the project has, by id"
BY_TEXT = "whose text the project has"
WITHDRAWN = "that the project withdrew"
BY_CLUSTER = "in a cluster with an article of the project"
REPEATED = "in a cluster of which another article takes part"


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """How a sample is drawn.

    Args:
        number: of articles, at least 1.
        allocation: how the strata share them.
        least: how many articles each label gets at least, as far as the sample has room; if None, `LEAST`, or fewer
            where the labels would take more than half of the sample.
        random_share: of the sample that is drawn from all articles, from 0 to 1.
        seed: of the draw.

    Raises:
        InvalidValueError: for a number or a share out of its range.
    """

    number: int
    allocation: Allocation = "square-root"
    least: int | None = None
    random_share: float = SHARE
    seed: int = 0

    def __post_init__(self) -> None:
        if self.number < 1 or (self.least or 0) < 0:
            raise InvalidValueError("a sample has at least one article, and a minimum is not negative")
        if not 0 <= self.random_share <= 1:
            raise InvalidValueError(f"the share drawn at random lies between 0 and 1, unlike {self.random_share}")


class SampleCandidate(NamedTuple):
    """An article that may be drawn, in the order of the draw.

    Attributes:
        number: its number in the draw.
        id: as the collection has it.
        shard, row: its place.
        start, end: the bytes of its lines in the file of the shard.
        stratum: its stratum.
        fingerprint: of its text.
    """

    number: bytes
    id: str
    shard: str
    row: int
    start: int
    end: int
    stratum: StratumKey
    fingerprint: bytes


class Lowest:
    """The lowest of some candidates.

    Args:
        size: how many are kept.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: list[SampleCandidate] = []
        self._last: SampleCandidate | None = None  # none behind it is among the lowest

    def add(self, one: SampleCandidate) -> None:
        """Keep a candidate, if it is among the lowest."""
        if self._last is not None and one >= self._last:
            return
        self._kept.append(one)
        if len(self._kept) > self.size + self.size // 4 + SPARE:
            self._kept = self.sorted()
            self._last = self._kept[-1]

    def sorted(self) -> list[SampleCandidate]:
        """Those that are kept, the lowest first."""
        return sorted(self._kept)[: self.size]


@dataclass(frozen=True, slots=True)
class SampledArticle:
    """An article of a sample.

    Args:
        candidate: the article.
        part: whether it was drawn from all articles, or in its stratum, which then gives it its place.
        probability: with which it was drawn.
    """

    candidate: SampleCandidate
    part: Part
    probability: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum, counted.

    Args:
        key: its values.
        articles: how many it has.
        random: how many of them are in the random part.
        drawn: how many of the others were drawn.
    """

    key: StratumKey
    articles: int
    random: int
    drawn: int


@dataclass(frozen=True)
class Sample:
    """A sample, and what it was drawn from.

    Args:
        articles: the articles, in the order in which they are best read.
        strata: all strata, sorted.
        frame: how many articles could be drawn.
        left_out: how many could not, by the reason.
        repeated: how many candidates were passed over, since their text was drawn already.
        least: how many articles each label got for certain.
    """

    articles: Sequence[SampledArticle]
    strata: Sequence[Stratum]
    frame: int
    left_out: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    least: int = 0

    @property
    def unseen(self) -> int:
        """The number of articles in strata that have none in the sample."""
        return sum(one.articles for one in self.strata if not one.random + one.drawn)


@dataclass(frozen=True, kw_only=True)
class KnownArticles:
    """The articles of a project, which are not drawn again.

    Args:
        ids: theirs, also those that they had in a collection.
        fingerprints: of their texts; see `text_fingerprint`.
        withdrawn: the ids, here and in a collection, of articles that were taken out because somebody asked for it.
    """

    ids: Container[str] = frozenset()
    fingerprints: Container[bytes] = frozenset()
    withdrawn: Container[str] = frozenset()


class Sampler:
    """Takes all articles of a collection, one by one, and draws a sample of them.

    Args:
        options: how it is drawn.
        criteria: by what articles are put into strata.
        known: the articles of the project.
        clusters: of near-duplicates, of which one article takes part; None for none.
        taken: the clusters that have an article of the project.
    """

    def __init__(
        self,
        options: SampleOptions,
        criteria: StratumCriteria,
        known: KnownArticles | None = None,
        clusters: ClusterIndex | None = None,
        taken: Collection[int] = (),
    ) -> None:
        self.options = options
        self.criteria = criteria
        self.known = known or KnownArticles()
        self.clusters = clusters
        self.taken = taken
        self.random_number = round(options.random_share * options.number)
        self.left_out: Counter[str] = Counter()
        self.sizes: Counter[StratumKey] = Counter()
        self._random = Lowest(2 * self.random_number + SPARE)
        self._strata: dict[StratumKey, Lowest] = {}
        size = 0 if clusters is None else clusters.size
        self._lowest = array("Q", [LARGEST]) * size  # by cluster the lowest number that one of its articles has
        self._has_one = bytearray(size)  # by cluster whether an article of it takes part

    def note_cluster(self, article: SuggestedArticle) -> None:
        """Note an article, so that the one with the lowest number of each cluster takes part.

        With clusters all articles are noted before the first is added.
        """
        if self.clusters is None or (cluster := self.clusters.cluster(article.id)) is None:
            return
        if cluster in self.taken or self._why_known(article) is not None:
            return
        self._lowest[cluster] = min(self._lowest[cluster], self._short_number(article))

    def add(self, article: SuggestedArticle, source: str = "") -> None:
        """Add an article.

        Args:
            article: with what was suggested.
            source: where it comes from, if that matters to the strata.

        Raises:
            InvalidValueError: if there are too many strata.
        """
        if (reason := self._why_left_out(article)) is not None:
            self.left_out[reason] += 1
            return
        key = self.criteria.key(article, source)
        self.sizes[key] += 1
        if key not in self._strata:
            if len(self._strata) == MOST_STRATA:
                raise InvalidValueError(
                    f"there are more than {MOST_STRATA:,} strata", remedy="Describe articles in fewer ways: --by label"
                )
            self._strata[key] = Lowest(self.options.number + 2 * self.random_number + SPARE)
        number = draw_number(self.options.seed, article.id)
        place = (article.id, article.shard, article.row, article.start, article.end)
        candidate = SampleCandidate(number, *place, key, article.fingerprint)
        self._random.add(candidate)
        self._strata[key].add(candidate)

    def _why_known(self, article: SuggestedArticle) -> str | None:
        """Why the project has an article already, or may not have it; None if neither is so."""
        if article.id in self.known.withdrawn:
            return WITHDRAWN
        if article.id in self.known.ids:
            return BY_ID
        return BY_TEXT if article.fingerprint in self.known.fingerprints else None

    def _why_left_out(self, article: SuggestedArticle) -> str | None:
        """Why an article cannot be drawn; None if it can."""
        if (reason := self._why_known(article)) is not None:
            return reason
        if self.clusters is None or (cluster := self.clusters.cluster(article.id)) is None:
            return None
        if cluster in self.taken:
            return BY_CLUSTER
        if self._has_one[cluster] or self._short_number(article) != self._lowest[cluster]:
            return REPEATED
        self._has_one[cluster] = True  # so that of two articles with one id the first one takes part
        return None

    def _short_number(self, article: SuggestedArticle) -> int:
        """The beginning of the number that an article has in the draw."""
        return int.from_bytes(draw_number(self.options.seed, article.id)[:8], "big")

    def draw(self) -> Sample:
        """The sample."""
        texts: set[bytes] = set()
        frame = self.sizes.total()
        random, repeated = _take(self._random.sorted(), min(self.random_number, frame), texts)
        chosen = Counter(one.stratum for one in random)
        places = {(one.id, one.shard, one.row) for one in random}
        left = {key: size - chosen[key] for key, size in self.sizes.items()}
        plan = self._allocation(left, self.options.number - len(random))
        parts: list[SampledArticle] = []
        drawn: Counter[StratumKey] = Counter()
        for key in sorted(plan.numbers):
            candidates = (one for one in self._strata[key].sorted() if (one.id, one.shard, one.row) not in places)
            found, passed = _take(candidates, plan.numbers[key], texts)
            drawn[key] = len(found)
            repeated += passed
            parts += [SampledArticle(one, "ranked", len(found) / left[key]) for one in found]
        strata = [Stratum(key, self.sizes[key], chosen[key], drawn[key]) for key in sorted(self.sizes)]
        in_random = [SampledArticle(one, "random", len(random) / frame) for one in random]
        order = interleave(in_random, _spread(parts))
        return Sample(order, strata, frame, self.left_out, repeated, plan.least)

    def _allocation(self, sizes: dict[StratumKey, int], number: int) -> AllocationPlan:
        by = self.criteria.by
        label_at = by.index("label") if "label" in by else None
        power, least = POWERS[self.options.allocation], self.options.least
        if least is None and label_at is not None:
            labels = {key[label_at] for key in sizes} - {NO_LABEL}
            least = min(LEAST, number // (2 * max(1, len(labels))))
        least = least or 0
        return allocate(sizes, number, power=power, least=least, label_at=label_at)


def draw_sample(
    articles: Callable[[], Iterable[SuggestedArticle]],
    sampler: Sampler,
    source: Callable[[SuggestedArticle], str] = lambda _article: "",
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None,
    total: int | None = None,
) -> Sample:
    """Draw a sample; with clusters, the articles are read twice.

    Args:
        articles: gives all articles, each time from the first.
        sampler: what draws.
        source: where an article comes from.
        on_progress: called with the step, how many articles are done, and of how many.
        total: how many there are.
    """
    if sampler.clusters is not None:
        for number, article in enumerate(articles(), 1):
            sampler.note_cluster(article)
            on_progress("clusters", number, total)
    for number, article in enumerate(articles(), 1):
        sampler.add(article, source(article))
        on_progress("strata", number, total)
    return sampler.draw()


def _take(candidates: Iterable[SampleCandidate], number: int, texts: set[bytes]) -> tuple[list[SampleCandidate], int]:
    """The first candidates whose text is not drawn yet, and how many were passed over; their texts are noted."""
    found: list[SampleCandidate] = []
    passed = 0
    for one in candidates:
        if len(found) == number:
            break
        if one.fingerprint in texts:
            passed += 1
            continue
        texts.add(one.fingerprint)
        found.append(one)
    return found, passed


def _spread(articles: Sequence[SampledArticle]) -> list[SampledArticle]:
    """The articles in an order in which each beginning has of every stratum about its share."""
    totals = Counter(one.candidate.stratum for one in articles)
    seen: Counter[StratumKey] = Counter()
    places = []
    for one in articles:
        key = one.candidate.stratum
        places.append(((seen[key] + 0.5) / totals[key], one.candidate, one))
        seen[key] += 1
    return [one for *_, one in sorted(places, key=lambda place: place[:2])]


def interleave(random: Sequence[SampledArticle], others: Sequence[SampledArticle]) -> list[SampledArticle]:
    """Both parts in one order, in which each beginning has about the same share of the random one."""
    share = len(random) / (len(random) + len(others)) if random or others else 0.0
    found: list[SampledArticle] = []
    left = [list(reversed(random)), list(reversed(others))]
    while left[0] or left[1]:
        is_due = int((len(found) + 1) * share + 1e-9) > int(len(found) * share + 1e-9)
        found.append(left[0].pop() if left[0] and (is_due or not left[1]) else left[1].pop())
    return found

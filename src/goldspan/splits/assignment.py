"""The split of every article, for good: what is assigned once never moves.

Placing groups of articles so that every split gets its share of everything.

What is minimised, over splits s of ratio r_s and measures m (spans of each label, words, articles), where c_sm is what
s holds of m and T_m is what the corpus holds, is how far each split is from its due, as a part of its due:

    sum over s and m of (c_sm / (r_s T_m) - 1)²

Every measure weighs the same, so that a rare label counts as much as a common one; and so does every split, so that
of three spans a small test split still gets one. Groups are placed greedily, the one with the largest share of the
corpus first, each where it lowers this sum most, the terms weighted by r_s, so that all splits fill at the same pace
instead of the small ones taking all that is large. That carries over to all measures at once the iterative
stratification of Sechidis, Tsoumakas and Vlahavas (2011, "On the stratification of multi-label data"), where an item
goes to the subset that still lacks most of its rarest label. Where groups are so few that the last one placed can
spoil the balance, pairs of them are then exchanged as long as that lowers the sum. Equals are ordered by a hash of
their ids, so neither the order of the input nor chance plays a part.

How much a test split can tell.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from statistics import NormalDist
from typing import TYPE_CHECKING

from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EVEN = 12  # decimals to which two sums are equal: beyond them stands only rounding
FEW = 300  # groups among which exchanges are tried: with more, greed alone leaves a sum below 0.001


@dataclass(frozen=True, slots=True)
class ArticleGroup:
    """Articles that stay together, sorted by id, and what they hold of each measure."""

    articles: tuple[str, ...]
    amounts: Mapping[str, int]


def hash_key(*parts: str) -> bytes:
    """A key that sorts names in an order which has nothing to do with the alphabet."""
    return sha256("\0".join(parts).encode()).digest()


class SplitBalance:
    """What each split holds by now.

    Args:
        total: what the corpus holds of each measure.
        articles: how many articles it has.
        ratios: the share of each split, above 0, adding up to 1.
    """

    def __init__(self, total: Mapping[str, int], articles: int, ratios: Mapping[str, float]) -> None:
        self.total = total
        self.ratios = dict(sorted(ratios.items()))
        self.held: dict[str, Counter[str]] = {split: Counter() for split in ratios}
        self.articles = Counter(dict.fromkeys(ratios, 0))
        self.limit = {split: math.ceil(round(ratio * articles, EVEN)) for split, ratio in ratios.items()}

    def put(self, group: ArticleGroup, split: str, sign: int = 1) -> None:
        """Add a group to a split, or take it out with the sign -1."""
        for name, amount in group.amounts.items():
            self.held[split][name] += sign * amount
        self.articles[split] += sign * len(group.articles)

    def share(self, group: ArticleGroup) -> float:
        """The part of the corpus that a group is, added up over the measures."""
        return round(math.fsum(amount / self.total[name] for name, amount in group.amounts.items() if amount), EVEN)

    def change(self, amounts: Mapping[str, int], split: str) -> float:
        """By how much the sum that is minimised grows if a split gets these amounts, which may be negative."""
        held, ratio = self.held[split], self.ratios[split]
        dues = ((amount, held[name], ratio * self.total[name]) for name, amount in amounts.items() if amount)
        return round(math.fsum(amount * (amount + 2 * (now - due)) / due**2 for amount, now, due in dues), EVEN)

    def open(self, group: ArticleGroup, waiting: int) -> list[str]:
        """The splits that a group may go to, when so many groups wait, itself among them.

        Each takes no more than its ratio of the articles, rounded up, while another has room; none stays empty while
        there are groups to fill it.
        """
        empty = [split for split in self.ratios if not self.articles[split]]
        if waiting <= len(empty):
            return empty
        room = {split: self.limit[split] - self.articles[split] for split in self.ratios}
        fitting = [split for split in self.ratios if room[split] >= len(group.articles)]
        return fitting or [split for split in self.ratios if room[split] > 0] or list(self.ratios)

    def best(self, group: ArticleGroup, waiting: int) -> str:
        """The open split that a group fits best, when so many groups wait."""

        def key(split: str) -> tuple[float, bytes]:
            return self.ratios[split] * self.change(group.amounts, split), hash_key(split, *group.articles)

        return min(self.open(group, waiting), key=key)

    def may_grow(self, split: str, articles: int) -> bool:
        """Whether a split may get so many articles more, or lose so many."""
        then = self.articles[split] + articles
        return then > 0 and (articles <= 0 or then <= self.limit[split])


def place(groups: Sequence[ArticleGroup], scales: SplitBalance) -> dict[str, str]:
    """The split of each article of the groups, which are put on the scales in whatever order they come."""
    order = sorted(groups, key=lambda group: (-scales.share(group), hash_key(*group.articles)))
    where = []
    for waiting, group in zip(range(len(order), 0, -1), order, strict=True):
        split = scales.best(group, waiting)
        scales.put(group, split)
        where.append(split)
    if len(order) <= FEW:
        _exchange(order, where, scales)
    return {article: split for group, split in zip(order, where, strict=True) for article in group.articles}


def _exchange(groups: Sequence[ArticleGroup], where: list[str], scales: SplitBalance) -> None:
    """Exchange groups of two splits, or move one, until no exchange lowers the sum; `where` is changed in place."""
    nothing = [ArticleGroup((), {}) for _ in scales.ratios]
    all_groups, places = [*groups, *nothing], [*where, *scales.ratios]
    improved = True
    while improved:
        improved = False
        for i, j in combinations(range(len(all_groups)), 2):
            if i < len(groups) and _exchange_helps(all_groups[i], places[i], all_groups[j], places[j], scales):
                _swap(all_groups[i], places[i], all_groups[j], places[j], scales)
                places[i], places[j] = places[j], places[i] if j < len(groups) else places[j]
                improved = True
    where[:] = places[: len(groups)]


def _exchange_helps(one: ArticleGroup, here: str, other: ArticleGroup, there: str, scales: SplitBalance) -> bool:
    """Whether two groups of different splits may change places and the sum is lower then."""
    more = len(other.articles) - len(one.articles)
    if here == there or not (scales.may_grow(here, more) and scales.may_grow(there, -more)):
        return False
    names = one.amounts.keys() | other.amounts.keys()
    gain = {name: other.amounts.get(name, 0) - one.amounts.get(name, 0) for name in sorted(names)}
    loss = {name: -amount for name, amount in gain.items()}
    return scales.change(gain, here) + scales.change(loss, there) < 0


def _swap(one: ArticleGroup, here: str, other: ArticleGroup, there: str, scales: SplitBalance) -> None:
    for group, source, target in ((one, here, there), (other, there, here)):
        scales.put(group, source, -1)
        scales.put(group, target)


@dataclass(frozen=True, slots=True)
class SplitConflict:
    """A group that stands in several splits: what a model was trained on, it is tested on.

    Args:
        splits: the split of each article of the group, sorted by id.
        new: those of them that this assignment placed; empty if all stood there before.
    """

    splits: Mapping[str, str]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitAssignment:
    """The split of every article, sorted by id, and the groups that could not be kept together."""

    splits: Mapping[str, str]
    conflicts: tuple[SplitConflict, ...]


def assign(
    measures: Mapping[str, Mapping[str, int]],
    groups: Mapping[str, str],
    existing: Mapping[str, str],
    ratios: Mapping[str, float],
    alike: Callable[[str, str], float] = lambda _article, _other: 0.0,
) -> SplitAssignment:
    """A split for every article; those that have one keep it, always.

    - A new article whose group stands in one split goes there.
    - A new article whose group stands in several goes to the split of the article there that it is most like, and the
      group is returned as a conflict: it could only be kept together if an article moved.
    - All other groups are placed whole, so that the splits are balanced (see `SplitBalance`), and at least
      one in each split if there are enough.

    Args:
        measures: per article the amounts that are to be balanced, e.g. its spans per label; not negative.
        groups: per article the name of its group of near-duplicates.
        existing: the split of each article that has one; articles without measures keep theirs and weigh nothing.
        ratios: the share of each split, above 0, adding up to 1.
        alike: how similar two articles are; asked only where a group stands in several splits.

    Raises:
        InvalidValueError: for ratios that are not so.
    """
    validate_ratios(ratios)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for article in sorted(measures):
        members[groups[article]].append(article)
    followed = [
        _follow_group(group, existing, alike)
        for group in members.values()
        if any(article in existing for article in group)
    ]
    known = {article: split for splits in followed for article, split in splits.items()}
    scales = SplitBalance(_sum(measures.values()), len(measures), ratios)
    for article, split in known.items():
        if split in ratios:
            scales.put(ArticleGroup((article,), measures[article]), split)
    free = [
        ArticleGroup(tuple(group), _sum(measures[article] for article in group))
        for group in members.values()
        if group[0] not in known
    ]
    splits = {**existing, **known, **place(free, scales)}
    conflicts = (
        SplitConflict(group, tuple(article for article in group if article not in existing))
        for group in followed
        if len(set(group.values())) > 1
    )
    return SplitAssignment(dict(sorted(splits.items())), tuple(conflicts))


def validate_ratios(ratios: Mapping[str, float]) -> None:
    """Whether ratios are shares of one whole.

    Raises:
        InvalidValueError: if one is not above 0, or if they do not add up to 1.
    """
    if not all(ratio > 0 for ratio in ratios.values()) or abs(sum(ratios.values()) - 1) > 1e-9:
        stated = ", ".join(f"{name}={ratio:g}" for name, ratio in ratios.items())
        raise InvalidValueError(f"the ratios {stated} are not shares above 0 that add up to 1")


def _follow_group(
    group: Iterable[str], existing: Mapping[str, str], alike: Callable[[str, str], float]
) -> dict[str, str]:
    """The splits of a group of which some articles have one."""
    taken = [article for article in group if article in existing]

    def nearest(article: str) -> str:
        return min(taken, key=lambda other: (-alike(article, other), hash_key(other)))

    several = len({existing[article] for article in taken}) > 1
    return {
        article: existing[article if article in existing else nearest(article) if several else taken[0]]
        for article in group
    }


def _sum(rows: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row)
    return total


WIDEST = 0.1  # ten points: less than what separates systems is then unseen
RECALL = 0.8
CONFIDENCE = 0.95
NAMED = 4  # labels that the sentence names
FEWEST = 2


def wilson(proportion: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a proportion seen in n trials; from 0 to 1 if there were none.

    Wilson (1927, "Probable inference, the law of succession, and statistical inference"): with z the normal quantile,
    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
    """
    if not n:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = proportion + z * z / (2 * n)
    half = z * math.sqrt(proportion * (1 - proportion) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def too_small(spans: Mapping[str, int], groups: int, widest: float = WIDEST, recall: float = RECALL) -> str | None:
    """Why a test split is too small for its scores to mean much, as a sentence; None if it is not.

    It is too small if a recall measured on the spans of a label has a 95 % interval wider than `widest`, even if each
    span counts as a trial of its own; spans of one article are alike, so the truth is wider. Precision, and F1 with it,
    is no better known. It is too small, too, if all of it comes from one source: nothing then tells how much scores
    vary from article to article.

    Args:
        spans: per label the number of spans in the test split, 0 included.
        groups: the number of groups of near-duplicate articles in it.
        widest: how wide the interval may be.
        recall: the recall for which it is taken.
    """
    intervals = {label: wilson(recall, n) for label, n in spans.items()}
    wide = [label for label, (low, high) in intervals.items() if high - low > widest]
    wide.sort(key=lambda label: (spans[label], label))
    reasons = []
    if wide:
        ranges = [f"{_range(intervals[label])} for {label} ({spans[label]:,} spans)" for label in wide[:NAMED]]
        rest = [f"{len(wide) - NAMED} more labels are no better"] if len(wide) > NAMED else []
        reasons.append(
            f"a recall measured as {recall:.2f} means, at {CONFIDENCE:.0%} confidence and if spans were independent, "
            f"{'; '.join([*ranges, *rest])} (Wilson 1927)"
        )
    if groups < FEWEST:
        reasons.append(f"it holds {groups} independent article(s), which cannot show how much scores vary between them")
    if not reasons:
        return None
    return f"The test split is too small to mean much: {'; and '.join(reasons)}. Cross-validate over the folds as well."


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"

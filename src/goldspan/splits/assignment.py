"""A split for every article: those that share their text together, balanced, and permanent.

For splits s of ratio r_s and measures m (spans of each label, words, articles), where s has c_sm of the T_m in the
corpus, the distance of the splits from their shares is minimised:

    sum over s and m of (c_sm / (r_s T_m) - 1)²

Every measure has the same weight, so that a rare label counts as much as a common one; and so has every split, so that
a small test split still gets one of three spans. Groups of articles are placed greedily, the one with the largest share
of the corpus first, each where it lowers this sum most, the terms weighted by r_s, so that all splits fill at the same
pace and the large groups do not all go to the small splits. This extends to all measures at once the iterative
stratification of Sechidis, Tsoumakas and Vlahavas (2011, "On the stratification of multi-label data"), where an item
goes to the subset that lacks most of its rarest label. With few groups the last one placed can spoil the balance; so
pairs of them are then exchanged as long as that lowers the sum. Ties are broken by a hash of the ids, so neither the
order of the input nor chance matters.

An article that has a split keeps it. The module also says when a test split is too small to measure a system.
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
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EVEN = 12  # decimals to which two sums are compared: the rest is rounding
FEW = 300  # groups among which exchanges are tried: with more, the greedy sum is below 0.001


WIDEST = 0.1  # ten points: smaller differences between systems do not show
RECALL = 0.8
CONFIDENCE = 0.95
NAMED = 4  # labels that the sentence names
FEWEST = 2


@dataclass(frozen=True, slots=True)
class ArticleGroup:
    """Articles that stay together, sorted by id, and their amount of each measure."""

    articles: tuple[str, ...]
    amounts: Mapping[str, int]


def hash_key(*parts: str) -> bytes:
    """A sort key that does not depend on the alphabet."""
    return sha256("\0".join(parts).encode()).digest()


class SplitBalance:
    """The amounts that each split has so far.

    Args:
        total: the amount of each measure in the corpus.
        articles: the number of its articles.
        ratios: the share of each split, above 0, adding up to 1.
    """

    def __init__(self, total: Mapping[str, int], articles: int, ratios: Mapping[str, float]) -> None:
        self.total = total
        self.ratios = dict(sorted(ratios.items()))
        self.amounts: dict[str, Counter[str]] = {split: Counter() for split in ratios}
        self.articles = Counter(dict.fromkeys(ratios, 0))
        self.limit = {split: math.ceil(round(ratio * articles, EVEN)) for split, ratio in ratios.items()}

    def put(self, group: ArticleGroup, split: str, sign: int = 1) -> None:
        """Add a group to a split, or remove it with the sign -1."""
        for name, number in group.amounts.items():
            self.amounts[split][name] += sign * number
        self.articles[split] += sign * len(group.articles)

    def share(self, group: ArticleGroup) -> float:
        """The share of the corpus that a group has, summed over the measures."""
        return round(math.fsum(amount / self.total[name] for name, amount in group.amounts.items() if amount), EVEN)

    def change(self, amounts: Mapping[str, int], split: str) -> float:
        """By how much the minimised sum grows if a split gets these amounts, which may be negative."""
        current, ratio = self.amounts[split], self.ratios[split]
        terms = ((amount, current[name], ratio * self.total[name]) for name, amount in amounts.items() if amount)
        return round(math.fsum(amount * (amount + 2 * (now - due)) / due**2 for amount, now, due in terms), EVEN)

    def open(self, group: ArticleGroup, waiting: int) -> list[str]:
        """The splits that a group may go to.

        Each takes at most its ratio of the articles, rounded up, while another has room; none stays empty while there
        are groups to fill it.

        Args:
            group: the group.
            waiting: how many groups are not placed yet, this one included.
        """
        empty = [split for split in self.ratios if not self.articles[split]]
        if waiting <= len(empty):
            return empty
        room = {split: self.limit[split] - self.articles[split] for split in self.ratios}
        fitting = [split for split in self.ratios if room[split] >= len(group.articles)]
        return fitting or [split for split in self.ratios if room[split] > 0] or list(self.ratios)

    def best(self, group: ArticleGroup, waiting: int) -> str:
        """The best of the splits that a group may go to; see `open`."""

        def key(split: str) -> tuple[float, bytes]:
            return self.ratios[split] * self.change(group.amounts, split), hash_key(split, *group.articles)

        return min(self.open(group, waiting), key=key)

    def may_grow(self, split: str, articles: int) -> bool:
        """Whether a split may gain this number of articles, or lose it if it is negative."""
        number = self.articles[split] + articles
        return number > 0 and (articles <= 0 or number <= self.limit[split])


def place(groups: Sequence[ArticleGroup], balance: SplitBalance) -> dict[str, str]:
    """The split of each article of the groups, which are added to the balance."""
    order = sorted(groups, key=lambda group: (-balance.share(group), hash_key(*group.articles)))
    splits: list[str] = []
    for waiting, group in zip(range(len(order), 0, -1), order, strict=True):
        split = balance.best(group, waiting)
        balance.put(group, split)
        splits.append(split)
    if len(order) <= FEW:
        _exchange(order, splits, balance)
    return {article: split for group, split in zip(order, splits, strict=True) for article in group.articles}


def _exchange(groups: Sequence[ArticleGroup], splits: list[str], balance: SplitBalance) -> None:
    """Exchange groups of two splits, or move one, until that no longer lowers the sum; `splits` is changed in place."""
    empty = [ArticleGroup((), {}) for _ in balance.ratios]  # an exchange with one of these is a move
    all_groups, places = [*groups, *empty], [*splits, *balance.ratios]
    improved = True
    while improved:
        improved = False
        for i, j in combinations(range(len(all_groups)), 2):
            if i < len(groups) and _exchange_helps(all_groups[i], places[i], all_groups[j], places[j], balance):
                _swap(all_groups[i], places[i], all_groups[j], places[j], balance)
                places[i], places[j] = places[j], places[i] if j < len(groups) else places[j]
                improved = True
    splits[:] = places[: len(groups)]


def _exchange_helps(a: ArticleGroup, split_a: str, b: ArticleGroup, split_b: str, balance: SplitBalance) -> bool:
    """Whether two groups of different splits may be exchanged and the sum would be lower."""
    more = len(b.articles) - len(a.articles)
    if split_a == split_b or not (balance.may_grow(split_a, more) and balance.may_grow(split_b, -more)):
        return False
    names = a.amounts.keys() | b.amounts.keys()
    gain = {name: b.amounts.get(name, 0) - a.amounts.get(name, 0) for name in sorted(names)}
    loss = {name: -amount for name, amount in gain.items()}
    return balance.change(gain, split_a) + balance.change(loss, split_b) < 0


def _swap(a: ArticleGroup, split_a: str, b: ArticleGroup, split_b: str, balance: SplitBalance) -> None:
    for group, source, target in ((a, split_a, split_b), (b, split_b, split_a)):
        balance.put(group, source, -1)
        balance.put(group, target)


@dataclass(frozen=True, slots=True)
class SplitConflict:
    """A group of articles that belong together, in several splits: a model would be tested on its training data.

    Args:
        splits: the split of each article of the group, sorted by id.
        nearest: for each of them that this assignment placed the most similar article of each split, of those that
            were placed before, the nearest first; empty if all were placed before.
    """

    splits: Mapping[str, str]
    nearest: Mapping[str, tuple[str, ...]]

    @property
    def new(self) -> tuple[str, ...]:
        """The articles that this assignment placed."""
        return tuple(self.nearest)


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
    similarity: Callable[[str, str], float] = lambda _article, _other: 0.0,
) -> SplitAssignment:
    """A split for every article; those that have one keep it, always.

    - A new article whose group is in one split goes there.
    - A new article whose group is in several goes to the split of the most similar article there, and the group is
      returned as a conflict: it could only be kept together if an article moved.
    - All other groups are placed whole, so that the splits are balanced (see `SplitBalance`), and at least
      one in each split if there are enough.

    Args:
        measures: per article the amounts that are to be balanced, e.g. its spans per label; not negative.
        groups: per article the name of the group that it belongs to.
        existing: the split of each article that has one; articles without measures keep theirs and have no weight.
        ratios: the share of each split, above 0, adding up to 1.
        similarity: of two articles; called only where a group is in several splits.

    Raises:
        InvalidValueError: for other ratios.
    """
    validate_ratios(ratios)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for article in sorted(measures):
        members[groups[article]].append(article)
    followed = [
        _follow_group(group, existing, similarity)
        for group in members.values()
        if any(article in existing for article in group)
    ]
    known = {article: split for group in followed for article, split in group.splits.items()}
    balance = SplitBalance(_sum(measures.values()), len(measures), ratios)
    for article, split in known.items():
        if split in ratios:
            balance.put(ArticleGroup((article,), measures[article]), split)
    free = [
        ArticleGroup(tuple(group), _sum(measures[article] for article in group))
        for group in members.values()
        if group[0] not in known
    ]
    splits = {**existing, **known, **place(free, balance)}
    conflicts = tuple(group for group in followed if len(set(group.splits.values())) > 1)
    return SplitAssignment(dict(sorted(splits.items())), conflicts)


def validate_ratios(ratios: Mapping[str, float]) -> None:
    """Refuse ratios that are not shares of one whole.

    Raises:
        InvalidValueError: if one is not above 0, or if they do not add up to 1.
    """
    if not all(ratio > 0 for ratio in ratios.values()) or abs(sum(ratios.values()) - 1) > 1e-9:
        stated = ", ".join(f"{name}={ratio:g}" for name, ratio in ratios.items())
        raise InvalidValueError(f"the ratios {stated} are not shares above 0 that add up to 1")


def _follow_group(
    group: Sequence[str], existing: Mapping[str, str], similarity: Callable[[str, str], float]
) -> SplitConflict:
    """The splits of a group of which some articles have one; a conflict if they have several."""
    taken = [article for article in group if article in existing]
    new = [article for article in group if article not in existing]
    several = len({existing[article] for article in taken}) > 1
    compared = taken if several else taken[:1]
    nearest = {article: _nearest(article, compared, existing, similarity) for article in new}
    splits = {article: existing[article if article in existing else nearest[article][0]] for article in group}
    return SplitConflict(splits, nearest)


def _nearest(
    article: str, taken: Iterable[str], existing: Mapping[str, str], similarity: Callable[[str, str], float]
) -> tuple[str, ...]:
    """The most similar of some articles in each split, the nearest first."""
    ordered = sorted(taken, key=lambda other: (-similarity(article, other), hash_key(other)))
    first: dict[str, str] = {}
    for other in ordered:
        first.setdefault(existing[other], other)
    return tuple(first.values())


def _sum(rows: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row)
    return total


def wilson(proportion: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a proportion observed in n trials; from 0 to 1 if n is 0.

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
    """Why a test split is too small for reliable scores, as a sentence; None if it is not.

    It is too small if a recall measured on the spans of a label has a 95 % interval wider than `widest`, even if each
    span counts as an independent trial; spans of one article are similar, so the true interval is wider. Precision and
    F1 are no more certain. It is also too small if all of it comes from one source: then the variation of scores
    between articles is unknown.

    Args:
        spans: per label the number of spans in the test split, 0 included.
        groups: the number of groups in it of articles that belong together.
        widest: the widest interval accepted.
        recall: the recall whose interval is computed.
    """
    intervals = {label: wilson(recall, n) for label, n in spans.items()}
    wide = [label for label, (low, high) in intervals.items() if high - low > widest]
    wide.sort(key=lambda label: (spans[label], label))
    reasons = []
    if wide:
        ranges = [f"{_range(intervals[label])} for {label} ({spans[label]:,} spans)" for label in wide[:NAMED]]
        rest = [f"{amount(len(wide) - NAMED, 'more label')} no better"] if len(wide) > NAMED else []
        reasons.append(
            f"a recall measured as {recall:.2f} means, at {CONFIDENCE:.0%} confidence and if spans were independent, "
            f"{'; '.join([*ranges, *rest])} (Wilson 1927)"
        )
    if groups < FEWEST:
        reasons.append(
            f"it has {amount(groups, 'independent article')}, which cannot show how much scores vary between them"
        )
    if not reasons:
        return None
    return f"The test split is too small to mean much: {'; and '.join(reasons)}. Cross-validate over the folds as well."


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"

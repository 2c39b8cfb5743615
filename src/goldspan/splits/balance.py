"""Placing groups of articles so that every split gets its share of everything.

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
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EVEN = 12  # decimals to which two sums are equal: beyond them stands only rounding
FEW = 300  # groups among which exchanges are tried: with more, greed alone leaves a sum below 0.001


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that stay together, sorted by id, and what they hold of each measure."""

    articles: tuple[str, ...]
    amounts: Mapping[str, int]


def mix(*parts: str) -> bytes:
    """A key that sorts names in an order which has nothing to do with the alphabet."""
    return sha256("\0".join(parts).encode()).digest()


class Scales:
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

    def put(self, group: Group, split: str, sign: int = 1) -> None:
        """Add a group to a split, or take it out with the sign -1."""
        for name, amount in group.amounts.items():
            self.held[split][name] += sign * amount
        self.articles[split] += sign * len(group.articles)

    def share(self, group: Group) -> float:
        """The part of the corpus that a group is, added up over the measures."""
        return round(math.fsum(amount / self.total[name] for name, amount in group.amounts.items() if amount), EVEN)

    def change(self, amounts: Mapping[str, int], split: str) -> float:
        """By how much the sum that is minimised grows if a split gets these amounts, which may be negative."""
        held, ratio = self.held[split], self.ratios[split]
        dues = ((amount, held[name], ratio * self.total[name]) for name, amount in amounts.items() if amount)
        return round(math.fsum(amount * (amount + 2 * (now - due)) / due**2 for amount, now, due in dues), EVEN)

    def open(self, group: Group, waiting: int) -> list[str]:
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

    def best(self, group: Group, waiting: int) -> str:
        """The open split that a group fits best, when so many groups wait."""

        def key(split: str) -> tuple[float, bytes]:
            return self.ratios[split] * self.change(group.amounts, split), mix(split, *group.articles)

        return min(self.open(group, waiting), key=key)

    def may_grow(self, split: str, articles: int) -> bool:
        """Whether a split may get so many articles more, or lose so many."""
        then = self.articles[split] + articles
        return then > 0 and (articles <= 0 or then <= self.limit[split])


def place(groups: Sequence[Group], scales: Scales) -> dict[str, str]:
    """The split of each article of the groups, which are put on the scales in whatever order they come."""
    order = sorted(groups, key=lambda group: (-scales.share(group), mix(*group.articles)))
    where = []
    for waiting, group in zip(range(len(order), 0, -1), order, strict=True):
        split = scales.best(group, waiting)
        scales.put(group, split)
        where.append(split)
    if len(order) <= FEW:
        _exchange(order, where, scales)
    return {article: split for group, split in zip(order, where, strict=True) for article in group.articles}


def _exchange(groups: Sequence[Group], where: list[str], scales: Scales) -> None:
    """Exchange groups of two splits, or move one, until no exchange lowers the sum; `where` is changed in place."""
    nothing = [Group((), {}) for _ in scales.ratios]
    all_groups, places = [*groups, *nothing], [*where, *scales.ratios]
    improved = True
    while improved:
        improved = False
        for i, j in combinations(range(len(all_groups)), 2):
            if i < len(groups) and _gains(all_groups[i], places[i], all_groups[j], places[j], scales):
                _swap(all_groups[i], places[i], all_groups[j], places[j], scales)
                places[i], places[j] = places[j], places[i] if j < len(groups) else places[j]
                improved = True
    where[:] = places[: len(groups)]


def _gains(one: Group, here: str, other: Group, there: str, scales: Scales) -> bool:
    """Whether two groups of different splits may change places and the sum is lower then."""
    more = len(other.articles) - len(one.articles)
    if here == there or not (scales.may_grow(here, more) and scales.may_grow(there, -more)):
        return False
    names = one.amounts.keys() | other.amounts.keys()
    gain = {name: other.amounts.get(name, 0) - one.amounts.get(name, 0) for name in sorted(names)}
    loss = {name: -amount for name, amount in gain.items()}
    return scales.change(gain, here) + scales.change(loss, there) < 0


def _swap(one: Group, here: str, other: Group, there: str, scales: Scales) -> None:
    for group, source, target in ((one, here, there), (other, there, here)):
        scales.put(group, source, -1)
        scales.put(group, target)

"""The split of every article, for good: what is assigned once never moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import ValueRefused
from goldspan.splits.balance import Group, Scales, mix, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Conflict:
    """A group that stands in several splits: what a model was trained on, it is tested on.

    Args:
        splits: the split of each article of the group, sorted by id.
        new: those of them that this assignment placed; empty if all stood there before.
    """

    splits: Mapping[str, str]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The split of every article, sorted by id, and the groups that could not be kept together."""

    splits: Mapping[str, str]
    conflicts: tuple[Conflict, ...]


def assign(
    measures: Mapping[str, Mapping[str, int]],
    groups: Mapping[str, str],
    existing: Mapping[str, str],
    ratios: Mapping[str, float],
    alike: Callable[[str, str], float] = lambda _article, _other: 0.0,
) -> Assignment:
    """A split for every article; those that have one keep it, always.

    - A new article whose group stands in one split goes there.
    - A new article whose group stands in several goes to the split of the article there that it is most like, and the
      group is returned as a conflict: it could only be kept together if an article moved.
    - All other groups are placed whole, so that the splits are balanced (see `goldspan.splits.balance`), and at least
      one in each split if there are enough.

    Args:
        measures: per article the amounts that are to be balanced, e.g. its spans per label; not negative.
        groups: per article the name of its group of near-duplicates.
        existing: the split of each article that has one; articles without measures keep theirs and weigh nothing.
        ratios: the share of each split, above 0, adding up to 1.
        alike: how similar two articles are; asked only where a group stands in several splits.

    Raises:
        ValueRefused: for ratios that are not so.
    """
    check_ratios(ratios)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for article in sorted(measures):
        members[groups[article]].append(article)
    followed = [
        _follow(group, existing, alike) for group in members.values() if any(article in existing for article in group)
    ]
    known = {article: split for splits in followed for article, split in splits.items()}
    scales = Scales(_sum(measures.values()), len(measures), ratios)
    for article, split in known.items():
        if split in ratios:
            scales.put(Group((article,), measures[article]), split)
    free = [
        Group(tuple(group), _sum(measures[article] for article in group))
        for group in members.values()
        if group[0] not in known
    ]
    splits = {**existing, **known, **place(free, scales)}
    conflicts = (
        Conflict(group, tuple(article for article in group if article not in existing))
        for group in followed
        if len(set(group.values())) > 1
    )
    return Assignment(dict(sorted(splits.items())), tuple(conflicts))


def check_ratios(ratios: Mapping[str, float]) -> None:
    """Whether ratios are shares of one whole.

    Raises:
        ValueRefused: if one is not above 0, or if they do not add up to 1.
    """
    if not all(ratio > 0 for ratio in ratios.values()) or abs(sum(ratios.values()) - 1) > 1e-9:  # noqa: PLR2004
        stated = ", ".join(f"{name}={ratio:g}" for name, ratio in ratios.items())
        raise ValueRefused(f"the ratios {stated} are not shares above 0 that add up to 1")


def _follow(group: Iterable[str], existing: Mapping[str, str], alike: Callable[[str, str], float]) -> dict[str, str]:
    """The splits of a group of which some articles have one."""
    taken = [article for article in group if article in existing]

    def nearest(article: str) -> str:
        return min(taken, key=lambda other: (-alike(article, other), mix(other)))

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

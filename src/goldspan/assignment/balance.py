"""Each example to K of the annotators, in balance of words and of pairs.

Three things are wanted, in this order.

1. The annotators' loads, in words, differ by no more than the longest example. Where work was done already this may
   be out of reach; then no place that is still open goes from an annotator to another who has more than the longest
   example less to read, as long as no pair of annotators loses its last example by it.
2. As few places as possible move from what was planned before. Only the places that the first needs do, and those
   of annotators who left. Which example is taken for that, and to whom it goes, is chosen for the pairs.
3. All pairs of annotators have the same number of examples in common, as nearly as the places that are new allow:
   agreement is measured between pairs.

So a plan to which nothing was added stays as it is, and in a first plan all places are new. Among examples that serve
the pairs alike, chance decides, and not length: a newcomer who was given the longest examples would move fewest, and
would then read other texts than the rest.

That loads can always come within the longest example: as long as two annotators are further apart, the one with more
words has an example that the other does not have, and giving it over lowers the sum of the squares of the loads.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from goldspan.annotation import article_of
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COMPARED = 400  # places of an annotator up to which all are compared
DRAWN = 60  # of more places, as many as are drawn to be compared
PROPOSALS = 20_000  # at most, to bring the pairs into balance
PER_PLACE = 40  # proposals for each place that is new
PARTNERS = 12  # places of another annotator that are tried against one
NEIGHBOURS = 40  # examples nearest in length, to exchange with one that follows its like


@dataclass(frozen=True, slots=True)
class ExampleToAssign:
    """An example that is to be read.

    Args:
        id: of the example.
        words: how many it has: the work of reading it.
        held: who worked on it; it does not move any more, nor do the other places that it had.
    """

    id: str
    words: int
    held: tuple[str, ...] = ()


def assign(
    examples: Sequence[ExampleToAssign],
    annotators: Sequence[str],
    *,
    per_example: int,
    before: Mapping[str, tuple[str, ...]],
    seed: str,
) -> dict[str, tuple[str, ...]]:
    """Who is to read each example.

    Exactly K annotators read an example; more do only where more have worked on it. An example that somebody worked
    on keeps its places. Of those, only the place of an annotator who left and did nothing there goes to somebody
    else, and where K is smaller than before, places where nobody did anything are taken away.

    Args:
        examples: all that are to be read; their order does not count.
        annotators: those who are to read now, by the folders of their passes; their order does not count.
        per_example: K: how many are to read each example, at most as many as there are annotators.
        before: by example who was to read it, of an earlier assignment; what somebody worked on stays.
        seed: of what is left to chance, such as the name of the round.

    Returns:
        By example, in the order of `examples`, the annotators, sorted.

    Raises:
        InvalidValueError: if there are fewer annotators than are to read each example, if K is below 1, an example or
            an annotator is there twice, or an example has a negative number of words.
    """
    _validate(examples, annotators, per_example)
    places = _Places(examples, annotators, per_example, before, seed)
    places.fit_places()
    places.balance_loads()
    places.balance_pairs()
    places.separate_neighbours()
    places.balance_loads()
    return {one.id: places.of(one.id) for one in examples}


def _validate(examples: Sequence[ExampleToAssign], annotators: Sequence[str], per_example: int) -> None:
    if per_example < 1:
        raise InvalidValueError(
            f"{per_example} annotators per example are too few", remedy="State 1 or more annotators per example."
        )
    if len(annotators) < per_example:
        raise InvalidValueError(
            f"each example is to have {per_example} annotators, and there are {len(annotators)}",
            remedy="State fewer annotators per example, or add members who annotate.",
        )
    for what, names in (("example", [one.id for one in examples]), ("annotator", annotators)):
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise InvalidValueError(f"the {what} {twice[0]} is there twice", remedy=f"Name each {what} once.")
    for one in examples:
        if one.words < 0:
            raise InvalidValueError(f"{one.words} words are no length", example=one.id, remedy="Count its words.")


class _Places:
    """Places of annotators in examples, both by number in the order of their names, while they are brought in balance.

    A *place* is a pair of example and annotator. It is *fixed* if somebody worked on the example and the annotator
    had it before; *new* if the annotator did not have it before.
    """

    def __init__(
        self,
        examples: Sequence[ExampleToAssign],
        annotators: Sequence[str],
        per_example: int,
        before: Mapping[str, tuple[str, ...]],
        seed: str,
    ) -> None:
        self.names = sorted(annotators)
        numbers = {name: number for number, name in enumerate(self.names)}
        self.people = range(len(self.names))
        self.examples = sorted(examples, key=lambda one: one.id)
        self.number_of = {one.id: number for number, one in enumerate(self.examples)}
        self.words = [one.words for one in self.examples]
        self.longest = max(self.words, default=0)
        self.chance = [_chance(seed, one.id) for one in self.examples]
        self.random = random.Random(_chance(seed, ""))  # noqa: S311 - repeatable, and no secret
        self.load = [0] * len(self.names)
        self.together = [[0] * len(self.names) for _ in self.names]  # by pair: examples in common; symmetric
        self.places: list[set[int]] = [set() for _ in self.examples]
        self.examples_of = [_Bag() for _ in self.names]
        self.before: list[frozenset[int]] = []
        self.fixed: list[frozenset[int]] = []
        self.worked: list[frozenset[int]] = []
        self.left: list[tuple[str, ...]] = []  # who worked on it and annotates no longer
        self.wanted: list[int] = []  # places for those who annotate
        for number, one in enumerate(self.examples):
            had = frozenset(numbers[name] for name in before.get(one.id, ()) if name in numbers)
            worked = frozenset(numbers[name] for name in one.held if name in numbers)
            left = tuple(sorted({name for name in one.held if name not in numbers}))
            self.before.append(had | worked)
            self.worked.append(worked)
            self.fixed.append(had | worked if one.held else frozenset())
            self.left.append(left)
            self.wanted.append(max(len(worked), min(per_example - len(left), len(self.names))))
            for person in sorted(had | worked):
                self.add(number, person)

    def of(self, example: str) -> tuple[str, ...]:
        """The annotators of an example, by name, sorted."""
        number = self.number_of[example]
        return tuple(sorted((*(self.names[person] for person in self.places[number]), *self.left[number])))

    def add(self, example: int, person: int) -> None:
        """Give a place."""
        row = self.together[person]
        for other in self.places[example]:
            row[other] += 1
            self.together[other][person] += 1
        self.places[example].add(person)
        self.examples_of[person].add(example)
        self.load[person] += self.words[example]

    def take(self, example: int, person: int) -> None:
        """Take a place away."""
        self.places[example].remove(person)
        row = self.together[person]
        for other in self.places[example]:
            row[other] -= 1
            self.together[other][person] -= 1
        self.examples_of[person].remove(example)
        self.load[person] -= self.words[example]

    def move(self, example: int, giver: int, taker: int) -> None:
        """Give the place of one annotator to another."""
        self.take(example, giver)
        self.add(example, taker)

    def is_movable(self, example: int, giver: int, taker: int) -> bool:
        """Whether the place of one may go to the other."""
        places = self.places[example]
        return giver in places and taker not in places and giver not in self.fixed[example]

    def in_common(self, example: int, person: int) -> int:
        """How many examples somebody has with the others who have this one."""
        row = self.together[person]
        return sum(row[other] for other in self.places[example] if other != person)

    def gain(self, example: int, giver: int, taker: int) -> int:
        """By how much half the sum of the squares of the pairs' counts grows if a place moves; negative is better."""
        mine, theirs = self.together[giver], self.together[taker]
        return sum(theirs[other] - mine[other] + 1 for other in self.places[example] if other != giver)

    def moved(self, example: int, giver: int, taker: int) -> int:
        """By how many the places that differ from before grow if a place moves."""
        return (giver in self.before[example]) - (taker in self.before[example])

    @property
    def spread(self) -> int:
        """The difference between the highest and the lowest load, in words."""
        return max(self.load) - min(self.load)

    def fit_places(self) -> None:
        """Take what is too much from each example and fill what is missing, the longest examples first."""
        order = sorted(range(len(self.examples)), key=lambda number: (-self.words[number], self.chance[number]))
        for example in order:
            while len(self.places[example]) > self.wanted[example]:
                removable = sorted(self.places[example] - self.worked[example])
                self.take(example, max(removable, key=lambda one: (self.load[one], self.in_common(example, one))))
        slack = self.longest // 2
        for example in order:
            while len(self.places[example]) < self.wanted[example]:
                others = [person for person in self.people if person not in self.places[example]]
                limit = min(self.load[person] for person in others) + slack
                self.add(example, min(others, key=lambda one: self._fill_order(example, one, limit)))

    def _fill_order(self, example: int, person: int, limit: int) -> tuple[bool, int, int, str]:
        high = self.load[person] > limit
        common = self.in_common(example, person)
        return high, common, self.load[person], _chance(self.chance[example], str(person))

    def balance_loads(self) -> None:
        """Give places over until no two annotators are further apart than the longest example, or none can move."""
        self._balance_loads(keep_pairs=True)
        if self.spread <= self.longest:
            return
        # Where there are few examples, a pair may have to lose its last one; it is worth it only if that suffices.
        held = [set(places) for places in self.places]
        self._balance_loads(keep_pairs=False)
        if self.spread > self.longest:
            self._restore(held)

    def _balance_loads(self, *, keep_pairs: bool) -> None:
        while (step := self._load_step(keep_pairs=keep_pairs)) is not None:
            self.move(*step)

    def _restore(self, places: list[set[int]]) -> None:
        for example, wanted in enumerate(places):
            for person in sorted(self.places[example] - wanted):
                self.take(example, person)
            for person in sorted(wanted - self.places[example]):
                self.add(example, person)

    def _load_step(self, *, keep_pairs: bool) -> tuple[int, int, int] | None:
        """The best place to give over, from those with most words to those with fewest."""
        order = sorted(self.people, key=lambda person: self.load[person])
        for giver in reversed(order):
            for taker in order:
                if self.load[giver] - self.load[taker] <= self.longest:
                    break
                found = self._best_place(giver, taker, keep_pairs=keep_pairs)
                if found is not None:
                    return found, giver, taker
        return None

    def _best_place(self, giver: int, taker: int, *, keep_pairs: bool) -> int | None:
        """The example whose place goes from one to the other with the fewest moves, then best for the pairs."""
        bag = self.examples_of[giver]
        for candidates in (bag.some(self.random, DRAWN, COMPARED), bag.items):
            fit = [
                example
                for example in candidates
                if self.words[example]  # an example without words balances nothing
                and self.is_movable(example, giver, taker)
                and not (keep_pairs and self._is_last(example, giver))
            ]
            if fit:
                return min(
                    fit,
                    key=lambda example: (
                        self.moved(example, giver, taker),
                        self.gain(example, giver, taker),
                        self.chance[example],
                    ),
                )
        return None

    def _is_last(self, example: int, giver: int) -> bool:
        """Whether a pair has no example in common without this one."""
        row = self.together[giver]
        return any(row[other] == 1 for other in self.places[example] if other != giver)

    def balance_pairs(self) -> None:
        """Move new places, alone or two against each other, as long as that brings the pairs' counts together.

        Proposals are drawn; one is taken if the pairs are no worse for it, no more places than before move, and the
        loads stay as near to each other as the longest example.
        """
        new = [(e, one) for e, places in enumerate(self.places) for one in sorted(places - self.before[e])]
        pairs = [*combinations(self.people, 2)]
        if not new or len(self.names) < 3 or all(wanted < 2 for wanted in self.wanted):
            return
        for _ in range(min(PROPOSALS, PER_PLACE * len(new))):
            counts = [self.together[one][other] for one, other in pairs]
            if max(counts) - min(counts) <= 1:
                return
            at = self.random.randrange(len(new))
            example, giver = new[at]
            if giver in self.before[example] or giver not in self.places[example]:
                continue  # it moved meanwhile
            takers = [one for one in self.people if one not in self.places[example]]
            if not takers:
                continue
            best = min(self.gain(example, giver, one) for one in takers)
            taker = self.random.choice([one for one in takers if self.gain(example, giver, one) == best])
            if self._is_moved_alone(example, giver, taker):
                new[at] = (example, taker)
                continue
            other = self._exchanged(example, giver, taker)
            if other is not None:
                new[at] = (example, taker)
                if giver not in self.before[other]:
                    new.append((other, giver))

    def _is_moved_alone(self, example: int, giver: int, taker: int) -> bool:
        """Move a new place, if that serves the pairs and the loads stay near each other."""
        if self.gain(example, giver, taker) > 0 or self.moved(example, giver, taker) > 0:
            return False
        limit = self.longest if self.spread <= self.longest else -1
        self.move(example, giver, taker)
        if self.spread <= limit:
            return True
        self.move(example, taker, giver)
        return False

    def _exchanged(self, example: int, giver: int, taker: int) -> int | None:
        """Move a new place while another one goes the other way: the other example, or None if none is fit."""
        gain, moved = self.gain(example, giver, taker), self.moved(example, giver, taker)
        limit = max(self.longest, self.spread)
        self.move(example, giver, taker)
        for other in self.examples_of[taker].some(self.random, PARTNERS, PARTNERS):
            if (
                other != example
                and self.is_movable(other, taker, giver)
                and gain + self.gain(other, taker, giver) <= 0
                and moved + self.moved(other, taker, giver) <= 0
            ):
                self.move(other, taker, giver)
                if self.spread <= limit:
                    return other
                self.move(other, giver, taker)
        self.move(example, taker, giver)
        return None

    def separate_neighbours(self) -> None:
        """Exchange the readers of an example that follows one with the same readers, where all of them are new.

        Loads stay within the longest example, and the pairs' counts as they are.
        """
        is_new = [not (self.before[number] or self.left[number]) for number in range(len(self.examples))]
        by_length = sorted(
            (number for number, new in enumerate(is_new) if new), key=lambda one: (self.words[one], self.chance[one])
        )
        rank = {number: at for at, number in enumerate(by_length)}
        for previous, example in _neighbours(self.examples):
            if not is_new[example] or self.places[previous] != self.places[example]:
                continue
            at = rank[example]
            nearby = by_length[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
            for other in sorted(nearby, key=lambda one: (abs(self.words[one] - self.words[example]), self.chance[one])):
                if self._are_exchanged(example, other):
                    break

    def _are_exchanged(self, example: int, other: int) -> bool:
        """Exchange all readers of two examples, if fewer neighbours are alike then and the loads stay near."""
        mine, theirs = set(self.places[example]), set(self.places[other])
        if mine == theirs or len(mine) != len(theirs):
            return False
        near = {one for at in (example, other) for one in (at - 1, at, at + 1)}
        alike = self._alike(near)
        limit = max(self.longest, self.spread)
        self._set(example, theirs)
        self._set(other, mine)
        if self.spread <= limit and self._alike(near) < alike:
            return True
        self._set(example, mine)
        self._set(other, theirs)
        return False

    def _set(self, example: int, people: set[int]) -> None:
        for person in sorted(self.places[example]):
            self.take(example, person)
        for person in sorted(people):
            self.add(example, person)

    def _alike(self, examples: Iterable[int]) -> int:
        """How many of these examples have the same readers as the one before them in their article."""
        return sum(
            self.places[one - 1] == self.places[one]
            for one in examples
            if 0 < one < len(self.examples)
            and article_of(self.examples[one - 1].id) == article_of(self.examples[one].id)
        )


class _Bag:
    """Numbers without order, from which some are drawn in a time that does not depend on how many there are."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self._at: dict[int, int] = {}

    def add(self, item: int) -> None:
        """Put one in that is not there."""
        self._at[item] = len(self.items)
        self.items.append(item)

    def remove(self, item: int) -> None:
        """Take one out."""
        at, last = self._at.pop(item), self.items.pop()
        if last != item:
            self.items[at] = last
            self._at[last] = at

    def some(self, chance: random.Random, drawn: int, most: int) -> list[int]:
        """All, where there are no more than `most`, or else as many as are to be drawn."""
        return [*self.items] if len(self.items) <= most else chance.sample(self.items, drawn)


def _neighbours(examples: Sequence[ExampleToAssign]) -> Iterator[tuple[int, int]]:
    """The numbers of examples that follow each other in an article."""
    for (before, one), (after, other) in pairwise(enumerate(examples)):
        if article_of(one.id) == article_of(other.id):
            yield before, after


def _chance(seed: str, name: str) -> str:
    """What decides between equals, the same on every machine."""
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()

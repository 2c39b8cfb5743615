"""Which numbers the list of a project's examples has, found with few requests.

Doccano changes an example of any project in the name of any other, so a number is used only if the project's own list
has it. A number that was listed once is never another project's: Doccano does not move examples and uses no number
twice. The whole list of 10,000 examples takes half a minute, so a number is looked for as in a dictionary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

PROBED = 8  # numbers that one request asks for
COSTLY = 20  # to find one number costs about as much as to list as many


class ListedNumbers:
    """The numbers of one project that were listed, and a search for others.

    Args:
        count: gives how many examples the project has.
        at: gives the numbers of the examples from an offset on, at most so many, in the order of their creation.
        every: gives the numbers of all examples.
    """

    def __init__(
        self, count: Callable[[], int], at: Callable[[int, int], list[int]], every: Callable[[], list[int]]
    ) -> None:
        self._count = count
        self._at = at
        self._every = every
        self._known: set[int] = set()
        self.plain: set[int] = set()  # those whose `meta` has no keys of Doccano's own
        self._offset, self._first = 0, 0  # where the last request began, and which number is there

    def add(self, number: int, *, plain: bool) -> None:
        """Remember a number that was listed."""
        self._known.add(number)
        if plain:
            self.plain.add(number)
        else:
            self.plain.discard(number)

    def missing(self, numbers: Collection[int]) -> list[int]:
        """Those that the list does not have, sorted."""
        unknown = sorted(set(numbers) - self._known)
        if unknown:
            count = self._count()
            if len(unknown) * COSTLY < count:
                unknown = [number for number in unknown if not self._find(number, count)]
        if unknown:  # a list that is not in the order of numbers is possible, if never seen
            self._known.update(self._every())
        return [number for number in unknown if number not in self._known]

    def _find(self, number: int, count: int) -> bool:
        """Look for a number; each guess supposes that few numbers are missing between what was listed last and it."""
        low, high = 0, count
        while low < high and number not in self._known:
            guess = self._offset + number - self._first - PROBED // 2
            offset = guess if low <= guess < high else (low + high) // 2
            listed = self._at(offset, PROBED)
            self._known.update(listed)
            if not listed or listed[0] > number:
                high = offset
            elif listed[-1] < number:
                low = offset + len(listed)
            else:
                break
            self._offset, self._first = offset, listed[0] if listed else number
        return number in self._known

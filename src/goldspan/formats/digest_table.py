"""A number for each of very many strings, of which only digests are kept: 36 to 72 bytes each, however long."""

from __future__ import annotations

from array import array
from hashlib import blake2b

FEWEST = 1 << 10  # places of a new table, a power of two
SIZE = 16  # bytes of a digest: two strings of the same are not met with, nor can they be made
WORD = 8


class DigestTable:
    """A dictionary of strings and whole numbers from 0 that does not remember the strings.

    It is a hash table with open addressing in three arrays. Two thirds of its places are taken at most.
    """

    def __init__(self) -> None:
        self._count = 0
        self._make(FEWEST)

    def __len__(self) -> int:
        return self._count

    def get(self, *parts: str) -> int | None:
        """The number of a string, or of several together; None if it has none."""
        at, _, _ = self._find(_digest(parts))
        return self._values[at] if self._low[at] else None

    def setdefault(self, value: int, *parts: str) -> int:
        """The number of a string, or of several together, which is this one if it had none."""
        at, low, high = self._find(_digest(parts))
        if self._low[at]:
            return self._values[at]
        self._low[at], self._high[at], self._values[at] = low, high, value
        self._count += 1
        if 3 * self._count > 2 * len(self._low):
            self._grow()
        return value

    def increment(self, *parts: str) -> int:
        """The number of a string, or of several together, after it was raised by one from 0."""
        at, _, _ = self._find(_digest(parts))
        if not self._low[at]:
            return self.setdefault(1, *parts)
        self._values[at] += 1
        return self._values[at]

    def _make(self, places: int) -> None:
        self._low, self._high, self._values = (array("Q", bytes(WORD * places)) for _ in range(3))

    def _find(self, digest: bytes) -> tuple[int, int, int]:
        """The place of a digest, or the free one where it belongs, and its halves; the low one is never 0."""
        low, high = int.from_bytes(digest[:WORD], "little") | 1, int.from_bytes(digest[WORD:], "little")
        return self._place(low, high), low, high

    def _place(self, low: int, high: int) -> int:
        lows, highs = self._low, self._high
        mask = len(lows) - 1
        at = high & mask
        while (found := lows[at]) and not (found == low and highs[at] == high):
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        lows, highs, values = self._low, self._high, self._values
        self._make(2 * len(lows))
        for low, high, value in zip(lows, highs, values, strict=True):
            if low:
                at = self._place(low, high)
                self._low[at], self._high[at], self._values[at] = low, high, value


def short_number(text: str) -> int:
    """A number of 64 bits that stands for a text, in every process the same; of n texts two share one by n² / 2⁶⁵."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=WORD).digest(), "little")


def _digest(parts: tuple[str, ...]) -> bytes:
    """The digest of some strings, which tells where one ends and the next begins."""
    if len(parts) == 1:
        return blake2b(parts[0].encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
    lengths = ",".join(str(len(part)) for part in parts)
    return blake2b("\0".join((lengths, *parts)).encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()

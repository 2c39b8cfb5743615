"""Whether two values of quantities are the same, and if not, how far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from goldspan.quantities.value import TroopCount

Verdict = Literal["right", "bound_wrong", "wrong"]


def verdict(gold: TroopCount, predicted: TroopCount | None) -> Verdict:
    """How a value compares with that of gold: right, the bound alone wrong, or wrong.

    The bound alone is wrong where the two name a number in common: `up to 1,000`, `more than 1,000`, `about 1,000` and
    `1,000`, or a range and one of its ends.
    """
    if gold == predicted:
        return "right"
    return "bound_wrong" if predicted is not None and named(gold) & named(predicted) else "wrong"


def named(value: TroopCount) -> frozenset[int]:
    """The numbers that the words of such a value may have named: `more than n` is n+1–, `fewer than n` is 0–n-1."""
    low, high = value.minimum, value.maximum
    if high is None:
        assert low is not None, "a value has a bound"
        return frozenset({low, low - 1})
    return frozenset({high, high + 1}) if not low else frozenset({low, high})

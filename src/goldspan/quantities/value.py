"""The value of a troop count."""

from __future__ import annotations

from dataclasses import dataclass

from goldspan.errors import ValueRefused


@dataclass(frozen=True, slots=True)
class TroopCount:
    """How many people a quantity allows for.

    Args:
        minimum: the fewest, inclusive; None where the words leave it open.
        maximum: the most, inclusive; None where the words leave it open.
        approximate: whether the words say that the figures are not exact.

    Raises:
        ValueRefused: for no bound at all, a negative one, or a minimum above the maximum.
    """

    minimum: int | None
    maximum: int | None
    approximate: bool

    def __post_init__(self) -> None:
        if self.minimum is None and self.maximum is None:
            raise ValueRefused("a troop count needs a minimum or a maximum", remedy="Where there is neither, use None.")
        if (self.minimum or 0) < 0 or (self.maximum or 0) < 0:
            raise ValueRefused(f"a troop count is not negative: {self.minimum} to {self.maximum}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueRefused(f"the minimum {self.minimum} is above the maximum {self.maximum}")

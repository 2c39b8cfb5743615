"""One number or two: `between 4,000 and 5,000`, `five to six thousand`, `two or three`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.bounds import phrase
from goldspan.quantities.collectives import vague
from goldspan.quantities.lexicon import BEFORE, JOINS, SOMEWHERE, SPREADS, Bound
from goldspan.quantities.numbers import THOUSAND, Term, number

if TYPE_CHECKING:
    from goldspan.quantities.atoms import Atoms


def amount(atoms: Atoms, at: int) -> Term | None:
    """The range or the single number that begins here."""
    start = at + (atoms[at].text in SOMEWHERE)
    joins = SPREADS.get(atoms[start].text)
    if joins is None:
        return None if start > at else _open_range(atoms, at)
    # Of `between five hundred and six thousand` only one reading has two ends; of two that do, the longer is meant.
    lows = (_end(atoms, start + 1, joined=joined) for joined in (False, True))
    readings = [both for low in lows if low and (both := _to(atoms, low, joins))]
    return max(readings, key=lambda both: both.end, default=None)


def term(atoms: Atoms, at: int, *, joined: bool = True) -> Term | None:
    """A number or a vague numeral."""
    return vague(atoms, at) or number(atoms, at, joined=joined)


def _open_range(atoms: Atoms, at: int) -> Term | None:
    low = term(atoms, at)
    return low and (_to(atoms, low, JOINS) or low)


def _end(atoms: Atoms, at: int, *, joined: bool = True) -> Term | None:
    """An end of a range, which may be approximate by itself: `between about 500 and some 600`."""
    bound, start = phrase(BEFORE, atoms, at)
    if bound not in (None, Bound.ABOUT):
        return None
    end = term(atoms, start, joined=joined)
    return end and end._replace(approximate=end.approximate or bound is Bound.ABOUT)


def _to(atoms: Atoms, low: Term, joins: frozenset[str]) -> Term | None:
    """The range from `low` to the number behind the next join; None if there is none, or if it leads down."""
    at = atoms.past_dash(low.end)
    if atoms[at].text in joins:
        at = atoms.past_dash(at + 1)
    elif atoms[at].text == "up" and atoms[at + 1].text == "to":
        at += 2
    high = _end(atoms, at) if at > low.end else None
    return high and _span(low, high)


def _span(low: Term, high: Term) -> Term | None:
    if low.low is None or low.high is None or high.low is None or high.high is None:
        return None
    least = low.low
    approximate = low.approximate or high.approximate
    shared = next((scale for scale in (high.scales, high.scale) if low.low < high.low / scale), 1)
    if low.scale < high.scale and shared > 1:
        least *= shared
    elif _elliptic(low, high):
        return Term(high.end, None, None, takes_of=high.takes_of)
    if least > high.low:
        return None
    return Term(high.end, least, high.high, approximate, takes_of=high.takes_of)


def _elliptic(low: Term, high: Term) -> bool:
    """Whether the low end may stand for thousands: `10-15,000` is 10,000 to 15,000, or is it 10 to 15,000?"""
    return (
        high.scale == low.scale == 1
        and not low.takes_of
        and low.low is not None
        and high.low is not None
        and high.low % THOUSAND == 0
        and 0 < low.low < high.low / THOUSAND
    )

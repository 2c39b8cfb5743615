"""Vague numerals and collectives: `dozens`, `tens of thousands`, `several hundred`, `half a million`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.quantities.lexicon import (
    ARTICLES,
    COLLECTIVES,
    FRACTIONS,
    HUNDRED,
    PAIRS,
    PLURALS,
    SCALES,
    SEVERAL,
    VULGAR,
)
from goldspan.quantities.numbers import Term

if TYPE_CHECKING:
    from goldspan.quantities.atoms import Atoms


def vague(atoms: Atoms, at: int) -> Term | None:
    """The vague numeral or collective that begins here."""
    start = at + (atoms[at].text in ARTICLES)
    word = atoms[start].text
    if word in SEVERAL:
        return _several(atoms, atoms.past_dash(start + 1))
    if word in PAIRS:
        return _pair(atoms, start)
    if word in FRACTIONS or word in VULGAR:
        return _portion(atoms, start)
    return _plural(atoms, at) or _digit_plural(atoms, at)


def _bracket(end: int, value: int, scale: int = 1) -> Term:
    """From one of the unit to just below the next power of ten: what T-6 reads into `hundreds`, for every unit."""
    above = 10 ** len(str(value))
    return Term(end, value * scale, above * scale - 1, approximate=True, scale=scale, scales=scale, takes_of=True)


def _plural(atoms: Atoms, at: int) -> Term | None:
    """`dozens`, `hundreds of thousands`."""
    value = PLURALS.get(atoms[at].text)
    if value is None:
        return None
    of = atoms.past_dash(at + 1)
    scale_at = atoms.past_dash(of + 1)
    scale = SCALES.get(atoms[scale_at].text.removesuffix("s"), 1) if atoms[of].text == "of" else 1
    # `hundreds of thousands` is a number; `millions of thousands` is not.
    return _bracket(scale_at + 1, value, scale) if scale > value else _bracket(at + 1, value)


def _digit_plural(atoms: Atoms, at: int) -> Term | None:
    """`100s`, `1,000s`: a power of ten with an *s* written onto it."""
    digits = atoms[at].text.replace(",", "")
    if atoms[at + 1].text != "s" or not atoms.attached(at + 1):
        return None
    value = next((value for value in PLURALS.values() if str(value) == digits and digits.strip("0") == "1"), None)
    return None if value is None else _bracket(at + 2, value)


def _several(atoms: Atoms, at: int) -> Term | None:
    """`several hundred`, `a few dozen`, `many thousands`: how many is not said, so the bracket of the unit."""
    return _plural(atoms, at) or _unit(atoms, at)


def _unit(atoms: Atoms, at: int) -> Term | None:
    """The bracket of a collective: `dozen`, `hundred`, `hundred thousand`."""
    value = COLLECTIVES.get(atoms[at].text)
    if value is None:
        return None
    after = atoms.past_dash(at + 1)
    scale = SCALES.get(atoms[after].text, 1) if value == COLLECTIVES[HUNDRED] else 1
    return _bracket(at + 1 if scale == 1 else after + 1, value, scale)


def _pair(atoms: Atoms, at: int) -> Term:
    """`couple`, `couple of hundred`, `pair`."""
    loosely = PAIRS[atoms[at].text]
    of = atoms.past_dash(at + 1)
    unit = _unit(atoms, of + (atoms[of].text == "of")) if loosely else None
    if unit is None or unit.low is None:
        return Term(at + 1, 2, 2, approximate=loosely, takes_of=True)
    return Term(unit.end, unit.low * 2, unit.low * 2, approximate=True)


def _portion(atoms: Atoms, at: int) -> Term | None:
    """`half a dozen`, `half-million`, `quarter of a million`; not a share of something else."""
    word = atoms[at].text
    share = FRACTIONS.get(word) or VULGAR[word]
    of = atoms.past_dash(at + 1)
    article = atoms.past_dash(of + (atoms[of].text == "of"))
    unit = _unit(atoms, atoms.past_dash(article + (atoms[article].text in ARTICLES)))
    if unit is None or unit.low is None:
        return None
    return Term(unit.end, unit.low * share, unit.low * share)

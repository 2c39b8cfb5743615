"""The whole quantity: bounds, a number or a range, and what is bound to it behind."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from goldspan.quantities import bounds
from goldspan.quantities.lexicon import (
    AFTER_ARTICLE,
    ARTICLES,
    COMPOUND,
    DASHES,
    LONGEST_MONTH,
    MEASURES,
    MONTHS,
    STARTS,
    UNFIT,
    WHOLES,
)
from goldspan.quantities.ranges import amount

if TYPE_CHECKING:
    from goldspan.quantities.atoms import Atoms
    from goldspan.quantities.numbers import Term


def quantity(atoms: Atoms, at: int) -> Term | None:
    """The longest quantity that begins here.

    Returns:
        The term, its `low` and `high` whole or None: both None where no value can be defended. None if no quantity
        begins here.
    """
    first = _bounded(atoms, at)
    if first is None or first.high is not None or first.low is None:
        return first
    # `at least 500 but no more than 600`: each bound leaves open what the other closes.
    joint = first.end + (atoms[first.end].text == ",")
    second = _bounded(atoms, joint + 1) if atoms[joint].text in {"and", "but"} else None
    if second is None or second.low != 0 or second.high is None:
        return first
    both = second._replace(low=first.low, approximate=first.approximate or second.approximate)
    return both if first.low <= second.high else bounds.undefended(both)


def _bounded(atoms: Atoms, at: int) -> Term | None:
    first = atoms[at].text
    if first not in STARTS and not first[:1].isdecimal():
        return None
    if first in ARTICLES and atoms[atoms.past_dash(at + 1)].text not in AFTER_ARTICLE:
        return None
    front = bounds.before(atoms, at)
    term = amount(atoms, front.end)
    if term is None or not _whole(term):
        return None
    term = _of(atoms, _compound(atoms, bounds.after(atoms, term)))
    if _no_people(atoms, term) or (first in ARTICLES and atoms[term.end - 1].text in COMPOUND):
        # The article of `a thousand-strong force` is the force's.
        return None
    for bound, close in reversed(front.bounds):
        term = bounds.apply(term, bound, close=close)
    return term


def _whole(term: Term) -> bool:
    """Whether the term counts something: there is no 7.62 of a person."""
    return all(not isinstance(end, Fraction) or end.denominator == 1 for end in (term.low, term.high))


def _compound(atoms: Atoms, term: Term) -> Term:
    """With the word that it forms a compound with: `3,000-strong`."""
    if atoms[term.end].text in DASHES and atoms[term.end + 1].text in COMPOUND:
        return term._replace(end=term.end + 2, takes_of=False)
    return term


def _of(atoms: Atoms, term: Term) -> Term:
    """With the *of* that leads to its noun (`dozens of soldiers`), but not to a whole (`dozens of its soldiers`)."""
    if term.takes_of and atoms[term.end].text == "of" and atoms[term.end + 1].text not in WHOLES:
        return term._replace(end=term.end + 1)
    return term


def _no_people(atoms: Atoms, term: Term) -> bool:
    """Whether what follows makes the number a date, a time, a share, a measure, an ordinal or part of a word."""
    end, following = term.end, atoms[term.end].text
    if following in MEASURES or (following == "per" and atoms[end + 1].text == "cent"):
        return True
    if following in MONTHS and term.high is not None and term.high <= LONGEST_MONTH:
        return True
    if not atoms.attached(end):
        return False
    onto_next = atoms.attached(end + 1)
    return (
        following in UNFIT
        or following[0].isalnum()
        or (following == "-" and onto_next and atoms[end + 1].text[0].isalnum())
        or (following == ":" and onto_next and atoms[end + 1].text[0].isdecimal())
    )

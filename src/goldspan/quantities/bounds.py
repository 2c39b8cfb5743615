"""The words around a number, and what they make of it: `up to`, `just over`, `or more`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities.lexicon import AFTER, BEFORE, CLOSE, FAR, FILLER, Bound
from goldspan.quantities.numbers import Term, number

if TYPE_CHECKING:
    from goldspan.quantities.atoms import Atoms
    from goldspan.quantities.lexicon import Phrases

MOST_BOUNDS = 3
SUMS = frozenset({"+", "plus"})


class Front(NamedTuple):
    """The bounds in front of a number, the outermost first, and the index after them.

    Each bound comes with whether the number is said to be near.
    """

    end: int
    bounds: tuple[tuple[Bound, bool], ...] = ()


def phrase(table: Phrases, atoms: Atoms, at: int) -> tuple[Bound | None, int]:
    """The bound of the longest phrase that stands here, and the index after it; None and `at` if none does."""
    for words, bound in table.get(atoms[at].text, ()):
        if atoms.match(at, words):
            return bound, at + len(words)
    return None, at


def before(atoms: Atoms, at: int) -> Front:
    """The bounds that begin here (`at least some`), with what may stand between them and the number."""
    front = Front(at)
    while len(front.bounds) < MOST_BOUNDS and (found := _bound(atoms, front.end)):
        front = Front(found.end, front.bounds + found.bounds)
    if not front.bounds:
        return front
    for words in FILLER:
        if atoms.match(front.end, words):
            return Front(front.end + len(words), front.bounds)
    return front


def _bound(atoms: Atoms, at: int) -> Front | None:
    bound, end = phrase(BEFORE, atoms, at)
    if bound is not None:
        return Front(end, ((bound, False),))
    close, start = phrase(CLOSE, atoms, at)
    if close is None and atoms[at].text in FAR:
        start = at + 1
    bound, end = phrase(BEFORE, atoms, start) if start > at else (None, at)
    return Front(end, ((bound, close is not None),)) if bound in (Bound.MORE, Bound.FEWER) else None


def after(atoms: Atoms, term: Term) -> Term:
    """The term with what stands behind it: `or more`, `-odd`, `+`."""
    for _ in range(MOST_BOUNDS):
        bound, end = phrase(AFTER, atoms, term.end)
        if bound is None:
            bound, end = phrase(AFTER, atoms, atoms.past_dash(term.end))
        # `500 + 300` is a sum.
        if bound is None or (atoms[end - 1].text in SUMS and number(atoms, end)):
            return term
        term = apply(term, bound)._replace(end=end)
    return term


def apply(term: Term, bound: Bound, *, close: bool = False) -> Term:
    """What a bound makes of a term; open at both ends if they do not go together (`up to 500 or more`)."""
    low, high = term.low, term.high
    match bound:
        case Bound.LEAST:
            high = None
        case Bound.MORE:
            low, high = (None if low is None else low + 1), None
        case Bound.MOST:
            low = None if high is None else 0
        case Bound.NEARLY:
            low = None
        case Bound.FEWER if high:
            # What is just under a number does not go down to nothing: how far it does is left unsaid.
            low, high = (None if close else 0), high - 1
        case Bound.FEWER:
            low = high = None
        case Bound.ABOUT:
            pass
    approximate = term.approximate or close or bound in {Bound.ABOUT, Bound.NEARLY}
    return term._replace(low=low, high=high, approximate=approximate)


def undefended(term: Term) -> Term:
    """The same words without a value."""
    return term._replace(low=None, high=None, approximate=False)

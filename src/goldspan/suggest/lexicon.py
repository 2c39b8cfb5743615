"""All word lists as one table: what a token's form says about it, remembered per form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from goldspan.suggest.data_files import cues, entries
from goldspan.suggest.kinds import Kind
from goldspan.suggest.phrases import Phrases, normal

if TYPE_CHECKING:
    from collections.abc import Iterable

# Forms remembered before the memory starts anew: it must not grow with the number of articles.
MEMO = 200_000
ORDINAL_ENDS = ("st", "nd", "rd", "th")
LISTED = 0.9
# Short forms that are months or days only with a capital.
CAPITAL_TIMES = frozenset(("may", "march", "sat", "sun", "mar", "mon", "wed"))


@dataclass
class Lexicon:
    """The word lists.

    Args:
        capital: flags of words that begin with a capital, by their lower case.
        small: flags of words that do not.
        either: flags of words in any case.
        acronyms: `unit` or `org` by acronym, as written.
        forces: names of forces.
        orgs: names of bodies that no label covers.
        heads: the size of each echelon.
        force_heads: what ends the name of a force of no fixed size.
        common: common words in lower case.
    """

    capital: dict[str, int] = field(default_factory=dict)
    small: dict[str, int] = field(default_factory=dict)
    either: dict[str, int] = field(default_factory=dict)
    acronyms: dict[str, str] = field(default_factory=dict)
    forces: Phrases = field(default_factory=Phrases)
    orgs: Phrases = field(default_factory=Phrases)
    heads: dict[str, int] = field(default_factory=dict)
    force_heads: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    _memo: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self, word: str) -> tuple[int, str]:
        """The `Kind` flags of a token and its `normal` form."""
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) > MEMO:
                self._memo.clear()
            known = self._memo[word] = (self._kind(word), normal(word))
        return known

    def _kind(self, word: str) -> int:
        lower = word.lower()
        kind = self.either.get(lower, 0)
        if word[0].isupper():
            return kind | Kind.CAP | self.capital.get(lower, 0) | _shape(word)
        if word[0].isdigit():
            number, end = lower[:-2], lower[-2:]
            ordinal = (end in ORDINAL_ENDS and number.isdigit()) or (lower[-1] == "d" and lower[:-1].isdigit())
            return kind | Kind.NUMBER | (Kind.ORDINAL if ordinal else 0)
        return kind | self.small.get(lower, 0)

    def is_unit(self, word: str) -> bool:
        """Whether a word is the acronym of a force."""
        return self.acronyms.get(word) == "unit"

    def is_org(self, word: str) -> bool:
        """Whether a word is the acronym of a body that no label covers."""
        return self.acronyms.get(word) == "org"


def _shape(word: str) -> int:
    if len(word) == 1:
        return Kind.LETTER
    initial = Kind.INITIAL if len(word) == len("A.") and word[1] == "." else 0
    return initial | (Kind.UPPER if word.isupper() else 0)


@cache
def lexicon() -> Lexicon:
    """The lexicon, read from the package's data when first asked for."""
    lex = Lexicon(common=frozenset(entries("common_words")))
    _read_people(lex)
    _read_forces(lex)
    _read_bodies(lex)
    _read_places(lex)
    times = cues("lexicon.times")
    _flag(lex.either, (f"{time}." for time in times if len(time) < len("month")), Kind.TIME)
    _flag(lex.either, times - CAPITAL_TIMES - {"local"}, Kind.TIME)
    _flag(lex.capital, CAPITAL_TIMES, Kind.TIME)
    _flag(lex.either, cues("lexicon.functions"), Kind.FUNCTION)
    _flag(lex.either, lex.common, Kind.COMMON)
    return lex


def _flag(table: dict[str, int], words: Iterable[str], kind: int) -> None:
    for word in words:
        table[word] = table.get(word, 0) | kind


def _read_people(lex: Lexicon) -> None:
    armed = cues("lexicon.armed")
    for rank in entries("ranks"):
        words = [w for w in rank.replace(".", " ").replace("-", " ").split() if w not in armed | {"of", "the"}]
        _flag(lex.capital, (w.lower() for w in words), Kind.RANK)
        _flag(lex.capital, (f"{w.lower()}." for w in words if len(w) > 1), Kind.RANK)
    for title in entries("titles"):
        *first, last = title.replace("-", " - ").split()
        is_capital = title[0].isupper()
        if last not in armed:
            forms = (last.lower(), f"{last.lower()}.")
            _flag(lex.capital if is_capital else lex.small, forms, Kind.TITLE if is_capital else Kind.ROLE)
        if is_capital:
            parts = (w.lower() for w in first if w[0].isupper() and w not in armed)
            _flag(lex.capital, parts, Kind.TITLE_PART)
    _flag(lex.capital, (name.lower() for name in entries("given_names")), Kind.GIVEN)
    _flag(lex.capital, (name.lower() for name in entries("demonyms") if " " not in name), Kind.DEMONYM)
    _flag(lex.small, cues("lexicon.particles"), Kind.PARTICLE)


def _read_forces(lex: Lexicon) -> None:
    for row in entries("echelons"):
        name, size = row.lower().split("\t")
        lex.heads[name] = int(size)
        _flag(lex.either, [name.split()[-1]], Kind.ECHELON)
    lex.force_heads = frozenset(entry.lower() for entry in entries("services"))
    _flag(lex.capital, (head.split()[-1] for head in lex.force_heads), Kind.FORCE)
    for name in entries("forces"):
        if _is_acronym(name):
            lex.acronyms[name] = "unit"
        else:
            lex.forces.add(name, LISTED)


def _read_bodies(lex: Lexicon) -> None:
    _flag(lex.capital, (head.lower().split()[-1] for head in entries("org_heads")), Kind.ORG)
    for name in entries("orgs"):
        if _is_acronym(name):
            lex.acronyms[name] = "org"
        if not _is_acronym(name) or not name.isalnum():
            lex.orgs.add(name, LISTED)


def _is_acronym(name: str) -> bool:
    return " " not in name and (name.isupper() or not name[1:].islower())


def _read_places(lex: Lexicon) -> None:
    _flag(lex.either, (name.lower().split()[-1] for name in entries("place_classes")), Kind.CLASS)
    _flag(lex.capital, (name.lower() for name in entries("place_prefixes") if " " not in name), Kind.PREFIX)
    _flag(lex.either, cues("lexicon.directions"), Kind.DIRECTION)

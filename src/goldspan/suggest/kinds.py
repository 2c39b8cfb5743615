"""What a token's form says about it."""

from __future__ import annotations


class Kind:
    """Bits of an integer; with `enum.IntFlag` in their place all rules together take half as long again."""

    CAP = 1 << 0
    """Begins with a capital."""
    UPPER = 1 << 1
    """Is in capitals throughout and longer than one letter."""
    COMMON = 1 << 2
    """Is, in lower case, a common word."""
    RANK = 1 << 3
    """Is the word of a rank: `Lieutenant`, `Gen.`"""
    TITLE = 1 << 4
    """Ends a title or office: `Minister`."""
    TITLE_PART = 1 << 5
    """Begins a title of several words: `Prime`."""
    ECHELON = 1 << 6
    """Ends the name of an echelon: `Brigade`, `Team`."""
    FORCE = 1 << 7
    """Ends the name of a force of no fixed size: `Army`, `Command`."""
    ORG = 1 << 8
    """Heads the name of a body, document or event: `Ministry`."""
    DEMONYM = 1 << 9
    """Is the adjective or noun of a people or faith."""
    CLASS = 1 << 10
    """Is a class word of places, in any case: `Province`, `river`."""
    NUMBER = 1 << 11
    """Begins with a digit."""
    GIVEN = 1 << 12
    """Is a given name."""
    DIRECTION = 1 << 13
    """Is a direction: `North`, `upper`."""
    TIME = 1 << 14
    """Is a month, a day or their like."""
    PARTICLE = 1 << 15
    """Is a small word inside names: `de`, `bin`."""
    FUNCTION = 1 << 16
    """Is a function word: `the`, `of`."""
    ROLE = 1 << 17
    """Is, in small letters, an office that may stand before a name: `spokesman`."""
    PREFIX = 1 << 18
    """Begins names of places: `Camp`, `San`."""
    ORDINAL = 1 << 19
    """Is an ordinal in digits: `3rd`."""
    INITIAL = 1 << 20
    """Is a letter with its full stop."""
    LETTER = 1 << 21
    """Is a single capital letter."""

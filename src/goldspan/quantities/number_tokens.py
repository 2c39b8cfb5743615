"""Number tokens: what the grammar of quantities reads, the same from a text and from the tokens of a tokenizer.

A number token is a run of digits with its separators (`1,200`), a run of letters, or one other character. Letters are
folded to lower case, decimal digits of any script to ASCII, hyphens, minus signs and en dashes to `-`, em dashes to
`—`, apostrophes to `'`. A number token knows the white space before it and which token of the tokenizer it ends.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from goldspan.quantities.lexicon import DASHES, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIECE = re.compile(r"(?P<gap>\s+)|\d+(?:[.,'’ʼ]\d+)*|[^\W\d_]+|-{2,}|.", re.DOTALL)
HYPHENS = frozenset("-‐‑")
FOLDED = str.maketrans(dict.fromkeys("‐‑‒–−﹣－", "-") | dict.fromkeys("―⸺", "—") | dict.fromkeys("’ʼ", "'"))


class NumberToken(NamedTuple):
    """One number token.

    Args:
        text: folded.
        gap: the white space before it, at least one space between two tokens; empty where it is attached.
        token: the index after the tokenizer's token that it ends; -1 inside such a token, and always in a text.
    """

    text: str
    gap: str
    token: int = -1


END = NumberToken("", " ")


class NumberTokens:
    """A list of number tokens, read from its source as far as needed; after its end there are empty number tokens."""

    __slots__ = ("_cut", "_source")

    def __init__(self, source: Iterator[NumberToken]) -> None:
        self._source = source
        self._cut: list[NumberToken] = []

    def __getitem__(self, at: int) -> NumberToken:
        cut = self._cut
        try:
            return cut[at]
        except IndexError:
            while at >= len(cut):
                cut.append(next(self._source, END))
            return cut[at]

    def past_dash(self, at: int) -> int:
        """The index after a dash, if there is one here, else the same index."""
        return at + (self[at].text in DASHES)

    def attached(self, at: int) -> bool:
        """Whether there is no space between this number token and the one before it."""
        token = self[at]
        return not token.gap and bool(token.text)

    def continues(self, at: int) -> bool:
        """Whether a letter or digit is attached to the number token before it: `1st`, `7.62mm`."""
        return self.attached(at) and self[at].text[0].isalnum()

    def inside_word(self, at: int) -> bool:
        """Whether the number token here continues a word: the *16* of `F-16`."""
        before = self[at - 1].text if at else ""
        return self.attached(at) and (before.isalnum() or (before in DASHES and self.attached(at - 1)))

    def match(self, at: int, phrase: Sequence[str]) -> bool:
        """Whether the phrase is here."""
        for word in phrase:
            if self[at].text != word:
                return False
            at += 1
        return True


def fold(text: str) -> str:
    """The text with one form for all variants of a letter, digit, dash or apostrophe."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text.translate(FOLDED)
    )


def tokenize_text(text: str) -> NumberTokens:
    """The number tokens of a text."""
    return NumberTokens(NumberToken(piece, gap) for piece, gap in _pieces(fold(text)))


def tokenize_words(words: Sequence[str], index: int) -> NumberTokens:
    """The number tokens of the tokens from `index` on, as far as the end of the paragraph.

    Tokens do not show whether there was a space between them. There was none where spaCy's English rules split a word:
    around a hyphen, and between digits and the letter of a scale (`2.5m`).
    """
    return NumberTokens(_number_tokens(words, index))


@lru_cache(maxsize=8192)
def tokenize_word(word: str) -> tuple[tuple[str, str], ...]:
    """The number tokens of one token and the white space before each; of a token of white space, none."""
    return tuple(_pieces(fold(word)))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    gap = ""
    for piece in PIECE.finditer(text):
        if piece["gap"]:
            gap = piece["gap"]
        else:
            yield ("—" if piece[0].startswith("--") else piece[0]), gap
            gap = ""


def _number_tokens(words: Sequence[str], index: int) -> Iterator[NumberToken]:
    gap, after_digits = " ", False
    for position in range(index, len(words)):
        word = words[position]
        pieces = tokenize_word(word)
        if not pieces:
            if word.count("\n") > 1:
                return
            # spaCy makes a token of white space after a first space, which is not in the list.
            gap = f" {word}" if word.startswith(" ") else word or gap
            continue
        first, last = pieces[0][0], len(pieces) - 1
        if word in HYPHENS or (after_digits and first in SUFFIXES):
            gap = ""
        for number, (piece, inner) in enumerate(pieces):
            yield NumberToken(piece, inner if number else gap, position + 1 if number == last else -1)
        gap = "" if word in HYPHENS else " "
        after_digits = pieces[last][0][:1].isdecimal()

r"""Tokens that copies of a text have in common, however they are typeset.

Copies of an article differ in white space and line ends, in the style of quotation marks and dashes, in invisible
characters and in the normal form of Unicode. None of these changes the keys of its tokens:

- a run of letters, digits and marks is a token; its key is its NFKC form, with its case, but for raised, lowered and
  fractional characters behind a digit, which stay: m² may be written m2, but 10² is not 102;
- ideographs, kana and the letters of scripts that put no spaces between words (Thai, Lao, Khmer, Burmese) are tokens
  one by one, each with its marks;
- quotation marks and apostrophes of any style are one kind of token, a run of them is one token; so are dashes, and
  two or more full stops or an ellipsis;
- every other visible character is a token, with the marks that follow it;
- white space separates tokens; soft hyphens, zero-width characters, directional marks and controls count as nothing,
  inside words as well.

A word that is divided at the end of a line with a visible hyphen stays two tokens and a hyphen: whether the hyphen
belongs to the word cannot be known. No model and no list of words takes part, so that tokens depend on the version of
Unicode alone, and there only for characters that are new.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import regex

QUOTE = '"'  # the keys of the three kinds
DASH = "-"
ELLIPSIS = "…"
# Besides those that Unicode calls quotation marks: grave and acute accent, their modifier letters, primes, the
# apostrophes of Armenian and Hebrew. Typists and converters exchange all of these.
OTHER_QUOTES = "`´ʹ\u0374ʻʼʽˈ\u1fef\u1ffd′″‵‶‴՚׳״＇｀"
OTHER_DASHES = "～"  # which some character tables give where others have the wave dash
MOST_MARKS = 30  # that are normalized together, as Unicode's stream-safe format does: the time is quadratic in them
ALONE = r"\p{Ideographic}\p{Hiragana}\p{Katakana}ー\p{Line_Break=SA}"


class TextToken(NamedTuple):
    """A token of a text.

    Args:
        start: of its first character, in code points.
        end: after its last one.
        key: equal for tokens that are the same in all copies of a text.
    """

    start: int
    end: int
    key: str


def tokenize_text(text: str) -> list[TextToken]:
    """The tokens of a text, in their order, in time that grows with its length."""
    return [
        TextToken(match.start(), match.end(), _KEYS.get(match.lastgroup or "") or normalize(match.group()))
        for match in _pattern().finditer(text)
    ]


def normalize(token: str) -> str:
    """The key of the characters of one token that is no quotation mark, dash or ellipsis: NFKC, nothing invisible."""
    if token.isascii() and token.isprintable():
        return token
    visible = _invisible().sub("", token)
    parts = _many_marks().sub("\\g<0>\0", visible).split("\0") if len(visible) > MOST_MARKS else [visible]
    return "".join(_compose(part) for part in parts)


def _compose(part: str) -> str:
    """The NFKC form, in which a raised, lowered or fractional character behind a digit stays: 10² is not 102."""
    places = [at for at, one in enumerate(part) if at and part[at - 1].isnumeric() and _is_raised(one)]
    bounds = [0, *(bound for at in places for bound in (at, at + 1)), len(part)]
    return "".join(
        unicodedata.normalize("NFC" if number % 2 else "NFKC", part[start:end])
        for number, (start, end) in enumerate(pairwise(bounds))
    )


def _is_raised(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>", "<fraction>"))


_KEYS = {"quote": QUOTE, "dash": DASH, "ellipsis": ELLIPSIS}


@cache
def _pattern() -> regex.Pattern[str]:
    import regex

    skip = rf"[{_INVISIBLE}]*+"
    quotes, dashes = rf"\p{{Quotation_Mark}}{OTHER_QUOTES}", rf"\p{{Dash}}{OTHER_DASHES}"
    marks = r"[\p{M}ﾞﾟ]"  # the halfwidth marks of voiced kana are letters to Unicode
    word = rf"[[\p{{L}}\p{{N}}\p{{M}}]--[{ALONE}{quotes}{dashes}{_INVISIBLE}]]"
    with_marks = rf"(?:{skip}{marks})*+"
    return regex.compile(
        rf"(?P<quote>[{quotes}](?:{skip}[{quotes}])*+){with_marks}"
        rf"|(?P<dash>[{dashes}](?:{skip}[{dashes}])*+){with_marks}"
        rf"|(?P<ellipsis>(?:[…‥]|\.{skip}[.…‥])(?:{skip}[.…‥])*+){with_marks}"
        rf"|(?P<word>{word}(?:{skip}{word})*+)"
        rf"|(?P<other>[^\p{{White_Space}}{_INVISIBLE}]{with_marks})",
        regex.V1,
    )


# What is not seen, white space apart: default-ignorable characters, controls, marks of interlinear notes.
_INVISIBLE = r"\p{Default_Ignorable_Code_Point}\x00-\x08\x0E-\x1F\x7F-\x84\x86-\x9F\uFFF9-\uFFFB"


@cache
def _invisible() -> regex.Pattern[str]:
    import regex

    return regex.compile(f"[{_INVISIBLE}]")


@cache
def _many_marks() -> regex.Pattern[str]:
    """So many marks as are normalized together, if more follow."""
    import regex

    return regex.compile(rf"\p{{M}}{{{MOST_MARKS}}}(?=\p{{M}})")

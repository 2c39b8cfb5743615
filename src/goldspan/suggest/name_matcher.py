"""Finds names in texts: word by word, whatever their case, line breaks and apostrophes.

A name is found where its words stand, in this order, with nothing between them but white space; `Siemens` is not found
in `Siemensstadt`, and `1,000 soldiers` not in `21,000 soldiers`. An empty line ends a name. Before words are compared,
they are folded: case, the code points of one letter (NFC), curly and straight apostrophes and quotation marks, hyphens
that do not break, and characters without a width are all one. Which of these differences a name may have is for the
caller to decide, by `written_form` and `is_case_variant`.

A *word* is a run of letters, marks, digits and underscores; a number keeps the signs between its digits (`1,000`,
`2.5`, `1'000`), and an address of the web or of mail is one word. Of scripts that set no spaces between words, each
character is a word. Korean sets its particles behind a name without a space, so that a name begins with a word there,
and ends anywhere. Every other character is a word by itself.

Names are kept in a trie of words (Fredkin 1960), so that the time does not grow with how many names there are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

THIN_SPACES = "\u00a0\u202f\u2009"  # between the digits of a number
SPACE = r"\s\x1c-\x1f"  # `re` has these four among its spaces, `regex` has not
PARAGRAPH = r"(?P<break>\n[^\S\n]*\n)"
ADDRESS = rf"(?:https?://|www\.)[^{SPACE}]+ | (?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+"
IN_NUMBER = rf"(?<=\d)[.,'’](?=\d) | (?<=\d)[{THIN_SPACES}](?=\d{{3}}(?!\d))"
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
# U+02BC is a letter to Unicode, and an apostrophe to who writes it.
LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{UNSPACED}\p{{Hangul}}\u02bc]]"
WORD = regex.compile(
    rf"""(?V1)
      {PARAGRAPH} | {ADDRESS} | {LETTER}(?:\p{{Cf}}*{LETTER} | {IN_NUMBER})*
    | (?P<hangul>(?<=\p{{Hangul}}\p{{M}}*)\p{{Hangul}}\p{{M}}*) | [{UNSPACED}\p{{Hangul}}]\p{{M}}*
    | [^{SPACE}\p{{Cf}}]
    """,
    regex.VERBOSE,
)
# The same in texts without marks and signs of formatting, in Latin, Greek and Cyrillic script: several times as fast.
SIMPLE_TEXT = re.compile(
    "[\0-\u00ac\u00ae-\u02bb\u02bd-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*"
)
SIMPLE_WORD = re.compile(rf"{PARAGRAPH} | {ADDRESS} | \w+(?:(?:{IN_NUMBER})\w+)* | [^{SPACE}]", re.VERBOSE)
DOTTED_I, DOTLESS_I = "i\u0307", "\u0131"  # the small letters of the two Turkish capitals I and \u0130
FULL_WIDTH = 0xFF01 - ord("!")  # from an ASCII character to its form in Chinese and Japanese typography
SIGNS = str.maketrans(
    dict.fromkeys("’ʼ‘＇`´", "'")
    | dict.fromkeys("“”„‟«»＂", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-")
    | dict.fromkeys(THIN_SPACES, " ")
    | {code: chr(code - FULL_WIDTH) for code in range(0xFF01, 0xFF5F) if chr(code) not in "＂＇｀"}
)
SHORTEST_ACRONYM = 4  # letters: `NATO` is also written `Nato`, and `WHO` and `IT` are not `Who` and `It`
BREAK = "\n"
CONTINUED = "\0"  # before a Korean syllable that another one precedes
END = ""  # the key in a node of the trie whose value is the name that ends there; no word is empty


class NameMatch(NamedTuple):
    """A place where a name stands.

    Args:
        start, end: half-open, in code points.
        name: the folded name, as `NameMatcher.add` returned it.
    """

    start: int
    end: int
    name: str


class NameMatcher:
    """Finds names in texts.

    Args:
        names: to find; more can be added.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._trie: dict[str, Any] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> str:
        """Add a name; returns it folded, as matches give it; empty for a name without any word, which is not found."""
        words = [word for _, _, word in folded_words(name)]
        if not words:
            return ""
        node = self._trie
        for word in words:
            node = node.setdefault(word, {})
        return str(node.setdefault(END, " ".join(words)))

    def find(self, text: str) -> Iterator[NameMatch]:
        """All places of all names, in the order in which they begin, the shorter before the longer."""
        words = folded_words(text)
        for number, (start, _, first) in enumerate(words):
            node = self._trie.get(first)
            following = number + 1
            while node is not None:
                if END in node:
                    yield NameMatch(start, words[following - 1][1], node[END])
                if following == len(words):
                    break
                node = node.get(words[following][2])
                following += 1


def folded_words(text: str) -> list[tuple[int, int, str]]:
    """The words of a text: start and end in code points, and the word as it is compared."""
    pattern = SIMPLE_WORD if SIMPLE_TEXT.fullmatch(text) else WORD
    return [(match.start(), match.end(), _folded(match[0], match.lastgroup)) for match in pattern.finditer(text)]


def written_form(name: str) -> str:
    """A name with its case, and without the other differences that do not count: white space, apostrophes and so on."""
    return _plain(" ".join(name.split()))


def is_case_variant(form: str, name: str) -> bool:
    """Whether a name may be written so: as it is, in capitals as headlines are, or an acronym as a common name.

    An acronym is in capitals and has four letters at least: `Nato` for `NATO`, but not `It` for `IT`.

    Args:
        form: as it is written somewhere; a `written_form`.
        name: as it is written elsewhere; a `written_form`.
    """
    if form in (name, name.upper()):
        return True
    letters = sum(map(str.isalpha, name))
    return name.isupper() and letters >= SHORTEST_ACRONYM and form == name.title()


@lru_cache(maxsize=1 << 16)
def _folded(word: str, kind: str | None) -> str:
    if kind == "break":
        return BREAK
    folded = unicodedata.normalize("NFC", _plain(word).casefold().replace(DOTTED_I, "i").replace(DOTLESS_I, "i"))
    return CONTINUED + folded if kind == "hangul" else folded


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("`", "'")
    kept = "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    return kept.translate(SIGNS)

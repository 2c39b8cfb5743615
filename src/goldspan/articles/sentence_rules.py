"""Where sentences of a language end: its marks, abbreviations, ordinals and the words that begin sentences.

The rules are goldspan's own rather than those of a library, because the ids of sentences depend on them: they change
with goldspan alone, and its changelog says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from goldspan import files
from goldspan.validation import parse_toml

DATA = Path(__file__).with_name("data") / "sentences.toml"
DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that no reader sees, in texts from right to left
CLOSERS = f"\"'”’“»«›‹)\\]」』》〉】〕）］｣*_{DIRECTIONS}"  # and those of Markdown
EAST_ASIAN_CLOSERS = CLOSERS.replace("“", "")  # where it opens
REFERENCES = r"(?:\[\d{1,3}\]|[¹²³⁰⁴-⁹])*+"  # to notes
MARKS = ".!?…‽"
# Marks that are nothing else: Chinese, Devanagari, Arabic, Urdu, Armenian, Ethiopic, Burmese, Khmer.
OWN_MARKS = "。！？｡।॥؟۔։።፧။។"
CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
SPACED_GUILLEMET = r"(?:[ \t\u00a0\u202f]»(?=[\s.,;:!?)]|\Z))?+"  # French closes with a space before it
ENDS = (
    rf"(?<![{MARKS}])[{MARKS}]++[{CLOSERS}]*+{SPACED_GUILLEMET}{REFERENCES}(?=\s)"
    rf"|(?:[{OWN_MARKS}]++[!?]*+|．(?![0-9０-９]))[{EAST_ASIAN_CLOSERS}]*+{REFERENCES}(?=[^{EAST_ASIAN_CLOSERS}])"
)
CJK_ENDS = rf"|(?<![!?])[!?]++[{EAST_ASIAN_CLOSERS}]*+(?=[{CJK}])"
QUESTION_MARKS = {"el": r"|[;\u037e]++[{closers}]*+(?=\s)"}  # as the Greeks write it
QUOTING = {"ja": frozenset("とっなはがをにのもでやだ")}  # particles after a quotation, whose sentence goes on
# The longest of the pieces between the full stops of an abbreviation such as z.B. and m.in.; others are addresses.
LONGEST_PIECE = 4
ROMAN = re.compile(r"[IVXLCDM]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRules:
    """The rules of a language.

    Args:
        ends: what a sentence may end with: marks, closing quotes and brackets.
        abbreviations: in lower case; a full stop after them ends no sentence, unless one of `starters` follows.
        before_numbers: nor after these, if a number follows.
        starters: words that have a capital at the beginning of a sentence alone, in lower case.
        quoting: the letters with which a sentence goes on after a quotation that has ended.
        ordinals: whether a number of one or two digits with a full stop is an ordinal.
    """

    ends: re.Pattern[str]
    abbreviations: frozenset[str] = frozenset()
    before_numbers: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()
    quoting: frozenset[str] = frozenset()
    ordinals: bool = False

    @classmethod
    @cache
    def of(cls, language: str) -> SentenceRules:
        """Those of a language, named by its code; one that has no rules of its own has those of all languages."""
        table, common = _table().get(language, {}), _table()["all"]
        ends = ENDS + CJK_ENDS + QUESTION_MARKS.get(language, "").format(closers=CLOSERS)
        return cls(
            ends=re.compile(ends),
            abbreviations=_words(common, "abbreviations") | _words(table, "abbreviations"),
            before_numbers=_words(common, "before_numbers") | _words(table, "before_numbers"),
            starters=_words(table, "starters"),
            quoting=QUOTING.get(language, frozenset()),
            ordinals=bool(table.get("ordinals")),
        )

    def is_abbreviation(self, word: str, *, number_follows: bool) -> bool:
        """Whether a full stop after this word belongs to it: `Gen`, `U.S`, `z.B`, `J`, `No` before a number."""
        plain = word.casefold()
        pieces = plain.split(".")
        if len(pieces) > 1:
            return word[0].isalpha() and all(len(piece) <= LONGEST_PIECE for piece in pieces)
        if len(word) == 1 and word.isalpha():
            return True
        return plain in self.abbreviations or (number_follows and plain in self.before_numbers)

    def begins_sentence(self, word: str) -> bool:
        """Whether this word with a capital, with the apostrophe after it if it has one, begins a sentence for sure."""
        plain = word.casefold().replace("’", "'")
        return plain in self.starters or plain.rstrip("'") in self.starters

    def is_ordinal(self, word: str) -> bool:
        """Whether a full stop after this number makes an ordinal of it: `3`, `XIV`."""
        return self.ordinals and ((word.isdigit() and len(word) < 3) or ROMAN.fullmatch(word) is not None)


@cache
def _table() -> dict[str, Any]:
    return parse_toml(files.decode(files.read_bytes(DATA), DATA), DATA, "Install goldspan again.")


def _words(table: dict[str, Any], key: str) -> frozenset[str]:
    return frozenset(table.get(key, "").casefold().split())

"""A paragraph as tokens: what the rules read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.suggest.lexicon import TokenFlag, lexicon
from goldspan.suggest.truecase import is_all_caps

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCE_ENDS = frozenset(
    (".", "!", "?", ":", ";", '"', "“", "”", "--", "—", "–", "•", "*", "]", "[", "''", "``", "‘", "'")
)
HYPHENS = frozenset(("-", "–", "‑"))
# Heads that the tokenizer does not separate from their number.
CODED = re.compile(r"((?:Task |)Force|Command|Team|Group|Brigade|Division|Battalion)([-–])(\d+\w*)$")


@dataclass(slots=True)
class ParagraphTokens:
    """The tokens of a paragraph, white space left out; all lists have one entry per token.

    Args:
        text: the text with normal case that the tokens are of.
        words: the tokens.
        lower: in lower case.
        forms: normalized.
        flags: their `TokenFlag` flags.
        starts, ends: half-open offsets in code points.
        first: whether a token begins a sentence or a line, so that its capital is no evidence of a name.
        tight: whether there is no white space before it.
        all_caps: whether the paragraph is in capitals.
    """

    text: str
    words: list[str]
    lower: list[str]
    forms: list[str]
    flags: list[int]
    starts: list[int]
    ends: list[int]
    first: list[bool]
    tight: list[bool]
    all_caps: bool = False

    def __len__(self) -> int:
        return len(self.words)

    def word_at(self, i: int) -> str:
        """The token at `i` in lower case, or nothing beyond the edges."""
        return self.lower[i] if 0 <= i < len(self.words) else ""

    def flags_at(self, i: int) -> int:
        """The flags of the token at `i`, or none beyond the edges."""
        return self.flags[i] if 0 <= i < len(self.words) else 0

    def is_hyphen(self, i: int) -> bool:
        """Whether the token at `i` joins two words without spaces."""
        inside = 0 < i < len(self.words) - 1
        return inside and self.words[i] in HYPHENS and self.tight[i] and self.tight[i + 1]


def paragraph_tokens(doc: Doc, source: str) -> ParagraphTokens:
    """The tokens of a paragraph.

    Args:
        doc: the tokenised view of the paragraph.
        source: the original paragraph, of the same length.
    """
    look = lexicon().look
    out = ParagraphTokens(doc.text, [], [], [], [], [], [], [], [], is_all_caps(source))
    at, first, tight = 0, True, False
    for token in doc:
        word = token.text
        end = at + len(word)
        cut = CODED.match(word)
        if cut is not None:
            for piece in cut.groups():
                _append(out, piece, at, first=False, tight=tight)
                at, tight = at + len(piece), True
            first, tight, at = False, not token.whitespace_, end + len(token.whitespace_)
            continue
        if word.isspace():
            first = first or "\n\n" in source[at:end]
            tight = False
        else:
            flags, _ = look(word)
            if flags & TokenFlag.INITIAL and at and source[at - 1] == "\n":
                first = True
            _append(out, word, at, first=first, tight=tight)
            abbreviated = (
                word == "." and tight and len(out) > 1 and bool(out.flags[-2] & (TokenFlag.RANK | TokenFlag.TITLE))
            )
            first = (word in SENTENCE_ENDS and not abbreviated) or (
                first and (bool(flags & (TokenFlag.NUMBER | TokenFlag.INITIAL)) or word in "()")
            )
            tight = not token.whitespace_
        at = end + len(token.whitespace_)
    return out


def _append(out: ParagraphTokens, word: str, at: int, *, first: bool, tight: bool) -> None:
    flags, form = lexicon().look(word)
    out.words.append(word)
    out.lower.append(word.lower())
    out.forms.append(form)
    out.flags.append(flags)
    out.starts.append(at)
    out.ends.append(at + len(word))
    out.first.append(first)
    out.tight.append(tight)

"""A paragraph as tokens: what the rules read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.suggest.military_news.lexicon import CACHE_SIZE, TokenFlag, lexicon
from goldspan.suggest.military_news.truecase import is_all_caps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

SENTENCE_ENDS = frozenset(
    (".", "!", "?", ":", ";", '"', "“", "”", "--", "—", "–", "•", "*", "]", "[", "''", "``", "‘", "'")
)
HYPHENS = frozenset(("-", "–", "‑"))
# Heads that the tokenizer does not separate from their number.
CODED = re.compile(r"((?:Task |)Force|Command|Team|Group|Brigade|Division|Battalion)([-–])(\d+\w*)$")

# A stretch without white space, one space, and the white space after that, which is a token.
STRETCH = re.compile(r"(\S+)( ?)(\s*)")
COLUMNS = 8  # of a row for each token


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


class RuleTokenizer:
    """The tokens that the rules read, as a tokenizer of spaCy cuts them, with the white space after each.

    In a memory zone spaCy cuts every word anew. Where it cuts between white space only, which it does but for languages
    with tokenizers of their own, each stretch without white space is therefore cut once and kept. (It also joins
    marks to an emoticon, which depends on the marks beyond a space only in rows of emoticons.)

    Args:
        nlp: the pipeline; its vocabulary no longer describes new words (their shape etc.), which nothing here reads.
    """

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # missing in the stub
        self._known: dict[str, list[tuple[str, bool]]] = {}
        # The tokenizers of single languages, e.g. of Chinese, have no such rules.
        rules: Iterable[str] | None = getattr(nlp.tokenizer, "rules", None)
        self._is_by_stretch = rules is not None and all(len(rule.split()) < 2 for rule in rules)

    def pipe(self, texts: Sequence[str]) -> Iterator[list[tuple[str, bool]]]:
        """The tokens of each text, those of white space included, and whether a space follows each."""
        if not self._is_by_stretch:
            return (token_pairs(self.nlp.make_doc(text)) for text in texts)
        self._learn({stretch for text in texts for stretch in text.split()})
        return map(self._pairs, texts)

    def _learn(self, stretches: set[str]) -> None:
        """Cut all stretches that are not known in one document, which takes a fraction of the time of one for each."""
        if len(self._known) > CACHE_SIZE:
            self._known.clear()
        text = "\n".join(stretches.difference(self._known))
        pairs: list[tuple[str, bool]] = []
        start = at = 0
        for size in self.nlp.make_doc(text).to_array("LENGTH").tolist():
            if text[at] == "\n":
                self._known[text[start:at]] = pairs
                pairs, start = [], at + 1
            else:
                pairs.append((text[at : at + size], False))
            at += size
        self._known[text[start:]] = pairs

    def _pairs(self, text: str) -> list[tuple[str, bool]]:
        pairs: list[tuple[str, bool]] = []
        indent = len(text) - len(text.lstrip())
        if indent:
            pairs += token_pairs(self.nlp.make_doc(text[:indent]))
        for stretch, space, further in STRETCH.findall(text, indent):
            pairs += self._known[stretch]
            if space:
                pairs[-1] = (pairs[-1][0], True)
            if further:
                pairs += token_pairs(self.nlp.make_doc(further))
        return pairs


def token_pairs(doc: Doc) -> list[tuple[str, bool]]:
    """The tokens of a doc, and whether a space follows each."""
    return [(token.text, bool(token.whitespace_)) for token in doc]


def paragraph_tokens(pairs: Iterable[tuple[str, bool]], text: str, source: str) -> ParagraphTokens:
    """The tokens of a paragraph.

    Args:
        pairs: the tokens of its text with normal case, white space included, and whether a space follows each.
        text: the text with normal case.
        source: the original paragraph, of the same length.
    """
    look = lexicon().look
    rows: list[tuple[str, str, str, int, int, int, bool, bool]] = []
    at, first, tight, before = 0, True, False, 0
    for word, space in pairs:
        end = at + len(word)
        cut = CODED.match(word) if "-" in word or "–" in word else None
        if cut is not None:
            for piece in cut.groups():
                before, form = look(piece)
                rows.append((piece, piece.lower(), form, before, at, at + len(piece), False, tight))
                at, tight = at + len(piece), True
            first, tight, at = False, not space, end + space
            continue
        if word.isspace():
            first = first or "\n\n" in source[at:end]
            tight = False
        else:
            flags, form = look(word)
            if flags & TokenFlag.INITIAL and at and source[at - 1] == "\n":
                first = True
            rows.append((word, word.lower(), form, flags, at, end, first, tight))
            if word in SENTENCE_ENDS:
                first = not (word == "." and tight and before & (TokenFlag.RANK | TokenFlag.TITLE)) or (
                    first and _keeps_start(word, flags)
                )
            else:
                first = first and _keeps_start(word, flags)
            tight, before = not space, flags
        at = end + space
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(COLUMNS)]
    fields: list[Any] = [text, *columns, is_all_caps(source)]
    return ParagraphTokens(*fields)


def _keeps_start(word: str, flags: int) -> bool:
    """Whether the token after one that begins a sentence begins it, too: after a number, an initial, a bracket."""
    return bool(flags & (TokenFlag.NUMBER | TokenFlag.INITIAL)) or word in "()"

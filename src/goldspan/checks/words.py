"""Whole words: where a span begins or ends, a character, a word and a token begin or end, too."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from goldspan import offsets, tokens
from goldspan.checks import cuts
from goldspan.checks.characters import is_blank
from goldspan.checks.check import Mark, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.formats.record import RawSpan, Record
    from goldspan.values import LabelScheme

# Scripts that put blanks between words and whose names stand free. Others write names together with what follows
# (Han, Thai) or join articles, prepositions and particles to them (Arabic, Hebrew, Hangul).
SPACED_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "FULLWIDTH"})
NUMBER = re.compile(r"\d+(?:,\d{3}(?!\d)|\.\d+)+")
DOTTED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.){2,}")
COMPOUND = re.compile(r"[-\u2010\u2011]([^\W\d_])")
AROUND = 24


@check(
    "split-grapheme",
    "span",
    title="An edge lies between a letter and its accent, or inside an emoji",
    why="What the reader sees as one character is torn: the span says another letter than the text.",
    remedy="Move the edge before or behind the whole character.",
)
def split_grapheme(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether an edge lies inside a grapheme cluster."""
    return _said(_in_grapheme(text, span.start), _in_grapheme(text, span.end), "a character")


@check(
    "split-word",
    "span",
    title="An edge lies inside a word, a number or a dotted abbreviation",
    why="No tokenizer can express the span, and half a word is not a name.",
    remedy="Take in the whole word; where the text itself runs two words together, allow the surface in labels.toml.",
)
def split_word(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether letters or digits stand on both sides of an edge."""
    return _said(_in_word(text, span.start), _in_word(text, span.end), "a word")


@check(
    "token-misaligned",
    "example",
    "warning",
    title="An edge lies inside a token of the tokenizer, though not inside a word",
    why="Token classification sees the whole token or nothing: the export to BIO tags must leave the span out.",
    remedy="Look at the blanks and marks around the edge: often one is missing in the text, or is part of the span.",
)
def token_misaligned(record: Record, scheme: LabelScheme) -> Iterator[Mark]:
    """The spans that begin or end inside a token; what another check says of that edge is not said again."""
    text, language = record.text, scheme.language
    open_starts = {s.start for s in record.spans if _is_open(text, s.start, text[s.start], language)}
    open_ends = {s.end for s in record.spans if _is_open(text, s.end, text[s.end - 1], language)}
    if not (open_starts or open_ends):  # The tokenizer takes seconds to load.
        return
    extents = tokens.tokenize(text, scheme.language)
    open_starts.difference_update(start for start, _ in extents)
    open_ends.difference_update(end for _, end in extents)
    for span in record.spans:
        if message := _said(span.start in open_starts, span.end in open_ends, "a token"):
            yield Mark(record, message, span)


@check(
    "split-compound",
    "span",
    "warning",
    title="A hyphen joins the end of a span to a word in small letters",
    why="*X-sponsored* and *X-based* are adjectives that are made of a name, and *3,000-strong* is one quantity.",
    remedy="Take the whole compound if it is a quantity, else remove the span.",
)
def split_compound(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether a hyphen and a small letter follow."""
    return "ends inside a hyphenated word" if _in_compound(text, span.end) else None


ALONE = (split_grapheme, split_word, split_compound)
CHECKS = (*ALONE, token_misaligned)


def _said(begins: bool, ends: bool, what: str) -> str | None:
    verbs = [verb for verb, holds in (("begins", begins), ("ends", ends)) if holds]
    return f"{' and '.join(verbs)} inside {what}" if verbs else None


def _in_grapheme(text: str, at: int) -> bool:
    beside = text[max(at - 1, 0) : at + 1]
    return not (beside.isascii() and beside != "\r\n") and offsets.splits_grapheme(text, at)


def _in_word(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if _is_word(before) and _is_word(after):
        return not _in_grapheme(text, at)
    if before in ".," or after in ".,":
        start = max(0, at - AROUND)
        around = text[start : at + AROUND]
        return any(m.start() < at - start < m.end() for p in (NUMBER, DOTTED) for m in p.finditer(around))
    return False


def _in_compound(text: str, at: int) -> bool:
    joined = COMPOUND.match(text, at)
    return joined is not None and joined[1].islower()


def _is_word(character: str) -> bool:
    if character.isascii():
        return character.isalnum()
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return unicodedata.name(character, "").split(" ")[0] in SPACED_SCRIPTS
    return kind in ("Nd", "Mn", "Mc")


def _is_open(text: str, at: int, inside: str, language: str) -> bool:
    """Whether only the tokenizer can tell if a token is cut at an edge, and no other check reports that edge."""
    certain = language == cuts.LANGUAGE and cuts.is_certain(text, at)
    return not (certain or is_blank(inside) or any(known(text, at) for known in (_in_grapheme, _in_word, _in_compound)))

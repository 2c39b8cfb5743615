"""Tight edges: a span begins with the first letter of the name and ends with the last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.checks import characters
from goldspan.checks.check import check
from goldspan.quantities.lexicon import COLLECTIVES, FRACTIONS, PAIRS, SEVERAL

if TYPE_CHECKING:
    from goldspan.formats.record import RawSpan
    from goldspan.values import LabelScheme

ARTICLE = re.compile(r"(the|an?)\s+(?=\S)", re.IGNORECASE)
POSSESSIVE = re.compile(r"(my|your|his|her|its|our|their|whose)\s+(?=\S)", re.IGNORECASE)
POSSESSIVE_S = re.compile(rf"\w(\s?[{characters.APOSTROPHES}]s)\Z", re.IGNORECASE)
ELIDED = re.compile(r"['’ʼ‘][st][\s-]")  # as in 's-Hertogenbosch
INNER_APOSTROPHE = re.compile(r"(?<=\w)['’‘](?=\w)")
# What *a* belongs to, as in *a dozen* and *a few hundred*.
NUMERAL = re.compile(
    rf"(?:good\s+)?(?:{'|'.join(sorted({*COLLECTIVES, *FRACTIONS, *PAIRS, *SEVERAL, 'handful'}))})\b", re.IGNORECASE
)


@check(
    "edge-whitespace",
    "span",
    title="A span begins or ends with a blank or an invisible character",
    why="The same name with and without a blank is two names to every count and every model.",
    remedy="Move the edge to the first or last visible character.",
)
def edge_whitespace(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether an edge is blank."""
    return _edges(characters.is_blank(text[span.start]), characters.is_blank(text[span.end - 1]), "a blank", "a blank")


@check(
    "edge-punctuation",
    "span",
    title="A span begins or ends with a punctuation mark, a quotation mark or a dash, or takes in half of a pair",
    why="Punctuation belongs to the sentence. Full stops of abbreviations and brackets inside the name are let pass.",
    remedy="Leave the mark outside; of brackets and quotation marks take both or none.",
)
def edge_punctuation(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether punctuation stands at an edge, or a bracket has lost its other half."""
    surface = text[span.start : span.end]
    first = _leads_badly(surface)
    last = len(surface) > 1 and _trails_badly(text, span)
    return _edges(first, last, repr(surface[0]), repr(surface[-1])) or _half_of_a_pair(surface)


@check(
    "leading-article",
    "span",
    title="A span begins with an article",
    why="A name with its article in one place and without it in another is two names.",
    remedy="Begin behind the article; if it is part of the name, as in *The Hague*, allow the surface in labels.toml.",
)
def leading_article(text: str, span: RawSpan, scheme: LabelScheme) -> str | None:
    """Whether an English article stands in front; *a dozen* is a number, *A Company* has a letter."""
    article = ARTICLE.match(text, span.start, span.end)
    if article is None or (article[1][0] == "A" and not characters.begins_sentence(text, span.start)):
        return None
    if span.label in scheme and scheme[span.label].quantity and article[1] not in ("The", "the"):
        return None if NUMERAL.match(text, article.end(), span.end) else f"begins with the article {article[1]!r}"
    return f"begins with the article {article[1]!r}"


@check(
    "leading-possessive",
    "span",
    title="A span begins with a possessive pronoun",
    why="The pronoun says whose it is; it is no part of the name or of the number.",
    remedy="Begin behind the pronoun.",
)
def leading_possessive(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether a possessive pronoun stands in front; with a capital inside a sentence it belongs to a name."""
    pronoun = POSSESSIVE.match(text, span.start, span.end)
    if pronoun is None or pronoun[1].isupper():
        return None
    named = pronoun[1][0].isupper() and not characters.begins_sentence(text, span.start)
    return None if named else f"begins with the pronoun {pronoun[1]!r}"


@check(
    "trailing-possessive",
    "span",
    title="A span ends with a possessive 's",
    why="The ending belongs to the sentence: *Serbia's* and *Serbia* would be two names.",
    remedy="End before the apostrophe; if it is part of the name, as in *St. John's*, allow it in labels.toml.",
)
def trailing_possessive(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether an apostrophe and an s end it."""
    found = POSSESSIVE_S.search(text[max(span.start, span.end - 4) : span.end])
    return found and f"ends with {found[1].strip()!r}"


CHECKS = (edge_whitespace, edge_punctuation, leading_article, leading_possessive, trailing_possessive)


def _edges(first: bool, last: bool, beginning: str, end: str) -> str | None:
    said = [*([f"begins with {beginning}"] if first else []), *([f"ends with {end}"] if last else [])]
    return " and ".join(said) or None


def _leads_badly(surface: str) -> bool:
    mark = surface[0]
    if mark in characters.QUOTES:
        inside = INNER_APOSTROPHE.sub("", surface[1:-1])
        closed = any(closing in inside for closing in characters.CLOSING_QUOTES.get(mark, ""))
        return not closed and not ELIDED.match(surface)
    if mark == ".":
        return not surface[1:2].isdigit()
    return mark in characters.STOPS or characters.is_dash(mark)


def _trails_badly(text: str, span: RawSpan) -> bool:
    surface = text[span.start : span.end]
    mark = surface[-1]
    if mark in characters.QUOTES:
        inside = INNER_APOSTROPHE.sub("", surface[:-1])
        return not any(
            opening in inside[1:] for opening, closing in characters.CLOSING_QUOTES.items() if mark in closing
        )
    if mark == ".":
        return not characters.belongs_to_abbreviation(text, span.end - 1)
    return mark in characters.STOPS or characters.is_dash(mark)


def _half_of_a_pair(surface: str) -> str | None:
    """What is wrong with the brackets: one is alone, or a pair holds the whole span."""
    opened: list[str] = []
    for at, mark in enumerate(surface):
        if mark in characters.BRACKETS.values():
            opened.append(mark)
        elif mark in characters.BRACKETS:
            if not opened or opened.pop() != characters.BRACKETS[mark]:
                return f"holds {mark!r} without its other half"
            if not opened and surface[0] in characters.BRACKETS.values() and at == len(surface) - 1:
                return f"{surface[0]!r} and {mark!r} enclose the whole span"
    return f"holds {opened[0]!r} without its other half" if opened else None

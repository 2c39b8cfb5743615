"""Checks of the edges of spans.

Tight edges: a span begins with the first letter of the name and ends with the last. Whole words: where a span begins or
ends, a character, a word and a token begin or end as well.

spaCy takes seconds to load, so most edges are decided without it: `is_certain` knows places where its English tokenizer
always cuts. It cuts at white space. Within a chunk without white space it strips marks from both ends and cuts at
hyphens and slashes between letters, unless the rest is a special case (an emoticon, a contraction, an abbreviation) or
an address. These are the `prefixes`, `suffixes`, `infixes`, `tokenizer_exceptions` and `url_match` of its English
rules. `CHUNK` matches only chunks of forms that no special case has.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from goldspan import offsets, tokens
from goldspan.checks.check import SpanResult, check
from goldspan.quantities.lexicon import CLOSE, COLLECTIVES, COUPLE, FAR, FRACTIONS, GROUPS, SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.annotation import LabelScheme
    from goldspan.formats.record import RawSpan, Record

# Invisible format characters, without the joiners and the tags of flags, which belong to their cluster.
INVISIBLE = frozenset(
    "\u00ad\u061c\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
APOSTROPHES = "'’ʼ‘`´"
CLOSING_QUOTES = {
    '"': '"',
    "'": "'",
    "`": "`'´",
    "´": "´",
    "‘": "’",
    "’": "’",
    "‚": "‘’",
    "‛": "’",
    "“": "”“",
    "”": "”",
    "„": "“”",
    "‟": "”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "〝": "〞〟",
    "＂": "＂",
}
QUOTES = frozenset(CLOSING_QUOTES) | frozenset("".join(CLOSING_QUOTES.values()))
BRACKETS = dict(zip(")]}⟩〉》】〕）］｝", "([{⟨〈《【〔（［｛", strict=True))
STOPS = frozenset("/\\|,.;:!?…¡¿‽·•、。，．；：！？｡､،؛؟։।॥")

# Abbreviations that end a name with a full stop: parts of personal and company names, kinds of formation, roads, the
# states in the style of the Associated Press.
ABBREVIATIONS = frozenset(
    """
    Jr Sr Esq Inc Corp Co Ltd Bros Dept Univ Assn Govt
    Div Regt Rgt Bn Btn Bde Brig Sqn Sqdn Btry Cav Inf Arty Engr Plt Coy
    Isl Ave Av Blvd Rd Sq Hwy Rte Prov Dist Mun
    Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Tenn
    Tex Vt Va Wash Wis Wyo
    """.split()  # noqa: SIM905 (words read best as words)
)
LAST_WORD = re.compile(r"[^\s\-–—/(\[\"“‘„«]+$")
DOTTED = re.compile(r"(?:[^\W\d_]\.)+")
CONTINUES = re.compile(r"\s+[^\W\d_]|[,;:]|-\w|['’ʼ]s\b")
SENTENCE_ENDS = ".!?:…\n\r\u2028\u2029\x85"


ENGLISH = "en"
REACH = 50
LETTERS = r"[A-Za-zÀ-ÖØ-öø-ɏ]{2,}"
CHUNK = re.compile(
    rf"[(\"“„«]*(?P<words>{LETTERS}(?:[-/]{LETTERS})*|\d{{2,}}|\d+(?:,\d{{3}})+)"
    r"(?:['’]s)?(?P<marks>(?:[.,;:?!)\"”“»][.,;:?!)\"”“»'’]*)?)"
)
WORD = re.compile(r"[^-/]+")
FROM_HERE, UP_TO_HERE = re.compile(r"\S*"), re.compile(r"\S*\Z")
CONTRACTION = re.compile(r"(?:how|she|th|wh|you)\w*[ds]", re.IGNORECASE)  # without its apostrophe: `hows.`
WHOLE = "and/or"
# Words of four letters and more that may keep their full stop; all shorter ones may.
KEEP_THEIR_STOP = frozenset(
    "ariz bros calif colo conn corp kans mass messrs mich minn miss mont nebr okla prof sept tenn wash".split()  # noqa: SIM905 (words read best as words)
)
SHORT = 3
ARTICLE = re.compile(r"(the|an?)\s+(?=\S)", re.IGNORECASE)
POSSESSIVE = re.compile(r"(my|your|his|her|its|our|their|whose)\s+(?=\S)", re.IGNORECASE)
POSSESSIVE_S = re.compile(rf"\w(\s?[{APOSTROPHES}]s)\Z", re.IGNORECASE)
ELIDED = re.compile(r"['’ʼ‘][st][\s-]")  # as in 's-Hertogenbosch
INNER_APOSTROPHE = re.compile(r"(?<=\w)['’‘](?=\w)")
# Words of degree and numerals that include *a*, as in *a little over 300*, *a dozen* and *a few hundred*.
DEGREES = {" ".join(words) for _, *words in (*CLOSE["a"], *FAR["a"])}
WITH_ARTICLE = {*COLLECTIVES, *FRACTIONS, *GROUPS, *SEVERAL, COUPLE, "handful", *DEGREES}
NUMERAL = re.compile(rf"(?:good\s+)?(?:{'|'.join(sorted(WITH_ARTICLE))})\b", re.IGNORECASE)
# Scripts with spaces between words. Others write names together with the next word (Han, Thai), or join articles,
# prepositions and particles to them (Arabic, Hebrew, Hangul).
SPACED_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "FULLWIDTH"})
NUMBER = re.compile(r"\d+(?:,\d{3}(?!\d)|\.\d+)+")
DOTTED_RUN = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.){2,}")
COMPOUND = re.compile(r"[-\u2010\u2011]([^\W\d_])")
AROUND = 24


def is_invisible(character: str) -> bool:
    """Whether a character is invisible."""
    return character.isspace() or character in INVISIBLE or unicodedata.category(character) == "Cc"


def is_dash(character: str) -> bool:
    """Whether it is a hyphen or a dash."""
    return unicodedata.category(character) == "Pd"


def belongs_to_abbreviation(text: str, dot: int) -> bool:
    """Whether the full stop at `dot` is part of the word before it, rather than the end of a sentence.

    It is if the word consists of single letters with dots (`U.S.`), is a known abbreviation, or if the sentence
    continues after it, with a lower-case letter, a comma, a hyphen or a possessive.
    """
    match = LAST_WORD.search(text, max(0, dot - 30), dot)
    if match is None:
        return False
    word = match[0]
    if DOTTED.fullmatch(word + ".") or word in ABBREVIATIONS:
        return True
    after = CONTINUES.match(text, dot + 1)
    return after is not None and (not after[0][0].isspace() or after[0][-1].islower())


def begins_sentence(text: str, at: int) -> bool:
    """Whether only white space, quotes and brackets are between `at` and the end of the sentence before it."""
    before = at - 1
    while before >= 0 and text[before] not in SENTENCE_ENDS:
        if not (is_invisible(text[before]) or text[before] in QUOTES or text[before] in BRACKETS.values()):
            return False
        before -= 1
    return True


def is_certain(text: str, at: int) -> bool:
    """Whether a token certainly begins or ends at `at`, unless there is white space; False means unknown."""
    before, after = UP_TO_HERE.search(text[max(0, at - REACH) : at]), FROM_HERE.match(text[at : at + REACH])
    if not (before and after and before[0] and after[0]):
        return 0 <= at <= len(text)
    chunk = CHUNK.fullmatch(before[0] + after[0])
    if chunk is None or len(chunk[0]) >= REACH or chunk["words"].lower() == WHOLE:
        return False
    words = list(WORD.finditer(chunk["words"]))
    if chunk["marks"].startswith(".") and _may_keep_its_stop(words[-1][0]):
        return False
    place = len(before[0]) - chunk.start("words")
    return any(place in (word.start(), word.end()) for word in words)


def _may_keep_its_stop(word: str) -> bool:
    if word[0].isdigit() or (word.isupper() and len(word) >= SHORT):
        return False
    special = word.lower() in KEEP_THEIR_STOP or CONTRACTION.fullmatch(word)
    return bool(special) or len(word) <= SHORT or not word[-1].islower()


@check(
    "edge-whitespace",
    "span",
    title="A span begins or ends with a space or an invisible character",
    why="The same name with and without a space counts as two names, in every statistic and for every model.",
    remedy="Move the edge to the first or last visible character.",
)
def edge_whitespace(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether an edge is invisible."""
    return _edges(is_invisible(text[span.start]), is_invisible(text[span.end - 1]), "a space", "a space")


@check(
    "edge-punctuation",
    "span",
    title="A span begins or ends with a punctuation mark, a quotation mark or a dash, or includes one half of a pair",
    why="Punctuation belongs to the sentence. Full stops of abbreviations and brackets inside a name are accepted.",
    remedy="Exclude the mark; include both brackets or quotation marks of a pair, or none.",
)
def edge_punctuation(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether punctuation is at an edge, or a bracket is without its other half."""
    surface = text[span.start : span.end]
    first = _begins_with_mark(surface)
    last = len(surface) > 1 and _ends_with_mark(text, span)
    return _edges(first, last, repr(surface[0]), repr(surface[-1])) or _unpaired_bracket(surface)


@check(
    "leading-article",
    "span",
    title="A span begins with an article",
    why="A name with its article in one place and without it in another counts as two names.",
    remedy="Begin after the article; if it is part of the name, as in *The Hague*, allow the surface in labels.toml.",
    language=ENGLISH,
)
def leading_article(text: str, span: RawSpan, scheme: LabelScheme) -> str | None:
    """Whether it begins with an English article; *a dozen* is a number, the *A* of *A Company* is a letter."""
    article = ARTICLE.match(text, span.start, span.end)
    if article is None or (article[1][0] == "A" and not begins_sentence(text, span.start)):
        return None
    if span.label in scheme and scheme[span.label].quantity and article[1] not in ("The", "the"):
        return None if NUMERAL.match(text, article.end(), span.end) else f"begins with the article {article[1]!r}"
    return f"begins with the article {article[1]!r}"


@check(
    "leading-possessive",
    "span",
    title="A span begins with a possessive pronoun",
    why="The pronoun is not part of the name or of the number.",
    remedy="Begin after the pronoun.",
    language=ENGLISH,
)
def leading_possessive(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether it begins with a possessive pronoun; a capitalised one inside a sentence belongs to a name."""
    pronoun = POSSESSIVE.match(text, span.start, span.end)
    if pronoun is None or pronoun[1].isupper():
        return None
    named = pronoun[1][0].isupper() and not begins_sentence(text, span.start)
    return None if named else f"begins with the pronoun {pronoun[1]!r}"


@check(
    "trailing-possessive",
    "span",
    title="A span ends with a possessive 's",
    why="The ending belongs to the sentence: *Serbia's* and *Serbia* would count as two names.",
    remedy="End before the apostrophe; if it is part of the name, as in *St. John's*, allow it in labels.toml.",
    language=ENGLISH,
)
def trailing_possessive(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether it ends with an apostrophe and an s."""
    match = POSSESSIVE_S.search(text[max(span.start, span.end - 4) : span.end])
    return match and f"ends with {match[1].strip()!r}"


EDGE_CHECKS = (edge_whitespace, edge_punctuation, leading_article, leading_possessive, trailing_possessive)


def _edges(first: bool, last: bool, beginning: str, end: str) -> str | None:
    problems = [*([f"begins with {beginning}"] if first else []), *([f"ends with {end}"] if last else [])]
    return " and ".join(problems) or None


def _begins_with_mark(surface: str) -> bool:
    mark = surface[0]
    if mark in QUOTES:
        inside = INNER_APOSTROPHE.sub("", surface[1:-1])
        closed = any(closing in inside for closing in CLOSING_QUOTES.get(mark, ""))
        return not closed and not ELIDED.match(surface)
    if mark == ".":
        return not surface[1:2].isdigit()
    return mark in STOPS or is_dash(mark)


def _ends_with_mark(text: str, span: RawSpan) -> bool:
    surface = text[span.start : span.end]
    mark = surface[-1]
    if mark in QUOTES:
        inside = INNER_APOSTROPHE.sub("", surface[:-1])
        return not any(opening in inside[1:] for opening, closing in CLOSING_QUOTES.items() if mark in closing)
    if mark == ".":
        return not belongs_to_abbreviation(text, span.end - 1)
    return mark in STOPS or is_dash(mark)


def _unpaired_bracket(surface: str) -> str | None:
    """The problem with the brackets of a surface: one is alone, or a pair encloses all of it."""
    opened: list[str] = []
    for at, mark in enumerate(surface):
        if mark in BRACKETS.values():
            opened.append(mark)
        elif mark in BRACKETS:
            if not opened or opened.pop() != BRACKETS[mark]:
                return f"has {mark!r} without its other half"
            if not opened and surface[0] in BRACKETS.values() and at == len(surface) - 1:
                return f"{surface[0]!r} and {mark!r} enclose the whole span"
    return f"has {opened[0]!r} without its other half" if opened else None


@check(
    "split-grapheme",
    "span",
    title="An edge is between a letter and its accent, or inside an emoji",
    why="It splits what readers see as one character: the span has another letter than the text.",
    remedy="Move the edge before or after the whole character.",
)
def split_grapheme(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether an edge is inside a grapheme cluster."""
    return _cuts(_in_grapheme(text, span.start), _in_grapheme(text, span.end), "a character")


@check(
    "split-word",
    "span",
    title="An edge is inside a word, a number or a dotted abbreviation",
    why="No tokenizer can represent the span, and half a word is not a name.",
    remedy="Include the whole word; where the text itself joins two words, allow the surface in labels.toml.",
)
def split_word(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether letters or digits are on both sides of an edge."""
    return _cuts(_in_word(text, span.start), _in_word(text, span.end), "a word")


@check(
    "token-misaligned",
    "example",
    "warning",
    title="An edge is inside a token of the tokenizer, though not inside a word",
    why="Token classification labels whole tokens: the export to BIO tags must leave the span out.",
    remedy="Check the spaces and marks around the edge: often one is missing in the text, or is part of the span.",
)
def token_misaligned(record: Record, scheme: LabelScheme) -> Iterator[SpanResult]:
    """The spans that begin or end inside a token, unless another check reports the same edge."""
    text, language = record.text, scheme.language
    open_starts = {s.start for s in record.spans if _is_open(text, s.start, text[s.start], language)}
    open_ends = {s.end for s in record.spans if _is_open(text, s.end, text[s.end - 1], language)}
    if not (open_starts or open_ends):  # The tokenizer takes seconds to load.
        return
    extents = tokens.tokenize(text, scheme.language)
    open_starts.difference_update(start for start, _ in extents)
    open_ends.difference_update(end for _, end in extents)
    for span in record.spans:
        if message := _cuts(span.start in open_starts, span.end in open_ends, "a token"):
            yield SpanResult(record, message, span)


@check(
    "split-compound",
    "span",
    "warning",
    title="A hyphen joins the end of a span to a lower-case word",
    why="*X-sponsored* and *X-based* are adjectives made from a name, and *3,000-strong* is one quantity.",
    remedy="Include the whole compound if it is a quantity, else remove the span.",
    language=ENGLISH,
)
def split_compound(text: str, span: RawSpan, _scheme: LabelScheme) -> str | None:
    """Whether a hyphen and a lower-case letter follow."""
    return "ends inside a hyphenated word" if _in_compound(text, span.end) else None


WORD_CHECKS_ALONE = (split_grapheme, split_word, split_compound)
WORD_CHECKS = (*WORD_CHECKS_ALONE, token_misaligned)


def _cuts(begins: bool, ends: bool, unit: str) -> str | None:
    verbs = [verb for verb, holds in (("begins", begins), ("ends", ends)) if holds]
    return f"{' and '.join(verbs)} inside {unit}" if verbs else None


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
        return any(m.start() < at - start < m.end() for p in (NUMBER, DOTTED_RUN) for m in p.finditer(around))
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
    """Whether only the tokenizer can decide if an edge cuts a token, and no other check reports that edge."""
    certain = language == ENGLISH and is_certain(text, at)
    return not (
        certain
        or is_invisible(inside)
        or _in_grapheme(text, at)
        or _in_word(text, at)
        or (split_compound.applies_to(language) and _in_compound(text, at))
    )

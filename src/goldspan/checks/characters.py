"""The characters and abbreviations that the checks of edges and words know."""

from __future__ import annotations

import re
import unicodedata

# Format characters that nobody sees. The joiners and the tags of flags are left out: they belong to their cluster.
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

# Abbreviations that end a name and keep their full stop: parts of personal and company names, kinds of formation,
# roads, the states in the style of the Associated Press.
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


def is_blank(character: str) -> bool:
    """Whether nothing can be seen of a character."""
    return character.isspace() or character in INVISIBLE or unicodedata.category(character) == "Cc"


def is_dash(character: str) -> bool:
    """Whether it is a hyphen or a dash."""
    return unicodedata.category(character) == "Pd"


def belongs_to_abbreviation(text: str, dot: int) -> bool:
    """Whether the full stop at `dot` is part of the word before it, rather than the end of a sentence.

    It is if the word is made of single letters with dots (`U.S.`), is a known abbreviation, or if the sentence
    goes on behind it, with a small letter, a comma, a hyphen or a possessive.
    """
    found = LAST_WORD.search(text, max(0, dot - 30), dot)
    if found is None:
        return False
    word = found[0]
    if DOTTED.fullmatch(word + ".") or word in ABBREVIATIONS:
        return True
    after = CONTINUES.match(text, dot + 1)
    return after is not None and (not after[0][0].isspace() or after[0][-1].islower())


def begins_sentence(text: str, at: int) -> bool:
    """Whether nothing but blanks, quotes and brackets stands between `at` and the end of the sentence before it."""
    before = at - 1
    while before >= 0 and text[before] not in SENTENCE_ENDS:
        if not (is_blank(text[before]) or text[before] in QUOTES or text[before] in BRACKETS.values()):
            return False
        before -= 1
    return True

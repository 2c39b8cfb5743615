"""Whether a text is in the writing system of a language."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache

SAMPLE = 400  # characters that are looked at
FEWEST_LETTERS = 40
SEVERAL = frozenset({"sr", "az", "uz", "kk", "mn", "pa", "ku", "xx"})  # languages that are written in several, or none
# By the first word of the name of a letter in Unicode, the codes of ISO 15924 of the writing systems that have it.
SCRIPTS = {
    "LATIN": {"Latn"}, "CYRILLIC": {"Cyrl"}, "GREEK": {"Grek"}, "ARABIC": {"Arab"}, "HEBREW": {"Hebr"},
    "ARMENIAN": {"Armn"}, "GEORGIAN": {"Geor"}, "DEVANAGARI": {"Deva"}, "BENGALI": {"Beng"}, "TAMIL": {"Taml"},
    "TELUGU": {"Telu"}, "KANNADA": {"Knda"}, "MALAYALAM": {"Mlym"}, "GUJARATI": {"Gujr"}, "SINHALA": {"Sinh"},
    "THAI": {"Thai"}, "ETHIOPIC": {"Ethi"}, "CJK": {"Hans", "Hant", "Jpan", "Kore"}, "HIRAGANA": {"Jpan"},
    "KATAKANA": {"Jpan"}, "HANGUL": {"Kore"},
}  # fmt: skip


@cache
def _script(character: str) -> str | None:
    """The writing system of a letter, by a key of `SCRIPTS`; None for what is no letter of one of them."""
    name = unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""
    return name if name in SCRIPTS else None


def other_script(text: str, language: str) -> str | None:
    """The writing system of a text, in words, if it is not one in which the language is written; None if it may be.

    Args:
        text: of the article.
        language: a code such as `nl`.
    """
    from babel.core import get_global

    likely = get_global("likely_subtags").get(language, "").split("_")
    if language in SEVERAL or len(likely) < 2:
        return None
    counted = Counter(name for c in text[:SAMPLE] if (name := _script(c)))
    if counted.total() < FEWEST_LETTERS:
        return None
    name, number = counted.most_common(1)[0]
    return name.capitalize() if likely[1] not in SCRIPTS[name] and 2 * number > counted.total() else None

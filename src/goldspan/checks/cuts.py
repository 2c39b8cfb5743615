"""Where spaCy's English tokenizer cuts for certain, known without loading it, which takes seconds.

It cuts at blanks. Within a chunk without blanks it strips marks from both ends and cuts at hyphens and slashes between
letters, unless what is left is a special case (an emoticon, a contraction, an abbreviation) or an address. These are
the `prefixes`, `suffixes`, `infixes`, `tokenizer_exceptions` and `url_match` of its English rules. The chunks below are
of forms that no such case has.
"""

from __future__ import annotations

import re

LANGUAGE = "en"
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
# Words of four letters and more that keep their full stop; shorter ones may all.
KEEP_THEIR_STOP = frozenset(
    "ariz bros calif colo conn corp kans mass messrs mich minn miss mont nebr okla prof sept tenn wash".split()  # noqa: SIM905 (words read best as words)
)
SHORT = 3


def is_certain(text: str, at: int) -> bool:
    """Whether a token begins or ends at `at` for certain, unless it is blank there; False says nothing."""
    before, behind = UP_TO_HERE.search(text[max(0, at - REACH) : at]), FROM_HERE.match(text[at : at + REACH])
    if not (before and behind and before[0] and behind[0]):
        return 0 <= at <= len(text)
    chunk = CHUNK.fullmatch(before[0] + behind[0])
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

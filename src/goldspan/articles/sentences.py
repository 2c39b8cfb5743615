"""Sentence ends, and the splitting of paragraphs that are too long.

The rules are those of a usual splitter with a list of abbreviations. A missed end costs nothing here, while a false one
may cut a name, so in doubt there is no end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


# A paragraph of at most this many code points stays whole. Most news paragraphs are shorter; it fits on one screen of
# an annotation tool and, at about four code points a word piece, into the 512 word pieces that a transformer reads.
LIMIT = 1500
# No piece is shorter, if there is white space to split at.
SHORTEST = LIMIT // 4
# An end inside quotation marks or brackets counts as this much farther from the middle: it is the last choice.
INSIDE_PENALTY = LIMIT
END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’“»)\]]*+(?=\s)"  # a mark, closing quotes and brackets, white space
    r"|[。！？]++[」』”’）]*+(?=[\w「『“‘（]|\s)"  # scripts that write no space there
)
SPACES = re.compile(r"\s*")
SPACE = re.compile(r"\s")
LONGEST_WORD = 24
OPENERS = "\"'“‘„«»‹([¿¡–—-`"
MARK = re.compile(r"[()\[\]{}“”„«»\"]|``|''")
OPENING = ("(", "[", "{", "„", "``")
NESTING = ("()", "[]", "{}")
KINDS = (*NESTING, "„“”", "«»", '"', "``''")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A full stop after these never ends a sentence: they precede names.
TITLE_ABBREVIATIONS = _set("""
    adm adml amb asst atty brig bros capt cdr cllr cmd cmdr cmsgt col comdr cpl cpo cpt dept det dipl dr drs ens esp est
    fr gen gov hon ing insp inž lt ltc ltcol ltg maj mgr mlle mme mons mr mrs ms msgt mt ofc pfc pres prof pte pvt rep
    reps ret rev rgt sen sens sfc sgt spc sr ssgt st ste supt tsgt univ viz vs
""")

# Nor after these, if a number follows.
NUMBER_ABBREVIATIONS = _set("""
    approx apr art arts aug c ca cf ch chap dec ed eds feb fig figs jan jul jun mar no nos nov nr oct p para paras pp
    sec sect sep sept vol vols
""")


def sentence_ends(text: str, start: int, stop: int) -> Iterator[int]:
    """The offsets after the sentences of `text[start:stop]`, except the last one."""
    for match in END.finditer(text, start, stop):
        after = _skip_spaces(text, match.end(), stop)
        if after < stop and _is_end(text, start, match, after):
            yield match.end()


def split_paragraph(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """A paragraph in pieces of at most `LIMIT` code points, about equally long.

    It is split at the ends of sentences, outside quotation marks and brackets where there is such an end; without such
    an end at the last white space; text without white space stays whole.

    Returns:
        The pieces as `(start, stop)`, without white space at their edges; the white space between them is in none.
    """
    if stop - start <= LIMIT:
        return [(start, stop)]
    places = list(sentence_ends(text, start, stop))
    inside = _inside(text, start, stop, places)
    pieces = []
    while stop - start > LIMIT:
        end = _best_end(start, stop, places, inside) or _space_position(text, start, stop)
        if end is None:
            break
        pieces.append((start, end))
        start = _skip_spaces(text, end, stop)
    return [*pieces, (start, stop)]


def is_abbreviation(word: str, *, number_follows: bool) -> bool:
    """Whether a full stop after this word belongs to it: `Gen`, `U.S`, `J`, `No` before a number."""
    plain = word.casefold()
    if ("." in word and not word[0].isdigit()) or plain in TITLE_ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return True
    return number_follows and plain in NUMBER_ABBREVIATIONS


def word_before(text: str, start: int, at: int) -> str:
    """The letters, digits and full stops that end at `at`, at most 24."""
    words = re.findall(r"[\w.]+\Z", text[max(start, at - LONGEST_WORD) : at])
    return words[0] if words else ""


def _is_end(text: str, start: int, match: re.Match[str], after: int) -> bool:
    head = text[after]
    if head.islower():
        return False
    if not (head.isalnum() or head in OPENERS):
        return False
    mark = match.group()
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    word = word_before(text, start, match.start())
    is_ordinal = word.isdigit() and len(word) < 3
    return not is_ordinal and not is_abbreviation(word, number_follows=head.isdigit())


def _skip_spaces(text: str, at: int, stop: int) -> int:
    spaces = SPACES.match(text, at, stop)
    return at if spaces is None else spaces.end()


def _best_end(start: int, stop: int, places: list[int], inside: list[bool]) -> int | None:
    middle = start + (stop - start) / -(-(stop - start) // LIMIT)
    low, high = bisect_left(places, start + SHORTEST), bisect_right(places, _latest(start, stop))
    if low >= high:
        return None
    return places[min(range(low, high), key=lambda i: abs(places[i] - middle) + INSIDE_PENALTY * inside[i])]


def _space_position(text: str, start: int, stop: int) -> int | None:
    latest = _latest(start, stop)
    head, *tail = (text[start : latest + 1] + ".").rsplit(None, 1)
    if tail and len(head) >= SHORTEST:
        return start + len(head)
    later = SPACE.search(text, latest, stop)
    return None if later is None else later.start()


def _latest(start: int, stop: int) -> int:
    """The latest end of the next piece: it must not be too long, nor the rest too short."""
    return min(start + LIMIT, stop - SHORTEST)


def _inside(text: str, start: int, stop: int, places: list[int]) -> list[bool]:
    """For each place whether it lies between quotation marks or brackets that belong together."""
    pairs = sorted(_pairs(text, start, stop))
    inside, reach, i = [], start, 0
    for place in places:
        while i < len(pairs) and pairs[i][0] < place:
            reach = max(reach, pairs[i][1])
            i += 1
        inside.append(place <= reach)
    return inside


def _pairs(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The offsets of each pair of opening and closing marks; a mark without a counterpart is ignored."""
    opened: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for match in MARK.finditer(text, start, stop):
        mark, at = match.group(), match.start()
        kind = next(kind for kind in KINDS if mark in kind)
        if _opens(mark, text[at - 1 : at] if at > start else "", bool(opened[kind])):
            if kind not in NESTING:
                opened[kind].clear()
            opened[kind].append(at)
        elif opened[kind]:
            yield opened[kind].pop(), at


def _opens(mark: str, before: str, is_open: bool) -> bool:
    if mark == "“":  # it closes what „ opened
        return not is_open
    if mark in "«»":  # French and German use them the other way round
        return not is_open
    if mark == '"':
        return not before or before.isspace() or before in OPENERS
    return mark in OPENING

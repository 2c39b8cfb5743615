"""Sentences of a language, and the splitting of paragraphs that are too long.

A missed end of a sentence costs little, while a false one may cut a name, so in doubt there is no end. The splitting of
long paragraphs has rules of its own, the same for all languages: a place more or less matters little there, and the
pieces have kept their ids since it was the only one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from goldspan.articles.sentence_rules import DIRECTIONS, MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.articles.sentence_rules import SentenceRules


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


# Text in brackets of at most this length stays in one sentence.
BRACKETED = re.compile(r"\([^()]{1,300}\)|\[[^\[\]]{1,300}\]|（[^（）]{1,300}）")
ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,5}|[^\W\d_])")
PARTED = ":,€$£"
HEADS = "’「『《〈【@#*&…•§\u200e\u200f\u202a\u202b\u2066\u2067\u2068"  # what else a sentence may begin with
# The first word of a sentence, after a shortened one that has no capital there: ’s Avonds.
FIRST_WORD = re.compile(rf"(?:['’‘][a-z]\s+|[{re.escape(OPENERS)}{DIRECTIONS}’\s])*+(\w*+['’]?)(\.?)")
WORD = re.compile(r"\w")


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


def sentences(text: str, start: int, stop: int, rules: SentenceRules) -> Iterator[tuple[int, int]]:
    """The sentences of `text[start:stop]`, which is one paragraph, without white space at their edges.

    A sentence of more than `LIMIT` code points is split as a paragraph is.
    """
    brackets = [match.span() for match in BRACKETED.finditer(text, start, stop)]
    passed = 0
    for match in rules.ends.finditer(text, start, stop):
        end, after = match.end(), _skip_spaces(text, match.end(), stop)
        while passed < len(brackets) and brackets[passed][1] <= match.start():
            passed += 1
        is_inside = passed < len(brackets) and brackets[passed][0] < match.start() and end < brackets[passed][1]
        if after < stop and not is_inside and _ends_sentence(text, (start, stop), match, after, rules):
            yield from split_paragraph(text, start, end)
            start = after
    yield from split_paragraph(text, start, stop)


def _ends_sentence(text: str, rest: tuple[int, int], match: re.Match[str], after: int, rules: SentenceRules) -> bool:
    """Whether a mark ends the sentence with which the rest of a paragraph begins; the next would begin at `after`."""
    mark, head = match.group(), text[after]
    is_omission = text[match.start() - 1] in "([（"  # or an exclamation inside the sentence: […], (!)
    if is_omission or not (head.isalnum() or head in OPENERS or head in HEADS or unicodedata.category(head)[0] == "S"):
        return False
    if mark[0] not in MARKS:
        return not (len(mark) > 1 and head in rules.quoting)
    first = FIRST_WORD.match(text, after)
    assert first is not None
    if first[1][:1].islower() or not WORD.search(text, after, rest[1]):
        return False
    is_full_stop = mark.startswith(".") and not mark.startswith("..")
    return not is_full_stop or _is_sentence_stop(text, rest[0], match.start(), first, rules)


def _is_sentence_stop(text: str, start: int, at: int, first: re.Match[str], rules: SentenceRules) -> bool:
    """Whether the full stop at an offset is not that of an abbreviation, an ordinal or a number before an item."""
    if ENUMERATOR.fullmatch(text, start, at):
        return False
    word, word_after = word_before(text, start, at), first[1]
    is_part = text[max(start, at - len(word) - 1)] in PARTED  # of a score or a decimal fraction, and no ordinal
    if word and (
        (rules.is_ordinal(word) and not is_part) or rules.is_abbreviation(word, number_follows=word_after[:1].isdigit())
    ):
        is_initial = len(word_after) == 1 and first[2] == "."
        return rules.begins_sentence(word_after) and not is_initial
    return True


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

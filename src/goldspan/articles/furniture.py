"""Page furniture: credits, source lines, bylines and datelines that stand alone, and the posts that follow an article.

A line is furniture by its form, never because it holds a word: `Photo: Flickr / Ministry` is a credit, `Photo
exhibition opens in Paris` is not, and neither is a caption that is a sentence. What only looks like a credit is content
in the first line, where a headline is expected.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from goldspan.articles import credits, phrases  # noqa: A004  (the module, not the interpreter's notice)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# So much prose for each code point of the article may stand behind `Related posts`.
TEASERS = 0.25
BOX_LINES = 6
CAPTION_WORDS = 6
OUTLET_WORDS = 5
ENDS = (".", "…", "!", "?", ":", ";", ",")

AROUND = ":…»>|-–—* "
TAILS = frozenset(phrases.TAILS)
BOXES = frozenset(phrases.BOXES)
BOX = re.compile(rf"(?:{'|'.join(map(re.escape, phrases.BOXES))})\s*[:|»>–—]\s*.*[^.…]", re.IGNORECASE)


class Block(NamedTuple):
    """A stretch of the article that is one paragraph, unless it is over-long.

    Args:
        start: its first code point.
        end: behind its last one.
        gap: the blank lines before it.
    """

    start: int
    end: int
    gap: int


def flags(text: str, blocks: Sequence[Block]) -> list[bool]:
    """For each block of an article whether it is page furniture."""
    words = [_words(text, block) for block in blocks]
    found = [word is not None and credits.is_certain(word) for word in words]
    head = next((i for i, certain in enumerate(found) if not certain), len(words))
    for i in _by_place(words, head):
        found[i] = True
    for i in _captions(words, blocks, found, head):
        found[i] = True
    if _names_its_outlet(text, words, blocks):
        found[0] = True
    for i in _other_articles(text, words, blocks, head):
        found[i] = True
    return found


def stands_alone(words: str) -> bool:
    """Whether a line of hard-wrapped text is no part of the paragraph around it."""
    if len(words) > credits.LONGEST:
        return False
    line = credits.clean(words)
    return credits.is_certain(line) or credits.is_credit(line) or credits.is_byline(line)


def _words(text: str, block: Block) -> str | None:
    return credits.clean(text[block.start : block.end]) if block.end - block.start <= credits.LONGEST else None


def _by_place(words: Sequence[str | None], head: int) -> Iterator[int]:
    """Credits anywhere but in the headline's place; bylines before the first or behind the last long paragraph."""
    long = [i for i, word in enumerate(words) if word is None]
    first, last = (long[0], long[-1]) if long else (len(words), -1)
    for i, word in enumerate(words):
        if word is None or i == head:
            continue
        is_outside = i < first or i > last
        if credits.is_credit(word) or (is_outside and _is_opening(word)):
            yield i


def _is_opening(word: str) -> bool:
    return credits.is_byline(word) or credits.is_dateline(word, dash=False)


def _captions(words: Sequence[str | None], blocks: Sequence[Block], found: Sequence[bool], head: int) -> Iterator[int]:
    """A few words with a blank line before them and a credit directly under them: what the picture shows."""
    for i, word in enumerate(words[1:], 1):
        caption = words[i - 1]
        if not found[i] or word is None or caption is None or i - 1 == head or found[i - 1]:
            continue
        touches = blocks[i].gap == 0 < blocks[i - 1].gap
        is_short = len(caption.split()) <= CAPTION_WORDS and not caption.endswith(ENDS)
        if touches and is_short and (credits.is_credit(word) or credits.is_photo(word)):
            yield i - 1


def _names_its_outlet(text: str, words: Sequence[str | None], blocks: Sequence[Block]) -> bool:
    """Whether the first line is the outlet's name: a headline follows, and the article says that it spoke to it."""
    if len(words) < 2 or words[0] is None or words[1] is None:  # noqa: PLR2004
        return False
    name = words[0]
    if len(name.split()) > OUTLET_WORDS or not credits.is_name(name) or name.endswith(ENDS):
        return False
    if len(words[1].split()) <= len(name.split()) or words[1].endswith((".", "…", ",")):
        return False
    outlet = re.escape(name).replace(r"\ ", r"\s+")
    spoken = "|".join(phrase.replace(" ", r"\s+") for phrase in phrases.SPOKEN_TO)
    speaking = "|".join(phrase.replace(" ", r"\s+") for phrase in phrases.SPEAKING)
    said = rf"\b(?i:{spoken})\s+{outlet}(?!\w)|©.{{0,20}}{outlet}|(?<!\w){outlet}(?:['’]s)?\s+(?:{speaking})\b"
    return re.compile(said).search(text, blocks[1].start) is not None


def _other_articles(text: str, words: Sequence[str | None], blocks: Sequence[Block], head: int) -> Iterator[int]:
    """`Related posts` and what follows; `Read also: …`; a box of headlines, up to where prose goes on."""
    titles = {i: word.strip(AROUND).casefold() for i, word in enumerate(words) if word is not None and i != head}
    headings = [i for i, title in titles.items() if title in TAILS or title in BOXES]
    tails = [i for i in headings if titles[i] in TAILS]
    end = next(_tails(text, blocks, tails), len(words))
    for i in headings:
        if i < end:
            yield from range(i, _box_end(text, blocks, i))
    yield from (i for i in titles if BOX.fullmatch(words[i] or ""))
    yield from range(end, len(words))


def _tails(text: str, blocks: Sequence[Block], headings: Sequence[int]) -> Iterator[int]:
    """The headings after which the article is over: headlines follow, and little that ends with a full stop."""
    if not headings:
        return
    sizes = (block.end - block.start if _is_prose(text, block) else 0 for block in blocks)
    prose = list(accumulate(sizes))
    for i in headings:
        before = blocks[i].start - blocks[0].start
        if prose[-1] - prose[i] <= before * TEASERS:
            yield i


def _box_end(text: str, blocks: Sequence[Block], i: int) -> int:
    rest = range(i + 1, min(i + 1 + BOX_LINES, len(blocks)))
    return next((j for j in rest if _is_prose(text, blocks[j])), rest.stop)


def _is_prose(text: str, block: Block) -> bool:
    return "." in text[max(block.start, block.end - 2) : block.end]

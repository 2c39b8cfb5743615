"""What a printed page leaves between the lines of a report: page numbers, document symbols, job numbers."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.articles.lines import Line

LONGEST = 40

# Furniture wherever they stand alone on a line.
ANCHORS = (
    r"[A-Z]{1,5}(?=[^\s]*\d)(?:[/–][A-Z0-9][A-Za-z0-9.]*)+\*{0,3}",  # a document symbol: S/2004/348, A/58/1/Add.1
    r"\d{2}-\d{5}(?: \([A-Z]\))?(?: +\d{6})?",  # a job number of the United Nations: 04-33180 (E) 030504
    r"\*\d{6,8}\*",  # its bar code
    r"/\.\.\.|/…",  # the sign that the text goes on overleaf
    r"(?i:page|p\.) ?\d{1,4}(?i: ?(?:of|/) ?\d{1,4})?",
    r"\d{1,4} of \d{1,4}",
    r"[-–—] ?\d{1,4} ?[-–—]",
    r"(?i:distr\.:?(?: (?:general|limited|restricted))?|original:(?: [a-z]{4,10})?)",
)
# Furniture only beside an anchor: numbers and dates, and single words that may also follow the last anchor.
NUMBER = r"\d{1,6}|\d{1,2} [A-Z][a-z]+ \d{4}"
WORD = r"(?i:english|french|spanish|russian|arabic|chinese|general|limited|restricted)"

KIND = re.compile(rf"(?P<anchor>{'|'.join(ANCHORS)})|(?P<number>{NUMBER})|(?P<word>{WORD})")


def breaks(text: str, lines: Sequence[Line]) -> set[int]:
    """The indices of the lines that are page furniture.

    A run of lines is, from its first number or anchor to its last anchor or word, if it has an anchor. A bare
    number beside a form feed is an anchor, too.
    """
    found: set[int] = set()
    kinds = ((i, _kind(text, lines, i)) for i in range(len(lines)))
    for alone, run in groupby(kinds, key=lambda item: item[1] is not None):
        if alone:
            found.update(_furniture(list(run)))
    return found


def _kind(text: str, lines: Sequence[Line], i: int) -> str | None:
    line = lines[i]
    if line.length > LONGEST:
        return None
    match = KIND.fullmatch(text, line.start, line.end)
    if match is None:
        return None
    if match.lastgroup == "number" and match.group().isdigit() and "\f" in _surroundings(text, lines, i):
        return "anchor"
    return match.lastgroup


def _furniture(run: list[tuple[int, str | None]]) -> Iterator[int]:
    anchors = [at for at, (_, kind) in enumerate(run) if kind == "anchor"]
    if not anchors:
        return
    first, last = anchors[0], anchors[-1]
    while first and run[first - 1][1] == "number":
        first -= 1
    while last + 1 < len(run) and run[last + 1][1] == "word":
        last += 1
    for i, _ in run[first : last + 1]:
        yield i


def _surroundings(text: str, lines: Sequence[Line], i: int) -> str:
    before = lines[i - 1].end if i else 0
    after = lines[i + 1].start if i + 1 < len(lines) else len(text)
    return text[before : lines[i].start] + text[lines[i].end : after]

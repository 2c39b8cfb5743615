"""The lines of a text, and whether they are hard-wrapped: where the paragraphs of a hard-wrapped article begin.

The thresholds were set on reports and articles wrapped at 40 to 90 columns. In these at least 0.42 of the line ends are
inside a sentence and at least 0.65 of the lines are nearly full; in articles of one line per paragraph the first figure
is 0. Within a wrapped paragraph a line and the word after it take at least 0.87 of the width.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from goldspan.articles.sentences import is_abbreviation, word_before

if TYPE_CHECKING:
    from collections.abc import Sequence

TAB = 8
ENDS = ".!?…。！？؟।"
PAUSES = ENDS + ":;,"
CLOSERS = "\"'”’“‘»«›‹)]}*"
NUMBER = r"\d{1,3}[.)]|[A-Za-z]\)|\((?:\d{1,3}|[ivxlIVXL]{1,5}|[A-Za-z])\)"
LONE_ENUMERATOR = re.compile(rf"{NUMBER}|[IVXL]{{1,5}}[.)]|[A-Z]\.")
ITEM = re.compile(rf"(?:{NUMBER}|[IVXL]{{2,5}}[.)]|[•‣◦▪●○■□–—*·-])(?:\s|\Z)|\d{{1,3}}\Z")
NARROWEST, WIDEST = 30, 120
BROKEN_SHARE = 0.3
FULL = 0.85
NEARLY_FULL = 0.7
FULL_SHARE = 0.5
RAGGED = 0.02
FEWEST_VERSES = 3  # lines with a capital that make a verse, after the first


class TextLine(NamedTuple):
    """A line that is not empty.

    Args:
        start: its first code point that is not white space.
        end: the position after its last code point that is not white space.
        gap: the number of empty lines before it.
        indent: the columns before `start`; a tab reaches to the next multiple of eight.
    """

    start: int
    end: int
    gap: int
    indent: int

    @property
    def length(self) -> int:
        """The code points between the edges."""
        return self.end - self.start


class LineWrapping:
    """The hard wrapping of an article.

    Args:
        text: the article.
        lines: its lines.
        width: the columns that nine lines of ten keep within.
        gap: the empty lines between two lines of one paragraph: 0, or 1 where every line is followed by an empty one.
        always: whether all lines up to an empty one are joined, full or not.
    """

    def __init__(self, text: str, lines: Sequence[TextLine], width: int, gap: int, *, always: bool = False) -> None:
        self.always = always
        self.text = text
        self.lines = lines
        self.width = width
        self.gap = gap
        self.margin = self._margin()
        self.reach = self._least_reach()
        self.first_line_indent = self._has_first_line_indent()

    @classmethod
    def find(cls, text: str, lines: Sequence[TextLine], page: set[int]) -> LineWrapping | None:
        """The wrapping of the article, or None where a line is a paragraph; the lines of `page` do not count."""
        body = [line for i, line in enumerate(lines) if i not in page]
        if len(body) < 2:
            return None
        width = sorted(line.length for line in body)[len(body) * 9 // 10]
        if not NARROWEST <= width <= WIDEST:
            return None
        gap = min(line.gap for line in body[1:])
        joints = [(line, after) for line, after in pairwise(body) if after.gap == gap and not is_item(text, after)]
        if not joints:  # a list alone
            return None
        case = not text.isupper()
        broken = sum(_is_broken(text, line, after, case=case) for line, after in joints)
        full = sum(line.length >= NEARLY_FULL * width for line, _ in joints)
        if broken < BROKEN_SHARE * len(joints) or full < FULL_SHARE * len(joints):
            return None
        return cls(text, lines, width, gap)

    @classmethod
    def of_all(cls, text: str, lines: Sequence[TextLine]) -> LineWrapping:
        """The wrapping of an article in which an empty line, a first line's indent and an item begin a paragraph."""
        width = sorted(line.length for line in lines)[len(lines) * 9 // 10] if lines else 0
        return cls(text, lines, width, gap=0, always=True)

    def begins(self, i: int, first: int) -> bool:
        """Whether a paragraph begins with line `i`, when the one before it began with line `first`."""
        line, before = self.lines[i], self.lines[i - 1]
        if self.always:
            return line.gap > 0 or (self.first_line_indent and self._has_indent(line)) or self._begins_item(i)
        if line.gap > self.gap or self._is_indented(i, first):
            return True
        if self.continues(i):
            return False
        if is_item(self.text, line) or (_is_sentence_end(self.text, before) and not self._starts_lower_case(line)):
            return True
        is_heading = i - 1 == first and before.length < NEARLY_FULL * self.width <= line.length
        return is_heading and not self._starts_lower_case(line)

    def continues(self, i: int) -> bool:
        """Whether line `i` continues line `i - 1`: that one is full, or ends without a mark."""
        line, before = self.lines[i], self.lines[i - 1]
        if i == 0 or line.gap > self.gap:
            return False
        if _reach(self.text, before, line) < self.reach:
            return False
        return not (is_item(self.text, line) and _is_clause_end(self.text, before))

    def is_wrapped(self, paragraph: str) -> bool:
        """Whether the line breaks of a paragraph are those of the wrapping, not of a list, a verse or an address.

        At most of them the next word had no place on the line any more; no line after the first is an item; and not
        all of them begin with a capital, as those of a verse do.

        Args:
            paragraph: of the article; one without line breaks is not wrapped.
        """
        if self.always:
            _, *further = split_lines(paragraph)
            return bool(further) and not any(is_item(paragraph, line) for line in further)
        joints = list(pairwise(split_lines(paragraph)))
        full = sum(_reach(paragraph, line, after) >= self.reach for line, after in joints)
        if 2 * full <= len(joints) or any(is_item(paragraph, after) for _, after in joints):
            return False
        capitals = sum(paragraph[after.start].isupper() for _, after in joints)
        return capitals < max(len(joints), FEWEST_VERSES) or paragraph.isupper()

    def continues_number(self, i: int) -> bool:
        """Whether line `i` continues a number that stands alone before it: `5` and `mechanized battalions`."""
        before = self.lines[i - 1]
        return self._starts_lower_case(self.lines[i]) and self.text[before.start : before.end].isdigit()

    def is_full(self, line: TextLine) -> bool:
        """Whether the line reaches nearly to the width."""
        return line.length >= FULL * self.width

    def _begins_item(self, i: int) -> bool:
        """Whether an item of a list begins with line `i`, not a line of prose that happens to begin with a number."""
        line, before = self.lines[i], self.lines[i - 1]
        if not is_item(self.text, line):
            return False
        return is_item(self.text, before) or not self.is_full(before) or _is_clause_end(self.text, before)

    def _is_indented(self, i: int, first: int) -> bool:
        """Whether the line is indented like the first line of a paragraph, or otherwise than the lines before it."""
        line, before, head = self.lines[i], self.lines[i - 1], self.lines[first]
        if self.first_line_indent:
            return self._has_indent(line)
        is_hanging = is_item(self.text, head) and before.indent > head.indent + 1
        if is_hanging:
            return line.indent <= head.indent
        if line.indent > before.indent + 1:
            return i - 1 > first or not is_item(self.text, head)
        return i - 1 > first and before.indent == head.indent and line.indent + 1 < before.indent

    def _least_reach(self) -> float:
        """The least columns of a line and the next word where the line is broken in a sentence.

        Text of a typewriter has one sharp value for it, the page of a printer a ragged one.
        """
        floor = FULL * self.width
        joints = ((line, after) for line, after in pairwise(self.lines) if after.gap == self.gap)
        broken = (joint for joint in joints if _is_broken(self.text, *joint, case=True))
        reaches = (_reach(self.text, *joint) for joint in broken)
        least = min((reach for reach in reaches if reach >= floor), default=floor)
        return max(floor, min(least, self.width + 1) - RAGGED * self.width)

    def _margin(self) -> int:
        """The smallest indent that a tenth of the lines have."""
        indents = Counter(line.indent for line in self.lines)
        common = (indent for indent, count in indents.items() if count * 10 >= len(self.lines))
        return min(common, default=0)

    def _has_first_line_indent(self) -> bool:
        """Whether sentences that begin on an indented line continue at the margin, rather than in a block."""
        score = 0
        for line, after in pairwise(self.lines):
            if self._has_indent(line) and after.gap == self.gap and _is_broken(self.text, line, after, case=True):
                score += -1 if self._has_indent(after) else 1
        return score > 0

    def _has_indent(self, line: TextLine) -> bool:
        return line.indent > self.margin + 1

    def _starts_lower_case(self, line: TextLine) -> bool:
        return self.text[line.start].islower()


def split_lines(text: str) -> list[TextLine]:
    r"""The lines that are not empty, in order.

    A line ends where `str.splitlines` splits: at `\n`, `\r\n`, `\r`, VT, FF, FS, GS, RS, U+0085, U+2028 and U+2029.
    """
    lines, at, gap = [], 0, 0
    for piece in text.splitlines(keepends=True):
        words = piece.strip()
        if words:
            before = len(piece) - len(piece.lstrip())
            indent = len(piece[:before].expandtabs(TAB)) if before else 0
            lines.append(TextLine(at + before, at + before + len(words), gap, indent))
        gap = 0 if words else gap + 1
        at += len(piece)
    return lines


def ends_with_mark(text: str, line: TextLine, marks: str = ENDS) -> bool:
    """Whether the line ends with one of these marks, closing quotes and brackets ignored."""
    if text[line.end - 1] in marks:
        return True
    return text[max(line.start, line.end - 4) : line.end].rstrip(CLOSERS)[-1:] in tuple(marks)


def is_lone_enumerator(text: str, start: int, end: int) -> bool:
    """Whether this is nothing but the number of a paragraph: `2.`, `(a)`, `III.`."""
    return LONE_ENUMERATOR.fullmatch(text, start, end) is not None


def is_item(text: str, line: TextLine) -> bool:
    """Whether the line begins as a numbered paragraph or a listed item does: `10. At the`, `(a) To`, `• One`, `2`."""
    return ITEM.match(text, line.start, line.end) is not None


def first_word(text: str, line: TextLine) -> str:
    """The first word of a line, at most 40 code points of it."""
    return text[line.start : min(line.end, line.start + 40)].split(maxsplit=1)[0]


def _is_broken(text: str, line: TextLine, after: TextLine, *, case: bool) -> bool:
    head = text[after.start]
    return head.isalpha() and not (case and head.isupper()) and not ends_with_mark(text, line, PAUSES)


def _reach(text: str, line: TextLine, after: TextLine) -> int:
    return line.indent + line.length + 1 + len(first_word(text, after))


def _is_sentence_end(text: str, line: TextLine) -> bool:
    return ends_with_mark(text, line) and not _is_abbreviated(text, line, number_follows=False)


def _is_clause_end(text: str, line: TextLine) -> bool:
    if ends_with_mark(text, line, PAUSES):
        return not _is_abbreviated(text, line, number_follows=True)
    return text.endswith((" and", " or"), line.start, line.end)


def _is_abbreviated(text: str, line: TextLine, *, number_follows: bool) -> bool:
    word = word_before(text, line.start, line.end - 1)
    return text[line.end - 1] == "." and is_abbreviation(word, number_follows=number_follows)

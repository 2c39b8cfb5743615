"""The paragraphs of an article: every code point that is not blank lies in exactly one of them.

The lines of a text, whatever ends them, and what can be said of one line.

What a printed page leaves between the lines of a report: page numbers, document symbols, job numbers.

Whether an article is hard-wrapped, and where the paragraphs of a hard-wrapped one begin.

The thresholds were set on reports and articles wrapped at 40 to 90 columns, where at least 0.42 of the line ends stand
in the midst of a sentence and at least 0.65 of the lines are nearly full; in articles of one line per paragraph the
first figure is 0. Within a wrapped paragraph a line and the word after it were never seen to take less than 0.87 of
the width.

The examples of an article: its paragraphs, without the page furniture.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan.annotation import Example
from goldspan.articles import boilerplate, sentences
from goldspan.articles.boilerplate import ParagraphBlock
from goldspan.articles.sentences import is_abbreviation, word_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TAB = 8
ENDS = ".!?…。！？؟।"
PAUSES = ENDS + ":;,"
CLOSERS = "\"'”’“‘»«›‹)]}*"
NUMBER = r"\d{1,3}[.)]|[A-Za-z]\)|\((?:\d{1,3}|[ivxlIVXL]{1,5}|[A-Za-z])\)"
LONE_ENUMERATOR = re.compile(rf"{NUMBER}|[IVXL]{{1,5}}[.)]|[A-Z]\.")
ITEM = re.compile(rf"(?:{NUMBER}|[IVXL]{{2,5}}[.)]|[•‣◦▪●○■□–—*·-])(?:\s|\Z)|\d{{1,3}}\Z")


class TextLine(NamedTuple):
    """A line that is not blank.

    Args:
        start: its first code point that is not blank.
        end: behind its last code point that is not blank.
        gap: the number of blank lines before it.
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


def split_lines(text: str) -> list[TextLine]:
    r"""The lines that are not blank, in order.

    A line ends where `str.splitlines` says: at `\n`, `\r\n`, `\r`, VT, FF, FS, GS, RS, U+0085, U+2028 and U+2029.
    """
    found, at, gap = [], 0, 0
    for piece in text.splitlines(keepends=True):
        words = piece.strip()
        if words:
            before = len(piece) - len(piece.lstrip())
            indent = len(piece[:before].expandtabs(TAB)) if before else 0
            found.append(TextLine(at + before, at + before + len(words), gap, indent))
        gap = 0 if words else gap + 1
        at += len(piece)
    return found


def ends_with_mark(text: str, line: TextLine, marks: str = ENDS) -> bool:
    """Whether the line ends with one of these marks, closing quotes and brackets left aside."""
    if text[line.end - 1] in marks:
        return True
    return text[max(line.start, line.end - 4) : line.end].rstrip(CLOSERS)[-1:] in tuple(marks)


def is_lone_enumerator(text: str, start: int, end: int) -> bool:
    """Whether nothing but the number of a paragraph stands here: `2.`, `(a)`, `III.`."""
    return LONE_ENUMERATOR.fullmatch(text, start, end) is not None


def is_item(text: str, line: TextLine) -> bool:
    """Whether the line begins as a numbered paragraph or a listed item does: `10. At the`, `(a) To`, `• One`, `2`."""
    return ITEM.match(text, line.start, line.end) is not None


def first_word(text: str, line: TextLine) -> str:
    """The first word of a line, at most 40 code points of it."""
    return text[line.start : min(line.end, line.start + 40)].split(maxsplit=1)[0]


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
PAGE_NUMBER = r"\d{1,6}|\d{1,2} [A-Z][a-z]+ \d{4}"
WORD = r"(?i:english|french|spanish|russian|arabic|chinese|general|limited|restricted)"

KIND = re.compile(rf"(?P<anchor>{'|'.join(ANCHORS)})|(?P<number>{PAGE_NUMBER})|(?P<word>{WORD})")


def page_artefacts(text: str, lines: Sequence[TextLine]) -> set[int]:
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


def _kind(text: str, lines: Sequence[TextLine], i: int) -> str | None:
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


def _surroundings(text: str, lines: Sequence[TextLine], i: int) -> str:
    before = lines[i - 1].end if i else 0
    after = lines[i + 1].start if i + 1 < len(lines) else len(text)
    return text[before : lines[i].start] + text[lines[i].end : after]


NARROWEST, WIDEST = 30, 120
BROKEN_SHARE = 0.3
FULL = 0.85
NEARLY_FULL = 0.7
FULL_SHARE = 0.5
RAGGED = 0.02


class LineWrapping:
    """The hard wrapping of an article.

    Args:
        text: the article.
        lines: its lines.
        width: the columns that nine lines of ten keep within.
        gap: the blank lines between two lines of one paragraph: 0, or 1 where every line is followed by a blank one.
    """

    def __init__(self, text: str, lines: Sequence[TextLine], width: int, gap: int) -> None:
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
        joints = [(line, after) for line, after in pairwise(body) if after.gap == gap]
        case = not text.isupper()
        broken = sum(_is_broken(text, line, after, case=case) for line, after in joints)
        full = sum(line.length >= NEARLY_FULL * width for line, _ in joints)
        if broken < BROKEN_SHARE * len(joints) or full < FULL_SHARE * len(joints):
            return None
        return cls(text, lines, width, gap)

    def begins(self, i: int, first: int) -> bool:
        """Whether a paragraph begins with line `i`, when the one before it began with line `first`."""
        line, before = self.lines[i], self.lines[i - 1]
        if line.gap > self.gap or self._is_indented(i, first):
            return True
        if self.runs_on(i):
            return False
        if is_item(self.text, line) or (_is_sentence_end(self.text, before) and not self._starts_small(line)):
            return True
        is_heading = i - 1 == first and before.length < NEARLY_FULL * self.width <= line.length
        return is_heading and not self._starts_small(line)

    def runs_on(self, i: int) -> bool:
        """Whether line `i` goes on with what line `i - 1` says: that one was full, or broke off without a mark."""
        line, before = self.lines[i], self.lines[i - 1]
        if i == 0 or line.gap > self.gap:
            return False
        if _reach(self.text, before, line) < self.reach:
            return False
        return not (is_item(self.text, line) and _is_clause_end(self.text, before))

    def counts(self, i: int) -> bool:
        """Whether line `i` goes on with a number that stands alone before it: `5` and `mechanized battalions`."""
        before = self.lines[i - 1]
        return self._starts_small(self.lines[i]) and self.text[before.start : before.end].isdigit()

    def is_full(self, line: TextLine) -> bool:
        """Whether the line reaches nearly to the width."""
        return line.length >= FULL * self.width

    def _is_indented(self, i: int, first: int) -> bool:
        """Whether the line is set in as a beginning is, or as another block than the lines before it."""
        line, before, head = self.lines[i], self.lines[i - 1], self.lines[first]
        if self.first_line_indent:
            return self._is_set_in(line)
        is_hanging = is_item(self.text, head) and before.indent > head.indent + 1
        if is_hanging:
            return line.indent <= head.indent
        if line.indent > before.indent + 1:
            return i - 1 > first or not is_item(self.text, head)
        return i - 1 > first and before.indent == head.indent and line.indent + 1 < before.indent

    def _least_reach(self) -> float:
        """The columns that a line and the next word take at least where the line is broken in a sentence.

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
        """Whether sentences that begin on a line that is set in go on at the margin, rather than in a block."""
        score = 0
        for line, after in pairwise(self.lines):
            if self._is_set_in(line) and after.gap == self.gap and _is_broken(self.text, line, after, case=True):
                score += -1 if self._is_set_in(after) else 1
        return score > 0

    def _is_set_in(self, line: TextLine) -> bool:
        return line.indent > self.margin + 1

    def _starts_small(self, line: TextLine) -> bool:
        return self.text[line.start].islower()


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


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, `text[start:end]`, in code points, with no blank at either edge.

    Args:
        start: its first code point.
        end: behind its last one.
        kind: what the article says, or page furniture, which no example is made of.
    """

    start: int
    end: int
    kind: Literal["text", "furniture"]


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs in order, found by the style of the article, page furniture flagged.

    A line is a paragraph, except in a hard-wrapped article, where it runs on to a blank line, an indented line, a
    numbered or listed item, or the short last line of a sentence. The number of a paragraph that stands alone on its
    line belongs to what follows. A paragraph of more than `sentences.LIMIT` code points is cut at the ends of
    sentences. Linear in the length of the text.
    """
    rows = split_lines(text)
    page = page_artefacts(text, rows)
    blocks = _blocks(text, rows, page)
    flags = boilerplate.boilerplate_flags(text, blocks)
    starts = {rows[i].start for i in page}
    return [
        Paragraph(start, end, "furniture" if flag or block.start in starts else "text")
        for block, flag in zip(blocks, flags, strict=True)
        for start, end in sentences.split_paragraph(text, block.start, block.end)
    ]


def _blocks(text: str, rows: list[TextLine], page: set[int]) -> list[ParagraphBlock]:
    begins = _beginnings(text, rows, page)
    blocks: list[ParagraphBlock] = []
    first = 0
    for i, row in enumerate(rows):
        if i and not begins(i, first):
            blocks[-1] = blocks[-1]._replace(end=row.end)
        else:
            blocks.append(ParagraphBlock(row.start, row.end, row.gap))
            first = i
    return blocks


def _beginnings(text: str, rows: list[TextLine], page: set[int]) -> Callable[[int, int], bool]:
    """What says whether a paragraph begins with line `i`, when the one before it began with line `first`."""
    wrapping = LineWrapping.find(text, rows, page)
    apart = set(page)
    if wrapping is not None:
        short = (i for i, row in enumerate(rows) if not wrapping.is_full(row) and not wrapping.runs_on(i))
        apart.update(i for i in short if boilerplate.stands_alone(text[rows[i].start : rows[i].end]))

    def begins(i: int, first: int) -> bool:
        if i in apart or i - 1 in apart:
            return True
        if i - 1 == first and rows[i].gap <= 1 and is_number(i):
            return False
        return wrapping is None or wrapping.begins(i, first)

    def is_number(i: int) -> bool:
        is_lone = is_lone_enumerator(text, rows[i - 1].start, rows[i - 1].end)
        return is_lone or (wrapping is not None and wrapping.counts(i))

    return begins


def examples_of(article: str, text: str) -> list[Example]:
    """The examples, each an exact slice: `text[e.at : e.at + len(e.text)] == e.text`.

    Args:
        article: the id of the article.
        text: the article as decoded.

    Returns:
        An example per paragraph of text, with the id `<article>.p<NN>`. The number counts the paragraphs from 01, page
        furniture among them, so that it stays when a rule of furniture changes.
    """
    return [
        Example(f"{article}.p{number:02}", text[paragraph.start : paragraph.end], at=paragraph.start)
        for number, paragraph in enumerate(paragraphs(text), 1)
        if paragraph.kind == "text"
    ]

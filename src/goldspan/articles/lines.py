"""The lines of a text, whatever ends them, and what can be said of one line."""

from __future__ import annotations

import re
from typing import NamedTuple

TAB = 8
ENDS = ".!?…。！？؟।"
PAUSES = ENDS + ":;,"
CLOSERS = "\"'”’“‘»«›‹)]}*"
NUMBER = r"\d{1,3}[.)]|[A-Za-z]\)|\((?:\d{1,3}|[ivxlIVXL]{1,5}|[A-Za-z])\)"
LONE_ENUMERATOR = re.compile(rf"{NUMBER}|[IVXL]{{1,5}}[.)]|[A-Z]\.")
ITEM = re.compile(rf"(?:{NUMBER}|[IVXL]{{2,5}}[.)]|[•‣◦▪●○■□–—*·-])(?:\s|\Z)|\d{{1,3}}\Z")


class Line(NamedTuple):
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


def split(text: str) -> list[Line]:
    r"""The lines that are not blank, in order.

    A line ends where `str.splitlines` says: at `\n`, `\r\n`, `\r`, VT, FF, FS, GS, RS, U+0085, U+2028 and U+2029.
    """
    found, at, gap = [], 0, 0
    for piece in text.splitlines(keepends=True):
        words = piece.strip()
        if words:
            before = len(piece) - len(piece.lstrip())
            indent = len(piece[:before].expandtabs(TAB)) if before else 0
            found.append(Line(at + before, at + before + len(words), gap, indent))
        gap = 0 if words else gap + 1
        at += len(piece)
    return found


def closes(text: str, line: Line, marks: str = ENDS) -> bool:
    """Whether the line ends with one of these marks, closing quotes and brackets left aside."""
    if text[line.end - 1] in marks:
        return True
    return text[max(line.start, line.end - 4) : line.end].rstrip(CLOSERS)[-1:] in tuple(marks)


def is_lone_enumerator(text: str, start: int, end: int) -> bool:
    """Whether nothing but the number of a paragraph stands here: `2.`, `(a)`, `III.`."""
    return LONE_ENUMERATOR.fullmatch(text, start, end) is not None


def is_item(text: str, line: Line) -> bool:
    """Whether the line begins as a numbered paragraph or a listed item does: `10. At the`, `(a) To`, `• One`, `2`."""
    return ITEM.match(text, line.start, line.end) is not None


def first_word(text: str, line: Line) -> str:
    """The first word of a line, at most 40 code points of it."""
    return text[line.start : min(line.end, line.start + 40)].split(maxsplit=1)[0]

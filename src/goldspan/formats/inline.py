r"""The inline notation that people read and write: `the [72nd Brigade]{UNIT} withdrew`.

A backslash stands before a bracket or a backslash of the text itself: `\[sic\]`. A span that has no words cannot
be written; spans may nest, but must not cross.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

ESCAPED = re.compile(r"[\[\]\\]")
PIECE = re.compile(r"\\([\[\]\\])|(\[)|\]\{([^{}\s]+)\}|(\])|([^\[\]\\]+|\\)")


def render(text: str, spans: Sequence[Span]) -> str:
    """The inline form of a text with its spans.

    Raises:
        InvalidValueError: if two spans cross; nesting is fine.
    """
    opening: dict[int, int] = {}
    closing: dict[int, list[Span]] = {}
    stack: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.label)):
        while stack and stack[-1].end <= span.start:
            stack.pop()
        if stack and stack[-1].end < span.end:
            raise InvalidValueError(f"the spans {stack[-1]} and {span} cross: inline notation cannot show them")
        stack.append(span)
        opening[span.start] = opening.get(span.start, 0) + 1
        closing.setdefault(span.end, []).append(span)
    out, last = [], 0
    for at in sorted(opening.keys() | closing.keys()):
        out.append(escape(text[last:at]))
        innermost_first = sorted(closing.get(at, ()), key=lambda s: -s.start)
        out.extend(f"]{{{span.label}}}" for span in innermost_first)
        out.append("[" * opening.get(at, 0))
        last = at
    out.append(escape(text[last:]))
    return "".join(out)


def escape(text: str) -> str:
    r"""The text with `\` before each bracket and backslash."""
    return ESCAPED.sub(r"\\\g<0>", text)


def parse(marked: str) -> tuple[str, tuple[Span, ...]]:
    """The text and the spans of an inline form.

    Raises:
        InvalidValueError: for a bracket that is not closed, not opened, or closed without a label.
    """
    out: list[str] = []
    spans: list[Span] = []
    open_at: list[int] = []
    length = 0
    for piece in PIECE.finditer(marked):
        escaped, opens, label, stray, plain = piece.groups()
        if opens:
            open_at.append(length)
        elif label is not None:
            if not open_at:
                raise InvalidValueError(f"']{{{label}}}' at {piece.start()} closes nothing")
            spans.append(Span(open_at.pop(), length, label))
        elif stray:
            raise InvalidValueError(
                f"the bracket at {piece.start()} has no label after it",
                remedy=r"Write [words]{LABEL}, or \] for a bracket of the text.",
            )
        else:
            words = escaped or plain
            out.append(words)
            length += len(words)
    if open_at:
        raise InvalidValueError(f"{len(open_at)} bracket(s) opened and never closed")
    return "".join(out), tuple(sorted(spans))


def example(name: str, marked: str, at: int = 0) -> Example:
    """An example from its inline form.

    Raises:
        InvalidValueError: as `parse` and `Example` do.
    """
    text, spans = parse(marked)
    return Example(name, text, spans, at)


def excerpt(
    text: str, spans: Sequence[Span], start: int, end: int, *, around: int = 0, whole_words: bool = False
) -> str:
    """A region of a text in inline form, on one line; spans that cross are shown in one copy after another.

    Args:
        text: the whole text.
        spans: of the region, in coordinates of the text.
        start: where the region begins, in code points.
        end: where it ends.
        around: how many code points of the text are shown on either side; an ellipsis stands where more is left out.
        whole_words: whether the excerpt begins and ends between words.
    """
    left, right = excerpt_bounds(text, start, end, around=around, whole_words=whole_words)
    before, after = ("…" if around and left else ""), ("…" if around and right < len(text) else "")
    moved = [Span(span.start - left, span.end - left, span.label) for span in spans]
    copies = (" ".join(render(text[left:right], layer).split()) for layer in layers(moved))
    return " + ".join(f"{before}{copy}{after}" for copy in copies)


def excerpt_bounds(text: str, start: int, end: int, *, around: int = 0, whole_words: bool = False) -> tuple[int, int]:
    """Where the excerpt of a region begins and ends, see `excerpt`."""
    left, right = max(0, start - around), min(len(text), end + around)
    if whole_words and left:
        left = next((at + 1 for at in range(left, start) if text[at].isspace()), left)
    if whole_words and right < len(text):
        right = next((at for at in range(right, end, -1) if text[at].isspace()), right)
    return left, right


def layers(spans: Sequence[Span]) -> list[list[Span]]:
    """The spans in as many groups as are needed for none to cross another of its group; one empty group for none."""
    groups: list[list[Span]] = [[]]
    open_ends: list[list[int]] = [[]]  # per group the ends of the spans that the next one may lie in, outermost first
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.label)):
        number = next((number for number, ends in enumerate(open_ends) if _fits(span, ends)), len(groups))
        if number == len(groups):
            groups.append([])
            open_ends.append([])
        groups[number].append(span)
        open_ends[number].append(span.end)
    return groups


def _fits(span: Span, ends: list[int]) -> bool:
    """Whether a span can stand inside or after the spans with these ends; those that end before it are dropped."""
    while ends and ends[-1] <= span.start:
        ends.pop()
    return not ends or span.end <= ends[-1]

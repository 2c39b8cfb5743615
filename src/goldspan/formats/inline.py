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


def around(text: str, span: Span, width: int = 30) -> str:
    """One span in inline form with at most `width` code points of its text on either side, on one line."""
    left, right = max(0, span.start - width), min(len(text), span.end + width)
    marked = render(text[left:right], [Span(span.start - left, span.end - left, span.label)])
    return ("…" if left else "") + " ".join(marked.split()) + ("…" if right < len(text) else "")

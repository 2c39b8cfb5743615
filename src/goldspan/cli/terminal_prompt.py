"""The prompt of `goldspan adjudicate --settle` in a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from goldspan.cli import console
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.doubt_session import DoubtCase
    from goldspan.annotation import LabelScheme, Span
    from goldspan.corpus.comments import PassComment
    from goldspan.formats.decisions import Decision


class TerminalPrompt:
    """A person at a terminal, see `goldspan.adjudication.interactive.Prompt`.

    Args:
        scheme: the labels, for their colours.
    """

    def __init__(self, scheme: LabelScheme) -> None:
        self.colours = {label.name: label.colour for label in scheme.labels}
        self.out = console.make_console()

    def show(
        self, dispute: Dispute, number: int, total: int, before: Decision | None, comments: Sequence[PassComment]
    ) -> None:
        """Print a dispute, the decision on it before its rule changed, its candidates in colour, and the comments."""
        from goldspan.adjudication import summary

        head, *candidates = summary.dispute_lines(dispute)
        print(f"\n[{number}/{total}] {head}")
        if before is not None:
            print(f"  until now: {summary.decision_line(before, dispute.example.text)}")
        for line in candidates:
            self.out.print(console.coloured_markup(line, self.colours))
        for line in summary.comment_lines(comments):
            print(line)

    def show_doubt(self, case: DoubtCase, number: int, total: int) -> None:
        """Print a place in doubt: what gold has, why that is in doubt, and the alternatives, in colour."""
        from goldspan.adjudication import summary

        text = case.example.text
        shown = inline.excerpt(text, case.gold, case.start, case.end, around=summary.AROUND, whole_words=True)
        head = f"[{number}/{total}] {case.example.id} [{case.start}, {case.end}]: {shown}"
        print()
        self.out.print(console.coloured_markup(head, self.colours))
        for reason in case.why:
            console.print_line(f"  · {reason}")
        self.out.print(console.coloured_markup(f"  k. {_markup(case, case.gold)}  (gold)", self.colours))
        for place, one in enumerate(case.alternatives, start=1):
            line = f"  {place}. {_markup(case, one.spans)}  ({', '.join(one.by)})"
            self.out.print(console.coloured_markup(line, self.colours))

    def write(self, text: str) -> None:
        """Print a line."""
        print(text)

    def ask(self, question: str, suggestion: str = "") -> str | None:
        """The line that is typed; None at the end of the input."""
        print(f"{question}{f' [{suggestion}]' if suggestion else ''}: ", end="", flush=True)
        line = "" if sys.stdin is None else sys.stdin.readline()  # None if it was closed
        return line.rstrip("\n") if line else None


def _markup(case: DoubtCase, spans: Sequence[Span]) -> str:
    from goldspan.adjudication import summary

    return summary.region_markup(case.example.text, case.start, case.end, spans)

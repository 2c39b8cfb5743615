"""Where a person who settles disputes sits: at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from goldspan.cli import reports, terminal

if TYPE_CHECKING:
    from goldspan.derivation import Dispute
    from goldspan.formats.decisions import Decision
    from goldspan.values import LabelScheme


class Desk:
    """A person at a terminal, see `goldspan.adjudication.settling.Desk`.

    Args:
        scheme: the labels, for their colours.
    """

    def __init__(self, scheme: LabelScheme) -> None:
        self.colours = {label.name: label.colour for label in scheme.labels}
        self.out = terminal.console()

    def show(self, dispute: Dispute, number: int, total: int, before: Decision | None) -> None:
        """A dispute, its candidates below it, their spans in colour."""
        from goldspan.adjudication import summary

        head, *candidates = summary.dispute(dispute)
        print(f"\n[{number}/{total}] {head}")
        if before is not None:
            print(f"  until now: {summary.decided(before, dispute.example.text)}")
        for line in candidates:
            self.out.print(reports.marked(line, self.colours))

    def say(self, text: str) -> None:
        """Print a text."""
        print(text)

    def ask(self, question: str, suggestion: str = "") -> str | None:
        """What is typed; None at the end of the input."""
        with_suggestion = f" [{suggestion}]" if suggestion else ""
        print(f"{question}{with_suggestion}: ", end="", flush=True)
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None

"""Decisions that can be taken back: what each one wrote is remembered, and put back as it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.adjudication.gold import plan_decisions
from goldspan.adjudication.state import read_state
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.formats.decisions import Decision


@dataclass(frozen=True, slots=True)
class WrittenDecision:
    """A decision, and the files that it changed.

    Args:
        decision: what was decided.
        before: the bytes of each file before; None for a file that was not there.
        after: the bytes of each file once the decision was written.
    """

    decision: Decision
    before: Mapping[Path, bytes | None]
    after: Mapping[Path, bytes | None]

    def take_back(self) -> None:
        """Put the files back as they were before the decision; nothing is written if one has changed since.

        Raises:
            InvalidValueError: if a file has changed since the decision.
        """
        changed = [path for path, content in self.after.items() if _content(path) != content]
        if changed:
            raise InvalidValueError(
                f"the decision is not taken back: {changed[0]} has changed since",
                remedy="Decide the place again, or edit the file of decisions.",
            )
        files.write_all(self.before)


def write_decision(corpus: Corpus, decision: Decision, example: Example) -> WrittenDecision:
    """Write a decision and, where it settles its example, the gold; gives what takes it back.

    Args:
        corpus: the corpus.
        decision: what was decided.
        example: that it is about, without spans.
    """
    plan = plan_decisions(read_state(corpus, {example.article}), [(decision, example)])
    paths = plan.files
    before = {path: _content(path) for path in paths}
    plan.apply()
    return WrittenDecision(decision, before, {path: _content(path) for path in paths})


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None

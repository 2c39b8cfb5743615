"""What a command does with a change of many files that was interrupted: it completes that change first."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from goldspan.cli import console
from goldspan.corpus.change_journal import journal_path, read_journal
from goldspan.errors import InputError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldspan.corpus import Corpus


def complete_interrupted_change(corpus: Corpus, command: Sequence[str], *, apply: bool) -> bool:
    """Complete a change that was interrupted; whether it is the one that is asked for.

    Args:
        corpus: the project.
        command: the words of the command that was given, as the journal of its change has them.
        apply: whether anything may be written.

    Raises:
        InputError: if there is one and nothing is to be written.
    """
    journal = read_journal(corpus)
    if journal is None:
        return False
    words = f"goldspan {shlex.join(journal.command)}"
    if not apply:
        raise InputError(
            f"`{words}` was interrupted while it was written",
            file=journal_path(corpus),
            remedy=f"Complete it: {words} --apply",
        )
    written = journal.complete(corpus)
    console.print_line(f"Completed `{words}`, which was interrupted: {amount(len(written), 'file')} written.")
    return journal.command == tuple(command)

"""What a change of many files of a project is about to write, kept until all of it is written.

A file is replaced at once, but several are replaced one after the other. A run that is killed between two of them is
completed from the journal by the next one, whatever state it left.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus

FILE = ".change.part"  # in corpus/; git ignores names that end so
REMEDY = "Restore the project from git (`git checkout .`), remove this file, and run the command again."


@dataclass(frozen=True, slots=True)
class ChangeJournal:
    """The files of a change.

    Args:
        command: the words of the command that began it, without `goldspan` and `--apply`.
        contents: the bytes of each file; None for one that goes.
        before: the digest of each file as it was; None where there was none.
    """

    command: tuple[str, ...]
    contents: Mapping[Path, bytes | None]
    before: Mapping[Path, str | None]

    def complete(self, corpus: Corpus) -> list[Path]:
        """Write what is not written yet, and remove the journal; returns the files that were written.

        Raises:
            InputError: for a file that somebody changed since; then nothing is written.
        """
        missing = {path: content for path, content in self.contents.items() if _digest(path) != _digest_of(content)}
        for path in missing:
            if _digest(path) != self.before[path]:
                raise InputError(
                    f"was changed after `goldspan {' '.join(self.command)}` was interrupted", file=path, remedy=REMEDY
                )
        removed = {path: None for path, content in self.contents.items() if content is None}
        files.write_all({**removed, **missing})  # those removed already, too, as their folders may be left empty
        journal_path(corpus).unlink(missing_ok=True)
        return list(missing)


def journal_path(corpus: Corpus) -> Path:
    """The file of the journal, which is there only while a change is being written."""
    return corpus.folder / FILE


def read_journal(corpus: Corpus) -> ChangeJournal | None:
    """The journal of a change that was interrupted; None if there is none.

    Raises:
        InputError: if it cannot be read.
    """
    path = journal_path(corpus)
    if not files.is_there(path):
        return None
    try:
        value: dict[str, Any] = strict_json.loads(files.read_bytes(path))
        rows = {corpus.root / row["file"]: row for row in value["files"]}
        contents = {place: None if row["after"] is None else row["after"].encode() for place, row in rows.items()}
        before = {place: row["before"] for place, row in rows.items()}
        return ChangeJournal(tuple(map(str, value["command"])), contents, before)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("is no journal of an interrupted change", file=path, remedy=REMEDY) from None


def write_together(corpus: Corpus, command: Sequence[str], contents: Mapping[Path, bytes | None]) -> list[Path]:
    """Write the files of a change, all or none; returns them.

    Args:
        corpus: the project.
        command: the words of the command that completes the change if it is interrupted.
        contents: the bytes of each file, which are UTF-8; None for one that goes.

    Raises:
        OSError: if one cannot be written; then none is.
    """
    before = {path: _digest(path) for path in contents}
    rows = [
        {
            "file": path.relative_to(corpus.root).as_posix(),
            "before": before[path],
            "after": None if content is None else content.decode("utf-8"),
        }
        for path, content in contents.items()
    ]
    path = journal_path(corpus)
    files.write(path, files.dumps({"command": list(command), "files": rows}) + "\n")
    try:
        files.write_all(contents)
    except OSError:
        if all(_digest(each) == digest for each, digest in before.items()):
            path.unlink(missing_ok=True)  # nothing was begun
        raise
    path.unlink(missing_ok=True)
    return list(contents)


def _digest(path: Path) -> str | None:
    return files.sha256(path) if files.is_there(path) else None


def _digest_of(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()

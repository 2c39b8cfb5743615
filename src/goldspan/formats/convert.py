"""Examples from files of any format into one of another."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError
from goldspan.files import state
from goldspan.formats.digest_table import DigestTable
from goldspan.formats.label_selection import require_selected
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT, ReadOptions, WriteOptions
from goldspan.formats.record import Note, Record, changed, duplicate_id, several_annotators
from goldspan.formats.registry import WriteResult, require_options_apply, try_detect
from goldspan.formats.tagging_schemes import with_one_scheme
from goldspan.tokens import POLICIES, Misaligned, require_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example


MOST_LISTED = 1_000  # remarks of a kind, errors, and spans that were widened or lost; more are counted


@dataclass
class Conversion:
    """What a conversion read and wrote.

    Args:
        files: the files and folders read, each with its format.
        examples: how many were read; if none was refused, as many were written.
        spans: how many they have.
        repaired: how many tags did not follow their scheme.
        notes: what had to be decided or repaired while reading, the first `MOST_LISTED` of each kind.
        more_notes: how many more there are of a kind.
        written: what was written, and what was not.
        refused: what could not be read, or has an id that another example has, the first `MOST_LISTED`; if there is
            any, nothing was written.
        more_refused: how many more there are.
    """

    files: list[tuple[Path, str]] = field(default_factory=list)
    examples: int = 0
    spans: int = 0
    repaired: int = 0
    notes: list[Note] = field(default_factory=list)
    more_notes: Counter[str] = field(default_factory=Counter)
    written: WriteResult = field(default_factory=WriteResult)
    refused: list[InputError] = field(default_factory=list)
    more_refused: int = 0
    _noted: Counter[str] = field(default_factory=Counter)

    @property
    def widened(self) -> list[Misaligned]:
        """The spans that were widened to the tokens that they touch, or the first of them."""
        return [span for span in self.written.misaligned if span.tagged]

    @property
    def lost(self) -> list[Misaligned]:
        """The spans that could not be widened, or the first of them: they touch no token, or one that another has."""
        return [span for span in self.written.misaligned if not span.tagged]

    def note(self, note: Note) -> None:
        """Keep a remark, or count it where there are very many of its kind."""
        self._noted[note.kind] += 1
        if self._noted[note.kind] <= MOST_LISTED:
            self.notes.append(note)
        else:
            self.more_notes[note.kind] += 1

    def refuse(self, error: InputError) -> None:
        """Keep an error, or count it where there are very many."""
        if len(self.refused) < MOST_LISTED:
            self.refused.append(error)
        else:
            self.more_refused += 1

    def not_listed(self) -> dict[str, int]:
        """How many there are besides those that are listed, by what they are; empty where all are listed."""
        misaligned = self.written.misaligned
        more = {
            "widened": misaligned.widened - len(self.widened),
            "lost": misaligned.lost - len(self.lost),
            "refused": self.more_refused,
        }
        more |= {f"notes: {kind}": number for kind, number in sorted(self.more_notes.items())}
        return {what: number for what, number in more.items() if number}

    def json(self) -> dict[str, Any]:
        """The result as JSON; the key `not_listed` is there only where lists were cut."""
        more = self.not_listed()
        return {
            "files": [{"file": str(path), "format": name} for path, name in self.files],
            "examples": self.examples,
            "spans": self.spans,
            "widened": [_json(span) for span in self.widened],
            "lost": [_json(span) for span in self.lost],
            "repaired": self.repaired,
            "notes": [note.json() for note in self.notes],
            "left_out": dict(self.written.left_out),
            "losses": dict(self.written.losses),
            "refused": [str(error) for error in self.refused],
            **({"not_listed": more} if more else {}),
        }


class _Refused(Exception):  # noqa: N818  (it never leaves this module)
    """Something could not be read, so the writer must not move anything into place."""


def convert(
    paths: Iterable[Path],
    output: Path,
    *,
    to: str,
    source: str | None = None,
    reading: ReadOptions = DEFAULT,
    writing: WriteOptions = WRITE_DEFAULT,
) -> Conversion:
    """Write the examples of some files into one file or folder, unless one of them cannot be read.

    Args:
        paths: files, brat folders, or folders of files, which are taken by name.
        output: the new file, or folder for brat.
        to: the format to write.
        source: the format of the files; detected from their content if not named.
        reading: how to read the files where they do not state it themselves.
        writing: how to write the new file.

    Raises:
        InputError: for an unknown format, a file whose format cannot be detected, or examples that the new format
            cannot hold. Nothing is written.
        NotFoundError: if the new format has tokens, and there is no tokenizer for the language.
    """
    to = formats.canonical(to)
    if writing.policy not in POLICIES:
        raise InputError(f"there is no policy {writing.policy!r}", remedy=f"The policies are {', '.join(POLICIES)}.")
    if formats.get(to).is_tokenized:
        require_language(writing.language)
    account = Conversion()
    name = formats.canonical(source) if source else None
    account.files = [item for path in paths for item in input_files(path, name)]
    states = [state(path) for path, _ in account.files]
    require_options_apply(reading, (form for _, form in account.files))
    reading = with_one_scheme(reading, account.files)
    with contextlib.suppress(_Refused):
        examples = _examples(account, states, reading)
        account.written = formats.get(to).write(output, examples, replace(writing, most_listed=MOST_LISTED))
    return account


def input_files(path: Path, source: str | None = None) -> Iterator[tuple[Path, str]]:
    """The files that a path names, each with its format: the file itself, or those of a folder.

    A folder that is in a format of folders is one item. Folders inside a folder are not entered: what would be left out
    is refused.

    Raises:
        InputError: for a file whose format cannot be detected, a folder without files, or one with further folders.
    """
    name = source or (try_detect(path) if path.is_dir() else formats.detect(path))
    if name and (not path.is_dir() or formats.get(name).is_folder):
        yield path, name
        return
    entries = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    inside = [p for p in entries if p.is_file()]
    folders = [p for p in entries if p.is_dir()]
    if inside and folders:
        raise InputError(
            f"there are files in this folder and a folder, {folders[0].name!r}, which would not be read",
            file=path,
            remedy="Name the files, or move one or the other away, and read the folders one by one.",
        )
    if not inside:
        raise InputError("there is no file in this folder", file=path, remedy="Name a file, or a folder with files.")
    for file in inside:
        yield file, source or formats.detect(file)


def _examples(account: Conversion, states: Iterable[object], reading: ReadOptions) -> Iterator[Example]:
    """The examples, counted in `account` as they are read.

    Args:
        account: what was read, which is filled.
        states: of each of its files, before any was read.
        reading: how to read them.

    Raises:
        _Refused: at the end, if there is anything that could not be read.
    """
    seen = _SeenExamples()
    for (file, form), before in zip(account.files, states, strict=True):
        if state(file) != before:
            account.refuse(changed(file))
            continue
        for record in formats.get(form).scan(file, reading):
            try:
                if isinstance(record, InputError):
                    raise record
                if seen.is_superseded(record):
                    account.note(_superseded_note(record))
                    continue
                example = record.example()
                seen.add(record)
            except InputError as error:
                account.refuse(error)
                continue
            for note in record.notes:
                account.note(note)
            account.examples += 1
            account.spans += len(example.spans)
            account.repaired += len(example.extra.get("repaired_tags", ()))
            yield example
    try:
        require_selected(reading, account.spans, account.notes)
    except InputError as error:
        account.refuse(error)
    if account.refused:
        raise _Refused


class _SeenExamples:
    """The ids of the examples that were read, and whose annotation each was."""

    def __init__(self) -> None:
        self._annotators: list[str | None] = []
        self._numbers: dict[str | None, int] = {}
        self._by_id = DigestTable()

    def is_superseded(self, record: Record) -> bool:
        """Whether somebody left an example without annotation that another person annotated."""
        return (
            record.is_unannotated
            and (number := self._by_id.get(record.id)) is not None
            and record.annotator != self._annotators[number]
        )

    def add(self, record: Record) -> None:
        """Take note of an example.

        Raises:
            InputError: if there is one of its id already.
        """
        mine = self._numbers.setdefault(record.annotator, len(self._annotators))
        if mine == len(self._annotators):
            self._annotators.append(record.annotator)
        before = len(self._by_id)
        first = self._by_id.setdefault(mine, record.id)
        if first != mine:
            raise several_annotators(record, self._annotators[first])
        if len(self._by_id) == before:
            raise duplicate_id(record, "Ids must differ: rename one of the two, or convert the files one by one.")


def _superseded_note(record: Record) -> Note:
    message = f"{record.annotator or 'somebody'} did not annotate it ({record.extra[NOT_ANNOTATED]}), but another did"
    return Note("other-reading", message, record.file, record.line, record.id)


def _json(span: Misaligned) -> dict[str, Any]:
    return {
        "example": span.example,
        "span": [span.span.start, span.span.end, span.span.label],
        "surface": span.surface,
        "widened": span.widened,
    }

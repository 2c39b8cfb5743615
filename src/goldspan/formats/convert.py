"""Examples from files of any format into one of another."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError
from goldspan.formats.label_selection import require_selected
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT, ReadOptions, WriteOptions
from goldspan.formats.record import Note, Record, duplicate_id, several_annotators
from goldspan.formats.registry import WriteResult, require_options_apply, try_detect
from goldspan.formats.tagging_schemes import with_one_scheme
from goldspan.tokens import POLICIES, Misaligned, require_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example


@dataclass
class Conversion:
    """What a conversion read and wrote.

    Args:
        files: the files and folders read, each with its format.
        examples: how many were read; if none was refused, as many were written.
        spans: how many they have.
        repaired: how many tags did not follow their scheme.
        notes: what had to be decided or repaired while reading.
        written: what was written, and what was not.
        refused: what could not be read, or has an id that another example has; if there is any, nothing was written.
    """

    files: list[tuple[Path, str]] = field(default_factory=list)
    examples: int = 0
    spans: int = 0
    repaired: int = 0
    notes: list[Note] = field(default_factory=list)
    written: WriteResult = field(default_factory=WriteResult)
    refused: list[InputError] = field(default_factory=list)

    @property
    def widened(self) -> list[Misaligned]:
        """The spans that were widened to the tokens that they touch."""
        return [span for span in self.written.misaligned if span.tagged]

    @property
    def lost(self) -> list[Misaligned]:
        """The spans that could not be widened: they touch no token, or one that another span has."""
        return [span for span in self.written.misaligned if not span.tagged]

    def json(self) -> dict[str, Any]:
        """The result as JSON."""
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
    require_options_apply(reading, (form for _, form in account.files))
    reading = with_one_scheme(reading, account.files)
    with contextlib.suppress(_Refused):
        result = formats.get(to).write(output, _examples(account, reading), writing)
        account.written = result
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


def _examples(account: Conversion, reading: ReadOptions) -> Iterator[Example]:
    """The examples, counted in `account` as they are read.

    Raises:
        _Refused: at the end, if there is anything that could not be read.
    """
    seen: dict[str, str | None] = {}
    for file, form in account.files:
        for record in formats.get(form).scan(file, reading):
            if isinstance(record, Record) and _is_superseded(record, seen):
                account.notes.append(_superseded_note(record))
                continue
            try:
                example = _valid_example(record, seen)
            except InputError as error:
                account.refused.append(error)
                continue
            if isinstance(record, Record):
                account.notes += record.notes
            account.examples += 1
            account.spans += len(example.spans)
            account.repaired += len(example.extra.get("repaired_tags", ()))
            yield example
    try:
        require_selected(reading, account.spans, account.notes)
    except InputError as error:
        account.refused.append(error)
    if account.refused:
        raise _Refused


def _is_superseded(record: Record, seen: dict[str, str | None]) -> bool:
    """Whether somebody left an example without annotation that another person annotated."""
    return record.is_unannotated and record.id in seen and record.annotator != seen[record.id]


def _superseded_note(record: Record) -> Note:
    message = f"{record.annotator or 'somebody'} did not annotate it ({record.extra[NOT_ANNOTATED]}), but another did"
    return Note("other-reading", message, record.file, record.line, record.id)


def _valid_example(record: Record | InputError, seen: dict[str, str | None]) -> Example:
    if isinstance(record, InputError):
        raise record
    example = record.example()
    if example.id in seen and record.annotator != seen[example.id]:
        raise several_annotators(record, seen[example.id])
    if example.id in seen:
        raise duplicate_id(record, "Ids must differ: rename one of the two, or convert the files one by one.")
    seen[example.id] = record.annotator
    return example


def _json(span: Misaligned) -> dict[str, Any]:
    return {
        "example": span.example,
        "span": [span.span.start, span.span.end, span.span.label],
        "surface": span.surface,
        "widened": span.widened,
    }

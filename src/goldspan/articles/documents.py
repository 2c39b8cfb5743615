"""Documents from files: the whole of a `.txt`, the lines of a `.jsonl`, the rows of a Parquet file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.articles import tables
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Document:
    """A text to work on.

    Args:
        id: unique among the documents of one run.
        text: as decoded.
        file: the file it comes from.
        extra: the other keys of its row, as JSON values.
    """

    id: str
    text: str
    file: Path
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


def files_of(paths: Iterable[Path], suffixes: Sequence[str]) -> Iterator[Path]:
    """The files with one of these suffixes, one at a time: those named, and those in the folders named.

    A folder is read with its subfolders, each sorted by name, and without what begins with a dot.

    Args:
        paths: files and folders; all are checked before the first is read.
        suffixes: in lower case, `.txt`; those of the files may be in capitals.

    Raises:
        InputError: for a path that does not exist, a file of another kind, a folder that holds no file of these kinds.
    """
    named = list(paths)
    for path in named:
        _validate_path(path, suffixes)
    for path in named:
        if path.is_dir():
            yield from _walk(path, suffixes)
        else:
            yield path


def read_rows(path: Path) -> Iterator[tuple[int | None, Document]]:
    """The documents of a file, each with its line or row, counted from 1; None for the one of a `.txt`.

    Raises:
        InputError: naming file and line, for what cannot be read, is empty, or is no document.
    """
    return READERS[path.suffix.lower()](path)


def documents(paths: Iterable[Path]) -> Iterator[Document]:
    """The documents of `.txt`, `.jsonl` and Parquet files and of folders of them, one at a time.

    The id is the stem of a `.txt`; of a row its key `id`, or else `<stem>-<number>`, the line or row counted from 1
    in six digits. Only a number per document is kept, so that a large file takes hardly more memory than a small one.

    Raises:
        InputError: for a path that is not there, a file that cannot be read, a row that is no document, an id that
            another document has.
    """
    named = list(paths)
    seen: set[int] = set()
    for place, document in _located_documents(named):
        key = hash(document.id)
        if key in seen:
            _raise_duplicate_id(named, place, document)
        seen.add(key)
        yield document


def _validate_path(path: Path, suffixes: Sequence[str]) -> None:
    kinds = ", ".join(suffixes)
    if not path.exists():
        raise InputError("there is no such file or folder", file=path, remedy="Check how the path is spelt.")
    if path.is_dir():
        if not any(True for _ in _walk(path, suffixes)):
            raise InputError(f"the folder holds no {kinds}", file=path, remedy="Name a folder or file with articles.")
    elif path.suffix.lower() not in suffixes:
        raise InputError(f"not one of {kinds}", file=path, remedy="Convert it, or name another file.")


def walk(folder: Path) -> Iterator[Path]:
    """The files of a folder and its subfolders, each sorted by name, without what begins with a dot.

    Raises:
        InputError: for a folder that cannot be read.
    """
    for where, folders, names in os.walk(folder, onerror=_raise_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where) / name for name in sorted(names) if not name.startswith("."))


def _walk(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    return (path for path in walk(folder) if path.name.lower().endswith(tuple(suffixes)))


def _raise_unreadable(error: OSError) -> None:
    remedy = files.UNREADABLE.get(error.errno or 0)
    raise InputError(f"cannot be read: {error.strerror or error}", file=error.filename, remedy=remedy)


def _read_text(path: Path) -> Iterator[tuple[int | None, Document]]:
    yield None, Document(path.stem, files.decode(files.read_bytes(path), path), path)


def _read_rows(path: Path) -> Iterator[tuple[int | None, Document]]:
    for row in tables.scan(path):
        if isinstance(row, InputError):
            raise row
        yield row.number, _document(row.values, path, row.number)


def _read_table(path: Path) -> Iterator[tuple[int | None, Document]]:
    if "text" not in tables.parquet_columns(path):
        raise InputError("there is no column 'text'", file=path, remedy="Rename the column with the texts.")
    yield from _read_rows(path)


def _document(value: dict[str, Any], path: Path, number: int) -> Document:
    text = value.pop("text", None)
    name = value.pop("id", None)
    if name is None:
        name = f"{path.stem}-{number:06}"
    wrong = id_problem(name) or _wrong_text(text)
    if wrong:
        raise InputError(wrong, file=path, line=number, remedy=tables.ROW_REMEDY)
    return Document(str(name), text, path, value)


def id_problem(name: object) -> str | None:
    """Why the id of a row cannot be that of a document; None if it can."""
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        return f"the id is {name!r:.60}, neither a string nor an integer"
    if name == "" or not str(name).isprintable() or str(name) != str(name).strip():
        return f"the id {name!r:.60} is empty, or has control characters or spaces at its edges"
    return None


def _wrong_text(text: object) -> str | None:
    if not isinstance(text, str):
        return "the key 'text' is missing" if text is None else f"'text' is {text!r:.60}, no string"
    if "\0" in text:
        return f"NUL in the text, at code point {text.index(chr(0))}"
    if not text.strip():
        return "the text is empty"
    return None


def _located_documents(paths: list[Path]) -> Iterator[tuple[tuple[int, int | None], Document]]:
    for count, file in enumerate(files_of(paths, DOCUMENT_SUFFIXES)):
        for number, document in read_rows(file):
            yield (count, number), document


def _raise_duplicate_id(paths: list[Path], place: tuple[int, int | None], document: Document) -> None:
    """Read again up to the document, to name the one that has its id; if only the hashes agree, there is none."""
    for earlier, other in _located_documents(paths):
        if earlier == place:
            return
        if other.id == document.id:
            first = str(other.file) if earlier[1] is None else f"{other.file}:{earlier[1]}"
            raise InputError(
                f"the id {document.id!r} is that of {first}, too",
                file=document.file,
                line=place[1],
                remedy="Give every document an id of its own, and name no file twice.",
            )


READERS: dict[str, Callable[[Path], Iterator[tuple[int | None, Document]]]] = {
    ".txt": _read_text,
    ".jsonl": _read_rows,
    ".parquet": _read_table,
}

DOCUMENT_SUFFIXES = tuple(READERS)

"""Any mix of files and folders as one stream of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.articles import folders, rows
from goldspan.articles.rows import Document
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["SUFFIXES", "Document", "documents"]

SUFFIXES = tuple(rows.READERS)


def documents(paths: Iterable[Path]) -> Iterator[Document]:
    """The documents of `.txt`, `.jsonl` and Parquet files and of folders of them, one at a time.

    The id is the stem of a `.txt`; of a row its key `id`, or else `<stem>-<number>`, the line or row counted from 1
    in six digits. Of what went by only a number per document is kept: a file of any size takes the same memory.

    Raises:
        InputError: for a path that is not there, a file that cannot be read, a row that is no document, an id that
            came before.
    """
    named = list(paths)
    seen: set[int] = set()
    for place, document in _places(named):
        key = hash(document.id)
        if key in seen:
            _refuse_second(named, place, document)
        seen.add(key)
        yield document


def _places(paths: list[Path]) -> Iterator[tuple[tuple[int, int | None], Document]]:
    for count, file in enumerate(folders.files_of(paths, SUFFIXES)):
        for number, document in rows.read(file):
            yield (count, number), document


def _refuse_second(paths: list[Path], place: tuple[int, int | None], document: Document) -> None:
    """Read again up to the document, for the one that had its id first; there may be none, if only the keys agree."""
    for earlier, other in _places(paths):
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

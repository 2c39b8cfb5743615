"""Somebody's own texts: the files of a folder, among which those of the articles are to be found.

A folder is read with its subfolders, as `goldspan add` reads it: `.txt`, Markdown, saved web pages, and tables, of
which each row is a text. It may hold a whole archive. So a text is read when it is asked for and not kept; pages and
rows, which take long to read, are read once and kept on the disk.

What is in another encoding than UTF-8 is read by its byte order mark, in the encoding that was named, or else in
Windows-1252, which the report says: a text that was read wrongly fits no fingerprint where it matters.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, TYPE_CHECKING, Self

from goldspan import files
from goldspan.articles import received, tables
from goldspan.articles.documents import walk
from goldspan.articles.received import ABOUT, TEXT, ArticleOptions, LeftOut, ReceivedArticle
from goldspan.articles.webpages import MARKS
from goldspan.errors import InputError, InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

FALLBACK = "cp1252"  # what most older programs of the West wrote, and browsers read where nothing is stated
NOT_UTF8 = "it is not UTF-8, and was read in {encoding}"
BY_MARK = "it was read in {encoding}, by its byte order mark"
PLACE_ROW = "{file}, row {row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText:
    """One of somebody's texts.

    Args:
        file: its path in the folder, with slashes.
        path: its path.
        row: of a table, its number.
        name: by which an article may be known: the stem of a file, or the id of a row.
        size: of a file of its own, in bytes; of a row, of its text in UTF-8.
        sha256: of a row, of its text in UTF-8, in hexadecimal; of a file None.
        position: of a row, where its text is kept, in bytes; of a file None.
    """

    file: str
    path: Path
    row: int | None = None
    name: str
    size: int
    sha256: str | None = None
    position: int | None = None

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return self.file if self.row is None else PLACE_ROW.format(file=self.file, row=self.row)

    @property
    def is_plain(self) -> bool:
        """Whether the bytes of its file are its text."""
        return self.row is None and self.path.suffix.lower() == TEXT


@dataclass(frozen=True, slots=True)
class SkippedText:
    """A file, or a row of one, that is not read.

    Args:
        file: its path in the folder, with slashes.
        row: of a table, its number.
        reason: as a clause.
    """

    file: str
    row: int | None
    reason: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return self.file if self.row is None else PLACE_ROW.format(file=self.file, row=self.row)


@dataclass(frozen=True, slots=True)
class ReadText:
    """What a text says.

    Args:
        text: as decoded.
        note: on how it was read, as a clause; empty for UTF-8.
    """

    text: str
    note: str = ""


@dataclass
class TextFolder:
    """The texts of a folder. Used in a `with` block, at whose end what was kept on the disk is removed.

    Args:
        folder: with the texts.
        without: folders in it that are not read.
        encoding: of texts that are not UTF-8; None for the usual one.
        on_progress: takes a step, how much of it is done, and the total.

    Raises:
        InputError: for a folder that is none, or cannot be read.
        InvalidValueError: for an encoding that Python does not know.
    """

    folder: Path
    without: Collection[Path] = ()
    encoding: str | None = None
    on_progress: Callable[[str, int, int | None], None] = lambda _step, _done, _total: None
    skipped: dict[tuple[str, int | None], SkippedText] = field(default_factory=dict)
    _read: dict[str, tuple[int, int, str] | None] = field(default_factory=dict)  # position, length, note of a page
    _kept: IO[bytes] | None = None
    _end: int = 0

    def __post_init__(self) -> None:
        if not self.folder.exists():
            raise InputError("there is no such folder", file=self.folder, remedy="Check how the path is spelt.")
        if not self.folder.is_dir():
            remedy = "Name the folder that holds your texts."
            raise InputError("is a file, not a folder", file=self.folder, remedy=remedy)
        if self.encoding is not None:
            require_encoding(self.encoding)

    def __enter__(self) -> Self:
        self._kept = tempfile.TemporaryFile()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._kept is not None:
            self._kept.close()

    @cached_property
    def texts(self) -> tuple[OwnText, ...]:
        """The files that are texts, sorted by their paths. None is read for it."""
        return tuple(self._plain_files())

    @cached_property
    def rows(self) -> tuple[OwnText, ...]:
        """The texts in rows of tables, which are read for it."""
        return tuple(row for path in self._tables for row in self._rows_of(path))

    def read(self, text: OwnText) -> ReadText | None:
        """What a text says; None if it cannot be read, which is then noted in `skipped`."""
        if text.position is not None:
            return ReadText(self._kept_text(text.position, text.size))
        if text.is_plain:
            return self._decoded(text)
        if text.file not in self._read:
            self._read[text.file] = self._extracted(text)
        found = self._read[text.file]
        return None if found is None else ReadText(self._kept_text(*found[:2]), found[2])

    def sha256(self, text: OwnText) -> str | None:
        """The SHA-256 of the bytes of a file, or of the text of a row; None if it cannot be read."""
        if text.sha256 is not None:
            return text.sha256
        try:
            return files.sha256(text.path)
        except InputError as error:
            self._skip(text.file, None, error.message)
            return None

    @cached_property
    def _tables(self) -> list[Path]:
        return [path for path in self._files if path.suffix.lower() in tables.SUFFIXES]

    @cached_property
    def _files(self) -> list[Path]:
        """All files that are read, without those of the folders that are not."""
        left_out = {path.resolve() for path in self.without}
        base = self.folder.resolve()
        known: dict[Path, bool] = {}

        def is_read(folder: Path) -> bool:
            if folder not in known:
                place = base / folder.relative_to(self.folder)
                known[folder] = place not in left_out and (folder == self.folder or is_read(folder.parent))
            return known[folder]

        return [path for path in walk(self.folder) if is_read(path.parent)]

    def _plain_files(self) -> Iterator[OwnText]:
        for path in self._files:
            name, suffix = self._name(path), path.suffix.lower()
            if ABOUT.fullmatch(path.stem):
                self._skip(name, None, "it is about the folder, by its name")
            elif suffix not in received.SUFFIXES:
                self._skip(name, None, f"its kind is not read: {path.suffix or 'no suffix'}")
            elif suffix not in tables.SUFFIXES:
                try:
                    size = path.stat().st_size
                except OSError as error:
                    self._skip(name, None, f"cannot be read: {error.strerror or error}")
                else:
                    yield OwnText(file=name, path=path, name=path.stem, size=size)

    def _rows_of(self, path: Path) -> Iterator[OwnText]:
        """The texts of a table."""
        file = self._name(path)
        for number, item in enumerate(self._received(path), 1):
            self.on_progress(f"reading {path.name}", number, None)
            if isinstance(item, ReceivedArticle):
                digest = hashlib.sha256(item.data).hexdigest()
                position = self._keep(item.data)
                yield OwnText(
                    file=file, path=path, row=item.row, name=item.id, size=len(item.data), sha256=digest,
                    position=position,
                )  # fmt: skip
            elif isinstance(item, LeftOut):
                self._skip(file, item.row, item.reason)
            else:
                self._skip(file, item.line, item.message)

    def _received(self, path: Path) -> Iterator[ReceivedArticle | LeftOut | InputError]:
        """What `goldspan add` would read in a file."""
        try:
            yield from received.scan([path], ArticleOptions(), [])
        except NotFoundError as error:  # a package that is missing
            yield InputError(f"{error.message}. {error.remedy}", file=path)
        except InputError as error:  # a file that is gone
            yield error

    def _decoded(self, text: OwnText) -> ReadText | None:
        try:
            return decode(files.read_bytes(text.path), text.path, self.encoding)
        except InputError as error:
            self._skip(text.file, None, error.message)
            return None

    def _extracted(self, text: OwnText) -> tuple[int, int, str] | None:
        """Where the text of a page or a Markdown file is kept, its length in bytes, and a note on it."""
        for item in self._received(text.path):
            if isinstance(item, ReceivedArticle):
                note = f"its text was read by {item.extractor}" if item.extractor else ""
                return self._keep(item.data), len(item.data), note
            reason = item.reason if isinstance(item, LeftOut) else item.message
            self._skip(text.file, None, reason)
        return None

    def _keep(self, data: bytes) -> int:
        assert self._kept is not None
        self._kept.seek(self._end)
        self._kept.write(data)
        position, self._end = self._end, self._end + len(data)
        return position

    def _kept_text(self, position: int, length: int) -> str:
        assert self._kept is not None
        self._kept.seek(position)
        return self._kept.read(length).decode("utf-8")

    def _name(self, path: Path) -> str:
        """The path of a file in the folder, as it can be written in UTF-8 on every system."""
        name = path.relative_to(self.folder).as_posix()
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    def _skip(self, file: str, row: int | None, reason: str) -> None:
        self.skipped.setdefault((file, row), SkippedText(file, row, reason))


def require_encoding(name: str) -> None:
    """Refuse a name that is none of an encoding of texts.

    Raises:
        InvalidValueError: with what to write.
    """
    try:
        "".encode(name)
    except (LookupError, ValueError):
        remedy = "Name one that Python knows, such as cp1251, gb18030 or utf-16-le."
        raise InvalidValueError(f"{name!r} is no encoding of texts", remedy=remedy) from None


def decode(data: bytes, file: Path, encoding: str | None = None) -> ReadText:
    """The text of bytes: by their byte order mark, in UTF-8, in the encoding that was named, or in Windows-1252.

    Raises:
        InputError: for bytes that the encoding does not have, a NUL, and a file of white space only.
    """
    name, note = "utf-8", ""
    mark = next(((begin, codec) for begin, codec in MARKS if data.startswith(begin)), None)
    if mark is not None and mark[1] != "utf-8":
        name = mark[1]
        note = BY_MARK.format(encoding=name)
    elif not _is_utf8(data):
        name = encoding or FALLBACK
        note = NOT_UTF8.format(encoding=name)
    if not note:
        return ReadText(files.decode(data, file))
    if name == FALLBACK and b"\0" in data:
        raise InputError("it is no text, or in an encoding that is not known", file=file, remedy="Name its --encoding.")
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        what = f"it is neither UTF-8 nor {name}: byte 0x{data[error.start]:02x} at byte {error.start}"
        raise InputError(what, file=file, remedy="Name its --encoding.") from None
    if "\0" in text:
        raise InputError(f"NUL at code point {text.index(chr(0))}", file=file, remedy=files.encoding_remedy(data))
    if not text.strip("\ufeff").strip():
        raise InputError("the file is empty", file=file)
    return ReadText(text.removeprefix("\ufeff"), note)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data

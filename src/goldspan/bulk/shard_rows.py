"""The rows of a shard, one at a time; what cannot be read is an error in its place."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.articles import tables
from goldspan.articles.columns import choose_columns
from goldspan.articles.documents import Document
from goldspan.articles.received import SAMPLED, LeftOut, ReceivedArticle, read_row
from goldspan.bulk import shards
from goldspan.bulk.compression import DigestedStream, decompressed
from goldspan.bulk.shards import PARQUET
from goldspan.errors import InputError
from goldspan.formats.digest_table import DigestTable
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from goldspan.articles.columns import ColumnNames, TableColumns
    from goldspan.articles.received import ArticleOptions
    from goldspan.bulk.shards import Shard

BEGINNING = 16  # bytes by which a file is told that is no text
BATCH = 256  # rows of a Parquet file that are read together, at most
BATCH_SIZE = 1 << 24  # bytes of them, about
LONGEST_TEXT = 1_000_000  # characters
BYTES_PER_CHARACTER = 16  # of a line, at most: an escape of JSON takes up to 12, and there are other columns
EMPTY_REMEDY = "Put articles into it, or leave it out."


@dataclass(frozen=True, slots=True)
class ShardRow(tables.TableRow):
    """A row of a shard; `number` counts in the shard.

    Args:
        at: what tells it from the other rows of its file, however that is cut: the byte of the file, or of what it
            holds if it is compressed, at which its line begins; of a Parquet file its number there.
    """

    at: int


class ShardReading:
    """A shard that is read, and the digest of what was read.

    Args:
        shard: to read.
        columns: the columns of the articles; None to read all.
        reads_all: whether other columns are read, too.
        longest_text: characters; a line that is too long to have so short a text is not read.
    """

    def __init__(
        self,
        shard: Shard,
        columns: TableColumns | None = None,
        *,
        reads_all: bool = True,
        longest_text: int = LONGEST_TEXT,
    ) -> None:
        self.shard = shard
        self.bytes = 0  # of the shard that were read, about
        self._columns = columns
        self._reads_all = reads_all or columns is None
        self._longest_line = BYTES_PER_CHARACTER * longest_text
        self._digest = hashlib.sha256()
        self._read: DigestedStream | None = None  # of what is compressed

    def rows(self) -> Iterator[ShardRow | InputError]:
        """Each row, or the error in its place; one that names no line ends the shard.

        Rows are counted from 1 in the shard.
        """
        try:
            self.shard.require_no_fault()
            yield from self._parquet_rows() if self.shard.suffix == PARQUET else self._lines()
        except InputError as error:
            yield error

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read, as of `shards.digest_of`, once all rows were."""
        if self.shard.suffix in shards.LINES:
            return self._digest.hexdigest()
        if self._read is not None and self._read.size == self.shard.size:
            return self._read.digest
        return shards.digest_of(self.shard)

    def _lines(self) -> Iterator[ShardRow | InputError]:
        with self._opened_lines() as (stream, start, end):
            at, number, place = start, 0, self.shard.place
            while at < end and (line := stream.readline(self._longest_line)):
                self._digest.update(line)
                number += 1
                begin, at = at, at + len(line)
                content = line.removeprefix(files.BOM) if begin == 0 else line
                if len(line) == self._longest_line and not line.endswith(b"\n"):
                    at += self._skip_line(stream)
                    yield InputError(f"the line has more than {self._longest_line:,} bytes", file=place, line=number)
                elif content.strip():
                    yield _line_row(content, place, number, begin)
                self.bytes = at - self.shard.start if self._read is None else self._read.size

    @contextlib.contextmanager
    def _opened_lines(self) -> Iterator[tuple[BinaryIO, int, int]]:
        """A stream of the lines, at which byte it begins, and before which its last line does."""
        shard = self.shard
        with shard.location.opened() as stream:
            if shard.compression is not None:
                self._read = DigestedStream(stream)
                yield decompressed(self._read, shard.compression, shard.place), 0, sys.maxsize
                return
            files.require_text(stream.read(BEGINNING), shard.place)
            at = shards.first_line(shard, stream)
            stream.seek(at)
            yield stream, at, shard.end

    def _skip_line(self, stream: BinaryIO) -> int:
        """Pass over the rest of a line; returns how many bytes it has."""
        skipped = 0
        while line := stream.readline(shards.BLOCK):
            self._digest.update(line)
            skipped += len(line)
            if line.endswith(b"\n"):
                break
        return skipped

    def _parquet_rows(self) -> Iterator[ShardRow | InputError]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        place, number = self.shard.place, 0
        try:
            with (
                self.shard.location.opened() as stream,
                pq.ParquetFile(stream, buffer_size=shards.BLOCK, pre_buffer=False) as table,
            ):
                groups = shards.row_groups_of(self.shard, table.metadata)
                before = sum(table.metadata.row_group(group).num_rows for group in range(min(groups, default=0)))
                columns = self._read_columns(table.schema_arrow.names)
                sizes = [table.metadata.row_group(group) for group in groups]
                total = max(1, sum(group.num_rows for group in sizes))
                each = max(1, sum(group.total_byte_size for group in sizes) // total)
                rows = min(BATCH, max(1, BATCH_SIZE // each))
                for batch in table.iter_batches(batch_size=rows, row_groups=groups, columns=columns):
                    for row in batch.to_pylist():
                        number += 1
                        yield _parquet_row(row, place, number, before + number, lenient=self._reads_all)
                    self.bytes = (self.shard.end - self.shard.start) * number // total
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError(f"not a Parquet file: {error}", file=place, remedy="Write the file again.") from None

    def _read_columns(self, names: Sequence[str]) -> list[str] | None:
        """The columns of a Parquet file that are read; None for all.

        Raises:
            InputError: if it has none for the text.
        """
        if self._columns is None:
            return None
        text = self._columns.columns["text"].name
        if not {text, text.split(".")[0]}.intersection(names):
            remedy = f"It has {enumerate_names(names, most=5)}. Work on it by itself, or rename the column."
            raise InputError(f"there is no column {text!r}", file=self.shard.place, remedy=remedy)
        return None if self._reads_all else [name for name in names if name in self._columns.top_level]


def _line_row(line: bytes, path: str, number: int, at: int) -> ShardRow | InputError:
    try:
        return ShardRow(number, number, tables.json_object(line, path, number, at), at)
    except InputError as error:
        return error


def _parquet_row(values: dict[str, object], path: str, number: int, at: int, *, lenient: bool) -> ShardRow | InputError:
    row = tables.parquet_row(values, path, number, lenient=lenient)
    return row if isinstance(row, InputError) else ShardRow(number, number, row.values, at)


def find_columns(shards: Sequence[Shard], names: ColumnNames, language: str = "en") -> TableColumns:
    """The columns of the articles, those named and those guessed from the first rows of the first shard that has any.

    Args:
        shards: of the input.
        names: the columns that were named.
        language: of the texts, for dates.

    Raises:
        InputError: if there are no rows, and as `choose_columns`.
    """
    problem: InputError | None = None
    for shard in shards:
        sample: list[Mapping[str, object]] = []
        for row in ShardReading(shard).rows():
            if isinstance(row, InputError):
                problem = problem or row
            else:
                sample.append(row.values)
            if len(sample) == SAMPLED:
                break
        if not sample:
            continue
        try:
            return choose_columns(Path(shard.location.name), sample, names, language)
        except InputError as error:
            error.file = shard.place  # which a path would not show as it is, if it is an address
            raise
    place = shards[0].place if len(shards) == 1 else f"{shards[0].place} and {len(shards) - 1:,} more"
    raise problem or InputError("no shard has a row", file=place, remedy=EMPTY_REMEDY)


def read_articles(
    rows: Iterable[ShardRow | InputError],
    shard: Shard,
    columns: TableColumns,
    options: ArticleOptions,
    longest_text: int = LONGEST_TEXT,
) -> Iterator[tuple[int, ReceivedArticle | LeftOut | InputError]]:
    """The article of each row with the number of the row, or why it is none.

    An article without an id has the name of its file and `ShardRow.at` for one, so that it is the same however the file
    is cut.

    Args:
        rows: of the shard.
        shard: by whose file articles are named that have no id.
        columns: of the articles.
        options: how they are read.
        longest_text: characters; a longer one is rejected.

    Raises:
        InputError: for an error that ends the shard.
    """
    named = replace(columns, path=Path(f"{shard.file_name.replace('/', '-')}.jsonl"))
    first = DigestTable()
    for row in rows:
        if isinstance(row, InputError):
            if row.line is None:
                raise row
            yield row.line, row
            continue
        try:
            _require_short(columns.cell(row.values, "text"), longest_text)
            article = read_row(tables.TableRow(row.at, row.line, row.values), named, options)
        except InputError as error:
            yield row.number, error
            continue
        if isinstance(article, ReceivedArticle):
            earlier = first.setdefault(row.number, article.id)
            if earlier != row.number:
                yield row.number, InputError(f"the id {article.id!r} is that of row {earlier:,}, too")
                continue
        yield row.number, article


def document_of(article: ReceivedArticle | LeftOut | InputError) -> Document | str:
    """What `read_articles` gives for a row, as a document; or why it is none, as a clause."""
    if isinstance(article, LeftOut):
        return article.reason
    if isinstance(article, InputError):
        return article.message
    try:
        return Document(article.id, files.decode(article.data, article.source), article.source)
    except InputError as error:
        return error.message


def _require_short(text: object, longest: int) -> None:
    if isinstance(text, str) and len(text) > longest:
        raise InputError(f"the text has {len(text):,} characters, more than {longest:,} (--longest-text)")

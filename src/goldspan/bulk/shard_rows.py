"""The rows of a shard, one at a time; what cannot be read is an error in its place."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.articles import tables
from goldspan.articles.columns import choose_columns
from goldspan.articles.received import SAMPLED, ReceivedArticle, read_row
from goldspan.bulk import shards
from goldspan.bulk.shards import PARQUET
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from goldspan.articles.columns import ColumnNames, TableColumns
    from goldspan.articles.received import ArticleOptions, LeftOut
    from goldspan.articles.tables import TableRow
    from goldspan.bulk.shards import Shard

BATCH = 256  # rows of a Parquet file that are read together


class ShardReading:
    """A shard that is read, and the digest of what was read.

    Args:
        shard: to read.
        columns: of a Parquet file, those that are read; all if None.
    """

    def __init__(self, shard: Shard, columns: Collection[str] | None = None) -> None:
        self.shard = shard
        self._columns = columns
        self._digest = hashlib.sha256()
        self._is_digested_apart = shard.suffix not in shards.LINES

    def rows(self) -> Iterator[TableRow | InputError]:
        """Each row, or the error in its place; one that names no line ends the shard.

        Rows are counted from 1 in the shard.
        """
        if self.shard.suffix == PARQUET:
            yield from self._parquet_rows()
        else:
            yield from self._lines()

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read, as of `shards.digest_of`, once all rows were."""
        return shards.digest_of(self.shard) if self._is_digested_apart else self._digest.hexdigest()

    def _lines(self) -> Iterator[TableRow | InputError]:
        path, at = Path(self.shard.place), self.shard.start
        try:
            with self.shard.location.opened() as stream:
                stream.seek(at)
                number = 0
                while at < self.shard.end and (line := stream.readline()):
                    self._digest.update(line)
                    number += 1
                    if line.strip():
                        yield _line_row(line, path, number, at)
                    at += len(line)
        except InputError as error:
            yield error

    def _parquet_rows(self) -> Iterator[TableRow | InputError]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path, number = Path(self.shard.place), 0
        try:
            starts = shards.row_group_starts(self.shard.location)
            groups = [n for n, start in enumerate(starts) if self.shard.start <= start < self.shard.end]
            with self.shard.location.opened() as stream, pq.ParquetFile(stream) as table:
                names = table.schema_arrow.names
                columns = None if self._columns is None else [name for name in names if name in self._columns]
                for batch in table.iter_batches(batch_size=BATCH, row_groups=groups, columns=columns):
                    for row in batch.to_pylist():
                        number += 1
                        yield tables.parquet_row(row, path, number, lenient=self._columns is None)
        except InputError as error:
            yield error
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            yield InputError(f"not a Parquet file: {error}", file=path, remedy="Write the file again.")


def _line_row(line: bytes, path: Path, number: int, at: int) -> TableRow | InputError:
    try:
        return tables.TableRow(number, number, tables.json_object(line, path, number, at))
    except InputError as error:
        return error


def find_columns(shard: Shard, names: ColumnNames, language: str = "en") -> TableColumns:
    """The columns of the articles, those named and those guessed from the first rows of a shard.

    Args:
        shard: the first of the input.
        names: the columns that were named.
        language: of the texts, for dates.

    Raises:
        InputError: if there are no rows, and as `choose_columns`.
    """
    sample: list[Mapping[str, object]] = []
    for row in ShardReading(shard).rows():
        if isinstance(row, InputError) and row.line is None:
            raise row
        if not isinstance(row, InputError):
            sample.append(row.values)
        if len(sample) == SAMPLED:
            break
    if not sample:
        raise InputError("the file has no rows", file=shard.place, remedy="Put articles into it, or leave it out.")
    return choose_columns(Path(shard.location.text), sample, names, language)


def read_articles(
    rows: Iterable[TableRow | InputError], shard: Shard, columns: TableColumns, options: ArticleOptions
) -> Iterator[tuple[int, ReceivedArticle | LeftOut | InputError]]:
    """The article of each row with the number of the row, or why it is none.

    Args:
        rows: of the shard.
        shard: by whose name articles are named that have no id.
        columns: of the articles.
        options: how they are read.

    Raises:
        InputError: for an error that ends the shard.
    """
    named = replace(columns, path=Path(f"{shard.name.replace('/', '-')}.jsonl"))
    first: dict[int, int] = {}
    for row in rows:
        if isinstance(row, InputError):
            if row.line is None:
                raise row
            yield row.line, row
            continue
        try:
            article = read_row(row, named, options)
        except InputError as error:
            yield row.number, error
            continue
        if isinstance(article, ReceivedArticle):
            earlier = first.setdefault(hash(article.id), row.number)
            if earlier != row.number:
                yield row.number, InputError(f"the id {article.id!r} is that of row {earlier:,}, too")
                continue
        yield row.number, article

"""Parquet tables of a release that are rows of plain values, written and read as streams.

Their schema holds the features of `datasets`, so that the labels have their names there and on the Hub. What is read
has exactly the columns that are written, or is refused.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError
from goldspan.export.parquet import WrittenTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    from datasets import Features

ROW_GROUP = 2_000  # rows that are in memory at once
READ = 500  # rows that are read at once
DAMAGED = "Get the release again, and compare it: sha256sum --check SHA256SUMS"

Row = dict[str, Any]


def write_rows(path: Path, rows: Iterable[Row], features: Features, spans: Callable[[Row], int]) -> WrittenTable:
    """Write a table, in row groups, all or nothing; no file at all where there are no rows.

    The bytes depend on the rows and the library versions alone.

    Args:
        path: the file.
        rows: a value per column, read once; a label is its class id.
        features: of the columns.
        spans: how many spans a row has.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = features.arrow_schema
    written = WrittenTable()
    stream = iter(rows)
    group = list(islice(stream, ROW_GROUP))
    if not group:
        return written
    with files.replacing(path) as out, pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group:
            table = pa.Table.from_pylist(group, schema=schema)
            writer.write_table(table)
            written.rows += len(group)
            written.spans += sum(map(spans, group))
            written.memory += table.nbytes
            group = list(islice(stream, ROW_GROUP))
    return written


def read_rows(path: Path, features: Features) -> Iterator[tuple[int, Row]]:
    """The rows of a table with their numbers, from 1.

    Args:
        path: the file.
        features: what its columns must be, with the names of the labels.

    Raises:
        InputError: for a file that is no such table, or is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with files.opened(path) as stream:
        try:
            table = pq.ParquetFile(stream, pre_buffer=False)
            _require_columns(table.schema_arrow, features, path)
            number = 0
            for batch in table.iter_batches(READ):
                batch.validate(full=True)
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
        except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
            why = " ".join(str(error).split())
            raise InputError(f"no table that can be read: {why:.120}", file=path, remedy=DAMAGED) from None


def row_error(path: Path, number: int, row: Mapping[str, Any], why: str) -> InputError:
    """An error about a row of a table.

    Args:
        path: the file.
        number: of the row, from 1.
        row: its values.
        why: what is wrong, without a full stop.
    """
    example = row.get("id")
    return InputError(
        f"row {number}: {why}", file=path, example=example if isinstance(example, str) else None, remedy=DAMAGED
    )


def _require_columns(schema: pa.Schema, features: Features, path: Path) -> None:
    from datasets import Features

    wanted = features.arrow_schema
    if [(one.name, one.type) for one in schema] != [(one.name, one.type) for one in wanted]:
        raise InputError(
            f"has other columns than those of this table: {', '.join(wanted.names)}", file=path, remedy=DAMAGED
        )
    if Features.from_arrow_schema(schema) != features:
        raise InputError("has other labels than those that release.json lists", file=path, remedy=DAMAGED)

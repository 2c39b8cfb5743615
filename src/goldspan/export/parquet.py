"""Parquet files of a dataset, written as a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.export.arrow import ArrowColumns, features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme
    from goldspan.tokens import Misaligned, Policy

ROW_GROUP = 10_000  # rows kept in memory at a time


@dataclass(slots=True)
class WrittenTable:
    """What was written to one file.

    Args:
        rows: how many examples.
        spans: how many spans.
        memory: bytes of the table in memory, as dataset cards give `num_bytes`.
        losses: the spans that tokens could not express.
    """

    rows: int = 0
    spans: int = 0
    memory: int = 0
    losses: list[Misaligned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A row of a table; an article without gold has no fold."""

    example: Example
    fold: int | None
    annotator: str | None = None


def write_table(
    path: Path, rows: Iterable[DatasetRow], scheme: LabelScheme, policy: Policy, *, annotator: bool = False
) -> WrittenTable:
    """Write a Parquet file of examples, in row groups, all or nothing.

    The bytes depend on the rows and the library versions alone.

    Args:
        path: the file.
        rows: the examples, in order, read once.
        scheme: the labels; a span with another label raises KeyError, which the checks prevent.
        policy: see `goldspan.tokens.tags`.
        annotator: whether the rows are those of passes.
    """
    import pyarrow.parquet as pq

    columns = ArrowColumns(scheme, policy)
    schema = features(scheme, annotator=annotator).arrow_schema
    written = WrittenTable()
    with files.replacing(path) as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            examples = [row.example for row in batch]
            names = [row.annotator or "" for row in batch] if annotator else None
            table, losses = columns.table(examples, [row.fold for row in batch], names)
            writer.write_table(table)
            written.rows += len(batch)
            written.spans += sum(len(example.spans) for example in examples)
            written.memory += table.nbytes
            written.losses += losses
    return written


def _batches(rows: Iterable[DatasetRow]) -> Iterator[list[DatasetRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, ROW_GROUP)):
        yield batch

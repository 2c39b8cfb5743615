"""Splits of a dataset folder, as `goldspan export` writes it: Parquet, with the names of the labels in the schema."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from goldspan import strict_json
from goldspan.errors import InputError
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

DATASET_FOLDERS = ("gold", "data", "")  # where the files of the default config lie
COLUMNS = ("id", "text", "spans")
DATASET_REMEDY = "Name a folder that `goldspan export` wrote."


def is_dataset(path: Path) -> bool:
    """Whether this is a Parquet file, or a folder with files of the default config."""
    if path.is_file():
        with contextlib.suppress(OSError), path.open("rb") as stream:  # what cannot be read is refused where it is read
            return stream.read(4) == b"PAR1"
        return False
    return path.is_dir() and bool(_dataset_files(path))


def scan_dataset(path: Path, split: str | None) -> Iterator[Record | InputError]:
    """Each row of a split as a record, or the error in its place.

    Args:
        path: the folder, or one Parquet file.
        split: its name; it may be left out where there is only one.

    Raises:
        InputError: if there is no such split, or a file is not of the shape above.
    """
    for file in [path] if path.is_file() else _split_files(path, split):
        names = _label_names(table := _read_table(file), file)
        at = table["at"].to_pylist() if "at" in table.column_names else [0] * len(table)
        columns = (table[name].to_pylist() for name in COLUMNS)
        for number, (name, text, spans, begin) in enumerate(zip(*columns, at, strict=True), start=1):
            try:
                yield Record(file, None, name, text, tuple(_raw_span(span, names) for span in spans), begin)
            except (IndexError, KeyError, TypeError):
                yield InputError(f"the spans of row {number} do not match its schema", file=file, example=name)


def _dataset_files(path: Path) -> list[Path]:
    candidates = (sorted((path / folder).glob("*.parquet")) for folder in DATASET_FOLDERS)
    return next((files for files in candidates if files), [])


def _split_files(path: Path, split: str | None) -> list[Path]:
    """The files of a split: `test.parquet`, or shards `test-00000-of-00002.parquet`."""
    splits: dict[str, list[Path]] = {}
    for file in _dataset_files(path):
        splits.setdefault(file.stem.split("-")[0], []).append(file)
    if split is None and len(splits) == 1:
        return next(iter(splits.values()))
    if split not in splits:
        missing = "it has several splits" if split is None else f"there is no split {split!r}"
        raise InputError(missing, file=path, remedy=f"Name one with --split: {', '.join(splits)}.")
    return splits[split]


def _read_table(file: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"no Parquet: {' '.join(str(error).split()):.120}", file=file, remedy=DATASET_REMEDY) from None
    for name in COLUMNS:
        if name not in table.column_names:
            raise InputError(f"there is no column {name!r}", file=file, remedy=DATASET_REMEDY)
    return table


def _label_names(table: pa.Table, file: Path) -> list[str]:
    """The names of the labels, by class id, from the features in the schema."""
    try:
        features: Any = strict_json.loads((table.schema.metadata or {})[b"huggingface"])["info"]["features"]
        names = features["spans"]["feature"]["label"]["names"]
    except (KeyError, TypeError, ValueError):
        raise InputError("its schema does not name the labels of `spans`", file=file, remedy=DATASET_REMEDY) from None
    return [str(name) for name in names]


def _raw_span(span: dict[str, Any], names: list[str]) -> RawSpan:
    if span["label"] < 0:
        raise IndexError
    return RawSpan(span["start"], span["end"], names[span["label"]], span.get("surface"))

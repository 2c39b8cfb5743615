"""The shards of an input: files, and parts of large ones, each of which is worked on by itself.

How an input is cut depends on the input and on the size of shards alone, not on how many work at it, so that a shard
has the same name and the same rows in every run. A JSONL file is cut at the ends of lines, a Parquet file at its row
groups; what is compressed as a whole is not cut.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from goldspan.bulk.locations import Location
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
SUFFIXES = (*LINES, *(f"{kind}{end}" for kind in LINES for end in COMPRESSIONS), PARQUET)
SHARD_SIZE = 16 * 1024**2  # bytes
BLOCK = 1 << 20  # bytes read at once
UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
RESERVED = ("ledger", "recipe", "failures")  # files of the output folder


@dataclass(frozen=True, order=True, slots=True)
class Shard:
    """A part of the input that is worked on by itself.

    Args:
        name: under which its results stand in the output folder, with slashes between folders.
        location: of the file.
        start, end: the bytes of the file that it has, `[start, end)`; of Parquet, in which its row groups begin.
        size: of the whole file, in bytes.
    """

    name: str
    location: Location
    start: int
    end: int
    size: int

    @property
    def is_whole_file(self) -> bool:
        """Whether it is all of its file."""
        return self.start == 0 and self.end == self.size

    @property
    def suffix(self) -> str:
        """The kind of its file: one of `SUFFIXES`."""
        return suffix_of(self.location.name) or ""

    @property
    def file(self) -> str:
        """The path of its file in the input, with slashes between folders."""
        stem = self.name if self.is_whole_file else self.name.rpartition(".")[0]
        return stem + self.location.name[len(self.location.name) - len(self.suffix) :]

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return str(self.location) if self.is_whole_file else f"{self.location}, bytes {self.start:,} to {self.end:,}"


def parse_size(text: str) -> int:
    """A number of bytes from `64MB`, `2 GiB` or `1000`, in powers of 1,024.

    Raises:
        InvalidValueError: for anything else, and for zero.
    """
    match = SIZE.fullmatch(text.strip())
    size = 0 if match is None else int(float(match[1]) * UNITS[match[2].upper()])
    if size < 1:
        raise InvalidValueError(
            f"{text!r} is no size", remedy="A size is a number of bytes, or one such as 64MB or 2GB."
        )
    return size


def suffix_of(name: str) -> str | None:
    """The suffix of a file's name by which it is read; None if it is not."""
    lower = name.lower()
    return next((suffix for suffix in SUFFIXES if lower.endswith(suffix)), None)


def find_shards(inputs: Sequence[str], size: int = SHARD_SIZE) -> list[Shard]:
    """The shards of an input, sorted by name.

    Args:
        inputs: files, folders, which are read with their subfolders, and patterns such as `news/2024-*.parquet`.
        size: about how many bytes a shard has at most.

    Raises:
        InputError: for what is not there or not read; for two files whose results would have one name.
    """
    found: dict[str, Shard] = {}
    for name, location in (item for text in inputs for item in _files(text)):
        suffix = suffix_of(name)
        assert suffix is not None
        stem = name[: -len(suffix)]
        for shard in _cut(stem, location, suffix, size):
            other = found.setdefault(shard.name.casefold(), shard)
            if other != shard:
                raise InputError(
                    f"would have results of the same name as {other.location}: {shard.name}",
                    file=str(location),
                    remedy="Rename one of the two, or work on them one after the other.",
                )
    return sorted(found.values())


def digest_of(shard: Shard) -> str:
    """The SHA-256 of the bytes that decide what a shard holds, in hexadecimal.

    They are those of the file that it has; of a part of a Parquet file those of its row groups, and the footer.

    Raises:
        InputError: if the file cannot be read.
    """
    digest = hashlib.sha256()
    with shard.location.opened() as stream:
        for start, end in _extents(shard, stream):
            stream.seek(start)
            left = end - start
            while left and (block := stream.read(min(BLOCK, left))):
                digest.update(block)
                left -= len(block)
    return digest.hexdigest()


def _extents(shard: Shard, stream: BinaryIO) -> Iterator[tuple[int, int]]:
    yield shard.start, shard.end
    if shard.suffix == PARQUET and not shard.is_whole_file:
        stream.seek(-8, 2)
        yield shard.size - 8 - int.from_bytes(stream.read(4), "little"), shard.size


def _files(text: str) -> Iterator[tuple[str, Location]]:
    """The files of an input, each with the name that it has in it."""
    location = Location.of(text)
    if "*" in text or "?" in text or "[" in text:
        raise NotImplementedError
    if not location.exists():
        raise InputError("there is no such file or folder", file=text, remedy="Check how the path is spelt.")
    kinds = ", ".join(SUFFIXES)
    if not location.is_folder():
        if suffix_of(location.name) is None:
            raise InputError(f"not one of {kinds}", file=text, remedy="Convert it, or name another file.")
        yield location.name, location
        return
    names = [name for name in location.files_inside() if suffix_of(name)]
    if not names:
        raise InputError(f"the folder holds no {kinds}", file=text, remedy="Name a folder or file with articles.")
    for name in names:
        yield name, location / name


def _cut(stem: str, location: Location, suffix: str, size: int) -> list[Shard]:
    if stem.casefold() in RESERVED:
        remedy = "Rename the file."
        raise InputError(f"its results would be named {stem}, as another file there", file=str(location), remedy=remedy)
    whole = location.size()
    if whole <= size or suffix not in (*LINES, PARQUET):
        return [Shard(stem, location, 0, whole, whole)]
    starts = _row_groups(location, size) if suffix == PARQUET else _line_starts(location, whole, size)
    edges = [*starts, whole]
    if len(starts) == 1:
        return [Shard(stem, location, 0, whole, whole)]
    return [
        Shard(f"{stem}.{number:05}", location, start, end, whole)
        for number, (start, end) in enumerate(pairwise(edges), 1)
    ]


def _line_starts(location: Location, whole: int, size: int) -> list[int]:
    """Where the shards of a file of lines begin: at the first line that begins at or behind each multiple of a size."""
    starts = [0]
    with location.opened() as stream:
        for edge in range(size, whole, size):
            stream.seek(edge - 1)
            position = edge - 1
            while line := stream.readline(BLOCK):
                position += len(line)
                if line.endswith(b"\n"):
                    break
            if starts[-1] < position < whole:
                starts.append(position)
    return starts


def _row_groups(location: Location, size: int) -> list[int]:
    """Where the shards of a Parquet file begin: at row groups, as many in each as have about this size."""
    starts: list[int] = []
    for begin in row_group_starts(location):
        if not starts or begin - starts[-1] >= size:
            starts.append(begin)
    return [0, *starts[1:]]


def row_group_starts(location: Location) -> list[int]:
    """The byte at which each row group of a Parquet file begins.

    Raises:
        InputError: if it is none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with location.opened() as stream:
            metadata = pq.read_metadata(stream)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"not a Parquet file: {error}", file=str(location), remedy="Write the file again.") from None
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return [min(_chunk_start(group.column(n)) for n in range(group.num_columns)) for group in groups]


def _chunk_start(chunk: object) -> int:
    dictionary = getattr(chunk, "dictionary_page_offset", None)
    data: int = chunk.data_page_offset  # type: ignore[attr-defined]
    return data if not dictionary else min(dictionary, data)


def total_size(shards: Iterable[Shard]) -> int:
    """How many bytes some shards have."""
    return sum(shard.end - shard.start for shard in shards)

"""The shards of an input: files, and parts of large ones, each of which is worked on by itself.

How an input is cut depends on the input and on the size of shards alone, not on how many work at it, so that a shard
has the same name and the same rows in every run. A JSONL file is cut into parts of equal size, without a look into it:
a part has the lines that begin in it. A Parquet file is cut at its row groups. What is compressed as a whole is not
cut, and neither is a file of which a server gives no parts.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

from goldspan.bulk.locations import MAGIC, Location
from goldspan.corpus.manifest import RESERVED
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
SUFFIXES = (*LINES, *(f"{kind}{end}" for kind in LINES for end in COMPRESSIONS), PARQUET)
SHARD_SIZE = 16 * 1024**2  # bytes
BLOCK = 1 << 20  # bytes read at once
PARALLEL_LOOKS = 16  # files at an address that are looked at together
UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
SUGGESTIONS, REJECTS = ".jsonl", ".rejects.jsonl"  # the files of a shard in the output folder
LEDGER, RECIPE = "ledger.jsonl", "recipe.json"  # whose being there tells an output folder
PART = re.compile(r"\.\d{5,}$")  # what is put behind the name of a file for a part of it
UNSAFE = re.compile(r"[^\w.=+, -]")  # in a name on some file system or object store
OWN_NAME = re.compile(
    r"ledger|recipe|failures|.*\.rejects|.*\.\d{5,}", re.IGNORECASE
)  # what other names there look like
LONGEST_PART = 120  # bytes of a part of a name; a file system may take 255 with what is put behind
APART = "Name another folder for --output."


@dataclass(frozen=True, order=True, slots=True)
class Shard:
    """A part of the input that is worked on by itself.

    Args:
        name: under which its results stand in the output folder, with slashes between folders.
        location: of the file.
        start, end: the bytes of the file that it has, `[start, end)`; those in which its lines or row groups begin.
        size: of the whole file, in bytes.
        file: the path of the file in the input, with slashes between folders.
        fault: why the file could not be looked at, in words; then the shard fails.
    """

    name: str
    location: Location
    start: int
    end: int
    size: int
    file: str = ""
    fault: str | None = None

    @property
    def file_name(self) -> str:
        """The name without the number of the part: the same for all parts of a file, however it is cut."""
        return PART.sub("", self.name)

    @property
    def is_whole_file(self) -> bool:
        """Whether it is all of its file."""
        return self.start == 0 and self.end == self.size

    @property
    def suffix(self) -> str:
        """The kind of its file: one of `SUFFIXES`."""
        return suffix_of(self.location.name) or ""

    @property
    def compression(self) -> str | None:
        """How its file is compressed: one of the values of `COMPRESSIONS`; None if it is not."""
        return next((kind for end, kind in COMPRESSIONS.items() if self.suffix.endswith(end)), None)

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return str(self.location) if self.is_whole_file else f"{self.location}, bytes {self.start:,} to {self.end:,}"

    def require_no_fault(self) -> None:
        """Refuse a shard whose file could not be looked at.

        Raises:
            InputError: with the reason.
        """
        if self.fault is not None:
            raise InputError(self.fault, file=str(self.location), remedy="Run the command again once it can be read.")


@dataclass(frozen=True, kw_only=True)
class _FoundFile:
    """A file of the input.

    Args:
        root: the folder from which it was found.
        name: in it.
        location: of the file.
        size: in bytes; None if it is not known.
        is_named: whether it was named itself, not found in a folder.
    """

    root: Location
    name: str
    location: Location
    size: int | None
    is_named: bool = False


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
        InputError: for what is not there or not read. A file in a folder that cannot be looked at is a shard with a
            fault.
    """
    found = list({file.location: file for text in inputs for file in _files(text)}.values())
    paths = _paths(found)
    remote: list[tuple[_FoundFile, str, str]] = []
    here: list[tuple[_FoundFile, str, str]] = []
    for file, path, name in zip(found, paths, _names(found, paths), strict=True):
        is_apart = file.location.is_address and file.location.has_parallel_access
        (remote if is_apart else here).append((file, path, name))
    with ThreadPoolExecutor(PARALLEL_LOOKS) as pool:  # a thread starts where one is needed
        cut = list(pool.map(lambda task: _cut(*task, size=size), remote))
    cut += [_cut(*task, size=size) for task in here]
    shards = sorted(shard for parts in cut for shard in parts)
    if all(shard.fault is not None for shard in shards):
        shards[0].require_no_fault()
    return shards


def require_apart(shards: Iterable[Shard], output: Location) -> None:
    """Refuse an output folder in which results would take the place of the input, or be read with it.

    Raises:
        InputError: for one.
    """
    folder = output.resolved()
    for shard in shards:
        file = shard.location.resolved()
        if file.parent == folder or file in {folder / f"{shard.name}{end}" for end in (SUGGESTIONS, REJECTS)}:
            raise InputError("is a folder of the input", file=str(output), remedy=APART)


def digest_of(shard: Shard) -> str:
    """The SHA-256 of the bytes that decide what a shard holds, in hexadecimal.

    They are those of its lines, or of the file if it is compressed; of a part of a Parquet file those of its row
    groups, and the footer.

    Raises:
        InputError: if the file cannot be read.
    """
    shard.require_no_fault()
    digest = hashlib.sha256()
    with shard.location.opened() as stream:
        for start, end in _extents(shard, stream):
            stream.seek(start)
            left = end - start
            while left and (block := stream.read(min(BLOCK, left))):
                digest.update(block)
                left -= len(block)
    return digest.hexdigest()


def first_line(shard: Shard, stream: BinaryIO) -> int:
    """The byte at which the first line of a shard begins; its end if none begins in it."""
    return _next_line(stream, shard.start, shard.end) if shard.start else 0


def _extents(shard: Shard, stream: BinaryIO) -> Iterator[tuple[int, int]]:
    if shard.is_whole_file:
        yield 0, shard.size
    elif shard.suffix == PARQUET:
        yield shard.start, shard.end
        stream.seek(-8, 2)
        yield shard.size - 8 - int.from_bytes(stream.read(4), "little"), shard.size
    elif (start := first_line(shard, stream)) < shard.end:
        yield start, _next_line(stream, shard.end, shard.size)


def _next_line(stream: BinaryIO, position: int, limit: int) -> int:
    """The first byte from a position on at which a line begins; the limit if none begins before it."""
    at = position - 1
    stream.seek(at)
    while at < limit and (line := stream.readline(BLOCK)):
        at += len(line)
        if line.endswith(b"\n"):
            break
    return min(at, limit)


def _files(text: str) -> Iterator[_FoundFile]:
    """The files of an input."""
    location = Location.of(text)
    kinds = ", ".join(SUFFIXES)
    if location.exists():
        if not location.is_folder():
            if suffix_of(location.name) is None:
                raise InputError(f"not one of {kinds}", file=str(location), remedy="Convert it, or name another file.")
            yield _FoundFile(root=location.parent, name=location.name, location=location, size=None, is_named=True)
            return
        root, sizes, what = location, location.sizes_inside(), "the folder holds"
    elif any(MAGIC.search(part) for part in location.parts[1:]):
        root, sizes = location.sizes_matching()
        what = "the pattern matches"
    else:
        raise InputError("there is no such file or folder", file=str(location), remedy="Check how it is spelt.")
    outputs = _output_folders(root, sizes)
    if "" in outputs:
        remedy = "Name the folder of the articles, and another one for --output."
        raise InputError("holds the results of a run, not articles", file=str(root), remedy=remedy)
    names = [name for name in sizes if suffix_of(name) and not any(name.startswith(folder) for folder in outputs)]
    if not names:
        raise InputError(f"{what} no {kinds}", file=str(location), remedy="Name a folder or file with articles.")
    for name in names:
        yield _FoundFile(root=root, name=name, location=root / name, size=sizes[name])


def _output_folders(root: Location, names: Iterable[str]) -> list[str]:
    """The folders, with a slash behind them, that hold the results of a run and are no input."""
    ledgers = (name for name in names if name.rpartition("/")[2] == LEDGER)
    folders = (name.removesuffix(LEDGER) for name in ledgers)
    return [folder for folder in folders if (root / f"{folder}{RECIPE}").exists()]


def _paths(found: Sequence[_FoundFile]) -> list[str]:
    """The path of each file from the folder in which all are that were named; one for each kind of address."""
    roots = {root: root.parts for root in {file.root for file in found}}
    common: dict[str, tuple[str, ...]] = {}
    for parts in roots.values():
        before = common.setdefault(parts[0], parts)
        differ = (number for number, (a, b) in enumerate(zip(before, parts, strict=False)) if a != b)
        common[parts[0]] = before[: next(differ, min(len(before), len(parts)))]
    folders = {root: "".join(f"{part}/" for part in parts[len(common[parts[0]]) :]) for root, parts in roots.items()}
    paths = [f"{folders[file.root]}{file.name}" for file in found]
    return [unquote(path) if file.root.is_web else path for path, file in zip(paths, found, strict=True)]


def _names(found: Sequence[_FoundFile], paths: Sequence[str]) -> list[str]:
    """The name of each file in the output folder: its path without the suffix.

    It is safe on all systems, and no other file's, whatever their letters' case. Where two would have one name, a
    digest of the path stands behind it.
    """
    names = ["/".join(map(_safe, _stem(path).split("/"))) for path in paths]
    same_names: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        same_names[_key(name)].append(number)
    for number in (number for numbers in same_names.values() if len(numbers) > 1 for number in numbers):
        names[number] += f"-{_short_digest(paths[number])}"
    keys: dict[str, _FoundFile] = {}
    for name, file in zip(names, found, strict=True):
        other = keys.setdefault(_key(name), file)
        if other != file:
            raise InputError(
                f"would have results of the same name as {other.location}: {name}",
                file=str(file.location),
                remedy="Rename one of the two, or work on them one after the other.",
            )
    return names


def _key(name: str) -> str:
    """What two names have in common that one file system, or the ids of articles, do not tell apart."""
    return unicodedata.normalize("NFC", name).replace("/", "-").casefold()


def _stem(path: str) -> str:
    return path[: -len(suffix_of(path) or "") or None]


def _safe(part: str) -> str:
    """A part of a path as it may stand in a name on every system; with a digest behind it if that is another."""
    safe = UNSAFE.sub("_", unicodedata.normalize("NFC", part))
    safe = re.sub(r"^[.\s]|[.\s]$", "_", f"_{safe}" if RESERVED.fullmatch(safe) else safe)
    while len(safe.encode()) > LONGEST_PART:
        safe = safe[:-1]
    if safe == part and not OWN_NAME.fullmatch(part):
        return part
    return f"{safe}-{_short_digest(part)}"


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _cut(file: _FoundFile, path: str, name: str, *, size: int) -> list[Shard]:
    """The shards of a file."""
    location, suffix, whole = file.location, suffix_of(file.name), file.size
    path = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        whole = location.size() if whole is None else whole
        is_cut = whole > size and suffix in (*LINES, PARQUET) and location.has_ranges()
        edges = [0, whole]
        if is_cut:
            edges = _row_group_edges(location, whole, size) if suffix == PARQUET else _equal_edges(whole, size)
    except InputError as error:
        if file.is_named:
            raise
        return [Shard(name, location, 0, whole or 0, whole or 0, path, error.message)]
    if len(edges) == 2:
        return [Shard(name, location, 0, whole, whole, path)]
    width = max(5, len(str(len(edges))))
    return [
        Shard(f"{name}.{number:0{width}}", location, start, end, whole, path)
        for number, (start, end) in enumerate(pairwise(edges), 1)
    ]


def _equal_edges(whole: int, size: int) -> list[int]:
    count = -(-whole // size)
    return [whole * number // count for number in range(count + 1)]


def _row_group_edges(location: Location, whole: int, size: int) -> list[int]:
    """Where the shards of a Parquet file begin and end: at row groups, as many in each as have about this size."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with location.opened() as stream:
            starts = row_group_starts(pq.read_metadata(stream))
    except (pa.ArrowException, OSError, ValueError):  # whoever works on it tells what is wrong with it
        return [0, whole]
    edges = [0]
    for start, end in pairwise([*starts, whole]):
        if end - edges[-1] > size and start > edges[-1] and start != starts[0]:
            edges.append(start)
    return [*edges, whole]


def row_group_starts(metadata: Any) -> list[int]:  # noqa: ANN401  (pyarrow's types are not imported here)
    """The byte at which each row group of a Parquet file begins; empty if they do not follow one another.

    Args:
        metadata: of the file, as pyarrow has it.
    """
    extents = [_row_group_extent(metadata.row_group(number)) for number in range(metadata.num_row_groups)]
    follow = all(0 < start < end for start, end in extents) and all(a[1] <= b[0] for a, b in pairwise(extents))
    return [start for start, _ in extents] if follow else []


def _row_group_extent(group: Any) -> tuple[int, int]:  # noqa: ANN401  (pyarrow's types are not imported here)
    chunks = [group.column(number) for number in range(group.num_columns)]
    offsets = [(chunk.data_page_offset, chunk.dictionary_page_offset or chunk.data_page_offset) for chunk in chunks]
    starts = [min(pair) for pair in offsets]
    ends = [start + chunk.total_compressed_size for start, chunk in zip(starts, chunks, strict=True)]
    return min(starts, default=0), max(ends, default=0)


def row_groups_of(shard: Shard, metadata: Any) -> list[int]:  # noqa: ANN401  (pyarrow's types are not imported here)
    """The numbers of the row groups of a Parquet file that a shard has.

    Args:
        shard: of the file.
        metadata: of the file, as pyarrow has it.
    """
    if shard.is_whole_file:
        return list(range(metadata.num_row_groups))
    return [number for number, at in enumerate(row_group_starts(metadata)) if shard.start <= at < shard.end]


def total_size(shards: Iterable[Shard]) -> int:
    """How many bytes some shards have."""
    return sum(shard.end - shard.start for shard in shards)

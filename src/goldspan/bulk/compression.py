"""Streams of compressed files, as a stream of what they hold.

A file may hold several streams, one behind the other, as `cat a.gz b.gz`, `pbzip2`, and Common Crawl make them. One
that ends too early, or holds anything else behind, is an error: what was read until then is not all of it.
"""

from __future__ import annotations

import hashlib
import io
from bz2 import BZ2Decompressor
from lzma import LZMADecompressor, LZMAError
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

BLOCK = 1 << 18  # bytes
SKIPPABLE = tuple(bytes([first, 0x2A, 0x4D, 0x18]) for first in range(0x50, 0x60))  # frames of zstd without content
BEGINNINGS = {
    "gzip": (b"\x1f\x8b",),
    "bz2": (b"BZh",),
    "xz": (b"\xfd7zXZ\0",),
    "zstd": (b"\x28\xb5\x2f\xfd", *SKIPPABLE),
}
DECOMPRESSORS = {"bz2": BZ2Decompressor, "xz": LZMADecompressor}  # pyarrow has no xz, and fails at an empty bz2
WHOLE_AGAIN = "Fetch or write the file again: it is damaged, or not complete."


class DigestedStream(io.RawIOBase):
    """A stream that is read from its beginning to its end, and knows the SHA-256 of what was read.

    Args:
        stream: of bytes.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0  # bytes that were read

    def readable(self) -> bool:
        """That it is one to read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read as many bytes as there are and fit."""
        view = memoryview(buffer).cast("B")
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal."""
        return self._digest.hexdigest()


def decompressed(stream: io.RawIOBase, kind: str, place: str) -> BinaryIO:
    """A stream of what a compressed stream holds.

    Args:
        stream: at its beginning.
        kind: `gzip`, `bz2`, `xz` or `zstd`.
        place: the file, for messages.

    Raises:
        InputError: if it is not compressed so; from the stream, if it is damaged.
    """
    source = io.BufferedReader(stream, BLOCK)
    beginning = source.peek(len(BEGINNINGS["xz"][0]))
    if not beginning:
        raise InputError("the file is empty, which no compressed file is", file=place, remedy=WHOLE_AGAIN)
    if not beginning.startswith(BEGINNINGS[kind]):
        remedy = "Name the file after what it is: its suffix says how it is compressed."
        raise InputError(f"it is not compressed with {kind}", file=place, remedy=remedy)
    return cast("BinaryIO", io.BufferedReader(_Decompressed(cast("BinaryIO", source), kind, place), BLOCK))


class _Decompressed(io.RawIOBase):
    def __init__(self, source: BinaryIO, kind: str, place: str) -> None:
        super().__init__()
        self._kind, self._place = kind, place
        self._reader = _reader(source, kind)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data: bytes = self._reader.read(len(view))
        except (OSError, EOFError, LZMAError) as error:
            words = str(error).rstrip(".") or "it ends too early"
            raise InputError(f"not all of it is {self._kind}: {words}", file=self._place, remedy=WHOLE_AGAIN) from None
        view[: len(data)] = data
        return len(data)


def _reader(source: BinaryIO, kind: str) -> Any:  # noqa: ANN401  (pyarrow's types are not imported here)
    if kind in DECOMPRESSORS:
        return _StreamsReader(source, DECOMPRESSORS[kind])
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(source, "r"), kind)


class _StreamsReader:
    """What the streams of a file hold; unlike `bz2` and `lzma`, it passes over nothing behind them that is none.

    Args:
        source: the file.
        new_decompressor: makes that of a stream.
    """

    def __init__(self, source: BinaryIO, new_decompressor: Callable[[], BZ2Decompressor | LZMADecompressor]) -> None:
        self._source = source
        self._new_decompressor = new_decompressor
        self._decompressor = new_decompressor()

    def read(self, length: int) -> bytes:
        while True:
            block = b""
            if self._decompressor.eof:
                block = self._next_stream()
                if not block:
                    return b""
                self._decompressor = self._new_decompressor()
            elif self._decompressor.needs_input and not (block := self._source.read(BLOCK)):
                raise EOFError("truncated compressed stream")
            if data := self._decompressor.decompress(block, length):
                return data

    def _next_stream(self) -> bytes:
        """The beginning of the next stream, without the padding before it."""
        rest = self._decompressor.unused_data.lstrip(b"\0")
        while not rest and (block := self._source.read(BLOCK)):
            rest = block.lstrip(b"\0")
        return rest

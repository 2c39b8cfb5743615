"""Streams of compressed files, as a stream of what they hold.

A file may hold several streams, one behind the other, as `cat a.gz b.gz`, `pbzip2`, and Common Crawl make them. One
that ends too early, or holds anything else behind, is an error: what was read until then is not all of it.
"""

from __future__ import annotations

import hashlib
import io
import lzma
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from goldspan.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 18  # bytes
SKIPPABLE = tuple(bytes([first, 0x2A, 0x4D, 0x18]) for first in range(0x50, 0x60))  # frames of zstd without content
BEGINNINGS = {
    "gzip": (b"\x1f\x8b",),
    "bz2": (b"BZh",),
    "xz": (b"\xfd7zXZ\0",),
    "zstd": (b"\x28\xb5\x2f\xfd", *SKIPPABLE),
}
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
        self._reader = _XzReader(source) if kind == "xz" else _arrow_reader(source, kind)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data: bytes = self._reader.read(len(view))
        except (OSError, EOFError, lzma.LZMAError) as error:
            words = str(error).rstrip(".") or "it ends too early"
            raise InputError(f"not all of it is {self._kind}: {words}", file=self._place, remedy=WHOLE_AGAIN) from None
        view[: len(data)] = data
        return len(data)


def _arrow_reader(source: BinaryIO, kind: str) -> Any:  # noqa: ANN401  (pyarrow's types are not imported here)
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(source, "r"), kind)


class _XzReader:
    """What the streams of a file of xz hold; unlike `lzma.LZMAFile` it passes over nothing that is no such stream."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ)

    def read(self, length: int) -> bytes:
        while True:
            if self._decompressor.eof:
                rest = self._decompressor.unused_data.lstrip(b"\0")  # padding
                while not rest and (block := self._source.read(BLOCK)):
                    rest = block.lstrip(b"\0")
                if not rest:
                    return b""
                self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ)
                data = self._decompressor.decompress(rest, length)
            elif self._decompressor.needs_input:
                block = self._source.read(BLOCK)
                if not block:
                    raise EOFError("Truncated compressed stream")
                data = self._decompressor.decompress(block, length)
            else:
                data = self._decompressor.decompress(b"", length)
            if data:
                return data

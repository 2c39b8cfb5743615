"""Compressed files of lines: all of them or an error, in little memory."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tracemalloc

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.bulk.compression import DigestedStream, decompressed
from goldspan.bulk.shard_rows import ShardReading
from goldspan.bulk.shards import digest_of, find_shards
from goldspan.errors import InputError


def zstd(data):
    return pa.compress(data, codec="zstd", asbytes=True)


COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}
KINDS = {"gz": "gzip", "bz2": "bz2", "xz": "xz", "zst": "zstd"}
LINES = b"".join(json.dumps({"text": f"Text number {number} in a file."}).encode() + b"\n" for number in range(5000))
every = pytest.mark.parametrize("end", COMPRESS)


def shard_of(folder, end, data):
    path = folder / f"news.jsonl.{end}"
    path.write_bytes(data)
    (shard,) = find_shards([str(path)], 100)
    return shard


def error_of(shard):
    """The error with which a shard ends, and how many rows stand before it."""
    *rows, error = ShardReading(shard).rows()
    assert isinstance(error, InputError)
    assert error.line is None
    assert str(shard.location) in str(error)
    return error.message, len(rows)


def content(data, end):
    return decompressed(DigestedStream(io.BytesIO(data)), KINDS[end], "news").read()


@every
def test_a_compressed_file_is_one_shard_with_all_rows_and_the_digest_of_its_bytes(tmp_path, end):
    data = COMPRESS[end](LINES)
    shard = shard_of(tmp_path, end, data)
    reading = ShardReading(shard)
    rows = list(reading.rows())
    assert [row.values["text"] for row in rows] == [json.loads(line)["text"] for line in LINES.splitlines()]
    assert reading.digest == digest_of(shard) == hashlib.sha256(data).hexdigest()
    assert reading.bytes == len(data)
    assert LINES[rows[7].at :].startswith(b'{"text": "Text number 7 ')


@every
@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_streams_one_behind_the_other_are_read_to_the_end(end, parts):
    assert content(b"".join(COMPRESS[end](part) for part in parts), end) == b"".join(parts)


@every
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_ends_too_early_is_not_taken_for_a_whole_one(tmp_path, end, kept):
    data = COMPRESS[end](LINES)
    message, _ = error_of(shard_of(tmp_path, end, data[: int(len(data) * kept)]))
    assert message.startswith(f"not all of it is {KINDS[end]}: ")


@every
def test_a_second_stream_that_ends_too_early_is_an_error(tmp_path, end):
    data = COMPRESS[end](LINES)
    message, _ = error_of(shard_of(tmp_path, end, data + data[: len(data) // 2]))
    assert message.startswith("not all of it is")


@every
@pytest.mark.parametrize(
    "behind", [b"garbage", b'{"text": "x"}\n', b"\x1f\x8b"], ids=["garbage", "a line", "half a head"]
)
def test_what_stands_behind_and_is_no_stream_is_an_error(tmp_path, end, behind):
    message, _ = error_of(shard_of(tmp_path, end, COMPRESS[end](LINES) + behind))
    assert message.startswith("not all of it is")


@every
def test_a_changed_byte_is_an_error(tmp_path, end):
    data = bytearray(COMPRESS[end](LINES))
    data[len(data) // 2] ^= 0xFF
    assert error_of(shard_of(tmp_path, end, bytes(data)))[0].startswith("not all of it is")


@every
@pytest.mark.parametrize("data", [LINES, b"", b"PAR1", b"\x1f"], ids=["lines", "empty", "Parquet", "a byte"])
def test_a_file_that_is_not_compressed_as_its_name_says_is_refused(tmp_path, end, data):
    message, rows = error_of(shard_of(tmp_path, end, data))
    assert rows == 0
    assert message == (
        "the file is empty, which no compressed file is" if not data else f"it is not compressed with {KINDS[end]}"
    )


@every
def test_a_compressed_file_with_the_name_of_lines_is_refused_in_every_part(tmp_path, end):
    path = tmp_path / "news.jsonl"
    path.write_bytes(COMPRESS[end](LINES))
    for shard in find_shards([str(path)], 5000):
        message, rows = error_of(shard)
        assert (message, rows) == ("not a text in UTF-8", 0)


def test_padding_of_xz_and_skippable_frames_of_zstd_are_passed_over():
    skippable = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    assert content(skippable + zstd(b"a\n") + skippable + zstd(b"b\n"), "zst") == b"a\nb\n"
    assert content(lzma.compress(b"a\n") + b"\0" * 400_000 + lzma.compress(b"b\n") + b"\0" * 8, "xz") == b"a\nb\n"


@every
def test_memory_does_not_grow_with_the_content(end):
    data = COMPRESS[end]((b'{"text": "' + b"x" * 1000 + b'"}\n') * 30_000)
    tracemalloc.start()
    stream = decompressed(DigestedStream(io.BytesIO(data)), KINDS[end], "news")
    assert sum(len(line) for line in stream) > 30_000_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000  # of which the dictionary of xz takes 8

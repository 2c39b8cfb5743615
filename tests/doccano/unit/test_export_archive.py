"""The ZIP of an export: a hostile one is refused, a sound one read row by row."""

import io
import json
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano import export_archive
from goldspan.doccano.export_archive import ExportArchive
from goldspan.errors import ServerError

ROW = b'{"id": 1}\n'


def packed(parts, *, pack=zipfile.ZIP_DEFLATED):
    """A ZIP of names, or of `ZipInfo`, and contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", pack) as made:
        for name, content in parts:
            made.writestr(name, content)
    return data.getvalue()


def info(name, mode=0o100644, **fields):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    for key, value in fields.items():
        setattr(made, key, value)
    return made


@pytest.fixture
def read(tmp_path):
    """The rows of the parts of a ZIP, given its bytes."""

    def rows(data, **limits):
        (tmp_path / "export.zip").write_bytes(data)
        with ExportArchive(tmp_path / "export.zip", **limits) as archive:
            return {name: list(archive.rows(name)) for name in archive.names}

    yield rows
    assert [path.name for path in tmp_path.rglob("*")] == ["export.zip"], "something was unpacked"


def test_rows_come_with_their_line_numbers(read):
    data = packed([("ann.jsonl", b'{"id": 1}\n\n{"id": 2, "text": "a\xe2\x80\xa8b\xc2\x85c"}\n'), ("bob.jsonl", b"\n")])
    assert read(data) == {"ann": [(1, {"id": 1}), (3, {"id": 2, "text": "a\u2028b\x85c"})], "bob": []}


def test_the_export_of_a_project_without_members_has_no_parts(read):
    assert read(packed([])) == {}


def test_a_last_line_needs_no_end(read):
    assert read(packed([("ann.jsonl", b'{"id": 1}')])) == {"ann": [(1, {"id": 1})]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/etc/cron.d/x.jsonl", "is a path"),
        ("../../x.jsonl", "is a path"),
        ("a/b.jsonl", "is a path"),
        ("passes/", "is a path"),
        ("a\0b.jsonl", "is a path"),
        ("x.json", "is not called <user>.jsonl"),
        ("x.jsonl.exe", "is not called"),
        (".jsonl", "is not called"),
        ("x.JSONL", "is not called"),
        ("", "is not called"),
    ],
)
def test_a_name_that_is_not_a_users_is_refused(read, name, expected):
    made = info("x")
    made.filename = made.orig_filename = name
    with pytest.raises(ServerError, match=expected):
        read(packed([(made, ROW)]))


@pytest.mark.parametrize("name", ["..", "~root", "-rf", "con", "Ünal", "a.b@c+d", "bob smith", "\u202eann", "\n",
                                  "DOMAIN\\ann", "C:\\x"])  # fmt: skip
def test_an_odd_user_name_is_data(read, name):
    assert read(packed([(f"{name}.jsonl", ROW)])) == {name: [(1, {"id": 1})]}


def test_a_name_in_a_message_is_short_and_plain(read):
    with pytest.raises(ServerError) as caught:
        read(packed([("\x1b[31m" + "é" * 1000, ROW)]))
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o010644, 0o020644, 0o060644, 0o140755])
def test_a_link_or_a_device_is_refused(read, mode):
    with pytest.raises(ServerError, match="is not a plain file"):
        read(packed([(info("ann.jsonl", mode), b"/etc/passwd")]))


def test_two_parts_of_one_name_are_refused(read):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = packed([("ann.jsonl", ROW), ("ann.jsonl", ROW)])
    with pytest.raises(ServerError, match="two parts of one name"):
        read(data)


@pytest.mark.parametrize(("first", "second"), [("ann", "Ann"), ("straße", "STRASSE"), ("é", "e\u0301")])
def test_users_whose_names_differ_only_in_case_are_two(read, first, second):
    assert read(packed([(f"{first}.jsonl", ROW), (f"{second}.jsonl", b"")])) == {first: [(1, {"id": 1})], second: []}


@pytest.mark.parametrize("name", ["DOM/ann", "/etc/ann", "../ann", "a\0b", "ж" * 150, "n" * 250])
def test_a_user_whose_work_doccano_writes_elsewhere_is_refused_before_the_export(name):
    with pytest.raises(ServerError, match="cannot export the work of") as caught:
        export_archive.require_exportable(["ann", name])
    assert "/admin/" in caught.value.remedy
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", ["DOM\\ann", "ann@example.org", "Ann Lee", "ж" * 120, "n" * 150, "ann.", "..", "all"])
def test_any_other_user_is_exported(name):
    export_archive.require_exportable([name])


def test_an_export_without_a_members_part_is_refused():
    export_archive.require_exported(["ann"], ["ann", "Ann"])
    with pytest.raises(ServerError, match="lacks the work of 'Ann'"):
        export_archive.require_exported(["ann", "Ann"], ["ann"])


def test_too_many_parts_are_refused(read):
    data = packed([(f"{number}.jsonl", b"") for number in range(export_archive.MAX_PARTS + 1)])
    with pytest.raises(ServerError, match="1001 parts"):
        read(data)


def headers(data, at_local, at_central, field):
    """The ZIP with two bytes or four replaced in the header of its first part and in its directory."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    made = bytearray(data)
    for place in (local + at_local, central + at_central):
        made[place : place + len(field)] = field
    return bytes(made)


@pytest.mark.parametrize("bits", [0x1, 0x40, 0x41])
def test_an_encrypted_part_is_refused(read, bits):
    with pytest.raises(ServerError, match="is encrypted"):
        read(headers(packed([("ann.jsonl", ROW)]), 6, 8, struct.pack("<H", bits)))


@pytest.mark.parametrize("pack", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_packing_is_refused(read, pack):
    with pytest.raises(ServerError, match="compressed in a way"):
        read(packed([("ann.jsonl", ROW)], pack=pack))


def test_a_zip_bomb_is_refused_before_it_is_read(read, monkeypatch):
    monkeypatch.setattr(export_archive, "ANY_RATIO", 1 << 20)
    with pytest.raises(ServerError, match=r"would grow from [0-9]+ to 2097152 bytes"):
        read(packed([("ann.jsonl", b" " * (2 << 20))]))


def test_more_than_the_limit_is_refused_before_it_is_read(read):
    with pytest.raises(ServerError, match="would unpack to 2000 bytes, more than 1999"):
        read(packed([("ann.jsonl", b" " * 1000), ("bob.jsonl", b" " * 1000)]), max_total=1999)


def test_a_part_larger_than_its_header_states_is_refused(read):
    data = headers(packed([("ann.jsonl", ROW * 1000)]), 22, 24, struct.pack("<I", 100))
    with pytest.raises(ServerError, match="the part 'ann' of the export cannot be read"):
        read(data)


def test_the_bytes_read_are_counted_whatever_the_headers_state(tmp_path):
    (tmp_path / "x.zip").write_bytes(packed([("ann.jsonl", ROW * 100), ("bob.jsonl", ROW * 100)]))
    with ExportArchive(tmp_path / "x.zip", max_total=2000) as archive:
        assert len(list(archive.rows("ann"))) == 100
        archive._left -= 1
        with pytest.raises(ServerError, match="too large"):
            list(archive.rows("bob"))


def test_a_line_without_end_is_refused(read, monkeypatch):
    monkeypatch.setattr(export_archive, "MAX_LINE", 100)
    with pytest.raises(ServerError, match="too large to be one"):
        read(packed([("ann.jsonl", b'{"id": ' + b"1" * 200 + b"}")]))


def test_a_comment_or_anything_after_the_zip_is_refused(read):
    data = packed([("ann.jsonl", ROW)])
    for more in (data + b"#!/bin/sh", data[:-2] + b"\x02\0hi"):
        with pytest.raises(ServerError, match="not a whole ZIP"):
            read(more)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>", b"PK\x05\x06" + b"\xff" * 18])
def test_a_file_that_is_not_a_zip_is_refused(read, data):
    with pytest.raises(ServerError, match="is not a whole ZIP"):
        read(data)


def test_a_flipped_byte_is_found(read):
    data = bytearray(packed([("ann.jsonl", b'{"id": 1, "text": "something"}\n')], pack=zipfile.ZIP_STORED))
    data[data.index(b"something")] ^= 1
    with pytest.raises(ServerError, match=r"cannot be read \(BadZipFile\)"):
        read(bytes(data))


WHOLE = packed([(f"{name}.jsonl", json.dumps({"id": 1, "text": name * 300}) + "\n") for name in ("ann", "bob")])


@given(st.integers(0, len(WHOLE) - 1))
def test_a_zip_cut_anywhere_is_refused(tmp_path_factory, length):
    path = tmp_path_factory.mktemp("cut") / "x.zip"
    path.write_bytes(WHOLE[:length])
    with pytest.raises(ServerError):
        ExportArchive(path)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_an_error_or_the_same_rows(tmp_path_factory, at, change):
    path = tmp_path_factory.mktemp("changed") / "x.zip"
    path.write_bytes(WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :])
    try:
        with ExportArchive(path) as archive:
            rows = [row["text"] for name in archive.names for _, row in archive.rows(name)]
    except ServerError:
        return
    assert sorted(rows) == ["ann" * 300, "bob" * 300]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "is not JSON: Expecting property name"),
        (b'{"id": Infinity}', "is not JSON: Infinity is no number"),
        (b'{"a": "\xff"}', "is not JSON: byte 0xff is not UTF-8"),
        (b'{"a": "\\ud800"}', "is not JSON: the lone surrogate"),
        (b'{"id": 1, "id": 2}', "is not JSON: a second key 'id' at column 11"),
        (b"[" * 100_000, "is not JSON: nested deeper"),
        (b'{"id": ' + b"1" * 5000 + b"}", "is not JSON: 1{39}… does not fit a number of 64 bits"),
        (b"[1]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b"{} {}", "is not JSON: Extra data"),
    ],
)
def test_a_line_that_is_not_an_object_is_reported_with_its_number(read, line, expected):
    with pytest.raises(ServerError, match=f"line 2 of the export's part 'ann' {expected}"):
        read(packed([("ann.jsonl", ROW + line + b"\n")]))


def test_a_large_export_passes_through_little_memory(tmp_path):
    line = json.dumps({"id": 1, "text": "A paragraph of news. " * 30, "label": [[0, 1, "X"]] * 3}).encode() + b"\n"
    (tmp_path / "x.zip").write_bytes(packed([(f"{name}.jsonl", line * 2_000) for name in "abcdef"]))
    tracemalloc.start()
    with ExportArchive(tmp_path / "x.zip") as archive:
        rows = sum(1 for name in archive.names for _ in archive.rows(name))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 12_000
    assert peak < 2_000_000

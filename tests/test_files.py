import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import InputError, files


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip))
def test_every_code_point_of_an_article_is_kept(text):
    assert files.decode(text.encode(), "a.txt") == text.removeprefix("\ufeff")


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert files.decode(b"\xef\xbb\xbfone\r\ntwo", "a.txt") == "one\r\ntwo"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"caf\xe9 noir", "byte 0xe9 at byte 3"),
        (b"\xef\xbb\xbfcaf\xe9", "byte 0xe9 at byte 6"),
        (b"one\0two", "NUL byte at byte 3"),
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_bytes_that_are_no_article_are_refused_with_file_and_offset(data, words):
    with pytest.raises(InputError, match=words) as caught:
        files.decode(data, "seeds/a.txt")
    assert str(caught.value).startswith("seeds/a.txt: ")


def test_lines_are_cut_at_newlines_alone():
    data = "a\u2028b\u0085c\nd\r\n\ne".encode()
    assert list(files.lines(data)) == [(1, "a\u2028b\u0085c".encode()), (2, b"d\r"), (3, b""), (4, b"e")]


def test_no_line_comes_after_the_last_newline():
    assert list(files.lines(b"a\n")) == [(1, b"a")]
    assert list(files.lines(b"")) == []


def test_writing_the_same_again_changes_nothing(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    assert files.write(path, "é\n")
    before = path.stat().st_mtime_ns
    assert not files.write(path, "é\n")
    assert path.stat().st_mtime_ns == before
    assert path.read_bytes() == "é\n".encode()


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail():
        with files.replacing(path) as stream:
            stream.write(b"half of the new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(path, "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_replaced_file_keeps_its_mode(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    files.write(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match=r"nowhere\.txt: cannot be read: No such file"):
        files.read_bytes(Path("nowhere.txt"))

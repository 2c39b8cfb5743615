import errno
import os
import pty
import subprocess
import sys
import threading
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
    with pytest.raises(OSError, match="No space") as caught:
        files.write(path, "new")
    assert caught.value.filename == str(path)
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


@pytest.mark.parametrize("old", [None, "secret", "old"])
def test_a_private_file_is_for_its_owner_alone(old, tmp_path):
    path = tmp_path / "a.txt"
    if old is not None:
        path.write_text(old)
        path.chmod(0o644)
    files.write(path, "secret", mode=files.PRIVATE)
    assert path.read_text() == "secret"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_half_written_when_a_later_file_fails(tmp_path):
    (tmp_path / "a.jsonl").write_text("old")
    (tmp_path / "blocked").write_text("a file where a folder is needed")
    contents = {tmp_path / "a.jsonl": b"new", tmp_path / "new" / "b": b"b", tmp_path / "blocked" / "c": b"c"}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match="blocked"):
        files.write_all(contents)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "a.jsonl").read_text() == "old"


def test_a_full_disk_names_the_folder_that_is_made_and_no_other_file(tmp_path):
    def fill(error):
        with files.new_folder(tmp_path / "model"):
            raise error

    with pytest.raises(OSError, match="too large") as caught:
        fill(OSError(errno.EFBIG, "File too large"))
    assert caught.value.filename == str(tmp_path / "model")
    with pytest.raises(FileNotFoundError) as caught:
        fill(FileNotFoundError(errno.ENOENT, "none", "other"))
    assert caught.value.filename == "other"
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_all_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    calls = []

    def full(_handle):
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        files.write_all({tmp_path / "a": b"new", tmp_path / "b": b"b"})
    assert caught.value.filename in {str(tmp_path / "a"), str(tmp_path / "b")}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_files_are_written_replaced_and_removed_together(tmp_path):
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o640)
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "x").write_text("x")
    files.write_all({tmp_path / "old": b"new", tmp_path / "deep" / "er" / "b": b"b", tmp_path / "gone" / "x": None})
    assert (tmp_path / "old").read_text() == "new"
    assert (tmp_path / "old").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "deep" / "er" / "b").read_text() == "b"
    assert not (tmp_path / "gone").exists()


def test_more_files_than_can_be_open_at_once(tmp_path):
    contents = {tmp_path / f"{number}": b"x" for number in range(2000)}
    files.write_all(contents)
    assert len([*tmp_path.iterdir()]) == 2000


HOLDER = """
import pathlib, sys
from goldspan import files
with files.lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, path], stdin=-1, stdout=-1, text=True)
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("end", [subprocess.Popen.kill, lambda process: process.stdin.close()])
def test_a_lock_is_waited_for_until_its_holder_ends(end, tmp_path):
    waits, process = [], holder(tmp_path / "lock")

    def on_wait():
        waits.append(process.poll())
        end(process)

    with files.lock(tmp_path / "lock", on_wait):
        assert waits == [None]
    assert process.wait() == (-9 if end is subprocess.Popen.kill else 0)
    process.stdout.close()
    if process.stdin:
        process.stdin.close()


def test_a_free_lock_is_not_waited_for(tmp_path):
    waits = []
    for _ in range(2):
        with files.lock(tmp_path / "lock", lambda: waits.append(1)):
            pass
    assert not waits
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_lock_is_released_when_its_block_fails(tmp_path):
    with pytest.raises(RuntimeError), files.lock(tmp_path / "lock"):
        raise RuntimeError
    process = holder(tmp_path / "lock")
    process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize("existing", [True, False])
def test_a_link_stays_and_its_target_is_replaced_or_made(tmp_path, existing):
    target, link = tmp_path / "deep" / "target", tmp_path / "link"
    target.parent.mkdir()
    if existing:
        target.write_text("old")
        target.chmod(0o640)
    (tmp_path / "middle").symlink_to("deep/target")
    link.symlink_to("middle")
    assert files.write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert not target.is_symlink()
    assert not existing or target.stat().st_mode & 0o777 == 0o640
    files.write_all({link: b"newer"})
    assert link.is_symlink()
    assert target.read_text() == "newer"
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to(path)])
def test_a_folder_and_a_circle_of_links_are_refused(tmp_path, make):
    make(tmp_path / "a")
    with pytest.raises(InputError, match=r"is a folder|in a circle"):
        files.write(tmp_path / "a", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("size", [5, files.IN_MEMORY + 5])
def test_a_pipe_is_written_through_and_stays_a_pipe(tmp_path, size):
    path, seen = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: seen.append(path.read_bytes()))
    reader.start()
    assert files.write(path, "x" * size)
    reader.join()
    assert seen == [b"x" * size]
    assert path.is_fifo()


def test_a_failed_write_sends_nothing_through_a_pipe(tmp_path):
    def fail():
        with files.replacing(tmp_path / "pipe") as stream:
            stream.write(b"half")
            raise RuntimeError

    os.mkfifo(tmp_path / "pipe")
    keep = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(RuntimeError):
        fail()
    assert os.read(keep, 10) == b""
    os.close(keep)


def test_a_device_is_written_through_and_stays_a_device(tmp_path):
    parent, child = pty.openpty()
    name = Path(os.ttyname(child))
    (tmp_path / "link").symlink_to(name)
    for path in (name, tmp_path / "link"):
        assert files.is_stream(path)
        files.write(path, "words")
        assert os.read(parent, 100) == b"words"
    assert name.is_char_device()
    assert (tmp_path / "link").is_symlink()
    os.close(parent)
    os.close(child)


@pytest.mark.parametrize("place", ["/dev/fd/{}", "/proc/self/fd/{}", "{}/link"])
@pytest.mark.parametrize("flags", [0, os.O_APPEND])
def test_an_open_descriptor_is_written_at_its_place_though_it_is_a_file(tmp_path, place, flags):
    """As the shell opens them in `--json /dev/fd/3 3>> log`: what the file held stays."""
    log = tmp_path / "log"
    log.write_text("before\n")
    handle = os.open(log, os.O_WRONLY | flags)
    os.lseek(handle, 7, os.SEEK_SET)
    (tmp_path / "link").symlink_to(f"/dev/fd/{handle}")
    path = Path(place.format(tmp_path if "link" in place else handle))
    assert files.open_descriptor(path) == handle
    files.write(path, "one\n")
    files.write(path, "one\n")
    os.close(handle)
    assert log.read_text() == "before\none\none\n"


def test_standard_output_has_three_names_and_a_file_called_dash_another(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in map(Path, ("-", "/dev/stdout", "/dev/fd/1")):
        assert files.is_standard_output(path)
        print("printed")
        files.write(path, "written\n")
    assert capfd.readouterr().out == "printed\nwritten\n" * 3
    assert not files.is_standard_output(Path("./-").absolute())
    files.write(Path("./-").absolute(), "a file")
    assert [path.name for path in tmp_path.iterdir()] == ["-"]


def test_an_error_names_the_file_that_was_asked_for(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "the temporary file")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(PermissionError) as caught:
        files.write(tmp_path / "a.txt", "new")
    assert caught.value.filename == str(tmp_path / "a.txt")


def test_a_folder_of_a_long_name_is_restored_and_no_other(tmp_path):
    """Two names that are the same in as many characters as fit into a temporary one."""
    one, other = (tmp_path / f"{'x' * 100}{end}" for end in "ab")
    one.mkdir()
    with files.new_folder(one) as folder:
        ended = subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
        )
        name = folder.with_suffix(files.OLD).name.replace(f"-{os.getpid()}-", f"-{ended.stdout.strip()}-")
    one.rename(tmp_path / name)
    files.restore_folder(other)
    assert not other.exists()
    files.restore_folder(one)
    assert [path.name for path in tmp_path.iterdir()] == [one.name]

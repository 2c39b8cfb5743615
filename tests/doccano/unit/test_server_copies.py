"""A home that is copied, moved, replaced or reached by two paths: which server is its own.

`sleep` stands for the processes of a server: which folder they belong to does not depend on what they do.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from goldspan.doccano import credentials, server
from goldspan.doccano.server import database, process
from goldspan.doccano.server.home import ServerState, find_home, own_state, read_state, write_state
from goldspan.errors import InputError, NotFoundError, ServerError

HOLD_OPEN = "exec sleep 60 < db.sqlite3 3< db.sqlite3-wal"
linux_only = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch):
    """Tests ask for the embedded server, whatever this machine's variables name."""
    monkeypatch.delenv("DOCCANO_URL", raising=False)


@pytest.fixture
def home(tmp_path):
    """A home that was started once, on port 8123, and does not run."""
    made = find_home(tmp_path / "home").make()
    write_state(made, own_state(made, ServerState(port=8123), None))
    return made


@pytest.fixture
def launched():
    """Starts stand-ins for the processes of a home, and ends them with the test."""
    started = []

    def launch(home):
        mark = read_state(home).mark
        pair = [process.launch(["sleep", "60"], home, dict(os.environ), mark, role) for role in process.ROLE_NAMES]
        started.extend(pair)
        return pair

    yield launch
    for each in started:
        if process.is_running(each):
            each.kill()


def copied(home, name):
    shutil.copytree(home.folder, home.folder.with_name(name))
    return find_home(home.folder.with_name(name))


def moved(home, name):
    home.folder.rename(home.folder.with_name(name))
    return find_home(home.folder.with_name(name))


def lives(pair):
    time.sleep(0.05)
    return [process.is_running(each) for each in pair] == [True, True]


def is_there(home):
    found = server.status(home.folder)
    return found.running and found.web and found.worker


# A copy beside its original


def test_a_copy_has_no_server_while_that_of_its_original_runs(home, launched):
    pair, copy = launched(home), copied(home, "copy")
    assert is_there(home)
    assert server.status(copy.folder) == replace(server.status(home.folder / "none"), home=copy.folder)
    assert not server.stop(copy.folder)
    assert lives(pair)
    assert server.stop(home.folder)
    assert not is_there(home)


def test_nothing_is_sent_to_the_original_with_the_login_of_a_copy(home, launched):
    launched(home)
    copy = copied(home, "copy")
    assert server.embedded_account(home.folder).url == "http://127.0.0.1:8123"
    assert server.embedded_account(copy.folder) is None
    with pytest.raises(NotFoundError, match="goldspan doccano start"):
        credentials.find_account(copy.folder)


def test_a_copy_that_was_started_keeps_its_server_from_then_on(home):
    copy = copied(home, "copy")
    first = own_state(copy, read_state(copy), home.folder)
    assert (first.mark != read_state(home).mark, first.port, first.password) == (True, 0, read_state(home).password)
    write_state(copy, first)
    assert server.embedded_account(copy.folder) is None  # its start was interrupted: it has no port yet
    write_state(copy, replace(first, port=8124))
    assert server.embedded_account(copy.folder).url == "http://127.0.0.1:8124"


def test_both_run_and_each_stop_ends_its_own(home, launched):
    copy = copied(home, "copy")
    write_state(copy, own_state(copy, read_state(copy), home.folder))
    ours, theirs = launched(home), launched(copy)
    assert server.stop(copy.folder)
    assert lives(ours)
    assert not any(process.is_running(each) for each in theirs)


def test_a_copy_whose_original_is_gone_is_a_moved_home(home):
    copy = copied(home, "copy")
    shutil.rmtree(home.folder)
    assert server.embedded_account(copy.folder).url == "http://127.0.0.1:8123"


def test_another_home_at_the_place_of_the_original_is_not_it(home):
    copy = moved(home, "copy")
    write_state(home.make(), own_state(home, ServerState(), None))
    assert server.embedded_account(copy.folder).url == "http://127.0.0.1:8123"


def test_a_home_of_an_older_goldspan_is_taken_as_it_is(home):
    state = home.state.read_text().replace(f',\n  "folder": "{home.folder}"', "")
    assert "folder" not in state
    home.state.write_text(state)
    assert server.embedded_account(home.folder).url == "http://127.0.0.1:8123"


def test_a_process_that_an_older_goldspan_started_is_found_by_its_path(home):
    mark = read_state(home).mark
    old = {**os.environ, process.MARK_VARIABLE: f"{mark}:web", "PYTHONPATH": f"{home.folder}:/elsewhere"}
    with subprocess.Popen(["sleep", "60"], env=old, start_new_session=True) as running:
        try:
            copy = copied(home, "copy")
            assert server.status(home.folder).web
            assert not server.status(copy.folder).web
        finally:
            running.kill()


# One folder


def test_two_paths_to_a_folder_are_one_server(home, launched, tmp_path):
    launched(home)
    (tmp_path / "link").symlink_to(home.folder)
    assert is_there(find_home(tmp_path / "link"))
    assert server.stop(tmp_path / "link")
    assert not is_there(home)


def test_a_folder_that_is_moved_keeps_its_server(home, launched, monkeypatch):
    monkeypatch.setattr("goldspan.doccano.server.health.web_answers", lambda _: True)
    pair = launched(home)
    there = moved(home, "there")
    assert is_there(there)
    assert server.embedded_account(there.folder).url == "http://127.0.0.1:8123"
    with pytest.raises(ServerError, match=rf"was started in {home.folder}: the folder was moved"):
        server.start(there.folder)
    assert lives(pair)
    assert server.stop(there.folder)
    assert not is_there(there)


def test_a_copy_in_the_place_of_a_moved_home_has_not_its_server(home, launched):
    pair, there = launched(home), moved(home, "there")
    shutil.copytree(there.folder, home.folder)
    assert not server.status(home.folder).web
    assert not server.stop(home.folder)
    assert lives(pair)
    assert is_there(there)


@linux_only
def test_a_server_whose_folder_was_replaced_is_reported_until_it_is_stopped(home, launched):
    pair, backup = launched(home), copied(home, "backup")
    shutil.rmtree(home.folder)
    with pytest.raises(ServerError, match=r"removed or replaced while Doccano ran\n.*goldspan doccano stop"):
        server.start(home.folder)
    shutil.copytree(backup.folder, home.folder)
    assert not server.status(home.folder).web
    with pytest.raises(ServerError, match="removed or replaced while Doccano ran"):
        server.start(home.folder)
    assert lives(pair)
    assert server.stop(home.folder)
    assert not any(process.is_running(each) for each in pair)


@linux_only
def test_a_server_of_a_removed_folder_can_be_stopped(home, launched):
    pair = launched(home)
    shutil.rmtree(home.folder)
    assert server.stop(home.folder)
    assert not any(process.is_running(each) for each in pair)
    assert not home.folder.exists()


@linux_only
def test_a_database_that_was_replaced_while_it_was_open_is_reported(home):
    doccano_database(home)
    shutil.copyfile(home.database, home.folder / "backup")
    with closing(sqlite3.connect(home.database)) as busy:
        busy.execute("INSERT INTO auth_user VALUES (2, 'anna')")
        busy.commit()
        assert database.was_in_use(home)
        running = process.launch(["sh", "-c", HOLD_OPEN], home, dict(os.environ), "any", "web")
        wait_for(lambda: running.name() == "sleep")
        (home.folder / "backup").replace(home.database)
        with pytest.raises(ServerError, match="works on another database: the file was removed or replaced"):
            server.start(home.folder)
        assert process.is_running(running)
        assert server.stop(home.folder, grace=1)
        assert not home.write_ahead_log.exists()  # it holds changes of the database that is gone
    database.require_sound(home)


@linux_only
def test_a_server_whose_folder_was_emptied_is_reported_until_it_is_stopped(home, launched):
    pair = launched(home)
    for path in home.folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ServerError, match=r"Doccano runs, and its state\.json is gone\n.*goldspan doccano stop"):
        server.start(home.folder)
    assert lives(pair)
    assert server.stop(home.folder)
    assert list(home.folder.iterdir()) == []


def test_a_server_whose_state_is_garbled_can_be_stopped(home, launched, goldspan, capsys):
    pair = launched(home)
    home.state.write_text("{")
    assert goldspan("doccano", "status", "--home", home.folder) == 1
    assert "`goldspan doccano stop`, then remove this file" in capsys.readouterr().err
    assert goldspan("doccano", "stop", "--home", home.folder) == 0
    assert not any(process.is_running(each) for each in pair)


def wait_for(holds):
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


# The port


def test_a_busy_port_names_the_doccano_that_listens_there(home):
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.set_inheritable(True)
        running = process.launch(["sleep", "60"], home, dict(os.environ), "any", "web")
        port = listening.getsockname()[1]
        listening.set_inheritable(False)
    try:
        with pytest.raises(ServerError, match=f"port {port} of 127.0.0.1 is busy: the Doccano of {home.folder} runs"):
            process.bind_port(port)
    finally:
        running.kill()


# The database


def doccano_database(home):
    with closing(sqlite3.connect(home.database)) as made:
        made.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE auth_user (id INTEGER PRIMARY KEY, username TEXT);"
            "CREATE TABLE span (id INTEGER PRIMARY KEY, user INTEGER REFERENCES auth_user);"
            "INSERT INTO auth_user VALUES (1, 'admin'); INSERT INTO span VALUES (1, 1);"
            "CREATE TABLE filling AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i < 2000) "
            "SELECT i, hex(randomblob(50)) AS x FROM n; CREATE INDEX of_filling ON filling(x);"
        )


def test_a_sound_database_is_taken_and_left_as_it_is(home):
    doccano_database(home)
    before = home.database.read_bytes()
    database.require_sound(home)
    database.require_sound(home, home.folder)
    assert home.database.read_bytes() == before


def test_pages_of_several_moments_are_refused(home, tmp_path):
    doccano_database(home)
    pages = bytearray(home.database.read_bytes())
    with closing(sqlite3.connect(home.database)) as later:
        later.execute("DELETE FROM filling WHERE i % 3")
        later.commit()
        later.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    after = home.database.read_bytes()
    half = len(pages) // 2 // 4096 * 4096
    home.database.write_bytes(bytes(pages[:half]) + after[half:])
    with pytest.raises(InputError, match=r"(?s)it is damaged: .*\n  It was copied from .*, and copy again") as caught:
        database.require_sound(home, tmp_path / "original")
    assert caught.value.file == home.database
    with pytest.raises(InputError, match=r"(?s)it is damaged: .*\n  Restore it from a backup"):
        database.require_sound(home)


def test_rows_of_a_copy_that_refer_to_missing_ones_are_refused(home, tmp_path):
    doccano_database(home)
    with closing(sqlite3.connect(home.database)) as torn:
        torn.execute("INSERT INTO span VALUES (2, 17)")
        torn.commit()
    with pytest.raises(InputError, match="rows are missing that others refer to"):
        database.require_sound(home, tmp_path / "original")


def test_a_copy_that_shares_its_database_with_the_original_is_refused(home, tmp_path):
    doccano_database(home)
    shutil.copytree(home.folder, tmp_path / "copy", copy_function=os.link)
    for folder in (home, find_home(tmp_path / "copy")):
        with pytest.raises(InputError, match=r"second name \(a hard link\).*\n.*`cp db.sqlite3 new`"):
            database.require_sound(folder)
    shutil.copyfile(home.database, home.folder / "new")
    (home.folder / "new").replace(home.database)
    database.require_sound(home)


def test_after_a_stop_the_database_file_holds_everything(home, launched, tmp_path):
    doccano_database(home)
    with closing(sqlite3.connect(home.database)) as busy:
        busy.execute("INSERT INTO auth_user VALUES (2, 'anna')")
        busy.commit()
        assert database.was_in_use(home)
        shutil.copytree(home.folder, tmp_path / "killed")
    killed = find_home(tmp_path / "killed")
    launched(killed)
    assert database.was_in_use(killed)
    assert server.stop(killed.folder, grace=1)
    assert not database.was_in_use(killed)
    shutil.copyfile(killed.database, tmp_path / "alone.sqlite3")
    with closing(sqlite3.connect(tmp_path / "alone.sqlite3")) as alone:
        assert alone.execute("SELECT username FROM auth_user").fetchall() == [("admin",), ("anna",)]

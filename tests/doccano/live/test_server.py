"""A server in one command: fresh, reused, repaired, private, and with a plain report of what is wrong."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from goldspan.doccano import server
from goldspan.doccano.server import database, install
from goldspan.doccano.server.home import find_home, read_state
from goldspan.doccano.server.process import MARK_VARIABLE, ROLE_NAMES, find_processes, is_leader, is_running, terminate
from goldspan.errors import InputError, InvalidValueError, ServerError
from helpers import doccano_annotator


@pytest.fixture(scope="module")
def own_home(tmp_path_factory):
    """The home of a server that may be killed, with a space and a letter beyond ASCII in its path."""
    home = tmp_path_factory.mktemp("own") / "Anna's työ"
    yield home
    server.stop(home, grace=0)


@pytest.fixture
def own(own_home):
    """A server that may be killed; started again for the next test."""
    return server.start(own_home, 0)


def parts(running, role):
    """The process of a role and its children."""
    return find_processes(running.home, role)


def leader(running, role):
    return next(process for process in parts(running, role) if is_leader(process))


def log_in(running):
    doccano_annotator.admin(running).close()


# Start


def test_a_fresh_server_lets_its_owner_in_and_does_tasks(doccano):
    log_in(doccano)
    assert doccano.started == ("web", "worker")
    standing = server.status(doccano.home)
    assert standing == server.ServerStatus(
        running=True, url=doccano.account.url, username="admin", web=True, worker=True, home=doccano.home
    )


def test_the_worker_polls_often_if_there_are_tasks_and_seldom_otherwise(doccano):
    script = """
import goldspan_settings as settings
looks = settings.Transport.polling_interval.fget
print(looks(None))
settings.worked -= 100
print(looks(None))
settings.after_a_task()
print(looks(None))
"""
    environment = install.ensure_environment(lambda _: None)
    done = environment.run(script, database.django_variables(find_home(doccano.home), environment))
    assert done.stdout.split() == ["0.05", "0.5", "0.05"], done.stderr


def test_a_second_start_reuses_the_first(doccano):
    before = {process.pid for role in ROLE_NAMES for process in parts(doccano, role)}
    again = server.start(doccano.home)
    assert (again.account, again.started) == (doccano.account, ())
    assert {process.pid for role in ROLE_NAMES for process in parts(doccano, role)} == before


def test_two_starts_at_once_make_one_server(tmp_path):
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: server.start(tmp_path / "home", 0), range(2))
    server.stop(tmp_path / "home", grace=0)
    assert {first.started, second.started} == {("web", "worker"), ()}
    assert first.account == second.account


def test_another_port_for_a_server_that_runs_is_refused(doccano):
    with pytest.raises(InvalidValueError, match=r"already\n.*goldspan doccano stop"):
        server.start(doccano.home, 9)


def test_what_annotators_did_is_there_after_a_stop_and_a_start(own):
    (anna,) = doccano_annotator.create(own, ["anna"])
    anna.close()
    assert server.stop(own.home)
    again = server.start(own.home)
    assert (again.account, again.started) == (own.account, ("web", "worker"))
    doccano_annotator.Annotator(again.account.url, "anna", anna.password).close()


def test_a_busy_port_is_reported(tmp_path, goldspan, capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as busy:
        port = busy.getsockname()[1]
        assert goldspan("doccano", "start", "--home", tmp_path / "home", "--port", port) == 1
    printed = capsys.readouterr().err
    assert f"port {port} of 127.0.0.1 is busy\n  Choose another with `goldspan doccano start --port NUMBER`" in printed
    assert not server.status(tmp_path / "home").worker


def test_a_start_prints_address_and_login(doccano, goldspan, capsys):
    assert goldspan("doccano", "start", "--home", doccano.home) == 0
    printed = capsys.readouterr().out
    assert "was running already" in printed
    for each in (doccano.account.url, doccano.account.username, doccano.account.password, str(doccano.home)):
        assert each in printed


# What dies


def test_a_dead_worker_is_started_again_and_reported(own, goldspan, capsys):
    kill(own, "worker")
    assert server.status(own.home).web
    assert goldspan("doccano", "start", "--home", own.home) == 0
    assert "task worker was dead: it was started again" in capsys.readouterr().out
    assert server.status(own.home).running


def test_a_dead_web_server_is_started_again_on_its_port(own):
    kill(own, "web")  # its child may hold the port for a moment
    again = server.start(own.home)
    assert (again.account, again.started) == (own.account, ("web",))
    log_in(again)


def test_what_a_killed_start_left_behind_is_found(own):
    """A start that was killed between starting a process and writing anything down: the mark was there before."""
    kept = find_home(own.home).state.read_text()
    assert "pid" not in json.loads(kept)
    assert server.start(own.home).started == ()


def test_a_process_of_others_is_never_ended(own):
    """No id is kept, so none can be reused: a process without the home's mark is not ours."""
    others = [{MARK_VARIABLE: "another:web"}, {MARK_VARIABLE: read_state(find_home(own.home)).mark}, {}]
    bystanders = [subprocess.Popen(["sleep", "60"], env={**os.environ, **variables}) for variables in others]
    try:
        kill(own, "worker")
        server.start(own.home)
        server.stop(own.home, grace=0)
        assert [bystander.poll() for bystander in bystanders] == [None] * 3
    finally:
        for bystander in bystanders:
            bystander.kill()
            bystander.wait()


def test_a_worker_that_does_not_end_when_asked_is_ended(own):
    worker = leader(own, "worker")
    worker.send_signal(signal.SIGSTOP)
    assert terminate(own.home, ["worker"], grace=0.2)
    assert not is_running(worker)
    assert server.start(own.home).started == ("worker",)


def test_a_web_server_that_does_not_answer_is_reported_and_not_ended(own, monkeypatch):
    monkeypatch.setattr("goldspan.doccano.server.health.TIMEOUT", 0.2)
    frozen = parts(own, "web")
    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(ServerError, match="runs, and does not answer"):
            server.start(own.home)
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)
    assert server.start(own.home).started == ()


def test_a_process_that_ends_early_shows_the_end_of_its_log(own):
    server.stop(own.home, grace=0)
    secret = find_home(own.home).secret
    key = secret.read_text()
    secret.unlink()
    secret.mkdir()  # the settings cannot be read
    try:
        with pytest.raises(ServerError, match=r"(?s)web server ended .*web\.log:.*Is a directory.*tries again"):
            server.start(own.home)
        assert not server.status(own.home).worker
    finally:
        secret.rmdir()
        secret.write_text(key)


def test_a_password_changed_in_doccano_is_reported(own):
    home = find_home(own.home)
    database.set_password(home.database, "admin", "another")
    kill(own, "web")
    with pytest.raises(ServerError, match="it was changed in Doccano"):
        server.start(own.home)
    server.stop(own.home, grace=0)
    home.state.unlink()
    log_in(server.start(own.home, 0))  # as the remedy says


@pytest.mark.parametrize("content", [b"garbled" * 100, b""], ids=["garbled", "empty"])
def test_a_database_that_is_not_one_is_reported_and_left_as_it_is(tmp_path, content):
    home = find_home(tmp_path / "home").make()
    home.database.write_bytes(content)
    with pytest.raises(InputError, match=r"(?s)db\.sqlite3: the database cannot be used"):
        server.start(home.folder, 0)
    assert home.database.read_bytes() == content
    assert not server.status(home.folder).web


# A copy


def test_a_copy_has_a_server_of_its_own_that_follows_its_folder(own, own_home, tmp_path, goldspan, capsys):
    (zoe,) = doccano_annotator.create(own, ["zoe"])
    copy, there = tmp_path / "copy", tmp_path / "there"
    shutil.copytree(own.home, copy)  # while a server works in the original
    assert goldspan("doccano", "stop", "--home", copy) == 0
    assert goldspan("doccano", "start", "--home", copy) == 0
    printed = capsys.readouterr().out
    assert f"copied from {own_home}, whose server is another one, on another port.\nThat server was not stop" in printed
    account = server.embedded_account(copy)
    try:
        assert account.url != own.account.url
        copy.rename(there)
        doccano_annotator.Annotator(account.url, "zoe", zoe.password).close()  # the database is found where it is now
        with pytest.raises(ServerError, match=f"was started in {copy}: the folder was moved"):
            server.start(there)
        assert server.stop(there)
    finally:
        for folder in (copy, there):
            server.stop(folder, grace=0)
    zoe.close()
    assert server.start(own_home).started == ()
    log_in(own)


# Stop


def test_a_second_stop_reports_that_no_server_was_running(own, goldspan, capsys):
    assert goldspan("doccano", "stop", "--home", own.home) == 0
    assert "is stopped; its data stays in" in capsys.readouterr().out
    assert goldspan("doccano", "stop", "--home", own.home) == 0
    assert "was running" in capsys.readouterr().out
    assert not server.status(own.home).running


def kill(running, role):
    """Kill the process of a role, and wait until it is dead: a busy machine takes a moment."""
    process = leader(running, role)
    process.kill()
    wait_until(lambda: not is_running(process))


def wait_until(holds):
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)

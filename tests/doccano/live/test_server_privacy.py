"""What others cannot read or reach, and how the database serves several people at once."""

import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psutil
import pytest
import requests

from goldspan.doccano import server
from goldspan.doccano.server import database, install
from goldspan.doccano.server.home import find_home, read_state
from goldspan.doccano.server.process import ROLE_NAMES, find_processes
from helpers import doccano_annotator


def processes_of(running):
    return [process for role in ROLE_NAMES for process in find_processes(running.home, role)]


def port_of(running):
    return int(running.account.url.rpartition(":")[2])


def get(running, path, **headers):
    return requests.get(f"{running.account.url}{path}", headers=headers, timeout=30)


def test_it_listens_on_the_loopback_address_alone(doccano):
    listening = [
        connection.laddr
        for process in processes_of(doccano)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", port_of(doccano))}


def test_another_address_of_this_machine_is_refused(doccano):
    others = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    }
    for other in (others | {"127.0.0.2"}) - {"127.0.0.1"}:
        with closing(socket.socket()) as knocking:
            knocking.settimeout(2)
            assert knocking.connect_ex((other, port_of(doccano))) != 0, other


def test_a_host_name_of_another_machine_is_refused(doccano):
    assert get(doccano, "/v1/me", Host="evil.example").status_code == 400
    assert get(doccano, "/v1/me", Host="localhost").status_code == 403  # known, and not logged in


def test_an_error_shows_no_internals(doccano):
    answer = get(doccano, "/v1/projects/1/examples")
    assert answer.status_code == 403
    assert "Traceback" not in answer.text
    assert "DEBUG = True" not in get(doccano, "/admin/nothing/here").text


@pytest.mark.parametrize(("username", "password"), [("admin", "password"), ("admin", "admin"), ("admin", "")])
def test_no_default_login_exists(doccano, username, password):
    sent = {"username": username, "password": password}
    assert requests.post(f"{doccano.account.url}/v1/auth/login/", json=sent, timeout=30).status_code == 400


def test_no_log_and_no_command_line_holds_a_secret(doccano):
    home = find_home(doccano.home)
    doccano_annotator.admin(doccano).close()
    hidden = [doccano.account.password, home.secret.read_text()]
    shown = [path.read_text() for path in home.folder.glob("*.log")]
    assert len(shown) >= 2
    for process in processes_of(doccano):
        shown += [" ".join(process.cmdline()), repr(process.environ())]
    shown += [repr(doccano), repr(server.status(doccano.home)), repr(read_state(home)), home.settings.read_text()]
    assert not [text for text in shown for secret in hidden if secret in text]


def test_only_the_owner_can_read_the_home(doccano):
    def mode(path):
        return stat.S_IMODE(path.stat().st_mode)

    home = find_home(doccano.home)
    assert mode(home.folder) == 0o700
    for path in (home.state, home.secret, home.database, home.log("web"), home.log("worker")):
        assert mode(path) == 0o600, path


def upload(lead, name, data):
    """An upload as the browser does it; its id."""
    sent = {"filepond": (name, data), "x": (None, "y")}
    return lead.session.post(
        f"{lead.url}/v1/fp/process/", files=sent, data={"filepond": "{}"}, headers={"Accept": "*/*"}, timeout=60
    ).text


def test_uploads_lie_in_the_home(doccano):
    lead = doccano_annotator.admin(doccano)
    upload(lead, "anna.jsonl", b'{"text": "Anna"}\n')
    lead.close()
    assert [path.read_bytes() for path in (doccano.home / "uploads").rglob("*") if path.is_file()] == [
        b'{"text": "Anna"}\n'
    ]


def test_a_transaction_that_reads_first_waits_for_other_writers(doccano):
    """SQLite refuses such a one at once, whatever the timeout, unless it took the write lock at its beginning."""
    script = """
import threading, time, django
django.setup()
from django.contrib.sites.models import Site
from django.db import connection, transaction

def read_then_write():
    with transaction.atomic():
        site = Site.objects.get(pk=1)
        time.sleep(0.5)
        site.save()
    connection.close()
    print("written")

reading = threading.Thread(target=read_then_write)
reading.start()
time.sleep(0.2)
Site.objects.filter(pk=1).update(name="another")
reading.join()
"""
    environment, home = install.ensure_environment(lambda _: None), find_home(doccano.home)
    done = environment.run(script, database.django_variables(home, environment))
    assert (done.returncode, done.stdout) == (0, "written\n"), done.stderr


def test_people_and_an_import_write_at_once_and_no_request_fails(doccano):
    lead = doccano_annotator.admin(doccano)
    sent = {"name": "crowd", "description": "-", "project_type": "SequenceLabeling", "collaborative_annotation": True}
    project = lead._call("POST", "projects", json={**sent, "resourcetype": "SequenceLabelingProject"})["id"]
    label = {"text": "P", "suffix_key": None, "background_color": "#ffffff", "text_color": "#000000"}
    label = lead._call("POST", f"projects/{project}/span-types", json=label)["id"]
    examples = [
        lead._call("POST", f"projects/{project}/examples", json={"text": "x" * 100, "meta": {}})["id"] for _ in range(4)
    ]
    rows = b'{"text": "Anna met Bob", "label": [[0, 4, "P"], [9, 12, "P"]]}\n' * 1_000
    started = {"format": "JSONL", "task": "SequenceLabeling", "uploadIds": [upload(lead, "rows.jsonl", rows)]}
    started |= {"column_data": "text", "column_label": "label"}
    task = lead._call("POST", f"projects/{project}/upload", json=started)["task_id"]

    def annotate(example):
        person = doccano_annotator.admin(doccano)
        marks = [person.mark(project, example, at, at + 1, label) for at in range(0, 100, 5)]
        person.close()
        return len(marks)

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(annotate, examples)) == [20] * 4
    wait_until(lambda: lead._call("GET", f"tasks/status/{task}")["ready"])
    assert lead._call("GET", f"projects/{project}/examples?limit=1")["count"] == 1_004
    lead._call("DELETE", f"projects/{project}")
    lead.close()


def wait_until(holds):
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)

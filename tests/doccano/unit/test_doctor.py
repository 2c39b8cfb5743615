"""Findings of the doctor that need a server which answers as recorded."""

import json
from contextlib import contextmanager

import pytest

from goldspan.doccano import doctor
from goldspan.doccano.account import Account
from goldspan.doccano.doctor import checks
from goldspan.doccano.doctor.context import DoctorContext, Skipped
from helpers import http_faults

OKAY = http_faults.reply(200, {"CeleryHealthCheckCelery": "OK"})
PROJECT = {
    "id": 7,
    "name": "seen",
    "description": "goldspan: independent annotation, guidelines 1.0",
    "guideline": "",
    "project_type": "SequenceLabeling",
    "collaborative_annotation": False,
    "grapheme_mode": False,
    "allow_overlapping": False,
    "use_relation": False,
    "random_order": False,
    "allow_member_to_create_label_type": False,
}


def page(*entries, count=None):
    return http_faults.reply(
        200, {"count": len(entries) if count is None else count, "next": None, "results": [*entries]}
    )


def member(number, name, role="annotator"):
    return {"id": number, "user": number, "username": name, "role": 1, "rolename": role}


def example(number, *assigned):
    row = {"id": number, "text": "x", "meta": {}, "is_confirmed": False, "comment_count": 0}
    return row | {"assignments": [{"id": f"{number}-{name}", "assignee": name, "assignee_id": 2} for name in assigned]}


def messages(report):
    """The messages of the findings by check, each after its example."""
    by_check = {}
    for each in report.findings:
        by_check.setdefault(each.check, []).append(f"{each.example}: {each.message}" if each.example else each.message)
    return by_check


@contextmanager
def recorded(**table):
    """An account on a server that answers by a table, and that server."""
    answers = {
        "GET /v1/me": [http_faults.ME],
        "GET /v1/health/": [OKAY],
        "GET /v1/projects": [page(PROJECT)],
        "GET /v1/projects/7/my-role": [http_faults.reply(200, member(1, "admin", "project_admin"))],
        "GET /v1/projects/7/examples": [page(example(1), example(2))],
        "GET /v1/projects/7/members": [http_faults.reply(200, [member(1, "admin", "project_admin"), member(2, "ann")])],
        "GET /v1/projects/7/assignments": [http_faults.APP],
        "GET /v1/projects/0/assignments": [http_faults.APP],
        "POST /v1/auth/login/": [
            http_faults.LOGIN,
            http_faults.reply(400, {"non_field_errors": ["Unable to log in."]}),
        ],
        **{key.replace("_", " ", 1): value for key, value in table.items()},
    }
    with http_faults.ScriptedServer(answers) as server:
        yield server, Account(server.url, "admin", http_faults.PASSWORD)


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://doccano.example.org", True),
        ("http://192.168.0.7:8000", True),
        ("https://doccano.example.org", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("http://127.0.0.2", False),
    ],
)
def test_plain_http_is_for_this_machine_alone(url, warned):
    assert bool([*checks.plain_http.findings(DoctorContext(Account(url, "a", "b"), None))]) == warned


def test_a_default_password_is_found():
    with recorded(**{"POST_/v1/auth/login/": [http_faults.LOGIN]}) as (_, account):
        found = messages(doctor.run_doctor(account))["default-password"]
    assert found == ["the user 'admin' has a password from Doccano's documentation"] * 2


def test_well_known_passwords_are_tried_once_each():
    with recorded() as (server, account):
        report = doctor.run_doctor(account)
        tried = [json.loads(_form(request.body)) for request in server.requests if request.line.startswith("POST")]
    assert [login["password"] for login in tried] == [http_faults.PASSWORD, "password", "pass"]
    assert "default-password" in report.passed


def test_well_known_passwords_are_tried_on_another_machine_only_if_asked(monkeypatch):
    tried = []
    monkeypatch.setattr(
        checks, "can_log_in", lambda account: tried.append(account) or account.password.endswith("word")
    )
    account = Account("https://doccano.example.org", "lead", "x")
    with pytest.raises(Skipped, match="--try-defaults"):
        list(checks.default_password.findings(DoctorContext(account, None)))
    assert tried == []
    assert len(list(checks.default_password.findings(DoctorContext(account, None, try_defaults=True)))) == 1
    assert [(each.username, each.password) for each in tried] == list(checks.DEFAULT_LOGINS)


def test_a_well_known_password_of_the_own_login_is_found_without_trying():
    [finding] = checks.default_password.findings(DoctorContext(Account("https://a.example", "admin", "password"), None))
    assert "'admin'" in finding.message


def test_a_worker_that_completes_no_task_is_found_by_the_health_check():
    sick = http_faults.reply(500, {"CeleryHealthCheckCelery": "unavailable: task result not ready."})
    with recorded(**{"GET_/v1/health/": [sick]}) as (_, account):
        assert messages(doctor.run_doctor(account))["worker-dead"] == [
            "a task is not completed: unavailable: task result not ready"
        ]


@contextmanager
def hidden(*, ready):
    """A server that hides its health check."""
    table = {
        "GET_/v1/health/": [http_faults.reply(404, {"detail": "Not found."})],
        "POST_/v1/projects/7/upload": [http_faults.reply(200, {"task_id": "t"})],
        "GET_/v1/tasks/status/t": [http_faults.reply(200, {"ready": ready, "result": {"error": []}, "error": None})],
    }
    with recorded(**table) as (server, account):
        yield server, account


def test_where_the_health_check_is_hidden_an_import_of_nothing_is_tried():
    with hidden(ready=True) as (server, account):
        assert "worker-dead" in doctor.run_doctor(account, "seen").passed
    [sent] = [json.loads(request.body) for request in server.requests if request.line.endswith("/upload")]
    assert sent["uploadIds"] == []


def test_an_import_of_nothing_that_never_ends_shows_a_dead_worker(monkeypatch):
    monkeypatch.setattr("goldspan.doccano.doctor.context.PATIENCE", 0.2)
    with hidden(ready=False) as (_, account):
        [message] = messages(doctor.run_doctor(account, "seen"))["worker-dead"]
    assert "the task worker does not seem to run" in message


def test_without_health_check_and_project_the_worker_is_unknown():
    with hidden(ready=True) as (_, account):
        assert "hides its health check" in doctor.run_doctor(account).skipped["worker-dead"]


def test_examples_that_are_not_assigned_are_hidden_from_annotators():
    table = {
        "GET_/v1/projects/7/assignments": [page()],
        "GET_/v1/projects/7/examples": [page(example(1, "ann"), example(2))],
        "GET_/v1/projects/7/members": [
            http_faults.reply(200, [member(1, "admin", "project_admin"), member(2, "ann"), member(3, "bob")])
        ],
    }
    with recorded(**table) as (_, account):
        report = doctor.run_doctor(account, "seen")
    assert messages(report)["assignments-hide"] == ["'ann' sees 1 of 2 examples", "'bob' sees 0 of 2 examples"]
    assert "1.8.5 or newer" in messages(report)["assigning-version"][0]
    assert "Doccano 1.8.5 or newer" in report.facts


def test_where_all_is_assigned_nothing_is_hidden():
    table = {
        "GET_/v1/projects/7/assignments": [page()],
        "GET_/v1/projects/7/examples": [page(example(1, "ann"), example(2, "ann", "bob"))],
    }
    with recorded(**table) as (_, account):
        assert "assignments-hide" in doctor.run_doctor(account, "seen").passed


def test_a_server_that_gives_five_whatever_is_asked_is_found():
    rows = [example(number) for number in range(5)]
    with recorded(**{"GET_/v1/projects/7/examples": [page(*rows, count=9)]}) as (_, account):
        assert messages(doctor.run_doctor(account, "seen"))["page-size"] == ["asked for 6 examples, the server gave 5"]


def test_a_check_that_the_server_fails_at_is_an_error_and_stops_no_other(toy):
    with recorded(**{"GET_/v1/projects/7/span-types": [http_faults.reply(500, {"detail": "boom"})]}) as (_, account):
        report = doctor.run_doctor(account, "seen", toy)
    unanswered = messages(report)["unanswered"]
    assert [line.partition(":")[0] for line in unanswered][:3] == ["label-missing", "label-unknown", "label-drift"]
    assert all("boom" in line for line in unanswered[:3])
    assert {"label-missing", "label-unknown", "label-drift"} <= report.skipped.keys()
    assert "page-size" in report.passed
    assert "guideline-drift" in messages(report)


def test_the_ids_are_unique_and_every_check_has_a_remedy():
    ids = [check.id for check in doctor.CHECKS]
    assert len(set(ids)) == len(ids)
    assert all(check.remedy.endswith(".") and not check.title.endswith(".") for check in doctor.CHECKS)
    assert all(doctor.remedy(name) for name in (*ids, doctor.UNREACHABLE))


def _form(body):
    pairs = dict(part.split("=") for part in body.decode().split("&"))
    return json.dumps(pairs)

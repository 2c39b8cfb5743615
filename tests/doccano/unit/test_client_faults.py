"""Wrong answers of a Doccano, or of something in front of it: a clear error, and no secret."""

import gzip
import io
import json
import logging
import re
import socket
import threading
import time
import tracemalloc
import zipfile
from types import SimpleNamespace
from typing import ClassVar

import pytest

from goldspan import cli
from goldspan.doccano import snapshot
from goldspan.doccano.account import Account
from goldspan.doccano.client import http
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.doctor.checks import page_size
from goldspan.doccano.doctor.context import DoctorContext, Skipped
from goldspan.errors import InvalidValueError, ServerError
from goldspan.web.addresses import is_loopback
from helpers.http_faults import (
    APP,
    BAD_GATEWAY,
    CSRF,
    EXPIRED,
    FORBIDDEN,
    LOGIN,
    ME,
    PASSWORD,
    QUICK,
    SECRETS,
    SESSION,
    TOKEN,
    ScriptedServer,
    account,
    cookies,
    error_of,
    error_on,
    reply,
    stall,
)

BROKEN = {
    "502 page": (BAD_GATEWAY, "GET /v1/me: the server answered 502 .*: 502 Bad Gateway nginx/1.18.0\n.*Doccano behind"),
    "500 page": (reply(500, "<h1>Server Error (500)</h1>", kind="text/html"), r"500 .*: Server Error \(500\)\n.*log"),
    "title alone": (reply(500, "<title>Oh &amp; no</title>", kind="text/html"), "500 Said so: Oh & no"),
    "nothing said": (reply(500, b"", kind=None), "the server answered 500 Said so\n"),
    "gone": (reply(404, {"detail": "Not found."}), "404 Said so: Not found.\n.*gone"),
    "not allowed": (FORBIDDEN, "403 .*: You do not have permission.*\n.*administrator"),
    "too many": (reply(429, {"detail": "Throttled."}, Retry_After="0"), "429 .*: Throttled.\n.*wait"),
    "several words": (
        reply(400, {"name": ["Too long.", "Too odd."], "non_field_errors": ["Bad."]}),
        "name: Too long.; name: Too odd.; Bad.",
    ),
    "long words": (reply(400, "word " * 1000, kind="text/plain"), "(word ){50,60}.*…"),
    "HTML for JSON": (APP, "JSON was expected but text/html came: doccano\n  Is http://127.0.0.1:[0-9]+/ the address"),
    "no kind": (reply(200, b"{}", kind=None), "JSON was expected but no content type came"),
    "half an answer": (reply(200, b'{"id": 1, "user', length=500), "broke off in the middle of its answer"),
    "half an answer that claims to be whole": (reply(200, b'{"id": 1, "user'), r"not whole \(15 bytes\)"),
    "empty": (reply(200), r"not whole \(0 bytes\)"),
    "deep": (reply(200, "[" * 100_000), "called JSON but is not"),
    "half a chunk": (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
        "broke off in the middle",
    ),
    "no gzip": (reply(200, b"{}", Content_Encoding="gzip"), "cannot be unpacked"),
    "no answer": (b"", "cut the connection"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", "cut the connection"),
    "silence": (stall(), "did not answer within 0.3 s\n.*not known"),
    "silence in between": (stall(first=reply(200, b"{", length=9)), "went silent for 0.3 s in its answer"),
    "a list": (reply(200, [1]), "the answer to GET /v1/me is a list, not an object\n.*Doccano 1.8"),
    "missing keys": (reply(200, {"id": 1, "name": "x"}), "the answer to GET /v1/me lacks 'username'; it has id, name"),
    "wrong kind": (reply(200, {"id": "1"}), "'id' of the answer to GET /v1/me is a string, not a number"),
    "true for one": (reply(200, {"id": True}), "'id' of the answer to GET /v1/me is true or false, not a number"),
    "null": (reply(200, "null"), "the answer to GET /v1/me is null, not an object"),
    "moved": (reply(301, b"", Location="/v2/me?token=abc"), "answered 301 and points to /v2/me\n"),
    "login page": (reply(302, b"", Location="/login/?next=/v1/me"), "answered 302 and points to /login/\n"),
    "nowhere": (reply(302), "points to nowhere"),
    "no address": (reply(302, Location="http://["), "points to an invalid address\n"),
    "no port": (reply(302, Location="http://h:abc/"), "points to an invalid address\n"),
    "a port too large": (reply(302, Location="http://h:99999999/"), "points to an invalid address\n"),
    "a long way": (reply(302, Location="/a" * 9000), "points to (/a){150}\n"),
    "an odd code": (reply(200, b"{}", kind="application/json; charset=idna"), "called JSON but is not"),
    "many keys": (reply(200, {f"k{n}": 1 for n in range(9000)}), "lacks 'id'; it has k0.{298}\n"),
    "long digits": (reply(200, b'{"id": ' + b"9" * 5000 + b"}"), "called JSON but is not"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_a_clear_error(name):
    answer, expected = BROKEN[name]
    assert re.search(expected, error_on(answer))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_the_server_repeats_is_scrubbed(secret):
    page = f"<p>cookies: {secret}</p>"
    for answer in (
        reply(500, page, kind="text/html"),
        reply(400, {"detail": page}),
        reply(400, {secret: page}),
        reply(302, b"", Location=f"http://{secret}.example/{secret}"),
        reply(200, page, kind=f"text/{secret}"),
    ):
        assert "***" in error_on(answer)


def test_no_log_holds_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    with ScriptedServer({"GET /v1/me": [BAD_GATEWAY, EXPIRED, ME], "POST /v1/users/create": [BAD_GATEWAY]}) as server:
        Doccano(account(server.url), **QUICK).me()
        with pytest.raises(ServerError) as caught:
            Doccano(account(server.url), **QUICK).create_user("ann", PASSWORD)
        assert PASSWORD not in str(caught.value)
    assert "POST /v1/auth/login/" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_a_client_shows_its_address_and_user_alone():
    with ScriptedServer() as server:
        assert repr(Doccano(account(server.url))) == f"<Doccano {server.url} as admin>"


def test_a_redirect_to_another_host_is_never_followed():
    with (
        ScriptedServer() as other,
        ScriptedServer({"GET /v1/me": [reply(307, b"", Location=f"{other.url}/v1/me")]}) as server,
    ):
        assert f"answered 307 and points to {other.url}/v1/me\n  Redirects are not followed" in error_of(
            server.url, Doccano.me
        )
        assert not other.requests


def test_a_redirected_login_does_not_resend_the_password():
    with ScriptedServer() as other:
        line = "POST /v1/auth/login/"
        with ScriptedServer({line: [reply(308, b"", Location=f"{other.url}/v1/auth/login/")]}) as server:
            assert "308 and points to" in error_of(server.url, Doccano.me)
        assert not other.requests


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_login_is_reported_as_one(status):
    answer = reply(status, {"non_field_errors": ["Unable to log in with provided credentials."]})
    with ScriptedServer({"POST /v1/auth/login/": [answer]}) as server:
        expected = f"user name or password refused by {server.url}: Unable to log in with provided credentials.\n"
        assert error_of(server.url, Doccano.me).startswith(expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(200, {"key": "k"}), "accepted the login but gave no session"),
        (APP, "JSON was expected but text/html came"),
        (BAD_GATEWAY, "502"),
        (reply(429, {"detail": "Later."}), "429"),
    ],
)
def test_a_login_that_fails_otherwise_is_not_blamed_on_the_password(answer, expected):
    message = error_on(answer, "POST /v1/auth/login/")
    assert expected in message
    assert "refused" not in message


@pytest.mark.parametrize("refusal", [EXPIRED, reply(401, {"detail": "Invalid token."}), CSRF])
@pytest.mark.parametrize("line", ["GET /v1/projects/1/span-types", "POST /v1/projects/1/span-types"])
def test_an_expired_session_is_renewed_and_the_request_repeated(line, refusal):
    made = {"id": 1, "text": "PER", "background_color": "#112233", "text_color": "#ffffff"}
    fresh = reply(200, {"key": "k"}, Set_Cookie=cookies("second-session", "second-token"))
    good = reply(200, made if line.startswith("POST") else [made])
    with ScriptedServer({line: [refusal, good], "POST /v1/auth/login/": [LOGIN, fresh]}) as server:
        doccano = Doccano(account(server.url), **QUICK)
        label = doccano.create_span_type(1, "PER", "#112233") if line.startswith("POST") else doccano.span_types(1)[0]
        assert label.name == "PER"
        assert server.lines() == [line, "POST /v1/auth/login/", line]
        first, login, second = server.requests[1:]
    assert "Cookie" not in login.headers
    assert first.body == second.body
    assert "sessionid=second-session" in second.headers["Cookie"]
    assert SESSION not in second.headers["Cookie"]


def test_a_session_is_renewed_only_once():
    with ScriptedServer({"GET /v1/me": [EXPIRED]}) as server:
        assert "The login was not accepted" in error_of(server.url, Doccano.me)
        assert server.lines() == ["GET /v1/me", "POST /v1/auth/login/", "GET /v1/me"]


def test_a_missing_permission_is_not_an_expired_session():
    with ScriptedServer({"GET /v1/me": [FORBIDDEN]}) as server:
        error_of(server.url, Doccano.me)
        assert server.lines() == ["GET /v1/me"]


def test_a_csrf_failure_names_the_wrong_address():
    with ScriptedServer({"DELETE /v1/projects/1": [CSRF]}) as server:
        message = error_of(server.url, lambda doccano: doccano.delete_project(1))
        assert "CSRF Failed" in message
        assert f"CSRF_TRUSTED_ORIGINS, https): {server.url}/ is not it" in message


def test_the_csrf_token_is_that_of_the_cookie_at_each_request():
    again = ME[: ME.index(b"\r\n")] + b"\r\nSet-Cookie: csrftoken=turned; Path=/" + ME[ME.index(b"\r\n") :]
    with ScriptedServer({"GET /v1/me": [again], "DELETE /v1/projects/1": [reply(204)]}) as server:
        doccano = Doccano(account(server.url), **QUICK)
        doccano.delete_project(1)
        doccano.me()
        doccano.delete_project(1)
        tokens = [request.headers.get("X-CSRFToken") for request in server.requests]
        assert tokens == [None, TOKEN, None, "turned"]
        assert {request.headers["Referer"] for request in server.requests} == {f"{server.url}/"}


def test_a_request_that_only_reads_is_repeated():
    half = reply(200, b'{"id"', length=99)
    with ScriptedServer({"GET /v1/me": [BAD_GATEWAY, half, b"", reply(429, Retry_After="0"), ME]}) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"
        assert server.lines() == ["GET /v1/me"] * 5


@pytest.mark.parametrize("answer", [BAD_GATEWAY, reply(429, Retry_After="0"), b"", stall(), reply(200, b"{", length=9)])
def test_a_request_that_writes_is_never_repeated(answer):
    with ScriptedServer({"POST /v1/users/create": [answer]}) as server:
        error_of(server.url, lambda doccano: doccano.create_user("ann", "x"))
        assert server.lines() == ["POST /v1/users/create"]


def test_a_server_cannot_ask_for_an_endless_pause():
    class Answer:
        headers: ClassVar = {"Retry-After": "86400"}

    assert http._Retry().get_retry_after(Answer()) == http.LONGEST_PAUSE


NEVER = ["Mon, 01 Jan 99999999999 00:00:00 GMT", "9" * 5000, "soon", "", "-1"]


@pytest.mark.parametrize("asked", NEVER)
def test_an_invalid_retry_after_is_ignored(asked):
    with ScriptedServer({"GET /v1/me": [reply(503, Retry_After=asked), ME]}) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"


@pytest.mark.parametrize("error", [ValueError, OverflowError])
def test_an_error_inside_the_libraries_becomes_a_server_error(error, monkeypatch):
    with ScriptedServer() as server:
        doccano = Doccano(account(server.url), **QUICK)
        monkeypatch.setattr("requests.Session.send", lambda *_, **__: (_ for _ in ()).throw(error(PASSWORD)))
        assert "a header that cannot be understood" in error_of(server.url, lambda _: doccano.me())


def test_an_answer_that_unpacks_to_more_than_the_limit_is_cut_short(monkeypatch):
    monkeypatch.setattr(http.read_body, "__defaults__", (1 << 20,))
    bomb = reply(200, gzip.compress(b" " * (64 << 20) + b"{}"), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        assert "GET /v1/me: the answer has more than 1 MB unpacked" in error_on(bomb)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_an_answer_up_to_the_limit_comes_whole(monkeypatch):
    padded = ME.partition(b"\r\n\r\n")[2].ljust(1 << 20)
    monkeypatch.setattr(http.read_body, "__defaults__", (1 << 20,))
    with ScriptedServer({"GET /v1/me": [reply(200, gzip.compress(padded), Content_Encoding="gzip")]}) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"


OWNED = "x\x1b]0;OWNED\x07\x1b[2J\x9b31m"
PROJECT = {
    "id": 1,
    "name": OWNED,
    **dict.fromkeys(("description", "guideline"), ""),
    **dict.fromkeys(("collaborative_annotation", "grapheme_mode", "allow_overlapping", "use_relation"), False),
    **dict.fromkeys(("random_order", "allow_member_to_create_label_type"), False),
    "project_type": "SequenceLabeling",
}
LISTED = {
    "GET /v1/projects": [reply(200, {"count": 1, "results": [PROJECT]})],
    "GET /v1/projects/1/examples": [reply(200, {"count": 0, "results": []})],
    "GET /v1/projects/1/metrics/member-progress": [reply(200, {"total": 0, "progress": [{"user": OWNED, "done": 1}]})],
}


@pytest.mark.parametrize("table", [LISTED, {"POST /v1/auth/login/": [reply(500, {"detail": OWNED})]}])
def test_control_characters_of_a_server_do_not_reach_the_terminal(table, monkeypatch, capsys, tmp_path):
    with ScriptedServer(table) as server:
        login = {"URL": server.url, "USERNAME": "admin", "PASSWORD": PASSWORD}
        for name, value in login.items():
            monkeypatch.setenv(f"DOCCANO_{name}", value)
        with pytest.raises(SystemExit):
            cli.main(["doccano", "status", "--home", str(tmp_path)])
    printed = "".join(capsys.readouterr())
    assert "x␛]0;OWNED␇␛[2J" in printed
    assert not set(printed) & {"\x1b", "\x07", "\x9b"}


def test_spans_of_several_shapes_are_read_alike():
    several = [{"start_offset": 0, "end_offset": 1, "label": "A", "id": 5}, [0, 1, "A"]]
    assert snapshot.parse_spans(several) == (snapshot.RawExportSpan(0, 1, "A"), snapshot.RawExportSpan(0, 1, "A"))


@pytest.mark.parametrize("count", ["many", None, [1], float("inf"), float("nan")])
def test_a_check_of_a_list_whose_length_is_not_a_number_is_skipped(count):
    server = SimpleNamespace(probe=lambda *_, **__: (200, {"count": count, "results": []}))
    context = DoctorContext(Account("http://127.0.0.1:1/", "admin", PASSWORD), server, project=SimpleNamespace(id=1))
    with pytest.raises(Skipped, match="the list of examples"):
        list(page_size.findings(context))


def test_a_request_that_writes_waits_for_a_server_that_starts_late():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{place.getsockname()[1]}"

        def come_up():
            time.sleep(0.1)
            place.listen()
            connection, _ = place.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(LOGIN)

        thread = threading.Thread(target=come_up)
        thread.start()
        Doccano(account(url), timeout=(1.0, 1.0), pause=0.1)
        thread.join()


def test_a_refused_connection_is_reported_in_the_words_of_the_system():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{place.getsockname()[1]}"
        assert re.search(r"cannot be reached \(.*refused\)\n  Is the server running\?", error_of(url, Doccano.me))


def test_a_host_that_does_not_exist_cannot_be_reached():
    assert "cannot be reached" in error_of("http://doccano.invalid", Doccano.me)


def test_a_proxy_of_the_environment_never_sees_this_machine(monkeypatch):
    with ScriptedServer() as proxy, ScriptedServer({"GET /v1/me": [ME]}) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert Doccano(account(server.url), **QUICK).me().username == "admin"
        assert not proxy.requests


def test_a_proxy_is_used_for_others_and_its_failure_reported(monkeypatch):
    with ScriptedServer({"POST http://doccano.example/v1/auth/login/": [BAD_GATEWAY]}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert "502" in error_of("http://doccano.example", Doccano.me)
        monkeypatch.setenv("http_proxy", "http://user:proxy-password@127.0.0.1:9")
        message = error_of("http://doccano.example", Doccano.me)
    assert "not reached through the proxy" in message
    assert "proxy-password" not in message


def test_a_password_of_a_netrc_file_is_not_sent(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr(http, "is_loopback", lambda _: False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedServer({"GET /v1/me": [ME]}) as server:
        Doccano(account(server.url), **QUICK).me()
        assert not any("Authorization" in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.3.2.1", True),
        ("http://[::1]:80", True),
        ("http://localhost", True),
        ("http://a.localhost", True),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
    ],
)
def test_loopback_addresses_are_this_machine(url, here):
    assert is_loopback(url) is here


TASK = "2f9c2c3e-0000-4000-8000-000000000000"
STATUS = f"GET /v1/tasks/status/{TASK}"
DOWNLOAD = "GET /v1/projects/1/download"
READY = reply(200, {"ready": True, "result": "/media/x.zip", "error": None})
WAITING = reply(200, {"ready": False, "result": None, "error": None})


def a_zip(**parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(f"{name}.jsonl", text)
    return data.getvalue()


def exporting(download, status=READY):
    return {
        "POST /v1/projects/1/download": [reply(200, {"task_id": TASK})],
        "GET /v1/projects/1/examples": [reply(200, {"count": 0, "results": []})],
        STATUS: [status],
        DOWNLOAD: [download],
    }


def export(doccano):
    with doccano.export(1, confirmed=False) as path:
        return path.read_bytes()


def test_an_export_comes_whole_and_leaves_nothing_behind():
    data = a_zip(ann='{"id": 1}\n')
    with ScriptedServer(exporting(reply(200, data, kind="application/zip"), WAITING)) as server:
        server.table[STATUS] = [WAITING, WAITING, READY]
        doccano = Doccano(account(server.url), **QUICK)
        with doccano.export(1, confirmed=True) as path:
            assert path.read_bytes() == data
        assert not path.parent.exists()
        asked = next(request for request in server.requests if request.line == "POST /v1/projects/1/download")
        assert json.loads(asked.body) == {"format": "JSONL", "exportApproved": True}


DATA = a_zip(ann="x" * 5000)
CUT = {
    "cut": (reply(200, DATA[:90], kind="application/zip", length=len(DATA)), "broke off before it was complete"),
    "silent": (
        stall(first=reply(200, DATA[:90], kind="application/zip", length=5000)),
        "broke off before it was complete",
    ),
    "a page": (APP, "sent no ZIP for the export"),
    "not ready after all": (reply(200, {"status": "Not ready"}), "sent no ZIP"),
    "empty": (reply(200, b"", kind="application/zip"), "an empty export"),
    "failed": (reply(500, "<h1>Server Error (500)</h1>", kind="text/html"), "500"),
}


@pytest.mark.parametrize("name", CUT)
def test_an_export_that_does_not_come_whole_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer, expected = CUT[name]
    with ScriptedServer(exporting(answer)) as server:
        assert expected in error_of(server.url, export)
    assert not list(tmp_path.iterdir())


def test_an_endless_export_is_cut_short(monkeypatch):
    monkeypatch.setattr(http.save_zip, "__defaults__", (100,))
    with ScriptedServer(exporting(reply(200, DATA + b"x" * 200, kind="application/zip"))) as server:
        assert "more than 100 bytes" in error_of(server.url, export)


def test_a_failed_task_is_reported_in_the_words_of_the_worker():
    failed = reply(200, {"ready": True, "result": None, "error": {"text": "database is locked"}})
    with ScriptedServer(exporting(READY, failed)) as server:
        assert "failed in Doccano's worker: database is locked\n" in error_of(server.url, export)
        assert DOWNLOAD not in server.lines()


def test_a_task_that_never_ends_points_to_the_worker():
    with ScriptedServer({STATUS: [WAITING]}) as server:
        message = error_of(server.url, lambda doccano: doccano.wait_for_import(TASK))
        assert re.search("not ended in [0-9]+ s: the task worker does not seem to run\n.*`doccano task`", message)


def test_news_renew_the_patience():
    with ScriptedServer({STATUS: [WAITING] * 12 + [READY]}) as server:
        doccano = Doccano(account(server.url), **QUICK)
        news = iter(range(100))
        assert doccano.wait_for_import(TASK, news=lambda: next(news), patience=0.2) == ["/media/x.zip"]
        assert next(news) > 1


def test_news_that_stay_the_same_do_not_renew_it():
    with ScriptedServer({STATUS: [WAITING]}) as server:
        assert "does not seem to run" in error_of(
            server.url, lambda doccano: doccano.wait_for_import(TASK, news=lambda: 7)
        )


def test_import_errors_are_reported_line_by_line():
    errors = [{"filename": "a.jsonl", "line": 3, "message": "Expecting value"}, {"message": "Bad."}, "odd"]
    with ScriptedServer({STATUS: [reply(200, {"ready": True, "result": {"error": errors}, "error": None})]}) as server:
        errors = Doccano(account(server.url), **QUICK).wait_for_import(TASK)
        assert errors == ["a.jsonl, line 3: Expecting value", "Bad.", "odd"]


@pytest.mark.parametrize("answer", [APP, reply(200, {"ready": "yes"}), reply(200, {}), BAD_GATEWAY])
def test_a_status_of_the_wrong_shape_is_refused(answer):
    assert error_on(answer, STATUS, lambda doccano: doccano.wait_for_import(TASK))


@pytest.mark.parametrize("answer", [reply(200, {}), reply(200, {"task_id": 7}), reply(200, {"task_id": "../../x"})])
def test_an_invalid_task_id_is_refused(answer):
    assert error_on(answer, "POST /v1/projects/1/upload", lambda doccano: doccano.start_import(1, ["a"]))


def test_an_upload_without_an_id_is_refused():
    message = error_on(APP, "POST /v1/fp/process/", lambda doccano: doccano.upload(b"x", "a.jsonl"))
    assert "accepted the upload of a.jsonl but gave no id for it" in message


def test_a_missing_upload_is_not_reverted_and_other_refusals_are_errors():
    with ScriptedServer({"DELETE /v1/fp/revert/": [reply(204), reply(404), reply(400, "bad")]}) as server:
        doccano = Doccano(account(server.url), **QUICK)
        assert [doccano.discard_upload("a" * 22), doccano.discard_upload("a" * 22)] == [True, False]
        with pytest.raises(ServerError, match="400"):
            doccano.discard_upload("a" * 22)
        assert {request.body for request in server.requests[1:]} == {b"a" * 22}


def test_bytes_after_the_end_of_an_answer_are_not_taken_for_the_next():
    def stray(write):
        write(reply(204, kind=None, length=4, close=False))
        time.sleep(0.1)
        write(b"None")

    with ScriptedServer({"DELETE /v1/fp/revert/": [stray], "DELETE /v1/projects/1": [ME]}, keep=True) as server:
        doccano = Doccano(account(server.url), **QUICK)
        assert doccano.discard_upload("a" * 22)
        doccano.delete_project(1)
        doccano.close()


def test_deleting_no_examples_never_reaches_the_server():
    with ScriptedServer() as server:
        doccano = Doccano(account(server.url), **QUICK)
        with pytest.raises(InvalidValueError, match="no example"):
            doccano.delete_examples(1, [])
        assert not server.lines()


def test_a_filter_by_an_empty_label_never_reaches_the_server():
    with ScriptedServer() as server:
        with pytest.raises(InvalidValueError, match="empty label"):
            Doccano(account(server.url), **QUICK).examples(1, "")
        assert not server.lines()


def test_an_unknown_field_never_reaches_the_server():
    with ScriptedServer() as server:
        with pytest.raises(InvalidValueError, match="no field 'colaborative'"):
            Doccano(account(server.url), **QUICK).update_project(1, colaborative=True)
        assert not server.lines()


@pytest.mark.parametrize(
    "answer",
    [
        reply(503, {"Worker": "unavailable"}),
        FORBIDDEN,
        APP,
        reply(200, "plain", kind=None),
        reply(200, "plain", kind="text/plain; charset=idna"),
    ],
)
def test_a_probe_returns_any_answer(answer):
    with ScriptedServer({"GET /v1/health/": [answer]}) as server:
        status, content = Doccano(account(server.url), **QUICK).probe("v1/health/", format="json")
    assert (status, content) in [
        (503, {"Worker": "unavailable"}),
        (403, {"detail": "You do not have permission to perform this action."}),
        (200, "<!doctype html><html><head><title>doccano</title></head><body></body></html>"),
        (200, "plain"),
    ]

"""What stands between goldspan and a Doccano: a second login, redirects, checks of origin, time-outs, cookies."""

import base64
import logging
import re
import socket

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client import paging
from goldspan.doccano.client.api import Doccano, LoginRefusedError
from goldspan.doccano.doctor import checks
from goldspan.errors import InvalidValueError, ServerError
from helpers.http_faults import (
    BAD_GATEWAY,
    KEY,
    LOGIN,
    ME,
    PASSWORD,
    QUICK,
    SECRETS,
    ScriptedServer,
    account,
    cookies,
    error_of,
    error_on,
    reply,
)

LOG_IN = "POST /v1/auth/login/"
PROXY_PASSWORD = "pä55:wörd-of-the-front"  # noqa: S105  (of nobody)
PROXY_AUTH = f"team:{PROXY_PASSWORD}"
ENCODED = base64.b64encode(PROXY_AUTH.encode()).decode()
ALL_SECRETS = (*SECRETS, PROXY_PASSWORD, ENCODED)
NGINX_401 = "<html><head><title>401 Authorization Required</title></head><body>401 Authorization Required</body></html>"
ASKS = reply(401, NGINX_401, kind="text/html", WWW_Authenticate='Basic realm="Staff only"')


def test_the_login_of_a_proxy_goes_with_every_request():
    with ScriptedServer({"GET /v1/me": [ME]}) as server:
        Doccano(account(server.url, proxy_auth=PROXY_AUTH), **QUICK).me()
        assert {request.headers["Authorization"] for request in server.requests} == {f"Basic {ENCODED}"}


@pytest.mark.parametrize("line", [LOG_IN, "GET /v1/me"])
def test_a_proxy_that_asks_for_a_login_says_what_to_set(line):
    message = error_on(ASKS, line)
    assert re.search(f"{line}: a proxy in front of .* asks for a login of its own .*'Staff only'", message)
    assert "Set DOCCANO_PROXY_AUTH=user:password in the environment" in message


@pytest.mark.parametrize("line", [LOG_IN, "GET /v1/me"])
def test_a_proxy_that_refuses_its_login_is_not_taken_for_doccano(line):
    with ScriptedServer({line: [ASKS]}) as server:
        message = error_of(server.url, Doccano.me, proxy_auth=PROXY_AUTH, secrets=ALL_SECRETS)
        assert [request.line for request in server.requests].count(LOG_IN) == 1
    assert re.search("the proxy in front of .* refuses DOCCANO_PROXY_AUTH .*'Staff only'", message)


@pytest.mark.parametrize("kind", ["Negotiate", "NTLM", 'Digest realm="x", nonce="y"', 'Bearer realm="x"'])
def test_a_login_of_another_kind_is_named(kind):
    message = error_on(reply(401, NGINX_401, kind="text/html", WWW_Authenticate=kind), LOG_IN)
    assert f"asks for a login by {kind.partition(' ')[0].lower()}" in message
    assert "goldspan can answer Basic alone" in message


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_that_refuses_is_not_a_refused_login(status):
    message = error_on(
        reply(status, "<h1>Forbidden</h1><p>Your address is not on the list.</p>", kind="text/html"), LOG_IN
    )
    assert "Your address is not on the list.\n  Doccano did not say that: something in front of it refuses" in message
    assert "password" not in message


@pytest.mark.parametrize("secret", [PROXY_PASSWORD, ENCODED, PROXY_AUTH])
def test_the_login_of_a_proxy_is_in_no_message_and_no_log(secret, caplog):
    caplog.set_level(logging.DEBUG)
    repeated = f"you sent {secret}"
    for answer in (
        reply(500, repeated, kind="text/html"),
        reply(400, {"detail": repeated}),
        reply(302, Location=secret),
    ):
        with ScriptedServer({"GET /v1/me": [answer]}) as server:
            assert error_of(server.url, Doccano.me, proxy_auth=PROXY_AUTH, secrets=ALL_SECRETS)
    with ScriptedServer() as server:
        shown = account(server.url, proxy_auth=PROXY_AUTH)
        assert secret not in repr(shown) + str(shown) + repr(Doccano(shown, **QUICK)) + caplog.text


def test_the_doctor_tries_a_login_behind_the_same_proxy():
    with ScriptedServer({LOG_IN: [reply(400, {"non_field_errors": ["No."]})]}) as server:
        assert not checks.can_log_in(account(server.url, proxy_auth=PROXY_AUTH))
        assert server.requests[0].headers["Authorization"] == f"Basic {ENCODED}"


CSRF = {
    "Referer checking failed - https://h/ does not match any trusted origins.": "proxy_set_header Host $http_host",
    "Origin checking failed - https://h does not match any trusted origins.": "CSRF_TRUSTED_ORIGINS=http://127.0.0.1:",
    "Referer checking failed - Referer is insecure while host is secure.": "X-Forwarded-Proto $scheme",
}


@pytest.mark.parametrize("reason", CSRF)
@pytest.mark.parametrize("line", [LOG_IN, "DELETE /v1/projects/1"])
def test_a_check_of_the_origin_is_named_with_what_to_set(line, reason):
    answer = reply(403, {"detail": f"CSRF Failed: {reason}"})
    message = error_on(answer, line, lambda doccano: doccano.delete_project(1))
    assert reason in message
    assert CSRF[reason] in message
    assert "password" not in message


REDIRECTS = {
    "https://127.0.0.1/v1/auth/login/": "set DOCCANO_URL=https://127.0.0.1",
    "https://127.0.0.1:8443/ner/v1/auth/login/": "set DOCCANO_URL=https://127.0.0.1:8443/ner",
    "/ner/v1/auth/login/": "set DOCCANO_URL=http://127.0.0.1:[0-9]+/ner",
    "https://sso.example.org/login?next=/v1/auth/login/": "it looks like a page to log in",
    "/oauth2/start": "it looks like a page to log in",
    "https://other.example.org/v1/auth/login/": "use the address that http://127.0.0.1:[0-9]+/ points to",
}


@pytest.mark.parametrize("location", REDIRECTS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_says_which_address_to_use(location, status):
    message = error_on(reply(status, Location=location), LOG_IN)
    assert re.search(f"no login is sent to another server: {REDIRECTS[location]}", message)
    assert "next=" not in message


def test_a_session_that_is_for_https_alone_is_named():
    secure = [f"{cookie}; Secure" for cookie in cookies()]
    message = error_on(reply(200, {"key": KEY}, Set_Cookie=secure), LOG_IN)
    assert "accepted the login but gave no session for http: its cookies are for https alone\n" in message
    assert "DOCCANO_URL=https://127.0.0.1" in message


@pytest.mark.parametrize("change", ["Path=/elsewhere", "Domain=ner.example.org; Path=/"])
def test_a_session_for_another_place_is_named(change):
    other = [cookie.replace("Path=/", change) for cookie in cookies()]
    message = error_on(reply(200, {"key": KEY}, Set_Cookie=other), LOG_IN)
    assert "accepted the login but gave no session\n  Something in front of the server may keep its cookies" in message


def test_a_doccano_that_is_started_again_is_waited_for():
    down = [BAD_GATEWAY, reply(503, "<h1>Starting</h1>", kind="text/html"), reply(521)] * 2
    with ScriptedServer({LOG_IN: [*down, LOGIN], "GET /v1/me": [*down, ME]}) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"


@pytest.mark.parametrize("status", [504, 524])
def test_a_proxy_that_times_out_is_asked_once_more_and_then_named(status):
    with ScriptedServer({"GET /v1/me": [reply(status, "<h1>Gateway Time-out</h1>", kind="text/html")]}) as server:
        message = error_of(server.url, Doccano.me)
        assert server.lines() == ["GET /v1/me"] * 2
    assert ": Gateway Time-out\n  The proxy in front did not wait any longer for Doccano" in message
    assert "proxy_read_timeout" in message


def test_a_page_of_a_list_that_takes_too_long_is_asked_for_in_smaller_pages():
    sizes, slow = [], BAD_GATEWAY.replace(b"502", b"504")

    def page(limit, offset):
        sizes.append(limit)
        if limit > 250:
            with ScriptedServer({"GET /v1/me": [slow]}) as server:
                Doccano(account(server.url), **QUICK).me()
        return {"count": 900, "results": [{"id": number} for number in range(offset, min(900, offset + limit))]}

    rows = paging.PagedList(page, "examples", "the answer").distinct()
    assert [row["id"] for row in rows] == list(range(900))
    assert sizes[:3] == [1000, 500, 250]


def test_a_page_that_never_comes_is_an_error():
    def page(*_):
        with ScriptedServer({"GET /v1/me": [BAD_GATEWAY.replace(b"502", b"504")]}) as server:
            Doccano(account(server.url), **QUICK).me()

    with pytest.raises(ServerError, match="504"):
        list(paging.PagedList(page, "examples", "the answer").distinct())


def test_an_answer_in_http_1_0_without_a_length_is_read_to_its_end():
    body = ME.partition(b"\r\n\r\n")[2]
    with ScriptedServer(
        {"GET /v1/me": [b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body]}
    ) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"


def test_no_request_is_sent_in_chunks():
    lines = {"POST /v1/users/create": [ME], "PATCH /v1/projects/1/examples/1": [ME]}
    with ScriptedServer({**lines, "POST /v1/fp/process/": [reply(200, "a" * 22, kind="text/plain")]}) as server:
        doccano = Doccano(account(server.url), **QUICK)
        doccano.create_user("ann", "x" * 100_000)
        doccano.upload(b"x" * 100_000, "a.jsonl")
        writes = [request for request in server.requests if not request.line.startswith("GET")]
        assert len(writes) == 3
        assert not [request for request in writes if "Transfer-Encoding" in request.headers]


def test_a_server_below_a_path_gets_every_request_there():
    lines = {"POST /ner/doccano/v1/auth/login/": [LOGIN], "GET /ner/doccano/v1/me": [ME]}
    with ScriptedServer(lines) as server:
        assert Doccano(account(f"{server.url}/ner/doccano/"), **QUICK).me().username == "admin"
        assert {request.headers["Referer"] for request in server.requests} == {f"{server.url}/ner/doccano/"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://ner.example.org:443", "https://ner.example.org"),
        ("http://ner.example.org:80/d/", "http://ner.example.org/d"),
        ("https://ner.example.org:80", "https://ner.example.org:80"),
        ("https://ner.example.org:", "https://ner.example.org"),
        ("https://ner.example.org:08443", "https://ner.example.org:8443"),
        ("https://[::1]:443", "https://[::1]"),
        ("http://[2001:DB8::1]:8000/", "http://[2001:db8::1]:8000"),
        ("https://Dökcano.example", "https://xn--dkcano-wxa.example"),
        ("https://Łódź.example:8443/d", "https://xn--d-uga0v4h.example:8443/d"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
    ],
)
def test_an_address_has_the_form_that_goes_into_headers(given, kept):
    assert Account(given, "a", "b").url == Account(kept, "a", "b").url == kept


@pytest.mark.parametrize(
    "host", ["-ö.example", "ö..example", f"{'ö' * 70}.de", "a..example", f"{'a' * 70}.de", ".", "a." * 130]
)
def test_a_host_that_cannot_be_is_refused(host):
    with pytest.raises(InvalidValueError, match="host name that no host can have"):
        Account(f"https://{host}", "a", "b")


@pytest.mark.parametrize(
    "value", ["team", ":secret-word", "team:secret-word\n", "team:secret\x00word", "team:\tsecret-word"]
)
def test_a_login_of_a_proxy_that_cannot_be_sent_is_refused_and_not_repeated(value):
    with pytest.raises(InvalidValueError, match="DOCCANO_PROXY_AUTH is not a user and a password") as caught:
        account("http://127.0.0.1:1", proxy_auth=value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["a:", "a:b:c", "ä:ö", "a:\udcff", "a b:c d", "DOM\\user:x"])
def test_any_other_login_of_a_proxy_is_sent(value):
    with ScriptedServer({"GET /v1/me": [ME]}) as server:
        Doccano(account(server.url, proxy_auth=value), **QUICK).me()
        sent = base64.b64decode(server.requests[-1].headers["Authorization"].removeprefix("Basic "))
    assert sent == value.encode("utf-8", "surrogateescape")


def test_a_server_on_an_ipv6_address_is_reached(monkeypatch):
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6")
    monkeypatch.setattr("http.server.ThreadingHTTPServer.address_family", socket.AF_INET6)
    monkeypatch.setattr("helpers.http_faults.LOCAL", "::1")
    with ScriptedServer({"GET /v1/me": [ME]}) as server:
        assert Doccano(account(server.url), **QUICK).me().username == "admin"
        assert server.requests[0].headers["Host"].startswith("[::1]:")


def test_a_refused_login_stays_one_behind_a_proxy():
    answer = reply(400, {"non_field_errors": ["Unable to log in with provided credentials."]})
    with ScriptedServer({LOG_IN: [answer]}) as server, pytest.raises(LoginRefusedError, match="password refused"):
        Doccano(account(server.url, proxy_auth=f"team:{PASSWORD}"), **QUICK)


PAGE_WITHOUT_TOKEN = "<h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>"  # noqa: S105


def test_the_address_of_a_page_is_not_that_of_doccano():
    line = "POST /projects/1/dataset/v1/auth/login/"
    with ScriptedServer({line: [reply(403, PAGE_WITHOUT_TOKEN, kind="text/html")]}) as server:
        message = error_of(f"{server.url}/projects/1/dataset", Doccano.me)
        assert message.endswith(
            f"There is no Doccano below that path. DOCCANO_URL is its address without that of a page: {server.url}"
        )


def test_a_name_that_doccano_refuses_to_be_asked_by_is_named():
    message = error_on(reply(400, "<h1>Bad Request (400)</h1>", kind="text/html"), LOG_IN)
    assert "Doccano does not let itself be asked by the name 127.0.0.1: not by one with _, nor by one" in message


def test_a_login_in_the_address_is_pointed_to_where_it_belongs():
    with pytest.raises(InvalidValueError, match="that of a proxy in front into DOCCANO_PROXY_AUTH"):
        Account("https://team:pa55@ner.example.org", "a", "b")


def test_a_forward_proxy_that_asks_for_a_login_is_not_one_in_front(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    asks = reply(407, "<h1>Proxy Authentication Required</h1>", kind="text/html", Proxy_Authenticate="Basic")
    with ScriptedServer({"POST http://doccano.example/v1/auth/login/": [asks]}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        message = error_of("http://doccano.example", Doccano.me, proxy_auth=PROXY_AUTH, secrets=ALL_SECRETS)
    assert "407" in message
    assert "Put the login into HTTP_PROXY and HTTPS_PROXY" in message

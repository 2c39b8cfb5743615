"""The HTTP client against servers that fail: each fault has a message that says what to do, and none holds a secret."""

import socket
import threading
import time

import pytest

from goldspan.errors import ServerError
from goldspan.suggest.language_model import client as client_module
from goldspan.suggest.language_model.budget import Budget, BudgetLimits
from goldspan.suggest.language_model.client import ChatClient, FormRefusedError, UnusableAnswerError
from goldspan.web import tls
from helpers import tls_proxy
from helpers.http_faults import reply
from helpers.language_model_stub import ModelStub, completion

KEY = "sk-that-must-not-leak"
TEXT = "Words of an article that nobody else may read."
BODY = {"messages": [{"role": "user", "content": TEXT}], "max_tokens": 10}


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def ask(pauses):
    """Ask a server once; the seconds that were waited go to `pauses`."""

    def asked(address, *, seconds=5.0, key=KEY, requests=100, answered=False):
        budget = Budget(BudgetLimits(requests=requests, tokens=None, seconds=600.0))
        client = ChatClient(address, key, seconds=seconds, budget=budget, pause=pauses.append)
        client.was_answered = answered
        return client.complete(BODY, TEXT)

    return asked


def error_of(ask, address, kind=ServerError, **options):
    with pytest.raises(kind) as caught:
        ask(address, **options)
    message = str(caught.value)
    assert KEY not in message
    assert TEXT not in message
    assert caught.value.remedy
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return message


def error(message, status=400, **headers):
    return reply(status, {"error": {"message": message, "type": "invalid_request_error"}}, **headers)


def test_the_answer_comes_with_its_tokens(ask):
    with ModelStub(replies=[completion("yes", usage=(20, 3))]) as stub:
        assert ask(stub.address) == "yes"
    assert stub.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert stub.requests[0].headers["Accept"] == "application/json"


def test_without_a_key_no_key_is_sent_also_none_of_a_netrc_file(ask, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with ModelStub() as stub:
        ask(stub.address, key=None)
    assert "Authorization" not in stub.requests[0].headers


def test_no_proxy_gets_what_stays_on_this_machine(ask, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with ModelStub(replies=[completion("yes")]) as stub:
        assert ask(stub.address) == "yes"


def test_a_cookie_is_not_sent_back(ask):
    with ModelStub(lambda _: completion("yes", Set_Cookie="id=1; Path=/")) as stub:
        ask(stub.address)
        ask(stub.address)
    assert all("Cookie" not in request.headers for request in stub.requests)


def test_a_server_that_is_not_there_is_named_with_the_address(ask, pauses):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    message = error_of(ask, address)
    assert f"{address} cannot be reached (Connection refused)" in message
    assert "Is the server running there?" in message
    assert not pauses
    error_of(ask, address, answered=True)
    assert pauses == [1, 2, 4, 8]


def test_a_name_that_leads_nowhere_is_reported(ask):
    assert "cannot be reached" in error_of(ask, "http://nowhere.localhost:1/v1")


def test_localhost_must_be_this_machine(ask, monkeypatch):
    real = socket.getaddrinfo

    def elsewhere(host, *arguments, **options):
        return real("192.0.2.1" if host == "localhost" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", elsewhere)
    assert "localhost leads to 192.0.2.1, which is not this machine" in error_of(ask, "http://localhost:1/v1")


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_a_broken_answer_is_asked_for_again_once_the_server_has_answered(ask, pauses, data):
    with ModelStub(replies=[data, completion("yes")]) as stub:
        assert ask(stub.address, answered=True) == "yes"
        assert pauses == [1]
        stub.replies = [data]
        assert stub.address in error_of(ask, stub.address)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (reply(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}), "status 401"),
        (error("You may not", 403), "status 403: You may not"),
        (error("model 'x' not found, try pulling it first", 404), "status 404: model 'x' not found"),
        (reply(404, {"detail": "Not Found"}), "status 404: Not Found"),
        (reply(405, "<h1>no</h1>", kind="text/html"), "status 405"),
        (error("Your account is empty", 402), "status 402: Your account is empty"),
        (reply(200, "<html>Welcome</html>", kind="text/html"), "sent no chat completion (text/html, 20 bytes)"),
        (reply(200, "data: {}\n\n", kind="text/event-stream"), "sent no chat completion (text/event-stream"),
        (reply(200, ""), "sent no chat completion (application/json, 0 bytes)"),
        (reply(200, "[]"), "sent no chat completion"),
        (reply(200, '{"a": NaN}'), "sent no chat completion"),
        (reply(302, Location="https://elsewhere.example/v1?key=1"), "points to https://elsewhere.example, and that"),
        (reply(307, Location="//elsewhere.example/"), "points to ://elsewhere.example"),
        (reply(300), "points to"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", "no chat completion"),
        (reply(200, b"\x1f\x8bnot gzip", Content_Encoding="gzip"), "cannot be"),
    ],
)
def test_what_no_further_request_would_change_ends_the_run_at_once(ask, pauses, data, message):
    with ModelStub(replies=[data]) as stub:
        told = error_of(ask, stub.address)
        assert message in told
        assert not pauses
        assert len(stub.requests) == 1


def test_a_redirect_is_not_followed(ask):
    with ModelStub() as other, ModelStub(replies=[reply(308, Location=f"{other.address}/chat/completions")]) as stub:
        error_of(ask, stub.address)
    assert not other.requests


def test_the_missing_key_is_what_a_401_without_one_is_about(ask):
    with ModelStub(replies=[error("no", 401)] * 2) as stub:
        assert "The key is missing" in error_of(ask, stub.address, key=None)
        assert "The key is not accepted there" in error_of(ask, stub.address)


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_busy_server_is_asked_again_with_growing_pauses(ask, pauses, status):
    with ModelStub(replies=[error("busy", status), error("busy", status), completion("yes")]) as stub:
        assert ask(stub.address) == "yes"
    assert pauses == [1, 2]
    with ModelStub(lambda _: error("busy", status)) as stub:
        assert f"status {status}: busy" in error_of(ask, stub.address)
        assert len(stub.requests) == 5


@pytest.mark.parametrize(
    ("asked", "pause"),
    [("7", 7), ("0", 0), ("soon", 1), ("-3", 1), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("", 1), ("٣", 1)],
)
def test_the_pause_is_the_one_that_the_server_asks_for(ask, pauses, asked, pause):
    with ModelStub(replies=[error("busy", 429, Retry_After=asked), completion("yes")]) as stub:
        assert ask(stub.address) == "yes"
    assert pauses == [pause]


def test_a_pause_that_is_too_long_is_not_waited_for(ask, pauses):
    with ModelStub(replies=[error("come back tomorrow", 429, Retry_After="86400")]) as stub:
        assert "come back tomorrow" in error_of(ask, stub.address)
    assert not pauses


def test_each_attempt_is_a_request_of_the_budget(ask):
    with ModelStub(lambda _: error("busy", 503)) as stub:
        assert ask(stub.address, requests=3) is None
        assert len(stub.requests) == 3


@pytest.mark.parametrize(
    "words",
    [
        "response_format type must be one of text or json_object",
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model",
        "Failed to parse grammar",
    ],
)
@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_a_form_of_the_answer_that_is_refused_is_told_apart(ask, words, status):
    with ModelStub(lambda _: error(words, status)) as stub:
        error_of(ask, stub.address, FormRefusedError)
        assert len(stub.requests) == 1


def test_words_that_repeat_the_text_or_the_key_are_not_shown(ask):
    for words in (f"cannot encode: {TEXT}", f"bad key {KEY}", f"{TEXT[3:30]}…"):
        with ModelStub(replies=[error(words)]) as stub:
            assert error_of(ask, stub.address, UnusableAnswerError).splitlines()[0].endswith("status 400")


def test_long_words_are_cut(ask):
    with ModelStub(replies=[error("long " * 1000)]) as stub:
        assert len(error_of(ask, stub.address, UnusableAnswerError)) < 500


def test_a_server_that_does_not_answer_in_time_is_given_up(ask):
    with ModelStub(lambda _: time.sleep(1)) as stub:
        started = time.monotonic()
        assert "no whole answer within 0.2 s" in error_of(ask, stub.address, UnusableAnswerError, seconds=0.2)
        assert time.monotonic() - started < 0.9


def test_an_answer_that_drips_is_given_up():
    """Each byte comes in time, the whole answer does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(40):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        budget = Budget(BudgetLimits(requests=1, tokens=None, seconds=60.0))
        client = ChatClient(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", None, seconds=0.3, budget=budget)
        started = time.monotonic()
        with pytest.raises(UnusableAnswerError, match="no whole answer within"):
            client.complete(BODY, TEXT)
        assert time.monotonic() - started < 1.5
        thread.join(3)


def test_an_answer_without_end_is_not_read_into_memory(ask, monkeypatch):
    monkeypatch.setattr(client_module, "LARGEST", 1 << 20)
    with ModelStub(replies=[reply(200, b" " * (3 << 20))]) as stub:
        assert "more than 1 MB" in error_of(ask, stub.address)


def test_certificates_are_verified(ask, tmp_path, monkeypatch):
    for name in (*tls.FILES, tls.FOLDERS):
        monkeypatch.delenv(name, raising=False)
    made = tls_proxy.Certificates(tmp_path)
    made.signed("server", "IP:127.0.0.1")
    with ModelStub(lambda _: completion("yes")).use_tls((tmp_path / "server.pem", tmp_path / "server.key")) as stub:
        assert "no TLS certificate that this machine trusts" in error_of(ask, stub.address)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
        assert ask(stub.address) == "yes"


def test_the_budget_keeps_room_for_the_requests_on_their_way():
    clock = iter(range(100)).__next__
    budget = Budget(BudgetLimits(requests=10, tokens=100, seconds=50.0), clock)
    assert budget.begin(40)
    assert budget.begin(40)
    assert not budget.begin(40)
    assert budget.ended == "most_tokens = 100 leaves no room for a further request"
    assert not budget.begin(1), "what comes later is not asked either"
    assert budget.requests == 2


def test_the_time_of_the_budget_counts_from_the_first_request():
    now = [1000.0]
    budget = Budget(BudgetLimits(requests=10, tokens=None, seconds=50.0), lambda: now[0])
    now[0] = 5000.0
    assert budget.seconds_left() == 50
    assert budget.begin(1)
    now[0] = 5049.0
    assert budget.begin(1)
    now[0] = 5050.0
    assert not budget.begin(1)
    assert budget.ended == "most_seconds = 50 is used up"

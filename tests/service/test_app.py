"""Requests of Doccano, and of everybody else, to the real service."""

import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.service import doccano_request, server
from goldspan.service.rejections import text_digest
from goldspan.suggest.combination import without_overlaps
from goldspan.suggest.recogniser import RecognisedSpan
from goldspan.suggest.span_edges import with_fitting_edges
from goldspan.version import __version__
from helpers.service_process import TOKEN
from helpers.suggestion_service import GRAPHEMES, SHARED, SLOW, RunningService

PARTS = ["Aurora", "Étoile", "Ü", "a", "🚢", "👩\u200d🚒", "🇫🇷", "e\u0301", "\u0301", "\u200d", " ", "\r\n", "\u2028"]
TEXTS = st.lists(st.sampled_from(PARTS) | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)


def words_of(text):
    """What the recogniser of the tests finds: extents in code points, whose edges split no character."""
    words = [RecognisedSpan(*match.span(), "SHIP", "words") for match in regex.finditer(r"\p{Lu}\p{L}+", text)]
    return [(span.start, span.end) for span in without_overlaps(with_fitting_edges(text, words))]


def test_answer_has_label_and_offsets(service):
    answer = service.request("POST", f"/doccano?project={SHARED.key}", json.dumps({"text": "🚢 Aurora sank."}))
    assert (answer.status, answer.value) == (200, [{"label": "SHIP", "start_offset": 3, "end_offset": 9}])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.lower().startswith(("server", "access-control"))]


def test_units(service):
    text = "👩\u200d🚒 Berta"
    assert service.suggest(text, GRAPHEMES) == [("SHIP", 2, 7)]
    assert service.suggest(text) == [("SHIP", 6, 11)]


@given(TEXTS)
@settings(max_examples=60)
def test_offsets_in_any_unit_lead_back_to_the_words(words_service, text):
    spans = words_of(text)
    for unit in ("utf-16", "graphemes", "code-points", "bytes"):
        found = words_service.suggest(text, None, offsets=unit)
        places = offsets.from_unit(text, [place for row in found for place in row[1:]], unit)
        back = [(places[start], places[end]) for _, start, end in found]
        if unit == "graphemes":  # a word of which an edge is inside a cluster cannot be stated
            assert set(back) <= set(spans)
            assert len(back) == sum(not _is_inside(text, span) for span in spans)
        else:
            assert back == spans


def _is_inside(text, span):
    try:
        offsets.to_graphemes(text, list(span))
    except ValueError:
        return True
    return False


@pytest.fixture(scope="module")
def words_service(words):
    with RunningService(words, projects=()) as running:
        yield running


def test_without_projects_nothing_is_remembered(words_service):
    assert words_service.suggest("Berta again", None) == words_service.suggest("Berta again", None) == [("SHIP", 0, 5)]
    answer = words_service.request("POST", f"/doccano?project={SHARED.key}", '{"text": "Berta"}')
    assert (answer.status, answer.value["error"][:26]) == (404, "This project is not served")


def test_a_span_is_offered_once_in_each_project(service):
    text = "Carla and Dora left."
    assert service.suggest(text) == [("SHIP", 0, 5), ("SHIP", 10, 14)]
    assert service.suggest(text) == []
    assert service.suggest(text, GRAPHEMES) == [("SHIP", 0, 5), ("SHIP", 10, 14)]


def test_a_label_that_the_project_lacks_counts_as_never_offered(service):
    body = json.dumps({"text": "Ines and Jana left."})
    for labels, found in (("&label=PORT", 0), ("&label=PORT&label=SHIP", 2), ("", 0)):
        answer = service.request("POST", f"/doccano?project={SHARED.key}{labels}", body)
        assert (answer.status, len(answer.value)) == (200, found)


def test_what_was_rejected_before_is_not_offered(service):
    text = "Emilia and Fanny left."
    service.service.ledger.add_rejections(SHARED.key, {text_digest(text): [Span(0, 6, "SHIP")]})
    assert service.suggest(text) == [("SHIP", 11, 16)]


def test_text_of_an_article_with_spaces_for_line_breaks_has_the_offsets_of_what_is_sent(service):
    assert service.suggest("Greta\r\nHilda") == [("SHIP", 0, 5), ("SHIP", 7, 12)]
    assert service.suggest("Greta  Hilda") == []


@pytest.mark.parametrize(
    ("headers", "token"),
    [({}, None), ({"Authorization": "Bearer"}, None), ({"Authorization": f"Basic {TOKEN}"}, None),
     ({"Authorization": f"Bearer {TOKEN}x"}, None), ({"Authorization": f"Bearer {TOKEN[:-1]}"}, None),
     ({"Authorization": "Bearer " + "é" * len(TOKEN)}, None), ({"Authorization": TOKEN}, None),
     ({"Cookie": f"token={TOKEN}"}, None)],
)  # fmt: skip
def test_no_token_or_a_wrong_one_is_refused(service, headers, token):
    answer = service.request("POST", "/doccano", '{"text": "Berta"}', headers, token=token)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert TOKEN not in str(answer.value)
    if headers.get("Authorization"):
        assert service.request("GET", "/health", headers=headers, token=token).status == 401


def test_two_tokens_are_refused(service):
    with service.connect() as connection:
        connection.sendall(
            f"POST /doccano HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        assert b" 401 " in connection.recv(1000)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "127.0.0.2", "localhost@evil", "a b"]
)
def test_another_name_in_the_header_host_is_refused(service, host):
    for method, path in ("POST", "/doccano"), ("GET", "/health"):
        answer = service.request(method, path, '{"text": "Berta"}' if method == "POST" else None, {"Host": host})
        assert answer.status in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:5", "localhost."])
def test_names_of_this_machine_are_taken(service, host):
    assert service.request("GET", "/health", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [("", 400, "The body is not JSON"), ("{", 400, "line 1"), ("[]", 400, "no object"), ('"x"', 400, "no object"),
     ("{}", 400, "text is missing"), ('{"text": 1}', 400, "no string"), ('{"text": null}', 400, "no string"),
     ('{"text": "a", "b": 1, "c": 2}', 400, '"b", "c" beside the text'), ('{"Text": "a"}', 400, '"Text" beside'),
     ('{"text": "a", "text": "b"}', 400, "second key"), ('{"text": "\\ud800"}', 400, "lone surrogate"),
     (b'{"text": "\xff"}', 400, "not UTF-8"), ('{"text": NaN}', 400, "NaN"), ("[" * 100_000, 400, "JSON"),
     ('{"text": "a"} {"text": "b"}', 400, "Extra data"), (b"\xef\xbb\xbf{}", 400, "byte order mark")],
)  # fmt: skip
def test_body_of_another_form_is_refused_with_the_reason(service, body, status, reason):
    answer = service.request("POST", f"/doccano?project={SHARED.key}", body)
    assert (answer.status, reason in answer.value["error"]) == (status, True), answer.value


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("", 415), ("application/x-www-form-urlencoded", 415), ("multipart/form-data", 415),
     ("application/json; charset=latin-1", 415), ("application/jsonx", 415), ("é/json", 415),
     ("application/json; charset=UTF-8", 200), ("Application/JSON", 200), ('application/json; charset="utf-8"', 200)],
)  # fmt: skip
def test_type_of_the_body(service, kind, status):
    headers = {"Content-Type": kind.encode("utf-8")}
    assert service.request("POST", f"/doccano?project={SHARED.key}", '{"text": "x"}', headers).status == status


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("project=", 404), ("project=k9", 404), (f"project={SHARED.key}&project={SHARED.key}", 400),
     (f"project={SHARED.key}&offsets=graphemes", 400), (f"project={SHARED.key}&offsets=utf16", 400),
     (f"project={SHARED.key}&token={TOKEN}", 400), (f"project={SHARED.key}&offsets=utf-16", 200)],
)  # fmt: skip
def test_parameters(service, query, status):
    assert service.request("POST", f"/doccano?{query}", '{"text": "x"}').status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/doccano", 405), ("PUT", "/doccano", 405), ("OPTIONS", "/doccano", 405), ("POST", "/health", 405),
     ("GET", "/", 404), ("GET", "/doccano/../etc/passwd", 404)],
)  # fmt: skip
def test_other_paths_and_methods(service, method, path, status):
    answer = service.request(method, path)
    assert (answer.status, answer.value["error"]) == (status, "The service has POST /doccano and GET /health.")


@given(st.binary(max_size=60) | TEXTS.map(lambda text: json.dumps({"text": text}).encode()[:-1]))
@settings(max_examples=60)
def test_no_body_is_an_error_of_the_service(words_service, body):
    assert words_service.request("POST", "/doccano", body).status in {200, 400}


def test_texts_of_nothing_have_no_spans(service):
    for text in ("", " ", "\n\u2028", "nothing here", "\0"):
        assert service.suggest(text) == []


def test_health_says_little_to_strangers_and_much_to_whoever_has_the_token(service):
    assert service.request("GET", "/health", token=None).value == {"status": "ok", "version": __version__}
    value = service.request("GET", "/health").value
    assert (value["recognisers"], value["labels"]) == (["words"], ["SHIP"])
    assert [(one["key"], one["offsets"]) for one in value["projects"]] == [
        (SHARED.key, "utf-16"),
        (GRAPHEMES.key, "graphemes"),
    ]


def test_large_body_is_refused_whether_it_states_its_length_or_not(service):
    large = b" " * (doccano_request.LARGEST_BODY + 1)
    assert service.request("POST", f"/doccano?project={SHARED.key}", large[:-20] + b'{"text": ""}').status == 200
    with service.connect() as connection:
        connection.sendall(_head(f"Content-Length: {len(large)}\r\n"))
        assert b" 413 " in connection.recv(1000)
    with service.connect() as connection:
        connection.sendall(_head("Transfer-Encoding: chunked\r\n"))
        with pytest.raises(OSError):  # noqa: PT011, PT012  (it is closed at some moment)
            for _ in range(200):
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            raise OSError(connection.recv(1000))


def _head(further):
    return (
        f"POST /doccano?project={SHARED.key} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\n{further}\r\n"
    ).encode()


def test_slow_headers_and_slow_bodies_are_given_up(service, monkeypatch):
    monkeypatch.setattr(server, "HEADERS_WITHIN", 0.4)
    monkeypatch.setattr(doccano_request, "BODY_WITHIN", 0.4)
    idle, dripping = service.connect(), service.connect()
    body = service.connect()
    body.sendall(_head("Content-Length: 100\r\n"))
    started = time.perf_counter()
    with idle, dripping, body:
        for letter in b"POST /doccano HTTP/1.1\r\nX: ":
            try:
                dripping.send(bytes([letter]))
            except OSError:
                break
            time.sleep(0.05)
        assert b" 408 " in body.recv(1000)
        for connection in idle, dripping:
            assert _is_closed(connection)
    assert time.perf_counter() - started < 5
    assert service.request("GET", "/health").status == 200


def test_second_request_on_a_connection_has_the_same_time(service, monkeypatch):
    with service.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(1000)
        monkeypatch.setattr(server, "HEADERS_WITHIN", 0.3)
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        assert _is_closed(connection)


def _is_closed(connection):
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"A" * 70_000, b"POST / HTTP/9.9\r\n\r\n"]
)
def test_what_is_no_http_ends_its_connection_alone(service, garbage):
    with service.connect() as connection:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        try:
            answer = connection.recv(1000)
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert service.request("GET", "/health").status == 200


def test_sender_that_leaves_costs_nothing_and_is_offered_the_spans_next_time(service):
    text = "Ida " + SLOW
    with service.connect() as connection:
        body = json.dumps({"text": text}).encode()
        connection.sendall(_head(f"Content-Length: {len(body)}\r\n") + body)
        time.sleep(0.2)
    time.sleep(2.5)
    assert service.service.ledger.withheld(SHARED.key, text) == set()
    assert service.request("GET", "/health").status == 200


def test_slow_text_has_an_empty_answer_in_time_and_the_next_ones_are_answered(service, caplog):
    caplog.set_level(logging.INFO, logger="goldspan.service")
    pool = service.service.suggester.pool
    before = pool.numbers()
    started = time.perf_counter()
    assert service.suggest("Jana " + SLOW + "!") == []
    assert 1.5 < time.perf_counter() - started < 6
    found, number = [], 0
    while not found:  # the process starts again
        number += 1
        found = service.suggest(f"Klara {number}")
    assert found == [("SHIP", 0, 5)]
    after = pool.numbers()
    assert after != before
    assert service.suggest("Jana " + SLOW + "!") == []  # it is known now: no process is stopped for it again
    assert pool.numbers() == after
    assert "recognisers too slow" in caplog.text
    assert "Jana" not in caplog.text


def test_log_has_neither_texts_nor_tokens(service, caplog):
    caplog.set_level(logging.INFO, logger="goldspan.service")
    service.suggest("Luise left.")
    for body in (
        '{"text": "Luise" "}',
        '{"text": "", "Luise": 1}',
        '{"text": "Luise", "text": "b"}',
        '{"Luise": 1, "Luise": 2}',
    ):
        assert service.request("POST", "/doccano?project=" + SHARED.key, body).status == 400
    service.request("POST", "/doccano?Luise=1&token=" + TOKEN, "{}")
    service.request("GET", "/Luise")
    service.request("GET", "/health", token="Luise")  # noqa: S106  (of nobody)
    assert "1 span for 'shared'" in caplog.text
    assert caplog.text.count("refused with") == 7
    assert TOKEN not in caplog.text
    assert caplog.text.replace('no parameter "Luise"', "").count("Luise") == 0


def test_two_hundred_requests_at_once_are_all_answered(service):
    texts = [f"Maria {number} left." for number in range(200)]
    with ThreadPoolExecutor(200) as threads:
        found = list(threads.map(service.suggest, texts))
    assert found.count([("SHIP", 0, 5)]) == 200


def test_same_text_at_once_is_offered_once(service):
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(service.suggest, ["Nora left early."] * 20))
    assert sorted(map(len, found)) == [0] * 19 + [1]


def test_ledger_that_cannot_be_written_gives_an_empty_answer(service, caplog, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(service.service.ledger, "offer", refuse)
    assert service.suggest("Olga left.") == []
    assert "the ledger cannot be written: [Errno 28] No space left on device" in caplog.text


def test_unexpected_error_gives_an_empty_answer(service, monkeypatch):
    monkeypatch.setattr(service.service.suggester, "suggest", None)
    assert service.suggest("Paula left.") == []

"""A file in parts: whatever the limit of a proxy is and wherever a connection breaks, it arrives as it is."""

from itertools import chain, repeat
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano.client import file_upload
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.errors import ServerError
from helpers.http_faults import QUICK, ScriptedServer, account, reply

ID = "a" * 22
FAULTS = ("cut before", "cut after", "502 before", "504 after")


def status(number):
    return HTTPStatusError(f"the server answered {number}", remedy=None, status=number)


class UploadServer:
    """Doccano's upload as FilePond has it, behind a proxy that breaks.

    Args:
        limit: bytes of a request that the proxy lets through.
        faults: what happens to each part, one after the other; None for nothing.
        says_so: whether the proxy says that a request is too large, or cuts the connection.
        folder: whether the folder for uploads is there.
    """

    def __init__(self, limit, faults=(), *, says_so=True, folder=True):
        self.limit, self.faults, self.says_so, self.folder = limit, chain(faults, repeat(None)), says_so, folder
        self.size, self.data, self.stored, self.requests = None, b"", None, []

    def __call__(self, method, path, **options):
        self.requests.append(method)
        return SimpleNamespace(**{"text": ID, "headers": {}, **(getattr(self, method.lower())(path, options) or {})})

    def post(self, path, options):
        assert path == "v1/fp/process/"
        (entry,) = options["files"].values()
        if "Upload-Length" in options["headers"]:
            assert entry == (None, "{}")
            if not self.folder:
                raise status(500)
            self.size = int(options["headers"]["Upload-Length"])
        else:
            self.refuse(entry[1])
            self.stored, self.folder = entry[1], True

    def patch(self, path, options):
        assert path == f"v1/fp/patch/{ID}"
        assert options["headers"]["Content-Type"] == "application/offset+octet-stream"
        assert int(options["headers"]["Upload-Length"]) == self.size
        self.refuse(options["data"])
        fault = next(self.faults)
        if fault is None or "after" in fault:
            assert int(options["headers"]["Upload-Offset"]) == len(self.data)
            self.data += options["data"]
            if len(self.data) == self.size:
                self.stored = self.data
        if fault is not None:
            raise status(int(fault[:3])) if fault[:3].isdecimal() else ServerError("cut the connection")

    def head(self, path, _):
        assert path == f"v1/fp/patch/{ID}"
        if self.stored is not None:
            raise status(404)
        return {"headers": {"Upload-Offset": str(len(self.data))}}

    def delete(self, path, options):
        assert (path, options["data"]) == ("v1/fp/revert/", ID.encode())
        self.stored = None

    def refuse(self, body):
        if len(body) > self.limit:
            raise status(413) if self.says_so else ServerError("cut the connection")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(file_upload, "PART", 1000)
    monkeypatch.setattr(file_upload, "SMALLEST_PART", 10)


@pytest.mark.parametrize(("size", "requests"), [(1, 1), (1000, 1), (1001, 3), (2000, 3), (2001, 4)])
def test_a_file_goes_in_as_few_requests_as_possible(size, requests):
    server, data = UploadServer(1000), bytes(range(251)) * 8
    assert file_upload.upload(server, data[:size].ljust(size, b"."), "a.jsonl") == ID
    assert len(server.stored) == size
    assert len(server.requests) == requests


@given(st.binary(min_size=1, max_size=3000), st.integers(10, 1500), st.lists(st.sampled_from((*FAULTS, None))))
def test_whatever_the_limit_and_the_faults_a_file_arrives_as_it_is(data, limit, faults):
    bearable = chain.from_iterable((*faults[at : at + 3], None) for at in range(0, len(faults), 3))
    server = UploadServer(limit, bearable)
    assert file_upload.upload(server, data, "a.jsonl") == ID
    assert server.stored == data


def test_parts_become_smaller_where_a_proxy_cuts_the_connection():
    server = UploadServer(300, says_so=False)
    file_upload.upload(server, b"x" * 5000, "a.jsonl")
    assert server.stored == b"x" * 5000
    assert server.requests.count("HEAD") == 2  # 1000, 500, and then 250 is known to do


def test_a_limit_below_the_smallest_part_is_an_error():
    with pytest.raises(HTTPStatusError, match="413"):
        file_upload.upload(UploadServer(5), b"x" * 5000, "a.jsonl")


@pytest.mark.parametrize("number", [400, 403, 500])
def test_an_error_that_a_repetition_does_not_help_is_reported_at_once(number, monkeypatch):
    server = UploadServer(1000)
    monkeypatch.setattr(server, "refuse", lambda _: (_ for _ in ()).throw(status(number)))
    with pytest.raises(HTTPStatusError, match=str(number)):
        file_upload.upload(server, b"x" * 5000, "a.jsonl")
    assert server.requests == ["POST", "PATCH"]


def test_a_server_that_never_takes_a_part_is_given_up():
    server = UploadServer(1000, repeat("cut before"))
    with pytest.raises(ServerError, match="cut the connection"):
        file_upload.upload(server, b"x" * 5000, "a.jsonl")
    assert server.requests.count("PATCH") == file_upload.ATTEMPTS


def test_a_new_server_gets_its_folder_for_uploads_first():
    server = UploadServer(1000, folder=False)
    assert file_upload.upload(server, b"x" * 5000, "a.jsonl") == ID
    assert server.stored == b"x" * 5000
    assert server.requests[:4] == ["POST", "POST", "DELETE", "POST"]


@pytest.mark.parametrize("offset", ["", "-1", "99999", "1", "many"])
def test_an_offset_that_cannot_be_is_refused(offset, monkeypatch):
    server = UploadServer(1000, [None, "cut before"])
    monkeypatch.setattr(server, "head", lambda *_: {"headers": {"Upload-Offset": offset}})
    with pytest.raises(ServerError, match="does not say how much of an upload has arrived"):
        file_upload.upload(server, b"x" * 5000, "a.jsonl")


def test_an_upload_that_the_server_has_lost_is_an_error(monkeypatch):
    server = UploadServer(1000, ["cut before"])
    monkeypatch.setattr(server, "head", lambda *_: (_ for _ in ()).throw(status(404)))
    with pytest.raises(HTTPStatusError, match="404"):
        file_upload.upload(server, b"x" * 5000, "a.jsonl")


def test_the_parts_of_a_session_that_has_expired_go_on_after_a_new_login():
    line = f"PATCH /v1/fp/patch/{ID}"
    good, expired = reply(200, ID, kind="text/plain"), reply(403, {"detail": "CSRF Failed: CSRF token missing."})
    with ScriptedServer({"POST /v1/fp/process/": [good], line: [good, expired, good]}) as server:
        assert Doccano(account(server.url), **QUICK).upload(b"x" * 2500, "a.jsonl") == ID
        assert server.lines() == ["POST /v1/fp/process/", line, line, "POST /v1/auth/login/", line, line]
        sent = [request for request in server.requests if request.line == line]
    assert [int(request.headers["Upload-Offset"]) for request in sent] == [0, 1000, 1000, 2000]
    assert sum(len(request.body) for request in sent) == 3500
    assert {request.headers["Content-Type"] for request in sent} == {"application/offset+octet-stream"}

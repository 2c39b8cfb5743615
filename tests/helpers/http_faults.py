"""A server that answers as scripted: broken pages, half answers, redirects, silence.

    with ScriptedServer({"GET /v1/me": [reply(502, "<h1>Bad Gateway</h1>", kind="text/html")]}) as server:
        ...

The replies to a request come one after the other, the last one again and again; a request that is not in the table gets
404. A login is accepted unless the table says otherwise.
"""

import contextlib
import json
import ssl
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.errors import ServerError

LOCAL = "127.0.0.1"


class LocalServer(contextlib.AbstractContextManager):
    """A server in a thread while a block lasts, at `url`; `handler` is the class that answers its requests."""

    def __init__(self, handler):
        self._server = ThreadingHTTPServer((LOCAL, 0), handler)
        self.url = f"http://{f'[{LOCAL}]' if ':' in LOCAL else LOCAL}:{self._server.server_port}"

    def use_tls(self, certificate):
        """Speak TLS, with a certificate and its key in files."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.handle_error = lambda *_: None  # a refused certificate is what tests are about
        self.url = self.url.replace("http:", "https:")
        return self

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


PASSWORD = "correct-horse-battery"  # noqa: S105  (of nobody)
SESSION = "session-that-must-not-leak"
TOKEN = "csrf-that-must-not-leak"  # noqa: S105  (of nobody)
KEY = "login-key-that-must-not-leak"
SECRETS = (PASSWORD, SESSION, TOKEN)


class Request(NamedTuple):
    """What arrived."""

    line: str
    query: str
    headers: dict[str, str]
    body: bytes


def reply(status=200, body=b"", *, kind="application/json", length=None, close=True, **headers):
    """The bytes of an answer; `length` is what it claims to have, `close` says that the connection ends with it."""
    if not isinstance(body, str | bytes):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Said so", f"Content-Length: {len(data) if length is None else length}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    for name, value in headers.items():
        values = value if isinstance(value, list) else [value]
        lines += [f"{name.replace('_', '-')}: {one}" for one in values]
    lines += ["Connection: close"] if close else []
    return "\r\n".join([*lines, "", ""]).encode() + data


def cookies(session=SESSION, token=TOKEN):
    """The cookies that a login sets."""
    return [f"sessionid={session}; Path=/; HttpOnly", f"csrftoken={token}; Path=/"]


LOGIN = reply(200, {"key": KEY}, Set_Cookie=cookies())
EXPIRED = reply(403, {"detail": "Authentication credentials were not provided."})
FORBIDDEN = reply(403, {"detail": "You do not have permission to perform this action."})
CSRF = reply(403, {"detail": "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect."})
ME = reply(200, {"id": 1, "username": "admin", "is_superuser": True, "is_staff": True})
BAD_GATEWAY = reply(
    502,
    "<html><head><title>502 Bad Gateway</title><style>h1 {color: red}</style></head>"
    "<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.18.0</center></body></html>",
    kind="text/html",
)
APP = reply(200, "<!doctype html><html><head><title>doccano</title></head><body></body></html>", kind="text/html")


def stall(seconds=1.5, first=b""):
    """Says something or nothing, and then nothing for a while."""

    def answer(write):
        write(first)
        time.sleep(seconds)

    return answer


class ScriptedServer(LocalServer):
    """The server; `requests` has what arrived. With `keep` it serves one request after the other on a connection."""

    def __init__(self, table=None, *, keep=False):
        self.table = {"POST /v1/auth/login/": [LOGIN], **(table or {})}
        self.requests = []
        self._at = {}
        faults = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                self.raw_requestline = self.rfile.readline(65537)
                if self.raw_requestline and self.parse_request():
                    faults._answer(self)
                    self.close_connection = not keep
                else:
                    self.close_connection = True

        super().__init__(Handler)

    def lines(self):
        """The request lines after the first login."""
        return [request.line for request in self.requests][1:]

    def _answer(self, handler):
        path, _, query = handler.path.partition("?")
        line = f"{handler.command} {path}"
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.requests.append(Request(line, query, dict(handler.headers), body))
        replies = self.table.get(line, [reply(404, {"detail": "Not found."})])
        at = self._at[line] = self._at.get(line, -1) + 1
        found = replies[min(at, len(replies) - 1)]
        with contextlib.suppress(OSError):
            found(handler.wfile.write) if callable(found) else handler.wfile.write(found)
            handler.wfile.flush()


QUICK = {"timeout": (1.0, 0.3), "patience": 0.3, "pause": 0.002}
TESTS = str(Path(__file__).parents[1])


def account(url, **changes):
    """An account on a server, with the password that no message may hold."""
    return Account(url, "admin", PASSWORD, **changes)


def error_of(url, ask, *, proxy_auth=None, secrets=SECRETS, **options):
    """The error that a call ends in, checked to hold no secret anywhere."""
    with pytest.raises(ServerError) as caught:
        ask(Doccano(account(url, proxy_auth=proxy_auth), **{**QUICK, **options}))
    error = caught.value
    texts = [str(error), repr(error), "".join(traceback.format_exception(error)), repr(vars(error))]
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    texts += [str(frame.locals) for frame in trace.stack if not frame.filename.startswith(TESTS)]
    leaks = [secret for secret in secrets for text in texts if secret in text]
    assert not leaks
    return str(error)


def error_on(answer, line="GET /v1/me", ask=Doccano.me, **options):
    """The error that a call ends in, where the server gives one answer."""
    with ScriptedServer({line: [answer]}) as server:
        return error_of(server.url, ask, **options)

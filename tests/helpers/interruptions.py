"""Ways to interrupt a push, with a project before that push and its desired examples.

    python -m helpers.interruptions PROJECT FOLDER KIND POINT      one push, with DOCCANO_* in the environment

POINT is `<call>.<number>:before` or `:after`, a call of the server's client or of the journal, counted from 0 for each:
there the push kills itself. `list` prints all points.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

from goldspan.annotation import Example, Span
from goldspan.doccano.account import Account
from goldspan.doccano.client import file_upload
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import desired_state, push
from goldspan.doccano.push.journal import Journal
from goldspan.doccano.server.home import find_home
from goldspan.doccano.server.process import find_processes
from goldspan.formats import doccano
from helpers import http_faults

KINDS = ("alone", "shared")
EXAMPLES = tuple(Example(f"a.p{number:02}", f"🚢 KFOR {number} left Kosovo.") for number in range(1, 6))
FILLED = (Span(2, 6, "UNIT"), Span(14, 20, "PLACE"))
OF_THE_JOURNAL = ("begin", "started", "close")
OF_THE_CLIENT = ("upload", "start_import", "wait_for_import", "delete_examples", "update_example")
CHANGING = (*OF_THE_JOURNAL, *OF_THE_CLIENT)
WATCHED = ((Journal, OF_THE_JOURNAL), (Doccano, (*OF_THE_CLIENT, "export", "count_spans")))


def examples_before(kind):
    """The examples of the first push."""
    return [replace(one, spans=FILLED if kind == "shared" else ()) for one in EXAMPLES]


def desired_examples(kind):
    """The desired examples: two changed texts, one of them worked on; one moved in its article; two new ones."""
    one, two, three, four, five = examples_before(kind)
    changed = [replace(each, text=f"Now {each.text}", spans=()) for each in (three, four)]
    new = [replace(one, id=f"a.p0{number}", text=f"🚢 KFOR {number} left Kosovo.") for number in (6, 7)]
    return [one, two, *changed, replace(five, at=70), *new]


def prepare(room, kind, person):
    """The project before the push: one example is there twice, and an annotator worked on another."""
    room.push(*examples_before(kind))
    import_again(room, *examples_before(kind)[1:2])
    number = room.number("a.p03")
    if person.username != room.server.me().username:
        room.join(person)
    person.mark(room.project.id, number, 10, 14, "UNIT")
    return room


def import_again(room, *examples):
    """Imports examples once more, as a task does that runs twice."""
    rows = desired_state.upload_rows(examples, room.project, ("UNIT", "PLACE"))
    upload = room.server.upload(b"".join(doccano.line(want.row) for want in rows), "again.jsonl")
    room.server.wait_for_import(room.server.start_import(room.project.id, [upload]))


def push_killed_at(account, room, kind, point):
    """A push in another process, which kills itself at a point; the completed process."""
    variables = {"DOCCANO_URL": account.url, "DOCCANO_USERNAME": account.username, "DOCCANO_PASSWORD": account.password}
    command = [sys.executable, "-m", "helpers.interruptions", room.name, room.folder, kind, point]
    tests = Path(__file__).parents[1]
    return subprocess.run(command, cwd=tests, env=os.environ | variables, capture_output=True, text=True, check=False)


def kill_processes(home, role):
    """Kills the web server or the worker of an embedded server, with its children."""
    for process in find_processes(find_home(home).folder, role):
        with contextlib.suppress(Exception):
            process.kill()
            process.wait(10)


class CuttingProxy(http_faults.LocalServer):
    """A proxy that cuts the connection at one of the requests that write: before it gets through, or its answer."""

    def __init__(self, account, number, when):
        to = account.url.removeprefix("http://")
        self.written, cutter = -1, self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                writes = self.command not in {"GET", "HEAD"} and not self.path.endswith(("/auth/login/", "/download"))
                cutter.written += writes
                cuts = writes and cutter.written == number
                if cuts and when == "before":
                    return self.cut()
                upstream = http.client.HTTPConnection(to, timeout=60)
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                data = answer.read()
                upstream.close()
                if cuts:
                    return self.cut()
                self.send_response_only(answer.status)
                for key, value in answer.getheaders():
                    if key.lower() not in {"transfer-encoding", "content-length", "connection"}:
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                return None

            def cut(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_PUT = pass_on  # noqa: N815  (the library's names)

        super().__init__(Handler)
        self.account = Account(self.url, account.username, account.password)


def watch_calls(act):
    """Has `act` called with the point before and after each call."""

    def watching(method, name):
        numbers = count()

        def call(*arguments, **options):
            number = next(numbers)
            act(f"{name}.{number}:before")
            found = method(*arguments, **options)
            act(f"{name}.{number}:after")
            return found

        return call

    for kind, names in WATCHED:
        for name in names:
            setattr(kind, name, watching(getattr(kind, name), name))


def main(room, folder, kind, point):
    """One push."""
    points = []

    def act(at):
        points.append(at)
        if at == point:
            os.kill(os.getpid(), signal.SIGKILL)

    account = Account(*(os.environ[f"DOCCANO_{name}"] for name in ("URL", "USERNAME", "PASSWORD")))
    push.DELETE_CHUNK = 1
    file_upload.PART = 400  # so that the upload goes in parts, too
    with Doccano(account) as server:
        project = server.project(room)
        watch_calls(act)
        push.push_examples(server, project, desired_examples(kind), folder=Path(folder))
    print(json.dumps(points))


if __name__ == "__main__":
    main(*sys.argv[1:])

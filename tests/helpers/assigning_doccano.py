"""A Doccano 1.8.5 for the tests: the embedded 1.8.4 behind a proxy that adds assignments, as a real 1.8.5 has them.

Recorded there: who is no administrator of a project sees only the examples that are assigned to them; each example
lists its assignments; `assignee` filters by user name; an assignment that is there is refused with 400; `bulk_assign`
touches only examples that nobody has, and of its strategies one takes weights that sum to more than 100; a deleted
example loses its assignments; an assignment is deleted by its id, with 204, and with 404 when it is gone.
"""

import json
import uuid
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import requests

from helpers.http_faults import LocalServer

SEEN = ("Accept", "Content-Type", "Cookie", "X-CSRFToken", "Referer", "Upload-Length", "Upload-Name", "Upload-Offset")
UNIQUE = {"non_field_errors": ["The fields example, assignee must make a unique set."]}
FORBIDDEN = {"detail": "You do not have permission to perform this action."}
NO_PROJECT = {"detail": "No Project matches the given query."}


class AssigningDoccano(LocalServer):
    """The proxy.

    Args:
        upstream: the address of a Doccano without assignments.

    Attributes:
        assigned: by project and example the users, by number.
        requests: the lines of the requests about assignments that write.
        fail_after: how many assignments are made before the server fails; None for all.
        has_bulk: whether it knows `bulk_assign`.
        filters: whether it heeds `assignee`.
    """

    def __init__(self, upstream):
        self.upstream = upstream
        self.assigned = {}
        self.requests = []
        self.fail_after = None
        self.has_bulk = self.filters = True
        doccano = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def _serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = _Exchange(doccano, self, body).answer()
                self.send_response(answer[0])
                for name, value in answer[2]:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer[1])

            do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815  (names of the library)

        super().__init__(Handler)


class _Exchange:
    """One request of one user."""

    def __init__(self, doccano, handler, body):
        self.doccano, self.method, self.body = doccano, handler.command, body
        self.url = urlsplit(handler.path)
        self.query = {name: values[-1] for name, values in parse_qs(self.url.query).items()}
        self.headers = {name: handler.headers[name] for name in SEEN if name in handler.headers}
        self.headers["Accept-Encoding"] = "identity"

    def answer(self):
        match self.url.path.strip("/").split("/"):
            case ["v1", "projects", project, "assignments", *rest]:
                return self._assignments(int(project), rest)
            case ["v1", "projects", project, "examples"] if self.method == "GET":
                return self._examples(int(project))
            case _:
                return self._forwarded()

    def _call(self, method, path, **params):
        url = f"{self.doccano.upstream}{path}"
        return requests.request(
            method, url, params=params, data=self.body if method == self.method else b"", headers=self.headers,
            timeout=60, allow_redirects=False,
        )  # fmt: skip

    def _get(self, path, **params):
        return self._call("GET", path, **params).json()

    def _forwarded(self):
        path = f"{self.url.path}?{self.url.query}" if self.url.query else self.url.path
        found = self._call(self.method, path)
        headers = [(name, value) for name, value in found.headers.items() if name in {"Content-Type", "Upload-Offset"}]
        headers += [("Set-Cookie", cookie) for cookie in found.raw.headers.getlist("Set-Cookie")]
        return found.status_code, found.content, headers

    def _administers(self, project):
        return self._get(f"/v1/projects/{project}/my-role").get("rolename") == "project_admin"

    def _examples(self, project):
        """The list of the examples that the user sees, each with its assignments."""
        users = {user["id"]: user["username"] for user in self._get("/v1/users")}
        asked = {name: value for name, value in self.query.items() if name not in {"limit", "offset", "assignee"}}
        found = self._call("GET", f"/v1/projects/{project}/examples", limit=100_000, **asked)
        if not found.ok:
            return self._json(found.status_code, found.json())
        rows = found.json()["results"]
        for row in rows:
            names = self.doccano.assigned.get((project, row["id"]), {})
            row["assignments"] = [
                {"id": one, "assignee": users[user], "assignee_id": user} for user, one in names.items()
            ]
        wanted = None if self._administers(project) else self._get("/v1/me")["username"]
        if self.doccano.filters:
            wanted = wanted or self.query.get("assignee")
        if wanted is not None:
            rows = [row for row in rows if any(one["assignee"] == wanted for one in row["assignments"])]
        return self._page(rows)

    def _page(self, rows):
        limit, offset = int(self.query.get("limit", 5)), int(self.query.get("offset", 0))
        page = {"count": len(rows), "next": None, "previous": None, "results": rows[offset : offset + limit]}
        return self._json(200, page)

    def _assignments(self, project, rest):
        if self.method == "GET":
            if not project:
                return self._json(404, NO_PROJECT)
            me = self._get("/v1/me")["id"]
            held = [(key, one[me]) for key, one in self.doccano.assigned.items() if key[0] == project and me in one]
            return self._page([{"id": one, "assignee": me, "example": key[1]} for key, one in held])
        self.doccano.requests.append("/".join([self.method, *rest]))
        if not self._administers(project):
            return self._json(403, FORBIDDEN)
        match [self.method, *rest]:
            case ["POST"]:
                form = json.loads(self.body)
                return self._assign(project, form["example"], form["assignee"])
            case ["POST", "bulk_assign"] if self.doccano.has_bulk:
                return self._bulk_assign(project, json.loads(self.body))
        return self._unassign(*rest) if self.method == "DELETE" else self._json(404, {"detail": "Not found."})

    def _assign(self, project, example, user):
        if self.doccano.fail_after is not None:
            self.doccano.fail_after -= 1
            if self.doccano.fail_after < 0:
                return 500, b"<h1>Server Error (500)</h1>", [("Content-Type", "text/html")]
        if self._call("GET", f"/v1/projects/{project}/examples/{example}").status_code == 404:
            return self._json(400, {"example": [f'Invalid pk "{example}" - object does not exist.']})
        held = self.doccano.assigned.setdefault((project, example), {})
        if user in held:
            return self._json(400, UNIQUE)
        held[user] = str(uuid.uuid4())
        return self._json(201, {"id": held[user], "assignee": user, "example": example})

    def _unassign(self, one):
        """The project in the path does not count, as in Doccano: an assignment is found by its id alone."""
        for held in self.doccano.assigned.values():
            for user in [user for user, name in held.items() if name == one]:
                del held[user]
                return 204, b"", []
        return self._json(404, {"detail": "No Assignment matches the given query."})

    def _bulk_assign(self, project, form):
        weights = [workload["weight"] for workload in form["workloads"]]
        if form["strategy_name"] != "sampling_without_replacement":
            assert sum(weights) != 100, "another strategy gives each example to one member alone"
            return self._json(400, {"detail": "Sum of weights must be 100"})
        members = {member["id"]: member["user"] for member in self._get(f"/v1/projects/{project}/members")}
        if any(workload["member_id"] not in members for workload in form["workloads"]):
            return self._json(400, {"detail": "Invalid member ids"})
        assert set(weights) == {100}
        rows = self._get(f"/v1/projects/{project}/examples", limit=100_000)["results"]
        for example in [row["id"] for row in rows if not self.doccano.assigned.get((project, row["id"]))]:
            users = [members[workload["member_id"]] for workload in form["workloads"]]
            self.doccano.assigned[project, example] = {user: str(uuid.uuid4()) for user in users}
        return 201, b"", []

    def _json(self, status, value):
        return status, json.dumps(value).encode(), [("Content-Type", "application/json")]

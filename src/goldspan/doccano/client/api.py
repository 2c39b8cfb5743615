"""A Doccano to talk to: the only module that imports `doccano_client`.

Of that library the login and the session are taken; the session is replaced by the strict one of `transport` before
anything is sent. Its calls themselves check nothing and cannot say all that a project needs, so `administration`,
`contents` and `transfers` say each of their own.

How everything is asked of a server: what the parts of `client.Doccano` share.

Long lists of a server, page by page, without losing an entry that stays while others come and go.

What an administrator sets up on a server: users, projects, labels, members.

What a project holds: its examples, and what people left on them.

Waiting for what a Doccano does in its task worker, and saying so when the worker does not.

Whole files to a project and out of it, through the server's task worker.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from doccano_client import DoccanoClient

from goldspan.doccano.client import http, schema
from goldspan.errors import InvalidValueError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from requests import Response

    from goldspan.doccano.account import Account
    from goldspan.doccano.client.schema import Comment, Confirmation, DoccanoProject, ExampleRow, Member, SpanType, User


class Calls:
    """Answers that are checked, as JSON."""

    patience: float

    def _call(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401  (as requests has it)
        raise NotImplementedError

    def _get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401  (JSON is any)
        return http.parse_json(self._call("GET", path, params=params), f"GET {path}")

    def _send(self, method: str, path: str, said: object = None) -> Any:  # noqa: ANN401  (JSON is any)
        return http.parse_json(self._call(method, path, json=said), f"{method} {path}")

    def _pages(self, path: str, **params: str) -> Callable[[int, int], object]:
        return lambda limit, offset: self._get(path, **params, limit=limit, offset=offset)


PAGE = 1000
ROUNDS = 5


class _Shifted(Exception):  # noqa: N818  (caught here)
    """The list changed in front of the place where the next page begins."""


def once(fetch: Callable[[int, int], object], what: str) -> Iterator[dict[str, Any]]:
    """Each entry once.

    The server counts pages from the start of the list as it is at each request: if an entry in front vanishes, one at
    the edge of a page would slip through. So each page begins with the last entry of the page before; if that is not
    so, or if the server announces more than it gives, the list is read again, and what came already is passed over.

    Args:
        fetch: the answer to a limit and an offset, with `count` and `results`.
        what: the entries' name in a message.

    Yields:
        JSON objects with an `id`. One that came and went while the list was read may be among them or not.

    Raises:
        ServerError: for an answer of another shape, or a list that keeps changing.
    """
    seen: set[int] = set()
    for _ in range(ROUNDS):
        try:
            for entry in _round(fetch, what):
                if entry["id"] not in seen:
                    seen.add(entry["id"])
                    yield entry
        except _Shifted:
            continue
        return
    raise _restless(what)


def whole(fetch: Callable[[int, int], object], what: str) -> list[dict[str, Any]]:
    """All entries of one reading, as often as the server lists each.

    Raises:
        ServerError: as above.
    """
    for _ in range(ROUNDS):
        try:
            return list(_round(fetch, what))
        except _Shifted:
            continue
    raise _restless(what)


def count(page: object) -> int:
    """How many entries a list has, as one of its pages says."""
    return schema.get(schema.entry(page, "a page"), "count", int)


def _restless(what: str) -> ServerError:
    return ServerError(
        f"the list of {what} changed each time that it was read, {ROUNDS} times",
        remedy="Try again when fewer people add and delete there.",
    )


def _round(fetch: Callable[[int, int], object], what: str) -> Iterator[dict[str, Any]]:
    """The entries of one reading, as often as the server lists each.

    Raises:
        _Shifted: if it cannot be whole.
    """
    read, last = 0, None
    while True:
        page = schema.entry(fetch(PAGE, read - 1 if read else 0), f"a page of {what}")
        total = count(page)
        rows = [schema.entry(row, "an entry") for row in schema.entries(page.get("results"), what)]
        numbers = [schema.get(row, "id", int) for row in rows]
        if read and numbers[:1] != [last]:
            raise _Shifted
        yield from rows[1:] if read else rows
        read += len(rows) - (1 if read else 0)
        if read >= total:
            return
        if len(rows) < 2:
            raise _Shifted
        last = numbers[-1]


class Administration(Calls):
    """Users, projects, labels and members."""

    def me(self) -> User:
        """The user that is logged in."""
        return schema.user(self._get("v1/me"))

    def users(self) -> list[User]:
        """All users of the server."""
        return [schema.user(row) for row in schema.entries(self._get("v1/users"), "users")]

    def create_user(self, username: str, password: str) -> User:
        """Make a user; the server judges the password."""
        form = {"username": username, "password1": password, "password2": password}
        return schema.user(self._send("POST", "v1/users/create", form))

    def roles(self) -> dict[str, int]:
        """The number of each role, by its name."""
        rows = [schema.entry(row, "a role") for row in schema.entries(self._get("v1/roles"), "roles")]
        return {schema.get(row, "name", str): schema.get(row, "id", int) for row in rows}

    def projects(self) -> list[DoccanoProject]:
        """The projects for sequence labelling that the user is a member of, the newest first."""
        return [schema.project(row) for row in self._projects() if _labels_sequences(row)]

    def project(self, name: str) -> DoccanoProject | None:
        """The project of that name, None if there is none.

        Raises:
            ServerError: if several have the name, or one that is not for sequence labelling.
        """
        rows = [row for row in self._projects() if row.get("name") == name]
        if len(rows) > 1:
            raise ServerError(
                f"{len(rows)} projects are called {name!r}",
                remedy="Rename all but one in Doccano: a name must mean one.",
            )
        if rows and not _labels_sequences(rows[0]):
            raise ServerError(
                f"the project {name!r} is for {rows[0].get('project_type')}",
                remedy="Take another name for the project.",
            )
        return schema.project(rows[0]) if rows else None

    def create_project(
        self, name: str, *, collaborative: bool, description: str = "", guideline: str = "", **flags: bool
    ) -> DoccanoProject:
        """Make a project for sequence labelling; `flags` are the further fields of `Project`."""
        said = {"name": name, "collaborative": collaborative, "guideline": guideline, **flags}
        if description:  # Doccano has an empty one by default, and refuses it when given
            said["description"] = description
        kind = {"project_type": schema.SEQUENCE_LABELLING, "resourcetype": "SequenceLabelingProject"}
        return schema.project(self._send("POST", "v1/projects", _named(said, schema.PROJECT_FIELDS) | kind))

    def update_project(self, project: int, **changes: str | bool) -> DoccanoProject:
        """Change fields of a project, under the names that `Project` gives them."""
        said = _named(changes, schema.PROJECT_FIELDS) | {"resourcetype": "SequenceLabelingProject"}
        return schema.project(self._send("PATCH", f"v1/projects/{project:d}", said))

    def delete_project(self, project: int) -> None:
        """Delete a project and all that is in it."""
        self._send("DELETE", f"v1/projects/{project:d}")

    def span_types(self, project: int) -> list[SpanType]:
        """The labels of a project, in the order of their making."""
        return [
            schema.span_type(row) for row in schema.entries(self._get(f"v1/projects/{project:d}/span-types"), "labels")
        ]

    def create_span_type(
        self, project: int, name: str, colour: str, text_colour: str = "#ffffff", key: str | None = None
    ) -> SpanType:
        """Make a label; `key` is one of 0-9 and a-z."""
        said = {"name": name, "colour": colour, "text_colour": text_colour, "prefix": None, "key": key}
        fields = _named(said, schema.SPAN_TYPE_FIELDS)
        return schema.span_type(self._send("POST", f"v1/projects/{project:d}/span-types", fields))

    def update_span_type(self, project: int, span_type: int, **changes: str | None) -> SpanType:
        """Change fields of a label, under the names that `SpanType` gives them."""
        fields = _named(changes, schema.SPAN_TYPE_FIELDS)
        return schema.span_type(self._send("PATCH", f"v1/projects/{project:d}/span-types/{span_type:d}", fields))

    def members(self, project: int) -> list[Member]:
        """The current members of a project."""
        return [schema.member(row) for row in schema.entries(self._get(f"v1/projects/{project:d}/members"), "members")]

    def add_member(self, project: int, user: int, role: int) -> Member:
        """Make a user a member; `user` and `role` are numbers."""
        return schema.member(self._send("POST", f"v1/projects/{project:d}/members", {"user": user, "role": role}))

    def update_member(self, project: int, member: int, role: int) -> Member:
        """Give a member another role; both are numbers."""
        return schema.member(self._send("PATCH", f"v1/projects/{project:d}/members/{member:d}", {"role": role}))

    def _projects(self) -> Iterator[dict[str, Any]]:
        return once(self._pages("v1/projects"), "projects")


def _labels_sequences(row: dict[str, Any]) -> bool:
    return row.get("project_type") == schema.SEQUENCE_LABELLING


def _named(said: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Our names for the fields, turned into the server's."""
    for name in said:
        if name not in names:
            raise InvalidValueError(f"there is no field {name!r}", remedy=f"The fields are {', '.join(names)}.")
    return {names[name]: value for name, value in said.items()}


DELETED_AT_ONCE = 500


class Contents(Calls):
    """Examples, their comments and spans."""

    def count(self, project: int, label: str | None = None, *, confirmed: bool | None = None) -> int:
        """How many `examples` there are; with a label, how many spans anybody marked so: Doccano counts each."""
        return count(self._examples(project, label=label, confirmed=_said(confirmed))(1, 0))

    def examples(
        self, project: int, label: str | None = None, *, confirmed: bool | None = None
    ) -> Iterator[ExampleRow]:
        """The examples, each once.

        Args:
            project: its number.
            label: only those in which anybody, former members included, marked a span so.
            confirmed: only those that are confirmed, or are not: by anybody in a shared project, else by the caller.
        """
        pages = self._examples(project, label=label, confirmed=_said(confirmed))
        return (schema.example(row) for row in once(pages, "examples"))

    def count_spans(self, project: int, label: str) -> Counter[int]:
        """How many spans of a label each example has, by anybody; a span counts for each relation of its example.

        Slow, since Doccano asks its store several times for each: where a `count` will do, it should.
        """
        pages = self._examples(project, label=label)
        return Counter(row["id"] for row in whole(pages, "examples"))

    def update_example(
        self, project: int, example: int, *, text: str | None = None, meta: dict[str, Any] | None = None
    ) -> ExampleRow:
        """Change text or meta of an example; labels, confirmations and comments stay."""
        said = {"text": text, "meta": meta}
        fields = {key: value for key, value in said.items() if value is not None}
        return schema.example(self._send("PATCH", f"v1/projects/{project:d}/examples/{example:d}", fields))

    def delete_examples(self, project: int, examples: Iterable[int]) -> None:
        """Delete examples with all that was done on them.

        Raises:
            InvalidValueError: for none: Doccano would delete them all.
        """
        numbers = list(examples)
        if not numbers:
            raise InvalidValueError("no example to delete was named", remedy="Doccano would take that for all of them.")
        for begin in range(0, len(numbers), DELETED_AT_ONCE):
            self._send("DELETE", f"v1/projects/{project:d}/examples", {"ids": numbers[begin : begin + DELETED_AT_ONCE]})

    def comments(self, project: int) -> list[Comment]:
        """All comments in a project, those of former members too."""
        pages = self._pages(f"v1/projects/{project:d}/comments")
        return [schema.comment(row) for row in once(pages, "comments")]

    def confirmations(self, project: int, example: int) -> list[Confirmation]:
        """Who confirmed an example: anybody in a shared project, else the caller alone."""
        pages = self._pages(f"v1/projects/{project:d}/examples/{example:d}/states")
        return [schema.confirmation(row) for row in once(pages, "confirmations")]

    def reopen(self, project: int, example: int) -> None:
        """Take back the confirmation of an example: anybody's in a shared project, else the caller's own."""
        if self.confirmations(project, example):  # the same request would confirm an open one
            self._call("POST", f"v1/projects/{project:d}/examples/{example:d}/states", json={})

    def has_example(self, project: int, example: int) -> bool:
        """Whether an example is there."""
        try:
            self._get(f"v1/projects/{project:d}/examples/{example:d}")
        except http.RefusalReason as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def spans(self, project: int, example: int) -> list[tuple[int, int, int]]:
        """Start, end and number of the label of each span: in a shared project everybody's, else the caller's own."""
        found = schema.entries(self._get(f"v1/projects/{project:d}/examples/{example:d}/spans"), "spans")
        return [schema.place(row) for row in found]

    def progress(self, project: int) -> dict[str, int]:
        """How many confirmations there are by each user name, former members included."""
        found = schema.entry(self._get(f"v1/projects/{project:d}/metrics/member-progress"), "the progress of members")
        return dict(schema.progress(row) for row in schema.entries(found.get("progress"), "members"))

    def _examples(self, project: int, **filters: str | None) -> Callable[[int, int], object]:
        """The pages of examples; an empty filter, which Doccano would pass over, cannot be asked for."""
        for name, value in filters.items():
            if value == "":
                raise InvalidValueError(f"examples cannot be asked for by an empty {name}")
        return self._pages(
            f"v1/projects/{project:d}/examples", **{name: value for name, value in filters.items() if value is not None}
        )


def _said(confirmed: bool | None) -> str | None:
    return None if confirmed is None else str(confirmed).lower()


SHORTEST, LONGEST = 0.05, 1.0
SHARE = 40
WORKER = (
    "Imports and exports need Doccano's task worker, a process beside the web server: `doccano task`; "
    "`goldspan doccano start` starts both."
)


def wait(status: Callable[[], object], patience: float, news: Callable[[], object] | None = None) -> dict[str, Any]:
    """The last status of a task, when it is done.

    Asks again after a fortieth of the time that passed already, so that little is lost, but at least every second.

    Args:
        status: asks the server.
        patience: the seconds without news after which nothing more is expected.
        news: something that changes while the worker works, looked at every second.

    Raises:
        ServerError: if the task failed, with the worker's words, or did not end.
    """
    began = heard = looked = time.monotonic()
    last: object = None
    while True:
        found = schema.entry(status(), "the state of a task")
        if schema.get(found, "ready", bool):
            return _unless_failed(found)
        now = time.monotonic()
        if news is not None and now - looked > min(LONGEST, patience / 2):
            looked = now
            if (told := news()) != last:
                last, heard = told, now
        if now - heard > patience:
            raise ServerError(
                f"a task has not ended in {now - began:.0f} s: the task worker does not seem to run", remedy=WORKER
            )
        time.sleep(min(LONGEST, max(SHORTEST, (now - began) / SHARE)))


def _unless_failed(found: dict[str, Any]) -> dict[str, Any]:
    failed = found.get("error")
    if failed:
        said = failed.get("text") if isinstance(failed, dict) else failed
        raise ServerError(
            f"a task failed in Doccano's worker: {str(said) or 'it does not say why':.300}",
            remedy="The log of the task worker says more.",
        )
    return found


def import_errors(found: dict[str, Any]) -> list[str]:
    """What an import did not take, one line each: file, line and the server's words."""
    result = found.get("result")
    if not isinstance(result, dict):
        return [] if result is None else [str(result)]
    return [_line(item) for item in schema.entries(result.get("error", []), "errors")]


def _line(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    place = ", line ".join(str(item[key]) for key in ("filename", "line") if item.get(key) not in (None, ""))
    said = str(item.get("message", item))
    return f"{place}: {said}" if place else said


PER_EXAMPLE = 0.005
UPLOAD_ID = re.compile(r"[0-9A-Za-z]{22}")
REVERT = {"Content-Type": "text/plain", "Accept": "*/*"}


class Transfers(Contents):
    """Uploads, imports and exports."""

    def upload(self, data: bytes, name: str) -> str:
        """Bring a file to the server, and get the number under which an import takes it."""
        files = {"filepond": (name, data, "application/octet-stream")}
        found = self._call("POST", "v1/fp/process/", files=files, headers={"Accept": "*/*"}).text.strip()
        if not UPLOAD_ID.fullmatch(found):
            raise ServerError(f"the server took the upload of {name} but gave no number for it", remedy=schema.REMEDY)
        return found

    def discard_upload(self, upload: str) -> bool:
        """Take an upload away; an import that has not begun finds nothing. False if it was gone already."""
        try:
            self._call("DELETE", "v1/fp/revert/", data=upload.encode(), headers=REVERT)
        except http.RefusalReason as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def start_import(self, project: int, uploads: Iterable[str]) -> str:
        """Let the task worker import uploads; gives the task."""
        said = {
            "uploadIds": list(uploads),
            "format": "JSONL",
            "task": schema.SEQUENCE_LABELLING,
            "column_data": "text",
            "column_label": "label",
            "delimiter": "",
            "encoding": "utf_8",
        }
        return self._task(self._send("POST", f"v1/projects/{project:d}/upload", said))

    def wait_for_import(
        self, task: str, *, news: Callable[[], object] | None = None, patience: float | None = None
    ) -> list[str]:
        """Wait for an import, and get what it did not take, a line each.

        Args:
            task: as `start_import` gave it.
            news: something that changes while the worker works, e.g. the number of examples; it renews the patience.
            patience: seconds, instead of the server's.

        Raises:
            ServerError: if the task failed, with the worker's words, or does not end.
        """
        limit = self.patience if patience is None else patience
        return import_errors(wait(self._status(task), limit, news))

    @contextlib.contextmanager
    def export(self, project: int, *, confirmed: bool) -> Iterator[Path]:
        """The ZIP of an export, in a temporary file that goes when the block ends.

        Args:
            project: its number.
            confirmed: only what each member confirmed.

        Raises:
            ServerError: if the export fails, does not end, or what comes is cut or too large.
        """
        path = f"v1/projects/{project:d}/download"
        task = self._task(self._send("POST", path, {"format": "JSONL", "exportApproved": confirmed}))
        wait(self._status(task), self.patience + PER_EXAMPLE * self.count(project))
        with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
            file = Path(folder) / "export.zip"
            with self._call("GET", path, params={"taskId": task}, headers={"Accept": "*/*"}, stream=True) as answer:
                http.save(answer, file)
            yield file

    def _status(self, task: str) -> Callable[[], object]:
        return lambda: self._get(f"v1/tasks/status/{task}")

    @staticmethod
    def _task(data: object) -> str:
        found = schema.get(schema.entry(data, "a task"), "task_id", str)
        if not re.fullmatch(r"[0-9A-Za-z-]{1,191}", found):
            raise ServerError("the server's number of a task is none", remedy=schema.REMEDY)
        return found


TIMEOUT = (10.0, 120.0)
PATIENCE = 60.0
PAUSE = 0.2


class _Client(DoccanoClient):  # type: ignore[misc]  # the library has no types
    """The library's client in a strict session; it never learns the password, which would stay in its frames."""

    def __init__(self, account: Account, timeout: http.Timeout, pause: float) -> None:
        self.account = account
        self.strictness = (timeout, pause, lambda: [account.password])
        super().__init__(account.url, account.username, "")

    def _login(self, username: str, password: str) -> None:  # noqa: ARG002  (the library's signature)
        self.session = http.Session(self.baseurl, *self.strictness)
        self.log_in()

    def log_in(self) -> None:
        """Begin a session of the server's.

        Raises:
            ServerError: if user name or password are refused, or no session is given.
        """
        self.session.cookies.clear()
        failed: ServerError | None = None
        try:
            self._post_login()
        except http.RefusalReason as error:
            failed = _login_refused(error, self.account)
        except ServerError as error:
            failed = error
        if failed is None and not self.session.cookies:
            failed = _no_session(self.account)
        if failed is not None:
            raise failed.with_traceback(None)  # which went through frames that hold the password

    def _post_login(self) -> None:
        form = {"username": self.account.username, "password": self.account.password}
        self.session.post(urljoin(self.baseurl, "v1/auth/login/"), data=form)


class Doccano(Administration, Transfers):
    """A server, logged in to: `with Doccano(account) as server`.

    Args:
        account: where, and as whom.
        timeout: seconds to wait for a connection, and for each piece of an answer.
        patience: seconds without news after which a task is given up.
        pause: the first pause before a repetition, in seconds.

    Raises:
        ServerError: from here and from every method, if the server does not answer as it should.
    """

    def __init__(
        self,
        account: Account,
        *,
        timeout: http.Timeout = TIMEOUT,
        patience: float = PATIENCE,
        pause: float = PAUSE,
    ) -> None:
        self.url = account.url
        self.patience = patience
        self._username = account.username
        self._client = _Client(account, timeout, pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Doccano {self.url} as {self._username}>"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()

    def probe(self, path: str, **params: str) -> tuple[int, Any]:
        """The status and the answer to a GET, whatever they are: the JSON value, or else the words, shortened."""
        accept = {"Accept": f"{http.JSON}, */*"}
        return http.probe(lambda: self._call("GET", path, params=params, headers=accept))

    def _call(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401  (as requests has it)
        """The checked answer; a session that ran out, which means that nothing was done, is begun anew once."""
        url = urljoin(self._client.baseurl, path)
        try:
            answer: Response = self._client.session.request(method, url, **options)
        except http.RefusalReason as error:
            if not error.unauthenticated:
                raise
        else:
            return answer
        self._client.log_in()
        again: Response = self._client.session.request(method, url, **options)
        return again


def _login_refused(error: http.RefusalReason, account: Account) -> ServerError:
    if error.status not in {400, 401, 403}:
        return error
    return ServerError(
        f"user name or password refused by {account.url}" + (f": {error.said}" if error.said else ""),
        remedy="Look at DOCCANO_USERNAME and DOCCANO_PASSWORD, or at what `goldspan doccano status` says.",
    )


def _no_session(account: Account) -> ServerError:
    return ServerError(f"{account.url} took the login but gave no session", remedy=schema.REMEDY)

"""The client of a Doccano: its endpoints as methods, in the order users, projects, labels, members, examples, files.

This is the only module that imports `doccano_client`. Its client logs in and keeps the session; the session is
replaced by the strict one of `http` before anything is sent. Its other calls do not check what the server answers and
lack endpoints that a project needs, so each call here is made on that session.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urljoin

from doccano_client import DoccanoClient

from goldspan.doccano.client import file_upload, http, schema
from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.client.listed_numbers import ListedNumbers
from goldspan.doccano.client.paging import PagedList
from goldspan.doccano.client.schema import (
    AutoLabelling,
    Comment,
    Confirmation,
    DoccanoProject,
    ExampleRow,
    Member,
    SpanType,
    User,
)
from goldspan.doccano.client.task_results import import_errors, require_success
from goldspan.errors import InvalidValueError, ServerError
from goldspan.web.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from requests import Response

    from goldspan.doccano.account import Account

T = TypeVar("T")

TIMEOUT = (10.0, 120.0)  # seconds for a connection, and for each piece of an answer
PATIENCE = 60.0  # seconds without news of a task
PATIENCE_PER_EXAMPLE = 0.005  # seconds more for each example of an export
PAUSE = 0.2  # seconds before the first repetition of a request
DELETED_AT_ONCE = 500  # examples
SHORTEST_POLL, LONGEST_POLL = 0.05, 1.0  # seconds
POLLS = 40  # a task is asked for again after this part of the time that it took so far

TASK_ID = re.compile(r"[0-9A-Za-z-]{1,191}")
PROJECT_NAMES = schema.server_names(DoccanoProject)
SPAN_TYPE_NAMES = schema.server_names(SpanType)
AUTO_LABELLING_NAMES = schema.server_names(AutoLabelling)
SERVICE_TIMEOUT = (10.0, 45.0)  # seconds for an answer for which Doccano asks a service; it waits 30 s at most
PROJECT_TYPE = {"resourcetype": "SequenceLabelingProject"}
NO_WORKER = (
    "Imports and exports need Doccano's task worker, a process beside the web server: `doccano task`; "
    "`goldspan doccano start` starts both."
)


class LoginRefusedError(ServerError):
    """The server refused user name or password."""


class _Client(DoccanoClient):  # type: ignore[misc]  # the library has no types
    """The library's client with a strict session; the library never gets the password, which its frames would keep."""

    def __init__(self, account: Account, timeout: http.Timeout, pause: float) -> None:
        self.account = account
        self.concealed: list[str] = []
        self.session_options = (timeout, pause, lambda: [account.password, *self.concealed], account.proxy_auth)
        super().__init__(account.url, account.username, "")

    def _login(self, username: str, password: str) -> None:  # noqa: ARG002  (the library's signature)
        self.session = http.Session(self.baseurl, *self.session_options)
        self.log_in()

    def log_in(self) -> None:
        """Begin a new session on the server.

        Raises:
            LoginRefusedError: if user name or password are refused.
            ServerError: if the login fails in another way, or no session is given.
        """
        self.session.cookies.clear()
        failed: ServerError | None = None
        try:
            self._post_login()
        except HTTPStatusError as error:
            failed = _login_error(error, self.account)
        except ServerError as error:
            failed = error
        if failed is None and not self.session.sends_cookies():
            failed = _no_session_error(self.account.url, secure=any(each.secure for each in self.session.cookies))
        if failed is not None:
            raise failed.with_traceback(None)  # which went through frames that hold the password

    def _post_login(self) -> None:
        form = {"username": self.account.username, "password": self.account.password}
        self.session.post(urljoin(self.baseurl, http.LOGIN), data=form)


class Doccano:
    """A server, logged in to: `with Doccano(account) as server`. Projects, examples and others go by their numbers.

    Args:
        account: address and login.
        timeout: seconds to wait for a connection, and for each piece of an answer.
        patience: seconds without news after which a task is given up.
        pause: the first pause before a request is repeated, in seconds.

    Raises:
        LoginRefusedError: if user name or password are refused.
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
        self._listed: dict[int, ListedNumbers] = {}
        self._username = account.username
        self._pause = pause
        self._client = _Client(account, timeout, pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Doccano {self.url} as {self._username}>"

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def conceal(self, secret: str) -> None:
        """Keep a secret that is sent to the server, or comes from there, out of all messages from now on."""
        self._client.concealed.append(secret)

    @property
    def is_here(self) -> bool:
        """Whether the address is one of this machine: other machines have servers of the same address."""
        return is_loopback(self.url)

    # Users

    def me(self) -> User:
        """The user that is logged in."""
        return self._get(User, "v1/me")

    def users(self) -> list[User]:
        """All users of the server."""
        return self._get(list[User], "v1/users")

    def create_user(self, username: str, password: str) -> User:
        """Create a user; the server may refuse the password as too weak."""
        form = {"username": username, "password1": password, "password2": password}
        return self._send(User, "POST", "v1/users/create", form)

    def roles(self) -> dict[str, int]:
        """The number of each role, by its name."""
        return {role.name: role.id for role in self._get(list[schema.Role], "v1/roles")}

    # Projects

    def projects(self) -> list[DoccanoProject]:
        """The projects for sequence labelling that the user is a member of, the newest first."""
        pages = self._projects()
        return [schema.parse(DoccanoProject, row, pages.entry) for row in pages.distinct() if _labels_sequences(row)]

    def project(self, name: str) -> DoccanoProject | None:
        """The project of that name, None if there is none.

        Raises:
            ServerError: if several have the name, or one that is not for sequence labelling.
        """
        pages = self._projects()
        rows = [row for row in pages.distinct() if row.get("name") == name]
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
        return schema.parse(DoccanoProject, rows[0], pages.entry) if rows else None

    def create_project(
        self, name: str, *, collaborative: bool, description: str = "", guideline: str = "", **flags: bool
    ) -> DoccanoProject:
        """Create a project for sequence labelling; `flags` are the other fields of `DoccanoProject`."""
        fields = {"name": name, "collaborative": collaborative, "guideline": guideline, **flags}
        if description:  # Doccano has an empty one by default, and refuses an empty one that is given
            fields["description"] = description
        form = _with_server_names(fields, PROJECT_NAMES) | PROJECT_TYPE | {"project_type": schema.SEQUENCE_LABELLING}
        return self._send(DoccanoProject, "POST", "v1/projects", form)

    def update_project(self, project: int, **changes: str | bool) -> DoccanoProject:
        """Change fields of a project, under the names that `DoccanoProject` gives them."""
        form = _with_server_names(changes, PROJECT_NAMES) | PROJECT_TYPE
        return self._send(DoccanoProject, "PATCH", f"v1/projects/{project:d}", form)

    def delete_project(self, project: int) -> None:
        """Delete a project and all that is in it."""
        self._json("DELETE", f"v1/projects/{project:d}")

    # Labels

    def span_types(self, project: int) -> list[SpanType]:
        """The labels of a project, in the order in which they were created."""
        return self._get(list[SpanType], f"v1/projects/{project:d}/span-types")

    def create_span_type(
        self, project: int, name: str, colour: str, text_colour: str = "#ffffff", key: str | None = None
    ) -> SpanType:
        """Create a label; `key` is one of 0-9 and a-z."""
        fields = {"name": name, "colour": colour, "text_colour": text_colour, "prefix": None, "key": key}
        form = _with_server_names(fields, SPAN_TYPE_NAMES)
        return self._send(SpanType, "POST", f"v1/projects/{project:d}/span-types", form)

    def update_span_type(self, project: int, span_type: int, **changes: str | None) -> SpanType:
        """Change fields of a label, under the names that `SpanType` gives them."""
        form = _with_server_names(changes, SPAN_TYPE_NAMES)
        return self._send(SpanType, "PATCH", f"v1/projects/{project:d}/span-types/{span_type:d}", form)

    # Members

    def members(self, project: int) -> list[Member]:
        """The current members of a project."""
        return self._get(list[Member], f"v1/projects/{project:d}/members")

    def role(self, project: int) -> str:
        """The name of the role that the login has in a project of which it is a member."""
        return self._get(Member, f"v1/projects/{project:d}/my-role").role

    def add_member(self, project: int, user: int, role: int) -> Member:
        """Make a user a member, in a role."""
        return self._send(Member, "POST", f"v1/projects/{project:d}/members", {"user": user, "role": role})

    def update_member(self, project: int, member: int, role: int) -> Member:
        """Give a member another role."""
        return self._send(Member, "PATCH", f"v1/projects/{project:d}/members/{member:d}", {"role": role})

    def progress(self, project: int) -> dict[str, int]:
        """How many confirmations there are by each user name, former members included."""
        metrics = self._get(schema.ProgressOfMembers, f"v1/projects/{project:d}/metrics/member-progress")
        return {member.user: member.done for member in metrics.progress}

    # Examples

    def count(self, project: int, label: str | None = None, *, confirmed: bool | None = None) -> int:
        """How many `examples` there are; with a label, how many spans have it: Doccano counts an example for each."""
        return self._examples(project, label, confirmed=confirmed).count()

    def examples(
        self, project: int, label: str | None = None, *, confirmed: bool | None = None
    ) -> Iterator[ExampleRow]:
        """The examples, each once.

        Args:
            project: its number.
            label: only those that have a span of this label, by anybody, former members included.
            confirmed: only those that are confirmed, or are not: by anybody in a shared project, else by the caller.
        """
        pages = self._examples(project, label, confirmed=confirmed)
        return self._noted(project, (schema.parse_example(row, pages.entry) for row in pages.distinct()))

    def examples_at(self, project: int, offset: int, limit: int) -> list[ExampleRow]:
        """A stretch of the list of examples, in the order in which they were created, which is that of the exports.

        Args:
            project: its number.
            offset: how many examples come before.
            limit: how many are wanted; the list may end before.
        """
        path = f"v1/projects/{project:d}/examples"
        params = {"ordering": "created_at", "limit": limit, "offset": offset}
        answer = schema.parse_object(self._json("GET", path, params=params), _answer("GET", path))
        rows = schema.get(answer, "results", list, _answer("GET", path))
        entry = f"an entry of {_answer('GET', path)}"
        return list(self._noted(project, (schema.parse_example(row, entry) for row in rows)))

    def plain_examples(self, project: int) -> Collection[int]:
        """The numbers of the examples that were listed already, and whose `meta` has no keys of Doccano's own."""
        return self._numbers(project).plain

    def require_listed(self, project: int, numbers: Collection[int]) -> None:
        """Require that the project's own list has examples of these numbers; what was listed once is remembered.

        Doccano itself does not look whether an example is of the project in whose name it is changed.

        Raises:
            ServerError: naming the first number that the list does not have.
        """
        if missing := self._numbers(project).missing(numbers):
            raise ServerError(
                f"the project's list has no example of number {missing[0]}: it may be another project's",
                remedy="Nothing was written to it. Run the command again; if it stays so, `goldspan doccano doctor`.",
            )

    def count_spans(self, project: int, label: str) -> Counter[int]:
        """How many spans of a label each example has, by anybody; a span counts once for each of its relations.

        Doccano makes several database queries for each example: use `count` where that is enough.
        """
        return Counter(row["id"] for row in self._examples(project, label).as_listed())

    def example(self, project: int, number: int) -> ExampleRow | None:
        """An example; None if it is not there."""
        path = f"v1/projects/{project:d}/examples/{number:d}"
        try:
            return schema.parse_example(self._json("GET", path), _answer("GET", path))
        except HTTPStatusError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def has_example(self, project: int, number: int) -> bool:
        """Whether an example is there."""
        return self.example(project, number) is not None

    def update_example(
        self, project: int, example: int, *, text: str | None = None, meta: dict[str, Any] | None = None
    ) -> ExampleRow:
        """Change text or meta of an example of the project's list; spans, confirmations and comments stay."""
        self.require_listed(project, [example])
        changes = {"text": text, "meta": meta}
        form = {key: value for key, value in changes.items() if value is not None}
        path = f"v1/projects/{project:d}/examples/{example:d}"
        return schema.parse_example(self._json("PATCH", path, json=form), _answer("PATCH", path))

    def delete_examples(self, project: int, examples: Iterable[int]) -> None:
        """Delete examples of the project's list, and all that annotators did on them.

        Raises:
            InvalidValueError: for no examples: Doccano would delete all of them.
        """
        numbers = list(examples)
        if not numbers:
            raise InvalidValueError("no example to delete was named", remedy="Doccano would take that for all of them.")
        self.require_listed(project, numbers)
        for begin in range(0, len(numbers), DELETED_AT_ONCE):
            batch = {"ids": numbers[begin : begin + DELETED_AT_ONCE]}
            self._json("DELETE", f"v1/projects/{project:d}/examples", json=batch)

    def spans(self, project: int, example: int) -> list[tuple[int, int, int]]:
        """Start, end and number of the label of each span: in a shared project everybody's, else the caller's own."""
        spans = self._get(list[schema.StoredSpan], f"v1/projects/{project:d}/examples/{example:d}/spans")
        return [(span.start, span.end, span.label) for span in spans]

    def comments(self, project: int) -> list[Comment]:
        """All comments in a project, those of former members included."""
        pages = self._pages(f"v1/projects/{project:d}/comments", "comments")
        return [schema.parse(Comment, row, pages.entry) for row in pages.distinct()]

    def confirmations(self, project: int, example: int) -> list[Confirmation]:
        """Who confirmed an example: anybody in a shared project, else the caller alone."""
        pages = self._pages(f"v1/projects/{project:d}/examples/{example:d}/states", "confirmations")
        return [schema.parse(Confirmation, row, pages.entry) for row in pages.distinct()]

    def reopen(self, project: int, example: int) -> None:
        """Take back the confirmation of a listed example: anybody's in a shared project, else the caller's own."""
        self.require_listed(project, [example])
        if self.confirmations(project, example):  # the same request would confirm an open one
            self._call("POST", f"v1/projects/{project:d}/examples/{example:d}/states", json={})

    # Assignments: from Doccano 1.8.5 on, who is no administrator sees only what is assigned to them

    def assigns(self, project: int) -> bool:
        """Whether the server has assignments: its examples have that key, or, where there are none, its list answers.

        Args:
            project: its number; 0 for one that is not there yet.
        """
        if project:
            path = f"v1/projects/{project:d}/examples"
            page = schema.parse_object(self._json("GET", path, params={"limit": 1}), _answer("GET", path))
            for row in schema.get(page, "results", list, _answer("GET", path)):
                return schema.ASSIGNMENTS in schema.parse_object(row, _answer("GET", path))
        status, content = self.probe(f"v1/projects/{project:d}/assignments")
        if status == HTTPStatus.OK:
            return isinstance(content, dict | list)  # a server without them answers with the page of the app
        words = content.get("detail") if isinstance(content, dict) else None
        return bool(words) and words != "Not found."  # it knows the address, if not the project

    def count_assigned(self, project: int, username: str) -> int:
        """How many examples are assigned to a user, by the server's own count."""
        return self._pages(f"v1/projects/{project:d}/examples", "examples", assignee=username).count()

    def assign(self, project: int, example: int, user: int) -> bool:
        """Assign an example to a user, who must be a member: Doccano does not check that. False if it was already."""
        form = {"assignee": user, "example": example}
        try:
            self._json("POST", f"v1/projects/{project:d}/assignments", json=form)
        except HTTPStatusError as error:
            if error.status == HTTPStatus.BAD_REQUEST and "unique" in error.detail:
                return False
            raise
        return True

    def unassign(self, project: int, assignment: str) -> bool:
        """Take an assignment back, by its id; False if it was not there any more."""
        try:
            self._call("DELETE", f"v1/projects/{project:d}/assignments/{assignment}", headers=file_upload.ANY)
        except HTTPStatusError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def assign_unassigned(self, project: int, members: Iterable[int]) -> None:
        """Assign each example that is assigned to nobody to all of these members, by the numbers of their memberships.

        Of Doccano's strategies this one alone gives one example to several: it draws from the examples of nobody the
        share of each member, and the share is all of them.
        """
        workloads = [{"member_id": member, "weight": 100} for member in members]
        form = {"strategy_name": "sampling_without_replacement", "workloads": workloads}
        self._call("POST", f"v1/projects/{project:d}/assignments/bulk_assign", json=form, headers=file_upload.ANY)

    # Auto-labelling: services that Doccano asks for spans when an example is opened

    def auto_labellings(self, project: int) -> list[AutoLabelling]:
        """The configurations of a project's auto-labelling, in the order in which Doccano goes through them."""
        return self._get(list[AutoLabelling], f"v1/projects/{project:d}/auto-labeling/configs")

    def create_auto_labelling(self, project: int, wanted: AutoLabelling) -> AutoLabelling:
        """Add a configuration; its number is the server's."""
        path = f"v1/projects/{project:d}/auto-labeling/configs"
        return self._send(AutoLabelling, "POST", path, _auto_labelling_form(wanted))

    def update_auto_labelling(self, project: int, number: int, wanted: AutoLabelling) -> AutoLabelling:
        """Replace what a configuration of the project's list has; Doccano does not check whose it is."""
        path = f"v1/projects/{project:d}/auto-labeling/configs/{number:d}"
        return self._send(AutoLabelling, "PATCH", path, _auto_labelling_form(wanted))

    def delete_auto_labelling(self, project: int, number: int) -> None:
        """Delete a configuration of the project's list; the spans that came by it stay."""
        self._json("DELETE", f"v1/projects/{project:d}/auto-labeling/configs/{number:d}")

    def ask_service(self, project: int, model: str, attributes: object, text: str) -> Any:  # noqa: ANN401  (JSON is any)
        """What a service answers to a text when Doccano asks it; nothing is stored."""
        form = {"model_name": model, "model_attrs": attributes, "text": text}
        return self._test_auto_labelling(project, "request-testing", form)

    def extract_labels(self, project: int, template: str, answer: object) -> Any:  # noqa: ANN401  (JSON is any)
        """The spans that Doccano finds by a template in the answer of a service; it refuses an answer without any."""
        form = {"template": template, "response": answer, "task_type": schema.SPAN_TASK}
        return self._test_auto_labelling(project, "label-extractor-testing", form)

    def map_labels(self, project: int, mapping: object, labels: object) -> Any:  # noqa: ANN401  (JSON is any)
        """The spans of which Doccano knows the labels, under the names of their types."""
        form = {"label_mapping": mapping, "response": labels, "task_type": schema.SPAN_TASK}
        return self._test_auto_labelling(project, "label-mapper-testing", form)

    def _test_auto_labelling(self, project: int, what: str, form: object) -> Any:  # noqa: ANN401  (JSON is any)
        path = f"v1/projects/{project:d}/auto-labeling/{what}"
        answer = self._call("POST", path, json=form, timeout=SERVICE_TIMEOUT, headers=file_upload.ANY)
        return http.parse_json(answer, f"POST /{path}") if answer.content else None  # what a `null` becomes there

    # Files: upload and import, export

    def upload(self, data: bytes, name: str) -> str:
        """Upload a file, in parts if it is large; returns the id under which an import finds it."""
        return file_upload.upload(self._call, data, name, pause=self._pause)

    def discard_upload(self, upload: str) -> bool:
        """Delete an upload: an import of it that has not begun finds nothing. False if it was gone already."""
        return file_upload.discard(self._call, upload)

    def start_import(self, project: int, uploads: Iterable[str]) -> str:
        """Queue an import of uploads for the task worker; returns the id of the task."""
        form = {
            "uploadIds": list(uploads),
            "format": "JSONL",
            "task": schema.SEQUENCE_LABELLING,
            "column_data": "text",
            "column_label": "label",
            "delimiter": "",
            "encoding": "utf_8",
        }
        return self._start_task(f"v1/projects/{project:d}/upload", form)

    def wait_for_import(
        self, task: str, *, news: Callable[[], object] | None = None, patience: float | None = None
    ) -> list[str]:
        """Wait until an import has ended; returns what it refused, a line each.

        Args:
            task: as `start_import` gave it.
            news: something that changes while the worker works, e.g. the number of examples; it renews the patience.
            patience: seconds, instead of the server's.

        Raises:
            ServerError: if the task failed, with the worker's words, or does not end.
        """
        return import_errors(self._wait(task, self.patience if patience is None else patience, news))

    @contextlib.contextmanager
    def export(self, project: int, *, confirmed: bool) -> Iterator[Path]:
        """The ZIP of an export, in a temporary file that is deleted when the block ends.

        Args:
            project: its number.
            confirmed: only what each member confirmed.

        Raises:
            ServerError: if the export fails, does not end, or is not whole or too large.
        """
        path = f"v1/projects/{project:d}/download"
        task = self._start_task(path, {"format": "JSONL", "exportApproved": confirmed})
        self._wait(task, self.patience + PATIENCE_PER_EXAMPLE * self.count(project))
        with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
            file = Path(folder) / "export.zip"
            with self._call("GET", path, params={"taskId": task}, headers=file_upload.ANY, stream=True) as answer:
                http.save_zip(answer, file)
            yield file

    # Anything else

    def probe(self, path: str, **params: str) -> tuple[int, Any]:
        """The status and the content of the answer to a GET, whatever they are: a JSON value, or else words."""
        accept = {"Accept": f"{http.JSON}, */*"}
        return http.probe(lambda: self._call("GET", path, params=params, headers=accept))

    # How the methods above ask the server

    def _call(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401  (as requests has it)
        """The checked answer. If the session has expired, and so nothing was done, log in and ask once more."""
        url = urljoin(self._client.baseurl, path)
        try:
            answer: Response = self._client.session.request(method, url, **options)
        except HTTPStatusError as error:
            if not error.unauthenticated:
                raise
        else:
            return answer
        self._client.log_in()
        again: Response = self._client.session.request(method, url, **options)
        return again

    def _json(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  (JSON is any)
        return http.parse_json(self._call(method, path, **options), f"{method} /{path}")

    def _get(self, shape: type[T], path: str) -> T:
        return schema.parse(shape, self._json("GET", path), _answer("GET", path))

    def _send(self, shape: type[T], method: str, path: str, form: object) -> T:
        return schema.parse(shape, self._json(method, path, json=form), _answer(method, path))

    def _pages(self, path: str, entries: str, **filters: str) -> PagedList:
        def fetch(limit: int, offset: int) -> object:
            return self._json("GET", path, params={**filters, "limit": limit, "offset": offset})

        return PagedList(fetch, entries, _answer("GET", path))

    def _projects(self) -> PagedList:
        return self._pages("v1/projects", "projects")

    def _examples(self, project: int, label: str | None = None, *, confirmed: bool | None = None) -> PagedList:
        if label == "":
            raise InvalidValueError("examples cannot be asked for by an empty label")  # Doccano would ignore it
        filters = {"label": label, "confirmed": None if confirmed is None else str(confirmed).lower()}
        given = {name: value for name, value in filters.items() if value is not None}
        return self._pages(f"v1/projects/{project:d}/examples", "examples", **given)

    def _noted(self, project: int, examples: Iterable[ExampleRow]) -> Iterator[ExampleRow]:
        """The same examples; that the list has their numbers is remembered."""
        numbers = self._numbers(project)
        for example in examples:
            numbers.add(example.id, plain=not example.has_own_keys)
            yield example

    def _numbers(self, project: int) -> ListedNumbers:
        if project not in self._listed:
            self._listed[project] = ListedNumbers(
                lambda: self.count(project),
                lambda offset, limit: [row.id for row in self.examples_at(project, offset, limit)],
                lambda: [row.id for row in self.examples(project)],
            )
        return self._listed[project]

    def _start_task(self, path: str, form: object) -> str:
        task = self._send(schema.StartedTask, "POST", path, form).id
        if not TASK_ID.fullmatch(task):
            raise ServerError(f"'task_id' of {_answer('POST', path)} is not the id of a task", remedy=schema.REMEDY)
        return task

    def _wait(self, task: str, patience: float, news: Callable[[], object] | None = None) -> schema.TaskStatus:
        """The last status of a task, when it has ended.

        It asks again after a fortieth of the time that has passed, so that little is lost, but at least every second.

        Raises:
            ServerError: if the task failed, with the worker's words, or if for `patience` seconds `news` stayed the
                same.
        """
        began = last_news = last_look = time.monotonic()
        seen: object = None
        while True:
            status = self._get(schema.TaskStatus, f"v1/tasks/status/{task}")
            if status.ready:
                return require_success(status)
            now = time.monotonic()
            if news is not None and now - last_look > min(LONGEST_POLL, patience / 2):
                last_look = now
                if (current := news()) != seen:
                    seen, last_news = current, now
            if now - last_news > patience:
                raise ServerError(
                    f"a task has not ended in {now - began:.0f} s: the task worker does not seem to run",
                    remedy=NO_WORKER,
                )
            time.sleep(min(LONGEST_POLL, max(SHORTEST_POLL, (now - began) / POLLS)))


def _auto_labelling_form(wanted: AutoLabelling) -> dict[str, Any]:
    """All fields of a configuration under the server's names: Doccano takes no part of them alone."""
    return {theirs: getattr(wanted, ours) for ours, theirs in AUTO_LABELLING_NAMES.items()} | {"default": False}


def _login_error(error: HTTPStatusError, account: Account) -> ServerError:
    """The error for a login that was not accepted: by Doccano itself, in JSON, or by something else."""
    refusals = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if error.status not in refusals or error.is_from_front or error.body is None or "CSRF" in error.detail:
        return error
    return LoginRefusedError(
        f"user name or password refused by {account.url}" + (f": {error.detail}" if error.detail else ""),
        remedy="Check DOCCANO_USERNAME and DOCCANO_PASSWORD, or what `goldspan doccano status` prints.",
    )


def _no_session_error(url: str, *, secure: bool) -> ServerError:
    """The error for a login that was accepted, without a session for the requests that follow.

    Args:
        url: of the server.
        secure: whether there is one, which is for https alone.
    """
    message = f"{url} accepted the login but gave no session"
    if secure:
        return ServerError(
            f"{message} for http: its cookies are for https alone",
            remedy=f"Use https: DOCCANO_URL={url.replace('http:', 'https:', 1)}, or start Doccano without "
            "SESSION_COOKIE_SECURE.",
        )
    return ServerError(
        message,
        remedy="Something in front of the server may keep its cookies back, or set another host or path in them: use "
        "the address that they are for.",
    )


def _answer(method: str, path: str) -> str:
    """An answer, as a message names it."""
    return f"the answer to {method} /{path}"


def _labels_sequences(project: dict[str, Any]) -> bool:
    return project.get("project_type") == schema.SEQUENCE_LABELLING


def _with_server_names(fields: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Fields under the server's names instead of ours.

    Raises:
        InvalidValueError: for a field that is not one of ours.
    """
    for name in fields:
        if name not in names:
            raise InvalidValueError(f"there is no field {name!r}", remedy=f"The fields are {', '.join(names)}.")
    return {names[name]: value for name, value in fields.items()}

"""What annotators do not see, and how it is assigned: of servers that answer in other ways."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.doccano import assignments
from goldspan.doccano.account import Account
from goldspan.doccano.assignments import AssignmentPlan, HiddenExamples, hidden_among
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.client.http_errors import HTTPStatusError
from goldspan.doccano.client.schema import ExampleRow, Member
from goldspan.errors import ServerError
from helpers.http_faults import APP, FORBIDDEN, PASSWORD, ScriptedServer, reply

ANN, BOB, LEAD = (
    Member(11, 1, "ann", "annotator"),
    Member(12, 2, "bob", "annotator"),
    Member(13, 3, "lead", "project_admin"),
)


def row(number, *names):
    return ExampleRow(number, "x", {}, confirmed=False, comments=0, assignees=frozenset(names))


class Server:
    """Who has which examples; it fails as it is told."""

    def __init__(self, assigned, bulk=None, gone=(), refusal=None):
        self.assigned = {number: set(users) for number, users in assigned.items()}
        self.bulk, self.gone, self.refusal = bulk, gone, refusal
        self.singles = 0

    def members(self, _):
        return [ANN, BOB, LEAD]

    def rows(self):
        names = {1: "ann", 2: "bob", 9: "former"}
        return [row(number, *map(names.get, users)) for number, users in self.assigned.items()]

    def assign_unassigned(self, _, members):
        if self.bulk is not None:
            raise HTTPStatusError("no", remedy=None, status=self.bulk)
        users = {11: 1, 12: 2}
        for held in self.assigned.values():
            if not held:
                held.update(users[member] for member in members)

    def assign(self, _, example, user):
        self.singles += 1
        if example in self.gone or self.refusal:
            raise HTTPStatusError("no", remedy=None, status=self.refusal or 400)
        self.assigned[example].add(user)

    def count_assigned(self, _, name):
        user = {"ann": 1, "bob": 2}[name]
        return sum(user in users for users in self.assigned.values())

    def has_example(self, _, example):
        return example not in self.gone


def apply(server):
    plan = AssignmentPlan(hidden_among(server.rows(), ["ann", "bob"]), 0, ("ann", "bob"))
    return plan.apply(server, 7, lambda *_: None)


@given(st.dictionaries(st.integers(1, 60), st.sets(st.sampled_from([1, 2, 9])), max_size=60))
def test_everybody_who_annotates_gets_every_example_and_nobody_loses_one(assigned):
    server = Server(assigned)
    lacking = sum(len({1, 2} - users) for users in assigned.values())
    assert apply(server) == lacking
    assert all(server.assigned[number] == users | {1, 2} for number, users in assigned.items())
    assert apply(server) == 0


def test_what_nobody_has_is_assigned_in_one_request():
    server = Server(dict.fromkeys(range(1000), ()) | {1001: {1}, 1002: {9}})
    apply(server)
    assert server.singles == 3


def test_what_former_members_have_is_assigned_one_by_one_though_it_was_taken_for_nobodys():
    server = Server({number: {9} for number in range(30)})
    everything = frozenset(range(30))
    plan = AssignmentPlan(HiddenExamples({"ann": everything, "bob": everything}, everything), 0, ("ann", "bob"))
    plan.apply(server, 7, lambda *_: None)
    assert all(users == {1, 2, 9} for users in server.assigned.values())


@pytest.mark.parametrize("status", [400, 404, 405, 500, 504])
def test_a_server_that_refuses_the_one_request_is_asked_for_each(status):
    server = Server(dict.fromkeys(range(30), ()), bulk=status)
    assert (apply(server), server.singles) == (60, 60)


def test_a_login_without_the_right_is_told_so_at_once():
    server = Server(dict.fromkeys(range(30), ()), bulk=403)
    with pytest.raises(HTTPStatusError):
        apply(server)
    assert server.singles == 0


def test_an_example_that_was_deleted_meanwhile_is_left_out_and_any_other_refusal_is_not():
    apply(Server({1: (), 2: ()}, gone={2}))
    with pytest.raises(HTTPStatusError):
        apply(Server({1: (), 2: ()}, refusal=400))


def test_what_is_new_counts_for_everybody():
    plan = AssignmentPlan(hidden_among([row(1, "ann"), row(2)], ["ann", "bob"]), 3, ("ann", "bob", "cy"))
    assert plan.counts() == {"ann": 4, "bob": 5, "cy": 3}
    assert plan.json() == {"assign": plan.counts(), "hidden": {}}
    assert not plan.is_done
    assert plan.hidden.without([1, 2]).of == {}


def test_counts_are_trusted_only_where_the_server_heeds_who_is_asked_for():
    counts = {"ann": 2, "bob": 2}
    rows = [row(1, "ann"), row(2)]
    server = SimpleNamespace(
        assigns=lambda _: True,
        count=lambda _: 2,
        count_assigned=lambda _, name: counts.get(name, 2 if counts.get("any") else 0),
        examples=lambda _: iter(rows),
    )
    assert assignments.hidden_examples(server, 7, ["ann", "bob"]).of == {}
    counts |= {"ann": 2, "bob": 0}  # without a list where the numbers are known
    assert assignments.hidden_examples(server, 7, ["ann", "bob"], [1, 2]).of == {"bob": {1, 2}}
    counts["ann"] = 0
    assert assignments.hidden_examples(server, 7, ["ann", "bob"], [1, 2]).unassigned == {1, 2}
    assert assignments.hidden_examples(server, 7, ["ann", "bob"], [1]).of == {"ann": {2}, "bob": {1, 2}}
    counts |= {"ann": 2, "bob": 2, "any": 2}
    assert assignments.hidden_examples(server, 7, ["ann", "bob"]).of == {"ann": {2}, "bob": {1, 2}}


# Whether a server has assignments

EMPTY = reply(200, {"count": 0, "next": None, "results": []})
EXAMPLE = {"id": 1, "text": "x", "meta": {}, "is_confirmed": False, "comment_count": 0}


def page(**keys):
    return reply(200, {"count": 1, "next": None, "results": [{**EXAMPLE, **keys}]})


@pytest.mark.parametrize(
    ("examples", "answer", "expected"),
    [
        (page(assignments=[]), APP, True),
        (page(), EMPTY, False),
        (EMPTY, EMPTY, True),
        (EMPTY, APP, False),
        (EMPTY, reply(404, {"detail": "Not found."}), False),
        (EMPTY, reply(404, "<h1>Not Found</h1>", kind="text/html"), False),
        (EMPTY, reply(500, "<h1>Server Error (500)</h1>", kind="text/html"), False),
        (EMPTY, FORBIDDEN, True),
    ],
)
def test_whether_a_server_assigns_shows_in_its_answers(examples, answer, expected):
    table = {"GET /v1/projects/7/examples": [examples], "GET /v1/projects/7/assignments": [answer]}
    with ScriptedServer(table) as server, Doccano(Account(server.url, "admin", PASSWORD), pause=0.0) as client:
        assert client.assigns(7) is expected


def test_an_assignment_that_is_there_is_no_error():
    unique = reply(400, {"non_field_errors": ["The fields example, assignee must make a unique set."]})
    other = reply(400, {"example": ['Invalid pk "3" - object does not exist.']})
    table = {"POST /v1/projects/7/assignments": [reply(201, {"id": "x"}), unique, other]}
    with ScriptedServer(table) as server, Doccano(Account(server.url, "admin", PASSWORD)) as client:
        assert client.assign(7, 3, 1)
        assert not client.assign(7, 3, 1)
        with pytest.raises(HTTPStatusError, match="does not exist"):
            client.assign(7, 3, 1)


@pytest.mark.parametrize("value", [3, [3], [{"assignee": 3}], [{}]])
def test_assignments_of_another_shape_are_refused(value):
    with (
        ScriptedServer({"GET /v1/projects/7/examples": [page(assignments=value)]}) as server,
        Doccano(Account(server.url, "admin", PASSWORD)) as client,
        pytest.raises(ServerError, match="assign"),
    ):
        list(client.examples(7))

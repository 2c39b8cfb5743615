"""The client against a real Doccano."""

import zipfile
from collections import Counter

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client import paging
from goldspan.doccano.client.api import Doccano
from goldspan.errors import ServerError
from helpers import doccano_annotator
from helpers.doccano_project import add_member, import_rows, remove_member


@pytest.fixture
def project(server, request):
    """A project with two labels, of this test's own."""
    made = server.create_project(f"client {request.node.name}"[:100], collaborative=False)
    server.create_span_type(made.id, "PER", "#112233", key="p")
    server.create_span_type(made.id, "LOC", "#445566", "#000000", "l")
    yield made
    server.delete_project(made.id)


def test_the_client_is_the_user_who_logged_in(server, doccano):
    me = server.me()
    assert (me.username, me.superuser) == (doccano.account.username, True)
    assert me in server.users()


def test_a_wrong_password_is_refused(doccano):
    account = doccano.account
    with pytest.raises(ServerError, match=f"refused by {account.url}: Unable to log in with provided credentials"):
        Doccano(Account(account.url, account.username, "not it"))


def test_a_project_is_made_found_changed_and_deleted(server):
    made = server.create_project(
        "client flags", collaborative=True, description="d", guideline="# Rules", grapheme_mode=True, use_relation=True
    )
    assert server.project("client flags") == made
    assert (made.collaborative, made.grapheme_mode, made.use_relation) == (True, True, True)
    assert (made.allow_overlapping, made.random_order, made.members_create_labels) == (False, False, False)
    changed = server.update_project(made.id, guideline="", allow_overlapping=True, members_create_labels=True)
    assert (changed.guideline, changed.allow_overlapping, changed.members_create_labels) == ("", True, True)
    assert (changed.description, changed.grapheme_mode) == ("d", True)
    server.delete_project(made.id)
    assert server.project("client flags") is None


def test_two_projects_of_one_name_are_an_error(server, project):
    twin = server.create_project(project.name, collaborative=False)
    with pytest.raises(ServerError, match="2 projects are called"):
        server.project(project.name)
    server.delete_project(twin.id)


def test_a_project_of_another_kind_is_refused(server):
    form = {"name": "client other", "project_type": "Seq2seq", "resourcetype": "Seq2seqProject", "description": "d"}
    other = server._json("POST", "v1/projects", json=form)["id"]
    with pytest.raises(ServerError, match="'client other' is for Seq2seq"):
        server.project("client other")
    assert other not in {each.id for each in server.projects()}
    server.delete_project(other)


def test_labels_are_made_and_changed_and_keep_their_order(server, project):
    per, loc = server.span_types(project.id)
    assert (loc.name, loc.colour, loc.text_colour, loc.prefix, loc.key) == ("LOC", "#445566", "#000000", None, "l")
    assert server.update_span_type(project.id, per.id, colour="#abcdef", key=None).key is None
    assert [kind.colour for kind in server.span_types(project.id)] == ["#abcdef", "#445566"]


def test_a_taken_key_is_refused_in_the_words_of_the_server(server, project):
    with pytest.raises(ServerError, match="400 Bad Request: Duplicate shortcut key"):
        server.create_span_type(project.id, "ORG", "#112233", key="p")


def test_members_have_roles(server, project):
    user = doccano_annotator.get_or_create(server, "clara")
    user.close()
    roles = server.roles()
    member = server.add_member(project.id, user.id, roles["annotator"])
    assert (member.user, member.username, member.role) == (user.id, "clara", "annotator")
    assert server.update_member(project.id, member.id, roles["annotation_approver"]).role == "annotation_approver"
    assert {member.username for member in server.members(project.id)} == {server.me().username, "clara"}
    with pytest.raises(ServerError, match="already assigned"):
        server.add_member(project.id, user.id, roles["annotator"])


def test_uploaded_examples_come_back_unchanged_and_in_order(server, project):
    texts = ['plain "},{" \\ text', "😀 e\u0301 \u2028 \x85 \u202e", "tab\tnul-less\x01", "  blanks  ", "\r\n x"]
    rows = [{"text": text, "label": [], "goldspan_id": str(at)} for at, text in enumerate(texts)]
    assert import_rows(server, project, rows) == []
    rows_back = list(server.examples(project.id))
    assert [row.text for row in rows_back] == texts
    assert [dict(row.meta) for row in rows_back] == [{"goldspan_id": str(at)} for at in range(len(texts))]
    assert server.count(project.id) == len(texts)


def test_an_import_error_is_reported(server, project):
    upload = server.upload(b'{"text": "good", "label": []}\n{"text": ', "half.jsonl")
    (error,) = server.wait_for_import(server.start_import(project.id, [upload]))
    assert ", line 2: Expecting value" in error
    assert server.count(project.id) == 1


def test_a_discarded_upload_imports_nothing(server, project):
    upload = server.upload(b'{"text": "a", "label": []}', "a.jsonl")
    assert [server.discard_upload(upload), server.discard_upload(upload)] == [True, False]
    server.wait_for_import(server.start_import(project.id, [upload]))
    assert server.count(project.id) == 0


def test_pages_meet_without_a_gap(server, project, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 7)
    import_rows(server, project, [{"text": str(number), "label": [[0, 1, "PER"]]} for number in range(30)])
    assert [row.text for row in server.examples(project.id)] == [str(number) for number in range(30)]
    assert len(list(server.examples(project.id, "PER"))) == 30
    server.update_project(project.id, random_order=True)
    assert {row.text for row in server.examples(project.id)} == {str(number) for number in range(30)}


def test_examples_are_found_by_the_labels_of_anybody(server, project):
    import_rows(server, project, [{"text": f"Ann saw Bob {at}", "label": []} for at in range(3)])
    first, second, third = (row.id for row in server.examples(project.id))
    member, clara = add_member(server, project, "clara")
    with clara:
        clara.mark(project.id, first, 0, 3, "PER")
        clara.mark(project.id, first, 8, 11, "PER")
        clara.mark(project.id, second, 0, 3, "LOC")
        clara.comment(project.id, third, "Who?")
    remove_member(server, project, member)
    assert [row.id for row in server.examples(project.id, "PER")] == [first]
    assert server.count_spans(project.id, "PER") == Counter({first: 2})
    assert [server.count(project.id, label) for label in ("PER", "LOC", "X")] == [2, 1, 0]
    (comment,) = server.comments(project.id)
    assert (comment.example, comment.username, comment.text) == (third, "clara", "Who?")
    assert [row.comments for row in server.examples(project.id)] == [0, 0, 1]


def test_confirmed_examples_are_found(doccano, server, project):
    import_rows(server, project, [{"text": str(at), "label": []} for at in range(3)])
    first, *_ = (row.id for row in server.examples(project.id))
    with doccano_annotator.admin(doccano) as lead:
        lead.confirm(project.id, first)
    assert [row.id for row in server.examples(project.id, confirmed=True)] == [first]
    assert len(list(server.examples(project.id, confirmed=False))) == 2
    assert [row.confirmed for row in server.examples(project.id)] == [True, False, False]


def test_an_example_changes_its_text_and_keeps_its_work(doccano, server, project):
    import_rows(server, project, [{"text": "Ann", "label": [], "a": "1"}])
    (row,) = server.examples(project.id)
    with doccano_annotator.admin(doccano) as lead:
        lead.mark(project.id, row.id, 0, 3, "PER")
    changed = server.update_example(project.id, row.id, text="and Ann", meta={"a": "2"})
    assert (changed.text, changed.meta) == ("and Ann", {"a": "2"})
    (span,) = server._json("GET", f"v1/projects/{project.id}/examples/{row.id}/spans")
    assert (span["start_offset"], span["end_offset"]) == (0, 3)


def test_only_the_named_examples_are_deleted(server, project):
    import_rows(server, project, [{"text": str(at), "label": []} for at in range(5)])
    numbers = [row.id for row in server.examples(project.id)]
    server.delete_examples(project.id, numbers[1:4])
    assert [row.id for row in server.examples(project.id)] == [numbers[0], numbers[4]]


def test_an_export_holds_a_part_per_member(server, project):
    import_rows(server, project, [{"text": "Ann", "label": []}])
    with server.export(project.id, confirmed=False) as path, zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"{server.me().username}.jsonl"]
    assert not path.exists()


def test_the_health_check_reports_on_the_worker(server):
    status, content = server.probe("v1/health/", format="json")
    assert status == 200
    assert any("Celery" in name for name in content)


def test_a_missing_project_is_reported_in_the_words_of_the_server(server):
    with pytest.raises(ServerError, match=r"GET /v1/projects/999999/span-types: .*404 .*: No Project matches"):
        server.span_types(999999)

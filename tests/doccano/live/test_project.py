"""The project on the server becomes what the guidelines say, and nothing of the annotators' is touched on the way."""

import itertools
import json
import re
from types import SimpleNamespace

import pytest

from goldspan.doccano import corpus_record, guideline_page, project, project_identity, users
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.push import push
from goldspan.doccano.push.plan import project_changes, project_notes
from goldspan.doccano.rounds import ProjectOfMember
from goldspan.errors import InvalidValueError, ServerError
from helpers import doccano_annotator, sample_corpus

COUNTER = itertools.count()


@pytest.fixture
def name():
    return f"project test {next(COUNTER)}"


GOOD = """
[[member]]
name = "anna"
role = "annotator"
pseudonym = "a1"
[[member]]
name = "bob"
role = "annotation_approver"
"""


@pytest.mark.parametrize("kind", project.PURPOSES)
def test_a_project_is_made_as_planned_and_then_nothing_differs(server, toy, name, kind):
    theirs = ProjectOfMember(round="kfor", member="anna", listed=()) if kind == "private" else None
    prepared = project.plan_project(server, toy, name, kind, of_member=theirs)
    assert prepared.project is None
    assert next(project_changes(prepared)).startswith(f"create the project '{name}' ({kind})")
    made = prepared.apply()
    again = project.plan_project(server, toy, name, kind, of_member=theirs)
    assert list(project_changes(again)) == []
    assert [remark.partition(":")[0] for remark in project_notes(again)] == (
        ["nobody annotates here yet"] if kind == "independent" else []
    )
    assert project.project_kind(made) == kind
    assert again.project == made == again.planned
    key = corpus_record.project_key(made)
    assert made.guideline == guideline_page.render_page(toy, kind) + project_identity.key_line(
        project.PURPOSES[kind], key
    )
    part_of = ", round kfor" if theirs else ""
    assert made.description == f"goldspan: {project.PURPOSES[kind]}, guidelines 1.0, key {key}{part_of}"
    assert read_record(toy).project(name, server.url).model_dump() == {
        "name": name,
        "server": server.url,
        "key": key,
        "offsets": "utf-16",
        "round": theirs and theirs.round,
        "member": theirs and theirs.member,
        "kind": "disputes" if kind == "disputes" else None,
        "number": made.id,
    }
    assert {flag: getattr(made, flag) for flag in project.FLAGS} == project.FLAGS
    types = [(each.name, each.colour, each.key) for each in server.span_types(made.id)]
    assert types == [(label.name, label.colour, label.shortcut) for label in toy.scheme.labels]


def test_applying_twice_makes_no_second_project(server, toy, name):
    prepared = project.plan_project(server, toy, name, "shared")
    assert prepared.apply() == prepared.apply()
    assert server.project(name) is not None


def test_a_change_of_the_guidelines_is_pushed_and_keys_may_swap(server, toy, name):
    key = corpus_record.project_key(project.plan_project(server, toy, name, "independent").apply())
    path = toy.guidelines / "labels.toml"
    text = path.read_text().replace('shortcut = "s"', 'shortcut = "?"').replace('shortcut = "p"', 'shortcut = "s"')
    path.write_text(
        text.replace('"?"', '"p"').replace('version = "1.0"', 'version = "2.0"').replace("#1f6fb2", "#ffee00")
    )
    prepared = project.plan_project(server, type(toy)(toy.root), name, "independent")
    assert [line for line in project_changes(prepared) if "guideline page" not in line] == [
        "change the description: '{0} 1.0, {1}' → '{0} 2.0, {1}'".format(
            "goldspan: independent annotation, guidelines", f"key {key}"
        ),
        "change the label SHIP: colour #1f6fb2 → #ffee00, text colour #ffffff → #111111, key s → p",
        "change the label PORT: key p → s",
    ]
    made = prepared.apply()
    assert {each.name: each.key for each in server.span_types(made.id)} == {"SHIP": "p", "PORT": "s", "CREW": "c"}
    assert not list(project_changes(project.plan_project(server, type(toy)(toy.root), name, "independent")))


def test_a_label_unknown_to_the_scheme_keeps_its_key_and_its_spans(server, toy, name):
    made = project.plan_project(server, toy, name, "shared").apply()
    server.create_span_type(made.id, "PIRATE", "#112233", "#ffffff", "r")
    prepared = project.plan_project(server, toy, name, "shared")
    prepared.apply()
    assert next(project_notes(prepared)) == "the label 'PIRATE' is not in the scheme: left alone"
    assert {each.name: each.key for each in server.span_types(made.id)}["PIRATE"] == "r"
    assert not list(project_changes(project.plan_project(server, toy, name, "shared")))


def test_a_renamed_label_gets_no_second_type(server, toy, name):
    made = project.plan_project(server, toy, name, "shared").apply()
    [crew] = [each for each in server.span_types(made.id) if each.name == "CREW"]
    server.update_span_type(made.id, crew.id, name="PIRATE")
    with pytest.raises(ServerError, match="the label type CREW was renamed to 'PIRATE'") as caught:
        project.plan_project(server, toy, name, "shared")
    assert "--label-renamed CREW=PIRATE" in caught.value.remedy
    project.plan_project(server, toy, name, "shared", renamed={"CREW": "PIRATE"}).apply()
    assert [(each.id, each.name) for each in server.span_types(made.id)][-1] == (crew.id, "CREW")
    assert not list(project_changes(project.plan_project(server, toy, name, "shared")))


def test_flags_of_a_project_that_exists_are_never_changed(server, toy, name):
    made = project.plan_project(server, toy, name, "shared").apply()
    server.update_project(made.id, grapheme_mode=True)
    prepared = project.plan_project(server, toy, name, "shared")
    assert prepared.planned.grapheme_mode
    assert not list(project_changes(prepared))
    assert prepared.apply().grapheme_mode


def test_a_project_of_the_other_kind_is_refused(server, toy, name):
    prepared = project.plan_project(server, toy, name, "independent")
    project.plan_project(server, toy, name, "shared").apply()
    for attempt in (lambda: project.plan_project(server, toy, name, "independent"), prepared.apply):
        with pytest.raises(ServerError, match="is for shared annotation, not for independent annotation") as caught:
            attempt()
        assert "--shared" in str(caught.value)


def test_a_project_of_disputes_is_not_taken_for_one_of_annotation(server, toy, name):
    made = project.plan_project(server, toy, name, "disputes").apply()
    assert made.collaborative
    for take in (project.require_annotation, lambda _: push.prepare_push(server, toy, name)):
        with pytest.raises(InvalidValueError, match="is for adjudication of disputes") as caught:
            take(made)
        assert f"--pull --project {name}" in str(caught.value)
    for kind in ("independent", "shared"):
        with pytest.raises(ServerError, match="for adjudication of disputes, not for"):
            project.plan_project(server, toy, name, kind)


def test_two_projects_of_one_name_are_refused(server, toy, name):
    for _ in range(2):
        server.create_project(name, collaborative=False)
    with pytest.raises(ServerError, match="2 projects are called"):
        project.plan_project(server, toy, name, "independent")


def test_a_project_for_another_task_is_refused(doccano, server, toy, name):
    sent = {"name": name, "description": "x", "project_type": "DocumentClassification"}
    lead = doccano_annotator.admin(doccano)
    lead._call("POST", "projects", json=sent | {"resourcetype": "TextClassificationProject"})
    with pytest.raises(ServerError, match="is for DocumentClassification"):
        project.plan_project(server, toy, name, "shared")


def test_the_listed_members_come_to_work_in_their_roles(doccano, server, toy, name):
    first, second = (
        person.username for person in doccano_annotator.create(doccano, [f"{name} a".replace(" ", "_"), "pia"])
    )
    path = toy.guidelines / "members.toml"
    path.write_text(GOOD.replace('"anna"', f'"{first}"').replace('"bob"', f'"{second}"'))
    prepared = project.plan_project(server, toy, name, "independent")
    assert f"add the member {first} (annotator)" in list(project_changes(prepared))
    made = prepared.apply()
    roles = {member.username: member.role for member in server.members(made.id)}
    assert roles == {server.me().username: "project_admin", first: "annotator", second: "annotation_approver"}
    path.write_text(path.read_text().replace("annotation_approver", "project_admin"))
    project.plan_project(server, toy, name, "independent").apply()
    assert {member.username: member.role for member in server.members(made.id)}[second] == "project_admin"
    assert not list(project_changes(project.plan_project(server, toy, name, "independent")))


def test_an_account_can_be_used_with_the_password_that_was_said(server):
    [made, again] = [*users.create_users(server, ["may", "may"]), *users.create_users(server, ["may"])]
    assert doccano_annotator.Annotator(server.url, "may", made.password).username == "may"
    assert again.password is None
    assert made.password not in repr(made)
    assert len(made.password) == 16


def test_user_names_that_differ_only_in_case_are_refused_first(server):
    list(users.create_users(server, ["Ines"]))
    for names in (["ines"], ["olga", "Olga"]):
        with pytest.raises(InvalidValueError, match="which differs only in case"):
            list(users.create_users(server, names))
    assert "olga" not in {user.username for user in server.users()}


@pytest.mark.parametrize("bad", ["../x", "..", "a b", "", "-" * 151, "con", "a/b"])
def test_a_user_whose_name_is_no_folder_is_refused_before_anybody_is_made(server, bad):
    with pytest.raises(InvalidValueError, match="cannot be a user"):
        list(users.create_users(server, ["xenia", bad]))
    assert "xenia" not in {user.username for user in server.users()}


def test_the_command_prints_each_password_once(doccano, goldspan, capsys):
    assert goldspan("doccano", "user", "lia", "leo", "--home", doccano.home) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert [line.rpartition(" ")[0] for line in lines[:2]] == ["lia: created, password", "leo: created, password"]
    assert said.count(lines[1].split()[-1]) == 1, "not in the invitation"
    assert goldspan("doccano", "user", "leo", "--home", doccano.home) == 0
    assert capsys.readouterr().out.startswith("leo: exists already, left unchanged\n")
    assert doccano_annotator.Annotator(doccano.account.url, "leo", lines[1].split()[-1])


def test_users_and_members_are_invited_with_the_link_to_what_is_open(
    server, toy, name, *, doccano, goldspan, capsys, tmp_path
):
    where = ("--project", name, "--home", doccano.home)
    assert goldspan("doccano", "user", "nia", *where) == 1
    assert "has no project" in capsys.readouterr().err
    assert "nia" not in {user.username for user in server.users()}, "nobody is made for a project that is not there"
    assert goldspan("doccano", "user", "mia", "mel", "--home", doccano.home) == 0
    capsys.readouterr()
    sample_corpus.list_members(toy, {"m1": SimpleNamespace(username="mia"), "m2": SimpleNamespace(username="mel")})
    push = ("doccano", "push", *where, "--root", toy.root)
    assert goldspan(*push) == 0
    assert "Invitation" not in capsys.readouterr().out, "a plan invites nobody"
    assert goldspan(*push, "--apply", "--json", tmp_path / "push.json", "--invitations", tmp_path / "mails") == 0
    out = capsys.readouterr().out
    link = f"{doccano.account.url}/projects/{server.project(name).id}/sequence-labeling?page=1&isChecked=false"
    assert link in out
    assert "your own (mia, mel)" in out
    assert "s\N{NO-BREAK SPACE}SHIP, p\N{NO-BREAK SPACE}PORT" in out
    assert "an address of this machine alone" in out
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == ["invitation-mel.txt", "invitation-mia.txt"]
    assert json.loads((tmp_path / "push.json").read_text("utf-8"))["invitation"]["link"] == link
    assert goldspan(*push, "--apply") == 0
    out = capsys.readouterr().out
    assert f"open examples: {link}\n" in out
    assert out.splitlines()[-1].startswith("Next: ")
    assert "Invitation" not in out, "once is enough"
    assert goldspan("doccano", "user", "mia", "lou", *where, "--json", tmp_path / "user.json") == 0
    out = capsys.readouterr().out
    assert link in out
    assert f"note: not members of {name!r} yet: lou." in out
    report = (tmp_path / "user.json").read_text("utf-8")
    assert re.search("lou: created, password (.*)", out)[1] not in report
    assert [user["created"] for user in json.loads(report)["users"]] == [False, True]


def test_invitations_go_into_no_source_of_a_project(toy, doccano, goldspan, capsys):
    assert goldspan("doccano", "user", "zoe", "--home", doccano.home, "--invitations", toy.guidelines / "mails") == 1
    assert "annotation_guidelines belongs to the sources" in capsys.readouterr().err


def test_asking_for_a_password_needs_a_terminal(doccano, goldspan, capsys):
    assert goldspan("doccano", "user", "ned", "--ask", "--home", doccano.home) == 1
    assert "needs a terminal" in capsys.readouterr().err

"""Findings of the doctor, each provoked on a live server."""

import json

import pytest

from goldspan.doccano import doctor
from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.doctor import checks
from goldspan.doccano.doctor.context import DoctorContext
from goldspan.doccano.project import FLAGS
from goldspan.doccano.server import process
from goldspan.errors import NotFoundError
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator, doccano_project, doccano_server

ATTRIBUTES = {"url": "http://127.0.0.1:9", "method": "POST", "params": {}, "headers": {}, "body": {}}


def messages(report):
    """The messages of the findings by check, each after its example."""
    by_check = {}
    for each in report.findings:
        by_check.setdefault(each.check, []).append(f"{each.example}: {each.message}" if each.example else each.message)
    return by_check


@pytest.fixture
def look(doccano, toy):
    """Run the doctor on a project of the live server."""

    def run(name=None, account=doccano.account, corpus=toy, **options):
        return doctor.run_doctor(account, name, corpus, home=doccano.home, **options)

    return run


def test_a_healthy_project_has_no_finding_and_a_full_report(look, begun):
    report = look(begun.name)
    assert messages(report) == {}
    assert report.passed == [check.id for check in doctor.CHECKS]
    assert report.skipped == {}
    assert any("Doccano 1.8.4 or older" in fact for fact in report.facts)
    assert any("'" + begun.name + "' (independent), 9 examples" in fact for fact in report.facts)


def test_the_doctor_changes_nothing(look, begun):
    before = begun.server.project(begun.name), list(begun.server.examples(begun.project.id))
    look(begun.name)
    assert before == (begun.server.project(begun.name), list(begun.server.examples(begun.project.id)))


def test_without_a_project_only_the_server_is_checked(look):
    report = look()
    assert messages(report) == {}
    assert set(report.passed) == {check.id for check in checks.SERVER_CHECKS if check.needs == "server"}
    assert set(report.skipped.values()) == {"no project was named"}


def test_a_missing_project_is_an_error(look):
    with pytest.raises(NotFoundError, match="no project 'nothing of the kind'"):
        look("nothing of the kind")


def test_a_refused_login_is_the_only_finding(look, doccano):
    report = look(account=Account(doccano.account.url, doccano.account.username, "wrong"))
    [message] = messages(report)["no-login"]
    assert "user name or password refused" in message
    assert "DOCCANO_PASSWORD" in report.remedy(report.findings[0])
    assert (report.errors, report.passed, set(report.skipped.values())) == (1, [], {"there is no login"})


def test_a_server_that_does_not_answer_is_the_only_finding(look):
    report = look(account=Account("http://127.0.0.1:9", "lead", "x"))
    assert list(messages(report)) == ["no-login"]
    assert "127.0.0.1:9" in messages(report)["no-login"][0]


def test_a_plain_user_gets_findings_for_what_would_fail(look, begun, doccano):
    [person] = doccano_annotator.create(doccano, ["plain" + begun.name[-4:]])
    begun.add({"plain": person})
    with Doccano(Account(person.url, person.username, person.password)) as server:
        context = DoctorContext(doccano.account, server, project=begun.project)
        findings = {
            check.id: list(check.findings(context)) for check in (*checks.SERVER_CHECKS, checks.not_administrator)
        }
    assert [name for name, each in findings.items() if each] == ["not-staff", "not-administrator"]
    report = look(begun.name, Account(person.url, person.username, person.password))
    assert messages(report)["not-administrator"] == [
        f"the user {person.username!r} is annotator there: it can neither push nor pull"
    ]
    assert report.skipped["label-missing"] == "the login does not administer the project"


@pytest.mark.slow
def test_a_dead_worker_is_found_and_stops_no_other_check(toy, tmp_path):
    with (
        doccano_server.running(tmp_path / "home") as server,
        doccano_project.from_corpus(server, toy, "shared") as begun,
    ):
        process.terminate(server.home, ["worker"])
        report = doctor.run_doctor(server.account, begun.name, toy, home=server.home)
    assert list(messages(report)) == ["worker-dead"]
    assert {name for name, why in report.skipped.items() if why == "exports need the task worker"} == {
        check.id for check in doctor.CHECKS if check.needs == "examples"
    }


def test_the_import_of_nothing_imports_nothing(begun, monkeypatch):
    context = DoctorContext(None, begun.server, project=begun.project)
    monkeypatch.setattr(begun.server, "probe", lambda *_, **__: (404, "hidden"))
    monkeypatch.setattr(DoctorContext, "administers", True)
    before = begun.server.count(begun.project.id)
    assert context.worker is None
    assert begun.server.count(begun.project.id) == before


def test_each_flag_is_found(look, begun):
    begun.server.update_project(begun.project.id, **dict.fromkeys(FLAGS, True))
    report = look(begun.name)
    flags = [f"flag-{flag.replace('_', '-')}" for flag in FLAGS]
    assert list(messages(report)) == [*flags, "project-identity"]  # which knows that the unit was another one
    assert report.errors == 1
    assert "relations" in report.skipped["former-member"]


def test_auto_labelling_is_found(look, begun, doccano):
    template = {"model_name": "Custom REST Request", "template": "[]", "model_attrs": ATTRIBUTES}
    sent = template | {"label_mapping": {}, "task_type": "Span"}
    doccano_annotator.admin(doccano)._call("POST", f"projects/{begun.project.id}/auto-labeling/configs", json=sent)
    assert list(messages(look(begun.name))) == ["auto-labelling"]


def test_a_crowd_on_sqlite_is_found(look, begun, doccano, monkeypatch):
    begun.add(doccano_annotator.create_by_name(doccano, "uma", "vic"))
    assert "sqlite-crowd" in look(begun.name).passed
    monkeypatch.setattr(checks, "SQLITE_WRITERS", 1)
    assert messages(look(begun.name))["sqlite-crowd"][0].startswith("4 annotators on SQLite")


def test_the_database_of_another_server_is_not_checked(doccano, begun, toy, tmp_path):
    report = doctor.run_doctor(doccano.account, begun.name, toy, home=tmp_path)
    assert "embedded" in report.skipped["sqlite-crowd"]


def test_label_drift_is_found(look, begun):
    ship, port, crew = begun.server.span_types(begun.project.id)
    begun.server.update_span_type(begun.project.id, ship.id, name="BOAT")
    begun.server.update_span_type(begun.project.id, port.id, colour="#ffffff", key="x")
    begun.server.update_span_type(begun.project.id, crew.id, prefix="ctrl", key="c")
    assert messages(look(begun.name)) == {
        "label-missing": ["the label SHIP is missing"],
        "label-unknown": ["the scheme has no label 'BOAT'"],
        "label-drift": [
            "the label PORT differs: colour #ffffff → #2f6f4f, key x → p",
            "the label CREW differs: key ctrl c → c",
        ],
        "label-identity": [
            (
                "the label type SHIP was renamed to 'BOAT', which the scheme lacks. Give it its name back in Doccano; "
                "or read it as SHIP: --label-renamed SHIP=BOAT, with which a push renames it back"
            )
        ],
    }


def test_guideline_drift_is_found(look, begun, toy):
    path = toy.guidelines / "labels.toml"
    path.write_text(path.read_text().replace('version = "1.0"', 'version = "2.0"'))
    [message] = messages(look(begun.name, corpus=type(toy)(toy.root)))["guideline-drift"]
    assert message == "the guideline page is not that of version 2.0 of the corpus: it was pushed with version 1.0"


def test_a_guideline_page_that_was_changed_on_the_server_is_found(look, begun):
    begun.server.update_project(begun.project.id, guideline="Mark what you like.")
    [message] = messages(look(begun.name))["guideline-drift"]
    assert (
        message
        == "the guideline page is not that of version 1.0 of the corpus: one of the two was changed since the push"
    )


def test_an_independent_project_without_annotators_is_found(look, doccano, toy):
    for kind, expected in (("independent", ["nobody annotates: all members are administrators"]), ("shared", None)):
        with doccano_project.from_corpus(doccano, toy, kind) as begun:
            assert messages(look(begun.name)).get("member-drift") == expected


def test_member_drift_is_found(look, begun, doccano, toy, people):
    more = doccano_annotator.create_by_name(doccano, "wes", "xia", "yves")
    begun.add({name: more[name] for name in ("wes", "xia")})
    wes, xia, yves = (more[name].username for name in ("wes", "xia", "yves"))
    rows = [(wes, "annotation_approver"), (yves, "annotator")]
    rows += [(one.username, "annotator") for one in people.values()]
    text = "".join(f'[[member]]\nname = "{name}"\nrole = "{role}"\n' for name, role in rows)
    (toy.guidelines / "members.toml").write_text(text)
    assert messages(look(begun.name))["member-drift"] == [
        f"'{yves}' is listed, and no member",
        f"'{wes}' is annotator, not annotation_approver",
        f"'{xia}' (annotator) is not listed",
    ]
    (toy.guidelines / "members.toml").write_text(text.replace(yves, "zoe-who-is-not"))
    assert messages(look(begun.name))["member-drift"] == ["the server has no user 'zoe-who-is-not'"]


def test_examples_of_others_are_found(look, begun):
    keys = dict.fromkeys(("goldspan_at", "goldspan_sha256", "goldspan_extra"), "")
    begun.send([{"text": "Not ours.", "label": []}])
    begun.send([{"text": "Ours, of nowhere.", "label": [], "goldspan_id": "nowhere.p00", **keys}])
    first, second = messages(look(begun.name))["foreign-example"]
    assert first.endswith("was not pushed by goldspan: 'Not ours.'")
    assert second == "nowhere.p00: belongs to no article of the manifest"


def rows(begun):
    return {stored_id(row.meta): row for row in begun.server.examples(begun.project.id)}


def test_duplicate_and_changed_examples_are_found(look, begun):
    first, second, *_ = rows(begun).values()
    begun.send([{"text": first.text, "label": [], **first.meta}])
    begun.server.update_example(begun.project.id, second.id, text=second.text + "!")
    report = look(begun.name)
    assert list(messages(report)) == ["doubled-id", "spoiled-text"]
    name = stored_id(first.meta)
    assert messages(report)["doubled-id"] == [
        f"{name}: exists 2 times, under the numbers {first.id}, {begun.number(name)}"
    ]
    assert messages(report)["spoiled-text"] == [
        f"{stored_id(second.meta)}: number {second.id}: its text was changed on the server"
    ]
    assert report.errors == 2


def test_an_interrupted_move_is_found(look, begun):
    row = next(iter(rows(begun).values()))
    begun.server.update_example(begun.project.id, row.id, meta={**row.meta, "goldspan_reanchor": "{}"})
    report = look(begun.name)
    assert list(messages(report)) == ["spoiled-text"]
    assert "interrupted while it moved its spans" in messages(report)["spoiled-text"][0]
    assert "delete the example in Doccano and push again" in report.remedy(report.findings[0])


def test_spans_outside_their_text_are_found(look, begun, doccano):
    people = doccano_annotator.create_by_name(doccano, "una")
    begun.add(people)
    row = next(iter(rows(begun).values()))
    people["una"].mark(begun.project.id, row.id, 0, len(row.text) + 5, "SHIP")
    [message] = messages(look(begun.name))["unfit-span"]
    assert message.startswith(
        f"{stored_id(row.meta)}: the span [0, {len(row.text) + 5}, SHIP] by {people['una'].username}"
    )


def test_spans_that_a_pull_would_not_take_are_found(look, begun, people):
    row = next(iter(rows(begun).values()))
    blank = row.text.index(" ")
    people["ann"].mark(begun.project.id, row.id, blank, blank + 1, "SHIP")
    [message] = messages(look(begun.name))["unfit-span"]
    assert message.endswith(f"[{blank}, {blank + 1}, SHIP] by {people['ann'].username} covers nothing but spaces")


def at_work(begun, doccano, *names):
    """New members of these names, each of whom marked a span of the first example; and that example."""
    people = doccano_annotator.create_by_name(doccano, *names)
    begun.add(people)
    row = next(iter(rows(begun).values()))
    for person in people.values():
        person.mark(begun.project.id, row.id, 0, 3, "SHIP")
    return people, row


def leave(begun, doccano, person):
    [there] = [member.id for member in begun.server.members(begun.project.id) if member.user == person.id]
    doccano_annotator.admin(doccano)._call("DELETE", f"projects/{begun.project.id}/members", json={"ids": [there]})


def test_the_spans_of_a_former_member_are_found_and_the_member_is_named(look, begun, doccano):
    people, row = at_work(begun, doccano, "stay", "leave", "silent")
    assert "former-member" in look(begun.name).passed
    people["leave"].comment(begun.project.id, row.id, "Good-bye")
    leave(begun, doccano, people["leave"])
    [message] = messages(look(begun.name))["former-member"]
    assert message.startswith(f"{stored_id(row.meta)}: 1 span(s) of SHIP in no member's export; ")
    assert message.endswith(f"comments without being a member: {people['leave'].username}")
    leave(begun, doccano, people["silent"])
    [message] = messages(look(begun.name))["former-member"]
    assert "2 span(s) of SHIP" in message


def test_a_former_member_who_said_nothing_is_among_those_named(look, begun, doccano):
    people, _ = at_work(begun, doccano, "mute")
    leave(begun, doccano, people["mute"])
    [message] = messages(look(begun.name))["former-member"]
    assert "users who are not members: " in message
    assert people["mute"].username in message


def test_in_a_shared_project_the_work_of_former_members_stays(look, doccano, toy):
    with doccano_project.from_corpus(doccano, toy, "shared") as begun:
        people, _ = at_work(begun, doccano, "gone")
        leave(begun, doccano, people["gone"])
        assert messages(look(begun.name)) == {}


def test_the_command_prints_findings_with_remedies_and_fails_on_errors(begun, goldspan, capsys, tmp_path, doccano):
    arguments = ["doccano", "doctor", "--project", begun.name, "--home", doccano.home, "--root", begun.corpus.root]
    assert goldspan(*arguments) == 0
    assert f"0 errors, 0 warnings, {len(doctor.CHECKS)} checks passed" in capsys.readouterr().out
    [ship, *_] = begun.server.span_types(begun.project.id)
    begun.server.update_span_type(begun.project.id, ship.id, name="BOAT")
    assert goldspan(*arguments, "--json", tmp_path / "report.json") == 1
    printed = capsys.readouterr().out
    assert "error label-missing: the label SHIP is missing\n  Give a type that was renamed its name back" in printed
    assert "error label-identity: the label type SHIP was renamed to 'BOAT', which the scheme lacks. Give it" in printed
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["errors"], report["warnings"]) == (2, 1)
    assert [finding["check"] for finding in report["findings"]] == [
        "label-missing",
        "label-unknown",
        "label-identity",
    ]
    assert doccano.account.password not in printed + json.dumps(report)


def test_the_command_works_without_a_corpus(doccano, begun, goldspan, capsys, monkeypatch):
    monkeypatch.chdir(doccano.home)
    assert goldspan("doccano", "doctor", "--project", begun.name, "--home", doccano.home) == 0
    assert "skipped, there is no corpus here to compare with: label-missing" in capsys.readouterr().out

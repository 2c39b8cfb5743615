"""Auto-labelling by a service: registered, changed, removed and looked at in a real Doccano."""

import contextlib
import json
from dataclasses import replace

import pytest

from goldspan import files
from goldspan.annotation import Span
from goldspan.corpus import Corpus
from goldspan.doccano.auto_labelling import MODEL, NEW, TEMPLATE, Service, differences, plan_auto_labelling, service_key
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.client.schema import AutoLabelling
from goldspan.doccano.controls import controls_file
from goldspan.doccano.doctor import run_doctor
from goldspan.doccano.human_work import SPANS_CHANGED, worked_on_examples
from goldspan.doccano.pull.pull import plan_pull
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.snapshot import take_snapshot
from goldspan.errors import InvalidValueError
from goldspan.service import service_state
from goldspan.service.doccano_read_back import DoccanoReadBack
from goldspan.service.rejections import RejectionLedger, ledger_path
from helpers import doccano_project
from helpers.auto_labelling_service import TOKEN, WordService

WORDS = {"Aurora": "SHIP", "Nordlicht": "SHIP", "Gloria": "SHIP", "Port Said": "PORT", "Valparaíso": "PORT"}
FOREIGN = AutoLabelling(
    NEW,
    MODEL,
    {"url": "http://u:pass@127.0.0.1:9/x?key=1", "method": "POST", "params": {}, "headers": {}, "body": {}},
    "[]",
    {},
    "Span",
)


@pytest.fixture
def begun(doccano, toy, people):
    with doccano_project.from_corpus(doccano, toy, "shared") as begun:
        begun.add(people)
        yield begun


@pytest.fixture
def service():
    with WordService(WORDS) as service:
        yield service


def look(person, begun, number):
    """Open an example as the page does with auto-labelling on."""
    person._call("POST", f"projects/{begun.project.id}/auto-labeling?example={number}", json={})


def plan(begun, url, token=TOKEN, **changes):
    return plan_auto_labelling(begun.server, begun.corpus, begun.name, url and Service(url=url, token=token), **changes)


def register(begun, service):
    first = plan(begun, service.url)
    assert first.check_service() is None
    first.apply()
    return first


def surfaces(begun, person, number):
    row = begun.server.example(begun.project.id, number)
    text = row.text.encode("utf-16-le")
    spans = person.spans(begun.project.id, number)
    return sorted(text[2 * s["start_offset"] : 2 * s["end_offset"]].decode("utf-16-le") for s in spans)


def test_it_is_registered_once_tested_updated_and_removed(begun, service):
    assert register(begun, service).action == "create"
    again = plan(begun, service.url)
    assert (again.action, next(again.lines()).split(" is ")[1]) == (
        "nothing",
        f"as it should be: {service.url}/doccano",
    )
    for changed, url, token in (["token"], service.url, "another"), (["address"], "http://127.0.0.1:9", TOKEN):
        update = plan(begun, url, token)
        assert (update.action, [each.split()[0] for each in update.changed]) == ("update", changed)
        assert TOKEN not in str([*update.lines(), update.json(), update])
    update.apply()
    [number] = [each.id for each in begun.server.auto_labellings(begun.project.id)]
    assert number == again.own[0].id
    assert "Failed to establish a connection" in plan(begun, "http://127.0.0.1:9").check_service()
    assert "refused: the token is another one" in plan(begun, service.url, "another").check_service()
    remove = plan(begun, None)
    assert remove.action == "remove"
    remove.apply()
    assert begun.server.auto_labellings(begun.project.id) == []
    assert plan(begun, None).action == "nothing"


def test_what_goldspan_did_not_write_stays_and_is_named(begun, service):
    foreign = begun.server.create_auto_labelling(begun.project.id, FOREIGN)
    plan(begun, service.url).apply()
    planned = plan(begun, None)
    assert planned.others == (foreign,)
    assert planned.json()["others"] == [{"number": foreign.id, "kind": MODEL, "url": "http://127.0.0.1:9/x"}]
    planned.apply()
    assert begun.server.auto_labellings(begun.project.id) == [foreign]


def test_two_of_goldspans_become_one(begun, service):
    register(begun, service)
    own = plan(begun, service.url)
    begun.server.create_auto_labelling(begun.project.id, own.desired)
    double = plan(begun, service.url)
    assert (double.action, len(double.own)) == ("update", 2)
    double.apply()
    assert [each.id for each in begun.server.auto_labellings(begun.project.id)] == [own.own[0].id]


def test_a_changed_template_is_put_right(begun, service):
    register(begun, service)
    [held] = plan(begun, None).own
    changed = AutoLabelling(held.id, MODEL, held.attributes, "{{ 7 * 7 }}", held.label_mapping, "Span")
    begun.server.update_auto_labelling(begun.project.id, held.id, changed)
    update = plan(begun, service.url)
    assert update.changed == ["form"]
    update.apply()
    [held] = plan(begun, None).own
    assert (held.template, differences(held, update.desired)) == (TEMPLATE, [])


@pytest.mark.parametrize("grapheme_mode", [False, True])
def test_spans_stand_on_their_words_in_the_unit_of_the_project(begun, service, people, grapheme_mode):
    begun.server.update_project(begun.project.id, grapheme_mode=grapheme_mode)
    begun.project = begun.server.project(begun.name)
    begun.corpus.root.joinpath("corpus/doccano.toml").unlink()  # which would refuse another unit
    register(begun, service)
    number = begun.number("storm.p03")
    look(people["ann"], begun, number)
    [span] = people["bob"].spans(begun.project.id, number)
    text = "Twenty sailors went ashore 🚢, and Nordlicht lost up to 1,200 of her crates."
    at = text.index("Nordlicht") + (not grapheme_mode)
    assert (span["start_offset"], span["end_offset"], span["user"]) == (at, at + 9, people["ann"].id)
    assert service.asked[-1]["offsets"] == ("graphemes" if grapheme_mode else "utf-16")


def test_an_independent_project_is_refused(doccano, toy, people, service):
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        with pytest.raises(InvalidValueError, match=r"Doccano does not say who asks(?s:.*)--shared"):
            plan(begun, service.url)
        assert plan(begun, None).action == "nothing"


def test_a_project_of_disputes_one_with_controls_and_one_that_was_prefilled_are_refused(doccano, toy, begun, service):
    file = controls_file(begun.corpus, begun.name)
    files.write(file, "storm.p01\n")
    with pytest.raises(InvalidValueError, match="controls score each annotator"):
        plan(begun, service.url)
    file.unlink()
    cases = ("disputes", "nothing", "settles disputes"), ("shared", "gold", r"(?s)filled spans in.*--suggestions")
    for kind, prefill, reason in cases:
        other = doccano_project.from_corpus(doccano, toy, kind, prefill)
        with other as project, pytest.raises(InvalidValueError, match=reason):
            plan(project, service.url)


def test_a_dead_or_strange_service_costs_the_annotator_nothing(begun, people):
    ann, number = people["ann"], begun.number("strike.p03")
    kept = ann.mark(begun.project.id, number, 4, 10, "SHIP")
    for answer in (b"[[[", b'{"detail": "no"}', b'[{"label": "SHIP"}]', b"null", b'"x"', b'[{"label":1}]'):
        with WordService(WORDS, answer=answer) as strange:
            planned = plan(begun, strange.url)
            assert planned.check_service() is not None, answer
            planned.apply()
            with contextlib.suppress(AssertionError):  # Doccano may answer with an error, which the page passes over
                look(ann, begun, number)
    with contextlib.suppress(AssertionError):  # and now nobody listens
        look(ann, begun, number)
    assert [span["id"] for span in ann.spans(begun.project.id, number)] == [kept]


def test_a_rejected_span_does_not_come_back_and_is_read_back(begun, people, tmp_path, doccano):
    ann, project = people["ann"], begun.project.id
    key = service_key(begun.project)
    clock = iter(range(0, 10**9, 100))
    with WordService(WORDS, tmp_path / "ledger.jsonl") as service:
        register(begun, service)
        read_back = DoccanoReadBack(begun.corpus, lambda: Doccano(doccano.account), lambda: next(clock))
        number, other, alone = map(begun.number, ("storm.p02", "strike.p03", "harbour.p02"))
        for each in (number, other, alone):
            look(ann, begun, each)
        assert surfaces(begun, ann, number) == ["Nordlicht", "Valparaíso"]
        assert read_back(service.ledger) == 0
        gone, _ = ann.spans(project, number)
        ann.unmark(project, number, gone["id"])
        moved, _ = ann.spans(project, other)
        ann.relabel(project, other, moved["id"], "CREW")
        for person in people.values():
            look(person, begun, number)
            look(person, begun, other)
        assert surfaces(begun, ann, number) == ["Valparaíso"]
        assert len(ann.spans(project, other)) == 2
        assert read_back(service.ledger) == 2
        ann.confirm(project, alone)
        assert read_back(service.ledger) == 0
        text = begun.server.example(project, number).text
        assert {text[s.start : s.end] for s in service.ledger.rejected(key, text)} == {"Nordlicht"}
        begun.server.delete_examples(project, [number])
        assert read_back(service.ledger) == 0
        read_back.close()


def test_a_label_is_stored_under_its_display_name_and_read_back_under_its_own(doccano, toy, people, tmp_path):
    labels = toy.guidelines / "labels.toml"
    files.write(labels, labels.read_text().replace('name = "SHIP"', 'name = "SHIP"\ndisplay = "Vessel <ö>"'))
    with (
        doccano_project.from_corpus(doccano, Corpus(toy.root), "shared") as begun,
        WordService(WORDS, tmp_path / "ledger.jsonl") as service,
    ):
        begun.add(people)
        register(begun, service)
        number = begun.number("strike.p03")
        look(people["ann"], begun, number)
        types = {each.id: each.name for each in begun.server.span_types(begun.project.id)}
        assert {types[kind] for _, _, kind in begun.server.spans(begun.project.id, number)} == {"Vessel <ö>", "PORT"}
        read_back = DoccanoReadBack(begun.corpus, lambda: Doccano(doccano.account))
        assert read_back(service.ledger) == 0
        people["ann"].confirm(begun.project.id, number)
        for span in people["ann"].spans(begun.project.id, number):
            people["ann"].unmark(begun.project.id, number, span["id"])
        again = DoccanoReadBack(begun.corpus, lambda: Doccano(doccano.account))  # as after a restart
        assert again(service.ledger) == 2


def test_only_what_a_person_confirmed_is_pulled(begun, people, service):
    register(begun, service)
    ann, first, second = people["ann"], begun.number("storm.p02"), begun.number("strike.p03")
    look(ann, begun, first)
    look(ann, begun, second)
    ann.unmark(begun.project.id, second, ann.spans(begun.project.id, second)[0]["id"])
    ann.confirm(begun.project.id, second)
    pulled = plan_pull(begun.corpus, begun.server, begun.name)
    edited = [edit.example for change in pulled.changes for edit in change.merged.edits]
    assert "strike.p03" in edited
    assert "storm.p02" not in edited


def test_a_push_takes_an_auto_labelled_example_for_worked_on(begun, people, service):
    register(begun, service)
    number = begun.number("storm.p02")
    look(people["ann"], begun, number)
    snapshot = take_snapshot(begun.server, begun.server.project(begun.name))
    assert worked_on_examples(begun.server, snapshot) == {number: SPANS_CHANGED}


def test_a_push_fills_nothing_into_an_auto_labelled_project(begun, service):
    register(begun, service)
    with pytest.raises(InvalidValueError, match=r"(?s)the service could not know.*auto-label --remove"):
        prepare_push(begun.server, begun.corpus, begun.name, prefill="gold")
    assert prepare_push(begun.server, begun.corpus, begun.name).project_plan.project.name == begun.name


def test_the_doctor_tells_whose_services_there_are_and_whether_goldspans_answers(begun, service, doccano):
    def findings():
        report = run_doctor(doccano.account, begun.name, begun.corpus, home=doccano.home)
        assert TOKEN not in str(report.json())
        return {each.check: each.message for each in report.findings}, report.facts[-1]

    register(begun, service)
    assert findings() == ({}, f"auto-labelled by goldspan's service at {service.url}/doccano")
    foreign = begun.server.create_auto_labelling(begun.project.id, FOREIGN)
    assert findings()[0] == {
        "auto-labelling": f"number {foreign.id} (Custom REST Request, http://127.0.0.1:9/x) gets the texts and sets "
        "spans that count as the annotator's own; goldspan did not write it"
    }
    begun.server.delete_auto_labelling(begun.project.id, foreign.id)
    [own] = begun.server.auto_labellings(begun.project.id)
    changed = replace(own, template="{{ cycler }}")
    begun.server.update_auto_labelling(begun.project.id, own.id, changed)
    assert findings()[0]["auto-labelling"].endswith("somebody changed what it does")
    attributes = own.attributes | {"url": "http://127.0.0.1:9/doccano"}
    attributes["params"] = attributes["params"] | {"offsets": "graphemes"}
    begun.server.update_auto_labelling(
        begun.project.id, own.id, replace(own, attributes=attributes, label_mapping={"SHIP": "SHIP"})
    )
    begun.server.update_project(begun.project.id, collaborative=False)
    found, _ = findings()
    assert "Failed to establish a connection" in found.pop("auto-labelling-service")
    assert found.pop("auto-labelling-kind").startswith("everybody annotates alone")
    assert found.pop("auto-labelling-drift").endswith("has other labels than the project")
    assert found.keys() <= {"guideline-drift", "member-drift", "project-identity"}


@pytest.fixture
def in_environment(doccano, monkeypatch, tmp_path):
    """The server and the service's token in the environment, and no service that was ever started."""
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("GOLDSPAN_SERVICE_TOKEN", TOKEN)


@pytest.mark.usefixtures("in_environment")
def test_the_command_prints_a_plan_and_never_the_token(begun, service, goldspan, capsys, tmp_path):
    begun.server.create_auto_labelling(begun.project.id, FOREIGN)

    def run(*arguments):
        code = goldspan("doccano", "auto-label", "--project", begun.name, "--root", begun.corpus.root, *arguments)
        printed = capsys.readouterr()
        assert TOKEN not in printed.out + printed.err
        return code, printed.out + printed.err

    assert run()[1].startswith("goldspan: no service was started for this project")
    service_state.write_url(begun.corpus, service.url)
    code, printed = run("--json", tmp_path / "plan.json")
    assert (code, "only printed" in printed or "--apply" in printed) == (0, True)
    assert f"register {service.url}/doccano for 3 labels, offsets in utf-16" in printed
    assert "CVE-2024-40442" in printed
    assert json.loads((tmp_path / "plan.json").read_text())["action"] == "create"
    assert len(begun.server.auto_labellings(begun.project.id)) == 1
    assert run("--apply")[0] == 0
    RejectionLedger(ledger_path(begun.corpus)).offer(service_key(begun.project), "x Aurora", [Span(2, 8, "SHIP")])
    printed = run()[1]
    assert "Already up to date." in printed
    assert "so far the service offered 1 span there, of which annotators rejected 0" in printed
    code, printed = run("--service", "http://127.0.0.1:9", "--apply")
    assert (code, "Nothing was written." in printed) == (1, True)
    assert run("--remove", "--service", service.url)[0] == 2
    assert "Spans that are there stay." in run("--remove", "--apply")[1]
    assert len(begun.server.auto_labellings(begun.project.id)) == 1

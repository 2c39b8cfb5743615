"""Label types that were renamed, exchanged or deleted in Doccano: no span is lost or misread, and each is named."""

import json
import secrets
import shutil

import pytest

from goldspan.adjudication.state import read_state
from goldspan.doccano import adjudication
from goldspan.doccano.client.api import Doccano
from goldspan.formats import gold
from helpers import doccano_annotator, doccano_project
from helpers.sample_corpus import set_pass_spans


@pytest.fixture
def begun(doccano, toy, people):
    """An independent project with ann and bob, who marked and confirmed; their work is in the corpus."""
    for path in toy.gold.iterdir():
        path.unlink()
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        begun.mark("ann", "storm.p01", "Storm", "SHIP")
        begun.mark("ann", "storm.p02", "Valparaíso", "PORT")
        begun.confirm("ann", "storm.p01", "storm.p02")
        begun.confirm("bob", "storm.p01")
        yield begun


@pytest.fixture
def command(doccano, goldspan, monkeypatch, capsys):
    """A command of the server: its exit code, what it printed, and its report."""
    for name, value in (("URL", "url"), ("USERNAME", "username"), ("PASSWORD", "password")):
        monkeypatch.setenv(f"DOCCANO_{name}", getattr(doccano.account, value))

    def run(begun, *words):
        report = begun.corpus.build / "report.json"
        report.unlink(missing_ok=True)
        code = goldspan(*words, "--project", begun.name, "--root", begun.corpus.root, "--json", report)
        printed = "".join(capsys.readouterr())
        assert "Traceback" not in printed
        return code, printed, json.loads(report.read_text()) if report.exists() else None

    return run


def pull(command, begun, *options):
    return command(begun, "doccano", "pull", *options)


def push(command, begun, *options):
    return command(begun, "doccano", "push", "--apply", *options)


def types(begun):
    return {each.name: each for each in begun.server.span_types(begun.project.id)}


def rename(begun, old, new):
    begun.server.update_span_type(begun.project.id, types(begun)[old].id, name=new)


def delete_type(begun, name):
    """As the page does it: with its spans."""
    begun.server._json("DELETE", f"v1/projects/{begun.project.id}/span-types", json={"ids": [types(begun)[name].id]})


def spans(begun, who):
    return {line.id: [(line.surface(each), each.label) for each in line.spans] for line in begun.passed(who).values()}


WORK = {"storm.p01": [("Storm", "SHIP")], "storm.p02": [("Valparaíso", "PORT")]}


def test_a_renamed_type_loses_no_span_and_is_offered(begun, command):
    assert pull(command, begun, "--apply")[0] == 0
    rename(begun, "SHIP", "Vessel")
    begun.confirm("bob", "storm.p02")
    for options in ((), ("--tidy",)):
        code, printed, report = pull(command, begun, "--apply", *options)
        assert code == 1
        assert "label: the label type SHIP was renamed to 'Vessel', which the scheme lacks" in printed
        assert "--label-renamed SHIP=Vessel" in printed
        assert [(one["kind"], one["example"]) for one in report["problems"]] == [("label", "storm.p01")]
        assert spans(begun, "ann") == WORK
        assert report["repairs"] == []
    assert begun.passed("bob").keys() == {"storm.p01", "storm.p02"}
    code, printed, _ = command(begun, "doccano", "status")
    assert (code, "--label-renamed SHIP=Vessel" in printed) == (1, True)
    code, printed, report = command(begun, "doccano", "doctor")
    assert code == 1
    assert [one["message"].partition(".")[0] for one in report["findings"] if one["check"] == "label-identity"] == [
        "the label type SHIP was renamed to 'Vessel', which the scheme lacks"
    ]
    code, printed, _ = push(command, begun)
    assert (code, "--label-renamed SHIP=Vessel" in printed, types(begun).keys()) == (
        1,
        True,
        {"Vessel", "PORT", "CREW"},
    )
    begun.mark("ann", "storm.p02", "Nordlicht", "Vessel")
    code, printed, _ = pull(command, begun, "--apply", "--label-renamed", "SHIP=Vessel")
    assert code == 0, printed
    assert spans(begun, "ann") == WORK | {"storm.p02": [("Nordlicht", "SHIP"), ("Valparaíso", "PORT")]}
    assert push(command, begun, "--label-renamed", "SHIP=Vessel")[0] == 0
    assert types(begun).keys() == {"SHIP", "PORT", "CREW"}
    assert pull(command, begun)[0] == 0


def test_a_deleted_type_holds_back_what_would_lose_a_span(begun, command):
    pull(command, begun, "--apply")
    begun.confirm("bob", "storm.p02")
    delete_type(begun, "SHIP")
    before = spans(begun, "ann")
    code, printed, report = pull(command, begun, "--apply")
    assert code == 1
    [problem] = report["problems"]
    assert (problem["kind"], problem["example"], problem["span"][2:]) == ("gone", "storm.p01", ["SHIP", "Storm"])
    assert "restore a backup" in problem["remedy"]
    assert spans(begun, "ann") == before
    assert "storm.p02" in begun.passed("bob")
    assert command(begun, "doccano", "status")[0] == 1
    assert push(command, begun)[0] == 0  # creates the type again
    code, printed, report = pull(command, begun, "--apply")
    assert (code, "deleted in Doccano and created again" in printed) == (1, True)
    assert spans(begun, "ann") == before
    begun.mark("ann", "storm.p01", "Storm", "SHIP")
    assert pull(command, begun, "--apply")[0] == 0
    number = begun.number("storm.p01")
    ann = begun.people["ann"]
    for span in ann.spans(begun.project.id, number):
        ann.unmark(begun.project.id, number, span["id"])
    code, printed, report = pull(command, begun, "--apply")  # by now the type is trusted again
    assert (code, spans(begun, "ann")["storm.p01"]) == (0, [])
    assert "1 line with 1 span lost, 0 added" in printed
    assert "storm.p01  lost: [0, 5, SHIP] 'Storm'" in printed
    edits = [edit for file in report["files"] for edit in file["edits"]]
    assert edits == [{"example": "storm.p01", "lost": [[0, 5, "SHIP", "Storm"]], "added": []}]


def test_a_type_created_again_can_be_taken_as_it_is(begun, command):
    pull(command, begun, "--apply")
    delete_type(begun, "SHIP")
    begun.server.create_span_type(begun.project.id, "SHIP", "#1f6fb2", "#ffffff", "s")
    assert pull(command, begun, "--apply")[0] == 1
    assert spans(begun, "ann") == WORK
    code, printed, _ = pull(command, begun, "--apply", "--label-renamed", "SHIP=SHIP")
    assert (code, spans(begun, "ann")["storm.p01"]) == (0, [])
    assert "lost: [0, 5, SHIP] 'Storm'" in printed
    assert pull(command, begun)[0] == 0


def test_two_types_that_exchanged_their_names_are_not_read_as_each_other(begun, command):
    pull(command, begun, "--apply")
    rename(begun, "SHIP", "tmp")
    rename(begun, "PORT", "SHIP")
    rename(begun, "tmp", "PORT")
    before = spans(begun, "ann")
    code, printed, report = pull(command, begun, "--apply")
    assert code == 1
    assert spans(begun, "ann") == before
    options = ("--label-renamed", "SHIP=PORT", "--label-renamed", "PORT=SHIP")
    assert " ".join(options[:2]) in printed
    assert {one["kind"] for one in report["problems"]} >= {"mixed"}
    assert push(command, begun)[0] == 1
    assert pull(command, begun, "--apply", *options)[0] == 0
    assert spans(begun, "ann") == WORK
    assert push(command, begun, *options)[0] == 0
    assert pull(command, begun)[0] == 0
    assert (types(begun)["SHIP"].colour, spans(begun, "ann")) == ("#1f6fb2", WORK)


def set_display(corpus, label, display):
    path = corpus.guidelines / "labels.toml"
    path.write_text(path.read_text().replace(f'name = "{label}"', f'name = "{label}"\ndisplay = "{display}"'))
    return type(corpus)(corpus.root)


@pytest.mark.parametrize("kind", ["independent", "shared"])
def test_a_display_name_renames_the_type_and_keeps_all_spans(doccano, toy, people, command, kind):
    with doccano_project.from_corpus(doccano, toy, kind, "nothing" if kind == "independent" else "gold") as begun:
        begun.add(people)
        begun.mark("ann", "storm.p01", "Storm", "SHIP")
        before = types(begun)
        options = () if kind == "independent" else ("--shared", "--gold")
        push(command, begun, *options)
        begun.corpus = set_display(toy, "SHIP", "Sh")
        code, printed, report = push(command, begun, *options)
        assert code == 0, printed
        assert "change the label SHIP: name SHIP → Sh" in printed
        assert {state for state, number in report["plan"]["counts"].items() if number} == {"unchanged"}
        assert {each.id for each in before.values()} == {each.id for each in types(begun).values()}
        assert types(begun).keys() == {"Sh", "PORT", "CREW"}
        assert "Already up to date" in push(command, begun, *options)[1]
        begun.mark("ann", "storm.p01", "over", "Sh")
        begun.confirm("ann", "storm.p01")
        code, printed, report = pull(command, begun, "--apply")
        assert (code, report["problems"]) == (0, [])
        lines = begun.corpus.gold_examples(["storm"]) if kind == "shared" else begun.passed("ann").values()
        [line] = [line for line in lines if line.id == "storm.p01"]
        assert {(line.surface(span), span.label) for span in line.spans} >= {("Storm", "SHIP"), ("over", "SHIP")}


def test_suggestions_that_left_with_their_type_are_no_decision(doccano, toy, people, command):
    suggested = list(toy.gold_examples(["storm"]))
    for path in toy.gold.iterdir():
        path.unlink()
    (toy.build / "suggestions").mkdir(parents=True)
    for entry in toy.entries:
        lines = [line.with_spans(line.spans) for line in suggested] if entry.id == "storm" else []
        from goldspan.articles.examples import PARAGRAPHS, examples_of

        lines = lines or list(examples_of(entry.id, toy.source(entry), PARAGRAPHS))
        gold.write(toy.build / "suggestions" / f"{entry.id}.jsonl", lines)
    with doccano_project.from_corpus(doccano, toy, "shared", "suggestions") as begun:
        begun.add(people)
        delete_type(begun, "SHIP")
        begun.confirm("ann", *(line.id for line in suggested))
        code, _, report = pull(command, begun, "--apply")
        with_ship = {line.id for line in suggested if any(span.label == "SHIP" for span in line.spans)}
        assert with_ship
        assert (code, {(one["kind"], one["example"]) for one in report["problems"]}) == (
            1,
            {("gone", example) for example in with_ship},
        )
        assert {line.id for line in begun.corpus.gold_examples(["storm"])} == {
            line.id for line in suggested
        } - with_ship


def test_a_type_that_is_gone_decides_no_dispute(doccano, toy, command):
    shutil.rmtree(toy.decisions)
    set_pass_spans(toy, "bob", "harbour.p04")
    [lea] = doccano_annotator.create(doccano, [f"lea{secrets.token_hex(3)}"])
    with Doccano(doccano.account) as server, lea:
        state, name = read_state(toy), f"disputes {secrets.token_hex(4)}"
        disputed = adjudication.disputed_examples(state)
        adjudication.push_disputes(state, server, adjudication.plan_disputes(state, server, name), disputed)
        begun = doccano_project.CorpusProject(toy, server, server.project(name))
        begun.add({"lea": lea}, "project_admin")
        before = types(begun)
        begun.confirm("lea", "storm.p02", "harbour.p04")
        rename(begun, "SHIP", "Vessel")
        code, printed, report = command(begun, "adjudicate", "--pull", "--apply")
        assert code == 1
        assert "--label-renamed SHIP=Vessel" in printed
        assert {one["example"] for one in report["problems"]} >= {"storm.p02"}
        kept = [one["example"] for one in report["decisions"]]
        assert "storm.p02" not in kept
        code, printed, report = command(begun, "adjudicate", "--pull", "--label-renamed", "SHIP=Vessel")
        assert (code, report["problems"]) == (0, [])
        assert "storm.p02" in {one["example"] for one in report["decisions"]}
        rename(begun, "Vessel", "SHIP")
        delete_type(begun, "SHIP")
        code, printed, report = command(begun, "adjudicate", "--pull", "--apply")
        assert code == 1
        assert "is no decision as it is there: the server has no label type SHIP" in printed
        assert "storm.p02" not in {one["example"] for one in report["decisions"]}
        assert before.keys() == {"SHIP", "PORT", "CREW"}
        server.delete_project(begun.project.id)

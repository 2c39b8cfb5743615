"""Labels that changed here while people annotated under their old names: a push and a pull know the former names."""

import secrets
import shutil

import pytest

from goldspan.adjudication.state import read_state
from goldspan.corpus import Corpus
from goldspan.doccano import adjudication
from goldspan.doccano.client.api import Doccano
from goldspan.formats import decisions
from helpers import doccano_annotator, doccano_project
from helpers.sample_corpus import set_pass_spans


@pytest.fixture
def command(doccano, goldspan, monkeypatch, capsys):
    """A command: its exit code and what it printed."""
    for name, value in (("URL", "url"), ("USERNAME", "username"), ("PASSWORD", "password")):
        monkeypatch.setenv(f"DOCCANO_{name}", getattr(doccano.account, value))

    def run(begun, *words):
        project = () if words[0] == "relabel" else ("--project", begun.name)
        code = goldspan(*words, *project, "--root", begun.corpus.root)
        begun.corpus = Corpus(begun.corpus.root)
        return code, "".join(capsys.readouterr())

    return run


def types(begun):
    return {each.name: each for each in begun.server.span_types(begun.project.id)}


def passed(begun, who):
    """By example, what a pass has, and whether it is confirmed."""
    return {
        line.id: ([(line.surface(each), each.label) for each in line.spans], line.extra["confirmed"])
        for line in begun.passed(who).values()
    }


def test_work_under_a_former_name_is_carried_over(doccano, toy, people, command):
    for path in toy.gold.iterdir():
        path.unlink()
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        number = types(begun)["SHIP"].id
        begun.mark("ann", "storm.p01", "Storm", "SHIP")
        begun.mark("ann", "storm.p02", "Valparaíso", "PORT")
        begun.confirm("ann", "storm.p01", "storm.p02")

        # A rename: a pull reads the old name, a push gives the type the new one, and nothing is held back.
        assert command(begun, "relabel", "SHIP", "VESSEL", "--apply")[0] == 0
        code, printed = command(begun, "doccano", "pull", "--apply")
        assert (code, "label:" in printed) == (0, False), printed
        assert passed(begun, "ann")["storm.p01"] == ([("Storm", "VESSEL")], True)
        code, printed = command(begun, "doccano", "push", "--apply")
        assert (code, "name SHIP → VESSEL" in printed) == (0, True), printed
        assert (types(begun).keys(), types(begun)["VESSEL"].id) == ({"VESSEL", "PORT", "CREW"}, number)
        assert command(begun, "doccano", "pull")[0] == 0
        assert "Already up to date" in command(begun, "doccano", "push", "--apply")[1]

        # A merge: the old type keeps its spans, which are read as the other label.
        begun.mark("ann", "storm.p03", "Nordlicht", "VESSEL")
        begun.confirm("ann", "storm.p03")
        assert command(begun, "relabel", "VESSEL", "PORT", "--apply")[0] == 0
        assert command(begun, "doccano", "pull", "--apply")[0] == 0
        assert passed(begun, "ann")["storm.p03"] == ([("Nordlicht", "PORT")], True)
        code, printed = command(begun, "doccano", "push", "--apply")
        assert (code, "'VESSEL' was merged or split" in printed) == (0, True), printed
        assert types(begun)["VESSEL"].key is None
        assert command(begun, "doccano", "pull")[0] == 0

        # A split: words decide, and what they leave open is pulled, listed and not confirmed.
        assert command(begun, "relabel", "PORT", "PIER", "QUAY", "--if", "Valpara=QUAY", "--apply")[0] == 0
        for _ in range(2):
            code, printed = command(begun, "doccano", "pull", "--apply")
            assert (code, "'Nordlicht' is VESSEL in Doccano, which was split" in printed) == (1, True), printed
            assert passed(begun, "ann") == {
                "storm.p01": ([("Storm", "PIER")], False),
                "storm.p02": ([("Valparaíso", "QUAY")], True),
                "storm.p03": ([("Nordlicht", "PIER")], False),
            }
            assert command(begun, "doccano", "push", "--apply")[0] == 0
        assert (types(begun)["PORT"].key, types(begun)["PIER"].key) == (None, "p")
        ann = begun.people["ann"]
        for name in ("storm.p01", "storm.p03"):
            for span in ann.spans(begun.project.id, begun.number(name)):
                ann.unmark(begun.project.id, begun.number(name), span["id"])
        begun.mark("ann", "storm.p01", "Storm", "QUAY")
        begun.mark("ann", "storm.p03", "Nordlicht", "PIER")
        code, printed = command(begun, "doccano", "pull", "--apply")
        assert code == 0, printed
        assert passed(begun, "ann") == {
            "storm.p01": ([("Storm", "QUAY")], True),
            "storm.p02": ([("Valparaíso", "QUAY")], True),
            "storm.p03": ([("Nordlicht", "PIER")], True),
        }


def test_what_was_filled_in_under_a_former_name_is_nobodys_work(doccano, toy, people, command):
    with doccano_project.from_corpus(doccano, toy, "shared", "gold") as begun:
        begun.add(people)
        push = ("doccano", "push", "--shared", "--gold", "--apply")
        command(begun, *push)
        assert command(begun, "relabel", "SHIP", "VESSEL", "--apply")[0] == 0
        code, printed = command(begun, "doccano", "pull")
        assert (code, "withdrawn" in printed.replace("changed  withdrawn", "")) == (0, False), printed
        code, printed = command(begun, *push)
        assert (code, "somebody worked on it" in printed, "name SHIP → VESSEL" in printed) == (0, False, True), printed
        assert "Already up to date" in command(begun, *push)[1]


def test_what_was_decided_under_a_former_name_is_a_decision(doccano, toy, command):
    shutil.rmtree(toy.decisions)
    set_pass_spans(toy, "bob", "harbour.p04")
    [lea] = doccano_annotator.create(doccano, [f"lea{secrets.token_hex(3)}"])
    with Doccano(doccano.account) as server, lea:
        state, name = read_state(toy), f"disputes {secrets.token_hex(4)}"
        disputed = adjudication.disputed_examples(state)
        adjudication.push_disputes(state, server, adjudication.plan_disputes(state, server, name), disputed)
        begun = doccano_project.CorpusProject(toy, server, server.project(name))
        begun.add({"lea": lea}, "project_admin")
        begun.confirm("lea", "storm.p02", "harbour.p04")
        assert command(begun, "relabel", "SHIP", "BOAT", "--apply")[0] == 0
        code, printed = command(begun, "adjudicate", "--push", "--apply")
        assert (code, "name SHIP → BOAT" in printed) == (0, True), printed
        code, printed = command(begun, "adjudicate", "--pull", "--apply")
        assert code == 0, printed
        [line] = decisions.read(begun.corpus.decisions / "storm.jsonl")
        assert {span.label for span, _ in line.surfaces} == {"BOAT"}
        server.delete_project(begun.project.id)

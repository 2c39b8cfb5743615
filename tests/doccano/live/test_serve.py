"""`goldspan serve` behind a real Doccano: registered, asked, killed and started again."""

import pytest

from goldspan import cli, files
from goldspan.doccano.auto_labelling import Service, plan_auto_labelling
from goldspan.errors import InvalidValueError
from goldspan.service.rejections import RejectionLedger, ledger_path
from goldspan.service.served_project import find_served_projects
from helpers import doccano_project
from helpers.service_process import TOKEN, ServiceProcess
from helpers.suggestion_service import WORDS


@pytest.fixture
def served(doccano, toy, people):
    files.write(toy.root / "goldspan.toml", WORDS)
    with doccano_project.from_corpus(doccano, toy, "shared") as begun:
        begun.add(people)
        yield begun


def process_of(begun, doccano, *arguments):
    return ServiceProcess(
        begun.corpus.root, "--project", begun.name, "--processes", "1", *arguments, account=doccano.account
    )


def register(begun, process):
    plan = plan_auto_labelling(begun.server, begun.corpus, begun.name, Service(url=process.url, token=TOKEN))
    assert plan.check_service() is None
    plan.apply()


def look(person, begun, number):
    person._call("POST", f"projects/{begun.project.id}/auto-labeling?example={number}", json={})
    return [(span["start_offset"], span["end_offset"]) for span in person.spans(begun.project.id, number)]


def test_rejected_spans_stay_away_though_the_service_is_killed_and_started_again(served, people, doccano):
    ann, bob = people["ann"], people["bob"]
    number, other = served.number("storm.p03"), served.number("storm.p02")
    with process_of(served, doccano) as process:
        assert any(f"project      {served.name} (k" in line for line in process.opening)
        register(served, process)
        found = look(ann, served, number)
        assert found == [(0, 6), (35, 44)]  # Twenty, and Nordlicht behind an emoji
        assert look(bob, served, number) == found
        for span in ann.spans(served.project.id, number):
            ann.unmark(served.project.id, number, span["id"])
        assert look(ann, served, number) == []
        process.end(9)
    with process_of(served, doccano) as process:
        register(served, process)
        assert look(ann, served, number) == look(bob, served, number) == []
        assert look(ann, served, other) != []
        assert process.end() == 0
        assert "all offered before: 2" in process.rest[0]
        assert "read back from Doccano" in process.rest[0]
    ledger = RejectionLedger(ledger_path(served.corpus))
    [project] = find_served_projects(served.corpus, doccano.account, [served.name])
    text = served.server.example(served.project.id, number).text
    assert {text[span.start : span.end] for span in ledger.withheld(project.key, text)} == {"Twenty", "Nordlicht"}


@pytest.mark.parametrize(
    ("kind", "reason"), [("independent", "everybody annotates alone"), ("disputes", "settles disputes")]
)
def test_projects_of_other_kinds_are_refused_with_the_reason(doccano, toy, kind, reason):
    with doccano_project.from_corpus(doccano, toy, kind) as begun, pytest.raises(InvalidValueError, match=reason):
        find_served_projects(toy, doccano.account, [begun.name])


def test_project_that_is_not_there_is_an_error_of_one_line(served, doccano, monkeypatch, capsys):
    for name, value in process_of(served, doccano).environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        cli.main(["serve", "--root", str(served.corpus.root), "--port", "0", "--project", "none such"])
    assert (end.value.code, "no project 'none such'" in capsys.readouterr().err) == (1, True)

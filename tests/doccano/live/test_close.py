"""A round, or a project by itself, is closed once all is read and pulled, and deleted only once the corpus has it."""

import json
import secrets

import pytest

from goldspan.doccano.closing import plan_closing, plan_reopening
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.pull.round import plan_round_pull
from goldspan.doccano.push.push import prepare_push
from goldspan.errors import InvalidValueError, ServerError
from helpers import doccano_annotator
from helpers.team_rounds import TeamRound

DAY = "2026-12-01"


@pytest.fixture(scope="module")
def readers(doccano):
    made = doccano_annotator.create_by_name(doccano, "a1", "a2")
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def team(server, readers, tmp_path):
    made = TeamRound(server, tmp_path / "team", f"kfor{secrets.token_hex(3)}", readers, examples=4)
    yield made
    made.delete()


def read_all(team):
    """Everybody marks the first word of each example, and confirms it."""
    for folder, numbers in team.copies().items():
        project = team.projects()[folder].id
        labels = {label.name: label.id for label in team.client.span_types(project)}
        for number in numbers.values():
            team.people[folder].mark(project, number, 0, 4, labels["UNIT"])
            team.people[folder].confirm(project, number)


def pull(team):
    plan_round_pull(team.corpus, team.client, team.name).apply()


def close(team, **options):
    return plan_closing(team.corpus, team.client, team.name, day=DAY, **options)


def test_a_round_is_closed_once_it_is_read_and_pulled_and_opened_again(team):
    team.push()
    reasons = list(close(team).reasons())
    assert reasons == [f"{team.name}-{folder}: 4 examples open for {folder}" for folder in ("a1", "a2")]
    assert list(close(team, unfinished=True).reasons()) == []
    read_all(team)
    refused = close(team, unfinished=True)
    assert [line.partition(":")[0] for line in refused.reasons()] == [f"{team.name}-a1", f"{team.name}-a2"]
    with pytest.raises(InvalidValueError, match="a pull would write"):
        refused.apply()
    assert read_record(team.corpus).round(team.name, team.client.url).closed is None
    pull(team)
    close(team).apply()
    assert read_record(team.corpus).round(team.name, team.client.url).closed == DAY
    assert all(project.description.endswith(f", closed {DAY}") for project in team.projects().values())
    assert close(team).is_done
    with pytest.raises(InvalidValueError, match=f"closed since {DAY}") as refusal:
        team.push()
    assert "--reopen" in refusal.value.remedy
    plan_reopening(team.corpus, team.client, team.name).apply()
    assert team.request().plan().is_done
    assert not any("closed" in project.description for project in team.projects().values())


@pytest.mark.slow
def test_projects_are_deleted_only_once_the_corpus_has_all_of_it(team):
    team.push()
    read_all(team)
    pull(team)
    file = next((team.corpus.passes / "a2").glob("*.jsonl"))
    whole = file.read_text()
    plan = close(team, delete=True)
    assert list(plan.reasons()) == []
    first, *others = whole.splitlines(keepends=True)
    file.write_text("".join([json.dumps({**json.loads(first), "spans": []}) + "\n", *others]))
    assert any("has it otherwise" in line for line in close(team, delete=True).reasons())
    with pytest.raises(InvalidValueError, match="is not deleted"):
        plan.apply()  # which was made before the file was changed
    assert set(team.projects()) == {"a1", "a2"}
    file.write_text(whole)
    project = team.projects()["a2"]
    team.client.update_project(project.id, description="somebody's", guideline="mine")
    with pytest.raises(ServerError, match="is not the project"):
        plan.apply()
    team.client.update_project(project.id, description=project.description, guideline=project.guideline)
    close(team, delete=True).apply()
    assert team.projects() == {}
    assert close(team, delete=True).is_done


def test_a_project_by_itself_is_closed_alike(team):
    pushed = prepare_push(team.client, team.corpus, team.name)
    pushed.apply()
    try:
        close(team, unfinished=True).apply()
        with pytest.raises(InvalidValueError, match="closed since"):
            prepare_push(team.client, team.corpus, team.name)
        with pytest.raises(InvalidValueError, match="is not closed"):
            plan_reopening(team.corpus, team.client, f"{team.name}x")
        plan_reopening(team.corpus, team.client, team.name).apply()
        assert prepare_push(team.client, team.corpus, team.name).plan().is_done
    finally:
        team.client.delete_project(team.client.project(team.name).id)


def test_the_command_lists_what_is_open(doccano, team, goldspan, monkeypatch, capsys):
    team.push()
    for name, value in (("URL", doccano.account.url), ("USERNAME", doccano.account.username)):
        monkeypatch.setenv(f"DOCCANO_{name}", value)
    monkeypatch.setenv("DOCCANO_PASSWORD", doccano.account.password)
    words = ("doccano", "close", "--root", team.corpus.root, "--project")
    assert goldspan(*words, team.name, "--apply") == 1
    assert "4 examples open for a1" in capsys.readouterr().out
    assert goldspan(*words, f"{team.name}-a1") == 1
    assert f"--project {team.name}" in capsys.readouterr().err
    report = team.corpus.root / "report.json"
    assert goldspan(*words, team.name, "--unfinished", "--apply", "--json", report) == 0
    assert json.loads(report.read_text())["applied"]
    assert "The round is closed since" in capsys.readouterr().out

"""A round in which each member has a project: who gets what, who joins and who leaves, and what stays."""

import json
import secrets

import pytest

from goldspan import formats
from goldspan.corpus.assignment_plans import assignment_file, read_assignments
from goldspan.corpus.shown_suggestions import read_shown
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.pull.pull import plan_pull
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.push.round import RoundOptions, prepare_round
from goldspan.doccano.snapshot import ALL, take_snapshot
from goldspan.errors import InvalidValueError
from helpers import audit_project, doccano_annotator, sample_corpus
from helpers.team_rounds import TeamRound, paragraphs, require_places


@pytest.fixture(scope="module")
def readers(doccano):
    """Four people who annotate."""
    made = doccano_annotator.create_by_name(doccano, "a1", "a2", "a3", "a4")
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def team(server, readers, tmp_path):
    made = TeamRound(server, tmp_path / "team", f"kfor{secrets.token_hex(3)}", readers)
    made.list_members("a1", "a2", "a3")
    yield made
    made.delete()


def test_each_member_gets_a_project_with_all_examples_and_nobody_else_is_in_it(team):
    everything = {example.id for example in team.corpus.gold_examples()}
    assert not team.request().plan().is_done
    assert team.projects() == {}
    done = team.push()
    assert {folder: set(numbers) for folder, numbers in team.copies().items()} == dict.fromkeys(team.listed, everything)
    for folder, project in team.projects().items():
        members = {member.username for member in team.client.members(project.id)}
        assert members == {team.people[folder].username, team.client.me().username}
        assert project.description.endswith(f", round {team.name}")
    record = read_record(team.corpus)
    assert [each.member for each in record.projects] == [team.people[folder].username for folder in team.listed]
    assert record.round(team.name, team.client.url).each
    assert sum(each.tally.examples for each in done.results.values()) == 3 * len(everything)
    assert team.request().plan().is_done
    team.list_members("a1", "a2", "a4")  # a3 left, a4 joined
    plan = team.request().plan()
    assert [each.project.folder for each in plan.members] == ["a1", "a2", "a4"]
    assert any("is not listed any more" in note for note in plan.notes())
    team.push()
    assert {folder: len(numbers) for folder, numbers in team.copies().items()} == dict.fromkeys(team.people, 12)


@pytest.mark.slow
def test_with_k_an_example_moves_only_where_nobody_worked_on_it(team):
    team.push(per_example=2)
    require_places(team, 2, {})
    done = {folder: set(sorted(numbers)[:2]) for folder, numbers in team.copies().items()}
    for folder, examples in done.items():
        for example in examples:
            team.confirm(folder, example)
    before = team.places()
    team.list_members("a1", "a2", "a3", "a4")
    plan = team.request().plan()
    assert plan.places.moved
    result = team.push()
    assert result.removed
    require_places(team, 2, done)
    assert len(team.copies()["a4"]) > 0
    opened = set().union(*done.values())
    assert {example: before[example] for example in opened} == {example: team.places()[example] for example in opened}
    team.list_members("a1", "a2", "a4")  # a3 left: what they did not begin goes to others
    team.push()
    assert set(team.copies()["a3"]) == done["a3"]
    require_places(team, 2, done)
    assert team.request().plan().is_done


def test_a_push_without_the_option_goes_on_with_the_round(doccano, team, goldspan, monkeypatch, capsys):
    account = doccano.account
    for name, value in (("URL", account.url), ("USERNAME", account.username), ("PASSWORD", account.password)):
        monkeypatch.setenv(f"DOCCANO_{name}", value)
    words = ("doccano", "push", "--project", team.name, "--root", team.corpus.root)
    report = team.corpus.root / "report.json"
    assert goldspan(*words, "--each", "--annotators-per-example", 2) == 0
    assert "Each of 12 examples to 2 annotators" in capsys.readouterr().out
    assert team.projects() == {}
    assert goldspan(*words, "--each", "--annotators-per-example", 2, "--apply") == 0
    said = capsys.readouterr().out
    assert "read back: all there" in said
    assert said.count("You are invited to") == 3
    assert goldspan(*words, "--apply", "--json", report) == 0
    assert "Already up to date" in capsys.readouterr().out
    assert json.loads(report.read_text())["annotators_per_example"] == 2
    assert goldspan(*words, "--shared") == 2
    assert goldspan(*words, "--annotators-per-example", 4) == 1
    assert "there are 3" in capsys.readouterr().err


def test_a_name_that_another_project_has_is_refused_before_anything_is_written(team):
    taken = team.client.create_project(f"{team.name}-a2", collaborative=False, description="mine", guideline="")
    try:
        with pytest.raises(InvalidValueError, match="is not of the round"):
            team.push()
        assert [project.name for project in team.projects().values()] == [taken.name]
        assert read_record(team.corpus).rounds == ()
    finally:
        team.client.delete_project(taken.id)


def test_one_member_s_project_can_be_pushed_by_its_name(doccano, team, goldspan, monkeypatch):
    team.list_members("a1", "a2")
    team.push()
    sample_corpus.write_articles(team.corpus, paragraphs(18))
    team.corpus = type(team.corpus)(team.corpus.root)
    for name, value in vars_of(doccano.account):
        monkeypatch.setenv(f"DOCCANO_{name}", value)
    words = ("doccano", "push", "--root", team.corpus.root, "--apply", "--project")
    assert goldspan(*words, f"{team.name}-a1") == 0
    assert {folder: len(numbers) for folder, numbers in team.copies().items()} == {"a1": 18, "a2": 12}
    with pytest.raises(InvalidValueError, match="in the round"):
        prepare_push(team.client, team.corpus, f"{team.name}-a2")
    assert goldspan(*words, team.name, "--order", "random") == 0
    orders = [list(numbers)[12:] for numbers in team.copies().values()]
    assert orders[0] == sorted(orders[0])  # was there already, and stays where it is
    assert sorted(orders[1]) == sorted(orders[0])


def vars_of(account):
    return (("URL", account.url), ("USERNAME", account.username), ("PASSWORD", account.password))


@pytest.mark.slow
def test_an_audit_shows_each_member_its_suggestions_where_its_plan_does_and_nowhere_else(server, readers, tmp_path):
    corpus = audit_project.make_project(tmp_path / "audit", 4, annotators=("a1", "a2"))
    audit = audit_project.planned(corpus)
    team = TeamRound.of_corpus(server, corpus, f"audit{secrets.token_hex(3)}", readers, ("a1", "a2"))
    try:
        team.push(audit="spring")
        assert team.request().record.audit == "spring"  # later pushes need not repeat it
        assert team.request().plan().is_done
        with pytest.raises(InvalidValueError, match="in an audit all read every example"):
            team.request(per_example=1)
        for folder, project in team.projects().items():
            shown = {one.id: one for article in audit.shown_to(folder) for one in suggestions_of(audit, article)}
            for copy in take_snapshot(server, project).copies.values():
                spans = [(span.start, span.end, span.label) for span in copy.work[ALL].spans]
                wanted = shown[copy.id].spans if copy.id in shown else ()
                assert spans == [(span.start, span.end, span.label) for span in sorted(wanted)]
            assert read_shown(corpus, project.name).keys() == shown.keys()
        with pytest.raises(InvalidValueError, match="of the audit 'spring', which not all of its annotators have read"):
            prepare_push(server, corpus, f"{team.name}x", kind="shared", prefill="suggestions")
        with pytest.raises(InvalidValueError, match="is read in the round"):
            prepare_round(server, corpus, f"{team.name}x", RoundOptions(audit="spring"))
        team.list_members("a1", "a2", "a3")
        with pytest.raises(InvalidValueError, match="was planned for a1 and a2, and not for a3"):
            team.request()
    finally:
        team.delete()


@pytest.mark.slow
def test_what_somebody_read_whose_project_was_deleted_is_not_given_to_others(team):
    team.push(per_example=2)
    read = sorted(team.copies()["a3"])[:3]
    for example in read:
        team.confirm("a3", example)
    plan_pull(team.corpus, team.client, f"{team.name}-a3").apply()
    plan = assignment_file(team.corpus, team.name)
    before = read_assignments(plan)
    team.client.delete_project(team.projects()["a3"].id)
    team.list_members("a1", "a2")
    team.push(new=True)
    after = read_assignments(plan)
    assert all("a3" in before[example].annotators and after[example] == before[example] for example in read)
    assert "a3" not in team.projects()
    assert not any("a3" in line.annotators for name, line in after.items() if name not in read)


def suggestions_of(audit, article):
    return formats.load(audit.suggestions_folder / f"{article}.jsonl", "gold")

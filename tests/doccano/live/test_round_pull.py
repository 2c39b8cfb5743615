"""A round of projects, one for each member: pulled as one, all or nothing, and counted as one."""

import json
import shutil

import pytest

from goldspan import files
from goldspan.corpus.assignment_plans import assignment_file, content, read_assignments
from goldspan.corpus.change_journal import journal_path
from goldspan.doccano import status
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import read_record, record_key
from goldspan.doccano.pull.round import plan_round_pull
from goldspan.errors import InvalidValueError, NotFoundError
from helpers import doccano_annotator
from helpers.sample_corpus import list_members
from helpers.team_round import TeamRound

FOLDERS = ("a1", "a2", "a3")


@pytest.fixture(scope="module")
def members(doccano):
    made = dict(zip(FOLDERS, doccano_annotator.create_unique(doccano, "anna", "bela", "cleo"), strict=True))
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def client(doccano):
    with Doccano(doccano.account) as client:
        yield client


@pytest.fixture
def team(client, toy, members):
    """Makes a round of the first members; its projects are deleted at the end."""
    shutil.rmtree(toy.passes)
    shutil.rmtree(toy.decisions)
    rounds = []

    def make(number=2, **options):
        rounds.append(TeamRound(toy, client, {folder: members[folder] for folder in FOLDERS[:number]}))
        return rounds[-1].push(**options)

    yield make
    for each in rounds:
        each.delete()


@pytest.fixture
def command(doccano, goldspan, toy, monkeypatch, capsys):
    """A command about a round: its exit code, what it printed, and its report."""
    monkeypatch.setenv("DOCCANO_URL", doccano.account.url)
    monkeypatch.setenv("DOCCANO_USERNAME", doccano.account.username)
    monkeypatch.setenv("DOCCANO_PASSWORD", doccano.account.password)

    def run(name, project, *options):
        report = toy.root / "report.json"
        report.unlink(missing_ok=True)
        code = goldspan("doccano", name, "--project", project, "--root", toy.root, "--json", report, *options)
        done = capsys.readouterr()
        assert "Traceback" not in done.err
        return code, done.out + done.err, json.loads(report.read_text()) if report.exists() else None

    return run


def contents(corpus):
    return {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file()}


def lines(corpus, folder):
    return {line.id: line for line in corpus.pass_examples(folder)}


def surfaces(corpus, folder, example):
    line = lines(corpus, folder)[example]
    return [line.surface(span) for span in line.spans]


def test_the_projects_of_a_round_are_pulled_as_one(team, command, toy, client):
    kfor = team(3)
    kfor.confirm("a1", "harbour.p02", surface="Aurora")
    kfor.confirm("a2", "harbour.p02", surface="The Aurora")
    kfor.confirm("a2", "storm.p01")
    kfor.confirm("a3", "strike.p01")
    before = contents(toy)
    code, said, report = command("pull", kfor.name)
    assert (code, contents(toy)) == (0, before)
    assert [each["project"] for each in report["projects"]] == [kfor.project_name(folder) for folder in FOLDERS]
    code, said, _ = command("pull", kfor.name, "--apply")
    assert code == 0
    assert said.count(f"{kfor.name}: the passes after this pull") == 1
    assert (surfaces(toy, "a1", "harbour.p02"), surfaces(toy, "a2", "harbour.p02")) == (["Aurora"], ["The Aurora"])
    assert {folder: set(lines(toy, folder)) for folder in FOLDERS} == {
        "a1": {"harbour.p02"},
        "a2": {"harbour.p02", "storm.p01"},
        "a3": {"strike.p01"},
    }
    record = read_record(toy)
    assert {account.passes: account.name for account in record.accounts} == {
        folder: person.username for folder, person in kfor.people.items()
    }
    for folder, person in kfor.people.items():
        project = kfor.project(folder)
        entry = record.project(project.name, client.url)
        assert (entry.round, entry.member) == (kfor.name, person.username)
        types = {each.name: each.id for each in client.span_types(project.id)}
        assert record.label_numbers(record_key(project, client.url)) == types
    assert record.round(kfor.name, client.url).each
    assert "Already up to date" in command("pull", kfor.name)[1]


def test_a_project_that_is_gone_stops_the_pull_of_all_and_the_others_can_be_pulled_alone(team, command, toy, client):
    kfor = team(3)
    kfor.confirm("a1", "harbour.p02", surface="Aurora")
    kfor.confirm("a3", "strike.p01")
    client.delete_project(kfor.project("a2").id)
    before = contents(toy)
    code, said, _ = command("pull", kfor.name, "--apply")
    assert (code, contents(toy)) == (1, before)
    assert f"nothing of the round '{kfor.name}' is pulled" in said
    assert f"{kfor.project_name('a2')}: the corpus remembers" in said
    assert f"--only {kfor.project_name('a1')},{kfor.project_name('a3')}" in said
    code, said, report = command("status", kfor.name)
    assert (code, [each["folder"] for each in report["annotators"]]) == (1, ["a1", "a3"])
    assert list(report["unread"]) == [kfor.project_name("a2")]
    assert f"{kfor.project_name('a2')} cannot be read, and is not counted here" in said
    code, said, report = command("pull", kfor.name, "--apply", "--only", f"a1,{kfor.people['a3'].username}")
    assert code == 0, said
    assert (code, report["left_out"]) == (0, [kfor.project_name("a2")])
    assert set(toy.annotators()) == {"a1", "a3"}
    assert read_record(toy).project(kfor.project_name("a2"), client.url) is not None  # its table stays
    with pytest.raises(NotFoundError, match="has no member 'zoe'"):
        plan_round_pull(toy, client, kfor.name, only=["zoe"])
    with pytest.raises(InvalidValueError, match="is none"):
        plan_round_pull(toy, client, kfor.project_name("a1"), only=["a1"])


@pytest.mark.slow
def test_what_another_did_in_a_members_project_is_listed_and_not_written(team, command, toy, doccano):
    kfor = team(2)
    kfor.confirm("a1", "harbour.p02", surface="Aurora")
    kfor.confirm("a2", "harbour.p02", surface="Port Said", label="PORT")
    kfor.join("a1", kfor.people["a2"])
    kfor.confirm("a1", "harbour.p02", "storm.p01", by=kfor.people["a2"], surface="a")
    with doccano_annotator.admin(doccano) as lead:
        kfor.confirm("a1", "strike.p01", by=lead)
    code, said, report = command("pull", kfor.name, "--apply")
    assert code == 1
    assert set(toy.annotators()) == {"a1", "a2"}
    assert {folder: set(lines(toy, folder)) for folder in ("a1", "a2")} == {
        "a1": {"harbour.p02"},
        "a2": {"harbour.p02"},
    }
    assert surfaces(toy, "a2", "harbour.p02") == ["Port Said"]
    first, second = report["projects"]
    assert {(one["kind"], one["example"]) for one in first["problems"]} == {
        ("member", "harbour.p02"),
        ("member", "storm.p01"),
        ("member", "strike.p01"),
    }
    assert second["problems"] == []
    assert f"in the project of {kfor.people['a1'].username!r}" in said
    # Named alone, a project is its member's, too.
    code, _, report = command("pull", kfor.project_name("a1"), "--apply")
    assert (code, len(report["problems"]), set(toy.annotators())) == (1, 3, {"a1", "a2"})
    progress = status.round_progress(toy, kfor.server, kfor.name)
    assert [(each.folder, each.confirmed) for each in progress.annotators] == [("a1", 1), ("a2", 1)]
    assert {folder: changes.unfit for folder, changes in progress.pending.items()} == {
        "a1": 0,
        "a2": 2,
        kfor.server.me().username: 1,
    }
    assert progress.disputed == ("harbour.p02",)
    assert {problem.kind for problem in progress.projects[0].held} == {"member"}


def test_a_pull_of_one_members_project_touches_no_other_line(team, command, toy):
    kfor = team(2)
    for folder in kfor.people:
        kfor.confirm(folder, "harbour.p02", surface="Aurora")
    command("pull", kfor.name, "--apply")
    before = contents(toy)
    kfor.confirm("a1", "storm.p01")
    kfor.confirm("a2", "storm.p01")
    assert command("pull", kfor.project_name("a1"), "--apply")[0] == 0
    after = contents(toy)
    changed = {path.relative_to(toy.folder).as_posix() for path in after if before.get(path) != after[path]}
    assert changed == {"passes/a1/storm.jsonl"}


def test_two_of_three_read_each_example(team, command, toy, client):
    kfor = team(3, per_example=2)
    plan, both = kfor.plan, kfor.of("a1", "a2")[0]
    kfor.confirm("a1", both)
    kfor.confirm("a2", both, surface="a", label="SHIP")
    theirs = {folder: {example for example, who in plan.items() if folder in who} for folder in FOLDERS}
    progress = status.round_progress(toy, client, kfor.name)
    assert [(each.folder, each.assigned, each.confirmed) for each in progress.annotators] == [
        ("a1", len(theirs["a1"]), 1),
        ("a2", len(theirs["a2"]), 1),
        ("a3", len(theirs["a3"]), 0),
    ]
    assert sum(each.assigned_words for each in progress.annotators) % 2 == 0
    assert progress.disputed == (both,)
    assert (progress.not_pushed, progress.absent, progress.examples) == ((), (), len(plan))
    assert all(project.not_pushed == project.absent == () for project in progress.projects)
    assert progress.pending["a2"].new == 1
    alone = status.round_progress(toy, client, kfor.project_name("a1"))
    assert (alone.not_pushed, alone.absent) == ((), ())
    assert [each.assigned for each in alone.annotators] == [len(theirs["a1"])]
    listed = [each for each in status.list_projects(client) if each.round == kfor.name]
    assert [each.project.name for each in listed] == [kfor.project_name(folder) for folder in FOLDERS]
    assert command("pull", kfor.name, "--apply", "--unconfirmed", "--withdraw")[0] == 0
    assert {folder: set(lines(toy, folder)) for folder in toy.annotators()} == {
        folder: theirs[folder] for folder in ("a1", "a2")
    }

    # A line of an example that is not in their project stays, whatever is pulled.
    [text, *_] = [line for line in toy.gold_examples() if line.id not in theirs["a1"]]
    path = toy.passes / "a1" / f"{text.article}.jsonl"
    before = path.read_text() if path.exists() else ""
    row = {"id": text.id, "at": text.at, "text": text.text, "spans": [], "confirmed": True}
    files.write(path, before + json.dumps(row, ensure_ascii=False) + "\n")
    command("pull", kfor.name, "--apply", "--withdraw")
    assert text.id in lines(toy, "a1")

    # An example that fewer have than should is not pushed yet: one of them lacks it, or no plan has it.
    lacked = kfor.of("a1", "a3")[0]
    client.delete_examples(kfor.project("a3").id, [kfor.number("a3", lacked)])
    unplanned = next(example for example in plan if example not in {both, lacked})
    for folder in plan[unplanned]:
        client.delete_examples(kfor.project(folder).id, [kfor.number(folder, unplanned)])
    assigned = read_assignments(assignment_file(toy, kfor.name))
    files.write(assignment_file(toy, kfor.name), content(one for name, one in assigned.items() if name != unplanned))
    progress = status.round_progress(toy, client, kfor.name)
    assert set(progress.not_pushed) == {lacked, unplanned}
    first, second, third = progress.projects
    assert (*first.not_pushed, *first.absent, *second.not_pushed, *second.absent) == ()
    assert (*third.not_pushed, *third.absent) in {
        (lacked,),
        (lacked.partition(".")[0],),
    }  # it may be all of its article


@pytest.mark.slow
def test_controls_are_scored_for_each_member_with_those_of_their_project(team, command, toy):
    kfor = team(2, articles=["harbour"], control=1)
    controls = {
        folder: (toy.controls / f"{kfor.project_name(folder)}.txt").read_text().split() for folder in FOLDERS[:2]
    }
    for folder, [control] in controls.items():
        kfor.confirm(folder, control)
    kfor.confirm("a1", "harbour.p01")
    code, said, report = command("pull", kfor.name, "--apply")
    scored = [each["controls"]["annotators"] for each in report["projects"]]
    assert (code, [[one["annotator"] for one in records] for records in scored]) == (0, [["a1"], ["a2"]])
    assert [records[0]["examples"] for records in scored] == [controls["a1"], controls["a2"]]
    assert toy.annotators() == ["a1"]
    assert said.count("Controls: the annotators against gold") == 2


@pytest.mark.slow
def test_suggestions_that_each_corrects_alone_are_pulled_as_one_round(team, command, toy, client):
    for path in toy.gold.glob("*.jsonl"):
        files.write(toy.suggestions / path.name, path.read_text())
    kfor = team(2, suggestions=True)
    kfor.confirm("a1", "harbour.p02")
    kfor.confirm("a2", "harbour.p02", "harbour.p04")
    progress = status.round_progress(toy, client, kfor.name)
    assert [(each.folder, each.member, each.confirmed) for each in progress.annotators] == [
        ("a1", kfor.people["a1"].username, 1),
        ("a2", kfor.people["a2"].username, 2),
    ]
    assert (progress.disputed, progress.pending["a2"].new) == ((), 2)
    code, said, _ = command("pull", kfor.name, "--apply")
    assert (code, f"{kfor.name}: the passes after this pull" in said) == (0, True)
    assert (
        surfaces(toy, "a1", "harbour.p02")
        == surfaces(toy, "a2", "harbour.p02")
        == [
            "Aurora",
            "Port Said",
            "about 40 sailors",
        ]
    )
    for folder in ("a1", "a2"):
        assert {line.extra["aided"] for line in lines(toy, folder).values()} == {kfor.project_name(folder)}
    # Somebody else who may annotate there: the round is refused, and status still counts.
    kfor.join("a2", kfor.people["a1"])
    code, said, _ = command("pull", kfor.name)
    assert (code, f"{kfor.project_name('a2')}: the project" in said) == (1, True)
    _, said, report = command("status", kfor.name)
    assert [each["confirmed"] for each in report["annotators"]] == [1, 2]
    assert [bool(each["refusal"]) for each in report["projects"]] == [False, True]
    assert "A pull would be refused" in said


@pytest.mark.slow
def test_a_pull_that_is_killed_is_completed_by_the_next(team, command, toy, client, monkeypatch):
    kfor = team(2)
    for folder in kfor.people:
        kfor.confirm(folder, "harbour.p02", "storm.p01", surface="a")
    begin = contents(toy)
    plan = plan_round_pull(toy, client, kfor.name)
    for number in (0, 1, 3):
        for path in set(contents(toy)) - set(begin):
            path.unlink()
        for path, before in begin.items():
            path.write_bytes(before)

        def killed(all_of, number=number):
            for path, new in list(all_of.items())[:number]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(new)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_all", killed)
            with pytest.raises(KeyboardInterrupt):
                plan.apply()
        assert journal_path(toy).exists()
        code, said, _ = command("pull", kfor.name)
        assert (code, "was interrupted" in said) == (1, True)
        assert command("pull", kfor.name, "--apply")[0] == 0
        assert not journal_path(toy).exists()
        assert {folder: set(lines(toy, folder)) for folder in toy.annotators()} == {
            folder: {"harbour.p02", "storm.p01"} for folder in kfor.people
        }
        assert "Already up to date" in command("pull", kfor.name)[1]


@pytest.mark.slow
def test_a_new_pseudonym_renames_the_folder_in_the_plan_too(team, command, toy, client):
    kfor = team(3, per_example=2)
    kfor.confirm("a1", kfor.of("a1", "a2")[0])
    command("pull", kfor.name, "--apply")
    list_members(toy, {"x1": kfor.people["a1"], "a2": kfor.people["a2"], "a3": kfor.people["a3"]})
    code, said, report = command("pull", kfor.name, "--apply")
    assert (code, report["renamed"]) == (0, [{"from": "a1", "to": "x1"}])
    assert said.count("rename the pass corpus/passes/a1 to corpus/passes/x1") == 1
    assert toy.annotators() == ["x1"]
    plan = read_assignments(assignment_file(toy, kfor.name))
    assert {name for one in plan.values() for name in one.annotators} == {"x1", "a2", "a3"}
    progress = status.round_progress(toy, client, kfor.name)
    assert [(each.folder, each.project) for each in progress.annotators][-1] == ("x1", kfor.project_name("a1"))
    assert progress.not_pushed == ()


@pytest.mark.slow
def test_a_label_type_that_was_renamed_in_one_project_is_stated_for_the_round(team, command, toy, client):
    kfor = team(2)
    kfor.confirm("a1", "harbour.p02", surface="Aurora")
    command("pull", kfor.name, "--apply")
    project = kfor.project("a1").id
    [ship] = [each for each in client.span_types(project) if each.name == "SHIP"]
    client._json("PATCH", f"v1/projects/{project}/span-types/{ship.id}", json={"text": "VESSEL"})
    kfor.confirm("a2", "harbour.p02", surface="Aurora")
    code, said, _ = command("pull", kfor.name)
    assert (code, "VESSEL" in said) == (1, True)
    assert command("pull", kfor.name, "--label-renamed", "SHIP=VESSEL", "--apply")[0] == 0
    assert surfaces(toy, "a1", "harbour.p02") == surfaces(toy, "a2", "harbour.p02") == ["Aurora"]
    code, said, _ = command("pull", kfor.name, "--label-renamed", "SHIP=BOAT")
    assert (code, "the server has no label type 'BOAT'" in said) == (1, True)

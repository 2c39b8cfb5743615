"""Findings of the doctor about a round, each provoked on a live server."""

import shutil

import pytest

from goldspan.doccano import doctor
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import read_record, write_record
from goldspan.doccano.project import PURPOSES
from helpers import doccano_annotator
from helpers.sample_corpus import list_members
from helpers.team_round import TeamRound

FOLDERS = ("a1", "a2", "a3")


@pytest.fixture
def members(doccano):
    made = dict(zip(FOLDERS, doccano_annotator.create_unique(doccano, "anna", "bela", "cleo"), strict=True))
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def kfor(doccano, toy, members):
    """A round of three, in which two read each example."""
    shutil.rmtree(toy.passes)
    shutil.rmtree(toy.decisions)
    with Doccano(doccano.account) as client:
        made = TeamRound(toy, client, members).push(per_example=2)
        yield made
        made.delete()


@pytest.fixture
def look(doccano, toy):
    """Run the doctor on a round: its report, and the messages of the findings by check."""

    def run(name):
        report = doctor.run_doctor(doccano.account, name, toy, home=doccano.home)
        messages = {}
        for each in report.findings:
            messages.setdefault(each.check, []).append(
                f"{each.example}: {each.message}" if each.example else each.message
            )
        return report, messages

    return run


def test_a_round_as_pushed_has_no_finding(kfor, look):
    report, found = look(kfor.name)
    assert found == {}
    assert {"round-projects", "round-annotators", "round-administrators", "round-readers"} <= set(report.passed)
    assert "foreign-example" in report.passed
    for folder in FOLDERS:
        assert any(f"'{kfor.project_name(folder)}'" in fact for fact in report.facts)
    assert "round-readers" not in look(kfor.project_name("a1"))[0].passed  # one project is no round


def test_what_is_wrong_in_a_round_is_named_by_project(kfor, look, toy):
    client, people = kfor.server, kfor.people
    kfor.join("a1", people["a2"])
    gone, *_ = kfor.of("a1", "a2")
    client.delete_examples(kfor.project("a2").id, [kfor.number("a2", gone)])
    client.delete_project(kfor.project("a3").id)
    dora = "dora-of-the-round"
    list_members(toy, people)
    listed = toy.guidelines / "members.toml"
    listed.write_text(listed.read_text() + f'[[member]]\nname = "{dora}"\nrole = "annotator"\npseudonym = "a4"\n')
    report, found = look(kfor.name)
    first, third = kfor.project_name("a1"), kfor.project_name("a3")
    assert found["round-annotators"] == [
        f"{first}: '{people['a2'].username}' may annotate there, beside '{people['a1'].username}'"
    ]
    assert any(line.startswith(f"{third}: the corpus remembers") for line in found["round-projects"])
    assert f"'{dora}', whose passes are a4, has no project in the round" in found["round-projects"]
    assert f"{gone}: is for a1 and a2 by the plan, and a1 has it" in found["round-readers"]
    assert "foreign-example" in report.passed


@pytest.mark.slow
def test_an_administrator_of_a_private_project_who_annotates_is_found(kfor, look, toy):
    client, project = kfor.server, kfor.project("a1")
    assert "round-administrators" in look(kfor.name)[0].passed
    kfor.join("a1", kfor.people["a2"], "project_admin")
    assert "round-administrators" in look(kfor.name)[0].passed  # where each has their own marks, nothing mixes
    record = read_record(toy)
    name = kfor.project_name("a1")
    client.delete_project(project.id)
    made = client.create_project(
        name, collaborative=True, description=project.description.replace(PURPOSES["independent"], PURPOSES["private"])
    )
    client.add_member(made.id, kfor.people["a2"].id, client.roles()["project_admin"])
    write_record(toy, record)
    _, found = look(kfor.name)
    assert found["round-administrators"] == [
        f"{name}: '{kfor.people['a2'].username}' administers it, and annotates in the round"
    ]

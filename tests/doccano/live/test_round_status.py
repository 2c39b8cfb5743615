"""A round in one project of a server with assignments: who is not to read an example is not missing it."""

import itertools
import json
import shutil

import pytest

from goldspan import files
from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, content
from goldspan.doccano import status
from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import RoundRecord, read_record, write_record
from goldspan.doccano.pull.round import plan_round_pull
from goldspan.doccano.push.plan import PushOptions
from goldspan.doccano.push.push import prepare_push
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator
from helpers.assigning_doccano import AssigningDoccano
from helpers.sample_corpus import list_members

FOLDERS = ("a1", "a2", "a3")
NAME = "kfor-assigned"


@pytest.fixture
def people(doccano):
    made = dict(zip(FOLDERS, doccano_annotator.create_unique(doccano, "anna", "bela", "cleo"), strict=True))
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def client(doccano, people):
    """The lead on a server with assignments, on which the members work, too."""
    with AssigningDoccano(doccano.account.url) as server:
        for person in people.values():
            person.url = server.url
        account = Account(server.url, doccano.account.username, doccano.account.password)
        with Doccano(account) as client:
            yield client
            client.delete_project(client.project(NAME).id)


def test_two_of_three_read_each_example_of_one_project(client, people, toy):
    shutil.rmtree(toy.passes)
    list_members(toy, people)
    pairs = list(itertools.combinations(FOLDERS, 2))
    plan = {example.id: pairs[at % 3] for at, example in enumerate(toy.gold_examples())}
    files.write(assignment_file(toy, NAME), content(AssignedExample(name, who) for name, who in plan.items()))
    prepare_push(client, toy, NAME, kind="independent", options=PushOptions(assign="none")).apply()
    project = client.project(NAME).id
    write_record(
        toy,
        read_record(toy).with_round(RoundRecord(name=NAME, server=client.url, annotators_per_example=2)),
    )
    users = {user.username: user.id for user in client.users()}
    numbers = {stored_id(row.meta): row.id for row in client.examples(project)}
    for example, who in plan.items():
        for folder in who[:1] if example == "storm.p02" else who:
            client.assign(project, numbers[example], users[people[folder].username])

    a1 = next(example for example, who in plan.items() if who == ("a1", "a2"))
    people["a1"].confirm(project, numbers[a1])
    progress = status.round_progress(toy, client, NAME)
    counts = {each.folder: (each.assigned, each.confirmed, each.open) for each in progress.annotators}
    lacking = plan["storm.p02"][1]
    expected = {folder: (6, int(folder == "a1"), 6 - (folder == "a1")) for folder in FOLDERS}
    expected[lacking] = (5, expected[lacking][1], 5 - expected[lacking][1])
    assert counts == expected
    # Only what the plan gives to somebody is missing where they do not see it.
    assert progress.projects[0].hidden == {people[lacking].username: 1}
    assert (progress.not_pushed, progress.absent) == ((), ())
    json.dumps(progress.json())

    plan_round_pull(toy, client, NAME, unconfirmed=True, withdraw=True).apply()
    assert {line.id for line in toy.pass_examples("a1")} == {name for name, who in plan.items() if "a1" in who}
    assert toy.annotators() == ["a1"]

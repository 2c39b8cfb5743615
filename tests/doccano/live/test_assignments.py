"""A server on which annotators see only what is assigned to them: what a push assigns, and what a status counts."""

import json
import shutil

import pytest

from goldspan.doccano.account import Account
from goldspan.doccano.client.api import Doccano
from goldspan.formats import gold
from goldspan.formats.doccano import stored_id
from helpers import doccano_annotator
from helpers.assigning_doccano import AssigningDoccano
from helpers.sample_corpus import set_pass_spans


@pytest.fixture
def assigning(doccano):
    with AssigningDoccano(doccano.account.url) as server:
        yield server


@pytest.fixture
def people(doccano, assigning):
    """Two annotators who look at that server."""
    made = doccano_annotator.create_by_name(doccano, "ann", "bob")
    for person in made.values():
        person.url = assigning.url
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def account(doccano, assigning):
    return Account(assigning.url, doccano.account.username, doccano.account.password)


@pytest.fixture
def command(account, toy, goldspan, monkeypatch, capsys):
    """A command on the project `ships`: its exit code, what it said, and its report."""
    for name, value in (("URL", account.url), ("USERNAME", account.username), ("PASSWORD", account.password)):
        monkeypatch.setenv(f"DOCCANO_{name}", value)

    def run(name, *options):
        report = toy.root / "report.json"
        words = [name] if name == "adjudicate" else ["doccano", name]
        code = goldspan(*words, "--project", "ships", "--root", toy.root, "--json", report, *options)
        done = capsys.readouterr()
        return code, done.out + done.err, json.loads(report.read_text()) if report.exists() else {}

    yield run
    with Doccano(account) as client:
        if project := client.project("ships"):
            client.delete_project(project.id)


def listed(corpus, *people, role="annotator"):
    rows = [f'[[member]]\nname = "{person.username}"\nrole = "{role}"\n' for person in people]
    (corpus.guidelines / "members.toml").write_text("\n".join(rows))


def seen(person):
    return {stored_id(row["meta"]) for row in person.examples(person.projects()["ships"])}


def test_everybody_who_annotates_sees_every_example(assigning, command, toy, people):
    everything = {example.id for example in toy.gold_examples()}
    ann, bob = people.values()
    listed(toy, ann)
    _, said, report = command("push")
    assert f"assign {len(everything)} examples to {ann.username}" in said
    assert report["plan"]["assignments"]["assign"] == {ann.username: len(everything)}
    code, said, report = command("push", "--apply")
    assert (code, report["assigned"], seen(ann)) == (0, len(everything), everything)
    assert f"{len(everything)} assignments made" in said
    listed(toy, ann, bob)  # who joins later sees what is there
    assert command("push", "--apply")[2]["assigned"] == len(everything) == len(seen(bob))
    lines = list(toy.gold_examples(["storm"]))
    gold.write(toy.gold / "storm.jsonl", [type(lines[0])("storm.p01", "Storm"), *lines[1:]])
    assert command("push", "--apply")[2]["deleted"] == 1  # and the copy that takes its place
    assert seen(ann) == seen(bob) == everything
    assigning.requests.clear()
    _, said, report = command("push", "--apply")
    assert "Already up to date" in said
    assert (report["assigned"], assigning.requests) == (0, [])


def test_a_push_that_broke_off_is_completed_by_the_next(assigning, command, toy, people):
    assigning.has_bulk = assigning.filters = False  # as a server of another version might
    listed(toy, *people.values(), role="annotation_approver")
    assigning.fail_after = 4
    code, said, _ = command("push", "--apply")
    assert (code, "500" in said) == (1, True)
    assert 0 < len(seen(people["ann"]) | seen(people["bob"])) <= 4
    assigning.fail_after = None
    assert command("push", "--apply")[0] == 0
    assert seen(people["ann"]) == seen(people["bob"]) == {example.id for example in toy.gold_examples()}
    assert "Already up to date" in command("push", "--apply")[1]


def test_a_manager_may_assign_by_hand_and_status_counts_what_is_assigned(account, command, toy, people):
    ann = people["ann"]
    listed(toy, *people.values())
    _, said, report = command("push", "--apply", "--assign", "none")
    total = len(list(toy.gold_examples()))
    assert f"note: {ann.username!r} does not see {total} examples" in said
    assert report["plan"]["assignments"]["hidden"] == {person.username: total for person in people.values()}
    with Doccano(account) as client:
        project = client.project("ships")
        rows = [row for row in client.examples(project.id) if stored_id(row.meta).startswith("storm")]
        user = next(user.id for user in client.users() if user.username == ann.username)
        assert [client.assign(project.id, row.id, user) for row in rows] == [True] * 3
        assert not client.assign(project.id, rows[0].id, user)
    ann.confirm(project.id, rows[0].id)
    _, said, report = command("status")
    counts = {article["article"]: article["annotators"][ann.username] for article in report["articles"]}
    assert counts["storm"] == {"done": 1, "open": 2, "not_assigned": 0}
    assert counts["strike"]["open"] == 0
    assert report["not_assigned"][ann.username] == total - 3
    assert f"{ann.username} does not see {total - 3} examples" in said
    assert command("push", "--assign", "none")[2]["plan"]["assignments"]["assign"] == {}
    assert len(seen(ann)) == 3


@pytest.mark.parametrize(("options", "share"), [((), 1), (("--assign", "none"), 0)])
def test_disputes_are_assigned_to_those_who_settle_them_unless_none_is_asked_for(command, toy, people, options, share):
    ann = people["ann"]
    listed(toy, ann)
    shutil.rmtree(toy.decisions)
    set_pass_spans(toy, "bob", "harbour.p04")
    _, _, report = command("adjudicate", "--push", *options)
    disputed, planned = set(report["to_push"]), report["plan"]["assignments"]
    assert planned["assign" if share else "hidden"] == {ann.username: len(disputed)}
    code, said, report = command("adjudicate", "--push", "--apply", *options)
    assert (code, report["assigned"]) == (0, len(disputed) * share)
    assert ("not assigned, as --assign none asks" in said) == (share == 0)
    assert seen(ann) == (disputed if share else set())

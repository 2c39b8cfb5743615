"""Controls on a live server: scored at the pull, never in a pass, and not to be told from other examples."""

import json
import secrets

import pytest

from goldspan.annotation import Example
from goldspan.doccano import controls
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.push import plan, push
from goldspan.errors import ServerError
from goldspan.formats import gold
from goldspan.formats.doccano import KEY, ExampleKey, stored_id
from helpers.doccano_project import CorpusProject

ARTICLES = ("--articles", "harbour,storm")


@pytest.fixture
def command(doccano, goldspan, toy, monkeypatch, capsys):
    """`goldspan doccano …` on a project of its own: exit code, what it said, its report. `.name`, `.corpus`."""
    for key in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{key.upper()}", getattr(doccano.account, key))

    def run(verb, *options):
        report = toy.build / "report.json"
        report.unlink(missing_ok=True)
        code = goldspan("doccano", verb, "--project", run.name, "--root", toy.root, "--json", report, *options)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out + said.err, json.loads(report.read_text()) if report.exists() else None

    run.name, run.corpus = f"Round {secrets.token_hex(4)}", toy
    with Doccano(doccano.account) as run.server:
        yield run
        if (made := run.server.project(run.name)) is not None:
            run.server.delete_project(made.id)


def begin(command, people):
    begun = CorpusProject(command.corpus, command.server, command.server.project(command.name))
    begun.add(people)
    return begun


def lines(corpus):
    """What a pull may write, without the record of projects and accounts."""
    return {path: path.read_bytes() for path in corpus.folder.rglob("*") if path.is_file() and path.suffix != ".toml"}


def annotate(begun):
    """Ann does it right, bob does not; of the last control and of one example nothing is confirmed by bob."""
    for who in ("ann", "bob"):
        begun.mark(who, "strike.p03", "Gloria", "SHIP")
        begun.confirm(who, "storm.p01", "strike.p01", "strike.p03")
    begun.mark("ann", "strike.p03", "Port Said", "PORT")
    begun.mark("bob", "strike.p03", "Port Said in", "PORT")
    begun.mark("bob", "strike.p01", "Nobody", "CREW")


def test_controls_are_scored_at_the_pull_and_never_written(command, people):
    plan = command("push", *ARTICLES, "--control", 3)
    assert (plan[0], plan[2]["controls"]["new"]) == (0, ["strike.p01", "strike.p02", "strike.p03"])
    assert not command.corpus.controls.exists()
    code, said, _ = command("push", *ARTICLES, "--control", 3, "--apply")
    assert (code, "mix in 3 controls, 3 of them new; their list is corpus/controls/round-" in said) == (0, True)
    begun = begin(command, people)
    annotate(begun)
    begun.comment("bob", "strike.p01", "a crew?")
    before = lines(command.corpus)
    code, said, report = command("pull", "--apply")
    assert code == 0
    found = {one["annotator"]: one for one in report["controls"]["annotators"]}
    ann, bob = (found[people[name].username] for name in ("ann", "bob"))
    assert (ann["overall"]["f1"], ann["wrong"], ann["examples"]) == (1.0, [], ["strike.p01", "strike.p03"])
    assert [bob["overall"][key] for key in ("true_positives", "gold", "predicted")] == [1, 2, 3]
    assert {name: one["predicted"] for name, one in bob["labels"].items()} == {"SHIP": 1, "PORT": 1, "CREW": 1}
    assert (
        "  gold    The Gloria left [Port Said]{PORT} in May.\n  theirs  The Gloria left [Port Said in]{PORT} May."
        in said
    )
    assert "a crew?" in said
    assert all(begun.passed(name).keys() == {"storm.p01"} for name in people)
    new = lines(command.corpus).keys() - before.keys()
    assert {path.parent.name for path in new} == {person.username for person in people.values()}
    assert {path: data for path, data in lines(command.corpus).items() if path in before} == before


def test_pull_and_status_take_no_control_for_a_stray(command, people):
    command("push", *ARTICLES, "--control", 2, "--apply")
    begin(command, people).confirm("ann", "storm.p01")
    for options in ((), ARTICLES, ("--unconfirmed",)):
        code, said, report = command("pull", *options)
        assert (code, report["problems"]) == (0, [])
        assert len(report["controls"]["there"]) == 2
        assert {file["article"] for file in report["files"]} <= {"harbour", "storm"}
        assert "Nobody has confirmed any of 2 controls." in said
    _, said, report = command("status")
    assert (report["only_there"], len(report["controls"])) == ([], 2)
    assert {article["article"] for article in report["articles"]} == {"harbour", "storm"}
    assert not set(report["controls"]) & set(report["not_pushed"])


def test_annotators_see_nothing_that_reveals_a_control(command, people):
    command("push", *ARTICLES, "--control", 3, "--apply")
    rows = begin(command, people).people["ann"].examples(command.server.project(command.name).id)
    assert len({tuple(row["meta"]) for row in rows}) == 1
    keys = [ExampleKey.parse(row["meta"][KEY]) for row in rows]
    assert {(key.sent, key.shown, *key.extra) for key in keys} == {(None, None)}
    assert all(" of " in row["meta"]["position"] and row["meta"]["title"] for row in rows)
    assert len({tuple(row.keys() - {"id"}) for row in rows}) == 1
    order = [stored_id(row["meta"]) for row in sorted(rows, key=lambda row: row["id"])]
    assert [name for name in order if not name.startswith("strike")] == sorted(n for n in order if "strike" not in n)


def test_a_second_push_changes_nothing_and_needs_no_number(command):
    command("push", *ARTICLES, "--control", 2, "--apply")
    before = lines(command.corpus)
    for options in (("--control", 2), ("--control", 1), ()):
        code, said, report = command("push", *ARTICLES, *options, "--apply")
        assert (code, report["plan"]["counts"]["only there"]) == (0, 0)
        assert "Already up to date: nothing was written." in said
    assert lines(command.corpus) == before
    assert command("push", *ARTICLES, "--control", 3, "--apply")[2]["sent"]["examples"] == 1


def test_the_list_is_there_before_the_upload_and_the_next_push_uses_it(command, monkeypatch):
    upload, seen = Doccano.upload, []

    def dies(*_):
        seen.append(controls.read_controls(command.corpus, command.name))
        raise ServerError("the wire was cut")

    monkeypatch.setattr(Doccano, "upload", dies)
    assert command("push", *ARTICLES, "--control", 2, "--apply")[0] == 1
    assert len(seen[0]) == 2
    monkeypatch.setattr(Doccano, "upload", upload)
    assert command("push", *ARTICLES, "--apply")[0] == 0
    there = {stored_id(row.meta) for row in command.server.examples(command.server.project(command.name).id)}
    assert {name for name in there if name.startswith("strike")} == set(seen[0])


def test_a_shared_project_refuses_controls_before_anything_is_made(command):
    code, said, _ = command("push", *ARTICLES, "--shared", "--control", 1, "--apply")
    assert (code, "--independent" in said) == (1, True)
    assert command.server.project(command.name) is None
    assert not command.corpus.controls.exists()


def test_controls_whose_gold_changed_are_listed_and_not_scored(command, people):
    command("push", *ARTICLES, "--control", 3, "--apply")
    begin(command, people).confirm("ann", "strike.p01", "strike.p03")
    examples = list(command.corpus.gold_examples(["strike"]))
    gold.write(command.corpus.gold / "strike.jsonl", [Example("strike.p01", "Nobody"), *examples[1:]])
    code, said, report = command("pull")
    assert code == 0
    assert report["controls"]["not_scored"] == [{"example": "strike.p01", "why": "its gold has another text now"}]
    assert [one["examples"] for one in report["controls"]["annotators"]] == [["strike.p03"]]
    assert "control not scored: strike.p01" in said


def test_the_plan_of_an_errand_holds_the_controls_in_their_places(command):
    ready = push.prepare_push(
        command.server, command.corpus, command.name, articles=["storm"], control=4, options=plan.PushOptions()
    )
    plain = [example.id for example in ready.examples if example.article == "storm"]
    assert plain == ["storm.p01", "storm.p02", "storm.p03"]
    assert len(ready.examples) == len(plain) + 4
    assert {example.article for example in ready.examples} <= {"storm", "harbour", "strike"}

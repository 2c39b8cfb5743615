"""Private suggestions on a live server: the record is what a member sees, and what they do is their aided pass."""

import contextlib
import secrets
import sqlite3
from dataclasses import replace

import pytest

from goldspan.agreement.outcome_report import OutcomeReport
from goldspan.agreement.outcomes import review_suggestions
from goldspan.agreement.run import AgreementOptions, run_agreement_by_condition
from goldspan.annotation import Example, Span
from goldspan.corpus import Corpus
from goldspan.corpus.passes import AIDED, aided_by
from goldspan.corpus.shown_suggestions import read_shown, shown_examples
from goldspan.doccano.auto_labelling import reason_against
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.corpus_record import RoundRecord, read_record, write_record
from goldspan.doccano.doctor.run import run_doctor
from goldspan.doccano.invitation import invite_members
from goldspan.doccano.members import ListedMember
from goldspan.doccano.project import project_kind
from goldspan.doccano.pull.pull import plan_pull
from goldspan.doccano.push.plan import SPANS_NOT_UPDATED
from goldspan.doccano.push.push import prepare_push
from goldspan.doccano.push.round import RoundOptions, prepare_round
from goldspan.doccano.rounds import ProjectOfMember
from goldspan.doccano.shown_record import is_shown_in
from goldspan.doccano.snapshot import take_snapshot
from goldspan.doccano.status import project_progress
from goldspan.errors import InvalidValueError
from goldspan.formats import gold
from goldspan.relabel.change import plan_change
from goldspan.relabel.plan import plan_relabel
from helpers import doccano_annotator, sample_corpus
from helpers.doccano_project import CorpusProject

LABELS = ("SHIP", "PORT", "CREW")
TASK = "SequenceLabelingProject"
TEXTS = {
    "a.p01": "Aurora left for Port Said.",
    "a.p02": "🚢 Nobody saw Belle in Valparaíso.",
    "a.p03": "Nothing was said.",
    "b.p01": "The Nord lay in Riga.",
    "b.p02": "Kari sailed home.",
}


def span(example, words, label):
    start = example.text.index(words)
    return Span(start, start + len(words), label)


def suggest(corpus, suggested):
    """Write suggestions: by example the words and their labels; an example that is left out has none."""
    for article in {name.partition(".")[0] for name in TEXTS}:
        lines = []
        for number, (name, text) in enumerate(TEXTS.items()):
            if name.startswith(f"{article}."):
                spans = sorted(
                    span(Example(name, text), words, label) for words, label in suggested.get(name, {}).items()
                )
                keys = {"rules": ["r"] * len(spans), "scores": [0.5] * len(spans), "recognisers": ["x"] * len(spans)}
                lines.append(Example(name, text, tuple(spans), 100 * number, keys))
        gold.write(corpus.suggestions / f"{article}.jsonl", lines)


FIRST = {"a.p01": {"Aurora": "SHIP", "Port": "PORT"}, "a.p02": {"Belle": "CREW"}, "b.p01": {"Nord": "SHIP"}}
SECOND = {"a.p01": {"Aurora": "SHIP"}, "a.p02": {"Belle": "SHIP", "Valparaíso": "PORT"}, "b.p02": {"Kari": "CREW"}}


class PrivateRound:
    """Private projects of ann and bob over one corpus, pushed and pulled through the library."""

    def __init__(self, server, corpus, people):
        self.server, self.corpus, self.people = server, corpus, people
        self.round = f"kfor{secrets.token_hex(3)}"
        known = RoundRecord(name=self.round, server=server.url, each=True, suggestions=True)
        write_record(corpus, read_record(corpus).with_round(known))

    def name(self, who):
        return f"{self.round}-{who}"

    def prepare(self, who, member=None, **options):
        """A push of the project of one member; `member` is another to whom it is to be sent, by mistake."""
        username = self.people[member or who].username
        listed = (ListedMember(username, "annotator", who),)
        theirs = ProjectOfMember(round=self.round, member=username, listed=listed)
        options = {"kind": "private", "prefill": "suggestions", "of_member": theirs, **options}
        return prepare_push(self.server, self.corpus, self.name(who), **options)

    def push(self, who, **options):
        return self.prepare(who, **options).apply()

    def plan(self, who, **options):
        return plan_pull(self.corpus, self.server, self.name(who), **options)

    def pull(self, who, **options):
        plan = self.plan(who, **options)
        plan.apply()
        return plan

    def project(self, who):
        return CorpusProject(self.corpus, self.server, self.server.project(self.name(who)), self.people)

    def lines(self, who):
        return {line.id: line for line in self.corpus.pass_examples(who)}

    def record(self, who):
        return {line.id: line for line in shown_examples(self.corpus, self.name(who))}

    def require_record_is_what_is_shown(self, who, unaided=()):
        """Each copy on the server was sent with exactly what the record says of it."""
        record = read_shown(self.corpus, self.name(who))
        copies = take_snapshot(self.server, self.server.project(self.name(who))).by_id
        assert copies.keys() == TEXTS.keys()
        for name, (copy,) in copies.items():
            if name in unaided:
                assert name not in record
                assert not copy.work[""].spans
            else:
                (line,) = record[name]
                assert is_shown_in(line, copy)
                assert line.extra["rules"] == ["r"] * len(line.spans)
                assert line.extra["sent"] == copy.sent
        return copies


@pytest.fixture
def team(doccano, people, tmp_path):
    examples = [Example(name, text, (), 100 * number) for number, (name, text) in enumerate(TEXTS.items())]
    corpus = sample_corpus.make(tmp_path / "corpus", examples, LABELS)
    suggest(corpus, FIRST)
    with Doccano(doccano.account) as server:
        team = PrivateRound(server, corpus, people)
        yield team
        for who in people:
            if (project := server.project(team.name(who))) is not None:
                server.delete_project(project.id)


def surfaces(line):
    return [(line.surface(each), each.label) for each in line.spans]


def test_each_corrects_the_same_suggestions_alone_and_has_an_aided_pass(team):
    for who in ("ann", "bob"):
        assert not team.push(who).left.deletions
        copies = team.require_record_is_what_is_shown(who)
        assert project_kind(team.server.project(team.name(who))) == "private"
        assert {len(copies[name][0].work[""].spans) for name in ("a.p01",)} == {2}
        record = read_record(team.corpus).project(team.name(who), team.server.url)
        assert (record.round, record.member) == (team.round, team.people[who].username)
    ann, bob = team.project("ann"), team.project("bob")
    ann.confirm("ann", "a.p01", "a.p02", "a.p03")
    number = bob.number("a.p01")
    marks = {each["start_offset"]: each["id"] for each in team.people["bob"].spans(bob.project.id, number)}
    team.people["bob"].unmark(bob.project.id, number, marks[16])
    bob.mark("bob", "a.p01", "Port Said", "PORT")
    bob.comment("bob", "a.p01", "the whole name")
    bob.comment("bob", "a.p02", "left open")
    assert team.name("bob") not in team.people["ann"].projects()
    bob.confirm("bob", "a.p01", "b.p02")
    for who in ("ann", "bob"):
        plan = team.pull(who)
        assert plan.is_complete, plan.problems
        assert {change.annotator for change in plan.changes} == {who}
        again = team.plan(who)
        assert (again.is_complete, again.written, again.papers) == (True, (), {})
    assert not list(team.corpus.gold_examples(["c"]))
    assert {name: surfaces(line) for name, line in team.lines("ann").items()} == {
        "a.p01": [("Aurora", "SHIP"), ("Port", "PORT")],
        "a.p02": [("Belle", "CREW")],
        "a.p03": [],
    }
    assert {name: surfaces(line) for name, line in team.lines("bob").items()} == {
        "a.p01": [("Aurora", "SHIP"), ("Port Said", "PORT")],
        "b.p02": [],
    }
    assert team.lines("bob")["a.p01"].extra == {
        "confirmed": True,
        AIDED: team.name("bob"),
        "comments": ["the whole name"],
    }
    assert all(aided_by(line) == team.name("ann") for line in team.lines("ann").values())
    # What became of each suggestion is what the two did in Doccano, and their agreement is of aided readings.
    report = OutcomeReport(review_suggestions(team.corpus, [team.round]))
    assert {row.name: dict(row.counts) for row in report.annotators} == {
        "ann": {"kept": 3},
        "bob": {"kept": 1, "moved": 1},
    }
    assert report.reviewed.open_suggestions == {"ann": 1, "bob": 2}
    (condition,) = run_agreement_by_condition(AgreementOptions(root=team.corpus.root, resamples=1)).reports
    assert condition == "aided"


def test_new_suggestions_reach_what_nobody_worked_on_and_the_record_follows(team):
    team.push("ann")
    ann = team.project("ann")
    ann.confirm("ann", "a.p01")
    ann.comment("ann", "b.p01", "which one?")
    suggest(team.corpus, SECOND)
    result = team.push("ann")
    assert {item.example: item.reason for item in result.left.attention()} == {
        "a.p01": SPANS_NOT_UPDATED,
        "b.p01": SPANS_NOT_UPDATED,
    }
    team.require_record_is_what_is_shown("ann")
    record = team.record("ann")
    assert surfaces(record["a.p01"]) == [("Aurora", "SHIP"), ("Port", "PORT")]
    assert surfaces(record["b.p01"]) == [("Nord", "SHIP")]
    assert surfaces(record["a.p02"]) == [("Belle", "SHIP"), ("Valparaíso", "PORT")]
    assert surfaces(record["b.p02"]) == [("Kari", "CREW")]
    assert team.push("ann").plan.is_done
    ann.confirm("ann", "a.p02")
    team.pull("ann")
    assert surfaces(team.lines("ann")["a.p02"]) == [("Belle", "SHIP"), ("Valparaíso", "PORT")]
    # What is deleted in Doccano after it was pulled is shown again as it was: what became of it is asked of the pass.
    team.server.delete_examples(ann.project.id, [ann.number("a.p01")])
    team.push("ann")
    team.require_record_is_what_is_shown("ann")
    assert team.record("ann")["a.p01"] == record["a.p01"]


def test_an_interrupted_push_is_put_right_by_the_next_and_pulled_rightly_before(team, monkeypatch):
    team.push("ann")
    suggest(team.corpus, SECOND)
    from goldspan.doccano.push import push

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(push._PushRun, "_clean_up", die)
        with pytest.raises(KeyboardInterrupt):
            team.push("ann")
    both = read_shown(team.corpus, team.name("ann"))
    assert {name: len(lines) for name, lines in both.items()} == {
        "a.p01": 2,
        "a.p02": 2,
        "a.p03": 1,
        "b.p01": 2,
        "b.p02": 2,
    }
    ann, first = (
        team.project("ann"),
        min(
            row.id for row in team.server.examples(team.server.project(team.name("ann")).id) if "a.p02" in str(row.meta)
        ),
    )
    team.people["ann"].confirm(ann.project.id, first)
    result = team.push("ann")
    assert [item.example for item in result.left.attention()] == ["a.p02"]
    team.require_record_is_what_is_shown("ann")
    assert surfaces(team.record("ann")["a.p02"]) == [("Belle", "CREW")]
    assert surfaces(team.record("ann")["a.p01"]) == [("Aurora", "SHIP")]


def test_articles_that_are_not_to_be_aided_go_up_empty_and_are_no_aided_work(team):
    team.push("ann", aided_articles=["a"])
    team.require_record_is_what_is_shown("ann", unaided={"b.p01", "b.p02"})
    team.project("ann").confirm("ann", *TEXTS)
    team.pull("ann")
    assert {name: aided_by(line) for name, line in team.lines("ann").items()} == {
        name: team.name("ann") if name.startswith("a.") else None for name in TEXTS
    }


def test_a_project_is_one_members_and_nobody_else_annotates_there(team):
    team.push("ann")
    project = team.server.project(team.name("ann"))
    membership = team.server.add_member(project.id, team.people["bob"].id, team.server.roles()["annotator"])
    for refused in (lambda: team.plan("ann"), lambda: team.push("ann")):
        with pytest.raises(InvalidValueError, match="may annotate there, too") as caught:
            refused()
        assert "Take " in caught.value.remedy
    assert team.server.members(project.id)
    team.server._json("DELETE", f"v1/projects/{project.id}/members", json={"ids": [membership.id]})
    with pytest.raises(InvalidValueError, match="not of"):
        team.prepare("ann", member="bob")
    for prefill in ("nothing", "gold"):
        with pytest.raises(InvalidValueError, match="correction of suggestions"):
            team.prepare("ann", prefill=prefill)
    with pytest.raises(InvalidValueError, match="controls have no suggestions"):
        team.prepare("ann", control=1)


def test_a_lost_record_is_not_taken_for_unaided_work(team, doccano):
    team.push("ann")
    team.project("ann").confirm("ann", "a.p01", "a.p02")

    def unrecorded():
        report = run_doctor(doccano.account, team.name("ann"), team.corpus, home=doccano.home)
        return {finding.example for finding in report.findings if finding.check == "shown-unrecorded"}

    assert not unrecorded()
    for path in (team.corpus.shown / team.name("ann")).iterdir():
        path.unlink()
    plan = team.plan("ann")
    assert {(each.kind, each.example) for each in plan.problems} == {("shown", "a.p01"), ("shown", "a.p02")}
    assert not plan.written
    assert unrecorded() == {"a.p01", "a.p02", "b.p01"}


def test_what_somebody_read_unaided_is_not_replaced_by_aided_work(team):
    team.push("ann")
    team.project("ann").confirm("ann", "a.p01")
    team.pull("ann")
    path = team.corpus.passes / "ann" / "a.jsonl"
    (line,) = team.corpus.pass_examples("ann")
    gold.write(path, [replace(line, extra={"confirmed": True})])
    before = path.read_bytes()
    plan = team.pull("ann")
    assert [(each.kind, each.example) for each in plan.problems] == [("reread", "a.p01")]
    assert path.read_bytes() == before


def test_status_doctor_and_auto_labelling_know_the_kind(team, doccano):
    team.push("ann")
    team.project("ann").confirm("ann", "a.p01")
    progress = project_progress(team.corpus, team.server, team.name("ann"))
    assert progress.json()["kind"] == "private"
    assert [sum(article.done.values()) for article in progress.articles] == [1, 0]
    assert progress.annotators == (team.people["ann"].username,)
    assert {who: changes.new for who, changes in progress.pending.items()} == {"ann": 1}
    project = team.server.project(team.name("ann"))
    assert "the suggestions that a push filled in" in str(reason_against(project))
    assert "made by a program" in project.guideline
    assert "made by a program" in invite_members(team.server, project).text
    members = [each.username for each in team.server.members(project.id)]
    assert len(members) == 2
    report = run_doctor(doccano.account, project.name, team.corpus, home=doccano.home)
    assert "member-drift" not in {finding.check for finding in report.findings}
    assert any(f"{project.name!r} (private)" in fact for fact in report.facts)


def test_a_shared_project_has_a_record_of_its_suggestions_too(team):
    name = f"shared {secrets.token_hex(3)}"
    prepare_push(team.server, team.corpus, name, kind="shared", prefill="suggestions").apply()
    copies = take_snapshot(team.server, team.server.project(name)).by_id
    record = read_shown(team.corpus, name)
    assert record.keys() == copies.keys() == TEXTS.keys()
    assert all(is_shown_in(lines[0], copies[name][0]) for name, lines in record.items())
    team.server.delete_project(team.server.project(name).id)


def test_a_label_that_is_renamed_leaves_the_record_what_it_is(team):
    team.push("ann")
    ann = team.project("ann")
    ann.mark("ann", "a.p01", "left", "CREW")
    ann.confirm("ann", "a.p01", "a.p02", "a.p03")
    team.pull("ann")
    corpus = Corpus(team.corpus.root)
    plan_relabel(corpus, plan_change(corpus.scheme, "SHIP", ["VESSEL"])).apply()
    team.corpus = Corpus(team.corpus.root)
    assert surfaces(team.record("ann")["a.p01"]) == [("Aurora", "VESSEL"), ("Port", "PORT")]
    assert surfaces(team.lines("ann")["a.p01"])[0] == ("Aurora", "VESSEL")
    for _ in range(2):
        plan = team.pull("ann")
        assert plan.is_complete, plan.problems
        assert {name: aided_by(line) for name, line in team.lines("ann").items()} == dict.fromkeys(
            ["a.p01", "a.p02", "a.p03"], team.name("ann")
        )
        suggest(team.corpus, {"a.p01": {"Aurora": "VESSEL"}})
        team.push("ann")
    assert surfaces(team.record("ann")["a.p01"]) == [("Aurora", "VESSEL"), ("Port", "PORT")]


def test_with_k_the_record_has_what_each_member_has_and_no_more(team):
    sample_corpus.list_members(team.corpus, {"ann": team.people["ann"]})

    def push():
        prepare_round(team.server, team.corpus, team.round, RoundOptions(suggestions=True, per_example=1)).apply()
        copies = {}
        for who in team.people:
            project = team.server.project(team.name(who))
            copies[who] = {} if project is None else take_snapshot(team.server, project).by_id
            record = read_shown(team.corpus, team.name(who))
            assert record.keys() == copies[who].keys()
            assert all(is_shown_in(record[name][0], held[0]) for name, held in copies[who].items())
        assert sorted(name for held in copies.values() for name in held) == sorted(TEXTS)
        return copies

    assert push()["ann"].keys() == TEXTS.keys()
    team.project("ann").confirm("ann", "a.p01")
    sample_corpus.list_members(team.corpus, team.people)
    after = push()
    assert after["bob"]
    assert "a.p01" in after["ann"]


def test_a_project_that_was_renamed_keeps_the_name_that_its_lines_have(team):
    team.push("ann")
    project = team.server.project(team.name("ann"))
    team.server._json("PATCH", f"v1/projects/{project.id}", json={"name": f"{project.name}x", "resourcetype": TASK})
    try:
        with pytest.raises(InvalidValueError, match="is recorded under that name") as caught:
            plan_pull(team.corpus, team.server, f"{project.name}x")
        assert f"the name {project.name!r} back" in caught.value.remedy
    finally:
        team.server._json("PATCH", f"v1/projects/{project.id}", json={"name": project.name, "resourcetype": TASK})


def test_a_member_whose_account_is_renamed_keeps_their_project(team, doccano):
    (person,) = doccano_annotator.create_unique(doccano, "eve")
    team.people = {**team.people, "eve": person}
    team.push("eve")
    team.project("eve").confirm("eve", *TEXTS)
    sample_corpus.list_members(team.corpus, {"eve": person})
    assert team.pull("eve").is_complete
    before = team.lines("eve")
    with contextlib.closing(sqlite3.connect(doccano.home / "db.sqlite3", timeout=20)) as database, database:
        database.execute("UPDATE auth_user SET username = ? WHERE id = ?", (f"{person.username}x", person.id))
    person.username += "x"
    sample_corpus.list_members(team.corpus, {"eve": person})
    plan = team.pull("eve")
    assert plan.is_complete
    assert team.lines("eve") == before
    assert read_record(team.corpus).project(team.name("eve"), team.server.url).member == person.username
    assert team.push("eve").plan.is_done

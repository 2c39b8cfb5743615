"""Disputes settled in a real Doccano: out, decided by a person there, and back."""

import json
import secrets
import shutil
from dataclasses import replace

import pytest

from goldspan import files, formats
from goldspan.adjudication import gold
from goldspan.adjudication.state import doubt_texts, read_state
from goldspan.annotation import Span
from goldspan.doccano import adjudication, status
from goldspan.doccano.client.api import Doccano
from goldspan.doccano.pull import pull
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.decisions import Candidate, fingerprint
from goldspan.formats.doccano import KEY, stored_id
from goldspan.formats.doubts import RegionDoubt
from helpers import doccano_annotator, doccano_project
from helpers.sample_corpus import BELLE, NORD, PORT, set_pass_spans


class Table:
    """The small corpus with two disputes, a project for them, and a person who decides."""

    def __init__(self, corpus, server, person):
        self.corpus, self.server, self.person = corpus, server, person
        self.name = f"disputes {secrets.token_hex(4)}"

    def push(self, prefill="majority"):
        state = read_state(self.corpus)
        prepared = adjudication.plan_disputes(state, self.server, self.name)
        return adjudication.push_disputes(state, self.server, prepared, adjudication.disputed_examples(state, prefill))

    def pull(self):
        return adjudication.pull_disputes(read_state(self.corpus), self.server, self.name)

    @property
    def project(self):
        return self.server.project(self.name).id

    def rows(self):
        return {stored_id(row.meta): row for row in self.server.examples(self.project)}

    def join(self):
        self.server.add_member(self.project, self.person.id, self.server.roles()["project_admin"])

    def clear(self, example):
        number = self.rows()[example].id
        for span in self.person.spans(self.project, number):
            self.person.unmark(self.project, number, span["id"])
        return number


@pytest.fixture
def table(doccano, toy):
    shutil.rmtree(toy.decisions)
    set_pass_spans(toy, "bob", "harbour.p04")
    [person] = doccano_annotator.create(doccano, [f"lea{secrets.token_hex(3)}"])
    with Doccano(doccano.account) as server:
        made = Table(toy, server, person)
        yield made
        if (project := server.project(made.name)) is not None:
            server.delete_project(project.id)
    person.close()


def test_what_is_confirmed_among_disputes_comes_back_as_decisions_alone(table):
    table.push()
    with pytest.raises(InvalidValueError, match="is for adjudication of disputes"):
        pull.plan_pull(table.corpus, table.server, table.name)
    stands = status.project_progress(table.corpus, table.server, table.name)
    assert (stands.not_pushed, stands.absent, stands.pending) == ((), (), {})
    annotation = doccano_project.ExampleProject(table.server, table.corpus.root, collaborative=True)
    with pytest.raises(ServerError, match="is for shared annotation, not for adjudication"):
        adjudication.plan_disputes(read_state(table.corpus), table.server, annotation.name)
    table.server.delete_project(annotation.project.id)


def test_only_disputed_examples_are_pushed_with_the_votes(table):
    table.push()
    rows = table.rows()
    assert list(rows) == [
        "storm.p02",
        "harbour.p04",
    ]  # as much disputed by votes; there are more characters in the first
    assert rows["storm.p02"].meta["votes"] == "“Belle Étoile” SHIP: ann — nothing: bob"
    table.join()
    shown = table.person.spans(table.project, rows["storm.p02"].id)
    assert sorted((one["start_offset"], one["end_offset"]) for one in shown) == [(12, 24), (29, 38), (49, 59)]


def test_what_is_confirmed_there_is_the_decision_with_its_ground(table):
    (table.corpus.guidelines / "ship.md").write_text("# SHIP\n\n## S-1 Names of ships\n", encoding="utf-8")
    table.push()
    table.join()
    number = table.rows()["storm.p02"].id
    table.person.comment(table.project, number, "S-1: a ferry\nhas a name")
    wrong = table.person.comment(table.project, number, "Outcome: lazy")
    table.person.confirm(table.project, number)
    [(example, problem)] = table.pull().problems
    assert example == "storm.p02"
    assert problem.startswith("the comments state 'lazy' as the outcome: correct the comment. State one of slip, ")
    table.person.uncomment(table.project, wrong)
    table.person.comment(table.project, number, "Outcome: unclear rule")
    pulled = table.pull()
    [(made, example)] = pulled.decisions
    assert (made.example, made.choice, made.how, made.by) == (
        "storm.p02",
        (BELLE,),
        "adjudicated",
        table.person.username,
    )
    assert (made.rule, made.reason, made.outcome) == ("S-1", "S-1: a ferry has a name", "unclear-rule")
    assert example.spans == ()
    assert pulled.waiting == ("harbour.p04",)
    gold.apply_decisions(table.corpus, pulled.decisions)
    assert [one.example.id for one in read_state(table.corpus).open] == ["harbour.p04"]
    assert table.pull().decisions == ()


def test_other_spans_and_none_are_decisions_and_other_changes_are_by_hand(table):
    table.push()
    table.join()
    number = table.clear("storm.p02")
    table.person.mark(table.project, number, 12, 17, "SHIP")
    table.person.mark(table.project, number, 49, 59, "PORT")
    table.person.confirm(table.project, number)
    table.person.confirm(table.project, table.clear("harbour.p04"))
    made = {(one.example, one.start): one for one, _ in table.pull().decisions}
    assert {place: (one.choice, one.how) for place, one in made.items()} == {
        ("storm.p02", 12): ((Span(12, 17, "SHIP"),), "adjudicated"),
        ("storm.p02", 29): ((), "hand"),
        ("harbour.p04", 0): ((), "adjudicated"),
    }
    gold.apply_decisions(table.corpus, table.pull().decisions)
    assert {one.id: one.spans for one in table.corpus.gold_examples()}["storm.p02"] == (Span(12, 17, "SHIP"), PORT)
    assert not read_state(table.corpus).open


def test_a_decision_on_an_older_text_is_refused_until_the_next_push(table):
    table.push()
    table.join()
    number = table.rows()["storm.p02"].id
    table.person.confirm(table.project, number)
    for folder in (table.corpus.passes / "ann", table.corpus.passes / "bob", table.corpus.gold):
        lines = list(formats.load(folder / "storm.jsonl"))
        longer = [replace(one, text=f"{one.text} Then") if one.id == "storm.p02" else one for one in lines]
        formats.gold.write(folder / "storm.jsonl", longer)
    why = "has another text there: delete it in Doccano and push again"
    assert (table.pull().decisions, table.pull().problems) == ((), (("storm.p02", why),))
    table.server.delete_examples(table.project, [number])
    table.push()
    table.person.confirm(table.project, table.rows()["storm.p02"].id)
    assert [example.id for _, example in table.pull().decisions] == ["storm.p02"]


def test_pushing_again_leaves_what_was_worked_on(table):
    table.push()
    table.join()
    number = table.clear("storm.p02")
    table.person.mark(table.project, number, 12, 17, "SHIP")
    again = table.push()
    assert again.tally.examples == again.deleted == 0
    assert [one["start_offset"] for one in table.person.spans(table.project, number)] == [12]


def test_the_union_shows_all_that_fit_side_by_side(table):
    set_pass_spans(table.corpus, "bob", "storm.p02", Span(4, 17, "SHIP"), NORD, PORT)
    shown = {
        case.example.id: case.example.spans
        for case in adjudication.disputed_examples(read_state(table.corpus), "union")
    }
    assert shown["storm.p02"] == (Span(4, 17, "SHIP"), NORD, PORT)
    set_pass_spans(table.corpus, "bob", "storm.p02", Span(4, 11, "SHIP"), Span(4, 24, "CREW"), NORD, PORT)
    shown = {
        case.example.id: case.example.spans
        for case in adjudication.disputed_examples(read_state(table.corpus), "union")
    }
    assert BELLE in shown["storm.p02"] or Span(4, 11, "SHIP") in shown["storm.p02"]


def test_an_unknown_label_is_named_and_not_taken(table):
    table.push()
    table.join()
    table.server.create_span_type(table.project, "BOAT", "#000000")
    number = table.clear("storm.p02")
    table.person.mark(table.project, number, 12, 17, "BOAT")
    table.person.confirm(table.project, number)
    pulled = table.pull()
    assert pulled.problems == (("storm.p02", "there is no label 'BOAT' in the scheme"),)
    assert pulled.decisions == ()


def test_a_project_in_which_everybody_works_alone_is_refused(table):
    table.server.create_project(table.name, collaborative=False, description="alone")
    with pytest.raises(ServerError, match="annotates alone"):
        table.pull()


@pytest.mark.parametrize("who", ["both readers", "a third reader"])
def test_a_confirmation_counts_for_the_case_that_was_shown_alone(table, who):
    table.push()
    table.join()
    number = table.rows()["storm.p02"].id
    table.person.confirm(table.project, number)
    if who == "both readers":  # they agree now on more than was shown as settled
        set_pass_spans(table.corpus, "ann", "storm.p02", Span(0, 10, "CREW"), BELLE, NORD, PORT)
        set_pass_spans(table.corpus, "bob", "storm.p02", Span(0, 10, "CREW"), NORD, PORT)
    else:
        set_pass_spans(table.corpus, "cid", "storm.p02", Span(0, 10, "CREW"), NORD, PORT)
    pulled = table.pull()
    assert pulled.problems == (("storm.p02", adjudication.CHANGED),)
    assert (pulled.decisions, pulled.waiting) == ((), ("harbour.p04",))
    table.push()
    assert set(table.pull().waiting) == {"storm.p02", "harbour.p04"}
    table.person.confirm(table.project, table.rows()["storm.p02"].id)
    assert {one.example for one, _ in table.pull().decisions} == {"storm.p02"}
    assert table.pull().problems == ()


def test_what_was_decided_on_another_case_is_asked_again_and_not_lost(table):
    table.push()
    table.join()
    number = table.clear("storm.p02")
    table.person.mark(table.project, number, 12, 17, "SHIP")
    table.person.confirm(table.project, number)
    set_pass_spans(table.corpus, "cid", "storm.p02", NORD, PORT)
    [step] = [one for one in table.push().plan.steps if one.desired.example.id == "storm.p02"]
    assert step.keep == number
    assert not table.person.confirmed(table.project, number)
    assert [one["start_offset"] for one in table.person.spans(table.project, number)] == [12]
    assert table.rows()["storm.p02"].meta["votes"] == "nothing: bob, cid — “Belle Étoile” SHIP: ann"
    table.person.confirm(table.project, number)
    assert (12, 17) in {(span.start, span.end) for one, _ in table.pull().decisions for span in one.choice}


def test_pushing_the_same_case_again_leaves_the_confirmation(table):
    table.push()
    table.join()
    table.person.confirm(table.project, table.rows()["storm.p02"].id)
    table.push("union")
    assert [one.example for one, _ in table.pull().decisions] == ["storm.p02"]


def test_a_push_lists_its_conflicts_in_the_plan_and_when_it_is_applied(table, doccano, goldspan, monkeypatch, capsys):
    for name in ("url", "username", "password"):
        monkeypatch.setenv(f"DOCCANO_{name.upper()}", getattr(doccano.account, name))
    report = table.corpus.root / "report.json"

    def push(*options):
        code = goldspan(
            "adjudicate", "--push", "--project", table.name, "--root", table.corpus.root, "--json", report, *options
        )
        return code, capsys.readouterr().out, json.loads(report.read_text())

    assert push()[0] == 0
    assert push("--apply")[0] == 0
    table.join()
    table.clear("storm.p02")
    table.person.mark(table.project, table.rows()["storm.p02"].id, 4, 11, "SHIP")
    for path in (*table.corpus.passes.glob("*/storm.jsonl"), table.corpus.gold / "storm.jsonl"):
        path.write_text(path.read_text("utf-8").replace("stayed in", "stays in "), encoding="utf-8")
    code, out, planned = push()
    assert (code, planned["plan"]["examples"]["conflict"]) == (1, ["storm.p02"])
    assert [line for line in out.splitlines() if line.startswith("storm.p02: ")][1:]
    code, applied, done = push("--apply")
    assert (code, done["left"]["examples"]["conflict"]) == (1, ["storm.p02"])
    assert [line for line in out.splitlines() if line in applied.splitlines()] == out.splitlines()[:-1]


def test_a_project_of_an_earlier_version_is_brought_over_with_its_decisions(table):
    table.push()
    table.join()
    for row in table.rows().values():
        earlier = doccano_project.earlier_row({"text": row.text, **row.meta})
        del earlier["text"]
        table.server.update_example(table.project, row.id, meta=earlier)
    number = table.rows()["storm.p02"].id
    assert "shown" in table.rows()["storm.p02"].meta
    table.person.confirm(table.project, number)
    before = table.pull()
    assert ([one.example for one, _ in before.decisions], before.problems) == (["storm.p02"], ())
    result = table.push()
    assert (result.updated, result.deleted, result.plan.earlier) == (2, 0, 2)
    assert table.person.confirmed(table.project, number)
    assert table.pull() == before


def test_who_decides_reads_votes_and_comments_first(table):
    path = table.corpus.passes / "ann" / "storm.jsonl"
    lines = list(formats.load(path))
    said = {"confirmed": True, "comments": ["S-1: a ferry\nhas a name"]}
    formats.gold.write(path, [replace(one, extra=said if one.id == "storm.p02" else one.extra) for one in lines])
    set_pass_spans(table.corpus, "bob", "storm.p02", Span(49, 59, "PORT"))  # two disputes
    table.push()
    meta = table.rows()["storm.p02"].meta
    assert list(meta) == ["votes", "comments", "title", "position", "before", "after", KEY]
    assert meta["votes"].splitlines() == [
        "1. “Belle Étoile” SHIP: ann — nothing: bob",
        "2. “Nordlicht” SHIP: ann — nothing: bob",
    ]
    assert meta["comments"] == "ann: S-1: a ferry has a name"
    assert table.rows()["harbour.p04"].meta["comments"] == "—"


def ask(corpus, example, start, end, *why):
    """Notes that a region of gold is in doubt, as `goldspan label-errors --push` does."""
    text = {one.id: one.text for one in corpus.gold_examples()}[example]
    doubt = RegionDoubt(example, fingerprint(text), start, end, why)
    for path, content in doubt_texts(corpus, (), [doubt]).items():
        files.write(path, content)


@pytest.mark.parametrize("with_passes", [True, False], ids=["where all agree", "gold without passes"])
@pytest.mark.parametrize("changed", [False, True], ids=["kept", "changed"])
def test_a_place_in_doubt_is_asked_about_and_comes_back_as_a_decision(table, with_passes, changed):
    corpus = table.corpus
    set_pass_spans(corpus, "bob", "harbour.p04", *readings_of(corpus, "harbour.p04"))
    set_pass_spans(corpus, "bob", "storm.p02", BELLE, NORD, PORT)
    adjudicated = gold.plan(read_state(corpus), overwrite=True)
    adjudicated.apply()
    if not with_passes:
        shutil.rmtree(corpus.passes)
    ask(corpus, "storm.p02", NORD.start, NORD.end, "models mark nothing there")
    table.push()
    rows = table.rows()
    assert list(rows) == ["storm.p02"]
    words = rows["storm.p02"].text[NORD.start : NORD.end]
    assert rows["storm.p02"].meta["votes"] == f"in doubt: “{words}” — models mark nothing there"
    table.join()
    number = rows["storm.p02"].id
    shown = table.person.spans(table.project, number)
    assert sorted((one["start_offset"], one["end_offset"]) for one in shown) == [(12, 24), (29, 38), (49, 59)]
    expected = (NORD,)
    if changed:
        table.clear("storm.p02")
        for span in (BELLE, Span(29, 33, "SHIP"), PORT):
            table.person.mark(table.project, number, span.start, span.end, span.label)
        expected = (Span(29, 33, "SHIP"),)
    assert table.pull().waiting == ("storm.p02",)
    table.person.confirm(table.project, number)
    [(made, _)] = table.pull().decisions
    votes = (Candidate((NORD,), ("ann", "bob") if with_passes else ()),)
    assert (made.start, made.end, made.choice, made.how, made.candidates) == (29, 38, expected, "adjudicated", votes)
    gold.apply_decisions(corpus, table.pull().decisions)
    state = read_state(corpus)
    assert {one.id: one.spans for one in corpus.gold_examples()}["storm.p02"] == (BELLE, *expected, PORT)
    assert (state.doubts, state.gold_differences, table.pull().decisions) == ((), {}, ())
    assert made in state.derived.applied


def readings_of(corpus, example):
    return {one.id: one.spans for one in corpus.pass_examples("ann")}[example]

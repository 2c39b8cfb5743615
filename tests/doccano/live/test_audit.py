"""An audit on a live server: who sees which suggestions, and the report of what they made of them."""

import secrets

import pytest

from goldspan.adjudication.state import read_state
from goldspan.audit.report import report_audit
from goldspan.corpus import Corpus
from goldspan.corpus.shown_suggestions import shown_examples
from goldspan.doccano.pull.round import plan_round_pull
from helpers import doccano_annotator
from helpers.audit_project import ANNOTATORS, make_project, planned
from helpers.team_rounds import TeamRound


@pytest.fixture(scope="module")
def readers(doccano):
    made = doccano_annotator.create_by_name(doccano, *ANNOTATORS)
    yield made
    for person in made.values():
        person.close()


@pytest.fixture
def team(server, readers, tmp_path):
    made = TeamRound(server, tmp_path / "other", f"spring{secrets.token_hex(3)}", readers)
    made.corpus = make_project(tmp_path / "audit", 4)
    made.list_members(*ANNOTATORS)
    yield made
    made.delete()


def test_each_sees_what_the_plan_shows_to_them_and_the_report_knows_it(team):
    audit = planned(team.corpus)
    team.corpus = Corpus(team.corpus.root)
    team.push(audit="spring")
    copies, projects = team.copies(), team.projects()
    for folder, numbers in copies.items():
        person, project = team.people[folder], projects[folder].id
        for example in person.examples(project):
            assert "planted" not in str(example).lower()
        for name, number in numbers.items():
            example = audit.examples[name]
            filled = {(span["start_offset"], span["end_offset"]) for span in person.spans(project, number)}
            is_aided = example.article in audit.shown_to(folder)
            assert filled == ({(span.start, span.end) for span in example.spans} if is_aided else set())
            person.confirm(project, number)  # everybody keeps what is there, and marks nothing
        shown = {one.id for one in shown_examples(team.corpus, projects[folder].name)}
        assert shown == {name for name, one in audit.examples.items() if one.article in audit.shown_to(folder)}
    plan_round_pull(team.corpus, team.client, team.name).apply()
    corpus = Corpus(team.corpus.root)
    report = report_audit(corpus, "spring")
    assert report.is_tested
    assert report.readings.deviations == ()
    acceptance, omission = report.effects["acceptance"], report.effects["omission"]
    assert (acceptance.aided, acceptance.unaided, acceptance.value) == (1.0, 0.0, pytest.approx(1.0))
    assert (omission.aided, omission.unaided, omission.value) == (1.0, 1.0, pytest.approx(0.0))
    planted = {(name, error.shown) for name, some in audit.planted.items() for error in some if error.shown}
    state = read_state(corpus)
    assert not planted & {(name, span) for name, one in state.derived.settled.items() for span in one.example.spans}
    assert {dispute.example.id for dispute in state.open if dispute.planted} == {*audit.planted}

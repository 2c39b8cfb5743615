"""What a site may show while a round is open."""

import pytest

from goldspan.corpus.assignment_plans import AssignedExample, assignment_file, content
from goldspan.doccano.controls import controls_file
from goldspan.doccano.corpus_record import DoccanoRecord, ProjectRecord, RoundRecord, write_record
from goldspan.site.visibility import Visibility, visible_state

SERVER = "https://doccano.example.org"


def remember(corpus, *rounds, **keys):
    project = ProjectRecord(name="r1", server=SERVER, key="k0123456789ab", offsets="utf-16", **keys)
    write_record(corpus, DoccanoRecord(projects=(project,), rounds=rounds))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_a_project_without_a_record_shows_everything(toy):
    found = visible_state(toy)
    assert found == Visibility()
    assert (found.sentence, found.is_complete) == ("", True)
    assert list(found.gold_examples(toy)) == list(toy.gold_examples())


def test_an_open_project_hides_all_passes_and_says_when_they_are_shown(toy):
    remember(toy)
    found = visible_state(toy)
    assert toy.annotators()
    assert not any(found.shows_pass(name, one.id) for name in toy.annotators() for one in toy.entries)
    assert not found.shown_passes(toy)
    assert not found.hidden_gold
    assert "'r1'" in found.sentence
    assert "goldspan doccano close" in found.sentence


@pytest.mark.parametrize("keys", [{"kind": "disputes"}, {}])
def test_a_closed_round_and_a_project_of_disputes_hide_nothing(toy, keys):
    closed = () if keys else (RoundRecord(name="r1", server=SERVER, closed="2026-12-01"),)
    remember(toy, *closed, **keys)
    assert visible_state(toy) == Visibility()


def test_of_a_round_with_assignments_only_its_articles_are_hidden(toy):
    remember(toy, RoundRecord(name="r1", server=SERVER, annotators_per_example=2))
    first, *others = [one.id for one in toy.entries]
    one = next(toy.gold_examples([first]))
    write(assignment_file(toy, "r1"), content([AssignedExample(one.id, tuple(toy.annotators()[:2]))]))
    found = visible_state(toy)
    assert {article for _, article in found.hidden_passes} == {first}
    assert all(found.shows_pass(name, other) for name in toy.annotators() for other in others)


def test_the_whole_article_of_a_control_looks_unread(toy):
    remember(toy, RoundRecord(name="r1", server=SERVER, annotators_per_example=2))
    control = next(toy.gold_examples())
    before = visible_state(toy).sentence
    write(controls_file(toy, "r1"), f"{control.id}\n")
    found = visible_state(toy)
    assert not [one for one in found.gold_examples(toy) if one.article == control.article]
    assert [one for one in found.gold_examples(toy) if one.article != control.article]
    assert found.sentence == before

"""Auto-labelling by a service: registered, changed, removed and looked at in a real Doccano."""

import pytest

from goldspan.doccano.auto_labelling import MODEL, NEW, TEMPLATE, Service, differences, plan_auto_labelling
from goldspan.doccano.client.schema import AutoLabelling
from helpers import doccano_project
from helpers.auto_labelling_service import TOKEN, WordService

WORDS = {"Aurora": "SHIP", "Nordlicht": "SHIP", "Gloria": "SHIP", "Port Said": "PORT", "Valparaíso": "PORT"}
FOREIGN = AutoLabelling(
    NEW,
    MODEL,
    {"url": "http://u:pass@127.0.0.1:9/x?key=1", "method": "POST", "params": {}, "headers": {}, "body": {}},
    "[]",
    {},
    "Span",
)


@pytest.fixture
def begun(doccano, toy, people):
    with doccano_project.from_corpus(doccano, toy, "shared") as begun:
        begun.add(people)
        yield begun


@pytest.fixture
def service():
    with WordService(WORDS) as service:
        yield service


def look(person, begun, number):
    """Open an example as the page does with auto-labelling on."""
    person._call("POST", f"projects/{begun.project.id}/auto-labeling?example={number}", json={})


def plan(begun, url, token=TOKEN, **changes):
    return plan_auto_labelling(begun.server, begun.corpus, begun.name, url and Service(url=url, token=token), **changes)


def register(begun, service):
    first = plan(begun, service.url)
    assert first.check_service() is None
    first.apply()
    return first


def surfaces(begun, person, number):
    row = begun.server.example(begun.project.id, number)
    text = row.text.encode("utf-16-le")
    spans = person.spans(begun.project.id, number)
    return sorted(text[2 * s["start_offset"] : 2 * s["end_offset"]].decode("utf-16-le") for s in spans)


def test_it_is_registered_once_tested_updated_and_removed(begun, service):
    assert register(begun, service).action == "create"
    again = plan(begun, service.url)
    assert (again.action, next(again.lines()).split(" is ")[1]) == (
        "nothing",
        f"as it should be: {service.url}/doccano",
    )
    for changed, url, token in (["token"], service.url, "another"), (["address"], "http://127.0.0.1:9", TOKEN):
        update = plan(begun, url, token)
        assert (update.action, [each.split()[0] for each in update.changed]) == ("update", changed)
        assert TOKEN not in str([*update.lines(), update.json(), update])
    update.apply()
    [number] = [each.id for each in begun.server.auto_labellings(begun.project.id)]
    assert number == again.own[0].id
    assert "Failed to establish a connection" in plan(begun, "http://127.0.0.1:9").check_service()
    assert "refused: the token is another one" in plan(begun, service.url, "another").check_service()
    remove = plan(begun, None)
    assert remove.action == "remove"
    remove.apply()
    assert begun.server.auto_labellings(begun.project.id) == []
    assert plan(begun, None).action == "nothing"


def test_what_goldspan_did_not_write_stays_and_is_named(begun, service):
    foreign = begun.server.create_auto_labelling(begun.project.id, FOREIGN)
    plan(begun, service.url).apply()
    planned = plan(begun, None)
    assert planned.others == (foreign,)
    assert planned.json()["others"] == [{"number": foreign.id, "kind": MODEL, "url": "http://127.0.0.1:9/x"}]
    planned.apply()
    assert begun.server.auto_labellings(begun.project.id) == [foreign]


def test_two_of_goldspans_become_one(begun, service):
    register(begun, service)
    own = plan(begun, service.url)
    begun.server.create_auto_labelling(begun.project.id, own.desired)
    double = plan(begun, service.url)
    assert (double.action, len(double.own)) == ("update", 2)
    double.apply()
    assert [each.id for each in begun.server.auto_labellings(begun.project.id)] == [own.own[0].id]


def test_a_changed_template_is_put_right(begun, service):
    register(begun, service)
    [held] = plan(begun, None).own
    changed = AutoLabelling(held.id, MODEL, held.attributes, "{{ 7 * 7 }}", held.label_mapping, "Span")
    begun.server.update_auto_labelling(begun.project.id, held.id, changed)
    update = plan(begun, service.url)
    assert update.changed == ["form"]
    update.apply()
    [held] = plan(begun, None).own
    assert (held.template, differences(held, update.desired)) == (TEMPLATE, [])


@pytest.mark.parametrize("grapheme_mode", [False, True])
def test_spans_stand_on_their_words_in_the_unit_of_the_project(begun, service, people, grapheme_mode):
    begun.server.update_project(begun.project.id, grapheme_mode=grapheme_mode)
    begun.project = begun.server.project(begun.name)
    begun.corpus.root.joinpath("corpus/doccano.toml").unlink()  # which would refuse another unit
    register(begun, service)
    number = begun.number("storm.p03")
    look(people["ann"], begun, number)
    [span] = people["bob"].spans(begun.project.id, number)
    text = "Twenty sailors went ashore 🚢, and Nordlicht lost up to 1,200 of her crates."
    at = text.index("Nordlicht") + (not grapheme_mode)
    assert (span["start_offset"], span["end_offset"], span["user"]) == (at, at + 9, people["ann"].id)
    assert service.asked[-1]["unit"] == ("graphemes" if grapheme_mode else "utf-16")

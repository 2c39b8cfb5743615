"""Controls: drawn and mixed in so that nobody can tell them, scored at the pull, and never in a pass."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import files
from goldspan.annotation import Example, Span
from goldspan.doccano import controls
from goldspan.doccano.snapshot import DUPLICATE, AnnotatorWork, InvalidSpan, Snapshot, StoredExample
from goldspan.errors import InputError, InvalidValueError
from goldspan.evaluation.result import Counts

IDS = st.text("abc.p012 é", min_size=1, max_size=8)
POOLS = st.lists(IDS, unique=True, max_size=30)
SEEDS = st.text(st.characters(exclude_categories=()), max_size=10)  # lone surrogates as well


# Drawing


@given(POOLS, SEEDS, st.randoms(), st.integers(0, 30))
def test_the_draw_depends_on_nothing_but_pool_and_project(pool, seed, chance, number):
    shuffled = chance.sample(pool, len(pool))
    drawn = controls.draw_controls(pool, number, seed)
    assert drawn == controls.draw_controls(shuffled, number, seed)
    assert len(set(drawn)) == min(number, len(pool))
    assert set(drawn) <= set(pool)


@given(POOLS, SEEDS, st.integers(0, 30), st.integers(0, 30))
def test_drawing_on_from_the_rest_is_as_if_all_were_drawn_at_once(pool, seed, first, more):
    one = controls.draw_controls(pool, first, seed)
    other = controls.draw_controls(set(pool) - set(one), more, seed)
    assert sorted([*one, *other]) == controls.draw_controls(pool, first + more, seed)


def test_another_project_draws_other_controls():
    pool = [f"a.p{number:03}" for number in range(500)]
    draws = [set(controls.draw_controls(pool, 50, f"round {number}")) for number in range(8)]
    assert all(len(one & other) < 20 for one in draws for other in draws if one is not other)


def test_a_draw_is_the_same_in_every_run():
    assert controls.draw_controls([f"a.p{number:02}" for number in range(1, 21)], 3, "round 1") == [
        "a.p07",
        "a.p14",
        "a.p17",
    ]


# Mixing


def made(ids, tail=""):
    return [Example(f"{name}{tail}", "x") for name in ids]


@given(POOLS, POOLS, SEEDS)
def test_mixing_loses_nothing_and_keeps_the_order_of_the_others(ids, others, seed):
    examples, planted = made(ids), made(others, "!")
    mixed = controls.mix_controls(examples, planted, seed)
    assert [one for one in mixed if one in examples] == examples
    assert Counter(mixed) == Counter([*examples, *planted])


@given(POOLS, POOLS, SEEDS, st.integers(0, 30), st.randoms())
def test_a_control_keeps_its_place_when_others_are_added(ids, others, seed, number, chance):
    examples, planted = made(ids), made(others, "!")
    fewer = controls.mix_controls(examples, planted[:number], seed)
    mixed = controls.mix_controls(examples, chance.sample(planted, len(planted)), seed)
    assert [one for one in mixed if one in fewer] == fewer


def test_controls_lie_scattered_among_the_others():
    examples, planted = made(map(str, range(900))), made(map(str, range(300)), "!")
    mixed = controls.mix_controls(examples, planted, "round 1")
    thirds = [sum(one in planted for one in mixed[start : start + 400]) for start in (0, 400, 800)]
    assert all(70 <= number <= 130 for number in thirds)  # 100 each, and a standard deviation of about 8


# The list


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("round-1", "round-1.txt"),
        ("Round 1", "round-1-129acdd5.txt"),
        ("../../etc/x", "etc-x-56da1a2e.txt"),
        ("海", "0ac6d519.txt"),
        ("con", "con-1143da2b.txt"),
    ],
)
def test_the_list_of_a_project_has_a_name_that_every_file_system_takes(toy, name, file):
    assert controls.controls_file(toy, name) == toy.root / "corpus" / "controls" / file


@given(st.text(max_size=120))
def test_no_name_of_a_project_leads_out_of_the_folder(project, name):
    file = controls.controls_file(project, name)
    assert file.parent == project.controls
    assert file.resolve().parent == project.controls.resolve()
    assert len(file.name) < 100


class Holding:
    """A server that holds examples of these ids."""

    def __init__(self, *ids):
        self.ids = ids

    def examples(self, _):
        return iter([SimpleNamespace(meta={"goldspan_id": name}) for name in self.ids])


def prepare(toy, number=0, held=(), articles=("harbour", "storm"), **options):
    there = SimpleNamespace(id=1) if held else None
    return controls.plan_controls(Holding(*held), toy, "round", there, articles, number=number, **options)


def ids(found):
    return [example.id for example in found.examples]


def test_controls_come_from_the_gold_of_other_articles_and_carry_no_mark(toy):
    found = prepare(toy, 3)
    assert ids(found) == list(found.new) == ["strike.p01", "strike.p02", "strike.p03"]
    assert all((example.spans, example.extra) == ((), {}) for example in found.examples)
    assert not toy.controls.exists()


def test_articles_that_are_there_already_give_no_controls(toy):
    with pytest.raises(InvalidValueError, match="1 control asked for: 1 to draw, and there is gold for 0") as caught:
        prepare(toy, 1, held=["strike.p03"])
    assert "fewer articles" in caught.value.remedy


def test_what_is_listed_stays_and_is_added_to(toy):
    first = prepare(toy, 1)
    first.record()
    assert controls.read_controls(toy, "round") == first.new
    for number in (0, 1):
        again = prepare(toy, number, held=[*first.new, "storm.p01"])
        assert (ids(again), again.new) == (ids(first), ())
    more = prepare(toy, 3, held=[*first.new, "storm.p01"])
    assert len(ids(more)) == 3
    assert set(ids(more)) == {*first.new, *more.new}
    with pytest.raises(
        InvalidValueError, match="4 controls asked for: 1 on the list already, 3 to draw, and there is gold for 2"
    ):
        prepare(toy, 4)


def test_a_written_list_is_sorted_one_id_a_line(toy):
    prepare(toy, 3).record()
    assert controls.controls_file(toy, "round").read_bytes() == b"strike.p01\nstrike.p02\nstrike.p03\n"


def test_an_article_with_controls_is_not_annotated_in_the_same_project(toy):
    files.write(controls.controls_file(toy, "round"), "harbour.p01\nstrike.p02\n")
    with pytest.raises(InputError, match=r"round\.txt:2: strike\.p02: is a control of this project"):
        prepare(toy, articles=("storm", "strike"))


def test_a_control_without_gold_is_named(toy):
    files.write(controls.controls_file(toy, "round"), "strike.p09\n")
    with pytest.raises(InputError, match=r"round\.txt:1: strike\.p09: is a control without gold"):
        prepare(toy)


@pytest.mark.parametrize(("content", "line"), [("a.p01\n\n", 2), ("a.p01 \n", 1), ("a.p01\nb.p01\na.p01\n", 3)])
def test_a_list_that_is_none_is_refused_with_its_line(toy, content, line):
    files.write(controls.controls_file(toy, "round"), content)
    with pytest.raises(InputError) as caught:
        controls.read_controls(toy, "round")
    assert caught.value.line == line


def test_a_shared_project_has_no_controls(toy):
    with pytest.raises(InvalidValueError, match="nobody can tell who marked what"):
        prepare(toy, 1, kind="shared")
    prepare(toy, 1).record()
    with pytest.raises(InvalidValueError, match="nobody can tell who marked what"):
        prepare(toy, kind="shared")


def test_the_checks_take_no_offence_at_the_lists(toy, goldspan, capsys):
    places = (toy.root, toy.folder)
    before = [(goldspan("check", place), capsys.readouterr().out) for place in places]
    prepare(toy, 3).record()
    assert [(goldspan("check", place), capsys.readouterr().out) for place in places] == before


# Scoring


GLORIA, PORT_SAID = Span(4, 10, "SHIP"), Span(16, 25, "PORT")
TEXT = "The Gloria left Port Said in May."


def held(*copies):
    project = SimpleNamespace(name="round", collaborative=False, grapheme_mode=False, id=1)
    return Snapshot(project, {one.number: one for one in copies}, ())


def copy(number=1, name="strike.p03", text=TEXT, corruption=None, meta=None, **works):
    return StoredExample(number, name, "", 73, {}, text, meta or {}, works, corruption)


def done(*spans, confirmed=True, invalid=()):
    return AnnotatorWork(spans, confirmed, (), invalid)


def test_each_annotator_is_scored_alone_and_by_label(toy):
    found = controls.score_controls(
        toy, held(copy(ann=done(GLORIA, PORT_SAID), bob=done(GLORIA, Span(16, 20, "PORT")))), {}
    )
    ann, bob = found.records
    assert (ann.annotator, ann.overall, ann.wrong) == ("ann", Counts(2, 2, 2), ())
    assert (bob.overall, bob.labels) == (Counts(1, 2, 2), {"SHIP": Counts(1, 1, 1), "PORT": Counts(0, 1, 1)})
    assert [(one.gold, one.theirs) for one in bob.wrong] == [
        ("The Gloria left [Port Said]{PORT} in May.", "The Gloria left [Port]{PORT} Said in May.")
    ]


def test_only_what_was_confirmed_is_scored_and_pseudonyms_stand_for_names(toy):
    found = controls.score_controls(toy, held(copy(ann=done(confirmed=False), bob=done())), {"bob": "r1"})
    assert [(record.annotator, record.overall) for record in found.records] == [("r1", Counts(0, 2, 0))]


def test_what_cannot_be_a_span_is_wrong_and_a_span_twice_is_one(toy):
    odd = [InvalidSpan(30, 90, "PORT", "ends outside"), InvalidSpan(4, 10, "SHIP", DUPLICATE)]
    [ann] = controls.score_controls(toy, held(copy(ann=done(GLORIA, PORT_SAID, invalid=odd))), {}).records
    assert ann.overall == Counts(2, 2, 3)
    assert ann.labels["PORT"] == Counts(1, 1, 2)
    assert [one.theirs for one in ann.wrong] == ["[30, 90, PORT], which ends outside"]


def test_spans_that_cross_are_shown_one_by_one(toy):
    [ann] = controls.score_controls(toy, held(copy(ann=done(Span(4, 15, "SHIP"), Span(11, 25, "PORT")))), {}).records
    assert (
        ann.wrong[0].theirs == "The [Gloria left]{SHIP} Port Said in May. + The Gloria [left Port Said]{PORT} in May."
    )


@pytest.mark.parametrize(
    ("copies", "why"),
    [
        ([copy(text="The Gloria left.", ann=done())], "its gold has another text now"),
        ([copy(name="strike.p09", ann=done())], "it has no gold any more"),
        ([copy(corruption="was edited", ann=done())], "was edited"),
        ([copy(1, ann=done()), copy(2, bob=done())], "several copies of it were worked on"),
    ],
)
def test_what_cannot_be_scored_is_listed_with_its_reason(toy, copies, why):
    found = controls.score_controls(toy, held(*copies), {})
    assert found.records == ()
    assert [name for name, _ in found.unscored] == [copies[0].id]
    assert found.unscored[0][1].startswith(why)


def test_a_snapshot_is_split_without_loss():
    complete = held(copy(1), copy(2, "storm.p01"), copy(3, None))
    work, planted = controls.split_controls(complete, {"strike.p03"})
    assert (list(work.copies), list(planted.copies)) == ([2, 3], [1])

"""What an audit plants never reaches gold, whatever annotators mark and whatever is accepted."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import files
from goldspan.adjudication import summary
from goldspan.adjudication.derive import candidates_in, derive, settle
from goldspan.adjudication.gold import plan
from goldspan.adjudication.planted import barred_spans, unearned_spans, withhold
from goldspan.adjudication.state import (
    DecisionAuthor,
    adopt_gold,
    decide_region,
    majority_decisions,
    read_state,
    write_decisions,
)
from goldspan.annotation import Example, Span
from goldspan.checks import check_project
from goldspan.corpus import Corpus
from goldspan.corpus.audits import PlantedSuggestion, ShownError
from goldspan.errors import InvalidValueError
from goldspan.formats import gold
from goldspan.formats.decisions import Decision, fingerprint
from helpers import sample_corpus
from helpers.audits import write_audit

TEXT = "The 72nd Brigade left Kosovo on Monday for Serbia."
UNIT, WIDE, PLACE, DAY = Span(4, 16, "UNIT"), Span(0, 16, "UNIT"), Span(22, 28, "PLACE"), Span(32, 38, "PLACE")
SERBIA, AS_UNIT = Span(43, 49, "PLACE"), Span(22, 28, "UNIT")
SPANS = (UNIT, WIDE, PLACE, DAY, SERBIA, AS_UNIT, Span(4, 8, "UNIT"), Span(22, 38, "PLACE"))
EDGE = PlantedSuggestion("edge", WIDE, UNIT)
LABEL = PlantedSuggestion("label", AS_UNIT, PLACE)
SPURIOUS = PlantedSuggestion("spurious", DAY, None)
OMITTED = PlantedSuggestion("omitted", None, SERBIA)
ERRORS = (EDGE, LABEL, SPURIOUS, OMITTED)
NAMES = ("ann", "bob", "cy", "dee")
REGIONS = ((0, 16), (22, 28), (22, 38), (32, 38), (43, 49))


CHOICES = [((0, 16), (WIDE,)), ((22, 28), (AS_UNIT,)), ((32, 38), (DAY,))] * 2 + [
    (region, choice)
    for region in REGIONS
    for choice in ((), *((span,) for span in SPANS if region[0] <= span.start and span.end <= region[1]))
]


@st.composite
def flat(draw):
    chosen = []
    for span in draw(st.lists(st.sampled_from(SPANS), unique=True)):
        if not any(span.overlaps(other) for other in chosen):
            chosen.append(span)
    return tuple(chosen)


@st.composite
def audited(draw):
    """The readings of an example and what was planted for whom; some say that they were aided against the plan."""
    readings = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        extra = {"aided": "spring-x"} if draw(st.booleans()) else {}
        readings[name] = Example("a.p01", TEXT, draw(flat()), 0, extra)
    readers = frozenset(draw(st.sets(st.sampled_from(NAMES))))
    errors = draw(st.lists(st.sampled_from(ERRORS), unique=True))
    return readings, tuple(ShownError(error, TEXT, "spring", readers) for error in errors)


def unaided(readings, shown):
    return [one for name, one in readings.items() if name not in shown.readers and "aided" not in one.extra]


@settings(max_examples=300)
@given(audited(), st.data())
def test_no_planted_span_is_derived_by_any_votes_and_any_decisions(case, data):
    readings, shown = case
    passes, planted = withhold({name: {one.id: one} for name, one in readings.items()}, {"a.p01": shown})
    cleaned = {name: examples["a.p01"] for name, examples in passes.items()}
    sets = {name: one.spans for name, one in cleaned.items()}
    decisions = []
    for (start, end), choice in data.draw(st.lists(st.sampled_from(CHOICES), max_size=4)):
        how = data.draw(st.sampled_from(["adjudicated", "majority", "hand"]))
        votes = candidates_in(sets, start, end)
        decisions.append(
            Decision("a.p01", fingerprint(TEXT), start, end, votes, tuple(choice), how, "lea", "2026-03-01", "1.0")
        )
    made = derive({name: [one] for name, one in cleaned.items()}, decisions, planted=planted)
    for settled in made.settled.values():
        for error in shown:
            span = error.error.shown
            if planted and span in settled.example.spans:
                assert any(span in one.spans for one in unaided(readings, error))
                assert any(span in one.choice and one.how != "majority" for one in settled.applied)
        for region in planted.get("a.p01", ()):
            is_decided = any(one.start < region.end and region.start < one.end for one in settled.applied)
            assert is_decided or any(region in one.planted and one.majority is None for one in settled.disputes)


@given(audited())
def test_only_what_was_shown_is_withheld(case):
    readings, shown = case
    passes, planted = withhold({name: {one.id: one} for name, one in readings.items()}, {"a.p01": shown})
    for name, one in readings.items():
        was_shown = {error.error.shown for error in shown if name in error.readers or "aided" in one.extra}
        assert {*passes[name]["a.p01"].spans} == {*one.spans} - was_shown
    barred = barred_spans(planted.get("a.p01", ()))
    assert barred == {
        error.error.shown
        for error in shown
        if error.error.shown is not None
        and len(unaided(readings, error)) < len(readings)
        and not any(error.error.shown in one.spans for one in unaided(readings, error))
    }
    assert barred <= unearned_spans(shown, readings, TEXT)


def test_without_audits_nothing_changes():
    readings = {"ann": Example("a.p01", TEXT, (UNIT,)), "bob": Example("a.p01", TEXT, (UNIT, PLACE))}
    passes, planted = withhold({name: {one.id: one} for name, one in readings.items()}, {})
    assert planted == {}
    assert {name: examples["a.p01"] for name, examples in passes.items()} == readings
    assert settle(readings) == settle(readings, (), ())


def test_in_a_text_that_has_changed_the_words_count():
    changed = "Today the " + TEXT[4:]
    moved = Span(10, 22, "UNIT")
    shown = (ShownError(PlantedSuggestion("label", UNIT, Span(4, 16, "PLACE")), TEXT, "spring", frozenset({"ann"})),)
    passes, planted = withhold({"ann": {"a.p01": Example("a.p01", changed, (moved,))}}, {"a.p01": shown})
    assert passes["ann"]["a.p01"].spans == ()
    assert barred_spans(planted["a.p01"]) == {moved}


# A project


SHOWN = Example("a.p01", TEXT, (WIDE, AS_UNIT, DAY))


@pytest.fixture
def project(tmp_path):
    """ann and bob see an article with four planted errors, cy without; their passes are to be written."""
    corpus = sample_corpus.make(tmp_path / "project", [Example("a.p01", TEXT)], ("UNIT", "PLACE"))
    (corpus.gold / "a.jsonl").unlink()
    for page in ("u.md", "p.md"):
        files.write(corpus.guidelines / page, "# A page\n")
    write_audit(corpus, "spring", {"a": [SHOWN]}, {"a.p01": ERRORS}, {"ann": ["a"], "bob": ["a"], "cy": []})
    return Corpus(corpus.root)


def write_pass(corpus, name, *spans, **extra):
    line = gold.line(Example("a.p01", TEXT, spans, 0, {"confirmed": True, **extra}))
    files.write(corpus.passes / name / "a.jsonl", line)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), flat(), min_size=1), st.booleans(), st.booleans(), st.booleans())
def test_no_option_of_adjudicate_writes_a_planted_span(tmp_path_factory, marked, single, majority, overwrite):
    corpus = sample_corpus.make(tmp_path_factory.mktemp("law") / "p", [Example("a.p01", TEXT)], ("UNIT", "PLACE"))
    (corpus.gold / "a.jsonl").unlink()
    write_audit(corpus, "spring", {"a": [SHOWN]}, {"a.p01": ERRORS}, {"ann": ["a"], "bob": ["a"], "cy": []})
    for name, spans in marked.items():
        write_pass(corpus, name, *spans)
    corpus = Corpus(corpus.root)
    state = read_state(corpus)
    made = majority_decisions(state, "2026-03-01") if majority else []
    planned = plan(state, made, accept_single=single, overwrite=overwrite)
    if planned.refusal is None:
        planned.apply()
    shown_somebody = {"ann", "bob"} & {*marked}
    for example in corpus.gold_examples():
        assert not shown_somebody or not {*example.spans} & {WIDE, AS_UNIT, DAY}


def test_what_all_aided_readers_kept_is_a_dispute_for_a_person(project):
    write_pass(project, "ann", WIDE, AS_UNIT, DAY)
    write_pass(project, "bob", WIDE, AS_UNIT, DAY)
    state = read_state(project)
    assert [(one.start, one.end) for one in state.open] == [(0, 16), (22, 28), (32, 38), (43, 49)]
    assert majority_decisions(state, "2026-03-01") == []
    lines = "\n".join(line for one in state.open for line in summary.dispute_lines(one))
    assert "planted (edge): 'The 72nd Brigade' UNIT was shown to ann and bob; withheld from ann and bob" in lines
    assert "planted (omitted): 'Serbia' PLACE was left out for ann and bob" in lines
    report = summary.json(state, plan(state))
    assert [one["planted"][0]["kind"] for one in report["disputes"]] == ["edge", "label", "spurious", "omitted"]
    assert any("where an audit planted an error" in line for line in summary.next_steps(state, plan(state)))


def test_a_person_cannot_choose_what_only_aided_readers_have(project):
    write_pass(project, "ann", WIDE)
    write_pass(project, "bob", WIDE)
    state = read_state(project)
    author, bare = DecisionAuthor("lea", "2026-03-01"), Example("a.p01", TEXT)
    with pytest.raises(InvalidValueError, match="planted by an audit"):
        decide_region(state, bare, (0, 16), [WIDE], author)
    assert decide_region(state, bare, (0, 16), [UNIT], author).choice == (UNIT,)


def test_a_person_can_choose_what_an_unaided_reader_marked(project):
    for name in ("ann", "bob", "cy"):
        write_pass(project, name, WIDE)
    state = read_state(project)
    author, bare = DecisionAuthor("lea", "2026-03-01"), Example("a.p01", TEXT)
    made = [
        (decide_region(state, bare, region, choice, author), bare)
        for region, choice in (((0, 16), [WIDE]), ((22, 28), []), ((32, 38), []), ((43, 49), [SERBIA]))
    ]
    plan(state, made).apply()
    assert [one.spans for one in Corpus(project.root).gold_examples()] == [(WIDE, SERBIA)]


def test_a_reader_alone_who_saw_planted_errors_makes_no_gold(project):
    write_pass(project, "ann", UNIT, PLACE, SERBIA)
    state = read_state(project)
    assert plan(state, accept_single=True).new == ()
    assert any("one annotator alone" in line for line in summary.next_steps(state, plan(state)))


def test_an_unaided_reader_alone_makes_gold(project):
    write_pass(project, "cy", UNIT, PLACE, SERBIA)
    assert plan(read_state(project), accept_single=True).new == ("a.p01",)


def test_gold_with_a_planted_span_cannot_be_adopted_and_is_found(project):
    write_pass(project, "ann", WIDE)
    write_pass(project, "bob", WIDE)
    files.write(project.gold / "a.jsonl", gold.line(Example("a.p01", TEXT, (WIDE,))))
    corpus = Corpus(project.root)
    with pytest.raises(InvalidValueError, match="planted by an audit"):
        adopt_gold(read_state(corpus), DecisionAuthor("lea", "2026-03-01", None, "so"))
    found = [one for one in check_project(corpus) if one.check == "planted-span"]
    assert [(one.example, one.span) for one in found] == [("a.p01", (0, 16, "UNIT"))]


def test_an_audit_that_was_changed_is_a_finding(project):
    path = project.audits / "spring" / "plan.json"
    path.write_text(re.sub('"seed": 0', '"seed": 1', path.read_text()))
    found = [one for one in check_project(Corpus(project.root)) if one.check == "planted-span"]
    assert [one.file for one in found] == [path]


def test_a_decision_written_by_hand_does_not_apply(project):
    write_pass(project, "ann", WIDE)
    write_pass(project, "bob", WIDE)
    state = read_state(project)
    bare = Example("a.p01", TEXT)
    fair = decide_region(state, bare, (0, 16), [UNIT], DecisionAuthor("lea", "2026-03-01"))
    write_decisions(project, [(replace(fair, choice=(WIDE,)), bare)])
    after = read_state(Corpus(project.root))
    assert len(after.derived.stale) == 1
    assert after.derived.applied == []

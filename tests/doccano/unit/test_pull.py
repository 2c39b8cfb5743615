"""Pull: what a snapshot holds, as lines of the corpus."""

import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Span
from goldspan.doccano.label_comparison import LabelComparison, LabelDoubt
from goldspan.doccano.pull import pass_files
from goldspan.doccano.pull.collect import PullOptions, collect
from goldspan.doccano.snapshot import (
    ALL,
    AnnotatorWork,
    HeldBack,
    InvalidSpan,
    Snapshot,
    StoredExample,
    fingerprint,
)
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import gold
from goldspan.formats.doccano import is_text_of

TEXTS = {
    "harbour.p02": Example("harbour.p02", "The Aurora left Port Said on Monday with about 40 sailors.", at=24),
    "storm.p01": Example("storm.p01", "Storm over Valparaíso"),
    "storm.p02": Example("storm.p02", "The ferries Belle Étoile and Nordlicht stayed in Valparaíso.", at=22),
}
AURORA = Span(4, 10, "SHIP")
LABELS = frozenset({"SHIP", "PORT", "CREW"})


def work(*spans, confirmed=True, comments=(), invalid=()):
    return AnnotatorWork(spans=tuple(spans), confirmed=confirmed, comments=tuple(comments), invalid=tuple(invalid))


OPEN = work(confirmed=False)


def copy(number, name, text=None, sent=None, corruption=None, **works):
    """A copy of an example, with what each annotator did on it."""
    held = TEXTS[name].text if text is None else text
    return StoredExample(
        number=number,
        id=name,
        sha256="",
        at=0,
        extra={},
        text=held,
        meta={},
        work=works,
        corruption=corruption,
        sent=sent,
    )


def snapshot(*copies, shared=False):
    project = SimpleNamespace(name="ships", collaborative=shared, grapheme_mode=False, id=1)
    return Snapshot(project, {one.number: one for one in copies}, ("ann", "bob"))


def wish(**changed):
    return PullOptions(**{"examples": TEXTS, "other_articles": set(), "labels": LABELS, **changed})


def kinds(found):
    return [(problem.kind, problem.annotator, problem.example) for problem in found.problems]


def put(corpus, found, pseudonyms=None):
    return pass_files.write_passes(
        change for change in pass_files.pass_changes(corpus, found, pseudonyms or {}) if change.merged.is_changed
    )


# What is collected


def test_confirmed_work_is_taken_and_open_work_is_not():
    found = collect(snapshot(copy(1, "harbour.p02", ann=work(AURORA), bob=work(AURORA, confirmed=False))), wish())
    [line] = found.lines["ann"].values()
    assert (line.spans, line.extra, line.at) == ((AURORA,), {"confirmed": True}, 24)
    assert found.lines["bob"] == {"harbour.p02": None}


def test_what_is_held_back_is_reported_and_its_line_stays():
    held = replace(copy(1, "harbour.p02", ann=work(AURORA), bob=OPEN), held_back=HeldBack("changed", "it changed"))
    again = replace(copy(3, "storm.p01", ann=OPEN, bob=OPEN), held_back=HeldBack("imported", "it was imported"))
    found = collect(snapshot(held, copy(2, "storm.p01", ann=work(), bob=OPEN), again), wish())
    assert not any(found.lines.values())
    assert kinds(found) == [("changed", "ann", "harbour.p02"), ("imported", "", "storm.p01")]
    assert [problem.message for problem in found.problems] == ["number 1: it changed", "number 3: it was imported"]


def types(*doubts, recorded=()):
    """Label types with these doubts, as the corpus remembers some of them."""
    return LabelComparison(doubts=doubts, recorded=dict.fromkeys(recorded, 1))


RENAMED = LabelDoubt("renamed", "SHIP", ("Vessel",))
GONE = LabelDoubt("missing", "SHIP")
EXCHANGED = (LabelDoubt("exchanged", "SHIP", ("PORT",)), LabelDoubt("exchanged", "PORT", ("SHIP",)))
VESSEL = replace(AURORA, label="Vessel")


@pytest.mark.parametrize("tidy", [True, False])
def test_a_span_of_a_type_that_may_be_a_label_that_is_gone_is_never_dropped(tidy):
    found = collect(snapshot(copy(1, "harbour.p02", ann=work(VESSEL))), wish(tidy=tidy, types=types(RENAMED)))
    assert (kinds(found), found.repairs, found.lines) == ([("label", "ann", "harbour.p02")], [], {"ann": {}})
    assert "--label-renamed SHIP=Vessel" in found.problems[0].remedy
    slip = collect(snapshot(copy(1, "harbour.p02", ann=work(VESSEL))), wish(tidy=tidy))
    assert bool(slip.repairs) == tidy


def test_spans_of_exchanged_labels_are_held_back_and_others_go_on():
    copies = [
        copy(1, "harbour.p02", ann=work(AURORA)),
        copy(2, "storm.p01", ann=work(Span(0, 5, "CREW"))),
        copy(3, "storm.p02", ann=work(AURORA, confirmed=False)),
    ]
    found = collect(snapshot(*copies), wish(types=types(*EXCHANGED)))
    assert kinds(found) == [("mixed", "ann", "harbour.p02")]
    assert {name for name, line in found.lines["ann"].items() if line} == {"storm.p01"}


SUGGESTED = (AURORA, Span(16, 25, "PORT"))
CREW = Span(36, 57, "CREW")


@pytest.mark.parametrize(
    ("now", "filled_in", "held"),
    [
        (SUGGESTED, [], False),
        (SUGGESTED[1:], [SUGGESTED], True),
        (SUGGESTED[1:], [(CREW,), SUGGESTED], True),
        (SUGGESTED[1:], [], True),  # nobody knows what was filled in
        (SUGGESTED[:1], [SUGGESTED], False),  # a person took away one of a label that is there
        ((), [SUGGESTED], True),
    ],
)
def test_a_filled_in_span_that_left_with_its_type_is_no_decision(now, filled_in, held):
    one = copy(1, "harbour.p02", sent=fingerprint(SUGGESTED), **{ALL: work(*now)})
    found = collect(
        snapshot(one, shared=True), wish(types=types(GONE, recorded=["SHIP"]), filled_in={"harbour.p02": filled_in})
    )
    assert [kind for kind, *_ in kinds(found)] == ["gone"] * held
    new = collect(snapshot(one, shared=True), wish(types=types(LabelDoubt("new", "SHIP"))))
    assert not new.problems  # a label that was never there took nothing away


def test_tidy_drops_no_span_of_the_corpus_because_the_scheme_lacks_its_label(toy):
    before = {line.id: line for line in toy.pass_examples("ann")}
    old = before["storm.p02"]
    texts = {name: line.with_spans(()) for name, line in before.items()}
    spans = [*old.spans, Span(0, 3, "PORT")]
    other = copy(2, "storm.p01", ann=work(Span(0, 5, "SHIP"), Span(6, 10, "PORT")))
    kept = wish(examples=texts, labels=LABELS - {"SHIP"}, tidy=True)
    found = collect(snapshot(copy(1, "storm.p02", ann=work(*spans)), other), kept)
    unknown = types(LabelDoubt("unknown", "", ("SHIP",)))
    changes = list(pass_files.pass_changes(toy, found, {}, types=unknown))
    pass_files.write_passes(change for change in changes if change.merged.is_changed)
    after = {line.id: line for line in toy.pass_examples("ann")}
    assert (after["storm.p02"], after["storm.p01"].spans) == (old, (Span(6, 10, "PORT"),))
    assert {(one.kind, one.example) for one in pass_files.held_lines(changes, unknown)} == {("gone", "storm.p02")}


@pytest.mark.parametrize("shift", [0, 1], ids=["the same words", "other edges"])
def test_tidy_keeps_a_line_whose_spans_have_a_label_there_that_the_scheme_lacks(toy, shift):
    before = {line.id: line for line in toy.pass_examples("ann")}
    old = before["storm.p02"]
    texts = {name: line.with_spans(()) for name, line in before.items()}
    relabelled = [Span(span.start, span.end - shift, "Vessel") for span in old.spans]
    found = collect(snapshot(copy(1, "storm.p02", ann=work(*relabelled))), wish(examples=texts, tidy=True))
    unknown = types(LabelDoubt("unknown", "", ("Vessel",)))
    changes = list(pass_files.pass_changes(toy, found, {}, types=unknown))
    assert not any(change.merged.is_changed for change in changes)
    held = list(pass_files.held_lines(changes, unknown))
    assert [(one.example, one.span) for one in held] == [
        (old.id, (span.start, span.end, span.label)) for span in old.spans
    ]
    assert "the scheme has no label 'Vessel'" in held[0].message


def test_a_line_that_would_lose_a_span_of_a_gone_label_stays(toy):
    before = {line.id: line for line in toy.pass_examples("ann")}
    old = before["storm.p02"]
    texts = {name: line.with_spans(()) for name, line in before.items()}
    copies = [
        copy(1, "storm.p02", ann=work(*(span for span in old.spans if span.label != "SHIP"))),
        copy(2, "storm.p01", ann=work(Span(0, 5, "CREW"))),
    ]
    found = collect(snapshot(*copies), wish(examples=texts, types=types(GONE)))
    changes = list(pass_files.pass_changes(toy, found, {}, types=types(GONE)))
    pass_files.write_passes(change for change in changes if change.merged.is_changed)
    after = {line.id: line for line in toy.pass_examples("ann")}
    assert (after["storm.p02"], after["storm.p01"].spans) == (old, (Span(0, 5, "CREW"),))
    held = list(pass_files.held_lines(changes, types(GONE)))
    assert {(one.kind, one.annotator, one.example, one.span[2]) for one in held} == {
        ("gone", "ann", "storm.p02", "SHIP")
    }
    assert [edit["example"] for change in changes for edit in change.json(toy.root)["edits"]] == ["storm.p01"]


def test_unconfirmed_takes_all_examples_of_those_who_began():
    copies = [copy(1, "storm.p01", ann=work(), bob=OPEN), copy(2, "storm.p02", ann=OPEN, bob=OPEN)]
    found = collect(snapshot(*copies), wish(unconfirmed=True))
    assert [line.extra["confirmed"] for line in found.lines["ann"].values()] == [True, False]
    assert set(found.lines["bob"].values()) == {None}


def test_in_a_private_project_what_a_push_filled_in_counts_once_it_is_confirmed():
    sent, line = fingerprint([AURORA]), replace(TEXTS["harbour.p02"], spans=(AURORA,))
    shown = {"harbour.p02": [line], "storm.p01": [TEXTS["storm.p01"]]}
    empty = fingerprint(())
    for options in ({}, {"unconfirmed": True}):
        untouched = snapshot(copy(1, "harbour.p02", sent=sent, ann=work(AURORA, confirmed=False)), shared=True)
        assert collect(untouched, wish(shown=shown, **options)).lines == {"ann": {"harbour.p02": None}}
    kept = snapshot(
        copy(1, "harbour.p02", sent=sent, ann=work(AURORA)),
        copy(2, "storm.p01", sent=empty, ann=work()),
        copy(3, "storm.p02", sent=empty, ann=work()),
        shared=True,
    )
    found = collect(kept, wish(shown=shown))
    assert {name: line.extra.get("aided") for name, line in found.lines["ann"].items()} == {
        "harbour.p02": "ships",
        "storm.p01": "ships",
        "storm.p02": None,
    }
    assert (found.aided, found.problems) == ({"harbour.p02", "storm.p01"}, [])
    lost = collect(kept, wish(shown={"storm.p01": shown["storm.p01"]}))
    assert kinds(lost) == [("shown", "ann", "harbour.p02")]
    assert "harbour.p02" not in lost.lines["ann"]


def test_comments_are_pulled_and_those_on_open_examples_reported():
    copies = [
        copy(1, "storm.p01", ann=work(comments=["a storm?"])),
        copy(2, "storm.p02", ann=work(confirmed=False, comments=["hm"])),
    ]
    found = collect(snapshot(*copies), wish())
    assert found.lines["ann"]["storm.p01"].extra == {"confirmed": True, "comments": ["a storm?"]}
    assert [said.text for said in found.comments] == ["a storm?", "hm"]


def test_comments_of_a_shared_project_stay_out_of_gold():
    found = collect(snapshot(copy(1, "storm.p01", **{ALL: work(comments=["a storm?"])}), shared=True), wish())
    assert found.lines[ALL]["storm.p01"].extra == {"confirmed": True}


@pytest.mark.parametrize(
    ("done", "kind"),
    [
        (work(Span(3, 10, "SHIP")), "edge"),
        (work(Span(4, 10, "TANK")), "label"),
        (work(Span(3, 4, "SHIP")), "empty"),
        (work(AURORA, Span(4, 15, "PORT")), "overlap"),
        (work(invalid=[InvalidSpan(50, 90, "CREW", "ends outside")]), "outside"),
        (work(comments=["half a \ud83d"]), "comment"),
    ],
)
def test_what_does_not_fit_is_listed_and_the_rest_is_taken(done, kind):
    copies = [copy(1, "harbour.p02", ann=done, bob=work(AURORA)), copy(2, "storm.p01", ann=work())]
    found = collect(snapshot(*copies), wish())
    assert kinds(found) == [(kind, "ann", "harbour.p02")]
    assert [*found.lines["ann"]] == ["storm.p01"]
    assert found.lines["bob"]["harbour.p02"].spans == (AURORA,)
    assert found.problems[0].json()["remedy"]


def test_open_work_is_not_judged():
    found = collect(snapshot(copy(1, "harbour.p02", ann=work(Span(3, 10, "SHIP"), confirmed=False))), wish())
    assert not found.problems


def test_tidy_repairs_and_reports():
    done = work(Span(3, 11, "SHIP"), AURORA, Span(16, 25, "TANK"), invalid=[InvalidSpan(50, 90, "CREW", "outside")])
    found = collect(snapshot(copy(1, "harbour.p02", ann=done)), wish(tidy=True))
    assert found.lines["ann"]["harbour.p02"].spans == (AURORA,)
    told = [(one.annotator, one.example, one.repair.issue.kind, one.repair.issue.surface) for one in found.repairs]
    assert sorted(told) == [
        ("ann", "harbour.p02", "edge", " Aurora "),
        ("ann", "harbour.p02", "label", "Port Said"),
        ("ann", "harbour.p02", "outside", ""),
        ("ann", "harbour.p02", "twice", "Aurora"),
    ]


def test_work_that_tidy_cannot_repair_is_not_written_at_all():
    done = work(Span(3, 10, "SHIP"), Span(4, 15, "PORT"))
    found = collect(snapshot(copy(1, "harbour.p02", ann=done)), wish(tidy=True))
    assert kinds(found) == [("overlap", "ann", "harbour.p02")]
    assert not found.repairs
    assert "harbour.p02" not in found.lines["ann"]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"text": "Another text"}, "text"),
        ({"corruption": "its text was changed on the server"}, "spoiled"),
    ],
)
def test_another_text_is_not_written_for_anybody(changed, kind):
    found = collect(snapshot(copy(1, "storm.p01", ann=work(), bob=work(), cid=OPEN, **changed)), wish())
    assert kinds(found) == [(kind, "ann", "storm.p01"), (kind, "bob", "storm.p01")]
    assert not any(found.lines.values())


LONGER = "Note: the Aurora left Port Said on Monday with about 40 sailors."


def moved(found):
    return [(line.annotator, line.example, [span[3] for span in line.spans], line.added) for line in found.moved]


def test_spans_of_an_older_text_are_moved_to_the_new_one():
    old = work(Span(10, 16, "SHIP"), Span(22, 31, "PORT"), comments=["ok"])
    found = collect(snapshot(copy(1, "harbour.p02", text=LONGER, ann=old, bob=OPEN)), wish())
    line = found.lines["ann"]["harbour.p02"]
    assert (line.text, line.spans) == (TEXTS["harbour.p02"].text, (AURORA, Span(16, 25, "PORT")))
    assert line.extra == {"confirmed": True, "comments": ["ok"]}
    assert moved(found) == [("ann", "harbour.p02", ["Aurora", "Port Said"], ("The",))]
    assert found.moved[0].json()["spans"] == [[4, 10, "SHIP", "Aurora"], [16, 25, "PORT", "Port Said"]]
    assert found.lines["bob"] == {"harbour.p02": None}
    assert not found.problems


def test_a_span_without_a_place_in_the_new_text_withholds_its_line(toy):
    put(toy, collect(snapshot(copy(1, "harbour.p02", cid=work(AURORA))), wish()))
    before = (toy.passes / "cid" / "harbour.jsonl").read_bytes()
    old = f"{LONGER} Nordlicht"
    lost = Span(old.index("Nordlicht"), len(old), "SHIP")
    copies = [copy(1, "harbour.p02", text=old, cid=work(Span(10, 16, "SHIP"), lost), dan=work(Span(10, 16, "SHIP")))]
    found = collect(snapshot(*copies), wish())
    [problem] = found.problems
    assert (problem.kind, problem.annotator, problem.example) == ("lost", "cid", "harbour.p02")
    assert (problem.span, problem.surface) == ((lost.start, lost.end, "SHIP"), "Nordlicht")
    assert problem.message == "is not in the new text"
    assert moved(found) == [("dan", "harbour.p02", ["Aurora"], ("The",))]
    assert put(toy, found) == [toy.passes / "dan" / "harbour.jsonl"]
    assert (toy.passes / "cid" / "harbour.jsonl").read_bytes() == before
    assert put(toy, found) == []


def test_a_slip_in_an_older_text_is_set_right_before_it_is_moved():
    found = collect(snapshot(copy(1, "harbour.p02", text=LONGER, ann=work(Span(9, 17, "SHIP")))), wish(tidy=True))
    assert found.lines["ann"]["harbour.p02"].spans == (AURORA,)
    assert [one.repair.issue.surface for one in found.repairs] == [" Aurora "]


def test_a_shared_annotation_is_moved_into_gold():
    old = {ALL: work(Span(10, 16, "SHIP"))}
    found = collect(snapshot(copy(1, "harbour.p02", text=LONGER, **old), shared=True), wish())
    assert found.lines[ALL]["harbour.p02"].spans == (AURORA,)
    assert moved(found) == [(ALL, "harbour.p02", ["Aurora"], ("The",))]


def test_what_was_filled_into_an_older_text_withdraws_no_line(toy):
    before = (toy.gold / "harbour.jsonl").read_bytes()
    filled = Span(10, 16, "SHIP")
    old = copy(
        1,
        "harbour.p02",
        text=LONGER,
        sent=fingerprint([filled]),
        **{ALL: work(filled, confirmed=False)},
    )
    assert put(toy, collect(snapshot(old, shared=True), wish())) == []
    assert (toy.gold / "harbour.jsonl").read_bytes() == before


WRAPPED = Example("storm.p02", "The 72nd\r\nBrigade left\r\nthe harbour.", at=5)


def test_work_on_a_text_with_spaces_for_line_breaks_is_pulled_into_the_text_of_the_corpus():
    span = Span(4, 17, "SHIP")
    there = copy(1, "storm.p02", text=WRAPPED.text.replace("\r\n", "  "), ann=work(span))
    found = collect(snapshot(there), wish(examples={"storm.p02": WRAPPED}))
    assert (found.problems, found.moved) == ([], [])
    line = found.lines["ann"]["storm.p02"]
    assert (line.text, line.spans, line.surface(span)) == (WRAPPED.text, (span,), "72nd\r\nBrigade")


def test_work_on_an_older_text_with_spaces_for_line_breaks_is_moved():
    old = f"Then {WRAPPED.text[:1].lower()}{WRAPPED.text[1:]}".replace("\r\n", "  ")
    there = copy(1, "storm.p02", text=old, ann=work(Span(9, 22, "SHIP")))
    found = collect(snapshot(there), wish(examples={"storm.p02": WRAPPED}))
    assert found.problems == []
    assert found.lines["ann"]["storm.p02"].spans == (Span(4, 17, "SHIP"),)
    assert [line.example for line in found.moved] == ["storm.p02"]


@st.composite
def edited(draw):
    """A text, spans in it, and the text after words were inserted and removed, and quotes and spaces changed."""
    quotes = st.sampled_from(["{}", '"{}"', "“{}”", "'{}'"])
    spaces = st.sampled_from([" ", "  ", "\n"])
    words = [draw(st.sampled_from(["KFOR", "NATO", *[f"no{at}"] * 4])) for at in range(draw(st.integers(1, 15)))]
    old, spans, kept = "", [], []
    for word in words:
        quote, space = draw(quotes), draw(spaces)
        start = len(old) + quote.index("{")
        old += quote.format(word) + space
        if draw(st.booleans()):
            spans.append(Span(start, start + len(word), draw(st.sampled_from(["SHIP", "PORT"]))))
        if draw(st.integers(0, 15)):
            kept.append((draw(quotes), word, draw(spaces)))
        if not draw(st.integers(0, 7)):
            kept.append((quote, draw(st.sampled_from(["KFOR", "the"])), space))
    return old, "".join(quote.format(word) + space for quote, word, space in kept), spans


@given(edited())
def test_in_an_edited_text_each_span_is_on_its_words_or_listed(change):
    old, new, spans = change
    there = snapshot(copy(1, "storm.p01", text=old, ann=work(*spans)))
    found = collect(there, wish(examples={"storm.p01": Example("storm.p01", new)}))
    line = found.lines.get("ann", {}).get("storm.p01")
    if line is None:
        listed = [problem.span for problem in found.problems]
        assert listed == [None] or set(listed) <= {(span.start, span.end, span.label) for span in spans}
        assert len(set(listed)) == len(listed) > 0
        assert not found.moved
        return
    assert not found.problems
    assert sorted((line.surface(s), s.label) for s in line.spans) == sorted(
        (old[s.start : s.end], s.label) for s in spans
    )
    assert all(one.end <= other.start for one, other in pairwise(sorted(line.spans)))
    assert bool(found.moved) == (not is_text_of(old, new))


def test_another_text_that_nobody_worked_on_is_for_the_next_push():
    assert not collect(snapshot(copy(1, "storm.p01", text="Old", ann=OPEN)), wish()).problems


@pytest.mark.parametrize("name", [None, "../../etc/passwd", "storm.p99", "harbour", "/storm.p01", "storm.p01\0"])
def test_an_example_that_is_not_of_the_corpus_is_listed(name):
    found = collect(snapshot(copy(7, name, text="x", ann=work(Span(0, 1, "SHIP")))), wish())
    assert kinds(found) == [("foreign", "ann", name or "Doccano's number 7")]
    assert not any(found.lines.values())


def test_an_example_of_a_withdrawn_article_is_named_and_not_written():
    wanted = replace(wish(), withdrawn={"fog": "2026-12-01"})
    found = collect(snapshot(copy(7, "fog.p01", text="x", ann=work(Span(0, 1, "SHIP")))), wanted)
    assert kinds(found) == [("withdrawn", "ann", "fog.p01")]
    assert found.problems[0].message == "its article was withdrawn on 2026-12-01"
    assert not any(found.lines.values())


def test_articles_that_were_not_asked_for_are_skipped():
    storm = {name: example for name, example in TEXTS.items() if example.article == "storm"}
    copies = [copy(1, "harbour.p02", text="changed", ann=work()), copy(2, "storm.p01", ann=work())]
    found = collect(snapshot(*copies), wish(examples=storm, other_articles={"harbour"}))
    assert not found.problems
    assert [*found.lines["ann"]] == ["storm.p01"]


def test_of_two_copies_the_one_that_was_worked_on_counts():
    copies = [copy(1, "storm.p01", ann=OPEN), copy(2, "storm.p01", ann=work(Span(0, 5, "PORT")))]
    found = collect(snapshot(*copies), wish())
    assert found.lines["ann"]["storm.p01"].spans == (Span(0, 5, "PORT"),)
    assert not found.problems


def test_two_copies_that_were_worked_on_are_listed():
    copies = [copy(1, "storm.p01", ann=work(), bob=OPEN), copy(2, "storm.p01", ann=OPEN, bob=work())]
    found = collect(snapshot(*copies), wish())
    assert kinds(found) == [("double", "ann", "storm.p01"), ("double", "bob", "storm.p01")]
    assert not any(found.lines.values())


def test_what_a_push_filled_in_twice_is_nobodys_work():
    filled = work(Span(0, 5, "PORT"), confirmed=False)
    copies = [copy(number, "storm.p01", **{ALL: one}) for number, one in [(1, filled), (2, work(Span(0, 5, "PORT")))]]
    found = collect(snapshot(*copies, shared=True), wish())
    assert found.lines[ALL]["storm.p01"].extra == {"confirmed": True}
    assert not found.problems


@given(st.data())
def test_every_example_of_everybody_is_a_line_or_open_or_listed(data):
    done = st.builds(
        work,
        st.builds(Span, st.integers(0, 9), st.integers(10, 12), st.sampled_from(["SHIP", "TANK"])),
        confirmed=st.booleans(),
    )
    copies = [
        copy(number, data.draw(st.sampled_from([*TEXTS])), ann=data.draw(done | st.just(OPEN)), bob=data.draw(done))
        for number in range(data.draw(st.integers(1, 5)))
    ]
    options = wish(unconfirmed=data.draw(st.booleans()), tidy=data.draw(st.booleans()))
    found = collect(snapshot(*copies), options)
    listed = {(problem.annotator, problem.example) for problem in found.problems}
    for one in copies:
        for who, did in one.work.items():
            line = found.lines.get(who, {}).get(one.id, "nothing")
            if did.confirmed:
                assert line != "nothing" or (who, one.id) in listed
            assert line in (None, "nothing") or (who, one.id) not in listed


# What is written


def test_a_pass_is_written_canonically_and_a_second_pull_changes_nothing(toy):
    copies = [copy(1, "storm.p02", cid=work()), copy(2, "storm.p01", cid=work(Span(11, 21, "PORT"), comments=["ok"]))]
    found = collect(snapshot(*copies), wish())
    [path] = put(toy, found)
    assert path == toy.passes / "cid" / "storm.jsonl"
    assert path.read_text(encoding="utf-8") == (
        '{"id": "storm.p01", "at": 0, "text": "Storm over Valparaíso", "spans": [[11, 21, "PORT", "Valparaíso"]], '
        '"confirmed": true, "comments": ["ok"]}\n'
        '{"id": "storm.p02", "at": 22, "text": "The ferries Belle Étoile and Nordlicht stayed in Valparaíso.", '
        '"spans": [], "confirmed": true}\n'
    )
    assert put(toy, found) == []


def test_only_the_file_whose_annotation_changed_is_written(toy):
    first = collect(snapshot(copy(1, "storm.p01", cid=work()), copy(2, "harbour.p02", cid=work())), wish())
    put(toy, first)
    before = (toy.passes / "cid" / "storm.jsonl").stat()
    second = collect(snapshot(copy(1, "storm.p01", cid=work()), copy(2, "harbour.p02", cid=work(AURORA))), wish())
    assert put(toy, second) == [toy.passes / "cid" / "harbour.jsonl"]
    assert (toy.passes / "cid" / "storm.jsonl").stat() == before


def test_a_line_that_means_the_same_in_other_bytes_is_no_change(toy):
    path = toy.passes / "cid" / "storm.jsonl"
    path.parent.mkdir()
    row = {"confirmed": True, "spans": [], "text": TEXTS["storm.p01"].text, "at": 0, "id": "storm.p01"}
    path.write_text(json.dumps(row, indent=None))
    assert put(toy, collect(snapshot(copy(1, "storm.p01", cid=work())), wish())) == []


def test_a_withdrawn_line_is_removed_and_so_is_an_empty_file(toy):
    put(toy, collect(snapshot(copy(1, "storm.p01", cid=work()), copy(2, "storm.p02", cid=work())), wish()))
    reopened = work(Span(4, 11, "SHIP"), confirmed=False)
    found = collect(snapshot(copy(1, "storm.p01", cid=work()), copy(2, "storm.p02", cid=reopened)), wish())
    [change] = pass_files.pass_changes(toy, found, {})
    assert (change.merged.withdrawn, change.merged.kept) == (("storm.p02",), ())
    put(toy, found)
    assert [e.id for e in toy.pass_examples("cid")] == ["storm.p01"]
    put(toy, collect(snapshot(copy(1, "storm.p01", cid=work(confirmed=False, comments=["hm"]))), wish()))
    assert "cid" not in toy.annotators()


@pytest.mark.parametrize("unconfirmed", [False, True])
@pytest.mark.parametrize("busy", [OPEN, work(Span(0, 5, "PORT"))])
def test_a_project_in_which_nothing_was_done_takes_no_pass_away(toy, unconfirmed, busy):
    put(toy, collect(snapshot(*(copy(n, name, cid=work()) for n, name in enumerate(TEXTS))), wish()))
    before = {e.id: e for e in toy.pass_examples("cid")}
    another = [copy(1, "harbour.p02", cid=busy), *(copy(n + 1, f"storm.p0{n}", cid=OPEN) for n in (1, 2))]
    found = collect(snapshot(*another), wish(unconfirmed=unconfirmed))
    kept = {name for change in pass_files.pass_changes(toy, found, {}) for name in change.merged.kept}
    assert kept == (before.keys() if busy is OPEN else before.keys() - {"harbour.p02"})
    put(toy, found)
    assert {e.id: e for e in toy.pass_examples("cid") if e.id in kept} == {name: before[name] for name in kept}
    put(toy, collect(snapshot(*another), wish(withdraw=True)))
    left = [e.id for e in toy.pass_examples("cid")] if "cid" in toy.annotators() else []
    assert left == ([] if busy is OPEN else ["harbour.p02"])


def test_unconfirmed_work_stays_where_nothing_of_it_is_there(toy):
    done = work(AURORA, confirmed=False)
    copies = [copy(1, "harbour.p02", cid=done), copy(2, "storm.p01", cid=OPEN)]
    put(toy, collect(snapshot(*copies), wish(unconfirmed=True)))
    anew = [copy(1, "harbour.p02", cid=OPEN), copy(2, "storm.p01", cid=OPEN)]
    put(toy, collect(snapshot(*anew), wish()))
    assert [(e.id, e.spans) for e in toy.pass_examples("cid")] == [("harbour.p02", (AURORA,))]


@pytest.mark.parametrize("how", ["filled in", "import broke off", "other spans", "commented"])
def test_gold_stays_where_a_shared_project_holds_what_was_filled_in_alone(toy, how):
    port = Span(49, 59, "PORT")
    put(toy, collect(snapshot(copy(1, "storm.p02", **{ALL: work(port)}), shared=True), wish()))
    sent = fingerprint([port])
    spans = {"other spans": (Span(12, 24, "SHIP"),), "import broke off": ()}.get(how, (port,))
    done = work(*spans, confirmed=False, comments=["hm"] if how == "commented" else ())
    found = collect(snapshot(copy(1, "storm.p02", sent=sent, **{ALL: done}), shared=True), wish())
    [change] = pass_files.pass_changes(toy, found, {})
    stays = how in {"filled in", "import broke off"}
    assert (change.merged.kept, change.merged.withdrawn) == (("storm.p02",) * stays, ("storm.p02",) * (not stays))
    assert change.merged.is_changed is not stays


def test_what_the_project_does_not_hold_stays(toy):
    before = {e.id: e for e in toy.pass_examples("ann")}
    put(toy, collect(snapshot(copy(1, "storm.p01", ann=work())), wish()))
    after = {e.id: e for e in toy.pass_examples("ann")}
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == ["storm.p01"]
    assert after["storm.p01"].extra == {"confirmed": True}


def test_what_does_not_fit_leaves_the_line_that_is_here(toy):
    put(toy, collect(snapshot(copy(1, "harbour.p02", cid=work(AURORA))), wish()))
    found = collect(snapshot(copy(1, "harbour.p02", cid=work(Span(3, 10, "SHIP")))), wish())
    assert put(toy, found) == []


def test_who_confirmed_nothing_gets_no_file(toy):
    put(toy, collect(snapshot(copy(1, "storm.p01", cid=work(AURORA, confirmed=False), lead=OPEN)), wish()))
    assert toy.annotators() == ["ann", "bob"]


def test_an_article_without_work_and_without_a_file_is_not_in_the_plan(toy):
    found = collect(snapshot(copy(1, "storm.p01", cid=work()), copy(2, "harbour.p02", cid=OPEN)), wish())
    assert [change.article for change in pass_files.pass_changes(toy, found, {})] == ["storm"]


def test_a_shared_project_becomes_gold_that_keeps_its_extra_keys(toy):
    before = {path.name: path.read_bytes() for path in toy.gold.iterdir()}
    same = {e.id: e for e in toy.gold_examples()}["storm.p01"].spans
    copies = [copy(1, "storm.p01", **{ALL: work(*same)}), copy(2, "storm.p02", **{ALL: OPEN})]
    assert put(toy, collect(snapshot(*copies, shared=True), wish())) == []
    copies[1] = copy(2, "storm.p02", **{ALL: work(Span(12, 24, "SHIP"))})
    assert put(toy, collect(snapshot(*copies, shared=True), wish())) == [toy.gold / "storm.jsonl"]
    lines = (toy.gold / "storm.jsonl").read_bytes().splitlines()
    assert lines[0] == before["storm.jsonl"].splitlines()[0]
    assert lines[1].endswith(b'"spans": [[12, 24, "SHIP", "Belle \xc3\x89toile"]], "confirmed": true}')


def test_a_pseudonym_names_the_pass(toy):
    [path] = put(toy, collect(snapshot(copy(1, "storm.p01", cid=work())), wish()), {"cid": "r1"})
    assert path.parent.name == "r1"


def test_who_gets_a_pseudonym_later_is_not_counted_twice(toy):
    found = collect(snapshot(copy(1, "storm.p01", cid=work())), wish())
    put(toy, found)
    with pytest.raises(InvalidValueError, match="one person would count as two") as caught:
        put(toy, found, {"cid": "c1"})
    assert caught.value.remedy == "Rename it first: git mv corpus/passes/cid corpus/passes/c1"
    (toy.passes / "cid").rename(toy.passes / "c1")
    assert put(toy, found, {"cid": "c1"}) == []
    assert toy.annotators() == ["ann", "bob", "c1"]


def test_nobody_writes_into_the_folder_that_is_anothers_by_pseudonym(toy):
    found = collect(snapshot(copy(1, "storm.p01", cid=work(), dan=OPEN)), wish())
    with pytest.raises(InvalidValueError, match="the folder of 'dan'"):
        put(toy, found, {"dan": "cid"})


@pytest.mark.parametrize("name", ["..", "ANN", "con", "a/b", ".x", "a\u202eb"])
def test_a_name_that_cannot_be_a_folder_is_refused_and_nothing_is_written(toy, name):
    before = sorted(toy.root.rglob("*"))
    found = collect(snapshot(copy(1, "storm.p01", **{name: work(), "cid": work()})), wish())
    with pytest.raises(InvalidValueError, match="pseudonym"):
        put(toy, found)
    assert sorted(toy.root.rglob("*")) == before


@pytest.mark.parametrize("name", ["..", "ANN", "con"])
def test_a_name_that_nothing_is_written_for_does_not_matter(toy, name):
    found = collect(snapshot(copy(1, "storm.p01", **{name: OPEN, "cid": work()})), wish())
    assert len(put(toy, found)) == 1


@pytest.mark.parametrize("spoil", ["folder", "line", "double"])
def test_a_file_that_cannot_be_read_stops_the_pull_before_it_writes(toy, spoil):
    path = toy.passes / "cid" / "storm.jsonl"
    path.parent.mkdir()
    if spoil == "folder":
        path.mkdir()
    else:
        path.write_text("{}\n" if spoil == "line" else gold.line(TEXTS["storm.p01"]) * 2, encoding="utf-8")
    found = collect(snapshot(copy(1, "harbour.p02", ann=work(), cid=work()), copy(2, "storm.p01", cid=work())), wish())
    before = {p: p.read_bytes() for p in toy.root.rglob("*.jsonl") if p.is_file()}
    with pytest.raises(InputError) as caught:
        put(toy, found)
    assert caught.value.file == path
    assert before == {p: p.read_bytes() for p in toy.root.rglob("*.jsonl") if p.is_file()}

"""Judging and tidying spans, laying them over a file, and the names of folders: pure, so shown by laws."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import offsets
from goldspan.annotation import Example, Span
from goldspan.doccano import members
from goldspan.doccano.pull import merge, span_issues
from goldspan.doccano.snapshot import DUPLICATE, AnnotatorWork, InvalidSpan
from goldspan.errors import InvalidValueError
from goldspan.formats import gold
from helpers import strategies

LABELS = ("UNIT", "PERSON")  # strategies.LABELS has others, too
UNITS = st.sampled_from(["utf16", "graphemes"])


@st.composite
def works(draw, text):
    """Any spans, and what could not become spans, for one that was drawn twice too."""
    spans = sorted(draw(strategies.spans(text, flat=False)))
    places = st.integers(-3, 2 * len(text) + 3)
    odd = st.builds(InvalidSpan, places, places, strategies.labels, st.just("why"))
    twice = [InvalidSpan(span.start, span.end, span.label, DUPLICATE) for span in spans]
    invalid = draw(st.lists(odd | st.sampled_from(twice) if twice else odd, max_size=3, unique=True))
    return AnnotatorWork(tuple(spans), invalid=tuple(invalid))


@st.composite
def cases(draw):
    text = draw(strategies.texts)
    return text, draw(works(text)), LABELS, draw(UNITS)


@given(cases())
def test_what_is_tidied_has_no_flaw_but_those_named(case):
    text, work, labels, unit = case
    done = span_issues.tidy_spans(*case)
    left = replace(work, spans=done.spans, invalid=tuple(r for r in work.invalid if not repaired(done, r)))
    assert set(span_issues.find_issues(text, left, labels, unit)) == set(done.issues)
    assert {issue.kind for issue in done.issues} <= {"overlap", "refused"}


def repaired(done, invalid):
    same = (invalid.start, invalid.end, invalid.label, invalid.reason)
    issues = [repair.issue for repair in done.repairs if not repair.issue.surface]
    return same in {(issue.start, issue.end, issue.label, issue.message) for issue in issues}


@given(cases())
def test_tidying_twice_is_tidying_once(case):
    text, work, labels, unit = case
    done = span_issues.tidy_spans(*case)
    again = span_issues.tidy_spans(text, replace(work, spans=done.spans, invalid=()), labels, unit)
    assert (again.spans, again.repairs) == (done.spans, ())


@given(cases())
def test_every_span_is_kept_or_named(case):
    _, work, _, _ = case
    done = span_issues.tidy_spans(*case)
    moved = [r.after for r in done.repairs if r.after]
    named = [(r.issue.start, r.issue.end, r.issue.label) for r in done.repairs]
    invalid = [issue for issue in done.issues if issue.kind == "refused"]
    assert len(work.spans) + len(work.invalid) == len(done.spans) - len(moved) + len(named) + len(invalid)
    for span in work.spans:
        assert span in done.spans or (span.start, span.end, span.label) in named


@given(cases())
def test_no_word_is_lost_and_none_taken_in(case):
    text, _, _, _ = case
    for repair in span_issues.tidy_spans(*case).repairs:
        if repair.after:
            assert repair.surface == repair.issue.surface.strip() == text[repair.after.start : repair.after.end]
            assert repair.issue.start <= repair.after.start < repair.after.end <= repair.issue.end
            assert repair.after.label == repair.issue.label


@given(cases())
def test_what_has_no_flaw_is_left_as_it_is(case):
    _, work, _, _ = case
    if not span_issues.find_issues(*case):
        assert span_issues.tidy_spans(*case) == span_issues.TidyResult(tuple(sorted(work.spans)), (), ())
    else:
        assert span_issues.tidy_spans(*case).repairs or span_issues.tidy_spans(*case).issues


@given(strategies.texts, UNITS)
def test_a_flat_annotation_with_visible_edges_fits(text, unit):
    words = [Span(found, found + len(word), "UNIT") for word, found in tokens_of(text)]
    assert span_issues.find_issues(text, AnnotatorWork(tuple(words)), LABELS, unit) == ()


def tokens_of(text):
    at = 0
    for word in text.split():
        at = text.index(word, at)
        yield word, at
        at += len(word)


@given(cases())
def test_every_span_that_begins_inside_another_is_named(case):
    _, work, _, _ = case
    pairs = combinations(sorted(work.spans), 2)
    inside = {(later.start, later.end, later.label) for before, later in pairs if later.overlaps(before)}
    named = {(f.start, f.end, f.label) for f in span_issues.find_issues(*case) if f.kind == "overlap"}
    assert named == inside


@pytest.mark.parametrize(
    ("place", "kind"),
    [((-1, 2), "outside"), ((0, 9), "outside"), ((3, 3), "empty"), ((3, 2), "empty"), ((1, 3), "refused")],
)
def test_what_could_not_become_a_span_says_why(place, kind):
    text = "👍 seven"  # 7 code points, 8 UTF-16 units
    work = AnnotatorWork(invalid=(InvalidSpan(*place, "UNIT", "inside a pair"),))
    [issue] = span_issues.find_issues(text, work, LABELS, "utf16")
    assert (issue.kind, issue.message) == (kind, "inside a pair")
    assert bool(span_issues.tidy_spans(text, work, LABELS, "utf16").issues) == (kind == "refused")
    assert offsets.to_utf16(text, [len(text)])[0] == 8


def test_a_span_inside_a_long_one_is_named_behind_a_short_one_too():
    work = AnnotatorWork((Span(0, 16, "UNIT"), Span(4, 8, "UNIT"), Span(9, 16, "UNIT")))
    assert [issue.start for issue in span_issues.find_issues("The 72nd Brigade", work, LABELS, "utf16")] == [4, 9]


def test_the_message_names_the_overlapping_span():
    work = AnnotatorWork((Span(0, 8, "UNIT"), Span(4, 8, "PERSON"), Span(9, 16, "UNIT")))
    [issue] = span_issues.find_issues("The 72nd Brigade", work, LABELS, "utf16")
    assert (issue.surface, issue.message) == ("72nd", "overlaps with [0, 8, UNIT]")


# Laying over


def lines_of(name, spans=(), text="one two three", at=0, **extra):
    return Example(name, text, tuple(spans), at, extra)


@st.composite
def here_and_there(draw):
    ids = [f"a.p{number:02}" for number in range(8)]
    here = [
        lines_of(name, draw(strategies.spans("one two three")), at=ids.index(name), **draw(strategies.extras))
        for name in draw(st.permutations(ids))[: draw(st.integers(0, 8))]
    ]
    there = {}
    for name in draw(st.lists(st.sampled_from(ids), unique=True)):
        new = lines_of(name, draw(strategies.spans("one two three")), at=ids.index(name))
        comments = draw(st.lists(st.text(strategies.characters), max_size=2))
        line = merge.pass_line(new, new.spans, confirmed=draw(st.booleans()), comments=comments)
        there[name] = draw(st.sampled_from([line, None]))
    return here, there


@given(here_and_there(), st.booleans())
def test_merging_twice_is_merging_once(case, is_gold):
    here, there = case
    merged = merge.merge(here, there, gold=is_gold)
    assert merge.merge(merged.examples, there, gold=is_gold) == merge.MergedPass(merged.examples)
    untouched = {name: () for name, line in there.items() if line is None}
    kept = merge.merge(here, there, untouched, gold=is_gold)
    again = merge.merge(kept.examples, there, untouched, gold=is_gold)
    assert again == merge.MergedPass(kept.examples, kept=kept.kept)


@given(here_and_there(), st.booleans())
def test_no_work_goes_for_an_example_on_which_nothing_was_done(case, is_gold):
    here, there = case
    untouched = {name: () for name, line in there.items() if line is None or line.extra["confirmed"] is False}
    there = {name: None if name in untouched else line for name, line in there.items()}
    merged = merge.merge(here, there, untouched, gold=is_gold)
    assert not {*merged.withdrawn} & untouched.keys()
    for old in here:
        if old.id in untouched and old not in merged.examples:
            assert (old.spans, old.extra["confirmed"], old.extra.get("comments", [])) == ((), False, [])
    by_itself = merge.merge(here, there, gold=is_gold)
    assert {*merged.kept} == {e.id for e in merged.examples} - {e.id for e in by_itself.examples}


@given(here_and_there(), st.booleans())
def test_lines_that_the_server_does_not_hold_stay_as_they_are(case, is_gold):
    here, there = case
    merged = {e.id: e for e in merge.merge(here, there, gold=is_gold).examples}
    for example in here:
        if example.id not in there or (there[example.id] is None and "confirmed" not in example.extra):
            assert merged[example.id] is example


@given(here_and_there())
def test_a_pass_says_what_the_server_says(case):
    here, there = case
    merged = {e.id: e for e in merge.merge(here, there).examples}
    for name, line in there.items():
        if line is not None:
            assert merged[name].spans == line.spans
            assert {k: v for k, v in merged[name].extra.items() if k in ("confirmed", "comments")} == line.extra
            assert list(merged[name].extra)[: len(line.extra)] == list(line.extra) or merged[name] in here
        else:
            assert "confirmed" not in getattr(merged.get(name), "extra", {})


@given(here_and_there(), st.booleans())
def test_every_line_is_accounted_for(case, is_gold):
    here, there = case
    merged = merge.merge(here, there, gold=is_gold)
    old, new = {e.id: e for e in here}, {e.id: e for e in merged.examples}
    assert set(merged.new) == new.keys() - old.keys()
    assert set(merged.changed) == {name for name in new.keys() & old.keys() if new[name] != old[name]}
    assert old.keys() - new.keys() <= {*merged.withdrawn, *merged.left_out}
    assert [e.id for e in merged.examples] == sorted(new)  # here `at` rises with the id
    assert not {*merged.withdrawn} & {*merged.left_out}


def test_the_order_is_that_of_the_article_not_of_the_ids():
    there = {
        name: merge.pass_line(lines_of(name, at=at), (), confirmed=True) for name, at in [("a.p100", 9), ("a.p99", 3)]
    }
    assert [e.id for e in merge.merge([lines_of("a.p02", at=5)], there).examples] == ["a.p99", "a.p02", "a.p100"]


def test_looked_and_found_nothing_is_a_line_and_not_looked_is_none():
    there = {"a.p01": merge.pass_line(lines_of("a.p01"), (), confirmed=True), "a.p02": None}
    [example] = merge.merge([], there).examples
    assert gold.line(example).endswith('"spans": [], "confirmed": true}\n')


def test_what_was_confirmed_here_and_is_open_there_is_withdrawn():
    old = lines_of("a.p01", confirmed=True)
    assert merge.merge([old], {"a.p01": None}) == merge.MergedPass((), withdrawn=("a.p01",))
    reopened = merge.pass_line(lines_of("a.p01"), (), confirmed=False)
    merged = merge.merge([old], {"a.p01": reopened})
    assert (merged.examples, merged.changed, merged.withdrawn) == ((reopened,), ("a.p01",), ("a.p01",))


def test_a_line_that_is_no_longer_wanted_is_left_out_and_named():
    merged = merge.merge([lines_of("a.p01", confirmed=False)], {"a.p01": None})
    assert merged == merge.MergedPass((), left_out=("a.p01",))


def test_further_keys_stay_while_the_spans_do():
    old = lines_of("a.p01", [Span(0, 3, "UNIT")], note="read twice", confirmed=False)
    same = merge.pass_line(old, old.spans, confirmed=True)
    [kept] = merge.merge([old], {"a.p01": same}).examples
    assert dict(kept.extra) == {"confirmed": True, "note": "read twice"}
    [lost] = merge.merge([old], {"a.p01": merge.pass_line(lines_of("a.p01"), (), confirmed=True)}).examples
    assert dict(lost.extra) == {"confirmed": True}


def test_gold_that_says_nothing_is_confirmed_already():
    old = lines_of("a.p01", [Span(0, 3, "UNIT")], comments=["of the lead"])
    there = {"a.p01": merge.pass_line(old, old.spans, confirmed=True)}
    assert merge.merge([old], there, gold=True) == merge.MergedPass((old,))
    assert merge.merge([old], there).changed == ("a.p01",)
    assert merge.merge([old], {"a.p01": None}, gold=True) == merge.MergedPass((old,))


# Folders


@pytest.mark.parametrize("name", ["ann", "Ann B.c", "ann@example.org", "über", "a+b-c_d", "COM", "console", "nul-a"])
def test_a_plain_name_is_a_folder(name):
    assert members.pass_folders([name], {}, ["bob"]) == {name: name}


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".git", "a/b", "a\\b", "/etc", "C:", "a\0b", "a\nb", "a\u202eb", "con", "NUL", "Com1", "lpt9.txt",
     "aux .x", "COM¹", "ann.", "ann ", " ann", "a*", "a?", "<a>", "a" * 101],
)  # fmt: skip
def test_any_other_name_is_refused_and_a_pseudonym_helps(name):
    with pytest.raises(InvalidValueError, match="pseudonym"):
        members.pass_folders([name], {}, [])
    assert members.pass_folders([name], {name: "r1"}, []) == {name: "r1"}
    with pytest.raises(InvalidValueError, match="pseudonym"):
        members.pass_folders(["ann"], {"ann": name}, [])


@pytest.mark.parametrize("pair", [("ann", "Ann"), ("straße", "STRASSE"), ("é", "e\u0301"), ("É", "e\u0301")])
def test_two_names_that_some_file_system_takes_for_one_are_refused(pair):
    with pytest.raises(InvalidValueError, match="would write into the folder"):
        members.pass_folders(pair, {}, [])
    with pytest.raises(InvalidValueError, match="that is there"):
        members.pass_folders(pair[:1], {}, pair[1:])


def test_two_annotators_never_share_a_folder():
    with pytest.raises(
        InvalidValueError, match="'bob', whose pseudonym is 'r1', would write into the folder 'r1' of 'ann'"
    ):
        members.pass_folders(["ann", "bob"], {"ann": "r1", "bob": "r1"}, [])
    with pytest.raises(InvalidValueError, match="of 'ann'"):
        members.pass_folders(["ann", "bob"], {"bob": "ann"}, [])


def test_a_folder_that_is_there_is_written_into_again():
    assert members.pass_folders(["ann", "bob"], {"ann": "r1"}, ["r1", "bob"]) == {"ann": "r1", "bob": "bob"}


@given(st.text(strategies.characters, max_size=6))
def test_a_name_that_fits_stays_one_level_down(tmp_path_factory, name):
    if members.folder_name_problem(name) is None:
        root = tmp_path_factory.getbasetemp()
        assert (root / name).resolve().parent == root.resolve()

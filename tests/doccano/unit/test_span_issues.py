"""What is wrong with spans, and what tidying repairs: pure, so shown by laws."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.doccano.pull import span_issues
from goldspan.doccano.snapshot import DUPLICATE, AnnotatorWork, InvalidSpan
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
def test_what_is_tidied_has_no_issue_but_those_named(case):
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
def test_what_has_no_issue_is_left_as_it_is(case):
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
def test_an_invalid_span_says_why(place, kind):
    text = "👍 seven"  # 7 code points, 8 UTF-16 units
    work = AnnotatorWork(invalid=(InvalidSpan(*place, "UNIT", "inside a pair"),))
    [issue] = span_issues.find_issues(text, work, LABELS, "utf16")
    assert (issue.kind, issue.message) == (kind, "inside a pair")
    assert bool(span_issues.tidy_spans(text, work, LABELS, "utf16").issues) == (kind == "refused")
    assert offsets.to_utf16(text, [len(text)])[0] == 8


def test_a_span_inside_a_long_one_is_named_after_a_short_one_too():
    work = AnnotatorWork((Span(0, 16, "UNIT"), Span(4, 8, "UNIT"), Span(9, 16, "UNIT")))
    assert [issue.start for issue in span_issues.find_issues("The 72nd Brigade", work, LABELS, "utf16")] == [4, 9]


def test_the_message_names_the_overlapping_span():
    work = AnnotatorWork((Span(0, 8, "UNIT"), Span(4, 8, "PERSON"), Span(9, 16, "UNIT")))
    [issue] = span_issues.find_issues("The 72nd Brigade", work, LABELS, "utf16")
    assert (issue.surface, issue.message) == ("72nd", "overlaps with [0, 8, UNIT]")

from dataclasses import replace

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.push import plan, verify
from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.doccano import ExampleView
from helpers.doccano_project import INDEPENDENT, KFOR, SHARED, A, B, rows, snapshot_of, stored_copy


@pytest.mark.parametrize(
    ("example", "project", "more", "why"),
    [
        (Example("x", ""), INDEPENDENT, None, "the text is empty"),
        (replace(A, spans=(KFOR,)), INDEPENDENT, None, "everybody annotates alone"),
        (replace(A, spans=(KFOR, Span(2, 7, "UNIT"))), SHARED, None, "overlap"),
        (replace(A, spans=(Span(0, 4, "SHIP"),)), SHARED, None, "there is no such label"),
        (Example("x", "e\u0301", (Span(0, 1, "UNIT"),)), replace(SHARED, grapheme_mode=True), None, "cluster"),
        (A, INDEPENDENT, {"a.p01": {"who": 3}}, "'who' is not a string"),
        (A, INDEPENDENT, {"b": {"who": "x"}}, "'who' is not a string"),
        (A, INDEPENDENT, {"a.p01": {"goldspan_x": "x"}}, "is taken"),
        (A, INDEPENDENT, {"a.p01": {"label": "x"}}, "is taken"),
    ],
)
def test_what_doccano_would_drop_or_change_is_refused_by_name(example, project, more, why):
    with pytest.raises(InvalidValueError, match=why) as caught:
        rows(example, project=project, views={name: ExampleView(panel=panel) for name, panel in (more or {}).items()})
    assert caught.value.remedy
    assert caught.value.example == example.id or "taken" in why


def test_two_examples_of_one_id_are_refused():
    with pytest.raises(InvalidValueError, match=r"a\.p01: this id is there twice"):
        rows(A, B)


def test_overlaps_pass_if_the_project_allows_them_and_touching_always():
    overlapping = replace(A, spans=(KFOR, Span(2, 7, "UNIT")))
    assert rows(overlapping, project=replace(SHARED, allow_overlapping=True))
    assert rows(replace(A, spans=(KFOR, Span(4, 5, "UNIT"))), project=SHARED)


def reconciled(example, there, errors=()):
    wanted = rows(example, project=SHARED)
    made = plan.plan_push(wanted, there, {})
    return verify.reconcile(wanted, made, there.copies, errors)


def test_what_was_sent_is_what_is_stored():
    example = replace(A, spans=(KFOR,))
    account = reconciled(example, snapshot_of(stored_copy(1, example, project=SHARED), project=SHARED))
    assert account == verify.PushTally(1, 1, 1, 0)


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (AnnotatorWork(), r"a\.p01 \(not \[\(0, 4, 'UNIT'\)\]\)"),
        (AnnotatorWork(spans=(Span(0, 3, "UNIT"),)), r"not .* but \[\(0, 3, 'UNIT'\)\]"),
        (AnnotatorWork(spans=(KFOR, Span(5, 9, "UNIT"))), r"but \[\(5, 9, 'UNIT'\)\]"),
        (AnnotatorWork(spans=(KFOR,), invalid=(InvalidSpan(0, 4, "UNIT", "is there twice"),)), "is there twice"),
    ],
)
def test_a_difference_that_nothing_explains_is_an_error_with_the_name(work, why):
    example = replace(A, spans=(KFOR,))
    with pytest.raises(ServerError, match=why):
        reconciled(example, snapshot_of(stored_copy(1, example, work=work, project=SHARED), project=SHARED))


def test_an_example_that_did_not_arrive_is_an_error_that_names_it():
    with pytest.raises(ServerError, match=r"left out a\.p01; it reports: line 1: no"):
        reconciled(A, snapshot_of(project=SHARED), ["line 1: no"])


def test_what_vanished_is_exactly_what_was_deleted():
    before = {1: stored_copy(1, A), 2: stored_copy(2, A), 3: stored_copy(3, Example("b", "x"))}
    verify.verify_deletions(before, {number: before[number] for number in (1, 3)}, [2])
    verify.verify_deletions(before, {number: before[number] for number in (1, 3)}, [])
    with pytest.raises(ServerError, match="did not delete a"):
        verify.verify_deletions(before, before, [2])
    with pytest.raises(ServerError, match="not by this push: b"):
        verify.verify_deletions(before, {1: before[1], 2: before[2]}, [])

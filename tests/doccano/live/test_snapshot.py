"""A snapshot of a live project holds what its annotators did."""

import pytest

from goldspan.annotation import Example, Span
from goldspan.doccano.human_work import worked_on_examples
from goldspan.doccano.snapshot import AnnotatorWork, fingerprint, take_snapshot
from goldspan.formats import doccano
from helpers.doccano_project import add_member, import_rows, remove_member

TEXT = "a 😀 Bob\r\nin Rome"


@pytest.fixture(params=[False, True], ids=["utf16", "graphemes"])
def project(server, request):
    """An independent project with labels and three examples, and the same of the other unit."""
    made = server.create_project(
        f"snapshot {request.node.name}"[:100], collaborative=False, grapheme_mode=request.param
    )
    for label in ("PER", "LOC"):
        server.create_span_type(made.id, label, "#112233")
    unit = "graphemes" if request.param else "utf16"
    wanted = [Example(f"a.p{at}", f"{TEXT} e\u0301 {at}") for at in range(3)]
    assert import_rows(server, made, [doccano.row(example, unit) for example in wanted]) == []
    yield made
    server.delete_project(made.id)


def test_a_real_project_is_seen_as_its_annotators_left_it(server, project):
    first, second, third = take_snapshot(server, project, confirmed=False).copies
    _, clara = add_member(server, project, "clara")
    at = 4 if project.grapheme_mode else 5
    with clara:
        clara.mark(project.id, first, at, at + 3, "PER")
        clara.confirm(project.id, first)
        clara.confirm(project.id, second)
        clara.comment(project.id, third, "Who?")
    found = take_snapshot(server, project)
    me = server.me().username
    assert found.members == tuple(sorted(["clara", me]))
    assert {copy.corruption for copy in found.copies.values()} == {None}
    assert {number: copy.work["clara"] for number, copy in found.copies.items()} == {
        first: AnnotatorWork((Span(4, 7, "PER"),), confirmed=True),
        second: AnnotatorWork(confirmed=True),
        third: AnnotatorWork(comments=("Who?",)),
    }
    assert {copy.work[me] for copy in found.copies.values()} == {AnnotatorWork()}
    assert worked_on_examples(server, found) == {
        first: "confirmed by clara, labelled by clara",
        second: "confirmed by clara",
        third: "commented",
    }


def test_of_a_former_member_all_but_bare_confirmations_is_seen(server, project):
    first, second, third = take_snapshot(server, project, confirmed=False).copies
    member, clara = add_member(server, project, "clara")
    with clara:
        clara.mark(project.id, first, 0, 1, "LOC")
        clara.confirm(project.id, second)
        clara.comment(project.id, third, "Who?")
    remove_member(server, project, member)
    assert worked_on_examples(server, take_snapshot(server, project)) == {first: "labelled LOC", third: "commented"}


def test_a_shared_project_tells_prefilled_spans_from_those_of_annotators(server):
    project = server.create_project("snapshot shared", collaborative=True)
    for label in ("PER", "LOC"):
        server.create_span_type(project.id, label, "#112233")
    span = Span(4, 7, "PER")
    view = doccano.ExampleView(sent=fingerprint([span]))
    rows = [doccano.row(Example(f"a.p{at}", TEXT, (span,)), view=view) for at in range(4)]
    assert import_rows(server, project, rows) == []
    before = take_snapshot(server, project)
    first, second, third, _ = before.copies
    assert worked_on_examples(server, before) == {}
    _, clara = add_member(server, project, "clara")
    with clara:
        clara.mark(project.id, first, 13, 17, "LOC")
        clara.confirm(project.id, second)
        clara.move(project.id, third, clara.spans(project.id, third)[0]["id"], 0, 1)
    assert worked_on_examples(server, before) == {first: "labelled LOC since", second: "confirmed"}
    changed = "its spans are not those that were filled in"
    assert worked_on_examples(server, take_snapshot(server, project)) == {
        first: changed,
        second: "confirmed",
        third: changed,
    }
    server.delete_project(project.id)

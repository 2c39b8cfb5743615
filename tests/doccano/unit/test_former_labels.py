"""Labels that left the scheme: what their types and spans on a server are now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.annotation import Example, Label, LabelScheme, Span
from goldspan.doccano.client.schema import SpanType
from goldspan.doccano.corpus_record import (
    DoccanoRecord,
    FormerLabelRecord,
    SurfaceRuleRecord,
    read_record,
    record_path,
)
from goldspan.doccano.former_labels import former_names, with_split_labels
from goldspan.doccano.human_work import spans_changed
from goldspan.doccano.label_comparison import compare_labels, require_own_names
from goldspan.doccano.labels import label_names, plan_labels
from goldspan.doccano.pull.collect import PullOptions, collect
from goldspan.doccano.push.plan import label_notes
from goldspan.doccano.snapshot import ALL, AnnotatorWork
from goldspan.errors import InputError
from helpers import doccano_project, sample_corpus

SCHEME = LabelScheme(
    "2.0",
    (
        Label("VESSEL", "A ship.", "#111111", "v", "x.md", display="Ves"),
        Label("PORT", "A port.", "#222222", "p", "y.md"),
    ),
)
RENAMED = FormerLabelRecord(name="SHIP", display="Sh", labels=["VESSEL"])
SPLIT = FormerLabelRecord(
    name="THING", labels=["PORT", "VESSEL"], rules=[SurfaceRuleRecord(pattern="^N", label="VESSEL")]
)
RECORD = DoccanoRecord(former_labels=(RENAMED, SPLIT))
PORT_TYPE = SpanType(2, "PORT", "#222222", "#ffffff", None, "p")


@pytest.mark.parametrize("name", ["SHIP", "Sh"])
@pytest.mark.parametrize("recorded", [{"VESSEL": 1, "PORT": 2}, {}])
def test_the_type_of_a_renamed_label_is_trusted_and_renamed_by_a_push(name, recorded):
    types = [SpanType(1, name, "#111111", "#ffffff", None, "v"), PORT_TYPE]
    former = former_names(RECORD, SCHEME)
    found = compare_labels(SCHEME, types, recorded, former=former)
    require_own_names(found, "ships")
    assert (found.doubts, found.names.label(name), found.numbers["VESSEL"]) == ((), "VESSEL", 1)
    plan = plan_labels(SCHEME, types, former=former)
    assert [(current.name, label.name) for current, label in plan.change] == [(name, "Ves")]
    assert (plan.create, plan.unknown, plan.former) == ((), (), ())


def test_the_type_of_a_merged_label_keeps_its_spans_and_loses_its_key():
    merged = SpanType(9, "SHIP", "#aaaaaa", "#ffffff", None, "s")
    types = [SpanType(1, "VESSEL", "#111111", "#ffffff", None, "v"), PORT_TYPE, merged]
    former = former_names(RECORD, SCHEME)
    found = compare_labels(SCHEME, types, {"VESSEL": 1, "SHIP": 9, "PORT": 2}, former=former)
    assert (found.doubts, found.numbers) == ((), {"VESSEL": 1, "PORT": 2})  # though both types have spans
    plan = plan_labels(SCHEME, types, former=former)
    assert [each.name for each in plan.former] == ["SHIP"]
    assert any("'SHIP' was merged or split" in note for note in label_notes(plan))


def test_the_type_of_a_split_label_is_no_candidate_for_a_missing_one():
    types = [SpanType(1, "THING", "#111111", "#ffffff", None, "v"), PORT_TYPE]
    former = former_names(RECORD, SCHEME)
    for recorded in ({"THING": 1, "PORT": 2}, {}):
        found = compare_labels(SCHEME, types, recorded, former=former)
        assert "renamed" not in {doubt.kind for doubt in found.doubts}
        require_own_names(found, "ships")
    plan = plan_labels(SCHEME, types, former=former)
    assert ([each.name for each in plan.former], plan.keyless) == (["THING"], ())
    assert [label.key for label in plan.create] == ["v"]


@pytest.mark.parametrize("name", ["VESSEL", "Ves", "PORT"])
def test_a_name_that_the_scheme_has_again_is_no_former_one(name):
    record = DoccanoRecord(former_labels=(FormerLabelRecord(name=name, labels=["PORT"]),))
    assert former_names(record, SCHEME).labels == {}
    gone = DoccanoRecord(former_labels=(FormerLabelRecord(name="SHIP", labels=["NOWHERE"]),))
    assert former_names(gone, SCHEME).labels == {}


TEXT = "Nordlicht left Odesa"
EXAMPLE = Example("a.p01", TEXT, (), 0)


def snapshot(*spans, confirmed=True, sent=()):
    work = AnnotatorWork(tuple(sorted(spans)), confirmed=confirmed)
    shared = doccano_project.SHARED
    copy = doccano_project.stored_copy(1, EXAMPLE, work=work, sent=sent, project=shared)
    return doccano_project.snapshot_of(copy, project=shared)


def test_spans_of_a_split_label_are_read_by_their_words_and_the_rest_is_open():
    read = with_split_labels(snapshot(Span(0, 9, "THING"), Span(15, 20, "THING")), RECORD, SCHEME)
    [copy] = read.copies.values()
    assert copy.work[ALL].spans == (Span(0, 9, "VESSEL"), Span(15, 20, "PORT"))
    assert not copy.work[ALL].confirmed
    [open_span] = read.undecided
    assert (open_span.surface, open_span.former, open_span.labels, open_span.confirmed) == (
        "Odesa", "THING", ("PORT", "VESSEL"), True
    )  # fmt: skip
    assert dict(read.relabelled) == {"VESSEL": 1, "PORT": 1, "THING": -2}
    decided = with_split_labels(snapshot(Span(0, 9, "THING"), Span(15, 20, "PORT")), RECORD, SCHEME)
    assert (decided.copies[1].work[ALL].confirmed, decided.undecided) == (True, ())


@pytest.mark.parametrize("annotator", ["ann", ALL])
def test_what_is_to_be_read_again_is_pulled_unconfirmed_and_gold_stays(annotator):
    project = doccano_project.SHARED if annotator == ALL else doccano_project.INDEPENDENT
    work = AnnotatorWork((Span(15, 20, "THING"),), confirmed=True)
    copy = doccano_project.stored_copy(1, EXAMPLE, work=work if annotator == ALL else {"ann": work}, project=project)
    read = with_split_labels(doccano_project.snapshot_of(copy, project=project), RECORD, SCHEME)
    to_read = {(one.annotator, one.example) for one in read.undecided}
    options = PullOptions(examples={"a.p01": EXAMPLE}, other_articles=(), labels=SCHEME.names, to_read=to_read)
    lines = collect(read, options).lines[annotator]
    if annotator == ALL:
        assert lines == {}
    else:
        assert (lines["a.p01"].spans, lines["a.p01"].extra) == ((Span(15, 20, "PORT"),), {"confirmed": False})


SPANS = st.lists(
    st.sampled_from(
        [Span(0, 9, "SHIP"), Span(0, 9, "PORT"), Span(0, 9, "THING"), Span(15, 20, "Sh"), Span(15, 20, "Ves")]
    ),
    unique=True,
)


@given(SPANS, st.lists(st.sampled_from([Span(0, 9, "SHIP"), Span(15, 20, "SHIP"), Span(0, 9, "PORT")]), unique=True))
def test_what_was_filled_in_under_former_names_is_still_what_was_filled_in(marked, filled_in):
    """As long as nobody changed it, and only then."""
    names = label_names(SCHEME, former=former_names(RECORD, SCHEME))
    then = {Span(one.start, one.end, {"Sh": "SHIP", "Ves": "SHIP"}.get(one.label, one.label)) for one in marked}
    read = snapshot(*marked, sent=filled_in).with_labels(names)
    assert spans_changed(read.copies[1], read.copies[1].work[ALL]) == (then != {*filled_in})


def test_the_record_of_former_labels_is_read_as_it_was_written(tmp_path):
    corpus = sample_corpus.make(tmp_path, [], [])
    rules = [SurfaceRuleRecord(pattern='"[\\d]+\n', label="É")]
    record = DoccanoRecord(
        former_labels=(
            FormerLabelRecord(name='Ü"', labels=["A", "B"], rules=rules),
            FormerLabelRecord(name="X", labels=["A"]),
        )
    )
    record_path(corpus).write_bytes(record.content())
    assert read_record(corpus).content() == record.content()
    assert {each.name: each for each in read_record(corpus).former_labels} == {
        each.name: each for each in record.former_labels
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('name = "A"\nlabels = []', "'labels'"),
        ('name = "A"', "'labels' is missing"),
        ('name = "A"\nlabels = ["B"]\nrules = [{ pattern = "(", label = "B" }]', "'pattern'"),
        ('name = "A"\nlabels = ["B"]\n[[former_label]]\nname = "A"\nlabels = ["C"]', "is there twice"),
    ],
)
def test_a_record_of_a_former_label_that_says_nothing_is_refused(tmp_path, table, message):
    corpus = sample_corpus.make(tmp_path, [], [])
    record_path(corpus).write_text(f"[[former_label]]\n{table}\n")
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        read_record(corpus)

"""Labels renamed and left out, overlaps dropped: the same while any format is read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import formats
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.convert import convert
from goldspan.formats.label_selection import select
from goldspan.formats.options import ReadOptions
from goldspan.formats.record import RawSpan, Record

TEXT = "The Harbour Company of Port Ellis met Marsh."
spans = st.builds(
    lambda start, length, label: RawSpan(start, start + length, label),
    st.integers(0, 30),
    st.integers(1, 12),
    st.sampled_from("ABC"),
)
some_spans = st.lists(spans, max_size=6, unique=True)


def record(*spans):
    return Record(Path("a.jsonl"), 1, "a", TEXT, tuple(spans))


def selected(*spans, **options):
    return select(record(*spans), ReadOptions(**options))


def overlap(first, second):
    return first.start < second.end and second.start < first.end


@given(some_spans, st.sampled_from(["drop-inner", "drop-outer"]))
def test_what_is_left_does_not_overlap_and_each_dropped_span_is_noted(some, overlaps):
    left = selected(*some, overlaps=overlaps)
    assert not [(a, b) for a in left.spans for b in left.spans if a != b and overlap(a, b)]
    assert set(left.spans) <= set(some)
    assert len(left.notes) == len(some) - len(left.spans)
    longer = 1 if overlaps == "drop-inner" else -1
    for span in set(some) - set(left.spans):  # each dropped span lost against one that goes before it
        rivals = [kept for kept in left.spans if overlap(kept, span)]
        assert any(longer * (kept.end - kept.start) >= longer * (span.end - span.start) for kept in rivals)


@given(some_spans)
def test_without_options_nothing_changes(some):
    assert selected(*some) == record(*some)
    assert selected(*some, overlaps="keep") == record(*some)


@given(some_spans, st.dictionaries(st.sampled_from("ABC"), st.sampled_from("ABXY")))
def test_every_span_keeps_its_place_under_its_new_label(some, rename):
    new = selected(*some, rename=rename)
    assert {span[:3] for span in new.spans} == {(s.start, s.end, rename.get(s.label, s.label)) for s in some}


@given(some_spans, st.frozensets(st.sampled_from("ABC")))
def test_only_the_labels_named_are_left_and_each_other_span_is_noted(some, only):
    left = selected(*some, only=only)
    assert list(left.spans) == [span for span in some if span.label in only]
    assert [note.kind for note in left.notes] == ["other-label"] * (len(some) - len(left.spans))


def test_only_goes_by_the_new_names():
    left = selected(RawSpan(38, 43, "PER"), rename={"PER": "PERSON"}, only=frozenset({"PERSON"}))
    assert left.spans == (RawSpan(38, 43, "PERSON"),)


def test_overlaps_can_be_refused_with_the_words():
    with pytest.raises(InputError, match=r"\[4, 19, A\] 'Harbour Company' and \[12, 33, B\]") as caught:
        selected(RawSpan(12, 33, "B"), RawSpan(4, 19, "A"), overlaps="refuse")
    assert "--overlaps" in caught.value.remedy


def test_a_span_that_is_there_twice_stays_an_error_of_the_file():
    twice = selected(RawSpan(4, 19, "A"), RawSpan(4, 19, "A"), rename={"A": "B"})
    with pytest.raises(InputError, match="occurs twice"):
        twice.example()


def test_a_reader_takes_the_options(tmp_path):
    path = tmp_path / "a.jsonl"
    row = {"id": "a", "at": 0, "text": TEXT, "spans": [[4, 33, "ORG", TEXT[4:33]], [23, 33, "PLACE", "Port Ellis"]]}
    path.write_text(json.dumps(row) + "\n")
    (example,) = formats.load(path, options=ReadOptions(overlaps="drop-inner", rename={"ORG": "COMPANY"}))
    assert [span.label for span in example.spans] == ["COMPANY"]


@pytest.mark.parametrize("options", [{"overlaps": "x"}, {"offsets": "utf8"}, {"discontinuous": "join"}])
def test_an_unknown_value_is_refused_with_those_that_there_are(options):
    with pytest.raises(InvalidValueError) as caught:
        ReadOptions(**options)
    assert "one of" in caught.value.remedy


def test_a_new_name_for_a_label_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "at": 0, "text": TEXT, "spans": [[4, 19, "ORG", TEXT[4:19]]]}) + "\n")
    account = convert([path], tmp_path / "b", to="gold", reading=ReadOptions(rename={"ORG": "X", "ROG": "X"}))
    assert "no span has the label 'ROG'" in account.refused[0].message
    assert not (tmp_path / "b").exists()
    assert not convert([path], tmp_path / "b", to="gold", reading=ReadOptions(rename={"ORG": "X"})).refused

"""The votes of a span, counted again one by one."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan import InputError, Span, files
from goldspan.annotation import NOT_ANNOTATED, Example, Label, LabelScheme
from goldspan.corpus import Corpus
from goldspan.formats import gold as gold_format
from goldspan.release.votes import count_votes, read_votes, write_votes
from helpers.strategies import any_spans

LABELS = ("UNIT", "PERSON", "TROOP_COUNT", "B-LOC")
SCHEME = LabelScheme("1", tuple(Label(name, name, "#000000", str(key), "x.md") for key, name in enumerate(LABELS)))
TEXT = "sixx 😀 of "
ANNOTATORS = ("ann", "bob", "cy")


@st.composite
def readings(draw):
    """Per annotator and example what they confirmed, or None; the same of gold, with None for what it lacks."""
    examples = [f"a.p{number:02}" for number in range(1, draw(st.integers(1, 3)) + 1)]
    marked = st.none() | any_spans(TEXT)
    return {name: {one: draw(marked) for one in examples} for name in (*ANNOTATORS, "")}


def write_project(folder, found):
    files.write(folder / "corpus" / "manifest.jsonl", '{"id": "a", "file": "a.txt", "sha256": "0"}\n')
    corpus = Corpus(folder)
    for name, of_examples in found.items():
        lines = []
        for number, (one, spans) in enumerate(of_examples.items()):
            example = Example(one, TEXT, spans or (), at=number * 100)
            if name:
                lines.append(gold_format.line(replace(example, extra={"confirmed": spans is not None})))
            elif spans is not None:
                lines.append(gold_format.line(example))
        target = corpus.passes / name if name else corpus.gold
        files.write(target / "a.jsonl", "".join(lines))
    return corpus


@settings(max_examples=25)
@given(readings(), st.booleans())
def test_votes_are_those_of_a_count_one_by_one(found, with_text):
    with tempfile.TemporaryDirectory() as folder:
        corpus = write_project(Path(folder), found)
        votes = count_votes(corpus, "a", with_text=with_text)
        path = Path(folder) / "votes.parquet"
        written = write_votes(path, votes, SCHEME)
        assert written.rows == written.spans == len(votes)
        assert list(read_votes(path, SCHEME) if votes else ()) == votes
    expected = {}
    for one in found[""]:
        everything = {span for spans in found.values() for span in spans[one] or ()}
        for span in everything:
            expected[one, span] = (
                tuple(name for name in ANNOTATORS if span in (found[name][one] or ())),
                sum(found[name][one] is not None for name in ANNOTATORS),
                None if found[""][one] is None else span in found[""][one],
                TEXT[span.start : span.end] if with_text else None,
            )
    assert {(v.example, v.span): (v.marked_by, v.read, v.gold, v.surface) for v in votes} == expected
    assert [(v.example, v.span) for v in votes] == sorted(expected)


def test_gold_that_was_annotated_in_part_says_nothing_of_a_span(tmp_path):
    corpus = write_project(tmp_path, {"ann": {"a.p01": (Span(0, 4, "UNIT"),)}})
    partly = Example("a.p01", TEXT, (), extra={NOT_ANNOTATED: [[5, 6]]})
    files.write(corpus.gold / "a.jsonl", gold_format.line(partly))
    assert [(one.marked, one.gold) for one in count_votes(corpus, "a", with_text=False)] == [(1, None)]


def test_a_row_that_contradicts_itself_is_refused(tmp_path):
    corpus = write_project(tmp_path, {"ann": {"a.p01": (Span(0, 4, "UNIT"),)}})
    path = tmp_path / "votes.parquet"
    write_votes(path, count_votes(corpus, "a", with_text=False), SCHEME)
    whole = pq.read_table(path)
    for change in ({"read": 0}, {"marked": 2}, {"marked_by": None}, {"label": 9}, {"end": 0}, {"id": None}):
        rows = [whole.to_pylist()[0] | change]
        pq.write_table(type(whole).from_pylist(rows, schema=whole.schema), path)
        with pytest.raises(InputError, match="row 1: is no span with its votes"):
            list(read_votes(path, SCHEME))

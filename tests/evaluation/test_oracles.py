"""Our counts are those of nervaluate, seqeval and spaCy wherever each of them is right.

They are compared on documents of tokens, one character each, so that all four see the same spans. Where a peer is
wrong is shown in `test_peers.py`, case by case.
"""

import warnings
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example as Scored

from goldspan.annotation import Span
from goldspan.evaluation.scores import measure
from goldspan.span_table import SpanTable

LABELS = ("LOC", "ORG", "PER")
SLOT = 5  # tokens; in nervaluate's cases no span leaves its slot
labels = st.sampled_from(LABELS)
VOCABULARY = spacy.blank("en").vocab


@st.composite
def slots(draw):
    """A document in which no span overlaps two others: in each slot at most one of either side."""
    sides = ([], [])
    for slot in range(draw(st.integers(0, 4))):
        for side in sides:
            if draw(st.booleans()):
                start = draw(st.integers(0, SLOT - 1))
                end = draw(st.integers(start + 1, SLOT))
                side.append(Span(SLOT * slot + start, SLOT * slot + end, draw(labels)))
    return sides


@st.composite
def flat(draw, tokens=12):
    """The spans of one side: they neither overlap nor nest, and may touch."""
    cuts = sorted(draw(st.sets(st.integers(0, tokens), max_size=8)))
    return [Span(a, b, draw(labels)) for a, b in pairwise(cuts) if draw(st.booleans())]


documents = st.lists(st.tuples(flat(), flat()), min_size=1, max_size=4)


def ours(documents):
    return measure(*(SpanTable.of([pair[side] for pair in documents], LABELS) for side in (0, 1))).evaluation()


def nervaluate(documents):
    evaluator = pytest.importorskip("nervaluate.evaluator").Evaluator
    sides = [  # its ends are inclusive
        [[{"label": s.label, "start": s.start, "end": s.end - 1} for s in pair[side]] for pair in documents]
        for side in (0, 1)
    ]
    return evaluator(*sides, tags=list(LABELS), loader="dict").evaluate()


def same(measures, theirs):
    """Whether counts and ratios agree; nervaluate writes 0 for what is undefined."""
    names = ("correct", "incorrect", "partial", "missed", "spurious", "possible", "actual")
    ratios = ("precision", "recall", "f1")
    return [getattr(measures, name) for name in names] == [getattr(theirs, name) for name in names] and [
        getattr(measures, name) or 0 for name in ratios
    ] == pytest.approx([getattr(theirs, name) for name in ratios])


@pytest.mark.parametrize(
    ("scheme", "name"), [("strict", "strict"), ("exact", "exact"), ("partial", "partial"), ("type", "ent_type")]
)
@given(st.lists(slots(), min_size=1, max_size=4))
def test_nervaluate_counts_the_same_where_no_span_overlaps_two(scheme, name, documents):
    found, theirs = ours(documents), nervaluate(documents)
    assert same(found.overall[scheme], theirs["overall"][name])
    for label, by_scheme in theirs["entities"].items():
        assert same(found.labels[scheme][label], by_scheme[name])


@given(documents)
def test_nervaluate_never_finds_a_better_matching_of_flat_spans(documents):
    found, theirs = ours(documents).overall, nervaluate(documents)["overall"]
    for scheme, name in (("strict", "strict"), ("exact", "exact"), ("partial", "partial"), ("type", "ent_type")):
        assert found[scheme].credit >= theirs[name].correct + theirs[name].partial / 2


def tags(spans, tokens=12):
    row = ["O"] * tokens
    for span in spans:
        row[span.start : span.end] = [f"B-{span.label}"] + [f"I-{span.label}"] * (span.end - span.start - 1)
    return row


@given(documents)
def test_strict_is_the_strict_mode_of_seqeval(documents):
    metrics, scheme = pytest.importorskip("seqeval.metrics"), pytest.importorskip("seqeval.scheme")
    sides = [[tags(pair[side]) for pair in documents] for side in (0, 1)]
    if not any(any(pair) for pair in documents):
        return  # seqeval fails on documents without any span
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a measure is undefined
        report = metrics.classification_report(
            *sides, mode="strict", scheme=scheme.IOB2, output_dict=True, zero_division=0
        )
    found = ours(documents)
    rows = [(found.overall["strict"], report["micro avg"])]
    rows += [(found.labels["strict"][label], report[label]) for label in LABELS if label in report]
    for measures, theirs in rows:
        assert measures.possible == theirs["support"]
        for name, their_name in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            assert (getattr(measures, name) or 0) == pytest.approx(theirs[their_name])


def scored(gold, predicted):
    words = [f"w{n}" for n in range(12)]
    sides = [Doc(VOCABULARY, words=words) for _ in range(2)]
    for doc, spans in zip(sides, (gold, predicted), strict=True):
        doc.set_ents([doc.char_span(*_place(doc, span), label=span.label) for span in spans])
    return Scored(sides[1], sides[0])


def _place(doc, span):
    last = doc[span.end - 1]
    return doc[span.start].idx, last.idx + len(last)


@given(documents)
def test_strict_is_what_spacy_scores(documents):
    theirs = Scorer.score_spans([scored(*pair) for pair in documents], "ents")
    found = ours(documents)
    overall = found.overall["strict"]
    if overall.possible or overall.actual:
        assert [theirs[f"ents_{x}"] for x in "prf"] == pytest.approx(
            [overall.precision or 0, overall.recall or 0, overall.f1]
        )
    for label, row in (theirs["ents_per_type"] or {}).items():
        one = found.labels["strict"][label]
        assert [row[x] for x in "prf"] == pytest.approx([one.precision or 0, one.recall or 0, one.f1 or 0])

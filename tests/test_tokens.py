import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import biluo_to_iob, offsets_to_biluo_tags

from goldspan import tokens
from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError, NotFoundError
from goldspan.formats import inline
from helpers import strategies

ENGLISH = spacy.blank("en")
EXTENTS = [(0, 3), (4, 10), (10, 11)]


@given(strategies.texts)
def test_tokens_leave_out_white_space_only(text):
    end = 0
    for start, stop in tokens.tokenize(text, "en"):
        assert not text[end:start].strip()
        assert text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@given(st.lists(strategies.texts, max_size=3))
def test_many_texts_are_tokenised_as_each_is(texts):
    assert list(tokens.tokenize_all(texts, "en")) == [tokens.tokenize(text, "en") for text in texts]


@given(strategies.examples(spans=strategies.aligned_spans))
def test_tags_are_those_of_spacy(example):
    doc = ENGLISH.make_doc(example.text)
    entities = [(span.start, span.end, span.label) for span in example.spans]
    reference = biluo_to_iob(offsets_to_biluo_tags(doc, entities))
    seen = [tag for tag, token in zip(reference, doc, strict=True) if not token.is_space]
    assert tokens.tags(example, tokens.extents(doc)) == (seen, [])


@given(strategies.examples(spans=strategies.aligned_spans))
def test_tags_and_back_are_the_same_spans(example):
    extents = tokens.tokenize(example.text, "en")
    tags, misaligned = tokens.tags(example, extents)
    assert not misaligned
    assert tuple(tokens.spans_of(tags, extents)) == example.spans


@given(strategies.examples(), st.sampled_from(tokens.POLICIES))
def test_a_span_is_never_lost(example, policy):
    extents = tokens.tokenize(example.text, "en")
    tags, misaligned = tokens.tags(example, extents, policy)
    found = tokens.spans_of(tags, extents)
    fit = [span for span in example.spans if span in found]
    reported = [span.span for span in misaligned]
    assert sorted({*fit, *reported}) == sorted(example.spans)
    assert len(found) == len(set(example.spans) - set(reported)) + sum(span.tagged for span in misaligned)


def test_strict_leaves_a_cut_token_untagged_and_says_so():
    example = inline.example("a", "The pro-[Kos]{LOC}ovo [KFOR]{UNIT} troops")
    tags, misaligned = tokens.tags(example, tokens.tokenize(example.text, "en"))
    assert tags == ["O", "O", "O", "O", "B-UNIT", "O"]
    assert misaligned == [tokens.Misaligned("a", Span(8, 11, "LOC"), "Kos", "Kosovo")]
    assert str(misaligned[0]) == "a: [8, 11, LOC] 'Kos' cuts 'Kosovo'"


def test_expand_tags_every_token_that_a_span_touches_and_reports_it():
    example = inline.example("a", "the K[FOR tro]{UNIT}ops left")
    tags, misaligned = tokens.tags(example, tokens.tokenize(example.text, "en"), "expand")
    assert tags == ["O", "B-UNIT", "I-UNIT", "O"]
    assert misaligned == [tokens.Misaligned("a", Span(5, 12, "UNIT"), "FOR tro", "KFOR troops", tagged=True)]


def test_a_span_that_fits_goes_before_a_widened_one():
    example = inline.example("a", "[KFOR tr]{UNIT}o[ops]{X} [left]{Y}")
    tags, misaligned = tokens.tags(example, tokens.tokenize(example.text, "en"), "expand")
    assert tags == ["B-UNIT", "I-UNIT", "B-Y"]
    assert [(span.surface, span.widened, span.tagged) for span in misaligned] == [
        ("KFOR tr", "KFOR troops", True),
        ("ops", "troops", False),
    ]


def test_a_span_of_white_space_touches_no_token():
    example = inline.example("a", "KFOR[  ]{UNIT}left")
    tags, misaligned = tokens.tags(example, tokens.tokenize(example.text, "en"), "expand")
    assert tags == ["O", "O"]
    assert str(misaligned[0]) == "a: [4, 6, UNIT] '  ' touches no token"


def test_a_space_at_the_edge_of_a_span_is_reported():
    example = inline.example("a", "the[ KFOR]{UNIT} left")
    assert tokens.tags(example, tokens.tokenize(example.text, "en"))[1][0].widened == "KFOR"


def test_overlapping_spans_are_refused_by_name():
    example = Example("a", "the KFOR left", (Span(0, 8, "UNIT"), Span(4, 8, "ORG")))
    with pytest.raises(
        InvalidValueError, match=r"\[0, 8, UNIT\] 'the KFOR' and \[4, 8, ORG\] 'KFOR' overlap"
    ) as caught:
        tokens.tags(example, EXTENTS)
    assert caught.value.example == "a"


@pytest.mark.parametrize("tags", [["O", "I-A", "O"], ["B-A", "I-B", "O"], ["X-A", "O", "O"], ["S-A", "O", "O"], ["O"]])
def test_tags_that_are_not_iob2_are_refused(tags):
    with pytest.raises(InvalidValueError):
        tokens.spans_of(tags, EXTENTS)


def test_a_language_without_tokeniser_is_named():
    with pytest.raises(NotFoundError, match="'qq'"):
        tokens.tokenize("a", language="qq")


def test_another_language_has_its_own_tokens():
    assert len(tokens.tokenize("10.5. d.h. gestern", language="de")) != len(tokens.tokenize("10.5. d.h. gestern", "en"))


def test_a_lone_surrogate_is_refused():
    with pytest.raises(InvalidValueError, match="lone surrogate"):
        tokens.tokenize("a\ud83d", "en")


def test_ten_thousand_spans_of_a_megabyte_come_back_from_their_tags():
    text = "Elements of the 72nd Motorized Rifle Brigade withdrew from Kosovo on Monday, officials said. " * 11_000
    extents = tokens.tokenize(text, "en")
    spans = tuple(Span(start, end, "UNIT") for start, end in extents[: 10_000 * 8 : 8])
    example = Example("a", text, spans)
    tags, _ = tokens.tags(example, extents)
    assert tokens.spans_of(tags, extents) == list(spans)
    assert len(text) > 1_000_000

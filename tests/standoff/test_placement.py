"""Laws of the places of spans in copies of an article that are edited at random."""

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from goldspan.annotation import Example
from goldspan.standoff.examples import INSIDE, FingerprintSettings
from goldspan.standoff.fingerprints import FingerprintedText, standoff_examples
from goldspan.standoff.placement import is_exact_at, place_examples
from goldspan.standoff.text_tokens import tokenize_text
from helpers.copy_edits import EDITS, TYPESETTING, edited_copy
from helpers.standoff_articles import GoldArticle, made_up_article, real_articles

SIZES = [(8, 6), (8, 1), (6, 3), (4, 2), (3, 3), (2, 1), (1, 1)]
seeds = st.integers(0, 2**32)
settings = st.sampled_from(SIZES).map(lambda pair: FingerprintSettings(*pair, 1, "ab"))
articles = st.one_of(
    st.builds(made_up_article, seeds, vocabulary=st.integers(1, 14)),
    st.sampled_from(range(len(real_articles()))).map(lambda number: real_articles()[number]),
)
edits = st.lists(st.sampled_from(sorted(EDITS)), max_size=4)
typesetting = st.lists(st.sampled_from(sorted(TYPESETTING)), max_size=4)


def keys(text):
    return [token.key for token in tokenize_text(text)]


def place(article, text, how):
    return place_examples(standoff_examples(article.text, article.examples, how), text, how)


def is_telling(article, how):
    """Whether windows say where they stand: short ones of a few words are the same by accident."""
    return how.size > 4 and len({*keys(article.text)}) > 6


def occurrences(found, searched):
    return sum(searched[at : at + len(found)] == found for at in range(len(searched) - len(found) + 1))


@given(articles, edits, seeds, settings)
def test_a_span_stands_on_its_surface_or_is_lost(article, names, seed, how):
    text = edited_copy(article.text, names, seed).text
    for original, placed in zip(article.examples, place(article, text, how), strict=True):
        assert placed.example.id == original.id
        spans = placed.place_spans()
        assert [one.span for one in spans] == list(original.spans)
        for one in spans:
            if one.place is None:
                assert one.outcome == "lost"
                assert one.reason
                continue
            assert not one.reason
            assert one.outcome == ("exact" if placed.outcome == "exact" else "moved")
            assert one.place.label == one.span.label
            assert keys(original.surface(one.span)) == keys(placed.text[one.place.start : one.place.end])
        for first, second in combinations([one for one in spans if one.place], 2):
            assert first.span.overlaps(second.span) or not first.place.overlaps(second.place)


@given(articles, edits, seeds, settings)
def test_regions_are_parts_of_the_text_that_no_other_example_has(article, names, seed, how):
    text = edited_copy(article.text, names, seed).text
    found = place(article, text, how)
    for original, placed in zip(article.examples, found, strict=True):
        assert placed.text == text[placed.start : placed.end]
        if placed.outcome == "exact" or placed.example.tokens >= how.size:  # of others the neighbours count, too
            assert (placed.outcome == "exact") == (placed.text == original.text)
        assert (placed.outcome == "missing") == (not placed.text)
        if placed.has_same_words:
            assert keys(placed.text) == keys(original.text)
    regions = sorted((placed.start, placed.end) for placed in found if placed.outcome != "missing")
    assert all(first[1] <= second[0] for first, second in pairwise(regions))


@given(articles, edits, seeds, settings)
def test_tokens_of_a_region_are_placed_or_unread(article, names, seed, how):
    text = edited_copy(article.text, names, seed).text
    for original, placed in zip(article.examples, place(article, text, how), strict=True):
        if placed.outcome != "changed":
            assert not placed.unread
            continue
        own, read = keys(original.text), set()
        for run in placed.runs:
            assert [token.key for token in run.tokens] == own[run.first : run.end]
            read |= {token.start - placed.start for token in run.tokens}
        assert all(first.end <= second.first for first, second in pairwise(placed.runs))
        unread = {
            token.start
            for token in tokenize_text(placed.text)
            if any(start <= token.start and token.end <= end for start, end in placed.unread)
        }
        assert read | unread == {token.start for token in tokenize_text(placed.text)}
        assert not read & unread


@given(articles, settings)
def test_an_unedited_copy_is_exact(article, how):
    found = place(article, article.text, how)
    assert [(one.outcome, one.start) for one in found] == [("exact", one.at) for one in article.examples]
    assert all(one.place == one.span for placed in found for one in placed.place_spans())


@given(articles, settings)
def test_digests_need_no_windows_where_the_text_is_as_it_was(article, how):
    text = FingerprintedText(article.text, how)
    for one in standoff_examples(article.text, article.examples, how):
        assert is_exact_at(replace(one, windows=()), text, one.at)
        assert not is_exact_at(one, text, one.at + 1) or one.length < 2 or len({*keys(article.text)}) < 4


@given(articles, typesetting, seeds, settings)
def test_typesetting_loses_no_span_of_an_example_that_is_there_once(article, names, seed, how):
    assume(is_telling(article, how))
    found = place(article, edited_copy(article.text, names, seed).text, how)
    everything = keys(article.text)
    for original, placed in zip(article.examples, found, strict=True):
        own = keys(original.text)
        if len(own) >= how.size and occurrences(own, everything) == 1:
            assert placed.has_same_words
            whole = [one for one in placed.example.spans if one.tokens and INSIDE not in {one.head, one.tail}]
            assert all(placed.place_span(one).place for one in whole)


@given(articles, seeds, settings)
def test_other_paragraphs_that_are_dropped_change_nothing(article, seed, how):
    assume(is_telling(article, how))
    kept = edited_copy(article.text, ["dropped"], seed)
    found = place(article, kept.text, how)
    everything, left = keys(article.text), keys(kept.text)
    for original, placed in zip(article.examples, found, strict=True):
        own = keys(original.text)
        if len(own) >= how.size and occurrences(own, everything) == occurrences(own, left) == 1:
            assert placed.outcome == "exact"


@given(articles, edits, seeds, settings)
def test_places_are_those_of_the_text_itself(article, names, seed, how):
    """A corpus of what was placed is exact in the same text."""
    text = edited_copy(article.text, names, seed).text
    first = [placed for placed in place(article, text, how) if placed.outcome != "missing"]
    examples = tuple(
        Example(
            placed.example.id,
            placed.text,
            tuple({one.place for one in placed.place_spans() if one.place}),
            at=placed.start,
        )
        for placed in first
    )
    again = place(GoldArticle(text, examples), text, how)
    assert {(one.example.id, one.outcome, one.start, one.text) for one in again} == {
        (one.example.id, "exact", one.start, one.text) for one in first
    }

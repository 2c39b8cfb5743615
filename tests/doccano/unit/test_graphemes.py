"""A text that cannot be counted as Doccano counts it is refused by name; all others come back."""

import pytest
import regex
from hypothesis import given

from goldspan import graphemes, offsets
from goldspan.annotation import Example, Span
from goldspan.errors import InvalidValueError
from goldspan.formats import doccano
from helpers import strategies


@pytest.mark.parametrize("emoji", strategies.NEWS_EMOJI)
def test_news_with_emoji_is_never_refused(emoji):
    text = f"{emoji} KFOR ({emoji}{emoji}) met Özkan Ulutaş{emoji}. “{emoji}”"
    spans = [found.span() for found in regex.finditer(r"KFOR|met|Özkan Ulutaş", text)]
    places = [place for span in spans for place in span]
    assert offsets.from_graphemes(text, offsets.to_graphemes(text, places)).tolist() == places


def test_no_word_of_the_corpus_is_refused(project):
    for text in (one.text for one in project.gold_examples()):
        places = [place for found in regex.finditer(r"\S+", text) for place in found.span()]
        assert offsets.from_graphemes(text, offsets.to_graphemes(text, places)).tolist() == places


@given(strategies.grapheme_texts.filter(bool))
def test_an_example_is_refused_by_name_or_its_spans_come_back(text):
    boundaries = graphemes.boundaries(text).tolist()
    for place in range(1, len(text)):
        whole = Example("a.p00", text, (Span(0, place, "X"),))
        if place in boundaries:
            ((start, end, _),) = doccano.row(whole, "graphemes")["label"]
            assert offsets.from_graphemes(text, [start, end]).tolist() == [0, place]
        else:
            with pytest.raises(InvalidValueError, match=f"position {place} is inside a grapheme cluster") as caught:
                doccano.row(whole, "graphemes")
            assert caught.value.example == "a.p00"


def test_the_character_is_named():
    with pytest.raises(InvalidValueError, match=r"position 5 .*LATIN SMALL LETTER E, COMBINING ACUTE ACCENT") as caught:
        offsets.to_graphemes("the e\u0301", [5])
    assert caught.value.remedy

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from goldspan import graphemes, offsets
from goldspan.errors import InvalidValueError
from helpers import strategies

# Where Unicode Standard Annex #29 says that a reader sees one character, and Doccano's library agrees.
CLUSTERS = {
    "a combining mark": ["e\u0301", "x"],
    "CR LF": ["\r\n", "\n", "\r"],
    "an emoji with a modifier": ["👍🏽", "a"],
    "emoji with joiners": ["👩‍👩‍👧", "👩"],
    "flags": ["🇽🇰", "🇷🇸", "🇦"],
    "a keycap": ["1\ufe0f\u20e3", "2"],
    "Hangul jamo": ["\u1100\u1161\u11a8", "\u1100\u1161"],
    "a prepended mark": ["\u06001", "1"],
    "a vowel sign": ["कि", "क"],
    "right to left with points": ["שָׁ", "ל"],
    "line separators": ["a", "\u2028", "\u2029", "\x85"],
    "a joiner after a letter": ["a\u200d", "b"],
}
# Where Doccano's library, of 2017, cuts what is one character today.
YOUNGER = {
    "a conjunct": ["क्", "षि"],
    "emoji joined since": ["👩‍", "🦰"],
    "a modifier after an emoji of today": ["🫱", "🏻"],
}


def units(text):
    return len(text.encode("utf-16-le")) // 2


@given(strategies.texts)
def test_utf16_counts_as_the_codec_does(text):
    places = range(len(text) + 1)
    assert offsets.to_utf16(text, places).tolist() == [units(text[:place]) for place in places]


@given(strategies.texts)
def test_utf16_and_back_is_where_we_were(text):
    places = np.arange(len(text) + 1)
    assert (offsets.from_utf16(text, offsets.to_utf16(text, places)) == places).all()


@given(strategies.texts)
def test_utf16_refuses_exactly_the_insides_of_pairs(text):
    valid = set(offsets.to_utf16(text, range(len(text) + 1)).tolist())
    for unit in range(units(text) + 1):
        if unit in valid:
            offsets.from_utf16(text, [unit])
        else:
            with pytest.raises(InvalidValueError, match=f"position {unit} is inside a surrogate pair"):
                offsets.from_utf16(text, [unit])


@given(strategies.texts)
def test_bytes_count_as_the_codec_does_and_refuse_exactly_the_insides_of_characters(text):
    places = [len(text[:place].encode()) for place in range(len(text) + 1)]
    assert offsets.to_bytes(text, range(len(text) + 1)).tolist() == places
    for at in range(len(text.encode()) + 1):
        if at in places:
            assert offsets.from_bytes(text, [at]).tolist() == [places.index(at)]
        else:
            with pytest.raises(InvalidValueError, match=f"position {at} is inside a character"):
                offsets.from_bytes(text, [at])


@pytest.mark.parametrize(
    ("unit", "inside", "outside"),
    [("code-points", 2, 7), ("utf-16", 3, 8), ("graphemes", 2, 7), ("bytes", 5, 10)],
)
def test_a_unit_is_known_by_its_name_and_what_is_outside_remains_as_far_outside(unit, inside, outside):
    assert offsets.from_unit("a👍bcd", [inside, outside, -3], unit) == {inside: 2, outside: 7, -3: -3}


@pytest.mark.parametrize("clusters", CLUSTERS.values(), ids=CLUSTERS)
def test_a_grapheme_cluster_is_that_of_the_standard(clusters):
    text = "".join(clusters)
    ends = [len("".join(clusters[:count])) for count in range(len(clusters) + 1)]
    assert offsets.from_graphemes(text, range(len(clusters) + 1)).tolist() == ends
    assert offsets.to_graphemes(text, ends).tolist() == list(range(len(clusters) + 1))
    assert [place for place in range(len(text) + 1) if offsets.splits_grapheme(text, place)] == [
        place for place in range(len(text)) if place not in ends
    ]


@pytest.mark.parametrize("clusters", YOUNGER.values(), ids=YOUNGER)
def test_clusters_are_counted_as_in_doccano_and_checked_as_seen(clusters):
    text, place = "".join(clusters), len(clusters[0])
    assert offsets.to_graphemes(text, [place, len(text)]).tolist() == [1, 2]
    assert offsets.splits_grapheme(text, place)


@given(strategies.texts)
def test_splits_grapheme_sees_in_its_window_what_the_whole_text_says(text):
    boundaries = {0, *(found.end() for found in regex.finditer(r"\X", text))}
    for place in range(len(text) + 1):
        assert offsets.splits_grapheme(text, place) == (place not in boundaries)


@given(strategies.texts)
def test_a_position_inside_a_cluster_is_refused(text):
    boundaries = graphemes.boundaries(text).tolist()
    for place in range(len(text) + 1):
        if place in boundaries:
            assert offsets.from_graphemes(text, offsets.to_graphemes(text, [place])).tolist() == [place]
        else:
            with pytest.raises(InvalidValueError, match=f"position {place} is inside a grapheme cluster"):
                offsets.to_graphemes(text, [place])


def test_a_cluster_of_any_length_is_named_in_a_few_words():
    with pytest.raises(InvalidValueError, match="position 7 is inside a grapheme cluster") as caught:
        offsets.to_graphemes("e" + "\u0301" * 10_000, [7])
    assert len(caught.value.message) < 400


CONVERTERS = [offsets.to_utf16, offsets.from_utf16, offsets.to_graphemes, offsets.from_graphemes]


@pytest.mark.parametrize("convert", CONVERTERS)
@pytest.mark.parametrize("position", [-1, 4])
def test_a_position_outside_is_refused(convert, position):
    with pytest.raises(InvalidValueError, match=f"position {position} is outside the text of 3"):
        convert("aüb", [0, position])


@pytest.mark.parametrize("convert", CONVERTERS)
def test_a_lone_surrogate_is_refused(convert):
    with pytest.raises(InvalidValueError, match="lone surrogate at 1"):
        convert("a\ud83d", [0])


def test_a_lone_surrogate_beside_a_position_is_refused():
    with pytest.raises(InvalidValueError, match="lone surrogate"):
        offsets.splits_grapheme("a\ud83d", 1)


@pytest.mark.parametrize("position", [-1, 2])
def test_no_grapheme_is_split_outside_the_text(position):
    with pytest.raises(InvalidValueError, match="outside"):
        offsets.splits_grapheme("a", position)


@pytest.mark.parametrize("convert", CONVERTERS)
def test_no_positions_give_no_positions_and_fractions_are_refused(convert):
    assert convert("ab", []).tolist() == []
    with pytest.raises(InvalidValueError, match="integers"):
        convert("ab", [0.5])


@given(st.lists(st.integers(0, 3)))
def test_positions_come_back_in_the_order_given(positions):
    assert offsets.to_utf16("𝔘a𝔘", positions).tolist() == [[0, 2, 3, 5][place] for place in positions]


def test_the_ends_of_ten_thousand_spans_in_a_megabyte_come_back():
    text = ("The 72nd 👍🏽 Brigade withdrew, Özkan said e\u0301. 🇽🇰\r\n" * 20_000)[:1_000_000]
    boundaries = offsets.from_graphemes(text, range(0, 600_000, 30))
    there = offsets.to_utf16(text, boundaries)
    assert (offsets.from_utf16(text, there) == boundaries).all()
    assert not any(offsets.splits_grapheme(text, place) for place in boundaries.tolist())

"""How far quantities reach among the tokens of spaCy's English tokenizer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.quantities import NUMBER_STARTS, can_begin, lexicon, parse_troop_count, quantity_at
from goldspan.quantities.grammar import parse_quantity
from goldspan.quantities.number_tokens import tokenize_words

MARKED = [
    phrase.replace("↵", "\n").replace("⍽", "\N{NO-BREAK SPACE}").replace("␣", "\N{NARROW NO-BREAK SPACE}")
    for phrase in """
[up to 1,000] additional troops / an additional [1,300] troops / a record [39] soldiers / down [2,625]
/ a decrease of [8,914] / a total of [2,625] troops / [at least 780] of its [approximately 4,500] soldiers
/ reduced to [26,000] in June, then to [17,500], and today to [about 3,800] / [more than 3,700] troops
/ [hundreds of] additional personnel / [a dozen] soldiers / [4,000 to 5,000] troops / a [3,000-strong] force
/ [4,000-5,000] troops / [4,000–5,000] troops / [4,000—5,000] troops / [4,000-to-5,000] troops / [Nine] KFOR soldiers
/ ([250] all ranks) / [500]↵all ranks / [some↵7,600] personnel / “[about 500]” / [15k] troops / [3K] troops
/ [2.5m] men / [1.2 million] men / [2½ thousand] men / a [1,200-man] unit / [twenty-five] soldiers
/ [twenty‑five] soldiers / [two hundred and fifty-one] men / [a hundred] soldiers / [~500] troops / [≥500] troops
/ [>500] troops / [c. 500] troops / [ca. 500] troops / [approx. 500] troops / [10,000+] troops / [10,000-plus] troops
/ [hundred-odd] soldiers / [3,000 or so] soldiers / [500 or more] men / [between five and six thousand] men
/ [from 500 to 600] men / [two or three] men / [half-a-dozen] men / [five- to six-thousand] men
/ [two- or three-man] teams / [10-to-15-man] teams / a [thousand-strong] force / [a couple of] soldiers
/ [a couple of hundred] soldiers / [several hundred] soldiers / several soldiers / [dozens] of its soldiers
/ [dozens of] KFOR soldiers / [tens-of-thousands] strong / [scores of] men / [1 200] men / [1⍽200] men / [1␣200] men
/ [1’200] men / [up to an additional 1,000] troops / [just over 500] men / [well in excess of 500] men
/ [no more than 500] men / [at least 500 but no more than 600] men / [an estimated 500] men / [a maximum of 500] men
/ [up to 15-20k] men / [10-15,000] troops / [at least one] soldier / [one] of the soldiers / [100s of] men
/ [half a million] men / a soldier / a few soldiers / many men / no men / between men / at least / about the men
/ up to them / the 1st Brigade / 7.62mm rounds / 10% of men / 10 percent / two thirds / a two-week stay / on 12 June
/ 9/11 / a T-72 tank / the C-130 landed / [500] – the highest / [two] officers and [three] men
/ [150] of its [300] men / [500] men, [600] women
""".strip()
    .replace("\n/ ", " / ")
    .split(" / ")
]
WORDS = [
    *sorted(NUMBER_STARTS | lexicon.COMPOUND | lexicon.JOINS | {"and", "of", "or", "so", "more", "least", "than"}),
    *("500", "1,200", "15k", "~500", "1.2", "twenty-five", "five-", "to-500", "C-130", "½", "²", "+", "≥", "%", "'s"),
    *("-", "–", ",", "(", "soldiers", "June", "\n", "\n\n", "\N{NO-BREAK SPACE}", " ", ""),
]


@pytest.fixture(scope="module")
def tokenize():
    import spacy

    return spacy.blank("en")


def found(doc):
    """The quantities of a text, each the longest from the left, as slices of the text."""
    words, at, spans = [token.text for token in doc], 0, []
    while at < len(words):
        end = quantity_at(words, at)
        if end is not None:
            spans.append(doc[at:end])
        at = end or at + 1
    return spans


@pytest.mark.parametrize("marked", MARKED)
def test_a_quantity_covers_just_its_words(tokenize, marked):
    doc = tokenize(re.sub(r"[\[\]]", "", marked))
    assert [span.text for span in found(doc)] == re.findall(r"\[(.*?)\]", marked, re.DOTALL)


@pytest.mark.parametrize("marked", MARKED)
def test_what_is_found_has_the_value_that_it_has_by_itself(tokenize, marked):
    for span in found(tokenize(re.sub(r"[\[\]]", "", marked))):
        value = parse_troop_count(f"{span.text} soldiers")
        assert value == parse_troop_count(span.text)
        assert (value is None) == (span.text == "10-15,000")


@given(st.integers(0, 10**9), st.sampled_from(["", "about ", "more than ", "up to ", "between 0 and "]))
def test_every_number_is_found_whole(tokenize, number, front):
    doc = tokenize(f"Then {front}{number:,} soldiers came.")
    assert [span.text for span in found(doc)] == [f"{front}{number:,}"]


def test_a_quantity_ends_with_its_paragraph(tokenize):
    doc = tokenize("They were about\n\n500 soldiers, or five\n\nhundred men.")
    assert [span.text for span in found(doc)] == ["500", "five", "hundred"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_a_quantity_ends_after_a_word_that_is_not_white_space(words):
    for index in range(len(words)):
        end = quantity_at(words, index)
        assert end is None or (index < end <= len(words) and words[end - 1].strip())


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_no_quantity_begins_where_the_look_up_excludes_it(words):
    assert can_begin(words[0]) or parse_quantity(tokenize_words(words, 0), 0) is None or not words[0].strip()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), st.lists(st.sampled_from(WORDS), max_size=4))
def test_what_stands_before_does_not_change_a_quantity(words, before):
    alone, behind = quantity_at(words, 0), quantity_at([*before, *words], len(before))
    assert behind == (alone and alone + len(before))


def test_every_bound_belongs_to_the_quantity(tokenize):
    bounds = [" ".join(words) for entries in lexicon.BEFORE.values() for words, _ in entries]
    degrees = [words for table in (lexicon.CLOSE, lexicon.FAR) for entries in table.values() for words in entries]
    for bound in (*bounds, *(f"{' '.join(words)} over" for words in degrees)):
        phrase = f"{bound} 500".replace(" .", ".").replace("+ / -", "+/-").replace("well - ", "well-")
        assert [span.text for span in found(tokenize(f"Then {phrase} soldiers came."))] == [phrase]

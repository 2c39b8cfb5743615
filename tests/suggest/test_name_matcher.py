"""Names are found word by word, whatever their case, line breaks and apostrophes, and nowhere else."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.suggest import name_matcher
from goldspan.suggest.name_matcher import NameMatcher, folded_words, is_case_variant, written_form
from helpers import strategies


def found(name, text):
    return [text[match.start : match.end] for match in NameMatcher([name]).find(text)]


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("Siemens", "Siemens-Chef, (SIEMENS) Siemensstadt siemens.", ["Siemens", "SIEMENS", "siemens"]),
        ("Siemens Energy", "Siemens\nEnergy, Siemens  Energy, Siemens-Energy", ["Siemens\nEnergy", "Siemens  Energy"]),
        ("Siemens Energy", "Siemens\n\nEnergy", []),
        ("O’Brien", "O'Brien Oʼbrien Brien", ["O'Brien", "Oʼbrien"]),
        ("Brien", "O'Brien", ["Brien"]),
        ("1,000 soldiers", "21,000 soldiers, 1,000\u00a0soldiers", ["1,000\u00a0soldiers"]),
        ("5 million", "1.5 million, 5 million", ["5 million"]),
        ("000", "1,000 1'000 1\u202f000 1.000", []),
        ("1 000", "1\u202f000 1\u00a0000", []),
        ("1\u202f000", "1\u00a0000 1 000", ["1\u00a0000"]),
        ("Côte d'Ivoire", "Co\u0302te d’Ivoire", ["Co\u0302te d’Ivoire"]),
        ("Siemens", "Sie\u00admens \ufeffSiemens\u200b", ["Sie\u00admens", "Siemens"]),
        ("siemens", "www.siemens.de https://x.org/siemens a.siemens@siemens.de", []),
        ("東京", "私は東京都に", ["東京"]),
        ("삼성", "삼성은 신삼성", ["삼성"]),
        ("กรุงเทพ", "ในกรุงเทพมหานคร", ["กรุงเทพ"]),
        ("KFOR", "KFOR部隊", ["KFOR"]),
        ("Straße", "STRASSE", ["STRASSE"]),
        ("AT&T", "At&T AT & T", ["At&T", "AT & T"]),
        ("Rhein-Neckar", "Rhein–Neckar Rhein\u2011Neckar", ["Rhein–Neckar", "Rhein\u2011Neckar"]),
        ("Diyarbakır İl", "DİYARBAKIR İL", ["DİYARBAKIR İL"]),
        ("AT&T", "ＡＴ＆Ｔ", ["ＡＴ＆Ｔ"]),
        ("", "anything", []),
        (" \u200b", "any \u200b thing", []),
    ],
)
def test_names_are_found_as_whole_words(name, text, places):
    assert found(name, text) == places


def test_all_names_are_found_the_shorter_before_the_longer():
    matcher = NameMatcher(["Kosovo Police", "Kosovo", "Police"])
    assert [(match.start, match.end) for match in matcher.find("The Kosovo Police")] == [(4, 10), (4, 17), (11, 17)]


def test_a_name_is_known_by_its_folded_words():
    matcher = NameMatcher()
    assert matcher.add("Kosovo\nPolice") == matcher.add("KOSOVO POLICE") == "kosovo police"
    assert {match.name for match in matcher.find("Kosovo police")} == {"kosovo police"}


@pytest.mark.parametrize(
    ("form", "name", "is_variant"),
    [
        ("Siemens", "Siemens", True),
        ("SIEMENS", "Siemens", True),
        ("siemens", "Siemens", False),
        ("Siemens", "siemens", False),
        ("Nato", "NATO", True),
        ("Siemens Energy", "SIEMENS ENERGY", True),
        ("It", "IT", False),
        ("Who", "WHO", False),
        ("WEISS", "Weiß", True),
        ("MAY", "May", True),
        ("may", "May", False),
    ],
)
def test_the_case_of_headlines_is_a_variant_and_that_of_common_words_is_not(form, name, is_variant):
    assert is_case_variant(form, name) is is_variant


def test_the_written_form_keeps_case_alone():
    assert written_form("The\n O’Brien\u00a0 Sie\u00admens") == "The O'Brien Siemens"


@given(strategies.texts | st.text(st.characters(codec="utf-8")))
def test_both_patterns_find_the_same_words_in_a_simple_text(text):
    simple = "".join(char for char in text if name_matcher.SIMPLE_TEXT.fullmatch(char))
    assert [m.span() for m in name_matcher.SIMPLE_WORD.finditer(simple)] == [
        m.span() for m in name_matcher.WORD.finditer(simple)
    ]


@given(st.characters(codec="utf-8"))
def test_every_simple_character_is_a_letter_to_both_patterns_or_to_none(char):
    if name_matcher.SIMPLE_TEXT.fullmatch(char):
        for text in (char, f"a{char}b", f"1{char}2", f"1{char}000"):
            assert folded_words(text) == [
                (m.start(), m.end(), name_matcher._folded(m[0], m.lastgroup)) for m in name_matcher.WORD.finditer(text)
            ]


@given(strategies.texts)
def test_words_are_in_order_and_no_letter_is_lost(text):
    words = folded_words(text)
    assert all(first[1] <= second[0] for first, second in pairwise(words))
    covered = {at for start, end, _ in words for at in range(start, end)}
    assert all(at in covered for at, char in enumerate(text) if char.isalnum())


@given(strategies.texts, st.data())
def test_a_surface_between_words_is_found_where_it_stands(text, data):
    words = folded_words(text)
    if not words or "\n" in {word for _, _, word in words}:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    if words[first][2].startswith("\0"):
        return
    start, end = words[first][0], words[last][1]
    matcher = NameMatcher([text[start:end]])
    assert (start, end) in {(match.start, match.end) for match in matcher.find(text)}


@pytest.mark.parametrize("text", ["a" * 200_000, "a-" * 100_000, "a.b@" * 50_000, "1," * 100_000, "\n " * 100_000])
def test_the_time_grows_with_the_length_of_the_text_alone(text):
    begin = time.perf_counter()
    folded_words(text)
    assert time.perf_counter() - begin < 5

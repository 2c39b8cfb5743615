"""Whole words: characters, words and tokens are not cut."""

import re
from itertools import product
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan import tokens
from goldspan.checks import boundaries, check_records
from helpers.check_findings import finding_ids, findings_in, record, scheme

TORN = {
    "split-word": [
        "[Ghana]{PLACE}ian lorries",
        "the [Balkans]{PLACE}asked",
        "sub[Sahara]{PLACE} rain",
        "[1,0]{COUNT}00 troops",
        "[4]{COUNT},500 troops",
        "4,[500 troops]{COUNT}",
        "[1]{COUNT}.2 million",
        "[KFOR]{UNIT}2 said",
        "the [U.S]{PLACE}.",
        "the [U]{PLACE}.S. troops",
        "the U.[S.]{PLACE} troops",
        "в [Косов]{PLACE}е",
        "[Ζβέτσα]{PLACE}ν",
    ],
    "split-grapheme": [
        "in [Brc]{PLACE}\u030cko",
        "a [👩]{PLACE}\u200d👧",
        "a [👍]{PLACE}🏽 here",
        "a [🇽]{PLACE}🇰",
        "a\r[\nPyla]{PLACE}",
        "in e[\u0301a]{PLACE}",
    ],
    "split-compound": ["[Geneva]{PLACE}-based", "a [3,000]{COUNT}-strong force", "[KFOR]{UNIT}\u2011led"],
    "token-misaligned": ["by [Leon Abbott Jr]{PERSON}.", "see [Pyla]{PLACE}.com", "on [@pyla]{PLACE}.com now"],
}
WHOLE = [
    "[Pyla]{PLACE}’s [Pyla]{PLACE}'s [Pyla]{PLACE}-[Pyla]{PLACE}/[Pyla]{PLACE}, [Pyla]{PLACE}.",
    "Lebanese-[UNIFIL]{UNIT} patrols",
    "[Pyla]{PLACE}—a village",
    "[Pyla]{PLACE}¹ and [Pyla]{PLACE}*",
    "[北京]{PLACE}市在[中国]{PLACE}北部",
    "[서울]{PLACE}에서",
    "ב[תל אביב]{PLACE}",
    "[Brcˇko]{PLACE}".replace("cˇ", "c\u030c"),
    "in [2003]{PLACE}, [400 men]{COUNT}. [U.S.]{PLACE} [J.R.]{PERSON}",
    "[Pyla]{PLACE}-, [Pyla]{PLACE}- and",
    "l’[Afrique]{PLACE}",
]


@pytest.mark.parametrize(("check", "marked"), [(check, marked) for check, many in TORN.items() for marked in many])
def test_a_cut_is_found_and_named_once(check, marked):
    assert [name for name in finding_ids(marked) if name in TORN] == [check]


@pytest.mark.parametrize("marked", WHOLE)
def test_an_edge_between_words_is_let_pass(marked):
    assert [
        finding for finding in findings_in(marked) if finding.check in TORN and finding.check != "token-misaligned"
    ] == []


def test_both_edges_make_one_finding():
    [finding] = findings_in("sub[Sahara]{PLACE}n rain")
    assert finding.message.startswith("begins and ends inside a word")


def test_composed_and_decomposed_letters_have_the_same_findings():
    for form in ("NFC", "NFD"):
        assert finding_ids(normalize("NFD" if form == "NFD" else "NFC", "in [Zvečan]{PLACE} and [Zveča]{PLACE}n")) == [
            "split-word"
        ]


def test_the_language_chooses_the_tokenizer():
    words = record("l'[Afrique]{PLACE} et aujourd'[hui]{PLACE}")
    english, french = (scheme().__class__("1", scheme().labels, {}, language) for language in ("en", "fr"))
    assert [f.span[0] for f in check_records([words], english) if f.check == "token-misaligned"] == [2, 21]
    assert [f.span[0] for f in check_records([words], french) if f.check == "token-misaligned"] == [21]


SPECIAL = sorted(tokens._pipeline("en").tokenizer.rules)
MARKS = ("", "(", '"', "“", "-", "/", ".", ",", ".)", "'s", "’s", '."', ":)", "?”", "...", "@", "&")
WORDS = (*(re.findall(r"[^\W\d_]+", " ".join(SPECIAL))), "KFOR", "Zveçan", "250", "7,600", "F-16", "U.S.", "www", "km")


def certain_cuts_are_cuts(text):
    extents = tokens.tokenize(text, "en")
    starts, ends = {start for start, _ in extents}, {end for _, end in extents}
    for at in range(len(text) + 1):
        if boundaries.is_certain(text, at):
            assert text[at : at + 1].strip() == "" or at in starts, (text, at)
            assert text[at - 1 : at].strip() == "" or at in ends or at == 0, (text, at)


def test_a_certain_cut_is_real_around_special_cases_of_the_tokenizer():
    for special, before, behind in product(SPECIAL, ("", "("), MARKS):
        certain_cuts_are_cuts(f"a {before}{special}{behind} b")


@given(st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(WORDS), st.sampled_from(MARKS)), max_size=3))
def test_a_certain_cut_is_real_in_any_chunk(pieces):
    certain_cuts_are_cuts(f"a {''.join(map(''.join, pieces))} b")


@given(st.text(st.sampled_from("aZé1.,'’-/(): \n\"“”😀"), max_size=12))
def test_a_certain_cut_is_real_in_any_text(text):
    certain_cuts_are_cuts(text)


def test_the_cuts_of_news_are_certain():
    text = "In May (KFOR), “Zveçan/Zvečan’s” 7,600 soldiers left, up to 250; Pyla-Tibnin?"
    words = [extent for extent in tokens.tokenize(text, "en") if text[slice(*extent)][0].isalnum()]
    assert len(words) == 13
    assert all(boundaries.is_certain(text, at) for extent in words for at in extent)

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.standoff.text_tokens import tokenize_text
from helpers import strategies


def keys(text):
    return [token.key for token in tokenize_text(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“KFOR’s” work", '"KFOR\'s" work'),
        ("„KFOR“ «said» ‘so’ ’’twice’’", "'KFOR' \"said\" 'so' \"twice\""),
        ("He said ‘“so”’", 'He said "so"'),
        ("1999–2001 — or so", "1999-2001 -- or so"),
        ("Wait… for. . it", "Wait... for. . it"),
        ("co\xadope\u200bra\u2060tion \ufeffin\u200e Kosovo", "cooperation in Kosovo"),
        ("a\xa0b\u2009c\u3000d\u2028e", "a b\nc\r\nd e"),
        ("Özkan".replace("Ö", "O\u0308"), "Özkan"),
        ("ﬁve ２０ ℌ m²", "five 20 H m2"),
        ("北约 在科索沃", "北约在科索沃"),
        ("ｶﾞｰ", "ガー"),
        ("1️⃣ ☎️", "1⃣ ☎"),
        ("צה״ל", 'צה"ל'),
        ("Коваль\u02bcчук", "Коваль'чук"),
    ],
)
def test_copies_have_the_same_keys(one, other):
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KFOR", "Kfor"),
        ("co-operation", "cooperation"),
        ("pre-\nsent", "present"),
        ("KFORs", "KFOR's"),
        ("2,000", "2000"),
        ("10²", "102"),
        ("2½", "21⁄2"),
        ("1²³", "123"),
        ("e", "e\u0301"),
        ("a b", "ab"),
    ],
)
def test_what_differs_in_its_words_differs_in_its_keys(one, other):
    assert keys(one) != keys(other)


def test_scripts_without_spaces_have_a_token_for_each_character():
    assert keys("北大西洋") == [*"北大西洋"]
    assert keys("ประเทศ") == [*"ประเทศ"]
    assert keys("กำลัง") == ["ก", "ํา", "ล\u0e31", "ง"]
    assert keys("КФОР 한국 עברית हिन्दी") == ["КФОР", "한국", "עברית", "हिन्दी"]


@given(strategies.texts)
def test_tokens_stand_in_order_and_leave_nothing_visible_out(text):
    tokens, at = tokenize_text(text), 0
    for token in tokens:
        assert at <= token.start < token.end
        assert token.key
        assert not keys(text[at : token.start])
        assert keys(text[token.start : token.end]) == [token.key]
        at = token.end
    assert not keys(text[at:])


@given(strategies.texts, st.sampled_from(["NFC", "NFD"]))
def test_canonical_forms_have_the_same_keys(text, form):
    assert keys(unicodedata.normalize(form, text)) == keys(text)


def test_characters_that_stand_for_others_have_their_keys():
    for character in map(chr, range(0x110000)):
        if not unicodedata.is_normalized("NFD", character):
            for text in (character, f"a{character}b", f"={character}", f"'{character}"):
                assert keys(unicodedata.normalize("NFD", text)) == keys(text)


@pytest.mark.parametrize("part", ["a\xad", "\xad", "'\u200b", ".", "\u0301\u0316", "\u200b. ", "the cat. "])
def test_long_texts_take_no_more_than_linear_time(part):
    assert keys(part * 50_000) is not None

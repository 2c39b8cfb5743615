"""Places of spans in copies that show one thing each."""

import pytest

from goldspan.annotation import Example, Span
from goldspan.standoff.examples import FingerprintSettings
from goldspan.standoff.fingerprints import FingerprintedText, default_settings, standoff_examples, standoff_spans
from goldspan.standoff.placement import place_examples

HOW = FingerprintSettings(size=4, step=2, rounds=1, salt="ab")
HEADING = "KFOR in the north"
FIRST = "The mission “KFOR” said on Monday that its patrols go on as planned near the town of Zvečan."
SECOND = "General Özkan Ulutaş, its commander, met the mayors of four towns and spoke of a calm but fragile situation."
TEXT = f"{HEADING}\n\n{FIRST}\n\n{SECOND}\n"


def example(number, text, *surfaces, article=TEXT):
    spans = [Span(text.index(one), text.index(one) + len(one), "X") for one in surfaces]
    return Example(f"a.p{number:02}", text, tuple(spans), at=article.index(text))


EXAMPLES = (
    example(1, HEADING, "KFOR"),
    example(2, FIRST, "KFOR", "Monday", "Zvečan"),
    example(3, SECOND, "Özkan Ulutaş", "four towns"),
)


def place(copy, examples=EXAMPLES, text=TEXT, how=HOW):
    return place_examples(standoff_examples(text, examples, how), copy, how)


def surfaces(placed):
    return [placed.text[one.place.start : one.place.end] if one.place else None for one in placed.place_spans()]


def test_typesetting_moves_spans():
    copy = TEXT.replace("“", "''").replace("”", "''").replace("\n\n", "\r\n").replace("Zvečan", "Zvec\u030can")
    heading, first, second = place(copy)
    assert [one.outcome for one in (heading, first, second)] == ["exact", "changed", "exact"]
    assert first.has_same_words
    assert surfaces(first) == ["KFOR", "Monday", "Zvec\u030can"]
    assert (heading.start, second.text) == (0, SECOND)


def test_paragraphs_that_changed_their_order_are_found():
    found = place(f"{SECOND}\n{FIRST}\n{HEADING}")
    assert [one.text for one in found] == [HEADING, FIRST, SECOND]
    assert [one.outcome for one in found] == ["exact"] * 3


def test_a_paragraph_that_is_not_there_is_missing():
    found = place(f"{HEADING}\n\n{SECOND}")
    assert [one.outcome for one in found] == ["exact", "missing", "exact"]
    assert {one.reason for one in found[1].place_spans()} == {"its example is not in the text"}


def test_spans_in_and_beside_other_words_are_lost():
    second = place(TEXT.replace("four towns", "five towns"))[2]
    assert second.outcome == "changed"
    assert not second.has_same_words
    assert surfaces(second) == ["Özkan Ulutaş", None]
    assert second.place_spans()[1].reason == "words in it or beside it differ"


def test_the_region_goes_to_the_bounds_of_the_paragraph_and_says_what_is_unread():
    second = place(TEXT.replace("General Özkan", "Maj. Gen. Özkan").replace("four", "five or six"))[2]
    assert second.text.startswith("Maj. Gen. Özkan")
    unread = [second.text[start:end] for start, end in second.unread]
    assert unread[0].startswith("Maj. Gen.")
    assert any("five or six" in part for part in unread)


def test_an_inserted_paragraph_belongs_to_no_example():
    found = place(TEXT.replace(SECOND, f"Read more about Zvečan here.\n\n{SECOND}"))
    assert [one.outcome for one in found] == ["exact", "exact", "exact"]
    assert found[2].start == TEXT.index(SECOND) + len("Read more about Zvečan here.\n\n")


def test_a_span_inside_a_word_keeps_its_place_in_the_word():
    text = "Nach Angaben der Berliner Polizei sind heute Morgen viele Menschen unterwegs."
    one = Example("a.p01", text, (Span(17, 23, "X"),))
    (placed,) = place("Eilmeldung\n" + text.replace("Ber", "Ber\xad").replace(" ", "  "), [one], text)
    assert surfaces(placed) == ["Ber\xadlin"]


def test_texts_that_are_there_twice_take_their_places_in_order():
    text = f"{FIRST}\n\n{SECOND}\n\n{FIRST}\n"
    twice = [
        Example("a.p01", FIRST),
        Example("a.p02", SECOND, at=text.index(SECOND)),
        Example("a.p03", FIRST, at=text.rindex(FIRST)),
    ]
    found = place("By Reuters\n\n" + text.replace("“", '"').replace("”", '"'), twice, text)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.has_same_words for one in found)


def test_one_of_two_equal_texts_is_missing_where_there_is_one():
    text = f"{FIRST}\n\n{SECOND}\n\n{FIRST}\n"
    twice = [
        Example("a.p01", FIRST),
        Example("a.p02", SECOND, at=text.index(SECOND)),
        Example("a.p03", FIRST, at=text.rindex(FIRST)),
    ]
    found = place(f"By Reuters\n\n{SECOND}\n\n{FIRST}", twice, text)
    assert [one.outcome for one in found] == ["missing", "exact", "exact"]


def test_a_heading_inside_a_paragraph_does_not_take_its_words():
    text = f"patrols go on as planned\n\n{FIRST}\n"
    both = [Example("a.p01", "patrols go on as planned"), example(2, FIRST, "Monday", article=text)]
    found = place(FIRST.replace("“KFOR” said", "has said"), both, text)
    assert [one.outcome for one in found] == ["missing", "changed"]


def test_spans_of_passes_are_placed_as_those_of_gold_are():
    first = place(TEXT.replace("“", '"').replace("”", '"'))[1]
    (one,) = standoff_spans(FIRST, [Span(FIRST.index("patrols"), FIRST.index(" as planned"), "Y")])
    found = first.place_span(one)
    assert first.text[found.place.start : found.place.end] == "patrols go on"
    assert (found.outcome, found.place.label) == ("moved", "Y")


def test_scripts_without_spaces():
    text = "北约驻科索沃部队发言人表示,土耳其将军乌卢塔什星期一在普里什蒂纳会见了四位市长,讨论了北部的安全局势。"
    name = text.index("乌卢塔什")
    one = Example("a.p01", text, (Span(name, name + 4, "X"),))
    how = default_settings("ab", language="zh")
    (placed,) = place("前言\n" + " ".join(text[:-1]) + "。", [one], text, how)
    assert placed.has_same_words
    assert surfaces(placed) == ["乌 卢 塔 什"]


def test_an_article_shorter_than_a_window_is_found_as_a_whole_alone():
    text, one = "Kosovo calm\n", [Example("a.p01", "Kosovo calm", (Span(0, 6, "X"),))]
    assert place(text, one, text)[0].outcome == "exact"
    assert place("Kosovo calm", one, text)[0].outcome == "missing"


def test_windows_of_exact_examples_are_not_computed():
    text = FingerprintedText(TEXT.replace("four", "five"), HOW)
    place_examples(standoff_examples(TEXT, EXAMPLES, HOW), text, HOW)
    first_of_second = next(n for n, token in enumerate(text.tokens) if token.key == "General")
    assert min(text._known) == first_of_second - HOW.size + 1


@pytest.mark.parametrize("copy", ["", "\n", "KFOR", "“”", "\u200b"])
def test_a_copy_of_nearly_nothing_has_nothing(copy):
    assert [one.outcome for one in place(copy)] == ["missing"] * 3


@pytest.mark.parametrize("words", ["a", "a b", "w{} x", "w{}"])
def test_long_articles_of_few_words_take_no_more_than_linear_time(words):
    text = " ".join(words.format(number % 90) for number in range(5_000))
    parts = [Example(f"a.p{at // 100}", text[at : at + 100], at=at) for at in range(0, len(text) - 100, 100)]
    assert len(place(text.replace("a", "b", 3).replace("w1", "v"), parts, text)) == len(parts)


@pytest.mark.parametrize(("before", "behind"), [("", "ers"), ("", "\u0301"), ("", "\u00ad2"), ("Anti", "")])
def test_an_example_that_goes_on_inside_a_word_is_not_the_same(before, behind):
    text = "Kosovo is where the mission of NATO keeps its patrols near KFOR"
    [placed] = place(f"{before}{text}{behind}", [example(1, text, "Kosovo", "NATO", "KFOR", article=text)], text)
    assert placed.outcome == "changed"
    assert surfaces(placed) == [None if before else "Kosovo", "NATO", None if behind else "KFOR"]

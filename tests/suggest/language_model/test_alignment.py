"""The alignment of quotes: the optimum of the order-keeping placements, exact offsets in every script, no guess."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.suggest.language_model.alignment import Quote, Refusal, align
from goldspan.suggest.language_model.prompt import words_before
from goldspan.suggest.language_model.quote_search import QuoteSearch

SENTENCE = "Kosovo and Serbia: the talks on Kosovo, held in Kosovo, ended."


def surfaces(text, quotes, **options):
    """What is placed, as (start, words), and the reasons of the rest."""
    found = align(text, [one if isinstance(one, Quote) else Quote(one) for one in quotes], **options)
    return [(place.start, text[place.start : place.end]) for place in found.places.values()], list(
        found.refused.values()
    )


@pytest.mark.parametrize(
    ("quotes", "starts"),
    [
        (["Kosovo", "Serbia", "Kosovo", "Kosovo"], [0, 11, 32, 48]),
        (["Kosovo", "Kosovo"], [0, 32]),
        (["Serbia", "Kosovo"], [11, 32]),
        (["Kosovo"], [0]),
        ([Quote("Kosovo", "talks on")], [32]),
        ([Quote("Kosovo", "held in")], [48]),
        ([Quote("Kosovo", "talks on"), Quote("Kosovo", "in")], [32, 48]),
        ([Quote("Kosovo", "words that are not there")], [0]),
    ],
)
def test_repeated_mentions_get_their_places_in_order(quotes, starts):
    found, refused = surfaces(SENTENCE, quotes)
    assert [start for start, _ in found] == starts
    assert not refused


def test_the_most_quotes_get_a_place_not_the_first_ones():
    """A greedy search would give the first `Bor` its only place after `Ada` and lose the two others."""
    text = "Bor, Cer, Dub, Ada"
    found = align(text, [Quote("Ada"), Quote("Bor"), Quote("Cer"), Quote("Dub")])
    assert found.out_of_order == (0,)
    assert [found.places[n].start for n in range(4)] == [15, 0, 5, 10]


def test_the_number_of_quotes_counts_before_the_words_before_them():
    text = "in Bor; Cer; to Bor"
    assert [start for start, _ in surfaces(text, [Quote("Bor", "to"), "Cer"])[0]] == [3, 8]


def test_out_of_order_is_placed_only_where_no_other_place_is_possible():
    text = "Ada met Bor, Ada met Cer, Ada left."
    placed, refused = surfaces(text, ["Cer", "Bor"])
    assert sorted(placed) == [(8, "Bor"), (21, "Cer")]
    assert not refused
    text = "Ada met Ada, then Bor met Cer."
    placed, refused = surfaces(text, ["Bor", "Cer", "Ada"])
    assert [words for _, words in placed] == ["Bor", "Cer"]
    assert refused == [Refusal.AMBIGUOUS]
    placed, refused = surfaces(text, ["Bor", "Cer", Quote("Ada", "Ada met")])
    assert (8, "Ada") in placed
    assert not refused


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("Kosovo and Serbia", "Albania", Refusal.NOT_IN_TEXT),
        ("Kosovo and Serbia", "kosovo", Refusal.NOT_IN_TEXT),
        ("Kosovo and Serbia", "", Refusal.NOT_IN_TEXT),
        ("Kosovo and Serbia", " \n", Refusal.NOT_IN_TEXT),
        ("Kosovo and Serbia", "\u200b", Refusal.NOT_IN_TEXT),
        ("", "Kosovo", Refusal.NOT_IN_TEXT),
        ("RUSSIA spoke", "US", Refusal.INSIDE_WORD),
        ("1,000 soldiers", "000 soldiers", Refusal.INSIDE_WORD),
        ("Bundeswehrsoldaten", "Bundeswehr", Refusal.INSIDE_WORD),
        ("the Jose\u0301 Street", "Jose", Refusal.NOT_IN_TEXT),
    ],
)
def test_what_is_not_in_the_text_is_refused(text, quote, reason):
    assert surfaces(text, [quote]) == ([], [reason])


def test_a_quote_too_many_and_a_quote_in_another_are_refused():
    assert surfaces("Kosovo only", ["Kosovo", "Kosovo"]) == ([(0, "Kosovo")], [Refusal.NO_PLACE])
    assert surfaces("Sector East of UNIFIL", ["Sector East of UNIFIL", "UNIFIL"])[1] == [Refusal.NO_PLACE]


@pytest.mark.parametrize(
    ("text", "quote", "surface"),
    [
        ("the Lord’s Army left", "Lord's Army", "Lord’s Army"),
        ("the 72nd\nBrigade of", "72nd Brigade", "72nd\nBrigade"),
        ("the 72nd\u00a0 Brigade of", "72nd Brigade", "72nd\u00a0 Brigade"),
        ("«Белград» и Ниш", '"Белград"', "«Белград»"),
        ("in Zu\u0308rich und", "Zürich", "Zu\u0308rich"),
        ("in Zürich und", "Zu\u0308rich", "Zürich"),
        ("Nord–Süd GmbH", "Nord-Süd GmbH", "Nord–Süd GmbH"),
        ("Donau\u00addampf AG", "Donaudampf AG", "Donau\u00addampf AG"),
        ("der ﬁnnische Ort", "finnische", "ﬁnnische"),
        ("ＮＡＴＯ said", "NATO", "ＮＡＴＯ"),
        ("在北京和上海。", "上海", "上海"),
        ("في بغداد والبصرة", "بغداد", "بغداد"),
        ("서울에서 회의", "서울", "서울"),
        ("at 👩‍👩‍👧 Café 🇽🇰 Prishtinë", "Prishtinë", "Prishtinë"),
        ("𝔸da and Ada", "Ada", "Ada"),
    ],
)
def test_typography_may_differ_and_offsets_stay_exact(text, quote, surface):
    found, refused = surfaces(text, [quote])
    assert [words for _, words in found] == [surface]
    assert not refused


@pytest.mark.parametrize("matching", ["exact", "white-space", "typography"])
def test_each_level_of_matching_lets_more_differ(matching):
    texts = {"exact": "the 72nd Brigade", "white-space": "the 72nd\n Brigade", "typography": "the 72nd\u2009Brigade’s"}
    quotes = {"exact": "72nd Brigade", "white-space": "72nd Brigade", "typography": "72nd Brigade's"}
    levels = list(texts)
    for level in levels:
        found, _ = surfaces(texts[level], [quotes[level]], matching=matching)
        assert bool(found) is (levels.index(level) <= levels.index(matching))


def test_an_exact_place_is_preferred_to_one_of_other_typography():
    assert surfaces("Lord’s and Lord's", ["Lord's"])[0] == [(11, "Lord's")]


WORDS = ["Ada", "Bor", "Cer", "Ada Bor", "Özil", "é", "北京", "上", "بغداد", "Zu\u0308rich", "’s", "👩‍👧", "🇽🇰"]
GAPS = [" ", "\n", ", ", " \u00a0", " – "]


@st.composite
def annotated(draw):
    """A text, and some of its spans in order without overlaps, each of whole words."""
    text, pieces = "", []
    for word in draw(st.lists(st.sampled_from(WORDS), max_size=9)):
        text += draw(st.sampled_from(GAPS)) if text else ""
        pieces.append((len(text), len(text) + len(word)))
        text += word
    kept = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    return text, [piece for piece, is_kept in zip(pieces, kept, strict=True) if is_kept]


@given(annotated(), st.booleans(), st.booleans())
def test_what_is_quoted_from_the_text_in_order_is_all_placed_in_order(case, with_words, normalised):
    text, spans = case
    quotes = []
    for start, end in spans:
        words = text[start:end]
        before = words_before(text, start) if with_words else ""
        quotes.append(Quote(unicodedata.normalize("NFC", words) if normalised else words, before))
    found = align(text, quotes)
    assert len(found.places) == len(spans)
    assert not found.out_of_order
    places = list(found.places.values())
    assert all(first.end <= second.start for first, second in itertools.pairwise(places))
    for (start, end), place in zip(spans, places, strict=True):
        found_words, words = (unicodedata.normalize("NFC", text[a:b]) for a, b in (place, (start, end)))
        assert found_words == words
    if all(len(QuoteSearch(text, "typography").places(quote.words)[0]) == 1 for quote in quotes):
        assert places == spans


@given(annotated(), st.lists(st.sampled_from([*WORDS[:5], "Dub"]), max_size=5), st.data())
def test_the_placement_is_the_optimum(case, words, data):
    """By brute force: no placement in order without overlaps has more quotes, or more of them after their words."""
    text, _ = case
    quotes = [Quote(one, data.draw(st.sampled_from(["", "Ada", "Bor", "Cer"]))) for one in words]
    search = QuoteSearch(text, "typography")
    choices = [[None, *search.places(quote.words)[0]] for quote in quotes]
    best = (0, 0)
    for places in itertools.product(*choices):
        placed = [(quote, place) for quote, place in zip(quotes, places, strict=True) if place is not None]
        if all(first.end <= second.start for (_, first), (_, second) in itertools.pairwise(placed)):
            best = max(best, (len(placed), sum(sum(search.follow(quote.before, [place])) for quote, place in placed)))
    found = align(text, quotes)
    in_order = [n for n in found.places if n not in found.out_of_order]
    after_words = sum(sum(search.follow(quotes[n].before, [found.places[n]])) for n in in_order)
    assert (len(in_order), after_words) == best
    assert sorted([*found.places, *found.refused]) == list(range(len(quotes)))
    for one, other in itertools.combinations(found.places.values(), 2):
        assert one.end <= other.start or other.end <= one.start
    assert align(text, quotes) == found


@given(st.text(max_size=40), st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_any_text_and_any_quotes_are_placed_or_refused(text, quotes):
    found = align(text, [Quote(*quote) for quote in quotes])
    assert sorted([*found.places, *found.refused]) == list(range(len(quotes)))
    for place in found.places.values():
        assert 0 <= place.start < place.end <= len(text)


def test_a_model_that_repeats_itself_without_end_gets_no_more_than_there_is():
    text = "Ada met Bor. " * 200
    found = align(text, [Quote("Ada"), Quote("Bor")] * 250)
    assert len(found.places) == 400
    assert len(found.refused) == 100

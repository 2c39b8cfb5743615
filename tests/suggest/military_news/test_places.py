"""Places, text in capitals, and what precedence makes of both (L-1 to L-5, G-1, G-3)."""

import pytest

from goldspan.suggest.military_news.candidates import SpanCandidate, resolve_overlaps
from goldspan.suggest.military_news.truecase import normalized_text
from helpers.suggestions import in_brackets

PLACES = [
    "He left [Pristina], [Kosovo], for [The Hague].",
    "In [Paktika Province] and in [Helmand] province it was calm.",
    "Protests in northern [Kosovo] and in [North Macedonia] went on.",
    "The [Kosovo] police and [U.S.] troops met [Kosovo] Serbs.",
    "The road from [Leposaviq]/[Leposavic] to [Camp Bondsteel] is open.",
    "They hold [Gates 1 and 31] near the [Iber River].",
    "The villages of [Zorkovo] and [Brashnje] burned.",
    "In the village of [Tintaypunco], [Tayacaja] province, they met.",
    "They took [Stepove], [Keramov] and [Kharkiv].",
    "The government of [Serbia] met in [Khost and Paktika Provinces].",
    "He is the President of [Serbia].",
    "They met near the [Suleiko] market and 30 km from [Zorkovo].",
    "It is quiet in [Kaduna, Plateau and Benue States].",
    "THE PATROL WAS SEEN NEAR THE [TOLUMBA] NEIGHBORHOOD, OUTSIDE [PANAMA CITY], TODAY.",
]
NO_PLACES = [
    "Serbian and Kosovar officials met Belgrade-sponsored mayors.",
    "The Pristina-Skopje road is closed.",
    "The Government of Serbia and the Kosovo Police met.",
    "The Belgrade-Pristina Dialogue and the Constitution of the Republic of Kosovo matter.",
    "NATO, the European Union and the Pentagon met.",
    "Member States met al Qaeda in Iraq and the General Confederation of Labour.",
    "The Army of Republika Srpska met the Serbian Red Cross.",
]


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_found_with_its_edges(text):
    assert in_brackets(text, "LOCATION") == text


@pytest.mark.parametrize("text", NO_PLACES)
def test_adjectives_compounds_and_names_inside_names_are_left_alone(text):
    assert in_brackets(text, "LOCATION") == text


def test_what_is_a_place_once_is_a_place_again():
    text = "They met in the village of [Zorkovo].\n\n[Zorkovo] was quiet."
    assert in_brackets(text, "LOCATION") == text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("THE REBELS ATTACKED SAN MIGUEL TODAY.", "the rebels attacked San Miguel today."),
        ("COLONEL PONCE LEFT WITH THE ARMY.", "Colonel Ponce left with the Army."),
        ("THE 4TH INFANTRY BRIGADE MET UNITA.", "the 4TH Infantry Brigade met UNITA."),
        ("THE 76TH GUARDS AIR ASSAULT DIVISION LEFT.", "the 76TH Guards Air Assault Division left."),
        ("THE 20TH COMBINED ARMS ARMY LEFT.", "the 20TH Combined Arms Army left."),
        ("THE 3RD MOTORIZED RIFLE DIVISION LEFT.", "the 3RD Motorized Rifle Division left."),
        ("General [SAN] Salvador met (Jens) Stoltenberg.", "General  SAN  Salvador met  Jens  Stoltenberg."),
        ("The troops left NATO and KFOR today.", "The troops left NATO and KFOR today."),
    ],
)
def test_text_in_capitals_gets_the_case_of_a_sentence(written, expected):
    assert normalized_text(written) == expected


def test_text_in_capitals_is_suggested_as_other_text_is():
    text = "SAN SALVADOR, 3 JAN 90 -- COLONEL PONCE SAID THAT 200 SOLDIERS OF THE ATLACATL BATTALION LEFT USULUTAN."
    assert "[PONCE]" in in_brackets(text, "PERSON")
    assert "[200 SOLDIERS]" in in_brackets(text, "TROOP_COUNT")
    assert "[ATLACATL BATTALION]" in in_brackets(text, "MILITARY_UNIT")
    assert in_brackets(text, "LOCATION").startswith("[SAN SALVADOR]")


def test_hard_wrapped_names_are_one_span():
    text = (
        "The talks on the mandate of the force were held in the capital of [Bosnia and\n"
        "Herzegovina] by its members, who had come there from the other capitals of\n"
        "the region, and by the others who were there already and did not leave it.\n"
    )
    assert in_brackets(text, "LOCATION") == text


def test_the_longer_wins_and_a_name_without_a_label_shields():
    inside = SpanCandidate(1, 2, "LOCATION", "place.gazetteer", 0.9)
    shield = SpanCandidate(1, 3, "", "org.headed", 0.9)
    assert resolve_overlaps([inside, shield]) == [shield]


def test_a_quantity_wins_over_a_longer_name():
    count = SpanCandidate(0, 3, "TROOP_COUNT", "count.personnel", 0.7)
    assert resolve_overlaps([SpanCandidate(1, 6, "MILITARY_UNIT", "unit.named", 0.9), count]) == [count]


def test_of_two_of_one_length_the_rule_wins_over_the_model():
    rule = SpanCandidate(0, 2, "LOCATION", "place.gazetteer", 0.5)
    assert resolve_overlaps([SpanCandidate(0, 2, "PERSON", "model.person", 0.9), rule]) == [rule]

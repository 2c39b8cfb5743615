"""Ships are no units, persons or places, under whatever name and however they are mentioned."""

import pytest

from helpers.suggestions import in_brackets

PLACES = [
    "The frigate USS Walter T. Hobart burned in the [Strait of Messina]; the Hobart took on water.",
    "The cruiser USS Lake Ontario left for [Malta].",
    "Destroyers Kidd, John S. McCain and Oak Hill sailed to [San Diego]. McCain returned.",
    "USS San Diego (LPD-22) left [San Diego], and San Diego put into [Limassol].",
    "Harry S. Truman (CVN-75) departed [Norfolk] on Monday.",
    "HMAS Jervis Bay, INS Vikrant, KRI Nanggala, BRP Sierra Madre and RFA Lyme Bay met off [Fiji].",
    "The frigates Admiral Essen and Admiral Makarov sailed from [Novorossiysk].",
    "The [Pearl Harbor] pier was full, but the Pearl Harbor-based destroyer came.",
    "Boarders train at [INS Ketanu]; a plane from [HMAS Heron], [Sydney], found INS Vikrant and HMS Kent.",
]
PERSONS = [
    "The destroyers USS Sterett (DDG 104) and USS William P. Lawrence (DDG 110) moored. Lawrence steamed on.",
    "USS Harry S. Truman left port. President [Truman] was never aboard, and Truman will be back.",
    "USS Frank E. Petersen Jr. (DDG-121) turned. Later Petersen stopped, said Capt. [Ana Ruiz].",
    "The aircraft carrier Charles de Gaulle and the frigate Chevalier Paul turned back.",
    "The patrol ship Vasily Bykov was hit.",
]


@pytest.mark.parametrize("text", PLACES)
def test_a_ship_named_after_a_place_is_none(text):
    assert in_brackets(text, "LOCATION") == text


@pytest.mark.parametrize("text", PERSONS)
def test_a_ship_named_after_a_person_is_none(text):
    assert in_brackets(text, "PERSON") == text


@pytest.mark.parametrize("text", [*PLACES, *PERSONS])
def test_no_ship_is_a_unit(text):
    plain = text.replace("[", "").replace("]", "")
    assert in_brackets(plain, "MILITARY_UNIT") == plain

"""Short names that a document introduces: acronyms, nicknames, numbers (MU-4, MU-6, G-5)."""

import pytest

from helpers.suggestions import in_brackets

INTRODUCED = [
    "The [Free Homeland Army] ([FHOA]) was founded.\n\nLater [FHOA] men left.",
    "The Homeland Security Council (HOSC) was founded.\n\nLater HOSC men left.",
    "The [Multinational Battle Group-North] ([MNBG-N]) met the [2e REP].\n\n[MNBG-N] left.",
    "The Dutch battalion ([NLBAT 2]) left.\n\n[NLBAT 2] came back.",
    "A reserve manoeuvre battalion ([QTM]) came.\n\nThe [QTM] left.",
    "Elements of [3 Kenya Rifles] ([3KR]) came.\n\nThen [3KR] left.",
    "The Chief of the [Defence Forces] (CDF), General Ola, spoke.\n\nThe CDF left.",
    "The [5th Motor Rifle Brigade] (MRB) left.\n\nThe [5th MRB] and the [7th MRB] came back.",
    "The [3rd Combined Arms Army] (CAA) left, and the [8th CAA] came.",
    "The [Counter Terrorism Service] fared better.\n\nThe [CTS] reported losses.",
    "The [173rd Airborne Brigade] fought.\n\nLater the [173rd] withdrew, on the 15th.",
    "The reserve brigades, among them the [101st], the [109th] and the [137th], and the [92nd Brigade] met.",
    "The [Texas National Guard] came.\n\nThe [Guard] sent trucks, and the [Guard]'s [36th Infantry Division] followed.",
    'The "[Screaming Hawks]" of the [101st Airborne Division] jumped.\n\nThe [Screaming Hawks] landed.',
    '[Marine Attack Squadron 214], the "[Black Goats]," landed.',
    "Gunners of the [QICM] fired, and the [QICM] left.",
    "The [MSRU], under Colonel Adele Rossi, patrolled.",
    "Soldiers of the [27th Infantry], known as the [Foxhounds], came.\n\nThe [Foxhounds] left.",
    "They form a volunteer battalion named “[Toros]” there.\n\nMen of [Toros] left.",
    "Then [Wagner] fighters were deployed.\n\nThen [Wagner] left, and so did Richard Wagner.",
    "The [Iowa Army National Guard] met.\n\n[Guard] members came from [Guard] units of Ohio.",
    "The [AFP Western Command] ([Wescom]) met.\n\nThe [Wescom] answered.",
    "[Resolute Support] had 8,000 troops.\n\n[RS] answered.",
    "The [5th Infantry Division] (“[Haggana]”) came.\n\nThe [Haggana] left.",
    "The [Zorkania Coast Guard] ([ZCG]) came.\n\nThen ZCG 5205 rammed it, and the [ZCG] left with [ZCG] 2000 men.",
    "The [Zorkov Battalion] came.\n\nFighters of [Zorkov] left.",
]
NOT_INTRODUCED = [
    "The [173rd Airborne Brigade] met on the 173rd day, at the 50th anniversary, on the 12th.",
    "The [5th Motor Rifle Brigade] (MRB) left; MRB is a class word.",
    "Soldiers of the UAE and troops of the DRC left.",
    "The head guard left, and the Guard left.",
]


@pytest.mark.parametrize("text", INTRODUCED)
def test_a_short_name_is_known_in_the_whole_document(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("text", NOT_INTRODUCED)
def test_what_only_looks_like_a_short_name_is_left_alone(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("number", ["²d", "٣rd", "9" * 5000 + "th", "½th"])
def test_an_odd_ordinal_is_no_error(number):
    assert in_brackets(f"The 21st Brigade and the {number} Brigade left. Then the {number}, left.", "MILITARY_UNIT")

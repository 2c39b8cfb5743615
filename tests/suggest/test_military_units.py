"""Units: what is a designation, where it begins and ends, and what is none (MU-1 to MU-7)."""

import pytest

from helpers.suggestions import in_brackets

UNITS = [
    "Elements of the [72nd Motorized Rifle Brigade] withdrew.",
    "The [2nd Battalion, 5th Regiment] held the bridge.",
    "The [1st Battalion of the 9th Brigade] held the bridge.",
    "Troops of the [3rd and 4th Brigades] met.",
    "A patrol of [Company B, 1st Battalion, 68th Armor Regiment], was hit.",
    "Soldiers of the [II Marine Expeditionary Force] landed.",
    "NATO's [Kosovo Force] ([KFOR]) patrolled the road.",
    "The [KFOR] commander met the mayor.",
    "The [Serbian Army] and the [Afghan National Army] trained.",
    "The [General Staff of the Armed Forces of Ukraine] denied it.",
    "He served in the [U.S. Army] and later in the [Army].",
    "Britain's [7th Armoured Brigade] crossed the river.",
    "The Indonesian [745 Battalion] left.",
    "They joined [Task Force Falcon] and [Task Force 2-87].",
    "[Combined Joint Task Force-82] said so, and [Regional Command-East] agreed.",
    "The [Lord's Resistance Army] crossed the border.",
    "Troops of the [Atlacatl Battalion] searched the hills.",
    "The [ISAF Joint Command] confirmed it.",
    "[Ghanbatt-2] relieved [Panzerbataillon 203] there.",
    "The [Forces armées du peuple congolais] ([FAPC]) held the town.",
    "The [4th infantry brigade] moved up.",
    "The [Company A, 9th Engineer Battalion], dug in.",
    "Soldiers of [Regimental Combat Team-8] dug in.",
    "The [17th “Falcon” Division] dug in.",
    "The [Zorkov Force] dug in.",
    "The [Western Division], set up in Kindu, and the [Multinational Division South East] met.",
    "The [Lofa, West Equatoria and Upper Juba Brigades] met.",
    "The [Babil and Ashur Divisions] met.",
    "They left the [Joint Task Force in Haiti].",
    "He commands [United States Forces Panama].",
    "The [3rd Marine Expeditionary Force] of Lt. Gen. Lund met the [2nd REP] in Kolwezi.",
    "Members of [Mentoring and Support Task Force 4] left.",
    "MEMBERS OF THE [II INFANTRY BATTALION] AND THE [III INFANTRY BATTALION] LEFT.",
    "THEY FOUGHT WITH [MILITARY DETACHMENT NO. 6] THERE TODAY.",
    "IT IS UNDER THE CONTROL OF [MILITARY DETACHMENTS NO 5 AND NO 7] TODAY.",
    "THE [ARMED FORCES JOINT CHIEFS OF STAFF] CONFIRMED IT.",
]
NO_UNITS = [
    "NATO, the United Nations and EULEX agreed.",
    "NATO-led forces and coalition forces met the Indonesian army.",
    "A mobile brigade and the peacekeeping mission stayed.",
    "The Kosovo Police and the Ministry of Defence answered.",
    "The Taliban and the FMLN answered.",
    "They seized 22 AR-15 rifles and 2,200 magazines.",
    "The Task Force on Organized Crime met.",
    "The Oil Company and the Human Rights Division met.",
    "The Force Commander and the Army Chief met.",
    "The Police Force and the United States forces met.",
    "It was the 5th NATO summit.",
]


@pytest.mark.parametrize("text", UNITS)
def test_a_designation_is_found_with_its_edges(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("text", NO_UNITS)
def test_what_names_no_formation_is_left_alone(text):
    assert in_brackets(text, "MILITARY_UNIT") in {text, text.replace("Army", "[Army]")}


def test_an_acronym_introduced_in_brackets_is_known_in_other_paragraphs():
    text = "The [Free Homeland Army] ([FHOA]) was founded.\n\nLater [FHOA] men left."
    assert in_brackets(text, "MILITARY_UNIT") == text


def test_an_acronym_of_a_body_is_not_taken_for_a_unit():
    text = "The Homeland Security Council (HOSC) was founded.\n\nLater HOSC men left."
    assert in_brackets(text, "MILITARY_UNIT") == text

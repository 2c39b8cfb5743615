"""Persons and quantities of personnel: what is in the span, and what stays out (P-1 to P-3, T-1 to T-5)."""

import pytest

from helpers.suggestions import in_brackets

PERSONS = [
    "Maj. Gen. [Özkan Ulutaş] took command.",
    "Serbian President [Aleksandar Vučić] answered Prime Minister [Thaçi].",
    "The President of Kosovo, [Ibrahim Rugova], answered.",
    "Secretary of State [Warren Christopher] left.",
    "Mr [(Jens) Stoltenberg] left.".replace("(", "(").replace(")", ")"),
    "General [Jean-Francois Collot d'Escuries] left.",
    'Lieutenant [Feliciano "Vida Nova" Cassoma] surrendered.',
    "Col. [Louis du Plessis] left.",
    "The spokesman [Jan Kowalski] said so. Later [Kowalski] denied it.",
    "Assistant Secretary-General for Peacekeeping Operations [Edmond Mulet] left.",
]
NOBODY = [
    "The Prime Minister and the Commander met.",
    "Serbs and Albanians met in April.",
    "The Security Council and the Red Cross met.",
    "Kosovo Force soldiers met.",
    "He drove to Camp Bondsteel.",
]
COUNTS = [
    "They sent [up to 1,000 additional troops].",
    "There are [more than 4,500 international military personnel] there.",
    "It lost [at least 780] of its [approximately 4,500 soldiers].",
    "They sent an additional [1,300 troops] and a record [39 soldiers].",
    "[Nine KFOR soldiers] were hurt and [two others] were wounded.",
    "They sent [hundreds of additional personnel] and [a dozen soldiers].",
    "A [3,000-strong] force with [4,000 to 5,000 troops] came.",
    "The mission has a troop strength of [5,230].",
    "The troops are from Fiji ([594]), Finland ([493]) and Ghana ([646]).",
    "They arrested [four members] of the Kosovo Protection Corps.",
    "They killed [two American soldiers] and [11 suspected insurgents].",
    "There were [14,000 policemen and soldiers].",
    "It comprises [an estimated 1,736 guerrillas].".replace("[an ", "an ["),
]
# The noun is stated before, shared, or left out (T-2, G-4).
UNSAID = [
    "The troops of Austria ([about 410] at Zorkovo), Ghana ([1,200], at Lund) and Fiji ([96], a field hospital) left.",
    "The troops: Austria provides [around 850], mainly gunners; Norway [140] of the Oppland Battalion; Fiji [six].",
    "Observers come from Austria ([1]), Fiji ([3]) and Ghana ([4]).",
    "They killed [17 soldiers] and [12] more were wounded.",
    "The military strength of the mission stood at [4,012], including [260 soldiers].",
    "Military personnel totalled [9,310], against the authorized strength of [9,800].",
    "Its troop strength was [2,548], of whom [942] were from Ghana.",
    "He counts three brigades with [nearly 9,000].",
    "They are the vanguard of [10,000].",
    "There were [some 13,000 fighters] in the district. The remaining [1,500], mostly boys, stay.",
    "It compares with the [21,500] of the Implementation Force.",
    "The rebels are believed to number [8,000 to 10,000 armed men].",
    "The soldiers of the corps now number [more than 9,000].",
    "He put enemy losses at [about 700].",
    "They killed several insurgents and detained [four] during the raid.",
    "[More than 31,000] of the [50,000 troops] are home.",
    "They arrested [129 rebels] and [36 others] gave up at the gate.",
    "It has [80,000 soldiers], and [fewer than 5,000] south of the river.",
    "It commands [3,200 Soldiers and Marines] there.",
    "[About 2,500 marines, soldiers and sailors] came.",
    "They killed [one subversive] and [thirty Hezbollah operatives].",
    "[At least 57 terrorists] were killed in a village of 2,000 people.",
]
NO_COUNTS = [
    "They sent 58 police officers and 60 additional civilian personnel.",
    "A soldier and several soldiers met many troops.",
    "They sent 27 countries 20 trucks and 13 armoured personnel carriers.",
    "In 1999 the troops left. On 27 April the troops came back.",
    "The 72nd Brigade and the troops met on Highway 60.",
    "About 19 protesters and 1,600 civilians met.",
    "The police component stands at 369, with two formed police units of 125 each.",
    "Auxiliary police now number 5,000, as against a planned strength of 10,000.",
    "The ministry counts 2,207 dead, without telling rebels from civilians.",
    "Resolution number 1244 names the troops.",
    "MILITARY DETACHMENT NO. 2 KILLED REBELS NEAR THE RIVER TODAY.",
    "The troops lost two of KFOR's tanks.",
    "The soldiers saw 30 West African civilians.",
]


@pytest.mark.parametrize("text", PERSONS)
def test_the_personal_name_alone_is_the_span(text):
    assert in_brackets(text, "PERSON") == text


@pytest.mark.parametrize("text", NOBODY)
def test_offices_and_peoples_are_no_persons(text):
    assert in_brackets(text, "PERSON") == text


@pytest.mark.parametrize("text", [*COUNTS, *UNSAID])
def test_a_quantity_runs_from_its_bound_to_its_noun(text):
    assert in_brackets(text, "TROOP_COUNT") == text


@pytest.mark.parametrize("text", NO_COUNTS)
def test_what_counts_no_military_people_is_left_alone(text):
    assert in_brackets(text, "TROOP_COUNT") == text


def test_a_surname_recurs_in_other_paragraphs():
    text = "General [Arne Skoglund] spoke first.\n\nIn the evening [Skoglund] left again."
    assert in_brackets(text, "PERSON") == text


def test_a_quantity_swallows_the_unit_inside_it():
    assert in_brackets("Two KFOR soldiers met.", "MILITARY_UNIT") == "Two KFOR soldiers met."

"""Kinds of names of places and persons that reports, dispatches and releases have (L-1 to L-5, P-1 to P-3)."""

import pytest

from helpers.suggestions import in_brackets

PLACES = [
    "He flew from [Mountain View Air Force Base], [Idaho], to [Pope Air Force Base].",
    "The course at [Fort Hollow], [GA], and the one in [Waco], [TX], began.",
    "Both were killed at [Guard Post 7]; [Border Post 12] and [UN Position 2-45] held.",
    "Ships lay off [Ras el-Tannur] and trucks waited at [Bab al-Noor].",
    "They met at the [Kovel Training Centre] and left [Storck Kaserne].",
    "The [Baltic and Black Seas] are calm.",
    "The raiders came over the [Imphoma] track.",
    "Noise is worst south of the [B471] and on both sides of the [RN12].",
    "[Manila] summoned the envoy, and [Manila]'s answer came late.",
    "The crew passed the [Leona Shoal]. The pact does not cover [Leona].",
    "Soldiers crossed the [Varna] on foot.",
    "Fighting in [North Kordofan State] and in the hills of [Michoacán] went on.",
    "The depot, with 200 personnel, left [Sliačok] in 2023.",
]
NO_PLACES = [
    "The Beatles track topped the list.",
    "Ohio State beat Michigan State, and the Secretary of State was there.",
    "Spanish Pizarro infantry fighting vehicles rolled, and Naga villagers watched.",
    "Squadrons in Stryker brigades went; the limits in FY2022 and Q3 fell.",
    "A Terminal High Altitude Area Defense battery arrived, France 24 said.",
    "The Project on Middle East Democracy and the Observatory for Sudan wrote.",
    "Empty Barracks stood there. Anna Hale, MD, and Peter Frost, PA, wrote.",
    "Senator Emma Colby-Ward asked. Officials told GAO so.",
]
PERSONS = [
    "Negotiations by Imam [Rashid Hodak] and Mother [Teodosia] failed.",
    "She called Crown Prince [Mohammed bin Faisal] and the Honorable [Peter Marsh].",
    "It was ordered under President [Trump] in 2020.",
    "Brig. Gen. [Hamdan “Al-Najm” Musa] was among the dead.",
    "A guide who goes by the name of [Zarwan] left; a driver gave his name only as [Boureimo].",
    "The faction of [Abdelwahab Haroun] stayed neutral.",
]
NO_PERSONS = [
    "A destroyer in the Flight III configuration sailed.",
    "The Royal Norfolks and 446 West Kents marched.",
    "The Mistral-class Anwar El Nasser is the flagship.",
    "President Elect and Secretary General are offices.",
]


@pytest.mark.parametrize("text", [*PLACES, *NO_PLACES])
def test_a_kind_of_place_is_told_from_what_looks_like_one(text):
    assert in_brackets(text, "LOCATION") == text


@pytest.mark.parametrize("text", [*PERSONS, *NO_PERSONS])
def test_a_kind_of_person_is_told_from_what_looks_like_one(text):
    assert in_brackets(text, "PERSON") == text

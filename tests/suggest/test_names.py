"""Kinds of names in reports, dispatches and releases: persons of many cultures, places that no list has."""

import pytest

from helpers.suggestions import in_brackets

PERSONS = [
    "The school is named after [Peter Hale, Sr.], and [Anna] and [Peter Hale] came with [Peter Hale Jr.]",
    "President [Kim Jong Un] met [Moon Jae-in], [Yoon Suk Yeol] and [Xi Jinping]; Spc. [Ji-won Hale] left.",
    "Captain (Rtd) [Said Athman Omar] and Lieutenant Colonel (Dr.) [Amina Hussein] spoke, Adm. [Lo Chen-yueh] left.",
    '[Clarence Edward “Snow” Pettigrew] MM, who died in May, knew Maj. Gen. [J. T. "Tom" Hale Jr.]',
    "Naib Subedar [Gul Rehman], 41, Sepoy [Sajjad Hussain], 26, and Havildar [Dileep Kumar], 33, were killed.",
    "LCDR [Ruth Tregear], Captain 3rd Rank [Yevheniia Stoianova], Sgt. 1st Class [Lonnie Mills] agreed.",
    "Mr. [Okonkwo], a farmer, told the paper that Chief [Emeka Nwosu] and Mzee [Gubo Dokota] had fled.",
    "[Ayman al-Zawahiri] hid there. [Al-Zawahiri]'s neighbour, [Abu Khaled], said so to [Umm Mohammed al-Masri].",
    "[Aung San Suu Kyi], [Min Aung Hlaing] and Sgt. [Maria de la Cruz-Ortiz] met Col. [Ryszard Kowalczyk-Nowak].",
    "Pfc. [Grace Park], 20, of Tulsa, and [Anna Hill], 30, said so. Staff Sgt. [Will Long] agreed.",
    "He is survived by his wife, [Kelly], and his parents, [Bob] and [Linda Stone] of Tulsa.",
]
REPEATED = [
    "Sgt. [Joy Baker] hugged her. [Baker] said so. [Baker]'s son left. Baker shops were closed.",
    "[Getachew Reda] said the Battle of Kapyong was long ago; Sens. [Jack Reed] and [Roger Wicker] agreed.",
]
NOBODY = [
    "Tropical Storm Ana and Hurricane Maria hit the coast.",
    "The Hale family and the Ismail Qemali school were hit.",
    "The Houthi rebels and the terrorist Houthi militia were known as Ansar Allah.",
    "The Officer Commanding and the Senior Officers left; the Chief Public Affairs Officer stayed.",
    "The contractor, Harlan-Voss Systems, was paid.",
]
PLACES = [
    "[HAZARD], [Ky.] – The clinic opened in [Jackson], [Miss.], and in [Charlotte], [N.C.]",
    "[QUETTA]/[TURBAT]: Seven were hurt near [al-Qaim] and at [al-Suwayda] camp.",
    "[ST. PAUL], [Minn.] — The Guard left for rural [Yale], [S.D.]",
    "They sailed from the [Gulf of Alaska] over the southern [Baltic Sea] to the [Strait of Messina].",
    "Ships in the Eastern [Mediterranean] and in Greater [Idlib] were seen.",
    "He flew from [Naval Air Station Lemoore] to [Marine Corps Air Station Miramar] and [Naval Weapons Station Earle].",
    "The [Vovchansk Aggregate Plant], the [Baiji] refinery, the [Port of Odesa] and the [Druzhba] pipeline burned.",
    "They were stopped on the [M-8] motorway and left via [U.S. 14].",
    "They attacked the villages of [Koura], [Tin-Zaoua] and [Dan Gabou].",
    "They held four villages: [Tarimo], [Oskela] and [Hazur].",
    "They seized [Tsukuryne], [Hirnyk] and [Zoriane] and were pulled back to [Yehorivka].",
    "A bridge over the [Licungo] and a road along the [Ibar] were built.",
    "He, 30, of [Jhal Magsi], was a resident of [Karak].",
    "The army learned nothing from [Bohoma], where 98 died.",
    "The [Lamu County] Commissioner came to [Basuba Ward].",
    "They met in [Jigawa], [Cundinamarca], [Rakhine] and [Khyber Pakhtunkhwa].",
]
NO_PLACES = [
    "At the Battle of Kapyong they fought.",
    "He opened a new Forward Operating Base and a School District.",
    "We heard them speak in Kanuri and Buduma.",
    "Rep. Nancy Pelosi, D-Calif., spoke.",
    "Islamic State West Africa Province (ISWAP) claimed it.",
    "The 36th Army (36th CAA, EMD) moved.",
]


@pytest.mark.parametrize("text", [*PERSONS, *REPEATED, *NOBODY])
def test_a_person_is_the_whole_name_alone(text):
    assert in_brackets(text, "PERSON") == text


@pytest.mark.parametrize("text", [*PLACES, *NO_PLACES])
def test_a_place_is_told_by_what_stands_around_it(text):
    assert in_brackets(text, "LOCATION") == text

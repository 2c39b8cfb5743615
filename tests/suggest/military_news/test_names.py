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
    "Oberstleutnant [Karl-Heinz Freiherr von Adlern], Cmde [Park Min-jun] and Vizeleutnant [Jörg Wimmer] spoke.",
    "Petty Officer Third Class [Rina Halimah], Lt. Col. [Aina binti Osman] and Col. [Ted J. Lowe Sr.], who led, left.",
    "A pilot with the callsign “[Lisov]” flew; Maj. [KIM] left.",
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
    "He is Deputy SACEUR, told SIGAR so and left the MSA, whose leader spoke.",
    "The Commander of Allied Joint Force Command Naples and a movement named Kilima agreed.",
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
    "Units left [Myrna Gora] and [Pidlisne], hold [Rai-Ivanivka] and shelled [Velyka Loza].",
    "They made assaults on [Krasna Luka], [Stepivka] and [Novove], and mechanized attacks on [Verbin].",
    "The [Donetsk People’s Republic] ([DNR]) and the [Lesser Boundary Line] ([LBL]) met; the [DNR] left the [LBL].",
    "Traffic on the [M17] between them and along the [T-0504] to it stopped on [U.S. Route 2].",
    "They jumped over [Abdul Saleh] air base and moved to [al Qaim]; the Taliban seized [Burka] district.",
    "On the other side of the [Tamesh], in [Manila], they met; [US] officials agreed. [US] troops left.",
    "In Southern [Kharkiv, Donetsk, Luhansk Oblasts] and [Tuva]: calm. Operation “Safe Podlasie” ran in [Podlasie].",
]
NO_PLACES = [
    "At the Battle of Kapyong they fought.",
    "He opened a new Forward Operating Base and a School District.",
    "We heard them speak in Kanuri and Buduma.",
    "Rep. Nancy Pelosi, D-Calif., spoke.",
    "Islamic State West Africa Province (ISWAP) claimed it.",
    "The 36th Army (36th CAA, EMD) moved.",
    "The operation “Safe Podlasie”, a battalion named “Parma” and the “Anna of Kyiv” Brigade cost US$ 5 each.",
    "The M113 and the crew on the A320 waited; the E-3 flew. He left Monday, and the troops left Anna.",
    "He ate an Orange, drank Cayenne and heard the Metro orchestra. Attacks on Novak grew.",
]


@pytest.mark.parametrize("text", [*PERSONS, *REPEATED, *NOBODY])
def test_a_person_is_the_whole_name_alone(text):
    assert in_brackets(text, "PERSON") == text


@pytest.mark.parametrize("text", [*PLACES, *NO_PLACES])
def test_a_place_is_told_by_what_stands_around_it(text):
    assert in_brackets(text, "LOCATION") == text

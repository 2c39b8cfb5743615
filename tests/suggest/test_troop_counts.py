"""Quantities without a noun, and nouns that name soldiers only among soldiers (T-2, T-4, T-5)."""

import pytest

from helpers.suggestions import in_brackets

COUNTS = """
When the Kenyan Army left, [four divers] of the Navy and [12 commandos] arrived.
[Five] of the pilots came from the Ohio National Guard 17th Wing, with [six Ohio guardsmen].
The Army had [612,400] in uniform, fewer by [1,010]. The Navy listed [571,050].
[Some 1,700 local militiamen] and [six drowned crew members] of the frigate were counted.
The now [9,000-member] guard was called up.
A mine hit paratroopers: [one] died, [two others] lost a leg, and all [three] were decorated. Later three men came.
The 25th Infantry Division sent [300 soldiers]. By Friday [120] had come home, and the rest stayed.
The Royal Navy has [31,000] in service. It had [39,000] in 2010.
The French Air Force lost [12 airmen] that winter. [Four] were buried in Brest, the other [eight] at home.
Strength fell from [12,000] in 1990 to [4,100] in 2001, when the Finnish Army closed 11 garrisons.
The Finnish Army raised the draft from [12,000] to [14,100].
The attack on the Malian Army left [47] dead and [12] missing. Seven civilians were hurt too.
A company of the 2nd Battalion, [120] strong, reached Gao with 14 vehicles.
[Sixteen cadets] of the Naval Academy and [two instructors] drowned when a boat sank in Lake Como.
The army said [96 “terrorists”] had been killed near Gao.
Germany contributes [450], Italy [320] and Spain [210] to the battalion in Latvia.
""".strip().split("\n")
OTHER_COUNTS = """
The company had 3,000 employees in 2010 and 1,200 in 2020. It cut 400 last year.
The party won 212 seats, up 14. The Greens lost 23 and the Liberals 12.
Arsenal scored 27 points in 2019 and 31 in 2020, while Chelsea had 19.
The hospital treated 45 patients. Twelve died, and 33 were discharged.
The earthquake killed 412 people in Ambato. Rescuers found 34 alive. Another 56 are missing, and 120 were injured.
Police said 14 protesters were wounded on Friday; nine were arrested and two died later.
The U.S. Army bought 120 trucks in 2021, 80 in 2022 and 40 this year.
The minister visited the 3rd Brigade on Monday. He was elected at 34, and has 12 grandchildren.
The regiment's museum drew 12,400 in 2019 and 3,200 in 2020. Tickets cost 12.
The 1st Marine Division fought in 4 campaigns and earned 9 citations. Chapter 12 of the book lists all 43.
The 2nd Battalion has 90 metres of bridge and the gap is 140.
The 3rd Brigade was one of six in the exercise. Its county lost three of its 14 deputies.
""".strip().split("\n")


@pytest.mark.parametrize("text", COUNTS)
def test_what_the_words_before_show_to_be_soldiers_is_a_count(text):
    assert in_brackets(text, "TROOP_COUNT") == text


@pytest.mark.parametrize("text", OTHER_COUNTS)
def test_what_counts_others_is_none(text):
    assert in_brackets(text, "TROOP_COUNT") == text


def test_the_topic_goes_on_in_the_next_paragraph():
    text = "How many KFOR soldiers remain?\n\nAt the start, [around 15,000]. By May it was down to [4,500]."
    assert in_brackets(text, "TROOP_COUNT") == text


def test_the_topic_ends_with_what_is_counted_otherwise():
    text = "The army sent [300 soldiers].\n\nThe fair drew 12,000 visitors. The year before it had 9,000."
    assert in_brackets(text, "TROOP_COUNT") == text

"""Quantities without a noun, and nouns that name soldiers only among soldiers (T-2, T-4, T-5)."""

import pytest

from helpers.suggestions import in_brackets

COUNTS = """
The Navy's newest destroyer has a crew of [329]; its predecessor needed [380].
The Marine Corps plans to shrink to [172,000] by 2030, from [186,200] in 2019.
Nepal, with [6,119], is the largest contributor of troops; Bangladesh has [5,866] and India [5,375].
Of [5,000 Ukrainian marines] sent across the Dnipro, [788] are missing.
The Somali National Army graduated [440 cadets] from Camp TURKSOM; another [600] are in training.
On Saturday the 3rd Infantry Regiment lost [14] killed and [50] wounded.
Ethiopian forces numbering [about 4,000] left Baidoa.
[Hundreds] of the regiment's [2,000 soldiers] were ill.
[Thirty-one Canadians] died with the battalion in 2006.
He led [three dozen Green Berets] and [a few hundred Afghan militiamen].
Canada has [540] in Latvia, Denmark [30] and Poland [175]. NATO plans a brigade of [3,000 to 5,000].
The Army missed its recruiting goal by 15,000 in fiscal 2022. It enlisted [44,900] against a goal of [60,000].
The Bangladeshi contingent in Mali, [1,389] strong, lost [three] to a roadside bomb.
[Some 2,500 American troops] are still in Iraq and [about 900] in Syria.
Colonel Ahmad Shah said his brigade had been [4,000] strong; it now has [fewer than 1,500].
She commands [270 sailors and Marines] aboard the ship. [Sixty] are women.
Of the [18 crew members], [four] drowned. The frigate KNM Helge Ingstad sank near Sture.
[Two snipers] and a spotter of the 1st Reconnaissance Battalion held the roof.
The Spanish Legion has [about 8,000], half of them in Ceuta and Melilla.
The rebels claimed to have killed [60] and captured [11]; the army admitted [four] dead.
[Five airmen] from the 27th Special Operations Wing died in the crash: [Five airmen].
Norway's Home Guard trains [40,000] a year; Estonia's Defence League has [18,000 members], [1,600] of whom are women.
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
The Finnish Army says that it had [a little over a thousand men] there and now has [a little under 200].
The Croatian Army keeps to a ceiling of [15,000 professional soldiers].
The sergeant recruited [some 60 members] of loyalist formations.
Naval Special Warfare operators, [14 sailors], stayed. Marine Raiders, numbering [12], boarded the tanker.
The Philippine Navy sailed BRP Andrés Bonifacio with [92 crew]. The Army has three crew cabins.
The Ukrainian brigade repelled 31 assaults in June, losing [88] killed and [140] wounded.
The Army will recall some of the [roughly 40,000] it sent to Iraq in 2007 with the 1st Cavalry Division.
The Russian Armed Forces train assault groups of [four to six riders] from the 5th Brigade.
[More than 90,000 people] have signed contracts with the Russian Army. Another [8,000] joined the reserve.
[Some 5,000 Norwegians] served in the Korean War with the Norwegian Army.
It lists [41,200 Iraqi National Defense Forces (INDF) personnel] and [2,100 Ministry of Defense (MOD) personnel].
The Army Reserve sent [about 400] more, mostly Army engineers, to the border.
[Nearly 900 Citizen-Soldiers] of the Ohio Army National Guard came home.
The Army thanked Oregon. The Oregon Guard has [8,100 members], of whom [600] are abroad.
NATO ended the mission. Spain has [24 soldiers] in Herat. Contractors employ 400 people.
The Army counted [300 soldiers] in Kabul. Some 90 people work there. Turkey has [510]; Portugal [120] and Hungary [8].
The armed forces stood at [212,000], down 12 percent from [240,000] two decades ago.
Vietnam is believed to keep [450,000] under arms, with [12,000] in uniform in Laos. Its army is old.
The Swedish Army drafted [8,000 conscripts]; next year [5,500] would be called up, on top of [roughly 3,000] serving.
The EUFOR reserve company took the force from [900] to [1,400]. A Czech one of [about 120] came in May.
Women make up 11 percent of the soldiers, or [9,300].
Of the [12 sailors] hurt, all but [two] are back on duty. They are among the [twelve] who were aboard.
[Forty-two soldiers] of the army left for Mali. [Thirty-nine] came back, and [three] are buried here.
Poland sent [6,000 soldiers] and 4,000 officers of the Border Guard.
General Dembélé said he had sent [60 men] to the village, and Colonel Touré led [twenty men] out.
Rome expects the first [200], from the Sassari brigade, in May, and the last [80 soldiers] in June.
The Omani Army sent [14 riders] and [30 soldiers]. The fund raised 900,000 yen and 12 houses burned.
The battalion buried [19 soldiers], including [two] from Fiji, and 3 mules.
Of the [24 cadets] of the Naval Academy who began in May, [seven] left. Of the army's brigades, three are reserve.
The Royal Wessex Yeomanry enlisted [95] in six months, against a target of [400].
The Army sends [600 soldiers], the Air Force [90], the Royal Navy [1,150] and the Special Boat Wing [1,095].
For [31] of those soldiers it is the first tour. The flight lasts for 31 hours.
The report puts the strength of the largest faction at [1,900 elements]. The army agrees.
""".strip().split("\n")
OTHER_COUNTS = """
Boeing delivered 157 jets in 2020, down from 380 in 2019. The U.S. Air Force took 12.
Two Tu-160 bombers, four F-16 fighters and six strategic bombers flew with the Air Force.
The Italian army medic gave lessons to 14 nurses and 12 teachers.
The average age of soldiers has climbed to 31.
The regiment spent 2.5 million zloty on boots and was given 1.5 million rupiah.
UNIFIL thanked nurses. Its doctors gave injections to 40 nurses and 3 doctors.
The Navy frigate rescued 19 crew from a tanker, and the army gave medals to 14 nurses.
The army has 300 non-combatants and 20 anti-personnel mines. The U.S. Army sent 12 crew chiefs' tools.
The museum of the Royal Marines has 1.2 million objects; 400 are on show. It employs 34.
The battalion's football team won 3-1, with two goals by Sergeant Rui Costa. About 800 watched.
The Kremlin said 9 drones were shot down over Kursk, and 4 over Bryansk. A woman was killed and two people were hurt.
The camp houses 9,000 refugees, 4,000 of them children. Guards from the Kenya Defence Forces shot two.
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
PARAGRAPHS = """
The Ukrainian Navy said on Tuesday that [nine sailors] were killed when a missile hit the corvette Vinnytsia at
Ochakiv. [Two] remain missing. The port lost 3 cranes and 12 containers.

The Chilean Army will send [two medics] and [14 engineers] to Haiti in May, Defence Minister Andrés Allamand said.
Chile first sent [650] in 2004; by 2017 only [391] were left.

The Indian Army sent [around 60,000] to Ladakh in June 2020, according to Lt. Gen. Y. K. Joshi. China had [50,000]
facing them. About 35 tanks crossed the river.

According to the annual report, the Irish Defence Forces had [8,468] at the end of 2021, against an establishment of
[9,500]. Of these, [6,878] served in the Army, [823] in the Air Corps and [767] in the Naval Service. A further
[1,604] were in the reserve.

Police in Leeds arrested 14 men on Monday. Six were charged, three were bailed and five were released. A spokesman for
the British Army declined to comment.

The flood in Derna killed 4,352 people. The Libyan National Army sent [1,200 soldiers] to help; [123] of them died in
the water.

The 82nd Airborne Division marked its 75th jump on Sunday. Of the [740 paratroopers] who jumped, [19] were hurt, [two]
of them badly.

Two pilots and a flight engineer of the Royal Jordanian Air Force were hurt when their C-130 left the runway. The
airport handles 9 million passengers a year, up from 7 million in 2015.

Villagers said 23 people were killed in the strike, seven of them children. The Nigerian Air Force said it had hit [31
fighters].

At 6 a.m. on 4 July, [340] of the regiment's [1,200 men] crossed the river. By noon [212] were dead. Only [eleven]
came back unhurt.

Sweden's conscription was cut from [36,000] in 1990 to [5,000] in 2009, and will rise to [10,000 conscripts] a year by
2030.

The Turkish Armed Forces said it "neutralised" [12 PKK terrorists] in northern Iraq; [three] surrendered. Since July,
4,500 villages have been searched.

In the Philippines, an army truck fell into a ravine, killing [nine soldiers] and injuring [31]. Another [five] were
missing.

The National Guard activated [3,200 guardsmen] after Hurricane Ida. By Monday [1,100] had been released. Power was out
for 900,000, and 26 people had died.

The 173rd Airborne Brigade is based in Vicenza, a city of 110,000. The hospital there has 540 beds and treated 31,000
last year; 412 were children.

KFOR said the bridge would reopen on 12 May. The municipality has 14 schools, 9 of them Serbian. About 4,000 attend.

The Royal Navy ordered eight frigates in 2017 and five more in 2019. Three have been launched. Each costs 268 million
pounds, up from 250.

The Army spent $4.2 billion on trucks in 2020, $3.1 billion in 2021 and 2.8 in 2022. The vehicles number 5,400, of
which 1,200 are new.

General Mark Milley, 62, spoke for 40 minutes. He answered 12 questions, three of them on China. About 200 listened.

The Air Force flew 120 sorties on Monday and 85 on Tuesday. It hit 14 targets; two were missed. Another 30 were flown
by allies.

The Taliban hold 193 of the country's 407 districts; the Afghan National Army holds 74. In May it was 104.

The 7th Fleet sailed 2,300 miles in 9 days. It passed 43 ships, 12 of them Chinese, and stopped at 3 ports.

The survey asked 1,204 adults about the Bundeswehr. Of these, 61 percent trusted it; 312 did not answer. In 2019, 580
did.

UNIFIL cleared 1,300 mines near Naqoura and found 54 more at Marwahin. Some 20 exploded.

The National Guard Bureau published 14 pages. Page 9 lists 31 bases; 4 are in Ohio, 7 in Texas and 2 in Guam.

After the quake, the Turkish Armed Forces set up 12 camps. The town of Islahiye lost 3,400 and has 9,000 homeless.
Some 200 remain under the rubble.

The Israel Defense Forces said 70 rockets were fired from Gaza, 54 of which were intercepted. Nine fell in the sea and
three hit Sderot.

Ukraine's Air Force said it downed 41 of 48 drones. Five were lost, and two flew back to Russia.

Lt. Col. Ana Ruiz ran the marathon in 3:41 and came 214th of 3,500. Her unit's team of six was 12th.

The court martial heard 11 witnesses. Four spoke for the defence, and one wept. The Marine Corps has held 230 such
trials since 2010.

The Peshmerga took 13 villages on Monday, 5 more on Tuesday, and say they hold 90.
""".strip().split("\n\n")


@pytest.mark.parametrize("text", COUNTS)
def test_what_the_words_before_show_to_be_soldiers_is_a_count(text):
    assert in_brackets(text, "TROOP_COUNT") == text


@pytest.mark.parametrize("text", OTHER_COUNTS)
def test_what_counts_others_is_none(text):
    assert in_brackets(text, "TROOP_COUNT") == text


def test_the_topic_goes_on_in_the_next_paragraph():
    text = "How many KFOR soldiers remain?\n\nAt the start, [around 15,000]. By May it was down to [4,500]."
    assert in_brackets(text, "TROOP_COUNT") == text


def test_the_topic_ends_where_no_force_is_named_for_long():
    soldiers = "The Canadian Army sent [300 soldiers] to Riga. Another [120] follow. [Some 90 Marines] are there."
    others = ("Rain fell.",) * 4
    text = "\n\n".join((soldiers, *others, "Norway has 120 on order. Finland has 64."))
    assert in_brackets(text, "TROOP_COUNT") == text


def test_a_state_that_has_a_bare_number_has_soldiers_in_an_article_that_counts_them():
    soldiers = "The Canadian Army sent [300 soldiers] to Riga. Another [120] follow. [Some 90 Marines] are there."
    text = f"{soldiers}\n\nMany Latvians cheered; the base feeds 500 people.\n\nSpain has [310], nearly all in Adazi."
    assert in_brackets(text, "TROOP_COUNT") == text


def test_a_civil_subject_counts_no_soldiers():
    soldiers = "The Canadian Army sent [300 soldiers] to Riga. Another [120] follow. [Some 90 Marines] are there."
    text = f"{soldiers}\n\nThe festival expects 12,000. The mayor said that he had 36 in his office."
    assert in_brackets(text, "TROOP_COUNT") == text


def test_the_topic_ends_with_what_is_counted_otherwise():
    text = "The army sent [300 soldiers].\n\nThe fair drew 12,000 visitors. The year before it had 9,000."
    assert in_brackets(text, "TROOP_COUNT") == text


@pytest.mark.parametrize("text", PARAGRAPHS)
def test_a_paragraph_has_just_its_counts_of_military_people(text):
    text = text.replace("\n", " ")
    assert in_brackets(text, "TROOP_COUNT") == text


KINDS = {
    "number_in_quotes": "The general said that “[more than 40]” fighters had died and “[some 20 soldiers]” were hurt.",
    "compound_of_soldiers": "A [nine-Soldier] cell and a [six-sailor] crew slept. The army sent a [four-person] team.",
    "fighter_squadrons": "The army sent two fighter squadrons, three rebel groups and two marine biologists.",
    "shortage": "The navy is short of [300 sailors] and of [41 marine engineers].",
    "police_unit": "The base was held by [90 soldiers] of the army and 64 members of a formed police unit.",
    "will_number": "The battalion will number [800]; the regiment can number [2,100].",
    "age": "She joined the Marine Corps at 17 and served in Iraq with [200 Marines].",
    "recruiters": "The army has [more than 900 recruiters] in 40 cities.",
    "mutineers": "[Twelve mutineers] were killed and [60] arrested, the army said.",
    "prisoners_of_war": "Peru freed [16 prisoners of war] and Ecuador [20 POWs].",
    "predicate": "Seven people were killed; [four] were soldiers and [two] are believed to be army reservists.",
    "takes_in_civilians": "The army said a blast killed 23 people, 15 of them civilians.",
    "part_civilian": "Soldiers opened fire. Nine were wounded, three of them market women, a doctor said.",
    "part_soldiers": "The army said: 23 dead, [15] of them soldiers.",
    "all_soldiers": "The dead, [nine bodies], all of them soldiers, were flown to Lima.",
    "in_uniform": "The army had [some 4,000 Poles] in uniform. [Thirty Danes] fought in the Korean War.",
    "together": "Kyiv got [80 prisoners] for [15 Belarusians] and [two North Korean soldiers], who crossed at Sumy.",
    "list": "As of 1 May, the troops were: Bangladesh, [512]; China, [268]; Ghana, [651]; and Nepal, [88].",
    "mandated": "The mission had [3,100 troops], with [61] of a mandated [90 military observers].",
    "toll": "A diplomat put the military death toll at [31], with [17] wounded.",
    "special_forces": "France withdrew its [400 special forces] from the camp. It had [30 special operations forces].",
    "test_scores": "Some 6,206 applicants for the army raised their test scores by one category.",
    "civil_engineers": "Tesla added 1,200 engineers in Bangalore. The army watched.",
    "sport": "The club played with 10 men against an army team. Coach Kim sent 11 men onto the pitch.",
    "company": "General Motors sent 300 men home. General Electric lost 400.",
    "strengths": "Ireland put the strength of the army at [7,100] and of the navy at [790].",
    "casualties": "The brigade suffered [88 casualties], of whom [12] died. The army told of [three army fatalities].",
    "received": "[Six soldiers] were hurt; [four] more received burns.",
    "border_guards": "The brigade and [300 border guards] held out. At a bridge, 40 border guards check lorries.",
    "equivalents": "The Army had [5,400 full-time equivalents].",
    "political_prisoners": "The captured soldiers came home. A judge freed 30 political prisoners.",
    "handed_over": "The army handed over [80 soldiers].",
}


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
def test_a_kind_of_count_in_a_sentence_of_its_own(text):
    assert in_brackets(text, "TROOP_COUNT") == text


def test_captives_are_counted_where_the_article_says_that_they_are_soldiers():
    text = "The foes exchanged [160 captives].\n\nThe freed prisoners are soldiers."
    assert in_brackets(text, "TROOP_COUNT") == text
    text = "The foes exchanged 160 captives.\n\nThe freed prisoners are students and journalists."
    assert in_brackets(text, "TROOP_COUNT") == text

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
DESIGNATIONS = {
    "numbers and codes": [
        "Sailors of [Destroyer Squadron 44] and [Carrier Air Wing 61] sailed with [Carrier Strike Group 12].",
        "[Helicopter Sea Combat Squadron (HSC) 9] returned with [Patrol Squadron (VP) 47].",
        "[Naval Mobile Construction Battalion 133] built the pier, and [Mobile Diving and Salvage Unit 2] cleared it.",
        "[Strike Fighter Squadrons 31 and 87] flew from the deck.",
        "[VFA-87] and [VAQ 140] trained with [VMM-263 (Reinforced)].",
        "An officer of [CSG 5] met sailors of [DESRON 15] and [CTF 70].",
        "Men of [1 PARA], [3 SCOTS], [2 RAR], [3RAR] and [40 Commando] landed.",
        "The [2e RPIMa] and the [13e DBLE] jumped over Kolwezi.",
        "The [41st CAA] and the [90th TD] regrouped, and the [BARS-11] detachment with them.",
        "[NEPBATT 2] relieved [INDBATT] there; a [Dutchbat] patrol watched.",
        "He flew with [No. 303 Squadron] and [617 Squadron].",
        "[Battalion 21] and [Squadron 303] fought; [Unit 8200] listened.",
        "[Battalion Landing Team 2/4] and [1st Battalion, 6th Marines], landed.",
        "The [31st/42nd Battalion] marched, and the [45th PMF Brigade] fired.",
        "The [Royal 22e Régiment] relieved [Company C] and the [70s and 80s Units].",
    ],
    "inside the name": [
        "The [98th Guards Airborne (VDV) Division] and the [4th Coastal (BRK) Brigade] attacked.",
        "The [Airborne Command and Control Squadron (VAW) 116] flew from [Carrier Strike Group Five].",
        "The [Company G, 1-189th Aviation Regiment], met the [16th Field Regiment, Royal New Zealand Artillery].",
        "[Multi-National Division-Baghdad], [Task Force Southern Guard] and [Marine Rotational Force-Darwin] met.",
        "Fighters of the [Sultan Murad Division] met the [Arakan Rohingya Salvation Army] ([ARSA]).",
        "By Spc. Joe Hale, [27th Public Affairs Detachment]",
        "The [Force conjointe du G5 Sahel] ([FC-G5S]) and the [Forces Armées Nationales Tchadiennes] ([FANT]) met.",
        "Ukrainian [Tavriisk Group of Forces] officers and the [Islamic Legion] met.",
    ],
    "ships and groups": [
        "The [Kearsarge Amphibious Ready Group] and the [26th MEU (Special Operations Capable)] left.",
        "The [Alder ARG] left. The Alder strike group stayed, and the Alder took on fuel.",
        "The Coast Guard Cutter Marlin met a [Royal Navy] frigate off Naval Base San Diego.",
        "They flew from Marine Corps Air Station Miramar to the Army Medical School.",
    ],
    "parents": [
        "The [Lebanese Army 5th Brigade] and the [Iraqi Army 9th Division] met.",
        "The [Syrian Arab Army (SAA) 4th Armored Division] left. The [SAA 1st Division] and the [SAA] stayed.",
        "The [Republican Guard 105th Brigade] fought.",
        "Soldiers of [B Company of 3 PARA] held the hill.",
        "The [1st Battalion, Welsh Guards], and the [2nd Battalion, Mercian Regiment], met.",
        "The [1st Battalion The Yorkshire Regiment] paraded.",
        "The [45th Infantry Brigade, Oklahoma Army National Guard], left.",
        "The [6th Battalion, 502nd Infantry, of the United States Army], stayed.",
        "He belongs to [Headquarters and Headquarters Company, 1st Battalion, 12th Infantry Regiment].",
        "The [72nd Brigade], the [Azov Regiment] and the [National Guard] fought.",
        "The [12th Tank Regiment] ([4th Tank Division], [1st Guards Tank Army]) attacked.",
        "The [Texas National Guard]'s [36th Infantry Division] came.",
        "[HQ ISAF] and [Headquarters Allied Command Operations] moved.",
    ],
    "in front and behind": [
        "[U.S. Army Pacific], [U.S. Army Europe and Africa], [U.S. 3rd and 7th Fleet] and [U.S. Sixth Fleet] met.",
        "Ukrainian [Northern Operational Command] and Russian [61st Motor Rifle Regiment] fought.",
        "The Italian [Folgore Brigade] and the French [27th Mountain Infantry Brigade] trained.",
        'The ["Sokil" Special Forces Detachment] and the [132nd Armored Brigade "Ariete"] trained.',
        "The [101st Airborne Division (Air Assault)] and the [188th Engineer Company (Vertical)] trained.",
        "The [Frontier Corps (FC) Balochistan (South)] said so. The [FC] left.",
        "The [Joint Task Force – Operation Northern Lantern] and [Task Force 51/5] met.",
        "The [1st and 2nd Special Operations Forces brigades] met.",
        "Two brigades, the [Royal Regiment of Canadian Artillery] and the [Women's Royal Army Corps] paraded.",
    ],
    "other languages": [
        "[Liwa al-Tawhid], [Jaysh al-Islam], [Feylaq al-Rahman] and the [al-Qassam Brigades] fought on.",
        "[Katibat Macina] struck again, and [Mai-Mai Kifuafua] fled.",
        "The [Batallón de Infantería No. 12] and the [Brigada 30] came from Colombia.",
        "The [Regimento de Infantaria N.º 3] left Beja.",
        "The [1er Régiment de parachutistes d'infanterie de marine] landed.",
        "[Panzergrenadierbataillon 212] and [Fallschirmjägerregiment 26] trained.",
        "[Kodam XVII/Cenderawasih] and [Kodim 1702] denied it.",
        "The [Brigata Sassari] and the [Reggimento San Marco] trained.",
    ],
    "services and missions": [
        "The [Royal Jordanian Air Force], the [Botswana Defence Force] and the [Philippine Marine Corps] met.",
        "The [Chilean Army], the [Norwegian Home Guard] and the [Japan Ground Self-Defense Force] met.",
        "The [Vermont Air National Guard] and the [California Army National Guard] trained with the [Army Reserve].",
        "The [UN Interim Force in Lebanon] ([UNIFIL]) stayed; [EUFOR Tchad/RCA] and [EUTM Mali] left.",
        "The [African Union Support and Stabilization Mission in Somalia] ([AUSSOM]) followed [ATMIS].",
        "Troops of the [Eastern Military District] ([EMD]) and the [Center Grouping of Forces] left.",
        "The [Deir ez-Zor Military Council] and the [People's Protection Units] ([YPG]) held it.",
        "Troops from [Sector 4] of the force and the [Multinational Joint Task Force] ([MNJTF]) left.",
        "The [Main Operational Directorate of the General Staff] denied it.",
        "The [Makran Scouts], the [Khyber Rifles] and the [Special Boat Unit] trained.",
    ],
    "parts in brackets and quotation marks": [
        "The [Islamic Revolutionary Guards Corps (IRGC) Quds Force] met.",
        "The [76th Guards Air Assault (VDV) Division] moved.",
        "The [3rd Transportation Brigade (Expeditionary)] left.",
        "The [3rd Battalion, 172nd Infantry Regiment (Mountain)] left.",
        "The [157th “Yaroslav of Halych” Brigade] and the [Alpine Brigade “Orobica”] left.",
        "The [“Lagunari del Nord” (5th) Regiment] and the [24th Mechanized Brigade named after King Danylo] left.",
    ],
    "regiments with a title": [
        "The [2nd Battalion, The Rifles] left, and the [1st Battalion, The Royal Anglian Regiment] stayed.",
        "The [2nd Battalion, The Duke of Lancaster’s Regiment] came.",
        "The [2nd Battalion of The Parachute Regiment] came.",
        "He served with [Easy Company, 2nd Battalion, 28th Marines], of the [5th Marine Division].",
        "He served in [6 SIKH LI] and in the [14 Garhwal Rifles].",
        "[KSF]’s [EOD Company] and the [CIMIC Company] led the convoy.",
    ],
    "commands and task forces with what they are for": [
        "They joined [Combined Joint Task Force – Horn of Africa] and [Joint Task Force – Southern Border].",
        "[U.S. Forces-Afghanistan] ([USFOR-A]) and [TAAC-South] said so; [United States Forces-Iraq] agreed.",
        "He leads the [Train, Advise and Assist Command East] and the [Train, Advise, and Assist Command-South].",
        "He led [Allied Joint Force Command Brunssum], [Allied Land Command Izmir] and [NATO Headquarters Skopje].",
        "The [Naval Surface Group Western Pacific] and the [Naval Surface Group Middle Pacific] met.",
        "The [People's Liberation Army Navy] and the [People’s Liberation Army Air Force] met.",
        "The [Allied Joint Force Command] in Norfolk and [Joint Forces Command] in Norfolk met.",
        "[UNIFIL Sector East] has a new head; [Sector East of the United Nations Interim Force in Lebanon] met.",
        "Patrols in [UNIFIL]'s sector went on, and [EUFOR] Operation Althea grew.",
        "The [Resolute Support Mission] ended; [Resolute Support] had 8,000 troops.",
        "The [Western Fleet], the [Eastern Fleet] and the [U.S. Naval Reserve] met.",
        "The [Polish Military Contingent] left.",
    ],
    "commands abroad and corps of several nations": [
        "The [1st German/Netherlands Corps] and [Multinational Division South-East] met.",
        "[Rapid Deployable Corps Greece] and [U.S. Special Operations Command Europe] met [III MEF].",
    ],
    "echelons in lower case": [
        "Troops of the [Iron Eagle] brigade, the [Folgore] brigade and the Chechen [Vostok-Akhmat] battalion came.",
        "The [328th Raider battalion] and the [5th and 25th divisions] left.",
        "Elements of the [Vostok Spetsnaz] came.",
    ],
    "further languages": [
        "[Zipur 8] and [Yonzipur 10] built it.",
        "The [1. Panzerdivision] in Oldenburg and the [41. Panzergrenadierbrigade] came.",
        "The [al Nasser Salah al Din Brigades] and the [Izz ad Din al Qassam Brigades] fired.",
        "Private Roe, 23, of [IRISHPOLBATT] died; soldiers of [LOT Mostar] came.",
    ],
    "nationalities and states": [
        "Ukrainian [Tavriisk Defense Forces] and the [Estonian Defence Forces] trained.",
        "[Iowa Guard] Soldiers left; the [Iowa Guard] has 9,000 members.",
    ],
}
CIVIL = [
    "The Platform Division of the firm and the Golden Division of the league agreed with Fifth Division club Zorkov.",
    "The Salvation Army gave out soup, and the Corps of volunteers and the Job Corps helped.",
    "The company's Security Division and the Consumer Group at Acme were sold to Carlyle Group.",
    "Leeds won the First Division title in 1992; the Second Division leaders lost.",
    "He was a striker in the First Division for Derby, and later a goalkeeper in the Third Division.",
    "The Green Group in the European Parliament and the Left Front objected.",
    "The Boy Scouts met the Girl Scouts; the Geek Squad and the Riot Squad came.",
    "Doctors of the Stroke Unit and the Intensive Care Unit met in Unit 4 of the mall.",
    "The Peace Corps hired 300; the New York Rangers won.",
    "The Working Group on Arms and the Contact Group met at Horse Guards Parade.",
    "The Civil Rights Division of the Justice Department sued; the Antitrust Division joined.",
    "He plays in NCAA Division I and Division 2.",
    "Chapter 3, Section 2 and Group 7 follow; Table 4 lists Unit 5.",
    "The Federal Police Force and Border Force officers searched the ship.",
    "The Police Tactical Unit, the Serious Crime Squad and the Special Investigations Unit came.",
    "Delta Air Lines and Alpha Company Ltd. grew; so did the East India Company.",
    "The Naval Academy, the Naval War College and the Air Command and Staff College met.",
    "The 101st Congress met on the 38th parallel, on the 15th of May, in the 21st century.",
    "The 2nd GOP debate, 5G, 3D, an F-16, a CH-53, an AK-47 and an MQ-9.",
    "The London Fire Brigade and Engine Company 54 fought the fire; Boys' Brigade helped.",
    "The Legion of Honour went to a member of the Royal Shakespeare Company.",
    "Emergency Response Team members of the hospital met the Data Science Team.",
    "The Labor Force Survey and the Mission of the church are old.",
    "The American Legion and the Royal British Legion gave money.",
    "The Wagner festival in Bayreuth began; Wagner group tickets sold out.",
    "The Light Bulb brigade of jokers, the London Fire brigade and the Trump brigade cheered.",
    "Virginia Guard Jones had 20 points.",
    "The Signal Company sold flags; “Anna and the King” Company staged it; a company called “Sigma” grew.",
    "The Fox Company, 21st Century Fox, and the Fox Company, 3rd quarter, grew.",
    "Marines biology is new. Marines to the rescue!",
    "The LOT Warsaw flight left.",
    "The bank, known as the Big Fruit, and the club, known as the Wolves, met.",
]


@pytest.mark.parametrize("text", [text for texts in DESIGNATIONS.values() for text in texts])
def test_every_kind_of_designation_is_found_with_its_edges(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("text", CIVIL)
def test_words_of_the_army_in_civil_life_name_no_unit(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("text", UNITS)
def test_a_designation_is_found_with_its_edges(text):
    assert in_brackets(text, "MILITARY_UNIT") == text


@pytest.mark.parametrize("text", NO_UNITS)
def test_what_names_no_formation_is_left_alone(text):
    assert in_brackets(text, "MILITARY_UNIT") in {text, text.replace("Army", "[Army]")}

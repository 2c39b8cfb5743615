"""Boilerplate is known by its form; a line that merely contains such a word is content."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.articles.paragraphs import paragraphs

HEADLINE = "Mission boosts patrols in the north"
BODY = (
    "The force said on Monday that the bridge over the river would remain open to everybody, and that patrols along "
    "the boundary line had been doubled since the weekend, when shots were heard."
)
ANYWHERE = """\
Photo: Flickr / KFOR Kosovo
PHOTO: JANE DOE
Photo by Sgt. 1st Class Jane Doe, U.S. Army
(Photo: AFP)
[Photo: Ministry of Defence]
Photo courtesy of the Ministry of Defence
Photo credit: Jane Doe/Reuters
Photo © Jane Doe
Foto: Tanjug/Jadranka Ilić
Foto: privat
Fotoğraf: AA
Source: Fejsbuk
Izvor: Tanjug
Quelle: dpa
(AP Photo/Visar Kryeziu)
REUTERS/Hazir Reka
Visar Kryeziu/AP
[File: Visar Kryeziu/AP Photo]
AFP via Getty Images
© 2023 Example News. All rights reserved.
Copyright 2009 Associated Press
(U.S. Army photo by Sgt. Jane Doe)
(Reuters)
/AFP/
Associated Press
Associated Press Writer
By The Associated Press
KABUL, June 3 (AFP) -
KABUL, Afghanistan (AP) —
PRISTINA, 22 January 2024 –
(Reporting by Fatos Bytyci; Editing by Jane Doe)
Story by Staff Sgt. Jane Doe
For more information contact 1st Lt. Jane Doe, State Guard Public Affairs, 802-555-0142.
For further information: Jane Doe, Deputy Spokesperson; press@example.org
Media contact: Jane Doe, +44 20 7946 0958
Reporting by J. Doe in Pristina and John Doe in Belgrade; writing by J. Doe; editing by A. B. Doe
Tags: peace, politics, the north
Published: 3 June 2010, 14:05 GMT
Last updated on June 3, 2010
https://example.org/a/b
news@example.org
* * *
-----
ADVERTISEMENT
Share this article
Read also: Minister visits the north
Lexo edhe: Kurti takohet me Vuçiq""".splitlines()
AROUND_THE_BODY = """\
By Jane Doe
By JANE DOE
By Jane Doe and John Smith
By Jane Doe, Associated Press Writer
By Jane Doe | Western Daily
by Jane van der Doe
By Staff Writer
Staff and agencies
Author: Jane Doe
Piše: Ivan Ivanović
Kabul (AFP)""".splitlines()
NEVER = """\
Photo exhibition opens in Pristina
Photos show soldiers at the bridge
Photo: Soldiers of the mission patrol the bridge in Mitrovica.
Picture this
Source of the Danube found
Source: the ministry will send more troops on Monday
Sources close to the government said so
Image of the army suffers
Video shows soldiers at the bridge
Credit where credit is due
By the river
By Land and Sea
By Popular Demand
By Monday, the force had left
Reuters reported the attack first
(KFOR)
Kosovo Force
Associated Press reporters were there.
Related questions remain open
Read more about the mission in the report.
Recommended by the council
Copyright law to change
ISAF Joint Command - Afghanistan
KABUL, Afghanistan (June 19) - A force killed a commander.
PRISTINA (Reuters) - The force said on Monday.
14 June 1993
12
(c) To watch the bridge
Updated: Mission confirms two soldiers wounded
Published in 2004, the report caused a stir
Tags are sewn on the uniforms of the soldiers.
Reporting by the mission shows that patrols were doubled
Contact was lost with 12 soldiers near the 802nd Battalion at 05:55
For more information the commander sent 120 men to the ridge on 12 May 2020
Story by story the tower fell
Author of the report is in Pristina
Dialogue as the Key to Long-Term Stability""".splitlines()


def boilerplate_of(*parts, sep="\n\n"):
    """The paragraphs of an article that are boilerplate."""
    text = sep.join(parts)
    return [text[p.start : p.end] for p in paragraphs(text) if p.kind == "furniture"]


@pytest.mark.parametrize("line", ANYWHERE)
@pytest.mark.parametrize("sep", ["\n", "\r\n\r\n", "\u2028"])
def test_credits_sign_offs_and_page_marks_are_boilerplate_anywhere(line, sep):
    assert boilerplate_of(HEADLINE, BODY, line, BODY, sep=sep) == [line]
    assert boilerplate_of(HEADLINE, line, BODY, sep=sep) == [line]
    assert boilerplate_of(HEADLINE, BODY, line, sep=sep) == [line]


@pytest.mark.parametrize("line", AROUND_THE_BODY)
def test_a_byline_is_before_or_after_the_body(line):
    assert boilerplate_of(HEADLINE, line, BODY, BODY) == [line]
    assert boilerplate_of(HEADLINE, BODY, BODY, line) == [line]
    assert boilerplate_of(HEADLINE, BODY, line, BODY) == []


@pytest.mark.parametrize("line", NEVER)
def test_a_headline_or_sentence_with_such_a_word_is_content(line):
    assert boilerplate_of(line, BODY, BODY) == []
    assert boilerplate_of(HEADLINE, line, BODY) == []
    assert boilerplate_of(HEADLINE, BODY, line, BODY) == []
    assert boilerplate_of(HEADLINE, BODY, line) == []


def test_what_may_be_a_headline_is_one_in_the_first_line():
    for headline in ("Source: Iran Strikes Base In Syria", "Photos: NATO Troops In Kosovo", "By Jane Doe", "Related"):
        assert boilerplate_of(headline, BODY, BODY) == []
    assert boilerplate_of("(AP Photo/Jane Doe)", HEADLINE, BODY) == ["(AP Photo/Jane Doe)"]


def test_the_form_of_the_letters_does_not_matter():
    line = unicodedata.normalize("NFD", "Foto\u00ad: Özkan Doğan")
    assert boilerplate_of(HEADLINE, BODY, line, BODY) == [line]
    assert boilerplate_of(HEADLINE, "Photo:\u00a0Jane\u00a0Doe", BODY) == ["Photo:\u00a0Jane\u00a0Doe"]


def test_a_short_caption_over_its_credit_belongs_to_it():
    assert boilerplate_of(HEADLINE, "Kfor\nSource: Fejsbuk", BODY) == ["Kfor", "Source: Fejsbuk"]
    assert boilerplate_of(HEADLINE, "Soldiers at the bridge\n(AFP)", BODY) == ["Soldiers at the bridge", "(AFP)"]
    assert boilerplate_of(HEADLINE, "Soldiers at the bridge\n\n(AFP)", BODY) == ["(AFP)"]
    assert boilerplate_of(HEADLINE, "The press office\npress@example.org", BODY) == ["press@example.org"]


@pytest.mark.parametrize(
    "caption",
    ["Soldiers of the mission stand at the bridge over the river", "Soldiers left.", "Where are the soldiers?"],
)
def test_a_caption_that_is_long_or_a_sentence_is_content(caption):
    assert boilerplate_of(HEADLINE, f"{caption}\nPhoto: Jane Doe", BODY) == ["Photo: Jane Doe"]


def test_a_headline_directly_over_a_credit_is_content():
    assert boilerplate_of(f"Mission stays\nPhoto: Jane Doe\n{BODY}", BODY) == ["Photo: Jane Doe"]
    assert boilerplate_of(HEADLINE, BODY, "A heading", "Photo: Jane Doe", BODY) == ["Photo: Jane Doe"]


def test_a_credit_inside_a_caption_leaves_the_caption_content():
    assert (
        boilerplate_of(HEADLINE, "The commander speaks in this photo released on Jan. 22, 2024. (AA Photo)", BODY) == []
    )


def test_related_posts_and_what_follows_are_boilerplate():
    others = ["Minister: We are not against it", "Talks go on in Brussels", "Is there a way out?"]
    assert boilerplate_of(HEADLINE, BODY, BODY, "Related posts", *others) == ["Related posts", *others]
    teaser = "The minister said on Tuesday that nothing had been decided yet."
    tail = ["RELATED ARTICLES:", others[0], teaser, others[1]]
    assert boilerplate_of(HEADLINE, BODY, BODY, *tail) == tail


def test_after_a_box_of_related_headlines_the_article_goes_on():
    box = ["Recommended stories", "Talks go on in Brussels", "Minister visits the north"]
    assert boilerplate_of(HEADLINE, BODY, *box, BODY, BODY) == box
    assert boilerplate_of(HEADLINE, BODY, "See also", "Talks go on in Brussels", BODY) == [
        "See also",
        "Talks go on in Brussels",
    ]


def interview(name, words):
    return [name, "It is important to seek solutions through dialogue", f"{BODY} {words}", BODY]


@pytest.mark.parametrize(
    "words", ["He told {}.", "So it said in a statement to {}.", "In an interview with {} he was calm.", "© 2023 {}"]
)
def test_a_first_line_that_names_the_outlet_of_the_interview_is_boilerplate(words):
    assert boilerplate_of(*interview("Western Daily", words.format("Western Daily"))) == ["Western Daily"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Western Daily", "Nothing more was said."),
        ("Western Daily", "The Western Daily is read by many."),
        ("Kosovo Police", "He was told by the Kosovo Police to leave. Kosovo Police reports three arrests."),
        ("Army told to leave", "He told Army told to leave."),
    ],
)
def test_without_such_words_a_first_line_is_content(name, words):
    assert boilerplate_of(*interview(name, words)) == []


WORDS = "by By via and Photo Source: Written Updated © (c) KABUL, AFP Reuters Doe Jane 2010 / - – | ( ) , . :"
VOCABULARY = [
    *WORDS.split(),
    "\n",
    "\n\n",
    "Related",
    "posts",
    "Read also",
    "told",
    "Western Daily",
    "Tags:",
    "reserved",
]


@given(st.lists(st.sampled_from(VOCABULARY), max_size=25))
def test_no_mixture_of_such_words_breaks_anything(words):
    text = " ".join(words)
    assert all(p.kind in {"text", "furniture"} for p in paragraphs(text))
    assert "".join("".join(text[p.start : p.end] for p in paragraphs(text)).split()) == "".join(text.split())


def test_no_headline_no_outlet():
    assert boilerplate_of("Western Daily", BODY, "He told Western Daily so.") == []
    assert boilerplate_of("Western Daily") == []


def test_a_credit_between_wrapped_paragraphs_is_boilerplate():
    wrapped = (
        "The force said on Monday that the bridge over the river would\nremain open to everybody, and that patrols "
        "along the boundary\nline had been doubled since the weekend, when shots were heard\nin the valley."
    )
    assert boilerplate_of(f"{wrapped}\nPhoto: Jane Doe\n{wrapped}") == ["Photo: Jane Doe"]


def test_a_bracketed_credit_that_was_wrapped_off_its_caption_is_content():
    text = (
        "The commander of the force speaks to reporters at the gate in\nthis photo, which was released by the ministry "
        "in January 2024.\n(AA Photo)\n\nThe bridge over the river would remain open to everybody, the\nforce said."
    )
    assert boilerplate_of(text) == []

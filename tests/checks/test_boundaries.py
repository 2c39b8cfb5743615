"""Tight edges: what does not belong to the name, and what does although it looks otherwise."""

import pytest

from helpers.check_findings import finding_ids, findings_in, scheme

LOOSE = {
    "edge-whitespace": [
        "Fog over [Pyla ]{PLACE}today.",
        "Fog over[\u00a0Pyla]{PLACE}.",
        "Fog over [\u200bPyla]{PLACE}.",
        "Fog over [Pyla\n]{PLACE}",
        "Fog over [Pyla\u2028]{PLACE}",
        "Fog [ ]{PLACE} here",
    ],
    "edge-punctuation": [
        "Fog over [Pyla,]{PLACE} he said.",
        "Fog over [“Pyla”]{PLACE}.",
        "Fog over [„Pyla“]{PLACE}.",
        "Fog over [»Pyla]{PLACE}«.",
        "Fog over ['Pyla']{PLACE}.",
        "The [soldiers’]{UNIT} tents.",
        "Fog over [Pyla.]{PLACE} Rain fell.",
        "Fog over [Pyla.]{PLACE}",
        "It began in [2003.]{PLACE}",
        "Fog over [Pyla…]{PLACE}",
        "Fog over [Pyla?]{PLACE}",
        "Fog [– Pyla]{PLACE} again",
        "Fog over [Pyla -]{PLACE} again",
        "The force ([ECOMOG)]{UNIT} landed.",
        "The force [(ECOMOG]{UNIT}) landed.",
        "The force [(ECOMOG)]{UNIT} landed.",
        "The [Kosovo Force (KFOR]{UNIT}) landed.",
        "Fog over [.Pyla]{PLACE}.",
        "Fog [,]{PLACE} here",
        "From [Pyla/]{PLACE}Pile.",
        "From Pyla[/Pile]{PLACE}.",
        "Fog [(]{PLACE} here",
    ],
    "leading-article": [
        "Fog over [the Litani]{PLACE}.",
        "Fog over [THE LITANI]{PLACE}.",
        "[The  Litani]{PLACE} rose.",
        "[A Pyla]{PLACE} trader came.",
        "They met [the 300 soldiers]{COUNT}.",
        "He led [a 3,000-strong]{COUNT} force.",
        "They met [an estimated 800 fighters]{COUNT}.",
        "They met [the dozen soldiers]{COUNT}.",
    ],
    "leading-possessive": [
        "She met [her 3rd Brigade]{UNIT}.",
        "[Our Navy]{UNIT} sailed.",
        "It lost [its 3 men]{COUNT}.",
    ],
    "trailing-possessive": [
        "Fog hid [Pyla's]{PLACE} port.",
        "Fog hid [Pyla’s]{PLACE} port.",
        "Fog hid [PYLA'S]{PLACE} PORT.",
        "Fog hid [Pyla 's]{PLACE} port .",
    ],
}
TIGHT = [
    "[U.S.]{PLACE} troops left the [U.S.]{PLACE}",
    "He left [Washington, D.C.]{PLACE}, by train.",
    "The report by [Leon Abbott Jr.]{PERSON} appeared.",
    "He works for [Acme Inc.]{UNIT} Now he is ill.",
    "[Leon A.]{PERSON} was there.",
    "The [3rd Bde.]{UNIT} of the army and the [4th Xyz.]{UNIT}, too.",
    "The [4th Xyz.]{UNIT}’s tents.",
    "[(Ingrid) Halvorsen]{PERSON} called.",
    "The [21st Brigade (Separate)]{UNIT} moved.",
    "The [Force \\[mixed\\] East]{UNIT} moved.",
    "[Rodrigo “Rigo” Peralta]{PERSON} called.",
    "[“Rigo” Peralta]{PERSON} called.",
    "The [Brigade “Tiger”]{UNIT} moved.",
    "[’s-Hertogenbosch]{PLACE} lies low.",
    "The [Lord’s Resistance Army]{UNIT} fled.",
    "[O’Rourke]{PERSON}’s son.",
    "Then [A Company]{UNIT} moved.",
    "Then [An Nasiriyah]{PLACE} fell.",
    "Then [Her Majesty’s Navy]{UNIT} sailed.",
    "They met [a dozen soldiers]{COUNT}, [a hundred]{COUNT} and [a few hundred troops]{COUNT}.",
    "They met [a couple of soldiers]{COUNT}; [Half a dozen]{COUNT} left.",
    "They met [a little over 300 men]{COUNT}, [a bit fewer than 90]{COUNT} and [a good deal more than 9]{COUNT}.",
    "[Theresa]{PERSON} and [Ana]{PERSON} met [Hisham]{PERSON}.",
    "The [.50 Brigade]{UNIT} moved.",
    "[Yahoo]{UNIT}! [Pyla]{PLACE}?",
]


@pytest.mark.parametrize(("check", "marked"), [(check, marked) for check, many in LOOSE.items() for marked in many])
def test_a_loose_edge_is_found(check, marked):
    assert check in finding_ids(marked)


@pytest.mark.parametrize("marked", TIGHT)
def test_what_belongs_to_the_name_is_let_pass(marked):
    assert [finding for finding in findings_in(marked) if finding.check in LOOSE] == []


def test_both_edges_make_one_finding():
    [finding] = findings_in("Fog over [“Pyla”]{PLACE}.")
    assert finding.message.startswith("begins with '“' and ends with '”'")


def test_a_full_stop_inside_a_sentence_belongs_to_the_word():
    assert finding_ids("The [4th Xyz.]{UNIT} of May") == []
    assert finding_ids("The [4th Xyz.]{UNIT} Of May") == ["edge-punctuation"]


def test_the_finding_shows_the_words_around():
    [finding] = findings_in("Fog lay over [the Litani]{PLACE}.")
    assert finding.message == "begins with the article 'the': Fog lay over [the Litani]{PLACE}."
    assert (finding.line, finding.example, finding.span) == (1, "a.p01", (13, 23, "PLACE"))


@pytest.mark.parametrize("allowed", ["The Hague", "a.p01: The Hague"])
def test_an_allowed_surface_passes(allowed):
    marked = "Judges in [The Hague]{PLACE} rose."
    assert finding_ids(marked) == ["leading-article"]
    assert finding_ids(marked, labels=scheme(leading_article=[allowed])) == []


def test_an_allowance_for_one_example_leaves_the_others():
    labels = scheme(leading_article=["a.p02: The Hague"])
    findings = findings_in("In [The Hague]{PLACE}.", "In [The Hague]{PLACE}.", labels=labels)
    assert [finding.example for finding in findings] == ["a.p01"]


def test_an_allowed_surface_passes_in_capitals_but_not_in_small_letters():
    labels = scheme(leading_article=["The Hague"])
    assert finding_ids("FROM [THE HAGUE]{PLACE}", labels=labels) == []
    assert finding_ids("From [the Hague]{PLACE}", labels=labels) == ["leading-article"]

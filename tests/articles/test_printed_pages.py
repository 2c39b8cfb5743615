"""Page artefacts between the lines are boilerplate and split the paragraph around them."""

import pytest

from goldspan.articles.paragraphs import paragraphs

BEFORE = """\
3.
A committee of the assembly has looked into the matter and found that
most of the houses were damaged or destroyed in the first two days of
the month. In addition, many of the cultural and religious sites were
"""
AFTER = """\
burned down. Two of them are listed as sites of universal significance
and a third is listed as a site of regional significance, so that help
from abroad will be needed.
4. The situation remains calm, and the committee will meet once more.
"""


MASTHEAD = ["Distr.", "GENERAL", "S/25939", "14 June 1993", "ORIGINAL:", "ENGLISH"]


def cut(middle):
    """The kinds and words of the paragraphs of a report with something in its middle."""
    text = BEFORE + middle + AFTER
    return [(p.kind, text[p.start : p.end]) for p in paragraphs(text)]


@pytest.mark.parametrize(
    ("middle", "lines"),
    [
        ("04-33180 (E) 030504\n\n*0433180*\n\n\nS/2004/348\n\n", ["04-33180 (E) 030504", "*0433180*", "S/2004/348"]),
        ("\n2\n\n\nS/2004/348\n\n", ["2", "S/2004/348"]),
        ("\n2\n\n11-56784\n\n\nA/58/1/Add.1\n", ["2", "11-56784", "A/58/1/Add.1"]),
        (
            "\n93-34742 (E)\n\n140693\n\n/...\n\n\nS/25939\nEnglish\nPage 2\n\n",
            ["93-34742 (E)", "140693", "/...", "S/25939", "English", "Page 2"],
        ),
        ("\nDistr.\nGENERAL\nS/25939\n14 June 1993\nORIGINAL:\nENGLISH\n", MASTHEAD),
        ("- 12 -\n", ["- 12 -"]),
        ("Page 3 of 10\n", ["Page 3 of 10"]),
        ("12\n\f", ["12"]),
        ("\f12\n", ["12"]),
    ],
)
def test_a_page_break_is_boilerplate_and_splits_the_paragraph(middle, lines):
    found = cut(middle)
    assert [kind for kind, _ in found] == ["text", *["furniture"] * len(lines), "text", "text"]
    assert [words for kind, words in found if kind == "furniture"] == lines
    assert found[0][1] == BEFORE.strip()
    assert found[-2][1] + "\n" + found[-1][1] == AFTER.strip()


@pytest.mark.parametrize("middle", ["\n12\n\n", "\nEnglish\n\n", "\n14 June 1993\n\n", "\nGENERAL\n\n", "\n1,200\n\n"])
def test_a_number_a_date_or_a_word_alone_is_content(middle):
    assert {kind for kind, _ in cut(middle)} == {"text"}


@pytest.mark.parametrize(
    "line",
    [
        "N/A",
        "Kosovo/Serbia",
        "S/he",
        "24/7",
        "Original",
        "Original idea",
        "Page",
        "1999-2004",
        "AC/DC",
        "9/11",
        "F-16",
        "B92",
    ],
)
def test_what_only_looks_like_a_symbol_is_content(line):
    assert ("text", line) in cut(f"\n{line}\n\n")


def test_a_quantity_stays_with_what_it_counts_and_off_the_page_number():
    text = (
        BEFORE
        + "are as follows:\n1\n\nheadquarters with a\ncompany\n\n5\n\nbattalions of infantry\n\n/...\n\nS/25939\n"
    )
    found = [(p.kind, " ".join(text[p.start : p.end].split())) for p in paragraphs(text)]
    assert found[1:] == [
        ("text", "1 headquarters with a company"),
        ("text", "5 battalions of infantry"),
        ("furniture", "/..."),
        ("furniture", "S/25939"),
    ]

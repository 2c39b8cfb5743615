"""A table and a list are cut into rows and items, or stay whole."""

import pytest

from goldspan.articles.examples import Segmentation, examples_of
from goldspan.settings import ExampleSettings

TABLES = {
    "pipes": "| Unit | Men |\n|------|----:|\n| Brigade A | 1,200 |\n| Company B | 90 |",
    "pipes inside": "Unit | Men\nBrigade A | 1,200\nCompany B | 90",
    "grid": "+---+----+\n| a | b  |\n+---+----+\n| 1 | 22 |\n+---+----+",
    "box": "┌───┬────┐\n│ a │ b  │\n├───┼────┤\n│ 1 │ 22 │\n└───┴────┘",
    "tabs": "Unit\tMen\nBrigade A\t1,200\nCompany B\t90",
    "tabs with empty cells": "Unit\tMen\tTanks\nBrigade A\t\t12\nCompany B\t90",
    "spaces": "Name            Rank       Age\nJohn Smith      Sergeant    45\nAnn Doe         Major        9",
    "numbers to the right": "Month    Killed   Wounded\n---------\nJanuary      12       130\nMay           4       5",
    "an empty first cell": "            Killed   Wounded\nJanuary         12       130\nMay              4        55",
}
LISTS = {
    "bullets": "• 5 tanks. All old.\n• 10 trucks",
    "hyphens": "- 5 tanks\n- 10 trucks",
    "asterisks": "* 5 tanks\n\n* 10 trucks",
    "numbers": "1. Five tanks. All old.\n2. Ten trucks",
    "brackets": "(a) tanks;\n(b) trucks",
    "letters": "a) tanks\nb) trucks",
    "letters with full stops": "a. tanks\nb. trucks",
    "roman": "IV. Tanks\nV. Trucks",
    "nested": "- tanks:\n  - old\n  - new\n- trucks",
    "continued": "- tanks and\n  more\n- trucks",
    "a loose item": "- tanks\n\n  They are old.\n\n- trucks",
    "Chinese": "一、坦克\n二、卡车",
    "full width": "（1）坦克\n（2）卡车",
}
PROSE = {
    "one line with pipes": "Home | News | Sport",
    "lines of other cells": "Home | News | Sport\nThe army left | Reuters",
    "two spaces after a full stop": "He left.  She stayed.\nIt rained.  The sun came.\nAll was well.  So it went.",
    "one item": "- Only one item",
    "numbered paragraphs": "\n".join(f"{n}. " + "The Council decides to stay. " * 25 for n in (1, 2)),
    "initials": "A. Smith left.\nB. Doe stayed.",
    "tabs that indent": "\tThe first paragraph.\n\tThe second one.",
    "numbers before tabs": "The end.\n3.\tThe last item",
}


def cut(text, unit="paragraph", **settings):
    how = Segmentation(settings=ExampleSettings(unit=unit, **settings))
    return [e.text for e in examples_of("a", f"Before it. All.\n\n{text}\n\nAfter it. All.\n", how)]


@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_stays_whole_or_is_cut_into_its_rows(text, unit):
    whole, rows = cut(text, unit, tables="whole"), cut(text, unit)
    assert whole.count(text.strip()) == 1
    expected = [line.strip() for line in text.splitlines() if any(map(str.isalnum, line))]
    assert [row for row in rows if row in expected] == expected
    assert whole[0] == rows[0]
    assert whole[-1] == rows[-1]


@pytest.mark.parametrize("unit", ["paragraph", "sentence"])
@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_stays_whole_or_is_cut_into_its_items(text, unit):
    assert cut(text, unit, lists="whole").count(text) == 1
    assert cut(text, unit).count(text) == 0


def test_an_item_of_several_sentences_is_cut_into_them():
    assert cut(LISTS["numbers"], "sentence")[2:-2] == ["1. Five tanks.", "All old.", "2. Ten trucks"]


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose_is_no_table_and_no_list(text):
    assert cut(text, tables="whole", lists="whole") == cut(text)


def test_another_kind_of_marker_begins_another_list():
    found = cut("- tanks\n- trucks\n\n1. One\n2. Two", lists="whole")
    assert found[1:-1] == ["- tanks\n- trucks", "1. One\n2. Two"]


JUSTIFIED = """\
The northern  bridge was  closed on Monday  after two lorries had
been parked  across it,  a spokesman  said, and  patrols along  it
the river were doubled. The mayor  of the town, who had called for
calm the evening  before, met the  commander of the  battalion and
thanked him for it.
"""
TABLE_IN_PROSE = """\
The northern bridge was closed on Monday after two lorries had
been parked across it, a spokesman said, and patrols along the
river were doubled. The mayor of the town, who had called for
calm the evening before, met the commander of the battalion and
thanked him for what he called a measured answer.
Name            Rank       Age
John Smith      Sergeant   45
Ann Doe         Major      39
It was the third time this year that the northern bridge was
closed, and the second time that the commander came along and
was asked about it by those who had been waiting there.
"""


def test_justified_prose_is_no_table():
    assert cut(JUSTIFIED, tables="whole")[1:-1] == [JUSTIFIED.strip()]


@pytest.mark.parametrize("wrapped_lines", ["detect", "join"])
def test_a_table_in_hard_wrapped_prose_stays_apart(wrapped_lines):
    found = cut(TABLE_IN_PROSE, tables="whole", wrapped_lines=wrapped_lines)[1:-1]
    assert [len(text.splitlines()) for text in found] == [5, 3, 3]
    assert found[1].startswith("Name")


def test_a_whole_table_of_any_length_is_one_example():
    table = "\n".join(f"| Unit {n} | {n * 100} |" for n in range(200))
    assert cut(table, tables="whole")[1] == table

"""Lists of lines on the first screen of a report."""

from pathlib import PurePath

from goldspan.cli.line_lists import file_summary, first_lines
from helpers import first_screen


def test_the_first_lines_say_how_many_more_there_are():
    assert [*first_lines("abcd", 2)] == ["a", "b", "  and 2 more (--full lists them)"]
    assert [*first_lines("ab", 2)] == ["a", "b"]
    assert [*first_lines("abcd", None)] == [*"abcd"]


def test_few_files_are_named_and_many_are_counted_by_folder():
    files = [PurePath("a/1"), PurePath("b/2"), PurePath("a/3"), PurePath("4")]
    assert [*file_summary("wrote", files[:2])] == ["wrote a/1 and b/2"]
    assert [*file_summary("wrote", files)] == ["wrote 4 files: 2 in a, 1 in b and 1 in the project folder"]
    assert [*file_summary("wrote", [])] == []


def test_a_change_of_a_project_is_planned_on_one_screen(toy):
    for command in (("relabel", "SHIP", "VESSEL"), ("withdraw", "storm", "--requested-by", "publisher")):
        first_screen.require_one_screen(first_screen.draw(*command, folder=toy.root))

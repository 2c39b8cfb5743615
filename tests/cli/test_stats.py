"""`goldspan stats` on a terminal."""

import pytest

from helpers.first_screen import draw, require_one_screen


@pytest.mark.parametrize("width", [80, pytest.param(60, marks=pytest.mark.slow)])
def test_the_first_screen_has_the_labels_by_split(project, width):
    lines = draw("stats", "--root", project.root, folder=project.root, width=width)
    require_one_screen(lines, width=width)
    assert any(line.split()[:1] == ["PERSON"] and line.split()[-1] == "22" for line in lines)
    assert any(line.startswith("The whole report: --full or --json FILE") for line in lines)


def test_all_tables_fit_the_terminal(project):
    lines = draw("stats", "--full", "--root", project.root, folder=project.root, width=80)
    require_one_screen(lines, width=80, rows=10_000)
    assert any(line.startswith("Most frequent surfaces") for line in lines)

"""`docs/articles.md` names every kind of file, every usual name of a column and every option."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from goldspan.articles.columns import NAMES
from goldspan.articles.received import SUFFIXES
from goldspan.cli import app
from goldspan.cli.reading import OPTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "articles.md").read_text(encoding="utf-8")


def test_every_kind_of_file_is_there():
    table = PAGE.partition("## What is read")[2].partition("## Columns")[0]
    assert set(re.findall(r"`(\.\w+)`", table)) == {*SUFFIXES}


@pytest.mark.parametrize("part", NAMES)
def test_the_usual_names_of_columns_are_those_that_are_known(part):
    (row,) = re.findall(rf"^\| `--{part}` \| (.*) \|$", PAGE, re.MULTILINE)
    assert re.findall(r"`([^`]+)`", row) == [*NAMES[part]]


def test_every_option_of_articles_is_there():
    command = get_command(app).commands["add"]
    others = {*OPTIONS, "paths", "root", "json", "apply", "annotated_by", "text_only", "quiet", "full"}
    options = [option.opts[0] for option in command.params if option.name not in others]
    assert "--accept-proposals" in options
    assert [option for option in options if option not in PAGE] == []

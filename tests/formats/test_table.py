"""The table of the formats, on the page and on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldspan import formats
from goldspan.cli import app
from goldspan.formats import table

ROOT = Path(__file__).parents[2]


def test_the_page_in_docs_is_the_one_that_the_command_prints():
    printed = CliRunner().invoke(app, ["formats", "--markdown"])
    assert printed.output == (ROOT / "docs" / "formats.md").read_text(), "goldspan formats --markdown > docs/formats.md"


@pytest.mark.parametrize("name", formats.NAMES)
def test_every_format_has_a_row_with_all_its_names(name):
    entry = formats.get(name)
    (row,) = [row for row in table.format_table().rows if row[0].split(", ")[0] == name]
    assert row[0].split(", ") == [name, *entry.aliases]
    assert (row[3] == "both") == entry.can_write


def test_every_flag_of_a_format_that_says_what_it_holds_is_in_the_table():
    flags = {name for name in formats.Format.__dataclass_fields__ if name.startswith("holds_")}
    assert flags == set(table.FLAGS)


def test_the_json_has_the_options_as_they_are_typed(tmp_path):
    target = tmp_path / "formats.json"
    assert CliRunner().invoke(app, ["formats", "--json", str(target)]).exit_code == 0
    (conll,) = [row for row in json.loads(target.read_text())["formats"] if row["name"] == "conll"]
    assert "--repair" in conll["options"]
    assert conll["holds"]["overlapping spans"] is False

"""docs/release.md names every column of every table, and no other."""

import re
from pathlib import Path

import pytest

from goldspan.annotation import Label, LabelScheme
from goldspan.release.contents import CONFIGS
from goldspan.release.tables import table_features

TEXT = (Path(__file__).parents[2] / "docs" / "release.md").read_text("utf-8")
SCHEME = LabelScheme("1", (Label("A", "A", "#000000", "a", "a.md"),))


@pytest.mark.parametrize("config", CONFIGS)
def test_the_columns_of_a_table_are_listed_in_their_section(config):
    section = TEXT.partition(f"\n### {config}\n")[2].partition("\n##")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(table_features(SCHEME)[config])

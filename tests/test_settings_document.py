"""docs/settings.md has every key, and says of it what the code does."""

import re
from pathlib import Path

from goldspan import checks, settings
from goldspan.suggest.recogniser_table import RecogniserOptions

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "settings.md").read_text("utf-8")


def rows(section):
    """The cells of the table of a section, row by row."""
    part = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def expected(key):
    """What the row of a key has besides the words on what it chooses."""
    default = "not stated" if key.default is None else f"`{key.default}`"
    if isinstance(key.default, str):
        default = f'`"{key.default}"`'
    option = f"`{key.option}`" if key.option else ""
    if key.name is None:
        return ["any check", key.values, "its own", f"`{key.variable}`", option]
    return [f"`{key.name}`", key.values, default, f"`{key.variable}`", option]


def test_every_key_has_a_row_that_is_true():
    keys = settings.all_keys()
    for section in dict.fromkeys(key.section for key in keys):
        found = [[name, values, default, variable, option.strip(" |")]
                 for name, _, values, default, variable, option in rows(f"[{section}]")]  # fmt: skip
        assert found == [expected(key) for key in keys if key.section == section], section


def test_every_key_of_a_recogniser_has_a_row():
    found = [cells[0] for cells in rows("[[recogniser]]")]
    assert found == [f"`{name}`" for name in RecogniserOptions.model_fields]


def test_the_sections_are_those_of_the_file():
    found = re.findall(r"^## \[+(\w+)\]+$", PAGE, re.MULTILINE)
    assert found == list(settings.Settings.model_fields)


def test_the_example_states_every_key_and_is_accepted(tmp_path):
    [block] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / settings.FILE).write_text(block, "utf-8")
    chosen = settings.read(tmp_path, {})
    checks.read_severities(chosen)
    for key in settings.all_keys():
        assert key.name is None or chosen.origin(key.section, key.name).kind == "file"
        assert key.default is None or getattr(getattr(chosen, key.section), str(key.name)) != key.default


def test_every_other_variable_is_explained():
    assert settings.OTHER_VARIABLES.issubset(re.findall(r"GOLDSPAN_[A-Z_]*[A-Z]", PAGE))


def test_the_page_is_where_the_errors_say():
    assert "goldspan help settings" in settings.REMEDY
    for name in re.findall(r"\]\(([^):]+\.md)\)", PAGE):
        assert (DOCS / name).is_file()

"""`goldspan.toml`: what is read, what is refused, and what wins."""

from typing import Literal

import pytest
from pydantic import Field

from goldspan import InputError, settings
from goldspan.validation import StrictModel


class Patterns(StrictModel):
    kind: Literal["patterns"]
    file: str
    name: str = "patterns"
    limit: int = Field(default=3, description="a whole number")


RECOGNISERS = """\
[[recogniser]]
kind = "gold"

[[recogniser]]
kind = "patterns"
file = "x.jsonl"
"""


def read(folder, text):
    (folder / settings.FILE).write_text(text)
    return settings.read(folder)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fiel = 3", "goldspan.toml:7: recogniser 2: unknown key 'fiel', did you mean 'file'?"),
        ("limit = '3'", "goldspan.toml:7: recogniser 2: 'limit' is '3', not a whole number"),
        ("name = 'own'\nlimit = 1.5", "goldspan.toml:8: recogniser own: 'limit' is 1.5, not a whole number"),
    ],
)
def test_a_wrong_recogniser_is_named_with_its_line(line, message, tmp_path):
    tables = read(tmp_path, RECOGNISERS + line).recognisers
    assert [table.value["kind"] for table in tables] == ["gold", "patterns"]
    with pytest.raises(InputError) as caught:
        tables[1].parse(Patterns)
    assert str(caught.value).startswith(f"{tmp_path}/{message}\n  docs/settings.md has")


def test_an_error_about_a_recogniser_has_the_line_of_its_key_or_of_itself(tmp_path):
    first, second = read(tmp_path, RECOGNISERS).recognisers
    assert second.parse(Patterns).file == "x.jsonl"
    missing = second.error("there is no such file", "file", remedy="Write it.")
    assert str(missing) == f"{tmp_path}/goldspan.toml:6: recogniser 2: there is no such file\n  Write it."
    assert first.error("unknown kind").line == 1
    (alone,) = read(tmp_path, "\n[[recogniser]]\nkind = 'patterns'\n").recognisers
    with pytest.raises(InputError, match=r"toml:2: recogniser 1: the key 'file' is missing"):
        alone.parse(Patterns)


def test_a_project_without_recognisers_has_none(tmp_path):
    assert settings.read(tmp_path).recognisers is None
    assert read(tmp_path, "[examples]").recognisers is None

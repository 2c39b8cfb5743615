"""The JSON Schemas of the reports: one for each, every key described, and every report of a test compared with it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from goldspan.report import schemas
from helpers.described_reports import differences

SOURCES = Path(schemas.__file__).parents[1]


def parts(schema):
    """All schemas in a schema."""
    yield schema
    for value in schema.values():
        if isinstance(value, dict):
            for inner in [value] if "type" in value or "$ref" in value or "anyOf" in value else value.values():
                if isinstance(inner, dict):
                    yield from parts(inner)


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_each_report_has_a_schema_in_which_every_key_is_described(name):
    schema = schemas.json_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == name
    assert schema["properties"]["report"]["const"] == name
    assert schema["properties"]["schema"]["const"] == schemas.SCHEMAS[name]
    assert schema["required"][:2] == ["report", "schema"]
    for part in parts(schema):
        if "properties" in part:
            assert part["additionalProperties"] is False
            for key, value in part["properties"].items():
                described = value.get("description") or key in {"strict", "exact", "partial", "type"}
                assert described, (name, key)


def test_there_are_no_other_schemas():
    assert {path.stem for path in schemas.FOLDER.glob("*")} == {*schemas.SCHEMAS}


def test_every_report_that_a_command_writes_has_a_name_of_the_list():
    calls = re.compile(r"write_json\(\s*[\w.]+,\s*\"([\w-]+)\"")
    written = {name for path in (SOURCES / "cli").rglob("*.py") for name in calls.findall(path.read_text("utf-8"))}
    assert written == {*schemas.SCHEMAS}


def test_a_key_that_is_not_described_is_refused():
    report = {"report": "build", "schema": 1}
    assert any("'check' is a required property" in each for each in differences(report))
    with pytest.raises(AssertionError, match=r"describe it in .*/build\.json.*'bogus' was unexpected"):
        schemas.with_schema("build", {"bogus": 1})


def test_a_report_begins_with_its_name_and_the_number_of_its_schema():
    report = schemas.with_schema("formats", {"formats": []})
    assert list(report.items())[:2] == [("report", "formats"), ("schema", 1)]


def test_the_page_is_that_of_the_schemas():
    root = SOURCES.parents[1]
    done = subprocess.run(
        [sys.executable, root / ".ci" / "json_reports.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

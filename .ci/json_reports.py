"""Writes docs/json_reports.md from the JSON Schemas of the reports, `src/goldspan/report/json_schemas`.

python3 .ci/json_reports.py          writes it
python3 .ci/json_reports.py --check  fails if the page differs
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from goldspan.report import schemas

PAGE = Path(__file__).parent.parent / "docs" / "json_reports.md"
HEAD = """# JSON reports

Every command that reports takes `--json FILE`; `-` is standard output. A report is one object, UTF-8, that begins with
its name and the number of its schema: `{"report": "evaluate", "schema": 1}`. The number goes up when a key is renamed
or removed, or means something else; [versions.md](versions.md) says more. This page is made from the JSON Schemas of
the package: `goldspan.report.schemas.json_schema("evaluate")` gives one of them to a program.

What is undefined is `null`, never 0. Offsets are half-open and count code points. Shares and F1 are between 0 and 1. A
key in brackets is there only where it applies, as its description says. `NAME` stands for any name, `[]` for each item
of a list.
"""
SHARED = """## Parts that several reports have

Words in capitals in the tables stand for these parts, and for those below the table of their report.
"""
SCHEMES = {"strict", "exact", "partial", "type"}


def page() -> str:
    """The whole page."""
    reports = [line for name in schemas.SCHEMAS for line in section(name)]
    parts = [line for part, definition in shared_parts().items() for line in described_part(part, definition)]
    return "\n".join([HEAD, *reports, SHARED, *parts])


def section(name: str) -> Iterator[str]:
    """The lines on a report."""
    schema = schemas.json_schema(name)
    yield f"## {name}"
    yield ""
    yield f"{schema['description']}. Schema {schemas.SCHEMAS[name]}."
    yield ""
    yield from table({**schema, "properties": {key: value for key, value in schema["properties"].items()
                                               if key not in {"report", "schema"}}})  # fmt: skip
    for part, definition in schema.get("$defs", {}).items():
        if part not in shared_parts():
            yield from described_part(part, definition)


@cache
def shared_parts() -> dict[str, dict[str, Any]]:
    """The definitions that several reports have, by name.

    Raises:
        ValueError: for one name with two definitions.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name in schemas.SCHEMAS:
        for part, definition in schemas.json_schema(name).get("$defs", {}).items():
            found.setdefault(part, []).append(definition)
    for part, definitions in found.items():
        if any(each != definitions[0] for each in definitions):
            raise ValueError(f"{part} is defined in two ways: give one of them another name")
    return {part: definitions[0] for part, definitions in sorted(found.items()) if len(definitions) > 1}


def described_part(part: str, definition: dict[str, Any]) -> Iterator[str]:
    """The lines on a definition."""
    if "properties" in definition:
        yield f"{part.upper()}: {definition['description']}."
        yield ""
        yield from table(definition)
    else:
        yield f"{part.upper()}: {definition['description']}. It is {kind(definition)}."
        yield ""


def table(schema: dict[str, Any]) -> Iterator[str]:
    """The table of the keys of an object, and of the objects in it."""
    yield "| key | type | meaning |"
    yield "|---|---|---|"
    for path, value in keys(schema, ""):
        yield f"| {path} | {kind(value)} | {value.get('description', '')} |"
    yield ""


def keys(schema: dict[str, Any], before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The keys of an object with their paths, depth first."""
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        path = f"{before}{key}"
        yield (f"`{path}`" if key in required else f"[`{path}`]"), value
        inner, inside = innermost(value, path)
        if "properties" in inner:
            yield from keys(inner, f"{inside}.")
    for pattern, value in schema.get("patternProperties", {}).items():
        yield f"[`{before}{pattern.removeprefix('^')}NAME`]", value


def innermost(value: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The object in lists, in maps and beside null, with its path."""
    while True:
        if isinstance(value.get("items"), dict) and "prefixItems" not in value:
            value, path = value["items"], f"{path}[]"
        elif isinstance(value.get("additionalProperties"), dict):
            value, path = value["additionalProperties"], f"{path}.NAME"
        elif value.get("properties", {}).keys() == SCHEMES:
            value, path = value["properties"]["strict"], f"{path}.SCHEME"
        elif "anyOf" in value and len(value["anyOf"]) == 2 and value["anyOf"][1] == {"type": "null"}:
            value = value["anyOf"][0]
        else:
            return value, path


def kind(value: dict[str, Any]) -> str:
    """The type of a value, in words."""
    if "$ref" in value:
        return value["$ref"].rsplit("/", 1)[1].upper()
    if "anyOf" in value:
        return " or ".join(kind(each) for each in value["anyOf"])
    if "enum" in value:
        return " or ".join("null" if each is None else f"`{each}`" for each in value["enum"])
    types = value.get("type", "any value")
    return " or ".join(one_kind(each, value) for each in ([types] if isinstance(types, str) else types))


def one_kind(name: str, value: dict[str, Any]) -> str:
    """A type of a value, in words."""
    if name == "array":
        if "prefixItems" in value:
            return f"[{', '.join(kind(each) for each in value['prefixItems'])}]"
        return f"list of {kind(value['items'])}" if value.get("items") else "list"
    if name == "object":
        inner = value.get("additionalProperties")
        if value.get("properties", {}).keys() == SCHEMES:
            return f"by scheme: {kind(value['properties']['strict'])}"
        return f"by name: {kind(inner)}" if isinstance(inner, dict) else "object"
    return {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false"}.get(name, name)


if __name__ == "__main__":
    new = page()
    if "--check" in sys.argv and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != new):
        sys.exit(f"{PAGE} differs from the JSON Schemas: run python3 .ci/json_reports.py")
    PAGE.write_text(new, encoding="utf-8", newline="\n")

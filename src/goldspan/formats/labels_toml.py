"""`labels.toml`: the label scheme as a file."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.annotation import Label, LabelScheme
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = ("name", "definition", "colour", "shortcut", "page")
COLOUR = re.compile(r"#[0-9a-f]{6}")
TEMPLATE = """\
# The label scheme. The order of the labels is their class id in every export: new ones go to the end.

version = "1.0"
language = "en"

[[label]]
name = "PERSON"
definition = "The personal name of a human being, without title or office."
colour = "#7a4fa3"
shortcut = "p"
page = "person.md"

[[label]]
name = "LOCATION"
definition = "A named geographical place."
colour = "#1f6fb2"
shortcut = "l"
page = "location.md"

# A label whose spans state a number of people gets `quantity = true`; its values are read and exported.

# Surfaces that a check must let pass, by the check's id.
[allow]
leading-article = ["The Hague"]
"""
REMEDY = "A [[label]] has name, definition, colour, shortcut and page; `goldspan init FOLDER` writes one to look at."


def read(path: Path) -> LabelScheme:
    """The scheme.

    Raises:
        InputError: naming file and label, if it is no TOML or something is missing, doubled or unknown.
    """
    try:
        value = tomllib.loads(files.decode(files.read_bytes(path), path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", file=path, remedy=REMEDY) from None
    unknown = sorted(set(value) - {"version", "language", "label", "allow"})
    if unknown or not isinstance(value.get("version"), str) or not value.get("label"):
        what = f"unknown key {unknown[0]!r}" if unknown else "needs a version and at least one [[label]]"
        raise InputError(what, file=path, remedy=REMEDY)
    try:
        labels = tuple(_label(row, path) for row in value["label"])
        allow = {check: frozenset(surfaces) for check, surfaces in value.get("allow", {}).items()}
        return LabelScheme(value["version"], labels, allow, value.get("language", "en"))
    except InvalidValueError as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from None


def _label(row: dict[str, Any], path: Path) -> Label:
    name = row.get("name", "?")
    for key in REQUIRED:
        if not isinstance(row.get(key), str) or not row[key]:
            raise InputError(f"label {name}: {key!r} is missing", file=path, remedy=REMEDY)
    unknown = sorted(set(row) - {*REQUIRED, "quantity"})
    if unknown:
        raise InputError(f"label {name}: unknown key {unknown[0]!r}", file=path, remedy=REMEDY)
    if not COLOUR.fullmatch(row["colour"]) or len(row["shortcut"]) != 1:
        raise InputError(
            f"label {name}: the colour is #rrggbb in lower case, the shortcut one character",
            file=path,
            remedy=REMEDY,
        )
    return Label(**row)

"""The JSON reports: the number of the schema of each, and its JSON Schema, which describes every key.

A number goes up when a key is renamed or removed, or means another thing; a new key leaves it as it is. A new key is
described in `json_schemas/NAME.json`, from which the page on JSON reports is made.
Tests refuse reports with other keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import strict_json

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).with_name("json_schemas")

SCHEMAS: dict[str, int] = {
    "add": 1,
    "adjudicate": 1,
    "agree": 1,
    "audit-plan": 1,
    "audit-report": 1,
    "build": 1,
    "bulk-near-duplicates": 1,
    "bulk-sample": 1,
    "bulk-suggest": 1,
    "check": 1,
    "config": 1,
    "convert": 1,
    "crossval": 1,
    "curve": 1,
    "doccano-auto-label": 1,
    "doccano-backup": 1,
    "doccano-close": 1,
    "doccano-doctor": 1,
    "doccano-pull": 1,
    "doccano-push": 1,
    "doccano-reconcile": 1,
    "doccano-restore": 1,
    "doccano-status": 1,
    "doccano-user": 1,
    "evaluate": 1,
    "export": 1,
    "formats": 1,
    "hub-push": 1,
    "label-errors": 1,
    "outcomes": 1,
    "rank": 1,
    "rebuild": 1,
    "recut": 1,
    "relabel": 1,
    "release": 1,
    "site": 1,
    "split": 1,
    "stats": 1,
    "suggest": 1,
    "train": 1,
    "withdraw": 1,
}


def with_schema(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """A report with its name and the number of its schema, which come first.

    Args:
        name: of the report, a key of `SCHEMAS`.
        report: what it says; its own keys are neither `report` nor `schema`.
    """
    return {"report": name, "schema": SCHEMAS[name], **report}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a report, draft 2020-12.

    Args:
        name: of the report, a key of `SCHEMAS`.
    """
    schema: dict[str, Any] = strict_json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return schema

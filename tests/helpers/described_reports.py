"""The JSON reports of commands compared with their JSON Schemas, `src/goldspan/report/json_schemas`."""

import json
from functools import cache

from jsonschema import Draft202012Validator

from goldspan.report import schemas

LONGEST = 500_000  # characters; a longer report has nothing that a shorter one does not have


@cache
def validator(name):
    """What compares a report with its schema."""
    return Draft202012Validator(schemas.json_schema(name))


def differences(report):
    """What a report has otherwise than its schema describes it, with its place."""
    found = validator(report["report"]).iter_errors(report)
    return [f"{'.'.join(map(str, each.absolute_path)) or 'the report'}: {each.message:.300}" for each in found]


def with_described(function):
    """`schemas.with_schema` that refuses a report which its schema does not describe."""

    def with_schema(name, report):
        whole = function(name, report)
        written = json.dumps(whole)
        if len(written) <= LONGEST:
            found = differences(json.loads(written))
            assert not found, f"describe it in src/goldspan/report/json_schemas/{name}.json: {found}"
        return whole

    return with_schema

"""mlcroissant and cffconvert in an environment of their own, run as other processes.

mlcroissant is released with a dependency that is source code alone, cffconvert needs an old jsonschema; so neither is
part of the environment of the tests. cffconvert has the published schema of the Citation File Format.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

PINNED = ("mlcroissant[parquet]==1.1.1", "cffconvert==2.0.0", "setuptools<81")  # the last: jsonschema 3 imports it
HOME = Path(__file__).parents[2] / "build" / "peers" / "release-consumers"
LOAD = """
import json, sys
import mlcroissant

def plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        return {key.rsplit("/", 1)[-1]: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value

asked = json.load(sys.stdin)
found = mlcroissant.Dataset(jsonld=asked["path"])
filters = {asked["filter"][0]: asked["filter"][1]} if asked["filter"] else None
sets = asked["sets"] or [one.id for one in found.metadata.record_sets]
rows = {name: [plain(row) for row in found.records(name, filters=filters)] for name in sets}
print()
print(json.dumps({"issues": found.metadata.ctx.issues.report(), "rows": rows}))
"""
SCHEMA = """
from importlib.resources import files
print((files("cffconvert") / "schemas" / "1.2.0" / "schema.json").read_text())
"""
VALIDATE_CROISSANT = "from mlcroissant.scripts.cli import main; main()"
VALIDATE_CITATION = "from cffconvert.cli.cli import cli; cli()"


def load_records(path, *, sets=(), only=None):
    """What mlcroissant reads by a croissant.json.

    Args:
        path: the file.
        sets: the record sets to read; all if none is named.
        only: a field and the value that its rows must have.

    Returns:
        What mlcroissant says is wrong or missing, and per record set its rows, by the last part of each field's id.
    """
    asked = json.dumps({"path": str(path), "sets": list(sets), "filter": only})
    done = _run("-c", LOAD, input=asked)
    done.check_returncode()
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["issues"], answer["rows"]


def validate_croissant(path):
    """Whether `mlcroissant validate` passes a croissant.json, and what it prints."""
    done = _run("-c", VALIDATE_CROISSANT, "validate", "--jsonld", str(path))
    return done.returncode == 0, done.stderr


def validate_citation(path):
    """Whether a CITATION.cff is valid by the published schema, and what cffconvert prints."""
    done = _run("-c", VALIDATE_CITATION, "--validate", "--infile", str(path))
    return done.returncode == 0, done.stdout + done.stderr


def citation_schema():
    """The published schema of the Citation File Format 1.2.0."""
    done = _run("-c", SCHEMA)
    done.check_returncode()
    return json.loads(done.stdout)


def _run(*command, **options):
    return subprocess.run([_python(), *command], capture_output=True, text=True, check=False, **options)


def _python():
    """The interpreter of the environment, which is made where it is missing; workers of one run share it."""
    python = HOME / "bin" / "python"
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(HOME.with_suffix(".lock")):
        if not (HOME / "ready").exists():
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED]
            for command in ([sys.executable, "-m", "venv", "--clear", HOME], install):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    pytest.skip(f"{' '.join(PINNED)} cannot be installed: {done.stderr.strip()[-200:]}")
            (HOME / "ready").touch()
    return python

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan import files
from helpers import bulk_runs

TOY = Path(__file__).parents[1] / "data" / "toy"


@pytest.fixture
def root(tmp_path):
    """A project whose recogniser marks capitalised words."""
    shutil.copytree(TOY, tmp_path / "project")
    files.write(tmp_path / "project" / "goldspan.toml", bulk_runs.REGEX)
    return tmp_path / "project"


@pytest.fixture(scope="module")
def suggest_troubled(tmp_path_factory):
    """Runs the command in a project whose recogniser fails at certain words; returns its summary.

    In a process of its own: spaCy keeps what it once found in `sys.path`.
    """
    folder = tmp_path_factory.mktemp("troubled")
    shutil.copytree(TOY, folder / "project")
    bulk_runs.make_troubled(folder / "project", folder / "packages")

    def suggest(articles, output, *options):
        command = [sys.executable, "-m", "goldspan", "bulk", "suggest", articles, "--output", output, *options]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "packages"), *sys.path])}
        done = subprocess.run(
            [*command, "--root", folder / "project", "--json", "-"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    return suggest

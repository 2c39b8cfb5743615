import shutil
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
def troubled(tmp_path_factory):
    """A project whose recogniser fails at certain words."""
    folder = tmp_path_factory.mktemp("troubled")
    shutil.copytree(TOY, folder / "project")
    bulk_runs.make_troubled(folder / "project", folder / "packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder / "packages")
        yield folder / "project"
    sys.modules.pop("troubled_component", None)

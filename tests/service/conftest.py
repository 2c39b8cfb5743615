import shutil

import pytest

from goldspan import files
from goldspan.corpus import Corpus
from helpers.suggestion_service import WORDS, RunningService


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """The toy corpus with a recogniser that finds capitalised words."""
    from conftest import ROOT

    folder = tmp_path_factory.mktemp("words") / "toy"
    shutil.copytree(ROOT / "tests" / "data" / "toy", folder)
    files.write(folder / "goldspan.toml", WORDS)
    return Corpus(folder)


@pytest.fixture(scope="module")
def service(words):
    """It is served, with answers within two seconds."""
    with RunningService(words, answer_within=2) as running:
        yield running

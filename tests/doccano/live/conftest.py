"""What all tests need that start a Doccano."""

import pytest

from helpers import doccano_project, doccano_server


@pytest.fixture(scope="session", autouse=True)
def python_for_doccano():
    """Skip them all where no Python fits Doccano."""
    doccano_server.require_python()


@pytest.fixture
def begun(doccano, toy, people):
    """An independent project of the toy corpus with ann and bob; some modules begin it in another way."""
    with doccano_project.from_corpus(doccano, toy) as begun:
        begun.add(people)
        yield begun

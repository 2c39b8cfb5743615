"""What all tests need that start a Doccano."""

import pytest

from helpers import doccano_server


@pytest.fixture(scope="session", autouse=True)
def python_for_doccano():
    """Skip them all where no Python fits Doccano."""
    doccano_server.require_python()

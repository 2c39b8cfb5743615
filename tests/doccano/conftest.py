"""What the tests of Doccano share: an environment with and without an account."""

import pytest

VARIABLES = {"DOCCANO_URL": "https://ner.example.org/", "DOCCANO_USERNAME": "lead", "DOCCANO_PASSWORD": "s3cret-word"}


@pytest.fixture
def named(monkeypatch):
    """An environment that names a server."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def unnamed(monkeypatch, tmp_path):
    """An environment that names none, and a person who has never started a server."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

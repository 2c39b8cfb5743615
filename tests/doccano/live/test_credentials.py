"""The account of the embedded server, and one named by the environment."""

import pytest

from goldspan.doccano import credentials

VARIABLES = {"DOCCANO_URL": "https://ner.example.org/", "DOCCANO_USERNAME": "lead", "DOCCANO_PASSWORD": "s3cret-word"}


@pytest.fixture
def named(monkeypatch):
    """An environment that names a server."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def unnamed(monkeypatch, tmp_path):
    """An environment that names none, and a person who has never started one."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.mark.usefixtures("named")
def test_the_environment_has_precedence_over_the_embedded_server(doccano):
    assert credentials.find_account(doccano.home).url == "https://ner.example.org"


@pytest.mark.usefixtures("unnamed")
def test_the_embedded_server_is_found_where_it_runs(doccano):
    assert credentials.find_account(doccano.home) == doccano.account

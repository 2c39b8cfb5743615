"""The account of the embedded server, and one named by the environment."""

import pytest

from goldspan.doccano import credentials


@pytest.mark.usefixtures("named")
def test_the_environment_has_precedence_over_the_embedded_server(doccano):
    assert credentials.find_account(doccano.home).url == "https://ner.example.org"


@pytest.mark.usefixtures("unnamed")
def test_the_embedded_server_is_found_where_it_runs(doccano):
    assert credentials.find_account(doccano.home) == doccano.account

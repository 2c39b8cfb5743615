"""The account to use, and its address."""

import getpass
import io
import sys
import traceback

import pytest

from goldspan.doccano import credentials
from goldspan.doccano.account import Account
from goldspan.errors import InvalidValueError, NotFoundError


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.usefixtures("named")
def test_the_environment_names_the_account():
    account = credentials.find_account()
    assert (account.url, account.username, account.password) == ("https://ner.example.org", "lead", "s3cret-word")


@pytest.mark.usefixtures("unnamed")
def test_without_any_server_the_remedy_is_to_start_one():
    with pytest.raises(NotFoundError, match=r"no Doccano to work with\n.*`goldspan doccano start`"):
        credentials.find_account()


@pytest.mark.parametrize("name", ["DOCCANO_USERNAME", "DOCCANO_PASSWORD"])
@pytest.mark.parametrize("stdin", [io.StringIO(), None], ids=["pipe", "closed"])
@pytest.mark.usefixtures("named")
def test_in_a_pipe_a_missing_part_of_the_login_is_an_error(monkeypatch, name, stdin):
    monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(NotFoundError, match=f"{name} is not"):
        credentials.find_account()


@pytest.mark.usefixtures("named")
def test_on_a_terminal_the_missing_part_is_asked_for(monkeypatch, capsys):
    monkeypatch.delenv("DOCCANO_USERNAME")
    monkeypatch.delenv("DOCCANO_PASSWORD")
    monkeypatch.setattr(sys, "stdin", Terminal("anna\n"))
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f"typed after {prompt!r}")
    account = credentials.find_account()
    assert (account.username, account.password) == ("anna", "typed after 'Password for Doccano: '")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "Username for Doccano: ")  # standard output may be a report


@pytest.mark.usefixtures("named")
def test_the_password_shows_in_no_representation():
    account = credentials.find_account()
    assert not [
        shown for shown in (repr(account), str(account), f"{account!r}", f"{[account]}") if account.password in shown
    ]


@pytest.mark.usefixtures("named")
def test_the_password_shows_in_no_traceback(monkeypatch):
    monkeypatch.setenv("DOCCANO_URL", "ftp://ner.example.org")
    try:
        credentials.find_account()
    except InvalidValueError:
        shown = traceback.format_exc()
    assert "not an http or https address" in shown
    assert "s3cret-word" not in shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("  https://NER.Example.org//\n", "https://ner.example.org"),
        ("HTTPS://example.org/doccano/", "https://example.org/doccano"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_has_one_form(given, kept):
    assert Account(given, "a", "b").url == Account(kept, "a", "b").url == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "localhost",
        "ftp://example.org",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://example.org:port",
        "http://example.org:99999",
        "http://[::1",
        "http://exa mple.org",
        "http://example.org\\@evil.example",
        "http://example.org/a\nb",
        "http://example.org/?next=x",
        "http://example.org/#x",
        "http://example.org/../admin",
        "http://example.org/a/./b",
        "http://example.org//evil.example",
    ],
)
def test_a_url_that_is_not_the_address_of_a_server_is_refused(url):
    with pytest.raises(InvalidValueError, match="the address of Doccano"):
        Account(url, "a", "b")


@pytest.mark.parametrize(
    "url", ["http://lead:pa55@example.org", "https://lead@example.org", "http://:pa55@example.org"]
)
def test_a_login_inside_the_address_is_refused_and_not_repeated(url):
    with pytest.raises(InvalidValueError, match="holds a login") as caught:
        Account(url, "a", "b")
    assert "pa55" not in str(caught.value)

"""Token and address of a service, kept for the owner alone."""

import stat

import pytest

from goldspan import files
from goldspan.errors import InputError
from goldspan.service import service_state
from goldspan.service.service_state import ServiceState, read_state, state_path, token_of, write_url

STATED = "a-token-that-the-environment-states"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(service_state.VARIABLE, raising=False)


def test_token_is_made_once_and_nobody_else_can_read_it(toy):
    assert read_state(toy) is None
    token = token_of(toy)
    assert len(token) >= service_state.SHORTEST
    assert token_of(toy) == token
    write_url(toy, "http://127.0.0.1:8765")
    assert read_state(toy) == ServiceState("http://127.0.0.1:8765", token)
    path = state_path(toy)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert token not in repr(read_state(toy))


def test_each_project_has_its_own(toy, tmp_path):
    other = type(toy)(tmp_path / "Über other")
    assert token_of(toy) != token_of(other)
    link = tmp_path / "link"
    link.symlink_to(toy.root)
    assert token_of(type(toy)(link)) == token_of(toy)


def test_environment_wins_and_is_never_written(toy, monkeypatch):
    own = token_of(toy)
    monkeypatch.setenv(service_state.VARIABLE, STATED)
    assert token_of(toy) == STATED
    write_url(toy, "http://127.0.0.1:1")
    assert read_state(toy) == ServiceState("http://127.0.0.1:1", STATED)
    assert STATED not in state_path(toy).read_text()
    monkeypatch.delenv(service_state.VARIABLE)
    assert read_state(toy) == ServiceState("http://127.0.0.1:1", own)


def test_environment_alone(toy, monkeypatch):
    monkeypatch.setenv(service_state.VARIABLE, STATED)
    write_url(toy, "http://127.0.0.1:1")
    monkeypatch.delenv(service_state.VARIABLE)
    assert token_of(toy) != STATED
    assert read_state(toy).url == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "token", ["short", "with a space in the middle of it", "é" * 40, "x" * 19, "tab\tin-the-middle-of-it-all"]
)
def test_weak_token_is_refused_without_being_shown(toy, monkeypatch, token):
    monkeypatch.setenv(service_state.VARIABLE, token)
    with pytest.raises(InputError, match=r"GOLDSPAN_SERVICE_TOKEN in the environment is no token.*\n") as caught:
        token_of(toy)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"url": "u"}', '{"url": 1, "token": "x"}', '{"url": "u", "token": "short"}']
)
def test_damaged_file_is_refused(toy, content):
    files.write(state_path(toy), content)
    with pytest.raises(InputError, match="is not as goldspan wrote it\n  Remove the file"):
        token_of(toy)

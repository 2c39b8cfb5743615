"""What a server refuses before it starts, and what a home holds."""

import json
import stat

import pytest

from goldspan.doccano import server
from goldspan.doccano.server.home import ServerState, find_home
from goldspan.errors import InputError, InvalidValueError


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_outside_the_range_of_ports_is_refused_before_anything_is_made(tmp_path, port, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(InvalidValueError, match=f"{port} is not a port"):
        server.start(tmp_path / "home", port)
    assert list(tmp_path.iterdir()) == []


def test_stopping_a_server_that_never_was_creates_nothing(tmp_path):
    assert not server.stop(tmp_path / "none")
    assert server.status(tmp_path / "none") == server.ServerStatus(
        running=False, url="", username="", web=False, worker=False, home=tmp_path / "none"
    )
    assert not (tmp_path / "none").exists()


def test_each_home_has_secrets_of_its_own():
    made = [ServerState() for _ in range(3)]
    assert len({each.password for each in made} | {each.mark for each in made}) == 6
    assert all(len(each.password) >= 24 for each in made)


def test_a_folder_with_other_files_is_neither_closed_nor_written_into(tmp_path):
    (tmp_path / "diary.txt").write_text("dear")
    before = stat.S_IMODE(tmp_path.stat().st_mode)
    with pytest.raises(InputError, match="holds other files"):
        server.start(tmp_path, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == before


@pytest.mark.parametrize("name", ["a:b", "what?"])
def test_a_home_that_an_address_cannot_hold_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="Choose another folder with --home"):
        server.start(tmp_path / name, 0)


def test_a_file_in_place_of_the_home_is_refused(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(InputError, match="is not a folder"):
        server.start(tmp_path / "home", 0)


STATE = {"port": 8000, "username": "admin", "password": "x", "mark": "y", "environment": "z", "folder": "/f"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"port": 8000}',
        *(json.dumps(STATE | {name: None}) for name in STATE),
        json.dumps(STATE | {"folder": []}),
    ],
)
def test_a_broken_state_is_reported(tmp_path, content):
    home = find_home(tmp_path / "home").make()
    home.state.write_text(content)
    for act in (server.status, server.embedded_account, server.start):
        with pytest.raises(InputError, match=r"state\.json: is not as goldspan wrote it\n.*goldspan doccano stop"):
            act(home.folder)
    assert not server.stop(home.folder)
    home.state.write_text(json.dumps(STATE))
    assert server.status(home.folder).url == "http://127.0.0.1:8000"

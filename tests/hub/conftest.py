"""A Hub on this machine, and folders to push there."""

import shutil
import time
from pathlib import Path

import huggingface_hub.constants
import huggingface_hub.utils._http
import pytest

from helpers.hub_folders import make_folders
from helpers.hub_server import HubServer

TOY = Path(__file__).parents[1] / "data" / "toy"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return make_folders(TOY, tmp_path_factory.mktemp("hub"))


@pytest.fixture
def folders(made, tmp_path):
    """The folders to push, to be changed at will."""
    for name in ("release", "release-1.1", "export", "held-export"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def nobody(monkeypatch, tmp_path):
    """An environment without a token, a login or a choice of a Hub; nothing is waited for."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "no" / "token"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_STORED_TOKENS_PATH", str(tmp_path / "no" / "stored_tokens"))
    quick = type("QuickTime", (), {"sleep": staticmethod(lambda _: None), "time": staticmethod(time.time)})
    monkeypatch.setattr(huggingface_hub.utils._http, "time", quick)


@pytest.fixture
def hub(nobody, monkeypatch):  # noqa: ARG001  (the environment comes first)
    """A Hub of which the environment has the address and a token that may write."""
    with HubServer() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", server.token)
        yield server


@pytest.fixture
def push(goldspan, capsys):
    """`goldspan hub push`: gives the exit code, what was printed, and what was printed as errors."""

    def run(*arguments):
        code = goldspan("hub", "push", *arguments)
        return (code, *capsys.readouterr())

    return run

"""Whatever the Hub or something before it answers: one clear message, no token in it, and the next push finishes."""

import hashlib
import json
import socket
import traceback

import huggingface_hub
import pytest

from goldspan import cli
from goldspan.errors import InvalidValueError, NotFoundError
from goldspan.hub import account
from goldspan.hub.account import HubAccount, find_account
from goldspan.hub.client import HubClient
from goldspan.hub.hub_errors import HubError
from goldspan.web import tls
from helpers import tls_proxy
from helpers.hub_server import TOKEN, Fault, HubServer

NAME = "ann/news"
API = f"/api/datasets/{NAME}"
SIGNATURE = "signatureThatMustNotLeak"
ECHO = json.dumps({"error": f"token {TOKEN} is bad", "escaped": TOKEN.replace("h", "\\u0068")}).encode()
PAGE = f"<html><head><title>Log in</title></head><body>Welcome, Bearer {TOKEN}</body></html>".encode()
LEAKY = {"X-Error-Message": f"bad {TOKEN}", "X-Error-Code": f"Bad{TOKEN}", "X-Request-Id": TOKEN}
FAULTS = {
    "401": Fault(401, ECHO, LEAKY),
    "403": Fault(403, ECHO),
    "403 page": Fault(403, PAGE, kind="text/html"),
    "404": Fault(404, ECHO),
    "409": Fault(409, ECHO),
    "412": Fault(412, ECHO),
    "429": Fault(429, ECHO, {"Retry-After": "7"}),
    "500": Fault(500, ECHO),
    "503 page": Fault(503, PAGE, kind="text/html"),
    "200 page": Fault(200, PAGE, kind="text/html"),
    "200 no JSON": Fault(200, f"{TOKEN}: {{".encode()),
    "200 other JSON": Fault(200, json.dumps([TOKEN]).encode()),
    "302": Fault(302, b"", {"Location": f"/login?token={TOKEN}"}),
    "cut": Fault(0),
}
VERIFY = "POST /lfs/verify"  # of whose answer nothing counts but the status
ROUTES = (
    f"GET {API}",
    f"GET {API}/refs",
    "GET /api/whoami-v2",
    f"POST {API}/preupload/main",
    f"POST /datasets/{NAME}.git/info/lfs/objects/batch",
    VERIFY,
    "POST /api/validate-yaml",
    f"POST {API}/commit/main",
)


class Always(list):
    """A fault for each request, however often it is made."""

    def pop(self, _=0):
        return self[0]


def secret_free(*texts):
    return all(TOKEN not in text and SIGNATURE not in text for text in texts)


def check_fault(hub, folders, push, route, fault):
    """A push under a fault that lasts; then one without it."""
    first = hub.add(NAME, {"README.md": b"before"}).head
    hub.faults[route] = Always([fault])
    code, out, errors = push(NAME, folders / "export", "--apply", "--tag", "v1")
    assert code == 1
    assert errors.startswith("goldspan: ")
    assert "unexpected error" not in errors
    assert secret_free(out, errors)
    assert hub.repositories[NAME].head == first
    assert not hub.repositories[NAME].tags
    hub.faults.clear()
    assert push(NAME, folders / "export", "--apply", "--tag", "v1")[0] == 0
    assert hub.repositories[NAME].tags == {"v1": hub.repositories[NAME].head}


@pytest.fixture(autouse=True)
def traceback_wanted(monkeypatch):
    """Messages and tracebacks alike must hold no secret."""
    monkeypatch.setenv(cli.TRACEBACK, "1")


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_message(hub, folders, push, name):
    route = ROUTES[list(FAULTS).index(name) % len(ROUTES)]
    check_fault(hub, folders, push, route, FAULTS[name])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "route"), [(n, r) for n in FAULTS for r in ROUTES if (n[:3], r) != ("200", VERIFY)])
def test_each_fault_of_each_request_is_one_message(hub, folders, push, name, route):
    check_fault(hub, folders, push, route, FAULTS[name])


def test_the_storage_of_large_files_refuses(hub, folders, push):
    hub.add(NAME)
    export = folders / "export"
    put = hub.faults
    for path in export.rglob("*.parquet"):
        put[f"PUT /storage/{hashlib.sha256(path.read_bytes()).hexdigest()}"] = Always([Fault(403, ECHO)])
    code, out, errors = push(NAME, export, "--apply")
    assert code == 1
    assert "send gold/" in errors or "send passes/" in errors
    assert secret_free(out, errors)


def test_a_wrong_token(hub, folders, push, monkeypatch):
    hub.add(NAME)
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert "401" in errors
    assert "The token is wrong, was revoked, or has ended" in errors
    assert "/settings/tokens" in errors
    assert "hf_other" not in errors


def test_a_token_that_only_reads_is_refused_before_anything_is_sent(hub, folders, push):
    hub.role = "read"
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert "the token of ann may only read" in errors
    assert not hub.changes()


def test_a_dataset_of_somebody_else_is_not_created(hub, folders, push):
    code, _, errors = push("bob/news", folders / "export", "--apply")
    assert code == 1
    assert "the token is of ann, who does not belong to bob" in errors
    assert "ann and lab" in errors
    assert not hub.changes()


def test_a_private_dataset_is_not_there_for_strangers(hub, folders, push, monkeypatch):
    hub.add(NAME, private=True)
    monkeypatch.delenv("HF_TOKEN")
    code, out, _ = push(NAME, folders / "export")
    assert code == 0
    assert "without a token a private dataset is not seen" in out


def test_a_gated_dataset(hub, folders, push):
    hub.add(NAME).gated = True
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "gated" in errors


def test_a_disabled_dataset(hub, folders, push):
    hub.add(NAME).disabled = True
    assert "has disabled" in push(NAME, folders / "export")[2]


def test_a_renamed_dataset_is_named_as_it_is_called_now(hub, folders, push):
    hub.add(NAME).called = "ann/newer"
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "is called ann/newer now" in errors


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({"Retry-After": "7"}, "7 s"), ({"RateLimit": '"api";r=0;t=55'}, "55 s"), ({}, "a few minutes"),
     ({"Retry-After": "Wed, 21 Oct 2037 07:28:00 GMT"}, "a few minutes")],
)  # fmt: skip
def test_too_many_requests_are_not_waited_for(hub, folders, push, headers, wait):
    hub.add(NAME)
    route = f"POST {API}/preupload/main"
    hub.faults[route] = Always([Fault(429, b"", headers)])
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert f"wait {wait}" in errors
    assert hub.requests.count(route) == 1


def test_an_account_that_creates_something_else_is_not_waited_for(hub, folders, push):
    words = b'{"error": "Cannot create repo: another conflicting operation is in progress"}'
    hub.faults["POST /api/repos/create"] = Always([Fault(409, words)])
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert "another conflicting operation" in errors
    assert hub.requests.count("POST /api/repos/create") == 1


def test_a_fault_that_passes_is_passed_over(hub, folders, push):
    hub.add(NAME)
    hub.faults[f"POST {API}/preupload/main"] = [Fault(503), Fault(0)]
    hub.faults["POST /lfs/verify"] = [Fault(500)]
    assert push(NAME, folders / "export", "--apply")[0] == 0


def test_a_created_dataset_is_named_where_the_rest_fails(hub, folders, push):
    hub.faults[f"POST {API}/commit/main"] = [Fault(403, b"{}")]
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert f"The dataset {NAME} was created, and has none of the files yet" in errors
    assert push(NAME, folders / "export", "--apply")[0] == 0


def test_nobody_listens(nobody, folders, push, monkeypatch):  # noqa: ARG001  (the environment comes first)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "cannot be reached" in errors
    assert "HF_ENDPOINT" in errors


@pytest.mark.parametrize("route", [f"GET {API}", f"GET {API}/refs"])
def test_a_server_that_says_nothing(hub, route):
    hub.add(NAME)
    hub.faults[route] = Always([Fault(200, b"{}", wait=0.4)])
    with HubClient(HubAccount(hub.url, TOKEN), seconds=0.1) as client, pytest.raises(HubError) as caught:
        client.read(NAME)
    assert "did not answer within 0.1 s" in str(caught.value)
    assert secret_free("".join(traceback.format_exception(caught.value)))
    assert caught.value.__context__ is None


def test_https_on_a_port_for_plain_http(hub, folders, push, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", hub.url.replace("http:", "https:"))
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "does not speak TLS on this port" in errors


def test_offline_is_respected(hub, folders, push, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "HF_HUB_OFFLINE is set" in errors
    assert not hub.requests


def test_offline_of_the_library_is_respected(hub, folders, push, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    code, _, errors = push(NAME, folders / "export")
    assert code == 1
    assert "forbids to ask the Hub" in errors
    assert not hub.requests


def test_the_folder_is_read_before_the_hub_is_asked(hub, folders, push):
    assert push(NAME, folders / "held-export")[0] == 1
    assert not hub.requests


@pytest.mark.usefixtures("hub")
def test_the_stored_login_is_used(folders, push, monkeypatch, tmp_path):
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "login").write_text(f"{TOKEN}\n")
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "login"))
    assert push(NAME, folders / "export", "--apply")[0] == 0


def test_without_a_token_a_plan_asks_as_a_stranger_and_a_push_is_refused(hub, folders, push, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    hub.add(NAME)
    assert push(NAME, folders / "export")[0] == 0
    assert {given for _, given in hub.sent} == {None}
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert "there is no token for the Hub" in errors
    assert "hf auth login" in errors


@pytest.mark.usefixtures("nobody")
def test_a_token_is_asked_for_at_a_terminal(monkeypatch):
    monkeypatch.setattr(account.sys, "stdin", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    asked = []
    monkeypatch.setattr(account.getpass, "getpass", lambda prompt: asked.append(prompt) or f" {TOKEN} ")
    assert find_account(for_writing=True).token == TOKEN
    assert asked == ["Token for https://huggingface.co: "]
    assert find_account(for_writing=False).token is None


@pytest.mark.parametrize("token", ["hf_a b", "hf_a\nb", "hf_ä", "hf_\x07"])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(token):
    with pytest.raises(InvalidValueError, match="characters that no token has") as caught:
        HubAccount("https://huggingface.co", token)
    assert token not in str(caught.value)


def test_a_token_does_not_go_to_another_machine_in_plain_text():
    with pytest.raises(InvalidValueError, match="in plain text"):
        HubAccount("http://hub.example.org", TOKEN)
    assert HubAccount("http://hub.example.org").token is None
    assert TOKEN not in repr(HubAccount("http://127.0.0.1:8000", TOKEN))


@pytest.mark.parametrize(
    "address", ["huggingface.co", "ftp://hub", "https://ann:secret@hub.example.org", "https://h/?a=1"]
)
def test_what_cannot_be_the_address_of_a_hub_is_refused(address):
    with pytest.raises(InvalidValueError) as caught:
        HubAccount(address)
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("nobody")
def test_a_login_that_cannot_be_read_is_one_message(monkeypatch):
    def fail():
        raise ValueError(TOKEN)

    monkeypatch.setattr(huggingface_hub, "get_token", fail)
    with pytest.raises(NotFoundError, match="cannot be used") as caught:
        find_account(for_writing=True)
    assert secret_free("".join(traceback.format_exception(caught.value)))


def test_the_token_is_sent_to_the_hub_alone(hub, folders, push):
    with HubServer() as other:
        hub.url, own = other.url, hub.url  # where the Hub says that large files go
        other.token = "none"  # noqa: S105  (of nobody)
        push(NAME, folders / "export", "--apply")
        hub.url = own
        assert other.sent
        assert {given for _, given in other.sent} == {None}


def test_huggingface_hub_is_left_as_it_was(hub):
    from huggingface_hub import get_session
    from huggingface_hub.utils import logging

    before = logging.get_verbosity()
    with HubClient(HubAccount(hub.url, TOKEN)):
        inside = get_session()
        assert inside.timeout.read
    assert get_session() is not inside
    assert logging.get_verbosity() == before


def test_what_the_hub_warns_of_is_a_note(hub, folders, push):
    hub._validate = lambda _: type(hub)._validate(
        hub, type("Empty", (), {"json": staticmethod(lambda: {"content": ""})})
    )
    code, out, _ = push(NAME, folders / "export", "--apply")
    assert code == 0
    assert "Note: Warnings while validating metadata in README.md" in out


def test_a_card_that_the_hub_refuses_is_named(hub, folders, push):
    hub.add(NAME)
    hub.faults["POST /api/validate-yaml"] = [
        Fault(400, json.dumps({"errors": [{"message": '"license" is none of these'}], "warnings": []}).encode())
    ]
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert '"license" is none of these' in errors
    assert "does not take the header of README.md" in errors


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    made = tls_proxy.Certificates(tmp_path_factory.mktemp("certificates"))
    made.signed("server", "DNS:localhost,IP:127.0.0.1")
    return made


@pytest.fixture
def secured(nobody, certificates, monkeypatch):  # noqa: ARG001  (the environment comes first)
    """A Hub with a certificate of an authority of its own."""
    for name in (*tls.FILES, tls.FOLDERS):
        monkeypatch.delenv(name, raising=False)
    with HubServer().use_tls((certificates.folder / "server.pem", certificates.folder / "server.key")) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", server.token)
        yield server


def test_an_authority_that_nobody_trusts_gets_nothing(secured, folders, push):
    code, _, errors = push(NAME, folders / "export", "--apply")
    assert code == 1
    assert "has no TLS certificate that this machine trusts" in errors
    assert "REQUESTS_CA_BUNDLE" in errors
    assert not secured.requests


def test_an_authority_that_the_environment_names_is_trusted(secured, folders, push, certificates, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    assert push(NAME, folders / "export", "--apply")[0] == 0
    assert secured.files(NAME)

"""TLS as servers have it: which authorities are trusted, and what is said where no connection is made."""

import contextlib
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from goldspan.doccano.client.api import Doccano
from goldspan.errors import InputError, ServerError
from goldspan.web import tls
from helpers import tls_proxy
from helpers.http_faults import ME, QUICK, LocalServer, ScriptedServer, account, error_of, error_on, reply

VARIABLES = (*tls.FILES, tls.FOLDERS)
NAMES = "DNS:localhost,IP:127.0.0.1,DNS:doccano.example"


@pytest.fixture(autouse=True)
def no_authorities_named(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    made = tls_proxy.Certificates(tmp_path_factory.mktemp("certificates"))
    made.signed("server", NAMES)
    made.self_signed("self", NAMES)
    return made


@pytest.fixture
def secured(certificates):
    """A server with a certificate of the authority."""
    files = (certificates.folder / "server.pem", certificates.folder / "server.key")
    with ScriptedServer({"GET /v1/me": [ME]}).use_tls(files) as made:
        yield made


def me(url):
    return Doccano(account(url), **QUICK).me().username


def test_a_certificate_that_nobody_trusts_is_refused(certificates):
    files = (certificates.folder / "self.pem", certificates.folder / "self.key")
    with ScriptedServer().use_tls(files) as server:
        message = error_of(server.url, Doccano.me)
        assert not server.requests
    assert "has no TLS certificate that this machine trusts (self-signed certificate)\n" in message
    assert "REQUESTS_CA_BUNDLE: certificates are always verified" in message


@pytest.mark.parametrize("name", tls.FILES)
def test_an_authority_that_a_file_holds_is_trusted(name, secured, certificates, monkeypatch):
    monkeypatch.setenv(name, str(certificates.ca))
    assert me(secured.url) == "admin"


@pytest.mark.parametrize("name", VARIABLES)
def test_an_authority_in_a_folder_is_trusted(name, secured, certificates, monkeypatch, tmp_path):
    monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(InputError, match=f"{tmp_path}: a folder without TLS certificates\n.*{name}"):
        me(secured.url)
    (tmp_path / "ca.pem").write_bytes(certificates.ca.read_bytes())
    assert me(secured.url) == "admin"
    subprocess.run([certificates.openssl, "rehash", tmp_path], check=True)
    assert me(secured.url) == "admin"


def test_all_authorities_that_the_environment_names_are_trusted(secured, certificates, monkeypatch, tmp_path):
    other = certificates.folder / "self.pem"
    for variable in tls.FILES:
        monkeypatch.setenv(variable, str(other))
    message = error_of(secured.url, Doccano.me)
    assert f"(unable to get local issuer certificate, checked with REQUESTS_CA_BUNDLE={other})\n" in message
    (tmp_path / "ca.pem").write_bytes(certificates.ca.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere:{tmp_path}")
    assert me(secured.url) == "admin"


@pytest.mark.parametrize("value", ["/nowhere", "/nowhere:/neither"])
def test_folders_that_are_not_there_are_named_only_if_nothing_else_is(value, secured, certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_DIR", value)
    with pytest.raises(InputError, match=r"/n.*: cannot be read: No such file or directory\n"):
        me(secured.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    assert me(secured.url) == "admin"


@pytest.mark.parametrize("value", ["", "0", "false", "no", "/dev/null", "/dev/zero", "~nobody-at-all/ca.pem"])
@pytest.mark.parametrize("name", tls.FILES)
def test_no_value_of_a_variable_switches_verification_off(name, value, secured, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises((ServerError, InputError)):
        me(secured.url)
    assert not secured.requests


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
NO_BUNDLES = {
    "empty": (b"", "holds no TLS certificate in PEM"),
    "a page": (b"<html>Not found</html>", "holds no TLS certificate in PEM"),
    "a key alone": (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "holds no TLS certificate"),
    "UTF-16": (PEM.encode("utf-16"), "holds no TLS certificate in PEM"),
    "DER": (b"\x30\x82\x01\x00", "holds no TLS certificate in PEM\n  It is in DER: `openssl x509 -inform der -in"),
    "damaged after others": (b"\xff # caf\xc3\xa9\n" + PEM.encode() * 2, "holds a damaged TLS certificate"),
    "damaged": (PEM.encode(), "holds a damaged TLS certificate"),
    "missing": (None, "cannot be read: No such file or directory"),
}


@pytest.mark.parametrize("name", NO_BUNDLES)
@pytest.mark.parametrize("variable", VARIABLES)
def test_a_bundle_without_certificates_is_named(variable, name, monkeypatch, tmp_path):
    content, expected = NO_BUNDLES[name]
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    monkeypatch.setenv(variable, str(bundle))
    with pytest.raises(InputError, match=expected) as caught:
        Doccano(account("https://127.0.0.1:1"), **QUICK)
    assert str(caught.value).startswith(f"{bundle}: ")
    assert f"{variable} names authorities to trust" in str(caught.value)


def test_an_address_without_tls_needs_no_bundle(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with ScriptedServer({"GET /v1/me": [ME]}) as server:
        assert me(server.url) == "admin"


class Tunnel(LocalServer):
    """A forward proxy that connects to one server, whatever it is asked for; `asked` has what it was."""

    def __init__(self, port):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_CONNECT(self):
                asked.append((self.path, self.headers.get("Authorization")))
                with socket.create_connection(("127.0.0.1", port)) as to:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=pass_on, args=(to, self.connection))
                    back.start()
                    pass_on(self.connection, to)
                    back.join()

        super().__init__(Handler)


def pass_on(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_an_authority_is_trusted_through_a_forward_proxy_too(secured, certificates, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    url = "https://doccano.example"
    with Tunnel(secured.url.rpartition(":")[2]) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
        assert "unable to get local issuer certificate" in error_of(url, Doccano.me)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
        doccano = Doccano(account(url, proxy_auth="lead:behind-the-tunnel"), **QUICK)
        assert doccano.me().username == "admin"
        doccano.close()
    assert set(tunnel.asked) == {("doccano.example:443", None)}
    assert secured.requests[0].headers["Authorization"].startswith("Basic ")


WORDS = {
    "nginx": "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head><body></body></html>",
    "Apache": "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />\n Instead use https</p>",
    "Go": "Client sent an HTTP request to an HTTPS server.\n",
}


@pytest.mark.parametrize("name", WORDS)
def test_plain_http_to_a_port_for_https_is_named(name):
    message = error_on(reply(400, WORDS[name], kind="text/html"), "POST /v1/auth/login/")
    assert "is spoken to in plain http, and that port is for https\n  Use https: DOCCANO_URL=https://" in message


@pytest.mark.parametrize("sent", [b"\x15\x03\x03\x00\x02\x02\x0a", b"\x15\x03\x01\x00\x02\x02\x46\n"])
def test_a_server_that_answers_in_tls_is_named(sent):
    assert "that port is for https\n" in error_on(sent, "POST /v1/auth/login/")


def test_a_server_that_ends_a_connection_in_plain_http_is_asked_for_tls(secured):
    message = error_of(secured.url.replace("https:", "http:"), Doccano.me)
    assert f"that port is for https\n  Use https: DOCCANO_URL={secured.url}" in message


def test_a_server_that_has_answered_in_http_is_not_asked_for_tls(monkeypatch):
    monkeypatch.setattr(tls, "speaks_tls", lambda _: pytest.fail("it is known to speak http"))
    assert "cut the connection" in error_on(b"")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"])
def test_a_server_without_tls_is_named(answer):
    with socket.create_server(("127.0.0.1", 0)) as place:

        def answer_all():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = place.accept()
                    connection.recv(65536)
                    connection.sendall(answer)
                    connection.close()

        threading.Thread(target=answer_all, daemon=True).start()
        url = f"https://127.0.0.1:{place.getsockname()[1]}"
        message = error_of(url, Doccano.me)
    assert (
        f"does not speak TLS on this port\n  Use http, if that is its port: DOCCANO_URL={url[:4]}{url[5:]}" in message
    )

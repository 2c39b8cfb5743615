"""A Doccano behind an nginx, as teams run it: TLS of an own authority, a second login, limits, redirects."""

import re
from dataclasses import replace

import pytest

from goldspan.annotation import Example
from goldspan.doccano.client import file_upload
from goldspan.doccano.client.api import Doccano
from goldspan.errors import ServerError
from goldspan.web import tls
from helpers import interruptions, tls_proxy
from helpers.doccano_project import ExampleProject

USER, PASSWORD = "lead@example.org", "pä55:wörd"
LOCAL = "DNS:localhost,IP:127.0.0.1"
VARIABLES = (*tls.FILES, tls.FOLDERS)
ON = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return tls_proxy.Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def front(doccano, certificates, tmp_path_factory):
    """The nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    to, local = f"proxy_pass {doccano.account.url}", certificates.signed("local", LOCAL)
    basic = f'auth_basic "Staff only"; auth_basic_user_file {tls_proxy.password_file(folder, USER, PASSWORD)};'
    servers = {
        "tls": f"listen PORT ssl; {local} location / {{ {to}; {ON} }}",
        "both logins": f"listen PORT ssl; {local} {basic} location /ner/doccano/ {{ {to}/; {ON} }}",
        "other name": f"listen PORT ssl; {certificates.signed('other', 'DNS:ner.example.org')}",
        "expired": f"listen PORT ssl; {certificates.signed('expired', LOCAL, days=-1)}",
        "self-signed": f"listen PORT ssl; {certificates.self_signed('self', LOCAL)} location / {{ {to}; {ON} }}",
        "own certificate": f"listen PORT ssl; {local} ssl_client_certificate {certificates.ca}; ssl_verify_client on;",
        "to https": "listen PORT; return 301 https://$host$request_uri;",
        "no host": f"listen PORT ssl; {local} location / {{ {to}; proxy_set_header X-Forwarded-Proto https; }}",
        "small": f"listen PORT; client_max_body_size 50k; location / {{ {to}; {ON} }}",
        "tiny": f"listen PORT; client_max_body_size 2k; location / {{ {to}; {ON} }}",
        "dead": f"listen PORT; location / {{ proxy_pass http://127.0.0.1:{tls_proxy.free_port()}; }}",
        "closed": "listen PORT; location / { deny all; }",
    }
    with tls_proxy.Nginx(folder, servers) as made:
        yield made


@pytest.fixture
def trust(monkeypatch, certificates):
    """Names the authority in the environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))


@pytest.fixture
def connect(doccano, front):
    """Logs in by one of the servers of nginx."""
    made = []

    def log_in(name, scheme="https", host="127.0.0.1", path="", **changes):
        url = f"{scheme}://{host}:{front.ports[name]}{path}"
        made.append(Doccano(replace(doccano.account, url=url, **changes), pause=0.01))
        return made[-1]

    yield log_in
    for each in made:
        each.close()


def refusal(connect, *arguments, **options):
    with pytest.raises(ServerError) as caught:
        connect(*arguments, **options).me()
    print(f"\n{caught.value}")
    return str(caught.value)


@pytest.mark.parametrize("variable", VARIABLES)
def test_an_authority_of_ones_own_is_trusted_on_this_machine_too(variable, connect, certificates, monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert "no TLS certificate that this machine trusts" in refusal(connect, "tls")
    monkeypatch.setenv(variable, str(certificates.folder if variable == tls.FOLDERS else certificates.ca))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # which has nothing to do with this machine
    for host in ("127.0.0.1", "localhost"):
        assert connect("tls", host=host).me().superuser


CERTIFICATES = {
    "other name": ("IP address mismatch, certificate is not valid for '127.0.0.1'", "in the place of 127.0.0.1"),
    "expired": ("certificate has expired", "Renew the certificate on the server"),
    "self-signed": ("self-signed certificate", "Name the authority that signed it in REQUESTS_CA_BUNDLE"),
    "own certificate": ("asks for a certificate of the client's own", "through an SSH tunnel"),
    "small": ("does not speak TLS on this port", "Use http, if that is its port: DOCCANO_URL=http://127.0.0.1:"),
}


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_does_not_do_is_named_with_what_is_wrong(name, connect):
    message = refusal(connect, name)
    for words in CERTIFICATES[name]:
        assert words in message


@pytest.mark.usefixtures("trust")
def test_a_bundle_may_hold_the_certificate_of_the_server_alone(connect, certificates, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.folder / "self.pem"))
    assert connect("self-signed").me().superuser


def test_http_on_a_port_for_https_is_named_with_the_address_to_use(connect, front):
    message = refusal(connect, "tls", "http")
    assert "is spoken to in plain http, and that port is for https\n" in message
    assert f"DOCCANO_URL=https://127.0.0.1:{front.ports['tls']}" in message


BOTH = {"path": "/ner/doccano/", "proxy_auth": f"{USER}:{PASSWORD}"}


@pytest.mark.usefixtures("trust")
def test_the_login_of_a_proxy_is_told_apart_from_that_of_doccano(connect):
    doccano = connect("both logins", **BOTH)
    made = doccano.create_project("behind two logins", collaborative=False)
    doccano.delete_project(made.id)
    assert "Unable to log in with provided credentials" in refusal(connect, "both logins", **BOTH, password="x")  # noqa: S106
    without = refusal(connect, "both logins", path="/ner/doccano")
    assert "a proxy in front of https://127.0.0.1" in without
    assert "asks for a login of its own (it calls itself 'Staff only')\n  Set DOCCANO_PROXY_AUTH" in without
    wrong = refusal(connect, "both logins", path="/ner/doccano", proxy_auth=f"{USER}:wrong")
    assert "refuses DOCCANO_PROXY_AUTH (it calls itself 'Staff only')" in wrong


@pytest.mark.usefixtures("trust")
def test_what_a_proxy_does_with_requests_is_named_with_what_to_set(connect):
    moved = refusal(connect, "to https", "http", path="/d")
    assert re.search("answered 301 and points to https://.*\n.*: set DOCCANO_URL=https://127.0.0.1/d$", moved)
    assert "403 Forbidden" in (closed := refusal(connect, "closed", "http"))
    assert "something in front of it refuses" in closed
    assert "the Doccano behind it does not: is it running?" in refusal(connect, "dead", "http")
    no_host = connect("no host")
    with pytest.raises(ServerError, match=r"Referer checking failed(.|\n)*proxy_set_header Host \$http_host") as caught:
        no_host.create_project("no host", collaborative=False)
    print(f"\n{caught.value}")


@pytest.mark.parametrize("filled", [False, True])
def test_examples_beyond_the_limit_of_a_proxy_arrive_as_they_are(filled, connect, tmp_path):
    long = Example("a.p02", "🚢 " + "Long. " * 30_000)
    examples = [Example(f"a.p{number:02}", f"{number} é " * 1_000) for number in range(20) if number != 2] + [long]
    project = ExampleProject(connect("small", "http"), tmp_path, collaborative=filled)
    project.push(*examples)
    assert {copy.id: copy.text for copy in project.take().copies.values()} == {each.id: each.text for each in examples}


def test_a_limit_below_any_use_is_named(connect):
    with pytest.raises(ServerError, match=r"413(.|\n)*client_max_body_size") as caught:
        connect("tiny", "http").upload(b"x" * 100_000, "a.jsonl")
    print(f"\n{caught.value}")


def test_a_new_server_without_a_folder_for_uploads_takes_a_file_in_parts(connect, doccano, monkeypatch):
    uploads = doccano.home / "uploads"
    for each in uploads.iterdir():
        each.rename(doccano.home / "media" / each.name)
    uploads.rmdir()
    monkeypatch.setattr(file_upload, "PART", 10_000)
    server = connect("small", "http")
    assert server.discard_upload(server.upload(b"x" * 35_000, "a.jsonl"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_part_whose_answer_is_lost_is_there_once(when, doccano, monkeypatch):
    monkeypatch.setattr(file_upload, "PART", 2_000)
    data = b"".join(b"%d\n" % number for number in range(1_200))
    for cut in range(1, 4):
        with (
            interruptions.CuttingProxy(doccano.account, cut, when) as cutter,
            Doccano(cutter.account, pause=0.01) as server,
        ):
            upload = server.upload(data, "a.jsonl")
            assert cutter.written >= cut
            (stored,) = (doccano.home / "uploads" / upload).iterdir()
            assert stored.read_bytes() == data
            assert server.discard_upload(upload)

"""TLS: which authorities are trusted, and what is meant by a connection that was not made.

The authorities are all those that the environment names, as for `requests`, `curl` and OpenSSL, and else those of
`certifi` and of this machine. A certificate is always verified: there is no setting against it.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from goldspan import files
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import PreparedRequest
    from urllib3.poolmanager import ProxyManager
    from urllib3.util.retry import Retry

FILES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # each names a file, or a folder
FOLDERS = "SSL_CERT_DIR"  # names folders
SUFFIXES = (".pem", ".crt", ".cer")
CERTIFICATE = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")
HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # the name under which OpenSSL looks an authority up in a folder
DER = b"\x30\x82"  # the first bytes of a certificate that is not PEM
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
OTHER_NAME = frozenset({62, 63, 64})  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and those for e-mail and IP addresses
OTHER_TIME = frozenset({9, 10})  # …CERT_NOT_YET_VALID, …CERT_HAS_EXPIRED
NO_SIGNER = frozenset({2, 20, 21})  # …UNABLE_TO_GET_ISSUER_CERT and its kin
PROBE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Authorities:
    """The authorities that are trusted.

    Args:
        context: that trusts them.
        source: where they come from, for a message.
    """

    context: ssl.SSLContext
    source: str


def authorities() -> Authorities:
    """All authorities that the environment names, or else those of `certifi` and of this machine.

    Raises:
        InputError: if it names a file or a folder without a certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a bundle may hold the server's own certificate alone
    loaded = dict[Path, str]()
    failed: InputError | None = None
    for variable, path in _named():
        try:
            if path not in loaded:
                _load(context, variable, path)
                loaded[path] = variable
        except InputError as error:
            if variable != FOLDERS:  # OpenSSL, too, ignores a folder that is not there
                raise
            failed = error
    if failed is not None and not loaded:
        raise failed
    if not loaded:
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        context.load_default_certs()
    return Authorities(context, ", ".join(f"{variable}={path}" for path, variable in loaded.items()))


def _named() -> Iterator[tuple[str, Path]]:
    """The variables that are set, each with a path that it names."""
    for variable in (*FILES, FOLDERS):
        value = os.environ.get(variable, "")
        for path in value.split(os.pathsep) if variable == FOLDERS else [value]:
            if path:
                yield variable, Path(os.path.expanduser(path))  # noqa: PTH111  (Path's raises for an unknown user)


def _load(context: ssl.SSLContext, variable: str, path: Path) -> None:
    """Trust the authorities in a file or a folder."""
    remedy = f"{variable} names authorities to trust: a file with PEM certificates, or a folder of them."
    if not path.is_dir():
        _load_file(context, path, remedy)
        return
    try:
        names = sorted(each.name for each in path.iterdir())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path, remedy=remedy) from None
    if any(HASHED.fullmatch(name) for name in names):
        context.load_verify_locations(capath=path)
        return
    certificates = [path / name for name in names if name.endswith(SUFFIXES)]
    for each in certificates:
        _load_file(context, each, remedy)
    if not certificates:
        raise InputError("a folder without TLS certificates", file=path, remedy=remedy)


def _load_file(context: ssl.SSLContext, file: Path, remedy: str) -> None:
    try:
        content = files.read_bytes(file)
    except InputError as error:
        raise InputError(error.message, file=file, remedy=remedy) from None
    if not CERTIFICATE.search(content):
        if content.startswith(DER):
            remedy = f"It is in DER: `openssl x509 -inform der -in {file} -out ca.pem` makes PEM of it. {remedy}"
        raise InputError("holds no TLS certificate in PEM", file=file, remedy=remedy)
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise InputError(f"holds a damaged TLS certificate ({error.reason})", file=file, remedy=remedy) from None


class VerifyingAdapter(HTTPAdapter):
    """An adapter that trusts given authorities, whatever `requests` would read from the environment.

    Args:
        trusted: the authorities; None for an address without TLS.
        retries: what is repeated.
    """

    def __init__(self, trusted: Authorities | None, retries: Retry) -> None:
        self._context = None if trusted is None else trusted.context
        super().__init__(max_retries=retries)

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,  # noqa: ARG002
        cert: Any = None,  # noqa: ANN401, ARG002
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Where to connect, and how TLS is done there."""
        where, options = super().build_connection_pool_key_attributes(request, True, None)  # noqa: FBT003
        options.pop("ca_certs", None)
        return where, options | {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:  # noqa: ANN401, ARG002
        """Leave everything to the context."""
        conn.cert_reqs = "CERT_REQUIRED"

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:  # noqa: ANN401
        """The manager for a forward proxy, whose own TLS is verified alike."""
        if self._context is not None and proxy.lower().startswith("https:"):
            options["proxy_ssl_context"] = self._context
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        return manager


def failure(error: BaseException, base: str, source: str, *, setting: str) -> tuple[str, str]:
    """What is wrong with the TLS of a server, and what to do about it.

    Args:
        error: the innermost error of the handshake.
        base: the address of the server, without a slash at its end.
        source: where the trusted authorities come from; empty for this machine's own.
        setting: where a user states the address.
    """
    code = getattr(error, "verify_code", None)
    if code is not None or type(error).__name__ == "CertificateError":
        words = (getattr(error, "verify_message", "") or str(error)).rstrip(".")
        checked = f", checked with {source}" if source else ""
        return f"has no TLS certificate that this machine trusts ({words}{checked})", _certificate_remedy(
            code, base, setting
        )
    reason = getattr(error, "reason", None) or ""
    if reason in NOT_TLS:
        plain = base.replace("https:", "http:", 1)
        remedy = f"Use http, if that is its port: {setting}={plain}. A proxy with TLS has another port, mostly 443."
        return "does not speak TLS on this port", remedy
    if "CERTIFICATE_REQUIRED" in reason or "BAD_CERTIFICATE" in reason:
        return (
            "asks for a certificate of the client's own",
            "goldspan has none to send: reach the server past that proxy, e.g. through an SSH tunnel.",
        )
    words = reason.lower().replace("_", " ") or "it ended the handshake"
    return (
        f"agreed on no TLS ({words})",
        "Is that the port for https? The server must offer TLS 1.2 or later.",
    )


def _certificate_remedy(code: int | None, base: str, setting: str) -> str:
    if code in OTHER_TIME:
        return "Renew the certificate on the server, or set the clock of this machine right."
    if code is None or code in OTHER_NAME:
        host = urlsplit(base).hostname or base
        return (
            f"Put a name that is in the certificate into {setting}, in the place of {host}. For a tunnel, name this "
            "machine so: a line `127.0.0.1 NAME` in /etc/hosts."
        )
    if code in NO_SIGNER:
        return (
            "Name the authority that signed it in REQUESTS_CA_BUNDLE, or have the server send the certificates in "
            "between, too: certificates are always verified."
        )
    return "Name the authority that signed it in REQUESTS_CA_BUNDLE: certificates are always verified."


def speaks_tls(base: str) -> bool:
    """Whether what listens at an http address answers a TLS handshake; nothing else is sent."""
    parts = urlsplit(base)
    host, port = parts.hostname or "", parts.port or 80
    try:
        with (
            socket.create_connection((host, port), PROBE) as connection,
            ssl.create_default_context().wrap_socket(connection, server_hostname=host),
        ):
            return True
    except ssl.SSLCertVerificationError:
        return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except (OSError, ValueError):
        return False

"""Servers of files on this machine: HTTP with faults, S3 and FTP."""

import contextlib
import os
import threading
import warnings
from http.server import BaseHTTPRequestHandler

import pytest

from helpers.http_faults import LOCAL, LocalServer

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "goldspan-tests",
    "AWS_SECRET_ACCESS_KEY": "secret-that-must-not-leak",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class FileServer(LocalServer):
    """HTTP: files by their path, with ranges as a web server gives them; `faults` are for the next answers to GET.

    A fault is a status, or a number of bytes below 100 after which the connection is cut; None answers as usual.
    """

    def __init__(self, files, *, ranges=True, sizes=True, faults=()):
        self.files, self.ranges, self.sizes = files, ranges, sizes
        self.faults = list(faults)
        self.sent = 0
        self.requests = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                server._answer(self, is_head=True)

            def do_GET(self):
                server._answer(self, is_head=False)

        super().__init__(Handler)

    def _answer(self, handler, *, is_head):
        path, _, query = handler.path.partition("?")
        self.requests.append((handler.command, path, query))
        fault = self.faults.pop(0) if self.faults and not is_head else None
        status = fault if fault and fault >= 100 else 200
        data = self.files.get(path)
        if data is None:
            status = 404
        if status != 200:
            handler.send_response(status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        wanted = handler.headers.get("Range") if self.ranges else None
        start, end = 0, len(data)
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(end, int(last) + 1 if last else end)
        handler.send_response(206 if wanted else 200)
        if wanted:
            handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        if "." not in path:
            handler.send_header("Content-Type", "text/html")
        if self.sizes:
            handler.send_header("Content-Length", str(end - start))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        if not is_head:
            body = data[start:end] if fault is None else data[start : start + fault]
            self.sent += len(body)
            with contextlib.suppress(OSError):
                handler.wfile.write(body)


@contextlib.contextmanager
def s3_server(monkeypatch, *buckets):
    """A server of S3 with some buckets, to which the environment leads."""
    moto = pytest.importorskip("moto.server", reason="needs a server of S3: pip install 'moto[server,s3]'")
    pytest.importorskip("s3fs", reason="needs s3fs: pip install s3fs")
    import boto3
    import s3fs

    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    server = moto.ThreadedMotoServer(ip_address=LOCAL, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        client = boto3.client("s3")
        for bucket in buckets:
            client.create_bucket(Bucket=bucket)
        yield client
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()


@contextlib.contextmanager
def ftp_server(folder, password):
    """A server of FTP for a folder, with the account `goldspan`; its address."""
    pytest.importorskip("pyftpdlib", reason="needs a server of FTP: pip install pyftpdlib")
    from fsspec.implementations.ftp import FTPFileSystem

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of asyncore, which the next Python does not have
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import FTPHandler
        from pyftpdlib.servers import FTPServer

    accounts = DummyAuthorizer()
    accounts.add_user("goldspan", password, os.fspath(folder), perm="elradfmwMT")
    handler = type("Handler", (FTPHandler,), {"authorizer": accounts})
    server = FTPServer((LOCAL, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"timeout": 0.02, "handle_exit": False}, daemon=True)
    thread.start()
    FTPFileSystem.clear_instance_cache()
    try:
        yield f"ftp://{LOCAL}:{server.address[1]}"
    finally:
        FTPFileSystem.clear_instance_cache()
        server.close_all()
        thread.join(5)

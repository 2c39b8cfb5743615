"""An nginx in front of a server, with certificates of an authority of its own: servers as teams have them.

made = certificates(folder)
with Nginx(folder, {"tls": f"listen {{port}} ssl; {made.tls()} location / {{ proxy_pass http://…; }}"}) as front:
    front.ports["tls"]
"""

import base64
import contextlib
import hashlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

HEAD = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  gzip on; gzip_types application/json text/plain; gzip_min_length 100; gzip_proxied any;
  {servers}
}}
"""


class Certificates:
    """An authority and server certificates of it, as files in a folder, each with its key: `NAME.pem`.

    Args:
        folder: where they are; `ca.pem` is the authority.
    """

    def __init__(self, folder):
        self.folder = folder
        self.openssl = shutil.which("openssl") or pytest.skip("needs openssl")
        self._sign_itself("ca", "subjectAltName=DNS:authority", "basicConstraints=critical,CA:TRUE")
        self.ca = folder / "ca.pem"

    def _run(self, *arguments):
        subprocess.run([self.openssl, *map(str, arguments)], check=True, capture_output=True, cwd=self.folder)

    def _sign_itself(self, name, *extensions, days=2):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
        added = [word for extension in extensions for word in ("-addext", extension)]
        self._run("req", "-x509", *key, "-days", days, "-subj", f"/CN={name}", *added, "-out", f"{name}.pem")

    def self_signed(self, name, names):
        """A certificate that nobody else signed."""
        self._sign_itself(name, f"subjectAltName={names}", "basicConstraints=critical,CA:FALSE")
        return self.use(name)

    def signed(self, name, names, days=2):
        """A certificate of the authority; with negative days it has expired. Gives the directives that use it."""
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
        self._run("req", "-new", *key, "-subj", f"/CN={name}", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")
        by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{name}.ext"]
        self._run("x509", "-req", "-in", f"{name}.csr", *by, "-days", days, "-out", f"{name}.pem")
        return self.use(name)

    def use(self, name):
        """The directives of nginx for a certificate."""
        return f"ssl_certificate {self.folder}/{name}.pem; ssl_certificate_key {self.folder}/{name}.key;"


def password_file(folder, user, password):
    """A file of users as nginx reads it, in UTF-8."""
    digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()  # noqa: S324  (nginx knows no better)
    made = folder / "users"
    made.write_text(f"{user}:{{SHA}}{digest}\n", encoding="utf-8")
    return made


def free_port():
    """A port on which nobody listens now."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


class Nginx(contextlib.AbstractContextManager):
    """An nginx that runs while a block lasts.

    Args:
        folder: for its files.
        servers: by name, the directives of each; `PORT` in one is the port that it is given.

    Attributes:
        ports: by name.
    """

    def __init__(self, folder, servers):
        self._program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") or pytest.skip("needs nginx")
        self.folder = Path(folder)
        self.ports = {name: free_port() for name in servers}
        blocks = [f"server {{ {text.replace('PORT', str(self.ports[name]))} }}" for name, text in servers.items()]
        self._settings = self.folder / "nginx.conf"
        self._settings.write_text(HEAD.format(folder=self.folder, servers="\n".join(blocks)), encoding="utf-8")

    def __enter__(self):
        command = [self._program, "-c", self._settings, "-e", self.folder / "error.log", "-p", self.folder]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for port in self.ports.values():
            self._wait_for(port)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
        self._process.stderr.close()

    def _wait_for(self, port):
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"nginx does not run: {self._process.stderr.read().decode()}")

"""README's main command on a fresh Debian 13, which has Python 3.13 and nothing of this project's.

`debootstrap` makes the system in a temporary folder, from the mirror that this machine's apt uses. Every mount is made
in a namespace of the command's own: it ends with the command, however that ends, and none is there when the folder is
removed.
"""

import ast
import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

ROOT = Path(__file__).parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
TAKEN_OVER = ("PIP_", "SSL_CERT_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")  # of the variables


def run(*command, **variables):
    return subprocess.run(
        command,
        env=os.environ | {"PATH": PATH} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1800,
    )


@pytest.fixture
def debian():
    """The root folder of a Debian 13 with `python3-venv`, removed afterwards."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root makes a Debian")
    missing = [name for name in ("debootstrap", "unshare", "chroot", "apt-get") if not shutil.which(name, path=PATH)]
    if missing:
        pytest.skip(f"this machine has no {', '.join(missing)}")
    refused = run(*ALONE, "mount", "-t", "tmpfs", "none", "/mnt")
    if refused.returncode:
        pytest.skip(f"this machine permits no mount in a namespace of its own: {refused.stdout.strip()}")
    # What apt would fetch is known before it has fetched anything.
    mirrors = re.findall(r"'(\S+?)/dists/", run("apt-get", "update", "--print-uris").stdout)
    if not mirrors:
        pytest.skip("apt has no mirror here")
    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        if not any((made := debootstrap(folder, mirror)).returncode == 0 for mirror in dict.fromkeys(mirrors)):
            pytest.skip(f"debootstrap makes no Debian 13 here: {' / '.join(made.stdout.splitlines()[-3:])}")
        yield Path(folder)


def debootstrap(folder, mirror):
    packages = "--include=python3-venv,ca-certificates"
    return run(*ALONE, "debootstrap", "--variant=minbase", packages, "trixie", folder, mirror)


def pip_configuration():
    """How pip is set up here: its variables, and the settings of its files."""
    variables = {name: value for name, value in os.environ.items() if name.upper().startswith(TAKEN_OVER)}
    files = configparser.RawConfigParser()
    for line in run(sys.executable, "-m", "pip", "config", "list").stdout.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        if key and section != ":env:":
            files.read_dict({section: {key: " ".join(ast.literal_eval(value).split())}})
    return variables, files


def paths(values):
    """The files and folders that settings name, an index on this disk included."""
    for word in " ".join(values).split():
        path = Path(url2pathname(urlsplit(word).path) if word.startswith("file:") else word)
        if path.is_absolute() and path.exists():
            yield path.parent if word.startswith("file:") else path  # the pages of an index link to files beside them


def share_network(debian):
    """Give the new system this machine's way to the package index: the variables to set, the folders to mount."""
    variables, files = pip_configuration()
    with (debian / "etc/pip.conf").open("w") as file:
        files.write(file)
    settings = [value for section in files.sections() for value in files[section].values()]
    shared = dict.fromkeys(paths([*NETWORK, *variables.values(), *settings]))
    for path in shared:
        there = debian / path.relative_to("/")
        if path.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            there.unlink(missing_ok=True)  # a link of the new system may lead out of it
            shutil.copyfile(path, there)
        else:
            there.mkdir(parents=True, exist_ok=True)
    return variables, [path for path in shared if path.is_dir()]


def copy_project(folder):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, stdout=-1, check=True
    )
    for name in listed.stdout.decode().rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


@pytest.mark.slow
def test_the_main_command_of_the_readme_and_a_doccano_run_on_a_fresh_debian_13(debian):
    variables, folders = share_network(debian)
    project = debian / "root" / "goldspan"
    copy_project(project)
    steps = [["mount", "--bind", "-o", "ro", path, debian / path.relative_to("/")] for path in folders]
    steps.append(["mount", "-t", "proc", "proc", debian / "proc"])
    doccano = "start --port 0 && .venv/bin/goldspan doccano status && .venv/bin/goldspan doccano stop"
    commands = f"cd /root/goldspan && python3 scripts/build.py && .venv/bin/goldspan doccano {doccano}"
    steps.append(["chroot", debian, "sh", "-c", commands])
    script = " && ".join(shlex.join(map(str, step)) for step in steps)
    clean = ["env", "-i", "HOME=/root", f"PATH={PATH}", *(f"{name}={value}" for name, value in variables.items())]

    done = run(*ALONE, *clean, "sh", "-c", script)

    assert done.returncode == 0, done.stdout
    assert (project / ".venv/bin/python3.13").exists()
    assert re.search(r"web server +running\n +task worker +running\n", done.stdout), done.stdout
    assert "Doccano is stopped" in done.stdout
    names = {
        file.relative_to(project / "build/dataset").as_posix() for file in project.glob("build/dataset/*/*.parquet")
    }
    splits = ("train", "validation", "test")
    assert names == {f"{config}/{split}.parquet" for config in ("gold", "passes") for split in splits}

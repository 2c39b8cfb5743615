"""What keeps goldspan running on macOS and Windows, as far as it can be seen on Linux."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan.doccano.server import install
from goldspan.errors import NotFoundError

ROOT = Path(__file__).parents[1]
PROGRAMS = [*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").glob("*.py"), ROOT / ".ci" / "test.py"]
MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "posix", "spwd", "crypt", "readline"}
OF_OS = {
    "fork",
    "forkpty",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "setuid",
    "setsid",
    "getsid",
    "getpgid",
    "setpgid",
    "getpgrp",
    "killpg",
    "chown",
    "fchown",
    "lchown",
    "fchmod",
    "fchdir",
    "chroot",
    "mkfifo",
    "mknod",
    "nice",
    "sched_getaffinity",
    "sched_setaffinity",
    "statvfs",
    "fstatvfs",
    "uname",
    "getloadavg",
    "wait",
    "waitid",
    "wait3",
    "wait4",
    "environb",
    "sysconf",
    "confstr",
    "sync",
    "fdatasync",
    "pread",
    "pwrite",
    "openpty",
    "register_at_fork",
    "ctermid",
    "ttyname",
    "posix_fadvise",
    "posix_fallocate",
    "sendfile",
    "O_NOFOLLOW",
    "O_CLOEXEC",
    "O_DIRECTORY",
    "O_NONBLOCK",
    "O_SYNC",
    "O_BINARY",
    "WNOHANG",
}
OF_SIGNAL = {
    "SIGKILL",
    "SIGHUP",
    "SIGPIPE",
    "SIGALRM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGCHLD",
    "SIGQUIT",
    "SIGSTOP",
    "SIGCONT",
    "alarm",
    "setitimer",
    "pause",
    "sigwait",
    "pthread_kill",
    "pthread_sigmask",
    "siginterrupt",
}


def blocks(tree):
    """Each function with what is in it, and the module as a whole."""
    yield from (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    yield tree


def unguarded(tree):
    """What of Unix alone a program uses without asking whether it is there."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} & MODULES
    used = {"os": OF_OS, "signal": OF_SIGNAL}
    asked = set()
    for block in blocks(tree):
        calls = [node for node in ast.walk(block) if isinstance(node, ast.Call)]
        guards = {
            call.args[1].value
            for call in calls
            if getattr(call.func, "id", "") in ("hasattr", "getattr") and isinstance(call.args[1], ast.Constant)
        }
        for node in ast.walk(block):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.attr in used.get(node.value.id, ()) and node.attr not in guards and id(node) not in asked:
                    found.add(f"{node.value.id}.{node.attr}")
                asked.add(id(node))
    return found


def test_nothing_of_unix_alone_is_used_without_a_question():
    worth = re.compile(rf"\b(?:{'|'.join(MODULES)})\b|\b(?:os|signal)\.(?:{'|'.join(OF_OS | OF_SIGNAL)})\b")
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PROGRAMS}
    found = {path: unguarded(ast.parse(text)) for path, text in texts.items() if worth.search(text)}
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("import fcntl", {"fcntl"}),
        ("def f():\n    from pwd import getpwuid", {"pwd"}),
        ("import os\nos.fork()", {"os.fork"}),
        ("import os\ndef f():\n    return os.getuid() if hasattr(os, 'getuid') else 0", set()),
        ("import os, signal\nos.kill(1, signal.SIGKILL)", {"signal.SIGKILL"}),
        ("import os\nX = getattr(os, 'O_BINARY', 0)", set()),
    ],
)
def test_what_is_of_unix_alone_is_found(program, names):
    assert unguarded(ast.parse(program)) == names


def test_files_are_written_with_one_character_for_a_line_break():
    """Text is written through `files`, or with the line break stated."""
    found = {}
    for path in (ROOT / "src").rglob("*.py"):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if re.search(r"\.(?:write_text|open)\(", source) else ():
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            options = {one.arg: one.value for one in node.keywords}
            name = node.func.attr
            mode = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
            text = name == "write_text" and "encoding" in options
            text |= name == "open" and mode in ("a", "w", "x", "a+", "w+") and "os.devnull" not in ast.unparse(node)
            if text and "newline" not in options:
                found[str(path.relative_to(ROOT))] = node.lineno
    assert not found


@pytest.mark.slow
def test_every_module_is_imported_without_the_modules_of_unix():
    """As on Windows, where they are not there; for whoever asks from goldspan."""
    program = f"""
import builtins, importlib, pkgutil, sys
blocked, found = {MODULES!r}, builtins.__import__
def guarded(name, globals=None, locals=None, fromlist=(), level=0):
    if name in blocked and (globals or {{}}).get("__name__", "").startswith("goldspan"):
        raise ImportError(name)
    return found(name, globals, locals, fromlist, level)
builtins.__import__ = guarded
import goldspan
names = [one.name for one in pkgutil.walk_packages(goldspan.__path__, "goldspan.")
         if not one.name.endswith(("__main__", "evaluate_module"))]  # the last needs `evaluate`, which tests lack
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_a_console_of_windows_gets_all_that_is_printed(encoding, toy):
    command = [sys.executable, "-m", "goldspan", "show", "storm", "--root", toy.root]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert "Valparaíso" in done.stdout.decode("utf-8")


def with_windows_breaks(root, *patterns):
    for pattern in patterns:
        for path in root.glob(pattern):
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    "kind", ["annotation_guidelines/*", "goldspan.toml", "corpus/*.jsonl", "corpus/[gds]*/*", "corpus/passes/*/*"]
)
def test_line_breaks_of_windows_read_the_same(kind, toy, goldspan, capfd):
    (toy.root / "goldspan.toml").write_text("[splits]\ntrain = 0.5\nvalidation = 0.25\ntest = 0.25\n")

    def said():
        shown = []
        for command in (["stats"], ["config"], ["agree", "--against", "gold"]):
            assert goldspan(*command, "--json", "-", "-q", "--root", str(toy.root)) == 0
            shown.append(capfd.readouterr().out)
        return shown

    before = said()
    with_windows_breaks(toy.root, kind)
    assert said() == before


def test_a_doccano_is_refused_on_windows_with_what_to_do(monkeypatch):
    monkeypatch.setattr(install.os, "name", "nt")
    with pytest.raises(NotFoundError, match=r"(?s)Linux and macOS only.*WSL.*DOCCANO_URL"):
        install.require_posix()

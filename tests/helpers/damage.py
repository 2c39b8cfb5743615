"""Files that are not what a command expects, and what a command does with them."""

import contextlib
import gzip
import io
import os
import shutil
import signal
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldspan import cli

ROOT = Path(__file__).parent.parent.parent
GOLD = (ROOT / "tests" / "data" / "toy" / "corpus" / "gold" / "storm.jsonl").read_bytes()
SECONDS = 60  # after which a command counts as hanging

CONTENTS = {
    "empty": b"",
    "blank lines": b"\n \n",
    "NUL": b"\0" * 50,
    "UTF-16": GOLD.decode().encode("utf-16"),
    "UTF-16 without mark": GOLD.decode().encode("utf-16-le"),
    "Latin-1": "Café Zürich\n".encode("latin-1"),
    "gzip": gzip.compress(GOLD),
    "zlib": zlib.compress(b"\x93\xa7version" + GOLD),
    "ZIP": b"PK\x03\x04" + b"\0" * 50,
    "Parquet damaged inside": b"PAR1" + b"\1" * 40 + b"PAR1",
    "any bytes": bytes(range(256)) * 40,
    "one long line": b"a" * 2_000_000,
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "second key": b'{"id": "storm.p01", "at": 0, "text": "a", "spans": [], "spans": []}\n',
    "NaN": b'{"id": "storm.p01", "at": NaN, "text": "a", "spans": []}\n',
    "infinity": b'{"id": "storm.p01", "at": 0, "text": "a", "spans": [], "m": 1e999}\n',
    "5,000 digits": b'{"id": "storm.p01", "at": ' + b"9" * 5000 + b', "text": "a", "spans": []}\n',
    "lone surrogate": b'{"id": "storm.p01", "at": 0, "text": "\\ud800", "spans": []}\n',
    "NUL escaped": b'{"id": "x\\u0000.p01", "at": 0, "text": "a\\u0000", "spans": []}\n',
    "control characters": b'{"id": "x\\u001b]0;p\\u0007.p01", "at": 0, "text": "a\\u001b[31m b", "spans": []}\n',
    "unknown article": b'{"id": "nowhere.p01", "at": 0, "text": "a", "spans": []}\n',
    "a path as id": b'{"id": "../../x.p01", "at": 0, "text": "a", "spans": []}\n',
    "offsets far outside": b'{"id": "storm.p01", "at": 0, "text": "a", "spans": [[0, 922337203685477580, "X", "a"]]}\n',
    "negative offsets": b'{"id": "storm.p01", "at": -1, "text": "a", "spans": [[-5, -1, "X", "a"]]}\n',
    "an array": b"[]\n",
    "a number": b"3\n",
    "null": b"null\n",
    "a string": b'"x"\n',
    "an object without keys": b"{}\n",
    "nulls": b'{"id": null, "file": null, "sha256": null, "text": null, "spans": null, "at": null}\n',
    "objects for values": b'{"id": {}, "file": [], "sha256": {}, "text": {}, "spans": {}, "at": {}}\n',
    "TOML of another shape": b'version = "1.0"\n[label]\nname = "X"\n[member]\n',
    "TOML with numbers for tables": b"label = 3\nmember = 3\nversion = inf\n",
    "TOML with empty tables": b"[[label]]\n[[member]]\n",
    "a fence that stays open": b"```ner\n",
    "a fence for an unknown check": b"```ner-fails x\n[a](B)\n```\n",
}


def _link(target):
    return lambda path: path.symlink_to(target)


KINDS = {
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "link that leads nowhere": _link("/nonexistent/file"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "endless device": _link("/dev/zero"),
    "empty device": _link(os.devnull),
}
NAMES = (*CONTENTS, *KINDS)


def damage(path, name):
    """Puts something else in the place of a file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name in CONTENTS:
        path.write_bytes(CONTENTS[name])
    else:
        KINDS[name](path)


@dataclass
class Outcome:
    """How a command ended."""

    code: int
    out: str
    error: str


def end_of(*arguments):
    """Runs a command in this process; it must end by itself."""

    def stop(*_):
        pytest.fail(f"hangs: goldspan {' '.join(map(str, arguments))}")

    out, error = io.StringIO(), io.StringIO()
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments])
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return Outcome(caught.value.code or 0, out.getvalue(), error.getvalue())


def run(*arguments):
    """Runs a command, which must end with 0, 1 or 2, and without a word of Python's."""
    outcome = end_of(*arguments)
    assert outcome.code in {0, 1, 2}, arguments
    for words in ("Traceback", "unexpected error", "Aborted"):
        assert words not in outcome.error, (arguments, outcome.error)
    return outcome


def require_named(outcome, file, about):
    """An error names the file and says what to do."""
    if outcome.code == 1 and outcome.error.startswith("goldspan: "):
        assert file in outcome.error, about
        assert "\n  " in outcome.error, (about, outcome.error)

"""Runs a command of goldspan; on a fresh machine it first makes the environment that the command needs.

Where goldspan is installed, its command runs at once. Where it is not, `.venv` beside this folder is made from the
pinned versions of `.ci/constraints.txt`, once, and the command runs in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
EXTRAS = {"bulk": ("bulk",), "serve": ("serve",)}  # by command, what it needs beyond the others


def run_command(script: str) -> None:
    """Run the command that a script is named after, with the script's arguments.

    Raises:
        SystemExit: always, with the command's exit code.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"goldspan needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    command = [Path(script).stem.replace("_", "-"), *sys.argv[1:]]
    if find_spec("goldspan"):
        from goldspan.cli import main

        main(command)
    python = environment("model", *EXTRAS.get(command[0], ()))
    sys.exit(subprocess.run([python, "-m", "goldspan", *command], check=False).returncode)  # noqa: S603


def environment(*extras: str) -> Path:
    """The Python of `.venv`, made or completed if need be, with at least these extras installed."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    constraints = ROOT / ".ci" / "constraints.txt"
    stamp = VENV / "installed.json"
    state = {
        "python": sys.version,
        "pins": constraints.read_text(encoding="utf-8"),
        "project": (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        "extras": [],
    }
    before = json.loads(stamp.read_text(encoding="utf-8")) if python.exists() and stamp.is_file() else {}
    same_python = before.get("python", sys.version) == sys.version
    same = same_python and all(before.get(key) == state[key] for key in ("pins", "project"))
    have = set(before.get("extras", ())) if same else set()
    if not (same and have.issuperset(extras)):
        state["extras"] = sorted(have.union(extras))
        if not find_spec("ensurepip"):
            sys.exit("goldspan: this Python makes no environments; on Debian and Ubuntu, install python3-venv.")
        print(f"goldspan: making {VENV} (once, a minute or two) …", file=sys.stderr)
        venv.create(VENV, with_pip=True, clear=not (python.exists() and same_python))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        what = f"{ROOT}[{','.join(state['extras'])}]"
        done = subprocess.run([*pip, "-c", constraints, "-e", what], check=False)  # noqa: S603
        if done.returncode:
            sys.exit(f"goldspan: {VENV} could not be completed; pip's messages above name the reason.")
        stamp.write_text(json.dumps(state), encoding="utf-8")
    return python

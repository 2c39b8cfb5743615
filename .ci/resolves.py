"""Checks that pip can install this project with its pinned versions on every Python that README promises.

python3 .ci/resolves.py

For each Python pip resolves all extras, and installs nothing. What fails is the pin that a Python refuses or has no
wheel for, and a package that no pin covers. Of the embedded Doccano's packages nothing is resolved, as the lists are
complete: what fails is one of which there is no wheel. It needs the package index.
"""

import json
import runpy
import subprocess
import sys
import tempfile
import tomllib
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
DOCCANO = runpy.run_path(str(ROOT / "src" / "goldspan" / "doccano" / "server" / "pins.py"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

# Packages of which there is no wheel, each with its reason. pip resolves for another Python from wheels alone; these
# are pure Python, so the wheel that this Python builds serves every other.
SOURCE_ONLY = {
    "pyftpdlib": "2.2.0, its last release, holds the source alone",
    "seqeval": "1.2.2, its last release, holds the source alone",
}
SOURCE_ONLY_OF_DOCCANO = ("dj-rest-auth", "django-allauth")  # in the versions that it needs

# torch depends on these where the index offers its build for GPUs; nothing here runs on them.
UNPINNED = ("cuda-", "nvidia-", "triton")

# pip chooses wheels for --python-version, but reads `; python_version < "3.13"` as of the Python that it runs on.
PIP = """
import sys
from pip._vendor.packaging import markers

version, here = sys.argv.pop(1), markers.default_environment()
there = {**here, "python_version": version, "python_full_version": version + ".0"}
markers.default_environment = lambda: dict(there)
assert markers.Marker(f"python_version == '{version}'").evaluate(), "this pip reads its markers elsewhere"

from pip._internal.cli.main import main

sys.exit(main())
"""


def main() -> None:
    """Print a line for each Python.

    Raises:
        SystemExit: with what is wrong, where one of them cannot be served.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        fetch(python, "install", "--upgrade", "pip")
        fetch(python, "wheel", "--no-deps", "-c", CONSTRAINTS, "--wheel-dir", folder / "wheels", *SOURCE_ONLY)
        of_doccano = map(pinned, SOURCE_ONLY_OF_DOCCANO)
        fetch(python, "wheel", "--no-deps", "--wheel-dir", folder / "wheels", *of_doccano)
        impure = [wheel.name for wheel in folder.glob("wheels/*") if not wheel.name.endswith("-none-any.whl")]
        if impure:
            sys.exit(f"{', '.join(impure)}: built for this Python alone, so no other can be checked with it")
        with ThreadPoolExecutor(2) as pool:
            checks = [*pool.map(lambda one: resolve(python, folder, one), PYTHONS)]
            checks += pool.map(lambda one: find_doccano(python, folder, one), DOCCANO["PYTHON_VERSIONS"])
            problems = [problem for problem in checks if problem]
    if problems:
        sys.exit("\n" + "\n\n".join(problems))


def fetch(python: Path, *arguments: str | Path) -> None:
    """Let pip fetch from the index."""
    done = subprocess.run([python, "-m", "pip", "--quiet", *arguments], check=False)
    if done.returncode:
        sys.exit(f"pip {arguments[0]} failed, see above: is there no package index?")


def resolve(python: Path, folder: Path, version: str) -> str | None:
    """What is wrong on this Python, or None; prints a line where nothing is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    report = folder / f"{version}.json"
    pip = [python, "-c", PIP, version, "install", "--dry-run", "--ignore-installed", "--target", folder / version]
    options = ["--python-version", version, "--only-binary=:all:", "--find-links", folder / "wheels"]
    pinned = ["-c", CONSTRAINTS, "--report", report]
    done = subprocess.run([*pip, *options, *pinned, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"Python {version}: pip cannot install the pinned versions:\n{reason(done.stdout, done.stderr)}"
    pins = {canonical(line.partition("==")[0]) for line in CONSTRAINTS.read_text().splitlines()}
    names = [canonical(each["metadata"]["name"]) for each in json.loads(report.read_text())["install"]]
    loose = [name for name in names if name not in pins and not name.startswith(UNPINNED)]
    if loose:
        return f"Python {version}: {CONSTRAINTS.relative_to(ROOT)} pins no version of {', '.join(loose)}"
    print(f"Python {version}: {len(names)} packages, in versions that install together", flush=True)
    return None


def find_doccano(python: Path, folder: Path, version: str) -> str | None:
    """What of the embedded Doccano's packages cannot be had on this Python, or None; prints a line where nothing is."""
    listed = folder / f"doccano-{version}.txt"
    listed.write_bytes(DOCCANO["requirements"](version))
    pip = [python, "-c", PIP, version, "install", "--dry-run", "--ignore-installed", "--target", folder / version]
    options = ["--python-version", version, "--only-binary=:all:", "--find-links", folder / "wheels", "--no-deps"]
    done = subprocess.run([*pip, *options, "-r", listed], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"Python {version}: pip cannot install the embedded Doccano:\n{reason(done.stdout, done.stderr)}"
    print(f"Python {version}: all packages of the embedded Doccano", flush=True)
    return None


def pinned(name: str) -> str:
    """The line of a package in the embedded Doccano's list."""
    lines = DOCCANO["requirements"](PYTHONS[0]).decode().splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def reason(stdout: str, stderr: str) -> str:
    """What pip prints of what does not fit, without what it tried."""
    errors = [line for line in stderr.splitlines() if not line.startswith("WARNING: ")]
    conflict = stdout.partition("The conflict is caused by:\n")[2].partition("To fix this")[0].splitlines()
    return "\n".join(f"    {line.strip()}" for line in errors + conflict if line.strip())


def canonical(name: str) -> str:
    """The name as an index compares it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main()

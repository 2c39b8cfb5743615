"""Measures what goldspan costs on this machine: what is downloaded, what is installed, and how long each step takes.

python3 .ci/costs.py [FOLDER]

It works in a temporary folder, or in FOLDER, and prints the table of docs/costs.md. It needs the package index.
"""

import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
EXTRAS = {"the main job": "model", "the tests": "bulk,cas,html,model,ray,serve,test"}
PINS = runpy.run_path(str(ROOT / "src" / "goldspan" / "doccano" / "server" / "pins.py"))


def main() -> None:
    """Print a row for each thing that can be installed, and how long the main job takes."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if sys.argv[1:] else temporary)
        print("| what | packages | download, MB | on disk, MB | seconds to install |\n|---|---:|---:|---:|---:|")
        for name, extras in EXTRAS.items():
            arguments = ["-c", CONSTRAINTS, f"{ROOT}[{extras}]"]
            print_row(name, folder / extras.partition(",")[0], arguments)
        listed = folder / "doccano.txt"
        listed.write_bytes(PINS["requirements"]("{}.{}".format(*sys.version_info)))
        print_row("a Doccano of your own", folder / "doccano", ["--no-deps", "-r", listed])
        print(f"\nThe main job in a fresh clone, after that: {main_job(folder):.0f} seconds.")


def print_row(name: str, folder: Path, arguments: list[str | Path]) -> None:
    """Download packages, install them from there into an environment of their own, and print what that took."""
    downloads, environment = folder / "downloads", folder / "environment"
    run(sys.executable, "-m", "pip", "download", "-q", "-d", downloads, *arguments)
    files = [file for file in downloads.iterdir() if not file.name.startswith("goldspan-")]
    began = time.monotonic()
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--find-links", downloads, *arguments)
    seconds = time.monotonic() - began
    sizes = (megabytes(files), megabytes(file for file in environment.rglob("*") if file.is_file()))
    print(f"| {name} | {len(files)} | {sizes[0]:.0f} | {sizes[1]:.0f} | {seconds:.0f} |", flush=True)


def main_job(folder: Path) -> float:
    """How long the main job takes in a clone whose environment is there, in seconds."""
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    run("git", "clone", "-q", ROOT, clone)
    run(sys.executable, clone / "scripts" / "config.py")  # makes the environment
    began = time.monotonic()
    run(sys.executable, clone / "scripts" / "build.py")
    return time.monotonic() - began


def megabytes(files: object) -> float:
    """The sizes of files together, in MB of a million bytes."""
    return sum(file.stat().st_size for file in files) / 1e6


def run(*command: str | Path) -> None:
    """Run a command quietly.

    Raises:
        SystemExit: where it fails, with what it printed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")


if __name__ == "__main__":
    main()

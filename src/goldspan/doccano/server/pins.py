"""The packages that the embedded Doccano is made of, each with its version, for each Python that they were tested with.

It imports nothing beyond Python itself: the check that all versions can be had reads it before anything is installed.
"""

from __future__ import annotations

from pathlib import Path

PYTHON_VERSIONS = ("3.11", "3.12", "3.13", "3.14")
NEWER = ("3.13", "3.14")  # of these, those for which some packages have no wheel in the version that the others take


def requirements(version: str) -> bytes:
    """The list of packages for a version of Python, as pip reads it.

    Its bytes name the environment that it was installed into: another list makes another environment.
    """
    listed = _read("requirements.txt")
    if version not in NEWER:
        return listed
    newer = _read("requirements-3.13.txt")
    replaced = {_name(line) for line in newer.splitlines() if b"==" in line}
    return b"".join(line for line in listed.splitlines(keepends=True) if _name(line) not in replaced) + newer


def _read(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def _name(line: bytes) -> bytes:
    return line.partition(b"==")[0]

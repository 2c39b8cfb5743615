"""`SHA256SUMS`: the digests of the files of a release, as `sha256sum --check SHA256SUMS` reads them.

    9f2c…  README.md
    77ab…  gold/train.parquet

It lists every file of the folder but itself, by its path with slashes, sorted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.errors import InputError
from goldspan.release.contents import CHECKSUMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<name>[^\n]+)")
REMEDY = "A line is a digest of 64 hexadecimal digits, two spaces and the path of a file in the folder."
AGAIN = "Get the release again."
VERSION_CONTROL = (".git", ".gitattributes", ".cache")  # what the Hub, git and its client add to a copy of a folder


def write_checksums(folder: Path) -> None:
    """Write the digests of all files of a folder."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = (f"{files.sha256(folder / name)}  {name}\n" for name in names if name != CHECKSUMS)
    files.write(folder / CHECKSUMS, "".join(lines))


def read_checksums(folder: Path) -> dict[str, str]:
    """The digest of each file, by its path in the folder, as `SHA256SUMS` states it.

    Raises:
        InputError: naming the line, for one that is no digest and path, that leads out of the folder, or that has a
            file which an earlier line has.
    """
    path = folder / CHECKSUMS
    found: dict[str, str] = {}
    for number, line in enumerate(files.decode(files.read_bytes(path), path).splitlines(), 1):
        match = LINE.fullmatch(line)
        name = match["name"] if match else ""
        if match is None or name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise InputError(f"{line!r:.80} is no digest of a file", file=path, line=number, remedy=REMEDY)
        if name in found:
            raise InputError(f"{name!r:.80} is listed twice", file=path, line=number, remedy=AGAIN)
        found[name] = match["sha256"]
    return found


def verify_checksums(folder: Path) -> Iterator[str]:
    """What differs between a folder and its `SHA256SUMS`, as clauses that begin with the path of the file.

    A file that is not listed differs, too, unless git or the Hub's client put it there.

    Raises:
        InputError: as `read_checksums`, and for a file that cannot be read.
    """
    stated = read_checksums(folder)
    for name, digest in stated.items():
        if not files.is_there(folder / name):
            yield f"{name} is missing"
        elif files.sha256(folder / name) != digest:
            yield f"{name} has other bytes than those that were released"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in stated and name != CHECKSUMS and name.split("/")[0] not in VERSION_CONTROL:
            yield f"{name} is not listed in {CHECKSUMS}"

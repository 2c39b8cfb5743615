"""A folder that may go to the Hub: a release or an export whose files are what they should be, and free to travel.

What is refused here, no option lets through: another folder than one that goldspan has written, a file in it that
goldspan has not written, a file that is damaged, and a text that may not travel.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, rebuild
from goldspan.errors import InputError
from goldspan.export.marker import MARKER, texts_that_may_not_travel
from goldspan.release.contents import CARD, CHECKSUMS, CONFIGS, RELEASE
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.annotation import Finding

Kind = Literal["release", "export"]
NAMED = 5  # files that a message names
TEXTS = "release-texts"  # the finding of a text that may not travel
PART = 1 << 20  # bytes that are read at once
LARGEST_NAME = 255  # characters of a part of a path
ATTRIBUTES = ".gitattributes"  # the Hub's own: which files are large
AGAIN = "Write it again: goldspan export --output FOLDER"
OR_RELEASE = (
    'State "redistribution": "text" in the manifest for each article whose licence allows it, and write the folder '
    "again; or publish it without those texts: goldspan release VERSION --output FOLDER"
)


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file to be on the Hub, and the digests by which the Hub knows it.

    Args:
        path: there, with slashes.
        source: the file here.
        size: bytes.
        sha256: of its content, in hexadecimal.
        blob_id: that git gives its content, in hexadecimal.
    """

    path: str
    source: Path
    size: int
    sha256: str
    blob_id: str


@dataclass(frozen=True, slots=True)
class HubFolder:
    """A folder that may go to the Hub.

    Args:
        path: the folder.
        kind: what it is.
        title: what it is called, for the message of the commit and of the plan.
        tag: that it gets if no other is named: of a release its version behind a `v`; None for an export.
        verified: how its files were verified, as the end of a sentence.
        files: by their paths, sorted.
    """

    path: Path
    kind: Kind
    title: str
    tag: str | None
    verified: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def read_folder(folder: Path) -> HubFolder:
    """A folder that may go to the Hub, verified.

    Args:
        folder: a release or an export.

    Raises:
        InputError: for any other folder, for a file in it that is damaged or should not be there, and for a folder with
            texts that may not travel.
    """
    if files.is_there(folder / rebuild.MARKER):
        raise InputError(
            "is a rebuilt dataset: it has texts that were not published with the release",
            file=folder,
            remedy="Push the release. It has all texts that may travel, and whoever has the others rebuilds it, too.",
        )
    if files.is_there(folder / RELEASE):
        return _read_release(folder)
    if files.is_there(folder / MARKER):
        return _read_export(folder)
    if folder.is_dir() and all(_is_hidden(path.name) for path in folder.iterdir()):
        raise InputError("the folder is empty", file=folder, remedy="Name a release or an export.")
    raise InputError(
        f"is neither a release (there is no {RELEASE}) nor an export (there is no {MARKER})"
        if folder.is_dir()
        else "there is no such folder",
        file=folder,
        remedy="Write one: goldspan release VERSION --output FOLDER, or goldspan export --output FOLDER",
    )


def _read_release(folder: Path) -> HubFolder:
    from goldspan.release.checksums import read_checksums
    from goldspan.release.description import read_description
    from goldspan.release.verification import verify_release

    read_description(folder)  # one of a newer goldspan is not damaged
    verified = verify_release(folder)
    if verified.findings:
        order = sorted(verified.findings, key=lambda one: one.check != TEXTS)  # first what must not happen
        first = dict.fromkeys(_clause(finding, folder) for finding in order)
        raise InputError(
            f"is no release that can be published: {enumerate_names(first, most=NAMED)}",
            file=folder,
            remedy=f"`goldspan check {shlex.quote(str(folder))}` lists what is wrong, each with its remedy.",
        )
    names = sorted([*read_checksums(folder), CHECKSUMS], key=str.encode)
    for name in names:
        _require_plain(folder, name)
    return HubFolder(
        folder,
        "release",
        f"{verified.title} {verified.version}",
        f"v{verified.version}",
        f"verified: {amount(verified.rows, 'row')}",
        _digests(folder, names),
    )


def _clause(finding: Finding, folder: Path) -> str:
    """What is wrong, and in which file."""
    file = finding.file
    place = "" if file is None else str(file.relative_to(folder) if file.is_relative_to(folder) else file)
    return f"{place}: {finding.message}" if place else finding.message


def _read_export(folder: Path) -> HubFolder:
    names = [name for name in _names(folder) if name != MARKER]
    foreign = [name for name in names if name != CARD and name.split("/")[0] not in CONFIGS]
    if CARD not in names:
        raise InputError(
            f"holds no dataset: there is no {CARD}",
            file=folder,
            remedy="Export without --format: the dataset has a card, which says whose it is and what may be done.",
        )
    if foreign:
        raise InputError(
            f"the export holds files that no export has written: {enumerate_names(foreign, most=NAMED)}",
            file=folder,
            remedy="Move them away, or export into another folder.",
        )
    held = texts_that_may_not_travel(folder)
    if held is None:
        raise InputError(
            "was exported before goldspan wrote down which texts may travel",
            file=folder / MARKER,
            remedy=AGAIN,
        )
    if held:
        raise InputError(
            f"holds the texts of {amount(held, 'article')} that may not travel", file=folder, remedy=OR_RELEASE
        )
    rows = _verify_tables(folder, names)
    title = str(_header(folder).get("pretty_name") or folder.resolve().name)
    return HubFolder(folder, "export", title, None, f"read in full: {amount(rows, 'row')}", _digests(folder, names))


def _names(folder: Path) -> list[str]:
    """The paths of all files in a folder and below, with slashes, sorted as git sorts them.

    Raises:
        InputError: for a link or anything else that is no file, and for a name that the Hub cannot have.
    """
    found = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        for name in [*folders, *names]:
            path = folder.joinpath(parent, name)
            _require_plain(folder, path.relative_to(folder).as_posix())
            if path.is_file():
                found.append(path.relative_to(folder).as_posix())
    return sorted(found, key=str.encode)


def _require_plain(folder: Path, name: str) -> None:
    """Refuse a link, and a name that the Hub cannot have.

    Raises:
        InputError: naming it.
    """
    path, parts = folder, name.split("/")
    for part in parts:
        path /= part
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InputError("is a link, or no file", file=path, remedy="Put the file itself there.")
    if ".git" in parts or not name.isprintable() or "\\" in name or max(map(len, parts)) > LARGEST_NAME:
        raise InputError(f"{name!r:.80} cannot be a name on the Hub", file=folder, remedy="Move it away.")


def _raise(error: OSError) -> None:
    raise error


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _digests(folder: Path, names: list[str]) -> tuple[HubFile, ...]:
    return tuple(_digest(folder, name) for name in names)


def _digest(folder: Path, name: str) -> HubFile:
    """A file with the digests that the Hub has of it, read once."""
    source = folder / name
    size = source.stat().st_size
    sha256, blob = hashlib.sha256(), hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    read = 0
    with files.opened(source) as stream:
        while part := stream.read(PART):
            sha256.update(part)
            blob.update(part)
            read += len(part)
    if read != size:
        raise InputError("changes while it is read", file=source, remedy="Run the command again.")
    return HubFile(name, source, size, sha256.hexdigest(), blob.hexdigest())


# Tables


def _verify_tables(folder: Path, names: list[str]) -> int:
    """Read every table in full, and compare their rows with what the card says; returns how many rows there are.

    Raises:
        InputError: for a file that is no Parquet or is damaged, for one that the card does not list or that is missing,
            and for another number of rows.
    """
    card = folder / CARD
    stated = dict(_stated_rows(_header(folder), card))
    tables = {name for name in names if name != CARD}
    for name in sorted(tables ^ stated.keys()):
        what = "is not listed in the card" if name in tables else "is missing: the card lists it"
        raise InputError(what, file=folder / name, remedy=AGAIN)
    total = 0
    for name, wanted in stated.items():
        rows = sum(batch.num_rows for batch in _batches(folder / name))
        if wanted is not None and rows != wanted:
            raise InputError(
                f"has {amount(rows, 'row')}, and the card says {wanted:,}", file=folder / name, remedy=AGAIN
            )
        total += rows
    return total


def _header(folder: Path) -> dict[str, Any]:
    """The YAML header of the card."""
    from goldspan.export.card import read_body

    return read_body(folder / CARD)[0]


def _stated_rows(header: dict[str, Any], card: Path) -> Iterator[tuple[str, int | None]]:
    """The path of each table that the card lists, and how many rows it says that there are.

    Raises:
        InputError: if it lists none.
    """
    rows = {}
    for info in _tables(header.get("dataset_info")):
        for split in _tables(info.get("splits")):
            rows[str(info.get("config_name")), str(split.get("name"))] = split.get("num_examples")
    listed = [
        (str(config.get("config_name")), str(each.get("split")), str(each.get("path")))
        for config in _tables(header.get("configs"))
        for each in _tables(config.get("data_files"))
    ]
    if not listed:
        raise InputError("the card lists no table", file=card, remedy=AGAIN)
    for config_name, split_name, path in listed:
        number = rows.get((config_name, split_name))
        yield path, number if isinstance(number, int) else None


def _tables(value: object) -> list[dict[str, Any]]:
    """The tables of YAML in a list, or the one that stands in its place."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _batches(path: Path) -> Iterator[Any]:
    """The parts of a table.

    Raises:
        InputError: if it is no Parquet, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with files.opened(path) as stream, pq.ParquetFile(stream) as table:
            yield from table.iter_batches()
    except (pa.ArrowException, OSError) as error:
        words = " ".join(str(error).split())
        raise InputError(f"cannot be read as Parquet: {words:.200}", file=path, remedy=AGAIN) from None

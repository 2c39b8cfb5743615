"""Adding articles to a project: byte for byte into its seeds, with one line each in the manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.articles.documents import files_of
from goldspan.corpus.manifest import (
    ManifestEntry,
    locked,
    name_key,
    name_problem,
    read_manifest,
    write_manifest,
)
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES = (".txt",)


@dataclass(frozen=True, slots=True)
class AddedArticle:
    """An article that was named, and whether it is new.

    Args:
        id: the stem of its file.
        source: the file that was named.
        sha256: of its bytes, in hexadecimal.
        status: `new`, or `unchanged` if the project has it already.
    """

    id: str
    source: Path
    sha256: str
    status: Literal["new", "unchanged"]


def add(paths: Iterable[Path], seeds: Path, listed: Path, *, apply: bool) -> list[AddedArticle]:
    """Plan the adding of articles, and add them if `apply` is set.

    The manifest gets the id, file and sha256 of a new article; people fill in the rest. All files are read and
    validated before the first is copied. A copy or a line that is missing after a crash is added again.

    Args:
        paths: `.txt` files, and folders of them.
        seeds: the folder of the articles as received.
        listed: the manifest.
        apply: whether to write.

    Returns:
        The articles in the order in which they were named.

    Raises:
        InputError: for an article that is not UTF-8, is empty or holds a NUL; whose name belongs to another text, or
            whose text has another name; whose name cannot be an id on every system. Then nothing is written.
    """
    if not apply:
        return list(_plan(paths, seeds, listed)[0])
    with locked(listed):  # two that add at once see each other's lines
        plan, entries = _plan(paths, seeds, listed)
        for addition in plan:
            _copy(addition, seeds)
        write_manifest(listed, entries)
    return list(plan)


@dataclass(slots=True)
class _Known:
    """The articles that a project has, and those that are planned, each by what must be its own."""

    seeds: Path
    entries: dict[str, ManifestEntry]
    texts: dict[str, str]
    ids: dict[str, str]
    files: dict[str, str]


def _plan(paths: Iterable[Path], seeds: Path, listed: Path) -> tuple[list[AddedArticle], list[ManifestEntry]]:
    """The articles in the order in which they were named, and the manifest with them."""
    entries = {entry.id: entry for entry in read_manifest(listed)}
    held = [path.name for path in seeds.iterdir()] if seeds.is_dir() else []
    known = _Known(
        seeds,
        entries,
        texts={entry.sha256: entry.id for entry in entries.values()},
        ids={name_key(name): name for name in entries},
        files={name_key(name): name for name in [*held, *(entry.file for entry in entries.values())]},
    )
    plan = []
    for path in files_of(paths, SUFFIXES):
        addition = _plan_article(path, known)
        entries.setdefault(addition.id, ManifestEntry(addition.id, path.name, addition.sha256))
        known.texts[addition.sha256] = addition.id
        known.ids[name_key(addition.id)] = addition.id
        known.files[name_key(path.name)] = path.name
        plan.append(addition)
    return plan, list(entries.values())


def _plan_article(path: Path, known: _Known) -> AddedArticle:
    data = files.read_bytes(path)
    files.decode(data, path)
    name, digest = path.stem, hashlib.sha256(data).hexdigest()
    problem = None if name in known.entries else name_problem(name)
    if problem:
        raise InputError(f"{name!r} cannot be an id: {problem}", file=path, remedy="Give the file another name.")
    held = known.seeds / path.name
    is_held, entry = held.is_file(), known.entries.get(name)
    if (is_held and files.read_bytes(held) != data) or (entry and (entry.sha256, entry.file) != (digest, path.name)):
        raise InputError(
            f"the project has another article {name}",
            file=path,
            remedy="Name the file differently; an article that was received is never edited.",
        )
    for other, own in ((known.ids.get(name_key(name)), name), (known.files.get(name_key(path.name)), path.name)):
        if other not in (None, own):
            raise InputError(
                f"the project has {other!r}, which some systems cannot tell from {own!r}",
                file=path,
                remedy="Name the file differently, not only in upper and lower case or in how an accent is written.",
            )
    if known.texts.get(digest, name) != name:
        raise InputError(
            f"the project has this text already, as {known.texts[digest]}", file=path, remedy="Leave the file out."
        )
    return AddedArticle(name, path, digest, "unchanged" if is_held and entry else "new")


def _copy(addition: AddedArticle, seeds: Path) -> None:
    target = seeds / addition.source.name
    if target.is_file():
        return
    data = files.read_bytes(addition.source)
    if hashlib.sha256(data).hexdigest() != addition.sha256:
        raise InputError("the file changed while it was read", file=addition.source, remedy="Run the command again.")
    with files.replacing(target) as stream:
        stream.write(data)

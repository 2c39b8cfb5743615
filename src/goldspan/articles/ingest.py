"""Adding articles to a project: byte for byte into its seeds, with one line each in the manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.articles.documents import files_of
from goldspan.corpus.manifest import ManifestEntry, is_plain_name, read_manifest, write_manifest
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
            whose text has another name. Then nothing is written.
    """
    entries = {entry.id: entry for entry in read_manifest(listed)}
    names = {entry.sha256: entry.id for entry in entries.values()}
    plan = []
    for path in files_of(paths, SUFFIXES):
        addition = _plan_article(path, seeds, entries, names)
        entries.setdefault(addition.id, ManifestEntry(addition.id, path.name, addition.sha256))
        names[addition.sha256] = addition.id
        plan.append(addition)
    if apply:
        for addition in plan:
            _copy(addition, seeds)
        write_manifest(listed, entries.values())
    return plan


def _plan_article(path: Path, seeds: Path, entries: dict[str, ManifestEntry], names: dict[str, str]) -> AddedArticle:
    data = files.read_bytes(path)
    files.decode(data, path)
    name, digest = path.stem, hashlib.sha256(data).hexdigest()
    if not name.isprintable() or name != name.strip() or not is_plain_name(name):
        raise InputError(
            f"{name!r} cannot be an id",
            file=path,
            remedy="Name the file without control characters, backslashes, a first dot, and spaces at the edges.",
        )
    held = seeds / path.name
    is_held, entry = held.is_file(), entries.get(name)
    if (is_held and files.read_bytes(held) != data) or (entry and (entry.sha256, entry.file) != (digest, path.name)):
        raise InputError(
            f"the project has another article {name}",
            file=path,
            remedy="Name the file differently; an article that was received is never edited.",
        )
    if names.get(digest, name) != name:
        raise InputError(
            f"the project has this text already, as {names[digest]}", file=path, remedy="Leave the file out."
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

"""Adding articles to a project: byte for byte into its seeds, with one line each in the manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldspan import files
from goldspan.annotation import article_id_problem
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
from goldspan.formats.registry import try_detect

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


def is_annotated(path: Path) -> bool:
    """Whether a path is read as annotation: a file or folder in a known format, unless it holds plain articles."""
    if path.is_dir() and try_detect(path) is None:
        return not any(path.rglob("*.txt")) and any(path.iterdir())
    return path.exists() and try_detect(path) is not None


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
class ArticleRegister:
    """The articles that a project has, and those that are planned, each by what must be its own.

    Args:
        seeds: the folder of the articles as received.
        entries: of the manifest, by id; an article that is planned gets one.
        texts: the id of each text, by its sha256.
        ids: each id, by what some system takes for the same name.
        files: each name of a file, in the same way.
    """

    seeds: Path
    entries: dict[str, ManifestEntry]
    texts: dict[str, str]
    ids: dict[str, str]
    files: dict[str, str]

    @classmethod
    def of(cls, seeds: Path, listed: Path) -> ArticleRegister:
        """The register of a project.

        Args:
            seeds: the folder of the articles as received.
            listed: the manifest.
        """
        entries = {entry.id: entry for entry in read_manifest(listed)}
        held = [path.name for path in seeds.iterdir()] if seeds.is_dir() else []
        return cls(
            seeds,
            entries,
            texts={entry.sha256: entry.id for entry in entries.values()},
            ids={name_key(name): name for name in entries},
            files={name_key(name): name for name in [*held, *(entry.file for entry in entries.values())]},
        )

    def plan(self, name: str, file: str, data: bytes, source: Path) -> AddedArticle:
        """Register an article.

        Args:
            name: its id.
            file: the name of its file in the seeds.
            data: its bytes.
            source: the file that was named, for messages.

        Raises:
            InputError: for a name that cannot be an id on every system or belongs to another text, and for a text that
                the project has under another name.
        """
        files.decode(data, source)
        digest = hashlib.sha256(data).hexdigest()
        problem = None if name in self.entries else name_problem(name) or article_id_problem(name)
        if problem:
            raise InputError(f"{name!r} cannot be an id: {problem}", file=source, remedy="Give it another name.")
        held = self.seeds / file
        is_held, entry = held.is_file(), self.entries.get(name)
        if (is_held and files.read_bytes(held) != data) or (entry and (entry.sha256, entry.file) != (digest, file)):
            raise InputError(
                f"the project has another article {name}",
                file=source,
                remedy="Name it differently; an article that was received is never edited.",
            )
        self._validate_names(name, file, source)
        if self.texts.get(digest, name) != name:
            raise InputError(
                f"the project has this text already, as {self.texts[digest]}", file=source, remedy="Leave it out."
            )
        self.entries.setdefault(name, ManifestEntry(name, file, digest))
        self.texts[digest] = name
        self.ids[name_key(name)] = name
        self.files[name_key(file)] = file
        return AddedArticle(name, source, digest, "unchanged" if is_held and entry else "new")

    def _validate_names(self, name: str, file: str, source: Path) -> None:
        """Refuse a name that some system cannot tell from one that the project has."""
        for other, own in ((self.ids.get(name_key(name)), name), (self.files.get(name_key(file)), file)):
            if other not in (None, own):
                raise InputError(
                    f"the project has {other!r}, which some systems cannot tell from {own!r}",
                    file=source,
                    remedy="Name it differently, not only in upper and lower case or in how an accent is written.",
                )


def _plan(paths: Iterable[Path], seeds: Path, listed: Path) -> tuple[list[AddedArticle], list[ManifestEntry]]:
    """The articles in the order in which they were named, and the manifest with them."""
    register = ArticleRegister.of(seeds, listed)
    plan = [register.plan(path.stem, path.name, files.read_bytes(path), path) for path in files_of(paths, SUFFIXES)]
    return plan, list(register.entries.values())


def _copy(addition: AddedArticle, seeds: Path) -> None:
    target = seeds / addition.source.name
    if target.is_file():
        return
    data = files.read_bytes(addition.source)
    if hashlib.sha256(data).hexdigest() != addition.sha256:
        raise InputError("the file changed while it was read", file=addition.source, remedy="Run the command again.")
    with files.replacing(target) as stream:
        stream.write(data)

"""A release as a rebuild reads it: verified, and without the project that it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files, formats
from goldspan.annotation import article_of
from goldspan.errors import InputError
from goldspan.release.checksums import AGAIN, verify_checksums
from goldspan.release.contents import CHECKSUMS, GOLD, PASSES, RELEASE, STANDOFF, STANDOFF_PASSES
from goldspan.release.description import read_description
from goldspan.release.standoff_tables import read_standoff, read_standoff_passes
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.release.description import ReleasedArticle, ReleaseDescription
    from goldspan.release.standoff_tables import StandoffRow

NAMED = 5  # files that a message names
POINTER = b"version https://git-lfs"
LONGEST_POINTER = 1024  # bytes
GET_POINTED = "Tables are pointers of Git LFS: run `git lfs pull` in the folder, or get the release again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRelease:
    """A release that was read.

    Args:
        folder: of the release.
        description: the content of its `release.json`.
        sha256: of its `SHA256SUMS`, in hexadecimal.
        gold: the rows of `standoff`, split by split, in their order.
        passes: the rows of `standoff_passes`, likewise.
        texts: the examples of gold whose texts it holds, by their ids.
        pass_texts: the annotators' examples whose texts it holds, by annotator and id.
    """

    folder: Path
    description: ReleaseDescription
    sha256: str
    gold: dict[str, list[StandoffRow]]
    passes: dict[str, list[StandoffRow]]
    texts: dict[str, Example]
    pass_texts: dict[tuple[str, str], Example]

    @property
    def articles(self) -> dict[str, ReleasedArticle]:
        """The articles by their ids."""
        return self.description.entries


def read_release(folder: Path) -> ReadRelease:
    """Read a release, after all of its files were compared with its checksums.

    Raises:
        InputError: for a folder that is no release, one of a newer goldspan, and one that is damaged or not whole.
    """
    description = read_description(folder)
    _require_whole(folder)
    scheme = description.scheme
    tables = description.configs
    gold = {
        split: list(read_standoff(folder / STANDOFF / f"{split}.parquet", scheme)) for split in tables.get(STANDOFF, {})
    }
    passes = {
        split: list(read_standoff_passes(folder / STANDOFF_PASSES / f"{split}.parquet", scheme))
        for split in tables.get(STANDOFF_PASSES, {})
    }
    texts: dict[str, Example] = {}
    for split in tables.get(GOLD, {}):
        for record in _records(folder / GOLD / f"{split}.parquet"):
            texts[record.id] = record.example()
    pass_texts: dict[tuple[str, str], Example] = {}
    for split in tables.get(PASSES, {}):
        for record in _records(folder / PASSES / f"{split}.parquet"):
            pass_texts[record.annotator or "", record.id] = record.example()
    found = ReadRelease(
        folder=folder,
        description=description,
        sha256=files.sha256(folder / CHECKSUMS),
        gold=gold,
        passes=passes,
        texts=texts,
        pass_texts=pass_texts,
    )
    _validate(found)
    return found


def _require_whole(folder: Path) -> None:
    if not files.is_there(folder / CHECKSUMS):
        raise InputError(f"is not whole: there is no {CHECKSUMS}", file=folder, remedy=AGAIN)
    if differences := list(verify_checksums(folder)):
        what = f"is not as it was released: {enumerate_names(differences, most=NAMED)}"
        raise InputError(what, file=folder, remedy=GET_POINTED if _has_pointers(folder) else AGAIN)


def _has_pointers(folder: Path) -> bool:
    """Whether a file is what git holds in the place of a large one, which was not downloaded."""
    tables = (path for path in folder.glob("*/*.parquet") if path.is_file() and path.stat().st_size < LONGEST_POINTER)
    return any(files.read_bytes(path).startswith(POINTER) for path in tables)


def _records(path: Path) -> Iterable[formats.record.Record]:
    for record in formats.get("dataset").scan(path, formats.ReadOptions()):
        if isinstance(record, InputError):
            raise record
        yield record


def _validate(release: ReadRelease) -> None:
    """Refuse rows of articles that the release does not list in their split, and examples that are there twice."""
    seen: set[str] = set()
    for config, splits in ((STANDOFF, release.gold), (STANDOFF_PASSES, release.passes)):
        for split, rows in splits.items():
            path = release.folder / config / f"{split}.parquet"
            for row in rows:
                article = release.articles.get(article_of(row.example.id))
                if article is None or article.split != split:
                    what = f"{RELEASE} lists no article {row.article!r:.80} in {split}"
                    raise InputError(what, file=path, example=row.example.id, remedy=AGAIN)
                if config == STANDOFF and row.example.id in seen:
                    raise InputError("is there twice", file=path, example=row.example.id, remedy=AGAIN)
                if config == STANDOFF:
                    seen.add(row.example.id)
                has_text = (
                    row.example.id in release.texts
                    if config == STANDOFF
                    else (row.annotator or "", row.example.id) in release.pass_texts
                )
                if article.may_travel and not has_text:
                    what = f"its text is not in {GOLD if config == STANDOFF else PASSES}"
                    raise InputError(what, file=path, example=row.example.id, remedy=AGAIN)

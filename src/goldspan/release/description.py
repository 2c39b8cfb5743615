"""`release.json`: what a release is, so that a program can use it without the project that it was made of.

It has the version, the labels with what is needed to make their scheme again, the settings by which examples were cut
and fingerprints made, every article with its source and the digest of its file, the articles that were withdrawn, and
how many rows and spans each table has. There is no text of any article in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files, strict_json, validation
from goldspan.annotation import Label, LabelScheme
from goldspan.corpus.manifest import Redistribution, is_plain_name
from goldspan.corpus.withdrawals import Requester  # noqa: TC001  (pydantic reads it)
from goldspan.errors import GoldspanError, InputError
from goldspan.release.contents import RELEASE, SCHEMA
from goldspan.standoff.examples import FingerprintSettings  # noqa: TC001  (pydantic reads it)
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.corpus.manifest import ManifestEntry

REMEDY = "Get the release again: `goldspan release` writes release.json, and nothing changes it."
NEWER = "Install a newer goldspan."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCut:
    """How articles were cut into examples: `[examples]` of `goldspan.toml`."""

    unit: Literal["paragraph", "sentence", "article"]
    tables: Literal["cut", "whole"]
    lists: Literal["cut", "whole"]
    wrapped_lines: Literal["detect", "join", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedArticle:
    """An article of a release, as the manifest states it.

    Args:
        id: of the article.
        file: the name of its file in the seeds folder.
        sha256: of the bytes of the file, in hexadecimal.
        title: its headline.
        publisher: the outlet.
        author: the byline.
        url: where it was published.
        published: the date, as `YYYY-MM-DD`.
        licence: what its readers may do, or who holds the rights.
        redistribution: whether the release holds its text.
        split: that it is in.
    """

    id: str
    file: str
    sha256: str
    title: str | None
    publisher: str | None
    author: str | None
    url: str | None
    published: str | None
    licence: str | None
    redistribution: Redistribution
    split: str

    @classmethod
    def of(cls, entry: ManifestEntry, split: str) -> ReleasedArticle:
        """The article of an entry of the manifest."""
        return cls(
            id=entry.id,
            file=entry.file,
            sha256=entry.sha256,
            title=entry.title,
            publisher=entry.publisher,
            author=entry.author,
            url=entry.url,
            published=entry.published,
            licence=entry.licence,
            redistribution=entry.redistribution,
            split=split,
        )

    @property
    def may_travel(self) -> bool:
        """Whether the release holds its text."""
        return self.redistribution == "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnArticle:
    """An article that was taken out of the corpus because somebody asked for it.

    Args:
        article: the id that it had.
        date: when, as `YYYY-MM-DD`.
        requested_by: who asked for it.
    """

    article: str
    date: str
    requested_by: Requester


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """How many rows and spans a table has."""

    rows: int
    spans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDescription:
    """The content of `release.json`.

    Args:
        schema: of this file and of the tables; see `contents.SCHEMA`.
        title: of the dataset.
        version: of the release.
        date: of the release, as `YYYY-MM-DD`.
        goldspan: the version of goldspan that wrote it.
        language: of the texts, if the label scheme names it.
        guidelines: the version of the label scheme.
        labels: in the order of their class ids.
        examples: how articles were cut.
        policy: what `ner_tags` hold where a token cuts a span; see `goldspan.tokens.tags`.
        fingerprints: how those of the windows were made.
        articles: split by split, in the order of the lists.
        withdrawn: in the order of their file.
        configs: per configuration and split the size of its table; one without rows is not there.
    """

    schema: int
    title: str
    version: str
    date: str
    goldspan: str
    language: str | None
    guidelines: str
    labels: list[Label]
    examples: ExampleCut
    policy: Literal["strict", "expand"]
    fingerprints: FingerprintSettings
    articles: list[ReleasedArticle]
    withdrawn: list[WithdrawnArticle]
    configs: dict[str, dict[str, TableSize]]

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme; what checks were to accept is not part of a release."""
        return LabelScheme(
            self.guidelines,
            tuple(self.labels),
            language=self.language or DEFAULT_LANGUAGE,
            is_language_stated=self.language is not None,
        )

    @property
    def entries(self) -> dict[str, ReleasedArticle]:
        """The articles by their ids."""
        return {article.id: article for article in self.articles}

    @property
    def splits(self) -> dict[str, list[str]]:
        """The article ids of each split."""
        found: dict[str, list[str]] = {}
        for article in self.articles:
            found.setdefault(article.split, []).append(article.id)
        return found

    def text(self) -> str:
        """The content of the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def read_description(folder: Path) -> ReleaseDescription:
    """What the release in a folder is.

    Args:
        folder: of the release.

    Raises:
        InputError: for a folder that is no release, a release of a newer goldspan, and what is not valid, naming the
            key.
    """
    path = folder / RELEASE
    if not folder.is_dir() or not files.is_there(path):
        raise InputError("is no release: there is no release.json", file=folder, remedy="Name a folder of a release.")
    raw = files.read_bytes(path)
    _require_schema(raw, path)
    description = validation.parse_json(raw, ReleaseDescription, path, 1, REMEDY)
    _validate(description, path)
    return description


def _require_schema(raw: bytes, path: Path) -> None:
    """Require of the file that this version of goldspan can read it, whatever else is new in it."""
    try:
        value: Any = strict_json.loads(raw)
    except strict_json.JSONError as error:
        raise InputError(f"not JSON: {error}", file=path, line=error.line, remedy=error.remedy or REMEDY) from None
    schema = value.get("schema") if isinstance(value, dict) else None
    if type(schema) is int and 0 < schema < SCHEMA:
        raise InputError(
            f"is of schema {schema}, whose tables do not state who saw suggestions; this goldspan reads {SCHEMA}",
            file=path,
            remedy="Release the version again, or read it with the version of goldspan that the file names.",
        )
    if type(schema) is int and schema > SCHEMA:
        raise InputError(
            f"is of schema {schema}; this version of goldspan reads up to {SCHEMA}", file=path, remedy=NEWER
        )


def _validate(description: ReleaseDescription, path: Path) -> None:
    """Refuse what no release has: a file elsewhere, an article twice, labels that are no scheme."""
    seen: set[str] = set()
    for article in description.articles:
        for name in (article.id, article.file, article.split):
            if not name or not is_plain_name(name):
                raise InputError(f"{name!r} is no plain name", file=path, remedy=REMEDY)
        if article.id in seen:
            raise InputError(f"the article {article.id!r} is listed twice", file=path, remedy=REMEDY)
        seen.add(article.id)
    for name in (*description.configs, *(split for splits in description.configs.values() for split in splits)):
        if not name or not is_plain_name(name):
            raise InputError(f"{name!r} is no plain name", file=path, remedy=REMEDY)
    try:
        _ = description.scheme
    except GoldspanError as error:
        raise InputError(error.message, file=path, remedy=REMEDY) from None

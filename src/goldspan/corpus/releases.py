"""`corpus/releases/<version>.jsonl`: what the annotation was when a version was released.

The first line says what the release was, each further one has an example of its gold:

    {"version": "1.0", "date": "2026-12-01", "guidelines": "1.1", "articles": {"isw-20230512": "9f2c…"},
     "splits": {"isw-20230512": "train"}}
    {"id": "isw-20230512.p03", "at": 1043, "length": 54, "sha256": "77ab…", "spans": [[16, 44, "MILITARY_UNIT"]],
     "decisions": [[16, 44, "MU-5"]]}

There are no words of any text in it, so it may stay where a text has to go. By it the next release says what has
changed, and a version that was released cannot become another one unnoticed. The files belong into git.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import InvalidVersion, Version

from goldspan import files
from goldspan.annotation import article_of
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

FOLDER = "releases"
REMEDY = "Restore the file from git: `goldspan release --apply` writes it once, and nothing changes it."


class ReleasedSpan(NamedTuple):
    """A span of gold, in code points of the text of its example."""

    start: int
    end: int
    label: str


class DecidedRegion(NamedTuple):
    """A region of an example that somebody decided, in code points of its text, and by which rule, if one is stated."""

    start: int
    end: int
    rule: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedExample:
    """An example of the gold of a release.

    Args:
        id: of the example.
        at: where its text begins in the article, in code points.
        length: of its text, in code points.
        sha256: of its text in UTF-8, in hexadecimal.
        spans: sorted.
        decisions: the regions of it that somebody decided, sorted.
    """

    id: str
    at: int
    length: int
    sha256: str
    spans: list[ReleasedSpan]
    decisions: list[DecidedRegion]

    @property
    def article(self) -> str:
        """The id of its article."""
        return article_of(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """A version that was released.

    Args:
        version: of the corpus.
        date: of the release, as `YYYY-MM-DD`.
        guidelines: the version of the label scheme.
        articles: the SHA-256 of the file of each article with gold in it, in hexadecimal.
        examples: of its gold, in the order of the manifest.
        splits: the split of each article.
    """

    version: str
    date: str
    guidelines: str
    articles: dict[str, str]
    examples: tuple[ReleasedExample, ...]
    splits: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The content of its file."""
        head = {
            "version": self.version,
            "date": self.date,
            "guidelines": self.guidelines,
            "articles": dict(sorted(self.articles.items())),
            "splits": dict(sorted(self.splits.items())),
        }
        return "".join(f"{files.dumps(row)}\n" for row in (head, *map(asdict, self.examples)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The first line of a file."""

    version: str
    date: str
    guidelines: str
    articles: dict[str, str]
    splits: dict[str, str]


def parse_version(version: str) -> Version:
    """A version as what can be compared with others.

    Raises:
        InvalidValueError: for what is no version.
    """
    try:
        return Version(version)
    except InvalidVersion:
        raise InvalidValueError(
            f"{version!r} is no version of a release",
            remedy="Write numbers with dots, such as 1.0 or 1.2.1; what is tried out first may be 1.0rc1.",
        ) from None


def read_releases(folder: Path) -> list[ReleaseRecord]:
    """The releases of a project, the first version first; none without the folder.

    Args:
        folder: `corpus/releases/` of the project.

    Raises:
        InputError: naming file and line, for what is no record of a release.
    """
    records = [read_release(path) for path in release_files(folder)]
    return sorted(records, key=lambda record: parse_version(record.version))


def release_files(folder: Path) -> list[Path]:
    """The files of the releases of a project, in the order of their names; none without the folder."""
    return sorted(folder.glob("*.jsonl"))


def read_release(path: Path) -> ReleaseRecord:
    """The release in a file.

    Raises:
        InputError: naming file and line, for what is no record of a release.
    """
    from goldspan import validation  # here, since it imports pydantic

    lines = list(files.lines(files.read_bytes(path)))
    if not lines:
        raise InputError("is empty", file=path, remedy=REMEDY)
    head = validation.parse_json(lines[0][1], _Head, path, 1, REMEDY)
    if head.version != path.name.removesuffix(".jsonl"):
        raise InputError(f"is of version {head.version!r}, not of that of its name", file=path, line=1, remedy=REMEDY)
    try:
        parse_version(head.version)
    except InvalidValueError as error:
        raise InputError(str(error), file=path, line=1, remedy=REMEDY) from None
    if unknown := sorted(head.splits.keys() - head.articles.keys()):
        raise InputError(f"{unknown[0]!r} has a split and is no article of it", file=path, line=1, remedy=REMEDY)
    examples: dict[str, ReleasedExample] = {}
    for number, raw in lines[1:]:
        one = validation.parse_json(raw, ReleasedExample, path, number, REMEDY)
        if problem := "its id is there twice" if one.id in examples else _problem(one, head.articles):
            raise InputError(problem, file=path, line=number, example=one.id, remedy=REMEDY)
        examples[one.id] = one
    return ReleaseRecord(
        version=head.version,
        date=head.date,
        guidelines=head.guidelines,
        articles=head.articles,
        examples=tuple(examples.values()),
        splits=head.splits,
    )


def _problem(one: ReleasedExample, articles: Container[str]) -> str | None:
    """Why a line cannot be an example of a release, as a clause; None if it can."""
    extents = [(start, end) for start, end, _ in (*one.spans, *one.decisions)]
    problems = (
        (f"the first line has no article {one.article!r}", one.article not in articles),
        (f"it begins at {one.at} and has {one.length} code points", one.at < 0 or one.length < 0),
        ("a span or a decision is not in its text", any(not 0 <= start < end <= one.length for start, end in extents)),
        ("its spans are not sorted, or one is there twice", sorted(set(one.spans)) != one.spans),
    )
    return next((problem for problem, is_so in problems if is_so), None)

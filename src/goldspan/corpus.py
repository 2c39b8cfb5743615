"""The folders of a project, and what is read from them.

seeds/                          the articles as received
annotation_guidelines/          labels.toml and the pages
corpus/manifest.jsonl           what each article is
corpus/gold/<article>.jsonl
corpus/passes/<annotator>/<article>.jsonl
corpus/decisions/<article>.jsonl  how what the annotators disputed was settled
corpus/splits/<split>.txt       article ids, one a line
corpus/controls/<project>.txt   ids of the examples with gold that test the annotators of a project in Doccano
build/                          derived, never edited

`manifest.jsonl`: a line per article, what it is and whence it came.

What an article does not say of itself is null, never guessed.

What counts of an annotator's work: the one rule that agreement, adjudication and the checks go by.

In a file that has the key `confirmed` in some line, those lines count in which it is true: a line without it was never
opened. In a file that has it nowhere all lines count. What was rejected or ignored in Prodigy counts nowhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

from goldspan import files, formats
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import gold, labels_toml, prodigy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from goldspan.annotation import Example, LabelScheme
    from goldspan.formats.record import Record


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One article of the corpus.

    Args:
        id: the article's id; its gold is `gold/<id>.jsonl`.
        file: the name of its file in the seeds folder.
        sha256: of the file's bytes, in hexadecimal.
        title: its headline.
        publisher: the outlet.
        author: the byline.
        url: where it stood.
        published: the date, as `YYYY-MM-DD`.
        licence: what its reader may do, or who holds the rights.
        guidelines: the version of the guidelines that its gold follows; null before it has gold.
    """

    id: str
    file: str
    sha256: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    licence: str | None = None
    guidelines: str | None = None


MANIFEST_KEYS = tuple(field.name for field in fields(ManifestEntry))
REQUIRED = ("id", "file", "sha256")
MANIFEST_REMEDY = f"Each line is a JSON object with the keys {', '.join(MANIFEST_KEYS)}."


def read_manifest(path: Path) -> list[ManifestEntry]:
    """The entries, in the order of the file.

    Raises:
        InputError: naming the line, if one is broken, has an id or file that is a path, or repeats an id.
    """
    entries: dict[str, ManifestEntry] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        entry = _entry(raw, path, number)
        if entry.id in entries:
            raise InputError(
                f"the article {entry.id!r} is listed twice",
                file=path,
                line=number,
                remedy="Remove one of the two lines.",
            )
        entries[entry.id] = entry
    return list(entries.values())


def write_manifest(path: Path, entries: Iterable[ManifestEntry]) -> bool:
    """Write the entries, sorted by id; False if nothing changed."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    return files.write(path, "".join(files.dumps(asdict(entry)) + "\n" for entry in ordered))


def _entry(raw: bytes, path: Path, number: int) -> ManifestEntry:
    try:
        value = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise InputError(f"not a line of JSON: {error}", file=path, line=number, remedy=MANIFEST_REMEDY) from None
    wrong = (
        not isinstance(value, dict) or set(value) - set(MANIFEST_KEYS) or any(not value.get(key) for key in REQUIRED)
    )
    if wrong or not all(item is None or isinstance(item, str) for item in value.values()):
        raise InputError("not the entry of an article", file=path, line=number, remedy=MANIFEST_REMEDY)
    entry = ManifestEntry(**value)
    for what in (entry.id, entry.file):
        if "/" in what or "\\" in what or what.startswith("."):
            raise InputError(
                f"{what!r} is a path, not a name",
                file=path,
                line=number,
                remedy="Ids and files are plain names inside their folder.",
            )
    return entry


SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Corpus:
    """A project folder: one that holds `corpus/manifest.jsonl`."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Corpus:
        """The project around a folder: the folder itself or the nearest one above it.

        Raises:
            NotFoundError: if there is none.
        """
        here = (start or Path.cwd()).absolute()
        for folder in (here, *here.parents):
            if (folder / "corpus" / "manifest.jsonl").is_file():
                return cls(folder)
        raise NotFoundError(
            "no corpus/manifest.jsonl here or in any folder above",
            file=here,
            remedy="Change into a goldspan project, or name it with --root.",
        )

    @classmethod
    def create(cls, root: Path) -> Corpus:
        """A new project in a new or empty folder: its folders, an empty manifest, a label scheme to edit.

        Raises:
            InputError: if something is there already.
        """
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise InputError("is not an empty folder", file=root, remedy="Choose a new folder for the project.")
        made = cls(root.absolute())
        for folder in (made.seeds, made.gold, made.passes, made.guidelines):
            folder.mkdir(parents=True)
        files.write(made.guidelines / "labels.toml", labels_toml.TEMPLATE)
        files.write(root / ".gitignore", "/build/\n")
        files.write(root / ".gitattributes", "seeds/** -text\ncorpus/** -text\n")
        files.write(made.folder / "manifest.jsonl", "")
        return made

    @property
    def seeds(self) -> Path:
        """The articles as received."""
        return self.root / "seeds"

    @property
    def guidelines(self) -> Path:
        """The label scheme and its pages."""
        return self.root / "annotation_guidelines"

    @property
    def folder(self) -> Path:
        """The curated data."""
        return self.root / "corpus"

    @property
    def gold(self) -> Path:
        """The gold, a file per article."""
        return self.folder / "gold"

    @property
    def passes(self) -> Path:
        """The annotators' passes, a folder each."""
        return self.folder / "passes"

    @property
    def decisions(self) -> Path:
        """How disputes were settled, a file per article."""
        return self.folder / "decisions"

    @property
    def controls(self) -> Path:
        """Which examples test the annotators, a list per project in Doccano."""
        return self.folder / "controls"

    @property
    def build(self) -> Path:
        """What is derived: safe to delete."""
        return self.root / "build"

    @cached_property
    def scheme(self) -> LabelScheme:
        """The label scheme."""
        return labels_toml.read(self.guidelines / "labels.toml")

    @cached_property
    def entries(self) -> list[ManifestEntry]:
        """The manifest."""
        return read_manifest(self.folder / "manifest.jsonl")

    def select_entries(self, articles: Collection[str] | None = None) -> list[ManifestEntry]:
        """The manifest's entries of these article ids, or all of them, in the order of the manifest.

        Raises:
            InputError: for an id that the manifest does not list, with the most similar ids; for an empty manifest.
        """
        by_id = {entry.id: entry for entry in self.entries}
        manifest = self.folder / "manifest.jsonl"
        for name in articles or ():
            if name not in by_id:
                similar = get_close_matches(name, by_id, n=3) or list(by_id)[:3]
                remedy = f"Similar ids: {', '.join(similar)}."
                raise InputError(f"there is no article {name!r}", file=manifest, remedy=remedy)
        if not by_id:
            raise InputError("lists no article", file=manifest, remedy="Add some: goldspan add PATH... --apply")
        return [entry for entry in by_id.values() if articles is None or entry.id in articles]

    def source(self, entry: ManifestEntry) -> str:
        """The decoded text of an article."""
        path = self.seeds / entry.file
        return files.decode(files.read_bytes(path), path)

    def gold_examples(self, articles: Iterable[str] | None = None) -> Iterator[Example]:
        """The gold of these articles, or of all in the order of the manifest; articles without gold are left out.

        Raises:
            InputError: for the first line that is not valid.
        """
        return self._examples(self.gold, articles)

    def annotators(self) -> list[str]:
        """The names of the passes, sorted."""
        return sorted(p.name for p in self.passes.iterdir() if p.is_dir()) if self.passes.is_dir() else []

    def pass_examples(self, annotator: str, articles: Iterable[str] | None = None) -> Iterator[Example]:
        """The examples of one annotator's pass, likewise."""
        return self._examples(self.passes / annotator, articles)

    def splits(self) -> dict[str, list[str]]:
        """The article ids of each split, as listed; empty where nothing was split yet."""
        return {name: self.read_split(name) for name in SPLITS}

    def split_file(self, name: str) -> Path:
        """The id list of a split."""
        return self.folder / "splits" / f"{name}.txt"

    def read_split(self, name: str) -> list[str]:
        """The ids of one split; empty if it has no file.

        Raises:
            InputError: for a line that is not one id.
        """
        return id_list(self.split_file(name), "article")

    def _examples(self, folder: Path, articles: Iterable[str] | None) -> Iterator[Example]:
        for article in (entry.id for entry in self.entries) if articles is None else articles:
            path = folder / f"{article}.jsonl"
            if path.is_file():
                yield from formats.load(path)


def id_list(path: Path, what: str) -> list[str]:
    """The ids of a list, one a line; empty if there is no such file.

    Args:
        path: the file.
        what: the ids are of, for the message.

    Raises:
        InputError: for a line that is not one id.
    """
    if not path.is_file():
        return []
    ids = []
    for number, raw in files.lines(files.read_bytes(path)):
        ids.append(raw.decode("utf-8", "replace"))
        if not ids[-1] or ids[-1] != ids[-1].strip():
            remedy = f"This is a list of {what} ids, one a line."
            raise InputError(f"{ids[-1]!r} is no {what} id", file=path, line=number, remedy=remedy)
    return ids


Cause: TypeAlias = Literal["unconfirmed", "rejected", "ignored"]
KEY = "confirmed"
CAUSES = {"reject": "rejected", "ignore": "ignored"}  # what Prodigy answers, and how it reads
REMEDY = "Write true where the annotator confirmed the example, else false."


class LocatedExample(Protocol):
    """An example, and where it stands."""

    @property
    def example(self) -> Example:
        """The example."""

    @property
    def file(self) -> Path | None:
        """The file it is in, if it comes from one."""

    @property
    def line(self) -> int | None:
        """The line in that file, from 1."""


def is_said(examples: Iterable[Example | Record]) -> bool:
    """Whether a file says what was confirmed: whether some line of it has the key."""
    return any(KEY in one.extra for one in examples)


def is_boolean(example: Example | Record) -> bool:
    """Whether a line has no confirmation, or one that is true or false."""
    return isinstance(example.extra.get(KEY, True), bool)


def cause(placed: LocatedExample, *, said: bool) -> Cause | None:
    """Why an example does not count; None if it does.

    Args:
        placed: the example.
        said: whether its file says what was confirmed.

    Raises:
        InputError: for a confirmation that is neither true nor false.
    """
    example = placed.example
    answer = prodigy.answer(example)
    if answer != "accept":
        return cast("Cause", CAUSES.get(answer, "ignored"))
    if not is_boolean(example):
        raise InputError(
            f"{KEY!r} is {example.extra[KEY]!r:.60}, neither true nor false",
            file=placed.file,
            line=placed.line,
            example=example.id,
            remedy=REMEDY,
        )
    return None if example.extra.get(KEY, not said) else "unconfirmed"


def confirmed(corpus: Corpus, annotator: str, articles: Iterable[str]) -> Iterator[Example]:
    """The examples of an annotator's pass that count, article by article.

    Raises:
        InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
    """
    for article in articles:
        path = corpus.passes / annotator / f"{article}.jsonl"
        if path.is_file():
            yield from (one.example for one in _counting(path))


def _counting(path: Path) -> Iterator[LocatedExample]:
    placed = [_Line(record) for record in gold.scan(path)]
    said = is_said(one.example for one in placed)
    return (one for one in placed if cause(one, said=said) is None)


class _Line:
    """A line of a pass, as a valid example."""

    def __init__(self, record: Record | InputError) -> None:
        if isinstance(record, InputError):
            raise record
        self.example, self.file, self.line = record.example(), record.file, record.line

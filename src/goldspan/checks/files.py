"""What every line must be: an example, in the one form that the tools write, and there once.

These hold for gold and for an annotator's pass alike.

Every example is a paragraph of its article, and gold has them all.

The articles as received, the manifest that lists them, and the files that annotate them.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.annotation import article_of
from goldspan.articles.paragraphs import examples_of
from goldspan.checks.check import CheckResult, check
from goldspan.checks.project import readable_records, sha256
from goldspan.corpus.manifest import read_manifest, write_manifest
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import gold
from goldspan.formats.json_lines import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from goldspan.annotation import Example
    from goldspan.checks.project import ProjectFiles
    from goldspan.formats.record import Record

MANIFEST = "manifest.jsonl"


@check(
    "bad-line",
    "line",
    title="A line cannot be read, or is no example, no entry of the manifest, no article id",
    why="Nothing can be said of it, and nothing that stands in it counts.",
    remedy="Repair or remove the line; the message says what is missing.",
)
def bad_line(record: Record) -> str | None:
    """Why a record of the right shape can be no example, whatever its spans are."""
    if not record.id:
        return "the id is empty"
    if record.at < 0:
        return f"the text cannot begin at {record.at}"
    words = (record.id, record.text, *(word for span in record.spans for word in (span.label, span.surface or "")))
    if not all(_is_unicode(word) for word in words):
        return "holds half of a UTF-16 pair, which is no character"
    return None


@check(
    "duplicate-example",
    "set",
    title="Two examples of a folder have the same id",
    why="Whatever is said of one would be taken for the other: agreement, splits and corrections go by the id.",
    remedy="Remove one of the two, or give it the id that its article and paragraph say.",
)
def duplicate_example(record: Record, seen: dict[str, tuple[Path, int | None]]) -> str | None:
    """Whether the id was there before; `seen` says where and is kept up to date."""
    file, line = seen.setdefault(record.id, (record.file, record.line))
    if (file, line) == (record.file, record.line):
        return None
    return f"the id is there already, in {file.name}" + ("" if line is None else f":{line}")


@check(
    "non-canonical",
    "file",
    title="A file of the corpus is not, byte for byte, what the tools would write",
    why="The next command that writes it would change lines that nobody touched, and the diff would hide what matters.",
    remedy="Write the line as the tools do: keys in order, spans sorted, one blank after each comma and colon.",
)
def non_canonical(path: Path) -> Iterator[CheckResult]:
    """The first difference of a manifest, a split or a gold file."""
    if path.name == MANIFEST:
        return _whole(path, _manifest(path))
    return _whole(path, _split(path)) if path.suffix == ".txt" else _gold(path)


LINE_CHECKS = (bad_line, duplicate_example, non_canonical)


def _gold(path: Path) -> Iterator[CheckResult]:
    """The first line that differs, and how many more; lines that are no example are for the other checks."""
    first, more, last = None, 0, None
    for number, raw in numbered(path):
        try:
            record = gold.parse(raw, path, number)
        except InputError:
            continue
        if bad_line.test(record):
            continue
        message = _difference(raw, record) or _disorder(record, last)
        last = record
        if message and first is None:
            first = CheckResult(message, path, number, record.id)
        else:
            more += message is not None
    if first is not None:
        yield first._replace(message=first.message + (f"; {more} more line(s) differ, too" if more else ""))
    elif last is not None and not _ends_with_newline(path):
        yield CheckResult("the last line does not end with a newline", path, last.line)


def _disorder(record: Record, last: Record | None) -> str | None:
    behind = last is not None and record.at < last.at and article_of(record.id) == article_of(last.id)
    return "stands behind a later paragraph" if behind else None


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _whole(path: Path, wanted: bytes | None) -> Iterator[CheckResult]:
    """The first line that is not the one wanted; nothing if the file cannot be read at all."""
    if wanted is None or wanted == (data := files.read_bytes(path)):
        return
    pairs = zip_longest(data.split(b"\n"), wanted.split(b"\n"))
    number, found, line = next((n, a, b) for n, (a, b) in enumerate(pairs, 1) if a != b)
    yield CheckResult(_says(found or b"", line or b""), path, number)


def _manifest(path: Path) -> bytes | None:
    try:
        entries = read_manifest(path)
    except InputError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        write_manifest(Path(folder) / MANIFEST, entries)
        return (Path(folder) / MANIFEST).read_bytes()


def _split(path: Path) -> bytes:
    """As `goldspan split` writes it: sorted, an id a line. What stands there twice is for another check."""
    return b"".join(line + b"\n" for line in sorted(raw for _, raw in files.lines(files.read_bytes(path))))


def _difference(raw: bytes, record: Record) -> str | None:
    try:
        line = gold.line(record.example()).encode()[:-1]
    except GoldspanError:
        return None
    except ValueError:
        return "holds a value that JSON cannot write"
    if raw == line:
        return None
    return _says(raw, line)


def _says(found: bytes, wanted: bytes) -> str:
    """Where two lines part, and what stands there."""
    at = next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), min(len(found), len(wanted)))
    here, there = (part[at : at + 20].decode("utf-8", "replace") for part in (found, wanted))
    return f"differs at byte {at}: {here!r} instead of {there!r}"


def _is_unicode(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A file of gold or of a pass beside its article.

    Args:
        path: the file.
        is_gold: whether it is gold, which is complete; a pass may be unfinished.
        records: its lines, as far as they can be read.
        source: the text of the article.
        paragraphs: its paragraphs of text, by id.
    """

    path: Path
    is_gold: bool
    records: tuple[Record, ...]
    source: str
    paragraphs: Mapping[str, Example]

    def named(self, record: Record) -> str | None:
        """What the paragraph that a record holds is called, if there is one."""
        same = (p.id for p in self.paragraphs.values() if (p.at, p.text) == (record.at, record.text))
        return next((f"this is the paragraph {name}" for name in same), None)


@check(
    "text-not-slice",
    "project",
    title="An example is not the paragraph of its article that its id says",
    why="Its spans cannot be led back to the source, and whoever cuts the article anew gets other examples.",
    remedy="Take `at` and `text` from the article; then look at the offsets of the spans again.",
)
def text_not_slice(reading: ArticleFile) -> Iterator[CheckResult]:
    """The examples whose paragraph has another place or other words."""
    for record in reading.records:
        paragraph = reading.paragraphs.get(record.id)
        if paragraph is None or (record.at, record.text) == (paragraph.at, paragraph.text):
            continue
        if reading.source[max(0, record.at) : max(0, record.at) + len(record.text)] != record.text:
            yield CheckResult(f"the article has other words at {record.at}", record.file, record.line, record.id)
        else:
            end = paragraph.at + len(paragraph.text)
            yield CheckResult(
                f"the paragraph is [{paragraph.at}, {end}] of the article", record.file, record.line, record.id
            )


@check(
    "example-unknown",
    "project",
    title="An example has an id that no paragraph of its article has",
    why="It was cut otherwise than the article is cut now, or it is page furniture.",
    remedy="Correct the id if the paragraph has another one, else remove the example.",
)
def example_unknown(reading: ArticleFile) -> Iterator[CheckResult]:
    """The examples of no paragraph."""
    for record in reading.records:
        if record.id not in reading.paragraphs:
            message = reading.named(record) or f"{reading.path.stem} has no such paragraph of text"
            yield CheckResult(message, record.file, record.line, record.id)


@check(
    "example-missing",
    "project",
    title="Gold leaves out a paragraph of its article",
    why="A paragraph that nobody judged looks like one in which nothing is to be marked.",
    remedy="Add the example, with no spans if there is nothing to mark.",
)
def example_missing(reading: ArticleFile) -> Iterator[CheckResult]:
    """The paragraphs that gold does not hold."""
    held = {record.id for record in reading.records}
    for name, paragraph in reading.paragraphs.items() if reading.is_gold else ():
        if name not in held:
            yield CheckResult(f"begins {paragraph.text[:60]!r}", reading.path, None, name)


SLICE_CHECKS = (text_not_slice, example_unknown, example_missing)


def readings(project: ProjectFiles) -> Iterator[ArticleFile]:
    """The files of gold and passes whose article is known and is as it was received, one at a time."""
    for path in project.annotated:
        _, entry = project.entries.get(path.stem, (0, None))
        source = project.source(entry) if entry else None
        if entry and source and sha256(project.corpus.seeds / entry.file) == entry.sha256:
            paragraphs = {example.id: example for example in examples_of(entry.id, source)}
            yield ArticleFile(path, project.is_gold(path), tuple(readable_records(path)), source, paragraphs)


@check(
    "source-missing",
    "project",
    title="The manifest names an article whose file is not in seeds/",
    why="Without its source no offset of the article can be verified.",
    remedy="Put the file back, or remove the entry and its gold.",
)
def source_missing(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries without a file."""
    for line, entry in project.entries.values():
        if not (project.corpus.seeds / entry.file).is_file():
            yield CheckResult(f"there is no {entry.file!r} in {project.corpus.seeds.name}/", project.manifest, line)


@check(
    "unlisted-source",
    "project",
    title="A file in seeds/ is not in the manifest",
    why="Nobody knows what it is and under which licence it stands, and no command will look at it.",
    remedy="Add it with `goldspan add`, or take it out of seeds/.",
)
def unlisted_source(project: ProjectFiles) -> Iterator[CheckResult]:
    """The files that no entry names; hidden ones are passed over."""
    listed = {entry.file for _, entry in project.entries.values()}
    seeds = project.corpus.seeds
    for path in sorted(seeds.iterdir()) if seeds.is_dir() else ():
        if path.name not in listed and not path.name.startswith("."):
            yield CheckResult("the manifest does not list this file", path)


@check(
    "source-hash",
    "project",
    title="An article is not, byte for byte, the one that was received",
    why="Every offset counts from the article as received; one byte more and all that follow it are wrong.",
    remedy="Restore the file as it was received; an edited article is another article with another id.",
)
def source_hash(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries whose file has another hash."""
    for line, entry in project.entries.values():
        path = project.corpus.seeds / entry.file
        if path.is_file() and (found := sha256(path)) != entry.sha256:
            yield CheckResult(f"the SHA-256 of {entry.file} is {found}, not {entry.sha256:.64}", project.manifest, line)


@check(
    "unknown-article",
    "project",
    title="Gold, a pass or a split speaks of an article that the manifest does not have",
    why="Where it comes from and what may be done with it is unknown, and the export leaves it out.",
    remedy="Add the article to the manifest, or correct or remove what speaks of it.",
)
def unknown_article(project: ProjectFiles) -> Iterator[CheckResult]:
    """The files and the lines of splits that speak of strangers."""
    for path in project.annotated:
        if path.stem not in project.entries:
            yield CheckResult(f"the manifest has no article {path.stem!r}", path)
    for split, ids in project.splits.items():
        for line, article in enumerate(ids, 1):
            if article not in project.entries:
                yield CheckResult(f"the manifest has no article {article!r}", project.corpus.split_file(split), line)


@check(
    "missing-gold",
    "project",
    title="The manifest says which guidelines the gold of an article follows, but there is no gold",
    why="Gold was lost, or the entry claims work that was not done.",
    remedy="Put the gold file back, or set `guidelines` to null.",
)
def missing_gold(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries with a version of the guidelines and no gold."""
    for line, entry in project.entries.values():
        if entry.guidelines is not None and not (project.corpus.gold / f"{entry.id}.jsonl").is_file():
            yield CheckResult(f"there is no gold/{entry.id}.jsonl", project.manifest, line)


@check(
    "old-guidelines",
    "project",
    "warning",
    title="The gold of an article follows another version of the guidelines than labels.toml",
    why="Articles that were read by different rules disagree where the rules do.",
    remedy="Read the article again by the guidelines' changelog, then set its version in the manifest.",
)
def old_guidelines(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries of another version."""
    now = project.corpus.scheme.version
    for line, entry in project.entries.values():
        if entry.guidelines is not None and entry.guidelines != now:
            yield CheckResult(
                f"{entry.id} follows the guidelines {entry.guidelines}, not {now}", project.manifest, line
            )


SOURCE_CHECKS = (source_missing, unlisted_source, source_hash, unknown_article, missing_gold, old_guidelines)

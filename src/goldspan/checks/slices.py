"""Every example is a paragraph of its article, and gold has them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.articles import cut
from goldspan.checks.check import Found, check
from goldspan.checks.project import records, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from goldspan.checks.project import Project
    from goldspan.formats.record import Record
    from goldspan.values import Example


@dataclass(frozen=True, slots=True)
class Reading:
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
def text_not_slice(reading: Reading) -> Iterator[Found]:
    """The examples whose paragraph has another place or other words."""
    for record in reading.records:
        paragraph = reading.paragraphs.get(record.id)
        if paragraph is None or (record.at, record.text) == (paragraph.at, paragraph.text):
            continue
        if reading.source[max(0, record.at) : max(0, record.at) + len(record.text)] != record.text:
            yield Found(f"the article has other words at {record.at}", record.file, record.line, record.id)
        else:
            end = paragraph.at + len(paragraph.text)
            yield Found(f"the paragraph is [{paragraph.at}, {end}] of the article", record.file, record.line, record.id)


@check(
    "example-unknown",
    "project",
    title="An example has an id that no paragraph of its article has",
    why="It was cut otherwise than the article is cut now, or it is page furniture.",
    remedy="Correct the id if the paragraph has another one, else remove the example.",
)
def example_unknown(reading: Reading) -> Iterator[Found]:
    """The examples of no paragraph."""
    for record in reading.records:
        if record.id not in reading.paragraphs:
            message = reading.named(record) or f"{reading.path.stem} has no such paragraph of text"
            yield Found(message, record.file, record.line, record.id)


@check(
    "example-missing",
    "project",
    title="Gold leaves out a paragraph of its article",
    why="A paragraph that nobody judged looks like one in which nothing is to be marked.",
    remedy="Add the example, with no spans if there is nothing to mark.",
)
def example_missing(reading: Reading) -> Iterator[Found]:
    """The paragraphs that gold does not hold."""
    held = {record.id for record in reading.records}
    for name, paragraph in reading.paragraphs.items() if reading.is_gold else ():
        if name not in held:
            yield Found(f"begins {paragraph.text[:60]!r}", reading.path, None, name)


CHECKS = (text_not_slice, example_unknown, example_missing)


def readings(project: Project) -> Iterator[Reading]:
    """The files of gold and passes whose article is known and is as it was received, one at a time."""
    for path in project.annotated:
        _, entry = project.entries.get(path.stem, (0, None))
        source = project.source(entry) if entry else None
        if entry and source and sha256(project.corpus.seeds / entry.file) == entry.sha256:
            paragraphs = {example.id: example for example in cut.examples(entry.id, source)}
            yield Reading(path, project.is_gold(path), tuple(records(path)), source, paragraphs)

"""Checks of files: the lines of gold and passes, the paragraphs of articles, the sources and the manifest.

Every line is an example in the one form that the tools write, with an id of its own. Every example is a paragraph of
its article, and gold has all of them. Every article is listed in the manifest and is the file as received.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.annotation import article_of, unit_of
from goldspan.articles.examples import Segmentation, examples_of
from goldspan.checks.check import CheckResult, SeenIds, check
from goldspan.checks.project import readable_records
from goldspan.corpus import assignment_plans, clusters, reading_order, releases, withdrawals
from goldspan.corpus.manifest import read_manifest, unknown_articles, write_manifest
from goldspan.errors import GoldspanError, InputError, InvalidValueError
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
    title="A line cannot be read, or is not an example, an article id, or an entry of the manifest, the clusters, the "
    "reading order, the withdrawals or a release",
    why="It cannot be checked, and its content does not count.",
    remedy="Repair or remove the line; the message says what is missing.",
    required="what cannot be read is in no export and in no count",
)
def bad_line(record: Record) -> str | None:
    """Why a record of the right shape cannot be an example, apart from its spans."""
    if not record.id:
        return "the id is empty"
    if record.at < 0:
        return f"the text cannot begin at {record.at}"
    return None


@check(
    "duplicate-example",
    "set",
    title="Two examples of a folder have the same id",
    why="They would be confused: agreement, splits and corrections identify examples by their id.",
    remedy="Remove one of the two, or give it the id of its article and paragraph.",
    required="nothing tells the two apart, so one would take the place of the other",
)
def duplicate_example(record: Record, seen: SeenIds) -> str | None:
    """Whether an earlier example of the same annotator has the id; `seen` has the place of each and is updated."""
    key, place = (record.id, record.annotator), (record.file, record.line)
    if key not in seen:
        seen[key] = place
        return None
    file, line = seen[key]
    if line is not None and (file, line) == place:
        return None
    return f"the id is already in {file.name}" + ("" if line is None else f":{line}")


@check(
    "non-canonical",
    "file",
    title="A file of the corpus is not byte for byte what the tools would write",
    why="The next command that writes it would change lines that nobody edited, and hide the real change in the diff.",
    remedy="Write the line as the tools do: keys in order, spans sorted, one space after each comma and colon.",
)
def non_canonical(path: Path) -> Iterator[CheckResult]:
    """The first difference of a manifest, a list beside it, a release, an assignment, a split or a gold file."""
    if path.parts[-3:-1] == ("corpus", releases.FOLDER):
        return _whole(path, _release(path))
    if path.parts[-3:-1] == ("corpus", assignment_plans.FOLDER):
        return _whole(path, _assignments(path))
    if path.name in LISTS:
        return _whole(path, LISTS[path.name](path))
    return _whole(path, _split(path)) if path.suffix == ".txt" else _gold(path)


LINE_CHECKS = (bad_line, duplicate_example, non_canonical)


def _gold(path: Path) -> Iterator[CheckResult]:
    """The first line that differs, and the number of others; invalid lines are left to the other checks."""
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
        yield first._replace(message=first.message + (f"; {more} more line(s) differ as well" if more else ""))
    elif last is not None and not _ends_with_newline(path):
        yield CheckResult("the last line does not end with a newline", path, last.line)


def _disorder(record: Record, last: Record | None) -> str | None:
    is_late = last is not None and record.at < last.at and article_of(record.id) == article_of(last.id)
    return "comes after a later paragraph" if is_late else None


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _whole(path: Path, wanted: bytes | None) -> Iterator[CheckResult]:
    """The first line that differs from the content wanted; nothing if that is not known."""
    if wanted is None or wanted == (data := files.read_bytes(path)):
        return
    pairs = zip_longest(data.split(b"\n"), wanted.split(b"\n"))
    number, actual, expected = next((n, a, b) for n, (a, b) in enumerate(pairs, 1) if a != b)
    yield CheckResult(_first_difference(actual or b"", expected or b""), path, number)


def _manifest(path: Path) -> bytes | None:
    try:
        entries = read_manifest(path)
    except InputError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        write_manifest(Path(folder) / MANIFEST, entries)
        return (Path(folder) / MANIFEST).read_bytes()


def _clusters(path: Path) -> bytes | None:
    try:
        lines = clusters.read_clusters(path)
    except InputError:
        return None
    return clusters.content({one.article: one.cluster for one in lines}).encode()


def _order(path: Path) -> bytes | None:
    try:
        return reading_order.content(reading_order.read_order(path)).encode()
    except InputError:
        return None


def _withdrawals(path: Path) -> bytes | None:
    try:
        return withdrawals.content(withdrawals.read_withdrawals(path)).encode()
    except InputError:
        return None


def _assignments(path: Path) -> bytes | None:
    try:
        return assignment_plans.content(assignment_plans.read_assignments(path).values()).encode()
    except InputError:
        return None


def _release(path: Path) -> bytes | None:
    try:
        return releases.read_release(path).text().encode()
    except InputError:
        return None


# What the tools would write for the files of a name; None for one that cannot be read, which another check reports.
LISTS = {
    MANIFEST: _manifest,
    clusters.FILE: _clusters,
    reading_order.FILE: _order,
    withdrawals.FILE: _withdrawals,
}


def _split(path: Path) -> bytes:
    """The content that `goldspan split` would write: sorted ids, one a line. Duplicates are left to another check."""
    return b"".join(line + b"\n" for line in sorted(raw for _, raw in files.lines(files.read_bytes(path))))


def _difference(raw: bytes, record: Record) -> str | None:
    try:
        line = gold.line(record.example()).encode()[:-1]
    except GoldspanError:
        return None
    if raw == line:
        return None
    return _first_difference(raw, line)


def _first_difference(line: bytes, wanted: bytes) -> str:
    """The first byte at which two lines differ, with what follows in each."""
    at = next((i for i, (a, b) in enumerate(zip(line, wanted, strict=False)) if a != b), min(len(line), len(wanted)))
    actual, expected = (part[at : at + 20].decode("utf-8", "replace") for part in (line, wanted))
    return f"differs at byte {at}: {actual!r} instead of {expected!r}"


@dataclass(frozen=True)
class ArticleFile:
    """A file of gold or of a pass, with its article.

    Args:
        path: the file.
        is_gold: whether it is gold, which is complete; a pass may be unfinished.
        records: its lines, as far as they can be read.
        source: the text of the article.
        examples: those of the article by id, without boilerplate.
        unit: what an example is in the project: `paragraph`, `sentence` or `article`.
    """

    path: Path
    is_gold: bool
    records: tuple[Record, ...]
    source: str
    examples: Mapping[str, Example]
    unit: str

    @cached_property
    def of_other_unit(self) -> tuple[Record, ...]:
        """The lines whose ids are those of another unit."""
        own = [record for record in self.records if article_of(record.id) == self.path.stem]
        return tuple(record for record in own if unit_of(record.id) != self.unit)

    @property
    def of_unit(self) -> tuple[Record, ...]:
        """The other lines."""
        return tuple(record for record in self.records if record not in self.of_other_unit)

    def actual_example(self, record: Record) -> str | None:
        """The id of the example with the place and the text of a record, as a message; None if there is none."""
        example = self._by_place.get(record.at)  # examples do not overlap
        return f"this is the {self.unit} {example.id}" if example and example.text == record.text else None

    @cached_property
    def _by_place(self) -> dict[int, Example]:
        return {example.at: example for example in self.examples.values()}


RECUT = "Where [examples] in goldspan.toml, or a rule of segmentation, has changed, `goldspan recut` moves all of it."


@check(
    "unit-mismatch",
    "project",
    title="Gold or a pass has examples of another unit than goldspan.toml",
    why="Nothing that is made of the articles now, in Doccano or as suggestions, has the same examples.",
    remedy="Cut them again with `goldspan recut`, which moves their spans, or set `unit` in goldspan.toml as it was.",
    required="the examples of the export would not be those of the project",
)
def unit_mismatch(article: ArticleFile) -> Iterator[CheckResult]:
    """The first example of another unit, and how many there are."""
    for record in article.of_other_unit[:1]:
        own, more = unit_of(record.id), len(article.of_other_unit) - 1
        message = f"is {'an' if own == 'article' else 'a'} {own}, but an example is {article.unit!r} in [examples]"
        yield CheckResult(message + (f"; {more} more here" if more else ""), record.file, record.line, record.id)


@check(
    "text-not-slice",
    "project",
    title="An example is not the part of its article that has its id",
    why="Its spans cannot be located in the source, and segmenting the article again gives other examples.",
    remedy=f"Take `at` and `text` from the article; then check the offsets of the spans. {RECUT}",
    required="the offsets of the export would lead to other words of the article",
)
def text_not_slice(article: ArticleFile) -> Iterator[CheckResult]:
    """The examples that have another place or another text in the article."""
    for record in article.of_unit:
        example = article.examples.get(record.id)
        if example is None or (record.at, record.text) == (example.at, example.text):
            continue
        if article.source[max(0, record.at) : max(0, record.at) + len(record.text)] != record.text:
            yield CheckResult(f"the article has another text at {record.at}", record.file, record.line, record.id)
        else:
            end = example.at + len(example.text)
            message = f"the {article.unit} is [{example.at}, {end}] of the article"
            yield CheckResult(message, record.file, record.line, record.id)


@check(
    "example-unknown",
    "project",
    title="An example has an id that no paragraph or sentence of its article has",
    why="The article was segmented differently then, or the example is boilerplate.",
    remedy=f"Correct the id if the example has another id, else remove it. {RECUT}",
    required="the offsets of the export would lead to no place in the article",
)
def example_unknown(article: ArticleFile) -> Iterator[CheckResult]:
    """The examples whose id is none of the article's."""
    for record in article.of_unit:
        if record.id not in article.examples:
            message = article.actual_example(record) or f"{article.path.stem} has no such {article.unit}"
            yield CheckResult(message, record.file, record.line, record.id)


@check(
    "example-missing",
    "project",
    title="Gold lacks an example of its article",
    why="Text that nobody annotated looks like text without names.",
    remedy="Decide its disputes, if `goldspan adjudicate` lists any; else add the example, without spans if there is "
    f"nothing to mark. {RECUT}",
)
def example_missing(article: ArticleFile) -> Iterator[CheckResult]:
    """The examples that gold lacks, where what it has is of the same unit."""
    present = {record.id for record in article.records}
    for name, example in article.examples.items() if article.is_gold and not article.of_other_unit else ():
        if name not in present:
            yield CheckResult(f"begins {example.text[:60]!r}", article.path, None, name)


SLICE_CHECKS = (unit_mismatch, text_not_slice, example_unknown, example_missing)


def article_files(project: ProjectFiles) -> Iterator[ArticleFile]:
    """The files of gold and passes whose article is in the manifest and unchanged, one at a time."""
    segmentation = Segmentation.of(project.corpus)
    for path in project.annotated:
        _, entry = project.entries.get(path.stem, (0, None))
        source = project.source(entry) if entry else None
        if entry and source and files.sha256(project.corpus.seeds / entry.file) == entry.sha256:
            examples = {example.id: example for example in _examples(entry.id, source, segmentation)}
            records = tuple(readable_records(path))
            yield ArticleFile(path, project.is_gold(path), records, source, examples, segmentation.settings.unit)


def _examples(article: str, source: str, segmentation: Segmentation) -> list[Example]:
    """The examples of an article; none where its id cannot be that of one, which another check reports."""
    try:
        return examples_of(article, source, segmentation)
    except InvalidValueError:
        return []


@check(
    "source-missing",
    "project",
    title="The manifest names an article whose file is not in seeds/",
    why="Without its source the offsets in the article cannot be verified.",
    remedy="Restore the file, or remove the entry and its gold.",
    required="nothing could verify the offsets of its examples",
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
    why="Its origin and its licence are unknown, and no command reads it.",
    remedy="Add it with `goldspan add`, or remove it from seeds/.",
)
def unlisted_source(project: ProjectFiles) -> Iterator[CheckResult]:
    """The files that no entry names, as its article or as what that was read from, without hidden files."""
    entries = [entry for _, entry in project.entries.values()]
    seeds, received = project.corpus.seeds, project.corpus.received
    folders = {
        seeds: {entry.file for entry in entries} | {received.name},
        received: {entry.received.file for entry in entries if entry.received},
    }
    for folder, listed in folders.items():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in listed and not path.name.startswith("."):
                yield CheckResult("the manifest does not list this file", path)


@check(
    "source-hash",
    "project",
    title="An article is not byte for byte the file that was received",
    why="All offsets refer to the article as received; one more byte makes those after it wrong.",
    remedy="Restore the file as received; an edited article is a new article with a new id.",
    required="nothing could verify the offsets of its examples",
)
def source_hash(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries whose file has another hash, or the file that the article was read from, if that is kept."""
    received: dict[tuple[str, str], int] = {}  # the first line with each: a table has many articles
    for line, entry in project.entries.values():
        if entry.received:
            received.setdefault((entry.received.file, entry.received.sha256), line)
        path = project.corpus.seeds / entry.file
        if path.is_file() and (actual := files.sha256(path)) != entry.sha256:
            yield CheckResult(
                f"the SHA-256 of {entry.file} is {actual}, not {entry.sha256:.64}", project.manifest, line
            )
    for (name, stated), line in received.items():
        path = project.corpus.received / name
        if path.is_file() and (actual := files.sha256(path)) != stated:
            yield CheckResult(
                f"the SHA-256 of {path.parent.name}/{name} is {actual}, not {stated:.64}", project.manifest, line
            )


@check(
    "unknown-article",
    "project",
    title="Gold, a pass, a split, the clusters, the reading order or an assignment has an article that is not in the "
    "manifest",
    why="Its source and its licence are unknown, and the export leaves it out.",
    remedy="Add the article to the manifest, or correct or remove the file or the line.",
    required="its examples would lead back to no source",
)
def unknown_article(project: ProjectFiles) -> Iterator[CheckResult]:
    """The files, and the lines of splits, clusters, reading order and assignments, with unknown articles."""
    for path in project.annotated:
        if path.stem not in project.entries:
            yield CheckResult(f"the manifest has no article {path.stem!r}", path)
    for fault in project.split_faults:
        if fault.kind == "unknown":
            yield CheckResult(fault.message, project.corpus.split_file(fault.split), fault.line)
    for file, lines in (
        (project.corpus.cluster_file, [one.article for one in project.clusters]),
        (project.corpus.order_file, [one.article for one in project.reading_order]),
        *project.assigned_articles.items(),
    ):
        for line, message in unknown_articles(lines, project.entries):
            yield CheckResult(message, file, line)


@check(
    "missing-gold",
    "project",
    title="The manifest has a version of the guidelines for an article without gold",
    why="Gold was lost, or the entry states work that was not done.",
    remedy="Restore the gold file, or set `guidelines` to null.",
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
    why="Articles annotated by different rules disagree where the rules do.",
    remedy=(
        "Read again what `goldspan adjudicate --rule ID` lists for each changed rule, then set the version in the "
        "manifest."
    ),
)
def old_guidelines(project: ProjectFiles) -> Iterator[CheckResult]:
    """The entries of another version."""
    current = project.corpus.scheme.version
    for line, entry in project.entries.values():
        if entry.guidelines is not None and entry.guidelines != current:
            yield CheckResult(
                f"{entry.id} follows the guidelines {entry.guidelines}, not {current}", project.manifest, line
            )


SOURCE_CHECKS = (source_missing, unlisted_source, source_hash, unknown_article, missing_gold, old_guidelines)

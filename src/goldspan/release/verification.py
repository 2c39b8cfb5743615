"""Whether a release is what its papers say: its files, its tables, `croissant.json`, and no text that may not travel.

Programs that load a dataset take much on trust: `mlcroissant validate` passes wrong digests and columns that are not
there. So every statement of a release is compared here with the files themselves, without the project it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from goldspan import files, strict_json
from goldspan.annotation import Example, Finding, Span, article_of
from goldspan.errors import GoldspanError, InputError
from goldspan.export.arrow import features
from goldspan.export.card import read_body
from goldspan.formats.dataset import tag_names
from goldspan.release.checksums import VERSION_CONTROL, verify_checksums
from goldspan.release.citation import cff_problems
from goldspan.release.contents import (
    CARD,
    CITATION,
    CONFIGS,
    CROISSANT,
    GOLD,
    PASSES,
    RELEASE,
    STANDOFF,
    STANDOFF_PASSES,
    VOTES,
    ZENODO,
)
from goldspan.release.description import read_description
from goldspan.release.standoff_tables import SOURCE, read_standoff, read_standoff_passes
from goldspan.release.table_files import read_rows
from goldspan.release.votes import read_votes
from goldspan.standoff.fingerprints import digest
from goldspan.tokens import tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa

    from goldspan.release.description import ReleaseDescription
    from goldspan.release.standoff_tables import StandoffRow

# What each kind of finding means, and what to do about it.
REMEDIES = {
    "release-checksums": "A file is missing, changed or not of the release: get the release again.",
    "release-croissant": "croissant.json states what the tables do not have: get the release again, or write it again.",
    "release-description": "release.json cannot be used, so that no table could be compared: get the release again.",
    "release-papers": "The papers say different things, or are not of their format: write the release again.",
    "release-tables": "A table has other rows, columns or labels than are stated: get the release again.",
    "release-texts": "A text is there that may not travel: do not publish it; write the release again.",
}
TYPES = {
    "sc:Boolean": "is_boolean",
    "sc:Integer": "is_integer",
    "sc:Text": "is_string",
}  # of Arrow, by that of Croissant
Spans = tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Verification:
    """What was compared, and what is wrong.

    Args:
        title: of the dataset; empty if `release.json` cannot be read.
        version: of the release.
        files: how many files it has.
        rows: how many rows its tables have.
        findings: what differs, in the order in which it was found.
    """

    title: str = ""
    version: str = ""
    files: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "title": self.title,
            "version": self.version,
            "files": self.files,
            "rows": self.rows,
            "findings": [
                {
                    "check": one.check,
                    "file": None if one.file is None else str(one.file),
                    "example": one.example,
                    "span": None if one.span is None else list(one.span),
                    "message": one.message,
                    "remedy": REMEDIES[one.check],
                }
                for one in self.findings
            ],
        }


def verify_release(folder: Path) -> Verification:
    """Compare the files of a release with each other.

    Args:
        folder: of the release; it holds `release.json`.
    """
    result = Verification(files=sum(1 for _ in _own_files(folder)))
    result.findings += _guarded("release-checksums", lambda: _checksum_findings(folder))
    try:
        description = read_description(folder)
    except GoldspanError as error:
        result.findings.append(_of_error("release-description", error))
        return result
    result.title, result.version = description.title, description.version
    result.rows = sum(size.rows for splits in description.configs.values() for size in splits.values())
    tables = _Tables(folder, description)
    result.findings += tables.findings()
    result.findings += _guarded("release-croissant", lambda: _croissant_findings(folder, description))
    result.findings += _guarded("release-papers", lambda: _paper_findings(folder, description))
    return result


def _own_files(folder: Path) -> Iterator[Path]:
    """The files of a release, without those that git or the Hub's client put there."""
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).parts[0] not in VERSION_CONTROL:
            yield path


def _guarded(check: str, find: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check, and what it could not read."""
    try:
        yield from find()
    except (GoldspanError, OSError) as error:
        yield _of_error(check, error)


def _of_error(check: str, error: Exception) -> Finding:
    if isinstance(error, GoldspanError):
        file = None if error.file is None else Path(error.file)
        return Finding(check, error.message, file, error.line, error.example)
    return Finding(check, str(error))


def _checksum_findings(folder: Path) -> Iterator[Finding]:
    for difference in verify_checksums(folder):
        name, _, what = difference.partition(" ")
        yield Finding("release-checksums", what, folder / name)


class _Tables:
    """The tables of a release, compared with `release.json` and with each other."""

    def __init__(self, folder: Path, description: ReleaseDescription) -> None:
        self._folder = folder
        self._description = description
        self._scheme = description.scheme
        self._articles = description.entries
        self._gold: dict[str, Spans] = {}  # of `standoff`, by example
        self._digests: dict[str, str] = {}  # of the texts of the examples that are as long as a window
        self._readings: dict[tuple[str, str], Spans] = {}  # of `standoff_passes`, by example and annotator
        self._aided: set[tuple[str, str]] = set()  # those of them that were read with suggestions

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the tables."""
        yield from self._present()
        readers: dict[str, Callable[[Path, str], Iterator[Finding]]] = {
            STANDOFF: self._standoff,
            STANDOFF_PASSES: self._standoff,
            GOLD: self._texts,
            PASSES: self._texts,
            VOTES: self._votes,
        }
        for config, find in readers.items():
            for split in self._description.configs.get(config, {}):
                path = self._folder / config / f"{split}.parquet"
                if files.is_there(path):
                    yield from _guarded("release-tables", partial(find, path, split))

    def _present(self) -> Iterator[Finding]:
        """The tables that are stated and not there, or there and not stated."""
        stated = {
            f"{config}/{split}.parquet" for config, splits in self._description.configs.items() for split in splits
        }
        own = (path for path in _own_files(self._folder) if path.suffix == ".parquet")
        there = {path.relative_to(self._folder).as_posix() for path in own}
        for name in sorted(stated - there):
            yield Finding("release-tables", f"is stated in {RELEASE} and is not there", self._folder / name)
        for name in sorted(there - stated):
            yield Finding("release-tables", f"is not stated in {RELEASE}", self._folder / name)
        for config in self._description.configs:
            if config not in CONFIGS:
                yield Finding("release-tables", f"{config!r:.60} is no configuration", self._folder / RELEASE)

    def _sizes(self, path: Path, rows: int, spans: int) -> Iterator[Finding]:
        stated = self._description.configs[path.parent.name][path.stem]
        for what, found, said in (("rows", rows, stated.rows), ("spans", spans, stated.spans)):
            if found != said:
                yield Finding("release-tables", f"has {found:,} {what}; {RELEASE} states {said:,}", path)

    def _place(self, path: Path, example: str, article: str, split: str) -> Iterator[Finding]:
        """Whether an example belongs to an article that is listed, in this split."""
        if article != article_of(example):
            yield Finding("release-tables", f"is of the article {article!r:.80} by its row", path, example=example)
        elif article not in self._articles or self._articles[article].split != split:
            what = f"{RELEASE} lists no article {article!r:.80} in {split}"
            yield Finding("release-tables", what, path, example=example)

    def _standoff(self, path: Path, split: str) -> Iterator[Finding]:
        of_passes = path.parent.name == STANDOFF_PASSES
        read = read_standoff_passes if of_passes else read_standoff
        rows = spans = 0
        for row in read(path, self._scheme):
            rows += 1
            spans += len(row.example.spans)
            yield from self._place(path, row.example.id, row.article, split)
            yield from self._surfaces(path, row)
            if not of_passes:
                yield from self._source(path, row)
            self._remember(row)
        yield from self._sizes(path, rows, spans)

    def _source(self, path: Path, row: StandoffRow) -> Iterator[Finding]:
        """Where its article came from, if it is stated otherwise: a title could hold anything."""
        if (article := self._articles.get(row.article)) is None:
            return
        for name, stated in zip(SOURCE, row.source, strict=True):
            if stated != getattr(article, name):
                what = f"{name} is another than that in {RELEASE}"
                yield Finding("release-tables", what, path, example=row.example.id)

    def _remember(self, row: StandoffRow) -> None:
        found = tuple((one.span.start, one.span.end, one.span.label) for one in row.example.spans)
        if row.annotator is not None:
            self._readings[row.example.id, row.annotator] = found
            if row.aided:
                self._aided.add((row.example.id, row.annotator))
            return
        self._gold[row.example.id] = found
        if row.example.tokens >= self._description.fingerprints.size:
            self._digests[row.example.id] = row.example.sha256

    def _surfaces(self, path: Path, row: StandoffRow) -> Iterator[Finding]:
        """Words of spans that may not travel, and missing ones of those that may."""
        article = self._articles.get(row.article)
        if article is None:
            return
        for one, surface in zip(row.example.spans, row.surfaces, strict=True):
            if (surface is None) == article.may_travel:
                yield _surface_finding(path, row.example.id, one.span, surface)

    def _texts(self, path: Path, split: str) -> Iterator[Finding]:
        of_passes = path.parent.name == PASSES
        rows = spans = 0
        for number, row in read_rows(path, features(self._scheme, annotator=of_passes)):
            rows += 1
            try:
                spans += len(row["spans"])
                found = [*self._text_row(path, row, split)]
            except (TypeError, ValueError, IndexError):  # a null where there can be none
                found = [Finding("release-tables", f"row {number}: a value is missing or out of its range", path)]
            yield from found
        yield from self._sizes(path, rows, spans)

    def _text_row(self, path: Path, row: Mapping[str, Any], split: str) -> Iterator[Finding]:
        example = row["id"]
        yield from self._place(path, example, row["article"], split)
        article = self._articles.get(row["article"])
        if article is not None and not article.may_travel:
            yield Finding("release-texts", f"is of {article.id!r}, whose text may not travel", path, example=example)
        wrong = [*_text_findings(path, row)]
        yield from wrong or self._tags(path, row)
        yield from self._against_standoff(path, row)

    def _tags(self, path: Path, row: Mapping[str, Any]) -> Iterator[Finding]:
        """Whether the tags of the tokens are those of the spans."""
        names = self._scheme.names
        spans = tuple(Span(one["start"], one["end"], names[one["label"]]) for one in row["spans"])
        offsets = [(one["start"], one["end"]) for one in row["token_offsets"]]
        stated = tag_names(names)
        wanted, _ = tags(Example(row["id"], row["text"], spans), offsets, self._description.policy)
        if [stated[tag] for tag in row["ner_tags"]] != wanted:
            yield Finding("release-tables", "its tags are not those of its spans", path, example=row["id"])

    def _against_standoff(self, path: Path, row: Mapping[str, Any]) -> Iterator[Finding]:
        """Whether an example with its text is the one that is stand-off, too."""
        example, of_passes = row["id"], "annotator" in row
        known = self._readings.get((example, row["annotator"])) if of_passes else self._gold.get(example)
        where = STANDOFF_PASSES if of_passes else STANDOFF
        names = self._scheme.names
        found = tuple((one["start"], one["end"], names[one["label"]]) for one in row["spans"])
        if known is None:
            yield Finding("release-tables", f"is not in {where}", path, example=example)
        elif known != found:
            yield Finding("release-tables", f"has other spans in {where}", path, example=example)
        elif of_passes and row["aided"] != ((example, row["annotator"]) in self._aided):
            yield Finding("release-tables", f"`aided` is otherwise in {where}", path, example=example)
        if example in self._digests and digest(row["text"] or "") != self._digests[example]:
            yield Finding("release-tables", f"has another text than the one whose digest is in {STANDOFF}", path,
                          example=example)  # fmt: skip

    def _votes(self, path: Path, split: str) -> Iterator[Finding]:
        rows = 0
        read: dict[str, set[str]] = {}
        for example, annotator in self._readings:
            read.setdefault(example, set()).add(annotator)
        for one in read_votes(path, self._scheme):
            rows += 1
            span = (one.span.start, one.span.end, one.span.label)
            yield from self._place(path, one.example, one.article, split)
            readers = read.get(one.example, set())
            marked = sorted(name for name in readers if span in self._readings[one.example, name])
            of_aided = [sum((one.example, name) in self._aided for name in names) for names in (marked, readers)]
            if (one.read, [*one.marked_by]) != (len(readers), marked):
                what = (
                    f"{len(marked)} of {len(readers)} marked it in {STANDOFF_PASSES}; here {one.marked} of {one.read}"
                )
                yield Finding("release-tables", what, path, example=one.example, span=span)
            elif [one.aided, one.read_aided] != of_aided:
                what = (
                    f"{of_aided[0]} who marked it and {of_aided[1]} who read it were aided in {STANDOFF_PASSES}; here "
                    f"{one.aided} and {one.read_aided}"
                )
                yield Finding("release-tables", what, path, example=one.example, span=span)
            if one.gold is not None and one.gold != (span in self._gold.get(one.example, ())):
                yield Finding(
                    "release-tables", f"gold is otherwise in {STANDOFF}", path, example=one.example, span=span
                )
            article = self._articles.get(one.article)
            if article is not None and (one.surface is None) == article.may_travel:
                yield _surface_finding(path, one.example, one.span, one.surface)
        yield from self._sizes(path, rows, rows)


def _surface_finding(path: Path, example: str, span: Span, surface: str | None) -> Finding:
    where = (span.start, span.end, span.label)
    if surface is None:
        return Finding("release-tables", "the words of a text that travels are missing", path, None, example, where)
    return Finding("release-texts", "words of a text that may not travel", path, None, example, where)


def _text_findings(path: Path, row: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether spans, surfaces and tokens of an example fit its text."""
    example, text = row["id"], row["text"]
    if not isinstance(text, str):
        yield Finding("release-tables", "has no text", path, example=example)
        return
    for one in row["spans"]:
        start, end = one["start"], one["end"]
        if not 0 <= start < end <= len(text):
            yield Finding("release-tables", f"the span [{start}, {end}] leaves the text", path, example=example)
        elif one["surface"] != text[start:end]:
            what = f"the surface of [{start}, {end}] is not what stands there"
            yield Finding("release-tables", what, path, example=example)
    offsets = row["token_offsets"]
    cut = [text[one["start"] : one["end"]] for one in offsets]
    if cut != row["tokens"] or len(row["ner_tags"]) != len(offsets):
        yield Finding("release-tables", "its tokens do not fit its text", path, example=example)


def _croissant_findings(folder: Path, description: ReleaseDescription) -> Iterator[Finding]:
    path = folder / CROISSANT
    content = _json(path)
    objects = [one for one in _objects(content.get("distribution")) if one.get("@type") == "cr:FileObject"]
    yield from (Finding("release-croissant", what, path) for what in _file_problems(folder, objects, description))
    sets = {str(one.get("@id")): str(one.get("includes")) for one in _objects(content.get("distribution"))
            if one.get("@type") == "cr:FileSet"}  # fmt: skip
    records = {str(one.get("@id")): one for one in _objects(content.get("recordSet"))}
    for config in description.configs:
        if config not in records:
            yield Finding("release-croissant", f"has no record set {config}", path)
    schemas = _schemas(folder)
    for record in records.values():
        for one in _objects(record.get("field")):
            yield from (Finding("release-croissant", what, path) for what in _field_problems(schemas, one, sets))
    for table, schema in schemas.items():
        config = table.partition("/")[0]
        if config in description.configs and config in records:
            for column in sorted({*schema.names} - {*_columns(records[config].get("field"))}):
                yield Finding("release-croissant", f"{config} has no field for the column {column} of {table}", path)


def _columns(fields: object) -> Iterator[str]:
    """The columns that fields read, those within others too."""
    for one in _objects(fields):
        yield str(_object(_object(one.get("source")).get("extract")).get("column"))
        yield from _columns(one.get("subField"))


def _schemas(folder: Path) -> dict[str, pa.Schema]:
    """The schemas of the tables, by path; a file that is no table is a finding of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = {}
    for path in sorted(path for path in _own_files(folder) if path.suffix == ".parquet"):
        try:
            found[path.relative_to(folder).as_posix()] = pq.read_schema(path)
        except (OSError, pa.ArrowException):
            continue
    return found


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _file_problems(
    folder: Path, objects: Iterable[Mapping[str, Any]], description: ReleaseDescription
) -> Iterator[str]:
    """What is wrong with the files that are listed."""
    stated = {str(one.get("contentUrl")): one for one in objects}
    tables = {f"{config}/{split}.parquet" for config, splits in description.configs.items() for split in splits}
    for name in sorted(tables - stated.keys()):
        yield f"does not list {name}"
    for name, one in stated.items():
        if not _is_inside(name) or not files.is_there(folder / name):
            yield f"lists {name!r:.80}, which is not there"
        elif one.get("sha256") != files.sha256(folder / name):
            yield f"states a digest of {name} that is not its own"


def _is_inside(name: str) -> bool:
    return not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts


def _field_problems(schemas: Mapping[str, pa.Schema], one: Mapping[str, Any], sets: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a field: columns that its tables do not have, or have with another type."""
    for part in _objects(one.get("subField")):
        yield from _field_problems(schemas, {"isArray": one.get("isArray"), **part}, sets)
    source = _object(one.get("source"))
    column = _object(source.get("extract")).get("column")
    if column is None:
        return
    name, pattern = f"{one.get('@id')}", sets.get(str(_object(source.get("fileSet")).get("@id")), "")
    tables = [table for table in schemas if fnmatchcase(table, pattern)]
    if not tables:
        yield f"the field {name} reads files that are not there"
    inner = _object(source.get("transform")).get("jsonPath")
    for table in tables:
        kind, problem = _column_type(schemas[table], str(column), inner, is_array=one.get("isArray") is True)
        problem = problem or _type_problem(one.get("dataType"), kind)
        if problem:
            yield f"the field {name} {problem} in {table}"


def _column_type(
    schema: pa.Schema, column: str, part: object, *, is_array: bool
) -> tuple[pa.DataType | None, str | None]:
    """The type of a column, or of a part within it, and what is wrong with either."""
    if column not in schema.names:
        return None, f"reads the column {column!r:.60}, which is not"
    kind = schema.field(column).type
    within = getattr(kind, "value_type", None)
    if is_array != (within is not None):
        return None, f"is {'a list' if is_array else 'no list'}, other than"
    kind = kind if within is None else within
    if part is None:
        return kind, None
    names = [kind.field(number).name for number in range(kind.num_fields)]
    if part not in names:
        return None, f"reads the part {part!r:.60} of {column!r:.60}, which is not"
    return kind.field(names.index(part)).type, None


def _type_problem(stated: object, kind: pa.DataType | None) -> str | None:
    import pyarrow as pa

    names = [name for name in (stated if isinstance(stated, list) else [stated]) if isinstance(name, str)]
    wanted = [TYPES[name] for name in names if name in TYPES]
    if kind is None or not wanted or kind.num_fields or not all(getattr(pa.types, name)(kind) for name in wanted):
        return f"is of the type {stated!r:.60}, and {kind!s:.60}"
    return None


def _paper_findings(folder: Path, description: ReleaseDescription) -> Iterator[Finding]:
    cff = folder / CITATION
    yield from (Finding("release-papers", problem, cff) for problem in cff_problems(cff))
    stated = {
        cff: _yaml(cff),
        folder / ZENODO: _json(folder / ZENODO),
        folder / CROISSANT: _json(folder / CROISSANT),
    }
    keys = {
        "title": ("title", "name"),
        "version": ("version",),
        "date": ("date-released", "publication_date", "datePublished"),
    }
    for path, content in stated.items():
        for what, names in keys.items():
            found = next((content[name] for name in names if name in content), None)
            if found != getattr(description, what):
                yield Finding("release-papers", f"states the {what} {found!r:.80}, other than {RELEASE}", path)
    yield from _card_findings(folder, description)


def _json(path: Path) -> dict[str, Any]:
    """The keys of a file of JSON.

    Raises:
        InputError: for what is not JSON, or no object.
    """
    try:
        content = strict_json.loads(files.read_bytes(path))
    except strict_json.JSONError as error:
        raise InputError(f"not JSON: {error}", file=path, line=error.line) from None
    if not isinstance(content, dict):
        raise InputError("is no JSON object", file=path)
    return content


def _yaml(path: Path) -> dict[str, Any]:
    """The keys of a file of YAML; none for what `cff_problems` refuses."""
    try:
        content = yaml.safe_load(files.decode(files.read_bytes(path), path))
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}


def _card_findings(folder: Path, description: ReleaseDescription) -> Iterator[Finding]:
    """Whether the header of the card has each table, by which `datasets` and the Hub find them."""
    path = folder / CARD
    header, _ = read_body(path)
    found = {
        str(table.get("path")) for one in _objects(header.get("configs")) for table in _objects(one.get("data_files"))
    }
    tables = {f"{config}/{split}.parquet" for config, splits in description.configs.items() for split in splits}
    for name in sorted(tables ^ found):
        what = "is not in its header" if name in tables else f"is in its header and not in {RELEASE}"
        yield Finding("release-papers", f"{name!r:.80} {what}", path)

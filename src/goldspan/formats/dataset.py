"""Hugging Face datasets: rows of `tokens` and `ner_tags`, or of a `text` with spans, as Parquet, Arrow or JSONL.

A file, a folder that `load_dataset` opens, or one that `save_to_disk` wrote (`goldspan.formats.dataset_files`). Labels
and tags that are numbers get their names from the features in the file's schema, in `dataset_info.json` or in the
README; without names they are refused. The rows are read as JSON rows are (`goldspan.formats.rows`).

What is written is one Parquet file: the name given if it ends in `.parquet`, else `data/train-00000-of-00001.parquet`
in a folder of that name, which `load_dataset` opens. Its columns are those of `goldspan export`: `text` and `spans`,
which hold every span with its offsets in code points, and `tokens` and `ner_tags` for training, in IOB2. Where spans
overlap, `ner_tags` is null. `goldspan_extra` holds further keys.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json, tokens
from goldspan.annotation import first_overlap
from goldspan.errors import GoldspanError, InputError
from goldspan.formats import rows
from goldspan.formats.dataset_files import INFO, SPLITS, SUFFIXES, card_metadata, choose, is_dataset_folder
from goldspan.formats.json_rows import JsonRow, scan_rows
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import RawSpan, Record, changed
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample
    from goldspan.iob import SchemeFit

EXTRA = "goldspan_extra"
AIDED = "aided"  # the column of a table of passes: whether the annotator saw suggestions; a key of lines of passes, too
FILE = "data/train-00000-of-00001.parquet"
MAGIC = {b"PAR1": "Parquet", b"ARRO": "Arrow", b"\xff\xff\xff\xff": "Arrow"}
OWN_COLUMNS = ("id", "at", "text", "spans", "tokens", "token_offsets", "ner_tags")
REMEDY = "Name a Parquet or Arrow file, or a folder that load_dataset opens."
NAMES_REMEDY = "Write the labels by their names, or as a ClassLabel, which states them in the file's schema."
DAMAGED = "Write the file again."
BATCH = 1_000  # rows that are in memory at once
ROW_GROUP = 10 * BATCH  # rows of a row group that is written
BUFFER = 1 << 20  # bytes that are read at once


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each row as a record, or the error that says why it is not understood.

    Raises:
        InputError: for a split that is not there or not named, or a file that cannot be read.
    """
    sources = _sources(path, options)
    states = [files.state(file) for file in sources]
    others = []
    for file in sources:
        if _is_own(file):
            yield from _own_records(file)
        else:
            others.append(file)
    if others:
        yield from rows.read_rows(_foreign_rows(path, others), sources[0] if len(sources) == 1 else path, options)
    if path.is_dir():
        yield from (changed(file) for file, state in zip(sources, states, strict=True) if files.state(file) != state)


def scheme_fit(path: Path, options: ReadOptions = DEFAULT) -> SchemeFit | None:
    """How well each tagging scheme fits the tags of a dataset; None if it has none, or none with prefixes.

    Raises:
        InputError: for a split that is not there or not named, or a file that cannot be read.
    """
    others = [file for file in _sources(path, options) if not _is_own(file)]  # ours has spans besides
    return rows.scheme_fit_of_rows(_foreign_rows(path, others), options)


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> list[tokens.Misaligned]:
    """Write the rows as one Parquet file, all or nothing, and return the spans that cut tokens.

    Args:
        path: a file, or a folder that is new or was written by this function.
        examples: kept in a temporary file until all are known, since the schema names all labels.
        options: the policy `strict` refuses spans that cut tokens, `expand` widens them to the tokens that they touch.

    Raises:
        InputError: naming every span that does not fit tokens, or for a folder with other files; nothing is written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    alignment = Alignment(options)
    labels: set[str] = set()
    folder = tempfile.gettempdir()
    with files.naming_full_disk(Path(folder)), tempfile.SpooledTemporaryFile(files.IN_MEMORY, dir=folder) as kept:
        for example in examples:
            row = _row(example, alignment, options.language)
            labels.update(span["label"] for span in row["spans"])
            kept.write(json.dumps(row).encode() + b"\n")
        misaligned = alignment.validated(path)
        kept.seek(0)
        names = sorted(labels)
        schema = _schema(names)
        written = (_numbered(strict_json.loads(line), names) for line in kept)
        with files.replacing(_output_file(path)) as stream, pq.ParquetWriter(stream, schema, compression="zstd") as out:
            is_empty = True
            while group := _row_group(written, schema):
                out.write_table(pa.concat_tables(group).combine_chunks(), row_group_size=ROW_GROUP)
                is_empty = False
            if is_empty:
                out.write_table(schema.empty_table())
    return misaligned


def _row_group(written: Iterator[dict[str, Any]], schema: pa.Schema) -> list[pa.Table]:
    """The next rows as tables; few at once, since lists of Python's take far more memory."""
    import pyarrow as pa

    group: list[pa.Table] = []
    while sum(table.num_rows for table in group) < ROW_GROUP and (some := list(islice(written, BATCH))):
        group.append(pa.Table.from_pylist(some, schema=schema))
    return group


def writes_file(path: Path) -> bool:
    """Whether a file is written there, and not a folder."""
    return path.suffix == ".parquet" or (path.exists() and not path.is_dir())


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is Parquet or Arrow."""
    return any(sample.head.startswith(magic) for magic in MAGIC)


def is_format_of_folder(path: Path) -> bool:
    """Whether a folder is a dataset."""
    return is_dataset_folder(path)


def annotation_features(labels: Sequence[str]) -> dict[str, Any]:
    """The features of the columns that hold annotation, for the labels in the order of their class ids.

    Offsets are code points, half-open. `spans` holds every span; `ner_tags` those that tokens can express, in IOB2.
    """
    from datasets import ClassLabel, List, Value

    offsets = {"start": Value("int32"), "end": Value("int32")}
    return {
        "at": Value("int32"),
        "text": Value("string"),
        "spans": List(offsets | {"label": ClassLabel(names=[*labels]), "surface": Value("string")}),
        "tokens": List(Value("string")),
        "token_offsets": List(offsets),
        "ner_tags": List(ClassLabel(names=tag_names(labels))),
    }


def tag_names(labels: Sequence[str]) -> list[str]:
    """The IOB2 tags in the order of their class ids: `O`, then `B-` and `I-` of each label."""
    return ["O", *(f"{prefix}-{name}" for name in labels for prefix in "BI")]


def _schema(labels: Sequence[str]) -> pa.Schema:
    from datasets import Features, Value

    features = {"id": Value("string"), **annotation_features(labels), EXTRA: Value("string")}
    return Features(features).arrow_schema


def _row(example: Example, alignment: Alignment, language: str) -> dict[str, Any]:
    extents = tokens.tokenize(example.text, language)
    spans = alignment.spans(example, extents)
    flat = first_overlap(sorted(spans)) is None
    tags = tokens.tags(replace(example, spans=tuple(spans)), extents)[0] if flat else None
    return {
        "id": example.id,
        "at": example.at,
        "text": example.text,
        "spans": [
            {"start": span.start, "end": span.end, "label": span.label, "surface": example.surface(span)}
            for span in spans
        ],
        "tokens": [example.text[start:end] for start, end in extents],
        "token_offsets": [{"start": start, "end": end} for start, end in extents],
        "ner_tags": tags,
        EXTRA: files.dumps(dict(example.extra)),
    }


def _numbered(row: dict[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """The row with the class ids of its labels and tags."""
    ids = {name: number for number, name in enumerate(labels)}
    tag_ids = {name: number for number, name in enumerate(tag_names(labels))}
    tags = None if row["ner_tags"] is None else [tag_ids[tag] for tag in row["ner_tags"]]
    return row | {"spans": [span | {"label": ids[span["label"]]} for span in row["spans"]], "ner_tags": tags}


def _output_file(path: Path) -> Path:
    """The file to write: the path itself, or the one in a folder, which is made."""
    if writes_file(path):
        return path
    others = [found for found in path.rglob("*") if found.is_file() and found != path / FILE]
    if others:
        raise InputError(
            f"the folder holds other files, such as {others[0].name}", file=path,
            remedy="Name another folder, or a file that ends in .parquet.",
        )  # fmt: skip
    (path / FILE).parent.mkdir(parents=True, exist_ok=True)
    return path / FILE


def _require_split(path: Path, split: str | None) -> None:
    """Refuse a file that is called like another split than the one asked for."""
    own = path.stem.split("-")[0]
    if split is not None and own in SPLITS and own != split:
        raise InputError(
            f"it is called like the split {own!r}, not {split!r}", file=path, remedy="Name the file of that split."
        )


def _sources(path: Path, options: ReadOptions) -> list[Path]:
    """The files of the split.

    Raises:
        InputError: for a split that is not there or not named, or a file of another kind.
    """
    if path.is_file():
        _require_split(path, options.split)
        sources = [path]
    else:
        sources = choose(path, options.split)
    for file in sources:
        if file.suffix not in SUFFIXES and not _magic(file):
            raise InputError("files of this kind are not read as a dataset", file=file, remedy=REMEDY)
    return sources


def _is_json(file: Path) -> bool:
    return file.suffix in {".jsonl", ".json"}


def _is_own(file: Path) -> bool:
    """Whether goldspan wrote a file: a table with its columns."""
    if _is_json(file):
        return False
    with _opened(file) as (schema, _):
        return all(name in schema.names for name in OWN_COLUMNS)


def _foreign_rows(path: Path, sources: Sequence[Path]) -> rows.RowScan:
    """What reads the rows of files that goldspan did not write, with names for class ids, numbered on and on."""

    def scan_files() -> Iterator[JsonRow | InputError]:
        before = 0
        for file in sources:
            for row in _rows_of_json(path, file) if _is_json(file) else _rows_of_table(path, file, before):
                before += 1
                yield row

    return scan_files


def _rows_of_json(path: Path, file: Path) -> Iterator[JsonRow | InputError]:
    features = _card_features(path) if path.is_dir() else {}
    return (_decoded(row, features) for row in scan_rows(file))


def _rows_of_table(path: Path, file: Path, before: int) -> Iterator[JsonRow]:
    with _opened(file) as (schema, batches):
        features = _features(schema, file) or _card_features(path)
        for number, row in enumerate(_rows(batches(None), features, file), start=before + 1):
            yield JsonRow(row, number, None)


def _magic(file: Path) -> str | None:
    with files.opened(file) as stream:
        return MAGIC.get(stream.read(4))


@contextmanager
def _opened(file: Path) -> Iterator[tuple[pa.Schema, Callable[[Sequence[str] | None], Iterator[pa.RecordBatch]]]]:
    """The schema of a table, and what reads some or all of its columns, a few rows at a time.

    Raises:
        InputError: for a file that is no table, or a damaged one, once that is seen.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = _magic(file)

    def checked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with refused():
            for batch in batches:
                batch.validate(full=True)
                yield from (batch.slice(at, BATCH) for at in range(0, batch.num_rows, BATCH))

    @contextmanager
    def refused() -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException, ValueError) as error:
            if isinstance(error, GoldspanError):
                raise
            why = " ".join(str(error).split())
            raise InputError(f"no {kind or 'Parquet'}: {why:.120}", file=file, remedy=REMEDY) from None

    with files.opened(file) as stream, ExitStack() as stack:
        with refused():
            if kind == "Arrow":
                begin = stream.read(6)
                stream.seek(0)
                reader = stack.enter_context(
                    pa.ipc.open_file(stream) if begin == b"ARROW1" else pa.ipc.open_stream(stream)
                )
                schema = reader.schema
            else:
                reader = stack.enter_context(pq.ParquetFile(stream, buffer_size=BUFFER, pre_buffer=False))
                schema = reader.schema_arrow

        def batches(columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
            if kind != "Arrow":
                return checked(reader.iter_batches(BATCH, columns=columns))
            read = map(reader.get_batch, range(reader.num_record_batches)) if begin == b"ARROW1" else reader
            return checked(read if columns is None else (batch.select(columns) for batch in read))

        yield schema, batches


def _own_records(file: Path) -> Iterator[Record | InputError]:
    """The records of a table that goldspan wrote."""
    with _opened(file) as (schema, batches):
        features = _features(schema, file)
        kept = [name for name in ("id", "at", "text", "spans", "annotator", AIDED, EXTRA) if name in schema.names]
        for number, row in enumerate(_rows(batches(kept), features, file), start=1):
            try:
                yield _own_record(row, file)
            except (KeyError, TypeError, strict_json.JSONError):
                example = str(row.get("id"))
                yield InputError(f"row {number} does not match its schema", file=file, example=example, remedy=DAMAGED)


def _own_record(row: Mapping[str, Any], file: Path) -> Record:
    """The record of a row that goldspan wrote.

    Raises:
        KeyError, TypeError, JSONError: if it did not.
    """
    spans = tuple(_own_span(span) for span in row["spans"])
    extra = strict_json.loads(row[EXTRA]) if row.get(EXTRA) else {}
    if row.get(AIDED):  # of a pass: its annotator saw suggestions
        extra = {**extra, AIDED: True}
    match (row["id"], row["text"], row["at"], extra):
        case (str(name), str(text), int(at), dict()):
            return Record(file, None, name, text, spans, at, extra, annotator=row.get("annotator"))
    raise TypeError


def _own_span(span: dict[str, Any]) -> RawSpan:
    if not isinstance(span["label"], str):
        raise TypeError
    return RawSpan(int(span["start"]), int(span["end"]), span["label"], span.get("surface"))


def _rows(batches: Iterable[pa.RecordBatch], features: Mapping[str, Any], file: Path) -> Iterator[dict[str, Any]]:
    """The rows of a table as JSON values, with names for class ids.

    Raises:
        InputError: for values that are not what their column is said to hold.
    """
    for batch in batches:
        try:
            rows_of_batch = batch.to_pylist()
        except (ValueError, OverflowError) as error:  # strings that are not UTF-8, dates that no calendar has
            raise InputError(f"a value in it is damaged: {error!s:.120}", file=file, remedy=DAMAGED) from None
        for row in rows_of_batch:
            yield {key: _decode(value, features.get(key)) for key, value in row.items()}


def _decoded(row: JsonRow | InputError, features: Mapping[str, Any]) -> JsonRow | InputError:
    if isinstance(row, InputError) or not isinstance(row.value, dict):
        return row
    return row._replace(value={key: _decode(value, features.get(key)) for key, value in row.value.items()})


def _features(schema: pa.Schema, file: Path) -> dict[str, Any]:
    """The features of the columns: those in the schema of the file, or in the description beside it."""
    try:
        stated: Any = strict_json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        stated = None
        if (file.parent / INFO).is_file():
            try:
                stated = strict_json.loads(files.read_bytes(file.parent / INFO)).get("features")
            except (AttributeError, ValueError):
                stated = None
    return stated if isinstance(stated, dict) else {}


def _card_features(path: Path) -> dict[str, Any]:
    """The features that the README of a folder states."""
    info = card_metadata(path).get("dataset_info") if path.is_dir() else None
    if isinstance(info, list):
        info = info[0] if len(info) == 1 else None
    columns = info.get("features") if isinstance(info, dict) else None
    if not isinstance(columns, list):
        return {}
    return {
        column["name"]: _card_feature(column) for column in columns if isinstance(column, dict) and "name" in column
    }


def _card_feature(column: Mapping[str, Any]) -> Any:  # noqa: ANN401  (YAML is any)
    """A feature of a README as it is in a schema."""
    for key in ("sequence", "list"):
        inner = column.get(key)
        if isinstance(inner, dict):
            return {"_type": "List", "feature": _card_feature(inner)}
        if isinstance(inner, list):
            return {"_type": "List", "feature": {part["name"]: _card_feature(part) for part in inner if "name" in part}}
    stated: Any = column.get("class_label") or column.get("dtype")
    if isinstance(stated, dict):
        stated = stated.get("class_label", stated)
    names = stated.get("names") if isinstance(stated, dict) else None
    if isinstance(names, dict):
        names = [names[key] for key in sorted(names, key=lambda key: int(key) if str(key).isdigit() else 0)]
    return {"_type": "ClassLabel", "names": names} if isinstance(names, list) else None


def _decode(value: Any, feature: Any) -> Any:  # noqa: ANN401  (a column holds any)
    """A value of a column as JSON, with the names of class ids."""
    if isinstance(feature, list) and len(feature) == 1:
        feature = {"_type": "List", "feature": feature[0]}
    stated: dict[str, Any] = feature if isinstance(feature, dict) else {}
    inner = stated.get("feature")
    if isinstance(value, list):
        return [_decode(part, inner) for part in value]
    if isinstance(value, dict):
        if isinstance(inner, dict) and "_type" not in inner:  # a list of structs, stored as a struct of lists
            return {key: _decode(part, [inner.get(key)]) for key, part in value.items()}
        return {key: _decode(part, stated.get(key)) for key, part in value.items()}
    names = stated.get("names") if stated.get("_type") == "ClassLabel" else None
    if isinstance(names, list) and type(value) is int and 0 <= value < len(names):
        return str(names[value])
    return _plain(value)


def _plain(value: Any) -> Any:  # noqa: ANN401  (a column holds any)
    """A value that JSON can hold."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)

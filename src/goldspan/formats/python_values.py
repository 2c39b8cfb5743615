"""Annotation as a Python program has it: paths, examples, rows, docs of spaCy, a dataset of `datasets`, and tuples.

    a path                            "gold.jsonl", Path("corpus/gold")
    examples                          [Example(…), …]
    texts with spans                  [(text, spans), …] or [(id, text, spans), …]
    docs of spaCy                     [doc, …], or a DocBin on disk
    rows                              [{"text": …, "spans": […]}, …], with the keys of any JSON lines that are read
    a Dataset, or one split           load_dataset(…)["test"]

`spans` are `Span`, `(start, end, label)`, mappings with these keys, or spaCy's `{"entities": […]}`. Rows and datasets
are read as the same rows of a file are, by way of a file in a temporary folder.

Spans without any text are *documents* (`documents_of`): they belong together by their place alone.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.annotation import Example, Span
from goldspan.errors import GoldspanError, InputError, InvalidValueError
from goldspan.formats import sources
from goldspan.formats.convert import input_files
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.record import RawSpan, Record
from goldspan.formats.registry import NOT_DETECTED, canonical, require_options_apply
from goldspan.formats.spacy_pipeline import ENTITIES, SPAN_GROUP
from goldspan.formats.tagging_schemes import with_one_scheme

if TYPE_CHECKING:
    from goldspan.formats.sources import Source

OPTION = re.compile(r"--([a-z-]+)")  # of a command, in a message
ARGUMENTS = {
    **{option.name.replace("_", "-"): option.name for option in fields(ReadOptions)},
    "map": "rename",
}  # by the option of a command, the one of `ReadOptions`
TRIPLE = 3  # the size of a span, and of an id with its text and spans
PAIR = 2  # the size of a text with its spans
BATCH = 1_000  # rows that are in memory at once
SHOWN = 60  # characters of a value in a message
FORMS = (
    "Pass a path, a list of goldspan.Example, of (text, spans), of rows or of spaCy docs, or a datasets.Dataset. "
    "`goldspan help python` lists all forms."
)
ROWS = ".jsonl"
ROW = 'A row is {"text": …, "spans": [{"start": …, "end": …, "label": …}]}; `goldspan help json_rows` has more keys.'
SPANS = 'A span is a goldspan.Span, (start, end, label), or {"start": …, "end": …, "label": …}.'


def load(path: Path | str, name: str | None = None, options: ReadOptions = DEFAULT) -> list[Example]:
    """All examples of a file, a folder of files, or a dataset on disk, in any format.

        >>> import goldspan
        >>> goldspan.load("gold.jsonl")[0].spans  # doctest: +SKIP
        (Span(start=4, end=16, label='UNIT'),)
        >>> goldspan.load("rows.jsonl", options=goldspan.ReadOptions(offsets="utf-16"))  # doctest: +SKIP
        >>> goldspan.load("my-dataset", options=goldspan.ReadOptions(split="test"))  # doctest: +SKIP

    Args:
        path: the file; a folder whose files are all read; a folder that `load_dataset` opens; or a brat folder.
        name: the format, one of `goldspan formats`; detected from the content if None.
        options: how to read what is not stated in the file, e.g. the split of a dataset or the unit of offsets.

    Raises:
        InputError: for a path that is not there, or with nothing to read in it; for the first example that is not
            valid; for an example that several people annotated.
        InvalidValueError: for a format that does not exist.
    """
    path = Path(path)
    with python_remedies("name"):
        _require_annotation(path)
        files = list(input_files(path, None if name is None else canonical(name)))
        require_options_apply(options, (form for _, form in files))
        reading = with_one_scheme(options, files)
        examples = [example for file, form in files for example in formats.load(file, form, reading)]
        if not examples:
            raise InputError("there is no example in it", file=path, remedy="Name a file with examples.")
    return examples


def _require_annotation(path: Path) -> None:
    """Refuse what is not there, and folders that hold annotation only further down.

    Raises:
        InputError: naming the path, and what to name instead.
    """
    if not path.exists():
        raise InputError(
            "there is no such file or folder",
            file=path,
            remedy="goldspan reads what is on this machine. Download a dataset of the Hub first.",
        )
    if (path / "corpus" / "manifest.jsonl").is_file():
        raise InputError(
            "this is a project, with gold, passes and articles in it",
            file=path,
            remedy=f"Name what you mean, e.g. {path / 'corpus' / 'gold'}, or use goldspan.Corpus.find.",
        )


@contextlib.contextmanager
def as_input(value: object, name: str, reading: ReadOptions = DEFAULT) -> Iterator[Path | str | Source]:
    """What `goldspan.evaluate` and `goldspan.agree` read of a value: a path, or the examples themselves.

    Args:
        value: in one of the forms above.
        name: what messages call it, e.g. `gold`.
        reading: how to read it.

    Yields:
        A path as it was passed; the file of rows in a temporary folder, which is removed after the block; or examples.

    Raises:
        InputError: for a value that is not valid, and in the block for rows of the temporary file, with `name` as their
            file.
        InvalidValueError: for a value in another form.
    """
    if isinstance(value, (str, Path)):
        yield _path(value, name)
        return
    rows = value if _is_dataset(value) else None
    if rows is None:
        items = _items(value, name)
        if not all(isinstance(item, Mapping) for item in items):
            yield _source(items, name, reading)
            return
        rows = items
    with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
        file = _written(rows, Path(folder) / name, reading)
        try:
            yield file
        except GoldspanError as error:
            if error.file is not None and Path(error.file) == file:
                error.file = name
                if file.suffix == ROWS and error.message == NOT_DETECTED:
                    error.message, error.remedy = "the keys of the rows are not understood", ROW
            raise


@contextlib.contextmanager
def python_remedies(formats_argument: str) -> Iterator[None]:
    """A block whose errors name, besides the option of a command, what stands for it in a Python program.

    Args:
        formats_argument: what names the format of a file.
    """
    try:
        yield
    except GoldspanError as error:
        written = f"{error.message} {error.remedy or ''}"
        named = dict.fromkeys(option for option in OPTION.findall(written) if option in ARGUMENTS)
        arguments = [f"{ARGUMENTS[option]}=…" for option in named]
        words = [f"options=goldspan.ReadOptions({', '.join(arguments)})"] if arguments else []
        if {"from", "format"} & {*OPTION.findall(written)}:
            words.append(f"{formats_argument}=…")
        if words:
            error.remedy = " ".join(filter(None, (error.remedy, f"In Python: {' or '.join(words)}.")))
        raise


def documents_of(value: object) -> list[list[Any]] | None:
    """The documents of a value that has spans or tags without texts; None if it is in another form.

    Args:
        value: a list with a list for each document: of spans, or of tags such as `B-PER`. An iterator is never one: it
            could not be read again.
    """
    if not isinstance(value, (list, tuple)) or not value or not all(_is_document(item) for item in value):
        return None
    return [list(item) for item in value]


def _is_document(item: object) -> bool:
    if not isinstance(item, (list, tuple)):
        return False
    if _is_text_with_spans(item) or _is_bare_span(item):
        return False
    return all(isinstance(part, (str, Span, Mapping)) or _is_bare_span(part) for part in item)


def _is_bare_span(item: object) -> bool:
    """Whether an item is `(start, end, label)`, perhaps with a label that is none."""
    return (
        isinstance(item, (list, tuple))
        and len(item) == TRIPLE
        and all(isinstance(offset, int) and not isinstance(offset, bool) for offset in item[:2])
    )


def _is_text_with_spans(item: object) -> bool:
    match item:
        case (str(), str(), spans) | (str(), spans):
            return not isinstance(spans, str)
    return False


def _path(value: str | Path, name: str) -> str | Path:
    """The path or the name of a pipeline.

    Raises:
        InputError: for a text that can be neither.
    """
    try:
        exists = Path(value).exists()
    except (OSError, ValueError):  # too long for a name, or with a null character
        exists = False
    if not exists and ("\n" in str(value) or len(str(value)) > 255):  # no name is longer
        raise InputError(
            f"{name} is a text of {len(str(value)):,} characters, which is read as a path, and there is no such file",
            remedy="Pass texts with their spans: [(text, [(start, end, label), …]), …].",
        )
    return value


def _is_dataset(value: object) -> bool:
    """Whether a value is a `Dataset`, or several by split."""
    return (hasattr(value, "to_parquet") and hasattr(value, "features")) or (
        isinstance(value, dict) and _has_splits(value)
    )


def _has_splits(value: Mapping[Any, Any]) -> bool:
    return bool(value) and all(hasattr(split, "to_parquet") for split in value.values())


def _items(value: object, name: str) -> list[Any]:
    """The items of a value, read once.

    Raises:
        InvalidValueError: if it has none, or is one item instead of a list of them.
    """
    one = isinstance(value, (Example, Span, Mapping)) or _is_text_with_spans(value) or _is_doc(value)
    if one or not isinstance(value, Iterable):
        what = f"is one {type(value).__name__}, not a list" if one else f"is not understood: {_kind(value)}"
        raise InvalidValueError(f"{name} {what}", remedy=f"Pass a list: [{name}]." if one else FORMS)
    if hasattr(value, "to_dict") and hasattr(value, "columns"):  # a data frame: its items are the names of columns
        raise InvalidValueError(
            f"{name} is a {type(value).__name__}, which is not read",
            remedy="Pass datasets.Dataset.from_pandas(frame), or its rows: frame.to_dict('records').",
        )
    items = list(value)
    if not items:
        raise InvalidValueError(
            f"there is no example in {name}",
            remedy="Pass at least one. An iterator that was read before is empty: pass a list.",
        )
    return items


def _kind(value: object) -> str:
    """The type of a value with its article, as in "an int"."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _is_doc(value: object) -> bool:
    return all(hasattr(value, key) for key in ("ents", "user_data", "text", "spans"))


def _source(items: list[Any], name: str, reading: ReadOptions) -> Source:
    numbered: set[str] = set()
    records = [_record(item, number, name, reading, numbered) for number, item in enumerate(items, 1)]
    return sources.of_records(records, Path(name), reading=reading, is_numbered=lambda record: record.id in numbered)


def _record(item: object, number: int, name: str, reading: ReadOptions, numbered: set[str]) -> Record:
    """An item as a record.

    Args:
        item: an example, a text with spans, or a doc.
        number: of the item, from 1.
        name: what messages call the items.
        reading: which span groups of a doc to read.
        numbered: the ids that are only numbers, to which the one of this item is added if it is.
    """
    file = Path(name)
    own_id = f"{name}.{number}"
    match item:
        case Example():
            spans = tuple(RawSpan(span.start, span.end, span.label) for span in item.spans)
            return Record(file, None, item.id, item.text, spans, item.at, item.extra)
        case (str(given), str(text), found) if _is_text_with_spans(item):
            return Record(file, None, given, text, _spans(found, name, given))
        case (str(text), found) if _is_text_with_spans(item):
            numbered.add(own_id)
            return Record(file, None, own_id, text, _spans(found, name, own_id))
    if _is_doc(item):
        from goldspan.formats import docbin

        record = docbin.record_of_doc(item, file, own_id, reading.spans_key or (ENTITIES, SPAN_GROUP))  # type: ignore[arg-type]
        if record.id == own_id:
            numbered.add(own_id)
        return record
    if _is_bare_span(item) or isinstance(item, Span):
        message = f"item {number} of {name} is one span; the spans of an example belong together, in a list"
        raise InvalidValueError(message, remedy="Pass [(text, [span, …]), …], or a list of spans for each example.")
    raise InvalidValueError(
        f"item {number} of {name} is not understood: {_kind(item)}, {item!r:.{SHOWN}}", remedy=FORMS
    )


def _spans(value: object, name: str, example: str) -> tuple[RawSpan, ...]:
    """The spans of a text.

    Raises:
        InputError: for what is no span.
    """
    if isinstance(value, Mapping) and set(value) == {"entities"}:  # as spaCy has them for training
        value = value["entities"]
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise InputError(
            f"the spans are {value!r:.{SHOWN}}, no list", file=name, example=example, remedy=f"Pass a list. {SPANS}"
        )
    return tuple(_span(span, name, example) for span in value)


def _span(value: object, name: str, example: str) -> RawSpan:
    span: object = value
    if isinstance(span, Span):
        span = (span.start, span.end, span.label)
    elif isinstance(span, Mapping):
        span = tuple(span.get(key) for key in ("start", "end", "label"))
    match span:
        case (int(start), int(end), str(label)):
            return RawSpan(start, end, label)
        case (start, end, None):
            raise InputError(
                f"the span [{start}, {end}] has no label", file=name, example=example, remedy=f"Name its label. {SPANS}"
            )
    raise InputError(f"{value!r:.{SHOWN}} is not a span", file=name, example=example, remedy=SPANS)


def _written(rows: Any, path: Path, reading: ReadOptions) -> Path:  # noqa: ANN401  (`datasets` is untyped)
    """The file of some rows."""
    if isinstance(rows, dict):
        rows = _split(rows, path.name, reading.split)
    if hasattr(rows, "to_parquet"):
        return _written_table(rows, path.with_suffix(".parquet"))
    file = path.with_suffix(ROWS)
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for number, row in enumerate(rows, 1):
            try:
                stream.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
            except (TypeError, ValueError) as error:
                raise InputError(
                    f"a value of the row is not JSON: {error}",
                    file=path.name,
                    line=number,
                    remedy="Pass texts, numbers, lists and objects.",
                ) from None
    return file


def _written_table(dataset: Any, file: Path) -> Path:  # noqa: ANN401  (`datasets` is untyped)
    """The table of a dataset, with its features; `to_parquet` would draw a bar."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = dataset.features.arrow_schema
    with pq.ParquetWriter(file, schema) as writer:
        for part in dataset.with_format("arrow").iter(BATCH):
            writer.write_table(pa.table(part).cast(schema))
    return file


def _split(splits: Mapping[str, Any], name: str, split: str | None) -> Any:  # noqa: ANN401  (`datasets` is untyped)
    """The one split, or that which was named.

    Raises:
        InvalidValueError: if there are several and none is named, or not the one that is.
    """
    if split is None and len(splits) == 1:
        return next(iter(splits.values()))
    if split is None or split not in splits:
        known = ", ".join(map(str, splits))
        problem = "several splits" if split is None else f"no split {split!r}"
        raise InvalidValueError(
            f"{name} has {problem}: {known}",
            remedy=f'Pass one, as {name}["{next(iter(splits))}"], or name it: goldspan.ReadOptions(split=…).',
        )
    return splits[split]


def _plain(value: Any) -> Any:  # noqa: ANN401  (a row holds any)
    """A value that JSON has no form for: a span, a number of numpy, or an array."""
    if isinstance(value, Span):
        return {"start": value.start, "end": value.end, "label": value.label}
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__}, {value!r:.{SHOWN}}")

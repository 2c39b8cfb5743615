"""What is read: examples from any format, a dataset or a pipeline, with a note of all that was not as it should be.

A split of a dataset folder, as `goldspan export` writes it: Parquet, with the labels' names in the schema.

A spaCy pipeline as one more system: run on the texts of gold.

What is compared: the examples of one side, where they stand, and what was noted while reading.

Reading what is to be compared, from any format that is known, with a note of all that was not as it should be.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import formats, iob
from goldspan.annotation import Span
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import conll, prodigy
from goldspan.formats.convert import input_files
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from spacy.language import Language
    from spacy.tokens import Doc

    from goldspan.annotation import Example
    from goldspan.formats.conll import ConllSentence

__all__ = ["NOTE_KINDS", "SOURCE_FORMATS", "Source", "SourceNote", "count_notes", "read_source"]


DATASET_FOLDERS = ("gold", "data", "")  # where the files of the default config lie
COLUMNS = ("id", "text", "spans")
DATASET_REMEDY = "Name a folder that `goldspan export` wrote."


def is_dataset(path: Path) -> bool:
    """Whether this is a Parquet file, or a folder with files of the default config."""
    if path.is_file():
        with contextlib.suppress(OSError), path.open("rb") as stream:  # what cannot be read is refused where it is read
            return stream.read(4) == b"PAR1"
        return False
    return path.is_dir() and bool(_dataset_files(path))


def scan_dataset(path: Path, split: str | None) -> Iterator[Record | InputError]:
    """Each row of a split as a record, or as the error that stands in its place.

    Args:
        path: the folder, or one Parquet file.
        split: its name; it may be left out where there is one alone.

    Raises:
        InputError: if there is no such split, or a file is not of the shape above.
    """
    for file in [path] if path.is_file() else _split_files(path, split):
        names = _label_names(table := _read_table(file), file)
        at = table["at"].to_pylist() if "at" in table.column_names else [0] * len(table)
        columns = (table[name].to_pylist() for name in COLUMNS)
        for number, (name, text, spans, begin) in enumerate(zip(*columns, at, strict=True), start=1):
            try:
                yield Record(file, None, name, text, tuple(_raw_span(span, names) for span in spans), begin)
            except (IndexError, KeyError, TypeError):
                yield InputError(f"the spans of row {number} are not as its schema says", file=file, example=name)


def _dataset_files(path: Path) -> list[Path]:
    found = (sorted((path / folder).glob("*.parquet")) for folder in DATASET_FOLDERS)
    return next((files for files in found if files), [])


def _split_files(path: Path, split: str | None) -> list[Path]:
    """The files of a split: `test.parquet`, or shards `test-00000-of-00002.parquet`."""
    splits: dict[str, list[Path]] = {}
    for file in _dataset_files(path):
        splits.setdefault(file.stem.split("-")[0], []).append(file)
    if split is None and len(splits) == 1:
        return next(iter(splits.values()))
    if split not in splits:
        missing = "it has several splits" if split is None else f"there is no split {split!r}"
        raise InputError(missing, file=path, remedy=f"Name one with --split: {', '.join(splits)}.")
    return splits[split]


def _read_table(file: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"no Parquet: {' '.join(str(error).split()):.120}", file=file, remedy=DATASET_REMEDY) from None
    for name in COLUMNS:
        if name not in table.column_names:
            raise InputError(f"there is no column {name!r}", file=file, remedy=DATASET_REMEDY)
    return table


def _label_names(table: pa.Table, file: Path) -> list[str]:
    """The names of the labels, by class id, from the features in the schema."""
    try:
        features: Any = json.loads((table.schema.metadata or {})[b"huggingface"])["info"]["features"]
        names = features["spans"]["feature"]["label"]["names"]
    except (KeyError, TypeError, ValueError):
        raise InputError("its schema does not name the labels of `spans`", file=file, remedy=DATASET_REMEDY) from None
    return [str(name) for name in names]


def _raw_span(span: dict[str, Any], names: list[str]) -> RawSpan:
    if span["label"] < 0:
        raise IndexError
    return RawSpan(span["start"], span["end"], names[span["label"]], span.get("surface"))


PIPELINE_NAME = re.compile(r"[A-Za-z][\w-]*")
SPAN_GROUP = "sc"  # where spaCy's span categoriser leaves its spans


def is_saved_pipeline(folder: Path) -> bool:
    """Whether this is the folder of a saved pipeline."""
    return (folder / "config.cfg").is_file() and (folder / "meta.json").is_file()


def is_installed_pipeline(name: str) -> bool:
    """Whether this is the name of an installed pipeline."""
    import spacy

    return bool(PIPELINE_NAME.fullmatch(name)) and spacy.util.is_package(name)


def predict(name: str, examples: Sequence[Example]) -> list[Example]:
    """The examples with the spans that a pipeline finds in them: its entities, and those of its span categoriser.

    Args:
        name: of an installed pipeline, or the folder of a saved one.
        examples: those of gold; their spans are not looked at.

    Raises:
        NotFoundError: if there is no such pipeline.
        InputError: for a text longer than the pipeline takes.
    """
    nlp = _load_pipeline(name)
    for example in examples:
        if len(example.text) > nlp.max_length:
            raise InputError(
                f"the text has {len(example.text):,} characters, more than the pipeline {name!r} takes",
                example=example.id,
                remedy="Cut it into paragraphs.",
            )
    docs = nlp.pipe(example.text for example in examples)
    return [example.with_spans(set(_doc_spans(doc))) for example, doc in zip(examples, docs, strict=True)]


def _load_pipeline(name: str) -> Language:
    import spacy

    try:
        return spacy.load(name)
    except OSError:
        raise NotFoundError(
            f"the spaCy pipeline {name!r} is not installed",
            remedy=f"Run: pip install {name.replace('_', '-')}",
        ) from None


def _doc_spans(doc: Doc) -> Iterator[Span]:
    for span in (*doc.ents, *doc.spans.get(SPAN_GROUP, ())):
        yield Span(span.start_char, span.end_char, span.label_)


NOTE_KINDS = {
    "different-breaks": "a sentence ends in one of the two files alone; the tags count where gold's sentences end",
    "different-text": "the text of a prediction is not gold's; its spans are laid over gold's text",
    "different-token": "a token is written otherwise than in gold; its tag counts for gold's token",
    "extra-example": "a prediction for what is not in gold; it does not count",
    "extra-token": "a token that gold does not have; its tag does not count",
    "lost-span": "a predicted span that has no place in gold's text; it does not count",
    "matched-by-text": "predictions matched to gold by their text alone, for their ids are others",
    "mended-line": "a line that could not be read as it stands",
    "merged-span": "a predicted span that gold's text cannot tell from another of its label; it counts once",
    "missing-example": "an example of gold without a prediction: its spans count as missed",
    "missing-token": "a token of gold without a prediction: it counts as O",
    "no-annotation": "an example that its annotator rejected or ignored; it is left out",
    "repaired-tag": "a tag that its scheme forbids where it stands",
}


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Something that a reader of the numbers must know.

    Args:
        kind: one of `KINDS`, by which notes are counted.
        message: what was found and what was done, without a full stop.
        file: the file it is in.
        line: the line in that file, from 1.
        example: the id of the example, of gold where it is known.
    """

    kind: str
    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None

    def __str__(self) -> str:
        """The place and the message, on one line."""
        place = "" if self.file is None else str(self.file)
        if place and self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (place, self.example, self.message) if part)


@dataclass(frozen=True, slots=True)
class Source:
    """The examples of gold or of a prediction.

    Args:
        examples: n examples.
        notes: what was noted while reading.
        kind: the format's name, `dataset`, `pipeline` or `examples`.
        places: file and line of each of the n examples; empty where there is no file.
        sentences: the n examples token by token, if they come from a CoNLL file; else empty.
        scheme: the tagging scheme by which chunks must be well formed (`--repair strict`); None under `conlleval`.
    """

    examples: list[Example]
    notes: list[SourceNote] = field(default_factory=list)
    kind: str = "examples"
    places: Sequence[tuple[Path | None, int | None]] = ()
    sentences: Sequence[ConllSentence] = ()
    scheme: str | None = None

    def place(self, number: int) -> tuple[Path | None, int | None]:
        """The file and the line of an example, as far as they are known."""
        return self.places[number] if self.places else (None, None)

    @property
    def has_ids(self) -> bool:
        """Whether the ids were stated by somebody, and not made up from the order of the sentences."""
        return not self.sentences or all(sentence.stated for sentence in self.sentences)


def count_notes(notes: Iterable[SourceNote]) -> dict[str, int]:
    """How many notes there are of each kind, by kind in alphabetical order."""
    return dict(sorted(Counter(note.kind for note in notes).items()))


SOURCE_FORMATS = (*formats.NAMES, *formats.ALIASES, "dataset", "pipeline")
MOST_REPAIRED: Mapping[conll.FaultKind, float] = {"tag": 0.01, "bytes": 0.05, "word": 1.0}  # the share of lines at most

REPAIRS = {"tag": "read as O", "bytes": f"read as {conll.REPLACEMENT!r}", "word": f"read as {conll.REPLACEMENT!r}"}


def read_source(
    source: str | Path,
    *,
    form: str | None = None,
    split: str | None = None,
    repair: iob.Repair = "conlleval",
    texts: Sequence[Example] | None = None,
) -> Source:
    """The examples of a file, a folder, a dataset or a spaCy pipeline.

    Args:
        source: a file, a folder of files, a dataset folder, or the name of an installed spaCy pipeline.
        form: one of `FORMS`; told by the content if not named.
        split: of a dataset folder; other sources have none.
        repair: of CoNLL files, see `goldspan.formats.conll.scan`.
        texts: the examples of gold, for a pipeline to run on.

    Raises:
        InputError: naming file and line, for what cannot be read; for a source without examples. In a CoNLL file lost
            words, up to one line in twenty that is not UTF-8 and up to one in a hundred without a tag are mended and
            noted instead (`goldspan.formats.conll.read_sentences`).
        NotFoundError: for a pipeline that is not installed.
    """
    path, kind = Path(source), _source_kind(source, form)
    if kind == "pipeline":
        read = Source(predict(str(source), _require_texts(texts, path)), kind=kind)
    elif kind == "dataset":
        read = _collect(scan_dataset(path, split), kind)
    else:
        parts = [_read_file(file, name, repair) for file, name in input_files(path, kind)]
        read = parts[0] if len(parts) == 1 else _join_files(parts)
    if not read.examples:
        raise InputError("there is no example in it", file=path, remedy="Name a file with examples.")
    return read


def _source_kind(source: str | Path, form: str | None) -> str | None:
    """What the source is: `pipeline`, `dataset`, or the format of its files; None where each is to be told."""
    path = Path(source)
    if form in {"pipeline", "dataset"}:
        return form
    if form is not None:
        return formats.canonical(form)
    if path.exists():
        if is_saved_pipeline(path):
            return "pipeline"
        return "dataset" if is_dataset(path) else None
    if is_installed_pipeline(str(source)):
        return "pipeline"
    raise InputError(
        "there is no such file or folder, nor an installed spaCy pipeline of this name",
        file=path,
        remedy="Name a file, or install the pipeline.",
    )


def _require_texts(texts: Sequence[Example] | None, path: Path) -> Sequence[Example]:
    if texts is None:
        raise InputError("a spaCy pipeline is no gold", file=path, remedy="Name it as the predictions.")
    return texts


def _read_file(path: Path, name: str, repair: iob.Repair) -> Source:
    return _read_conll(path, repair) if name == "conll" else _collect(formats.get(name).scan(path), name)


def _collect(scanned: Iterable[Record | InputError], kind: str) -> Source:
    read = Source([], kind=kind, places=(places := []))
    for record in scanned:
        if isinstance(record, InputError):
            raise record
        example = record.example()
        if kind == "prodigy" and (answer := prodigy.answer(example)) != "accept":
            message = f"the answer is {answer!r}: left out, for it is no annotation"
            read.notes.append(SourceNote("no-annotation", message, record.file, record.line, example.id))
            continue
        read.examples.append(example)
        places.append((record.file, record.line))
    return read


def _read_conll(path: Path, repair: iob.Repair) -> Source:
    scheme = conll.detect_scheme(path)
    found: list[ConllSentence] = []
    for sentence in conll.read_sentences(path, lenient=True):
        if isinstance(sentence, InputError):
            raise sentence
        found.append(sentence)
    _refuse_damaged_file(found)
    return Source(
        [conll.record(sentence, path, scheme, repair).example() for sentence in found],
        [note for sentence in found for note in _sentence_notes(sentence, path, scheme, repair)],
        "conll",
        [(path, sentence.line) for sentence in found],
        found,
        scheme if repair == "strict" else None,
    )


def _refuse_damaged_file(found: Sequence[ConllSentence]) -> None:
    """Refuse a file that is damaged all over. Lost words are no such damage: tags are there, and gold has the words."""
    faults = [fault for sentence in found for fault in sentence.faults]
    lines = sum(len(sentence.lines) for sentence in found)
    for kind, share in MOST_REPAIRED.items():
        errors = [fault.error for fault in faults if fault.kind == kind]
        if len(errors) > share * lines:
            raise errors[0]


def _sentence_notes(sentence: ConllSentence, path: Path, scheme: str, repair: iob.Repair) -> Iterable[SourceNote]:
    for fault in sentence.faults:
        message = f"{fault.error.message}: {REPAIRS[fault.kind]}"
        yield SourceNote("mended-line", message, path, fault.error.line, sentence.name)
    done = "its span is none" if repair == "strict" else "read as conlleval does"
    for number in iob.malformed(sentence.tags, scheme):
        message = f"{sentence.written[number]!r} may not stand here in {scheme}: {done}"
        yield SourceNote("repaired-tag", message, path, sentence.lines[number], sentence.name)


def _join_files(parts: Sequence[Source]) -> Source:
    """The files of a folder as one source; only CoNLL files of one scheme can be compared token by token."""
    kinds = {part.kind for part in parts}
    schemes = {part.scheme for part in parts}
    alike = kinds == {"conll"} and len(schemes) == 1
    return Source(
        [example for part in parts for example in part.examples],
        [note for part in parts for note in part.notes],
        kinds.pop() if len(kinds) == 1 else "folder",
        [place for part in parts for place in part.places],
        [sentence for part in parts for sentence in part.sentences] if alike else (),
        schemes.pop() if alike else None,
    )

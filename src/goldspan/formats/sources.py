"""What is compared in an evaluation: examples from any format, a dataset or a pipeline, with notes on repairs."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import formats, iob
from goldspan.annotation import NOT_ANNOTATED
from goldspan.errors import InputError
from goldspan.example_table import ExampleStore, ExampleTable, LazySequence, StoredValues
from goldspan.formats import conll_sentences
from goldspan.formats.convert import input_files
from goldspan.formats.label_selection import select, select_tags
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.record import Note, RawSpan, Record, duplicate_id, several_annotators
from goldspan.formats.spacy_pipeline import is_installed_pipeline, is_saved_pipeline, predict
from goldspan.formats.tagging_schemes import fit_of_files, with_one_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.formats.conll_sentences import ConllSentence, SentenceError

__all__ = ["NOTE_KINDS", "SOURCE_FORMATS", "Source", "count_notes", "of_records", "read_source", "scheme_fit"]

NOTE_KINDS = {
    "assumed-scheme": "gold does not tell the tagging scheme by which tags are judged; it is assumed",
    "cut-span": "a predicted span that goes beyond the example of gold; it is cut at its end",
    "different-breaks": "a sentence ends in only one of the two files; the tags count where gold's sentences end",
    "different-text": "the text of a prediction is not gold's; its spans are mapped to gold's text",
    "different-token": "a token differs from that of gold; its tag counts for gold's token",
    "draft": "annotation that nobody submitted; it is not read",
    "discontinuous": "a span with words between its parts, read as --discontinuous chooses",
    "extra-example": "a prediction for what is not in gold; it does not count",
    "extra-token": "a token that gold does not have; its tag does not count",
    "dropped-overlap": "a span that overlaps another and was dropped",
    "joined-sentences": "sentences that an annotation connects; they are one example",
    "kept-aside": "what is no span; it is kept under an extra key",
    "lost-span": "a predicted span that has no place in gold's text; it does not count",
    "matched-by-text": "predictions matched to gold by their text alone, because their ids differ",
    "mended-line": "a line that could not be read as written and was repaired",
    "merged-span": "a predicted span that is the same as another of its label in gold's text; it counts once",
    "missing-example": "an example of gold without a prediction: its spans count as missed",
    "missing-token": "a token of gold without a prediction: it counts as O",
    "no-annotation": "an example that its annotator rejected or ignored; it is left out",
    "offsets-in-doubt": "offsets that another unit, or another text, would fit better",
    "other-label": "a span of a label that was not asked for; it is left out",
    "outside-scheme": "a predicted label that gold and its scheme do not have; its spans count as spurious",
    "no-layer": "a file that declares no layer of annotation; it is read as text without spans",
    "not-read": "something in the file that is no span; it is not kept",
    "other-unit": "predictions for other parts of the articles than gold's; spans are compared by their places there",
    "other-layers": "annotation of other layers or span groups; it is not read as spans",
    "prediction": "spans of a model in a file of annotation; they are read where nobody annotated",
    "repaired-tag": "a tag that its scheme forbids where it stands",
    "seen-article": "the pipeline learned from an article of gold, or was chosen by it; scores there say little",
    "several-users": "spans of several people in one example; they are read as one annotation",
    "several-schemes": "the tags of a prediction fit another scheme than gold's; they are judged by gold's",
    "unjudged-span": "a predicted span where nobody annotated gold; it does not count",
    "word-language": "the language before each word of a file, which is read as no part of it",
    "widened-span": "a span that ends inside a multiword token; it has all of it",
}

SOURCE_FORMATS = (*formats.NAMES, *formats.ALIASES, "pipeline")
SHOWN = 1000  # examples after which the number is shown
NO_LINE = -1  # in the column of lines
MOST_REPAIRED: Mapping[conll_sentences.FaultKind, float] = {
    "tag": 0.01,
    "bytes": 0.05,
    "word": 1.0,
}  # the share of lines at most
REPAIRS = {
    "tag": "read as O",
    "bytes": f"read as {conll_sentences.REPLACEMENT!r}",
    "word": f"read as {conll_sentences.REPLACEMENT!r}",
}


class Places(LazySequence["tuple[Path | None, int | None]"]):
    """The file and the line of each of many examples, as numbers."""

    def __init__(self) -> None:
        self._files: list[Path | None] = []
        self._numbers: dict[Path | None, int] = {}
        self._file, self._line = array("q"), array("q")

    def append(self, file: Path | None, line: int | None) -> None:
        """Add the place of an example."""
        if file not in self._numbers:
            self._numbers[file] = len(self._files)
            self._files.append(file)
        self._file.append(self._numbers[file])
        self._line.append(NO_LINE if line is None else line)

    def __len__(self) -> int:
        return len(self._file)

    def value(self, number: int) -> tuple[Path | None, int | None]:
        """The place of the example of a number."""
        line = self._line[number]
        return self._files[self._file[number]], None if line == NO_LINE else line


@dataclass(frozen=True, slots=True)
class Source:
    """The examples of gold or of a prediction.

    Args:
        examples: n examples; their texts are not kept in memory (`goldspan.example_table`).
        notes: what was noted while reading.
        kind: the format's name, `dataset`, `pipeline` or `examples`.
        places: file and line of each of the n examples; empty where there is no file.
        sentences: the n examples token by token, if they come from a CoNLL file with one column of tags; else empty.
        numbered: for each of the n examples whether its id is only its number in a file that states no ids.
        formats: the names of the formats that were read.
        scheme: the tagging scheme by which chunks must be well formed (`--repair strict`); None under `conlleval`.
    """

    examples: Sequence[Example]
    notes: list[Note] = field(default_factory=list)
    kind: str = "examples"
    places: Sequence[tuple[Path | None, int | None]] = ()
    sentences: Sequence[ConllSentence] = ()
    numbered: Sequence[int] = ()
    formats: tuple[str, ...] = ()
    scheme: str | None = None

    @property
    def table(self) -> ExampleTable:
        """The examples as a table."""
        return ExampleTable.of(self.examples)

    def place(self, number: int) -> tuple[Path | None, int | None]:
        """The file and the line of an example, as far as they are known."""
        return self.places[number] if self.places else (None, None)

    @property
    def has_ids(self) -> bool:
        """Whether ids decide which examples belong together: not where examples are only numbered."""
        return not any(self.numbered)

    def states_id(self, number: int) -> bool:
        """Whether the id of an example is stated, rather than made from its number in a file."""
        return not (self.numbered and self.numbered[number])

    def chosen(self, numbers: Sequence[int]) -> Source:
        """The source with only some of its examples."""
        return replace(
            self,
            examples=self.table.take(numbers),
            places=[self.places[number] for number in numbers] if self.places else (),
            sentences=StoredValues.of(self.sentences[number] for number in numbers) if self.sentences else (),
            numbered=bytearray(bool(self.numbered[number]) for number in numbers) if self.numbered else (),
        )


def count_notes(notes: Iterable[Note]) -> dict[str, int]:
    """How many notes there are of each kind, by kind in alphabetical order."""
    return dict(sorted(Counter(note.kind for note in notes).items()))


def read_source(
    source: str | Path,
    *,
    form: str | None = None,
    reading: ReadOptions = DEFAULT,
    texts: Sequence[Example] | None = None,
    mend: bool = True,
    on_examples: Callable[[int], object] = lambda _: None,
) -> Source:
    """The examples of a file, a folder, a dataset or a spaCy pipeline.

    Args:
        source: a file, a folder of files, a dataset folder, or the name of an installed spaCy pipeline.
        form: one of `SOURCE_FORMATS`; detected from the content if not named.
        reading: how to read what the source does not state itself.
        texts: the examples of gold, for a pipeline to run on.
        mend: whether damaged lines of a CoNLL file are mended, as in the output of a system; not for gold.
        on_examples: called with the number of examples read, once for each `SHOWN` of them.

    Raises:
        InputError: naming file and line, for what cannot be read; for a source without examples. In a CoNLL file lost
            words, up to one line in twenty that is not UTF-8 and up to one in a hundred without a tag are mended and
            noted instead if asked for (`goldspan.formats.conll_sentences.read_sentences`).
        NotFoundError: for a pipeline that is not installed.
    """
    path, kind, columns = Path(source), _source_kind(source, form), _Columns(on_examples)
    if kind == "pipeline":
        records = (Record(path, None, e.id, e.text, tuple(RawSpan(s.start, s.end, s.label) for s in e.spans), e.at)
                   for e in predict(str(source), _require_texts(texts, path), reading.spans_key))  # fmt: skip
        parts = [_collect((select(record, reading) for record in records), kind, columns)]
    else:
        files = list(input_files(path, kind))
        reading = with_one_scheme(reading, files)
        parts = [_read_file(file, name, reading, columns, mend=mend) for file, name in files]
    read = replace(
        parts[0] if len(parts) == 1 else _join_files(parts),
        examples=columns.store.table(),
        places=columns.places,
        numbered=columns.numbered,
    )
    if not read.examples:
        raise InputError("there is no example in it", file=path, remedy="Name a file with examples.")
    return read


def of_records(
    records: Iterable[Record],
    file: Path,
    *,
    reading: ReadOptions = DEFAULT,
    is_numbered: Callable[[Record], bool] = lambda _: False,
) -> Source:
    """The examples of records that come from a Python program rather than from a file.

    Args:
        records: as the program has them.
        file: the name that stands for them in messages.
        reading: the labels to read, their new names, and what becomes of overlaps.
        is_numbered: whether the id of a record is only its number.

    Raises:
        InputError: for the first record that is not valid, for two of one id, and if there is none.
    """
    columns = _Columns(lambda _: None)
    read = Source((), notes=[])
    for record in records:
        _add(select(record, reading), read.notes, columns, None, numbered=is_numbered(record))
    columns.require_unique(0)
    if not len(columns.store):
        raise InputError(
            "there is no example in it",
            file=file,
            remedy="Pass at least one example. An iterator that was read before is empty: pass a list.",
        )
    return replace(read, examples=columns.store.table(), places=columns.places, numbered=columns.numbered)


def scheme_fit(source: str | Path, form: str | None, reading: ReadOptions) -> iob.SchemeFit | None:
    """How well each tagging scheme fits the tags of what `read_source` reads; None if it has none with prefixes.

    Raises:
        InputError: for what is not there, or whose format cannot be detected.
    """
    kind = _source_kind(source, form)
    return None if kind == "pipeline" else fit_of_files(input_files(Path(source), kind), reading)


def _source_kind(source: str | Path, form: str | None) -> str | None:
    """`pipeline`, or the format of the source's files; None where each file's format is to be detected."""
    path = Path(source)
    if form == "pipeline":
        return form
    if form is not None:
        return formats.canonical(form)
    if path.exists():
        return "pipeline" if is_saved_pipeline(path) else None
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


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is kept of all examples of all files of a source."""

    on_examples: Callable[[int], object]
    store: ExampleStore = field(default_factory=ExampleStore)
    places: Places = field(default_factory=Places)
    numbered: bytearray = field(default_factory=bytearray)
    annotators: dict[str | None, int] = field(default_factory=dict)
    annotator: array[int] = field(default_factory=partial(array, "i"))

    def append(self, record: Record, example: Example, *, numbered: bool) -> None:
        self.store.append(example)
        self.places.append(record.file, record.line)
        self.numbered.append(numbered)
        self.annotator.append(self.annotators.setdefault(record.annotator, len(self.annotators)))
        if len(self.store) % SHOWN == 0:
            self.on_examples(len(self.store))

    def require_unique(self, begin: int) -> None:
        """Refuse two examples of one id among those from a number on.

        Raises:
            InputError: for the first whose id was there before.
        """
        import numpy as np

        ids = self.store.column("ids")[begin:]
        order = np.argsort(ids, kind="stable")
        again = order[1:][ids[order[1:]] == ids[order[:-1]]]
        if not again.size:
            return
        number = int(again.min())
        earlier, later = (begin + row for row in (int(np.flatnonzero(ids == ids[number])[0]), number))
        names = [*self.annotators]
        first, second = (names[self.annotator[row]] for row in (earlier, later))
        file, line = self.places[later]
        assert file is not None, "what was read is of a file"
        record = Record(file, line, self.store.id(later), "", annotator=second)
        if first != second:
            raise several_annotators(record, first)
        raise duplicate_id(record, "Which of the two counts cannot be told: remove one, or give it another id.")


def _read_file(path: Path, name: str, reading: ReadOptions, columns: _Columns, *, mend: bool) -> Source:
    """What is known of a file besides its examples, which are added to the columns."""
    form = formats.get(name)
    if form.has_sentences:
        return _read_sentences(path, form, reading, columns, mend=mend)
    return _collect(form.scan(path, reading), name, columns)


def _collect(scanned: Iterable[Record | InputError], kind: str, columns: _Columns) -> Source:
    form = formats.get(kind) if kind in formats.NAMES else None
    read, begin = Source((), kind=kind, formats=(kind,)), len(columns.store)
    try:
        for record in scanned:
            _add(record, read.notes, columns, form)
    except InputError:
        columns.require_unique(begin)  # which comes before what is wrong
        raise
    columns.require_unique(begin)
    return read


def _add(
    record: Record | InputError,
    notes: list[Note],
    columns: _Columns,
    form: formats.Format | None,
    *,
    numbered: bool = False,
) -> None:
    """Add an example to the columns, unless nobody annotated it.

    Args:
        record: of the example.
        notes: to which those on it are added.
        columns: to which it is added.
        form: the format that it was read from, which tells whether its id is only a number.
        numbered: whether it is, without a format.

    Raises:
        InputError: if it is not valid.
    """
    if isinstance(record, InputError):
        raise record
    example = record.example()
    if isinstance(reason := example.extra.get(NOT_ANNOTATED), str) and reason:
        message = f"left out, for nobody annotated it: {reason}"
        notes.append(Note("no-annotation", message, record.file, record.line, example.id))
        return
    notes.extend(record.notes)
    is_numbered = numbered if form is None else form.is_numbered(record.id, record.file)
    columns.append(record, example, numbered=is_numbered)


def _read_sentences(path: Path, form: formats.Format, reading: ReadOptions, columns: _Columns, *, mend: bool) -> Source:
    module, repair = form.module, reading.repair
    layout = module.read_layout(path, reading)
    scheme = module.tagging_scheme(path, reading, layout)
    sentences: StoredValues[ConllSentence] = StoredValues()
    for sentence in module.read_sentences(path, reading, lenient=mend, layout=layout):
        if isinstance(sentence, InputError):
            raise sentence
        sentences.append(sentence)
    _refuse_damaged_file(sentences)
    notes = [*layout.notes(path)]
    notes += [note for sentence in sentences for note in _sentence_notes(sentence, path, scheme, repair)]
    selects, is_nested = bool(reading.rename or reading.only is not None), False
    selected: StoredValues[ConllSentence] = StoredValues() if selects else sentences
    for sentence in sentences:
        record = select(module.record(sentence, path, scheme, repair), reading)
        columns.append(record, record.example(), numbered=not sentence.stated)
        notes += record.notes
        if selects:
            selected.append(replace(sentence, tags=select_tags(sentence.tags, reading)))
        is_nested = is_nested or bool(sentence.nested)
    return Source(
        (),
        notes=notes,
        kind=form.name,
        sentences=() if is_nested else selected,
        formats=(form.name,),
        scheme=scheme if repair == "strict" and not layout.only_scheme else None,
    )


def _refuse_damaged_file(sentences: Sequence[ConllSentence]) -> None:
    """Refuse a file with too many faults. Lost words do not count: their tags are there, and gold has the words."""
    faults: list[SentenceError] = []
    lines = 0
    for sentence in sentences:
        faults += sentence.faults
        lines += len(sentence.lines)
    for kind, share in MOST_REPAIRED.items():
        errors = [fault.error for fault in faults if fault.kind == kind]
        if len(errors) > share * lines:
            raise errors[0]


def _sentence_notes(sentence: ConllSentence, path: Path, scheme: str, repair: iob.Repair) -> Iterable[Note]:
    for fault in sentence.faults:
        message = f"{fault.error.message}: {REPAIRS[fault.kind]}"
        yield Note("mended-line", message, path, fault.error.line, sentence.name)
    outcome = "its chunk is not a span" if repair == "strict" else "read as conlleval does"
    for tags, written in ((sentence.tags, sentence.written), *sentence.nested):
        for number in iob.malformed(tags, scheme):
            message = f"{written[number]!r} is not allowed here in {scheme}: {outcome}"
            yield Note("repaired-tag", message, path, sentence.lines[number], sentence.name)


def _join_files(parts: Sequence[Source]) -> Source:
    """The files of a folder as one source; only files of one format and scheme can be compared by token."""
    kinds = {part.kind for part in parts}
    schemes = {part.scheme for part in parts}
    comparable = len(kinds) == len(schemes) == 1 and all(part.sentences for part in parts)
    return Source(
        (),
        notes=[note for part in parts for note in part.notes],
        kind=kinds.pop() if len(kinds) == 1 else "folder",
        formats=tuple(dict.fromkeys(name for part in parts for name in part.formats)),
        sentences=StoredValues.of(sentence for part in parts for sentence in part.sentences) if comparable else (),
        scheme=schemes.pop() if comparable else None,
    )

"""Reading what is to be compared, from any format that is known, with a note of all that was not as it should be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from goldspan import formats
from goldspan.errors import InputError
from goldspan.formats import conll, prodigy, sentences, tagging
from goldspan.formats.convert import found
from goldspan.sources import dataset, pipeline
from goldspan.sources.source import KINDS, Note, Source, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.formats.record import Record
    from goldspan.formats.sentences import Sentence
    from goldspan.values import Example

__all__ = ["FORMS", "KINDS", "Note", "Source", "read", "tally"]

FORMS = (*formats.NAMES, *formats.ALIASES, "dataset", "pipeline")
MENDED: Mapping[sentences.Kind, float] = {"tag": 0.01, "bytes": 0.05, "word": 1.0}  # the share of lines at most

DONE = {"tag": "read as O", "bytes": f"read as {sentences.LOST!r}", "word": f"read as {sentences.LOST!r}"}


def read(
    source: str | Path,
    *,
    form: str | None = None,
    split: str | None = None,
    repair: tagging.Repair = "conlleval",
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
            noted instead (`goldspan.formats.sentences.read`).
        MissingPart: for a pipeline that is not installed.
    """
    path, kind = Path(source), _kind(source, form)
    if kind == "pipeline":
        read = Source(pipeline.predict(str(source), _needed(texts, path)), kind=kind)
    elif kind == "dataset":
        read = _gather(dataset.scan(path, split), kind)
    else:
        parts = [_part(file, name, repair) for file, name in found(path, kind)]
        read = parts[0] if len(parts) == 1 else _joined(parts)
    if not read.examples:
        raise InputError("there is no example in it", file=path, remedy="Name a file with examples.")
    return read


def _kind(source: str | Path, form: str | None) -> str | None:
    """What the source is: `pipeline`, `dataset`, or the format of its files; None where each is to be told."""
    path = Path(source)
    if form in {"pipeline", "dataset"}:
        return form
    if form is not None:
        return formats.canonical(form)
    if path.exists():
        if pipeline.is_saved(path):
            return "pipeline"
        return "dataset" if dataset.is_dataset(path) else None
    if pipeline.is_installed(str(source)):
        return "pipeline"
    raise InputError(
        "there is no such file or folder, nor an installed spaCy pipeline of this name",
        file=path,
        remedy="Name a file, or install the pipeline.",
    )


def _needed(texts: Sequence[Example] | None, path: Path) -> Sequence[Example]:
    if texts is None:
        raise InputError("a spaCy pipeline is no gold", file=path, remedy="Name it as the predictions.")
    return texts


def _part(path: Path, name: str, repair: tagging.Repair) -> Source:
    return _conll(path, repair) if name == "conll" else _gather(formats.get(name).scan(path), name)


def _gather(scanned: Iterable[Record | InputError], kind: str) -> Source:
    read = Source([], kind=kind, places=(places := []))
    for record in scanned:
        if isinstance(record, InputError):
            raise record
        example = record.example()
        if kind == "prodigy" and (answer := prodigy.answer(example)) != "accept":
            message = f"the answer is {answer!r}: left out, for it is no annotation"
            read.notes.append(Note("no-annotation", message, record.file, record.line, example.id))
            continue
        read.examples.append(example)
        places.append((record.file, record.line))
    return read


def _conll(path: Path, repair: tagging.Repair) -> Source:
    scheme = sentences.detect(path)
    found: list[Sentence] = []
    for sentence in sentences.read(path, lenient=True):
        if isinstance(sentence, InputError):
            raise sentence
        found.append(sentence)
    _refuse_many_faults(found)
    return Source(
        [conll.record(sentence, path, scheme, repair).example() for sentence in found],
        [note for sentence in found for note in _notes(sentence, path, scheme, repair)],
        "conll",
        [(path, sentence.line) for sentence in found],
        found,
        scheme if repair == "strict" else None,
    )


def _refuse_many_faults(found: Sequence[Sentence]) -> None:
    """Refuse a file that is damaged all over. Lost words are no such damage: tags are there, and gold has the words."""
    faults = [fault for sentence in found for fault in sentence.faults]
    lines = sum(len(sentence.lines) for sentence in found)
    for kind, share in MENDED.items():
        errors = [fault.error for fault in faults if fault.kind == kind]
        if len(errors) > share * lines:
            raise errors[0]


def _notes(sentence: Sentence, path: Path, scheme: str, repair: tagging.Repair) -> Iterable[Note]:
    for fault in sentence.faults:
        message = f"{fault.error.message}: {DONE[fault.kind]}"
        yield Note("mended-line", message, path, fault.error.line, sentence.name)
    done = "its span is none" if repair == "strict" else "read as conlleval does"
    for number in tagging.malformed(sentence.tags, scheme):
        message = f"{sentence.written[number]!r} may not stand here in {scheme}: {done}"
        yield Note("repaired-tag", message, path, sentence.lines[number], sentence.name)


def _joined(parts: Sequence[Source]) -> Source:
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

"""spaCy's DocBin, a `.spacy` file: what `spacy train` reads.

There is a doc per example. The spans are its entities, and are repeated in the span group `sc`, where spaCy looks for
those of a span categoriser. `doc.user_data["goldspan"]` keeps id, `at` and extra as JSON. The same examples give the
same bytes.

The entities and the group `sc` of any DocBin are read; other span groups are kept in the extra key `span_groups`. What
a pipeline computed (tags, parses, categories, vectors) is not read, for it is not an annotation of spans.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from goldspan import files, strict_json, tokens
from goldspan.errors import InputError
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import RawSpan, Record
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from spacy.tokens import Doc
    from spacy.tokens import Span as Entity

    from goldspan.annotation import Example, Span
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

KEY = "goldspan"
GROUP = "sc"
ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each doc as a record, or the error that says why it is not valid.

    Raises:
        InputError: if the file cannot be read or is not a DocBin.
    """
    del options
    for number, doc in enumerate(_docs(path), start=1):
        try:
            yield _record(doc, path, f"{path.stem}.{number}")
        except InputError as error:
            yield error


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> list[tokens.Misaligned]:
    """Write the docs, all or nothing, and return the spans that cut tokens.

    Args:
        path: the file.
        examples: all are kept in memory, for a DocBin is compressed as a whole.
        options: the policy `strict` refuses spans that cut tokens, `expand` widens them to the tokens that they touch.

    Raises:
        InputError: naming every span that a doc cannot hold; nothing is written.
    """
    from spacy.tokens import DocBin

    alignment = Alignment(options.policy, options.language)
    docs = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    for example in examples:
        docs.add(_doc(example, alignment, options.language))
    misaligned = alignment.validated(path)
    with files.replacing(path) as stream:
        stream.write(docs.to_bytes())
    return misaligned


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is deflated msgpack, a map that begins with the version as DocBin writes it."""
    try:
        return zlib.decompressobj().decompress(sample.head, 16)[1:].startswith(b"\xa7version")
    except zlib.error:
        return False


def _doc(example: Example, alignment: Alignment, language: str) -> Doc:
    doc = tokens.doc(example.text, language)
    extents = tokens.extents(doc)
    spans = tokens.spans_of(alignment.tags(example, extents), extents)
    doc.ents = [_entity(doc, span) for span in spans]
    doc.spans[GROUP] = doc.ents
    doc.user_data[KEY] = files.dumps({"id": example.id, "at": example.at, "extra": dict(example.extra)})
    return doc


def _entity(doc: Doc, span: Span) -> Entity:
    entity = doc.char_span(span.start, span.end, label=span.label)
    assert entity is not None, "the span was read from tags of these tokens"
    return entity


def _docs(path: Path) -> Iterator[Doc]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    data = files.read_bytes(path)
    try:
        yield from DocBin().from_bytes(data).get_docs(Vocab())
    except Exception as error:  # noqa: BLE001  (foreign bytes make zlib, msgpack, numpy and spaCy fail in many ways)
        raise InputError(
            f"no DocBin: {' '.join(str(error).split()):.120}", file=path, remedy="Name a file that spaCy wrote."
        ) from None


def _record(doc: Doc, path: Path, name: str) -> Record:
    metadata = _metadata(doc, path, name)
    groups = {
        key: [RawSpan(span.start_char, span.end_char, span.label_) for span in group]
        for key, group in doc.spans.items()
    }
    entities = [RawSpan(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
    spans = tuple(sorted({*entities, *groups.pop(GROUP, ())}))
    extra = dict(metadata["extra"])
    if groups:
        extra["span_groups"] = {key: [list(span[:3]) for span in group] for key, group in groups.items()}
    return Record(path, None, metadata["id"], doc.text, spans, metadata["at"], extra)


def _metadata(doc: Doc, path: Path, name: str) -> dict[str, Any]:
    if KEY not in doc.user_data:
        return {"id": name, "at": 0, "extra": {}}
    try:
        metadata = strict_json.loads(doc.user_data[KEY])
    except (TypeError, ValueError):
        metadata = None
    match metadata:
        case {"id": str(), "at": int(), "extra": dict()}:
            return dict(metadata)
    raise InputError(
        f"what goldspan keeps of doc {name} is damaged", file=path, example=name, remedy="Export the file again."
    )

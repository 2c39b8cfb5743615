"""spaCy's DocBin, a `.spacy` file: what `spacy train` reads.

There is a doc per example. The spans stand in the span group `sc`, where spaCy looks for those of a span categoriser,
and those that overlap no other are entities, too. The tokens of spans that overlap have no entity annotation: they are
*missing*, as spaCy calls it, so that nobody takes the entities of such a doc for all that there is.
`doc.user_data["goldspan"]` keeps id, `at` and extra as JSON. The same examples give the same bytes.

What nobody annotated is missing, too, when it is written and when it is read: tokens without entity annotation are the
`not_annotated` of an example, unless a span group that is read covers them. A doc that is annotated in part gets no
group `sc`, because a group cannot say where it is incomplete.

The entities and the group `sc` of any DocBin are read, or the groups that `--spans-key` names, among which `ents` are
the entities; other groups are kept in the extra key `span_groups` and noted. Knowledge-base ids, ids of spans and
categories are kept in the extra keys `kb_ids`, `span_ids` and `cats`. Attributes of other programs are noted, not kept.
What a pipeline computed (tags, parses, vectors) is not read, for it is not an annotation of spans.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan import files, strict_json, tokens
from goldspan.annotation import NOT_ANNOTATED, first_overlap
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import Note, RawSpan, Record
from goldspan.formats.spacy_pipeline import ENTITIES, SPAN_GROUP
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from spacy.tokens import Doc
    from spacy.tokens import Span as DocSpan

    from goldspan.annotation import Example, Span
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

Extent = TypeVar("Extent", "Span", RawSpan)
KEY = "goldspan"
ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")
VERSION = "0.1"  # the only one there has been
LARGEST = 1 << 31  # bytes, unpacked
MISSING, INSIDE, OUTSIDE, BEGIN = range(4)  # what ENT_IOB counts
NO_ANNOTATION = "no annotation in the DocBin"
REMEDY = "Name a file that spaCy wrote."
ATTRIBUTES_REMEDY = "Save the docs with both attributes, ENT_IOB and ENT_TYPE."


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each doc as a record, or the error that says why it is not valid.

    Raises:
        InputError: if the file cannot be read or is not a DocBin.
    """
    keys = options.spans_key or (ENTITIES, SPAN_GROUP)
    groups: set[str] = set()
    has_annotation = False
    for number, doc in enumerate(_docs(path), start=1):
        name = f"{path.stem}.{number}"
        groups.update(doc.spans)
        try:
            record = record_of_doc(doc, path, name, keys)
        except InvalidValueError as error:
            yield InputError(error.message, file=path, example=name, remedy=error.remedy)
        except InputError as error:
            yield error
        except Exception as error:  # noqa: BLE001  (damaged docs make spaCy fail in many ways)
            yield _damaged(path, error, name)
        else:
            has_annotation = has_annotation or record.extra.get(NOT_ANNOTATED) != NO_ANNOTATION
            yield record
    unknown = [key for key in options.spans_key or () if key not in groups and key != ENTITIES]
    if unknown or (groups - {*keys} and not has_annotation):
        yield _other_groups(path, groups, unknown)


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

    alignment = Alignment(options)
    docs = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    for example in examples:
        docs.add(_doc(example, alignment, options.language))
    misaligned = alignment.validated(path)
    with files.replacing(path) as stream:
        stream.write(docs.to_bytes())
    return misaligned


def losses(example: Example) -> Iterator[str]:
    """What an example has that its doc can hold only in part."""
    if first_overlap(example.spans) is not None:
        yield "entities where spans overlap (the span group sc has them)"


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is deflated msgpack, a map that begins with the version as DocBin writes it.

    A `.spacy` that is empty or no text counts, too: the reader says what is wrong with it.
    """
    try:
        if zlib.decompressobj().decompress(sample.head, 16)[1:].startswith(b"\xa7version"):
            return True
    except zlib.error:
        pass
    return sample.path.suffix == ".spacy" and (sample.is_empty or b"\x00" in sample.head or not _is_text(sample.head))


@dataclass
class DocAnnotation:
    """What is read of a doc.

    Args:
        spans: of the entities and groups that are read.
        missing: the numbers of the tokens without entity annotation; all, if the entities are not read.
        has_group: whether it has one of the groups that are read.
        extra: what is kept beside the spans.
        unread: what is there and not kept.
    """

    spans: set[RawSpan] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    has_group: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def _doc(example: Example, alignment: Alignment, language: str) -> Doc:
    doc = tokens.doc(example.text, language)
    kept: dict[str, Any] = {"id": example.id, "at": example.at, "extra": dict(example.extra)}
    if isinstance(example.extra.get(NOT_ANNOTATED), str) and not example.is_annotated:
        spans: list[Span] = []
        doc.set_ents([], default="missing")
        is_held = not example.spans
    else:
        spans = alignment.spans(example, tokens.extents(doc))
        flat = _without_overlaps(spans)
        entities = [_doc_span(doc, span) for span in flat]
        taken = {token.i for entity in entities for token in entity}
        unknown = [(span.start, span.end) for span in spans if span not in flat]
        missing = _touching(doc, [*unknown, *example.unannotated_parts]) - taken
        doc.set_ents(entities, missing=[doc[number : number + 1] for number in sorted(missing)], default="outside")
        is_held = len(flat) == len(spans)
    if example.is_annotated:
        doc.spans[SPAN_GROUP] = [_doc_span(doc, span) for span in spans]
    elif not is_held:
        kept["spans"] = [[span.start, span.end, span.label] for span in spans or example.spans]
    doc.user_data[KEY] = files.dumps(kept)
    return doc


def _without_overlaps(spans: Sequence[Extent]) -> list[Extent]:
    """The spans, sorted, that overlap no other."""
    flat: list[Extent] = []
    end = 0  # of what came before
    for number, span in enumerate(spans):
        following = spans[number + 1].start if number + 1 < len(spans) else span.end
        if end <= span.start and span.end <= following:
            flat.append(span)
        end = max(end, span.end)
    return flat


def _touching(doc: Doc, parts: Iterable[tuple[int, int]]) -> set[int]:
    """The numbers of the tokens that parts of the text touch."""
    found: set[int] = set()
    for start, end in parts:
        found.update(token.i for token in doc if token.idx < end and start < token.idx + len(token))
    return found


def _doc_span(doc: Doc, span: Span) -> DocSpan:
    found = doc.char_span(span.start, span.end, label=span.label)
    assert found is not None, "the span begins and ends with tokens"
    return found


def _docs(path: Path) -> Iterator[Doc]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    data = files.read_bytes(path)
    try:
        _require_whole(data)
        yield from DocBin().from_bytes(data).get_docs(Vocab())
    except InvalidValueError as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from None
    except Exception as error:  # noqa: BLE001  (foreign bytes make zlib, msgpack, numpy and spaCy fail in many ways)
        raise _damaged(path, error) from None


def _require_whole(data: bytes) -> None:
    """Make sure that the parts of a DocBin fit each other; spaCy would leave out docs and tokens without a word.

    Raises:
        InvalidValueError: if they do not, for another version, or one too large to be unpacked.
        Exception: whatever zlib and msgpack raise.
    """
    import srsly
    from spacy.attrs import IDS

    unpacking = zlib.decompressobj()
    plain = unpacking.decompress(data, LARGEST)
    if unpacking.unconsumed_tail:
        raise InvalidValueError(f"more than {LARGEST >> 30} GB when unpacked", remedy="Cut it into several files.")
    if not unpacking.eof or unpacking.unused_data:
        what = "it goes on after its end" if unpacking.unused_data else "it ends too early"
        raise InvalidValueError(f"no DocBin, or a damaged one: {what}", remedy="Copy or write the file again.")
    message: Any = srsly.msgpack_loads(plain)
    if message.get("version", VERSION) != VERSION:
        raise InvalidValueError(f"its version is {message['version']!r:.40}, not {VERSION}", remedy=REMEDY)
    if IDS["ENT_IOB"] in message["attrs"] and IDS["ENT_TYPE"] not in message["attrs"]:
        raise InvalidValueError(
            "its entities have no labels: ENT_TYPE is not among the attributes", remedy=ATTRIBUTES_REMEDY
        )
    lengths = memoryview(message["lengths"]).cast("i").tolist()
    columns = len(message["attrs"])
    parts = {key: len(message[key]) for key in ("cats", "span_groups", "flags", "user_data") if key in message}
    sizes = (8 * columns * sum(lengths), sum(lengths))
    if (
        min(lengths, default=0) < 0
        or sizes != (len(message["tokens"]), len(message["spaces"]))
        or {*parts.values()} - {len(lengths)}
    ):
        raise InvalidValueError(
            f"damaged: it has parts for {len(lengths)} docs of {sum(lengths)} tokens that do not fit each other",
            remedy="Write the file again.",
        )


def _damaged(path: Path, error: Exception, name: str | None = None) -> InputError:
    what = "no DocBin" if name is None else "the doc is damaged"
    return InputError(f"{what}: {' '.join(str(error).split()):.120}", file=path, example=name, remedy=REMEDY)


def _other_groups(path: Path, groups: set[str], unknown: Sequence[str]) -> InputError:
    there = f"its span groups are {', '.join(sorted(groups))}" if groups else "it has no span groups"
    what = f"no doc has the span group {unknown[0]!r}" if unknown else "no doc has entities, or the span group sc"
    return InputError(
        f"{what}; {there}",
        file=path,
        remedy=f"Name groups that it has with --spans-key; {ENTITIES!r} are the entities.",
    )


def record_of_doc(doc: Doc, path: Path, name: str, keys: Sequence[str]) -> Record:
    """The annotation of a doc.

    Args:
        doc: the doc.
        path: its file.
        name: its id, where it states none.
        keys: the span groups to read, and `ENTITIES` for its entities.

    Raises:
        InputError: for what goldspan keeps in a doc, damaged.
        InvalidValueError: for entities that are not valid.
    """
    kept, is_own = _metadata(doc, path, name), KEY in doc.user_data
    read = _annotation(doc, keys)
    spans, missing = _spans_and_missing(doc, read, kept, is_own=is_own)
    extra = kept["extra"] | read.extra
    stated = extra.pop(NOT_ANNOTATED, None)
    if stated and missing == _stated_missing(doc, stated, spans):
        extra[NOT_ANNOTATED] = stated
    elif missing:
        extra[NOT_ANNOTATED] = NO_ANNOTATION if len(missing) == len(doc) else _extents(doc, missing)
    notes = []
    if read.unread:
        notes.append(Note("not-read", f"it has {', '.join(read.unread)}: not read", path, None, kept["id"]))
    if groups := read.extra.get("span_groups"):
        message = f"its span groups {', '.join(map(repr, groups))} are kept in 'span_groups', not read as spans"
        remedy = f"--spans-key NAME[,NAME] names the groups to read; {ENTITIES!r} are the entities."
        notes.append(Note("other-layers", message, path, None, kept["id"], remedy))
    return Record(path, None, kept["id"], doc.text, tuple(sorted(spans)), kept["at"], extra, notes=tuple(notes))


def _spans_and_missing(
    doc: Doc, read: DocAnnotation, kept: dict[str, Any], *, is_own: bool
) -> tuple[set[RawSpan], set[int]]:
    """The spans of a doc, and the tokens that nobody annotated."""
    if read.has_group and (is_own or len(read.missing) == len(doc)):
        return read.spans, set()
    if "spans" in kept:  # those that the doc cannot hold; unless another program changed its entities since
        own = [RawSpan(*span) for span in kept["spans"]]
        is_whole = isinstance(kept["extra"].get(NOT_ANNOTATED), str)
        if is_whole and not read.spans and len(read.missing) == len(doc):
            return set(own), read.missing
        if not is_whole and read.spans == {*_without_overlaps(own)}:
            return set(own), read.missing - _touching(doc, [span[:2] for span in own])
    return read.spans, read.missing - _touching(doc, [span[:2] for span in read.spans])


def _stated_missing(doc: Doc, stated: object, spans: Iterable[RawSpan]) -> set[int]:
    """The tokens that `not_annotated` means."""
    if not isinstance(stated, list):
        return set(range(len(doc)))
    return _touching(doc, stated) - _touching(doc, [span[:2] for span in spans])


def _extents(doc: Doc, numbers: Iterable[int]) -> list[list[int]]:
    """The parts of the text that neighbouring tokens make up."""
    runs = groupby(enumerate(sorted(numbers)), key=lambda item: item[1] - item[0])
    extents = [[number for _, number in run] for _, run in runs]
    return [[doc[run[0]].idx, doc[run[-1]].idx + len(doc[run[-1]])] for run in extents]


def _annotation(doc: Doc, keys: Sequence[str]) -> DocAnnotation:
    read = DocAnnotation(missing=set(range(len(doc))))
    entities, missing = _entities(doc)
    if ENTITIES in keys:
        read.spans.update(span for span, _, _ in entities)
        read.missing = missing
    elif entities:
        read.unread.append("entities")
    identified = entities if ENTITIES in keys else []
    for key, group in doc.spans.items():
        found = [(_raw(span), span.kb_id_, span.id_) for span in group]
        if key in keys:
            read.has_group = True
            read.spans.update(span for span, _, _ in found)
            identified = identified + found
        else:
            read.extra.setdefault("span_groups", {})[key] = [list(span[:3]) for span, _, _ in found]
        if group.attrs:
            read.unread.append(f"attributes of the span group {key!r}")
    for name, place in (("kb_ids", 1), ("span_ids", 2)):
        if ids := sorted({(*item[0][:3], str(item[place])) for item in identified if item[place]}):
            read.extra[name] = [list(item) for item in ids]
    _add_data(doc, read)
    return read


def _add_data(doc: Doc, read: DocAnnotation) -> None:
    """Add the categories of a doc, and the names of what other programs keep with it."""
    if doc.cats and all(isinstance(value, int | float) and isfinite(value) for value in doc.cats.values()):
        read.extra["cats"] = {str(key): float(value) for key, value in doc.cats.items()}
    elif doc.cats:
        read.unread.append("categories that are no numbers")
    keys: list[object] = [key for key in doc.user_data if key != KEY]
    for key in keys:
        match key:
            case ("._.", str(name), *_):
                what = f"the extension attribute {name!r}"
            case _:
                what = f"the user data {key!r:.60}"
        if what not in read.unread:
            read.unread.append(what)


def _entities(doc: Doc) -> tuple[list[tuple[RawSpan, str, str]], set[int]]:
    """The entities, each with its knowledge-base id and its id, and the numbers of the tokens without annotation.

    Raises:
        InvalidValueError: where spaCy would read less than the tokens state.
    """
    extents: list[list[int]] = []
    missing: set[int] = set()
    before = (OUTSIDE, 0)
    for token in doc:
        now = (token.ent_iob, token.ent_type)
        if now[0] == MISSING:
            if token.ent_type:
                raise _invalid(token.i, f"has the entity type {token.ent_type_!r}, but no IOB value")
            missing.add(token.i)
        elif now[0] == INSIDE:
            if before[0] not in {INSIDE, BEGIN} or before[1] != now[1] or not token.ent_type:
                raise _invalid(token.i, f"is inside an entity of type {token.ent_type_!r} that has no beginning")
            extents[-1][1] = token.i
        elif now[0] == BEGIN and token.ent_type:  # a beginning without type is what spaCy calls blocked: outside
            extents.append([token.i, token.i])
        elif token.ent_type:
            raise _invalid(token.i, f"is outside entities, but has the entity type {token.ent_type_!r}")
        before = now
    return [
        (_raw(doc[first : last + 1], doc[first].ent_type_), doc[first].ent_kb_id_, doc[first].ent_id_)
        for first, last in extents
    ], missing


def _invalid(number: int, what: str) -> InvalidValueError:
    return InvalidValueError(f"token {number} {what}", remedy=ATTRIBUTES_REMEDY)


def _raw(span: DocSpan, label: str | None = None) -> RawSpan:
    return RawSpan(span.start_char, span.end_char, span.label_ if label is None else label)


def _metadata(doc: Doc, path: Path, name: str) -> dict[str, Any]:
    """What goldspan keeps of a doc: `id`, `at`, `extra`, and `spans` where the doc cannot hold them."""
    if KEY not in doc.user_data:
        return {"id": name, "at": 0, "extra": {}}
    try:
        metadata = strict_json.loads(doc.user_data[KEY])
    except (TypeError, ValueError, RecursionError):
        metadata = None
    match metadata:
        case {"id": str(), "at": int(), "extra": dict()} if all(_is_span(span) for span in metadata.get("spans", ())):
            return dict(metadata)
    raise InputError(
        f"what goldspan keeps of doc {name} is damaged", file=path, example=name, remedy="Export the file again."
    )


def _is_span(value: object) -> bool:
    match value:
        case [int(), int(), str()]:
            return True
    return False


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"  # a character that the end of the head cuts
    return True

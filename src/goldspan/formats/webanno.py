r"""WebAnno TSV 3, as INCEpTION and WebAnno export and import it.

    #FORMAT=WebAnno TSV 3.3
    #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value


    #Text=Rom ruft New York.
    1-1<TAB>0-3<TAB>Rom<TAB>_<TAB>LOC<TAB>
    1-3<TAB>9-12<TAB>New<TAB>*[1]<TAB>LOC[1]<TAB>
    1-4<TAB>13-17<TAB>York<TAB>*[1]<TAB>LOC[1]<TAB>

Offsets count the UTF-16 units of the document, as Java does and the description of the format prescribes; other
programs write code points, which `--offsets code-points` reads. Each token is compared with the text at its offsets.

A cell holds the values of one feature: `_` for no annotation, `*` for one without this value, several of one token
separated by `|`, and after a value in brackets the number of an annotation of several tokens. A line `1-3.1` is a part
of the token before it. A backslash stands before characters that mean something else.

An example is a sentence; `at` is where it begins in the document. The format does not record what stands between
sentences, which INCEpTION fills with a line break and spaces. Sentences that an annotation connects are one example.
The annotations of one layer are read (`goldspan.formats.annotation_layers`); what the others hold is noted.

What is written are annotations of DKPro's layer `NamedEntity`, with a sentence for each example, one after the other.
A line `#goldspan=`, which INCEpTION passes over, keeps the id, `at` and extra of each. A span that cuts a token is
written as a part of it, and white space that a span begins or ends with as a token, for the format has no other way.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import files, offsets, tokens
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.annotation_layers import NAMED_ENTITY, NO_LAYER, AnnotationLayer, choose_layer
from goldspan.formats.json_lines import decode, numbered, one_line
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import Note, RawSpan, Record
from goldspan.formats.webanno_sentences import (
    KEPT_PREFIX,
    OFFSETS_REMEDY,
    TEXT_PREFIX,
    TsvColumn,
    TsvSentence,
    TsvUnit,
    escape_text,
    escape_value,
    invalid_line,
    length,
    read_header,
    read_sentences,
    unescape,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

NUMBERED_VALUE = re.compile(r"((?:\\.|[^\\])*)\[([0-9]{1,15})\]", re.DOTALL)
BACKSLASHED = re.compile(r"\\.", re.DOTALL)
PIECE = re.compile(r"\\.|\\|[^\\|]+|\|", re.DOTALL)
OLDER = re.compile(rb"(?:\A|\n)#id=[^\n]*\n#text=")  # how a sentence begins in WebAnno TSV 1 and 2
HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|identifier|value\n\n"
NO_ANNOTATION, NO_VALUE = "_", "*"
LONGEST_GAP = 10_000  # characters between sentences of one example
LABEL_REMEDY = "--label NAME reads annotations without a value as NAME; --layer LAYER:FEATURE names another feature."


@dataclass
class TsvAnnotation:
    """An annotation of the layer that is read.

    Args:
        label: its value.
        first: the number of the sentence in which it begins, from 0.
        start: where it begins in that sentence.
        last: the number of the sentence in which it ends.
        end: where it ends there.
        token: the number of the last token of it that was read.
    """

    label: str
    first: int
    start: int
    last: int
    end: int
    token: int

    def extend(self, label: str, sentence: int, unit: TsvUnit) -> None:
        """Extend it to one more of its tokens, or parts of tokens.

        Raises:
            InvalidValueError: for another label, or a token that does not follow.
        """
        if label != self.label:
            raise InvalidValueError(f"is {self.label!r} before, and {label!r} here")
        if unit.token > self.token + 1:
            raise InvalidValueError("goes on here, but is not on the token before: each has its own number in the file")
        self.token = unit.token
        if sentence == self.first:
            self.start = min(self.start, unit.start)
        self.end = unit.end if sentence > self.last else max(self.end, unit.end)
        self.last = sentence


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each sentence as a record, or the error that says why the file cannot be read.

    Raises:
        InputError: if there is no such file.
    """
    try:
        files.require_small(path)
        lines = [(number, decode(raw, path, number).removesuffix("\r")) for number, raw in numbered(path)]
        header = read_header(lines, path)
        sentences = read_sentences(lines[header.size :], header, path, options.offsets or "utf-16")
        annotations, notes = _annotations(sentences, header.columns, path, options)
        yield from _records(sentences, annotations, path, notes)
    except InputError as error:
        yield error


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write a document of all examples, all or nothing.

    Args:
        path: the file.
        examples: read once.
        options: the language whose tokens are written.

    Raises:
        InputError: for an empty text, or a label that a line cannot hold; nothing is written.
    """
    with files.replacing(path) as stream:
        stream.write(HEAD.encode())
        place, annotations = 0, 0
        for number, example in enumerate(examples, start=1):
            if not example.text or any("\r" in span.label for span in example.spans):
                what = (
                    "a label has a line break in it" if example.text else "the text is empty: a sentence needs tokens"
                )
                raise InputError(what, file=path, example=example.id, remedy="Leave the example out, or correct it.")
            lines = _sentence_lines(example, number, place, annotations, options.language)
            stream.write("".join(f"{line}\n" for line in lines).encode())
            place += length(example.text, "utf-16") + 1
            annotations += len(example.spans)


def _sentence_lines(example: Example, number: int, place: int, annotations: int, language: str) -> list[str]:
    """The lines of an example.

    Args:
        example: the example.
        number: of its sentence, from 1.
        place: where the sentence begins in the document, in UTF-16 units.
        annotations: how many there are before it.
        language: of the tokens.
    """
    text = example.text
    words = _words(example, language)
    starts, ends = [start for start, _ in words], [end for _, end in words]
    units: dict[tuple[int, int, int], list[int]] = {(n, start, end): [] for n, (start, end) in enumerate(words)}
    sizes = []  # in how many units each span is written
    for index, span in enumerate(example.spans):
        touched = range(bisect_right(ends, span.start), bisect_left(starts, span.end))
        for n in touched:
            units.setdefault((n, max(starts[n], span.start), min(ends[n], span.end)), []).append(index)
        sizes.append(len(touched))
    kept = {"id": example.id, "at": example.at, "extra": dict(example.extra)}
    lines = ["", KEPT_PREFIX + one_line(kept), *(TEXT_PREFIX + escape_text(line) for line in text.split("\n"))]
    at = offsets.to_utf16(text, [edge for _, start, end in units for edge in (start, end)]).tolist()
    extents = dict(zip(units, zip(at[::2], at[1::2], strict=True), strict=True))
    parts = 0
    for unit in sorted(units, key=lambda unit: (unit[0], unit[1:] != words[unit[0]], unit)):
        n, start, end = unit
        is_token = (start, end) == words[n]
        parts = 0 if is_token else parts + 1
        names = [
            f"[{annotations + index + 1}]" if sizes[index] > 1 or len(units[unit]) > 1 else "" for index in units[unit]
        ]
        labels = [escape_value(example.spans[index].label) for index in units[unit]]
        cells = [
            f"{number}-{n + 1}" + ("" if is_token else f".{parts}"),
            f"{place + extents[unit][0]}-{place + extents[unit][1]}",
            escape_text(text[start:end]),
            "|".join(NO_VALUE + name for name in names) or NO_ANNOTATION,
            "|".join(label + name for label, name in zip(labels, names, strict=True)) or NO_ANNOTATION,
        ]
        lines.append("".join(f"{cell}\t" for cell in cells))
    return lines


def _words(example: Example, language: str) -> list[tuple[int, int]]:
    """The tokens, and the white space at the edges of the text and where a span begins or ends with it."""
    found = tokens.tokenize(example.text, language)
    ends = [0, *(end for _, end in found)]
    starts = [*(start for start, _ in found), len(example.text)]
    gaps = [gap for gap in zip(ends, starts, strict=True) if gap[0] < gap[1]]
    gap_starts = [start for start, _ in gaps]
    inside = {0, len(example.text) - 1}  # characters of white space that need a token
    inside.update(at for span in example.spans for at in (span.start, span.end - 1))
    needed = set()
    for at in inside:
        number = bisect_right(gap_starts, at) - 1
        if number >= 0 and at < gaps[number][1]:
            needed.add(gaps[number])
    return sorted([*found, *needed])


def is_format_of(sample: FileSample) -> bool:
    """Whether a file begins as WebAnno TSV does; the versions 1 and 2 count, too: the reader refuses them by name."""
    return sample.head.startswith(b"#FORMAT=WebAnno TSV") or OLDER.search(sample.head) is not None


def _annotations(
    sentences: Sequence[TsvSentence], columns: Sequence[TsvColumn], path: Path, options: ReadOptions
) -> tuple[list[TsvAnnotation], list[Note]]:
    """The annotations of the layer that is read, and a note on the others.

    Raises:
        InputError: with the line of a cell that is not understood; if none or several layers can be meant.
    """
    layers = [
        AnnotationLayer(name, tuple(column.feature for column in columns if column.layer == name and column.is_value))
        for name in dict.fromkeys(column.layer for column in columns if column.kind == "SP")
    ]
    used = {columns[number].layer for number in _used(sentences, columns, by_value=False)}
    candidates = layers if options.layer else [x for x in layers if x.name in used and not x.is_linguistic]
    if not candidates:
        is_own = all(sentence.kept for sentence in sentences)
        return [], [] if is_own else [Note("no-layer", NO_LAYER, path)]
    layer, feature = choose_layer(candidates, options.layer, path)
    chosen = next(n for n, c in enumerate(columns) if c.layer == layer.name and feature in {None, c.feature})
    label = options.label or (layer.short_name if feature is None else None)
    annotations = _annotations_in(sentences, chosen, label, path, has_values=feature is not None)
    return annotations, _other_layers(sentences, columns, chosen, path)


def _annotations_in(
    sentences: Sequence[TsvSentence], column: int, label: str | None, path: Path, *, has_values: bool
) -> list[TsvAnnotation]:
    """The annotations in a column.

    Args:
        sentences: of the document.
        column: its number.
        label: of annotations without a value.
        path: the file, for errors.
        has_values: whether the values of the column are labels.

    Raises:
        InputError: with the line of a cell that is not understood, or of an annotation without a label.
    """
    annotations: list[TsvAnnotation] = []
    numbered_ones: dict[str, TsvAnnotation] = {}
    units = [(number, unit) for number, sentence in enumerate(sentences) for unit in sentence.units]
    for number, unit in units:
        for value, identity in _values(unit, column, path):
            name = value if value and has_values else label
            if not name:
                what = "the annotation has no value here"
                raise InputError(what, file=path, line=unit.row.line, remedy=LABEL_REMEDY)
            if identity is None or identity not in numbered_ones:
                annotations.append(TsvAnnotation(name, number, unit.start, number, unit.end, unit.token))
                if identity is not None:
                    numbered_ones[identity] = annotations[-1]
                continue
            try:
                numbered_ones[identity].extend(name, number, unit)
            except InvalidValueError as error:
                raise invalid_line(f"the annotation [{identity}] {error.message}", path, unit.row.line) from None
    return annotations


def _values(unit: TsvUnit, column: int, path: Path) -> Iterator[tuple[str | None, str | None]]:
    """The annotations of a cell: the value of each, if it has one, and its number, if it has one."""
    cell = unit.row.cells[column]
    if cell == NO_ANNOTATION:
        return
    for raw in _stacked(cell):
        numbered_value = NUMBERED_VALUE.fullmatch(raw)
        value, identity = numbered_value.groups() if numbered_value else (raw, None)
        if value in {"", NO_ANNOTATION} or "[" in BACKSLASHED.sub("", value):
            raise invalid_line(f"the cell {cell!r:.60} is not understood", path, unit.row.line)
        yield (None if value == NO_VALUE else unescape(value)), identity


def _used(sentences: Sequence[TsvSentence], columns: Sequence[TsvColumn], *, by_value: bool) -> list[int]:
    """The numbers of the columns in which there is an annotation, or one with a value."""
    cells = [unit.row.cells for sentence in sentences for unit in sentence.units]
    used = []
    for number in range(len(columns)):
        contents = {row[number] for row in cells} - {NO_ANNOTATION}
        if by_value:
            contents = {part for cell in contents for part in re.sub(r"\[[0-9]+\]", "", cell).split("|")} - {NO_VALUE}
        if contents:
            used.append(number)
    return used


def _other_layers(
    sentences: Sequence[TsvSentence], columns: Sequence[TsvColumn], chosen: int, path: Path
) -> list[Note]:
    """A note on the layers and features that have values and are not read."""
    read = columns[chosen]
    names = dict.fromkeys(
        columns[number].layer if columns[number].layer != read.layer else f"the feature {columns[number].feature!r}"
        for number in _used(sentences, columns, by_value=True)
        if number != chosen
    )
    if not names:
        return []
    name = f"{read.layer}:{read.feature}".removesuffix(":")
    message = f"{name} is read; not read are {', '.join(names)}"
    return [Note("other-layers", message, path, remedy="--layer LAYER:FEATURE names the layer to read.")]


def _records(
    sentences: Sequence[TsvSentence], annotations: Sequence[TsvAnnotation], path: Path, notes: list[Note]
) -> Iterator[Record]:
    """A record for each sentence, or for the sentences that annotations connect."""
    ends = list(range(len(sentences)))  # the last sentence that is connected with each
    for annotation in annotations:
        ends[annotation.first] = max(ends[annotation.first], annotation.last)
    by_first: dict[int, list[TsvAnnotation]] = {}
    for annotation in annotations:
        by_first.setdefault(annotation.first, []).append(annotation)
    first = 0
    while first < len(sentences):
        last = first
        while (furthest := max(ends[first : last + 1])) > last:
            last = furthest
        name = f"{path.stem}.p{first + 1:02d}"
        group = sentences[first : last + 1]
        if any(sentence.gap > LONGEST_GAP for sentence in group[1:]):
            message = "an annotation connects sentences that are too far from each other"
            raise InputError(message, file=path, line=group[0].line, remedy=OFFSETS_REMEDY)
        text, starts = _joined(group)
        spans = tuple(
            RawSpan(
                starts[annotation.first - first] + annotation.start,
                starts[annotation.last - first] + annotation.end,
                annotation.label,
            )
            for number in range(first, last + 1)
            for annotation in by_first.get(number, ())
        )
        if len(group) > 1:
            message = f"{len(group)} sentences that annotations connect are one example"
            notes = [*notes, Note("joined-sentences", message, path, group[0].line, name)]
        own = group[0].kept if len(group) == 1 else None
        kept = own or {"id": name, "at": group[0].at, "extra": {}}
        if group[0].name and len(group) == 1 and not own:
            kept["extra"] = {"sentence_id": group[0].name}
        yield Record(path, group[0].line, kept["id"], text, spans, kept["at"], kept["extra"], notes=tuple(notes))
        notes = []
        first = last + 1


def _joined(sentences: Sequence[TsvSentence]) -> tuple[str, list[int]]:
    """The text of sentences with what INCEpTION puts between them, and where each begins in it."""
    text = ""
    starts: list[int] = []
    for sentence in sentences:
        if starts and sentence.gap:
            text += "\n" + " " * (sentence.gap - 1)
        starts.append(len(text))
        text += sentence.text
    return text, starts


def _stacked(cell: str) -> list[str]:
    """The values of a cell, which an unescaped `|` separates."""
    parts = [""]
    for piece in PIECE.findall(cell):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece
    return parts

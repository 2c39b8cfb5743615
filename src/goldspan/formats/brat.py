r"""A brat folder: a text `<id>.txt` and its standoff annotation `<id>.ann` per example.

A line of an `.ann` file is

    T1<TAB>UNIT 4 16<TAB>72nd Brigade

Offsets count code points. A line cannot hold a line break, so a span that crosses one is written as brat itself does:
in fragments, `4 8;9 16`, whose words are joined by a space. Fragments with only white space between them are read as
one span; fragments with words between them make a discontinuous span, which a `Span` cannot be, and are refused.

`goldspan.jsonl` in the same folder, which brat ignores, keeps what these files cannot hold, a line per example in their
order:

    {"id": "a.p03", "at": 1043, "extra": {}}

Pairs that it does not name follow by name, with `at` 0. Relations, events, attributes, normalisations and notes are
not spans: they are kept as written, with the ids that they refer to, under the extra key `brat`, and written back.
Sub-folders are collections of their own and are not entered. A single `.ann` file may be named instead of a folder.

Writing replaces the pairs that `goldspan.jsonl` names, and removes those of them that are no longer among the
examples. A `.txt` or `.ann` that it does not name is refused before anything is written; other files (brat's `.conf`,
a README) are left alone. Each file is replaced whole, `goldspan.jsonl` last; a new folder appears at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import decode, json_object, numbered
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

KEY = "brat"
BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # where str.splitlines breaks, for so does brat
BREAKS = re.compile(BREAK.pattern + "+")
TEXT_BOUND = re.compile(
    r"(T[^\t]+)\t([^\t ]+) (-?\d{1,18} -?\d{1,18}(?:;-?\d{1,18} -?\d{1,18})*)(?:\t(.*))?", re.DOTALL
)

OTHER = re.compile(r"([REAMN#][^\t]*|\*)\t.+", re.DOTALL)
STANDOFF_REMEDY = "A line is T1, a tab, LABEL START END, a tab and the words; relations, events and notes may follow."
PAIR = (".txt", ".ann")
NOTES = "goldspan.jsonl"
NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*]|^\.|[ .]$')
LONGEST = 200
REMEDY = 'A line is {"id": …, "at": …, "extra": {…}}; without the file, examples begin at 0.'


@dataclass
class BratAnnotation:
    """The annotation of an `.ann` file.

    Args:
        spans: sorted, with the id of each.
        others: relations, events, attributes, normalisations and notes, as written.
        errors: the number of each line that cannot be read, and why.
    """

    spans: list[tuple[RawSpan, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BratMetadata:
    """What `goldspan.jsonl` keeps of an example besides its pair of files."""

    at: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def parse_standoff(lines: Iterable[tuple[int, str]], text: str) -> BratAnnotation:
    """The annotation of a text, from numbered lines."""
    annotation = BratAnnotation()
    seen: set[str] = set()
    for number, line in lines:
        if not line.strip():
            continue
        name = line.partition("\t")[0]
        try:
            if name in seen and name != "*":
                raise InvalidValueError(f"there are two annotations {name!r}")  # noqa: TRY301  (one list of errors)
            if bound := TEXT_BOUND.fullmatch(line):
                annotation.spans.append((_span(bound, text), name))
            elif OTHER.fullmatch(line):
                annotation.others.append(line)
            else:
                raise InvalidValueError(f"{line!r:.80} is not an annotation")  # noqa: TRY301  (one list of errors)
            seen.add(name)
        except InvalidValueError as error:
            annotation.errors.append((number, error.message))
    annotation.spans.sort(key=lambda item: item[0][:3])
    return annotation


def render_standoff(example: Example) -> str:
    """The lines of an example, numbered as they were read where something refers to them, else in order.

    Raises:
        InvalidValueError: for a label with a space, a span that begins or ends with a line break, or an extra key
            `brat` that does not fit the spans.
    """
    names, others = _span_ids_and_others(example)
    spans = "".join(
        f"{name}\t{span.label} {_span_fields(example.text, span.start, span.end, span.label)}\n"
        for name, span in zip(names, example.spans, strict=True)
    )
    return spans + "".join(f"{line}\n" for line in others)


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each example, or the errors in its place.

    Raises:
        InputError: if there is no such file or folder.
    """
    del options
    if not path.is_dir():
        if path.suffix not in PAIR or not path.is_file():
            raise InputError("neither a folder nor an .ann file", file=path, remedy="Name a brat folder.")
        yield from _scan_pair(path.parent, path.stem, BratMetadata())
        return
    notes: dict[str, BratMetadata] = {}
    for note in _read_metadata(path):
        if isinstance(note, InputError):
            yield note
        else:
            notes[note[0]] = note[1]
    for name in [*notes, *sorted(_document_names(path) - notes.keys())]:
        yield from _scan_pair(path, name, notes.get(name, BratMetadata()))


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write the folder under a temporary name, then move it into place, file by file if it exists.

    Raises:
        InputError: for an id that is no file name or is there twice, a span that an `.ann` file cannot hold, or files
            in the folder that are not ours; nothing is written.
    """
    del options
    if path.exists() and not path.is_dir():
        raise InputError("is a file; brat needs a folder", file=path, remedy="Name a folder.")
    ours = {found[0] for found in _read_metadata(path) if not isinstance(found, InputError)} if path.exists() else set()
    if foreign := sorted(_document_names(path) - ours if path.exists() else ()):
        raise InputError(
            f"holds documents that goldspan did not write: {', '.join(foreign[:5])}{' …' * (len(foreign) > 5)}",
            file=path,
            remedy="Name another folder, or move them away.",
        )
    with files.new_folder(path) as new_folder:
        written = _fill(new_folder, examples, path)
        if path.exists():
            _replace(new_folder, path, stale=ours - written)
        else:
            files.replace_folder(new_folder, path)


def is_format_of(sample: FileSample) -> bool:
    """Whether a file is one of a pair."""
    path = sample.path
    if path.suffix == ".ann":
        return True
    return path.suffix == ".txt" and not sample.is_empty and path.with_name(f"{path.stem}.ann").is_file()


def is_format_of_folder(path: Path) -> bool:
    """Whether a folder holds annotation of brat's, or was written by goldspan."""
    return any(child.suffix == ".ann" or child.name == NOTES for child in path.iterdir())


def _span(bound: re.Match[str], text: str) -> RawSpan:
    name, label, offsets, surface = bound.groups()
    pairs = sorted((int(start), int(end)) for start, _, end in (pair.partition(" ") for pair in offsets.split(";")))
    for (_, end), (start, _) in pairwise(pairs):
        if text[end:start].strip():
            raise InvalidValueError(f"{name} is discontinuous ({offsets}): there are words between its parts")
    start, end = pairs[0][0], max(end for _, end in pairs)
    covered, parts = text[start:end], [text[start:end] for start, end in pairs]
    accepted = {" ".join(parts), "".join(parts), BREAK.sub(" ", covered), BREAKS.sub(" ", covered)}
    return RawSpan(start, end, label, covered if surface in accepted else surface)


def _span_fields(text: str, start: int, end: int, label: str) -> str:
    if len(label.split()) != 1:
        raise InvalidValueError(f"the label {label!r} contains a space", remedy="Labels of brat are single words.")
    cuts = [start, *(place for cut in BREAKS.finditer(text, start, end) for place in cut.span()), end]
    parts = list(zip(cuts[::2], cuts[1::2], strict=True))
    if any(first == last for first, last in parts):
        raise InvalidValueError(
            f"the span [{start}, {end}, {label}] begins or ends with a line break",
            remedy="An .ann file cannot hold it: tighten its edges.",
        )
    surface = " ".join(text[first:last] for first, last in parts)
    return ";".join(f"{first} {last}" for first, last in parts) + f"\t{surface}"


def _span_ids_and_others(example: Example) -> tuple[list[str], list[str]]:
    match example.extra.get(KEY):
        case None:
            return [f"T{number}" for number in range(1, len(example.spans) + 1)], []
        case {"ids": [*names], "lines": [*others]} if len(names) == len(example.spans) and all(
            isinstance(item, str) and "\n" not in item for item in (*names, *others)
        ):
            return names, others
    raise InvalidValueError(
        f"its extra key {KEY!r} does not fit its spans",
        remedy="It holds the ids of the spans and the lines that refer to them: correct or remove it.",
    )


def _scan_pair(folder: Path, name: str, note: BratMetadata) -> Iterator[Record | InputError]:
    text_file, ann_file = (folder / f"{name}{suffix}" for suffix in PAIR)
    try:
        for present, missing in ((ann_file, text_file), (text_file, ann_file)):
            if not missing.is_file():
                yield InputError(
                    f"there is no {missing.name} in its folder",
                    file=present if present.exists() else folder / NOTES,
                    example=name,
                    remedy="brat needs both, the .ann empty where nothing is marked.",
                )
                return
        text = _read_text(text_file)
        lines = [(number, decode(raw, ann_file, number).removesuffix("\r")) for number, raw in numbered(ann_file)]
    except InputError as error:
        yield error
        return
    annotation = parse_standoff(lines, text)
    for number, reason in annotation.errors:
        yield InputError(reason, file=ann_file, line=number, example=name, remedy=STANDOFF_REMEDY)
    if not annotation.errors:
        kept = {"ids": [key for _, key in annotation.spans], "lines": annotation.others}
        extra = note.extra | ({KEY: kept} if annotation.others else {})
        yield Record(ann_file, None, name, text, tuple(span for span, _ in annotation.spans), note.at, extra)


def _read_text(path: Path) -> str:
    """The text, every code point as it is: a byte order mark counts as one, as brat counts."""
    data = files.read_bytes(path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: byte 0x{data[error.start]:02x} at byte {error.start}",
            file=path,
            remedy="Find out the encoding and convert the file to UTF-8.",
        ) from None


def _document_names(folder: Path) -> set[str]:
    return {p.stem for p in folder.iterdir() if p.suffix in PAIR and not p.name.startswith(".")}


def _read_metadata(folder: Path) -> Iterator[tuple[str, BratMetadata] | InputError]:
    path = folder / NOTES
    if not path.is_file():
        return
    seen = set()
    for number, raw in numbered(path):
        try:
            row = json_object(raw, path, number, REMEDY)
        except InputError as error:
            yield error
            continue
        match row:
            case {"id": str(name), "at": int(at), "extra": dict(extra)} if name not in seen and not _bad_name(name):
                seen.add(name)
                yield name, BratMetadata(int(at), extra)
            case _:
                yield InputError("not the note of one more example", file=path, line=number, remedy=REMEDY)


def _fill(new_folder: Path, examples: Iterable[Example], path: Path) -> set[str]:
    """Write pairs and notes into an empty folder; the names written."""
    written: dict[str, str] = {}
    with (new_folder / NOTES).open("wb") as notes:
        for example in examples:
            try:
                _validate_name(example.id, written)
                annotation = render_standoff(example)
            except InvalidValueError as error:
                raise InputError(error.message, file=path, example=example.id, remedy=error.remedy) from None
            (new_folder / f"{example.id}.txt").write_bytes(example.text.encode())
            (new_folder / f"{example.id}.ann").write_bytes(annotation.encode())
            extra = {key: value for key, value in example.extra.items() if key != KEY}
            notes.write((files.dumps({"id": example.id, "at": example.at, "extra": extra}) + "\n").encode())
    return set(written.values())


def _validate_name(name: str, written: dict[str, str]) -> None:
    """Add the name to `written`, if it is a valid file name that no file system confuses with one already there."""
    if _bad_name(name):
        raise InvalidValueError(
            "the id is no file name", remedy="brat names files by it: use letters, digits, . _ and -."
        )
    key = unicodedata.normalize("NFC", name).casefold()
    if key in written:
        raise InvalidValueError(
            f"its files would be those of {written[key]!r}", remedy="Give one of the two another id."
        )
    written[key] = name


def _bad_name(name: str) -> bool:
    return not name or bool(NO_FILE_NAME.search(name)) or len(name.encode("utf-8", "replace")) > LONGEST


def _replace(new_folder: Path, path: Path, stale: set[str]) -> None:
    for new_file in sorted(new_folder.iterdir(), key=lambda p: (p.name == NOTES, p.name)):
        new_file.replace(path / new_file.name)
    for name in stale:
        for suffix in PAIR:
            (path / f"{name}{suffix}").unlink(missing_ok=True)

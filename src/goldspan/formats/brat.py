r"""A brat folder: a text `<id>.txt` and its standoff annotation `<id>.ann` per example.

A line of an `.ann` file is

    T1<TAB>UNIT 4 16<TAB>72nd Brigade

Offsets count code points, or what `--offsets` names: some tools write bytes. A line cannot hold a line break, so a span
that crosses one is written as brat itself does: in fragments, `4 8;9 16`, whose words are joined by a space. Fragments
with only white space between them are read as one span. Fragments with words between them make a discontinuous span,
which a `Span` cannot be: it is refused, unless `--discontinuous` chooses a span for each part (`split`), or one from
its first to its last character (`cover`). Each of them is noted.

Sub-folders are part of the folder: the id of an example is its path in the folder, with `/`. An `.ann` file that is
empty says that somebody looked and marked nothing; a text without one is refused, for nobody can know.

`goldspan.jsonl`, which brat ignores, keeps what these files cannot hold, a line per example in their order:

    {"id": "a.p03", "at": 1043, "extra": {}}

Pairs that it does not name follow by name, with `at` 0. Relations, events, attributes, normalisations and notes are
not spans: they are kept as written, with the ids that they refer to, under the extra key `brat`, and written back.
A single `.ann` file may be named instead of a folder.

Writing replaces the pairs that `goldspan.jsonl` names, and removes those of them that are no longer among the
examples. A `.txt` or `.ann` that it does not name is refused before anything is written; other files (brat's `.conf`,
a README) are left alone. Each file is replaced whole, `goldspan.jsonl` last; a new folder appears at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from goldspan import files, offsets
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import decode, json_object, numbered
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import SURFACE_REMEDY, Note, RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
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

# What is no span, but neither a line that states one under a wrong id, nor two lines in one.
OTHER = re.compile(
    r"(?:R\S*\t\S+ \S+:\S+ \S+:\S+\s*|E\S*\t\S+:\S+(?: +\S+:\S+)*\s*|(?:[AMN#]\S*|\*)\t"
    r"(?!\S+ -?\d+ -?\d+(?:[;\t]|\Z))(?!.*T\d+\t\S+ \d+ \d+[;\t]).+)",
    re.DOTALL,
)
STANDOFF_REMEDY = "A line is T1, a tab, LABEL START END, a tab and the words; relations, events and notes may follow."
PAIR = (".txt", ".ann")
NOTES = "goldspan.jsonl"
BESIDE = (*PAIR, ".conf", ".md", "")  # what stands beside the sub-folders of a collection of brat's
NAMED = 3  # files in a message
NUMBERED = re.compile(r"T[0-9]{1,17}")
UNIT_NAMES = {"bytes": "bytes of UTF-8", "utf-16": "UTF-16 units"}
LINE_END_REMEDY = "The offsets count a line break as one character, where the text has two: give it line ends of Unix."
DISCONTINUOUS_REMEDY = "--discontinuous split reads a span for each part, --discontinuous cover one over the gap."
NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*]|^\.|[ .]$')
LONGEST = 200  # bytes of a file name without its suffix
LONGEST_PATH = 900
REMEDY = 'A line is {"id": …, "at": …, "extra": {…}}; without the file, examples begin at 0.'


@dataclass
class BratAnnotation:
    """The annotation of an `.ann` file.

    Args:
        spans: sorted, with the id of each.
        others: relations, events, attributes, normalisations and notes, as written.
        errors: the number of each line that cannot be read, and why.
        notes: the number of each line that had to be changed to be read, and how.
    """

    spans: list[tuple[RawSpan, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    errors: list[tuple[int, InvalidValueError]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BratMetadata:
    """What `goldspan.jsonl` keeps of an example besides its pair of files."""

    at: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def parse_standoff(lines: Iterable[tuple[int, str]], text: str, options: ReadOptions = DEFAULT) -> BratAnnotation:
    """The annotation of a text, from numbered lines."""
    annotation = BratAnnotation()
    bounds: list[tuple[int, re.Match[str]]] = []
    seen: set[str] = set()
    for number, line in lines:
        if not line.strip():
            continue
        name = line.partition("\t")[0]
        if name in seen and name != "*":
            annotation.errors.append((number, InvalidValueError(f"there are two annotations {name!r}")))
        elif bound := TEXT_BOUND.fullmatch(line):
            bounds.append((number, bound))
        elif OTHER.fullmatch(line):
            annotation.others.append(line)
        else:
            annotation.errors.append((number, InvalidValueError(f"{line!r:.80} is not an annotation")))
        seen.add(name)
    _read_spans(bounds, text, options, annotation)
    return annotation


def render_standoff(example: Example) -> str:
    """The lines of an example, numbered as they were read where something refers to them, else in order.

    Raises:
        InvalidValueError: for a label with a space, a span that begins or ends with a line break, or an extra key
            `brat` that does not fit the spans.
    """
    names, others = _span_ids_and_others(example)
    spans = [
        f"{name}\t{span.label} {_span_fields(example.text, span.start, span.end, span.label)}"
        for name, span in sorted(zip(names, example.spans, strict=True), key=lambda item: _number(item[0]))
    ]
    return "".join(f"{line}\n" for line in (*spans, *others))


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each example, or the errors in its place.

    Raises:
        InputError: if there is no such file or folder.
    """
    if not path.is_dir():
        if path.suffix not in PAIR or not path.is_file():
            raise InputError("neither a folder nor an .ann file", file=path, remedy="Name a brat folder.")
        yield from _scan_pair(path.parent, path.stem, BratMetadata(), options)
        return
    notes: dict[str, BratMetadata] = {}
    for folder in _folders(path):
        yield from _read_metadata(folder, "" if folder == path else f"{folder.relative_to(path).as_posix()}/", notes)
    unread = _other_files(path)
    for name in [*notes, *sorted(_document_names(path) - notes.keys())]:
        for record in _scan_pair(path, name, notes.get(name, BratMetadata()), options):
            if unread and isinstance(record, Record):
                message = f"beside the files of brat are {', '.join(unread)}: not read"
                yield replace(record, notes=(*record.notes, Note("not-read", message, path)))
                unread = []
            else:
                yield record


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> None:
    """Write the folder under a temporary name, then move it into place, file by file if it exists.

    Raises:
        InputError: for an id that is no file name or is there twice, a span that an `.ann` file cannot hold, or files
            in the folder that are not ours; nothing is written.
    """
    del options
    if path.exists() and not path.is_dir():
        raise InputError("is a file; brat needs a folder", file=path, remedy="Name a folder.")
    metadata: dict[str, BratMetadata] = {}
    if path.exists():
        list(_read_metadata(path, "", metadata))
    ours = metadata.keys()
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
    """Whether a folder holds annotation of brat's, or was written by goldspan.

    The annotation may be in sub-folders alone, unless files of other kinds stand beside them.
    """
    files_here = [child for child in path.iterdir() if child.is_file() and not child.name.startswith(".")]
    if any(child.suffix == ".ann" or child.name == NOTES for child in files_here):
        return True
    if any(child.suffix not in BESIDE for child in files_here):
        return False
    return any(child.suffix == ".ann" for folder in _folders(path) for child in folder.iterdir())


def _read_spans(
    bounds: Sequence[tuple[int, re.Match[str]]], text: str, options: ReadOptions, annotation: BratAnnotation
) -> None:
    """Add the spans of the lines that state one, those in parts last, and what is noted of them."""
    place = _code_points(text, bounds, options.offsets or "code-points")
    parted: list[tuple[int, str, list[RawSpan]]] = []
    for number, bound in bounds:
        name = bound[1]
        try:
            spans = _spans(bound, text, place, options)
        except InvalidValueError as error:
            annotation.errors.append((number, error))
            continue
        if len(spans) > 1:
            parted.append((number, name, spans))
            continue
        annotation.spans.append((spans[0], name))
        if options.discontinuous == "cover" and len(_runs(_pairs(bound, place), text)) > 1:
            annotation.notes.append((number, f"{name} has words between its parts ({bound[3]}): read with them"))
    _add_parts(parted, annotation)
    annotation.spans.sort(key=lambda item: item[0][:3])
    annotation.errors.sort(key=lambda item: item[0])


def _add_parts(parted: Sequence[tuple[int, str, list[RawSpan]]], annotation: BratAnnotation) -> None:
    """Add the parts of discontinuous spans: the first new one has the id, the others get new ones."""
    there = {span[:3] for span, _ in annotation.spans}
    names = [name for _, name in annotation.spans] + [name for _, name, _ in parted]
    free = count(1 + max((_number(name)[0] for name in names if NUMBERED.fullmatch(name)), default=0))
    for number, name, spans in parted:
        new = [span for span in spans if span[:3] not in there]
        there.update(span[:3] for span in new)
        annotation.spans += [(span, f"T{next(free)}" if index else name) for index, span in enumerate(new)]
        known = len(spans) - len(new)
        message = f"{name} has words between its parts: read as {len(spans)} spans"
        annotation.notes.append((number, message + (f", {known} of which are annotated already" if known else "")))


def _spans(bound: re.Match[str], text: str, place: Callable[[int], int], options: ReadOptions) -> list[RawSpan]:
    name, label, offsets, surface = bound.groups()
    pairs = _pairs(bound, place)
    runs = _runs(pairs, text)
    if len(runs) > 1 and options.discontinuous == "refuse":
        raise InvalidValueError(
            f"{name} is discontinuous ({offsets}): there are words between its parts", remedy=DISCONTINUOUS_REMEDY
        )
    start, end = runs[0][0], runs[-1][1]
    covered = text[start:end]
    is_right = surface is None or surface in _surfaces([text[first:last] for first, last in pairs], covered)
    if len(runs) > 1 and options.discontinuous == "split" and is_right:
        return [RawSpan(first, last, label, text[first:last]) for first, last in runs]
    return [RawSpan(start, end, label, covered if is_right else surface)]


def _pairs(bound: re.Match[str], place: Callable[[int], int]) -> list[tuple[int, int]]:
    """The extents of the fragments, in code points, in the order of the text."""
    numbers = [int(number) for number in re.split("[ ;]", bound[3])]
    return sorted((place(start), place(end)) for start, end in zip(numbers[::2], numbers[1::2], strict=True))


def _runs(pairs: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The fragments, joined where only white space is between them, or nothing."""
    runs = [pairs[0]]
    for start, end in pairs[1:]:
        if text[runs[-1][1] : start].strip():
            runs.append((start, end))
        else:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
    return runs


def _surfaces(parts: Sequence[str], covered: str) -> set[str]:
    """The ways in which tools write the words of fragments on one line."""
    joined = {" ".join(covered.split())} if BREAK.search(covered) and covered == covered.strip() else set()
    return joined | {" ".join(parts), "".join(parts), covered, BREAK.sub(" ", covered), BREAKS.sub(" ", covered)}


def _code_points(text: str, bounds: Sequence[tuple[int, re.Match[str]]], unit: offsets.Unit) -> Callable[[int], int]:
    """The function that gives the place in code points of an offset in a unit."""
    if unit == "code-points":
        return int
    stated = [int(number) for _, bound in bounds for number in re.split("[ ;]", bound[3])]
    try:
        return offsets.from_unit(text, stated, unit).__getitem__
    except InvalidValueError:  # for one of them: each is converted by itself, so that it is named
        return lambda at: offsets.from_unit(text, [at], unit)[at]


def _surface_remedy(lines: Sequence[str], text: str, spans: Iterable[RawSpan], options: ReadOptions) -> str:
    """What to do about a surface that differs: name the unit of the offsets, if all surfaces fit one."""
    if options.offsets is not None or not any(_differs(span, text) for span in spans):
        return SURFACE_REMEDY
    for unit in ("bytes", "utf-16"):
        if _fit(lines, text, replace(options, offsets=unit)):
            return f"The offsets count {UNIT_NAMES[unit]}: read the file with --offsets {unit}."
    if "\r\n" in text and _fit(lines, text.replace("\r\n", "\n"), options):
        return LINE_END_REMEDY
    if text.startswith("\ufeff") and _fit(lines, text[1:], options):
        return "The offsets do not count the byte order mark at the beginning of the text: remove it."
    return SURFACE_REMEDY


def _fit(lines: Sequence[str], text: str, options: ReadOptions) -> bool:
    """Whether all lines can be read, and all surfaces are those of a text."""
    reading = parse_standoff(enumerate(lines), text, options)
    return not reading.errors and not any(_differs(span, text) for span, _ in reading.spans)


def _differs(span: RawSpan, text: str) -> bool:
    return not 0 <= span.start < span.end <= len(text) or span.surface != text[span.start : span.end]


def _number(name: str) -> tuple[int, str]:
    """The key by which annotations are sorted as brat numbers them; those with other names stay in their order."""
    return (int(name[1:]), "") if NUMBERED.fullmatch(name) else (10**18, "")


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


def _scan_pair(folder: Path, name: str, note: BratMetadata, options: ReadOptions) -> Iterator[Record | InputError]:
    text_file, ann_file = (folder / f"{name}{suffix}" for suffix in PAIR)
    try:
        for present, missing in ((ann_file, text_file), (text_file, ann_file)):
            if not missing.is_file():
                yield InputError(
                    f"there is no {missing.name} in its folder",
                    file=present if present.exists() else folder / NOTES,
                    example=name,
                    remedy="brat needs both, the .ann empty where nothing is marked. Move away what is no document.",
                )
                return
        text = _read_text(text_file)
        lines = [(number, decode(raw, ann_file, number).removesuffix("\r")) for number, raw in numbered(ann_file)]
    except InputError as error:
        yield error
        return
    annotation = parse_standoff(lines, text, options)
    for number, reason in annotation.errors:
        remedy = reason.remedy or STANDOFF_REMEDY
        yield InputError(reason.message, file=ann_file, line=number, example=name, remedy=remedy)
    if annotation.errors:
        return
    spans = tuple(span for span, _ in annotation.spans)
    kept = {"ids": [key for _, key in annotation.spans], "lines": annotation.others}
    yield Record(
        ann_file,
        None,
        name,
        text,
        spans,
        note.at,
        note.extra | ({KEY: kept} if annotation.others else {}),
        notes=tuple(Note("discontinuous", message, ann_file, number, name) for number, message in annotation.notes),
        surface_remedy=_surface_remedy([line for _, line in lines], text, spans, options),
    )


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


def _folders(path: Path) -> Iterator[Path]:
    """A folder and those inside, by name, without hidden ones; links to folders are not followed."""
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        yield folder
        try:
            inside = [child for child in folder.iterdir() if child.is_dir() and not child.is_symlink()]
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", file=folder) from None
        waiting += sorted((child for child in inside if not child.name.startswith(".")), reverse=True)


def _document_names(path: Path) -> set[str]:
    return {
        child.relative_to(path).with_name(child.stem).as_posix()
        for folder in _folders(path)
        for child in folder.iterdir()
        if child.suffix in PAIR and not child.name.startswith(".")
    }


def _other_files(path: Path) -> list[str]:
    """The first files that may hold data and are not of brat."""
    names = [
        child.relative_to(path).as_posix()
        for folder in _folders(path)
        for child in sorted(folder.iterdir())
        if child.is_file() and child.suffix not in BESIDE and child.name != NOTES and not child.name.startswith(".")
    ]
    return [*names[:NAMED], *["…"] * (len(names) > NAMED)]


def _read_metadata(folder: Path, prefix: str, found: dict[str, BratMetadata]) -> Iterator[InputError]:
    """Add what `goldspan.jsonl` keeps to `found`; the errors of its lines.

    Args:
        folder: the folder with the file, if there is one.
        prefix: of the ids: the path of a sub-folder, with `/`.
        found: by id.
    """
    path = folder / NOTES
    if not path.is_file():
        return
    for number, raw in numbered(path):
        try:
            row = json_object(raw, path, number, REMEDY)
        except InputError as error:
            yield error
            continue
        match row:
            case {"id": str(name), "at": int(at), "extra": dict(extra)} if prefix + name not in found and not _bad_name(
                name
            ):
                found[prefix + name] = BratMetadata(int(at), extra)
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
            (new_folder / example.id).parent.mkdir(parents=True, exist_ok=True)
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
    """Whether an id is no path in the folder: of valid file names, no folder with the name of a file of ours."""
    *folders, _ = parts = name.split("/")
    return (
        any(not part or NO_FILE_NAME.search(part) or len(part.encode("utf-8", "replace")) > LONGEST for part in parts)
        or any(part.casefold().endswith((*PAIR, NOTES)) for part in folders)
        or len(name) > LONGEST_PATH
    )


def _replace(new_folder: Path, path: Path, stale: Iterable[str]) -> None:
    new_files = [child.relative_to(new_folder) for child in new_folder.rglob("*") if child.is_file()]
    for name in sorted(new_files, key=lambda new: (new.name == NOTES, new)):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (new_folder / name).replace(path / name)
    for stale_name in stale:
        for suffix in PAIR:
            (path / f"{stale_name}{suffix}").unlink(missing_ok=True)
        _remove_empty_folders((path / stale_name).parent, path)


def _remove_empty_folders(folder: Path, top: Path) -> None:
    while folder != top and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent

r"""The lines of WebAnno TSV 3 as sentences of tokens, each compared with the text at its offsets; its escapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import offsets, strict_json
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

HEADER = re.compile(r"#FORMAT=WebAnno TSV ([0-9]+)\.([0-9]+)\s*")
LAYER = re.compile(r"#T_(SP|CH|RL)=(.+)")
UNIT_ID = re.compile(r"([0-9]{1,9})-([0-9]{1,9})(\.[0-9]{1,9})?")
EXTENT = re.compile(r"([0-9]{1,15})-([0-9]{1,15})")
VALUE_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
TEXT_ESCAPE = re.compile(r"\\([tnfrb\\\x00-\x07\x0e-\x1f])")
JAVA_ESCAPE = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|.)", re.DOTALL)
NAMED_CHARACTERS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}
ESCAPES = {character: name for name, character in NAMED_CHARACTERS.items()}
ESCAPED_IN_TEXT = re.compile(r"[\t\n\f\r\x08\\\x00-\x07\x0e-\x1f]")
ESCAPED_IN_VALUE = re.compile(r"[\\\[\]|_;\t\n*]|->")
TEXT_PREFIX, ID_PREFIX, KEPT_PREFIX = "#Text=", "#Sentence.id=", "#goldspan="
KEPT_REMEDY = 'The line is #goldspan={"id": …, "at": …, "extra": {…}}; without it, sentences are numbered.'
ESCAPES_SINCE = 2  # the minor version
FIXED_CELLS = 3
LINE_REMEDY = "A line is SENTENCE-TOKEN, BEGIN-END, the token and a cell for each feature, separated by tabs."
VERSION_REMEDY = "Import it into INCEpTION and export it as WebAnno TSV 3.3 or UIMA CAS."
OFFSETS_REMEDY = "Offsets count UTF-16 units of the document; the first token begins where its sentence begins."
CODE_POINTS_REMEDY = "Its offsets count code points: read the file with --offsets code-points."


@dataclass(frozen=True, slots=True)
class TsvColumn:
    """What a cell of each line holds.

    Args:
        kind: `SP`, `CH` or `RL`: of spans, chains or relations.
        layer: the name of its layer.
        feature: the name of its feature; empty for a layer without.
    """

    kind: str
    layer: str
    feature: str

    @property
    def is_value(self) -> bool:
        """Whether its values can be labels: neither roles of slots nor their targets."""
        return (
            self.kind == "SP"
            and bool(self.feature)
            and not self.feature.startswith("ROLE_")
            and "." not in self.feature
        )


@dataclass(frozen=True, slots=True)
class TsvHeader:
    """What the first lines of a file declare.

    Args:
        columns: of each line of a token, after its first three cells.
        has_java_escapes: whether texts are escaped as in Java, as before version 3.2.
        size: the number of these lines.
    """

    columns: tuple[TsvColumn, ...]
    has_java_escapes: bool
    size: int

    def unescape(self, text: str) -> str:
        """A text without the backslashes that its version of the format puts into it."""
        if not self.has_java_escapes:
            return TEXT_ESCAPE.sub(lambda match: NAMED_CHARACTERS.get(match[1], match[1]), text)
        return JAVA_ESCAPE.sub(_java_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class TsvRow:
    """The line of a token, or of a part of one.

    Args:
        line: in the file, from 1.
        is_part: whether it is a part of the token before it.
        start: in the document, in the unit of the file.
        end: likewise.
        form: its words.
        cells: one for each column.
    """

    line: int
    is_part: bool
    start: int
    end: int
    form: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TsvUnit:
    """A token or a part of one, at its place.

    Args:
        row: as stated.
        token: the number of the token in the document, from 0.
        start: in the text of its sentence, in code points.
        end: likewise.
    """

    row: TsvRow
    token: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TsvSentence:
    """A sentence.

    Args:
        line: where it begins in the file.
        text: its text.
        at: where it begins in the document, in code points.
        gap: how many characters are between it and the sentence before it.
        name: its id, if it states one.
        units: its tokens and their parts.
        kept: what goldspan wrote of its example: `id`, `at` and `extra`.
    """

    line: int
    text: str
    at: int
    gap: int
    name: str | None
    units: tuple[TsvUnit, ...]
    kept: dict[str, Any] | None = None


def read_header(lines: Sequence[tuple[int, str]], path: Path) -> TsvHeader:
    """What the first lines declare.

    Raises:
        InputError: for another version than 3.
    """
    version = HEADER.fullmatch(lines[0][1]) if lines else None
    if version is None or version[1] != "3":
        name = f"WebAnno TSV {version[1]}.{version[2]}" if version else "WebAnno TSV 1 or 2, or none"
        raise InputError(f"this is {name}, which is not read", file=path, line=1, remedy=VERSION_REMEDY)
    columns: list[TsvColumn] = []
    size = 1
    for _, line in lines[1:]:
        layer = LAYER.fullmatch(line)
        if layer is None:
            break
        name, *features = [part for part in layer[2].split("|") if part]
        columns += [TsvColumn(layer[1], name, feature) for feature in features or [""]]
        size += 1
    return TsvHeader(tuple(columns), int(version[2]) < ESCAPES_SINCE, size)


def read_sentences(
    lines: Iterable[tuple[int, str]], header: TsvHeader, path: Path, unit: offsets.Unit
) -> list[TsvSentence]:
    """The sentences of the lines after the header.

    Raises:
        InputError: with the line that cannot be read.
    """
    sentences: list[TsvSentence] = []
    end, count = 0, 0
    for texts, name, rows, kept in _blocks(lines, header, path):
        text = "\n".join(part for _, part in texts)
        start = rows[0].start
        if (gap := start - end) < 0:
            raise invalid_line(f"the sentence begins at {start}, inside the one before it", path, rows[0].line)
        before = sentences[-1].at + len(sentences[-1].text) if sentences else 0
        units = tuple(_units(text, rows, count, path, unit))
        sentences.append(TsvSentence(texts[0][0], text, before + gap, gap, name, units, kept))
        end = start + length(text, unit)
        count = units[-1].token + 1
    return sentences


def _blocks(
    lines: Iterable[tuple[int, str]], header: TsvHeader, path: Path
) -> Iterator[tuple[list[tuple[int, str]], str | None, list[TsvRow], dict[str, Any] | None]]:
    """The lines of each sentence: those of its text, its id and its tokens, and what goldspan keeps of it."""
    texts: list[tuple[int, str]] = []
    name: str | None = None
    rows: list[TsvRow] = []
    kept: dict[str, Any] | None = None
    for number, line in [*lines, (0, "")]:
        if rows and (not line or line.startswith("#")):
            yield texts, name, rows, kept
            texts, name, rows, kept = [], None, [], None
        if line.startswith(TEXT_PREFIX):
            texts.append((number, header.unescape(line.removeprefix(TEXT_PREFIX))))
        elif line.startswith(ID_PREFIX):
            name = header.unescape(line.removeprefix(ID_PREFIX))
        elif line.startswith(KEPT_PREFIX):
            kept = _kept(line, number, path)
        elif line and not line.startswith("#"):
            if not texts:
                raise invalid_line("there is no #Text= before this token", path, number)
            rows.append(_row(line, number, header, path))
            if rows[0].is_part:
                raise invalid_line("this part of a token comes before its token", path, number)
        elif not line and texts:
            raise invalid_line("this sentence has no tokens", path, texts[0][0])


def _row(line: str, number: int, header: TsvHeader, path: Path) -> TsvRow:
    name, *cells = line.split("\t")
    extent = EXTENT.fullmatch(cells[0]) if cells else None
    size = FIXED_CELLS + len(header.columns)
    if len(cells) == size and not cells[-1]:  # each cell ends with a tab, the last one, too
        cells.pop()
    if extent is None or not UNIT_ID.fullmatch(name) or len(cells) + 1 != size:
        what = f"it has {len(cells) + 1} cells, where the header declares {size}" if extent else "it is no token"
        raise invalid_line(f"{line!r:.60} is not understood: {what}", path, number)
    return TsvRow(number, "." in name, int(extent[1]), int(extent[2]), cells[1], tuple(cells[2:]))


def _units(text: str, rows: Sequence[TsvRow], before: int, path: Path, unit: offsets.Unit) -> Iterator[TsvUnit]:
    """The tokens of a sentence and their parts, each compared with the text.

    Args:
        text: of the sentence.
        rows: its lines.
        before: the number of tokens before it.
        path: the file, for errors.
        unit: what the offsets count.

    Raises:
        InputError: for a token that is elsewhere than it says.
    """
    begin = rows[0].start
    try:
        places = offsets.from_unit(text, [at - begin for row in rows for at in (row.start, row.end)], unit)
    except InvalidValueError:  # for one of them: each is converted by itself, so that it is named
        places = None
    number = before - 1
    for row in rows:
        number += not row.is_part
        found = places or _places(text, row, begin, path, unit)
        start, end = found[row.start - begin], found[row.end - begin]
        covered = text[start:end] if 0 <= start <= end else None
        if covered is None or covered not in {row.form, unescape(row.form)}:
            remedy = CODE_POINTS_REMEDY if unit == "utf-16" and _fit(text, rows) else OFFSETS_REMEDY
            message = f"the token {row.form!r} is at {row.start}-{row.end}, where its sentence has {covered!r}"
            raise InputError(message, file=path, line=row.line, remedy=remedy)
        yield TsvUnit(row, number, start, end)


def _places(text: str, row: TsvRow, begin: int, path: Path, unit: offsets.Unit) -> dict[int, int]:
    try:
        return offsets.from_unit(text, [row.start - begin, row.end - begin], unit)
    except InvalidValueError as error:
        raise invalid_line(f"the extent {row.start}-{row.end}: {error.message}", path, row.line) from None


def _fit(text: str, rows: Sequence[TsvRow]) -> bool:
    """Whether all tokens are where they say if offsets count code points."""
    begin = rows[0].start
    return all(text[row.start - begin : row.end - begin] in {row.form, unescape(row.form)} for row in rows)


def _kept(line: str, number: int, path: Path) -> dict[str, Any]:
    """What goldspan keeps of an example."""
    try:
        value = strict_json.loads(line.removeprefix(KEPT_PREFIX))
    except ValueError:
        value = None
    match value:
        case {"id": str(), "at": int(), "extra": dict()}:
            return dict(value)
    raise InputError("what goldspan keeps here is damaged", file=path, line=number, remedy=KEPT_REMEDY)


def escape_text(text: str) -> str:
    """A line of a text, or the words of a token, as version 3.3 writes it."""
    return ESCAPED_IN_TEXT.sub(lambda match: "\\" + ESCAPES.get(match[0], match[0]), text)


def escape_value(value: str) -> str:
    """The value of a feature as it is written in a cell."""
    return ESCAPED_IN_VALUE.sub(lambda match: "\\" + ESCAPES.get(match[0], match[0]), value)


def unescape(value: str) -> str:
    """The value of a feature without the backslashes that its cell has."""
    return VALUE_ESCAPE.sub(lambda match: NAMED_CHARACTERS.get(match[1], match[1]), value)


def _java_character(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u" and len(code) > 1:
        return chr(int(code.lstrip("u"), 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return NAMED_CHARACTERS.get(code, code)


def length(text: str, unit: offsets.Unit) -> int:
    """The number of units of a text."""
    match unit:
        case "code-points":
            return len(text)
        case "utf-16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "bytes":
            return len(text.encode("utf-8", "surrogatepass"))
        case "graphemes":
            return int(offsets.to_graphemes(text, [len(text)])[0])


def invalid_line(what: str, path: Path, line: int) -> InputError:
    """The error for a line that is not understood."""
    return InputError(what, file=path, line=line, remedy=LINE_REMEDY)

r"""The sentences of a file of columns, token by token: words, tags and lines, and the text that they make.

A file is read in blocks (`conll_table`), by its layout (`conll_columns`). A row with more cells than the others, or
with a carriage return inside, is never read: nobody can tell what is the word. Without a `# text` the words are joined
by single spaces, or by none where the file says that none follows.

Tags of CoNLL-U stand with the syntactic words. Those of a multiword token (`3-4 zum`) have its place in the text: each
its own part if they make it up letter by letter, else all of them the whole.

Other people's system outputs have faults that do not prevent a comparison: a byte that is not UTF-8, a lost word, a tag
that is not valid. `read_sentences(…, lenient=True)` repairs them and lists them; otherwise they are errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan import iob
from goldspan.annotation import article_of
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.conll_columns import read_layout
from goldspan.formats.conll_survey import ID, fit
from goldspan.formats.conll_table import (
    COLUMN_NAMES,
    NOTE,
    Block,
    Row,
    comment_value,
    locate_words,
    read_blocks,
    split_row,
    whole_blocks,
)
from goldspan.formats.conll_tags import FILLERS
from goldspan.formats.options import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.formats.conll_columns import Layout
    from goldspan.formats.conll_tags import Notation
    from goldspan.formats.options import ReadOptions

KNOWN = {"id", "sent_id", "at", "text", "extra", "newdoc id"}
NEWDOC = "# newdoc"
REPLACEMENT = "\ufffd"
REMEDY = "A line holds a word and its columns, one of them the tag: O, or e.g. B-LABEL."
HEADER_REMEDY = "If this is a header row, name its columns: --word-column NAME --tag-column NAME. Else correct the tag."
SEPARATORS = {"\t": "tabs", " ": "spaces", ",": "commas", ";": "semicolons"}

FaultKind = Literal["bytes", "word", "tag"]


class SentenceError(NamedTuple):
    """What is wrong with a line: bytes that are not UTF-8, a lost word or an invalid tag; and the error for it."""

    kind: FaultKind
    error: InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ConllSentence:
    """An example of a CoNLL file.

    Args:
        line: the number of its first line.
        name: its id, as a comment states it or as numbered.
        stated: whether a comment states the id.
        text: of a comment, or the words joined by single spaces.
        words: n words.
        extents: where the n words lie in the text, in code points; the words of a multiword token may share theirs.
        tags: n tags, of the first column of tags.
        written: the n tags as written in the file.
        nested: n tags, and the same as written, for each further column of tags, e.g. of nested spans.
        lines: the n line numbers, from 1.
        notes: the known comments, values as written.
        comments: the other comments.
        faults: what was repaired.
    """

    line: int
    name: str
    stated: bool
    text: str
    words: tuple[str, ...]
    extents: tuple[tuple[int, int], ...]
    tags: tuple[iob.Tag, ...]
    written: tuple[str, ...]
    lines: tuple[int, ...]
    nested: tuple[tuple[tuple[iob.Tag, ...], tuple[str, ...]], ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    faults: tuple[SentenceError, ...] = ()

    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Where the tokens `first:stop` begin and end in the text."""
        return self.extents[first][0], self.extents[stop - 1][1]


@dataclass
class SentenceRows:
    """A sentence whose comments are told from its words.

    Args:
        line: the number of its first line.
        name: its id by number.
        notes: the known comments, values as written.
        comments: the other comments, as written.
        rows: the rows of words.
        errors: of lines that are not UTF-8.
    """

    line: int = 0
    name: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


class ConllToken(NamedTuple):
    """A word with its tags as written; `glued` if no space follows, `place` its id in the sentence where it has one."""

    line: int
    word: str
    written: tuple[str | None, ...]
    glued: bool = False
    place: str = ""


class Unit(NamedTuple):
    """A word of the text, and the tokens that stand for it: itself, or the words of a multiword token."""

    surface: str
    glued: bool
    tokens: list[ConllToken]


def read_sentences(
    path: Path, options: ReadOptions = DEFAULT, *, lenient: bool = False, layout: Layout | None = None
) -> Iterator[ConllSentence | InputError]:
    """Each sentence, or the errors in its place.

    Args:
        path: the file.
        options: how to read it.
        lenient: repair a line that cannot be read: U+FFFD for what is not UTF-8 and for a lost word, O for an invalid
            tag. Each repair is among the sentence's faults.
        layout: of the file; found in a first reading if not given.

    Raises:
        InputError: if the file cannot be read, or its columns are not plain.
    """
    layout = layout or read_layout(path, options)
    for rows in sentence_rows(path, layout):
        if rows.errors and not lenient:
            yield from rows.errors
            continue
        try:
            sentence = _sentence(rows, path, layout)
        except InputError as error:
            yield error
            continue
        if sentence.faults and not lenient:
            yield from (fault.error for fault in sentence.faults)
        else:
            yield sentence


def tagging_scheme(path: Path, options: ReadOptions, layout: Layout) -> str:
    """The tagging scheme of a file: that of the options, or the one that fits its tags best.

    Raises:
        InputError: if the file cannot be read.
    """
    return layout.only_scheme or options.tagging_scheme or _fit(path, layout).best[0]


def scheme_fit(path: Path, options: ReadOptions = DEFAULT) -> iob.SchemeFit | None:
    """How well each tagging scheme fits the tags of a file; None if they have no prefixes.

    Raises:
        InputError: if the file cannot be read, or its columns are not plain.
    """
    layout = read_layout(path, options)
    return None if layout.only_scheme else _fit(path, layout)


def _fit(path: Path, layout: Layout) -> iob.SchemeFit:
    return iob.SchemeFit.of(tags for rows in sentence_rows(path, layout) for tags in _readable_tags(rows, layout))


def sentence_rows(path: Path, layout: Layout) -> Iterator[SentenceRows]:
    """The sentences of a file as rows; comments without words belong to the next sentence."""
    article, number = 0, 0
    pending: list[tuple[int, str]] = []
    begun: SentenceRows | None = None  # the last sentence of a part of a block, which may go on in the next
    for block in read_blocks(path) if layout.sentence is not None else whole_blocks(read_blocks(path)):
        if block.starts_article:
            article, number = article + 1, 0
            continue
        whole = _without_header(block, layout)
        if whole is None:
            continue
        resolved = _resolve(whole, layout, pending)
        if not (resolved.rows or resolved.errors or "text" in resolved.notes):
            pending += block.leading
            continue
        pending = []
        if "newdoc id" in resolved.notes or NEWDOC in resolved.comments:
            article, number = article + 1, 0
        if begun is not None:
            begun.rows += resolved.rows
            begun.comments += resolved.comments
            begun.errors += resolved.errors
            resolved = begun
        parts = list(_parts(resolved, layout))
        begun = parts.pop() if block.is_cut else None
        for part in parts:
            number += 1
            part.name = f"{path.stem}.{article}.p{number:02d}" if article else f"{path.stem}.p{number:02d}"
            yield part


def _without_header(block: Block, layout: Layout) -> Block | None:
    """The block without the header row; None if nothing is left of it."""
    if layout.header is None or not any(row.line == layout.header for row in block.rows):
        return block
    rows = [row for row in block.rows if row.line != layout.header]
    line = rows[0].line if rows else block.line
    return replace(block, line=line, rows=rows) if rows or block.leading else None


def _resolve(block: Block, layout: Layout, pending: Sequence[tuple[int, str]]) -> SentenceRows:
    """The comments and the rows of a block: a line that begins with `#` is a row if it has a word and a tag."""
    found = SentenceRows(errors=block.errors)
    leading = [*pending, *block.leading]
    for number, line in leading:
        note = NOTE.fullmatch(line)
        if found.rows or (not note and _is_row(split_row(number, line), layout)):
            found.rows.append(split_row(number, line))
        elif note and note[1] in KNOWN:
            found.notes[note[1]] = note[2]
        elif not (note and note[1] == COLUMN_NAMES):
            found.comments.append(line)
    found.rows += block.rows
    found.line = leading[0][0] if leading else block.line
    return found


def _is_row(row: Row, layout: Layout) -> bool:
    cells = fit(row, layout.width)
    if cells is None or layout.width is None or layout.index == 0:
        return False
    if row.separator == layout.separator == "\t" and " " not in cells[0]:
        return True
    return all(_is_tag(tag.written(cells), tag.notation) for tag in layout.tags)


def _is_tag(written: str | None, notation: Notation) -> bool:
    if written is None or (notation.kind == "label" and written != "O" and written not in notation.labels):
        return False
    return not isinstance(notation.parse_all([written])[0], InvalidValueError)


def _parts(rows: SentenceRows, layout: Layout) -> Iterator[SentenceRows]:
    """The sentences of a block: several where a column numbers them."""
    if layout.sentence is None or not rows.rows:
        yield rows
        return
    current, part = None, rows
    collected: list[Row] = []
    for row in rows.rows:
        value = row.cells[layout.sentence] if layout.sentence < len(row.cells) else ""
        if collected and value and value != current:
            part.rows = collected
            yield part
            part, collected = SentenceRows(line=row.line), []
        current = value or current
        collected.append(row)
    part.rows = collected
    yield part


def _readable_tags(rows: SentenceRows, layout: Layout) -> Iterator[list[iob.Tag]]:
    """The tags of a sentence, column by column, if all of them are valid."""
    cells = [fit(row, layout.width) for row in rows.rows]
    for tag in layout.tags:
        written = [tag.written(row) for row in cells if row is not None and tag.column < len(row)]
        tags = tag.notation.parse_all([one for one in written if one is not None])
        if tags and len(written) == len(cells) and not any(isinstance(one, InvalidValueError) for one in tags):
            yield [one for one in tags if isinstance(one, iob.Tag)]


def _sentence(rows: SentenceRows, path: Path, layout: Layout) -> ConllSentence:
    faults = [SentenceError("bytes", error) for error in rows.errors]
    tokens = [_token(row, path, layout, faults) for row in rows.rows]
    units = _units(tokens, path, layout)
    text, places = _text_and_extents(rows, path, units)
    tokens = [token for unit in units for token in unit.tokens]
    columns = [
        (tuple(_tags(tokens, number, path, layout, faults)), tuple(token.written[number] or "" for token in tokens))
        for number in range(len(layout.tags))
    ]
    stated = rows.notes.get("id", rows.notes.get("sent_id"))
    name = rows.name
    if stated is not None:
        name = value if isinstance(value := comment_value(stated), str) else stated
    comments = list(rows.comments)
    if (article := rows.notes.get("newdoc id")) is not None and comment_value(article) != article_of(name) != article:
        comments.insert(0, f"# newdoc id = {article}")
    return ConllSentence(
        line=rows.line,
        name=name,
        stated=stated is not None,
        text=text,
        words=tuple(token.word for token in tokens),
        extents=tuple(extent for unit, place in zip(units, places, strict=True) for extent in _inside(unit, place)),
        tags=columns[0][0],
        written=columns[0][1],
        nested=tuple(columns[1:]),
        lines=tuple(token.line for token in tokens),
        notes=rows.notes,
        comments=tuple(comments),
        faults=tuple(sorted(faults, key=lambda fault: fault.error.line or 0)),
    )


def _token(row: Row, path: Path, layout: Layout, faults: list[SentenceError]) -> ConllToken:
    """The word of a row and its tags as written, what is lost replaced and noted as a fault.

    Raises:
        InputError: for a row with too many cells.
    """
    cells = fit(row, layout.width)
    if cells is None:
        return _narrow_row(row, path, layout, faults)
    if max(layout.word, *(tag.column for tag in layout.tags)) >= len(cells):
        raise _width_error(row, path, layout)
    word = cells[layout.word].removeprefix(layout.language)
    written = tuple(tag.written(cells) for tag in layout.tags)
    if row.separator != layout.separator and not all(
        _is_tag(w, t.notation) for w, t in zip(written, layout.tags, strict=True)
    ):
        raise InputError(
            f"this line is separated by {SEPARATORS[row.separator]}, the others by {SEPARATORS[layout.separator]}",
            file=path,
            line=row.line,
            remedy=REMEDY,
        )
    if not word:
        missing = InputError("the word or its tag is missing", file=path, line=row.line, remedy=REMEDY)
        faults.append(SentenceError("word", missing))
    glued = layout.space_after is not None and cells[layout.space_after] == "-"
    if layout.misc is not None:
        glued = glued or "SpaceAfter=No" in cells[layout.misc].split("|")
    return ConllToken(
        row.line, word or REPLACEMENT, written, glued, cells[layout.index] if layout.index is not None else ""
    )


def _narrow_row(row: Row, path: Path, layout: Layout, faults: list[SentenceError]) -> ConllToken:
    """A row that has fewer cells than the others: a word without its tag, a tag without its word, or neither.

    Raises:
        InputError: if it has more.
    """
    if layout.width is None or len(row.cells) > layout.width:
        raise _width_error(row, path, layout)
    cell = row.cells[0] if row.cells else ""
    alone = len(row.cells) == 1
    is_tag = alone and _is_tag(cell, layout.tags[0].notation)
    if is_tag:
        error = InputError("the word or its tag is missing", file=path, line=row.line, remedy=REMEDY)
    elif alone:
        error = InputError(f"{cell!r} is not a tag", file=path, line=row.line, remedy=REMEDY)
    else:
        error = _width_error(row, path, layout)
    faults.append(SentenceError("word" if is_tag else "tag", error))
    word = cell if alone else next(iter(row.cells[layout.word : layout.word + 1]), "")
    written = (cell if is_tag else "O", *("O" for _ in layout.tags[1:]))
    return ConllToken(row.line, REPLACEMENT if is_tag or not word else word, written)


def _width_error(row: Row, path: Path, layout: Layout) -> InputError:
    wanted = f"the others {layout.width}" if layout.width is not None else "fewer than the words and the tags need"
    more = layout.width is not None and len(row.cells) > layout.width
    remedy = "A space inside a word? Then separate the columns by tabs." if more and row.separator == " " else REMEDY
    return InputError(f"this line has {len(row.cells)} columns, {wanted}", file=path, line=row.line, remedy=remedy)


def _units(tokens: Sequence[ConllToken], path: Path, layout: Layout) -> list[Unit]:
    """The words of the text; of CoNLL-U, multiword tokens with their words, and empty nodes left out."""
    if layout.index is None:
        return [Unit(token.word, token.glued, [token]) for token in tokens]
    units: list[Unit] = []
    ranges: dict[int, ConllToken] = {}
    last = 0
    for token in tokens:
        match = ID.fullmatch(token.place)
        if match is None:
            raise InputError(f"{token.place!r} does not number a word", file=path, line=token.line, remedy=REMEDY)
        number = int(match["first"])
        if match["empty"]:
            _require_untagged(token, path, layout, "an empty node, which has no place in the text")
        elif match["range"]:
            last = int(match["range"][1:])
            ranges[len(units)] = token
            units.append(Unit(token.word, token.glued, []))
        elif units and number <= last and len(units) - 1 in ranges:
            units[-1].tokens.append(token)
        else:
            units.append(Unit(token.word, token.glued, [token]))
    for place, token in ranges.items():
        _tag_once(units[place], token, path, layout)
    return units


def _tag_once(unit: Unit, whole: ConllToken, path: Path, layout: Layout) -> None:
    """Let the tags of a multiword token stand for it where its words have none."""
    if not unit.tokens or not any(_has_tag(token, layout) for token in unit.tokens):
        unit.tokens[:] = [whole]
    elif whole.written != unit.tokens[0].written:
        _require_untagged(whole, path, layout, "a multiword token whose words have others")


def _require_untagged(token: ConllToken, path: Path, layout: Layout, what: str) -> None:
    if _has_tag(token, layout) and token.written != ("O",) * len(token.written):
        raise InputError(
            f"the tag {token.written[0]!r} is that of {what}",
            file=path,
            line=token.line,
            remedy="Tag the words of the text.",
        )


def _has_tag(token: ConllToken, layout: Layout) -> bool:
    return any(written is not None and written not in FILLERS for written in token.written[: len(layout.tags)])


def _inside(unit: Unit, extent: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Where the tokens of a unit lie: one after the other if they make it up, else each in all of it."""
    at = extent[0]
    is_made_up = "".join(token.word for token in unit.tokens) == unit.surface
    for token in unit.tokens:
        yield (at, at + len(token.word)) if is_made_up else extent
        at += len(token.word)


def _tags(
    tokens: Sequence[ConllToken], number: int, path: Path, layout: Layout, faults: list[SentenceError]
) -> list[iob.Tag]:
    """The tags of a column, O where one cannot be read, which is a fault."""
    column = layout.tags[number]
    written = [token.written[number] for token in tokens]
    gap = "O" if column.has_gaps else ""
    tags: list[iob.Tag] = []
    parsed = column.notation.parse_all([gap if one is None else one for one in written])
    for token, one, tag in zip(tokens, written, parsed, strict=True):
        if isinstance(tag, iob.Tag):
            tags.append(tag)
            continue
        message = f"there is no tag {column.key}= here" if one is None else tag.message
        remedy = HEADER_REMEDY if token.line == layout.first and one and one.isidentifier() else tag.remedy
        faults.append(SentenceError("tag", InputError(message, file=path, line=token.line, remedy=remedy)))
        tags.append(iob.OUTSIDE)
    return tags


def _text_and_extents(rows: SentenceRows, path: Path, units: Sequence[Unit]) -> tuple[str, list[tuple[int, int]]]:
    """The text, and the extents of its words."""
    words = [unit.surface for unit in units]
    if "text" not in rows.notes:
        extents, text = [], ""
        for number, unit in enumerate(units):
            extents.append((len(text), len(text) + len(unit.surface)))
            text += unit.surface + ("" if unit.glued or number == len(units) - 1 else " ")
        return text, extents
    written = rows.notes["text"]
    for text in (comment_value(written), written):
        if isinstance(text, str) and (located := locate_words(words, text)) is not None:
            return text, located
    raise InputError(
        "the words are not those of the `# text` above them", file=path, line=rows.line, remedy="Correct either."
    )

r"""The sentences of a CoNLL file, token by token: words, tags and lines, and the text that they make.

A file is read in blocks, the comments and rows up to an empty line; each block but `-DOCSTART-` is a sentence.

Other people's system outputs have faults that do not prevent a comparison: a byte that is not UTF-8, a lost word, a tag
that is not valid. `read_sentences(…, lenient=True)` repairs them and lists them; otherwise they are errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from goldspan import iob, strict_json
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import decode, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NOTE = re.compile(r"# (\w+) = (.*)", re.DOTALL)
KNOWN = {"id", "sent_id", "at", "text", "extra"}
DOCUMENT_START = "-DOCSTART-"
REPLACEMENT = "\ufffd"
REMEDY = "A line holds a word and its columns, the last of them the tag: O, or e.g. B-LABEL."


class ColumnNumbers(NamedTuple):
    """The numbers of the columns of words and of tags, from 0; negative from the end."""

    word: int = 0
    tag: int = -1


DEFAULT = ColumnNumbers()
FaultKind = Literal["bytes", "word", "tag"]


@dataclass
class ConllBlock:
    """The lines between two empty lines.

    Args:
        line: the number of its first line.
        starts_article: whether it is the `-DOCSTART-` line, which is its own block.
        notes: the known comments `# key = value`, values as written.
        comments: the other comments, as written.
        rows: the number and the columns of each line of a word.
        errors: of lines that are not UTF-8; `rows` has these lines, too, with U+FFFD for what is not.
    """

    line: int = 0
    starts_article: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)

    def add(self, number: int, line: str) -> None:
        """Add a line that is not empty."""
        columns = split_columns(line)
        if self.rows or not line.startswith("#"):
            self.rows.append((number, columns))
            return
        note = NOTE.fullmatch(line)
        if not note and is_tagged(columns):
            self.rows.append((number, columns))
        elif note and note[1] in KNOWN:
            self.notes[note[1]] = note[2]
        else:
            self.comments.append(line)

    @property
    def is_example(self) -> bool:
        """Whether it has words, a text without words, or an error; comments alone are not an example."""
        return bool(self.starts_article or self.rows or self.errors or "text" in self.notes)


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
        extents: where the n words lie in the text, in code points.
        tags: n tags.
        written: the n tags as written in the file.
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
    notes: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    faults: tuple[SentenceError, ...] = ()

    def extent(self, first: int, stop: int) -> tuple[int, int]:
        """Where the tokens `first:stop` begin and end in the text."""
        return self.extents[first][0], self.extents[stop - 1][1]


def read_blocks(path: Path) -> Iterator[ConllBlock]:
    """The blocks of a file, as a stream; comments before an empty line belong to the next block.

    Raises:
        InputError: if the file cannot be read.
    """
    block = ConllBlock()
    for number, raw in numbered(path):
        if not raw.strip():
            if block.is_example:
                yield block
                block = ConllBlock()
            continue
        block.line = block.line or number
        try:
            line = decode(raw, path, number).removesuffix("\r")
        except InputError as error:
            block.errors.append(error)
            line = raw.decode("utf-8", "replace").removesuffix("\r")
        if (
            line.startswith(DOCUMENT_START)
            and not (block.rows or block.notes)
            and split_columns(line)[0] == DOCUMENT_START
        ):
            yield ConllBlock(number, starts_article=True)
            block.line = 0
        else:
            block.add(number, line)
    if block.is_example:
        yield block


def split_columns(line: str) -> list[str]:
    """The columns of a line: split at tabs if it has any, else at runs of spaces; without spaces at their edges."""
    line = line.rstrip(" \t\r")
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    return [column for column in line.split(" ") if column]


def is_tagged(columns: list[str]) -> bool:
    """Whether the last column is a tag."""
    try:
        iob.parse(columns[-1])
    except InvalidValueError:
        return False
    return True


def read_sentences(
    path: Path, columns: ColumnNumbers = DEFAULT, *, lenient: bool = False
) -> Iterator[ConllSentence | InputError]:
    """Each sentence, or the errors in its place.

    Args:
        path: the file.
        columns: the columns of words and tags.
        lenient: repair a line that cannot be read: U+FFFD for what is not UTF-8 and for a lost word, O for an invalid
            tag. Each repair is among the sentence's faults.

    Raises:
        InputError: if the file cannot be read.
    """
    article, number = 0, 0
    for block in read_blocks(path):
        if block.starts_article:
            article, number = article + 1, 0
            continue
        number += 1
        name = f"{path.stem}.{article}.p{number:02d}" if article else f"{path.stem}.p{number:02d}"
        if block.errors and not lenient:
            yield from block.errors
            continue
        try:
            yield _read_sentence(block, path, name, columns, lenient=lenient)
        except InputError as error:
            yield error


def detect_scheme(path: Path, columns: ColumnNumbers = DEFAULT) -> str:
    """The tagging scheme of a file: the one that forbids the fewest of its tags."""
    return iob.detect(tags for block in read_blocks(path) if (tags := _readable_tags(block, columns)))


def comment_value(written: str) -> Any:  # noqa: ANN401  (JSON is any)
    """The value of a comment, as JSON or, since other programs write plain text, as written."""
    try:
        return strict_json.loads(written)
    except strict_json.JSONError:
        return written


def locate_words(words: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """The extents of words that follow one another in a text with only white space between; None if they do not."""
    extents, end = [], 0
    for word in words:
        start = text.find(word, end)
        if start < 0 or text[end:start].strip():
            return None
        end = start + len(word)
        extents.append((start, end))
    return None if text[end:].strip() else extents


def _read_sentence(block: ConllBlock, path: Path, name: str, columns: ColumnNumbers, *, lenient: bool) -> ConllSentence:
    words, tags, written = [], [], []
    faults = [SentenceError("bytes", error) for error in block.errors]
    for number, row in block.rows:
        word, tag, row_faults = _read_row(row, path, number, columns)
        faults += row_faults
        words.append(word)
        tags.append(tag)
        written.append(row[columns.tag] if -len(row) <= columns.tag < len(row) else "")
    if faults and not lenient:
        raise faults[0].error
    text, extents = _text_and_extents(block, path, words)
    stated = block.notes.get("id", block.notes.get("sent_id"))
    if stated is not None:
        name = value if isinstance(value := comment_value(stated), str) else stated
    return ConllSentence(
        line=block.line,
        name=name,
        stated=stated is not None,
        text=text,
        words=tuple(words),
        extents=tuple(extents),
        tags=tuple(tags),
        written=tuple(written),
        lines=tuple(number for number, _ in block.rows),
        notes=block.notes,
        comments=tuple(block.comments),
        faults=tuple(faults),
    )


def _read_row(
    row: list[str], path: Path, number: int, columns: ColumnNumbers
) -> tuple[str, iob.Tag, list[SentenceError]]:
    """The word and the tag of a line, repaired where necessary, and what was wrong."""
    word, tag, faults = REPLACEMENT, iob.OUTSIDE, []
    try:
        word = row[columns.word]
        tag = iob.parse(row[columns.tag])
    except IndexError:
        faults.append(
            SentenceError("tag", InputError(f"only {len(row)} column(s)", file=path, line=number, remedy=REMEDY))
        )
    except InvalidValueError as error:
        faults.append(SentenceError("tag", InputError(error.message, file=path, line=number, remedy=error.remedy)))
    if not faults and (not word or len(row) == 1):
        missing = InputError("the word or its tag is missing", file=path, line=number, remedy=REMEDY)
        faults.append(SentenceError("word", missing))
        word = REPLACEMENT
    return word or REPLACEMENT, tag, faults


def _readable_tags(block: ConllBlock, columns: ColumnNumbers) -> list[iob.Tag]:
    try:
        return [iob.parse(row[columns.tag]) for _, row in block.rows]
    except (IndexError, InvalidValueError):
        return []


def _text_and_extents(block: ConllBlock, path: Path, words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text, and the extents of the words in it."""
    if "text" not in block.notes:
        text = " ".join(words)
        extents = locate_words(words, text)
        assert extents is not None
        return text, extents
    written = block.notes["text"]
    for text in (comment_value(written), written):
        if isinstance(text, str) and (extents := locate_words(words, text)) is not None:
            return text, extents
    raise InputError(
        "the words are not those of the `# text` above them", file=path, line=block.line, remedy="Correct either."
    )

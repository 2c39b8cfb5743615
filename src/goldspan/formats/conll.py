r"""CoNLL: a word a line, its tag in the last column, a blank line after each example.

    -DOCSTART- -X- -X- O

    # id = "a.p03"
    # at = 1043
    # text = "The 72nd Brigade  withdrew."
    The -X- -X- O
    72nd -X- -X- B-UNIT
    Brigade -X- -X- I-UNIT

Written are the four columns of CoNLL-2003 with IOB2 tags, `-DOCSTART-` before each article, and comments as JSON, so
that reading gives the same examples, blanks and all; `comments=False` leaves them out for programs that know none.

Read is any number of columns, split at tabs or at blanks, in any scheme of `goldspan.iob`, which is found
out unless named. A line that begins with `#` before the first word of an example is a comment if it reads `# key = …`
or does not end in a tag. Other people's comments are kept in the extra key `comments`. Without `# text` the words are
joined by one blank; without `# id` (or `# sent_id`) the examples of an article are numbered. A tag that the scheme
forbids where it stands is taken as `goldspan.iob.decode` says, or under `repair="strict"` its chunk is no
span; it is listed in the extra key `repaired_tags` with its line.

The blocks of a CoNLL file: comments and rows up to a blank line, not yet judged.

The sentences of a CoNLL file, token by token: words, tags and lines, and the text that they make.

Other people's system outputs have faults that spoil no comparison: a byte that is not UTF-8, a word that was lost, a
tag that is none. `read(…, lenient=True)` mends them and says so; otherwise they are errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from goldspan import files, iob, tokens
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.json_lines import decode, loads, numbered, one_line
from goldspan.formats.record import RawSpan, Record
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.sample import FileSample

NOTE = re.compile(r"# (\w+) = (.*)", re.DOTALL)
KNOWN = {"id", "sent_id", "at", "text", "extra"}
DOCUMENT_START = "-DOCSTART-"


@dataclass
class ConllBlock:
    """What stands between two blank lines.

    Args:
        line: the number of its first line.
        starts_article: whether it is the `-DOCSTART-` line, which is a block of its own.
        notes: the known comments `# key = value`, values as written.
        comments: the other comments, as written.
        rows: the number and the columns of each line of a word.
        errors: of lines that are not UTF-8; they stand in `rows` all the same, with U+FFFD for what is not.
    """

    line: int = 0
    starts_article: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)

    def add(self, number: int, line: str) -> None:
        """Take in a line that is not blank."""
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
    def says_something(self) -> bool:
        """Whether it holds words, a text without words, or an error; comments alone are no example."""
        return bool(self.starts_article or self.rows or self.errors or "text" in self.notes)


def read_blocks(path: Path) -> Iterator[ConllBlock]:
    """The blocks of a file, as a stream. Comments that stand alone belong to the block that follows.

    Raises:
        InputError: if the file cannot be read.
    """
    block = ConllBlock()
    for number, raw in numbered(path):
        if not raw.strip():
            if block.says_something:
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
    if block.says_something:
        yield block


def split_columns(line: str) -> list[str]:
    """The columns of a line: split at tabs if it has any, else at runs of blanks; blanks around them are not theirs."""
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


REPLACEMENT = "\ufffd"
REMEDY = "A line holds a word and its columns, the last of them the tag: O, or e.g. B-LABEL."


class ColumnNumbers(NamedTuple):
    """The numbers of the columns of words and of tags, from 0; negative from the end."""

    word: int = 0
    tag: int = -1


DEFAULT = ColumnNumbers()
FaultKind = Literal["bytes", "word", "tag"]


class SentenceError(NamedTuple):
    """What is wrong with a line: bytes that are not UTF-8, a lost word, or a tag that is none; and the error for it."""

    kind: FaultKind
    error: InputError


@dataclass(frozen=True, slots=True)
class ConllSentence:
    """An example of a CoNLL file.

    Args:
        line: the number of its first line.
        name: its id, as a comment states it or as numbered.
        stated: whether a comment states the id.
        text: of a comment, or the words joined by one blank.
        words: n words.
        extents: where the n words lie in the text, in code points.
        tags: n tags.
        written: the n tags as they stand in the file.
        lines: the n line numbers, from 1.
        notes: the known comments, values as written.
        comments: the other comments.
        faults: what was mended.
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


def read_sentences(
    path: Path, columns: ColumnNumbers = DEFAULT, *, lenient: bool = False
) -> Iterator[ConllSentence | InputError]:
    """Each sentence, or the errors that stand in its place.

    Args:
        path: the file.
        columns: where words and tags stand.
        lenient: mend a line that cannot be read: U+FFFD for what is not UTF-8 and for a lost word, O for what is no
            tag. Each is among the sentence's faults.

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
    """What a comment says as JSON, or as it stands: other programs write plain text."""
    try:
        return loads(written)
    except (ValueError, RecursionError):
        return written


def locate_words(words: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where words follow one another in a text with only blanks between; None if they do not."""
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
        word, tag, found = _read_row(row, path, number, columns)
        faults += found
        words.append(word)
        tags.append(tag)
        written.append(row[columns.tag] if -len(row) <= columns.tag < len(row) else "")
    if faults and not lenient:
        raise faults[0].error
    text, extents = _text_and_extents(block, path, words)
    stated = block.notes.get("id", block.notes.get("sent_id"))
    if stated is not None:
        name = said if isinstance(said := comment_value(stated), str) else stated
    return ConllSentence(
        block.line,
        name,
        stated is not None,
        text,
        tuple(words),
        tuple(extents),
        tuple(tags),
        tuple(written),
        tuple(number for number, _ in block.rows),
        block.notes,
        tuple(block.comments),
        tuple(faults),
    )


def _read_row(
    row: list[str], path: Path, number: int, columns: ColumnNumbers
) -> tuple[str, iob.Tag, list[SentenceError]]:
    """The word and the tag of a line, mended if need be, and what was wrong."""
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
    """The text, and where the words lie in it."""
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


EMPTY_SUFFIXES = frozenset((".conll", ".iob", ".iob2", ".bio"))  # of files that may be empty
DOCSTART = "-DOCSTART- -X- -X- O\n\n"


def scan(
    path: Path,
    scheme: str | None = None,
    word: int = 0,
    tag: int = -1,
    repair: iob.Repair = "conlleval",
) -> Iterator[Record | InputError]:
    """Each example, or the errors that stand in its place.

    Args:
        path: the file.
        scheme: the tagging scheme; found out in a first reading if not named.
        word: the number of the column of words, from 0.
        tag: the number of the column of tags, from 0; negative from the end.
        repair: what becomes of a chunk that holds a tag which the scheme forbids: a span (`conlleval`) or none
            (`strict`). The tag is listed under either.

    Raises:
        InvalidValueError: for a scheme or a repair that is not known.
    """
    if repair not in get_args(iob.Repair):
        raise InvalidValueError(f"there is no repair {repair!r}", remedy="It is conlleval or strict.")
    columns = ColumnNumbers(word, tag)
    named = iob.canonical(scheme) if scheme else detect_scheme(path, columns)
    for found in read_sentences(path, columns):
        try:
            yield found if isinstance(found, InputError) else record(found, path, named, repair)
        except InputError as error:
            yield error


def write(
    path: Path,
    examples: Iterable[Example],
    *,
    policy: tokens.Policy = "strict",
    comments: bool = True,
    language: str = "en",
) -> list[tokens.Misaligned]:
    """Write the examples, as a stream, beside and then in place; the spans that cut tokens come back.

    Args:
        path: the file.
        examples: those of one article should follow one another.
        policy: `strict` refuses spans that cut tokens, `expand` tags the tokens that they touch.
        comments: whether to write what it takes to read the same examples again.
        language: of the tokeniser.

    Raises:
        InputError: naming every span that a file of tokens cannot hold; nothing is written.
    """
    alignment = Alignment(policy)
    article = None
    with files.replacing(path) as stream:
        for example in examples:
            if example.article != article:
                article = example.article
                stream.write(DOCSTART.encode())
            extents = tokens.tokenize(example.text, language)
            tags = alignment.tags(example, extents)
            words = [example.text[start:end] for start, end in extents]
            _validate_readable(example, words, path, comments=comments)
            head = _comments(example) if comments else ""
            rows = "".join(f"{word} -X- -X- {tag}\n" for word, tag in zip(words, tags, strict=True))
            stream.write(f"{head}{rows}\n".encode())
        return alignment.settle(path)


def is_format_of(sample: FileSample) -> bool:
    """Whether most lines of words end in a tag."""
    if sample.is_empty or sample.is_json:
        return sample.is_empty and sample.path.suffix in EMPTY_SUFFIXES
    lines = sample.head.decode("utf-8", "replace").split("\n")
    complete = lines if sample.is_whole else lines[:-1]
    rows = [split_columns(line.removesuffix("\r")) for line in complete if line.strip()]
    tagged = sum(len(row) > 1 and is_tagged(row) for row in rows)
    comments = sum(row[0].startswith("#") and not is_tagged(row) for row in rows)
    return tagged > (len(rows) - comments) / 2


def record(sentence: ConllSentence, path: Path, scheme: str, repair: iob.Repair) -> Record:
    """A sentence as a record.

    Raises:
        InputError: for comments of ours that are damaged.
    """
    notes = sentence.notes
    at, extra = comment_value(notes.get("at", "0")), comment_value(notes.get("extra", "{}"))
    if type(at) is not int or not isinstance(extra, dict):
        raise InputError(
            "`# at` holds an integer, `# extra` a JSON object", file=path, line=sentence.line, remedy="Correct them."
        )
    repaired = [[sentence.lines[n], sentence.written[n]] for n in iob.malformed(sentence.tags, scheme)]
    for key, found in (("comments", sentence.comments), ("repaired_tags", repaired)):
        if found:
            extra[key] = [*extra.get(key, ()), *found]
    chunks = iob.well_formed_chunks(sentence.tags, scheme) if repair == "strict" else iob.decode(sentence.tags)
    spans = tuple(RawSpan(*sentence.extent(chunk.first, chunk.stop), chunk.label) for chunk in chunks)
    return Record(path, sentence.line, sentence.name, sentence.text, spans, at, extra)


def _comments(example: Example) -> str:
    notes: dict[str, Any] = {"id": example.id, "at": example.at, "text": example.text}
    if example.extra:
        notes["extra"] = dict(example.extra)
    return "".join(f"# {key} = {one_line(value)}\n" for key, value in notes.items())


def _validate_readable(example: Example, words: Sequence[str], path: Path, *, comments: bool) -> None:
    """Refuse what would not read as what it is."""
    why = next((f"the label {s.label!r} holds a blank" for s in example.spans if len(s.label.split()) != 1), "")
    if not why and any(len(word.split()) != 1 for word in words):
        why = "a token holds a blank"
    if not why and not comments and (not words or words[0] == "-DOCSTART-"):
        why = "without comments it would not be read as an example"
    if why:
        raise InputError(why, file=path, example=example.id, remedy="Choose a format that can hold it, e.g. gold.")

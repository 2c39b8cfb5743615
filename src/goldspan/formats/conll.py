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

Read is any number of columns, split at tabs or at blanks, in any scheme of `goldspan.formats.tagging`, which is found
out unless named. A line that begins with `#` before the first word of an example is a comment if it reads `# key = …`
or does not end in a tag. Other people's comments are kept in the extra key `comments`. Without `# text` the words are
joined by one blank; without `# id` (or `# sent_id`) the examples of an article are numbered. A tag that the scheme
forbids where it stands is taken as `goldspan.formats.tagging.decode` says and listed in the extra key `repaired_tags`
with its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan import files, tokens
from goldspan.errors import InputError, ValueRefused
from goldspan.formats import tagging
from goldspan.formats.alignment import Alignment
from goldspan.formats.blocks import Block, read_blocks
from goldspan.formats.lines import loads, one_line
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.values import Example

SUFFIXES = (".conll", ".iob", ".iob2", ".bio", ".tsv")
DOCSTART = "-DOCSTART- -X- -X- O\n\n"
REMEDY = "A line holds a word and its columns, the last of them the tag: O, or e.g. B-LABEL."


def scan(path: Path, scheme: str | None = None, word: int = 0, tag: int = -1) -> Iterator[Record | InputError]:
    """Each example, or the errors that stand in its place.

    Args:
        path: the file.
        scheme: the tagging scheme; found out in a first reading if not named.
        word: the number of the column of words, from 0.
        tag: the number of the column of tags, from 0; negative from the end.

    Raises:
        ValueRefused: for a scheme that is not known.
    """
    named = tagging.canonical(scheme) if scheme else None
    columns = (word, tag)
    found = named or tagging.detect(tags for block in read_blocks(path) if (tags := _readable_tags(block, columns)))
    article, number = 0, 0
    for block in read_blocks(path):
        if block.starts_article:
            article, number = article + 1, 0
            continue
        number += 1
        name = f"{path.stem}.{article}.p{number:02d}" if article else f"{path.stem}.p{number:02d}"
        yield from _scan_block(block, path, name, columns, found)


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
            _refuse_unreadable(example, words, path, comments=comments)
            head = _comments(example) if comments else ""
            rows = "".join(f"{word} -X- -X- {tag}\n" for word, tag in zip(words, tags, strict=True))
            stream.write(f"{head}{rows}\n".encode())
        return alignment.settle(path)


def _scan_block(
    block: Block, path: Path, name: str, columns: tuple[int, int], scheme: str
) -> Iterator[Record | InputError]:
    if block.errors:
        yield from block.errors
        return
    try:
        yield _record(block, path, name, columns, scheme)
    except InputError as error:
        yield error


def _record(block: Block, path: Path, name: str, columns: tuple[int, int], scheme: str) -> Record:
    words, tags = _words_and_tags(block, path, columns)
    text, extents = _layout(block, path, words)
    spans = tuple(
        RawSpan(extents[chunk.first][0], extents[chunk.stop - 1][1], chunk.label) for chunk in tagging.decode(tags)
    )
    at, extra = _json(block.notes.get("at", "0")), _json(block.notes.get("extra", "{}"))
    if type(at) is not int or not isinstance(extra, dict):
        raise InputError(
            "`# at` holds an integer, `# extra` a JSON object", file=path, line=block.line, remedy="Correct them."
        )
    repaired = [[block.rows[n][0], block.rows[n][1][columns[1]]] for n in tagging.malformed(tags, scheme)]
    for key, found in (("comments", block.comments), ("repaired_tags", repaired)):
        if found:
            extra[key] = [*extra.get(key, ()), *found]
    written = block.notes.get("id", block.notes.get("sent_id", name))
    name = said if isinstance(said := _json(written), str) else written
    return Record(path, block.line, name, text, spans, at, extra)


def _words_and_tags(block: Block, path: Path, columns: tuple[int, int]) -> tuple[list[str], list[tagging.Tag]]:
    words, tags = [], []
    for number, row in block.rows:
        try:
            word, tag = row[columns[0]], tagging.parse(row[columns[1]])
        except IndexError:
            raise InputError(f"only {len(row)} column(s)", file=path, line=number, remedy=REMEDY) from None
        except ValueRefused as error:
            raise InputError(error.message, file=path, line=number, remedy=error.remedy) from None
        if not word or len(row) == 1:
            raise InputError("the word or its tag is missing", file=path, line=number, remedy=REMEDY)
        words.append(word)
        tags.append(tag)
    return words, tags


def _readable_tags(block: Block, columns: tuple[int, int]) -> list[tagging.Tag]:
    try:
        return [tagging.parse(row[columns[1]]) for _, row in block.rows]
    except (IndexError, ValueRefused):
        return []


def _layout(block: Block, path: Path, words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text, and where the words lie in it."""
    if "text" not in block.notes:
        text = " ".join(words)
        extents = _locate(words, text)
        assert extents is not None
        return text, extents
    written = block.notes["text"]
    for text in (_json(written), written):
        if isinstance(text, str) and (extents := _locate(words, text)) is not None:
            return text, extents
    raise InputError(
        "the words are not those of the `# text` above them", file=path, line=block.line, remedy="Correct either."
    )


def _locate(words: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where words follow one another in a text with only blanks between; None if they do not."""
    extents, end = [], 0
    for word in words:
        start = text.find(word, end)
        if start < 0 or text[end:start].strip():
            return None
        end = start + len(word)
        extents.append((start, end))
    return None if text[end:].strip() else extents


def _json(written: str) -> Any:  # noqa: ANN401  (JSON is any)
    """What a comment says as JSON, or as it stands: other programs write plain text."""
    try:
        return loads(written)
    except (ValueError, RecursionError):
        return written


def _comments(example: Example) -> str:
    notes: dict[str, Any] = {"id": example.id, "at": example.at, "text": example.text}
    if example.extra:
        notes["extra"] = dict(example.extra)
    return "".join(f"# {key} = {one_line(value)}\n" for key, value in notes.items())


def _refuse_unreadable(example: Example, words: Sequence[str], path: Path, *, comments: bool) -> None:
    """Refuse what would not read as what it is."""
    why = next((f"the label {s.label!r} holds a blank" for s in example.spans if len(s.label.split()) != 1), "")
    if not why and any(len(word.split()) != 1 for word in words):
        why = "a token holds a blank"
    if not why and not comments and (not words or words[0] == "-DOCSTART-"):
        why = "without comments it would not be read as an example"
    if why:
        raise InputError(why, file=path, example=example.id, remedy="Choose a format that can hold it, e.g. gold.")

r"""CoNLL: one word per line, its tag in the last column, an empty line after each example.

    -DOCSTART- -X- -X- O

    # id = "a.p03"
    # at = 1043
    # text = "The 72nd Brigade  withdrew."
    The -X- -X- O
    72nd -X- -X- B-UNIT
    Brigade -X- -X- I-UNIT

Files are written with the four columns of CoNLL-2003 and IOB2 tags, with `-DOCSTART-` before each article, and with
comments as JSON, so that reading gives the same examples, white space included; `comments=False` leaves the comments
out for programs that do not know them.

Files are read with any number of columns, separated by tabs or spaces, or as CSV: which columns hold the words and
the tags is found (`conll_columns`), and so are the notation of the tags (`conll_tags`) and their scheme, one of
`goldspan.iob`. The sentences stand in `conll_sentences`. A line that begins with `#` before the first word of an
example is a comment if it reads `# key = …` or has no word and tag. Comments of other programs are kept in the extra
key `comments`. Without `# text` the words are joined by single spaces; without `# id` (or `# sent_id`) the examples
of an article are numbered. A tag that its scheme forbids at its place is read as `goldspan.iob.decode` says; under
`repair="strict"` its chunk is not a span. Such tags are listed in the extra key `repaired_tags` with their lines.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from goldspan import files, iob, tokens
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats.conll_columns import read_layout
from goldspan.formats.conll_sentences import read_sentences, scheme_fit, tagging_scheme
from goldspan.formats.conll_survey import is_table, survey
from goldspan.formats.conll_table import DOCUMENT_START, blocks_of, comment_value, csv_blocks, csv_delimiter
from goldspan.formats.conll_tags import Notation
from goldspan.formats.foreign import recognize
from goldspan.formats.json_lines import one_line
from goldspan.formats.options import DEFAULT, WRITE_DEFAULT
from goldspan.formats.record import Note, RawSpan, Record
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.conll_sentences import ConllSentence
    from goldspan.formats.conll_survey import Survey
    from goldspan.formats.options import ReadOptions, WriteOptions
    from goldspan.formats.sample import FileSample

__all__ = [
    "is_format_of", "read_layout", "read_sentences", "record", "scan", "scheme_fit", "survey_sample", "tagging_scheme",
    "validate_example", "write",
]  # fmt: skip

EMPTY_SUFFIXES = frozenset((".conll", ".iob", ".iob2", ".bio"))  # of files that may be empty
DOCSTART = f"{DOCUMENT_START} -X- -X- O\n\n"
WEBANNO = b"#FORMAT=WebAnno"  # how a file of another format of columns begins


def scan(path: Path, options: ReadOptions = DEFAULT) -> Iterator[Record | InputError]:
    """Each example, or the errors in its place; a tag that its scheme forbids is listed, whatever becomes of it."""
    try:
        layout = read_layout(path, options)
        scheme = tagging_scheme(path, options, layout)
        for number, sentence in enumerate(read_sentences(path, options, layout=layout)):
            try:
                read = sentence if isinstance(sentence, InputError) else record(sentence, path, scheme, options.repair)
            except InputError as error:
                yield error
                continue
            if number == 0 and isinstance(read, Record):
                read = replace(read, notes=(*layout.notes(path), *read.notes))
            yield read
    except InputError as error:
        yield error


def write(
    path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT, *, comments: bool = True
) -> list[tokens.Misaligned]:
    """Write the examples, as a stream and all or nothing, and return the spans that cut tokens.

    Args:
        path: the file.
        examples: those of one article should follow one another.
        options: the policy `strict` refuses spans that cut tokens, `expand` tags the tokens that they touch.
        comments: whether to write what is needed to read the same examples again.

    Raises:
        InputError: naming every span that a file of tokens cannot hold; nothing is written.
    """
    alignment = Alignment(options)
    article = None
    with files.replacing(path) as stream:
        for example in examples:
            if example.article != article:
                article = example.article
                stream.write(DOCSTART.encode())
            extents = tokens.tokenize(example.text, options.language)
            tags = alignment.tags(example, extents)
            words = [example.text[start:end] for start, end in extents]
            validate_example(example, words, path, comments=comments)
            head = _comments(example) if comments else ""
            rows = "".join(f"{word} -X- -X- {tag}\n" for word, tag in zip(words, tags, strict=True))
            stream.write(f"{head}{rows}\n".encode())
        return alignment.validated(path)


def is_format_of(sample: FileSample) -> bool:
    """Whether the first rows have words and tags in the same columns."""
    if sample.is_empty or sample.is_json:
        return sample.is_empty and sample.path.suffix in EMPTY_SUFFIXES
    if sample.head.startswith(WEBANNO) or recognize(sample) is not None:
        return False
    try:
        found, is_expected = survey_sample(sample)
    except InputError:
        return False
    if sample.path.suffix in EMPTY_SUFFIXES and b"\0" not in sample.head:
        return True
    return is_table(found, is_expected=is_expected) or (is_expected and not found.columns)


def survey_sample(sample: FileSample) -> tuple[Survey, bool]:
    """What the beginning of a file looks like, and whether comments or `-DOCSTART-` tell that it is a table."""
    lines = sample.head.split(b"\n")
    complete = lines if sample.is_whole else lines[:-1]
    numbered = list(enumerate(complete, start=1))
    first = next(line for line in lines if line.strip())
    delimiter = csv_delimiter(first, sample.path)
    blocks = list(csv_blocks(numbered, sample.path, delimiter) if delimiter else blocks_of(numbered, sample.path))
    is_expected = any(block.starts_article or block.states("id", "sent_id", "text") for block in blocks)
    return survey(sample.path, blocks), is_expected


def record(sentence: ConllSentence, path: Path, scheme: str, repair: iob.Repair) -> Record:
    """A sentence as a record.

    Raises:
        InputError: for comments of ours that are damaged; for two spans in one multiword token.
    """
    notes = sentence.notes
    at, extra = comment_value(notes.get("at", "0")), comment_value(notes.get("extra", "{}"))
    if type(at) is not int or not isinstance(extra, dict):
        raise InputError(
            "`# at` holds an integer, `# extra` a JSON object", file=path, line=sentence.line, remedy="Correct them."
        )
    columns = [(sentence.tags, sentence.written), *sentence.nested]
    repaired = [[sentence.lines[n], written[n]] for tags, written in columns for n in iob.malformed(tags, scheme)]
    for key, items in (("comments", sentence.comments), ("repaired_tags", repaired)):
        if items:
            extra[key] = [*extra.get(key, ()), *items]
    read = iob.decode if repair == "conlleval" else partial(iob.well_formed_chunks, scheme=scheme)
    found = [_spans(sentence, read(tags), path) for tags, _ in columns]
    spans = tuple(dict.fromkeys(span for of_column, _ in found for span in of_column))
    remarks = tuple(note for _, of_column in found for note in of_column)
    return Record(path, sentence.line, sentence.name, sentence.text, spans, at, extra, notes=remarks)


def _spans(sentence: ConllSentence, chunks: Iterable[iob.Chunk], path: Path) -> tuple[list[RawSpan], list[Note]]:
    """The spans of chunks, and a note on each that is widened because it ends inside a multiword token.

    Raises:
        InputError: for two spans in one multiword token.
    """
    spans: list[RawSpan] = []
    notes: list[Note] = []
    for chunk in chunks:
        span = RawSpan(*sentence.extent(chunk.first, chunk.stop), chunk.label)
        surface, line = sentence.text[span.start : span.end], sentence.lines[chunk.first]
        if spans and span.start < spans[-1].end:
            raise InputError(
                f"two spans share the multiword token {surface!r}",
                file=path,
                line=line,
                example=sentence.name,
                remedy="Tag its words as one span.",
            )
        before = sentence.extents[chunk.first - 1] if chunk.first else (0, 0)
        after = sentence.extents[chunk.stop] if chunk.stop < len(sentence.extents) else (span.end, span.end)
        if before[1] > span.start or after[0] < span.end:
            message = f"a span ends inside a multiword token; it has all of it: {surface!r}"
            notes.append(Note("widened-span", message, path, line, sentence.name))
        spans.append(span)
    return spans, notes


def _comments(example: Example) -> str:
    notes: dict[str, Any] = {"id": example.id, "at": example.at, "text": example.text}
    if example.extra:
        notes["extra"] = dict(example.extra)
    return "".join(f"# {key} = {one_line(value)}\n" for key, value in notes.items())


def validate_example(example: Example, words: Sequence[str], path: Path, *, comments: bool = True) -> None:
    """Refuse an example that would be read as something else.

    Raises:
        InputError: naming the example.
    """
    reason = next((f"the label {s.label!r} contains a space" for s in example.spans if len(s.label.split()) != 1), "")
    if not reason:
        reason = next(
            (f"the label {s.label!r} does not make a tag" for s in example.spans if not _is_label(s.label)), ""
        )
    if not reason and any(len(word.split()) != 1 for word in words):
        reason = "a token contains a space"
    if not reason and not comments and (not words or DOCUMENT_START in words):
        reason = "without comments it would not be read as an example"
    if reason:
        raise InputError(reason, file=path, example=example.id, remedy="Choose a format that can hold it, e.g. gold.")


def _is_label(label: str) -> bool:
    """Whether a tag with a label is read as one with this label."""
    try:
        return Notation().parse(f"B-{label}").label == label
    except InvalidValueError:
        return False

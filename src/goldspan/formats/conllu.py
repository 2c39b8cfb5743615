r"""CoNLL-U: ten columns per word, the tag in the last one, `MISC`, as `NE=B-LABEL`.

    # newdoc id = a
    # sent_id = a.p03
    # text = The 72nd Brigade withdrew.
    1   The        _  _  _  _  _  _  _  NE=O
    2   72nd       _  _  _  _  _  _  _  NE=B-UNIT
    3   Brigade    _  _  _  _  _  _  _  NE=I-UNIT
    4   withdrew   _  _  _  _  _  _  _  NE=O|SpaceAfter=No
    5   .          _  _  _  _  _  _  _  NE=O

Every word has its `NE=`, so that text without names differs from text that nobody annotated. Ids and texts that do not
fit on a line stand there as JSON; `# at` and `# extra` hold what CoNLL-U has no place for. A file named `.conllup` is
written as CoNLL-U Plus, with the columns `ID FORM NE MISC`.

Files are read as `conll` reads any table: with the tag in `MISC` (`NE=`, `NER=`, `name=` or another key whose values
are tags), in a column of CoNLL-U Plus, or in a column that CoNLL-U means for something else. Tags belong to the
syntactic words, and a multiword token is the text that its words stand for (`conll_sentences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan import files, tokens
from goldspan.formats.conll import record, scan, survey_sample, validate_example
from goldspan.formats.conll_columns import read_layout
from goldspan.formats.conll_sentences import read_sentences, scheme_fit, tagging_scheme
from goldspan.formats.conll_survey import is_table
from goldspan.formats.conll_table import comment_value
from goldspan.formats.json_lines import one_line
from goldspan.formats.options import WRITE_DEFAULT
from goldspan.formats.token_format import Alignment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.options import WriteOptions
    from goldspan.formats.sample import FileSample

__all__ = [
    "is_format_of", "read_layout", "read_sentences", "record", "scan", "scheme_fit", "tagging_scheme", "write",
]  # fmt: skip

SUFFIXES = frozenset((".conllu", ".conllup"))
PLUS = ".conllup"
PLUS_COLUMNS = "# global.columns = ID FORM NE MISC\n"
EMPTY_FIELDS = "\t_" * 7 + "\t"
COMMENTS = (b"# newdoc id = ", b"# sent_id = ", b"# text = ", b"# global.columns = ")


def write(path: Path, examples: Iterable[Example], options: WriteOptions = WRITE_DEFAULT) -> list[tokens.Misaligned]:
    """Write the examples, as a stream and all or nothing, and return the spans that cut tokens.

    Args:
        path: the file; CoNLL-U Plus if its suffix is `.conllup`.
        examples: those of one article should follow one another.
        options: the policy `strict` refuses spans that cut tokens, `expand` tags the tokens that they touch.

    Raises:
        InputError: naming every span that a file of tokens cannot hold; nothing is written.
    """
    alignment = Alignment(options)
    article = None
    is_plus = path.suffix == PLUS
    with files.replacing(path) as stream:
        if is_plus:
            stream.write(PLUS_COLUMNS.encode())
        for example in examples:
            extents = tokens.tokenize(example.text, options.language)
            tags = alignment.tags(example, extents)
            validate_example(example, [example.text[start:end] for start, end in extents], path)
            head = "" if example.article == article else f"# newdoc id = {_value(example.article)}\n"
            article = example.article
            rows = "".join(_rows(example, extents, tags, is_plus=is_plus))
            stream.write(f"{head}{_comments(example)}{rows}\n".encode())
        return alignment.validated(path)


def is_format_of(sample: FileSample) -> bool:
    """Whether the columns of the first rows are named as those of CoNLL-U, and one of them holds tags."""
    if sample.is_empty or sample.is_json:
        return sample.is_empty and sample.path.suffix in SUFFIXES
    if not sample.head.lstrip().startswith((b"#", b"1\t", b"1-", b"0.1\t")):
        return False
    found, _ = survey_sample(sample)
    if not found.columns:
        return all(line.startswith(b"# ") for line in sample.head.split(b"\n") if line) and any(
            comment in sample.head for comment in COMMENTS
        )
    return found.is_conllu and (is_table(found, is_expected=True) or sample.path.suffix in SUFFIXES)


def _rows(example: Example, extents: Sequence[tuple[int, int]], tags: Sequence[str], *, is_plus: bool) -> Iterator[str]:
    following = [start for start, _ in extents[1:]]
    for number, ((start, end), tag) in enumerate(zip(extents, tags, strict=True), start=1):
        glued = ["SpaceAfter=No"] if following[number - 1 : number] == [end] else []
        word = example.text[start:end]
        if is_plus:
            yield f"{number}\t{word}\t{tag}\t{''.join(glued) or '_'}\n"
        else:
            yield f"{number}\t{word}{EMPTY_FIELDS}{'|'.join([f'NE={tag}', *glued])}\n"


def _comments(example: Example) -> str:
    lines = [f"# sent_id = {_value(example.id)}\n"]
    if example.at:
        lines.append(f"# at = {example.at}\n")
    lines.append(f"# text = {_value(example.text)}\n")
    if example.extra:
        lines.append(f"# extra = {one_line(dict(example.extra))}\n")
    return "".join(lines)


def _value(text: str) -> str:
    """A text as the value of a comment: as it is if it is read so, else as JSON."""
    value = comment_value(text)
    is_plain = text.isprintable() and text == text.strip() and (value == text or not isinstance(value, str))
    return text if is_plain else one_line(text)

"""What a project still has to fill in: the lines of its files with the words `TO FILL IN`.

`goldspan init` writes them. They are no findings of a check: nothing is wrong with a project that has some. Whoever
reads its pages or its dataset should know, though, so the commands that show them to others name them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from goldspan import files
from goldspan.errors import GoldspanError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus

TO_FILL_IN = "TO FILL IN"
MOST_NAMED = 8


class Blank(NamedTuple):
    """Something that is to be filled in, with its place."""

    file: Path
    line: int


def find_blanks(corpus: Corpus) -> list[Blank]:
    """What is to be filled in: in the settings, the label scheme, the guidelines, the data card and its statement."""
    cards = [corpus.folder / "README.md", corpus.folder / "DATA_STATEMENT.md"]
    marked = [corpus.root / "goldspan.toml", *_guideline_files(corpus), *cards]
    return [Blank(path, line) for path in marked for line in _marked_lines(path)]


def find_guideline_blanks(corpus: Corpus) -> list[Blank]:
    """What is to be filled in for annotators: in the label scheme and the pages of the guidelines."""
    return [Blank(path, line) for path in _guideline_files(corpus) for line in _marked_lines(path)]


def undefined_labels(corpus: Corpus) -> list[str]:
    """The names of the labels whose definition is to be filled in."""
    return [label.name for label in corpus.scheme.labels if TO_FILL_IN in label.definition]


def blank_sentence(blanks: Collection[Blank], root: Path) -> str:
    """How much is to be filled in, and in which files; empty if there is nothing."""
    if not blanks:
        return ""
    by_file = Counter(blank.file.relative_to(root).as_posix() for blank in blanks)
    places = enumerate_names((f"{file} ({number})" for file, number in by_file.items()), most=MOST_NAMED)
    return f"{amount(len(blanks), 'line')} still to be filled in, marked {TO_FILL_IN}: {places}."


def _guideline_files(corpus: Corpus) -> list[Path]:
    pages = sorted(corpus.guidelines.glob("*.md")) if corpus.guidelines.is_dir() else []
    return [corpus.scheme_file, *pages]


def _marked_lines(path: Path) -> Iterator[int]:
    """The lines, from 1, with something to fill in; none of a file that cannot be read, which a check reports."""
    try:
        text = files.decode(files.read_bytes(path), path) if files.is_there(path) else ""
    except (GoldspanError, OSError):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if TO_FILL_IN in line:
            yield number

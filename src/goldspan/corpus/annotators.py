"""Who the annotators are: people or models, and whether their spans began as drafts.

`corpus/annotators.toml` states it, a table for each folder of `corpus/passes/` and for each name in decisions:

    [[annotator]]
    name = "reader-a"        # the folder of their passes, or the name that their decisions have
    kind = "model"           # or person
    drafts = "none"          # what they were shown to correct: none, rules or model; may be left out

Nobody has to be listed. What is not stated is not guessed: the data card says that it is not recorded.

`drafts` is about all work of an annotator. With `rules` or `model` all of their passes are aided, as if each line had
the key `aided` (see `goldspan.corpus.passes`): agreement measures them apart from those who read unaided. With `none`,
or where nothing is stated, a line of theirs is aided where it has the key, which a pull writes for the examples in
which its project showed suggestions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from goldspan import files
from goldspan.errors import InputError
from goldspan.validation import StrictModel, read_toml, toml_tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

Kind = Literal["person", "model"]
Drafts = Literal["none", "rules", "model"]
FILE = "annotators.toml"
MADE: tuple[Drafts, ...] = ("rules", "model")  # what drafts are made by
HEADING = re.compile(r"\s*\[\[\s*annotator\s*\]\]\s*(?:#.*)?")
REMEDY = (
    'Write [[annotator]], name = "…", kind = "person" or "model", and, if it is known, '
    'drafts = "none", "rules" or "model".'
)


@dataclass(frozen=True, slots=True)
class AnnotatorEntry:
    """What is stated of an annotator.

    Args:
        name: the folder of their passes, or the name that their decisions have.
        kind: whether it is a person or a model.
        drafts: what their spans began as: `rules` or `model` if drafts were filled in for them; None if not stated.
    """

    name: str
    kind: Kind
    drafts: Drafts | None = None


class _Annotator(StrictModel):
    """An [[annotator]]."""

    name: Annotated[str, Field(min_length=1, description="a text")]
    kind: Kind = Field(description="person or model")
    drafts: Drafts | None = Field(default=None, description="none, rules or model")


class _AnnotatorsFile(StrictModel):
    """The whole file."""

    annotator: list[_Annotator] = Field(description="a list of [[annotator]]")


def read_annotators(folder: Path) -> dict[str, AnnotatorEntry]:
    """What is stated of each annotator, by name; empty if there is no such file.

    Args:
        folder: `corpus/` of the project.

    Raises:
        InputError: naming the file, the line and the annotator, if something is missing, there twice, unknown or of a
            wrong type.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    if not path.is_file():  # a pipe would be waited for
        raise InputError("is not a file", file=path, remedy=REMEDY)
    entries: dict[str, AnnotatorEntry] = {}
    for row in read_toml(path, _AnnotatorsFile, REMEDY).annotator:
        if row.name in entries:
            raise InputError(f"the annotator {row.name!r} is listed twice", file=path, remedy="Remove one of the two.")
        entries[row.name] = AnnotatorEntry(row.name, row.kind, row.drafts)
    return entries


def without_annotators(path: Path, names: Collection[str]) -> bytes | None:
    """The bytes of the file without the tables of some annotators; None if no table is left.

    Raises:
        InputError: for a file whose form is not understood.
    """
    text = files.decode_whole(files.read_bytes(path), path)
    lines = text.splitlines(keepends=True)
    rows = (toml_tables(text) or {}).get("annotator", [])
    kept = [row for row in rows if row.get("name") not in names]
    begins = []
    for number, line in enumerate(lines):
        if HEADING.fullmatch(line.removeprefix("\ufeff").rstrip()):
            begin = number
            while begin and lines[begin - 1].lstrip().startswith("#"):  # what is written about it
                begin -= 1
            begins.append(begin)
    tables = [lines[begin:end] for begin, end in pairwise([*begins, len(lines)])]
    if not kept:
        return None
    new = lines[: begins[0]] if begins else lines
    if len(tables) == len(rows):
        new += [line for row, table in zip(rows, tables, strict=True) if row in kept for line in table]
    content = "".join(new)
    if toml_tables(content) != {"annotator": kept}:
        raise InputError(
            f"is in a form that cannot be changed by goldspan: {', '.join(sorted(names))} must leave it",
            file=path,
            remedy="Write each annotator as a table [[annotator]] with one key a line, and run the command again.",
        )
    return content.encode("utf-8")

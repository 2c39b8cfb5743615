"""Who the annotators are: people or models, and whether their spans began as drafts.

`corpus/annotators.toml` states it, a table for each folder of `corpus/passes/` and for each name in decisions:

    [[annotator]]
    name = "reader-a"        # the folder of their passes, or the name that their decisions have
    kind = "model"           # or person
    drafts = "none"          # what they were shown to correct: none, rules or model; may be left out

Nobody has to be listed. What is not stated is not guessed: the data card says that it is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from goldspan.errors import InputError
from goldspan.validation import StrictModel, read_toml

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["person", "model"]
Drafts = Literal["none", "rules", "model"]
FILE = "annotators.toml"
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

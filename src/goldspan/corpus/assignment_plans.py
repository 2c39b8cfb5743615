"""`corpus/assignments/<round>.jsonl`: who is to read which example, where not everybody reads all.

    {"example": "a.p03", "annotators": ["a1", "a3"]}

A line per example, sorted by id; the annotators are the folders of their passes, sorted. The file is written before
anything is sent to the server, and the next plan begins with it. While an example moves, a key `leaving` has those from
whom it is still to be taken away: a push that was interrupted is completed by the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.corpus.folder_names import file_name_of
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from goldspan.corpus import Corpus

FOLDER = "assignments"
REMEDY = 'Restore the file from git. A line is {"example": …, "annotators": […]}, the annotators sorted.'


def assignment_file(corpus: Corpus, round_name: str) -> Path:
    """The file with the assignments of a round."""
    return corpus.assignments / f"{file_name_of(round_name)}.jsonl"


def assignment_files(corpus: Corpus) -> list[Path]:
    """The files with assignments, in the order of their names."""
    return sorted(corpus.assignments.glob("*.jsonl"))


@dataclass(frozen=True, slots=True)
class AssignedExample:
    """Who is to read an example.

    Args:
        example: its id.
        annotators: the folders of their passes, sorted.
        leaving: those of the plan before from whom it is still to be taken away, sorted.
    """

    example: str
    annotators: tuple[str, ...]
    leaving: tuple[str, ...] = ()

    def line(self) -> str:
        r"""Its line in the file, with `\n`."""
        row = {"example": self.example, "annotators": [*self.annotators], "leaving": [*self.leaving]}
        return files.dumps({key: value for key, value in row.items() if value or key != "leaving"}) + "\n"


@dataclass(frozen=True, slots=True)
class _AssignmentRow:
    """A line of the file as JSON has it."""

    example: str
    annotators: list[str]
    leaving: list[str] = field(default_factory=list)


def read_assignments(path: Path) -> dict[str, AssignedExample]:
    """The assignments of a file, by example; empty without a file.

    Raises:
        InputError: naming the line, for one that is not such a line, and for an example that an earlier line has.
    """
    if not files.is_there(path):
        return {}
    from goldspan import validation  # here, since it imports pydantic

    assigned: dict[str, AssignedExample] = {}
    for number, raw in files.lines(files.read_bytes(path)):
        row = validation.parse_json(raw, _AssignmentRow, path, number, REMEDY)
        one = AssignedExample(row.example, tuple(row.annotators), tuple(row.leaving))
        if not one.example or any(list(names) != sorted({*names} - {""}) for names in (one.annotators, one.leaving)):
            message = "an annotator is there twice, has no name, or the names are not sorted"
            raise InputError(message, file=path, line=number, example=one.example, remedy=REMEDY)
        if one.example in assigned:
            remedy = "Remove one of the two lines."
            raise InputError("is there twice", file=path, line=number, example=one.example, remedy=remedy)
        assigned[one.example] = one
    return assigned


def content(assigned: Iterable[AssignedExample]) -> str:
    """The content of the file."""
    return "".join(one.line() for one in sorted(assigned, key=lambda one: one.example))

"""Which examples of an annotator's pass count: the one rule of agreement, adjudication, evaluation and the checks.

In a file with the key `confirmed` in some line, those lines count in which it is true; a line without the key was never
opened. In a file without the key all lines count. What was rejected or ignored in Prodigy, and what a file states that
nobody annotated, never counts.

A line with the key `aided` was made by correcting suggestions that its annotator saw: its value is the name of the
project in Doccano that showed them (see `shown_suggestions`), or `true` where that is not known. A line without the
key, or with `false`, was read unaided, unless `corpus/annotators.toml` states that all work of its annotator began as
drafts by rules or a model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from goldspan.errors import InputError
from goldspan.formats import prodigy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from goldspan.annotation import Example
    from goldspan.formats.record import LocatedExample, Record

CONFIRMED = "confirmed"  # the key of a line
AIDED = "aided"  # the key of a line
Cause: TypeAlias = Literal["unconfirmed", "rejected", "ignored", "unannotated"]
CAUSES = {"reject": "rejected", "ignore": "ignored"}  # by the answer in Prodigy
REMEDY = "Write true where the annotator confirmed the example, else false."


def is_stated(examples: Iterable[Example | Record]) -> bool:
    """Whether a file states what was confirmed: whether some line of it has the key."""
    return any(CONFIRMED in example.extra for example in examples)


def is_valid(example: Example | Record) -> bool:
    """Whether a line has no confirmation, or one that is true or false."""
    return isinstance(example.extra.get(CONFIRMED, True), bool)


def aided_by(example: Example | Record) -> str | None:
    """The project whose suggestions the annotator of a line saw; None if they read unaided, or it is not known.

    Raises:
        InputError: naming the example, if the key has neither a name nor true or false.
    """
    project = example.extra.get(AIDED)
    if project is None or isinstance(project, bool):
        return None
    if not isinstance(project, str) or not project:
        raise InputError(
            f"{AIDED!r} is {project!r:.60}, not the name of a project",
            example=example.id,
            remedy="Write the name of the project in Doccano that showed the suggestions, or leave the key out.",
        )
    return project


def is_aided(example: Example | Record) -> bool:
    """Whether the annotator of a line saw suggestions before they read.

    Raises:
        InputError: as `aided_by`.
    """
    return example.extra.get(AIDED) is True or aided_by(example) is not None


def as_aided(example: Example) -> Example:
    """A line as one whose annotator saw suggestions; a line that names their project stays as it is."""
    return example if is_aided(example) else replace(example, extra={**example.extra, AIDED: True})


def unaided_readings(readings: Iterable[Example]) -> list[Example]:
    """Those lines of an annotator that they read without suggestions.

    Raises:
        InputError: as `aided_by`.
    """
    return [example for example in readings if not is_aided(example)]


def classify(
    examples: Sequence[LocatedExample], *, stated: bool | None = None
) -> Iterator[tuple[LocatedExample, Cause | None]]:
    """Each example of a file with the reason why it does not count; None if it counts.

    Args:
        examples: of one file of one annotator.
        stated: whether the file states what was confirmed, where `examples` are not the whole of it.

    Raises:
        InputError: for a confirmation that is neither true nor false.
    """
    if stated is None:
        stated = is_stated(located.example for located in examples)
    return ((located, _cause(located, stated=stated)) for located in examples)


def _cause(located: LocatedExample, *, stated: bool) -> Cause | None:
    example = located.example
    answer = prodigy.answer(example)
    if answer != "accept":
        return cast("Cause", CAUSES.get(answer, "ignored"))
    if not example.is_annotated:
        return "unannotated"
    if not is_valid(example):
        raise InputError(
            f"{CONFIRMED!r} is {example.extra[CONFIRMED]!r:.60}, neither true nor false",
            file=located.file,
            line=located.line,
            example=example.id,
            remedy=REMEDY,
        )
    return None if example.extra.get(CONFIRMED, not stated) else "unconfirmed"

"""What counts of an annotator's work: the one rule that agreement, adjudication and the checks go by.

In a file that has the key `confirmed` in some line, those lines count in which it is true: a line without it was never
opened. In a file that has it nowhere all lines count. What was rejected or ignored in Prodigy counts nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

from goldspan.errors import InputError
from goldspan.formats import gold, prodigy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from goldspan.corpus import Corpus
    from goldspan.formats.record import Record
    from goldspan.values import Example

Cause: TypeAlias = Literal["unconfirmed", "rejected", "ignored"]
KEY = "confirmed"
CAUSES = {"reject": "rejected", "ignore": "ignored"}  # what Prodigy answers, and how it reads
REMEDY = "Write true where the annotator confirmed the example, else false."


class Placed(Protocol):
    """An example, and where it stands."""

    @property
    def example(self) -> Example:
        """The example."""

    @property
    def file(self) -> Path | None:
        """The file it is in, if it comes from one."""

    @property
    def line(self) -> int | None:
        """The line in that file, from 1."""


def is_said(examples: Iterable[Example | Record]) -> bool:
    """Whether a file says what was confirmed: whether some line of it has the key."""
    return any(KEY in one.extra for one in examples)


def is_boolean(example: Example | Record) -> bool:
    """Whether a line has no confirmation, or one that is true or false."""
    return isinstance(example.extra.get(KEY, True), bool)


def cause(placed: Placed, *, said: bool) -> Cause | None:
    """Why an example does not count; None if it does.

    Args:
        placed: the example.
        said: whether its file says what was confirmed.

    Raises:
        InputError: for a confirmation that is neither true nor false.
    """
    example = placed.example
    answer = prodigy.answer(example)
    if answer != "accept":
        return cast("Cause", CAUSES.get(answer, "ignored"))
    if not is_boolean(example):
        raise InputError(
            f"{KEY!r} is {example.extra[KEY]!r:.60}, neither true nor false",
            file=placed.file,
            line=placed.line,
            example=example.id,
            remedy=REMEDY,
        )
    return None if example.extra.get(KEY, not said) else "unconfirmed"


def confirmed(corpus: Corpus, annotator: str, articles: Iterable[str]) -> Iterator[Example]:
    """The examples of an annotator's pass that count, article by article.

    Raises:
        InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
    """
    for article in articles:
        path = corpus.passes / annotator / f"{article}.jsonl"
        if path.is_file():
            yield from (one.example for one in _counting(path))


def _counting(path: Path) -> Iterator[Placed]:
    placed = [_Line(record) for record in gold.scan(path)]
    said = is_said(one.example for one in placed)
    return (one for one in placed if cause(one, said=said) is None)


class _Line:
    """A line of a pass, as a valid example."""

    def __init__(self, record: Record | InputError) -> None:
        if isinstance(record, InputError):
            raise record
        self.example, self.file, self.line = record.example(), record.file, record.line

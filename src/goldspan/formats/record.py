"""An example as a file states it, before it is validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan.annotation import NOT_ANNOTATED, Example, Span
from goldspan.errors import InputError, InvalidValueError, one_line
from goldspan.formats.digest_table import DigestTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


SURFACE_REMEDY = "Correct the offsets or the surface: they must name the same words."


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about how something was read, that whoever uses it must know.

    Args:
        kind: a short name by which remarks are counted, e.g. `offsets-in-doubt`.
        message: what was seen and how it was treated, without a full stop.
        file: the file it is in.
        line: the line in that file, from 1.
        example: the id of the example.
        remedy: what the reader can do, as a sentence.
    """

    kind: str
    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        """The place and the message, on one line."""
        place = "" if self.file is None else str(self.file)
        if place and self.line is not None:
            place += f":{self.line}"
        return ": ".join(part for part in (one_line(place), one_line(self.example or ""), self.message) if part)

    def json(self) -> dict[str, Any]:
        """The remark as JSON."""
        place = None if self.file is None else str(self.file)
        return {"kind": self.kind, "message": self.message, "file": place, "line": self.line,
                "example": self.example, "remedy": self.remedy}  # fmt: skip


class RawSpan(NamedTuple):
    """A span as a file states it: any integers, any label, and its surface where the format has one."""

    start: int
    end: int
    label: str
    surface: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One example as a file states it: of the right shape, not yet known to be valid.

    The checks read records, because they must name what is wrong; other callers use `example()`.

    Args:
        file: the file it is in.
        line: the line in that file, from 1, where the format has lines.
        id: as stated, or as numbered.
        text: as stated.
        spans: as stated, with offsets in code points.
        at: where the text begins in its article.
        extra: further keys; `not_annotated` says what nobody annotated, see `goldspan.annotation.Example`.
        annotator: whose annotation it is, where the format says so. A file may have several records of one id and of
            different annotators.
        notes: what had to be decided or repaired to read it.
        surface_remedy: what to do where a span covers other words than it states.
    """

    file: Path
    line: int | None
    id: str
    text: str
    spans: tuple[RawSpan, ...] = ()
    at: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    annotator: str | None = None
    notes: tuple[Note, ...] = ()
    surface_remedy: str = SURFACE_REMEDY

    def example(self) -> Example:
        """The valid example.

        Raises:
            InputError: naming file, line and example, if a span is impossible or its surface differs.
        """
        for span in self.spans:
            covered = self.text[span.start : span.end] if 0 <= span.start < span.end else ""
            if span.surface is not None and span.surface != covered:
                raise InputError(
                    f"the span [{span.start}, {span.end}, {span.label}] states {span.surface!r} but covers {covered!r}",
                    file=self.file,
                    line=self.line,
                    example=self.id,
                    remedy=self.surface_remedy,
                )
        try:
            spans = tuple(Span(span.start, span.end, span.label) for span in self.spans)
            example = Example(self.id, self.text, spans, self.at, self.extra)
            _ = example.unannotated_parts
        except InvalidValueError as error:
            raise InputError(
                error.message, file=self.file, line=self.line, example=self.id, remedy=error.remedy
            ) from None
        return example

    @property
    def is_unannotated(self) -> bool:
        """Whether nobody annotated any of the text."""
        return isinstance(reason := self.extra.get(NOT_ANNOTATED), str) and bool(reason)


@dataclass(frozen=True, slots=True)
class LocatedExample:
    """A valid example with its place in a file.

    Args:
        example: the example.
        file: the file it is in, if it comes from one.
        line: the line in that file, from 1, where the format has lines.
        is_numbered: whether its id is made up of the file's name and a number, as the file states none.
        annotator: whose annotation it is, where the file says so.
    """

    example: Example
    file: Path | None = None
    line: int | None = None
    is_numbered: bool = False
    annotator: str | None = None

    @classmethod
    def of(cls, record: Record | InputError, *, is_numbered: bool = False) -> LocatedExample:
        """The valid example of what a scan of a file yields.

        Raises:
            InputError: the error, if it is one; if a span is impossible or its surface differs.
        """
        if isinstance(record, InputError):
            raise record
        return cls(record.example(), record.file, record.line, is_numbered, record.annotator)


class ExampleNumbers:
    """Numbers of examples without ids: what several annotators did with one text has one number."""

    def __init__(self) -> None:
        self._first = DigestTable()
        self._times = DigestTable()

    def number(self, annotator: str | None, text: object, number: int) -> int:
        """The number of a row by its annotator and text; its own number, if its annotator is not known."""
        if annotator is None or not isinstance(text, str):
            return number
        times = self._times.increment(annotator, text)
        return self._first.setdefault(number, text, str(times))


def several_annotators(record: Record, other: str | None) -> InputError:
    """The error for a record whose example was read before, as another annotator's."""
    names = ", ".join(name or "one without a name" for name in (other, record.annotator))
    return InputError(
        f"this is the annotation of several people: {names}",
        file=record.file,
        line=record.line,
        example=record.id,
        remedy="Name one with --annotator. `goldspan agree` compares them.",
    )


def duplicate_id(record: Record, remedy: str) -> InputError:
    """The error for a record whose id another example has."""
    return InputError(
        "there is an example of this id already", file=record.file, line=record.line, example=record.id, remedy=remedy
    )


def changed(path: Path) -> InputError:
    """The error for a file that changed while it was read, of which some may be the old content, some the new."""
    return InputError(
        "it changed while it was read", file=path, remedy="Let whatever writes to it finish, and try again."
    )

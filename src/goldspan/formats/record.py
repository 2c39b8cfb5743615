"""An example as a file states it, before it is validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan.annotation import Example, Span
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
    """

    file: Path
    line: int | None
    id: str
    text: str
    spans: tuple[RawSpan, ...] = ()
    at: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)

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
                    remedy="Correct the offsets or the surface: they must name the same words.",
                )
        try:
            spans = tuple(Span(span.start, span.end, span.label) for span in self.spans)
            return Example(self.id, self.text, spans, self.at, self.extra)
        except InvalidValueError as error:
            raise InputError(
                error.message, file=self.file, line=self.line, example=self.id, remedy=error.remedy
            ) from None


@dataclass(frozen=True, slots=True)
class LocatedExample:
    """A valid example with its place in a file.

    Args:
        example: the example.
        file: the file it is in, if it comes from one.
        line: the line in that file, from 1, where the format has lines.
        is_numbered: whether its id is made up of the file's name and a number, as the file states none.
    """

    example: Example
    file: Path | None = None
    line: int | None = None
    is_numbered: bool = False

    @classmethod
    def of(cls, record: Record | InputError, *, is_numbered: bool = False) -> LocatedExample:
        """The valid example of what a scan of a file yields.

        Raises:
            InputError: the error, if it is one; if a span is impossible or its surface differs.
        """
        if isinstance(record, InputError):
            raise record
        return cls(record.example(), record.file, record.line, is_numbered)

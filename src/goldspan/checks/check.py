"""What a check is: a test with a stable id, and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from goldspan.annotation import Finding, LabelScheme, Severity
from goldspan.formats.record import RawSpan, Record

if TYPE_CHECKING:
    from goldspan.errors import InputError

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)
Scope = Literal["line", "file", "span", "example", "article", "set", "project"]


class CheckResult(NamedTuple):
    """What a test saw, and where; the check that ran it adds its id and its severity."""

    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None
    span: tuple[int, int, str] | None = None

    @classmethod
    def of(cls, error: InputError) -> CheckResult:
        """Why something cannot be read, as the error says it."""
        file = None if error.file is None else Path(error.file)
        return cls(error.message, file, error.line, error.example)


class SpanResult(NamedTuple):
    """What a test saw in a record, or in one span of it."""

    record: Record
    message: str
    span: RawSpan | None = None


SpanTest: TypeAlias = Callable[[str, RawSpan, LabelScheme], str | None]
ExampleTest: TypeAlias = Callable[[Record, LabelScheme], Iterator[SpanResult]]
ArticleTest: TypeAlias = Callable[[Sequence[Record], LabelScheme], Iterator[SpanResult]]


@dataclass(frozen=True, slots=True)
class Check(Generic[F_co]):
    """One check.

    Args:
        id: stable; the same in code, message, docs and command line.
        scope: what it looks at: a line or its bytes, a span, the spans of an example, the examples of an article,
            the files of a folder, or the whole project.
        severity: an error makes the annotation or the project wrong; a warning asks a person to look.
        title: what it finds.
        why: what goes wrong where this is let pass.
        remedy: what to do about a finding, as a sentence.
        test: the function that looks.
    """

    id: str
    scope: Scope
    severity: Severity
    title: str
    why: str
    remedy: str
    test: F_co

    def finding(self, found: CheckResult) -> Finding:
        """What the test saw, as a finding of this check."""
        return Finding(self.id, found.message, found.file, found.line, found.example, found.span, self.severity)


def check(
    id: str,  # noqa: A002  (it is the check's id everywhere)
    scope: Scope,
    severity: Severity = "error",
    *,
    title: str,
    why: str,
    remedy: str,
) -> Callable[[F], Check[F]]:
    """Make a check of a test, as a decorator."""

    def make(test: F) -> Check[F]:
        return Check(id, scope, severity, title, why, remedy, test)

    return make

"""A check: a test with a stable id, and the text that explains it."""

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
    """A problem that a test found, with its place; the check adds its id and its severity."""

    message: str
    file: Path | None = None
    line: int | None = None
    example: str | None = None
    span: tuple[int, int, str] | None = None

    @classmethod
    def of(cls, error: InputError) -> CheckResult:
        """The problem that an error describes."""
        file = None if error.file is None else Path(error.file)
        return cls(error.message, file, error.line, error.example)


class SpanResult(NamedTuple):
    """A problem that a test found in a record, or in one span of it."""

    record: Record
    message: str
    span: RawSpan | None = None


SpanTest: TypeAlias = Callable[[str, RawSpan, LabelScheme], str | None]
ExampleTest: TypeAlias = Callable[[Record, LabelScheme], Iterator[SpanResult]]
ArticleTest: TypeAlias = Callable[[Sequence[Record], LabelScheme], Iterator[SpanResult]]
SeenIds: TypeAlias = dict[tuple[str, str | None], tuple[Path, int | None]]  # the place of an example of an annotator's


@dataclass(frozen=True, slots=True)
class Check(Generic[F_co]):
    """One check.

    Args:
        id: stable; the same in code, message, docs and command line.
        scope: what it reads: a line or its bytes, a span, the spans of an example, the examples of an article, the
            files of a folder, or the whole project.
        severity: an error makes the annotation or the project wrong; a warning asks a person to decide.
        title: what it finds.
        why: the harm if such a finding is ignored.
        remedy: what to do about a finding, as a sentence.
        test: the function that finds it.
        language: the only one for whose texts it is made; None for all.
        required: why no project can make it weaker, as a clause; None if one can.
    """

    id: str
    scope: Scope
    severity: Severity
    title: str
    why: str
    remedy: str
    test: F_co
    language: str | None = None
    required: str | None = None

    def applies_to(self, language: str) -> bool:
        """Whether it is made for texts in a language."""
        return self.language in (None, language)

    def finding(self, result: CheckResult) -> Finding:
        """A result of the test, as a finding of this check."""
        return Finding(self.id, result.message, result.file, result.line, result.example, result.span, self.severity)


def check(
    id: str,  # noqa: A002  (it is the check's id everywhere)
    scope: Scope,
    severity: Severity = "error",
    *,
    title: str,
    why: str,
    remedy: str,
    language: str | None = None,
    required: str | None = None,
) -> Callable[[F], Check[F]]:
    """A decorator that makes a check of a test."""

    def make(test: F) -> Check[F]:
        return Check(id, scope, severity, title, why, remedy, test, language, required)

    return make

"""Judging examples one by one and article by article, as they stream past."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from goldspan.annotation import LabelScheme, Span, article_of
from goldspan.checks import boundaries, files, mentions, spans
from goldspan.checks.check import ArticleTest, Check, CheckResult, ExampleTest, SpanResult, SpanTest
from goldspan.errors import InputError
from goldspan.formats import inline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from goldspan.annotation import Finding
    from goldspan.formats.record import RawSpan, Record

NO_SCHEME = LabelScheme("", ())
SINGLE_SPAN_CHECKS: tuple[Check[SpanTest], ...] = (
    *spans.SPAN_CHECKS_ALONE,
    *boundaries.EDGE_CHECKS,
    *boundaries.WORD_CHECKS_ALONE,
    *spans.LABEL_CHECKS_ALONE,
)
EXAMPLE_CHECKS: tuple[Check[ExampleTest], ...] = (*spans.TOGETHER, boundaries.token_misaligned)
ARTICLE_CHECKS: tuple[Check[ArticleTest], ...] = (spans.label_conflict, mentions.unmarked_repeat)
CHECKS: tuple[Check[Any], ...] = (
    *files.LINE_CHECKS,
    *spans.EXISTENCE,
    *SINGLE_SPAN_CHECKS,
    *EXAMPLE_CHECKS,
    *ARTICLE_CHECKS,
)
# What holds for an annotator's pass: it must be readable and comparable, but what it marks is not for us to tidy.
PASS_CHECKS = frozenset(check.id for check in (*files.LINE_CHECKS, *spans.SPAN_CHECKS))
# Judgements of words, which know surfaces that are right all the same.
ALLOWABLE = frozenset(
    check.id for check in (*boundaries.EDGE_CHECKS, *boundaries.WORD_CHECKS, *spans.LABEL_CHECKS, *mentions.CHECKS)
)
# Examples of an article that are held at once. Articles have hundreds; a file of a million examples that does not say
# where an article ends is judged in pieces.
MOST_EXAMPLES = 10_000
AROUND = 30  # code points of text on either side of a span in a message

SeenIds: TypeAlias = dict[str, tuple[Path, int | None]]


def check_records(
    records: Iterable[Record | InputError],
    scheme: LabelScheme | None,
    wanted: Callable[[str], bool] = lambda _: True,
    seen: SeenIds | None = None,
) -> Iterator[Finding]:
    """What the checks of lines, spans, examples and articles find, as a stream.

    Findings come in the order of the examples; those of an article as a whole come behind it. Memory is that of one
    article and of the ids.

    Args:
        records: as a format's `scan` gives them; examples of one article one after the other.
        scheme: the labels and what is let pass; None if there is none, which leaves out what needs one.
        wanted: whether the check of an id is to run.
        seen: the ids that were seen before, where several streams make one set; kept up to date.
    """
    known = [check.id for check in CHECKS if scheme is not None or check is not spans.unknown_label]
    judge = _Checker(scheme or NO_SCHEME, frozenset(filter(wanted, known)), {} if seen is None else seen)
    article: list[Record] = []
    for record in records:
        if isinstance(record, InputError):
            yield from judge.unreadable(record)
        elif message := files.bad_line.test(record):
            yield from judge.found(files.bad_line, SpanResult(record, message))
        else:
            if article and (len(article) == MOST_EXAMPLES or not _same_article(article[-1], record)):
                yield from judge.article(article)
                article = []
            article.append(judge.sound(record))
            yield from judge.example(record, article[-1])
    yield from judge.article(article)


@dataclass(frozen=True)
class _Checker:
    """The checks that are wanted, run on valid lines.

    Args:
        scheme: the labels and what is let pass.
        wanted: the ids of the checks.
        seen: where each id was seen first.
    """

    scheme: LabelScheme
    wanted: frozenset[str]
    seen: SeenIds

    def unreadable(self, error: InputError) -> Iterator[Finding]:
        """The finding that stands for a line which is no record."""
        if files.bad_line.id in self.wanted:
            yield files.bad_line.finding(CheckResult.of(error))

    def sound(self, record: Record) -> Record:
        """The record with those of its spans that name words of the text; of the others nothing more can be said."""
        return replace(record, spans=tuple(s for s in record.spans if spans.exists(record.text, s, self.scheme)))

    def example(self, record: Record, sound: Record) -> Iterator[Finding]:
        """What is wrong with an example and its spans, one by one and together."""
        if files.duplicate_example.id in self.wanted and (message := files.duplicate_example.test(record, self.seen)):
            yield from self.found(files.duplicate_example, SpanResult(record, message))
        for spans_of, tests in ((record, spans.EXISTENCE), (sound, self._alone)):
            for span in spans_of.spans:
                for alone in tests:
                    if message := alone.test(record.text, span, self.scheme):
                        yield from self.found(alone, SpanResult(record, message, span))
        for together in EXAMPLE_CHECKS:
            if together.id in self.wanted:
                for mark in together.test(sound, self.scheme):
                    yield from self.found(together, mark)

    def article(self, records: Sequence[Record]) -> Iterator[Finding]:
        """What is wrong with the spans of an article as a whole."""
        for check in ARTICLE_CHECKS:
            if records and check.id in self.wanted:
                for mark in check.test(records, self.scheme):
                    yield from self.found(check, mark)

    def found(self, check: Check[Any], mark: SpanResult) -> Iterator[Finding]:
        """The finding, with the words around, if it is wanted and not let pass."""
        record, message, span = mark
        if check.id not in self.wanted or (span is not None and self._allows(check.id, record, span)):
            return
        place = span and (span.start, span.end, span.label)
        yield check.finding(
            CheckResult(message + _context(record.text, span), record.file, record.line, record.id, place)
        )

    @cached_property
    def _alone(self) -> tuple[Check[SpanTest], ...]:
        return tuple(check for check in SINGLE_SPAN_CHECKS if check.id in self.wanted)

    def _allows(self, check: str, record: Record, span: RawSpan) -> bool:
        """Whether the scheme lets these words pass, everywhere or in this example: `Tuzla`, `a.p03: Tuzla`."""
        allowed = self.scheme.allow.get(check, frozenset()) if check in ALLOWABLE else frozenset()
        surface = record.text[span.start : span.end]
        shouted = surface.isupper() and any(words.upper() == surface for words in allowed)
        return surface in allowed or f"{record.id}: {surface}" in allowed or shouted


def _same_article(before: Record, record: Record) -> bool:
    return before.file == record.file and article_of(before.id) == article_of(record.id)


def _context(text: str, span: RawSpan | None) -> str:
    """The span in its words, as people read it; nothing where there are none."""
    if span is None or not span.label or not 0 <= span.start < span.end <= len(text):
        return ""
    marked = Span(span.start, span.end, span.label)
    return f": {inline.excerpt(text, [marked], marked.start, marked.end, around=AROUND)}"

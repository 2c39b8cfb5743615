"""The checks of a stream of examples, one by one and article by article."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from goldspan.annotation import NOT_ANNOTATED, LabelScheme, Span, article_of
from goldspan.checks import boundaries, files, mentions, spans
from goldspan.checks.check import ArticleTest, Check, CheckResult, ExampleTest, SeenIds, SpanResult, SpanTest
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
# The checks of an annotator's pass: it must be readable and comparable, but its spans are not ours to correct.
PASS_CHECKS = frozenset(check.id for check in (*files.LINE_CHECKS, *spans.SPAN_CHECKS))
# The checks whose findings `[allow]` in labels.toml can permit.
ALLOWABLE = frozenset(
    check.id for check in (*boundaries.EDGE_CHECKS, *boundaries.WORD_CHECKS, *spans.LABEL_CHECKS, *mentions.CHECKS)
)
# Examples of an article in memory at once. Articles have hundreds; a file of a million examples without articles is
# checked in parts.
MOST_EXAMPLES = 10_000
AROUND = 30  # code points of text on either side of a span in a message


def check_records(
    records: Iterable[Record | InputError],
    scheme: LabelScheme | None,
    wanted: Callable[[str], bool] = lambda _: True,
    seen: SeenIds | None = None,
    language: str | None = None,
) -> Iterator[Finding]:
    """The findings of the checks of lines, spans, examples and articles, as a stream.

    Findings come in the order of the examples; those about an article as a whole come after it. Memory is that of one
    article and of all ids.

    Args:
        records: as `scan` of a format gives them; examples of one article one after the other.
        scheme: the labels and the allowed surfaces; without one the checks that need it are skipped.
        wanted: whether to run the check with an id.
        seen: the ids of earlier streams, where several streams must not share an id; updated here.
        language: of the texts; if None, that of the scheme, or English without one. Checks made for another language
            are skipped.
    """
    labels = scheme or NO_SCHEME
    labels = replace(labels, language=language or labels.language)
    known = [
        check.id
        for check in CHECKS
        if check.applies_to(labels.language) and (scheme is not None or check is not spans.unknown_label)
    ]
    checker = _Checker(labels, frozenset(filter(wanted, known)), {} if seen is None else seen)
    article: list[Record] = []
    for record in records:
        if isinstance(record, InputError):
            yield from checker.unreadable(record)
        elif message := files.bad_line.test(record):
            yield from checker.finding(files.bad_line, SpanResult(record, message))
        else:
            if article and (len(article) == MOST_EXAMPLES or not _same_article(article[-1], record)):
                yield from checker.article(article)
                article = []
            article.append(checker.sound(record))
            yield from checker.example(record, article[-1])
    yield from checker.article(article)


@dataclass(frozen=True)
class _Checker:
    """The checks of one stream.

    Args:
        scheme: the labels and the allowed surfaces.
        wanted: the ids of the checks to run.
        seen: the file and line of the first example with each id, by each annotator.
    """

    scheme: LabelScheme
    wanted: frozenset[str]
    seen: SeenIds

    def unreadable(self, error: InputError) -> Iterator[Finding]:
        """The finding for a line that cannot be read."""
        if files.bad_line.id in self.wanted:
            yield files.bad_line.finding(CheckResult.of(error))

    def sound(self, record: Record) -> Record:
        """The record without the spans that do not lie in its text; they are not checked any further."""
        return replace(record, spans=tuple(s for s in record.spans if spans.exists(record.text, s, self.scheme)))

    def example(self, record: Record, sound: Record) -> Iterator[Finding]:
        """The findings about an example and its spans, one by one and together."""
        if files.duplicate_example.id in self.wanted and (message := files.duplicate_example.test(record, self.seen)):
            yield from self.finding(files.duplicate_example, SpanResult(record, message))
        for checked, checks in ((record, spans.EXISTENCE), (sound, self._single_span_checks)):
            for span in checked.spans:
                for check in checks:
                    if message := check.test(record.text, span, self.scheme):
                        yield from self.finding(check, SpanResult(record, message, span))
        for example_check in EXAMPLE_CHECKS:
            if example_check.id in self.wanted:
                for result in example_check.test(sound, self.scheme):
                    yield from self.finding(example_check, result)

    def article(self, records: Sequence[Record]) -> Iterator[Finding]:
        """The findings about the spans of an article as a whole."""
        for of_one in _by_annotator(records):
            for check in ARTICLE_CHECKS:
                if check.id in self.wanted:
                    for result in check.test(of_one, self.scheme):
                        yield from self.finding(check, result)

    def finding(self, check: Check[Any], result: SpanResult) -> Iterator[Finding]:
        """The finding with the words around the span, if the check is wanted and the surface not allowed."""
        record, message, span = result
        if check.id not in self.wanted or (span is not None and self._allows(check.id, record, span)):
            return
        place = span and (span.start, span.end, span.label)
        yield check.finding(
            CheckResult(message + _context(record.text, span), record.file, record.line, record.id, place)
        )

    @cached_property
    def _single_span_checks(self) -> tuple[Check[SpanTest], ...]:
        return tuple(check for check in SINGLE_SPAN_CHECKS if check.id in self.wanted)

    def _allows(self, check: str, record: Record, span: RawSpan) -> bool:
        """Whether the scheme allows this surface, everywhere (`Tuzla`) or in this example (`a.p03: Tuzla`)."""
        allowed = self.scheme.allow.get(check, frozenset()) if check in ALLOWABLE else frozenset()
        surface = record.text[span.start : span.end]
        in_capitals = surface.isupper() and any(words.upper() == surface for words in allowed)
        return surface in allowed or f"{record.id}: {surface}" in allowed or in_capitals


def _same_article(before: Record, record: Record) -> bool:
    return before.file == record.file and article_of(before.id) == article_of(record.id)


def _context(text: str, span: RawSpan | None) -> str:
    """The words around a span; empty for a span that is not valid."""
    if span is None or not span.label or not 0 <= span.start < span.end <= len(text):
        return ""
    label = span.label.encode("utf-8", "backslashreplace").decode()  # a lone surrogate is no valid label
    marked = Span(span.start, span.end, label)
    return f": {inline.excerpt(text, [marked], marked.start, marked.end, around=AROUND)}"


def _by_annotator(records: Sequence[Record]) -> Iterable[Sequence[Record]]:
    """What each annotator marked in an article, without the texts that they did not annotate."""
    by_annotator: dict[str | None, list[Record]] = {}
    for record in records:
        if not isinstance(record.extra.get(NOT_ANNOTATED), str):
            by_annotator.setdefault(record.annotator, []).append(record)
    return by_annotator.values()

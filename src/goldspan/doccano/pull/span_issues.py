"""What is wrong with the spans of an annotator, and the repair of what can only be a slip.

A span that does not fit is named and left as it is: only its annotator knows what was meant. `tidy_spans` repairs what
can only be a slip: a space at an edge, a span drawn twice, a span without words, a label that the scheme lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.doccano.snapshot import DUPLICATE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan
    from goldspan.formats.doccano import Unit

IssueKind = Literal["edge", "empty", "outside", "label", "twice", "overlap", "refused"]
ONLY_SPACES = "covers nothing but spaces"


@dataclass(frozen=True, slots=True)
class SpanIssue:
    """A span that does not fit its example.

    Args:
        kind: what is wrong with it.
        start: where it begins: in code points, or in the server's unit for an invalid span.
        end: where it ends, in the same unit.
        label: its label.
        surface: the words that it covers; empty for an invalid span.
        message: what is wrong, without a full stop.
    """

    kind: IssueKind
    start: int
    end: int
    label: str
    surface: str
    message: str


@dataclass(frozen=True, slots=True)
class SpanRepair:
    """An issue that was repaired.

    Args:
        issue: what was wrong.
        after: the span that replaces it; None if it was dropped.
        surface: the words of that span; empty if it was dropped.
    """

    issue: SpanIssue
    after: Span | None
    surface: str


@dataclass(frozen=True, slots=True)
class TidyResult:
    """The spans of one annotator in one example, repaired.

    Args:
        spans: sorted, each once.
        repairs: one for each span that was changed or dropped.
        issues: what is still wrong.
    """

    spans: tuple[Span, ...]
    repairs: tuple[SpanRepair, ...]
    issues: tuple[SpanIssue, ...]


def find_issues(text: str, work: AnnotatorWork, labels: Collection[str], unit: Unit) -> tuple[SpanIssue, ...]:
    """What does not fit, in the order of the text; a span may have several issues.

    Args:
        text: the text of the example.
        work: what the annotator did there.
        labels: the names of the scheme.
        unit: what the offsets of invalid spans count.
    """
    if not work.spans and not work.invalid:
        return ()
    issues = [
        *_invalid(text, work.invalid, labels, unit),
        *_label_and_edges(text, work.spans, labels),
        *_overlaps(text, work.spans),
    ]
    return tuple(sorted(issues, key=lambda issue: (issue.start, issue.end, issue.label)))


def tidy_spans(text: str, work: AnnotatorWork, labels: Collection[str], unit: Unit) -> TidyResult:
    """The spans without spaces at their edges, and without those that are empty, outside, twice or of no known label.

    Overlaps stay, and so do spans that begin or end inside a character: what was meant cannot be known.

    Args:
        text: the text of the example.
        work: what the annotator did there.
        labels: the names of the scheme.
        unit: what the offsets of invalid spans count.
    """
    kept: dict[Span, None] = {}
    invalid = _invalid(text, work.invalid, labels, unit)
    repairs = [SpanRepair(issue, None, "") for issue in invalid if issue.kind != "refused"]
    for span in sorted(work.spans):
        trimmed = _trim(text, span) if span.label in labels else None
        if trimmed is None or trimmed in kept:
            repairs.append(SpanRepair(_why_dropped(text, span, trimmed, labels), None, ""))
            continue
        kept[trimmed] = None
        if trimmed != span:
            repairs.append(SpanRepair(_edge_issue(text, span), trimmed, text[trimmed.start : trimmed.end]))
    spans = tuple(sorted(kept))
    issues = (*(issue for issue in invalid if issue.kind == "refused"), *_overlaps(text, spans))
    return TidyResult(spans, tuple(repairs), issues)


def label_issues(text: str, spans: Iterable[Span], labels: Collection[str]) -> tuple[SpanIssue, ...]:
    """An issue for each span whose label is not of the scheme."""
    return tuple(_label_issue(text, span) for span in spans if span.label not in labels)


def _label_and_edges(text: str, spans: Iterable[Span], labels: Collection[str]) -> Iterator[SpanIssue]:
    """What is wrong with each span alone."""
    for span in spans:
        if span.label not in labels:
            yield _label_issue(text, span)
        surface = text[span.start : span.end]
        if surface != surface.strip():
            yield _edge_issue(text, span) if surface.strip() else _issue("empty", text, span, ONLY_SPACES)


def _overlaps(text: str, spans: Iterable[Span]) -> Iterator[SpanIssue]:
    """Each span that begins inside another one."""
    before: Span | None = None
    for span in sorted(set(spans)):
        if before is not None and span.overlaps(before):
            yield _issue("overlap", text, span, f"overlaps with [{before.start}, {before.end}, {before.label}]")
        if before is None or span.end > before.end:
            before = span


def _invalid(text: str, invalid: Sequence[InvalidSpan], labels: Collection[str], unit: Unit) -> list[SpanIssue]:
    """The invalid spans, and which of them can only be slips."""
    if not invalid:
        return []
    length = int((offsets.to_utf16 if unit == "utf16" else offsets.to_graphemes)(text, [len(text)])[0])
    return [
        SpanIssue(_kind(span, length, labels), span.start, span.end, span.label, "", span.reason) for span in invalid
    ]


def _kind(span: InvalidSpan, length: int, labels: Collection[str]) -> IssueKind:
    if span.reason == DUPLICATE:
        return "twice"
    if span.end <= span.start:
        return "empty"
    if span.start < 0 or span.end > length:
        return "outside"
    return "refused" if span.label in labels else "label"


def _trim(text: str, span: Span) -> Span | None:
    """The span without the spaces at its edges; None if it has nothing else."""
    surface = text[span.start : span.end]
    start = span.end - len(surface.lstrip())
    end = span.start + len(surface.rstrip())
    return Span(start, end, span.label) if start < end else None


def _why_dropped(text: str, span: Span, trimmed: Span | None, labels: Collection[str]) -> SpanIssue:
    if span.label not in labels:
        return _label_issue(text, span)
    if trimmed is None:
        return _issue("empty", text, span, ONLY_SPACES)
    return _issue("twice", text, span, DUPLICATE)


def _label_issue(text: str, span: Span) -> SpanIssue:
    return _issue("label", text, span, f"the scheme has no label {span.label[:60]!r}")


def _edge_issue(text: str, span: Span) -> SpanIssue:
    return _issue("edge", text, span, "begins or ends with a space")


def _issue(kind: IssueKind, text: str, span: Span, message: str) -> SpanIssue:
    return SpanIssue(kind, span.start, span.end, span.label, text[span.start : span.end], message)

"""What a project holds of an annotator's work, as lines for the corpus, and what of it does not fit.

Where the text of an example changed here since it was pushed, the spans are moved to the new text, each to the one
place where its words are. If a single one has none, it is reported and the annotator's whole line is held back: the
line that is here stays, and the work stays on the server, until somebody has decided about that span.

What an annotator drew, judged span by span, and set right where that is asked for.

A span that does not fit is named and left as it is: whoever drew it must say what was meant. What `tidy` sets right is
what can only be a slip: a blank at an edge, a span drawn twice, a span of no words, a label that the scheme lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from goldspan import offsets
from goldspan.annotation import Span
from goldspan.doccano.human_work import is_changed
from goldspan.doccano.pull import merge, reanchor
from goldspan.doccano.push.plan import article_of
from goldspan.doccano.snapshot import ALL, TWICE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.doccano.snapshot import AnnotatorWork, InvalidSpan, Snapshot, StoredExample
    from goldspan.formats.doccano import Unit

IssueKind = Literal["edge", "empty", "outside", "label", "twice", "overlap", "refused"]


@dataclass(frozen=True, slots=True)
class SpanIssue:
    """A span that does not fit its example.

    Args:
        kind: what is wrong with it.
        start: where it begins: in code points, or in the server's unit where it could not become a span.
        end: where it ends, likewise.
        label: its label.
        surface: the words that it covers; empty if it covers none.
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
    """A flaw that was set right.

    Args:
        flaw: what was wrong.
        after: the span that took its place; None if it was dropped.
        surface: the words of that span; empty if there is none.
    """

    flaw: SpanIssue
    after: Span | None
    surface: str


@dataclass(frozen=True, slots=True)
class TidyResult:
    """The spans of one annotator at one example, set right.

    Args:
        spans: sorted, each once.
        repairs: what was done, a repair per span that was changed or dropped.
        flaws: what is still wrong.
    """

    spans: tuple[Span, ...]
    repairs: tuple[SpanRepair, ...]
    flaws: tuple[SpanIssue, ...]


def find_issue(text: str, work: AnnotatorWork, labels: Collection[str], unit: Unit) -> tuple[SpanIssue, ...]:
    """What does not fit, in the order of the text; a span may have several flaws.

    Args:
        text: the text of the example.
        work: what the annotator did there.
        labels: the names of the scheme.
        unit: what the offsets of refused spans count.
    """
    if not work.spans and not work.refused:
        return ()
    found = [
        *_refused(text, work.refused, labels, unit),
        *_alone(text, work.spans, labels),
        *_overlaps(text, work.spans),
    ]
    return tuple(sorted(found, key=lambda flaw: (flaw.start, flaw.end, flaw.label)))


def tidy_spans(text: str, work: AnnotatorWork, labels: Collection[str], unit: Unit) -> TidyResult:
    """The spans without blanks at their edges, and without those that mark nothing, leave the text, have a label that
    the scheme lacks or are there twice.

    Overlaps stay, and so do spans that begin or end inside a character: what was meant cannot be known.

    Args:
        text: the text of the example.
        work: what the annotator did there.
        labels: the names of the scheme.
        unit: what the offsets of refused spans count.
    """  # noqa: D205  (one sentence that needs two lines)
    kept: dict[Span, None] = {}
    refused = _refused(text, work.refused, labels, unit)
    repairs = [SpanRepair(flaw, None, "") for flaw in refused if flaw.kind != "refused"]
    for span in sorted(work.spans):
        trimmed = _trimmed(text, span) if span.label in labels else None
        if trimmed is None or trimmed in kept:
            repairs.append(SpanRepair(_why_dropped(text, span, trimmed, labels), None, ""))
            continue
        kept[trimmed] = None
        if trimmed != span:
            repairs.append(SpanRepair(_edge(text, span), trimmed, text[trimmed.start : trimmed.end]))
    spans = tuple(sorted(kept))
    flaws = (*(flaw for flaw in refused if flaw.kind == "refused"), *_overlaps(text, spans))
    return TidyResult(spans, tuple(repairs), flaws)


def _alone(text: str, spans: Iterable[Span], labels: Collection[str]) -> Iterator[SpanIssue]:
    for span in spans:
        if span.label not in labels:
            yield _flaw("label", text, span, f"the scheme has no label {span.label[:60]!r}")
        surface = text[span.start : span.end]
        if surface != surface.strip():
            yield _edge(text, span) if surface.strip() else _flaw("empty", text, span, "covers nothing but blanks")


def _overlaps(text: str, spans: Iterable[Span]) -> Iterator[SpanIssue]:
    """Each span that begins inside another one."""
    before: Span | None = None
    for span in sorted(set(spans)):
        if before is not None and span.overlaps(before):
            yield _flaw("overlap", text, span, f"overlaps with [{before.start}, {before.end}, {before.label}]")
        if before is None or span.end > before.end:
            before = span


def _refused(text: str, refused: Sequence[InvalidSpan], labels: Collection[str], unit: Unit) -> list[SpanIssue]:
    """What could not become spans, and which of it can only be a slip."""
    if not refused:
        return []
    length = int((offsets.to_utf16 if unit == "utf16" else offsets.to_graphemes)(text, [len(text)])[0])
    return [SpanIssue(_kind(span, length, labels), span.start, span.end, span.label, "", span.why) for span in refused]


def _kind(span: InvalidSpan, length: int, labels: Collection[str]) -> IssueKind:
    if span.why == TWICE:
        return "twice"
    if span.end <= span.start:
        return "empty"
    if span.start < 0 or span.end > length:
        return "outside"
    return "refused" if span.label in labels else "label"


def _trimmed(text: str, span: Span) -> Span | None:
    """The span without the blanks at its edges; None if it is all blank."""
    surface = text[span.start : span.end]
    start = span.end - len(surface.lstrip())
    end = span.start + len(surface.rstrip())
    return Span(start, end, span.label) if start < end else None


def _why_dropped(text: str, span: Span, trimmed: Span | None, labels: Collection[str]) -> SpanIssue:
    if span.label not in labels:
        return _flaw("label", text, span, f"the scheme has no label {span.label[:60]!r}")
    if trimmed is None:
        return _flaw("empty", text, span, "covers nothing but blanks")
    return _flaw("twice", text, span, TWICE)


def _edge(text: str, span: Span) -> SpanIssue:
    return _flaw("edge", text, span, "begins or ends with a blank")


def _flaw(kind: IssueKind, text: str, span: Span, message: str) -> SpanIssue:
    return SpanIssue(kind, span.start, span.end, span.label, text[span.start : span.end], message)


Kind = Literal["foreign", "spoiled", "text", "lost", "double", "comment"] | IssueKind
IN_DOCCANO = "Ask the annotator to correct it in Doccano"
REMEDIES: dict[Kind, str] = {
    "foreign": "It was not pushed from this corpus: delete it in Doccano, or let it be.",
    "spoiled": "Somebody edited the example in Doccano: note what was done there, delete it and push it again.",
    "text": "Restore the text here and pull; or note the work, delete the example in Doccano and push it again.",
    "lost": "The text changed here: ask the annotator to delete the span in Doccano, or to correct it; or restore the "
    "text here. Then pull again.",
    "double": "Several copies were worked on: delete all but one in Doccano.",
    "comment": "Ask the annotator to write the comment anew.",
    "edge": f"{IN_DOCCANO}, or pull with --tidy, which trims it.",
    "empty": f"{IN_DOCCANO}, or pull with --tidy, which drops it.",
    "outside": f"{IN_DOCCANO}, or pull with --tidy, which drops it.",
    "label": f"{IN_DOCCANO}, add the label to labels.toml, or pull with --tidy, which drops the span.",
    "twice": f"{IN_DOCCANO}, or pull with --tidy, which keeps one.",
    "overlap": f"{IN_DOCCANO}: of two spans keep the longer.",
    "refused": f"{IN_DOCCANO}: the span must be drawn anew.",
}


@dataclass(frozen=True, slots=True)
class PullProblem:
    """Work that does not fit and is therefore not written.

    Args:
        kind: what is the matter.
        annotator: whose work it is; empty in a shared project, or if nobody worked on it.
        example: the id of the example, or Doccano's number of one that has none.
        message: what is wrong, without a full stop.
        span: start, end and label, where it is about a span.
        surface: the words of that span.
    """

    kind: Kind
    annotator: str
    example: str
    message: str
    span: tuple[int, int, str] | None = None
    surface: str = ""

    def json(self) -> dict[str, Any]:
        """For `--json`, with the remedy."""
        return {
            "kind": self.kind,
            "annotator": self.annotator,
            "example": self.example,
            "span": None if self.span is None else [*self.span, self.surface],
            "message": self.message,
            "remedy": REMEDIES[self.kind],
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """What `--tidy` did, whose span it was, and at which example."""

    annotator: str
    example: str
    repair: SpanRepair


@dataclass(frozen=True, slots=True)
class AnnotatorComment:
    """A comment."""

    annotator: str
    example: str
    text: str


@dataclass(slots=True)
class CollectedWork:
    """What was found.

    Args:
        lines: per annotator and id the line for the corpus, None for an example that is open; those with a problem are
            left out. In a shared project the annotator is `snapshot.ALL`.
        untouched: per annotator and id the spans of an open example on which nothing is theirs: none, or those that a
            push filled in. Nothing shows that the annotator ever opened it, so no line here is withdrawn for it.
        begun: the annotators that did anything at all.
        problems: what does not fit.
        repairs: what was set right.
        comments: what was said about examples, open ones too.
        moved: the lines whose spans were moved to a new text.
    """

    lines: dict[str, dict[str, Example | None]] = field(default_factory=dict)
    untouched: dict[str, dict[str, tuple[Span, ...]]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    problems: list[PullProblem] = field(default_factory=list)
    repairs: list[Fix] = field(default_factory=list)
    comments: list[AnnotatorComment] = field(default_factory=list)
    moved: list[reanchor.MovedLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What is wanted of a project.

    Args:
        texts: the examples of the corpus by id, as they are here; their spans do not matter.
        elsewhere: the articles of the corpus that are not asked for.
        labels: the names of the scheme.
        unconfirmed: whether examples that are open are wanted, too.
        tidy: whether slips are to be set right.
        withdraw: whether lines are withdrawn for an open example on which nobody did anything, too.
    """

    texts: Mapping[str, Example]
    elsewhere: Collection[str]
    labels: Collection[str]
    unconfirmed: bool = False
    tidy: bool = False
    withdraw: bool = False


def is_begun(work: AnnotatorWork) -> bool:
    """Whether the annotator did anything that can be seen."""
    return bool(work.confirmed or work.spans or work.comments or work.refused)


def _is_theirs(copy: StoredExample, annotator: str, work: AnnotatorWork) -> bool:
    """Whether anything there is an annotator's own.

    In a shared project what a push filled in is nobody's; that it is not there shows nothing, for an import that broke
    off leaves it out.
    """
    if annotator == ALL and not is_changed(copy, work):
        work = replace(work, spans=())
    return is_begun(work)


def collect(snapshot: Snapshot, wish: PullOptions) -> CollectedWork:
    """What of the work in a project is wanted, example by example in the order of the server."""
    found = CollectedWork()
    unit: Unit = "graphemes" if snapshot.project.grapheme_mode else "utf16"
    for copies in _by_example(snapshot):
        if article_of(copies[0].id) in wish.elsewhere:
            continue
        copy = worked_on(copies, shared=snapshot.project.collaborative)
        if copy is None:
            worked = ", ".join(str(copy.number) for copy in copies if any(map(is_begun, copy.work.values())))
            message = f"the copies {worked} were worked on: which one is meant?"
            found.problems += _of_copies(copies, "double", message, wish)
        elif trouble := _trouble(copy, wish):
            found.problems += _of_copies([copy], *trouble, wish)
        else:
            _take(copy, wish, unit, found)
    for annotator in found.lines.keys() - found.begun:
        found.lines[annotator] = dict.fromkeys(found.lines[annotator])
    return found


def _by_example(snapshot: Snapshot) -> Iterator[Sequence[StoredExample]]:
    """The copies of each example, and alone each that has no id."""
    yield from snapshot.by_id.values()
    yield from ([copy] for copy in snapshot.copies.values() if copy.id is None)


def worked_on(copies: Sequence[StoredExample], *, shared: bool) -> StoredExample | None:
    """The copy that counts; None if there are several.

    What was filled in by a push is there in every copy of a shared project, and nobody's work.
    """
    if len(copies) == 1:
        return copies[0]
    works = [(copy, work) for copy in copies for work in copy.work.values()]
    filled = shared and len({work.spans for _, work in works}) == 1
    worked = {copy.number: copy for copy, work in works if is_begun(replace(work, spans=()) if filled else work)}
    if len(worked) > 1:
        return None
    return next(iter(worked.values()), min(copies, key=lambda copy: copy.number))


def _trouble(copy: StoredExample, wish: PullOptions) -> tuple[Kind, str] | None:
    """Why nothing can be taken from a copy."""
    if copy.id is None:
        return "foreign", "was not pushed by goldspan"
    if copy.spoiled is not None:
        return "spoiled", copy.spoiled
    if copy.id not in wish.texts:
        return "foreign", "the corpus has no such example"
    here = wish.texts[copy.id].text
    if copy.text != here and not reanchor.is_changed_form(copy.text, here):
        return "text", "fewer than half of the words of its text here are those of the text that was pushed"
    return None


def _of_copies(copies: Sequence[StoredExample], kind: Kind, message: str, wish: PullOptions) -> list[PullProblem]:
    """The problem for each whose work is concerned, or for nobody."""
    name = copies[0].id or f"Doccano's number {copies[0].number}"
    works = [(annotator, work) for copy in copies for annotator, work in copy.work.items()]
    whose = [who for who, work in works if work.confirmed or (wish.unconfirmed and is_begun(work))]
    if kind == "text" and not whose:
        return []
    return [PullProblem(kind, who, name, message) for who in dict.fromkeys(whose or [""])]


def _take(copy: StoredExample, wish: PullOptions, unit: Unit, found: CollectedWork) -> None:
    assert copy.id is not None
    here = wish.texts[copy.id]
    for annotator, work in copy.work.items():
        lines = found.lines.setdefault(annotator, {})
        said = () if annotator == ALL else work.comments  # there they are everybody's, and no part of gold
        found.comments += [AnnotatorComment(annotator, here.id, text) for text in said]
        if is_begun(work):
            found.begun.add(annotator)
        if not (wish.withdraw or _is_theirs(copy, annotator, work)):
            found.untouched.setdefault(annotator, {})[here.id] = _moved(copy.text, here.text, work.spans)[0]
        if not (work.confirmed or wish.unconfirmed):
            lines[here.id] = None
            continue
        done = _judged(copy.text, work, wish, unit)
        spans, lost = _moved(copy.text, here.text, done.spans)
        problems = [_problem(annotator, here.id, flaw) for flaw in done.flaws]
        problems += [_lost(annotator, here.id, copy.text, span, why) for span, why in lost.items()]
        problems += [
            PullProblem("comment", annotator, here.id, f"a comment is no Unicode: {text!a:.60}")
            for text in said
            if not _is_unicode(text)
        ]
        found.problems += problems
        if not problems:
            found.repairs += [Fix(annotator, here.id, repair) for repair in done.repairs]
            lines[here.id] = line = merge.line(here, spans, confirmed=work.confirmed, comments=said)
            if copy.text != here.text and is_begun(work):
                found.moved.append(reanchor.moved_line(annotator, copy.text, line))


def _judged(text: str, work: AnnotatorWork, wish: PullOptions, unit: Unit) -> TidyResult:
    """The spans as they are to be, and what is wrong with them."""
    flaws = find_issue(text, work, wish.labels, unit)
    return tidy_spans(text, work, wish.labels, unit) if flaws and wish.tidy else TidyResult(work.spans, (), flaws)


def _moved(old: str, new: str, spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], Mapping[Span, str]]:
    """The spans in the new text, and for each that has no one place there, why."""
    if old == new:
        return spans, {}
    moves = reanchor.find_moves(old, new, spans)
    return tuple(sorted(moves.to.values())), moves.lost


def _lost(annotator: str, name: str, text: str, span: Span, why: str) -> PullProblem:
    place = (span.start, span.end, span.label)
    return PullProblem("lost", annotator, name, why, place, text[span.start : span.end])


def _problem(annotator: str, name: str, flaw: SpanIssue) -> PullProblem:
    return PullProblem(flaw.kind, annotator, name, flaw.message, (flaw.start, flaw.end, flaw.label), flaw.surface)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)

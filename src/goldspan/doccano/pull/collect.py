"""The work of annotators in a project, as lines for the corpus, and what of it does not fit.

Where the text of an example changed in the corpus since it was pushed, its spans are moved to the new text, each to the
one place where its words are. If a single span has none, it is reported and the whole line is withheld: the line in the
corpus stays, and the work stays on the server, until somebody has decided about that span.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from goldspan.annotation import Span, article_of
from goldspan.doccano.human_work import has_work, is_changed, worked_on
from goldspan.doccano.pull import merge, reanchor
from goldspan.doccano.pull.span_issues import IssueKind, SpanIssue, SpanRepair, TidyResult, find_issues, tidy_spans
from goldspan.doccano.snapshot import ALL, AnnotatorComment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.doccano.snapshot import AnnotatorWork, Snapshot, StoredExample
    from goldspan.formats.doccano import Unit

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


def _is_theirs(copy: StoredExample, annotator: str, work: AnnotatorWork) -> bool:
    """Whether anything there is an annotator's own.

    In a shared project what a push filled in is nobody's; that it is not there shows nothing, for an import that broke
    off leaves it out.
    """
    if annotator == ALL and not is_changed(copy, work):
        work = replace(work, spans=())
    return has_work(work)


def collect(snapshot: Snapshot, wish: PullOptions) -> CollectedWork:
    """What of the work in a project is wanted, example by example in the order of the server."""
    found = CollectedWork()
    unit: Unit = "graphemes" if snapshot.project.grapheme_mode else "utf16"
    for copies in _by_example(snapshot):
        if article_of(copies[0].id or "") in wish.elsewhere:
            continue
        copy = worked_on(copies, shared=snapshot.project.collaborative)
        if copy is None:
            worked = ", ".join(str(copy.number) for copy in copies if any(map(has_work, copy.work.values())))
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


def _trouble(copy: StoredExample, wish: PullOptions) -> tuple[Kind, str] | None:
    """Why nothing can be taken from a copy."""
    if copy.id is None:
        return "foreign", "was not pushed by goldspan"
    if copy.corruption is not None:
        return "spoiled", copy.corruption
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
    whose = [who for who, work in works if work.confirmed or (wish.unconfirmed and has_work(work))]
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
        if has_work(work):
            found.begun.add(annotator)
        if not (wish.withdraw or _is_theirs(copy, annotator, work)):
            found.untouched.setdefault(annotator, {})[here.id] = _moved(copy.text, here.text, work.spans)[0]
        if not (work.confirmed or wish.unconfirmed):
            lines[here.id] = None
            continue
        done = _judged(copy.text, work, wish, unit)
        spans, lost = _moved(copy.text, here.text, done.spans)
        problems = [_problem(annotator, here.id, issue) for issue in done.issues]
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
            if copy.text != here.text and has_work(work):
                found.moved.append(reanchor.moved_line(annotator, copy.text, line))


def _judged(text: str, work: AnnotatorWork, wish: PullOptions, unit: Unit) -> TidyResult:
    """The spans as they are to be, and what is wrong with them."""
    issues = find_issues(text, work, wish.labels, unit)
    return tidy_spans(text, work, wish.labels, unit) if issues and wish.tidy else TidyResult(work.spans, (), issues)


def _moved(old: str, new: str, spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], Mapping[Span, str]]:
    """The spans in the new text, and for each that has no one place there, why."""
    if old == new:
        return spans, {}
    moves = reanchor.find_moves(old, new, spans)
    return tuple(sorted(moves.to.values())), moves.lost


def _lost(annotator: str, name: str, text: str, span: Span, why: str) -> PullProblem:
    place = (span.start, span.end, span.label)
    return PullProblem("lost", annotator, name, why, place, text[span.start : span.end])


def _problem(annotator: str, name: str, issue: SpanIssue) -> PullProblem:
    return PullProblem(issue.kind, annotator, name, issue.message, (issue.start, issue.end, issue.label), issue.surface)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)

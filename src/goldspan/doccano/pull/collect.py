"""The work of annotators in a project, as lines for the corpus, and what of it does not fit.

Where the text of an example changed in the corpus since it was pushed, its spans are moved to the new text, each to the
one place where its words are. If a single span has none, it is reported and the whole line is withheld: the line in the
corpus stays, and the work stays on the server, until somebody has decided about that span.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from goldspan.annotation import article_of, unit_of
from goldspan.doccano.human_work import copy_worked_on, has_work, spans_changed
from goldspan.doccano.label_comparison import LabelComparison
from goldspan.doccano.pull import merge, reanchor
from goldspan.doccano.pull.span_issues import (
    IssueKind,
    SpanIssue,
    SpanRepair,
    TidyResult,
    find_issues,
    label_issues,
    tidy_spans,
)
from goldspan.doccano.shown_record import NOT_ON_RECORD, aid_of
from goldspan.doccano.snapshot import ALL, AnnotatorComment, fingerprint
from goldspan.formats.doccano import is_text_of, without_line_breaks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.snapshot import AnnotatorWork, Snapshot, StoredExample
    from goldspan.formats.doccano import Unit

OwnKind = Literal[
    "foreign",
    "withdrawn",
    "imported",
    "changed",
    "spoiled",
    "text",
    "lost",
    "double",
    "comment",
    "gone",
    "mixed",
    "member",
    "shown",
    "reread",
]
ProblemKind = OwnKind | IssueKind
IN_DOCCANO = "Ask the annotator to correct it in Doccano"
REMEDIES: dict[ProblemKind, str] = {
    "foreign": "It was not pushed from this corpus: delete it in Doccano, or leave it.",
    "withdrawn": "Its text may not stay: delete the example in Doccano. Nothing of it is written here.",
    "imported": "An export was imported into this project. Note what was done on the examples that it brought, whose "
    "metadata has keys of an export, such as id or Comments; delete these in Doccano, and pull again.",
    "changed": "Pull again: it is left for the next pull, and its line in the corpus stays.",
    "spoiled": "Somebody edited the example in Doccano: note what was done there, delete it and push it again.",
    "text": "Restore the text in the corpus and pull; or note the work, delete the example in Doccano and push it "
    "again.",
    "lost": "The text changed in the corpus: ask the annotator to delete the span in Doccano, or to correct it; or "
    "restore the text. Then pull again.",
    "double": "Several copies were worked on: delete all but one in Doccano.",
    "comment": "Ask the annotator to write the comment again.",
    "gone": "Bring the label type back in Doccano: its name, or its spans.",
    "mixed": "Give the label types in Doccano their names back.",
    "member": "A project of a round is one member's: nobody else's work there is pulled. Have that member read the "
    "example, and take back the other confirmation and its spans in Doccano.",
    "shown": "Get the newest corpus/shown from git, where whoever pushed committed it; then pull again.",
    "reread": "The line in the corpus stays. If the new reading is to take its place, delete that line and pull again. "
    "To keep both, move the file of the earlier one into a folder of passes of its own first.",
    "edge": f"{IN_DOCCANO}, or pull with --tidy, which trims it.",
    "empty": f"{IN_DOCCANO}, or pull with --tidy, which drops it.",
    "outside": f"{IN_DOCCANO}, or pull with --tidy, which drops it.",
    "label": f"{IN_DOCCANO}, add the label to labels.toml, or pull with --tidy, which drops a span that "
    "the corpus does not have.",
    "twice": f"{IN_DOCCANO}, or pull with --tidy, which keeps one.",
    "overlap": f"{IN_DOCCANO}: of two spans keep the longer.",
    "refused": f"{IN_DOCCANO}: the span must be drawn again.",
}


@dataclass(frozen=True, slots=True)
class PullProblem:
    """Work that does not fit and is therefore not written.

    Args:
        kind: what is wrong.
        annotator: whose work it is; empty in a shared project, or if nobody worked on it.
        example: the id of the example, or Doccano's number of one that has none.
        message: what is wrong, without a full stop.
        span: start, end and label, if it is about a span.
        surface: the words of that span.
        particular: what to do about it, if that is not what helps with others of its kind.
    """

    kind: ProblemKind
    annotator: str
    example: str
    message: str
    span: tuple[int, int, str] | None = None
    surface: str = ""
    particular: str = ""

    @property
    def remedy(self) -> str:
        """What to do about it, as sentences."""
        return self.particular or REMEDIES[self.kind]

    def json(self) -> dict[str, Any]:
        """For `--json`, with the remedy."""
        return {
            "kind": self.kind,
            "annotator": self.annotator,
            "example": self.example,
            "span": None if self.span is None else [*self.span, self.surface],
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """What `--tidy` repaired, of whose work, and in which example."""

    annotator: str
    example: str
    repair: SpanRepair

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        issue, after = self.repair.issue, self.repair.after
        return {
            "annotator": self.annotator,
            "example": self.example,
            "kind": issue.kind,
            "before": [issue.start, issue.end, issue.label, issue.surface],
            "after": None if after is None else [after.start, after.end, after.label, self.repair.surface],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PullOptions:
    """What to pull from a project.

    Args:
        examples: the examples of the corpus by id, with their present texts; their spans do not matter.
        other_articles: the articles of the corpus that are not asked for.
        labels: the names of the scheme.
        unconfirmed: whether open examples are pulled, too.
        tidy: whether slips are repaired.
        withdraw: whether lines are withdrawn also for an open example on which nobody did anything.
        types: the label types of the project, compared with the scheme.
        to_read: by annotator and example what they had confirmed and must read again, since a label was split: it is
            pulled, but does not count as confirmed.
        filled_in: by example, sets of spans of which one may be what a push filled in; needed where a label is gone.
        withdrawn: by article that was taken out of the corpus because somebody asked for it, on which day.
        shown: in a private project, by example the lines of the record of what was filled in; None in others.
    """

    examples: Mapping[str, Example]
    other_articles: Collection[str]
    labels: Collection[str]
    unconfirmed: bool = False
    tidy: bool = False
    withdraw: bool = False
    types: LabelComparison = field(default_factory=LabelComparison)
    to_read: Collection[tuple[str, str]] = ()
    filled_in: Mapping[str, Sequence[tuple[Span, ...]]] = field(default_factory=dict)
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Sequence[Example]] | None = None


@dataclass(slots=True)
class CollectedWork:
    """The work of a project.

    Args:
        lines: per annotator and id the line for the corpus, None for an open example; those with a problem are left
            out. In a shared project the annotator is `snapshot.ALL`.
        untouched: per annotator and id the spans of an open example on which nothing is theirs: none, or those that a
            push filled in. Nothing shows that the annotator ever opened it, so no line in the corpus is withdrawn.
        active: the annotators that did anything at all.
        problems: what does not fit.
        repairs: what was repaired.
        comments: on examples, open ones included.
        moved: the lines whose spans were moved to a new text.
        project: the name of the project.
        aided: the ids of the examples in which suggestions were shown.
    """

    lines: dict[str, dict[str, Example | None]] = field(default_factory=dict)
    untouched: dict[str, dict[str, tuple[Span, ...]]] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    problems: list[PullProblem] = field(default_factory=list)
    repairs: list[Fix] = field(default_factory=list)
    comments: list[AnnotatorComment] = field(default_factory=list)
    moved: list[reanchor.MovedLine] = field(default_factory=list)
    project: str = ""
    aided: set[str] = field(default_factory=set)


def collect(snapshot: Snapshot, options: PullOptions) -> CollectedWork:
    """The work in a project that is asked for, example by example in the order of the server."""
    collected = CollectedWork(project=snapshot.project.name)
    for copies in _copies_by_example(snapshot):
        if article_of(copies[0].id or "") in options.other_articles:
            continue
        if any(copy.held_back is not None for copy in copies):
            collected.problems += _problems_held_back(copies, options)
            continue
        copy = copy_worked_on(copies, shared=snapshot.project.collaborative)
        if copy is None:
            numbers = ", ".join(str(copy.number) for copy in copies if any(map(has_work, copy.work.values())))
            message = f"the copies {numbers} were worked on: which one is meant?"
            collected.problems += _problems_of_copies(copies, "double", message, options)
        elif problem := _copy_problem(copy, options):
            collected.problems += _problems_of_copies([copy], *problem, options)
        else:
            _collect_copy(copy, options, collected, snapshot.project)
    # Else `unconfirmed` would write a pass of empty lines for each member who did nothing at all.
    for annotator in collected.lines.keys() - collected.active:
        collected.lines[annotator] = dict.fromkeys(collected.lines[annotator])
    return collected


def _copies_by_example(snapshot: Snapshot) -> Iterator[Sequence[StoredExample]]:
    """The copies of each example, and each copy without an id alone."""
    yield from snapshot.by_id.values()
    yield from ([copy] for copy in snapshot.copies.values() if copy.id is None)


def _copy_problem(copy: StoredExample, options: PullOptions) -> tuple[ProblemKind, str] | None:
    """Why nothing of a copy can be used; None if it can."""
    if copy.id is None:
        return "foreign", "was not pushed by goldspan"
    if copy.corruption is not None:
        return "spoiled", copy.corruption
    if copy.id not in options.examples:
        if (day := options.withdrawn.get(article_of(copy.id))) is not None:
            return "withdrawn", f"its article was withdrawn on {day}"
        return "foreign", _unknown_example(copy.id, options.examples)
    text = options.examples[copy.id].text
    if not is_text_of(copy.text, text) and not reanchor.is_changed_form(copy.text, text):
        return "text", "fewer than half of the words of its text in the corpus are those of the text that was pushed"
    return None


def _unknown_example(name: str, examples: Mapping[str, Example]) -> str:
    """Why an example on the server is none of the corpus, as a clause."""
    units = {unit_of(other) for other in examples if article_of(other) == article_of(name)}
    if not units or unit_of(name) in units:
        return "the corpus has no such example"
    now = " and a ".join(sorted(units))
    return (
        f"is by its id a {unit_of(name)}, and an example is a {now} now: set `unit` back, pull, then `goldspan recut`"
    )


def _problems_of_copies(
    copies: Sequence[StoredExample], kind: ProblemKind, message: str, options: PullOptions
) -> list[PullProblem]:
    """The problem once for each annotator whose work is concerned, or for nobody."""
    works = [(annotator, work) for copy in copies for annotator, work in copy.work.items()]
    concerned = [annotator for annotator, work in works if work.confirmed or (options.unconfirmed and has_work(work))]
    if kind == "text" and not concerned:
        return []
    return [PullProblem(kind, annotator, copies[0].name, message) for annotator in dict.fromkeys(concerned or [""])]


def _problems_held_back(copies: Sequence[StoredExample], options: PullOptions) -> Iterator[PullProblem]:
    """The problems of an example of which copies are held back."""
    for copy in copies:
        if copy.held_back is not None:
            message = f"number {copy.number}: {copy.held_back.reason}"
            yield from _problems_of_copies([copy], copy.held_back.kind, message, options)


def _collect_copy(copy: StoredExample, options: PullOptions, collected: CollectedWork, project: DoccanoProject) -> None:
    """Add the work of all annotators on a copy; in a shared project a push may have filled in spans."""
    assert copy.id is not None
    is_shared = project.collaborative
    unit: Unit = "graphemes" if project.grapheme_mode else "utf16"
    example = options.examples[copy.id]
    aid = "unaided" if options.shown is None else aid_of(copy, options.shown.get(copy.id, ()))
    if aid == "aided":
        collected.aided.add(example.id)
    for annotator, work in copy.work.items():
        lines = collected.lines.setdefault(annotator, {})
        comments = () if annotator == ALL else work.comments  # in a shared project everybody's, and no part of gold
        collected.comments += [AnnotatorComment(annotator, example.id, text) for text in comments]
        has_own_work = has_work(_without_filled_in(copy, work) if is_shared else work)
        if has_own_work or (annotator == ALL and has_work(work)):
            collected.active.add(annotator)
        if not (options.withdraw or has_own_work):
            spans, _ = _move(copy.text, example.text, work.spans)
            collected.untouched.setdefault(annotator, {})[example.id] = spans
        is_to_read = (annotator, example.id) in options.to_read
        if is_to_read and annotator == ALL:
            continue  # a line of gold stays until its spans were read again
        is_open = options.unconfirmed and (has_own_work or options.shown is None)  # else it is what the push filled in
        if not (work.confirmed or is_open or is_to_read):
            lines[example.id] = None
            continue
        tidied = _check_spans(copy.text, work, options, unit)
        spans, lost = _move(copy.text, example.text, tidied.spans)
        problems = [_issue_problem(annotator, example.id, issue, options.types) for issue in tidied.issues]
        problems += _label_problems(annotator, copy, work, options, is_shared=is_shared)
        if aid == "unknown":
            problems.append(PullProblem("shown", annotator, example.id, NOT_ON_RECORD))
        problems += [_lost_problem(annotator, example.id, copy.text, span, reason) for span, reason in lost.items()]
        problems += [
            PullProblem("comment", annotator, example.id, f"a comment is no Unicode: {text!a:.60}")
            for text in comments
            if not _is_unicode(text)
        ]
        collected.problems += problems
        if not problems:
            collected.repairs += [Fix(annotator, example.id, repair) for repair in tidied.repairs]
            line = merge.pass_line(
                example,
                spans,
                confirmed=work.confirmed,
                comments=comments,
                aided=project.name if aid == "aided" else None,
            )
            lines[example.id] = line
            if not is_text_of(copy.text, example.text) and has_work(work):
                collected.moved.append(reanchor.moved_line(annotator, copy.text, line))


def _without_filled_in(copy: StoredExample, work: AnnotatorWork) -> AnnotatorWork:
    """The work without what a push filled in, which is nobody's.

    That it is missing shows nothing, since an import that broke off leaves it out.
    """
    return work if spans_changed(copy, work) else replace(work, spans=())


def _check_spans(text: str, work: AnnotatorWork, options: PullOptions, unit: Unit) -> TidyResult:
    """The spans, repaired if that is asked for, and what is wrong with them."""
    issues = find_issues(text, work, options.labels, unit)
    if issues and options.tidy:
        # A span of a type that may be a label that is gone is no slip.
        tidied = tidy_spans(text, work, {*options.labels, *options.types.unclear}, unit)
        return replace(tidied, issues=(*label_issues(text, tidied.spans, options.labels), *tidied.issues))
    return TidyResult(work.spans, (), issues)


def _label_problems(
    annotator: str, copy: StoredExample, work: AnnotatorWork, options: PullOptions, *, is_shared: bool
) -> Iterator[PullProblem]:
    """The spans that may have another label than their type says, and those that a push filled in and that are gone."""
    name, mixed, gone = copy.name, options.types.mixed, options.types.gone
    for span in work.spans if mixed else ():
        if span.label in mixed:
            doubt = mixed[span.label]
            place = (span.start, span.end, span.label)
            surface = copy.text[span.start : span.end]
            yield PullProblem("mixed", annotator, name, doubt.message, place, surface, doubt.remedy)
    missing = [label for label, doubt in gone.items() if doubt.kind != "new"]
    if not (is_shared and missing and spans_changed(copy, work)):
        return
    sent = copy.sent
    filled_in = next((spans for spans in options.filled_in.get(name, ()) if fingerprint(spans) == sent), None)
    if filled_in is None and sent not in {None, fingerprint(())}:
        doubt = gone[missing[0]]
        message = f"may have lost a span that was filled in: {doubt.message}"
        yield PullProblem("gone", annotator, name, message, None, "", doubt.remedy)
    for span in set(filled_in or ()).difference(work.spans):
        if span.label in missing:
            doubt = gone[span.label]
            place, surface = (span.start, span.end, span.label), copy.text[span.start : span.end]
            message = f"lost a span that was filled in: {doubt.message}"
            yield PullProblem("gone", annotator, name, message, place, surface, doubt.remedy)


def _move(old: str, new: str, spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], Mapping[Span, str]]:
    """The spans in the new text, and for each that has no one place there, the reason.

    A line break counts as a space there, since the old text may have been sent with spaces for line breaks.
    """
    if is_text_of(old, new):
        return spans, {}
    moves = reanchor.find_moves(without_line_breaks(old), without_line_breaks(new), spans)
    return tuple(sorted(moves.moved.values())), moves.lost


def _lost_problem(annotator: str, example: str, text: str, span: Span, reason: str) -> PullProblem:
    place = (span.start, span.end, span.label)
    return PullProblem("lost", annotator, example, reason, place, text[span.start : span.end])


def _issue_problem(annotator: str, example: str, issue: SpanIssue, types: LabelComparison) -> PullProblem:
    place = (issue.start, issue.end, issue.label)
    if issue.kind == "label" and issue.label in types.unclear:
        doubt = types.unknown[issue.label]
        message = issue.message if doubt.kind == "unknown" else doubt.message
        return PullProblem("label", annotator, example, message, place, issue.surface, doubt.remedy)
    return PullProblem(issue.kind, annotator, example, issue.message, place, issue.surface)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)

"""Adjudication in Doccano: the disputed examples are pushed into a shared project, and decisions are pulled from it.

Each disputed example shows what is settled and, for the rest, the spans of the majority or all that fit side by side.
A place of gold in doubt shows what holds there, and the panel why it is in doubt; confirming it unchanged keeps it.
Who marked what, and what the annotators commented on the example, come first in its metadata panel. When somebody has
confirmed it, its spans are the decision: it is about what was shown, so it counts only while passes and decisions give
the same. If they do not, a push shows the example again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files
from goldspan.adjudication import summary
from goldspan.adjudication.derive import differences
from goldspan.adjudication.planted import barred_spans
from goldspan.adjudication.state import DecisionAuthor, decide_region
from goldspan.annotation import first_overlap
from goldspan.corpus.comments import COMMENTS, comment_line
from goldspan.doccano.corpus_record import read_record
from goldspan.doccano.former_labels import corpus_label_names
from goldspan.doccano.label_comparison import TRUSTED
from goldspan.doccano.labels import NOTHING, SAME_NAMES
from goldspan.doccano.members import find_members
from goldspan.doccano.project import plan_project
from goldspan.doccano.project_identity import identify
from goldspan.doccano.pull.pass_owners import annotator_names
from goldspan.doccano.pull.pull import snapshot_and_labels
from goldspan.doccano.push.desired_state import upload_rows
from goldspan.doccano.push.example_view import DASH, example_views
from goldspan.doccano.push.plan import PushOptions, observe
from goldspan.doccano.push.push import push_examples
from goldspan.doccano.rights import require_administrator
from goldspan.doccano.snapshot import ALL, take_snapshot
from goldspan.errors import InvalidValueError, ServerError
from goldspan.formats.decisions import OUTCOMES, find_outcome, fingerprint
from goldspan.formats.doccano import breakable, is_text_of, short_digest
from goldspan.formats.doubts import RegionDoubt
from goldspan.guidelines import rules
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.adjudication.derive import Dispute, SettledExample
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example, Span
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.client.schema import DoccanoProject
    from goldspan.doccano.corpus_record import DoccanoRecord
    from goldspan.doccano.label_comparison import LabelComparison
    from goldspan.doccano.labels import LabelNames
    from goldspan.doccano.project import ProjectPlan
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.push.push import PushResult
    from goldspan.doccano.snapshot import AnnotatorWork, StoredExample
    from goldspan.formats.decisions import Decision, How, Outcome
    from goldspan.formats.doccano import ExampleView

Prefill = Literal["majority", "union"]
LONGEST_COMMENT = 400  # characters that the panel shows of one
VOTES = "votes"  # the key of the panel that says who marked what
# Behind `outcome:`, up to what is no letter, space or hyphen; the second word only if it can belong to an outcome.
STATED_OUTCOME = re.compile(r"\boutcome\s*[:=]\s*(?P<name>[\w-]*(?:\s+(?:rule|text)\b)?)[.,;]*", re.IGNORECASE)
CHANGED = "the passes changed since it was shown: push again and have it confirmed again"


@dataclass(frozen=True, slots=True)
class DisputedExample:
    """An example that is to be decided.

    Args:
        settled: what passes and decisions give for it, without the decisions that are outdated.
        example: with the spans that are shown.
        votes: who marked what, in words: a line per dispute and per place in doubt, numbered if there are several.
        comments: what the annotators commented on it, a line each, numbered if there are several; empty for nothing.
        doubts: the regions in doubt though nobody disputes them.
    """

    settled: SettledExample
    example: Example
    votes: str
    comments: str = ""
    doubts: tuple[RegionDoubt, ...] = ()

    @property
    def shown(self) -> str:
        """The short digest of all that the decision is about: what is settled, and who marked what in each dispute."""
        return self.shown_as({})

    def shown_as(self, earlier: Mapping[str, str]) -> str:
        """The same digest with the names that labels had before.

        Args:
            earlier: by label its earlier name; others had the name that they have.
        """
        disputes = [[dispute.start, dispute.end, _votes_rows(dispute, earlier)] for dispute in self.settled.disputes]
        shown: list[object] = [_rows(self.settled.example.spans, earlier), disputes]
        if self.doubts:
            shown.append([[doubt.start, doubt.end] for doubt in self.doubts])
        return short_digest(files.dumps(shown))

    def was_shown(self, copy: StoredExample, names: LabelNames) -> bool:
        """Whether a copy shows all that the decision is about now, be it under former names of labels."""
        return copy.shown in {self.shown, self.shown_as(names.earlier)}


def disputed_examples(state: AdjudicationState, prefill: Prefill = "majority") -> list[DisputedExample]:
    """The examples that are to be decided, the most disputed first.

    Most disputed is where the strongest candidate has the smallest share of the annotators, then where more characters
    are disputed.

    Args:
        state: of the adjudication.
        prefill: what is shown of a dispute: the spans of the candidate with most votes, or with them all others that do
            not overlap with any shown before.
    """
    ids = {dispute.example.id for dispute in state.open} | {decision.example for decision in state.outdated}
    ids |= {doubt.example for doubt in state.open_doubts}
    examples = []
    for example in sorted(ids):
        settled = state.reopened(example)
        disputes, doubts = settled.disputes, tuple(_doubts(state, settled))
        spans = [*settled.example.spans, *(span for dispute in disputes for span in _shown_spans(dispute, prefill))]
        votes = _lines([*map(_votes, disputes), *(_why(doubt, settled.example) for doubt in doubts)])
        comments = _lines([comment_line(each, LONGEST_COMMENT) for each in state.comments.get(example, ())])
        examples.append(DisputedExample(settled, settled.example.with_spans(spans), votes, comments, doubts))
    return sorted(examples, key=_rank)


def _doubts(state: AdjudicationState, settled: SettledExample) -> Iterator[RegionDoubt]:
    """The regions of an example in doubt that nobody disputes, and those decided under a rule that has changed."""
    example, sha256 = settled.example, fingerprint(settled.example.text)
    disputed = [(dispute.start, dispute.end) for dispute in settled.disputes]
    reviewed = [
        RegionDoubt(example.id, sha256, one.start, one.end, (f"{one.rule} has changed since it was decided",))
        for one in state.outdated
        if one.example == example.id
    ]
    recorded = [doubt for doubt in state.open_doubts if doubt.example == example.id]
    for doubt in sorted([*reviewed, *recorded], key=lambda one: one.start):
        start, end = state.region_around(example.id, doubt.start, doubt.end)
        if not any(first < end and start < last for first, last in disputed):
            disputed.append((start, end))
            yield replace(doubt, start=start, end=end)


def plan_disputes(
    state: AdjudicationState,
    server: Doccano,
    name: str,
    members: Path | None = None,
    *,
    renamed: Mapping[str, str] = NOTHING,
    new: bool = False,
) -> ProjectPlan:
    """What is to be created or changed around the disputed examples in their project.

    Args:
        state: of the adjudication.
        server: where to.
        name: of the project.
        members: the file that lists them.
        renamed: by label, the name that its type was given there, as a person states it.
        new: whether to forget a project of that name that the corpus remembers, and this account does not see.

    Raises:
        InvalidValueError: if the project of that name is one of annotation.
        ServerError: if the server does not answer as it should.
    """
    return plan_project(server, state.corpus, name, "disputes", members, renamed=renamed, new=new)


def plan_examples(
    state: AdjudicationState,
    server: Doccano,
    project_plan: ProjectPlan,
    disputed: Sequence[DisputedExample],
    options: PushOptions | None = None,
) -> PushPlan:
    """What is to be done to the disputed examples in their project; nothing is written.

    Args:
        state: of the adjudication.
        server: where to.
        project_plan: what is to be done to the project, see `plan_disputes`.
        disputed: the examples, see `disputed_examples`.
        options: how to push.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    examples = [each.example for each in disputed]
    scheme = state.corpus.scheme
    names = corpus_label_names(state.corpus, project_plan.renamed)
    desired = upload_rows(examples, project_plan.planned, scheme.names, _views(state, disputed), names=names)
    options = replace(options or PushOptions(), names=names, joining=project_plan.members.joining)
    return observe(server, project_plan.project, desired, options).plan


def push_disputes(
    state: AdjudicationState,
    server: Doccano,
    project_plan: ProjectPlan,
    disputed: Sequence[DisputedExample],
    options: PushOptions | None = None,
) -> PushResult:
    """Push the disputed examples into their project, and take back confirmations there of what was shown differently.

    Args:
        state: of the adjudication.
        server: where to.
        project_plan: what is to be done to the project, see `plan_disputes`.
        disputed: the examples, see `disputed_examples`.
        options: how to push.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    project = project_plan.apply()
    names = corpus_label_names(state.corpus)
    for copy in outdated_copies(server, project, disputed, names):
        server.reopen(project.id, copy.number)
    examples = [each.example for each in disputed]
    folder, views = state.corpus.build / "doccano", _views(state, disputed)
    options = replace(options or PushOptions(), names=names)
    return push_examples(server, project, examples, folder=folder, views=views, options=options)


def _views(state: AdjudicationState, disputed: Sequence[DisputedExample]) -> dict[str, ExampleView]:
    """How the disputed examples are shown."""
    names = corpus_label_names(state.corpus)  # the labels as those who decide see them on the page
    panels = {
        each.example.id: {
            VOTES: breakable(
                _lines(
                    [
                        *(_votes(dispute, names) for dispute in each.settled.disputes),
                        *(_why(doubt, each.settled.example) for doubt in each.doubts),
                    ]
                )
            ),
            COMMENTS: breakable(each.comments) or DASH,
        }
        for each in disputed
    }
    views = example_views(state.corpus, [each.example for each in disputed], further=panels)
    return {each.example.id: replace(views[each.example.id], shown=each.shown) for each in disputed}


def outdated_copies(
    server: Doccano,
    project: DoccanoProject | None,
    disputed: Sequence[DisputedExample],
    names: LabelNames = SAME_NAMES,
) -> list[StoredExample]:
    """The confirmed copies in a project, if it is there, that showed something else than is to be decided now.

    Args:
        server: where it is.
        project: the project.
        disputed: what is to be decided.
        names: what the labels are called there, and were called before.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    if project is None or not server.count(project.id, confirmed=True):
        return []
    copies = take_snapshot(server, project, confirmed=True).by_id
    return [
        copy
        for each in disputed
        for copy in copies.get(each.example.id, ())
        if copy.held_back is None and copy.work[ALL].confirmed and not each.was_shown(copy, names)
    ]


@dataclass(frozen=True, slots=True)
class DisputesPull:
    """The decisions in a project of disputes.

    Args:
        decisions: each with its example.
        waiting: the disputed examples that nobody has confirmed there.
        problems: the examples that cannot be used as a decision, and why.
        record: what the corpus is to remember, with this project.
        types: the label types of the project, compared with the scheme.
        notes: what else somebody should know.
    """

    decisions: tuple[tuple[Decision, Example], ...]
    waiting: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    record: DoccanoRecord
    types: LabelComparison = TRUSTED
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "decisions": summary.decisions_json(decision for decision, _ in self.decisions),
            "waiting": list(self.waiting),
            "problems": [{"example": example, "why": reason} for example, reason in self.problems],
            "labels": [doubt.json() for doubt in self.types.doubts],
        }


def pull_disputes(
    state: AdjudicationState,
    server: Doccano,
    name: str,
    members: Path | None = None,
    *,
    renamed: Mapping[str, str] = NOTHING,
) -> DisputesPull:
    """The decisions that were made in a project; nothing is written.

    Who confirmed an example decided it, on the day of the confirmation; the reason is the comments, the rule the first
    that a comment names, and the outcome what a comment states as `outcome: slip`. What was changed outside of every
    dispute is a decision by hand.

    Args:
        state: of the adjudication.
        server: where from.
        name: of the project.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.
        renamed: by label, the name that its type was given there, as a person states it.

    Raises:
        NotFoundError: if there is no such project.
        InvalidValueError: if a person names a label type that is not there.
        ServerError: if it is not shared, or the server does not answer as it should.
    """
    identity = identify(server, state.corpus, name)
    project = identity.require()
    require_administrator(server, project, "a pull of decisions")
    if not project.collaborative:
        raise ServerError(
            f"in the project {name!r} everybody annotates alone",
            remedy="Disputes are settled in a project made by: goldspan adjudicate --push --project NAME",
        )
    pseudonyms = annotator_names(state.corpus, find_members(state.corpus, members) or ())
    snapshot, types = snapshot_and_labels(state.corpus, server, project, renamed)
    comments = _comments(server, project.id)
    users = {user.id: pseudonyms.get(user.username, user.username) for user in server.users()}
    decisions, waiting, problems = [], [], []
    for disputed in disputed_examples(state):
        every = snapshot.by_id.get(disputed.example.id, ())
        copies = [copy for copy in every if copy.work[ALL].confirmed]
        if held := [copy.held_back.reason for copy in every if copy.held_back is not None]:
            problems.append((disputed.example.id, held[0]))
        elif not copies:
            waiting.append(disputed.example.id)
        elif reason := _why_unusable(disputed, copies, state, types):
            problems.append((disputed.example.id, reason))
        else:
            [copy] = copies
            by, day = _last_confirmation(server, project.id, copy, users)
            try:
                author = _author(state, by, day, comments.get(copy.number, ()))
            except InvalidValueError as error:
                problems.append((disputed.example.id, f"{error.message}: correct the comment. {error.remedy}"))
                continue
            example = disputed.settled.example.with_spans(())
            decisions += [(decision, example) for decision in _decisions(state, disputed, copy, author)]
    record = identity.added_to(read_record(state.corpus), server.url)
    return DisputesPull(tuple(decisions), tuple(waiting), tuple(problems), record, types, identity.notes)


def _author(state: AdjudicationState, by: str, day: str, comments: Sequence[str]) -> DecisionAuthor:
    """Who decided and when, with the comments as the reason, the first rule that they name, and their outcome.

    Raises:
        InvalidValueError: for an outcome that is none, and for two that differ.
    """
    named = [name for name in rules.mentioned_rules("\n".join(comments)) if name in state.rules]
    outcome, reasons = stated_outcome(comments)
    return DecisionAuthor(by, day, named[0] if named else None, " / ".join(reasons), outcome)


def stated_outcome(comments: Sequence[str]) -> tuple[Outcome | None, list[str]]:
    """The outcome that comments state as `outcome: slip`, and the comments without that.

    Args:
        comments: each on one line.

    Raises:
        InvalidValueError: for an outcome that is none, and for two that differ.
    """
    stated = [match["name"] for comment in comments for match in STATED_OUTCOME.finditer(comment)]
    found = {_outcome_or_none(name) for name in stated}
    if len(found) > 1 or (stated and None in found):
        said = enumerate_names([repr(name) for name in stated])
        raise InvalidValueError(
            f"the comments state {said} as the outcome", remedy=f"State one of {', '.join(OUTCOMES)}."
        )
    left = [" ".join(STATED_OUTCOME.sub(" ", comment).split()) for comment in comments]
    return next(iter(found), None), [comment for comment in left if comment]


def _outcome_or_none(name: str) -> Outcome | None:
    try:
        return find_outcome(name)
    except InvalidValueError:
        return None


def _decisions(
    state: AdjudicationState, disputed: DisputedExample, copy: StoredExample, author: DecisionAuthor
) -> Iterable[Decision]:
    """The decisions of a confirmed copy: on what was disputed, what was in doubt, and what was changed besides."""
    settled = disputed.settled
    final = settled.example.with_spans(copy.work[ALL].spans)
    changed = differences(settled, final, state.readings(final.id))
    asked: list[tuple[int, int]] = []
    for doubt in disputed.doubts:
        touching = [one for one in changed if doubt.overlaps(one.start, one.end)]
        near = [span for one in touching for span in (*one.gold, *(one.derived or ()))]
        region = state.region_around(final.id, doubt.start, doubt.end, [*near, *final.spans])
        if any(start < region[1] and region[0] < end for start, end in asked):
            continue  # one decision settles both
        asked.append(region)
        choice = [span for span in final.spans if region[0] <= span.start and span.end <= region[1]]
        yield decide_region(state, final, region, choice, author)
    for difference in changed:
        if any(start < difference.end and difference.start < end for start, end in asked):
            continue
        if not state.has_readers(final.id):
            region = state.region_around(final.id, difference.start, difference.end, final.spans)
            yield decide_region(state, final, region, difference.gold, author)
            continue
        how: How = "adjudicated" if difference.derived is None else "hand"
        yield author.decide(difference, difference.gold, how, state.corpus.scheme.version)


def _why_unusable(
    disputed: DisputedExample, copies: Sequence[StoredExample], state: AdjudicationState, types: LabelComparison
) -> str | None:
    """Why confirmed copies are no decision; None if there is one that is."""
    if len(copies) > 1:
        return f"is there {len(copies)} times and confirmed each time: unconfirm all but one"
    [copy] = copies
    work = copy.work[ALL]
    if copy.corruption is not None or not is_text_of(copy.text, disputed.example.text):
        return copy.corruption or "has another text there: delete it in Doccano and push again"
    if not disputed.was_shown(copy, types.names):
        return CHANGED
    if work.invalid:
        first = work.invalid[0]
        return f"the span [{first.start}, {first.end}, {first.label}] {first.reason}: draw it again"
    if reason := _label_problem(disputed, work, state, types) or _planted_problem(disputed, work):
        return reason
    return "two spans overlap: a decision is flat" if first_overlap(work.spans) else None


def _planted_problem(disputed: DisputedExample, work: AnnotatorWork) -> str | None:
    """Why a confirmed copy has a span that cannot be chosen, since an audit planted it; None if it has none."""
    planted = sorted(barred_spans(disputed.settled.planted).intersection(work.spans))
    if not planted:
        return None
    words = disputed.example.surface(planted[0])
    return f"has {words!r} {planted[0].label}, which an audit planted and no unaided reader marked"


def _label_problem(
    disputed: DisputedExample, work: AnnotatorWork, state: AdjudicationState, types: LabelComparison
) -> str | None:
    """Why the spans of a disputed example may not be those that somebody wanted there; None if they are.

    What was shown there, or was one of the choices, and has a label that is gone, may have left with its label type.
    """
    choices = [span for dispute in disputed.settled.disputes for each in dispute.candidates for span in each.spans]
    expected = {*disputed.example.spans, *disputed.settled.example.spans, *choices}
    left = [types.gone[span.label] for span in sorted(expected.difference(work.spans)) if span.label in types.gone]
    unsure = {**types.mixed, **{name: types.unknown[name] for name in types.unclear}}
    found = [unsure[span.label] for span in work.spans if span.label in unsure]
    if doubt := next(iter([*found, *left]), None):
        return f"is no decision as it is there: {doubt.message}"
    unknown = [span.label for span in work.spans if span.label not in state.corpus.scheme]
    return f"there is no label {unknown[0]!r} in the scheme" if unknown else None


def _last_confirmation(server: Doccano, project: int, copy: StoredExample, users: Mapping[int, str]) -> tuple[str, str]:
    """Who confirmed a copy last, and on which day."""
    confirmations = sorted(server.confirmations(project, copy.number), key=lambda each: each.when)
    if not confirmations:
        raise ServerError("was unconfirmed meanwhile", example=copy.id, remedy="Pull again.")
    last = confirmations[-1]
    return users.get(last.user, f"user {last.user}"), last.when[:10]


def _comments(server: Doccano, project: int) -> dict[int, list[str]]:
    """The comments of each example, oldest first, by Doccano's number."""
    comments: defaultdict[int, list[str]] = defaultdict(list)
    for comment in sorted(server.comments(project), key=lambda each: each.id):
        comments[comment.example].append(" ".join(comment.text.split()))
    return comments


def _rows(spans: Iterable[Span], earlier: Mapping[str, str] = NOTHING) -> list[tuple[int, int, str]]:
    return sorted((span.start, span.end, earlier.get(span.label, span.label)) for span in spans)


def _votes_rows(dispute: Dispute, earlier: Mapping[str, str]) -> list[tuple[list[tuple[int, int, str]], Sequence[str]]]:
    """What each of the readers marked, in the order of candidates, which depends on the names of labels."""
    rows = [(_rows(candidate.spans, earlier), candidate.by) for candidate in dispute.candidates]
    return sorted(rows, key=lambda row: (-len(row[1]), not row[0], row[0]))


def _shown_spans(dispute: Dispute, prefill: Prefill) -> list[Span]:
    """The spans of a dispute that are shown; none of them overlap."""
    candidates = dispute.candidates if prefill == "union" else dispute.candidates[:1]
    shown: list[Span] = []
    for candidate in candidates:
        for span in candidate.spans:
            if not any(span.overlaps(other) for other in shown):
                shown.append(span)
    return shown


def _lines(items: Sequence[str]) -> str:
    """A line for each item; several are numbered, since the metadata panel shows the lines as one."""
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1)) if len(items) > 1 else "".join(items)


def _votes(dispute: Dispute, names: LabelNames = SAME_NAMES) -> str:
    """A dispute in words: `72nd Brigade MILITARY_UNIT: ann, ben — nothing: cy`."""
    text = dispute.example.text
    votes = []
    for candidate in dispute.candidates:
        spans = " + ".join(
            f"“{' '.join(text[span.start : span.end].split())}” {names.server_type(span.label)}"
            for span in candidate.spans
        )
        votes.append(f"{spans or 'nothing'}: {', '.join(candidate.by)}")
    return " — ".join([*votes, *(region.line(text) for region in dispute.planted)])


def _why(doubt: RegionDoubt, example: Example) -> str:
    """A place in doubt in words: `in doubt: 72nd Brigade — models mark nothing there`."""
    words = " ".join(example.text[doubt.start : doubt.end].split())
    return f"in doubt: “{words}” — {'; '.join(doubt.why) or 'no reason was recorded'}"


def _rank(disputed: DisputedExample) -> tuple[float, int, str]:
    """The place in the list of disputed examples; see `disputed_examples`. What is in doubt alone comes last."""
    disputes = disputed.settled.disputes
    share = min((len(dispute.candidates[0].by) / dispute.readers for dispute in disputes), default=1.0)
    return share, -sum(dispute.end - dispute.start for dispute in disputes), disputed.example.id

"""Adjudication in Doccano: the disputed examples into a project that all share, and what was decided there back.

Each disputed example shows what is settled and, for the rest, the spans of the majority or all that fit side by side;
who said what stands in its metadata. When somebody has confirmed it, what stands there is the decision: on what was
shown, so it counts only while passes and decisions give the same. A push shows the example anew if they do not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from goldspan import files
from goldspan.adjudication import summary
from goldspan.adjudication.derive import differences
from goldspan.adjudication.state import DecisionAuthor
from goldspan.doccano.members import find_members, pseudonyms_of
from goldspan.doccano.project import find_project, prepare_project
from goldspan.doccano.push import push
from goldspan.doccano.snapshot import ALL, take_snapshot
from goldspan.errors import ServerError
from goldspan.formats.doccano import digest
from goldspan.guidelines import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.adjudication.derive import Dispute, SettledExample
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example, Span
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.project import ProjectPlan
    from goldspan.doccano.push.plan import PushOptions
    from goldspan.doccano.push.push import PushResult
    from goldspan.doccano.snapshot import StoredExample
    from goldspan.formats.decisions import Decision, How

Prefill = Literal["majority", "union"]
VOTES = "votes"  # the key under which an annotator reads who said what
SHOWN = "shown"  # the key that tells which case was shown
CHANGED = "the passes changed since it was shown: push again and have it confirmed anew"


@dataclass(frozen=True, slots=True)
class DisputedExample:
    """An example that is to be decided.

    Args:
        settled: what follows for it, decisions that must be read again set aside.
        example: with the spans that are shown.
        votes: who said what, in words.
    """

    settled: SettledExample
    example: Example
    votes: str

    @property
    def shown(self) -> str:
        """The SHA-256 of all that the decision rests on: what is settled, and who has what in each dispute."""
        disputes = [
            [one.start, one.end, [[_rows(candidate.spans), candidate.by] for candidate in one.candidates]]
            for one in self.settled.disputes
        ]
        return digest(files.dumps([_rows(self.settled.example.spans), disputes]))


def disputed_examples(state: AdjudicationState, prefill: Prefill = "majority") -> list[DisputedExample]:
    """The examples that are to be decided, the most disputed first.

    Most disputed is where the strongest candidate has the smallest share of the readers, then where more characters are
    disputed.

    Args:
        state: of the adjudication.
        prefill: what is shown of a dispute: the spans of the candidate with most votes, or with them all others that do
            not overlap with any shown before.
    """
    names = {dispute.example.id for dispute in state.open} | {decision.example for decision in state.outdated}
    found = []
    for name in sorted(names):
        settled = state.reopened(name)
        shown = [*settled.example.spans, *(span for one in settled.disputes for span in _shown(one, prefill))]
        votes = "\n".join(_votes(one) for one in settled.disputes)
        found.append(DisputedExample(settled, settled.example.with_spans(shown), votes))
    return sorted(found, key=_weight)


def prepare_disputes(state: AdjudicationState, server: Doccano, name: str, members: Path | None = None) -> ProjectPlan:
    """The project for the disputes: what would be made or changed there.

    Raises:
        InvalidValueError: if the project of that name is one of annotation.
        ServerError: if the server does not answer as it should.
    """
    return prepare_project(server, state.corpus, name, "disputes", members)


def push_disputes(
    state: AdjudicationState,
    server: Doccano,
    prepared: ProjectPlan,
    found: Sequence[DisputedExample],
    options: PushOptions | None = None,
) -> PushResult:
    """Put the disputed examples into the project; a confirmation there of what was another case then is taken back.

    Args:
        state: of the adjudication.
        server: whither.
        prepared: the project.
        found: the examples, see `cases`.
        options: how.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    more = {case.example.id: {VOTES: case.votes, SHOWN: case.shown} for case in found}
    project = prepared.apply()
    for copy in stale(server, project.name, found):
        server.reopen(project.id, copy.number)
    desired = [case.example for case in found]
    return push.push_examples(
        server, project, desired, folder=state.corpus.build / "doccano", more=more, options=options
    )


def stale(server: Doccano, name: str, found: Sequence[DisputedExample]) -> list[StoredExample]:
    """The copies in a project of that name on which somebody decided what is another case by now.

    Raises:
        ServerError: if the server does not answer as it should.
    """
    project = server.project(name)
    if project is None or not server.count(project.id, confirmed=True):
        return []
    there = take_snapshot(server, project, confirmed=True).by_id
    return [
        copy
        for case in found
        for copy in there.get(case.example.id, ())
        if copy.work[ALL].confirmed and copy.row.get(SHOWN) != case.shown
    ]


@dataclass(frozen=True, slots=True)
class DisputesPull:
    """What a project says about the disputes.

    Args:
        made: the decisions, each with its example.
        waiting: the disputed examples that nobody has confirmed there.
        problems: what cannot be taken as a decision: the example, and why.
    """

    made: tuple[tuple[Decision, Example], ...]
    waiting: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]

    def json(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {
            "decisions": summary.decisions_json(decision for decision, _ in self.made),
            "waiting": list(self.waiting),
            "problems": [{"example": example, "why": why} for example, why in self.problems],
        }


def pull_disputes(state: AdjudicationState, server: Doccano, name: str, members: Path | None = None) -> DisputesPull:
    """The decisions that were made in a project; nothing is written.

    Who confirmed an example decided it, on the day of the confirmation; the reason is what was commented, and the rule
    the first that a comment names. What was changed outside of every dispute is a decision by hand.

    Args:
        state: of the adjudication.
        server: whence.
        name: of the project.
        members: the file of the members, for their pseudonyms; None for the project's own, if it has one.

    Raises:
        NotFoundError: if there is no such project.
        ServerError: if it is not shared, or the server does not answer as it should.
    """
    project = find_project(server, name)
    if not project.collaborative:
        raise ServerError(
            f"in the project {name!r} everybody annotates alone",
            remedy="Disputes are settled in a project made by: goldspan adjudicate --push --project NAME",
        )
    pseudonyms = pseudonyms_of(find_members(state.corpus, members) or ())
    snapshot = take_snapshot(server, project, confirmed=True)
    said = _comments(server, project.id)
    users = {user.id: pseudonyms.get(user.username, user.username) for user in server.users()}
    made, waiting, problems = [], [], []
    for case in disputed_examples(state):
        copies = [copy for copy in snapshot.by_id.get(case.example.id, ()) if copy.work[ALL].confirmed]
        if not copies:
            waiting.append(case.example.id)
        elif why := _why_not(case, copies, state):
            problems.append((case.example.id, why))
        else:
            [copy] = copies
            by, when = _confirmed(server, project.id, copy, users)
            made += [(one, case.settled.example.with_spans(())) for one in
                     _decisions(state, case.settled, copy, (by, when, said.get(copy.number, ())))]  # fmt: skip
    return DisputesPull(tuple(made), tuple(waiting), tuple(problems))


def _decisions(
    state: AdjudicationState, settled: SettledExample, copy: StoredExample, grounds: tuple[str, str, Sequence[str]]
) -> Iterable[Decision]:
    by, when, comments = grounds
    named = [name for name in rules.mentioned_rules("\n".join(comments)) if name in state.rules]
    ruling = DecisionAuthor(by, when, named[0] if named else None, " / ".join(comments))
    final = settled.example.with_spans(copy.work[ALL].spans)
    for one in differences(settled, final, state.readings(final.id)):
        how: How = "adjudicated" if one.derived is None else "hand"
        yield ruling.on(one, one.gold, how, state.corpus.scheme.version)


def _why_not(case: DisputedExample, copies: Sequence[StoredExample], state: AdjudicationState) -> str | None:
    """Why what stands in a project cannot be taken."""
    if len(copies) > 1:
        return f"is there {len(copies)} times and confirmed each time: unconfirm all but one"
    [copy] = copies
    work = copy.work[ALL]
    if copy.corruption is not None or copy.text != case.example.text:
        return copy.corruption or "has another text there: delete it in Doccano and push again"
    if copy.row.get(SHOWN) != case.shown:
        return CHANGED
    if work.invalid:
        first = work.invalid[0]
        return f"the span [{first.start}, {first.end}, {first.label}] {first.reason}: draw it anew"
    unknown = [span.label for span in work.spans if span.label not in state.corpus.scheme]
    if unknown:
        return f"there is no label {unknown[0]!r} in the scheme"
    overlapping = any(one.overlaps(other) for one, other in pairwise(work.spans))
    return "two spans overlap: a decision is flat" if overlapping else None


def _confirmed(server: Doccano, project: int, copy: StoredExample, users: Mapping[int, str]) -> tuple[str, str]:
    """Who confirmed a copy last, and on which day."""
    found = sorted(server.confirmations(project, copy.number), key=lambda one: one.when)
    if not found:
        raise ServerError("was unconfirmed meanwhile", example=copy.id, remedy="Pull again.")
    return users.get(found[-1].user, f"user {found[-1].user}"), found[-1].when[:10]


def _comments(server: Doccano, project: int) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for comment in sorted(server.comments(project), key=lambda one: one.id):
        found[comment.example].append(" ".join(comment.text.split()))
    return found


def _rows(spans: Iterable[Span]) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in spans]


def _shown(dispute: Dispute, prefill: Prefill) -> list[Span]:
    """The spans of a dispute that are shown; none of them overlap."""
    candidates = dispute.candidates if prefill == "union" else dispute.candidates[:1]
    shown: list[Span] = []
    for candidate in candidates:
        for span in candidate.spans:
            if not any(span.overlaps(other) for other in shown):
                shown.append(span)
    return shown


def _votes(dispute: Dispute) -> str:
    """A dispute in words: `72nd Brigade MILITARY_UNIT: ann, ben — nothing: cy`."""
    text = dispute.example.text
    parts = []
    for candidate in dispute.candidates:
        what = " + ".join(f"“{' '.join(text[s.start : s.end].split())}” {s.label}" for s in candidate.spans)
        parts.append(f"{what or 'nothing'}: {', '.join(candidate.by)}")
    return " — ".join(parts)


def _weight(case: DisputedExample) -> tuple[float, int, str]:
    disputes = case.settled.disputes
    share = min(len(one.candidates[0].by) / one.readers for one in disputes)
    return share, -sum(one.end - one.start for one in disputes), case.example.id

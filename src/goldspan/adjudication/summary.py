"""The state of an adjudication as text for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from goldspan.corpus.comments import comment_line
from goldspan.corpus.passes import is_aided
from goldspan.formats import inline
from goldspan.formats.decisions import OUTCOMES
from goldspan.report.text import Table, amount, enumerate_names, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.gold import GoldPlan
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.annotation import Example, Span
    from goldspan.corpus.comments import PassComment
    from goldspan.formats.decisions import Candidate, Decision

COLUMNS = ("read twice", "agreed", "majority", "decided", "by hand", "disputed", "again", "read once")
MOST_SPANS = 3  # of what somebody marked in one place, named one by one
AROUND = 40  # code points of text on either side of a region
COMMENTS_SHOWN = 6  # on an example
NOT_STATED = "not stated"
OUTCOME_WORDS = {
    "slip": "by a slip",
    "unclear-rule": "by an unclear rule",
    "missing-rule": "by a missing rule",
    "ambiguous-text": "by an ambiguous text",
}
HOW = {"majority": "majority", "adjudicated": "decided", "hand": "by hand"}


def _counts(state: AdjudicationState) -> dict[str, Counter[str]]:
    """By article how many examples and regions there are of each of `COLUMNS`."""
    counts = {article: Counter[str]() for article in state.articles}
    for settled in state.derived.settled.values():
        count = counts[settled.example.article]
        count["read twice"] += bool(settled.readers)
        count["agreed"] += bool(settled.readers) and not (settled.disputes or settled.applied)
        count["disputed"] += len(settled.disputes)
        count.update(HOW[decision.how] for decision in settled.applied)
    for decision in state.outdated:
        counts[state.derived.settled[decision.example].example.article]["again"] += 1
    for name, annotator in state.derived.read_once.items():
        counts[state.passes[annotator][name].article]["read once"] += 1
    return counts


def _rows(counts: Mapping[str, Counter[str]], total: Counter[str]) -> tuple[tuple[str, ...], ...]:
    """A row per article, and one for all of them."""
    return tuple((name, *(str(count[key]) for key in COLUMNS)) for name, count in [*counts.items(), ("all", total)])


def table(state: AdjudicationState) -> Table:
    """A row per article, and one for all of them."""
    counts = _counts(state)
    rows = _rows(counts, sum(counts.values(), Counter[str]()))
    note = (
        "Examples: read twice (confirmed by at least two annotators), agreed (the same in all passes), read once. "
        "Regions of text: settled by majority, decided by a person, decided by an edit of gold (by hand), still "
        "disputed, to be reviewed because a rule has changed (again)."
    )
    if sentence := aided_sentence(state):
        note += f" {sentence}"
    return Table("Adjudication", note, ("article", *COLUMNS), rows)


def headline(state: AdjudicationState) -> str:
    """How many examples and regions are agreed, decided and open, in one sentence."""
    count = sum(_counts(state).values(), Counter[str]())
    decided = count["majority"] + count["decided"] + count["by hand"]
    disputed = amount(count["disputed"], "region") if count["disputed"] else "nothing"
    return (
        f"{amount(count['read twice'], 'example')} read by two or more annotators: {count['agreed']:,} marked alike by "
        f"all; {amount(decided, 'region')} decided, {disputed} disputed."
    )


def open_table(state: AdjudicationState, most: int) -> Table:
    """The rows of the articles with most to decide, and that of all of them, without articles that are finished."""
    counts = _counts(state)
    waiting = [name for name, count in counts.items() if count["disputed"] or count["again"]]
    waiting.sort(key=lambda name: -(counts[name]["disputed"] + counts[name]["again"]))
    note = f"and {amount(len(waiting) - most, 'more article')} with open disputes" if len(waiting) > most else ""
    title = "Articles with open disputes" if waiting else "All articles"
    shown = {name: counts[name] for name in waiting[:most]}
    return Table(title, note, ("article", *COLUMNS), _rows(shown, sum(counts.values(), Counter[str]())))


def versions_line(dispute: Dispute) -> str:
    """Who marked what in a dispute, in one line."""
    versions = []
    for candidate in dispute.candidates:
        words = [f"“{shortened(dispute.example.surface(span))}” {span.label}" for span in candidate.spans]
        versions.append(f"{', '.join(candidate.by)} {enumerate_names(words, most=MOST_SPANS, empty='nothing')}")
    return "; ".join(versions)


def agreed_spans(state: AdjudicationState) -> tuple[int, int]:
    """How many spans all readers of an example have, and how many of them nobody found without suggestions."""
    agreed = aided = 0
    for name, settled in state.derived.settled.items():
        if settled.readers:
            readings = state.readings(name).values()
            number = len(frozenset.intersection(*(frozenset(reading.spans) for reading in readings)))
            agreed += number
            aided += number if all(map(is_aided, readings)) else 0
    return agreed, aided


def aided_sentence(state: AdjudicationState) -> str:
    """How many agreed spans come from aided readings alone; empty if none do."""
    agreed, aided = agreed_spans(state)
    if not aided:
        return ""
    come = "comes" if aided == 1 else "come"
    return (
        f"Of {amount(agreed, 'span')} that all readers of an example have, {aided:,} {come} from readings with "
        "suggestions alone: nobody marked them without."
    )


def dispute_lines(dispute: Dispute) -> list[str]:
    """A dispute as lines: its place, the words around it, and each candidate with its readers."""
    text = dispute.example.text
    left, right = inline.excerpt_bounds(text, dispute.start, dispute.end, around=AROUND)
    words = " ".join(visible(text[left:right]).split())
    shown = f"{'…' if left else ''}{words}{'…' if right < len(text) else ''}"
    head = f"{dispute.example.id} [{dispute.start}, {dispute.end}]: {shown}"
    candidates = (
        f"  {number}. {candidate_line(dispute, candidate)}"
        for number, candidate in enumerate(dispute.candidates, start=1)
    )
    return [head, *candidates, *(f"  {region.line(text)}" for region in dispute.planted)]


def comment_lines(comments: Sequence[PassComment]) -> list[str]:
    """The comments on an example as lines below its candidates: who wrote what, of many the first."""
    if not comments:
        return []
    lines = [f"    {comment_line(comment)}" for comment in comments[:COMMENTS_SHOWN]]
    if len(comments) > COMMENTS_SHOWN:
        lines.append(f"    and {len(comments) - COMMENTS_SHOWN:,} more, which --json lists")
    return ["  comments on the example:", *lines]


def candidate_line(dispute: Dispute, candidate: Candidate) -> str:
    """What some readers have in the region of a dispute, in inline notation, and their names."""
    markup = region_markup(dispute.example.text, dispute.start, dispute.end, candidate.spans)
    return f"{markup}  ({', '.join(candidate.by) or 'gold'})"


def region_markup(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    """A region in inline notation, on one line; `nothing` without spans."""
    return visible(inline.excerpt(text, spans, start, end)) if spans else "nothing"


def example_line(example: Example) -> str:
    """An example with its spans in inline notation, on one line."""
    return f"{example.id}: {inline.excerpt(example.text, example.spans, 0, len(example.text))}"


def decision_line(decision: Decision, text: str) -> str:
    """A decision as a line.

    Args:
        decision: what was decided.
        text: of its example, see `decided_text`; empty if it has changed.
    """
    spans = amount(len(decision.choice), "span")
    choice = region_markup(text, decision.start, decision.end, decision.choice) if text else spans
    rule = f" by {decision.rule}" if decision.rule else ""
    reason = f": {visible(decision.reason)}" if decision.reason else ""
    outcome = f", {decision.outcome}" if decision.outcome else ""
    made = f"{decision.by}, {decision.when}{rule}, guidelines {decision.guidelines}{outcome}{reason}"
    author = f"{HOW[decision.how]}: {made}"
    return f"{decision.example} [{decision.start}, {decision.end}] {choice}  ({author})"


def decided_text(state: AdjudicationState, decision: Decision) -> str:
    """The text that a decision is about; empty if it has changed since."""
    settled = state.derived.settled.get(decision.example)
    return settled.example.text if settled and decision not in settled.stale else ""


def difference_lines(state: AdjudicationState) -> Iterator[str]:
    """Where gold differs from passes and decisions, a line each; regions that are still disputed come last."""
    disputed = []
    for name, differing in state.gold_differences.items():
        text = state.gold[name].text
        for region in differing:
            in_gold = region_markup(text, region.start, region.end, region.gold)
            line = f"{name} [{region.start}, {region.end}] gold: {in_gold}; passes and decisions: "
            if region.derived is None:
                disputed.append(f"{line}disputed")
            else:
                yield line + region_markup(text, region.start, region.end, region.derived)
    yield from disputed


def acceptances(planned: GoldPlan, accepted: Collection[str], decided: int) -> Iterator[str]:
    """What is accepted without a person's decision, a sentence each.

    Args:
        planned: the changes with what is accepted.
        accepted: `majority`, `single`, both or neither.
        decided: the number of decisions by majority.
    """
    if "majority" in accepted:
        yield f"{amount(decided, 'decision')} by majority"
    if "single" in accepted:
        once = sum(name in planned.state.derived.read_once for name in planned.new)
        yield f"{amount(once, 'example')} by the only annotator who confirmed {'it' if once == 1 else 'them'}"


def next_steps(state: AdjudicationState, planned: GoldPlan) -> list[str]:
    """What is to be done next, a sentence each."""
    lines = []
    if state.open:
        majority = sum(dispute.majority is not None for dispute in state.open)
        more = f"; a majority could settle {majority} (--accept majority)" if majority else ""
        lines.append(
            f"{amount(len(state.open), 'dispute')} to settle: in the terminal with --settle, or in Doccano with "
            f"--push{more}."
        )
    lines += _planted_sentences(state)
    if doubts := state.open_doubts:
        be, are = ("was", "is") if len(doubts) == 1 else ("were", "are")
        lines.append(
            f"{amount(len(doubts), 'place')} of gold that {be} in doubt {are} in a disputes' project: when they are "
            "confirmed there, take the decisions with --pull."
        )
    if state.outdated:
        lines.append(f"{amount(len(state.outdated), 'decision')} to review, because the rule has changed since.")
    if stale := len(state.derived.stale):
        verb = "applies" if stale == 1 else "apply"
        lines.append(f"{amount(stale, 'decision')} no longer {verb}: the text or the spans of the passes have changed.")
    if differing := len(state.gold_differences):
        verb = "differs" if differing == 1 else "differ"
        lines.append(
            f"The gold of {amount(differing, 'example')} {verb} from passes and decisions, or is disputed: settle the "
            "disputes, or record gold as decided by hand with --adopt."
        )
    if not state.derived.has_readers:
        lines.append("No example was confirmed by two annotators: there is nothing to compare yet.")
    if once := sum(name not in state.gold and name not in planned.new for name in state.derived.read_once):
        verb = "was" if once == 1 else "were"
        lines.append(
            f"{amount(once, 'example')} without gold {verb} confirmed by one annotator alone. If nobody else will read "
            "them, --accept single takes what that annotator marked."
        )
    if planned.new:
        lines.append(f"{amount(len(planned.new), 'example')} to write into gold.")
    return lines or ["Gold follows from passes and decisions; nothing is open."]


def _planted_sentences(state: AdjudicationState) -> Iterator[str]:
    """Which disputes and which examples wait for a person because an audit planted errors there."""
    if planted := sum(bool(dispute.planted) for dispute in state.open):
        are = "is" if planted == 1 else "are"
        yield f"{planted:,} of them {are} where an audit planted an error: a person decides."
    if waiting := sum(name in state.planted for name in state.derived.read_once):
        yield (
            f"{amount(waiting, 'example')} that one annotator alone has read with planted errors: a second one must "
            "read before a person can decide."
        )


def json(state: AdjudicationState, planned: GoldPlan) -> dict[str, Any]:
    """The report for `--json`."""
    return {
        **table(state).json(),
        **dict(zip(("agreed_spans", "agreed_spans_aided"), agreed_spans(state), strict=True)),
        "disputes": [
            {**_dispute(dispute), "comments": [one.json() for one in state.comments.get(dispute.example.id, ())]}
            for dispute in state.open
        ],
        "majority": [dispute.example.id for dispute in state.open if dispute.majority],
        "outdated": decisions_json(state.outdated),
        "stale": decisions_json(state.derived.stale),
        "hand": list(difference_lines(state)),
        "outcomes": outcome_counts(line.decision for line in state.lines),
        "read_once": dict(state.derived.read_once),
        "new_in_gold": list(planned.new),
    }


def outcome_counts(decisions: Iterable[Decision]) -> dict[str, int]:
    """How many decisions have each outcome, in its usual order, and under `not stated` how many have none."""
    counts = Counter(decision.outcome or NOT_STATED for decision in decisions if decision.how != "majority")
    return {name: counts[name] for name in (*OUTCOMES, NOT_STATED)}


def outcome_sentence(decisions: Iterable[Decision]) -> str:
    """Why annotators differed where a person decided, as a line; empty where no decision states it."""
    counts = outcome_counts(decisions)
    stated = {name: number for name, number in counts.items() if number and name != NOT_STATED}
    if not stated:
        return ""
    parts = [f"{number:,} {OUTCOME_WORDS[name]}" for name, number in stated.items()]
    parts += [f"{counts[NOT_STATED]:,} not stated"] if counts[NOT_STATED] else []
    return f"Why annotators differed, by {amount(sum(counts.values()), 'decision')} of people: {', '.join(parts)}.\n"


def decisions_json(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """Decisions for `--json`."""
    keys = ("example", "how", "by", "when", "rule", "guidelines", "reason", "outcome")
    return [
        {**{key: getattr(decision, key) for key in keys}, "region": [decision.start, decision.end]}
        for decision in decisions
    ]


def _dispute(dispute: Dispute) -> dict[str, Any]:
    surface = dispute.example.surface
    candidates = [
        {
            "spans": [[span.start, span.end, span.label, surface(span)] for span in candidate.spans],
            "by": list(candidate.by),
        }
        for candidate in dispute.candidates
    ]
    report = {"example": dispute.example.id, "region": [dispute.start, dispute.end], "candidates": candidates}
    if dispute.planted:
        report["planted"] = [
            {"audit": one.audit, "kind": one.kind, "shown_to": list(one.readers), "withheld_from": list(one.kept_by)}
            for one in dispute.planted
        ]
    return report

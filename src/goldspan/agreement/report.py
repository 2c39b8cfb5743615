"""The report on the agreement of annotators: how far they agree, where and why not, and each against gold.

The report holds values; the sentences about them are in `text_report`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from goldspan.agreement import disagreements
from goldspan.agreement.disagreements import KINDS, NONE, disputed_surfaces
from goldspan.agreement.rule_attribution import NO_RULE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.disagreements import CandidateDifference, Disagreement, DisputedSurface, Kind
    from goldspan.agreement.rule_attribution import RuleAttribution, RuleAttributor
    from goldspan.annotation import LabelScheme, Span
    from goldspan.corpus.comments import PassComment
    from goldspan.guidelines.rules import Rule

    Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairTally:
    """How the spans of two annotators compare.

    Args:
        agreed: spans that both have.
        boundary: pairs of spans with the same label and different boundaries.
        label: pairs of spans with different labels.
        split: one span against several.
        first_alone: spans that only the first has.
        second_alone: spans that only the second has.
    """

    agreed: int = 0
    boundary: int = 0
    label: int = 0
    split: int = 0
    first_alone: int = 0
    second_alone: int = 0

    def __add__(self, other: PairTally) -> PairTally:
        return PairTally(**{name: count + getattr(other, name) for name, count in asdict(self).items()})


@dataclass(frozen=True, slots=True)
class AnnotatorConfusion:
    """How often each label of one annotator was matched with each label of another; n labels.

    Args:
        labels: n + 1 names, the last of them `NONE`.
        rows: n + 1 rows of n + 1 counts. Of two annotators, the rows are the first one's; of more, a match stands on
            both sides of the diagonal.
        first: the name of the annotator of the rows; None for more than two.
        second: the name of the annotator of the columns; None for more than two.
    """

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    first: str | None = None
    second: str | None = None


@dataclass(frozen=True, slots=True)
class AttributedDispute:
    """A dispute and the rules of the guidelines that it falls under.

    Args:
        dispute: the region, and who marked what there.
        kinds: how many pairs of annotators disagree in each way there.
        attribution: the rules and the evidence; None where there is no evidence for any rule.
        comments: what annotators wrote on the example.
    """

    dispute: Dispute
    kinds: Mapping[Kind, int]
    attribution: RuleAttribution | None
    comments: tuple[PassComment, ...] = ()

    @property
    def kind(self) -> Kind:
        """The way in which most pairs of annotators disagree here."""
        return disagreements.main_kind(self.kinds)

    @property
    def rules(self) -> str:
        """The ids of the rules, or that none was found."""
        return ", ".join(self.attribution.rules) if self.attribution else NO_RULE

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        attribution = {"rules": [], "reason": None} if self.attribution is None else asdict(self.attribution)
        comments = {"comments": [comment.json() for comment in self.comments]}
        return disagreements.dispute_json(self.dispute, self.kinds) | attribution | comments


@dataclass(frozen=True)
class AgreementReport:
    """The agreement of annotators, their disputes, and each annotator against gold.

    Args:
        annotations: what it is about.
        agreement: the measures.
        cases: all disputes of the annotators who are compared, as everything below: those in which most pairs disagree
            first, then in the order of the texts.
        tallies: per pair of annotators who share examples.
        confusion: of the labels.
        surfaces: the disputed words.
        rules: of the guidelines, by id.
        records: each annotator against gold; empty if gold was left out.
        colours: `#rrggbb` per label, as far as they are chosen.
    """

    annotations: Annotations
    agreement: Agreement
    cases: tuple[AttributedDispute, ...]
    tallies: Mapping[tuple[str, str], PairTally]
    confusion: AnnotatorConfusion
    surfaces: tuple[DisputedSurface, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    records: tuple[AnnotatorRecord, ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_comparable(self) -> bool:
        """Whether two annotators share an example in which somebody marked something, so that measures have values."""
        return self.agreement.overall.coverage.nothing_to_compare is None

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many disputes there are of each kind."""
        count = Counter(case.kind for case in self.cases)
        return {kind: count[kind] for kind in KINDS}

    @property
    def other_comments(self) -> tuple[PassComment, ...]:
        """The comments on examples in which nothing is disputed."""
        disputed = {case.dispute.example.id for case in self.cases}
        return tuple(comment for comment in self.annotations.comments if comment.example not in disputed)

    @property
    def by_rule(self) -> dict[str, tuple[AttributedDispute, ...]]:
        """The disputes by the rules that they fall under, most disputes first; those without a rule last."""
        groups: dict[str, list[AttributedDispute]] = {}
        for case in self.cases:
            groups.setdefault(case.rules, []).append(case)
        order = sorted(groups, key=lambda rules: (rules == NO_RULE, -len(groups[rules]), rules))
        return {rules: tuple(groups[rules]) for rules in order}

    def rule_titles(self, case: AttributedDispute) -> str:
        """The titles of the rules that a dispute falls under."""
        ids = case.attribution.rules if case.attribution else ()
        return "; ".join(self.rules[rule].title for rule in ids if rule in self.rules)


def make_report(
    annotations: Annotations,
    agreement: Agreement,
    attributor: RuleAttributor,
    *,
    scheme: LabelScheme | None = None,
    records: Sequence[AnnotatorRecord] = (),
) -> AgreementReport:
    """The report on annotations.

    Args:
        annotations: of any number of annotators, all aided or all unaided.
        agreement: their measures.
        attributor: finds the rules that a dispute falls under.
        scheme: the labels, their order and colours.
        records: of the annotators against gold, if wanted.

    Raises:
        InvalidValueError: for annotations of which some are aided and some are not.
    """
    annotations.require_one_condition()
    compared = annotations.among(agreement.compared)
    found = [(one, disagreements.differences(one)) for one in disagreements.disputes(compared)]
    comparison = compare_pairs(compared, annotations.labels_of(scheme), [differing for _, differing in found])
    found.sort(key=lambda row: -row[0].pairs)
    comments: dict[str, list[PassComment]] = {}
    for comment in annotations.comments:
        comments.setdefault(comment.example, []).append(comment)
    return AgreementReport(
        annotations,
        agreement,
        tuple(
            AttributedDispute(
                dispute,
                disagreements.kinds_of(dispute, differing),
                attributor.attribute(dispute, differing),
                tuple(comments.get(dispute.example.id, ())),
            )
            for dispute, differing in found
        ),
        comparison.tallies,
        comparison.confusion,
        disputed_surfaces(compared, (dispute for dispute, _ in found)),
        attributor.book.rules,
        tuple(_with_rules(record, attributor) for record in records),
        {label.name: label.colour for label in scheme.labels} if scheme else {},
    )


def _with_rules(record: AnnotatorRecord, attributor: RuleAttributor) -> AnnotatorRecord:
    """A record whose errors have the rules that the first place of each falls under."""
    errors = tuple(replace(error, attribution=attributor.attribute(error.places[0])) for error in record.errors)
    return replace(record, errors=errors)


@dataclass(frozen=True, slots=True)
class PairComparison:
    """How the spans of every two annotators compare.

    Args:
        tallies: per pair of annotators who share examples.
        confusion: of the labels, over all pairs.
    """

    tallies: Mapping[tuple[str, str], PairTally]
    confusion: AnnotatorConfusion


def compare_pairs(
    annotations: Annotations,
    labels: Sequence[str],
    disputes: Iterable[Sequence[CandidateDifference]] | None = None,
) -> PairComparison:
    """How the spans of every two annotators compare in the examples that both confirmed.

    In a dispute many annotators have the same spans: what differs is found once for each two candidates.

    Args:
        annotations: of any number of annotators.
        labels: all that occur, in the order of the rows of the confusion matrix.
        disputes: how the candidates of each dispute differ, if that is known already.
    """
    number = {name: index for index, name in enumerate(annotations.annotators)}
    if disputes is None:
        disputes = map(disagreements.differences, disagreements.disputes(annotations))
    agreed, shared, counts = _agreed_spans(annotations, number)
    kinds: defaultdict[tuple[Names, Names], Counter[str]] = defaultdict(Counter)
    matches: defaultdict[tuple[Names, Names], Counter[tuple[str, str]]] = defaultdict(Counter)
    for difference in chain.from_iterable(disputes):
        who = difference.first.by, difference.second.by
        kinds[who].update(map(_column, difference.disagreements))
        matches[who].update(disagreements.confused((), difference.disagreements))
    columns = [one.name for one in fields(PairTally)]
    differing = np.zeros((len(number), len(number), len(columns)), np.int64)
    for who, count in kinds.items():
        first, second = ([number[name] for name in side] for side in who)
        differing[np.ix_(first, second)] += [count[column] for column in columns]
        in_order = sum(a < b for a, b in product(first, second))
        for (mine, theirs), times in matches[who].items():
            counts[mine, theirs] += times * in_order
            counts[theirs, mine] += times * (len(first) * len(second) - in_order)
    mirrored = [columns.index(_MIRRORED.get(column, column)) for column in columns]
    differing += differing.transpose(1, 0, 2)[:, :, mirrored]
    of_pairs = {
        (first, second): PairTally(int(agreed[a, b])) + PairTally(*differing[a, b].tolist())
        for (first, a), (second, b) in combinations(number.items(), 2)
        if shared[a, b]
    }
    return PairComparison(of_pairs, _confusion(counts, labels, list(of_pairs)))


_MIRRORED = {"first_alone": "second_alone", "second_alone": "first_alone"}  # of two annotators who change places


def _agreed_spans(
    annotations: Annotations, number: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Counter[tuple[str, str]]]:
    """How many spans each two annotators have both, whether they share an example, and the labels of those spans.

    Args:
        annotations: of any number of annotators.
        number: of each annotator.
    """
    agreed = np.zeros((len(number), len(number)), np.int64)
    shared = np.zeros((len(number), len(number)), np.bool_)
    counts: Counter[tuple[str, str]] = Counter()
    for item in annotations.items:
        readers = np.array([number[name] for name in item.spans])
        column = {span: at for at, span in enumerate(dict.fromkeys(chain.from_iterable(item.spans.values())))}
        marked = np.zeros((readers.size, len(column)), np.int64)
        for row, spans in zip(marked, item.spans.values(), strict=True):
            row[[column[span] for span in spans]] = 1
        both = np.ix_(readers, readers)
        agreed[both] += marked @ marked.T
        shared[both] = True
        times = marked.sum(axis=0)
        for span, pairs in zip(column, (times * (times - 1) // 2).tolist(), strict=True):
            counts[span.label, span.label] += pairs
    return agreed, shared, counts


def tally(agreed: Collection[Span], differing: Iterable[Disagreement]) -> PairTally:
    """How the spans of two annotators compare in an example.

    Args:
        agreed: the spans that both have.
        differing: how they disagree.
    """
    return PairTally(len(agreed), **Counter(map(_column, differing)))


def _column(found: Disagreement) -> str:
    """Which count of a tally a disagreement adds to."""
    kind = found.kind
    return kind if kind != "one-sided" else "first_alone" if found.first else "second_alone"


def _confusion(
    counts: Mapping[tuple[str, str], int], labels: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> AnnotatorConfusion:
    """The matrix of how often a label of one annotator was matched with a label of another, over all pairs."""
    names = (*labels, NONE)
    if len(pairs) == 1:
        return AnnotatorConfusion(names, tuple(tuple(counts[a, b] for b in names) for a in names), *pairs[0])
    both = {(a, b): counts[a, b] + (counts[b, a] if a != b else 0) for a in names for b in names}
    return AnnotatorConfusion(names, tuple(tuple(both[a, b] for b in names) for a in names))

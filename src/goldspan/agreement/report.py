"""The report on the agreement of annotators: how far they agree, where and why not, and each against gold.

The report holds values; the sentences about them are in `text_report`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.agreement import disagreements
from goldspan.agreement.disagreements import KINDS, NONE, disputed_surfaces
from goldspan.agreement.rule_attribution import NO_RULE
from goldspan.annotation import same_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.disagreements import DisputedSurface, Kind
    from goldspan.agreement.rule_attribution import RuleAttribution, RuleAttributor
    from goldspan.annotation import LabelScheme
    from goldspan.guidelines.rules import Rule


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
        attribution: the rules and the evidence; None where there is no evidence for any rule.
    """

    dispute: Dispute
    attribution: RuleAttribution | None

    @property
    def kind(self) -> Kind:
        """The way in which most pairs of annotators disagree here."""
        return disagreements.kind_of(self.dispute)

    @property
    def rules(self) -> str:
        """The ids of the rules, or that none was found."""
        return ", ".join(self.attribution.rules) if self.attribution else NO_RULE

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        attribution = {"rules": [], "reason": None} if self.attribution is None else asdict(self.attribution)
        return disagreements.dispute_json(self.dispute) | attribution


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
    def kinds(self) -> dict[Kind, int]:
        """How many disputes there are of each kind."""
        count = Counter(case.kind for case in self.cases)
        return {kind: count[kind] for kind in KINDS}

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
        annotations: of any number of annotators.
        agreement: their measures.
        attributor: finds the rules that a dispute falls under.
        scheme: the labels, their order and colours.
        records: of the annotators against gold, if wanted.
    """
    compared = annotations.among(agreement.compared)  # as the measures: one empty pass must not swamp the rest
    disputes = sorted(disagreements.disputes(compared), key=lambda dispute: -dispute.pairs)
    return AgreementReport(
        annotations,
        agreement,
        tuple(AttributedDispute(dispute, attributor.attribute(dispute)) for dispute in disputes),
        {pair: tally_pair(compared, *pair) for pair in compared.pairs if compared.shared(*pair)},
        annotator_confusion(compared, annotations.labels_of(scheme)),
        disputed_surfaces(compared, disputes),
        attributor.book.rules,
        tuple(_with_rules(record, attributor) for record in records),
        {label.name: label.colour for label in scheme.labels} if scheme else {},
    )


def _with_rules(record: AnnotatorRecord, attributor: RuleAttributor) -> AnnotatorRecord:
    """A record whose errors have the rules that the first place of each falls under."""
    errors = tuple(replace(error, attribution=attributor.attribute(error.places[0])) for error in record.errors)
    return replace(record, errors=errors)


def tally_pair(annotations: Annotations, first: str, second: str) -> PairTally:
    """How the spans of two annotators compare in the examples that both confirmed."""
    shared = annotations.shared(first, second)
    count = Counter(
        found.kind if found.kind != "one-sided" else "first_alone" if found.first else "second_alone"
        for _, found in disagreements.disagreements_of_pair(annotations, first, second)
    )
    return PairTally(sum(len(same_spans(item.spans[first], item.spans[second])) for item in shared), **count)


def annotator_confusion(annotations: Annotations, labels: Sequence[str]) -> AnnotatorConfusion:
    """How often a label of one annotator was matched with a label of another, over all pairs.

    Args:
        annotations: of any number of annotators.
        labels: all that occur, in the order of the rows.
    """
    names = (*labels, NONE)
    pairs = [pair for pair in annotations.pairs if annotations.shared(*pair)]
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counts.update(disagreements.confusion(annotations, *pair))
    if len(pairs) == 1:
        return AnnotatorConfusion(names, tuple(tuple(counts[a, b] for b in names) for a in names), *pairs[0])
    both = {(a, b): counts[a, b] + (counts[b, a] if a != b else 0) for a in names for b in names}
    return AnnotatorConfusion(names, tuple(tuple(both[a, b] for b in names) for a in names))

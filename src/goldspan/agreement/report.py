"""Everything that is to be said of the agreement of annotators: how far, where and why not, and against gold."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from goldspan.agreement import disagreements, text_report
from goldspan.agreement.disagreements import KINDS, NONE, disputes, surfaces
from goldspan.agreement.rule_attribution import NO_RULE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.annotator_record import AnnotatorRecord
    from goldspan.agreement.disagreements import DisagreementRegion, DisputedSurface, Kind
    from goldspan.agreement.rule_attribution import RuleAttribution, RuleAttributor
    from goldspan.annotation import LabelScheme
    from goldspan.guidelines.rules import Rule


@dataclass(frozen=True, slots=True)
class PairTally:
    """What became of the spans of two annotators.

    Args:
        agreed: spans that are the same on both sides.
        boundary: pairs of spans with one label and other edges.
        label: pairs of spans with other labels.
        split: one span against several.
        first_alone: spans of the first alone.
        second_alone: spans of the second alone.
    """

    agreed: int = 0
    boundary: int = 0
    label: int = 0
    split: int = 0
    first_alone: int = 0
    second_alone: int = 0

    def __add__(self, other: PairTally) -> PairTally:
        mine, theirs = asdict(self), asdict(other)
        return PairTally(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def one_sided(self) -> int:
        """The spans that one of the two has alone."""
        return self.first_alone + self.second_alone


@dataclass(frozen=True, slots=True)
class AnnotatorConfusion:
    """How often a label met which; n labels.

    Args:
        labels: n + 1 names, the last of them `NONE`.
        rows: n + 1 rows of n + 1 counts. Of two annotators, the rows are the first one's; of more, a meeting stands on
            both sides of the diagonal.
        first: the name of the annotator of the rows; None for more than two.
        second: likewise of the columns.
    """

    labels: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    first: str | None = None
    second: str | None = None


@dataclass(frozen=True, slots=True)
class AttributedDisagreement:
    """A place on which not all agree, and what the guidelines have to say.

    Args:
        dispute: the place.
        told: the rules; None where nothing tells.
    """

    dispute: DisagreementRegion
    told: RuleAttribution | None

    @property
    def rules(self) -> str:
        """The ids of the rules, or that none was found."""
        return ", ".join(self.told.rules) if self.told else NO_RULE

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        told = {"rules": [], "reason": None} if self.told is None else asdict(self.told)
        return self.dispute.json() | told


@dataclass(frozen=True)
class AgreementReport:
    """The report.

    Args:
        annotations: what it is about.
        agreement: the measures.
        cases: all places on which not all agree who are compared, as in all that follows: those on which most pairs
            disagree first, then as they come.
        tallies: per pair of annotators who share examples.
        confusion: of the labels.
        surfaces: the disputed words.
        rules: of the guidelines, by id.
        records: each annotator against gold; empty where that was not asked for.
        colours: `#rrggbb` per label, as far as they are chosen.
    """

    annotations: Annotations
    agreement: Agreement
    cases: tuple[AttributedDisagreement, ...]
    tallies: Mapping[tuple[str, str], PairTally]
    confusion: AnnotatorConfusion
    surfaces: tuple[DisputedSurface, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    records: tuple[AnnotatorRecord, ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many places there are of each kind."""
        count = Counter(case.dispute.kind for case in self.cases)
        return {kind: count[kind] for kind in KINDS}

    @property
    def by_rule(self) -> dict[str, tuple[AttributedDisagreement, ...]]:
        """The places by the rules that they fall under, most places first; those without a rule last."""
        found: dict[str, list[AttributedDisagreement]] = {}
        for case in self.cases:
            found.setdefault(case.rules, []).append(case)
        order = sorted(found, key=lambda rules: (rules == NO_RULE, -len(found[rules]), rules))
        return {rules: tuple(found[rules]) for rules in order}

    def titles(self, case: AttributedDisagreement) -> str:
        """What the rules are about that a place falls under."""
        ids = case.told.rules if case.told else ()
        return "; ".join(self.rules[rule].title for rule in ids if rule in self.rules)

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "headline": text_report.headline(self),
            "coverage": self.annotations.json(),
            "left_out": [{**asdict(one), "file": one.file and str(one.file)} for one in self.annotations.left_out],
            "agreement": self.agreement.json(),
            "kinds": [{"first": a, "second": b, **asdict(tally)} for (a, b), tally in self.tallies.items()],
            "confusion": asdict(self.confusion),
            "surfaces": [one.json() for one in self.surfaces],
            "rules": [
                {"rules": list(cases[0].told.rules) if cases[0].told else [], "places": len(cases)}
                for cases in self.by_rule.values()
            ],
            "disagreements": [case.json() for case in self.cases],
            "against_gold": [record.json() for record in self.records] or None,
            "undefined": text_report.undefined(self),
            "remarks": text_report.remarks(self),
        }


def make_report(
    annotations: Annotations,
    agreement: Agreement,
    teller: RuleAttributor,
    *,
    scheme: LabelScheme | None = None,
    records: Sequence[AnnotatorRecord] = (),
) -> AgreementReport:
    """The report on annotations.

    Args:
        annotations: of any number of annotators.
        agreement: the measures of these.
        teller: tells under which rules a place falls.
        scheme: the labels, their order and colours.
        records: of the annotators against gold, if wanted.
    """
    compared = annotations.among(agreement.compared)  # as the numbers: one empty pass must not swamp the rest
    found = sorted(disputes(compared), key=lambda dispute: -dispute.pairs)
    return AgreementReport(
        annotations,
        agreement,
        tuple(AttributedDisagreement(dispute, teller.tell(dispute)) for dispute in found),
        {pair: tally_pairs(compared, *pair) for pair in compared.pairs if compared.shared(*pair)},
        annotator_confusion(compared, annotations.labels_of(scheme)),
        surfaces(compared, found),
        teller.book.rules,
        tuple(_with_rules(record, teller) for record in records),
        {label.name: label.colour for label in scheme.labels} if scheme else {},
    )


def _with_rules(record: AnnotatorRecord, teller: RuleAttributor) -> AnnotatorRecord:
    errors = tuple(replace(error, told=teller.tell(error.places[0])) for error in record.errors)
    return replace(record, errors=errors)


def tally_pairs(annotations: Annotations, first: str, second: str) -> PairTally:
    """What became of the spans of two annotators in what both confirmed."""
    both = annotations.shared(first, second)
    count = Counter(
        found.kind if found.kind != "one-sided" else "first_alone" if found.first else "second_alone"
        for _, found in disagreements.disagreements_of_pair(annotations, first, second)
    )
    return PairTally(sum(len({*item.spans[first]} & {*item.spans[second]}) for item in both), **count)


def annotator_confusion(annotations: Annotations, labels: Sequence[str]) -> AnnotatorConfusion:
    """How often a label of one annotator met a label of another, over all pairs.

    Args:
        annotations: of any number of annotators.
        labels: all that occur, in the order of the rows.
    """
    names = (*labels, NONE)
    pairs = [pair for pair in annotations.pairs if annotations.shared(*pair)]
    met: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        met.update(disagreements.confusion(annotations, *pair))
    if len(pairs) == 1:
        return AnnotatorConfusion(names, tuple(tuple(met[a, b] for b in names) for a in names), *pairs[0])
    both = {(a, b): met[a, b] + (met[b, a] if a != b else 0) for a in names for b in names}
    return AnnotatorConfusion(names, tuple(tuple(both[a, b] for b in names) for a in names))

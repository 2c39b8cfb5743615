"""How far annotators agree on what they have confirmed so far, by label; unaided and aided readings are never pooled.

An example counts for a pair of annotators who both confirmed it, and where both read it in the same way: without
suggestions, or with them. It is an interim value: what is confirmed first is not drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from goldspan.corpus.passes import AIDED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.annotations import Annotations, Condition
    from goldspan.agreement.intervals import Estimate
    from goldspan.annotation import Example, LabelScheme

ALL_AIDED = "drafts"  # in place of a project, where all of somebody's work began as drafts


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far annotators agree on one label, or on all.

    Args:
        label: its name; empty for all labels.
        spans: how many spans they have together in the examples that two confirmed.
        f1: exact-span F1, the mean over the pairs.
    """

    label: str
    spans: int
    f1: Estimate


@dataclass(frozen=True, slots=True)
class AgreementSoFar:
    """How far annotators agree on what both of two confirmed.

    Args:
        kind: `unaided` or `aided`: how all of it was read.
        examples: how many examples two of them confirmed.
        annotators: the names of those who share an example with another.
        rows: over all labels, then by label.
        sentence: what the intervals are, and how far to trust them.
    """

    kind: Condition
    examples: int
    annotators: tuple[str, ...]
    rows: tuple[LabelAgreement, ...]
    sentence: str

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "kind": self.kind,
            "examples": self.examples,
            "annotators": list(self.annotators),
            "exact_f1": [{"label": row.label or None, "spans": row.spans, **row.f1.json()} for row in self.rows],
            "intervals": self.sentence,
        }


def agreement_so_far(
    confirmed: Mapping[str, Iterable[Example]], scheme: LabelScheme, *, aided: Collection[str] = ()
) -> tuple[AgreementSoFar, ...]:
    """How far annotators agree: on unaided readings, then on aided ones; only those of which two confirmed an example.

    Args:
        confirmed: by annotator what they confirmed; a key `aided` says that they saw suggestions there.
        scheme: the labels.
        aided: the annotators who saw suggestions in all that they read.

    Raises:
        InputError: for examples of one id that have different texts.
    """
    from goldspan.agreement.annotations import annotations_of_examples  # here, since it imports numpy

    annotations = annotations_of_examples(
        {
            name: [replace(one, extra={**one.extra, AIDED: ALL_AIDED}) for one in lines] if name in aided else lines
            for name, lines in confirmed.items()
        }
    )
    found = (_agreement(kind, annotations.of_condition(kind), scheme) for kind in annotations.conditions)
    return tuple(one for one in found if one is not None)


def _agreement(kind: Condition, annotations: Annotations, scheme: LabelScheme) -> AgreementSoFar | None:
    from goldspan.agreement.agreement import measure
    from goldspan.agreement.measures import HEADLINE

    if not any(len(item.spans) > 1 for item in annotations.items):
        return None
    agreement = measure(annotations, scheme=scheme, names=[HEADLINE])
    return AgreementSoFar(
        kind, agreement.overall.examples, agreement.compared, tuple(_rows(agreement)), agreement.sentence
    )


def _rows(agreement: Agreement) -> Iterable[LabelAgreement]:
    from goldspan.agreement.measures import HEADLINE

    for label, measures in {"": agreement.overall, **agreement.labels}.items():
        spans = sum(measures.spans.values())
        if spans or not label:
            yield LabelAgreement(label, spans, measures[HEADLINE])

"""How far annotators agree on what they have confirmed so far, by label; unaided and aided readings are never pooled.

An example counts for a pair of annotators who both confirmed it, and where both read it in the same way: without
suggestions, or with them. It is an interim value: what is confirmed first is not drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.corpus.passes import aided_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.agreement.agreement import Agreement
    from goldspan.agreement.intervals import Estimate
    from goldspan.annotation import Example, LabelScheme

UNAIDED, AIDED_KIND = "unaided", "aided"


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

    kind: str
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


def agreement_so_far(confirmed: Mapping[str, Iterable[Example]], scheme: LabelScheme) -> tuple[AgreementSoFar, ...]:
    """How far annotators agree: on unaided readings, then on aided ones; only kinds of which two confirmed an example.

    Args:
        confirmed: by annotator what they confirmed; a key `aided` says that they saw suggestions there.
        scheme: the labels.

    Raises:
        InputError: for examples of one id that have different texts.
    """
    kinds: dict[str, dict[str, list[Example]]] = {UNAIDED: {}, AIDED_KIND: {}}
    for name, examples in confirmed.items():
        for example in examples:
            kind = UNAIDED if aided_by(example) is None else AIDED_KIND
            kinds[kind].setdefault(name, []).append(example)
    found = (_agreement(kind, of_kind, scheme) for kind, of_kind in kinds.items() if len(of_kind) > 1)
    return tuple(one for one in found if one is not None)


def _agreement(kind: str, confirmed: Mapping[str, list[Example]], scheme: LabelScheme) -> AgreementSoFar | None:
    from goldspan.agreement.agreement import measure  # here, since it imports numpy
    from goldspan.agreement.annotations import annotations_of_examples
    from goldspan.agreement.measures import HEADLINE

    agreement = measure(annotations_of_examples(confirmed), scheme=scheme, names=[HEADLINE])
    if not agreement.overall.examples:
        return None
    return AgreementSoFar(
        kind, agreement.overall.examples, agreement.compared, tuple(_rows(agreement)), agreement.sentence
    )


def _rows(agreement: Agreement) -> Iterable[LabelAgreement]:
    from goldspan.agreement.measures import HEADLINE

    for label, measures in {"": agreement.overall, **agreement.labels}.items():
        spans = sum(measures.spans.values())
        if spans or not label:
            yield LabelAgreement(label, spans, measures[HEADLINE])

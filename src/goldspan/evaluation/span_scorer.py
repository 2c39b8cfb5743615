"""A scorer for spaCy's config: spans by characters, however the two sides were tokenised.

[components.ner.scorer]
@scorers = "goldspan.span_scorer.v1"

[components.spancat.scorer]
@scorers = "goldspan.span_scorer.v1"
spans_key = "sc"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import flat
from goldspan.evaluation.scores import measure
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Doc
    from spacy.training import Example

    from goldspan.evaluation.result import Evaluation, SchemeCounts

MISSING = 0  # `Token.ent_iob` of a token that is not annotated


class Scorer(Protocol):
    """What spaCy calls."""

    def __call__(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:  # noqa: ANN401  (spaCy's own)
        """The scores by name."""


def make_span_scorer(spans_key: str | None = None) -> Scorer:
    """A scorer of entities, or of the span group of a key.

    It returns the names of spaCy's own scorers, `ents_p`, `ents_r`, `ents_f` and `ents_per_type` (or those of
    `spans_<key>`), by the scheme strict, and all schemes as in `goldspan.evaluation.result.flat` after `ents_` (or
    `spans_<key>_`). As in spaCy an undefined measure is 0.0, as its training accepts numbers only, and all are None if
    nothing is annotated.

    Docs without the annotation are left out, and predicted entities that overlap a token that is not annotated in gold:
    they are neither right nor wrong. `ents_docs` is the number of docs that count.

    Args:
        spans_key: the key in `Doc.spans`; by default that of the component, as a `spancat` has one, else entities.
    """

    def score(examples: Iterable[Example], **settings: Any) -> dict[str, Any]:  # noqa: ANN401  (spaCy's own)
        key: str | None = spans_key or settings.get("spans_key")
        attribute = f"spans_{key}" if key else "ents"
        annotated = [example for example in examples if _is_annotated(example.reference, key)]
        for example in annotated:
            _require_same_text(example)
        gold = [_spans(example.reference, key) for example in annotated]
        predicted = [list(_scorable(example, key)) for example in annotated]
        labels = tuple(sorted({span.label for spans in [*gold, *predicted] for span in spans}))
        evaluation = measure(SpanTable.of(gold, labels), SpanTable.of(predicted, labels)).evaluation()
        return _scores(evaluation, attribute) | {f"{attribute}_docs": len(annotated)}

    return score


def _scores(evaluation: Evaluation, attribute: str) -> dict[str, Any]:
    overall, labels = evaluation.overall["strict"], evaluation.labels["strict"]
    if not overall.possible + overall.actual:
        return dict.fromkeys(f"{attribute}_{name}" for name in ("p", "r", "f", "per_type"))
    named = {f"{attribute}_{name}": value for name, value in flat(evaluation, by_label=False, undefined=0.0).items()}
    per_type = {label: _prf(counts) for label, counts in labels.items()}
    return {f"{attribute}_{name}": value for name, value in _prf(overall).items()} | {
        f"{attribute}_per_type": per_type,
        **named,
    }


def _prf(counts: SchemeCounts) -> dict[str, float]:
    return {"p": counts.precision or 0.0, "r": counts.recall or 0.0, "f": counts.f1 or 0.0}


def _is_annotated(doc: Doc, spans_key: str | None) -> bool:
    return spans_key in doc.spans if spans_key else doc.has_annotation("ENT_IOB")


def _spans(doc: Doc, spans_key: str | None) -> list[Span]:
    group = doc.spans.get(spans_key, ()) if spans_key else doc.ents
    return [Span(span.start_char, span.end_char, span.label_) for span in group]


def _scorable(example: Example, spans_key: str | None) -> Iterator[Span]:
    """The predicted spans that overlap no token that is not annotated in gold."""
    missing = [
        (token.idx, token.idx + len(token))
        for token in example.reference
        if not spans_key and token.ent_iob == MISSING and not token.is_space
    ]
    for span in _spans(example.predicted, spans_key):
        if not any(start < span.end and span.start < end for start, end in missing):
            yield span


def _require_same_text(example: Example) -> None:
    if example.reference.text != example.predicted.text:
        raise InvalidValueError(
            f"gold and prediction have different texts: {example.reference.text!r:.60}, {example.predicted.text!r:.60}",
            remedy="Score docs of one text: offsets into two texts cannot be compared.",
        )

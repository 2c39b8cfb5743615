"""A metric with the interface of the library `evaluate`, which it does not need: `compute(predictions, references)`.

    >>> SpanMetric().compute(predictions=[["B-LOC", "O"]], references=[["B-LOC", "I-LOC"]])["partial_f1"]
    0.5

To load it with `evaluate`, for its caches and combinations: `evaluate.load(module_path())`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldspan import iob
from goldspan.annotation import Span
from goldspan.errors import InvalidValueError
from goldspan.evaluation.hooks import TagSet, decode, scheme_of_prefixes, span_table
from goldspan.evaluation.result import SCHEMES, flat
from goldspan.evaluation.scores import measure
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from goldspan.evaluation.result import Evaluation, Scheme

if TYPE_CHECKING:
    Document = Sequence[Any]
    Documents = Sequence[Document]

REMEDY = 'A document is a list of tags, or of spans such as {"start": 0, "end": 4, "label": "LOC"}.'


def module_path() -> str:
    """The file that `evaluate.load` takes."""
    return str(Path(__file__).with_name("evaluate_module.py"))


class SpanMetric:
    """Scores of documents that are lists of tags or lists of half-open spans; which of the two is detected.

    Documents may be passed all at once or in parts (`add`, `add_batch`). An empty document has no tokens or no spans.

    Args:
        scheme: the tagging scheme, by which both sides are judged; by default that of the prefixes in gold, or of both
            sides where gold has no B, E or S (`scheme_of_prefixes`): where gold is in IOB1 or IOE1, name it.
        repair: how to read malformed predicted tags, see `goldspan.evaluation.hooks.decode`; of gold nothing is
            dropped.
        schemes: the schemes to include, see `goldspan.evaluation.result.flat`.
        by_label: whether to include the measures of each label.
        undefined: what to write for an undefined measure, which is left out if this is None.
    """

    def __init__(
        self,
        *,
        scheme: str | None = None,
        repair: iob.Repair = "conlleval",
        schemes: Sequence[Scheme] = SCHEMES,
        by_label: bool = True,
        undefined: float | None = None,
    ) -> None:
        self._scheme = scheme
        self._repair: iob.Repair = repair
        self._schemes = schemes
        self._by_label = by_label
        self._undefined = undefined
        self._predictions: list[Document] = []
        self._references: list[Document] = []

    def add(self, *, prediction: Document, reference: Document) -> None:
        """Add one document."""
        self.add_batch(predictions=[prediction], references=[reference])

    def add_batch(self, *, predictions: Documents, references: Documents) -> None:
        """Add some documents.

        Raises:
            InvalidValueError: if there are not equally many of both.
        """
        if len(predictions) != len(references):
            raise InvalidValueError(f"there are {len(predictions)} predictions for {len(references)} references")
        self._predictions.extend(predictions)
        self._references.extend(references)

    def compute(self, *, predictions: Documents | None = None, references: Documents | None = None) -> dict[str, float]:
        """The flat measures of these documents and of those added before, which are then removed.

        Raises:
            InvalidValueError: with the number of a document, from 0, that has other tokens in the prediction, or with
                what is neither a tag nor a span.
        """
        self.add_batch(predictions=predictions or [], references=references or [])
        gold, predicted = self._references, self._predictions
        self._references, self._predictions = [], []
        compared = compare_documents(gold, predicted, scheme=self._scheme, repair=self._repair)
        scores = flat(compared.evaluation, self._schemes, by_label=self._by_label, undefined=self._undefined)
        return scores | {name: float(number) for name, number in compared.counts.items()}


class ComparedDocuments(NamedTuple):
    """What was counted in documents of spans or tags.

    Args:
        evaluation: the measures.
        counts: `gold_spans` and `predicted_spans`; of tags also `malformed_gold` and `malformed_predicted`.
    """

    evaluation: Evaluation
    counts: dict[str, int]


def compare_documents(
    gold: Documents, predicted: Documents, *, scheme: str | None = None, repair: iob.Repair = "conlleval"
) -> ComparedDocuments:
    """The measures of documents that are lists of tags or of spans, the first of gold with the first prediction.

    Args:
        gold: n documents.
        predicted: n documents.
        scheme: the tagging scheme by which tags are judged; by default that of the prefixes.
        repair: how to read malformed predicted tags.

    Raises:
        InvalidValueError: with the number of a document, from 0, that has other tokens in the prediction, or with
            what is neither a tag nor a span.
    """
    if _are_tags([*gold, *predicted]):
        return _compare_tags(gold, predicted, scheme, repair)
    sides = [[_spans(document, number) for number, document in enumerate(side)] for side in (gold, predicted)]
    labels = tuple(sorted({span.label for side in sides for spans in side for span in spans}))
    return _compared(*(SpanTable.of(side, labels) for side in sides))


def _compare_tags(gold: Documents, predicted: Documents, scheme: str | None, repair: iob.Repair) -> ComparedDocuments:
    lengths = [len(tags) for tags in gold]
    for number, (length, tags) in enumerate(zip(lengths, predicted, strict=True)):
        if length != len(tags):
            raise InvalidValueError(f"document {number} has {length} tags in gold and {len(tags)} in the prediction")
    names = sorted(set().union(*gold, *predicted))
    known = TagSet.of(names, scheme or _scheme_of_gold(gold, names))
    in_gold = decode(_numbers(gold, names), np.array(lengths, np.int64), known)
    in_predicted = decode(_numbers(predicted, names), np.array(lengths, np.int64), known, repair)
    compared = _compared(*(span_table([(side, len(gold))], known.labels) for side in (in_gold, in_predicted)))
    malformed = {"malformed_gold": in_gold.malformed, "malformed_predicted": in_predicted.malformed}
    return ComparedDocuments(compared.evaluation, compared.counts | malformed)


def _compared(gold: SpanTable, predicted: SpanTable) -> ComparedDocuments:
    counts = {"gold_spans": len(gold.start), "predicted_spans": len(predicted.start)}
    return ComparedDocuments(measure(gold, predicted).evaluation(), counts)


def _are_tags(documents: Documents) -> bool:
    """Whether the documents are lists of tags; if all are empty, it makes no difference."""
    kinds = {type(item) is str for document in documents for item in document[:1]}
    if len(kinds) > 1:
        raise InvalidValueError("some documents are lists of tags, others are not", remedy=REMEDY)
    return True in kinds


def _scheme_of_gold(gold: Documents, names: Iterable[str]) -> str:
    """The scheme of the prefixes in gold; of all names where gold has none that tells schemes apart."""
    in_gold = {iob.parse(tag).prefix for tag in set().union(*gold)}
    return scheme_of_prefixes({iob.parse(name).prefix for name in names} if in_gold <= {"O", "I"} else in_gold)


def _numbers(documents: Documents, names: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The class ids of all tags, end to end."""
    number = {name: index for index, name in enumerate(names)}
    return np.fromiter(map(number.__getitem__, chain.from_iterable(documents)), np.int64)


def _spans(document: Document, number: int) -> list[Span]:
    try:
        return [_span(item) for item in document]
    except InvalidValueError as error:
        raise InvalidValueError(f"document {number}: {error.message}", remedy=error.remedy or REMEDY) from None


def _span(item: object) -> Span:
    match item:
        case Span():
            return item
        case Mapping():
            item = [item.get("start"), item.get("end"), item.get("label")]
    match item:
        case (int(start), int(end), str(label)):
            return Span(start, end, label)
    raise InvalidValueError(f"{item!r:.80} is not a span", remedy=REMEDY)

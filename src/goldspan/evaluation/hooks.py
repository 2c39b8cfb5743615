"""Evaluation inside a `transformers` training loop: `Trainer(…, compute_metrics=compute_metrics(label_names))`.

The Trainer hands over logits and aligned labels, as the examples of `transformers` for token classification make them:
one label a word, and -100 for special tokens, padding and the further pieces of a word. These are left out of gold and
prediction alike; the tokens that remain are those that spans count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from goldspan.errors import ValueRefused
from goldspan.evaluation.class_names import class_names
from goldspan.evaluation.columns import Columns
from goldspan.evaluation.decoding import TagSet, decode
from goldspan.evaluation.flat import flat
from goldspan.evaluation.measure import measure
from goldspan.evaluation.result import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from goldspan.evaluation.decoding import Chunks, Flags, Numbers
    from goldspan.evaluation.result import Scheme
    from goldspan.formats import tagging

    Arrays: TypeAlias = Any  # of numpy or torch, or lists or tuples of them
    Batch: TypeAlias = tuple[Chunks, Chunks, int]  # gold, predicted, how many documents

IGNORED = -100
LOGITS, IDS = 3, 2  # how many dimensions they have


class EvalPrediction(Protocol):
    """What a Trainer hands over; `transformers.EvalPrediction` is one."""

    predictions: Arrays
    label_ids: Arrays


class ComputeMetrics(Protocol):
    """What a Trainer calls: `compute_result` is false for all batches but the last under `batch_eval_metrics`."""

    def __call__(self, prediction: EvalPrediction, compute_result: bool = True) -> dict[str, float]:
        """The flat measures; none until the last batch."""


def compute_metrics(
    label_names: Sequence[str] | Mapping[Any, Any] | Any,  # noqa: ANN401  (`datasets` is untyped)
    *,
    scheme: str | None = None,
    repair: tagging.Repair = "conlleval",
    schemes: Sequence[Scheme] = SCHEMES,
    by_label: bool = True,
    undefined: float | None = None,
) -> ComputeMetrics:
    """A function for `Trainer(compute_metrics=…)` that gives `strict_f1`, `partial_recall`, `strict_f1_LOCATION` ….

    Beside these (see `goldspan.evaluation.flat`) it gives `gold_spans`, `predicted_spans`, and how many tags were
    malformed as `malformed_gold` and `malformed_predicted`. It serves `batch_eval_metrics` as well, and then keeps the
    spans of the batches alone.

    Args:
        label_names: the tags in class-id order, a model's `id2label`, a `ClassLabel` of `datasets`, a list of it, or
            `Features` with one column of tags.
        scheme: the tagging scheme; if not named, told by the prefixes of the names, which do not tell IOB1 from IOB2.
        repair: what becomes of malformed predicted tags, see `goldspan.evaluation.decoding.decode`. Gold is always
            read by the rule of `conlleval`, so that none of it is lost.
        schemes: the schemes to tell of.
        by_label: whether to tell of each label, too.
        undefined: what to write for an undefined measure, which is left out if this is None.

    Raises:
        ValueRefused: for names that are no tags. The function itself, for arrays whose shapes do not fit one another
            or the names.
    """
    tags = TagSet.of(class_names(label_names), scheme)
    gathered: list[Batch] = []

    def metrics(prediction: EvalPrediction, compute_result: bool = True) -> dict[str, float]:
        gathered.extend(_decoded(prediction.predictions, prediction.label_ids, tags, repair))
        if not compute_result:
            return {}
        batches = tuple(gathered)
        gathered.clear()
        return _measured(batches, tags, schemes, by_label=by_label, undefined=undefined)

    return metrics


def columns(batches: Sequence[tuple[Chunks, int]], labels: Sequence[str]) -> Columns:
    """The chunks of some batches as the columns of one side, tokens as characters.

    Args:
        batches: the chunks of each batch, and how many documents it has.
        labels: what the labels of the chunks mean.
    """
    before = np.cumsum([0, *(documents for _, documents in batches)])
    documents = [chunks.document + start for (chunks, _), start in zip(batches, before, strict=False)]
    parts = ([getattr(chunks, name) for chunks, _ in batches] for name in ("first", "stop", "label"))
    document, start, end, label = (np.concatenate([np.zeros(0, np.int64), *part]) for part in (documents, *parts))
    return Columns(document, start, end, label, int(before[-1]), tuple(labels))


def _measured(
    batches: Sequence[Batch],
    tags: TagSet,
    schemes: Sequence[Scheme],
    *,
    by_label: bool,
    undefined: float | None,
) -> dict[str, float]:
    gold = columns([(gold, documents) for gold, _, documents in batches], tags.labels)
    predicted = columns([(predicted, documents) for _, predicted, documents in batches], tags.labels)
    return flat(measure(gold, predicted).evaluation(), schemes, by_label=by_label, undefined=undefined) | {
        "gold_spans": float(len(gold.start)),
        "predicted_spans": float(len(predicted.start)),
        "malformed_gold": float(sum(gold.malformed for gold, _, _ in batches)),
        "malformed_predicted": float(sum(predicted.malformed for _, predicted, _ in batches)),
    }


def _decoded(predictions: Arrays, labels: Arrays, tags: TagSet, repair: tagging.Repair) -> Iterator[Batch]:
    """The batches: one, or a list of them without `eval_do_concat_batches`."""
    if isinstance(labels, list) and all(hasattr(part, "shape") for part in labels):
        for batch in zip(predictions, labels, strict=True):
            yield from _decoded(*batch, tags, repair)
        return
    outputs = predictions[0] if isinstance(predictions, tuple) else predictions  # hidden states may follow the logits
    ids, gold = _ids(outputs if hasattr(outputs, "ndim") else np.asarray(outputs), len(tags.prefix)), _array(labels)
    if ids.shape != gold.shape or gold.ndim != IDS:
        raise ValueRefused(
            f"predictions of {ids.shape} and labels of {gold.shape} do not fit",
            remedy="Hand over logits of (documents, tokens, classes) and labels of (documents, tokens).",
        )
    counted: Flags = gold != IGNORED
    lengths = counted.sum(axis=1)
    yield decode(gold[counted], lengths, tags), decode(ids[counted], lengths, tags, repair), len(gold)


def _ids(outputs: Arrays, classes: int) -> Numbers:
    """The class ids: the greatest logit's, or the outputs themselves where `preprocess_logits_for_metrics` chose."""
    if outputs.ndim == LOGITS:
        if outputs.shape[-1] != classes:
            raise ValueRefused(
                f"the logits speak of {outputs.shape[-1]} classes, the names of {classes}",
                remedy="Name all classes of the model, in the order of their ids.",
            )
        outputs = outputs.argmax(-1)
    return _array(outputs)


def _array(values: Arrays) -> Numbers:
    return np.asarray(values.cpu() if hasattr(values, "cpu") else values)

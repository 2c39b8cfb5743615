"""Evaluation inside a `transformers` training loop: `Trainer(…, compute_metrics=compute_metrics(label_names))`.

The Trainer passes logits and aligned labels, as the examples of `transformers` for token classification make them: one
label per word, and -100 for special tokens, padding and the further pieces of a word. Tokens with -100 are left out of
gold and prediction; spans are counted in the other tokens.

`decode` reads the tags of many tokens at once by the rule of `goldspan.iob.decode` and of `conlleval`. Whether a token
begins or ends a span, and whether its tag is malformed, follows from its prefix, those of its two neighbours and
whether they have its label: 500 cases. `goldspan.iob` decides them once, and a table has them for every token that is
not O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, get_args

import numpy as np

from goldspan import iob
from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import SCHEMES, flat
from goldspan.evaluation.scores import measure
from goldspan.span_table import SpanTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import numpy.typing as npt

    from goldspan.evaluation.result import Scheme

if TYPE_CHECKING:
    Numbers: TypeAlias = npt.NDArray[np.integer]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    Arrays: TypeAlias = Any  # of numpy or torch, or lists or tuples of them
    Batch: TypeAlias = "tuple[Chunks, Chunks, int]"  # gold, predicted, how many documents


PREFIXES = "OBIES"
IGNORED = -100
LOGITS, IDS = 3, 2  # the number of dimensions


def class_names(given: Any) -> list[str]:  # noqa: ANN401  (a feature of `datasets`, which is untyped)
    """The names in class-id order.

    Args:
        given: the names themselves, a model's `id2label`, a `ClassLabel` of `datasets`, a list of it, or `Features`
            with one column that lists tags.

    Raises:
        InvalidValueError: for features without exactly one such column, or an `id2label` with gaps.
    """
    if hasattr(given, "feature"):  # a list of class labels
        return class_names(given.feature)
    if hasattr(given, "names"):  # a class label
        return list(given.names)
    if not isinstance(given, Mapping):
        return list(given)
    return _of_ids(given) if all(isinstance(key, int) for key in given) else _of_features(given)


def _of_ids(names: Mapping[int, str]) -> list[str]:
    missing = sorted(set(range(len(names))) - set(names))
    if missing:
        raise InvalidValueError(f"the class {missing[0]} has no name", remedy="Name all classes, from 0 on.")
    return [names[number] for number in range(len(names))]


def _of_features(features: Mapping[str, Any]) -> list[str]:
    columns_of_tags = {name: names for name, feature in features.items() if (names := _tag_names(feature))}
    if len(columns_of_tags) != 1:
        raise InvalidValueError(
            f"there are {len(columns_of_tags)} columns of tags: {', '.join(columns_of_tags) or 'none'}",
            remedy='Pass the one that the labels come from, e.g. features["ner_tags"].',
        )
    return next(iter(columns_of_tags.values()))


def _tag_names(feature: Any) -> list[str] | None:  # noqa: ANN401  (a feature of `datasets`, which is untyped)
    """The names of a column that lists class labels that are tags."""
    names = getattr(getattr(feature, "feature", None), "names", None)
    try:
        return list(names) if names and [iob.parse(name) for name in names] else None
    except InvalidValueError:
        return None


@dataclass(frozen=True)
class TagSet:
    """The tags of a model or a file, numbered by their class ids.

    Args:
        prefix: (classes,) the index of each tag's prefix in `PREFIXES`.
        label: (classes,) the index of its label in `labels`, -1 for O.
        labels: the labels, in the order of their first tag.
        scheme: the one of `iob.SCHEMES` that defines which tags are malformed.
    """

    prefix: Numbers
    label: Numbers
    labels: tuple[str, ...]
    scheme: str

    @classmethod
    def of(cls, names: Sequence[str], scheme: str | None = None) -> TagSet:
        """The tags of these names, in class-id order.

        Args:
            names: e.g. `["O", "B-PER", "I-PER"]`.
            scheme: by default detected from the prefixes: IOB2 for B and I, IOE2 for I and E, else BIOES.

        Raises:
            InvalidValueError: for an invalid tag or an unknown scheme.
        """
        tags = [iob.parse(name) for name in names]
        known = dict.fromkeys(tag.label for tag in tags if tag.label)
        number = {label: index for index, label in enumerate(known)} | {"": -1}
        return cls(
            np.array([PREFIXES.index(tag.prefix) for tag in tags], np.uint8),
            np.array([number[tag.label] for tag in tags], np.int32),
            tuple(known),
            iob.canonical(scheme) if scheme else scheme_of_prefixes({tag.prefix for tag in tags}),
        )


@dataclass(frozen=True)
class Chunks:
    """Labelled runs of tokens, `tokens[first:stop]` of a document, in reading order.

    Args:
        document: (chunks,) the document's number.
        first: (chunks,) the first token, counted within the document.
        stop: (chunks,) the token after the last.
        label: (chunks,) the index of the label in `TagSet.labels`.
        malformed: how many tags the scheme forbids where they are.
    """

    document: Numbers
    first: Numbers
    stop: Numbers
    label: Numbers
    malformed: int


def decode(ids: Numbers, lengths: Numbers, tags: TagSet, repair: iob.Repair = "conlleval") -> Chunks:
    """The chunks of all documents.

    Args:
        ids: (tokens,) class ids, the documents end to end.
        lengths: (documents,) how many tokens each document has, perhaps 0.
        tags: what the class ids mean.
        repair: with `conlleval` a malformed tag continues or begins a chunk as in that program (`iob.decode`); with
            `strict` a chunk with a malformed tag is dropped (`iob.well_formed_chunks`). Malformed tags are counted in
            either case.

    Raises:
        InvalidValueError: for a class id without a tag, or an unknown repair.
    """
    _validate(ids, tags, repair)
    at = np.flatnonzero(tags.prefix[ids])
    prefix, label = tags.prefix[ids[at]].astype(np.intp), tags.label[ids[at]]
    ends_of_documents = np.cumsum(lengths)
    document = np.searchsorted(ends_of_documents, at, side="right")
    case = _cases(at, prefix, label, document)
    begins, ends, malformed = (table[case] for table in _tables(tags.scheme))
    kept = np.flatnonzero(begins)
    last = np.flatnonzero(ends)
    if repair == "strict" and malformed.any():
        dropped = np.bincount(np.cumsum(begins)[malformed] - 1, minlength=len(kept)) > 0
        kept, last = kept[~dropped], last[~dropped]
    offset = (ends_of_documents - lengths)[document[kept]]
    return Chunks(
        document[kept], at[kept] - offset, at[last] + 1 - offset, label[kept], int(np.count_nonzero(malformed))
    )


def _cases(at: Numbers, prefix: Numbers, label: Numbers, document: Numbers) -> Numbers:
    """The number of the case, of 500, of each token that is not O; a neighbour that is not adjacent counts as O."""
    adjacent = np.zeros(len(at) + 1, bool)
    adjacent[1:-1] = (np.diff(at) == 1) & (document[1:] == document[:-1])
    same = adjacent.copy()
    same[1:-1] &= label[1:] == label[:-1]
    left, right = np.zeros_like(prefix), np.zeros_like(prefix)
    left[1:] = prefix[:-1] * adjacent[1:-1]
    right[:-1] = prefix[1:] * adjacent[1:-1]
    case: Numbers = (((left * 2 + same[:-1]) * 5 + prefix) * 2 + same[1:]) * 5 + right
    return case


@lru_cache(maxsize=len(iob.SCHEMES))
def _tables(scheme: str) -> tuple[Flags, Flags, Flags]:
    """For each of the 500 cases whether the token begins a chunk, ends one, and is malformed."""
    begins, ends, malformed = [], [], []
    for left, left_same, prefix, right_same, right in product(PREFIXES, (0, 1), PREFIXES, (0, 1), PREFIXES):
        tag = _tag(prefix, same=True)
        before, after = _tag(left, same=bool(left_same)), _tag(right, same=bool(right_same))
        begins.append(tag != iob.OUTSIDE and not before.continued_by(tag))
        ends.append(tag != iob.OUTSIDE and not tag.continued_by(after))
        malformed.append(iob.forbidden((before, tag, after), scheme))
    return np.array(begins), np.array(ends), np.array(malformed)


def _tag(prefix: str, *, same: bool) -> iob.Tag:
    return iob.OUTSIDE if prefix == "O" else iob.Tag(prefix, "this" if same else "other")


def scheme_of_prefixes(prefixes: Collection[str]) -> str:
    """IOB2 for B and I, IOE2 for I and E, else BIOES; prefixes do not tell IOB1 from IOB2, nor IOE1 from IOE2."""
    if set("OBI").issuperset(prefixes):
        return "IOB2"
    return "IOE2" if set("OIE").issuperset(prefixes) else "BIOES"


def _validate(ids: Numbers, tags: TagSet, repair: iob.Repair) -> None:
    if repair not in get_args(iob.Repair):
        known = ", ".join(get_args(iob.Repair))
        raise InvalidValueError(f"there is no repair {repair!r}", remedy=f"The repairs are {known}.")
    classes = len(tags.prefix)
    if len(ids) and not 0 <= (low := int(ids.min())) <= (high := int(ids.max())) < classes:
        raise InvalidValueError(
            f"the class id {low if low < 0 else high} has no tag: there are {classes} names",
            remedy="Name all classes of the model, in the order of their ids.",
        )


class EvalPrediction(Protocol):
    """What a Trainer passes, such as `transformers.EvalPrediction`."""

    predictions: Arrays
    label_ids: Arrays


class ComputeMetrics(Protocol):
    """What a Trainer calls: `compute_result` is false for all batches but the last under `batch_eval_metrics`."""

    def __call__(self, prediction: EvalPrediction, compute_result: bool = True) -> dict[str, float]:
        """The flat measures; an empty dictionary until the last batch."""


def compute_metrics(
    label_names: Sequence[str] | Mapping[Any, Any] | Any,  # noqa: ANN401  (`datasets` is untyped)
    *,
    scheme: str | None = None,
    repair: iob.Repair = "conlleval",
    schemes: Sequence[Scheme] = SCHEMES,
    by_label: bool = True,
    undefined: float | None = None,
) -> ComputeMetrics:
    """A function for `Trainer(compute_metrics=…)` that returns `strict_f1`, `partial_recall`, `strict_f1_LOCATION` ….

    Besides these (see `goldspan.evaluation.result.flat`) it returns `gold_spans`, `predicted_spans`, and the numbers of
    malformed tags as `malformed_gold` and `malformed_predicted`. It also works with `batch_eval_metrics`; then it keeps
    only the spans of the batches.

    Args:
        label_names: the tags in class-id order, a model's `id2label`, a `ClassLabel` of `datasets`, a list of it, or
            `Features` with one column of tags.
        scheme: the tagging scheme, by which both sides are judged; by default that of the prefixes of the names
            (`scheme_of_prefixes`): where gold is in IOB1 or IOE1, name it.
        repair: how to read malformed predicted tags, see `goldspan.evaluation.hooks.decode`. Gold is always read by the
            rule of `conlleval`, so that nothing of it is dropped.
        schemes: the schemes to include.
        by_label: whether to include the measures of each label.
        undefined: what to write for an undefined measure, which is left out if this is None.

    Raises:
        InvalidValueError: for invalid tags. The returned function raises it for arrays whose shapes do not fit each
            other or the names.
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


def span_table(batches: Sequence[tuple[Chunks, int]], labels: Sequence[str]) -> SpanTable:
    """The chunks of some batches as a table of spans, with tokens for characters.

    Args:
        batches: the chunks of each batch, and how many documents it has.
        labels: what the labels of the chunks mean.
    """
    before = np.cumsum([0, *(documents for _, documents in batches)])
    documents = [chunks.document + start for (chunks, _), start in zip(batches, before, strict=False)]
    parts = ([getattr(chunks, name) for chunks, _ in batches] for name in ("first", "stop", "label"))
    document, start, end, label = (np.concatenate([np.zeros(0, np.int64), *part]) for part in (documents, *parts))
    return SpanTable(document, start, end, label, int(before[-1]), tuple(labels))


def _measured(
    batches: Sequence[Batch],
    tags: TagSet,
    schemes: Sequence[Scheme],
    *,
    by_label: bool,
    undefined: float | None,
) -> dict[str, float]:
    gold = span_table([(gold, documents) for gold, _, documents in batches], tags.labels)
    predicted = span_table([(predicted, documents) for _, predicted, documents in batches], tags.labels)
    return flat(measure(gold, predicted).evaluation(), schemes, by_label=by_label, undefined=undefined) | {
        "gold_spans": float(len(gold.start)),
        "predicted_spans": float(len(predicted.start)),
        "malformed_gold": float(sum(gold.malformed for gold, _, _ in batches)),
        "malformed_predicted": float(sum(predicted.malformed for _, predicted, _ in batches)),
    }


def _decoded(predictions: Arrays, labels: Arrays, tags: TagSet, repair: iob.Repair) -> Iterator[Batch]:
    """The batches: one, or a list of them without `eval_do_concat_batches`."""
    if isinstance(labels, list) and all(hasattr(part, "shape") for part in labels):
        for batch in zip(predictions, labels, strict=True):
            yield from _decoded(*batch, tags, repair)
        return
    outputs = predictions[0] if isinstance(predictions, tuple) else predictions  # hidden states may follow the logits
    ids, gold = _ids(outputs if hasattr(outputs, "ndim") else np.asarray(outputs), len(tags.prefix)), _array(labels)
    if ids.shape != gold.shape or gold.ndim != IDS:
        raise InvalidValueError(
            f"predictions of {ids.shape} and labels of {gold.shape} do not fit",
            remedy="Pass logits of (documents, tokens, classes) and labels of (documents, tokens).",
        )
    counted: Flags = gold != IGNORED
    lengths = counted.sum(axis=1)
    yield decode(gold[counted], lengths, tags), decode(ids[counted], lengths, tags, repair), len(gold)


def _ids(outputs: Arrays, classes: int) -> Numbers:
    """The class ids: of the greatest logits, or the outputs if `preprocess_logits_for_metrics` has chosen them."""
    if outputs.ndim == LOGITS:
        if outputs.shape[-1] != classes:
            raise InvalidValueError(
                f"the logits are of {outputs.shape[-1]} classes, and there are {classes} names",
                remedy="Name all classes of the model, in the order of their ids.",
            )
        outputs = outputs.argmax(-1)
    return _array(outputs)


def _array(values: Arrays) -> Numbers:
    return np.asarray(values.cpu() if hasattr(values, "cpu") else values)

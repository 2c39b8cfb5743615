"""Examples as columns of an Arrow table, as in the dataset.

Flat value lists and list offsets are filled side by side and handed to Arrow as they are; no row of Python objects is
built, so that the tokenizer remains the slowest part. The tokens and tags of a batch equal those of
`goldspan.tokens.tokenize` and `goldspan.tokens.tags`, one example after the other; but a span that fits its tokens
costs two binary searches, and only the others go to `tags` itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from goldspan import tokens
from goldspan.corpus.passes import is_aided
from goldspan.formats.dataset import annotation_features, tag_names
from goldspan.quantities import is_rate_before, labels_with_values, parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from datasets import Features
    from numpy.typing import NDArray

    from goldspan.annotation import Example, LabelScheme, Span
    from goldspan.quantities import TroopCount
    from goldspan.tokens import Misaligned, Policy

ONE_BYTE, TWO_BYTES, THREE_BYTES = 0x7F, 0x7FF, 0xFFFF  # the last code points of one, two and three bytes in UTF-8


@dataclass(frozen=True, slots=True)
class TokenizedBatch:
    """The tokens of n examples, m in all, in order.

    Args:
        lengths: (n,) how many tokens each example has.
        starts: (m,) where each token begins in its own text, in code points.
        ends: (m,) where it ends.
    """

    lengths: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class ArrowColumns:
    """Converts examples into Arrow tables.

    Args:
        scheme: the labels, and the language of the texts, which chooses the tokenizer.
        policy: what `ner_tags` hold where a token cuts a span; see `goldspan.tokens.tags`.
    """

    def __init__(self, scheme: LabelScheme, policy: Policy = "strict") -> None:
        self._scheme = scheme
        self._policy: Policy = policy
        self._class = {name: number for number, name in enumerate(scheme.names)}
        self._tag = {name: number for number, name in enumerate(tag_names(scheme.names))}
        self._quantities = [label.name for label in scheme.labels if label.quantity]
        self._read = frozenset(labels_with_values(scheme))

    def table(
        self, examples: Sequence[Example], folds: Sequence[int | None], annotators: Sequence[str] | None = None
    ) -> tuple[pa.Table, list[Misaligned]]:
        """The table of some examples, and the spans that their tokens could not express.

        Args:
            examples: n examples.
            folds: n fold numbers, None for an article without one.
            annotators: n names, for a table of passes.
        """
        import pyarrow as pa

        losses: list[Misaligned] = []
        columns: dict[str, Any] = {
            "id": [example.id for example in examples],
            "article": [example.article for example in examples],
            "annotator": annotators,
            "aided": [is_aided(example) for example in examples] if annotators is not None else None,
            "at": [example.at for example in examples],
            "text": [example.text for example in examples],
            "fold": folds,
            "spans": self._spans(examples),
            **self._tokens(examples, losses),
            **{f"{name.lower()}s": self._values(examples, name) for name in self._quantities},
        }
        schema = features(self._scheme, annotator=annotators is not None).arrow_schema
        arrays = [
            column if isinstance(column := columns[field.name], pa.Array) else pa.array(column, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(arrays, schema=schema), losses

    def _spans(self, examples: Sequence[Example]) -> pa.ListArray:
        flat = [span for example in examples for span in example.spans]
        return _lists(
            [len(example.spans) for example in examples],
            start=_int32([span.start for span in flat]),
            end=_int32([span.end for span in flat]),
            label=_int64([self._class[span.label] for span in flat]),
            surface=_strings([example.text[span.start : span.end] for example in examples for span in example.spans]),
        )

    def _tokens(self, examples: Sequence[Example], losses: list[Misaligned]) -> dict[str, pa.ListArray]:
        batch = tokenize_batch(examples, self._scheme.language)
        numbers, misaligned = tag_ids(examples, batch, self._tag, self._policy)
        losses.extend(misaligned)
        lengths = batch.lengths.tolist()
        words = surface_array(examples, batch.lengths, batch.starts, batch.ends)
        return {
            "tokens": _lists(lengths, words),
            "token_offsets": _lists(lengths, start=_int32(batch.starts), end=_int32(batch.ends)),
            "ner_tags": _lists(lengths, _int64(numbers)),
        }

    def _values(self, examples: Sequence[Example], label: str) -> pa.ListArray:
        import pyarrow as pa

        lengths: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        values: list[TroopCount | None] = []
        for example in examples:
            counted = [span for span in example.spans if span.label == label]
            lengths.append(len(counted))
            starts.extend(span.start for span in counted)
            ends.extend(span.end for span in counted)
            values.extend(_value(example, span) if label in self._read else None for span in counted)
        return _lists(
            lengths,
            start=_int32(starts),
            end=_int32(ends),
            minimum=_int64([None if value is None else value.minimum for value in values]),
            maximum=_int64([None if value is None else value.maximum for value in values]),
            approximate=pa.array([None if value is None else value.approximate for value in values], pa.bool_()),
        )


def tokenize_batch(examples: Sequence[Example], language: str) -> TokenizedBatch:
    """The tokens of the examples."""
    import numpy as np
    from spacy.attrs import IDX, IS_SPACE, LENGTH

    texts = dict.fromkeys(example.text for example in examples)  # several annotators have read each
    known = {text: tokens.doc(text, language).to_array([IDX, LENGTH, IS_SPACE]) for text in texts}
    tables = [known[example.text] for example in examples]
    lengths = np.array([len(table) for table in tables], dtype=np.int64)
    table = np.concatenate([np.empty((0, 3), np.uint64), *tables]).astype(np.int64)
    words = table[:, 2] == 0
    of_example = np.repeat(np.arange(len(examples)), lengths)[words]
    starts = table[words, 0]
    return TokenizedBatch(np.bincount(of_example, minlength=len(examples)), starts, starts + table[words, 1])


def surface_array(
    examples: Sequence[Example], lengths: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> pa.StringArray:
    """The surfaces `text[start:end]`, k in all, as one Arrow array, without a Python string for each.

    Args:
        examples: n examples.
        lengths: (n,) how many slices belong to each.
        starts: (k,) in code points of their own text.
        ends: (k,) in code points of their own text, exclusive.
    """
    import numpy as np
    import pyarrow as pa

    sizes = ends - starts
    points = np.frombuffer("".join(example.text for example in examples).encode("utf-32-le"), np.uint32)
    base = np.cumsum([0, *(len(example.text) for example in examples[:-1])])[: len(examples)]
    before = np.cumsum(sizes) - sizes
    where = np.repeat(starts + np.repeat(base, lengths) - before, sizes) + np.arange(sizes.sum())
    chosen = points[where]
    width = 1 + (chosen > ONE_BYTE).astype(np.int32) + (chosen > TWO_BYTES) + (chosen > THREE_BYTES)
    at = np.concatenate([[0], np.cumsum(width, dtype=np.int64)])[np.append(before, len(chosen))]
    data = chosen.tobytes().decode("utf-32-le").encode("utf-8")
    return pa.StringArray.from_buffers(len(sizes), pa.py_buffer(at.astype(np.int32)), pa.py_buffer(data))


def tag_ids(
    examples: Sequence[Example], batch: TokenizedBatch, number: Mapping[str, int], policy: Policy
) -> tuple[NDArray[np.int64], list[Misaligned]]:
    """The class ids (m,) of the IOB2 tags of all tokens, and the spans that do not fit them.

    Args:
        examples: n examples.
        batch: their tokens.
        number: the class id of each tag.
        policy: see `goldspan.tokens.tags`.
    """
    import numpy as np

    # Laid end to end, every position of the batch is unique, and one search serves all spans.
    base = np.cumsum([0, *(len(example.text) + 1 for example in examples)])
    shift = np.repeat(base[:-1], batch.lengths)
    spans = [span for example in examples for span in example.spans]
    owner = np.repeat(np.arange(len(examples)), [len(example.spans) for example in examples])
    starts = np.array([span.start for span in spans], np.int64) + base[owner]
    ends = np.array([span.end for span in spans], np.int64) + base[owner]
    first, begins = _search(batch.starts + shift, starts)
    last, finishes = _search(batch.ends + shift, ends)
    fits = begins & finishes
    out = np.zeros(len(batch.starts), np.int64)
    for index in np.flatnonzero(fits).tolist():
        label = spans[index].label
        out[first[index]] = number[f"B-{label}"]
        out[first[index] + 1 : last[index] + 1] = number[f"I-{label}"]
    unfit = ~fits
    unfit[1:] |= starts[1:] < ends[:-1]  # overlapping: `tags` refuses it and names the example
    losses: list[Misaligned] = []
    at = np.cumsum([0, *batch.lengths])
    for owner_index in sorted(set(owner[unfit].tolist())):
        positions = slice(at[owner_index], at[owner_index + 1])
        extents = list(zip(batch.starts[positions].tolist(), batch.ends[positions].tolist(), strict=True))
        names, misaligned = tokens.tags(examples[owner_index], extents, policy)
        out[positions] = [number[name] for name in names]
        losses.extend(misaligned)
    return out, losses


def quantity_columns(scheme: LabelScheme) -> list[str]:
    """The names of the columns that hold values: `troop_counts` for the label TROOP_COUNT.

    They are there in every language; where `labels_with_values` has none, the values are null.
    """
    return [f"{label.name.lower()}s" for label in scheme.labels if label.quantity]


def features(scheme: LabelScheme, *, annotator: bool = False) -> Features:
    """The features of a table of gold, or of passes if `annotator`.

    The columns of annotation are those of every dataset that goldspan writes.
    """
    from datasets import Features, List, Value

    offsets = {"start": Value("int32"), "end": Value("int32")}
    count = offsets | {"minimum": Value("int64"), "maximum": Value("int64"), "approximate": Value("bool")}
    return Features(
        {"id": Value("string"), "article": Value("string")}
        | ({"annotator": Value("string"), "aided": Value("bool")} if annotator else {})
        | annotation_features(scheme.names)
        | {name: List(count) for name in quantity_columns(scheme)}
        | {"fold": Value("int32")}
    )


def _search(edges: NDArray[np.int64], positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The index of each position among the sorted edges, and whether it is one of them."""
    import numpy as np

    at = np.searchsorted(edges, positions)
    is_edge = np.zeros(len(positions), np.bool_)
    inside = at < len(edges)
    is_edge[inside] = edges[at[inside]] == positions[inside]
    return at, is_edge


def _lists(lengths: list[int], values: pa.Array | None = None, **fields: pa.Array) -> pa.ListArray:
    import numpy as np
    import pyarrow as pa

    if values is None:
        values = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _value(example: Example, span: Span) -> TroopCount | None:
    """The value of a quantity; a rate has none."""
    if is_rate_before(example.text[span.end :]):
        return None
    return _surface_value(example.surface(span))


@lru_cache(maxsize=10_000)
def _surface_value(surface: str) -> TroopCount | None:
    """The value of the words of a quantity, cached because few surfaces occur often."""
    return parse_troop_count(surface)


def _int32(values: list[int] | NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int32())


def _int64(values: list[int] | list[int | None] | NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64())


def _strings(values: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())

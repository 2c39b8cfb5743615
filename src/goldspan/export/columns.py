"""Examples as columns of a table: what a reader of the dataset gets.

Flat value lists and list offsets are filled side by side and handed to Arrow as they are; a row of Python objects is
never built, so that the tokenizer stays the slowest part.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from goldspan.export import batch
from goldspan.quantities import parse_troop_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa
    from datasets import Features
    from numpy.typing import NDArray

    from goldspan.quantities import TroopCount
    from goldspan.tokens import Misaligned, Policy
    from goldspan.values import Example, LabelScheme


def counts_column(scheme: LabelScheme) -> list[str]:
    """The names of the columns that hold values: `troop_counts` for the label TROOP_COUNT."""
    return [f"{label.name.lower()}s" for label in scheme.labels if label.quantity]


def tag_names(scheme: LabelScheme) -> list[str]:
    """The IOB2 tags in the order of their class ids: `O`, then `B-` and `I-` of each label."""
    return ["O", *(f"{prefix}-{name}" for name in scheme.names for prefix in "BI")]


def features(scheme: LabelScheme, *, annotator: bool = False) -> Features:
    """The features of a table of gold, or of passes if `annotator`.

    Offsets are code points, half-open. `spans` holds every span; `ner_tags` those that tokens can express.
    """
    from datasets import ClassLabel, Features, List, Value

    offsets = {"start": Value("int32"), "end": Value("int32")}
    count = offsets | {"minimum": Value("int64"), "maximum": Value("int64"), "approximate": Value("bool")}
    label = ClassLabel(names=list(scheme.names))
    return Features(
        {"id": Value("string"), "article": Value("string")}
        | ({"annotator": Value("string")} if annotator else {})
        | {
            "at": Value("int32"),
            "text": Value("string"),
            "spans": List(offsets | {"label": label, "surface": Value("string")}),
            "tokens": List(Value("string")),
            "token_offsets": List(offsets),
            "ner_tags": List(ClassLabel(names=tag_names(scheme))),
        }
        | {name: List(count) for name in counts_column(scheme)}
        | {"fold": Value("int32")}
    )


class Columns:
    """Collects examples and gives them back as an Arrow table.

    Args:
        scheme: the labels.
        policy: what `ner_tags` say where a token cuts a span; see `goldspan.tokens.tags`.
        language: of the tokenizer.
    """

    def __init__(self, scheme: LabelScheme, policy: Policy = "strict", language: str = "en") -> None:
        self._scheme = scheme
        self._policy: Policy = policy
        self._language = language
        self._class = {name: number for number, name in enumerate(scheme.names)}
        self._tag = {name: number for number, name in enumerate(tag_names(scheme))}
        self._quantities = [label.name for label in scheme.labels if label.quantity]

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
        found = batch.tokenize(examples, self._language)
        numbers, misaligned = batch.tags(examples, found, self._tag, self._policy)
        losses.extend(misaligned)
        lengths = found.lengths.tolist()
        words = batch.slices(examples, found.lengths, found.starts, found.ends)
        return {
            "tokens": _lists(lengths, words),
            "token_offsets": _lists(lengths, start=_int32(found.starts), end=_int32(found.ends)),
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
            values.extend(_value(example.surface(span)) for span in counted)
        return _lists(
            lengths,
            start=_int32(starts),
            end=_int32(ends),
            minimum=_int64([None if value is None else value.minimum for value in values]),
            maximum=_int64([None if value is None else value.maximum for value in values]),
            approximate=pa.array([None if value is None else value.approximate for value in values], pa.bool_()),
        )


def _lists(lengths: list[int], values: pa.Array | None = None, **fields: pa.Array) -> pa.ListArray:
    import numpy as np
    import pyarrow as pa

    if values is None:
        values = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


@lru_cache(maxsize=10_000)
def _value(surface: str) -> TroopCount | None:
    """The value of a quantity; the same few surfaces come again and again."""
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

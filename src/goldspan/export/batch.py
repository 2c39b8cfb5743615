"""The tokens and tags of many examples at once, as arrays.

The same as `goldspan.tokens.tokenize` and `goldspan.tokens.tags` one example after the other, which a test holds; only
that a span which fits its tokens costs two binary searches, and every other goes to `tags` itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from goldspan.tokens import Misaligned, Policy
    from goldspan.values import Example

ONE_BYTE, TWO_BYTES, THREE_BYTES = 0x7F, 0x7FF, 0xFFFF  # the last code points of one, two and three bytes in UTF-8


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of n examples, m in all, in order.

    Args:
        lengths: (n,) how many tokens each example has.
        starts: (m,) where each token begins in its own text, in code points.
        ends: (m,) where it ends.
    """

    lengths: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def tokenize(examples: Sequence[Example], language: str) -> Tokens:
    """The tokens of the examples."""
    import numpy as np
    from spacy.attrs import IDX, IS_SPACE, LENGTH

    tables = [tokens.doc(example.text, language).to_array([IDX, LENGTH, IS_SPACE]) for example in examples]
    lengths = np.array([len(table) for table in tables], dtype=np.int64)
    table = np.concatenate([np.empty((0, 3), np.uint64), *tables]).astype(np.int64)
    words = table[:, 2] == 0
    of_example = np.repeat(np.arange(len(examples)), lengths)[words]
    starts = table[words, 0]
    return Tokens(np.bincount(of_example, minlength=len(examples)), starts, starts + table[words, 1])


def slices(
    examples: Sequence[Example], lengths: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> pa.StringArray:
    """The words `text[start:end]`, k in all, as one Arrow array, without a Python string for each.

    Args:
        examples: n examples.
        lengths: (n,) how many slices belong to each.
        starts: (k,) in code points of their own text.
        ends: (k,) likewise.
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


def tags(
    examples: Sequence[Example], found: Tokens, number: Mapping[str, int], policy: Policy
) -> tuple[NDArray[np.int64], list[Misaligned]]:
    """The class ids (m,) of the IOB2 tags of all tokens, and the spans that do not fit them.

    Args:
        examples: n examples.
        found: their tokens.
        number: the class id of each tag.
        policy: see `goldspan.tokens.tags`.
    """
    import numpy as np

    # Laid end to end, every position of the batch is unique, and one search serves all spans.
    base = np.cumsum([0, *(len(example.text) + 1 for example in examples)])
    shift = np.repeat(base[:-1], found.lengths)
    spans = [span for example in examples for span in example.spans]
    owner = np.repeat(np.arange(len(examples)), [len(example.spans) for example in examples])
    starts = np.array([span.start for span in spans], np.int64) + base[owner]
    ends = np.array([span.end for span in spans], np.int64) + base[owner]
    first, begins = _search(found.starts + shift, starts)
    last, finishes = _search(found.ends + shift, ends)
    fits = begins & finishes
    out = np.zeros(len(found.starts), np.int64)
    for index in np.flatnonzero(fits).tolist():
        label = spans[index].label
        out[first[index]] = number[f"B-{label}"]
        out[first[index] + 1 : last[index] + 1] = number[f"I-{label}"]
    odd = ~fits
    odd[1:] |= starts[1:] < ends[:-1]  # overlapping: `tags` refuses it by name
    losses: list[Misaligned] = []
    at = np.cumsum([0, *found.lengths])
    for one in sorted(set(owner[odd].tolist())):
        here = slice(at[one], at[one + 1])
        extents = list(zip(found.starts[here].tolist(), found.ends[here].tolist(), strict=True))
        names, misaligned = tokens.tags(examples[one], extents, policy)
        out[here] = [number[name] for name in names]
        losses.extend(misaligned)
    return out, losses


def _search(edges: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted position stands among the sorted edges, and whether it is one of them."""
    import numpy as np

    at = np.searchsorted(edges, wanted)
    found = np.zeros(len(wanted), np.bool_)
    inside = at < len(edges)
    found[inside] = edges[at[inside]] == wanted[inside]
    return at, found

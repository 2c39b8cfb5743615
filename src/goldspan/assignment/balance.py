"""Each example to K of the annotators, in balance of words and of pairs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ExampleToAssign:
    """An example that is to be read.

    Args:
        id: of the example.
        words: how many it has: the work of reading it.
        held: who worked on it; it does not move any more, nor do the other places that it had.
    """

    id: str
    words: int
    held: tuple[str, ...] = ()


def assign(
    examples: Sequence[ExampleToAssign],
    annotators: Sequence[str],
    *,
    per_example: int,
    before: Mapping[str, tuple[str, ...]],
    seed: str,
) -> dict[str, tuple[str, ...]]:
    """Who is to read each example.

    Args:
        examples: all that are to be read.
        annotators: those who are to read now, by the folders of their passes.
        per_example: K: how many are to read each example, at most as many as there are annotators.
        before: by example who was to read it, of an earlier assignment; what somebody worked on stays.
        seed: of what is left to chance, such as the name of the round.

    Returns:
        By example, in the order of `examples`, the annotators, sorted.

    Raises:
        InvalidValueError: if there are fewer annotators than are to read each example.
    """
    load: defaultdict[str, int] = defaultdict(int)
    assigned: dict[str, tuple[str, ...]] = {}
    for example in examples:
        least = sorted(annotators, key=lambda name: (load[name], _chance(seed, example.id, name)))[:per_example]
        chosen = (before.get(example.id) or tuple(sorted(least))) if example.held else tuple(sorted(least))
        for name in chosen:
            load[name] += example.words
        assigned[example.id] = chosen
    return assigned


def _chance(seed: str, example: str, annotator: str) -> bytes:
    """What decides between equals, the same on every machine."""
    return hashlib.sha256(f"{seed}\n{example}\n{annotator}".encode("utf-8", "surrogatepass")).digest()

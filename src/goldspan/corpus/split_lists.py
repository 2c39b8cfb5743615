"""What can be wrong with the lists of articles in `corpus/splits/`, which people edit by hand.

The checks report all of it; whatever needs the splits refuses the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

REMEDIES = {
    "repeated": "Remove one of the two lines; an article once used for training is not for testing.",
    "unknown": "Remove the line, or add the article to corpus/manifest.jsonl.",
}


@dataclass(frozen=True, slots=True)
class SplitFault:
    """A line of a list that cannot be used.

    Args:
        kind: `repeated` for an article that an earlier line has, in this split or another; `unknown` for one that the
            manifest does not have.
        split: the split whose list it is in.
        line: the line, from 1.
        message: what is wrong, without a full stop.
    """

    kind: Literal["repeated", "unknown"]
    split: str
    line: int
    message: str


def find_faults(splits: Mapping[str, Sequence[str]], known: Container[str]) -> Iterator[SplitFault]:
    """The lines that cannot be used, in the order of the splits.

    Args:
        splits: the ids that each list has, line by line.
        known: the ids of the manifest.
    """
    seen: dict[str, str] = {}
    for split, ids in splits.items():
        for line, article in enumerate(ids, 1):
            if article not in known:
                yield SplitFault("unknown", split, line, f"the manifest has no article {article!r}")
            if article in seen:
                yield SplitFault("repeated", split, line, f"{article} is in {seen[article]} already")
            seen.setdefault(article, split)

"""Which token of a prediction stands for which token of gold, sentence by sentence and where that fails by content.

Tried in this order:

1. As many sentences, each with as many tokens: the first stands for the first, and so on.
2. As many tokens in all, nine in ten the same: likewise; the files differ in where sentences end.
3. Sentences that are the same are anchors (`difflib`, Ratcliff and Metzener 1988). Between two anchors, tokens in equal
   number of which half are the same stand for one another; else the same is done with tokens, and between two
   tokens that are the same up to three others in equal number stand for one another.

Two tokens are the same here if they differ at most in case and in the width of characters (NFKC). Rules 1 and 3 let a
misspelt token stand for the right one.
"""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENOUGH = 0.5  # of tokens that stand at the same place, for them to be taken as those of the other side
MOST = 0.9
RUN = 3  # other tokens in equal number, between the same tokens: taken as the same, misspelt
LONG = 2_000  # sentences or tokens above which frequent ones wait for a second round, for the sake of speed


def align(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> list[int | None]:
    """For each token of the prediction the number of the token of gold that it stands for, None if there is none.

    Args:
        gold: sentences of words; n words in all.
        predicted: sentences of words; m words in all.

    Returns:
        m numbers below n, rising; tokens are numbered through all sentences.
    """
    left, right = _loose(gold), _loose(predicted)
    a, b = _flat(left), _flat(right)
    same = _agreement(a, b)
    alike = [len(words) for words in left] == [len(words) for words in right]
    if len(a) == len(b) and same >= (ENOUGH if alike else MOST) * len(a):
        return list(range(len(a)))
    found: list[int | None] = [None] * len(b)
    for i, j in _by_sentence(left, right):
        found[j] = i
    return found


def agreement(gold: Sequence[str], predicted: Sequence[str], alignment: Sequence[int | None]) -> float:
    """The share of tokens that found the same token on the other side, of the shorter side; 1 if that is empty."""
    pairs = ((gold[i], predicted[j]) for j, i in enumerate(alignment) if i is not None)
    same = sum(_key(a) == _key(b) for a, b in pairs)
    fewer = min(len(gold), len(predicted))
    return same / fewer if fewer else 1.0


def _by_sentence(left: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of tokens that stand for one another."""
    left_starts, right_starts = _starts(left), _starts(right)
    matcher = SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > LONG)
    for kind, first, stop, other_first, other_stop in matcher.get_opcodes():
        i, j = left_starts[first], right_starts[other_first]
        if kind == "equal":
            yield from zip(range(i, left_starts[stop]), range(j, right_starts[other_stop]), strict=True)
        else:
            gap = _by_token(_flat(left[first:stop]), _flat(right[other_first:other_stop]))
            yield from ((i + a, j + b) for a, b in gap)


def _by_token(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int]]:
    if len(left) == len(right) and _agreement(left, right) >= ENOUGH * len(left):
        yield from zip(range(len(left)), range(len(right)), strict=True)
        return
    hasty = max(len(left), len(right)) > LONG
    matcher = SequenceMatcher(None, left, right, autojunk=hasty)
    for kind, first, stop, other_first, other_stop in matcher.get_opcodes():
        if stop - first == other_stop - other_first and (kind == "equal" or stop - first <= RUN):
            yield from zip(range(first, stop), range(other_first, other_stop), strict=True)
        elif hasty and kind == "replace" and (stop - first, other_stop - other_first) != (len(left), len(right)):
            inside = _by_token(left[first:stop], right[other_first:other_stop])
            yield from ((first + a, other_first + b) for a, b in inside)


def _agreement(left: Sequence[str], right: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(left, right, strict=False))


def _starts(sentences: Sequence[tuple[str, ...]]) -> list[int]:
    starts = [0]
    for words in sentences:
        starts.append(starts[-1] + len(words))
    return starts


def _flat(sentences: Sequence[tuple[str, ...]]) -> list[str]:
    return [word for words in sentences for word in words]


def _loose(sentences: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(_key(word) for word in words) for words in sentences]


def _key(word: str) -> str:
    return word.casefold() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()

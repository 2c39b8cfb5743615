"""Predictions of a CoNLL file, which has no ids, laid over gold token by token.

What the task's organisers do when they paste a column of predictions beside gold: each token of gold gets the tag of
the token that stands for it (`goldspan.evaluation.token_alignment`), O if none does, and the tags are decoded where
gold's sentences begin and end. A tag of a token that gold does not have does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from goldspan import tokens
from goldspan.errors import InputError
from goldspan.evaluation.token_alignment import ENOUGH, agreement, align
from goldspan.formats import tagging
from goldspan.formats.sentences import locate
from goldspan.sources.source import Note, Source
from goldspan.values import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.values import Example


class Token(NamedTuple):
    """A token of either side.

    Args:
        word: as written.
        sentence: the number of its sentence, from 0.
        extent: where it lies in the text of its sentence, in code points.
        tag: what a CoNLL file says of it.
        written: the tag as it stands there.
        line: its line in that file.
    """

    word: str
    sentence: int
    extent: tuple[int, int]
    tag: tagging.Tag = tagging.OUTSIDE
    written: str = "O"
    line: int | None = None


@dataclass(frozen=True)
class Laid:
    """Two sides and how their tokens stand for one another.

    Args:
        gold: the source of gold.
        predicted: the source of the prediction.
        left: n tokens of gold.
        right: m tokens of the prediction.
        alignment: m numbers of tokens of gold, None for a token that gold does not have.
    """

    gold: Source
    predicted: Source
    left: Sequence[Token]
    right: Sequence[Token]
    alignment: Sequence[int | None]


def pair(gold: Source, predicted: Source) -> tuple[list[Example], list[Note]]:
    """The examples of gold with the predicted spans, and what differs.

    Args:
        gold: of any kind; without tokens of its own it is cut into those of the prediction.
        predicted: with sentences.

    Raises:
        InputError: if fewer than half of the tokens of the shorter side are found on the other.
    """
    left, right = _gold_tokens(gold, predicted), _tokens(predicted)
    words = (_words(left, len(gold.examples)), _words(right, len(predicted.examples)))
    laid = Laid(gold, predicted, left, right, align(*words))
    _refuse_others(laid)
    return _examples(laid), [*_notes(laid)]


def _tokens(source: Source) -> list[Token]:
    return [
        Token(word, number, extent, tag, written, line)
        for number, each in enumerate(source.sentences)
        for word, extent, tag, written, line in zip(
            each.words, each.extents, each.tags, each.written, each.lines, strict=True
        )
    ]


def _gold_tokens(gold: Source, predicted: Source) -> list[Token]:
    if gold.sentences:
        return _tokens(gold)
    cuts = {"".join(sentence.words): sentence.words for sentence in predicted.sentences}
    return [
        Token(example.text[slice(*extent)], number, extent)
        for number, example in enumerate(gold.examples)
        for extent in locate(cuts.get("".join(example.text.split()), ()), example.text) or tokens.tokenize(example.text)
    ]


def _words(found: Sequence[Token], sentences: int) -> list[list[str]]:
    out: list[list[str]] = [[] for _ in range(sentences)]
    for token in found:
        out[token.sentence].append(token.word)
    return out


def _refuse_others(laid: Laid) -> None:
    gold, predicted = ([token.word for token in side] for side in (laid.left, laid.right))
    share = agreement(gold, predicted, laid.alignment)
    if share >= ENOUGH:
        return
    number = next((j for j, word in enumerate(predicted) if j >= len(gold) or word != gold[j]), 0)
    wanted = f"gold has {gold[number]!r}" if number < len(gold) else "gold has ended"
    first = laid.right[number]
    raise InputError(
        f"these are not the sentences of gold: the first difference is {first.word!r}, where {wanted}; "
        f"of {min(len(gold), len(predicted)):,} tokens {share:.0%} are found on the other side",
        file=laid.predicted.place(first.sentence)[0],
        line=first.line,
        remedy="Name predictions for the same texts, in the same order, with the words in the first column.",
    )


def _examples(laid: Laid) -> list[Example]:
    """The examples of gold with the spans that the predicted tags write on gold's tokens."""
    tags = [tagging.OUTSIDE] * len(laid.left)
    for number, token in zip(laid.alignment, laid.right, strict=True):
        if number is not None:
            tags[number] = token.tag
    spans: list[list[Span]] = [[] for _ in laid.gold.examples]
    for first, stop in _sentences(laid.left):
        inside = tags[first:stop]
        scheme = laid.predicted.scheme
        for chunk in tagging.well_formed(inside, scheme) if scheme else tagging.decode(inside):
            head, tail = laid.left[first + chunk.first], laid.left[first + chunk.stop - 1]
            spans[head.sentence].append(Span(head.extent[0], tail.extent[1], chunk.label))
    return [
        replace(example, spans=tuple(found), extra={}) for example, found in zip(laid.gold.examples, spans, strict=True)
    ]


def _sentences(found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where the tokens of each sentence begin and end in the list."""
    first = 0
    for number, token in enumerate(found):
        if token.sentence != found[first].sentence:
            yield first, number
            first = number
    if found:
        yield first, len(found)


def _notes(laid: Laid) -> Iterator[Note]:
    stood = {number for number in laid.alignment if number is not None}
    yield from _without_partner(laid, stood)
    for number, token in zip(laid.alignment, laid.right, strict=True):
        if number is not None and token.word != laid.left[number].word:
            message = f"{token.word!r} stands for {laid.left[number].word!r}"
            yield Note("different-token", message, *_place(laid.predicted, token), _id(laid, number))
    for (before, a), (after, b) in pairwise(zip(laid.alignment, laid.right, strict=True)):
        if before is None or after is None:
            continue
        ended = laid.left[before].sentence != laid.left[after].sentence
        if ended != (a.sentence != b.sentence):
            message = f"{'no ' * ended}sentence ends before {b.word!r}, unlike in gold"
            yield Note("different-breaks", message, *_place(laid.predicted, b), _id(laid, after))


def _without_partner(laid: Laid, stood: set[int]) -> Iterator[Note]:
    """What one of the two sides has alone: whole examples, or tokens of examples that both have."""
    for first, stop in _sentences(laid.left):
        missing = [number for number in range(first, stop) if number not in stood]
        if len(missing) == stop - first:
            yield Note("missing-example", "no prediction", *_place(laid.gold, laid.left[first]), _id(laid, first))
            continue
        for number in missing:
            message = f"no prediction for {laid.left[number].word!r}: taken as O"
            yield Note("missing-token", message, *_place(laid.gold, laid.left[number]), _id(laid, number))
    for first, stop in _sentences(laid.right):
        extra = [
            token
            for token, number in zip(laid.right[first:stop], laid.alignment[first:stop], strict=True)
            if number is None
        ]
        name = laid.predicted.examples[laid.right[first].sentence].id
        if len(extra) == stop - first:
            tagged = sum(token.tag != tagging.OUTSIDE for token in extra)
            message = f"not in gold: {len(extra)} tokens, {tagged} of them tagged"
            yield Note("extra-example", message, *_place(laid.predicted, extra[0]), name)
            continue
        for token in extra:
            message = f"{token.word!r} is not in gold; its tag {token.written} does not count"
            yield Note("extra-token", message, *_place(laid.predicted, token), name)


def _place(source: Source, token: Token) -> tuple[Path | None, int | None]:
    file, line = source.place(token.sentence)
    return file, line if token.line is None else token.line


def _id(laid: Laid, number: int) -> str:
    return laid.gold.examples[laid.left[number].sentence].id

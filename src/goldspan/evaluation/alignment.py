"""Which token of a prediction stands for which token of gold, sentence by sentence and where that fails by content.

Tried in this order:

1. As many sentences, each with as many tokens: the first stands for the first, and so on.
2. As many tokens in all, nine in ten the same: likewise; the files differ in where sentences end.
3. Sentences that are the same are anchors (`difflib`, Ratcliff and Metzener 1988). Between two anchors, tokens in equal
   number of which half are the same stand for one another; else the same is done with tokens, and between two
   tokens that are the same up to three others in equal number stand for one another.

Two tokens are the same here if they differ at most in case and in the width of characters (NFKC). Rules 1 and 3 let a
misspelt token stand for the right one.

Spans of one text laid over another that differs from it here and there.

Predictions matched to gold by id and text, in whatever order they come.

First those of the same id and the same text, then of the same text, then of a text that differs in blanks alone, then
of the same id with a text that has half of the words of gold's. Of several that are alike the first goes to the first.

Predictions of a CoNLL file, which has no ids, laid over gold token by token.

What the task's organisers do when they paste a column of predictions beside gold: each token of gold gets the tag of
the token that stands for it (`align_tokens`), O if none does, and the tags are decoded where
gold's sentences begin and end. A tag of a token that gold does not have does not count.

Gold and predictions example by example, ready to be compared.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from goldspan import iob, tokens
from goldspan.annotation import Span
from goldspan.errors import InputError
from goldspan.formats.conll_sentences import locate_words
from goldspan.formats.sources import Source, SourceNote

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example

ENOUGH = 0.5  # of tokens that stand at the same place, for them to be taken as those of the other side
MOST = 0.9
RUN = 3  # other tokens in equal number, between the same tokens: taken as the same, misspelt
LONG = 2_000  # sentences or tokens above which frequent ones wait for a second round, for the sake of speed


def align_tokens(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> list[int | None]:
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


def token_agreement(gold: Sequence[str], predicted: Sequence[str], alignment: Sequence[int | None]) -> float:
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


WORD = re.compile(r"\w+|[^\w\s]")


def align_spans(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    """The spans of a text as spans of another one; None in the place of a span that has none there.

    Where the two differ in blanks alone, a span keeps its characters exactly. Elsewhere words are aligned
    (`align_tokens`): a span goes from its first word to its last one, keeping an edge inside a
    word that is the same on both sides.

    Args:
        spans: of `text`.
        text: the text that they were found in.
        other: the text that they are wanted for.

    Returns:
        As many spans, or None if the texts share fewer than half of their words.
    """
    if text == other:
        return list(spans)
    if without_spaces(text) == without_spaces(other):
        return _by_character(spans, text, other)
    return _by_word(spans, text, other)


def without_spaces(text: str) -> str:
    """The text without its blanks."""
    return "".join(text.split())


def _by_character(spans: Sequence[Span], text: str, other: str) -> list[Span | None]:
    here, there = ([at for at, character in enumerate(t) if not character.isspace()] for t in (text, other))
    found: list[Span | None] = []
    for span in spans:
        first, stop = bisect_left(here, span.start), bisect_left(here, span.end)
        found.append(Span(there[first], there[stop - 1] + 1, span.label) if first < stop else None)
    return found


def _by_word(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    here, there = ([*WORD.finditer(t)] for t in (text, other))
    words, others = [word.group() for word in here], [word.group() for word in there]
    alignment = align_tokens([others], [words])
    if token_agreement(others, words, alignment) < ENOUGH:
        return None
    starts, ends = [word.start() for word in here], [word.end() for word in here]
    found: list[Span | None] = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end) - 1
        head, tail = (alignment[n] if first <= last else None for n in (first, last))
        if head is None or tail is None or tail < head:
            found.append(None)
            continue
        before = span.start - starts[first] if words[first] == others[head] else 0
        behind = ends[last] - span.end if words[last] == others[tail] else 0
        found.append(Span(there[head].start() + max(before, 0), there[tail].end() - max(behind, 0), span.label))
    return found


KEYS: tuple[Callable[[Example], Hashable], ...] = (
    lambda example: (example.id, example.text),
    lambda example: example.text,
    lambda example: without_spaces(example.text),
    lambda example: example.id,
)


def pair_by_text(gold: Source, predicted: Source) -> tuple[list[Example], list[SourceNote]]:
    """The examples of gold with the predicted spans, and what differs.

    An example without a prediction has no span; a prediction for what is not in gold does not count.

    Raises:
        InputError: if nothing matches.
    """
    partners = _partners(gold.examples, predicted.examples)
    if not partners:
        _refuse_all(gold, predicted)
    notes: list[SourceNote] = [*_unmatched(gold, predicted, partners)]
    found = []
    for number, example in enumerate(gold.examples):
        if number in partners:
            other = partners[number]
            found.append(_over(example, predicted.examples[other], predicted.place(other), notes))
        else:
            found.append(example.with_spans(()))
    return found, notes


def _partners(gold: Sequence[Example], predicted: Sequence[Example]) -> dict[int, int]:
    """For the number of an example of gold that of its prediction."""
    partners: dict[int, int] = {}
    left, right = [*range(len(gold))], [*range(len(predicted))]
    for key in KEYS:
        free: dict[Hashable, list[int]] = defaultdict(list)
        for number in reversed(right):
            free[key(predicted[number])].append(number)
        for number in left:
            others = free.get(key(gold[number]))
            if others and _fit(gold[number], predicted[others[-1]]):
                partners[number] = others.pop()
        taken = set(partners.values())
        left = [number for number in left if number not in partners]
        right = [number for number in right if number not in taken]
    return partners


def _fit(example: Example, other: Example) -> bool:
    return align_spans((), other.text, example.text) is not None


def _over(example: Example, other: Example, place: tuple[Any, Any], notes: list[SourceNote]) -> Example:
    """The example with the spans of its prediction; what a line of predictions says besides is kept if its text is."""
    if other.text == example.text:
        return replace(example, spans=other.spans, extra=other.extra)
    laid = align_spans(other.spans, other.text, example.text) or []
    spans: set[Span] = set()
    for span, new in zip(other.spans, laid, strict=True):
        said = f"[{span.start}, {span.end}, {span.label}] {other.surface(span)!r}"
        if new is None:
            notes.append(SourceNote("lost-span", f"{said} has no place in gold's text", *place, example.id))
        elif new in spans:
            notes.append(SourceNote("merged-span", f"{said} is there already", *place, example.id))
        else:
            spans.add(new)
    at = next((n for n, (a, b) in enumerate(zip(example.text, other.text, strict=False)) if a != b), -1)
    at = at if at >= 0 else min(len(example.text), len(other.text))
    here, there = (text[max(at - 10, 0) : at + 20] for text in (other.text, example.text))
    message = f"the text is not gold's: {here!r} where gold has {there!r}; spans laid over gold's: {len(spans)}"
    notes.append(SourceNote("different-text", message, *place, example.id))
    return replace(example, spans=tuple(spans), extra={})


def _unmatched(gold: Source, predicted: Source, partners: dict[int, int]) -> Iterator[SourceNote]:
    for number, example in enumerate(gold.examples):
        if number not in partners:
            yield SourceNote("missing-example", "no prediction", *gold.place(number), example.id)
    taken = set(partners.values())
    for number, example in enumerate(predicted.examples):
        if number not in taken:
            message = f"not in gold; its predicted spans ({len(example.spans)}) do not count"
            yield SourceNote("extra-example", message, *predicted.place(number), example.id)
    by_text = sum(gold.examples[a].id != predicted.examples[b].id for a, b in partners.items())
    if by_text:
        yield SourceNote(
            "matched-by-text", f"{by_text} of {len(partners)} are matched by text: their ids are not gold's"
        )


def _refuse_all(gold: Source, predicted: Source) -> NoReturn:
    file, line = predicted.place(0)
    raise InputError(
        f"not one of {len(predicted.examples)} predictions has a text of gold's, which begins with "
        f"{gold.examples[0].text[:40]!r}",
        file=file,
        line=line,
        example=predicted.examples[0].id if predicted.examples else None,
        remedy="Name predictions for the texts of gold; ids need not be the same where texts are.",
    )


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
    tag: iob.Tag = iob.OUTSIDE
    written: str = "O"
    line: int | None = None


@dataclass(frozen=True)
class AlignedTokens:
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


def pair_by_token(gold: Source, predicted: Source) -> tuple[list[Example], list[SourceNote]]:
    """The examples of gold with the predicted spans, and what differs.

    Args:
        gold: of any kind; without tokens of its own it is cut into those of the prediction.
        predicted: with sentences.

    Raises:
        InputError: if fewer than half of the tokens of the shorter side are found on the other.
    """
    left, right = _gold_tokens(gold, predicted), _tokens(predicted)
    words = (_words(left, len(gold.examples)), _words(right, len(predicted.examples)))
    laid = AlignedTokens(gold, predicted, left, right, align_tokens(*words))
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
        for extent in locate_words(cuts.get("".join(example.text.split()), ()), example.text)
        or tokens.tokenize(example.text)
    ]


def _words(found: Sequence[Token], sentences: int) -> list[list[str]]:
    out: list[list[str]] = [[] for _ in range(sentences)]
    for token in found:
        out[token.sentence].append(token.word)
    return out


def _refuse_others(laid: AlignedTokens) -> None:
    gold, predicted = ([token.word for token in side] for side in (laid.left, laid.right))
    share = token_agreement(gold, predicted, laid.alignment)
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


def _examples(laid: AlignedTokens) -> list[Example]:
    """The examples of gold with the spans that the predicted tags write on gold's tokens."""
    tags = [iob.OUTSIDE] * len(laid.left)
    for number, token in zip(laid.alignment, laid.right, strict=True):
        if number is not None:
            tags[number] = token.tag
    spans: list[list[Span]] = [[] for _ in laid.gold.examples]
    for first, stop in _sentences(laid.left):
        inside = tags[first:stop]
        scheme = laid.predicted.scheme
        for chunk in iob.well_formed_chunks(inside, scheme) if scheme else iob.decode(inside):
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


def _notes(laid: AlignedTokens) -> Iterator[SourceNote]:
    stood = {number for number in laid.alignment if number is not None}
    yield from _without_partner(laid, stood)
    for number, token in zip(laid.alignment, laid.right, strict=True):
        if number is not None and token.word != laid.left[number].word:
            message = f"{token.word!r} stands for {laid.left[number].word!r}"
            yield SourceNote("different-token", message, *_place(laid.predicted, token), _id(laid, number))
    for (before, a), (after, b) in pairwise(zip(laid.alignment, laid.right, strict=True)):
        if before is None or after is None:
            continue
        ended = laid.left[before].sentence != laid.left[after].sentence
        if ended != (a.sentence != b.sentence):
            message = f"{'no ' * ended}sentence ends before {b.word!r}, unlike in gold"
            yield SourceNote("different-breaks", message, *_place(laid.predicted, b), _id(laid, after))


def _without_partner(laid: AlignedTokens, stood: set[int]) -> Iterator[SourceNote]:
    """What one of the two sides has alone: whole examples, or tokens of examples that both have."""
    for first, stop in _sentences(laid.left):
        missing = [number for number in range(first, stop) if number not in stood]
        if len(missing) == stop - first:
            yield SourceNote("missing-example", "no prediction", *_place(laid.gold, laid.left[first]), _id(laid, first))
            continue
        for number in missing:
            message = f"no prediction for {laid.left[number].word!r}: taken as O"
            yield SourceNote("missing-token", message, *_place(laid.gold, laid.left[number]), _id(laid, number))
    for first, stop in _sentences(laid.right):
        extra = [
            token
            for token, number in zip(laid.right[first:stop], laid.alignment[first:stop], strict=True)
            if number is None
        ]
        name = laid.predicted.examples[laid.right[first].sentence].id
        if len(extra) == stop - first:
            tagged = sum(token.tag != iob.OUTSIDE for token in extra)
            message = f"not in gold: {len(extra)} tokens, {tagged} of them tagged"
            yield SourceNote("extra-example", message, *_place(laid.predicted, extra[0]), name)
            continue
        for token in extra:
            message = f"{token.word!r} is not in gold; its tag {token.written} does not count"
            yield SourceNote("extra-token", message, *_place(laid.predicted, token), name)


def _place(source: Source, token: Token) -> tuple[Path | None, int | None]:
    file, line = source.place(token.sentence)
    return file, line if token.line is None else token.line


def _id(laid: AlignedTokens, number: int) -> str:
    return laid.gold.examples[laid.left[number].sentence].id


@dataclass(frozen=True, slots=True)
class PairedExamples:
    """What can be compared: two lists of n examples each, with the same ids and texts at the same places.

    Args:
        gold: all examples of gold, in their order.
        predicted: the same with the predicted spans; with none where there is no prediction.
        notes: what was noted while reading gold, while reading the predictions and while pairing them.
    """

    gold: list[Example]
    predicted: list[Example]
    notes: list[SourceNote]


def pair(gold: Source, predicted: Source) -> PairedExamples:
    """Match predictions to gold: by id and text, or token by token if they are CoNLL that does not state gold's ids.

    Differing texts and tokens, missing and extra ones are noted one by one; see `pair_by_text` and
    `pair_by_token` for what counts.

    Raises:
        InputError: if there is no gold, or if the predictions are for other texts; it names the file and the line of
            the first difference.
    """
    if not gold.examples:
        raise InputError("there is no gold", remedy="Name a file with examples.")
    by_order = predicted.sentences and not _share_ids(gold, predicted)
    found, notes = pair_by_token(gold, predicted) if by_order else pair_by_text(gold, predicted)
    return PairedExamples(gold.examples, found, [*gold.notes, *predicted.notes, *notes])


def _share_ids(gold: Source, predicted: Source) -> bool:
    """Whether both sides state ids, and of the same kind."""
    if not (gold.has_ids and predicted.has_ids):
        return False
    return not {example.id for example in gold.examples}.isdisjoint(example.id for example in predicted.examples)

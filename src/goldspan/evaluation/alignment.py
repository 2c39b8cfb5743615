"""Predictions paired with gold, example by example: by id and text, or token by token.

*By id and text* (`pair_by_text`), in any order: first predictions of the same id and text, then of the same text, then
of a text that differs in spaces alone, then of the same id with a text that has half of the words of gold's. Of several
that fit equally the first is paired with the first. Spans of a text that differs are aligned with gold's
(`align_spans`).

Predictions of another unit of the same articles, sentences for gold's paragraphs, are first cut as gold is
(`with_examples_of`).

*Token by token* (`pair_by_token`), for CoNLL files, which have no ids: as the organisers of a shared task do when they
paste a column of predictions beside gold, each token of gold gets the tag of the predicted token that is aligned with
it (`align_tokens`), O if there is none, and the tags are decoded within gold's sentences. A tag of a token that gold
does not have does not count.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldspan import iob, tokens
from goldspan.annotation import Span
from goldspan.errors import InputError
from goldspan.evaluation.article_places import with_examples_of
from goldspan.example_table import DIGEST, ExampleStore, digest, joined
from goldspan.formats.conll_table import locate_words
from goldspan.formats.record import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from goldspan.annotation import Example
    from goldspan.example_table import ExampleTable
    from goldspan.formats.sources import Source

if TYPE_CHECKING:
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

HALF = 0.5  # the share of equal tokens that aligns two sequences one to one, or texts with each other
NEARLY_ALL = 0.9  # the share of equal tokens that aligns two files whose sentences end in other places
MAX_RUN = 3  # different tokens in equal number between equal ones: taken as the same, misspelt
NONE = -1  # the number of no prediction
AT_ONCE = 500  # sentences whose tokens are compared together
LONG = 2_000  # sentences or tokens above which frequent ones are left to a second pass, for speed


WORD = re.compile(r"\w+|[^\w\s]")


def align_tokens(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> list[int | None]:
    """The number of the token of gold that each token of the prediction is aligned with; None if there is none.

    Tried in this order:

    1. Equally many sentences with equally many tokens each: the first is aligned with the first, and so on.
    2. Equally many tokens in all, nine in ten equal: the same; the files differ in where sentences end.
    3. Equal sentences are anchors (`difflib`, Ratcliff and Metzener 1988). Between two anchors, equally many tokens of
       which half are equal are aligned one to one. Else equal tokens are anchors, and up to three different tokens in
       equal number between two of them are aligned.

    Two tokens are equal here if they differ at most in case and in the width of characters (NFKC). Rules 1 and 3 align
    a misspelt token with the right one.

    Args:
        gold: sentences of words; n words in all.
        predicted: sentences of words; m words in all.

    Returns:
        m numbers below n, ascending; tokens are numbered through all sentences.
    """
    left, right = _keys(gold), _keys(predicted)
    gold_keys, predicted_keys = _flat(left), _flat(right)
    equal = _count_equal(gold_keys, predicted_keys)
    same_lengths = [len(words) for words in left] == [len(words) for words in right]
    if len(gold_keys) == len(predicted_keys) and equal >= (HALF if same_lengths else NEARLY_ALL) * len(gold_keys):
        return list(range(len(gold_keys)))
    alignment: list[int | None] = [None] * len(predicted_keys)
    for i, j in _by_sentence(left, right):
        alignment[j] = i
    return alignment


def token_agreement(gold: Sequence[str], predicted: Sequence[str], alignment: Sequence[int | None]) -> float:
    """The share of the tokens of the shorter side that are aligned with an equal token; 1 if there are none."""
    pairs = ((gold[i], predicted[j]) for j, i in enumerate(alignment) if i is not None)
    equal = sum(_key(a) == _key(b) for a, b in pairs)
    shorter = min(len(gold), len(predicted))
    return equal / shorter if shorter else 1.0


def _by_sentence(left: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """The numbers of aligned tokens."""
    left_starts, right_starts = _starts(left), _starts(right)
    matcher = SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > LONG)
    for kind, first, stop, right_first, right_stop in matcher.get_opcodes():
        i, j = left_starts[first], right_starts[right_first]
        if kind == "equal":
            yield from zip(range(i, left_starts[stop]), range(j, right_starts[right_stop]), strict=True)
        else:
            gap = _by_token(_flat(left[first:stop]), _flat(right[right_first:right_stop]))
            yield from ((i + a, j + b) for a, b in gap)


def _by_token(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int]]:
    if len(left) == len(right) and _count_equal(left, right) >= HALF * len(left):
        yield from zip(range(len(left)), range(len(right)), strict=True)
        return
    is_long = max(len(left), len(right)) > LONG
    matcher = SequenceMatcher(None, left, right, autojunk=is_long)
    for kind, first, stop, right_first, right_stop in matcher.get_opcodes():
        if stop - first == right_stop - right_first and (kind == "equal" or stop - first <= MAX_RUN):
            yield from zip(range(first, stop), range(right_first, right_stop), strict=True)
        elif is_long and kind == "replace" and (stop - first, right_stop - right_first) != (len(left), len(right)):
            pairs = _by_token(left[first:stop], right[right_first:right_stop])
            yield from ((first + a, right_first + b) for a, b in pairs)


def _count_equal(left: Sequence[str], right: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(left, right, strict=False))


def _starts(sentences: Sequence[tuple[str, ...]]) -> list[int]:
    starts = [0]
    for words in sentences:
        starts.append(starts[-1] + len(words))
    return starts


def _flat(sentences: Sequence[tuple[str, ...]]) -> list[str]:
    return [word for words in sentences for word in words]


def _keys(sentences: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(_key(word) for word in words) for words in sentences]


def _key(word: str) -> str:
    """What equal tokens have in common."""
    return word.casefold() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()


def align_spans(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    """The spans of a text as spans of another text; None for a span that has no place there.

    Where the two differ in spaces alone, a span keeps its characters exactly. Elsewhere words are aligned
    (`align_tokens`): a span goes from its first word to its last one, and an edge inside a word is kept if the word is
    the same on both sides.

    Args:
        spans: of `text`.
        text: the text that they belong to.
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
    """The text without its spaces."""
    return "".join(text.split())


def _by_character(spans: Sequence[Span], text: str, other: str) -> list[Span | None]:
    places, others = ([at for at, character in enumerate(t) if not character.isspace()] for t in (text, other))
    moved: list[Span | None] = []
    for span in spans:
        first, stop = bisect_left(places, span.start), bisect_left(places, span.end)
        moved.append(Span(others[first], others[stop - 1] + 1, span.label) if first < stop else None)
    return moved


def _by_word(spans: Sequence[Span], text: str, other: str) -> list[Span | None] | None:
    matches, other_matches = ([*WORD.finditer(t)] for t in (text, other))
    words, others = [word.group() for word in matches], [word.group() for word in other_matches]
    alignment = align_tokens([others], [words])
    if token_agreement(others, words, alignment) < HALF:
        return None
    starts, ends = [word.start() for word in matches], [word.end() for word in matches]
    moved: list[Span | None] = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end) - 1
        head, tail = (alignment[n] if first <= last else None for n in (first, last))
        if head is None or tail is None or tail < head:
            moved.append(None)
            continue
        before = span.start - starts[first] if words[first] == others[head] else 0
        after = ends[last] - span.end if words[last] == others[tail] else 0
        start, end = other_matches[head].start() + max(before, 0), other_matches[tail].end() - max(after, 0)
        moved.append(Span(start, end, span.label))
    return moved


def pair_by_text(gold: Source, predicted: Source) -> tuple[ExampleTable, list[Note]]:
    """The examples of gold with the predicted spans, and notes on the differences.

    An example without a prediction has no spans; a prediction for an example that is not in gold does not count. Texts
    are read where they differ, and where nobody annotated a part of gold.

    Raises:
        InputError: if nothing matches.
    """
    left, right = gold.table, predicted.table
    partners = _partners(gold, predicted)
    if (partners < 0).all():
        raise _no_match(gold, predicted)
    notes: list[Note] = [*_unmatched(gold, predicted, partners)]
    same = _same_texts(left, right, partners)
    other, origin = ExampleStore(), np.where(same, partners, NONE)
    to_read = ~same
    to_read[left.partly_annotated] = True
    for number in np.flatnonzero(to_read & (partners >= 0)).tolist():
        place, prediction = predicted.place(int(partners[number])), right[int(partners[number])]
        spans = _judged(left[number], _moved(left[number], prediction, place, notes), place, notes)
        origin[number] = len(right) + other.append_spans(spans)
    columns = joined(right.spans, other.spans()).take(origin)
    return left.with_spans(columns, extras=(right, np.where(same, partners, NONE))), notes


def _judged(gold: Example, spans: Sequence[Span], place: tuple[Any, Any], notes: list[Note]) -> Sequence[Span]:
    """The predicted spans without those where nobody annotated gold: whether they are right is not known."""
    judged = gold.judged(spans)
    for span in sorted({*spans} - {*judged}):
        message = f"[{span.start}, {span.end}, {span.label}] {gold.surface(span)!r}: nobody annotated gold there"
        notes.append(Note("unjudged-span", message, *place, gold.id))
    return judged


def _partners(gold: Source, predicted: Source) -> Integers:
    """The number of the prediction of each example of gold, -1 without one; shape (examples,).

    Examples are the same by id and text, by text, by the text without its spaces, or by the id with a text that has
    half of the words, in this order; the first and the last need stated ids.
    """
    left, right = gold.table, predicted.table
    ids, texts = _numbered(left.ids, right.ids), _numbered(left.texts, right.texts)
    of_both = [id_number * (int(max(side.max(initial=0) for side in texts)) + 1) + text_number
               for id_number, text_number in zip(ids, texts, strict=True)]  # fmt: skip
    stated = [_stated(gold), _stated(predicted)]
    partners = np.full(len(left), NONE)
    free = np.ones(len(right), np.bool_)
    _match_keys(partners, free, of_both, stated)
    _match_keys(partners, free, texts, [])
    if (partners < 0).any() and free.any():
        _match_keys(partners, free, _keys_without_spaces(left, partners < 0, right, free), [])
    if (partners < 0).any() and free.any():
        _match_ids(partners, free, ids, stated, (left, right))
    return partners


def _stated(source: Source) -> Flags:
    """Whether each id is stated, rather than made from a number."""
    count = len(source.examples)
    return ~np.array(source.numbered, np.bool_) if len(source.numbered) else np.ones(count, np.bool_)


def _numbered(left: NDArray[np.bytes_], right: NDArray[np.bytes_]) -> list[Integers]:
    """The digests of both sides as numbers, equal where the digests are."""
    numbers = np.unique(np.concatenate([left, right]), return_inverse=True)[1]
    return np.split(numbers, [len(left)])


def _match_keys(partners: Integers, free: Flags, keys: Sequence[Integers], may: Sequence[Flags]) -> None:
    """Pair what has equal keys: of several with one key, the first of gold with the first prediction, and so on.

    Args:
        partners: of each example of gold, changed in place.
        free: whether each prediction has no partner yet, changed in place.
        keys: of both sides.
        may: which examples of both sides may be paired; all if empty.
    """
    rows = [np.flatnonzero(side) for side in (partners < 0, free)]
    if may:
        rows = [row[side[row]] for row, side in zip(rows, may, strict=True)]
    rows = [row[np.argsort(side[row], kind="stable")] for row, side in zip(rows, keys, strict=True)]
    ours, theirs = (side[row] for side, row in zip(keys, rows, strict=True))
    if not theirs.size:
        return
    at = np.searchsorted(theirs, ours) + np.arange(ours.size) - np.searchsorted(ours, ours)
    found = theirs[np.minimum(at, theirs.size - 1)] == ours
    found &= at < theirs.size
    partners[rows[0][found]] = rows[1][at[found]]
    free[rows[1][at[found]]] = False


def _keys_without_spaces(left: ExampleTable, unpaired: Flags, right: ExampleTable, free: Flags) -> list[Integers]:
    """Numbers for the texts without spaces of those examples of both sides that have no partner yet."""
    keys = []
    for table, chosen in ((left, unpaired), (right, free)):
        digests = np.zeros(len(table), f"S{DIGEST}")
        for number in np.flatnonzero(chosen).tolist():
            digests[number] = digest(without_spaces(table.text(number)))
        keys.append(digests)
    return _numbered(*keys)


def _match_ids(
    partners: Integers, free: Flags, ids: Sequence[Integers], stated: Sequence[Flags], tables: Sequence[ExampleTable]
) -> None:
    """Pair what has one stated id, and texts that share half of their words."""
    others: dict[int, list[int]] = defaultdict(list)
    for number in np.flatnonzero(free & stated[1])[::-1].tolist():
        others[int(ids[1][number])].append(number)
    for number in np.flatnonzero((partners < 0) & stated[0]).tolist():
        same = others.get(int(ids[0][number]))
        if same and align_spans((), tables[1].text(same[-1]), tables[0].text(number)) is not None:
            partners[number] = same.pop()
            free[partners[number]] = False


def _same_texts(left: ExampleTable, right: ExampleTable, partners: Integers) -> Flags:
    """Whether each example of gold has a prediction of the same text."""
    same = partners >= 0
    same[same] = left.texts[same] == right.texts[partners[same]]
    return same


def _moved(example: Example, other: Example, place: tuple[Any, Any], notes: list[Note]) -> Sequence[Span]:
    """The spans of a prediction, in the text of gold."""
    if other.text == example.text:
        return other.spans
    aligned = align_spans(other.spans, other.text, example.text) or []
    spans: set[Span] = set()
    for span, moved in zip(other.spans, aligned, strict=True):
        shown = f"[{span.start}, {span.end}, {span.label}] {other.surface(span)!r}"
        if moved is None:
            notes.append(Note("lost-span", f"{shown} has no place in gold's text", *place, example.id))
        elif moved in spans:
            notes.append(Note("merged-span", f"{shown} is there already", *place, example.id))
        else:
            spans.add(moved)
    at = next((n for n, (a, b) in enumerate(zip(example.text, other.text, strict=False)) if a != b), -1)
    at = at if at >= 0 else min(len(example.text), len(other.text))
    predicted_text, gold_text = (text[max(at - 10, 0) : at + 20] for text in (other.text, example.text))
    message = (
        f"the text is not gold's: {predicted_text!r} where gold has {gold_text!r}; spans aligned with gold's text: "
        f"{len(spans)}"
    )
    notes.append(Note("different-text", message, *place, example.id))
    return sorted(spans)


def _unmatched(gold: Source, predicted: Source, partners: Integers) -> Iterator[Note]:
    left, right = gold.table, predicted.table
    for number in np.flatnonzero(partners < 0).tolist():
        yield Note("missing-example", "no prediction", *gold.place(number), left.id(number))
    has = partners >= 0
    extra = np.ones(len(right), np.bool_)
    extra[partners[has]] = False
    counts = np.diff(right.spans.first)
    for number in np.flatnonzero(extra).tolist():
        message = f"not in gold; its predicted spans ({counts[number]}) do not count"
        yield Note("extra-example", message, *predicted.place(number), right.id(number))
    stated = _stated(gold)[has] | _stated(predicted)[partners[has]]
    by_text = int(((left.ids[has] != right.ids[partners[has]]) & stated).sum())
    if by_text:
        yield Note("matched-by-text", f"{by_text} of {has.sum()} are matched by text: their ids are not gold's")


def _no_match(gold: Source, predicted: Source) -> InputError:
    file, line = predicted.place(0)
    return InputError(
        f"none of {len(predicted.examples)} predictions has a text of gold, which begins with "
        f"{gold.table.text(0)[:40]!r}",
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
        tag: from a CoNLL file.
        written: the tag as it is written there.
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
    """The tokens of both sides and their alignment: of all examples, or of some that follow each other.

    Args:
        gold: the source of gold.
        predicted: the source of the prediction.
        examples: which examples of gold.
        left: n tokens of these.
        right: m tokens of the prediction.
        alignment: for each of the m tokens the number of a token of gold, None if gold does not have it.
    """

    gold: Source
    predicted: Source
    examples: range
    left: Sequence[Token]
    right: Sequence[Token]
    alignment: Sequence[int | None]


def pair_by_token(gold: Source, predicted: Source, language: str) -> tuple[ExampleTable, list[Note]]:
    """The examples of gold with the predicted spans, and notes on the differences.

    Where both sides have the same sentences in the same order, some are compared at a time; else all tokens of both
    sides are in memory.

    Args:
        gold: of any kind; if it has no tokens, its texts are divided into those of the prediction.
        predicted: with sentences.
        language: of the texts; it chooses the tokenizer of those that the prediction does not have.

    Raises:
        InputError: if fewer than half of the tokens of the shorter side are aligned with an equal token.
    """
    columns, notes = ExampleStore(), list[Note]()
    parts = _in_step if _are_in_step(gold, predicted, language) else _all_at_once
    for aligned in parts(gold, predicted, language):
        for spans in _spans(aligned):
            columns.append_spans(sorted(spans))
        notes += _notes(aligned)
    return gold.table.with_spans(columns.spans()), notes


def _are_in_step(gold: Source, predicted: Source, language: str) -> bool:
    """Whether the nth sentences have equally many tokens, half of all equal: the first rule of `align_tokens`."""
    if len(gold.examples) != len(predicted.examples):
        return False
    count = equal = 0
    for part in _parts(gold):
        sides = _gold_tokens(gold, predicted, language, part), _tokens(predicted, part)
        left, right = (_words(side, part) for side in sides)
        if [*map(len, left)] != [*map(len, right)]:
            return False
        count += len(sides[0])
        equal += _count_equal(_flat(_keys(left)), _flat(_keys(right)))
    return equal >= HALF * count


def _in_step(gold: Source, predicted: Source, language: str) -> Iterator[AlignedTokens]:
    """Some sentences after others, whose nth tokens are aligned."""
    for part in _parts(gold):
        left, right = _gold_tokens(gold, predicted, language, part), _tokens(predicted, part)
        yield AlignedTokens(gold, predicted, part, left, right, range(len(left)))


def _all_at_once(gold: Source, predicted: Source, language: str) -> Iterator[AlignedTokens]:
    """All sentences, aligned by `align_tokens`."""
    every = range(len(gold.examples)), range(len(predicted.examples))
    left, right = _gold_tokens(gold, predicted, language, every[0]), _tokens(predicted, every[1])
    alignment = align_tokens(_words(left, every[0]), _words(right, every[1]))
    aligned = AlignedTokens(gold, predicted, every[0], left, right, alignment)
    _require_same_sentences(aligned)
    yield aligned


def _parts(gold: Source) -> Iterator[range]:
    """The examples of gold, some at a time."""
    numbers = range(len(gold.examples))
    return (numbers[begin : begin + AT_ONCE] for begin in numbers[::AT_ONCE])


def _tokens(source: Source, part: range) -> list[Token]:
    return [
        Token(word, number, extent, tag, written, line)
        for number, sentence in zip(part, map(source.sentences.__getitem__, part), strict=True)
        for word, extent, tag, written, line in zip(
            sentence.words, sentence.extents, sentence.tags, sentence.written, sentence.lines, strict=True
        )
    ]


def _gold_tokens(gold: Source, predicted: Source, language: str, part: range) -> list[Token]:
    """The tokens of some examples of gold; if it has none, those of the predictions with the same letters.

    Where only some examples are asked for, the predictions of the same numbers are meant.
    """
    if gold.sentences:
        return _tokens(gold, part)
    own = range(len(predicted.examples)) if len(part) == len(gold.examples) else part
    predicted_words = {"".join(words): words for words in (predicted.sentences[number].words for number in own)}
    texts = ((number, gold.table.text(number)) for number in part)
    return [
        Token(text[slice(*extent)], number, extent)
        for number, text in texts
        for extent in locate_words(predicted_words.get("".join(text.split()), ()), text)
        or tokens.tokenize(text, language)
    ]


def _words(tokens_of_side: Sequence[Token], part: range) -> list[list[str]]:
    words: list[list[str]] = [[] for _ in part]
    for token in tokens_of_side:
        words[token.sentence - part.start].append(token.word)
    return words


def _require_same_sentences(aligned: AlignedTokens) -> None:
    gold, predicted = ([token.word for token in side] for side in (aligned.left, aligned.right))
    share = token_agreement(gold, predicted, aligned.alignment)
    if share >= HALF:
        return
    number = next((j for j, word in enumerate(predicted) if j >= len(gold) or word != gold[j]), 0)
    expected = f"gold has {gold[number]!r}" if number < len(gold) else "gold has ended"
    first = aligned.right[number]
    raise InputError(
        f"these are not the sentences of gold: the first difference is {first.word!r}, where {expected}; "
        f"of {min(len(gold), len(predicted)):,} tokens {share:.0%} are also on the other side",
        file=aligned.predicted.place(first.sentence)[0],
        line=first.line,
        remedy="Name predictions for the same texts, in the same order, with the words in the first column.",
    )


def _spans(aligned: AlignedTokens) -> list[list[Span]]:
    """The spans of the predicted tags on gold's tokens, of each example."""
    tags = [iob.OUTSIDE] * len(aligned.left)
    for number, token in zip(aligned.alignment, aligned.right, strict=True):
        if number is not None:
            tags[number] = token.tag
    spans: list[list[Span]] = [[] for _ in aligned.examples]
    for first, stop in _sentences(aligned.left):
        inside = tags[first:stop]
        scheme = aligned.predicted.scheme and (aligned.gold.scheme or aligned.predicted.scheme)
        for chunk in iob.well_formed_chunks(inside, scheme) if scheme else iob.decode(inside):
            head, tail = aligned.left[first + chunk.first], aligned.left[first + chunk.stop - 1]
            spans[head.sentence - aligned.examples.start].append(Span(head.extent[0], tail.extent[1], chunk.label))
    return spans


def _sentences(tokens_of_side: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where the tokens of each sentence begin and end in the list."""
    first = 0
    for number, token in enumerate(tokens_of_side):
        if token.sentence != tokens_of_side[first].sentence:
            yield first, number
            first = number
    if tokens_of_side:
        yield first, len(tokens_of_side)


def _notes(aligned: AlignedTokens) -> Iterator[Note]:
    paired = {number for number in aligned.alignment if number is not None}
    yield from _without_partner(aligned, paired)
    for number, token in zip(aligned.alignment, aligned.right, strict=True):
        if number is not None and token.word != aligned.left[number].word:
            message = f"{token.word!r} is aligned with {aligned.left[number].word!r}"
            yield Note("different-token", message, *_place(aligned.predicted, token), _id(aligned, number))
    for (before, a), (after, b) in pairwise(zip(aligned.alignment, aligned.right, strict=True)):
        if before is None or after is None:
            continue
        ended = aligned.left[before].sentence != aligned.left[after].sentence
        if ended != (a.sentence != b.sentence):
            message = f"{'no' if ended else 'a'} sentence ends before {b.word!r}, unlike in gold"
            yield Note("different-breaks", message, *_place(aligned.predicted, b), _id(aligned, after))


def _without_partner(aligned: AlignedTokens, paired: set[int]) -> Iterator[Note]:
    """Notes on what one side has alone: whole examples, or tokens of examples that both have."""
    for first, stop in _sentences(aligned.left):
        missing = [number for number in range(first, stop) if number not in paired]
        if len(missing) == stop - first:
            yield Note(
                "missing-example", "no prediction", *_place(aligned.gold, aligned.left[first]), _id(aligned, first)
            )
            continue
        for number in missing:
            message = f"no prediction for {aligned.left[number].word!r}: read as O"
            yield Note("missing-token", message, *_place(aligned.gold, aligned.left[number]), _id(aligned, number))
    for first, stop in _sentences(aligned.right):
        extra = [
            token
            for token, number in zip(aligned.right[first:stop], aligned.alignment[first:stop], strict=True)
            if number is None
        ]
        name = aligned.predicted.table.id(aligned.right[first].sentence)
        if len(extra) == stop - first:
            tagged = sum(token.tag != iob.OUTSIDE for token in extra)
            message = f"not in gold: {len(extra)} tokens, {tagged} of them tagged"
            yield Note("extra-example", message, *_place(aligned.predicted, extra[0]), name)
            continue
        for token in extra:
            message = f"{token.word!r} is not in gold; its tag {token.written} does not count"
            yield Note("extra-token", message, *_place(aligned.predicted, token), name)


def _place(source: Source, token: Token) -> tuple[Path | None, int | None]:
    file, line = source.place(token.sentence)
    return file, line if token.line is None else token.line


def _id(aligned: AlignedTokens, number: int) -> str:
    return aligned.gold.table.id(aligned.left[number].sentence)


@dataclass(frozen=True, slots=True)
class PairedExamples:
    """Gold and predictions ready to be compared: n examples each, with the same ids and texts at the same places.

    Args:
        gold: all examples of gold, in their order.
        predicted: the same with the predicted spans; without spans where there is no prediction.
        notes: on gold, on the predictions and on their pairing.
    """

    gold: ExampleTable
    predicted: ExampleTable
    notes: list[Note]


def pair(gold: Source, predicted: Source, *, language: str) -> PairedExamples:
    """Pair predictions with gold: by id and text, or token by token if they are CoNLL without gold's ids.

    Different, missing and extra texts and tokens are noted one by one; see `pair_by_text` and `pair_by_token`.

    Args:
        gold: of any kind.
        predicted: of any kind.
        language: of the texts, for the tokens of gold where it has none.

    Raises:
        InputError: if there is no gold, if spans of the two sides were read from tags by different schemes, or if the
            predictions are for other texts; it names the file and the line of the first difference.
    """
    if not gold.examples:
        raise InputError("there is no gold", remedy="Name a file with examples.")
    gold, predicted = (replace(source, examples=source.table) for source in (gold, predicted))
    predicted = with_examples_of(gold, predicted)
    by_token = predicted.sentences and not _share_ids(gold, predicted)
    if not by_token:
        _require_one_scheme(gold, predicted)
    paired, notes = pair_by_token(gold, predicted, language) if by_token else pair_by_text(gold, predicted)
    return PairedExamples(gold.table, paired, [*_scheme_notes(gold, predicted), *gold.notes, *predicted.notes, *notes])


def _are_judged_differently(gold: Source, predicted: Source) -> bool:
    return bool(gold.scheme and predicted.scheme) and gold.scheme != predicted.scheme


def _scheme_notes(gold: Source, predicted: Source) -> Iterator[Note]:
    """A note if the two sides are tagged by different schemes, and chunks have to be well formed."""
    if _are_judged_differently(gold, predicted):
        message = f"gold is tagged in {gold.scheme}, the prediction in {predicted.scheme}: both are judged by gold's"
        yield Note("several-schemes", message, *predicted.place(0))


def _require_one_scheme(gold: Source, predicted: Source) -> None:
    """Refuse two sides whose spans were read from tags by different schemes: they cannot be compared."""
    if _are_judged_differently(gold, predicted):
        file, line = predicted.place(0)
        raise InputError(
            f"its tags are judged by {predicted.scheme}, those of gold by {gold.scheme}",
            file=file,
            line=line,
            remedy="Read both with one tagging_scheme.",
        )


def _share_ids(gold: Source, predicted: Source) -> bool:
    """Whether both sides have ids, and some of them in common."""
    if not (gold.has_ids and predicted.has_ids):
        return False
    return bool(np.isin(gold.table.ids, predicted.table.ids).any())

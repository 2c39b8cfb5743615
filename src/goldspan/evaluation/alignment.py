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

from goldspan import iob, tokens
from goldspan.annotation import Span
from goldspan.errors import InputError
from goldspan.evaluation.article_places import with_examples_of
from goldspan.formats.conll_table import locate_words
from goldspan.formats.record import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.formats.sources import Source

HALF = 0.5  # the share of equal tokens that aligns two sequences one to one, or texts with each other
NEARLY_ALL = 0.9  # the share of equal tokens that aligns two files whose sentences end in other places
MAX_RUN = 3  # different tokens in equal number between equal ones: taken as the same, misspelt
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


# By what an example of gold and a prediction are the same, in this order; the first and the last need stated ids.
KEYS: tuple[Callable[[Example], Hashable], ...] = (
    lambda example: (example.id, example.text),
    lambda example: example.text,
    lambda example: without_spaces(example.text),
    lambda example: example.id,
)
KEYS_WITH_ID = {KEYS[0], KEYS[-1]}


def pair_by_text(gold: Source, predicted: Source) -> tuple[list[Example], list[Note]]:
    """The examples of gold with the predicted spans, and notes on the differences.

    An example without a prediction has no spans; a prediction for an example that is not in gold does not count.

    Raises:
        InputError: if nothing matches.
    """
    partners = _partners(gold, predicted)
    if not partners:
        raise _no_match(gold, predicted)
    notes: list[Note] = [*_unmatched(gold, predicted, partners)]
    paired = []
    for number, example in enumerate(gold.examples):
        if number in partners:
            other = partners[number]
            with_predicted = _with_predicted(example, predicted.examples[other], predicted.place(other), notes)
            paired.append(_judged(example, with_predicted, predicted.place(other), notes))
        else:
            paired.append(example.with_spans(()))
    return paired, notes


def _judged(gold: Example, predicted: Example, place: tuple[Any, Any], notes: list[Note]) -> Example:
    """The prediction without the spans where nobody annotated gold: whether they are right is not known."""
    spans = gold.judged(predicted.spans)
    if len(spans) < len(predicted.spans):
        for span in sorted({*predicted.spans} - {*spans}):
            message = f"[{span.start}, {span.end}, {span.label}] {gold.surface(span)!r}: nobody annotated gold there"
            notes.append(Note("unjudged-span", message, *place, gold.id))
        return replace(predicted, spans=tuple(spans))
    return predicted


def _partners(gold: Source, predicted: Source) -> dict[int, int]:
    """The number of the prediction of each example of gold that has one."""
    partners: dict[int, int] = {}
    left, right = [*range(len(gold.examples))], [*range(len(predicted.examples))]
    for key in KEYS:
        needs_id = key in KEYS_WITH_ID
        free: dict[Hashable, list[int]] = defaultdict(list)
        for number in reversed(right):
            if predicted.states_id(number) or not needs_id:
                free[key(predicted.examples[number])].append(number)
        for number in left:
            if needs_id and not gold.states_id(number):
                continue
            others = free.get(key(gold.examples[number]))
            if others and _fit(gold.examples[number], predicted.examples[others[-1]]):
                partners[number] = others.pop()
        taken = set(partners.values())
        left = [number for number in left if number not in partners]
        right = [number for number in right if number not in taken]
    return partners


def _fit(example: Example, other: Example) -> bool:
    return align_spans((), other.text, example.text) is not None


def _with_predicted(example: Example, other: Example, place: tuple[Any, Any], notes: list[Note]) -> Example:
    """The example with the spans of its prediction, and with its extra keys if the text is the same."""
    if other.text == example.text:
        return replace(example, spans=other.spans, extra=other.extra)
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
    return replace(example, spans=tuple(spans), extra={})


def _unmatched(gold: Source, predicted: Source, partners: dict[int, int]) -> Iterator[Note]:
    for number, example in enumerate(gold.examples):
        if number not in partners:
            yield Note("missing-example", "no prediction", *gold.place(number), example.id)
    paired = set(partners.values())
    for number, example in enumerate(predicted.examples):
        if number not in paired:
            message = f"not in gold; its predicted spans ({len(example.spans)}) do not count"
            yield Note("extra-example", message, *predicted.place(number), example.id)
    by_text = sum(
        gold.examples[a].id != predicted.examples[b].id and (gold.states_id(a) or predicted.states_id(b))
        for a, b in partners.items()
    )
    if by_text:
        yield Note("matched-by-text", f"{by_text} of {len(partners)} are matched by text: their ids are not gold's")


def _no_match(gold: Source, predicted: Source) -> InputError:
    file, line = predicted.place(0)
    return InputError(
        f"none of {len(predicted.examples)} predictions has a text of gold, which begins with "
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
    """The tokens of both sides and their alignment.

    Args:
        gold: the source of gold.
        predicted: the source of the prediction.
        left: n tokens of gold.
        right: m tokens of the prediction.
        alignment: for each of the m tokens the number of a token of gold, None if gold does not have it.
    """

    gold: Source
    predicted: Source
    left: Sequence[Token]
    right: Sequence[Token]
    alignment: Sequence[int | None]


def pair_by_token(gold: Source, predicted: Source, language: str) -> tuple[list[Example], list[Note]]:
    """The examples of gold with the predicted spans, and notes on the differences.

    Args:
        gold: of any kind; if it has no tokens, its texts are divided into those of the prediction.
        predicted: with sentences.
        language: of the texts; it chooses the tokenizer of those that the prediction does not have.

    Raises:
        InputError: if fewer than half of the tokens of the shorter side are aligned with an equal token.
    """
    left, right = _gold_tokens(gold, predicted, language), _tokens(predicted)
    words = (_words(left, len(gold.examples)), _words(right, len(predicted.examples)))
    aligned = AlignedTokens(gold, predicted, left, right, align_tokens(*words))
    _require_same_sentences(aligned)
    return _examples(aligned), [*_notes(aligned)]


def _tokens(source: Source) -> list[Token]:
    return [
        Token(word, number, extent, tag, written, line)
        for number, sentence in enumerate(source.sentences)
        for word, extent, tag, written, line in zip(
            sentence.words, sentence.extents, sentence.tags, sentence.written, sentence.lines, strict=True
        )
    ]


def _gold_tokens(gold: Source, predicted: Source, language: str) -> list[Token]:
    if gold.sentences:
        return _tokens(gold)
    predicted_words = {"".join(sentence.words): sentence.words for sentence in predicted.sentences}
    return [
        Token(example.text[slice(*extent)], number, extent)
        for number, example in enumerate(gold.examples)
        for extent in locate_words(predicted_words.get("".join(example.text.split()), ()), example.text)
        or tokens.tokenize(example.text, language)
    ]


def _words(tokens_of_side: Sequence[Token], sentences: int) -> list[list[str]]:
    words: list[list[str]] = [[] for _ in range(sentences)]
    for token in tokens_of_side:
        words[token.sentence].append(token.word)
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


def _examples(aligned: AlignedTokens) -> list[Example]:
    """The examples of gold with the spans of the predicted tags on gold's tokens."""
    tags = [iob.OUTSIDE] * len(aligned.left)
    for number, token in zip(aligned.alignment, aligned.right, strict=True):
        if number is not None:
            tags[number] = token.tag
    spans: list[list[Span]] = [[] for _ in aligned.gold.examples]
    for first, stop in _sentences(aligned.left):
        inside = tags[first:stop]
        scheme = aligned.predicted.scheme and (aligned.gold.scheme or aligned.predicted.scheme)
        for chunk in iob.well_formed_chunks(inside, scheme) if scheme else iob.decode(inside):
            head, tail = aligned.left[first + chunk.first], aligned.left[first + chunk.stop - 1]
            spans[head.sentence].append(Span(head.extent[0], tail.extent[1], chunk.label))
    return [
        replace(example, spans=tuple(of_example), extra={})
        for example, of_example in zip(aligned.gold.examples, spans, strict=True)
    ]


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
        name = aligned.predicted.examples[aligned.right[first].sentence].id
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
    return aligned.gold.examples[aligned.left[number].sentence].id


@dataclass(frozen=True, slots=True)
class PairedExamples:
    """Gold and predictions ready to be compared: n examples each, with the same ids and texts at the same places.

    Args:
        gold: all examples of gold, in their order.
        predicted: the same with the predicted spans; without spans where there is no prediction.
        notes: on gold, on the predictions and on their pairing.
    """

    gold: list[Example]
    predicted: list[Example]
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
    predicted = with_examples_of(gold, predicted)
    by_token = predicted.sentences and not _share_ids(gold, predicted)
    if not by_token:
        _require_one_scheme(gold, predicted)
    paired, notes = pair_by_token(gold, predicted, language) if by_token else pair_by_text(gold, predicted)
    return PairedExamples(
        gold.examples, paired, [*_scheme_notes(gold, predicted), *gold.notes, *predicted.notes, *notes]
    )


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
    return not {example.id for example in gold.examples}.isdisjoint(example.id for example in predicted.examples)

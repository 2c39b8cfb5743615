"""Finds the place of examples and of their spans in a text that may differ from the article.

A token of an example has a place where a window that contains it has the fingerprint of a window of the text. Windows
of an example whose tokens are equally far from those of the text make a *chain*. A chain counts if it

- covers the whole example, or
- has a window that the examples of the article have once and the text once.

Longer chains come first, and no token of the text belongs to two examples. Where several places are left for a whole
example, one of the same bytes is preferred, then one between the neighbours of the example. A chain of a part of an
example without a window of its own is not used at all. Examples that stand unchanged where they stood need no
fingerprints, and windows inside them are not computed.

So a token is placed only on a token of the same key. A span has a place if its tokens have, one after the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, product
from typing import TYPE_CHECKING, Literal, NamedTuple

from goldspan.annotation import Span
from goldspan.standoff.examples import INSIDE, FingerprintSettings, StandoffExample, StandoffSpan
from goldspan.standoff.fingerprints import FingerprintedText, cut_key, digest, digest_short
from goldspan.standoff.text_tokens import DASH, ELLIPSIS, QUOTE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.standoff.text_tokens import TextToken

ExampleOutcome = Literal["exact", "changed", "missing"]
SpanOutcome = Literal["exact", "moved", "lost"]

MOST_PAIRS = 64  # of windows and places with one fingerprint that are tried out; what is more common begins no chain
MOST_TRIED = 100_000  # windows that are looked up for examples all of whose windows are that common
MOST_CHAINS = 32  # of an example in which windows that are that common are looked up
MOST_PASSES = 4  # over what is left: a place that is taken can make another one unique
INSERTED = 40  # tokens that may have been inserted between two parts of an example
EDGE = 16  # code points of an example before its first token that are searched for its beginning
LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
BLANK_LINE = re.compile(r"(?:\r\n?|\n)[^\S\n\r]*[\n\r]|[\x0c\u2029]")


class TokenRun(NamedTuple):
    """Tokens of an example that stand one after the other in the text, too.

    Args:
        first: the number of the first one in the example.
        tokens: in the text.
    """

    first: int
    tokens: tuple[TextToken, ...]

    @property
    def end(self) -> int:
        """The number behind the last one in the example."""
        return self.first + len(self.tokens)


@dataclass(frozen=True, slots=True)
class PlacedSpan:
    """A span and its place.

    Args:
        span: in code points of the text of the original example.
        outcome: *exact* if the example is, *moved* if its tokens were found, *lost* else.
        place: in code points of the region of the example; None if it is lost.
        reason: why it is lost, without a full stop; empty else.
    """

    span: Span
    outcome: SpanOutcome
    place: Span | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlacedExample:
    """An example and its place in a text.

    Args:
        example: without its text.
        outcome: *exact* if the text has it byte by byte, *changed* if some of its tokens were found, *missing* else.
        start: where its region begins in the text, in code points.
        end: where it ends.
        text: of the region; of a changed example up to the bounds of the paragraph where its first or last tokens were
            not found, but not into another example.
        unread: extents of the region, in code points from its beginning, whose tokens are none of the example.
        runs: of its tokens, in their order; empty for an exact example, which has all of them.
    """

    example: StandoffExample
    outcome: ExampleOutcome
    start: int = 0
    end: int = 0
    text: str = ""
    unread: tuple[tuple[int, int], ...] = ()
    runs: tuple[TokenRun, ...] = field(default=(), repr=False)

    @property
    def has_same_words(self) -> bool:
        """Whether the region has the same tokens: only white space, style of marks and the like may differ."""
        if self.outcome == "changed":
            return not self.unread and [(run.first, run.end) for run in self.runs] == [(0, self.example.tokens)]
        return self.outcome == "exact"

    def place_span(self, span: StandoffSpan) -> PlacedSpan:
        """The place of a span in the region.

        Args:
            span: of this example, of gold or of a pass.
        """
        if self.outcome == "exact":
            return PlacedSpan(span.span, "exact", span.span)
        place = self._find(span)
        if isinstance(place, str):
            return PlacedSpan(span.span, "lost", None, place)
        return PlacedSpan(span.span, "moved", place)

    def place_spans(self) -> list[PlacedSpan]:
        """The places of the spans of gold, in their order."""
        return [self.place_span(span) for span in self.example.spans]

    def _find(self, span: StandoffSpan) -> Span | str:
        if self.outcome == "missing":
            return "its example is not in the text"
        if not span.tokens:
            return "it covers no visible character"
        if INSIDE in {span.head, span.tail}:
            return "one of its edges is inside a character or a run of quotation marks"
        end = span.first + span.tokens
        run = next((run for run in self.runs if run.first <= span.first and end <= run.end), None)
        if run is None:
            placed = any(run.first < end and span.first < run.end for run in self.runs)
            return "words in it or beside it differ" if placed else "the words around it are not in the text"
        first, last = run.tokens[span.first - run.first], run.tokens[end - 1 - run.first]
        start, stop = self._cut(first, span.head, forwards=True), self._cut(last, len(last.key) - span.tail)
        if start is None or stop is None or start >= stop:
            return "one of its edges is inside a character of the text"
        return Span(start, stop, span.span.label)

    def _cut(self, token: TextToken, at: int, *, forwards: bool = False) -> int | None:
        """Where a token is cut, in code points of the region, so that so much of its key stands before."""
        start, end = token.start - self.start, token.end - self.start
        if at in {0, len(token.key)}:
            return end if at else start
        raw = self.text[start:end]
        cuts = range(1, len(raw))
        order: Iterable[int] = reversed(cuts) if forwards else cuts
        return next((start + cut for cut in order if cut_key(raw, token.key, cut) == at), None)


def place_examples(
    examples: Iterable[StandoffExample], text: FingerprintedText | str, settings: FingerprintSettings
) -> list[PlacedExample]:
    """The places of the examples of one article in a text, in the order of the article.

    Args:
        examples: of the article, all of them: what they have in common makes no place certain.
        text: in which they are searched.
        settings: of the release.
    """
    compared = FingerprintedText(text, settings) if isinstance(text, str) else text
    placement = _Placement(sorted(examples, key=lambda one: (one.at, one.id)), compared)
    return placement.place()


def is_exact_at(example: StandoffExample, text: FingerprintedText, start: int) -> bool:
    """Whether a text has an example byte by byte at a place, with no word that goes on beyond it.

    The digest of an example of fewer tokens than a window covers its neighbours: so many as its windows say, or, where
    it has none (as in a pass), as the text has.

    Args:
        example: without its text.
        text: in which it may stand.
        start: of the place, in code points.
    """
    end = start + example.length
    if not 0 <= start <= end <= len(text.text) or _cuts_word(text, start) or _cuts_word(text, end):
        return False
    size = text.settings.size
    if example.tokens >= size:
        return digest(text.text[start:end]) == example.sha256
    before, behind = bisect_right(text.ends, start), bisect_left(text.starts, end)
    missing = size - example.tokens
    if example.windows:
        left = -example.windows[0].token
        right = example.windows[-1].token + missing
    else:
        left, right = min(missing, before), min(missing, len(text.tokens) - behind)
    if left > before or behind + right > len(text.tokens):
        return False
    bounds = (
        text.starts[before - left] if left else start,
        start,
        end,
        text.tokens[behind + right - 1].end if right else end,
    )
    if not example.tokens or left + right < missing:
        bounds = (0, start, end, len(text.text))
    return digest_short(text.text, bounds) == example.sha256


def _cuts_word(text: FingerprintedText, at: int) -> bool:
    """Whether a place is inside a word: its parts are other words."""
    number = bisect_right(text.starts, at) - 1
    if number < 0:
        return False
    token = text.tokens[number]
    return token.start < at < token.end and token.key not in {QUOTE, DASH, ELLIPSIS}


@dataclass(slots=True)
class _Chain:
    """Windows of an example with one distance to the text.

    Args:
        example: its number in the article.
        shift: from the numbers of tokens of the example to those of the text.
        windows: the first tokens of the windows that fit.
        has_unique: whether one of them is once in the article and once in the text.
    """

    example: int
    shift: int
    windows: set[int]
    has_unique: bool = False


class _PossiblePlace(NamedTuple):
    """A chain and the tokens of its example, from 0, that it would place."""

    chain: _Chain
    tokens: frozenset[int]


class _Placement:
    """What is placed of an article so far."""

    def __init__(self, examples: Sequence[StandoffExample], text: FingerprintedText) -> None:
        self.examples = examples
        self.text = text
        self.tokens = text.tokens
        self.size = text.settings.size
        self.owners: list[int | None] = [None] * len(self.tokens)
        self.places: list[dict[int, int]] = [{} for _ in examples]  # of each example: number of a token -> in the text
        self.known: list[list[int]] = [
            [] for _ in examples
        ]  # of each example: the numbers of the tokens that are placed
        self.bounds: list[tuple[int, int] | None] = [None] * len(examples)  # the first and last of them in the text
        self.exact: dict[int, int] = {}  # the number of an example -> where it begins, in code points

    def place(self) -> list[PlacedExample]:
        """The places of all examples."""
        for number, example in enumerate(self.examples):
            if is_exact_at(example, self.text, example.at):
                self._take_exact(number, example.at)
        for _ in range(MOST_PASSES):
            if not self._place_chains():
                break
        for number in range(len(self.examples)):
            self._keep_one_part(number)
        return [self._result(number) for number in range(len(self.examples))]

    def _take_exact(self, number: int, start: int) -> None:
        example = self.examples[number]
        self.exact[number] = start
        first = self._token_at(start)
        self._own(number, {token - first: token for token in range(first, self._token_at(start + example.length))})

    def _token_at(self, place: int) -> int:
        """The number of the first token that begins at a place or behind it, in code points."""
        return bisect_left(self.text.starts, place)

    def _own(self, number: int, places: Mapping[int, int]) -> None:
        """Gives tokens of an example their places."""
        self.places[number].update(places)
        for place in places.values():
            self.owners[place] = number
        known = self.known[number] = sorted([*self.known[number], *places])
        if known:
            self.bounds[number] = self.places[number][known[0]], self.places[number][known[-1]]

    # chains

    def _place_chains(self) -> bool:
        """Places what chains place beyond doubt, then whole examples of which there are several; whether any was."""
        candidates = self._candidates()
        before = sum(map(len, self.places))
        whole = self._whole(candidates)
        shared = self._shared_places(whole)
        for candidate in candidates:
            is_whole = self._covers_all(candidate)
            if candidate.chain.has_unique or (
                is_whole and len(whole[candidate.chain.example]) == 1 and self._first(candidate) not in shared
            ):
                self._take(candidate, is_whole=is_whole)
        for is_exact, in_order in product((True, False), repeat=2):
            for number in sorted(whole):
                self._take_whole(whole[number], is_exact=is_exact, in_order=in_order)
        return sum(map(len, self.places)) > before

    def _candidates(self) -> list[_PossiblePlace]:
        """Chains of examples that are not placed as a whole, those that cover most tokens first."""
        candidates = [_PossiblePlace(chain, self._covered(chain)) for chain in self._chains()]
        return sorted(
            (candidate for candidate in candidates if candidate.tokens),
            key=lambda one: (
                -len(one.tokens),
                not self._covers_all(one),
                not one.chain.has_unique,
                one.chain.example,
                one.chain.shift,
            ),
        )

    def _chains(self) -> list[_Chain]:
        wanted = self._wanted()
        found = self._found(wanted)
        chains: dict[tuple[int, int], _Chain] = {}
        common: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for each, places in found.items():
            windows = wanted[each]
            if len(places) * len(windows) > MOST_PAIRS:
                for number, token in windows:
                    common[number].append((token, each))
                continue
            is_unique = len(places) == len(windows) == 1
            for number, token in windows:
                for place in places:
                    chain = chains.setdefault((number, place - token), _Chain(number, place - token, set()))
                    chain.windows.add(token)
                    chain.has_unique |= is_unique
        self._add_common(chains.values(), common)
        known = {chain.example for chain in chains.values()}
        repetitive = [number for number in sorted(common) if number not in known]
        return [*chains.values(), *self._repetitive_chains(repetitive, found)]

    def _repetitive_chains(self, numbers: Iterable[int], found: Mapping[str, list[int]]) -> Iterator[_Chain]:
        """Chains of whole examples all of whose windows are too common to begin one, as far as there is time."""
        left = MOST_TRIED
        for number in numbers:
            windows = self.examples[number].windows
            rarest = min(windows, key=lambda window: (len(found.get(window.fingerprint, ())), window.token))
            for place in found.get(rarest.fingerprint, ()):
                shift = place - rarest.token
                if windows[-1].token + shift not in self.text.windows or windows[0].token + shift < 0:
                    continue
                left -= len(windows)
                if left < 0:
                    return
                if all(self.text.fingerprint(window.token + shift) == window.fingerprint for window in windows):
                    yield _Chain(number, shift, {window.token for window in windows})

    def _wanted(self) -> dict[str, list[tuple[int, int]]]:
        """By fingerprint the windows of examples that are not placed as a whole: example, first token."""
        wanted: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, example in enumerate(self.examples):
            if number not in self.exact and len(self.places[number]) < example.tokens:
                for window in example.windows:
                    wanted[window.fingerprint].append((number, window.token))
        return wanted

    def _found(self, wanted: Mapping[str, object]) -> dict[str, list[int]]:
        """By fingerprint the places of those that are wanted, among the windows with a token that is free."""
        found: dict[str, list[int]] = defaultdict(list)
        if wanted:
            for place in self._free_windows():
                each = self.text.fingerprint(place)
                if each in wanted:
                    found[each].append(place)
        return found

    def _free_windows(self) -> Iterator[int]:
        last_free = -1
        for place in range(len(self.tokens)):
            if self.owners[place] is None:
                last_free = place
            if (first := place - self.size + 1) in self.text.windows and last_free >= first:
                yield first

    def _add_common(self, chains: Iterable[_Chain], common: Mapping[int, list[tuple[int, str]]]) -> None:
        """Adds windows that are too common to begin a chain to the longest chains of their examples."""
        of_example: dict[int, list[_Chain]] = defaultdict(list)
        for chain in chains:
            of_example[chain.example].append(chain)
        for number, windows in common.items():
            longest = sorted(of_example[number], key=lambda one: (-len(one.windows), one.shift))[:MOST_CHAINS]
            for chain in longest:
                chain.windows |= {
                    token
                    for token, each in windows
                    if token + chain.shift in self.text.windows and self.text.fingerprint(token + chain.shift) == each
                }

    def _covered(self, chain: _Chain) -> frozenset[int]:
        """The tokens of its example that a chain would place: they have no place, and the text's have no owner."""
        tokens, placed = self.examples[chain.example].tokens, self.places[chain.example]
        return frozenset(
            token
            for window in chain.windows
            for token in range(max(0, window), min(tokens, window + self.size))
            if token not in placed and self.owners[token + chain.shift] is None
        )

    def _covers_all(self, candidate: _PossiblePlace) -> bool:
        return len(candidate.tokens) == self.examples[candidate.chain.example].tokens

    def _whole(self, candidates: Iterable[_PossiblePlace]) -> dict[int, list[_PossiblePlace]]:
        """By the number of an example the candidates that cover it all, in the order of the text."""
        whole: dict[int, list[_PossiblePlace]] = defaultdict(list)
        for candidate in candidates:
            if self._covers_all(candidate):
                whole[candidate.chain.example].append(candidate)
        for of_example in whole.values():
            of_example.sort(key=lambda one: one.chain.shift)
        return whole

    def _shared_places(self, whole: Mapping[int, list[_PossiblePlace]]) -> set[tuple[int, int]]:
        """The places that several whole examples of equal length could have."""
        examples: dict[tuple[int, int], set[int]] = defaultdict(set)
        for number, of_example in whole.items():
            for candidate in of_example:
                examples[self._first(candidate)].add(number)
        return {place for place, numbers in examples.items() if len(numbers) > 1}

    def _first(self, candidate: _PossiblePlace) -> tuple[int, int]:
        return candidate.chain.shift, self.examples[candidate.chain.example].tokens

    def _take_whole(self, candidates: Sequence[_PossiblePlace], *, is_exact: bool, in_order: bool) -> None:
        """Places an example at the first of several places that is free and as it is wanted."""
        for candidate in candidates:
            number, shift = candidate.chain.example, candidate.chain.shift
            if self.places[number]:
                return
            if any(self.owners[token + shift] is not None for token in candidate.tokens):
                continue
            if is_exact and self._exact_start(number, shift) is None:
                continue
            if in_order and not self._is_in_order(number, shift, candidate.tokens):
                continue
            self._take(candidate, is_whole=True)

    def _take(self, candidate: _PossiblePlace, *, is_whole: bool) -> None:
        """Places the tokens of a candidate that are still free, if those of other examples are not most of them."""
        number, shift = candidate.chain.example, candidate.chain.shift
        placed = self.places[number]
        foreign = sum(self.owners[token + shift] not in {None, number} for token in candidate.tokens)
        tokens = sorted(
            token for token in candidate.tokens if token not in placed and self.owners[token + shift] is None
        )
        if 2 * foreign >= len(candidate.tokens) or not tokens:
            return
        if not is_whole and len(candidate.chain.windows) == 1 and not self._is_in_order(number, shift, tokens):
            return
        known = self.known[number]
        parts = [[*part] for _, part in groupby(tokens, key=lambda token: bisect_left(known, token))]
        fitting = [token for part in parts if self._fits(number, shift, part) for token in part]
        self._own(number, {token: token + shift for token in fitting})
        last = self.examples[number].tokens - 1
        is_one_run = len(placed) == last + 1 and (placed[0], placed[last]) == (shift, shift + last)
        if is_one_run and (start := self._exact_start(number, shift)) is not None:
            self.exact[number] = start

    def _fits(self, number: int, shift: int, tokens: Sequence[int]) -> bool:
        """Whether tokens between two that have a place stand between those in the text, and not far from them."""
        placed, known = self.places[number], self.known[number]
        at = bisect_left(known, tokens[0])
        for token, others in ((tokens[0], known[max(0, at - 1) : at]), (tokens[-1], known[at : at + 1])):
            for other in others:
                distance = abs(token - other)
                moved = token + shift - placed[other] if token > other else placed[other] - token - shift
                if not 0 < moved <= distance + INSERTED:
                    return False
        return True

    def _is_in_order(self, number: int, shift: int, tokens: Collection[int]) -> bool:
        """Whether tokens stand between the examples before and behind that have a place."""
        first, last = min(tokens) + shift, max(tokens) + shift
        before = next((bounds for bounds in reversed(self.bounds[:number]) if bounds), None)
        behind = next((bounds for bounds in self.bounds[number + 1 :] if bounds), None)
        return (before is None or before[1] < first) and (behind is None or last < behind[0])

    def _exact_start(self, number: int, shift: int) -> int | None:
        """Where an example stands byte by byte, if its tokens begin at a place of the text."""
        example = self.examples[number]
        start, end = self.tokens[shift].start, self.tokens[shift + example.tokens - 1].end
        furthest = max(0, start - max(0, min(EDGE, example.length - (end - start))))
        return next((at for at in range(start, furthest - 1, -1) if is_exact_at(example, self.text, at)), None)

    # results

    def _keep_one_part(self, number: int) -> None:
        """Takes back what lies beyond the tokens of another example, all but the largest part."""
        placed = self.places[number]
        if not placed or number in self.exact:
            return
        parts: list[list[int]] = [[]]
        former: int | None = None
        for token in sorted(placed):
            place = placed[token]
            if former is not None and any(owner not in {None, number} for owner in self.owners[former + 1 : place]):
                parts.append([])
            parts[-1].append(token)
            former = place
        largest = max(parts, key=len)
        for token in placed.keys() - {*largest}:
            self.owners[placed.pop(token)] = None

    def _result(self, number: int) -> PlacedExample:
        example, text, placed = self.examples[number], self.text.text, self.places[number]
        if number in self.exact:
            start = self.exact[number]
            end = start + example.length
            return PlacedExample(example, "exact", start, end, text[start:end])
        if not placed:
            return PlacedExample(example, "missing")
        first, last = self._extended(number)
        start, end = self.tokens[first].start, self.tokens[last].end
        unread = tuple(self._unread(first, last, {*placed.values()}, start))
        return PlacedExample(example, "changed", start, end, text[start:end], unread, tuple(self._runs(placed)))

    def _extended(self, number: int) -> tuple[int, int]:
        """The first and the last token of the region: to the bounds of the paragraph where tokens have no place."""
        placed = self.places[number]
        first_known, last_known = min(placed), max(placed)
        first, last = placed[first_known], placed[last_known]
        for _ in range(first_known + self.size if first_known else 0):
            if not first or self.owners[first - 1] is not None or self._is_paragraph_break(first - 1):
                break
            first -= 1
            self.owners[first] = number
        missing = self.examples[number].tokens - 1 - last_known
        for _ in range(missing + self.size if missing else 0):
            if last + 1 == len(self.tokens) or self.owners[last + 1] is not None or self._is_paragraph_break(last):
                break
            last += 1
            self.owners[last] = number
        return first, last

    def _is_paragraph_break(self, token: int) -> bool:
        """Whether a paragraph ends between a token and the next."""
        between = self.text.text[self.tokens[token].end : self.tokens[token + 1].start]
        return self._break.search(between) is not None

    @cached_property
    def _break(self) -> re.Pattern[str]:
        """What ends a paragraph in this text."""
        return BLANK_LINE if BLANK_LINE.search(self.text.text) else LINE_BREAK

    def _runs(self, placed: Mapping[int, int]) -> Iterator[TokenRun]:
        run: list[int] = []
        for token in sorted(placed):
            if run and (token != run[-1] + 1 or placed[token] != placed[run[-1]] + 1):
                yield TokenRun(run[0], tuple(self.tokens[placed[each]] for each in run))
                run = []
            run.append(token)
        yield TokenRun(run[0], tuple(self.tokens[placed[each]] for each in run))

    def _unread(self, first: int, last: int, placed: set[int], start: int) -> Iterator[tuple[int, int]]:
        """The extents of tokens of the region that are none of the example, from its beginning."""
        stretch: list[int] = []
        for token in range(first, last + 2):
            if token <= last and token not in placed:
                stretch.append(token)
            elif stretch:
                yield self.tokens[stretch[0]].start - start, self.tokens[stretch[-1]].end - start
                stretch = []

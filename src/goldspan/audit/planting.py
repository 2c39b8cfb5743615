"""Errors planted among the suggestions of an article, so that it is seen who keeps them.

Four kinds: a span where nothing was suggested, on words that look like those suggested (`spurious`); a suggestion of
which one edge is moved by a token (`edge`) or which has another label (`label`); a suggestion that is left out
(`omitted`). No planted span is in gold, as far as there is gold, and none shares a word with another suggestion. Where
gold is known, what is moved, relabelled or left out is right there: else it would be no error that is planted.

How many of a kind an article gets is its rate times the number of suggestions, rounded up or down by chance so that the
rate holds on average. At most 40 % of what is suggested can be planted wrong spans, and in no article more than a share
of what is shown (`densest`), half of it at most: an annotator who sees that most suggestions are wrong stops trusting
them, and the audit would measure that.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.annotation import Span
from goldspan.corpus.audits import KINDS, RULE, Kind, PlantedSuggestion, PlantingRates, planted_line
from goldspan.errors import InvalidValueError
from goldspan.suggest.suggester import EVIDENCE, RECOGNISERS, RULES, SCORES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np

    from goldspan.annotation import Example

RECOGNISER = "audit"  # of a planted span, in the key `recognisers`
LONGEST_RUN = 4  # tokens of a spurious span
SENTENCE_END = re.compile(r"[.!?:;\"“”»«)\]]\W*$")
DENSEST = 0.5  # the largest share of what is shown in an article
MOST_WRONG = 0.4  # planted wrong spans, as a share of the suggestions of an audit


@dataclass(frozen=True, slots=True)
class PlantedArticle:
    """The suggestions of an article with errors among them.

    Args:
        article: its id.
        examples: with the spans that are shown.
        errors: by example, those planted in it.
        suggested: how many spans had been suggested.
    """

    article: str
    examples: tuple[Example, ...]
    errors: Mapping[str, tuple[PlantedSuggestion, ...]] = field(default_factory=dict)
    suggested: int = 0

    @property
    def content(self) -> str:
        """The content of its file."""
        return "".join(planted_line(one, self.errors.get(one.id, ())) for one in self.examples)

    @property
    def kinds(self) -> Counter[Kind]:
        """How many errors there are of each kind."""
        return Counter(error.kind for errors in self.errors.values() for error in errors)


def validate_rates(rates: PlantingRates, densest: float) -> None:
    """Refuse rates that are no shares, that plant nothing, or that a reader would notice.

    Raises:
        InvalidValueError: naming the rate.
    """
    for kind in KINDS:
        if not 0 <= (rate := getattr(rates, kind)) <= 1:
            raise InvalidValueError(f"the rate of {kind} errors is {rate:g}", remedy="A rate lies between 0 and 1.")
    wrong = rates.spurious + rates.edge + rates.label
    if not 0 < densest <= DENSEST:
        raise InvalidValueError(
            f"the densest share of planted spans is {densest:g}",
            remedy="It lies above 0 and is at most 0.5: where most of what is shown is wrong, nobody trusts any of it.",
        )
    if wrong > min(densest, MOST_WRONG):
        raise InvalidValueError(
            f"{wrong:.0%} of the suggestions would be planted wrong spans, more than {min(densest, MOST_WRONG):.0%}",
            remedy="Plan more articles with lower rates.",
        )


class Planter:
    """Plants errors in the articles of an audit.

    Args:
        examples: of all its articles, with their suggestions: which labels are plausible is counted there.
        gold: by example, the gold that is there.
        language: of the texts.
        labels: the names of the labels of the scheme.
        rng: where the random numbers come from.
    """

    def __init__(
        self,
        examples: Iterable[Example],
        gold: Mapping[str, Example],
        language: str,
        labels: Sequence[str],
        rng: np.random.Generator,
    ) -> None:
        self.gold = gold
        self.language = language
        self.labels = tuple(labels)
        self.rng = rng
        self.of_shape: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.of_words: defaultdict[str, set[str]] = defaultdict(set)
        for example in examples:
            for span in example.spans:
                words = example.surface(span)
                self.of_shape[_shape(words)][span.label] += 1
                self.of_words[words].add(span.label)

    def plant(self, article: str, examples: Sequence[Example], rates: PlantingRates, densest: float) -> PlantedArticle:
        """The suggestions of an article with errors among them.

        Args:
            article: its id.
            examples: with the spans suggested.
            rates: how many of each kind.
            densest: the largest share of what is shown that is planted.
        """
        suggested = sum(len(one.spans) for one in examples)
        by_id = {one.id: one for one in examples}
        wanted = {kind: int(getattr(rates, kind) * suggested + self.rng.random()) for kind in KINDS}
        errors: defaultdict[str, list[PlantedSuggestion]] = defaultdict(list)
        for kind in ("omitted", "label", "edge", "spurious"):  # the spurious last: they need free words, which abound
            found = [*self._candidates(kind, examples, errors)]
            for at in self.rng.permutation(len(found)).tolist():
                if not wanted[kind]:
                    break
                name, error = found[at]
                if self._fits(by_id[name], error, errors[name]) and (
                    kind == "omitted" or _share(suggested, errors, error) <= densest
                ):
                    errors[name].append(error)
                    wanted[kind] -= 1
        shown = tuple(_shown(one, errors[one.id]) for one in examples)
        planted = {name: tuple(sorted(some, key=_start)) for name, some in errors.items() if some}
        return PlantedArticle(article, shown, planted, suggested)

    def _candidates(
        self, kind: str, examples: Sequence[Example], errors: Mapping[str, Sequence[PlantedSuggestion]]
    ) -> Iterator[tuple[str, PlantedSuggestion]]:
        """The errors of a kind that can be planted, with their examples."""
        for example in examples:
            if kind == "spurious":
                for span in self._free_runs(example):
                    yield example.id, PlantedSuggestion("spurious", span, None)
                continue
            right = self._is_right(example)
            used = {error.suggested for error in errors.get(example.id, ())}
            for span in example.spans:
                if span in used or (right is not None and span not in right):
                    continue
                if kind == "omitted":
                    yield example.id, PlantedSuggestion("omitted", None, span)
                elif kind == "label":
                    if (other := self._other_label(example.surface(span), span.label)) is not None:
                        yield example.id, PlantedSuggestion("label", Span(span.start, span.end, other), span)
                else:
                    edges = [*self._moved_edges(example, span)]
                    if edges:
                        yield example.id, PlantedSuggestion("edge", edges[int(self.rng.integers(len(edges)))], span)

    def _is_right(self, example: Example) -> frozenset[Span] | None:
        """The spans of gold of an example; None if it has no gold of this text."""
        known = self.gold.get(example.id)
        return frozenset(known.spans) if known is not None and known.text == example.text else None

    def _fits(self, example: Example, error: PlantedSuggestion, planted: Sequence[PlantedSuggestion]) -> bool:
        """Whether an error can stand beside what is suggested, in gold and planted already."""
        others = [span for span in example.spans if span != error.suggested]
        others += [span for other in planted for span in other.spans]
        known = self._is_right(example) or frozenset()
        if error.kind == "spurious":
            others += known
        return not any(one.overlaps(span) for one in error.spans for span in others) and error.shown not in known

    def _moved_edges(self, example: Example, span: Span) -> Iterator[Span]:
        """A span with one edge moved by a token, so that something is left of it and it begins and ends with a word."""
        extents = tokens.tokenize(example.text, self.language)
        starts, ends = [start for start, _ in extents], [end for _, end in extents]
        if span.start not in starts or span.end not in ends:
            return
        first, last = starts.index(span.start), ends.index(span.end)
        for begin, end in ((first + 1, last), (first - 1, last), (first, last - 1), (first, last + 1)):
            if 0 <= begin <= end < len(extents):
                start, stop = extents[begin][0], extents[end][1]
                is_word = example.text[start].isalnum() and example.text[stop - 1].isalnum()
                if is_word and "\n" not in example.text[start:stop]:
                    yield Span(start, stop, span.label)

    def _other_label(self, surface: str, label: str) -> str | None:
        """A wrong label for some words: one that words of this shape have, the more often the likelier; else any.

        None if these words have every label elsewhere: then the label that is meant may depend on the text around.
        """
        right = self.of_words[surface] | {label}
        counted = {name: number for name, number in self.of_shape[_shape(surface)].items() if name not in right}
        return self._drawn(counted or dict.fromkeys((name for name in self.labels if name not in right), 1))

    def _drawn(self, weights: Mapping[str, int]) -> str | None:
        if not weights:
            return None
        names = sorted(weights)
        total = sum(weights.values())
        return str(names[int(self.rng.choice(len(names), p=[weights[name] / total for name in names]))])

    def _free_runs(self, example: Example) -> Iterator[Span]:
        """Words that look like a name or a number and have no suggestion, with a label that they have nowhere else."""
        if not self.labels:
            return
        extents = [(start, end) for start, end in tokens.tokenize(example.text, self.language)]
        words = [example.text[start:end] for start, end in extents]
        wanted = [
            self._is_plausible(example.text, start, word) for (start, _), word in zip(extents, words, strict=True)
        ]
        begin = 0
        while begin < len(words):
            if not wanted[begin]:
                begin += 1
                continue
            end = begin
            while end + 1 < len(words) and end + 1 - begin < LONGEST_RUN and wanted[end + 1]:
                end += 1
            start, stop = extents[begin][0], extents[end][1]
            span = Span(start, stop, self.labels[0])
            label = self._other_label(example.text[start:stop], "")
            if label is not None and not any(span.overlaps(other) for other in example.spans):
                yield Span(start, stop, label)
            begin = end + 1

    @staticmethod
    def _is_plausible(text: str, start: int, word: str) -> bool:
        """Whether a token can be part of a name or a number: digits, or a capital not at the head of a sentence.

        In scripts without capitals, any word of two letters or more can.
        """
        if not word[0].isalnum():
            return False
        if word[0].isdigit():
            return True
        if word[0].isupper():
            before = text[:start].rstrip()
            return bool(before) and SENTENCE_END.search(before) is None and len(word) > 1
        return not word[0].islower() and len(word) > 1


def _start(error: PlantedSuggestion) -> int:
    return error.start


def _shape(surface: str) -> str:
    """How words look: with a digit, all capitals, with a capital, or without."""
    if any(character.isdigit() for character in surface):
        return "digit"
    if surface.isupper():
        return "capitals"
    return "capital" if any(character.isupper() for character in surface) else "small"


def _share(suggested: int, errors: Mapping[str, Sequence[PlantedSuggestion]], one: PlantedSuggestion) -> float:
    """The share of what is shown in an article that is planted once this error is, too."""
    planted = [one, *(error for some in errors.values() for error in some)]
    kinds = Counter(error.kind for error in planted)
    shown = suggested + kinds["spurious"] - kinds["omitted"]
    return (kinds.total() - kinds["omitted"]) / max(1, shown)


def _shown(example: Example, errors: Sequence[PlantedSuggestion]) -> Example:
    """The example with what is shown, rule, score and recogniser of each span included where they are stated."""
    replaced = {error.suggested: error for error in errors if error.suggested is not None}
    rows: list[tuple[Span, int | None, Kind | None]] = []
    for place, span in enumerate(example.spans):
        error = replaced.get(span)
        if error is None:
            rows.append((span, place, None))
        elif error.shown is not None:
            rows.append((error.shown, place, error.kind))
    rows += [
        (error.shown, None, error.kind) for error in errors if error.kind == "spurious" and error.shown is not None
    ]
    rows.sort(key=lambda row: row[0])
    extra = dict(example.extra)
    for key in (RULES, SCORES, RECOGNISERS, EVIDENCE):
        values = extra.get(key)
        if isinstance(values, list) and len(values) == len(example.spans):
            extra[key] = [_stated(key, values, place, kind) for _, place, kind in rows]
    return replace(example, spans=tuple(row[0] for row in rows), extra=extra)


def _stated(key: str, values: Sequence[object], place: int | None, kind: Kind | None) -> object:
    """What a line states of a span that is shown: of a planted one, that it was."""
    if kind is None and place is not None:
        return values[place]
    return {RULES: f"{RULE}{kind}", SCORES: 0.0, RECOGNISERS: RECOGNISER}.get(key)

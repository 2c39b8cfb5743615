"""Suggestions against gold: how good they are, and what each recogniser, label and rule has to do with it.

The measures of a recogniser are those of an analysis of labelling functions, as Snorkel has it (Ratner et al. 2017:
coverage, overlaps, conflicts, correct, incorrect, empirical accuracy) and skweak for spans (Lison et al. 2021), defined
here on spans:

- *coverage* of examples: the share of the examples in which it marks something; of gold: the share of gold's spans with
  which one of its spans of the same label shares a character. Over all labels, one of its spans of any label.
- *overlap*: the share of its spans that share a character with a span of another recogniser.
- *conflict*: the share of its spans that share a character with a span of another recogniser, which has other edges or
  another label.
- *correct*: its spans that gold has with the same edges and the same label; *precision* is their share, which is the
  empirical accuracy, and *recall* the share of gold's spans that are among them.

These are about what each recogniser would suggest by itself. What it *adds* is seen from the suggestions without it:
they are combined again from what the others found.

Spans are compared in the coordinates of their article, so that gold may be cut into examples in another way. What lies
where nobody annotated, or where gold has no text, does not count: whether it is right is not known. An article whose
gold has another text is left out, and named.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldspan.errors import InvalidValueError
from goldspan.evaluation.result import ArticleSpan, Counts, Scores
from goldspan.evaluation.score_estimates import ScoreEstimate, estimate_scores
from goldspan.intervals import IntervalSettings
from goldspan.suggest.combination import combine
from goldspan.suggest.extents import Extents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.suggest.recogniser import RecognisedSpan
    from goldspan.suggest.suggester import DocumentSuggestions

SETTINGS = IntervalSettings(unit="article", resamples=1_000)
ALL = ""  # in place of a label, which is never empty: all labels


@dataclass
class RecogniserScore:
    """What one recogniser would suggest by itself, for one label or for all, against gold and the other recognisers.

    Args:
        spans: how many it marks.
        overlapping: of them, how many share a character with a span of another recogniser.
        conflicting: of those, with one of other edges or another label.
        correct: of its spans, how many gold has.
        gold: how many spans gold has.
        touched: of them, with how many one of its spans shares a character.
        marked_examples: in how many examples it marks something.
        examples: how many examples there are.
    """

    spans: int = 0
    overlapping: int = 0
    conflicting: int = 0
    correct: int = 0
    gold: int = 0
    touched: int = 0
    marked_examples: int = 0
    examples: int = 0

    @property
    def counts(self) -> Counts:
        """The counts against gold, with precision, recall and F1."""
        return Counts(self.correct, self.gold, self.spans)

    @property
    def example_coverage(self) -> float | None:
        """The share of the examples in which it marks something; None without examples."""
        return _share(self.marked_examples, self.examples)

    @property
    def gold_coverage(self) -> float | None:
        """The share of gold's spans on which it marks something; None where gold has none."""
        return _share(self.touched, self.gold)

    @property
    def overlap(self) -> float | None:
        """The share of its spans that share a character with one of another recogniser; None without spans."""
        return _share(self.overlapping, self.spans)

    @property
    def conflict(self) -> float | None:
        """The share of its spans that another recogniser marks otherwise; None without spans."""
        return _share(self.conflicting, self.spans)

    def json(self) -> dict[str, float | int | None]:
        """The counts and the shares."""
        return {
            "spans": self.spans,
            "correct": self.correct,
            "incorrect": self.spans - self.correct,
            "gold": self.gold,
            **self.counts.measures(),
            "examples": self.examples,
            "examples_covered": self.marked_examples,
            "example_coverage": self.example_coverage,
            "gold_covered": self.touched,
            "gold_coverage": self.gold_coverage,
            "overlapping": self.overlapping,
            "overlap": self.overlap,
            "conflicting": self.conflicting,
            "conflict": self.conflict,
        }


@dataclass
class RecogniserGain:
    """What the suggestions have from one recogniser: how they differ from those without it.

    Args:
        suggested: spans that are suggested as found by it.
        correct: of them, how many gold has.
        correct_lost: correct suggestions that are not there without it.
        correct_gained: correct suggestions that are there only without it.
        wrong_gone: wrong suggestions that are not there without it.
        wrong_new: wrong suggestions that are there only without it.
    """

    suggested: int = 0
    correct: int = 0
    correct_lost: int = 0
    correct_gained: int = 0
    wrong_gone: int = 0
    wrong_new: int = 0

    def without(self, counts: Counts) -> Counts:
        """The counts of the suggestions without it, from those of all recognisers."""
        correct = counts.true_positives - self.correct_lost + self.correct_gained
        wrong = counts.predicted - counts.true_positives - self.wrong_gone + self.wrong_new
        return Counts(correct, counts.gold, correct + wrong)

    def json(self, counts: Counts) -> dict[str, Any]:
        """The counts, and the scores without it, from those of all recognisers."""
        return {
            "suggested": self.suggested,
            "correct": self.correct,
            "correct_lost": self.correct_lost,
            "correct_gained": self.correct_gained,
            "wrong_gone": self.wrong_gone,
            "wrong_new": self.wrong_new,
            "without": self.without(counts).report(),
        }


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How many of the spans that are suggested by one rule of a recogniser are in gold.

    Args:
        recogniser: its name.
        rule: its id.
        right: spans that gold has, with the same label.
        wrong: spans that gold does not have.
    """

    recogniser: str
    rule: str
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        """The share that is right; there is no score for a rule that suggested nothing."""
        return self.right / (self.right + self.wrong)

    def json(self) -> dict[str, float | int]:
        """The counts and the precision."""
        return {"right": self.right, "wrong": self.wrong, "precision": self.precision}


@dataclass(frozen=True, slots=True)
class SuggestionScores:
    """One set of suggestions against gold.

    Args:
        scores: over all, per label, and what was missed and spurious, in the coordinates of the articles.
        overall: the scores over all labels with intervals by article.
        labels: those of each label.
        articles: how many are scored.
        recognisers: by recogniser, in the order of precedence, and by label what it marks; under `ALL` for all labels.
        gains: by recogniser, what the suggestions have from it.
        rules: one score per rule that suggested something.
        wrong: the suggestions that gold does not have, in the order of articles and offsets.
        left_out: the articles that only the suggestions or only gold have; they count nowhere.
        other_text: the articles whose gold has another text; they count nowhere.
    """

    scores: Scores
    overall: ScoreEstimate
    labels: Mapping[str, ScoreEstimate]
    articles: int
    recognisers: Mapping[str, Mapping[str, RecogniserScore]]
    gains: Mapping[str, RecogniserGain]
    rules: tuple[RuleScore, ...]
    wrong: tuple[WrongSuggestion, ...] = ()
    left_out: tuple[str, ...] = ()
    other_text: tuple[str, ...] = ()

    @property
    def interval_note(self) -> str:
        """What the intervals are, in a sentence."""
        return SETTINGS.sentence(self.articles)

    def json(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        report = self.scores.report()
        report["overall"] |= self.overall.json()
        for label, estimate in self.labels.items():
            report["labels"][label] |= estimate.json()
        return {
            **report,
            "spurious": [one.json() for one in self.wrong],
            "scored": self.articles,
            "recognisers": {name: self._recogniser_json(name) for name in self.recognisers},
            "rules": self._rules_json(),
            "left_out": list(self.left_out),
            "other_text": list(self.other_text),
        }

    def _recogniser_json(self, name: str) -> dict[str, Any]:
        by_label = {label: score.json() for label, score in self.recognisers[name].items()}
        return {
            "overall": by_label.pop(ALL),
            "labels": by_label,
            "gain": self.gains[name].json(self.overall.counts),
            "rules": {score.rule: score.json() for score in self.rules if score.recogniser == name},
        }

    def _rules_json(self) -> dict[str, Any]:
        """The scores by rule; rules of one id are one here, of whichever recogniser they are."""
        right, wrong = Counter[str](), Counter[str]()
        for score in self.rules:
            right[score.rule] += score.right
            wrong[score.rule] += score.wrong
        return {rule: RuleScore("", rule, right[rule], wrong[rule]).json() for rule in sorted({*right, *wrong})}


class WrongSuggestion(NamedTuple):
    """A suggested span that gold does not have, and who suggested it."""

    place: ArticleSpan
    recogniser: str
    rule: str

    def json(self) -> dict[str, str | int]:
        """The span, and who suggested it, as JSON values."""
        return {**self.place._asdict(), "recogniser": self.recogniser, "rule": self.rule}


class _LabelledExtent(NamedTuple):
    """A labelled extent, in the coordinates of an article."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class _Row:
    """Places of which none overlaps another, in the order of the text."""

    places: list[_LabelledExtent]
    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, places: Iterable[_LabelledExtent]) -> _Row:
        ordered = sorted(places)
        return cls(ordered, [one.start for one in ordered], [one.end for one in ordered])

    def overlapping(self, place: _LabelledExtent) -> list[_LabelledExtent]:
        """Those that share a character with a place."""
        return self.places[bisect_right(self.ends, place.start) : bisect_left(self.starts, place.end)]


@dataclass(frozen=True, slots=True)
class _JudgedText:
    """The text of an article that gold judges.

    Args:
        texts: extents that gold has, in the coordinates of the article.
        open: extents in them that nobody annotated.
        spans: of gold, outside these.
    """

    texts: Extents
    open: Extents
    spans: dict[_LabelledExtent, str]

    def judges(self, start: int, end: int) -> bool:
        """Whether an extent lies in what gold judges, with some character at least, and in nothing that is open."""
        return self.texts.touch(start, end) and not self.open.touch(start, end)


@dataclass
class RecogniserAnalysis:
    """Compares suggestions with gold, document by document; the texts are not kept.

    Args:
        names: of the recognisers, in the order of precedence.
    """

    names: Sequence[str]
    _tables: list[dict[str, list[int]]] = field(default_factory=list)  # by article, by label: right, in gold, suggested
    _missed: list[ArticleSpan] = field(default_factory=list)
    _wrong: list[WrongSuggestion] = field(default_factory=list)
    _rules: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    _left_out: list[str] = field(default_factory=list)
    _other_text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._scores: dict[str, defaultdict[str, RecogniserScore]] = {
            name: defaultdict(RecogniserScore) for name in self.names
        }
        self._gains = {name: RecogniserGain() for name in self.names}
        self._gold: Counter[str] = Counter()
        self._examples = 0

    @property
    def scored(self) -> int:
        """How many articles are compared."""
        return len(self._tables)

    @property
    def without_gold(self) -> int:
        """How many articles have no gold."""
        return len(self._left_out)

    def add(self, article: str, gold: Sequence[Example], suggested: DocumentSuggestions) -> None:
        """Compare the suggestions for an article with its gold.

        Args:
            article: its id.
            gold: its examples in gold; empty where it has none.
            suggested: for the whole article.
        """
        if not gold:
            self._left_out.append(article)
            return
        placed = _placed(gold, suggested.examples)
        if placed is None:
            self._other_text.append(article)
            return
        judged = _judged_text(placed)
        self._count_suggestions(article, judged, suggested.examples)
        self._count_recognisers(judged, suggested)
        self._count_gains(judged, suggested)

    def scores(self, without_suggestions: Iterable[str] = ()) -> SuggestionScores:
        """The scores of all articles that were added.

        Args:
            without_suggestions: the articles of gold for which there are none.

        Raises:
            InvalidValueError: if no article of gold was among them.
        """
        if not self._tables:
            why = "has another text in gold" if self._other_text else "is in both the gold and the suggestions"
            none = "every article" if self._other_text else "no article"
            raise InvalidValueError(f"{none} {why}", remedy="Suggest for the articles of gold, from the same texts.")
        labels = sorted({label for table in self._tables for label in table})
        rows = np.array(
            [[_summed(table), *(table.get(label, [0, 0, 0]) for label in labels)] for table in self._tables], np.float64
        )
        overall, *rest = estimate_scores(rows, SETTINGS)
        by_label = dict(zip(labels, rest, strict=True))
        wrong = tuple(sorted(self._wrong))
        return SuggestionScores(
            scores=Scores(
                {label: estimate.counts for label, estimate in by_label.items()},
                overall.counts,
                tuple(sorted(self._missed)),
                tuple(one.place for one in wrong),
            ),
            overall=overall,
            labels=by_label,
            articles=len(self._tables),
            recognisers={name: dict(self._of_recogniser(name)) for name in self.names},
            gains=self._gains,
            rules=self._rule_scores(),
            wrong=wrong,
            left_out=tuple(sorted({*self._left_out, *without_suggestions})),
            other_text=tuple(sorted(self._other_text)),
        )

    def _of_recogniser(self, name: str) -> Iterator[tuple[str, RecogniserScore]]:
        found = self._scores[name]
        for label in (ALL, *sorted(found.keys() - {ALL})):
            score = found[label]
            score.gold = self._gold.total() if label == ALL else self._gold[label]
            score.examples = self._examples
            yield label, score

    def _rule_scores(self) -> tuple[RuleScore, ...]:
        found = {(name, rule) for name, rule, _ in self._rules}
        ordered = sorted(found, key=lambda one: (self.names.index(one[0]), one[1]))
        return tuple(RuleScore(*one, self._rules[*one, True], self._rules[*one, False]) for one in ordered)

    def _count_suggestions(self, article: str, judged: _JudgedText, examples: Sequence[Example]) -> None:
        table: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for place in judged.spans:
            table[place.label][1] += 1
        missed = dict(judged.spans)
        for example in examples:
            self._examples += judged.judges(example.at, example.at + len(example.text))
            columns = zip(example.spans, example.extra["recognisers"], example.extra["rules"], strict=True)
            for span, recogniser, rule in columns:
                place = _place(example, span)
                if not judged.judges(place.start, place.end):
                    continue
                is_right = place in judged.spans
                table[place.label][2] += 1
                table[place.label][0] += is_right
                self._rules[recogniser, rule, is_right] += 1
                self._gains[recogniser].suggested += 1
                self._gains[recogniser].correct += is_right
                if is_right:
                    del missed[place]
                else:
                    wrong = ArticleSpan(article, *place, example.surface(span))
                    self._wrong.append(WrongSuggestion(wrong, recogniser, rule))
        self._missed += (ArticleSpan(article, *place, surface) for place, surface in missed.items())
        self._gold.update(place.label for place in judged.spans)
        self._tables.append(dict(table))

    def _count_recognisers(self, judged: _JudgedText, suggested: DocumentSuggestions) -> None:
        rows: dict[str, _Row] = {}
        for name, found in suggested.found.items():
            places = []
            for example, spans in zip(suggested.examples, found, strict=True):
                here = [p for span in spans if judged.judges(*(p := _place(example, span))[:2])]
                places += here
                for label in {ALL, *(place.label for place in here)} if here else ():
                    self._scores[name][label].marked_examples += 1
            rows[name] = _Row.of(places)
        for name, row in rows.items():
            others = [other for another, other in rows.items() if another != name]
            for place in row.places:
                self._count_span(name, place, others, is_right=place in judged.spans)
            for place in judged.spans:
                labels = {one.label for one in row.overlapping(place)}
                self._scores[name][ALL].touched += bool(labels)
                if place.label in labels:
                    self._scores[name][place.label].touched += 1

    def _count_span(self, name: str, place: _LabelledExtent, others: Sequence[_Row], *, is_right: bool) -> None:
        marked = [one for row in others for one in row.overlapping(place)]
        conflicts = any(one != place for one in marked)
        for label in (ALL, place.label):
            score = self._scores[name][label]
            score.spans += 1
            score.correct += is_right
            score.overlapping += bool(marked)
            score.conflicting += conflicts

    def _count_gains(self, judged: _JudgedText, suggested: DocumentSuggestions) -> None:
        for number, example in enumerate(suggested.examples):
            used = set(example.extra["recognisers"])
            kept = _judged_places(judged, example, example.spans) if used else set()
            for name in used:
                others = {other: spans[number] for other, spans in suggested.candidates.items() if other != name}
                without = _judged_places(judged, example, (one.span for one in combine(others)))
                gain = self._gains[name]
                for place in kept - without:
                    if place in judged.spans:
                        gain.correct_lost += 1
                    else:
                        gain.wrong_gone += 1
                for place in without - kept:
                    if place in judged.spans:
                        gain.correct_gained += 1
                    else:
                        gain.wrong_new += 1


def _place(example: Example, span: Span | RecognisedSpan) -> _LabelledExtent:
    return _LabelledExtent(example.at + span.start, example.at + span.end, span.label)


def _judged_places(
    judged: _JudgedText, example: Example, spans: Iterable[Span | RecognisedSpan]
) -> set[_LabelledExtent]:
    places = (_place(example, span) for span in spans)
    return {place for place in places if judged.judges(place.start, place.end)}


def _placed(gold: Sequence[Example], suggested: Sequence[Example]) -> list[tuple[int, Example]] | None:
    """Where each example of gold begins in the article; None if gold has another text.

    An example with the id and the text of a suggested one begins where that does, whatever its `at` is: not all formats
    keep it.
    """
    by_id = {example.id: example for example in suggested}
    placed = []
    for example in gold:
        same = by_id.get(example.id)
        placed.append((same.at if same is not None and same.text == example.text else example.at, example))
    row = _Row.of(_LabelledExtent(one.at, one.at + len(one.text), one.id) for one in suggested)
    for at, example in placed:
        for start, end, name in row.overlapping(_LabelledExtent(at, at + len(example.text), "")):
            first, last = max(start, at), min(end, at + len(example.text))
            if by_id[name].text[first - start : last - start] != example.text[first - at : last - at]:
                return None
    return placed


def _judged_text(placed: Sequence[tuple[int, Example]]) -> _JudgedText:
    texts = [(at, at + len(example.text)) for at, example in placed]
    unannotated = [(at + start, at + end) for at, example in placed for start, end in example.unannotated_parts]
    judged = _JudgedText(Extents(texts), Extents(unannotated), {})
    for at, example in placed:
        for span in example.spans:
            place = _LabelledExtent(at + span.start, at + span.end, span.label)
            if judged.judges(place.start, place.end):
                judged.spans[place] = example.surface(span)
    return judged


def _summed(table: Mapping[str, Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*table.values(), strict=True)] if table else [0, 0, 0]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

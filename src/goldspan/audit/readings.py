"""What the annotators of an audit marked, and whether they read with suggestions as the plan says.

Only confirmed examples count, and only those whose text is still the one that was planned. Whoever the plan gives
suggestions counts as aided, whatever the lines of their pass say (intention to treat): the assignment was drawn, what
became of it was not. Where the lines say otherwise, that is a deviation, and it is listed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.annotation import same_spans
from goldspan.audit.randomization import ReaderOutcomes
from goldspan.corpus.passes import aided_by

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from goldspan.annotation import Example, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.audits import Audit, Kind, PlantedSuggestion

    Numbers = NDArray[np.float64]
    Table = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AssignmentDeviation:
    """An article that an annotator read otherwise than the plan says.

    Args:
        annotator: the folder of their passes.
        article: its id.
        is_planned_aided: whether they were to see suggestions.
        examples: how many of its examples they read the other way.
    """

    annotator: str
    article: str
    is_planned_aided: bool
    examples: int

    def line(self) -> str:
        """The deviation as a sentence."""
        planned, done = ("with", "without") if self.is_planned_aided else ("without", "with")
        return (
            f"{self.annotator} was to read {self.article} {planned} suggestions, and read {self.examples:,} of its "
            f"examples {done} them"
        )


@dataclass(frozen=True)
class AuditReadings:
    """The readings of an audit.

    Args:
        audit: the audit.
        readings: by annotator and example id, what was confirmed; without examples whose text has changed.
        changed: by annotator, how many confirmed examples have another text than was planned.
    """

    audit: Audit
    readings: Mapping[str, Mapping[str, Example]]
    changed: Mapping[str, int]

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """The articles that are left, in the order of the plan."""
        return tuple(name for name in self.audit.articles if name not in self.audit.withdrawn)

    @cached_property
    def columns(self) -> NDArray[np.intp]:
        """The places of these articles among all that were drawn."""
        return np.array([place for place, name in enumerate(self.audit.articles) if name in {*self.articles}], np.intp)

    @cached_property
    def assignment(self) -> Table:
        """Who was to see what, True with suggestions; shape (annotators, articles)."""
        shown = [{*self.audit.shown_to(name)} for name in self.audit.annotators]
        return np.array([[article in one for article in self.articles] for one in shown], bool)

    @cached_property
    def examples_of(self) -> dict[str, list[Example]]:
        """The examples of each article, with what is shown."""
        found: dict[str, list[Example]] = {name: [] for name in self.articles}
        for example in self.audit.examples.values():
            found[example.article].append(example)
        return found

    @cached_property
    def missing(self) -> dict[str, Counter[str]]:
        """By annotator and article, how many examples they have not confirmed; without those that are complete."""
        found: dict[str, Counter[str]] = {}
        for name in self.audit.annotators:
            read = self.readings.get(name, {})
            counts = Counter(one.article for one in self.audit.examples.values() if one.id not in read)
            if counts:
                found[name] = counts
        return found

    @property
    def is_complete(self) -> bool:
        """Whether everybody has read everything."""
        return not self.missing

    @cached_property
    def deviations(self) -> tuple[AssignmentDeviation, ...]:
        """What was read otherwise than planned."""
        found = []
        for name in self.audit.annotators:
            planned = {*self.audit.shown_to(name)}
            counts = Counter(
                one.article
                for one in self.readings.get(name, {}).values()
                if (aided_by(one) is not None) != (one.article in planned)
            )
            found += [
                AssignmentDeviation(name, article, article in planned, counts[article])
                for article in self.articles
                if counts[article]
            ]
        return tuple(found)

    def errors(self, kinds: Collection[Kind]) -> Iterator[tuple[str, PlantedSuggestion]]:
        """The planted errors of some kinds with the ids of their examples, in the order of the plan."""
        for article in self.articles:
            for example in self.examples_of[article]:
                for error in self.audit.planted.get(example.id, ()):
                    if error.kind in kinds:
                        yield example.id, error

    def has_error(self, annotator: str, example: str, error: PlantedSuggestion) -> bool | None:
        """Whether an annotator has the wrong span, or lacks what was left out; None if they have not read it."""
        reading = self.readings.get(annotator, {}).get(example)
        if reading is None:
            return None
        if error.shown is None:
            return error.suggested not in reading.spans
        return error.shown in reading.spans

    def outcomes(self, kinds: Collection[Kind]) -> ReaderOutcomes:
        """How many planted errors of some kinds each annotator has in each article, and how many they read."""
        hits = np.zeros(self.assignment.shape)
        trials = np.zeros(self.assignment.shape)
        place = {name: number for number, name in enumerate(self.articles)}
        for example, error in self.errors(kinds):
            column = place[self.audit.examples[example].article]
            for row, name in enumerate(self.audit.annotators):
                has = self.has_error(name, example, error)
                if has is not None:
                    hits[row, column] += has
                    trials[row, column] += 1
        return ReaderOutcomes(hits, trials)

    def pair_counts(self, *, with_planted: bool = True) -> tuple[NDArray[np.intp], Numbers, Numbers]:
        """How far each two annotators agree in each article, on the examples that both confirmed.

        Args:
            with_planted: whether on all spans; else on those that share no word with a planted error.

        Returns:
            The places of the two, shape (pairs, 2); twice their common spans and all their spans, (pairs, articles).
        """
        pairs = [*combinations(range(len(self.audit.annotators)), 2)]
        common, every = (np.zeros((len(pairs), len(self.articles))) for _ in range(2))
        for number, (first, second) in enumerate(pairs):
            one, other = (self.readings.get(self.audit.annotators[at], {}) for at in (first, second))
            for column, article in enumerate(self.articles):
                for example in self.examples_of[article]:
                    if example.id in one and example.id in other:
                        errors = () if with_planted else self.audit.planted.get(example.id, ())
                        sides = (_outside(side[example.id].spans, errors) for side in (one, other))
                        counts = _counts(*sides)
                        common[number, column] += counts[0]
                        every[number, column] += counts[1]
        return np.array(pairs, np.intp), common, every

    def suggestion_counts(self, *, with_planted: bool) -> tuple[Numbers, Numbers]:
        """How far each annotator agrees with the suggestions in each article.

        Args:
            with_planted: whether with all that is shown; else without all spans, of either side, that share a word with
                a planted error.

        Returns:
            Twice the common spans and all spans, each of shape (annotators, articles).
        """
        common, every = (np.zeros(self.assignment.shape) for _ in range(2))
        for column, article in enumerate(self.articles):
            for example in self.examples_of[article]:
                errors = () if with_planted else self.audit.planted.get(example.id, ())
                shown = _outside(example.spans, errors)
                for row, name in enumerate(self.audit.annotators):
                    reading = self.readings.get(name, {}).get(example.id)
                    if reading is not None:
                        counts = _counts(shown, _outside(reading.spans, errors))
                        common[row, column] += counts[0]
                        every[row, column] += counts[1]
        return common, every

    def json(self) -> dict[str, Any]:
        """How much was read, for `--json`."""
        return {
            "complete": self.is_complete,
            "read": {name: len(self.readings.get(name, {})) for name in self.audit.annotators},
            "examples": len(self.audit.examples),
            "missing": {name: dict(counts) for name, counts in self.missing.items()},
            "changed_texts": dict(self.changed),
            "withdrawn": list(self.audit.withdrawn),
            "deviations": [
                {
                    "annotator": one.annotator,
                    "article": one.article,
                    "planned_aided": one.is_planned_aided,
                    "examples": one.examples,
                }
                for one in self.deviations
            ],
        }


def read_readings(corpus: Corpus, audit: Audit) -> AuditReadings:
    """The readings of an audit, from the passes of its annotators.

    Raises:
        InputError: for the first line that is not valid.
    """
    readings: dict[str, dict[str, Example]] = {}
    changed: dict[str, int] = {}
    articles = [name for name in audit.articles if name not in audit.withdrawn]
    for name in audit.annotators:
        confirmed = [one for one in corpus.confirmed_examples(name, articles) if one.id in audit.examples]
        same = {one.id: one for one in confirmed if one.text == audit.examples[one.id].text}
        readings[name] = same
        if len(confirmed) > len(same):
            changed[name] = len(confirmed) - len(same)
    return AuditReadings(audit, readings, changed)


def _counts(first: Collection[Span], second: Collection[Span]) -> tuple[int, int]:
    """Twice the spans that two sides have in common, and all spans of both."""
    return 2 * len(same_spans(first, second)), len(first) + len(second)


def _outside(spans: Collection[Span], errors: Collection[PlantedSuggestion]) -> list[Span]:
    """The spans that share no word with a planted error."""
    return [span for span in spans if not any(span.start < error.end and error.start < span.end for error in errors)]

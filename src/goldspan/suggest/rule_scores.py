"""Suggestions against gold, rule by rule: the precision of each rule, and what none of them finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.errors import InputError, InvalidValueError
from goldspan.evaluation import result
from goldspan.evaluation.result import ArticleSpan, Counts, Scores
from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example

KEY = "rules"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How many of the spans that one rule suggested are in gold.

    Args:
        rule: its id.
        right: spans that gold has, with the same label.
        wrong: spans that gold does not have.
    """

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
class RuleRun:
    """One set of suggestions against gold.

    Args:
        name: of the run, e.g. `suggestions`.
        scores: over all, per label, and what was missed and spurious, in the coordinates of the articles.
        rules: one score per rule, by id.
        left_out: the articles that only the suggestions or only gold have; they count nowhere.
    """

    name: str
    scores: Scores
    rules: tuple[RuleScore, ...]
    left_out: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """The run as JSON, rules by id."""
        return {
            **self.scores.report(),
            "rules": {score.rule: score.json() for score in self.rules},
            "left_out": list(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class RuleReport:
    """Several sets of suggestions against the same gold, such as without a further model and with it."""

    runs: tuple[RuleRun, ...]

    def json(self) -> dict[str, Any]:
        """The runs by name."""
        return {run.name: run.json() for run in self.runs}

    def tables(self) -> list[Table]:
        """The tables of STATS.md: scores by label, precision by rule, what was missed; none without a row."""
        tables = [_labels(self.runs), *map(_rules, self.runs), *map(_missed, self.runs)]
        return [table for table in tables if table.rows]


def score_rules(gold: Sequence[Example], suggested: Mapping[str, Sequence[Example]]) -> RuleReport:
    """Suggestions against gold, span by span in the coordinates of their articles, by rule.

    Args:
        gold: the curated examples.
        suggested: per run its suggestions; `extra["rules"]` names the rule of each span. They may be cut into
            paragraphs in another way than gold.

    Raises:
        InputError: for an example whose rules are not as many as its spans.
        InvalidValueError: if a run and gold have no article in common.
    """
    return RuleReport(tuple(_run(name, gold, examples) for name, examples in suggested.items()))


def _run(name: str, gold: Sequence[Example], suggested: Sequence[Example]) -> RuleRun:
    gold_articles, suggested_articles = (
        {example.article for example in gold},
        {example.article for example in suggested},
    )
    if not gold_articles & suggested_articles:
        raise InvalidValueError(
            f"{name}: no article is in both the gold and the suggestions", remedy="Suggest for the articles of gold."
        )
    examples = [example for example in suggested if example.article in gold_articles]
    scores = result.exact((example for example in gold if example.article in suggested_articles), examples)
    wrong = set(scores.spurious)
    count = Counter((rule, place in wrong) for rule, place in _fired(examples))
    rules = sorted({rule for rule, _ in count})
    return RuleRun(
        name,
        scores,
        tuple(RuleScore(rule, count[rule, False], count[rule, True]) for rule in rules),
        tuple(sorted(gold_articles ^ suggested_articles)),
    )


def _fired(examples: Iterable[Example]) -> Iterator[tuple[str, ArticleSpan]]:
    """Each suggested span with its rule."""
    for example in examples:
        rules = example.extra.get(KEY, [])
        if not isinstance(rules, list) or len(rules) != len(example.spans):
            raise InputError(
                f"{KEY!r} does not name one rule for each of the {len(example.spans)} spans",
                example=example.id,
                remedy="Run `goldspan suggest` again.",
            )
        for rule, span in zip(rules, example.spans, strict=True):
            place = ArticleSpan(
                example.article, example.at + span.start, example.at + span.end, span.label, example.surface(span)
            )
            yield str(rule), place


def _labels(runs: Iterable[RuleRun]) -> Table:
    rows = [
        (f"{run.name}: {label}", *map(str, (counts.gold, counts.predicted, counts.true_positives)), *_measures(counts))
        for run in runs
        for label, counts in (*run.scores.labels.items(), ("all", run.scores.overall))
    ]
    return Table(
        "Suggestions against gold",
        "A suggestion is correct if gold has the same span with the same label.",
        ("suggestions and label", "gold", "suggested", "correct", "precision", "recall", "F1"),
        tuple(rows),
    )


def _rules(run: RuleRun) -> Table:
    rows = [(score.rule, str(score.right), str(score.wrong), _percent(score.precision)) for score in run.rules]
    note = "A span counts for the rule that suggested it, even if other rules would have suggested it, too."
    return Table(f"Suggestions by rule: {run.name}", note, ("rule", "correct", "wrong", "precision"), tuple(rows))


def _missed(run: RuleRun) -> Table:
    rows = []
    for label, counts in run.scores.labels.items():
        surfaces = Counter(place.surface for place in run.scores.missed if place.label == label)
        top = sorted(surfaces.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
        listed = ", ".join(f"{surface} ({times})" for surface, times in top)
        rows.append((label, str(counts.gold), str(surfaces.total()), str(len(surfaces)), listed))
    return Table(
        f"Missed by the suggestions: {run.name}",
        f"Gold spans that no rule suggested with these edges and this label; up to {SHOWN} surfaces are shown.",
        ("label", "gold", "missed", "different", "surface (times)"),
        tuple(rows),
    )


def _measures(counts: Counts) -> tuple[str, str, str]:
    return _percent(counts.precision), _percent(counts.recall), _percent(counts.f1)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"

"""The report of an evaluation as one value: scores with intervals, slices, errors, and remarks on how to read them.

An undefined number is None, in JSON null, and a sentence of `undefined` gives the reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.bootstrap import default_unit
from goldspan.corpus.passes import unaided_readings
from goldspan.errors import InvalidValueError
from goldspan.evaluation.errors import confusion, error_kinds, frequent_errors, hardest, span_outcomes
from goldspan.evaluation.human_ceiling import human_ceiling
from goldspan.evaluation.quantity_values import score_values
from goldspan.evaluation.scores import by_article, measure_examples
from goldspan.evaluation.slices import slices
from goldspan.example_table import ExampleTable
from goldspan.quantities import labels_with_values
from goldspan.report.text import enumerate_names
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.errors import ConfusionMatrix, ErrorCounts, FrequentError, HardExample
    from goldspan.evaluation.human_ceiling import HumanCeiling
    from goldspan.evaluation.quantity_values import LabelValues
    from goldspan.evaluation.result import Evaluation, PrecisionRecallF1
    from goldspan.evaluation.scores import ArticleScores
    from goldspan.evaluation.significance import ScoreIntervals, SystemComparison
    from goldspan.evaluation.slices import Slice
    from goldspan.formats.record import Note
    from goldspan.intervals import Method

MOST_NAMED = 10  # examples in a sentence


ALL = "precision, recall and F1 are undefined, as gold has no spans and none were predicted"
PRECISION = "precision is undefined, as no spans were predicted"
RECALL = "recall is undefined, as gold has no spans"


def remarks(
    examples: Iterable[Example],
    *,
    scheme: LabelScheme | None = None,
    language: str | None = None,
    training: Sequence[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
) -> tuple[str, ...]:
    """Sentences on how to read the report, and on what cannot be known from these data.

    Args:
        examples: those of gold that were evaluated.
        scheme: the labels, if they are known.
        language: of the texts, if it is known without the scheme.
        training: what the model was trained on, if it is known.
        passes: per annotator the examples read, if there are any.
    """
    gold = ExampleTable.of(examples)
    known = language or (scheme.stated_language if scheme else None)
    cut_as = known or DEFAULT_LANGUAGE
    assumed = "" if known else "; neither a label scheme nor --language names the language of the texts"
    sentences = [
        "A label is measured as if there were no other; the confusion matrix shows which were predicted for which.",
        "Errors and confusion come from one matching: first of identical spans, then with the most right labels.",
        "Slices are measured by the scheme strict: a span counts as a whole or not at all.",
        f"Lengths count the tokens of spaCy's rule-based tokenizer for {cut_as!r} that a span overlaps{assumed}.",
        *_articles(gold),
    ]
    if scheme is None:
        sentences.append("Without a label scheme it is not known which labels are quantities: no values are compared.")
    elif any(label.quantity for label in scheme.labels) and not labels_with_values(scheme):
        sentences.append(f"Values of quantities are read in English alone: in {scheme.language!r} none are compared.")
    sentences += _training(gold, training)
    sentences += _passes(gold, passes) if passes else ["There are no passes, so human agreement is not known."]
    return tuple(sentences)


def _articles(gold: ExampleTable) -> Iterator[str]:
    """A remark if there is one article, or if each example is an article."""
    articles = int(gold.article_numbers.max(initial=-1)) + 1
    if articles == len(gold):
        yield "Every example is an article of its own, so there are no measures per article."
    elif articles == 1:
        yield "All examples are of one article: the scores on other articles may be quite different."


def _training(gold: ExampleTable, training: Sequence[Example] | None) -> Iterator[str]:
    """A remark if the training data is not known, or has some of the examples."""
    if training is None:
        yield "The training data is not known, so seen and unseen spans are not separated."
    else:
        yield from warnings(gold, training)


def warnings(gold: ExampleTable, training: Sequence[Example] | None) -> Iterator[str]:
    """What makes the scores worthless: a sentence if the model was trained on some of the examples."""
    if training is None:
        return
    known = np.flatnonzero(np.isin(gold.texts, ExampleTable.of(training).texts)).tolist()
    if known:
        yield (
            f"{len(known)} of the examples are also in the training data, so the scores are too high: "
            f"{_names(gold, known)}."
        )


def _names(gold: ExampleTable, numbers: Sequence[int]) -> str:
    """The ids of the first of some examples; the others are counted."""
    named = (gold.id(number) if place < MOST_NAMED else "" for place, number in enumerate(numbers))
    return enumerate_names(named, most=MOST_NAMED)


def _passes(gold: ExampleTable, passes: Mapping[str, Sequence[Example]]) -> Iterator[str]:
    """Remarks on examples that fewer than two annotators have read, or that have another text in a pass."""
    numbers = gold.numbers_of({example.id for examples in passes.values() for example in examples})
    texts = {name: gold.text(same[-1]) for name, same in numbers.items()}
    readings = np.zeros(len(gold), np.int64)
    for name, examples in passes.items():
        mine = [example for example in examples if example.id in texts]
        for example in mine:
            if example.text == texts[example.id]:
                readings[numbers[example.id]] += 1
        differing = [example.id for example in mine if example.text != texts[example.id]]
        if differing:
            names = enumerate_names(differing, most=MOST_NAMED)
            yield f"{name}: these examples have another text than in gold and do not count: {names}."
    few = np.flatnonzero(readings < 2).tolist()
    if few:
        yield (
            f"Fewer than two annotators have read {len(few)} of the examples; their spans are neither unanimous nor "
            f"disputed: {_names(gold, few)}."
        )


def undefined_reason(row: PrecisionRecallF1) -> str | None:
    """What is undefined in a row of measures, and why; None if nothing is."""
    if row.f1 is None:
        return ALL
    if row.precision is None:
        return PRECISION
    return RECALL if row.recall is None else None


def of_rows(rows: Mapping[str, PrecisionRecallF1]) -> Iterator[str]:
    """A sentence for each row, by its name, in which something is undefined."""
    for name, row in rows.items():
        if reason := undefined_reason(row):
            yield f"{name}: {reason}."


def of_evaluation(evaluation: Evaluation) -> Iterator[str]:
    """The sentences over all labels and for each; what is undefined by one scheme is undefined by all."""
    yield from of_rows({"All labels": evaluation.overall["strict"], **evaluation.labels["strict"]})
    if evaluation.macro("strict") is None:
        yield "The macro-averaged F1 is undefined, as the F1 of every label is."


def of_articles(articles: Iterable[ArticleScores]) -> Iterator[str]:
    """One sentence for all articles in which the same is undefined."""
    articles_by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        if reason := undefined_reason(article.evaluation.overall["strict"]):
            articles_by_reason[reason].append(article.article)
    for reason, names in articles_by_reason.items():
        yield f"In {enumerate_names(names)}: {reason}."


def of_values(values: Iterable[LabelValues]) -> Iterator[str]:
    """A sentence for each label without an accuracy."""
    for of_label in values:
        if of_label.accuracy is None:
            yield f"{of_label.label}: the accuracy of the values is undefined, as no gold span has a value."


def of_ceiling(ceiling: HumanCeiling | None) -> Iterator[str]:
    """A sentence for each agreement and each score that is undefined."""
    if ceiling is None:
        return
    rows = [(f"{pair.first} and {pair.second}", pair.f1, pair.model_f1) for pair in ceiling.pairs]
    rows += [(f"{annotator.name} and gold", annotator.f1, annotator.model_f1) for annotator in ceiling.passes]
    for names, human_f1, model_f1 in rows:
        if human_f1 is None:
            yield f"{names}: their F1 is undefined, as neither has any spans."
        if model_f1 is None:
            yield f"{names}: the model's F1 on their examples is undefined, as neither gold nor the model has spans."


def undefined_sentences(
    evaluation: Evaluation,
    slices: Sequence[Slice],
    articles: Sequence[ArticleScores],
    values: Sequence[LabelValues],
    ceiling: HumanCeiling | None,
) -> tuple[str, ...]:
    """All sentences on undefined measures, without slices by label and article, which would repeat the others."""
    parts = [part for part in slices if part.dimension not in ("label", "article")]
    return (
        *of_evaluation(evaluation),
        *of_rows({f"The slice {part.dimension} {part.name}": part.counts for part in parts}),
        *of_articles(articles),
        *of_values(values),
        *of_ceiling(ceiling),
    )


@dataclass(frozen=True, slots=True)
class CorpusSize:
    """How much was evaluated.

    Args:
        examples: their number.
        articles: the number of articles that they belong to.
        gold: the number of gold spans.
        predicted: the number of predicted spans.
    """

    examples: int
    articles: int
    gold: int
    predicted: int


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """A prediction against gold.

    Args:
        size: how much was evaluated.
        labels: those of the scheme, in its order, and then those that only the data has.
        evaluation: counts and measures by all four schemes.
        intervals: of all measures.
        comparison: with the baseline, if there is one.
        slices: the scores of the scheme strict on slices of the spans.
        confusion: which labels were predicted for which.
        errors: whether boundary or label is wrong.
        frequent_errors: the most frequent errors by kind and labels, the most frequent first.
        values: of each quantity label.
        articles: the measures of each; empty where each example is an article of its own.
        hardest: the examples with the most errors first.
        ceiling: human agreement, if there are passes.
        undefined: a sentence on each measure that is undefined.
        remarks: how to read the report, and why something is missing.
        warnings: those of them that make the scores worthless.
        notes: on the inputs.
    """

    size: CorpusSize
    labels: tuple[str, ...]
    evaluation: Evaluation
    intervals: ScoreIntervals
    comparison: SystemComparison | None
    slices: tuple[Slice, ...]
    confusion: ConfusionMatrix
    errors: ErrorCounts
    frequent_errors: tuple[FrequentError, ...]
    values: tuple[LabelValues, ...]
    articles: Sequence[ArticleScores]
    hardest: tuple[HardExample, ...]
    ceiling: HumanCeiling | None
    undefined: tuple[str, ...]
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[Note, ...]

    def json(self) -> dict[str, Any]:
        """The report as JSON values, by the documented schema."""
        return {
            "size": asdict(self.size),
            "labels": list(self.labels),
            "schemes": self.evaluation.json(),
            "intervals": self.intervals.json(),
            "comparison": self.comparison and self.comparison.json(),
            "slices": self._slices(),
            "confusion": self.confusion.json(),
            "errors": self.errors.json(),
            "frequent_errors": [asdict(error) for error in self.frequent_errors],
            "values": {values.label: values.json() for values in self.values},
            "articles": {article.article: article.json() for article in self.articles},
            "hardest": [example.json() for example in self.hardest],
            "ceiling": self.ceiling and self.ceiling.json(),
            "undefined": list(self.undefined),
            "remarks": list(self.remarks),
            "warnings": list(self.warnings),
            "notes": [note.json() for note in self.notes],
        }

    def _slices(self) -> dict[str, dict[str, Any]]:
        dimensions: dict[str, dict[str, Any]] = {}
        for part in self.slices:
            dimensions.setdefault(part.dimension, {})[part.name] = part.json()
        return dimensions


def make_report(
    gold: Iterable[Example],
    predicted: Iterable[Example],
    *,
    baseline: Iterable[Example] | None = None,
    training: Sequence[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
    scheme: LabelScheme | None = None,
    language: str | None = None,
    unit: Unit | None = None,
    method: Method = "jackknife-t",
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
    notes: Sequence[Note] = (),
    on_examples: Callable[[int], object] = lambda _: None,
) -> EvaluationReport:
    """The report of an evaluation.

    Args:
        gold: the curated examples.
        predicted: the same examples in the same order, with predicted spans.
        baseline: the same examples with the spans of another system, to compare with.
        training: what the model was trained on, to separate seen from unseen spans.
        passes: per annotator the examples read, for human agreement and to separate unanimous from disputed spans.
        scheme: the labels, their order, which of them are quantities, and the language of the texts.
        language: of the texts, if there is no scheme or it has another; if neither names one, English is assumed and a
            remark says so.
        unit: of the intervals. Examples of one article are alike, so that intervals by example are too narrow; None
            means articles, unless there is only one.
        method: of the intervals.
        resamples: how many corpora are drawn by methods that resample, and in how many ways predictions are exchanged.
        level: of the intervals.
        seed: of the random numbers; the same seed gives the same report.
        notes: on the inputs, to be part of the report.
        on_examples: called now and then with the number of examples whose texts have been read.

    Raises:
        InvalidValueError: if there is no example, or the sides are not paired one to one.
    """
    from goldspan.evaluation.significance import compare, intervals
    from goldspan.intervals import IntervalSettings

    left, right = ExampleTable.of(gold), ExampleTable.of(predicted)
    require_paired(left, right, "the predictions")
    other = None if baseline is None else ExampleTable.of(baseline)
    if other is not None:
        require_paired(left, other, "the baseline")
    labels = label_names(scheme, left, right, other or ())
    numbers, outcomes = left.article_numbers, span_outcomes(left, right)
    unit = unit or default_unit(numbers)
    units = numbers if unit == "article" else None
    counted = measure_examples(left.spans, right.spans, labels, units)
    evaluation = counted.evaluation()
    of_articles = counted if units is not None else counted.of_units(numbers)
    articles = by_article(left.articles, np.bincount(numbers).tolist(), of_articles)
    cut_as = language or (scheme.language if scheme else DEFAULT_LANGUAGE)
    unaided = passes and {name: unaided_readings(examples) for name, examples in passes.items()}
    parts = slices(left, right, labels, language=cut_as, training=training, passes=unaided, on_examples=on_examples)
    quantities = labels_with_values(scheme) if scheme else ()
    of_quantities = tuple(score_values(left, outcomes, label) for label in quantities)
    ceiling = None if passes is None else human_ceiling(left, right, passes)
    settings = IntervalSettings(unit=unit, method=method, resamples=resamples, level=level, seed=seed)
    limits = intervals(counted, settings)
    comparison = None
    if other is not None:
        comparison = compare(counted, measure_examples(left.spans, other.spans, labels, units), settings)
    return EvaluationReport(
        size=CorpusSize(
            examples=len(left),
            articles=int(numbers.max()) + 1,
            gold=left.spans.size,
            predicted=right.spans.size,
        ),
        labels=labels,
        evaluation=evaluation,
        intervals=limits,
        comparison=comparison,
        slices=parts,
        confusion=confusion(outcomes, labels),
        errors=error_kinds(outcomes, labels),
        frequent_errors=frequent_errors(left, outcomes),
        values=of_quantities,
        articles=articles,
        hardest=hardest(left, right, outcomes),
        ceiling=ceiling,
        undefined=undefined_sentences(evaluation, parts, articles, of_quantities, ceiling),
        remarks=(
            *filter(None, (limits.sentence, limits.missing)),
            *remarks(left, scheme=scheme, language=language, training=training, passes=passes),
        ),
        warnings=tuple(warnings(left, training)),
        notes=tuple(notes),
    )


def require_paired(gold: ExampleTable, predicted: ExampleTable, who: str) -> None:
    """Check that both sides have the same examples in the same order.

    Raises:
        InvalidValueError: naming the first that differs, or if there are no examples.
    """
    remedy = "Pair them first: `goldspan evaluate` does, by id and text."
    if not gold:
        raise InvalidValueError("there is no example to evaluate", remedy=remedy)
    if len(gold) != len(predicted):
        raise InvalidValueError(f"gold has {len(gold):,} examples and {who} {len(predicted):,}", remedy=remedy)
    other_id = gold.ids != predicted.ids
    differs = other_id | (gold.texts != predicted.texts)
    if differs.any():
        number = int(np.argmax(differs))
        what = f"id, {predicted.id(number)!r}," if other_id[number] else "text"
        raise InvalidValueError(f"{who} have another {what} here", example=gold.id(number), remedy=remedy)


def label_names(scheme: LabelScheme | None, *sides: Iterable[Example]) -> tuple[str, ...]:
    """The labels of the scheme, in its order, and then those that only the examples have, sorted."""
    occurring = {label for side in sides for label in ExampleTable.of(side).spans.occurring}
    known = () if scheme is None else scheme.names
    return (*known, *sorted(occurring - set(known)))

"""Everything that is to be said of a prediction, in one value: measures, how sure they are, and where it fails.

An undefined number is None, in JSON null, and a sentence of `undefined` says why.

Sentences on how to read a report, and on what it cannot say of these data.

Sentences on every measure that has no value, so that a null is never taken for a nought.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from goldspan.bootstrap import default_unit, units
from goldspan.errors import InvalidValueError
from goldspan.evaluation.errors import confusion, error_kinds, hardest, span_outcomes
from goldspan.evaluation.human_ceiling import human_ceiling
from goldspan.evaluation.quantity_values import values
from goldspan.evaluation.scores import by_article
from goldspan.evaluation.slices import slices
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example, LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.evaluation.errors import ConfusionMatrix, ErrorCounts, HardExample
    from goldspan.evaluation.human_ceiling import HumanCeiling
    from goldspan.evaluation.quantity_values import LabelValues
    from goldspan.evaluation.result import Evaluation, PrecisionRecallF1
    from goldspan.evaluation.scores import ArticleScores, DocumentCounts
    from goldspan.evaluation.significance import ScoreIntervals, SystemComparison
    from goldspan.evaluation.slices import Slice
    from goldspan.formats.sources import SourceNote

BOTH = 2
MOST_NAMED = 10  # examples in a sentence


def remarks(
    gold: Sequence[Example],
    *,
    scheme: LabelScheme | None = None,
    training: Sequence[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
) -> tuple[str, ...]:
    """All that apply.

    Args:
        gold: the examples that were evaluated.
        scheme: the labels, if they are known.
        training: what the model was trained on, if it is known.
        passes: per annotator the examples read, if there are any.
    """
    language = "en" if scheme is None else scheme.language
    said = [
        "A label is measured as if there were no other; which label was taken for which, the confusion matrix shows.",
        "Errors and confusion come from one matching: what is the same first, then as many right labels as can be.",
        "Slices are measured by the scheme strict: a span counts as a whole or not at all.",
        f"Lengths count the tokens of spaCy's rule-based tokenizer for {language!r} that a span touches.",
        *_articles(gold),
    ]
    if scheme is None:
        said.append("No label scheme says which labels are quantities, so no values are compared.")
    said += _training(gold, training)
    said += ["There are no passes, so what people reach is not known."] if not passes else _passes(gold, passes)
    return tuple(said)


def _articles(gold: Sequence[Example]) -> Iterator[str]:
    """What it means that there is one article, or one to each example."""
    articles = len({example.article for example in gold})
    if articles == len(gold):
        yield "Every example is an article of its own, so there are no measures per article."
    elif articles == 1:
        yield "All examples are of one article: nothing here tells how the model does on another."


def _training(gold: Iterable[Example], training: Sequence[Example] | None) -> Iterator[str]:
    """Whether novelty is known, and whether the model was trained on what it is tested on."""
    if training is None:
        yield "What the model was trained on is not known, so seen and unseen spans are not told apart."
        return
    texts = {example.text for example in training}
    known = [example.id for example in gold if example.text in texts]
    if known:
        yield (
            f"{len(known)} of the examples stand word for word in the training data, so that the measures flatter the "
            f"model: {enumerate_names(known, most=MOST_NAMED)}."
        )


def _passes(gold: Sequence[Example], passes: Mapping[str, Sequence[Example]]) -> Iterator[str]:
    """Which examples the passes do not cover, or read in another text."""
    texts = {example.id: example.text for example in gold}
    readings: Counter[str] = Counter()
    for name, examples in passes.items():
        mine = [example for example in examples if example.id in texts]
        readings.update(example.id for example in mine if example.text == texts[example.id])
        differing = [example.id for example in mine if example.text != texts[example.id]]
        if differing:
            names = enumerate_names(differing, most=MOST_NAMED)
            yield f"{name}: these examples have another text than in gold and count nowhere: {names}."
    few = [example.id for example in gold if readings[example.id] < BOTH]
    if few:
        yield (
            f"Fewer than two passes have read {len(few)} of the examples; their spans are neither unanimous nor "
            f"disputed: {enumerate_names(few, most=MOST_NAMED)}."
        )


ALL = "precision, recall and F1 are undefined, for gold has nothing and nothing was predicted"
PRECISION = "precision is undefined, for nothing was predicted"
RECALL = "recall is undefined, for gold has nothing"


def undefined_reason(row: PrecisionRecallF1) -> str | None:
    """What is undefined in a row of measures, and why; None where all is defined."""
    if row.f1 is None:
        return ALL
    if row.precision is None:
        return PRECISION
    return RECALL if row.recall is None else None


def of_rows(rows: Mapping[str, PrecisionRecallF1]) -> Iterator[str]:
    """A sentence for each row, by its name, in which something is undefined."""
    for name, row in rows.items():
        if said := undefined_reason(row):
            yield f"{name}: {said}."


def of_evaluation(evaluation: Evaluation) -> Iterator[str]:
    """The same over all and for each label; what is undefined by one scheme is so by all."""
    yield from of_rows({"All labels": evaluation.overall["strict"], **evaluation.labels["strict"]})
    if evaluation.macro("strict") is None:
        yield "The macro-averaged F1 is undefined, for that of no label is defined."


def of_articles(articles: Iterable[ArticleScores]) -> Iterator[str]:
    """One sentence for all articles that lack the same."""
    lacking: defaultdict[str, list[str]] = defaultdict(list)
    for one in articles:
        if said := undefined_reason(one.evaluation.overall["strict"]):
            lacking[said].append(one.article)
    for said, names in lacking.items():
        yield f"In {', '.join(names)}: {said}."


def of_values(values: Iterable[LabelValues]) -> Iterator[str]:
    """A sentence for each label without an accuracy."""
    for one in values:
        if one.accuracy is None:
            yield f"{one.label}: the accuracy of the values is undefined, for no gold span has a value."


def of_ceiling(ceiling: HumanCeiling | None) -> Iterator[str]:
    """A sentence for each agreement and each score that has no value."""
    if ceiling is None:
        return
    rows = [(f"{one.first} and {one.second}", one.f1, one.model_f1) for one in ceiling.pairs]
    rows += [(f"{one.name} and gold", one.f1, one.model_f1) for one in ceiling.passes]
    for names, people, model in rows:
        if people is None:
            yield f"{names}: their F1 is undefined, for neither has anything."
        if model is None:
            yield f"{names}: the model's F1 there is undefined, for gold has nothing and it predicts nothing."


def sentences(
    evaluation: Evaluation,
    slices: Sequence[Slice],
    articles: Sequence[ArticleScores],
    values: Sequence[LabelValues],
    ceiling: HumanCeiling | None,
) -> tuple[str, ...]:
    """Every sentence; slices by label and article would say again what the schemes and the articles have said."""
    parts = [part for part in slices if part.dimension not in ("label", "article")]
    said = [
        *of_evaluation(evaluation),
        *of_rows({f"The slice {part.dimension} {part.name}": part.counts for part in parts}),
    ]
    return (*said, *of_articles(articles), *of_values(values), *of_ceiling(ceiling))


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
        intervals: how sure they are.
        comparison: with the baseline, if there is one.
        slices: the scheme strict on parts of the spans.
        confusion: which labels are taken for which.
        errors: whether boundary or label goes wrong.
        values: of each quantity label.
        articles: the measures of each; empty where each example is an article of its own.
        hardest: the examples with the most errors, worst first.
        ceiling: what people reach, if there are passes.
        undefined: a sentence on each measure that has no value.
        remarks: how to read what is there, and why something is not.
        notes: what was to be noted about the inputs.
    """

    size: CorpusSize
    labels: tuple[str, ...]
    evaluation: Evaluation
    intervals: ScoreIntervals
    comparison: SystemComparison | None
    slices: tuple[Slice, ...]
    confusion: ConfusionMatrix
    errors: ErrorCounts
    values: tuple[LabelValues, ...]
    articles: tuple[ArticleScores, ...]
    hardest: tuple[HardExample, ...]
    ceiling: HumanCeiling | None
    undefined: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[SourceNote, ...]

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
            "values": {one.label: one.json() for one in self.values},
            "articles": {one.article: one.json() for one in self.articles},
            "hardest": [one.json() for one in self.hardest],
            "ceiling": self.ceiling and self.ceiling.json(),
            "undefined": list(self.undefined),
            "remarks": list(self.remarks),
            "notes": [_plain(note) for note in self.notes],
        }

    def _slices(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for part in self.slices:
            found.setdefault(part.dimension, {})[part.name] = part.json()
        return found


def make_report(
    gold: Sequence[Example],
    predicted: Sequence[Example],
    *,
    baseline: Sequence[Example] | None = None,
    training: Sequence[Example] | None = None,
    passes: Mapping[str, Sequence[Example]] | None = None,
    scheme: LabelScheme | None = None,
    unit: Unit | None = None,
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
    notes: Sequence[SourceNote] = (),
) -> EvaluationReport:
    """Everything that is to be said of a prediction.

    Args:
        gold: the curated examples.
        predicted: the same examples in the same order, with predicted spans.
        baseline: the same, as another system predicts them, to be compared with.
        training: what the model was trained on, to part seen from unseen spans.
        passes: per annotator the examples read, for the human ceiling and to part unanimous from disputed spans.
        scheme: the labels, their order, which of them are quantities, and the language of the texts.
        unit: what the intervals draw anew. Examples of one article are alike, so that by example they are too narrow;
            None draws articles, unless there is only one.
        resamples: how many corpora are drawn.
        level: of the intervals.
        seed: of the random numbers; the same seed gives the same report.
        notes: what was to be noted about the inputs; carried along.

    Raises:
        InvalidValueError: if there is no example, or the sides are not paired one to one.
    """
    from goldspan.bootstrap import BootstrapSettings
    from goldspan.evaluation.significance import compare, intervals

    refuse_unpaired(gold, predicted, "the predictions")
    if baseline is not None:
        refuse_unpaired(gold, baseline, "the baseline")
    labels = label_names(scheme, gold, predicted, baseline or ())
    counted = _counted(gold, predicted, labels)
    evaluation, articles, met = counted.evaluation(), by_article(gold, counted), span_outcomes(gold, predicted)
    language = "en" if scheme is None else scheme.language
    parts = slices(gold, predicted, labels, language=language, training=training, passes=passes)
    quantities = tuple(values(gold, met, label.name) for label in (scheme.labels if scheme else ()) if label.quantity)
    people = None if passes is None else human_ceiling(gold, predicted, passes)
    unit = unit or default_unit(gold)
    settings = BootstrapSettings(unit=unit, resamples=resamples, level=level, seed=seed)
    numbers = units(gold, unit)
    sure = intervals(counted, settings, numbers)
    against = None if baseline is None else compare(counted, _counted(gold, baseline, labels), settings, numbers)
    return EvaluationReport(
        size=_size(gold, predicted),
        labels=labels,
        evaluation=evaluation,
        intervals=sure,
        comparison=against,
        slices=parts,
        confusion=confusion(met, labels),
        errors=error_kinds(met, labels),
        values=quantities,
        articles=articles,
        hardest=hardest(gold, predicted, met),
        ceiling=people,
        undefined=sentences(evaluation, parts, articles, quantities, people),
        remarks=(sure.sentence, *remarks(gold, scheme=scheme, training=training, passes=passes)),
        notes=tuple(notes),
    )


def refuse_unpaired(gold: Sequence[Example], predicted: Sequence[Example], who: str) -> None:
    """Nothing, if both sides have the same examples in the same order.

    Raises:
        InvalidValueError: naming the first that differs, or if there is none at all.
    """
    remedy = "Pair them first: `goldspan evaluate` does, by id and text."
    if not gold:
        raise InvalidValueError("there is no example to evaluate", remedy=remedy)
    if len(gold) != len(predicted):
        raise InvalidValueError(f"gold has {len(gold):,} examples and {who} {len(predicted):,}", remedy=remedy)
    for one, other in zip(gold, predicted, strict=True):
        if (one.id, one.text) != (other.id, other.text):
            what = "text" if one.id == other.id else f"id, {other.id!r},"
            raise InvalidValueError(f"{who} have another {what} here", example=one.id, remedy=remedy)


def label_names(scheme: LabelScheme | None, *sides: Iterable[Example]) -> tuple[str, ...]:
    """The labels of the scheme, in its order, and then those that only the examples have, sorted."""
    occurring = {span.label for side in sides for example in side for span in example.spans}
    known = () if scheme is None else scheme.names
    return (*known, *sorted(occurring - set(known)))


def _counted(gold: Sequence[Example], predicted: Sequence[Example], labels: Sequence[str]) -> DocumentCounts:
    from goldspan.evaluation.scores import measure
    from goldspan.span_table import SpanTable

    return measure(SpanTable.of(gold, labels), SpanTable.of(predicted, labels))


def _size(gold: Sequence[Example], predicted: Sequence[Example]) -> CorpusSize:
    return CorpusSize(
        examples=len(gold),
        articles=len({example.article for example in gold}),
        gold=sum(len(example.spans) for example in gold),
        predicted=sum(len(example.spans) for example in predicted),
    )


def _plain(note: SourceNote) -> dict[str, Any]:
    return asdict(note) | {"file": None if note.file is None else str(note.file)}

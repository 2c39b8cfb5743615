"""Everything that is to be said of a prediction, in one value: measures, how sure they are, and where it fails.

An undefined number is None, in JSON null, and a sentence of `undefined` says why.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from goldspan.errors import ValueRefused
from goldspan.evaluation import undefined
from goldspan.evaluation.amounts import values
from goldspan.evaluation.by_article import by_article
from goldspan.evaluation.cases import cases
from goldspan.evaluation.ceiling import ceiling
from goldspan.evaluation.confusion import confusion, errors
from goldspan.evaluation.hardest import hardest
from goldspan.evaluation.remarks import remarks
from goldspan.evaluation.slices import slices
from goldspan.units import default_unit, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.evaluation.amounts import LabelValues
    from goldspan.evaluation.by_article import ArticleScores
    from goldspan.evaluation.ceiling import Ceiling
    from goldspan.evaluation.certainty import Intervals
    from goldspan.evaluation.comparison import SystemComparison
    from goldspan.evaluation.confusion import Confusion, Errors
    from goldspan.evaluation.hardest import Hard
    from goldspan.evaluation.measure import Counted
    from goldspan.evaluation.result import Evaluation
    from goldspan.evaluation.slices import Slice
    from goldspan.sources.source import Note
    from goldspan.units import Unit
    from goldspan.values import Example, LabelScheme


@dataclass(frozen=True, slots=True)
class Size:
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
class Report:
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

    size: Size
    labels: tuple[str, ...]
    evaluation: Evaluation
    intervals: Intervals
    comparison: SystemComparison | None
    slices: tuple[Slice, ...]
    confusion: Confusion
    errors: Errors
    values: tuple[LabelValues, ...]
    articles: tuple[ArticleScores, ...]
    hardest: tuple[Hard, ...]
    ceiling: Ceiling | None
    undefined: tuple[str, ...]
    remarks: tuple[str, ...]
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


def report(
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
    notes: Sequence[Note] = (),
) -> Report:
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
        ValueRefused: if there is no example, or the sides are not paired one to one.
    """
    from goldspan.evaluation.certainty import intervals
    from goldspan.evaluation.comparison import compare
    from goldspan.resampling import BootstrapSettings

    refuse_unpaired(gold, predicted, "the predictions")
    if baseline is not None:
        refuse_unpaired(gold, baseline, "the baseline")
    labels = label_names(scheme, gold, predicted, baseline or ())
    counted = _counted(gold, predicted, labels)
    evaluation, articles, met = counted.evaluation(), by_article(gold, counted), cases(gold, predicted)
    language = "en" if scheme is None else scheme.language
    parts = slices(gold, predicted, labels, language=language, training=training, passes=passes)
    quantities = tuple(values(gold, met, label.name) for label in (scheme.labels if scheme else ()) if label.quantity)
    people = None if passes is None else ceiling(gold, predicted, passes)
    unit = unit or default_unit(gold)
    settings = BootstrapSettings(unit=unit, resamples=resamples, level=level, seed=seed)
    numbers = units(gold, unit)
    sure = intervals(counted, settings, numbers)
    against = None if baseline is None else compare(counted, _counted(gold, baseline, labels), settings, numbers)
    return Report(
        size=_size(gold, predicted),
        labels=labels,
        evaluation=evaluation,
        intervals=sure,
        comparison=against,
        slices=parts,
        confusion=confusion(met, labels),
        errors=errors(met, labels),
        values=quantities,
        articles=articles,
        hardest=hardest(gold, predicted, met),
        ceiling=people,
        undefined=undefined.sentences(evaluation, parts, articles, quantities, people),
        remarks=(sure.sentence, *remarks(gold, scheme=scheme, training=training, passes=passes)),
        notes=tuple(notes),
    )


def refuse_unpaired(gold: Sequence[Example], predicted: Sequence[Example], who: str) -> None:
    """Nothing, if both sides have the same examples in the same order.

    Raises:
        ValueRefused: naming the first that differs, or if there is none at all.
    """
    remedy = "Pair them first: `goldspan evaluate` does, by id and text."
    if not gold:
        raise ValueRefused("there is no example to evaluate", remedy=remedy)
    if len(gold) != len(predicted):
        raise ValueRefused(f"gold has {len(gold):,} examples and {who} {len(predicted):,}", remedy=remedy)
    for one, other in zip(gold, predicted, strict=True):
        if (one.id, one.text) != (other.id, other.text):
            what = "text" if one.id == other.id else f"id, {other.id!r},"
            raise ValueRefused(f"{who} have another {what} here", example=one.id, remedy=remedy)


def label_names(scheme: LabelScheme | None, *sides: Iterable[Example]) -> tuple[str, ...]:
    """The labels of the scheme, in its order, and then those that only the examples have, sorted."""
    occurring = {span.label for side in sides for example in side for span in example.spans}
    known = () if scheme is None else scheme.names
    return (*known, *sorted(occurring - set(known)))


def _counted(gold: Sequence[Example], predicted: Sequence[Example], labels: Sequence[str]) -> Counted:
    from goldspan.evaluation.columns import Columns
    from goldspan.evaluation.measure import measure

    return measure(Columns.of(gold, labels), Columns.of(predicted, labels))


def _size(gold: Sequence[Example], predicted: Sequence[Example]) -> Size:
    return Size(
        examples=len(gold),
        articles=len({example.article for example in gold}),
        gold=sum(len(example.spans) for example in gold),
        predicted=sum(len(example.spans) for example in predicted),
    )


def _plain(note: Note) -> dict[str, Any]:
    return asdict(note) | {"file": None if note.file is None else str(note.file)}

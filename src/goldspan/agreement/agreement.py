"""How far annotators agree: each two of them, by label, by article and over all, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.agreement.counts import CountTable, CountTables, pairs_of, wanted_measures
from goldspan.agreement.gamma import add_gamma
from goldspan.agreement.intervals import measure_sets, measure_sets_by_group
from goldspan.agreement.measures import MEASURES
from goldspan.agreement.span_units import AgreementData
from goldspan.intervals import IntervalSettings
from goldspan.quantities import labels_with_values
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.span_units import AnnotationTable, Integers
    from goldspan.annotation import LabelScheme
    from goldspan.bootstrap import Unit
    from goldspan.intervals import Method


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """The agreement of some annotators, over all labels and by label.

    Args:
        overall: over all labels.
        labels: by label.
    """

    overall: MeasureSet
    labels: Mapping[str, MeasureSet]

    def json(self) -> dict[str, Any]:
        """All of it by name."""
        return {"overall": self.overall.json(), "labels": _json(self.labels)}


@dataclass(frozen=True, kw_only=True)
class PairwiseAgreement:
    """How far each two annotators agree.

    Args:
        pairs: of each two annotators, by their names in alphabetical order.
        settings: of the intervals. The unit is an example where there are not two
            articles, or each article has only one.
        units: how many units there are that two of those who are compared have read.
    """

    pairs: Mapping[tuple[str, str], MeasureGroup]
    settings: IntervalSettings
    units: int

    @property
    def interval_note(self) -> str:
        """What the brackets hold, or why there are none."""
        return f"In brackets: {self.sentence}" if self.units >= 2 else self.sentence

    @property
    def sentence(self) -> str:
        """What the intervals are, and how far to trust them."""
        if self.units < 2:
            number = "only 1" if self.units else "no"
            return f"There are no intervals, for there is {number} {self.settings.unit}."
        return self.settings.sentence(self.units)


@dataclass(frozen=True, kw_only=True)
class Agreement(PairwiseAgreement):
    """How far annotators agree, each two and all.

    Args:
        annotators: all their names, sorted.
        compared: those whom `overall`, `labels` and `articles` are about: all except those who share examples with
            nobody. Who confirmed an example and marked nothing in it counts: there is nothing in it, they say.
        overall: of all compared, over all labels.
        labels: of all compared, by label.
        articles: of all compared, by article, over all labels; intervals are by example.
        language: whose tokenizer cut the texts.
        is_language_assumed: whether nothing named the language, so that English was assumed.
    """

    annotators: tuple[str, ...]
    compared: tuple[str, ...]
    overall: MeasureSet
    labels: Mapping[str, MeasureSet]
    articles: Mapping[str, MeasureSet]
    language: str
    is_language_assumed: bool

    def json(self) -> dict[str, Any]:
        """All of it by name, with what the measures mean."""
        return {
            "annotators": list(self.annotators),
            "language": self.language,
            "compared": list(self.compared),
            "intervals": {
                "unit": self.settings.unit,
                "units": self.units,
                "method": self.settings.method,
                "source": self.settings.source,
                "resamples": self.settings.drawn,
                "level": self.settings.level,
                "seed": self.settings.seed,
                "sentence": self.sentence,
            },
            "overall": self.overall.json(),
            "labels": _json(self.labels),
            "articles": _json(self.articles),
            "pairs": [{"first": pair[0], "second": pair[1]} | group.json() for pair, group in self.pairs.items()],
            "measures": {name: MEASURES[name].json() for name in self.overall},
        }


def measure(
    annotations: Annotations,
    *,
    scheme: LabelScheme | None = None,
    language: str | None = None,
    method: Method = "jackknife-t",
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
    gamma: bool = False,
    unit: Unit | None = None,
    names: Collection[str] | None = None,
) -> Agreement:
    """All measures of the agreement of annotators, or some.

    Args:
        annotations: of any number of annotators, all aided or all unaided; of fewer than two, everything is undefined.
        scheme: its labels come first, in its order, and it defines which of them state quantities; labels that it
            does not have count too.
        language: of the texts, which chooses the tokenizer; if None, that of the scheme, or English without a scheme.
        method: of the intervals.
        resamples: how many corpora are drawn by methods that resample.
        level: how sure the intervals are.
        seed: of the random numbers; the same gives the same.
        gamma: whether to compute gamma as well, which needs an optimisation for each of many random continua; it is
            computed over all labels, not by label.
        unit: the resampling unit; if None, articles, or examples where there are not two articles, or where each is an
            article of its own. Within an article it is the example.
        names: the ids of the measures; None for all.

    Raises:
        NotFoundError: if there is no tokenizer for the language.
        InvalidValueError: for annotations of which some are aided and some are not, for no resamples, for a level
            outside (0, 1), and where gamma cannot be computed because too many spans of too many annotators lie too
            close together.
    """
    known = language or (scheme.stated_language if scheme else None)
    sample = _Sample.of(annotations, scheme, known or DEFAULT_LANGUAGE)
    settings = sample.settings(unit, method=method, resamples=resamples, level=level, seed=seed)
    units, data, compared = sample.units(settings), sample.data, sample.compared
    measures = wanted_measures(data, names)
    pairs, of_units, of_documents = {}, {}, {}
    for pair in pairs_of(range(len(data.spans.annotators))):
        table = CountTable.of(data, pair, measures)
        by_unit = _by_unit(table, units)
        pairs[pair] = _measure_group(CountTables.of_pair(by_unit), data, pair, units, settings)
        if set(pair) <= set(compared):  # of more than two, only the means over pairs are computed from these
            kept = [table, by_unit] if pair == compared else [table.for_means(), by_unit.for_means()]
            of_documents[pair], of_units[pair] = kept[0].overall(sample.articles), kept[1]
    if compared in of_units:
        everyone = of_units[compared], of_documents[compared]
    else:
        table = CountTable.of(data, compared, measures)
        everyone = _by_unit(table, units), table.overall(sample.articles)
    if compared in pairs and len(annotations.annotators) == 2:
        together = pairs[compared]  # of two annotators, all of them are the pair
    else:
        tables = CountTables(everyone[0], tuple(of_units.values()), measures)
        together = _measure_group(tables, data, compared, units, settings)
    tables = CountTables(everyone[1], tuple(of_documents.values()), measures)
    articles = sample.articles
    of_articles = measure_sets_by_group(tables, data, compared, articles, settings)
    if gamma:
        overall, *of_articles = add_gamma([together.overall, *of_articles], data, compared, articles, settings)
        together = replace(together, overall=overall)
        for pair, group in pairs.items():
            (overall,) = add_gamma([group.overall], data, pair, articles, settings)
            pairs[pair] = replace(group, overall=overall)
    names = annotations.annotators
    return Agreement(
        annotators=names,
        compared=tuple(names[annotator] for annotator in compared),
        overall=together.overall,
        labels=together.labels,
        articles=dict(zip(annotations.articles, of_articles, strict=True)),
        pairs={(names[first], names[second]): group for (first, second), group in pairs.items()},
        settings=settings,
        units=sample.number_of_units(settings),
        language=known or DEFAULT_LANGUAGE,
        is_language_assumed=known is None,
    )


def measure_pairs(annotations: Annotations, scheme: LabelScheme, names: Collection[str]) -> PairwiseAgreement:
    """Some measures of the agreement of each two annotators, as `measure` gives them.

    Args:
        annotations: of any number of annotators, all aided or all unaided.
        scheme: the labels.
        names: the ids of the measures.

    Raises:
        InvalidValueError: for annotations of which some are aided and some are not.
    """
    sample = _Sample.of(annotations, scheme, scheme.language)
    settings = sample.settings(None)
    units, measures = sample.units(settings), wanted_measures(sample.data, names)
    pairs = {}
    for pair in pairs_of(range(len(annotations.annotators))):
        table = CountTables.of_pair(_by_unit(CountTable.of(sample.data, pair, measures), units))
        first, second = (annotations.annotators[annotator] for annotator in pair)
        pairs[first, second] = _measure_group(table, sample.data, pair, units, settings)
    return PairwiseAgreement(pairs=pairs, settings=settings, units=sample.number_of_units(settings))


@dataclass(frozen=True, eq=False)
class _Sample:
    """Annotations, and what can be resampled.

    Args:
        data: the annotations.
        compared: the numbers of the annotators who are compared.
        articles: the number of each document's article; shape (documents,).
    """

    data: AgreementData
    compared: tuple[int, ...]
    articles: Integers

    @classmethod
    def of(cls, annotations: Annotations, scheme: LabelScheme | None, language: str) -> _Sample:
        """The sample of annotations, which are all aided or all unaided."""
        annotations.require_one_condition()
        quantities = labels_with_values(scheme) if scheme else ()
        data = AgreementData.of(annotations, annotations.labels_of(scheme), quantities, language=language)
        number = {article: at for at, article in enumerate(annotations.articles)}
        articles = np.array([number[item.article] for item in annotations.items], np.int64)
        return cls(data, _compared(data.spans), articles)

    def settings(
        self,
        unit: Unit | None,
        *,
        method: Method = "jackknife-t",
        resamples: int = 1_000,
        level: float = 0.95,
        seed: int = 0,
    ) -> IntervalSettings:
        """How intervals are computed, with the unit that fits where none is named."""
        shared = self.data.spans.read_by(self.compared, 2)
        unit = unit or ("article" if 2 <= np.unique(self.articles[shared]).size < shared.sum() else "example")
        return IntervalSettings(unit=unit, method=method, resamples=resamples, level=level, seed=seed)

    def units(self, settings: IntervalSettings) -> Integers:
        """The number of each document's resampling unit; shape (documents,)."""
        return self.articles if settings.unit == "article" else np.arange(self.articles.size)

    def number_of_units(self, settings: IntervalSettings) -> int:
        """How many units there are that two of those who are compared have read."""
        return int(np.unique(self.units(settings)[self.data.spans.read_by(self.compared, 2)]).size)


def _by_unit(table: CountTable, units: Integers) -> CountTable:
    return table.summed(units, int(units.max(initial=-1)) + 1)


def _measure_group(
    tables: CountTables,
    data: AgreementData,
    annotators: tuple[int, ...],
    units: Integers,
    settings: IntervalSettings,
) -> MeasureGroup:
    overall, *labels = measure_sets(tables, data, annotators, units, settings)
    return MeasureGroup(overall, dict(zip(data.spans.labels, labels, strict=True)))


def _compared(table: AnnotationTable) -> tuple[int, ...]:
    """The numbers of the annotators who read what another of them has read, too; all of them where nobody did."""
    everyone = tuple(range(len(table.annotators)))
    sharing = table.read[:, table.read_by(everyone, 2)].any(axis=1)
    return tuple(np.flatnonzero(sharing).tolist()) or everyone


def _json(sets: Mapping[str, MeasureSet]) -> dict[str, Any]:
    return {name: measures.json() for name, measures in sets.items()}

"""How far annotators agree: each two of them, by label, by article and over all, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.agreement.counts import CountTable
from goldspan.agreement.gamma import add_gamma
from goldspan.agreement.intervals import measure_sets, measure_sets_by_group
from goldspan.agreement.measures import MEASURES
from goldspan.agreement.span_units import AgreementData
from goldspan.bootstrap import BootstrapSettings
from goldspan.quantities import labels_with_values
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.span_units import AnnotationTable, Integers
    from goldspan.annotation import LabelScheme
    from goldspan.bootstrap import Unit


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree.

    Args:
        annotators: all their names, sorted.
        compared: those whom `overall`, `labels` and `articles` are about: all except those who marked nothing at all
            in what they share with others, who would lower every measure for no reason, and those who share examples
            with nobody.
        overall: of all compared, over all labels.
        labels: of all compared, by label.
        articles: of all compared, by article, over all labels; intervals are by example.
        pairs: of each two annotators, by their names in alphabetical order.
        settings: how corpora were resampled for the intervals. The unit is an example where there are not two
            articles, or each article has only one.
        units: how many units there are that two of those who are compared have read.
        language: whose tokenizer cut the texts.
        is_language_assumed: whether nothing named the language, so that English was assumed.
    """

    annotators: tuple[str, ...]
    compared: tuple[str, ...]
    overall: MeasureSet
    labels: Mapping[str, MeasureSet]
    articles: Mapping[str, MeasureSet]
    pairs: Mapping[tuple[str, str], MeasureGroup]
    settings: BootstrapSettings
    units: int
    language: str
    is_language_assumed: bool

    @property
    def sentence(self) -> str:
        """What the intervals are, and how far to trust them."""
        if self.units < 2:
            unit = f"{self.units} {self.settings.unit}{'' if self.units == 1 else 's'}"
            return f"There are no intervals, for there is only {unit} to resample."
        return self.settings.sentence(self.units)

    def json(self) -> dict[str, Any]:
        """All of it by name, with what the measures mean."""
        return {
            "annotators": list(self.annotators),
            "language": self.language,
            "compared": list(self.compared),
            "intervals": {
                "unit": self.settings.unit,
                "units": self.units,
                "resamples": self.settings.resamples,
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
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
    gamma: bool = False,
    unit: Unit | None = None,
) -> Agreement:
    """All measures of the agreement of annotators.

    Args:
        annotations: of any number of annotators; of fewer than two, everything is undefined.
        scheme: its labels come first, in its order, and it defines which of them state quantities; labels that it
            does not have count too.
        language: of the texts, which chooses the tokenizer; if None, that of the scheme, or English without a scheme.
        resamples: how many corpora are resampled for the intervals.
        level: the share of them that an interval contains.
        seed: of the random numbers; the same gives the same.
        gamma: whether to compute gamma as well, which needs an optimisation for each of many random continua; it is
            computed over all labels, not by label.
        unit: the resampling unit; if None, articles, or examples where there are not two articles, or where each is an
            article of its own. Within an article it is the example.

    Raises:
        NotFoundError: if there is no tokenizer for the language.
        InvalidValueError: for no resamples, for a level outside (0, 1), and where gamma cannot be computed because too
            many spans of too many annotators lie too close together.
    """
    known = language or (scheme.stated_language if scheme else None)
    data = AgreementData.of(
        annotations,
        annotations.labels_of(scheme),
        labels_with_values(scheme) if scheme else (),
        language=known or DEFAULT_LANGUAGE,
    )
    compared = _compared(data.spans)
    article_number = {article: number for number, article in enumerate(annotations.articles)}
    articles = np.array([article_number[item.article] for item in annotations.items], np.int64)
    shared = data.spans.read_by(compared, 2)
    unit = unit or ("article" if 2 <= np.unique(articles[shared]).size < shared.sum() else "example")
    settings = BootstrapSettings(unit=unit, resamples=resamples, level=level, seed=seed)
    units = articles if unit == "article" else np.arange(articles.size)
    everyone = range(len(data.spans.annotators))
    tables: dict[tuple[int, ...], CountTable] = {pair: CountTable.of(data, pair) for pair in combinations(everyone, 2)}
    counts = tables.get(compared) or CountTable.of(data, compared, tables)
    pairs = {pair: _measure_group(table, data, units, settings) for pair, table in tables.items()}
    if compared in pairs and len(everyone) == 2:
        together = pairs[compared]  # of two annotators, all of them are the pair
    else:
        together = _measure_group(counts, data, units, settings, name_apart=True)
    of_articles = measure_sets_by_group(counts, data, articles, settings)
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
        articles=dict(zip(article_number, of_articles, strict=True)),
        pairs={(names[first], names[second]): group for (first, second), group in pairs.items()},
        settings=settings,
        units=int(np.unique(units[shared]).size),
        language=known or DEFAULT_LANGUAGE,
        is_language_assumed=known is None,
    )


def _measure_group(
    counts: CountTable, data: AgreementData, units: Integers, settings: BootstrapSettings, *, name_apart: bool = False
) -> MeasureGroup:
    overall, *labels = measure_sets(counts, data, units, settings, name_apart=name_apart)
    return MeasureGroup(overall, dict(zip(data.spans.labels, labels, strict=True)))


def _compared(table: AnnotationTable) -> tuple[int, ...]:
    """The numbers of the annotators who marked something where another of them has read, too.

    Leaving one annotator out may leave another without a shared example, so it is repeated as long as two remain.
    """
    compared: tuple[int, ...] = tuple(range(len(table.annotators)))
    while True:
        shared = table.read_by(compared, 2)[table.document] & np.isin(table.annotator, compared)
        marking = tuple(np.unique(table.annotator[shared]).tolist())
        if len(marking) < 2 or marking == compared:
            return compared
        compared = marking


def _json(sets: Mapping[str, MeasureSet]) -> dict[str, Any]:
    return {name: measures.json() for name, measures in sets.items()}

"""How far annotators agree: each two of them, by label, by article and over all, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from goldspan.agreement.gamma import add_gamma
from goldspan.agreement.intervals import coverages, measure_sets, measure_sets_by_group, never_marking, resting_coverage
from goldspan.agreement.measures import MEANINGS, AgreementData, AnnotatorGroup
from goldspan.bootstrap import BootstrapSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.span_units import AnnotationTable
    from goldspan.annotation import LabelScheme
    from goldspan.bootstrap import Unit

if TYPE_CHECKING:
    Integers = NDArray[np.int64]


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
        return {"overall": self.overall.json(), "labels": {name: cell.json() for name, cell in self.labels.items()}}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree.

    Args:
        annotators: all their names, sorted.
        compared: those whom `overall`, `labels` and `articles` are about: all but those who marked nothing at all in
            what they share with others, of whom nothing can be said, and who would drag every measure; and but those
            who share examples with nobody else.
        overall: of all compared, over all labels.
        labels: of all compared, by label.
        articles: of all compared, by article, over all labels; intervals are by example.
        pairs: of each two annotators, by their names in alphabetical order.
        settings: how corpora were drawn for the intervals. The unit is an example where there are not two articles, or
            each article has only one.
        units: how many units there are that two of those who are compared have read.
    """

    annotators: tuple[str, ...]
    compared: tuple[str, ...]
    overall: MeasureSet
    labels: Mapping[str, MeasureSet]
    articles: Mapping[str, MeasureSet]
    pairs: Mapping[tuple[str, str], MeasureGroup]
    settings: BootstrapSettings
    units: int

    @property
    def sentence(self) -> str:
        """What the intervals are, and how far to trust them."""
        if self.units < 2:
            unit = f"{self.units} {self.settings.unit}{'' if self.units == 1 else 's'}"
            return f"There are no intervals, for there is but {unit} to draw from."
        return self.settings.sentence(self.units)

    def json(self) -> dict[str, Any]:
        """All of it by name, with what the measures mean."""
        return {
            "annotators": list(self.annotators),
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
            "labels": {name: cell.json() for name, cell in self.labels.items()},
            "articles": {name: cell.json() for name, cell in self.articles.items()},
            "pairs": [{"first": a, "second": b} | part.json() for (a, b), part in self.pairs.items()],
            "measures": {name: MEANINGS[name].json() for name in self.overall},
        }


def measure(
    annotations: Annotations,
    *,
    scheme: LabelScheme | None = None,
    resamples: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
    gamma: bool = False,
    unit: Unit | None = None,
) -> Agreement:
    """All measures of the agreement of annotators.

    Args:
        annotations: of any number of annotators; of fewer than two, everything is undefined.
        scheme: whose labels come first, in its order, and which says what labels state quantities; labels that it
            does not have count too.
        resamples: how many corpora are drawn for the intervals.
        level: the share of them that an interval holds.
        seed: of the random numbers; the same gives the same.
        gamma: whether to take gamma as well, which needs an optimisation for each of many random continua; it is
            given over all labels, not by label.
        unit: what is drawn anew; if None, articles, or examples where there are not two articles, or where each is an
            article of its own. Within an article examples are drawn.

    Raises:
        NotFoundError: if spaCy has no tokeniser for the language of the scheme.
        InvalidValueError: for no resamples, for a level outside (0, 1), and for a gamma that is out of reach because
            too many spans of too many annotators lie too close together.
    """
    labels = annotations.labels_of(scheme)
    quantities = [label.name for label in scheme.labels if label.quantity] if scheme else []
    ground = AgreementData.of(annotations, labels, quantities, scheme.language if scheme else "en")
    names, columns = annotations.annotators, ground.columns
    number = {article: n for n, article in enumerate(annotations.articles)}
    articles = np.array([number[item.article] for item in annotations.items], np.int64)
    who = _compared(ground)
    shared = columns.read[list(who)].sum(axis=0) >= 2
    apart = np.unique(articles[shared]).size
    unit = unit or ("article" if 2 <= apart < shared.sum() else "example")
    units = articles if unit == "article" else np.arange(articles.size)
    settings = BootstrapSettings(unit=unit, resamples=resamples, level=level, seed=seed)
    panels: dict[tuple[int, ...], AnnotatorGroup] = {
        pair: AnnotatorGroup.of(ground, pair) for pair in combinations(range(len(names)), 2)
    }
    everyone = panels.get(who) or AnnotatorGroup.of(ground, who, panels)
    every = _part(everyone, ground, units, settings)
    by_article = measure_sets_by_group(everyone, ground, articles, settings)
    parts = {(names[a], names[b]): _part(panel, ground, units, settings) for (a, b), panel in panels.items()}
    if gamma:
        overall, *by_article = add_gamma([every.overall, *by_article], ground, who, articles, settings)
        every = replace(every, overall=overall)
        for who_two, (pair, part) in zip(panels, parts.items(), strict=True):
            parts[pair] = replace(part, overall=add_gamma([part.overall], ground, who_two, articles, settings)[0])
    parts = {pair: _resting(part, columns, two) for two, (pair, part) in zip(panels, parts.items(), strict=True)}
    every = _resting(every, columns, who, never_marking(columns, who, np.zeros_like(articles))[0])
    found = zip(
        number, by_article, coverages(columns, who, articles), never_marking(columns, who, articles), strict=False
    )
    return Agreement(
        names,
        tuple(names[one] for one in who),
        every.overall,
        every.labels,
        {name: resting_coverage(cell, basis[0], others) for name, cell, basis, others in found},
        parts,
        settings,
        int(np.unique(units[shared]).size),
    )


def _part(panel: AnnotatorGroup, ground: AgreementData, units: Integers, settings: BootstrapSettings) -> MeasureGroup:
    overall, *labels = measure_sets(panel, ground, units, settings)
    return MeasureGroup(overall, dict(zip(ground.columns.labels, labels, strict=True)))


def _resting(
    part: MeasureGroup, columns: AnnotationTable, who: tuple[int, ...], others: tuple[str, ...] = ()
) -> MeasureGroup:
    """The part with what each of its cells rests on; `others` are those silent ones who read what is measured here."""
    overall, *labels = coverages(columns, who, np.zeros(columns.items, np.int64))[0]
    cells = zip(part.labels.items(), labels, strict=True)
    return MeasureGroup(
        resting_coverage(part.overall, overall, others),
        {name: resting_coverage(cell, one, others) for (name, cell), one in cells},
    )


def _compared(ground: AgreementData) -> tuple[int, ...]:
    """The numbers of the annotators who marked something where another of them has read, too.

    Who is left out takes away what others shared with him alone, so they are looked at again, as long as two remain.
    """
    columns = ground.columns
    who: tuple[int, ...] = tuple(range(len(columns.annotators)))
    while True:
        shared = (columns.read[list(who)].sum(axis=0) >= 2)[columns.item] & np.isin(columns.annotator, who)
        found = tuple(np.unique(columns.annotator[shared]).tolist())
        if len(found) < 2 or found == who:
            return who
        who = found

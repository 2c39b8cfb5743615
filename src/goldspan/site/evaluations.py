"""The pages of a site on predictions: each compared with the gold that may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.errors import InputError
from goldspan.evaluation.html_report import sections
from goldspan.evaluation.result import SCHEMES
from goldspan.evaluation.run import EvaluationOptions, run_evaluation
from goldspan.evaluation.text_report import interval_note, size
from goldspan.formats.options import ReadOptions
from goldspan.formats.sources import Source
from goldspan.report.html import cell, element, html_table, link, path, row
from goldspan.report.text import percent
from goldspan.site.pages import NavigationEntry, SitePart, page_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.corpus import Corpus
    from goldspan.evaluation.report import EvaluationReport
    from goldspan.formats.record import Note
    from goldspan.report.html import Markup
    from goldspan.site.pages import SiteFrame
    from goldspan.site.visibility import Visibility

EVALUATION = "evaluation.html"
TITLE = "Evaluation"
NO_GOLD = "There is no page on evaluation: there is no gold that may be shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedPredictions:
    """Predictions that the site evaluates.

    Args:
        paths: of files, folders and datasets, as they were named.
        split: whose articles are compared; None for all.
    """

    paths: tuple[str, ...] = ()
    split: str | None = None

    def part(self) -> SitePart:
        """The pages of the site on these predictions."""
        return SitePart(
            entry=NavigationEntry(EVALUATION, TITLE),
            description="Predictions against gold: the scores by label, and the errors.",
            is_there=self._is_there,
            pages=partial(evaluation_pages, predictions=self),
            absence=self._absence,
        )

    def _is_there(self, corpus: Corpus, visibility: Visibility) -> bool:
        return bool(self.paths) and _has_gold(corpus, visibility)

    def _absence(self, corpus: Corpus, visibility: Visibility) -> str:
        return NO_GOLD if self.paths and not _has_gold(corpus, visibility) else ""


def _has_gold(corpus: Corpus, visibility: Visibility) -> bool:
    return next(visibility.gold_examples(corpus), None) is not None


def evaluation_pages(
    frame: SiteFrame, corpus: Corpus, visibility: Visibility, *, predictions: EvaluatedPredictions
) -> Iterator[tuple[str, str]]:
    """A page for each prediction, and the list of them.

    Args:
        frame: what is around the pages.
        corpus: the project.
        visibility: what may be shown of it.
        predictions: what is compared with gold.

    Raises:
        InputError: naming file and line, for predictions that cannot be read; for passes while some are not shown.
        NotFoundError: for predictions that are not there.
    """
    gold = Source(tuple(visibility.gold_examples(corpus)))
    has_addresses = any("@" in name for name in corpus.annotators())
    names = "gold" if predictions.split is None else f"gold ({predictions.split})"
    rows = []
    for number, given in enumerate(predictions.paths, 1):
        if visibility.hidden_passes and Path(given).resolve().is_relative_to(corpus.passes.resolve()):
            raise InputError(
                "these are readings of an annotator, which the site does not show while a round is open",
                file=given,
                remedy="Leave them out, or close the round first: goldspan doccano close --project NAME --apply.",
            )
        options = EvaluationOptions(
            gold=gold,
            predictions=given,
            reading=ReadOptions(split=predictions.split),
            root=corpus.root,
            with_passes=not visibility.hidden_passes and not has_addresses,
        )
        found, view = run_evaluation(options)
        report = replace(found, notes=tuple(_without_folders(note, given) for note in found.notes))
        shown = _shown_name(given)
        view = replace(view, gold=names, predictions=shown)
        address = f"evaluation/{number}-{re.sub(r'[^0-9A-Za-z]+', '-', shown).strip('-').lower()}.html"
        header = page_header(
            f"{shown} against {names}",
            element("p", size(report), ". ", interval_note(report, view), class_="quiet"),
            eyebrow="Evaluation of named entities",
        )
        yield (
            address,
            frame.page(
                address, f"{shown} against {names}", *sections(report, view), header=header, within=(EVALUATION,)
            ),
        )
        rows.append(_row(address, shown, report))
    table = html_table(["predictions", *(f"F1 {scheme}" for scheme in SCHEMES)], [element("tbody", *rows)])
    about = f"Each is compared with {names}. F1 over all labels, in per cent."
    header = page_header(TITLE, element("p", about, class_="quiet"))
    yield EVALUATION, frame.page(EVALUATION, TITLE, table, header=header)


def _row(address: str, name: str, report: EvaluationReport) -> Markup:
    scores = (cell(percent(report.evaluation.overall[scheme].f1)) for scheme in SCHEMES)
    return row(cell(link(EVALUATION, address, path(name)), "th"), *scores)


def _without_folders(note: Note, given: str) -> Note:
    """A note whose file has its name alone."""
    file = None if note.file is None else Path(note.file.name)
    return replace(note, file=file, message=note.message.replace(given, _shown_name(given)))


def _shown_name(given: str) -> str:
    """The last part of a path; a site does not tell the folders of the machine that made it."""
    return Path(given).name or given

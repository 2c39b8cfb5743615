"""Planted errors of audits in what annotators marked: they are withheld, and their regions are for a person to decide.

An audit plants errors among the suggestions that some annotators see, so that it is known who keeps them. What a reader
kept of them is no vote: the span is taken out of their reading before anything is compared. No agreement and no
majority settles the region of an error that a reader was shown, be it a wrong span or what was left out. A person may
choose the planted span itself only if somebody marked exactly it who had not been shown it.

A reader counts as shown if the plan says so, and also if the line of their pass says that it was aided: where the two
differ, both are taken for true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.annotation import Span
from goldspan.corpus.passes import AIDED
from goldspan.report.text import enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus.audits import Kind, ShownError


@dataclass(frozen=True, slots=True)
class PlantedRegion:
    """A planted error that a reader of an example was shown.

    Args:
        kind: of the error.
        start: where its region begins, in code points.
        end: where it ends.
        shown: the wrong span; None for one that was left out.
        suggested: what had been suggested; None where nothing was.
        audit: the name of the audit.
        readers: those who were shown it, sorted.
        kept_by: those of them whose wrong span is withheld.
        is_barred: whether the wrong span cannot be chosen: nobody marked it who had not been shown it.
    """

    kind: Kind
    start: int
    end: int
    shown: Span | None
    suggested: Span | None
    audit: str
    readers: tuple[str, ...]
    kept_by: tuple[str, ...] = ()
    is_barred: bool = False

    def touches(self, start: int, end: int) -> bool:
        """Whether it shares a code point with a region."""
        return self.start < end and start < self.end

    def line(self, text: str) -> str:
        """What was planted and who kept it, as a clause.

        Args:
            text: of the example.
        """
        span = self.shown or self.suggested
        words = "" if span is None else f" {text[span.start : span.end]!r} {span.label}"
        who = enumerate_names(self.readers)
        if self.kind == "omitted":
            return f"planted ({self.kind}):{words} was left out for {who}"
        kept = f"; withheld from {enumerate_names(self.kept_by)}" if self.kept_by else ""
        return f"planted ({self.kind}):{words} was shown to {who}{kept}"


def withhold(
    passes: Mapping[str, Mapping[str, Example]], shown: Mapping[str, Sequence[ShownError]]
) -> tuple[dict[str, dict[str, Example]], dict[str, tuple[PlantedRegion, ...]]]:
    """The passes without the planted spans that their annotators were shown, and the regions of planted errors.

    Args:
        passes: per annotator the confirmed examples, by id.
        shown: the planted errors of the project, by example.

    Returns:
        The passes, and by example the regions of the errors that one of its readers was shown.
    """
    cleaned = {name: dict(examples) for name, examples in passes.items()}
    regions: dict[str, tuple[PlantedRegion, ...]] = {}
    for id_, errors in shown.items():
        readings = {name: examples[id_] for name, examples in passes.items() if id_ in examples}
        found = [region for error in errors for region in _regions(error, readings)]
        if not found:
            continue
        regions[id_] = tuple(sorted(found, key=lambda region: (region.start, region.end)))
        for name, reading in readings.items():
            kept = {region.shown for region in found if name in region.kept_by}
            if kept:
                cleaned[name][id_] = reading.with_spans(span for span in reading.spans if span not in kept)
    return cleaned, regions


def barred_spans(regions: Iterable[PlantedRegion]) -> frozenset[Span]:
    """The planted spans that cannot be chosen."""
    return frozenset(region.shown for region in regions if region.is_barred and region.shown is not None)


def unearned_spans(errors: Iterable[ShownError], readings: Mapping[str, Example], text: str) -> frozenset[Span]:
    """The planted spans of an example that gold cannot have: nobody marked them who had not been shown them.

    Args:
        errors: planted there.
        readings: per reader the example as they confirmed it; none if nobody has.
        text: of gold.
    """
    found: set[Span] = set()
    for error in errors:
        unaided = [one for name, one in readings.items() if not _was_shown(error, name, one)]
        for span, _ in _places(error, text):
            if span is not None and not any(span in one.spans for one in unaided):
                found.add(span)
    return frozenset(found)


def _regions(error: ShownError, readings: Mapping[str, Example]) -> Iterator[PlantedRegion]:
    """The regions of a planted error in the texts of its readers; none if no reader was shown it."""
    readers = tuple(sorted(name for name, one in readings.items() if _was_shown(error, name, one)))
    if not readers:
        return
    text = readings[readers[0]].text
    for span, suggested in _places(error, text):
        there = [one for one in (span, suggested) if one is not None]
        kept = tuple(name for name in readers if span is not None and span in readings[name].spans)
        unaided = [one for name, one in readings.items() if name not in readers]
        yield PlantedRegion(
            error.error.kind,
            min(one.start for one in there),
            max(one.end for one in there),
            span,
            suggested,
            error.audit,
            readers,
            kept,
            span is not None and not any(span in one.spans for one in unaided),
        )


def _was_shown(error: ShownError, name: str, reading: Example) -> bool:
    return name in error.readers or bool(reading.extra.get(AIDED))


def _places(error: ShownError, text: str) -> Iterator[tuple[Span | None, Span | None]]:
    """What was shown and suggested, in a text: where it was or, in a text that has changed, wherever its words are."""
    shown, suggested = error.error.shown, error.error.suggested
    if text == error.text:
        yield shown, suggested
        return
    for span in (shown, suggested):
        if span is None:
            continue
        words = error.text[span.start : span.end]
        for found in re.finditer(re.escape(words), text):
            place = Span(found.start(), found.end(), span.label)
            yield (place, None) if span is shown else (None, place)


def in_region(regions: Iterable[PlantedRegion], start: int, end: int) -> tuple[PlantedRegion, ...]:
    """The planted regions that share a code point with a region of the text."""
    return tuple(region for region in regions if region.touches(start, end))

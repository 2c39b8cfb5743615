"""Why a place of gold is in doubt, in plain words, and what gold might have there instead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from goldspan.annotation import Span, first_overlap
from goldspan.formats.decisions import Candidate
from goldspan.models.place_evidence import UNMARKED
from goldspan.models.recogniser_model import OUTSIDE
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.models.place_evidence import EvidenceOfGold, GoldPlace

ReasonKind = Literal["model", "token", "boundary", "surface", "annotators", "rule"]
REASON_KINDS: tuple[ReasonKind, ...] = get_args(ReasonKind)
LOW = 0.2  # the probability of the label of a token below which the token is a reason
POSSIBLE = 0.2  # the probability of other edges from which they are a reason
NAMED = 3  # examples that a reason names
MODEL, ELSEWHERE = "model", "elsewhere in gold"  # in place of annotators, as authors of an alternative


class Reason(NamedTuple):
    """A reason for doubt.

    Args:
        kind: of the evidence.
        text: a clause in plain words.
    """

    kind: ReasonKind
    text: str


@dataclass(frozen=True, slots=True)
class Region:
    """A part of an example with what gold has there, and the places in it.

    Args:
        example: with the spans of gold.
        start: where it begins, in code points; it cuts no span of gold.
        end: where it ends.
        places: in it, the most doubtful first.
        readings: by annotator what they marked in the example.
    """

    example: Example
    start: int
    end: int
    places: tuple[GoldPlace, ...]
    readings: Mapping[str, Sequence[Span]] = field(default_factory=dict, hash=False)

    def within(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Those of some spans that are inside, sorted."""
        return tuple(sorted(span for span in spans if self.start <= span.start and span.end <= self.end))

    @property
    def gold(self) -> tuple[Span, ...]:
        """What gold has there."""
        return self.within(self.example.spans)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Finds the reasons for doubt in regions of gold.

    Args:
        evidence: on gold.
        models: how many models have predicted.
    """

    evidence: EvidenceOfGold
    models: int = 1

    def of(self, region: Region) -> list[Reason]:
        """Why a region is in doubt, the kinds of evidence in their order; empty if nothing speaks against gold."""
        found = [*self._of_models(region), *self._of_surfaces(region)]
        found += [*self._of_annotators(region), *self._of_rules(region)]
        return sorted(dict.fromkeys(found), key=lambda reason: REASON_KINDS.index(reason.kind))

    def alternatives(self, region: Region) -> list[Candidate]:
        """What gold might have in a region instead, each with who has it; never what gold has, nor spans that overlap.

        What a model reads comes first, then what annotators marked, recognisers suggest and other mentions have.
        """
        by: defaultdict[tuple[Span, ...], list[str]] = defaultdict(list)
        for author, spans in self._read(region):
            if spans != region.gold and not first_overlap(spans):
                by[spans].append(author)
        return [Candidate(spans, tuple(dict.fromkeys(authors))) for spans, authors in by.items()]

    def _read(self, region: Region) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Who has what in a region."""
        model = self.evidence.models.get(region.example.id)
        if model is not None:
            yield MODEL, region.within(model.reading)
            likely = [span for span in self._possible(region) if model.spans[span] >= POSSIBLE]
            for span in likely[:NAMED]:
                others = [other for other in region.gold if not other.overlaps(span)]
                yield MODEL, tuple(sorted([*others, span]))
        for name, spans in sorted(region.readings.items()):
            yield name, region.within(spans)
        suggested = self.evidence.suggested.get(region.example.id, ())
        for name in dict.fromkeys(one.recogniser for one in suggested):
            if spans := region.within({one.span for one in suggested if one.recogniser == name}):
                yield name, spans
        for place in region.places:
            label = self._label_elsewhere(region.example, place)
            if label is not None:
                span = place.span
                others = [other for other in region.gold if other != span]
                changed = [] if label == UNMARKED else [Span(span.start, span.end, label)]
                yield ELSEWHERE, tuple(sorted([*others, *changed]))

    def _possible(self, region: Region) -> list[Span]:
        """What models think possible in a region and gold lacks, the likeliest first."""
        spans = self.evidence.models[region.example.id].spans
        others = set(region.within(spans)).difference(region.gold)
        return sorted(others, key=lambda span: (-spans[span], span))

    def _of_models(self, region: Region) -> Iterator[Reason]:
        model = self.evidence.models.get(region.example.id)
        if model is None:
            return
        read = model.reading
        whose = (
            "a model that has not seen this article" if self.models <= 1 else "models that have not seen this article"
        )
        verb = "marks" if self.models <= 1 else "mark"
        for span in region.within(read):
            if span not in region.example.spans:
                told = f"{_named(region.example, span)} ({_percent(model.spans.get(span, 0.0))})"
                yield Reason("model", f"{whose} {verb} {told}")
        for span in region.gold:
            if not any(span.overlaps(other) for other in read):
                share = _percent(model.spans.get(span, 0.0))
                yield Reason(
                    "model", f"{whose} {verb} nothing at {_named(region.example, span)}, which it gives {share}"
                )
            yield from self._of_token(region.example, span)
            yield from self._of_edges(region, span)

    def _of_token(self, example: Example, span: Span) -> Iterator[Reason]:
        """The token of a span whose label is the least likely, if it is unlikely."""
        model = self.evidence.models[example.id]
        inside = [n for n, (start, end) in enumerate(model.tokens) if start < span.end and span.start < end]
        if not inside:
            return
        given = model.column(span.label, inside[0], inside[-1] + 1)
        worst = inside[int(given.argmin())]
        best = model.labels[int(np.argmax(model.probabilities[worst]))]
        lowest = float(given.min())
        if lowest >= LOW or best == span.label:
            return
        word = example.text[slice(*model.tokens[worst])]
        likelier = _percent(float(model.column(best, worst, worst + 1)[0]))
        other = "of no span" if best == OUTSIDE else f"of {best}"
        yield Reason("token", f"“{word}” is a token of {span.label} with {_percent(lowest)}, {other} with {likelier}")

    def _of_edges(self, region: Region, span: Span) -> Iterator[Reason]:
        """Other edges of a span that are possible, but not what models read."""
        model = self.evidence.models[region.example.id]
        for other in self._possible(region):
            is_moved = other.label == span.label and other.overlaps(span)
            if is_moved and model.spans[other] >= POSSIBLE and other not in model.reading:
                share = _percent(model.spans[other])
                yield Reason("boundary", f"other edges are possible: {_named(region.example, other)} ({share})")
                return

    def _of_surfaces(self, region: Region) -> Iterator[Reason]:
        for place in region.places:
            if self._label_elsewhere(region.example, place) is not None:
                yield Reason("surface", self._mentions(region.example, place))

    def _label_elsewhere(self, example: Example, place: GoldPlace) -> str | None:
        """The label that most other mentions have, `UNMARKED` if they have none; None if they are marked as here."""
        span, tally = place.span, self.evidence.surfaces
        has = span.label if place.in_gold else UNMARKED
        counted = tally.count(example, span.start, span.end, span.label, has)
        times = {span.label: counted.same, UNMARKED: counted.unmarked, **counted.others}
        here = times.pop(has)
        best = min(times, key=lambda label: (-times[label], label))
        return best if times[best] > here else None

    def _mentions(self, example: Example, place: GoldPlace) -> str:
        """How a surface is marked elsewhere, with examples."""
        span, tally = place.span, self.evidence.surfaces
        counted = tally.count(example, span.start, span.end, span.label, span.label if place.in_gold else UNMARKED)
        times = {**counted.others, span.label: counted.same, UNMARKED: counted.unmarked}
        parts = []
        for label, number in sorted(times.items(), key=lambda item: (-item[1], item[0])):
            if number:
                where = tally.examples_with(example.surface(span), label, example.id)
                places = f" ({enumerate_names(where[:NAMED])}{' …' if len(where) > NAMED else ''})" if where else ""
                parts.append(f"{number:,} {label or 'unmarked'}{places}")
        mentions = amount(sum(times.values()), "other mention")
        return f"{mentions} of “{_one_line(example.surface(span))}”: {enumerate_names(parts)}"

    def _of_annotators(self, region: Region) -> Iterator[Reason]:
        differing: defaultdict[tuple[Span, ...], list[str]] = defaultdict(list)
        for name, spans in sorted(region.readings.items()):
            if (marked := region.within(spans)) != region.gold:
                differing[marked].append(name)
        for marked, names in differing.items():
            what = enumerate_names(_named(region.example, span) for span in marked) or "nothing"
            yield Reason("annotators", f"{enumerate_names(names)} marked {what}")

    def _of_rules(self, region: Region) -> Iterator[Reason]:
        for span, recogniser, rule in self.evidence.suggested.get(region.example.id, ()):
            is_inside = span.start < region.end and region.start < span.end
            if is_inside and span not in region.example.spans:
                yield Reason("rule", f"{recogniser} suggests {_named(region.example, span)}, by its rule {rule}")


def _named(example: Example, span: Span) -> str:
    return f"“{_one_line(example.surface(span))}” as {span.label}"


def _percent(share: float) -> str:
    return f"{100 * min(share, 1.0):.0f}%"


def _one_line(text: str) -> str:
    return " ".join(text.split())

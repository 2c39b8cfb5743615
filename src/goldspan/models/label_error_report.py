"""The places of gold in doubt as lines, as JSON and as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.annotation import first_overlap
from goldspan.formats import inline
from goldspan.models.label_error_search import summary_sentences
from goldspan.models.label_errors import example_order
from goldspan.report.html import document, element, html_list, section
from goldspan.report.svg import chip, colours, ink
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example, Span
    from goldspan.formats.decisions import Candidate
    from goldspan.models.label_error_search import LabelErrorSearch
    from goldspan.models.label_errors import GoldDoubt
    from goldspan.report.html import Child, Markup

AROUND = 60  # code points of text on either side of a place
PAGE_MOST = 200  # places on a page; --json has all
METHOD = (
    (
        "Each place was judged by models that have not seen its article (or, of a single article, its example), by "
        "other mentions of the same words, by the recognisers of the project and by what annotators marked."
    ),
    (
        "The number is how likely an error is if five spans of a hundred are wrong: the weights of the evidence were "
        "learned from errors planted in copies of this gold. Read it as an order: the first places are worth reading "
        "first."
    ),
    "A reason for doubt is no proof. Where gold is right, keep it: it is not listed again until it changes.",
)


@dataclass(frozen=True, slots=True)
class RuleAdvice:
    """The rule of the guidelines that a place may fall under.

    Args:
        rule: its id and title.
        page: the file in which it stands.
        reason: the evidence, as a clause.
    """

    rule: str
    page: str
    reason: str


def doubt_lines(doubt: GoldDoubt, number: int, advice: RuleAdvice | None = None) -> list[str]:
    """A place in doubt as lines: where it is, what gold has, why that is in doubt, what it might have, and the rule."""
    region = doubt.region
    shown = excerpt(doubt.example, region.start, region.end, region.gold)
    lines = [f"{number}. {doubt.example.id} [{region.start}, {region.end}] {percentage(doubt)}  {shown}"]
    lines += [f"   · {visible(reason.text)}" for reason in doubt.reasons]
    lines += [f"   instead: {alternative_line(doubt, one)}" for one in doubt.alternatives]
    if advice is not None:
        lines.append(f"   rule: {advice.rule}, {advice.page} ({advice.reason})")
    return lines


def percentage(doubt: GoldDoubt) -> str:
    """How likely an error is there, in per cent."""
    return f"{100 * doubt.probability:.0f}%"


def excerpt(example: Example, start: int, end: int, spans: Sequence[Span]) -> str:
    """A region with some text around, in inline notation on one line."""
    return visible(inline.excerpt(example.text, spans, start, end, around=AROUND, whole_words=True))


def alternative_line(doubt: GoldDoubt, alternative: Candidate) -> str:
    """What gold might have in a region, in inline notation, and who has that."""
    text, region = doubt.example.text, doubt.region
    spans = alternative.spans
    markup = visible(inline.excerpt(text, spans, region.start, region.end)) if spans else "nothing"
    return f"{markup}  ({', '.join(alternative.by)})"


def json_report(
    search: LabelErrorSearch, doubts: Sequence[GoldDoubt], advice: Mapping[int, RuleAdvice | None]
) -> dict[str, Any]:
    """The report for `--json`.

    Args:
        search: what was found.
        doubts: those of it that are listed.
        advice: by the `id` of a doubt the rule that it may fall under.
    """
    order = [{"example": id_, "probability": round(value, 4)} for id_, value in example_order(search.doubts)]
    return {
        "examples": search.examples,
        "spans": search.spans,
        "doubts": [_json(doubt, advice.get(id(doubt))) for doubt in doubts],
        "in_all": len(search.doubts),
        "decided": search.decided,
        "example_order": order,
        "notes": list(search.notes),
    }


def _json(doubt: GoldDoubt, advice: RuleAdvice | None) -> dict[str, Any]:
    example, region = doubt.example, doubt.region
    rows = {"gold": _rows(example, region.gold)}
    return {
        "example": example.id,
        "article": example.article,
        "region": [region.start, region.end],
        "surface": example.text[region.start : region.end],
        "markup": excerpt(example, region.start, region.end, region.gold),
        "probability": round(doubt.probability, 4),
        **rows,
        "reasons": [{"kind": reason.kind, "text": reason.text} for reason in doubt.reasons],
        "alternatives": [{"spans": _rows(example, one.spans), "by": list(one.by)} for one in doubt.alternatives],
        "rule": None if advice is None else {"rule": advice.rule, "page": advice.page, "reason": advice.reason},
    }


def _rows(example: Example, spans: Iterable[Span]) -> list[list[Any]]:
    return [[span.start, span.end, span.label, example.surface(span)] for span in spans]


def page(
    search: LabelErrorSearch,
    doubts: Sequence[GoldDoubt],
    advice: Mapping[int, RuleAdvice | None],
    known: Mapping[str, str],
) -> str:
    """The report as one HTML page.

    Args:
        search: what was found.
        doubts: those of it that are listed.
        advice: by the `id` of a doubt the rule that it may fall under.
        known: `#rrggbb` per label.
    """
    chosen = colours(sorted({label for doubt in doubts for label in doubt.labels} | set(known)), known)
    header = element(
        "header",
        element("p", "Label errors", class_="eyebrow"),
        element("h1", "Places of gold in doubt"),
        element("p", " ".join(summary_sentences(search)), class_="quiet"),
    )
    items = [_item(doubt, advice.get(id(doubt)), chosen) for doubt in doubts[:PAGE_MOST]]
    rest = len(doubts) - len(items)
    sections = [
        section("The most doubtful first", element("ol", *items, class_="doubts"), kind="long") if items else None,
        element("p", f"and {rest:,} more, which --json lists", class_="note") if rest else None,
        section("Remarks", *html_list("How to read it", METHOD), kind="long"),
    ]
    return document("Places of gold in doubt", header, *sections)


def _item(doubt: GoldDoubt, advice: RuleAdvice | None, chosen: Mapping[str, str]) -> Markup:
    region = doubt.region
    title = f"{doubt.example.id} [{region.start}, {region.end}], {percentage(doubt)}"
    reasons = [element("li", element("bdi", reason.text)) for reason in doubt.reasons]
    rule = None
    if advice is not None:
        rule = element("p", element("bdi", f"Rule: {advice.rule}, {advice.page} ({advice.reason})"), class_="note")
    instead = [
        element(
            "p", "instead: ", *_marked(doubt, one.spans, chosen, around=0), f" ({', '.join(one.by)})", class_="note"
        )
        for one in doubt.alternatives
    ]
    return element(
        "li",
        element("p", element("b", title)),
        element("p", *_marked(doubt, region.gold, chosen, around=AROUND)),
        element("ul", *reasons, class_="notes"),
        *instead,
        rule,
    )


def _marked(doubt: GoldDoubt, spans: Sequence[Span], chosen: Mapping[str, str], *, around: int) -> list[Child]:
    """A region with its spans on their colours and some text around; spans that overlap are in inline notation."""
    text, region = doubt.example.text, doubt.region
    if not spans and not around:
        return [element("bdi", "nothing")]
    if first_overlap(spans):
        return [element("bdi", inline.excerpt(text, spans, region.start, region.end, around=around, whole_words=True))]
    left, right = inline.excerpt_bounds(text, region.start, region.end, around=around, whole_words=True)
    parts: list[Child] = ["…" if around and left else ""]
    at = left
    for span in spans:
        colour = chosen.get(span.label)
        style = f"background:{colour};color:{ink(colour)}" if colour else None
        parts += [element("bdi", text[at : span.start]), element("mark", text[span.start : span.end], style=style)]
        parts += [" ", chip(span.label, chosen)]
        at = span.end
    if not spans:
        parts += [element("bdi", text[at : region.start]), element("u", text[region.start : region.end])]
        at = region.end
    return [*parts, element("bdi", text[at:right]), "…" if around and right < len(text) else ""]

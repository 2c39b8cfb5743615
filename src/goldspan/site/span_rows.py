"""A text with everybody's spans: gold on the colour of its label, and below each line of text a thin row for each pass.

The words of a text stand in the page as they are in the article, so that a search in the browser finds them: the names
of labels between them are drawn by the styles. A list below the text has each span once, with its words, its label and
who marked it: first the regions in which readers differ, then those in which all agree.

A pass has one row, or several where its spans overlap. A checkbox for each pass sets a variable of the page to 0 or 1,
and the colours of its rows are made of that variable.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from goldspan.report.html import Markup, element, join
from goldspan.report.svg import chip, ink
from goldspan.report.text import amount
from goldspan.site.pages import GOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Span
    from goldspan.report.html import Child

ROW_STEP = 5  # CSS pixels from one row to the next
ROW_HEIGHT = 3  # CSS pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleReadings:
    """What gold and the passes that may be shown have in one example.

    Args:
        id: of the example.
        text: of the example.
        at: where it begins in its article, in code points.
        gold: its spans in gold; None where it has no gold, or its gold may not be shown.
        passes: by the name that an annotator has on the pages, what they marked; in the order of the names.
    """

    id: str
    text: str
    at: int
    gold: tuple[Span, ...] | None
    passes: Mapping[str, tuple[Span, ...]]

    @property
    def sides(self) -> dict[str, tuple[Span, ...]]:
        """All spans by whose they are, gold first."""
        return ({} if self.gold is None else {GOLD: self.gold}) | dict(self.passes)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every span that somebody has, once, in the order of the text."""
        return tuple(sorted({span for spans in self.sides.values() for span in spans}))

    def owners(self, span: Span) -> tuple[str, ...]:
        """Whose span it is, gold first."""
        return tuple(name for name, spans in self.sides.items() if span in spans)


@dataclass(frozen=True, slots=True)
class SpanRegion:
    """Spans that share words with each other, directly or through others.

    Args:
        start: where the first begins, in code points.
        end: where the last ends.
        spans: each once, in the order of the text.
        is_agreed: whether gold and all passes have the same there.
    """

    start: int
    end: int
    spans: tuple[Span, ...]
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """How the spans of a page are drawn.

    Args:
        colours: `#rrggbb` by label.
        annotators: the names of all annotators of the page, in the order of their rows.
        language: of the texts, for the attribute `lang`; None where it is not known.
    """

    colours: Mapping[str, str]
    annotators: tuple[str, ...]
    language: str | None = None

    def row_colour(self, label: str, annotator: str) -> str:
        """The variable with the colour of a label in the rows of an annotator."""
        return f"--k{[*self.colours].index(label)}p{self.annotators.index(annotator)}"

    def switch(self, owner: str) -> str:
        """The variable that is 1 while the spans of somebody are shown, else 0."""
        return "--g" if owner == GOLD else f"--s{self.annotators.index(owner)}"

    def style(self, rows: int) -> str:
        """The styles of a page: its switches, its colours, and as many rows as the example with most of them has."""
        numbers = range(len(self.annotators))
        switches = ["--g", *(f"--s{number}" for number in numbers)]
        lines = [":root {", *(f"{name}: 1;" for name in switches)]
        for label, colour in self.colours.items():
            strong = f"color-mix(in srgb, {colour} 80%, var(--text))"  # seen on any paper, however light the colour
            lines += [
                f"{self.row_colour(label, name)}: "
                f"color-mix(in srgb, {strong} calc(var({self.switch(name)}) * 100%), #0000);"
                for name in self.annotators
            ]
        lines.append("}")
        boxes = ["show-gold", *(f"show-{number}" for number in numbers)]
        lines += [
            f":root:has(#{box}:not(:checked)) {{ {name}: 0; }}" for box, name in zip(boxes, switches, strict=True)
        ]
        if rows:
            images = ", ".join(f"linear-gradient(var(--c{row}, #0000), var(--c{row}, #0000))" for row in range(rows))
            sizes = ", ".join(f"calc(100% - var(--e{row}, 0px)) {ROW_HEIGHT}px" for row in range(rows))
            places = ", ".join(f"0 calc(100% - (var(--n) - {row + 1}) * {ROW_STEP}px)" for row in range(rows))
            lines.append(
                f".rows b {{ padding-bottom: calc(var(--n) * {ROW_STEP}px); background: {images}; "
                f"background-size: {sizes}; background-position: {places}; background-repeat: no-repeat; }}"
            )
        lines.append(f".rows {{ line-height: calc(1.8em + var(--n) * {ROW_STEP}px); }}")
        return "\n".join(lines) + "\n"


def text_direction(text: str) -> str:
    """`rtl` or `ltr`, by the first letter of a text, as `dir="auto"` has it of the whole; `auto` without a letter.

    A part of the text that begins with a name of another script has the direction of the whole.
    """
    strong = next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), None)
    return {"L": "ltr", None: "auto"}.get(strong, "rtl")


def regions(readings: ExampleReadings) -> list[SpanRegion]:
    """The spans of an example in groups of those that overlap, in the order of the text."""
    groups: list[list[Span]] = []
    end = 0
    for span in readings.spans:
        if not groups or span.start >= end:
            groups.append([])
            end = span.end
        groups[-1].append(span)
        end = max(end, span.end)
    sides = [frozenset(spans) for spans in readings.sides.values()]
    return [
        SpanRegion(
            group[0].start,
            max(span.end for span in group),
            tuple(group),
            all(span in side for span in group for side in sides),
        )
        for group in groups
    ]


def row_count(readings: ExampleReadings) -> int:
    """How many rows are below each line of an example."""
    return len(_rows(readings))


def _rows(readings: ExampleReadings) -> list[tuple[str, list[Span]]]:
    """The rows with whose they are: in each, no span overlaps another."""
    rows: list[tuple[str, list[Span]]] = []
    for name, spans in readings.passes.items():
        own: list[list[Span]] = []
        for span in sorted(spans, key=lambda one: (one.start, -one.end, one.label)):
            free = next((row for row in own if row[-1].end <= span.start), None)
            if free is None:
                own.append([span])
            else:
                free.append(span)
        rows += [(name, row) for row in own or [[]]]
    return rows


def marked_text(readings: ExampleReadings, view: RowView) -> Markup:
    """The text of an example with gold and the rows of the passes."""
    rows = _rows(readings)
    body = _nested(readings, view, _pieces(readings, view, rows))
    attributes = {"lang": view.language, "dir": "auto", "style": f"--n:{len(rows)}"}
    return element("p", body, class_="words rows", **attributes)


def _pieces(
    readings: ExampleReadings, view: RowView, rows: Sequence[tuple[str, Sequence[Span]]]
) -> Iterator[tuple[int, int, Child]]:
    """The text cut at every edge of a span, each piece with its rows."""
    length = len(readings.text)
    starts: defaultdict[int, list[tuple[int, str, Span]]] = defaultdict(list)
    for number, (name, spans) in enumerate(rows):
        for span in spans:
            starts[span.start].append((number, name, span))
    edges = sorted({0, length, *(edge for span in readings.spans for edge in (span.start, span.end))})
    active: dict[int, tuple[str, Span]] = {}
    for start, end in pairwise(edges):
        active = {number: one for number, one in active.items() if one[1].end > start}
        active |= {number: (name, span) for number, name, span in starts[start]}
        piece: Child = readings.text[start:end]
        if active:
            style = ";".join(
                f"--c{number}:var({view.row_colour(span.label, name)})" + (f";--e{number}:2px" * (span.end == end))
                for number, (name, span) in sorted(active.items())
            )
            title = ", ".join(f"{name}: {span.label}" for name, span in dict(sorted(active.items())).values())
            piece = element("b", piece, style=style, title=title)
        yield start, end, piece


def _nested(readings: ExampleReadings, view: RowView, pieces: Iterable[tuple[int, int, Child]]) -> Markup:
    """The pieces inside the spans of gold, each of which is one element, or several where it crosses another."""
    gold = sorted(readings.gold or (), key=lambda span: (span.start, -span.end, span.label))
    waiting = list(reversed(gold))
    open_spans: list[tuple[Span, list[Child]]] = []
    done: list[Child] = []
    others: defaultdict[int, list[Span]] = defaultdict(list)
    for span in readings.spans:
        if span not in (readings.gold or ()):
            others[span.end].append(span)

    def close(*, last: bool) -> Span:
        span, children = open_spans.pop()
        made = _gold_mark(readings, view, span, children, last=last)
        (open_spans[-1][1] if open_spans else done).append(made)
        return span

    for start, end, piece in pieces:
        while waiting and waiting[-1].start == start:
            open_spans.append((waiting.pop(), []))
        (open_spans[-1][1] if open_spans else done).append(piece)
        crossed: list[tuple[Span, list[Child]]] = []
        while any(span.end == end for span, _ in open_spans):
            span = close(last=open_spans[-1][0].end == end)
            if span.end > end:
                crossed.insert(0, (span, []))
        open_spans += crossed
        (open_spans[-1][1] if open_spans else done).extend(_label_tag(readings, view, span) for span in others[end])
    return join(*done)


def _gold_mark(
    readings: ExampleReadings, view: RowView, span: Span, children: Sequence[Child], *, last: bool
) -> Markup:
    owners = readings.owners(span)
    return element(
        "mark",
        *children,
        class_="gold" if last else "gold part",
        data_label=span.label,
        data_span=f"{span.start}-{span.end}",
        title=f"{span.label}: {', '.join(owners)}",
        style=_chip_style(view, span, owners),
    )


def _label_tag(readings: ExampleReadings, view: RowView, span: Span) -> Markup:
    """The name of the label of a span that gold does not have, at its end."""
    owners = readings.owners(span)
    title = f"{span.label}: {', '.join(owners)}"
    return element("i", class_="tag", data_label=span.label, title=title, style=_chip_style(view, span, owners))


def _chip_style(view: RowView, span: Span, owners: Sequence[str]) -> str:
    colour = view.colours[span.label]
    shown = ",".join(f"var({view.switch(name)})" for name in owners)
    return f"--c:{colour};--i:{ink(colour)};--v:max({shown})"


def span_list(readings: ExampleReadings, region: SpanRegion, view: RowView) -> Markup:
    """The spans of a region with their words, labels and owners, and who marked nothing there."""
    rows = [
        element(
            "li",
            element("bdi", readings.text[span.start : span.end], class_="quote", lang=view.language, dir="auto"),
            " ",
            chip(span.label, view.colours),
            " ",
            owner_names(readings.owners(span)),
            data_span=f"{span.start}-{span.end}",
        )
        for span in region.spans
    ]
    empty = [name for name, spans in readings.sides.items() if not {*spans} & {*region.spans}]
    if empty:
        rows.append(element("li", element("span", "nothing", class_="quote none"), " ", owner_names(empty)))
    return element("ul", *rows, class_="versions")


def owner_names(names: Sequence[str]) -> Markup:
    """Whose a span is; gold stands out."""
    shown = [element("strong", "gold") if name == GOLD else element("bdi", name, class_="annotator") for name in names]
    parts: list[Child] = [part for one in shown for part in (", ", one)]
    return element("span", *parts[1:], class_="owners")


def controls(view: RowView, counts: Mapping[str, int]) -> Markup:
    """The checkboxes that show and hide gold and each pass, with how many spans each has.

    Args:
        view: how the spans are drawn.
        counts: the number of spans by whose they are; gold is left out where nothing has it.
    """
    boxes = []
    names = [name for name in (GOLD, *view.annotators) if name in counts]
    for name in names:
        key = "show-gold" if name == GOLD else f"show-{view.annotators.index(name)}"
        box = element("input", type="checkbox", id=key, checked=True)
        number = None if name == GOLD else element("span", f"{view.annotators.index(name) + 1}", class_="row-number")
        words = element("bdi", name)
        count = element("small", amount(counts[name], "span"))
        boxes.append(element("label", box, number, " ", words, " ", count, for_=key))
    return element("fieldset", element("legend", "Show"), *boxes, class_="switches")


def label_legend(labels: Iterable[str], view: RowView) -> Markup:
    """The labels on their colours."""
    return element("p", join(*(part for label in labels for part in (chip(label, view.colours), " "))), class_="labels")

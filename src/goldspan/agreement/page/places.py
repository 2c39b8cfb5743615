"""Where annotators do not agree, and why: kinds, confusion, rules, words, and every place side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement.disagreements import KINDS, MEANING
from goldspan.agreement.summary import total
from goldspan.pages.element import Markup, element
from goldspan.pages.heat import heat
from goldspan.pages.marked import chip, marked
from goldspan.pages.plots import stack
from goldspan.pages.tables import MOST, cell, more, row, section, table, text_table
from goldspan.wording import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.agreement.disputes import Dispute, Variant
    from goldspan.agreement.report import Case, Report, Tally

PARTS = ("agreed", "boundary", "label", "split", "first_alone", "second_alone")
SAID: Mapping[str, str] = {
    "agreed": "the same on both sides",
    "boundary": MEANING["boundary"],
    "label": MEANING["label"],
    "split": MEANING["split"],
    "first_alone": "the first has it alone",
    "second_alone": "the second has it alone",
}


def kinds(report: Report) -> Markup | None:
    """What became of the spans of each pair, as stacked bars."""
    if not report.tallies:
        return None
    most = max(1, *(_size(one) for one in report.tallies.values()))
    rows = [_bar(element("bdi", " – ".join(pair)), one, most) for pair, one in report.tallies.items()]
    if len(rows) > 1:
        everything = total(report.tallies.values())
        rows.append(_bar(element("b", "all pairs"), everything, _size(everything) or 1, kind="total"))
    swatches = (
        element("li", element("span", class_=f"swatch {kind}"), element("b", _name(kind)), f" {SAID[kind]}")
        for kind in PARTS
    )
    body = table(("", "", *map(_name, PARTS)), [element("tbody", *rows)], plotted=1, kind="wide bars")
    return section("What became of the spans", element("ul", *swatches, class_="legend"), body)


def _name(kind: str) -> str:
    return kind.replace("_", " ")


def _size(one: Tally) -> int:
    return sum(getattr(one, name) for name in PARTS)


def _bar(name: Markup, one: Tally, most: int, kind: str | None = None) -> Markup:
    parts = [(part, getattr(one, part)) for part in PARTS]
    said = ", ".join(f"{number} {_name(part)}" for part, number in parts)
    numbers = (cell(f"{number:,}") for _, number in parts)
    return row(cell(name, "th"), cell(stack(parts, most, said=said), kind="plotted"), *numbers, kind=kind)


def confusion(report: Report) -> Markup | None:
    """Which label met which."""
    found = report.confusion
    if not report.tallies:
        return None
    *names, none = found.labels
    made = heat(
        f"{found.first} ↓ {found.second} →" if found.first else "",
        [*(chip(name, report.colours) for name in names), element("bdi", none)],
        found.rows,
        mirrored=found.first is None,
    )
    whose = "Rows are the first annotator’s. " if found.first else "Over all pairs, to be read either way. "
    note = (
        f"{whose}“{none}” stands for a span that the other has not marked. The stronger its colour, the larger the "
        "share of a cell in its row."
        f"{'' if found.first else ' A meeting of a label with itself is two spans of its row.'}"
    )
    return section("Labels that met", element("p", note, class_="note"), made)


def rules(report: Report) -> Markup | None:
    """The rules that the places fall under, each leading to its places."""
    if not report.cases:
        return None
    rows = []
    for place, (ids, cases) in enumerate(report.by_rule.items()):
        of_kind = [case.dispute.kind for case in cases]
        each = (f"{of_kind.count(kind):,}" for kind in KINDS)
        link = element("a", ids, href=f"#rule-{place}")
        rows.append((link, element("bdi", report.titles(cases[0])), f"{len(cases):,}", *each))
    head = ("rule", "what it is about", "places", *KINDS)
    note = "What tells the rule stands with each place. A rule leads to its places."
    return section(
        "Rules that the disagreements fall under", element("p", note, class_="note"), text_table(head, rows, left=2)
    )


def surfaces(report: Report) -> Markup | None:
    """The words that are disputed most often."""
    if not report.surfaces:
        return None
    rows = [
        (element("bdi", one.words), f"{one.disputed:,}", f"{one.agreed:,}", _labels(one.labels, report.colours))
        for one in report.surfaces[:MOST]
    ]
    head = ("words", "disputed", "agreed", "marked where they are disputed")
    note = "How often the words are disputed, and how often all who read them marked them alike."
    body = text_table(head, rows)
    return section(
        "Words that are disputed", element("p", note, class_="note"), body, more(len(report.surfaces)), kind="long"
    )


def _labels(labels: Mapping[str, int], colours: Mapping[str, str]) -> Markup:
    parts = (element("span", chip(label, colours), f" {number:,} ") for label, number in labels.items())
    return element("span", *parts, class_="labels")


def cases(report: Report) -> Markup | None:
    """Every place, rule by rule; a choice above shows those of one kind alone."""
    if not report.cases:
        return None
    groups = []
    for place, (ids, found) in enumerate(report.by_rule.items()):
        titles = report.titles(found[0])
        head = element("h3", element("b", ids), f" {titles}" if titles else "", f" · {amount(len(found), 'place')}")
        examples = (_case(case, report) for case in found)
        groups.append(element("div", head, *examples, class_="group-of-cases", id=f"rule-{place}"))
    note = "Under each rule, the places on which most pairs of annotators disagree come first."
    return section(
        "Every disagreement, side by side",
        element("p", note, class_="note"),
        *_choice(report),
        element("div", *groups, class_="cases"),
        kind="long",
    )


def _choice(report: Report) -> list[Markup]:
    """Buttons of which one is down; the style sheet hides what does not go with it."""
    numbers: dict[str, int] = {"all": len(report.cases)} | {str(kind): number for kind, number in report.kinds.items()}
    parts = []
    for kind, times in numbers.items():
        name = f"only-{kind}"
        parts.append(element("input", type="radio", name="kind", id=name, checked=kind == "all"))
        parts.append(element("label", element("b", kind), f" {times:,}", for_=name, class_="choice"))
    return parts


def _case(case: Case, report: Report) -> Markup:
    dispute = case.dispute
    head = element("h4", element("bdi", dispute.item.id), " · ", element("b", dispute.kind))
    why = element("p", case.told.reason, class_="note") if case.told else None
    return element("article", head, why, voices(dispute, report.colours), class_=f"example is-{dispute.kind}")


def voices(dispute: Dispute, colours: Mapping[str, str]) -> Markup:
    """Who marked what in a place, below one another."""
    parts = (part for one in dispute.variants for part in _voice(dispute, one, colours))
    return element("dl", *parts, class_="voices")


def _voice(dispute: Dispute, variant: Variant, colours: Mapping[str, str]) -> tuple[Markup, Markup]:
    left, right = dispute.extract
    text = dispute.item.text
    before, after = "…" if left else "", "…" if right < len(text) else ""
    by = len(before) - left
    spans = [type(span)(span.start + by, span.end + by, span.label) for span in variant.spans]
    shown = marked(f"{before}{text[left:right]}{after}", spans, colours, spans)
    return element("dt", element("bdi", ", ".join(variant.annotators))), element("dd", shown)

"""Where it fails: confusion, kinds of errors, values, people beside the model, the hardest examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.evaluation.cases import KINDS
from goldspan.pages.element import Markup, element
from goldspan.pages.heat import heat
from goldspan.pages.marked import chip, marked
from goldspan.pages.plots import stack
from goldspan.pages.tables import MOST, cell, more, row, section, table, text_table
from goldspan.wording import amount, percent, quantity

if TYPE_CHECKING:
    from goldspan.evaluation.confusion import Kinds
    from goldspan.evaluation.hardest import Hard
    from goldspan.evaluation.report import Report
    from goldspan.evaluation.wording import View

KIND_MEANING = {
    "correct": "same words, same label",
    "boundary": "label right, words overlap",
    "label": "words right, label wrong",
    "both": "words overlap, label wrong",
    "missed": "in gold alone",
    "spurious": "predicted alone",
}


def confusion(report: Report, view: View) -> Markup:
    """The matrix as a heat map: the share of each row is its strength, blue where the labels agree."""
    *labels, none = report.confusion.labels
    names = [*(chip(label, view.colours) for label in labels), element("bdi", none)]
    made = heat("gold ↓ predicted →", names, report.confusion.rows)
    note = (
        f"Spans that overlap, best match first; “{none}” stands for a span that the other side lacks. "
        "The stronger its colour, the larger the share of a cell in its row."
    )
    return section("What is taken for what", element("p", note, class_="note"), made)


def kinds(report: Report, view: View) -> Markup:
    """The kinds of errors as stacked bars, a bar per label, each as long as it has spans."""
    held = [(chip(name, view.colours), report.errors.labels[name]) for name in report.labels]
    longest = max([1, *(_total(one) for _, one in held)])
    rows = [_bar(name, one, longest) for name, one in held]
    rows.append(_bar(element("b", "all"), report.errors.overall, _total(report.errors.overall) or 1, kind="total"))
    swatches = (
        element("li", element("span", class_=f"swatch {kind}"), element("b", kind), f" {KIND_MEANING[kind]}")
        for kind in KINDS
    )
    head = ("", "", *KINDS)
    body = table(head, [element("tbody", *rows)], plotted=1, kind="wide bars")
    note = "A bar is as long as its label has spans; the last one is scaled to all of them."
    return section(
        "Kinds of errors", element("ul", *swatches, class_="legend"), body, element("p", note, class_="note")
    )


def _bar(name: Markup, one: Kinds, longest: int, kind: str | None = None) -> Markup:
    parts = [(which, getattr(one, which)) for which in KINDS]
    said = ", ".join(f"{number} {which}" for which, number in parts)
    numbers = (cell(f"{number:,}") for _, number in parts)
    return row(cell(name, "th"), cell(stack(parts, longest, said=said), kind="plotted"), *numbers, kind=kind)


def _total(one: Kinds) -> int:
    return sum(getattr(one, kind) for kind in KINDS)


def values(report: Report, view: View) -> Markup | None:
    """Whether quantities come out with the right value, and those that do not."""
    if not report.values:
        return None
    names = ("right", "bound_wrong", "wrong", "missed", "spurious", "without_value")
    rows = [
        (chip(one.label, view.colours), *(f"{getattr(one, name):,}" for name in names), percent(one.accuracy))
        for one in report.values
    ]
    head = ("label", *(name.replace("_", " ") for name in names), "accuracy")
    cases = [
        (element("bdi", case.example), element("bdi", case.gold_surface), quantity(case.gold),
         element("bdi", case.predicted_surface), quantity(case.predicted))
        for one in report.values for case in one.cases
    ]  # fmt: skip
    words = ("example", "gold", "value", "predicted", "value")
    wrong = text_table(words, cases[:MOST], left=len(words)) if cases else None
    note = element("p", "Accuracy is the share of the gold values that came out right.", class_="note")
    return section("Values of quantities", note, text_table(head, rows), wrong, more(len(cases)))


def ceiling(report: Report) -> Markup | None:
    """What people reach against each other and against gold, beside the model."""
    found = report.ceiling
    if found is None:
        return None
    rows = [(f"{one.first} – {one.second}", one.examples, one.f1, one.model_f1) for one in found.pairs]
    rows += [(f"{one.name} – gold", one.examples, one.f1, one.model_f1) for one in found.passes]
    body = text_table(
        ("readers", "examples", "their F1", "the model’s F1"),
        [(element("bdi", name), f"{examples:,}", percent(f1), percent(model)) for name, examples, f1, model in rows],
    )
    return section("People beside the model", element("p", found.sentence, class_="verdict"), body)


def hardest(report: Report, view: View) -> Markup | None:
    """The examples with the most errors: gold and prediction side by side."""
    if not report.hardest:
        return None
    note = "The worst first. What is framed differs from the other side."
    return section(
        "The hardest examples",
        element("p", note, class_="note"),
        *(_example(one, view) for one in report.hardest),
        kind="long",
    )


def _example(hard: Hard, view: View) -> Markup:
    same = set(hard.gold) & set(hard.predicted)
    sides = (("Gold", hard.gold), ("Predicted", hard.predicted))
    boxes = (element("div", element("h4", name), marked(hard.text, spans, view.colours, same)) for name, spans in sides)
    head = element("h3", element("bdi", hard.example), f" · {amount(hard.errors, 'error')}")
    return element("article", head, element("div", *boxes, class_="pair"), class_="example")

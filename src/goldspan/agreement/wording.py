"""How the agreement of annotators is put into words, in the terminal and on the page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement.meanings import HEADLINE, MEANINGS
from goldspan.wording import UNDEFINED, amount, brackets, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.agreement.report import Report
    from goldspan.agreement.value import Cell, Value

TWO = 2
FULL = 1.0


def title(report: Report) -> str:
    """What the report is about."""
    return f"Agreement of {listed(report.annotations.annotators)}"


def headline(report: Report) -> str:
    """How far they agree, in one sentence."""
    cell, compared = report.agreement.overall, report.agreement.compared
    value = cell[HEADLINE]
    if value.estimate is None:
        why = value.undefined.sentence if value.undefined else "there is no interval"
        return f"How far they agree is undefined: {why}."
    many = len(compared) > TWO
    who = f"Any two of {len(compared)} annotators" if many else f"{compared[0]} and {compared[1]}"
    said = f"{who} mark {percent(value.estimate, 1)} of 100 spans alike{' on average' if many else ''}"
    ends = f" {brackets(value)}" if brackets(value) else ""
    ground = f"{amount(cell.examples, 'example')} of {amount(_articles(report), 'article')}"
    by = "at least two" if many else "both"
    mean = f", the mean over {amount(_defined(report), 'pair')}" if many else ""
    return f"{said}{ends} (exact-span F1{mean}), in the {ground} that {by} confirmed."


def remarks(report: Report) -> list[str]:
    """How to read what is there, and what is not in it."""
    flattering = ["Gold that was made from these very readings flatters them."] if report.records else []
    return [*_set_aside(report), *_not_told(report), *_without_variation(report), *flattering]


def undefined(report: Report) -> list[str]:
    """Each reason for which something is undefined, with all that it holds for."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for where, cell in _cells(report):
        for name, value in cell.values.items():
            if value.undefined:
                reasons.setdefault(value.undefined.sentence, {}).setdefault(where, []).append(MEANINGS[name].title)
    return [f"{_where(places)}: {why}." for why, places in reasons.items()]


def of_measure(name: str, value: Value | None) -> str:
    """A value as its measure is written, with its interval; a dash where the measure does not apply."""
    return "–" if value is None else f"{number(name, value)} {ends(name, value)}".rstrip()


def number(name: str, value: Value) -> str:
    """A value without its interval: F1 and shares in per cent, coefficients as they are."""
    if value.estimate is None:
        return UNDEFINED
    return percent(value.estimate) if _in_per_cent(name) else f"{value.estimate:.3f}"


def ends(name: str, value: Value) -> str:
    """The interval of a value in brackets; nothing where there is none."""
    if value.estimate is None or value.low is None or value.high is None:
        return ""
    return brackets(value) if _in_per_cent(name) else f"[{value.low:.2f}, {value.high:.2f}]"


def _in_per_cent(name: str) -> bool:
    return name.endswith("_f1") or name == "value_agreement"


def spans_of(cell: Cell) -> str:
    """How many spans there are: of each of two annotators, of more all together."""
    numbers = cell.spans.values()
    return " / ".join(f"{n:,}" for n in numbers) if len(cell.spans) == TWO else f"{sum(numbers):,}"


def listed(names: Sequence[str]) -> str:
    """Names in a row: `a, b and c`."""
    *most, last = names or ("nobody",)
    return f"{', '.join(most)} and {last}" if most else last


def _articles(report: Report) -> int:
    return len({item.article for item in report.annotations.items if len(item.spans) >= TWO})


def _defined(report: Report) -> int:
    pairs = report.agreement.pairs.items()
    compared = set(report.agreement.compared)
    return sum(part.overall[HEADLINE].estimate is not None for pair, part in pairs if compared.issuperset(pair))


def _set_aside(report: Report) -> Iterator[str]:
    annotations = report.annotations
    for name in annotations.annotators:
        if not annotations.of(name):
            yield f"{name} has confirmed nothing, and takes no part."
        elif name not in report.agreement.compared:
            yield f"{name} marked nothing in what others have read, too: no number is about {name}."


def _not_told(report: Report) -> Iterator[str]:
    left_out, assumed = len(report.annotations.left_out), report.annotations.assumed
    if left_out:
        yield f"{amount(left_out, 'example')} did not count, for the annotator had not confirmed them or rejected them."
    if assumed:
        yield (
            f"The files of {listed(assumed)} do not say what was confirmed. All of it is taken to be, and an example "
            "that was never opened looks like one in which nothing is to be marked."
        )


def _without_variation(report: Report) -> Iterator[str]:
    value = report.agreement.overall[HEADLINE]
    if value.estimate == FULL and value.low == FULL:
        yield (
            "An interval of [100, 100] does not say that the next article will be read alike. Nothing differs here, so "
            "nothing differs in any corpus drawn from it: the bootstrap cannot see what it was not shown. And where "
            "readings are the same in every span, either nothing was left to judgement, or they were not made "
            "independently."
        )


def _cells(report: Report) -> Iterator[tuple[str, Cell]]:
    agreement = report.agreement
    if not agreement.compared or agreement.overall[HEADLINE].undefined:
        yield "all labels", agreement.overall
        return
    yield "all labels", agreement.overall
    yield from agreement.labels.items()
    yield from agreement.articles.items()
    if len(agreement.pairs) > 1:
        yield from ((" – ".join(pair), part.overall) for pair, part in agreement.pairs.items())


def _where(places: dict[str, list[str]]) -> str:
    """The places, and of each the measures unless they are many."""
    many = 3
    return "; ".join(
        f"{where} ({', '.join(names)})" if len(names) <= many else where for where, names in places.items()
    )  # fmt: skip

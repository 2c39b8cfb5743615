"""How the agreement of annotators is put into words, in the terminal and on the page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.agreement.meanings import HEADLINE, MEANINGS
from goldspan.wording import UNDEFINED, amount, brackets, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from goldspan.agreement.annotations import Annotations
    from goldspan.agreement.report import Report
    from goldspan.agreement.value import Cell, Value

TWO = 2
FULL = 1.0
NEGLIGIBLE = 0.01  # the share of the draws that need not be spoken of if they do not count
PLACES = 12  # that are named of those for which a measure is undefined
WHOLE_GROUND = ("token_fleiss", "character_fleiss", "gamma")  # they take what all have read, and nothing else
MEANS = (
    "F1 and Cohen's kappa are means over the pairs in which both marked something; the other measures count those who "
    "marked none, too."
)
APART = (
    " No two of them share an example: where these are the articles of one annotator, name a file or folder for each "
    "annotator, or the folder that holds these."
)


def title(report: Report) -> str:
    """What the report is about."""
    return f"Agreement of {listed(report.annotations.annotators)}"


def headline(report: Report) -> str:
    """How far they agree, in one sentence."""
    cell, compared = report.agreement.overall, report.agreement.compared
    value = cell[HEADLINE]
    if value.estimate is None:
        why = value.undefined.sentence if value.undefined else "there is no interval"
        return f"How far they agree is undefined: {why}.{APART if _apart(report) else ''}"
    many = len(compared) > TWO
    who = f"Any two of {len(compared)} annotators" if many else f"{compared[0]} and {compared[1]}"
    said = f"{who} mark {percent(value.estimate, 1)} of 100 spans alike{' on average' if many else ''}"
    ends = f" {brackets(value)}" if brackets(value) else ""
    ground = f"{amount(cell.examples, 'example')} of {amount(_articles(report), 'article')}"
    by = "at least two" if many else "both"
    mean = f", the mean over {amount(_defined(report), 'pair')}" if many else ""
    return f"{said}{ends} (exact-span F1{mean}), in the {ground} that {by} confirmed."


def remarks(report: Report, *, leave_out: Collection[str] = ()) -> list[str]:
    """How to read what is there, and what is not in it.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    flattering = ["Gold that was made from these very readings flatters them."] if report.records else []
    return [
        *_set_aside(report),
        *_not_told(report),
        *_draws(report, leave_out),
        *_without_variation(report),
        *flattering,
    ]


def undefined(report: Report, *, leave_out: Collection[str] = ()) -> list[str]:
    """Each reason for which something is undefined, with all that it holds for.

    Args:
        report: what they are about.
        leave_out: measures that are not mentioned.
    """
    found = _gathered(
        ((where, _without(cell.values, leave_out)) for where, cell in _cells(report)),
        lambda value: value.undefined.sentence if value.undefined else None,
    )
    return [f"{where}: {why}." for why, where in found.items()]


def partly(cells: Mapping[str, Cell]) -> str:
    """Of which cells the means rest on some of the pairs alone, and who has nothing there; empty if of none."""
    said = [f"{name}: {of_pairs(cell)}." for name, cell in cells.items() if of_pairs(cell)]
    return " ".join([*said, MEANS]) if said else ""


def of_pairs(cell: Cell) -> str:
    """On how many of the pairs the means of a cell rest, where these are not all, and who marked nothing there."""
    basis = cell.basis
    if basis is None or not 0 < basis.counted < basis.pairs:
        return ""
    nothing = f"; {listed(cell.nothing)} marked none" if cell.nothing else ""
    return f"{basis.counted:,} of {basis.pairs:,} pairs{nothing}"


def on_ground(name: str, cell: Cell) -> str:
    """On how many examples a measure rests that takes what all have read, where these are not all; else nothing."""
    if name not in WHOLE_GROUND or cell.basis is None or cell.basis.common == cell.examples:
        return ""
    return f"on {cell.basis.common:,} of {amount(cell.examples, 'example')}"


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
    compared = set(report.agreement.compared)
    return len({item.article for item in report.annotations.items if len(compared & item.spans.keys()) >= TWO})


def _apart(report: Report) -> bool:
    """Whether several annotators confirmed something, and no two of them the same."""
    items = report.annotations.items
    return len({name for item in items for name in item.spans}) >= TWO and all(len(item.spans) < TWO for item in items)


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
            yield f"{name} {_why(annotations, name)}: no number over all and no disagreement is about {name}."


def _why(annotations: Annotations, name: str) -> str:
    """Why somebody who confirmed something is not compared."""
    shared = [item.spans[name] for item in annotations.of(name) if len(item.spans) >= TWO]
    if not shared:
        return "shares no example with anybody"
    if any(shared):
        return "marked something only where nobody has read, too, who is compared"
    return "marked nothing in what others have read, too"


def _not_told(report: Report) -> Iterator[str]:
    left_out, assumed = len(report.annotations.left_out), report.annotations.assumed
    if left_out:
        yield f"{amount(left_out, 'example')} did not count, for the annotator had not confirmed them or rejected them."
    if assumed:
        yield (
            f"The files of {listed(assumed)} do not say what was confirmed. All of it is taken to be, and an example "
            "that was never opened looks like one in which nothing is to be marked."
        )


def _without(values: Mapping[str, Value], leave_out: Collection[str]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name not in leave_out}


def _draws(report: Report, leave_out: Collection[str]) -> Iterator[str]:
    """Which draws do not count, and what has no interval; nothing of articles, whose intervals are by example."""
    agreement = report.agreement
    if agreement.units < TWO:
        return  # said once, of all
    parts = [("all labels", agreement.overall), *agreement.labels.items()]
    if len(agreement.pairs) > 1:
        parts += [(" – ".join(pair), part.overall) for pair, part in agreement.pairs.items()]
    drawn, lacking = agreement.settings.resamples, []
    for where, cell in parts:
        bounded = [value for value in _without(cell.values, leave_out).values() if value.low is not None]
        most = max((value.undefined_resamples for value in bounded), default=0)
        if most > NEGLIGIBLE * drawn:
            lacking.append(f"{most:,} for {where}")
    if lacking:
        yield (
            "A draw that lacks a pair or a label that a measure is about does not count for its interval: of "
            f"{drawn:,} draws up to {_some(lacking)}. A pair that shares one article or two adds little to the width "
            "of such an interval: take it for the least that is uncertain."
        )
    defined = (
        (where, {n: value for n, value in _without(cell.values, leave_out).items() if value.estimate is not None})
        for where, cell in parts
    )
    reasons = _gathered(defined, lambda value: value.unbounded.sentence if value.unbounded else None)
    yield from (f"No interval for {where}: {why}." for why, where in reasons.items())


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


def _gathered(
    cells: Iterable[tuple[str, Mapping[str, Value]]], why_of: Callable[[Value], str | None]
) -> dict[str, str]:
    """By reason, where it holds: places that lack the same measures together, and these named once, unless it is all.

    Args:
        cells: the places by name, with the values there by measure.
        why_of: gives the reason that a value has for lacking something, if it has one.
    """
    reasons: dict[str, dict[str, list[str]]] = {}
    for where, values in cells:
        lacking: dict[str, list[str]] = {}
        for name, value in values.items():
            if why := why_of(value):
                lacking.setdefault(why, []).append(MEANINGS[name].title)
        for why, names in lacking.items():
            what = "" if len(names) == len(values) else f" ({', '.join(names)})"
            reasons.setdefault(why, {}).setdefault(what, []).append(where)
    return {
        why: "; ".join(f"{_some(places)}{what}" for what, places in found.items()) for why, found in reasons.items()
    }


def _some(places: Sequence[str]) -> str:
    """The places; of many the first, and how many more there are."""
    more = len(places) - PLACES
    return listed([*places[:PLACES], *([f"{more:,} more"] if more > 0 else [])])

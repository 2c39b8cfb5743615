"""Where annotators do not agree, and why: kinds, confusion, rules, words, and every place side by side.

One annotator against gold: how much, how it went on, and what to talk about.

How far annotators agree, and how sure that is: the figures, the intervals, the measures in words.

The report as one HTML page (see `goldspan.report`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.agreement import text_report
from goldspan.agreement.disagreements import KINDS, MEANING, dispute_bounds
from goldspan.agreement.measures import HEADLINE, MEASURES
from goldspan.agreement.text_report import (
    COLUMNS,
    MEANS,
    ends,
    number,
    of_measure,
    of_pairs,
    on_ground,
    one_sided_first,
    spans_of,
    total,
    worst_first,
)
from goldspan.report.html import (
    MOST,
    Markup,
    cell,
    document,
    element,
    html_list,
    html_table,
    join,
    more,
    row,
    section,
    text_table,
)
from goldspan.report.svg import SCALE, axis, chip, colours, dot_and_whisker, heat, marked, stack
from goldspan.report.text import UNDEFINED, amount, beside, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from goldspan.adjudication.derive import Dispute
    from goldspan.agreement.annotator_record import (
        AnnotatorError,
        AnnotatorRecord,
        ArticleScore,
        ScoreEstimate,
        VersionScore,
    )
    from goldspan.agreement.intervals import MeasureSet
    from goldspan.agreement.report import AgreementReport, AttributedDispute, PairTally
    from goldspan.evaluation.result import Counts
    from goldspan.formats.decisions import Candidate

PARTS = ("agreed", "boundary", "label", "split", "first_alone", "second_alone")
SAID: Mapping[str, str] = {
    "agreed": "the same on both sides",
    "boundary": MEANING["boundary"],
    "label": MEANING["label"],
    "split": MEANING["split"],
    "first_alone": "the first has it alone",
    "second_alone": "the second has it alone",
}


def kind_section(report: AgreementReport) -> Markup | None:
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
    body = html_table(("", "", *map(_name, PARTS)), [element("tbody", *rows)], plotted=1, kind="wide bars")
    return section("What became of the spans", element("ul", *swatches, class_="legend"), body)


def _name(kind: str) -> str:
    return kind.replace("_", " ")


def _size(one: PairTally) -> int:
    return sum(getattr(one, name) for name in PARTS)


def _bar(name: Markup, one: PairTally, most: int, kind: str | None = None) -> Markup:
    parts = [(part, getattr(one, part)) for part in PARTS]
    said = ", ".join(f"{number} {_name(part)}" for part, number in parts)
    numbers = (cell(f"{number:,}") for _, number in parts)
    return row(cell(name, "th"), cell(stack(parts, most, words=said), kind="plotted"), *numbers, kind=kind)


def confusion_section(report: AgreementReport) -> Markup | None:
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


def rule_section(report: AgreementReport) -> Markup | None:
    """The rules that the places fall under, each leading to its places."""
    if not report.cases:
        return None
    rows = []
    for place, (ids, cases) in enumerate(report.by_rule.items()):
        of_kind = [case.kind for case in cases]
        each = (f"{of_kind.count(kind):,}" for kind in KINDS)
        link = element("a", ids, href=f"#rule-{place}")
        rows.append((link, element("bdi", report.rule_titles(cases[0])), f"{len(cases):,}", *each))
    head = ("rule", "what it is about", "places", *KINDS)
    note = "What tells the rule stands with each place. A rule leads to its places."
    return section(
        "Rules that the disagreements fall under", element("p", note, class_="note"), text_table(head, rows, left=2)
    )


def surface_section(report: AgreementReport) -> Markup | None:
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


def dispute_section(report: AgreementReport) -> Markup | None:
    """Every place, rule by rule; a choice above shows those of one kind alone."""
    if not report.cases:
        return None
    groups = []
    for place, (ids, found) in enumerate(report.by_rule.items()):
        titles = report.rule_titles(found[0])
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


def _choice(report: AgreementReport) -> list[Markup]:
    """Buttons of which one is down; the style sheet hides what does not go with it."""
    numbers: dict[str, int] = {"all": len(report.cases)} | {str(kind): number for kind, number in report.kinds.items()}
    parts = []
    for kind, times in numbers.items():
        name = f"only-{kind}"
        parts.append(element("input", type="radio", name="kind", id=name, checked=kind == "all"))
        parts.append(element("label", element("b", kind), f" {times:,}", for_=name, class_="choice"))
    return parts


def _case(case: AttributedDispute, report: AgreementReport) -> Markup:
    dispute = case.dispute
    head = element("h4", element("bdi", dispute.example.id), " · ", element("b", case.kind))
    why = element("p", case.attribution.reason, class_="note") if case.attribution else None
    return element("article", head, why, voices(dispute, report.colours), class_=f"example is-{case.kind}")


def voices(dispute: Dispute, colours: Mapping[str, str]) -> Markup:
    """Who marked what in a place, below one another."""
    parts = (part for one in dispute.candidates for part in _voice(dispute, one, colours))
    return element("dl", *parts, class_="voices")


def _voice(dispute: Dispute, candidate: Candidate, colours: Mapping[str, str]) -> tuple[Markup, Markup]:
    left, right = dispute_bounds(dispute)
    text = dispute.example.text
    before, after = "…" if left else "", "…" if right < len(text) else ""
    by = len(before) - left
    spans = [type(span)(span.start + by, span.end + by, span.label) for span in candidate.spans]
    shown = marked(f"{before}{text[left:right]}{after}", spans, colours, spans)
    return element("dt", element("bdi", ", ".join(candidate.by))), element("dd", shown)


EACH = 3  # places of an error that recurs


def record_section(found: AnnotatorRecord, report: AgreementReport) -> Markup:
    """An annotator against gold."""
    rows = [_quality(chip(label, report.colours), one) for label, one in found.labels.items()]
    rows.append(_quality(element("b", "all labels"), found.overall))
    head = ("label", "gold", "marked", "right", "precision", "recall", "F1")
    errors = [_error(error, report) for error in found.errors[:MOST]]
    return section(
        f"{found.annotator} against gold",
        element("p", f"{amount(found.examples, 'example')} that gold has, too.", class_="note"),
        html_table(head, [element("tbody", *rows)]),
        *_stages(found),
        *_over_time(found, report),
        element("h3", "What to talk about, what recurs most first") if errors else None,
        *errors,
        more(len(found.errors)),
        kind="long",
    )


def _quality(name: Markup, one: ScoreEstimate) -> Markup:
    counts = one.counts
    numbers = (cell(f"{n:,}") for n in (counts.gold, counts.predicted, counts.true_positives))
    shares = ((counts.precision, one.precision), (counts.recall, one.recall), (counts.f1, one.f1))
    measured = (cell(beside(share, ends if share is not None else None)) for share, ends in shares)
    return row(cell(name, "th"), *numbers, *measured)


def _stages(found: AnnotatorRecord) -> tuple[Markup, ...]:
    if len(found.articles) < 2:
        return ()
    head = ("article", "guidelines", "examples", axis(SCALE), "precision", "recall", "F1")
    body = html_table(head, [element("tbody", *map(_stage, found.articles))], plotted=3, kind="wide slim")
    return element("h3", "Article by article, in the order of the manifest"), body


def _stage(one: ArticleScore) -> Markup:
    counts = one.counts
    plot = dot_and_whisker(counts.f1, None, words=f"F1 {percent(counts.f1)}")
    return row(
        cell(element("bdi", one.article), "th"),
        cell(one.guidelines or "–"),
        cell(f"{one.examples:,}"),
        cell(plot, kind="plotted"),
        *(cell(percent(share)) for share in (counts.precision, counts.recall, counts.f1)),
    )


def _over_time(found: AnnotatorRecord, report: AgreementReport) -> tuple[Markup, ...]:
    """Articles and versions of the guidelines down, labels across."""
    if len(found.articles) < 2:
        return ()
    bodies = [element("tbody", *(_parted(one.article, one) for one in found.articles))]
    if len(found.versions) > 1:
        over = row(cell("by version of the guidelines", "th", colspan=1 + len(found.labels)), kind="group")
        bodies.append(element("tbody", over, *(_parted(one.guidelines or "–", one) for one in found.versions)))
    head = ("article", *(chip(label, report.colours) for label in found.labels))
    how = f"In each cell: F1, undefined where neither has the label, and below it {text_report.HOW}"
    note = element("p", f"{text_report.trend_sentence(found)} {how}", class_="note")
    return element("h3", "Label by label, in the same order"), html_table(head, bodies, kind="wide agreement"), note


def _parted(name: str, one: ArticleScore | VersionScore) -> Markup:
    return row(cell(element("bdi", name), "th"), *map(_label, one.labels.values()))


def _label(counts: Counts) -> Markup:
    if counts.f1 is None:
        return cell(UNDEFINED)
    return cell(join(percent(counts.f1), element("small", text_report.precision_recall(counts))))


def _error(error: AnnotatorError, report: AgreementReport) -> Markup:
    times = "once" if error.times == 1 else f"{error.times:,} times"
    places = (
        part
        for place in error.places[:EACH]
        for part in (element("h4", element("bdi", place.example.id)), voices(place, report.colours))
    )
    head = element("h4", element("b", error.kind), f" · {times}")
    rules = f"{', '.join(error.attribution.rules)}: {error.attribution.reason}" if error.attribution else None
    why = element("p", rules, class_="note") if rules else None
    return element("article", head, why, *places, class_="example")


def figure_section(report: AgreementReport) -> Markup:
    """The leading measures over all, the headline marked."""
    cards = []
    for measure in MEASURES.values():
        if not measure.in_figures:
            continue
        value = report.agreement.overall[measure.id]
        lead = " lead" if measure.id == HEADLINE else ""
        body = element(
            "dd",
            element("span", number(measure.id, value), class_=f"big{lead}"),
            element("small", ends(measure.id, value) or "no interval"),
        )
        cards.append(element("div", element("dt", measure.title, element("small", measure.meaning)), body))
    return element("dl", *cards, class_="figures")


def coverage_section(report: AgreementReport) -> Markup:
    """Who confirmed what, and who has nothing."""
    made = text_report.coverage(report)
    rows = [(element("bdi", name), *numbers) for name, *numbers in made.rows]
    return section(made.title, element("p", made.note, class_="note"), text_table(made.header, rows))


def pair_section(report: AgreementReport) -> Markup | None:
    """Each two annotators; left out where there are but two."""
    if len(report.agreement.pairs) < 2:
        return None
    rows = ((element("bdi", " – ".join(pair)), part.overall) for pair, part in report.agreement.pairs.items())
    return _cells("Pair by pair", "pair", rows)


def label_section(report: AgreementReport) -> Markup:
    """Each label, and all of them."""
    made = report.agreement
    rows = [(chip(name, report.colours), one) for name, one in made.labels.items()]
    return _cells("Label by label", "label", [*rows, (element("b", "all labels"), made.overall)])


def article_section(report: AgreementReport) -> Markup | None:
    """Each article, the worst first."""
    found = worst_first(report.agreement.articles)
    rows = [(element("bdi", name), one) for name, one in found[:MOST]]
    note = f"The worst first; intervals are by example. {one_sided_first(report.agreement.articles)}".rstrip()
    return _cells("Article by article", "article", rows, note, left_out=len(found)) if rows else None


def all_measures_section(report: AgreementReport) -> Markup:
    """Every measure, with what it means."""
    rows = []
    for name, value in report.agreement.overall.values.items():
        meaning, ground = MEASURES[name], on_ground(name, report.agreement.overall)
        says = element(
            "span",
            f"{meaning.meaning}; {ground}" if ground else meaning.meaning,
            element("small", f"0: {meaning.zero}. 1: {meaning.one}. {meaning.source}."),
        )
        rows.append(row(cell(meaning.title, "th"), cell(of_measure(name, value)), cell(says, kind="left words-of")))
    note = (
        "F1 and shares are in per cent. Of more than two annotators, F1 and Cohen’s kappa are the means over the pairs "
        "for which they are defined; the other measures take the judgements of all at once."
    )
    body = html_table(("measure", "value", "what it says"), [element("tbody", *rows)], kind="wide meanings")
    return section("All measures, over all labels", element("p", note, class_="note"), body, kind="long")


def _cells(
    title: str, of: str, rows: Iterable[tuple[Markup, MeasureSet]], note: str | None = None, left_out: int = 0
) -> Markup:
    """A row per cell: exact F1 as a plot, the leading measures as numbers."""
    head = (of, "examples", "spans", axis(SCALE), *(measure.short for measure in COLUMNS))
    found = list(rows)
    body = [_row(name, one) for name, one in found]
    if any(of_pairs(one) for _, one in found):
        note = " ".join(filter(None, (note, MEANS)))
    return section(
        title,
        element("p", note, class_="note") if note else None,
        html_table(head, [element("tbody", *body)], plotted=3, kind="wide slim agreement"),
        more(left_out),
        kind="long",
    )


def _row(name: Markup, one: MeasureSet) -> Markup:
    value = one[HEADLINE]
    limits = None if value.low is None or value.high is None else (value.low, value.high)
    plot = dot_and_whisker(value.estimate, limits, words=f"exact F1 {of_measure(HEADLINE, value)}")
    return row(
        cell(element("span", name, element("small", rest)) if (rest := of_pairs(one)) else name, "th"),
        cell(f"{one.examples:,}"),
        cell(spans_of(one)),
        cell(plot, kind="plotted"),
        *(_value(measure.id, one) for measure in COLUMNS),
    )


def _value(name: str, one: MeasureSet) -> Markup:
    value = one.values.get(name)
    if value is None or value.estimate is None:
        return cell("–" if value is None else number(name, value))
    return cell(element("span", number(name, value), element("small", ends(name, value))))


def page(report: AgreementReport) -> str:
    """The page.

    Args:
        report: what it shows; labels that have no colour get one.
    """
    labels = report.confusion.labels[:-1]
    report = replace(report, colours=colours(labels, report.colours))
    sections = (
        figure_section(report),
        element("p", text_report.headline(report), class_="verdict"),
        coverage_section(report),
        pair_section(report),
        label_section(report),
        article_section(report),
        all_measures_section(report),
        kind_section(report),
        confusion_section(report),
        rule_section(report),
        surface_section(report),
        dispute_section(report),
        *(record_section(one, report) for one in report.records),
        _remarks(report),
    )
    return document(text_report.title(report), _header(report), *sections)


def _header(report: AgreementReport) -> Markup:
    names = [element("bdi", name) for name in report.annotations.annotators]
    between = [part for name in names[:-1] for part in (name, ", ")][:-1]
    return element(
        "header",
        element("p", "Agreement of annotators", class_="eyebrow"),
        element("h1", *between, " and " if between else "", *names[-1:]),
        element("p", f"In brackets: {report.agreement.sentence}", class_="quiet"),
    )


def _remarks(report: AgreementReport) -> Markup | None:
    parts = (("How to read it", text_report.remarks(report)), ("Undefined", text_report.undefined(report)))
    lists = [child for title, sentences in parts if sentences for child in html_list(title, sentences)]
    return section("Remarks", *lists, kind="long") if lists else None

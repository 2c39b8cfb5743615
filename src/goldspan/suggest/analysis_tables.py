"""The report on suggestions against gold: its tables, in a terminal, in STATS.md and on a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.report.text import Table, amount, brackets_sentence, enumerate_names, percent, with_interval
from goldspan.suggest.recogniser_analysis import ALL, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from goldspan.evaluation.score_estimates import ScoreEstimate
    from goldspan.suggest.recogniser_analysis import RecogniserScore, SuggestionScores

SHOWN = 10  # surfaces that were missed, or wrong
NAMED = 5  # articles whose text in gold is another
MOST_LABELS = 8  # rows of the first screen
MOST_ROWS = 40  # of recognisers by label, in a terminal
RECOGNISERS, RULES = "Recognisers against gold", "Suggestions by rule"
BY_LABEL = "By label they are in --json and --html."
MORE = "--json and --html list"


def tables(runs: Mapping[str, SuggestionScores]) -> list[Table]:
    """The tables of one or more sets of suggestions against the same gold; none without a row.

    Args:
        runs: by name, such as without a further model and with it.
    """
    made = [_labels(runs)]
    for name, run in runs.items():
        of = f": {name}" if len(runs) > 1 else ""
        made += [_recognisers(run, of), _gains(run, of), _rules(run, of), _wrong(run, of), _missed(run, of)]
    return [table for table in made if table.rows]


def terminal_tables(run: SuggestionScores) -> list[Table]:
    """The same tables of one set of suggestions, of which the long ones have what matters first.

    Of many recognisers and labels the rows over all labels are shown, of many rules those with the most wrong
    suggestions.
    """
    found = dict(run.recognisers)
    is_long = sum(map(len, found.values())) > MOST_ROWS
    if is_long:
        found = {name: {ALL: by_label[ALL]} for name, by_label in found.items()}
    worst = tuple(sorted(run.rules, key=lambda one: (-one.wrong, -one.right)))
    shown = tables({"": replace(run, recognisers=found, rules=worst)})
    if is_long:
        shown = [replace(one, note=f"{one.note} {BY_LABEL}") if one.title == RECOGNISERS else one for one in shown]
    return [one.first(where=MORE) if one.title == RULES else one for one in shown]


def headline(run: SuggestionScores, name: str = "") -> str:
    """The F1 of the suggestions over all labels, and on how many articles.

    Args:
        run: the scores.
        name: of the suggestions, where there are several.
    """
    f1 = with_interval(run.overall.counts.f1, run.overall.f1)
    return f"Suggestions{name and f' {name}'} against gold of {amount(run.articles, 'article')}: F1 {f1}"


def label_table(run: SuggestionScores) -> Table:
    """A row per label with its scores, the labels with the lowest F1 if there are many."""
    labels = list(run.labels)
    note = ""
    if len(labels) > MOST_LABELS:
        lowest = sorted(labels, key=lambda label: _badness(run, label))[:MOST_LABELS]
        labels = [label for label in labels if label in lowest]
        note = f"The labels with the lowest F1; --full has {len(run.labels) - MOST_LABELS:,} more."
    cells = [(label, *_brief(run.labels[label])) for label in labels]
    cells.append(("all", *_brief(run.overall)))
    header = ("label", "gold", "suggested", "correct", "precision", "recall", "F1")
    return Table("Scores in per cent", note, header, tuple(cells))


def worst(run: SuggestionScores) -> Iterator[str]:
    """What to mend first: the rule with the most wrong suggestions, the label that lacks most, and a frequent error.

    Nothing is yielded where every suggestion is right and none is missing.
    """
    rules = [rule for rule in run.rules if rule.wrong]
    if rules:
        rule = min(rules, key=lambda one: (-one.wrong, one.right, one.recogniser, one.rule))
        of = amount(rule.right + rule.wrong, "suggestion")
        yield f"The rule {rule.rule} of {rule.recogniser} is wrong most often: {rule.wrong:,} of its {of}."
    if run.wrong:
        places = Counter((one.recogniser, one.place.label, _on_one_line(one.place.surface)) for one in run.wrong)
        (name, label, surface), times = min(places.items(), key=lambda item: (-item[1], item[0]))
        yield f"The most frequent wrong suggestion: “{surface}” as {label}, {_times(times)}, by {name}."
    if run.scores.missed:
        label, missed = min(
            Counter(one.label for one in run.scores.missed).items(), key=lambda item: (-item[1], item[0])
        )
        surfaces = Counter(_on_one_line(one.surface) for one in run.scores.missed if one.label == label)
        names = [surface for surface, _ in sorted(surfaces.items(), key=lambda item: (-item[1], item[0]))]
        of = amount(run.labels[label].counts.gold, "gold span")
        yield f"{label} lacks most: {missed:,} of its {of} are not suggested, such as {enumerate_names(names[:3])}."


def brackets(run: SuggestionScores) -> str:
    """What the brackets hold, in one sentence; empty where there are none."""
    if run.overall.f1 is None or run.overall.f1.low is None:
        return ""
    return brackets_sentence(SETTINGS.level, run.articles, "article")


def _badness(run: SuggestionScores, label: str) -> tuple[float, str]:
    """Sorts labels by their F1, the lowest first."""
    f1 = run.labels[label].counts.f1
    return (2.0 if f1 is None else f1), label


def _brief(estimate: ScoreEstimate) -> tuple[str, ...]:
    """The numbers of a row, with the interval of F1 alone."""
    counts = estimate.counts
    numbers = (f"{number:,}" for number in (counts.gold, counts.predicted, counts.true_positives))
    return (*numbers, percent(counts.precision), percent(counts.recall), with_interval(counts.f1, estimate.f1))


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def page(run: SuggestionScores, against: str, left_out: Iterable[str] = ()) -> str:
    """The tables as an HTML page.

    Args:
        run: the scores.
        against: the name of the gold.
        left_out: sentences on what is not scored.
    """
    from goldspan.report import html  # here, since most runs write no page

    header = html.element(
        "header",
        html.element("p", "Suggestions", class_="eyebrow"),
        html.element("h1", "Recognisers against ", html.element("bdi", against)),
    )
    sections = [
        html.section(
            table.title,
            html.render_table(table, total=table.rows[-1][0] == "all"),
            html.element("p", table.note, class_="note"),
            kind="long",
        )
        for table in tables({"": run})
    ]
    unscored = [html.element("p", sentence, class_="note") for sentence in left_out]
    return html.document(f"Recognisers against {against}", header, *sections, *unscored)


def _labels(runs: Mapping[str, SuggestionScores]) -> Table:
    rows = [
        (f"{name}: {label}" if len(runs) > 1 else label, *_scores(estimate))
        for name, run in runs.items()
        for label, estimate in (*run.labels.items(), ("all", run.overall))
    ]
    notes = ["A suggestion is correct if gold has the same span with the same label."]
    notes += sorted({run.interval_note for run in runs.values()})
    header = ("suggestions and label" if len(runs) > 1 else "label", "gold", "suggested", "correct")
    return Table("Suggestions against gold", " ".join(notes), (*header, "precision", "recall", "F1"), tuple(rows))


def _scores(estimate: ScoreEstimate) -> tuple[str, ...]:
    counts = estimate.counts
    numbers = (f"{number:,}" for number in (counts.gold, counts.predicted, counts.true_positives))
    shares = (with_interval(getattr(counts, name), getattr(estimate, name)) for name in ("precision", "recall", "f1"))
    return (*numbers, *shares)


def _recognisers(run: SuggestionScores, of: str) -> Table:
    rows = [
        (f"{name}: {label or 'all'}", *_recogniser_cells(score))
        for name, by_label in run.recognisers.items()
        for label, score in by_label.items()
        if label != ALL or len(by_label) != 2  # with one label alone, its row has it all
    ]
    note = (
        "What each recogniser would suggest by itself, in per cent. `examples` is the share of examples in which it "
        "marks something; `on gold` is the share of gold's spans on which it marks something. `overlap` is the share "
        "of its spans that overlap with a span of another recogniser; `conflict` is the share of its spans that "
        "another recogniser marks with other edges or another label."
    )
    header = ("recogniser", "spans", "correct", "precision", "recall", "examples", "on gold", "overlap", "conflict")
    return Table(f"{RECOGNISERS}{of}", note, header, tuple(rows))


def _recogniser_cells(score: RecogniserScore) -> tuple[str, ...]:
    shares = (
        score.counts.precision,
        score.counts.recall,
        score.example_coverage,
        score.gold_coverage,
        score.overlap,
        score.conflict,
    )
    return (f"{score.spans:,}", f"{score.correct:,}", *map(_percent, shares))


def _gains(run: SuggestionScores, of: str) -> Table:
    whole = run.overall.counts
    rows = []
    for name, gain in run.gains.items() if len(run.gains) > 1 else ():
        without = gain.without(whole)
        correct, wrong = gain.correct_gained - gain.correct_lost, gain.wrong_new - gain.wrong_gone
        rows.append(
            (
                name,
                f"{gain.suggested:,}",
                f"{gain.correct:,}",
                f"{correct:+,}",
                f"{wrong:+,}",
                *map(_percent, (without.precision, without.recall, without.f1)),
            )
        )
    note = (
        "How many of the suggestions each recogniser made. Without it, the numbers of correct and of wrong suggestions "
        "would change by so many, and all suggestions together would have these scores."
    )
    header = ("recogniser", "suggested", "correct", "correct without", "wrong without", "precision", "recall", "F1")
    return Table(f"What each recogniser adds{of}", note, header, tuple(rows))


def _rules(run: SuggestionScores, of: str) -> Table:
    rows = [
        (score.recogniser, score.rule, f"{score.right:,}", f"{score.wrong:,}", _percent(score.precision))
        for score in run.rules
    ]
    note = "A span counts for the rule that suggested it, even if other rules would have suggested it, too."
    return Table(f"{RULES}{of}", note, ("recogniser", "rule", "correct", "wrong", "precision"), tuple(rows))


def _wrong(run: SuggestionScores, of: str) -> Table:
    surfaces: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in run.wrong:
        surfaces[one.recogniser, one.place.label][_on_one_line(one.place.surface)] += 1
    rows = [
        (f"{name}: {label}", f"{surfaces[name, label].total():,}", _most_frequent(surfaces[name, label]))
        for name in run.recognisers
        for label in run.labels
        if surfaces[name, label]
    ]
    note = f"Suggested spans that gold does not have with these edges and this label; up to {SHOWN} surfaces are shown."
    return Table(f"Wrong suggestions{of}", note, ("recogniser", "wrong", "surface (times)"), tuple(rows))


def _most_frequent(surfaces: Counter[str]) -> str:
    top = sorted(surfaces.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    return ", ".join(f"{surface} ({times})" for surface, times in top)


def _on_one_line(surface: str) -> str:
    return " ".join(surface.split())


def _missed(run: SuggestionScores, of: str) -> Table:
    rows = []
    for label, estimate in run.labels.items():
        surfaces = Counter(_on_one_line(place.surface) for place in run.scores.missed if place.label == label)
        numbers = (f"{estimate.counts.gold:,}", f"{surfaces.total():,}", f"{len(surfaces):,}")
        rows.append((label, *numbers, _most_frequent(surfaces)))
    return Table(
        f"Missed by the suggestions{of}",
        f"Gold spans that no rule suggested with these edges and this label; up to {SHOWN} surfaces are shown.",
        ("label", "gold", "missed", "different", "surface (times)"),
        tuple(rows),
    )


def left_out(run: SuggestionScores | None, without_gold: int) -> Iterator[str]:
    """What is not scored, in sentences.

    Args:
        run: the scores; None where nothing is scored.
        without_gold: how many of the articles have no gold.
    """
    if run is None:
        yield "Nothing is scored: no article here has gold of the same text."
        return
    if without_gold:
        yield f"{amount(without_gold, 'article')} without gold {'is' if without_gold == 1 else 'are'} not scored."
    others = len(run.left_out) - without_gold
    if others:
        yield f"{amount(others, 'article')} of gold {'is' if others == 1 else 'are'} not among these articles."
    if run.other_text:
        names = enumerate_names(run.other_text, most=NAMED)
        yield f"Not scored, since gold has another text: {names}."


def _percent(share: float | None) -> str:
    return "–" if share is None else percent(share, 1)

"""How the push of a round is printed in which each member has a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.cli import console
from goldspan.cli.line_lists import first_lines, print_folded
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.doccano.push.plan import Attention
    from goldspan.doccano.push.round import RoundPlan, RoundResult

SHOWN = 8  # lines of one kind on the first screen


def print_round_plan(plan: RoundPlan, *, full: bool) -> None:
    """Print what is to be done, a row per member, and what somebody should look at."""
    print_folded(first_lines(plan.changes(), None if full else SHOWN))
    print_folded(f"note: {line}" for line in plan.notes())
    console.print_table(console.make_console(), plan.table())
    print_folded(attention_lines(plan, full=full))


def attention_lines(plan: RoundPlan, *, full: bool) -> Iterator[str]:
    """What somebody should look at, grouped by what to do about it; an example stands once, with whose it is."""
    whose: dict[Attention, list[str]] = {}
    for each in plan.members:
        for item in each.plan.attention():
            whose.setdefault(item, []).append(each.project.folder)
    ordered = sorted(whose, key=lambda item: item.example)
    found = ((item.remedy, f"{item.example} ({enumerate_names(whose[item])}): {item.reason}") for item in ordered)
    return console.grouped_by_remedy(found, None if full else SHOWN)


def result_lines(result: RoundResult) -> Iterator[str]:
    """What was done, in words."""
    if result.plan.is_done:
        yield "Already up to date: nothing was written."
        return
    if result.removed:
        yield f"{amount(result.removed, 'copy', 'copies')} that nobody worked on taken away"
    done = result.results
    examples = sum(each.tally.examples for each in done.values())
    if examples:
        spans = sum(each.tally.spans for each in done.values())
        explained = sum(each.tally.explained for each in done.values())
        at_work = f", {explained:,} explained: people are at work on them" if explained else ""
        projects = sum(bool(each.tally.examples) for each in done.values())
        yield (
            f"sent {amount(examples, 'example')} with {amount(spans, 'span')} to {amount(projects, 'project')}; "
            f"read back: all there{at_work}"
        )
    for number, words in (
        (sum(each.deleted for each in done.values()), "deleted"),
        (sum(each.updated for each in done.values()), "updated"),
    ):
        if number:
            yield f"{amount(number, 'copy', 'copies')} {words}"
    if assigned := sum(each.assigned for each in done.values()):
        yield f"{amount(assigned, 'assignment')} made"

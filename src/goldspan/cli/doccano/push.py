"""`goldspan doccano push`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.report.text import amount

if TYPE_CHECKING:
    from rich.table import Table

    from goldspan.doccano.push.desired_state import Prefill
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.push.push import PushRequest, PushResult

SHOWN = 20  # lines of one kind


def run(
    *,
    project: Annotated[str, typer.Option("--project", help="The project in Doccano; it is made if it is not there.")],
    articles: console.Articles = None,
    suggestions: Annotated[
        bool, typer.Option("--suggestions", help="Fill in the spans of build/suggestions. For a shared project.")
    ] = False,
    gold: Annotated[bool, typer.Option("--gold", help="Fill in the spans of the gold. For a shared project.")] = False,
    shared: Annotated[
        bool | None,
        typer.Option(
            "--shared/--independent",
            help="All work on one annotation, or everybody alone. Default: as the project is; alone in a new one.",
            show_default=False,
        ),
    ] = None,
    members: console.Members = None,
    control: Annotated[
        int,
        typer.Option(
            "--control",
            min=0,
            help="Mix in this many examples with gold, of other articles, to score the annotators at the pull. "
            "Nobody sees which they are. Later pushes keep them.",
            show_default=False,
        ),
    ] = 0,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Put the examples before the annotators: make the project or bring it up to date, and prove that all is there.

    Nothing that a person touched is deleted; what is in doubt is listed and left alone, and the exit code is then 1.
    """
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.push import push
    from goldspan.doccano.push.plan import PushOptions

    if suggestions and gold:
        raise typer.BadParameter("--suggestions and --gold exclude each other")
    corpus = Corpus.find(root)
    prefill: Prefill = "suggestions" if suggestions else "gold" if gold else "nothing"
    with console.bar() as tell, Doccano(credentials.find_account(home)) as server:
        ready = push.prepare(
            server,
            corpus,
            project,
            articles=articles and console.listed(articles),
            prefill=prefill,
            kind=None if shared is None else "shared" if shared else "independent",
            control=control,
            members=members,
            options=PushOptions(progress=tell, planned=lambda plan: _show(ready, plan)),
        )
        if apply:
            pushed = ready.apply()
            left, report = pushed.left, pushed.json()
        else:
            left = ready.look()
            report = {"plan": left.json()}
            _show(ready, left)
    console.say("\n".join(_done(ready, pushed) if apply else _undone(ready, left)))
    console.write_json(json, {"applied": apply, **ready.json(), **report})
    if any(step.state == "conflict" for step in left.steps):
        raise typer.Exit(1)


def _show(ready: PushRequest, plan: PushPlan) -> None:
    """What will be done, and what needs somebody to look at it."""
    for line in ready.project_plan.lines():
        console.say(line)
    for line in ready.project_plan.remarks():
        console.say(f"note: {line}")
    if planted := ready.controls.examples:
        more = f", {len(ready.controls.new):,} of them new" if ready.controls.new else ""
        console.say(f"mix in {amount(len(planted), 'control')}{more}; their list is {_list(ready)}")
    console.make_console().print(_table(ready, plan))
    for line in _attention(plan):
        console.say(line)


def _list(ready: PushRequest) -> Path:
    return ready.controls.file.relative_to(ready.corpus.root)


def _table(ready: PushRequest, plan: PushPlan) -> Table:
    """A row per article, a column per thing that is to be done."""
    total = plan.counts()
    names = [name for name, number in total.items() if number] or ["unchanged"]
    rows = [
        [article or "(not ours)", *(f"{counts[name]:,}" for name in names)]
        for article, counts in plan.articles().items()
    ]
    rows.append(["all", *(f"{total[name]:,}" for name in names)])
    return console.print_table(ready.project_plan.planned.name, ("article", *names), rows)


def _attention(plan: PushPlan) -> Iterator[str]:
    """What is not plain, kind by kind, each kind with what to do about it."""
    rows = sorted(plan.attention(), key=lambda row: row[2])
    for remedy, group in groupby(rows, key=lambda row: row[2]):
        lines = [f"{name}: {why}" for name, why, _ in group]
        yield from lines[:SHOWN]
        if len(lines) > SHOWN:
            yield f"… and {len(lines) - SHOWN:,} more, which --json lists"
        if remedy:
            yield f"  {remedy}"


def _undone(ready: PushRequest, plan: PushPlan) -> Iterator[str]:
    if plan.is_done and not list(ready.project_plan.lines()):
        yield "Everything is there already: nothing to do."
    else:
        yield console.PLAN_ONLY


def _done(ready: PushRequest, pushed: PushResult) -> Iterator[str]:
    account = pushed.account
    if pushed.plan.is_done:
        around = (
            ", but around them the above was changed" if list(ready.project_plan.lines()) else ": nothing was written"
        )
        yield f"The examples were there already{around}."
        return
    if account.examples:
        explained = f", {account.explained:,} explained: people are at work on them" if account.explained else ""
        yield (
            f"sent {account.examples:,} example(s) with {account.spans:,} span(s); "
            f"read back: all there, {account.stored:,} span(s) as sent{explained}"
        )
    for number, what in (
        (pushed.deleted, "copies deleted"),
        (pushed.updated, "updated"),
    ):
        if number:
            yield f"{number:,} {what}"

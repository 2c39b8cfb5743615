"""`goldspan doccano pull`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.report.text import amount, visible

if TYPE_CHECKING:
    from rich.table import Table

    from goldspan.doccano.controls import ControlResult
    from goldspan.doccano.pull.collect import Fix, PullProblem
    from goldspan.doccano.pull.pull import PullPlan
    from goldspan.doccano.pull.reanchor import MovedLine

SHOWN = 20  # lines of one kind
WORDS = 60  # characters of a surface or a comment
WORDS_ADDED = 3  # runs of new words
NEXT = (
    "To have the new text annotated, pull once with --unconfirmed --apply, so that open work is kept, too; "
    "then delete the example in Doccano and push again."
)


def run(
    *,
    project: Annotated[str, typer.Option("--project", help="The project in Doccano.")],
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Take examples that the annotator did not confirm, too.")
    ] = False,
    tidy: Annotated[
        bool,
        typer.Option(
            "--tidy", help="Trim blanks at the edges; drop spans that are empty, twice, outside or of no known label."
        ),
    ] = False,
    withdraw: Annotated[
        bool,
        typer.Option(
            "--withdraw",
            help="Take out lines that are confirmed here and open there, also where nothing was done on them there.",
        ),
    ] = False,
    members: console.Members = None,
    articles: console.Articles = None,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Bring the annotators' work into the corpus: a pass each, or gold from a project that all share.

    Only confirmed examples count, each with what was marked and "confirmed": true, also where nothing was. What does
    not fit is listed and not written, the rest is; the exit code is then 1. Where the text of an example changed here
    since the push, the spans are moved to the new text; a line with a span that has no one place there is held back,
    and each such span is listed. A line that is here is withdrawn where the
    annotator opened the example again and something of theirs is there; where nothing there shows that, as in a project
    made anew, it stays and is counted (`kept` of each of the `files` in --json), unless you say --withdraw. Controls
    that a push mixed in are scored against gold, for each annotator and label, and never written.
    """
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.pull import pull

    corpus = Corpus.find(root)
    with console.spinner(f"Pulling from {project}") as say, Doccano(credentials.find_account(home)) as server:
        planned = pull.plan_pull(
            corpus,
            server,
            project,
            unconfirmed=unconfirmed,
            tidy=tidy,
            withdraw=withdraw,
            members=members,
            articles=articles and console.listed(articles),
            say=say,
        )
    _show(planned)
    console.write_json(json, planned.json())
    if apply:
        for path in pull.apply(planned):
            print(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(corpus.root)}")
    print(_end(planned, applied=apply))
    if planned.problems:
        raise typer.Exit(1)


def _show(planned: PullPlan) -> None:
    if planned.changes:
        console.make_console().print(_table(planned))
    for line in chain(
        _problems(planned.problems),
        _moved(planned.moved),
        _repairs(planned.repairs),
        _withdrawn(planned),
        _kept(planned),
        _comments(planned),
    ):
        console.say(line)
    if planned.controls is not None:
        if planned.controls.records:
            shown = planned.controls.table()
            console.make_console().print(console.print_table(shown.title, shown.header, shown.rows, shown.note))
        for line in _controls(planned.controls):
            console.say(line)
    for label, number in planned.unseen.items():
        print(f"{number:,} span(s) {label} are of people who are members no longer, or were drawn during the pull.")


def _controls(found: ControlResult) -> Iterator[str]:
    """What is wrong on the controls, and which of them say nothing."""
    wrong = [(record.annotator, one) for record in found.records for one in record.wrong]
    for annotator, one in wrong[:SHOWN]:
        yield f"control: {annotator}  {one.example}\n  gold    {visible(one.gold)}\n  theirs  {visible(one.theirs)}"
    yield from _more(len(wrong))
    for name, why in found.unscored:
        yield f"control not scored: {name}  {why}"
    if not found.records:
        yield f"Nobody has confirmed any of {amount(len(found.there), 'control')}."


def _table(planned: PullPlan) -> Table:
    rows = []
    for change in planned.changes:
        merged = change.merged
        counts = [len(ids) for ids in (merged.new, merged.changed, merged.withdrawn, merged.left_out)]
        empty = sum(not example.spans for example in merged.examples)
        rows.append([change.annotator, change.article, *(f"{n:,}" for n in (len(merged.examples), empty, *counts))])
    header = ("annotator", "article", "examples", "empty", "new", "changed", "withdrawn", "left out")
    what = "gold" if planned.project.collaborative else "passes"
    return console.print_table(f"{planned.project.name}: the {what} after this pull", header, rows)


def _problems(problems: tuple[PullProblem, ...]) -> Iterator[str]:
    from goldspan.doccano.pull.collect import REMEDIES

    for problem in problems[:SHOWN]:
        place = "" if problem.span is None else f" [{problem.span[0]}, {problem.span[1]}, {problem.span[2]}]"
        words = f" {_short(problem.surface)}" if problem.surface else ""
        who = f"{problem.annotator}  " if problem.annotator else ""
        yield f"not written: {who}{problem.example}  {problem.kind}: {problem.message}{place}{words}"
    yield from _more(len(problems))
    for kind, number in Counter(problem.kind for problem in problems).items():
        yield f"  {number:,} {kind}: {REMEDIES[kind]}"


def _moved(lines: tuple[MovedLine, ...]) -> Iterator[str]:
    for line in lines[:SHOWN]:
        who = f"{line.annotator}  " if line.annotator else ""
        added = ", ".join(map(_short, line.added[:WORDS_ADDED]))
        more = "" if len(line.added) <= WORDS_ADDED else f" and {len(line.added) - WORDS_ADDED:,} more"
        new = f"; not in the annotated text: {added}{more}" if added else ""
        yield f"moved to the new text: {who}{line.example}  {amount(len(line.spans), 'span')}{new}"
    yield from _more(len(lines))
    if lines:
        yield f"  {amount(len(lines), 'line')} moved to the new text. {NEXT}"


def _repairs(repairs: tuple[Fix, ...]) -> Iterator[str]:
    for done in repairs[:SHOWN]:
        issue, after = done.repair.issue, done.repair.after
        now = "dropped" if after is None else f"[{after.start}, {after.end}] {_short(done.repair.surface)}"
        who = f"{done.annotator}  " if done.annotator else ""
        place = f"[{issue.start}, {issue.end}, {issue.label}] {_short(issue.surface)}"
        yield f"tidied: {who}{done.example}  {issue.kind}: {place} -> {now}"
    yield from _more(len(repairs))
    for kind, number in Counter(done.repair.issue.kind for done in repairs).items():
        yield f"  {number:,} {kind} set right"


def _withdrawn(planned: PullPlan) -> Iterator[str]:
    lines = [(change.annotator, name) for change in planned.changes for name in change.merged.withdrawn]
    for annotator, name in lines[:SHOWN]:
        yield f"withdrawn: {annotator}  {name}  was confirmed here and is open there"
    yield from _more(len(lines))


def _kept(planned: PullPlan) -> Iterator[str]:
    holding = [change for change in planned.changes if change.merged.kept]
    if holding:
        number = sum(len(change.merged.kept) for change in holding)
        articles = ", ".join(dict.fromkeys(change.article for change in holding))
        yield (
            f"kept: {number:,} line(s) of {articles} that are open there with nothing done on them: another "
            "project, or a confirmation taken back? --withdraw takes them out, too."
        )


def _comments(planned: PullPlan) -> Iterator[str]:
    for said in planned.comments[:SHOWN]:
        yield f"comment: {said.annotator}  {said.example or 'not of this corpus'}  {_short(said.text)}"
    yield from _more(len(planned.comments))


def _end(planned: PullPlan, *, applied: bool) -> str:
    files, problems = len(planned.written), len(planned.problems)
    unfit = f"; {problems:,} thing(s) do not fit and were not taken" if problems else ""
    if not files and not planned.changes:
        return f"Nobody has confirmed anything there that is of this corpus{unfit}."
    if not files:
        return f"Already up to date{unfit}."
    if applied:
        return f"{files:,} file(s) written{unfit}."
    return f"{files:,} file(s) would change{unfit}. This is the plan: carry it out with --apply."


def _more(number: int) -> Iterator[str]:
    if number > SHOWN:
        yield f"  and {number - SHOWN:,} more, which --json lists"


def _short(text: str) -> str:
    return repr(text if len(text) <= WORDS else f"{text[:WORDS]}…")

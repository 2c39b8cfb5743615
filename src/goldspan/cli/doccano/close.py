"""`goldspan doccano close`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.line_lists import first_lines, print_folded
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus

if TYPE_CHECKING:
    from goldspan.doccano.closing import ClosingPlan

SHOWN = 8  # reasons on the first screen


def run(
    *,
    project: Annotated[
        str,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="The round in Doccano, or a single project.",
        ),
    ],
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Close it even if examples are open. They stay unread.")
    ] = False,
    delete: Annotated[
        bool,
        typer.Option(
            "--delete",
            help="Also delete its projects on the server, after all work there was found in the corpus.",
        ),
    ] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open again what was closed.")] = False,
    label_renamed: console.LabelRenamed = None,
    members: console.Members = None,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Close a round that is read and pulled.

    All projects of the round are closed together, and no push changes them from then on. The command refuses if a
    pull would write anything or if examples are open: it lists both and exits with code 1. The descriptions of the
    projects in Doccano say that they are closed.
    """
    from datetime import UTC, datetime

    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.closing import plan_closing, plan_reopening

    if reopen and (unfinished or delete):
        raise typer.BadParameter("--reopen goes with neither --unfinished nor --delete")
    corpus = Corpus.find(root)
    with console.spinner(f"Reading {project}"), Doccano(credentials.find_account(home)) as server:
        if reopen:
            plan = plan_reopening(corpus, server, project)
        else:
            plan = plan_closing(
                corpus,
                server,
                project,
                day=datetime.now(UTC).date().isoformat(),
                unfinished=unfinished,
                delete=delete,
                members=members,
                renamed=console.renamed_labels(corpus.scheme, label_renamed),
            )
        reasons = list(plan.reasons())
        if apply and not reasons:
            plan.apply()
    console.write_json(json, "doccano-close", {"applied": apply and not reasons, **plan.json()})
    print_closing(plan, reasons, applied=apply, full=full)
    if apply and not reasons:
        print_next_step(corpus, "doctor" if reopen else "close", json, home=home)
    if reasons:
        raise typer.Exit(1)


def print_closing(plan: ClosingPlan, reasons: list[str], *, applied: bool, full: bool = True) -> None:
    """Print what is to be done, or why it is refused."""
    console.print_table(console.make_console(), plan.table())
    if reasons:
        print_folded(first_lines(reasons, None if full else SHOWN))
        print_folded([f"Not closed. {plan.remedy}"])
        return
    print_folded(plan.changes())
    if plan.is_done:
        console.print_line("Nothing to do: it is so already.")
    elif not applied:
        console.print_line(console.PLAN_ONLY)
    elif plan.record.closed is None:
        console.print_line("The round is open again.")
    else:
        console.print_line(f"The round is closed since {plan.record.closed}.")

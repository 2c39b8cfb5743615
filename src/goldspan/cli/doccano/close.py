"""`goldspan doccano close`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus

if TYPE_CHECKING:
    from goldspan.doccano.closing import ClosingPlan

SHOWN = 40  # reasons


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
    print_closing(plan, reasons, applied=apply)
    if reasons:
        raise typer.Exit(1)


def print_closing(plan: ClosingPlan, reasons: list[str], *, applied: bool) -> None:
    """Print what is to be done, or why it is refused, and what to do next."""
    table = plan.table()
    console.make_console().print(console.rich_table(table.title, table.header, table.rows, table.note))
    if reasons:
        for line in reasons[:SHOWN]:
            console.print_line(line)
        if len(reasons) > SHOWN:
            console.print_line(f"… and {len(reasons) - SHOWN:,} more, which --json lists")
        console.print_line(f"Not closed. {plan.remedy}")
        return
    for line in plan.changes():
        console.print_line(line)
    if plan.is_done:
        console.print_line("Already so: nothing was written.")
    elif not applied:
        console.print_line(console.PLAN_ONLY)
    elif plan.record.closed is None:
        console.print_line(f"Open again. Next: goldspan doccano push --project {plan.record.name}")
    else:
        console.print_line(f"Closed since {plan.record.closed}. Next: goldspan agree")

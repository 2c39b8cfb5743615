"""`goldspan doccano auto-label`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from goldspan.doccano.auto_labelling import AutoLabellingPlan, Service

OTHERS = (
    "Such a configuration runs on Doccano's server with its rights: its template is a program (CVE-2024-40442), and "
    "its address is called from inside the server's network (CVE-2024-40441). Find out whose it is, or delete it under "
    "Settings, Auto Labeling."
)


def run(
    *,
    project: Annotated[
        str,
        typer.Option(
            "--project", metavar="NAME", autocompletion=completion_values.projects, help="A shared project in Doccano."
        ),
    ],
    service: Annotated[
        str | None,
        typer.Option(
            "--service",
            metavar="URL",
            help="The address of `goldspan serve` as Doccano's machine reaches it. Default: that of its last start.",
            show_default=False,
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove what goldspan registered there.")] = False,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Let Doccano ask `goldspan serve` for suggestions.

    Doccano asks when an annotator opens an example. The command registers the service in the project or updates it:
    its address, its token, the unit of the offsets, the names of the labels. Doccano then calls it once as a test.
    Annotators switch auto-labelling on in the toolbar above the text. A span that they reject is not offered again,
    and a pull takes only what they confirmed.

    The command refuses projects in which everybody annotates alone, projects of disputes, and projects with control
    examples. It names services that goldspan did not register, and leaves them as they are. The token is that of
    GOLDSPAN_SERVICE_TOKEN, or the one that the service made for this project. Doccano keeps it in its database.
    """
    from goldspan.doccano import credentials
    from goldspan.doccano.auto_labelling import plan_auto_labelling
    from goldspan.doccano.client.api import Doccano

    if remove and service is not None:
        raise typer.BadParameter("--remove and --service exclude each other")
    corpus = Corpus.find(root)
    wanted = None if remove else _service(corpus, service)
    with console.spinner(f"Reading {project}") as say, Doccano(credentials.find_account(home)) as server:
        plan = plan_auto_labelling(server, corpus, project, wanted)
        if wanted is not None:
            say(f"Having Doccano call {wanted.url}")
        problem = plan.check_service()
        applied = apply and problem is None
        if applied:
            plan.apply()
    counts = _counts(corpus, plan)
    console.write_json(json, "doccano-auto-label", {"applied": applied, **plan.json(), **counts, "problem": problem})
    for line in _lines(plan, **counts):
        console.print_line(line)
    for line in _end(plan, problem, apply=apply):
        console.print_line(line)
    if problem is not None:
        raise typer.Exit(1)


def _service(corpus: Corpus, url: str | None) -> Service:
    """The service at an address, or at that of its last start."""
    from goldspan.doccano.auto_labelling import Service
    from goldspan.service import service_state

    if url is None:
        state = service_state.read_state(corpus)
        if state is None or not state.url:
            raise NotFoundError(
                "no service was started for this project",
                remedy="Start it with `goldspan serve --project` and the name of the project, or give --service its "
                "address.",
            )
        url = state.url
    return Service(url=url, token=service_state.token_of(corpus))


def _counts(corpus: Corpus, plan: AutoLabellingPlan) -> dict[str, int]:
    """How many spans the service has offered in the project so far, and how many of them annotators rejected."""
    from goldspan.doccano.auto_labelling import service_key
    from goldspan.service.rejections import RejectionLedger, former_labels, ledger_path

    counts = RejectionLedger(ledger_path(corpus), former_labels(corpus)).counts(service_key(plan.project))
    return {"offered": counts["offered"], "rejected": counts["rejected"]}


def _lines(plan: AutoLabellingPlan, *, offered: int, rejected: int) -> Iterator[str]:
    """The plan, what stays, what came of it so far, and what somebody should know."""
    yield from plan.lines()
    if offered:
        yield f"so far the service offered {amount(offered, 'span')} there, of which annotators rejected {rejected:,}"
    for number, kind, address in plan.other_services():
        yield f"goldspan did not write number {number}, which stays: {kind}{f', {address}' if address else ''}"
    if plan.others:
        yield f"  {OTHERS}"
    yield from (f"note: {note}." for note in plan.notes)


def _end(plan: AutoLabellingPlan, problem: str | None, *, apply: bool) -> Iterator[str]:
    if problem is not None:
        yield f"the service does not work with Doccano: {problem}"
        yield "  Start `goldspan serve` for this project, and see that the machine of Doccano reaches it. " + (
            "Nothing was written." if apply else ""
        )
        return
    if plan.desired is not None:
        yield "tested: Doccano reaches the service, and makes spans of its answer"
    if plan.action == "nothing":
        yield "Already up to date."
    elif not apply:
        yield console.PLAN_ONLY
    elif plan.desired is None:
        yield "Removed. Spans that are there stay."
    else:
        yield "Registered. Annotators switch it on with the magic wand above the text, whenever they load the page."
        yield "Next: keep `goldspan serve` running while they read."

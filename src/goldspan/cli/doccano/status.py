"""`goldspan doccano status`."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.line_lists import first_lines, first_of, print_folded, remaining
from goldspan.cli.option_groups import OUTPUT
from goldspan.cli.output import take_file
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from goldspan.doccano.account import Account
    from goldspan.doccano.server import ServerStatus
    from goldspan.doccano.status import ProjectListing, ProjectProgress, RoundProgress
    from goldspan.progress.round_pace import RoundPace

SHOWN = 8  # names on a line
LINES = 3  # of one kind on the first screen
ROWS = 10  # projects on the first screen


def run(
    *,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="Report on this round or project. Default: the server and its projects.",
        ),
    ] = None,
    label_renamed: console.LabelRenamed = None,
    members: console.Members = None,
    full: console.Full = False,
    json: console.Json = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            rich_help_panel=OUTPUT,
            help=(
                "Also write the progress to this file as a page with plots and the agreement so "
                "far. `-` is standard output."
            ),
            show_default=False,
            callback=take_file,
        ),
    ] = None,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Remove the counts that were noted for --project on this machine, and exit."),
    ] = False,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Report the progress of annotators.

    Without --project it lists the projects of the server, those of a round together. An example is confirmed when
    its annotator ended it with a confirmation; all others that they must read are open. An example is disputed when
    several confirmed it with different spans. The pace comes from the counts that each status and each pull note in
    your data folder, outside the corpus. The report also names what differs between the corpus and Doccano. The
    exit code is 1 if a label type was deleted or renamed in Doccano, or if a project of a round cannot be read.
    """
    if project is None:
        if html is not None or forget:
            raise typer.BadParameter("--html and --forget are about a --project: name it.")
        _report_server(home, json, full=full)
        return
    corpus = Corpus.find(root)
    if forget:
        _forget(corpus, project)
        return
    from goldspan.doccano import credentials, status
    from goldspan.doccano.client.api import Doccano
    from goldspan.progress.round_pace import note_progress, round_pace

    renamed = console.renamed_labels(corpus.scheme, label_renamed)
    with console.spinner(f"Reading {project}"), Doccano(credentials.find_account(home)) as server:
        progress = status.round_progress(corpus, server, project, members=members, renamed=renamed)
    now = dt.datetime.now(dt.UTC)
    pace = round_pace(progress, note_progress(progress, server.url, now), now)
    report = {**progress.json(), "pace": pace.json()}
    if html is not None:
        from goldspan.progress.agreement_so_far import agreement_so_far
        from goldspan.progress.html_page import page

        agreement = agreement_so_far(progress.lines, corpus.scheme, aided=corpus.aided_annotators)
        report["agreement"] = [one.json() for one in agreement]
        files.write(html, page(progress, pace, agreement, scheme=corpus.scheme))
    console.write_json(json, "doccano-status", report)
    _print(progress, pace, full=full)
    console.print_written(html)
    if not full:
        console.print_rest(json, html)
    if json is None:
        _print_next(corpus, progress, home)
    if progress.unread or any(one.held or one.types.serious for one in progress.projects):
        raise typer.Exit(1)


def _print_next(corpus: Corpus, progress: RoundProgress, home: Path | None) -> None:
    """What comes next: to pull what is confirmed, or, where all of it is here and nothing is open, what follows."""
    from goldspan.cli.next_step import home_option, print_next_step, typed_command

    if any(one.new or one.changed for one in progress.pending.values()):
        pull = typed_command(corpus, "doccano", "pull", "--project", progress.name, "--apply", *home_option(home))
        print_folded([f"Next: pull what is confirmed: {pull}"])
    elif progress.annotators and not any(one.open for one in progress.annotators):
        print_next_step(corpus, "pull", home=home)
    else:
        print_next_step(corpus, "push", home=home)


def _forget(corpus: Corpus, name: str) -> None:
    """Remove what was noted of a round or project, of those that the corpus remembers."""
    from goldspan.progress.count_log import forget
    from goldspan.progress.round_pace import logs_of

    removed = [path for path in logs_of(corpus, name) if forget(path)]
    for path in removed:
        console.print_line(f"removed {path}")
    if not removed:
        console.print_line(f"There are no counts of {name} on this machine.")


def _print(progress: RoundProgress, pace: RoundPace, *, full: bool) -> None:
    """Who is how far, then what differs and what a pull would write; with each article if all is wanted."""
    from goldspan.cli.doccano.pull import label_lines
    from goldspan.progress.report_tables import annotator_table, article_tables, headline

    out, most = console.make_console(), None if full else LINES
    print_folded([headline(pace)])
    for table in (annotator_table(progress, pace), *(article_tables(progress) if full else ())):
        console.print_table(out, table)
    print_folded(_round_lines(progress))
    said: set[str] = set()
    for one in progress.projects:
        of = f"{one.project.name}: " if len(progress.projects) > 1 else ""
        for line in (*_difference_lines(one), *label_lines(one.types), *_held_lines(one, most)):
            if line not in said:
                print_folded([line if line.startswith(" ") else f"{of}{line}"])
            if line.startswith(" "):
                said.add(line)
    print_folded(first_lines(_pending_lines(progress), most))
    print_folded(f"note: {remark}" for remark in pace.remarks)


def _held_lines(progress: ProjectProgress, most: int | None) -> Iterator[str]:
    """The lines that a pull would leave as they are, and what to do about examples that were imported again."""
    from goldspan.doccano.pull.collect import REMEDIES

    lines = dict.fromkeys(
        (problem.annotator or "gold" * (problem.kind != "imported"), problem.example, problem.message)
        for problem in progress.held
    )
    for annotator, example, message in first_of([*lines], most):
        yield f"a pull would not write {annotator}{' ' * bool(annotator)}{example}: {message}"
    yield from remaining([*lines], most)
    if any(problem.kind == "imported" for problem in progress.held):
        yield f"  {REMEDIES['imported']}"


def _report_server(home: Path | None, json: Path | None, *, full: bool) -> None:
    """Report on the embedded server, if there is one, and the projects of the server that would be used."""
    from goldspan.doccano import credentials, server, status
    from goldspan.doccano.client.api import Doccano

    embedded = server.status(home)
    report: dict[str, Any] = {"embedded": _server_json(embedded), "url": None, "projects": []}
    try:
        account = credentials.find_account(home)
    except NotFoundError as missing:
        if "DOCCANO_URL" in os.environ:  # a server was named, and cannot be reached like that
            raise
        console.write_json(json, "doccano-status", report)
        print_folded([*_server_lines(embedded), missing.remedy or missing.message])
        return
    with console.spinner(f"Reading {account.url}"), Doccano(account) as doccano:
        listings = list(status.list_projects(doccano))
    report |= {"url": account.url, "projects": [_listing_json(listing) for listing in listings]}
    console.write_json(json, "doccano-status", report)
    print_folded(_server_lines(embedded))
    most = None if full else ROWS
    console.print_table(console.make_console(), _project_table(account, listings[:most]))
    print_folded(remaining(listings, most))
    if json is None and listings:
        last = listings[-1]
        name = shlex.quote(last.round or last.project.name)
        option = "" if home is None else f" --home {shlex.quote(str(home))}"
        print_folded([f"Next: see how far each annotator is: goldspan doccano status --project {name}{option}"])


def _server_lines(status: ServerStatus) -> Iterator[str]:
    if not status.url:
        yield f"There is no embedded Doccano in {status.home}."
        return
    yield f"Embedded Doccano {status.version}, data in {status.home}"
    missing = "DEAD: imports and exports need it" if status.web or status.worker else "stopped"
    for what, runs in (("web server", status.web), ("task worker", status.worker)):
        yield f"  {what:<11}  {'running' if runs else f'{missing}; `goldspan doccano start`'}"
    yield f"  {'address':<11}  {status.url}, user {status.username}"


def _server_json(status: ServerStatus) -> dict[str, Any] | None:
    if not status.url:
        return None
    names = ("running", "url", "username", "web", "worker", "version")
    return {name: getattr(status, name) for name in names} | {"home": str(status.home)}


def _project_table(account: Account, listings: Sequence[ProjectListing]) -> Table:
    from goldspan.doccano.project import project_kind

    has_rounds = any(listing.round for listing in listings)
    rows = [
        [
            *([listing.round or "–"] if has_rounds else []),
            listing.project.name,
            project_kind(listing.project),
            f"{listing.examples:,}",
            ", ".join(f"{name} {done:,}" for name, done in sorted((listing.done or {}).items())) or "–",
        ]
        for listing in listings
    ]
    header = (*(("round",) if has_rounds else ()), "project", "kind", "examples", "confirmed, by member")
    return Table(f"Projects of {account.username} on {account.url}", "", header, tuple(map(tuple, rows)))


def _listing_json(listing: ProjectListing) -> dict[str, Any]:
    from goldspan.doccano.project import project_kind

    return {
        "project": listing.project.name,
        "round": listing.round,
        "shared": project_kind(listing.project) == "shared",
        "kind": project_kind(listing.project),
        "examples": listing.examples,
        "done": listing.done,
    }


def _round_lines(progress: RoundProgress) -> Iterator[str]:
    """What is disputed, not pushed or absent, over all projects, and which of them could not be read."""
    for project, why in progress.unread.items():
        yield f"{project} cannot be read, and is not counted here: {why}"
    kinds = (
        ("disputed", progress.disputed, ""),
        ("article(s) of the corpus not in this project", progress.absent, ""),
        ("not yet pushed", progress.not_pushed, "goldspan doccano push"),
    )
    yield from _named(kinds, progress.name)


def _named(kinds: Iterable[tuple[str, Sequence[str], str]], name: str) -> Iterator[str]:
    """How many there are of each kind, their first names, and the command that helps."""
    for what, names, command in kinds:
        if names:
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            remedy = f"  ({command} --project {shlex.quote(name)})" if command else ""
            yield f"{len(names):,} {what}: {', '.join(names[:SHOWN])}{more}{remedy}"


def _difference_lines(progress: ProjectProgress) -> Iterator[str]:
    """What differs between the corpus and one project, and what to do about it."""
    kinds = (
        ("with another text in the corpus", progress.changed, "goldspan doccano push"),
        ("there several times", progress.duplicated, "goldspan doccano push"),
        ("only there", progress.unmanaged, ""),
    )
    yield from _named(kinds, progress.project.name)
    for annotator, number in (progress.hidden or {}).items():
        push = f"goldspan doccano push --project {shlex.quote(progress.project.name)}"
        yield f"{annotator} does not see {amount(number, 'example')}, which nobody assigned to them  ({push})"
    if progress.controls:
        controls = amount(len(progress.controls), "control")
        yield f"{controls}, scored by a pull and counted nowhere else here  (goldspan doccano pull)"
    if progress.refusal:
        yield f"A pull would be refused: {progress.refusal}"


def _pending_lines(progress: RoundProgress) -> Iterator[str]:
    """What a pull would write for each annotator."""
    for annotator, changes in progress.pending.items():
        pending = ", ".join(f"{number:,} {what}" for what, number in changes.json().items() if number)
        yield f"{annotator}: {f'a pull would write {pending}' if pending else 'all is pulled'}"

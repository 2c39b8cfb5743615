"""`goldspan doccano status`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from goldspan.doccano.account import Account
    from goldspan.doccano.server import ServerStatus
    from goldspan.doccano.status import ArticleProgress, ProjectListing, ProjectProgress

COLUMNS = 4  # annotators beside each other in a table
SHOWN = 8  # names on a line
HELD = 20  # lines that a pull would not write


def run(
    *,
    project: Annotated[
        str | None,
        typer.Option("--project", help="Report on this project. Default: the server and its projects."),
    ] = None,
    label_renamed: console.LabelRenamed = None,
    members: console.Members = None,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Report how far the annotators are and what differs between the corpus and Doccano.

    Without --project it lists the server's projects. Done is what an annotator confirmed, open all other examples, from
    Doccano 1.8.5 on all others that are assigned to them; disputed are examples that several confirmed with different
    spans. The exit code is 1 if a label type was deleted or renamed in Doccano.
    """
    if project is None:
        report, parts = _overview(home)
        console.write_json(json, report)
        for part in parts:
            console.make_console().print(part)
        return
    from goldspan.cli.doccano.pull import label_lines
    from goldspan.doccano import credentials, status
    from goldspan.doccano.client.api import Doccano

    corpus = Corpus.find(root)
    renamed = console.renamed_labels(corpus.scheme, label_renamed)
    with console.spinner(f"Reading {project}"), Doccano(credentials.find_account(home)) as server:
        progress = status.project_progress(corpus, server, project, members=members, renamed=renamed)
    console.write_json(json, progress.json())
    for table in _article_tables(progress):
        console.make_console().print(table)
    for line in (*_difference_lines(progress), *label_lines(progress.types), *_held_lines(progress)):
        console.print_line(line)
    if progress.held or progress.types.serious:
        raise typer.Exit(1)


def _held_lines(progress: ProjectProgress) -> Iterator[str]:
    """The lines that a pull would leave as they are, and what to do about examples that were imported again."""
    from goldspan.doccano.pull.collect import REMEDIES

    lines = dict.fromkeys(
        (problem.annotator or "gold" * (problem.kind != "imported"), problem.example, problem.message)
        for problem in progress.held
    )
    for annotator, example, message in list(lines)[:HELD]:
        yield f"a pull would not write {annotator}{' ' * bool(annotator)}{example}: {message}"
    if len(lines) > HELD:
        yield f"  and {len(lines) - HELD:,} more, which --json lists"
    if any(problem.kind == "imported" for problem in progress.held):
        yield f"  {REMEDIES['imported']}"


def _overview(home: Path | None) -> tuple[dict[str, Any], list[Table | Text]]:
    """The embedded server, if there is one, and the projects of the server that would be used.

    Returns:
        The report for `--json`, and what is printed.
    """
    from goldspan.doccano import credentials, server, status
    from goldspan.doccano.client.api import Doccano

    embedded = server.status(home)
    parts: list[Table | Text] = [console.plain_text(line) for line in _server_lines(embedded)]
    report: dict[str, Any] = {"embedded": _server_json(embedded), "url": None, "projects": []}
    try:
        account = credentials.find_account(home)
    except NotFoundError as missing:
        if "DOCCANO_URL" in os.environ:  # a server was named, and cannot be reached like that
            raise
        return report, [*parts, console.plain_text(missing.remedy or missing.message)]
    with console.spinner(f"Reading {account.url}"), Doccano(account) as doccano:
        listings = list(status.list_projects(doccano))
    report |= {"url": account.url, "projects": [_listing_json(listing) for listing in listings]}
    return report, [*parts, _project_table(account, listings)]


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
    rows = [
        [
            listing.project.name,
            "shared" if listing.project.collaborative else "independent",
            f"{listing.examples:,}",
            ", ".join(f"{name} {done:,}" for name, done in sorted((listing.done or {}).items())) or "–",
        ]
        for listing in listings
    ]
    header = ("project", "kind", "examples", "confirmed, by member")
    return console.rich_table(f"Projects of {account.username} on {account.url}", header, rows)


def _listing_json(listing: ProjectListing) -> dict[str, Any]:
    return {
        "project": listing.project.name,
        "shared": listing.project.collaborative,
        "examples": listing.examples,
        "done": listing.done,
    }


def _article_tables(progress: ProjectProgress) -> Iterator[Table]:
    """Tables with a row per article, and a column for each of some annotators."""
    annotators = [*progress.annotators]
    for start in range(0, max(1, len(annotators)), COLUMNS):
        shown = annotators[start : start + COLUMNS]
        rows = [_article_row(article, shown) for article in progress.articles]
        rows.append(_total_row(progress, shown))
        header = ("article", "examples", *(name or "all" for name in shown), "disputed")
        part = f", {start + 1} to {start + len(shown)} of {len(annotators)}" if len(annotators) > COLUMNS else ""
        others = "all others" if progress.hidden is None else "all others assigned to them"
        note = f"done: confirmed by the annotator; open: {others}; disputed: confirmed by several, with other spans"
        yield console.rich_table(f"{progress.project.name}: done + open{part}", header, rows, note)


def _article_row(article: ArticleProgress, annotators: Sequence[str]) -> list[str]:
    done = (_done_and_open(article.done[name], article.open(name)) for name in annotators)
    return [article.id or "not of this corpus", f"{article.examples:,}", *done, f"{len(article.disputed):,}"]


def _total_row(progress: ProjectProgress, annotators: Sequence[str]) -> list[str]:
    examples = sum(article.examples for article in progress.articles)
    articles = progress.articles
    done = (
        _done_and_open(sum(one.done[name] for one in articles), sum(one.open(name) for one in articles))
        for name in annotators
    )
    return ["all", f"{examples:,}", *done, f"{sum(len(article.disputed) for article in progress.articles):,}"]


def _done_and_open(done: int, waiting: int) -> str:
    return f"{done:,} + {waiting:,}"


def _difference_lines(progress: ProjectProgress) -> Iterator[str]:
    """What differs between the corpus and Doccano, and what to do about it."""
    disputed = [example for article in progress.articles for example in article.disputed]
    kinds = (
        ("disputed", disputed, ""),
        ("article(s) of the corpus not in this project", progress.absent, ""),
        ("not yet pushed", progress.not_pushed, "goldspan doccano push"),
        ("with another text in the corpus", progress.changed, "goldspan doccano push"),
        ("there several times", progress.duplicated, "goldspan doccano push"),
        ("only there", progress.unmanaged, ""),
    )
    for what, names, command in kinds:
        if names:
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            remedy = f"  ({command} --project {shlex.quote(progress.project.name)})" if command else ""
            yield f"{len(names):,} {what}: {', '.join(names[:SHOWN])}{more}{remedy}"
    for annotator, number in (progress.hidden or {}).items():
        push = f"goldspan doccano push --project {shlex.quote(progress.project.name)}"
        yield f"{annotator} does not see {amount(number, 'example')}, which nobody assigned to them  ({push})"
    if progress.controls:
        controls = amount(len(progress.controls), "control")
        yield f"{controls}, scored by a pull and counted nowhere else here  (goldspan doccano pull)"
    if progress.refusal:
        yield f"A pull would be refused: {progress.refusal}"
    for annotator, changes in progress.pending.items():
        pending = ", ".join(f"{number:,} {what}" for what, number in changes.json().items() if number)
        yield f"{annotator}: {f'a pull would write {pending}' if pending else 'all is pulled'}"

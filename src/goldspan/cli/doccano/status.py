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

    from goldspan.doccano.account import Account
    from goldspan.doccano.server import ServerStatus
    from goldspan.doccano.status import ProjectListing, ProjectProgress

ACROSS = 4  # annotators beside each other in a table
SHOWN = 8  # names on a line


def run(
    *,
    project: Annotated[
        str | None,
        typer.Option("--project", help="How this project stands. Default: the server and its projects."),
    ] = None,
    members: console.Members = None,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Tell how far the annotators are and what differs between here and there; without a project, what there is.

    Done is what an annotator confirmed, open all other examples; disputed are examples that several confirmed with
    other spans.
    """
    if project is None:
        console.write_json(json, _overview(home))
        return
    from goldspan.doccano import credentials, status
    from goldspan.doccano.client.api import Doccano

    corpus = Corpus.find(root)
    with console.spinner(f"Looking at {project}"), Doccano(credentials.find_account(home)) as server:
        found = status.progress(corpus, server, project, members=members)
    for table in _article_tables(found):
        console.make_console().print(table)
    for line in _differences(found):
        console.say(line)
    console.write_json(json, found.json())


def _overview(home: Path | None) -> dict[str, Any]:
    """Show the embedded server, if there is one, and the projects of the server that would be used."""
    from goldspan.doccano import credentials, server, status
    from goldspan.doccano.client.api import Doccano

    standing = server.status(home)
    for line in _standing(standing):
        console.say(line)
    report: dict[str, Any] = {"embedded": _embedded(standing), "url": None, "projects": []}
    try:
        login = credentials.find_account(home)
    except NotFoundError as missing:
        if "DOCCANO_URL" in os.environ:  # a server was named, and is not to be reached like that
            raise
        console.say(missing.remedy or missing.message)
        return report
    with console.spinner(f"Looking at {login.url}"), Doccano(login) as doccano:
        held = list(status.overview(doccano))
    console.make_console().print(_projects(login, held))
    return report | {"url": login.url, "projects": [_held(one) for one in held]}


def _standing(standing: ServerStatus) -> Iterator[str]:
    if not standing.url:
        yield f"There is no embedded Doccano in {standing.home}."
        return
    yield f"Embedded Doccano {standing.version}, data in {standing.home}"
    for what, lives in (("web server", standing.web), ("task worker", standing.worker)):
        yield f"  {what:<11}  {'alive' if lives else 'DEAD: imports and exports need it; `goldspan doccano start`'}"
    yield f"  {'address':<11}  {standing.url}, user {standing.username}"


def _embedded(standing: ServerStatus) -> dict[str, Any] | None:
    if not standing.url:
        return None
    names = ("running", "url", "username", "web", "worker", "version")
    return {name: getattr(standing, name) for name in names} | {"home": str(standing.home)}


def _projects(login: Account, held: Sequence[ProjectListing]) -> Table:
    rows = [
        [
            one.project.name,
            "shared" if one.project.collaborative else "independent",
            f"{one.examples:,}",
            ", ".join(f"{name} {done:,}" for name, done in sorted((one.done or {}).items())) or "–",
        ]
        for one in held
    ]
    header = ("project", "kind", "examples", "confirmed, by member")
    return console.print_table(f"Projects of {login.username} on {login.url}", header, rows)


def _held(one: ProjectListing) -> dict[str, Any]:
    return {
        "project": one.project.name,
        "shared": one.project.collaborative,
        "examples": one.examples,
        "done": one.done,
    }


def _article_tables(found: ProjectProgress) -> Iterator[Table]:
    """Tables with a row per article, and a column for each of some annotators."""
    names = [*found.annotators]
    for start in range(0, max(1, len(names)), ACROSS):
        across = names[start : start + ACROSS]
        rows = [_article(found, number, across) for number in range(len(found.articles))]
        rows.append(_total(found, across))
        header = ("article", "examples", *(name or "all" for name in across), "disputed")
        more = f", {start + 1} to {start + len(across)} of {len(names)}" if len(names) > ACROSS else ""
        note = "done: confirmed by the annotator; open: all others; disputed: confirmed by several, with other spans"
        yield console.print_table(f"{found.project.name}: done + open{more}", header, rows, note)


def _article(found: ProjectProgress, number: int, across: Sequence[str]) -> list[str]:
    article = found.articles[number]
    done = (_done(article.done[name], article.examples) for name in across)
    return [article.id or "not of this corpus", f"{article.examples:,}", *done, f"{len(article.disputed):,}"]


def _total(found: ProjectProgress, across: Sequence[str]) -> list[str]:
    examples = sum(article.examples for article in found.articles)
    done = (_done(sum(article.done[name] for article in found.articles), examples) for name in across)
    return ["all", f"{examples:,}", *done, f"{sum(len(article.disputed) for article in found.articles):,}"]


def _done(done: int, examples: int) -> str:
    return f"{done:,} + {examples - done:,}"


def _differences(found: ProjectProgress) -> Iterator[str]:
    """What differs between here and there, and what to do about it."""
    disputed = [name for article in found.articles for name in article.disputed]
    kinds = (
        ("disputed", disputed, ""),
        ("article(s) of the corpus not in this project", found.absent, ""),
        ("not yet pushed", found.not_pushed, "goldspan doccano push"),
        ("another text here", found.changed, "goldspan doccano push"),
        ("there several times", found.doubled, "goldspan doccano push"),
        ("only there", found.only_there, ""),
    )
    for what, names, command in kinds:
        if names:
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            remedy = f"  ({command} --project {shlex.quote(found.project.name)})" if command else ""
            yield f"{len(names):,} {what}: {', '.join(names[:SHOWN])}{more}{remedy}"
    if found.controls:
        controls = amount(len(found.controls), "control")
        yield f"{controls} besides, scored by a pull and counted nowhere else here  (goldspan doccano pull)"
    if found.refusal:
        yield f"A pull would be refused: {found.refusal}"
    for who, one in found.unpulled.items():
        counts = {"new": one.new, "changed": one.changed, "withdrawn": one.withdrawn, "unfit": one.unfit}
        said = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
        yield f"{who}: a pull would bring {said}" if said else f"{who}: all is pulled"

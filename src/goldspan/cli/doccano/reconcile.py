"""`goldspan doccano reconcile`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.errors import NotFoundError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from goldspan.doccano.backup.reconcile import CorpusComparison, Reconciliation

SHOWN = 40  # differences


def run(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A backup, or a manifest that `backup --manifest-only` wrote.")
    ],
    *,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Compare a server with a backup.

    It compares examples, spans, confirmations, comments and members of each project. The server is the one on this
    machine, or that of DOCCANO_URL. In a project folder, it also says which lines of the corpus a pull would
    change. Nothing is changed. The exit code is 1 if the server differs from the backup.
    """
    from goldspan.doccano import credentials
    from goldspan.doccano.backup.archive import read_manifest
    from goldspan.doccano.backup.reconcile import reconcile
    from goldspan.doccano.client.api import Doccano

    corpus = corpus_around(root)
    with console.spinner("Reading the backup") as say:
        manifest = read_manifest(file)
        with Doccano(credentials.find_account(home)) as server:
            found = reconcile(manifest, server, corpus, on_step=say)
    console.write_json(json, "doccano-reconcile", found.json())
    print_reconciliation(found)


def corpus_around(root: Path | None) -> Corpus | None:
    """The corpus around the working directory, if there is one; one that is named must be there."""
    try:
        return Corpus.find(root)
    except NotFoundError:
        if root is not None:
            raise
        return None


def print_reconciliation(found: Reconciliation) -> None:
    """Print how a server compares with a backup.

    Raises:
        typer.Exit: with 1 if it differs.
    """
    from goldspan.cli.doccano.backup import print_contents

    compared = found.server.model_copy(
        update={"projects": [each for each in found.server.projects if each.number not in found.unread]}
    )
    print_contents(f"Now on {found.url}", compared)
    for line in _lines(found):
        console.print_line(line)
    if found.differences:
        raise typer.Exit(1)


def _lines(found: Reconciliation) -> Iterator[str]:
    names = {each.number: each.name for each in found.manifest.contents.projects}
    for number, why in found.unread.items():
        how = "compared in the database alone" if found.in_database else "not compared over the API"
        yield f"{how}: {names.get(number, f'project {number}')}: {why}"
    for each in found.differences[:SHOWN]:
        what = f"{each.project}: {each.what}" if each.project else each.what
        yield f"differs: {what}: {each.backup} in the backup, {each.server} on the server"
    if len(found.differences) > SHOWN:
        yield f"  and {len(found.differences) - SHOWN:,} more, which --json lists"
    count = amount(len(found.compared), "project")
    when = found.manifest.time
    if found.differences:
        yield f"The server differs from the backup of {when} in {amount(len(found.differences), 'point')}."
    else:
        yield f"The server holds what the backup of {when} holds: {count} read back over the API, all the same."
    for project in found.corpus or ():
        yield _corpus_line(project)
    if found.corpus and any(each.passes for each in found.corpus):
        yield "Next: `goldspan doccano pull --project NAME` shows the lines, `--apply` writes them."
    elif not found.differences:
        yield "Next: nothing; `goldspan doccano status` lists the projects."


def _corpus_line(project: CorpusComparison) -> str:
    if not project.is_there:
        return f"corpus: {project.project} (key {project.key}): not seen on this server"
    if project.note:
        return f"corpus: {project.project}: {project.note}"
    if not project.passes:
        return f"corpus: {project.project}: a pull would change nothing"
    lines = ", ".join(f"{amount(number, 'line')} of {folder}" for folder, number in project.passes.items())
    lost = f", which lose {amount(project.lost, 'span')}" if project.lost else ""
    return f"corpus: {project.project}: a pull would change {lines}{lost}"

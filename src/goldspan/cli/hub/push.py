"""`goldspan hub push`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import console
from goldspan.errors import InvalidValueError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.hub.push import HubPushPlan, HubPushResult

SHOWN = 40  # files of each kind
NOTHING_SENT = "Nothing was sent: this is the plan. Carry it out with --apply."


def run(
    repository: Annotated[
        str,
        typer.Argument(metavar="OWNER/NAME", help="The dataset on the Hub: its user or organisation, and its name."),
    ],
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="The folder that `goldspan release` or `goldspan export` wrote."),
    ],
    *,
    tag: Annotated[
        str | None,
        typer.Option(
            "--tag",
            metavar="NAME",
            help=(
                "The tag of the commit. Default: for a release its version after a v, e.g. v1.0; for an export none."
            ),
            show_default=False,
        ),
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="If the dataset does not exist, create it as a private one.")
    ] = False,
    message: Annotated[
        str | None,
        typer.Option("--message", metavar="TEXT", help="The message of the commit. Default: title and version."),
    ] = None,
    apply: console.Apply = False,
    json: console.Json = None,
) -> None:
    """Send an export or a release to the Hugging Face Hub.

    The upload is one commit and a tag. Before it, the command compares the folder with what is on the Hub. It
    refuses a folder with texts that may not be published. The token comes from HF_TOKEN or from `hf auth login`.
    """
    from goldspan.hub.account import find_account
    from goldspan.hub.client import HubClient
    from goldspan.hub.folder import read_folder
    from goldspan.hub.push import HubPushOptions, apply_push, plan_push

    try:
        options = HubPushOptions(repository=repository, tag=tag, private=private, message=message)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    with console.reading_bar():
        content = read_folder(folder)
        with HubClient(find_account(for_writing=apply)) as client:
            plan = plan_push(client, content, options)
            result = apply_push(client, plan) if apply and not plan.is_done else None
    console.write_json(json, "hub-push", plan.json() | {"applied": result.json() if result else None})
    for line in _plan_lines(plan):
        console.print_line(line)
    for line in _result_lines(plan, result, apply=apply):
        console.print_line(line)
    if json is None and (result or plan.is_done):
        where = "with a token that may read it" if plan.is_private else "from anywhere"
        console.print_line(f"Next: load it {where}: {_loading(plan)}")


def _plan_lines(plan: HubPushPlan) -> Iterator[str]:
    """What is on the Hub, what the folder is, and what differs."""
    access = "private" if plan.is_private else "public"
    if plan.creates:
        yield f"{plan.address}: there is no such dataset, so a {access} one is created"
        if plan.is_stranger:
            yield "Note: without a token a private dataset is not seen."
    else:
        yield f"{plan.address}: {access}, at the commit {plan.parent:.12}"
    yield (
        f"{plan.folder.title}: {amount(len(plan.folder.files), 'file')}, {_bytes(plan.folder.size)}, "
        f"{plan.folder.verified} ({plan.folder.path})"
    )
    if plan.is_older:
        return
    for verb, found in (
        ("add", [(file.path, _bytes(file.size)) for file in plan.added]),
        ("change", [(file.path, _bytes(file.size)) for file in plan.changed]),
        ("delete", [(path, "") for path in plan.deleted]),
        ("keep", [(path, "the Hub's own") for path in plan.kept]),
    ):
        for path, what in found[:SHOWN]:
            yield f"  {verb:<7}{path}{f'  {what}' if what else ''}"
        if found[SHOWN:]:
            yield f"  {verb:<7}{amount(len(found) - SHOWN, 'more file', 'more files')}"
    yield (
        f"{amount(len(plan.added), 'file')} added, {len(plan.changed):,} changed, {len(plan.deleted):,} deleted, "
        f"{plan.unchanged:,} unchanged."
    )


def _result_lines(plan: HubPushPlan, result: HubPushResult | None, *, apply: bool) -> Iterator[str]:
    """What was done, or is left to do."""
    if plan.is_older:
        yield f"The tag {plan.tag} has just these files, at the commit {plan.tagged:.12}; main has moved on."
    if plan.is_done:
        at = f" and the tag {plan.tag}" if plan.tag and not plan.is_older else ""
        yield f"Nothing to do: the Hub has these files{at}."
        return
    if result is None:
        steps = [f"one commit, {plan.message!r}"] if plan.commits else []
        steps += [f"the tag {plan.tag}"] if plan.tags else []
        yield f"To do: {', then '.join(steps)}."
        if not apply:
            yield NOTHING_SENT
        return
    if result.committed:
        yield f"Commit {result.commit}: {plan.message}"
    if result.tagged:
        yield f"Tag {plan.tag} at {result.commit:.12}"
    yield f"Read back: {amount(result.files, 'file')} on the Hub, each with the digest of the one here."
    for note in result.notes:
        yield f"Note: {note}"


def _bytes(size: int) -> str:
    from rich.filesize import decimal

    return decimal(size)


def _loading(plan: HubPushPlan) -> str:
    """The line of Python that loads what is there now."""
    revision = f', revision="{plan.tag}"' if plan.tag else ""
    return f'datasets.load_dataset("{plan.options.repository}"{revision})'

"""`goldspan recut`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus
from goldspan.errors import InputError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.articles.resegmentation import Amounts, Misfit, Resegmentation

SHOWN = 20  # of each kind of line that is printed
LONGEST = 60  # characters of a surface


def run(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID", autocompletion=completion_values.articles, help="The ids of articles. Default: all."
        ),
    ] = None,
    *,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help=(
                "Leave out spans that would lie in two examples or in none. The text under them "
                "then counts as not annotated."
            ),
        ),
    ] = False,
    apply: console.Apply = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Cut the articles into examples again.

    Use it after you change [examples] in goldspan.toml. Gold, passes and decisions move to the new examples, and
    spans stay on their words. A new example counts as confirmed in a pass only if all of its text was confirmed.
    Gold states what was not annotated. If a span would lie in two examples or in none, nothing is written and the
    exit code is 1.
    """
    from goldspan.articles import resegmentation

    corpus = Corpus.find(root)
    names = [console.typed_name(name) for name in articles or ()] or None
    plan = resegmentation.recut(corpus, names, leave_out=leave_out, apply=apply)
    is_refused = bool(plan.misfits) and not leave_out
    console.write_json(json, "recut", {"applied": apply and not is_refused, **plan.json()})
    unit = corpus.settings.examples.unit
    if not plan.contents:
        print(f"Every example is as goldspan.toml wants it: {unit} by {unit}.")
        return
    _print_shown(_file_lines(corpus, plan))
    _print_shown(_misfit_line(corpus, misfit) for misfit in plan.misfits)
    if is_refused:
        raise InputError(
            f"{amount(len(plan.misfits), 'span or decision', 'spans or decisions')} would be in no one example",
            remedy="Shorten or remove them, choose other settings, or leave them out with --leave-out.",
        )
    _print_shown(_notes(corpus, plan))
    if apply:
        print("Next: goldspan check. Suggestions are made anew: goldspan suggest")
        print("What is in Doccano is cut as before: push to a new project (goldspan doccano push --project NAME).")
    else:
        print("Work that is still in Doccano does not move: pull it first.")
        print(console.PLAN_ONLY)


def _file_lines(corpus: Corpus, plan: Resegmentation) -> Iterator[str]:
    for path in plan.contents:
        name = path.relative_to(corpus.root).as_posix()
        if path in plan.assigned:
            had, has = plan.assigned[path]
            yield f"{name}: {amount(had, 'example')} assigned, {has:,} then; the next push assigns the rest"
            continue
        if path not in plan.before:
            yield f"{name}: decisions move along"
            continue
        before, after = plan.before[path], plan.after[path]
        line = f"{name}: {amount(before.examples, 'example')} become {after.examples:,}; {amount(after.spans, 'span')}"
        yield line + _confirmed(before, after, is_gold=path.parent == corpus.gold)


def _confirmed(before: Amounts, after: Amounts, *, is_gold: bool) -> str:
    """How many examples have text that nobody annotated, or that is no longer confirmed."""
    open_before, open_after = before.examples - before.confirmed, after.examples - after.confirmed
    if not (open_before or open_after):
        return ""
    what = "not wholly annotated" if is_gold else "not confirmed"
    return f"; {open_after:,} {what}, {open_before:,} before"


def _misfit_line(corpus: Corpus, misfit: Misfit) -> str:
    place = f"{misfit.file.relative_to(corpus.root).as_posix()}:{misfit.line}"
    words = " ".join(misfit.surface.split())
    words = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    return f"{place}: {misfit.example}: {words!r} ({misfit.label or 'a decision'}) {misfit.reason}"


def _notes(corpus: Corpus, plan: Resegmentation) -> Iterator[str]:
    from goldspan.articles import resegmentation

    for key, number in plan.dropped.items():
        yield f"left out: the key {key!r} of {amount(number, 'line')}, which was about the old examples"
    for path, line in plan.outdated:
        yield f"{_name(corpus, path)}:{line}: decided a text that the article no longer had; it stays as it is"
    for path, name, new in resegmentation.named_elsewhere(corpus, plan):
        targets = enumerate_names(new, most=3, empty="in no example")
        yield f"{_name(corpus, path)}: names {name!r}, which is now {targets}; correct it by hand"


def _name(corpus: Corpus, path: Path) -> str:
    return path.relative_to(corpus.root).as_posix()


def _print_shown(lines: Iterator[str]) -> None:
    """Print the first lines, and how many there are besides."""
    found = list(lines)
    for line in found[:SHOWN]:
        console.print_line(line)
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN:,} more (--json has all)")

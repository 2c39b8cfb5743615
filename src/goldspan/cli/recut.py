"""`goldspan recut`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.line_lists import first_lines, print_folded
from goldspan.corpus import Corpus
from goldspan.errors import InputError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from goldspan.articles.resegmentation import Amounts, Misfit, Resegmentation

SHOWN = 5  # of each kind of line on the first screen
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
    full: console.Full = False,
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
    most = None if full else SHOWN
    if not full:
        print_folded(_totals(corpus, plan))
    print_folded(first_lines(_file_lines(corpus, plan), most))
    print_folded(first_lines((_misfit_line(corpus, misfit) for misfit in plan.misfits), most))
    if is_refused:
        raise InputError(
            f"{amount(len(plan.misfits), 'span or decision', 'spans or decisions')} would be in no one example",
            remedy="Shorten or remove them, choose other settings, or leave them out with --leave-out.",
        )
    print_folded(first_lines(_notes(corpus, plan), most))
    if apply:
        print_folded(
            [
                "Projects in Doccano keep the old examples: push to a new one (goldspan doccano push --project NAME).",
                "Next: check the project: goldspan check (then draft the suggestions again: goldspan suggest)",
            ]
        )
    else:
        print("Work that is still in Doccano does not move: pull it first.")
        print(console.PLAN_ONLY)


def _totals(corpus: Corpus, plan: Resegmentation) -> Iterator[str]:
    """How many examples of gold and of the passes there are before and after."""
    for name, folder in (("gold", corpus.gold), ("passes", corpus.passes)):
        paths = [path for path in plan.before if path.is_relative_to(folder)]
        if paths:
            before = sum(plan.before[path].examples for path in paths)
            after = sum(plan.after[path].examples for path in paths)
            spans = sum(plan.after[path].spans for path in paths)
            yield (
                f"{name}: {amount(before, 'example')} in {amount(len(paths), 'file')} become {after:,}; "
                f"{amount(spans, 'span')}"
            )


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

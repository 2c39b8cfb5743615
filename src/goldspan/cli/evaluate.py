"""`goldspan evaluate`."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan import files
from goldspan.cli import terminal
from goldspan.corpus import Corpus
from goldspan.tables import is_numeric

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

    from goldspan.evaluation.report import Report
    from goldspan.evaluation.wording import View
    from goldspan.tables import Table

WIDTH = 100
NAME = 24  # columns below which a name is not folded
SHOWN = 3  # of the hardest examples, and of the notes of a kind; --json and --html have more


def run(
    gold: Annotated[
        Path | None, typer.Argument(metavar="GOLD", help="A file, folder or dataset with the gold.", show_default=False)
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Argument(
            metavar="PREDICTIONS", help="Likewise the predictions, or a spaCy pipeline to run.", show_default=False
        ),
    ] = None,
    *,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="Other predictions, to compare with.", show_default=False)
    ] = None,
    gold_form: Annotated[
        str | None, typer.Option("--gold-format", help="The format of GOLD. Default: told by its content.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="The format of PREDICTIONS and of the baseline, likewise.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Evaluate this split of a dataset or of the project's gold.")
    ] = None,
    repair: Annotated[
        Literal["conlleval", "strict"],
        typer.Option(
            "--repair", help="Of malformed tag sequences: read them as conlleval does, or drop what they mark."
        ),
    ] = "conlleval",
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            help="What the model was trained on, to tell seen from unseen. Default: the project's training split, if "
            "another split is evaluated.",
        ),
    ] = None,
    passes: Annotated[
        Path | None,
        typer.Option("--passes", help="A folder with a folder per annotator. Default: the project's, for its gold."),
    ] = None,
    unit: Annotated[
        Literal["article", "example"] | None,
        typer.Option("--unit", help="What the intervals draw anew. Default: articles, or examples of a single one."),
    ] = None,
    resamples: Annotated[int, typer.Option("--resamples", min=1, help="How often they draw.")] = 10_000,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.999, help="What share they cover.")] = 0.95,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random numbers; the same gives the same.")] = 0,
    headline: Annotated[
        Literal["strict", "exact", "partial", "type"],
        typer.Option("--scheme-of-headline", help="The scheme that the report leads with."),
    ] = "strict",
    suggestions: Annotated[
        bool,
        typer.Option("--suggestions", help="Score the suggestions of goldspan itself against the project's gold."),
    ] = False,
    model: Annotated[
        str | None, typer.Option("--model", help="With --suggestions: a spaCy pipeline that joins the rules, too.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file, too, as one page with plots.")
    ] = None,
    json: terminal.Json = None,
    root: terminal.Root = None,
) -> None:
    """Score predicted spans against gold: how good, how sure, and where it fails.

    All four schemes of SemEval-2013 Task 9.1 are measured on characters: strict, exact, partial and type. Brackets hold
    bootstrap intervals. What --json writes is described in evaluation/schema.md of the package.
    """
    if suggestions:
        _only_without("--suggestions", GOLD=gold, **{"--html": html, "--baseline": baseline})
        _by_rule(Corpus.find(root), model, split, json)
        return
    if gold is None or predictions is None:
        raise typer.BadParameter("GOLD and PREDICTIONS are needed, unless --suggestions is given")
    if model is not None:
        raise typer.BadParameter("--model goes with --suggestions; a pipeline to evaluate is named as PREDICTIONS")
    from goldspan.evaluation.inputs import FORMS
    from goldspan.evaluation.page import page
    from goldspan.evaluation.task import Task, carry_out

    for name in filter(None, (gold_form, form)):
        if name not in FORMS:
            raise typer.BadParameter(f"there is no format {name!r}; the formats are {', '.join(FORMS)}")
    task = Task(
        gold, predictions, baseline, gold_form, form, split, repair, train, passes, root, unit, resamples, level, seed,
        headline,
    )  # fmt: skip
    with terminal.console(stderr=True).status("evaluating") if sys.stderr.isatty() else nullcontext():
        made, view = carry_out(task)
    out = _console()
    _show(out, made, view)
    terminal.write_json(json, {"inputs": task.names(), **made.json()})
    if html is not None:
        files.write(html, page(made, view))
    for path in filter(None, (json, html)):
        _say(out, f"wrote {path}")


def _only_without(option: str, **others: object) -> None:
    for name, value in others.items():
        if value is not None:
            raise typer.BadParameter(f"{name} does not go with {option}")


def _by_rule(corpus: Corpus, model: str | None, split: str | None, json: Path | None) -> None:
    """Suggest for the articles that have gold, by rules alone and, if one is named, with a model; and score it."""
    from goldspan import drafts

    gold = list(corpus.gold_examples(corpus.read_split(split) if split else None))
    made = drafts.scored(corpus, gold, [None, model] if model else [None])
    out = _console()
    for table in made.tables():
        _print(out, table)
    terminal.write_json(json, made.json())


def _console() -> Console:
    """A console of at most 100 columns that breaks lines at words, in a pipe as on a terminal."""
    out = terminal.console()
    out.soft_wrap = False
    out.width = min(WIDTH, out.width) if sys.stdout.isatty() else WIDTH
    return out


def _show(out: Console, made: Report, view: View) -> None:
    from goldspan.evaluation import summary

    _say(out, f"{view.predictions} against {view.gold}", style="bold")
    for sentence in summary.opening(made, view):
        _say(out, sentence)
    out.print()
    for table in summary.tables(made, view):
        _print(out, table)
    _hardest(out, made, view)
    for title, sentences in summary.closing(made, SHOWN):
        _say(out, title, style="italic")
        for sentence in sentences:
            _say(out, f"· {sentence}")
        out.print()


def _say(out: Console, text: str, style: str = "") -> None:
    from goldspan.evaluation.wording import visible

    said = terminal.plain(visible(text))
    said.overflow = "fold"
    out.print(said, style=style)


def _print(out: Console, table: Table) -> None:
    """A table as wide as the report, and what is to be said of it beneath.

    Where a terminal is too narrow for it, intervals stand below their numbers; what is still too wide is left to the
    terminal to break, for a number that is cut is a wrong number.
    """
    made, needed = _table(out, table)
    if needed > out.width:
        made, needed = _table(out, table, below=True)
    out.print(made, width=max(out.width, needed), crop=False)
    if table.note:
        _say(out, table.note)
    out.print()


def _table(out: Console, table: Table, *, below: bool = False) -> tuple[RichTable, int]:
    """The table for the terminal, its totals set off, and the width that it needs: words may be folded, numbers not."""
    from goldspan.evaluation.wording import visible

    numeric = [is_numeric(row[number] for row in table.rows) for number in range(len(table.header))]
    rows = [[_below(text) if below and digits else visible(text) for text, digits in zip(row, numeric, strict=True)]
            for row in table.rows]  # fmt: skip
    header = [_below(name) if below and digits else name for name, digits in zip(table.header, numeric, strict=True)]
    made = terminal.table(table.title, header, rows)
    wide = out.options.update(max_width=1_000_000)
    needed = out.measure(made, options=wide).maximum
    for column, digits in zip(made.columns, numeric, strict=True):
        column.no_wrap, column.justify = digits, "right" if digits else "left"
        if not digits:
            longest = max(out.measure(cell, options=wide).maximum for cell in column.cells)
            column.min_width = min(NAME, longest)
            needed -= longest - column.min_width
    for row, cells in zip(made.rows, rows, strict=True):
        row.style = "bold" if cells[0].startswith("all") else ""
    return made, needed


def _below(cell: str) -> str:
    """A number above its interval, a heading broken at its comma."""
    number, bracket, interval = cell.partition(" [")
    return f"{number}\n[{interval}" if bracket else cell.replace("F1, ", "F1,\n")


def _hardest(out: Console, made: Report, view: View) -> None:
    """The examples with the most errors, gold above prediction, each span on its label's colour."""
    from rich.table import Table

    from goldspan.evaluation.wording import amount, visible

    if made.hardest:
        _say(out, "The hardest examples", style="italic")
    for hard in made.hardest[:SHOWN]:
        grid = Table.grid(padding=(0, 2))
        for side, markup in (("gold", hard.gold_markup), ("predicted", hard.predicted_markup)):
            text = terminal.plain(visible(markup))
            text.overflow = "fold"
            for label, colour in view.colours.items():
                text.highlight_regex(rf"\[[^\[\]]*\]\{{{re.escape(label)}\}}", f"white on {colour}")
            grid.add_row(terminal.plain(side), text)
        _say(out, f"{hard.example}: {amount(hard.errors, 'error')}", style="bold")
        out.print(grid)
        out.print()

"""`goldspan show`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.annotation import article_of
from goldspan.cli import completion_values, console
from goldspan.corpus import Corpus
from goldspan.errors import InputError, NotFoundError
from goldspan.formats import inline
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from typing import TypeAlias

    from goldspan.annotation import Example, LabelScheme
    from goldspan.show import ExampleChange

    Selection: TypeAlias = tuple[Sequence[str], Sequence[str], str | None]  # ids, labels, words

AROUND = 30  # code points of text on either side of a span that changed


def run(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            autocompletion=completion_values.articles,
            help="The ids of articles or examples. Default: all.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Show this file of any format instead of the gold.")
    ] = None,
    annotator: Annotated[
        str | None,
        typer.Option(
            "--pass",
            metavar="NAME",
            autocompletion=completion_values.annotators,
            help="Show the pass of this annotator.",
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            metavar="LABEL",
            autocompletion=completion_values.labels,
            help="Show only examples with this label. May be repeated.",
        ),
    ] = None,
    containing: Annotated[
        str | None, typer.Option("--containing", metavar="TEXT", help="Show only examples with these words.")
    ] = None,
    diff: Annotated[
        str | None, typer.Option("--diff", metavar="TEXT", help="Show what changed since this git revision.")
    ] = None,
    cut: Annotated[
        bool,
        typer.Option(
            "--cut",
            help=(
                "Show how [examples] in goldspan.toml cuts articles into examples, annotated or "
                "not, with the boilerplate that is left out. With --file: an article that need "
                "not be in the project."
            ),
        ),
    ] = False,
    root: console.Root = None,
) -> None:
    """Print examples with their spans.

    On a terminal the spans are coloured; in a pipe they have inline markup. The exit code is 1 if an id or a label
    is unknown, or if no example is selected.
    """
    from goldspan import formats, show
    from goldspan.formats.convert import input_files

    names = [console.typed_name(name) for name in names or ()]
    if paths := [name for name in names if "/" in name and Path(name).exists()]:  # an id has no slash
        raise typer.BadParameter(f"{paths[0]} is no id but a file or folder: name it with --file")
    if file is not None and (annotator is not None or diff is not None):
        raise typer.BadParameter("--file does not go with --pass or --diff")
    if cut and (annotator is not None or diff is not None or label):
        raise typer.BadParameter("--cut does not go with --pass, --diff or --label: it shows no spans")
    if cut:
        _print_cut(Corpus.find(root), names, containing, file)
        return
    if file is not None:
        examples = [one for path, form in input_files(file) for one in formats.load(path, form)]
        _print_examples(examples, (names, label or (), containing), _project_scheme(root), file)
        return
    corpus = Corpus.find(root)
    if annotator is not None and annotator not in corpus.annotators():
        passes = enumerate_names(corpus.annotators(), empty="none")
        raise InputError(f"there is no pass {annotator!r}", file=corpus.passes, remedy=f"The passes are {passes}.")
    folder = corpus.gold if annotator is None else corpus.passes / annotator
    examples = list(corpus.gold_examples() if annotator is None else corpus.pass_examples(annotator))
    old = [] if diff is None else show.examples_at_revision(folder, diff)
    selection = (names, label or (), containing)
    show.require_known(
        [*examples, *old],
        names or (),
        label or (),
        scheme=corpus.scheme.names if label else (),
        articles=[entry.id for entry in corpus.entries],
        file=folder,
    )
    if diff is not None:
        selected = {example.id for example in show.select_examples([*old, *examples], *selection)}
        changes = show.example_changes(old, examples)
        _diff([change for change in changes if change.example in selected])
        return
    _print_selected(examples, selection, corpus.scheme, folder)


def _print_cut(corpus: Corpus, names: Sequence[str], containing: str | None, file: Path | None) -> None:
    """Print how articles are cut: the examples with their ids, and the boilerplate between them."""
    from goldspan import show
    from goldspan.articles.documents import documents
    from goldspan.articles.examples import Segmentation, examples_of, parts_of

    known = {entry.id for entry in corpus.entries}
    articles = {name if name in known else article_of(name): None for name in names}
    if file is not None:
        texts = {document.id: document.text for document in documents([file])}
    else:
        texts = {entry.id: corpus.source(entry) for entry in corpus.select_entries(articles or None)}
    segmentation = Segmentation.of(corpus)
    unit = segmentation.settings.unit
    shown = total = 0
    for article, text in texts.items():
        examples = examples_of(article, text, segmentation)
        total += len(examples)
        lines = {e.at: show.inline_markup(e) for e in show.select_examples(examples, names, (), containing)}
        shown += len(lines)
        is_partial = containing or any(article_of(name) == article != name for name in names)
        if not is_partial and unit != "article":
            parts = (part for part in parts_of(text, segmentation) if part.kind == "furniture")
            lines |= {part.start: f"{show.BOILERPLATE}\t{text[part.start : part.end]}" for part in parts}
        for at in sorted(lines):
            console.print_line(lines[at])
    if not shown:
        raise InputError(f"none of {total:,} examples is selected", file=file, remedy="Ask for fewer conditions.")
    console.print_line(f"{amount(shown, unit)} as [examples] of goldspan.toml has it")


def _project_scheme(root: Path | None) -> LabelScheme | None:
    """The labels of the project, which have colours; None outside a project."""
    try:
        return Corpus.find(root).scheme
    except NotFoundError:
        if root is not None:
            raise
        return None


def _print_examples(examples: Sequence[Example], selection: Selection, scheme: LabelScheme | None, file: Path) -> None:
    """Print the selected examples of a file."""
    from goldspan import show

    known = scheme.names if scheme and selection[1] else ()
    show.require_known(examples, selection[0], selection[1], scheme=known, articles=(), file=file)
    _print_selected(examples, selection, scheme or show.scheme_of(examples), file)


def _print_selected(examples: Sequence[Example], selection: Selection, scheme: LabelScheme, file: Path) -> None:
    from goldspan import show

    shown = 0
    out = console.make_console()
    for example in show.select_examples(examples, *selection):
        shown += 1
        if sys.stdout.isatty():
            out.print(show.colour_spans(example, scheme), end="\n\n")
        else:
            print(show.inline_markup(example))
    if not shown:
        raise InputError(f"none of {len(examples)} examples is selected", file=file, remedy="Ask for fewer conditions.")
    if sys.stdout.isatty():
        out.print(show.legend(scheme), f"  {shown} of {len(examples)} examples")


def _diff(changes: Sequence[ExampleChange]) -> None:
    out = console.make_console()
    for change in changes:
        state = "new" if change.old is None else "removed" if change.new is None else ""
        state = "text changed" if change.text_changed else state
        out.print(console.plain_text(f"{change.example}  {state}".rstrip(), "bold"))
        for sign, style, example, spans in (
            ("-", "red", change.old, change.removed),
            ("+", "green", change.new, change.added),
        ):
            for span in spans:
                at = (span.start, span.end)
                line = "" if example is None else inline.excerpt(example.text, [span], *at, around=AROUND)
                out.print(console.plain_text(f"{sign} [{span.start}, {span.end}] {line}", style))
    added, removed = sum(len(change.added) for change in changes), sum(len(change.removed) for change in changes)
    out.print(f"{amount(len(changes), 'example')} changed: {amount(added, 'span')} added, {removed:,} removed")

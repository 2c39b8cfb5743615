"""`goldspan site`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus


def run(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FOLDER", help="Write the site to this folder. Default: build/site."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the start page in the browser.")] = False,
    predictions: Annotated[
        list[str] | None,
        typer.Option(
            "--predictions",
            metavar="PATH",
            help="Evaluate these predictions against gold, on a page. Can be repeated.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            autocompletion=completion_values.splits,
            help="With --predictions: compare the articles of this split only.",
            show_default=False,
        ),
    ] = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Make a folder of pages about the whole project.

    The pages show whole articles with gold and everybody's spans, disputes, surface forms, agreement, statistics and
    guidelines. They open from disk. While a round in Doccano is open, nobody's readings are shown.
    """
    if split is not None and not predictions:
        raise typer.BadParameter("--split goes with --predictions")
    from goldspan.site.build import SiteOptions, build_site
    from goldspan.site.evaluations import EvaluatedPredictions

    corpus = Corpus.find(root)
    evaluated = EvaluatedPredictions(paths=tuple(predictions or ()), split=split)
    summary = build_site(SiteOptions(corpus=corpus, output=output or corpus.build / "site", predictions=evaluated))
    console.write_json(json, "site", summary.json())
    out = console.report_console()
    for line in summary.lines():
        console.print_text(out, line)
    console.print_written(json)
    if open_page:
        typer.launch(summary.start_page.absolute().as_uri())
    print_next_step(corpus, "site", json)

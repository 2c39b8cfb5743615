"""`goldspan site`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli import console
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus


def run(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FOLDER", help="Write the site to this folder. Default: build/site."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the start page in the browser.")] = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Make a folder of pages about the whole project.

    The pages show whole articles with gold and everybody's spans, disputes, surface forms, agreement, statistics and
    guidelines. They open from disk. While a round in Doccano is open, nobody's readings are shown.
    """
    from goldspan.site.build import SiteOptions, build_site

    corpus = Corpus.find(root)
    summary = build_site(SiteOptions(corpus=corpus, output=output or corpus.build / "site"))
    console.write_json(json, "site", summary.json())
    out = console.report_console()
    for line in summary.lines():
        console.print_text(out, line)
    console.print_written(json)
    if open_page:
        typer.launch(summary.start_page.absolute().as_uri())
    print_next_step(corpus, "site", json)

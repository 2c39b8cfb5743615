"""`goldspan site`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus


def run(
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FOLDER", help="Write the site to this folder. Default: build/site."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the start page in the browser.")] = False,
    root: console.Root = None,
) -> None:
    """Make a folder of pages about the whole project.

    The pages show whole articles with gold and everybody's spans, disputes, surface forms, agreement, statistics and
    guidelines. They open from disk. While a round in Doccano is open, nobody's readings are shown.
    """
    from goldspan.site.build import SiteOptions, build_site
    from goldspan.site.visibility import visible_state

    corpus = Corpus.find(root)
    summary = build_site(SiteOptions(corpus=corpus, output=output or corpus.build / "site"))
    for line in summary.lines():
        console.print_line(line)
    console.print_line(f"Pages: {', '.join(summary.parts)}.")
    if sentence := visible_state(corpus).sentence:
        console.print_line(sentence)
    console.print_line(f"Next: open {summary.start_page} in a browser.")
    if open_page:
        typer.launch(summary.start_page.absolute().as_uri())

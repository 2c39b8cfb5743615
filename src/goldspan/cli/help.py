"""`goldspan help`."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from goldspan import files
from goldspan.cli import console
from goldspan.errors import NotFoundError

PACKAGE = Path(__file__).parents[1]
CONTENTS = "index"  # the table of contents of the site; this list takes its place on a terminal
PLACES = (PACKAGE / "docs", PACKAGE.parents[1] / "docs")  # of an installed package, and of a checkout


def run(
    topic: Annotated[
        str | None, typer.Argument(metavar="TOPIC", help="A page, e.g. settings. Default: a list.", show_default=False)
    ] = None,
) -> None:
    """Read a page of the documentation, or list the pages: settings, articles, suggestions and so on."""
    pages = {page.stem: page for page in sorted(_folder().glob("*.md")) if page.stem != CONTENTS}
    if topic is None:
        for name, page in pages.items():
            print(f"{name:22} {_title(page)}")
        print("Read one: goldspan help TOPIC. The options of a command: goldspan COMMAND --help")
        return
    name = topic.removesuffix(".md").removeprefix("docs/").replace("-", "_")
    if name not in pages:
        near = get_close_matches(name, pages, n=1)
        remedy = f"The pages are {', '.join(pages)}; the options of a command are in goldspan COMMAND --help."
        raise NotFoundError(
            f"there is no page {topic!r}" + (f", did you mean {near[0]}?" if near else ""), remedy=remedy
        )
    text = files.decode(files.read_bytes(pages[name]), pages[name])
    out = console.make_console()
    if not out.is_terminal:
        print(text, end="")
        return
    from rich.markdown import Markdown

    out.width = min(console.WIDTH, out.width)
    out.print(Markdown(text))


def _folder() -> Path:
    for place in PLACES:
        if place.is_dir():
            return place
    raise NotFoundError("the pages of the documentation are not installed", remedy="Install goldspan again.")


def _title(page: Path) -> str:
    return files.decode(files.read_bytes(page), page).partition("\n")[0].lstrip("# ")

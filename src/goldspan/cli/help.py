"""`goldspan help`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from goldspan import files
from goldspan.cli import console
from goldspan.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "docs", PACKAGE.parents[1] / "docs")  # of an installed package, and of a checkout
INDEX = "index"  # the page whose lists group the others
LISTS = re.compile(r"^```\{toctree\}\n(?P<options>(?::[^\n]*\n)*)(?P<pages>.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(?P<title>.+)$", re.MULTILINE)
MOST_FOUND = 20  # sections that a search prints


def complete_topic(incomplete: str) -> list[str]:
    """The names of pages that begin with these letters, for the completion in a shell; none if they are not there."""
    try:
        return [name for name in pages() if name.startswith(incomplete)]
    except NotFoundError:
        return []


def run(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC",
            help="A page, e.g. settings. Default: a list of all pages.",
            show_default=False,
            autocompletion=complete_topic,
        ),
    ] = None,
    *,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="TEXT",
            help="List the sections of all pages that have all of these words, most hits first.",
            show_default=False,
        ),
    ] = None,
    commands: Annotated[
        bool, typer.Option("--commands", help="Print the reference of all commands and options in Markdown.")
    ] = False,
) -> None:
    """Read or search the pages of the documentation.

    Without a TOPIC it lists the pages.
    """
    if commands:
        from goldspan.cli import command_reference

        print(command_reference.page(), end="")
    elif search is not None:
        _print_found(search)
    elif topic is None:
        _print_list()
    else:
        _print_page(topic)


def pages() -> dict[str, Path]:
    """The pages by the name that is typed; the page of contents is not among them.

    Raises:
        NotFoundError: if no pages are installed.
    """
    return {page.stem: page for page in sorted(_folder().glob("*.md")) if page.stem != INDEX}


def grouped_pages() -> dict[str, list[str]]:
    """The names of all pages in the groups and the order of the table of contents; what is in none comes last."""
    left = pages()
    index = _folder() / f"{INDEX}.md"
    groups: dict[str, list[str]] = {}
    for found in LISTS.finditer(_text(index) if index.is_file() else ""):
        title = re.search(r":caption: (.*)", found["options"])
        names = [Path(line.strip("<> ").rpartition("<")[2]).stem for line in found["pages"].splitlines()]
        here = [name for name in names if left.pop(name, None)]
        if here:
            groups[title[1] if title else "Pages"] = here
    if left:
        groups["More" if groups else "Pages"] = list(left)
    return groups


class _Section(NamedTuple):
    """A section of a page."""

    page: str
    title: str
    text: str


def _sections() -> Iterator[_Section]:
    for name, path in pages().items():
        text = _text(path)
        heads = list(HEADING.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            yield _Section(name, head["title"], text[head.start() : following.start() if following else None])


def _print_found(search: str) -> None:
    words = search.casefold().split()
    counts = [(min(section.text.casefold().count(word) for word in words), section) for section in _sections() if words]
    found = sorted((item for item in counts if item[0]), key=lambda item: -item[0])
    if not found:
        raise NotFoundError(
            f"no section of a page has {search!r}", remedy="Search for fewer words, or for parts of them."
        )
    for _, section in found[:MOST_FOUND]:
        console.print_line(f"{section.page:22} {section.title}")
    if len(found) > MOST_FOUND:
        print(f"and {len(found) - MOST_FOUND} more")
    print("Read a page: goldspan help TOPIC")


def _print_list() -> None:
    known = pages()
    for title, names in grouped_pages().items():
        print(f"{title}:")
        for name in names:
            print(f"  {name:20} {_title(known[name])}")
        print()
    print("Read a page: goldspan help TOPIC. Search all pages: goldspan help --search WORDS")
    print("The options of a command: goldspan COMMAND --help")


def _print_page(topic: str) -> None:
    known = pages()
    name = topic.removesuffix(".md").removeprefix("docs/").replace("-", "_")
    if name not in known:
        near = get_close_matches(name, known, n=1)
        remedy = f"The pages are {', '.join(known)}; the options of a command are in goldspan COMMAND --help."
        raise NotFoundError(
            f"there is no page {topic!r}" + (f", did you mean {near[0]}?" if near else ""), remedy=remedy
        )
    text = _text(known[name])
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


def _text(page: Path) -> str:
    return files.decode(files.read_bytes(page), page)


def _title(page: Path) -> str:
    found = HEADING.search(_text(page))
    return found["title"] if found else page.stem

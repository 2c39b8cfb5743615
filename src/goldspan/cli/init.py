"""`goldspan init`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli.console import print_line
from goldspan.cli.next_step import print_next_step
from goldspan.errors import InvalidValueError
from goldspan.report.text import enumerate_names
from goldspan.tokens import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from goldspan.corpus import Corpus

DEMO = Path("goldspan-demo")
PARTS = (
    ("goldspan.toml", "what the project has chosen"),
    ("annotation_guidelines/", "labels, rules for annotators, who they are, what suggests spans"),
    ("corpus/", "manifest, passes, gold, and the card of the dataset"),
    ("seeds/", "the articles, once they are added"),
    ("README.md", "the commands in their order"),
)
TRIALS = (
    ("check", "nothing is wrong with it"),
    ("agree --html agree.html", "how far the three annotators agree, and where they do not"),
    ("adjudicate", "the disputes that are open; --settle --as NAME decides them"),
    ("evaluate corpus/gold predictions.jsonl --html scores.html", "the predictions of a made-up model"),
    ("build", "the tables, and a dataset in build/dataset"),
    ("site", "all of it as pages to read, in build/site"),
)


def run(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="The folder of the new project. It must be new or empty.", show_default=False
        ),
    ] = None,
    *,
    labels: Annotated[
        list[str] | None,
        typer.Option(
            "--labels",
            metavar="LABEL,...",
            help=(
                "The names of the labels, separated by commas, e.g. ORG,PRODUCT,DATE. Default: "
                "PERSON, ORGANIZATION and LOCATION."
            ),
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="CODE",
            help="The language of the texts (en, nl, de, zh and so on), which chooses the tokenizer. Default: en.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        Literal["paragraph", "sentence", "article"] | None,
        typer.Option("--example-unit", help="What annotators read at a time. Default: paragraph.", show_default=False),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Create a small finished project with made-up articles instead, to try goldspan with."
        ),
    ] = False,
) -> None:
    """Create a new project, or a finished demo project.

    A new project has settings, labels, guidelines to fill in, and files that say how to use it. --demo creates a
    small finished project instead: made-up articles, three annotators who disagree, and gold. Its folder is
    goldspan-demo unless you name another one.
    """
    from goldspan import new_project

    if demo and any(option is not None for option in (labels, language, unit)):
        raise typer.BadParameter("--demo has labels, language and examples of its own")
    if folder is None and not demo:
        raise typer.BadParameter("name the folder of the new project, as in: goldspan init my-corpus")
    if folder is None or demo:
        _create_demo(folder or DEMO)
        return
    options = new_project.ProjectOptions(
        labels=new_project.DEFAULT_LABELS if labels is None else _names(labels),
        language=DEFAULT_LANGUAGE if language is None else language,
        unit=unit or "paragraph",
    )
    try:
        corpus = new_project.create(folder, options)
    except InvalidValueError as error:
        raise typer.BadParameter(f"--labels: {error}") from None
    print_line(f"Created a project for texts in {corpus.scheme.language!r} in {corpus.root}:")
    for path, what in PARTS:
        print_line(f"  {path:<32} {what}")
    if labels is None:
        print_line(f"The labels are {enumerate_names(corpus.scheme.names)}; --labels ORG,PRODUCT,DATE names your own.")
    if language is None:
        print_line(f"The language of the texts is taken to be {DEFAULT_LANGUAGE!r}; --language names another.")
    print_line("Lines marked TO FILL IN are for you; `goldspan check` counts what is left of them.")
    _print_folder(corpus)
    print_next_step(corpus, "init", here=corpus.root)


def _create_demo(folder: Path) -> None:
    """Create the demo, and print what to try in it."""
    from goldspan import new_project

    corpus = new_project.create_demo(folder)
    print_line(f"Created a made-up project in {corpus.root}: its articles, names and annotators are invented.")
    _print_folder(corpus)
    print("Try:")
    for command, what in TRIALS:
        print(f"  goldspan {command:<{max(len(each) for each, _ in TRIALS)}}  # {what}")


def _print_folder(corpus: Corpus) -> None:
    """Print how to get into the new folder, unless the shell is there."""
    if corpus.root.resolve() != Path.cwd().resolve():
        here = Path.cwd()
        path = corpus.root.relative_to(here) if corpus.root.is_relative_to(here) else corpus.root
        print_line(f"Go there: cd {shlex.quote(str(path))}")


def _names(given: list[str]) -> list[str]:
    """The names in an option that takes several: one that is empty stays, to be refused."""
    return [name.strip() for part in given for name in part.split(",")]

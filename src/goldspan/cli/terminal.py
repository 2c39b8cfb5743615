"""What the commands share: options that look alike everywhere, progress, and reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from goldspan import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

T = TypeVar("T")

Root = Annotated[
    Path | None,
    typer.Option("--root", help="The project folder. Default: found from here upwards.", show_default=False),
]
Json = Annotated[
    Path | None,
    typer.Option("--json", help="Write the report to this file, too, as JSON.", show_default=False),
]
Apply = Annotated[bool, typer.Option("--apply", help="Carry the plan out. Without it, it is only shown.")]


def console(*, stderr: bool = False) -> Console:
    """A rich console: colours and width of the terminal, plain text in a pipe."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar on stderr while they pass; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=what, total=total, console=console(stderr=True), transient=True)


def write_json(path: Path | None, report: Any) -> None:  # noqa: ANN401  (JSON is any)
    """Write a report where `--json` asked for it."""
    if path is not None:
        files.write(path, json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n")

"""Standard output and standard error as the commands print to them.

No control character of a text or a name reaches a terminal: its picture does. A reader that left, as in `| head`, ends
the command quietly with exit code 141, as a program ends that the closed pipe stops; commands write their files before
they print. A report that is written to standard output stands there alone: what is printed goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TextIO, cast

import typer
from typer.core import TyperCommand, TyperGroup

from goldspan import files
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CLOSED_PIPE = 141  # 128 + SIGPIPE


REPORTS = "goldspan.reports"  # in the context of a command: the options that name a file, by its path


KINDS: dict[str, Literal["json", "html"]] = {
    "json": "json",
    "html": "html",
}  # of report, by the parameter that names it


SURROGATE = re.compile("[\ud800-\udfff]")


class ReaderLeftError(Exception):
    """Nobody reads any more what is printed."""


class PrintStream:
    """A text stream that shows control characters as pictures, and raises `ReaderLeftError` where its pipe is closed.

    Not a `BrokenPipeError`: typer and rich would end the program by themselves, each with another exit code.

    Args:
        stream: where it is printed.
        raw: whether control characters are let pass: for rich, which makes colours of them and is given clean texts.
    """

    def __init__(self, stream: TextIO, *, raw: bool = False) -> None:
        self.stream = stream
        self.raw = raw

    def write(self, text: str) -> int:
        """Print a text; returns its length."""
        with self._noticing():
            self.stream.write(text if self.raw else visible(text))
        return len(text)

    def writelines(self, texts: list[str]) -> None:
        """Print texts."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Have all that was printed reach its reader."""
        with self._noticing():
            self.stream.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    @contextlib.contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise ReaderLeftError from None
        except OSError as error:
            error.filename = "standard output" if getattr(self.stream, "name", "") == "<stdout>" else "standard error"
            raise


@contextlib.contextmanager
def printing() -> Iterator[None]:
    """Print through `PrintStream` for the length of the block, and see that all was printed at its end.

    Raises:
        SystemExit: where the reader of what is printed left.
        OSError: where what was printed could not be written, e.g. to a full disk.
    """
    streams: list[TextIO] = []
    try:
        with contextlib.ExitStack() as stack:
            null = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            streams += (sys.stdout or null, sys.stderr or null)  # None where the shell closed it
            stack.enter_context(contextlib.redirect_stdout(cast("TextIO", PrintStream(streams[0]))))
            stack.enter_context(contextlib.redirect_stderr(cast("TextIO", PrintStream(streams[1]))))
            try:
                yield
            finally:
                for stream in streams:
                    PrintStream(stream).flush()
    except (BrokenPipeError, ReaderLeftError):
        _discard(streams)
        raise SystemExit(CLOSED_PIPE) from None
    except OSError:
        _discard(streams[:1])
        raise


def take_file(context: typer.Context, parameter: typer.CallbackParam, path: Path | None) -> Path | None:
    """The file that an option names for a report; what is printed goes to standard error if that is standard output.

    The callback of an option; the command is a `ReportingCommand`.

    Raises:
        typer.BadParameter: for a folder, and for a file that another option names, too.
    """
    if path is not None and path.is_dir():
        raise typer.BadParameter(f"{path} is a folder: name a file")
    return take_output(context, parameter, path)


def take_output(context: typer.Context, parameter: typer.CallbackParam, path: Path | None) -> Path | None:
    """The same for a file or folder; the command checks it with `goldspan.corpus.outputs`.

    Raises:
        typer.BadParameter: for a file that another option names, too.
    """
    if path is None or context.resilient_parsing:
        return path
    taken: dict[Path | int, str] = context.meta.setdefault(REPORTS, {})
    number = files.open_descriptor(path)
    place = Path(os.path.realpath(path)) if number is None else number
    if place in taken:
        raise typer.BadParameter(f"{taken[place]} names {path}, too: each report needs a file of its own")
    taken[place] = parameter.opts[0]
    if number == 1:
        context.with_resource(contextlib.redirect_stdout(sys.stderr))
    return path


class CommandGroup(TyperGroup):
    """The commands of goldspan; one of a group inside that is typed without it is named with it."""

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401
        """The command that the first of these words names, and what follows it; ends in a usage error if none is."""
        for name, group in self.commands.items():
            if args[0] not in self.commands and args[0] in getattr(group, "commands", ()):
                ctx.fail(f"No such command {args[0]!r}. It is: {ctx.info_name} {name} {args[0]}")
        return super().resolve_command(ctx, args)


class ReportingCommand(TyperCommand):
    """A command whose reports go into no file that it reads, nor into a source of a project."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # the context of typer is click's
        """Run the command, if its options are fit.

        Raises:
            typer.BadParameter: for a text that is not UTF-8; the name of a file can be anything.
            InputError: for a report in a file that is somebody's work.
        """
        for value in _texts(ctx.params.values()):
            if SURROGATE.search(value) and not os.path.lexists(value):
                raise typer.BadParameter(f"{value!r} is not UTF-8")
        names = [name for name in KINDS if ctx.params.get(name) is not None]
        if names:
            from goldspan.corpus import outputs

            inputs = list(_paths(value for name, value in ctx.params.items() if name not in names))
            for name in names:
                outputs.validate_file(ctx.params[name], KINDS[name], inputs)
        return super().invoke(ctx)


def _texts(values: Iterable[object]) -> Iterator[str]:
    """The texts among values, those in lists included."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _texts(value)
        elif isinstance(value, str):
            yield value


def _paths(values: Iterable[object]) -> Iterator[Path]:
    """The values that can be paths, those in lists included."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _paths(value)
        elif isinstance(value, Path) or (isinstance(value, str) and "\0" not in value):
            yield Path(value)


def unfiltered(stream: IO[str]) -> IO[str]:
    """The stream for what rich draws, if it is one of ours; else itself."""
    return cast("IO[str]", PrintStream(stream.stream, raw=True)) if isinstance(stream, PrintStream) else stream


def _discard(streams: list[TextIO]) -> None:
    """Have the interpreter find no fault with what is still to be printed when it ends."""
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)

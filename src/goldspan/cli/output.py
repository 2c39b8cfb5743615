"""Standard output and standard error as the commands print to them.

No control character of a text or a name reaches a terminal: its picture does. A reader that left, as in `| head`, ends
the command quietly with exit code 141, as a program ends that the closed pipe stops; commands write their files before
they print. A report that is written to standard output stands there alone: what is printed goes to standard error.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal, TextIO, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from goldspan import files
from goldspan.cli import command_help
from goldspan.cli.option_groups import OUTPUT
from goldspan.report.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CLOSED_PIPE = 141  # 128 + SIGPIPE


REPORTS = "goldspan.reports"  # in the context of a command: the options that name a file, by its path


KINDS: dict[str, Literal["json", "html"]] = {
    "json": "json",
    "html": "html",
}  # of report, by the parameter that names it


QUIET = "goldspan.quiet"  # in the context of a command: whether it was asked to print nothing


ASKING = ("settle", "ask")  # parameters of commands that ask a person in the terminal


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
    """The commands of goldspan, or those of a group; a name that is not there is answered with what may be meant."""

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401
        """The command that the first of these words names, and what follows it; ends in a usage error if none is."""
        word = args[0]
        if word not in self.commands and not word.startswith("-") and not ctx.resilient_parsing:
            names = _near_commands(word, self.commands)
            lines = " or ".join(f"{ctx.command_path} {name}" for name in names)
            hint = f"Did you mean: {lines}?" if names else f"{ctx.command_path} --help lists the commands."
            ctx.fail(f"No such command: {word}. {hint}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """The words that follow the options of the group; an unknown option is answered with what may be meant."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            command_help.suggest(error, _option_names(self, ctx))
            raise

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Write the commands, those of goldspan by stage, and the options."""
        stages = [("Commands", list(self.commands))] if ctx.parent else command_help.staged_commands(self.commands)
        longest = max(map(len, self.commands))
        for title, names in stages:
            with formatter.section(title):
                rows = [(name, command_help.summary(self.commands[name])) for name in names]
                command_help.write_list(formatter, rows, longest)
        command_help.write_command(self, ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(f"Arguments, options and examples of a command: {ctx.command_path} COMMAND --help")
        if not ctx.parent:
            formatter.write_text("A project to try everything with: goldspan init --demo")
            formatter.write_text("The pages of the documentation: goldspan help")


class ReportingCommand(TyperCommand):
    """A command whose reports go into no file that it reads, nor into a source of a project; with `--quiet`."""

    def __init__(self, *args: Any, **given: Any) -> None:  # noqa: ANN401  (what typer passes on)
        super().__init__(*args, **given)
        self.params.append(_quiet_option())
        self.short_help = command_help.summary(self)

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """The words that follow the name of the command in its usage."""
        arguments = [one for one in self.params if one.param_type_name == "argument"]
        return ["[OPTIONS]", *map(command_help.argument_name, arguments)]

    def format_options(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Write the arguments, the options in groups, and examples."""
        command_help.write_command(self, ctx, formatter)

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the options and arguments; an unknown option is answered with what may be meant."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            command_help.suggest(error, _option_names(self, ctx))
            raise

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # the context of typer is click's
        """Run the command, if its options are fit.

        Raises:
            typer.BadParameter: for a text that is not UTF-8; the name of a file can be anything. For `--quiet` with an
                option that asks a person.
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
        if not ctx.meta.get(QUIET):
            return super().invoke(ctx)
        if asking := [f"--{name}" for name in ASKING if ctx.params.get(name)]:
            raise typer.BadParameter(f"{asking[0]} asks questions, which --quiet would hide: leave out one of them")
        with quiet():
            return super().invoke(ctx)


def _near_commands(word: str, commands: Mapping[str, Any]) -> list[str]:
    """The commands that a word may mean: those of a group that are called so, else those with a name like it."""
    inside = {f"{name} {one}": one for name, group in commands.items() for one in getattr(group, "commands", ())}
    exact = [line for line, one in inside.items() if one == word]
    words = {**{name: name for name in commands}, **inside}
    near = get_close_matches(word, set(words.values()))
    return exact or [line for name in near for line, one in words.items() if one == name]


def _option_names(command: Any, ctx: typer.Context) -> list[str]:  # noqa: ANN401
    return [
        name
        for one in command.get_params(ctx)
        if one.param_type_name == "option"
        for name in (*one.opts, *one.secondary_opts)
    ]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Print nothing for the length of the block; if it fails, what it said on standard error is printed at its end.

    A report that was asked for on standard output is not printed there: it is written to the descriptor.
    """
    said = io.StringIO()
    errors = sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as null, contextlib.redirect_stdout(null):
        try:
            with contextlib.redirect_stderr(said):
                yield
        except BaseException as error:
            code = getattr(error, "exit_code", getattr(error, "code", 1))
            if code not in (0, None):
                errors.write(said.getvalue())
            raise


def _remember_quiet(context: typer.Context, value: bool) -> bool:
    context.meta[QUIET] = value
    return value


@cache
def _quiet_option() -> Any:  # noqa: ANN401  (an option of typer, whose class is private)
    """The option `--quiet` of every command."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def command(
        quiet: Annotated[
            bool,
            typer.Option(
                "--quiet",
                "-q",
                help="Print nothing but errors. The exit code and the files of reports stay the same.",
                rich_help_panel=OUTPUT,
                expose_value=False,
                is_eager=True,
                callback=_remember_quiet,
            ),
        ] = False,
    ) -> None:
        """Carry the option."""

    return get_command(app).params[0]


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

"""The layout of `--help`: the usage, what the command does, its arguments, its options in groups, examples.

The words for what an option takes are standard: FILE, FOLDER, PATH, NAME, NUMBER, TEXT, CODE, or the choices. Ranges
and defaults are sentences. Lines fit the terminal, up to 80 columns; below 70 the texts stand below the options.
"""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import typer

from goldspan.cli.command_guide import GUIDES, STAGES, Guide
from goldspan.cli.option_groups import GROUPS, OUTPUT, OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TWO_COLUMNS = 68  # columns; in fewer, the text of an option stands below it
WIDEST_NAMES = 30  # columns of the names of options beside which their texts stand
LONGEST_CHOICES = 40  # columns; longer choices are listed in the text
REPEATED = ("repeat", "commas", "several")  # a text with one of these words says that an option takes several values


def summary(command: Any) -> str:  # noqa: ANN401  (a command of typer, whose class is private)
    """The first sentence of what a command does, in one line."""
    return " ".join(inspect.cleandoc(command.help or "").partition("\n\n")[0].split())


def description(command: Any) -> list[str]:  # noqa: ANN401
    """The paragraphs of what a command does."""
    return [" ".join(part.split()) for part in inspect.cleandoc(command.help or "").split("\n\n")]


def argument_name(parameter: Any) -> str:  # noqa: ANN401  (a parameter of typer)
    """An argument as the usage has it: NAME, [NAME], NAME... or [NAME...]."""
    name = (parameter.metavar or parameter.name).strip("[].").upper() + ("" if parameter.nargs == 1 else "...")
    return name if parameter.required else f"[{name}]"


def option_names(parameter: Any) -> str:  # noqa: ANN401
    """An option as it is typed: `-o, --output FILE`, `--aided / --unaided`."""
    names = ", ".join(sorted(parameter.opts, key=len))
    if parameter.secondary_opts:
        names += f" / {', '.join(parameter.secondary_opts)}"
    return names if parameter.is_flag or parameter.count else f"{names} {value_name(parameter)}"


def value_name(parameter: Any) -> str:  # noqa: ANN401
    """The word for what an option takes."""
    if parameter.metavar:
        return str(parameter.metavar)
    listed = "|".join(choices(parameter))
    if listed and len(listed) <= LONGEST_CHOICES:
        return listed
    if listed:
        return "NAME"
    kind = parameter.type_descriptor.annotation
    kind = get_args(kind)[0] if get_origin(kind) is list else kind
    if kind in (int, float):
        return "NUMBER"
    if isinstance(kind, type) and issubclass(kind, Path):
        return "PATH"
    return "TEXT"


def choices(parameter: Any) -> list[str]:  # noqa: ANN401
    """What an option or an argument may be, if that is limited."""
    return [str(choice) for choice in parameter.type_descriptor.choices or ()]


def text_of(parameter: Any) -> str:  # noqa: ANN401
    """What `--help` says of a parameter, with its range and its default in words."""
    text, default, stated = (parameter.help or "").strip().partition("Default:")
    sentences = [text.strip()]
    listed = choices(parameter)
    if listed and value_name(parameter) != "|".join(listed):
        sentences.append(f"One of {', '.join(listed)}.")
    low, high = parameter.min, parameter.max
    if low is not None and high is not None:
        sentences.append(f"From {low:g} to {high}.")
    elif low is not None:
        sentences.append(f"At least {low:g}.")
    elif high is not None:
        sentences.append(f"At most {high}.")
    is_option = parameter.param_type_name == "option"
    says_so = any(word in (parameter.help or "") for word in REPEATED)
    if is_option and parameter.multiple and not says_so:
        sentences.append("May be repeated.")
    flag = is_option and parameter.is_flag
    if default:
        sentences.append(f"{default}{stated}")
    elif parameter.default is not None and parameter.show_default and not flag:
        sentences.append(f"Default: {parameter.default}.")
    if is_option and parameter.required:
        sentences.append("Required.")
    return " ".join(filter(None, sentences))


def grouped_options(command: Any, ctx: typer.Context) -> dict[str, list[Any]]:  # noqa: ANN401
    """The options of a command by the title of their group: first its own, then those that commands share."""
    groups: dict[str, list[Any]] = {title: [] for title in (OWN, *GROUPS)}
    for parameter in command.get_params(ctx):
        if parameter.param_type_name == "option" and not parameter.hidden:
            title = parameter.rich_help_panel or OWN
            if "--help" in parameter.opts and groups[OUTPUT]:
                title = OUTPUT
            groups.setdefault(title, []).append(parameter)
    return {title: found for title, found in groups.items() if found}


def guide_of(path: str) -> Guide:
    """The examples and the page of a command.

    Args:
        path: as it is typed, with or without `goldspan` in front, e.g. `goldspan doccano push`.
    """
    return GUIDES.get(path.removeprefix("goldspan").strip(), Guide())


def staged_commands(commands: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The names of commands by stage, in the order of `STAGES`."""
    left = list(commands)
    for title, names in STAGES.items():
        if found := [name for name in names if name in left]:
            yield title, found
            left = [name for name in left if name not in found]
    if left:
        yield "More", left


def write_list(formatter: Any, rows: Sequence[tuple[str, str]], names: int = 0) -> None:  # noqa: ANN401
    """Write names with their texts: beside each other, or below where there is little room.

    Args:
        formatter: of click.
        rows: names, and the text of each.
        names: columns of the names; those of the longest one if 0.
    """
    if names or formatter.width >= TWO_COLUMNS:
        padded = [(name.ljust(names), text) for name, text in rows]
        formatter.write_dl(padded, col_max=max(names, WIDEST_NAMES))
        return
    for name, text in rows:
        formatter.write(f"{'':{formatter.current_indent}}{name}\n")
        formatter.indent()
        formatter.indent()
        formatter.write_text(text)
        formatter.dedent()
        formatter.dedent()


def write_command(command: Any, ctx: typer.Context, formatter: Any) -> None:  # noqa: ANN401
    """Write the arguments, the options, the examples and the page of a command."""
    arguments = [one for one in command.get_params(ctx) if one.param_type_name == "argument" and not one.hidden]
    if arguments:
        with formatter.section("Arguments"):
            write_list(formatter, [(argument_name(one), text_of(one)) for one in arguments])
    for title, options in grouped_options(command, ctx).items():
        with formatter.section(title):
            write_list(formatter, [(option_names(one), text_of(one)) for one in options])
    guide = guide_of(ctx.command_path)
    if guide.examples:
        with formatter.section("Examples"):
            for line, does in guide.examples:
                formatter.write_text(f"goldspan {line}")
                formatter.indent()
                formatter.indent()
                formatter.write_text(does)
                formatter.dedent()
                formatter.dedent()
    if guide.page:
        formatter.write(f"\nMore: goldspan help {guide.page}\n")


def suggest(error: Exception, names: Iterable[str]) -> None:
    """Add to the error of an unknown option which one may be meant.

    Args:
        error: of click; one of another kind is left alone.
        names: of the options of the command.
    """
    wrong = getattr(error, "option_name", None)
    if wrong is None or not hasattr(error, "possibilities"):
        return
    names = list(names)
    near = [name for name in names if len(wrong) > 2 and name.startswith(wrong)] or get_close_matches(wrong, names)
    error.possibilities = None
    error.message = f"No such option: {wrong}." + (  # type: ignore[attr-defined]
        f" Did you mean {' or '.join(near)}?" if near else " --help lists the options."
    )

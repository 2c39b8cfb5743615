"""The reference of all commands and options as a page in Markdown, made from the command line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldspan.cli import command_help
from goldspan.cli.option_groups import OWN, READING, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = (TABLES, READING)  # groups of options that are explained once

HEAD = """\
# Commands

All commands and options of goldspan. This page is made from the command line by `goldspan help --commands`. On the
terminal, `goldspan COMMAND --help` prints the same.

What all commands have in common:

- `-h` or `--help` prints the help of a command, and `goldspan --version` the version.
- `-q` or `--quiet` prints nothing but errors. The exit code stays the same, and so do the files of reports. A report on
  standard output (`--json -`, `--html -`, `--output -`) is still written there. `show`, `stats`, `config`, `formats`
  and `help` print nothing either: their exit code says whether what you named was found. Options that ask a person
  (`--settle`, `--ask`) cannot be combined with `--quiet`.
- With `--json -`, standard output has the JSON report only; all other output goes to standard error. If a command
  refuses, standard output stays empty.
- Commands that change the corpus or a server print a plan. `--apply` carries it out.
- The exit code is 0 for success, 1 for findings or an error, 2 for wrong usage, 130 after Ctrl-C, and 141 if the reader
  of the output ended, as in `| head`.
- Press Tab to complete commands, options and names: `goldspan help completion`.
"""


def page() -> str:
    """The whole page."""
    from typer.main import get_command

    from goldspan.cli import app

    root: Any = get_command(app)
    parts = [HEAD]
    stages = list(command_help.staged_commands(root.commands))
    for title, names in stages:
        parts.append(f"\n## {title}\n\n| command | |\n|---|---|\n")
        for name in names:
            for path, command in _commands(root.commands[name], (name,)):
                line = " ".join(path)
                parts.append(f"| [`goldspan {line}`](#{_anchor(path)}) | {command_help.summary(command)} |\n")
    for _, names in stages:
        for name in names:
            for path, command in _commands(root.commands[name], (name,)):
                parts.append("\n" + "".join(_section(path, command)))
    parts.extend("\n" + "".join(_shared_section(title, root)) for title in SHARED)
    return "".join(parts)


def _shared_section(title: str, root: Any) -> Iterator[str]:  # noqa: ANN401
    """The part of the page on options that several commands have."""
    found: dict[str, str] = {}
    for _, command in _commands(root, ()):
        for one in command.params:
            if one.rich_help_panel == title:
                found.setdefault(command_help.option_names(one), command_help.text_of(one))
    yield f"## {title}\n"
    yield from _table("option", list(found.items()))


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """A command, or those of a group, each with its words."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield path, command
        return
    for name, one in inside.items():
        yield from _commands(one, (*path, name))


def _anchor(path: tuple[str, ...]) -> str:
    return "-".join(("goldspan", *path))


def _section(path: tuple[str, ...], command: Any) -> Iterator[str]:  # noqa: ANN401
    """The part of the page on one command."""
    words = " ".join(("goldspan", *path))
    with command.make_context(words, [], resilient_parsing=True) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        groups = command_help.grouped_options(command, context)
    yield f"## {words}\n\n"
    for paragraph in command_help.description(command):
        yield f"{_plain(paragraph)}\n\n"
    yield f"```text\n{words} {usage}\n```\n"
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    if arguments:
        rows = [(command_help.argument_name(one), command_help.text_of(one)) for one in arguments]
        yield from _table("argument", rows)
    for title, options in groups.items():
        rows = [(command_help.option_names(one), command_help.text_of(one)) for one in options if _is_own(one)]
        if title in SHARED:
            names = ", ".join(f"`{max(one.opts, key=len)}`" for one in options)
            yield f"\n[{title}](#{title.lower().replace(' ', '-')}): {names}\n"
        elif rows:
            yield from _table(title if title != OWN else "option", rows)
    guide = command_help.guide_of(words)
    if guide.examples:
        yield "\n```sh\n"
        for line, does in guide.examples:
            yield f"goldspan {line}  # {does}\n"
        yield "```\n"
    if guide.page and guide.page != "commands":
        yield f"\nMore: [{guide.page}.md]({guide.page}.md)\n"


def _is_own(option: Any) -> bool:  # noqa: ANN401
    """Whether an option is not one of every command, which the page explains once."""
    return not {"--help", "--quiet"}.intersection(option.opts)


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    yield f"\n| {title} | |\n|---|---|\n"
    for name, text in rows:
        shown = name.replace("|", "\\|")
        yield f"| `{shown}` | {_plain(text)} |\n"


def _plain(text: str) -> str:
    """A text in which Markdown reads no markup but code."""
    parts = text.split("`")
    parts[::2] = [_escaped(part) for part in parts[::2]]
    return "`".join(parts).replace("|", "\\|")


def _escaped(text: str) -> str:
    for sign in "*_<[]":
        text = text.replace(sign, f"\\{sign}")
    return text

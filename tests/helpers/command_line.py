"""All commands of goldspan, read from the command line itself."""

from typer.main import get_command

from goldspan import cli


def commands(group=None, path=()):
    """Each command by the words that are typed for it, those of groups included."""
    for name, command in (group or get_command(cli.app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands())

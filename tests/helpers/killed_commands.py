"""Commands that are killed at each of their calls of the system that write, and run again.

    python -m helpers.killed_commands PROJECT SCRATCH CALLS ARGUMENT...      JSON on stdout

PROJECT is copied for each run. CALLS are the calls at which it is killed, separated by commas. In an argument, `ROOT`
stands for the copy. The process is forked, so that a run costs no start of Python; and before the others fork, it
imports what the first run imported, and reads the command line and the rules of the tokenizer.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
from importlib import import_module
from pathlib import Path

from goldspan import cli, tokens

MOST = 500  # kills of one command


def kill_at(wanted, calls):
    """Has this process killed before the call of this number among these, counted from 0."""
    made = 0

    def counting(call):
        def counted(*arguments, **options):
            nonlocal made
            if made == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
            made += 1
            return call(*arguments, **options)

        return counted

    for name in calls:
        setattr(os, name, counting(getattr(os, name)))


def run(arguments, calls=(), kill=None, imported=None):
    """One run in a process of its own; whether it was killed. `imported` is a file for the names of its modules."""
    child = os.fork()
    if not child:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        if kill is not None:
            kill_at(kill, calls)
        try:
            cli.main(arguments)
        except SystemExit as end:
            if imported is not None:
                imported.write_text("\n".join(sys.modules))
            os._exit(end.code or 0)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.WEXITSTATUS(status) == 0, f"{arguments} ended with {os.WEXITSTATUS(status)}"
    return os.WIFSIGNALED(status)


def contents(root):
    """Every file of a project with its bytes, but for locks."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def main(project, scratch, calls, *arguments):
    """How often the command was killed, and after which kills the next run ended elsewhere than an unbroken one."""
    root, imported, wrong = Path(scratch) / "project", Path(scratch) / "imported.txt", {}
    given = [argument.replace("ROOT", str(root)) for argument in arguments]

    def fresh():
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(project, root)

    fresh()
    run(given, imported=imported)
    expected = contents(root)
    for name in imported.read_text().splitlines():
        with contextlib.suppress(ImportError):  # some are made by their package, and have no file
            import_module(name)
    cli._command()
    if "spacy" in sys.modules:
        tokens._pipeline("en")
    for number in range(MOST):
        fresh()
        if not run(given, calls.split(","), number):
            break
        run(given)
        found = contents(root)
        if found != expected:
            names = {*found, *expected}
            wrong[number] = sorted(name for name in names if found.get(name) != expected.get(name))
    print(json.dumps({"kills": number, "wrong": wrong}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A push that carries spans over, by the path that the command takes, and ways to interrupt it.

    python interrupting.py ROOT PROJECT NUMBER      one push with --reanchor, with DOCCANO_* in the environment

It kills itself before that call, counted from 0, of those that change what is there.
"""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from goldspan.corpus import Corpus
from goldspan.doccano import errand
from goldspan.doccano.account import Account
from goldspan.doccano.client import Doccano
from goldspan.doccano.push import Options
from goldspan.errors import ServerError
from goldspan.formats import gold

NAME = "harbour.p02"
CHANGES = ("update_project", "update_example", "update_span")
MARKED = {"ann": (("Aurora", "SHIP"), ("Port Said", "PORT")), "bob": (("Aurora", "SHIP"),)}
CALLS = 8  # relations on, the marker, the text, three spans, the marker away, relations off


def furnish(begun):
    """Two people marked words of an example, one confirmed it; then its text was changed."""
    for who, words in MARKED.items():
        for surface, label in words:
            begun.mark(who, NAME, surface, label)
    begun.confirm("ann", NAME)
    examples = [
        replace(one, text=f"Yesterday: {one.text}", spans=()) if one.id == NAME else one
        for one in begun.corpus.gold_examples(["harbour"])
    ]
    gold.write(begun.corpus.gold / "harbour.jsonl", examples)
    return begun


def go(server, root, name, *, reanchoring=False):
    """One push; the project is fetched anew, as by the command."""
    return errand.prepare(server, Corpus(root), name, options=Options(reanchoring)).carry_out()


@contextlib.contextmanager
def hooked(server, hook):
    """Have `hook` called with the number of each call that changes something, before it and, with True, after it."""
    numbers = count()

    def hooking(method):
        def call(*arguments, **options):
            number = next(numbers)
            hook(number, over=False)
            found = method(*arguments, **options)
            hook(number, over=True)
            return found

        return call

    methods = {name: getattr(server, name) for name in CHANGES}
    for name, method in methods.items():
        setattr(server, name, hooking(method))
    try:
        yield
    finally:
        for name in CHANGES:
            delattr(server, name)


@contextlib.contextmanager
def failing(server, at, *, over, for_good):
    """Let a call fail, before it gets through or when it did; for good: and every later request, as after a kill."""
    session = server._client.session
    send = session.send

    def fail(*_, **__):
        raise ServerError("the server went away")

    def hook(number, *, over):
        if (number, over) == wanted:
            if for_good:
                session.send = fail
            fail()

    wanted = at, over
    try:
        with hooked(server, hook):
            yield
    finally:
        session.send = send


def killed(account, root, name, number):
    """A push of its own process that kills itself; the exit code."""
    variables = {"DOCCANO_URL": account.url, "DOCCANO_USERNAME": account.username, "DOCCANO_PASSWORD": account.password}
    command = [sys.executable, __file__, root, name, str(number)]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, check=False).returncode


def main(root, name, number):
    """One push, killed."""

    def hook(at, *, over):
        if not over and at == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    account = Account(*(os.environ[f"DOCCANO_{name}"] for name in ("URL", "USERNAME", "PASSWORD")))
    with Doccano(account) as server, hooked(server, hook):
        go(server, Path(root), name, reanchoring=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

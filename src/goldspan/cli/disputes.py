"""The disputes of an adjudication to Doccano, the decisions from there, and what is said of both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from goldspan.cli import terminal
from goldspan.wording import amount

if TYPE_CHECKING:
    from goldspan.adjudication.state import State
    from goldspan.doccano.client import Doccano
    from goldspan.rounds import Prefill

SHOWN = 10  # disputes, decisions and edits that are printed; --json has all


class Place(NamedTuple):
    """The project of the disputes, who takes part, and the folder of the embedded server."""

    project: str
    members: Path | None
    home: Path | None


def carry(state: State, place: Place, prefill: Prefill | None, json: Path | None, *, apply: bool) -> None:
    """The disputes into a project that all share, or the decisions from there."""
    from goldspan.doccano import account
    from goldspan.doccano.client import Doccano

    with Doccano(account.find(place.home)) as server:
        errand = _Errand(state, server, place.project, place.members, json, apply)
        if prefill is not None:
            _push(errand, prefill)
        else:
            _pull(errand)


class _Errand(NamedTuple):
    """What is to be done in Doccano, and how."""

    state: State
    server: Doccano
    project: str
    members: Path | None
    json: Path | None
    apply: bool


def _push(errand: _Errand, prefill: Prefill) -> None:
    from goldspan import rounds

    prepared = rounds.prepare(errand.state, errand.server, errand.project, errand.members)
    found = rounds.cases(errand.state, prefill)
    for line in (*prepared.lines(), *(f"note: {line}" for line in prepared.remarks())) if found else ():
        terminal.say(line)
    some([f"{case.example.id}: {case.votes.replace(chr(10), '; ')}" for case in found[:SHOWN]], len(found), "example")
    again = [copy.id for copy in rounds.stale(errand.server, errand.project, found)]
    if again:
        names = ", ".join(filter(None, again))
        terminal.say(f"confirmed there before the passes changed, so a push opens them again: {names}")
    if not (found and errand.apply):
        terminal.write_json(errand.json, {"to_push": [case.example.id for case in found]})
    if not found:
        print("Nothing is disputed.")
        _say_next(errand.state)
    elif errand.apply:
        with terminal.spinner(f"Pushing to {errand.project}"):
            done = rounds.push(errand.state, errand.server, prepared, found)
        print(f"{len(found)} disputed example(s) are in {errand.project!r}; {done.account.stored} span(s) were stored.")
        terminal.write_json(errand.json, {**done.json(), "reopened": again})
    else:
        print(f"{len(found)} example(s) to push. This is the plan: carry it out with --apply.")


def _pull(errand: _Errand) -> None:
    from goldspan import rounds
    from goldspan.adjudication import gold, summary
    from goldspan.adjudication import state as states

    with terminal.spinner(f"Pulling from {errand.project}"):
        pulled = rounds.pull(errand.state, errand.server, errand.project, errand.members)
    some([summary.decided(one, example.text) for one, example in pulled.made[:SHOWN]], len(pulled.made), "decision")
    for example, why in pulled.problems:
        terminal.say(f"not taken: {example} {why}")
    if pulled.waiting:
        print(f"{len(pulled.waiting)} disputed example(s) wait to be confirmed there.")
    terminal.write_json(errand.json, pulled.json())
    if not pulled.made:
        print("There is no new decision.")
    elif errand.apply:
        say_written(gold.enact(errand.state.corpus, pulled.made))
    else:
        print(f"{len(pulled.made)} decision(s). This is the plan: carry it out with --apply.")
    _say_next(states.look(errand.state.corpus, errand.state.articles))
    if pulled.problems:
        raise typer.Exit(1)


def _say_next(state: State) -> None:
    """What all agree on goes into gold by a command of its own: say so where it has not gone yet."""
    from goldspan.adjudication import gold

    if new := gold.plan(state).new:
        print(f"{amount(len(new), 'example')} to write into gold: goldspan adjudicate --apply")


def say_written(paths: list[Path]) -> None:
    """Name the files that were written."""
    for path in paths:
        print(f"wrote {path}")


def some(lines: list[str], total: int, what: str) -> None:
    """Print the first lines, and how many more there are."""
    for line in lines:
        terminal.say(line)
    if total > SHOWN:
        print(f"… and {total - SHOWN:,} more {what}s, which --json lists.")

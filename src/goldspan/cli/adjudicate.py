"""`goldspan adjudicate`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from goldspan.cli import reports, terminal
from goldspan.corpus import Corpus
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from goldspan.adjudication.deciding import Ruling
    from goldspan.adjudication.state import State
    from goldspan.doccano.client import Doccano
    from goldspan.rounds import Prefill

SHOWN = 10  # disputes, decisions and edits that are printed; --json has all


def run(
    articles: Annotated[
        list[str] | None, typer.Argument(metavar="[ARTICLE]...", help="Article ids. Default: all.", show_default=False)
    ] = None,
    *,
    accept: Annotated[
        Literal["majority"] | None,
        typer.Option("--accept", help="Settle disputes in which more than half of the readers have the same."),
    ] = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="Settle disputes here, one by one; the rule that agree tells is suggested.")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Record gold that was edited by hand as decided so; with --reason.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--as", help="The name of who decides, for --settle and --adopt.", show_default=False)
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            help="List what was decided under this rule and must be read again; with --adopt: the rule.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="With --adopt: why.", show_default=False)] = None,
    push: Annotated[
        bool, typer.Option("--push", help="Put the disputes into a shared project in Doccano, named by --project.")
    ] = False,
    pull: Annotated[bool, typer.Option("--pull", help="Take the decisions from there.")] = False,
    project: Annotated[
        str | None, typer.Option("--project", help="The project in Doccano, for --push and --pull.", show_default=False)
    ] = None,
    prefill: Annotated[
        Literal["majority", "union"],
        typer.Option("--prefill", help="With --push: show the majority's spans, or all that fit side by side."),
    ] = "majority",
    members: terminal.Members = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let gold that was edited by hand give way to what follows.")
    ] = False,
    apply: terminal.Apply = False,
    json: terminal.Json = None,
    root: terminal.Root = None,
) -> None:
    """Make gold from several readings: what all agree on, what a majority has, what a person decides.

    Shows where it stands. With --apply gold takes what is settled; decisions are recorded in corpus/decisions/.
    """
    from goldspan.adjudication import state as states

    modes = [
        name for name, asked in (("--settle", settle), ("--adopt", adopt), ("--push", push), ("--pull", pull)) if asked
    ]
    if len(modes) > 1:
        raise typer.BadParameter(f"{' and '.join(modes)} do not go together")
    corpus = Corpus.find(root)
    state = states.look(corpus, articles)
    if rule is not None and not adopt:
        _under(state, rule, json)
    elif settle:
        _settle(state, by)
    elif adopt:
        _adopt(state, by, reason, rule, apply=apply)
    elif push or pull:
        _doccano(state, project, members, prefill if push else None, json, apply=apply)
    else:
        _stand(state, accept, json, apply=apply, overwrite=overwrite)


def _stand(state: State, accept: str | None, json: Path | None, *, apply: bool, overwrite: bool) -> None:
    """Where it stands; and with --apply, what follows is written."""
    from goldspan.adjudication import deciding, gold, summary
    from goldspan.adjudication import state as states

    if accept and apply and (made := deciding.by_majority(state, _today())):
        print(f"{len(made)} decision(s) by majority")
        _say_written(gold.enact(state.corpus, made))
        state = states.look(state.corpus, state.articles)
    writing = gold.plan(state, overwrite=overwrite)
    reports.show(reports.console(), summary.table(state))
    _some([line for one in state.open[:SHOWN] for line in summary.dispute(one)], len(state.open), "dispute")
    for title, lines in (
        ("Must be read again", [summary.decided(one, summary.text_of(state, one)) for one in state.outdated]),
        ("Holds no longer", [summary.decided(one, "") for one in state.derived.stale]),
        ("Gold that does not follow", list(summary.hand(state))),
    ):
        if lines:
            print(f"\n{title}:")
            _some([f"  {line}" for line in lines[:SHOWN]], len(lines), "case")
    print()
    for sentence in summary.closing(state, writing):
        print(sentence)
    terminal.write_json(json, summary.json(state, writing))
    if apply:
        written = gold.apply(state, overwrite=overwrite)
        _say_written(written)
        if not written:
            print("Gold says so already.")
    elif writing.texts or accept:
        print("Nothing was written: this is the plan. Carry it out with --apply.")


def _say_written(paths: list[Path]) -> None:
    for path in paths:
        print(f"wrote {path}")


def _some(lines: list[str], total: int, what: str) -> None:
    for line in lines:
        print(line)
    if total > SHOWN:
        print(f"… and {total - SHOWN:,} more {what}s, which --json lists.")


def _under(state: State, rule: str, json: Path | None) -> None:
    """What was decided under a rule."""
    from goldspan.adjudication import deciding, summary

    name = deciding.known_rule(rule, state.rules) or ""
    found, again = state.decided_under(name), [one for one in state.outdated if one.rule == name]
    version = state.changed.get(name, "none")
    print(f"{name} {state.rules[name].title}: last changed with version {version}, {len(found)} decision(s) under it")
    for one in found:
        mark = "read again  " if one in again else "holds no more  " if one in state.derived.stale else ""
        print(f"  {mark}{summary.decided(one, summary.text_of(state, one))}")
    terminal.write_json(
        json, {"rule": name, "decisions": summary.decisions_json(found), "read_again": summary.decisions_json(again)}
    )


def _settle(state: State, by: str | None) -> None:
    from goldspan import opinions
    from goldspan.adjudication import settling
    from goldspan.cli.desk import Desk

    ruling = _ruling(state, by, None, None)
    with terminal.spinner("reading the guidelines"):
        hints = opinions.hints(state)
    done = settling.settle(state, Desk(state.corpus.scheme), ruling, hints)
    print(f"{done.decided} decided, {done.skipped} left open, {done.left} not reached.")


def _adopt(state: State, by: str | None, reason: str | None, rule: str | None, *, apply: bool) -> None:
    from goldspan.adjudication import deciding, summary
    from goldspan.adjudication import state as states

    if not reason:
        raise typer.BadParameter("--adopt needs a --reason: why gold is as it stands")
    made = deciding.adopt(state, _ruling(state, by, rule, reason))
    _some(list(summary.hand(state))[:SHOWN], len(made), "edit")
    if not made:
        print("Gold follows from passes and decisions: there is nothing to record.")
    elif apply:
        _say_written(states.record(state.corpus, made))
    else:
        print(f"{len(made)} decision(s) by hand. Nothing was written: this is the plan. Carry it out with --apply.")


def _doccano(
    state: State, project: str | None, members: Path | None, prefill: Prefill | None, json: Path | None, *, apply: bool
) -> None:
    """The disputes into a project that all share, or the decisions from there."""
    from goldspan.doccano import account
    from goldspan.doccano.client import Doccano

    if not project:
        raise typer.BadParameter("--project is needed: the name of the project in Doccano")
    with Doccano(account.find()) as server:
        errand = _Errand(state, server, project, members, json, apply)
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
    for line in (*prepared.lines(), *(f"note: {line}" for line in prepared.remarks())):
        print(line)
    _some([f"{case.example.id}: {case.votes.replace(chr(10), '; ')}" for case in found[:SHOWN]], len(found), "example")
    if not found:
        print("Nothing is disputed.")
    elif errand.apply:
        with terminal.spinner(f"Pushing to {errand.project}"):
            done = rounds.push(errand.state, errand.server, prepared, found)
        print(f"{len(found)} disputed example(s) are in {errand.project!r}; {done.account.stored} span(s) were stored.")
        terminal.write_json(errand.json, done.json())
    else:
        print(f"{len(found)} example(s) to push. This is the plan: carry it out with --apply.")


def _pull(errand: _Errand) -> None:
    from goldspan import rounds
    from goldspan.adjudication import gold, summary

    with terminal.spinner(f"Pulling from {errand.project}"):
        pulled = rounds.pull(errand.state, errand.server, errand.project, errand.members)
    _some([summary.decided(one, example.text) for one, example in pulled.made[:SHOWN]], len(pulled.made), "decision")
    for example, why in pulled.problems:
        print(f"not taken: {example} {why}")
    if pulled.waiting:
        print(f"{len(pulled.waiting)} disputed example(s) wait to be confirmed there.")
    terminal.write_json(errand.json, pulled.json())
    if errand.apply:
        _say_written(gold.enact(errand.state.corpus, pulled.made) if pulled.made else [])
    elif pulled.made:
        print(f"{len(pulled.made)} decision(s). This is the plan: carry it out with --apply.")
    else:
        print("There is no new decision.")
    if pulled.problems:
        raise typer.Exit(1)


def _ruling(state: State, by: str | None, rule: str | None, reason: str | None) -> Ruling:
    from goldspan.adjudication import deciding

    if not by or not by.strip():
        raise typer.BadParameter("--as is needed: a decision says who made it")
    try:
        named = deciding.known_rule(rule, state.rules)
    except ValueRefused as error:
        raise typer.BadParameter(str(error)) from None
    return deciding.Ruling(by.strip(), _today(), named, reason)


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()

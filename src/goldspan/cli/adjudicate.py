"""`goldspan adjudicate`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli import disputes, modes, reports, terminal
from goldspan.corpus import Corpus
from goldspan.errors import ValueRefused

if TYPE_CHECKING:
    from goldspan.adjudication.deciding import Ruling
    from goldspan.adjudication.state import State


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
        Literal["majority", "union"] | None,
        typer.Option(
            "--prefill",
            help="With --push: show the majority's spans (so by default), or all that fit side by side.",
            show_default=False,
        ),
    ] = None,
    members: terminal.Members = None,
    home: terminal.Home = None,
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

    modes.refuse_idle(
        {"--settle": settle, "--adopt": adopt, "--push": push, "--pull": pull},
        {
            "--rule": rule is not None, "--accept": accept is not None, "--as": by is not None,
            "--reason": reason is not None, "--project": project is not None, "--prefill": prefill is not None,
            "--members": members is not None, "--home": home is not None, "--overwrite": overwrite, "--apply": apply,
        },
    )  # fmt: skip
    corpus = Corpus.find(root)
    state = states.look(corpus, articles)
    if rule is not None and not adopt:
        _under(state, rule, json)
    elif settle:
        _settle(state, by, json)
    elif adopt:
        _adopt(state, by, reason, rule, json, apply=apply)
    elif push or pull:
        if not project:
            raise typer.BadParameter("--project is needed: the name of the project in Doccano")
        place = disputes.Place(project, members, home)
        disputes.carry(state, place, (prefill or "majority") if push else None, json, apply=apply)
    else:
        _stand(state, accept, json, apply=apply, overwrite=overwrite)


def _stand(state: State, accept: str | None, json: Path | None, *, apply: bool, overwrite: bool) -> None:
    """Where it stands; and with --apply, what follows is written."""
    from goldspan.adjudication import deciding, gold, summary
    from goldspan.adjudication import state as states

    if accept and apply and (made := deciding.by_majority(state, _today())):
        print(f"{len(made)} decision(s) by majority")
        disputes.say_written(gold.enact(state.corpus, made))
        state = states.look(state.corpus, state.articles)
    writing = gold.plan(state, overwrite=overwrite)
    reports.show(reports.console(), summary.table(state))
    shown = [line for one in state.open[: disputes.SHOWN] for line in summary.dispute(one)]
    disputes.some(shown, len(state.open), "dispute")
    for title, lines in (
        ("Must be read again", [summary.decided(one, summary.text_of(state, one)) for one in state.outdated]),
        ("Holds no longer", [summary.decided(one, "") for one in state.derived.stale]),
        ("Gold that does not follow", list(summary.hand(state))),
    ):
        if lines:
            print(f"\n{title}:")
            disputes.some([f"  {line}" for line in lines[: disputes.SHOWN]], len(lines), "case")
    print()
    for sentence in summary.closing(state, writing):
        print(sentence)
    terminal.write_json(json, summary.json(state, writing))
    if apply:
        written = gold.apply(state, overwrite=overwrite)
        disputes.say_written(written)
        if not written:
            print("Gold says so already.")
    elif writing.texts or (accept and deciding.by_majority(state, _today())):
        print("Nothing was written: this is the plan. Carry it out with --apply.")


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


def _settle(state: State, by: str | None, json: Path | None) -> None:
    from goldspan import opinions
    from goldspan.adjudication import gold, settling, summary
    from goldspan.adjudication import state as states
    from goldspan.cli.desk import Desk

    ruling = _ruling(state, by, None, None)
    with terminal.spinner("reading the guidelines"):
        hints = opinions.hints(state)
    done = settling.settle(state, Desk(state.corpus.scheme), ruling, hints)
    print(f"{done.decided} decided, {done.skipped} left open, {done.left} not reached.")
    if json is not None:
        after = states.look(state.corpus, state.articles)
        terminal.write_json(json, {**asdict(done), "after": summary.json(after, gold.plan(after))})


def _adopt(
    state: State, by: str | None, reason: str | None, rule: str | None, json: Path | None, *, apply: bool
) -> None:
    from goldspan.adjudication import deciding, summary
    from goldspan.adjudication import state as states

    if not reason:
        raise typer.BadParameter("--adopt needs a --reason: why gold is as it stands")
    made = deciding.adopt(state, _ruling(state, by, rule, reason))
    terminal.write_json(json, {"decisions": summary.decisions_json(one for one, _ in made), "applied": apply})
    disputes.some(list(summary.hand(state))[: disputes.SHOWN], len(made), "edit")
    if not made:
        print("Gold follows from passes and decisions: there is nothing to record.")
    elif apply:
        disputes.say_written(states.record(state.corpus, made))
    else:
        print(f"{len(made)} decision(s) by hand. Nothing was written: this is the plan. Carry it out with --apply.")


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

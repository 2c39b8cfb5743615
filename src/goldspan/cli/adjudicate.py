"""`goldspan adjudicate`.

The disputes of an adjudication to Doccano, the decisions from there, and what is said of both.

Which options of `goldspan adjudicate` go together: none that is given may be passed over in silence.

Where a person who settles disputes sits: at a terminal.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from goldspan.cli import console
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.state import AdjudicationState, DecisionAuthor
    from goldspan.annotation import LabelScheme
    from goldspan.doccano.adjudication import Prefill
    from goldspan.doccano.client.api import Doccano
    from goldspan.formats.decisions import Decision

SHOWN = 10  # disputes, decisions and edits that are printed; --json has all


class DisputesProject(NamedTuple):
    """The project of the disputes, who takes part, and the folder of the embedded server."""

    project: str
    members: Path | None
    home: Path | None


def sync_disputes(
    state: AdjudicationState, place: DisputesProject, prefill: Prefill | None, json: Path | None, *, apply: bool
) -> None:
    """The disputes into a project that all share, or the decisions from there."""
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano

    with Doccano(credentials.find_account(place.home)) as server:
        errand = _DisputesRequest(state, server, place.project, place.members, json, apply)
        if prefill is not None:
            _push(errand, prefill)
        else:
            _pull(errand)


class _DisputesRequest(NamedTuple):
    """What is to be done in Doccano, and how."""

    state: AdjudicationState
    server: Doccano
    project: str
    members: Path | None
    json: Path | None
    apply: bool


def _push(errand: _DisputesRequest, prefill: Prefill) -> None:
    from goldspan.doccano import adjudication
    from goldspan.doccano.push.plan import project_changes, project_notes

    prepared = adjudication.plan_disputes(errand.state, errand.server, errand.project, errand.members)
    found = adjudication.disputed_examples(errand.state, prefill)
    for line in (*project_changes(prepared), *(f"note: {line}" for line in project_notes(prepared))) if found else ():
        console.say(line)
    some([f"{case.example.id}: {case.votes.replace(chr(10), '; ')}" for case in found[:SHOWN]], len(found), "example")
    again = [copy.id for copy in adjudication.outdated_copies(errand.server, errand.project, found)]
    if again:
        names = ", ".join(filter(None, again))
        console.say(f"confirmed there before the passes changed, so a push opens them again: {names}")
    if not (found and errand.apply):
        console.write_json(errand.json, {"to_push": [case.example.id for case in found]})
    if not found:
        print("Nothing is disputed.")
        _say_next(errand.state)
    elif errand.apply:
        with console.spinner(f"Pushing to {errand.project}"):
            done = adjudication.push_disputes(errand.state, errand.server, prepared, found)
        print(f"{len(found)} disputed example(s) are in {errand.project!r}; {done.tally.stored} span(s) were stored.")
        console.write_json(errand.json, {**done.json(), "reopened": again})
    else:
        print(f"{len(found)} example(s) to push. {console.PLAN_ONLY}")


def _pull(errand: _DisputesRequest) -> None:
    from goldspan.adjudication import gold, summary
    from goldspan.adjudication.state import read_state
    from goldspan.doccano import adjudication

    with console.spinner(f"Pulling from {errand.project}"):
        pulled = adjudication.pull_disputes(errand.state, errand.server, errand.project, errand.members)
    some(
        [summary.decided(one, example.text) for one, example in pulled.decisions[:SHOWN]],
        len(pulled.decisions),
        "decision",
    )
    for example, why in pulled.problems:
        console.say(f"not taken: {example} {why}")
    if pulled.waiting:
        print(f"{len(pulled.waiting)} disputed example(s) wait to be confirmed there.")
    console.write_json(errand.json, pulled.json())
    if not pulled.decisions:
        print("There is no new decision.")
    elif errand.apply:
        say_written(gold.apply_files(errand.state.corpus, pulled.decisions))
    else:
        print(f"{len(pulled.decisions)} decision(s). {console.PLAN_ONLY}")
    _say_next(read_state(errand.state.corpus, errand.state.articles))
    if pulled.problems:
        raise typer.Exit(1)


def _say_next(state: AdjudicationState) -> None:
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
        console.say(line)
    if total > SHOWN:
        print(f"… and {total - SHOWN:,} more {what}s, which --json lists.")


LIST = "--rule"  # without another mode it lists what was decided
NONE = ""  # without any it is shown how things stand
SERVE = {  # per mode the options that it has a use for; --settle writes with --apply or without
    "--settle": {"--as", "--apply"},
    "--adopt": {"--as", "--reason", "--rule", "--apply"},
    "--push": {"--project", "--prefill", "--members", "--home", "--apply"},
    "--pull": {"--project", "--members", "--home", "--apply"},
    LIST: {"--rule"},
    NONE: {"--accept", "--overwrite", "--apply"},
}


def refuse_idle(modes: Mapping[str, bool], options: Mapping[str, bool]) -> None:
    """Refuse two modes at once, and an option that the mode has no use for.

    Args:
        modes: what can be asked for, and whether it was.
        options: likewise what can be said further.

    Raises:
        typer.BadParameter: naming the options.
    """
    given = [name for name, said in options.items() if said]
    asked = [name for name, wanted in modes.items() if wanted] or [LIST if LIST in given else NONE]
    if len(asked) > 1:
        raise typer.BadParameter(f"{' and '.join(asked)} do not go together")
    idle = [name for name in given if name not in SERVE[asked[0]]]
    if idle and asked[0]:
        raise typer.BadParameter(f"{' and '.join([asked[0], *idle])} do not go together")
    if idle:
        served = [mode for mode, serving in SERVE.items() if idle[0] in serving]
        raise typer.BadParameter(f"{idle[0]} goes with {' or '.join(served)} alone")


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
    members: console.Members = None,
    home: console.Home = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let gold that was edited by hand give way to what follows.")
    ] = False,
    apply: console.Apply = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Make gold from several readings: what all agree on, what a majority has, what a person decides.

    Shows where it stands. With --apply gold takes what is settled; decisions are recorded in corpus/decisions/.
    """
    from goldspan.adjudication.state import read_state

    refuse_idle(
        {"--settle": settle, "--adopt": adopt, "--push": push, "--pull": pull},
        {
            "--rule": rule is not None, "--accept": accept is not None, "--as": by is not None,
            "--reason": reason is not None, "--project": project is not None, "--prefill": prefill is not None,
            "--members": members is not None, "--home": home is not None, "--overwrite": overwrite, "--apply": apply,
        },
    )  # fmt: skip
    corpus = Corpus.find(root)
    state = read_state(corpus, articles)
    if rule is not None and not adopt:
        _under(state, rule, json)
    elif settle:
        _settle(state, by, json)
    elif adopt:
        _adopt(state, by, reason, rule, json, apply=apply)
    elif push or pull:
        if not project:
            raise typer.BadParameter("--project is needed: the name of the project in Doccano")
        place = DisputesProject(project, members, home)
        sync_disputes(state, place, (prefill or "majority") if push else None, json, apply=apply)
    else:
        _stand(state, accept, json, apply=apply, overwrite=overwrite)


def _stand(state: AdjudicationState, accept: str | None, json: Path | None, *, apply: bool, overwrite: bool) -> None:
    """Where it stands; and with --apply, what follows is written."""
    from goldspan.adjudication import gold, summary
    from goldspan.adjudication.state import by_majority, read_state

    if accept and apply and (made := by_majority(state, _today())):
        print(f"{len(made)} decision(s) by majority")
        say_written(gold.apply_files(state.corpus, made))
        state = read_state(state.corpus, state.articles)
    writing = gold.plan(state, overwrite=overwrite)
    console.print_examples(console.report_console(), summary.table(state))
    shown = [line for one in state.open[:SHOWN] for line in summary.dispute(one)]
    some(shown, len(state.open), "dispute")
    for title, lines in (
        ("Must be read again", [summary.decided(one, summary.text_of(state, one)) for one in state.outdated]),
        ("Holds no longer", [summary.decided(one, "") for one in state.derived.stale]),
        ("Gold that does not follow", list(summary.hand(state))),
    ):
        if lines:
            print(f"\n{title}:")
            some([f"  {line}" for line in lines[:SHOWN]], len(lines), "case")
    print()
    for sentence in summary.closing(state, writing):
        print(sentence)
    console.write_json(json, summary.json(state, writing))
    if apply:
        written = gold.apply(state, overwrite=overwrite)
        say_written(written)
        if not written:
            print("Gold says so already.")
    elif writing.texts or (accept and by_majority(state, _today())):
        print(console.PLAN_ONLY)


def _under(state: AdjudicationState, rule: str, json: Path | None) -> None:
    """What was decided under a rule."""
    from goldspan.adjudication import summary
    from goldspan.adjudication.state import known_rule

    name = known_rule(rule, state.rules) or ""
    found, again = state.decided_under(name), [one for one in state.outdated if one.rule == name]
    version = state.changed.get(name, "none")
    print(f"{name} {state.rules[name].title}: last changed with version {version}, {len(found)} decision(s) under it")
    for one in found:
        mark = "read again  " if one in again else "holds no more  " if one in state.derived.stale else ""
        print(f"  {mark}{summary.decided(one, summary.text_of(state, one))}")
    console.write_json(
        json, {"rule": name, "decisions": summary.decisions_json(found), "read_again": summary.decisions_json(again)}
    )


def _settle(state: AdjudicationState, by: str | None, json: Path | None) -> None:
    from goldspan.adjudication import gold, interactive, summary
    from goldspan.adjudication.state import read_state
    from goldspan.agreement.run import rule_hints

    ruling = _ruling(state, by, None, None)
    with console.spinner("reading the guidelines"):
        hints = rule_hints(state)
    done = interactive.settle(state, TerminalPrompt(state.corpus.scheme), ruling, hints)
    print(f"{done.decided} decided, {done.skipped} left open, {done.left} not reached.")
    if json is not None:
        after = read_state(state.corpus, state.articles)
        console.write_json(json, {**asdict(done), "after": summary.json(after, gold.plan(after))})


def _adopt(
    state: AdjudicationState, by: str | None, reason: str | None, rule: str | None, json: Path | None, *, apply: bool
) -> None:
    from goldspan.adjudication import summary
    from goldspan.adjudication.state import adopt, record

    if not reason:
        raise typer.BadParameter("--adopt needs a --reason: why gold is as it stands")
    made = adopt(state, _ruling(state, by, rule, reason))
    console.write_json(json, {"decisions": summary.decisions_json(one for one, _ in made), "applied": apply})
    some(list(summary.hand(state))[:SHOWN], len(made), "edit")
    if not made:
        print("Gold follows from passes and decisions: there is nothing to record.")
    elif apply:
        say_written(record(state.corpus, made))
    else:
        print(f"{len(made)} decision(s) by hand. {console.PLAN_ONLY}")


def _ruling(state: AdjudicationState, by: str | None, rule: str | None, reason: str | None) -> DecisionAuthor:
    from goldspan.adjudication.state import DecisionAuthor, known_rule

    if not by or not by.strip():
        raise typer.BadParameter("--as is needed: a decision says who made it")
    try:
        named = known_rule(rule, state.rules)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    return DecisionAuthor(by.strip(), _today(), named, reason)


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


class TerminalPrompt:
    """A person at a terminal, see `goldspan.adjudication.interactive.Desk`.

    Args:
        scheme: the labels, for their colours.
    """

    def __init__(self, scheme: LabelScheme) -> None:
        self.colours = {label.name: label.colour for label in scheme.labels}
        self.out = console.make_console()

    def show(self, dispute: Dispute, number: int, total: int, before: Decision | None) -> None:
        """A dispute, its candidates below it, their spans in colour."""
        from goldspan.adjudication import summary

        head, *candidates = summary.dispute(dispute)
        print(f"\n[{number}/{total}] {head}")
        if before is not None:
            print(f"  until now: {summary.decided(before, dispute.example.text)}")
        for line in candidates:
            self.out.print(console.marked(line, self.colours))

    def say(self, text: str) -> None:
        """Print a text."""
        print(text)

    def ask(self, question: str, suggestion: str = "") -> str | None:
        """What is typed; None at the end of the input."""
        with_suggestion = f" [{suggestion}]" if suggestion else ""
        print(f"{question}{with_suggestion}: ", end="", flush=True)
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None

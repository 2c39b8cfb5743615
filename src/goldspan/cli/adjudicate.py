"""`goldspan adjudicate`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.line_lists import print_folded
from goldspan.cli.next_step import print_next, print_next_step, typed_command
from goldspan.cli.option_groups import DOCCANO
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.formats.decisions import Outcome
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rich.console import Console

    from goldspan.adjudication.state import AdjudicationState, DecisionAuthor
    from goldspan.doccano.adjudication import Prefill
    from goldspan.doccano.assignments import Assign
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.project import ProjectPlan
    from goldspan.formats.decisions import Decision

FIRST = 3  # disputes on the first screen
ARTICLES = 4  # on the first screen
SHOWN = 10  # disputes, decisions and differences that are printed; --json has all
ACCEPTABLE = ("majority", "single")  # by --accept
LIST_RULE = "--rule"  # without another mode it lists what rests on a rule
SHOW_STATE = ""  # the mode without any option
MODE_OPTIONS = {  # per mode the options that it uses; --settle writes with or without --apply
    "--settle": {"--as", "--apply"},
    "--adopt": {"--as", "--reason", "--rule", "--outcome", "--apply"},
    "--push": {"--project", "--prefill", "--label-renamed", "--new", "--assign", "--members", "--home", "--apply"},
    "--pull": {"--project", "--label-renamed", "--members", "--home", "--apply"},
    LIST_RULE: {"--rule"},
    SHOW_STATE: {"--accept", "--overwrite", "--apply", "--full"},
}


def run(
    articles: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            autocompletion=completion_values.articles,
            help="The ids of articles. Default: all.",
            show_default=False,
        ),
    ] = None,
    *,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="majority,single",
            help=(
                "majority settles disputes in which more than half of the annotators have the "
                "same spans. single takes the spans of an annotator who alone confirmed an "
                "example. One of them or both, separated by commas."
            ),
            show_default=False,
        ),
    ] = None,
    settle: Annotated[
        bool,
        typer.Option(
            "--settle",
            help="Settle disputes in the terminal, one by one. It suggests rules as `goldspan agree` does.",
        ),
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Record gold that was edited by hand as decided that way. Needs --reason."),
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="NAME",
            help="The name of the person who decides, for --settle and --adopt.",
            show_default=False,
        ),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="TEXT",
            help=(
                "List the decisions under this rule, and the decisions and the gold to read again"
                " because it changed. With --adopt: the rule."
            ),
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="With --adopt: the reason.", show_default=False)
    ] = None,
    outcome: Annotated[
        Outcome | None,
        typer.Option("--outcome", help="With --adopt: why annotators differed there.", show_default=False),
    ] = None,
    push: Annotated[
        bool,
        typer.Option(
            "--push", rich_help_panel=DOCCANO, help="Upload the disputes to the shared Doccano project of --project."
        ),
    ] = False,
    pull: Annotated[
        bool, typer.Option("--pull", rich_help_panel=DOCCANO, help="Download the decisions from that project.")
    ] = False,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="NAME",
            rich_help_panel=DOCCANO,
            autocompletion=completion_values.projects,
            help="The project in Doccano, for --push and --pull.",
            show_default=False,
        ),
    ] = None,
    prefill: Annotated[
        Literal["majority", "union"] | None,
        typer.Option(
            "--prefill",
            rich_help_panel=DOCCANO,
            help="With --push: show the spans of the majority (the default), or all spans that do not overlap.",
            show_default=False,
        ),
    ] = None,
    label_renamed: console.LabelRenamed = None,
    new: console.New = False,
    assign: console.AssignTo = None,
    members: console.Members = None,
    home: console.Home = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace gold that differs from what passes and decisions give."),
    ] = False,
    apply: console.Apply = False,
    full: console.Full = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Make gold from the passes of the annotators.

    Gold is what all annotators agree on, what a majority marked, or what a person decides. Without options the
    command shows the state. With --apply it writes what is settled into gold. Decisions are kept in
    corpus/decisions/.
    """
    from goldspan.adjudication.state import read_state

    _require_matching_options(
        {"--settle": settle, "--adopt": adopt, "--push": push, "--pull": pull},
        {
            "--rule": rule is not None, "--accept": bool(accept), "--as": by is not None,
            "--reason": reason is not None, "--outcome": outcome is not None,
            "--project": project is not None, "--prefill": prefill is not None,
            "--label-renamed": bool(label_renamed),
            "--new": new, "--assign": assign is not None,
            "--members": members is not None, "--home": home is not None, "--overwrite": overwrite, "--apply": apply,
            "--full": full,
        },
    )  # fmt: skip
    corpus = Corpus.find(root)
    state = read_state(corpus, articles)
    if rule is not None and not adopt:
        _list_rule(state, rule, json)
    elif settle:
        _settle(state, by, json, articles or ())
    elif adopt:
        _adopt(state, replace(_author(state, by, rule, reason), outcome=outcome), json, apply=apply)
    elif push or pull:
        from goldspan.doccano import credentials
        from goldspan.doccano.client.api import Doccano

        if not project:
            raise typer.BadParameter("--project is needed: the name of the project in Doccano")
        renamed = console.renamed_labels(corpus.scheme, label_renamed)
        with Doccano(credentials.find_account(home)) as server:
            exchange = DisputesExchange(
                state=state,
                server=server,
                project=project,
                renamed=renamed,
                new=new,
                assign=assign or "all",
                members=members,
                json=json,
                apply=apply,
            )
            push_disputes(exchange, prefill or "majority") if push else _pull(exchange)
    else:
        is_plan = _show_state(state, _accepted(accept), json, apply=apply, overwrite=overwrite, full=full)
        if not is_plan:  # whose end says how to carry it out
            print_next_step(corpus, "adjudicate", json)


def _require_matching_options(modes: Mapping[str, bool], options: Mapping[str, bool]) -> None:
    """Refuse two modes at once, and an option that the mode does not use: none is ignored silently.

    Args:
        modes: each mode, and whether it was given.
        options: each other option, and whether it was given.

    Raises:
        typer.BadParameter: naming the options.
    """
    given = [name for name, is_given in options.items() if is_given]
    chosen = [name for name, is_given in modes.items() if is_given]
    chosen = chosen or [LIST_RULE if LIST_RULE in given else SHOW_STATE]
    if len(chosen) > 1:
        raise typer.BadParameter(f"{' and '.join(chosen)} do not go together")
    unused = [name for name in given if name not in MODE_OPTIONS[chosen[0]]]
    if unused and chosen[0]:
        raise typer.BadParameter(f"{' and '.join([chosen[0], *unused])} do not go together")
    if unused:
        using = [mode for mode, names in MODE_OPTIONS.items() if unused[0] in names]
        raise typer.BadParameter(f"{unused[0]} goes only with {' or '.join(using)}")


def _accepted(options: Sequence[str] | None) -> frozenset[str]:
    """What is accepted without a person's decision.

    Raises:
        typer.BadParameter: for anything but `majority` and `single`.
    """
    names = console.split_names(options)
    if unknown := [name for name in names if name not in ACCEPTABLE]:
        raise typer.BadParameter(f"{unknown[0]!r} is not one of {', '.join(ACCEPTABLE)}", param_hint="--accept")
    return frozenset(names)


def _show_state(
    state: AdjudicationState, accept: Collection[str], json: Path | None, *, apply: bool, overwrite: bool, full: bool
) -> bool:
    """Print the state, with what is accepted; with `apply`, write what is settled. Whether a plan was only printed."""
    from goldspan.adjudication import gold, summary
    from goldspan.adjudication.state import majority_decisions

    made = majority_decisions(state, _today()) if "majority" in accept else []
    planned = gold.plan(state, made, overwrite=overwrite, accept_single="single" in accept)
    changed, after = planned.files, planned.state
    if apply and planned.refusal is None:
        planned.apply()
    console.write_json(json, "adjudicate", summary.json(after, planned))
    out = console.report_console()
    for sentence in summary.acceptances(planned, accept, len(made)):
        console.print_text(out, sentence)
    (_print_state if full else _print_state_summary)(out, after)
    for sentence in summary.next_steps(after, planned):
        console.print_text(out, f"· {sentence}")
    if not full:
        console.print_rest(json, page=False)
    if apply and planned.refusal is not None:
        raise planned.refusal
    if planned.refusal is not None and (planned.texts or accept):
        print("--apply is refused while gold differs from passes and decisions: see --adopt and --overwrite.")
    elif changed:
        console.print_changed(changed, applied=apply)
    elif apply:
        print("Gold is already up to date.")
    return bool(changed) and not apply


def _print_state_summary(out: Console, after: AdjudicationState) -> None:
    """The first screen: how much is open, where, and the first disputes, each in one line."""
    from goldspan.adjudication import summary

    console.print_text(out, summary.headline(after), style="bold")
    if sentence := summary.aided_sentence(after):
        console.print_text(out, sentence)
    out.print()
    console.print_table(out, summary.open_table(after, ARTICLES))
    for dispute in after.open[:FIRST]:
        console.print_text(out, f"{dispute.example.id}: {summary.versions_line(dispute)}")
    if len(after.open) > FIRST:
        console.print_text(out, f"and {amount(len(after.open) - FIRST, 'more dispute')}")
    for what, lines in _changed_since(after):
        console.print_text(out, f"{what}: {len(lines):,}, the first: {lines[0]}")


def _print_state(out: Console, after: AdjudicationState) -> None:
    """All articles, and the first disputes with their candidates and comments."""
    from goldspan.adjudication import summary

    console.print_table(out, summary.table(after))
    print(summary.outcome_sentence(line.decision for line in after.lines), end="")
    for dispute in after.open:
        print_folded(summary.dispute_lines(dispute))
        print_folded(summary.comment_lines(after.comments.get(dispute.example.id, ())))
    for title, lines in _changed_since(after):
        print_folded([f"\n{title}:", *(f"  {line}" for line in lines)])
    out.print()


def _changed_since(after: AdjudicationState) -> Iterator[tuple[str, list[str]]]:
    """What must be looked at again, under its title: decisions and gold that changes have overtaken."""
    from goldspan.adjudication import summary

    for title, lines in (
        ("To review, because the rule has changed", [_decision_line(after, one) for one in after.outdated]),
        ("No longer valid", [summary.decision_line(one, "") for one in after.derived.stale]),
        ("Gold that differs from passes and decisions", list(summary.difference_lines(after))),
    ):
        if lines:
            yield title, lines


def _list_rule(state: AdjudicationState, name: str, json: Path | None) -> None:
    """Print the decisions under a rule, and what is to be read again because it has changed."""
    from goldspan.adjudication import summary
    from goldspan.adjudication.state import find_rule

    rule = find_rule(name, state.rules)
    if rule is None:
        raise typer.BadParameter("--rule needs the id of a rule")
    decisions = state.decided_under(rule)
    review = [decision for decision in state.outdated if decision.rule == rule]
    examples = state.gold_to_read_again(rule)
    listed = {"decisions": summary.decisions_json(decisions), "read_again": summary.decisions_json(review)}
    console.write_json(
        json, "adjudicate", {"rule": rule, **listed, "gold_to_read_again": [example.id for example in examples]}
    )
    outdated, stale = set(review), set(state.derived.stale)
    version = state.rule_versions.get(rule)
    changed = f"last changed in version {version}" if version else "never changed"
    print(f"{rule} {state.rules[rule].title}: {changed}, {amount(len(decisions), 'decision')} under it")
    for decision in decisions:
        mark = "review  " if decision in outdated else "not valid  " if decision in stale else ""
        print(f"  {mark}{_decision_line(state, decision)}")
    if examples:
        print(f"{amount(len(examples), 'example')} of gold to read again, annotated before the rule changed:")
        for example in examples:
            console.print_line(f"  {summary.example_line(example)}")


def _settle(state: AdjudicationState, by: str | None, json: Path | None, chosen: Sequence[str]) -> None:
    """Settle disputes at the terminal."""
    from goldspan.adjudication import gold, interactive, summary
    from goldspan.adjudication.state import read_state
    from goldspan.agreement.run import rule_hints
    from goldspan.cli.terminal_prompt import TerminalPrompt

    author = _author(state, by, None, None)
    with console.spinner("reading the guidelines"):
        hint_of = rule_hints(state)
    result = interactive.run_session(state, TerminalPrompt(state.corpus.scheme), author, hint_of)
    if json is not None:
        after = read_state(state.corpus, state.articles)
        console.write_json(json, "adjudicate", {**asdict(result), "after": summary.json(after, gold.plan(after))})
    print(f"{result.decided} decided, {result.skipped} skipped, {result.left} not reached.")
    if result.still_open and json is None:
        again = typed_command(state.corpus, "adjudicate", *chosen, "--settle", "--as", author.by)
        print_next(f"{amount(result.still_open, 'dispute')} left. Go on: {again}")
    else:
        print_next_step(state.corpus, "adjudicate", json)


def _adopt(state: AdjudicationState, author: DecisionAuthor, json: Path | None, *, apply: bool) -> None:
    """Record differing gold as decided by hand."""
    from goldspan.adjudication import summary
    from goldspan.adjudication.state import adopt_gold, decision_texts, write_decisions

    if not author.reason:
        raise typer.BadParameter("--adopt needs a --reason: why gold is as it stands")
    made = adopt_gold(state, author)
    changed = list(decision_texts(state.corpus, made))
    if apply:
        write_decisions(state.corpus, made)
    console.write_json(
        json, "adjudicate", {"decisions": summary.decisions_json(one for one, _ in made), "applied": apply}
    )
    _print_first(list(summary.difference_lines(state))[:SHOWN], len(made), "difference")
    if not made:
        print("Gold follows from passes and decisions: there is nothing to record.")
    else:
        print(f"{amount(len(made), 'decision')} by hand.")
        console.print_changed(changed, applied=apply)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputesExchange:
    """An exchange of disputes and decisions with a project in Doccano."""

    state: AdjudicationState
    server: Doccano
    project: str
    renamed: Mapping[str, str]
    new: bool
    assign: Assign
    members: Path | None
    json: Path | None
    apply: bool


def push_disputes(exchange: DisputesExchange, prefill: Prefill) -> None:
    """Upload the disputes, or print what would be uploaded."""
    from goldspan.cli.doccano.push import attention_lines
    from goldspan.doccano import adjudication
    from goldspan.doccano.former_labels import corpus_label_names
    from goldspan.doccano.push.plan import (
        PushOptions,
        assignment_changes,
        assignment_notes,
        example_changes,
        project_changes,
        project_notes,
    )

    planned = adjudication.plan_disputes(
        exchange.state,
        exchange.server,
        exchange.project,
        exchange.members,
        renamed=exchange.renamed,
        new=exchange.new,
    )
    disputed = adjudication.disputed_examples(exchange.state, prefill)
    if not disputed:
        console.write_json(exchange.json, "adjudicate", {"to_push": []})
        print("Nothing is disputed.")
        print_next_step(exchange.state.corpus, "adjudicate", exchange.json)
        return
    label_names = corpus_label_names(exchange.state.corpus, exchange.renamed)
    outdated = adjudication.outdated_copies(exchange.server, planned.project, disputed, label_names)
    reopened = [copy.id for copy in outdated]
    changes = [*project_changes(planned), *(f"note: {note}" for note in project_notes(planned))]
    options = PushOptions(assign=exchange.assign)
    if exchange.apply:
        with console.spinner(f"Pushing to {exchange.project}"):
            result = adjudication.push_disputes(exchange.state, exchange.server, planned, disputed, options)
        first, left, report = result.plan, result.left, {**result.json(), "reopened": reopened}
        assignments = result.plan.assignments
        there, stored = amount(len(disputed), "disputed example"), amount(result.tally.stored, "span")
        end = f"{there} in {exchange.project!r}; {stored} stored."
    else:
        left = adjudication.plan_examples(exchange.state, exchange.server, planned, disputed, options)
        first = left
        left = replace(left, steps=tuple(step for step in left.steps if step.desired.example.id not in reopened))
        assignments = left.assignments
        report = {"to_push": [one.example.id for one in disputed], "plan": left.json()}
        end = f"{amount(len(disputed), 'example')} to push. {console.PLAN_ONLY}"
    console.write_json(exchange.json, "adjudicate", report)
    changes += [*assignment_changes(assignments), *(f"note: {note}" for note in assignment_notes(assignments))]
    for line in [*changes, *example_changes(first)]:
        console.print_line(line)
    lines = [f"{one.example.id}: {one.votes.replace(chr(10), '; ')}" for one in disputed[:SHOWN]]
    _print_first(lines, len(disputed), "example")
    if reopened:
        names = ", ".join(filter(None, reopened))
        console.print_line(f"confirmed there before the passes changed, so a push reopens them: {names}")
    for line in attention_lines(replace(left, unmanaged=())):  # what was settled earlier stays there
        console.print_line(line)
    print(end)
    if exchange.apply:
        _print_invitation(exchange, planned)
    if any(step.state == "conflict" for step in left.steps):
        raise typer.Exit(1)


def _print_invitation(exchange: DisputesExchange, before: ProjectPlan) -> None:
    """Print the invitation of those who settle the disputes in Doccano."""
    from goldspan.cli.doccano.push import invitation_after, print_invitation

    if invited := invitation_after(exchange.server, exchange.project):
        print_invitation(before, invited)


def _pull(exchange: DisputesExchange) -> None:
    """Download the decisions, or print what would be written."""
    from goldspan.adjudication import gold, summary
    from goldspan.cli.doccano.pull import label_lines
    from goldspan.doccano import adjudication
    from goldspan.doccano.corpus_record import write_record

    with console.spinner(f"Pulling from {exchange.project}"):
        pulled = adjudication.pull_disputes(
            exchange.state, exchange.server, exchange.project, exchange.members, renamed=exchange.renamed
        )
    planned = gold.plan_decisions(exchange.state, pulled.decisions)
    changed = planned.files
    if exchange.apply:
        planned.apply()
        write_record(exchange.state.corpus, pulled.record)
    console.write_json(exchange.json, "adjudicate", pulled.json())
    for note in pulled.notes:
        console.print_line(f"note: {note}")
    lines = [summary.decision_line(decision, example.text) for decision, example in pulled.decisions[:SHOWN]]
    _print_first(lines, len(pulled.decisions), "decision")
    for line in label_lines(pulled.types):
        console.print_line(line)
    for example, why in pulled.problems:
        console.print_line(f"not usable: {example} {why}")
    if pulled.waiting:
        print(f"{amount(len(pulled.waiting), 'disputed example')} not confirmed there yet.")
    if pulled.decisions:
        print(f"{amount(len(pulled.decisions), 'decision')}.")
        console.print_changed(changed, applied=exchange.apply)
    else:
        print("There is no new decision.")
    print_next_step(exchange.state.corpus, "adjudicate", exchange.json)
    if pulled.problems or pulled.types.serious:
        raise typer.Exit(1)


def _author(state: AdjudicationState, by: str | None, rule: str | None, reason: str | None) -> DecisionAuthor:
    from goldspan.adjudication.state import DecisionAuthor, find_rule

    if not by or not by.strip():
        raise typer.BadParameter("--as is needed: a decision names its author")
    try:
        rule_id = find_rule(rule, state.rules)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    return DecisionAuthor(by.strip(), _today(), rule_id, reason)


def _decision_line(state: AdjudicationState, decision: Decision) -> str:
    from goldspan.adjudication import summary

    return summary.decision_line(decision, summary.decided_text(state, decision))


def _print_first(lines: Sequence[str], total: int, what: str) -> None:
    """Print the first lines, and how many more there are."""
    for line in lines:
        console.print_line(line)
    if total > SHOWN:
        print(f"… and {amount(total - SHOWN, f'more {what}')}, which --json lists.")


def _today() -> str:
    return dt.datetime.now(tz=dt.UTC).date().isoformat()

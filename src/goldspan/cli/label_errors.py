"""`goldspan label-errors`."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import completion_values, console, model_options
from goldspan.cli.console import print_line
from goldspan.cli.next_step import print_next, print_next_step
from goldspan.cli.option_groups import DOCCANO
from goldspan.corpus import Corpus
from goldspan.report.text import amount, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goldspan.adjudication.derive import Dispute
    from goldspan.adjudication.doubt_session import DoubtCase
    from goldspan.adjudication.interactive import RuleHint
    from goldspan.adjudication.state import AdjudicationState
    from goldspan.models.label_error_report import RuleAdvice
    from goldspan.models.label_error_search import LabelErrorSearch
    from goldspan.models.label_errors import GoldDoubt

SHOWN = 20  # places that the terminal shows with --full, and that are pushed, without --first
FIRST = 3  # places of the first screen
MODE_OPTIONS = {  # per mode the further options that it uses
    "--settle": {"--as"},
    "--push": {"--members", "--home", "--assign", "--new", "--label-renamed", "--apply"},
    "--questions": set[str](),
    "": {"--html", "--full"},
}


def run(
    *,
    first: Annotated[
        int | None,
        typer.Option("--first", min=1, metavar="NUMBER", help="List only this many places.", show_default=False),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="LABEL",
            autocompletion=completion_values.labels,
            help="List only places where gold has this label, or might have it.",
            show_default=False,
        ),
    ] = None,
    decided: Annotated[
        bool,
        typer.Option("--decided", help="Also list places that a person has decided and where gold is as they chose."),
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Classify tokens only, without training a recogniser for each fold. This finds nearly as much.",
        ),
    ] = False,
    weights: model_options.Weights = None,
    backend: model_options.Backend = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="Settle the places in the terminal, one by one. Each is a decision.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help="The name of the person who decides, for --settle.", show_default=False
        ),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(
            "--push",
            metavar="NAME",
            rich_help_panel=DOCCANO,
            help=(
                "Put the examples of the first places into the Doccano project of this name. Then"
                " take the decisions with: goldspan adjudicate --pull --project NAME --apply"
            ),
            show_default=False,
        ),
    ] = None,
    questions: Annotated[
        bool, typer.Option("--questions", help="List the decisions that left a question to the guidelines.")
    ] = False,
    label_renamed: console.LabelRenamed = None,
    new: console.New = False,
    assign: console.AssignTo = None,
    members: console.Members = None,
    home: console.Home = None,
    apply: console.Apply = False,
    full: console.Full = False,
    html: console.Html = None,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """List the places where gold may be wrong.

    The most doubtful place comes first: a span that may be wrong, or one that may be missing. Decisions about them,
    made here or in Doccano, are kept in corpus/decisions/, and gold follows from the decisions. A place that a
    person kept as it is comes back only when gold there changes.
    """
    from goldspan.models.label_error_search import SearchOptions, search_label_errors
    from goldspan.models.trainers import trainer_of

    _require_matching_options(
        {"--settle": settle, "--push": push is not None, "--questions": questions},
        {
            "--as": by is not None, "--html": html is not None, "--full": full, "--apply": apply,
            "--members": members is not None,
            "--home": home is not None, "--assign": assign is not None, "--new": new,
            "--label-renamed": bool(label_renamed),
        },
    )  # fmt: skip
    if settle and (by is None or not by.strip()):
        raise typer.BadParameter("--as is needed: a decision names its author")
    corpus = Corpus.find(root)
    if label is not None and label not in corpus.scheme:
        raise typer.BadParameter(f"there is no label {label!r}: they are {', '.join(corpus.scheme.names)}")
    if questions:
        _list_questions(corpus, json)
        return
    corpus.require_tokenizer()
    trainer = trainer_of(corpus, weights, backend=backend)
    options = SearchOptions(label=label, decided=decided, quick=quick)
    search = search_label_errors(corpus, trainer, options, _print_step)
    if settle:
        _settle(search, first, (by or "").strip(), json)
    elif push is not None:
        exchange = {
            "project": push, "new": new, "assign": assign or "all", "members": members, "json": json, "apply": apply,
            "renamed": console.renamed_labels(corpus.scheme, label_renamed),
        }  # fmt: skip
        _push(search, first or SHOWN, home, exchange)
    else:
        _show(search, first, html, json, full=full)


def _require_matching_options(modes: Mapping[str, bool], options: Mapping[str, bool]) -> None:
    """Refuse two modes at once, and an option that the mode does not use: none is ignored silently.

    Raises:
        typer.BadParameter: naming the options.
    """
    chosen = [name for name, is_given in modes.items() if is_given] or [""]
    if len(chosen) > 1:
        raise typer.BadParameter(f"{' and '.join(chosen)} do not go together")
    for name, is_given in options.items():
        if is_given and name not in MODE_OPTIONS[chosen[0]]:
            using = [mode or "the list" for mode, names in MODE_OPTIONS.items() if name in names]
            raise typer.BadParameter(f"{name} goes only with {' or '.join(using)}")


def _print_step(step: str) -> None:
    print(f"goldspan: {visible(step)}", file=sys.stderr, flush=True)


def _show(search: LabelErrorSearch, first: int | None, html: Path | None, json: Path | None, *, full: bool) -> None:
    """Print the places, and write the reports that were asked for."""
    from goldspan.models import label_error_report as report
    from goldspan.models.label_error_search import summary_sentences

    doubts = search.doubts[:first]
    advice = _advice(search, doubts)
    console.write_json(json, "label-errors", report.json_report(search, doubts, advice))
    colours = {label.name: label.colour for label in search.state.corpus.scheme.labels}
    if html is not None:
        files.write(html, report.page(search, doubts, advice, colours))
    out = console.make_console()
    for sentence in summary_sentences(search):
        console.print_text(out, sentence)
    if doubts:
        console.print_text(out, "In per cent: how likely an error is, if five spans of a hundred are wrong.")
    shown = doubts[: first or (SHOWN if full else FIRST)]
    for number, doubt in enumerate(shown, start=1):
        if full or number == 1:
            print()
        of_doubt = doubt if full else replace(doubt, reasons=doubt.reasons[:1], alternatives=doubt.alternatives[:1])
        for line in report.doubt_lines(of_doubt, number, advice[id(doubt)] if full else None):
            out.print(console.coloured_markup(line, colours))
    if len(doubts) > len(shown):
        where = ", which --json and --html list" if full else ""
        print_line(f"\n… and {amount(len(doubts) - len(shown), 'more place')}{where}.")
    if not full and doubts:
        console.print_rest(json, html)
    console.print_written(json, html)
    if doubts and json is None:
        print()
        print_next("settle them: goldspan label-errors --settle --as NAME (or --push PROJECT, in Doccano)")


def _advice(search: LabelErrorSearch, doubts: Sequence[GoldDoubt]) -> dict[int, RuleAdvice | None]:
    """By the `id` of a place the rule of the guidelines that it may fall under."""
    from goldspan.agreement.run import rule_hints
    from goldspan.models.label_error_report import RuleAdvice

    state = search.state
    if not doubts or not state.corpus.guidelines.is_dir():
        return {id(doubt): None for doubt in doubts}
    hint_of = rule_hints(state)
    found: dict[int, RuleAdvice | None] = {}
    for doubt in doubts:
        hint = hint_of(_dispute(doubt))
        rule = None if hint is None else state.rules[hint.rules[0]]
        page = "" if rule is None else rule.file.name
        found[id(doubt)] = None if rule is None or hint is None else RuleAdvice(rule.sentence, page, hint.reason)
    return found


def _dispute(doubt: GoldDoubt) -> Dispute:
    """A place in doubt as a dispute between gold and what it might have instead, for the rules that fit."""
    from goldspan.adjudication.derive import Dispute
    from goldspan.formats.decisions import Candidate

    region = doubt.region
    candidates = (Candidate(region.gold, ("gold",)), *doubt.alternatives[:1])
    return Dispute(doubt.example.with_spans(()), region.start, region.end, candidates)


def _settle(search: LabelErrorSearch, first: int | None, by: str, json: Path | None) -> None:
    """Settle the places in the terminal."""
    from goldspan.adjudication.doubt_session import run_doubt_session
    from goldspan.adjudication.state import DecisionAuthor
    from goldspan.cli.terminal_prompt import TerminalPrompt

    state = search.state
    doubts = search.doubts[:first]
    cases = [_case(doubt) for doubt in doubts]
    author = DecisionAuthor(by, dt.datetime.now(tz=dt.UTC).date().isoformat())
    result = run_doubt_session(state, cases, TerminalPrompt(state.corpus.scheme), author, _hints(state, doubts, cases))
    console.write_json(json, "label-errors", asdict(result))
    if not cases:
        print("There is nothing to settle.")
        return
    print_line(f"{result.decided} decided, {result.skipped} skipped, {result.left} not reached.")
    if result.decided:
        print_line(f"Decisions are in {state.corpus.decisions}, and gold has them.")
    if result.still_open and json is None:
        print_next(f"{amount(result.still_open, 'place')} left. Run the same command to go on.")
    elif result.decided:
        print_next_step(state.corpus, "adjudicate", json)


def _case(doubt: GoldDoubt) -> DoubtCase:
    from goldspan.adjudication.doubt_session import DoubtCase

    why = tuple(reason.text for reason in doubt.reasons)
    return DoubtCase(doubt.example, doubt.region.start, doubt.region.end, doubt.alternatives, why)


def _hints(
    state: AdjudicationState, doubts: Sequence[GoldDoubt], cases: Sequence[DoubtCase]
) -> Callable[[DoubtCase], RuleHint | None]:
    from goldspan.agreement.run import rule_hints

    if not cases or not state.corpus.guidelines.is_dir():
        return lambda _: None
    hint_of = rule_hints(state)
    doubt_of = {id(case): doubt for doubt, case in zip(doubts, cases, strict=True)}
    return lambda case: hint_of(_dispute(doubt_of[id(case)]))


def _push(search: LabelErrorSearch, first: int, home: Path | None, options: Mapping[str, object]) -> None:
    """Put the examples of the first places into a disputes' project, or print what would be done."""
    from goldspan.adjudication.state import doubt_texts
    from goldspan.cli import adjudicate
    from goldspan.doccano import adjudication, credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.models.doubtful_regions import regions_to_ask

    state = search.state
    chosen = regions_to_ask(state, search.doubts, first)
    for note in chosen.notes:
        print_line(f"note: {note}")
    texts = doubt_texts(state.corpus, (), chosen.doubts)
    others = [
        one
        for one in state.doubts
        if not any(one.example == d.example and one.overlaps(d.start, d.end) for d in chosen.doubts)
    ]
    with Doccano(credentials.find_account(home)) as server:
        asked = replace(state, doubts=(*others, *chosen.doubts))
        exchange = adjudicate.DisputesExchange(state=asked, server=server, **options)  # type: ignore[arg-type]
        # A project that is of no use is refused before anything is written.
        adjudication.plan_disputes(
            asked, server, exchange.project, exchange.members, renamed=exchange.renamed, new=exchange.new
        )
        if exchange.apply:  # before they are asked: a pull must know of what was asked
            for path, text in texts.items():
                files.write(path, text)
            console.print_changed(texts, applied=True)
        adjudicate.push_disputes(exchange, "majority")


def _list_questions(corpus: Corpus, json: Path | None) -> None:
    """Print the decisions that left a question to the guidelines."""
    from goldspan.adjudication import summary
    from goldspan.adjudication.doubt_session import QUESTION
    from goldspan.adjudication.state import read_state

    state = read_state(corpus)
    found = [line.decision for line in state.lines if (line.decision.reason or "").startswith(QUESTION)]
    console.write_json(json, "label-errors", {"questions": summary.decisions_json(found)})
    for decision in found:
        print_line(summary.decision_line(decision, summary.decided_text(state, decision)))
    print_line(
        f"{amount(len(found), 'question')} to the guidelines." if found else "No question was left to the guidelines."
    )

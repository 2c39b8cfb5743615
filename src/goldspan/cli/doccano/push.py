"""`goldspan doccano push`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.doccano.round_report import print_round_plan, result_lines
from goldspan.cli.line_lists import first_lines, print_folded
from goldspan.cli.next_step import print_blanks, print_next_step
from goldspan.corpus import Corpus
from goldspan.errors import ServerError
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from pathlib import Path

    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.invitation import Invitation
    from goldspan.doccano.project import ProjectPlan
    from goldspan.doccano.push.desired_state import Prefill
    from goldspan.doccano.push.plan import PushPlan
    from goldspan.doccano.push.push import PushRequest, PushResult
    from goldspan.doccano.push.round import RoundRequest

SHOWN = 5  # articles, and lines of one kind, on the first screen


def run(
    *,
    project: Annotated[
        str,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="The project in Doccano. It is created if it does not exist.",
        ),
    ],
    articles: console.Articles = None,
    next_articles: Annotated[
        int | None,
        typer.Option(
            "--next",
            min=1,
            metavar="NUMBER",
            help=(
                "Push only the next articles that have no gold and are not in the project, in the"
                " reading order of `goldspan rank` or else in that of the manifest. Default: all "
                "articles."
            ),
            show_default=False,
        ),
    ] = None,
    suggestions: Annotated[
        bool, typer.Option("--suggestions", help="Fill in the spans of build/suggestions. For --shared or --each.")
    ] = False,
    gold: Annotated[bool, typer.Option("--gold", help="Fill in the spans of the gold. For a shared project.")] = False,
    shared: Annotated[
        bool | None,
        typer.Option(
            "--shared/--independent",
            help=(
                "All annotators work on one annotation, or each works alone. Default: as the "
                "project is; alone in a new one."
            ),
            show_default=False,
        ),
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help=(
                "Push a round: a project for each member, such as kfor-a1 for the pass a1. With "
                "--suggestions, each member corrects the same suggestions alone. Later pushes of "
                "the round need not repeat this option."
            ),
        ),
    ] = False,
    annotators_per_example: Annotated[
        int | None,
        typer.Option(
            "--annotators-per-example",
            min=1,
            metavar="NUMBER",
            help=(
                "Give each example to this many members, balanced by words and by pairs. Later "
                "pushes keep the number. Only examples that nobody worked on move. Default: each "
                "example goes to all."
            ),
            show_default=False,
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            metavar="PATH|disagreement|random",
            help=(
                "The order of new examples: by the scores of a file (per article or example, the "
                "highest first), first where the recognisers disagree, or at random. Examples "
                "that are there stay in place."
            ),
            show_default=False,
        ),
    ] = None,
    audit: Annotated[
        str | None,
        typer.Option(
            "--audit",
            metavar="NAME",
            autocompletion=completion_values.audits,
            help=(
                "With --each: show each member the suggestions of this audit in the articles of "
                "its plan, and none elsewhere."
            ),
            show_default=False,
        ),
    ] = None,
    label_renamed: console.LabelRenamed = None,
    new: console.New = False,
    members: console.Members = None,
    control: Annotated[
        int,
        typer.Option(
            "--control",
            min=0,
            metavar="NUMBER",
            help=(
                "Mix in this many examples with gold from other articles, to score the annotators"
                " at the pull. Nobody sees which they are. Later pushes keep them. Default: 0."
            ),
            show_default=False,
        ),
    ] = 0,
    assign: console.AssignTo = None,
    line_breaks: Annotated[
        Literal["auto", "keep", "spaces"],
        typer.Option(
            "--line-breaks",
            help=(
                "Send line breaks inside an example as spaces (spaces) or as they are (keep). "
                "auto sends spaces in hard-wrapped paragraphs, which Doccano would wrap a second "
                "time. Offsets stay the same. Examples that are there stay as they were sent."
            ),
        ),
    ] = "auto",
    invitations: console.Invitations = None,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Upload examples for annotators.

    The command creates or updates the project in Doccano, uploads, and verifies that all examples are there. It
    never deletes the work of a person. It lists what is in doubt, leaves it as it is, and exits with code 1. For a
    new project or a new member it prints an invitation that you can paste into a mail.
    """
    from goldspan.corpus import outputs
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.push.plan import PushOptions
    from goldspan.doccano.push.push import prepare_push
    from goldspan.doccano.push.round import RoundOptions, prepare_round
    from goldspan.doccano.push.upload_order import read_upload_order
    from goldspan.doccano.rounds import round_of_members

    if suggestions and gold:
        raise typer.BadParameter("--suggestions and --gold exclude each other")
    if invitations is not None:
        outputs.validate_folder(invitations)
    corpus = Corpus.find(root)
    split_articles = articles and console.split_names(articles)
    invited: Invitation | None = None
    prefill: Prefill = "suggestions" if suggestions else "gold" if gold else "nothing"
    plans: list[PushPlan] = []  # printed once all is done, as a reader of a pipe may leave
    with console.progress_bar() as on_progress, Doccano(credentials.find_account(home)) as server:
        order_of_upload = None if order is None else read_upload_order(corpus, order, split_articles)
        part = round_of_members(corpus, project, server.url)
        if each or part is not None or audit is not None:
            if gold or shared is not None:
                raise typer.BadParameter(
                    "a round with a project for each member goes with neither --gold, --shared nor --independent"
                )
            round_name, only = part or (project, None)
            options = RoundOptions(
                articles=split_articles,
                most=next_articles,
                suggestions=suggestions,
                audit=audit,
                order=order_of_upload,
                only=only,
                per_example=annotators_per_example,
                control=control,
                members=members,
                line_breaks=line_breaks,
                renamed=console.renamed_labels(corpus.scheme, label_renamed),
                new=new,
                push=PushOptions(assign=assign or "all", on_progress=on_progress),
            )
            _push_round(
                prepare_round(server, corpus, round_name, options),
                apply=apply,
                json=json,
                home=home,
                folder=invitations,
                full=full,
            )
            return
        request: PushRequest = prepare_push(
            server,
            corpus,
            project,
            articles=split_articles,
            most=next_articles,
            prefill=prefill,
            kind=None if shared is None else "shared" if shared else "independent",
            control=control,
            new=new,
            members=members,
            line_breaks=line_breaks,
            renamed=console.renamed_labels(corpus.scheme, label_renamed),
            per_example=annotators_per_example,
            order=order_of_upload,
            options=PushOptions(assign=assign or "all", on_progress=on_progress, on_plan=plans.append),
        )
        if apply:
            result = request.apply()
            left, report = result.left, result.json()
            invited = invitation_after(server, project)
            if request.project_plan.project is None:
                _note_beginning(corpus, server, [project], members)
        else:
            left = request.plan()
            report = {"plan": left.json()}
            plans.append(left)
    invitation_report = None if invited is None else invited.json()
    console.write_json(
        json, "doccano-push", {"applied": apply, **request.json(), **report, "invitation": invitation_report}
    )
    _print_plan(request, plans[0], full=full)
    print_folded([*_stranger_lines(request), *_draft_lines(corpus, plans[0], prefill)])
    print_blanks(corpus, for_annotators=True)
    print_folded(_result_lines(request, result) if apply else [_plan_end(request, left)])
    if invited is not None:
        print_invitation(request.project_plan, invited, invitations)
    if apply:
        print_next_step(corpus, "push", json, home=home)
    if any(step.state == "conflict" for step in left.steps):
        raise typer.Exit(1)


def _push_round(
    request: RoundRequest,
    *,
    apply: bool,
    json: Path | None,
    home: Path | None,
    folder: Path | None,
    full: bool,
) -> None:
    """Plan or carry out the push of a round in which each member has a project, and print it."""
    invited: list[tuple[ProjectPlan, Invitation]] = []
    if apply:
        result = request.apply()
        plan, report = result.plan, result.json()
        lines = list(result_lines(result))
        conflicts = [step for each in result.results.values() for step in each.left.steps if step.state == "conflict"]
        invited = [
            (each.request.project_plan, found)
            for each in plan.members
            if not each.has_left and (found := invitation_after(request.server, each.project.name)) is not None
        ]
        created = [each.project.name for each in plan.members if each.request.project_plan.project is None]
        _note_beginning(request.corpus, request.server, created, request.options.members)
    else:
        plan, report = request.plan(), {}
        lines = ["Already up to date." if plan.is_done else console.PLAN_ONLY]
        conflicts = [step for each in plan.members for step in each.plan.steps if step.state == "conflict"]
    invitations = [found.json() for _, found in invited]
    console.write_json(json, "doccano-push", {"applied": apply, **plan.json(), **report, "invitations": invitations})
    print_round_plan(plan, full=full)
    print_blanks(request.corpus, for_annotators=True)
    print_folded(lines)
    for before, found in invited:
        print_invitation(before, found, folder)
    if apply:
        print_next_step(request.corpus, "push", json, home=home)
    if conflicts:
        raise typer.Exit(1)


def _note_beginning(corpus: Corpus, server: Doccano, created: Iterable[str], members: Path | None) -> None:
    """Note for paces when the work in new projects began."""
    from goldspan.progress.round_pace import note_beginning

    now = dt.datetime.now(dt.UTC)
    for remark in dict.fromkeys(
        remark for name in created for remark in note_beginning(corpus, server, name, now, members=members)
    ):
        console.print_line(f"note: {remark}")


def invitation_after(server: Doccano, project: str) -> Invitation | None:
    """The invitation of those who annotate, once a push is done: what fails now must not hide that it is."""
    from goldspan.doccano import invitation

    try:
        found = server.project(project)
        return None if found is None else invitation.invite_members(server, found)
    except ServerError as error:
        console.print_line(f"note: no invitation, since the server did not say who annotates: {error.message}")
        return None


def print_invitation(before: ProjectPlan, invited: Invitation, folder: Path | None = None) -> None:
    """Print the invitation where somebody is new or it was asked for; else the link to the open examples."""
    if before.project is None or before.members.add or folder is not None:
        console.print_invitation(invited, folder)
    else:
        console.print_line(f"open examples: {invited.link}")


def _print_plan(request: PushRequest, plan: PushPlan, *, full: bool) -> None:
    """Print what is to be done, and what somebody should look at. The sentences are in `push.plan`."""
    from goldspan.doccano.push.plan import (
        assignment_changes,
        assignment_notes,
        control_changes,
        example_changes,
        project_changes,
        project_notes,
    )

    most = None if full else SHOWN
    print_folded(first_lines(project_changes(request.project_plan), most))
    print_folded(f"note: {line}" for line in project_notes(request.project_plan))
    print_folded(f"note: {line}" for line in request.remarks)
    print_folded(control_changes(request.controls, request.corpus.root))
    print_folded(first_lines(assignment_changes(plan.assignments), most))
    print_folded(f"note: {line}" for line in assignment_notes(plan.assignments))
    print_folded(example_changes(plan))
    table, others = _table(request, plan, most)
    console.print_table(console.make_console(), table)
    print_folded(attention_lines(plan, full=full))
    print_folded(others)


def _draft_lines(corpus: Corpus, plan: PushPlan, prefill: Prefill) -> Iterator[str]:
    """A note where there are drafts of the articles and annotators get the texts alone."""
    if prefill != "nothing":
        return
    created = {step.desired.example.article for step in plan.steps if step.state == "create"}
    if drafted := [name for name in sorted(created) if (corpus.suggestions / f"{name}.jsonl").is_file()]:
        yield (
            f"note: the drafts of {amount(len(drafted), 'article')} in build/suggestions are not sent, so that each "
            "annotator decides alone. `--each --suggestions` fills them in; `goldspan help auto_labelling` says "
            "how annotators can ask for them."
        )


def _stranger_lines(request: PushRequest) -> Iterator[str]:
    """A warning where a new project is called like those of a round and is none of them."""
    from goldspan.doccano.corpus_record import read_record

    name = request.project_plan.planned.name
    if request.project_plan.project is not None:
        return
    for one in read_record(request.corpus).rounds:
        if one.each and name.startswith(f"{one.name}-"):
            yield (
                f"note: {name!r} is not a project of the round {one.name!r}: it would be a new project beside it. "
                f"To push to a member of the round, list the member in members.toml and push --project {one.name}."
            )


def _table(request: PushRequest, plan: PushPlan, most: int | None) -> tuple[Table, list[str]]:
    """A row per article, a column per kind of step; and a line on the articles that have no row.

    Args:
        request: what is pushed.
        plan: what is to be done.
        most: how many articles have a row, first those in which most changes; None for all, in their order.
    """
    total = plan.counts()
    columns = [name for name, number in total.items() if number] or ["unchanged"]
    articles = [*plan.articles().items()]
    shown = articles
    if most is not None and len(articles) > most:
        shown = sorted(articles, key=lambda item: item[1]["unchanged"] - sum(item[1].values()))[:most]
    rows = [(article or "(not ours)", *(f"{counts[name]:,}" for name in columns)) for article, counts in shown]
    rows.append(("all", *(f"{total[name]:,}" for name in columns)))
    left = len(articles) - len(shown)
    others = [f"{amount(left, 'more article')} without a row (--full lists all)"] if left else []
    return Table(request.project_plan.planned.name, "", ("article", *columns), tuple(rows)), others


def attention_lines(plan: PushPlan, *, full: bool = True) -> Iterator[str]:
    """What somebody should look at, grouped by what to do about it."""
    found = ((item.remedy, f"{item.example}: {item.reason}") for item in plan.attention())
    return console.grouped_by_remedy(found, None if full else SHOWN)


def _changes_project(request: PushRequest) -> bool:
    from goldspan.doccano.push.plan import project_changes

    return any(project_changes(request.project_plan))


def _plan_end(request: PushRequest, plan: PushPlan) -> str:
    return "Already up to date." if plan.is_done and not _changes_project(request) else console.PLAN_ONLY


def _result_lines(request: PushRequest, result: PushResult) -> Iterator[str]:
    tally = result.tally
    if result.plan.is_done:
        if _changes_project(request):
            yield "The examples were already up to date; the project was changed as listed above."
        else:
            yield "Already up to date: nothing was written."
        return
    if tally.examples:
        explained = f", {tally.explained:,} explained: people are at work on them" if tally.explained else ""
        yield (
            f"sent {amount(tally.examples, 'example')} with {amount(tally.spans, 'span')}; "
            f"read back: all there, {amount(tally.stored, 'span')} as sent{explained}"
        )
    if result.deleted:
        yield f"{amount(result.deleted, 'copy', 'copies')} deleted"
    if result.updated:
        yield f"{result.updated:,} updated"
    if result.taken_back:
        yield f"{amount(result.taken_back, 'assignment')} taken back, of examples that nobody worked on"
    if result.assigned:
        per_example = None if request.record is None else request.record.annotators_per_example
        sees = (
            "everybody who annotates sees every example" if per_example is None else f"{per_example} read each example"
        )
        yield f"{amount(result.assigned, 'assignment')} made: {sees}"

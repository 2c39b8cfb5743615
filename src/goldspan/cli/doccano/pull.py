"""`goldspan doccano pull`."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.interrupted_change import complete_interrupted_change
from goldspan.cli.line_lists import first_of, print_folded, remaining
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus
from goldspan.report.text import Table, amount, enumerate_names, visible

if TYPE_CHECKING:
    from goldspan.doccano.controls import ControlResult
    from goldspan.doccano.label_comparison import LabelComparison
    from goldspan.doccano.pull.collect import Fix, PullProblem
    from goldspan.doccano.pull.merge import LineEdit, MergedPass
    from goldspan.doccano.pull.pass_files import FileChange
    from goldspan.doccano.pull.pull import PullPlan
    from goldspan.doccano.pull.reanchor import MovedLine
    from goldspan.doccano.pull.round import RoundPullPlan
    from goldspan.doccano.snapshot import UndecidedSpan

GOLD = "gold"  # the annotator of the files of a shared project
SHOWN = 3  # lines of one kind on the first screen
WORDS = 60  # characters of a surface or a comment
SPANS = 8  # spans of one line that are lost or added
ADDED_SHOWN = 3  # runs of new words
NEXT = (
    "To have the new text annotated, pull once with --unconfirmed --apply, so that open work is kept, too; "
    "then delete the example in Doccano and push again."
)


def run(
    *,
    project: Annotated[
        str,
        typer.Option(
            "--project",
            metavar="NAME",
            autocompletion=completion_values.projects,
            help="The project in Doccano, or a round.",
        ),
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME,...",
            autocompletion=completion_values.several(completion_values.annotators),
            help=(
                "Pull only these members of a round in which each member has a project: folders "
                "of passes or users, separated by commas."
            ),
            show_default=False,
        ),
    ] = None,
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="Also pull examples that the annotator did not confirm.")
    ] = False,
    tidy: Annotated[
        bool,
        typer.Option(
            "--tidy",
            help=(
                "Trim spaces at the edges of spans. Drop spans that are empty, duplicate, outside"
                " the text, or of an unknown label."
            ),
        ),
    ] = False,
    withdraw: Annotated[
        bool,
        typer.Option(
            "--withdraw",
            help=(
                "Remove lines that are confirmed in the corpus and open in Doccano, also if "
                "nothing was done on them there."
            ),
        ),
    ] = False,
    label_renamed: console.LabelRenamed = None,
    members: console.Members = None,
    articles: console.Articles = None,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Copy the annotators' confirmed work into the corpus.

    Each annotator gets a pass; a project that all share gives gold. Only confirmed examples count, also those in
    which nothing was marked. What does not fit is listed and not written; the rest is written, and the exit code is
    1. If each member of a round has a project, all projects are pulled and all files are written, or none.

    If the text of an example changed in the corpus after the push, the spans move to the new text. A line is held
    back if one of its spans has no single place there, and each such span is listed. If an annotator opened an
    example again and some of their work is there, the line of the corpus is withdrawn. If nothing shows that, as in
    a project that was created again, the line stays and is counted (`kept` of each of the `files` in --json),
    unless you give --withdraw. Control examples are scored against gold for each annotator and label, and never
    written.

    The spans that a line of the corpus loses or gains are listed (`edits` in --json). If a label type was deleted
    or renamed in Doccano, a line that would lose a span stays as it is.
    """
    from goldspan.doccano import credentials
    from goldspan.doccano.client.api import Doccano
    from goldspan.doccano.pull.round import plan_round_pull, pull_words
    from goldspan.progress.round_pace import note_pull

    corpus = Corpus.find(root)
    complete_interrupted_change(corpus, pull_words(project), apply=apply)
    with console.spinner(f"Pulling from {project}") as on_step, Doccano(credentials.find_account(home)) as server:
        plan = plan_round_pull(
            corpus,
            server,
            project,
            only=only and console.split_names(only),
            unconfirmed=unconfirmed,
            tidy=tidy,
            withdraw=withdraw,
            members=members,
            articles=articles and console.split_names(articles),
            renamed=console.renamed_labels(corpus.scheme, label_renamed),
            on_step=on_step,
        )
    changed = plan.apply() if apply else []
    console.write_json(json, "doccano-pull", plan.json())
    _print_plan(plan, full=full)
    if full:
        print_folded(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(corpus.root)}" for path in changed)
    print_folded(f"note: {remark}" for remark in note_pull(plan, server.url, dt.datetime.now(dt.UTC)))
    print_folded([_end(plan, applied=apply)])
    if not full and plan.changes:
        console.print_rest(json, page=False)
    if apply:
        print_next_step(corpus, "pull", json, home=home)
    if not plan.is_complete:
        raise typer.Exit(1)


def _print_plan(pull: RoundPullPlan, *, full: bool) -> None:
    if pull.changes:
        console.print_table(console.make_console(), _article_table(pull) if full else _annotator_table(pull))
    print_folded(_owner_lines(pull))
    if full:
        for plan in pull.plans:
            _print_projects([plan], f"{plan.project.name}:" if pull.is_round else None, None)
    else:
        _print_projects(pull.plans, None, SHOWN)
    if pull.left_out:
        print_folded([f"not pulled, as --only asks: {', '.join(pull.left_out)}"])


def _print_projects(plans: Sequence[PullPlan], heading: str | None, most: int | None) -> None:
    """What a pull finds in projects, under a heading if there is anything; of each kind at most so many lines."""
    problems = [problem for plan in plans for problem in plan.problems]
    remedies = {problem.remedy for problem in problems}
    changes = [change for plan in plans for change in plan.changes]
    lines = [
        *dict.fromkeys(line for plan in plans for line in label_lines(plan.types, remedies)),
        *_problem_lines(problems, most),
        *_to_read_lines([one for plan in plans for one in plan.to_read], most),
        *_edit_lines(changes, most),
        *_withdrawn_lines(changes, most),
        *_kept_lines(changes),
        *_moved_lines([line for plan in plans for line in plan.moved], most),
        *_repair_lines([fix for plan in plans for fix in plan.repairs], most),
        *_comment_lines(plans, most),
    ]
    notes = [f"note: {note}" for note in dict.fromkeys(note for plan in plans for note in plan.notes)]
    notes += [
        f"{amount(number, f'span {label}', f'spans {label}')} of former members, or drawn during the pull."
        for plan in plans
        for label, number in plan.unexported.items()
    ]
    controls = [plan.controls for plan in plans if plan.controls is not None]
    if heading and (lines or notes or controls):
        print_folded([heading])
    print_folded(lines)
    for found in controls:
        if found.records:
            console.print_table(console.make_console(), found.table())
        print_folded(_control_lines(found, most))
    print_folded(notes)


def _title(pull: RoundPullPlan) -> str:
    what = "gold" if any(change.annotator == GOLD for change in pull.changes) else "passes"
    return f"{pull.name}: the {what} after this pull"


def _annotator_table(pull: RoundPullPlan) -> Table:
    """A row for each annotator, and one for all."""
    by_annotator: defaultdict[str, list[FileChange]] = defaultdict(list)
    for change in pull.changes:
        by_annotator[change.annotator].append(change)
    rows = [_annotator_row(name, changes) for name, changes in by_annotator.items()]
    if len(rows) > 1:
        rows.append(_annotator_row("all", list(pull.changes)))
    header = ("annotator", "articles", "examples", "new", "changed", "withdrawn", "left out")
    return Table(_title(pull), "", header, tuple(rows))


def _annotator_row(name: str, changes: Sequence[FileChange]) -> tuple[str, ...]:
    merged = [change.merged for change in changes]
    counts = (
        len({change.article for change in changes}),
        *(sum(map(len, ids)) for ids in zip(*_counted(merged), strict=True)),
    )
    return (name, *(f"{number:,}" for number in counts))


def _counted(merged: Iterable[MergedPass]) -> Iterator[tuple[Sequence[object], ...]]:
    for one in merged:
        yield one.examples, one.new, one.changed, one.withdrawn, one.left_out


def _article_table(pull: RoundPullPlan) -> Table:
    """A row for each annotator and article."""
    rows = []
    for change in pull.changes:
        merged = change.merged
        counts = [len(ids) for ids in (merged.new, merged.changed, merged.withdrawn, merged.left_out)]
        empty = sum(not example.spans for example in merged.examples)
        rows.append((change.annotator, change.article, *(f"{n:,}" for n in (len(merged.examples), empty, *counts))))
    header = ("annotator", "article", "examples", "empty", "new", "changed", "withdrawn", "left out")
    return Table(_title(pull), "", header, tuple(rows))


def _owner_lines(plan: RoundPullPlan) -> Iterator[str]:
    """Which passes are renamed, and what names them."""
    for old, new in sorted(plan.owners.renames.items()):
        yield f"rename the pass corpus/passes/{old} to corpus/passes/{new}, with what names it in corpus/"
    for old, new in sorted(plan.owners.accounts.items()):
        yield f"the account {old!r} is called {new!r} now: corpus/passes/{plan.owners.folders[new]} is theirs"
    if plan.mentions:
        pages = ", ".join(page.relative_to(plan.root).as_posix() for page in plan.mentions)
        yield f"  {pages} may name it, too: run `goldspan build`, or correct what you wrote"
    if plan.owners.renames:
        yield "  disputes that are open in Doccano have the old name until `goldspan adjudicate --push` is run again"


def _problem_lines(problems: Sequence[PullProblem], most: int | None) -> Iterator[str]:
    for problem in first_of(problems, most):
        place = "" if problem.span is None else f" [{problem.span[0]}, {problem.span[1]}, {problem.span[2]}]"
        words = f" {_short(problem.surface)}" if problem.surface else ""
        annotator = f"{problem.annotator}  " if problem.annotator else ""
        yield f"not written: {annotator}{problem.example}  {problem.kind}: {problem.message}{place}{words}"
    yield from remaining(problems, most)
    for (kind, remedy), number in Counter((problem.kind, problem.remedy) for problem in problems).items():
        yield f"  {number:,} {kind}: {remedy}"


def _to_read_lines(spans: Sequence[UndecidedSpan], most: int | None) -> Iterator[str]:
    """The spans of labels that were split, to which nothing gives one of the new labels."""
    for one in first_of(spans, most):
        annotator = f"{one.annotator}  " if one.annotator else ""
        yield (
            f"read again: {annotator}{one.example}  {_short(one.surface)} is {one.former} in Doccano, which was split: "
            f"pulled as {one.span.label}, not confirmed"
        )
    yield from remaining(spans, most)
    if spans:
        yield f"  In Doccano, give each of them {' or '.join(spans[0].labels)}, and pull again."


def label_lines(types: LabelComparison, printed: Collection[str] = ()) -> Iterator[str]:
    """Where the label types in Doccano are not those of the scheme, and what to do unless that is printed elsewhere."""
    for doubt in types.doubts:
        may_lack = doubt in (*types.serious, *types.recreated)
        yield f"label: {doubt.message}{'; what annotators confirmed may lack its spans' if may_lack else ''}"
        if doubt.remedy not in printed:
            yield f"  {doubt.remedy}"


def _edit_lines(changes: Iterable[FileChange], most: int | None) -> Iterator[str]:
    """What the lines of the corpus lose and gain: by annotator and article, or by annotator, losses first."""
    by_pass: defaultdict[str, list[LineEdit]] = defaultdict(list)
    for change in changes:
        name = f"{change.annotator}  {change.article}" if most is None else change.annotator
        by_pass[name] += change.merged.edits
    for name, edits in by_pass.items():
        if edits:
            lost, added = (sum(map(len, spans)) for spans in zip(*((e.lost, e.added) for e in edits), strict=True))
            counts = f"{amount(lost, 'span')} lost, {added:,} added"
            yield f"spans: {name}  {amount(len(edits), 'line')} with {counts}"
        ordered = edits if most is None else sorted(edits, key=lambda edit: not edit.lost)
        for edit in first_of(ordered, most):
            yield f"  {edit.example}  {'; '.join(_span_lists(edit))}"
        yield from remaining(edits, most)


def _span_lists(edit: LineEdit) -> Iterator[str]:
    for what, rows in (("lost", edit.lost), ("added", edit.added)):
        if rows:
            spans = ", ".join(f"[{start}, {end}, {label}] {_short(words)}" for start, end, label, words in rows[:SPANS])
            yield f"{what}: {spans}{f' and {len(rows) - SPANS:,} more' if len(rows) > SPANS else ''}"


def _moved_lines(lines: Sequence[MovedLine], most: int | None) -> Iterator[str]:
    for line in first_of(lines, most):
        annotator = f"{line.annotator}  " if line.annotator else ""
        added = ", ".join(map(_short, line.added[:ADDED_SHOWN]))
        more = "" if len(line.added) <= ADDED_SHOWN else f" and {len(line.added) - ADDED_SHOWN:,} more"
        new = f"; not in the annotated text: {added}{more}" if added else ""
        yield f"moved to the new text: {annotator}{line.example}  {amount(len(line.spans), 'span')}{new}"
    yield from remaining(lines, most)
    if lines:
        yield f"  {amount(len(lines), 'line')} moved to the new text. {NEXT}"


def _repair_lines(repairs: Sequence[Fix], most: int | None) -> Iterator[str]:
    for fix in first_of(repairs, most):
        issue, after = fix.repair.issue, fix.repair.after
        now = "dropped" if after is None else f"[{after.start}, {after.end}] {_short(fix.repair.surface)}"
        annotator = f"{fix.annotator}  " if fix.annotator else ""
        place = f"[{issue.start}, {issue.end}, {issue.label}] {_short(issue.surface)}"
        yield f"tidied: {annotator}{fix.example}  {issue.kind}: {place} -> {now}"
    yield from remaining(repairs, most)
    for kind, number in Counter(fix.repair.issue.kind for fix in repairs).items():
        yield f"  {number:,} {kind} repaired"


def _withdrawn_lines(changes: Iterable[FileChange], most: int | None) -> Iterator[str]:
    lines = [(change.annotator, example) for change in changes for example in change.merged.withdrawn]
    for annotator, example in first_of(lines, most):
        yield f"withdrawn: {annotator}  {example}  was confirmed in the corpus and is open in Doccano"
    yield from remaining(lines, most)


def _kept_lines(changes: Iterable[FileChange]) -> Iterator[str]:
    keeping = [change for change in changes if change.merged.kept]
    if keeping:
        number = sum(len(change.merged.kept) for change in keeping)
        articles = enumerate_names(dict.fromkeys(change.article for change in keeping), most=SPANS)
        yield (
            f"kept: {amount(number, 'line')} of {articles}, open in Doccano with nothing done there: another project, "
            "or a confirmation taken back? --withdraw removes such lines."
        )


def _comment_lines(plans: Iterable[PullPlan], most: int | None) -> Iterator[str]:
    comments = [comment for plan in plans for comment in plan.comments]
    for comment in first_of(comments, most):
        example = comment.example or "not of this corpus"
        yield f"comment: {comment.annotator}  {example}  {_short(comment.text)}"
    yield from remaining(comments, most)


def _control_lines(controls: ControlResult, most: int | None) -> Iterator[str]:
    """Where annotators and gold differ on the controls, and which controls are not scored."""
    errors = [(record.annotator, error) for record in controls.records for error in record.wrong]
    for annotator, error in first_of(errors, most):
        yield (
            f"control: {annotator}  {error.example}\n  gold    {visible(error.gold)}\n  theirs  {visible(error.theirs)}"
        )
    yield from remaining(errors, most)
    for example, reason in controls.unscored:
        yield f"control not scored: {example}  {reason}"
    if not controls.records:
        yield f"Nobody has confirmed any of {amount(len(controls.present), 'control')}."


def _end(plan: RoundPullPlan, *, applied: bool) -> str:
    files, problems = len({*plan.papers, *(change.path for change in plan.written)}), plan.problems
    unfit = f"; {amount(problems, 'problem')}, listed above and not written" if problems else ""
    if not files and not plan.changes:
        found = "Nothing can be written" if problems else "Nobody has confirmed any example of this corpus there"
        return f"{found}{unfit}."
    if not files:
        return f"Already up to date{unfit}."
    if applied:
        return f"{amount(files, 'file')} written{unfit}."
    return f"{amount(files, 'file')} would change{unfit}. {console.PLAN_ONLY}"


def _short(text: str) -> str:
    return repr(text if len(text) <= WORDS else f"{text[:WORDS]}…")

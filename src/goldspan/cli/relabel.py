"""`goldspan relabel`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files
from goldspan.cli import completion_values, console
from goldspan.cli.interrupted_change import complete_interrupted_change
from goldspan.cli.line_lists import file_summary, first_of, print_folded, remaining
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import locked
from goldspan.errors import InvalidValueError
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from goldspan.relabel.change import LabelChange
    from goldspan.relabel.plan import RelabelPlan

SHOWN = 3  # lines of one kind on the first screen
WORDS = 60  # characters of a surface or a line of a page
UNDO = "To undo it all: git checkout . (and git clean for new pages), as long as nothing is committed."


def run(
    old: Annotated[
        str, typer.Argument(metavar="OLD", autocompletion=completion_values.labels, help="The name of a label.")
    ],
    new: Annotated[
        list[str],
        typer.Argument(
            metavar="NEW",
            autocompletion=completion_values.labels,
            help=(
                "Its new name; or a label to merge it into; or several labels to split it into, the first choice first."
            ),
        ),
    ],
    *,
    conditions: Annotated[
        list[str] | None,
        typer.Option(
            "--if",
            metavar="PATTERN=LABEL",
            help=(
                "When you split a label: spans in whose words the regular expression is found get"
                " this label. The first that fits decides. May be repeated."
            ),
        ),
    ] = None,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Rename, merge or split a label in the whole project.

    If the scheme does not have NEW, OLD is renamed. If it has NEW, the spans of OLD become spans of NEW. Several
    NEW labels split OLD. The command changes gold, passes, decisions, the marked examples of the guidelines,
    recognisers and the records of Doccano. The version of the guidelines goes up, with an entry in both changelogs.
    The command lists what annotators must read again.
    """
    corpus = Corpus.find(root)
    with locked(corpus.folder / "manifest.jsonl") if apply else contextlib.nullcontext():
        if complete_interrupted_change(corpus, ("relabel", old, *new), apply=apply):
            return
        corpus = Corpus(corpus.root)
        plan = _plan(corpus, old, new, conditions or ())
        console.write_json(json, "relabel", {"applied": apply, **plan.json()})
        if apply:
            plan.apply()
    print_folded(_lines(plan, None if full else SHOWN))
    print_folded(_file_lines(plan, applied=apply, full=full))
    if not apply:
        print(console.PLAN_ONLY)
    else:
        print_folded(_what_is_next(plan))


def _plan(corpus: Corpus, old: str, new: Sequence[str], conditions: Sequence[str]) -> RelabelPlan:
    from goldspan.relabel.change import plan_change
    from goldspan.relabel.plan import plan_relabel

    try:
        change = plan_change(corpus.scheme, old, new, conditions)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    return plan_relabel(corpus, change)


def _lines(plan: RelabelPlan, most: int | None) -> Iterator[str]:
    """The plan in words."""
    change, annotations = plan.change, plan.annotations
    yield from _change_lines(change)
    spans = annotations.counts.spans
    in_gold = sum(number for path, number in spans.items() if path.parent == plan.corpus.gold)
    in_passes = sum(number for path, number in spans.items() if path.parent.parent == plan.corpus.passes)
    in_decisions = sum(number for path, number in spans.items() if path.parent == plan.corpus.decisions)
    marked = sum(plan.pages.examples.values())
    yield (
        f"{amount(in_gold, 'span')} of gold, {in_passes:,} of passes and {in_decisions:,} in decisions get their new "
        f"label; {amount(marked, 'marked example')} on pages, too"
    )
    if change.kind != "rename" and annotations.counts.labels:
        counts = (f"{number:,} {label}" for label, number in annotations.counts.labels.items() if number)
        yield f"gold: {change.old} becomes {enumerate_names(counts, empty='nothing')}"
    yield from _collision_lines(plan, most)
    if plan.versions:
        articles = amount(len(plan.versions), "article")
        yield f"manifest: gold of {articles} from version {change.before.version} to {change.after.version}"
    for mention in first_of(plan.pages.mentions, most):
        place = mention.file.relative_to(plan.corpus.root).as_posix()
        yield f"named in words, not changed: {place}:{mention.line}: {_short(mention.text)}"
    yield from remaining(plan.pages.mentions, most)
    yield from (f"note: {note}" for note in plan.notes)
    if plan.projects:
        yield from _doccano_lines(plan)
    yield from _reading_lines(plan, most)


def _change_lines(change: LabelChange) -> Iterator[str]:
    from goldspan.relabel.change import similar_labels

    sentence = change.sentence.replace("`", "")
    yield f"{change.kind}: {sentence}; guidelines {change.before.version} → {change.after.version}"
    for name in similar_labels(change):
        yield f"note: the scheme has {name}: if that is meant, name it as it is written there"
    for label in change.new:
        yield f"label {label.name}: colour {label.colour}, key {label.shortcut}, page {label.page}"
    if change.moved_classes:
        moved = (f"{name} {before} → {after}" for name, (before, after) in change.moved_classes.items())
        yield (
            f"CLASS IDS CHANGE: {', '.join(moved)}. Datasets exported before and models trained on them have the old "
            "numbers: export and train again, or map by name"
        )


def _collision_lines(plan: RelabelPlan, most: int | None) -> Iterator[str]:
    annotations = plan.annotations
    if collisions := sum(annotations.counts.collisions.values()):
        yield f"{amount(collisions, 'span')} had both labels at one place in one file: one of each two stays"
    if annotations.agreed:
        yield f"{amount(annotations.agreed, 'open dispute')} settled: the annotators agree now"
    if annotations.new_gold:
        yield f"{amount(len(annotations.new_gold), 'example')} can have gold now: goldspan adjudicate --apply"
    for decision in first_of(annotations.needless, most):
        yield f"decision needless, removed: {decision.example} [{decision.start}, {decision.end}], by {decision.by}"
    yield from remaining(annotations.needless, most)
    for decision in first_of(annotations.revived, most):
        place = f"{decision.example} [{decision.start}, {decision.end}]"
        yield f"decision no longer valid, removed: {place}, by {decision.by}; the change would make it valid again"
    yield from remaining(annotations.revived, most)


def _doccano_lines(plan: RelabelPlan) -> Iterator[str]:
    change = plan.change
    projects = enumerate_names(plan.projects)
    yield (
        f"Doccano: pull {projects} before you apply this, if annotators have worked since the last pull; what is "
        "pulled later is carried over then"
    )
    match change.kind:
        case "rename":
            yield f"Doccano: the next push gives the label type {change.old} its new name; spans stay as they are"
        case "merge":
            yield f"Doccano: spans of {change.old} there are read as {change.labels[0]}; a push takes its key away"
        case "split":
            yield (
                f"Doccano: after the next push annotators give their spans of {change.old} one of "
                f"{', '.join(change.labels)}; until then a pull reads them by the same patterns, the rest unconfirmed"
            )


def _reading_lines(plan: RelabelPlan, most: int | None) -> Iterator[str]:
    reading = plan.annotations.reading
    for each in first_of(reading, most):
        yield f"read again: {each.example} [{each.start}, {each.end}] {_short(each.surface)} in {', '.join(each.where)}"
    yield from remaining(reading, most)
    if reading:
        choices = " or ".join(plan.change.labels)
        yield (
            f"{amount(len(plan.to_read), 'example')} to read again, {amount(len(reading), 'span')}: {choices}? They "
            f"have {plan.change.labels[0]} for the time being"
        )
        for name, ids in plan.annotations.unconfirmed.items():
            yield f"pass {name}: {amount(len(ids), 'example')} not confirmed any more"
    else:
        yield "nothing must be read again"


def _file_lines(plan: RelabelPlan, *, applied: bool, full: bool) -> Iterator[str]:
    """The files that are written or removed: each, or how many in which folder."""
    root = plan.corpus.root
    remove, write = ("removed", "wrote") if applied else ("would remove", "would write")
    if full:
        for path, content in plan.contents.items():
            yield f"{remove if content is None else write} {path.relative_to(root).as_posix()}"
        return
    removed = [path.relative_to(root) for path, content in plan.contents.items() if content is None]
    written = [path.relative_to(root) for path, content in plan.contents.items() if content is not None]
    yield from file_summary(remove, removed)
    yield from file_summary(write, written)


def _what_is_next(plan: RelabelPlan) -> Iterator[str]:
    root = plan.corpus.root
    if files.git_repository(root) is not None:
        yield UNDO
    steps = ["goldspan check"]
    if plan.annotations.reading:
        yield (
            'Correct the labels of what must be read again, in Doccano or in the files; write "confirmed": true into '
            "the lines of passes, and the new version into the manifest, article by article. What passes say then goes "
            "into gold by: goldspan adjudicate --overwrite --apply"
        )
    if plan.annotations.new_gold:
        steps.append("goldspan adjudicate --apply")
    if plan.projects:
        steps += [f"goldspan doccano push --project {name}" for name in plan.projects]
    yield f"Next: {'; '.join([*steps, 'goldspan build'])}"


def _short(text: str) -> str:
    return repr(text if len(text) <= WORDS else f"{text[:WORDS]}…")

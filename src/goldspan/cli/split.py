"""`goldspan split`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan import files, splits
from goldspan.cli import console
from goldspan.cli.line_lists import print_folded
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import SPLITS, Corpus
from goldspan.errors import InvalidValueError
from goldspan.near_duplicates import THRESHOLD
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from goldspan.errors import InputError
    from goldspan.splits import SplitPlan

SHOWN = 12  # names on a line


def run(
    *,
    ratios: Annotated[
        str | None,
        typer.Option(
            "--ratios",
            metavar="NAME=NUMBER,...",
            help=(
                "The share of each split, e.g. train=0.8,test=0.2. A split that is not named gets"
                " no new article. Default: [splits] in goldspan.toml."
            ),
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold", metavar="NUMBER", help="The Jaccard similarity from which articles are near-duplicates."
        ),
    ] = THRESHOLD,
    clusters: Annotated[
        list[Path] | None,
        typer.Option(
            "--clusters",
            metavar="PATH",
            help=(
                "A clusters.parquet or its folder: the near-duplicates in the collection that the"
                " articles come from. Articles of a cluster stay together, and "
                "corpus/clusters.jsonl remembers them. May be repeated, once for each collection."
            ),
            show_default=False,
        ),
    ] = None,
    apply: console.Apply = False,
    accept_leaks: Annotated[
        bool,
        typer.Option("--accept-leaks", help="Assign new articles even if they belong with articles of several splits."),
    ] = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Assign whole articles to train, validation and test.

    An assigned article never moves. Articles stay together if they share half of all their word trigrams, half of
    the trigrams of the smaller one (10 or more), or a paragraph of 20 words or more. If a publisher repeats a
    paragraph in many articles, accept it by the id of an example that has it: `paragraph-across-splits =
    ["a17.p03"]` under [allow] in labels.toml.

    Articles of one cluster in corpus/clusters.jsonl stay together, too.
    """
    corpus = Corpus.find(root)
    try:
        chosen = None if ratios is None else splits.parse_ratios(ratios)
        plan = splits.plan_splits(corpus, chosen, threshold, cluster_of=splits.read_clusters(corpus, clusters or ()))
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    console.write_json(json, "split", plan.json())
    if not plan.splits:
        _write_clusters_alone(corpus, plan, apply=apply)
        print_next_step(corpus, "split", json)
        return
    changed = splits.changed_files(corpus, plan)
    refusal = splits.refusal(corpus, plan, accept_leaks=accept_leaks)
    if apply and refusal is None:
        splits.write_splits(corpus, plan, accept_leaks=accept_leaks)
    console.print_table(console.report_console(), _table(plan))
    print_folded(_lines(plan))
    _print_end(refusal, changed, apply=apply)
    if apply or not (changed or refusal):
        print_next_step(corpus, "split", json)
    if plan.conflicts:
        raise typer.Exit(1)


def _write_clusters_alone(corpus: Corpus, plan: SplitPlan, *, apply: bool) -> None:
    """Print that no article has gold, and write the clusters, which the project may have before."""
    for line in _without_gold(plan):
        print(line)
    print("No article has gold yet: there is nothing to assign.")
    if changed := splits.changed_clusters(corpus, plan):
        print(_cluster_line(plan))
        if apply:
            files.write_all(changed)
        console.print_changed(changed, applied=apply)


def _print_end(refusal: InputError | None, changed: Collection[Path], *, apply: bool) -> None:
    """Print what was written or would be.

    Raises:
        InputError: the refusal, if the plan was to be carried out.
    """
    if refusal is not None and apply:
        raise refusal
    if refusal is not None:
        print(f"--apply is refused: {refusal.message}. {refusal.remedy}")
    elif changed:
        console.print_changed(changed, applied=apply)
    elif apply:
        print("Already up to date.")


def _table(plan: SplitPlan) -> Table:
    """A row per count, a column per split, and their sum."""
    contents = [plan.contents(split) for split in SPLITS]
    new = Counter(plan.new.values())
    rows = [_row(what, [split[what] for split in contents]) for what in ("articles", "examples", "words")]
    rows += [_row(label, [split["spans"][label] for split in contents]) for label in plan.labels]
    rows.append(_row("new articles", [new[split] for split in SPLITS]))
    return Table("Splits", "", ("", *SPLITS, "all"), tuple(map(tuple, rows)))


def _row(what: str, numbers: Sequence[int]) -> list[str]:
    total = sum(numbers)
    shares = (f" ({number / total:4.0%})" if total else "" for number in numbers)
    return [what, *(f"{number:,}{share}" for number, share in zip(numbers, shares, strict=True)), f"{total:,}"]


def _lines(plan: SplitPlan) -> Iterator[str]:
    """What the table leaves out."""
    new = plan.new
    shares = ", ".join(f"{name} {share:g}" for name, share in plan.ratios.items())
    yield f"Shares of new articles: {shares}."
    yield f"{amount(len(plan.existing), 'article')} in their splits as before, {len(new):,} new."
    for split in SPLITS:
        if names := [article for article, place in new.items() if place == split]:
            yield f"New in {split}: {_some(names)}"
    yield from _without_gold(plan)
    together = [" = ".join(_shortened(group)) for group in plan.together]
    reasons = "for a long paragraph, or in a cluster" if plan.cluster_of else "or for a long paragraph"
    yield (
        f"Together, as near-duplicates (Jaccard similarity of {plan.threshold:g} or more), as stories and briefs cut "
        f"from them, {reasons}: {_some(together) or 'none'}"
    )
    if plan.cluster_of:
        yield _cluster_line(plan)
    for paragraph in plan.standing[:SHOWN]:
        yield (
            f"One paragraph, {paragraph.example}, is in {paragraph.articles:,} articles and joins {paragraph.groups:,} "
            f"groups of them: {plan.excerpt(paragraph.example)!r}. If it is a publisher's standing paragraph rather "
            f'than news, accept it: paragraph-across-splits = ["{paragraph.example}"] under [allow] in labels.toml.'
        )
    sizes = sorted(Counter(plan.folds.values()).items())
    yield f"Folds for cross-validation, in articles: {', '.join(f'{size:,}' for _, size in sizes) or 'none'}"
    for conflict in plan.conflicts:
        places = [f"{a} ({split}{', new' if a in conflict.new else ''})" for a, split in conflict.splits.items()]
        yield f"LEAK: articles that belong together are in several splits: {', '.join(_shortened(places))}"
    if plan.too_small:
        yield plan.too_small


def _cluster_line(plan: SplitPlan) -> str:
    """How many articles are in clusters, and what changes of that."""
    before, after = plan.former_clusters, plan.cluster_of
    changes = {
        "new": len(after.keys() - before.keys()),
        "in another cluster": sum(after[article] != before[article] for article in after.keys() & before.keys()),
        "no longer in one": len(before.keys() - after.keys()),
    }
    changed = "".join(f", {number:,} {what}" for what, number in changes.items() if number)
    clusters = len(set(after.values()))
    return f"In {amount(clusters, 'cluster')} of a larger collection: {amount(len(after), 'article')}{changed}."


def _without_gold(plan: SplitPlan) -> Iterator[str]:
    for what, chosen in (("Without gold, so in no split", False), ("In a split, but without gold", True)):
        if names := [article for article in plan.without_gold if (article in plan.splits) is chosen]:
            yield f"{what}: {_some(names)}"


def _shortened(names: Sequence[str]) -> list[str]:
    """The names of a group, and in place of those that are too many their number."""
    return [*names[:SHOWN], f"{len(names) - SHOWN:,} more"] if len(names) > SHOWN else [*names]


def _some(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    more = f" and {len(names) - SHOWN:,} more, which --json lists" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more

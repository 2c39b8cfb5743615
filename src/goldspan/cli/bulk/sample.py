"""`goldspan bulk sample`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from goldspan.cli import console
from goldspan.cli.line_lists import file_summary, print_folded
from goldspan.cli.next_step import print_next_step
from goldspan.corpus import Corpus
from goldspan.errors import InvalidValueError
from goldspan.report.text import Table, amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.bulk.project_sample import ProjectSample

SHOWN = 40  # strata of the table


def run(
    suggestions: Annotated[
        str,
        typer.Argument(metavar="SUGGESTIONS", help="The folder that `goldspan bulk suggest` wrote, or its address."),
    ],
    *,
    inputs: Annotated[
        list[str],
        typer.Option(
            "--input",
            metavar="PATH",
            help=(
                "The articles that the suggestions were made from, as you named them to `goldspan"
                " bulk suggest`, or where they are now. May be repeated."
            ),
            show_default=False,
        ),
    ],
    number: Annotated[
        int,
        typer.Option("--number", min=1, metavar="NUMBER", help="The number of articles to draw.", show_default=False),
    ],
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="NAME,...",
            help=(
                "What the strata are made of: label, score, novelty, source, or several of them, separated by commas."
            ),
        ),
    ] = "label,score",
    allocation: Annotated[
        Literal["equal", "square-root", "proportional"],
        typer.Option("--allocation", help="How the strata share the sample, by the number of their articles."),
    ] = "square-root",
    least: Annotated[
        int | None,
        typer.Option(
            "--least",
            min=0,
            metavar="NUMBER",
            help=(
                "The smallest number of articles for each label, if there are so many. Default: "
                "5, or fewer if labels would take more than half of the sample."
            ),
            show_default=False,
        ),
    ] = None,
    random_share: Annotated[
        float,
        typer.Option(
            "--random-share",
            min=0,
            max=1,
            metavar="NUMBER",
            help="The share that is drawn from all articles, for estimates.",
        ),
    ] = 0.2,
    scores: Annotated[
        str,
        typer.Option(
            "--scores",
            metavar="NUMBER,NUMBER",
            help=(
                "The bounds of the scores, separated by commas: from the first on a score is "
                "medium, not uncertain; from the second on it is sure."
            ),
        ),
    ] = "0.5,0.8",
    score: Annotated[
        Literal["lowest", "mean"], typer.Option("--score", help="Which score counts for an article with several spans.")
    ] = "lowest",
    clusters: Annotated[
        list[Path] | None,
        typer.Option(
            "--clusters",
            metavar="PATH",
            help=(
                "A clusters.parquet or its folder: the near-duplicates of the collection. One "
                "article of each cluster takes part, and corpus/clusters.jsonl keeps what is "
                "drawn together with it. May be repeated."
            ),
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=0,
            max=console.LARGEST_SEED,
            metavar="NUMBER",
            help="The seed. The same seed draws the same articles.",
        ),
    ] = 0,
    full: console.Full = False,
    apply: console.Apply = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Draw articles of a large collection into a project.

    It draws from the suggestions of `goldspan bulk suggest`, and adds the articles with their texts and
    suggestions. A part is drawn from all articles, the rest from each stratum.
    """
    from goldspan.bulk.locations import Location
    from goldspan.bulk.project_sample import ProjectSampleOptions, check_addition, plan_sample, write_sample
    from goldspan.bulk.sample import SampleOptions
    from goldspan.bulk.strata import StratumCriteria, parse_dimensions, parse_edges
    from goldspan.bulk.suggested_articles import SuggestionOutput

    corpus = Corpus.find(root)
    try:
        draw = SampleOptions(number=number, allocation=allocation, least=least, random_share=random_share, seed=seed)
        criteria = StratumCriteria(by=parse_dimensions(by), edges=parse_edges(scores), score=score)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error)) from None
    options = ProjectSampleOptions(inputs=inputs, draw=draw, criteria=criteria, clusters=clusters or ())
    output = SuggestionOutput(Location.of(suggestions))
    with console.progress_bar() as on_progress:
        plan = plan_sample(corpus, output, options, on_progress)
        check_addition(corpus, plan)
    changed = write_sample(corpus, plan) if apply else []
    console.write_json(json, "bulk-sample", plan.json())
    console.print_table(console.report_console(), _table(plan))
    for line in _lines(plan, number):
        console.print_line(line)
    if apply:
        if full:
            print_folded(f"wrote {path}" for path in changed)
        else:
            print_folded(file_summary("wrote", [path.relative_to(corpus.root) for path in changed]))
        print_next_step(Corpus(corpus.root), "rank", json)
    else:
        console.print_line("Nothing was written. Carry it out with --apply.")


def _table(plan: ProjectSample) -> Table:
    """A row for each stratum, those with most articles in the sample first, and their sum."""
    strata = sorted(plan.sample.strata, key=lambda one: (-one.drawn - one.random, -one.articles, one.key))
    rows = [(*one.key, f"{one.articles:,}", f"{one.random:,}", f"{one.drawn:,}") for one in strata[:SHOWN]]
    if rest := strata[SHOWN:]:
        counts = (sum(one.articles for one in rest), sum(one.random for one in rest), sum(one.drawn for one in rest))
        rows.append((f"{len(rest):,} more strata", *[""] * (len(plan.by) - 1), *(f"{count:,}" for count in counts)))
    parts = [one.sampled.part for one in plan.articles]
    totals = (plan.sample.frame, parts.count("random"), parts.count("ranked"))
    rows.append(("all", *[""] * (len(plan.by) - 1), *(f"{count:,}" for count in totals)))
    return Table("Strata", "", (*plan.by, "articles", "random part", "drawn of the others"), tuple(rows))


def _lines(plan: ProjectSample, number: int) -> Iterator[str]:
    """What the table leaves out."""
    sample = plan.sample
    parts = [one.sampled.part for one in plan.articles]
    share = f" ({parts.count('random') / sample.frame:.2%} of all)" if sample.frame else ""
    yield (
        f"{amount(len(plan.articles), 'article')} of {sample.frame:,}: {parts.count('random'):,} drawn from "
        f"all{share}, {parts.count('ranked'):,} stratum by stratum."
    )
    if len(plan.articles) < number:
        yield f"There are fewer than the {number:,} that were wanted."
    for reason, count in sorted(sample.left_out.items()):
        yield f"Not drawn from: {amount(count, 'article')} {reason}."
    if plan.without_example:
        yield f"Not drawn from: {amount(plan.without_example, 'article')} without an example."
    if plan.rejects:
        yield f"Not drawn from: {amount(plan.rejects, 'row')} that {'is' if plan.rejects == 1 else 'are'} no article."
    renamed = [one for one in plan.articles if one.id != one.sampled.candidate.id]
    if renamed:
        example = renamed[0]
        yield (
            f"{amount(len(renamed), 'id')} cannot be one here or belong to other articles: "
            f"{example.sampled.candidate.id!r:.60} is {example.id}."
        )
    for note in plan.notes:
        yield f"Note: {note}."

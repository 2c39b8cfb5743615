"""`goldspan rank`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import completion_values, console, model_options
from goldspan.cli.next_step import print_next_step
from goldspan.cli.option_groups import DOCCANO
from goldspan.corpus import Corpus
from goldspan.report.text import Table, amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.models.order_plan import OrderPlan, PartCount

SHOWN = 20  # articles of the table with --full
FIRST = 4  # articles of the first screen
NAMED = 8  # articles in a sentence


def run(
    *,
    weights: model_options.Weights = None,
    backend: model_options.Backend = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FOLDER",
            help=(
                "The folder of the model that expects spans. Default: build/model, if it exists "
                "and neither --weights nor --backend is given; else two models are trained on "
                "gold."
            ),
            show_default=False,
        ),
    ] = None,
    suggestions: Annotated[
        bool,
        typer.Option("--suggestions", help="Expect what build/suggestions has, and use no model."),
    ] = False,
    random_share: Annotated[
        float,
        typer.Option(
            "--random-share",
            min=0,
            max=1,
            metavar="NUMBER",
            help="The share of places for articles drawn at random, whose gold gives unbiased estimates.",
        ),
    ] = 0.2,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar="NUMBER", help="The seed. The same seed draws the same articles.")
    ] = 0,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="NAME",
            rich_help_panel=DOCCANO,
            autocompletion=completion_values.projects,
            help=(
                "Do not rank articles that this project in Doccano has. Default: those that a "
                "push in this order sent, and those in passes."
            ),
            show_default=False,
        ),
    ] = None,
    apply: console.Apply = False,
    full: console.Full = False,
    json: console.Json = None,
    home: console.Home = None,
    root: console.Root = None,
) -> None:
    """Rank the unread articles by how much they would teach.

    First are the articles that are likely to teach a model most for the words that annotators read. The order goes
    to corpus/reading_order.jsonl, and `goldspan doccano push` follows it.
    """
    from goldspan.models.order_plan import ExpectationSource, is_written, plan_order, write_order
    from goldspan.models.reading_order import RankOptions

    training = [name for name, given in (("--weights", weights), ("--backend", backend)) if given is not None]
    if training and model is not None:
        raise typer.BadParameter(f"{training[0]} and --model exclude each other: a model that is there is not trained")
    if suggestions and (training or model is not None):
        raise typer.BadParameter("--suggestions excludes --weights, --backend and --model: no model is asked")
    corpus = Corpus.find(root)
    corpus.require_tokenizer()
    pushed = {} if project is None else {project: _articles_in_project(corpus, project, home)}
    with console.progress_bar() as on_article:
        plan = plan_order(
            corpus,
            ExpectationSource(model=model, weights=weights, backend=backend, suggestions=suggestions),
            RankOptions(random_share=random_share, seed=seed),
            pushed=pushed,
            on_article=on_article,
        )
    changes = not is_written(corpus, plan)
    if apply and changes:
        write_order(corpus, plan)
    console.write_json(json, "rank", {"applied": apply, **plan.json()})
    if plan.ranked:
        console.print_table(console.report_console(), _table(plan, SHOWN if full else FIRST))
        console.print_line(f"Expected by {plan.source}.")
    for line in _lines(plan):
        console.print_line(line)
    if not full and len(plan.ranked) > FIRST:
        console.print_rest(json, page=False)
    if changes:
        console.print_changed([corpus.order_file], applied=apply)
    else:
        print("Already up to date.")
    if apply or not changes:
        print_next_step(corpus, "rank", json)


def _articles_in_project(corpus: Corpus, name: str, home: Path | None) -> set[str]:
    """The articles of which a project has an example, those of its controls left out.

    Raises:
        NotFoundError: if there is no such project.
    """
    from goldspan.annotation import article_of
    from goldspan.doccano import controls, credentials, project_identity
    from goldspan.doccano.client.api import Doccano
    from goldspan.errors import NotFoundError

    with Doccano(credentials.find_account(home)) as server:
        found = project_identity.identify(server, corpus, name).project
        if found is None:
            raise NotFoundError(
                f"there is no project {name!r} on {server.url}",
                remedy="Name it as Doccano shows it, or omit --project.",
            )
        listed = {*controls.read_controls(corpus, name)}
        return {article_of(example) for example in controls.pushed_ids(server, found) if example not in listed}


def _table(plan: OrderPlan, most: int) -> Table:
    """A row for each of the articles that are to be read first."""
    from goldspan.models.order_plan import reasons

    rows = [
        (f"{place:,}", one.article, one.part, f"{one.words:,}", f"{one.score:.1f}", reasons(one))
        for place, one in enumerate(plan.ranked[:most], 1)
    ]
    more = len(plan.ranked) - most
    note = f"and {more:,} more{'; --json lists all' if most == SHOWN else ''}" if more > 0 else ""
    return Table("Reading order", note, ("place", "article", "part", "words", "score", "why"), tuple(rows))


def _lines(plan: OrderPlan) -> Iterator[str]:
    """What the table leaves out."""
    if not plan.ranked:
        yield "Every article has gold, or annotators have it: there is none to rank."
    for what, names in (
        ("With annotators, so not ranked", plan.in_progress),
        ("Without text, so not ranked", plan.without_text),
        ("No longer in the manifest, so left out", plan.unknown),
    ):
        if names:
            yield f"{what}: {enumerate_names(names, most=NAMED)}"
    repeats = [one.article for one in plan.ranked if one.repeats is not None]
    if repeats:
        yield f"Last, as near-duplicates of others: {enumerate_names(repeats, most=NAMED)}"
    for note in plan.notes:
        yield f"note: {note}"
    for part in plan.parts:
        yield _part_line(part)
    random = next((part for part in plan.parts if part.part == "random"), None)
    if random is not None and random.read:
        yield (
            "Estimates for all articles come from the random part alone: "
            "goldspan evaluate corpus/gold build/folds --split random"
        )


def _part_line(part: PartCount) -> str:
    """What has been read of a part, in a sentence."""
    name = part.part[0].upper() + part.part[1:]
    line = f"{name}: {amount(part.articles, 'article')}, {part.read:,} read"
    if part.rate is None:
        return line
    row = part.json()
    ends = "" if row["interval"] is None else f" [{row['interval'][0]:.0f}, {row['interval'][1]:.0f}]"
    return f"{line}, with {part.rate:.0f}{ends} spans in 1,000 words"

"""`goldspan audit plan`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from goldspan.cli import completion_values, console
from goldspan.cli.next_step import typed_command
from goldspan.corpus import Corpus
from goldspan.report.text import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.audit.plan import AuditPlan

SHOWN = 20  # articles of the table


def _rate(kind: str) -> Any:  # noqa: ANN401  (an option of typer)
    """The option for how many errors of a kind are planted."""
    words = f"The number of {kind} in an article, as a share of its suggestions."
    return typer.Option(min=0, max=1, metavar="NUMBER", help=words)


def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the audit.")],
    *,
    annotators: Annotated[
        list[str] | None,
        typer.Option(
            "--annotators",
            metavar="NAME,...",
            autocompletion=completion_values.several(completion_values.annotators),
            help="The folders of the annotators' passes, separated by commas. Default: the members who annotate.",
            show_default=False,
        ),
    ] = None,
    articles: console.Articles = None,
    leave_out_read: Annotated[
        bool,
        typer.Option("--leave-out-read", help="Leave out articles that one of the annotators has read already."),
    ] = False,
    spurious: Annotated[float, _rate("planted spans that are not there")] = 0.13,
    edge: Annotated[float, _rate("suggestions with a moved edge")] = 0.13,
    label: Annotated[float, _rate("suggestions with a wrong label")] = 0.13,
    omitted: Annotated[float, _rate("suggestions that are left out")] = 0.1,
    densest: Annotated[
        float,
        typer.Option(
            "--densest",
            metavar="NUMBER",
            help="The largest share of the spans shown in an article that may be planted errors, at most 0.5.",
        ),
    ] = 0.5,
    primary: Annotated[
        Literal["acceptance", "omission"],
        typer.Option(
            "--primary",
            help="What the primary test is about: planted spans (acceptance) or omitted spans (omission).",
        ),
    ] = "acceptance",
    two_sided: Annotated[
        bool, typer.Option("--two-sided", help="Let the primary test count differences in both directions.")
    ] = False,
    level: Annotated[
        float, typer.Option("--level", min=0.001, max=0.5, metavar="NUMBER", help="The level of the test.")
    ] = 0.05,
    excess: Annotated[
        float, typer.Option("--excess", min=0.001, max=0.99, metavar="NUMBER", help="The excess to find, as a share.")
    ] = 0.1,
    base: Annotated[
        float,
        typer.Option(
            "--base",
            min=0.001,
            max=0.99,
            metavar="NUMBER",
            help="How often unaided readers make a planted error themselves, as a share.",
        ),
    ] = 0.03,
    redraws: Annotated[
        int, typer.Option("--redraws", min=1, metavar="NUMBER", help="The number of redraws of each test.")
    ] = 9_999,
    seed: console.Seed = 0,
    apply: console.Apply = False,
    json: console.Json = None,
    root: console.Root = None,
) -> None:
    """Plan an audit with planted errors.

    The plan says who sees which articles with suggestions, and which errors are planted there. Each annotator sees
    suggestions in a random half of the articles. The plan names one primary test and its power. It is written to
    corpus/audits before anybody reads, and `goldspan doccano push --audit NAME --each` carries it out.
    """
    from goldspan.audit.plan import AuditOptions, plan_audit
    from goldspan.audit.power import ReaderModel
    from goldspan.corpus.audits import PlantingRates, PrimaryTest

    corpus = Corpus.find(root)
    corpus.require_tokenizer()
    options = AuditOptions(
        annotators=tuple(console.split_names(annotators)),
        articles=tuple(console.split_names(articles)),
        leave_out_read=leave_out_read,
        rates=PlantingRates(spurious=spurious, edge=edge, label=label, omitted=omitted),
        densest=densest,
        primary=PrimaryTest(measure=primary, alternative="two-sided" if two_sided else "greater", level=level),
        model=ReaderModel(excess=excess, base=base),
        redraws=redraws,
        seed=seed,
        day=dt.datetime.now(tz=dt.UTC).date().isoformat(),
    )
    with console.spinner("planning"):
        plan = plan_audit(corpus, name, options)
    if apply:
        plan.apply()
    console.write_json(json, "audit-plan", {"applied": apply, **plan.json()})
    console.print_table(console.report_console(), _table(plan))
    for line in _lines(plan):
        console.print_line(line)
    console.print_changed([plan.folder], applied=apply)
    if apply and json is None:
        command = typed_command(corpus, "doccano", "push", "--project", name, "--audit", name, "--each", "--apply")
        console.print_line(f"Next: {command}")


def _table(plan: AuditPlan) -> Table:
    """A row for each annotator."""
    planted = {one.article: one for one in plan.articles}
    rows = []
    for folder, aided in plan.record.aided.items():
        errors = sum(planted[article].kinds.total() for article in aided)
        rows.append((folder, f"{len(aided):,}", f"{len(planted) - len(aided):,}", f"{errors:,}"))
    header = ("annotator", "articles with suggestions", "without", "planted errors seen")
    return Table(f"Audit {plan.record.name}", "", header, tuple(rows))


def _lines(plan: AuditPlan) -> Iterator[str]:
    """What is planted, the test and its power."""
    record, kinds = plan.record, plan.kinds
    counted = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())
    yield f"Planted in {len(plan.articles):,} articles with {plan.suggested:,} suggestions: {counted}."
    test, found = record.primary, record.power
    sides = "one-sided" if test.alternative == "greater" else "two-sided"
    yield (
        f"Primary test: {test.measure} excess, {sides}, level {test.level:g}, by {record.redraws:,} redraws of the "
        f"assignment; seed {record.seed}."
    )
    yield (
        f"Power for an excess of {100 * found.excess:g} points: {found.power:.2f} in {found.runs:,} simulated audits. "
        f"Assumed: base rate {found.base:g}; standard deviations of the logits {found.between_annotators:g} between "
        f"annotators, {found.between_articles:g} between articles, {found.between_errors:g} between errors."
    )
    for note in plan.notes:
        yield f"note: {note}"

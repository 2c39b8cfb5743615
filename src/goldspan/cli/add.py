"""`goldspan add`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.cli.article_columns import with_article_columns
from goldspan.cli.console import PLAN_ONLY, Apply, Format, Full, Json, Root, progress_bar, write_json
from goldspan.cli.line_lists import first_of, print_folded
from goldspan.cli.next_step import print_next_step
from goldspan.cli.option_groups import READING, TABLES
from goldspan.cli.reading import print_notes, with_read_options
from goldspan.corpus import Corpus
from goldspan.corpus.manifest import STATEMENTS, Redistribution
from goldspan.errors import GoldspanError
from goldspan.formats.options import ReadOptions
from goldspan.report.text import amount, enumerate_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.articles.annotated import AnnotatedInput
    from goldspan.articles.columns import TableColumns
    from goldspan.articles.ingest import AddedArticle, Addition
    from goldspan.articles.received import ArticleOptions, LeftOut

SHOWN = 3  # articles and tables, and lines of what is left out or doubtful, on the first screen
NAMED = 10  # columns that are not read
LONGEST = 70  # characters of a statement


@with_article_columns()
@with_read_options()
def run(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help=(
                "Articles (.txt, .md, .html), tables of articles (.jsonl, .json, .csv, .tsv, "
                ".parquet), annotated files, or folders of these."
            ),
        ),
    ],
    *,
    stated: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help=f"A value for all these articles: {', '.join(STATEMENTS)}. May be repeated.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    accept_proposals: Annotated[
        bool,
        typer.Option(
            "--accept-proposals",
            help="Also write to the manifest what the first and last lines of the articles suggest.",
        ),
    ] = False,
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid", help="Leave out files that cannot be read and name them, instead of refusing all."
        ),
    ] = False,
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter",
            metavar="TEXT",
            rich_help_panel=TABLES,
            help="The delimiter of CSV: a character, or comma, semicolon, tab or pipe. Default: detected.",
        ),
    ] = None,
    no_received: Annotated[
        bool,
        typer.Option(
            "--no-received", help="Keep no copy of pages and tables in seeds/received/, only their names and hashes."
        ),
    ] = False,
    redistribution: Annotated[
        Redistribution | None,
        typer.Option(
            "--redistribution",
            help="Whether releases may hold the texts of these articles. Default: not stated, which means standoff.",
        ),
    ] = None,
    annotated_by: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="NAME",
            rich_help_panel=READING,
            help="The annotator of annotated files, a person or a model. Default: what the files say.",
        ),
    ] = None,
    text_only: Annotated[
        bool,
        typer.Option(
            "--text-only", rich_help_panel=READING, help="Add only the texts of annotated files, without their spans."
        ),
    ] = False,
    form: Format = None,
    root: Root = None,
    full: Full = False,
    apply: Apply = False,
    json: Json = None,
    reading: ReadOptions,
    articles: ArticleOptions,
) -> None:
    """Add articles or annotated files to the project.

    Each article becomes a text in seeds/ and a line in the manifest. A .txt file is kept byte for byte. From a web
    page goldspan takes the main text, from Markdown the text without markup, from a table one column. The original
    goes to seeds/received/. The manifest gets what pages, front matter and columns state; what only the lines of a
    text suggest is a proposal. From annotated files of any format, the texts become articles and the spans of each
    annotator become a pass.
    """
    from goldspan.articles import received
    from goldspan.articles.annotated import AnnotatedInput

    corpus = Corpus.find(root)
    others = {
        "--id": articles.id, "--set": stated, "--accept-proposals": accept_proposals, "--skip-invalid": skip_invalid,
        "--dates": articles.order, "--delimiter": delimiter, "--no-received": no_received,
    }  # fmt: skip
    for_articles = [
        *(f"--{name}" for name in articles.columns.named),
        *(name for name, given in others.items() if given),
    ]
    if form or received.is_annotated(paths, articles.columns):
        if for_articles:
            raise typer.BadParameter(f"{for_articles[0]} goes with articles, not with annotated files")
        options = AnnotatedInput(
            form=form,
            reading=reading,
            annotator=annotated_by,
            text_only=text_only,
            redistribution=redistribution,
        )
        _add_annotated(corpus, paths, options, apply=apply, json=json, most=None if full else SHOWN)
        return
    if reading.named or annotated_by or text_only:
        raise typer.BadParameter(
            "--as, --text-only and what says how to read annotation do not go with plain articles: state the --format "
            "if these are annotated files"
        )
    if articles.columns.named and not received.has_tables(paths):
        raise typer.BadParameter(
            f"--{articles.columns.named[0]} names a column of a table, and there is no table in what is named"
        )
    from goldspan.articles import ingest

    read = replace(
        articles,
        delimiter=_delimiter(delimiter),
        language=_language(corpus),
        stated=_stated(stated or ()),
        accept_proposals=accept_proposals,
    )
    with progress_bar() as on_progress:
        addition = ingest.add(
            corpus,
            paths,
            ingest.AddOptions(
                reading=read,
                skip_invalid=skip_invalid,
                keep_received=not no_received,
                redistribution=redistribution,
            ),
            apply=apply,
            on_progress=on_progress,
        )
    write_json(json, "add", _report(addition, corpus, applied=apply))
    _print_addition(addition, corpus, None if full else SHOWN)
    if not apply and any(row.status != "unchanged" for row in addition.articles):
        print(PLAN_ONLY)
    else:
        print_next_step(corpus, "add", json)


def _add_annotated(
    corpus: Corpus, paths: Sequence[Path], options: AnnotatedInput, *, apply: bool, json: Path | None, most: int | None
) -> None:
    from goldspan.articles.annotated import add_annotated

    addition = add_annotated(corpus, paths, options, apply=apply)
    print_notes(addition.notes)
    rows = [{"id": row.id, "source": str(row.source), "sha256": row.sha256, "status": row.status}
            for row in addition.articles]  # fmt: skip
    files = {path.relative_to(corpus.root).as_posix(): spans for path, spans in addition.passes.items()}
    write_json(json, "add", {"applied": apply, "articles": rows, "passes": files})
    _print_some("", [f"{row.status:9}  {row.id}  {row.source}" for row in addition.articles], most)
    _print_some("", [f"pass       {file}  {amount(spans, 'span')}" for file, spans in files.items()], most)
    if most is not None and len(files) > most:
        print_folded([f"passes     {amount(len(files), 'file')} with {amount(sum(files.values()), 'span')}"])
    print_folded(
        f"left out   the key {key!r} of {amount(number, 'example')}, which a pass does not keep"
        for key, number in addition.dropped.items()
    )
    _print_redistribution(addition.articles)
    print(_counts(addition.articles))
    if (addition.passes or any(row.status == "new" for row in addition.articles)) and not apply:
        print(PLAN_ONLY)
    else:
        print_next_step(corpus, "add", json)


def _delimiter(name: str | None) -> str | None:
    if name is None:
        return None
    from goldspan.articles.tables import DELIMITER_NAMES

    character = DELIMITER_NAMES.get(name, "\t" if name == r"\t" else name)
    if len(character) != 1 or character in '"\r\n':
        known = ", ".join(DELIMITER_NAMES)
        raise typer.BadParameter(f"{name!r} is neither one character nor one of {known}", param_hint="--delimiter")
    return character


def _stated(pairs: Iterable[str]) -> dict[str, str]:
    """What holds for all articles, by the key of the manifest."""
    from goldspan.articles.columns import statements

    given: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if key not in STATEMENTS or not separator or not value.strip():
            known = ", ".join(STATEMENTS)
            raise typer.BadParameter(f"{pair!r} is not KEY=VALUE; the keys are {known}", param_hint="--set")
        if key in given:
            raise typer.BadParameter(f"{key} is set twice", param_hint="--set")
        given[key] = value
    stated, refused = statements(given)
    if refused:
        raise typer.BadParameter(next(iter(refused.values())), param_hint="--set")
    return stated


def _language(corpus: Corpus) -> str:
    """The language of the project; English if its scheme cannot be read yet, which is no matter of the articles."""
    try:
        return corpus.scheme.language
    except GoldspanError:
        return "en"


def _counts(articles: Sequence[AddedArticle], left_out: int = 0) -> str:
    """How many articles are new, unchanged and so on, as one line."""
    counted = Counter(row.status for row in articles)
    parts = [f"{counted['new']:,} new", f"{counted['unchanged']:,} unchanged"]
    parts += [f"{counted['updated']:,} updated"] if counted["updated"] else []
    parts += [f"{left_out:,} left out"] if left_out else []
    return ", ".join(parts)


def _report(addition: Addition, corpus: Corpus, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "articles": [_article_report(row) for row in addition.articles],
        "passes": {},
        "left_out": [
            {"source": str(row.source), "row": row.row, "id": row.id, "reason": row.reason} for row in addition.left_out
        ],
        "columns": {
            str(table.path): {part: {"column": column.name, "how": column.how}
                              for part, column in table.columns.items()} | {"left_out": list(table.left_out)}
            for table in addition.columns
        },
        "doubts": [{"source": place, "doubt": doubt} for place, doubt in addition.doubts],
        "received": {str(source): target.relative_to(corpus.root).as_posix()
                     for source, target in addition.received.items()},
    }  # fmt: skip


def _article_report(row: AddedArticle) -> dict[str, Any]:
    return {
        "id": row.id, "source": str(row.source), "row": row.row, "sha256": row.sha256, "status": row.status,
        "stated": dict(row.stated), "proposed": dict(row.proposed),
    }  # fmt: skip


def _print_addition(addition: Addition, corpus: Corpus, most: int | None) -> None:
    from goldspan.articles.columns import TWO_DAYS

    for table in first_of(addition.columns, most):
        print_folded(_column_lines(table))
    _print_more("", len(addition.columns), most, "table")
    for row in first_of(addition.articles, most):
        print_folded(_article_lines(row))
    _print_more("", len(addition.articles), most, "article")
    _print_left_out(addition.left_out, most)
    _print_some("not clear", [f"{place}: {doubt}" for place, doubt in addition.doubts], most)
    if any(TWO_DAYS in doubt for _, doubt in addition.doubts):
        print("           --dates dmy or --dates mdy says which")
    received = [f"{source} is kept as {target.relative_to(corpus.root).as_posix()}"
                for source, target in addition.received.items()]  # fmt: skip
    _print_some("received", received, most)
    print_folded(
        f"note       {amount(number, 'article')} in {what}; labels.toml has the language {_language(corpus)}"
        for what, number in addition.others.items()
    )
    _print_totals(addition.articles)
    _print_redistribution(addition.articles)
    print(_counts(addition.articles, len(addition.left_out)))


def _article_lines(row: AddedArticle) -> Iterator[str]:
    place = str(row.source) if row.row is None else f"{row.source}, row {row.row}"
    yield f"{row.status:9}  {row.id}  {place}"
    if row.stated:
        yield f"           {_statement_list(row.stated)}"
    if row.proposed:
        yield f"           proposed: {_statement_list(row.proposed)}"


def _column_lines(table: TableColumns) -> Iterator[str]:
    """What the columns of a table are, and how that was found."""
    yield f"table      {table.path}"
    for part, column in table.columns.items():
        others = f", not {enumerate_names(column.others)}" if column.others else ""
        how = f"  (guessed{others}; --{part} COLUMN names another)" if column.how == "guessed" else ""
        yield f"             {part}: column {column.name}{how}"
    if table.left_out:
        yield f"             not read: {enumerate_names(table.left_out, most=NAMED)}"


def _statement_list(stated: Mapping[str, str]) -> str:
    shown = {key: words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…" for key, words in stated.items()}
    return "; ".join(f"{key}: {words}" for key, words in shown.items())


def _print_left_out(left_out: Sequence[LeftOut], most: int | None) -> None:
    _print_some(
        "left out",
        [f"{row.source if row.row is None else f'{row.source}, row {row.row}'}: {row.reason}" for row in left_out],
        most,
    )


def _print_some(what: str, lines: Sequence[str], most: int | None) -> None:
    """The first of many lines, and how many more there are."""
    print_folded(f"{what:9}  {line}" if what else line for line in first_of(lines, most))
    _print_more(what, len(lines), most)


def _print_more(what: str, number: int, most: int | None, unit: str = "") -> None:
    """How many more there are than were printed."""
    if most is not None and number > most:
        more = amount(number - most, f"more {unit}") if unit else f"{number - most:,} more"
        print(f"{what or '…':9}  {more} (--full lists all)")


def _print_totals(articles: Sequence[AddedArticle]) -> None:
    """What the manifest gets to state, what is proposed, and how that is accepted."""
    stated = Counter(key for row in articles for key in row.stated)
    proposed = Counter(key for row in articles for key in row.proposed)
    if shown := _key_counts(stated):
        print(f"stated     {shown}")
    if proposed:
        print(f"proposed   {_key_counts(proposed)} by the articles' own lines; --accept-proposals writes them")


def _print_redistribution(articles: Sequence[AddedArticle]) -> None:
    """Whether the texts go into releases."""
    travelling = [row for row in articles if "redistribution" in row.stated]
    staying = sum(row.status == "new" and "redistribution" not in row.stated for row in articles)
    if travelling:
        print(f"releases   will hold the texts of {amount(len(travelling), 'article')}")
    if staying:
        print(
            f"releases   will hold no text of {amount(staying, 'article')}, only offsets and labels; --redistribution "
            "text states that the texts may travel"
        )


def _key_counts(counted: Counter[str]) -> str:
    return ", ".join(f"{key} {counted[key]:,}" for key in STATEMENTS if counted[key])

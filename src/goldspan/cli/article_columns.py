"""The options of every command that reads articles from tables: which columns are what, and what the ids are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from goldspan.cli.option_groups import TABLES, with_options
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from goldspan.articles.article_ids import IdPattern
    from goldspan.articles.dates import DateOrder
    from goldspan.articles.received import ArticleOptions

ORDERS: dict[str, DateOrder] = {"dmy": "day-first", "mdy": "month-first"}
COLUMNS = {
    "text": "texts",
    "title": "headlines",
    "url": "addresses",
    "published": "dates",
    "publisher": "outlets",
    "author": "bylines",
    "licence": "licences",
}
ID = Annotated[
    str | None,
    typer.Option(
        "--id",
        rich_help_panel=TABLES,
        help=(
            "The ids: a column of tables, or a pattern such as {stem}-{row:04}, "
            "{published}-{title} or {folder}-{stem}. Default: the name of a file without its "
            "suffix; for a row its id, else {stem}-{row:06}."
        ),
        show_default=False,
        metavar="COLUMN|PATTERN",
    ),
]
DATES = Annotated[
    Literal["dmy", "mdy"] | None,
    typer.Option(
        "--dates",
        rich_help_panel=TABLES,
        help="Read 03/04/2024 with the day first (dmy) or the month first (mdy). Default: such a date is not read.",
    ),
]


def _column(part: str, what: str) -> Any:  # noqa: ANN401  (an annotation)
    words = f"The column of the {what}, or a path such as article.{part}. Default: detected."
    return Annotated[
        str | None, typer.Option(f"--{part}", metavar="COLUMN", rich_help_panel=TABLES, help=words, show_default=False)
    ]


OPTIONS: dict[str, tuple[Any, Any]] = {
    **{part: (_column(part, what), None) for part, what in COLUMNS.items()},
    "id_": (ID, None),
    "dates": (DATES, None),
}


def with_article_columns() -> Callable[..., Any]:
    """A decorator that gives a command the options of columns, and passes them on as `articles`."""
    return with_options("articles", OPTIONS, _article_options)


def _article_options(values: dict[str, Any]) -> ArticleOptions:
    from goldspan.articles.columns import ColumnNames
    from goldspan.articles.received import ArticleOptions

    id_, dates = values["id_"], values["dates"]
    pattern = id_ if id_ is not None and "{" in id_ else None
    columns = {part: values[part] for part in COLUMNS}
    return ArticleOptions(
        columns=ColumnNames(**columns, id=None if pattern else id_),
        id=None if pattern is None else _pattern(pattern),
        order=None if dates is None else ORDERS[dates],
    )


def _pattern(pattern: str) -> IdPattern:
    from goldspan.articles.article_ids import IdPattern

    try:
        return IdPattern(pattern)
    except InvalidValueError as error:
        raise typer.BadParameter(str(error), param_hint="--id") from None

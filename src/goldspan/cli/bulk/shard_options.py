"""The options that several commands over shards share."""

from __future__ import annotations

from typing import Annotated

import typer

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help=(
            "Articles in Parquet or JSONL: files, folders or patterns, on this machine or at an address such as s3://…."
        ),
    ),
]
ShardSize = Annotated[
    str, typer.Option("--shard-size", metavar="SIZE", help="Cut larger files into parts of about this size.")
]
LongestText = Annotated[
    int,
    typer.Option("--longest-text", min=1, metavar="NUMBER", help="Reject rows with a text of more characters."),
]

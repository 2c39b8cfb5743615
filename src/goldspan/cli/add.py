"""`goldspan add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldspan.articles import ingest
from goldspan.cli.console import PLAN_ONLY, Apply, Json, Root, write_json
from goldspan.corpus import Corpus


def run(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Articles (.txt) and folders of articles.")],
    root: Root = None,
    apply: Apply = False,
    json: Json = None,
) -> None:
    """Add articles to the project: copies in seeds/, byte for byte, and a line each in the manifest."""
    corpus = Corpus.find(root)
    plan = ingest.add(paths, corpus.seeds, corpus.folder / "manifest.jsonl", apply=apply)
    rows = [{"id": row.id, "source": str(row.source), "sha256": row.sha256, "status": row.status} for row in plan]
    write_json(json, {"applied": apply, "articles": rows})
    for addition in plan:
        print(f"{addition.status:9}  {addition.id}  {addition.source}")
    new = sum(addition.status == "new" for addition in plan)
    print(f"{new} new, {len(plan) - new} unchanged")
    if new and not apply:
        print(PLAN_ONLY)

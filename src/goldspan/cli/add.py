"""`goldspan add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldspan.articles import ingest
from goldspan.cli.console import PLAN_ONLY, Apply, Format, Json, Root, print_line, write_json
from goldspan.cli.reading import print_notes, with_read_options
from goldspan.corpus import Corpus
from goldspan.formats.options import ReadOptions
from goldspan.report.text import amount


@with_read_options()
def run(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Articles (.txt) and folders of articles, or annotated files and folders."),
    ],
    *,
    annotated_by: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help="Whose annotation it is, person or model. Default: what the files say."
        ),
    ] = None,
    text_only: Annotated[
        bool, typer.Option("--text-only", help="Of annotated files, add the texts and leave the annotation out.")
    ] = False,
    form: Format = None,
    root: Root = None,
    apply: Apply = False,
    json: Json = None,
    reading: ReadOptions,
) -> None:
    """Add articles to the project: copies in seeds/, byte for byte, and a line each in the manifest.

    Of annotated files in any format the texts become articles, and what each annotator marked becomes their pass.
    """
    corpus = Corpus.find(root)
    annotated = [path for path in paths if form or ingest.is_annotated(path)]
    plain = [path for path in paths if path not in annotated]
    if annotated and plain:
        raise typer.BadParameter(
            f"{plain[0]} holds articles and {annotated[0]} annotation: add them one after the other"
        )
    if annotated:
        from goldspan.articles.annotated import AnnotatedInput, add_annotated

        options = AnnotatedInput(form=form, reading=reading, annotator=annotated_by, text_only=text_only)
        addition = add_annotated(corpus, annotated, options, apply=apply)
        plan, passes = addition.articles, addition.passes
        print_notes(addition.notes)
    else:
        if reading.named or annotated_by or text_only:
            raise typer.BadParameter("options of annotated files do not go with plain articles")
        plan, passes = ingest.add(paths, corpus.seeds, corpus.folder / "manifest.jsonl", apply=apply), {}
    rows = [{"id": row.id, "source": str(row.source), "sha256": row.sha256, "status": row.status} for row in plan]
    files = {path.relative_to(corpus.root).as_posix(): spans for path, spans in passes.items()}
    write_json(json, {"applied": apply, "articles": rows, "passes": files})
    for row in plan:
        print_line(f"{row.status:9}  {row.id}  {row.source}")
    for file, spans in files.items():
        print_line(f"pass       {file}  {amount(spans, 'span')}")
    for key, number in addition.dropped.items() if annotated else ():
        print_line(f"left out   the key {key!r} of {amount(number, 'example')}, which a pass does not keep")
    new = sum(row.status == "new" for row in plan)
    print(f"{new} new, {len(plan) - new} unchanged")
    if (new or passes) and not apply:
        print(PLAN_ONLY)

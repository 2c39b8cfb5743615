"""`goldspan init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldspan.corpus import Corpus


def run(folder: Annotated[Path, typer.Argument(help="The folder of the new project.")]) -> None:
    """Create a project: its folders, an empty manifest, and a label scheme and guidelines to edit."""
    corpus = Corpus.create(folder)
    print(f"Created a project in {corpus.root}. Next:")
    print(f"  edit {corpus.guidelines / 'labels.toml'}")
    print(f"  edit {corpus.guidelines / 'README.md'}, which annotators read in Doccano")
    print(f"  goldspan add ARTICLE... --root {corpus.root} --apply")

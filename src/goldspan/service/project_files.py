"""The files on which suggestions depend, and whether they changed: then a service loads them again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan import settings
from goldspan.errors import GoldspanError
from goldspan.formats.spacy_pipeline import is_saved_pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goldspan.corpus import Corpus

MOST_FILES = 2_000  # of a folder that are compared
Fingerprint = frozenset[tuple[str, int, int]]


def fingerprint(root: Path, model: str | None) -> Fingerprint:
    """The times and sizes of the files on which the suggestions of a project depend.

    That is what `goldspan.toml`, the label scheme, the manifest and what Doccano's record have, the gold, the files
    that recognisers name, and the model, if it is a folder. A file that is replaced changes the time of its folder.

    Args:
        root: of the project.
        model: the pipeline that is used beside the recognisers of the project.
    """
    from goldspan.corpus import Corpus

    corpus = Corpus(root)
    paths = [root / settings.FILE, corpus.scheme_file, corpus.folder / "manifest.jsonl", corpus.gold]
    paths += [corpus.folder / "doccano.toml", *_recogniser_files(corpus)]
    if model is not None:
        paths += [root / model, Path(model)]
    return frozenset(state for path in paths for state in _states(path, deep=path != corpus.gold))


def _recogniser_files(corpus: Corpus) -> Iterator[Path]:
    """What the recognisers of a project name that is a file or a folder in it."""
    try:
        tables = corpus.settings.recognisers or ()
    except GoldspanError:
        return  # while somebody edits it
    for table in tables:
        for name in _texts(table.value):
            path = corpus.root / name
            if "\0" not in name and path != corpus.root and (path.is_file() or is_saved_pipeline(path)):
                yield path


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  (TOML is any)
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def _states(path: Path, *, deep: bool) -> Iterator[tuple[str, int, int]]:
    """The time and size of a file or folder, and of what is in the folder."""
    try:
        status = path.stat()
    except OSError:
        return
    yield str(path), status.st_mtime_ns, status.st_size
    if deep and path.is_dir():
        names = (Path(folder) / name for folder, _, files in os.walk(path) for name in files)
        for _, file in zip(range(MOST_FILES), names, strict=False):
            yield from _states(file, deep=False)

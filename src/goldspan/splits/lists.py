"""The id lists of the splits under `corpus/splits/`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from goldspan import files
from goldspan.corpus import SPLITS
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from goldspan.corpus import Corpus


def read(corpus: Corpus) -> dict[str, str]:
    """The split of each article that stands in one.

    Raises:
        InputError: for an article that stands in two lines, or that the manifest does not have.
    """
    known = {entry.id for entry in corpus.entries}
    found: dict[str, str] = {}
    for split, ids in corpus.splits().items():
        for line, article in enumerate(ids, start=1):
            if article not in known:
                raise InputError(
                    f"the manifest has no article {article!r}",
                    file=corpus.split_file(split),
                    line=line,
                    remedy="Remove the line, or add the article to corpus/manifest.jsonl.",
                )
            if article in found:
                raise InputError(
                    f"the article {article!r} stands in {found[article]} already",
                    file=corpus.split_file(split),
                    line=line,
                    remedy="Remove one of the two lines: an article stands in one split, once.",
                )
            found[article] = split
    return found


def write(corpus: Corpus, splits: Mapping[str, str]) -> list[Path]:
    """Write the lists, each sorted; returns the files that changed.

    All are written beside and flushed before the first is put in place. Articles are only ever added: if the machine
    stops between two files, each article still stands in one split at most, and the next run places the others.
    """
    contents = {
        corpus.split_file(name): "".join(
            f"{article}\n" for article in sorted(splits) if splits[article] == name
        ).encode()
        for name in SPLITS
    }
    changed = [path for path, data in contents.items() if not path.is_file() or path.read_bytes() != data]
    with ExitStack() as stack:
        for path in changed:
            stream = stack.enter_context(files.replacing(path))
            stream.write(contents[path])
            stream.flush()
            os.fsync(stream.fileno())
    return changed

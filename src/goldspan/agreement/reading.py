"""The work of annotators from a project or from any files: one file or folder each, named by its stem."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from goldspan import confirmation, formats
from goldspan.agreement.annotations import LeftOut
from goldspan.agreement.pairing import Placed, Reading, pair
from goldspan.errors import InputError, MissingPart
from goldspan.formats.convert import found
from goldspan.formats.sniffing import detect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from goldspan.agreement.annotations import Annotations
    from goldspan.corpus import Corpus


def from_corpus(corpus: Corpus, names: Sequence[str] = ()) -> Annotations:
    """The passes of a project.

    Args:
        corpus: the project.
        names: of the passes wanted; all if none is named.

    Raises:
        MissingPart: if there are no passes, or none of a name.
        InputError: for the first line that is not valid, and as `pair`.
    """
    known = corpus.annotators()
    for name in names:
        if name not in known:
            remedy = f"The passes are {', '.join(known)}." if known else "Pull some, or name files."
            raise MissingPart(f"there is no pass {name!r}", file=corpus.passes, remedy=remedy)
    if not known:
        raise MissingPart("there are no passes", file=corpus.passes, remedy="Pull some, or name files.")
    return pair(reading(name, corpus.passes / name) for name in names or known)


def from_paths(paths: Sequence[Path], form: str | None = None) -> Annotations:
    """The work of annotators from files of any format.

    Args:
        paths: a file or folder per annotator; or one folder that holds such files or folders.
        form: the name of the format; told by the content if not named.

    Raises:
        InputError: for the first line that is not valid, for two annotators of one name, and as `pair`.
    """
    places = _inside(paths[0], form) if len(paths) == 1 else [*paths]
    stems = [_stem(path) for path in places]
    doubled = {stem for stem, times in Counter(stems).items() if times > 1}
    names = [
        f"{path.absolute().parent.name}/{stem}" if stem in doubled else stem
        for path, stem in zip(places, stems, strict=True)
    ]
    return pair(reading(name, path, form) for name, path in zip(names, places, strict=True))


def reading(annotator: str, path: Path, form: str | None = None) -> Reading:
    """What one annotator did, and how much of it counts.

    What counts is told by `confirmation`, file by file.

    Raises:
        InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
    """
    examples: list[Placed] = []
    left_out: list[LeftOut] = []
    assumed = False
    for _, rows in groupby(_rows(path, form), key=lambda placed: placed.file):
        mine = list(rows)
        said = confirmation.is_said(placed.example for placed in mine)
        assumed |= not said
        for placed in mine:
            cause = confirmation.cause(placed, said=said)
            if cause is None:
                examples.append(placed)
            else:
                left_out.append(LeftOut(annotator, placed.example.id, cause, placed.file, placed.line))
    return Reading(annotator, examples, left_out, assumed)


def _rows(path: Path, form: str | None) -> Iterator[Placed]:
    if _is_empty(path):
        return
    for file, name in found(path, form and formats.canonical(form)):
        for record in formats.get(name).scan(file):
            if isinstance(record, InputError):
                raise record
            yield Placed(record.example(), record.file, record.line, not _made_up(record.id, file.stem, name))


def _is_empty(path: Path) -> bool:
    """Whether it is a folder with nothing in it: an annotator who has done nothing yet."""
    return path.is_dir() and not any(not child.name.startswith(".") for child in path.iterdir())


def _made_up(name: str, stem: str, form: str) -> bool:
    """Whether a reader has numbered the lines or sentences of a file, for it has no ids."""
    numbered = {"conll": r"(\.\d+)?\.p\d+", "gold": "(?!)"}.get(form, r"\.\d+")
    return re.fullmatch(re.escape(stem) + numbered, name) is not None


def _inside(path: Path, form: str | None) -> list[Path]:
    """The annotators' files and folders inside a folder; the path itself if it is none, or one of brat's."""
    if not path.is_dir() or form == "brat" or (form is None and detect(path)):
        return [path]
    inside = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    return inside or [path]


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem

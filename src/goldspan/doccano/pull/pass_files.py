"""The folders of the passes: which annotator writes into which, if the name can be one at all.

The files that hold an annotator's work, as they are and as a pull will leave them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files, formats
from goldspan.doccano.pull import merge
from goldspan.doccano.push.plan import article_of
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InputError, InvalidValueError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.pull.collect import CollectedWork

LONGEST = 100  # characters: with four bytes each, a name would still not be too long for a file system
# Microsoft, "Naming Files, Paths, and Namespaces": reserved whatever stands behind a dot.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
FORBIDDEN = frozenset('/\\<>:"|?*')


def pass_folders(names: Iterable[str], pseudonyms: Mapping[str, str], existing: Iterable[str]) -> dict[str, str]:
    """The folder of each annotator: the pseudonym, or else the name.

    Args:
        names: of the annotators, as the server has them.
        pseudonyms: by name, where one is to take its place.
        existing: the folders that are there.

    Raises:
        InvalidValueError: for a name that no file system, or not every one, takes as a folder's, and for two that
            differ in nothing but case or normal form, of annotators or of what is there already; for a name that is
            somebody's pseudonym; for one that has a pseudonym and a folder of its own from before.
    """
    found: dict[str, str] = {}
    names, existing = [*names], [*existing]
    owners = {_alike(pseudonym): name for name, pseudonym in pseudonyms.items() if name not in names}
    taken = {_alike(folder): (folder, f"the folder {folder!r} that is there") for folder in existing}
    for name in names:
        folder = pseudonyms.get(name, name)
        who = f"the annotator {name!r}" + ("" if folder == name else f", whose pseudonym is {folder!r},")
        if why := unfit(folder):
            raise InvalidValueError(f"{who} cannot have a folder: the name {why}", remedy=_remedy(name))
        if folder != name and name in existing:
            raise InvalidValueError(
                f"{who} has passes in the folder {name!r} from before: one person would count as two",
                remedy=f"Rename it first: git mv corpus/passes/{name} corpus/passes/{folder}",
            )
        other, where = taken.get(_alike(folder), (folder, ""))
        if other != folder or folder in found.values():
            raise InvalidValueError(f"{who} would write into {where}", remedy=_remedy(name))
        if owner := owners.get(_alike(folder)):
            raise InvalidValueError(f"{who} would write into the folder of {owner!r}", remedy=_remedy(name))
        found[name] = folder
        taken[_alike(folder)] = (folder, f"the folder {folder!r} of {name!r}")
    return found


def unfit(folder: str) -> str | None:
    """Why a name cannot be that of a folder on every system; None if it can."""
    if not folder:
        return "is empty"
    if len(folder) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not folder.isprintable():
        return "holds a character that cannot be seen"
    if found := FORBIDDEN.intersection(folder):
        return f"holds {min(found)!r}"
    if folder.startswith(".") or folder.endswith(".") or folder != folder.strip():
        return "begins with a dot, ends with one, or has a blank at an edge"
    return "is reserved by Windows" if RESERVED.fullmatch(folder) else None


def _alike(folder: str) -> str:
    """What is the same for all names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", folder).casefold())


def _remedy(name: str) -> str:
    return f"Give {name!r} a pseudonym of its own, in the file of --members."


GOLD = "gold"


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a pull writes or lets be.

    Args:
        path: the file.
        annotator: the folder's name, or `gold`.
        article: the article's id.
        merged: its lines as they will be, and what is new in them.
    """

    path: Path
    annotator: str
    article: str
    merged: merge.MergedPass

    @property
    def writes(self) -> bool:
        """Whether anything changes."""
        merged = self.merged
        return bool(merged.new or merged.changed or merged.withdrawn or merged.left_out)

    def json(self, root: Path) -> dict[str, Any]:
        """For `--json`."""
        merged = self.merged
        return {
            "file": self.path.relative_to(root).as_posix(),
            "annotator": self.annotator,
            "article": self.article,
            "examples": len(merged.examples),
            "new": merged.new,
            "changed": merged.changed,
            "withdrawn": merged.withdrawn,
            "left_out": merged.left_out,
            "kept": merged.kept,
        }


def pass_changes(corpus: Corpus, found: CollectedWork, pseudonyms: Mapping[str, str]) -> Iterator[FileChange]:
    """The files of the annotators that have something to write, or had.

    Args:
        corpus: the project.
        found: the work of each annotator.
        pseudonyms: by user name, where one is to name the pass.

    Raises:
        InvalidValueError: if a name cannot be that of a folder, or somebody's passes would lie in two.
        InputError: if a file that is here cannot be read.
    """
    existing, lines = corpus.annotators(), found.lines
    working = [
        name
        for name, mine in lines.items()
        if name != ALL and (any(mine.values()) or pass_folder(name, pseudonyms) in existing)
    ]
    named = pass_folders(working, pseudonyms, existing)
    for name in [ALL] if ALL in lines else sorted(named, key=named.__getitem__):
        place = corpus.gold if name == ALL else corpus.passes / named[name]
        for article, there in _by_article(lines[name]).items():
            path = place / f"{article}.jsonl"
            here = _here(path)
            if here or any(there.values()):
                merged = merge.merge(here, there, found.untouched.get(name, {}), gold=name == ALL)
                yield FileChange(path, pass_folder(name, pseudonyms), article, merged)


def pass_folder(name: str, pseudonyms: Mapping[str, str]) -> str:
    """The name of the folder that an annotator's work goes into."""
    return GOLD if name == ALL else pseudonyms.get(name, name)


def write_passes(written: Iterable[FileChange]) -> list[Path]:
    """Write these files, all or none; one without lines is removed.

    Returns:
        The files.

    Raises:
        InputError: if a file would not be read again as it was meant.
        OSError: if one cannot be written; then none is.
    """
    contents = {change.path: _content(change) for change in written}
    files.write_all(contents)
    return list(contents)


def _by_article(lines: Mapping[str, Example | None]) -> dict[str, dict[str, Example | None]]:
    found: dict[str, dict[str, Example | None]] = {}
    for name, example in lines.items():
        found.setdefault(article_of(name), {})[name] = example
    return dict(sorted(found.items()))


def _here(path: Path) -> list[Example]:
    """The lines of a file, each id once."""
    if not path.exists():
        return []
    examples = formats.load(path)
    if len({example.id for example in examples}) < len(examples):
        ids = [example.id for example in examples]
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InputError("is there twice", file=path, example=twice, remedy="Remove one of the two lines.")
    return examples


def _content(change: FileChange) -> bytes | None:
    """The bytes of a file, proven to say what is meant."""
    if not change.merged.examples:
        return None
    content = "".join(map(gold.line, change.merged.examples)).encode("utf-8")
    for record, example in zip(gold.scan_bytes(content, change.path), change.merged.examples, strict=True):
        if isinstance(record, InputError):
            raise record
        spans = tuple((span.start, span.end, span.label, example.surface(span)) for span in example.spans)
        said = (record.id, record.at, record.text, record.spans, record.extra)
        if said != (example.id, example.at, example.text, spans, example.extra):
            raise InputError("the line would not be read as it is meant", file=change.path, example=example.id)
    return content

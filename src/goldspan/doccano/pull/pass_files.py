"""The files that hold the work of annotators, as they are and as a pull will write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan import files, formats
from goldspan.annotation import article_of
from goldspan.doccano.members import pass_folders
from goldspan.doccano.pull import merge
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InputError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.pull.collect import CollectedWork

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

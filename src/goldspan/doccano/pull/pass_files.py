"""The files that hold the work of annotators, as they are and as a pull will write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from goldspan import files, formats
from goldspan.annotation import Span, article_of, unit_of
from goldspan.corpus.passes import AIDED
from goldspan.doccano.label_comparison import TRUSTED, LabelDoubt
from goldspan.doccano.members import pass_folders
from goldspan.doccano.pull.collect import PullProblem
from goldspan.doccano.pull.merge import dropped_in_place_of, merge
from goldspan.doccano.snapshot import ALL
from goldspan.errors import InputError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.doccano.label_comparison import LabelComparison
    from goldspan.doccano.pull.collect import CollectedWork
    from goldspan.doccano.pull.merge import MergedPass

GOLD = "gold"
NO_RENAMES: Mapping[str, str] = MappingProxyType({})
NO_FILES: Mapping[Path, bytes | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that a pull writes or leaves as it is.

    Args:
        path: the file.
        annotator: the name of the folder, or `gold`.
        article: the article's id.
        merged: its lines as they will be, and what changes in them.
        dropped: by example, the spans that were tidied away because the scheme lacks their label.
    """

    path: Path
    annotator: str
    article: str
    merged: MergedPass
    dropped: Mapping[str, Collection[Span]] = field(default_factory=dict)

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
            "edits": [edit.json() for edit in merged.edits],
        }


def pass_changes(
    corpus: Corpus,
    collected: CollectedWork,
    pseudonyms: Mapping[str, str],
    renames: Mapping[str, str] = NO_RENAMES,
    types: LabelComparison = TRUSTED,
) -> Iterator[FileChange]:
    """The files of the annotators that have something to write, or had.

    Args:
        corpus: the project.
        collected: the work of each annotator.
        pseudonyms: by user name, where a pseudonym names the pass.
        renames: by folder of passes the name that it will have; the changes are of the files as they will be called.
        types: the label types of the project, compared with the scheme.

    Raises:
        InvalidValueError: if a name cannot be that of a folder, or somebody's passes would be in two folders.
        InputError: if a file of the corpus cannot be read.
    """
    existing, lines = [renames.get(folder, folder) for folder in corpus.annotators()], collected.lines
    former = {new: old for old, new in renames.items()}
    aided = dict.fromkeys(collected.aided, collected.project)
    working = [
        name
        for name, theirs in lines.items()
        if name != ALL and (any(theirs.values()) or pass_folder(name, pseudonyms) in existing)
    ]
    folders = pass_folders(working, pseudonyms, existing)
    for name in [ALL] if ALL in lines else sorted(folders, key=folders.__getitem__):
        folder = corpus.gold if name == ALL else corpus.passes / folders[name]
        untouched = collected.untouched.get(name, {})
        dropped = _dropped_by_label(collected, name)
        for article, pulled in _by_article(lines[name]).items():
            path = folder / f"{article}.jsonl"
            current = _read(path if name == ALL else corpus.passes / former.get(folder.name, folder.name) / path.name)
            _require_same_unit(path, current, pulled)
            if current or any(pulled.values()):
                merged = merge(
                    current,
                    pulled,
                    untouched,
                    gold=name == ALL,
                    gone=types.gone,
                    dropped=dropped,
                    aided=aided,
                )
                yield FileChange(path, pass_folder(name, pseudonyms), article, merged, dropped)


def _dropped_by_label(collected: CollectedWork, annotator: str) -> dict[str, set[Span]]:
    """By example, the spans that were tidied away because the scheme lacks their label."""
    dropped: dict[str, set[Span]] = {}
    for fix in collected.repairs:
        issue = fix.repair.issue
        if (fix.annotator, issue.kind) == (annotator, "label"):
            dropped.setdefault(fix.example, set()).add(Span(issue.start, issue.end, issue.label))
    return dropped


def held_lines(changes: Iterable[FileChange], types: LabelComparison) -> Iterator[PullProblem]:
    """The spans for whose sake a line of the corpus stays as it is."""
    for change in changes:
        annotator = "" if change.annotator == GOLD else change.annotator
        for edit in change.merged.held:
            for row in edit.lost:
                start, end, label, surface = row
                if (doubt := types.gone.get(label)) is None:
                    dropped = dropped_in_place_of(row, change.dropped[edit.example])
                    assert dropped is not None
                    doubt = LabelDoubt("unknown", "", (dropped.label,))
                message = f"would lose a span: {doubt.message}"
                yield PullProblem("gone", annotator, edit.example, message, (start, end, label), surface, doubt.remedy)


def reread_lines(changes: Iterable[FileChange]) -> Iterator[PullProblem]:
    """The examples that somebody read twice, in two projects: with suggestions, with others, or without."""
    for change in changes:
        earlier = {line.id: line.extra.get(AIDED) for line in change.merged.examples}
        for name in change.merged.reread:
            message = f"was read before {_how_read(earlier[name])}, and that reading is in the corpus"
            yield PullProblem("reread", change.annotator, name, message)


def _how_read(aided: object) -> str:
    if not aided:
        return "without suggestions"
    return f"with the suggestions of {aided!r}" if isinstance(aided, str) else "with suggestions"


def pass_folder(annotator: str, pseudonyms: Mapping[str, str]) -> str:
    """The name of the folder in which an annotator's work is written."""
    return GOLD if annotator == ALL else pseudonyms.get(annotator, annotator)


def write_passes(changes: Iterable[FileChange], others: Mapping[Path, bytes | None] = NO_FILES) -> list[Path]:
    """Write these files, all or none; one without lines is removed.

    Args:
        changes: the files of annotators.
        others: what is written with them, None for a file that is removed; the changes of a file come last.

    Returns:
        The files.

    Raises:
        InputError: if a file would not be read as it was meant.
        OSError: if one cannot be written; then none is.
    """
    contents = {**others, **pass_contents(changes)}
    files.write_all(contents)
    return list(contents)


def pass_contents(changes: Iterable[FileChange]) -> dict[Path, bytes | None]:
    """The bytes of each of these files, after they were read back and compared; None for one without lines.

    Raises:
        InputError: if a file would not be read as it was meant.
    """
    return {change.path: _content(change) for change in changes}


def _by_article(lines: Mapping[str, Example | None]) -> dict[str, dict[str, Example | None]]:
    articles: dict[str, dict[str, Example | None]] = {}
    for name, example in lines.items():
        articles.setdefault(article_of(name), {})[name] = example
    return dict(sorted(articles.items()))


def _read(path: Path) -> list[Example]:
    """The lines of a file, each id once; none if there is no file."""
    if not path.exists():
        return []
    examples = formats.load(path, "gold")
    if len({example.id for example in examples}) < len(examples):
        ids = [example.id for example in examples]
        repeated = next(name for name in ids if ids.count(name) > 1)
        raise InputError("is there twice", file=path, example=repeated, remedy="Remove one of the two lines.")
    return examples


def _require_same_unit(path: Path, current: Iterable[Example], pulled: Mapping[str, Example | None]) -> None:
    """Refuse to put paragraphs and sentences of one text into one file."""
    have = {unit_of(example.id) for example in current}
    come = {unit_of(name) for name, example in pulled.items() if example is not None}
    if have and come - have:
        raise InputError(
            f"has examples of the unit {'/'.join(sorted(have))}, and those in Doccano are of {'/'.join(sorted(come))}",
            file=path,
            remedy="Cut the file again first: goldspan recut.",
        )


def _content(change: FileChange) -> bytes | None:
    """The bytes of a file, after they were read back and compared; None for a file without lines."""
    if not change.merged.examples:
        return None
    content = "".join(map(gold.line, change.merged.examples)).encode("utf-8")
    for record, example in zip(gold.scan_bytes(content, change.path), change.merged.examples, strict=True):
        if isinstance(record, InputError):
            raise record
        spans = tuple((span.start, span.end, span.label, example.surface(span)) for span in example.spans)
        read = (record.id, record.at, record.text, record.spans, record.extra)
        if read != (example.id, example.at, example.text, spans, example.extra):
            raise InputError("the line would not be read as it is meant", file=change.path, example=example.id)
    return content

"""`corpus/shown/<project>/<article>.jsonl`: the suggestions that a push filled in for annotators, before they read.

    {"id": "a.p03", "at": 120, "text": "…", "spans": [[4, 16, "UNIT", "72nd Brigade"]], "rules": ["unit.number"],
     "scores": [0.9], "recognisers": ["patterns"], "sent": "5f0c…"}

The lines are those of `build/suggestions` as they were at the push, with rule, score and recogniser of each span, an
example without a suggestion included: that nothing was suggested was shown, too. `sent` is the digest of these spans,
which the example in Doccano has in its key; it stays where a label is renamed later. By the lines `goldspan outcomes`
says what became of each suggestion; the line of a pass names the project whose suggestions its annotator saw (`aided`).

The file is written before anything is uploaded, and a line stays as it is once somebody worked on its example. While
other suggestions replace those of an example on which nobody worked, it has two lines: an annotator may come meanwhile.
One of the two may say, by the key `unaided`, that nothing was to be shown. The push that began this ends with one line,
or with none where nothing is shown; where it was interrupted, the next push does.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from goldspan import files, formats
from goldspan.annotation import Example, Span, article_of
from goldspan.corpus.folder_names import file_name_of
from goldspan.errors import InputError
from goldspan.formats import gold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.corpus import Corpus

FOLDER = "shown"
SENT, UNAIDED = "sent", "unaided"  # keys of a line
ALIGNED = ("rules", "scores", "recognisers", "evidence")  # keys of a line of suggestions with a value for each span
TWO_LINES = "Push again with --suggestions: what an interrupted push left is then put right."


def shown_folder(corpus: Corpus, project: str) -> Path:
    """The folder with what was shown in a project."""
    return corpus.shown / file_name_of(project)


def shown_examples(corpus: Corpus, project: str) -> Iterator[Example]:
    """What was shown in a project, article by article; nothing if no suggestions were.

    Raises:
        InputError: naming the line, for the first that is not valid; for an example with two lines, which an
            interrupted push left.
    """
    for path in _files(corpus, project):
        yield from _settled(path)


def read_shown(corpus: Corpus, project: str) -> dict[str, tuple[Example, ...]]:
    """By example, what was shown in a project, or may have been: two lines where a push was interrupted.

    Raises:
        InputError: naming the line, for the first that is not valid.
    """
    shown: dict[str, tuple[Example, ...]] = {}
    for path in _files(corpus, project):
        for example in formats.load(path, "gold"):
            shown[example.id] = (*shown.get(example.id, ()), example)
    return shown


def write_shown(corpus: Corpus, project: str, shown: Mapping[str, Sequence[Example]]) -> None:
    """Write what is shown in a project, all files or none; a file that is the same already is not touched.

    Args:
        corpus: the corpus.
        project: the name of the project in Doccano.
        shown: by example its line, or the two of which one is right.

    Raises:
        OSError: if a file cannot be written; then none is.
    """
    folder = shown_folder(corpus, project)
    lines = sorted(
        (line for each in shown.values() for line in each), key=lambda line: (article_of(line.id), line.at, line.id)
    )
    contents: dict[Path, bytes | None] = dict.fromkeys(_files(corpus, project))
    for article, group in groupby(lines, key=lambda line: article_of(line.id)):
        contents[folder / f"{article}.jsonl"] = "".join(map(gold.line, group)).encode("utf-8")
    changed = {path: content for path, content in contents.items() if content != _content(path)}
    if changed:
        files.write_all(changed)


def shown_of_article(corpus: Corpus, article: str) -> Iterator[tuple[Path, list[Example]]]:
    """What was shown of an article in each project: the file, and its lines.

    Raises:
        InputError: as `shown_examples`.
    """
    for path in sorted(corpus.shown.glob(f"*/{article}.jsonl")):
        yield path, _settled(path)


def cut_again(shown: Sequence[Example], new: Sequence[Example]) -> list[Example]:
    """What was shown of an article, once it is cut otherwise.

    A suggestion that would be in two examples, or in none, is left out: nothing can become of it in one example.

    Args:
        shown: the lines as they are, slices of the article.
        new: the examples that the article has now.
    """
    same = {(old.id, old.at, old.text): old for old in shown}
    lines = []
    for example in new:
        touching = [old for old in shown if example.overlaps(old)]
        if touching:
            lines.append(same.get((example.id, example.at, example.text)) or _cut_line(touching, example))
    return lines


def _cut_line(touching: Sequence[Example], example: Example) -> Example:
    """A new example with those spans of old ones that lie in it, and with what belongs to each of them."""
    spans: list[Span] = []
    aligned: dict[str, list[Any]] = {}
    for old in touching:
        inside = [
            number
            for number, span in enumerate(old.spans)
            if example.at <= old.at + span.start and old.at + span.end <= example.end
        ]
        shift = old.at - example.at
        spans += (
            Span(span.start + shift, span.end + shift, span.label) for span in (old.spans[number] for number in inside)
        )
        for key in ALIGNED:
            values = old.extra.get(key)
            if isinstance(values, list) and len(values) == len(old.spans):
                aligned.setdefault(key, []).extend(values[number] for number in inside)
    complete = {key: values for key, values in aligned.items() if len(values) == len(spans)}
    return Example(example.id, example.text, tuple(spans), example.at, complete)


def _settled(path: Path) -> list[Example]:
    """The lines of a file, each example once.

    Raises:
        InputError: naming the line, for the first that is not valid, and for what an interrupted push left.
    """
    lines = formats.load(path, "gold")
    seen = set[str]()
    for example in lines:
        if example.id in seen:
            raise InputError("is there twice", file=path, example=example.id, remedy=TWO_LINES)
        if UNAIDED in example.extra:
            message = "is half written: another line is to take its place, or none"
            raise InputError(message, file=path, example=example.id, remedy=TWO_LINES)
        seen.add(example.id)
    return lines


def _files(corpus: Corpus, project: str) -> list[Path]:
    folder = shown_folder(corpus, project)
    return sorted(folder.glob("*.jsonl")) if files.is_there(folder) else []


def _content(path: Path) -> bytes | None:
    return files.read_bytes(path) if files.is_there(path) else None

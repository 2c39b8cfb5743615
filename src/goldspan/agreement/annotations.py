"""Who read what, and what he marked there: the ground that every measure of agreement stands on.

An annotator counts where he confirmed an example, and nowhere else: an example that he never opened and one in which
he found nothing look alike, and only a confirmation tells them apart. Annotators may have read different examples.

The same example in the files of several annotators: by its id, or by its text where the file states no id.

The work of annotators from a project or from any files: one file or folder each, named by its stem.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.corpus import passes
from goldspan.errors import InputError, NotFoundError
from goldspan.formats.convert import input_files
from goldspan.formats.detection import try_detect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.passes import Cause


@dataclass(frozen=True, slots=True)
class AnnotatedExample:
    """An example, and what each annotator who confirmed it marked there.

    Args:
        id: of the example.
        article: the id of its article.
        text: the same for all who read it.
        at: where the text begins in its article, in code points.
        spans: by the names of those who confirmed it, sorted; empty for one who found nothing there.
    """

    id: str
    article: str
    text: str
    at: int
    spans: Mapping[str, tuple[Span, ...]]

    def surface(self, span: Span) -> str:
        """The words that a span covers."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class ExcludedExample:
    """An example in an annotator's file that does not count, for he did not confirm it.

    Args:
        annotator: whose it is.
        example: its id.
        cause: he has not confirmed it (yet), or he rejected or ignored it.
        file: the file it is in.
        line: the line in that file, from 1.
    """

    annotator: str
    example: str
    cause: Cause
    file: Path | None = None
    line: int | None = None


@dataclass(frozen=True)
class Annotations:
    """What several annotators made of the same texts.

    Args:
        annotators: their names, sorted; one who confirmed nothing is among them.
        items: the examples that anyone confirmed, by article, place in it and id.
        left_out: what stands in the files and does not count.
        assumed: the annotators in whose files, or some of them, nothing says what was confirmed, so that all of it
            is taken to be: there an example that was never opened looks like one without spans.
    """

    annotators: tuple[str, ...]
    items: tuple[AnnotatedExample, ...]
    left_out: tuple[ExcludedExample, ...] = ()
    assumed: tuple[str, ...] = ()

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, in alphabetical order."""
        return tuple(sorted({span.label for item in self.items for row in item.spans.values() for span in row}))

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of the articles, in the order of the items."""
        return tuple(dict.fromkeys(item.article for item in self.items))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two annotators, in alphabetical order."""
        return tuple(combinations(self.annotators, 2))

    def labels_of(self, scheme: LabelScheme | None) -> tuple[str, ...]:
        """The labels of a scheme in its order, then those that occur and it does not have."""
        names = scheme.names if scheme else ()
        return (*names, *(label for label in self.labels if label not in names))

    def of(self, annotator: str) -> tuple[AnnotatedExample, ...]:
        """What one annotator confirmed."""
        return tuple(item for item in self.items if annotator in item.spans)

    def shared(self, first: str, second: str) -> tuple[AnnotatedExample, ...]:
        """What both of two annotators confirmed."""
        return tuple(item for item in self.items if first in item.spans and second in item.spans)

    def among(self, names: Collection[str]) -> Annotations:
        """The same of some annotators alone."""
        items = (
            replace(item, spans={name: item.spans[name] for name in item.spans if name in names}) for item in self.items
        )
        return Annotations(
            tuple(name for name in self.annotators if name in names),
            tuple(item for item in items if item.spans),
            tuple(one for one in self.left_out if one.annotator in names),
            tuple(name for name in self.assumed if name in names),
        )

    def unread(self, annotator: str) -> int:
        """How many examples of an annotator's files do not count."""
        return sum(one.annotator == annotator for one in self.left_out)

    def json(self) -> dict[str, Any]:
        """Who read how much, by name."""
        return {
            name: {
                "confirmed": len(mine := self.of(name)),
                "spans": sum(len(item.spans[name]) for item in mine),
                "left_out": self.unread(name),
                "confirmation_assumed": name in self.assumed,
            }
            for name in self.annotators
        }


@dataclass(frozen=True, slots=True)
class AnnotatorExample:
    """An example, and where it stands.

    Args:
        example: as it was read.
        file: the file it is in, if it comes from one.
        line: the line in that file, from 1.
        stated: whether its id is stated there, and not made up from the file's name and the line.
    """

    example: Example
    file: Path | None = None
    line: int | None = None
    stated: bool = True

    @property
    def place(self) -> str:
        """The file and the line, as far as they are known."""
        file = "another pass" if self.file is None else str(self.file)
        return file if self.line is None else f"{file}:{self.line}"


@dataclass(frozen=True, slots=True)
class AnnotatorPass:
    """One annotator's work.

    Args:
        annotator: his name.
        examples: those that count, for he confirmed them.
        left_out: the others.
        assumed: whether some file of his does not say what he confirmed.
    """

    annotator: str
    examples: Sequence[AnnotatorExample] = ()
    left_out: Sequence[ExcludedExample] = ()
    assumed: bool = False


@dataclass
class _Collected:
    """An example that somebody confirmed, and what was marked in it up to now."""

    first: AnnotatorExample
    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)


def pair_examples(readings: Iterable[AnnotatorPass]) -> Annotations:
    """Put together what several annotators made of the same examples.

    Examples meet by their ids. One whose id is made up from a line number meets that of the same text; of several
    with one text the first meets the first.

    Raises:
        InputError: for two annotators of one name; for an id with two texts, naming both files; for an id that one
            annotator has twice.
    """
    ordered = sorted(readings, key=lambda reading: reading.annotator)
    _refuse_namesakes([reading.annotator for reading in ordered])
    found: dict[str, _Collected] = {}
    for reading in ordered:
        for placed in reading.examples:
            if placed.stated:
                _add(found, placed.example.id, placed, reading.annotator)
    names = _by_text(found)
    for reading in ordered:
        nth: Counter[str] = Counter()
        for placed in reading.examples:
            if not placed.stated:
                text = placed.example.text
                name = names.setdefault((text, nth[text]), _free(found, placed.example.id))
                nth[text] += 1
                _add(found, name, placed, reading.annotator)
    return Annotations(
        tuple(reading.annotator for reading in ordered),
        tuple(sorted(_items(found), key=lambda item: (item.article, item.at, item.id))),
        tuple(one for reading in ordered for one in reading.left_out),
        tuple(reading.annotator for reading in ordered if reading.assumed),
    )


def annotations_of_examples(passes: Mapping[str, Iterable[Example]]) -> Annotations:
    """What annotators confirmed, as examples in hand: all that is given counts.

    Raises:
        InputError: for an id with two texts, and for one that an annotator has twice.
    """
    return pair_examples(
        AnnotatorPass(name, [AnnotatorExample(example) for example in examples]) for name, examples in passes.items()
    )


def _add(found: dict[str, _Collected], name: str, placed: AnnotatorExample, annotator: str) -> None:
    one = found.setdefault(name, _Collected(placed))
    if placed.example.text != one.first.example.text:
        raise InputError(
            f"the text is not the one in {one.first.place}",
            file=placed.file,
            line=placed.line,
            example=name,
            remedy="Agreement is measured on one text: give the examples other ids, or restore the text.",
        )
    if annotator in one.spans:
        raise InputError(
            f"{annotator} has this example twice",
            file=placed.file,
            line=placed.line,
            example=name,
            remedy="Keep one of the two.",
        )
    one.spans[annotator] = placed.example.spans


def _by_text(found: Mapping[str, _Collected]) -> dict[tuple[str, int], str]:
    """The id of the nth example of each text."""
    nth: Counter[str] = Counter()
    names = {}
    for name in sorted(found):
        text = found[name].first.example.text
        names[text, nth[text]] = name
        nth[text] += 1
    return names


def _free(found: Mapping[str, _Collected], name: str) -> str:
    """The id, or the nearest that no other example has."""
    number, wanted = 1, name
    while name in found:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _items(found: Mapping[str, _Collected]) -> Iterable[AnnotatedExample]:
    for name, one in found.items():
        first = one.first.example
        article = first.article if name == first.id else name
        yield AnnotatedExample(name, article, first.text, first.at, dict(sorted(one.spans.items())))


def _refuse_namesakes(names: Sequence[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise InputError(f"{times} annotators are called {name!r}", remedy="Rename the files or folders.")


def annotations_of_corpus(corpus: Corpus, names: Sequence[str] = ()) -> Annotations:
    """The passes of a project.

    Args:
        corpus: the project.
        names: of the passes wanted; all if none is named.

    Raises:
        NotFoundError: if there are no passes, or none of a name.
        InputError: for the first line that is not valid, and as `pair`.
    """
    known = corpus.annotators()
    for name in names:
        if name not in known:
            remedy = f"The passes are {', '.join(known)}." if known else "Pull some, or name files."
            raise NotFoundError(f"there is no pass {name!r}", file=corpus.passes, remedy=remedy)
    if not known:
        raise NotFoundError("there are no passes", file=corpus.passes, remedy="Pull some, or name files.")
    return pair_examples(read_pass(name, corpus.passes / name) for name in names or known)


def annotations_of_paths(paths: Sequence[Path], form: str | None = None) -> Annotations:
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
    return pair_examples(read_pass(name, path, form) for name, path in zip(names, places, strict=True))


def read_pass(annotator: str, path: Path, form: str | None = None) -> AnnotatorPass:
    """What one annotator did, and how much of it counts.

    What counts is told by `confirmation`, file by file.

    Raises:
        InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
    """
    examples: list[AnnotatorExample] = []
    left_out: list[ExcludedExample] = []
    assumed = False
    for _, rows in groupby(_rows(path, form), key=lambda placed: placed.file):
        mine = list(rows)
        stated = passes.is_stated(placed.example for placed in mine)
        assumed |= not stated
        for placed, cause in passes.judge(mine, stated=stated):
            if cause is None:
                examples.append(placed)
            else:
                left_out.append(ExcludedExample(annotator, placed.example.id, cause, placed.file, placed.line))
    return AnnotatorPass(annotator, examples, left_out, assumed)


def _rows(path: Path, form: str | None) -> Iterator[AnnotatorExample]:
    if _is_empty(path):
        return
    for file, name in input_files(path, form and formats.canonical(form)):
        file_format = formats.get(name)
        for record in file_format.scan(file):
            if isinstance(record, InputError):
                raise record
            stated = not file_format.is_numbered(record.id, file)
            yield AnnotatorExample(record.example(), record.file, record.line, stated)


def _is_empty(path: Path) -> bool:
    """Whether it is a folder with nothing in it: an annotator who has done nothing yet."""
    return path.is_dir() and not any(not child.name.startswith(".") for child in path.iterdir())


def _inside(path: Path, form: str | None) -> list[Path]:
    """The annotators' files and folders inside a folder; the path itself if it is none, or one of brat's."""
    if not path.is_dir() or (formats.get(form).is_folder if form else try_detect(path)):
        return [path]
    inside = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    return inside or [path]


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem

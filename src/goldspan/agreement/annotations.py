"""What several annotators marked in the same examples: the input of every measure of agreement.

An annotator counts where they confirmed an example, and nowhere else: an example that was never opened and one in which
there is nothing to mark look alike, and only a confirmation tells them apart (see `goldspan.corpus.passes`). Annotators
may have read different examples.

A line is read *aided* if its annotator saw suggestions before they read, else *unaided*. `Annotations.of_condition`
gives each apart, and `measure` refuses both together (see `conditions`).

Annotations come from the passes of a project or from files of any format: one file or folder for each annotator, named
by its stem. Examples in different files are the same by their ids, or by their texts where a file states no ids.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from goldspan import formats, iob
from goldspan.corpus.comments import COMMENT_KEYS, comments_of_example
from goldspan.corpus.passes import classify, is_aided, is_stated
from goldspan.errors import InputError, InvalidValueError, NotFoundError
from goldspan.formats.convert import input_files
from goldspan.formats.options import DEFAULT, ReadOptions
from goldspan.formats.record import LocatedExample
from goldspan.formats.registry import require_options_apply, try_detect
from goldspan.formats.tagging_schemes import common_scheme, fit_of_files, is_to_be_detected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, LabelScheme, Span
    from goldspan.corpus import Corpus
    from goldspan.corpus.comments import PassComment
    from goldspan.corpus.passes import Cause

NUMBERS = re.compile("[0-9]{1,18}")
MANY = 2  # annotators of whom one file tells
COMMENTED = {"gold", "doccano"}  # the formats in which annotators comment on examples
PULL = (
    "Copy what annotators have confirmed in Doccano, goldspan doccano pull --project NAME --apply, or name a file or "
    "a folder for each annotator."
)
Condition: TypeAlias = Literal["unaided", "aided"]

if TYPE_CHECKING:
    Readings: TypeAlias = dict[str, LocatedExample]  # of one example, by annotator


@dataclass(frozen=True, slots=True)
class AnnotatedExample:
    """An example, and what each annotator who confirmed it marked there.

    Args:
        id: of the example.
        article: the id of its article.
        text: the same for all who read it.
        at: where the text begins in its article, in code points.
        spans: by the names of those who confirmed it, sorted; empty for those who marked nothing there.
        aided: who of them saw suggestions before they read.
    """

    id: str
    article: str
    text: str
    at: int
    spans: Mapping[str, tuple[Span, ...]]
    aided: frozenset[str] = frozenset()

    def surface(self, span: Span) -> str:
        """The words that a span covers."""
        return self.text[span.start : span.end]

    def among(self, names: Collection[str]) -> AnnotatedExample:
        """The example with the spans of only some of those who confirmed it."""
        spans = {name: self.spans[name] for name in self.spans if name in names}
        return replace(self, spans=spans, aided=self.aided.intersection(spans))


@dataclass(frozen=True, slots=True)
class ExcludedExample:
    """An example in an annotator's file that does not count, because they did not confirm it.

    Args:
        annotator: whose it is.
        example: its id.
        cause: it is not confirmed (yet), or it was rejected or ignored.
        file: the file it is in.
        line: the line in that file, from 1.
        aided: whether the annotator saw suggestions there.
    """

    annotator: str
    example: str
    cause: Cause
    file: Path | None = None
    line: int | None = None
    aided: bool = False

    def json(self) -> dict[str, Any]:
        """All of it by name, but for the condition, which a report has once."""
        file = self.file and str(self.file)
        return {
            "annotator": self.annotator,
            "example": self.example,
            "cause": self.cause,
            "file": file,
            "line": self.line,
        }


@dataclass(frozen=True)
class Annotations:
    """What several annotators marked in the same texts.

    Args:
        annotators: their names, sorted, also of those who confirmed nothing.
        items: the examples that any of them confirmed, by article, place in it and id.
        left_out: what is in the files and does not count.
        assumed: the annotators with a file that does not state what was confirmed, so that all of it is taken to be:
            there, an example that was never opened looks like one without spans.
        comments: what they wrote on examples, by place of the example, then on what does not count.
    """

    annotators: tuple[str, ...]
    items: tuple[AnnotatedExample, ...]
    left_out: tuple[ExcludedExample, ...] = ()
    assumed: tuple[str, ...] = ()
    comments: tuple[PassComment, ...] = ()

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, in alphabetical order."""
        return tuple(sorted({span.label for item in self.items for spans in item.spans.values() for span in spans}))

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
        """The examples that an annotator confirmed."""
        return tuple(item for item in self.items if annotator in item.spans)

    def shared(self, first: str, second: str) -> tuple[AnnotatedExample, ...]:
        """The examples that both of two annotators confirmed."""
        return tuple(item for item in self.items if first in item.spans and second in item.spans)

    def among(self, names: Collection[str]) -> Annotations:
        """The annotations of only some of the annotators."""
        items = (item.among(names) for item in self.items)
        return Annotations(
            tuple(name for name in self.annotators if name in names),
            tuple(item for item in items if item.spans),
            tuple(excluded for excluded in self.left_out if excluded.annotator in names),
            tuple(name for name in self.assumed if name in names),
            tuple(comment for comment in self.comments if comment.annotator in names),
        )

    @cached_property
    def annotators_by_condition(self) -> Mapping[Condition, frozenset[str]]:
        """Who has an example, counting or not, in each condition that occurs; who has none is in the first one."""
        aided = {name for item in self.items for name in item.aided}
        unaided = {name for item in self.items for name in item.spans if name not in item.aided}
        for excluded in self.left_out:
            (aided if excluded.aided else unaided).add(excluded.annotator)
        without = set(self.annotators) - aided - unaided
        (aided if aided and not unaided else unaided).update(without)
        found: dict[Condition, frozenset[str]] = {"unaided": frozenset(unaided), "aided": frozenset(aided)}
        return {condition: names for condition, names in found.items() if names}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """How annotators read: unaided, aided or both; unaided if nobody read anything."""
        return tuple(self.annotators_by_condition) or ("unaided",)

    def of_condition(self, condition: Condition) -> Annotations:
        """What annotators read in one condition, and nothing that they read in the other."""
        if self.conditions == (condition,):
            return self
        names = self.annotators_by_condition.get(condition, frozenset())
        wanted = condition == "aided"
        items = (
            item.among(item.aided if wanted else item.spans.keys() - item.aided) if item.aided or wanted else item
            for item in self.items
        )
        left_out = tuple(excluded for excluded in self.left_out if excluded.aided == wanted)
        kept = tuple(item for item in items if item.spans)
        read = {(name, item.id) for item in kept for name in item.spans}
        read.update((excluded.annotator, excluded.example) for excluded in left_out)
        return Annotations(
            tuple(name for name in self.annotators if name in names),
            kept,
            left_out,
            tuple(name for name in self.assumed if name in names),
            tuple(comment for comment in self.comments if (comment.annotator, comment.example) in read),
        )

    @cached_property
    def mixed(self) -> Mapping[tuple[str, str], int]:
        """How many examples each two annotators read of which one was aided there and the other was not."""
        found: Counter[tuple[str, str]] = Counter()
        for item in self.items:
            if 0 < len(item.aided) < len(item.spans):
                found.update(pair for pair in combinations(item.spans, 2) if len(item.aided.intersection(pair)) == 1)
        return dict(sorted(found.items()))

    @property
    def mixed_examples(self) -> int:
        """In how many examples one annotator was aided and another was not."""
        return sum(0 < len(item.aided) < len(item.spans) for item in self.items)

    def require_one_condition(self) -> None:
        """Make sure that aided and unaided readings are not pooled.

        Raises:
            InvalidValueError: if both occur.
        """
        if len(self.conditions) > 1:
            raise InvalidValueError(
                "some of this was read with suggestions and some without: the agreement of both together means nothing",
                remedy='Measure annotations.of_condition("unaided") and annotations.of_condition("aided") apart.',
            )

    def unread(self, annotator: str) -> int:
        """How many examples of an annotator's files do not count."""
        return sum(excluded.annotator == annotator for excluded in self.left_out)

    def json(self) -> dict[str, Any]:
        """How much each annotator read and marked, by name."""
        return {
            name: {
                "confirmed": len(items := self.of(name)),
                "spans": sum(len(item.spans[name]) for item in items),
                "left_out": self.unread(name),
                "confirmation_assumed": name in self.assumed,
            }
            for name in self.annotators
        }


@dataclass(frozen=True, slots=True)
class AnnotatorPass:
    """One annotator's work.

    Args:
        annotator: their name.
        examples: those that they confirmed.
        left_out: the others.
        assumed: whether some file of theirs does not state what they confirmed.
        comments: on the others.
        aided: whether they saw suggestions in all examples, also where a line does not state it.
    """

    annotator: str
    examples: Sequence[LocatedExample] = ()
    left_out: Sequence[ExcludedExample] = ()
    assumed: bool = False
    comments: Sequence[PassComment] = ()
    aided: bool = False


def annotations_of_corpus(corpus: Corpus, names: Sequence[str] = ()) -> Annotations:
    """The annotations in the passes of a project.

    Args:
        corpus: the project.
        names: of the passes wanted; all if none is named.

    Raises:
        NotFoundError: if there are no passes, or none of a name.
        InputError: for the first line that is not valid, and as `pair_examples`.
    """
    known = corpus.annotators()
    for name in names:
        if name not in known:
            remedy = f"The passes are {', '.join(known)}." if known else PULL
            raise NotFoundError(f"there is no pass {name!r}", file=corpus.passes, remedy=remedy)
    if not known:
        raise NotFoundError("there are no passes", file=corpus.passes, remedy=PULL)
    aided = corpus.aided_annotators
    return pair_examples(read_pass(name, corpus.passes / name, aided=name in aided) for name in names or known)


def annotations_of_paths(paths: Sequence[Path], form: str | None = None, reading: ReadOptions = DEFAULT) -> Annotations:
    """The annotations in files of any format.

    Args:
        paths: a file or folder for each annotator, or one with the annotation of several; or one folder with such files
            or folders.
        form: the name of the format; detected from the content if not named.
        reading: how to read the files.

    Raises:
        InputError: for the first line that is not valid, for two annotators of one name, for tags that are to be judged
            where no tagging scheme fits those of all, and as `pair_examples`.
    """
    reading = with_common_scheme(reading, paths, form)
    named = _named_sources(paths, form)
    return pair_examples(one for name, path in named for one in passes_in(name, path, form, reading))


def _named_sources(paths: Sequence[Path], form: str | None) -> list[tuple[str, Path]]:
    """The name of each annotator, and their file or folder."""
    sources = _files_inside(paths[0], form) if len(paths) == 1 else [*paths]
    stems = [path.name if path.is_dir() else path.stem for path in sources]
    doubled = {stem for stem, times in Counter(stems).items() if times > 1}
    names = [
        f"{path.absolute().parent.name}/{stem}" if stem in doubled else stem
        for path, stem in zip(sources, stems, strict=True)
    ]
    return list(zip(names, sources, strict=True))


def with_common_scheme(
    reading: ReadOptions, paths: Sequence[Path], form: str | None = None, gold: iob.SchemeFit | None = None
) -> ReadOptions:
    """The options with the tagging scheme of all annotators, if their tags are judged and have one.

    Args:
        reading: how to read the files.
        paths: as for `annotations_of_paths`.
        form: the name of their format.
        gold: the fit of gold that they are compared with, too.

    Raises:
        InputError: if no scheme fits the tags of all.
    """
    if not is_to_be_detected(reading):
        return reading
    fits = {name: fit for place in _named_sources(paths, form) for name, fit in _scheme_fits(*place, form, reading)}
    fits |= {"gold": gold}
    return replace(reading, tagging_scheme=common_scheme({name: fit for name, fit in fits.items() if fit is not None}))


def _scheme_fits(
    name: str, path: Path, form: str | None, reading: ReadOptions
) -> Iterator[tuple[str, iob.SchemeFit | None]]:
    """How well each tagging scheme fits the tags in a file or folder, by annotator if it states several."""
    read = _read(path, form, replace(reading, repair="conlleval"))
    stated = dict.fromkeys(one.annotator for one in read if one.annotator)
    for annotator in stated if len(stated) >= MANY else (reading.annotator,):
        of_one = replace(reading, annotator=annotator)
        yield annotator or name, fit_of_files(_annotated_files(path, form), of_one)


def annotations_of_examples(passes: Mapping[str, Iterable[Example]]) -> Annotations:
    """The annotations in examples in memory, by annotator; all of them count.

    Raises:
        InputError: for an id with two texts, and for one that an annotator has twice.
    """
    return pair_examples(
        AnnotatorPass(name, [LocatedExample(example) for example in examples]) for name, examples in passes.items()
    )


def read_pass(annotator: str, path: Path, *, aided: bool = False) -> AnnotatorPass:
    """One annotator's work from a file or folder; what of it counts is decided file by file.

    Args:
        annotator: their name.
        path: the file or folder.
        aided: whether they saw suggestions in all of it, also where a line does not state it.

    Raises:
        InputError: for the first line that is not valid, and for a confirmation that is neither true nor false.
    """
    return annotator_pass(annotator, _read(path, None, DEFAULT), aided=aided)


def passes_in(name: str, path: Path, form: str | None, reading: ReadOptions) -> Iterator[AnnotatorPass]:
    """The passes in a file or folder: one of this name, unless the file states that several people annotated it.

    Args:
        name: of the annotator.
        path: the file or folder.
        form: its format; detected if None.
        reading: how to read it.

    Raises:
        InputError: for the first line that is not valid.
    """
    read = list(_read(path, form, reading))
    annotators = list(dict.fromkeys(one.annotator for one in read if one.annotator or one.example.is_annotated))
    if len(annotators) < MANY:
        yield annotator_pass(name, read)
        return
    for annotator in annotators:
        yield annotator_pass(annotator or name, (one for one in read if one.annotator == annotator))


def annotator_pass(annotator: str, read: Iterable[LocatedExample], *, aided: bool = False) -> AnnotatorPass:
    """What an annotator read and confirmed, and what of it is left out.

    Args:
        annotator: the name.
        read: all their examples, those of one file together.
        aided: whether they saw suggestions in all of it.

    Raises:
        InputError: for a line that does not state correctly whether its annotator saw suggestions.
    """
    examples: list[LocatedExample] = []
    left_out: list[ExcludedExample] = []
    comments: list[PassComment] = []
    assumed = False
    for _, lines in groupby(read, key=lambda located: located.file):
        of_file = list(lines)
        stated = is_stated(located.example for located in of_file)
        assumed |= not stated
        for located, cause in classify(of_file, stated=stated):
            if cause is None:
                examples.append(located)
            else:
                place = located.file, located.line
                is_line_aided = aided or _is_aided(located)
                left_out.append(ExcludedExample(annotator, located.example.id, cause, *place, aided=is_line_aided))
                comments += comments_of_example(annotator, located.example, confirmed=False)
    return AnnotatorPass(annotator, examples, left_out, assumed, comments, aided)


def _is_aided(located: LocatedExample) -> bool:
    """Whether the annotator of a line saw suggestions; an error names its file."""
    try:
        return is_aided(located.example)
    except InputError as error:
        raise InputError(
            error.message, file=located.file, line=located.line, example=error.example, remedy=error.remedy
        ) from error


def pair_examples(passes: Iterable[AnnotatorPass]) -> Annotations:
    """The annotations of several annotators, with their readings of each example together.

    Examples are the same if they have one id. One whose id is made up from a line number is the same as that of the
    same text; of several with one text the first is the same as the first.

    Raises:
        InputError: for two annotators of one name; for an id with two texts, naming both files; for an id that one
            annotator has twice.
    """
    ordered = sorted(passes, key=lambda one: one.annotator)
    _require_different_names([one.annotator for one in ordered])
    by_id: dict[str, Readings] = {}
    for one in ordered:
        for located in one.examples:
            if not located.is_numbered:
                _add(by_id, located.example.id, located, one.annotator)
    ids = _ids_by_text(by_id)
    places = _places_by_text(ordered)
    for one in ordered:
        for located in one.examples:
            if located.is_numbered:
                key = places[located.file, located.example.id]
                example = ids.setdefault(key, _free_id(by_id, located.example.id))
                _add(by_id, example, located, one.annotator)
    aided = frozenset(one.annotator for one in ordered if one.aided)
    found = (_annotated_example(example, readings, aided) for example, readings in by_id.items())
    items = tuple(sorted(found, key=lambda item: (item.article, item.at, item.id)))
    on_items = (comment for item in items for comment in _comments(item.id, by_id[item.id]))
    return Annotations(
        tuple(one.annotator for one in ordered),
        items,
        tuple(excluded for one in ordered for excluded in one.left_out),
        tuple(one.annotator for one in ordered if one.assumed),
        (*on_items, *(comment for one in ordered for comment in one.comments)),
    )


def _read(path: Path, form: str | None, reading: ReadOptions) -> Iterator[LocatedExample]:
    sources = _annotated_files(path, form)
    if not sources:
        return
    require_options_apply(reading, (name for _, name in sources))
    for file, name in sources:
        file_format = formats.get(name)
        for record in file_format.scan(file, reading):
            is_numbered = not isinstance(record, InputError) and file_format.is_numbered(record.id, file)
            located = LocatedExample.of(record, is_numbered=is_numbered)
            yield located if name in COMMENTED else _without_comments(located)


def _annotated_files(path: Path, form: str | None) -> list[tuple[Path, str]]:
    """An annotator's files with their formats; none if they have done nothing yet."""
    return [] if path.is_dir() and not _visible(path) else list(input_files(path, form and formats.canonical(form)))


def _without_comments(located: LocatedExample) -> LocatedExample:
    """An example of a format in which the keys of comments mean something else, such as the `# …` lines of CoNLL."""
    extra = located.example.extra
    if COMMENT_KEYS.isdisjoint(extra):
        return located
    kept = {key: value for key, value in extra.items() if key not in COMMENT_KEYS}
    return replace(located, example=replace(located.example, extra=kept))


def _files_inside(path: Path, form: str | None) -> list[Path]:
    """The annotators' files and folders in a folder; the path itself if it is not one, or one annotator's (brat)."""
    if not path.is_dir() or (formats.get(form).is_folder if form else try_detect(path)):
        return [path]
    return _visible(path) or [path]


def _visible(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _require_different_names(names: Sequence[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise InputError(f"{times} annotators are called {name!r}", remedy="Rename the files or folders.")


def _add(by_id: dict[str, Readings], example: str, located: LocatedExample, annotator: str) -> None:
    """Add an annotator's reading of an example."""
    readings = by_id.setdefault(example, {})
    first = next(iter(readings.values()), located)
    if located.example.text != first.example.text:
        raise InputError(
            f"the text is not the one in {_place(first)}",
            file=located.file,
            line=located.line,
            example=example,
            remedy="Agreement is measured on one text: give the examples other ids, or restore the text.",
        )
    if annotator in readings:
        raise InputError(
            f"{annotator} has this example twice",
            file=located.file,
            line=located.line,
            example=example,
            remedy="Keep one of the two.",
        )
    readings[annotator] = located


def _place(located: LocatedExample) -> str:
    file = "another pass" if located.file is None else str(located.file)
    return file if located.line is None else f"{file}:{located.line}"


def _ids_by_text(by_id: Mapping[str, Readings]) -> dict[tuple[str, int], str]:
    """The id of the nth example of each text."""
    seen: Counter[str] = Counter()
    ids = {}
    for example in sorted(by_id):
        text = next(iter(by_id[example].values())).example.text
        ids[text, seen[text]] = example
        seen[text] += 1
    return ids


def _places_by_text(passes: Iterable[AnnotatorPass]) -> dict[tuple[Path | None, str], tuple[str, int]]:
    """For each numbered example of a file its text, and the how manieth of this text in the file it is, from 0.

    What several annotators did with an example of one file has one number there.
    """
    texts = {
        (located.file, located.example.id): located.example.text
        for one in passes
        for located in one.examples
        if located.is_numbered
    }
    seen: Counter[tuple[Path | None, str]] = Counter()
    places = {}
    for file, name in sorted(
        texts, key=lambda place: (str(place[0]), [int(digits) for digits in NUMBERS.findall(place[1])])
    ):
        text = texts[file, name]
        places[file, name] = (text, seen[file, text])
        seen[file, text] += 1
    return places


def _free_id(by_id: Mapping[str, Readings], wanted: str) -> str:
    """The id, or the nearest that no other example has."""
    number, free = 1, wanted
    while free in by_id:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _comments(example: str, readings: Readings) -> Iterator[PassComment]:
    """The comments on an example, by annotator; its id may be another than in their files."""
    for annotator in sorted(readings):
        for comment in comments_of_example(annotator, readings[annotator].example, confirmed=True):
            yield replace(comment, example=example)


def _annotated_example(example: str, readings: Readings, aided: frozenset[str]) -> AnnotatedExample:
    first = next(iter(readings.values())).example
    article = first.article if example == first.id else example
    spans = {annotator: readings[annotator].example.spans for annotator in sorted(readings)}
    saw = frozenset(name for name in spans if name in aided or _is_aided(readings[name]))
    return AnnotatedExample(example, article, first.text, first.at, spans, saw)

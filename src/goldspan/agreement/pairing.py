"""The same example in the files of several annotators: by its id, or by its text where the file states no id."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.agreement.annotations import Annotations, Item, LeftOut
from goldspan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goldspan.values import Example, Span


@dataclass(frozen=True, slots=True)
class Placed:
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
class Reading:
    """One annotator's work.

    Args:
        annotator: his name.
        examples: those that count, for he confirmed them.
        left_out: the others.
        assumed: whether some file of his does not say what he confirmed.
    """

    annotator: str
    examples: Sequence[Placed] = ()
    left_out: Sequence[LeftOut] = ()
    assumed: bool = False


@dataclass
class _Found:
    """An example that somebody confirmed, and what was marked in it up to now."""

    first: Placed
    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)


def pair(readings: Iterable[Reading]) -> Annotations:
    """Put together what several annotators made of the same examples.

    Examples meet by their ids. One whose id is made up from a line number meets that of the same text; of several
    with one text the first meets the first.

    Raises:
        InputError: for two annotators of one name; for an id with two texts, naming both files; for an id that one
            annotator has twice.
    """
    ordered = sorted(readings, key=lambda reading: reading.annotator)
    _refuse_namesakes([reading.annotator for reading in ordered])
    found: dict[str, _Found] = {}
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


def of_examples(passes: Mapping[str, Iterable[Example]]) -> Annotations:
    """What annotators confirmed, as examples in hand: all that is given counts.

    Raises:
        InputError: for an id with two texts, and for one that an annotator has twice.
    """
    return pair(Reading(name, [Placed(example) for example in examples]) for name, examples in passes.items())


def _add(found: dict[str, _Found], name: str, placed: Placed, annotator: str) -> None:
    one = found.setdefault(name, _Found(placed))
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


def _by_text(found: Mapping[str, _Found]) -> dict[tuple[str, int], str]:
    """The id of the nth example of each text."""
    nth: Counter[str] = Counter()
    names = {}
    for name in sorted(found):
        text = found[name].first.example.text
        names[text, nth[text]] = name
        nth[text] += 1
    return names


def _free(found: Mapping[str, _Found], name: str) -> str:
    """The id, or the nearest that no other example has."""
    number, wanted = 1, name
    while name in found:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _items(found: Mapping[str, _Found]) -> Iterable[Item]:
    for name, one in found.items():
        first = one.first.example
        article = first.article if name == first.id else name
        yield Item(name, article, first.text, first.at, dict(sorted(one.spans.items())))


def _refuse_namesakes(names: Sequence[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise InputError(f"{times} annotators are called {name!r}", remedy="Rename the files or folders.")

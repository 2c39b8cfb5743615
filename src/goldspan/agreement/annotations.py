"""Who read what, and what he marked there: the ground that every measure of agreement stands on.

An annotator counts where he confirmed an example, and nowhere else: an example that he never opened and one in which
he found nothing look alike, and only a confirmation tells them apart. Annotators may have read different examples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from goldspan.values import LabelScheme, Span

Cause = Literal["unconfirmed", "rejected", "ignored"]


@dataclass(frozen=True, slots=True)
class Item:
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
class LeftOut:
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
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
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

    def of(self, annotator: str) -> tuple[Item, ...]:
        """What one annotator confirmed."""
        return tuple(item for item in self.items if annotator in item.spans)

    def shared(self, first: str, second: str) -> tuple[Item, ...]:
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

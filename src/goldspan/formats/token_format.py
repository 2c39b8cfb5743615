"""What the formats of tokens share: spans become tags, and spans that do not fit are collected for one error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.annotation import first_overlap
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span
    from goldspan.formats.options import WriteOptions


class MisalignedSpans(list[tokens.Misaligned]):
    """The spans that cut tokens, or the first of those that were widened and of those that were lost.

    Attributes:
        widened: how many were widened to the tokens that they touch.
        lost: how many could not be.
    """

    def __init__(self) -> None:
        super().__init__()
        self.widened = self.lost = 0

    def add(self, span: tokens.Misaligned, most: int | None) -> None:
        """Count a span, and list it among so many of its kind."""
        self.widened += span.tagged
        self.lost += not span.tagged
        if most is None or (self.widened if span.tagged else self.lost) <= most:
            self.append(span)


@dataclass
class Alignment:
    """The spans of examples as tags, and the spans that do not fit tokens.

    Args:
        options: what becomes of a span that cuts a token, see `goldspan.tokens.tags`, whose tokenizer cuts the texts,
            and how many spans are listed.
        misaligned: the spans that cut tokens.
        overlapping: a sentence for each example whose spans overlap, or for the first of them.
        overlaps: how many there are.
    """

    options: WriteOptions
    misaligned: MisalignedSpans = field(default_factory=MisalignedSpans)
    overlapping: list[str] = field(default_factory=list)
    overlaps: int = 0

    def tags(self, example: Example, extents: Sequence[tuple[int, int]]) -> list[str]:
        """The IOB2 tags of an example's tokens; all O if its spans overlap."""
        try:
            tags, misaligned = tokens.tags(example, extents, self.options.policy)
        except InvalidValueError as error:
            self.overlaps += 1
            if self.options.most_listed is None or self.overlaps <= self.options.most_listed:
                self.overlapping.append(f"{example.id}: {error.message}")
            return ["O"] * len(extents)
        self._count(misaligned)
        return tags

    def spans(self, example: Example, extents: Sequence[tuple[int, int]]) -> list[Span]:
        """The spans of an example that begin and end with its tokens; they may overlap."""
        if first_overlap(example.spans) is None:
            return tokens.spans_of(self.tags(example, extents), extents)
        spans, misaligned = tokens.align(example, extents, self.options.policy)
        self._count(misaligned)
        return spans

    def validated(self, path: Path) -> MisalignedSpans:
        """The spans that cut tokens, if the file may be written all the same.

        Raises:
            InputError: naming each span that a file of tokens cannot hold, or the first of very many.
        """
        cut = self.misaligned.widened + self.misaligned.lost if self.options.policy == "strict" else 0
        refused = self.overlapping + [str(span) for span in self.misaligned if cut]
        if refused:
            listed = "".join(f"\n  {reason}" for reason in refused)
            if more := cut + self.overlaps - len(refused):
                listed += f"\n  and {more:,} more"
            raise InputError(
                f"nothing was written, for a file of tokens cannot hold this ({cut + self.overlaps}):{listed}",
                file=path,
                remedy="Correct the spans; or widen those that cut tokens with --policy expand, and drop the inner or "
                "the outer ones of those that overlap with --overlaps drop-inner or drop-outer. "
                f"Tokens are those of {self.options.language!r}: --language, or language in labels.toml, names "
                "another.",
            )
        return self.misaligned

    def _count(self, misaligned: Iterable[tokens.Misaligned]) -> None:
        for span in misaligned:
            self.misaligned.add(span, self.options.most_listed)

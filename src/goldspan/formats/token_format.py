"""What the formats of tokens share: spans become tags, and spans that do not fit are collected for one error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan import tokens
from goldspan.annotation import first_overlap
from goldspan.errors import InputError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.annotation import Example, Span


@dataclass
class Alignment:
    """The spans of examples as tags, and the spans that do not fit tokens.

    Args:
        policy: what becomes of a span that cuts a token, see `goldspan.tokens.tags`.
        language: whose tokenizer cut the texts, for the message.
        misaligned: the spans that cut tokens.
        overlapping: a sentence for each example whose spans overlap.
    """

    policy: tokens.Policy
    language: str
    misaligned: list[tokens.Misaligned] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)

    def tags(self, example: Example, extents: Sequence[tuple[int, int]]) -> list[str]:
        """The IOB2 tags of an example's tokens; all O if its spans overlap."""
        try:
            tags, misaligned = tokens.tags(example, extents, self.policy)
        except InvalidValueError as error:
            self.overlapping.append(f"{example.id}: {error.message}")
            return ["O"] * len(extents)
        self.misaligned += misaligned
        return tags

    def spans(self, example: Example, extents: Sequence[tuple[int, int]]) -> list[Span]:
        """The spans of an example that begin and end with its tokens; they may overlap."""
        if first_overlap(example.spans) is None:
            return tokens.spans_of(self.tags(example, extents), extents)
        spans, misaligned = tokens.align(example, extents, self.policy)
        self.misaligned += misaligned
        return spans

    def validated(self, path: Path) -> list[tokens.Misaligned]:
        """The spans that cut tokens, if the file may be written all the same.

        Raises:
            InputError: naming each span that a file of tokens cannot hold.
        """
        refused = self.overlapping + [str(span) for span in self.misaligned if self.policy == "strict"]
        if refused:
            listed = "".join(f"\n  {reason}" for reason in refused)
            raise InputError(
                f"nothing was written, for a file of tokens cannot hold this ({len(refused)}):{listed}",
                file=path,
                remedy="Correct the spans; or widen those that cut tokens with --policy expand, and drop the inner or "
                "the outer ones of those that overlap with --overlaps drop-inner or drop-outer. "
                f"Tokens are those of {self.language!r}: --language, or language in labels.toml, names another.",
            )
        return self.misaligned

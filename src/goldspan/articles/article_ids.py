"""The ids of new articles, made by a pattern such as `{published}-{title}`."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.articles.columns import cell, one_line
from goldspan.corpus.manifest import STATEMENTS
from goldspan.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_ROW = "{stem}-{row:06}"
MADE_PLAIN = frozenset({*STATEMENTS} - {"published"})  # words: they become lower-case words with hyphens
LONGEST_WORDS = 80  # characters of such a field
WORDS = "words"  # the format of a field that is to be made a part of a name, such as an address
ROW_FORMAT = re.compile(r"0?\d{0,2}d?")
REMEDY = (
    "A pattern has fields in braces: {stem} and {folder} of the file, {row} of a table, also as {row:04}, {id}, the "
    f"statements {', '.join(f'{{{key}}}' for key in STATEMENTS)}, and columns by their names; {{id:words}} makes a "
    "name of an address."
)


@dataclass(frozen=True)
class IdPattern:
    """A pattern of ids.

    Args:
        pattern: with fields in braces.

    Raises:
        InvalidValueError: for a pattern that is not understood, or is the same for all articles.
    """

    pattern: str

    def __post_init__(self) -> None:
        try:
            parts = list(string.Formatter().parse(self.pattern))
        except ValueError as error:
            raise InvalidValueError(f"{self.pattern!r} is no pattern of ids: {error}", remedy=REMEDY) from None
        fields = [(name, form or "", conversion) for _, name, form, conversion in parts if name is not None]
        if not fields:
            raise InvalidValueError(f"{self.pattern!r} is the same for all articles", remedy=REMEDY)
        for name, form, conversion in fields:
            if not name or conversion or not (ROW_FORMAT.fullmatch(form) if name == "row" else form in {"", WORDS}):
                raise InvalidValueError(f"{self.pattern!r} is no pattern of ids", remedy=REMEDY)

    def make(self, path: Path, number: int | None, stated: Mapping[str, str], row: Mapping[str, Any]) -> str:
        """The id of an article.

        Args:
            path: its file.
            number: of its row; None if it is a whole file.
            stated: what is stated of it, by the key of the manifest.
            row: the cells of its row, or the keys of its front matter.

        Raises:
            InvalidValueError: if it has nothing for a field.
        """
        out = ""
        for literal, name, form, _ in string.Formatter().parse(self.pattern):
            out += literal
            if name == "row" and number is not None:
                out += format(number, form or "")
            elif name is not None:
                words = self._field(name, path, stated, row)
                out += plain_words(words) if form == WORDS else words
        return out

    def _field(self, name: str, path: Path, stated: Mapping[str, str], row: Mapping[str, Any]) -> str:
        if name == "stem":
            return path.stem
        if name == "folder":
            return path.absolute().parent.name
        words = stated.get(name) if name in STATEMENTS else one_line(cell(row, name))
        if name in MADE_PLAIN:
            words = plain_words(words or "")
        if not words:
            raise InvalidValueError(
                f"the pattern of the ids has {{{name}}}, and this article has no {name}",
                remedy="Choose another --id, or leave the article out with --skip-invalid.",
            )
        return words


def plain_words(words: str) -> str:
    """Words as a part of an id: lower case, hyphens for all that is no letter or digit, no half word at the end.

    Args:
        words: in any script.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", words).casefold())
    kept = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded).split()
    out = ""
    for word in kept:
        if out and len(out) + 1 + len(word) > LONGEST_WORDS:
            break
        out = f"{out}-{word}" if out else word[:LONGEST_WORDS]
    return out

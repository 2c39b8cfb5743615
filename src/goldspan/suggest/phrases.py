"""Names of several words, found at a token by the longest match."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

JOINERS = frozenset(("-", "–", "‑", "'", "’", "‘", "`", "'s", "’s"))
PARTS = re.compile(r"[\w.]+|[^\w\s]")


def normal(word: str) -> str:
    """A word as it is compared: lower case, without diacritics, letters and digits alone."""
    folded = word.lower()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if folded.isalnum():
        return folded
    # Other marks stay: a name does not go on behind a comma.
    return "".join(c for c in folded if c.isalnum()) or ("" if folded in JOINERS else folded)


class Phrases:
    """A gazetteer of names, each with a value.

    The keys are `normal` forms joined without blanks or hyphens, so that *Mazar-e-Sharif* is *Mazar-e Sharif* however
    a tokenizer cuts it and wherever a line breaks.
    """

    def __init__(self, names: Iterable[str] = (), value: float = 1.0) -> None:
        self.values: dict[str, float] = {}
        self.longest: dict[str, int] = {}
        for name in names:
            self.add(name, value)

    def add(self, name: str, value: float) -> None:
        """Add a name; of two values the higher stays."""
        words = [form for form in map(normal, PARTS.findall(name)) if form]
        if not words:
            return
        key = "".join(words)
        self.values[key] = max(value, self.values.get(key, 0.0))
        # Hyphens and apostrophes are tokens of their own: there may be one behind each word.
        size = 2 * len(words) + 1
        self.longest[words[0]] = max(size, self.longest.get(words[0], 0))

    def match(self, forms: list[str], i: int) -> tuple[int, float]:
        """The end of the longest name that begins at a token, and its value.

        Args:
            forms: the `normal` forms of the tokens.
            i: the token.

        Returns:
            The index after the name's last token; `(i, 0.0)` where no name begins.
        """
        size = self.longest.get(forms[i])
        best = (i, 0.0)
        if not size:
            return best
        key, values = "", self.values
        for j in range(i, min(i + size, len(forms))):
            form = forms[j]
            key += form
            if form and key in values:
                best = (j + 1, values[key])
        return best

    def end(self, forms: list[str], i: int) -> int:
        """The end of the longest name that begins at a token, or the token itself."""
        return self.match(forms, i)[0]

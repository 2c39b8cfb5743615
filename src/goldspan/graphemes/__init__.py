r"""Grapheme clusters as Doccano counts them in the browser, exactly.

Doccano's annotation view counts with the JavaScript library grapheme-splitter 1.0.4 where a project has
`grapheme_mode`. That library implements Unicode 10.0 (2017), whose rules for emoji were removed from later versions,
and deviates from it. `\X` of the `regex` package follows the newest version: it keeps together what Doccano cuts (the
conjunct क्ष, emoji newer than 2017), and the reverse. A span counted with one and drawn with the other is shifted.

The clusters are written below as a regular expression over classes of characters, a letter each, after Unicode
Standard Annex #29, revision 31 (https://www.unicode.org/reports/tr29/tr29-31.html), rules GB3 to GB999. The expression
follows the library where that deviates; the tests compare it with the library itself:

- Two regional indicators, or one after one prepended character, take in one further character at most.
- After prepended characters regional indicators form no pair.
- A modifier joins its emoji over one extending character at most (GB10 says any number), and joins it directly only if
  no extending character stands before it in the cluster.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

if TYPE_CHECKING:
    Offsets: TypeAlias = npt.NDArray[np.int64]

OTHER, LV, LVT = b".DU"
SYLLABLES, FINALS = range(0xAC00, 0xD7A4), 28

# A letter stands for one character of the class that has it in break_properties.txt, D for LV, U for LVT, a dot for
# Other, which the pattern meets in [^...] alone.
CLUSTER = re.compile(
    rb"""
      rn | [rnC]                                                # GB3, GB4, GB5
    | [RP]R[xsz]?+                                              # GB12 and GB13, as the library has them
    | P++(?=[rnC]|\Z)
    | P*+                                                       # GB9b
      (?: (?=x)
        | (?: L*+(?:[VD]V*+T*+|UT*+) | L++ | T++                # GB6, GB7, GB8
            | [BG]m?+ | [^rnCx] )                               # GB10
          (?: [sz] | (?<=z)(?:g|Gm?+) )*+ )                     # GB9, GB9a, GB11
      (?: (?<=[BG])xm | x )?+                                   # GB10 over an extending character
      (?: [xsz] | (?<=z)(?:g|G(?:xm)?+) )*+
    """,
    re.VERBOSE,
)


def boundaries(text: str) -> Offsets:
    """The positions, in code points, where clusters begin, and the end of the text.

    Raises:
        UnicodeEncodeError: for a lone surrogate.
    """
    import numpy as np

    if text.isascii() and "\r\n" not in text:
        return np.arange(len(text) + 1)
    letters = _letters()[np.frombuffer(text.encode("utf-32-le"), "<u4")].tobytes()
    return np.array([0, *(cluster.end() for cluster in CLUSTER.finditer(letters))], np.int64)


@cache
def _letters() -> npt.NDArray[np.uint8]:
    """The letter of the class of each code point."""
    import numpy as np

    table = np.full(sys.maxunicode + 1, OTHER, np.uint8)
    table[SYLLABLES.start : SYLLABLES.stop] = LVT
    table[SYLLABLES.start : SYLLABLES.stop : FINALS] = LV
    listed = (files("goldspan.graphemes") / "break_properties.txt").read_text(encoding="utf-8")
    for letter, ranges in re.findall(r"^\[(.)\] \w+\n([^\[]*)", listed, re.MULTILINE):
        for item in ranges.split():
            first, _, last = item.partition("-")
            table[int(first, 16) : int(last or first, 16) + 1] = ord(letter)
    return table

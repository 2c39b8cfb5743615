"""The colour, the key and the page of a new label, chosen so that they differ from those of the other labels."""

from __future__ import annotations

import colorsys
import re
import string
import unicodedata
from typing import TYPE_CHECKING

from goldspan.annotation import Label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

COLOURS = (  # dark enough for white text, and told apart by people who see red and green alike
    "#1f6fb2", "#a85a17", "#2f6f4f", "#7a4fa3", "#a3254a", "#0f7a82", "#6b6b1f", "#c2378f", "#4a4e8f", "#7b4b2a",
)  # fmt: skip
GOLDEN = 0.618034  # of a turn: hues at this distance never come close to one another
KEYS = string.ascii_lowercase + string.digits  # what annotation tools take
PRINTABLE = tuple(map(chr, range(0x21, 0x7F)))


def choose_label(name: str, definition: str, labels: Iterable[Label] = ()) -> Label:
    """A label with a colour, a key and a page that none of the other labels has.

    Args:
        name: of the label.
        definition: its sentence.
        labels: the other labels.
    """
    others = tuple(labels)
    return Label(
        name,
        definition,
        choose_colour([other.colour for other in others]),
        choose_key(name, [other.shortcut for other in others]),
        choose_page(name, [other.page for other in others]),
    )


def choose_labels(names: Sequence[str], definition: str) -> tuple[Label, ...]:
    """The labels of a new scheme, in the order of their names; see `choose_label`."""
    labels: list[Label] = []
    for name in names:
        labels.append(choose_label(name, definition, labels))
    return tuple(labels)


def choose_colour(taken: Collection[str]) -> str:
    """The first colour of the palette that is not taken, then hues between them; `#rrggbb`."""
    for colour in COLOURS:
        if colour not in taken:
            return colour
    number = 0
    while True:
        red, green, blue = colorsys.hls_to_rgb(number * GOLDEN % 1, 0.36, 0.55)
        colour = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
        if colour not in taken:
            return colour
        number += 1


def choose_key(name: str, taken: Collection[str]) -> str:
    """A key that is not taken: a letter of the name, the first one if it can be, else any letter or digit.

    Accents do not count. With more than 36 labels, a key is some other character, which Doccano does not take, and
    says so in the plan of a push.
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    candidates = (*(letter for letter in letters if letter in KEYS), *KEYS, *PRINTABLE)
    further = map(chr, range(0xA1, 0x10000))
    return next((key for key in candidates if key not in taken), None) or next(
        key for key in further if key not in taken and key.isprintable()
    )


def choose_page(name: str, taken: Collection[str]) -> str:
    """The name of a file for the rules of a label: its name in small letters, with a number if that is taken."""
    stem = re.sub(r"[^\w-]+", "_", name.lower()).strip("_") or "label"
    folded = {page.casefold() for page in (*taken, "README.md", "boundaries.md", "CHANGELOG.md", "checks.md")}
    names = (f"{stem}{number}.md" for number in ("", *range(2, len(folded) + 3)))
    return next(page for page in names if page.casefold() not in folded)

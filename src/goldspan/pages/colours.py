"""The labels' colours: those of the scheme, and well-told-apart ones for labels that it does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Told apart by people of every colour vision: Okabe & Ito 2008, darkened so that white is legible on most.
PALETTE = ("#0072b2", "#b5520a", "#00785a", "#a3467f", "#7a6a00", "#3b6ea5", "#8a3a2e", "#5a5f66")
WHITE, BLACK = "#ffffff", "#111111"
LEGIBLE = 4.0  # below it, black has more


def colours(labels: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """A colour `#rrggbb` for each label: the one that is known for it, or the next of the palette."""
    given = {name: colour for name, colour in (known or {}).items() if COLOUR.fullmatch(colour)}
    made: dict[str, str] = {}
    for label in labels:
        made[label] = given.get(label) or PALETTE[len(made) % len(PALETTE)]
    return made


def ink(background: str) -> str:
    """White on a background `#rrggbb` where it is legible, black elsewhere.

    The contrast is that of the Web Content Accessibility Guidelines 2.2, from relative luminance.
    """
    return WHITE if contrast(background, WHITE) >= LEGIBLE else BLACK


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004  (the sRGB curve)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

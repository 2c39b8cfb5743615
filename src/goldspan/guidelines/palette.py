"""Colours for any number of labels: readable under black text, and told apart whatever colours a person can see.

The first six are those of Okabe & Ito, "Color Universal Design" (2008), on which black can be read. Each further one is
the colour that is farthest from all before it, to whoever confuses it most: to people with all kinds of cones, and to
those who lack the long, middle or short ones, whose vision is simulated as by Machado, Oliveira & Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), at full severity. Distances are those of
Oklab (Ottosson, "A perceptual color space for image processing", 2020).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from goldspan.report.svg import BLACK, WHITE, contrast

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]

OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#d55e00", "#cc79a7")
TEXT_CONTRAST = 4.5  # the least contrast of black text: level AA of the Web Content Accessibility Guidelines 2.2
PAGE_CONTRAST = 1.15  # the least contrast with a white page
DISTINCT = 0.07  # the least distance of a colour of the first six from one that is taken; theirs are greater
LEVELS = range(0, 256, 17)  # of red, green and blue, in the colours to choose from

# What a person sees of a colour in linear RGB.
VISIONS = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)
LMS = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
       (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
       (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip


def next_colours(number: int, taken: Collection[str] = ()) -> list[str]:
    """The next colours `#rrggbb` of the palette, none of them taken and all different.

    Args:
        number: how many.
        taken: the colours that other labels have; each new one is far from them, too.
    """
    import numpy as np

    candidates = [*OKABE_ITO, *_candidates(), *taken]
    seen = _seen(candidates)
    nearest = np.full(len(candidates), np.inf)
    for place in range(len(candidates) - len(taken), len(candidates)):
        nearest = np.minimum(nearest, _distances(seen, place))
    chosen: list[str] = []
    first = [place for place, colour in enumerate(OKABE_ITO) if nearest[place] >= DISTINCT]
    while len(chosen) < number:
        place = first.pop(0) if first else int(nearest.argmax())
        chosen.append(candidates[place])
        nearest = np.minimum(nearest, _distances(seen, place))
    return chosen


def confusion(first: str, second: str) -> float:
    """How far apart two colours are to whoever confuses them most: a distance in Oklab, 0 for the same colour."""
    return float(_distances(_seen([first, second]), 0)[1])


@cache
def _candidates() -> tuple[str, ...]:
    """Colours on which black can be read, and which can be seen on a white page."""
    every = ("#{:02x}{:02x}{:02x}".format(*levels) for levels in product(LEVELS, repeat=3))
    return tuple(
        colour
        for colour in every
        if contrast(colour, BLACK) >= TEXT_CONTRAST and contrast(colour, WHITE) >= PAGE_CONTRAST
    )


def _distances(seen: Floats, place: int) -> Floats:
    """The distance of each colour from one of them, in the vision in which it is least."""
    import numpy as np

    least: Floats = np.linalg.norm(seen - seen[:, place : place + 1], axis=2).min(axis=0)
    return least


def _seen(shown: list[str]) -> Floats:
    """The colours in Oklab, by vision and colour."""
    import numpy as np

    parts = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in shown]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    by_vision = [np.clip(linear @ np.array(vision).T, 0, 1) for vision in VISIONS]
    return np.stack([np.cbrt(each @ np.array(LMS).T) @ np.array(LAB).T for each in by_vision])

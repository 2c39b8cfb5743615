"""What a bootstrap draws anew: whole articles, or examples one by one.

Examples of one article are alike, so that drawing them one by one makes intervals too narrow for the question how it
would be on articles to come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from goldspan.values import Example

Unit = Literal["article", "example"]


def default_unit(examples: Sequence[Example]) -> Unit:
    """What is best drawn anew: articles, or examples where there are not two articles to draw from."""
    return "article" if len({example.article for example in examples}) > 1 else "example"


def units(examples: Sequence[Example], unit: Unit) -> NDArray[np.int64] | None:
    """The number of each example's article, from 0, shape (examples,); None where each example is drawn by itself."""
    import numpy as np

    if unit == "example":
        return None
    number: dict[str, int] = {}
    return np.array([number.setdefault(example.article, len(number)) for example in examples], np.int64)

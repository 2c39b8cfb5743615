"""The fixed split as a test of a trainer: trained on train, chosen by validation, tested on test.

It is what a model that is published is measured by. Its test articles are few, so that it says less than
cross-validation, in which each article is tested; and it must not be used to choose anything, as then it is no test any
more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.corpus import SPLITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldspan.annotation import Example

TRAIN, VALIDATION, TEST = SPLITS


@dataclass(frozen=True, slots=True)
class FixedSplit:
    """The annotated examples of the splits.

    Args:
        training: what models learn from.
        validation: what they are chosen by; may be empty.
        test: what they predict.
    """

    training: Sequence[Example]
    validation: Sequence[Example]
    test: Sequence[Example]

    @classmethod
    def of(cls, examples: Sequence[Example], splits: Mapping[str, Sequence[str]]) -> FixedSplit | None:
        """The split of annotated examples; None if train has no span or test no example.

        Args:
            examples: annotated.
            splits: by name the ids of articles.
        """
        parts = {name: {*splits.get(name, ())} for name in SPLITS}
        found = cls(*([example for example in examples if example.article in parts[name]] for name in SPLITS))
        return found if found.test and any(example.spans for example in found.training) else None

    @property
    def articles(self) -> dict[str, list[str]]:
        """By split, the ids of its articles."""
        parts = zip(SPLITS, (self.training, self.validation, self.test), strict=True)
        return {name: sorted({example.article for example in examples}) for name, examples in parts}

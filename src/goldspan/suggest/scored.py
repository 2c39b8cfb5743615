"""How suggestions compare with gold that is there already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldspan import formats
from goldspan.errors import InputError
from goldspan.scoring import Scores, exact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from goldspan.values import Example


@dataclass
class Tally:
    """What a run of suggestions came to.

    Args:
        gold: the gold examples by article; None where nothing is to be scored.
        articles: the articles suggested.
        spans: the spans suggested.
        unscored: the articles that have no gold.
    """

    gold: dict[str, list[Example]] | None = None
    articles: int = 0
    spans: int = 0
    unscored: int = 0
    _pairs: list[tuple[list[Example], list[Example]]] = field(default_factory=list)

    @classmethod
    def of(cls, against: Path | None) -> Tally:
        """A tally that scores by the gold of a file, or of all `.jsonl` files of a folder; by none without one.

        Raises:
            InputError: if there is no gold there, or a line of it is not valid.
        """
        if against is None:
            return cls()
        files = sorted(against.glob("*.jsonl")) if against.is_dir() else [against]
        if not files:
            raise InputError(
                "no gold here", file=against, remedy="Name a file of gold lines, or a folder of .jsonl files."
            )
        by_article: dict[str, list[Example]] = {}
        for file in files:
            for example in formats.load(file):
                by_article.setdefault(example.article, []).append(example)
        return cls(by_article)

    def add(self, examples: Sequence[Example]) -> None:
        """Take in the suggestions of one article."""
        self.articles += 1
        self.spans += sum(len(example.spans) for example in examples)
        if self.gold is None:
            return
        gold = self.gold.get(examples[0].article) if examples else None
        if gold is None:
            self.unscored += 1
        else:
            self._pairs.append((gold, [_bare(example) for example in examples]))

    def scores(self) -> Scores | None:
        """The scores over all articles that have gold; None where nothing is to be scored."""
        if self.gold is None:
            return None
        return exact(
            (example for gold, _ in self._pairs for example in gold),
            (example for _, found in self._pairs for example in found),
        )

    def report(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        scores = self.scores()
        found = {"articles": self.articles, "spans": self.spans, "unscored": self.unscored}
        return found if scores is None else found | scores.report()


def _bare(example: Example) -> Example:
    return example.with_spans(example.spans)

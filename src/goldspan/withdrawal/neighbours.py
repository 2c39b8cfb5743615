"""Other articles of a project that share most of their text with one that is withdrawn, or are in its cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan.errors import InputError
from goldspan.near_duplicates import SIMILAR, WordNumbers, similar_pairs
from goldspan.report.text import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.corpus import Corpus
    from goldspan.withdrawal.curated_files import ArticleContents


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article that stays, and that a request may concern, too.

    Args:
        article: its id.
        of: the id of the article that is withdrawn.
        containment: the share of the word trigrams of the smaller one that stand in the larger one; None where only the
            cluster of the collection joins them.
    """

    article: str
    of: str
    containment: float | None

    @property
    def sentence(self) -> str:
        """What joins the two, as a clause."""
        if self.containment is None:
            return f"{self.article} is in one cluster of the collection with {self.of}"
        share = percent(self.containment, 0)
        return f"{self.article} shares {share} % of the word trigrams of the shorter one with {self.of}"

    def json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"article": self.article, "of": self.of, "containment": self.containment}


def similar_articles(corpus: Corpus, articles: Sequence[ArticleContents]) -> list[SimilarArticle]:
    """The articles that stay and are near-duplicates of one that is withdrawn, or in one cluster with it.

    Raises:
        InputError: for clusters that cannot be read.
    """
    ids = {one.id for one in articles}
    numbers, names = WordNumbers(), [one.id for one in articles if one.texts]
    texts = [numbers.of(one.text or "\n".join(one.passages)) for one in articles if one.texts]
    own = len(texts)
    for entry in corpus.entries:
        if entry.id not in ids:
            try:
                texts.append(numbers.of(corpus.source(entry)))
            except InputError:  # a check names it
                continue
            names.append(entry.id)
    found = {
        (names[pair.second], names[pair.first]): SimilarArticle(
            names[pair.second], names[pair.first], round(pair.containment, 4)
        )
        for pair in similar_pairs(texts, SIMILAR, [0] * own + [1] * (len(texts) - own))
    }
    for one in _in_cluster(corpus, ids):
        found.setdefault((one.article, one.of), one)
    return [found[key] for key in sorted(found)]


def _in_cluster(corpus: Corpus, ids: set[str]) -> Iterator[SimilarArticle]:
    cluster_of = corpus.clusters()
    listed = {entry.id for entry in corpus.entries} - ids
    for article in sorted(ids & cluster_of.keys()):
        for other, cluster in cluster_of.items():
            if cluster == cluster_of[article] and other in listed:
                yield SimilarArticle(other, article, None)

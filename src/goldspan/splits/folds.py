"""The sizes of articles, the groups that belong together, and folds for cross-validation.

Articles that share their text, or a cluster of a larger collection (see `text_reuse`), are never divided between two
parts of a corpus: otherwise a model would be tested on its training data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan import near_duplicates
from goldspan.errors import InputError, InvalidValueError
from goldspan.near_duplicates import THRESHOLD, Similarity
from goldspan.splits.text_reuse import (
    NO_CLUSTERS,
    NOTHING,
    AcceptedReuse,
    ArticleGroups,
    accepted_reuse,
    group_articles,
    passages,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus

FEWEST = 2


@dataclass(frozen=True, slots=True)
class ArticleSize:
    """The examples of an article, counted.

    Args:
        id: of the article.
        paragraphs: its passages by their ids, in the order of the article; see `passages`.
        examples: the number of examples.
        words: the number of their words.
        spans: the number of their spans per label.
    """

    id: str
    paragraphs: Mapping[str, str]
    examples: int
    words: int
    spans: Mapping[str, int]

    @property
    def text(self) -> str:
        """The passages, a line for each."""
        return "\n".join(self.paragraphs.values())


def article_sizes(examples: Iterable[Example]) -> dict[str, ArticleSize]:
    """The sizes of the articles of some examples, by id and sorted by it."""
    parts: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        parts[example.article].append(example)
    return {article: _size(article, parts[article]) for article in sorted(parts)}


def _size(article: str, examples: list[Example]) -> ArticleSize:
    texts = {part.id: part.text for part in sorted(examples, key=lambda part: (part.at, part.id))}
    paragraphs = passages(texts.items())
    spans = Counter(span.label for example in examples for span in example.spans)
    words = sum(len(near_duplicates.words(text)) for text in texts.values())
    return ArticleSize(article, paragraphs, len(examples), words, spans)


def groups(
    articles: Mapping[str, ArticleSize],
    threshold: float = THRESHOLD,
    accepted: AcceptedReuse = NOTHING,
    clusters: Mapping[str, str] = NO_CLUSTERS,
) -> ArticleGroups:
    """The groups of articles that belong together.

    Args:
        articles: by id.
        threshold: the resemblance from which two articles are near-duplicates.
        accepted: what does not bring articles together.
        clusters: the cluster of each article that is in one; see `goldspan.corpus.clusters`.

    Raises:
        InvalidValueError: for a threshold that is not above 0 and at most 1.
    """
    paragraphs = {article: size.paragraphs for article, size in articles.items()}
    return group_articles(paragraphs, Similarity(resemblance=threshold), accepted, clusters)


def accepted_by(corpus: Corpus, articles: Mapping[str, ArticleSize]) -> AcceptedReuse:
    """What `[allow]` in a corpus's labels.toml accepts, given its articles with gold.

    Raises:
        InputError: for a name that is no example of gold and no two articles of the manifest.
    """
    examples = {example for size in articles.values() for example in size.paragraphs}
    accepted = accepted_reuse(corpus.scheme, {entry.id for entry in corpus.entries}, examples)
    if accepted.unknown:
        raise InputError(
            accepted.unknown[0],
            file=corpus.scheme_file,
            remedy="Correct it, or remove it: it accepts nothing.",
        )
    return accepted


def folds(
    corpus: Corpus, k: int = 5, threshold: float = THRESHOLD, *, examples: Iterable[Example] | None = None
) -> dict[str, int]:
    """For each article with gold its fold, from 0, those that belong together in one; see `assign_folds`.

    Articles that are accepted as a pair stay together here: that they are in different splits is no reason to divide
    them.

    Args:
        corpus: the project.
        k: the number of folds, at least 2.
        threshold: the resemblance from which two articles are near-duplicates.
        examples: the examples of gold that take part; None for all.

    Raises:
        InputError: for gold that is not valid, and as `accepted_by`.
        InvalidValueError: for fewer than two folds or a threshold that is not above 0 and at most 1.
    """
    articles = article_sizes(corpus.gold_examples() if examples is None else examples)
    group = fold_groups(corpus, articles, threshold)
    return assign_folds(group, {article: size.spans for article, size in articles.items()}, k)


def fold_groups(corpus: Corpus, articles: Mapping[str, ArticleSize], threshold: float = THRESHOLD) -> dict[str, str]:
    """For each article the name of its group, whose articles are in one fold; arguments and errors as for `folds`."""
    accepted = AcceptedReuse(accepted_by(corpus, articles).paragraphs)
    return dict(groups(articles, threshold, accepted, corpus.clusters()).names)


def assign_folds(group: Mapping[str, str], spans: Mapping[str, Mapping[str, int]], k: int = 5) -> dict[str, int]:
    """For each article the number of its fold, from 0: groups stay together, spans per label are balanced.

    By scikit-learn's `StratifiedGroupKFold`, with every article and every span as a sample, whose class is its label. A
    label of fewer than k spans cannot be stratified and is not balanced. With at most k groups each group is a fold
    (leave one out). Neither the order of the articles nor chance matters.

    Args:
        group: per article the name of its group.
        spans: per article and label the number of spans.
        k: the number of folds, at least 2.

    Raises:
        InvalidValueError: for fewer than two folds.
    """
    if k < FEWEST:
        raise InvalidValueError(f"cross-validation needs at least {FEWEST} folds, not {k}")
    ids = sorted(group)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(group[article] for article in ids))}
    member_of = [numbers[group[article]] for article in ids]
    fold_of = (
        range(len(numbers)) if len(numbers) <= k else _stratified(member_of, [spans[article] for article in ids], k)
    )
    return {article: fold_of[number] for article, number in zip(ids, member_of, strict=True)}


def _stratified(group: Sequence[int], spans: Sequence[Mapping[str, int]], k: int) -> list[int]:
    """For each group, numbered from 0, its fold."""
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    of_article = np.array(group)
    samples, kinds = [of_article], [np.zeros(len(group), dtype=int)]
    for kind, label in enumerate(sorted({label for row in spans for label in row}), start=1):
        amounts = np.array([row.get(label, 0) for row in spans])
        if amounts.sum() >= k:
            samples.append(np.repeat(of_article, amounts))
            kinds.append(np.full(amounts.sum(), kind))
    of_sample = np.concatenate(samples)
    fold_of = np.zeros(of_article.max() + 1, dtype=int)
    splitter = StratifiedGroupKFold(n_splits=k)
    for fold, (_, held_out) in enumerate(splitter.split(of_sample, np.concatenate(kinds), of_sample)):
        fold_of[of_sample[held_out]] = fold
    return [int(fold) for fold in fold_of]

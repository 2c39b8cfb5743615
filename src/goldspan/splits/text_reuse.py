"""Text that articles of a corpus share, which must not be divided between training and test data.

Newspapers reuse the stories of agencies: they edit them lightly, cut briefs from them, add text of their own (Clough,
Gaizauskas, Piao and Wilks, 2002, "METER: MEasuring TExt Reuse"). Two articles belong together

- if half of the smaller one's word trigrams stand in the larger one, and at least 10 of them do,
- if they share half of all their word trigrams, however few these are, or
- if a paragraph of 20 words or more of the one is also in the other, or such a sentence where examples are sentences,

texts being compared as their words (see `near_duplicates.words`). All such pairs are found. A publisher's standing
paragraph, on itself or on the background of its reports, would bring all of its articles together. Only a person can
know it from a paragraph that was reused as news, so it counts until it is accepted by its name, and then it is left
out of all comparisons. Two articles can be accepted as well: that tells the pair to be no leak.

Articles of one cluster of `corpus/clusters.jsonl` belong together whatever their texts are: they are joined by articles
that the project does not have.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from goldspan import near_duplicates
from goldspan.annotation import unit_of
from goldspan.near_duplicates import SIMILAR, Similarity, SimilarPair

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import LabelScheme

LONG = 20  # words of a paragraph that is not the same in two articles by chance
MANY = 5  # groups that one paragraph joins: it may be a standing one
# The keys of `[allow]` with accepted reuse.
CLUSTER_CHECK = "cluster-across-splits"  # a cluster is no paragraph: it accepts articles alone
ACCEPTING_CHECKS = ("paragraph-across-splits", "near-duplicate-split", CLUSTER_CHECK)
MOST_PAIRS = 1_000  # articles with one paragraph that are compared with what is known already, two by two
AND = " = "  # between the ids of two articles that are accepted


class ParagraphPlace(NamedTuple):
    """A paragraph of an article, by the article's id and the example's."""

    article: str
    example: str


@dataclass(frozen=True, slots=True)
class AcceptedReuse:
    """What `[allow]` in labels.toml accepts.

    Args:
        paragraphs: the examples whose text counts in no article.
        pairs: the articles that are no leak of each other, sorted.
        unknown: what is wrong with each name that means nothing, as a clause.
    """

    paragraphs: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    unknown: tuple[str, ...] = ()


NOTHING = AcceptedReuse()
NO_CLUSTERS: Mapping[str, str] = MappingProxyType({})


def accepted_reuse(scheme: LabelScheme, articles: Container[str], examples: Container[str]) -> AcceptedReuse:
    """What a project accepts.

    Args:
        scheme: whose `[allow]` is read: an example such as `a17.p03`, or two articles, `a17 = a23`.
        articles: the ids of all articles.
        examples: the ids of all examples of gold.
    """
    paragraphs, pairs, unknown = set(), set(), []
    for check in ACCEPTING_CHECKS:
        for name in sorted(scheme.allow.get(check, ())):
            if name in examples and check != CLUSTER_CHECK:
                paragraphs.add(name)
            elif pair := next((pair for pair in _pairs(name) if all(each in articles for each in pair)), None):
                pairs.add(pair)
            else:
                wanted = "no two articles as in 'a17 = a23'"
                wanted = wanted if check == CLUSTER_CHECK else f"no example of gold, and {wanted}"
                unknown.append(f"[allow] {check}: {name!r} is {wanted}")
    return AcceptedReuse(frozenset(paragraphs), frozenset(pairs), tuple(unknown))


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """Two different articles that a name may mean, sorted; an id may hold an equals sign."""
    parts = name.split(AND)
    for at in range(1, len(parts)):
        low, high = sorted((AND.join(parts[:at]), AND.join(parts[at:])))
        if low != high:
            yield low, high


def passages(examples: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The passages of an article that may be reused in others, by id: its examples, or the paragraphs of a whole one.

    Args:
        examples: the ids and texts of the examples of the article.
    """
    from goldspan.articles.examples import PARAGRAPHS, examples_of  # here, since it imports pydantic

    found: dict[str, str] = {}
    for name, text in examples:
        parts = examples_of(name, text, PARAGRAPHS) if unit_of(name) == "article" else ()
        found.update({part.id: part.text for part in parts} or {name: text})
    return found


@dataclass(frozen=True, slots=True)
class ArticleTexts:
    """The articles that are compared, as numbers of words.

    Args:
        ids: of the articles that have words.
        words: of each of these articles, without accepted paragraphs.
        repeated: the places of each long paragraph that several articles have, one for each article.
        unrelated: the accepted pairs of articles, as positions among them, the lower one first.
    """

    ids: tuple[str, ...]
    words: Sequence[array[int]]
    repeated: Sequence[Sequence[ParagraphPlace]]
    unrelated: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, articles: Mapping[str, Mapping[str, str]], accepted: AcceptedReuse = NOTHING) -> ArticleTexts:
        """The texts of articles.

        Args:
            articles: per article its paragraphs in their order, as texts by the id of their example.
            accepted: what is left out.
        """
        numbers = near_duplicates.WordNumbers()
        paragraphs = {
            article: {example: numbers.of(text) for example, text in parts.items()}
            for article, parts in articles.items()
        }
        left_out = {
            words.tobytes()
            for parts in paragraphs.values()
            for example, words in parts.items()
            if example in accepted.paragraphs
        }
        places: defaultdict[bytes, dict[str, ParagraphPlace]] = defaultdict(dict)
        texts: dict[str, array[int]] = {}
        for article, parts in paragraphs.items():
            kept = {example: words for example, words in parts.items() if words.tobytes() not in left_out}
            for example, words in kept.items():
                if len(words) >= LONG:
                    places[words.tobytes()].setdefault(article, ParagraphPlace(article, example))
            if any(kept.values()):
                texts[article] = array("q", chain.from_iterable(kept.values()))
        at = {article: number for number, article in enumerate(texts)}
        unrelated = {tuple(sorted(at[each] for each in pair)) for pair in accepted.pairs if at.keys() >= {*pair}}
        repeated = [list(each.values()) for each in places.values() if len(each) > 1]
        return cls(tuple(texts), list(texts.values()), repeated, frozenset((i, j) for i, j in unrelated))

    def passages(self) -> list[list[int]]:
        """For each article the numbers of the repeated paragraphs that it has."""
        position = self.positions()
        found: list[list[int]] = [[] for _ in self.ids]
        for number, places in enumerate(self.repeated):
            for place in places:
                found[position[place.article]].append(number)
        return found

    def components(self, similarity: Similarity) -> list[int]:
        """For each article the number of its component: articles joined by a chain of similar ones."""
        return near_duplicates.components(self.words, similarity, self.unrelated, self.passages())

    def positions(self) -> dict[str, int]:
        """The position of each article."""
        return {article: number for number, article in enumerate(self.ids)}


class StandingParagraph(NamedTuple):
    """A paragraph that alone joins many groups of articles.

    Attributes:
        example: one that it is the text of.
        articles: the number of articles that have it.
        groups: the number of groups of them that nothing but paragraphs joins.
    """

    example: str
    articles: int
    groups: int


@dataclass(frozen=True, slots=True)
class ArticleGroups:
    """The groups of articles that belong together.

    Args:
        names: for each article the name of its group, which is its first article.
        standing: the paragraphs that join many of them, those that join most first.
    """

    names: Mapping[str, str]
    standing: tuple[StandingParagraph, ...]


def group_articles(
    articles: Mapping[str, Mapping[str, str]],
    similarity: Similarity = SIMILAR,
    accepted: AcceptedReuse = NOTHING,
    clusters: Mapping[str, str] = NO_CLUSTERS,
) -> ArticleGroups:
    """The groups: articles joined by a chain of pairs that belong together.

    Args:
        articles: per article its paragraphs in their order, as texts by the id of their example.
        similarity: when the word trigrams of two articles are similar.
        accepted: paragraphs that count in no article, and pairs that do not belong together.
        clusters: the cluster of each article that is in one, also of others than these.
    """
    texts = ArticleTexts.of(articles, accepted)
    position = texts.positions()
    ids, labels = _joined_by_clusters(articles, texts, similarity, accepted, clusters)
    joins: list[tuple[int, int]] = []
    standing = []
    for places in texts.repeated:
        members = [position[place.article] for place in places]
        joins += ((labels[i], labels[j]) for i, j in _chain(members, texts.unrelated))
        if (groups := len({labels[member] for member in members})) >= MANY:
            standing.append(StandingParagraph(min(places).example, len(members), groups))
    names = _group_names(ids, near_duplicates.connect(labels, joins))
    return ArticleGroups(names, tuple(sorted(standing, key=lambda each: (-each.groups, each.example))))


def group_near_duplicates(
    articles: Mapping[str, Mapping[str, str]],
    similarity: Similarity = SIMILAR,
    accepted: AcceptedReuse = NOTHING,
    clusters: Mapping[str, str] = NO_CLUSTERS,
) -> dict[str, str]:
    """For each article the name of its group, its first article: articles joined by a chain of similar ones.

    A long paragraph that several have does not join them by itself, unlike in `group_articles`.

    Args:
        articles: per article its paragraphs in their order, as texts by the id of their example.
        similarity: when the word trigrams of two articles are similar.
        accepted: paragraphs that count in no article, and pairs that do not belong together.
        clusters: as in `group_articles`.
    """
    texts = ArticleTexts.of(articles, accepted)
    return _group_names(*_joined_by_clusters(articles, texts, similarity, accepted, clusters))


def _joined_by_clusters(
    articles: Iterable[str],
    texts: ArticleTexts,
    similarity: Similarity,
    accepted: AcceptedReuse,
    clusters: Mapping[str, str],
) -> tuple[list[str], list[int]]:
    """All articles, first those of `texts`, and for each the number of its group by similarity and cluster."""
    with_words = set(texts.ids)
    ids = [*texts.ids, *(article for article in articles if article not in with_words)]
    labels = [*texts.components(similarity), *range(len(texts.ids), len(ids))]
    at = {article: number for number, article in enumerate(ids)}
    members: defaultdict[str, list[int]] = defaultdict(list)
    for article, cluster in clusters.items():
        if article in at:
            members[cluster].append(at[article])
    pairs = ((at[a], at[b]) for a, b in accepted.pairs if a in at and b in at)
    unrelated = frozenset((min(pair), max(pair)) for pair in pairs)
    joins = ((labels[i], labels[j]) for one in members.values() for i, j in _chain(one, unrelated))
    return ids, near_duplicates.connect(labels, joins)


def _group_names(ids: Sequence[str], labels: Sequence[int]) -> dict[str, str]:
    """For each article the first of its group, sorted.

    Args:
        ids: of the articles.
        labels: for each of them the number of its group.
    """
    first: dict[int, str] = {}
    return {article: first.setdefault(label, article) for article, label in sorted(zip(ids, labels, strict=True))}


def _chain(members: Sequence[int], unrelated: frozenset[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Pairs that join all members, or as many of them as pairs that are not unrelated can join."""
    named = set(chain.from_iterable(unrelated)).intersection(members) if unrelated else set()
    free = [member for member in members if member not in named]
    if free:
        yield from product(free[:1], [*free[1:], *named])
    yield from (pair for pair in combinations(sorted(named), 2) if pair not in unrelated)


@dataclass(frozen=True, slots=True)
class ReuseAcross:
    """What the parts of a corpus share.

    Args:
        ids: of the articles.
        pairs: the similar articles in different parts, by position in `ids`; of those that have a long paragraph in
            common the near-duplicates alone.
        paragraphs: the places of each long paragraph that is in several parts, unless all articles that have it there
            are among the pairs, or have an earlier one of these paragraphs in common.
    """

    ids: tuple[str, ...]
    pairs: Sequence[SimilarPair]
    paragraphs: Sequence[Sequence[ParagraphPlace]]


def find_reuse(
    articles: Mapping[str, Mapping[str, str]],
    parts: Mapping[str, str],
    similarity: Similarity = SIMILAR,
    accepted: AcceptedReuse = NOTHING,
) -> ReuseAcross:
    """The articles that belong together and are in different parts of a corpus.

    Args:
        articles: per article its paragraphs in their order, as texts by the id of their example.
        parts: the part of each article, e.g. its split.
        similarity: when the word trigrams of two articles are similar.
        accepted: paragraphs that count in no article, and pairs that do not belong together.
    """
    texts = ArticleTexts.of(articles, accepted)
    position = texts.positions()
    names = sorted(set(parts.values()))
    part = [names.index(parts[each]) for each in texts.ids]
    pairs = near_duplicates.similar_pairs(texts.words, similarity, part, texts.passages())
    pairs = [pair for pair in pairs if (pair.first, pair.second) not in texts.unrelated]
    reported = {*texts.unrelated, *((pair.first, pair.second) for pair in pairs)}

    def is_new(places: Sequence[ParagraphPlace]) -> bool:
        across = _pairs_across([[position[a.article] for a in places if parts[a.article] == name] for name in names])
        first = list(islice(across, MOST_PAIRS))
        is_known = reported.issuperset(first) and next(across, None) is None
        reported.update(first)
        return not is_known

    return ReuseAcross(texts.ids, pairs, [places for places in texts.repeated if is_new(places)])


def _pairs_across(parts: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The pairs of numbers from different parts, the lower number first."""
    for some, others in combinations(parts, 2):
        yield from ((min(pair), max(pair)) for pair in product(some, others))

"""In which articles the recognisers of a project disagree most: a committee is asked where it is divided.

That one learns most from the texts on which several models differ is query by committee (Seung, Opper & Sompolinsky
1992; for sequences Settles & Craven 2008). Here the committee are the recognisers of `goldspan.toml`, and the model of
the last `goldspan suggest`, each by itself.

Spans of all recognisers that overlap, also through others, make one *place*. At a place they disagree if two of them
mark it otherwise, with other edges or another label, or if one of them marks nothing there although it knows a label
that another one gives. So a recogniser of places alone says nothing about units. What a language model was not asked
about counts as unread, and not as nothing found.

The score of an article is its places of disagreement in 100 words. Each article counts as if it had 100 more words as
divided as the average, so that a brief with one such place does not lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.articles.examples import article_examples
from goldspan.assignment.example_order import ExampleScores
from goldspan.errors import InvalidValueError
from goldspan.models.order_plan import count_words
from goldspan.suggest.suggestion_folder import SuggestionFolder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.suggest.recogniser import RecognisedSpan
    from goldspan.suggest.suggester import Suggester

PER_WORDS = 100
PRIOR_WORDS = 100  # of the average, with which each article is smoothed
REMEDY = (
    "Add a recogniser to goldspan.toml (goldspan help suggestions), or suggest with a model, too: goldspan suggest "
    "--model NAME. Or choose another order: --order random, or a file of scores."
)


@dataclass(frozen=True, slots=True)
class ArticleDisagreement:
    """How far recognisers disagree in an article.

    Args:
        article: its id.
        places: how many places there are where they do.
        words: of its examples.
    """

    article: str
    places: int
    words: int


def disagreement_scores(corpus: Corpus, articles: Collection[str]) -> ExampleScores:
    """By article, in how many places of 100 words the recognisers of a project disagree.

    The recognisers are those of the last `goldspan suggest` there, its model included. None of them asks a server: what
    a language model answered before is known, and what it was not asked about is unread.

    Args:
        corpus: the project.
        articles: the ids of those that are to be ordered.

    Raises:
        InvalidValueError: if the project has fewer than two recognisers.
        InputError: for a recogniser that cannot be read.
        NotFoundError: for what a recogniser needs and is not there.
    """
    corpus.require_tokenizer()
    suggester = SuggestionFolder(corpus.suggestions).choice().suggester(corpus)
    if len(suggester.recognisers) < 2:
        found = f"there is only {suggester.names[0]!r}" if suggester.names else "there is none"
        message = f"the order by disagreement needs two recognisers or more, and {found}"
        raise InvalidValueError(message, remedy=REMEDY)
    language = corpus.scheme.language
    return ExampleScores(
        "article",
        smoothed_scores(
            count_disagreement(suggester, entry.id, article_examples(corpus, entry), language)
            for entry in corpus.select_entries(articles)
        ),
    )


def count_disagreement(
    suggester: Suggester, article: str, examples: Sequence[Example], language: str
) -> ArticleDisagreement:
    """In how many places of an article the recognisers disagree.

    Args:
        suggester: with the recognisers.
        article: its id.
        examples: those of the article, in order.
        language: of the article, for its words.
    """
    found = next(suggester.suggest_all([examples])).found
    knows = {one.name: frozenset(one.labels) for one in suggester.recognisers}
    unread = {one.name: one.unread for one in suggester.asking}
    places = 0
    for number, example in enumerate(examples):
        spans = {name: rows[number] for name, rows in found.items() if example.id not in unread.get(name, ())}
        places += sum(is_divided(place, {name: knows[name] for name in spans}) for place in marked_places(spans))
    return ArticleDisagreement(article, places, count_words(examples, language))


def marked_places(spans: Mapping[str, Iterable[RecognisedSpan]]) -> list[dict[str, list[tuple[int, int, str]]]]:
    """The places of an example that some recogniser marks: spans that overlap, also through others, by recogniser.

    Args:
        spans: by recogniser, what it found in the example.
    """
    ordered = sorted((one.start, one.end, one.label, name) for name, found in spans.items() for one in found)
    places: list[dict[str, list[tuple[int, int, str]]]] = []
    reach = -1
    for start, end, label, name in ordered:
        if start >= reach:
            places.append({})
        places[-1].setdefault(name, []).append((start, end, label))
        reach = max(reach, end)
    return places


def is_divided(place: Mapping[str, Sequence[tuple[int, int, str]]], knows: Mapping[str, Collection[str]]) -> bool:
    """Whether recognisers disagree at a place.

    Args:
        place: by recogniser, the start, end and label of its spans there.
        knows: by recogniser that read the example, the labels that it may give.
    """
    if len({tuple(spans) for spans in place.values()}) > 1:
        return True
    given = {label for spans in place.values() for _, _, label in spans}
    return any(not given.isdisjoint(labels) for name, labels in knows.items() if name not in place)


def smoothed_scores(counts: Iterable[ArticleDisagreement]) -> dict[str, float]:
    """By article its places in 100 words, as if it had 100 more words as divided as the average.

    Args:
        counts: of all articles.
    """
    rows = list(counts)
    words = sum(one.words for one in rows)
    prior = PRIOR_WORDS * sum(one.places for one in rows) / words if words else 0.0
    return {one.article: PER_WORDS * (one.places + prior) / (one.words + PRIOR_WORDS) for one in rows}

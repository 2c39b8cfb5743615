"""What becomes of rewritten wire stories in the splits; `pytest -s tests/splits/test_wire_stories.py` prints it."""

from functools import cache
from itertools import chain

from goldspan import near_duplicates
from goldspan.near_duplicates import Similarity, WordNumbers
from goldspan.settings import SplitSettings
from goldspan.splits import assign
from goldspan.splits.text_reuse import find_reuse, group_articles
from helpers.wire_stories import NewsAgency

RATIOS = SplitSettings().ratios
STORIES = 60
FOUND = {
    "light edits": NewsAgency.edited,
    "paragraphs in another order": NewsAgency.reordered,
    "briefs of the first paragraphs": NewsAgency.brief,
    "briefs of words from anywhere": NewsAgency.brief_of_the_middle,
    "two or three times as much added": NewsAgency.in_a_longer_article,
    "one paragraph kept in another article": NewsAgency.one_paragraph_kept,
}
MISSED = {"every third word changed": NewsAgency.rewritten}
WHOLE_ARTICLES = Similarity(containment=1.0, fewest=10**9)


@cache
def articles():
    """Stories and one article made of each in every way, by id."""
    agency = NewsAgency(seed=7)
    made = {}
    for number in range(STORIES):
        story = agency.story()
        texts = {"story": story} | {kind: rewrite(agency, story) for kind, rewrite in (FOUND | MISSED).items()}
        for kind, paragraphs in texts.items():
            name = f"{number:02} {kind}"
            made[name] = {f"{name}.p{at:02}": text for at, text in enumerate(paragraphs)}
    return made


def by_whole_articles(articles):
    """The groups by the resemblance of whole articles alone."""
    numbers = WordNumbers()
    labels = near_duplicates.components(
        [numbers.of("\n".join(parts.values())) for parts in articles.values()], WHOLE_ARTICLES
    )
    first = {}
    return {article: first.setdefault(label, article) for article, label in zip(articles, labels, strict=True)}


def of_two(kind, groups):
    """How many articles of a kind are in another group than their story, and in another split.

    Only they and the stories are in the corpus: all versions of one story together would join each other.
    """
    places = assign({article: {"articles": 1} for article in groups}, groups, {}, RATIOS).splits
    pairs = [(f"{number:02} story", f"{number:02} {kind}") for number in range(STORIES)]
    apart = sum(groups[a] != groups[b] for a, b in pairs)
    across = [(a, b) for a, b in pairs if places[a] != places[b]]
    return apart, across, places


@cache
def leaks(kind):
    """For a kind: apart and across splits before and after, and the leaks of fixed splits that are reported."""
    corpus = {name: parts for name, parts in articles().items() if name.endswith((" story", kind))}
    apart_before, across_before, places = of_two(kind, by_whole_articles(corpus))
    apart, across, _ = of_two(kind, group_articles(corpus).names)
    reuse = find_reuse(corpus, places)
    reported = {(reuse.ids[pair.first], reuse.ids[pair.second]) for pair in reuse.pairs}
    reported |= {tuple(place.article for place in places) for places in reuse.paragraphs}
    return (
        apart_before,
        len(across_before),
        apart,
        len(across),
        len(reported.intersection(across_before)),
        len(reported),
    )


def test_what_was_apart_is_together_and_a_leak_of_fixed_splits_is_reported():
    head = ("made from stories by", "apart", "across", "apart", "across", "of these", "reported")
    print(
        f"\n{STORIES} articles of each kind: apart from their story, and in another split, by the similarity of whole"
    )
    print("articles and by text reuse; how many of the first leaks are reported once those splits are fixed")
    print("{:38}{:>7}{:>7}{:>9}{:>7}{:>10}".format(*head[:5], head[6]))
    for kind in FOUND | MISSED:
        apart_before, across_before, apart, across, found, reported = leaks(kind)
        print(f"{kind:38}{apart_before:7}{across_before:7}{apart:9}{across:7}{found:10}")
        assert reported == found, "no leak is reported between articles of different stories"
        if kind in FOUND:
            assert (apart, across, found) == (0, 0, across_before)
        else:
            assert (apart, found) == (apart_before, 0)


def test_articles_of_different_stories_are_never_together():
    names = group_articles(articles()).names
    assert all(article.split()[0] == group.split()[0] for article, group in names.items())


def test_most_kinds_are_not_seen_in_whole_articles():
    before = {kind: leaks(kind)[0] for kind in FOUND}
    assert before["light edits"] == before["paragraphs in another order"] == 0
    assert min(list(before.values())[2:]) > STORIES / 2


def test_new_articles_follow_their_stories():
    stories = {name: parts for name, parts in articles().items() if name.endswith(" story")}
    fixed = assign({name: {"articles": 1} for name in stories}, group_articles(stories).names, {}, RATIOS).splits
    groups = group_articles(articles()).names
    grown = assign({name: {"articles": 1} for name in groups}, groups, fixed, RATIOS)
    assert grown.conflicts == ()
    assert fixed.items() <= grown.splits.items()
    for name, kind in chain.from_iterable([(f"{number:02}", kind) for kind in FOUND] for number in range(STORIES)):
        assert grown.splits[f"{name} {kind}"] == fixed[f"{name} story"]

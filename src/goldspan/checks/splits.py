"""The splits: every article with gold in one of them, in one only, and nothing in two of them under two names."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from goldspan import near_duplicates
from goldspan.checks.check import CheckResult, check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.checks.project import ProjectFiles

FEW_TEXTS = 40


@check(
    "unsplit-article",
    "project",
    title="An article has gold and stands in no split, though there are splits",
    why="The export leaves it out, and the numbers of the corpus no longer add up.",
    remedy="Run `goldspan split --apply`; it places what is new and moves nothing.",
)
def unsplit_article(project: ProjectFiles) -> Iterator[CheckResult]:
    """The gold files of no split."""
    split = {article for ids in project.splits.values() for article in ids}
    for path in project.gold_files if split else ():
        if path.stem in project.entries and path.stem not in split:
            yield CheckResult(f"{path.stem} stands in no split", path)


@check(
    "article-in-two-splits",
    "project",
    title="An article stands in two splits, or twice in one",
    why="A model would be tested on what it was trained on.",
    remedy="Remove one of the two lines; an article that was ever used for training is no test article.",
)
def article_in_two_splits(project: ProjectFiles) -> Iterator[CheckResult]:
    """The second and further lines of an article."""
    seen: dict[str, str] = {}
    for split, ids in project.splits.items():
        for line, article in enumerate(ids, 1):
            if article in seen:
                yield CheckResult(
                    f"{article} stands in {seen[article]} already", project.corpus.split_file(split), line
                )
            seen.setdefault(article, split)


@check(
    "near-duplicate-split",
    "project",
    title="Two articles in different splits say nearly the same",
    why="Agency copy appears in many papers: the test would ask for what was learnt by heart.",
    remedy="Put both into the same split.",
)
def near_duplicate_split(project: ProjectFiles) -> Iterator[CheckResult]:
    """The pairs of articles in different splits of which half of all word trigrams stand in both."""
    places = (
        {article: (split, line) for split, ids in project.splits.items() for line, article in enumerate(ids, 1)}
        if len(project.splits) > 1
        else {}
    )
    articles = [article for article in places if article in project.entries]
    for i, j, share in similar_pairs([project.text(article) for article in articles]):
        (one, _), (other, line) = places[articles[i]], places[articles[j]]
        if one != other:
            message = f"{articles[j]} and {articles[i]} in {one} share {share:.0%} of their word trigrams"
            yield CheckResult(message, project.corpus.split_file(other), line)


CHECKS = (unsplit_article, article_in_two_splits, near_duplicate_split)


def similar_pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """`similarity.near_duplicates` of texts that have words; of a few without loading the matrices it needs."""
    worded = [number for number, text in enumerate(texts) if near_duplicates.words(text)]
    if len(worded) > FEW_TEXTS:
        pairs = near_duplicates.find_near_duplicates([texts[number] for number in worded])
        return [(worded[i], worded[j], share) for i, j, share in pairs]
    compared = ((i, j, near_duplicates.jaccard(texts[i], texts[j])) for i, j in combinations(worded, 2))
    return [pair for pair in compared if pair[2] >= near_duplicates.THRESHOLD]

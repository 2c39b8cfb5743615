"""Checks of the splits: every article with gold is in exactly one, and none has a near-duplicate in another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from goldspan import near_duplicates
from goldspan.checks.check import CheckResult, check
from goldspan.corpus.split_lists import REMEDIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from goldspan.checks.project import ProjectFiles

FEW_TEXTS = 40


@check(
    "unsplit-article",
    "project",
    title="An article has gold and is in no split, though there are splits",
    why="The export leaves it out, and the counts of the splits do not add up to those of the corpus.",
    remedy="Run `goldspan split --apply`: it assigns new articles and moves no other.",
)
def unsplit_article(project: ProjectFiles) -> Iterator[CheckResult]:
    """The gold files in no split."""
    split = {article for ids in project.splits.values() for article in ids}
    for path in project.gold_files if split else ():
        if path.stem in project.entries and path.stem not in split:
            yield CheckResult(f"{path.stem} is in no split", path)


@check(
    "article-in-two-splits",
    "project",
    title="An article is in two splits, or twice in one",
    why="A model would be tested on its training data.",
    remedy=REMEDIES["repeated"],
)
def article_in_two_splits(project: ProjectFiles) -> Iterator[CheckResult]:
    """The second and further lines of an article."""
    for fault in project.split_faults:
        if fault.kind == "repeated":
            yield CheckResult(fault.message, project.corpus.split_file(fault.split), fault.line)


@check(
    "near-duplicate-split",
    "project",
    title="Two articles in different splits are near-duplicates",
    why="Agency reports appear in many papers: a model would be tested on texts that it has memorised.",
    remedy="Move both to the same split.",
)
def near_duplicate_split(project: ProjectFiles) -> Iterator[CheckResult]:
    """The pairs of articles in different splits that share half of their word trigrams."""
    places = (
        {article: (split, line) for split, ids in project.splits.items() for line, article in enumerate(ids, 1)}
        if len(project.splits) > 1
        else {}
    )
    articles = [article for article in places if article in project.entries]
    for i, j, share in similar_pairs([project.text(article) for article in articles]):
        (first_split, _), (split, line) = places[articles[i]], places[articles[j]]
        if split != first_split:
            message = f"{articles[j]} and {articles[i]} in {first_split} share {share:.0%} of their word trigrams"
            yield CheckResult(message, project.corpus.split_file(split), line)


CHECKS = (unsplit_article, article_in_two_splits, near_duplicate_split)


def similar_pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """The near-duplicates among texts that have words; few are compared without numpy and scipy, which load slowly."""
    worded = [number for number, text in enumerate(texts) if near_duplicates.words(text)]
    if len(worded) > FEW_TEXTS:
        pairs = near_duplicates.find_near_duplicates([texts[number] for number in worded])
        return [(worded[i], worded[j], share) for i, j, share in pairs]
    compared = ((i, j, near_duplicates.jaccard(texts[i], texts[j])) for i, j in combinations(worded, 2))
    return [pair for pair in compared if pair[2] >= near_duplicates.THRESHOLD]

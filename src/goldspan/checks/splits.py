"""Checks of the splits: every article with gold is in exactly one, and none shares its text with one in another."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from goldspan.checks.check import CheckResult, check
from goldspan.corpus.split_lists import REMEDIES
from goldspan.near_duplicates import THRESHOLD
from goldspan.splits.text_reuse import ACCEPTING_CHECKS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from goldspan.checks.project import ProjectFiles
    from goldspan.splits.text_reuse import ParagraphPlace

# The checks whose findings `[allow]` in labels.toml can permit.
ALLOWABLE = frozenset(ACCEPTING_CHECKS)
QUOTED = 60  # code points of a paragraph in a message


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
    required="every command that reads the splits refuses them",
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
    remedy='Move both to the same split, or accept the two articles, as "a17 = a23", under [allow] in labels.toml.',
)
def near_duplicate_split(project: ProjectFiles) -> Iterator[CheckResult]:
    """The pairs of articles in different splits that share half of their word trigrams."""
    reuse = project.reuse_across_splits
    for pair in reuse.pairs:
        if pair.resemblance >= THRESHOLD:
            first, second = reuse.ids[pair.first], reuse.ids[pair.second]
            share = f"{pair.resemblance:.0%} of their word trigrams"
            yield _at(project, second, f"{second} and {first} in {project.split_of[first].split} share {share}")


@check(
    "paragraph-across-splits",
    "project",
    title="Half of an article's word trigrams stand in one of another split, or a paragraph of 20 words or more does",
    why="Papers cut briefs from stories and add to them: a model would be tested on paragraphs that it has memorised.",
    remedy='Move both to the same split; or accept under [allow] in labels.toml the two articles, as "a17 = a23", or a '
    'publisher\'s standing paragraph, as "a17.p03".',
)
def paragraph_across_splits(project: ProjectFiles) -> Iterator[CheckResult]:
    """The briefs of stories in other splits, and paragraphs in several splits, without those of near-duplicates."""
    for message in project.accepted_reuse.unknown:
        yield CheckResult(message, project.corpus.scheme_file)
    reuse = project.reuse_across_splits
    for pair in reuse.pairs:
        if pair.resemblance < THRESHOLD:
            first, second = reuse.ids[pair.first], reuse.ids[pair.second]
            brief, story = (first, second) if pair.sizes[0] <= pair.sizes[1] else (second, first)
            share = f"{pair.containment:.0%} of the word trigrams of {brief} ({project.split_of[brief].split})"
            yield _at(project, second, f"{share} stand in {story} ({project.split_of[story].split})")
    for places in reuse.paragraphs:
        yield _paragraph_result(project, places)


@check(
    "cluster-across-splits",
    "project",
    title="Two articles of one cluster in corpus/clusters.jsonl are in different splits",
    why="In the collection that the articles come from, others join them: a model would be tested on a story that it "
    "has memorised.",
    remedy='Move both to the same split, or accept the two articles, as "a17 = a23", under [allow] in labels.toml.',
)
def cluster_across_splits(project: ProjectFiles) -> Iterator[CheckResult]:
    """The articles of clusters that are in several splits, without the pairs whose texts show it."""
    reuse = project.reuse_across_splits
    pairs = (sorted((reuse.ids[pair.first], reuse.ids[pair.second])) for pair in reuse.pairs)
    known = project.accepted_reuse.pairs.union((first, second) for first, second in pairs)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(project.clusters, key=lambda one: one.article):
        if one.article in project.split_of and one.article in project.entries:
            members[one.cluster].append(one.article)
    for cluster, articles in sorted(members.items()):
        for article, other in _pairs_in_several_splits(project, articles, known):
            split = project.split_of[other].split
            yield _at(project, article, f"{article} and {other} in {split} are in the cluster {cluster!r}")


CHECKS = (
    unsplit_article,
    article_in_two_splits,
    near_duplicate_split,
    paragraph_across_splits,
    cluster_across_splits,
)


def _pairs_in_several_splits(
    project: ProjectFiles, articles: Sequence[str], known: Container[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """For each article of a cluster the first before it in another split, leaving out the pairs that are known."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        split = project.split_of[article].split
        others = chain.from_iterable(before[name] for name in sorted(before) if name != split)
        if other := next((other for other in others if (other, article) not in known), None):
            yield article, other
        before[split].append(article)


def _at(project: ProjectFiles, article: str, message: str, example: str | None = None) -> CheckResult:
    """A problem in the line of an article in its split."""
    place = project.split_of[article]
    return CheckResult(message, project.corpus.split_file(place.split), place.line, example)


def _paragraph_result(project: ProjectFiles, places: Sequence[ParagraphPlace]) -> CheckResult:
    """The problem of a paragraph that is in several splits: it names the first and the first in another split."""
    first = places[0]
    split = project.split_of[first.article].split
    others = [place for place in places if project.split_of[place.article].split != split]
    text = " ".join(project.paragraphs(first.article)[first.example].split())
    more = f", which {len(places):,} articles have" if len(places) > 2 else ""
    quoted = f"{text[:QUOTED]}…" if len(text) > QUOTED else text
    message = f"its paragraph is also {first.example} in {split}{more}: {quoted!r}"
    return _at(project, others[0].article, message, others[0].example)
